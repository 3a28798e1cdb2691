/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which next hop an id stands for.  The kernel's table knows ids only; whoever
 * loads the output of ip route gives an id to each distinct next hop and keeps
 * the list, as comment lines "# nexthop 3 via 192.0.2.1 dev eth0".
 */
#ifndef _USER_NEXTHOPS_H
#define _USER_NEXTHOPS_H

#include <stddef.h>

#include <core/prefix.h>

#include "out.h"

#define NEXTHOP_TEXT_MAX	128	/* "unreachable via ADDR dev NAME", NUL */

/**
 * struct nexthop - an id and its next hop
 * @id: its id, 0 before nexthops_number() if no line named it
 * @index: its place in the list
 * @text: in the words of ip route
 */
struct nexthop {
	u32	id;
	u32	index;
	char	text[NEXTHOP_TEXT_MAX];
};

/**
 * struct nexthops - the list; all 0 to begin with
 * @list: next hops in the order of their appearance
 * @nr: how many
 * @last_id: the highest id in use
 * @by_text: the same, as a search tree
 * @by_id: the same, as a search tree
 */
struct nexthops {
	struct nexthop	**list;
	size_t		nr;
	u32		last_id;
	void		*by_text;
	void		*by_id;
};

void nexthops_fini(struct nexthops *n);

/**
 * nexthops_index() - the place of a next hop in the list, at its end if new
 * @n: list
 * @text: next hop
 * @index: out
 * Return: 0 or -ENOMEM.
 */
int nexthops_index(struct nexthops *n, const char *text, u32 *index);

/**
 * nexthops_number() - give ids to those without one, in the list's order
 * @n: list
 * @above: ids up to this one are taken by others; so are those in the list
 * Return: 0, or -ENOSPC if ids have run out.
 */
int nexthops_number(struct nexthops *n, u32 above);

/**
 * nexthops_parse() - take over a comment line, if it is "# nexthop ID TEXT"
 * @n: list
 * @s: line
 * @len: its bytes
 * @reason: out, on error
 * Return: 1 if it is one, 0 for any other line, -EINVAL if it contradicts the
 * list or has no valid id, -ENOMEM.
 */
int nexthops_parse(struct nexthops *n, const char *s, size_t len,
		   const char **reason);

/* nexthops_read - take over all such lines of a file. */
int nexthops_read(struct nexthops *n, const char *path, struct out *out);

#endif /* _USER_NEXTHOPS_H */
