/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The roots of the compiled routes: a word for each value of an address's first
 * bits, as many as suit the table.
 *
 * IPv4: 6, 12 or 18 bits, word[] is indexed by them.
 *
 * IPv6: 6, 12, 18 or 24 bits.  Of 24 nearly all values have no routes, so the words
 * of more than 12 lie in chunks, one for each value of the first 12 that has nodes:
 *
 *	top[first 12 bits]   at << ROOTS_MASK_BITS | mask
 *	 |
 *	 v
 *	word[at + (first 18 or 24 bits & mask)]
 *
 *	word   single, single, single ...  | chunk 0 | chunk 1 | ... | room for more
 *
 * A value without nodes has its single word instead, for its mask is 0.  So a lookup
 * goes the same steps for all, and the top is small enough to stay in the cache.
 *
 * A place is the index of a word: for IPv4 of the address's first bits, else as
 * above.
 *
 * Invariants:
 *   R1  where the root has more than 12 bits, a value of the first 12 that has nodes
 *       behind it has a chunk; it keeps the chunk when they go
 *   R2  the single word of a value that has a chunk is not written any more: readers
 *       that were on their way may still read it.  Chunks that nothing leads to are not
 *       read
 *   R3  value[] and the top lead to each other
 *
 * Ordering: a chunk is filled, then fib_publish_word() stores the top's word; that
 * is (W) of fib.h once more.
 */
#ifndef _CORE_FIB_ROOTS_H
#define _CORE_FIB_ROOTS_H

#include "fib.h"

#define ROOTS_TOP_BITS		12U
#define ROOTS_MASK_BITS		12U
#define ROOTS_BITS_MAX		24U		/* IPv6 only */
#define ROOTS_BITS_DENSE	18U		/* the most otherwise */

/**
 * struct fib_shape - what roots are made of
 * @bits: how many bits of an address lead to a word, each family
 * @max_chunks: room for chunks of IPv6
 */
struct fib_shape {
	u8	bits[ROUTE_FAMILIES];
	u32	max_chunks;
};

/**
 * struct fib_roots - the words that lookups begin with
 * @region: where they are, and views that refer to it
 * @shape: what they are made of
 * @word: of each family
 * @top: of IPv6: leads to its words
 * @value: of each chunk: the first bits that it is for
 * @nr_chunks: chunks in use
 * @marked: scratch of the transaction that these are set aside for: places that its
 *	changes touched, each family
 */
struct fib_roots {
	struct region		region;
	struct fib_shape	shape;
	u32			*word[ROUTE_FAMILIES];
	u32			*top;
	u16			*value;
	u32			nr_chunks;
	u64			*marked[ROUTE_FAMILIES];
};

/**
 * struct fib_place - what a place stands for
 * @addr: the first address that it is for
 * @depth: nodes of the routes as given, from the root, that lead to it
 */
struct fib_place {
	struct route_addr	addr;
	unsigned int		depth;
};

/**
 * struct fib_words - words beside each other
 * @word: the first
 * @nr: how many
 */
struct fib_words {
	u32	*word;
	u64	nr;
};

/**
 * fib_roots_create() - make roots, for fib_compile() or fib_roots_begin()
 * @shape: what they are made of
 * Context: may sleep.
 * Return: the roots, or NULL without memory.
 */
struct fib_roots *fib_roots_create(const struct fib_shape *shape);

/* fib_roots_reset - no value has a chunk: for what is compiled next. */
void fib_roots_reset(struct fib_roots *roots);

/* fib_roots_drop - destroy roots that no view refers to, or NULL. */
static inline void fib_roots_drop(struct fib_roots *roots)
{
	region_destroy(roots ? &roots->region : NULL);
}

/**
 * fib_roots_suit() - do they suit the number of routes?
 * @roots: roots
 * @nr: routes, each family
 */
bool fib_roots_suit(const struct fib_roots *roots, const u64 nr[ROUTE_FAMILIES]);

/**
 * fib_roots_shape() - what suits the routes
 * @now: roots that are in use, or NULL: what they have is kept when in doubt
 * @source: the routes, each family
 * @nr: how many
 */
struct fib_shape fib_roots_shape(const struct fib_roots *now,
				 const struct fib_source source[ROUTE_FAMILIES],
				 const u64 nr[ROUTE_FAMILIES]);

/* fib_roots_hold - are roots at hand that are of that shape, or have more room? */
static inline bool fib_roots_hold(const struct fib_roots *roots,
				  const struct fib_shape *shape)
{
	return roots && !memcmp(roots->shape.bits, shape->bits, sizeof(shape->bits)) &&
	       roots->shape.max_chunks >= shape->max_chunks;
}

/* fib_roots_depth - nodes of the routes as given above the words. */
static inline unsigned int fib_roots_depth(const struct fib_roots *roots,
					   unsigned int family)
{
	return roots->shape.bits[family] / RIB_STRIDE;
}

/* fib_roots_top_bits - bits of an address that index the top; IPv4 has none. */
static inline unsigned int fib_roots_top_bits(const struct fib_roots *roots,
					      unsigned int family)
{
	unsigned int bits = roots->shape.bits[family];

	return family == ROUTE_INET4 ? 0 : min(bits, ROOTS_TOP_BITS);
}

/**
 * fib_roots_words() - the words of all addresses that begin alike
 * @roots: roots
 * @family: family
 * @value: the first bits of the addresses
 * @depth: how many, in nodes; at least fib_roots_top_bits() and at most those of
 *	the roots
 * Return: one word, at @depth of the roots or where there is no chunk; else more.
 */
struct fib_words fib_roots_words(const struct fib_roots *roots,
				 unsigned int family, u64 value,
				 unsigned int depth);

/* fib_roots_word - the word of an address. */
static inline u32 *fib_roots_word(const struct fib_roots *roots,
				  unsigned int family,
				  const struct route_addr *addr)
{
	return fib_roots_words(roots, family,
			       addr->hi >> (64 - roots->shape.bits[family]),
			       fib_roots_depth(roots, family)).word;
}

/**
 * fib_roots_make_room() - R1 for a prefix that is about to be compiled in place
 * @roots: roots; readers may have them
 * @prefix: the prefix
 * Return: false: it needs a chunk, and there is no room for one.
 */
bool fib_roots_make_room(struct fib_roots *roots,
			 const struct route_prefix *prefix);

/**
 * fib_roots_add_chunk() - give a value of IPv6's first bits a chunk
 * @roots: roots; readers may have them
 * @value: the value, which has none
 * Return: false: there is no room.
 */
bool fib_roots_add_chunk(struct fib_roots *roots, u64 value);

/* fib_roots_places - how many places there are. */
u64 fib_roots_places(const struct fib_roots *roots, unsigned int family);

/* fib_roots_place - what a place stands for. */
struct fib_place fib_roots_place(const struct fib_roots *roots,
				 unsigned int family, u64 at);

/* fib_roots_are_sound - R3 */
bool fib_roots_are_sound(const struct fib_roots *roots);

/* fib_roots_bytes - of what lookups read. */
u64 fib_roots_bytes(const struct fib_roots *roots, unsigned int family);

/**
 * fib_roots_begin() - nothing is marked yet
 * @roots: roots that were set aside, which fib_roots_hold() the shape of @from
 * @from: roots that readers have
 */
void fib_roots_begin(struct fib_roots *roots, const struct fib_roots *from);

/**
 * fib_roots_mark() - the places of a prefix of at least one bit have to be compiled
 * @roots: roots that were set aside, after fib_roots_begin()
 * @prefix: the prefix
 * Return: false: there is no room for a chunk.
 */
bool fib_roots_mark(struct fib_roots *roots, const struct route_prefix *prefix);

/* fib_roots_next - the next marked place from @at on, or the number of places. */
u64 fib_roots_next(const struct fib_roots *roots, unsigned int family, u64 at);

/**
 * fib_roots_copy() - copy the words; then those that are marked are as before
 * @to: roots with marks
 * @from: the roots that fib_roots_begin() was called with
 */
void fib_roots_copy(struct fib_roots *to, const struct fib_roots *from);

#endif /* _CORE_FIB_ROOTS_H */
