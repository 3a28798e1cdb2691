/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a benchmark works on: routes out of a file or made up, and addresses to
 * look up.  The same names and seed give the same bytes everywhere.
 */
#ifndef _USER_BENCH_INPUT_H
#define _USER_BENCH_INPUT_H

#include "mirror.h"
#include "out.h"

/**
 * struct bench_routes - routes of one family; made by bench_routes_make()
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @routes: in order
 * @nr: how many
 */
struct bench_routes {
	unsigned int	family;
	struct route	*routes;
	size_t		nr;
};

/**
 * bench_routes_make() - the routes of a table
 * @r: out
 * @source: a file, as "kontend route load" takes it, or "gen:N"
 * @family: those of this family
 * @nexthops: next hops to give to them; 0: those of the file, or 255
 * @seed: of all that is made up
 * @out: output, for errors and what loading a file says
 * Return: 0 or -errno.
 */
int bench_routes_make(struct bench_routes *r, const char *source,
		      unsigned int family, u32 nexthops, u64 seed,
		      struct out *out);

void bench_routes_fini(struct bench_routes *r);

/**
 * struct bench_keys - addresses; made by bench_keys_make()
 * @keys: addresses
 * @mem: where they are
 * @bytes: how much that is
 */
struct bench_keys {
	struct mirror_keys	keys;
	void			*mem;
	size_t			bytes;
};

/**
 * bench_keys_make() - addresses to look up
 * @k: out
 * @stream: "a": uniform over routed space (of IPv6 without prefixes of 16 bits
 *	and fewer, which would be most of it); "b": uniform over the prefixes,
 *	then over the addresses in one; "c": over the prefixes by Zipf's law with
 *	exponent 1, then one of 16 addresses in it; else a file of addresses, one
 *	a line, those of the other family left out
 * @r: routes
 * @nr: how many; those of a file are repeated
 * @seed: any
 * @out: output, for errors
 * Return: 0 or -errno.
 */
int bench_keys_make(struct bench_keys *k, const char *stream,
		    const struct bench_routes *r, size_t nr, u64 seed,
		    struct out *out);

void bench_keys_fini(struct bench_keys *k);

#endif /* _USER_BENCH_INPUT_H */
