// SPDX-License-Identifier: GPL-2.0
/*
 * Our table, with both families in it, through core/route.h and under the lock
 * and the grace periods that kontend.ko gives it.
 */
#include "bench.h"

#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include <core/route.h>

/* As much as kontend.ko lets wait. */
#define PENDING_BYTES	(64ULL << 20)

static DEFINE_MUTEX(table_mutex);
static struct route_table *table;	/* written once, by the first setup */

static const struct route_owner_ops table_ops = {
	.call = call_rcu,
};

static int table_setup(void)
{
	const struct route_limits limits = { .bytes_pending = PENDING_BYTES };
	struct route_owner owner = { .ops = &table_ops, .may_sleep = true };

	if (table)
		return 0;
	port_lock_init(&owner.lock, &table_mutex);
	table = route_table_create(&limits, &owner);
	return table ? 0 : -ENOMEM;
}

static int ready(void)
{
	return table ? 0 : -ENOENT;
}

/* Changes of @nr routes in one transaction, which is published. */
static int change(const struct bench_data_route *routes, u32 nr,
		  enum route_op op)
{
	struct route_change c = { .op = op };
	struct route_txn txn;
	int ret;
	u32 i;

	if (!table)
		return -ENOENT;
	if (route_must_wait(table))
		rcu_barrier();
	route_txn_init(&txn, table);
	ret = route_txn_prepare(&txn);
	if (ret)
		goto out_fini;
	mutex_lock(&table_mutex);
	route_txn_begin(&txn);
	for (i = 0; i < nr && !ret; i++) {
		c.route.prefix = bench_to_prefix(&routes[i]);
		c.route.nexthop = routes[i].nexthop;
		ret = route_txn_apply_sleep(&txn, &c, NULL);
	}
	if (ret)
		route_txn_abort(&txn);
	else
		ret = route_txn_commit_sleep(&txn, NULL);
	mutex_unlock(&table_mutex);
out_fini:
	route_txn_fini(&txn);
	return ret;
}

/* One transaction each. */
static int change_each(const struct bench_data_route *routes, u32 nr,
		       enum route_op op)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < nr && !ret; i++)
		ret = change(&routes[i], 1, op);
	return ret;
}

static int load4(u32 from, u32 nr)
{
	return change(bench_routes[ROUTE_INET4] + from, nr, ROUTE_ADD);
}

static int load6(u32 from, u32 nr)
{
	return change(bench_routes[ROUTE_INET6] + from, nr, ROUTE_ADD);
}

static int add4(u32 from, u32 nr)
{
	return change_each(bench_sample[ROUTE_INET4] + from, nr, ROUTE_ADD);
}

static int add6(u32 from, u32 nr)
{
	return change_each(bench_sample[ROUTE_INET6] + from, nr, ROUTE_ADD);
}

static int delete4(u32 from, u32 nr)
{
	return change_each(bench_sample[ROUTE_INET4] + from, nr, ROUTE_DELETE);
}

static int delete6(u32 from, u32 nr)
{
	return change_each(bench_sample[ROUTE_INET6] + from, nr, ROUTE_DELETE);
}

static int batch_add4(u32 from, u32 nr)
{
	return change(bench_sample[ROUTE_INET4] + from, nr, ROUTE_ADD);
}

static int batch_add6(u32 from, u32 nr)
{
	return change(bench_sample[ROUTE_INET6] + from, nr, ROUTE_ADD);
}

static int batch_delete4(u32 from, u32 nr)
{
	return change(bench_sample[ROUTE_INET4] + from, nr, ROUTE_DELETE);
}

static int batch_delete6(u32 from, u32 nr)
{
	return change(bench_sample[ROUTE_INET6] + from, nr, ROUTE_DELETE);
}

/* All of the sample, as it is before the opposite is measured. */
static int without4(void)
{
	return batch_delete4(0, bench_nr_sample[ROUTE_INET4]);
}

static int without6(void)
{
	return batch_delete6(0, bench_nr_sample[ROUTE_INET6]);
}

static void with4(void)
{
	batch_add4(0, bench_nr_sample[ROUTE_INET4]);
}

static void with6(void)
{
	batch_add6(0, bench_nr_sample[ROUTE_INET6]);
}

static __always_inline int lookup(unsigned int family, u32 from, u32 nr)
{
	const struct route_addr *addrs = bench_keys->addrs + from;
	const struct route_view *v = route_view(table);
	u64 sum = 0;
	u32 i;

	for (i = 0; i < nr; i++)
		sum += route_lookup(v, family, &addrs[i]);
	bench_sink += sum;
	return 0;
}

static int lookup4(u32 from, u32 nr)
{
	return lookup(ROUTE_INET4, from, nr);
}

static int lookup6(u32 from, u32 nr)
{
	return lookup(ROUTE_INET6, from, nr);
}

static int bulk4(u32 from, u32 nr)
{
	const struct route_view *v = route_view(table);
	u32 i, nexthops[BENCH_BULK];

	for (i = 0; i < nr; i += BENCH_BULK)
		route_lookup4_bulk(v, &bench_keys->addrs4[from + i], nexthops,
				   min_t(u32, nr - i, BENCH_BULK));
	bench_sink += nexthops[0];
	return 0;
}

static int bulk6(u32 from, u32 nr)
{
	const struct route_view *v = route_view(table);
	u32 i, nexthops[BENCH_BULK];

	for (i = 0; i < nr; i += BENCH_BULK)
		route_lookup_bulk(v, ROUTE_INET6, &bench_keys->addrs[from + i],
				  nexthops, min_t(u32, nr - i, BENCH_BULK));
	bench_sink += nexthops[0];
	return 0;
}

static u32 answer(unsigned int family, u32 i)
{
	u32 nexthop;

	rcu_read_lock();
	nexthop = route_lookup(route_view(table), family,
			       &bench_keys->addrs[i]);
	rcu_read_unlock();
	return nexthop;
}

static u32 answer4(u32 i)
{
	return answer(ROUTE_INET4, i);
}

static u32 answer6(u32 i)
{
	return answer(ROUTE_INET6, i);
}

/* Of a bulk as it is measured: the one that the key is in. */
static u32 bulk_answer4(u32 i)
{
	u32 nexthops[BENCH_BULK], at = i % BENCH_BULK;

	rcu_read_lock();
	route_lookup4_bulk(route_view(table), &bench_keys->addrs4[i - at], nexthops,
			   BENCH_BULK);
	rcu_read_unlock();
	return nexthops[at];
}

static u32 bulk_answer6(u32 i)
{
	u32 nexthops[BENCH_BULK], at = i % BENCH_BULK;

	rcu_read_lock();
	route_lookup_bulk(route_view(table), ROUTE_INET6, &bench_keys->addrs[i - at],
			  nexthops, BENCH_BULK);
	rcu_read_unlock();
	return nexthops[at];
}

/* Nodes whose readers are gone wait for the next writer. */
static void reclaim(void)
{
	mutex_lock(&table_mutex);
	route_reclaim(table);
	mutex_unlock(&table_mutex);
}

static int destroy_setup(void)
{
	if (!table)
		return -ENOENT;
	rcu_barrier();
	return bench_slice_start();
}

static int destroy(u32 from, u32 nr)
{
	route_table_destroy(table);
	table = NULL;
	return 0;
}

void bench_table_exit(void)
{
	rcu_barrier();
	route_table_destroy(table);
}

#define FAMILY4	.family = ROUTE_INET4
#define FAMILY6	.family = ROUTE_INET6

const struct bench bench_table[] = {
	{
		.name = "route.4.load", .over = BENCH_ROUTES, FAMILY4,
		.is_once = true, .setup = table_setup, .settle = reclaim,
		.loop = load4,
	}, {
		.name = "route.6.load", .over = BENCH_ROUTES, FAMILY6,
		.is_once = true, .setup = table_setup, .settle = reclaim,
		.loop = load6,
	}, {
		.name = "route.4.lookup", .over = BENCH_KEYS, FAMILY4,
		.is_atomic = true, .setup = ready,
		.loop = lookup4, .answer = answer4,
	}, {
		.name = "route.6.lookup", .over = BENCH_KEYS, FAMILY6,
		.is_atomic = true, .setup = ready,
		.loop = lookup6, .answer = answer6,
	}, {
		.name = "route.4.bulk", .over = BENCH_KEYS, FAMILY4,
		.is_atomic = true, .setup = ready,
		.loop = bulk4, .answer = bulk_answer4,
	}, {
		.name = "route.6.bulk", .over = BENCH_KEYS, FAMILY6,
		.is_atomic = true, .setup = ready,
		.loop = bulk6, .answer = bulk_answer6,
	}, {
		.name = "route.4.add", .over = BENCH_SAMPLE, FAMILY4,
		.settle = reclaim, .chunk = 64, .setup = without4, .loop = add4,
	}, {
		.name = "route.4.delete", .over = BENCH_SAMPLE, FAMILY4,
		.settle = reclaim, .chunk = 64, .loop = delete4, .teardown = with4,
	}, {
		.name = "route.6.add", .over = BENCH_SAMPLE, FAMILY6,
		.settle = reclaim, .chunk = 64, .setup = without6, .loop = add6,
	}, {
		.name = "route.6.delete", .over = BENCH_SAMPLE, FAMILY6,
		.settle = reclaim, .chunk = 64, .loop = delete6, .teardown = with6,
	}, {
		.name = "route.4.batch-add", .over = BENCH_SAMPLE, FAMILY4,
		.settle = reclaim, .setup = without4, .loop = batch_add4,
	}, {
		.name = "route.4.batch-delete", .over = BENCH_SAMPLE, FAMILY4,
		.settle = reclaim, .loop = batch_delete4, .teardown = with4,
	}, {
		.name = "route.6.batch-add", .over = BENCH_SAMPLE, FAMILY6,
		.settle = reclaim, .setup = without6, .loop = batch_add6,
	}, {
		.name = "route.6.batch-delete", .over = BENCH_SAMPLE, FAMILY6,
		.settle = reclaim, .loop = batch_delete6, .teardown = with6,
	}, {
		.name = "route.destroy", .over = BENCH_ONE, .is_once = true,
		.setup = destroy_setup, .loop = destroy,
		.teardown = bench_slice_stop,
	},
	{ }
};
