// SPDX-License-Identifier: GPL-2.0
/*
 * Bugs with RCU: memory that goes too early, read sections that are missing or
 * misused, callbacks.
 */
#include "seeded.h"

#include <linux/container_of.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

struct node {
	struct list_head	link;
	struct rcu_head		rcu;
	int			value;
};

#define VALUE	42

static struct node __rcu *published;
static LIST_HEAD(nodes);

/* rcu_unload: what its callback is to free, and the twin. */
static struct node *leftover;
static bool leftover_correct;

static void node_free_rcu(struct rcu_head *head)
{
	kfree(container_of(head, struct node, rcu));
}

static void nothing_rcu(struct rcu_head *head)
{
}

static struct node *node_create(void)
{
	struct node *n = kzalloc(sizeof(*n), GFP_KERNEL);

	if (n)
		n->value = VALUE;
	return n;
}

static struct node *publish(void)
{
	struct node *n = node_create();

	if (n)
		rcu_assign_pointer(published, n);
	return n;
}

static noinline int rcu_free_reader(struct seeded_thread *t)
{
	const struct node *n;
	int value;

	rcu_read_lock();
	n = rcu_dereference(published);
	seeded_pause(t);
	value = READ_ONCE(n->value);
	rcu_read_unlock();
	return value == VALUE ? 0 : -EUCLEAN;
}

/* Frees what a reader holds; the twin does so after a grace period. */
static int rcu_free(bool correct)
{
	struct node *n = publish();
	struct seeded_thread reader;

	if (!n)
		return -ENOMEM;
	seeded_start(&reader, rcu_free_reader, correct);
	seeded_await(&reader);
	RCU_INIT_POINTER(published, NULL);
	if (correct)
		call_rcu(&n->rcu, node_free_rcu);
	else
		kfree(n);
	return seeded_finish(&reader);
}

static noinline int rcu_escape_reader(struct seeded_thread *t)
{
	const struct node *n;
	int value;

	rcu_read_lock();
	n = rcu_dereference(published);
	value = READ_ONCE(n->value);
	rcu_read_unlock();
	seeded_pause(t);
	if (!t->correct)
		value = READ_ONCE(n->value);
	return value == VALUE ? 0 : -EUCLEAN;
}

/* A pointer leaves its read section; the twin takes the value along instead. */
static int rcu_escape(bool correct)
{
	struct node *n = publish();
	struct seeded_thread reader;

	if (!n)
		return -ENOMEM;
	seeded_start(&reader, rcu_escape_reader, correct);
	seeded_await(&reader);
	RCU_INIT_POINTER(published, NULL);
	synchronize_rcu();
	kfree(n);
	return seeded_finish(&reader);
}

static noinline int rcu_dereference_value(void)
{
	return rcu_dereference(published)->value;
}

/* rcu_dereference() without a read section; the twin has one. */
static int rcu_dereference_outside(bool correct)
{
	struct node *n = publish();

	if (!n)
		return -ENOMEM;
	if (correct) {
		rcu_read_lock();
		rcu_dereference_value();
		rcu_read_unlock();
	} else {
		rcu_dereference_value();
	}
	RCU_INIT_POINTER(published, NULL);
	call_rcu(&n->rcu, node_free_rcu);
	return 0;
}

static noinline int rcu_list_sum(void)
{
	const struct node *n;
	int sum = 0;

	list_for_each_entry_rcu(n, &nodes, link)
		sum += n->value;
	return sum;
}

/* A list is walked without a read section; the twin has one. */
static int rcu_list_walk(bool correct)
{
	struct node *n = node_create();

	if (!n)
		return -ENOMEM;
	list_add_rcu(&n->link, &nodes);
	if (correct) {
		rcu_read_lock();
		rcu_list_sum();
		rcu_read_unlock();
	} else {
		rcu_list_sum();
	}
	list_del_rcu(&n->link);
	call_rcu(&n->rcu, node_free_rcu);
	return 0;
}

/* May sleep in a read section; the twin asks for memory that is at hand. */
static noinline int rcu_sleep(bool correct)
{
	struct node *n;

	seeded_await_sleep_check();
	rcu_read_lock();
	n = kmalloc(sizeof(*n), correct ? GFP_ATOMIC : GFP_KERNEL);
	rcu_read_unlock();
	kfree(n);
	return 0;
}

/* Queues a head that is queued; the twin first waits for its callback. */
static noinline int rcu_double_call(bool correct)
{
	struct node *n = node_create();

	if (!n)
		return -ENOMEM;
	call_rcu(&n->rcu, nothing_rcu);
	if (correct)
		rcu_barrier();
	call_rcu(&n->rcu, nothing_rcu);
	rcu_barrier();
	kfree(n);
	return 0;
}

/*
 * The module goes away with a callback of its own still queued; the twin waits
 * for it.  The callback is queued at the very end, lest it be run before.
 */
static int rcu_unload(bool correct)
{
	leftover = node_create();
	leftover_correct = correct;
	return leftover ? 0 : -ENOMEM;
}

void seeded_rcu_exit(void)
{
	if (leftover) {
		call_rcu(&leftover->rcu, node_free_rcu);
		if (!leftover_correct)
			return;
	}
	rcu_barrier();
}

const struct seeded_bug seeded_rcu[] = {
	{
		"rcu_free", "kasan",
		"KASAN: slab-use-after-free" SEEDED_IN("rcu_free_reader"),
		SEEDED_LATE, rcu_free
	}, {
		"rcu_escape", "kasan",
		"KASAN: slab-use-after-free" SEEDED_IN("rcu_escape_reader"),
		SEEDED_LATE, rcu_escape
	}, {
		"rcu_dereference", "kasan",
		"rcu\\.c:[0-9]+ suspicious rcu_dereference_check\\(\\) usage"
		SEEDED_VIA("rcu_dereference_value"),
		SEEDED_EARLY, rcu_dereference_outside
	}, {
		"rcu_list_walk", "kasan",
		"rcu\\.c:[0-9]+ RCU-list traversed in non-reader section"
		SEEDED_VIA("rcu_list_sum"),
		SEEDED_EARLY, rcu_list_walk
	}, {
		"rcu_sleep", "kasan",
		"sleeping function called from invalid context"
		SEEDED_THEN "RCU nest depth: 1" SEEDED_VIA("rcu_sleep"),
		SEEDED_EARLY, rcu_sleep
	}, {
		"rcu_double_call", "kasan",
		"ODEBUG: activ(at)?e(_state)? active .* rcu_head" SEEDED_VIA("rcu_double_call"),
		SEEDED_EARLY, rcu_double_call
	}, {
		"rcu_unload", "kasan",
		"unable to handle page fault" SEEDED_THEN "last unloaded: seeded",
		SEEDED_UNLOAD, rcu_unload
	}, { }
};
