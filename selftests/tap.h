/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TAP for programs that run without a kernel tree at hand.  Each test runs in
 * a child of its own: a failed expectation, a sanitizer's report or a crash
 * ends that test only, and RCU's helper threads start afresh.
 */
#ifndef _SELFTESTS_TAP_H
#define _SELFTESTS_TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct tap_test {
	const char	*name;
	void		(*run)(void);
};

static inline void tap_diag(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

static inline void tap_diag(const char *fmt, ...)
{
	char line[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	/* One call a line: threads may print at a time. */
	printf("# %s\n", line);
	fflush(stdout);
}

/* End the test, from whatever thread: _exit(), since others still run. */
#define tap_fail(fmt, ...) do { \
	tap_diag("%s:%d: " fmt, __FILE__, __LINE__, ##__VA_ARGS__); \
	_exit(1); \
} while (0)

#define tap_expect(cond, fmt, ...) do { \
	if (!(cond)) \
		tap_fail("not true: %s: " fmt, #cond, ##__VA_ARGS__); \
} while (0)

#define tap_true(cond) do { \
	if (!(cond)) \
		tap_fail("not true: %s", #cond); \
} while (0)

/* Run @run in a child; what waitpid() says of it. */
static inline int tap_fork(void (*run)(void))
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		run();
		exit(0);	/* not _exit(): leaks are looked for there */
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		tap_fail("fork: %m");
	return status;
}

/* Returns main()'s exit status. */
static inline int tap_run(const struct tap_test *tests, unsigned int nr)
{
	unsigned int i, nr_failed = 0;

	printf("TAP version 13\n1..%u\n", nr);
	for (i = 0; i < nr; i++) {
		int status = tap_fork(tests[i].run);

		if (WIFSIGNALED(status))
			tap_diag("killed: %s", strsignal(WTERMSIG(status)));
		else if (WEXITSTATUS(status) > 1)
			tap_diag("exit status %d", WEXITSTATUS(status));
		printf("%s %u %s\n", status ? "not ok" : "ok", i + 1,
		       tests[i].name);
		nr_failed += !!status;
	}
	printf("# Totals: pass:%u fail:%u xfail:0 xpass:0 skip:0 error:0\n",
	       nr - nr_failed, nr_failed);
	return nr_failed ? 1 : 0;
}

#endif /* _SELFTESTS_TAP_H */
