// SPDX-License-Identifier: GPL-2.0
/*
 * The flag that the signal handler sets: a handler can reach nothing else, so
 * this is the one variable of the tool that is not passed by argument.
 */
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t interrupted;

static void note_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* What is ignored, as under nohup, stays so. */
static void set_handler(int sig, void (*handler)(int sig))
{
	/* Without SA_RESTART: what sleeps shall wake up. */
	struct sigaction action = { .sa_handler = handler }, old;

	sigaction(sig, NULL, &old);
	if (old.sa_handler != SIG_IGN)
		sigaction(sig, &action, NULL);
}

void interrupt_catch(void)
{
	interrupted = 0;
	set_handler(SIGINT, note_signal);
	set_handler(SIGTERM, note_signal);
	set_handler(SIGHUP, note_signal);
}

void interrupt_release(void)
{
	set_handler(SIGINT, SIG_DFL);
	set_handler(SIGTERM, SIG_DFL);
	set_handler(SIGHUP, SIG_DFL);
}

bool interrupt_came(void)
{
	return interrupted;
}
