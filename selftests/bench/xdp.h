/* SPDX-License-Identifier: GPL-2.0 */
/* What xdp.bpf.c and drive.c share: a key of a lookup. */
#ifndef _BENCH_XDP_H
#define _BENCH_XDP_H

#include <linux/types.h>

/**
 * struct xdp_key - an address; from @len on a key of the LPM_TRIE maps
 * @pad: 0
 * @len: bits of the address
 * @hi: its first eight bytes in network order, IPv4: four and then 0
 * @lo: its last eight
 */
struct xdp_key {
	__u32	pad;
	__u32	len;
	__u64	hi;
	__u64	lo;
};

/* Room for keys, and for routes in the maps. */
#define XDP_KEYS	(1 << 17)
#define XDP_ROUTES	(1 << 24)

#endif /* _BENCH_XDP_H */
