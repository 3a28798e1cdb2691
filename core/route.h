/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The route table's public face.
 *
 * Readers take one view by route_view(), inside an RCU read section, and ask
 * it whatever they like.  No reader takes a lock, allocates or sleeps.
 *
 * A view is a snapshot of the whole table, IPv4 and IPv6: get, match and walk
 * see the routes of its generation and no others.  Lookups are answered from
 * what was compiled from the routes for speed, and there a later transaction of
 * a single change is made in place, just before its view is published: a lookup
 * may answer as its view does or as a later one, never with a next hop that its
 * address did not have at any time since; and lookups of different addresses in
 * one view may see later changes in another order.  A transaction of more changes
 * is seen whole or not at all, by lookups too.
 *
 * Writers make a transaction.  It builds the next view beside the present one
 * and publishes it by one store, or drops it.
 *
 *	struct route_txn txn;
 *
 *	route_txn_init(&txn, t);
 *	ret = route_txn_prepare(&txn);		may sleep, no lock needed
 *	lock
 *	route_txn_begin(&txn);
 *	ret = route_txn_apply(&txn, &change);	as often as needed
 *	ret = route_txn_commit(&txn, &gen);	or route_txn_abort()
 *	unlock
 *	route_txn_fini(&txn);
 *
 * The lock is the owner's, and exclusive.  Nothing between begin and commit
 * sleeps or allocates, so it may be a spinlock: where memory runs out apply and
 * commit answer -EAGAIN, having changed nothing, and route_txn_prepare() sets more
 * aside (under a lock that may sleep; under a spinlock abort first).
 */
#ifndef _CORE_ROUTE_H
#define _CORE_ROUTE_H

#include "arena.h"
#include "prefix.h"

struct route_table;
struct route_view;

/**
 * struct route_limits - bounds of a table; 0 means no bound
 * @nr_routes: routes of both families
 * @bytes: memory of the routes as given, at least ARENA_MIN_BYTES; as much again
 *	is held while they move, and a delete may pass it, so that a full table
 *	can be emptied.  What is compiled from them comes on top, in proportion.
 * @bytes_pending: memory that may wait for readers before route_must_wait()
 *	holds writers up; one transaction may pass it by what it retires
 */
struct route_limits {
	u64	nr_routes;
	u64	bytes;
	u64	bytes_pending;
};

/**
 * struct route_owner_ops - what a table needs of its owner
 * @call: run @func after a grace period of the readers; not NULL.  call_rcu()
 *	for RCU; for a plain lock that readers take, a call of @func at once.
 *	Called under the table's lock.
 * @reclaimed: memory came back: wake who waits for route_must_wait(), and see
 *	that route_reclaim() is called before long.  May be NULL.  Called from
 *	the callback that @call runs: softirq, or any thread; must not sleep.
 */
struct route_owner_ops {
	void (*call)(struct rcu_head *head, void (*func)(struct rcu_head *head));
	void (*reclaimed)(void *owner);
};

/**
 * struct route_owner - a table's owner
 * @ops: its operations
 * @owner: passed to @ops->reclaimed
 * @lock: which lock guards the table, for lockdep: set by port_lock_init()
 * @may_sleep: that lock may be slept under: long work gives the CPU away, and a
 *	table that has become sparse moves to a smaller region
 */
struct route_owner {
	const struct route_owner_ops	*ops;
	void				*owner;
	struct port_lock		lock;
	bool				may_sleep;
};

/* What a change does. */
enum route_op {
	ROUTE_ADD,		/* -EEXIST if the prefix is there */
	ROUTE_REPLACE,		/* add or change */
	ROUTE_DELETE,		/* -ENOENT if the prefix is not there */
	ROUTE_FLUSH,		/* delete all */
};

/**
 * struct route_change - one change
 * @op: what to do
 * @route: the route; next hop ignored by delete, all of it by flush
 */
struct route_change {
	enum route_op	op;
	struct route	route;
};

/**
 * struct route_stats - figures of a table, in bytes unless named otherwise
 * @gen: generation: transactions that changed something
 * @nr_routes: routes, a family
 * @bytes: memory held in all, what waits for readers included
 * @bytes_fixed: of these, what an empty table needs
 * @bytes_live: of these, what the routes as given are stored in
 * @bytes_compiled: of these, all that was compiled from them, free parts included
 * @bytes_lookup: of these, what lookups of a family read
 * @bytes_pending: of these, what waits for a grace period
 * @commits: views published
 * @reclaims: views reclaimed
 * @moves: times that the table was moved to another region
 * @compiles: times that all routes were compiled anew
 */
struct route_stats {
	u64	gen;
	u64	nr_routes[ROUTE_FAMILIES];
	u64	bytes;
	u64	bytes_fixed;
	u64	bytes_live;
	u64	bytes_compiled;
	u64	bytes_lookup[ROUTE_FAMILIES];
	u64	bytes_pending;
	u64	commits;
	u64	reclaims;
	u64	moves;
	u64	compiles;
};

/**
 * route_table_create() - make an empty table
 * @limits: bounds, copied
 * @owner: owner, copied
 * Context: may sleep.
 * Return: the table, or NULL without memory.
 */
struct route_table *route_table_create(const struct route_limits *limits,
				       const struct route_owner *owner);

/**
 * route_table_destroy() - free a table, in slices with a chance to reschedule
 * @t: table; NULL is fine
 * Context: may sleep.  Nobody reads or writes any more: a grace period has
 * passed since the last reader could find the table, and all callbacks given
 * to @call have run (rcu_barrier()).
 */
void route_table_destroy(struct route_table *t);

/**
 * route_view() - the table's present view
 * @t: table
 * Context: an RCU read section, or the table's lock; valid until its end.
 * Return: the view.
 */
const struct route_view *route_view(const struct route_table *t);

/* route_view_gen - a view's generation. */
u64 route_view_gen(const struct route_view *v);

/* route_view_nr - a view's routes of a family. */
u64 route_view_nr(const struct route_view *v, unsigned int family);

/**
 * route_lookup() - longest-prefix match
 * @v: view
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @addr: address
 * Context: as route_view().
 * Return: the next hop, 0 if no route matches.
 */
u32 route_lookup(const struct route_view *v, unsigned int family,
		 const struct route_addr *addr);

/**
 * route_lookup4_bulk() - longest-prefix match of many IPv4 addresses in one view
 * @v: view
 * @addrs: addresses, in host order
 * @nexthops: out: next hops, 0 where no route matches
 * @n: how many: bounded by the caller, since this is one read section
 * Context: as route_view().
 */
void route_lookup4_bulk(const struct route_view *v, const u32 *addrs,
			u32 *nexthops, unsigned int n);

/**
 * route_lookup_bulk() - longest-prefix match of many addresses in one view
 * @v: view
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @addrs: addresses
 * @nexthops: out: next hops, 0 where no route matches
 * @n: how many: bounded by the caller, since this is one read section
 * Context: as route_view().
 */
void route_lookup_bulk(const struct route_view *v, unsigned int family,
		       const struct route_addr *addrs, u32 *nexthops,
		       unsigned int n);

/**
 * route_match() - longest-prefix match that tells which route matched
 * @v: view
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @addr: address
 * @match: out: the route
 * Context: as route_view().
 * Return: true if a route matches.
 */
bool route_match(const struct route_view *v, unsigned int family,
		 const struct route_addr *addr, struct route *match);

/**
 * route_get() - exact match
 * @v: view
 * @prefix: a valid prefix
 * Context: as route_view().
 * Return: the next hop, 0 if there is no such route.
 */
u32 route_get(const struct route_view *v, const struct route_prefix *prefix);

/**
 * route_walk() - the next routes in order
 * @v: view
 * @after: routes behind this prefix, which need not exist; NULL: from the start
 * @routes: out
 * @n: room in @routes: bounded by the caller, since this is one read section
 * Context: as route_view().
 * Return: how many were written; less than @n only at the end.
 */
unsigned int route_walk(const struct route_view *v,
			const struct route_prefix *after,
			struct route *routes, unsigned int n);

/* What the compiled routes have to follow. */
enum route_touched {
	ROUTE_TOUCHED_NONE,
	ROUTE_TOUCHED_ONE,		/* one prefix */
	ROUTE_TOUCHED_SOME,		/* those that are marked */
	ROUTE_TOUCHED_ALL,
};

/**
 * struct route_txn - a transaction; private to the core
 * @table: the table
 * @next: the view that is being made
 * @spare: a region set aside for a move
 * @fib: one set aside for compiling all routes
 * @roots: roots set aside, for that or for a transaction of several changes
 * @want_bytes: size of the region that is wanted as @spare, 0: none
 * @want_fib_bytes: the same for @fib
 * @want_hops: hops that @fib shall have room for
 * @want_bits: bits that @roots shall have, 0: none are wanted
 * @want_chunks: chunks that they shall have room for
 * @may_pass: @spare may be larger than the table's limit
 * @old_arena: the region of the published view, once the transaction has moved
 * @dead: regions to be freed at the next chance to sleep
 * @old_root: the roots of the transaction in it when it moved
 * @retired: nodes of the published view that the next one does without
 * @retired_bytes: their size
 * @nr_changes: changes that took effect
 * @nr_new_hops: next hops at most that are not compiled yet
 * @as_is: no memory for what could wait: what must be compiled, no more
 * @touched: what the compiled routes have to follow
 * @one: the prefix, if it is one
 */
struct route_txn {
	struct route_table	*table;
	struct route_view	*next;
	struct arena		*spare;
	struct fib		*fib;
	struct fib_roots	*roots;
	u64			want_bytes;
	u64			want_fib_bytes;
	u32			want_hops;
	u8			want_bits[ROUTE_FAMILIES];
	u32			want_chunks;
	bool			may_pass;
	struct arena		*old_arena;
	struct region		*dead;
	struct arena_ref	old_root[ROUTE_FAMILIES];
	struct arena_ref	retired;
	u64			retired_bytes;
	u64			nr_changes;
	u64			nr_new_hops;
	bool			as_is;
	enum route_touched	touched;
	struct route_prefix	one;
};

/**
 * route_must_wait() - does so much memory wait for readers that a writer has to
 * @t: table
 * Context: any.
 * Return: true: wait until @reclaimed is called, or for a grace period, then
 * ask again; do so before taking the lock, never in a read section.
 */
bool route_must_wait(const struct route_table *t);

/* route_txn_init - first call, before prepare. */
void route_txn_init(struct route_txn *txn, struct route_table *t);

/**
 * route_txn_prepare() - set memory aside
 * @txn: transaction
 * Context: may sleep; not in a read section; with or without the table's lock.
 * Return: 0, -ENOMEM, or -ENOSPC if the table's limit on bytes forbids it; the
 * transaction stays as it was.
 */
int route_txn_prepare(struct route_txn *txn);

/**
 * route_txn_begin() - open the transaction, after route_txn_prepare()
 * @txn: transaction
 * Context: the table's lock, until commit or abort.  Sleeps only if the owner
 * says @may_sleep.
 */
void route_txn_begin(struct route_txn *txn);

/**
 * route_txn_apply() - one change
 * @txn: transaction, open
 * @change: the change; a valid prefix, and a next hop that is not 0
 * @old: out: the next hop that the prefix had, 0 if it was not there, also
 *	where the change fails for it; not written by flush; may be NULL
 * Context: the table's lock.  Does not sleep.  Work in proportion to the
 * prefix's length, but for the change that finds a region set aside for it after
 * -EAGAIN: that one takes the whole table along.  Flush leaves it behind.
 *
 * A change that changes nothing (the same next hop again, a flush of an empty
 * table) is none, and alone makes no generation.
 *
 * Return: 0; -EEXIST, -ENOENT, -ENOSPC (limit on routes); -EAGAIN: call
 * route_txn_prepare(), then again.  On error nothing was changed.
 */
int route_txn_apply(struct route_txn *txn, const struct route_change *change,
		    u32 *old);

/**
 * route_txn_apply_sleep() - route_txn_apply() under a lock that may sleep
 * @txn: transaction, open
 * @change: as there
 * @old: as there
 * Context: the table's lock, a sleeping one.
 * Return: as there, -ENOMEM and -ENOSPC instead of -EAGAIN.
 */
int route_txn_apply_sleep(struct route_txn *txn,
			  const struct route_change *change, u32 *old);

/**
 * route_txn_commit() - publish the next view at once, if anything changed
 * @txn: transaction, open; may be prepared and begun again afterwards
 * @gen: out: the table's generation; may be NULL
 * Context: the table's lock.  Does not sleep.  Compiles what the changes touched:
 * for one change, work in proportion to the routes that lie behind it in the same
 * node and to the addresses that a short prefix covers; for more, to the slots of
 * the root that they lie in, and once to the size of the roots; for a table that
 * has used up what was set aside for changes, or has become much larger or smaller,
 * or a large part of it, to the table.
 * Return: 0; -EAGAIN: nothing was changed; call route_txn_prepare(), then again,
 * or abort.
 */
int __must_check route_txn_commit(struct route_txn *txn, u64 *gen);

/**
 * route_txn_commit_sleep() - route_txn_commit() under a lock that may sleep
 * @txn: transaction, open
 * @gen: as there
 * Context: the table's lock, a sleeping one.
 * Return: 0; -ENOMEM: nothing was changed, the transaction has been aborted.
 */
int __must_check route_txn_commit_sleep(struct route_txn *txn, u64 *gen);

/**
 * route_txn_abort() - drop the transaction: the table is as before it
 * @txn: transaction, open; may be prepared and begun again afterwards
 * Context: the table's lock.  Cannot fail.  Work in proportion to the changes;
 * sleeps only if the owner says @may_sleep.
 */
void route_txn_abort(struct route_txn *txn);

/**
 * route_txn_fini() - give back what was set aside
 * @txn: transaction, not open
 * Context: may sleep.
 */
void route_txn_fini(struct route_txn *txn);

/**
 * route_reclaim() - take back memory whose grace period is over
 * @t: table
 * Context: the table's lock, a sleeping one.  Writers do it on their way; the
 * owner calls it when @reclaimed was called and no writer comes.
 */
void route_reclaim(struct route_table *t);

/**
 * route_table_stats() - figures
 * @t: table
 * @stats: out
 * Context: the table's lock.
 */
void route_table_stats(const struct route_table *t, struct route_stats *stats);

/**
 * route_check() - walk everything and assert every invariant
 * @t: table
 * @reason: out: the invariant that is broken, a constant string
 * Context: the table's lock, a sleeping one; no transaction open.
 * Return: 0, or -EUCLEAN.
 */
int route_check(const struct route_table *t, const char **reason);

#endif /* _CORE_ROUTE_H */
