// SPDX-License-Identifier: GPL-2.0
/*
 * DPDK's rte_fib6: a trie with next hops of four bytes, by AVX-512 where the CPU
 * has it.
 */
#include <string.h>

#include <rte_errno.h>
#include <rte_fib6.h>
#include <rte_rib6.h>

#include "dpdk.h"

#define BULK		32
#define SPARE_ROUTES	(1 << 16)	/* it keeps some of its own */

typedef uint8_t addr6[RTE_FIB6_IPV6_ADDR_SIZE];

static struct rte_fib6 *fib;

static const char *choose_lookup(void)
{
	if (!rte_fib6_select_lookup(fib, RTE_FIB6_LOOKUP_TRIE_VECTOR_AVX512))
		return "rte_fib6 4-byte AVX-512";
	rte_fib6_select_lookup(fib, RTE_FIB6_LOOKUP_TRIE_SCALAR);
	return "rte_fib6 4-byte scalar";
}

static bool make(struct peer *p, int argc, char **argv)
{
	struct rte_fib6_conf conf = {
		.type		= RTE_FIB6_TRIE,
		.default_nh	= 0,
		.max_routes	= p->nr + SPARE_ROUTES,
		.trie.nh_sz	= RTE_FIB6_TRIE_4B,
		.trie.num_tbl8	= 1 << 18,
	};
	size_t i, before;

	if (p->family != 6)
		return peer_unable(p, "IPv6 only");
	if (!dpdk_start(p, argc, argv))
		return false;
	before = dpdk_heap_bytes();
	fib = rte_fib6_create("bench", -1, &conf);
	if (!fib)
		return peer_unable(p, "rte_fib6_create: %s",
				   rte_strerror(rte_errno));
	for (i = 0; i < p->nr; i++)
		if (rte_fib6_add(fib, p->routes[i].addr, p->routes[i].len,
				 p->routes[i].nexthop))
			p->refused++;
	p->bytes = dpdk_heap_bytes() - before;
	dpdk_describe(p, choose_lookup());
	return true;
}

static void lookup(const struct peer_run *run, addr6 *keys, size_t n,
		   uint64_t *nexthops)
{
	size_t i;

	if (!run->is_empty)
		rte_fib6_lookup_bulk(fib, keys, nexthops, n);
	else
		for (i = 0; i < n; i++)
			nexthops[i] = *(const uint64_t *)keys[i];
}

static uint64_t run(struct peer *p, const struct peer_run *run)
{
	addr6 *keys = (addr6 *)run->keys;
	uint64_t nexthops[BULK], sum = 0;
	size_t i, j, n;

	(void)p;
	for (i = 0; i < run->n && run->is_bulk; i += n) {
		n = run->n - i < BULK ? run->n - i : BULK;
		lookup(run, keys + i, n, nexthops);
		for (j = 0; j < n; j++)
			sum += nexthops[j];
	}
	for (; i < run->n; i++) {
		lookup(run, keys + i, 1, nexthops);
		sum += nexthops[0];
	}
	return sum;
}

static uint64_t check(struct peer *p, const void *keys, size_t n)
{
	uint64_t nexthop, sum = 0;
	size_t i;

	(void)p;
	for (i = 0; i < n; i++) {
		rte_fib6_lookup_bulk(fib, (addr6 *)keys + i, &nexthop, 1);
		sum += peer_weigh(nexthop, i);
	}
	return sum;
}

int main(int argc, char **argv)
{
	static const struct peer_ops ops = {
		.make		= make,
		.run		= run,
		.check		= check,
	};

	return peer_main(&ops, argc, argv);
}
