/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the structs of the UAPI and the values of the core.  On the way in
 * every byte is checked, reserved ones too.
 */
#ifndef _KMOD_CONVERT_H
#define _KMOD_CONVERT_H

#include <linux/types.h>

#include <uapi/kontend.h>

#include <core/route.h>

/* Does a route on the way in carry a next hop, or must it be 0? */
enum kontend_nexthop {
	KONTEND_NEXTHOP_ABSENT,
	KONTEND_NEXTHOP_PRESENT,
};

/* kontend_addr_in - Return: 0 or -EINVAL. */
int kontend_addr_in(const struct kontend_addr *in, unsigned int *family,
		    struct route_addr *addr);

/* kontend_prefix_in - Return: 0 or -EINVAL. */
int kontend_prefix_in(const struct kontend_prefix *in,
		      struct route_prefix *prefix);

/* kontend_route_in - Return: 0 or -EINVAL. */
int kontend_route_in(const struct kontend_route *in,
		     enum kontend_nexthop nexthop, struct route *route);

void kontend_prefix_out(const struct route_prefix *prefix,
			struct kontend_prefix *out);
void kontend_route_out(const struct route *route, struct kontend_route *out);

#endif /* _KMOD_CONVERT_H */
