// SPDX-License-Identifier: GPL-2.0
/*
 * DPDK's rte_fib: DIR-24-8 with next hops of two bytes, by AVX-512 where the CPU
 * has it.
 */
#include <rte_errno.h>
#include <rte_fib.h>
#include <rte_rib.h>

#include "dpdk.h"

#define BULK		64
#define SPARE_ROUTES	(1 << 16)	/* it keeps some of its own */

static struct rte_fib *fib;

static const char *choose_lookup(void)
{
	if (!rte_fib_select_lookup(fib, RTE_FIB_LOOKUP_DIR24_8_VECTOR_AVX512))
		return "rte_fib 2-byte AVX-512";
	rte_fib_select_lookup(fib, RTE_FIB_LOOKUP_DIR24_8_SCALAR_MACRO);
	return "rte_fib 2-byte scalar";
}

static bool make(struct peer *p, int argc, char **argv)
{
	struct rte_fib_conf conf = {
		.type			= RTE_FIB_DIR24_8,
		.default_nh		= 0,
		.max_routes		= p->nr + SPARE_ROUTES,
		.dir24_8.nh_sz		= RTE_FIB_DIR24_8_2B,
		.dir24_8.num_tbl8	= 32767,
	};
	size_t i, before;

	if (p->family != 4)
		return peer_unable(p, "IPv4 only");
	if (!dpdk_start(p, argc, argv))
		return false;
	before = dpdk_heap_bytes();
	fib = rte_fib_create("bench", -1, &conf);
	if (!fib)
		return peer_unable(p, "rte_fib_create: %s",
				   rte_strerror(rte_errno));
	for (i = 0; i < p->nr; i++)
		if (rte_fib_add(fib, peer_addr4(p->routes[i].addr),
				p->routes[i].len, p->routes[i].nexthop))
			p->refused++;
	p->bytes = dpdk_heap_bytes() - before;
	dpdk_describe(p, choose_lookup());
	return true;
}

static void *convert(struct peer *p, const void *keys, size_t n)
{
	(void)p;
	return peer_keys4(keys, n);
}

static void lookup(const struct peer_run *run, uint32_t *keys, size_t n,
		   uint64_t *nexthops)
{
	size_t i;

	if (!run->is_empty)
		rte_fib_lookup_bulk(fib, keys, nexthops, n);
	else
		for (i = 0; i < n; i++)
			nexthops[i] = keys[i];
}

static uint64_t run(struct peer *p, const struct peer_run *run)
{
	uint32_t *keys = (uint32_t *)run->keys;
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
		rte_fib_lookup_bulk(fib, (uint32_t *)keys + i, &nexthop, 1);
		sum += peer_weigh(nexthop, i);
	}
	return sum;
}

int main(int argc, char **argv)
{
	static const struct peer_ops ops = {
		.make		= make,
		.convert	= convert,
		.run		= run,
		.check		= check,
	};

	return peer_main(&ops, argc, argv);
}
