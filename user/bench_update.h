/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The cases of "kontend bench update".
 */
#ifndef _USER_BENCH_UPDATE_H
#define _USER_BENCH_UPDATE_H

#include "bench_churn.h"
#include "bench_input.h"
#include "bench_report.h"
#include "mirror.h"

/**
 * struct update - what the cases work with
 * @ops: flavour
 * @out: output
 * @source: where the routes come from
 * @routes: the routes of the table, in order
 * @nexthops: how many next hops there are
 * @seed: seed
 * @repeats: how often each figure is measured
 * @updates: random changes of the case memory
 * @block: changes of a block, over which a rate is taken
 * @mirror: the table
 * @changes: room for a block
 * @ns: room for the times of a block's changes
 * @noise: what disturbed
 */
struct update {
	const struct mirror_ops	*ops;
	struct out		*out;
	const char		*source;
	struct bench_routes	routes;
	u32			nexthops;
	u64			seed;
	u64			repeats;
	u64			updates;
	size_t			block;
	struct mirror		*mirror;
	struct route_change	*changes;
	u64			*ns;
	struct noise		noise;
};

/* bench_cases.c: the writer is the calling thread, registered and online. */
int update_random(struct update *u);
int update_worst(struct update *u);

/* bench_whole.c: the same for the table as a whole. */
int update_load(struct update *u);
int update_batch(struct update *u);
int update_memory(struct update *u);
int update_free(struct update *u);

#endif /* _USER_BENCH_UPDATE_H */
