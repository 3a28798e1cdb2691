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

/* Sets of families: bits by their numbers. */
#define FAMILY4		1
#define FAMILY6		2

#define POOL_PREFIXES	1200
#define TXN_MAX		40
#define WALK_MAX	32
#define BULK_MAX	16

static u64 seed;
static unsigned int nr_ops = 100000;

/* A table and its oracle, side by side. */
struct twin {
	struct fixture	f;
	struct oracle	o;
	struct oracle	before;		/* as of the published view */
	struct pool	pool;
	struct rng	rng;
	u64		gen;
	unsigned int	ops;
};

static void twin_init(struct twin *w, unsigned int families, unsigned int salt)
{
	*w = (struct twin){ .rng.state = seed + salt };
	rcu_register_thread();
	tap_expect(!fixture_init(&w->f, NULL, NULL), "no memory");
	pool_init(&w->pool, &w->rng, families, POOL_PREFIXES);
}

static bool same_route(const struct route *a, const struct route *b)
{
	return a->nexthop == b->nexthop &&
	       a->prefix.family == b->prefix.family &&
	       a->prefix.len == b->prefix.len &&
	       a->prefix.addr.hi == b->prefix.addr.hi &&
	       a->prefix.addr.lo == b->prefix.addr.lo;
}

/* A route as text; good for four of them in one line. */
static const char *show(const struct route *r)
{
	static char texts[4][80];
	static unsigned int turn;
	char *text = texts[turn++ % ARRAY_SIZE(texts)];

	snprintf(text, sizeof(texts[0]),
		 "%u:%016" PRIx64 "%016" PRIx64 "/%u via %u", r->prefix.family,
		 r->prefix.addr.hi, r->prefix.addr.lo, r->prefix.len,
		 r->nexthop);
	return text;
}

static void expect_match(struct twin *w, const struct route_view *v,
			 unsigned int family, const struct route_addr *addr)
{
	struct route want = { .nexthop = 0 }, got = { .nexthop = 0 };
	bool want_any = oracle_match(&w->before, family, addr, &want);
	bool got_any = route_match(v, family, addr, &got);
	u32 nexthop = route_lookup(v, family, addr);

	tap_expect(want_any == got_any &&
		   (!want_any || same_route(&want, &got)),
		   "op %u, %016" PRIx64 "%016" PRIx64 ": want %s, got %s",
		   w->ops, addr->hi, addr->lo, show(&want), show(&got));
	tap_expect(nexthop == want.nexthop, "op %u, want %s, got %u", w->ops,
		   show(&want), nexthop);
	w->ops++;
}

static void expect_get(struct twin *w, const struct route_view *v,
		       const struct route_prefix *prefix)
{
	struct route r = { *prefix, oracle_get(&w->before, prefix) };
	u32 got = route_get(v, prefix);

	tap_expect(got == r.nexthop, "op %u, %s, got %u", w->ops,
		   show(&r), got);
	w->ops++;
}

static void expect_bulk(struct twin *w, const struct route_view *v,
			const struct route_prefix *prefix)
{
	unsigned int i, n = 1 + rng_below(&w->rng, BULK_MAX);
	struct route_addr addrs[BULK_MAX];
	u32 nexthops[BULK_MAX + 1];

	for (i = 0; i < n; i++)
		addrs[i] = pool_addr(prefix, &w->rng);
	memset(nexthops, 0xff, sizeof(nexthops));
	route_lookup_bulk(v, prefix->family, addrs, nexthops, n);
	for (i = 0; i < n; i++) {
		struct route want = { .nexthop = 0 };

		oracle_match(&w->before, prefix->family, &addrs[i], &want);
		tap_expect(nexthops[i] == want.nexthop,
			   "op %u, want %s, got %u", w->ops,
			   show(&want), nexthops[i]);
	}
	tap_expect(nexthops[n] == ~0U, "wrote behind the end");
	w->ops += n;
}

/* At most @n routes behind @after; returns how many there were. */
static unsigned int expect_walk(struct twin *w, const struct route_view *v,
				const struct route_prefix *after,
				struct route *routes, unsigned int n)
{
	unsigned int i, got = route_walk(v, after, routes, n);
	struct route want;

	tap_expect(got <= n, "%u routes, room for %u", got, n);
	for (i = 0; i < got; i++) {
		tap_expect(oracle_next(&w->before, after, &want),
			   "op %u, got %s behind the end", w->ops,
			   show(&routes[i]));
		tap_expect(same_route(&want, &routes[i]),
			   "op %u, want %s, got %s", w->ops,
			   show(&want), show(&routes[i]));
		after = &routes[i].prefix;
	}
	tap_expect(got == n || !oracle_next(&w->before, after, &want),
		   "op %u, missing %s", w->ops, show(&want));
	w->ops++;
	return got;
}

static void expect_whole_walk(struct twin *w, const struct route_view *v)
{
	struct route routes[WALK_MAX], last;
	const struct route_prefix *after = NULL;
	unsigned int n, got, all = 0;

	do {
		n = 1 + rng_below(&w->rng, WALK_MAX);
		got = expect_walk(w, v, after, routes, n);
		if (got) {
			last = routes[got - 1];
			after = &last.prefix;
		}
		all += got;
	} while (got == n);
	tap_expect(all == w->before.nr, "walked %u of %u", all, w->before.nr);
}

static void expect_counts(struct twin *w, const struct route_view *v)
{
	unsigned int family;

	tap_expect(route_view_gen(v) == w->gen, "op %u: generation is %" PRIu64
		   ", not %" PRIu64, w->ops, route_view_gen(v), w->gen);
	for (family = 0; family < ROUTE_FAMILIES; family++)
		tap_expect(route_view_nr(v, family) ==
			   oracle_nr(&w->before, family),
			   "op %u: %" PRIu64 " routes, not %u", w->ops,
			   route_view_nr(v, family),
			   oracle_nr(&w->before, family));
}

/* One change, by either way of applying, in the table and in the oracle. */
static void twin_apply(struct twin *w, struct route_txn *txn,
		       const struct route_change *change)
{
	u32 old = 0, want_old;
	int ret, want = oracle_apply(&w->o, change, &want_old);

	if (rng_one_in(&w->rng, 2)) {
		ret = route_txn_apply_sleep(txn, change, &old);
	} else {
		for (;;) {
			ret = route_txn_apply(txn, change, &old);
			if (ret != -EAGAIN)
				break;
			tap_expect(!route_txn_prepare(txn), "no memory");
		}
	}
	tap_expect(ret == want, "op %u: %s, %d instead of %d",
		   w->ops, show(&change->route), ret, want);
	tap_expect(change->op == ROUTE_FLUSH || old == want_old,
		   "op %u: %s, old %u instead of %u",
		   w->ops, show(&change->route), old, want_old);
	w->ops++;
}

static void twin_begin(struct twin *w, struct route_txn *txn)
{
	tap_expect(!route_txn_prepare(txn), "no memory");
	pthread_mutex_lock(&w->f.lock);
	route_txn_begin(txn);
	w->o.nr_changes = 0;
}

static void twin_commit(struct twin *w, struct route_txn *txn)
{
	u64 gen = route_txn_commit(txn);

	pthread_mutex_unlock(&w->f.lock);
	w->gen += !!w->o.nr_changes;
	tap_expect(gen == w->gen, "op %u: generation %" PRIu64
		   " instead of %" PRIu64 " after %u changes", w->ops, gen,
		   w->gen, w->o.nr_changes);
	oracle_copy(&w->before, &w->o);
	rcu_quiescent_state();
}

static void twin_abort(struct twin *w, struct route_txn *txn)
{
	route_txn_abort(txn);
	pthread_mutex_unlock(&w->f.lock);
	oracle_copy(&w->o, &w->before);
	fixture_check(&w->f);
	rcu_quiescent_state();
}

static struct route_change random_change(struct twin *w)
{
	struct route_change change = {
		.route.prefix = pool_prefix(&w->pool, &w->rng),
		.route.nexthop = 1 + rng_below(&w->rng, 8),
	};
	unsigned int dice = rng_below(&w->rng, 10000);

	if (rng_one_in(&w->rng, 8))
		change.route.nexthop = (u32)rng_next(&w->rng) | 1;
	if (dice < 4)
		change = (struct route_change){ .op = ROUTE_FLUSH };
	else if (dice < 4000)
		change.op = ROUTE_ADD;
	else if (dice < 7000)
		change.op = ROUTE_REPLACE;
	else
		change.op = ROUTE_DELETE;
	return change;
}

/* The published view does not know of a transaction that is under way. */
static void peek_at_published(struct twin *w)
{
	struct route_prefix p = pool_prefix(&w->pool, &w->rng);
	const struct route_view *v = fixture_read_lock(&w->f);
	struct route_addr addr = pool_addr(&p, &w->rng);

	expect_match(w, v, p.family, &addr);
	expect_get(w, v, &p);
	expect_counts(w, v);
	fixture_read_unlock();
}

static void random_txn(struct twin *w, unsigned int nr, bool abort)
{
	struct route_txn txn;
	unsigned int i;

	route_txn_init(&txn, w->f.t);
	twin_begin(w, &txn);
	for (i = 0; i < nr; i++) {
		struct route_change change = random_change(w);

		twin_apply(w, &txn, &change);
		if (rng_one_in(&w->rng, 8))
			peek_at_published(w);
	}
	if (abort)
		twin_abort(w, &txn);
	else
		twin_commit(w, &txn);
	route_txn_fini(&txn);
}

static void random_query(struct twin *w)
{
	struct route_prefix p = pool_prefix(&w->pool, &w->rng);
	const struct route_view *v = fixture_read_lock(&w->f);
	struct route_addr addr = pool_addr(&p, &w->rng);
	struct route routes[WALK_MAX];

	switch (rng_below(&w->rng, 16)) {
	case 0:
		expect_walk(w, v, &p, routes, rng_below(&w->rng, 8));
		break;
	case 1:
		expect_counts(w, v);
		break;
	case 2:
	case 3:
		expect_bulk(w, v, &p);
		break;
	case 4:
	case 5:
	case 6:
		expect_get(w, v, &p);
		break;
	default:
		expect_match(w, v, p.family, &addr);
		break;
	}
	fixture_read_unlock();
}

static void expect_all(struct twin *w)
{
	const struct route_view *v = fixture_read_lock(&w->f);
	unsigned int i;

	expect_counts(w, v);
	expect_whole_walk(w, v);
	for (i = 0; i < w->pool.nr; i++)
		expect_get(w, v, &w->pool.prefixes[i]);
	fixture_read_unlock();
	fixture_check(&w->f);
}

static void print_seed(void)
{
	tap_diag("seed %" PRIu64, seed);
}

static void twin_fini(struct twin *w)
{
	struct route_stats stats;

	expect_all(w);
	fixture_drain(&w->f);
	stats = fixture_stats(&w->f);
	tap_expect(stats.gen == w->gen, "generation");
	tap_expect(stats.commits == stats.reclaims && !stats.bytes_pending,
		   "%" PRIu64 " reclaimed, %" PRIu64 " bytes pending",
		   stats.reclaims, stats.bytes_pending);
	tap_expect(w->f.nr_reclaimed == stats.commits,
		   "%lu calls of reclaimed", w->f.nr_reclaimed);
	fixture_fini(&w->f);
	pool_fini(&w->pool);
	oracle_fini(&w->o);
	oracle_fini(&w->before);
}

static void print_work(struct twin *w)
{
	struct route_stats stats = fixture_stats(&w->f);

	tap_diag("%u operations, %u routes, gen %" PRIu64 ", moves %" PRIu64,
		 w->ops, w->o.nr, stats.gen, stats.moves);
}

static void random_operations(unsigned int families, unsigned int salt)
{
	unsigned int check_at = 0, walk_at = 0;
	struct twin w;

	print_seed();
	twin_init(&w, families, salt);
	while (w.ops < nr_ops) {
		unsigned int dice = rng_below(&w.rng, 100);

		if (dice < 45)
			random_query(&w);
		else if (dice < 95)
			random_txn(&w, 1, false);
		else
			random_txn(&w, rng_below(&w.rng, TXN_MAX), dice < 97);
		if (w.ops >= check_at) {
			fixture_check(&w.f);
			check_at = w.ops + 250;
		}
		if (w.ops >= walk_at) {
			expect_all(&w);
			walk_at = w.ops + 10000;
		}
	}
	tap_expect(nr_ops < 10000 || fixture_stats(&w.f).moves > 3,
		   "the table never moved");
	print_work(&w);
	twin_fini(&w);
}

static void test_random4(void)
{
	random_operations(FAMILY4, 4);
}

static void test_random6(void)
{
	random_operations(FAMILY6, 6);
}

static void test_random_both(void)
{
	random_operations(FAMILY4 | FAMILY6, 10);
}

/* Moves within a transaction, and their undoing. */
static void test_moves(void)
{
	unsigned int round;
	struct twin w;

	print_seed();
	twin_init(&w, FAMILY4 | FAMILY6, 20);
	pool_fini(&w.pool);
	pool_init(&w.pool, &w.rng, FAMILY4 | FAMILY6, 4000);
	/* How many it takes depends on the seed: a flush makes room. */
	for (round = 0; round < 12 || fixture_stats(&w.f).moves <= 3; round++) {
		tap_expect(round < 1000, "the table hardly moves");
		if (round == 1000)
			break;
		random_txn(&w, 1 + rng_below(&w.rng, 3000), round % 3);
		random_txn(&w, 1, false);
	}
	expect_all(&w);
	print_work(&w);
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
		twin_init(&w, FAMILY4 | FAMILY6, 100 + round);
		w.pool.nr = 40;		/* of those drawn, the first */
		for (i = 0; i < 40; i++) {
			random_txn(&w, rng_below(&w.rng, 6), i % 2);
			peek_at_published(&w);
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
	twin_init(&w, FAMILY4 | FAMILY6, 21);
	for (round = 0; round < 60; round++) {
		random_txn(&w, rng_below(&w.rng, 200), false);
		route_txn_init(&txn, w.f.t);
		twin_begin(&w, &txn);
		nr = rng_below(&w.rng, 40);
		for (i = 0; i < nr; i++) {
			if (rng_one_in(&w.rng, 10)) {
				twin_apply(&w, &txn, &flush);
				continue;
			}
			change = random_change(&w);
			twin_apply(&w, &txn, &change);
		}
		twin_apply(&w, &txn, &flush);
		if (rng_one_in(&w.rng, 2)) {
			change = random_change(&w);
			twin_apply(&w, &txn, &change);
		}
		if (round % 3)
			twin_commit(&w, &txn);
		else
			twin_abort(&w, &txn);
		route_txn_fini(&txn);
		expect_all(&w);
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

	twin_init(&w, FAMILY4, 22);
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
		expect_match(w, v, family, &addr);
		if (pos + 8 < max) {
			addr = addr_flip(addr, pos + 8 +
					 rng_below(&w->rng, max - pos - 8));
			expect_match(w, v, family, &addr);
		}
		for (len = 0; len <= 8; len++) {
			struct route_prefix p = prefix_of(family, corner.addr,
							  pos + len);

			expect_get(w, v, &p);
			if (rng_one_in(&w->rng, 4))
				expect_walk(w, v, &p, routes, 3);
		}
	}
	for (bit = 0; bit < pos; bit++) {
		struct route_addr addr = addr_flip(base, bit);

		expect_match(w, v, family, &addr);
	}
	expect_whole_walk(w, v);
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
	twin_init(&w, FAMILY4, 23);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		unsigned int pos = at[i].pos, family = at[i].family;
		struct route_addr base = addr_random(family, &w.rng);

		base = route_addr_mask(base, pos);
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
	twin_init(&w, FAMILY4 | FAMILY6, 24);
	for (round = 0; round < 20; round++) {
		struct oracle left = { 0 };

		random_txn(&w, 300, false);
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
					   show(&routes[i]));
			}
		} while (n == ARRAY_SIZE(routes));
		for (i = 0; i < left.nr; i++) {
			struct route r;

			after = i ? &last.prefix : NULL;
			tap_expect(oracle_next(&left, after, &r), "oracle");
			tap_expect(!is_stable(&r.prefix), "%s missed",
				   show(&r));
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
