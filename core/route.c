// SPDX-License-Identifier: GPL-2.0
/*
 * The route table: views for readers, transactions for the writer, and the way
 * of replaced memory back to the arena.
 *
 *	route_txn_begin()   copies the present view and changes the copy
 *	route_txn_commit()  publishes it by one store (P), and hands the old view
 *	                    with the nodes that it alone needs to owner->call()
 *	view_reclaim_rcu()  after a grace period: pushes the old view on a stack
 *	drain()             the next writer takes the stack and frees the nodes
 *
 * When the arena is full the transaction goes on in a larger one, into which
 * it copies what it has (a move); the old arena dies with the last view that
 * refers to it.  So a move compacts, and a flush is a move of nothing.
 */
#include "fib4.h"
#include "fib6.h"

/* Nodes and views that a writer takes back on its way. */
#define DRAIN_BUDGET	1024

/* A table moves to a smaller region when this part of it, or less, is live. */
#define SPARSE_PART	8

/* A region is made so large that a move is paid for by the changes between. */
static u64 region_for(u64 live, u64 need)
{
	u64 bytes = 2 * live + need + ARENA_UNIT;

	return max(arena_round(bytes), ARENA_MIN_BYTES);
}

static struct route_view *view_create(struct route_table *t)
{
	struct route_view *v = port_zalloc(sizeof(*v));

	if (v)
		v->table = t;
	return v;
}

struct route_table *route_table_create(const struct route_limits *limits,
				       const struct route_owner *owner)
{
	struct route_table *t = port_zalloc(sizeof(*t));
	struct route_view *v;

	if (!t)
		return NULL;
	v = view_create(t);
	if (!v)
		goto err_free_table;
	v->arena = arena_create(ARENA_MIN_BYTES);
	if (!v->arena)
		goto err_free_view;
	v->base = v->arena->base;
	v->arena->nr_views = 1;
	t->limits = *limits;
	if (t->limits.bytes)	/* no region is smaller */
		t->limits.bytes = max(t->limits.bytes, ARENA_MIN_BYTES);
	t->owner = *owner;
	t->region_bytes = v->arena->bytes;
	RCU_INIT_POINTER(t->view, v);
	return t;

err_free_view:
	port_free(v);
err_free_table:
	port_free(t);
	return NULL;
}

/* A view needs its arena no longer. */
static void arena_put(struct route_table *t, struct arena *a)
{
	if (--a->nr_views)
		return;
	t->region_bytes -= a->bytes;
	a->next = t->dead;
	t->dead = a;
}

/*
 * Take back views whose readers are gone, and what they kept alive: at most
 * @budget nodes and views, so that a writer under a spinlock is not held up by
 * the batch before it.  Returns true when all is done.
 */
static bool drain(struct route_table *t, unsigned int budget)
{
	const struct arena *now = table_view(t)->arena;

	for (;;) {
		struct route_view *v;

		if (!t->draining)
			t->draining = port_take(&t->reclaimed);
		if (!t->draining)
			return true;
		v = container_of(t->draining, struct route_view, node);
		/* In an arena that was left behind nothing is used again. */
		if (v->arena == now &&
		    !rib_free_retired(v->arena, &v->retired, &budget))
			return false;
		if (!budget)
			return false;
		budget--;
		t->draining = port_stack_next(t->draining);
		arena_put(t, v->arena);
		port_free(v);
		t->reclaims++;
	}
}

void route_reclaim(struct route_table *t)
{
	while (!drain(t, DRAIN_BUDGET))
		port_resched();
	arena_destroy_list(t->dead);
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
	arena_destroy(v->arena);
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

u32 route_lookup(const struct route_view *v, unsigned int family,
		 const struct route_addr *addr)
{
	if (family == ROUTE_INET4)
		return fib4_lookup(v, route_addr_to4(addr));
	return fib6_lookup(v, *addr);
}

void route_lookup_bulk(const struct route_view *v, unsigned int family,
		       const struct route_addr *addrs, u32 *nexthops,
		       unsigned int n)
{
	unsigned int i;

	if (family == ROUTE_INET4) {
		for (i = 0; i < n; i++)
			nexthops[i] = fib4_lookup(v, route_addr_to4(&addrs[i]));
		return;
	}
	for (i = 0; i < n; i++)
		nexthops[i] = fib6_lookup(v, addrs[i]);
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

void route_txn_init(struct route_txn *txn, struct route_table *t)
{
	*txn = (struct route_txn){ .table = t };
}

/* The size of the region to set aside, 0: none, or -ENOSPC. */
static s64 wanted(const struct route_txn *txn)
{
	const struct route_limits *limits = &txn->table->limits;
	u64 limit = limits->bytes && !txn->may_pass ? limits->bytes :
						      ARENA_MAX_BYTES;
	u64 want = txn->want_bytes;

	/* To shrink is a hint only: begin looks whether it still holds. */
	if (!want)
		want = READ_ONCE(txn->table->want_bytes);
	if (txn->spare && txn->spare->bytes >= want)
		return 0;
	return want > limit ? -ENOSPC : (s64)want;
}

int route_txn_prepare(struct route_txn *txn)
{
	s64 want = wanted(txn);
	bool must = txn->want_bytes;
	struct arena *spare;

	arena_destroy_list(txn->dead);
	txn->dead = NULL;
	if (!txn->next)
		txn->next = view_create(txn->table);
	if (!txn->next)
		return -ENOMEM;
	/* Whatever comes of it, the next change asks for what it needs. */
	txn->want_bytes = 0;
	if (want <= 0)
		return must ? want : 0;
	spare = arena_create(want);
	if (!spare)
		return must ? -ENOMEM : 0;
	arena_destroy(txn->spare);
	txn->spare = spare;
	return 0;
}

/* Bytes of the nodes that the transaction's trees consist of. */
static u64 txn_live(const struct route_txn *txn)
{
	const struct arena *a = txn->next->arena;

	/* Once it has moved, what it retired lies in another arena. */
	return a->used - a->retired -
	       (txn->old_arena ? 0 : txn->retired_bytes);
}

/* Go on in the spare arena, with a copy of the transaction's trees or none. */
static void txn_move(struct route_txn *txn, bool empty, bool may_sleep)
{
	struct route_view *v = txn->next;
	struct arena *from = v->arena, *to = txn->spare;
	struct rib_edit edit = { .arena = to, .mark = txn->table->mark };
	unsigned int family;

	if (!txn->old_arena)	/* what an abort has to undo in it */
		memcpy(txn->old_root, v->root, sizeof(v->root));
	for (family = 0; family < ROUTE_FAMILIES; family++)
		v->root[family] = empty ? ARENA_NONE :
			rib_move(&edit, from->base, v->root[family], may_sleep);
	if (!txn->old_arena) {
		txn->old_arena = from;
	} else {		/* never published: nobody knows it */
		from->next = txn->dead;
		txn->dead = from;
	}
	v->arena = to;
	v->base = to->base;
	txn->spare = NULL;
}

/* The table has become sparse, and a smaller region is at hand. */
static bool may_shrink(const struct route_txn *txn)
{
	const struct route_table *t = txn->table;

	return t->owner.may_sleep && t->want_bytes && txn->spare &&
	       txn->spare->bytes >= t->want_bytes &&
	       txn->spare->bytes < txn->next->arena->bytes;
}

void route_txn_begin(struct route_txn *txn)
{
	struct route_table *t = txn->table;
	const struct route_view *now;
	struct route_view *v = txn->next;

	drain(t, DRAIN_BUDGET);
	/* Whoever comes by with a chance to sleep frees what has died. */
	if (!txn->dead) {
		txn->dead = t->dead;
		t->dead = NULL;
	}
	now = table_view(t);
	*v = (struct route_view){
		.base = now->base,
		.root = { now->root[0], now->root[1] },
		.dflt = { now->dflt[0], now->dflt[1] },
		.gen = now->gen,
		.nr = { now->nr[0], now->nr[1] },
		.arena = now->arena,
		.table = t,
	};
	t->mark++;
	t->txn = txn;
	txn->old_arena = NULL;
	txn->retired = ARENA_NONE;
	txn->retired_bytes = 0;
	txn->nr_changes = 0;
	if (may_shrink(txn))
		txn_move(txn, false, true);
}

/* Room for @need bytes in the transaction's arena, by a move. */
static int txn_make_room(struct route_txn *txn, u64 need, bool may_pass,
			 bool may_sleep)
{
	const struct route_limits *limits = &txn->table->limits;
	u64 live = txn_live(txn), want = region_for(live, need);

	/* At the limit a smaller step is better than none. */
	if (limits->bytes && want > limits->bytes)
		want = max(limits->bytes,
			   live + live / SPARSE_PART + need + ARENA_UNIT);
	if (!txn->spare || txn->spare->bytes < want) {
		txn->want_bytes = want;
		txn->may_pass = may_pass;
		return -EAGAIN;
	}
	txn_move(txn, false, may_sleep);
	return 0;
}

static int txn_flush(struct route_txn *txn)
{
	struct route_view *v = txn->next;
	unsigned int family;

	if (!v->nr[ROUTE_INET4] && !v->nr[ROUTE_INET6])
		return 0;
	if (!txn->spare) {
		txn->want_bytes = ARENA_MIN_BYTES;
		txn->may_pass = true;
		return -EAGAIN;
	}
	txn_move(txn, true, false);
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		v->dflt[family] = 0;
		v->nr[family] = 0;
	}
	txn->nr_changes++;
	return 0;
}

/* May this change be made, given the prefix's present next hop @had? */
static int txn_permit(const struct route_txn *txn, enum route_op op, u32 had)
{
	const struct route_limits *limits = &txn->table->limits;
	const struct route_view *v = txn->next;

	if (op == ROUTE_DELETE)
		return had ? 0 : -ENOENT;
	if (had)
		return op == ROUTE_ADD ? -EEXIST : 0;
	if (limits->nr_routes &&
	    v->nr[ROUTE_INET4] + v->nr[ROUTE_INET6] >= limits->nr_routes)
		return -ENOSPC;
	return 0;
}

/* Set or, with next hop 0, clear a route of at least one bit. */
static int txn_edit_trie(struct route_txn *txn,
			 const struct route_prefix *prefix, u32 nexthop,
			 bool may_sleep)
{
	struct route_view *v = txn->next;
	struct arena_ref *root = &v->root[prefix->family];
	struct rib_edit edit;
	u64 need;
	int ret;

	need = rib_need(v->base, *root, &prefix->addr, prefix->len);
	if (arena_untouched(v->arena) < need) {
		ret = txn_make_room(txn, need, !nexthop, may_sleep);
		if (ret)
			return ret;
	}
	edit = (struct rib_edit){
		.arena = v->arena, .mark = txn->table->mark,
		.retired = txn->retired, .retired_bytes = txn->retired_bytes,
	};
	if (nexthop)
		rib_set(&edit, root, &prefix->addr, prefix->len, nexthop);
	else
		rib_clear(&edit, root, &prefix->addr, prefix->len);
	txn->retired = edit.retired;
	txn->retired_bytes = edit.retired_bytes;
	return 0;
}

static int txn_apply(struct route_txn *txn, const struct route_change *change,
		     u32 *old, bool may_sleep)
{
	const struct route_prefix *prefix = &change->route.prefix;
	u32 nexthop = change->op == ROUTE_DELETE ? 0 : change->route.nexthop;
	struct route_view *v = txn->next;
	u32 had;
	int ret;

	if (change->op == ROUTE_FLUSH)
		return txn_flush(txn);
	had = route_get(v, prefix);
	if (old)
		*old = had;
	ret = txn_permit(txn, change->op, had);
	if (ret || had == nexthop)
		return ret;
	if (prefix->len) {
		ret = txn_edit_trie(txn, prefix, nexthop, may_sleep);
		if (ret)
			return ret;
	} else {
		v->dflt[prefix->family] = nexthop;
	}
	v->nr[prefix->family] += !!nexthop - !!had;
	txn->nr_changes++;
	return 0;
}

int route_txn_apply(struct route_txn *txn, const struct route_change *change,
		    u32 *old)
{
	return txn_apply(txn, change, old, false);
}

int route_txn_apply_sleep(struct route_txn *txn,
			  const struct route_change *change, u32 *old)
{
	for (;;) {
		int ret = txn_apply(txn, change, old, true);

		if (ret != -EAGAIN)
			return ret;
		ret = route_txn_prepare(txn);
		if (ret)
			return ret;
	}
}

static void view_reclaim_rcu(struct rcu_head *head)
{
	struct route_view *v = container_of(head, struct route_view, rcu);
	struct route_table *t = v->table;

	/* Once it is pushed a writer may free it. */
	port_atomic_add(&t->pending, -(s64)v->pending_bytes);
	port_push(&t->reclaimed, &v->node);
	if (t->owner.ops->reclaimed)
		t->owner.ops->reclaimed(t->owner.owner);
}

/* Which region the table should move to when it has become sparse, or 0. */
static u64 shrink_to(const struct arena *a)
{
	u64 live = a->used - a->retired;

	if (a->bytes <= SPARSE_PART * ARENA_MIN_BYTES ||
	    live > a->bytes / SPARSE_PART)
		return 0;
	return region_for(live, 0);
}

u64 route_txn_commit(struct route_txn *txn)
{
	struct route_table *t = txn->table;
	struct route_view *old = table_view(t), *v = txn->next;

	t->txn = NULL;
	if (!txn->nr_changes && !txn->old_arena)
		return old->gen;
	if (txn->nr_changes)
		v->gen++;
	v->arena->nr_views++;
	if (txn->old_arena) {
		/* Earlier views account for what they retired in it. */
		old->pending_bytes = old->arena->bytes - old->arena->retired;
		t->region_bytes += v->arena->bytes;
		t->moves++;
	} else {
		old->pending_bytes = txn->retired_bytes;
		v->arena->retired += txn->retired_bytes;
	}
	old->pending_bytes += sizeof(*old);
	old->retired = txn->retired;
	port_atomic_add(&t->pending, old->pending_bytes);
	t->commits++;
	WRITE_ONCE(t->want_bytes, shrink_to(v->arena));
	txn->next = NULL;
	/*
	 * (P) Publish the view, and all that it leads to, before whatever a
	 * reader finds through it: pairs with rcu_dereference_check() in
	 * route_view().  Without it a reader may see a view that is not filled.
	 */
	rcu_assign_pointer(t->view, v);
	t->owner.ops->call(&old->rcu, view_reclaim_rcu);
	return v->gen;
}

void route_txn_abort(struct route_txn *txn)
{
	struct route_table *t = txn->table;
	struct route_view *v = txn->next;
	struct rib_edit edit = { .mark = t->mark, .retired = txn->retired };
	unsigned int family;

	t->txn = NULL;
	if (txn->old_arena) {
		v->arena->next = txn->dead;
		txn->dead = v->arena;
		v->arena = txn->old_arena;
		memcpy(v->root, txn->old_root, sizeof(v->root));
	}
	edit.arena = v->arena;
	for (family = 0; family < ROUTE_FAMILIES; family++)
		rib_undo(&edit, v->root[family], t->owner.may_sleep);
	rib_undo_retired(&edit, t->owner.may_sleep);
}

void route_txn_fini(struct route_txn *txn)
{
	arena_destroy_list(txn->dead);
	arena_destroy(txn->spare);
	port_free(txn->next);
}

void route_table_stats(const struct route_table *t, struct route_stats *stats)
{
	const struct route_view *v = table_view(t);

	*stats = (struct route_stats){
		.gen = v->gen,
		.nr_routes = { v->nr[ROUTE_INET4], v->nr[ROUTE_INET6] },
		.bytes = sizeof(*t) + sizeof(*v->arena) + t->region_bytes +
			 (t->commits - t->reclaims + 1) * sizeof(*v),
		.bytes_fixed = sizeof(*t) + sizeof(*v->arena) + sizeof(*v) +
			       ARENA_MIN_BYTES,
		.bytes_live = v->arena->used - v->arena->retired,
		.bytes_pending = port_atomic_read(&t->pending),
		.commits = t->commits,
		.reclaims = t->reclaims,
		.moves = t->moves,
	};
}
