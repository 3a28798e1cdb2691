// SPDX-License-Identifier: GPL-2.0
/*
 * What readers are promised while others write: a dump returns each route that
 * stays exactly once and in order; a bulk lookup sees all of a batch or none.
 * The second check is shown a batch that is not atomic, and must catch it.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>

#include "kselftest_harness.h"

#include "dev.h"
#include "rng.h"

#define KEYS		KONTEND_VIEW_KEYS
#define NR_STAYING	3000	/* routes that no writer touches */
#define NR_CHURNED	3000	/* routes that come and go between them */
#define DUMP_ROOM	(NR_STAYING + NR_CHURNED)
#define DUMPS		60
#define SECONDS		120
#define LOOK_MS		3000	/* how long readers look for half a batch */
#define CATCH_MS	20000	/* how long the specimen may escape */

FIXTURE(concurrent) {
	__u32 table;
	int fd;
};

FIXTURE_SETUP(concurrent)
{
	DEV_OPEN_OR_SKIP(self->fd, O_RDWR);
	ASSERT_EQ(0, dev_table_fresh(self->fd, "concurrent", &self->table));
}

FIXTURE_TEARDOWN(concurrent)
{
	EXPECT_EQ(0, dev_table_destroy(self->fd, self->table));
	close(self->fd);
}

static void run_on_cpu(pthread_t thread, long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	pthread_setaffinity_np(thread, sizeof(set), &set);
}

/* A thread, what it works on, and the first thing that went wrong there. */
struct worker {
	pthread_t	thread;
	int		fd;
	__u32		table;
	unsigned int	nr;
	bool		*stop;
	const char	*error;
	int		ret;
	__u64		nr_rounds;
};

static bool stopped(const struct worker *w)
{
	return __atomic_load_n(w->stop, __ATOMIC_RELAXED);
}

static void *fail(struct worker *w, const char *error, int ret)
{
	w->error = error;
	w->ret = ret;
	return NULL;
}

/*
 * Staying and churned routes alternate, so that every step of a dump has
 * neighbours that come and go: even numbers stay.
 */
static struct kontend_route numbered(unsigned int i)
{
	bool is_inet6 = i >= (NR_STAYING + NR_CHURNED) / 2;
	struct kontend_route r = dev_route(is_inet6 ? "2001:db8::/64" :
						      "10.0.0.0/24", 1);
	unsigned int at = is_inet6 ? 6 : 1;

	r.prefix.addr[at] = i >> 8;
	r.prefix.addr[at + 1] = i;
	r.nexthop = 1 + i;
	return r;
}

/* The number of a route, or -1 if it is none of ours. */
static int number_of(const struct kontend_route *r)
{
	struct kontend_route want;

	if (!r->nexthop || r->nexthop > NR_STAYING + NR_CHURNED)
		return -1;
	want = numbered(r->nexthop - 1);
	return memcmp(r, &want, sizeof(want)) ? -1 : (int)r->nexthop - 1;
}

static bool stays(int number)
{
	return !(number & 1);
}

static void *churn(void *arg)
{
	struct kontend_batch_op ops[64];
	struct kontend_route routes[64];
	struct worker *w = arg;
	struct rng rng = { w->nr };
	unsigned int i, first;
	int ret;

	while (!stopped(w)) {
		/* Writers meet: that a route is not there is no error. */
		first = rng_below(&rng, NR_CHURNED - 64);
		for (i = 0; i < 64; i++) {
			bool is_add = rng_one_in(&rng, 2);

			routes[i] = numbered(2 * (first + i) + 1);
			ops[i] = (struct kontend_batch_op){
				.route = routes[i], .op = KONTEND_BATCH_REPLACE,
			};
			if (!is_add)
				routes[i].nexthop = 0;
			ret = dev_route_op(w->fd, is_add ?
					   KONTEND_ROUTE_REPLACE :
					   KONTEND_ROUTE_DELETE,
					   w->table, &routes[i]);
			if (ret && ret != -ENOENT && ret != -EAGAIN)
				return fail(w, "single", ret);
		}
		ret = dev_batch_begin(w->fd, w->table);
		if (!ret)
			ret = dev_batch_stage(w->fd, ops, 64);
		if (!ret)
			ret = dev_batch_commit(w->fd, NULL);
		if (ret == -EAGAIN)
			ret = dev_batch_abort(w->fd);
		if (ret)
			return fail(w, "batch", ret);
		w->nr_rounds++;
	}
	return NULL;
}

static void check_walk(struct __test_metadata *_metadata,
		       const struct kontend_route *dump, int nr)
{
	int i, number, last = -1, nr_staying = 0;

	for (i = 0; i < nr; i++) {
		number = number_of(&dump[i]);
		ASSERT_LE(0, number) TH_LOG("route %d: never written", i);
		ASSERT_LT(last, number) TH_LOG("route %d: out of order", i);
		if (i)
			ASSERT_GT(0, dev_prefix_cmp(&dump[i - 1].prefix,
						    &dump[i].prefix));
		last = number;
		nr_staying += stays(number);
	}
	ASSERT_EQ(NR_STAYING, nr_staying);
}

TEST_F_TIMEOUT(concurrent, dump, SECONDS)
{
	static struct kontend_route dump[DUMP_ROOM + 1];
	static const __u32 chunks[] = { 1, 7, 64, 500, DUMP_ROOM + 1 };
	struct worker w[2] = { 0 };
	unsigned int i, nr_moved = 0;
	bool moved, stop = false;
	__u64 before, after;
	int nr;

	for (i = 0; i < NR_STAYING + NR_CHURNED; i += 2) {
		dump[0] = numbered(i);
		ASSERT_EQ(0, dev_route_op(self->fd, KONTEND_ROUTE_ADD,
					  self->table, &dump[0]));
	}
	for (i = 0; i < 2; i++) {
		w[i] = (struct worker){
			.fd = dev_open(O_RDWR), .table = self->table, .nr = i,
			.stop = &stop,
		};
		ASSERT_LE(0, w[i].fd);
		ASSERT_EQ(0, pthread_create(&w[i].thread, NULL, churn, &w[i]));
	}
	for (i = 0; i < DUMPS; i++) {
		__u32 chunk = chunks[i % ARRAY_SIZE(chunks)];

		/* One route a call is slow: once is enough. */
		if (chunk == 1 && i)
			chunk = 2 + i;
		ASSERT_EQ(0, dev_gen(self->fd, self->table, &before));
		nr = dev_dump(self->fd, self->table, dump,
			      ARRAY_SIZE(dump), chunk, &moved);
		ASSERT_EQ(0, dev_gen(self->fd, self->table, &after));
		ASSERT_LE(0, nr);
		check_walk(_metadata, dump, nr);
		nr_moved += moved;
		/* It must not cry wolf; that it cries at all comes below. */
		if (before == after)
			ASSERT_FALSE(moved);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++) {
		pthread_join(w[i].thread, NULL);
		ASSERT_EQ(NULL, w[i].error)
			TH_LOG("writer: %s: %d", w[i].error, w[i].ret);
		ASSERT_LT(0ULL, w[i].nr_rounds) TH_LOG("nothing was written");
		close(w[i].fd);
	}
	ASSERT_LT(0U, nr_moved) TH_LOG("no dump met a change");
	nr = dev_dump(self->fd, self->table, dump, ARRAY_SIZE(dump), 100,
		      &moved);
	check_walk(_metadata, dump, nr);
	ASSERT_FALSE(moved);
}

/* One view's worth of keys, of both families, in a batch of one value. */
static struct kontend_route keyed(unsigned int i)
{
	struct kontend_route r = dev_route(i & 1 ? "2001:db8::/48" :
						   "10.0.0.0/24", 1);

	r.prefix.addr[i & 1 ? 4 : 1] = i * 37;
	r.prefix.addr[i & 1 ? 5 : 2] = i;
	return r;
}

/* A torn view is an answer, not an error: the test decides what it means. */
struct look {
	struct worker	w;
	__u64		nr_torn;
	__u64		nr_looks;
	__u64		nr_values;	/* different ones */
};

static void *look_for_torn(void *arg)
{
	struct look *l = arg;
	struct kontend_addr addrs[KEYS];
	__u32 nexthops[KEYS], last = 0;
	unsigned int i;
	int ret;

	for (i = 0; i < KEYS; i++) {
		struct kontend_route r = keyed(i);

		addrs[i] = dev_prefix_addr(&r.prefix);
	}
	while (!stopped(&l->w)) {
		ret = dev_bulk(l->w.fd, KONTEND_BULK_LOOKUP, l->w.table, addrs,
			       nexthops, KEYS, NULL);
		if (ret)
			return fail(&l->w, "lookup", ret);
		for (i = 1; i < KEYS; i++) {
			if (nexthops[i] == nexthops[0])
				continue;
			__atomic_fetch_add(&l->nr_torn, 1, __ATOMIC_RELAXED);
			break;
		}
		l->nr_looks++;
		l->nr_values += nexthops[0] != last;
		last = nexthops[0];
	}
	return NULL;
}

/* Ways to write the same value to all keys.  In pieces: not atomic. */
static int write_bulk(int fd, __u32 table, __u32 value)
{
	const unsigned int piece = KEYS / 8;
	struct kontend_route routes[KEYS];
	unsigned int i;
	int ret = 0;

	for (i = 0; i < KEYS; i++) {
		routes[i] = keyed(i);
		routes[i].nexthop = value;
	}
	for (i = 0; i < KEYS && !ret; i += piece) {
		do {
			ret = dev_bulk(fd, KONTEND_BULK_REPLACE, table,
				       routes + i, NULL, piece, NULL);
		} while (ret == -EAGAIN);
	}
	return ret;
}

static int commit_ops(int fd, __u32 table, const struct kontend_batch_op *ops,
		      unsigned int nr)
{
	int ret;

	ret = dev_batch_begin(fd, table);
	if (!ret)
		ret = dev_batch_stage(fd, ops, nr);
	if (ret)
		return ret;
	do {
		ret = dev_batch_commit(fd, NULL);
	} while (ret == -EAGAIN);
	return ret;
}

static int write_batch(int fd, __u32 table, __u32 value)
{
	struct kontend_batch_op ops[KEYS];
	unsigned int i;

	for (i = 0; i < KEYS; i++) {
		ops[i] = (struct kontend_batch_op){
			.route = keyed(i), .op = KONTEND_BATCH_REPLACE,
		};
		ops[i].route.nexthop = value;
	}
	return commit_ops(fd, table, ops, KEYS);
}

/* All away and all there again: the state between them is never seen. */
static int write_flush(int fd, __u32 table, __u32 value)
{
	struct kontend_batch_op ops[1 + KEYS] = {
		{ .op = KONTEND_BATCH_FLUSH },
	};
	unsigned int i;

	for (i = 0; i < KEYS; i++) {
		ops[1 + i] = (struct kontend_batch_op){
			.route = keyed(i), .op = KONTEND_BATCH_ADD,
		};
		ops[1 + i].route.nexthop = value;
	}
	return commit_ops(fd, table, ops, 1 + KEYS);
}

FIXTURE(view) {
	struct look *looks;
	__u32 table;
	int fd;
	long nr_cpus;
	bool stop;
};

FIXTURE_VARIANT(view)
{
	int (*write)(int fd, __u32 table, __u32 value);
	bool is_atomic;
};

FIXTURE_VARIANT_ADD(view, batch)
{
	.write = write_batch,
	.is_atomic = true,
};

FIXTURE_VARIANT_ADD(view, batch_with_flush)
{
	.write = write_flush,
	.is_atomic = true,
};

/* The specimen: if this is not seen half done, the two above prove nothing. */
FIXTURE_VARIANT_ADD(view, specimen_that_must_be_caught)
{
	.write = write_bulk,
	.is_atomic = false,
};

FIXTURE_SETUP(view)
{
	long i;

	DEV_OPEN_OR_SKIP(self->fd, O_RDWR);
	ASSERT_EQ(0, dev_table_fresh(self->fd, "view", &self->table));
	ASSERT_EQ(0, write_bulk(self->fd, self->table, 1));
	self->nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	self->looks = calloc(self->nr_cpus, sizeof(*self->looks));
	for (i = 0; i < self->nr_cpus; i++) {
		struct look *l = &self->looks[i];

		l->w = (struct worker){
			.fd = dev_open(O_RDONLY), .table = self->table,
			.stop = &self->stop,
		};
		ASSERT_LE(0, l->w.fd);
		ASSERT_EQ(0, pthread_create(&l->w.thread, NULL, look_for_torn,
					    l));
		run_on_cpu(l->w.thread, i);
	}
}

FIXTURE_TEARDOWN(view)
{
	EXPECT_EQ(0, dev_table_destroy(self->fd, self->table));
	close(self->fd);
	free(self->looks);
}

static __u64 nr_torn(const struct look *looks, long n)
{
	__u64 nr = 0;
	long i;

	for (i = 0; i < n; i++)
		nr += __atomic_load_n(&looks[i].nr_torn, __ATOMIC_RELAXED);
	return nr;
}

TEST_F_TIMEOUT(view, half_done, SECONDS)
{
	__u64 limit = variant->is_atomic ? LOOK_MS : CATCH_MS;
	__u64 start = dev_now_ms(), nr_looks = 0, nr_values = 0;
	__u32 value = 1;
	long i;

	while (dev_now_ms() - start < limit) {
		value++;
		ASSERT_EQ(0, variant->write(self->fd, self->table, value));
		if (!variant->is_atomic && nr_torn(self->looks, self->nr_cpus))
			break;
	}
	__atomic_store_n(&self->stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < self->nr_cpus; i++) {
		struct look *l = &self->looks[i];

		pthread_join(l->w.thread, NULL);
		ASSERT_EQ(NULL, l->w.error)
			TH_LOG("reader: %s: %d", l->w.error, l->w.ret);
		/* The specimen may be caught before all have started. */
		if (variant->is_atomic)
			ASSERT_LT(0ULL, l->nr_looks)
				TH_LOG("CPU %ld never looked", i);
		nr_looks += l->nr_looks;
		nr_values += l->nr_values;
	}
	TH_LOG("%u writes, %llu looks saw %llu of the values, %llu torn", value,
	       nr_looks, nr_values, nr_torn(self->looks, self->nr_cpus));
	if (variant->is_atomic) {
		ASSERT_EQ(0ULL, nr_torn(self->looks, self->nr_cpus));
		/* Readers that see no change see no torn one. */
		ASSERT_LT(2ULL, nr_values);
	} else {
		ASSERT_LT(0ULL, nr_torn(self->looks, self->nr_cpus))
			TH_LOG("these readers cannot see half a batch");
	}
}

TEST_HARNESS_MAIN
