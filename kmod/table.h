/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tables of the module: found by id, held by references, changed under a
 * mutex, read under RCU.  "k" sets the kernel's object apart from the argument
 * struct kontend_table of the same thing.
 *
 * Life of a table: created, published under its id; destroyed, which takes it
 * away from the id and wakes all who sleep over it, for -ENODEV; freed by a
 * work after the last reference is put, a grace period has passed and all RCU
 * callbacks of the table have run.  So a table that was found in a read
 * section stays whole until the end of that section, without a reference.
 */
#ifndef _KMOD_TABLE_H
#define _KMOD_TABLE_H

#include <linux/atomic.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <uapi/kontend.h>

#include <core/route.h>

#define KONTEND_ROUTES_MAX	(4ULL << 20)	/* routes of a table */
#define KONTEND_BYTES_MAX	(1ULL << 30)	/* memory of a table */
#define KONTEND_PENDING_MAX	(16ULL << 20)	/* memory waiting for readers */

/* Changes of one transaction, while others may want the mutex or the CPU. */
#define KONTEND_TXN_MAX		128

/*
 * How each field is protected:
 *   I   set before publication, then never changed
 *   M   @mutex to change; a view of it is read under RCU
 *   A   atomic on its own; no order implied with the rest
 *   W   the kernel's own lock inside
 *   D   set once, by destroy; a writer looks after it got @mutex, a sleeper
 *	 when it is woken
 */
struct kontend_ktable {
	struct route_table	*routes;	/* I the pointer, M the table */
	u32			id;		/* I */
	char			name[KONTEND_NAME_MAX];	/* I */
	struct route_limits	limits;		/* I */
	struct kref		ref;		/* A */
	bool			is_dead;	/* D */
	struct mutex		mutex;
	wait_queue_head_t	reclaim_wait;	/* W; writers held up by readers */
	wait_queue_head_t	gen_wait;	/* W; poll */
	atomic64_t		nr_stalls;	/* A */
	struct work_struct	reclaim_work;	/* W */
	struct rcu_work		free_work;	/* W; queued once, by the last put */
};

/*
 * The table that is always there: from kontend_tables_init() to
 * kontend_tables_exit(), hence for every file, handler and BPF program.
 */
extern struct kontend_ktable *kontend_main;

/**
 * kontend_tables_init() - set up, with the main table
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int kontend_tables_init(void);

/**
 * kontend_tables_exit() - destroy and free all tables
 * Context: module exit; no file is open and no BPF program is loaded.
 */
void kontend_tables_exit(void);

/**
 * kontend_table_create() - make a table and publish it
 * @name: name, checked, NUL-terminated
 * @routes_max: limit on its routes
 * @bytes_max: limit on its memory
 * @id: out: its id
 * Context: may sleep.
 * Return: 0, -EEXIST (name), -ENOSPC (too many tables), -ENOMEM, -EINTR.
 */
int kontend_table_create(const char *name, u64 routes_max, u64 bytes_max,
			 u32 *id);

/**
 * kontend_table_destroy() - take a table away
 * @id: its id, not that of the main table
 * Context: may sleep.
 * Return: 0, -ENODEV, -EINTR.
 */
int kontend_table_destroy(u32 id);

/**
 * kontend_tables_list() - all tables, in the order of their ids
 * @entries: out: room for KONTEND_TABLES_MAX
 * Context: any process.
 * Return: how many were written.
 */
u32 kontend_tables_list(struct kontend_table_entry *entries);

/**
 * kontend_table_find_rcu() - the table of an id, to read
 * @id: id
 * Context: an RCU read section; the table is valid until its end.
 * Return: the table, or NULL.
 */
struct kontend_ktable *kontend_table_find_rcu(u32 id);

/**
 * kontend_table_get() - the table of an id, with a reference
 * @id: id
 * Context: any.
 * Return: the table, to be given back by kontend_table_put(), or NULL.
 */
struct kontend_ktable *kontend_table_get(u32 id);

/**
 * kontend_table_put() - give a reference back
 * @t: table
 * Context: any.
 */
void kontend_table_put(struct kontend_ktable *t);

/**
 * kontend_table_gen() - a table's generation now
 * @t: table, referenced
 * Context: any.
 * Return: the generation.
 */
u64 kontend_table_gen(const struct kontend_ktable *t);

/**
 * kontend_table_stats() - a table's figures, of one instant
 * @t: table, referenced
 * @stats: out
 * Context: may sleep.
 * Return: 0, -ENODEV (destroyed), -EINTR.
 */
int kontend_table_stats(struct kontend_ktable *t, struct route_stats *stats);

/**
 * kontend_txn_begin() - open a transaction
 * @t: table, referenced
 * @txn: transaction, not initialised
 * Context: may sleep; not in a read section.  On success the table's mutex is
 * held until kontend_txn_commit() or kontend_txn_abort().
 *
 * Waits first, without the mutex, while a stalled reader holds up too much
 * memory: up to five seconds.
 *
 * Return: 0, -ENODEV (destroyed), -EAGAIN (still held up), -EINTR (a fatal
 * signal), -ENOMEM, -ENOSPC.
 */
int __must_check kontend_txn_begin(struct kontend_ktable *t,
				   struct route_txn *txn);

/**
 * kontend_txn_commit() - publish a transaction, drop the mutex, wake pollers
 * @t: table
 * @txn: transaction, opened by kontend_txn_begin()
 * @gen: out: the table's generation
 * Context: may sleep.
 * Return: 0, or -ENOMEM: nothing was changed.
 */
int __must_check kontend_txn_commit(struct kontend_ktable *t,
				    struct route_txn *txn, u64 *gen);

/**
 * kontend_txn_abort() - undo a transaction and drop the mutex
 * @t: table
 * @txn: transaction, opened by kontend_txn_begin()
 * Context: may sleep.
 */
void kontend_txn_abort(struct kontend_ktable *t, struct route_txn *txn);

/**
 * kontend_table_apply() - some changes, up to the first that fails
 * @t: table, referenced
 * @changes: the changes
 * @nr: how many, at most KONTEND_TXN_MAX
 * @done: out: how many took effect, always the first ones
 * @gen: out: the generation after them; not set if none was tried
 * @old: out: the next hop that the last prefix had; may be NULL
 * Context: may sleep; not in a read section.
 * Return: 0, or the -errno of the one that failed; those before it hold.  -ENOMEM
 * with @done 0: none of them.
 */
int kontend_table_apply(struct kontend_ktable *t,
			const struct route_change *changes, u32 nr,
			u32 *done, u64 *gen, u32 *old);

#endif /* _KMOD_TABLE_H */
