// SPDX-License-Identifier: GPL-2.0
/*
 * The queue is liburcu's, wait-free for who enqueues.  The thread takes all that is
 * in it at once, waits for one grace period, and calls.
 */
#include "grace.h"

#include <signal.h>
#include <time.h>

/*
 * Between two grace periods, while there are callbacks: each costs the readers an
 * interrupt where the flavour asks the kernel for a barrier on all CPUs.
 */
#define PAUSE_NS	500000

static void pause_a_while(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	nanosleep(&pause, NULL);
}

/* Until there are callbacks.  False: there are none, and it is over. */
static bool await_calls(struct grace *g)
{
	bool any;

	pthread_mutex_lock(&g->lock);
	for (;;) {
		CMM_STORE_SHARED(g->is_asleep, true);
		/*
		 * Say so before the queue is looked at: pairs with the full barrier in
		 * cds_wfcq_enqueue(), behind which grace_call() looks at @is_asleep.
		 * Without it both may miss the other, and a callback is not made until
		 * the next one comes.
		 */
		cmm_smp_mb();
		any = !cds_wfcq_empty(&g->head, &g->tail);
		if (any || g->is_over)
			break;
		pthread_cond_wait(&g->wake, &g->lock);
	}
	CMM_STORE_SHARED(g->is_asleep, false);
	pthread_mutex_unlock(&g->lock);
	return any;
}

static void *grace_main(void *arg)
{
	struct grace *g = arg;

	while (await_calls(g)) {
		struct cds_wfcq_node *node, *next;
		struct cds_wfcq_head head;
		struct cds_wfcq_tail tail;

		cds_wfcq_init(&head, &tail);
		__cds_wfcq_splice_blocking(&head, &tail, &g->head, &g->tail);
		synchronize_rcu();
		__cds_wfcq_for_each_blocking_safe(&head, &tail, node, next) {
			struct rcu_head *rcu = container_of(node, struct rcu_head, next);

			rcu->func(rcu);
		}
		pause_a_while();
	}
	return NULL;
}

static void grace_fini(struct grace *g)
{
	pthread_cond_destroy(&g->wake);
	pthread_mutex_destroy(&g->lock);
	cds_wfcq_destroy(&g->head, &g->tail);
}

int grace_start(struct grace *g)
{
	sigset_t all, old;
	int ret;

	cds_wfcq_init(&g->head, &g->tail);
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->wake, NULL);
	g->is_asleep = false;
	g->is_over = false;
	/* Signals are for the threads that know what to do with them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_create(&g->thread, NULL, grace_main, g);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (ret)
		grace_fini(g);
	return -ret;
}

/* A qsbr reader that sleeps must not hold grace periods up.  True: it would have. */
static bool go_offline(void)
{
	bool was_online = rcu_read_ongoing();

	if (was_online)
		rcu_thread_offline();
	return was_online;
}

static void go_online(bool was_online)
{
	if (was_online)
		rcu_thread_online();
}

void grace_stop(struct grace *g)
{
	bool was_online = go_offline();

	pthread_mutex_lock(&g->lock);
	g->is_over = true;
	pthread_cond_signal(&g->wake);
	pthread_mutex_unlock(&g->lock);
	pthread_join(g->thread, NULL);
	go_online(was_online);
	grace_fini(g);
}

void grace_call(struct grace *g, struct rcu_head *head,
		void (*func)(struct rcu_head *head))
{
	cds_wfcq_node_init(&head->next);
	head->func = func;
	cds_wfcq_enqueue(&g->head, &g->tail, &head->next);
	/* A full barrier: pairs with await_calls(). */
	if (!CMM_LOAD_SHARED(g->is_asleep))
		return;
	pthread_mutex_lock(&g->lock);
	pthread_cond_signal(&g->wake);
	pthread_mutex_unlock(&g->lock);
}

struct barrier {
	struct rcu_head		rcu;
	pthread_mutex_t		lock;
	pthread_cond_t		wake;
	bool			is_done;	/* lock */
};

static void barrier_done(struct rcu_head *head)
{
	struct barrier *b = container_of(head, struct barrier, rcu);

	pthread_mutex_lock(&b->lock);
	b->is_done = true;
	pthread_cond_signal(&b->wake);
	pthread_mutex_unlock(&b->lock);
}

void grace_barrier(struct grace *g)
{
	struct barrier b = {
		.lock	= PTHREAD_MUTEX_INITIALIZER,
		.wake	= PTHREAD_COND_INITIALIZER,
	};
	bool was_online = go_offline();

	grace_call(g, &b.rcu, barrier_done);
	pthread_mutex_lock(&b.lock);
	while (!b.is_done)
		pthread_cond_wait(&b.wake, &b.lock);
	pthread_mutex_unlock(&b.lock);
	go_online(was_online);
}
