// SPDX-License-Identifier: GPL-2.0
/*
 * Seeded streams of numbers, addresses and route tables: integers only, no
 * memory of their own, so that a kernel thread may run them too.
 *
 * How a table is made.  The lengths of its prefixes are decided first: the
 * histogram of a real table, scaled.  Of each length some prefixes are "top",
 * in no other prefix, and the rest are "nested".  Then the address space is
 * halved from above, and at each halving what belongs in a part is dealt to
 * its halves, each length for itself:
 *
 *	0.0.0.0/0     top /8: 2, /24: 3   nested /24: 9
 *	   |-- left   top /8: 0, /24: 1   nested /24: 0
 *	   `-- right  top /8: 2, /24: 2   nested /24: 9
 *
 * A part of length L with a top prefix of length L is that prefix, and from
 * there on all that is in it is nested.  Real tables are clustered: a part may
 * have all its prefixes in one half, as often as in a real table at that depth
 * and with so many prefixes (free4 to long6); else they are dealt by a share
 * that is random but the same for all lengths, or all long ones.
 *
 *	I1  the top prefixes of a part fit in it side by side
 *	I2  a part has no more nested prefixes of a length than there are
 *	    different ones inside of its top prefixes, or, inside of one, in it
 *	I3  a part is visited once, left before right, and gives at most one
 *	    prefix of its own length: so there is no duplicate, and the order is
 *	    that of every walk
 *
 * Both bounds of a part are the sums of its halves' bounds, so that a way to
 * deal always exists, down to the last prefix.
 *
 * The figures are in workload_shape.h.
 */
#include "workload.h"
#include "workload_shape.h"

/* A share of 65536 is all. */
#define SHARE_ALL	65536

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

	for (i = 0; i < BLOCKS_MAX && shape->blocks[i].weight; i++) {
		const struct block_range *r = &shape->blocks[i];
		u32 from = max(first, r->first);
		u32 to = min(last, r->last);

		if (from <= to)
			sum += (to - from + 1) * (weighted ? r->weight : 1);
	}
	return sum;
}

static u32 node_blocks(const struct shape *shape,
		       const struct workload_node *node, bool weighted)
{
	u32 first = node->addr.hi >> (64 - shape->block_len);
	u32 nr = 1U << (shape->block_len - node->len);

	return sum_blocks(shape, first, first + nr - 1, weighted);
}

/* Space of a prefix, in /64s; only nested prefixes are longer. */
static u64 len_space(u32 len)
{
	return len <= 64 ? 1ULL << (64 - len) : 0;
}

/* Space for top prefixes: I1. */
static u64 node_space(const struct shape *shape,
		      const struct workload_node *node)
{
	if (node->len >= shape->block_len)
		return len_space(node->len);
	return node_blocks(shape, node, false) * len_space(shape->block_len);
}

/*
 * How many nested prefixes of a length there may be, from how many there may
 * be of the length before it, and the @tops of that: I2.  At most U32_MAX.
 */
static u32 next_room(u32 room, u32 tops)
{
	u64 twice = 2 * ((u64)room + tops);

	return min(twice, (u64)~0U);
}

static u32 first_room(const struct workload_node *node)
{
	return node->is_covered;
}

/* In 0 to 65535, most often near the middle. */
static u32 random_share(struct workload_table *table)
{
	u64 x = workload_next(&table->rng);

	return (u32)((x & 0xffff) + (x >> 48)) / 2;
}

/* The left one's share of @left + @right, with some chance in it. */
static u32 weighted_share(struct workload_table *table, u64 left, u64 right)
{
	u32 share = random_share(table);
	unsigned int bits = fls64(left | right);

	/* Keep as many bits as the products leave room for. */
	if (bits > 30) {
		left >>= bits - 30;
		right >>= bits - 30;
	}
	left *= share;
	right *= SHARE_ALL - share;
	return left + right ? (u32)((left << 16) / (left + right)) : 0;
}

/* The left half's share of the @nr prefixes of a part of length @len. */
static u32 clustered_share(struct workload_table *table,
			   const struct one_sided *one_sided, u32 len, u32 nr)
{
	u32 size = nr < 4 ? 0 : nr < 16 ? 1 : nr < 128 ? 2 : 3;
	u32 share = random_share(table);

	if (len < one_sided->end && workload_below(&table->rng, 100) <
				    one_sided->percent[len][size])
		return share & 1 ? SHARE_ALL : 0;
	return share ? share : 1;
}

/*
 * How the prefixes of a part are dealt.
 * @share: the left half's, of prefixes up to length @long_len
 * @long_share: the left half's, of longer ones
 */
struct shares {
	u32	share;
	u32	long_share;
	u32	long_len;
};

static u32 count_long(const struct workload_node *node, u32 long_len, u32 last)
{
	u32 nr = 0, len;

	for (len = long_len + 1; len <= last; len++)
		nr += node->top[len] + node->nested[len];
	return nr;
}

/* Of the part of length @left->len - 1 whose prefixes still are in @right. */
static u32 long_share(struct workload_table *table,
		      const struct workload_node *left,
		      const struct workload_node *right)
{
	const struct shape *shape = &shapes[table->family];
	u32 last = route_addr_max_len(table->family);

	if (left->len <= shape->block_len)
		return weighted_share(table, node_blocks(shape, left, true),
				      node_blocks(shape, right, true));
	return clustered_share(table, &shape->longer, left->len - 1,
			       count_long(right, shape->long_len, last));
}

static u32 share_of(const struct shares *shares, u32 len)
{
	return len > shares->long_len ? shares->long_share : shares->share;
}

/* How many of @nr go left, each with a chance of @share in SHARE_ALL. */
static u32 deal(struct workload_table *table, u32 nr, u32 share)
{
	u32 left = 0;
	u64 x = 0;
	u32 i;

	if (share == 0 || share == SHARE_ALL)
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

/* As many of @want as at most fit left, and no more than fit right stay. */
static u32 fit(u32 want, u32 nr, u64 left_room, u64 right_room)
{
	if (want > left_room)
		want = left_room;
	if (nr - want > right_room)
		want = nr - right_room;
	return want;
}

/*
 * Chance may have left a half empty that the share did not mean to: move one,
 * the longest, since the rest may have it for an aggregate.
 */
static void fill_empty(u32 *left, u32 *right, const struct shares *shares,
		       u32 first, u32 last)
{
	u32 nr_left = 0, nr_right = 0, len, longest = first;

	if (shares->share == 0 || shares->share == SHARE_ALL)
		return;
	for (len = first; len <= last; len++) {
		nr_left += left[len];
		nr_right += right[len];
		if (left[len] || right[len])
			longest = len;
	}
	/* Longer ones have a share of their own, which may mean it. */
	if (nr_left + nr_right < 2 || (nr_left && nr_right) ||
	    longest > shares->long_len)
		return;
	if (nr_left) {
		left[longest]--;
		right[longest]++;
	} else {
		right[longest]--;
		left[longest]++;
	}
}

/* Deal the top prefixes, the largest first: what follows fits in what is left. */
static void split_tops(struct workload_table *table, struct workload_node *left,
		       struct workload_node *right, struct shares *shares)
{
	const struct shape *shape = &shapes[table->family];
	u64 left_space = node_space(shape, left);
	u64 right_space = node_space(shape, right);
	bool above = left->len <= shape->block_len;
	u32 last = route_addr_max_len(table->family);
	u32 len;

	if (above)
		shares->share = weighted_share(table,
					       node_blocks(shape, left, true),
					       node_blocks(shape, right, true));
	else
		shares->share = clustered_share(table, &shape->free,
						left->len - 1, right->nr_top);
	for (len = left->len; len <= last; len++) {
		u64 space = len_space(len);
		u32 all = right->top[len];
		u32 n = 0;

		if (all)
			n = fit(deal(table, all, share_of(shares, len)), all,
				left_space / space, right_space / space);
		left->top[len] = n;
		right->top[len] = all - n;
		left_space -= n * space;
		right_space -= (all - n) * space;
	}
	if (!above)
		fill_empty(left->top, right->top, shares, left->len, last);
}

/* Space of the top prefixes of a part. */
static u64 tops_space(const struct workload_node *node, u32 last)
{
	u64 space = 0;
	u32 len;

	for (len = node->len; len <= last; len++)
		space += node->top[len] * len_space(len);
	return space;
}

/* Deal the nested prefixes: to top prefixes by their space, if not inside one. */
static void split_nested(struct workload_table *table,
			 struct workload_node *left,
			 struct workload_node *right, struct shares *shares)
{
	const struct shape *shape = &shapes[table->family];
	u32 last = route_addr_max_len(table->family);
	u32 left_room = first_room(left);
	u32 right_room = first_room(right);
	u32 len;

	if (left->is_covered)
		shares->share = clustered_share(table, &shape->covered,
						left->len - 1,
						right->nr_nested);
	else
		shares->share = weighted_share(table, tops_space(left, last),
					       tops_space(right, last));
	for (len = left->len; len <= last; len++) {
		u32 all = right->nested[len];
		u32 n = 0;

		if (all)
			n = fit(deal(table, all, share_of(shares, len)), all,
				left_room, right_room);
		left->nested[len] = n;
		right->nested[len] = all - n;
		left_room = next_room(left_room, left->top[len]);
		right_room = next_room(right_room, right->top[len]);
	}
	if (left->is_covered)
		fill_empty(left->nested, right->nested, shares, left->len,
			   last);
}

static void count_node(struct workload_node *node, u32 last)
{
	u32 len;

	node->nr_top = 0;
	node->nr_nested = 0;
	for (len = node->len; len <= last; len++) {
		node->nr_top += node->top[len];
		node->nr_nested += node->nested[len];
	}
}

/*
 * Deal what is in @right, a part of any length, to its halves: @left becomes
 * the left one and @right the right one.  Keeps I1 and I2.
 */
static void split(struct workload_table *table, struct workload_node *left,
		  struct workload_node *right)
{
	u32 last = route_addr_max_len(table->family);
	struct shares shares = {
		.long_len	= shapes[table->family].long_len,
	};
	u32 len = right->len;

	left->addr = right->addr;
	if (len < 64)
		right->addr.hi |= 1ULL << (63 - len);
	else
		right->addr.lo |= 1ULL << (127 - len);
	left->len = len + 1;
	right->len = len + 1;
	left->is_covered = right->is_covered;
	/* Parts below that length have longer prefixes only: one share. */
	if (len < shares.long_len)
		shares.long_share = long_share(table, left, right);
	else
		shares.long_len = last;
	split_tops(table, left, right, &shares);
	split_nested(table, left, right, &shares);
	count_node(left, last);
	count_node(right, last);
}

/* The histogram, rounded so that the sum comes out: each up to where it ends. */
static void scale_lengths(const struct shape *shape, struct workload_node *root,
			  u32 nr)
{
	u64 total = 0, sum = 0, done = 0;
	u32 i;

	for (i = 0; i < shape->nr_lengths; i++)
		total += (u64)shape->lengths[i].nr_top +
			 shape->lengths[i].nr_nested;
	for (i = 0; i < shape->nr_lengths; i++) {
		const struct length_count *count = &shape->lengths[i];

		sum += count->nr_nested;
		root->nested[count->len] = sum * nr / total - done;
		done = sum * nr / total;
	}
	for (i = 0; i < shape->nr_lengths; i++) {
		const struct length_count *count = &shape->lengths[i];

		sum += count->nr_top;
		root->top[count->len] = sum * nr / total - done;
		done = sum * nr / total;
	}
}

/*
 * Make the counts obey I1 and I2: a top prefix without space is nested, a
 * nested one without a top prefix around it is top if there is space, and what
 * has no place at all becomes longer.
 */
static int place_lengths(const struct shape *shape, struct workload_node *root,
			 u32 last)
{
	u64 left = node_space(shape, root);
	u64 excess = 0, room = 0;
	u32 len;

	for (len = shape->block_len; len <= last; len++) {
		u64 fits = len <= 64 ? left / len_space(len) : 0;
		u64 top = root->top[len];
		u64 want, nested, more;

		top = min(top, fits);
		want = excess + root->nested[len] + root->top[len] - top;
		nested = min(want, room);
		more = min(want - nested, fits - top);

		excess = want - nested - more;
		if (excess && len >= shape->spill_len)
			return -ERANGE;
		root->top[len] = top + more;
		root->nested[len] = nested;
		left -= root->top[len] * len_space(len);
		room = next_room(room, root->top[len]);
	}
	return 0;
}

int workload_table_init(struct workload_table *table, unsigned int family,
			u32 nr, u32 nexthops, u64 seed)
{
	const struct shape *shape = &shapes[family];
	u32 last = route_addr_max_len(family);
	struct workload_node *root = &table->pending[0];
	int ret;

	workload_rng_init(&table->rng, seed ^ ((u64)family << 63));
	table->seed = seed;
	table->nexthops = nexthops;
	table->family = family;
	table->nr_pending = 1;
	memset(root, 0, sizeof(*root));
	scale_lengths(shape, root, nr);
	ret = place_lengths(shape, root, last);
	count_node(root, last);
	return ret;
}

/* The only prefix of a part may stand anywhere in it: no need to halve on. */
static void place_single(struct workload_table *table,
			 struct workload_node *node)
{
	const u32 *count = node->nr_top ? node->top : node->nested;
	struct route_prefix part = {
		.addr	= node->addr,
		.family	= table->family,
		.len	= node->len,
	};

	while (!count[node->len])
		node->len++;
	node->addr = route_addr_mask(workload_addr_in(&table->rng, &part),
				     node->len);
}

/* Is the part itself a prefix?  Takes it out of the counts. */
static bool take_prefix(struct workload_node *node)
{
	if (node->top[node->len]) {
		node->top[node->len] = 0;
		node->nr_top--;
		node->is_covered = true;
		return true;
	}
	if (node->nested[node->len]) {
		node->nested[node->len] = 0;
		node->nr_nested--;
		return true;
	}
	return false;
}

bool workload_table_next(struct workload_table *table, struct route *route)
{
	u32 block_len = shapes[table->family].block_len;

	while (table->nr_pending) {
		struct workload_node *top;

		top = &table->pending[table->nr_pending - 1];
		if (!top->nr_top && !top->nr_nested) {
			table->nr_pending--;
			continue;
		}
		if (top->nr_top + top->nr_nested == 1 && top->len >= block_len)
			place_single(table, top);
		if (take_prefix(top)) {
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
