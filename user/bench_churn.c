// SPDX-License-Identifier: GPL-2.0
/*
 * Which routes are there is known without asking the table: so drawing a change
 * costs the same whatever is measured.
 */
#include "bench_churn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int churn_init(struct churn *churn, const struct route *routes, size_t nr,
	       bool present, u32 nexthops, u64 seed)
{
	workload_rng_init(&churn->rng, seed);
	churn->nr = nr;
	churn->nr_present = present ? nr : 0;
	churn->nexthops = nexthops;
	churn->routes = malloc(nr * sizeof(*routes));
	if (!churn->routes)
		return -ENOMEM;
	memcpy(churn->routes, routes, nr * sizeof(*routes));
	return 0;
}

void churn_fini(struct churn *churn)
{
	free(churn->routes);
}

static void swap_routes(struct route *a, struct route *b)
{
	struct route tmp = *a;

	*a = *b;
	*b = tmp;
}

static enum route_op next_op(struct churn *churn)
{
	enum route_op op = workload_below(&churn->rng, ROUTE_DELETE + 1);

	if (op == ROUTE_ADD && churn->nr_present == churn->nr)
		return ROUTE_DELETE;
	return churn->nr_present ? op : ROUTE_ADD;
}

/* Another next hop than before, unless there is but one. */
static u32 next_nexthop(struct churn *churn, u32 old)
{
	u64 step;

	if (churn->nexthops == 1)
		return 1;
	step = 1 + workload_below(&churn->rng, churn->nexthops - 1);
	return (old - 1 + step) % churn->nexthops + 1;
}

struct route_change churn_next(struct churn *churn)
{
	enum route_op op = next_op(churn);
	struct route *border, *route;

	if (op == ROUTE_ADD) {
		border = &churn->routes[churn->nr_present];
		route = border + workload_below(&churn->rng, churn->nr -
						churn->nr_present);
		churn->nr_present++;
	} else {
		route = churn->routes + workload_below(&churn->rng,
						       churn->nr_present);
		border = route;
	}
	if (op == ROUTE_DELETE)
		border = &churn->routes[--churn->nr_present];
	else
		route->nexthop = next_nexthop(churn, route->nexthop);
	swap_routes(route, border);
	return (struct route_change){ op, *border };
}

void churn_shuffle(struct route *routes, size_t nr, u64 seed)
{
	struct workload_rng rng;
	size_t i;

	workload_rng_init(&rng, seed);
	for (i = nr; i > 1; i--)
		swap_routes(&routes[i - 1],
			    &routes[workload_below(&rng, i)]);
}
