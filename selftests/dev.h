/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device as the tests see it: have the module, open the device, make
 * prefixes, and one short call for each command.  All return 0 (or what is
 * said) or a negative errno.
 */
#ifndef _SELFTESTS_DEV_H
#define _SELFTESTS_DEV_H

#include <stdbool.h>

#include <uapi/kontend.h>

/**
 * dev_open() - open the device; the first time, load the module if it is not
 * @flags: as for open()
 * Return: a descriptor; -ENODEV if there is no module to be had, or we may not
 * load it, the reason printed: skip; another error is a failure.
 */
int dev_open(int flags);

/*
 * Open in a fixture's setup: a machine that cannot have the module skips, a
 * module that cannot be inserted or opened fails.
 */
#define DEV_OPEN_OR_SKIP(fd, flags) do { \
	(fd) = dev_open(flags); \
	if ((fd) == -ENODEV) \
		SKIP(return, "no module: see load-module"); \
	ASSERT_LE(0, (fd)); \
} while (0)

/* dev_ioctl - ioctl() that returns -errno. */
int dev_ioctl(int fd, unsigned int cmd, void *arg);

/* dev_prefix - of text, "10.0.0.0/8"; no slash: a host's; exits on junk */
struct kontend_prefix dev_prefix(const char *text);
/* dev_addr - of text */
struct kontend_addr dev_addr(const char *text);
/* dev_route - of text and a next hop */
struct kontend_route dev_route(const char *prefix, __u32 nexthop);
/* dev_prefix_addr - a prefix's first address */
struct kontend_addr dev_prefix_addr(const struct kontend_prefix *prefix);
/* dev_prefix_cmp - the order of a dump: <0, 0, >0 */
int dev_prefix_cmp(const struct kontend_prefix *a,
		   const struct kontend_prefix *b);
/* dev_prefix_covers - is @addr inside @prefix? */
bool dev_prefix_covers(const struct kontend_prefix *prefix,
		       const struct kontend_addr *addr);
/* dev_now_ms - a clock that only goes forward */
__u64 dev_now_ms(void);

/* Limits of 0 are the defaults. */
int dev_table_create(int fd, const char *name, __u64 routes_max,
		     __u64 bytes_max, __u32 *table);
/*
 * dev_table_fresh - for a fixture: the harness tears nothing down after an
 * assertion, so a table of that name from the test before goes first
 */
int dev_table_fresh(int fd, const char *name, __u32 *table);
int dev_table_destroy(int fd, __u32 table);
/* dev_table_find - the id of a table by its name, -ENOENT */
int dev_table_find(int fd, const char *name, __u32 *table);

/* One route: @cmd is KONTEND_ROUTE_*; @route->nexthop is in and out. */
int dev_route_op(int fd, unsigned int cmd, __u32 table,
		 struct kontend_route *route);
int dev_add(int fd, __u32 table, const char *prefix, __u32 nexthop);
int dev_get(int fd, __u32 table, const char *prefix, __u32 *nexthop);
/* dev_lookup - @match is all 0 where no route matches */
int dev_lookup(int fd, __u32 table, const struct kontend_addr *addr,
	       struct kontend_route *match);

/*
 * Many: @cmd is KONTEND_BULK_*; @res, which may be NULL, is the whole answer.
 * Return: what the ioctl said, or -@error of it.
 */
int dev_bulk(int fd, unsigned int cmd, __u32 table, const void *in, __u32 *out,
	     __u32 nr, struct kontend_bulk *res);

int dev_batch_begin(int fd, __u32 table);
int dev_batch_stage(int fd, const struct kontend_batch_op *ops, __u32 nr);
int dev_batch_commit(int fd, struct kontend_batch *res);
int dev_batch_abort(int fd);

/*
 * dev_dump - all routes, @chunk at a time, into @routes with room for @max.
 * Return: how many there are; *@moved (may be NULL) if any call said so.
 */
int dev_dump(int fd, __u32 table, struct kontend_route *routes, __u32 max,
	     __u32 chunk, bool *moved);
int dev_flush(int fd, __u32 table, __u64 *nr);
int dev_stats(int fd, __u32 table, struct kontend_stats *stats);
int dev_gen(int fd, __u32 table, __u64 *gen);

#endif /* _SELFTESTS_DEV_H */
