/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table of the kernel, whole and of one generation.
 */
#ifndef _USER_DUMP_H
#define _USER_DUMP_H

#include "dev.h"

/**
 * struct dump - routes in order; all 0 to begin with
 * @routes: routes
 * @nr: how many
 * @room: of @routes
 * @gen: generation
 * @moved: the table changed while it was read, each time that it was tried:
 *	the routes are of several generations up to @gen
 */
struct dump {
	struct route	*routes;
	size_t		nr;
	size_t		room;
	u64		gen;
	bool		moved;
};

/**
 * dump_table() - read a table, again if it changes meanwhile
 * @dump: out
 * @dev: device
 * @table: table
 * @tries: how often at most
 * Return: 0, -errno of the device (dev_reason()), -ENOMEM.
 */
int dump_table(struct dump *dump, const struct dev *dev, u32 table,
	       unsigned int tries);

void dump_fini(struct dump *dump);

#endif /* _USER_DUMP_H */
