// SPDX-License-Identifier: GPL-2.0
/*
 * The core's owner in user space: a mutex for the writer, liburcu for the
 * readers.  Compiled with the core once for each flavour, KONTEND_FLAVOR, and
 * linked with it into one object that exports mirror_ops_FLAVOR alone.
 */
#include "flavor.h"

#include <core/view.h>

#include "progress.h"

#define STR(x)			#x
#define XSTR(x)			STR(x)
#define PASTE(a, b)		a ## b
#define XPASTE(a, b)		PASTE(a, b)
#define MIRROR_OPS		XPASTE(mirror_ops_, KONTEND_FLAVOR)

/* Memory that may wait for readers before a writer does. */
#define PENDING_BYTES_MAX	(64ULL << 20)

static void register_thread(void)
{
	rcu_register_thread();
}

static void unregister_thread(void)
{
	rcu_unregister_thread();
}

static void offline(void)
{
	rcu_thread_offline();
}

static void online(void)
{
	rcu_thread_online();
}

/* What is called after a grace period is a view, which knows whose it is. */
static void call(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	const struct route_view *v = container_of(head, struct route_view, rcu);
	struct mirror *m = v->table->owner.owner;

	grace_call(&m->grace, head, func);
}

static const struct route_owner_ops owner_ops = {
	.call	= call,
};

static struct mirror *create(void)
{
	static const struct route_limits limits = {
		.bytes_pending	= PENDING_BYTES_MAX,
	};
	struct route_owner owner = { .ops = &owner_ops, .may_sleep = true };
	struct mirror *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	if (grace_start(&m->grace)) {
		free(m);
		return NULL;
	}
	pthread_mutex_init(&m->lock, NULL);
	owner.owner = m;
	port_lock_init(&owner.lock, &m->lock);
	m->table = route_table_create(&limits, &owner);
	if (m->table)
		return m;
	grace_stop(&m->grace);
	pthread_mutex_destroy(&m->lock);
	free(m);
	return NULL;
}

static void destroy(struct mirror *m)
{
	/* The callbacks first: they refer to the table. */
	grace_stop(&m->grace);
	route_table_destroy(m->table);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

void flavor_reclaim(struct mirror *m)
{
	grace_barrier(&m->grace);
	flavor_lock(m);
	route_reclaim(m->table);
	flavor_unlock(m);
}

void flavor_wait(struct mirror *m)
{
	while (route_must_wait(m->table))
		flavor_reclaim(m);
}

static int apply_locked(struct route_txn *txn,
			const struct route_change *changes, size_t n,
			size_t *failed, struct mirror_times *times)
{
	int ret;

	route_txn_begin(txn);
	for (*failed = 0; *failed < n; ++*failed) {
		ret = route_txn_apply_sleep(txn, &changes[*failed], NULL);
		if (ret) {
			route_txn_abort(txn);
			return ret;
		}
	}
	if (!times)
		return route_txn_commit_sleep(txn, NULL);
	times->commit_ns = progress_now_ns();
	ret = route_txn_commit_sleep(txn, &times->gen);
	times->done_ns = progress_now_ns();
	return ret;
}

static int apply_timed(struct mirror *m, const struct route_change *changes,
		       size_t n, size_t *failed, struct mirror_times *times)
{
	struct route_txn txn;
	int ret;

	*failed = 0;
	flavor_wait(m);
	if (times)
		times->begin_ns = progress_now_ns();
	route_txn_init(&txn, m->table);
	ret = route_txn_prepare(&txn);
	if (!ret) {
		flavor_lock(m);
		ret = apply_locked(&txn, changes, n, failed, times);
		flavor_unlock(m);
	}
	route_txn_fini(&txn);
	return ret;
}

static int apply(struct mirror *m, const struct route_change *changes, size_t n,
		 size_t *failed)
{
	return apply_timed(m, changes, n, failed, NULL);
}

static int batch(struct mirror *m, const struct route_change *changes, size_t n,
		 struct mirror_times *times)
{
	size_t failed;

	return apply_timed(m, changes, n, &failed, times);
}

static void lookup(struct mirror *m, unsigned int family,
		   const struct route_addr *addrs, u32 *nexthops, size_t n)
{
	size_t done, now;

	for (done = 0; done < n; done += now) {
		now = min(n - done, (size_t)MIRROR_VIEW_KEYS);
		rcu_read_lock();
		route_lookup_bulk(route_view(m->table), family, addrs + done,
				  nexthops + done, now);
		rcu_read_unlock();
		rcu_quiescent_state();
	}
}

static size_t walk(struct mirror *m, const struct route_prefix *after,
		   struct route *routes, size_t n)
{
	rcu_read_lock();
	n = route_walk(route_view(m->table), after, routes,
		       min(n, (size_t)MIRROR_VIEW_KEYS));
	rcu_read_unlock();
	rcu_quiescent_state();
	return n;
}

static void stats(struct mirror *m, struct route_stats *figures)
{
	flavor_lock(m);
	route_table_stats(m->table, figures);
	flavor_unlock(m);
}

static int check(struct mirror *m, const char **reason)
{
	int ret;

	flavor_lock(m);
	ret = route_check(m->table, reason);
	flavor_unlock(m);
	return ret;
}

const struct mirror_ops MIRROR_OPS = {
	.name			= XSTR(KONTEND_FLAVOR),
	.register_thread	= register_thread,
	.unregister_thread	= unregister_thread,
	.offline		= offline,
	.online			= online,
	.create			= create,
	.destroy		= destroy,
	.apply			= apply,
	.lookup			= lookup,
	.walk			= walk,
	.stats			= stats,
	.check			= check,
	.core_cflags		= KONTEND_CORE_CFLAGS,
	.pass			= flavor_pass,
	.gen			= flavor_gen,
	.batch			= batch,
	.settle			= flavor_settle,
};
