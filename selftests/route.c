// SPDX-License-Identifier: GPL-2.0
/*
 * Routes through the device against the oracle: random operations from a seed,
 * one by one, in bulk and in batches, failures in the middle included.  Every
 * answer is compared, and the whole table now and then.
 */
#include <fcntl.h>

#include "kselftest_harness.h"

#include "dev.h"
#include "model.h"

#define NR_OPS		100000	/* elements, a variant; or KONTEND_OPS */
#define NR_PREFIXES	400	/* in the pool: the oracle scans them all */
#define NR_MAX		64	/* elements of a bulk command or a batch */
#define DUMP_ROOM	4096
#define SECONDS		240	/* emulated, on a busy machine */

/* What the device was asked, and what the oracle says to the same. */
struct script {
	struct kontend_batch_op	ops[NR_MAX];
	unsigned int		nr;
};

/* A table, what it should be, and the generation it had last. */
struct state {
	struct kontend_route dump[DUMP_ROOM];
	struct script script;
	struct model *model;
	struct model *scratch;
	struct rng rng;
	__u64 gen;
	__u32 table;
	int fd;
};

FIXTURE(route) {
	struct state s;
};

FIXTURE_VARIANT(route)
{
	unsigned int families;
	__u64 seed;
};

FIXTURE_VARIANT_ADD(route, inet4)
{
	.families = MODEL_INET4,
	.seed = 4,
};

FIXTURE_VARIANT_ADD(route, inet6)
{
	.families = MODEL_INET6,
	.seed = 6,
};

FIXTURE_VARIANT_ADD(route, both)
{
	.families = MODEL_INET4 | MODEL_INET6,
	.seed = 46,
};

FIXTURE_SETUP(route)
{
	struct state *t = &self->s;
	const char *seed = getenv("KONTEND_SEED");

	DEV_OPEN_OR_SKIP(t->fd, O_RDWR);
	t->rng.state = seed ? strtoull(seed, NULL, 0) : variant->seed;
	TH_LOG("KONTEND_SEED=%llu", (unsigned long long)t->rng.state);
	t->model = model_new(variant->families, NR_PREFIXES, &t->rng);
	t->scratch = model_new(variant->families, 1, &t->rng);
	ASSERT_EQ(0, dev_table_fresh(t->fd, "route", &t->table));
	ASSERT_EQ(0, dev_gen(t->fd, t->table, &t->gen));
}

FIXTURE_TEARDOWN(route)
{
	struct state *t = &self->s;

	EXPECT_EQ(0, dev_table_destroy(t->fd, t->table));
	model_free(t->model);
	model_free(t->scratch);
	close(t->fd);
}

/* Draw an operation, one that is more likely to succeed than not. */
static struct kontend_batch_op draw_op(struct state *self)
{
	static const __u32 ops[] = {
		KONTEND_BATCH_ADD, KONTEND_BATCH_REPLACE, KONTEND_BATCH_DELETE,
	};
	struct kontend_batch_op op = {
		.route.prefix = model_draw_prefix(self->model, &self->rng),
		.op = ops[rng_below(&self->rng, ARRAY_SIZE(ops))],
	};

	if (op.op != KONTEND_BATCH_REPLACE && !rng_one_in(&self->rng, 8))
		op.op = model_get(self->model, &op.route.prefix) ?
			KONTEND_BATCH_DELETE : KONTEND_BATCH_ADD;
	/* Few values, so that some replacements change nothing. */
	if (op.op != KONTEND_BATCH_DELETE)
		op.route.nexthop = 1 + rng_below(&self->rng, 6) * 0x2aaaaaaa;
	return op;
}

/* Apply the script to @m up to the first failure: its index and error. */
static unsigned int model_run(struct model *m, const struct script *script,
			      int *error)
{
	unsigned int i;

	*error = 0;
	for (i = 0; i < script->nr; i++) {
		*error = model_apply(m, script->ops[i].op,
				     &script->ops[i].route, NULL);
		if (*error)
			break;
	}
	return i;
}

/* A generation moves if something changed, and only then. */
static bool gen_is_right(struct state *self, bool changed, bool once)
{
	__u64 gen, before = self->gen;

	if (dev_gen(self->fd, self->table, &gen))
		return false;
	self->gen = gen;
	if (!changed)
		return gen == before;
	return once ? gen == before + 1 : gen > before;
}

/* Does a run of the script from @self->model's state change it? */
static bool changes(struct state *self, const struct script *script,
		    unsigned int nr)
{
	struct kontend_route first;
	unsigned int i;
	bool ret = false;
	__u32 old;

	model_copy(self->scratch, self->model);
	for (i = 0; i < nr; i++) {
		if (script->ops[i].op == KONTEND_BATCH_FLUSH)
			ret |= model_next(self->scratch, NULL, &first);
		model_apply(self->scratch, script->ops[i].op,
			    &script->ops[i].route, &old);
		ret |= old != script->ops[i].route.nexthop;
	}
	return ret;
}

static void check_one(struct __test_metadata *_metadata, struct state *self)
{
	static const unsigned int cmds[] = {
		[KONTEND_BATCH_ADD] = KONTEND_ROUTE_ADD,
		[KONTEND_BATCH_REPLACE] = KONTEND_ROUTE_REPLACE,
		[KONTEND_BATCH_DELETE] = KONTEND_ROUTE_DELETE,
	};
	struct kontend_batch_op op = draw_op(self);
	struct kontend_route sent = op.route;
	__u32 old;
	int ret;

	ret = model_apply(self->model, op.op, &op.route, &old);
	ASSERT_EQ(ret, dev_route_op(self->fd, cmds[op.op], self->table,
				    &sent));
	if (!ret && op.op == KONTEND_BATCH_DELETE)
		ASSERT_EQ(old, sent.nexthop);
	ASSERT_TRUE(gen_is_right(self, !ret && old != op.route.nexthop, true));
}

static void check_get(struct __test_metadata *_metadata, struct state *self)
{
	struct kontend_route got = {
		.prefix = model_draw_prefix(self->model, &self->rng),
	};
	__u32 want = model_get(self->model, &got.prefix);

	ASSERT_EQ(want ? 0 : -ENOENT,
		  dev_route_op(self->fd, KONTEND_ROUTE_GET, self->table,
			       &got));
	ASSERT_EQ(want, got.nexthop);
}

static void check_lookup(struct __test_metadata *_metadata, struct state *self)
{
	struct kontend_addr addr = model_draw_addr(self->model, &self->rng);
	struct kontend_route want = model_match(self->model, &addr), match;

	ASSERT_EQ(0, dev_lookup(self->fd, self->table, &addr, &match));
	ASSERT_EQ(0, memcmp(&want, &match, sizeof(match)))
		TH_LOG("/%u via %u, not /%u via %u", match.prefix.len,
		       match.nexthop, want.prefix.len, want.nexthop);
}

/* One kind of change in bulk: up to the first that fails, and no further. */
static void check_bulk(struct __test_metadata *_metadata, struct state *self)
{
	static const unsigned int cmds[] = {
		[KONTEND_BATCH_ADD] = KONTEND_BULK_ADD,
		[KONTEND_BATCH_REPLACE] = KONTEND_BULK_REPLACE,
		[KONTEND_BATCH_DELETE] = KONTEND_BULK_DELETE,
	};
	struct script *s = &self->script;
	struct kontend_route routes[NR_MAX];
	struct kontend_batch_op op;
	struct kontend_bulk res;
	unsigned int i, want;
	int error;
	bool moves;

	s->ops[0] = draw_op(self);
	s->nr = 1 + rng_below(&self->rng, NR_MAX);
	for (i = 1; i < s->nr; i++) {
		do {
			op = draw_op(self);
		} while (op.op != s->ops[0].op);
		s->ops[i] = op;
	}
	for (i = 0; i < s->nr; i++)
		routes[i] = s->ops[i].route;

	model_copy(self->scratch, self->model);
	want = model_run(self->scratch, s, &error);
	moves = changes(self, s, want);
	model_run(self->model, s, &error);
	ASSERT_EQ(error, dev_bulk(self->fd, cmds[s->ops[0].op], self->table,
				  routes, NULL, s->nr, &res));
	ASSERT_EQ(want, res.done);
	ASSERT_EQ(want, res.failed_index);
	ASSERT_TRUE(gen_is_right(self, moves, false));
	ASSERT_EQ(self->gen, res.gen);
}

static void check_bulk_get(struct __test_metadata *_metadata,
			   struct state *self)
{
	unsigned int i, nr = 1 + rng_below(&self->rng, NR_MAX);
	struct kontend_route routes[NR_MAX] = { 0 };
	__u32 nexthops[NR_MAX + 1];
	struct kontend_bulk res;

	for (i = 0; i < nr; i++)
		routes[i].prefix = model_draw_prefix(self->model, &self->rng);
	nexthops[nr] = 0xabadcafe;
	ASSERT_EQ(0, dev_bulk(self->fd, KONTEND_BULK_GET, self->table, routes,
			      nexthops, nr, &res));
	ASSERT_EQ(nr, res.done);
	ASSERT_EQ(nr, res.failed_index);
	ASSERT_EQ(self->gen, res.gen);
	for (i = 0; i < nr; i++)
		ASSERT_EQ(model_get(self->model, &routes[i].prefix),
			  nexthops[i]);
	ASSERT_EQ(0xabadcafe, nexthops[nr]);
}

static void check_bulk_lookup(struct __test_metadata *_metadata,
			      struct state *self)
{
	unsigned int i, nr = 1 + rng_below(&self->rng, NR_MAX);
	struct kontend_addr addrs[NR_MAX];
	__u32 nexthops[NR_MAX + 1];
	struct kontend_bulk res;

	for (i = 0; i < nr; i++)
		addrs[i] = model_draw_addr(self->model, &self->rng);
	nexthops[nr] = 0xabadcafe;
	ASSERT_EQ(0, dev_bulk(self->fd, KONTEND_BULK_LOOKUP, self->table, addrs,
			      nexthops, nr, &res));
	ASSERT_EQ(nr, res.done);
	ASSERT_EQ(self->gen, res.gen);
	for (i = 0; i < nr; i++)
		ASSERT_EQ(model_match(self->model, &addrs[i]).nexthop,
			  nexthops[i]);
	ASSERT_EQ(0xabadcafe, nexthops[nr]);
}

static void check_dump(struct __test_metadata *_metadata, struct state *self)
{
	unsigned int chunk = 1 + rng_below(&self->rng, 200);
	const struct kontend_prefix *after = NULL;
	struct kontend_stats stats;
	struct kontend_route want;
	int i, nr;
	bool moved;

	nr = dev_dump(self->fd, self->table, self->dump, DUMP_ROOM, chunk,
		      &moved);
	ASSERT_LE(0, nr);
	ASSERT_FALSE(moved);
	for (i = 0; i < nr; i++) {
		ASSERT_TRUE(model_next(self->model, after, &want));
		ASSERT_EQ(0, memcmp(&want, &self->dump[i], sizeof(want)))
			TH_LOG("route %d of %d, chunks of %u", i, nr, chunk);
		after = &self->dump[i].prefix;
	}
	ASSERT_FALSE(model_next(self->model, after, &want));

	ASSERT_EQ(0, dev_stats(self->fd, self->table, &stats));
	ASSERT_EQ(model_nr(self->model, KONTEND_INET4), stats.nr_routes4);
	ASSERT_EQ(model_nr(self->model, KONTEND_INET6), stats.nr_routes6);
	ASSERT_EQ(self->gen, stats.gen);
}

/*
 * A batch: staged in pieces, invisible until its commit, then all there or, if
 * an operation fails, nothing and the batch kept; or aborted.
 */
static void check_batch(struct __test_metadata *_metadata, struct state *self)
{
	struct script *s = &self->script;
	struct kontend_batch res;
	unsigned int i, piece, want;
	bool moves;
	int error;

	s->nr = 1 + rng_below(&self->rng, NR_MAX);
	for (i = 0; i < s->nr; i++) {
		s->ops[i] = draw_op(self);
		if (rng_one_in(&self->rng, 1000))
			s->ops[i] = (struct kontend_batch_op){
				.op = KONTEND_BATCH_FLUSH
			};
	}
	ASSERT_EQ(0, dev_batch_begin(self->fd, self->table));
	for (i = 0; i < s->nr; i += piece) {
		piece = 1 + rng_below(&self->rng, s->nr - i);
		ASSERT_EQ(0, dev_batch_stage(self->fd, s->ops + i, piece));
	}
	check_get(_metadata, self);
	ASSERT_TRUE(gen_is_right(self, false, true));
	if (rng_one_in(&self->rng, 4)) {
		ASSERT_EQ(0, dev_batch_abort(self->fd));
		ASSERT_TRUE(gen_is_right(self, false, true));
		return;
	}

	model_copy(self->scratch, self->model);
	want = model_run(self->scratch, s, &error);
	moves = changes(self, s, s->nr);
	ASSERT_EQ(error, dev_batch_commit(self->fd, &res));
	ASSERT_EQ(want, res.failed_index);
	if (!error) {
		model_run(self->model, s, &error);
		ASSERT_TRUE(gen_is_right(self, moves, true));
		ASSERT_EQ(self->gen, res.gen);
		return;
	}
	ASSERT_TRUE(gen_is_right(self, false, true));
	if (rng_one_in(&self->rng, 8))
		check_dump(_metadata, self);
	/* Another try fails in the same way: the batch is as it was. */
	ASSERT_EQ(error, dev_batch_commit(self->fd, &res));
	ASSERT_EQ(want, res.failed_index);
	ASSERT_EQ(0, dev_batch_abort(self->fd));
}

static void check_flush(struct __test_metadata *_metadata, struct state *self)
{
	unsigned int want = model_nr(self->model, KONTEND_INET4) +
			    model_nr(self->model, KONTEND_INET6);
	__u64 nr;

	ASSERT_EQ(0, dev_flush(self->fd, self->table, &nr));
	ASSERT_EQ(want, nr);
	model_apply(self->model, KONTEND_BATCH_FLUSH, NULL, NULL);
	ASSERT_TRUE(gen_is_right(self, want, true));
}

TEST_F_TIMEOUT(route, random, SECONDS)
{
	const char *ops = getenv("KONTEND_OPS");
	unsigned int done = 0, turn, nr_ops = ops ? atoi(ops) : NR_OPS;
	struct state *t = &self->s;

	while (done < nr_ops) {
		turn = rng_below(&t->rng, 256);
		if (turn < 96) {
			check_one(_metadata, t);
			done++;
		} else if (turn < 128) {
			check_get(_metadata, t);
			done++;
		} else if (turn < 192) {
			check_lookup(_metadata, t);
			done++;
		} else if (turn < 208) {
			check_bulk(_metadata, t);
			done += t->script.nr;
		} else if (turn < 216) {
			check_bulk_get(_metadata, t);
		} else if (turn < 240) {
			check_bulk_lookup(_metadata, t);
		} else if (turn < 252) {
			check_batch(_metadata, t);
			done += t->script.nr;
		} else if (rng_one_in(&t->rng, 8)) {
			check_dump(_metadata, t);
		} else if (rng_one_in(&t->rng, 32)) {
			check_flush(_metadata, t);
			done++;
		}
	}
	check_dump(_metadata, t);
	check_flush(_metadata, t);
	check_dump(_metadata, t);
}

TEST_HARNESS_MAIN
