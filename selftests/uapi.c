// SPDX-License-Identifier: GPL-2.0
/*
 * The contract of every command to its last reserved byte: lengths, flags,
 * bytes that must be zero, pointers that lead nowhere.  One fault at a time,
 * all else valid.  Built a second time with -m32 (uapi32), both with layout.c.
 */
#include <stddef.h>

#include <sys/ioctl.h>
#include <fcntl.h>

#include "kselftest_harness.h"

#include "commands.h"
#include "dev.h"

#define PTR(p)	((__u64)(unsigned long)(p))

/* What a refused command must have left alone. */
struct state {
	__u64	gen;
	__u64	nr_routes;
	__u32	nr_tables;
};

FIXTURE(uapi) {
	struct command_ctx ctx;
	union command_arg *arg;
	char *edge;		/* what lies behind it is not mapped */
	int fd;
};

FIXTURE_SETUP(uapi)
{
	size_t page = sysconf(_SC_PAGESIZE);

	DEV_OPEN_OR_SKIP(self->fd, O_RDWR);
	self->ctx.fd = self->fd;
	self->ctx.on = self->fd;
	ASSERT_EQ(0, dev_table_fresh(self->fd, "uapi", &self->ctx.table));
	self->arg = calloc(2, sizeof(*self->arg));
	ASSERT_NE(NULL, self->arg);
	self->edge = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->edge);
	self->edge += page;
	ASSERT_EQ(0, mprotect(self->edge, page, PROT_NONE));
}

FIXTURE_TEARDOWN(uapi)
{
	unsigned int i;

	for (i = 0; i < nr_commands; i++)
		if (commands[i].undo)
			commands[i].undo(&self->ctx, self->arg);
	EXPECT_EQ(0, dev_table_destroy(self->fd, self->ctx.table));
	free(self->arg);
	close(self->fd);
}

static struct state state_of(struct command_ctx *ctx)
{
	struct kontend_table_list list = { 0 };
	struct kontend_stats stats;

	if (dev_stats(ctx->fd, ctx->table, &stats) ||
	    dev_ioctl(ctx->fd, KONTEND_TABLE_LIST, &list))
		return (struct state){ 0 };
	return (struct state){
		.gen = stats.gen,
		.nr_routes = stats.nr_routes4 + stats.nr_routes6,
		.nr_tables = list.nr,
	};
}

/* By members: what pads them may be anything. */
static bool state_is(struct command_ctx *ctx, const struct state *before)
{
	struct state now = state_of(ctx);

	return now.nr_tables && now.nr_tables == before->nr_tables &&
	       now.gen == before->gen && now.nr_routes == before->nr_routes;
}

#define for_each_command(c) \
	for (c = commands; c < commands + nr_commands; c++)
#define for_each_span(s, list) \
	for (s = list; s->len; s++)

/* What a command says to an argument of @size bytes. */
static int issue(int fd, const struct command *c, unsigned int size,
		 union command_arg *arg)
{
	__u32 index;

	return command_answer(c, dev_ioctl(fd, command_sized(c, size), arg),
			      arg, &index);
}

/* A fresh valid argument, with zeros behind it. */
#define MAKE(c) do { \
	memset(self->arg, 0, sizeof(*self->arg)); \
	ASSERT_EQ(0, (c)->make(&self->ctx, self->arg)) \
		TH_LOG("%s: no valid argument", (c)->name); \
} while (0)

TEST_F(uapi, every_command_has_a_row)
{
	static const unsigned int dirs[] = {
		_IOC_NONE, _IOC_READ, _IOC_WRITE, _IOC_READ | _IOC_WRITE
	};
	unsigned int nr, i, found;

	for (nr = 0; nr < 256; nr++) {
		found = 0;
		for (i = 0; i < ARRAY_SIZE(dirs); i++)
			if (dev_ioctl(self->fd, _IOC(dirs[i], KONTEND_IOC, nr,
						     0), NULL) != -ENOTTY)
				found++;
		/* Contiguous, in this order, and in one direction only. */
		ASSERT_EQ(nr < nr_commands ? 1U : 0U, found)
			TH_LOG("command %u: %u directions", nr, found);
		if (nr >= nr_commands)
			continue;
		EXPECT_EQ(nr, _IOC_NR(commands[nr].cmd));
		EXPECT_EQ(commands[nr].size, _IOC_SIZE(commands[nr].cmd));
	}
}

TEST_F(uapi, wrong_magic)
{
	const struct command *c;

	for_each_command(c) {
		MAKE(c);
		EXPECT_EQ(-ENOTTY,
			  dev_ioctl(self->fd, c->cmd ^ _IOC(0, 1, 0, 0),
				    self->arg))
			TH_LOG("%s", c->name);
	}
}

TEST_F(uapi, exact)
{
	const struct command_span *s;
	const struct command *c;

	for_each_command(c) {
		MAKE(c);
		EXPECT_EQ(0, issue(self->fd, c, c->size, self->arg))
			TH_LOG("%s", c->name);

		/* What is only answered is not read. */
		MAKE(c);
		for_each_span(s, c->ignored)
			memset(self->arg->bytes + s->offset, 0xff, s->len);
		EXPECT_EQ(0, issue(self->fd, c, c->size, self->arg))
			TH_LOG("%s: reads what it only answers", c->name);
	}
}

TEST_F(uapi, too_short)
{
	const struct command *c;
	struct state before;
	unsigned int size;

	for_each_command(c) {
		MAKE(c);
		before = state_of(&self->ctx);
		for (size = 0; size < c->size; size++)
			ASSERT_EQ(-EINVAL,
				  dev_ioctl(self->fd, command_sized(c, size),
					    self->arg))
				TH_LOG("%s: %u bytes", c->name, size);
		EXPECT_TRUE(state_is(&self->ctx, &before))
			TH_LOG("%s: changed something", c->name);
	}
}

TEST_F(uapi, longer_with_zeros)
{
	const unsigned int more[] = { 1, 8, 4096, _IOC_SIZEMASK };
	const struct command *c;
	unsigned int i, size;

	for_each_command(c) {
		for (i = 0; i < ARRAY_SIZE(more); i++) {
			size = c->size + more[i];
			if (size > _IOC_SIZEMASK)
				size = _IOC_SIZEMASK;
			MAKE(c);
			ASSERT_EQ(0, issue(self->fd, c, size, self->arg))
				TH_LOG("%s: %u bytes", c->name, size);
		}
	}
}

TEST_F(uapi, longer_with_a_one)
{
	const struct command *c;
	struct state before;
	unsigned int at;

	for_each_command(c) {
		MAKE(c);
		before = state_of(&self->ctx);
		for (at = c->size; at < c->size + 16; at++) {
			self->arg->bytes[at] = 1;
			ASSERT_EQ(-E2BIG, issue(self->fd, c, c->size + 16,
						self->arg))
				TH_LOG("%s: byte %u", c->name, at);
			self->arg->bytes[at] = 0;
		}
		self->arg->bytes[_IOC_SIZEMASK - 1] = 1;
		EXPECT_EQ(-E2BIG, issue(self->fd, c, _IOC_SIZEMASK, self->arg))
			TH_LOG("%s: last byte", c->name);
		EXPECT_TRUE(state_is(&self->ctx, &before))
			TH_LOG("%s: changed something", c->name);
	}
}

TEST_F(uapi, unknown_flags)
{
	const struct command *c;
	struct state before;
	unsigned int bit;

	for_each_command(c) {
		MAKE(c);
		before = state_of(&self->ctx);
		for (bit = 0; bit < 32; bit++) {
			if (c->flags & 1U << bit)
				continue;
			self->arg->info.flags = 1U << bit;
			ASSERT_EQ(-EINVAL,
				  dev_ioctl(self->fd, c->cmd, self->arg))
				TH_LOG("%s: bit %u", c->name, bit);
		}
		EXPECT_TRUE(state_is(&self->ctx, &before))
			TH_LOG("%s: changed something", c->name);
	}
}

TEST_F(uapi, zero_bytes)
{
	const struct command_span *s;
	const struct command *c;
	struct state before;
	unsigned int at;

	for_each_command(c) {
		MAKE(c);
		before = state_of(&self->ctx);
		for_each_span(s, c->zero) {
			for (at = s->offset; at < s->offset + s->len; at++) {
				self->arg->bytes[at] = 1;
				ASSERT_EQ(-EINVAL, issue(self->fd, c, c->size,
							 self->arg))
					TH_LOG("%s: byte %u", c->name, at);
				self->arg->bytes[at] = 0;
			}
		}
		EXPECT_TRUE(state_is(&self->ctx, &before))
			TH_LOG("%s: changed something", c->name);
	}
}

/* In arrays the element that is wrong is named, and those before it count. */
TEST_F(uapi, zero_bytes_of_elements)
{
	static const unsigned int elems[] = { 0, 3, COMMANDS_NR - 1 };
	unsigned char *bytes = (unsigned char *)&self->ctx.elems;
	const struct command_span *s;
	const struct command *c;
	unsigned int at, i;
	__u32 index;
	int ret;

	for_each_command(c) {
		if (!c->in.elem)
			continue;
		/* Each byte of a span, in each of some elements. */
		for_each_span(s, c->in_zero) {
			for (i = 0; i < s->len * ARRAY_SIZE(elems); i++) {
				unsigned int elem = elems[i / s->len];

				at = s->offset + i % s->len;
				MAKE(c);
				bytes[elem * c->in.elem + at] = 1;
				ret = dev_ioctl(self->fd, c->cmd, self->arg);
				ret = command_answer(c, ret, self->arg, &index);
				ASSERT_EQ(-EINVAL, ret)
					TH_LOG("%s: byte %u of %u", c->name, at,
					       elem);
				ASSERT_EQ(elem, index)
					TH_LOG("%s: byte %u", c->name, at);
			}
		}
	}
}

TEST_F(uapi, no_such_table)
{
	const struct command *c;
	__u32 gone;

	ASSERT_EQ(0, dev_table_create(self->fd, "gone", 0, 0, &gone));
	ASSERT_EQ(0, dev_table_destroy(self->fd, gone));
	for_each_command(c) {
		if (!c->in_table)
			continue;
		MAKE(c);
		self->arg->stats.table = gone;
		EXPECT_EQ(-ENODEV, dev_ioctl(self->fd, c->cmd, self->arg))
			TH_LOG("%s: a destroyed table", c->name);
		self->arg->stats.table = ~0U;
		EXPECT_EQ(-ENODEV, dev_ioctl(self->fd, c->cmd, self->arg))
			TH_LOG("%s: table ~0", c->name);
	}
}

/* The kernel's, whole in 64 bits or cut to 32. */
#define KERNEL_ADDRESS	0xffff8000ffffe000ULL

/* Where nothing is: near 0, in the kernel's half, behind a mapping's end. */
static void *bad_address(unsigned int i, char *edge)
{
	void *bad[] = {
		NULL,
		(void *)8,
		(void *)(unsigned long)KERNEL_ADDRESS,
		(void *)-4096UL,
		edge,
	};

	return i < ARRAY_SIZE(bad) ? bad[i] : (void *)1;
}

#define BAD_ADDRESSES	5

TEST_F(uapi, bad_argument)
{
	const struct command *c;
	struct state before;
	unsigned int i;
	char *half;

	for_each_command(c) {
		MAKE(c);
		before = state_of(&self->ctx);
		for (i = 0; i < BAD_ADDRESSES; i++)
			EXPECT_EQ(-EFAULT,
				  dev_ioctl(self->fd, c->cmd,
					    bad_address(i, self->edge)))
				TH_LOG("%s: bad address %u", c->name, i);

		/* All but the last byte is there. */
		half = self->edge - (c->size - 1);
		memcpy(half, self->arg, c->size - 1);
		EXPECT_EQ(-EFAULT, dev_ioctl(self->fd, c->cmd, half))
			TH_LOG("%s: over the edge", c->name);
		EXPECT_TRUE(state_is(&self->ctx, &before))
			TH_LOG("%s: changed something", c->name);

		/* And all of it: not a byte more is touched. */
		MAKE(c);
		half = self->edge - c->size;
		memcpy(half, self->arg, c->size);
		EXPECT_EQ(0, dev_ioctl(self->fd, c->cmd, half))
			TH_LOG("%s: up to the edge", c->name);
	}
}

TEST_F(uapi, bad_array_in)
{
	const struct command *c;
	struct state before;
	unsigned int i;
	__u64 address;
	__u32 index;
	int ret;

	for_each_command(c) {
		if (!c->in.elem)
			continue;
		for (i = 0; i <= BAD_ADDRESSES; i++) {
			MAKE(c);
			before = state_of(&self->ctx);
			/* All 64 bits count, for 32-bit callers too. */
			address = i < BAD_ADDRESSES ?
				  PTR(bad_address(i, self->edge)) :
				  0xffff888000000000ULL;
			memcpy(self->arg->bytes + c->in.offset, &address, 8);
			ret = dev_ioctl(self->fd, c->cmd, self->arg);
			EXPECT_EQ(-EFAULT, command_answer(c, ret, self->arg,
							  &index))
				TH_LOG("%s: bad address %u", c->name, i);
			EXPECT_TRUE(ret || !index)
				TH_LOG("%s: element %u failed, not the first",
				       c->name, index);
			EXPECT_TRUE(state_is(&self->ctx, &before))
				TH_LOG("%s: changed something", c->name);
		}
	}
}

TEST_F(uapi, bad_array_out)
{
	const struct command *c;
	unsigned int i;
	__u64 address;
	__u32 index;
	int ret;

	for_each_command(c) {
		if (!c->out.elem)
			continue;
		for (i = 0; i < BAD_ADDRESSES; i++) {
			MAKE(c);
			address = PTR(bad_address(i, self->edge));
			memcpy(self->arg->bytes + c->out.offset, &address, 8);
			ret = dev_ioctl(self->fd, c->cmd, self->arg);
			EXPECT_EQ(-EFAULT, command_answer(c, ret, self->arg,
							  &index))
				TH_LOG("%s: bad address %u", c->name, i);
		}
	}
}

/*
 * The mapping ends in the middle of an element: what counts as done is done,
 * and no more than that.
 */
TEST_F(uapi, half_mapped_array)
{
	const unsigned int whole = 3;
	struct kontend_route dump[2 * COMMANDS_NR];
	const struct command *c;
	char *half;
	__u64 address;
	__u32 index;
	int ret, n, before;

	for_each_command(c) {
		if (!c->in.elem)
			continue;
		MAKE(c);
		before = dev_dump(self->fd, self->ctx.table, dump,
				  ARRAY_SIZE(dump), ARRAY_SIZE(dump), NULL);
		half = self->edge - whole * c->in.elem - c->in.elem / 2;
		memcpy(half, &self->ctx.elems, self->edge - half);
		address = PTR(half);
		memcpy(self->arg->bytes + c->in.offset, &address, 8);
		ret = dev_ioctl(self->fd, c->cmd, self->arg);
		EXPECT_EQ(-EFAULT, command_answer(c, ret, self->arg, &index))
			TH_LOG("%s", c->name);
		n = dev_dump(self->fd, self->ctx.table, dump, ARRAY_SIZE(dump),
			     ARRAY_SIZE(dump), NULL);
		if (ret || c->cmd == KONTEND_BATCH_STAGE) {
			EXPECT_EQ(before, n) TH_LOG("%s", c->name);
			continue;
		}
		EXPECT_EQ(index, self->arg->bulk.done) TH_LOG("%s", c->name);
		EXPECT_GE(whole, index) TH_LOG("%s", c->name);
		if (c->cmd == KONTEND_BULK_ADD)
			EXPECT_EQ((int)index, n);
		if (c->cmd == KONTEND_BULK_DELETE)
			EXPECT_EQ((int)(before - index), n);
	}
}

TEST_F(uapi, array_sizes)
{
	const struct command *c;
	const __u32 bad[] = { 0, KONTEND_BULK_MAX + 1, ~0U };
	unsigned int i, nr_at;

	for_each_command(c) {
		if (c->in.elem)
			nr_at = c->cmd == KONTEND_BATCH_STAGE ?
				offsetof(struct kontend_batch, nr) :
				offsetof(struct kontend_bulk, nr);
		else if (c->cmd == KONTEND_DUMP)
			nr_at = offsetof(struct kontend_dump, nr);
		else
			continue;
		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			MAKE(c);
			memcpy(self->arg->bytes + nr_at, &bad[i], 4);
			EXPECT_EQ(-EINVAL,
				  dev_ioctl(self->fd, c->cmd, self->arg))
				TH_LOG("%s: %u elements", c->name, bad[i]);
		}
	}
}

TEST_HARNESS_MAIN
