/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Measurements in instructions.  The guest runs under QEMU's -icount, where
 * each instruction takes a nanosecond and the time stamp counter shows how many
 * there were.  A string instruction counts once for each of its elements.
 *
 * A measurement is one struct bench, in the array of its subject; main.c runs
 * them on order.  Which is subtracted from which, and what is compared with
 * what, is not known in here.
 */
#ifndef _BENCH_H
#define _BENCH_H

#include <linux/compiler.h>
#include <linux/types.h>

#include <asm/msr.h>

#include <core/prefix.h>

#include "data.h"

#define BENCH_FAMILIES	2
#define BENCH_TABLE_ID	4242	/* of the kernel's tables that are filled */
#define BENCH_NEXTHOP6	0x10000	/* nexthop object n is IPv4's, this + n IPv6's */
#define BENCH_BULK	32	/* keys of a bulk lookup */

/* What the operations of a measurement go over, hence how many there are. */
enum bench_over {
	BENCH_ONE,		/* one operation */
	BENCH_KEYS,		/* keys: it is run once for each stream */
	BENCH_SAMPLE,		/* the sample of routes */
	BENCH_ROUTES,		/* all routes */
};

/**
 * struct bench - a measurement
 * @name: subject, family where there is one, and operation, with dots between
 * @over: see there
 * @family: ROUTE_INET4 or ROUTE_INET6: of the keys or routes
 * @is_atomic: interrupts are off in @loop, which is in an RCU read section;
 *	otherwise it may sleep, time in which the CPU is idle does not count, and
 *	callbacks that RCU runs in the meantime do
 * @is_once: cannot be repeated
 * @chunk: operations between two chances to reschedule, 0: 2048
 * @setup: before each repeat; 0 or -errno; may be NULL
 * @loop: the operations from number @from on, @nr of them; 0 or -errno
 * @settle: finish what was left for later; before @loop, and again behind it and
 *	what RCU called, where it counts; may be NULL
 * @teardown: after each repeat whose setup went well; may be NULL
 * @answer: of a lookup: the next hop of the key with this number, 0 if none;
 *	may be NULL
 */
struct bench {
	const char	*name;
	enum bench_over	over;
	u8		family;
	bool		is_atomic;
	bool		is_once;
	u32		chunk;
	int		(*setup)(void);
	int		(*loop)(u32 from, u32 nr);
	void		(*settle)(void);
	void		(*teardown)(void);
	u32		(*answer)(u32 i);
};

/* The measurements, a subject each; behind the last one is one without a name. */
extern const struct bench bench_empty[];
extern const struct bench bench_table[];
extern const struct bench bench_fib4[];
extern const struct bench bench_fib6[];
extern const struct bench bench_lpm[];

/**
 * struct bench_lpm_key - an address as a key of an LPM_TRIE
 * @pad: 0
 * @len: bits of the address: where the key begins
 * @addr: the address in network order
 * @addr4: an IPv4 address, which is its first four bytes
 */
struct bench_lpm_key {
	u32	pad;
	u32	len;
	union {
		u8	addr[16];
		__be32	addr4;
	};
};

/**
 * struct bench_keys - the same keys in the forms that tables want
 * @addrs: for ours
 * @addrs4: for ours in bulk, if they are IPv4's
 * @lpm: for the kernel's
 */
struct bench_keys {
	const struct route_addr	*addrs;
	u32			*addrs4;
	struct bench_lpm_key	*lpm;
};

/* Set once; of @keys, those of the stream that is being measured. */
extern u32 bench_nr_keys;
extern u32 bench_nr_routes[BENCH_FAMILIES];
extern u32 bench_nr_sample[BENCH_FAMILIES];
extern const struct bench_data_route *bench_routes[BENCH_FAMILIES];
extern const struct bench_data_route *bench_sample[BENCH_FAMILIES];
extern struct bench_keys bench_streams[BENCH_FAMILIES][BENCH_STREAMS];
extern const struct bench_keys *bench_keys;

/* Device of the routes in the kernel's tables. */
extern int bench_ifindex;

/* What lookups give, lest they are optimized away. */
extern u64 bench_sink;

/* bench_data_load - read the file; 0 or -errno, and then says why. */
int bench_data_load(const char *path);
void bench_data_free(void);

/* bench_to_prefix - a route's prefix, as the table wants it. */
struct route_prefix bench_to_prefix(const struct bench_data_route *route);

/* bench_to_lpm - a key of an LPM_TRIE, of an address or a prefix. */
void bench_to_lpm(struct bench_lpm_key *key, unsigned int family,
		  const struct bench_data_addr *addr, u32 len);

/* bench_note - one more result of the measurement that runs. */
void bench_note(const char *name, u64 value);

/* bench_symbol - a kernel's function that is not exported, or NULL. */
void *bench_symbol(const char *name);

/* bench_now - instructions since some point in the past. */
static inline u64 bench_now(void)
{
	u64 now;

	barrier();
	now = rdtsc();
	barrier();
	return now;
}

/* bench_clock_check - does that count instructions?  0 or -ENODEV. */
int bench_clock_check(void);

/* bench_idle - of these, those that the CPU spent doing nothing. */
u64 bench_idle(void);

/* Slices between chances to reschedule of this task; notes the longest. */
int bench_slice_start(void);
void bench_slice_stop(void);

/* bench_lpm_set_maps - the maps of both families, by descriptors of ours. */
int bench_lpm_set_maps(int fd4, int fd6);
void bench_lpm_put_maps(void);

/* bench_table_exit - free our table, and wait for its callbacks. */
void bench_table_exit(void);

#endif /* _BENCH_H */
