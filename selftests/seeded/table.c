// SPDX-License-Identifier: GPL-2.0
/*
 * Bugs of a route table's owner: what core/route.h asks of it is left out.  The
 * table's nodes lie in one region, where KASAN sees neither free nor reuse: who
 * meets them after their grace period is told by the core's own poison.
 */
#include "seeded.h"

#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include <core/route.h>
#include <core/view.h>

#define RACE_TIME	(2 * HZ)

enum { NEXTHOP_OLD = 7, NEXTHOP_NEW };

static DEFINE_MUTEX(table_lock);
static struct route_table __rcu *table;

/*
 * 10.0.0.0/8.  Its first six bits name a slot in which a poisoned node has no
 * kid, so that a reader which met one goes no further.
 */
static const struct route_prefix prefix = {
	.family = ROUTE_INET4, .len = 8, .addr.hi = 0x0aULL << 56,
};

/* As a table may do whose readers take a lock, and no other. */
static void call_at_once(struct rcu_head *head,
			 void (*func)(struct rcu_head *head))
{
	func(head);
}

static const struct route_owner_ops with_grace = { .call = call_rcu };
static const struct route_owner_ops without_grace = { .call = call_at_once };

static struct route_table *create(const struct route_owner_ops *ops)
{
	static const struct route_limits no_limits;
	struct route_owner owner = { .ops = ops, .may_sleep = true };
	struct route_table *t;

	port_lock_init(&owner.lock, &table_lock);
	t = route_table_create(&no_limits, &owner);
	rcu_assign_pointer(table, t);
	return t;
}

static void destroy(struct route_table *t)
{
	RCU_INIT_POINTER(table, NULL);
	synchronize_rcu();
	rcu_barrier();
	route_table_destroy(t);
}

/* Between prepare and fini. */
static int __set_route(struct route_txn *txn, u32 nexthop)
{
	const struct route_change change = {
		.op = ROUTE_REPLACE, .route = { prefix, nexthop },
	};
	int ret;

	route_txn_begin(txn);
	ret = route_txn_apply_sleep(txn, &change, NULL);
	if (!ret)
		return route_txn_commit_sleep(txn, NULL);
	route_txn_abort(txn);
	return ret;
}

static int set_route(struct route_table *t, u32 nexthop, bool locked)
{
	struct route_txn txn;
	int ret;

	route_txn_init(&txn, t);
	ret = route_txn_prepare(&txn);
	if (!ret && locked) {
		mutex_lock(&table_lock);
		ret = __set_route(&txn, nexthop);
		mutex_unlock(&table_lock);
	} else if (!ret) {
		ret = __set_route(&txn, nexthop);
	}
	route_txn_fini(&txn);
	return ret;
}

/* A view without a read section or the lock; the twin has the lock. */
static noinline int table_unprotected(bool correct)
{
	struct route_table *t = create(&with_grace);

	if (!t)
		return -ENOMEM;
	if (correct) {
		mutex_lock(&table_lock);
		route_view(t);
		mutex_unlock(&table_lock);
	} else {
		route_view(t);
	}
	destroy(t);
	return 0;
}

/* A transaction without the lock; the twin takes it. */
static noinline int table_unlocked(bool correct)
{
	struct route_table *t = create(&with_grace);
	int ret;

	if (!t)
		return -ENOMEM;
	ret = set_route(t, NEXTHOP_NEW, correct);
	destroy(t);
	return ret;
}

static noinline int table_destroyed_reader(struct seeded_thread *reader)
{
	const struct route_table *t;

	rcu_read_lock();
	t = rcu_dereference(table);
	seeded_pause(reader);
	route_view(t);
	rcu_read_unlock();
	return 0;
}

/* Destroys a table that a reader has found; the twin waits for the reader. */
static int table_destroyed(bool correct)
{
	struct route_table *t = create(&with_grace);
	struct seeded_thread reader;

	if (!t)
		return -ENOMEM;
	seeded_start(&reader, table_destroyed_reader, correct);
	seeded_await(&reader);
	RCU_INIT_POINTER(table, NULL);
	if (correct) {
		seeded_resume(&reader);
		synchronize_rcu();
	}
	route_table_destroy(t);
	return seeded_finish(&reader);
}

/* The view is on the heap, which KASAN watches: the nodes alone are tried. */
static noinline int table_no_grace_reader(struct seeded_thread *reader)
{
	struct route_view view;
	u32 nexthop;

	rcu_read_lock();
	view = *route_view(rcu_dereference(table));
	seeded_pause(reader);
	nexthop = route_get(&view, &prefix);
	rcu_read_unlock();
	return reader->correct && nexthop != NEXTHOP_OLD ? -EUCLEAN : 0;
}

/* A lookup that is held up on its way from the word of the root to the node. */
static noinline int table_no_grace_lookup(struct seeded_thread *reader)
{
	const struct route_view *v;
	unsigned int leaf;
	const u8 *base;
	u32 ref;

	rcu_read_lock();
	v = route_view(rcu_dereference(table));
	base = v->fib_base;
	ref = fib_word(&v->word[prefix.family][prefix.addr.hi >>
					       (64 - v->bits[prefix.family])]);
	seeded_pause(reader);
	leaf = fib4_leaf(fib_node(base, ref),
			 rib_slot(&prefix.addr, RIB_STRIDE));
	rcu_read_unlock();
	/* In a node that was reused any leaf may stand. */
	if (!reader->correct)
		return 0;
	return fib4_hop_id(base, leaf) == NEXTHOP_OLD ? 0 : -EUCLEAN;
}

/* Reuses nodes under their reader; the twin does after a grace period. */
static int no_grace(bool correct, int (*read_table)(struct seeded_thread *reader))
{
	struct route_table *t = create(correct ? &with_grace : &without_grace);
	struct seeded_thread reader;
	int ret, read;

	if (!t)
		return -ENOMEM;
	ret = set_route(t, NEXTHOP_OLD, true);
	seeded_start(&reader, read_table, correct);
	seeded_await(&reader);
	if (!ret)
		ret = set_route(t, NEXTHOP_NEW, true);
	mutex_lock(&table_lock);
	route_reclaim(t);
	mutex_unlock(&table_lock);
	read = seeded_finish(&reader);
	destroy(t);
	return ret ? ret : read;
}

static int table_no_grace(bool correct)
{
	return no_grace(correct, table_no_grace_reader);
}

static int table_no_grace_compiled(bool correct)
{
	return no_grace(correct, table_no_grace_lookup);
}

static noinline int table_stats_writer(struct seeded_thread *writer)
{
	struct route_table *t = rcu_dereference_protected(table, true);
	unsigned long end = jiffies + RACE_TIME;
	u32 nexthop = 1;
	int ret;

	do {
		ret = set_route(t, nexthop++, true);
		cond_resched();
	} while (!ret && time_before(jiffies, end));
	return ret;
}

/* Asks for figures in a read section; the twin has the lock that they need. */
static int table_stats(bool correct)
{
	struct route_table *t = create(&with_grace);
	unsigned long end = jiffies + RACE_TIME;
	struct seeded_thread writer;
	struct route_stats stats;
	int ret;

	if (!t)
		return -ENOMEM;
	seeded_start(&writer, table_stats_writer, correct);
	while (time_before(jiffies, end)) {
		if (correct) {
			mutex_lock(&table_lock);
			route_table_stats(t, &stats);
			mutex_unlock(&table_lock);
		} else {
			rcu_read_lock();
			route_table_stats(t, &stats);
			rcu_read_unlock();
		}
		cond_resched();
	}
	ret = seeded_finish(&writer);
	destroy(t);
	return ret;
}

const struct seeded_bug seeded_table[] = {
	{
		"table_unprotected", "kasan",
		"core/route\\.c:[0-9]+ suspicious rcu_dereference_check\\(\\) usage"
		SEEDED_VIA("table_unprotected"),
		SEEDED_EARLY, table_unprotected
	}, {
		"table_unlocked", "kasan",
		"core/view\\.h:[0-9]+ suspicious rcu_dereference_protected\\(\\) usage"
		SEEDED_VIA("table_unlocked"),
		SEEDED_EARLY, table_unlocked
	}, {
		"table_no_grace", "kasan",
		"a reader met a node after its grace period"
		SEEDED_VIA("table_no_grace_reader"),
		SEEDED_EARLY, table_no_grace
	}, {
		"table_no_grace_compiled", "kasan",
		"a lookup met a node after its grace period"
		SEEDED_VIA("table_no_grace_lookup"),
		SEEDED_EARLY, table_no_grace_compiled
	}, {
		"table_destroyed", "kasan",
		"KASAN: slab-use-after-free" SEEDED_IN("route_view")
		SEEDED_VIA("table_destroyed_reader"),
		SEEDED_LATE, table_destroyed
	}, {
		"table_stats", "kcsan",
		"KCSAN: data-race in .*route_table_stats.* \\[seeded\\]",
		SEEDED_EARLY, table_stats
	}, { }
};
