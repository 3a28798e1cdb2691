// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions of one change.  A set of routes is worked on in blocks; which
 * changes a block has is drawn before its time begins.  Rates are of blocks
 * without a clock in them; one more block has each change timed.
 */
#include "bench_update.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench_table.h"
#include "cmd_bench.h"
#include "interrupt.h"
#include "progress.h"

#define NS_PER_SEC	1000000000ULL
#define HOST_BITS	16	/* every host of a network: so many bits below */

/* struct set - routes to work on, with a name for them */
struct set {
	const char	*name;
	struct route	*routes;
	size_t		nr;
};

/* struct rates - of the blocks of a case */
struct rates {
	double	values[BENCH_REPEATS_MAX];
	size_t	nr;
	u64	updates;
};

static int apply(struct update *u, const struct route_change *change)
{
	size_t failed;

	return u->ops->apply(u->mirror, change, 1, &failed);
}

static int run_block(struct update *u, size_t n)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < n && !ret; i++)
		ret = apply(u, &u->changes[i]);
	return ret;
}

static int run_block_timed(struct update *u, size_t n)
{
	u64 now_ns, last_ns = progress_now_ns();
	size_t i;
	int ret = 0;

	for (i = 0; i < n && !ret; i++) {
		ret = apply(u, &u->changes[i]);
		now_ns = progress_now_ns();
		u->ns[i] = now_ns - last_ns;
		last_ns = now_ns;
	}
	return ret;
}

static int measure_block(struct update *u, size_t n, struct rates *rates)
{
	u64 start_ns = progress_now_ns(), cpu_ns = thread_cpu_ns(), ns;
	int ret;

	ret = run_block(u, n);
	ns = progress_now_ns() - start_ns;
	u->noise.cpu_ns += thread_cpu_ns() - cpu_ns;
	u->noise.wall_ns += ns;
	if (ret || !ns)
		return ret;
	rates->values[rates->nr++] = (double)n * NS_PER_SEC / ns;
	rates->updates += n;
	return 0;
}

static int cmp_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* @n: changes in u->ns, 0 if they were not timed. */
static void say_rates(struct update *u, const char *name, const char *what,
		      struct rates *rates, size_t n)
{
	static const char *const texts[] = {
		"{set:13} {what:7} {median:11} a second ({min} to {max})",
		"{set:13} {what:7} {median:11} a second ({min} to {max}); a change {p50_ns} ns, 99 % under {p99_ns}, longest {max_ns}",
	};
	struct summary s = summarize(rates->values, rates->nr);

	if (!s.nr)
		return;
	noise_spread(&u->noise, &s);
	qsort(u->ns, n, sizeof(*u->ns), cmp_u64);
	out_record(u->out, "updates",
		   texts[n > 0], OUT_STR("set", name), OUT_STR("what", what),
		   OUT_U64("updates", rates->updates), OUT_U64("repeats", s.nr),
		   OUT_U64("median", s.median), OUT_U64("min", s.min),
		   OUT_U64("q1", s.q1), OUT_U64("q3", s.q3),
		   OUT_U64("max", s.max),
		   OUT_U64("p50_ns", n ? u->ns[n / 2] : 0),
		   OUT_U64("p99_ns", n ? u->ns[n - 1 - n / 100] : 0),
		   OUT_U64("max_ns", n ? u->ns[n - 1] : 0));
}

static void draw(struct update *u, struct churn *churn, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		u->changes[i] = churn_next(churn);
}

/* Adds, deletes and changes in random order; the first block warms up. */
static int run_mixed(struct update *u, const struct set *set, bool present)
{
	struct rates rates = { .nr = 0 };
	struct churn churn;
	size_t timed = 0;
	u64 i;
	int ret;

	ret = churn_init(&churn, set->routes, set->nr, present, u->nexthops,
			 u->seed);
	if (ret)
		return ret;
	draw(u, &churn, u->block);
	ret = run_block(u, u->block);
	for (i = 0; i < u->repeats && !ret && !interrupt_came(); i++) {
		draw(u, &churn, u->block);
		ret = measure_block(u, u->block, &rates);
	}
	if (!ret && !interrupt_came()) {
		draw(u, &churn, u->block);
		ret = run_block_timed(u, u->block);
		timed = u->block;
	}
	say_rates(u, set->name, "mixed", &rates, timed);
	/* As it was found: all there, or none. */
	for (i = 0; i < churn.nr && !ret; i++) {
		struct route_change change = {
			present ? ROUTE_ADD : ROUTE_DELETE, churn.routes[i],
		};
		bool is_there = i < churn.nr_present;

		if (is_there != present)
			ret = apply(u, &change);
	}
	churn_fini(&churn);
	return ret;
}

static void fill(struct update *u, const struct set *set, enum route_op op,
		 u32 step, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct route *route = &set->routes[i];

		if (op == ROUTE_REPLACE)
			route->nexthop = (route->nexthop - 1 + step) %
					 u->nexthops + 1;
		u->changes[i] = (struct route_change){ op, *route };
	}
}

static const char *const op_names[] = {
	[ROUTE_ADD]	= "add",
	[ROUTE_REPLACE]	= "change",
	[ROUTE_DELETE]	= "delete",
};

/*
 * The same routes, in random order, come, change and go; or if they are there,
 * go, come and change.
 */
static int run_sweeps(struct update *u, const struct set *set, bool present)
{
	static const enum route_op orders[2][3] = {
		{ ROUTE_ADD, ROUTE_REPLACE, ROUTE_DELETE },
		{ ROUTE_DELETE, ROUTE_ADD, ROUTE_REPLACE },
	};
	struct rates rates[3] = { 0 };
	size_t n = min(set->nr, u->block);
	unsigned int j;
	int ret = 0;
	u64 i;

	for (i = 0; i < u->repeats && !ret && !interrupt_came(); i++)
		for (j = 0; j < 3 && !ret; j++) {
			fill(u, set, orders[present][j], i + 1, n);
			ret = measure_block(u, n, &rates[j]);
		}
	for (j = 0; j < 3 && !ret; j++) {
		fill(u, set, orders[present][j], 1, n);
		ret = run_block_timed(u, n);
		say_rates(u, set->name, op_names[orders[present][j]], &rates[j],
			  n);
	}
	return ret;
}

int update_random(struct update *u)
{
	struct set set = { "all", NULL, u->routes.nr };
	int ret;

	set.routes = malloc(set.nr * sizeof(*set.routes));
	if (!set.routes)
		return -ENOMEM;
	memcpy(set.routes, u->routes.routes, set.nr * sizeof(*set.routes));
	churn_shuffle(set.routes, set.nr, u->seed);
	ret = run_sweeps(u, &set, true);
	if (!ret && !interrupt_came())
		ret = run_mixed(u, &set, true);
	free(set.routes);
	return ret;
}

static int cmp_route(const void *a, const void *b)
{
	const struct route *x = a, *y = b;

	return route_prefix_cmp(&x->prefix, &y->prefix);
}

/* The table's own routes in the set make room for it, or come back. */
static int swap_set(struct update *u, const struct set *set, enum route_op op)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < set->nr && !ret; i++) {
		const struct route *own = bsearch(&set->routes[i],
						  u->routes.routes,
						  u->routes.nr, sizeof(*own),
						  cmp_route);
		struct route_change change = { .op = op };

		if (!own)
			continue;
		change.route = *own;
		ret = apply(u, &change);
	}
	return ret;
}

static int run_set(struct update *u, struct set *set,
		   int (*run)(struct update *u, const struct set *set,
			      bool present))
{
	int ret, err;

	churn_shuffle(set->routes, set->nr, u->seed);
	ret = swap_set(u, set, ROUTE_DELETE);
	if (ret)
		return ret;
	ret = run(u, set, false);
	err = swap_set(u, set, ROUTE_ADD);
	return ret ? ret : err;
}

static struct route make_route(const struct update *u, struct route_addr addr,
			       unsigned int len)
{
	return (struct route){
		.prefix.family	= u->routes.family,
		.prefix.len	= len,
		.prefix.addr	= route_addr_mask(addr, len),
		.nexthop	= 1,
	};
}

/* The prefix of @len that the most routes are in. */
static struct route fullest(const struct update *u, unsigned int len)
{
	size_t i, nr = 0, best_nr = 0;
	struct route route, best = make_route(u, (struct route_addr){ 0 }, len);

	for (i = 0; i < u->routes.nr; i++) {
		const struct route_prefix *p = &u->routes.routes[i].prefix;

		if (p->len < len)
			continue;
		if (!nr || !route_prefix_covers(&route.prefix, &p->addr)) {
			route = make_route(u, p->addr, len);
			nr = 0;
		}
		if (++nr > best_nr) {
			best_nr = nr;
			best = route;
		}
	}
	return best;
}

/* Every host (IPv6: every /64) of the network that the most routes are in. */
static int make_hosts(const struct update *u, struct set *set)
{
	unsigned int len = u->routes.family == ROUTE_INET4 ? 32 : 64;
	struct route net = fullest(u, len - HOST_BITS);
	size_t i;

	set->nr = 1U << HOST_BITS;
	set->routes = malloc(set->nr * sizeof(*set->routes));
	if (!set->routes)
		return -ENOMEM;
	for (i = 0; i < set->nr; i++) {
		struct route_addr addr = net.prefix.addr;

		addr.hi |= (u64)i << (64 - len);
		set->routes[i] = make_route(u, addr, len);
		set->routes[i].nexthop = i % 2 + 1;
	}
	return 0;
}

/* One in the other, from /0 to a host. */
static int make_chain(const struct update *u, struct set *set)
{
	unsigned int len, max_len = route_addr_max_len(u->routes.family);
	const struct route *mid = &u->routes.routes[u->routes.nr / 2];

	set->nr = max_len + 1;
	set->routes = malloc(set->nr * sizeof(*set->routes));
	if (!set->routes)
		return -ENOMEM;
	for (len = 0; len <= max_len; len++)
		set->routes[len] = make_route(u, mid->prefix.addr, len);
	return 0;
}

/* Neighbours differ before and behind each change, so that nothing can merge. */
static int run_alternating(struct update *u, const struct set *set,
			   bool present)
{
	struct rates rates = { .nr = 0 };
	size_t i, n = min(set->nr, u->block);
	u64 round;
	int ret;

	fill(u, set, ROUTE_ADD, 0, n);
	ret = run_block(u, n);
	for (round = 0; round < u->repeats && !ret && !interrupt_came(); round++) {
		for (i = 0; i < n; i++)
			set->routes[i].nexthop = 1 + (i + round + 1) % 2;
		fill(u, set, ROUTE_REPLACE, 0, n);
		ret = measure_block(u, n, &rates);
	}
	if (!ret) {
		fill(u, set, ROUTE_DELETE, 0, n);
		ret = run_block(u, n);
	}
	say_rates(u, set->name, "change", &rates, 0);
	(void)present;
	return ret;
}

int update_worst(struct update *u)
{
	bool is_v4 = u->routes.family == ROUTE_INET4;
	struct route one = make_route(u, (struct route_addr){ 0 }, 0);
	struct route wide = fullest(u, is_v4 ? 8 : 16);
	struct set sets[] = {
		{ "/0", &one, 1 },
		{ is_v4 ? "/8" : "/16", &wide, 1 },
		{ is_v4 ? "/0../32" : "/0../128", NULL, 0 },
		{ is_v4 ? "/32s of a /16" : "/64s of a /48", NULL, 0 },
		{ "alternating", NULL, 0 },
	};
	int ret;

	ret = run_set(u, &sets[0], run_mixed);
	if (!ret)
		ret = run_set(u, &sets[1], run_mixed);
	if (!ret)
		ret = make_chain(u, &sets[2]);
	if (!ret)
		ret = run_set(u, &sets[2], run_mixed);
	if (!ret)
		ret = make_hosts(u, &sets[3]);
	if (!ret)
		ret = run_set(u, &sets[3], run_sweeps);
	sets[4].routes = sets[3].routes;
	sets[4].nr = sets[3].nr;
	if (!ret)
		ret = run_set(u, &sets[4], run_alternating);
	free(sets[2].routes);
	free(sets[3].routes);
	return ret;
}
