/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The read side for IPv4: lookups in one view, in the compiled routes (fib.h).
 */
#ifndef _CORE_FIB4_H
#define _CORE_FIB4_H

#include "fib.h"
#include "view.h"

/* Lookups at a time: the loads of one pass do not wait for each other. */
#define FIB4_LANES	64

/* The id of a hop, the default's for "none". */
static inline u32 fib4_answer(const struct route_view *v, unsigned int leaf)
{
	u32 id = fib_hop_id(v->fib_base, leaf);

	return id ? id : v->dflt[ROUTE_INET4];
}

/* From a word of the root down; @key: the bits behind its index, topmost first. */
static inline u32 fib4_walk(const struct route_view *v, u32 ref, u64 key)
{
	for (;; key <<= RIB_STRIDE) {
		const struct fib_node *n = fib_node(v->fib_base, ref);
		unsigned int leaf = fib_node_leaf(n, key >> (64 - RIB_STRIDE));

		if (likely(leaf < FIB_KID))
			return fib4_answer(v, leaf);
		ref = fib_word(fib_node_kid(n, leaf));
	}
}

/* The view is compiled; @key: the address in the upper half. */
static inline u32 fib4_lookup(const struct route_view *v, u64 key)
{
	unsigned int bits = v->bits[ROUTE_INET4];

	return fib4_walk(v, fib_word(&v->word[ROUTE_INET4][key >> (64 - bits)]),
			 key << bits);
}

/* At most FIB4_LANES. */
static inline void fib4_lookup_lanes(const struct route_view *v,
				     const struct route_addr *addrs,
				     u32 *nexthops, unsigned int n)
{
	const struct fib_node *node[FIB4_LANES];
	unsigned int i, leaf, bits = v->bits[ROUTE_INET4];

#pragma GCC unroll 4
	for (i = 0; i < n; i++) {
		const u32 *word = &v->word[ROUTE_INET4][addrs[i].hi >> (64 - bits)];

		node[i] = fib_node_address(v->fib_base, fib_word(word));
		prefetch(node[i]);
	}
	for (i = 0; i < n; i++) {
		u64 key = addrs[i].hi << bits;

		fib_node_assert(node[i]);
		leaf = fib_node_leaf(node[i], key >> (64 - RIB_STRIDE));
		if (likely(leaf < FIB_KID))
			nexthops[i] = fib4_answer(v, leaf);
		else
			nexthops[i] = fib4_walk(v, fib_word(fib_node_kid(node[i],
									 leaf)),
						key << RIB_STRIDE);
	}
}

/* The view is compiled. */
static inline void fib4_lookup_bulk(const struct route_view *v,
				    const struct route_addr *addrs,
				    u32 *nexthops, unsigned int n)
{
	for (; n > FIB4_LANES; n -= FIB4_LANES) {
		fib4_lookup_lanes(v, addrs, nexthops, FIB4_LANES);
		addrs += FIB4_LANES;
		nexthops += FIB4_LANES;
	}
	fib4_lookup_lanes(v, addrs, nexthops, n);
}

#endif /* _CORE_FIB4_H */
