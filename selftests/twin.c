// SPDX-License-Identifier: GPL-2.0
/*
 * Every operation and every question goes to the table and to the oracle, and
 * the answers are compared where they come.
 */
#include "twin.h"

#include <inttypes.h>

#include "tap.h"

#define POOL_PREFIXES	1200
#define WALK_MAX	32
#define BULK_MAX	16

void twin_init(struct twin *w, unsigned int families, u64 seed)
{
	*w = (struct twin){ .rng.state = seed };
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

const char *twin_show(const struct route *r)
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

void twin_expect_match(struct twin *w, const struct route_view *v,
		       unsigned int family, const struct route_addr *addr)
{
	struct route want = { .nexthop = 0 }, got = { .nexthop = 0 };
	bool want_any = oracle_match(&w->before, family, addr, &want);
	bool got_any = route_match(v, family, addr, &got);
	u32 nexthop = route_lookup(v, family, addr);

	tap_expect(want_any == got_any &&
		   (!want_any || same_route(&want, &got)),
		   "op %u, %016" PRIx64 "%016" PRIx64 ": want %s, got %s",
		   w->ops, addr->hi, addr->lo, twin_show(&want), twin_show(&got));
	tap_expect(nexthop == want.nexthop, "op %u, want %s, got %u", w->ops,
		   twin_show(&want), nexthop);
	w->ops++;
}

void twin_expect_get(struct twin *w, const struct route_view *v,
		     const struct route_prefix *prefix)
{
	struct route r = { *prefix, oracle_get(&w->before, prefix) };
	u32 got = route_get(v, prefix);

	tap_expect(got == r.nexthop, "op %u, %s, got %u", w->ops,
		   twin_show(&r), got);
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
			   twin_show(&want), nexthops[i]);
	}
	tap_expect(nexthops[n] == ~0U, "wrote behind the end");
	w->ops += n;
}

unsigned int twin_expect_walk(struct twin *w, const struct route_view *v,
			      const struct route_prefix *after,
			      struct route *routes, unsigned int n)
{
	unsigned int i, got = route_walk(v, after, routes, n);
	struct route want;

	tap_expect(got <= n, "%u routes, room for %u", got, n);
	for (i = 0; i < got; i++) {
		tap_expect(oracle_next(&w->before, after, &want),
			   "op %u, got %s behind the end", w->ops,
			   twin_show(&routes[i]));
		tap_expect(same_route(&want, &routes[i]),
			   "op %u, want %s, got %s", w->ops,
			   twin_show(&want), twin_show(&routes[i]));
		after = &routes[i].prefix;
	}
	tap_expect(got == n || !oracle_next(&w->before, after, &want),
		   "op %u, missing %s", w->ops, twin_show(&want));
	w->ops++;
	return got;
}

void twin_expect_whole_walk(struct twin *w, const struct route_view *v)
{
	struct route routes[WALK_MAX], last;
	const struct route_prefix *after = NULL;
	unsigned int n, got, all = 0;

	do {
		n = 1 + rng_below(&w->rng, WALK_MAX);
		got = twin_expect_walk(w, v, after, routes, n);
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

void twin_apply(struct twin *w, struct route_txn *txn,
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
		   w->ops, twin_show(&change->route), ret, want);
	tap_expect(change->op == ROUTE_FLUSH || old == want_old,
		   "op %u: %s, old %u instead of %u",
		   w->ops, twin_show(&change->route), old, want_old);
	w->ops++;
}

void twin_begin(struct twin *w, struct route_txn *txn)
{
	tap_expect(!route_txn_prepare(txn), "no memory");
	pthread_mutex_lock(&w->f.lock);
	route_txn_begin(txn);
	w->o.nr_changes = 0;
}

void twin_commit(struct twin *w, struct route_txn *txn)
{
	u64 gen;

	tap_expect(!route_txn_commit_sleep(txn, &gen), "no memory");
	pthread_mutex_unlock(&w->f.lock);
	w->gen += !!w->o.nr_changes;
	tap_expect(gen == w->gen, "op %u: generation %" PRIu64
		   " instead of %" PRIu64 " after %u changes", w->ops, gen,
		   w->gen, w->o.nr_changes);
	oracle_copy(&w->before, &w->o);
	rcu_quiescent_state();
}

void twin_abort(struct twin *w, struct route_txn *txn)
{
	route_txn_abort(txn);
	pthread_mutex_unlock(&w->f.lock);
	oracle_copy(&w->o, &w->before);
	fixture_check(&w->f);
	rcu_quiescent_state();
}

struct route_change twin_draw_change(struct twin *w)
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

void twin_peek(struct twin *w)
{
	struct route_prefix p = pool_prefix(&w->pool, &w->rng);
	const struct route_view *v = fixture_read_lock(&w->f);
	struct route_addr addr = pool_addr(&p, &w->rng);

	twin_expect_match(w, v, p.family, &addr);
	twin_expect_get(w, v, &p);
	expect_counts(w, v);
	fixture_read_unlock();
}

void twin_random_txn(struct twin *w, unsigned int nr, bool abort)
{
	struct route_txn txn;
	unsigned int i;

	route_txn_init(&txn, w->f.t);
	twin_begin(w, &txn);
	for (i = 0; i < nr; i++) {
		struct route_change change = twin_draw_change(w);

		twin_apply(w, &txn, &change);
		if (rng_one_in(&w->rng, 8))
			twin_peek(w);
	}
	if (abort)
		twin_abort(w, &txn);
	else
		twin_commit(w, &txn);
	route_txn_fini(&txn);
}

void twin_random_query(struct twin *w)
{
	struct route_prefix p = pool_prefix(&w->pool, &w->rng);
	const struct route_view *v = fixture_read_lock(&w->f);
	struct route_addr addr = pool_addr(&p, &w->rng);
	struct route routes[WALK_MAX];

	switch (rng_below(&w->rng, 16)) {
	case 0:
		twin_expect_walk(w, v, &p, routes, rng_below(&w->rng, 8));
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
		twin_expect_get(w, v, &p);
		break;
	default:
		twin_expect_match(w, v, p.family, &addr);
		break;
	}
	fixture_read_unlock();
}

void twin_expect_all(struct twin *w)
{
	const struct route_view *v = fixture_read_lock(&w->f);
	unsigned int i;

	expect_counts(w, v);
	twin_expect_whole_walk(w, v);
	for (i = 0; i < w->pool.nr; i++)
		twin_expect_get(w, v, &w->pool.prefixes[i]);
	fixture_read_unlock();
	fixture_check(&w->f);
}

void twin_fini(struct twin *w)
{
	struct route_stats stats;

	twin_expect_all(w);
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

void twin_print(struct twin *w)
{
	struct route_stats stats = fixture_stats(&w->f);

	tap_diag("%u operations, %u routes, gen %" PRIu64 ", moves %" PRIu64,
		 w->ops, w->o.nr, stats.gen, stats.moves);
}
