// SPDX-License-Identifier: GPL-2.0
/* The clock that counts instructions: what it says, and whether it does. */
#include "bench.h"

#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/tick.h>
#include <linux/time64.h>

#define TURNS	1000000UL

int bench_clock_check(void)
{
	unsigned long turns = TURNS, flags;
	u64 n;

	local_irq_save(flags);
	n = bench_now();
	asm volatile("1: dec %0; jnz 1b" : "+r" (turns));
	n = bench_now() - n;
	local_irq_restore(flags);
	/* Two instructions a turn, and a few around them. */
	if (n >= 2 * TURNS && n < 2 * TURNS + 100)
		return 0;
	pr_err("kbench: %llu instructions counted instead of %lu: no guest under -icount shift=0\n",
	       n, 2 * TURNS);
	return -ENODEV;
}

u64 bench_idle(void)
{
	u64 us = get_cpu_idle_time_us(raw_smp_processor_id(), NULL);

	return us == (u64)-1 ? 0 : us * NSEC_PER_USEC;
}
