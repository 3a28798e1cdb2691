/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The read side for IPv4: lookups in one view, in the compiled routes (fib.h).
 */
#ifndef _CORE_FIB4_H
#define _CORE_FIB4_H

#include "fib_roots.h"
#include "view.h"

/* Lookups at a time: the loads of one pass do not wait for each other. */
#define FIB4_LANES	64U

/* The id of a hop, the default's for "none". */
static __always_inline u32 fib4_answer(const struct route_view *v, unsigned int leaf)
{
	u32 id = fib4_hop_id(v->fib_base, leaf);

	return id ? id : v->dflt[ROUTE_INET4];
}

/* The six bits of an address behind the first @pos; behind the last, zeros. */
static __always_inline unsigned int fib4_slot(u32 addr, unsigned int pos)
{
	return (u64)addr << 32 >> (64 - RIB_STRIDE - pos) & (RIB_SLOTS - 1);
}

/* The word of the root; @bits: as the view says. */
static __always_inline u32 fib4_root(const struct route_view *v, u32 addr,
				     unsigned int bits)
{
	return fib_word(&v->word[ROUTE_INET4][addr >> (32 - bits)]);
}

/* From a kid's leaf down to the hop's; @pos: bits that have led to @n. */
static inline unsigned int fib4_walk(const struct route_view *v,
				     const struct fib_node *n, unsigned int leaf,
				     u32 addr, unsigned int pos)
{
	while (leaf >= FIB_KID) {
		n = fib_node(v->fib_base, fib_word(fib4_kid(n, leaf)));
		pos += RIB_STRIDE;
		leaf = fib4_leaf(n, fib4_slot(addr, pos));
	}
	return leaf;
}

/* From the node that the root's word leads to. */
static __always_inline u32 fib4_step(const struct route_view *v,
				     const struct fib_node *n, u32 addr,
				     unsigned int bits)
{
	unsigned int leaf;

	fib_node_assert(n);
	leaf = fib4_leaf(n, fib4_slot(addr, bits));
	if (unlikely(leaf >= FIB_KID))
		leaf = fib4_walk(v, n, leaf, addr, bits);
	return fib4_answer(v, leaf);
}

static __always_inline u32 fib4_lookup_from(const struct route_view *v, u32 addr,
					    unsigned int bits)
{
	return fib4_step(v, fib_node_address(v->fib_base, fib4_root(v, addr, bits)),
			 addr, bits);
}

/* The view is compiled. */
static __always_inline u32 fib4_lookup(const struct route_view *v, u32 addr)
{
	unsigned int bits = v->bits[ROUTE_INET4];

	if (likely(bits == ROOTS_BITS_DENSE))	/* what constants can be made of */
		return fib4_lookup_from(v, addr, ROOTS_BITS_DENSE);
	return fib4_lookup_from(v, addr, bits);
}

/* At most FIB4_LANES. */
static __always_inline void fib4_lookup_lanes(const struct route_view *v,
					      const u32 *addrs, u32 *nexthops,
					      unsigned int n, unsigned int bits)
{
	const struct fib_node *node[FIB4_LANES];
	unsigned int i;

#pragma GCC unroll 4
	for (i = 0; i < n; i++) {
		node[i] = fib_node_address(v->fib_base, fib4_root(v, addrs[i], bits));
		prefetch(node[i]);
	}
#pragma GCC unroll 4
	for (i = 0; i < n; i++)
		nexthops[i] = fib4_step(v, node[i], addrs[i], bits);
}

/* The view is compiled. */
static inline void fib4_lookup_bulk(const struct route_view *v, const u32 *addrs,
				    u32 *nexthops, unsigned int n)
{
	unsigned int lanes, bits = v->bits[ROUTE_INET4];

	for (; n; n -= lanes) {
		lanes = min(n, FIB4_LANES);
		if (likely(bits == ROOTS_BITS_DENSE))
			fib4_lookup_lanes(v, addrs, nexthops, lanes,
					  ROOTS_BITS_DENSE);
		else
			fib4_lookup_lanes(v, addrs, nexthops, lanes, bits);
		addrs += lanes;
		nexthops += lanes;
	}
}

#endif /* _CORE_FIB4_H */
