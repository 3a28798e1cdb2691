/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The routes as given: a multibit trie of one family in an arena, in which a
 * node stands for six bits of the address (Eatherton, Varghese, Dittia: "Tree
 * bitmap", ACM SIGCOMM CCR 34(2), 2004; here with prefixes of one to six bits
 * in a node, so that a /24 and a /48 end one).
 *
 * A node at depth d knows the routes of 6d + 1 to 6d + 6 bits below its place:
 *
 *	shorts	bit (1 << n) | b: a route of n bits, 1 to 5, whose bits are b
 *	fulls	bit b: a route of six bits b
 *	kids	bit b: a node for the next six bits
 *	word[]	for each bit of kids, then of shorts, then of fulls, in order:
 *		the kid's reference, or the route's next hop
 *
 * Example: 0.0.0.0/2 via 7, 4.0.0.0/6 via 8, 4.0.0.0/8 via 9.
 *
 *	root  shorts 1 << 4  fulls 1 << 1  kids 1 << 1  word: kid, 7, 8
 *	                                                       |
 *	kid   shorts 1 << 4  fulls 0       kids 0       word:  9
 *
 * A tree is never changed where a reader can see it: a change copies the nodes
 * from the root down to its place and gives a new root (path copying: Driscoll
 * et al., "Making data structures persistent", 1989).  Nodes that the present
 * edit has made itself, known by their mark, are changed as they are.
 *
 * Invariants:
 *   I1  a node has a route or a kid
 *   I2  bits 0 and 1 of shorts are clear: bit 1 set means poison
 *   I3  no next hop is 0, no kid's reference is 0 outside an edit
 *   I4  no route is longer than an address; no kid lies behind its last bit
 *   I5  a node is reached from its parent only: within one root it is a tree
 *   I6  a node that was published is not written, but for its mark
 *
 * Fields are protected so (letters as in view.h):
 *   I   set before publication, then never changed
 *   W   the table's lock, held exclusively; readers do not look
 */
#ifndef _CORE_RIB_H
#define _CORE_RIB_H

#include "arena.h"
#include "prefix.h"

#define RIB_STRIDE	6
#define RIB_SLOTS	(1U << RIB_STRIDE)
#define RIB_DEPTH_MAX	22			/* nodes on a path to a /128 */

union rib_word {
	struct arena_ref	kid;
	u32			nexthop;
};

struct rib_node {
	u64		shorts;		/* I */
	u64		fulls;		/* I */
	u64		kids;		/* I */
	u64		mark;		/* W: edit that made it; link once retired */
	union rib_word	word[];		/* I */
};

static_assert(sizeof(struct rib_node) + (64 + 62 + 64) * sizeof(union rib_word) <=
	      ARENA_BLOB_MAX, "all of a node's bits: kids, short routes, full ones");

/**
 * struct rib_edit - a series of changes to the trees of one arena
 * @arena: where nodes are made
 * @mark: of the nodes that this edit makes; larger than any before, not 0
 * @retired: nodes that are replaced and that readers may hold, linked by mark
 * @retired_bytes: their size
 */
struct rib_edit {
	struct arena		*arena;
	u64			mark;
	struct arena_ref	retired;
	u64			retired_bytes;
};

/* rib_slot - the six bits of an address from bit @pos on; behind the last, zeros. */
static inline unsigned int rib_slot(const struct route_addr *addr,
				    unsigned int pos)
{
	u64 word;

	if (pos >= 64) {
		word = addr->lo << (pos - 64);
	} else {
		word = addr->hi << pos;
		if (pos > 64 - RIB_STRIDE)
			word |= addr->lo >> (64 - pos);
	}
	return word >> (64 - RIB_STRIDE);
}

/* The bits of @mask in front of bit @i. */
static inline u64 rib_below(u64 mask, unsigned int i)
{
	return mask & ((1ULL << i) - 1);
}

/* The bits of shorts that cover slot @i. */
static inline u64 rib_short_mask(unsigned int i)
{
	return 1ULL << (2 | i >> 5) | 1ULL << (4 | i >> 4) |
	       1ULL << (8 | i >> 3) | 1ULL << (16 | i >> 2) |
	       1ULL << (32 | i >> 1);
}

static inline const struct rib_node *rib_node(const u8 *base,
					      struct arena_ref ref)
{
	const struct rib_node *n = arena_deref(base, ref);

#ifdef ROUTE_POISON
	if (unlikely(READ_ONCE(n->shorts) & 2))
		port_bug("a reader met a node after its grace period");
#endif
	return n;
}

/* rib_node_kid - reference of the kid in slot @i, or none. */
static inline struct arena_ref rib_node_kid(const struct rib_node *n,
					    unsigned int i)
{
	if (!(n->kids >> i & 1))
		return ARENA_NONE;
	return n->word[hweight64(rib_below(n->kids, i))].kid;
}

/* rib_node_best - next hop of the longest route that covers slot @i, else @wider. */
static inline u32 rib_node_best(const struct rib_node *n, unsigned int i,
				u32 wider)
{
	unsigned int at = hweight64(n->kids);
	u64 shorts;

	if (n->fulls >> i & 1)
		return n->word[at + hweight64(n->shorts) +
			       hweight64(rib_below(n->fulls, i))].nexthop;
	shorts = n->shorts & rib_short_mask(i);
	if (!shorts)
		return wider;
	/* The longest of them is the topmost bit. */
	return n->word[at + hweight64(rib_below(n->shorts,
						fls64(shorts) - 1))].nexthop;
}

/**
 * rib_match() - longest route of at least one bit that covers an address
 * @base: base of the arena
 * @root: root
 * @addr: address
 * @len: out: the route's length
 * Return: its next hop, 0 if none matches.
 */
u32 rib_match(const u8 *base, struct arena_ref root,
	      const struct route_addr *addr, unsigned int *len);

/**
 * rib_get() - exact match
 * @base: base of the arena
 * @root: root
 * @addr: address, no bits behind @len
 * @len: length, at least 1
 * Return: the next hop, 0 if there is no such route.
 */
u32 rib_get(const u8 *base, struct arena_ref root,
	    const struct route_addr *addr, unsigned int len);

/**
 * rib_walk() - the next routes in order
 * @base: base of the arena
 * @root: root
 * @family: what to write into the prefixes
 * @after: address of the prefix behind which to start
 * @after_len: its length; 0: from the start
 * @routes: out
 * @n: room in @routes
 * Return: how many were written.
 */
unsigned int rib_walk(const u8 *base, struct arena_ref root,
		      unsigned int family, const struct route_addr *after,
		      unsigned int after_len, struct route *routes,
		      unsigned int n);

/**
 * rib_need() - most bytes that rib_set() or rib_clear() of a prefix can take
 * @base: base of the arena
 * @root: root
 * @addr: address
 * @len: length, at least 1
 */
u64 rib_need(const u8 *base, struct arena_ref root,
	     const struct route_addr *addr, unsigned int len);

/**
 * rib_set() - add a route or change its next hop
 * @edit: edit, with rib_need() untouched in its arena
 * @root: root, replaced
 * @addr: address, no bits behind @len
 * @len: length, at least 1
 * @nexthop: next hop, not 0
 */
void rib_set(struct rib_edit *edit, struct arena_ref *root,
	     const struct route_addr *addr, unsigned int len, u32 nexthop);

/**
 * rib_clear() - remove a route that is there
 * @edit: edit, with rib_need() untouched in its arena
 * @root: root, replaced
 * @addr: address, no bits behind @len
 * @len: length, at least 1
 */
void rib_clear(struct rib_edit *edit, struct arena_ref *root,
	       const struct route_addr *addr, unsigned int len);

/**
 * rib_move() - copy a whole tree into the edit's arena
 * @edit: edit, with as many bytes untouched as the tree takes
 * @base: base of the arena that the tree lies in
 * @root: root there
 * @may_sleep: take chances to reschedule
 * Return: the copy's root.
 */
struct arena_ref rib_move(struct rib_edit *edit, const u8 *base,
			  struct arena_ref root, bool may_sleep);

/**
 * rib_undo() - free the nodes that an edit made; those it kept are untouched
 * @edit: edit
 * @root: root
 * @may_sleep: take chances to reschedule
 */
void rib_undo(struct rib_edit *edit, struct arena_ref root, bool may_sleep);

/**
 * rib_undo_retired() - take back that nodes were retired
 * @edit: edit
 * @may_sleep: take chances to reschedule
 */
void rib_undo_retired(struct rib_edit *edit, bool may_sleep);

/**
 * rib_free_retired() - free retired nodes, which no reader can hold any more
 * @arena: their arena
 * @retired: head of the list, moved on
 * @budget: most nodes to free, taken from
 * Return: true when the list is empty.
 */
bool rib_free_retired(struct arena *arena, struct arena_ref *retired,
		      unsigned int *budget);

/**
 * struct rib_totals - what rib_check() counted
 * @routes: routes
 * @bytes: bytes of nodes
 */
struct rib_totals {
	u64	routes;
	u64	bytes;
};

/**
 * rib_check() - assert I1 to I4 for a whole tree
 * @arena: arena
 * @root: root
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @totals: added to
 * Context: may sleep.
 * Return: NULL, or what is wrong.
 */
const char *rib_check(const struct arena *arena, struct arena_ref root,
		      unsigned int family, struct rib_totals *totals);

#endif /* _CORE_RIB_H */
