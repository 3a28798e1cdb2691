// SPDX-License-Identifier: GPL-2.0
/*
 * Between the structs of the UAPI and the values of the core.  Whatever gets
 * past these functions is a valid address, prefix or route.
 */
#include "convert.h"

#include <linux/errno.h>
#include <linux/string.h>

static int family_in(u8 in, const u8 *bytes, unsigned int *family)
{
	switch (in) {
	case KONTEND_INET4:
		if (memchr_inv(bytes + 4, 0, 12))
			return -EINVAL;
		*family = ROUTE_INET4;
		return 0;
	case KONTEND_INET6:
		*family = ROUTE_INET6;
		return 0;
	default:
		return -EINVAL;
	}
}

int kontend_addr_in(const struct kontend_addr *in, unsigned int *family,
		    struct route_addr *addr)
{
	if (family_in(in->family, in->addr, family) ||
	    memchr_inv(in->__reserved, 0, sizeof(in->__reserved)))
		return -EINVAL;
	*addr = route_addr_from_bytes(*family, in->addr);
	return 0;
}

int kontend_prefix_in(const struct kontend_prefix *in,
		      struct route_prefix *prefix)
{
	unsigned int family;

	if (family_in(in->family, in->addr, &family) ||
	    memchr_inv(in->__reserved, 0, sizeof(in->__reserved)))
		return -EINVAL;
	*prefix = (struct route_prefix){
		.addr	= route_addr_from_bytes(family, in->addr),
		.family	= family,
		.len	= in->len,
	};
	return route_prefix_is_valid(prefix) ? 0 : -EINVAL;
}

int kontend_route_in(const struct kontend_route *in,
		     enum kontend_nexthop nexthop, struct route *route)
{
	bool want = nexthop == KONTEND_NEXTHOP_PRESENT;

	if (in->__reserved || !!in->nexthop != want)
		return -EINVAL;
	route->nexthop = in->nexthop;
	return kontend_prefix_in(&in->prefix, &route->prefix);
}

void kontend_prefix_out(const struct route_prefix *prefix,
			struct kontend_prefix *out)
{
	*out = (struct kontend_prefix){
		.family	= prefix->family == ROUTE_INET4 ? KONTEND_INET4 :
							  KONTEND_INET6,
		.len	= prefix->len,
	};
	route_addr_to_bytes(&prefix->addr, out->addr);
}

void kontend_route_out(const struct route *route, struct kontend_route *out)
{
	kontend_prefix_out(&route->prefix, &out->prefix);
	out->nexthop = route->nexthop;
	out->__reserved = 0;
}
