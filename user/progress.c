// SPDX-License-Identifier: GPL-2.0
/*
 * Progress on a terminal: at most five lines a second, each over the last.
 */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_SEC	1000000000ULL
#define INTERVAL_NS	(NS_PER_SEC / 5)

uint64_t progress_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

void progress_start(struct progress *p, const char *label, uint64_t total)
{
	p->label = label;
	p->total = total;
	p->next_ns = 0;
	p->is_on = isatty(STDERR_FILENO);
}

void progress_update(struct progress *p, uint64_t done)
{
	uint64_t now_ns;

	if (!p->is_on)
		return;
	now_ns = progress_now_ns();
	if (now_ns < p->next_ns)
		return;
	p->next_ns = now_ns + INTERVAL_NS;
	if (p->total)
		fprintf(stderr, "\r%s %" PRIu64 " of %" PRIu64 " (%" PRIu64
			" %%)\033[K", p->label, done, p->total,
			done * 100 / p->total);
	else
		fprintf(stderr, "\r%s %" PRIu64 "\033[K", p->label, done);
}

void progress_stop(struct progress *p)
{
	if (p->is_on && p->next_ns)
		fputs("\r\033[K", stderr);
}

uint64_t progress_rate(uint64_t nr, uint64_t start_ns)
{
	uint64_t ns = progress_now_ns() - start_ns;

	/* In floating point: nr * 10^9 may not fit. */
	return ns ? (uint64_t)((double)nr * NS_PER_SEC / ns) : 0;
}
