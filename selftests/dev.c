// SPDX-License-Identifier: GPL-2.0
/*
 * The device as the tests see it.  Each call fills one struct, issues one
 * command and hands out the part of the answer that most tests want.
 */
#include "dev.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kselftest.h"

#define PTR(p)	((__u64)(unsigned long)(p))

/*
 * The script beside the program knows where the module may be.  -ENODEV: there
 * is none for us; a module that is refused is another error.
 */
static int load_module(void)
{
	char cmd[4096 + 16];
	char *slash;
	ssize_t len;
	int status;

	len = readlink("/proc/self/exe", cmd, 4096);
	if (len < 0)
		return -errno;
	cmd[len] = 0;
	slash = strrchr(cmd, '/');
	strcpy(slash + 1, "load-module >&2");
	status = system(cmd);
	if (WIFEXITED(status) && WEXITSTATUS(status) == KSFT_SKIP)
		return -ENODEV;
	return status ? -ENOEXEC : 0;
}

int dev_open(int flags)
{
	int fd, ret;

	fd = open(KONTEND_DEVICE, flags | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENODEV || errno == ENXIO)) {
		ret = load_module();
		if (ret)
			return ret;
		fd = open(KONTEND_DEVICE, flags | O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

int dev_ioctl(int fd, unsigned int cmd, void *arg)
{
	return ioctl(fd, cmd, arg) < 0 ? -errno : 0;
}

static __u8 family_of(const char *text)
{
	return strchr(text, ':') ? KONTEND_INET6 : KONTEND_INET4;
}

static void parse_addr(const char *text, __u8 family, __u8 *addr)
{
	if (inet_pton(family == KONTEND_INET4 ? AF_INET : AF_INET6, text,
		      addr) == 1)
		return;
	fprintf(stderr, "%s: %s is no address\n", __func__, text);
	exit(1);
}

struct kontend_prefix dev_prefix(const char *text)
{
	struct kontend_prefix p = { .family = family_of(text) };
	char buf[64];
	char *slash;

	snprintf(buf, sizeof(buf), "%s", text);
	slash = strchr(buf, '/');
	p.len = p.family == KONTEND_INET4 ? 32 : 128;
	if (slash) {
		*slash = 0;
		p.len = atoi(slash + 1);
	}
	parse_addr(buf, p.family, p.addr);
	return p;
}

struct kontend_addr dev_addr(const char *text)
{
	struct kontend_addr addr = { .family = family_of(text) };

	parse_addr(text, addr.family, addr.addr);
	return addr;
}

struct kontend_route dev_route(const char *prefix, __u32 nexthop)
{
	return (struct kontend_route){
		.prefix = dev_prefix(prefix),
		.nexthop = nexthop,
	};
}

struct kontend_addr dev_prefix_addr(const struct kontend_prefix *prefix)
{
	struct kontend_addr addr = { .family = prefix->family };

	memcpy(addr.addr, prefix->addr, sizeof(addr.addr));
	return addr;
}

int dev_prefix_cmp(const struct kontend_prefix *a,
		   const struct kontend_prefix *b)
{
	int cmp;

	if (a->family != b->family)
		return (int)a->family - b->family;
	cmp = memcmp(a->addr, b->addr, sizeof(a->addr));
	return cmp ? cmp : (int)a->len - b->len;
}

bool dev_prefix_covers(const struct kontend_prefix *prefix,
		       const struct kontend_addr *addr)
{
	unsigned int bytes = prefix->len / 8, bits = prefix->len % 8;

	if (prefix->family != addr->family ||
	    memcmp(prefix->addr, addr->addr, bytes))
		return false;
	return !bits ||
	       !((prefix->addr[bytes] ^ addr->addr[bytes]) >> (8 - bits));
}

__u64 dev_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

int dev_table_create(int fd, const char *name, __u64 routes_max,
		     __u64 bytes_max, __u32 *table)
{
	struct kontend_table arg = {
		.routes_max = routes_max,
		.bytes_max = bytes_max,
	};
	int ret;

	snprintf(arg.name, sizeof(arg.name), "%s", name);
	ret = dev_ioctl(fd, KONTEND_TABLE_CREATE, &arg);
	if (!ret)
		*table = arg.table;
	return ret;
}

int dev_table_destroy(int fd, __u32 table)
{
	struct kontend_table arg = { .table = table };

	return dev_ioctl(fd, KONTEND_TABLE_DESTROY, &arg);
}

int dev_table_find(int fd, const char *name, __u32 *table)
{
	struct kontend_table_entry entries[KONTEND_TABLES_MAX];
	struct kontend_table_list arg = {
		.nr = KONTEND_TABLES_MAX,
		.entries = PTR(entries),
	};
	unsigned int i;
	int ret;

	ret = dev_ioctl(fd, KONTEND_TABLE_LIST, &arg);
	for (i = 0; !ret && i < arg.nr && i < KONTEND_TABLES_MAX; i++) {
		if (!strncmp(entries[i].name, name, KONTEND_NAME_MAX)) {
			*table = entries[i].table;
			return 0;
		}
	}
	return ret ? ret : -ENOENT;
}

int dev_table_fresh(int fd, const char *name, __u32 *table)
{
	int ret;

	ret = dev_table_find(fd, name, table);
	if (!ret)
		ret = dev_table_destroy(fd, *table);
	if (ret && ret != -ENOENT)
		return ret;
	return dev_table_create(fd, name, 0, 0, table);
}

int dev_route_op(int fd, unsigned int cmd, __u32 table,
		 struct kontend_route *route)
{
	struct kontend_route_op arg = { .table = table, .route = *route };
	int ret;

	ret = dev_ioctl(fd, cmd, &arg);
	if (!ret)
		*route = arg.route;
	return ret;
}

int dev_add(int fd, __u32 table, const char *prefix, __u32 nexthop)
{
	struct kontend_route route = dev_route(prefix, nexthop);

	return dev_route_op(fd, KONTEND_ROUTE_ADD, table, &route);
}

int dev_get(int fd, __u32 table, const char *prefix, __u32 *nexthop)
{
	struct kontend_route route = dev_route(prefix, 0);
	int ret;

	ret = dev_route_op(fd, KONTEND_ROUTE_GET, table, &route);
	if (!ret)
		*nexthop = route.nexthop;
	return ret;
}

int dev_lookup(int fd, __u32 table, const struct kontend_addr *addr,
	       struct kontend_route *match)
{
	struct kontend_lookup arg = { .table = table, .addr = *addr };
	int ret;

	ret = dev_ioctl(fd, KONTEND_LOOKUP, &arg);
	if (!ret)
		*match = arg.match;
	return ret;
}

int dev_bulk(int fd, unsigned int cmd, __u32 table, const void *in, __u32 *out,
	     __u32 nr, struct kontend_bulk *res)
{
	struct kontend_bulk arg = {
		.table = table,
		.in = PTR(in),
		.out = PTR(out),
		.nr = nr,
	};
	int ret;

	ret = dev_ioctl(fd, cmd, &arg);
	if (res)
		*res = arg;
	return ret ? ret : -arg.error;
}

int dev_batch_begin(int fd, __u32 table)
{
	struct kontend_batch arg = { .table = table };

	return dev_ioctl(fd, KONTEND_BATCH_BEGIN, &arg);
}

int dev_batch_stage(int fd, const struct kontend_batch_op *ops, __u32 nr)
{
	struct kontend_batch arg = { .ops = PTR(ops), .nr = nr };
	int ret;

	ret = dev_ioctl(fd, KONTEND_BATCH_STAGE, &arg);
	return ret ? ret : -arg.error;
}

int dev_batch_commit(int fd, struct kontend_batch *res)
{
	struct kontend_batch arg = { 0 };
	int ret;

	ret = dev_ioctl(fd, KONTEND_BATCH_COMMIT, &arg);
	if (res)
		*res = arg;
	return ret ? ret : -arg.error;
}

int dev_batch_abort(int fd)
{
	struct kontend_batch arg = { 0 };

	return dev_ioctl(fd, KONTEND_BATCH_ABORT, &arg);
}

int dev_dump(int fd, __u32 table, struct kontend_route *routes, __u32 max,
	     __u32 chunk, bool *moved)
{
	struct kontend_dump arg = { .table = table };
	__u32 n = 0, want;
	__u64 first = 0;
	int ret;

	if (moved)
		*moved = false;
	do {
		want = max - n < chunk ? max - n : chunk;
		if (!want)
			return -ENOBUFS;
		arg.nr = want;
		arg.routes = PTR(routes + n);
		arg.gen = first;
		ret = dev_ioctl(fd, KONTEND_DUMP, &arg);
		if (ret)
			return ret;
		if (!first)
			first = arg.gen;
		if (moved && arg.moved)
			*moved = true;
		n += arg.nr;
		arg.flags = KONTEND_DUMP_CONTINUE;
	} while (arg.nr == want);
	return n;
}

int dev_flush(int fd, __u32 table, __u64 *nr)
{
	struct kontend_flush arg = { .table = table };
	int ret;

	ret = dev_ioctl(fd, KONTEND_FLUSH, &arg);
	if (!ret && nr)
		*nr = arg.nr;
	return ret;
}

int dev_stats(int fd, __u32 table, struct kontend_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->table = table;
	return dev_ioctl(fd, KONTEND_STATS, stats);
}

int dev_gen(int fd, __u32 table, __u64 *gen)
{
	struct kontend_stats stats;
	int ret;

	ret = dev_stats(fd, table, &stats);
	if (!ret)
		*gen = stats.gen;
	return ret;
}
