/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file of routes and keys that all tables are given: made by mkdata.c, read
 * by the module and by drive.c, all on one machine.  A header, and then in this
 * order, IPv4 before IPv6:
 *
 *	routes		nr_routes of each family, sorted
 *	sample		nr_sample of each family: of those routes, the ones that
 *			are deleted and added again, in random order
 *	keys		nr_keys of each family and stream
 */
#ifndef _BENCH_DATA_H
#define _BENCH_DATA_H

#include <linux/types.h>

#define BENCH_DATA_MAGIC	0x31686e6562646e6bULL	/* "kndbenh1" */
#define BENCH_NEXTHOP_MAX	0xffff			/* largest next hop */

/*
 * Streams of keys: a, uniform over the space that has routes; b, a random
 * prefix and a random host in it; c, prefixes by Zipf's law (1.0), at most 16
 * hosts each.
 */
#define BENCH_STREAMS		3

/* struct bench_data - the header */
struct bench_data {
	__u64	magic;
	__u32	nr_routes[2];
	__u32	nr_sample[2];
	__u32	nr_keys;
	__u32	pad;
};

/* struct bench_data_addr - an address, as struct route_addr */
struct bench_data_addr {
	__u64	hi;
	__u64	lo;
};

/* struct bench_data_route - a route, as struct route */
struct bench_data_route {
	struct bench_data_addr	addr;
	__u32			nexthop;
	__u8			family;
	__u8			len;
	__u8			pad[2];
};

#endif /* _BENCH_DATA_H */
