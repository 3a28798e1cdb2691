// SPDX-License-Identifier: GPL-2.0
/*
 * How long a task keeps the CPU: instructions from one chance to reschedule to
 * the next.  A probe stands on the function in which all of these end, ours by
 * port_resched() and those in vfree(), mutexes and the like, on kernels that are
 * preempted at such chances only.  The probe's own way in counts along; what others do
 * meanwhile, a worker that clears up behind vfree() for instance, does not.
 */
#include "bench.h"

#include <linux/kprobes.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

static struct task_struct *watched;
static u64 since, longest, nr_chances;

static int chance(struct kprobe *probe, struct pt_regs *regs)
{
	if (current != watched)
		return 0;
	longest = max(longest, bench_now() - since);
	nr_chances++;
	since = bench_now();
	return 0;
}

static struct kprobe probe;
static struct tracepoint *sched_switch;

static void switched(void *data, bool preempt, struct task_struct *prev,
		     struct task_struct *next, unsigned int prev_state)
{
	if (prev == watched)
		longest = max(longest, bench_now() - since);
	if (next == watched)
		since = bench_now();
}

static void find_switch(struct tracepoint *tp, void *found)
{
	if (!strcmp(tp->name, "sched_switch"))
		*(struct tracepoint **)found = tp;
}

int bench_slice_start(void)
{
	int ret;

	longest = 0;
	nr_chances = 0;
	/* What the last time left in it must go. */
	probe = (struct kprobe){
		.symbol_name	= "__cond_resched",
		.pre_handler	= chance,
	};
	ret = register_kprobe(&probe);
	if (ret) {
		pr_err("kbench: no probe at __cond_resched (%d)\n", ret);
		return ret;
	}
	for_each_kernel_tracepoint(find_switch, &sched_switch);
	ret = sched_switch ? tracepoint_probe_register(sched_switch, switched, NULL) :
			     -ENOENT;
	if (ret) {
		pr_err("kbench: no probe at sched_switch (%d)\n", ret);
		unregister_kprobe(&probe);
		return ret;
	}
	since = bench_now();
	watched = current;
	return 0;
}

void bench_slice_stop(void)
{
	watched = NULL;
	longest = max(longest, bench_now() - since);
	tracepoint_probe_unregister(sched_switch, switched, NULL);
	tracepoint_synchronize_unregister();
	unregister_kprobe(&probe);
	bench_note("longest-slice", longest);
	bench_note("chances", nr_chances);
}
