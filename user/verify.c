// SPDX-License-Identifier: GPL-2.0
/*
 * Two sorted sequences are merged for the routes; the lookups go to both sides
 * with the same addresses.  All of it has to be of one generation of the
 * kernel's table, or it would compare two points in time.
 */
#include "verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "interrupt.h"
#include "progress.h"
#include "stream.h"

#define DUMP_TRIES	5

/* struct lookups - a chunk of addresses and both answers */
struct lookups {
	struct route_addr	addrs[KONTEND_BULK_MAX];
	u32			kernel[KONTEND_BULK_MAX];
	u32			user[KONTEND_BULK_MAX];
};

static void note(struct verify *v, const struct difference *difference)
{
	if (v->nr_differences < VERIFY_DIFFERENCES_MAX)
		v->differences[v->nr_differences] = *difference;
	v->nr_differences++;
}

/* The kernel's routes before @user, or all the rest if that is NULL. */
static size_t note_missing(struct verify *v, const struct dump *dump, size_t i,
			   const struct route_prefix *user)
{
	for (; i < dump->nr; i++) {
		const struct route *kernel = &dump->routes[i];
		struct difference d = {
			.prefix	= kernel->prefix,
			.kernel	= kernel->nexthop,
		};

		if (user && route_prefix_cmp(&kernel->prefix, user) >= 0)
			break;
		note(v, &d);
	}
	return i;
}

/* A route of the mirror against the kernel's from @i on. */
static size_t compare_route(struct verify *v, const struct dump *dump, size_t i,
			    const struct route *user)
{
	struct difference d = {
		.prefix	= user->prefix,
		.user	= user->nexthop,
	};

	i = note_missing(v, dump, i, &user->prefix);
	if (i < dump->nr &&
	    !route_prefix_cmp(&dump->routes[i].prefix, &user->prefix))
		d.kernel = dump->routes[i++].nexthop;
	if (d.kernel != d.user)
		note(v, &d);
	return i;
}

static void compare_routes(struct verify *v, const struct dump *dump)
{
	struct route routes[MIRROR_VIEW_KEYS];
	const struct route_prefix *after = NULL;
	struct route_prefix last;
	size_t i = 0, j, n;

	v->ops->online();
	while ((n = v->ops->walk(v->mirror, after, routes, ARRAY_SIZE(routes)))) {
		for (j = 0; j < n; j++)
			i = compare_route(v, dump, i, &routes[j]);
		last = routes[n - 1].prefix;
		after = &last;
	}
	v->ops->offline();
	note_missing(v, dump, i, NULL);
}

static int compare_chunk(struct verify *v, unsigned int family,
			 struct lookups *l, size_t n)
{
	size_t i;
	u64 gen;
	int ret;

	ret = dev_bulk_lookup(v->dev, v->table, family, l->addrs, l->kernel, n,
			      &gen);
	if (ret)
		return ret;
	if (gen != v->gen)
		return -EAGAIN;
	v->ops->online();
	v->ops->lookup(v->mirror, family, l->addrs, l->user, n);
	v->ops->offline();
	for (i = 0; i < n; i++) {
		struct difference d = {
			.is_lookup	= true,
			.prefix.addr	= l->addrs[i],
			.prefix.family	= family,
			.prefix.len	= route_addr_max_len(family),
			.kernel		= l->kernel[i],
			.user		= l->user[i],
		};

		v->nr_matched += !!d.kernel;
		if (d.kernel != d.user)
			note(v, &d);
	}
	v->nr_lookups += n;
	return 0;
}

/* Equal shares of each kind of address, in turn. */
static int compare_lookups(struct verify *v, struct stream *stream,
			   struct progress *progress, struct lookups *l)
{
	u64 end = v->nr_lookups + v->nr;
	unsigned int kind = 0;
	size_t chunk = v->nr / STREAM_KINDS + 1;
	int ret = 0;

	if (chunk > KONTEND_BULK_MAX)
		chunk = KONTEND_BULK_MAX;
	while (!ret && v->nr_lookups < end) {
		size_t n = min(chunk, (size_t)(end - v->nr_lookups));

		if (interrupt_came())
			return -EINTR;
		stream_fill(stream, kind++ % STREAM_KINDS, l->addrs, n);
		ret = compare_chunk(v, stream->family, l, n);
		progress_update(progress, v->nr_lookups);
	}
	return ret;
}

static int compare_families(struct verify *v, const struct dump *dump)
{
	struct lookups *l = malloc(sizeof(*l));
	struct progress progress;
	struct stream stream;
	unsigned int f;
	int ret = 0;

	if (!l)
		return -ENOMEM;
	progress_start(&progress, "lookups compared:", v->nr * ROUTE_FAMILIES);
	for (f = 0; !ret && f < ROUTE_FAMILIES; f++) {
		ret = stream_init(&stream, f, dump->routes, dump->nr, v->seed);
		if (ret)
			break;
		ret = compare_lookups(v, &stream, &progress, l);
		stream_fini(&stream);
	}
	progress_stop(&progress);
	free(l);
	return ret;
}

int verify_run(struct verify *v)
{
	struct dump dump = { 0 };
	int ret;

	v->nr_lookups = 0;
	v->nr_matched = 0;
	v->nr_differences = 0;
	ret = dump_table(&dump, v->dev, v->table, DUMP_TRIES);
	if (!ret && dump.moved)
		ret = -EAGAIN;
	if (!ret) {
		v->gen = dump.gen;
		v->nr_routes = dump.nr;
		compare_routes(v, &dump);
		ret = compare_families(v, &dump);
	}
	dump_fini(&dump);
	return ret;
}
