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

void interrupt_catch(void)
{
	struct sigaction action = { .sa_handler = note_signal };

	interrupted = 0;
	/* Without SA_RESTART: what sleeps shall wake up. */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

void interrupt_release(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

bool interrupt_came(void)
{
	return interrupted;
}
