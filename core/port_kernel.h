/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel half of port.h. */
#ifndef _CORE_PORT_KERNEL_H
#define _CORE_PORT_KERNEL_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/llist.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/prefetch.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/vmalloc.h>

/* Memory of a table is charged to the memory cgroup of who fills it. */
static inline void *port_zalloc(size_t bytes)
{
	return kzalloc(bytes, GFP_KERNEL_ACCOUNT);
}

static inline void port_free(void *p)
{
	kfree(p);
}

static inline void *port_region_alloc(size_t bytes)
{
	return __vmalloc(bytes, GFP_KERNEL_ACCOUNT | __GFP_NOWARN |
			 __GFP_RETRY_MAYFAIL);
}

/* vfree() itself reschedules from page to page. */
static inline void port_region_free(void *p, size_t bytes)
{
	vfree(p);
}

static inline void port_resched(void)
{
	cond_resched();
}

struct port_stack {
	struct llist_head head;
};

struct port_stack_node {
	struct llist_node node;
};

static inline void port_push(struct port_stack *stack,
			     struct port_stack_node *node)
{
	llist_add(&node->node, &stack->head);
}

static inline struct port_stack_node *port_take(struct port_stack *stack)
{
	struct llist_node *first = llist_del_all(&stack->head);

	return first ? container_of(first, struct port_stack_node, node) : NULL;
}

static inline struct port_stack_node *
port_stack_next(const struct port_stack_node *node)
{
	struct llist_node *next = node->node.next;

	return next ? container_of(next, struct port_stack_node, node) : NULL;
}

struct port_atomic {
	atomic64_t n;
};

static inline void port_atomic_add(struct port_atomic *p, s64 n)
{
	atomic64_add(n, &p->n);
}

static inline u64 port_atomic_read(const struct port_atomic *p)
{
	return atomic64_read(&p->n);
}

/* KASAN's poisoning is not offered to modules: the arena's own must do. */
static inline void port_poison(const void *p, size_t bytes)
{
}

static inline void port_unpoison(const void *p, size_t bytes)
{
}

#define port_bug(what)	WARN_ONCE(1, "kontend: %s\n", what)

/* lockdep knows; costs nothing without it. */
#ifdef CONFIG_LOCKDEP
struct port_lock {
	struct lockdep_map *map;
};

#define port_lock_init(l, lock)	((l)->map = &(lock)->dep_map)

static inline bool port_lock_held(const struct port_lock *l)
{
	return !l->map || lock_is_held(l->map);
}

static inline bool port_lock_excl(const struct port_lock *l)
{
	return !l->map || lock_is_held_type(l->map, 0);
}
#else
struct port_lock {
};

#define port_lock_init(l, lock)	((void)(l), (void)(lock))

static inline bool port_lock_held(const struct port_lock *l)
{
	return true;
}

static inline bool port_lock_excl(const struct port_lock *l)
{
	return true;
}
#endif

#endif /* _CORE_PORT_KERNEL_H */
