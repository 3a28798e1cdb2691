// SPDX-License-Identifier: GPL-2.0
/*
 * The oracle in the words of the device: translation and nothing else, by
 * shifts of its own.
 */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>

#include "oracle.h"
#include "pool.h"

struct model {
	struct oracle	oracle;
	struct pool	pool;
};

static unsigned int to_family(unsigned int family)
{
	return family == KONTEND_INET4 ? ROUTE_INET4 : ROUTE_INET6;
}

static struct route_addr to_addr(const __u8 *bytes)
{
	struct route_addr addr = { 0, 0 };
	int i;

	for (i = 0; i < 8; i++) {
		addr.hi = addr.hi << 8 | bytes[i];
		addr.lo = addr.lo << 8 | bytes[8 + i];
	}
	return addr;
}

static struct route_prefix to_prefix(const struct kontend_prefix *prefix)
{
	return (struct route_prefix){
		.addr = to_addr(prefix->addr),
		.family = to_family(prefix->family),
		.len = prefix->len,
	};
}

static unsigned int from_family(unsigned int family)
{
	return family == ROUTE_INET4 ? KONTEND_INET4 : KONTEND_INET6;
}

static void from_addr(const struct route_addr *addr, __u8 *bytes)
{
	int i;

	for (i = 0; i < 8; i++) {
		bytes[i] = addr->hi >> (56 - 8 * i);
		bytes[8 + i] = addr->lo >> (56 - 8 * i);
	}
}

static struct kontend_prefix from_prefix(const struct route_prefix *prefix)
{
	struct kontend_prefix p = {
		.family = from_family(prefix->family),
		.len = prefix->len,
	};

	from_addr(&prefix->addr, p.addr);
	return p;
}

static struct kontend_route from_route(const struct route *route)
{
	return (struct kontend_route){
		.prefix = from_prefix(&route->prefix),
		.nexthop = route->nexthop,
	};
}

struct model *model_new(unsigned int families, unsigned int nr,
			struct rng *rng)
{
	struct model *m = calloc(1, sizeof(*m));

	if (!m) {
		perror("model");
		exit(1);
	}
	pool_init(&m->pool, rng, families, nr);
	return m;
}

void model_free(struct model *m)
{
	if (!m)
		return;
	oracle_fini(&m->oracle);
	pool_fini(&m->pool);
	free(m);
}

void model_copy(struct model *to, const struct model *from)
{
	oracle_copy(&to->oracle, &from->oracle);
}

int model_apply(struct model *m, __u32 op, const struct kontend_route *route,
		__u32 *old)
{
	static const enum route_op ops[] = {
		[KONTEND_BATCH_ADD] = ROUTE_ADD,
		[KONTEND_BATCH_REPLACE] = ROUTE_REPLACE,
		[KONTEND_BATCH_DELETE] = ROUTE_DELETE,
		[KONTEND_BATCH_FLUSH] = ROUTE_FLUSH,
	};
	struct route_change change = { .op = ops[op] };
	__u32 unused;

	if (op != KONTEND_BATCH_FLUSH) {
		change.route.prefix = to_prefix(&route->prefix);
		change.route.nexthop = route->nexthop;
	}
	return oracle_apply(&m->oracle, &change, old ? old : &unused);
}

__u32 model_get(const struct model *m, const struct kontend_prefix *prefix)
{
	struct route_prefix p = to_prefix(prefix);

	return oracle_get(&m->oracle, &p);
}

struct kontend_route model_match(const struct model *m,
				 const struct kontend_addr *addr)
{
	struct route_addr a = to_addr(addr->addr);
	struct route match;

	if (!oracle_match(&m->oracle, to_family(addr->family), &a, &match))
		return (struct kontend_route){ 0 };
	return from_route(&match);
}

bool model_next(const struct model *m, const struct kontend_prefix *after,
		struct kontend_route *next)
{
	struct route_prefix p;
	struct route route;

	if (after)
		p = to_prefix(after);
	if (!oracle_next(&m->oracle, after ? &p : NULL, &route))
		return false;
	*next = from_route(&route);
	return true;
}

struct kontend_prefix model_draw_prefix(const struct model *m, struct rng *rng)
{
	struct route_prefix p = pool_prefix(&m->pool, rng);

	return from_prefix(&p);
}

struct kontend_addr model_draw_addr(const struct model *m, struct rng *rng)
{
	struct route_prefix p = pool_prefix(&m->pool, rng);
	struct route_addr a = pool_addr(&p, rng);
	struct kontend_addr addr = { .family = from_family(p.family) };

	from_addr(&a, addr.addr);
	return addr;
}

unsigned int model_nr(const struct model *m, unsigned int family)
{
	return oracle_nr(&m->oracle, to_family(family));
}
