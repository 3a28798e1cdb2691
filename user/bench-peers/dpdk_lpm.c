// SPDX-License-Identifier: GPL-2.0
/*
 * DPDK's rte_lpm.  It looks through all routes of a length for each that it adds:
 * filling it takes minutes.
 */
#include <rte_errno.h>
#include <rte_lpm.h>

#include "dpdk.h"

#define BULK		32
#define SPARE_ROUTES	(1 << 16)
#define NEXTHOP_MASK	0xffffff	/* of an entry as lookups in bulk give it */

static struct rte_lpm *lpm;

static bool make(struct peer *p, int argc, char **argv)
{
	struct rte_lpm_config conf = {
		.max_rules	= p->nr + SPARE_ROUTES,
		.number_tbl8s	= 1 << 16,
	};
	size_t i, before;

	if (p->family != 4)
		return peer_unable(p, "IPv4 only");
	if (!dpdk_start(p, argc, argv))
		return false;
	before = dpdk_heap_bytes();
	lpm = rte_lpm_create("bench", -1, &conf);
	if (!lpm)
		return peer_unable(p, "rte_lpm_create: %s",
				   rte_strerror(rte_errno));
	for (i = 0; i < p->nr; i++)
		if (rte_lpm_add(lpm, peer_addr4(p->routes[i].addr),
				p->routes[i].len, p->routes[i].nexthop))
			p->refused++;
	p->bytes = dpdk_heap_bytes() - before;
	dpdk_describe(p, "rte_lpm");
	return true;
}

static void *convert(struct peer *p, const void *keys, size_t n)
{
	(void)p;
	return peer_keys4(keys, n);
}

static inline uint64_t lookup_one(const struct peer_run *run, uint32_t key)
{
	uint32_t nexthop;

	if (run->is_empty)
		return key;
	return rte_lpm_lookup(lpm, key, &nexthop) ? 0 : nexthop;
}

static inline uint64_t lookup_bulk(const struct peer_run *run,
				   const uint32_t *keys)
{
	uint32_t nexthops[BULK];
	uint64_t sum = 0;
	int i;

	if (!run->is_empty)
		rte_lpm_lookup_bulk(lpm, keys, nexthops, BULK);
	else
		for (i = 0; i < BULK; i++)
			nexthops[i] = keys[i] | RTE_LPM_LOOKUP_SUCCESS;
	for (i = 0; i < BULK; i++)
		if (nexthops[i] & RTE_LPM_LOOKUP_SUCCESS)
			sum += nexthops[i] & NEXTHOP_MASK;
	return sum;
}

static uint64_t run(struct peer *p, const struct peer_run *run)
{
	const uint32_t *keys = run->keys;
	uint64_t sum = 0;
	size_t i = 0;

	(void)p;
	if (run->is_bulk)
		for (; i + BULK <= run->n; i += BULK)
			sum += lookup_bulk(run, keys + i);
	for (; i < run->n; i++)
		sum += lookup_one(run, keys[i]);
	return sum;
}

static uint64_t check(struct peer *p, const void *keys, size_t n)
{
	const struct peer_run one = { .n = 1 };
	const uint32_t *addrs = keys;
	uint64_t sum = 0;
	size_t i;

	(void)p;
	for (i = 0; i < n; i++)
		sum += peer_weigh(lookup_one(&one, addrs[i]), i);
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
