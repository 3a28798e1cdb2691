/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Seeded streams, so that kernel and user runs measure the same work: random
 * numbers, addresses, next hops, and route tables of the internet's shape.
 * The same seed gives the same bytes in both worlds and on every machine.
 */
#ifndef _CORE_WORKLOAD_H
#define _CORE_WORKLOAD_H

#include "prefix.h"

/* struct workload_rng - state of a stream of random numbers; not all 0 */
struct workload_rng {
	u64	s[4];
};

/* workload_rng_init - start the stream of @seed; any seed is a good one. */
void workload_rng_init(struct workload_rng *rng, u64 seed);

/* workload_next - the next 64 random bits. */
u64 workload_next(struct workload_rng *rng);

/* workload_below - a number in [0, @n), each as likely; @n is not 0. */
u64 workload_below(struct workload_rng *rng, u64 n);

/* workload_addr - an address of @family, uniform over all there are. */
struct route_addr workload_addr(struct workload_rng *rng, unsigned int family);

/* workload_addr_in - an address inside @prefix, uniform. */
struct route_addr workload_addr_in(struct workload_rng *rng,
				   const struct route_prefix *prefix);

/**
 * workload_nexthop() - the next hop that a seed gives to a prefix
 * @prefix: prefix
 * @seed: any
 * @nexthops: how many next hops there are, not 0
 * Context: any.
 * Return: 1 to @nexthops.
 */
u32 workload_nexthop(const struct route_prefix *prefix, u64 seed, u32 nexthops);

/* Lengths are indices, so one more than the longest. */
#define WORKLOAD_LENGTHS	129

/**
 * struct workload_node - a part of the address space that is still to be filled
 * @addr: its first address
 * @len: its length
 * @is_covered: it is in a prefix of the table
 * @nr_top: prefixes that belong in it and are in no other prefix
 * @nr_nested: prefixes that belong in it and are in another one
 * @top: the former by length, from @len on
 * @nested: the latter by length, from @len on
 */
struct workload_node {
	struct route_addr	addr;
	u32			len;
	bool			is_covered;
	u32			nr_top;
	u32			nr_nested;
	u32			top[WORKLOAD_LENGTHS];
	u32			nested[WORKLOAD_LENGTHS];
};

/**
 * struct workload_table - a table that is being generated; private
 * @rng: random numbers
 * @seed: of the next hops
 * @nexthops: how many there are
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @nr_pending: parts in @pending
 * @pending: the parts to fill, a stack: the one with the lowest address on top.
 *	Every part but the top one is the right half of one that has the parts
 *	above it in its left half: so there are at most as many as lengths.
 *
 * It is some 140 KB: not for a stack.
 */
struct workload_table {
	struct workload_rng	rng;
	u64			seed;
	u32			nexthops;
	u32			family;
	u32			nr_pending;
	struct workload_node	pending[WORKLOAD_LENGTHS + 1];
};

/**
 * workload_table_init() - begin a table
 * @table: out
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @nr: prefixes that it shall have, 0 is fine
 * @nexthops: next hops that it shall use, 1 to @nexthops; not 0
 * @seed: any
 * Context: any; does not sleep.
 * Return: 0, or -ERANGE if there are not so many prefixes of the lengths that
 * are in use: some 24 million for IPv4, more than @nr can say for IPv6.
 */
int workload_table_init(struct workload_table *table, unsigned int family,
			u32 nr, u32 nexthops, u64 seed);

/**
 * workload_table_next() - the next route, in the order of every walk
 * @table: table
 * @route: out
 * Context: any; does not sleep.
 * Return: false at the end, after exactly as many routes as asked for.
 */
bool workload_table_next(struct workload_table *table, struct route *route);

#endif /* _CORE_WORKLOAD_H */
