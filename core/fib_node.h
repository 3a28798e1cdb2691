/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nodes and hops as the writer of the compiled routes sees them; for fib.c and its
 * parts only.  What they are is in fib.h.
 */
#ifndef _CORE_FIB_NODE_H
#define _CORE_FIB_NODE_H

#include "fib.h"

/* fib_publish_word - lead readers to @ref, which is whole. */
static inline void fib_publish_word(u32 *word, u32 ref)
{
	/*
	 * (W) Publish what @ref leads to, whole, before the word that leads there:
	 * pairs with the load in fib_word(), on which what a reader does next depends
	 * by address.  Without it a reader may meet a node that is not filled.
	 */
	smp_store_release(word, ref);
}

static inline struct fib_hop *fib_hops(const struct fib *f, unsigned int family)
{
	return (struct fib_hop *)(f->arena.region.base + (u64)f->hops * FIB_UNIT) +
	       family * f->max_hops;
}

/* fib_ids - the ids of all numbers. */
static inline u32 *fib_ids(const struct fib *f)
{
	return (u32 *)f->arena.region.base;
}

/* fib_hop_ref - the reference of hop @nr. */
static inline u32 fib_hop_ref(const struct fib *f, unsigned int family, u32 nr)
{
	return f->hops + (family * f->max_hops + nr) * FIB_HOP_UNITS;
}

static inline bool fib_ref_is_hop(const struct fib *f, u32 ref)
{
	return ref < f->hops_end;
}

/* fib_hop_of - the number of @id's hop, made if need be; 0 when there is no room. */
u16 fib_hop_of(struct fib *f, u32 id);

static inline struct fib_node *fib_node_at(const struct fib *f, u32 ref)
{
	return (struct fib_node *)(f->arena.region.base + (u64)ref * FIB_UNIT);
}

static inline unsigned int fib_node_entries(const struct fib_node *n)
{
	return hweight64(n->ends);
}

/* fib_node_word - the word of slot @i, where there is a kid or will be. */
static inline u32 *fib_node_word(struct fib_node *n, unsigned int family,
				 unsigned int i)
{
	if (family == ROUTE_INET6)
		return (u32 *)fib6_entry(n, i);
	return (u32 *)fib4_kid(n, fib4_leaf(n, i));
}

/* fib_node_kid - the word of slot @i that leads to a kid, or NULL. */
static inline u32 *fib_node_kid(const struct fib *f, struct fib_node *n,
				unsigned int family, unsigned int i)
{
	if (family == ROUTE_INET4 && fib4_leaf(n, i) < FIB_KID)
		return NULL;
	if (family == ROUTE_INET6 && fib_ref_is_hop(f, *fib6_entry(n, i)))
		return NULL;
	return fib_node_word(n, family, i);
}

/* fib_node_bytes - that a node takes. */
u64 fib_node_bytes(const struct fib_node *n, unsigned int family);

/* fib_node_need - most bytes of the arena that the node for @n can take. */
u64 fib_node_need(const struct rib_node *n, unsigned int family);

/* fib_node_best - the hop that slot @i leads to, its kid left aside. */
static inline u16 fib_node_best(struct fib *f, const struct rib_node *n,
				unsigned int i, u16 wider)
{
	u32 id = rib_node_best(n, i, 0);

	return id ? fib_hop_of(f, id) : wider;
}

/* fib_slots_of_longer - the slots that routes of more than @bits bits in @n cover. */
u64 fib_slots_of_longer(const struct rib_node *n, unsigned int bits);

/* fib_slots_of - the slots of a place: @bits bits in a node, of which @slot is one. */
u64 fib_slots_of(unsigned int slot, unsigned int bits);

/**
 * fib_node_make() - make the node for a node of the routes as given
 * @f: region, with fib_node_need()
 * @family: its family
 * @n: that node
 * @wider: hop of the longest match of fewer bits
 * Return: its reference.  Words that lead to kids are still to be written.
 */
u32 fib_node_make(struct fib *f, unsigned int family, const struct rib_node *n,
		  u16 wider);

/**
 * fib_node_retire() - readers are, or will be when the transaction is published, led
 * elsewhere: its memory waits for them
 * @f: region, with room in the ring
 * @family: its family
 * @ref: the node
 */
void fib_node_retire(struct fib *f, unsigned int family, u32 ref);

#endif /* _CORE_FIB_NODE_H */
