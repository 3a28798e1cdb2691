// SPDX-License-Identifier: GPL-2.0
/*
 * Does a route table answer as the oracle does?  Seeded random operations of
 * all kinds on nested and clustered prefixes; every subset of a small universe
 * that chance picks, with every address of it; and the places where a trie of
 * six bits a node has its edges.
 *
 *	core_route [-s SEED] [-n OPERATIONS]
 */
#include <inttypes.h>
#include <time.h>

#include "fixture.h"
#include "oracle.h"
#include "pool.h"
#include "tap.h"
#include "twin.h"

#define TXN_MAX		40

static u64 seed;
static unsigned int nr_ops = 100000;

static void print_seed(void)
{
	tap_diag("seed %" PRIu64, seed);
}

static void random_operations(unsigned int families, unsigned int salt)
{
	unsigned int check_at = 0, walk_at = 0;
	struct twin w;

	print_seed();
	twin_init(&w, families, seed + salt);
	while (w.ops < nr_ops) {
		unsigned int dice = rng_below(&w.rng, 100);

		if (dice < 45)
			twin_random_query(&w);
		else if (dice < 95)
			twin_random_txn(&w, 1, false);
		else
			twin_random_txn(&w, rng_below(&w.rng, TXN_MAX), dice < 97);
		if (w.ops >= check_at) {
			fixture_check(&w.f);
			check_at = w.ops + 250;
		}
		if (w.ops >= walk_at) {
			twin_expect_all(&w);
			walk_at = w.ops + 10000;
		}
	}
	tap_expect(nr_ops < 10000 || fixture_stats(&w.f).moves > 3,
		   "the table never moved");
	twin_print(&w);
	twin_fini(&w);
}

static void test_random4(void)
{
	random_operations(TWIN_INET4, 4);
}

static void test_random6(void)
{
	random_operations(TWIN_INET6, 6);
}

static void test_random_both(void)
{
	random_operations(TWIN_INET4 | TWIN_INET6, 10);
}

/* Moves within a transaction, and their undoing. */
static void test_moves(void)
{
	unsigned int round;
	struct twin w;

	print_seed();
	twin_init(&w, TWIN_INET4 | TWIN_INET6, seed + 20);
	pool_fini(&w.pool);
	pool_init(&w.pool, &w.rng, TWIN_INET4 | TWIN_INET6, 4000);
	/* How many it takes depends on the seed: a flush makes room. */
	for (round = 0; round < 12 || fixture_stats(&w.f).moves <= 3; round++) {
		tap_expect(round < 1000, "the table hardly moves");
		if (round == 1000)
			break;
		twin_random_txn(&w, 1 + rng_below(&w.rng, 3000), round % 3);
		twin_random_txn(&w, 1, false);
	}
	twin_expect_all(&w);
	twin_print(&w);
	twin_fini(&w);
}

/*
 * Aborts while a table is young: its transactions and its nodes then have small
 * numbers both, so that a mark which an abort forgot is soon taken for another.
 */
static void test_young_aborts(void)
{
	unsigned int round, i;
	struct twin w;

	print_seed();
	for (round = 0; round < 30; round++) {
		twin_init(&w, TWIN_INET4 | TWIN_INET6, seed + 100 + round);
		w.pool.nr = 40;		/* of those drawn, the first */
		for (i = 0; i < 40; i++) {
			twin_random_txn(&w, rng_below(&w.rng, 6), i % 2);
			twin_peek(&w);
		}
		twin_fini(&w);
		rcu_unregister_thread();
	}
}

/* Flush in a transaction: before, between and behind others, undone or not. */
static void test_flush(void)
{
	const struct route_change flush = { .op = ROUTE_FLUSH };
	struct route_change change;
	unsigned int round, i, nr;
	struct route_txn txn;
	struct twin w;

	print_seed();
	twin_init(&w, TWIN_INET4 | TWIN_INET6, seed + 21);
	for (round = 0; round < 60; round++) {
		twin_random_txn(&w, rng_below(&w.rng, 200), false);
		route_txn_init(&txn, w.f.t);
		twin_begin(&w, &txn);
		nr = rng_below(&w.rng, 40);
		for (i = 0; i < nr; i++) {
			if (rng_one_in(&w.rng, 10)) {
				twin_apply(&w, &txn, &flush);
				continue;
			}
			change = twin_draw_change(&w);
			twin_apply(&w, &txn, &change);
		}
		twin_apply(&w, &txn, &flush);
		if (rng_one_in(&w.rng, 2)) {
			change = twin_draw_change(&w);
			twin_apply(&w, &txn, &change);
		}
		if (round % 3)
			twin_commit(&w, &txn);
		else
			twin_abort(&w, &txn);
		route_txn_fini(&txn);
		twin_expect_all(&w);
	}
	twin_fini(&w);
}

/* A transaction that changed nothing makes no generation; it can be reused. */
static void test_generation(void)
{
	struct route_change change = {
		.op = ROUTE_ADD, .route.nexthop = 1,
		.route.prefix.family = ROUTE_INET4,
	};
	struct route_txn txn;
	struct twin w;
	u64 gen;

	twin_init(&w, TWIN_INET4, seed + 22);
	route_txn_init(&txn, w.f.t);
	twin_begin(&w, &txn);
	twin_commit(&w, &txn);			/* empty */
	tap_true(!fixture_stats(&w.f).commits);
	twin_begin(&w, &txn);
	twin_apply(&w, &txn, &change);
	twin_commit(&w, &txn);
	gen = w.gen;
	twin_begin(&w, &txn);
	twin_apply(&w, &txn, &change);		/* -EEXIST */
	change.op = ROUTE_REPLACE;
	twin_apply(&w, &txn, &change);		/* the same */
	twin_commit(&w, &txn);
	tap_expect(w.gen == gen, "the oracle counts a change");
	twin_begin(&w, &txn);
	change.route.nexthop = 2;
	twin_apply(&w, &txn, &change);
	twin_abort(&w, &txn);
	twin_begin(&w, &txn);
	change.op = ROUTE_DELETE;
	twin_apply(&w, &txn, &change);
	twin_commit(&w, &txn);
	tap_expect(w.gen == gen + 1, "the oracle counts an abort");
	change.op = ROUTE_FLUSH;		/* of nothing */
	twin_begin(&w, &txn);
	twin_apply(&w, &txn, &change);
	twin_commit(&w, &txn);
	route_txn_fini(&txn);
	twin_fini(&w);
}

/*
 * Make the table hold just those prefixes of the corner (eight bits behind the
 * first @pos of @base) that are drawn, one in @one_in; all of them if that is 1.
 */
static void draw_corner(struct twin *w, unsigned int family,
			struct route_addr base, unsigned int pos,
			unsigned int one_in)
{
	unsigned int len, i, bit;
	struct route_txn txn;

	route_txn_init(&txn, w->f.t);
	twin_begin(w, &txn);
	for (len = 0; len <= 8; len++) {
		for (i = 0; i < 1U << len; i++) {
			struct route_addr addr = base;
			struct route_change change = { .op = ROUTE_REPLACE };

			for (bit = 0; bit < len; bit++)
				if (i >> (len - 1 - bit) & 1)
					addr = addr_flip(addr, pos + bit);
			if (!rng_one_in(&w->rng, one_in))
				change.op = ROUTE_DELETE;
			change.route.prefix = prefix_of(family, addr, pos + len);
			change.route.nexthop = 1 + (1U << len | i);
			twin_apply(w, &txn, &change);
		}
	}
	twin_commit(w, &txn);
	route_txn_fini(&txn);
}

/* Every address of the corner, and some outside; every cursor in it. */
static void expect_corner(struct twin *w, unsigned int family,
			  struct route_addr base, unsigned int pos)
{
	const struct route_view *v = fixture_read_lock(&w->f);
	unsigned int max = route_addr_max_len(family);
	unsigned int i, bit, len;
	struct route routes[3];

	for (i = 0; i < 256; i++) {
		struct route_prefix corner = prefix_of(family, base, pos + 8);
		struct route_addr addr;

		for (bit = 0; bit < 8; bit++)
			if (i >> bit & 1)
				corner.addr = addr_flip(corner.addr, pos + bit);
		addr = corner.addr;
		twin_expect_match(w, v, family, &addr);
		if (pos + 8 < max) {
			addr = addr_flip(addr, pos + 8 +
					 rng_below(&w->rng, max - pos - 8));
			twin_expect_match(w, v, family, &addr);
		}
		for (len = 0; len <= 8; len++) {
			struct route_prefix p = prefix_of(family, corner.addr,
							  pos + len);

			twin_expect_get(w, v, &p);
			if (rng_one_in(&w->rng, 4))
				twin_expect_walk(w, v, &p, routes, 3);
		}
	}
	for (bit = 0; bit < pos; bit++) {
		struct route_addr addr = addr_flip(base, bit);

		twin_expect_match(w, v, family, &addr);
	}
	twin_expect_whole_walk(w, v);
	fixture_read_unlock();
}

/* In corners that begin anywhere in a node, span two, and span two words. */
static void test_small_universe(void)
{
	static const struct { u8 family, pos; } at[] = {
		{ ROUTE_INET4, 0 }, { ROUTE_INET4, 1 }, { ROUTE_INET4, 5 },
		{ ROUTE_INET4, 6 }, { ROUTE_INET4, 15 }, { ROUTE_INET4, 16 },
		{ ROUTE_INET4, 23 }, { ROUTE_INET4, 24 }, { ROUTE_INET6, 0 },
		{ ROUTE_INET6, 54 }, { ROUTE_INET6, 57 }, { ROUTE_INET6, 59 },
		{ ROUTE_INET6, 60 }, { ROUTE_INET6, 63 }, { ROUTE_INET6, 64 },
		{ ROUTE_INET6, 100 }, { ROUTE_INET6, 119 }, { ROUTE_INET6, 120 },
	};
	static const unsigned int one_in[] = { 2, 1, 8, 64, 3, 1, 256 };
	unsigned int i, j;
	struct twin w;

	print_seed();
	twin_init(&w, TWIN_INET4, seed + 23);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		unsigned int pos = at[i].pos, family = at[i].family;
		struct route_addr base =
			route_addr_mask(addr_random(family, &w.rng), pos);

		for (j = 0; j < ARRAY_SIZE(one_in); j++) {
			draw_corner(&w, family, base, pos, one_in[j]);
			expect_corner(&w, family, base, pos);
			fixture_check(&w.f);
		}
		tap_expect(!fixture_change(&w.f, ROUTE_FLUSH, NULL, 0),
			   "flush");
		w.gen += !!w.o.nr;
		w.o.nr = 0;
		oracle_copy(&w.before, &w.o);
	}
	twin_fini(&w);
}

/* A chain of all lengths: an address that leaves it at a bit matches there. */
static void expect_chain(struct fixture *f, unsigned int family,
			 struct route_addr addr, const bool *present)
{
	const struct route_view *v = fixture_read_lock(f);
	unsigned int len, max = route_addr_max_len(family), best = 0;

	for (len = 0; len <= max; len++) {
		struct route_addr away = addr;
		u32 got;

		if (present[len])
			best = len + 1;
		if (len < max)
			away = addr_flip(addr, len);
		got = route_lookup(v, family, &away);
		tap_expect(got == best, "leaves at bit %u, got %u, not %u", len,
			   got, best);
	}
	fixture_read_unlock();
	fixture_check(f);
}

static void chain(struct fixture *f, unsigned int family,
		  struct route_addr addr, struct rng *rng)
{
	unsigned int i, len, max = route_addr_max_len(family);
	bool present[129] = { false };

	for (i = 0; i < 2 * (max + 1); i++) {
		bool add = i <= max;
		struct route_prefix p;

		/* From a random length on, the first that is to change. */
		for (len = rng_below(rng, max + 1); present[len] == add;)
			len = (len + 1) % (max + 1);
		p = prefix_of(family, addr, len);
		tap_expect(!fixture_change(f, add ? ROUTE_ADD : ROUTE_DELETE,
					   &p, len + 1), "/%u", len);
		present[len] = add;
		expect_chain(f, family, addr, present);
	}
}

static void test_chains(void)
{
	struct rng rng = { seed };
	struct fixture f;
	unsigned int family;

	print_seed();
	rcu_register_thread();
	tap_expect(!fixture_init(&f, NULL, NULL), "no memory");
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		struct route_addr zero = { 0, 0 }, ones = { ~0ULL, ~0ULL };

		chain(&f, family, zero, &rng);
		chain(&f, family, route_addr_mask(ones,
						  route_addr_max_len(family)),
		      &rng);
		chain(&f, family, addr_random(family, &rng), &rng);
	}
	fixture_fini(&f);
}

/* All hosts of a subnet of 256, added upwards, deleted downwards. */
static void test_hosts(void)
{
	struct fixture f;
	unsigned int family;

	rcu_register_thread();
	tap_expect(!fixture_init(&f, NULL, NULL), "no memory");
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		unsigned int i, j, max = route_addr_max_len(family);
		struct route_addr base = { 0xc0a801ULL << 40, 0 };

		for (i = 0; i < 512; i++) {
			unsigned int host = i < 256 ? i : 511 - i;
			unsigned int end = i < 256 ? i + 1 : 511 - i;
			struct route_prefix p = { base, family, max };
			const struct route_view *v;

			if (family == ROUTE_INET4)
				p.addr.hi |= (u64)host << 32;
			else
				p.addr.lo |= host;
			tap_expect(!fixture_change(&f, i < 256 ? ROUTE_ADD :
						   ROUTE_DELETE, &p, 7 + host),
				   "host %u", host);
			v = fixture_read_lock(&f);
			for (j = 0; j < 256; j++) {
				struct route_addr addr = base;

				if (family == ROUTE_INET4)
					addr.hi |= (u64)j << 32;
				else
					addr.lo |= j;
				tap_expect(route_lookup(v, family, &addr) ==
					   (j < end ? 7 + j : 0),
					   "host %u of %u", j, end);
			}
			tap_expect(route_view_nr(v, family) == end, "count");
			fixture_read_unlock();
		}
		fixture_check(&f);
	}
	fixture_fini(&f);
}

/* The families have nothing to do with each other; defaults are routes. */
static void test_defaults(void)
{
	struct route_prefix dflt[ROUTE_FAMILIES] = {
		{ .family = ROUTE_INET4 }, { .family = ROUTE_INET6 },
	};
	struct route_addr addr = { 0x0a00000100000000ULL, 0 };
	const struct route_view *v;
	struct route routes[3];
	struct fixture f;

	rcu_register_thread();
	tap_expect(!fixture_init(&f, NULL, NULL), "no memory");
	tap_true(fixture_change(&f, ROUTE_DELETE, &dflt[0], 0) == -ENOENT);
	tap_true(!fixture_change(&f, ROUTE_ADD, &dflt[0], 4));
	tap_true(fixture_change(&f, ROUTE_ADD, &dflt[0], 5) == -EEXIST);
	v = fixture_read_lock(&f);
	tap_true(route_lookup(v, ROUTE_INET4, &addr) == 4);
	tap_true(route_lookup(v, ROUTE_INET6, &addr) == 0);
	tap_true(route_view_nr(v, ROUTE_INET4) == 1);
	tap_true(route_view_nr(v, ROUTE_INET6) == 0);
	fixture_read_unlock();
	tap_true(!fixture_change(&f, ROUTE_ADD, &dflt[1], 6));
	tap_true(!fixture_change(&f, ROUTE_REPLACE, &dflt[0], ~0U));
	v = fixture_read_lock(&f);
	tap_true(route_lookup(v, ROUTE_INET4, &addr) == ~0U);
	tap_true(route_lookup(v, ROUTE_INET6, &addr) == 6);
	tap_true(route_walk(v, NULL, routes, 3) == 2);
	tap_true(routes[0].nexthop == ~0U && routes[1].nexthop == 6);
	tap_true(route_walk(v, &dflt[0], routes, 3) == 1);
	tap_true(route_walk(v, &dflt[1], routes, 3) == 0);
	fixture_read_unlock();
	tap_true(!fixture_change(&f, ROUTE_DELETE, &dflt[0], 0));
	v = fixture_read_lock(&f);
	tap_true(route_lookup(v, ROUTE_INET4, &addr) == 0);
	tap_true(route_lookup(v, ROUTE_INET6, &addr) == 6);
	fixture_read_unlock();
	fixture_fini(&f);
}

/* Is @p one of those that stay during the walk below? */
static bool is_stable(const struct route_prefix *p)
{
	return (p->addr.hi >> 32 ^ p->len) % 3 == 0;
}

/* A walk in steps, each in its own view, while the table changes between. */
static void test_walk_while_writing(void)
{
	const struct route_prefix *after;
	struct route routes[7], last;
	unsigned int i, n, round;
	struct twin w;

	print_seed();
	twin_init(&w, TWIN_INET4 | TWIN_INET6, seed + 24);
	for (round = 0; round < 20; round++) {
		struct oracle left = { 0 };

		twin_random_txn(&w, 300, false);
		oracle_copy(&left, &w.o);
		after = NULL;
		do {
			struct route_prefix p = pool_prefix(&w.pool, &w.rng);

			if (!is_stable(&p))
				fixture_change(&w.f, rng_below(&w.rng, 3), &p,
					       9);
			n = route_walk(fixture_read_lock(&w.f), after, routes,
				       ARRAY_SIZE(routes));
			fixture_read_unlock();
			for (i = 0; i < n; i++) {
				struct route_change del = {
					ROUTE_DELETE, routes[i],
				};
				int ret;
				u32 old;

				tap_expect(!after ||
					   route_prefix_cmp(after,
							    &routes[i].prefix) < 0,
					   "out of order");
				last = routes[i];
				after = &last.prefix;
				if (!is_stable(after))
					continue;
				ret = oracle_apply(&left, &del, &old);
				tap_expect(!ret && old == routes[i].nexthop,
					   "%s again, or wrong",
					   twin_show(&routes[i]));
			}
		} while (n == ARRAY_SIZE(routes));
		for (i = 0; i < left.nr; i++) {
			struct route r;

			after = i ? &last.prefix : NULL;
			tap_expect(oracle_next(&left, after, &r), "oracle");
			tap_expect(!is_stable(&r.prefix), "%s missed",
				   twin_show(&r));
			last = r;
		}
		oracle_fini(&left);
		/* Meet again. */
		fixture_change(&w.f, ROUTE_FLUSH, NULL, 0);
		w.o.nr = 0;
		oracle_copy(&w.before, &w.o);
		w.gen = fixture_stats(&w.f).gen;
	}
	twin_fini(&w);
}

int main(int argc, char **argv)
{
	static const struct tap_test tests[] = {
		{ "random operations, IPv4", test_random4 },
		{ "random operations, IPv6", test_random6 },
		{ "random operations, both families", test_random_both },
		{ "moves to another region in a transaction", test_moves },
		{ "aborts in a young table", test_young_aborts },
		{ "flush in a transaction", test_flush },
		{ "generations", test_generation },
		{ "a small universe, all of it", test_small_universe },
		{ "chains of all lengths", test_chains },
		{ "all hosts of a subnet", test_hosts },
		{ "default routes", test_defaults },
		{ "a walk in steps while others write",
		  test_walk_while_writing },
	};
	int opt;

	seed = time(NULL);
	while ((opt = getopt(argc, argv, "s:n:")) != -1) {
		if (opt == 's') {
			seed = strtoull(optarg, NULL, 0);
		} else if (opt == 'n') {
			nr_ops = strtoul(optarg, NULL, 0);
		} else {
			fprintf(stderr, "usage: %s [-s SEED] [-n OPERATIONS]\n",
				argv[0]);
			return 2;
		}
	}
	return tap_run(tests, ARRAY_SIZE(tests));
}
