/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a route table must answer, by a method too simple to be wrong: an array
 * of routes in no order, scanned from end to end.  Addresses are bytes here,
 * and nothing of core/prefix.h is used, so that no mistake can be shared.
 */
#ifndef _SELFTESTS_ORACLE_H
#define _SELFTESTS_ORACLE_H

#include <stdbool.h>

#include <core/route.h>

struct oracle_route {
	u8	bytes[16];
	u8	family;
	u8	len;
	u32	nexthop;
};

/**
 * struct oracle - a table
 * @routes: the routes, in no order
 * @nr: how many
 * @room: how many there is room for
 * @nr_max: limit on @nr, 0: none
 * @nr_changes: changes that took effect since someone set it to 0
 */
struct oracle {
	struct oracle_route	*routes;
	unsigned int		nr;
	unsigned int		room;
	unsigned int		nr_max;
	unsigned int		nr_changes;
};

/* An empty table is all zeros. */
void oracle_fini(struct oracle *o);

/* Make @to, which is initialised, a copy of @from. */
void oracle_copy(struct oracle *to, const struct oracle *from);

/* As route_txn_apply(); @old is always set, to 0 by a flush. */
int oracle_apply(struct oracle *o, const struct route_change *change, u32 *old);

/* Routes of a family. */
unsigned int oracle_nr(const struct oracle *o, unsigned int family);

/* As route_get(). */
u32 oracle_get(const struct oracle *o, const struct route_prefix *prefix);

/* As route_match(). */
bool oracle_match(const struct oracle *o, unsigned int family,
		  const struct route_addr *addr, struct route *match);

/* The first route behind @after, or of all if that is NULL, in walking order. */
bool oracle_next(const struct oracle *o, const struct route_prefix *after,
		 struct route *next);

#endif /* _SELFTESTS_ORACLE_H */
