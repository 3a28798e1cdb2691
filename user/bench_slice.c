// SPDX-License-Identifier: GPL-2.0
/*
 * The tool is linked with --wrap=munmap: its calls, and not the C library's own,
 * come here.  The core knows nothing of it, so it is a variable that says who
 * watches, one a thread.
 */
#include "bench_slice.h"

#include "bench_report.h"

static __thread struct slices *watching;

static void end_slice(struct slices *s)
{
	uint64_t now_ns = thread_cpu_ns();

	if (now_ns - s->last_ns > s->longest_ns)
		s->longest_ns = now_ns - s->last_ns;
	s->last_ns = now_ns;
}

int __wrap_munmap(void *addr, size_t bytes)
{
	int ret = __real_munmap(addr, bytes);

	if (watching) {
		watching->nr++;
		end_slice(watching);
	}
	return ret;
}

void slices_start(struct slices *s)
{
	*s = (struct slices){ .last_ns = thread_cpu_ns() };
	watching = s;
}

void slices_stop(void)
{
	end_slice(watching);
	watching = NULL;
}
