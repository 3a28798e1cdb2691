// SPDX-License-Identifier: GPL-2.0
/*
 * The core over liburcu; the argument is the flavour.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <user/bench_table.h>
#include <user/mirror.h>

#include "peer.h"

static const struct mirror_ops *ops;
static struct mirror *table;

static struct route *read_routes(const struct peer *p, unsigned int family)
{
	struct route *routes = calloc(p->nr, sizeof(*routes));
	size_t i;

	for (i = 0; routes && i < p->nr; i++) {
		const struct peer_route *from = &p->routes[i];

		routes[i].prefix.family = family;
		routes[i].prefix.len = from->len;
		routes[i].prefix.addr = route_addr_from_bytes(family, from->addr);
		routes[i].nexthop = from->nexthop;
	}
	return routes;
}

static bool make(struct peer *p, int argc, char **argv)
{
	unsigned int family = p->family == 4 ? ROUTE_INET4 : ROUTE_INET6;
	struct route_stats stats;
	struct route *routes;
	u64 longest_ns;
	int ret;

	ops = mirror_ops_find(argc ? argv[0] : "memb");
	if (!ops)
		return peer_unable(p, "no flavour %s", argv[0]);
	routes = read_routes(p, family);
	if (!routes)
		return peer_unable(p, "no memory");
	ops->register_thread();
	ret = bench_table_make(ops, &table, routes, p->nr, NULL);
	free(routes);
	if (ret)
		return peer_unable(p, "the table: %s", strerror(-ret));
	ops->settle(table, &longest_ns);
	ops->stats(table, &stats);
	/* What sleeps on its input is no reader. */
	ops->offline();
	p->bytes = stats.bytes;
	snprintf(p->name, sizeof(p->name), "kontend, liburcu %s, %s", ops->name,
		 ops->core_cflags);
	return true;
}

static void *convert(struct peer *p, const void *keys, size_t n)
{
	struct route_addr *addrs;
	const u8 *bytes = keys;
	size_t i;

	if (p->family == 4)
		return peer_keys4(keys, n);
	addrs = malloc(n * sizeof(*addrs));
	for (i = 0; addrs && i < n; i++)
		addrs[i] = route_addr_from_bytes(ROUTE_INET6, bytes + 16 * i);
	return addrs;
}

static uint64_t run(struct peer *p, const struct peer_run *run)
{
	const struct mirror_keys keys = {
		.family	= p->family == 4 ? ROUTE_INET4 : ROUTE_INET6,
		.addr4	= run->keys,
		.addr6	= run->keys,
		.nr	= run->n,
	};
	u64 sum;

	ops->online();
	sum = ops->pass(table, &keys, run->is_bulk ? MIRROR_BULK : MIRROR_ONE,
			run->is_empty);
	ops->offline();
	return sum;
}

static uint64_t check(struct peer *p, const void *keys, size_t n)
{
	unsigned int family = p->family == 4 ? ROUTE_INET4 : ROUTE_INET6;
	struct route_addr addr;
	uint64_t sum = 0;
	u32 nexthop;
	size_t i;

	ops->online();
	for (i = 0; i < n; i++) {
		addr = family == ROUTE_INET4 ?
		       route_addr4(((const u32 *)keys)[i]) :
		       ((const struct route_addr *)keys)[i];
		ops->lookup(table, family, &addr, &nexthop, 1);
		sum += peer_weigh(nexthop, i);
	}
	ops->offline();
	return sum;
}

int main(int argc, char **argv)
{
	static const struct peer_ops peer = {
		.make		= make,
		.convert	= convert,
		.run		= run,
		.check		= check,
	};

	return peer_main(&peer, argc, argv);
}
