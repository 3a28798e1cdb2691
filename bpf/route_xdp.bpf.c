// SPDX-License-Identifier: GPL-2.0
/*
 * Lets only packets through whose destination has a route in kontend's main
 * table, and counts them by next hop: a source or transit filter as large as
 * the internet, changed while it runs.  For XDP and tc; the syscall program
 * asks for a single address.
 */
#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "route_xdp.h"

/* The module's kfuncs: network order in, next hop out, 0 where none. */
extern __u32 kontend_lookup4(__u32 daddr) __ksym;
extern __u32 kontend_lookup6(__u64 hi, __u64 lo) __ksym;

/* What becomes of a packet without a route; set between open and load. */
const volatile bool drop_unrouted = true;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, ROUTE_XDP_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

/* Packets by next hop. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, ROUTE_XDP_NEXTHOPS);
	__type(key, __u32);
	__type(value, __u64);
} nexthops SEC(".maps");

static __always_inline void count(__u32 what)
{
	__u64 *n = bpf_map_lookup_elem(&counters, &what);

	/* A CPU's own, and XDP and tc do not interrupt each other's update. */
	if (n)
		(*n)++;
}

static __always_inline void count_nexthop(__u32 nexthop)
{
	__u64 *n = bpf_map_lookup_elem(&nexthops, &nexthop), one = 1;

	if (n)
		(*n)++;
	else
		bpf_map_update_elem(&nexthops, &nexthop, &one, BPF_NOEXIST);
}

/* May a packet whose lookup gave @nexthop pass? */
static __always_inline bool may_pass(__u32 nexthop, __u32 hit, __u32 miss)
{
	if (!nexthop) {
		count(miss);
		return !drop_unrouted;
	}
	count(hit);
	count_nexthop(nexthop);
	return true;
}

static __always_inline bool filter4(const struct iphdr *ip, const void *end)
{
	if ((const void *)(ip + 1) > end) {
		count(ROUTE_XDP_SHORT);
		return false;
	}
	return may_pass(kontend_lookup4(ip->daddr), ROUTE_XDP_HIT4,
			ROUTE_XDP_MISS4);
}

static __always_inline bool filter6(const struct ipv6hdr *ip, const void *end)
{
	__u64 addr[2];

	if ((const void *)(ip + 1) > end) {
		count(ROUTE_XDP_SHORT);
		return false;
	}
	__builtin_memcpy(addr, &ip->daddr, sizeof(addr));
	return may_pass(kontend_lookup6(addr[0], addr[1]), ROUTE_XDP_HIT6,
			ROUTE_XDP_MISS6);
}

static __always_inline bool filter(const void *data, const void *end)
{
	const struct ethhdr *eth = data;

	if ((const void *)(eth + 1) > end) {
		count(ROUTE_XDP_SHORT);
		return false;
	}
	switch (eth->h_proto) {
	case bpf_htons(ETH_P_IP):
		return filter4((const void *)(eth + 1), end);
	case bpf_htons(ETH_P_IPV6):
		return filter6((const void *)(eth + 1), end);
	default:
		count(ROUTE_XDP_OTHER);
		return true;
	}
}

SEC("xdp")
int route_xdp(struct xdp_md *ctx)
{
	return filter((void *)(long)ctx->data, (void *)(long)ctx->data_end) ?
	       XDP_PASS : XDP_DROP;
}

SEC("tc")
int route_tc(struct __sk_buff *skb)
{
	return filter((void *)(long)skb->data, (void *)(long)skb->data_end) ?
	       TC_ACT_OK : TC_ACT_SHOT;
}

SEC("syscall")
int route_syscall(struct route_xdp_query *q)
{
	q->nexthop = q->is_inet6 ? kontend_lookup6(q->hi, q->lo) :
				   kontend_lookup4(q->daddr);
	return 0;
}

char _license[] SEC("license") = "GPL";
