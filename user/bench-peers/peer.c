// SPDX-License-Identifier: GPL-2.0
/*
 * The part of the protocol that all contestants share.
 */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINE_BYTES	256

bool peer_unable(struct peer *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(p->name, sizeof(p->name), fmt, args);
	va_end(args);
	return false;
}

/* The last one, which is the farthest from what the system does by itself. */
static int choose_cpu(void)
{
	cpu_set_t all;
	int cpu;

	if (sched_getaffinity(0, sizeof(all), &all))
		return -1;
	for (cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--)
		if (CPU_ISSET(cpu, &all))
			break;
	return cpu;
}

static void bind_to(int cpu)
{
	cpu_set_t one;

	if (cpu < 0)
		return;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static uint64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* Shared by all contestants through the page cache. */
static const void *map_file(struct peer *p, const char *name, size_t *bytes)
{
	char path[4096];
	struct stat st;
	void *mem;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) || !st.st_size) {
		peer_unable(p, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	mem = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd,
		   0);
	close(fd);
	if (mem == MAP_FAILED) {
		peer_unable(p, "%s: %s", path, strerror(errno));
		return NULL;
	}
	*bytes = st.st_size;
	return mem;
}

static bool load(struct peer *p, const struct peer_ops *ops)
{
	static const char *const names[3] = { "keys-a", "keys-b", "keys-c" };
	size_t bytes, i;

	p->routes = map_file(p, "routes", &bytes);
	if (!p->routes)
		return false;
	p->nr = bytes / sizeof(*p->routes);
	for (i = 0; i < 3; i++) {
		const void *keys = map_file(p, names[i], &bytes);

		if (!keys)
			return false;
		p->nr_keys = bytes / (p->family == 4 ? 4 : 16);
		p->keys[i] = ops->convert ? ops->convert(p, keys, p->nr_keys) :
					    (void *)keys;
		if (!p->keys[i])
			return peer_unable(p, "no memory for the keys");
	}
	return true;
}

void *peer_keys4(const void *keys, size_t n)
{
	uint32_t *copy = malloc(n * sizeof(*copy));
	const uint8_t *bytes = keys;
	size_t i;

	for (i = 0; copy && i < n; i++)
		copy[i] = peer_addr4(bytes + 4 * i);
	return copy;
}

/* Return: false if the line is none of the protocol. */
static bool answer(struct peer *p, const struct peer_ops *ops, const char *line)
{
	struct peer_run run = { .is_bulk = false };
	uint64_t sum, start_ns, ns;
	char stream, mode[16];
	size_t n;

	if (sscanf(line, "run %c %15s %zu", &stream, mode, &n) == 3) {
		run.is_empty = !strncmp(mode, "empty-", 6);
		run.is_bulk = strstr(mode, "bulk");
	} else if (sscanf(line, "check %c %zu", &stream, &n) != 2) {
		return false;
	}
	if (stream < 'a' || stream > 'c' || !n || n > p->nr_keys ||
	    n > p->max_keys)
		return false;
	run.keys = p->keys[stream - 'a'];
	run.n = n;
	if (ops->prepare)
		ops->prepare(p, run.keys);
	if (line[0] == 'c') {
		printf("sum %" PRIu64 "\n", ops->check(p, run.keys, n));
		return true;
	}
	start_ns = cpu_ns();
	sum = ops->run(p, &run);
	ns = cpu_ns() - start_ns;
	printf("ok %.4f %" PRIu64 "\n", (double)ns / n, sum);
	return true;
}

int peer_main(const struct peer_ops *ops, int argc, char **argv)
{
	struct peer p = { .max_keys = PEER_NO_LIMIT };
	char line[LINE_BYTES];
	int cpu = choose_cpu();

	if (argc < 3) {
		fprintf(stderr, "usage: %s 4|6 DIR [ARGUMENT...]\n", argv[0]);
		return 2;
	}
	p.family = atoi(argv[1]);
	p.dir = argv[2];
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!load(&p, ops) || !ops->make(&p, argc - 3, argv + 3)) {
		printf("unable %s\n", p.name);
		return 0;
	}
	/* Now: DPDK binds its thread by itself when it starts. */
	bind_to(cpu);
	printf("ready %zu %zu %zu %s\n", p.refused, p.bytes, p.max_keys, p.name);
	while (fgets(line, sizeof(line), stdin))
		if (!answer(&p, ops, line))
			printf("what? %s", line);
	return 0;
}
