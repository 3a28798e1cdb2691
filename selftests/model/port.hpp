/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the scenarios are made of: plain memory, liburcu's promise, the stack of
 * port_user.h.  Every step that another thread can see is one atomic operation
 * of relacy, before which any other thread may run.
 */
#ifndef _SELFTESTS_MODEL_PORT_HPP
#define _SELFTESTS_MODEL_PORT_HPP

#include <relacy/relacy.hpp>

/* What is broken on purpose, in the run that is going on. */
enum mutant {
	NOTHING,
	PUBLISH_RELAXED,	/* the store that publishes is not a release */
	READ_RELAXED,		/* the reader does not go by the dependency */
	READ_EARLY,		/* the reader loads before its read section */
	READ_TWICE,		/* the reader takes the view twice */
	NO_GRACE,		/* the callback does not wait for readers */
	FREE_FIRST,		/* retired before it is unpublished */
	PUSH_RELAXED,		/* port_push() without its barriers */
	PUSH_STORE,		/* port_push() by load and store */
	TAKE_RELAXED,		/* port_take() without its barriers */
	TAKE_STORE,		/* port_take() by load and store */
	SHARED_FREED,		/* a shared blob retired with its first user */
	SHARED_REVIVED,		/* a retired shared blob is handed out again */
	BATCH_IN_PLACE,		/* a batch word by word into the present root */
	OLD_ROOT,		/* an update after the batch, into the old root */
	COUNT_FIRST,		/* the counter falls before the push */
	READ_PUSHED,		/* the callback reads a batch that it has pushed */
};

static enum mutant mutant;

/* What was expected where the run failed. */
static const char *unmet;

/* Runs in which the writer got something back to use again. */
static unsigned long long nr_reused;

#define expect(cond, what) do { \
	if (!(cond)) { \
		unmet = what; \
		RL_ASSERT(!what); \
	} \
} while (0)

#define mo(order, broken_by) \
	(mutant == (broken_by) ? rl::mo_relaxed : rl::order)

/*
 * A word of memory that the core reads and writes plainly.  In the runs for
 * races it is that, and relacy reports every access that is not ordered with a
 * write.  In those for values it does what a machine may do then: a read gives
 * what is there or what was there before, and only what comes of it is judged.
 */
template <bool values> class word;

template <> class word<false> {
	rl::var<int> v;
public:
	int get() { return v($).load(); }
	void set(int x) { v($).store(x); }
};

template <> class word<true> {
	rl::atomic<int> v;
public:
	word() : v(0) {}
	int get() { return v.load(rl::mo_relaxed, $); }
	void set(int x) { v.store(x, rl::mo_relaxed, $); }
};

/*
 * RCU as far as it promises anything, and no further.  Of a read section and a
 * grace period one holds: all of the section happens before the end of the
 * grace period, or its beginning before all of the section.  Which one is told
 * by who came first; a reader that the callback would have to wait for ends the
 * run instead: there is another in which that reader was quicker.
 *
 * The grace period begins in call_rcu(), not some time later: a section that
 * begins in between has read nothing yet, so it may as well have begun before.
 */
template <int readers, int calls = 1> class grace {
	rl::atomic<int> begun, left[readers];
	/* The checker's own notes, no part of what is modelled. */
	int section[readers];		/* its number, of those that began */
	bool inside[readers];
	int before[calls][readers];	/* section to wait for, 0: none */
public:
	grace() : begun(0)
	{
		for (int i = 0; i < readers; i++) {
			left[i].store(0, rl::mo_relaxed, $);
			section[i] = 0;
			inside[i] = false;
		}
	}

	void read_lock(int i)
	{
		begun.fetch_add(0, rl::mo_acquire, $);
		section[i]++;
		inside[i] = true;
	}

	void read_unlock(int i)
	{
		left[i].fetch_add(1, rl::mo_release, $);
		inside[i] = false;
	}

	/* owner->ops->call() */
	void call()
	{
		int nr = begun.fetch_add(1, rl::mo_release, $);

		for (int i = 0; i < readers; i++)
			before[nr][i] = inside[i] ? section[i] : 0;
	}

	/* Is it the turn of the callback of call @nr, from 0? */
	bool is_over(int nr = 0)
	{
		if (begun.load(rl::mo_acquire, $) <= nr)
			return false;
		if (mutant == NO_GRACE)
			return true;
		for (int i = 0; i < readers; i++) {
			if (inside[i] && before[nr][i] == section[i])
				return false;
			left[i].fetch_add(0, rl::mo_acquire, $);
		}
		return true;
	}
};

/*
 * port_push() and port_take().  The full barrier of uatomic_cmpxchg() and
 * uatomic_xchg() is modelled by less: acquire and release fences around it.
 */
static void barrier_of(enum mutant broken_by)
{
	if (mutant != broken_by)
		rl::atomic_thread_fence(rl::mo_acq_rel, $);
}

template <bool values, int nodes> class stack {
	rl::atomic<int> head;		/* number of a node, from 1; 0: empty */
	word<values> link[nodes + 1];
public:
	stack() : head(0) {}

	void push(int node)
	{
		int first = head.load(rl::mo_relaxed, $);

		if (mutant == PUSH_STORE) {
			link[node].set(first);
			head.store(node, rl::mo_release, $);
			return;
		}
		for (;;) {
			link[node].set(first);
			barrier_of(PUSH_RELAXED);
			if (head.compare_exchange_strong(first, node,
							 rl::mo_relaxed, $))
				break;
		}
		barrier_of(PUSH_RELAXED);
	}

	int take()
	{
		int first;

		if (mutant == TAKE_STORE) {
			first = head.load(rl::mo_acquire, $);
			head.store(0, rl::mo_relaxed, $);
			return first;
		}
		barrier_of(TAKE_RELAXED);
		first = head.exchange(0, rl::mo_relaxed, $);
		barrier_of(TAKE_RELAXED);
		return first;
	}

	/* port_stack_next() */
	int next(int node) { return link[node].get(); }
};

#endif /* _SELFTESTS_MODEL_PORT_HPP */
