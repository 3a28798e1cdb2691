/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside a route table: what readers see of it, and what the writer keeps.
 * For the core, and for owners that need to know whose view it is that they
 * call back for; all others have route.h.
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
#include "fib.h"
#include "route.h"

/**
 * struct route_view - a snapshot of the whole table
 * @fib_base: base of the region of @fib, so that a lookup has all in one line
 * @word: the words of @roots; not compiled: none, lookups ask the routes as given
 * @top: the top of @roots
 * @hops_end: that of @fib
 * @bits: of an address that lead to a word
 * @top_shift: bits of an address's first 64 behind those that index @top
 * @dflt: next hops of the default routes, 0: none
 * @base: base of @arena
 * @root: roots of the tries of routes with at least one bit
 * @gen: generation
 * @nr: routes, defaults included
 * @arena: where the nodes are
 * @fib: where the compiled routes are, or NULL
 * @roots: where @word is, or NULL
 * @table: the table
 * @epoch: of the default routes
 * @retired: nodes that the next view does without, once this is replaced
 * @fib_tail: the same for compiled nodes: up to where in the ring of @fib
 * @pending_bytes: what its reclaim will give back
 * @node: link in the stack of views whose grace period is over
 * @rcu: for the grace period
 */
struct route_view {
	const u8		*fib_base;		/* I */
	u32			*word[ROUTE_FAMILIES];	/* I; what they point to: fib.h */
	u32			*top;			/* I; as above */
	u32			dflt[ROUTE_FAMILIES];	/* I */
	u32			hops_end;		/* I */
	u8			bits[ROUTE_FAMILIES];	/* I */
	u8			top_shift;		/* I */
	const u8		*base;			/* I */
	struct arena_ref	root[ROUTE_FAMILIES];	/* I */
	u64			gen;			/* I */
	u64			nr[ROUTE_FAMILIES];	/* I */
	struct arena		*arena;			/* I */
	struct fib		*fib;			/* I */
	struct fib_roots	*roots;			/* I */
	struct route_table	*table;			/* I */
	u64			epoch;			/* I */
	struct arena_ref	retired;		/* R */
	u64			fib_tail;		/* R */
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
 * @region_bytes: all regions that a view refers to
 * @bytes_fixed: what an empty table has, its regions included
 * @bytes_fixed_regions: of these, its regions
 * @nr_earlier: views that wait for readers and have earlier default routes than
 *	the present one
 * @commits: views published
 * @reclaims: views reclaimed
 * @moves: moves published
 * @compiles: times that all routes were compiled anew
 * @pending: bytes that wait for a grace period
 * @reclaimed: views whose grace period is over
 * @draining: of these, the ones that the writer has taken and not yet freed
 * @dead: regions that no view refers to any more
 */
struct route_table {
	struct route_view __rcu	*view;			/* WR */
	struct route_limits	limits;			/* I */
	struct route_owner	owner;			/* I */
	u64			bytes_fixed;		/* I */
	u64			bytes_fixed_regions;	/* I */
	u64			mark;			/* W */
	struct route_txn	*txn;			/* W */
	u64			want_bytes;		/* W, READ_ONCE by prepare */
	u64			region_bytes;		/* W */
	u64			nr_earlier;		/* W */
	u64			commits;		/* W */
	u64			reclaims;		/* W */
	u64			moves;			/* W */
	u64			compiles;		/* W */
	struct region		*dead;			/* W */
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
