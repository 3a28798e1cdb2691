/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A line of progress on standard error, if that is a terminal; nothing else
 * where it is not.
 */
#ifndef _USER_PROGRESS_H
#define _USER_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct progress - a line of progress
 * @label: what is being done
 * @total: how much there is to do, 0 if not known
 * @next_ns: when the line is due again
 * @is_on: standard error is a terminal
 */
struct progress {
	const char	*label;
	uint64_t	total;
	uint64_t	next_ns;
	bool		is_on;
};

/* progress_now_ns - a monotonic clock, for rates too. */
uint64_t progress_now_ns(void);

void progress_start(struct progress *p, const char *label, uint64_t total);

/* progress_update - cheap enough for every few thousand steps. */
void progress_update(struct progress *p, uint64_t done);

/* progress_stop - wipe the line. */
void progress_stop(struct progress *p);

/* progress_rate - how many of @nr a second, since @start_ns. */
uint64_t progress_rate(uint64_t nr, uint64_t start_ns);

#endif /* _USER_PROGRESS_H */
