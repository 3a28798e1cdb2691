// SPDX-License-Identifier: GPL-2.0
/*
 * kontend mirror: the kernel's table in user space over liburcu, filled from
 * the device or from a file, and compared with the kernel's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <core/text.h>

#include "cmd.h"
#include "dump.h"
#include "interrupt.h"
#include "load.h"
#include "mirror.h"
#include "progress.h"
#include "stream.h"
#include "verify.h"

#define MIRROR_TRIES	5
#define LOOKUPS		1000000	/* for the rate, without --verify */
#define LOOKUPS_CHUNK	4096

static const char help[] =
"Usage: kontend mirror [options]\n"
"\n"
"The kernel's route table in user space: the same code over liburcu.\n"
"\n"
"Options:\n"
"  --from=FILE      fill it from FILE, as \"kontend route load\" takes it, or from\n"
"                   the kernel's table: " KONTEND_DEVICE " (the default)\n"
"  --flavor=NAME    memb, mb, qsbr or bp; default memb\n"
"  --verify=N       compare every prefix and N random lookups of each family\n"
"                   with the kernel; exit code 1 if there is a difference\n"
"  --table=NAME|ID  the kernel's table, default main\n"
"  --seed=N         seed of the lookups, default 1\n"
"  --skip-bad       go on without bad lines of FILE; counts and lists them\n"
"  --json           print JSON\n"
"  --help           print this\n";

/* struct mirror_args - the arguments */
struct mirror_args {
	const struct mirror_ops	*ops;
	const char		*from;
	const char		*table_name;
	bool			skip_bad;
	bool			verify;
	u64			nr;
	u64			seed;
};

/*
 * struct session - what a run works with
 * @dev_is_open: @dev and @table are valid
 */
struct session {
	const struct mirror_args	*args;
	struct out			*out;
	struct dev			dev;
	bool				dev_is_open;
	u32				table;
	struct mirror			*mirror;
};

static bool is_device(const char *path)
{
	return !strcmp(path, KONTEND_DEVICE);
}

static int fail_device(struct session *s, int err)
{
	return out_fail(s->out, err, "table %s: %s", s->args->table_name,
			dev_reason(err));
}

static int open_device(struct session *s)
{
	int ret;

	ret = dev_open(&s->dev, false, s->out);
	if (ret)
		return ret;
	s->dev_is_open = true;
	ret = dev_find_table(&s->dev, s->args->table_name, &s->table);
	return ret ? fail_device(s, ret) : 0;
}

static int apply(struct session *s, const struct route_change *changes,
		 size_t n, size_t *failed)
{
	const struct mirror_ops *ops = s->args->ops;
	int ret;

	ops->online();
	ret = ops->apply(s->mirror, changes, n, failed);
	ops->offline();
	return ret;
}

static int fill_from_file(struct session *s)
{
	struct load load = { 0 };
	size_t failed;
	int ret;

	ret = load_file(&load, s->args->from, s->args->skip_bad, s->out);
	if (!ret) {
		ret = apply(s, load.changes, load.nr, &failed);
		if (ret == -ENOENT)
			out_fail(s->out, ret, "%s:%u: no such route", load.name,
				 load.origins[failed].line);
	}
	load_fini(&load);
	return ret;
}

static int apply_dump(struct session *s, const struct dump *dump)
{
	struct route_change *changes;
	size_t i, failed;
	int ret;

	changes = malloc((dump->nr + 1) * sizeof(*changes));
	if (!changes)
		return -ENOMEM;
	for (i = 0; i < dump->nr; i++)
		changes[i] = (struct route_change){ ROUTE_ADD, dump->routes[i] };
	ret = apply(s, changes, dump->nr, &failed);
	free(changes);
	return ret;
}

static int fill_from_device(struct session *s)
{
	struct dump dump = { 0 };
	int ret;

	ret = dump_table(&dump, &s->dev, s->table, MIRROR_TRIES);
	if (!ret && dump.moved)
		ret = -EAGAIN;
	if (!ret)
		ret = apply_dump(s, &dump);
	else if (ret != -EAGAIN)
		fail_device(s, ret);
	dump_fini(&dump);
	return ret;
}

/* Fill it, and let the core check itself. */
static int fill(struct session *s)
{
	const struct mirror_ops *ops = s->args->ops;
	const char *reason = NULL;
	int ret;

	s->mirror = ops->create();
	if (!s->mirror)
		return -ENOMEM;
	ret = is_device(s->args->from) ? fill_from_device(s) :
					 fill_from_file(s);
	if (ret)
		return ret;
	ops->online();
	ret = ops->check(s->mirror, &reason);
	ops->offline();
	return ret ? out_fail(s->out, ret, "the mirror is broken: %s", reason) :
		     0;
}

static void say_mirror(struct session *s)
{
	const struct mirror_ops *ops = s->args->ops;
	struct route_stats stats;

	ops->online();
	ops->stats(s->mirror, &stats);
	ops->offline();
	out_record(s->out, NULL,
		   "mirror of {from} over {flavor}: {nr_routes4} + {nr_routes6} routes, {bytes} bytes ({bytes_fixed} fixed)",
		   OUT_STR("from", s->args->from), OUT_STR("flavor", ops->name),
		   OUT_U64("nr_routes4", stats.nr_routes[ROUTE_INET4]),
		   OUT_U64("nr_routes6", stats.nr_routes[ROUTE_INET6]),
		   OUT_U64("bytes", stats.bytes),
		   OUT_U64("bytes_fixed", stats.bytes_fixed));
}

static const char *verdict(const struct verify *v, int ret)
{
	if (ret)
		return "not finished";
	return v->nr_differences ? "kernel != user" : "kernel == user";
}

static void say_differences(const struct verify *v, int ret, struct out *out)
{
	char prefix[ROUTE_TEXT_PREFIX_MAX];
	u64 i;

	out_empty_list(out, "differences");
	for (i = 0; i < v->nr_differences && i < VERIFY_DIFFERENCES_MAX; i++) {
		const struct difference *d = &v->differences[i];

		if (d->is_lookup)
			route_text_format_addr(prefix, d->prefix.family,
					       &d->prefix.addr);
		else
			route_text_format_prefix(prefix, &d->prefix);
		out_record(out, "differences",
			   "{what} {key}: kernel {kernel}, user {user}",
			   OUT_STR("what", d->is_lookup ? "lookup" : "route"),
			   OUT_STR("key", prefix),
			   OUT_U64("kernel", d->kernel),
			   OUT_U64("user", d->user));
	}
	out_record(out, NULL,
		   "{verdict}: {nr_differences} differences ({nr_routes} routes, {nr_lookups} lookups, {nr_matched} matched, gen {gen}, seed {seed})",
		   OUT_STR("verdict", verdict(v, ret)),
		   OUT_U64("nr_differences", v->nr_differences),
		   OUT_U64("nr_routes", v->nr_routes),
		   OUT_U64("nr_lookups", v->nr_lookups),
		   OUT_U64("nr_matched", v->nr_matched),
		   OUT_U64("gen", v->gen), OUT_U64("seed", v->seed));
}

static void destroy_mirror(struct session *s)
{
	if (s->mirror)
		s->args->ops->destroy(s->mirror);
	s->mirror = NULL;
}

/* Fill and compare; all of it again if the kernel's table changes meanwhile. */
static int run_verify(struct session *s)
{
	struct verify v = {
		.ops	= s->args->ops,
		.dev	= &s->dev,
		.table	= s->table,
		.nr	= s->args->nr,
		.seed	= s->args->seed,
	};
	bool refill = is_device(s->args->from);
	int tries, ret = -EAGAIN;

	for (tries = 0; ret == -EAGAIN && tries < MIRROR_TRIES; tries++) {
		if (refill || !s->mirror) {
			destroy_mirror(s);
			ret = fill(s);
			if (ret == -EAGAIN)
				continue;
			if (ret)
				return ret;
		}
		v.mirror = s->mirror;
		ret = verify_run(&v);
	}
	if (ret == -EAGAIN)
		return out_fail(s->out, ret, "the kernel's table kept changing, %d times",
				MIRROR_TRIES);
	if (ret && ret != -EINTR)
		return fail_device(s, ret);
	say_mirror(s);
	say_differences(&v, ret, s->out);
	if (ret)
		return out_fail(s->out, ret, "interrupted: not all was compared");
	return v.nr_differences ? CMD_NO : 0;
}

/* The addresses are drawn outside of the time that is measured. */
static u64 time_lookups(struct session *s, struct stream *stream)
{
	const struct mirror_ops *ops = s->args->ops;
	struct route_addr addrs[LOOKUPS_CHUNK];
	u32 nexthops[LOOKUPS_CHUNK];
	u64 done, start_ns, ns = 0;

	ops->online();
	for (done = 0; done < LOOKUPS; done += LOOKUPS_CHUNK) {
		stream_fill(stream, STREAM_ROUTED, addrs, LOOKUPS_CHUNK);
		start_ns = progress_now_ns();
		ops->lookup(s->mirror, stream->family, addrs, nexthops,
			    LOOKUPS_CHUNK);
		ns += progress_now_ns() - start_ns;
	}
	ops->offline();
	return ns ? done * 1000000000ULL / ns : 0;
}

static int run_report(struct session *s)
{
	struct stream stream;
	struct route *routes;
	unsigned int f;
	size_t nr;
	int ret;

	ret = fill(s);
	if (ret)
		return ret == -EAGAIN ?
		       out_fail(s->out, ret, "the kernel's table kept changing, %d times",
				MIRROR_TRIES) : ret;
	say_mirror(s);
	s->args->ops->online();
	routes = mirror_collect(s->args->ops, s->mirror, &nr);
	s->args->ops->offline();
	if (!routes)
		return -ENOMEM;
	for (f = 0; f < ROUTE_FAMILIES; f++) {
		ret = stream_init(&stream, f, routes, nr, s->args->seed);
		if (ret)
			break;
		out_record(s->out, "lookups",
			   "IPv{family}: {per_second} lookups a second, uniform over routed space, one thread, seed {seed}",
			   OUT_U64("family", f == ROUTE_INET4 ? 4 : 6),
			   OUT_U64("per_second", time_lookups(s, &stream)),
			   OUT_U64("seed", s->args->seed));
		stream_fini(&stream);
	}
	free(routes);
	return ret;
}

static int run(const struct mirror_args *args, struct out *out)
{
	struct session s = { .args = args, .out = out };
	int ret = 0;

	args->ops->register_thread();
	args->ops->offline();
	if (args->verify || is_device(args->from))
		ret = open_device(&s);
	if (!ret && args->verify) {
		interrupt_catch();
		ret = run_verify(&s);
		interrupt_release();
	} else if (!ret) {
		ret = run_report(&s);
	}
	destroy_mirror(&s);
	if (s.dev_is_open)
		dev_close(&s.dev);
	args->ops->unregister_thread();
	return ret;
}

int cmd_mirror(struct out *out, int argc, char **argv)
{
	enum { FROM = CMD_OPTION, FLAVOR, VERIFY, TABLE, SEED, SKIP_BAD };
	static const struct option options[] = {
		{ "help", no_argument, NULL, CMD_HELP },
		{ "json", no_argument, NULL, CMD_JSON },
		{ "from", required_argument, NULL, FROM },
		{ "flavor", required_argument, NULL, FLAVOR },
		{ "verify", required_argument, NULL, VERIFY },
		{ "table", required_argument, NULL, TABLE },
		{ "seed", required_argument, NULL, SEED },
		{ "skip-bad", no_argument, NULL, SKIP_BAD },
		{ 0 },
	};
	struct mirror_args args = {
		.ops		= &mirror_ops_memb,
		.from		= KONTEND_DEVICE,
		.table_name	= "main",
		.seed		= 1,
	};
	int opt, ret = 0;

	while (!ret &&
	       (opt = cmd_option(out, argc, argv, ":", options)) != -1) {
		switch (opt) {
		case CMD_HELP:
			fputs(help, stdout);
			return 0;
		case FROM:
			args.from = optarg;
			break;
		case FLAVOR:
			args.ops = mirror_ops_find(optarg);
			if (!args.ops)
				return out_usage(out, "--flavor is memb, mb, qsbr or bp, not %s",
						 optarg);
			break;
		case VERIFY:
			args.verify = true;
			ret = cmd_number(out, "--verify", optarg, 0,
					 1ULL << 40, &args.nr);
			break;
		case TABLE:
			args.table_name = optarg;
			break;
		case SEED:
			ret = cmd_number(out, "--seed", optarg, 0, UINT64_MAX,
					 &args.seed);
			break;
		case SKIP_BAD:
			args.skip_bad = true;
			break;
		default:
			return -EINVAL;
		}
	}
	if (ret)
		return ret;
	if (optind != argc)
		return out_usage(out, "mirror takes no arguments: %s",
				 argv[optind]);
	return run(&args, out);
}
