// SPDX-License-Identifier: GPL-2.0
/*
 * Commands on one route or one address, and flush: argument -> core -> errno.
 * Reading takes no lock and no reference: one read section is all.
 */
#include <linux/errno.h>
#include <linux/rcupdate.h>

#include <uapi/kontend.h>

#include <core/route.h>

#include "convert.h"
#include "ops.h"
#include "table.h"

int kontend_check_route(const union kontend_arg *arg)
{
	struct route route;

	if (arg->route.flags)
		return -EINVAL;
	return kontend_route_in(&arg->route.route, KONTEND_NEXTHOP_PRESENT,
				&route);
}

int kontend_check_route_keyed(const union kontend_arg *arg)
{
	struct route route;

	if (arg->route.flags)
		return -EINVAL;
	return kontend_route_in(&arg->route.route, KONTEND_NEXTHOP_ABSENT,
				&route);
}

static int change_one(u32 table, const struct route_change *change, u64 *gen,
		      u32 *old)
{
	struct kontend_ktable *t = kontend_table_get(table);
	u32 done;
	int ret;

	if (!t)
		return -ENODEV;
	ret = kontend_table_apply(t, change, 1, &done, gen, old);
	kontend_table_put(t);
	return ret;
}

static int set_route(struct kontend_route_op *op, enum route_op what)
{
	struct route_change change = { .op = what };
	int ret;

	ret = kontend_route_in(&op->route, KONTEND_NEXTHOP_PRESENT,
			       &change.route);
	if (ret)
		return ret;
	return change_one(op->table, &change, &op->gen, NULL);
}

int kontend_run_route_add(struct kontend_file *kf, union kontend_arg *arg)
{
	return set_route(&arg->route, ROUTE_ADD);
}

int kontend_run_route_replace(struct kontend_file *kf, union kontend_arg *arg)
{
	return set_route(&arg->route, ROUTE_REPLACE);
}

int kontend_run_route_delete(struct kontend_file *kf, union kontend_arg *arg)
{
	struct kontend_route_op *op = &arg->route;
	struct route_change change = { .op = ROUTE_DELETE };
	int ret;

	ret = kontend_route_in(&op->route, KONTEND_NEXTHOP_ABSENT,
			       &change.route);
	if (ret)
		return ret;
	return change_one(op->table, &change, &op->gen, &op->route.nexthop);
}

int kontend_run_route_get(struct kontend_file *kf, union kontend_arg *arg)
{
	struct kontend_route_op *op = &arg->route;
	const struct kontend_ktable *t;
	const struct route_view *v;
	struct route route;
	int ret;

	ret = kontend_route_in(&op->route, KONTEND_NEXTHOP_ABSENT, &route);
	if (ret)
		return ret;

	rcu_read_lock();
	t = kontend_table_find_rcu(op->table);
	if (!t) {
		rcu_read_unlock();
		return -ENODEV;
	}
	v = route_view(t->routes);
	op->route.nexthop = route_get(v, &route.prefix);
	op->gen = route_view_gen(v);
	rcu_read_unlock();
	return op->route.nexthop ? 0 : -ENOENT;
}

int kontend_check_lookup(const union kontend_arg *arg)
{
	struct route_addr addr;
	unsigned int family;

	if (arg->lookup.flags)
		return -EINVAL;
	return kontend_addr_in(&arg->lookup.addr, &family, &addr);
}

int kontend_run_lookup(struct kontend_file *kf, union kontend_arg *arg)
{
	struct kontend_lookup *lookup = &arg->lookup;
	const struct kontend_ktable *t;
	const struct route_view *v;
	struct route_addr addr;
	unsigned int family;
	struct route match;
	bool is_match;
	int ret;

	ret = kontend_addr_in(&lookup->addr, &family, &addr);
	if (ret)
		return ret;

	rcu_read_lock();
	t = kontend_table_find_rcu(lookup->table);
	if (!t) {
		rcu_read_unlock();
		return -ENODEV;
	}
	v = route_view(t->routes);
	is_match = route_match(v, family, &addr, &match);
	lookup->gen = route_view_gen(v);
	rcu_read_unlock();

	if (is_match)
		kontend_route_out(&match, &lookup->match);
	else
		lookup->match = (struct kontend_route){ };
	return 0;
}

int kontend_check_flush(const union kontend_arg *arg)
{
	return arg->flush.flags ? -EINVAL : 0;
}

int kontend_run_flush(struct kontend_file *kf, union kontend_arg *arg)
{
	static const struct route_change change = { .op = ROUTE_FLUSH };
	struct kontend_flush *flush = &arg->flush;
	struct kontend_ktable *t = kontend_table_get(flush->table);
	const struct route_view *v;
	struct route_txn txn;
	int ret;

	if (!t)
		return -ENODEV;
	ret = kontend_txn_begin(t, &txn);
	if (ret)
		goto out_put;

	/* The mutex is held: what is counted is what is flushed. */
	v = route_view(t->routes);
	flush->nr = route_view_nr(v, ROUTE_INET4) +
		    route_view_nr(v, ROUTE_INET6);
	ret = route_txn_apply_sleep(&txn, &change, NULL);
	if (ret)
		kontend_txn_abort(t, &txn);
	else
		ret = kontend_txn_commit(t, &txn, &flush->gen);
out_put:
	kontend_table_put(t);
	return ret;
}
