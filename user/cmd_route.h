/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What "kontend route" shares with its larger parts, load and save.
 */
#ifndef _USER_CMD_ROUTE_H
#define _USER_CMD_ROUTE_H

#include "dev.h"

/**
 * struct route_args - the arguments of "kontend route", parsed
 * @table_name: table as given
 * @table: its id, once the device is open
 * @nexthops: file that keeps the ids of next hops, or NULL
 * @atomic: load all of the file or nothing
 * @flush: empty the table first
 * @skip_bad: go on without bad lines
 * @nr: words behind the subcommand
 * @words: these words
 */
struct route_args {
	const char	*table_name;
	u32		table;
	const char	*nexthops;
	bool		atomic;
	bool		flush;
	bool		skip_bad;
	int		nr;
	char		**words;
};

/* route_load - "kontend route load FILE"; opens the device itself. */
int route_load(struct route_args *args, struct out *out);

/* route_save - "kontend route save FILE"; opens the device itself. */
int route_save(struct route_args *args, struct out *out);

/* route_open - open the device and find the table. */
int route_open(struct route_args *args, struct dev *dev, bool writable,
	       struct out *out);

#endif /* _USER_CMD_ROUTE_H */
