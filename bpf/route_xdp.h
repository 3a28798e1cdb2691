/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What route_xdp.bpf.c and who loads it share: the meaning of its counters,
 * and the argument of its syscall program.
 */
#ifndef _BPF_ROUTE_XDP_H
#define _BPF_ROUTE_XDP_H

#include <linux/types.h>

/* Indices of the map "counters"; each packet is counted once. */
enum route_xdp_counter {
	ROUTE_XDP_HIT4,		/* IPv4, a route matched */
	ROUTE_XDP_MISS4,	/* IPv4, none did */
	ROUTE_XDP_HIT6,
	ROUTE_XDP_MISS6,
	ROUTE_XDP_OTHER,	/* neither: passed on */
	ROUTE_XDP_SHORT,	/* ends within its headers: dropped */
	ROUTE_XDP_COUNTERS,
};

/* Next hops that are counted apart; of more, packets are only hits. */
#define ROUTE_XDP_NEXTHOPS	4096

/**
 * struct route_xdp_query - argument of the program route_syscall
 * @hi: IPv6: first eight bytes of the address, as in a packet
 * @lo: IPv6: last eight bytes, as in a packet
 * @daddr: IPv4: address, as in a packet
 * @is_inet6: which of the two
 * @nexthop: out: next hop, 0 if no route matches
 * @pad: 0
 */
struct route_xdp_query {
	__u64	hi;
	__u64	lo;
	__u32	daddr;
	__u32	is_inet6;
	__u32	nexthop;
	__u32	pad;
};

#endif /* _BPF_ROUTE_XDP_H */
