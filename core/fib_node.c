// SPDX-License-Identifier: GPL-2.0
/*
 * Nodes and hops of the compiled routes, and the region that they lie in.
 *
 * A node is made from the node of the routes as given that stands for the same
 * bits, and from what its slots lead to where that has no route: the longest
 * match of fewer bits, "wider" below.
 */
#include "fib_node.h"

#define MAX_ENTRIES	RIB_SLOTS

static_assert(sizeof(struct fib_node) +
	      MAX_ENTRIES * (sizeof(u16) + sizeof(u32)) <= ARENA_BLOB_MAX,
	      "all of an IPv4 node's leaves and kids");

/* --- hops --------------------------------------------------------------- */

/* At least twice as many places as hops. */
static u32 hash_bits(u32 max_hops)
{
	return 1 + fls64(max_hops - 1);
}

static void hop_init(struct fib *f, u32 nr, u32 id)
{
	fib_ids(f)[nr] = id;
	fib_hops(f, ROUTE_INET4)[nr] = (struct fib_hop){
		.ends = FIB_LAST, .leaf = nr,
	};
	fib_hops(f, ROUTE_INET6)[nr] = (struct fib_hop){
		.ends = FIB_LAST, .word = fib_hop_ref(f, ROUTE_INET6, nr), .id = id,
	};
}

/* The number of @id's hop, or 0; @at: where in the hash it is or would be. */
static u16 find_hop(const struct fib *f, u32 id, u32 *at)
{
	u32 mask = (1U << f->hash_bits) - 1;
	u16 nr;

	/* Knuth's multiplicative hash. */
	for (*at = id * 0x9e3779b1U >> (32 - f->hash_bits);; *at = (*at + 1) & mask) {
		nr = f->hash[*at];
		if (!nr || fib_ids(f)[nr] == id)
			return nr;
	}
}

u16 fib_hop_of(struct fib *f, u32 id)
{
	u32 at;
	u16 nr = find_hop(f, id, &at);

	if (nr || f->nr_hops == f->max_hops)
		return nr;
	nr = f->nr_hops++;
	hop_init(f, nr, id);
	f->hash[at] = nr;
	return nr;
}

bool fib_knows(const struct fib *f, u32 id)
{
	u32 at;

	return find_hop(f, id, &at);
}

/* --- nodes -------------------------------------------------------------- */

/* Bytes of @nr kid words, in front of an IPv4 node. */
static u64 kids_bytes(unsigned int nr)
{
	return (nr * sizeof(u32) + FIB_UNIT - 1) / FIB_UNIT * FIB_UNIT;
}

/* Kids are numbered by slots: the last has the highest number, and comes first. */
static unsigned int kids4(const struct fib_node *n)
{
	const u16 *leaf = (const u16 *)(n + 1);
	unsigned int i, nr = fib_node_entries(n);

	for (i = 0; i < nr; i++)
		if (leaf[i] >= FIB_KID)
			return 0x10000 - leaf[i];
	return 0;
}

/* Bytes that lie in front of where a reference of a node points. */
static u64 front_bytes(unsigned int family, unsigned int nr_kids)
{
	return family == ROUTE_INET4 ? kids_bytes(nr_kids) : 0;
}

static u64 node_bytes(unsigned int family, unsigned int nr_entries,
		      unsigned int nr_kids)
{
	u64 entry = family == ROUTE_INET4 ? sizeof(u16) : sizeof(u32);

	return front_bytes(family, nr_kids) + sizeof(struct fib_node) +
	       nr_entries * entry;
}

u64 fib_node_bytes(const struct fib_node *n, unsigned int family)
{
	return node_bytes(family, fib_node_entries(n),
			  family == ROUTE_INET4 ? kids4(n) : 0);
}

u64 fib_node_need(const struct rib_node *n, unsigned int family)
{
	unsigned int nr_kids = hweight64(n->kids);
	unsigned int nr = nr_kids + hweight64(n->shorts) + hweight64(n->fulls);

	return arena_round(node_bytes(family, min(2 * nr + 1, MAX_ENTRIES),
				      nr_kids)) + ARENA_LINE - ARENA_UNIT;
}

static u32 node_alloc(struct fib *f, unsigned int family,
		      unsigned int nr_entries, unsigned int nr_kids)
{
	u64 bytes = node_bytes(family, nr_entries, nr_kids);
	struct arena_ref blob = arena_alloc(&f->arena, bytes);

	f->bytes[family] += arena_round(bytes);
	return ((u64)blob.unit * ARENA_UNIT + front_bytes(family, nr_kids)) / FIB_UNIT;
}

void fib_node_retire(struct fib *f, unsigned int family, u32 ref)
{
	const struct fib_node *n = fib_node_at(f, ref);
	unsigned int nr_kids = family == ROUTE_INET4 ? kids4(n) : 0;
	u64 bytes = arena_round(node_bytes(family, fib_node_entries(n), nr_kids));
	u64 at = (u64)ref * FIB_UNIT - front_bytes(family, nr_kids);

	f->ring[f->ring_tail++ & f->ring_mask] = (struct fib_retired){
		.blob = { at / ARENA_UNIT }, .bytes = bytes,
	};
	f->arena.retired += bytes;
	f->bytes[family] -= bytes;
}

bool fib_free(struct fib *f, u64 tail, unsigned int *budget)
{
	while (f->ring_head < tail && *budget) {
		struct fib_retired *r = &f->ring[f->ring_head++ & f->ring_mask];

		f->arena.retired -= r->bytes;
		arena_free(&f->arena, r->blob, r->bytes);
		--*budget;
	}
	return f->ring_head >= tail;
}

/* The slots that the bits of a short route, bit @bit of shorts, cover. */
static u64 short_slots(unsigned int bit)
{
	unsigned int bits = fls64(bit / 2);
	unsigned int width = RIB_SLOTS >> bits;

	return ~0ULL >> (RIB_SLOTS - width) << ((bit - (1U << bits)) * width);
}

u64 fib_slots_of_longer(const struct rib_node *n, unsigned int bits)
{
	u64 slots = n->fulls, left;

	if (bits >= RIB_STRIDE)
		return 0;
	for (left = n->shorts & (~1ULL << ((2ULL << bits) - 1)); left;
	     left &= left - 1)
		slots |= short_slots(__ffs64(left));
	return slots;
}

u64 fib_slots_of(unsigned int slot, unsigned int bits)
{
	if (bits == RIB_STRIDE)
		return 1ULL << slot;
	return short_slots(1U << bits | slot >> (RIB_STRIDE - bits));
}

/*
 * What the slots of a node lead to, kids left aside.  Returns the slots behind which
 * it may be something else: where a route begins or ends.
 */
static u64 expand(struct fib *f, const struct rib_node *n, u16 wider,
		  u16 leaf[RIB_SLOTS])
{
	const union rib_word *word = &n->word[hweight64(n->kids)];
	u64 left, ends = n->fulls | n->fulls >> 1;
	unsigned int i;

	for (i = 0; i < RIB_SLOTS; i++)
		leaf[i] = wider;
	/* In order of their lengths. */
	for (left = n->shorts; left; left &= left - 1) {
		u64 slots = short_slots(__ffs64(left));
		u16 hop = fib_hop_of(f, word++->nexthop);

		for (i = __ffs64(slots); i < fls64(slots); i++)
			leaf[i] = hop;
		ends |= (slots ^ slots << 1) >> 1;
	}
	for (left = n->fulls; left; left &= left - 1)
		leaf[__ffs64(left)] = fib_hop_of(f, word++->nexthop);
	return ends;
}

u32 fib_node_make(struct fib *f, unsigned int family, const struct rib_node *n,
		  u16 wider)
{
	unsigned int i, nr, kid = 0xffff;
	u16 leaf[RIB_SLOTS], *leaves;
	u64 ends = FIB_LAST, left;
	struct fib_node *new;
	u32 ref, *words;

	left = expand(f, n, wider, leaf);
	for (left &= ~FIB_LAST; left; left &= left - 1) {
		i = __ffs64(left);
		ends |= (u64)(leaf[i] != leaf[i + 1]) << i;
	}
	/* No kid is what another slot leads to. */
	ends |= n->kids | n->kids >> 1;
	for (left = n->kids; left; left &= left - 1)
		leaf[__ffs64(left)] = kid--;
	nr = hweight64(ends);
	ref = node_alloc(f, family, nr, hweight64(n->kids));
	new = fib_node_at(f, ref);
	new->ends = ends;
	leaves = (u16 *)(new + 1);
	words = (u32 *)(new + 1);
	for (left = ends; left; left &= left - 1) {
		i = __ffs64(left);
		nr--;
		if (family == ROUTE_INET4)
			leaves[nr] = leaf[i];
		else
			words[nr] = leaf[i] < FIB_KID ?
				    fib_hop_ref(f, family, leaf[i]) : 0;
	}
	return ref;
}

/* --- regions ------------------------------------------------------------ */

struct fib *fib_create(u64 bytes, u32 max_hops)
{
	u64 ids_bytes = arena_round(max_hops * sizeof(u32));
	u64 hops_bytes = ids_bytes +
			 ROUTE_FAMILIES * max_hops * sizeof(struct fib_hop);
	u64 hash_bytes = sizeof(u16) << hash_bits(max_hops);
	u64 ring = max(1ULL << fls64(bytes / 128), FIB_RING_MIN);
	u64 first = hops_bytes + hash_bytes + ring * sizeof(struct fib_retired);
	struct fib *f = port_zalloc(sizeof(*f));

	if (!f)
		return NULL;
	f->arena.in_lines = true;
	if (arena_init(&f->arena, first + bytes, first)) {
		port_free(f);
		return NULL;
	}
	f->max_hops = max_hops;
	f->hops = ids_bytes / FIB_UNIT;
	f->hops_end = hops_bytes / FIB_UNIT;
	f->hash_bits = hash_bits(max_hops);
	f->hash = (u16 *)(f->arena.region.base + hops_bytes);
	f->ring = (struct fib_retired *)(f->arena.region.base + hops_bytes +
					 hash_bytes);
	f->ring_mask = ring - 1;
	memset(f->hash, 0, hash_bytes);
	hop_init(f, 0, 0);
	f->nr_hops = 1;
	return f;
}
