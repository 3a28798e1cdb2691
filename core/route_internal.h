/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What route.c, route_prepare.c, route_txn.c and route_compile.c need of each
 * other, and nobody else.  Called under the table's lock, held exclusively, unless
 * said otherwise.
 */
#ifndef _CORE_ROUTE_INTERNAL_H
#define _CORE_ROUTE_INTERNAL_H

#include "view.h"

/* Nodes and views that a writer takes back on its way. */
#define DRAIN_BUDGET	1024

/* A region is sparse when this part of it, or less, is live. */
#define SPARSE_PART	8

/* Bytes of the nodes that the transaction's trees consist of. */
static inline u64 txn_live(const struct route_txn *txn)
{
	const struct arena *a = txn->next->arena;

	/* Once it has moved, what it retired lies in another arena. */
	return a->used - a->retired -
	       (txn->old_arena ? 0 : txn->retired_bytes);
}

/* --- route.c ------------------------------------------------------------ */

/* route_view_create - an empty view, or NULL; may sleep, with or without the lock. */
struct route_view *route_view_create(struct route_table *t);

/* route_view_set_fib - lookups are led there; NULL: to the routes as given. */
void route_view_set_fib(struct route_view *v, struct fib *f,
			struct fib_roots *roots);

/* route_view_get_regions - a view that is about to be published needs its regions. */
void route_view_get_regions(struct route_table *t, struct route_view *v);

/* route_view_reclaim_rcu - no reader has the view any more; without the lock. */
void route_view_reclaim_rcu(struct rcu_head *head);

/* route_drain - take such views back, and what they kept alive; true: all of it. */
bool route_drain(struct route_table *t, unsigned int budget);

/* --- route_compile.c ---------------------------------------------------- */

/*
 * route_txn_touch - the compiled routes will have to follow a change of @prefix, of
 * at least one bit.  Returns 0 or -EAGAIN, as route_txn_apply() does.
 */
int route_txn_touch(struct route_txn *txn, const struct route_prefix *prefix);

/* route_txn_compile - they follow.  Returns 0 or -EAGAIN, as route_txn_commit() does. */
int route_txn_compile(struct route_txn *txn);

#endif /* _CORE_ROUTE_INTERNAL_H */
