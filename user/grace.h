/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Callbacks after a grace period, as call_rcu() has them, but sooner: its thread
 * sleeps for ten milliseconds after each batch.  At a million changes a second ten
 * thousand of them wait then, and what they keep from being used again has left the
 * caches when its turn comes: that halves the rate.
 *
 * Compiled for each flavour of liburcu; any thread may call all of it.
 */
#ifndef _USER_GRACE_H
#define _USER_GRACE_H

#include <core/port.h>
#include <pthread.h>
#include <urcu/wfcqueue.h>

/**
 * struct grace - a thread that waits for grace periods, and what waits for it
 * @head: of the queue of callbacks
 * @tail: of it
 * @lock: guards sleep and end of the thread
 * @wake: there is a callback, or @is_over has changed
 * @is_asleep: the thread waits for the next callback
 * @is_over: it shall end when nothing waits
 * @thread: the thread
 */
struct grace {
	struct cds_wfcq_head	head;
	struct cds_wfcq_tail	tail;
	pthread_mutex_t		lock;
	pthread_cond_t		wake;
	bool			is_asleep;	/* lock; callers look without */
	bool			is_over;	/* lock */
	pthread_t		thread;
};

/**
 * grace_start() - make the thread
 * @g: out
 * Return: 0 or -errno.
 */
int grace_start(struct grace *g);

/* grace_stop - run what waits, and end the thread; nobody calls any more. */
void grace_stop(struct grace *g);

/**
 * grace_call() - call a function after a grace period
 * @g: thread, which calls it
 * @head: handed to it
 * @func: the function; must not sleep for long, others wait behind it
 */
void grace_call(struct grace *g, struct rcu_head *head,
		void (*func)(struct rcu_head *head));

/* grace_barrier - return when all calls so far have been made; sleeps. */
void grace_barrier(struct grace *g);

#endif /* _USER_GRACE_H */
