// SPDX-License-Identifier: GPL-2.0
/*
 * A route table with an owner, for tests (fixture.h).
 */
#include "fixture.h"

#include "tap.h"

static void count_reclaimed(void *owner)
{
	struct fixture *f = owner;

	uatomic_inc(&f->nr_reclaimed);
}

int fixture_init(struct fixture *f, const struct route_limits *limits,
		 void (*call)(struct rcu_head *head,
			      void (*func)(struct rcu_head *head)))
{
	static const struct route_limits no_limits;
	struct route_owner owner = {
		.ops = &f->ops, .owner = f, .may_sleep = true,
	};

	*f = (struct fixture){
		.ops.call = call ? call : call_rcu,
		.ops.reclaimed = count_reclaimed,
	};
	pthread_mutex_init(&f->lock, NULL);
	port_lock_init(&owner.lock, &f->lock);
	f->t = route_table_create(limits ? limits : &no_limits, &owner);
	return f->t ? 0 : -ENOMEM;
}

void fixture_check(struct fixture *f)
{
	const char *reason;
	int ret;

	pthread_mutex_lock(&f->lock);
	ret = route_check(f->t, &reason);
	pthread_mutex_unlock(&f->lock);
	tap_expect(!ret, "route_check: %s", reason);
}

void fixture_drain(struct fixture *f)
{
	rcu_barrier();
	pthread_mutex_lock(&f->lock);
	route_reclaim(f->t);
	pthread_mutex_unlock(&f->lock);
}

void fixture_fini(struct fixture *f)
{
	fixture_drain(f);
	fixture_check(f);
	route_table_destroy(f->t);
	pthread_mutex_destroy(&f->lock);
}

int fixture_change(struct fixture *f, enum route_op op,
		   const struct route_prefix *prefix, u32 nexthop)
{
	struct route_change change = { .op = op };
	struct route_txn txn;
	int ret;

	if (prefix)
		change.route.prefix = *prefix;
	change.route.nexthop = nexthop;
	route_txn_init(&txn, f->t);
	ret = route_txn_prepare(&txn);
	if (!ret) {
		pthread_mutex_lock(&f->lock);
		route_txn_begin(&txn);
		ret = route_txn_apply_sleep(&txn, &change, NULL);
		tap_expect(!route_txn_commit_sleep(&txn, NULL), "no memory");
		pthread_mutex_unlock(&f->lock);
	}
	route_txn_fini(&txn);
	rcu_quiescent_state();
	return ret;
}

struct route_stats fixture_stats(struct fixture *f)
{
	struct route_stats stats;

	pthread_mutex_lock(&f->lock);
	route_table_stats(f->t, &stats);
	pthread_mutex_unlock(&f->lock);
	return stats;
}

const struct route_view *fixture_read_lock(struct fixture *f)
{
	rcu_read_lock();
	return route_view(f->t);
}

void fixture_read_unlock(void)
{
	rcu_read_unlock();
	rcu_quiescent_state();
}
