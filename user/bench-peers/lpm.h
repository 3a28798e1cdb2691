/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lpm.bpf.c and its two users share.
 */
#ifndef _BENCH_PEERS_LPM_H
#define _BENCH_PEERS_LPM_H

#ifndef __bpf__
#include <linux/types.h>
#endif

#define LPM_KEYS		(1 << 20)
#define LPM_NEXTHOP_MASK	0xffff	/* of a gateway's address */

/* struct lpm_key - a key of the trie, of either family; network order */
struct lpm_key {
	__u32	len;
	__u32	addr[4];
};

#endif /* _BENCH_PEERS_LPM_H */
