// SPDX-License-Identifier: GPL-2.0
/*
 * Readers on every CPU against writers, batches, aborts and flushes.  Every
 * reader examines each view that it takes; the broken specimens prove that
 * each examination can fail.
 *
 *	core_torture [-t SECONDS] [-s SEED] [--broken=grace|batch|abort|view]
 *
 * What must hold in one view, whatever goes on (cited below):
 *   C1  the canaries, prefixes of both families that only batches touch, are
 *       all absent or all there; there is one x so that the even ones lead to
 *       x and the odd ones to ~x
 *   C2  none has a mark that only aborted transactions set
 *   C3  what a prefix leads to in the churn is its hash: nothing else was set
 *   C4  the same question gets the same answer again
 *   C5  generations do not go back, nor does x while the table is not flushed
 *   C6  there are as many routes as a walk finds
 *   C7  no node is met after its grace period (ROUTE_POISON, ASan)
 *   C8  what an address is looked up to in the churn, in a view that has been
 *       replaced too, is the hash of a prefix that covers it: never nothing, for
 *       there is always one of a single bit, the floor
 */
#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <time.h>

#include <core/view.h>

#include "fixture.h"
#include "pool.h"
#include "tap.h"

#define NR_CANARIES	48
#define NR_CHURN	400
#define READERS_MAX	64
#define ABORT_MARK	0x40000000u	/* C2: a bit that no x has, nor ~x lacks */
#define STDERR_MAX	65536
#define SPECIMEN_SECS	20
#define SECS_MAX	60

/* Exit status of a child in which a reader saw what must not be. */
#define STATUS_TORN	10		/* C1, C3 to C6, C8 */
#define STATUS_ABORTED	11		/* C2 */

enum broken {
	BROKEN_NOTHING,
	BROKEN_GRACE,		/* memory is taken back while readers read */
	BROKEN_BATCH,		/* a batch is committed change by change */
	BROKEN_ABORT,		/* what should be aborted is committed */
	BROKEN_VIEW,		/* a reader takes another view half-way */
};

static const char * const broken_names[] = {
	[BROKEN_NOTHING]	= "nothing",
	[BROKEN_GRACE]		= "grace",
	[BROKEN_BATCH]		= "batch",
	[BROKEN_ABORT]		= "abort",
	[BROKEN_VIEW]		= "view",
};

static u64 seed;
static unsigned int secs = 2;
static enum broken broken;

/* All that the threads share: set before they start, but for the last. */
static struct torture {
	struct fixture		f;
	struct route_prefix	canaries[NR_CANARIES];
	struct pool		churn;
	u32			x;		/* last one given out, the lock */
	bool			stop;		/* READ_ONCE, WRITE_ONCE */
} tt;

struct worker {
	pthread_t	thread;
	struct rng	rng;
	u64		nr_done;	/* views, or transactions */
	u64		nr_lookups;
	u64		nr_full;	/* views in which canaries were there */
};

#define torn(fmt, ...) do { \
	tap_diag("%s:%d: " fmt, __FILE__, __LINE__, ##__VA_ARGS__); \
	_exit(STATUS_TORN); \
} while (0)

/* Canaries: hosts of 240.0.0.0/4 and ff00::/8, where no churn is. */
static void canaries_init(struct rng *rng)
{
	unsigned int i;

	for (i = 0; i < NR_CANARIES; i++) {
		unsigned int family = i / 2 % 2 ? ROUTE_INET6 : ROUTE_INET4;
		unsigned int max = route_addr_max_len(family);
		struct route_addr addr = addr_random(family, rng);

		addr.hi |= 0xffULL << 56;
		/* Some nest in nodes together, some have a path of their own. */
		if (i % 3)
			addr = (struct route_addr){
				0xff01020300000000ULL | (u64)i << 32, 0 };
		tt.canaries[i] = prefix_of(family, addr, max - i % 2);
		if (i % 2)
			tt.canaries[i].addr.hi ^= 0x0000800000000000ULL;
	}
}

/* A prefix for the churn: in the lower half, so that it covers no canary. */
static struct route_prefix churn_prefix(struct worker *w)
{
	struct route_prefix p = pool_prefix(&tt.churn, &w->rng);

	p.addr.hi &= ~(1ULL << 63);
	p.len = max(p.len, 2);
	return p;
}

/* C3: what a prefix in the churn leads to; never 0. */
static u32 hash(const struct route_prefix *p)
{
	struct rng rng = {
		p->addr.hi ^ p->addr.lo * 31 ^ ((u64)p->family << 8 | p->len),
	};

	return (u32)rng_next(&rng) | 1;
}

/* What canary @i leads to in the batch of @x, which is 1 to 2^30 - 1. */
static u32 canary_nexthop(unsigned int i, u32 x)
{
	return i % 2 ? ~x : x;
}

/* C1 and C2 for one answer: @x is what the view's first one said. */
static void expect_canary(unsigned int i, u32 got, u32 x)
{
	u32 mark = i % 2 ? ~got : got;

	if (got && (mark & ABORT_MARK)) {
		tap_diag("C2: canary %u leads to %08x", i, got);
		_exit(STATUS_ABORTED);
	}
	if (got != (x ? canary_nexthop(i, x) : 0))
		torn("C1: canary %u leads to %08x, x is %08x", i, got, x);
}

/*
 * The broken grace period frees views as well as nodes.  They are memory from
 * malloc(), which needs no watchman of ours; so that it is the poison in the
 * nodes which is put to the test, the specimen's readers have a copy.
 */
static const struct route_view *take_view(struct route_view *copy)
{
	const struct route_view *v = route_view(tt.f.t);

	if (broken != BROKEN_GRACE)
		return v;
	*copy = *v;
	return copy;
}

static u32 ask(struct worker *w, const struct route_view *v, unsigned int i)
{
	const struct route_prefix *p = &tt.canaries[i];

	w->nr_lookups++;
	return rng_one_in(&w->rng, 4) ? route_get(v, p) :
	       route_lookup(v, p->family, &p->addr);
}

static u32 examine_canaries(struct worker *w, const struct route_view *v)
{
	unsigned int i, n, first = rng_below(&w->rng, NR_CANARIES);
	u32 x = ask(w, v, first);

	if (x && first % 2)
		x = ~x;
	/* The first one may be marked itself. */
	expect_canary(first, x ? canary_nexthop(first, x) : 0, x);
	for (n = 0; n < NR_CANARIES; n++) {
		i = rng_below(&w->rng, NR_CANARIES);
		expect_canary(i, ask(w, v, i), x);
	}
	return x;
}

static void examine_churn(struct worker *w, const struct route_view *v)
{
	struct route_prefix p = churn_prefix(w);
	struct route_addr addr = pool_addr(&p, &w->rng);
	struct route match, again = { .nexthop = 0 };
	bool any;

	addr.hi &= ~(1ULL << 63);
	w->nr_lookups++;
	any = route_match(v, p.family, &addr, &match);
	if (any && (!route_prefix_covers(&match.prefix, &addr) ||
		    match.nexthop != hash(&match.prefix)))
		torn("C3: /%u leads to %08x", match.prefix.len, match.nexthop);
	sched_yield();
	if (any != route_match(v, p.family, &addr, &again) ||
	    (any && again.nexthop != match.nexthop))
		torn("C4: %08x, then %08x", any ? match.nexthop : 0,
		     again.nexthop);
}

/* In a view that has been replaced too: what some prefix leads to that there was. */
static void examine_lookup(struct worker *w, const struct route_view *v)
{
	struct route_prefix p = churn_prefix(w);
	struct route_addr addr = pool_addr(&p, &w->rng);
	u32 got;

	addr.hi &= ~(1ULL << 63);
	got = route_lookup(v, p.family, &addr);
	for (p.len = route_addr_max_len(p.family); p.len; p.len--) {
		p.addr = route_addr_mask(addr, p.len);
		if (got == hash(&p))
			return;
	}
	torn("C8: looked up %08x", got);
}

static void examine_counts(const struct route_view *v)
{
	u64 nr[ROUTE_FAMILIES] = { 0 };
	struct route routes[64];
	unsigned int i, n;

	n = route_walk(v, NULL, routes, ARRAY_SIZE(routes));
	while (n) {
		for (i = 0; i < n; i++)
			nr[routes[i].prefix.family]++;
		n = route_walk(v, &routes[n - 1].prefix, routes,
			       ARRAY_SIZE(routes));
	}
	for (i = 0; i < ROUTE_FAMILIES; i++)
		if (nr[i] != route_view_nr(v, i))
			torn("C6: %" PRIu64 " routes, walked %" PRIu64,
			     route_view_nr(v, i), nr[i]);
}

static void *reader(void *arg)
{
	struct worker *w = arg;
	u64 last_gen = 0;
	u32 last_x = 0;

	rcu_register_thread();
	while (!READ_ONCE(tt.stop)) {
		const struct route_view *v;
		struct route_view copy;
		u64 gen;
		u32 x;

		rcu_read_lock();
		v = take_view(&copy);
		gen = route_view_gen(v);
		x = examine_canaries(w, v);
		if (gen < last_gen || (x && x < last_x))
			torn("C5: generation %" PRIu64 " after %" PRIu64
			     ", x %u after %u", gen, last_gen, x, last_x);
		/* Be slow now and then: grace periods have to wait for it. */
		if (rng_one_in(&w->rng, 8))
			usleep(rng_below(&w->rng, 2000));
		if (broken == BROKEN_VIEW)
			v = take_view(&copy);
		if (examine_canaries(w, v) != x)
			torn("C4: x was %u", x);
		examine_churn(w, v);
		examine_lookup(w, v);
		if (rng_one_in(&w->rng, 16))
			examine_counts(v);
		rcu_read_unlock();
		rcu_quiescent_state();
		last_gen = gen;
		last_x = x ? x : last_x;
		w->nr_full += !!x;
		w->nr_done++;
	}
	rcu_unregister_thread();
	return NULL;
}

/* Before the lock: wait while too much memory waits for readers. */
static void wait_for_readers(void)
{
	while (route_must_wait(tt.f.t) && !READ_ONCE(tt.stop))
		rcu_barrier();
}

static void txn_start(struct route_txn *txn)
{
	wait_for_readers();
	route_txn_init(txn, tt.f.t);
	tap_true(!route_txn_prepare(txn));
	pthread_mutex_lock(&tt.f.lock);
	route_txn_begin(txn);
}

static void txn_end(struct route_txn *txn, bool abort)
{
	if (abort)
		route_txn_abort(txn);
	else
		tap_true(!route_txn_commit_sleep(txn, NULL));
	pthread_mutex_unlock(&tt.f.lock);
	route_txn_fini(txn);
	rcu_quiescent_state();
}

static void apply(struct route_txn *txn, enum route_op op,
		  const struct route_prefix *prefix, u32 nexthop)
{
	struct route_change change = { op, { *prefix, nexthop } };
	int ret = route_txn_apply_sleep(txn, &change, NULL);

	if (ret && ret != -ENOENT && ret != -EEXIST)
		tap_fail("a change failed: %d", ret);
}

/* What no churn takes away: half of each family's addresses. */
static void apply_floor(struct route_txn *txn)
{
	unsigned int family;

	for (family = 0; family < ROUTE_FAMILIES; family++) {
		struct route_prefix p = { .family = family, .len = 1 };

		apply(txn, ROUTE_ADD, &p, hash(&p));
	}
}

/* All canaries in one transaction, with churn in between. */
static void batch(struct worker *w, bool abort)
{
	bool delete = !abort && rng_one_in(&w->rng, 16);
	struct route_txn txn;
	unsigned int i;
	u32 x;

	txn_start(&txn);
	x = abort ? tt.x | ABORT_MARK : ++tt.x;
	for (i = 0; i < NR_CANARIES; i++) {
		apply(&txn, delete ? ROUTE_DELETE : ROUTE_REPLACE,
		      &tt.canaries[i], canary_nexthop(i, x));
		if (rng_one_in(&w->rng, 4)) {
			struct route_prefix p = churn_prefix(w);

			apply(&txn, ROUTE_REPLACE, &p, hash(&p));
		}
		if (broken == BROKEN_BATCH) {
			tap_true(!route_txn_commit_sleep(&txn, NULL));
			sched_yield();
			tap_true(!route_txn_prepare(&txn));
			route_txn_begin(&txn);
		}
	}
	txn_end(&txn, abort && broken != BROKEN_ABORT);
}

/* The writer of canaries: batches, aborted ones and flushes. */
static void *canary_writer(void *arg)
{
	struct worker *w = arg;

	rcu_register_thread();
	while (!READ_ONCE(tt.stop)) {
		const struct route_prefix none = { .len = 0 };
		struct route_txn txn;

		if (rng_one_in(&w->rng, 100)) {
			txn_start(&txn);
			apply(&txn, ROUTE_FLUSH, &none, 0);
			apply_floor(&txn);
			txn_end(&txn, false);
		} else {
			batch(w, rng_one_in(&w->rng, 4));
		}
		w->nr_done++;
		if (rng_one_in(&w->rng, 8))
			sched_yield();
	}
	rcu_unregister_thread();
	return NULL;
}

/* The writer of churn: a few changes of nested prefixes at a time. */
static void *churn_writer(void *arg)
{
	struct worker *w = arg;

	rcu_register_thread();
	while (!READ_ONCE(tt.stop)) {
		unsigned int n = 1 + rng_below(&w->rng, 4);
		struct route_txn txn;

		txn_start(&txn);
		while (n--) {
			struct route_prefix p = churn_prefix(w);

			apply(&txn, rng_below(&w->rng, 3), &p, hash(&p));
		}
		txn_end(&txn, rng_one_in(&w->rng, 8));
		w->nr_done++;
	}
	rcu_unregister_thread();
	return NULL;
}

/* BROKEN_GRACE: what a table whose readers take a lock may do, and no other. */
static void call_at_once(struct rcu_head *head,
			 void (*func)(struct rcu_head *head))
{
	func(head);
}

/* Less is too little for the checks to mean anything. */
static bool enough(const struct worker *readers, unsigned int nr_readers,
		   const struct worker *writers)
{
	u64 full = 0;
	unsigned int i;

	for (i = 0; i < nr_readers; i++)
		full += READ_ONCE(readers[i].nr_full);
	return full > 20 && READ_ONCE(writers[0].nr_done) > 20 &&
	       READ_ONCE(writers[1].nr_done) > 20 &&
	       uatomic_read(&tt.f.nr_reclaimed) > 20;
}

static void report(const struct worker *readers, unsigned int nr_readers,
		   const struct worker *writers)
{
	struct route_stats stats = fixture_stats(&tt.f);
	u64 views = 0, lookups = 0, full = 0;
	unsigned int i;

	for (i = 0; i < nr_readers; i++) {
		views += readers[i].nr_done;
		lookups += readers[i].nr_lookups;
		full += readers[i].nr_full;
	}
	tap_diag("%u readers: %" PRIu64 " views, %" PRIu64 " with canaries, %"
		 PRIu64 " lookups", nr_readers, views, full, lookups);
	tap_diag("writers: %" PRIu64 " batches, %" PRIu64 " others; %" PRIu64
		 " commits, %" PRIu64 " reclaims, %" PRIu64 " moves",
		 writers[0].nr_done, writers[1].nr_done, stats.commits,
		 stats.reclaims, stats.moves);
	tap_expect(enough(readers, nr_readers, writers),
		   "hardly anything was done");
}

static void torture(void)
{
	const struct route_limits limits = { .bytes_pending = 1 << 20 };
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int i, nr_readers = 2;
	struct worker readers[READERS_MAX] = { 0 };
	struct worker writers[2] = { 0 };
	struct rng rng = { seed };
	struct route_txn txn;

	if (cpus > 2)
		nr_readers = cpus < READERS_MAX ? cpus : READERS_MAX;
	tap_diag("seed %" PRIu64 ", broken: %s", seed, broken_names[broken]);
	rcu_register_thread();
	canaries_init(&rng);
	pool_init(&tt.churn, &rng, 3, NR_CHURN);
	tap_true(!fixture_init(&tt.f, &limits,
			       broken == BROKEN_GRACE ? call_at_once : NULL));
	txn_start(&txn);
	apply_floor(&txn);
	txn_end(&txn, false);
	for (i = 0; i < nr_readers; i++) {
		readers[i].rng.state = seed + 1 + i;
		tap_true(!pthread_create(&readers[i].thread, NULL, reader,
					 &readers[i]));
	}
	for (i = 0; i < ARRAY_SIZE(writers); i++) {
		writers[i].rng.state = seed - 1 - i;
		tap_true(!pthread_create(&writers[i].thread, NULL,
					 i ? churn_writer : canary_writer,
					 &writers[i]));
	}
	rcu_thread_offline();
	/* On a machine that does something else at the same time it takes longer. */
	for (i = 0; i < secs || (i < SECS_MAX && !enough(readers, nr_readers, writers));
	     i++)
		sleep(1);
	WRITE_ONCE(tt.stop, true);
	for (i = 0; i < nr_readers; i++)
		pthread_join(readers[i].thread, NULL);
	for (i = 0; i < ARRAY_SIZE(writers); i++)
		pthread_join(writers[i].thread, NULL);
	rcu_thread_online();
	fixture_drain(&tt.f);
	report(readers, nr_readers, writers);
	fixture_fini(&tt.f);
	pool_fini(&tt.churn);
}

static void test_torture(void)
{
	broken = BROKEN_NOTHING;
	torture();
}

/* Run a specimen in a child; @said gets what it printed, and where it died. */
static int run_specimen(char *said)
{
	size_t len = 0;
	ssize_t got;
	int status, fd[2];
	pid_t pid;

	tap_true(!pipe(fd));
	fflush(stdout);
	pid = fork();
	tap_true(pid >= 0);
	if (!pid) {
		dup2(fd[1], STDOUT_FILENO);
		dup2(fd[1], STDERR_FILENO);
		close(fd[0]);
		close(fd[1]);
		torture();
		exit(0);
	}
	close(fd[1]);
	/* Read on when it is full, or the child would wait for us. */
	do {
		char rest[512];
		bool full = len == STDERR_MAX - 1;

		got = full ? read(fd[0], rest, sizeof(rest)) :
			     read(fd[0], said + len, STDERR_MAX - 1 - len);
		if (got > 0 && !full)
			len += got;
	} while (got > 0);
	said[len] = '\0';
	close(fd[0]);
	tap_true(waitpid(pid, &status, 0) == pid);
	return status;
}

static bool is_caught(int status, const char *said)
{
	switch (broken) {
	case BROKEN_GRACE:
		/* C7: by the core's own check, or by ASan in front of it. */
		return strstr(said, "met a node after its grace period") ||
		       strstr(said, "AddressSanitizer: use-after-poison");
	case BROKEN_ABORT:
		return WIFEXITED(status) &&
		       WEXITSTATUS(status) == STATUS_ABORTED;
	case BROKEN_BATCH:
		return WIFEXITED(status) &&
		       WEXITSTATUS(status) == STATUS_TORN &&
		       strstr(said, "C1:");
	case BROKEN_VIEW:
		return WIFEXITED(status) &&
		       WEXITSTATUS(status) == STATUS_TORN &&
		       strstr(said, "C4:");
	default:
		return false;
	}
}

/* To catch it is likely, not certain: try until it is, within bounds. */
static void expect_caught(enum broken what)
{
	time_t end = time(NULL) + SPECIMEN_SECS;
	static char said[STDERR_MAX];
	unsigned int tries = 0;
	int status;

	broken = what;
	secs = 1;
	do {
		seed++;
		tries++;
		status = run_specimen(said);
		if (is_caught(status, said)) {
			tap_diag("caught at try %u%s", tries,
				 strstr(said, "AddressSanitizer") ?
				 ", by ASan" : "");
			return;
		}
	} while (time(NULL) < end);
	tap_fail("not caught in %u tries; the last: status %x, %.300s", tries,
		 status, said);
}

static void test_broken_grace(void)
{
	expect_caught(BROKEN_GRACE);
}

static void test_broken_batch(void)
{
	expect_caught(BROKEN_BATCH);
}

static void test_broken_abort(void)
{
	expect_caught(BROKEN_ABORT);
}

static void test_broken_view(void)
{
	expect_caught(BROKEN_VIEW);
}

static enum broken parse_broken(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(broken_names); i++)
		if (!strcmp(name, broken_names[i]))
			return i;
	fprintf(stderr, "no specimen %s\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct tap_test tests[] = {
		{ "torture", test_torture },
		{ "no grace period is caught", test_broken_grace },
		{ "a batch in pieces is caught", test_broken_batch },
		{ "an abort that commits is caught", test_broken_abort },
		{ "two views for one are caught", test_broken_view },
	};
	static const struct option options[] = {
		{ "broken", required_argument, NULL, 'b' }, { 0 },
	};
	int opt;

	seed = time(NULL);
	while ((opt = getopt_long(argc, argv, "t:s:", options, NULL)) != -1) {
		if (opt == 't') {
			secs = strtoul(optarg, NULL, 0);
		} else if (opt == 's') {
			seed = strtoull(optarg, NULL, 0);
		} else if (opt == 'b') {
			broken = parse_broken(optarg);
		} else {
			fprintf(stderr, "usage: %s %s\n", argv[0],
				"[-t SECONDS] [-s SEED] [--broken=grace|batch|abort|view]");
			return 2;
		}
	}
	if (broken != BROKEN_NOTHING) {
		torture();	/* by itself, to be looked at */
		return 0;
	}
	return tap_run(tests, ARRAY_SIZE(tests));
}
