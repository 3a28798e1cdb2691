// SPDX-License-Identifier: GPL-2.0
/*
 * Functions of the kernel that it does not export: a probe tells the address of
 * the one that knows all the others.  A benchmark in a guest of its own may;
 * nothing else should.
 */
#include "bench.h"

#include <linux/kprobes.h>
#include <linux/printk.h>

static unsigned long (*find_symbol)(const char *name);

static void find_finder(void)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };

	if (register_kprobe(&probe))
		return;
	find_symbol = (void *)probe.addr;
	unregister_kprobe(&probe);
}

void *bench_symbol(const char *name)
{
	void *p = NULL;

	if (!find_symbol)
		find_finder();
	if (find_symbol)
		p = (void *)find_symbol(name);
	if (!p)
		pr_err("kbench: this kernel has no function %s\n", name);
	return p;
}
