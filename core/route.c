// SPDX-License-Identifier: GPL-2.0
/*
 * The route table: its life, its views, what readers ask of a view, and the way of
 * replaced memory back to the arena.
 *
 *	route_txn_commit()        (route_txn.c) replaces a view, and asks for a
 *	                          grace period
 *	route_view_reclaim_rcu()  after it: pushes the old view on a stack
 *	route_drain()             the next writer takes the stack and frees the
 *	                          nodes that the old view alone needed
 *
 * A region that no view refers to any more waits for a chance to sleep, and is freed
 * as a whole.
 */
#include "lookup.h"
#include "route_internal.h"

struct route_view *route_view_create(struct route_table *t)
{
	struct route_view *v = port_zalloc(sizeof(*v));

	if (v)
		v->table = t;
	return v;
}

void route_view_set_fib(struct route_view *v, struct fib *f,
			struct fib_roots *roots)
{
	unsigned int family;

	v->fib = f;
	v->roots = roots;
	v->fib_base = f ? f->arena.region.base : NULL;
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		v->word[family] = roots ? roots->word[family] : NULL;
		v->bits[family] = roots ? roots->shape.bits[family] : 0;
	}
	v->hops_end = f ? f->hops_end : 0;
	v->top = roots ? roots->top : NULL;
	v->top_shift = roots ? 64 - fib_roots_top_bits(roots, ROUTE_INET6) : 0;
}

static void region_get(struct route_table *t, struct region *r)
{
	if (!r->nr_views++)
		t->region_bytes += r->bytes;
}

/* A view needs its region no longer. */
static void region_put(struct route_table *t, struct region *r)
{
	if (--r->nr_views)
		return;
	t->region_bytes -= r->bytes;
	r->next = t->dead;
	t->dead = r;
}

void route_view_get_regions(struct route_table *t, struct route_view *v)
{
	region_get(t, &v->arena->region);
	if (v->fib) {
		region_get(t, &v->fib->arena.region);
		region_get(t, &v->roots->region);
	}
}

static void view_put_regions(struct route_table *t, struct route_view *v)
{
	region_put(t, &v->arena->region);
	if (v->fib) {
		region_put(t, &v->fib->arena.region);
		region_put(t, &v->roots->region);
	}
}

struct route_table *route_table_create(const struct route_limits *limits,
				       const struct route_owner *owner)
{
	static const struct fib_shape shape = { { RIB_STRIDE, RIB_STRIDE }, 0 };
	struct route_table *t = port_zalloc(sizeof(*t));
	struct fib_roots *roots;
	unsigned int family;
	struct route_view *v;
	struct fib *f;

	if (!t)
		return NULL;
	v = route_view_create(t);
	if (!v)
		goto err_free_table;
	v->arena = arena_create(ARENA_MIN_BYTES);
	if (!v->arena)
		goto err_free_view;
	f = fib_create(FIB_MIN_BYTES, FIB_HOPS_MIN);
	if (!f)
		goto err_free_arena;
	roots = fib_roots_create(&shape);
	if (!roots)
		goto err_free_fib;
	v->base = v->arena->region.base;
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		struct fib_source none = { .base = v->base, .family = family };

		fib_compile(f, roots, &none);	/* has room for that */
	}
	route_view_set_fib(v, f, roots);
	route_view_get_regions(t, v);
	t->bytes_fixed_regions = t->region_bytes;
	t->bytes_fixed = t->region_bytes + sizeof(*t) + sizeof(*v->arena) +
			 sizeof(*f) + sizeof(*roots) + sizeof(*v);
	t->limits = *limits;
	if (t->limits.bytes)	/* no region is smaller */
		t->limits.bytes = max(t->limits.bytes, ARENA_MIN_BYTES);
	t->owner = *owner;
	RCU_INIT_POINTER(t->view, v);
	return t;

err_free_fib:
	fib_drop(f);
err_free_arena:
	arena_destroy(v->arena);
err_free_view:
	port_free(v);
err_free_table:
	port_free(t);
	return NULL;
}

void route_view_reclaim_rcu(struct rcu_head *head)
{
	struct route_view *v = container_of(head, struct route_view, rcu);
	struct route_table *t = v->table;
	u64 bytes = v->pending_bytes;

	/*
	 * Once it is pushed a writer may free it.  Who then sees that less is
	 * pending finds it in the stack: the push orders that (port.h).
	 */
	port_push(&t->reclaimed, &v->node);
	port_atomic_add(&t->pending, -(s64)bytes);
	if (t->owner.ops->reclaimed)
		t->owner.ops->reclaimed(t->owner.owner);
}

/*
 * Take back views whose readers are gone, and what they kept alive: at most
 * @budget nodes and views, so that a writer under a spinlock is not held up by
 * the batch before it.  Returns true when all is done.
 */
bool route_drain(struct route_table *t, unsigned int budget)
{
	const struct route_view *now = table_view(t);

	for (;;) {
		struct route_view *v;

		if (!t->draining)
			t->draining = port_take(&t->reclaimed);
		if (!t->draining)
			return true;
		v = container_of(t->draining, struct route_view, node);
		/* In a region that was left behind nothing is used again. */
		if (v->arena == now->arena &&
		    !rib_free_retired(v->arena, &v->retired, &budget))
			return false;
		if (v->fib && v->fib == now->fib &&
		    !fib_free(v->fib, v->fib_tail, &budget))
			return false;
		if (!budget)
			return false;
		budget--;
		t->draining = port_stack_next(t->draining);
		t->nr_earlier -= v->epoch != now->epoch;
		view_put_regions(t, v);
		port_free(v);
		t->reclaims++;
	}
}

void route_reclaim(struct route_table *t)
{
	while (!route_drain(t, DRAIN_BUDGET))
		port_resched();
	region_destroy_list(t->dead);
	t->dead = NULL;
}

void route_table_destroy(struct route_table *t)
{
	struct route_view *v;

	if (!t)
		return;
	/* No reader, no writer: what lockdep would ask for cannot be held. */
	t->owner.lock = (struct port_lock){ };
	route_reclaim(t);
	v = table_view(t);
	view_put_regions(t, v);
	region_destroy_list(t->dead);
	port_free(v);
	port_free(t);
}

const struct route_view *route_view(const struct route_table *t)
{
	/* (P) Pairs with rcu_assign_pointer() in route_txn_commit(). */
	return rcu_dereference_check(t->view, port_lock_held(&t->owner.lock));
}

u64 route_view_gen(const struct route_view *v)
{
	return v->gen;
}

u64 route_view_nr(const struct route_view *v, unsigned int family)
{
	return v->nr[family];
}

/* Not inlined: what it has on the stack would cost all lookups something. */
noinline u32 route_lookup_as_given(const struct route_view *v, unsigned int family,
				   const struct route_addr *addr)
{
	unsigned int len;
	u32 nexthop = rib_match(v->base, v->root[family], addr, &len);

	return nexthop ? nexthop : v->dflt[family];
}

/* Nor is this: it needs more registers than an IPv4 lookup should have to save. */
static noinline u32 lookup6(const struct route_view *v,
			    const struct route_addr *addr)
{
	return fib6_lookup(v, addr);
}

u32 route_lookup(const struct route_view *v, unsigned int family,
		 const struct route_addr *addr)
{
	if (unlikely(!v->fib_base))
		return route_lookup_as_given(v, family, addr);
	if (family == ROUTE_INET4)
		return fib4_lookup(v, route_addr_to4(addr));
	return lookup6(v, addr);
}

void route_lookup4_bulk(const struct route_view *v, const u32 *addrs,
			u32 *nexthops, unsigned int n)
{
	unsigned int i;

	if (likely(v->fib_base)) {
		fib4_lookup_bulk(v, addrs, nexthops, n);
		return;
	}
	for (i = 0; i < n; i++) {
		struct route_addr addr = route_addr4(addrs[i]);

		nexthops[i] = route_lookup_as_given(v, ROUTE_INET4, &addr);
	}
}

/* Many IPv4 addresses that are given as those of IPv6 are. */
static void lookup4_wide(const struct route_view *v, const struct route_addr *addrs,
			 u32 *nexthops, unsigned int n)
{
	u32 narrow[FIB4_LANES];
	unsigned int i, now;

	for (; n; n -= now, addrs += now, nexthops += now) {
		now = min(n, FIB4_LANES);
		for (i = 0; i < now; i++)
			narrow[i] = route_addr_to4(&addrs[i]);
		route_lookup4_bulk(v, narrow, nexthops, now);
	}
}

void route_lookup_bulk(const struct route_view *v, unsigned int family,
		       const struct route_addr *addrs, u32 *nexthops,
		       unsigned int n)
{
	unsigned int i;

	if (family == ROUTE_INET4) {
		lookup4_wide(v, addrs, nexthops, n);
	} else if (likely(v->fib_base)) {
		fib6_lookup_bulk(v, addrs, nexthops, n);
	} else {
		for (i = 0; i < n; i++)
			nexthops[i] = route_lookup_as_given(v, family, &addrs[i]);
	}
}

bool route_match(const struct route_view *v, unsigned int family,
		 const struct route_addr *addr, struct route *match)
{
	unsigned int len = 0;
	u32 nexthop = rib_match(v->base, v->root[family], addr, &len);

	if (!nexthop)
		nexthop = v->dflt[family];
	if (!nexthop)
		return false;
	match->prefix.family = family;
	match->prefix.len = len;
	match->prefix.addr = route_addr_mask(*addr, len);
	match->nexthop = nexthop;
	return true;
}

u32 route_get(const struct route_view *v, const struct route_prefix *prefix)
{
	if (!prefix->len)
		return v->dflt[prefix->family];
	return rib_get(v->base, v->root[prefix->family], &prefix->addr,
		       prefix->len);
}

unsigned int route_walk(const struct route_view *v,
			const struct route_prefix *after,
			struct route *routes, unsigned int n)
{
	unsigned int family = after ? after->family : ROUTE_INET4;
	unsigned int done = 0;

	for (; family < ROUTE_FAMILIES && done < n; family++, after = NULL) {
		if (!after && v->dflt[family])
			routes[done++] = (struct route){
				.prefix.family = family,
				.nexthop = v->dflt[family],
			};
		done += rib_walk(v->base, v->root[family], family,
				 after ? &after->addr : NULL,
				 after ? after->len : 0, &routes[done],
				 n - done);
	}
	return done;
}

bool route_must_wait(const struct route_table *t)
{
	return t->limits.bytes_pending &&
	       port_atomic_read(&t->pending) > t->limits.bytes_pending;
}

void route_table_stats(const struct route_table *t, struct route_stats *stats)
{
	const struct route_view *v = table_view(t);
	unsigned int family;

	*stats = (struct route_stats){
		.gen = v->gen,
		.nr_routes = { v->nr[ROUTE_INET4], v->nr[ROUTE_INET6] },
		.bytes = t->bytes_fixed + t->region_bytes - t->bytes_fixed_regions +
			 (t->commits - t->reclaims) * sizeof(*v),
		.bytes_fixed = t->bytes_fixed,
		.bytes_live = v->arena->used - v->arena->retired,
		.bytes_pending = port_atomic_read(&t->pending),
		.commits = t->commits,
		.reclaims = t->reclaims,
		.moves = t->moves,
		.compiles = t->compiles,
	};
	if (!v->fib)
		return;
	stats->bytes_compiled = v->fib->arena.region.bytes +
				v->roots->region.bytes;
	for (family = 0; family < ROUTE_FAMILIES; family++)
		stats->bytes_lookup[family] = v->fib->bytes[family] +
			fib_roots_bytes(v->roots, family);
}
