// SPDX-License-Identifier: GPL-2.0
/*
 * Everything at once for some seconds: readers on every CPU, writers, batches,
 * flushes, tables that come and go, files that open and close.  A next hop is
 * a checksum of its prefix, so a reader that sees freed memory knows it.
 *
 *	torture [-t SECONDS] [-s SEED]
 *
 * Best on a module that poisons what it frees (KONTEND_FEATURE_POISON).
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest.h"

#include "dev.h"
#include "rng.h"

#define SECONDS		5
#define NR_PREFIXES	2048
#define NR_KEYS		300	/* a bulk lookup of more than one view */
#define MAX_THREADS	64

static struct kontend_prefix pool[NR_PREFIXES];
static bool stop;

/* Set by the first thread that fails: the rest is not worth reading. */
static const char *failure;

struct torturer {
	const char	*name;
	void		(*run)(struct torturer *t);
	long		cpu;		/* -1: any */
	pthread_t	thread;
	struct rng	rng;
	int		fd;
	__u64		nr_rounds;
};

static void fail(const char *what, int ret)
{
	static char text[200];
	static int failed;

	if (__atomic_exchange_n(&failed, 1, __ATOMIC_ACQ_REL))
		return;
	snprintf(text, sizeof(text), "%s: %s", what, strerror(-ret));
	__atomic_store_n(&failure, text, __ATOMIC_RELEASE);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
}

/* A writer that is held up may say so; whatever else it says is a bug. */
static void expect(const char *what, int ret, int also)
{
	if (ret && ret != also && ret != -EAGAIN)
		fail(what, ret);
}

/* FNV-1a over the prefix in 24 bits, and its length in the upper 8, plus 1. */
static __u32 canary(const struct kontend_prefix *p)
{
	__u32 hash = 2166136261u;
	unsigned int i;

	hash = (hash ^ p->family) * 16777619u;
	for (i = 0; i < sizeof(p->addr); i++)
		hash = (hash ^ p->addr[i]) * 16777619u;
	return (__u32)(p->len + 1) << 24 | (hash ^ hash >> 24) >> 8;
}

/* Is @nexthop what some route that covers @addr would have? 0: no route. */
static bool is_sane(const struct kontend_addr *addr, __u32 nexthop)
{
	unsigned int len = (nexthop >> 24) - 1, i;
	struct kontend_prefix p = { .family = addr->family, .len = len };

	if (!nexthop)
		return true;
	if (len > (addr->family == KONTEND_INET4 ? 32 : 128))
		return false;
	memcpy(p.addr, addr->addr, sizeof(p.addr));
	for (i = len; i < 128; i++)
		p.addr[i / 8] &= ~(0x80 >> i % 8);
	return nexthop == canary(&p);
}

/* Prefixes that nest, so that each change has something below and above it. */
static void fill_pool(struct rng *rng)
{
	unsigned int i, bit, max;

	for (i = 0; i < NR_PREFIXES; i++) {
		struct kontend_prefix *p = &pool[i];

		p->family = rng_one_in(rng, 2) ? KONTEND_INET4 : KONTEND_INET6;
		max = p->family == KONTEND_INET4 ? 32 : 128;
		p->len = rng_below(rng, max + 1);
		p->addr[0] = p->family == KONTEND_INET4 ? 10 : 0x20;
		for (bit = 8; bit < max; bit++)
			if (rng_one_in(rng, 8))
				p->addr[bit / 8] |= 0x80 >> bit % 8;
		for (bit = p->len; bit < 128; bit++)
			p->addr[bit / 8] &= ~(0x80 >> bit % 8);
	}
}

static struct kontend_route draw_route(struct torturer *t)
{
	struct kontend_route r = {
		.prefix = pool[rng_below(&t->rng, NR_PREFIXES)],
	};

	r.nexthop = canary(&r.prefix);
	return r;
}

static struct kontend_addr draw_addr(struct torturer *t)
{
	struct kontend_route r = draw_route(t);
	struct kontend_addr addr = dev_prefix_addr(&r.prefix);
	unsigned int bit;

	for (bit = r.prefix.len;
	     bit < (addr.family == KONTEND_INET4 ? 32U : 128U); bit++)
		if (rng_one_in(&t->rng, 8))
			addr.addr[bit / 8] |= 0x80 >> bit % 8;
	return addr;
}

static void read_lookups(struct torturer *t)
{
	struct kontend_addr addrs[NR_KEYS];
	struct kontend_route match;
	__u32 nexthops[NR_KEYS];
	unsigned int i;
	int ret;

	for (i = 0; i < NR_KEYS; i++)
		addrs[i] = draw_addr(t);
	ret = dev_bulk(t->fd, KONTEND_BULK_LOOKUP, KONTEND_TABLE_MAIN, addrs,
		       nexthops, NR_KEYS, NULL);
	expect("bulk lookup", ret, 0);
	for (i = 0; !ret && i < NR_KEYS; i++)
		if (!is_sane(&addrs[i], nexthops[i]))
			fail("bulk lookup: a value that no route had", 0);

	ret = dev_lookup(t->fd, KONTEND_TABLE_MAIN, &addrs[0], &match);
	expect("lookup", ret, 0);
	if (!ret && match.nexthop &&
	    (match.nexthop != canary(&match.prefix) ||
	     !dev_prefix_covers(&match.prefix, &addrs[0])))
		fail("lookup: a route that does not match", 0);
}

static void read_dump(struct torturer *t)
{
	static __thread struct kontend_route routes[2 * NR_PREFIXES];
	int i, nr;

	nr = dev_dump(t->fd, KONTEND_TABLE_MAIN, routes, 2 * NR_PREFIXES,
		      1 + rng_below(&t->rng, 512), NULL);
	if (nr < 0)
		fail("dump", nr);
	for (i = 0; i < nr; i++) {
		if (routes[i].nexthop != canary(&routes[i].prefix))
			fail("dump: a route that was never written", 0);
		if (i && dev_prefix_cmp(&routes[i - 1].prefix,
					&routes[i].prefix) >= 0)
			fail("dump: out of order", 0);
	}
}

static void write_single(struct torturer *t)
{
	struct kontend_route r = draw_route(t);

	if (rng_one_in(&t->rng, 2)) {
		expect("replace", dev_route_op(t->fd, KONTEND_ROUTE_REPLACE,
					       KONTEND_TABLE_MAIN, &r), 0);
		return;
	}
	r.nexthop = 0;
	expect("delete", dev_route_op(t->fd, KONTEND_ROUTE_DELETE,
				      KONTEND_TABLE_MAIN, &r), -ENOENT);
}

static void write_bulk(struct torturer *t)
{
	unsigned int nr = 1 + rng_below(&t->rng, 200), i;
	struct kontend_route routes[200];

	for (i = 0; i < nr; i++)
		routes[i] = draw_route(t);
	expect("bulk", dev_bulk(t->fd, KONTEND_BULK_REPLACE, KONTEND_TABLE_MAIN,
				routes, NULL, nr, NULL), 0);
	if (rng_one_in(&t->rng, 64))
		expect("flush", dev_flush(t->fd, KONTEND_TABLE_MAIN, NULL), 0);
}

/* Some fail in the middle, by a delete of what is not there. */
static void write_batch(struct torturer *t)
{
	unsigned int nr = 1 + rng_below(&t->rng, 100), i;
	struct kontend_batch_op ops[100];
	int ret;

	for (i = 0; i < nr; i++) {
		ops[i] = (struct kontend_batch_op){
			.route = draw_route(t), .op = KONTEND_BATCH_REPLACE,
		};
		if (rng_one_in(&t->rng, 100)) {
			ops[i].op = KONTEND_BATCH_DELETE;
			ops[i].route.nexthop = 0;
		}
	}
	if (rng_one_in(&t->rng, 32))
		ops[0] = (struct kontend_batch_op){ .op = KONTEND_BATCH_FLUSH };
	expect("begin", dev_batch_begin(t->fd, KONTEND_TABLE_MAIN), 0);
	expect("stage", dev_batch_stage(t->fd, ops, nr), 0);
	ret = dev_batch_commit(t->fd, NULL);
	expect("commit", ret, -ENOENT);
	if (ret)
		expect("abort", dev_batch_abort(t->fd), 0);
}

/* A table lives a short life; its readers find it or do not. */
static void write_tables(struct torturer *t)
{
	struct kontend_addr addr = draw_addr(t);
	struct kontend_route r = draw_route(t), match;
	char name[KONTEND_NAME_MAX];
	__u32 table;
	int ret;

	snprintf(name, sizeof(name), "t%u", rng_below(&t->rng, 4));
	ret = dev_table_create(t->fd, name, 0, 0, &table);
	expect("create", ret, -EEXIST);
	if (ret == -EEXIST && !dev_table_find(t->fd, name, &table)) {
		expect("lookup", dev_lookup(t->fd, table, &addr, &match),
		       -ENODEV);
		expect("replace", dev_route_op(t->fd, KONTEND_ROUTE_REPLACE,
					       table, &r), -ENODEV);
		expect("destroy", dev_table_destroy(t->fd, table), -ENODEV);
	}
}

/* Files that are closed in the middle of something. */
static void open_and_close(struct torturer *t)
{
	struct kontend_batch_op op = {
		.route = draw_route(t), .op = KONTEND_BATCH_REPLACE,
	};
	char text[512];
	int fd;

	fd = dev_open(O_RDWR);
	if (fd < 0) {
		fail("open", fd);
		return;
	}
	switch (rng_below(&t->rng, 3)) {
	case 0:
		expect("begin", dev_batch_begin(fd, KONTEND_TABLE_MAIN), 0);
		expect("stage", dev_batch_stage(fd, &op, 1), 0);
		break;
	case 1:
		if (read(fd, text, sizeof(text)) < 0)
			fail("read", -errno);
		break;
	}
	close(fd);
}

static void *run(void *arg)
{
	struct torturer *t = arg;
	cpu_set_t set;

	if (t->cpu >= 0) {
		CPU_ZERO(&set);
		CPU_SET(t->cpu, &set);
		sched_setaffinity(0, sizeof(set), &set);
	}
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		t->run(t);
		t->nr_rounds++;
	}
	return NULL;
}

static unsigned int add(struct torturer *list, unsigned int nr,
			const char *name, void (*func)(struct torturer *t),
			long cpu, __u64 seed)
{
	if (nr == MAX_THREADS)
		return nr;
	list[nr] = (struct torturer){
		.name = name, .run = func, .cpu = cpu,
		.rng.state = seed + nr * 0x1234567, .fd = dev_open(O_RDWR),
	};
	if (list[nr].fd < 0)
		ksft_exit_fail_msg("open: %s\n", strerror(-list[nr].fd));
	return nr + 1;
}

static unsigned int add_all(struct torturer *list, __u64 seed)
{
	long cpu, nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int nr = 0;

	nr = add(list, nr, "single", write_single, -1, seed);
	nr = add(list, nr, "bulk", write_bulk, -1, seed);
	nr = add(list, nr, "batch", write_batch, -1, seed);
	nr = add(list, nr, "tables", write_tables, -1, seed);
	nr = add(list, nr, "tables", write_tables, -1, seed);
	nr = add(list, nr, "files", open_and_close, -1, seed);
	nr = add(list, nr, "dump", read_dump, -1, seed);
	for (cpu = 0; cpu < nr_cpus; cpu++)
		nr = add(list, nr, "lookup", read_lookups, cpu, seed);
	return nr;
}

static void clean_up(int fd)
{
	char name[KONTEND_NAME_MAX];
	unsigned int i;
	__u32 table;

	dev_flush(fd, KONTEND_TABLE_MAIN, NULL);
	for (i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "t%u", i);
		if (!dev_table_find(fd, name, &table))
			dev_table_destroy(fd, table);
	}
}

int main(int argc, char **argv)
{
	struct torturer *list = calloc(MAX_THREADS, sizeof(*list));
	struct kontend_info info = { 0 };
	unsigned int seconds = SECONDS, nr, i;
	struct kontend_stats stats;
	struct rng rng = { 1 };
	__u64 seed, end;
	int opt, fd;

	while ((opt = getopt(argc, argv, "t:s:")) != -1) {
		switch (opt) {
		case 't':
			seconds = atoi(optarg);
			break;
		case 's':
			rng.state = strtoull(optarg, NULL, 0);
			break;
		default:
			fprintf(stderr, "usage: %s [-t SECONDS] [-s SEED]\n",
				argv[0]);
			return 2;
		}
	}
	seed = rng.state;
	ksft_print_header();
	if (!list)
		ksft_exit_fail_msg("no memory\n");
	fd = dev_open(O_RDWR);
	if (fd == -ENODEV)
		ksft_exit_skip("no module: see load-module\n");
	if (fd < 0 || dev_ioctl(fd, KONTEND_INFO, &info))
		ksft_exit_fail_msg("cannot open the device\n");
	ksft_set_plan(3);
	ksft_print_msg("%u s, seed %llu, poison %s\n", seconds, seed,
		       info.features & KONTEND_FEATURE_POISON ? "on" : "off");

	clean_up(fd);
	fill_pool(&rng);
	nr = add_all(list, seed);
	for (i = 0; i < nr; i++)
		if (pthread_create(&list[i].thread, NULL, run, &list[i]))
			ksft_exit_fail_msg("pthread_create\n");
	end = dev_now_ms() + seconds * 1000;
	while (dev_now_ms() < end && !__atomic_load_n(&stop, __ATOMIC_RELAXED))
		usleep(50000);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < nr; i++) {
		pthread_join(list[i].thread, NULL);
		close(list[i].fd);
	}

	if (failure)
		ksft_print_msg("%s\n", failure);
	ksft_test_result(!failure, "answers\n");
	for (i = 0; i < nr && list[i].nr_rounds; i++)
		ksft_print_msg("%s: %llu rounds\n", list[i].name,
			       list[i].nr_rounds);
	ksft_test_result(i == nr, "everybody took part\n");
	dev_stats(fd, KONTEND_TABLE_MAIN, &stats);
	ksft_print_msg("%llu views, %llu reclaimed, %llu bytes pending\n",
		       stats.commits, stats.reclaims, stats.bytes_pending);
	clean_up(fd);
	ksft_test_result(!dev_stats(fd, KONTEND_TABLE_MAIN, &stats) &&
			 !stats.nr_routes4 && !stats.nr_routes6,
			 "empty afterwards\n");
	ksft_finished();
}
