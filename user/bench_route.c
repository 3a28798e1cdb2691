// SPDX-License-Identifier: GPL-2.0
/*
 * kontend bench route: lookups.  A round runs all kinds in turn, so that what
 * disturbs the machine for a while disturbs them alike.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench_input.h"
#include "bench_run.h"
#include "bench_table.h"
#include "cmd_bench.h"
#include "interrupt.h"
#include "progress.h"

#define LOOKUPS		(1U << 24)
#define ROUNDS_MAX	(1U << 16)
#define ROUNDS_LEAST	3	/* with --for, however short that is */
#define SECONDS_MAX	(7 * 24 * 3600)

static const char help[] =
"Usage: kontend bench route [options]\n"
"\n"
"Lookups: CPU time of one, and how many a second all readers do together; beside\n"
"it the same loop without the lookup.\n"
"\n"
"Options:\n"
"  --family=4|6      default 4\n"
"  --routes=SOURCE   a file, as \"kontend route load\" takes it, or gen:N, N routes\n"
"                    of the internet's shape; default gen:1000000\n"
"  --nexthops=N      give the routes N next hops, default 255; \"keep\" leaves those\n"
"                    of the file\n"
"  --stream=NAME     what is looked up, default a:\n"
"                    a  uniform over routed space (IPv6: of prefixes beyond /16)\n"
"                    b  a random prefix, then a random address in it\n"
"                    c  prefixes by Zipf's law, sixteen addresses in each\n"
"                    else a file of addresses, one a line (./a if it is called a)\n"
"  --mode=MODE       bulk: 256 in one call (the default); one: a call for each;\n"
"                    dependent: each address depends on the answer before\n"
"  --lookups=N       a round of each reader, default 16777216\n"
"  --readers=N       threads, default 1\n"
"  --writes=RATE     and a writer beside them: N/s transactions a second, or N%\n"
"                    of all operations; adds, deletes and changes in random order\n"
"  --flavor=NAME     memb, mb, qsbr or bp; default memb\n"
"  --repeats=N       rounds, default 7\n"
"  --for=SECONDS     rounds until then, instead, but three at least\n"
"  --seed=N          default 1\n"
"  --json            print JSON\n"
"  --help            print this\n"
"\n"
"An interrupt ends it with what was measured until then.\n";

/* struct args - the arguments */
struct args {
	struct bench_args	common;
	const char		*stream;
	enum mirror_mode	mode;
	u64			lookups;
	u64			readers;
	struct bench_writes	writes;
	u64			seconds;
};

/*
 * struct series - what was measured of one kind; room for all rounds
 * @nr: how many
 */
struct series {
	double	*ns;
	double	*per_second;
	double	*updates_per_second;
	size_t	nr;
};

/* struct session - what a run works with */
struct session {
	const struct args	*args;
	struct out		*out;
	struct bench_routes	routes;
	struct bench_keys	keys;
	struct churn		churn;
	struct bench_run	run;
	struct series		series[BENCH_KINDS];
	u64			lookups;
	u64			updates;
	u64			sum;
	struct noise		noise;
};

static const char *const mode_names[MIRROR_MODES] = {
	[MIRROR_ONE]		= "one",
	[MIRROR_BULK]		= "bulk",
	[MIRROR_DEPENDENT]	= "dependent",
};

static const char *const kind_names[BENCH_KINDS] = {
	[BENCH_EMPTY]	= "empty loop",
	[BENCH_LOOKUP]	= "lookup",
	[BENCH_WRITES]	= "beside writes",
};

static bool has_writer(const struct args *args)
{
	return args->writes.per_second || args->writes.percent;
}

/* A round that a signal cut short counts only where there is no other. */
static void keep(struct session *s, enum bench_kind kind,
		 const struct bench_round *round)
{
	struct series *series = &s->series[kind];

	if (!round->lookups || (round->is_cut && series->nr))
		return;
	series->ns[series->nr] = round->ns;
	series->per_second[series->nr] = round->per_second;
	series->updates_per_second[series->nr++] = round->updates_per_second;
	if (kind != BENCH_EMPTY) {
		s->lookups += round->lookups;
		s->updates += round->updates;
	}
	if (kind == BENCH_LOOKUP && s->args->readers == 1 && !round->is_cut)
		s->sum = round->sum;
}

/* The table does not change: neither do the answers. */
static bool is_consistent(const struct session *s, enum bench_kind kind,
			  const struct bench_round *round)
{
	return kind != BENCH_LOOKUP || round->is_cut || has_writer(s->args) ||
	       s->args->readers != 1 || !s->series[kind].nr ||
	       s->sum == round->sum;
}

static int run_round(struct session *s)
{
	struct bench_round round;
	unsigned int kind;
	int ret;

	for (kind = 0; kind < BENCH_KINDS && !interrupt_came(); kind++) {
		if (kind == BENCH_WRITES && !has_writer(s->args))
			continue;
		ret = bench_round_run(&s->run, kind, &round, &s->noise);
		if (ret)
			return ret;
		if (!is_consistent(s, kind, &round))
			return out_fail(s->out, -EUCLEAN,
					"the same lookups had other results than before");
		keep(s, kind, &round);
	}
	return 0;
}

static int run_rounds(struct session *s)
{
	u64 end_ns = progress_now_ns() + s->args->seconds * 1000000000ULL;
	u64 nr = s->args->seconds ? ROUNDS_MAX : s->args->common.repeats;
	struct progress progress;
	u64 done;
	int ret = 0;

	noise_start(&s->noise);
	progress_start(&progress, "rounds:", s->args->seconds ? 0 : nr);
	for (done = 0; done < nr && !ret && !interrupt_came(); done++) {
		progress_update(&progress, done);
		if (s->args->seconds && done >= ROUNDS_LEAST &&
		    progress_now_ns() >= end_ns)
			break;
		ret = run_round(s);
	}
	progress_stop(&progress);
	return ret;
}

static void say_what(struct session *s)
{
	const struct args *args = s->args;

	out_record(s->out, NULL,
		   "bench route: IPv{family}, stream {stream}, mode {mode}, readers {readers}, flavour {flavor}, {lookups_a_round} lookups a round, {nexthops} next hops, seed {seed}",
		   OUT_U64("family", args->common.family == ROUTE_INET4 ? 4 : 6),
		   OUT_STR("stream", args->stream),
		   OUT_STR("mode", mode_names[args->mode]),
		   OUT_U64("readers", args->readers),
		   OUT_STR("flavor", args->common.ops->name),
		   OUT_U64("lookups_a_round", args->lookups),
		   OUT_U64("nexthops", args->common.nexthops),
		   OUT_U64("seed", args->common.seed));
	machine_say(args->common.ops, s->out);
}

static void say_series(struct session *s, double *ns_medians)
{
	unsigned int kind;

	out_text(s->out,
		 "CPU time in ns        min       q1   median       q3      max   lookups a second");
	out_empty_list(s->out, "results");
	for (kind = 0; kind < BENCH_KINDS; kind++) {
		struct series *series = &s->series[kind];
		struct summary ns = summarize(series->ns, series->nr);
		struct summary rate = summarize(series->per_second, series->nr);

		ns_medians[kind] = ns.median;
		if (!series->nr)
			continue;
		noise_spread(&s->noise, &ns);
		out_record(s->out, "results",
			   "{what:13} {min:10} {q1:8} {median:8} {q3:8} {max:8}   {per_second:16}",
			   OUT_STR("what", kind_names[kind]),
			   OUT_STR("unit", "ns"), OUT_U64("repeats", ns.nr),
			   OUT_F64("min", ns.min), OUT_F64("q1", ns.q1),
			   OUT_F64("median", ns.median),
			   OUT_F64("q3", ns.q3), OUT_F64("max", ns.max),
			   OUT_U64("per_second", rate.median));
	}
}

static void say_writes(struct session *s, const double *ns_medians)
{
	struct series *alone = &s->series[BENCH_LOOKUP];
	struct series *beside = &s->series[BENCH_WRITES];
	double rate_alone = summarize(alone->per_second, alone->nr).median;
	double rate_beside = summarize(beside->per_second, beside->nr).median;
	double updates = summarize(beside->updates_per_second, beside->nr).median;

	if (!beside->nr || !alone->nr)
		return;
	out_record(s->out, NULL,
		   "writer: {updates_per_second} transactions a second ({updates} in all); readers lose {loss_percent} % by CPU time, {loss_wall_percent} % by the clock",
		   OUT_U64("updates_per_second", updates),
		   OUT_U64("updates", s->updates),
		   OUT_F64("loss_percent", 100 * (1 - ns_medians[BENCH_LOOKUP] /
						  ns_medians[BENCH_WRITES])),
		   OUT_F64("loss_wall_percent",
			   100 * (1 - rate_beside / rate_alone)));
}

static int say_result(struct session *s)
{
	double ns_medians[BENCH_KINDS];

	if (!s->series[BENCH_LOOKUP].nr)
		return out_fail(s->out, -EINTR, "interrupted before anything was measured");
	say_series(s, ns_medians);
	out_record(s->out, NULL,
		   "without the loop: {net_ns} ns a lookup; {lookups} lookups in all, sum of the next hops {checksum}",
		   OUT_F64("net_ns", ns_medians[BENCH_LOOKUP] -
			   ns_medians[BENCH_EMPTY]),
		   OUT_U64("lookups", s->lookups), OUT_U64("checksum", s->sum),
		   OUT_BOOL("interrupted", interrupt_came()));
	say_writes(s, ns_medians);
	noise_say(&s->noise, s->out);
	if (interrupt_came())
		out_text(s->out, "interrupted: this is what was measured until then");
	return 0;
}

static int alloc_series(struct session *s)
{
	unsigned int kind;

	for (kind = 0; kind < BENCH_KINDS; kind++) {
		struct series *series = &s->series[kind];

		series->ns = calloc(3 * ROUNDS_MAX, sizeof(double));
		if (!series->ns)
			return -ENOMEM;
		series->per_second = series->ns + ROUNDS_MAX;
		series->updates_per_second = series->per_second + ROUNDS_MAX;
	}
	return 0;
}

static int prepare(struct session *s)
{
	const struct args *args = s->args;
	const struct bench_args *common = &args->common;
	int ret;

	ret = bench_routes_make(&s->routes, common->routes, common->family,
				common->nexthops, common->seed, s->out);
	if (!ret)
		ret = bench_keys_make(&s->keys, args->stream, &s->routes,
				      args->lookups, common->seed, s->out);
	if (!ret && has_writer(args))
		ret = churn_init(&s->churn, s->routes.routes, s->routes.nr,
				 true, common->nexthops ? common->nexthops : 255,
				 common->seed);
	return ret ? ret : alloc_series(s);
}

static int make_table(struct session *s)
{
	const struct mirror_ops *ops = s->args->common.ops;
	struct mirror *m;
	struct route_stats stats;
	u64 longest_ns;
	int ret;

	ops->online();
	ret = bench_table_make(ops, &m, s->routes.routes, s->routes.nr, NULL);
	if (!ret) {
		ops->settle(m, &longest_ns);
		ops->stats(m, &stats);
	}
	ops->offline();
	if (ret)
		return ret;
	s->run = (struct bench_run){
		.ops		= ops,
		.mirror		= m,
		.keys		= &s->keys.keys,
		.mode		= s->args->mode,
		.nr_readers	= s->args->readers,
		.writes		= s->args->writes,
		.churn		= &s->churn,
	};
	table_say(s->args->common.routes, &stats, s->out);
	return 0;
}

static int measure(struct session *s)
{
	const struct mirror_ops *ops = s->args->common.ops;
	int ret;

	ops->register_thread();
	ops->offline();
	ret = make_table(s);
	if (!ret) {
		ret = run_rounds(s);
		ops->destroy(s->run.mirror);
	}
	ops->unregister_thread();
	return ret ? ret : say_result(s);
}

static int run(const struct args *args, struct out *out)
{
	struct session s = { .args = args, .out = out };
	unsigned int kind;
	int ret;

	interrupt_catch();
	ret = prepare(&s);
	if (!ret) {
		say_what(&s);
		ret = measure(&s);
	}
	interrupt_release();
	for (kind = 0; kind < BENCH_KINDS; kind++)
		free(s.series[kind].ns);
	churn_fini(&s.churn);
	bench_keys_fini(&s.keys);
	bench_routes_fini(&s.routes);
	return ret;
}

static int parse_mode(struct args *args, struct out *out)
{
	unsigned int mode;

	for (mode = 0; mode < MIRROR_MODES; mode++) {
		if (strcmp(optarg, mode_names[mode]))
			continue;
		args->mode = mode;
		return 0;
	}
	return out_usage(out, "--mode is one, bulk or dependent, not %s",
			 optarg);
}

/* The unit is part of it: "100000/s", "5%". */
static int parse_writes(struct args *args, struct out *out)
{
	size_t digits = strspn(optarg, "0123456789");
	const char *unit = optarg + digits;
	char number[24] = "";

	if (digits < sizeof(number))
		memcpy(number, optarg, digits);
	args->writes = (struct bench_writes){ 0 };
	if (!strcmp(unit, "/s"))
		return cmd_number(out, "--writes", number, 1, 1000000000,
				  &args->writes.per_second);
	if (!strcmp(unit, "%"))
		return cmd_number(out, "--writes", number, 1, 99,
				  &args->writes.percent);
	return out_usage(out, "--writes is N/s or N%%, not %s", optarg);
}

static int parse_option(struct args *args, int opt, struct out *out)
{
	switch (opt) {
	case BENCH_STREAM:
		args->stream = optarg;
		return 0;
	case BENCH_MODE:
		return parse_mode(args, out);
	case BENCH_LOOKUPS:
		return cmd_number(out, "--lookups", optarg, 1, 1ULL << 32,
				  &args->lookups);
	case BENCH_READERS:
		return cmd_number(out, "--readers", optarg, 1,
				  BENCH_READERS_MAX, &args->readers);
	case BENCH_RATE:
		return parse_writes(args, out);
	case BENCH_FOR:
		return cmd_number(out, "--for", optarg, 1, SECONDS_MAX,
				  &args->seconds);
	default:
		return bench_option(&args->common, opt, out);
	}
}

int bench_route(struct out *out, int argc, char **argv)
{
	struct args args = {
		.stream		= "a",
		.mode		= MIRROR_BULK,
		.lookups	= LOOKUPS,
		.readers	= 1,
	};
	int opt, ret = 0;

	bench_args_init(&args.common);
	while (!ret &&
	       (opt = cmd_option(out, argc, argv, ":", bench_options)) != -1) {
		if (opt == CMD_HELP) {
			fputs(help, stdout);
			return 0;
		}
		ret = parse_option(&args, opt, out);
	}
	if (ret)
		return ret;
	if (optind != argc)
		return out_usage(out, "bench route takes no arguments: %s",
				 argv[optind]);
	return run(&args, out);
}
