// SPDX-License-Identifier: GPL-2.0
/*
 * A whole table, of the internet's shape or out of a file, through random changes.
 * Every prefix is looked up, the first and the last address of every interval in which
 * the answer is the same, and random addresses: before, on the way, and at the end,
 * one by one and in bulk.  route_check() looks at it again and again.
 *
 *	core_whole [-n ROUTES] [-r FILE] [-k KEYS] [-u UPDATES] [-c UPDATES] [-s SEED]
 *
 * FILE has a prefix a line, and what else stands there is passed over.  The defaults
 * are small; "make test-long" has large ones.
 */
#include <core/text.h>
#include <core/workload.h>

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#include "fixture.h"
#include "intervals.h"
#include "pool.h"
#include "tap.h"

#define NEXTHOPS	255
#define BULK		200	/* no multiple of what a lookup takes at a time */
#define ROUNDS		4	/* looks at all answers, updates between them */

static u64 seed;
static u32 nr_routes = 20000;
static u64 nr_keys = 100000, nr_updates = 20000, check_every = 5000;
static const char *path;

/* The table; @routes are those that it may have, next hop 0: not there. */
struct whole {
	struct fixture	f;
	unsigned int	family;
	struct route	*routes;
	size_t		nr;
	struct rng	rng;
	u64		nr_lookups;
};

static void generate(struct whole *w)
{
	struct workload_table *table = malloc(sizeof(*table));

	tap_true(table && !workload_table_init(table, w->family, nr_routes, NEXTHOPS,
					       seed));
	w->routes = malloc(nr_routes * sizeof(*w->routes));
	tap_true(w->routes);
	while (workload_table_next(table, &w->routes[w->nr]))
		w->nr++;
	free(table);
}

static int cmp_routes(const void *a, const void *b)
{
	return route_prefix_cmp(&((const struct route *)a)->prefix,
				&((const struct route *)b)->prefix);
}

static void read_file(struct whole *w)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0, i, nr = 0, size = 0;

	tap_expect(file, "%s: %m", path);
	while (getline(&line, &size, file) > 0) {
		struct route_prefix p;
		const char *reason;

		if (*line == '#')
			continue;
		tap_expect(!route_text_parse_prefix(line, strcspn(line, " \t\r\n"), &p,
						    &reason),
			   "%s: %s: %s", path, line, reason);
		if (p.family != w->family || !p.len)
			continue;
		if (nr == room) {
			room = 2 * room + 1024;
			w->routes = realloc(w->routes, room * sizeof(*w->routes));
			tap_true(w->routes);
		}
		w->routes[nr++] = (struct route){ p, workload_nexthop(&p, seed,
								     NEXTHOPS) };
	}
	free(line);
	fclose(file);
	tap_expect(nr, "%s has no prefix of this family", path);
	qsort(w->routes, nr, sizeof(*w->routes), cmp_routes);
	for (i = 0; i < nr; i++)
		if (!w->nr || cmp_routes(&w->routes[w->nr - 1], &w->routes[i]))
			w->routes[w->nr++] = w->routes[i];
}

/* All of it in one transaction. */
static void load(struct whole *w)
{
	struct route_txn txn;
	size_t i;

	route_txn_init(&txn, w->f.t);
	tap_true(!route_txn_prepare(&txn));
	pthread_mutex_lock(&w->f.lock);
	route_txn_begin(&txn);
	for (i = 0; i < w->nr; i++) {
		struct route_change change = { ROUTE_ADD, w->routes[i] };

		tap_true(!route_txn_apply_sleep(&txn, &change, NULL));
	}
	tap_true(!route_txn_commit_sleep(&txn, NULL));
	pthread_mutex_unlock(&w->f.lock);
	route_txn_fini(&txn);
	fixture_drain(&w->f);
}

/* Questions that are asked together. */
struct questions {
	struct whole		*w;
	unsigned int		nr;
	struct route_addr	addr[BULK];
	u32			want[BULK];
};

static void ask(struct questions *q)
{
	const struct route_view *v = fixture_read_lock(&q->w->f);
	unsigned int i, family = q->w->family;
	u32 got[BULK];

	route_lookup_bulk(v, family, q->addr, got, q->nr);
	for (i = 0; i < q->nr; i++) {
		u32 one = route_lookup(v, family, &q->addr[i]);

		tap_expect(got[i] == q->want[i] && one == q->want[i],
			   "%016" PRIx64 "%016" PRIx64 " leads to %u, in bulk to %u, not %u",
			   q->addr[i].hi, q->addr[i].lo, one, got[i], q->want[i]);
	}
	fixture_read_unlock();
	q->w->nr_lookups += 2 * q->nr;
	q->nr = 0;
}

static void put(struct questions *q, struct route_addr addr, u32 want)
{
	q->addr[q->nr] = addr;
	q->want[q->nr++] = want;
	if (q->nr == BULK)
		ask(q);
}

static void expect_prefixes(struct whole *w)
{
	const struct route_view *v = fixture_read_lock(&w->f);
	size_t i;

	for (i = 0; i < w->nr; i++)
		tap_true(route_get(v, &w->routes[i].prefix) == w->routes[i].nexthop);
	fixture_read_unlock();
}

/* All that there is to know. */
static void expect_all(struct whole *w)
{
	struct questions q = { .w = w };
	struct intervals set;
	size_t i;
	u64 k;

	expect_prefixes(w);
	tap_true(!intervals_make(&set, w->family, w->routes, w->nr));
	for (i = 0; i < set.nr; i++) {
		put(&q, set.interval[i].first, set.interval[i].nexthop);
		put(&q, intervals_last(&set, i), set.interval[i].nexthop);
	}
	for (k = 0; k < nr_keys / ROUNDS; k++) {
		struct route_addr addr = addr_random(w->family, &w->rng);

		/* Every other one in a prefix: most of IPv6 is empty. */
		if (k % 2) {
			const struct route_prefix *p =
				&w->routes[rng_below(&w->rng, w->nr)].prefix;
			struct route_addr net = route_addr_mask(addr, p->len);

			addr.hi = p->addr.hi | (addr.hi ^ net.hi);
			addr.lo = p->addr.lo | (addr.lo ^ net.lo);
		}
		i = intervals_find(&set, &addr);
		put(&q, addr, set.interval[i].nexthop);
	}
	ask(&q);
	tap_diag("%zu intervals, %" PRIu64 " lookups so far", set.nr, w->nr_lookups);
	intervals_fini(&set);
}

/* One change of one prefix: it goes, comes, or leads elsewhere. */
static void update(struct whole *w)
{
	struct route *r = &w->routes[rng_below(&w->rng, w->nr)];
	u32 nexthop = 1 + rng_below(&w->rng, NEXTHOPS);

	if (r->nexthop && rng_one_in(&w->rng, 2))
		nexthop = 0;
	tap_true(!fixture_change(&w->f, !nexthop ? ROUTE_DELETE :
				 r->nexthop ? ROUTE_REPLACE : ROUTE_ADD,
				 &r->prefix, nexthop));
	r->nexthop = nexthop;
}

static void test_whole(unsigned int family)
{
	struct whole w = { .family = family, .rng = { seed } };
	unsigned int round;
	u64 i;

	rcu_register_thread();
	tap_diag("seed %" PRIu64, seed);
	if (path)
		read_file(&w);
	else
		generate(&w);
	tap_true(!fixture_init(&w.f, NULL, NULL));
	load(&w);
	fixture_check(&w.f);
	expect_all(&w);
	for (round = 1; round < ROUNDS; round++) {
		for (i = 0; i < (nr_updates + ROUNDS - 2) / (ROUNDS - 1); i++) {
			update(&w);
			if (i % check_every == 0)
				fixture_check(&w.f);
			rcu_quiescent_state();
		}
		expect_all(&w);
	}
	tap_diag("%zu routes, %" PRIu64 " updates, %" PRIu64 " bytes", w.nr,
		 nr_updates, fixture_stats(&w.f).bytes);
	fixture_fini(&w.f);
	free(w.routes);
}

static void test_inet4(void)
{
	test_whole(ROUTE_INET4);
}

static void test_inet6(void)
{
	test_whole(ROUTE_INET6);
}

int main(int argc, char **argv)
{
	static const struct tap_test tests[] = {
		{ "a whole table, IPv4", test_inet4 },
		{ "a whole table, IPv6", test_inet6 },
	};
	int opt;

	seed = time(NULL);
	while ((opt = getopt(argc, argv, "n:r:k:u:c:s:")) != -1) {
		switch (opt) {
		case 'n':
			nr_routes = strtoul(optarg, NULL, 0);
			break;
		case 'r':
			path = optarg;
			break;
		case 'k':
			nr_keys = strtoull(optarg, NULL, 0);
			break;
		case 'u':
			nr_updates = strtoull(optarg, NULL, 0);
			break;
		case 'c':
			check_every = strtoull(optarg, NULL, 0);
			break;
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		default:
			fprintf(stderr,
				"usage: %s [-n ROUTES] [-r FILE] [-k KEYS] [-u UPDATES] [-c UPDATES] [-s SEED]\n",
				argv[0]);
			return 2;
		}
	}
	if (!nr_routes || !check_every) {
		fprintf(stderr, "%s: no table of 0 routes, no check every 0 updates\n",
			argv[0]);
		return 2;
	}
	return tap_run(tests, ARRAY_SIZE(tests));
}
