// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of the module: creation, finding, changing, the end of their life.
 * Which table has which id stands in an xarray that is read under RCU; who
 * changes it holds tables_mutex.
 */
#include "table.h"

#include <linux/cache.h>
#include <linux/jiffies.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>

#include "compat.h"

/* How long a writer waits for stalled readers. */
#define RECLAIM_TIMEOUT		(5 * HZ)

struct kontend_ktable *kontend_main __ro_after_init;

/*
 * Lock order: tables_mutex -> nothing.  It guards changes of tables, and the
 * two counters.
 */
static DEFINE_MUTEX(tables_mutex);
static DEFINE_XARRAY(tables);
static u32 nr_tables;
static u32 next_id;		/* counts up only: ids are never reused */

static struct workqueue_struct *table_wq __ro_after_init;

/*
 * A callback of the core: memory came back.  May run in softirq, so what needs
 * the mutex is left to a work.
 */
static void table_reclaimed(void *owner)
{
	struct kontend_ktable *t = owner;

	wake_up_all(&t->reclaim_wait);
	queue_work(table_wq, &t->reclaim_work);
}

/*
 * Not lazily: writers may be waiting for the memory, and a lazy callback of an
 * offloaded CPU (rcu_nocbs=) comes ten seconds late.
 */
static const struct route_owner_ops table_owner_ops = {
	.call		= call_rcu_hurry,
	.reclaimed	= table_reclaimed,
};

static void table_reclaim_work(struct work_struct *work)
{
	struct kontend_ktable *t =
		container_of(work, struct kontend_ktable, reclaim_work);

	mutex_lock(&t->mutex);
	route_reclaim(t->routes);
	mutex_unlock(&t->mutex);
	wake_up_all(&t->reclaim_wait);
}

static void table_free(struct kontend_ktable *t)
{
	route_table_destroy(t->routes);
	mutex_destroy(&t->mutex);
	kfree(t);
}

/*
 * The last reference is gone, so nobody writes; a grace period has passed, so
 * nobody reads.  What can still come is RCU callbacks, and the reclaim work
 * that they queue: wait for both, in this order.
 */
static void table_free_work(struct work_struct *work)
{
	struct kontend_ktable *t = container_of(to_rcu_work(work),
						struct kontend_ktable,
						free_work);

	rcu_barrier();
	cancel_work_sync(&t->reclaim_work);
	table_free(t);
}

static struct kontend_ktable *table_alloc(const char *name,
					  const struct route_limits *limits)
{
	struct kontend_ktable *t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	struct route_owner owner = {
		.ops	= &table_owner_ops,
		.owner	= t,
		.may_sleep = true,
	};

	if (!t)
		return NULL;
	strscpy(t->name, name, sizeof(t->name));
	t->limits = *limits;
	kref_init(&t->ref);
	mutex_init(&t->mutex);
	init_waitqueue_head(&t->reclaim_wait);
	init_waitqueue_head(&t->gen_wait);
	INIT_WORK(&t->reclaim_work, table_reclaim_work);
	INIT_RCU_WORK(&t->free_work, table_free_work);
	port_lock_init(&owner.lock, &t->mutex);

	t->routes = route_table_create(limits, &owner);
	if (!t->routes) {
		mutex_destroy(&t->mutex);
		kfree(t);
		return NULL;
	}
	return t;
}

static bool name_is_used(const char *name)
{
	struct kontend_ktable *t;
	unsigned long id;

	lockdep_assert_held(&tables_mutex);
	xa_for_each(&tables, id, t) {
		if (!strcmp(t->name, name))
			return true;
	}
	return false;
}

static int table_publish(struct kontend_ktable *t)
{
	int ret;

	lockdep_assert_held(&tables_mutex);
	if (name_is_used(t->name))
		return -EEXIST;
	if (nr_tables == KONTEND_TABLES_MAX || next_id == U32_MAX)
		return -ENOSPC;
	t->id = next_id;
	/* Publish: pairs with the xa_load() in kontend_table_find_rcu(). */
	ret = xa_insert(&tables, t->id, t, GFP_KERNEL_ACCOUNT);
	if (ret)
		return ret;
	next_id++;
	nr_tables++;
	return 0;
}

/* Out of sight, then dead, then let go, for the readers' and sleepers' sake. */
static void table_unpublish(struct kontend_ktable *t)
{
	lockdep_assert_held(&tables_mutex);
	xa_erase(&tables, t->id);
	nr_tables--;
	WRITE_ONCE(t->is_dead, true);
	wake_up_all(&t->reclaim_wait);
	kontend_table_put(t);
}

int __init kontend_tables_init(void)
{
	static const struct route_limits limits = {
		.nr_routes	= KONTEND_ROUTES_MAX,
		.bytes		= KONTEND_BYTES_MAX,
		.bytes_pending	= KONTEND_PENDING_MAX,
	};
	int ret = -ENOMEM;

	/* Unbound: freeing a full table takes long, and on no CPU's account. */
	table_wq = alloc_workqueue("kontend", WQ_UNBOUND, 0);
	if (!table_wq)
		return -ENOMEM;
	kontend_main = table_alloc("main", &limits);
	if (!kontend_main)
		goto err_destroy_wq;

	mutex_lock(&tables_mutex);
	ret = table_publish(kontend_main);
	mutex_unlock(&tables_mutex);
	if (ret)
		goto err_free_main;
	return 0;

err_free_main:
	table_free(kontend_main);
err_destroy_wq:
	destroy_workqueue(table_wq);
	return ret;
}

void kontend_tables_exit(void)
{
	struct kontend_ktable *t;
	unsigned long id;

	mutex_lock(&tables_mutex);
	xa_for_each(&tables, id, t)
		table_unpublish(t);
	mutex_unlock(&tables_mutex);

	/* free_work is queued by an RCU callback: behind this all of them are. */
	rcu_barrier();
	destroy_workqueue(table_wq);
	xa_destroy(&tables);
}

int kontend_table_create(const char *name, u64 routes_max, u64 bytes_max,
			 u32 *id)
{
	const struct route_limits limits = {
		.nr_routes	= routes_max,
		.bytes		= bytes_max,
		.bytes_pending	= KONTEND_PENDING_MAX,
	};
	struct kontend_ktable *t = table_alloc(name, &limits);
	int ret;

	if (!t)
		return -ENOMEM;
	ret = mutex_lock_killable(&tables_mutex);
	if (ret)
		goto err_free;
	ret = table_publish(t);
	*id = t->id;
	mutex_unlock(&tables_mutex);
	if (ret)
		goto err_free;
	return 0;

err_free:
	table_free(t);
	return ret;
}

int kontend_table_destroy(u32 id)
{
	struct kontend_ktable *t;

	if (mutex_lock_killable(&tables_mutex))
		return -EINTR;
	t = xa_load(&tables, id);
	if (t)
		table_unpublish(t);
	mutex_unlock(&tables_mutex);
	return t ? 0 : -ENODEV;
}

u32 kontend_tables_list(struct kontend_table_entry *entries)
{
	struct kontend_ktable *t;
	unsigned long id;
	u32 nr = 0;

	rcu_read_lock();
	xa_for_each(&tables, id, t) {
		const struct route_view *v = route_view(t->routes);

		/* One may come while another goes: not both fit, nor must. */
		if (nr == KONTEND_TABLES_MAX)
			break;
		entries[nr] = (struct kontend_table_entry){
			.table		= t->id,
			.nr_routes4	= route_view_nr(v, ROUTE_INET4),
			.nr_routes6	= route_view_nr(v, ROUTE_INET6),
			.gen		= route_view_gen(v),
		};
		memcpy(entries[nr].name, t->name, sizeof(t->name));
		nr++;
	}
	rcu_read_unlock();
	return nr;
}

struct kontend_ktable *kontend_table_find_rcu(u32 id)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "table without read section");
	return xa_load(&tables, id);
}

struct kontend_ktable *kontend_table_get(u32 id)
{
	struct kontend_ktable *t;

	rcu_read_lock();
	t = kontend_table_find_rcu(id);
	if (t && !kref_get_unless_zero(&t->ref))
		t = NULL;
	rcu_read_unlock();
	return t;
}

static void table_release(struct kref *ref)
{
	struct kontend_ktable *t =
		container_of(ref, struct kontend_ktable, ref);

	queue_rcu_work(table_wq, &t->free_work);
}

void kontend_table_put(struct kontend_ktable *t)
{
	kref_put(&t->ref, table_release);
}

u64 kontend_table_gen(const struct kontend_ktable *t)
{
	u64 gen;

	rcu_read_lock();
	gen = route_view_gen(route_view(t->routes));
	rcu_read_unlock();
	return gen;
}

static int table_lock(struct kontend_ktable *t)
{
	if (mutex_lock_killable(&t->mutex))
		return -EINTR;
	if (READ_ONCE(t->is_dead)) {
		mutex_unlock(&t->mutex);
		return -ENODEV;
	}
	return 0;
}

int kontend_table_stats(struct kontend_ktable *t, struct route_stats *stats)
{
	int ret = table_lock(t);

	if (ret)
		return ret;
	route_table_stats(t->routes, stats);
	mutex_unlock(&t->mutex);
	return 0;
}

/* Writers wait for stalled readers here, where they hold up nobody else. */
static int wait_for_readers(struct kontend_ktable *t)
{
	long left;

	if (likely(!route_must_wait(t->routes)))
		return 0;
	atomic64_inc(&t->nr_stalls);
	left = wait_event_killable_timeout(t->reclaim_wait,
					   !route_must_wait(t->routes) ||
					   READ_ONCE(t->is_dead),
					   RECLAIM_TIMEOUT);
	if (left < 0)
		return -EINTR;
	return left ? 0 : -EAGAIN;
}

int kontend_txn_begin(struct kontend_ktable *t, struct route_txn *txn)
{
	int ret;

	ret = wait_for_readers(t);
	if (ret)
		return ret;
	route_txn_init(txn, t->routes);
	ret = route_txn_prepare(txn);
	if (!ret)
		ret = table_lock(t);
	if (ret) {
		route_txn_fini(txn);
		return ret;
	}
	route_txn_begin(txn);
	return 0;
}

int kontend_txn_commit(struct kontend_ktable *t, struct route_txn *txn, u64 *gen)
{
	u64 before;
	int ret;

	lockdep_assert_held(&t->mutex);
	before = route_view_gen(route_view(t->routes));
	ret = route_txn_commit_sleep(txn, gen);
	mutex_unlock(&t->mutex);
	route_txn_fini(txn);
	if (!ret && *gen != before)
		wake_up_poll(&t->gen_wait, EPOLLPRI);
	return ret;
}

void kontend_txn_abort(struct kontend_ktable *t, struct route_txn *txn)
{
	lockdep_assert_held(&t->mutex);
	route_txn_abort(txn);
	mutex_unlock(&t->mutex);
	route_txn_fini(txn);
}

int kontend_table_apply(struct kontend_ktable *t,
			const struct route_change *changes, u32 nr,
			u32 *done, u64 *gen, u32 *old)
{
	struct route_txn txn;
	int ret, failed;
	u32 i;

	*done = 0;
	ret = kontend_txn_begin(t, &txn);
	if (ret)
		return ret;
	for (i = 0; i < nr; i++) {
		ret = route_txn_apply_sleep(&txn, &changes[i], old);
		if (ret)
			break;
	}
	failed = kontend_txn_commit(t, &txn, gen);
	if (failed)
		return failed;
	*done = i;
	return ret;
}
