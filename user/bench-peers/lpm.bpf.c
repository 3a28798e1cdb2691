// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own tables, asked from a BPF program: an LPM_TRIE map, and the
 * routing table of the network namespace by bpf_fib_lookup().  A run asks for
 * count keys from first on.
 */
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include "lpm.h"

#define AF_INET		2
#define AF_INET6	10

char _license[] SEC("license") = "GPL";

/* Of IPv4 keys are shorter: that is set before it is made. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1 << 23);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(key_size, sizeof(struct lpm_key));
	__uint(value_size, sizeof(__u32));
} trie SEC(".maps");

/* The prefix length stands in front: so an entry is a key of the trie. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LPM_KEYS);
	__type(key, __u32);
	__type(value, struct lpm_key);
} keys SEC(".maps");

__u32 first;
__u32 count;
__u32 fib_flags;
__u32 fib_ifindex;
__u64 sum;
__u64 weighed;

/* What the callbacks of a loop share. */
struct loop {
	__u64		sum;
	__u64		weighed;
	__u32		first;
	struct xdp_md	*ctx;
};

static __always_inline void add(struct loop *loop, __u32 i, __u32 nexthop)
{
	loop->sum += nexthop;
	loop->weighed += (__u64)nexthop * (2 * (__u64)i + 1);
}

static long ask_none(__u32 i, struct loop *loop)
{
	struct lpm_key *key;

	i += loop->first;
	key = bpf_map_lookup_elem(&keys, &i);
	if (!key)
		return 1;
	add(loop, i, key->addr[0]);
	return 0;
}

static long ask_trie(__u32 i, struct loop *loop)
{
	struct lpm_key *key;
	__u32 *nexthop;

	i += loop->first;
	key = bpf_map_lookup_elem(&keys, &i);
	if (!key)
		return 1;
	nexthop = bpf_map_lookup_elem(&trie, key);
	if (nexthop)
		add(loop, i, *nexthop);
	return 0;
}

/* The next hop is the last part of the gateway's address. */
static __always_inline __u32 ask_fib(struct loop *loop, struct lpm_key *key,
				     bool is_v4)
{
	struct bpf_fib_lookup fib = {
		.family		= is_v4 ? AF_INET : AF_INET6,
		.ifindex	= fib_ifindex,
	};
	long ret;

	if (is_v4)
		fib.ipv4_dst = key->addr[0];
	else
		__builtin_memcpy(fib.ipv6_dst, key->addr, sizeof(key->addr));
	ret = bpf_fib_lookup(loop->ctx, &fib, sizeof(fib), fib_flags);
	if (ret != BPF_FIB_LKUP_RET_SUCCESS && ret != BPF_FIB_LKUP_RET_NO_NEIGH)
		return 0;
	return __builtin_bswap32(is_v4 ? fib.ipv4_dst : fib.ipv6_dst[3]) &
	       LPM_NEXTHOP_MASK;
}

static long ask_fib4(__u32 i, struct loop *loop)
{
	struct lpm_key *key;

	i += loop->first;
	key = bpf_map_lookup_elem(&keys, &i);
	if (!key)
		return 1;
	add(loop, i, ask_fib(loop, key, true));
	return 0;
}

static long ask_fib6(__u32 i, struct loop *loop)
{
	struct lpm_key *key;

	i += loop->first;
	key = bpf_map_lookup_elem(&keys, &i);
	if (!key)
		return 1;
	add(loop, i, ask_fib(loop, key, false));
	return 0;
}

#define RUN(ctx, callback) do {						\
	struct loop loop = { .first = first, .ctx = (ctx) };		\
									\
	bpf_loop(count, callback, &loop, 0);				\
	sum = loop.sum;							\
	weighed = loop.weighed;						\
} while (0)

SEC("xdp")
int run_none(struct xdp_md *ctx)
{
	RUN(ctx, ask_none);
	return XDP_PASS;
}

SEC("xdp")
int run_trie(struct xdp_md *ctx)
{
	RUN(ctx, ask_trie);
	return XDP_PASS;
}

SEC("xdp")
int run_fib4(struct xdp_md *ctx)
{
	RUN(ctx, ask_fib4);
	return XDP_PASS;
}

SEC("xdp")
int run_fib6(struct xdp_md *ctx)
{
	RUN(ctx, ask_fib6);
	return XDP_PASS;
}
