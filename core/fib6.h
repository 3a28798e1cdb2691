/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The read side for IPv6: lookups in one view, in the compiled routes (fib.h).
 */
#ifndef _CORE_FIB6_H
#define _CORE_FIB6_H

#include "fib_roots.h"
#include "view.h"

#define FIB6_LANES	32U	/* lookups at a time */
#define FIB6_BITS	48	/* that all go before one looks who is done */
#define FIB6_FEW	3	/* one of so many lanes */

/* The id of the hop that @n is, the default's for "none". */
static __always_inline u32 fib6_answer(const struct route_view *v,
				       const struct fib_node *n)
{
	u32 id = ((const struct fib_hop *)n)->id;

	return id ? id : v->dflt[ROUTE_INET6];
}

/* The word of the root; @bits: as the view says. */
static __always_inline u32 fib6_root(const struct route_view *v, u64 hi,
				     unsigned int bits)
{
	u32 top = fib_word(&v->top[hi >> v->top_shift]);
	u32 mask = top & ((1U << ROOTS_MASK_BITS) - 1);

	return fib_word(&v->word[ROUTE_INET6][(top >> ROOTS_MASK_BITS) +
					      (hi >> (64 - bits) & mask)]);
}

/* The six bits behind the first @pos, at most 58: the shift is all that it costs. */
static __always_inline unsigned int fib6_slot(u64 hi, unsigned int pos)
{
	return hi >> (64 - RIB_STRIDE - pos) & (RIB_SLOTS - 1);
}

/* From a node on, six bits further; from a hop to itself.  @pos at most 58. */
static __always_inline const struct fib_node *
fib6_step(const u8 *base, const struct fib_node *n, u64 hi, unsigned int pos)
{
	fib_node_assert(n);
	return fib_node_address(base, fib_word(fib6_entry(n, fib6_slot(hi, pos))));
}

/* To the hop, from where the first @pos bits have led. */
static inline const struct fib_node *fib6_walk(const struct route_view *v,
					       const struct fib_node *n,
					       const struct route_addr *key,
					       unsigned int pos)
{
	const u8 *base = v->fib_base;
	const struct fib_node *end = fib_node_address(base, v->hops_end);

	for (; n >= end; pos += RIB_STRIDE) {
		fib_node_assert(n);
		n = fib_node_address(base, fib_word(fib6_entry(n, rib_slot(key, pos))));
	}
	return n;
}

/*
 * With a root of @bits.  Many are at their hop after one node.  The rest goes on
 * to FIB6_BITS without asking, for when one is there cannot be predicted.
 */
static __always_inline u32 fib6_lookup_from(const struct route_view *v,
					    const struct route_addr *key,
					    unsigned int bits)
{
	const u8 *base = v->fib_base;
	const struct fib_node *n, *end = fib_node_address(base, v->hops_end);
	unsigned int pos = bits;

	n = fib_node_address(base, fib6_root(v, key->hi, bits));
	n = fib6_step(base, n, key->hi, pos);
	if (n < end)
		return fib6_answer(v, n);
#pragma GCC unroll 4
	for (pos += RIB_STRIDE; pos < FIB6_BITS; pos += RIB_STRIDE)
		n = fib6_step(base, n, key->hi, pos);
	return fib6_answer(v, fib6_walk(v, n, key, pos));
}

/* The view is compiled. */
static inline u32 fib6_lookup(const struct route_view *v,
			      const struct route_addr *key)
{
	unsigned int bits = v->bits[ROUTE_INET6];

	if (likely(bits == ROOTS_BITS_MAX))	/* what constants can be made of */
		return fib6_lookup_from(v, key, ROOTS_BITS_MAX);
	return fib6_lookup_from(v, key, bits);
}

/* Which of @n nodes are no hops yet, branches aside.  Returns how many. */
static __always_inline unsigned int fib6_left(const struct fib_node *const *node,
					      const struct fib_node *end,
					      unsigned int n,
					      u8 lane[FIB6_LANES])
{
	unsigned int i, left = 0;

	for (i = 0; i < n; i++) {
		lane[left] = i;
		left += node[i] >= end;
	}
	return left;
}

/*
 * At most FIB6_LANES, a step of all after the other, so that their loads do not wait
 * for each other.  After the first step, where few have further to go, only those go
 * on; else all do, and who is at its hop stays there.
 */
static __always_inline void fib6_lookup_lanes(const struct route_view *v,
					      const struct route_addr *addrs,
					      u32 *nexthops, unsigned int n,
					      unsigned int bits)
{
	const struct fib_node *node[FIB6_LANES], *end;
	unsigned int i, j, left = 0, pos = bits;
	const u8 *base = v->fib_base;
	u8 lane[FIB6_LANES];

	end = fib_node_address(base, v->hops_end);
#pragma GCC unroll 4
	for (i = 0; i < n; i++) {
		node[i] = fib_node_address(base, fib6_root(v, addrs[i].hi, bits));
		prefetch(node[i]);
	}
#pragma GCC unroll 4
	for (i = 0; i < n; i++) {
		node[i] = fib6_step(base, node[i], addrs[i].hi, pos);
		prefetch(node[i]);
		left += node[i] >= end;
	}
	pos += RIB_STRIDE;
	if (left > n / FIB6_FEW) {
		for (; pos < FIB6_BITS; pos += RIB_STRIDE) {
#pragma GCC unroll 4
			for (i = 0; i < n; i++) {
				node[i] = fib6_step(base, node[i], addrs[i].hi, pos);
				prefetch(node[i]);
			}
		}
	} else {
		left = fib6_left(node, end, n, lane);
		for (; pos < FIB6_BITS; pos += RIB_STRIDE) {
			for (j = 0; j < left; j++) {
				i = lane[j];
				node[i] = fib6_step(base, node[i], addrs[i].hi, pos);
				prefetch(node[i]);
			}
		}
	}
	for (i = 0; i < n; i++) {
		if (unlikely(node[i] >= end))
			node[i] = fib6_walk(v, node[i], &addrs[i], pos);
		nexthops[i] = fib6_answer(v, node[i]);
	}
}

/* The view is compiled. */
static inline void fib6_lookup_bulk(const struct route_view *v,
				    const struct route_addr *addrs,
				    u32 *nexthops, unsigned int n)
{
	unsigned int lanes, bits = v->bits[ROUTE_INET6];

	for (; n; n -= lanes) {
		lanes = min(n, FIB6_LANES);
		if (likely(lanes == FIB6_LANES && bits == ROOTS_BITS_MAX))
			fib6_lookup_lanes(v, addrs, nexthops, FIB6_LANES,
					  ROOTS_BITS_MAX);
		else
			fib6_lookup_lanes(v, addrs, nexthops, lanes, bits);
		addrs += lanes;
		nexthops += lanes;
	}
}

#endif /* _CORE_FIB6_H */
