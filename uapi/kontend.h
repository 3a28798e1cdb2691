/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The whole contract of /dev/kontend: structs, commands, limits, errors.
 *
 * Every command takes one struct.  Its size travels in the command number, so
 * that old programs run on new modules and new programs on old ones: a struct
 * grows at its end only, and a zero means "as before".
 *
 * What every command may answer, beside what stands at the command:
 *   ENOTTY      no such command
 *   EINVAL      the struct is too short, or a field that we know is wrong
 *               (an unknown flag, a reserved byte that is not zero, a prefix
 *               with host bits, a next hop of 0)
 *   E2BIG       the struct is longer than ours, and the tail is not zero
 *   EFAULT      a pointer leads nowhere
 *   ENOENT      no such route (get, delete), no batch
 *   ENODEV      no such table, or it was destroyed meanwhile
 *   EEXIST      the route exists (add)
 *   ENOSPC      a limit of the table or of the module would be passed
 *   ENOMEM      the machine has no memory for it; nothing was changed
 *   EPERM       a change, and the opener or the caller lacks CAP_NET_ADMIN
 *   EBADF       a change, and the file is not open for writing
 *   EAGAIN      a stalled reader holds up reclaim; nothing was changed by the
 *               element that failed, try again later
 *   EINTR       a signal came while waiting; as EAGAIN
 *   EOPNOTSUPP  known, but not offered by this kernel or build
 */
#ifndef _UAPI_KONTEND_H
#define _UAPI_KONTEND_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define KONTEND_DEVICE		"/dev/kontend"

/* The table that is always there; the kfuncs, cat and echo use it. */
#define KONTEND_TABLE_MAIN	0

#define KONTEND_NAME_MAX	16	/* bytes of a table's name, NUL included */
#define KONTEND_TABLES_MAX	16	/* tables at a time, main included */
#define KONTEND_BULK_MAX	65536	/* elements of one bulk command */
#define KONTEND_DUMP_MAX	65536	/* routes of one dump command */
#define KONTEND_VIEW_KEYS	256	/* keys of a bulk lookup per view */
#define KONTEND_BATCH_MAX	4194304	/* operations of one batch */

#define KONTEND_INET4		4
#define KONTEND_INET6		6

/**
 * struct kontend_addr - an IPv4 or IPv6 address
 * @addr: network byte order; an IPv4 address in the first four bytes, the
 *	other twelve are 0
 * @family: KONTEND_INET4 or KONTEND_INET6
 * @__reserved: 0
 */
struct kontend_addr {
	__u8	addr[16];
	__u8	family;
	__u8	__reserved[7];
};

/**
 * struct kontend_prefix - a prefix
 * @addr: as in struct kontend_addr; bits behind the first @len are 0
 * @family: KONTEND_INET4 or KONTEND_INET6
 * @len: prefix length in bits, 0 to 32 or 0 to 128
 * @__reserved: 0
 */
struct kontend_prefix {
	__u8	addr[16];
	__u8	family;
	__u8	len;
	__u8	__reserved[6];
};

/**
 * struct kontend_route - a prefix and where it leads
 * @prefix: the prefix
 * @nexthop: the next hop's id, not 0; where it is not asked for (delete, get
 *	on the way in) it must be 0
 * @__reserved: 0
 */
struct kontend_route {
	struct kontend_prefix	prefix;
	__u32			nexthop;
	__u32			__reserved;
};

/* Bits of kontend_info.features. */
#define KONTEND_FEATURE_BATCH	(1ULL << 0)	/* staged batches */
#define KONTEND_FEATURE_TEXT	(1ULL << 1)	/* read() and write() of text */
#define KONTEND_FEATURE_POLL	(1ULL << 2)	/* POLLPRI on a new generation */
#define KONTEND_FEATURE_KFUNC	(1ULL << 3)	/* lookups from BPF programs */
#define KONTEND_FEATURE_COMPAT	(1ULL << 4)	/* 32-bit callers */
#define KONTEND_FEATURE_POISON	(1ULL << 5)	/* debug build: freed memory is poisoned */

/**
 * struct kontend_info - what this module offers (KONTEND_INFO)
 * @flags: 0
 * @tables_max: KONTEND_TABLES_MAX of the module
 * @features: KONTEND_FEATURE_* bits
 * @bulk_max: KONTEND_BULK_MAX of the module
 * @dump_max: KONTEND_DUMP_MAX of the module
 * @view_keys: KONTEND_VIEW_KEYS of the module
 * @batch_max: KONTEND_BATCH_MAX of the module
 * @routes_max: default limit on the routes of a table
 * @bytes_max: default limit on the bytes of a table's memory
 *
 * All but @flags are set by the module; what the caller puts there is ignored.
 */
struct kontend_info {
	__u32	flags;
	__u32	tables_max;
	__u64	features;
	__u32	bulk_max;
	__u32	dump_max;
	__u32	view_keys;
	__u32	batch_max;
	__u64	routes_max;
	__u64	bytes_max;
};

/**
 * struct kontend_table - a table (KONTEND_TABLE_CREATE, KONTEND_TABLE_DESTROY)
 * @flags: 0
 * @table: out of create: the id, never used before and never again; into
 *	destroy: which one.  KONTEND_TABLE_MAIN cannot be destroyed (EINVAL).
 * @name: create: printable ASCII without blanks, NUL-terminated, not in use
 *	(EEXIST); destroy: all 0
 * @routes_max: create: limit on routes, 0 for the default; destroy: 0
 * @bytes_max: create: limit on memory of the routes as given, 0 for the default,
 *	less than 8192 taken for that; what is compiled from them for lookups, about
 *	as much, and 2 MB of large tables' roots come on top; destroy: 0
 *
 * Create takes the default as the highest limit that may be asked for (EINVAL
 * above it).
 */
struct kontend_table {
	__u32	flags;
	__u32	table;
	char	name[KONTEND_NAME_MAX];
	__u64	routes_max;
	__u64	bytes_max;
};

/**
 * struct kontend_table_entry - a line of the list of tables
 * @table: id
 * @__reserved: 0
 * @name: name, NUL-terminated
 * @nr_routes4: IPv4 routes
 * @nr_routes6: IPv6 routes
 * @gen: generation number
 */
struct kontend_table_entry {
	__u32	table;
	__u32	__reserved;
	char	name[KONTEND_NAME_MAX];
	__u64	nr_routes4;
	__u64	nr_routes6;
	__u64	gen;
};

/**
 * struct kontend_table_list - all tables (KONTEND_TABLE_LIST)
 * @flags: 0
 * @nr: in: entries that @entries has room for; out: tables there are, of
 *	which at most that many were copied
 * @entries: pointer to struct kontend_table_entry[]
 */
struct kontend_table_list {
	__u32		flags;
	__u32		nr;
	__aligned_u64	entries;
};

/**
 * struct kontend_route_op - one route (KONTEND_ROUTE_ADD, _REPLACE, _DELETE,
 *	_GET)
 * @flags: 0
 * @table: table id
 * @route: the route.  Add fails with EEXIST if the prefix is there; replace
 *	adds or changes; delete and get want @route.nexthop 0 and answer with
 *	the value that the prefix had or has.  Get is an exact match.
 * @gen: out: the table's generation after the change, or of the view read
 */
struct kontend_route_op {
	__u32			flags;
	__u32			table;
	struct kontend_route	route;
	__u64			gen;
};

/**
 * struct kontend_lookup - longest-prefix match (KONTEND_LOOKUP)
 * @flags: 0
 * @table: table id
 * @addr: the address
 * @match: in: ignored; out: the route that matched, all 0 where none does:
 *	that no route matches is an answer, not an error
 * @gen: out: generation of the view in which it matched
 */
struct kontend_lookup {
	__u32			flags;
	__u32			table;
	struct kontend_addr	addr;
	struct kontend_route	match;
	__u64			gen;
};

/**
 * struct kontend_bulk - many routes or keys (KONTEND_BULK_*)
 * @flags: 0
 * @table: table id
 * @in: pointer to @nr elements: struct kontend_route for add, replace, delete
 *	and get (rules as in struct kontend_route_op), struct kontend_addr for
 *	lookup
 * @out: pointer to @nr times __u32: for get and lookup the next hops, 0 where
 *	there is no route; for add, replace and delete 0
 * @nr: elements, 1 to KONTEND_BULK_MAX
 * @done: out: elements that were done, always the first ones
 * @failed_index: out: the element that failed, or @nr
 * @error: out: 0, or the errno (a positive number) of the element that failed
 * @gen: out: generation after the last change, or of the last view read
 * @__reserved: 0
 *
 * The command returns 0 once it has started: @error and @done tell the rest.
 * That the table is not there, that memory is short or that the array cannot be
 * read or written near its beginning are answers of the command itself.  Arrays
 * are copied in pieces: with EFAULT in @error, @failed_index is where to go on.
 * Elements are applied one after the other, each on its own; for all or none
 * use a batch.  Lookups take one view for every KONTEND_VIEW_KEYS keys.
 */
struct kontend_bulk {
	__u32		flags;
	__u32		table;
	__aligned_u64	in;
	__aligned_u64	out;
	__u32		nr;
	__u32		done;
	__u32		failed_index;
	__s32		error;
	__u64		gen;
	__u64		__reserved;
};

/* Values of kontend_batch_op.op. */
#define KONTEND_BATCH_ADD	1
#define KONTEND_BATCH_REPLACE	2
#define KONTEND_BATCH_DELETE	3
#define KONTEND_BATCH_FLUSH	4	/* prefix and next hop all 0 */

/**
 * struct kontend_batch_op - an operation of a batch
 * @route: the route; next hop 0 for delete
 * @op: KONTEND_BATCH_*
 * @__reserved: 0
 */
struct kontend_batch_op {
	struct kontend_route	route;
	__u32			op;
	__u32			__reserved;
};

/**
 * struct kontend_batch - a batch of changes that becomes visible at once or
 *	not at all (KONTEND_BATCH_BEGIN, _STAGE, _COMMIT, _ABORT)
 * @flags: 0
 * @table: begin: table id; the others: 0
 * @ops: stage: pointer to struct kontend_batch_op[]; the others: 0
 * @nr: stage: operations, 1 to KONTEND_BULK_MAX; the others: 0
 * @failed_index: out of stage: index in @ops; out of commit: index in the
 *	order of staging; of the operation that failed.  The number of
 *	operations where none did.
 * @error: out: 0, or the errno (a positive number) of that operation
 * @__pad: 0
 * @gen: out of commit: the generation that the batch made
 *
 * A file has at most one batch (begin: EBUSY; the others: ENOENT without one).
 * Stage checks form, all or none of its array; whether a route exists is
 * decided at commit.  Stage and commit return 0 with @error set if an
 * operation failed: after a failed commit the table is as before, and the
 * batch is kept for abort or for another try.
 */
struct kontend_batch {
	__u32		flags;
	__u32		table;
	__aligned_u64	ops;
	__u32		nr;
	__u32		failed_index;
	__s32		error;
	__u32		__pad;
	__u64		gen;
};

/* Bits of kontend_dump.flags. */
#define KONTEND_DUMP_CONTINUE	(1U << 0)	/* go on behind @cursor */

/**
 * struct kontend_dump - routes in order (KONTEND_DUMP)
 * @flags: 0 to start, KONTEND_DUMP_CONTINUE to go on
 * @table: table id
 * @cursor: in, with KONTEND_DUMP_CONTINUE: the last prefix that was seen (it
 *	need not exist any more), else all 0; out: the last prefix returned
 * @routes: pointer to struct kontend_route[]
 * @nr: in: routes that there is room for, 1 to KONTEND_DUMP_MAX; out: routes
 *	returned, less than asked for only at the end of the table
 * @moved: out: 1 if a change was seen between the generation in @gen on the
 *	way in (if not 0) and the end of this call
 * @gen: in: 0, or the generation that the first call returned; out: the
 *	generation at the end of this call
 *
 * Order: IPv4 before IPv6, then by address, then short before long.  Each
 * route that is present during the whole walk is returned exactly once.
 */
struct kontend_dump {
	__u32			flags;
	__u32			table;
	struct kontend_prefix	cursor;
	__aligned_u64		routes;
	__u32			nr;
	__u32			moved;
	__u64			gen;
};

/**
 * struct kontend_flush - delete all routes at once (KONTEND_FLUSH)
 * @flags: 0
 * @table: table id
 * @nr: out: routes deleted
 * @gen: out: generation after it
 */
struct kontend_flush {
	__u32	flags;
	__u32	table;
	__u64	nr;
	__u64	gen;
};

/**
 * struct kontend_stats - figures of a table (KONTEND_STATS)
 * @flags: 0
 * @table: table id
 * @gen: out: generation number
 * @nr_routes4: out: IPv4 routes
 * @nr_routes6: out: IPv6 routes
 * @bytes: out: memory held in all, what waits for readers included
 * @bytes_fixed: out: of these, what an empty table needs
 * @bytes_live: out: of these, what the routes are stored in
 * @bytes_pending: out: of these, what waits for a grace period
 * @bytes_pending_max: out: the bound on @bytes_pending
 * @routes_max: out: the table's limit on routes
 * @bytes_max: out: the table's limit on bytes
 * @commits: out: views published since the table was created
 * @reclaims: out: views whose memory was reclaimed
 * @stalls: out: times that a writer had to wait for a grace period
 * @moves: out: times that the table was moved to another region
 */
struct kontend_stats {
	__u32	flags;
	__u32	table;
	__u64	gen;
	__u64	nr_routes4;
	__u64	nr_routes6;
	__u64	bytes;
	__u64	bytes_fixed;
	__u64	bytes_live;
	__u64	bytes_pending;
	__u64	bytes_pending_max;
	__u64	routes_max;
	__u64	bytes_max;
	__u64	commits;
	__u64	reclaims;
	__u64	stalls;
	__u64	moves;
};

/* First sizes, for ever. */
#define KONTEND_INFO_SIZE_V0		48
#define KONTEND_TABLE_SIZE_V0		40
#define KONTEND_TABLE_LIST_SIZE_V0	16
#define KONTEND_ROUTE_OP_SIZE_V0	48
#define KONTEND_LOOKUP_SIZE_V0		72
#define KONTEND_BULK_SIZE_V0		56
#define KONTEND_BATCH_SIZE_V0		40
#define KONTEND_DUMP_SIZE_V0		56
#define KONTEND_FLUSH_SIZE_V0		24
#define KONTEND_STATS_SIZE_V0		120

#define KONTEND_IOC			0xb7

#define KONTEND_INFO		_IOWR(KONTEND_IOC, 0, struct kontend_info)
#define KONTEND_TABLE_CREATE	_IOWR(KONTEND_IOC, 1, struct kontend_table)
#define KONTEND_TABLE_DESTROY	_IOW(KONTEND_IOC, 2, struct kontend_table)
#define KONTEND_TABLE_LIST	_IOWR(KONTEND_IOC, 3, struct kontend_table_list)
#define KONTEND_ROUTE_ADD	_IOWR(KONTEND_IOC, 4, struct kontend_route_op)
#define KONTEND_ROUTE_REPLACE	_IOWR(KONTEND_IOC, 5, struct kontend_route_op)
#define KONTEND_ROUTE_DELETE	_IOWR(KONTEND_IOC, 6, struct kontend_route_op)
#define KONTEND_ROUTE_GET	_IOWR(KONTEND_IOC, 7, struct kontend_route_op)
#define KONTEND_LOOKUP		_IOWR(KONTEND_IOC, 8, struct kontend_lookup)
#define KONTEND_BULK_ADD	_IOWR(KONTEND_IOC, 9, struct kontend_bulk)
#define KONTEND_BULK_REPLACE	_IOWR(KONTEND_IOC, 10, struct kontend_bulk)
#define KONTEND_BULK_DELETE	_IOWR(KONTEND_IOC, 11, struct kontend_bulk)
#define KONTEND_BULK_GET	_IOWR(KONTEND_IOC, 12, struct kontend_bulk)
#define KONTEND_BULK_LOOKUP	_IOWR(KONTEND_IOC, 13, struct kontend_bulk)
#define KONTEND_BATCH_BEGIN	_IOWR(KONTEND_IOC, 14, struct kontend_batch)
#define KONTEND_BATCH_STAGE	_IOWR(KONTEND_IOC, 15, struct kontend_batch)
#define KONTEND_BATCH_COMMIT	_IOWR(KONTEND_IOC, 16, struct kontend_batch)
#define KONTEND_BATCH_ABORT	_IOWR(KONTEND_IOC, 17, struct kontend_batch)
#define KONTEND_DUMP		_IOWR(KONTEND_IOC, 18, struct kontend_dump)
#define KONTEND_FLUSH		_IOWR(KONTEND_IOC, 19, struct kontend_flush)
#define KONTEND_STATS		_IOWR(KONTEND_IOC, 20, struct kontend_stats)

#endif /* _UAPI_KONTEND_H */
