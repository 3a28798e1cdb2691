// SPDX-License-Identifier: GPL-2.0
/*
 * What a route table must answer, by scanning an array (oracle.h).
 */
#include "oracle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void addr_to_bytes(const struct route_addr *addr, u8 *bytes)
{
	int i;

	for (i = 0; i < 8; i++) {
		bytes[i] = addr->hi >> (8 * (7 - i));
		bytes[8 + i] = addr->lo >> (8 * (7 - i));
	}
}

static struct oracle_route from_prefix(const struct route_prefix *prefix)
{
	struct oracle_route r = {
		.family = prefix->family, .len = prefix->len,
	};

	addr_to_bytes(&prefix->addr, r.bytes);
	return r;
}

static struct route to_route(const struct oracle_route *r)
{
	struct route route = {
		.prefix.family = r->family,
		.prefix.len = r->len,
		.nexthop = r->nexthop,
	};
	int i;

	for (i = 0; i < 8; i++) {
		route.prefix.addr.hi = route.prefix.addr.hi << 8 | r->bytes[i];
		route.prefix.addr.lo = route.prefix.addr.lo << 8 |
				       r->bytes[8 + i];
	}
	return route;
}

/* Do the first @len bits agree? */
static bool same_bits(const u8 *a, const u8 *b, unsigned int len)
{
	unsigned int left = len % 8;

	if (memcmp(a, b, len / 8))
		return false;
	return !left || a[len / 8] >> (8 - left) == b[len / 8] >> (8 - left);
}

/* Is @a in front of @b in walking order? */
static bool is_before(const struct oracle_route *a,
		      const struct oracle_route *b)
{
	int cmp;

	if (a->family != b->family)
		return a->family < b->family;
	cmp = memcmp(a->bytes, b->bytes, sizeof(a->bytes));
	return cmp ? cmp < 0 : a->len < b->len;
}

static struct oracle_route *find(const struct oracle *o,
				 const struct oracle_route *key)
{
	unsigned int i;

	for (i = 0; i < o->nr; i++) {
		struct oracle_route *r = &o->routes[i];

		if (r->family == key->family && r->len == key->len &&
		    !memcmp(r->bytes, key->bytes, sizeof(r->bytes)))
			return r;
	}
	return NULL;
}

void oracle_fini(struct oracle *o)
{
	free(o->routes);
	*o = (struct oracle){ 0 };
}

static void make_room(struct oracle *o, unsigned int nr)
{
	if (nr <= o->room)
		return;
	o->room = 2 * nr;
	o->routes = realloc(o->routes, o->room * sizeof(*o->routes));
	if (!o->routes)
		abort();
}

void oracle_copy(struct oracle *to, const struct oracle *from)
{
	make_room(to, from->nr);
	if (from->nr)
		memcpy(to->routes, from->routes,
		       from->nr * sizeof(*to->routes));
	to->nr = from->nr;
	to->nr_max = from->nr_max;
	to->nr_changes = from->nr_changes;
}

static int set(struct oracle *o, struct oracle_route *r,
	       struct oracle_route new)
{
	if (!r) {
		if (o->nr_max && o->nr >= o->nr_max)
			return -ENOSPC;
		make_room(o, o->nr + 1);
		r = &o->routes[o->nr++];
	} else if (r->nexthop == new.nexthop) {
		return 0;
	}
	*r = new;
	o->nr_changes++;
	return 0;
}

int oracle_apply(struct oracle *o, const struct route_change *change, u32 *old)
{
	struct oracle_route key, *r;

	*old = 0;
	if (change->op == ROUTE_FLUSH) {
		o->nr_changes += !!o->nr;
		o->nr = 0;
		return 0;
	}
	key = from_prefix(&change->route.prefix);
	key.nexthop = change->route.nexthop;
	r = find(o, &key);
	if (r)
		*old = r->nexthop;
	if (change->op == ROUTE_DELETE) {
		if (!r)
			return -ENOENT;
		*r = o->routes[--o->nr];
		o->nr_changes++;
		return 0;
	}
	if (change->op == ROUTE_ADD && r)
		return -EEXIST;
	return set(o, r, key);
}

unsigned int oracle_nr(const struct oracle *o, unsigned int family)
{
	unsigned int i, nr = 0;

	for (i = 0; i < o->nr; i++)
		nr += o->routes[i].family == family;
	return nr;
}

u32 oracle_get(const struct oracle *o, const struct route_prefix *prefix)
{
	struct oracle_route key = from_prefix(prefix), *r = find(o, &key);

	return r ? r->nexthop : 0;
}

bool oracle_match(const struct oracle *o, unsigned int family,
		  const struct route_addr *addr, struct route *match)
{
	const struct oracle_route *best = NULL;
	unsigned int i;
	u8 bytes[16];

	addr_to_bytes(addr, bytes);
	for (i = 0; i < o->nr; i++) {
		const struct oracle_route *r = &o->routes[i];

		if (r->family == family && (!best || r->len > best->len) &&
		    same_bits(r->bytes, bytes, r->len))
			best = r;
	}
	if (!best)
		return false;
	*match = to_route(best);
	return true;
}

bool oracle_next(const struct oracle *o, const struct route_prefix *after,
		 struct route *next)
{
	const struct oracle_route *first = NULL;
	struct oracle_route key;
	unsigned int i;

	if (after)
		key = from_prefix(after);
	for (i = 0; i < o->nr; i++) {
		const struct oracle_route *r = &o->routes[i];

		if ((!after || is_before(&key, r)) &&
		    (!first || is_before(r, first)))
			first = r;
	}
	if (!first)
		return false;
	*next = to_route(first);
	return true;
}
