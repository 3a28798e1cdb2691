// SPDX-License-Identifier: GPL-2.0
/*
 * Equal XDP programs that look the next key up: in kontend's table, in a map, or
 * not at all.  What they find they add up.
 */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#include "xdp.h"

extern __u32 kontend_lookup4(__u32 daddr) __ksym;
extern __u32 kontend_lookup6(__u64 hi, __u64 lo) __ksym;

struct lpm4_key {
	__u32	len;
	__u8	addr[4];
};

struct lpm6_key {
	__u32	len;
	__u8	addr[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, XDP_ROUTES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lpm4_key);
	__type(value, __u32);
} lpm4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, XDP_ROUTES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lpm6_key);
	__type(value, __u32);
} lpm6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XDP_KEYS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct xdp_key);
} keys SEC(".maps");

/* How many keys there are, the number of the next one, what was found. */
__u32 nr_keys;
__u32 next;
__u64 sum;
/* When the first and the last key were taken: what is around is not ours. */
__u64 first_ns;
__u64 last_ns;

static __always_inline struct xdp_key *next_key(void)
{
	__u32 i = next++;

	if (!i)
		first_ns = bpf_ktime_get_ns();
	if (i == nr_keys - 1)
		last_ns = bpf_ktime_get_ns();
	return bpf_map_lookup_elem(&keys, &i);
}

SEC("xdp")
int empty(struct xdp_md *ctx __attribute__((unused)))
{
	const struct xdp_key *key = next_key();

	if (key)
		sum += key->hi + key->lo;
	return XDP_PASS;
}

SEC("xdp")
int kfunc4(struct xdp_md *ctx __attribute__((unused)))
{
	const struct xdp_key *key = next_key();

	if (key)
		sum += kontend_lookup4((__u32)key->hi);
	return XDP_PASS;
}

SEC("xdp")
int kfunc6(struct xdp_md *ctx __attribute__((unused)))
{
	const struct xdp_key *key = next_key();

	if (key)
		sum += kontend_lookup6(key->hi, key->lo);
	return XDP_PASS;
}

static __always_inline void lookup(void *map)
{
	const struct xdp_key *key = next_key();
	const __u32 *nexthop;

	if (!key)
		return;
	nexthop = bpf_map_lookup_elem(map, &key->len);
	if (nexthop)
		sum += *nexthop;
}

SEC("xdp")
int map4(struct xdp_md *ctx __attribute__((unused)))
{
	lookup(&lpm4);
	return XDP_PASS;
}

SEC("xdp")
int map6(struct xdp_md *ctx __attribute__((unused)))
{
	lookup(&lpm6);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
