// SPDX-License-Identifier: GPL-2.0
/*
 * How the compiled routes (fib.h) follow a transaction: each change notes what it
 * touched, and commit compiles that.
 *
 * One change is followed in place, just before the view is published.  Several are
 * followed in a copy of the roots, where no reader is; and when they touch much, or
 * the region or its ring is full, or IPv6's root has no chunk left for first bits that
 * had no nodes, or the root does not suit the size any more, all is compiled
 * anew into a fresh region.  Where that or the copy has not been set aside it is
 * noted as wanted, for route_prepare.c, and the answer is -EAGAIN.
 */
#include "fib_roots.h"
#include "route_internal.h"

/* Are roots of @shape set aside?  If not they are wanted. */
static bool txn_has_roots(struct route_txn *txn, const struct fib_shape *shape)
{
	if (fib_roots_hold(txn->roots, shape))
		return true;
	memcpy(txn->want_bits, shape->bits, sizeof(txn->want_bits));
	txn->want_chunks = shape->max_chunks;
	return false;
}

/* What there is no room to mark is compiled with all the rest. */
static void txn_mark(struct route_txn *txn, const struct route_prefix *prefix)
{
	txn->touched = fib_roots_mark(txn->roots, prefix) ?
		       ROUTE_TOUCHED_SOME : ROUTE_TOUCHED_ALL;
}

/* Mark the one prefix that was touched.  False: there are no roots for marks. */
static bool txn_mark_one(struct route_txn *txn)
{
	const struct fib_roots *now = txn->next->roots;

	if (!txn_has_roots(txn, &now->shape))
		return false;
	fib_roots_begin(txn->roots, now);
	txn_mark(txn, &txn->one);
	return true;
}

int route_txn_touch(struct route_txn *txn, const struct route_prefix *prefix)
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
	if (txn->touched == ROUTE_TOUCHED_SOME)
		txn_mark(txn, prefix);
	return 0;
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
	u64 bytes = max(txn_live(txn) / 2, FIB_MIN_BYTES);

	return min(bytes, FIB_MAX_BYTES);
}

/* Has the region become much too large? */
static bool fib_is_sparse(const struct route_txn *txn)
{
	const struct fib *f = txn->next->fib;

	return f && fib_bytes(f) > 2 * SPARSE_PART * guess_bytes(txn) &&
	       f->arena.used - f->arena.retired < fib_bytes(f) / SPARSE_PART;
}

/* Lookups shall ask the routes as given. */
static void txn_do_without(struct route_txn *txn)
{
	if (txn->fib) {
		txn->fib->arena.region.next = txn->dead;
		txn->dead = &txn->fib->arena.region;
		txn->fib = NULL;
	}
	route_view_set_fib(txn->next, NULL, NULL);
}

/* All routes, into the region and the roots that are set aside. */
static int txn_compile_all(struct route_txn *txn)
{
	struct route_view *v = txn->next;
	struct fib_source source[ROUTE_FAMILIES];
	struct fib *f = txn->fib;
	struct fib_shape shape;
	unsigned int family;
	int ret = 0;

	for (family = 0; family < ROUTE_FAMILIES; family++)
		source[family] = txn_source(txn, family);
	shape = fib_roots_shape(v->roots, source, v->nr);
	if (!f) {	/* a first guess: too small is found out */
		u64 nr = v->nr[ROUTE_INET4] + v->nr[ROUTE_INET6];

		txn->want_fib_bytes = guess_bytes(txn);
		txn->want_hops = FIB_HOPS_MIN + min(nr, 256ULL +
						    (v->fib ? v->fib->nr_hops : 0));
		txn->want_hops = min(txn->want_hops, FIB_HOPS_MAX);
	}
	/* Marks, and what was compiled in vain, go with the roots that they are in. */
	if (txn->touched == ROUTE_TOUCHED_SOME)
		txn->touched = ROUTE_TOUCHED_ALL;
	if (!txn_has_roots(txn, &shape) || txn->want_fib_bytes)
		return -EAGAIN;
	fib_roots_reset(txn->roots);
	for (family = 0; family < ROUTE_FAMILIES && !ret; family++)
		ret = fib_compile(f, txn->roots, &source[family]);
	if (ret == -ENOSPC && f->max_hops == FIB_HOPS_MAX) {
		txn_do_without(txn);
		return 0;
	}
	/* Without room for changes the next one would do it all again. */
	if (!ret && arena_untouched(&f->arena) < fib_bytes(f) / 4)
		ret = -ENOMEM;
	if (ret == -ENOMEM && fib_bytes(f) > FIB_MAX_BYTES / 2) {
		txn_do_without(txn);
		return 0;
	}
	if (ret) {
		txn->want_fib_bytes = fib_bytes(f) << (ret == -ENOMEM);
		txn->want_hops = min(f->max_hops << 2 * (ret == -ENOSPC),
				     FIB_HOPS_MAX);
		return -EAGAIN;
	}
	route_view_set_fib(v, f, txn->roots);
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
	route_view_set_fib(v, v->fib, txn->roots);
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

	if (!fib_has(v->fib, &need) || !fib_roots_make_room(v->roots, &txn->one))
		return false;
	fib_update(v->fib, v->roots, &source, &txn->one);
	return true;
}

/*
 * The compiled routes follow.  Whether the table has been too diverse to compile
 * is looked at again when it moves, for that pays for it.
 */
int route_txn_compile(struct route_txn *txn)
{
	const struct route_view *v = txn->next;

	if (!v->fib && (!txn->old_arena || txn->as_is))
		return 0;
	if (v->fib && (txn->as_is || (fib_roots_suit(v->roots, v->nr) &&
				      !fib_is_sparse(txn)))) {
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
	return txn_compile_all(txn);
}
