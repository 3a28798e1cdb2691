// SPDX-License-Identifier: GPL-2.0
/*
 * All threads warm up, then wait for one flag; the first reader that has asked
 * for all keys once ends the round for all.  What counts is what was done, each
 * by the time that it took.
 *
 * Each reader begins somewhere else, so that no two want the same keys at the
 * same time.
 */
#include "bench_run.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "interrupt.h"
#include "progress.h"

#define SLICE_KEYS	((size_t)64 * MIRROR_VIEW_KEYS)
#define WARM_KEYS	((size_t)1 << 20)
#define NAP_NS		50000
#define NS_PER_SEC	1000000000ULL
#define CACHE_LINE	128	/* two of 64: they are fetched in pairs */

struct round;

/*
 * struct reader - a thread that asks
 *   O   its own thread's until it has ended
 *   A   written by its own thread, read by the writer, WRITE_ONCE and READ_ONCE
 */
struct reader {
	struct round	*round;
	unsigned int	index;
	pthread_t	thread;
	u64		done;		/* A */
	u64		sum;		/* O */
	u64		cpu_ns;		/* O */
	u64		wall_ns;	/* O */
	u64		involuntary;	/* O */
} __attribute__((aligned(CACHE_LINE)));

/*
 * struct round - what the threads of a round share
 *   I   set before they start
 *   A   flags and counters: atomic accesses
 */
struct round {
	struct bench_run	*run;		/* I */
	enum bench_kind		kind;		/* I */
	struct reader		*readers;	/* I */
	unsigned int		nr_threads;	/* I */
	unsigned int		nr_ready;	/* A */
	bool			stop;		/* A */
	bool			is_through;	/* A: a reader has done all keys */
	pthread_t		writer;
	u64			updates;	/* the writer's until it has ended */
	u64			write_ns;	/* the same */
	int			error;		/* the same */
};

/* The last one to come lets all go; more threads than CPUs must not hang here. */
static void meet(struct round *r)
{
	__atomic_add_fetch(&r->nr_ready, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&r->nr_ready, __ATOMIC_ACQUIRE) < r->nr_threads)
		sched_yield();
}

static bool is_over(const struct round *r)
{
	return __atomic_load_n(&r->stop, __ATOMIC_RELAXED) || interrupt_came();
}

/* Of @n keys from @at on. */
static u64 ask(const struct round *r, size_t at, size_t n)
{
	const struct bench_run *run = r->run;
	struct mirror_keys part = *run->keys;

	if (part.family == ROUTE_INET4)
		part.addr4 += at;
	else
		part.addr6 += at;
	part.nr = n;
	return run->ops->pass(run->mirror, &part, run->mode,
			      r->kind == BENCH_EMPTY);
}

static void ask_all(struct reader *reader)
{
	struct round *r = reader->round;
	size_t nr = r->run->keys->nr, n;
	size_t at = nr / r->run->nr_readers * reader->index;

	while (reader->done < nr && !is_over(r)) {
		n = min(nr - at, SLICE_KEYS);
		n = min(n, nr - reader->done);
		reader->sum += ask(r, at, n);
		at = at + n == nr ? 0 : at + n;
		__atomic_store_n(&reader->done, reader->done + n,
				 __ATOMIC_RELAXED);
	}
	if (reader->done == nr)
		__atomic_store_n(&r->is_through, true, __ATOMIC_RELAXED);
	__atomic_store_n(&r->stop, true, __ATOMIC_RELAXED);
}

static void *reader_main(void *arg)
{
	struct reader *reader = arg;
	struct round *r = reader->round;
	const struct mirror_ops *ops = r->run->ops;
	u64 start_ns, start_cpu_ns, switches;

	thread_pin(reader->index);
	ops->register_thread();
	ask(r, 0, min(r->run->keys->nr, WARM_KEYS));
	ops->offline();
	meet(r);
	ops->online();
	switches = thread_involuntary();
	start_ns = progress_now_ns();
	start_cpu_ns = thread_cpu_ns();
	ask_all(reader);
	reader->cpu_ns = thread_cpu_ns() - start_cpu_ns;
	reader->wall_ns = progress_now_ns() - start_ns;
	reader->involuntary = thread_involuntary() - switches;
	ops->unregister_thread();
	return NULL;
}

static u64 lookups_done(const struct round *r)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < r->run->nr_readers; i++)
		sum += __atomic_load_n(&r->readers[i].done, __ATOMIC_RELAXED);
	return sum;
}

/* How many updates there may have been by now. */
static u64 updates_due(const struct round *r, u64 start_ns)
{
	const struct bench_writes *w = &r->run->writes;
	u64 ns;

	if (w->percent)
		return lookups_done(r) * w->percent / (100 - w->percent);
	ns = progress_now_ns() - start_ns;
	return (double)w->per_second * ns / NS_PER_SEC;
}

static void nap(const struct mirror_ops *ops)
{
	static const struct timespec ts = { .tv_nsec = NAP_NS };

	ops->offline();
	nanosleep(&ts, NULL);
	ops->online();
}

static int update(struct bench_run *run)
{
	struct route_change change = churn_next(run->churn);
	size_t failed;

	return run->ops->apply(run->mirror, &change, 1, &failed);
}

static void *writer_main(void *arg)
{
	struct round *r = arg;
	struct bench_run *run = r->run;
	u64 start_ns, due;

	thread_pin(run->nr_readers);
	run->ops->register_thread();
	run->ops->offline();
	meet(r);
	run->ops->online();
	start_ns = progress_now_ns();
	while (!r->error && !is_over(r)) {
		due = updates_due(r, start_ns);
		if (r->updates >= due)
			nap(run->ops);
		for (; r->updates < due && !r->error && !is_over(r); r->updates++)
			r->error = update(run);
	}
	r->write_ns = progress_now_ns() - start_ns;
	__atomic_store_n(&r->stop, true, __ATOMIC_RELAXED);
	run->ops->unregister_thread();
	return NULL;
}

static void sum_up(const struct round *r, struct bench_round *round,
		   struct noise *noise)
{
	u64 cpu_ns = 0;
	unsigned int i;

	memset(round, 0, sizeof(*round));
	for (i = 0; i < r->run->nr_readers; i++) {
		const struct reader *reader = &r->readers[i];

		round->lookups += reader->done;
		round->sum += reader->sum;
		cpu_ns += reader->cpu_ns;
		if (reader->wall_ns)
			round->per_second += (double)reader->done * NS_PER_SEC /
					     reader->wall_ns;
		noise->cpu_ns += reader->cpu_ns;
		noise->wall_ns += reader->wall_ns;
		noise->involuntary += reader->involuntary;
	}
	if (round->lookups)
		round->ns = (double)cpu_ns / round->lookups;
	round->updates = r->updates;
	if (r->write_ns)
		round->updates_per_second = (double)r->updates * NS_PER_SEC /
					    r->write_ns;
	round->is_cut = !r->is_through;
	noise->nr_threads = max(noise->nr_threads, r->nr_threads);
}

/* With a thread missing the others would wait for ever: none, then. */
static int run_threads(struct round *r)
{
	unsigned int i, n = r->run->nr_readers;
	int ret = 0;

	for (i = 0; i < n && !ret; i++) {
		r->readers[i].round = r;
		r->readers[i].index = i;
		ret = -pthread_create(&r->readers[i].thread, NULL, reader_main,
				      &r->readers[i]);
	}
	if (!ret && r->nr_threads > n)
		ret = -pthread_create(&r->writer, NULL, writer_main, r);
	else if (ret)
		i--;
	if (ret) {
		__atomic_store_n(&r->stop, true, __ATOMIC_RELAXED);
		__atomic_store_n(&r->nr_ready, r->nr_threads, __ATOMIC_RELEASE);
	} else if (r->nr_threads > n) {
		pthread_join(r->writer, NULL);
		ret = r->error;
	}
	while (i--)
		pthread_join(r->readers[i].thread, NULL);
	return ret;
}

int bench_round_run(struct bench_run *run, enum bench_kind kind,
		    struct bench_round *round, struct noise *noise)
{
	struct round r = { .run = run, .kind = kind };
	size_t bytes = run->nr_readers * sizeof(*r.readers);
	int ret;

	r.readers = aligned_alloc(CACHE_LINE, bytes);
	if (!r.readers)
		return -ENOMEM;
	memset(r.readers, 0, bytes);
	r.nr_threads = run->nr_readers + (kind == BENCH_WRITES);
	ret = run_threads(&r);
	if (!ret)
		sum_up(&r, round, noise);
	free(r.readers);
	return ret;
}
