// SPDX-License-Identifier: GPL-2.0
/*
 * What is compiled from the routes: it follows a table through all sizes, gives up
 * where there are too many next hops and comes back, and a change of whatever
 * length reaches each address that it is about, and no other.
 *
 *	core_fib [-s SEED]
 */
#include <inttypes.h>
#include <time.h>

#include <core/fib_roots.h>
#include <core/view.h>

#include "fixture.h"
#include "pool.h"
#include "tap.h"

static u64 seed;

static const struct route_view *view(struct fixture *f)
{
	return table_view(f->t);
}

/* Spread so that hosts share few nodes. */
static struct route_prefix host4(u32 i)
{
	return prefix_of(ROUTE_INET4, route_addr4(i * 0x9e3779b1u), 32);
}

/* One transaction: hosts [@from, @to) are added, each with a next hop of its own. */
static void add_hosts(struct fixture *f, u32 from, u32 to)
{
	struct route_txn txn;
	u32 i;

	route_txn_init(&txn, f->t);
	tap_true(!route_txn_prepare(&txn));
	pthread_mutex_lock(&f->lock);
	route_txn_begin(&txn);
	for (i = from; i < to; i++) {
		struct route_change change = {
			ROUTE_ADD, { host4(i), 1000000 + i },
		};

		tap_true(!route_txn_apply_sleep(&txn, &change, NULL));
	}
	tap_true(!route_txn_commit_sleep(&txn, NULL));
	pthread_mutex_unlock(&f->lock);
	route_txn_fini(&txn);
	rcu_quiescent_state();
}

static void expect_hosts(struct fixture *f, u32 nr)
{
	const struct route_view *v = fixture_read_lock(f);
	struct route_addr addrs[7];
	u32 i, j, got[7];

	for (i = 0; i < nr; i += j) {
		for (j = 0; j < ARRAY_SIZE(addrs) && i + j < nr; j++)
			addrs[j] = host4(i + j).addr;
		route_lookup_bulk(v, ROUTE_INET4, addrs, got, j);
		while (j--)
			tap_expect(got[j] == 1000000 + i + j &&
				   route_lookup(v, ROUTE_INET4, &addrs[j]) == got[j],
				   "host %u leads to %u", i + j, got[j]);
		j = min((u32)ARRAY_SIZE(addrs), nr - i);
	}
	fixture_read_unlock();
}

/* Beyond 65,000 next hops lookups ask the routes as given, and later not any more. */
static void test_too_many_hops(void)
{
	struct fixture f;

	rcu_register_thread();
	tap_true(!fixture_init(&f, NULL, NULL));
	add_hosts(&f, 0, FIB_HOPS_MAX - 2);
	tap_true(view(&f)->fib && view(&f)->fib->nr_hops == FIB_HOPS_MAX - 1);
	fixture_check(&f);
	expect_hosts(&f, FIB_HOPS_MAX - 2);
	add_hosts(&f, FIB_HOPS_MAX - 2, FIB_HOPS_MAX + 100);
	tap_true(!view(&f)->fib);
	fixture_check(&f);
	expect_hosts(&f, FIB_HOPS_MAX + 100);
	/* Single changes and batches go on without. */
	add_hosts(&f, FIB_HOPS_MAX + 100, FIB_HOPS_MAX + 101);
	tap_true(!view(&f)->fib);
	expect_hosts(&f, FIB_HOPS_MAX + 101);
	tap_true(!fixture_change(&f, ROUTE_FLUSH, NULL, 0));
	tap_true(view(&f)->fib);
	add_hosts(&f, 0, 100);
	expect_hosts(&f, 100);
	fixture_fini(&f);
}

/* Ids that come and go use numbers up: then all is compiled anew, with those in use. */
static void test_hops_come_and_go(void)
{
	struct route_prefix p = host4(1);
	struct fixture f;
	u32 i;

	rcu_register_thread();
	tap_true(!fixture_init(&f, NULL, NULL));
	for (i = 0; i < 5000; i++) {
		tap_true(!fixture_change(&f, ROUTE_REPLACE, &p, 1000000 + i));
		expect_hosts(&f, 0);
		if (i % 512 == 0)
			fixture_check(&f);
	}
	tap_expect(view(&f)->fib->max_hops <= 4 * FIB_HOPS_MIN, "%u hops",
		   view(&f)->fib->max_hops);
	fixture_fini(&f);
}

/* The root grows and shrinks with the table, one change at a time. */
static void test_sizes(void)
{
	static const u32 sizes[] = { 50, 200, 3000, 6000, 3000, 900, 100, 20, 0 };
	static const u8 bits[] = { 6, 12, 12, 18, 18, 12, 12, 6, 6 };
	struct fixture f;
	u32 i, at = 0;

	rcu_register_thread();
	tap_true(!fixture_init(&f, NULL, NULL));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct route_stats stats;

		for (; at < sizes[i]; at++) {
			struct route_prefix p = host4(at);

			tap_true(!fixture_change(&f, ROUTE_ADD, &p, 1000000 + at));
		}
		while (at > sizes[i]) {
			struct route_prefix p = host4(--at);

			tap_true(!fixture_change(&f, ROUTE_DELETE, &p, 0));
		}
		fixture_drain(&f);
		fixture_check(&f);
		expect_hosts(&f, at);
		stats = fixture_stats(&f);
		tap_expect(view(&f)->bits[ROUTE_INET4] == bits[i],
			   "%u routes: %u bits", at, view(&f)->bits[ROUTE_INET4]);
		tap_diag("%u routes: %" PRIu64 " bytes, %" PRIu64 " compiled, %"
			 PRIu64 " of them looked up", at, stats.bytes,
			 stats.bytes_compiled, stats.bytes_lookup[ROUTE_INET4]);
		/* A small table is small, if it was never large. */
		tap_true(i || stats.bytes < 65536);
	}
	fixture_fini(&f);
}

/* Host @i of the net whose first 12 bits are @top. */
static struct route_prefix host6(u32 top, u32 i)
{
	struct route_addr addr = {
		(u64)top << 52 | (u64)(i * 0x9e3779b1u) << 20, i,
	};

	return prefix_of(ROUTE_INET6, addr, 128);
}

static void add_host6(struct fixture *f, u32 top, u32 i)
{
	struct route_prefix p = host6(top, i);

	tap_true(!fixture_change(f, ROUTE_ADD, &p, 1 + i));
}

/* Two changes at once. */
static void change_two(struct fixture *f, const struct route_prefix *p,
		       const struct route_prefix *q, u32 nexthop)
{
	const struct route_change changes[] = {
		{ ROUTE_REPLACE, { *p, nexthop } }, { ROUTE_REPLACE, { *q, nexthop + 1 } },
	};
	struct route_txn txn;
	unsigned int i;

	route_txn_init(&txn, f->t);
	tap_true(!route_txn_prepare(&txn));
	pthread_mutex_lock(&f->lock);
	route_txn_begin(&txn);
	for (i = 0; i < ARRAY_SIZE(changes); i++)
		tap_true(!route_txn_apply_sleep(&txn, &changes[i], NULL));
	tap_true(!route_txn_commit_sleep(&txn, NULL));
	pthread_mutex_unlock(&f->lock);
	route_txn_fini(&txn);
	rcu_quiescent_state();
}

/* A check looks at all of the table: so only where nodes of the root begin and end. */
static void check_at(struct fixture *f, unsigned int len)
{
	if ((len <= 26 && (len + 1) % RIB_STRIDE < 3) || len % 32 == 0)
		fixture_check(f);
}

/*
 * A prefix of each length over a net in which everything nests: set, changed and
 * cleared in place, and with another one in a batch, in a table whose roots have 18
 * bits or, for IPv6 with routes in few nets, 24; route_check() compares each slot of
 * the compiled routes with the routes as given.
 */
static void all_lengths(unsigned int nets, unsigned int bits6)
{
	struct rng rng = { seed };
	struct fixture f;
	unsigned int family, len, i;

	rcu_register_thread();
	tap_diag("seed %" PRIu64, seed);
	tap_true(!fixture_init(&f, NULL, NULL));
	add_hosts(&f, 0, 5000);
	for (i = 0; i < 6000; i++)
		add_host6(&f, 0x200 + i % nets, i);
	fixture_drain(&f);
	tap_expect(view(&f)->bits[ROUTE_INET4] == 18 &&
		   view(&f)->bits[ROUTE_INET6] == bits6, "%u and %u bits",
		   view(&f)->bits[ROUTE_INET4], view(&f)->bits[ROUTE_INET6]);
	/* IPv4 is the same each time. */
	for (family = nets > 10; family < ROUTE_FAMILIES; family++) {
		unsigned int max = route_addr_max_len(family);
		struct route_addr base = { 0x0a00000000000000ULL, 0 }, far = { 0, 0 };

		/* Neighbours at all depths, so that nodes have kids to keep. */
		for (i = 0; i < 300; i++) {
			struct route_addr addr = addr_random(family, &rng);
			unsigned int keep = rng_below(&rng, max);
			struct route_prefix p;

			addr.hi = (base.hi & route_mask64(min(keep, 64U))) |
				  (addr.hi & ~route_mask64(min(keep, 64U)));
			p = prefix_of(family, addr, 1 + rng_below(&rng, max));
			fixture_change(&f, ROUTE_REPLACE, &p, 1 + i % 7);
		}
		for (len = 1; len <= max; len++) {
			struct route_prefix p = prefix_of(family, base, len), q;

			fixture_change(&f, ROUTE_REPLACE, &p, 100 + len);
			if (len % 2)
				check_at(&f, len);
			fixture_change(&f, ROUTE_REPLACE, &p, 300 + len);
			if (!(len % 2))
				check_at(&f, len);
			/* Where nothing is yet, as wide, and a host. */
			far.hi = (u64)(0x300 + len) << 52;
			far = route_addr_mask(far, max);
			q = prefix_of(family, far, max);
			p = prefix_of(family, far, len);
			change_two(&f, &p, &q, 500 + len);
			check_at(&f, len);
		}
		for (len = 1; len <= max; len++) {
			struct route_prefix p = prefix_of(family, base, len);

			if (rng_one_in(&rng, 2))
				continue;
			fixture_change(&f, ROUTE_DELETE, &p, 0);
			check_at(&f, len);
		}
	}
	fixture_fini(&f);
}

static void test_all_lengths(void)
{
	all_lengths(10, 24);
}

static void test_all_lengths_many_nets(void)
{
	all_lengths(100, 18);
}

static void expect_host6(struct fixture *f, u32 top, u32 i, u32 nexthop)
{
	struct route_prefix p = host6(top, i);
	u32 got = route_lookup(view(f), ROUTE_INET6, &p.addr), many[40];
	struct route_addr addrs[ARRAY_SIZE(many)];
	unsigned int j;

	for (j = 0; j < ARRAY_SIZE(many); j++)
		addrs[j] = p.addr;
	route_lookup_bulk(view(f), ROUTE_INET6, addrs, many, ARRAY_SIZE(many));
	tap_expect(got == nexthop && many[0] == got && many[39] == got,
		   "net %x, host %u leads to %u, %u, %u", top, i, got, many[0],
		   many[39]);
}

/* Few nets get a root of 24 bits, with a chunk for each; more come and go in place. */
static void test_root6(void)
{
	const struct fib_roots *roots;
	struct route_change change;
	struct route_txn txn;
	struct route_prefix p;
	struct fixture f;
	u64 compiles;
	u32 i, top;

	rcu_register_thread();
	tap_true(!fixture_init(&f, NULL, NULL));
	for (i = 0; i < 6000; i++)
		add_host6(&f, 0x200 + i % 10, i);
	fixture_drain(&f);
	roots = view(&f)->roots;
	tap_expect(roots->shape.bits[ROUTE_INET6] == ROOTS_BITS_MAX,
		   "%u bits", roots->shape.bits[ROUTE_INET6]);
	tap_expect(roots->nr_chunks == 10 && roots->shape.max_chunks > 10,
		   "%u chunks of %u", roots->nr_chunks, roots->shape.max_chunks);
	fixture_check(&f);

	/* A net that has none gets one in place, and keeps it. */
	compiles = fixture_stats(&f).compiles;
	add_host6(&f, 0x300, 1);
	expect_host6(&f, 0x300, 1, 2);
	expect_host6(&f, 0x300, 2, 0);
	fixture_check(&f);
	p = host6(0x300, 1);
	tap_true(!fixture_change(&f, ROUTE_DELETE, &p, 0));
	fixture_check(&f);
	tap_true(roots == view(&f)->roots && roots->nr_chunks == 11);
	p = prefix_of(ROUTE_INET6, (struct route_addr){ 0x3000ULL << 48, 0 }, 7);
	tap_true(!fixture_change(&f, ROUTE_ADD, &p, 77));
	expect_host6(&f, 0x300, 1, 77);	/* with a chunk */
	expect_host6(&f, 0x301, 1, 77);	/* without */
	expect_host6(&f, 0x320, 1, 0);
	fixture_check(&f);
	tap_true(fixture_stats(&f).compiles == compiles);

	/* At once: all of a net that has no chunk, then one host of it. */
	route_txn_init(&txn, f.t);
	tap_true(!route_txn_prepare(&txn));
	pthread_mutex_lock(&f.lock);
	route_txn_begin(&txn);
	change = (struct route_change){ ROUTE_REPLACE, { p, 78 } };
	tap_true(!route_txn_apply_sleep(&txn, &change, NULL));
	change = (struct route_change){ ROUTE_ADD, { host6(0x301, 5), 6 } };
	tap_true(!route_txn_apply_sleep(&txn, &change, NULL));
	tap_true(!route_txn_commit_sleep(&txn, NULL));
	pthread_mutex_unlock(&f.lock);
	route_txn_fini(&txn);
	expect_host6(&f, 0x301, 5, 6);
	expect_host6(&f, 0x301, 6, 78);
	expect_host6(&f, 0x300, 1, 78);
	expect_host6(&f, 0x302, 1, 78);
	fixture_check(&f);
	tap_true(fixture_stats(&f).compiles == compiles);

	/* More than there is room for. */
	for (top = 0x400; top < 0x410; top++) {
		add_host6(&f, top, top);
		fixture_check(&f);
	}
	roots = view(&f)->roots;
	tap_expect(roots->shape.bits[ROUTE_INET6] == ROOTS_BITS_MAX - RIB_STRIDE,
		   "%u bits for %u nets and 6000 routes",
		   roots->shape.bits[ROUTE_INET6], roots->nr_chunks);
	for (i = 0; i < 6000; i++)
		expect_host6(&f, 0x200 + i % 10, i, 1 + i);
	for (top = 0x400; top < 0x410; top++)
		expect_host6(&f, top, top, 1 + top);
	tap_diag("%" PRIu64 " bytes looked up",
		 fixture_stats(&f).bytes_lookup[ROUTE_INET6]);

	/* All nets that there are. */
	for (top = 0; top < 4096; top++) {
		p = host6(top, 1);
		p = prefix_of(ROUTE_INET6, p.addr, 24);
		tap_true(!fixture_change(&f, ROUTE_ADD, &p, 5));
	}
	fixture_check(&f);
	tap_true(view(&f)->roots->nr_chunks == 4096);
	fixture_fini(&f);
}

static u32 lookup4(const struct route_view *v, u32 addr)
{
	struct route_addr a = route_addr4(addr);

	return route_lookup(v, ROUTE_INET4, &a);
}

/* What an address leads to in a held view is what it led to at some time since. */
static void test_defaults(void)
{
	const struct route_prefix dflt = { .family = ROUTE_INET4 };
	struct route_prefix p = prefix_of(ROUTE_INET4, route_addr4(10U << 24), 8);
	const struct route_view *held;
	struct route_change change;
	struct route_txn txn;
	struct fixture f;
	u32 addr = (10U << 24) + 257, got;

	rcu_register_thread();
	tap_true(!fixture_init(&f, NULL, NULL));
	tap_true(!fixture_change(&f, ROUTE_ADD, &p, 7));

	/* 7, 7, 6: but not nothing. */
	held = fixture_read_lock(&f);
	tap_true(!fixture_change(&f, ROUTE_ADD, &dflt, 6));
	tap_true(!fixture_change(&f, ROUTE_DELETE, &p, 0));
	got = lookup4(held, addr);
	tap_expect(got == 7 || got == 6, "%u", got);
	tap_true(lookup4(view(&f), addr) == 6);
	fixture_read_unlock();
	fixture_drain(&f);
	fixture_check(&f);
	/* Nobody holds an earlier default: in place again. */
	held = fixture_read_lock(&f);
	tap_true(!fixture_change(&f, ROUTE_ADD, &p, 7));
	tap_true(lookup4(held, addr) == 7);
	fixture_read_unlock();

	/* 7, then 9, at once: a batch. */
	held = fixture_read_lock(&f);
	route_txn_init(&txn, f.t);
	tap_true(!route_txn_prepare(&txn));
	pthread_mutex_lock(&f.lock);
	route_txn_begin(&txn);
	change = (struct route_change){ ROUTE_DELETE, { p, 0 } };
	tap_true(!route_txn_apply_sleep(&txn, &change, NULL));
	change = (struct route_change){ ROUTE_REPLACE, { dflt, 9 } };
	tap_true(!route_txn_apply_sleep(&txn, &change, NULL));
	tap_true(!route_txn_commit_sleep(&txn, NULL));
	pthread_mutex_unlock(&f.lock);
	route_txn_fini(&txn);
	tap_true(lookup4(held, addr) == 7);
	tap_true(lookup4(view(&f), addr) == 9);
	fixture_read_unlock();
	fixture_check(&f);
	fixture_fini(&f);
}

/* Changes of the same kind do not compile all anew, one after the other. */
static void test_compiles(void)
{
	struct route_stats stats;
	struct fixture f;
	u32 i, round;
	u64 before;

	rcu_register_thread();
	tap_true(!fixture_init(&f, NULL, NULL));
	/* Dense and of one next hop; few and deep; 50 that come and go. */
	for (round = 0; round < 3; round++) {
		const u32 nr[] = { 5000, 13, 50 };
		unsigned int family = round == 1 ? ROUTE_INET6 : ROUTE_INET4;
		unsigned int len = round == 1 ? 128 : round ? 32 : 24;

		for (i = 0; i < nr[round]; i++) {
			struct route_addr addr = {
				round == 1 ? 0x20010db8ULL << 32 | i :
				round ? (u64)(i * 0x9e3779b1u) << 32 :
				(u64)((10U << 24) + (i << 8)) << 32, 0 };
			struct route_prefix p = prefix_of(family, addr, len);

			tap_true(!fixture_change(&f, ROUTE_REPLACE, &p, 1));
		}
		fixture_drain(&f);
		before = fixture_stats(&f).compiles;
		for (i = 0; i < 400; i++) {
			struct route_addr addr = {
				round == 1 ? 0x20010db8ULL << 32 | i % 13 :
				round ? (u64)(i % 50 * 0x9e3779b1u) << 32 :
				(u64)((10U << 24) + (i % 5000 << 8)) << 32, 0 };
			struct route_prefix p = prefix_of(family, addr, len);

			tap_true(!fixture_change(&f, ROUTE_REPLACE, &p, 2 + i % 8));
			if (i % 8 == 7)
				fixture_drain(&f);
		}
		stats = fixture_stats(&f);
		tap_expect(stats.compiles - before <= 20, "round %u: %" PRIu64
			   " of 400", round, stats.compiles - before);
		tap_true(!fixture_change(&f, ROUTE_FLUSH, NULL, 0));
	}
	fixture_fini(&f);
}

int main(int argc, char **argv)
{
	static const struct tap_test tests[] = {
		{ "more next hops than can be compiled", test_too_many_hops },
		{ "next hops that come and go", test_hops_come_and_go },
		{ "the root grows and shrinks", test_sizes },
		{ "changes of all lengths", test_all_lengths },
		{ "changes of all lengths, many nets", test_all_lengths_many_nets },
		{ "an IPv6 root of few nets, and of many", test_root6 },
		{ "default routes under held views", test_defaults },
		{ "few changes compile all", test_compiles },
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
