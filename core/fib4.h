/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The read side for IPv4: one lookup in one view.
 *
 * It follows the nodes of the routes as given (rib.h), which are laid out so
 * that a node answers with two population counts.  A structure compiled for
 * speed takes their place behind this function, fed by the same transactions.
 *
 * Ordering: base and root come from one view, by one rcu_dereference() in
 * route_view(); every further load depends on it by address, and nothing that
 * it meets is written again before a grace period (I6).  Wait-free: at most
 * six nodes.
 */
#ifndef _CORE_FIB4_H
#define _CORE_FIB4_H

#include "rib.h"
#include "view.h"

static inline u32 fib4_lookup(const struct route_view *v, u32 addr)
{
	struct arena_ref ref = v->root[ROUTE_INET4];
	u32 best = v->dflt[ROUTE_INET4];
	u64 key = (u64)addr << 32;

	for (; ref.unit; key <<= RIB_STRIDE) {
		const struct rib_node *n = rib_node(v->base, ref);
		unsigned int slot = key >> (64 - RIB_STRIDE);

		best = rib_node_best(n, slot, best);
		ref = rib_node_kid(n, slot);
	}
	return best;
}

#endif /* _CORE_FIB4_H */
