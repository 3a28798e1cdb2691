/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the two contestants in the kernel share: loading the programs, filling the
 * keys in, and runs by BPF_PROG_TEST_RUN.
 */
#ifndef _BENCH_PEERS_LPM_RUN_H
#define _BENCH_PEERS_LPM_RUN_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <lpm.skel.h>

#include "lpm.h"
#include "peer.h"

/* struct lpm_run - a contestant in the kernel; @stream is the one in the map */
struct lpm_run {
	struct lpm	*skel;
	int		prog_fd;
	int		empty_fd;
	const void	*stream;
};

/* lpm_open - open and load the programs.  Return: true, or false: unable. */
bool lpm_open(struct lpm_run *r, struct peer *p);

/* lpm_fill - put a stream into the map, which has room for one. */
void lpm_fill(struct lpm_run *r, const struct peer *p, const void *keys);

/**
 * lpm_ask() - look the first keys of the stream in the map up
 * @r: contestant
 * @n: how many
 * @is_empty: all but the lookup
 * Return: the sum of the next hops; the weighed one is in the skeleton.
 */
uint64_t lpm_ask(struct lpm_run *r, size_t n, bool is_empty);

#endif /* _BENCH_PEERS_LPM_RUN_H */
