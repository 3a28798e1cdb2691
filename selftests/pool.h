/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prefixes and addresses that get in each other's way: drawn from a small set,
 * so that operations meet what earlier ones left, and clustered, so that
 * prefixes nest, share nodes and end at a node's edges.
 */
#ifndef _SELFTESTS_POOL_H
#define _SELFTESTS_POOL_H

#include <core/prefix.h>

#include "rng.h"

/**
 * struct pool - a set of prefixes
 * @prefixes: the prefixes, some of them twice
 * @nr: how many
 */
struct pool {
	struct route_prefix	*prefixes;
	unsigned int		nr;
};

/* Draw @nr prefixes of the families whose bit is set in @families. */
void pool_init(struct pool *pool, struct rng *rng, unsigned int families,
	       unsigned int nr);
void pool_fini(struct pool *pool);

/* One of the set, or now and then a near relation of one. */
struct route_prefix pool_prefix(const struct pool *pool, struct rng *rng);

/* An address in, at the edge of or just outside @prefix, or anywhere. */
struct route_addr pool_addr(const struct route_prefix *prefix,
			    struct rng *rng);

/* A prefix with bits of @addr, those behind @len cleared. */
struct route_prefix prefix_of(unsigned int family, struct route_addr addr,
			      unsigned int len);

/* @addr with bit @bit, counted from the top, inverted. */
struct route_addr addr_flip(struct route_addr addr, unsigned int bit);

/* Any address of a family. */
struct route_addr addr_random(unsigned int family, struct rng *rng);

#endif /* _SELFTESTS_POOL_H */
