// SPDX-License-Identifier: GPL-2.0
/*
 * The table as a whole: loaded, replaced under a reader's eyes, worn by many
 * changes, and freed.
 */
#include "bench_update.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "bench_slice.h"
#include "bench_table.h"
#include "cmd_bench.h"
#include "interrupt.h"
#include "progress.h"

#define NS_PER_US	1e3
#define BATCHES_SMALL	20	/* of two changes, for each of the whole table */

static void say_us(struct update *u, const char *list, const char *what,
		   double *us, size_t nr)
{
	struct summary s = summarize(us, nr);

	if (!s.nr)
		return;
	noise_spread(&u->noise, &s);
	out_record(u->out, list,
		   "{what:46} {median:10} us ({min} to {max})",
		   OUT_STR("what", what), OUT_STR("unit", "us"),
		   OUT_U64("repeats", s.nr), OUT_F64("min", s.min),
		   OUT_F64("q1", s.q1), OUT_F64("median", s.median),
		   OUT_F64("q3", s.q3), OUT_F64("max", s.max));
}

static int load_often(struct update *u, const char *what,
		      const struct route *routes)
{
	double us[BENCH_REPEATS_MAX];
	struct mirror *m;
	size_t nr = 0;
	u64 ns, i;
	int ret;

	for (i = 0; i < u->repeats && !interrupt_came(); i++) {
		ret = bench_table_make(u->ops, &m, routes, u->routes.nr, &ns);
		if (ret)
			return ret;
		u->ops->destroy(m);
		us[nr++] = ns / NS_PER_US;
	}
	say_us(u, "loads", what, us, nr);
	return 0;
}

int update_load(struct update *u)
{
	size_t bytes = u->routes.nr * sizeof(struct route);
	struct route *routes = malloc(bytes);
	int ret;

	if (!routes)
		return -ENOMEM;
	memcpy(routes, u->routes.routes, bytes);
	ret = load_often(u, "load of all routes, sorted", routes);
	churn_shuffle(routes, u->routes.nr, u->seed);
	if (!ret)
		ret = load_often(u, "load of all routes, in random order",
				 routes);
	free(routes);
	return ret;
}

/*
 * struct witness - a reader that waits for a generation
 *   A   atomic accesses; @seen_ns is written before @seen, release and acquire
 */
struct witness {
	struct update	*update;
	u64		seen;		/* A: the newest generation it has seen */
	u64		seen_ns;	/* A: when it saw it first */
	bool		stop;		/* A */
};

static void *witness_main(void *arg)
{
	struct witness *w = arg;
	const struct mirror_ops *ops = w->update->ops;
	u64 gen;

	thread_pin(1);
	ops->register_thread();
	while (!__atomic_load_n(&w->stop, __ATOMIC_RELAXED)) {
		gen = ops->gen(w->update->mirror);
		if (gen == w->seen)
			continue;
		__atomic_store_n(&w->seen_ns, progress_now_ns(),
				 __ATOMIC_RELAXED);
		__atomic_store_n(&w->seen, gen, __ATOMIC_RELEASE);
	}
	ops->unregister_thread();
	return NULL;
}

/* struct batches - times of the batches of one size, in us */
struct batches {
	double	staged[BENCH_REPEATS_MAX * BATCHES_SMALL];
	double	visible[BENCH_REPEATS_MAX * BATCHES_SMALL];
	size_t	nr;
};

static int run_batch(struct witness *w, const struct route_change *changes,
		     size_t n, struct batches *b)
{
	struct update *u = w->update;
	struct mirror_times times;
	int ret;

	ret = u->ops->batch(u->mirror, changes, n, &times);
	if (ret)
		return ret;
	/* Pairs with the release in witness_main(): then @seen_ns is its time. */
	while (__atomic_load_n(&w->seen, __ATOMIC_ACQUIRE) < times.gen)
		;
	b->staged[b->nr] = (times.commit_ns - times.begin_ns) / NS_PER_US;
	b->visible[b->nr++] = (__atomic_load_n(&w->seen_ns, __ATOMIC_RELAXED) -
			       times.commit_ns) / NS_PER_US;
	return 0;
}

/* Each route gets another next hop each time, so that nothing is left alone. */
static void turn(struct update *u, struct route_change *changes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		changes[i].route.nexthop = changes[i].route.nexthop %
					   u->nexthops + 1;
}

static void say_batches(struct update *u, struct batches *small,
			struct batches *whole)
{
	say_us(u, "batches", "two changes: to stage them", small->staged,
	       small->nr);
	say_us(u, "batches", "two changes: from commit to a reader",
	       small->visible, small->nr);
	say_us(u, "batches", "all routes changed: to stage them", whole->staged,
	       whole->nr);
	say_us(u, "batches", "all routes changed: from commit to a reader",
	       whole->visible, whole->nr);
}

static int run_batches(struct witness *w, struct route_change *changes)
{
	struct batches *small = calloc(2, sizeof(*small)), *whole = small + 1;
	struct update *u = w->update;
	size_t n = u->routes.nr, two = n < 2 ? n : 2;
	u64 i, j;
	int ret = 0;

	if (!small)
		return -ENOMEM;
	for (i = 0; i < u->repeats && !ret && !interrupt_came(); i++) {
		turn(u, changes, n);
		ret = run_batch(w, changes, n, whole);
		for (j = 0; j < BATCHES_SMALL && !ret; j++) {
			size_t at = n < 2 ? 0 : (i * BATCHES_SMALL + j) * 7919 %
						(n - 1);

			turn(u, changes + at, two);
			ret = run_batch(w, changes + at, two, small);
		}
	}
	if (!ret)
		say_batches(u, small, whole);
	free(small);
	return ret;
}

int update_batch(struct update *u)
{
	struct witness w = { .update = u };
	struct route_change *changes;
	pthread_t thread;
	int ret;

	changes = bench_changes(u->routes.routes, u->routes.nr, ROUTE_REPLACE);
	if (!changes)
		return -ENOMEM;
	w.seen = u->ops->gen(u->mirror);
	ret = -pthread_create(&thread, NULL, witness_main, &w);
	if (!ret) {
		ret = run_batches(&w, changes);
		__atomic_store_n(&w.stop, true, __ATOMIC_RELAXED);
		u->ops->offline();
		pthread_join(thread, NULL);
		u->ops->online();
		u->noise.nr_threads = max(u->noise.nr_threads, 2U);
	}
	free(changes);
	return ret;
}

/* Return: -errno, or 0 with how many changes were made. */
static int wear(struct update *u, struct churn *churn, u64 *done, u64 *peak)
{
	struct route_stats stats;
	struct progress progress;
	struct route_change change;
	size_t failed;
	int ret = 0;

	*peak = 0;
	progress_start(&progress, "random changes:", u->updates);
	for (*done = 0; *done < u->updates && !ret && !interrupt_came(); (*done)++) {
		change = churn_next(churn);
		ret = u->ops->apply(u->mirror, &change, 1, &failed);
		if (*done % 4096)
			continue;
		progress_update(&progress, *done);
		u->ops->stats(u->mirror, &stats);
		*peak = max(*peak, stats.bytes);
	}
	progress_stop(&progress);
	return ret;
}

static void say_memory(struct update *u, u64 done, u64 peak,
		       const struct route_stats *worn,
		       const struct route_stats *fresh, u64 longest_ns)
{
	out_record(u->out, "memory",
		   "after {updates} random changes {bytes} bytes ({bytes_live} live), built anew {fresh_bytes} ({fresh_bytes_live}): ratio {ratio}, live {ratio_live}; peak {peak_bytes}; longest route_reclaim() {reclaim_max_ns} ns",
		   OUT_U64("updates", done), OUT_U64("bytes", worn->bytes),
		   OUT_U64("bytes_live", worn->bytes_live),
		   OUT_U64("fresh_bytes", fresh->bytes),
		   OUT_U64("fresh_bytes_live", fresh->bytes_live),
		   OUT_F64("ratio", (double)worn->bytes / fresh->bytes),
		   OUT_F64("ratio_live", (double)worn->bytes_live /
					 fresh->bytes_live),
		   OUT_U64("peak_bytes", peak),
		   OUT_U64("reclaim_max_ns", longest_ns));
}

/* The same routes in a new table, added in order. */
static int build_anew(struct update *u, struct route_stats *stats)
{
	struct route *routes;
	struct mirror *m;
	u64 longest_ns;
	size_t nr;
	int ret;

	routes = mirror_collect(u->ops, u->mirror, &nr);
	if (!routes)
		return -ENOMEM;
	ret = bench_table_make(u->ops, &m, routes, nr, NULL);
	free(routes);
	if (ret)
		return ret;
	u->ops->settle(m, &longest_ns);
	u->ops->stats(m, stats);
	u->ops->destroy(m);
	return 0;
}

int update_memory(struct update *u)
{
	struct route_stats worn, fresh;
	u64 done, peak, longest_ns;
	struct mirror *old = u->mirror;
	struct churn churn;
	int ret;

	/* A table of its own: what other cases have worn does not count. */
	ret = churn_init(&churn, u->routes.routes, u->routes.nr, true,
			 u->nexthops, u->seed);
	if (ret)
		return ret;
	ret = bench_table_make(u->ops, &u->mirror, u->routes.routes,
			       u->routes.nr, NULL);
	if (ret)
		goto out_old;
	ret = wear(u, &churn, &done, &peak);
	if (!ret) {
		u->ops->settle(u->mirror, &longest_ns);
		u->ops->stats(u->mirror, &worn);
		ret = build_anew(u, &fresh);
	}
	if (!ret)
		say_memory(u, done, peak, &worn, &fresh, longest_ns);
	u->ops->destroy(u->mirror);
out_old:
	u->mirror = old;
	churn_fini(&churn);
	return ret;
}

int update_free(struct update *u)
{
	double us[BENCH_REPEATS_MAX], longest_us[BENCH_REPEATS_MAX];
	struct slices slices = { 0 };
	struct mirror *m;
	u64 i, start_ns;
	size_t nr = 0;
	int ret;

	for (i = 0; i < u->repeats && !interrupt_came(); i++) {
		ret = bench_table_make(u->ops, &m, u->routes.routes,
				       u->routes.nr, NULL);
		if (ret)
			return ret;
		start_ns = progress_now_ns();
		slices_start(&slices);
		u->ops->destroy(m);
		slices_stop();
		us[nr] = (progress_now_ns() - start_ns) / NS_PER_US;
		longest_us[nr++] = slices.longest_ns / NS_PER_US;
	}
	say_us(u, "frees", "the whole table freed", us, nr);
	say_us(u, "frees", "of it the longest CPU time between munmap()s",
	       longest_us, nr);
	return 0;
}
