// SPDX-License-Identifier: GPL-2.0
/*
 * kbench.ko: instructions per operation.  In debugfs, under kbench/:
 *
 *	list	name of each measurement and what it goes over, a line each; of
 *		those over keys, one line for each stream
 *	maps	takes the descriptors of two LPM_TRIE maps, IPv4 and IPv6
 *	run	takes "NAME REPEATS"; what is then read has a line for each repeat,
 *		operations and instructions, and behind these lines of notes
 */
#include "bench.h"

#include <linux/debugfs.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/seq_buf.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define CHUNK		2048
#define REPEATS_MAX	100
#define WARM_UPS	2	/* tries settle in a shape of their own */
#define LINE_MAX	128

static const struct bench *const subjects[] = {
	bench_empty, bench_table, bench_fib4, bench_fib6, bench_lpm,
};

static const char *const over_names[] = {
	[BENCH_ONE]	= "one",
	[BENCH_KEYS]	= "keys",
	[BENCH_SAMPLE]	= "sample",
	[BENCH_ROUTES]	= "routes",
};

static char *data_path;
module_param_named(data, data_path, charp, 0400);
MODULE_PARM_DESC(data, "file of routes and keys");

static char *device = "lo";
module_param(device, charp, 0400);
MODULE_PARM_DESC(device, "device of the routes in the kernel's tables");

/* What is below is guarded by it, but for the pointers to what never changes. */
static DEFINE_MUTEX(bench_mutex);
const struct bench_keys *bench_keys;
u64 bench_sink;
int bench_ifindex;
static char result_text[PAGE_SIZE];
static struct seq_buf result;

static struct dentry *dir;

void bench_note(const char *name, u64 value)
{
	seq_buf_printf(&result, "%s %llu\n", name, value);
}

static u32 bench_nr(const struct bench *b)
{
	switch (b->over) {
	case BENCH_KEYS:
		return bench_nr_keys;
	case BENCH_SAMPLE:
		return bench_nr_sample[b->family];
	case BENCH_ROUTES:
		return bench_nr_routes[b->family];
	default:
		return 1;
	}
}

/* Instructions of @nr operations with nothing in between. */
static int run_atomic(const struct bench *b, u32 from, u32 nr, u64 *instructions)
{
	unsigned long flags;
	u64 start;
	int ret;

	rcu_read_lock();
	local_irq_save(flags);
	start = bench_now();
	ret = b->loop(from, nr);
	*instructions += bench_now() - start;
	local_irq_restore(flags);
	rcu_read_unlock();
	return ret;
}

/* All operations, with a chance to reschedule between chunks. */
static int run_chunks(const struct bench *b, u64 *instructions)
{
	u32 chunk = b->chunk ? b->chunk : CHUNK, nr = bench_nr(b), from;
	int ret = 0;

	for (from = 0; from < nr && !ret; from += chunk) {
		u32 n = min(chunk, nr - from);

		ret = b->is_atomic ? run_atomic(b, from, n, instructions) :
				     b->loop(from, n);
		if (!ret && fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	}
	return ret;
}

/* The callbacks that were left to RCU, and what they leave. */
static void settle(const struct bench *b)
{
	rcu_barrier();
	if (b->settle)
		b->settle();
}

/*
 * What may sleep pays for all that it caused, by waiting for it; the waiting
 * itself is idle time.
 */
static int run_sleeping(const struct bench *b, u64 *instructions)
{
	u64 start = bench_now(), idle = bench_idle();
	int ret = run_chunks(b, NULL);

	if (b->over != BENCH_ONE)
		settle(b);
	*instructions += bench_now() - start - (bench_idle() - idle);
	return ret;
}

static int run_once(const struct bench *b, u64 *instructions)
{
	int ret = b->setup ? b->setup() : 0;

	*instructions = 0;
	if (ret)
		return ret;
	/* What was set up leaves nothing for us to pay. */
	if (!b->is_atomic && b->over != BENCH_ONE)
		settle(b);
	ret = b->is_atomic ? run_chunks(b, instructions) :
			     run_sleeping(b, instructions);
	if (b->teardown)
		b->teardown();
	return ret;
}

/* All answers as one number (FNV-1a), and how many keys have a route. */
static void note_answers(const struct bench *b)
{
	u64 hash = 0xcbf29ce484222325ULL, hits = 0;
	u32 i;

	for (i = 0; i < bench_nr_keys; i++) {
		u32 nexthop = b->answer(i);

		hash = (hash ^ nexthop) * 0x100000001b3ULL;
		hits += !!nexthop;
		if (!(i % CHUNK))
			cond_resched();
	}
	bench_note("answers", hash);
	bench_note("hits", hits);
}

static int run(const struct bench *b, unsigned int repeats)
{
	unsigned int warm_ups = 0, i;
	u64 n;
	int ret;

	if (b->is_once)
		repeats = 1;
	else
		warm_ups = WARM_UPS;
	for (i = 0; i < warm_ups + repeats; i++) {
		ret = run_once(b, &n);
		if (ret)
			return ret;
		if (i >= warm_ups)
			seq_buf_printf(&result, "%u %llu\n", bench_nr(b), n);
	}
	if (b->answer)
		note_answers(b);
	return 0;
}

/* By its name in the list; sets bench_keys. */
static const struct bench *find(const char *name)
{
	const struct bench *b;
	unsigned int i, s;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(subjects); i++) {
		for (b = subjects[i]; b->name; b++) {
			len = strlen(b->name);
			if (strncmp(name, b->name, len))
				continue;
			if (b->over != BENCH_KEYS && !name[len])
				return b;
			s = name[len] == '.' ? name[len + 1] - 'a' : BENCH_STREAMS;
			if (b->over == BENCH_KEYS && s < BENCH_STREAMS &&
			    !name[len + 2]) {
				bench_keys = &bench_streams[b->family][s];
				return b;
			}
		}
	}
	return NULL;
}

/* A line of at most LINE_MAX bytes from user space, without its newline. */
static char *get_line(char *line, const char __user *buf, size_t len)
{
	if (len >= LINE_MAX)
		return ERR_PTR(-EINVAL);
	if (copy_from_user(line, buf, len))
		return ERR_PTR(-EFAULT);
	line[len] = '\0';
	return strim(line);
}

static ssize_t run_write(struct file *file, const char __user *buf, size_t len,
			 loff_t *pos)
{
	char room[LINE_MAX], *line, *name;
	const struct bench *b;
	unsigned int repeats;
	int ret;

	line = get_line(room, buf, len);
	if (IS_ERR(line))
		return PTR_ERR(line);
	name = strsep(&line, " ");
	if (!line || kstrtouint(line, 0, &repeats) || !repeats ||
	    repeats > REPEATS_MAX)
		return -EINVAL;

	ret = mutex_lock_killable(&bench_mutex);
	if (ret)
		return ret;
	seq_buf_init(&result, result_text, sizeof(result_text));
	b = find(name);
	ret = b ? run(b, repeats) : -ENOENT;
	if (!ret && seq_buf_has_overflowed(&result))
		ret = -E2BIG;
	mutex_unlock(&bench_mutex);
	return ret ? ret : len;
}

static ssize_t run_read(struct file *file, char __user *buf, size_t len,
			loff_t *pos)
{
	ssize_t ret;

	mutex_lock(&bench_mutex);
	ret = simple_read_from_buffer(buf, len, pos, result_text, result.len);
	mutex_unlock(&bench_mutex);
	return ret;
}

static const struct file_operations run_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.read	= run_read,
	.write	= run_write,
};

static ssize_t maps_write(struct file *file, const char __user *buf, size_t len,
			  loff_t *pos)
{
	char room[LINE_MAX], *line;
	int fd4, fd6, ret;

	line = get_line(room, buf, len);
	if (IS_ERR(line))
		return PTR_ERR(line);
	if (sscanf(line, "%d %d", &fd4, &fd6) != 2)
		return -EINVAL;
	mutex_lock(&bench_mutex);
	ret = bench_lpm_set_maps(fd4, fd6);
	mutex_unlock(&bench_mutex);
	return ret ? ret : len;
}

static const struct file_operations maps_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.write	= maps_write,
};

static int list_show(struct seq_file *file, void *unused)
{
	const struct bench *b;
	unsigned int i, s;

	for (i = 0; i < ARRAY_SIZE(subjects); i++) {
		for (b = subjects[i]; b->name; b++) {
			if (b->over != BENCH_KEYS) {
				seq_printf(file, "%s %s\n", b->name,
					   over_names[b->over]);
				continue;
			}
			for (s = 0; s < BENCH_STREAMS; s++)
				seq_printf(file, "%s.%c %s\n", b->name, 'a' + s,
					   over_names[b->over]);
		}
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(list);

static int find_device(void)
{
	struct net_device *dev = dev_get_by_name(&init_net, device);

	if (!dev) {
		pr_err("kbench: no device %s\n", device);
		return -ENODEV;
	}
	bench_ifindex = dev->ifindex;
	dev_put(dev);
	return 0;
}

static int __init kbench_init(void)
{
	int ret;

	if (!data_path) {
		pr_err("kbench: data= is missing\n");
		return -EINVAL;
	}
	ret = bench_clock_check();
	if (!ret)
		ret = find_device();
	if (!ret)
		ret = bench_data_load(data_path);
	if (ret)
		return ret;
	seq_buf_init(&result, result_text, sizeof(result_text));
	dir = debugfs_create_dir("kbench", NULL);
	if (IS_ERR(dir)) {
		bench_data_free();
		return PTR_ERR(dir);
	}
	debugfs_create_file("list", 0400, dir, NULL, &list_fops);
	debugfs_create_file("maps", 0200, dir, NULL, &maps_fops);
	debugfs_create_file("run", 0600, dir, NULL, &run_fops);
	return 0;
}

static void __exit kbench_exit(void)
{
	debugfs_remove(dir);
	bench_table_exit();
	bench_lpm_put_maps();
	bench_data_free();
}

module_init(kbench_init);
module_exit(kbench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Instructions per operation of route tables");
