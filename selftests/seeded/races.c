// SPDX-License-Identifier: GPL-2.0
/*
 * Data races.  KCSAN samples: each runs on two CPUs for long enough that it is
 * seen, by the trigger and by a thread of its own.
 */
#include "seeded.h"

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/sched.h>

#define RACE_TIME	(2 * HZ)
#define BURST		256		/* loops between looks at the clock */

static unsigned long counter;
static atomic_long_t atomic_counter;

/* Whose turn it is with the message. */
enum { SENDER, RECEIVER };

static int message;
static int turn = SENDER;

static noinline int counter_loop(struct seeded_thread *t)
{
	unsigned long end = jiffies + RACE_TIME;

	while (time_before(jiffies, end)) {
		unsigned int i;

		for (i = 0; i < BURST; i++) {
			if (t->correct)
				atomic_long_inc(&atomic_counter);
			else
				counter++;
		}
		cond_resched();
	}
	return 0;
}

/* Two threads count in one plain word; the twin's is atomic. */
static int counter_race(bool correct)
{
	struct seeded_thread other;

	seeded_start(&other, counter_loop, correct);
	counter_loop(&other);
	return seeded_finish(&other);
}

static __always_inline bool is_turn(const struct seeded_thread *t, int who)
{
	/* Pairs with the release in pass_turn(). */
	return who == (t->correct ? smp_load_acquire(&turn) : READ_ONCE(turn));
}

static __always_inline void pass_turn(const struct seeded_thread *t, int who)
{
	if (t->correct)
		smp_store_release(&turn, who);	/* pairs with is_turn() */
	else
		WRITE_ONCE(turn, who);
}

static noinline int message_sender(struct seeded_thread *t)
{
	unsigned long end = jiffies + RACE_TIME;

	while (time_before(jiffies, end)) {
		if (is_turn(t, SENDER)) {
			message++;
			pass_turn(t, RECEIVER);
		}
		cond_resched();
	}
	return 0;
}

static noinline int message_receiver(struct seeded_thread *t)
{
	unsigned long end = jiffies + RACE_TIME;
	int sum = 0;

	while (time_before(jiffies, end)) {
		if (is_turn(t, RECEIVER)) {
			sum += message;
			pass_turn(t, SENDER);
		}
		cond_resched();
	}
	OPTIMIZER_HIDE_VAR(sum);
	return 0;
}

/*
 * A plain word is passed on by a marked one without order, which x86 keeps and
 * others need not; the twin's release and acquire keep it.
 */
static int message_passing(bool correct)
{
	struct seeded_thread sender;

	seeded_start(&sender, message_sender, correct);
	message_receiver(&sender);
	return seeded_finish(&sender);
}

const struct seeded_bug seeded_races[] = {
	{
		"counter_race", "kcsan",
		"KCSAN: data-race in counter_loop \\[seeded\\]",
		SEEDED_EARLY, counter_race
	}, {
		"message_passing", "kcsan",
		"KCSAN: data-race in message_.* \\[seeded\\]" SEEDED_THEN "\\(reordered\\)",
		SEEDED_EARLY, message_passing
	}, { }
};
