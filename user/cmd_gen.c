// SPDX-License-Identifier: GPL-2.0
/*
 * kontend gen: a route table of the internet's shape, out of a seed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <core/text.h>
#include <core/workload.h>

#include "cmd.h"
#include "save.h"

static const char help[] =
"Usage: kontend gen [options]\n"
"\n"
"Prints a table that \"kontend route load\" takes, in order, without duplicates:\n"
"prefix lengths and clustering as in a global table of 2024.  The same options\n"
"give the same table, on every machine.\n"
"\n"
"Options:\n"
"  --v4=N            IPv4 prefixes, default 900000\n"
"  --v6=N            IPv6 prefixes, default 160000\n"
"  --nexthops=N      next hops, default 255\n"
"  --seed=N          default 1\n"
"  -o, --output=FILE default standard output; .gz compresses\n"
"  --json            print a summary as JSON (with --output)\n"
"  --help            print this\n";

/* struct gen_args - the arguments; @nr by family */
struct gen_args {
	uint64_t	nr[ROUTE_FAMILIES];
	uint64_t	nexthops;
	uint64_t	seed;
	const char	*path;
};

static int init_family(struct workload_table *table, unsigned int family,
		       const struct gen_args *args, struct out *out)
{
	int ret;

	ret = workload_table_init(table, family, args->nr[family],
				  args->nexthops, args->seed);
	if (ret)
		return out_fail(out, ret,
				"--v%d=%" PRIu64 ": the lengths in use have not so many prefixes",
				family == ROUTE_INET4 ? 4 : 6,
				args->nr[family]);
	return 0;
}

/*
 * Each route is behind the last in the order of walks: that proves the order,
 * and that there is no duplicate.
 */
static int write_family(struct workload_table *table, uint64_t nr,
			struct save *save)
{
	char line[ROUTE_TEXT_LINE_MAX];
	struct route_prefix last;
	struct route route;
	uint64_t done;

	for (done = 0; workload_table_next(table, &route); done++) {
		if (done && route_prefix_cmp(&last, &route.prefix) >= 0)
			return -EUCLEAN;
		last = route.prefix;
		save_write(save, line, route_text_format_line(line, &route));
		if (save->error)
			return save->error;
	}
	return done == nr ? 0 : -EUCLEAN;
}

static int write_tables(const struct gen_args *args,
			struct workload_table *tables, struct out *out)
{
	struct save save;
	unsigned int f;
	int ret;

	ret = save_open(&save, args->path, out);
	if (ret)
		return ret;
	save_printf(&save, "# kontend gen --v4=%" PRIu64 " --v6=%" PRIu64
		    " --nexthops=%" PRIu64 " --seed=%" PRIu64 "\n",
		    args->nr[ROUTE_INET4], args->nr[ROUTE_INET6],
		    args->nexthops, args->seed);
	for (f = 0; f < ROUTE_FAMILIES; f++) {
		ret = write_family(&tables[f], args->nr[f], &save);
		if (ret) {
			save_abort(&save);
			return out_fail(out, ret, "%s: %s", args->path,
					strerror(-ret));
		}
	}
	return save_commit(&save, out);
}

static int generate(const struct gen_args *args, struct out *out)
{
	struct workload_table *tables;
	unsigned int f;
	int ret = 0;

	tables = malloc(ROUTE_FAMILIES * sizeof(*tables));
	if (!tables)
		return -ENOMEM;
	/* Both before the first is written: a wrong size leaves no file. */
	for (f = 0; !ret && f < ROUTE_FAMILIES; f++)
		ret = init_family(&tables[f], f, args, out);
	if (!ret)
		ret = write_tables(args, tables, out);
	free(tables);
	if (!ret && strcmp(args->path, "-"))
		out_record(out, NULL,
			   "{path}: {nr_routes4} + {nr_routes6} routes, seed {seed}",
			   OUT_STR("path", args->path),
			   OUT_U64("nr_routes4", args->nr[ROUTE_INET4]),
			   OUT_U64("nr_routes6", args->nr[ROUTE_INET6]),
			   OUT_U64("nexthops", args->nexthops),
			   OUT_U64("seed", args->seed));
	return ret;
}

int cmd_gen(struct out *out, int argc, char **argv)
{
	enum { V4 = CMD_OPTION, V6, NEXTHOPS, SEED, OUTPUT };
	static const struct option options[] = {
		{ "help", no_argument, NULL, CMD_HELP },
		{ "json", no_argument, NULL, CMD_JSON },
		{ "v4", required_argument, NULL, V4 },
		{ "v6", required_argument, NULL, V6 },
		{ "nexthops", required_argument, NULL, NEXTHOPS },
		{ "seed", required_argument, NULL, SEED },
		{ "output", required_argument, NULL, 'o' },
		{ 0 },
	};
	struct gen_args args = {
		.nr		= { 900000, 160000 },
		.nexthops	= 255,
		.seed		= 1,
		.path		= "-",
	};
	int opt, ret = 0;

	while (!ret &&
	       (opt = cmd_option(out, argc, argv, ":o:", options)) != -1) {
		switch (opt) {
		case CMD_HELP:
			fputs(help, stdout);
			return 0;
		case V4:
			ret = cmd_number(out, "--v4", optarg, 0, UINT32_MAX,
					 &args.nr[ROUTE_INET4]);
			break;
		case V6:
			ret = cmd_number(out, "--v6", optarg, 0, UINT32_MAX,
					 &args.nr[ROUTE_INET6]);
			break;
		case NEXTHOPS:
			ret = cmd_number(out, "--nexthops", optarg, 1,
					 UINT32_MAX, &args.nexthops);
			break;
		case SEED:
			ret = cmd_number(out, "--seed", optarg, 0, UINT64_MAX,
					 &args.seed);
			break;
		case 'o':
			args.path = optarg;
			break;
		default:
			return -EINVAL;
		}
	}
	if (ret)
		return ret;
	if (optind != argc)
		return out_usage(out, "gen takes no arguments: %s",
				 argv[optind]);
	if (out->json && !strcmp(args.path, "-"))
		return out_usage(out, "gen --json needs --output: the table takes standard output");
	return generate(&args, out);
}
