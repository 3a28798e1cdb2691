/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What DPDK's tables share: starting its environment.
 */
#ifndef _BENCH_PEERS_DPDK_H
#define _BENCH_PEERS_DPDK_H

#include "peer.h"

/**
 * dpdk_start() - start DPDK without devices, telemetry and files of its own
 * @p: contestant, for the reason
 * @argc: its arguments
 * @argv: the first is "huge" for huge pages, else it has pages of 4 KB
 * Return: true, or false: unable.
 */
bool dpdk_start(struct peer *p, int argc, char **argv);

/* dpdk_heap_bytes - what is allocated from its heaps now. */
size_t dpdk_heap_bytes(void);

/* dpdk_describe - the contestant's name: @what, the version, the pages. */
void dpdk_describe(struct peer *p, const char *what);

#endif /* _BENCH_PEERS_DPDK_H */
