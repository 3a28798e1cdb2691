// SPDX-License-Identifier: GPL-2.0
/*
 * kontend route: change and ask the kernel's table through the device.
 */
#include "cmd_route.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <core/text.h>

#include "cmd.h"

#define LINE_MAX_BYTES	256	/* "replace PREFIX via N", joined */

static const char help[] =
"Usage: kontend route add PREFIX via N       fails if the route exists\n"
"       kontend route replace PREFIX via N   adds or changes\n"
"       kontend route del PREFIX\n"
"       kontend route get PREFIX             exactly this prefix\n"
"       kontend route lookup ADDRESS...      the longest prefix that matches\n"
"       kontend route show\n"
"       kontend route flush\n"
"       kontend route load FILE              -: standard input; gzip is fine\n"
"       kontend route save FILE              -: standard output; .gz compresses\n"
"\n"
"N is the id of a next hop, a number from 1.  FILE has lines as \"show\" prints\n"
"them, a bare prefix with or without \"via N\", or the output of \"ip route show\"\n"
"and \"ip -6 route show\", whose next hops are given ids in order of appearance,\n"
"above those that the file names.\n"
"Loading replaces: a route that exists is no error.\n"
"\n"
"Options:\n"
"  --table=NAME|ID   table, default main\n"
"  --atomic          load: all becomes visible at once, or nothing\n"
"  --flush           load: empty the table first\n"
"  --skip-bad        load: go on without bad lines; counts and lists them\n"
"  --nexthops=FILE   load: take the ids of next hops from FILE if it is there,\n"
"                    and keep them there; save: write them at the top\n"
"  --json            print JSON\n"
"  --help            print this\n";

/* struct subcommand - @min and @max: words that it takes; -1: any number */
struct subcommand {
	const char	*name;
	int		(*run)(struct route_args *args, struct out *out);
	int		min;
	int		max;
};

int route_open(struct route_args *args, struct dev *dev, bool writable,
	       struct out *out)
{
	int ret;

	ret = dev_open(dev, writable, out);
	if (ret)
		return ret;
	ret = dev_find_table(dev, args->table_name, &args->table);
	if (!ret)
		return 0;
	dev_close(dev);
	return out_fail(out, ret, "table %s: %s", args->table_name,
			dev_reason(ret));
}

static void say_route(struct out *out, const char *list, const char *text,
		      const struct route *route, u64 gen)
{
	char prefix[ROUTE_TEXT_PREFIX_MAX];

	route_text_format_prefix(prefix, &route->prefix);
	out_record(out, list, text, OUT_STR("prefix", prefix),
		   OUT_U64("nexthop", route->nexthop), OUT_U64("gen", gen));
}

/* The words as a line of the text that the device takes: one syntax for all. */
static int parse_change(struct route_args *args, struct route_change *change,
			struct out *out)
{
	char line[LINE_MAX_BYTES] = "";
	const char *reason = NULL;
	size_t len = 0;
	int i;

	for (i = 0; i < args->nr; i++) {
		len += snprintf(line + len, sizeof(line) - len, "%s%s",
				i ? " " : "", args->words[i]);
		if (len >= sizeof(line))
			return out_usage(out, "the arguments are too long");
	}
	if (route_text_parse_line(line, len, change, &reason) < 0)
		return out_usage(out, "%s: %s", line, reason);
	return 0;
}

static int run_change(struct route_args *args, struct out *out)
{
	static const char *const text[] = {
		[ROUTE_ADD]	= "added {prefix} via {nexthop}  gen {gen}",
		[ROUTE_REPLACE]	= "set {prefix} via {nexthop}  gen {gen}",
		[ROUTE_DELETE]	= "deleted {prefix} via {nexthop}  gen {gen}",
	};
	struct route_change change;
	struct dev dev;
	u64 gen;
	int ret;

	/* The subcommand itself is the line's first word. */
	args->words--;
	args->nr++;
	ret = parse_change(args, &change, out);
	if (ret)
		return ret;
	ret = route_open(args, &dev, true, out);
	if (ret)
		return ret;
	ret = dev_change(&dev, args->table, &change, &gen);
	dev_close(&dev);
	if (ret)
		return out_fail(out, ret, "%s %s: %s", args->words[0],
				args->words[1], dev_reason(ret));
	say_route(out, NULL, text[change.op], &change.route, gen);
	return 0;
}

static int run_get(struct route_args *args, struct out *out)
{
	const char *word = args->words[0];
	const char *reason = NULL;
	struct route route;
	struct dev dev;
	u64 gen;
	int ret;

	if (route_text_parse_prefix(word, strlen(word), &route.prefix, &reason))
		return out_usage(out, "%s: %s", word, reason);
	ret = route_open(args, &dev, false, out);
	if (ret)
		return ret;
	ret = dev_get(&dev, args->table, &route, &gen);
	dev_close(&dev);
	if (ret)
		return out_fail(out, ret, "%s: %s", word, dev_reason(ret));
	say_route(out, NULL, "{prefix} via {nexthop}  gen {gen}", &route, gen);
	return 0;
}

static void say_lookup(struct out *out, const char *addr,
		       const struct route *match, u64 gen)
{
	char prefix[ROUTE_TEXT_PREFIX_MAX];

	if (!match->nexthop) {
		out_record(out, "lookups", "{addr} -> no route  gen {gen}",
			   OUT_STR("addr", addr), OUT_STR("prefix", NULL),
			   OUT_U64("gen", gen));
		return;
	}
	route_text_format_prefix(prefix, &match->prefix);
	out_record(out, "lookups",
		   "{addr} -> {prefix} via {nexthop}  gen {gen}",
		   OUT_STR("addr", addr), OUT_STR("prefix", prefix),
		   OUT_U64("nexthop", match->nexthop), OUT_U64("gen", gen));
}

static int lookup_one(const struct dev *dev, u32 table, const char *word,
		      struct out *out)
{
	char text[ROUTE_TEXT_ADDR_MAX];
	struct route_addr addr;
	unsigned int family;
	struct route match;
	u64 gen;
	int ret;

	route_text_parse_addr(word, strlen(word), &family, &addr);
	ret = dev_lookup(dev, table, family, &addr, &match, &gen);
	if (ret)
		return out_fail(out, ret, "%s: %s", word, dev_reason(ret));
	route_text_format_addr(text, family, &addr);
	say_lookup(out, text, &match, gen);
	return match.nexthop ? 0 : CMD_NO;
}

static int run_lookup(struct route_args *args, struct out *out)
{
	struct route_addr addr;
	unsigned int family;
	struct dev dev;
	int ret, i, answer = 0;

	for (i = 0; i < args->nr; i++)
		if (route_text_parse_addr(args->words[i],
					  strlen(args->words[i]), &family,
					  &addr))
			return out_usage(out, "not an address: %s",
					 args->words[i]);
	ret = route_open(args, &dev, false, out);
	if (ret)
		return ret;
	for (i = 0; i < args->nr; i++) {
		ret = lookup_one(&dev, args->table, args->words[i], out);
		if (ret < 0)
			break;
		answer |= ret;
	}
	dev_close(&dev);
	return ret < 0 ? ret : answer;
}

/* Piece by piece: a table of any size needs no memory here. */
static int show_table(const struct dev *dev, u32 table, struct route *routes,
		      struct out *out)
{
	const struct route_prefix *after = NULL;
	struct route_prefix last;
	u32 n = KONTEND_DUMP_MAX;
	bool moved = false;
	u64 gen = 0;
	u32 i;
	int ret;

	out_empty_list(out, "routes");
	while (n == KONTEND_DUMP_MAX) {
		ret = dev_dump(dev, table, after, routes, &n, &gen, &moved);
		if (ret)
			return out_fail(out, ret, "%s", dev_reason(ret));
		for (i = 0; i < n; i++)
			say_route(out, "routes", "add {prefix} via {nexthop}",
				  &routes[i], gen);
		if (n)
			last = routes[n - 1].prefix;
		after = &last;
	}
	out_record(out, NULL, moved ? "# the table changed meanwhile" : NULL,
		   OUT_U64("gen", gen), OUT_BOOL("moved", moved));
	return 0;
}

static int run_show(struct route_args *args, struct out *out)
{
	struct kontend_stats stats;
	struct route *routes;
	struct dev dev;
	int ret;

	ret = route_open(args, &dev, false, out);
	if (ret)
		return ret;
	ret = dev_stats(&dev, args->table, &stats);
	if (ret) {
		out_fail(out, ret, "%s", dev_reason(ret));
		goto err_close;
	}
	ret = -ENOMEM;
	routes = malloc(KONTEND_DUMP_MAX * sizeof(*routes));
	if (!routes)
		goto err_close;
	out_record(out, NULL,
		   "# table {table}, {nr_routes4} + {nr_routes6} routes, {bytes} bytes",
		   OUT_STR("table", args->table_name),
		   OUT_U64("nr_routes4", stats.nr_routes4),
		   OUT_U64("nr_routes6", stats.nr_routes6),
		   OUT_U64("bytes", stats.bytes));
	ret = show_table(&dev, args->table, routes, out);
	free(routes);
err_close:
	dev_close(&dev);
	return ret;
}

static int run_flush(struct route_args *args, struct out *out)
{
	struct dev dev;
	u64 nr, gen;
	int ret;

	ret = route_open(args, &dev, true, out);
	if (ret)
		return ret;
	ret = dev_flush(&dev, args->table, &nr, &gen);
	dev_close(&dev);
	if (ret)
		return out_fail(out, ret, "flush: %s", dev_reason(ret));
	out_record(out, NULL, "deleted {nr} routes  gen {gen}",
		   OUT_U64("nr", nr), OUT_U64("gen", gen));
	return 0;
}

static const struct subcommand subcommands[] = {
	{ "add", run_change, 3, 3 },
	{ "replace", run_change, 3, 3 },
	{ "del", run_change, 1, 1 },
	{ "get", run_get, 1, 1 },
	{ "lookup", run_lookup, 1, -1 },
	{ "show", run_show, 0, 0 },
	{ "flush", run_flush, 0, 0 },
	{ "load", route_load, 1, 1 },
	{ "save", route_save, 1, 1 },
};

static int run_subcommand(struct route_args *args, struct out *out)
{
	const char *name = args->words[0];
	unsigned int i;

	args->words++;
	args->nr--;
	for (i = 0; i < ARRAY_SIZE(subcommands); i++) {
		const struct subcommand *sub = &subcommands[i];

		if (strcmp(sub->name, name))
			continue;
		if (args->nr < sub->min ||
		    (sub->max >= 0 && args->nr > sub->max))
			return out_usage(out, "route %s: wrong number of arguments",
					 name);
		return sub->run(args, out);
	}
	return out_usage(out, "no such subcommand: route %s", name);
}

int cmd_route(struct out *out, int argc, char **argv)
{
	enum { TABLE = CMD_OPTION, NEXTHOPS, ATOMIC, FLUSH, SKIP_BAD };
	static const struct option options[] = {
		{ "help", no_argument, NULL, CMD_HELP },
		{ "json", no_argument, NULL, CMD_JSON },
		{ "table", required_argument, NULL, TABLE },
		{ "nexthops", required_argument, NULL, NEXTHOPS },
		{ "atomic", no_argument, NULL, ATOMIC },
		{ "flush", no_argument, NULL, FLUSH },
		{ "skip-bad", no_argument, NULL, SKIP_BAD },
		{ 0 },
	};
	struct route_args args = { .table_name = "main" };
	int opt;

	while ((opt = cmd_option(out, argc, argv, ":", options)) != -1) {
		if (opt == CMD_BAD)
			return -EINVAL;
		if (opt == CMD_HELP) {
			fputs(help, stdout);
			return 0;
		}
		if (opt == TABLE)
			args.table_name = optarg;
		else if (opt == NEXTHOPS)
			args.nexthops = optarg;
		args.atomic |= opt == ATOMIC;
		args.flush |= opt == FLUSH;
		args.skip_bad |= opt == SKIP_BAD;
	}
	if (optind == argc)
		return out_usage(out, "route: which subcommand?");
	args.words = argv + optind;
	args.nr = argc - optind;
	return run_subcommand(&args, out);
}
