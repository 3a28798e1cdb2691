/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A route table with an owner, for tests: a mutex for a lock, liburcu for
 * grace periods.
 *
 * The flavours differ in what a thread has to do, and all of it is done here
 * or named here, so that a test reads the same for each: every thread calls
 * rcu_register_thread(); one that waits for another outside a read section is
 * offline meanwhile, and one that runs says rcu_quiescent_state() between read
 * sections.  These do nothing where the flavour does not need them.
 */
#ifndef _SELFTESTS_FIXTURE_H
#define _SELFTESTS_FIXTURE_H

#include <pthread.h>

#include <core/route.h>

struct fixture {
	struct route_table	*t;
	struct route_owner_ops	ops;
	pthread_mutex_t		lock;
	unsigned long		nr_reclaimed;	/* calls of ->reclaimed */
};

/*
 * @limits NULL: none; @call NULL: call_rcu().
 * Return: 0 or -ENOMEM.
 */
int fixture_init(struct fixture *f, const struct route_limits *limits,
		 void (*call)(struct rcu_head *head,
			      void (*func)(struct rcu_head *head)));

/* Nobody reads any more.  Checks the table a last time. */
void fixture_fini(struct fixture *f);

/* Wait for all grace periods, then take all memory back. */
void fixture_drain(struct fixture *f);

/* route_check(), which must not find anything. */
void fixture_check(struct fixture *f);

/* One transaction of one change.  The result of its route_txn_apply_sleep(). */
int fixture_change(struct fixture *f, enum route_op op,
		   const struct route_prefix *prefix, u32 nexthop);

struct route_stats fixture_stats(struct fixture *f);

/* A read section and its view. */
const struct route_view *fixture_read_lock(struct fixture *f);
void fixture_read_unlock(void);

#endif /* _SELFTESTS_FIXTURE_H */
