// SPDX-License-Identifier: GPL-2.0
/*
 * Routed space is the union of the prefixes that are in no other one.  It is
 * measured in parts of 2^63 of all addresses; what is smaller counts as one.
 */
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SPACE_BITS	63

static u64 prefix_space(const struct route_prefix *p)
{
	return p->len < SPACE_BITS ? 1ULL << (SPACE_BITS - p->len) : 1;
}

/* In order, a prefix is in one before it or in none. */
static void find_tops(struct stream *stream)
{
	const struct route_prefix *top = NULL;
	u64 end = 0;
	size_t i;

	for (i = 0; i < stream->nr; i++) {
		const struct route_prefix *p = &stream->routes[i].prefix;

		if (!p->len || (top && route_prefix_covers(top, &p->addr)))
			continue;
		top = p;
		end += prefix_space(p);
		stream->tops[stream->nr_tops] = i;
		stream->ends[stream->nr_tops++] = end;
	}
}

int stream_init(struct stream *stream, unsigned int family,
		const struct route *routes, size_t nr, u64 seed)
{
	size_t i = 0;

	memset(stream, 0, sizeof(*stream));
	workload_rng_init(&stream->rng, seed + family);
	stream->family = family;
	while (i < nr && routes[i].prefix.family < family)
		i++;
	stream->routes = routes + i;
	while (i < nr && routes[i].prefix.family == family)
		i++;
	stream->nr = routes + i - stream->routes;
	stream->tops = malloc((stream->nr + 1) * sizeof(*stream->tops));
	stream->ends = malloc((stream->nr + 1) * sizeof(*stream->ends));
	if (!stream->tops || !stream->ends) {
		stream_fini(stream);
		return -ENOMEM;
	}
	find_tops(stream);
	return 0;
}

static struct route_addr routed_addr(struct stream *stream)
{
	size_t low = 0, high = stream->nr_tops - 1;
	u64 at = workload_below(&stream->rng, stream->ends[high]);

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (at < stream->ends[mid])
			high = mid;
		else
			low = mid + 1;
	}
	return workload_addr_in(&stream->rng,
				&stream->routes[stream->tops[low]].prefix);
}

static struct route_addr last_addr(const struct route_prefix *p)
{
	struct route_addr ones = { ~0ULL, ~0ULL };
	struct route_addr net = route_addr_mask(ones, p->len);
	struct route_addr all = route_addr_mask(ones,
						route_addr_max_len(p->family));

	return (struct route_addr){
		.hi = p->addr.hi | (all.hi & ~net.hi),
		.lo = p->addr.lo | (all.lo & ~net.lo),
	};
}

/* The address before or behind @addr, around the end of the address space. */
static struct route_addr neighbour(unsigned int family, struct route_addr addr,
				   bool behind)
{
	if (family == ROUTE_INET4)
		return route_addr4(route_addr_to4(&addr) + (behind ? 1 : -1));
	if (behind) {
		addr.lo++;
		addr.hi += !addr.lo;
	} else {
		addr.hi -= !addr.lo;
		addr.lo--;
	}
	return addr;
}

static struct route_addr edge_addr(struct stream *stream)
{
	size_t i = workload_below(&stream->rng, stream->nr);
	const struct route_prefix *p = &stream->routes[i].prefix;

	switch (workload_below(&stream->rng, 5)) {
	case 0:
		return p->addr;
	case 1:
		return last_addr(p);
	case 2:
		return neighbour(stream->family, p->addr, false);
	case 3:
		return neighbour(stream->family, last_addr(p), true);
	default:
		return workload_addr_in(&stream->rng, p);
	}
}

void stream_fill(struct stream *stream, enum stream_kind kind,
		 struct route_addr *addrs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (kind == STREAM_ROUTED && stream->nr_tops)
			addrs[i] = routed_addr(stream);
		else if (kind == STREAM_EDGES && stream->nr)
			addrs[i] = edge_addr(stream);
		else
			addrs[i] = workload_addr(&stream->rng, stream->family);
	}
}

void stream_fini(struct stream *stream)
{
	free(stream->tops);
	free(stream->ends);
}
