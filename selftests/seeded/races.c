// SPDX-License-Identifier: GPL-2.0
/*
 * Data races.  KCSAN samples: each runs on two CPUs for long enough that it is
 * seen, by the trigger and by a thread of its own.
 */
#include "seeded.h"

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/sched.h>

#define RACE_TIME	(2 * HZ)
#define MESSAGE_TIME	(30 * HZ)
#define NR_MESSAGES	20000
#define BURST		256		/* loops between looks at the clock */

static unsigned long counter;
static atomic_long_t atomic_counter;

/* Whose turn it is with the message. */
enum { SENDER, RECEIVER, NOBODY };

static int message;
static int turn;

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

static __always_inline int whose_turn(bool correct)
{
	/* Pairs with the release in pass_turn(). */
	return correct ? smp_load_acquire(&turn) : READ_ONCE(turn);
}

static __always_inline void pass_turn(bool correct, int who)
{
	if (correct)
		smp_store_release(&turn, who);	/* pairs with whose_turn() */
	else
		WRITE_ONCE(turn, who);
}

/* No plain access but the one to the message, lest KCSAN have something else in mind. */
static __always_inline void send(bool correct)
{
	int who, nr = 0;

	while ((who = whose_turn(correct)) != NOBODY) {
		if (who == SENDER) {
			message = ++nr;
			pass_turn(correct, RECEIVER);
		}
		cond_resched();
	}
}

/* Many messages: who has the CPUs to himself passes them in a second. */
static __always_inline void receive(bool correct)
{
	unsigned long end = jiffies + MESSAGE_TIME;
	int nr = 0, sum = 0;

	while (nr < NR_MESSAGES && time_before(jiffies, end)) {
		if (whose_turn(correct) == RECEIVER) {
			sum += message;
			pass_turn(correct, SENDER);
			nr++;
		}
		cond_resched();
	}
	/* The sender may be about to pass its turn on. */
	while (whose_turn(correct) == SENDER)
		cond_resched();
	pass_turn(correct, NOBODY);
	/* What is not used is not read. */
	pr_warn("seeded: %d messages, sum %d\n", nr, sum);
}

static noinline int message_sender(struct seeded_thread *t)
{
	if (t->correct)
		send(true);
	else
		send(false);
	return 0;
}

static noinline int message_receiver(struct seeded_thread *t)
{
	if (t->correct)
		receive(true);
	else
		receive(false);
	return 0;
}

/*
 * A plain word is passed on by a marked one without order, which x86 keeps and
 * others need not; the twin's release and acquire keep it.
 */
static int message_passing(bool correct)
{
	struct seeded_thread sender;

	WRITE_ONCE(turn, SENDER);
	seeded_start(&sender, message_sender, correct);
	message_receiver(&sender);
	return seeded_finish(&sender);
}

const struct seeded_bug seeded_races[] = {
	{
		"counter_race", "kcsan",
		"KCSAN: data-race in counter_loop(\\+0x.*)? \\[seeded\\]",
		SEEDED_EARLY, counter_race
	}, {
		"message_passing", "kcsan",
		"KCSAN: data-race in message_.* \\[seeded\\]" SEEDED_THEN "\\(reordered\\)",
		SEEDED_EARLY, message_passing
	}, { }
};
