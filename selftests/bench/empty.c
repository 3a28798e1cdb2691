// SPDX-License-Identifier: GPL-2.0
/* A loop over keys that looks nothing up: what all lookups have in common. */
#include "bench.h"

static int empty_lookup(u32 from, u32 nr)
{
	const struct route_addr *addrs = bench_keys->addrs + from;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < nr; i++) {
		sum += addrs[i].hi;
		/* Or it becomes a loop over many keys at once. */
		OPTIMIZER_HIDE_VAR(sum);
	}
	bench_sink += sum;
	return 0;
}

const struct bench bench_empty[] = {
	{
		.name = "empty.4.lookup", .over = BENCH_KEYS,
		.family = ROUTE_INET4, .is_atomic = true,
		.loop = empty_lookup,
	}, {
		.name = "empty.6.lookup", .over = BENCH_KEYS,
		.family = ROUTE_INET6, .is_atomic = true,
		.loop = empty_lookup,
	},
	{ }
};
