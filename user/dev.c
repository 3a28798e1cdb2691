// SPDX-License-Identifier: GPL-2.0
/*
 * The only file that says ioctl(): between the core's types and the structs of
 * uapi/kontend.h, and what to do where the device cannot be opened.
 */
#include "dev.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int call(const struct dev *dev, unsigned long cmd, void *arg)
{
	return ioctl(dev->fd, cmd, arg) < 0 ? -errno : 0;
}

static __u8 family_to_uapi(unsigned int family)
{
	return family == ROUTE_INET4 ? KONTEND_INET4 : KONTEND_INET6;
}

static void prefix_to_uapi(struct kontend_prefix *to,
			   const struct route_prefix *from)
{
	memset(to, 0, sizeof(*to));
	route_addr_to_bytes(&from->addr, to->addr);
	to->family = family_to_uapi(from->family);
	to->len = from->len;
}

static void route_from_uapi(struct route *to, const struct kontend_route *from)
{
	to->prefix.family = from->prefix.family == KONTEND_INET6 ? ROUTE_INET6 :
								   ROUTE_INET4;
	to->prefix.addr = route_addr_from_bytes(to->prefix.family,
						from->prefix.addr);
	to->prefix.len = from->prefix.len;
	to->nexthop = from->nexthop;
}

/* Where no next hop is asked for it has to be 0. */
static void change_to_uapi(struct kontend_route *to,
			   const struct route_change *from)
{
	memset(to, 0, sizeof(*to));
	if (from->op == ROUTE_FLUSH)
		return;
	prefix_to_uapi(&to->prefix, &from->route.prefix);
	if (from->op != ROUTE_DELETE)
		to->nexthop = from->route.nexthop;
}

static int explain_open(struct out *out, int err)
{
	switch (err) {
	case -ENOENT:
	case -ENXIO:
	case -ENODEV:
		return out_fail(out, err,
				"%s is not there: the module is not loaded; as root, insmod kontend.ko (see kontend doctor)",
				KONTEND_DEVICE);
	case -EACCES:
	case -EPERM:
		return out_fail(out, err,
				"%s: permission denied; run this as root, or let root chmod or chown the device",
				KONTEND_DEVICE);
	default:
		return out_fail(out, err, "%s: %s (see kontend doctor)",
				KONTEND_DEVICE, strerror(-err));
	}
}

int dev_open(struct dev *dev, bool writable, struct out *out)
{
	int err;

	/* Its largest guest is an array of batch operations. */
	dev->buf = malloc(KONTEND_BULK_MAX * sizeof(struct kontend_batch_op));
	if (!dev->buf)
		return -ENOMEM;
	dev->fd = open(KONTEND_DEVICE,
		       (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (dev->fd >= 0)
		return 0;
	err = -errno;
	free(dev->buf);
	return explain_open(out, err);
}

void dev_close(struct dev *dev)
{
	close(dev->fd);
	free(dev->buf);
}

const char *dev_reason(int err)
{
	switch (err) {
	case -ENOENT:
		return "no such route";
	case -ENODEV:
		return "no such table";
	case -EEXIST:
		return "the route exists";
	case -ENOSPC:
		return "a limit of the table would be passed";
	case -EPERM:
		return "changes need CAP_NET_ADMIN";
	case -EAGAIN:
		return "a stalled reader holds up reclaim; try again later";
	case -EINTR:
		return "interrupted";
	case -ENOTTY:
		return "the loaded module is older than this tool, or another device";
	default:
		return strerror(-err);
	}
}

int dev_info(const struct dev *dev, struct kontend_info *info)
{
	memset(info, 0, sizeof(*info));
	return call(dev, KONTEND_INFO, info);
}

int dev_find_table(const struct dev *dev, const char *name, u32 *table)
{
	struct kontend_table_entry entries[KONTEND_TABLES_MAX];
	struct kontend_table_list list = {
		.nr		= KONTEND_TABLES_MAX,
		.entries	= (uintptr_t)entries,
	};
	char id[sizeof("4294967295")];
	u32 i;
	int ret;

	ret = call(dev, KONTEND_TABLE_LIST, &list);
	if (ret)
		return ret;
	/* An id goes before a name, which may look like one. */
	for (i = 0; i < list.nr && i < KONTEND_TABLES_MAX; i++) {
		snprintf(id, sizeof(id), "%u", entries[i].table);
		if (!strcmp(name, id)) {
			*table = entries[i].table;
			return 0;
		}
	}
	for (i = 0; i < list.nr && i < KONTEND_TABLES_MAX; i++) {
		if (!strncmp(name, entries[i].name, KONTEND_NAME_MAX)) {
			*table = entries[i].table;
			return 0;
		}
	}
	return -ENODEV;
}

int dev_change(const struct dev *dev, u32 table, struct route_change *change,
	       u64 *gen)
{
	static const unsigned long cmds[] = {
		[ROUTE_ADD]	= KONTEND_ROUTE_ADD,
		[ROUTE_REPLACE]	= KONTEND_ROUTE_REPLACE,
		[ROUTE_DELETE]	= KONTEND_ROUTE_DELETE,
	};
	struct kontend_route_op op = { .table = table };
	int ret;

	change_to_uapi(&op.route, change);
	ret = call(dev, cmds[change->op], &op);
	if (!ret)
		change->route.nexthop = op.route.nexthop;
	*gen = op.gen;
	return ret;
}

int dev_get(const struct dev *dev, u32 table, struct route *route, u64 *gen)
{
	struct kontend_route_op op = { .table = table };
	int ret;

	prefix_to_uapi(&op.route.prefix, &route->prefix);
	ret = call(dev, KONTEND_ROUTE_GET, &op);
	route->nexthop = op.route.nexthop;
	*gen = op.gen;
	return ret;
}

int dev_lookup(const struct dev *dev, u32 table, unsigned int family,
	       const struct route_addr *addr, struct route *match, u64 *gen)
{
	struct kontend_lookup lookup = { .table = table };
	int ret;

	route_addr_to_bytes(addr, lookup.addr.addr);
	lookup.addr.family = family_to_uapi(family);
	ret = call(dev, KONTEND_LOOKUP, &lookup);
	route_from_uapi(match, &lookup.match);
	*gen = lookup.gen;
	return ret;
}

int dev_bulk_change(const struct dev *dev, u32 table,
		    const struct route_change *changes, u32 n,
		    struct dev_bulk *bulk)
{
	static const unsigned long cmds[] = {
		[ROUTE_ADD]	= KONTEND_BULK_ADD,
		[ROUTE_REPLACE]	= KONTEND_BULK_REPLACE,
		[ROUTE_DELETE]	= KONTEND_BULK_DELETE,
	};
	struct kontend_route *routes = dev->buf;
	struct kontend_bulk arg = {
		.table	= table,
		.in	= (uintptr_t)routes,
		.nr	= n,
	};
	int ret;
	u32 i;

	for (i = 0; i < n; i++)
		change_to_uapi(&routes[i], &changes[i]);
	ret = call(dev, cmds[changes[0].op], &arg);
	bulk->done = arg.done;
	bulk->error = -arg.error;
	bulk->gen = arg.gen;
	return ret;
}

int dev_bulk_lookup(const struct dev *dev, u32 table, unsigned int family,
		    const struct route_addr *addrs, u32 *nexthops, u32 n,
		    u64 *gen)
{
	struct kontend_addr *keys = dev->buf;
	struct kontend_bulk arg = {
		.table	= table,
		.in	= (uintptr_t)keys,
		.out	= (uintptr_t)nexthops,
		.nr	= n,
	};
	int ret;
	u32 i;

	memset(keys, 0, n * sizeof(*keys));
	for (i = 0; i < n; i++) {
		route_addr_to_bytes(&addrs[i], keys[i].addr);
		keys[i].family = family_to_uapi(family);
	}
	ret = call(dev, KONTEND_BULK_LOOKUP, &arg);
	*gen = arg.gen;
	return ret ? ret : -arg.error;
}

int dev_batch_begin(const struct dev *dev, u32 table)
{
	struct kontend_batch arg = { .table = table };

	return call(dev, KONTEND_BATCH_BEGIN, &arg);
}

int dev_batch_stage(const struct dev *dev, const struct route_change *changes,
		    u32 n)
{
	static const __u32 ops[] = {
		[ROUTE_ADD]	= KONTEND_BATCH_ADD,
		[ROUTE_REPLACE]	= KONTEND_BATCH_REPLACE,
		[ROUTE_DELETE]	= KONTEND_BATCH_DELETE,
		[ROUTE_FLUSH]	= KONTEND_BATCH_FLUSH,
	};
	struct kontend_batch_op *staged = dev->buf;
	struct kontend_batch arg = {
		.ops	= (uintptr_t)staged,
		.nr	= n,
	};
	int ret;
	u32 i;

	memset(staged, 0, n * sizeof(*staged));
	for (i = 0; i < n; i++) {
		change_to_uapi(&staged[i].route, &changes[i]);
		staged[i].op = ops[changes[i].op];
	}
	ret = call(dev, KONTEND_BATCH_STAGE, &arg);
	return ret ? ret : -arg.error;
}

int dev_batch_commit(const struct dev *dev, u32 *failed, u64 *gen)
{
	struct kontend_batch arg = { 0 };
	int ret;

	ret = call(dev, KONTEND_BATCH_COMMIT, &arg);
	*failed = arg.failed_index;
	*gen = arg.gen;
	return ret ? ret : -arg.error;
}

int dev_batch_abort(const struct dev *dev)
{
	struct kontend_batch arg = { 0 };

	return call(dev, KONTEND_BATCH_ABORT, &arg);
}

int dev_dump(const struct dev *dev, u32 table, const struct route_prefix *after,
	     struct route *routes, u32 *n, u64 *gen, bool *moved)
{
	struct kontend_route *got = dev->buf;
	struct kontend_dump arg = {
		.table	= table,
		.routes	= (uintptr_t)got,
		.nr	= *n,
		.gen	= *gen,
	};
	int ret;
	u32 i;

	if (after) {
		arg.flags = KONTEND_DUMP_CONTINUE;
		prefix_to_uapi(&arg.cursor, after);
	}
	ret = call(dev, KONTEND_DUMP, &arg);
	if (ret)
		return ret;
	for (i = 0; i < arg.nr; i++)
		route_from_uapi(&routes[i], &got[i]);
	*n = arg.nr;
	*gen = arg.gen;
	*moved |= arg.moved;
	return 0;
}

int dev_flush(const struct dev *dev, u32 table, u64 *nr, u64 *gen)
{
	struct kontend_flush arg = { .table = table };
	int ret;

	ret = call(dev, KONTEND_FLUSH, &arg);
	*nr = arg.nr;
	*gen = arg.gen;
	return ret;
}

int dev_stats(const struct dev *dev, u32 table, struct kontend_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->table = table;
	return call(dev, KONTEND_STATS, stats);
}
