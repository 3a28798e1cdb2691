// SPDX-License-Identifier: GPL-2.0
/*
 * Routes in order, some per read section: no lock is taken, no view is kept
 * while user memory is touched.  The cursor is the last prefix that was seen,
 * so that it needs nobody to keep it valid.
 */
#include <linux/errno.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <uapi/kontend.h>

#include <core/route.h>

#include "convert.h"
#include "copy.h"
#include "ops.h"
#include "table.h"

/* Routes per read section. */
#define DUMP_SECTION	128

struct dump_buf {
	struct route		routes[DUMP_SECTION];
	struct kontend_route	out[DUMP_SECTION];
};

int kontend_check_dump(const union kontend_arg *arg)
{
	const struct kontend_dump *dump = &arg->dump;
	struct route_prefix cursor;

	if (dump->flags & ~KONTEND_DUMP_CONTINUE ||
	    !dump->nr || dump->nr > KONTEND_DUMP_MAX)
		return -EINVAL;
	if (dump->flags & KONTEND_DUMP_CONTINUE)
		return kontend_prefix_in(&dump->cursor, &cursor);
	return memchr_inv(&dump->cursor, 0, sizeof(dump->cursor)) ? -EINVAL : 0;
}

/* Return: routes found, less than @n only at the end, or -ENODEV. */
static int walk_section(u32 table, const struct route_prefix *after,
			struct route *routes, u32 n, u64 *gen)
{
	const struct kontend_ktable *t;
	const struct route_view *v;
	int found = -ENODEV;

	rcu_read_lock();
	t = kontend_table_find_rcu(table);
	if (t) {
		v = route_view(t->routes);
		found = route_walk(v, after, routes, n);
		*gen = route_view_gen(v);
	}
	rcu_read_unlock();
	return found;
}

/* Fills the caller's array and all answers of @dump. */
static int dump_routes(struct kontend_dump *dump, struct dump_buf *buf)
{
	bool is_behind = dump->flags & KONTEND_DUMP_CONTINUE;
	u64 gen, first_gen = dump->gen;
	struct route_prefix cursor;
	u32 done = 0;

	if (is_behind && kontend_prefix_in(&dump->cursor, &cursor))
		return -EINVAL;
	for (;;) {
		u32 want = min_t(u32, dump->nr - done, DUMP_SECTION);
		int i, n;

		n = walk_section(dump->table, is_behind ? &cursor : NULL,
				 buf->routes, want, &gen);
		if (n < 0)
			return n;
		if (!first_gen)
			first_gen = gen;
		if (n) {
			cursor = buf->routes[n - 1].prefix;
			is_behind = true;
		}
		for (i = 0; i < n; i++)
			kontend_route_out(&buf->routes[i], &buf->out[i]);
		if (kontend_array_write(dump->routes, done, buf->out, n,
					sizeof(buf->out[0])))
			return -EFAULT;
		done += n;
		if (n < want || done == dump->nr)
			break;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}

	if (is_behind)
		kontend_prefix_out(&cursor, &dump->cursor);
	dump->nr = done;
	dump->moved = gen != first_gen;
	dump->gen = gen;
	return 0;
}

int kontend_run_dump(struct kontend_file *kf, union kontend_arg *arg)
{
	struct dump_buf *buf = kmalloc(sizeof(*buf), GFP_KERNEL);
	int ret;

	if (!buf)
		return -ENOMEM;
	ret = dump_routes(&arg->dump, buf);
	if (!ret && arg->dump.table == KONTEND_TABLE_MAIN)
		WRITE_ONCE(kf->seen_gen, arg->dump.gen);
	kfree(buf);
	return ret;
}
