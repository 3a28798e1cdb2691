// SPDX-License-Identifier: GPL-2.0
/*
 * Tables: created, listed, destroyed under their users, limited.  And the
 * values of fields that only one command has.
 */
#include <fcntl.h>

#include "kselftest_harness.h"

#include "dev.h"

#define PTR(p)	((__u64)(unsigned long)(p))

FIXTURE(table) {
	struct kontend_info info;
	__u32 table;
	int fd;
	int other;	/* another file */
};

FIXTURE_SETUP(table)
{
	DEV_OPEN_OR_SKIP(self->fd, O_RDWR);
	self->other = dev_open(O_RDWR);
	ASSERT_LE(0, self->other);
	ASSERT_EQ(0, dev_ioctl(self->fd, KONTEND_INFO, &self->info));
	ASSERT_EQ(0, dev_table_fresh(self->fd, "table", &self->table));
}

/* A test may have destroyed it. */
FIXTURE_TEARDOWN(table)
{
	__u32 table;

	if (!dev_table_find(self->fd, "table", &table))
		EXPECT_EQ(0, dev_table_destroy(self->fd, table));
	close(self->other);
	close(self->fd);
}

static int create(int fd, struct kontend_table arg)
{
	int ret = dev_ioctl(fd, KONTEND_TABLE_CREATE, &arg);

	if (!ret)
		dev_table_destroy(fd, arg.table);
	return ret;
}

TEST_F(table, info)
{
	const __u64 features = KONTEND_FEATURE_BATCH | KONTEND_FEATURE_TEXT |
			       KONTEND_FEATURE_POLL | KONTEND_FEATURE_KFUNC |
			       KONTEND_FEATURE_COMPAT | KONTEND_FEATURE_POISON;

	EXPECT_EQ((__u32)KONTEND_TABLES_MAX, self->info.tables_max);
	EXPECT_EQ((__u32)KONTEND_BULK_MAX, self->info.bulk_max);
	EXPECT_EQ((__u32)KONTEND_DUMP_MAX, self->info.dump_max);
	EXPECT_EQ((__u32)KONTEND_VIEW_KEYS, self->info.view_keys);
	EXPECT_EQ((__u32)KONTEND_BATCH_MAX, self->info.batch_max);
	EXPECT_EQ(0ULL, self->info.features & ~features);
	EXPECT_TRUE(self->info.features & KONTEND_FEATURE_BATCH);
	EXPECT_TRUE(self->info.features & KONTEND_FEATURE_TEXT);
	EXPECT_TRUE(self->info.features & KONTEND_FEATURE_POLL);
	EXPECT_LT(1000000ULL, self->info.routes_max);
	EXPECT_LT(1ULL << 24, self->info.bytes_max);
}

TEST_F(table, list)
{
	struct kontend_table_entry e[KONTEND_TABLES_MAX + 1] = { 0 };
	struct kontend_table_list arg = { 0 };
	unsigned int i, nr, seen_main = 0, seen = 0;

	ASSERT_EQ(0, dev_add(self->fd, self->table, "10.0.0.0/8", 1));
	ASSERT_EQ(0, dev_add(self->fd, self->table, "10.1.0.0/16", 1));
	ASSERT_EQ(0, dev_add(self->fd, self->table, "2001:db8::/32", 1));

	/* Room for none: only the number. */
	ASSERT_EQ(0, dev_ioctl(self->fd, KONTEND_TABLE_LIST, &arg));
	nr = arg.nr;
	ASSERT_LE(2U, nr);

	/* Room for one: the number is of all, and one is written. */
	memset(e, 0xff, sizeof(e));
	arg = (struct kontend_table_list){ .nr = 1, .entries = PTR(e) };
	ASSERT_EQ(0, dev_ioctl(self->fd, KONTEND_TABLE_LIST, &arg));
	EXPECT_EQ(nr, arg.nr);
	EXPECT_EQ(0xffffffff, e[1].table);

	arg = (struct kontend_table_list){
		.nr = ARRAY_SIZE(e), .entries = PTR(e),
	};
	ASSERT_EQ(0, dev_ioctl(self->fd, KONTEND_TABLE_LIST, &arg));
	ASSERT_EQ(nr, arg.nr);
	EXPECT_EQ(0xffffffff, e[nr].table);
	for (i = 0; i < nr; i++) {
		EXPECT_EQ(0U, e[i].__reserved);
		EXPECT_EQ(0, e[i].name[KONTEND_NAME_MAX - 1]);
		if (e[i].table == KONTEND_TABLE_MAIN) {
			EXPECT_STREQ("main", e[i].name);
			seen_main++;
		}
		if (e[i].table == self->table) {
			EXPECT_STREQ("table", e[i].name);
			EXPECT_EQ(2ULL, e[i].nr_routes4);
			EXPECT_EQ(1ULL, e[i].nr_routes6);
			EXPECT_EQ(3ULL, e[i].gen);
			seen++;
		}
	}
	EXPECT_EQ(1U, seen_main);
	EXPECT_EQ(1U, seen);
}

TEST_F(table, names)
{
	struct kontend_table unterminated = { 0 };
	struct kontend_table trailing = { .name = "a\0b" };
	static const char * const bad[] = {
		"", "a b", " a", "a\n", "a\t", "\177", "\303\244", "\1",
	};
	struct kontend_table arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		arg = (struct kontend_table){ 0 };
		strcpy(arg.name, bad[i]);
		EXPECT_EQ(-EINVAL, create(self->fd, arg)) TH_LOG("name %u", i);
	}
	memset(unterminated.name, 'a', KONTEND_NAME_MAX);
	EXPECT_EQ(-EINVAL, create(self->fd, unterminated));
	EXPECT_EQ(-EINVAL, create(self->fd, trailing));
	unterminated.name[KONTEND_NAME_MAX - 1] = 0;
	EXPECT_EQ(0, create(self->fd, unterminated));
	arg = (struct kontend_table){ .name = "table" };
	EXPECT_EQ(-EEXIST, create(self->fd, arg));
	arg = (struct kontend_table){ .name = "main" };
	EXPECT_EQ(-EEXIST, create(self->fd, arg));
}

TEST_F(table, ids_are_not_reused)
{
	__u32 last = self->table, table;
	unsigned int i;

	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, dev_table_create(self->fd, "again", 0, 0, &table));
		ASSERT_LT(last, table);
		ASSERT_EQ(0, dev_table_destroy(self->fd, table));
		ASSERT_EQ(-ENODEV, dev_table_destroy(self->fd, table));
		last = table;
	}
}

TEST_F(table, main_stays)
{
	EXPECT_EQ(-EINVAL, dev_table_destroy(self->fd, KONTEND_TABLE_MAIN));
}

TEST_F(table, as_many_as_promised)
{
	__u32 tables[KONTEND_TABLES_MAX + 1];
	struct kontend_table_list list = { 0 };
	char name[KONTEND_NAME_MAX];
	unsigned int i, nr = 0;
	int ret;

	ASSERT_EQ(0, dev_ioctl(self->fd, KONTEND_TABLE_LIST, &list));
	do {
		snprintf(name, sizeof(name), "n%u", nr);
		ret = dev_table_create(self->fd, name, 0, 0, &tables[nr]);
		nr += !ret;
	} while (!ret && nr <= KONTEND_TABLES_MAX);
	EXPECT_EQ(-ENOSPC, ret);
	EXPECT_EQ(KONTEND_TABLES_MAX - list.nr, nr);
	for (i = 0; i < nr; i++)
		EXPECT_EQ(0, dev_table_destroy(self->fd, tables[i]));
	EXPECT_EQ(0, dev_table_create(self->fd, "room", 0, 0, &tables[0]));
	EXPECT_EQ(0, dev_table_destroy(self->fd, tables[0]));
}

TEST_F(table, limit_on_routes)
{
	struct kontend_batch_op ops[2] = {
		{ .route = dev_route("10.9.0.0/16", 1),
		  .op = KONTEND_BATCH_REPLACE },
		{ .route = dev_route("10.8.0.0/16", 1),
		  .op = KONTEND_BATCH_ADD },
	};
	struct kontend_route routes[] = {
		dev_route("10.0.0.0/8", 1), dev_route("::/0", 2),
		dev_route("0.0.0.0/0", 3), dev_route("10.1.0.0/16", 4),
	};
	struct kontend_route again = dev_route("10.0.0.0/8", 7);
	struct kontend_stats stats;
	struct kontend_batch batch;
	struct kontend_bulk bulk;
	__u32 table, nexthop;

	ASSERT_EQ(0, dev_table_create(self->fd, "small", 3, 0, &table));
	EXPECT_EQ(-ENOSPC, dev_bulk(self->fd, KONTEND_BULK_ADD, table, routes,
				    NULL, ARRAY_SIZE(routes), &bulk));
	EXPECT_EQ(3U, bulk.done);
	EXPECT_EQ(3U, bulk.failed_index);
	EXPECT_EQ(-ENOSPC, dev_add(self->fd, table, "10.2.0.0/16", 1));
	/* Full is not shut: what is there may change, and one may go. */
	EXPECT_EQ(0, dev_route_op(self->fd, KONTEND_ROUTE_REPLACE, table,
				  &again));
	EXPECT_EQ(0, dev_batch_begin(self->fd, table));
	EXPECT_EQ(0, dev_batch_stage(self->fd, ops, 2));
	EXPECT_EQ(-ENOSPC, dev_batch_commit(self->fd, &batch));
	EXPECT_EQ(0U, batch.failed_index);
	routes[1].nexthop = 0;
	EXPECT_EQ(0, dev_route_op(self->fd, KONTEND_ROUTE_DELETE, table,
				  &routes[1]));
	EXPECT_EQ(-ENOSPC, dev_batch_commit(self->fd, &batch));
	EXPECT_EQ(1U, batch.failed_index);
	EXPECT_EQ(-ENOENT, dev_get(self->fd, table, "10.9.0.0/16", &nexthop));
	EXPECT_EQ(0, dev_batch_abort(self->fd));
	EXPECT_EQ(0, dev_add(self->fd, table, "10.2.0.0/16", 1));
	EXPECT_EQ(0, dev_stats(self->fd, table, &stats));
	EXPECT_EQ(3ULL, stats.routes_max);
	EXPECT_EQ(3ULL, stats.nr_routes4 + stats.nr_routes6);
	EXPECT_EQ(0, dev_table_destroy(self->fd, table));
}

/* As much as fits, no more; and what was there before still answers. */
TEST_F_TIMEOUT(table, limit_on_bytes, 120)
{
	static struct kontend_route routes[4096];
	const unsigned int nr = ARRAY_SIZE(routes);
	struct kontend_stats empty, full;
	struct kontend_bulk bulk = { 0 };
	unsigned int i, round;
	__u32 table, nexthop;
	__u64 max, total = 0;
	int ret = 0;

	ASSERT_EQ(0, dev_stats(self->fd, self->table, &empty));
	max = 4 * empty.bytes + (1 << 20);
	ASSERT_EQ(0, dev_table_create(self->fd, "light", 0, max, &table));
	for (round = 0; round < 256 && !ret; round++) {
		for (i = 0; i < nr; i++) {
			routes[i] = dev_route("2001:db8::/64", 1 + i);
			routes[i].prefix.addr[4] = round;
			routes[i].prefix.addr[5] = i >> 8;
			routes[i].prefix.addr[6] = i;
		}
		ret = dev_bulk(self->fd, KONTEND_BULK_ADD, table, routes, NULL,
			       nr, &bulk);
		total += bulk.done;
	}
	EXPECT_EQ(-ENOSPC, ret);
	EXPECT_EQ(0, dev_stats(self->fd, table, &full));
	EXPECT_EQ(max, full.bytes_max);
	EXPECT_EQ(total, full.nr_routes6);
	EXPECT_LT(100ULL, full.nr_routes6);
	/* A table is held twice while it moves, and so is what is compiled from it. */
	EXPECT_LE(full.bytes, 4 * max + (2 << 20) + full.bytes_pending);
	EXPECT_EQ(0, dev_get(self->fd, table, "2001:db8::/64", &nexthop));
	EXPECT_EQ(1U, nexthop);
	EXPECT_EQ(0, dev_flush(self->fd, table, NULL));
	EXPECT_EQ(0, dev_add(self->fd, table, "10.0.0.0/8", 1));
	EXPECT_EQ(0, dev_table_destroy(self->fd, table));
}

TEST_F(table, limits_above_the_default)
{
	struct kontend_table arg = {
		.name = "big", .routes_max = self->info.routes_max,
		.bytes_max = self->info.bytes_max,
	};
	struct kontend_stats stats;

	EXPECT_EQ(0, create(self->fd, arg));
	arg.routes_max++;
	EXPECT_EQ(-EINVAL, create(self->fd, arg));
	arg.routes_max--;
	arg.bytes_max++;
	EXPECT_EQ(-EINVAL, create(self->fd, arg));
	arg.bytes_max = ~0ULL;
	EXPECT_EQ(-EINVAL, create(self->fd, arg));
	ASSERT_EQ(0, dev_stats(self->fd, self->table, &stats));
	EXPECT_EQ(self->info.routes_max, stats.routes_max);
	EXPECT_EQ(self->info.bytes_max, stats.bytes_max);
}

TEST_F(table, destroyed_under_a_dump)
{
	struct kontend_route routes[2];
	struct kontend_dump dump = {
		.table = self->table, .routes = PTR(routes), .nr = 1,
	};

	ASSERT_EQ(0, dev_add(self->fd, self->table, "10.0.0.0/8", 1));
	ASSERT_EQ(0, dev_add(self->fd, self->table, "10.0.0.0/9", 1));
	ASSERT_EQ(0, dev_ioctl(self->other, KONTEND_DUMP, &dump));
	ASSERT_EQ(1U, dump.nr);
	ASSERT_EQ(0, dev_table_destroy(self->fd, self->table));
	dump.flags = KONTEND_DUMP_CONTINUE;
	EXPECT_EQ(-ENODEV, dev_ioctl(self->other, KONTEND_DUMP, &dump));
}

TEST_F(table, destroyed_under_a_batch)
{
	struct kontend_batch_op op = {
		.route = dev_route("10.0.0.0/8", 1), .op = KONTEND_BATCH_ADD,
	};
	__u32 table;

	ASSERT_EQ(0, dev_batch_begin(self->other, self->table));
	ASSERT_EQ(0, dev_batch_stage(self->other, &op, 1));
	ASSERT_EQ(0, dev_table_destroy(self->fd, self->table));
	/* A table of the same name is another table. */
	ASSERT_EQ(0, dev_table_create(self->fd, "table", 0, 0, &table));
	EXPECT_EQ(-ENODEV, dev_batch_stage(self->other, &op, 1));
	EXPECT_EQ(-ENODEV, dev_batch_commit(self->other, NULL));
	EXPECT_EQ(-ENOENT, dev_get(self->fd, table, "10.0.0.0/8", &table));
	EXPECT_EQ(0, dev_batch_abort(self->other));
	EXPECT_EQ(-ENOENT, dev_batch_abort(self->other));
}

TEST_F(table, one_batch_a_file)
{
	struct kontend_batch_op op = {
		.route = dev_route("10.0.0.0/8", 1), .op = KONTEND_BATCH_ADD,
	};
	__u32 nexthop;

	EXPECT_EQ(-ENOENT, dev_batch_stage(self->fd, &op, 1));
	EXPECT_EQ(-ENOENT, dev_batch_commit(self->fd, NULL));
	EXPECT_EQ(-ENOENT, dev_batch_abort(self->fd));
	ASSERT_EQ(0, dev_batch_begin(self->fd, self->table));
	EXPECT_EQ(-EBUSY, dev_batch_begin(self->fd, self->table));
	EXPECT_EQ(0, dev_batch_begin(self->other, self->table));
	EXPECT_EQ(0, dev_batch_stage(self->other, &op, 1));
	/* Closing is aborting. */
	close(self->other);
	EXPECT_EQ(0, dev_batch_commit(self->fd, NULL));
	EXPECT_EQ(-ENOENT, dev_batch_commit(self->fd, NULL));
	EXPECT_EQ(-ENOENT, dev_get(self->fd, self->table, "10.0.0.0/8",
				   &nexthop));
	self->other = dev_open(O_RDWR);
}

/* One fault in the array: none of it is staged, what was staged before is. */
TEST_F(table, stage_all_or_none)
{
	struct kontend_batch_op ops[3] = {
		{ .route = dev_route("10.0.0.0/8", 1),
		  .op = KONTEND_BATCH_ADD },
		{ .route = dev_route("10.1.0.0/16", 1),
		  .op = KONTEND_BATCH_ADD },
		{ .route = dev_route("10.2.0.0/16", 1),
		  .op = KONTEND_BATCH_ADD },
	};
	static const __u32 bad[] = { 0, KONTEND_BATCH_FLUSH, 5, ~0U };
	struct kontend_batch batch;
	__u32 nexthop;
	unsigned int i;

	ASSERT_EQ(0, dev_batch_begin(self->fd, self->table));
	ASSERT_EQ(0, dev_batch_stage(self->fd, ops, 1));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		batch = (struct kontend_batch){ .ops = PTR(ops), .nr = 3 };
		ops[2].op = bad[i];
		EXPECT_EQ(0, dev_ioctl(self->fd, KONTEND_BATCH_STAGE, &batch));
		EXPECT_EQ(EINVAL, batch.error) TH_LOG("op %u", bad[i]);
		EXPECT_EQ(2U, batch.failed_index);
	}
	EXPECT_EQ(0, dev_batch_commit(self->fd, &batch));
	EXPECT_EQ(1U, batch.failed_index);
	EXPECT_EQ(0, dev_get(self->fd, self->table, "10.0.0.0/8", &nexthop));
	EXPECT_EQ(-ENOENT, dev_get(self->fd, self->table, "10.1.0.0/16",
				   &nexthop));
}

TEST_F(table, prefixes)
{
	static const struct {
		__u8 family, len, addr[16];
		int want;
	} prefixes[] = {
		{ KONTEND_INET4, 0, { 0 }, 0 },
		{ KONTEND_INET4, 32, { 255, 255, 255, 255 }, 0 },
		{ KONTEND_INET4, 33, { 0 }, -EINVAL },
		{ KONTEND_INET4, 255, { 0 }, -EINVAL },
		{ KONTEND_INET4, 0, { 128 }, -EINVAL },
		{ KONTEND_INET4, 31, { 0, 0, 0, 1 }, -EINVAL },
		{ KONTEND_INET6, 0, { 0 }, 0 },
		{ KONTEND_INET6, 128, { [15] = 255 }, 0 },
		{ KONTEND_INET6, 127, { [15] = 1 }, -EINVAL },
		{ KONTEND_INET6, 63, { [7] = 1 }, -EINVAL },
		{ KONTEND_INET6, 64, { [8] = 128 }, -EINVAL },
		{ KONTEND_INET6, 129, { 0 }, -EINVAL },
		{ 0, 0, { 0 }, -EINVAL },
		{ 5, 0, { 0 }, -EINVAL },
		{ 10, 0, { 0 }, -EINVAL },
		{ 255, 0, { 0 }, -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		struct kontend_route route = {
			.prefix.family = prefixes[i].family,
			.prefix.len = prefixes[i].len,
			.nexthop = 1,
		};

		memcpy(route.prefix.addr, prefixes[i].addr, 16);
		EXPECT_EQ(prefixes[i].want,
			  dev_route_op(self->fd, KONTEND_ROUTE_ADD,
				       self->table, &route))
			TH_LOG("prefix %u", i);
	}
	EXPECT_EQ(-EINVAL, dev_add(self->fd, self->table, "10.0.0.0/8", 0));
	EXPECT_EQ(0, dev_add(self->fd, self->table, "10.0.0.0/8", ~0U));
}

TEST_F(table, lookup_of_no_family)
{
	struct kontend_addr addr = { .family = 5 };
	struct kontend_route match;

	EXPECT_EQ(-EINVAL, dev_lookup(self->fd, self->table, &addr, &match));
}

static bool stats_add_up(const struct kontend_stats *s)
{
	return s->bytes_fixed && s->bytes_fixed <= s->bytes &&
	       s->bytes_live <= s->bytes && s->bytes_pending <= s->bytes &&
	       s->reclaims <= s->commits && s->bytes_pending_max;
}

TEST_F_TIMEOUT(table, stats, 60)
{
	static struct kontend_route routes[4096];
	struct kontend_stats empty, full, flushed;
	unsigned int i;
	__u64 nr;

	ASSERT_EQ(0, dev_stats(self->fd, self->table, &empty));
	EXPECT_TRUE(stats_add_up(&empty));
	EXPECT_EQ(0ULL, empty.gen);
	/* A small table is small. */
	EXPECT_GT(1ULL << 20, empty.bytes);
	for (i = 0; i < ARRAY_SIZE(routes); i++) {
		routes[i] = dev_route("10.0.0.0/24", 1);
		routes[i].prefix.addr[1] = i >> 8;
		routes[i].prefix.addr[2] = i;
	}
	ASSERT_EQ(0, dev_bulk(self->fd, KONTEND_BULK_ADD, self->table, routes,
			      NULL, ARRAY_SIZE(routes), NULL));
	ASSERT_EQ(0, dev_stats(self->fd, self->table, &full));
	EXPECT_TRUE(stats_add_up(&full));
	EXPECT_EQ((__u64)ARRAY_SIZE(routes), full.nr_routes4);
	EXPECT_EQ(0ULL, full.nr_routes6);
	EXPECT_LT(empty.gen, full.gen);
	EXPECT_LT(empty.commits, full.commits);
	EXPECT_LT(empty.bytes_live, full.bytes_live);
	/* No more bytes a route than any sane structure needs. */
	EXPECT_GT(256ULL * ARRAY_SIZE(routes), full.bytes_live);
	ASSERT_EQ(0, dev_flush(self->fd, self->table, &nr));
	EXPECT_EQ((__u64)ARRAY_SIZE(routes), nr);
	ASSERT_EQ(0, dev_stats(self->fd, self->table, &flushed));
	EXPECT_TRUE(stats_add_up(&flushed));
	EXPECT_EQ(full.gen + 1, flushed.gen);
	EXPECT_EQ(0ULL, flushed.nr_routes4);
	EXPECT_GT(full.bytes_live, flushed.bytes_live);
	/* Of nothing: no generation. */
	ASSERT_EQ(0, dev_flush(self->fd, self->table, &nr));
	EXPECT_EQ(0ULL, nr);
	ASSERT_EQ(0, dev_stats(self->fd, self->table, &full));
	EXPECT_EQ(flushed.gen, full.gen);
}

TEST_F(table, dump_says_that_it_moved)
{
	struct kontend_route routes[4];
	struct kontend_dump dump = {
		.table = self->table, .routes = PTR(routes), .nr = 1,
	};

	ASSERT_EQ(0, dev_add(self->fd, self->table, "10.0.0.0/8", 1));
	ASSERT_EQ(0, dev_add(self->fd, self->table, "10.0.0.0/9", 2));
	ASSERT_EQ(0, dev_ioctl(self->fd, KONTEND_DUMP, &dump));
	EXPECT_EQ(0U, dump.moved);
	EXPECT_EQ(8, dump.cursor.len);
	/* The cursor's own route may go. */
	routes[0].nexthop = 0;
	ASSERT_EQ(0, dev_route_op(self->other, KONTEND_ROUTE_DELETE,
				  self->table, &routes[0]));
	dump.flags = KONTEND_DUMP_CONTINUE;
	dump.nr = 4;
	ASSERT_EQ(0, dev_ioctl(self->fd, KONTEND_DUMP, &dump));
	EXPECT_EQ(1U, dump.moved);
	EXPECT_EQ(1U, dump.nr);
	EXPECT_EQ(2U, routes[0].nexthop);
	EXPECT_EQ(9, dump.cursor.len);
	/* At the end nothing comes, and the cursor stays. */
	dump.nr = 4;
	ASSERT_EQ(0, dev_ioctl(self->fd, KONTEND_DUMP, &dump));
	EXPECT_EQ(0U, dump.nr);
	EXPECT_EQ(9, dump.cursor.len);
	/* A cursor that is no prefix is refused. */
	dump.nr = 4;
	dump.cursor.addr[3] = 1;
	EXPECT_EQ(-EINVAL, dev_ioctl(self->fd, KONTEND_DUMP, &dump));
}

TEST_HARNESS_MAIN
