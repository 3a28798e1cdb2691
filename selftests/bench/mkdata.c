// SPDX-License-Identifier: GPL-2.0
/*
 * data ROUTES FILE [KEYS [SAMPLE]]: from a table of routes as text, of lines as
 * "kontend route load" takes them, to the file that data.h describes.  The same
 * table gives the same file.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <core/prefix.h>
#include <core/text.h>
#include <core/workload.h>

#include "data.h"

#define SEED		1
#define HOSTS		16	/* of a prefix, in stream c */

/* struct table - routes of one family, and a sample of them by number */
struct table {
	struct route	*routes;
	unsigned int	*order;		/* all numbers, shuffled */
	unsigned int	nr;
	unsigned int	nr_sample;
};

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "data: %s: %s\n", what, why);
	exit(1);
}

static void *allocate(size_t nr, size_t bytes)
{
	void *p = calloc(nr ? nr : 1, bytes);

	if (!p)
		fail("memory", strerror(ENOMEM));
	return p;
}

static void append(struct table *t, const struct route *route)
{
	if (!(t->nr & (t->nr - 1))) {
		t->routes = realloc(t->routes, (t->nr ? 2 * t->nr : 1) *
				    sizeof(*t->routes));
		if (!t->routes)
			fail("memory", strerror(ENOMEM));
	}
	t->routes[t->nr++] = *route;
}

static void read_line(struct table *tables, const char *line, size_t len,
		      const char *at)
{
	struct route_change change;
	const char *reason;
	int ret;

	ret = route_text_parse_line(line, len, &change, &reason);
	if (ret < 0)
		fail(at, reason);
	if (!ret)
		return;
	if (change.op != ROUTE_ADD)
		fail(at, "only routes that are added are wanted here");
	if (change.route.nexthop > BENCH_NEXTHOP_MAX)
		fail(at, "the next hop is above 65535");
	append(&tables[change.route.prefix.family], &change.route);
}

static void read_routes(struct table *tables, const char *path)
{
	FILE *f = fopen(path, "r");
	unsigned long nr = 0;
	size_t room = 0;
	char *line = NULL, at[64];
	ssize_t len;

	if (!f)
		fail(path, strerror(errno));
	while ((len = getline(&line, &room, f)) >= 0) {
		snprintf(at, sizeof(at), "line %lu of the routes", ++nr);
		if (len && line[len - 1] == '\n')
			len--;
		read_line(tables, line, len, at);
	}
	if (ferror(f))
		fail(path, strerror(errno));
	free(line);
	fclose(f);
}

static int compare(const void *a, const void *b)
{
	const struct route *x = a, *y = b;

	return route_prefix_cmp(&x->prefix, &y->prefix);
}

static void sort_unique(struct table *t)
{
	unsigned int i, nr = 0;

	qsort(t->routes, t->nr, sizeof(*t->routes), compare);
	for (i = 0; i < t->nr; i++)
		if (!nr || compare(&t->routes[nr - 1], &t->routes[i]))
			t->routes[nr++] = t->routes[i];
	t->nr = nr;
}

static void shuffle(struct table *t, unsigned int nr_sample)
{
	unsigned int *order = allocate(t->nr, sizeof(*order)), i, j;
	struct workload_rng rng;

	workload_rng_init(&rng, SEED);
	for (i = 0; i < t->nr; i++) {
		j = workload_below(&rng, i + 1);
		order[i] = order[j];
		order[j] = i;
	}
	t->order = order;
	t->nr_sample = min(nr_sample, t->nr);
}

static void prepare(struct table *t, unsigned int nr_sample)
{
	sort_unique(t);
	shuffle(t, nr_sample);
}

static void put(FILE *f, const void *p, size_t bytes)
{
	if (fwrite(p, bytes, 1, f) != 1)
		fail("writing", strerror(errno));
}

static void put_route(FILE *f, const struct route *route)
{
	const struct bench_data_route out = {
		.addr = { route->prefix.addr.hi, route->prefix.addr.lo },
		.nexthop = route->nexthop,
		.family = route->prefix.family,
		.len = route->prefix.len,
	};

	put(f, &out, sizeof(out));
}

static void put_addr(FILE *f, struct route_addr addr)
{
	const struct bench_data_addr out = { addr.hi, addr.lo };

	put(f, &out, sizeof(out));
}

/*
 * struct interval - a part of the space that has routes, in units of an IPv4
 * address or of an IPv6 /64
 */
struct interval {
	u64	first;
	u64	before;		/* units in all intervals before this one */
};

/*
 * Intervals of routes that do not overlap, which sorted ones make easy; how many
 * units there are in all.  IPv6 prefixes as short as 2002::/16 would be nearly
 * all of the space: they are left out.
 */
static u64 merge(const struct table *t, struct interval *intervals,
		 unsigned int *nr)
{
	u64 total = 0, end = 0, first, last;
	unsigned int i, shift;

	*nr = 0;
	for (i = 0; i < t->nr; i++) {
		const struct route_prefix *p = &t->routes[i].prefix;

		if (!p->len || (p->family == ROUTE_INET6 && p->len <= 16))
			continue;
		first = p->family == ROUTE_INET4 ? p->addr.hi >> 32 : p->addr.hi;
		shift = (p->family == ROUTE_INET4 ? 32 : 64) - min(p->len, 64);
		last = first + (1ULL << shift);
		if (last <= end)
			continue;
		first = max(first, end);
		intervals[(*nr)++] = (struct interval){ first, total };
		total += last - first;
		end = last;
	}
	return total;
}

static void put_uniform(FILE *f, const struct table *t, unsigned int family,
			unsigned int nr_keys, struct workload_rng *rng)
{
	struct interval *in = allocate(t->nr, sizeof(*in));
	unsigned int nr, i, low, high, mid;
	u64 total = merge(t, in, &nr), at;

	for (i = 0; i < nr_keys; i++) {
		/* Without a route to hit, anywhere. */
		if (!total) {
			put_addr(f, workload_addr(rng, family));
			continue;
		}
		at = workload_below(rng, total);
		for (low = 0, high = nr - 1; low < high; ) {
			mid = (low + high + 1) / 2;
			if (in[mid].before <= at)
				low = mid;
			else
				high = mid - 1;
		}
		at += in[low].first - in[low].before;
		put_addr(f, family == ROUTE_INET4 ? route_addr4(at) :
			 (struct route_addr){ at, workload_next(rng) });
	}
	free(in);
}

static void put_by_prefix(FILE *f, const struct table *t, unsigned int nr_keys,
			  struct workload_rng *rng)
{
	unsigned int i;

	for (i = 0; i < nr_keys; i++) {
		u64 at = workload_below(rng, t->nr);

		put_addr(f, workload_addr_in(rng, &t->routes[at].prefix));
	}
}

static void put_zipf(FILE *f, const struct table *t, unsigned int nr_keys,
		     struct workload_rng *rng)
{
	double *sums = allocate(t->nr, sizeof(*sums)), all = 0, at;
	unsigned int i, low, high, mid;
	struct workload_rng host;

	for (i = 0; i < t->nr; i++)
		sums[i] = all += 1.0 / (i + 1);
	for (i = 0; i < nr_keys; i++) {
		at = ldexp(workload_next(rng) >> 11, -53) * all;
		for (low = 0, high = t->nr - 1; low < high; ) {
			mid = (low + high) / 2;
			if (sums[mid] < at)
				low = mid + 1;
			else
				high = mid;
		}
		workload_rng_init(&host, (u64)low * HOSTS +
				  workload_below(rng, HOSTS));
		put_addr(f, workload_addr_in(&host,
					     &t->routes[t->order[low]].prefix));
	}
	free(sums);
}

static void put_all(FILE *f, const struct table *tables, unsigned int nr_keys)
{
	const struct bench_data head = {
		.magic = BENCH_DATA_MAGIC,
		.nr_routes = { tables[0].nr, tables[1].nr },
		.nr_sample = { tables[0].nr_sample, tables[1].nr_sample },
		.nr_keys = nr_keys,
	};
	const struct table *t;
	struct workload_rng rng;
	unsigned int family, i;

	put(f, &head, sizeof(head));
	for (t = tables; t < tables + ROUTE_FAMILIES; t++)
		for (i = 0; i < t->nr; i++)
			put_route(f, &t->routes[i]);
	for (t = tables; t < tables + ROUTE_FAMILIES; t++)
		for (i = 0; i < t->nr_sample; i++)
			put_route(f, &t->routes[t->order[i]]);
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		t = &tables[family];
		workload_rng_init(&rng, SEED + family);
		put_uniform(f, t, family, nr_keys, &rng);
		put_by_prefix(f, t, nr_keys, &rng);
		put_zipf(f, t, nr_keys, &rng);
	}
}

int main(int argc, char **argv)
{
	unsigned int nr_keys = argc > 3 ? atoi(argv[3]) : 65536;
	unsigned int nr_sample = argc > 4 ? atoi(argv[4]) : 16384;
	static struct table tables[ROUTE_FAMILIES];
	FILE *f;

	if (argc < 3 || argc > 5 || !nr_keys || !nr_sample) {
		fprintf(stderr, "usage: data ROUTES FILE [KEYS [SAMPLE]]\n");
		return 2;
	}
	read_routes(tables, argv[1]);
	if (!tables[ROUTE_INET4].nr || !tables[ROUTE_INET6].nr)
		fail(argv[1], "routes of both families are needed");
	prepare(&tables[ROUTE_INET4], nr_sample);
	prepare(&tables[ROUTE_INET6], nr_sample);
	f = fopen(argv[2], "w");
	if (!f)
		fail(argv[2], strerror(errno));
	put_all(f, tables, nr_keys);
	if (fclose(f))
		fail(argv[2], strerror(errno));
	return 0;
}
