/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The scenarios: the protocol in pieces that are small enough to be searched
 * to the end.  In each the writer's side of one table runs as one thread, for
 * its lock orders all writers; the callback runs as another, readers as others.
 *
 * At the right stands, for each step, which function of the core takes it.
 */
#ifndef _SELFTESTS_MODEL_SCENARIOS_HPP
#define _SELFTESTS_MODEL_SCENARIOS_HPP

#include "port.hpp"

enum { WRITER, CALLBACK, READER };

/*
 * What waits for a grace period, as in struct route_view: a stack node, and
 * the blob or index that is free after it.  Plain memory in all runs.
 */
struct retired {
	grace<1> gp;
	stack<false, 1> reclaimed;
	word<false> what;

	void retire(int ref)
	{
		what.set(ref);			/* route_txn_commit(): old->retired */
		gp.call();			/* route_txn_commit(): ops->call() */
	}

	void callback()
	{
		if (gp.is_over())
			reclaimed.push(1);	/* route_view_reclaim_rcu(): port_push() */
	}

	/* What may be used again, or -1. */
	int take()
	{
		int node = reclaimed.take();	/* route_drain(): port_take() */

		if (!node)
			return -1;
		expect(!reclaimed.next(node), "a list of one has one");
		nr_reused++;
		return what.get();		/* rib_free_retired(), fib_free() */
	}
};

/*
 * (W) A word is published in place: two slots of a published blob, one leads to
 * blob 0.  The writer replaces that, and uses blob 0 for the other slot as soon
 * as it gets it back.  A reader looks at one slot, and must find a value that
 * this slot ever had.
 */
template <bool values>
struct word_in_place : rl::test_suite<word_in_place<values>, 3> {
	static const int NONE = -1;

	word<values> blob[2];
	rl::atomic<int> slot[2];
	retired old;

	void before()
	{
		blob[0].set(10);
		slot[0].store(0, rl::mo_relaxed, $);
		slot[1].store(NONE, rl::mo_relaxed, $);
	}

	void publish(int where, int ref)	/* fib_publish_word() */
	{
		slot[where].store(ref, mo(mo_release, PUBLISH_RELAXED), $);
	}

	void writer()
	{
		int ref;

		blob[1].set(11);		/* arena_alloc(), fill */
		if (mutant == FREE_FIRST)
			old.retire(0);
		publish(0, 1);
		if (mutant != FREE_FIRST)
			old.retire(0);
		ref = old.take();		/* the next update */
		if (ref < 0)
			return;
		expect(ref == 0, "what was retired is what comes back");
		blob[ref].set(20);
		publish(1, ref);
	}

	void reader()
	{
		int where = rl::rand(2), ref = 0, got = 0;

		if (mutant == READ_EARLY)
			ref = load(where);
		old.gp.read_lock(0);
		if (mutant != READ_EARLY)
			ref = load(where);
		if (ref != NONE)
			got = blob[ref].get();	/* fib4_lookup(), fib6_lookup() */
		old.gp.read_unlock(0);
		if (where == 0)
			expect(got == 10 || got == 11, "a value that slot 0 had");
		else
			expect(got == 0 || got == 20, "a value that slot 1 had");
	}

	int load(int where)			/* fib_word() */
	{
		return slot[where].load(mo(mo_consume, READ_RELAXED), $);
	}

	void thread(unsigned i)
	{
		i == WRITER ? writer() : i == CALLBACK ? old.callback() : reader();
	}
};

/*
 * (P) A view is swapped.  The writer publishes view 1, gets view 0 and the node
 * that it alone needed back, and uses both for the next view.  The reader must
 * find root, generation and node of one view.
 */
template <bool values>
struct view_swap : rl::test_suite<view_swap<values>, 3> {
	struct { word<values> root, gen; } view[2];
	word<values> node[2];
	rl::atomic<int> now;			/* table->view */
	retired old;

	void before()
	{
		view[0].root.set(0);
		view[0].gen.set(1);
		node[0].set(1);
		now.store(0, rl::mo_relaxed, $);
	}

	void fill(int v, int root, int gen)	/* route_txn_begin(), _apply() */
	{
		node[root].set(gen);
		view[v].root.set(root);
		view[v].gen.set(gen);
	}

	void publish(int v)			/* route_txn_commit() */
	{
		now.store(v, mo(mo_release, PUBLISH_RELAXED), $);
	}

	void writer()
	{
		int root;

		fill(1, 1, 2);
		if (mutant == FREE_FIRST)
			old.retire(0);
		publish(1);
		if (mutant != FREE_FIRST)
			old.retire(0);
		root = old.take();		/* route_txn_begin() */
		if (root < 0)
			return;
		expect(root == 0, "what was retired is what comes back");
		fill(0, root, 3);
		publish(0);
	}

	int take_view()				/* route_view() */
	{
		return now.load(mo(mo_consume, READ_RELAXED), $);
	}

	void reader()
	{
		int v = 0, gen, got;

		if (mutant == READ_EARLY)
			v = take_view();
		old.gp.read_lock(0);
		if (mutant != READ_EARLY)
			v = take_view();
		gen = view[v].gen.get();	/* route_view_gen() */
		if (mutant == READ_TWICE)
			v = take_view();
		got = node[view[v].root.get()].get();	/* fib4_lookup() */
		old.gp.read_unlock(0);
		expect(gen >= 1 && gen <= 3, "a generation that was published");
		expect(got == gen, "generation and node of one view");
	}

	void thread(unsigned i)
	{
		i == WRITER ? writer() : i == CALLBACK ? old.callback() : reader();
	}
};

/*
 * (N) A next-hop index is used again.  Leaf 0 goes from index 1 to index 2, with
 * which the last route with index 1 is gone; index 1 then gets another id, for
 * leaf 1.  Each leaf must lead to an id that it ever had.  The core does without:
 * a region never uses a hop's number again (F3 of fib.h), and a new region is
 * seen with its view (P).  This is what it would take.
 */
template <bool values>
struct nexthop_index : rl::test_suite<nexthop_index<values>, 3> {
	word<values> id[3];
	rl::atomic<int> leaf[2];		/* index, 0: no route */
	retired old;

	void before()
	{
		id[1].set(101);
		id[2].set(102);
		leaf[0].store(1, rl::mo_relaxed, $);
		leaf[1].store(0, rl::mo_relaxed, $);
	}

	void publish(int where, int index)
	{
		leaf[where].store(index, mo(mo_release, PUBLISH_RELAXED), $);
	}

	void writer()
	{
		int index;

		if (mutant == FREE_FIRST)
			old.retire(1);
		publish(0, 2);
		if (mutant != FREE_FIRST)
			old.retire(1);
		index = old.take();
		if (index < 0)
			return;
		expect(index == 1, "what was retired is what comes back");
		id[index].set(103);
		publish(1, index);
	}

	int load(int where)
	{
		return leaf[where].load(mo(mo_consume, READ_RELAXED), $);
	}

	void reader()
	{
		int where = rl::rand(2), index = 0, got = 0;

		if (mutant == READ_EARLY)
			index = load(where);
		old.gp.read_lock(0);
		if (mutant != READ_EARLY)
			index = load(where);
		if (index)
			got = id[index].get();
		old.gp.read_unlock(0);
		if (where == 0)
			expect(got == 101 || got == 102, "an id that leaf 0 had");
		else
			expect(got == 0 || got == 103, "an id that leaf 1 had");
	}

	void thread(unsigned i)
	{
		i == WRITER ? writer() : i == CALLBACK ? old.callback() : reader();
	}
};

/*
 * (S) Slots 0 and 1 share a blob.  It is retired when the second user goes; an
 * equal one that is wanted after that is another blob, though the old one, still
 * in its grace period, has just the right content.  Slot 2 is the next user.  Hops
 * are shared so in the core, and live as long as their region, for the same reason.
 */
template <bool values>
struct shared_blob : rl::test_suite<shared_blob<values>, 3> {
	static const int NONE = -1;

	word<values> blob[2];
	rl::atomic<int> slot[3];
	retired old;

	void before()
	{
		blob[0].set(10);
		slot[0].store(0, rl::mo_relaxed, $);
		slot[1].store(0, rl::mo_relaxed, $);
		slot[2].store(NONE, rl::mo_relaxed, $);
	}

	void publish(int where, int ref)
	{
		slot[where].store(ref, mo(mo_release, PUBLISH_RELAXED), $);
	}

	void writer()
	{
		int ref;

		publish(0, NONE);
		if (mutant == SHARED_FREED)
			old.retire(0);
		else
			drop_second();
		ref = old.take();
		if (ref < 0)
			return;
		blob[ref].set(20);
		publish(2, ref);
	}

	void drop_second()
	{
		publish(1, NONE);
		old.retire(0);
		if (mutant == SHARED_REVIVED) {
			publish(1, 0);
		} else {
			blob[1].set(10);
			publish(1, 1);
		}
	}

	void reader()
	{
		int where = 1 + rl::rand(2), ref, got = 0;

		old.gp.read_lock(0);
		ref = slot[where].load(mo(mo_consume, READ_RELAXED), $);
		if (ref != NONE)
			got = blob[ref].get();
		old.gp.read_unlock(0);
		expect(got == 0 || got == (where == 2 ? 20 : 10),
		       "a value that the slot had");
	}

	void thread(unsigned i)
	{
		i == WRITER ? writer() : i == CALLBACK ? old.callback() : reader();
	}
};

/*
 * (B) A batch changes two slots of a copied root, and one store publishes that.
 * Then one of them is changed in place; or the old root comes back and serves the
 * next batch.  A reader with one view must find both slots before the batch
 * or both after it.  The slots are words that change in place: never plain.
 */
struct batch : rl::test_suite<batch, 3> {
	rl::atomic<int> root[2][2];
	rl::atomic<int> now;
	retired old;

	void before()
	{
		set(0, 1);
		now.store(0, rl::mo_relaxed, $);
	}

	void set(int r, int value)
	{
		root[r][0].store(value, rl::mo_relaxed, $);
		root[r][1].store(value, rl::mo_relaxed, $);
	}

	void publish(int r)			/* route_txn_commit() */
	{
		now.store(r, mo(mo_release, PUBLISH_RELAXED), $);
	}

	void writer()
	{
		int r;

		if (mutant == BATCH_IN_PLACE) {
			root[0][0].store(2, rl::mo_release, $);
			root[0][1].store(2, rl::mo_release, $);
			return;
		}
		set(1, 2);
		if (mutant == FREE_FIRST)
			old.retire(0);
		publish(1);
		if (mutant != FREE_FIRST)
			old.retire(0);
		if (rl::rand(2)) {		/* an update, word by word */
			r = mutant == OLD_ROOT ? 0 : 1;
			root[r][1].store(3, rl::mo_release, $);
			return;
		}
		r = old.take();
		if (r < 0)
			return;
		set(r, 4);
		publish(r);
	}

	void reader()
	{
		int r, a, b;

		old.gp.read_lock(0);
		r = now.load(mo(mo_consume, READ_RELAXED), $);
		a = root[r][0].load(rl::mo_consume, $);
		b = root[r][1].load(rl::mo_consume, $);
		old.gp.read_unlock(0);
		expect(a == b || (a == 2 && b == 3), "a batch whole or not at all");
	}

	void thread(unsigned i)
	{
		i == WRITER ? writer() : i == CALLBACK ? old.callback() : reader();
	}
};

/*
 * (G) Back-pressure.  Who waited until the counter fell must find on the stack
 * what it stood for, or the bound on memory is none; and that is then the
 * writer's, the callback's no more.
 */
template <bool values>
struct back_pressure : rl::test_suite<back_pressure<values>, 2> {
	rl::atomic<int> pending;
	word<values> bytes;			/* view->pending_bytes */
	retired old;

	void before()
	{
		pending.store(0, rl::mo_relaxed, $);
	}

	void writer()
	{
		bytes.set(64);
		pending.fetch_add(64, rl::mo_relaxed, $);
		old.retire(7);			/* route_txn_commit() */
		if (pending.load(rl::mo_relaxed, $) &&	/* route_must_wait() */
		    mutant != READ_PUSHED)
			return;
		if (old.take() == 7)
			bytes.set(0);		/* port_free(v) */
		else
			expect(mutant == READ_PUSHED,
			       "what no longer counts is there to take");
	}

	void callback()				/* route_view_reclaim_rcu() */
	{
		int n;

		if (!old.gp.is_over())
			return;
		n = bytes.get();
		if (mutant == COUNT_FIRST)
			pending.fetch_add(-n, rl::mo_relaxed, $);
		old.reclaimed.push(1);
		if (mutant == READ_PUSHED)
			n = bytes.get();
		expect(n == 64, "the bytes that were retired");
		if (mutant != COUNT_FIRST)
			pending.fetch_add(-n, rl::mo_relaxed, $);
	}

	void thread(unsigned i)
	{
		i == WRITER ? writer() : callback();
	}
};

/*
 * (T) The stack alone: two callbacks push, the writer takes twice.  What a node
 * carries comes with it, and no node is lost or comes twice.
 */
template <bool values>
struct stack_alone : rl::test_suite<stack_alone<values>, 3> {
	stack<values, 2> reclaimed;
	word<values> load[3];
	int taken[3];				/* the checker's notes */

	void before()
	{
		taken[1] = taken[2] = 0;
	}

	void drain()
	{
		int node = reclaimed.take();

		for (int i = 0; node; i++, node = reclaimed.next(node)) {
			expect(i < 2, "the list has an end");
			expect(load[node].get() == node * 10, "a node's own load");
			taken[node]++;
		}
	}

	void thread(unsigned i)
	{
		if (i) {
			load[i].set(i * 10);
			reclaimed.push(i);
		} else {
			drain();
			drain();
		}
	}

	void after()
	{
		drain();
		expect(taken[1] == 1 && taken[2] == 1, "each node once");
		nr_reused++;
	}
};

#endif /* _SELFTESTS_MODEL_SCENARIOS_HPP */
