/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables that benchmarks work on, made by a thread that is registered and online.
 */
#ifndef _USER_BENCH_TABLE_H
#define _USER_BENCH_TABLE_H

#include "mirror.h"

/**
 * bench_table_make() - a table with these routes, by one transaction
 * @ops: flavour
 * @m: out
 * @routes: routes, none twice, in any order
 * @nr: how many
 * @ns: out: how long the transaction took; may be NULL
 * Return: 0 or -errno.
 */
int bench_table_make(const struct mirror_ops *ops, struct mirror **m,
		     const struct route *routes, size_t nr, u64 *ns);

/* bench_changes - one change for each route, for free(); NULL without memory. */
struct route_change *bench_changes(const struct route *routes, size_t nr,
				   enum route_op op);

#endif /* _USER_BENCH_TABLE_H */
