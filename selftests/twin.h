/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A route table and its oracle, side by side: a call does the same to both, or
 * asks both the same, and ends the test if they differ.
 */
#ifndef _SELFTESTS_TWIN_H
#define _SELFTESTS_TWIN_H

#include "fixture.h"
#include "oracle.h"
#include "pool.h"

/* Sets of families: bits by their numbers. */
#define TWIN_INET4	1
#define TWIN_INET6	2

/**
 * struct twin - a table and its oracle
 * @f: the table
 * @o: the oracle, with the changes of the transaction under way
 * @before: as of the published view
 * @pool: what prefixes are drawn from
 * @rng: what they, and all else, are drawn by
 * @gen: the generation that the table must have
 * @ops: operations and questions so far
 */
struct twin {
	struct fixture	f;
	struct oracle	o;
	struct oracle	before;
	struct pool	pool;
	struct rng	rng;
	u64		gen;
	unsigned int	ops;
};

/* An empty table; registers the thread. */
void twin_init(struct twin *w, unsigned int families, u64 seed);

/* Compares a last time; everything retired must be reclaimed. */
void twin_fini(struct twin *w);

/* Around twin_apply(): takes the lock, and gives it back. */
void twin_begin(struct twin *w, struct route_txn *txn);
void twin_commit(struct twin *w, struct route_txn *txn);
void twin_abort(struct twin *w, struct route_txn *txn);

/* One change, by either way of applying. */
void twin_apply(struct twin *w, struct route_txn *txn,
		const struct route_change *change);

/* Questions to a view; the answers are those of @before. */
void twin_expect_match(struct twin *w, const struct route_view *v,
		       unsigned int family, const struct route_addr *addr);
void twin_expect_get(struct twin *w, const struct route_view *v,
		     const struct route_prefix *prefix);
void twin_expect_whole_walk(struct twin *w, const struct route_view *v);

/* At most @n routes behind @after; returns how many there were. */
unsigned int twin_expect_walk(struct twin *w, const struct route_view *v,
			      const struct route_prefix *after,
			      struct route *routes, unsigned int n);

/* All that can be asked of the published view. */
void twin_expect_all(struct twin *w);

/* The published view does not know of a transaction that is under way. */
void twin_peek(struct twin *w);

/* Something drawn: a change, a transaction of @nr of them, a question. */
struct route_change twin_draw_change(struct twin *w);
void twin_random_txn(struct twin *w, unsigned int nr, bool abort);
void twin_random_query(struct twin *w);

/* How much was done. */
void twin_print(struct twin *w);

/* A route as text; good for four of them in one line. */
const char *twin_show(const struct route *r);

#endif /* _SELFTESTS_TWIN_H */
