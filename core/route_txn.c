// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions: how the writer makes a route table's next view.
 *
 *	route_txn_prepare()  sets memory aside (route_prepare.c)
 *	route_txn_begin()    copies the present view and changes the copy
 *	route_txn_commit()   compiles what was touched (route_compile.c), publishes
 *	                     the copy by one store (P), and hands the old view with
 *	                     the nodes that it alone needs to owner->call()
 *	route_txn_abort()    frees what was made instead
 *
 * When the arena is full the transaction goes on in a larger one, into which
 * it copies what it has (a move); the old arena dies with the last view that
 * refers to it.  So a move compacts, and a flush is a move of nothing.
 */
#include "fib_roots.h"
#include "rib.h"
#include "route_internal.h"

/* A region is made so large that a move is paid for by the changes between. */
static u64 region_for(u64 live, u64 need)
{
	u64 bytes = 2 * live + need + ARENA_UNIT;

	return max(arena_round(bytes), ARENA_MIN_BYTES);
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
			rib_move(&edit, from->region.base, v->root[family], may_sleep);
	if (!txn->old_arena) {
		txn->old_arena = from;
	} else {		/* never published: nobody knows it */
		from->region.next = txn->dead;
		txn->dead = &from->region;
	}
	v->arena = to;
	v->base = to->region.base;
	txn->spare = NULL;
}

/* The table has become sparse, and a smaller region is at hand. */
static bool may_shrink(const struct route_txn *txn)
{
	const struct route_table *t = txn->table;

	return t->owner.may_sleep && t->want_bytes && txn->spare &&
	       txn->spare->region.bytes >= t->want_bytes &&
	       txn->spare->region.bytes < txn->next->arena->region.bytes;
}

void route_txn_begin(struct route_txn *txn)
{
	struct route_table *t = txn->table;
	const struct route_view *now;
	struct route_view *v = txn->next;

	route_drain(t, DRAIN_BUDGET);
	/* Whoever comes by with a chance to sleep frees what has died. */
	if (!txn->dead) {
		txn->dead = t->dead;
		t->dead = NULL;
	}
	now = table_view(t);
	*v = *now;
	v->retired = ARENA_NONE;
	t->mark++;
	t->txn = txn;
	txn->old_arena = NULL;
	txn->retired = ARENA_NONE;
	txn->retired_bytes = 0;
	txn->nr_changes = 0;
	txn->nr_new_hops = 0;
	txn->as_is = false;
	txn->touched = ROUTE_TOUCHED_NONE;
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
	if (!txn->spare || txn->spare->region.bytes < want) {
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
	txn->touched = ROUTE_TOUCHED_ALL;
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
	ret = route_txn_touch(txn, prefix);
	if (ret)
		return ret;
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
	/* What is deleted may uncover a route that has been hidden until now. */
	txn->nr_new_hops += v->fib && (!nexthop || !fib_knows(v->fib, nexthop));
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
		v->epoch = table_view(txn->table)->epoch + 1;
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

/* Which region the table should move to when it has become sparse, or 0. */
static u64 shrink_to(const struct arena *a)
{
	u64 live = a->used - a->retired;

	if (a->region.bytes <= SPARSE_PART * ARENA_MIN_BYTES ||
	    live > a->region.bytes / SPARSE_PART)
		return 0;
	return region_for(live, 0);
}

/* What @old keeps from being used again, now that @v takes its place. */
static u64 pending_bytes(const struct route_txn *txn,
			 const struct route_view *old,
			 const struct route_view *v, u64 fib_retired)
{
	u64 bytes = sizeof(*old);

	/* Earlier views account for what they retired in a region. */
	if (v->arena != old->arena)
		bytes += old->arena->region.bytes - old->arena->retired;
	else
		bytes += txn->retired_bytes;
	if (!old->fib)
		return bytes;
	if (v->fib != old->fib)
		bytes += old->fib->arena.region.bytes - fib_retired;
	else
		bytes += v->fib->arena.retired - fib_retired;
	if (v->roots != old->roots)
		bytes += old->roots->region.bytes;
	return bytes;
}

int route_txn_commit(struct route_txn *txn, u64 *gen)
{
	struct route_table *t = txn->table;
	struct route_view *old = table_view(t), *v = txn->next;
	u64 fib_retired = old->fib ? old->fib->arena.retired : 0;
	int ret;

	if (gen)
		*gen = old->gen;
	if (!txn->nr_changes && !txn->old_arena) {
		t->txn = NULL;
		return 0;
	}
	ret = route_txn_compile(txn);
	if (ret)
		return ret;
	t->txn = NULL;
	if (txn->nr_changes)
		v->gen++;
	if (gen)
		*gen = v->gen;
	if (v->epoch != old->epoch)	/* all that wait, and the old one */
		t->nr_earlier = t->commits - t->reclaims + 1;
	old->pending_bytes = pending_bytes(txn, old, v, fib_retired);
	old->retired = txn->retired;
	old->fib_tail = old->fib ? old->fib->ring_tail : 0;
	route_view_get_regions(t, v);
	if (txn->old_arena)
		t->moves++;
	else
		v->arena->retired += txn->retired_bytes;
	if (v->fib != old->fib)
		t->compiles++;
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
	t->owner.ops->call(&old->rcu, route_view_reclaim_rcu);
	return 0;
}

void route_txn_abort(struct route_txn *txn)
{
	struct route_table *t = txn->table;
	struct route_view *v = txn->next;
	struct rib_edit edit = { .mark = t->mark, .retired = txn->retired };
	unsigned int family;

	t->txn = NULL;
	if (txn->old_arena) {
		v->arena->region.next = txn->dead;
		txn->dead = &v->arena->region;
		v->arena = txn->old_arena;
		memcpy(v->root, txn->old_root, sizeof(v->root));
	}
	edit.arena = v->arena;
	for (family = 0; family < ROUTE_FAMILIES; family++)
		rib_undo(&edit, v->root[family], t->owner.may_sleep);
	rib_undo_retired(&edit, t->owner.may_sleep);
}

int route_txn_commit_sleep(struct route_txn *txn, u64 *gen)
{
	for (;;) {
		int ret = route_txn_commit(txn, gen);

		if (ret != -EAGAIN)
			return ret;
		ret = route_txn_prepare(txn);
		/* What is asked for may be more than what is needed. */
		if (ret && !txn->as_is) {
			txn->as_is = true;
		} else if (ret) {
			route_txn_abort(txn);
			return ret;
		}
	}
}
