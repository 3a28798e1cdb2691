/* SPDX-License-Identifier: GPL-2.0 */
/*
 * (A) All of it together, and too large to be searched to the end: random runs.
 * The writer makes updates of two kinds, in any order: it copies the root and
 * swaps the view, or it gives the present root's word another blob.  What is
 * replaced goes through call_rcu() and the stack, is poisoned and used again.
 * Two readers look up twice each.  In no lookup may root, generation and value
 * be of what was freed, and for none of the readers may time run backwards.
 */
#ifndef _SELFTESTS_MODEL_WHOLE_HPP
#define _SELFTESTS_MODEL_WHOLE_HPP

#include "scenarios.hpp"

template <bool values>
struct whole : rl::test_suite<whole<values>, 4> {
	static const int ROOTS = 2, BLOBS = 2, UPDATES = 6, POISON = -1;

	struct {
		word<values> gen;
		rl::atomic<int> slot;
	} root[ROOTS];
	word<values> blob[BLOBS];
	rl::atomic<int> now;

	grace<2, UPDATES> gp;
	stack<false, UPDATES> reclaimed;
	word<false> what[UPDATES + 1];		/* a root, or ROOTS + a blob */
	/* The writer's own: the table's lock guards it. */
	bool root_free[ROOTS], blob_free[BLOBS];
	int present, ref, gen, value, nr_retired;

	void before()
	{
		for (int i = 0; i < ROOTS; i++)
			root_free[i] = i;
		for (int i = 0; i < BLOBS; i++)
			blob_free[i] = i;
		present = ref = nr_retired = 0;
		gen = value = 1;
		blob[0].set(value);
		root[0].gen.set(gen);
		root[0].slot.store(0, rl::mo_relaxed, $);
		now.store(0, rl::mo_relaxed, $);
	}

	void drain()				/* route_drain(), rib_free_retired() */
	{
		int node = reclaimed.take();

		for (; node; node = reclaimed.next(node)) {
			int freed = what[node].get();

			nr_reused++;
			if (freed < ROOTS) {
				root[freed].gen.set(POISON);
				root_free[freed] = true;
			} else {
				blob[freed - ROOTS].set(POISON);
				blob_free[freed - ROOTS] = true;
			}
		}
	}

	void retire(int freed)			/* route_txn_commit() */
	{
		what[++nr_retired].set(freed);
		gp.call();
	}

	static int find(const bool *is_free, int n)	/* arena_alloc() */
	{
		for (int i = 0; i < n; i++)
			if (is_free[i])
				return i;
		return -1;
	}

	void swap_view()
	{
		int r = find(root_free, ROOTS), old = present;

		if (r < 0)
			return;
		root_free[r] = false;
		root[r].gen.set(++gen);
		root[r].slot.store(ref, rl::mo_relaxed, $);
		if (mutant == FREE_FIRST)
			retire(old);
		now.store(r, mo(mo_release, PUBLISH_RELAXED), $);
		if (mutant != FREE_FIRST)
			retire(old);
		present = r;
	}

	void change_in_place()
	{
		int b = find(blob_free, BLOBS), old = ref;

		if (b < 0)
			return;
		blob_free[b] = false;
		blob[b].set(++value);
		if (mutant == FREE_FIRST)
			retire(ROOTS + old);
		root[present].slot.store(b, mo(mo_release, PUBLISH_RELAXED), $);
		if (mutant != FREE_FIRST)
			retire(ROOTS + old);
		ref = b;
	}

	void writer()
	{
		for (int i = 0; i < UPDATES; i++) {
			drain();
			if (rl::rand(2))
				swap_view();
			else
				change_in_place();
		}
	}

	void callback()				/* liburcu's call_rcu thread */
	{
		int done = 0;

		for (int tries = 0; tries < 3 * UPDATES && done < UPDATES; tries++)
			if (gp.is_over(done))
				reclaimed.push(++done);
	}

	void reader(int me)
	{
		int last_gen = 0, last_value = 0;

		for (int i = 0; i < 2; i++) {
			int r, g, v;

			gp.read_lock(me);
			r = now.load(mo(mo_consume, READ_RELAXED), $);
			g = root[r].gen.get();
			v = blob[root[r].slot.load(mo(mo_consume, READ_RELAXED),
						   $)].get();
			gp.read_unlock(me);
			expect(g > 0 && v > 0, "live root and blob");
			expect(g >= last_gen && v >= last_value,
			       "time running forwards");
			last_gen = g;
			last_value = v;
		}
	}

	void thread(unsigned i)
	{
		if (i == WRITER)
			writer();
		else if (i == CALLBACK)
			callback();
		else
			reader(i - READER);
	}
};

#endif /* _SELFTESTS_MODEL_WHOLE_HPP */
