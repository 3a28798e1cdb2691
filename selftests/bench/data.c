// SPDX-License-Identifier: GPL-2.0
/* Routes and keys: read from the file, and brought into the tables' forms. */
#include "bench.h"

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <asm/byteorder.h>

u32 bench_nr_keys;
u32 bench_nr_routes[BENCH_FAMILIES];
u32 bench_nr_sample[BENCH_FAMILIES];
const struct bench_data_route *bench_routes[BENCH_FAMILIES];
const struct bench_data_route *bench_sample[BENCH_FAMILIES];
struct bench_keys bench_streams[BENCH_FAMILIES][BENCH_STREAMS];

static void *content;

struct route_prefix bench_to_prefix(const struct bench_data_route *route)
{
	return (struct route_prefix){
		.addr = { .hi = route->addr.hi, .lo = route->addr.lo },
		.family = route->family,
		.len = route->len,
	};
}

void bench_to_lpm(struct bench_lpm_key *key, unsigned int family,
		  const struct bench_data_addr *addr, u32 len)
{
	const __be64 words[] = { cpu_to_be64(addr->hi), cpu_to_be64(addr->lo) };

	*key = (struct bench_lpm_key){ .len = len };
	memcpy(key->addr, words, family == ROUTE_INET4 ? 4 : 16);
}

/* Our addresses are read where they lie; the kernel's are made of them. */
static int make_keys(struct bench_keys *keys, unsigned int family,
		     const struct bench_data_addr *addrs)
{
	u32 i;

	static_assert(sizeof(struct route_addr) == sizeof(*addrs));
	keys->addrs = (const struct route_addr *)addrs;
	keys->addrs4 = vmalloc_array(bench_nr_keys, sizeof(*keys->addrs4));
	keys->lpm = vmalloc_array(bench_nr_keys, sizeof(*keys->lpm));
	if (!keys->addrs4 || !keys->lpm)
		return -ENOMEM;
	for (i = 0; i < bench_nr_keys; i++) {
		keys->addrs4[i] = route_addr_to4(&keys->addrs[i]);
		bench_to_lpm(&keys->lpm[i], family, &addrs[i],
			     route_addr_max_len(family));
	}
	return 0;
}

static u64 wanted_bytes(const struct bench_data *head)
{
	u64 routes = 0, keys = (u64)head->nr_keys * BENCH_STREAMS * BENCH_FAMILIES;
	unsigned int f;

	for (f = 0; f < BENCH_FAMILIES; f++)
		routes += (u64)head->nr_routes[f] + head->nr_sample[f];
	return sizeof(*head) + routes * sizeof(struct bench_data_route) +
	       keys * sizeof(struct bench_data_addr);
}

static int parse(size_t bytes)
{
	const struct bench_data *head = content;
	const struct bench_data_route *routes = (const void *)(head + 1);
	const struct bench_data_addr *addrs;
	unsigned int f, s;
	int ret;

	if (bytes < sizeof(*head) || head->magic != BENCH_DATA_MAGIC ||
	    !head->nr_keys || head->nr_keys % BENCH_BULK ||
	    wanted_bytes(head) != bytes)
		return -EINVAL;
	bench_nr_keys = head->nr_keys;
	for (f = 0; f < BENCH_FAMILIES; f++) {
		bench_nr_routes[f] = head->nr_routes[f];
		bench_routes[f] = routes;
		routes += head->nr_routes[f];
	}
	for (f = 0; f < BENCH_FAMILIES; f++) {
		bench_nr_sample[f] = head->nr_sample[f];
		bench_sample[f] = routes;
		routes += head->nr_sample[f];
	}
	addrs = (const void *)routes;
	for (f = 0; f < BENCH_FAMILIES; f++) {
		for (s = 0; s < BENCH_STREAMS; s++, addrs += bench_nr_keys) {
			ret = make_keys(&bench_streams[f][s], f, addrs);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/* All of the file; returns its size or -errno. */
static ssize_t read_whole(struct file *file)
{
	loff_t bytes = i_size_read(file_inode(file)), pos = 0;
	ssize_t n;

	if (bytes <= 0 || bytes > INT_MAX)
		return -EFBIG;
	content = vmalloc(bytes);
	if (!content)
		return -ENOMEM;
	while (pos < bytes) {
		n = kernel_read(file, content + pos, bytes - pos, &pos);
		if (n <= 0)
			return n ? n : -EIO;
	}
	return bytes;
}

int bench_data_load(const char *path)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	ssize_t ret = PTR_ERR_OR_ZERO(file);

	if (!ret) {
		ret = read_whole(file);
		filp_close(file, NULL);
	}
	if (ret >= 0)
		ret = parse(ret);
	if (ret) {
		pr_err("kbench: cannot use data=%s (%zd)\n", path, ret);
		bench_data_free();
	}
	return ret;
}

void bench_data_free(void)
{
	unsigned int f, s;

	for (f = 0; f < BENCH_FAMILIES; f++)
		for (s = 0; s < BENCH_STREAMS; s++) {
			vfree(bench_streams[f][s].lpm);
			vfree(bench_streams[f][s].addrs4);
		}
	vfree(content);
	content = NULL;
}
