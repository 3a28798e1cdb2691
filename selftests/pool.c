// SPDX-License-Identifier: GPL-2.0
/*
 * Prefixes and addresses that get in each other's way (pool.h).
 */
#include "pool.h"

#include <stdlib.h>

/* Regions in which the clustered prefixes lie. */
#define NR_CLUSTERS	6

struct route_prefix prefix_of(unsigned int family, struct route_addr addr,
			      unsigned int len)
{
	return (struct route_prefix){
		.addr = route_addr_mask(addr, len),
		.family = family,
		.len = len,
	};
}

struct route_addr addr_flip(struct route_addr addr, unsigned int bit)
{
	if (bit < 64)
		addr.hi ^= 1ULL << (63 - bit);
	else
		addr.lo ^= 1ULL << (127 - bit);
	return addr;
}

struct route_addr addr_random(unsigned int family, struct rng *rng)
{
	struct route_addr addr = { rng_next(rng), rng_next(rng) };

	return route_addr_mask(addr, route_addr_max_len(family));
}

/* The first @len bits of @head, all others of @tail. */
static struct route_addr addr_join(struct route_addr head, unsigned int len,
				   struct route_addr tail)
{
	struct route_addr mask = route_addr_mask((struct route_addr){
		~0ULL, ~0ULL }, len);

	return (struct route_addr){
		(head.hi & mask.hi) | (tail.hi & ~mask.hi),
		(head.lo & mask.lo) | (tail.lo & ~mask.lo),
	};
}

static struct route_addr addr_ones(unsigned int family)
{
	return route_addr_mask((struct route_addr){ ~0ULL, ~0ULL },
			       route_addr_max_len(family));
}

/* A relation: parent, child, sibling, or the same address with any length. */
static struct route_prefix relation(struct route_prefix p, struct rng *rng)
{
	unsigned int max = route_addr_max_len(p.family);

	switch (rng_below(rng, 4)) {
	case 0:
		return prefix_of(p.family, p.addr, p.len ? p.len - 1 : 0);
	case 1:
		if (p.len == max)
			return p;
		if (rng_one_in(rng, 2))
			p.addr = addr_flip(p.addr, p.len);
		return prefix_of(p.family, p.addr, p.len + 1);
	case 2:
		if (p.len)
			p.addr = addr_flip(p.addr, p.len - 1);
		return p;
	default:
		return prefix_of(p.family, p.addr, rng_below(rng, max + 1));
	}
}

static struct route_prefix fresh(const struct route_addr *clusters,
				 unsigned int family, struct rng *rng)
{
	unsigned int max = route_addr_max_len(family);
	unsigned int len = rng_below(rng, max + 1);
	struct route_addr addr = addr_random(family, rng);

	switch (rng_below(rng, 8)) {
	case 0:		/* anywhere, any length */
		break;
	case 1:		/* either end of the address space */
		addr = rng_one_in(rng, 2) ? addr_ones(family) :
					    (struct route_addr){ 0, 0 };
		break;
	case 2:		/* around a node's edge */
		len = 6 * rng_below(rng, max / 6 + 1) + rng_below(rng, 3);
		len = len ? min(len - 1, max) : 0;
		break;
	case 3:		/* hosts */
		len = max;
		addr = addr_join(clusters[rng_below(rng, NR_CLUSTERS)],
				 max - 8, addr);
		break;
	default:	/* a cluster: a few bits differ, a few lengths */
		len = 8 + rng_below(rng, max - 7);
		addr = addr_join(clusters[rng_below(rng, NR_CLUSTERS)],
				 len - rng_below(rng, 8), addr);
		break;
	}
	return prefix_of(family, addr, len);
}

void pool_init(struct pool *pool, struct rng *rng, unsigned int families,
	       unsigned int nr)
{
	struct route_addr clusters[ROUTE_FAMILIES][NR_CLUSTERS];
	unsigned int i, family;

	pool->nr = nr;
	pool->prefixes = calloc(nr, sizeof(*pool->prefixes));
	if (!pool->prefixes)
		abort();
	for (family = 0; family < ROUTE_FAMILIES; family++)
		for (i = 0; i < NR_CLUSTERS; i++)
			clusters[family][i] = addr_random(family, rng);
	for (i = 0; i < nr; i++) {
		do {
			family = rng_below(rng, ROUTE_FAMILIES);
		} while (!(families >> family & 1));
		pool->prefixes[i] = fresh(clusters[family], family, rng);
		if (i && rng_one_in(rng, 4))
			pool->prefixes[i] =
				relation(pool->prefixes[rng_below(rng, i)], rng);
	}
}

void pool_fini(struct pool *pool)
{
	free(pool->prefixes);
}

struct route_prefix pool_prefix(const struct pool *pool, struct rng *rng)
{
	struct route_prefix p = pool->prefixes[rng_below(rng, pool->nr)];

	return rng_one_in(rng, 16) ? relation(p, rng) : p;
}

struct route_addr pool_addr(const struct route_prefix *prefix, struct rng *rng)
{
	struct route_addr addr = prefix->addr;
	unsigned int max = route_addr_max_len(prefix->family);

	switch (rng_below(rng, 6)) {
	case 0:		/* its first */
		return addr;
	case 1:		/* its last */
		return addr_join(addr, prefix->len, addr_ones(prefix->family));
	case 2:		/* a neighbour's */
		if (prefix->len)
			addr = addr_flip(addr, rng_below(rng, prefix->len));
		return addr_join(addr, prefix->len,
				 addr_random(prefix->family, rng));
	case 3:		/* one bit away from its first */
		return addr_flip(addr, rng_below(rng, max));
	case 4:		/* anywhere, its ends included */
		if (rng_one_in(rng, 8))
			return addr_ones(prefix->family);
		return addr_random(prefix->family, rng);
	default:	/* inside */
		return addr_join(addr, prefix->len,
				 addr_random(prefix->family, rng));
	}
}
