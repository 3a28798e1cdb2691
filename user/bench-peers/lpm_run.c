// SPDX-License-Identifier: GPL-2.0
/*
 * A program runs without being preempted: so a run is cut into calls.
 */
#include "lpm_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALL_KEYS	(1 << 15)

static int be_silent(enum libbpf_print_level level, const char *fmt,
		     va_list args)
{
	(void)level;
	(void)fmt;
	(void)args;
	return 0;
}

bool lpm_open(struct lpm_run *r, struct peer *p)
{
	libbpf_set_print(be_silent);
	r->skel = lpm__open();
	if (!r->skel)
		return peer_unable(p, "BPF object: %s", strerror(errno));
	if (p->family == 4)
		bpf_map__set_key_size(r->skel->maps.trie, 8);
	if (lpm__load(r->skel))
		return peer_unable(p, "loading BPF programs: %s",
				   strerror(errno));
	r->empty_fd = bpf_program__fd(r->skel->progs.run_none);
	p->max_keys = LPM_KEYS;
	return true;
}

void lpm_fill(struct lpm_run *r, const struct peer *p, const void *keys)
{
	size_t bytes = p->family == 4 ? 4 : 16;
	struct lpm_key key = { .len = 8 * bytes };
	int fd = bpf_map__fd(r->skel->maps.keys);
	__u32 i;

	if (r->stream == keys)
		return;
	for (i = 0; i < LPM_KEYS && i < p->nr_keys; i++) {
		memcpy(key.addr, (const char *)keys + i * bytes, bytes);
		bpf_map_update_elem(fd, &i, &key, 0);
	}
	r->stream = keys;
}

uint64_t lpm_ask(struct lpm_run *r, size_t n, bool is_empty)
{
	char packet[64] = { 0 };
	struct bpf_test_run_opts opts = {
		.sz		= sizeof(opts),
		.data_in	= packet,
		.data_size_in	= sizeof(packet),
		.repeat		= 1,
	};
	struct lpm__bss *bss = r->skel->bss;
	uint64_t sum = 0, weighed = 0;
	int err;

	for (bss->first = 0; bss->first < n; bss->first += CALL_KEYS) {
		bss->count = n - bss->first < CALL_KEYS ? n - bss->first :
							  CALL_KEYS;
		err = bpf_prog_test_run_opts(is_empty ? r->empty_fd : r->prog_fd,
					     &opts);
		if (err) {
			fprintf(stderr, "BPF_PROG_TEST_RUN: %s\n",
				strerror(-err));
			exit(1);
		}
		sum += bss->sum;
		weighed += bss->weighed;
	}
	bss->weighed = weighed;
	return sum;
}
