/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a route table must answer, for all addresses: the address space cut where the
 * answer may change.  For tables that are too large for oracle.h; by a sweep over the
 * prefixes in order with those that are open on a stack, so again nothing of how
 * the table works can be shared.
 */
#ifndef _SELFTESTS_INTERVALS_H
#define _SELFTESTS_INTERVALS_H

#include <core/prefix.h>

/**
 * struct interval - addresses from here to the next one
 * @first: the first of them
 * @nexthop: what they lead to, 0: nothing
 */
struct interval {
	struct route_addr	first;
	u32			nexthop;
};

/**
 * struct intervals - of one family, in order
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @interval: the intervals; two that lead to the same may lie beside each other
 * @nr: how many, at least one
 */
struct intervals {
	unsigned int	family;
	struct interval	*interval;
	size_t		nr;
};

/**
 * intervals_make() - cut the address space
 * @set: out
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @routes: routes of this family in order, route_prefix_cmp(), none twice; those with
 *	next hop 0 are not there
 * @nr: how many
 * Return: 0 or -ENOMEM.
 */
int intervals_make(struct intervals *set, unsigned int family,
		   const struct route *routes, size_t nr);

void intervals_fini(struct intervals *set);

/* intervals_last - the last address of interval @i. */
struct route_addr intervals_last(const struct intervals *set, size_t i);

/* intervals_find - the interval that an address is in. */
size_t intervals_find(const struct intervals *set, const struct route_addr *addr);

#endif /* _SELFTESTS_INTERVALS_H */
