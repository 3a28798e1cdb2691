// SPDX-License-Identifier: GPL-2.0
/*
 * The dump command in a loop; the generation tells whether the pieces fit.
 */
#include "dump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"

static int make_room(struct dump *dump)
{
	struct route *routes;
	size_t room;

	if (dump->room - dump->nr >= KONTEND_DUMP_MAX)
		return 0;
	room = 2 * dump->room + KONTEND_DUMP_MAX;
	routes = realloc(dump->routes, room * sizeof(*routes));
	if (!routes)
		return -ENOMEM;
	dump->routes = routes;
	dump->room = room;
	return 0;
}

static int dump_once(struct dump *dump, const struct dev *dev, u32 table)
{
	u32 n = KONTEND_DUMP_MAX;
	int ret;

	dump->nr = 0;
	dump->gen = 0;
	dump->moved = false;
	while (n == KONTEND_DUMP_MAX) {
		const struct route_prefix *after = NULL;

		ret = make_room(dump);
		if (ret)
			return ret;
		if (interrupt_came())
			return -EINTR;
		if (dump->nr)
			after = &dump->routes[dump->nr - 1].prefix;
		ret = dev_dump(dev, table, after, dump->routes + dump->nr, &n,
			       &dump->gen, &dump->moved);
		if (ret)
			return ret;
		dump->nr += n;
	}
	return 0;
}

int dump_table(struct dump *dump, const struct dev *dev, u32 table,
	       unsigned int tries)
{
	int ret;

	do
		ret = dump_once(dump, dev, table);
	while (!ret && dump->moved && --tries);
	return ret;
}

void dump_fini(struct dump *dump)
{
	free(dump->routes);
	memset(dump, 0, sizeof(*dump));
}
