// SPDX-License-Identifier: GPL-2.0
/*
 * What a transaction is given beforehand, since nothing between begin and commit
 * allocates: the next view, an arena to move to, a region and roots for compiled
 * routes.  Begin needs no more than the view; apply and commit note in the
 * transaction what they want beyond it, answer -EAGAIN, and are tried again.
 *
 * All of this may sleep, and none of it needs the table's lock.
 */
#include "fib_roots.h"
#include "route_internal.h"

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

static int prepare_fib(struct route_txn *txn)
{
	bool must_fib = txn->want_fib_bytes, must_roots = txn->want_bits[0];

	if (must_fib) {
		fib_drop(txn->fib);
		txn->fib = fib_create(txn->want_fib_bytes, txn->want_hops);
	}
	if (must_roots) {
		struct fib_shape shape = { .max_chunks = txn->want_chunks };

		memcpy(shape.bits, txn->want_bits, sizeof(shape.bits));
		fib_roots_drop(txn->roots);
		txn->roots = fib_roots_create(&shape);
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
		txn->next = route_view_create(txn->table);
	if (!txn->next)
		return -ENOMEM;
	ret = prepare_arena(txn);
	return ret ? ret : prepare_fib(txn);
}

void route_txn_fini(struct route_txn *txn)
{
	region_destroy_list(txn->dead);
	arena_destroy(txn->spare);
	fib_drop(txn->fib);
	fib_roots_drop(txn->roots);
	port_free(txn->next);
}
