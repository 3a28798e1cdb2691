// SPDX-License-Identifier: GPL-2.0
/*
 * Commands on whole tables: what the module offers, create, destroy, list,
 * figures.
 */
#include <linux/ctype.h>
#include <linux/kconfig.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <uapi/kontend.h>

#include <core/route.h>

#include "copy.h"
#include "kfunc.h"
#include "ops.h"
#include "table.h"

int kontend_check_info(const union kontend_arg *arg)
{
	return arg->info.flags ? -EINVAL : 0;
}

int kontend_run_info(struct kontend_file *kf, union kontend_arg *arg)
{
	u64 features = KONTEND_FEATURE_BATCH | KONTEND_FEATURE_TEXT |
		       KONTEND_FEATURE_POLL;

	if (kontend_kfunc_is_on())
		features |= KONTEND_FEATURE_KFUNC;
	if (IS_ENABLED(CONFIG_COMPAT))
		features |= KONTEND_FEATURE_COMPAT;
#ifdef ROUTE_POISON
	features |= KONTEND_FEATURE_POISON;
#endif

	arg->info = (struct kontend_info){
		.tables_max	= KONTEND_TABLES_MAX,
		.features	= features,
		.bulk_max	= KONTEND_BULK_MAX,
		.dump_max	= KONTEND_DUMP_MAX,
		.view_keys	= KONTEND_VIEW_KEYS,
		.batch_max	= KONTEND_BATCH_MAX,
		.routes_max	= KONTEND_ROUTES_MAX,
		.bytes_max	= KONTEND_BYTES_MAX,
	};
	return 0;
}

/* Printable ASCII without blanks, one byte at least, then zeros to the end. */
static bool name_is_valid(const char *name)
{
	size_t len = strnlen(name, KONTEND_NAME_MAX);
	size_t i;

	if (!len || len == KONTEND_NAME_MAX)
		return false;
	for (i = 0; i < len; i++) {
		if (!isascii(name[i]) || !isgraph(name[i]))
			return false;
	}
	return !memchr_inv(name + len, 0, KONTEND_NAME_MAX - len);
}

int kontend_check_table_create(const union kontend_arg *arg)
{
	const struct kontend_table *table = &arg->table;

	if (table->flags || !name_is_valid(table->name) ||
	    table->routes_max > KONTEND_ROUTES_MAX ||
	    table->bytes_max > KONTEND_BYTES_MAX)
		return -EINVAL;
	return 0;
}

int kontend_run_table_create(struct kontend_file *kf, union kontend_arg *arg)
{
	struct kontend_table *table = &arg->table;

	return kontend_table_create(table->name,
				    table->routes_max ?: KONTEND_ROUTES_MAX,
				    table->bytes_max ?: KONTEND_BYTES_MAX,
				    &table->table);
}

int kontend_check_table_destroy(const union kontend_arg *arg)
{
	const struct kontend_table *table = &arg->table;

	if (table->flags || table->table == KONTEND_TABLE_MAIN ||
	    memchr_inv(table->name, 0, sizeof(table->name)) ||
	    table->routes_max || table->bytes_max)
		return -EINVAL;
	return 0;
}

int kontend_run_table_destroy(struct kontend_file *kf, union kontend_arg *arg)
{
	return kontend_table_destroy(arg->table.table);
}

int kontend_check_table_list(const union kontend_arg *arg)
{
	return arg->list.flags ? -EINVAL : 0;
}

int kontend_run_table_list(struct kontend_file *kf, union kontend_arg *arg)
{
	struct kontend_table_list *list = &arg->list;
	struct kontend_table_entry *entries;
	int ret;
	u32 nr;

	entries = kmalloc_array(KONTEND_TABLES_MAX, sizeof(*entries),
				GFP_KERNEL);
	if (!entries)
		return -ENOMEM;
	nr = kontend_tables_list(entries);
	ret = kontend_array_write(list->entries, 0, entries, min(nr, list->nr),
				  sizeof(*entries));
	list->nr = nr;
	kfree(entries);
	return ret;
}

int kontend_check_stats(const union kontend_arg *arg)
{
	return arg->stats.flags ? -EINVAL : 0;
}

int kontend_run_stats(struct kontend_file *kf, union kontend_arg *arg)
{
	struct kontend_stats *stats = &arg->stats;
	struct kontend_ktable *t = kontend_table_get(stats->table);
	struct route_stats s;
	int ret;

	if (!t)
		return -ENODEV;
	ret = kontend_table_stats(t, &s);
	if (!ret)
		*stats = (struct kontend_stats){
			.table			= t->id,
			.gen			= s.gen,
			.nr_routes4		= s.nr_routes[ROUTE_INET4],
			.nr_routes6		= s.nr_routes[ROUTE_INET6],
			.bytes			= s.bytes,
			.bytes_fixed		= s.bytes_fixed,
			.bytes_live		= s.bytes_live,
			.bytes_pending		= s.bytes_pending,
			.bytes_pending_max	= t->limits.bytes_pending,
			.routes_max		= t->limits.nr_routes,
			.bytes_max		= t->limits.bytes,
			.commits		= s.commits,
			.reclaims		= s.reclaims,
			.stalls			= atomic64_read(&t->nr_stalls),
			.moves			= s.moves,
		};
	kontend_table_put(t);
	return ret;
}
