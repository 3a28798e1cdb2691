// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's IPv4 table, fib_trie: a table of its own in the first network
 * namespace.  Lookups are fib_table_lookup(), as fib_lookup() calls it with no
 * rules set; updates are fib_table_insert() and fib_table_delete(), the rtnl
 * lock taken once for many, with all they do beside the trie, as notifications.
 *
 * A route's next hop can be given in two ways, and each table entry is measured
 * in the one that is cheaper for it.  Those that are looked up have a gateway of
 * their own.  Those that are added have a nexthop object, whose fib_info is at
 * hand; of a gateway it is made first, to find that there is one, and the
 * allocator of per-CPU memory makes that take 3 to 10 thousand instructions more,
 * at random.
 */
#include "bench.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/inetdevice.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/vmalloc.h>

#include <net/ip_fib.h>
#include <net/net_namespace.h>

/* The gateway of next hop n is 10.128.0.0 + n, which is asked nothing. */
#define GATEWAY		0x0a800000

static typeof(fib_table_insert) *insert;
static typeof(fib_table_delete) *delete;
static struct fib_table *table;

static int fib4_setup(void)
{
	insert = bench_symbol("fib_table_insert");
	delete = bench_symbol("fib_table_delete");
	if (!insert || !delete)
		return -ENOENT;
	rtnl_lock();
	table = fib_new_table(&init_net, BENCH_TABLE_ID);
	rtnl_unlock();
	return table ? 0 : -ENOMEM;
}

/* The route without a next hop, as in "ip route del PREFIX". */
static struct fib_config to_config(const struct bench_data_route *route)
{
	const struct route_addr addr = { .hi = route->addr.hi };

	return (struct fib_config){
		.fc_dst		= cpu_to_be32(route_addr_to4(&addr)),
		.fc_dst_len	= route->len,
		.fc_table	= BENCH_TABLE_ID,
		.fc_protocol	= RTPROT_STATIC,
		.fc_scope	= RT_SCOPE_UNIVERSE,
		.fc_type	= RTN_UNICAST,
		.fc_nlflags	= NLM_F_CREATE | NLM_F_EXCL,
		.fc_nlinfo.nl_net = &init_net,
	};
}

static int ready(void)
{
	return table ? 0 : -ENOENT;
}

/*
 * Its metric is the next hop's: fib_infos are hashed by device and metric, not by
 * gateway, and all gateways of one device would make one long chain.
 */
static void set_gateway(struct fib_config *cfg, u32 nexthop)
{
	cfg->fc_oif = bench_ifindex;
	cfg->fc_priority = nexthop;
	cfg->fc_gw_family = AF_INET;
	cfg->fc_gw4 = cpu_to_be32(GATEWAY + nexthop);
	cfg->fc_flags = RTNH_F_ONLINK;
}

static int load(u32 from, u32 nr)
{
	const struct bench_data_route *routes = bench_routes[ROUTE_INET4] + from;
	int ret = 0;
	u32 i;

	rtnl_lock();
	for (i = 0; i < nr && !ret; i++) {
		struct fib_config cfg = to_config(&routes[i]);

		set_gateway(&cfg, routes[i].nexthop);
		ret = insert(&init_net, table, &cfg, NULL);
	}
	rtnl_unlock();
	return ret;
}

static int add(u32 from, u32 nr)
{
	const struct bench_data_route *routes = bench_sample[ROUTE_INET4] + from;
	int ret = 0;
	u32 i;

	rtnl_lock();
	for (i = 0; i < nr && !ret; i++) {
		struct fib_config cfg = to_config(&routes[i]);

		cfg.fc_nh_id = routes[i].nexthop;
		ret = insert(&init_net, table, &cfg, NULL);
	}
	rtnl_unlock();
	return ret;
}

static int remove(u32 from, u32 nr)
{
	const struct bench_data_route *routes = bench_sample[ROUTE_INET4] + from;
	int ret = ready();
	u32 i;

	rtnl_lock();
	for (i = 0; i < nr && !ret; i++) {
		struct fib_config cfg = to_config(&routes[i]);

		ret = delete(&init_net, table, &cfg, NULL);
	}
	rtnl_unlock();
	return ret;
}

static int without(void)
{
	return remove(0, bench_nr_sample[ROUTE_INET4]);
}

static void with(void)
{
	add(0, bench_nr_sample[ROUTE_INET4]);
}

/* Large nodes come from vmalloc(), which gives them back later. */
static void settle(void)
{
	msleep(100);
	vm_unmap_aliases();
}

static int lookup(u32 from, u32 nr)
{
	const struct bench_lpm_key *keys = bench_keys->lpm + from;
	struct flowi4 flow = { };
	struct fib_result res;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < nr; i++) {
		flow.daddr = keys[i].addr4;
		sum += fib_table_lookup(table, &flow, &res, FIB_LOOKUP_NOREF);
	}
	bench_sink += sum;
	return 0;
}

static u32 answer(u32 i)
{
	const struct flowi4 flow = { .daddr = bench_keys->lpm[i].addr4 };
	struct fib_result res;
	u32 nexthop = 0;

	rcu_read_lock();
	if (!fib_table_lookup(table, &flow, &res, FIB_LOOKUP_NOREF))
		nexthop = be32_to_cpu(res.nhc->nhc_gw.ipv4) - GATEWAY;
	rcu_read_unlock();
	return nexthop;
}

const struct bench bench_fib4[] = {
	{
		.name = "fib.4.load", .over = BENCH_ROUTES, .is_once = true,
		.setup = fib4_setup, .loop = load, .chunk = 64,
	}, {
		.name = "fib.4.lookup", .over = BENCH_KEYS, .is_atomic = true,
		.setup = ready, .loop = lookup, .answer = answer,
	}, {
		.name = "fib.4.add", .over = BENCH_SAMPLE, .chunk = 64,
		.settle = settle, .setup = without, .loop = add,
	}, {
		.name = "fib.4.delete", .over = BENCH_SAMPLE, .chunk = 64,
		.settle = settle, .setup = ready, .loop = remove, .teardown = with,
	},
	{ }
};
