// SPDX-License-Identifier: GPL-2.0
/*
 * Walks a whole table and asserts every invariant: those of the tries (rib.h), that
 * what is compiled from them (fib.h) leads each address to where they lead it,
 * that the counts are true, and that each byte of the arena is accounted for,
 * so that a leaked or doubly freed node is found.  For tests in both worlds.
 */
#include "fib_roots.h"
#include "rib.h"
#include "view.h"

static const char *check_compiled(const struct route_view *v)
{
	u64 bytes, all_bytes = 0;
	unsigned int family;
	const char *wrong;

	if (!v->fib)
		return v->fib_base ? "a view without compiled routes has a base" : NULL;
	if (v->fib_base != v->fib->arena.region.base ||
	    v->hops_end != v->fib->hops_end)
		return "the view does not fit its compiled routes";
	if (v->top != v->roots->top ||
	    v->top_shift != 64 - fib_roots_top_bits(v->roots, ROUTE_INET6))
		return "the view does not fit its roots";
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		struct fib_source source = {
			.base = v->base, .root = v->root[family],
			.family = family,
		};

		if (v->word[family] != v->roots->word[family] ||
		    v->bits[family] != v->roots->shape.bits[family])
			return "the view does not fit its roots";
		wrong = fib_check(v->fib, v->roots, &source, &bytes);
		if (wrong)
			return wrong;
		all_bytes += bytes;
	}
	if (all_bytes + v->fib->arena.retired != v->fib->arena.used)
		return "compiled nodes and retired ones do not add up";
	return arena_check(&v->fib->arena);
}

static const char *check(const struct route_table *t)
{
	const struct route_view *v = table_view(t);
	struct rib_totals all = { 0, 0 };
	unsigned int family;
	const char *wrong;

	if (t->txn)
		return "a transaction is open";
	if (v->base != v->arena->region.base || v->table != t)
		return "the view does not fit its arena or table";
	if (!v->arena->region.nr_views)
		return "the arena of the view is not referred to";
	if (v->arena->top > v->arena->region.bytes)
		return "the arena is overrun";
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		struct rib_totals one = { 0, 0 };

		wrong = rib_check(v->arena, v->root[family], family, &one);
		if (wrong)
			return wrong;
		if (one.routes + !!v->dflt[family] != v->nr[family])
			return "the number of routes is wrong";
		all.bytes += one.bytes;
	}
	if (all.bytes + v->arena->retired != v->arena->used)
		return "nodes in the tree and retired ones do not add up";
	wrong = arena_check(v->arena);
	return wrong ? wrong : check_compiled(v);
}

int route_check(const struct route_table *t, const char **reason)
{
	*reason = check(t);
	return *reason ? -EUCLEAN : 0;
}
