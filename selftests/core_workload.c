// SPDX-License-Identifier: GPL-2.0
/*
 * The seeded streams of core/workload.h: the same seed gives the same bytes,
 * tables have as many routes as asked for, in order and without duplicates,
 * of the real table's lengths, and numbers below a bound are uniform.
 */
#include <inttypes.h>

#include <core/workload.h>

#include "tap.h"

#define NR_ROUTES	60000
#define NEXTHOPS	255

static struct workload_table table, again;

static bool same_route(const struct route *a, const struct route *b)
{
	return !route_prefix_cmp(&a->prefix, &b->prefix) &&
	       a->nexthop == b->nexthop;
}

static void test_same_seed(void)
{
	struct workload_rng a, b;
	struct route ra, rb;
	unsigned int i, family, nr_same = 0;

	workload_rng_init(&a, 7);
	workload_rng_init(&b, 7);
	for (i = 0; i < 1000; i++)
		tap_true(workload_next(&a) == workload_next(&b));
	workload_rng_init(&b, 8);
	for (i = 0; i < 1000; i++)
		nr_same += workload_next(&a) == workload_next(&b);
	tap_true(!nr_same);

	for (family = 0; family < ROUTE_FAMILIES; family++) {
		tap_true(!workload_table_init(&table, family, 5000, 9, 7));
		tap_true(!workload_table_init(&again, family, 5000, 9, 7));
		while (workload_table_next(&table, &ra)) {
			tap_true(workload_table_next(&again, &rb));
			tap_true(same_route(&ra, &rb));
		}
		tap_true(!workload_table_next(&again, &rb));

		tap_true(!workload_table_init(&table, family, 5000, 9, 7));
		tap_true(!workload_table_init(&again, family, 5000, 9, 8));
		for (i = nr_same = 0; i < 5000; i++) {
			tap_true(workload_table_next(&table, &ra));
			tap_true(workload_table_next(&again, &rb));
			nr_same += same_route(&ra, &rb);
		}
		tap_expect(nr_same < 500, "%u routes of 5000", nr_same);
	}
}

/* The same in every world: these are xoshiro256**'s, seeded by splitmix64. */
static void test_known_values(void)
{
	static const u64 want[] = {
		0x99ec5f36cb75f2b4ULL, 0xbf6e1f784956452aULL,
		0x1a5f849d4933e6e0ULL, 0x6aa594f1262d2d2cULL,
	};
	struct workload_rng rng;
	unsigned int i;

	workload_rng_init(&rng, 0);
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		u64 got = workload_next(&rng);

		tap_expect(got == want[i], "%016" PRIx64 " as number %u", got,
			   i);
	}
}

/*
 * Chi-square of @n equal classes: its mean is n - 1 and its deviation
 * sqrt(2(n - 1)), so that n - 1 + 6 sqrt(2n) is out of reach by chance.
 */
static void expect_uniform(const unsigned int *count, unsigned int n,
			   unsigned int draws)
{
	double expected = (double)draws / n, chi = 0, over;
	unsigned int i;

	for (i = 0; i < n; i++)
		chi += (count[i] - expected) * (count[i] - expected) / expected;
	over = chi - (n - 1);
	tap_expect(over <= 0 || over * over < 36.0 * 2 * n,
		   "chi-square of %u classes is %.1f", n, chi);
}

/* A bound far from a power of two shows a bias by remainder or by cutting. */
static void test_below(void)
{
	static const u64 bounds[] = {
		1, 2, 3, 5, 100, 1ULL << 32, 3ULL << 62, ~0ULL,
	};
	static unsigned int count[128];
	struct workload_rng rng;
	unsigned int i, j, draws = 200000;

	workload_rng_init(&rng, 3);
	for (i = 0; i < ARRAY_SIZE(bounds); i++) {
		u64 bound = bounds[i];
		unsigned int n = bound < 96 ? bound : 96;

		memset(count, 0, sizeof(count));
		for (j = 0; j < draws; j++) {
			u64 x = workload_below(&rng, bound);

			tap_expect(x < bound, "%" PRIu64 " of %" PRIu64, x,
				   bound);
			/* Classes of a large bound are equal but for rounding. */
			if (bound < 96)
				count[x]++;
			else if (bound >= 1ULL << 32)
				count[x / (bound / n + 1)]++;
		}
		if (bound < 96 || bound >= 1ULL << 32)
			expect_uniform(count, n, draws);
	}
}

static void test_addr_in(void)
{
	struct workload_rng rng;
	unsigned int family, len, i;

	workload_rng_init(&rng, 4);
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		unsigned int max = route_addr_max_len(family);

		for (len = 0; len <= max; len++) {
			struct route_addr any = workload_addr(&rng, family);
			struct route_prefix p = {
				route_addr_mask(any, len), family, len,
			};
			struct route_addr ones = { 0, 0 }, zeros = { 0, 0 };

			for (i = 0; i < 100; i++) {
				struct route_addr a = workload_addr_in(&rng, &p);

				tap_expect(route_prefix_covers(&p, &a), "/%u",
					   len);
				ones.hi |= a.hi;
				ones.lo |= a.lo;
				zeros.hi |= ~a.hi;
				zeros.lo |= ~a.lo;
			}
			/* Behind the prefix every bit is now 0 and now 1. */
			ones.hi &= zeros.hi;
			ones.lo &= zeros.lo;
			any = (struct route_addr){ ~0ULL, ~0ULL };
			any = route_addr_mask(any, max);
			any.hi &= ~route_mask64(min(len, 64U));
			any.lo &= ~route_mask64(len > 64 ? len - 64 : 0);
			tap_expect(!route_addr_cmp(&ones, &any), "/%u", len);
		}
	}
}

/* How many of 1000 have a length of @from to @to. */
static unsigned int share(const unsigned int *count, unsigned int from,
			  unsigned int to, unsigned int all)
{
	unsigned int sum = 0;

	for (; from <= to; from++)
		sum += count[from];
	return (u64)sum * 1000 / all;
}

static void expect_shape(unsigned int family, unsigned int nr, u64 seed)
{
	unsigned int count[WORKLOAD_LENGTHS] = { 0 };
	unsigned int hops[NEXTHOPS] = { 0 }, i;
	struct route_prefix last = { .len = 0 };
	struct route r;

	tap_true(!workload_table_init(&table, family, nr, NEXTHOPS, seed));
	for (i = 0; workload_table_next(&table, &r); i++) {
		tap_true(route_prefix_is_valid(&r.prefix));
		tap_true(r.prefix.family == family);
		tap_true(r.nexthop >= 1 && r.nexthop <= NEXTHOPS);
		tap_true(r.nexthop == workload_nexthop(&r.prefix, seed,
						       NEXTHOPS));
		/* In order, hence no duplicates. */
		tap_true(!i || route_prefix_cmp(&last, &r.prefix) < 0);
		last = r.prefix;
		count[r.prefix.len]++;
		hops[r.nexthop - 1]++;
	}
	tap_expect(i == nr, "%u routes, not %u", i, nr);
	if (nr < 1000)
		return;
	expect_uniform(hops, NEXTHOPS, nr);
	if (family == ROUTE_INET4) {	/* of 901899: 537698, 108623, 96510 */
		i = share(count, 24, 24, nr);
		tap_expect(i > 585 && i < 607, "%u of 1000 are /24", i);
		i = share(count, 22, 23, nr);
		tap_expect(i > 217 && i < 237, "%u of 1000 are /22, /23", i);
		tap_true(!share(count, 0, 7, nr));
	} else {			/* of 160147: 75488, 22548 */
		i = share(count, 48, 48, nr);
		tap_expect(i > 460 && i < 482, "%u of 1000 are /48", i);
		i = share(count, 32, 32, nr);
		tap_expect(i > 130 && i < 151, "%u of 1000 are /32", i);
		tap_true(!share(count, 0, 15, nr));
	}
}

static void test_tables(void)
{
	static const unsigned int sizes[] = { 0, 1, 2, 10, 999, NR_ROUTES };
	unsigned int i, family;

	for (family = 0; family < ROUTE_FAMILIES; family++)
		for (i = 0; i < ARRAY_SIZE(sizes); i++)
			expect_shape(family, sizes[i], 11 + i);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{ "the same seed, the same stream", test_same_seed },
		{ "known values", test_known_values },
		{ "numbers below a bound are uniform", test_below },
		{ "addresses in a prefix", test_addr_in },
		{ "tables", test_tables },
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
