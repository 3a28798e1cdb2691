// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that are led, so that a bug is certain: a reader has what it must not
 * keep before the writer goes on, and uses it after.
 */
#include "seeded.h"

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>

static int thread_main(void *arg)
{
	struct seeded_thread *t = arg;

	t->ret = t->fn(t);
	kthread_complete_and_exit(&t->done, 0);
}

void seeded_start(struct seeded_thread *t, int (*fn)(struct seeded_thread *t),
		  bool correct)
{
	struct task_struct *task;

	*t = (struct seeded_thread){ .fn = fn, .correct = correct };
	init_completion(&t->paused);
	init_completion(&t->done);
	task = kthread_run(thread_main, t, "seeded");
	if (IS_ERR(task)) {
		t->ret = PTR_ERR(task);
		complete(&t->paused);
		complete(&t->done);
	}
}

void seeded_await(struct seeded_thread *t)
{
	wait_for_completion(&t->paused);
}

void seeded_pause(struct seeded_thread *t)
{
	complete(&t->paused);
	/* Pairs with the release in seeded_resume(); spins, for RCU's sake. */
	while (!smp_load_acquire(&t->resumed))
		cpu_relax();
}

void seeded_resume(struct seeded_thread *t)
{
	/* What the trigger has done before, the thread sees behind its pause. */
	smp_store_release(&t->resumed, true);
}

int seeded_finish(struct seeded_thread *t)
{
	seeded_resume(t);
	wait_for_completion(&t->done);
	return t->ret;
}

void seeded_await_sleep_check(void)
{
	msleep(1100);
}
