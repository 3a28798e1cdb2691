// SPDX-License-Identifier: GPL-2.0
/*
 * The sweep of intervals.h.
 */
#include <errno.h>
#include <stdlib.h>

#include "intervals.h"

#define NEST_MAX	130		/* as many as can nest, and "nothing" */

/* A prefix whose end has not been passed. */
struct open {
	struct route_addr	last;
	u32			nexthop;
};

struct sweep {
	struct intervals	*set;
	struct open		open[NEST_MAX];
	unsigned int		nr_open;
};

/* The last address of a prefix; of IPv4's, 32 bits are all there are. */
static struct route_addr last_of(const struct route_prefix *p)
{
	unsigned int max = route_addr_max_len(p->family);
	struct route_addr all = route_addr_mask((struct route_addr){ ~0ULL, ~0ULL },
						max);
	struct route_addr net = route_addr_mask(all, p->len);

	return (struct route_addr){ p->addr.hi | (all.hi ^ net.hi),
				    p->addr.lo | (all.lo ^ net.lo) };
}

/* The address behind or, with @down, in front. */
static struct route_addr next_to(struct route_addr addr, unsigned int family,
				 bool down)
{
	u64 step = family == ROUTE_INET4 ? 1ULL << 32 : 0;

	if (step)
		addr.hi += down ? -step : step;
	else if (down)
		addr.hi -= !addr.lo--;
	else
		addr.hi += !++addr.lo;
	return addr;
}

/* From @first on it is what is open on top; one that was empty is replaced. */
static void begin(struct sweep *s, struct route_addr first)
{
	struct intervals *set = s->set;
	struct interval *i = set->interval + set->nr;

	if (set->nr && !route_addr_cmp(&i[-1].first, &first))
		i--;
	else
		set->nr++;
	*i = (struct interval){ first, s->open[s->nr_open - 1].nexthop };
}

/* Close what ends in front of @next; NULL: all but "nothing". */
static void close_until(struct sweep *s, const struct route_addr *next)
{
	while (s->nr_open > 1) {
		struct route_addr last = s->open[s->nr_open - 1].last;
		struct route_addr behind;

		if (next && route_addr_cmp(&last, next) >= 0)
			return;
		s->nr_open--;
		behind = next_to(last, s->set->family, false);
		/* Behind the last address there is none. */
		if (route_addr_cmp(&behind, &last) > 0)
			begin(s, behind);
	}
}

int intervals_make(struct intervals *set, unsigned int family,
		   const struct route *routes, size_t nr)
{
	struct sweep s = { .set = set, .nr_open = 1 };
	size_t i;

	set->family = family;
	set->nr = 0;
	set->interval = malloc((2 * nr + 1) * sizeof(*set->interval));
	if (!set->interval)
		return -ENOMEM;
	begin(&s, (struct route_addr){ 0, 0 });
	for (i = 0; i < nr; i++) {
		const struct route *r = &routes[i];

		if (!r->nexthop)
			continue;
		close_until(&s, &r->prefix.addr);
		s.open[s.nr_open++] = (struct open){ last_of(&r->prefix), r->nexthop };
		begin(&s, r->prefix.addr);
	}
	close_until(&s, NULL);
	return 0;
}

void intervals_fini(struct intervals *set)
{
	free(set->interval);
}

struct route_addr intervals_last(const struct intervals *set, size_t i)
{
	/* In front of the first address is, by wrap, the last. */
	size_t next = i + 1 == set->nr ? 0 : i + 1;
	struct route_addr addr = next_to(set->interval[next].first, set->family, true);

	if (set->family == ROUTE_INET4)
		addr.hi = addr.hi >> 32 << 32;
	return addr;
}

size_t intervals_find(const struct intervals *set, const struct route_addr *addr)
{
	size_t from = 0, to = set->nr;

	while (to - from > 1) {
		size_t mid = from + (to - from) / 2;

		if (route_addr_cmp(&set->interval[mid].first, addr) <= 0)
			from = mid;
		else
			to = mid;
	}
	return from;
}
