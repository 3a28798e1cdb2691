// SPDX-License-Identifier: GPL-2.0
/*
 * The flavours by name.
 */
#include "mirror.h"

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
