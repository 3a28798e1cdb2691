// SPDX-License-Identifier: GPL-2.0
/*
 * drive DATA [SUBJECT...]: runs all measurements of kbench.ko, and the XDP
 * programs ("xdp"), whose table kontend.ko has; or only those of some subjects.
 * Prints a line for each:
 *
 *	NAME ops N instructions N...	a number for each repeat
 *	NAME NOTE VALUE
 *
 * and to stderr, what is being done.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "data.h"
#include "xdp.h"
#include "xdp.skel.h"

#define DEBUGFS		"/sys/kernel/debug/kbench/"
#define REPEATS		3

__attribute__((noreturn, format(printf, 1, 2)))
static void fail(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "drive: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	exit(1);
}

static const struct bench_data *map_data(const char *path)
{
	const struct bench_data *data;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		fail("%s: %s", path, strerror(errno));
	/* Which the module has read, and found sound. */
	data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		fail("%s: %s", path, strerror(errno));
	close(fd);
	return data;
}

/* The keys are the last of the file. */
static const struct bench_data_addr *
find_keys(const struct bench_data *data, unsigned int family, unsigned int stream)
{
	const struct bench_data_route *routes = (const void *)(data + 1);
	const struct bench_data_addr *keys;

	keys = (const void *)(routes + data->nr_routes[0] + data->nr_routes[1] +
			      data->nr_sample[0] + data->nr_sample[1]);
	return keys + (size_t)data->nr_keys * (family * BENCH_STREAMS + stream);
}

/* The subjects that are wanted; none: all are. */
static char **wanted;

/* What a name begins with, up to a dot or a dash; what is empty costs nothing. */
static bool is_wanted(const char *name)
{
	size_t len = strcspn(name, ".-");
	char **w;

	if (!*wanted || !strncmp(name, "empty", len))
		return true;
	for (w = wanted; *w; w++)
		if (strlen(*w) == len && !strncmp(name, *w, len))
			return true;
	return false;
}

/* A measurement of the module: its lines are made ours. */
static void run_module(const char *name)
{
	char text[4096], order[128], line[512] = "", *rest, *word;
	unsigned long long ops = 0, n;
	ssize_t len;
	int fd = open(DEBUGFS "run", O_RDWR | O_CLOEXEC);

	fprintf(stderr, "%s\n", name);
	if (fd < 0)
		fail("no kbench.ko: %s", strerror(errno));
	len = snprintf(order, sizeof(order), "%s %d", name, REPEATS);
	if (write(fd, order, len) != len)
		fail("%s: %s", name, strerror(errno));
	len = pread(fd, text, sizeof(text) - 1, 0);
	if (len < 0)
		fail("%s: %s", name, strerror(errno));
	text[len] = '\0';
	close(fd);

	for (rest = text; (word = strsep(&rest, "\n")) && *word; ) {
		if (sscanf(word, "%llu %llu", &ops, &n) == 2)
			snprintf(line + strlen(line),
				 sizeof(line) - strlen(line), " %llu", n);
		else
			printf("%s %s\n", name, word);
	}
	printf("%s ops %llu instructions%s\n", name, ops, line);
}

/* All of the module that go over @over, in its order. */
static void run_all(const char *over)
{
	FILE *f = fopen(DEBUGFS "list", "re");
	char name[64], what[64];

	if (!f)
		fail("no kbench.ko: %s", strerror(errno));
	while (fscanf(f, "%63s %63s", name, what) == 2)
		if (!strcmp(what, over) && is_wanted(name))
			run_module(name);
	fclose(f);
}

static struct xdp *load_programs(void)
{
	struct xdp *skel = xdp__open_and_load();

	if (!skel)
		fail("the XDP programs do not load: is kontend.ko there, with BTF?");
	return skel;
}

static void give_maps(const struct xdp *skel)
{
	char fds[64];
	int fd = open(DEBUGFS "maps", O_WRONLY | O_CLOEXEC), len;

	len = snprintf(fds, sizeof(fds), "%d %d", bpf_map__fd(skel->maps.lpm4),
		       bpf_map__fd(skel->maps.lpm6));
	if (fd < 0 || write(fd, fds, len) != len)
		fail("the maps: %s", strerror(errno));
	close(fd);
}

static void fill_keys(struct xdp_key *keys, const struct bench_data *data,
		      unsigned int family, unsigned int stream)
{
	const struct bench_data_addr *addrs = find_keys(data, family, stream);
	unsigned int i;

	for (i = 0; i < data->nr_keys; i++)
		keys[i] = (struct xdp_key){
			.len = family ? 128 : 32,
			.hi = htobe64(addrs[i].hi),
			.lo = htobe64(addrs[i].lo),
		};
}

/* What the programs do not look at. */
static const unsigned char packet[64];

/*
 * Instructions from the first of @nr runs, a key each, to the last one.  The
 * kernel counts around them what it does once, and waits; and it tells whole
 * nanoseconds.
 */
static unsigned long long run_program(struct xdp *skel,
				      const struct bpf_program *prog,
				      unsigned int nr)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet,
		    .data_size_in = sizeof(packet), .repeat = nr);

	skel->bss->nr_keys = nr;
	skel->bss->next = 0;
	skel->bss->sum = 0;
	if (bpf_prog_test_run_opts(bpf_program__fd(prog), &opts))
		fail("%s: %s", bpf_program__name(prog), strerror(errno));
	if (skel->bss->next != nr)
		fail("%s: ran %u times, not %u", bpf_program__name(prog),
		     skel->bss->next, nr);
	return skel->bss->last_ns - skel->bss->first_ns;
}

static void run_xdp(struct xdp *skel, const struct bpf_program *prog,
		    const char *name, unsigned int nr)
{
	unsigned int i;

	fprintf(stderr, "%s\n", name);
	/* The first time warms up. */
	run_program(skel, prog, nr);
	printf("%s ops %u instructions", name, nr - 1);
	for (i = 0; i < REPEATS; i++)
		printf(" %llu", run_program(skel, prog, nr));
	printf("\n%s sum %llu\n", name, (unsigned long long)skel->bss->sum);
}

static void run_all_xdp(struct xdp *skel, const struct bench_data *data)
{
	const struct {
		const char *name;
		const struct bpf_program *progs[2];
	} kinds[] = {
		{ "empty", { skel->progs.empty, skel->progs.empty } },
		{ "kfunc", { skel->progs.kfunc4, skel->progs.kfunc6 } },
		{ "lpm", { skel->progs.map4, skel->progs.map6 } },
	};
	unsigned int family, stream, kind;
	struct xdp_key *keys;
	char name[64];

	if (data->nr_keys > XDP_KEYS)
		fail("more than %d keys", XDP_KEYS);
	keys = mmap(NULL, XDP_KEYS * sizeof(*keys), PROT_READ | PROT_WRITE,
		    MAP_SHARED, bpf_map__fd(skel->maps.keys), 0);
	if (keys == MAP_FAILED)
		fail("the keys: %s", strerror(errno));
	for (family = 0; family < 2; family++) {
		for (stream = 0; stream < BENCH_STREAMS; stream++) {
			fill_keys(keys, data, family, stream);
			for (kind = 0; kind < 3; kind++) {
				snprintf(name, sizeof(name), "xdp-%s.%d.lookup.%c",
					 kinds[kind].name, family ? 6 : 4,
					 'a' + stream);
				run_xdp(skel, kinds[kind].progs[family], name,
					data->nr_keys);
			}
		}
	}
	munmap(keys, XDP_KEYS * sizeof(*keys));
}

int main(int argc, char **argv)
{
	const struct bench_data *data;
	struct xdp *skel;

	if (argc < 2) {
		fprintf(stderr, "usage: drive DATA [SUBJECT...]\n");
		return 2;
	}
	wanted = argv + 2;
	data = map_data(argv[1]);
	skel = load_programs();
	give_maps(skel);
	run_all("routes");
	run_all("keys");
	if (is_wanted("xdp"))
		run_all_xdp(skel, data);
	run_all("sample");
	run_all("one");
	xdp__destroy(skel);
	return 0;
}
