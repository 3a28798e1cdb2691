/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside a route table: what readers see of it, and what the writer keeps.
 * For the core only: callers have route.h.
 *
 *	table->view ---> view, gen 7 ---> root4, root6 ---> nodes in the arena
 *	                 view, gen 6 (waits for readers) ---> its retired nodes
 *
 * How each field is protected:
 *   I   set before publication, then never changed
 *   W   the table's lock, held exclusively, for reading and writing
 *   WR  written under the table's lock, read under RCU or under that lock
 *   R   of a view that was replaced: the grace-period callback and, after it,
 *       the writer
 *   A   atomic on its own; no order implied with the rest
 */
#ifndef _CORE_VIEW_H
#define _CORE_VIEW_H

#include "arena.h"
#include "route.h"

/**
 * struct route_view - a snapshot of the whole table
 * @base: base of @arena, so that a reader has all in one line
 * @root: roots of the tries of routes with at least one bit
 * @dflt: next hops of the default routes, 0: none
 * @gen: generation
 * @nr: routes, defaults included
 * @arena: where the nodes are
 * @table: the table
 * @retired: nodes that the next view does without, once this is replaced
 * @pending_bytes: what its reclaim will give back
 * @node: link in the stack of views whose grace period is over
 * @rcu: for the grace period
 */
struct route_view {
	const u8		*base;			/* I */
	struct arena_ref	root[ROUTE_FAMILIES];	/* I */
	u32			dflt[ROUTE_FAMILIES];	/* I */
	u64			gen;			/* I */
	u64			nr[ROUTE_FAMILIES];	/* I */
	struct arena		*arena;			/* I */
	struct route_table	*table;			/* I */
	struct arena_ref	retired;		/* R */
	u64			pending_bytes;		/* R */
	struct port_stack_node	node;			/* R */
	struct rcu_head		rcu;			/* R */
};

/**
 * struct route_table - a table
 * @view: the present view
 * @limits: bounds
 * @owner: owner
 * @mark: of the last transaction, for rib_edit
 * @txn: the open transaction, or NULL
 * @want_bytes: size of the region that the table should move to, 0: none
 * @region_bytes: all arenas that a view refers to
 * @commits: views published
 * @reclaims: views reclaimed
 * @moves: moves published
 * @pending: bytes that wait for a grace period
 * @reclaimed: views whose grace period is over
 * @draining: of these, the ones that the writer has taken and not yet freed
 * @dead: arenas that no view refers to any more
 */
struct route_table {
	struct route_view __rcu	*view;			/* WR */
	struct route_limits	limits;			/* I */
	struct route_owner	owner;			/* I */
	u64			mark;			/* W */
	struct route_txn	*txn;			/* W */
	u64			want_bytes;		/* W, READ_ONCE by prepare */
	u64			region_bytes;		/* W */
	u64			commits;		/* W */
	u64			reclaims;		/* W */
	u64			moves;			/* W */
	struct arena		*dead;			/* W */
	struct port_stack_node	*draining;		/* W */
	struct port_atomic	pending;		/* A */
	struct port_stack	reclaimed;		/* A */
};

/* What the writer may read the view by. */
static inline struct route_view *table_view(const struct route_table *t)
{
	return rcu_dereference_protected(t->view,
					 port_lock_excl(&t->owner.lock));
}

#endif /* _CORE_VIEW_H */
