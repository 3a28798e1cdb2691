/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lookups to be inlined, for loops in which a call would count.  They are what
 * route_lookup() is made of, and see into views: route.h is enough for all else.
 */
#ifndef _CORE_LOOKUP_H
#define _CORE_LOOKUP_H

#include "fib4.h"
#include "fib6.h"
#include "route.h"

/* route_lookup_as_given - where there are more next hops than can be compiled. */
u32 route_lookup_as_given(const struct route_view *v, unsigned int family,
			  const struct route_addr *addr);

/**
 * route_lookup4() - longest-prefix match of an IPv4 address
 * @v: view
 * @addr: address, in host order
 * Context: as route_view().
 * Return: the next hop, 0 if no route matches.
 */
static __always_inline u32 route_lookup4(const struct route_view *v, u32 addr)
{
	struct route_addr wide;

	if (likely(v->fib_base))
		return fib4_lookup(v, addr);
	wide = route_addr4(addr);
	return route_lookup_as_given(v, ROUTE_INET4, &wide);
}

/**
 * route_lookup6() - longest-prefix match of an IPv6 address
 * @v: view
 * @addr: address
 * Context: as route_view().
 * Return: the next hop, 0 if no route matches.
 */
static __always_inline u32 route_lookup6(const struct route_view *v,
					 const struct route_addr *addr)
{
	if (likely(v->fib_base))
		return fib6_lookup(v, addr);
	return route_lookup_as_given(v, ROUTE_INET6, addr);
}

#endif /* _CORE_LOOKUP_H */
