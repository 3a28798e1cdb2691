/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Are the kernel's table and its mirror equal?  Every prefix both ways, and
 * random lookups of both families.
 */
#ifndef _USER_VERIFY_H
#define _USER_VERIFY_H

#include "dev.h"
#include "mirror.h"

#define VERIFY_DIFFERENCES_MAX	20	/* that are kept; all are counted */

/* struct difference - what the two worlds say of a prefix or an address */
struct difference {
	bool			is_lookup;
	struct route_prefix	prefix;		/* of a lookup: the address */
	u32			kernel;		/* next hops, 0: none */
	u32			user;
};

/**
 * struct verify - a comparison
 * @ops: the mirror's flavour; the calling thread is registered, and offline
 * @mirror: the mirror
 * @dev: device
 * @table: table
 * @nr: lookups of each family
 * @seed: of these
 * @gen: out: the kernel's generation
 * @nr_routes: out: routes of the kernel
 * @nr_lookups: out: lookups of both families
 * @nr_matched: out: of these, how many met a route in the kernel's table
 * @nr_differences: out: how many
 * @differences: out: the first of them
 */
struct verify {
	const struct mirror_ops	*ops;
	struct mirror		*mirror;
	const struct dev	*dev;
	u32			table;
	u64			nr;
	u64			seed;
	u64			gen;
	u64			nr_routes;
	u64			nr_lookups;
	u64			nr_matched;
	u64			nr_differences;
	struct difference	differences[VERIFY_DIFFERENCES_MAX];
};

/**
 * verify_run() - compare
 * @v: what to compare
 * Return: 0 if it was compared, whatever came out; -EAGAIN if the kernel's table
 * changed meanwhile; -errno of the device.
 */
int verify_run(struct verify *v);

#endif /* _USER_VERIFY_H */
