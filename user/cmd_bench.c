// SPDX-License-Identifier: GPL-2.0
/*
 * kontend bench: how fast the core is in user space.  The options that both
 * subjects have are parsed here.
 */
#include "cmd_bench.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

static const char help[] =
"Usage: kontend bench route|update [options]\n"
"\n"
"How fast the core is in user space, over liburcu: threads are bound to CPUs and\n"
"warmed up, everything is repeated, and the machine and its noise are named.\n"
"\n"
"  route    lookups, alone or beside a writer\n"
"  update   changes, whole loads, batches, and memory after many changes\n"
"\n"
"Each has --help.\n";

const struct option bench_options[] = {
	{ "help", no_argument, NULL, CMD_HELP },
	{ "json", no_argument, NULL, CMD_JSON },
	{ "family", required_argument, NULL, BENCH_FAMILY },
	{ "routes", required_argument, NULL, BENCH_ROUTES },
	{ "nexthops", required_argument, NULL, BENCH_NEXTHOPS },
	{ "flavor", required_argument, NULL, BENCH_FLAVOR },
	{ "repeats", required_argument, NULL, BENCH_REPEATS },
	{ "seed", required_argument, NULL, BENCH_SEED },
	/* of route */
	{ "stream", required_argument, NULL, BENCH_STREAM },
	{ "mode", required_argument, NULL, BENCH_MODE },
	{ "lookups", required_argument, NULL, BENCH_LOOKUPS },
	{ "readers", required_argument, NULL, BENCH_READERS },
	{ "writes", required_argument, NULL, BENCH_RATE },
	{ "for", required_argument, NULL, BENCH_FOR },
	/* of update */
	{ "case", required_argument, NULL, BENCH_CASE },
	{ "updates", required_argument, NULL, BENCH_UPDATES },
	{ 0 },
};

void bench_args_init(struct bench_args *args)
{
	*args = (struct bench_args){
		.ops		= &mirror_ops_memb,
		.family		= ROUTE_INET4,
		.routes		= "gen:1000000",
		.nexthops	= 255,
		.repeats	= 7,
		.seed		= 1,
	};
}

static int parse_family(struct bench_args *args, struct out *out)
{
	if (!strcmp(optarg, "4"))
		args->family = ROUTE_INET4;
	else if (!strcmp(optarg, "6"))
		args->family = ROUTE_INET6;
	else
		return out_usage(out, "--family is 4 or 6, not %s", optarg);
	return 0;
}

static int parse_nexthops(struct bench_args *args, struct out *out)
{
	if (strcmp(optarg, "keep"))
		return cmd_number(out, "--nexthops", optarg, 1, UINT32_MAX,
				  &args->nexthops);
	args->nexthops = 0;
	return 0;
}

int bench_option(struct bench_args *args, int opt, struct out *out)
{
	switch (opt) {
	case BENCH_FAMILY:
		return parse_family(args, out);
	case BENCH_ROUTES:
		args->routes = optarg;
		return 0;
	case BENCH_NEXTHOPS:
		return parse_nexthops(args, out);
	case BENCH_FLAVOR:
		args->ops = mirror_ops_find(optarg);
		return args->ops ? 0 :
		       out_usage(out, "--flavor is memb, mb, qsbr or bp, not %s",
				 optarg);
	case BENCH_REPEATS:
		return cmd_number(out, "--repeats", optarg, 1,
				  BENCH_REPEATS_MAX, &args->repeats);
	case BENCH_SEED:
		return cmd_number(out, "--seed", optarg, 0, UINT64_MAX,
				  &args->seed);
	case CMD_BAD:
		return -EINVAL;
	default:
		return out_usage(out, "bench has this option for its other subject only");
	}
}

int cmd_bench(struct out *out, int argc, char **argv)
{
	const char *subject;

	argc--;
	argv++;
	while (argc && !strcmp(argv[0], "--json")) {
		out->json = true;
		argc--;
		argv++;
	}
	subject = argc ? argv[0] : "";
	if (!strcmp(subject, "route"))
		return bench_route(out, argc, argv);
	if (!strcmp(subject, "update"))
		return bench_update(out, argc, argv);
	if (!strcmp(subject, "--help")) {
		out->json = false;
		fputs(help, stdout);
		return 0;
	}
	return argc ? out_usage(out, "bench route or bench update, not %s", subject) :
		      out_usage(out, "bench what? route or update");
}
