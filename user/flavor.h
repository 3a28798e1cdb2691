/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files that are compiled for each flavour share.
 */
#ifndef _USER_FLAVOR_H
#define _USER_FLAVOR_H

#include "mirror.h"

#include <pthread.h>

#include "grace.h"

/*
 * struct mirror - a table and its lock
 *   I   set before publication, then never changed
 */
struct mirror {
	struct route_table	*table;		/* I */
	pthread_mutex_t		lock;		/* the table's writer lock */
	struct grace		grace;		/* calls what follows grace periods */
};

/* A mutex may block: a qsbr reader must not hold up grace periods meanwhile. */
static inline void flavor_lock(struct mirror *m)
{
	rcu_thread_offline();
	pthread_mutex_lock(&m->lock);
	rcu_thread_online();
}

static inline void flavor_unlock(struct mirror *m)
{
	pthread_mutex_unlock(&m->lock);
}

/*
 * flavor_reclaim - take back what readers hold now.
 *
 * Once grace_barrier() is back, all that waited at its start has been handed to
 * the reclaimed list, and route_reclaim() takes it from there.
 */
void flavor_reclaim(struct mirror *m);

/* flavor_wait - sleep while so much memory waits for readers that writers must. */
void flavor_wait(struct mirror *m);

/* flavor_bench.c: see struct mirror_ops. */
u64 flavor_pass(struct mirror *m, const struct mirror_keys *keys,
		enum mirror_mode mode, bool is_empty);
u64 flavor_gen(struct mirror *m);
void flavor_settle(struct mirror *m, u64 *longest_ns);

#endif /* _USER_FLAVOR_H */
