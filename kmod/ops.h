/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands: two functions for each, called by the dispatcher in chardev.c.
 * Both see the command's struct in kernel memory and return 0 or -errno.
 *
 * kontend_check_*: is the argument well-formed?  Looks at nothing else.
 * kontend_run_*: carry it out; called with a well-formed argument, and with
 *	permission where the command changes something.  On 0 the struct is
 *	copied out.  Fields that are only answers are ignored on the way in.
 *
 * Context: process context, no locks held; may sleep.
 */
#ifndef _KMOD_OPS_H
#define _KMOD_OPS_H

#include <uapi/kontend.h>

#include "file.h"

/* Big enough for every command. */
union kontend_arg {
	struct kontend_info		info;
	struct kontend_table		table;
	struct kontend_table_list	list;
	struct kontend_route_op		route;
	struct kontend_lookup		lookup;
	struct kontend_bulk		bulk;
	struct kontend_batch		batch;
	struct kontend_dump		dump;
	struct kontend_flush		flush;
	struct kontend_stats		stats;
};

/* table_ops.c */
int kontend_check_info(const union kontend_arg *arg);
int kontend_check_table_create(const union kontend_arg *arg);
int kontend_check_table_destroy(const union kontend_arg *arg);
int kontend_check_table_list(const union kontend_arg *arg);
int kontend_check_stats(const union kontend_arg *arg);
int kontend_run_info(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_table_create(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_table_destroy(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_table_list(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_stats(struct kontend_file *kf, union kontend_arg *arg);

/* route.c: _keyed is delete and get, which want no next hop. */
int kontend_check_route(const union kontend_arg *arg);
int kontend_check_route_keyed(const union kontend_arg *arg);
int kontend_check_lookup(const union kontend_arg *arg);
int kontend_check_flush(const union kontend_arg *arg);
int kontend_run_route_add(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_route_replace(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_route_delete(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_route_get(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_lookup(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_flush(struct kontend_file *kf, union kontend_arg *arg);

/* bulk.c */
int kontend_check_bulk_change(const union kontend_arg *arg);
int kontend_check_bulk_read(const union kontend_arg *arg);
int kontend_run_bulk_add(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_bulk_replace(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_bulk_delete(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_bulk_get(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_bulk_lookup(struct kontend_file *kf, union kontend_arg *arg);

/* batch.c */
int kontend_check_batch_begin(const union kontend_arg *arg);
int kontend_check_batch_stage(const union kontend_arg *arg);
int kontend_check_batch_end(const union kontend_arg *arg);
int kontend_run_batch_begin(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_batch_stage(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_batch_commit(struct kontend_file *kf, union kontend_arg *arg);
int kontend_run_batch_abort(struct kontend_file *kf, union kontend_arg *arg);

/* dump.c */
int kontend_check_dump(const union kontend_arg *arg);
int kontend_run_dump(struct kontend_file *kf, union kontend_arg *arg);

#endif /* _KMOD_OPS_H */
