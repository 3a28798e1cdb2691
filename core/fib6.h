/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The read side for IPv6: as fib4.h, with a key of two words and a longer way.
 */
#ifndef _CORE_FIB6_H
#define _CORE_FIB6_H

#include "fib.h"
#include "view.h"

/* Lookups at a time, and the bits that all of them go before one looks who is done. */
#define FIB6_LANES	32
#define FIB6_BITS	48

/* The id of a hop, the default's for "none". */
static inline u32 fib6_answer(const struct route_view *v, unsigned int leaf)
{
	u32 id = fib_hop_id(v->fib_base, leaf);

	return id ? id : v->dflt[ROUTE_INET6];
}

/* From a word on that was found behind the first @bits bits, less than 64. */
static inline u32 fib6_walk(const struct route_view *v, u32 ref,
			    struct route_addr key, unsigned int bits)
{
	for (;;) {
		const struct fib_node *n = fib_node(v->fib_base, ref);
		unsigned int leaf;

		key.hi = key.hi << bits | key.lo >> (64 - bits);
		key.lo <<= bits;
		leaf = fib_node_leaf(n, key.hi >> (64 - RIB_STRIDE));
		if (likely(leaf < FIB_KID))
			return fib6_answer(v, leaf);
		ref = fib_word(fib_node_kid(n, leaf));
		bits = RIB_STRIDE;
	}
}

static inline u32 fib6_root(const struct route_view *v, u64 hi)
{
	return fib_word(&v->word[ROUTE_INET6][hi >> (64 - v->bits[ROUTE_INET6])]);
}

/* The view is compiled. */
static inline u32 fib6_lookup(const struct route_view *v,
			      struct route_addr key)
{
	return fib6_walk(v, fib6_root(v, key.hi), key, v->bits[ROUTE_INET6]);
}

/*
 * At most FIB6_LANES.  All go the same steps: who is at its hop stays there, for a
 * hop is a node that leads to itself.
 */
static inline void fib6_lookup_lanes(const struct route_view *v,
				     const struct route_addr *addrs,
				     u32 *nexthops, unsigned int n)
{
	unsigned int i, leaf, pos, bits = v->bits[ROUTE_INET6];
	const struct fib_node *node[FIB6_LANES];
	const u8 *base = v->fib_base;

#pragma GCC unroll 4
	for (i = 0; i < n; i++) {
		node[i] = fib_node_address(base, fib6_root(v, addrs[i].hi));
		prefetch(node[i]);
	}
	for (pos = bits; pos < FIB6_BITS - RIB_STRIDE; pos += RIB_STRIDE) {
#pragma GCC unroll 4
		for (i = 0; i < n; i++) {
			fib_node_assert(node[i]);
			leaf = fib_node_leaf(node[i], addrs[i].hi << pos >>
						      (64 - RIB_STRIDE));
			node[i] = fib_node_address(base,
						   fib_node_next(node[i], leaf));
			prefetch(node[i]);
		}
	}
	for (i = 0; i < n; i++) {
		fib_node_assert(node[i]);
		leaf = fib_node_leaf(node[i], addrs[i].hi << pos >>
					      (64 - RIB_STRIDE));
		if (likely(leaf < FIB_KID))
			nexthops[i] = fib6_answer(v, leaf);
		else
			nexthops[i] = fib6_walk(v, fib_word(fib_node_kid(node[i],
									 leaf)),
						addrs[i], pos + RIB_STRIDE);
	}
}

/* The view is compiled. */
static inline void fib6_lookup_bulk(const struct route_view *v,
				    const struct route_addr *addrs,
				    u32 *nexthops, unsigned int n)
{
	for (; n > FIB6_LANES; n -= FIB6_LANES) {
		fib6_lookup_lanes(v, addrs, nexthops, FIB6_LANES);
		addrs += FIB6_LANES;
		nexthops += FIB6_LANES;
	}
	fib6_lookup_lanes(v, addrs, nexthops, n);
}

#endif /* _CORE_FIB6_H */
