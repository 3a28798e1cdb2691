/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Seeded bugs: deliberate ones, each with the report that a debug kernel is
 * expected to make of it.  Each has a correct twin, which differs in what the
 * bug lacks and of which nothing may be reported.
 */
#ifndef _SEEDED_H
#define _SEEDED_H

#include <linux/completion.h>
#include <linux/types.h>

/*
 * When a bug is triggered, and with which others in one boot: lockdep turns
 * itself off after its first report, and after any of memory that is broken.
 */
enum seeded_when {
	SEEDED_EARLY,		/* in the shared boot: lockdep stays on */
	SEEDED_LATE,		/* there, behind those: lockdep goes off */
	SEEDED_LEAK,		/* there; seen by a scan for leaks afterwards */
	SEEDED_LAST,		/* there; kills the task that triggers it */
	SEEDED_ALONE,		/* in a boot of its own: lockdep's one report */
	SEEDED_UNLOAD,		/* likewise; seen when the module is unloaded */
	SEEDED_WHENS
};

/**
 * struct seeded_bug - one bug
 * @name: name
 * @kernel: the debug kernel that reports it
 * @report: regular expression (Python's) that its report matches
 * @when: see there
 * @run: the bug or its twin; 0, or -errno if it came to neither
 */
struct seeded_bug {
	const char	*name;
	const char	*kernel;
	const char	*report;
	enum seeded_when when;
	int		(*run)(bool correct);
};

/*
 * For a report: further down; a function of ours, or what the compiler made of it
 * (func.isra.0, func.cold), in its title, or down its trace.
 */
#define SEEDED_THEN		"(.|\\n)*"
#define SEEDED_OURS		"(\\.[a-z0-9]+)*\\+0x.* \\[seeded\\]"
#define SEEDED_IN(func)		" in " func SEEDED_OURS
#define SEEDED_VIA(func)	SEEDED_THEN " " func SEEDED_OURS

/* The bugs, a subject each; behind the last one is one without a name. */
extern const struct seeded_bug seeded_rcu[];
extern const struct seeded_bug seeded_locks[];
extern const struct seeded_bug seeded_memory[];
extern const struct seeded_bug seeded_races[];
extern const struct seeded_bug seeded_table[];

/* Wait for the module's callbacks, unless that is the bug; the last of its exit. */
void seeded_rcu_exit(void);

/* Whether one may sleep is looked at once a second at most: be the first. */
void seeded_await_sleep_check(void);

/**
 * struct seeded_thread - a thread which the trigger leads step by step
 * @fn: what it does
 * @correct: the twin, for @fn
 * @ret: what @fn or the start returned
 * @paused: it has come to seeded_pause()
 * @resumed: it may go on
 * @done: it has ended
 */
struct seeded_thread {
	int		(*fn)(struct seeded_thread *t);
	bool		correct;
	int		ret;
	struct completion paused;
	bool		resumed;
	struct completion done;
};

/* Start @fn in a thread; an error is told by seeded_finish(). */
void seeded_start(struct seeded_thread *t, int (*fn)(struct seeded_thread *t),
		  bool correct);

/* Wait until it has come to seeded_pause(). */
void seeded_await(struct seeded_thread *t);

/* By the thread, also in a read section: stay here until seeded_resume(). */
void seeded_pause(struct seeded_thread *t);

/* Let it go on. */
void seeded_resume(struct seeded_thread *t);

/* Let it go on, and wait for its end: what @fn returned. */
int seeded_finish(struct seeded_thread *t);

#endif /* _SEEDED_H */
