// SPDX-License-Identifier: GPL-2.0
/*
 * What is the same for all flavours.
 */
#include "mirror.h"

#include <stdlib.h>
#include <string.h>

const struct mirror_ops *mirror_ops_find(const char *name)
{
	static const struct mirror_ops *const flavors[] = {
		&mirror_ops_memb,
		&mirror_ops_mb,
		&mirror_ops_qsbr,
		&mirror_ops_bp,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flavors); i++)
		if (!strcmp(flavors[i]->name, name))
			return flavors[i];
	return NULL;
}

struct route *mirror_collect(const struct mirror_ops *ops, struct mirror *m,
			     size_t *nr)
{
	struct route_stats stats;
	struct route *routes;
	size_t n, room;

	ops->stats(m, &stats);
	room = stats.nr_routes[ROUTE_INET4] + stats.nr_routes[ROUTE_INET6];
	routes = malloc((room + 1) * sizeof(*routes));
	*nr = 0;
	while (routes && *nr < room) {
		n = ops->walk(m, *nr ? &routes[*nr - 1].prefix : NULL,
			      routes + *nr, room - *nr);
		if (!n)
			break;
		*nr += n;
	}
	return routes;
}
