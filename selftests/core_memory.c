// SPDX-License-Identifier: GPL-2.0
/*
 * What a route table does with memory: limits, the way back of what was
 * replaced, views that readers hold while everything changes, writers that
 * have to wait, and every allocation failing once, in turn.
 *
 *	core_memory [-s SEED]
 *
 * It is linked with --wrap=calloc and --wrap=mmap, which the core's
 * allocations go through.
 */
#include <inttypes.h>
#include <semaphore.h>
#include <time.h>

#include "fixture.h"
#include "oracle.h"
#include "pool.h"
#include "tap.h"

#define BOTH_FAMILIES	3

static u64 seed;

/* Allocations to let pass before one fails; negative: all pass. */
static int fail_after = -1;

void *__real_calloc(size_t n, size_t bytes);
void *__real_mmap(void *addr, size_t bytes, int prot, int flags, int fd,
		  off_t offset);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_mmap(void *addr, size_t bytes, int prot, int flags, int fd,
		  off_t offset);

static bool must_fail(void)
{
	return fail_after >= 0 && fail_after-- == 0;
}

void *__wrap_calloc(size_t n, size_t bytes)
{
	return must_fail() ? NULL : __real_calloc(n, bytes);
}

void *__wrap_mmap(void *addr, size_t bytes, int prot, int flags, int fd,
		  off_t offset)
{
	return must_fail() ? MAP_FAILED :
			     __real_mmap(addr, bytes, prot, flags, fd, offset);
}

static struct route_prefix host4(u32 addr)
{
	return prefix_of(ROUTE_INET4, route_addr4(addr), 32);
}

/* Spread so that hosts share few nodes. */
static u32 spread(u32 i)
{
	return i * 0x9e3779b1u;
}

static u64 nr_routes(struct fixture *f)
{
	struct route_stats stats = fixture_stats(f);

	return stats.nr_routes[ROUTE_INET4] + stats.nr_routes[ROUTE_INET6];
}

/* The limit counts both families and defaults, in a transaction as outside. */
static void test_limit_routes(void)
{
	const struct route_limits limits = { .nr_routes = 100 };
	struct route_change change = { .op = ROUTE_ADD, .route.nexthop = 1 };
	struct route_prefix dflt = { .family = ROUTE_INET6 };
	struct route_prefix p = host4(0), more = host4(0xffffffff);
	struct route_txn txn;
	struct fixture f;
	u32 i;

	rcu_register_thread();
	tap_true(!fixture_init(&f, &limits, NULL));
	tap_true(!fixture_change(&f, ROUTE_ADD, &dflt, 1));
	for (i = 0; i < 99; i++) {
		p = host4(spread(i));
		tap_true(!fixture_change(&f, ROUTE_ADD, &p, 1));
	}
	tap_true(fixture_change(&f, ROUTE_ADD, &more, 1) == -ENOSPC);
	tap_true(fixture_change(&f, ROUTE_REPLACE, &more, 1) == -ENOSPC);
	tap_true(fixture_change(&f, ROUTE_ADD, &p, 1) == -EEXIST);
	tap_true(!fixture_change(&f, ROUTE_REPLACE, &p, 2));
	tap_true(nr_routes(&f) == 100);

	/* An abort gives back the place that it took, and takes back what it gave. */
	route_txn_init(&txn, f.t);
	for (i = 0; i < 2; i++) {
		tap_true(!route_txn_prepare(&txn));
		pthread_mutex_lock(&f.lock);
		route_txn_begin(&txn);
		change.route.prefix = p;
		change.op = ROUTE_DELETE;
		tap_true(!route_txn_apply_sleep(&txn, &change, NULL));
		change.route.prefix = more;
		change.op = ROUTE_ADD;
		tap_true(!route_txn_apply_sleep(&txn, &change, NULL));
		change.route.prefix = p;
		tap_true(route_txn_apply_sleep(&txn, &change, NULL) == -ENOSPC);
		route_txn_abort(&txn);
		pthread_mutex_unlock(&f.lock);
		fixture_check(&f);
		tap_true(fixture_change(&f, ROUTE_ADD, &more, 1) == -ENOSPC);
	}
	route_txn_fini(&txn);

	tap_true(!fixture_change(&f, ROUTE_DELETE, &dflt, 0));
	tap_true(!fixture_change(&f, ROUTE_ADD, &more, 1));
	tap_true(fixture_change(&f, ROUTE_ADD, &dflt, 1) == -ENOSPC);
	tap_true(!fixture_change(&f, ROUTE_FLUSH, NULL, 0));
	tap_true(!fixture_change(&f, ROUTE_ADD, &dflt, 1));
	fixture_fini(&f);
}

/* A full table refuses, stays as it is, can be emptied, and has room then. */
static void test_limit_bytes(void)
{
	const struct route_limits limits = { .bytes = 1 << 20 };
	const struct route_view *v;
	struct route_stats stats;
	u32 i, full, round;
	struct fixture f;

	rcu_register_thread();
	tap_true(!fixture_init(&f, &limits, NULL));
	for (round = 0; round < 3; round++) {
		int ret = 0;

		for (i = 0; !ret; i++) {
			struct route_prefix p = host4(spread(i));

			ret = fixture_change(&f, ROUTE_ADD, &p, 1 + i);
			if (ret != -ENOSPC)
				continue;
			/* What waits for readers counts too: not for ever. */
			fixture_drain(&f);
			ret = fixture_change(&f, ROUTE_ADD, &p, 1 + i);
		}
		full = i - 1;
		tap_expect(ret == -ENOSPC, "%d", ret);
		tap_expect(full > 1000, "full with %u routes", full);
		stats = fixture_stats(&f);
		tap_expect(stats.bytes_live <= limits.bytes &&
			   stats.bytes - stats.bytes_compiled <=
			   2 * limits.bytes + stats.bytes_fixed &&
			   stats.bytes_compiled <= 4 * limits.bytes,
			   "%" PRIu64 " bytes, %" PRIu64 " live, %" PRIu64
			   " compiled", stats.bytes, stats.bytes_live,
			   stats.bytes_compiled);
		tap_true(nr_routes(&f) == full);
		fixture_check(&f);
		v = fixture_read_lock(&f);
		for (i = 0; i < full; i++) {
			struct route_addr addr = route_addr4(spread(i));

			tap_true(route_lookup(v, ROUTE_INET4, &addr) == 1 + i);
		}
		fixture_read_unlock();
		/* What takes no room always works; so does making room. */
		for (i = 0; i < full; i++) {
			struct route_prefix p = host4(spread(i));

			ret = fixture_change(&f, ROUTE_DELETE, &p, 0);
			tap_expect(!ret, "delete %u of %u: %d", i, full, ret);
			if (round == 1 && i == full / 2)
				break;
		}
		if (round == 1)
			tap_true(!fixture_change(&f, ROUTE_FLUSH, NULL, 0));
		tap_true(!nr_routes(&f));
	}
	fixture_fini(&f);
}

/* A limit below what an empty table holds still lets one be used and emptied. */
static void test_limit_tiny(void)
{
	const struct route_limits limits = { .bytes = 1 };
	struct fixture f;
	u32 i, round;

	rcu_register_thread();
	tap_true(!fixture_init(&f, &limits, NULL));
	for (round = 0; round < 50; round++) {
		int ret = 0;

		for (i = 0; !ret && i < 1000; i++) {
			struct route_prefix p = host4(spread(i));

			ret = fixture_change(&f, ROUTE_ADD, &p, 1);
		}
		tap_expect(ret == -ENOSPC && i > 10, "%u routes: %d", i, ret);
		for (i--; i--;) {
			struct route_prefix p = host4(spread(i));

			ret = fixture_change(&f, ROUTE_DELETE, &p, 0);
			tap_expect(!ret, "route %u: %d", i, ret);
		}
		fixture_drain(&f);
		fixture_check(&f);
	}
	fixture_fini(&f);
}

/* What waits for readers is part of what is held, and no byte counts twice. */
static void test_pending(void)
{
	struct route_stats stats;
	struct fixture f;
	u32 i;

	rcu_register_thread();
	tap_true(!fixture_init(&f, NULL, NULL));
	for (i = 0; i < 20000; i++) {
		struct route_prefix p = host4(spread(i));

		tap_true(!fixture_change(&f, ROUTE_ADD, &p, 1));
	}
	fixture_drain(&f);
	fixture_read_lock(&f);
	for (i = 0; i < 400; i++) {
		struct route_prefix p = host4(spread(i));

		tap_true(!fixture_change(&f, ROUTE_REPLACE, &p, 2));
	}
	tap_true(!fixture_change(&f, ROUTE_FLUSH, NULL, 0));
	stats = fixture_stats(&f);
	fixture_read_unlock();
	tap_expect(stats.bytes_pending > stats.bytes / 2 &&
		   stats.bytes_pending <= stats.bytes,
		   "pending %" PRIu64 " of %" PRIu64 " bytes",
		   stats.bytes_pending, stats.bytes);
	fixture_fini(&f);
}

static void expect_small(struct fixture *f, const char *when)
{
	struct route_stats stats;

	fixture_drain(f);
	stats = fixture_stats(f);
	tap_diag("%s: %" PRIu64 " bytes, an empty table has %" PRIu64
		 ", %" PRIu64 " live, %" PRIu64 " pending", when, stats.bytes,
		 stats.bytes_fixed, stats.bytes_live, stats.bytes_pending);
	tap_true(!stats.bytes_live && !stats.bytes_pending);
	tap_true(stats.commits == stats.reclaims);
	tap_true(stats.bytes <= 10 * stats.bytes_fixed);
	fixture_check(f);
}

/* Memory comes back when routes go: one by one, by flush, by abort. */
static void test_comes_back(void)
{
	struct rng rng = { seed };
	struct route_stats stats;
	struct route_txn txn;
	struct pool pool;
	struct fixture f;
	unsigned int i;

	rcu_register_thread();
	tap_diag("seed %" PRIu64, seed);
	tap_true(!fixture_init(&f, NULL, NULL));
	pool_init(&pool, &rng, BOTH_FAMILIES, 20000);
	stats = fixture_stats(&f);
	tap_expect(stats.bytes == stats.bytes_fixed && stats.bytes < 32768,
		   "an empty table has %" PRIu64 " bytes", stats.bytes);

	for (i = 0; i < pool.nr; i++)
		fixture_change(&f, ROUTE_ADD, &pool.prefixes[i], 1 + i);
	fixture_drain(&f);
	stats = fixture_stats(&f);
	tap_diag("%" PRIu64 " routes: %" PRIu64 " bytes, %" PRIu64 " live, %"
		 PRIu64 " and %" PRIu64 " looked up", nr_routes(&f),
		 stats.bytes, stats.bytes_live, stats.bytes_lookup[ROUTE_INET4],
		 stats.bytes_lookup[ROUTE_INET6]);
	tap_true(stats.bytes <= 5 * (stats.bytes_live +
				     stats.bytes_lookup[ROUTE_INET4] +
				     stats.bytes_lookup[ROUTE_INET6]));
	for (i = 0; i < pool.nr; i++)
		fixture_change(&f, ROUTE_DELETE, &pool.prefixes[i], 0);
	tap_true(!nr_routes(&f));
	/* The last to shrink it need room to do so, which the next brings. */
	fixture_change(&f, ROUTE_ADD, &pool.prefixes[0], 1);
	fixture_change(&f, ROUTE_DELETE, &pool.prefixes[0], 0);
	expect_small(&f, "deleted");

	for (i = 0; i < pool.nr; i++)
		fixture_change(&f, ROUTE_ADD, &pool.prefixes[i], 1 + i);
	tap_true(!fixture_change(&f, ROUTE_FLUSH, NULL, 0));
	expect_small(&f, "flushed");

	route_txn_init(&txn, f.t);
	tap_true(!route_txn_prepare(&txn));
	pthread_mutex_lock(&f.lock);
	route_txn_begin(&txn);
	for (i = 0; i < pool.nr; i++) {
		struct route_change change = {
			ROUTE_REPLACE, { pool.prefixes[i], 1 + i },
		};

		tap_true(!route_txn_apply_sleep(&txn, &change, NULL));
	}
	route_txn_abort(&txn);
	pthread_mutex_unlock(&f.lock);
	route_txn_fini(&txn);
	expect_small(&f, "aborted");
	fixture_fini(&f);
	pool_fini(&pool);
}

/* What was replaced is used again: no need to move, however long it goes on. */
static void test_used_again(void)
{
	const u32 nr = 200;
	struct fixture f;
	u64 moves;
	u32 i;

	rcu_register_thread();
	tap_true(!fixture_init(&f, NULL, NULL));
	for (i = 0; i < nr; i++) {
		struct route_prefix p = host4(spread(i));

		tap_true(!fixture_change(&f, ROUTE_ADD, &p, 1));
	}
	fixture_drain(&f);
	moves = fixture_stats(&f).moves;
	for (i = 0; i < 10 * nr; i++) {
		struct route_prefix p = host4(spread(i % nr));

		tap_true(!fixture_change(&f, ROUTE_REPLACE, &p, 2 + i));
		if (i % 64 == 0)
			fixture_drain(&f);
	}
	moves = fixture_stats(&f).moves - moves;
	tap_expect(moves <= 1, "%" PRIu64 " moves", moves);
	fixture_fini(&f);
}

/* A reader that takes a view when told, and examines it when told. */
struct holder {
	pthread_t	thread;
	struct fixture	*f;
	const struct pool *pool;
	struct oracle	o;		/* as of the view */
	u64		gen;
	struct rng	rng;
	sem_t		take;
	sem_t		taken;
	sem_t		examine;
	sem_t		done;
	bool		quit;
};

static void expect_view(struct holder *h, const struct route_view *v)
{
	struct route_prefix p;
	struct route want, got;
	unsigned int i, n = 0;

	tap_true(route_view_gen(v) == h->gen);
	while (route_walk(v, n ? &p : NULL, &got, 1)) {
		tap_true(oracle_next(&h->o, n ? &p : NULL, &want));
		tap_true(!route_prefix_cmp(&want.prefix, &got.prefix) &&
			 want.nexthop == got.nexthop);
		p = got.prefix;
		n++;
	}
	tap_expect(n == h->o.nr, "%u routes, not %u", n, h->o.nr);
	for (i = 0; i < 200; i++) {
		struct route_addr addr;

		p = pool_prefix(h->pool, &h->rng);
		addr = pool_addr(&p, &h->rng);
		want.nexthop = 0;
		oracle_match(&h->o, p.family, &addr, &want);
		got.nexthop = 0;
		route_match(v, p.family, &addr, &got);
		tap_true(got.nexthop == want.nexthop);
	}
}

static void *hold(void *arg)
{
	struct holder *h = arg;

	rcu_register_thread();
	for (;;) {
		const struct route_view *v;

		rcu_thread_offline();
		sem_wait(&h->take);
		rcu_thread_online();
		if (h->quit)
			break;
		v = fixture_read_lock(h->f);
		sem_post(&h->taken);
		sem_wait(&h->examine);
		expect_view(h, v);
		fixture_read_unlock();
		sem_post(&h->done);
	}
	rcu_unregister_thread();
	return NULL;
}

static void holder_take(struct holder *h, const struct oracle *o, u64 gen)
{
	oracle_copy(&h->o, o);
	h->gen = gen;
	sem_post(&h->take);
	sem_wait(&h->taken);
}

static void holder_examine(struct holder *h)
{
	sem_post(&h->examine);
	sem_wait(&h->done);
}

static void holder_start(struct holder *h, struct fixture *f,
			 const struct pool *pool, u64 salt)
{
	*h = (struct holder){ .f = f, .pool = pool, .rng.state = seed + salt };
	sem_init(&h->take, 0, 0);
	sem_init(&h->taken, 0, 0);
	sem_init(&h->examine, 0, 0);
	sem_init(&h->done, 0, 0);
	tap_true(!pthread_create(&h->thread, NULL, hold, h));
}

static void holder_stop(struct holder *h)
{
	h->quit = true;
	sem_post(&h->take);
	pthread_join(h->thread, NULL);
	oracle_fini(&h->o);
}

/* Change routes at random; as much memory as may be is taken back meanwhile. */
static void churn(struct fixture *f, struct oracle *o, const struct pool *pool,
		  struct rng *rng)
{
	unsigned int i, n = rng_below(rng, 300);

	for (i = 0; i < n; i++) {
		struct route_change change = {
			.op = rng_below(rng, 3),
			.route.prefix = pool_prefix(pool, rng),
			.route.nexthop = 1 + rng_below(rng, 1000),
		};
		u32 old;
		int ret;

		if (rng_one_in(rng, 400))
			change.op = ROUTE_FLUSH;
		ret = oracle_apply(o, &change, &old);
		tap_true(ret == fixture_change(f, change.op,
					       &change.route.prefix,
					       change.route.nexthop));
		if (rng_one_in(rng, 16)) {
			pthread_mutex_lock(&f->lock);
			route_reclaim(f->t);
			pthread_mutex_unlock(&f->lock);
		}
	}
	fixture_check(f);
}

/* A view is a snapshot for as long as it is held, whatever writers do. */
static void test_held_views(void)
{
	struct rng rng = { seed };
	struct holder holders[4];
	struct oracle o = { 0 };
	struct pool pool;
	struct fixture f;
	unsigned int i, round;

	rcu_register_thread();
	tap_diag("seed %" PRIu64, seed);
	tap_true(!fixture_init(&f, NULL, NULL));
	pool_init(&pool, &rng, BOTH_FAMILIES, 800);
	for (i = 0; i < ARRAY_SIZE(holders); i++)
		holder_start(&holders[i], &f, &pool, i);
	for (round = 0; round < 60; round++) {
		struct holder *h = &holders[round % ARRAY_SIZE(holders)];

		if (round >= ARRAY_SIZE(holders))
			holder_examine(h);
		churn(&f, &o, &pool, &rng);
		holder_take(h, &o, fixture_stats(&f).gen);
	}
	churn(&f, &o, &pool, &rng);
	for (i = 0; i < ARRAY_SIZE(holders); i++) {
		holder_examine(&holders[i]);
		holder_stop(&holders[i]);
	}
	tap_true(nr_routes(&f) == o.nr);
	fixture_fini(&f);
	oracle_fini(&o);
	pool_fini(&pool);
}

/* A reader that does not leave holds writers up; when it leaves, they go on. */
static void test_must_wait(void)
{
	const struct route_limits limits = { .bytes_pending = 1 << 16 };
	struct rng rng = { seed };
	struct oracle o = { 0 };
	struct route_stats stats;
	struct holder holder;
	struct pool pool;
	struct fixture f;
	unsigned long nr_reclaimed;
	unsigned int i;

	rcu_register_thread();
	tap_true(!fixture_init(&f, &limits, NULL));
	pool_init(&pool, &rng, BOTH_FAMILIES, 10);
	holder_start(&holder, &f, &pool, 0);
	for (i = 0; i < 3; i++) {
		unsigned int n = 0;

		fixture_drain(&f);
		tap_true(!route_must_wait(f.t));
		holder_take(&holder, &o, fixture_stats(&f).gen);
		nr_reclaimed = uatomic_read(&f.nr_reclaimed);
		while (!route_must_wait(f.t)) {
			struct route_prefix p = host4(spread(n / 2));

			tap_true(n < 10000);
			tap_true(!fixture_change(&f, n % 2 ? ROUTE_DELETE :
						 ROUTE_ADD, &p, 1));
			n++;
		}
		stats = fixture_stats(&f);
		tap_expect(stats.bytes_pending >= limits.bytes_pending,
			   "%" PRIu64 " pending", stats.bytes_pending);
		tap_true(uatomic_read(&f.nr_reclaimed) == nr_reclaimed);
		if (n % 2)
			fixture_change(&f, ROUTE_FLUSH, NULL, 0);
		holder_examine(&holder);
		/* What the callbacks do is enough: no writer is needed. */
		rcu_barrier();
		tap_true(!route_must_wait(f.t));
		tap_true(uatomic_read(&f.nr_reclaimed) >= nr_reclaimed + n);
	}
	holder_stop(&holder);
	fixture_drain(&f);
	stats = fixture_stats(&f);
	tap_true(!stats.bytes_pending && stats.commits == stats.reclaims);
	fixture_fini(&f);
	oracle_fini(&o);
	pool_fini(&pool);
}

/* A change that fails for want of memory has changed nothing: ask again. */
static void apply_again(struct route_txn *txn, struct oracle *o,
			const struct route_change *change)
{
	u32 old;
	int ret, want = oracle_apply(o, change, &old);

	ret = route_txn_apply_sleep(txn, change, NULL);
	if (ret == -ENOMEM)
		ret = route_txn_apply_sleep(txn, change, NULL);
	tap_expect(ret == want, "%d instead of %d", ret, want);
}

static void prepare_again(struct route_txn *txn)
{
	int ret = route_txn_prepare(txn);

	tap_true(!ret || ret == -ENOMEM);
	if (ret)
		tap_true(!route_txn_prepare(txn));
}

/* A commit that fails for want of memory has aborted. */
static bool commit_failed(struct route_txn *txn)
{
	int ret = route_txn_commit_sleep(txn, NULL);

	tap_true(!ret || ret == -ENOMEM);
	return ret;
}

/* All that allocates: create, moves up, an abort, flush, moves down. */
static void scenario(struct fixture *f, const struct pool *pool)
{
	struct oracle o = { 0 }, before = { 0 };
	struct route_txn txn;
	unsigned int round, i;

	route_txn_init(&txn, f->t);
	for (round = 0; round < 6; round++) {
		prepare_again(&txn);
		pthread_mutex_lock(&f->lock);
		route_txn_begin(&txn);
		for (i = 0; i < pool->nr; i++) {
			struct route_change change = {
				.op = round % 2 ? ROUTE_DELETE : ROUTE_REPLACE,
				.route.prefix = pool->prefixes[i],
				.route.nexthop = 1 + round,
			};

			apply_again(&txn, &o, &change);
		}
		if (round == 2)
			apply_again(&txn, &o, &(struct route_change){
				.op = ROUTE_FLUSH });
		if (round == 1 || round == 2) {
			route_txn_abort(&txn);
			oracle_copy(&o, &before);
		} else if (commit_failed(&txn)) {
			oracle_copy(&o, &before);
		} else {
			oracle_copy(&before, &o);
		}
		pthread_mutex_unlock(&f->lock);
		rcu_quiescent_state();
		fixture_check(f);
		tap_true(nr_routes(f) == o.nr);
	}
	route_txn_fini(&txn);
	oracle_fini(&o);
	oracle_fini(&before);
}

static void test_allocations_fail(void)
{
	struct rng rng = { seed };
	struct pool pool;
	struct fixture f;
	int i;

	rcu_register_thread();
	tap_diag("seed %" PRIu64, seed);
	pool_init(&pool, &rng, BOTH_FAMILIES, 600);
	for (i = 0; fail_after < 0; i++) {
		fail_after = i;
		if (fixture_init(&f, NULL, NULL)) {
			tap_true(fail_after < 0);
			continue;
		}
		scenario(&f, &pool);
		fixture_fini(&f);
	}
	tap_diag("failed each of %d allocations", i - 1);
	tap_true(i > 10);
	fail_after = -1;
	pool_fini(&pool);
}

int main(int argc, char **argv)
{
	static const struct tap_test tests[] = {
		{ "limit on routes", test_limit_routes },
		{ "limit on bytes", test_limit_bytes },
		{ "limit below an empty table", test_limit_tiny },
		{ "pending is part of what is held", test_pending },
		{ "memory comes back", test_comes_back },
		{ "what was replaced is used again", test_used_again },
		{ "held views are snapshots", test_held_views },
		{ "a stalled reader holds writers up", test_must_wait },
		{ "each allocation fails once", test_allocations_fail },
	};
	int opt;

	seed = time(NULL);
	while ((opt = getopt(argc, argv, "s:")) != -1) {
		if (opt != 's') {
			fprintf(stderr, "usage: %s [-s SEED]\n", argv[0]);
			return 2;
		}
		seed = strtoull(optarg, NULL, 0);
	}
	return tap_run(tests, ARRAY_SIZE(tests));
}
