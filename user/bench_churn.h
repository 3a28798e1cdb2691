/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes in random order: routes of a given set come, go and get other next
 * hops, each of the three as likely.
 */
#ifndef _USER_BENCH_CHURN_H
#define _USER_BENCH_CHURN_H

#include <core/route.h>
#include <core/workload.h>

/**
 * struct churn - a set of routes and which of them are there
 * @rng: random numbers
 * @routes: the set; those that are there first, with the next hops they have
 * @nr: how many
 * @nr_present: how many are there
 * @nexthops: next hops are 1 to this
 */
struct churn {
	struct workload_rng	rng;
	struct route		*routes;
	size_t			nr;
	size_t			nr_present;
	u32			nexthops;
};

/**
 * churn_init() - take a set
 * @churn: out
 * @routes: the set, copied: all are there, or none
 * @nr: how many, not 0
 * @present: are they there
 * @nexthops: how many next hops there are
 * @seed: any
 * Return: 0 or -ENOMEM.
 */
int churn_init(struct churn *churn, const struct route *routes, size_t nr,
	       bool present, u32 nexthops, u64 seed);

/* churn_next - the next change; it takes effect when all before it have. */
struct route_change churn_next(struct churn *churn);

void churn_fini(struct churn *churn);

/* churn_shuffle - put routes into random order. */
void churn_shuffle(struct route *routes, size_t nr, u64 seed);

#endif /* _USER_BENCH_CHURN_H */
