// SPDX-License-Identifier: GPL-2.0
/*
 * All commands of the device in one table.  The routes of valid arguments are
 * 10.1.0.0/16 and, in arrays, 10.1.0.0/16 up to 10.8.0.0/16, so that one list
 * tells which bytes of any of them must be zero.
 */
#include "commands.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "dev.h"

#define PTR(p)		((__u64)(unsigned long)(p))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define SPAN(type, member) \
	{ offsetof(struct type, member), sizeof(((struct type *)0)->member) }
#define HOST_BITS(type, member)	{ offsetof(struct type, member.addr) + 2, 14 }

static const char table_name[] = "commands-made";

static struct kontend_route make_route(unsigned int i, __u32 nexthop)
{
	return (struct kontend_route){
		.prefix = {
			.addr = { 10, 1 + i },
			.family = KONTEND_INET4,
			.len = 16,
		},
		.nexthop = nexthop,
	};
}

/* All of the routes there, or none of them. */
static int set_routes(struct command_ctx *ctx, bool present)
{
	struct kontend_route routes[COMMANDS_NR];
	unsigned int i;

	for (i = 0; i < COMMANDS_NR; i++)
		routes[i] = make_route(i, 1 + i);
	if (!present)
		return dev_flush(ctx->fd, ctx->table, NULL);
	return dev_bulk(ctx->fd, KONTEND_BULK_REPLACE, ctx->table, routes, NULL,
			COMMANDS_NR, NULL);
}

static int make_info(struct command_ctx *ctx, union command_arg *arg)
{
	(void)ctx;
	memset(&arg->info, 0, sizeof(arg->info));
	return 0;
}

static void undo_create(struct command_ctx *ctx, const union command_arg *arg)
{
	__u32 table;

	(void)arg;
	if (!dev_table_find(ctx->fd, table_name, &table))
		dev_table_destroy(ctx->fd, table);
}

static int make_create(struct command_ctx *ctx, union command_arg *arg)
{
	undo_create(ctx, arg);
	memset(&arg->table, 0, sizeof(arg->table));
	strcpy(arg->table.name, table_name);
	return 0;
}

static int make_destroy(struct command_ctx *ctx, union command_arg *arg)
{
	memset(&arg->table, 0, sizeof(arg->table));
	undo_create(ctx, arg);
	return dev_table_create(ctx->fd, table_name, 0, 0, &arg->table.table);
}

static int make_list(struct command_ctx *ctx, union command_arg *arg)
{
	arg->list = (struct kontend_table_list){
		.nr = COMMANDS_NR,
		.entries = PTR(ctx->out.entries),
	};
	return 0;
}

static int make_op(struct command_ctx *ctx, union command_arg *arg,
		   bool present, __u32 nexthop)
{
	arg->route = (struct kontend_route_op){
		.table = ctx->table,
		.route = make_route(0, nexthop),
	};
	return set_routes(ctx, present);
}

static int make_add(struct command_ctx *ctx, union command_arg *arg)
{
	return make_op(ctx, arg, false, 7);
}

static int make_replace(struct command_ctx *ctx, union command_arg *arg)
{
	return make_op(ctx, arg, true, 7);
}

/* Delete and get: the route is there, and its next hop is not asked for. */
static int make_get(struct command_ctx *ctx, union command_arg *arg)
{
	return make_op(ctx, arg, true, 0);
}

static int make_lookup(struct command_ctx *ctx, union command_arg *arg)
{
	arg->lookup = (struct kontend_lookup){
		.table = ctx->table,
		.addr = { .addr = { 10, 1 }, .family = KONTEND_INET4 },
	};
	return set_routes(ctx, true);
}

static int make_bulk(struct command_ctx *ctx, union command_arg *arg,
		     bool present, __u32 nexthop, void *out)
{
	unsigned int i;

	for (i = 0; i < COMMANDS_NR; i++)
		ctx->elems.routes[i] = make_route(i, nexthop);
	arg->bulk = (struct kontend_bulk){
		.table = ctx->table,
		.in = PTR(&ctx->elems),
		.out = PTR(out),
		.nr = COMMANDS_NR,
	};
	return set_routes(ctx, present);
}

static int make_bulk_add(struct command_ctx *ctx, union command_arg *arg)
{
	return make_bulk(ctx, arg, false, 7, NULL);
}

static int make_bulk_replace(struct command_ctx *ctx, union command_arg *arg)
{
	return make_bulk(ctx, arg, true, 7, NULL);
}

static int make_bulk_delete(struct command_ctx *ctx, union command_arg *arg)
{
	return make_bulk(ctx, arg, true, 0, NULL);
}

static int make_bulk_get(struct command_ctx *ctx, union command_arg *arg)
{
	return make_bulk(ctx, arg, true, 0, ctx->out.nexthops);
}

static int make_bulk_lookup(struct command_ctx *ctx, union command_arg *arg)
{
	unsigned int i;
	int ret;

	ret = make_bulk(ctx, arg, true, 0, ctx->out.nexthops);
	for (i = 0; i < COMMANDS_NR; i++) {
		struct kontend_route route = make_route(i, 0);

		ctx->elems.addrs[i] = dev_prefix_addr(&route.prefix);
	}
	return ret;
}

static void undo_batch(struct command_ctx *ctx, const union command_arg *arg)
{
	(void)arg;
	dev_batch_abort(ctx->on);
}

static int make_begin(struct command_ctx *ctx, union command_arg *arg)
{
	undo_batch(ctx, arg);
	arg->batch = (struct kontend_batch){ .table = ctx->table };
	return 0;
}

/*
 * Stage, commit and abort want a batch, which only the file itself can begin.
 * A file that must not change anything has none: the refusal comes before that.
 */
static int make_in_batch(struct command_ctx *ctx, union command_arg *arg)
{
	int ret;

	undo_batch(ctx, arg);
	memset(&arg->batch, 0, sizeof(arg->batch));
	ret = dev_batch_begin(ctx->on, ctx->table);
	return ret == -EBADF || ret == -EPERM ? 0 : ret;
}

static int make_stage(struct command_ctx *ctx, union command_arg *arg)
{
	unsigned int i;
	int ret;

	ret = make_in_batch(ctx, arg);
	for (i = 0; i < COMMANDS_NR; i++) {
		ctx->elems.ops[i] = (struct kontend_batch_op){
			.route = make_route(i, 7),
			.op = KONTEND_BATCH_REPLACE,
		};
	}
	arg->batch.ops = PTR(&ctx->elems);
	arg->batch.nr = COMMANDS_NR;
	return ret;
}

/* A commit of something, so that it makes a generation. */
static int make_commit(struct command_ctx *ctx, union command_arg *arg)
{
	int ret;

	ret = set_routes(ctx, false);
	if (!ret)
		ret = make_stage(ctx, arg);
	if (!ret)
		ret = dev_batch_stage(ctx->on, ctx->elems.ops, COMMANDS_NR);
	memset(&arg->batch, 0, sizeof(arg->batch));
	return ret == -EBADF || ret == -EPERM ? 0 : ret;
}

static int make_dump(struct command_ctx *ctx, union command_arg *arg)
{
	arg->dump = (struct kontend_dump){
		.table = ctx->table,
		.routes = PTR(ctx->out.routes),
		.nr = COMMANDS_NR,
	};
	return set_routes(ctx, true);
}

static int make_flush(struct command_ctx *ctx, union command_arg *arg)
{
	arg->flush = (struct kontend_flush){ .table = ctx->table };
	return set_routes(ctx, true);
}

static int make_stats(struct command_ctx *ctx, union command_arg *arg)
{
	arg->stats = (struct kontend_stats){ .table = ctx->table };
	return 0;
}

static const struct command_span none[] = { { 0, 0 } };

static const struct command_span info_ignored[] = {
	SPAN(kontend_info, tables_max),
	SPAN(kontend_info, features),
	SPAN(kontend_info, bulk_max),
	SPAN(kontend_info, dump_max),
	SPAN(kontend_info, view_keys),
	SPAN(kontend_info, batch_max),
	SPAN(kontend_info, routes_max),
	SPAN(kontend_info, bytes_max),
	{ 0, 0 }
};

static const struct command_span create_ignored[] = {
	SPAN(kontend_table, table),
	{ 0, 0 }
};

static const struct command_span destroy_zero[] = {
	SPAN(kontend_table, name),
	SPAN(kontend_table, routes_max),
	SPAN(kontend_table, bytes_max),
	{ 0, 0 }
};

static const struct command_span op_zero[] = {
	HOST_BITS(kontend_route_op, route.prefix),
	SPAN(kontend_route_op, route.prefix.__reserved),
	SPAN(kontend_route_op, route.__reserved),
	{ 0, 0 }
};

static const struct command_span get_zero[] = {
	HOST_BITS(kontend_route_op, route.prefix),
	SPAN(kontend_route_op, route.prefix.__reserved),
	SPAN(kontend_route_op, route.nexthop),
	SPAN(kontend_route_op, route.__reserved),
	{ 0, 0 }
};

static const struct command_span op_ignored[] = {
	SPAN(kontend_route_op, gen),
	{ 0, 0 }
};

/* An address may have any bits, an IPv4 one only in its four bytes. */
static const struct command_span lookup_zero[] = {
	{ offsetof(struct kontend_lookup, addr.addr) + 4, 12 },
	SPAN(kontend_lookup, addr.__reserved),
	{ 0, 0 }
};

static const struct command_span lookup_ignored[] = {
	SPAN(kontend_lookup, match),
	SPAN(kontend_lookup, gen),
	{ 0, 0 }
};

static const struct command_span bulk_zero[] = {
	SPAN(kontend_bulk, __reserved),
	{ 0, 0 }
};

static const struct command_span bulk_change_zero[] = {
	SPAN(kontend_bulk, out),
	SPAN(kontend_bulk, __reserved),
	{ 0, 0 }
};

static const struct command_span bulk_ignored[] = {
	SPAN(kontend_bulk, done),
	SPAN(kontend_bulk, failed_index),
	SPAN(kontend_bulk, error),
	SPAN(kontend_bulk, gen),
	{ 0, 0 }
};

static const struct command_span route_zero[] = {
	HOST_BITS(kontend_route, prefix),
	SPAN(kontend_route, prefix.__reserved),
	SPAN(kontend_route, __reserved),
	{ 0, 0 }
};

static const struct command_span route_get_zero[] = {
	HOST_BITS(kontend_route, prefix),
	SPAN(kontend_route, prefix.__reserved),
	SPAN(kontend_route, nexthop),
	SPAN(kontend_route, __reserved),
	{ 0, 0 }
};

static const struct command_span addr_zero[] = {
	{ offsetof(struct kontend_addr, addr) + 4, 12 },
	SPAN(kontend_addr, __reserved),
	{ 0, 0 }
};

static const struct command_span begin_zero[] = {
	SPAN(kontend_batch, ops),
	SPAN(kontend_batch, nr),
	SPAN(kontend_batch, __pad),
	{ 0, 0 }
};

static const struct command_span stage_zero[] = {
	SPAN(kontend_batch, table),
	SPAN(kontend_batch, __pad),
	{ 0, 0 }
};

static const struct command_span commit_zero[] = {
	SPAN(kontend_batch, table),
	SPAN(kontend_batch, ops),
	SPAN(kontend_batch, nr),
	SPAN(kontend_batch, __pad),
	{ 0, 0 }
};

static const struct command_span batch_ignored[] = {
	SPAN(kontend_batch, failed_index),
	SPAN(kontend_batch, error),
	SPAN(kontend_batch, gen),
	{ 0, 0 }
};

static const struct command_span batch_op_zero[] = {
	HOST_BITS(kontend_batch_op, route.prefix),
	SPAN(kontend_batch_op, route.prefix.__reserved),
	SPAN(kontend_batch_op, route.__reserved),
	SPAN(kontend_batch_op, __reserved),
	{ 0, 0 }
};

static const struct command_span dump_zero[] = {
	SPAN(kontend_dump, cursor),
	{ 0, 0 }
};

static const struct command_span dump_ignored[] = {
	SPAN(kontend_dump, moved),
	{ 0, 0 }
};

static const struct command_span flush_ignored[] = {
	SPAN(kontend_flush, nr),
	SPAN(kontend_flush, gen),
	{ 0, 0 }
};

static const struct command_span stats_ignored[] = {
	{ offsetof(struct kontend_stats, gen),
	  KONTEND_STATS_SIZE_V0 - offsetof(struct kontend_stats, gen) },
	{ 0, 0 }
};

#define COMMAND(n)	.name = #n, .cmd = KONTEND_##n
#define ARRAY(type, member, elem_type) \
	{ offsetof(struct type, member), sizeof(elem_type) }
#define BULK_IN(elem_type)	ARRAY(kontend_bulk, in, struct elem_type)
#define BULK_OUT		ARRAY(kontend_bulk, out, __u32)

const struct command commands[] = {
	{
		COMMAND(INFO), .size = KONTEND_INFO_SIZE_V0,
		.make = make_info, .zero = none, .ignored = info_ignored,
	}, {
		COMMAND(TABLE_CREATE), .size = KONTEND_TABLE_SIZE_V0,
		.changes = true, .make = make_create, .undo = undo_create,
		.zero = none, .ignored = create_ignored,
	}, {
		COMMAND(TABLE_DESTROY), .size = KONTEND_TABLE_SIZE_V0,
		.changes = true, .in_table = true,
		.make = make_destroy, .undo = undo_create, .zero = destroy_zero,
		.ignored = none,
	}, {
		COMMAND(TABLE_LIST), .size = KONTEND_TABLE_LIST_SIZE_V0,
		.make = make_list, .zero = none, .ignored = none,
		.out = ARRAY(kontend_table_list, entries,
			     struct kontend_table_entry),
	}, {
		COMMAND(ROUTE_ADD), .size = KONTEND_ROUTE_OP_SIZE_V0,
		.changes = true, .in_table = true, .make = make_add,
		.zero = op_zero, .ignored = op_ignored,
	}, {
		COMMAND(ROUTE_REPLACE), .size = KONTEND_ROUTE_OP_SIZE_V0,
		.changes = true, .in_table = true, .make = make_replace,
		.zero = op_zero, .ignored = op_ignored,
	}, {
		COMMAND(ROUTE_DELETE), .size = KONTEND_ROUTE_OP_SIZE_V0,
		.changes = true, .in_table = true, .make = make_get,
		.zero = get_zero, .ignored = op_ignored,
	}, {
		COMMAND(ROUTE_GET), .size = KONTEND_ROUTE_OP_SIZE_V0,
		.in_table = true, .make = make_get,
		.zero = get_zero, .ignored = op_ignored,
	}, {
		COMMAND(LOOKUP), .size = KONTEND_LOOKUP_SIZE_V0,
		.in_table = true, .make = make_lookup, .zero = lookup_zero,
		.ignored = lookup_ignored,
	}, {
		COMMAND(BULK_ADD), .size = KONTEND_BULK_SIZE_V0,
		.changes = true, .in_table = true, .make = make_bulk_add,
		.zero = bulk_change_zero, .ignored = bulk_ignored,
		.in = BULK_IN(kontend_route), .in_zero = route_zero,
	}, {
		COMMAND(BULK_REPLACE), .size = KONTEND_BULK_SIZE_V0,
		.changes = true, .in_table = true, .make = make_bulk_replace,
		.zero = bulk_change_zero, .ignored = bulk_ignored,
		.in = BULK_IN(kontend_route), .in_zero = route_zero,
	}, {
		COMMAND(BULK_DELETE), .size = KONTEND_BULK_SIZE_V0,
		.changes = true, .in_table = true, .make = make_bulk_delete,
		.zero = bulk_change_zero, .ignored = bulk_ignored,
		.in = BULK_IN(kontend_route), .in_zero = route_get_zero,
	}, {
		COMMAND(BULK_GET), .size = KONTEND_BULK_SIZE_V0,
		.in_table = true, .make = make_bulk_get,
		.zero = bulk_zero, .ignored = bulk_ignored,
		.in = BULK_IN(kontend_route), .in_zero = route_get_zero,
		.out = BULK_OUT,
	}, {
		COMMAND(BULK_LOOKUP), .size = KONTEND_BULK_SIZE_V0,
		.in_table = true, .make = make_bulk_lookup,
		.zero = bulk_zero, .ignored = bulk_ignored,
		.in = BULK_IN(kontend_addr), .in_zero = addr_zero,
		.out = BULK_OUT,
	}, {
		COMMAND(BATCH_BEGIN), .size = KONTEND_BATCH_SIZE_V0,
		.changes = true, .in_table = true,
		.make = make_begin, .undo = undo_batch,
		.zero = begin_zero, .ignored = batch_ignored,
	}, {
		COMMAND(BATCH_STAGE), .size = KONTEND_BATCH_SIZE_V0,
		.changes = true, .make = make_stage, .undo = undo_batch,
		.zero = stage_zero, .ignored = batch_ignored,
		.in = ARRAY(kontend_batch, ops, struct kontend_batch_op),
		.in_zero = batch_op_zero,
	}, {
		COMMAND(BATCH_COMMIT), .size = KONTEND_BATCH_SIZE_V0,
		.changes = true, .make = make_commit, .undo = undo_batch,
		.zero = commit_zero, .ignored = batch_ignored,
	}, {
		COMMAND(BATCH_ABORT), .size = KONTEND_BATCH_SIZE_V0,
		.changes = true, .make = make_in_batch, .undo = undo_batch,
		.zero = commit_zero, .ignored = batch_ignored,
	}, {
		COMMAND(DUMP), .size = KONTEND_DUMP_SIZE_V0,
		.in_table = true, .flags = KONTEND_DUMP_CONTINUE,
		.make = make_dump,
		.zero = dump_zero, .ignored = dump_ignored,
		.out = ARRAY(kontend_dump, routes, struct kontend_route),
	}, {
		COMMAND(FLUSH), .size = KONTEND_FLUSH_SIZE_V0,
		.changes = true, .in_table = true, .make = make_flush,
		.zero = none, .ignored = flush_ignored,
	}, {
		COMMAND(STATS), .size = KONTEND_STATS_SIZE_V0,
		.in_table = true, .make = make_stats,
		.zero = none, .ignored = stats_ignored,
	},
};

const unsigned int nr_commands = ARRAY_SIZE(commands);

int command_answer(const struct command *c, int ret,
		   const union command_arg *arg, __u32 *index)
{
	*index = ~0U;
	if (ret)
		return ret;
	switch (c->cmd) {
	case KONTEND_BATCH_STAGE:
	case KONTEND_BATCH_COMMIT:
		*index = arg->batch.failed_index;
		return -arg->batch.error;
	case KONTEND_BULK_ADD:
	case KONTEND_BULK_REPLACE:
	case KONTEND_BULK_DELETE:
	case KONTEND_BULK_GET:
	case KONTEND_BULK_LOOKUP:
		*index = arg->bulk.failed_index;
		return -arg->bulk.error;
	}
	return 0;
}
