// SPDX-License-Identifier: GPL-2.0
/*
 * From lines to changes.  Two lines of ip route may need a look at others: a
 * path of a multipath route takes the route before it down, and of several
 * routes of one prefix the one with the lowest metric is kept.
 */
#include "load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <core/text.h>

#include "iproute.h"
#include "lines.h"
#include "progress.h"

#define PROGRESS_LINES	4096
#define ROOM_FIRST	1024

/* What a line came to, if it is not wrong. */
enum {
	GAVE_CHANGE = 1,
	PART_OF_ROUTE,
};

static const char multipath[] = "a multipath route";

/* What the lines before have to do with the next one. */
struct parser {
	struct load	*load;
	u64		line;
	bool		head_is_last;	/* the line before gave the last change */
	bool		head_is_bad;	/* the route before is refused already */
	u32		last_id;	/* the highest that a route names */
	u32		segment;	/* of origins */
};

static void note_bad(struct load *load, u64 line, const char *reason)
{
	if (load->nr_bad < LOAD_BAD_MAX)
		load->bad[load->nr_bad] = (struct load_bad){ line, reason };
	load->nr_bad++;
}

static int grow(struct load *load)
{
	size_t room = load->room ? 2 * load->room : ROOM_FIRST;
	struct load_origin *origins;
	struct route_change *changes;

	changes = realloc(load->changes, room * sizeof(*changes));
	if (!changes)
		return -ENOMEM;
	load->changes = changes;
	origins = realloc(load->origins, room * sizeof(*origins));
	if (!origins)
		return -ENOMEM;
	load->origins = origins;
	load->room = room;
	return 0;
}

static int push(struct load *load, const struct route_change *change,
		const struct load_origin *origin)
{
	int ret = load->nr == load->room ? grow(load) : 0;

	if (ret)
		return ret;
	load->changes[load->nr] = *change;
	load->origins[load->nr++] = *origin;
	return 0;
}

/* A continuation line: the route that it belongs to cannot be loaded. */
static void refuse_multipath(struct parser *p)
{
	if (p->head_is_last) {
		struct load *load = p->load;

		note_bad(load, load->origins[--load->nr].line, multipath);
	} else if (!p->head_is_bad) {
		note_bad(p->load, p->line, "a next hop without a route before it");
	}
	p->head_is_last = false;
	p->head_is_bad = true;
}

static int push_iproute(struct parser *p, const struct iproute *route)
{
	struct route_change change = {
		.op		= ROUTE_REPLACE,
		.route.prefix	= route->prefix,
	};
	struct load_origin origin = {
		.line		= p->line,
		.metric		= route->metric,
		.segment	= p->segment,
		.is_iproute	= true,
	};
	int ret;

	/* Which id that is, is known when all lines are: see number(). */
	ret = nexthops_index(&p->load->nexthops, route->nexthop,
			     &change.route.nexthop);
	return ret ? ret : push(p->load, &change, &origin);
}

/* Return: GAVE_CHANGE, 0 if the line says nothing, -EINVAL, -ENOMEM. */
static int parse_text(struct parser *p, const struct line *line,
		      const char **reason)
{
	struct load_origin origin = { .line = p->line };
	struct route_change change;
	int ret;

	ret = nexthops_parse(&p->load->nexthops, line->s, line->len, reason);
	if (ret)
		return ret < 0 ? ret : 0;
	ret = route_text_parse_line(line->s, line->len, &change, reason);
	if (ret <= 0)
		return ret;
	if (change.op == ROUTE_ADD)
		change.op = ROUTE_REPLACE;
	if (change.op == ROUTE_REPLACE && change.route.nexthop > p->last_id)
		p->last_id = change.route.nexthop;
	p->segment++;
	ret = push(p->load, &change, &origin);
	return ret ? ret : GAVE_CHANGE;
}

/* Return: as parse_text(), or PART_OF_ROUTE. */
static int parse_line(struct parser *p, const struct line *line,
		      const char **reason)
{
	enum iproute_kind kind;
	struct iproute route;
	int ret;

	*reason = "the line is too long";
	if (line->is_too_long)
		return -EINVAL;
	ret = iproute_parse(line->s, line->len, &kind, &route, reason);
	if (ret)
		return ret;
	switch (kind) {
	case IPROUTE_NONE:
		return parse_text(p, line, reason);
	case IPROUTE_NEXTHOP:
		return PART_OF_ROUTE;
	case IPROUTE_ROUTE:
		break;
	}
	ret = push_iproute(p, &route);
	return ret ? ret : GAVE_CHANGE;
}

/* Return: 0, or -errno for what is not the line's fault. */
static int add_line(struct parser *p, const struct line *line)
{
	const char *reason = NULL;
	int ret;

	ret = parse_line(p, line, &reason);
	if (ret < 0 && ret != -EINVAL)
		return ret;
	if (ret == PART_OF_ROUTE) {
		refuse_multipath(p);
		return 0;
	}
	if (ret == -EINVAL)
		note_bad(p->load, p->line, reason);
	p->head_is_last = ret == GAVE_CHANGE;
	p->head_is_bad = ret == -EINVAL;
	return 0;
}

/* Next hops of ip route get ids that no route of the file names. */
static int number(const struct parser *p, struct out *out)
{
	struct load *load = p->load;
	size_t i;
	int ret;

	ret = nexthops_number(&load->nexthops, p->last_id);
	if (ret)
		return out_fail(out, ret, "ids of next hops have run out: %u is in use",
				~0U);
	for (i = 0; i < load->nr; i++) {
		struct route *route = &load->changes[i].route;

		if (load->origins[i].is_iproute)
			route->nexthop = load->nexthops.list[route->nexthop]->id;
	}
	return 0;
}

static int read_lines(struct load *load, struct lines *lines, struct out *out)
{
	struct parser parser = { .load = load };
	struct progress progress;
	struct line line;
	int ret;

	progress_start(&progress, "lines read:", 0);
	while ((ret = lines_next(lines, &line, out)) > 0) {
		parser.line = lines->nr;
		if (lines->nr > ~0U)
			ret = out_fail(out, -EFBIG, "%s: too many lines",
				       lines->name);
		else
			ret = add_line(&parser, &line);
		if (ret)
			break;
		if (lines->nr % PROGRESS_LINES == 0)
			progress_update(&progress, lines->nr);
	}
	progress_stop(&progress);
	return ret ? ret : number(&parser, out);
}

/* By prefix and segment, then the route in force first. */
static int cmp_force(const void *a, const void *b, void *arg)
{
	const struct load *load = arg;
	u32 x = *(const u32 *)a, y = *(const u32 *)b;
	u32 mx = load->origins[x].metric, my = load->origins[y].metric;
	int cmp;

	cmp = route_prefix_cmp(&load->changes[x].route.prefix,
			       &load->changes[y].route.prefix);
	if (cmp)
		return cmp;
	if (load->origins[x].segment != load->origins[y].segment)
		return x < y ? -1 : 1;
	if (mx != my)
		return mx < my ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* Mark by line 0 what is behind another route of the same prefix in @order. */
static void mark_shadowed(struct load *load, const u32 *order, size_t nr)
{
	size_t i;

	for (i = 1; i < nr; i++) {
		struct load_origin *origin = &load->origins[order[i]];

		if (route_prefix_cmp(&load->changes[order[i - 1]].route.prefix,
				     &load->changes[order[i]].route.prefix) ||
		    load->origins[order[i - 1]].segment != origin->segment)
			continue;
		origin->line = 0;
		load->nr_shadowed++;
	}
}

static int drop_shadowed(struct load *load)
{
	u32 *order = malloc((load->nr + 1) * sizeof(*order));
	size_t i, nr = 0;

	if (!order)
		return -ENOMEM;
	for (i = 0; i < load->nr; i++)
		if (load->origins[i].is_iproute)
			order[nr++] = i;
	qsort_r(order, nr, sizeof(*order), cmp_force, load);
	mark_shadowed(load, order, nr);
	free(order);

	for (i = 0, nr = 0; i < load->nr; i++) {
		if (!load->origins[i].line)
			continue;
		load->changes[nr] = load->changes[i];
		load->origins[nr++] = load->origins[i];
	}
	load->nr = nr;
	return 0;
}

/* The first bad line is the message where bad lines are not accepted. */
static int fail_bad(const struct load *load, struct out *out)
{
	return out_fail(out, -EINVAL,
			"%s:%llu: %s (bad lines: %llu; nothing was done, --skip-bad goes on without them)",
			load->name, (unsigned long long)load->bad[0].line,
			load->bad[0].reason, (unsigned long long)load->nr_bad);
}

static void say_bad(const struct load *load, struct out *out)
{
	u64 i;

	out_empty_list(out, "bad");
	for (i = 0; i < load->nr_bad && i < LOAD_BAD_MAX; i++)
		out_record(out, "bad", "{file}:{line}: {reason}",
			   OUT_STR("file", load->name),
			   OUT_U64("line", load->bad[i].line),
			   OUT_STR("reason", load->bad[i].reason));
	if (load->nr_bad)
		out_record(out, NULL, "{nr_bad} bad lines were skipped",
			   OUT_U64("nr_bad", load->nr_bad));
}

static void say_nexthops(const struct load *load, struct out *out)
{
	size_t i;

	out_empty_list(out, "nexthops");
	for (i = 0; i < load->nexthops.nr; i++)
		out_record(out, "nexthops", "# nexthop {id} {nexthop}",
			   OUT_U64("id", load->nexthops.list[i]->id),
			   OUT_STR("nexthop", load->nexthops.list[i]->text));
	if (load->nr_shadowed)
		out_record(out, NULL,
			   "{nr_shadowed} routes are left out: another one of the same prefix is in force",
			   OUT_U64("nr_shadowed", load->nr_shadowed));
}

int load_file(struct load *load, const char *path, bool skip_bad,
	      struct out *out)
{
	struct lines *lines = malloc(sizeof(*lines));
	int ret;

	if (!lines)
		return -ENOMEM;
	ret = lines_open(lines, path, out);
	if (ret)
		goto out_free;
	load->name = lines->name;
	ret = read_lines(load, lines, out);
	lines_close(lines);
	if (!ret && load->nr_bad && !skip_bad)
		ret = fail_bad(load, out);
	if (!ret)
		ret = drop_shadowed(load);
	if (!ret) {
		say_bad(load, out);
		say_nexthops(load, out);
	}
out_free:
	free(lines);
	return ret;
}

void load_fini(struct load *load)
{
	free(load->changes);
	free(load->origins);
	nexthops_fini(&load->nexthops);
}
