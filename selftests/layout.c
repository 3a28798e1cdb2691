// SPDX-License-Identifier: GPL-2.0
/*
 * The layout of every struct of uapi/kontend.h, field by field: it is for ever,
 * and the same for 32-bit callers.  Nothing runs here: it builds or does not.
 */
#include <assert.h>
#include <stddef.h>

#include <uapi/kontend.h>

#define SIZE(type, bytes) \
	static_assert(sizeof(struct type) == (bytes), #type)
#define FIELD(type, member, at) \
	static_assert(offsetof(struct type, member) == (at), #type "." #member)

SIZE(kontend_addr, 24);
FIELD(kontend_addr, addr, 0);
FIELD(kontend_addr, family, 16);
FIELD(kontend_addr, __reserved, 17);

SIZE(kontend_prefix, 24);
FIELD(kontend_prefix, addr, 0);
FIELD(kontend_prefix, family, 16);
FIELD(kontend_prefix, len, 17);
FIELD(kontend_prefix, __reserved, 18);

SIZE(kontend_route, 32);
FIELD(kontend_route, prefix, 0);
FIELD(kontend_route, nexthop, 24);
FIELD(kontend_route, __reserved, 28);

SIZE(kontend_info, KONTEND_INFO_SIZE_V0);
FIELD(kontend_info, flags, 0);
FIELD(kontend_info, tables_max, 4);
FIELD(kontend_info, features, 8);
FIELD(kontend_info, bulk_max, 16);
FIELD(kontend_info, dump_max, 20);
FIELD(kontend_info, view_keys, 24);
FIELD(kontend_info, batch_max, 28);
FIELD(kontend_info, routes_max, 32);
FIELD(kontend_info, bytes_max, 40);

SIZE(kontend_table, KONTEND_TABLE_SIZE_V0);
FIELD(kontend_table, flags, 0);
FIELD(kontend_table, table, 4);
FIELD(kontend_table, name, 8);
FIELD(kontend_table, routes_max, 24);
FIELD(kontend_table, bytes_max, 32);

SIZE(kontend_table_entry, 48);
FIELD(kontend_table_entry, table, 0);
FIELD(kontend_table_entry, __reserved, 4);
FIELD(kontend_table_entry, name, 8);
FIELD(kontend_table_entry, nr_routes4, 24);
FIELD(kontend_table_entry, nr_routes6, 32);
FIELD(kontend_table_entry, gen, 40);

SIZE(kontend_table_list, KONTEND_TABLE_LIST_SIZE_V0);
FIELD(kontend_table_list, flags, 0);
FIELD(kontend_table_list, nr, 4);
FIELD(kontend_table_list, entries, 8);

SIZE(kontend_route_op, KONTEND_ROUTE_OP_SIZE_V0);
FIELD(kontend_route_op, flags, 0);
FIELD(kontend_route_op, table, 4);
FIELD(kontend_route_op, route, 8);
FIELD(kontend_route_op, gen, 40);

SIZE(kontend_lookup, KONTEND_LOOKUP_SIZE_V0);
FIELD(kontend_lookup, flags, 0);
FIELD(kontend_lookup, table, 4);
FIELD(kontend_lookup, addr, 8);
FIELD(kontend_lookup, match, 32);
FIELD(kontend_lookup, gen, 64);

SIZE(kontend_bulk, KONTEND_BULK_SIZE_V0);
FIELD(kontend_bulk, flags, 0);
FIELD(kontend_bulk, table, 4);
FIELD(kontend_bulk, in, 8);
FIELD(kontend_bulk, out, 16);
FIELD(kontend_bulk, nr, 24);
FIELD(kontend_bulk, done, 28);
FIELD(kontend_bulk, failed_index, 32);
FIELD(kontend_bulk, error, 36);
FIELD(kontend_bulk, gen, 40);
FIELD(kontend_bulk, __reserved, 48);

SIZE(kontend_batch_op, 40);
FIELD(kontend_batch_op, route, 0);
FIELD(kontend_batch_op, op, 32);
FIELD(kontend_batch_op, __reserved, 36);

SIZE(kontend_batch, KONTEND_BATCH_SIZE_V0);
FIELD(kontend_batch, flags, 0);
FIELD(kontend_batch, table, 4);
FIELD(kontend_batch, ops, 8);
FIELD(kontend_batch, nr, 16);
FIELD(kontend_batch, failed_index, 20);
FIELD(kontend_batch, error, 24);
FIELD(kontend_batch, __pad, 28);
FIELD(kontend_batch, gen, 32);

SIZE(kontend_dump, KONTEND_DUMP_SIZE_V0);
FIELD(kontend_dump, flags, 0);
FIELD(kontend_dump, table, 4);
FIELD(kontend_dump, cursor, 8);
FIELD(kontend_dump, routes, 32);
FIELD(kontend_dump, nr, 40);
FIELD(kontend_dump, moved, 44);
FIELD(kontend_dump, gen, 48);

SIZE(kontend_flush, KONTEND_FLUSH_SIZE_V0);
FIELD(kontend_flush, flags, 0);
FIELD(kontend_flush, table, 4);
FIELD(kontend_flush, nr, 8);
FIELD(kontend_flush, gen, 16);

SIZE(kontend_stats, KONTEND_STATS_SIZE_V0);
FIELD(kontend_stats, flags, 0);
FIELD(kontend_stats, table, 4);
FIELD(kontend_stats, gen, 8);
FIELD(kontend_stats, nr_routes4, 16);
FIELD(kontend_stats, nr_routes6, 24);
FIELD(kontend_stats, bytes, 32);
FIELD(kontend_stats, bytes_fixed, 40);
FIELD(kontend_stats, bytes_live, 48);
FIELD(kontend_stats, bytes_pending, 56);
FIELD(kontend_stats, bytes_pending_max, 64);
FIELD(kontend_stats, routes_max, 72);
FIELD(kontend_stats, bytes_max, 80);
FIELD(kontend_stats, commits, 88);
FIELD(kontend_stats, reclaims, 96);
FIELD(kontend_stats, stalls, 104);
FIELD(kontend_stats, moves, 112);
