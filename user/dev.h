/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device, in the core's types: a function for each command of
 * uapi/kontend.h that the tool uses.
 */
#ifndef _USER_DEV_H
#define _USER_DEV_H

#include <uapi/kontend.h>

#include <core/prefix.h>
#include <core/route.h>

#include "out.h"

/* struct dev - an open device; opened by dev_open() */
struct dev {
	int	fd;
	void	*buf;		/* an array on its way in or out */
};

/**
 * struct dev_bulk - how far a bulk command came
 * @done: elements that were done
 * @error: 0, or -errno of the element behind them
 * @gen: generation
 */
struct dev_bulk {
	u32	done;
	int	error;
	u64	gen;
};

/**
 * dev_open() - open the device
 * @dev: out
 * @writable: for changes too
 * @out: on error, says why and what would help
 * Return: 0 or -errno.
 */
int dev_open(struct dev *dev, bool writable, struct out *out);

void dev_close(struct dev *dev);

/* dev_reason - in words, what an errno of the device means. */
const char *dev_reason(int err);

int dev_info(const struct dev *dev, struct kontend_info *info);

/**
 * dev_find_table() - a table's id
 * @dev: device
 * @name: its name, or its id as a number
 * @table: out: id
 * Return: 0, -ENODEV or another -errno.
 */
int dev_find_table(const struct dev *dev, const char *name, u32 *table);

/**
 * dev_change() - one route
 * @dev: device
 * @table: table
 * @change: add, replace or delete; delete sets the next hop that there was
 * @gen: out: generation after it
 * Return: 0 or -errno.
 */
int dev_change(const struct dev *dev, u32 table, struct route_change *change,
	       u64 *gen);

/* dev_get - the next hop of the route that is exactly @route->prefix. */
int dev_get(const struct dev *dev, u32 table, struct route *route, u64 *gen);

/**
 * dev_lookup() - longest-prefix match
 * @dev: device
 * @table: table
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @addr: address
 * @match: out: the route; next hop 0 if none matches
 * @gen: out: generation
 * Return: 0 or -errno.
 */
int dev_lookup(const struct dev *dev, u32 table, unsigned int family,
	       const struct route_addr *addr, struct route *match, u64 *gen);

/**
 * dev_bulk_change() - many changes, each on its own
 * @dev: device
 * @table: table
 * @changes: changes, all of one kind: add, replace or delete
 * @n: how many, 1 to KONTEND_BULK_MAX
 * @bulk: out: how far it came
 * Return: 0 or -errno, in which case nothing was done.
 */
int dev_bulk_change(const struct dev *dev, u32 table,
		    const struct route_change *changes, u32 n,
		    struct dev_bulk *bulk);

/* dev_bulk_lookup - the next hops of @n addresses, 1 to KONTEND_BULK_MAX. */
int dev_bulk_lookup(const struct dev *dev, u32 table, unsigned int family,
		    const struct route_addr *addrs, u32 *nexthops, u32 n,
		    u64 *gen);

int dev_batch_begin(const struct dev *dev, u32 table);

/* dev_batch_stage - @n changes of any kind, 1 to KONTEND_BULK_MAX. */
int dev_batch_stage(const struct dev *dev, const struct route_change *changes,
		    u32 n);

/* dev_batch_commit - @failed: out, on error: index in the order of staging. */
int dev_batch_commit(const struct dev *dev, u32 *failed, u64 *gen);

int dev_batch_abort(const struct dev *dev);

/**
 * dev_dump() - the next routes in order
 * @dev: device
 * @table: table
 * @after: routes behind this prefix, NULL: from the start
 * @routes: out
 * @n: in: room in @routes, 1 to KONTEND_DUMP_MAX; out: how many came, less
 *	than asked for only at the end
 * @gen: in: 0, or what the first call gave; out: generation
 * @moved: out: set, never cleared, if the table changed since @gen
 * Return: 0 or -errno.
 */
int dev_dump(const struct dev *dev, u32 table, const struct route_prefix *after,
	     struct route *routes, u32 *n, u64 *gen, bool *moved);

/* dev_flush - @nr: out: routes deleted. */
int dev_flush(const struct dev *dev, u32 table, u64 *nr, u64 *gen);

int dev_stats(const struct dev *dev, u32 table, struct kontend_stats *stats);

#endif /* _USER_DEV_H */
