// SPDX-License-Identifier: GPL-2.0
/*
 * Bulk commands: arrays of routes or keys, taken in chunks.  A chunk of changes
 * is one transaction, a chunk of keys one read section on one view; between
 * chunks nothing is held, and a fatal signal ends the command.
 *
 * What is wrong before the first element is reached is the command's result:
 * no such table, no memory, an array that is nowhere.  From there on the
 * command returns 0, and its error field tells what stopped it and where.
 */
#include <linux/errno.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include <uapi/kontend.h>

#include <core/route.h>

#include "convert.h"
#include "copy.h"
#include "ops.h"
#include "table.h"

static int check_bulk(const struct kontend_bulk *bulk)
{
	if (bulk->flags || bulk->__reserved ||
	    !bulk->nr || bulk->nr > KONTEND_BULK_MAX)
		return -EINVAL;
	return 0;
}

int kontend_check_bulk_change(const union kontend_arg *arg)
{
	return arg->bulk.out ? -EINVAL : check_bulk(&arg->bulk);
}

int kontend_check_bulk_read(const union kontend_arg *arg)
{
	return check_bulk(&arg->bulk);
}

/* Between two chunks: may the command go on? */
static int next_chunk(void)
{
	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	return 0;
}

/*
 * The end of a command that was stopped by @ret, or that got through: elements
 * before @bulk->done were done.
 */
static int finish(struct kontend_bulk *bulk, int ret)
{
	bulk->failed_index = bulk->done;
	bulk->error = -ret;
	return 0;
}

struct change_buf {
	struct kontend_route	in[KONTEND_TXN_MAX];
	struct route_change	changes[KONTEND_TXN_MAX];
};

/* The well-formed ones at the front of @n elements; *@ret: why not all. */
static u32 convert_changes(struct change_buf *buf, u32 n, enum route_op op,
			   int *ret)
{
	enum kontend_nexthop nexthop = op == ROUTE_DELETE ?
		KONTEND_NEXTHOP_ABSENT : KONTEND_NEXTHOP_PRESENT;
	u32 i;

	*ret = 0;
	for (i = 0; i < n; i++) {
		buf->changes[i].op = op;
		*ret = kontend_route_in(&buf->in[i], nexthop,
					&buf->changes[i].route);
		if (*ret)
			break;
	}
	return i;
}

/* Elements from @bulk->done on; adds to it what was done. */
static int change_chunk(struct kontend_ktable *t, struct kontend_bulk *bulk,
			struct change_buf *buf, u32 n, enum route_op op)
{
	int ret, form;
	u32 done;

	n = convert_changes(buf, n, op, &form);
	if (!n)
		return form;
	ret = kontend_table_apply(t, buf->changes, n, &done, &bulk->gen, NULL);
	bulk->done += done;
	return ret ?: form;
}

static int change_all(struct kontend_ktable *t, struct kontend_bulk *bulk,
		      struct change_buf *buf, enum route_op op)
{
	int ret = 0;

	while (!ret && bulk->done < bulk->nr) {
		u32 n = min_t(u32, bulk->nr - bulk->done, KONTEND_TXN_MAX);

		ret = kontend_array_read(buf->in, bulk->in, bulk->done, n,
					 sizeof(buf->in[0]));
		if (ret && !bulk->done)
			return ret;
		if (!ret)
			ret = change_chunk(t, bulk, buf, n, op);
		if (!ret)
			ret = next_chunk();
	}
	return finish(bulk, bulk->done < bulk->nr ? ret : 0);
}

static int run_bulk_change(struct kontend_bulk *bulk, enum route_op op)
{
	struct kontend_ktable *t = kontend_table_get(bulk->table);
	struct change_buf *buf;
	int ret = -ENOMEM;

	if (!t)
		return -ENODEV;
	bulk->done = 0;
	/* If none takes effect this is the generation without them. */
	bulk->gen = kontend_table_gen(t);
	buf = kmalloc(sizeof(*buf), GFP_KERNEL);
	if (buf)
		ret = change_all(t, bulk, buf, op);
	kfree(buf);
	kontend_table_put(t);
	return ret;
}

int kontend_run_bulk_add(struct kontend_file *kf, union kontend_arg *arg)
{
	return run_bulk_change(&arg->bulk, ROUTE_ADD);
}

int kontend_run_bulk_replace(struct kontend_file *kf, union kontend_arg *arg)
{
	return run_bulk_change(&arg->bulk, ROUTE_REPLACE);
}

int kontend_run_bulk_delete(struct kontend_file *kf, union kontend_arg *arg)
{
	return run_bulk_change(&arg->bulk, ROUTE_DELETE);
}

struct read_buf {
	union {
		struct kontend_route	routes[KONTEND_VIEW_KEYS];
		struct kontend_addr	addrs[KONTEND_VIEW_KEYS];
	} in;
	union {
		struct route		routes[KONTEND_VIEW_KEYS];
		struct route_addr	addrs[KONTEND_VIEW_KEYS];
	} keys;
	u8	families[KONTEND_VIEW_KEYS];
	u32	nexthops[KONTEND_VIEW_KEYS];
};

/**
 * struct read_kind - get or lookup
 * @in_size: bytes of an element of the caller's array
 * @convert: element @i of @buf->in becomes key @i; 0 or -EINVAL
 * @answer: answer the first @n keys; called in a read section
 */
struct read_kind {
	size_t	in_size;
	int	(*convert)(struct read_buf *buf, u32 i);
	void	(*answer)(const struct route_view *v, struct read_buf *buf,
			  u32 n);
};

static int convert_get(struct read_buf *buf, u32 i)
{
	return kontend_route_in(&buf->in.routes[i], KONTEND_NEXTHOP_ABSENT,
				&buf->keys.routes[i]);
}

static void answer_get(const struct route_view *v, struct read_buf *buf, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		buf->nexthops[i] = route_get(v, &buf->keys.routes[i].prefix);
}

static int convert_lookup(struct read_buf *buf, u32 i)
{
	unsigned int family;
	int ret;

	ret = kontend_addr_in(&buf->in.addrs[i], &family, &buf->keys.addrs[i]);
	if (!ret)
		buf->families[i] = family;
	return ret;
}

/* The core takes keys of one family: give it each run of them. */
static void answer_lookup(const struct route_view *v, struct read_buf *buf,
			  u32 n)
{
	u32 from, to;

	for (from = 0; from < n; from = to) {
		to = from + 1;
		while (to < n && buf->families[to] == buf->families[from])
			to++;
		route_lookup_bulk(v, buf->families[from],
				  &buf->keys.addrs[from], &buf->nexthops[from],
				  to - from);
	}
}

static const struct read_kind read_get = {
	.in_size	= sizeof(struct kontend_route),
	.convert	= convert_get,
	.answer		= answer_get,
};

static const struct read_kind read_lookup = {
	.in_size	= sizeof(struct kontend_addr),
	.convert	= convert_lookup,
	.answer		= answer_lookup,
};

/* One view for all: the read section is what bounds the chunk. */
static int answer_keys(const struct read_kind *kind, u32 table,
		       struct read_buf *buf, u32 n, u64 *gen)
{
	const struct kontend_ktable *t;
	const struct route_view *v;
	int ret = -ENODEV;

	rcu_read_lock();
	t = kontend_table_find_rcu(table);
	if (t) {
		v = route_view(t->routes);
		kind->answer(v, buf, n);
		*gen = route_view_gen(v);
		ret = 0;
	}
	rcu_read_unlock();
	return ret;
}

/* Elements from @bulk->done on; adds to it what was done. */
static int read_chunk(const struct read_kind *kind, struct kontend_bulk *bulk,
		      struct read_buf *buf, u32 n)
{
	int ret, form = 0;
	u32 i;

	for (i = 0; i < n && !form; i++)
		form = kind->convert(buf, i);
	if (form)
		n = i - 1;

	ret = answer_keys(kind, bulk->table, buf, n, &bulk->gen);
	if (!ret)
		ret = kontend_array_write(bulk->out, bulk->done, buf->nexthops,
					  n, sizeof(buf->nexthops[0]));
	if (ret)
		return ret;
	bulk->done += n;
	return form;
}

static int read_all(const struct read_kind *kind, struct kontend_bulk *bulk,
		    struct read_buf *buf)
{
	int ret = 0;

	bulk->done = 0;
	bulk->gen = 0;
	while (!ret && bulk->done < bulk->nr) {
		u32 n = min_t(u32, bulk->nr - bulk->done, KONTEND_VIEW_KEYS);

		ret = kontend_array_read(&buf->in, bulk->in, bulk->done, n,
					 kind->in_size);
		if (!ret)
			ret = read_chunk(kind, bulk, buf, n);
		if (!bulk->done && (ret == -EFAULT || ret == -ENODEV))
			return ret;
		if (!ret)
			ret = next_chunk();
	}
	return finish(bulk, bulk->done < bulk->nr ? ret : 0);
}

static int run_bulk_read(const struct read_kind *kind,
			 struct kontend_bulk *bulk)
{
	struct read_buf *buf = kvmalloc(sizeof(*buf), GFP_KERNEL);
	int ret;

	if (!buf)
		return -ENOMEM;
	ret = read_all(kind, bulk, buf);
	kvfree(buf);
	return ret;
}

int kontend_run_bulk_get(struct kontend_file *kf, union kontend_arg *arg)
{
	return run_bulk_read(&read_get, &arg->bulk);
}

int kontend_run_bulk_lookup(struct kontend_file *kf, union kontend_arg *arg)
{
	return run_bulk_read(&read_lookup, &arg->bulk);
}
