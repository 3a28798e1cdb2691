// SPDX-License-Identifier: GPL-2.0
/*
 * Staged batches: changes are collected at the open file, checked for form, and
 * applied in one transaction at commit: all at once for readers, or not at all.
 *
 * Changes lie in chunks, each as large as what was staged, up to CHUNK_CHANGES.
 * A chunk is only made of checked changes and only linked when the whole array
 * of its stage command was good.
 */
#include "batch.h"

#include <linux/errno.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/overflow.h>
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

#define CHUNK_CHANGES	1024	/* 40 KiB */
#define STAGE_ELEMENTS	64	/* copied in at a time */
#define COMMIT_CHANGES	1024	/* between two looks at the scheduler */

struct chunk {
	struct list_head	node;
	u32			nr;
	struct route_change	changes[];
};

/* All guarded by the mutex of the file that it hangs from. */
struct kontend_staged {
	struct kontend_ktable	*table;		/* a reference */
	struct list_head	chunks;
	u32			nr;
};

static void free_chunks(struct list_head *chunks)
{
	struct chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, chunks, node) {
		list_del(&chunk->node);
		kvfree(chunk);
		cond_resched();
	}
}

void kontend_staged_destroy(struct kontend_staged *staged)
{
	if (!staged)
		return;
	free_chunks(&staged->chunks);
	kontend_table_put(staged->table);
	kfree(staged);
}

int kontend_check_batch_begin(const union kontend_arg *arg)
{
	const struct kontend_batch *batch = &arg->batch;

	if (batch->flags || batch->ops || batch->nr || batch->__pad)
		return -EINVAL;
	return 0;
}

int kontend_check_batch_stage(const union kontend_arg *arg)
{
	const struct kontend_batch *batch = &arg->batch;

	if (batch->flags || batch->table || batch->__pad ||
	    !batch->nr || batch->nr > KONTEND_BULK_MAX)
		return -EINVAL;
	return 0;
}

int kontend_check_batch_end(const union kontend_arg *arg)
{
	return arg->batch.table ? -EINVAL : kontend_check_batch_begin(arg);
}

static struct kontend_staged *staged_create(u32 table)
{
	struct kontend_staged *staged;

	staged = kzalloc(sizeof(*staged), GFP_KERNEL_ACCOUNT);
	if (!staged)
		return ERR_PTR(-ENOMEM);
	staged->table = kontend_table_get(table);
	if (!staged->table) {
		kfree(staged);
		return ERR_PTR(-ENODEV);
	}
	INIT_LIST_HEAD(&staged->chunks);
	return staged;
}

/* What begin and abort answer: none failed, of none. */
static void answer_none(struct kontend_batch *batch)
{
	batch->failed_index = 0;
	batch->error = 0;
	batch->gen = 0;
}

int kontend_run_batch_begin(struct kontend_file *kf, union kontend_arg *arg)
{
	struct kontend_staged *staged;
	int ret = 0;

	if (mutex_lock_killable(&kf->mutex))
		return -EINTR;
	if (kf->staged) {
		ret = -EBUSY;
		goto out_unlock;
	}
	staged = staged_create(arg->batch.table);
	if (IS_ERR(staged))
		ret = PTR_ERR(staged);
	else
		kf->staged = staged;
out_unlock:
	mutex_unlock(&kf->mutex);
	answer_none(&arg->batch);
	return ret;
}

static int convert_op(const struct kontend_batch_op *in,
		      struct route_change *change)
{
	if (in->__reserved)
		return -EINVAL;
	switch (in->op) {
	case KONTEND_BATCH_ADD:
		change->op = ROUTE_ADD;
		break;
	case KONTEND_BATCH_REPLACE:
		change->op = ROUTE_REPLACE;
		break;
	case KONTEND_BATCH_DELETE:
		change->op = ROUTE_DELETE;
		return kontend_route_in(&in->route, KONTEND_NEXTHOP_ABSENT,
					&change->route);
	case KONTEND_BATCH_FLUSH:
		*change = (struct route_change){ .op = ROUTE_FLUSH };
		return memchr_inv(&in->route, 0, sizeof(in->route)) ?
			-EINVAL : 0;
	default:
		return -EINVAL;
	}
	return kontend_route_in(&in->route, KONTEND_NEXTHOP_PRESENT,
				&change->route);
}

/*
 * Fill @chunk from element @first of the caller's array.  A failure of one
 * element goes to @batch->error, any other is returned.
 */
static int fill_chunk(struct chunk *chunk, struct kontend_batch *batch,
		      u32 first, struct kontend_batch_op *ops)
{
	u32 i, at, n;

	for (at = 0; at < chunk->nr; at += n) {
		n = min_t(u32, chunk->nr - at, STAGE_ELEMENTS);
		if (kontend_array_read(ops, batch->ops, first + at, n,
				       sizeof(*ops)))
			return -EFAULT;
		for (i = 0; i < n; i++) {
			int ret = convert_op(&ops[i], &chunk->changes[at + i]);

			if (ret) {
				batch->failed_index = first + at + i;
				batch->error = -ret;
				return 0;
			}
		}
	}
	return 0;
}

/* The whole array as chunks, as far as it is good: see fill_chunk(). */
static int read_chunks(struct list_head *chunks, struct kontend_batch *batch)
{
	struct kontend_batch_op *ops;
	struct chunk *chunk;
	u32 first, n;
	int ret = 0;

	ops = kmalloc_array(STAGE_ELEMENTS, sizeof(*ops), GFP_KERNEL);
	if (!ops)
		return -ENOMEM;
	for (first = 0; first < batch->nr; first += n) {
		n = min_t(u32, batch->nr - first, CHUNK_CHANGES);
		chunk = kvmalloc(struct_size(chunk, changes, n),
				 GFP_KERNEL_ACCOUNT);
		if (!chunk) {
			ret = -ENOMEM;
			break;
		}
		chunk->nr = n;
		list_add_tail(&chunk->node, chunks);
		ret = fill_chunk(chunk, batch, first, ops);
		if (ret || batch->error)
			break;
		cond_resched();
	}
	kfree(ops);
	return ret;
}

int kontend_run_batch_stage(struct kontend_file *kf, union kontend_arg *arg)
{
	struct kontend_batch *batch = &arg->batch;
	struct kontend_staged *staged;
	LIST_HEAD(chunks);
	int ret;

	if (mutex_lock_killable(&kf->mutex))
		return -EINTR;
	staged = kf->staged;
	if (!staged) {
		ret = -ENOENT;
		goto out_unlock;
	}
	if (READ_ONCE(staged->table->is_dead)) {
		ret = -ENODEV;
		goto out_unlock;
	}
	if (batch->nr > KONTEND_BATCH_MAX - staged->nr) {
		ret = -ENOSPC;
		goto out_unlock;
	}

	batch->failed_index = batch->nr;
	batch->error = 0;
	batch->gen = 0;
	ret = read_chunks(&chunks, batch);
	if (!ret && !batch->error) {
		staged->nr += batch->nr;
		list_splice_tail_init(&chunks, &staged->chunks);
	}
out_unlock:
	mutex_unlock(&kf->mutex);
	free_chunks(&chunks);
	return ret;
}

/* *@index: how many were applied, hence the one that failed. */
static int apply_staged(const struct kontend_staged *staged,
			struct route_txn *txn, u32 *index)
{
	const struct chunk *chunk;
	u32 i;
	int ret;

	*index = 0;
	list_for_each_entry(chunk, &staged->chunks, node) {
		for (i = 0; i < chunk->nr; i++, ++*index) {
			if (*index % COMMIT_CHANGES == 0) {
				if (fatal_signal_pending(current))
					return -EINTR;
				cond_resched();
			}
			ret = route_txn_apply_sleep(txn, &chunk->changes[i],
						    NULL);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/* Return: 0, with @batch->error set if an operation failed, or -errno. */
static int commit_staged(const struct kontend_staged *staged,
			 struct kontend_batch *batch)
{
	struct kontend_ktable *t = staged->table;
	struct route_txn txn;
	int ret;

	ret = kontend_txn_begin(t, &txn);
	if (ret)
		return ret;
	ret = apply_staged(staged, &txn, &batch->failed_index);
	if (ret) {
		kontend_txn_abort(t, &txn);
		batch->gen = kontend_table_gen(t);
	} else {
		ret = kontend_txn_commit(t, &txn, &batch->gen);
	}
	batch->error = -ret;
	return ret == -EINTR ? ret : 0;
}

int kontend_run_batch_commit(struct kontend_file *kf, union kontend_arg *arg)
{
	struct kontend_staged *done = NULL;
	int ret;

	if (mutex_lock_killable(&kf->mutex))
		return -EINTR;
	ret = kf->staged ? commit_staged(kf->staged, &arg->batch) : -ENOENT;
	if (!ret && !arg->batch.error) {
		done = kf->staged;
		kf->staged = NULL;
	}
	mutex_unlock(&kf->mutex);
	kontend_staged_destroy(done);
	return ret;
}

int kontend_run_batch_abort(struct kontend_file *kf, union kontend_arg *arg)
{
	struct kontend_staged *staged;

	if (mutex_lock_killable(&kf->mutex))
		return -EINTR;
	staged = kf->staged;
	kf->staged = NULL;
	mutex_unlock(&kf->mutex);
	if (!staged)
		return -ENOENT;
	kontend_staged_destroy(staged);
	answer_none(&arg->batch);
	return 0;
}
