// SPDX-License-Identifier: GPL-2.0
/*
 * Tables that benchmarks work on.
 */
#include "bench_table.h"

#include <errno.h>
#include <stdlib.h>

#include "progress.h"

struct route_change *bench_changes(const struct route *routes, size_t nr,
				   enum route_op op)
{
	struct route_change *changes = malloc((nr + 1) * sizeof(*changes));
	size_t i;

	for (i = 0; changes && i < nr; i++)
		changes[i] = (struct route_change){ op, routes[i] };
	return changes;
}

int bench_table_make(const struct mirror_ops *ops, struct mirror **m,
		     const struct route *routes, size_t nr, u64 *ns)
{
	struct route_change *changes = bench_changes(routes, nr, ROUTE_ADD);
	u64 start_ns;
	size_t failed;
	int ret;

	*m = changes ? ops->create() : NULL;
	if (!*m) {
		free(changes);
		return -ENOMEM;
	}
	start_ns = progress_now_ns();
	ret = ops->apply(*m, changes, nr, &failed);
	if (ns)
		*ns = progress_now_ns() - start_ns;
	free(changes);
	if (ret) {
		ops->destroy(*m);
		*m = NULL;
	}
	return ret;
}
