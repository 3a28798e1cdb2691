/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The read side for IPv6: one lookup in one view.  As fib4.h, with a key of two
 * words and at most RIB_DEPTH_MAX nodes.
 */
#ifndef _CORE_FIB6_H
#define _CORE_FIB6_H

#include "rib.h"
#include "view.h"

static inline u32 fib6_lookup(const struct route_view *v,
			      struct route_addr key)
{
	struct arena_ref ref = v->root[ROUTE_INET6];
	u32 best = v->dflt[ROUTE_INET6];

	while (ref.unit) {
		const struct rib_node *n = rib_node(v->base, ref);
		unsigned int slot = key.hi >> (64 - RIB_STRIDE);

		best = rib_node_best(n, slot, best);
		ref = rib_node_kid(n, slot);
		key.hi = key.hi << RIB_STRIDE | key.lo >> (64 - RIB_STRIDE);
		key.lo <<= RIB_STRIDE;
	}
	return best;
}

#endif /* _CORE_FIB6_H */
