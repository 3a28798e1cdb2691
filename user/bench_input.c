// SPDX-License-Identifier: GPL-2.0
/*
 * Routes are put into order and freed of duplicates by a table itself.
 */
#include "bench_input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <core/text.h>
#include <core/workload.h>

#include "bench_churn.h"
#include "cmd.h"
#include "lines.h"
#include "load.h"
#include "stream.h"

#define GEN		"gen:"
#define NEXTHOPS	255	/* of routes that are made up */
#define KEYS_CHUNK	4096
#define HOSTS		16	/* addresses of a prefix in stream c */
#define DOUBLE_BITS	53	/* of a number that a double holds exactly */
#define DOUBLE_MAX	((double)(1ULL << DOUBLE_BITS))
#define WIDE_LEN6	16	/* IPv6: so short a prefix is no routed space */

static int make_up(struct bench_routes *r, const char *number, u32 nexthops,
		   u64 seed, struct out *out)
{
	struct workload_table *table;
	u64 nr;
	int ret;

	ret = cmd_number(out, "--routes=" GEN "N", number, 1, UINT32_MAX, &nr);
	if (ret)
		return ret;
	table = malloc(sizeof(*table));
	r->routes = malloc(nr * sizeof(*r->routes));
	if (!table || !r->routes) {
		free(table);
		return -ENOMEM;
	}
	ret = workload_table_init(table, r->family, nr, nexthops, seed);
	if (ret)
		out_fail(out, ret,
			 "--routes=%s%s: the lengths in use have not so many prefixes",
			 GEN, number);
	else
		while (workload_table_next(table, &r->routes[r->nr]))
			r->nr++;
	free(table);
	return ret;
}

/* In a table of any flavour, since it is thrown away. */
static struct route *in_order(const struct load *load, size_t *nr, int *error)
{
	const struct mirror_ops *ops = &mirror_ops_memb;
	struct route *routes = NULL;
	struct mirror *m;
	size_t failed;

	*error = -ENOMEM;
	ops->register_thread();
	m = ops->create();
	if (m) {
		*error = ops->apply(m, load->changes, load->nr, &failed);
		if (!*error)
			routes = mirror_collect(ops, m, nr);
		if (!*error && !routes)
			*error = -ENOMEM;
		ops->destroy(m);
	}
	ops->unregister_thread();
	return routes;
}

static int read_routes(struct bench_routes *r, const char *path,
		       struct out *out)
{
	struct load load = { 0 };
	size_t i, nr = 0;
	int ret;

	ret = load_file(&load, path, false, out);
	if (!ret)
		r->routes = in_order(&load, &nr, &ret);
	load_fini(&load);
	if (ret)
		return ret;
	for (i = 0; i < nr; i++)
		if (r->routes[i].prefix.family == r->family)
			r->routes[r->nr++] = r->routes[i];
	if (!r->nr)
		return out_fail(out, -ENOENT, "%s: no IPv%d routes", path,
				r->family == ROUTE_INET4 ? 4 : 6);
	return 0;
}

int bench_routes_make(struct bench_routes *r, const char *source,
		      unsigned int family, u32 nexthops, u64 seed,
		      struct out *out)
{
	size_t i;
	int ret;

	memset(r, 0, sizeof(*r));
	r->family = family;
	if (!strncmp(source, GEN, strlen(GEN)))
		ret = make_up(r, source + strlen(GEN),
			      nexthops ? nexthops : NEXTHOPS, seed, out);
	else
		ret = read_routes(r, source, out);
	if (ret) {
		bench_routes_fini(r);
		return ret;
	}
	for (i = 0; nexthops && i < r->nr; i++)
		r->routes[i].nexthop = workload_nexthop(&r->routes[i].prefix,
							seed, nexthops);
	return 0;
}

void bench_routes_fini(struct bench_routes *r)
{
	free(r->routes);
	r->routes = NULL;
	r->nr = 0;
}

static int alloc_keys(struct bench_keys *k, unsigned int family, size_t nr)
{
	k->bytes = nr * (family == ROUTE_INET4 ? sizeof(u32) :
						 sizeof(struct route_addr));
	k->mem = mmap(NULL, k->bytes, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (k->mem == MAP_FAILED) {
		k->mem = NULL;
		return -ENOMEM;
	}
	k->keys.family = family;
	k->keys.nr = nr;
	k->keys.addr4 = k->mem;
	k->keys.addr6 = k->mem;
	return 0;
}

static void put_key(struct bench_keys *k, size_t i,
		    const struct route_addr *addr)
{
	if (k->keys.family == ROUTE_INET4)
		((u32 *)k->mem)[i] = route_addr_to4(addr);
	else
		((struct route_addr *)k->mem)[i] = *addr;
}

static int fill_routed(struct bench_keys *k, const struct bench_routes *r,
		       u64 seed)
{
	struct route_addr addrs[KEYS_CHUNK];
	size_t i, j, now, nr = 0;
	struct stream stream;
	struct route *routes;
	int ret;

	routes = malloc((r->nr + 1) * sizeof(*routes));
	if (!routes)
		return -ENOMEM;
	for (i = 0; i < r->nr; i++)
		if (r->family == ROUTE_INET4 ||
		    r->routes[i].prefix.len > WIDE_LEN6)
			routes[nr++] = r->routes[i];
	ret = stream_init(&stream, r->family, routes, nr, seed);
	if (!ret) {
		for (i = 0; i < k->keys.nr; i += now) {
			now = min(k->keys.nr - i, (size_t)KEYS_CHUNK);
			stream_fill(&stream, STREAM_ROUTED, addrs, now);
			for (j = 0; j < now; j++)
				put_key(k, i + j, &addrs[j]);
		}
		stream_fini(&stream);
	}
	free(routes);
	return ret;
}

static void fill_prefixes(struct bench_keys *k, const struct bench_routes *r,
			  u64 seed)
{
	struct workload_rng rng;
	struct route_addr addr;
	size_t i;

	workload_rng_init(&rng, seed);
	for (i = 0; i < k->keys.nr; i++) {
		addr = workload_addr_in(&rng, &r->routes[workload_below(&rng, r->nr)].prefix);
		put_key(k, i, &addr);
	}
}

/* weights[i]: of the ranks up to i; rank i has 1 / (i + 1). */
static size_t zipf_rank(const double *weights, size_t nr, double at)
{
	size_t low = 0, high = nr - 1;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (at < weights[mid])
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* The same sixteen for a prefix, whoever asks for it. */
static struct route_addr host_of(const struct route_prefix *prefix, u64 host)
{
	struct workload_rng rng;

	workload_rng_init(&rng, prefix->addr.hi ^ prefix->addr.lo ^ host << 8 ^
			  prefix->len);
	return workload_addr_in(&rng, prefix);
}

static int fill_zipf(struct bench_keys *k, const struct bench_routes *r,
		     u64 seed)
{
	double *weights = malloc(r->nr * sizeof(*weights)), sum = 0;
	struct route *ranks = malloc(r->nr * sizeof(*ranks));
	int ret = weights && ranks ? 0 : -ENOMEM;
	struct workload_rng rng;
	struct route_addr addr;
	size_t i;

	if (ret)
		goto out_free;
	for (i = 0; i < r->nr; i++) {
		sum += 1.0 / (i + 1);
		weights[i] = sum;
	}
	memcpy(ranks, r->routes, r->nr * sizeof(*ranks));
	churn_shuffle(ranks, r->nr, seed + 1);
	workload_rng_init(&rng, seed);
	for (i = 0; i < k->keys.nr; i++) {
		double at = (workload_next(&rng) >> (64 - DOUBLE_BITS)) / DOUBLE_MAX * sum;
		size_t rank = zipf_rank(weights, r->nr, at);

		addr = host_of(&ranks[rank].prefix,
			       workload_below(&rng, HOSTS));
		put_key(k, i, &addr);
	}
out_free:
	free(weights);
	free(ranks);
	return ret;
}

/* Return: how many were read, up to the keys' number; -errno. */
static ssize_t read_keys(struct bench_keys *k, struct lines *lines,
			 struct out *out)
{
	struct route_addr addr;
	unsigned int family;
	struct line line;
	size_t nr = 0;
	int ret = 0;

	while (nr < k->keys.nr && (ret = lines_next(lines, &line, out)) > 0) {
		if (line.len && line.s[line.len - 1] == '\r')
			line.len--;
		if (!line.len || line.s[0] == '#')
			continue;
		if (route_text_parse_addr(line.s, line.len, &family, &addr))
			return out_fail(out, -EINVAL, "%s:%llu: not an address",
					lines->name,
					(unsigned long long)lines->nr);
		if (family == k->keys.family)
			put_key(k, nr++, &addr);
	}
	return ret < 0 ? ret : (ssize_t)nr;
}

static int fill_from_file(struct bench_keys *k, const char *path,
			  struct out *out)
{
	struct lines *lines = malloc(sizeof(*lines));
	ssize_t nr;
	size_t i;
	int ret;

	if (!lines)
		return -ENOMEM;
	ret = lines_open(lines, path, out);
	if (ret)
		goto out_free;
	nr = read_keys(k, lines, out);
	if (nr < 0)
		ret = nr;
	else if (!nr)
		ret = out_fail(out, -ENOENT, "%s: no IPv%d addresses",
			       lines->name,
			       k->keys.family == ROUTE_INET4 ? 4 : 6);
	lines_close(lines);
	for (i = nr; !ret && i < k->keys.nr; i++) {
		struct route_addr addr = k->keys.family == ROUTE_INET4 ?
			route_addr4(k->keys.addr4[i - nr]) :
			k->keys.addr6[i - nr];

		put_key(k, i, &addr);
	}
out_free:
	free(lines);
	return ret;
}

int bench_keys_make(struct bench_keys *k, const char *stream,
		    const struct bench_routes *r, size_t nr, u64 seed,
		    struct out *out)
{
	int ret;

	memset(k, 0, sizeof(*k));
	ret = alloc_keys(k, r->family, nr);
	if (ret)
		return ret;
	if (!strcmp(stream, "a"))
		ret = fill_routed(k, r, seed);
	else if (!strcmp(stream, "b"))
		fill_prefixes(k, r, seed);
	else if (!strcmp(stream, "c"))
		ret = fill_zipf(k, r, seed);
	else
		ret = fill_from_file(k, stream, out);
	if (ret)
		bench_keys_fini(k);
	return ret;
}

void bench_keys_fini(struct bench_keys *k)
{
	if (k->mem)
		munmap(k->mem, k->bytes);
	k->mem = NULL;
}
