// SPDX-License-Identifier: GPL-2.0
/*
 * kontend bench update: changes.  One thread, bound to a CPU, is the writer of
 * all cases; grace periods have a thread of their own (grace.c), which runs wherever
 * the scheduler puts it.
 *
 * A case is a function over the session.  It leaves the table with the routes
 * that it found, but not the same next hops.
 */
#include "bench_update.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_table.h"
#include "cmd_bench.h"
#include "interrupt.h"
#include "progress.h"

#define UPDATES		10000000
#define NEXTHOPS	255	/* of changes, where routes keep those of the file */
#define BLOCK_MAX	(1U << 17)
#define BLOCK_MIN	64
#define BLOCKS_A_RUN	64	/* of --updates, as long as blocks stay in bounds */

static const char help[] =
"Usage: kontend bench update [options]\n"
"\n"
"Changes, each in a transaction of its own where nothing else is said, with\n"
"publication, grace periods and reuse of memory.\n"
"\n"
"Options:\n"
"  --family=4|6      default 4\n"
"  --routes=SOURCE   a file, as \"kontend route load\" takes it, or gen:N, N routes\n"
"                    of the internet's shape; default gen:1000000\n"
"  --nexthops=N      give the routes N next hops, default 255; \"keep\" leaves those\n"
"                    of the file\n"
"  --case=NAME       only this one:\n"
"                    load     the whole table in one transaction, sorted and not\n"
"                    random   adds, deletes, changes over all prefixes of the table\n"
"                    worst    /0, a wide prefix, every host of a network, a nested\n"
"                             chain, alternating next hops\n"
"                    batch    two changes, and the whole table, until a reader sees it\n"
"                    memory   after --updates random changes, beside a fresh build\n"
"                    free     of the whole table\n"
"  --updates=N       of case memory, and of the others' blocks; default 10000000\n"
"  --flavor=NAME     memb, mb, qsbr or bp; default memb\n"
"  --repeats=N       of each figure, default 7\n"
"  --seed=N          default 1\n"
"  --json            print JSON\n"
"  --help            print this\n"
"\n"
"An interrupt ends it with what was measured until then.\n";

static const struct {
	const char	*name;
	int		(*run)(struct update *u);
} cases[] = {
	{ "load", update_load },
	{ "random", update_random },
	{ "worst", update_worst },
	{ "batch", update_batch },
	{ "memory", update_memory },
	{ "free", update_free },
};

/* struct args - the arguments */
struct args {
	struct bench_args	common;
	const char		*only;
	u64			updates;
};

/* struct writer - the thread that does it all */
struct writer {
	const struct args	*args;
	struct update		*update;
	int			error;
};

static u64 block_size(u64 updates)
{
	u64 size = updates / BLOCKS_A_RUN;

	return size < BLOCK_MIN ? BLOCK_MIN : size > BLOCK_MAX ? BLOCK_MAX : size;
}

static int make_table(struct update *u)
{
	struct route_stats stats;
	u64 longest_ns;
	int ret;

	ret = bench_table_make(u->ops, &u->mirror, u->routes.routes,
			       u->routes.nr, NULL);
	if (ret)
		return ret;
	u->ops->settle(u->mirror, &longest_ns);
	u->ops->stats(u->mirror, &stats);
	table_say(u->source, &stats, u->out);
	return 0;
}

static void *writer_main(void *arg)
{
	struct writer *w = arg;
	struct update *u = w->update;
	size_t i;

	thread_pin(0);
	u->ops->register_thread();
	for (i = 0; i < ARRAY_SIZE(cases) && !w->error; i++) {
		if (interrupt_came())
			break;
		if (!w->args->only || !strcmp(w->args->only, cases[i].name))
			w->error = cases[i].run(u);
	}
	u->noise.involuntary += thread_involuntary();
	u->ops->unregister_thread();
	return NULL;
}

/*
 * The table is made before the writer is bound: so the thread of grace.c is not; those
 * of tables that a case makes are, and run when the writer pauses.
 */
static int measure(const struct args *args, struct update *u)
{
	struct writer w = { .args = args, .update = u };
	pthread_t thread;
	int ret;

	u->ops->register_thread();
	ret = make_table(u);
	u->ops->offline();
	if (!ret)
		ret = -pthread_create(&thread, NULL, writer_main, &w);
	if (!ret) {
		pthread_join(thread, NULL);
		ret = w.error;
	}
	if (u->mirror)
		u->ops->destroy(u->mirror);
	u->ops->unregister_thread();
	return ret;
}

static int prepare(struct update *u, const struct bench_args *args)
{
	u->changes = malloc(u->block * sizeof(*u->changes));
	u->ns = malloc(u->block * sizeof(*u->ns));
	if (!u->changes || !u->ns)
		return -ENOMEM;
	return bench_routes_make(&u->routes, args->routes, args->family,
				 args->nexthops, args->seed, u->out);
}

/* Of the changes: with only one there would be none. */
static u32 nexthops_of(const struct bench_args *args)
{
	if (!args->nexthops)
		return NEXTHOPS;
	return args->nexthops == 1 ? 2 : args->nexthops;
}

static int run(const struct args *args, struct out *out)
{
	const struct bench_args *common = &args->common;
	struct update u = {
		.ops		= common->ops,
		.out		= out,
		.source		= common->routes,
		.nexthops	= nexthops_of(common),
		.seed		= common->seed,
		.repeats	= common->repeats,
		.updates	= args->updates,
		.block		= block_size(args->updates),
	};
	int ret;

	interrupt_catch();
	ret = prepare(&u, common);
	if (!ret) {
		out_record(out, NULL,
			   "bench update: IPv{family}, flavour {flavor}, {nexthops} next hops, blocks of {block} changes, seed {seed}",
			   OUT_U64("family", common->family == ROUTE_INET4 ? 4 : 6),
			   OUT_STR("flavor", u.ops->name),
			   OUT_U64("nexthops", u.nexthops),
			   OUT_U64("block", u.block),
			   OUT_U64("seed", u.seed));
		machine_say(u.ops, out);
		noise_start(&u.noise);
		ret = measure(args, &u);
		if (!ret)
			noise_say(&u.noise, out);
		out_record(out, NULL, NULL,
			   OUT_BOOL("interrupted", interrupt_came()));
		if (interrupt_came())
			out_text(out, "interrupted: this is what was measured until then");
	}
	interrupt_release();
	bench_routes_fini(&u.routes);
	free(u.changes);
	free(u.ns);
	return ret;
}

static int parse_case(struct args *args, struct out *out)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (strcmp(optarg, cases[i].name))
			continue;
		args->only = cases[i].name;
		return 0;
	}
	return out_usage(out, "--case is load, random, worst, batch, memory or free, not %s",
			 optarg);
}

int bench_update(struct out *out, int argc, char **argv)
{
	struct args args = { .updates = UPDATES };
	int opt, ret = 0;

	bench_args_init(&args.common);
	while (!ret &&
	       (opt = cmd_option(out, argc, argv, ":", bench_options)) != -1) {
		switch (opt) {
		case CMD_HELP:
			fputs(help, stdout);
			return 0;
		case BENCH_CASE:
			ret = parse_case(&args, out);
			break;
		case BENCH_UPDATES:
			ret = cmd_number(out, "--updates", optarg, 1,
					 1ULL << 40, &args.updates);
			break;
		default:
			ret = bench_option(&args.common, opt, out);
		}
	}
	if (ret)
		return ret;
	if (optind != argc)
		return out_usage(out, "bench update takes no arguments: %s",
				 argv[optind]);
	return run(&args, out);
}
