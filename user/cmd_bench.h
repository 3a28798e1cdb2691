/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The subjects of "kontend bench" and the options that they share.
 */
#ifndef _USER_CMD_BENCH_H
#define _USER_CMD_BENCH_H

#include "cmd.h"
#include "mirror.h"

#define BENCH_REPEATS_MAX	1000

enum {
	BENCH_FAMILY = CMD_OPTION,
	BENCH_ROUTES,
	BENCH_NEXTHOPS,
	BENCH_FLAVOR,
	BENCH_REPEATS,
	BENCH_SEED,
	BENCH_STREAM,
	BENCH_MODE,
	BENCH_LOOKUPS,
	BENCH_READERS,
	BENCH_RATE,
	BENCH_FOR,
	BENCH_CASE,
	BENCH_UPDATES,
};

/**
 * struct bench_args - the options that all subjects have
 * @ops: flavour
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @routes: file, or "gen:N"
 * @nexthops: next hops to give to the routes; 0: as in the file
 * @repeats: how often
 * @seed: of all that is drawn
 */
struct bench_args {
	const struct mirror_ops	*ops;
	unsigned int		family;
	const char		*routes;
	u64			nexthops;
	u64			repeats;
	u64			seed;
};

/* bench_options - of all subjects, so that one meant for another is known. */
extern const struct option bench_options[];

/* bench_args_init - what holds without an option. */
void bench_args_init(struct bench_args *args);

/* bench_option - an option that all have, or none.  Return: 0 or -EINVAL. */
int bench_option(struct bench_args *args, int opt, struct out *out);

int bench_route(struct out *out, int argc, char **argv);
int bench_update(struct out *out, int argc, char **argv);

#endif /* _USER_CMD_BENCH_H */
