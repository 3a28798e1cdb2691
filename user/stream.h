/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses to look up in a given table: uniform over all addresses, uniform
 * over those that are routed, and at the edges of its prefixes.
 */
#ifndef _USER_STREAM_H
#define _USER_STREAM_H

#include <core/workload.h>

enum stream_kind {
	STREAM_WHOLE,
	STREAM_ROUTED,		/* the default route does not count */
	STREAM_EDGES,		/* in, at either end of, and beside a prefix */
	STREAM_KINDS,
};

/**
 * struct stream - addresses of one family; made by stream_init()
 * @rng: random numbers
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @routes: the routes of that family, in order
 * @nr: how many
 * @tops: index of each route that is in no other one
 * @ends: for each of these, the space that is routed up to its end
 * @nr_tops: how many
 */
struct stream {
	struct workload_rng	rng;
	unsigned int		family;
	const struct route	*routes;
	size_t			nr;
	size_t			*tops;
	u64			*ends;
	size_t			nr_tops;
};

/**
 * stream_init() - prepare a stream
 * @stream: out
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @routes: routes of both families in order; they stay where they are
 * @nr: how many
 * @seed: any
 * Return: 0 or -ENOMEM.
 */
int stream_init(struct stream *stream, unsigned int family,
		const struct route *routes, size_t nr, u64 seed);

/* stream_fill - the next @n addresses; of a table without routes, any. */
void stream_fill(struct stream *stream, enum stream_kind kind,
		 struct route_addr *addrs, size_t n);

void stream_fini(struct stream *stream);

#endif /* _USER_STREAM_H */
