// SPDX-License-Identifier: GPL-2.0
/*
 * Seeded streams of numbers, addresses and route tables: integers only, no
 * memory of their own, so that a kernel thread may run them too.
 *
 * How a table is made.  The lengths of its prefixes are decided first: the
 * histogram of a real table, scaled.  Then the address space is halved from
 * the top down, and at each halving the prefixes that belong in a part are
 * dealt to its halves, each length for itself:
 *
 *	0.0.0.0/0     /8: 2   /24: 9
 *	   |-- left   /8: 0   /24: 2
 *	   `-- right  /8: 2   /24: 7
 *
 * A part of length L that has one prefix of length L is that prefix.  Real
 * tables are clustered: many parts are empty while their twins are full, and
 * where prefixes are dense they are nested.  So a part may be dealt out on one
 * side only, as often as in a real table at that depth (one_sided4, one_sided6)
 * and else by a share that is the same for all lengths: the more specifics go
 * where their aggregates go.
 *
 *	I1  a part of length L is never dealt more prefixes of length M than it
 *	    has room for, 2^(M-L) less what must stay empty: so all find a place
 *	I2  a part is visited once, left before right, and gives at most one
 *	    prefix of its own length: so there is no duplicate, and the order is
 *	    that of every walk
 *
 * The figures describe a 2024 global table, 901,899 IPv4 and 160,147 IPv6
 * prefixes, which is public as test data of github.com/gaissmai/bart.
 */
#include "workload.h"

#define WORKLOAD_BLOCKS_MAX	10

/* Prefixes of one length. */
struct length_count {
	u8	len;
	u32	nr;
};

/* Neighbouring parts of length shape.block_len that hold prefixes. */
struct block_range {
	u32	first;
	u32	last;
	u32	weight;		/* of each of them */
};

/* What a table of one family looks like. */
struct shape {
	const struct length_count	*lengths;
	u32				nr_lengths;
	u32				block_len;
	const u8			(*one_sided)[3];
	u32				nr_one_sided;
	struct block_range		blocks[WORKLOAD_BLOCKS_MAX];
};

static const struct length_count lengths4[] = {
	{ 8, 16 }, { 9, 13 }, { 10, 38 }, { 11, 103 }, { 12, 299 },
	{ 13, 581 }, { 14, 1203 }, { 15, 2100 }, { 16, 13490 }, { 17, 8235 },
	{ 18, 13798 }, { 19, 24870 }, { 20, 42611 }, { 21, 50750 },
	{ 22, 108623 }, { 23, 96510 }, { 24, 537698 }, { 25, 20 }, { 26, 3 },
	{ 27, 11 }, { 28, 18 }, { 29, 17 }, { 30, 3 }, { 31, 3 }, { 32, 886 },
};

static const struct length_count lengths6[] = {
	{ 16, 1 }, { 19, 1 }, { 20, 16 }, { 21, 3 }, { 22, 7 }, { 23, 8 },
	{ 24, 30 }, { 25, 8 }, { 26, 15 }, { 27, 20 }, { 28, 193 },
	{ 29, 4371 }, { 30, 650 }, { 31, 284 }, { 32, 22548 }, { 33, 2926 },
	{ 34, 2603 }, { 35, 1043 }, { 36, 5996 }, { 37, 880 }, { 38, 1617 },
	{ 39, 1377 }, { 40, 13418 }, { 41, 903 }, { 42, 2301 }, { 43, 1001 },
	{ 44, 14365 }, { 45, 1553 }, { 46, 3039 }, { 47, 3153 },
	{ 48, 75488 }, { 49, 11 }, { 50, 3 }, { 52, 1 }, { 55, 1 }, { 56, 24 },
	{ 58, 20 }, { 60, 2 }, { 64, 184 }, { 112, 2 }, { 122, 1 }, { 124, 4 },
	{ 125, 9 }, { 126, 19 }, { 127, 42 }, { 128, 6 },
};

/*
 * Of 100 parts of each length that have 2 to 3, 4 to 15, or more prefixes in
 * them, how many have them all in one half.  Lengths that are all above the
 * blocks are left out: there the blocks decide.
 */
static const u8 one_sided4[][3] = {
	[8] = { 50, 50, 1 }, { 50, 22, 1 }, { 56, 50, 1 }, { 25, 35, 2 },
	{ 41, 18, 3 }, { 42, 13, 3 }, { 31, 11, 4 }, { 19, 18, 6 },
	{ 33, 15, 3 }, { 34, 15, 2 }, { 33, 13, 2 }, { 29, 10, 1 },
	{ 30, 7, 0 }, { 25, 5, 0 }, { 18, 0, 0 }, { 0, 24, 0 },
	{ 60, 38, 0 }, { 69, 49, 0 }, { 73, 53, 0 }, { 56, 54, 0 },
	{ 64, 26, 0 }, { 60, 5, 0 }, { 32, 0, 0 }, { 0, 0, 0 },
};

static const u8 one_sided6[][3] = {
	[12] = { 80, 60, 67 }, { 80, 60, 45 }, { 80, 60, 18 }, { 80, 60, 18 },
	{ 80, 25, 13 }, { 83, 33, 16 }, { 80, 67, 12 }, { 64, 76, 9 },
	{ 87, 67, 6 }, { 77, 10, 3 }, { 43, 6, 5 }, { 39, 13, 12 },
	{ 38, 28, 24 }, { 40, 50, 27 }, { 80, 73, 35 }, { 86, 57, 40 },
	{ 69, 53, 42 }, { 63, 46, 61 }, { 87, 56, 71 }, { 47, 83, 68 },
	{ 59, 53, 44 }, { 61, 58, 50 }, { 71, 52, 45 }, { 51, 61, 39 },
	{ 77, 60, 39 }, { 71, 48, 45 }, { 63, 38, 43 }, { 37, 61, 41 },
	{ 81, 54, 35 }, { 66, 44, 33 }, { 60, 44, 26 }, { 40, 47, 9 },
	{ 64, 24, 0 }, { 54, 6, 0 }, { 33, 0, 0 }, { 0, 57, 0 },
	{ 70, 80, 25 }, { 85, 75, 90 }, { 89, 79, 67 }, { 80, 86, 33 },
	{ 90, 80, 50 }, { 80, 76, 90 }, { 82, 83, 90 }, { 81, 84, 0 },
	{ 90, 72, 90 }, { 67, 90, 0 }, { 86, 80, 0 }, { 90, 69, 0 },
	{ 90, 25, 0 }, { 79, 0, 0 }, { 53, 0, 0 }, { 5, 0, 0 },
};

/* By ROUTE_INET4 and ROUTE_INET6. */
static const struct shape shapes[ROUTE_FAMILIES] = {
	{
		.lengths	= lengths4,
		.nr_lengths	= ARRAY_SIZE(lengths4),
		.block_len	= 8,
		.one_sided	= one_sided4,
		.nr_one_sided	= ARRAY_SIZE(one_sided4),
		/* Unicast, less 10.0.0.0/8 and 127.0.0.0/8. */
		.blocks		= {
			{ 1, 9, 1 },
			{ 11, 126, 1 },
			{ 128, 223, 1 },
		},
	},
	{
		.lengths	= lengths6,
		.nr_lengths	= ARRAY_SIZE(lengths6),
		.block_len	= 12,
		.one_sided	= one_sided6,
		.nr_one_sided	= ARRAY_SIZE(one_sided6),
		/* The registries' blocks, by what is announced from each. */
		.blocks		= {
			{ 0x200, 0x200, 125 },
			{ 0x240, 0x240, 326 },
			{ 0x260, 0x260, 121 },
			{ 0x261, 0x261, 3 },
			{ 0x262, 0x262, 18 },
			{ 0x280, 0x280, 177 },
			{ 0x2a0, 0x2a0, 201 },
			{ 0x2a1, 0x2a1, 18 },
			{ 0x2c0, 0x2c0, 9 },
		},
	},
};

/* splitmix64 by Sebastiano Vigna (public domain, prng.di.unimi.it). */
static u64 splitmix64(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* A splitmix64 step is a bijection: at most one of four words can be 0. */
void workload_rng_init(struct workload_rng *rng, u64 seed)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rng->s); i++)
		rng->s[i] = splitmix64(&seed);
}

static u64 rotl64(u64 x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

/* xoshiro256** by David Blackman and Sebastiano Vigna (as above). */
u64 workload_next(struct workload_rng *rng)
{
	u64 *s = rng->s;
	u64 result = rotl64(s[1] * 5, 7) * 9;
	u64 t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl64(s[3], 45);
	return result;
}

/* Draw as many bits as @n - 1 has until they make a number below @n. */
u64 workload_below(struct workload_rng *rng, u64 n)
{
	unsigned int bits = fls64(n - 1);
	u64 x;

	if (!bits)
		return 0;
	do
		x = workload_next(rng) >> (64 - bits);
	while (x >= n);
	return x;
}

struct route_addr workload_addr(struct workload_rng *rng, unsigned int family)
{
	struct route_addr addr;

	addr.hi = workload_next(rng);
	addr.lo = workload_next(rng);
	return route_addr_mask(addr, route_addr_max_len(family));
}

struct route_addr workload_addr_in(struct workload_rng *rng,
				   const struct route_prefix *prefix)
{
	struct route_addr addr = workload_addr(rng, prefix->family);
	struct route_addr net = route_addr_mask(addr, prefix->len);

	addr.hi ^= net.hi ^ prefix->addr.hi;
	addr.lo ^= net.lo ^ prefix->addr.lo;
	return addr;
}

u32 workload_nexthop(const struct route_prefix *prefix, u64 seed, u32 nexthops)
{
	u64 state = seed ^ prefix->addr.hi;
	u32 hash;

	state = splitmix64(&state) ^ prefix->addr.lo;
	state = splitmix64(&state) ^ ((u64)prefix->family << 8 | prefix->len);
	hash = splitmix64(&state) >> 32;
	return 1 + (u32)(((u64)hash * nexthops) >> 32);
}

/* What is in the part [@first, @last] of blocks: how many, or their weight. */
static u32 sum_blocks(const struct shape *shape, u32 first, u32 last,
		      bool weighted)
{
	u32 sum = 0;
	unsigned int i;

	for (i = 0; i < WORKLOAD_BLOCKS_MAX && shape->blocks[i].weight; i++) {
		const struct block_range *r = &shape->blocks[i];
		u32 from = max(first, r->first);
		u32 to = min(last, r->last);

		if (from <= to)
			sum += (to - from + 1) * (weighted ? r->weight : 1);
	}
	return sum;
}

static u32 node_blocks(const struct workload_table *table,
		       const struct workload_node *node, bool weighted)
{
	const struct shape *shape = &shapes[table->family];
	u32 first = node->addr.hi >> (64 - shape->block_len);
	u32 nr = 1U << (shape->block_len - node->len);

	return sum_blocks(shape, first, first + nr - 1, weighted);
}

/* Prefixes of length @len that have room in @node, at most U32_MAX: I1. */
static u32 node_room(const struct workload_table *table,
		     const struct workload_node *node, u32 len)
{
	u32 block_len = shapes[table->family].block_len;
	u32 blocks = 1, shift;

	if (node->len < block_len) {
		blocks = node_blocks(table, node, false);
		shift = len - block_len;
	} else {
		shift = len - node->len;
	}
	if (fls64(blocks) + shift > 32)
		return ~0U;
	return (u32)((u64)blocks << shift);
}

/* In 0 to 65535, most often near the middle. */
static u32 random_share(struct workload_table *table)
{
	u64 x = workload_next(&table->rng);

	return (u32)((x & 0xffff) + (x >> 48)) / 2;
}

/* The share of its prefixes that goes into the left half, in 65536ths. */
static u32 left_share(struct workload_table *table,
		      const struct workload_node *node,
		      const struct workload_node *left,
		      const struct workload_node *right)
{
	const struct shape *shape = &shapes[table->family];
	u32 size = node->nr < 4 ? 0 : node->nr < 16 ? 1 : 2;
	u32 share = random_share(table);

	if (node->len < shape->block_len) {
		u64 l = (u64)node_blocks(table, left, true) * share;
		u64 r = (u64)node_blocks(table, right, true) * (65536 - share);

		return l + r ? (u32)((l << 16) / (l + r)) : 0;
	}
	if (node->len < shape->nr_one_sided &&
	    workload_below(&table->rng, 100) < shape->one_sided[node->len][size])
		return share & 1 ? 65536 : 0;
	return share ? share : 1;
}

/* How many of @nr go left, each with a chance of @share in 65536. */
static u32 deal(struct workload_table *table, u32 nr, u32 share)
{
	u32 left = 0;
	u64 x = 0;
	u32 i;

	if (share == 0 || share == 65536)
		return share ? nr : 0;
	/* Of many the expected number will do: the share itself is random. */
	if (nr > 256)
		return (u32)(((u64)nr * share) >> 16);
	for (i = 0; i < nr; i++, x >>= 16) {
		if (i % 4 == 0)
			x = workload_next(&table->rng);
		left += (x & 0xffff) < share;
	}
	return left;
}

/* Take one prefix from the half that has all over to the empty one. */
static void give_one(const struct workload_table *table,
		     struct workload_node *from, struct workload_node *to)
{
	u32 len = route_addr_max_len(table->family);

	/* The longest: the rest keeps its aggregates. */
	while (!from->count[len])
		len--;
	from->count[len]--;
	from->nr--;
	to->count[len]++;
	to->nr++;
}

/*
 * Deal what is in @right, a part of any length, to its halves: @left becomes
 * the left one and @right the right one.  Keeps I1.
 */
static void split(struct workload_table *table, struct workload_node *left,
		  struct workload_node *right)
{
	u32 max_len = route_addr_max_len(table->family);
	struct workload_node whole = *right;
	u32 share, len;

	left->addr = whole.addr;
	left->len = whole.len + 1;
	left->nr = 0;
	right->len = whole.len + 1;
	right->nr = 0;
	if (whole.len < 64)
		right->addr.hi |= 1ULL << (63 - whole.len);
	else
		right->addr.lo |= 1ULL << (127 - whole.len);
	share = left_share(table, &whole, left, right);

	for (len = left->len; len <= max_len; len++) {
		u32 nr = whole.count[len];
		u32 to_left = 0;

		left->count[len] = 0;
		right->count[len] = 0;
		if (!nr)
			continue;
		to_left = min(deal(table, nr, share),
			      node_room(table, left, len));
		if (nr - to_left > node_room(table, right, len))
			to_left = nr - node_room(table, right, len);
		left->count[len] = to_left;
		left->nr += to_left;
		right->count[len] = nr - to_left;
		right->nr += nr - to_left;
	}
	/* Chance may have left a half empty that the share did not mean to. */
	if (share == 0 || share == 65536 || whole.nr < 2 ||
	    whole.len < shapes[table->family].block_len)
		return;
	if (!left->nr)
		give_one(table, right, left);
	else if (!right->nr)
		give_one(table, left, right);
}

int workload_table_init(struct workload_table *table, unsigned int family,
			u32 nr, u32 nexthops, u64 seed)
{
	const struct shape *shape = &shapes[family];
	struct workload_node *root = &table->pending[0];
	u64 total = 0, sum = 0, done = 0, excess = 0;
	u32 i, len;

	workload_rng_init(&table->rng, seed ^ ((u64)family << 63));
	table->seed = seed;
	table->nexthops = nexthops;
	table->family = family;
	table->nr_pending = 1;
	memset(root, 0, sizeof(*root));
	root->nr = nr;

	for (i = 0; i < shape->nr_lengths; i++)
		total += shape->lengths[i].nr;
	/* Rounded so that the sum comes out exact: each up to where it ends. */
	for (i = 0; i < shape->nr_lengths; i++) {
		sum += shape->lengths[i].nr;
		root->count[shape->lengths[i].len] = sum * nr / total - done;
		done = sum * nr / total;
	}
	/* What a length has no room for becomes more specific. */
	for (len = shape->block_len; len <= route_addr_max_len(family); len++) {
		u64 want = root->count[len] + excess;

		root->count[len] = min(want, (u64)node_room(table, root, len));
		excess = want - root->count[len];
	}
	return excess ? -ERANGE : 0;
}

/* The only prefix of a part may stand anywhere in it: no need to halve on. */
static void place_single(struct workload_table *table,
			 struct workload_node *node)
{
	struct route_prefix part = {
		.addr	= node->addr,
		.family	= table->family,
		.len	= node->len,
	};

	while (!node->count[node->len])
		node->len++;
	node->addr = route_addr_mask(workload_addr_in(&table->rng, &part),
				     node->len);
}

bool workload_table_next(struct workload_table *table, struct route *route)
{
	while (table->nr_pending) {
		struct workload_node *top;

		top = &table->pending[table->nr_pending - 1];
		if (!top->nr) {
			table->nr_pending--;
			continue;
		}
		if (top->nr == 1 && top->len >= shapes[table->family].block_len)
			place_single(table, top);
		if (top->count[top->len]) {
			top->count[top->len]--;
			top->nr--;
			route->prefix.addr = top->addr;
			route->prefix.family = table->family;
			route->prefix.len = top->len;
			route->nexthop = workload_nexthop(&route->prefix,
							  table->seed,
							  table->nexthops);
			return true;
		}
		/* The right half takes its place, the left one goes on top. */
		split(table, top + 1, top);
		table->nr_pending++;
	}
	return false;
}
