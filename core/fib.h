/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The compiled routes: what a lookup reads.  Made from the routes as given
 * (rib.h), and thrown away when they are.
 *
 *	roots (fib_roots.h)   a word for each value of an address's first bits:
 *	 |                    the reference of a node
 *	 v
 *	node, six bits        ends: one bit a slot | what its slots lead to
 *	 |        |
 *	 |        v
 *	 |       node, the next six bits
 *	 v
 *	hop                   ends = 1 << 63 | itself | id
 *
 * A node has an entry for each run of slots that lead to the same, from the last
 * run to the first: bit i of ends is set where slot i is the last of a run, so slot
 * i's entry is number popcount(ends >> i), counted from one.  A hop holds a next
 * hop's id and is, at the same time, the node in which all slots lead to it: so
 * every word of the root leads to a node, and a lookup has no case for "no node".
 * (Eatherton's leaf pushing with the run bitmaps of poptrie, Asai and Ohara,
 * SIGCOMM 2015; the nodes here are those of the routes as given, one for one.)
 *
 * IPv4, where most ways end in the first node and size is what counts, has entries
 * of 16 bits: leaves.  A leaf from FIB_KID up names a kid, whose word lies in front
 * of the node; any other is the number of a hop.
 *
 *	kid[1] kid[0] | ends | leaf[0] leaf[1] ...
 *
 * IPv6, where ways are long and steps are what counts, has entries of 32 bits:
 * words, that is references of kids or of hops.  A lookup can go on from a hop and
 * stays there, so it need not ask at each step whether it is there.
 *
 *	ends | word[0] word[1] ...
 *
 * Example for IPv4, root of 6 bits: 0.0.0.0/2 via 7, 4.0.0.0/8 via 9.
 *
 *	root   [0] hop 1   [1] node   [2..15] hop 1   [16..63] hop 0
 *	                        |
 *	                        v
 *	node   ends 1 << 15 | 1 << 63   leaf: 1, 2      hops 0: none, 1: 7, 2: 9
 *
 * Invariants:
 *   F1  a word that readers can reach leads to a node that is whole
 *   F2  a node is not written while readers can reach it, but for its words that
 *       lead to kids; those and the roots' are each written by one store (W)
 *   F3  a hop's id is not changed, and its number not used for another id, as
 *       long as the region lives: a leaf that was read names its id for ever
 *   F4  bit 63 of ends is set: clear means poison
 *   F5  below the root there is a node where, and only where, rib.h has one
 *   F6  a node is reached by one word of the newest roots; roots that were
 *       replaced may reach it too, until their grace period is over
 *   F7  an entry leads to a kid only from a run of one slot
 *
 * Ordering:
 *   (W) fib_publish_word() stores a word with release, after all that it leads to
 *       is written.  It pairs with the load of that word in fib_word(): what a
 *       reader loads next depends on it by address.  Without the release a reader
 *       may meet a node that is not filled.
 *   (R) a node that was replaced goes into a ring, and is used again when a
 *       view that was replaced not earlier has had its grace period: fib_free().
 *       Without it a reader may meet a node of other addresses.
 *
 * What readers get: wait-free, at most 5 nodes for IPv4 and 21 for IPv6, and a hop.  While a
 * single change is being made a lookup answers, for its address, as before it or
 * as after it, never with anything else.  A change of many (a batch, a flush) is
 * compiled for itself and published with the view; and so is any change while views
 * with other default routes wait for readers (may_be_in_place() in route_compile.c).
 *
 * Fields are protected as view.h says.
 */
#ifndef _CORE_FIB_H
#define _CORE_FIB_H

#include "arena.h"
#include "prefix.h"
#include "rib.h"

#define FIB_UNIT	8			/* bytes that references count */
#define FIB_KID		0xffc0U			/* leaves from here on are kids */
#define FIB_HOPS_MAX	FIB_KID			/* next hops, "none" included */
#define FIB_HOPS_MIN	32U
#define FIB_RING_MIN	128ULL			/* more than one way down has nodes */
#define FIB_MIN_BYTES	((u64)8192)		/* a quarter is one long way down */
#define FIB_MAX_BYTES	((u64)FIB_UNIT << 31)	/* half of what references reach */

#define FIB_LAST	(1ULL << 63)		/* in ends: slot 63 */

/**
 * struct fib_node - a node; behind it its entries, in front of it an IPv4's kid words
 * @ends: slots whose entry is not that of the slot behind, the last one included
 */
struct fib_node {
	u64	ends;				/* I */
};

/**
 * struct fib_hop - a next hop, and the node that leads to nothing else
 * @ends: bit 63
 * @leaf: IPv4: its number
 * @word: IPv6: its own reference
 * @id: IPv6: the next hop's id; 0 for number 0, which means "no route".  IPv4's are
 *	beside each other in front of all hops, so that more are in a line of the cache
 */
struct fib_hop {
	u64	ends;				/* I */
	union {
		u16	leaf;			/* I */
		u32	word;			/* I */
	};
	u32	id;				/* I */
};

#define FIB_HOP_UNITS	2			/* from a hop to the next */

static_assert(sizeof(struct fib_hop) == FIB_HOP_UNITS * FIB_UNIT, "a hop's size");

/**
 * struct fib_retired - a node that waits for readers
 * @blob: where it lies
 * @bytes: how much it takes
 */
struct fib_retired {
	struct arena_ref	blob;
	u32			bytes;
};

/**
 * struct fib - a region of nodes and hops; the writer's
 * @arena: the region, with hops, their hash and the ring in front of the nodes
 * @hash: from ids to numbers, open addressing, 0: free
 * @hash_bits: the logarithm of its size
 * @max_hops: room for hops: the ids of all numbers, then IPv4's hops, then IPv6's
 * @hops: reference of the first hop
 * @hops_end: references from here on are of nodes
 * @nr_hops: hops of a family, "none" included
 * @ring: nodes that wait for readers
 * @ring_mask: its size less one
 * @ring_head: where the oldest of them is
 * @ring_tail: where the next one goes
 * @bytes: of nodes that are in use, each family
 */
struct fib {
	struct arena	arena;
	u16		*hash;
	u32		hash_bits;
	u32		max_hops;
	u32		hops;
	u32		hops_end;
	u32		nr_hops;
	u32		ring_mask;
	struct fib_retired *ring;
	u64		ring_head;
	u64		ring_tail;
	u64		bytes[ROUTE_FAMILIES];
};

/*
 * What lookups are made of is inlined whatever the compiler thinks of that: hweight64()
 * is one instruction in the kernel, but looks like a call.
 */

/* fib_node_address - the way to a node, where it is not looked at yet. */
static __always_inline const struct fib_node *
fib_node_address(const u8 *base, u32 ref)
{
	return (const struct fib_node *)(base + (u64)ref * FIB_UNIT);
}

/* fib_node_assert - keeps F4, where it is looked at. */
#ifdef ROUTE_POISON
static __always_inline void fib_node_assert(const struct fib_node *n)
{
	if (unlikely(!(READ_ONCE(n->ends) & FIB_LAST)))
		port_bug("a lookup met a node after its grace period");
}
#else
#define fib_node_assert(n)	((void)(n))
#endif

static __always_inline const struct fib_node *fib_node(const u8 *base, u32 ref)
{
	const struct fib_node *n = fib_node_address(base, ref);

	fib_node_assert(n);
	return n;
}

/* fib_word - a word that leads on; (W) pairs with fib_publish_word(). */
static __always_inline u32 fib_word(const u32 *word)
{
	return READ_ONCE(*word);
}

/* fib_node_entry - the number of slot @i's entry; as wide as an index is used. */
static __always_inline size_t fib_node_entry(const struct fib_node *n,
					     unsigned int i)
{
	return (size_t)hweight64(n->ends >> i) - 1;
}

/* fib4_leaf - the leaf of slot @i. */
static __always_inline unsigned int fib4_leaf(const struct fib_node *n, unsigned int i)
{
	return ((const u16 *)(n + 1))[fib_node_entry(n, i)];
}

/* fib4_kid - the word that @leaf, a kid's, stands for. */
static __always_inline const u32 *fib4_kid(const struct fib_node *n,
					   unsigned int leaf)
{
	return (const u32 *)n + ((int)leaf - 0x10000);
}

/* fib4_hop_id - the id of a hop, by its number. */
static __always_inline u32 fib4_hop_id(const u8 *base, unsigned int leaf)
{
	return ((const u32 *)base)[leaf];
}

/* fib6_entry - the word of slot @i. */
static __always_inline const u32 *fib6_entry(const struct fib_node *n, unsigned int i)
{
	return (const u32 *)(n + 1) + fib_node_entry(n, i);
}

/**
 * struct fib_need - what a change of the compiled routes can take at most
 * @bytes: untouched bytes of the arena
 * @nodes: nodes that wait for readers
 * @hops: hops
 */
struct fib_need {
	u64	bytes;
	u64	nodes;
	u64	hops;
};

/**
 * struct fib_source - the routes to compile
 * @base: base of the arena of the routes as given
 * @root: root of a family
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @may_sleep: take chances to reschedule
 */
struct fib_source {
	const u8		*base;
	struct arena_ref	root;
	unsigned int		family;
	bool			may_sleep;
};

/* The roots are in fib_roots.h. */
struct fib_roots;

/**
 * fib_create() - make a region with no nodes
 * @bytes: for nodes, at most FIB_MAX_BYTES
 * @max_hops: room for hops, at most FIB_HOPS_MAX
 * Context: may sleep.
 * Return: the region, or NULL without memory.
 */
struct fib *fib_create(u64 bytes, u32 max_hops);

/* fib_drop - destroy a region that no view refers to, or NULL. */
static inline void fib_drop(struct fib *f)
{
	region_destroy(f ? &f->arena.region : NULL);
}

/**
 * fib_compile() - compile all routes of a family into a fresh region and roots
 * @f: region
 * @roots: roots, of fib_roots_shape() or with more room; after fib_roots_reset()
 * @source: the routes
 * Return: 0; -ENOSPC: out of hops; -ENOMEM: out of bytes.  Then what was made is
 * of no use, and the region is to be thrown away.
 */
int fib_compile(struct fib *f, struct fib_roots *roots,
		const struct fib_source *source);

/**
 * fib_need() - what fib_update() can take at most
 * @roots: roots
 * @source: the routes, changed
 * @prefix: the prefix that was changed, of at least one bit
 */
struct fib_need fib_need(const struct fib_roots *roots,
			 const struct fib_source *source,
			 const struct route_prefix *prefix);

/**
 * fib_has() - is there room for @need?
 * @f: region
 * @need: what is needed
 */
bool fib_has(const struct fib *f, const struct fib_need *need);

/**
 * fib_update() - follow a change of one prefix, under the eyes of readers
 * @f: region, with fib_need()
 * @roots: roots, after fib_roots_make_room()
 * @source: the routes, changed
 * @prefix: the prefix
 */
void fib_update(struct fib *f, struct fib_roots *roots,
		const struct fib_source *source,
		const struct route_prefix *prefix);

/**
 * fib_need_marked() - what fib_compile_marked() can take at most
 * @f: region
 * @roots: roots that readers have
 * @marked: roots with the marks
 * @source: the routes, changed
 * @need: added to
 */
void fib_need_marked(const struct fib *f, const struct fib_roots *roots,
		     const struct fib_roots *marked,
		     const struct fib_source *source, struct fib_need *need);

/**
 * fib_compile_marked() - compile the marked places anew; retire what was there
 * @f: region, with fib_need_marked()
 * @roots: marked roots that no reader has yet, with the words of those that readers
 *	have: fib_roots_copy()
 * @source: the routes, changed
 */
void fib_compile_marked(struct fib *f, struct fib_roots *roots,
			const struct fib_source *source);

/* fib_knows - does a next hop's id have a hop already? */
bool fib_knows(const struct fib *f, u32 id);

/* fib_bytes - what a region has for nodes. */
static inline u64 fib_bytes(const struct fib *f)
{
	return f->arena.region.bytes - f->arena.first;
}

/**
 * fib_free() - free the nodes that were retired up to a place in the ring
 * @f: region
 * @tail: that place, as @ring_tail was when the view was replaced (R)
 * @budget: most nodes to free, taken from
 * Return: true when all are.
 */
bool fib_free(struct fib *f, u64 tail, unsigned int *budget);

/**
 * fib_check() - assert F1, F4, F5, F7, R1, R3, and that every slot leads where the routes do
 * @f: region
 * @roots: roots
 * @source: the routes
 * @bytes: out: of the nodes met
 * Context: may sleep.
 * Return: NULL, or what is wrong.
 */
const char *fib_check(const struct fib *f, const struct fib_roots *roots,
		      const struct fib_source *source, u64 *bytes);

#endif /* _CORE_FIB_H */
