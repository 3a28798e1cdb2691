// SPDX-License-Identifier: GPL-2.0
/*
 * The running kernel's LPM_TRIE map, asked from a BPF program.
 */
#include <stdio.h>
#include <string.h>

#include "lpm_run.h"

static struct lpm_run lpm;

/* What the kernel charges for the map. */
static size_t map_bytes(int fd)
{
	char path[64], line[256];
	size_t bytes = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "memlock: %zu", &bytes) == 1)
			break;
	if (file)
		fclose(file);
	return bytes;
}

static bool make(struct peer *p, int argc, char **argv)
{
	struct lpm_key key;
	size_t i;
	int fd;

	(void)argc;
	(void)argv;
	if (!lpm_open(&lpm, p))
		return false;
	lpm.prog_fd = bpf_program__fd(lpm.skel->progs.run_trie);
	fd = bpf_map__fd(lpm.skel->maps.trie);
	for (i = 0; i < p->nr; i++) {
		key.len = p->routes[i].len;
		memcpy(key.addr, p->routes[i].addr, sizeof(key.addr));
		if (bpf_map_update_elem(fd, &key, &p->routes[i].nexthop, 0))
			p->refused++;
	}
	p->bytes = map_bytes(fd);
	snprintf(p->name, sizeof(p->name), "BPF LPM_TRIE");
	return true;
}

static void prepare(struct peer *p, const void *keys)
{
	lpm_fill(&lpm, p, keys);
}

static uint64_t run(struct peer *p, const struct peer_run *run)
{
	(void)p;
	return lpm_ask(&lpm, run->n, run->is_empty);
}

static uint64_t check(struct peer *p, const void *keys, size_t n)
{
	(void)p;
	(void)keys;
	lpm_ask(&lpm, n, false);
	return lpm.skel->bss->weighed;
}

int main(int argc, char **argv)
{
	static const struct peer_ops ops = {
		.make		= make,
		.prepare	= prepare,
		.run		= run,
		.check		= check,
	};

	return peer_main(&ops, argc, argv);
}
