/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The output of "ip route show" and "ip -6 route show", a line at a time.
 */
#ifndef _USER_IPROUTE_H
#define _USER_IPROUTE_H

#include <core/prefix.h>

#include "nexthops.h"

/* What a line is. */
enum iproute_kind {
	IPROUTE_NONE,		/* not of ip route: ask route_text_parse_line() */
	IPROUTE_ROUTE,
	IPROUTE_NEXTHOP,	/* one path more of the route before it */
};

/**
 * struct iproute - a route of the output
 * @prefix: prefix
 * @metric: metric; of several routes of a prefix the lowest is in force
 * @nexthop: kind (if not unicast), gateway and device, as in ip route
 */
struct iproute {
	struct route_prefix	prefix;
	u32			metric;
	char			nexthop[NEXTHOP_TEXT_MAX];
};

/**
 * iproute_parse() - parse a line
 * @s: line, without the newline
 * @len: its bytes
 * @kind: out: what the line is, on error too
 * @route: out, for IPROUTE_ROUTE
 * @reason: out, on error: a constant string
 * Return: 0, or -EINVAL for what a table of single next hops cannot hold, or
 * what is not understood.
 */
int iproute_parse(const char *s, size_t len, enum iproute_kind *kind,
		  struct iproute *route, const char **reason);

#endif /* _USER_IPROUTE_H */
