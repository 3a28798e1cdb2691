// SPDX-License-Identifier: GPL-2.0
/*
 * route_check() must be able to fail: each kind of damage is done to a sound
 * table, found by its name, and mended.  The one test that looks inside.
 */
#include <core/rib.h>
#include <core/fib_roots.h>
#include <core/view.h>

#include "fixture.h"
#include "pool.h"
#include "tap.h"

static struct fixture f;

static void expect_found(const char *want)
{
	const char *reason;
	int ret;

	pthread_mutex_lock(&f.lock);
	ret = route_check(f.t, &reason);
	pthread_mutex_unlock(&f.lock);
	tap_expect(ret == -EUCLEAN && !strcmp(reason, want),
		   "want \"%s\", got %d, \"%s\"", want, ret,
		   ret ? reason : "nothing");
}

/* Damage: @what is @value for the time of a check. */
#define damage(what, value, want) do { \
	__typeof__(what) sound = (what); \
	(what) = (value); \
	expect_found(want); \
	(what) = sound; \
	fixture_check(&f); \
} while (0)

/*
 * 10.0.0.0/8 and 10.0.0.0/16: the root has a kid and no route, the kid a kid
 * and a route, the last a route.  A route deleted leaves a free blob.
 */
static struct route_view *make_table(void)
{
	const struct route_addr ten = route_addr4(10u << 24);
	struct route_prefix p8 = prefix_of(ROUTE_INET4, ten, 8);
	struct route_prefix p16 = prefix_of(ROUTE_INET4, ten, 16);
	struct route_prefix p32 = prefix_of(ROUTE_INET4, ten, 32);

	rcu_register_thread();
	tap_true(!fixture_init(&f, NULL, NULL));
	tap_true(!fixture_change(&f, ROUTE_ADD, &p8, 1));
	tap_true(!fixture_change(&f, ROUTE_ADD, &p16, 1));
	tap_true(!fixture_change(&f, ROUTE_ADD, &p32, 1));
	tap_true(!fixture_change(&f, ROUTE_DELETE, &p32, 1));
	fixture_drain(&f);
	fixture_check(&f);
	return table_view(f.t);
}

static struct rib_node *node(struct route_view *v, struct arena_ref ref)
{
	return arena_deref(v->arena->region.base, ref);
}

static void test_counts(void)
{
	struct route_view *v = make_table();
	struct arena *a = v->arena;

	damage(v->nr[ROUTE_INET4], 3, "the number of routes is wrong");
	damage(v->nr[ROUTE_INET6], 1, "the number of routes is wrong");
	damage(v->dflt[ROUTE_INET6], 1, "the number of routes is wrong");
	damage(a->used, a->used + ARENA_UNIT,
	       "nodes in the tree and retired ones do not add up");
	damage(a->retired, a->retired + ARENA_UNIT,
	       "nodes in the tree and retired ones do not add up");
	damage(a->top, a->top + ARENA_UNIT,
	       "free and used blobs do not add up");
	damage(a->top, a->region.bytes + ARENA_UNIT, "the arena is overrun");
	damage(a->region.nr_views, 0, "the arena of the view is not referred to");
	damage(v->base, v->base + ARENA_UNIT,
	       "the view does not fit its arena or table");
	fixture_fini(&f);
}

static void test_nodes(void)
{
	struct route_view *v = make_table();
	struct rib_node *root = node(v, v->root[ROUTE_INET4]);
	struct rib_node *kid = node(v, root->word[0].kid);
	struct rib_node *last = node(v, kid->word[0].kid);

	damage(last->word[0].nexthop, 0, "a next hop is 0");
	damage(root->word[0].kid.unit, 0,
	       "a reference leads out of the arena");
	damage(root->word[0].kid.unit, v->arena->top / ARENA_UNIT,
	       "a reference leads out of the arena");
	damage(last->shorts, last->shorts | 1,
	       "a reclaimed node is in the tree");
	damage(last->shorts, 0, "a node is empty");
	/* It goes round until the bits of an address are used up. */
	damage(kid->word[0].kid, root->word[0].kid,
	       "a node lies behind the last bit of the address");
	fixture_fini(&f);
}

/* The link of a free blob stands behind its poison, and ASan guards both. */
#define LINK_AT	(3 * sizeof(u32))

static void set_link(struct arena *a, struct arena_ref blob,
		     struct arena_ref next)
{
	u8 *p = arena_deref(a->region.base, blob);

	port_unpoison(p, ARENA_UNIT);
	memcpy(p + LINK_AT, &next, sizeof(next));
	port_poison(p, ARENA_UNIT);
}

static struct arena_ref get_link(struct arena *a, struct arena_ref blob)
{
	u8 *p = arena_deref(a->region.base, blob);
	struct arena_ref next;

	port_unpoison(p, ARENA_UNIT);
	memcpy(&next, p + LINK_AT, sizeof(next));
	port_poison(p, ARENA_UNIT);
	return next;
}

static void test_free_blobs(void)
{
	struct arena *a = make_table()->arena;
	unsigned int i, nr = 0;

	for (i = 0; i < ARENA_CLASSES; i++) {
		struct arena_ref first = a->free[i], next;

		if (!first.unit)
			continue;
		nr++;
		damage(a->free[i].unit, 0, "free and used blobs do not add up");
		damage(a->free[i].unit, a->top / ARENA_UNIT,
		       "a free blob lies outside the arena");
		next = get_link(a, first);
		set_link(a, first, first);
		expect_found("a list of free blobs has a cycle");
		set_link(a, first, next);
		fixture_check(&f);
	}
	tap_true(nr);
	fixture_fini(&f);
}

/* 10.0.0.0/8 is in a root of six bits, the /16 a node further: compiled alike. */
static void test_compiled(void)
{
	struct route_view *v = make_table();
	struct fib *fib = v->fib;
	u32 *word = &v->word[ROUTE_INET4][10 >> 2], *kid;
	u16 *leaf;
	struct fib_hop *hops = (struct fib_hop *)fib_node(v->fib_base, fib->hops);
	u32 *ids = (u32 *)v->fib_base;
	struct fib_node *n = (struct fib_node *)fib_node(v->fib_base, *word);

	kid = (u32 *)n - 1;
	leaf = (u16 *)(n + 1);
	damage(v->word[ROUTE_INET4][0], fib->hops + FIB_HOP_UNITS,
	       "a word of the root is wrong");
	damage(v->word[ROUTE_INET6][63], 3, "a word of the root is wrong");
	damage(*word, fib->hops + FIB_HOP_UNITS, "a compiled node is missing");
	damage(*kid, 0, "a compiled node is missing");
	damage(*kid, fib->arena.top / FIB_UNIT, "a compiled node is missing");
	damage(n->ends, n->ends & ~FIB_LAST,
	       "a reclaimed node is in the compiled routes");
	damage(leaf[0], 1, "a compiled leaf is wrong");
	damage(leaf[0], FIB_KID - 1, "a compiled leaf is wrong");
	damage(leaf[0], 0xffff, "a node has a kid too many");
	damage(leaf[2], 1, "a kid is not where it should be");
	damage(leaf[2], 0xfffe, "a kid is not where it should be");
	damage(ids[1], 0, "a hop is wrong");
	damage(ids[1], 2, "a hop is wrong");
	damage(hops[1].leaf, 0, "a hop is wrong");
	damage(fib->nr_hops, 1, "a compiled leaf is wrong");
	damage(fib->ring_tail, fib->ring_head + fib->ring_mask + 2,
	       "the ring of retired nodes is overrun");
	damage(fib->bytes[ROUTE_INET4], 0,
	       "bytes of the compiled routes do not add up");
	damage(fib->arena.retired, ARENA_UNIT,
	       "compiled nodes and retired ones do not add up");
	damage(fib->arena.top, fib->arena.top + ARENA_UNIT,
	       "free and used blobs do not add up");
	damage(v->fib_base, v->fib_base + 1,
	       "the view does not fit its compiled routes");
	damage(v->word[ROUTE_INET4], v->word[ROUTE_INET6],
	       "the view does not fit its roots");
	damage(v->top_shift, v->top_shift - 1, "the view does not fit its roots");
	damage(v->top, v->top + 1, "the view does not fit its roots");
	damage(v->hops_end, 0, "the view does not fit its compiled routes");
	fixture_fini(&f);
}

/* 1000::/8 and 1000::/16 below a root of six bits. */
static void test_compiled6(void)
{
	const struct route_addr ten = { 0x10ULL << 56, 0 };
	struct route_prefix p8 = prefix_of(ROUTE_INET6, ten, 8);
	struct route_prefix p16 = prefix_of(ROUTE_INET6, ten, 16);
	struct route_view *v;
	struct fib_hop *hops;
	struct fib_node *n;
	u32 *word, *last;

	make_table();
	tap_true(!fixture_change(&f, ROUTE_ADD, &p8, 1));
	tap_true(!fixture_change(&f, ROUTE_ADD, &p16, 2));
	fixture_drain(&f);
	v = table_view(f.t);
	word = &v->word[ROUTE_INET6][0x10 >> 2];
	n = (struct fib_node *)fib_node(v->fib_base, *word);
	last = (u32 *)(n + 1);		/* 0, then what the /8 leads to, then the kid */
	hops = (struct fib_hop *)fib_node(v->fib_base, v->fib->hops) +
	       v->fib->max_hops;

	damage(v->top[0x10 >> 2], 0, "a compiled node is missing");
	damage(*word, v->hops_end - FIB_HOP_UNITS, "a compiled node is missing");
	damage(last[0], last[1], "a compiled leaf is wrong");
	damage(last[0], last[2], "a node has a kid too many");
	damage(last[0], last[0] + 1, "a compiled leaf is wrong");
	damage(last[2], last[0], "a kid is not where it should be");
	damage(last[2], v->fib->arena.top / FIB_UNIT, "a compiled node is missing");
	damage(n->ends, n->ends & ~FIB_LAST,
	       "a reclaimed node is in the compiled routes");
	damage(hops[1].word, hops[0].word, "a hop is wrong");
	damage(hops[1].id, 2, "a hop is wrong");
	damage(v->fib->bytes[ROUTE_INET6], 0,
	       "bytes of the compiled routes do not add up");
	fixture_fini(&f);
}

static void test_open_transaction(void)
{
	struct route_txn txn;

	make_table();
	route_txn_init(&txn, f.t);
	tap_true(!route_txn_prepare(&txn));
	route_txn_begin(&txn);
	expect_found("a transaction is open");
	route_txn_abort(&txn);
	route_txn_fini(&txn);
	fixture_fini(&f);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{ "counts and sums", test_counts },
		{ "nodes", test_nodes },
		{ "free blobs", test_free_blobs },
		{ "compiled routes, IPv4", test_compiled },
		{ "compiled routes, IPv6", test_compiled6 },
		{ "an open transaction", test_open_transaction },
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
