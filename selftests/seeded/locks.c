// SPDX-License-Identifier: GPL-2.0
/* Bugs with locks: their order, their context, and what is done under them. */
#include "seeded.h"

#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static DEFINE_SPINLOCK(spin_a);
static DEFINE_SPINLOCK(spin_b);
static DEFINE_MUTEX(mutex_a);
static DEFINE_MUTEX(mutex_b);
static DEFINE_RAW_SPINLOCK(raw_outer);
static DEFINE_RAW_SPINLOCK(raw_inner);
static DEFINE_SPINLOCK(spin_inner);
static DEFINE_SPINLOCK(spin_atomic);

/* Taken by a timer; what it guards. */
static DEFINE_SPINLOCK(tick_lock);
static unsigned int nr_ticks;
static DECLARE_COMPLETION(ticked);

/* A lock for each of both is enough: lockdep needs no deadlock to see one. */
static noinline void spin_both(spinlock_t *outer, spinlock_t *inner)
{
	spin_lock(outer);
	spin_lock(inner);
	spin_unlock(inner);
	spin_unlock(outer);
}

/* Spinlocks in one order, then in the other; the twin keeps to one. */
static int spin_abba(bool correct)
{
	spin_both(&spin_a, &spin_b);
	if (correct)
		spin_both(&spin_a, &spin_b);
	else
		spin_both(&spin_b, &spin_a);
	return 0;
}

static noinline void mutex_both(struct mutex *outer, struct mutex *inner)
{
	mutex_lock(outer);
	mutex_lock(inner);
	mutex_unlock(inner);
	mutex_unlock(outer);
}

/* Mutexes in one order, then in the other; the twin keeps to one. */
static int mutex_abba(bool correct)
{
	mutex_both(&mutex_a, &mutex_b);
	if (correct)
		mutex_both(&mutex_a, &mutex_b);
	else
		mutex_both(&mutex_b, &mutex_a);
	return 0;
}

static void tick(struct timer_list *timer)
{
	spin_lock(&tick_lock);
	nr_ticks++;
	spin_unlock(&tick_lock);
	complete(&ticked);
}

/* A timer's lock is taken with softirqs on; the twin turns them off. */
static noinline int timer_lock(bool correct)
{
	struct timer_list timer;

	if (correct) {
		spin_lock_bh(&tick_lock);
		nr_ticks = 0;
		spin_unlock_bh(&tick_lock);
	} else {
		spin_lock(&tick_lock);
		nr_ticks = 0;
		spin_unlock(&tick_lock);
	}
	timer_setup_on_stack(&timer, tick, 0);
	mod_timer(&timer, jiffies + 1);
	wait_for_completion(&ticked);
	timer_delete_sync(&timer);
	destroy_timer_on_stack(&timer);
	return 0;
}

/* On rt a spinlock may sleep, a raw one may not; the twin nests raw in raw. */
static noinline int raw_nesting(bool correct)
{
	raw_spin_lock(&raw_outer);
	if (correct) {
		raw_spin_lock(&raw_inner);
		raw_spin_unlock(&raw_inner);
	} else {
		spin_lock(&spin_inner);
		spin_unlock(&spin_inner);
	}
	raw_spin_unlock(&raw_outer);
	return 0;
}

/* May sleep under a spinlock; the twin asks for memory that is at hand. */
static noinline int spin_sleep(bool correct)
{
	void *p;

	seeded_await_sleep_check();
	spin_lock(&spin_atomic);
	p = kmalloc(64, correct ? GFP_ATOMIC : GFP_KERNEL);
	spin_unlock(&spin_atomic);
	kfree(p);
	return 0;
}

/* Asks for its CPU and may be moved to another; the twin stays there. */
static noinline int preempt_cpu(bool correct)
{
	int cpu;

	if (correct) {
		cpu = get_cpu();
		put_cpu();
	} else {
		cpu = smp_processor_id();
	}
	return cpu < nr_cpu_ids ? 0 : -ERANGE;
}

const struct seeded_bug seeded_locks[] = {
	{
		"spin_abba", "kasan",
		"possible circular locking dependency" SEEDED_VIA("spin_both"),
		SEEDED_ALONE, spin_abba
	}, {
		"mutex_abba", "kasan",
		"possible circular locking dependency" SEEDED_VIA("mutex_both"),
		SEEDED_ALONE, mutex_abba
	}, {
		"timer_lock", "kasan",
		"inconsistent lock state" SEEDED_THEN "SOFTIRQ-ON-W.*IN-SOFTIRQ-W"
		SEEDED_VIA("tick"),
		SEEDED_ALONE, timer_lock
	}, {
		"raw_nesting", "kasan",
		"Invalid wait context" SEEDED_VIA("raw_nesting"),
		SEEDED_ALONE, raw_nesting
	}, {
		"spin_sleep", "kasan",
		"sleeping function called from invalid context"
		SEEDED_VIA("spin_sleep"),
		SEEDED_EARLY, spin_sleep
	}, {
		"preempt_cpu", "kasan",
		"using smp_processor_id\\(\\) in preemptible"
		SEEDED_VIA("preempt_cpu"),
		SEEDED_EARLY, preempt_cpu
	}, { }
};
