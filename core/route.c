// SPDX-License-Identifier: GPL-2.0
/*
 * The route table: views for readers, transactions for the writer, and the way
 * of replaced memory back to the arena.
 *
 *	route_txn_begin()   copies the present view and changes the copy
 *	route_txn_commit()  compiles what was touched, publishes the copy by one
 *	                    store (P), and hands the old view with the nodes
 *	                    that it alone needs to owner->call()
 *	view_reclaim_rcu()  after a grace period: pushes the old view on a stack
 *	drain()             the next writer takes the stack and frees the nodes
 *
 * When the arena is full the transaction goes on in a larger one, into which
 * it copies what it has (a move); the old arena dies with the last view that
 * refers to it.  So a move compacts, and a flush is a move of nothing.
 *
 * The compiled routes (fib.h) follow at commit.  One change is followed in place,
 * just before the view is published.  Several are followed in a copy of the roots,
 * where no reader is; and when they touch much, or the region is full, or the root
 * does not suit the size any more, all is compiled anew into a fresh region.
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

/* The present view, or the next one, leads lookups there. */
static void view_set_fib(struct route_view *v, struct fib *f,
			 struct fib_roots *roots)
{
	unsigned int family;

	v->fib = f;
	v->roots = roots;
	v->fib_base = f ? f->arena.region.base : NULL;
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		v->word[family] = roots ? roots->word[family] : NULL;
		v->bits[family] = roots ? roots->bits[family] : 0;
	}
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

static void view_get_regions(struct route_table *t, struct route_view *v)
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
	static const u8 bits[ROUTE_FAMILIES] = { RIB_STRIDE, RIB_STRIDE };
	struct route_table *t = port_zalloc(sizeof(*t));
	struct fib_roots *roots;
	struct route_view *v;
	struct fib *f;

	if (!t)
		return NULL;
	v = view_create(t);
	if (!v)
		goto err_free_table;
	v->arena = arena_create(ARENA_MIN_BYTES);
	if (!v->arena)
		goto err_free_view;
	f = fib_create(FIB_MIN_BYTES, FIB_HOPS_MIN);
	if (!f)
		goto err_free_arena;
	roots = fib_roots_create(bits);
	if (!roots)
		goto err_free_fib;
	v->base = v->arena->region.base;
	view_set_fib(v, f, roots);
	view_get_regions(t, v);
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
	region_destroy(&f->arena.region);
err_free_arena:
	arena_destroy(v->arena);
err_free_view:
	port_free(v);
err_free_table:
	port_free(t);
	return NULL;
}

/*
 * Take back views whose readers are gone, and what they kept alive: at most
 * @budget nodes and views, so that a writer under a spinlock is not held up by
 * the batch before it.  Returns true when all is done.
 */
static bool drain(struct route_table *t, unsigned int budget)
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
	while (!drain(t, DRAIN_BUDGET))
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

/* Where there are more next hops than can be compiled. */
static u32 lookup_as_given(const struct route_view *v, unsigned int family,
			   const struct route_addr *addr)
{
	unsigned int len;
	u32 nexthop = rib_match(v->base, v->root[family], addr, &len);

	return nexthop ? nexthop : v->dflt[family];
}

u32 route_lookup(const struct route_view *v, unsigned int family,
		 const struct route_addr *addr)
{
	if (unlikely(!v->fib_base))
		return lookup_as_given(v, family, addr);
	if (family == ROUTE_INET4)
		return fib4_lookup(v, addr->hi);
	return fib6_lookup(v, *addr);
}

void route_lookup_bulk(const struct route_view *v, unsigned int family,
		       const struct route_addr *addrs, u32 *nexthops,
		       unsigned int n)
{
	unsigned int i;

	if (unlikely(!v->fib_base)) {
		for (i = 0; i < n; i++)
			nexthops[i] = lookup_as_given(v, family, &addrs[i]);
		return;
	}
	if (family == ROUTE_INET4)
		fib4_lookup_bulk(v, addrs, nexthops, n);
	else
		fib6_lookup_bulk(v, addrs, nexthops, n);
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
	if (txn->spare && txn->spare->region.bytes >= want)
		return 0;
	return want > limit ? -ENOSPC : (s64)want;
}

static int prepare_arena(struct route_txn *txn)
{
	s64 want = wanted(txn);
	bool must = txn->want_bytes;
	struct arena *spare;

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

/* A spare that is of no use any more. */
static void drop_fib(struct route_txn *txn)
{
	if (txn->fib)
		region_destroy(&txn->fib->arena.region);
	txn->fib = NULL;
}

static void drop_roots(struct route_txn *txn)
{
	if (txn->roots)
		region_destroy(&txn->roots->region);
	txn->roots = NULL;
}

static int prepare_fib(struct route_txn *txn)
{
	bool must_fib = txn->want_fib_bytes, must_roots = txn->want_bits[0];

	if (must_fib) {
		drop_fib(txn);
		txn->fib = fib_create(txn->want_fib_bytes, txn->want_hops);
	}
	if (must_roots) {
		drop_roots(txn);
		txn->roots = fib_roots_create(txn->want_bits);
	}
	/* Whatever comes of it: as above. */
	txn->want_fib_bytes = 0;
	txn->want_bits[0] = 0;
	return (must_fib && !txn->fib) || (must_roots && !txn->roots) ? -ENOMEM : 0;
}

int route_txn_prepare(struct route_txn *txn)
{
	int ret;

	region_destroy_list(txn->dead);
	txn->dead = NULL;
	if (!txn->next)
		txn->next = view_create(txn->table);
	if (!txn->next)
		return -ENOMEM;
	ret = prepare_arena(txn);
	return ret ? ret : prepare_fib(txn);
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

	drain(t, DRAIN_BUDGET);
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

/* Are the roots that are set aside of the size that the view's are? */
static bool roots_fit(const struct fib_roots *roots, const u8 *bits)
{
	return roots && !memcmp(roots->bits, bits, sizeof(roots->bits));
}

static int want_roots(struct route_txn *txn, const u8 *bits)
{
	memcpy(txn->want_bits, bits, sizeof(txn->want_bits));
	return -EAGAIN;
}

/* Mark the one prefix that was touched.  False: there are no roots for marks. */
static bool txn_mark_one(struct route_txn *txn)
{
	if (!roots_fit(txn->roots, txn->next->bits)) {
		want_roots(txn, txn->next->bits);
		return false;
	}
	fib_clear_marks(txn->roots);
	fib_mark(txn->roots, &txn->one);
	txn->touched = ROUTE_TOUCHED_SOME;
	return true;
}

/* The compiled routes will have to follow a change of @prefix. */
static int txn_touch(struct route_txn *txn, const struct route_prefix *prefix)
{
	const struct route_view *v = txn->next;

	if (!v->fib || txn->touched == ROUTE_TOUCHED_ALL)
		return 0;
	if (txn->touched == ROUTE_TOUCHED_NONE) {
		txn->one = *prefix;
		txn->touched = ROUTE_TOUCHED_ONE;
		return 0;
	}
	if (txn->touched == ROUTE_TOUCHED_ONE) {
		if (!route_prefix_cmp(&txn->one, prefix))
			return 0;
		if (!txn_mark_one(txn))
			return -EAGAIN;
	}
	fib_mark(txn->roots, prefix);
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
	ret = txn_touch(txn, prefix);
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

static void view_reclaim_rcu(struct rcu_head *head)
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

/* Which region the table should move to when it has become sparse, or 0. */
static u64 shrink_to(const struct arena *a)
{
	u64 live = a->used - a->retired;

	if (a->region.bytes <= SPARSE_PART * ARENA_MIN_BYTES ||
	    live > a->region.bytes / SPARSE_PART)
		return 0;
	return region_for(live, 0);
}

static struct fib_source txn_source(const struct route_txn *txn,
				    unsigned int family)
{
	const struct route_view *v = txn->next;

	return (struct fib_source){
		.base = v->base, .root = v->root[family], .family = family,
		.may_sleep = txn->table->owner.may_sleep,
	};
}

/* What a region for all compiled routes has to have, as a first guess. */
static u64 guess_bytes(const struct route_txn *txn)
{
	return max(txn_live(txn) / 2, FIB_MIN_BYTES);
}

/* Has the region become much too large? */
static bool fib_is_sparse(const struct route_txn *txn)
{
	const struct fib *f = txn->next->fib;

	return f && fib_bytes(f) > 2 * SPARSE_PART * guess_bytes(txn) &&
	       f->arena.used - f->arena.retired < fib_bytes(f) / SPARSE_PART;
}

/* Does the root of each family suit its number of routes?  If not: @bits. */
static bool txn_suits(const struct route_txn *txn, u8 bits[ROUTE_FAMILIES])
{
	const struct route_view *v = txn->next;
	bool suits = true;
	unsigned int family;

	for (family = 0; family < ROUTE_FAMILIES; family++) {
		bits[family] = fib_roots_bits(v->nr[family], v->bits[family]);
		suits &= bits[family] == v->bits[family];
	}
	return suits;
}

/* All routes, into the region and the roots that are set aside. */
static int txn_compile_all(struct route_txn *txn,
			   const u8 bits[ROUTE_FAMILIES])
{
	struct route_view *v = txn->next;
	struct fib *f = txn->fib;
	unsigned int family;
	int ret = 0;

	if (!f) {	/* a first guess: too small is found out */
		u64 nr = v->nr[ROUTE_INET4] + v->nr[ROUTE_INET6];

		txn->want_fib_bytes = guess_bytes(txn);
		txn->want_hops = FIB_HOPS_MIN + min(nr, 256ULL +
						    (v->fib ? v->fib->nr_hops : 0));
		txn->want_hops = min(txn->want_hops, FIB_HOPS_MAX);
	}
	if (!roots_fit(txn->roots, bits))
		want_roots(txn, bits);
	/* Marks may go with the roots that they are in. */
	if (txn->touched == ROUTE_TOUCHED_SOME)
		txn->touched = ROUTE_TOUCHED_ALL;
	if (txn->want_fib_bytes || txn->want_bits[0])
		return -EAGAIN;
	for (family = 0; family < ROUTE_FAMILIES && !ret; family++) {
		struct fib_source source = txn_source(txn, family);

		ret = fib_compile(f, txn->roots, &source);
	}
	if (ret == -ENOSPC && f->max_hops == FIB_HOPS_MAX) {
		f->arena.region.next = txn->dead;
		txn->dead = &f->arena.region;
		txn->fib = NULL;
		view_set_fib(v, NULL, NULL);
		return 0;
	}
	/* Without room for changes the next one would do it all again. */
	if (!ret && arena_untouched(&f->arena) < fib_bytes(f) / 4)
		ret = -ENOMEM;
	if (ret) {
		txn->want_fib_bytes = fib_bytes(f) << (ret == -ENOMEM);
		txn->want_hops = min(f->max_hops << 2 * (ret == -ENOSPC),
				     FIB_HOPS_MAX);
		return -EAGAIN;
	}
	view_set_fib(v, f, txn->roots);
	txn->fib = NULL;
	txn->roots = NULL;
	return 0;
}

/* The marked slots, into the roots that are set aside.  False: no room. */
static bool txn_compile_marked(struct route_txn *txn)
{
	struct route_view *v = txn->next;
	struct fib_need need = { .hops = txn->nr_new_hops };
	struct fib_source source[ROUTE_FAMILIES];
	unsigned int family;

	for (family = 0; family < ROUTE_FAMILIES; family++) {
		source[family] = txn_source(txn, family);
		fib_need_marked(v->fib, v->roots, txn->roots, &source[family],
				&need);
	}
	if (!fib_has(v->fib, &need))
		return false;
	fib_roots_copy(txn->roots, v->roots);
	for (family = 0; family < ROUTE_FAMILIES; family++)
		fib_compile_marked(v->fib, txn->roots, &source[family]);
	view_set_fib(v, v->fib, txn->roots);
	txn->roots = NULL;
	return true;
}

/*
 * May the words that readers have be changed?  What an address leads to where no
 * route but the default covers it stands in the view: with a word of now, a view of
 * another default would give an answer that never was.
 */
static bool may_be_in_place(const struct route_txn *txn)
{
	return !txn->table->nr_earlier &&
	       txn->next->epoch == table_view(txn->table)->epoch;
}

/* One prefix, in place.  False: no room. */
static bool txn_compile_one(struct route_txn *txn)
{
	struct route_view *v = txn->next;
	struct fib_source source = txn_source(txn, txn->one.family);
	struct fib_need need = fib_need(v->roots, &source, &txn->one);

	if (!fib_has(v->fib, &need))
		return false;
	fib_update(v->fib, v->roots, &source, &txn->one);
	return true;
}

/*
 * The compiled routes follow.  Whether the table has been too diverse to compile
 * is looked at again when it moves, for that pays for it.
 */
static int txn_compile(struct route_txn *txn)
{
	const struct route_view *v = txn->next;
	u8 bits[ROUTE_FAMILIES];
	bool suits = txn_suits(txn, bits);

	if (!v->fib && (!txn->old_arena || txn->as_is))
		return 0;
	if (v->fib && (txn->as_is || (suits && !fib_is_sparse(txn)))) {
		if (txn->touched == ROUTE_TOUCHED_NONE)
			return 0;
		if (txn->touched == ROUTE_TOUCHED_ONE && !may_be_in_place(txn) &&
		    !txn_mark_one(txn))
			return -EAGAIN;
		if (txn->touched == ROUTE_TOUCHED_ONE && txn_compile_one(txn))
			return 0;
		if (txn->touched == ROUTE_TOUCHED_SOME && txn_compile_marked(txn))
			return 0;
	}
	return txn_compile_all(txn, bits);
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
	ret = txn_compile(txn);
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
	view_get_regions(t, v);
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
	t->owner.ops->call(&old->rcu, view_reclaim_rcu);
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

void route_txn_fini(struct route_txn *txn)
{
	region_destroy_list(txn->dead);
	arena_destroy(txn->spare);
	drop_fib(txn);
	drop_roots(txn);
	port_free(txn->next);
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
			(sizeof(u32) << v->bits[family]);
}
