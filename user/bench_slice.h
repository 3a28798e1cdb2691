/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The longest stretch of work between two slices when much memory is freed.
 * The core gives memory back by munmap() in slices, with a chance to reschedule
 * behind each: that chance cannot be seen in user space, but munmap() can.  Time
 * is the thread's CPU time, so that waiting for readers is none.
 */
#ifndef _USER_BENCH_SLICE_H
#define _USER_BENCH_SLICE_H

#include <stddef.h>
#include <stdint.h>

/* struct slices - what the calling thread unmapped, from slices_start() on */
struct slices {
	uint64_t	nr;		/* calls of munmap() */
	uint64_t	longest_ns;	/* from the end of one to that of the next */
	uint64_t	last_ns;
};

/* slices_start - watch this thread; @s stays until slices_stop(). */
void slices_start(struct slices *s);

/* slices_stop - what came behind the last munmap() counts too. */
void slices_stop(void);

/* The linker's names for munmap() itself and for what is called instead. */
int __real_munmap(void *addr, size_t bytes);
int __wrap_munmap(void *addr, size_t bytes);

#endif /* _USER_BENCH_SLICE_H */
