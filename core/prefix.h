/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses and prefixes of both families as one kind of value: 128 bits in
 * host order, first bit of the address topmost.  An IPv4 address fills the
 * first 32 of them.  Pure functions: no memory, no RCU.
 */
#ifndef _CORE_PREFIX_H
#define _CORE_PREFIX_H

#include "port.h"

/* The families, numbered so that they index arrays. */
#define ROUTE_INET4	0
#define ROUTE_INET6	1
#define ROUTE_FAMILIES	2

/**
 * struct route_addr - an address
 * @hi: its first 64 bits, the first topmost; an IPv4 address in the upper half
 * @lo: its last 64 bits, 0 for IPv4
 */
struct route_addr {
	u64	hi;
	u64	lo;
};

/**
 * struct route_prefix - a prefix; bits of @addr behind @len are 0
 * @addr: address
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @len: length in bits
 */
struct route_prefix {
	struct route_addr	addr;
	u8			family;
	u8			len;
};

/**
 * struct route - a route as given
 * @prefix: the prefix
 * @nexthop: next hop id, never 0
 */
struct route {
	struct route_prefix	prefix;
	u32			nexthop;
};

/* route_addr_max_len - bits of an address of @family. */
static inline unsigned int route_addr_max_len(unsigned int family)
{
	return family == ROUTE_INET4 ? 32 : 128;
}

static inline struct route_addr route_addr4(u32 addr)
{
	return (struct route_addr){ .hi = (u64)addr << 32 };
}

static inline u32 route_addr_to4(const struct route_addr *addr)
{
	return addr->hi >> 32;
}

/* The first @len bits of a word set, @len 0 to 64. */
static inline u64 route_mask64(unsigned int len)
{
	return len ? ~0ULL << (64 - len) : 0;
}

/* route_addr_mask - @addr with all bits behind the first @len cleared. */
static inline struct route_addr route_addr_mask(struct route_addr addr,
						unsigned int len)
{
	addr.hi &= route_mask64(min(len, 64U));
	addr.lo &= route_mask64(len > 64 ? len - 64 : 0);
	return addr;
}

/* route_addr_cmp - order of addresses as unsigned numbers: <0, 0, >0. */
static inline int route_addr_cmp(const struct route_addr *a,
				 const struct route_addr *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return 0;
}

/* The order of every walk: IPv4 first, by address, short before long. */
static inline int route_prefix_cmp(const struct route_prefix *a,
				   const struct route_prefix *b)
{
	int cmp;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	cmp = route_addr_cmp(&a->addr, &b->addr);
	if (cmp)
		return cmp;
	return (int)a->len - (int)b->len;
}

/* route_prefix_is_valid - known family, length in range, no host bits. */
static inline bool route_prefix_is_valid(const struct route_prefix *p)
{
	struct route_addr masked;

	if (p->family >= ROUTE_FAMILIES ||
	    p->len > route_addr_max_len(p->family))
		return false;
	masked = route_addr_mask(p->addr, p->len);
	return !route_addr_cmp(&masked, &p->addr);
}

/* route_prefix_covers - is @addr (of the same family) inside @p? */
static inline bool route_prefix_covers(const struct route_prefix *p,
				       const struct route_addr *addr)
{
	struct route_addr masked = route_addr_mask(*addr, p->len);

	return !route_addr_cmp(&masked, &p->addr);
}

/* route_addr_from_bytes - from network order: 4 bytes or 16. */
static inline struct route_addr route_addr_from_bytes(unsigned int family,
						      const u8 *bytes)
{
	unsigned int n = route_addr_max_len(family) / 8;
	struct route_addr addr = { 0, 0 };
	unsigned int i;

	for (i = 0; i < n; i++) {
		u64 *word = i < 8 ? &addr.hi : &addr.lo;

		*word |= (u64)bytes[i] << (56 - 8 * (i % 8));
	}
	return addr;
}

/* route_addr_to_bytes - all 16 bytes in network order, 0 behind an IPv4's. */
static inline void route_addr_to_bytes(const struct route_addr *addr, u8 *bytes)
{
	unsigned int i;

	for (i = 0; i < 16; i++) {
		u64 word = i < 8 ? addr->hi : addr->lo;

		bytes[i] = word >> (56 - 8 * (i % 8));
	}
}

#endif /* _CORE_PREFIX_H */
