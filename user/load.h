/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routes out of a file: the lines of core/text.h, and the output of ip route,
 * line by line in any mixture.  The whole file is read and checked before
 * anything is done with it.
 */
#ifndef _USER_LOAD_H
#define _USER_LOAD_H

#include <core/route.h>

#include "nexthops.h"

#define LOAD_BAD_MAX	20	/* bad lines that are kept; all are counted */

/* struct load_origin - where a change comes from */
struct load_origin {
	u32	line;		/* from 1 */
	u32	metric;		/* of ip route */
	u32	segment;	/* another one behind each line of core/text.h */
	bool	is_iproute;
};

/* struct load_bad - a line that is refused */
struct load_bad {
	u64		line;
	const char	*reason;
};

/**
 * struct load - what is in a file; filled by load_file()
 * @name: what to call the file in messages
 * @changes: changes in order; "add" has become replace, so that loading a file
 *	twice is no error
 * @origins: where each comes from
 * @nr: how many
 * @room: of @changes and @origins
 * @nexthops: the ids that were given to the next hops of ip route
 * @nr_shadowed: routes of ip route that were left out, since another one of
 *	the same prefix and segment has a lower metric or came first
 * @nr_bad: lines that are refused
 * @bad: the first of them
 */
struct load {
	const char		*name;
	struct route_change	*changes;
	struct load_origin	*origins;
	size_t			nr;
	size_t			room;
	struct nexthops		nexthops;
	u64			nr_shadowed;
	u64			nr_bad;
	struct load_bad		bad[LOAD_BAD_MAX];
};

/**
 * load_file() - read a file
 * @load: all 0, but for @load->nexthops, which may have entries already
 * @path: file, "-" for standard input; may be compressed by gzip
 * @skip_bad: go on without the bad lines, and list them
 * @out: output: the bad lines, the next hops
 * Return: 0, or -errno, noted in @out: then the file is not to be used.
 */
int load_file(struct load *load, const char *path, bool skip_bad,
	      struct out *out);

void load_fini(struct load *load);

#endif /* _USER_LOAD_H */
