// SPDX-License-Identifier: GPL-2.0
/*
 * The LPM_TRIE maps of BPF programs: made by user space, and called here as the
 * system call and, without a JIT, programs do.
 */
#include "bench.h"

#include <linux/bpf.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

static struct bpf_map *maps[BENCH_FAMILIES];

int bench_lpm_set_maps(int fd4, int fd6)
{
	const int fds[BENCH_FAMILIES] = { fd4, fd6 };
	const u32 bytes[BENCH_FAMILIES] = { 4 + 4, 4 + 16 };
	unsigned int f;

	for (f = 0; f < BENCH_FAMILIES; f++) {
		struct bpf_map *map;

		if (maps[f])
			return -EBUSY;
		map = bpf_map_get(fds[f]);
		if (IS_ERR(map))
			return PTR_ERR(map);
		maps[f] = map;
		if (map->map_type != BPF_MAP_TYPE_LPM_TRIE ||
		    map->key_size != bytes[f] || map->value_size != sizeof(u32))
			return -EINVAL;
	}
	return 0;
}

void bench_lpm_put_maps(void)
{
	unsigned int f;

	for (f = 0; f < BENCH_FAMILIES; f++)
		if (maps[f])
			bpf_map_put(maps[f]);
}

static int lpm_setup(void)
{
	return maps[ROUTE_INET4] && maps[ROUTE_INET6] ? 0 : -ENOENT;
}

static long change_one(const struct bench_data_route *route, bool add)
{
	struct bpf_map *map = maps[route->family];
	u32 nexthop = route->nexthop;
	struct bench_lpm_key key;
	long ret;

	bench_to_lpm(&key, route->family, &route->addr, route->len);
	rcu_read_lock();
	ret = add ? map->ops->map_update_elem(map, &key.len, &nexthop,
					      BPF_NOEXIST) :
		    map->ops->map_delete_elem(map, &key.len);
	rcu_read_unlock();
	return ret;
}

static int change_all(const struct bench_data_route *routes, u32 nr, bool add)
{
	long ret = 0;
	u32 i;

	for (i = 0; i < nr && !ret; i++)
		ret = change_one(&routes[i], add);
	return ret;
}

static int load4(u32 from, u32 nr)
{
	return change_all(bench_routes[ROUTE_INET4] + from, nr, true);
}

static int load6(u32 from, u32 nr)
{
	return change_all(bench_routes[ROUTE_INET6] + from, nr, true);
}

static int add4(u32 from, u32 nr)
{
	return change_all(bench_sample[ROUTE_INET4] + from, nr, true);
}

static int add6(u32 from, u32 nr)
{
	return change_all(bench_sample[ROUTE_INET6] + from, nr, true);
}

static int delete4(u32 from, u32 nr)
{
	return change_all(bench_sample[ROUTE_INET4] + from, nr, false);
}

static int delete6(u32 from, u32 nr)
{
	return change_all(bench_sample[ROUTE_INET6] + from, nr, false);
}

static int without4(void)
{
	return delete4(0, bench_nr_sample[ROUTE_INET4]);
}

static int without6(void)
{
	return delete6(0, bench_nr_sample[ROUTE_INET6]);
}

static void with4(void)
{
	add4(0, bench_nr_sample[ROUTE_INET4]);
}

static void with6(void)
{
	add6(0, bench_nr_sample[ROUTE_INET6]);
}

static __always_inline int lookup(struct bpf_map *map, u32 from, u32 nr)
{
	struct bench_lpm_key *keys = bench_keys->lpm + from;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < nr; i++)
		sum += (unsigned long)map->ops->map_lookup_elem(map, &keys[i].len);
	bench_sink += sum;
	return 0;
}

static int lookup4(u32 from, u32 nr)
{
	return lookup(maps[ROUTE_INET4], from, nr);
}

static int lookup6(u32 from, u32 nr)
{
	return lookup(maps[ROUTE_INET6], from, nr);
}

static u32 answer(struct bpf_map *map, u32 i)
{
	const u32 *value;
	u32 nexthop;

	rcu_read_lock();
	value = map->ops->map_lookup_elem(map, &bench_keys->lpm[i].len);
	nexthop = value ? *value : 0;
	rcu_read_unlock();
	return nexthop;
}

static u32 answer4(u32 i)
{
	return answer(maps[ROUTE_INET4], i);
}

static u32 answer6(u32 i)
{
	return answer(maps[ROUTE_INET6], i);
}

/* Nodes are freed in batches, at most five seconds late: kfree_rcu(). */
static void settle(void)
{
	msleep(6000);
	rcu_barrier();
	msleep(100);
}

#define FAMILY4	.family = ROUTE_INET4
#define FAMILY6	.family = ROUTE_INET6

const struct bench bench_lpm[] = {
	{
		.name = "lpm.4.load", .over = BENCH_ROUTES, FAMILY4,
		.is_once = true, .setup = lpm_setup, .loop = load4,
	}, {
		.name = "lpm.6.load", .over = BENCH_ROUTES, FAMILY6,
		.is_once = true, .setup = lpm_setup, .loop = load6,
	}, {
		.name = "lpm.4.lookup", .over = BENCH_KEYS, FAMILY4,
		.is_atomic = true, .setup = lpm_setup,
		.loop = lookup4, .answer = answer4,
	}, {
		.name = "lpm.6.lookup", .over = BENCH_KEYS, FAMILY6,
		.is_atomic = true, .setup = lpm_setup,
		.loop = lookup6, .answer = answer6,
	}, {
		.name = "lpm.4.add", .over = BENCH_SAMPLE, FAMILY4,
		.settle = settle, .chunk = 64, .setup = without4, .loop = add4,
	}, {
		.name = "lpm.4.delete", .over = BENCH_SAMPLE, FAMILY4,
		.settle = settle, .chunk = 64, .loop = delete4, .teardown = with4,
	}, {
		.name = "lpm.6.add", .over = BENCH_SAMPLE, FAMILY6,
		.settle = settle, .chunk = 64, .setup = without6, .loop = add6,
	}, {
		.name = "lpm.6.delete", .over = BENCH_SAMPLE, FAMILY6,
		.settle = settle, .chunk = 64, .loop = delete6, .teardown = with6,
	},
	{ }
};

MODULE_IMPORT_NS(BPF_INTERNAL);
