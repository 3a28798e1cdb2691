// SPDX-License-Identifier: GPL-2.0
/*
 * seeded.ko: bugs on order, for the proof that a debug kernel reports them.  In
 * debugfs, under seeded/:
 *
 *	bugs	name, kernel, when and report of each, with tabs in between, in
 *		the order in which to trigger them
 *	trigger	takes "NAME", or "NAME correct" for the twin
 *
 * What happens stands in the kernel's log between "begin" and "end".
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "seeded.h"

#include <linux/bitops.h>
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

static const struct seeded_bug *const subjects[] = {
	seeded_rcu, seeded_table, seeded_locks, seeded_memory, seeded_races,
};

static const char *const when_names[SEEDED_WHENS] = {
	[SEEDED_EARLY]	= "early",
	[SEEDED_LATE]	= "late",
	[SEEDED_LEAK]	= "leak",
	[SEEDED_LAST]	= "last",
	[SEEDED_ALONE]	= "alone",
	[SEEDED_UNLOAD]	= "unload",
};

static struct dentry *dir;

/* One bug at a time; for good if it kills the task that triggers it. */
static unsigned long busy;

static int bugs_show(struct seq_file *file, void *unused)
{
	const struct seeded_bug *bug;
	unsigned int when, i;

	for (when = 0; when < SEEDED_WHENS; when++)
		for (i = 0; i < ARRAY_SIZE(subjects); i++)
			for (bug = subjects[i]; bug->name; bug++)
				if (bug->when == when)
					seq_printf(file, "%s\t%s\t%s\t%s\n",
						   bug->name, bug->kernel,
						   when_names[when],
						   bug->report);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(bugs);

static const struct seeded_bug *find_by_name(const char *name)
{
	const struct seeded_bug *bug;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(subjects); i++)
		for (bug = subjects[i]; bug->name; bug++)
			if (!strcmp(bug->name, name))
				return bug;
	return NULL;
}

/* Warnings, for the console to show them. */
static int trigger(const struct seeded_bug *bug, bool correct)
{
	const char *which = correct ? "correct" : "bug";
	int ret;

	if (test_and_set_bit(0, &busy))
		return -EBUSY;
	pr_warn("begin %s %s\n", bug->name, which);
	ret = bug->run(correct);
	/* What is reported of its callbacks belongs to it. */
	rcu_barrier();
	pr_warn("%s %s %s: %d\n", ret ? "failed" : "end", bug->name, which, ret);
	clear_bit(0, &busy);
	return ret;
}

static ssize_t trigger_write(struct file *file, const char __user *buf,
			     size_t len, loff_t *pos)
{
	const struct seeded_bug *bug;
	char line[64], *rest, *name;
	int ret;

	if (len >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, len))
		return -EFAULT;
	line[len] = '\0';
	rest = strim(line);
	name = strsep(&rest, " ");
	bug = find_by_name(name);
	if (!bug)
		return -ENOENT;
	if (rest && strcmp(rest, "correct"))
		return -EINVAL;
	ret = trigger(bug, rest);
	return ret ? ret : len;
}

static const struct file_operations trigger_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.write	= trigger_write,
};

static int __init seeded_init(void)
{
	dir = debugfs_create_dir("seeded", NULL);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	debugfs_create_file("bugs", 0400, dir, NULL, &bugs_fops);
	debugfs_create_file("trigger", 0200, dir, NULL, &trigger_fops);
	return 0;
}

static void __exit seeded_exit(void)
{
	debugfs_remove(dir);
	seeded_rcu_exit();
}

module_init(seeded_init);
module_exit(seeded_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Deliberate bugs, for tests of debug kernels");
