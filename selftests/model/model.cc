// SPDX-License-Identifier: GPL-2.0
/*
 * A model of how the core publishes, retires and uses again, searched by relacy
 * under C++'s memory model: every interleaving, and for every load each value
 * that relacy lets it return; only scenario A, too large, is run at random.  The
 * protocol must hold in all runs; and each mutant, which lacks one barrier, one
 * grace period or one rule, must fail.
 *
 *	model [-v] [LETTERS]	which scenarios (scenarios.hpp), all by default;
 *				-v: show the way to each failure
 *
 * Each scenario is searched twice (port.hpp, word): for races, in which every
 * plain access must be ordered, and for values, in which plain accesses may be
 * as stale as a machine allows and the answer of a lookup is judged.  A mutant
 * must be caught in both.  TAP.
 *
 * What this does not show:
 *  - The model is written after the core, by hand; nothing but the names beside
 *    the steps ties them.  The core's text is tested by core_torture.
 *  - RCU is what it promises (port.hpp, grace); liburcu's own barriers, and
 *    that call_rcu() waits at all, are taken as given.
 *  - An address dependency is modelled by memory_order_consume, which relacy
 *    makes an acquire.  That the compiler and the machine keep dependencies is
 *    taken as given; litmus/ says which of them matter.
 *  - A load may be stale by one store to its word, not by more, and no load
 *    sees a store of the future.  So values alone do not show a read that is
 *    late, after the callback's push: races do.
 *  - Read-modify-write sees the last value: that the counter may not overtake
 *    the push on the way to another CPU is shown by litmus/, not here.
 *  - The scenarios that are searched to the end have one reader, one grace
 *    period and two or three updates; the one with more of each (A) runs at
 *    random.  C++'s model is not the kernel's: that one has litmus/.
 */
#include <cstdio>
#include <cstring>
#include <ostream>
#include <streambuf>
#include <type_traits>

#include "scenarios.hpp"
#include "whole.hpp"

/* What relacy prints; the way to a failure, if it is asked for. */
class log_buf : public std::streambuf {
	int overflow(int c)
	{
		if (loud)
			putchar(c);
		return c;
	}
public:
	bool loud = false;
};

struct outcome {
	rl::test_result_e	result;
	unsigned long long	runs;
	unsigned long long	reused;
	const char		*unmet;
	bool			is_random;
};

/* Of what cannot be searched to the end. */
#define RANDOM_RUNS	100000

static bool verbose;
static int nr, passed;

/*
 * As rl::simulate(), which would have each scenario compiled for each way to
 * search; with -v a failure is gone through again, for relacy to tell the way.
 */
template <typename scenario, typename scheduler>
static struct outcome search_by(enum mutant m, enum rl::scheduler_type_e type)
{
	log_buf buf, progress_buf;
	std::ostream out(&buf), progress(&progress_buf);
	rl::ostringstream state, state_again;
	rl::test_params params;

	mutant = m;
	unmet = "";
	nr_reused = 0;
	buf.loud = verbose;
	params.search_type = type;
	params.iteration_count = RANDOM_RUNS;	/* at random only */
	params.output_stream = &out;
	params.progress_stream = &progress;
	rl::run_test<scenario, scheduler>(params, state, false);
	if (params.test_result != rl::test_result_success && verbose) {
		params.initial_state = state.str();
		params.collect_history = true;
		rl::run_test<scenario, scheduler>(params, state_again, true);
	}
	return { params.test_result, params.stop_iteration, nr_reused, unmet,
		 type == rl::sched_random };
}

/* To the end, or at random if there are more than three threads. */
template <typename scenario> static struct outcome search(enum mutant m)
{
	const int threads = scenario::params::thread_count;

	return search_by<scenario, typename std::conditional<(threads > 3),
		rl::random_scheduler<threads>,
		rl::full_search_scheduler<threads>>::type>(
			m, threads > 3 ? rl::sched_random : rl::sched_full);
}

static void result(bool ok, const char *name, const char *said)
{
	passed += ok;
	printf("%s %d - %s: %s\n", ok ? "ok" : "not ok", ++nr, name, said);
	fflush(stdout);
}

/* Caught is a race or a wrong answer; anything else is a fault of the model. */
static bool is_caught(struct outcome o)
{
	return o.result == rl::test_result_data_race ||
	       o.result == rl::test_result_unitialized_access ||
	       o.result == rl::test_result_user_assert_failed;
}

static int describe(char *said, size_t bytes, struct outcome o)
{
	if (!is_caught(o))
		return snprintf(said, bytes, "%s, %llu runs",
				rl::test_result_str(o.result), o.runs);
	if (o.result == rl::test_result_user_assert_failed)
		return snprintf(said, bytes, "not %s, run %llu", o.unmet, o.runs);
	return snprintf(said, bytes, "a race, run %llu", o.runs);
}

/* The correct model: no run fails, and the case in question does occur. */
static void must_hold(const char *name, const char *kind, struct outcome o)
{
	bool ok = o.result == rl::test_result_success && o.reused;
	char title[80], said[200];

	snprintf(title, sizeof(title), "%s, %s", name, kind);
	if (o.result == rl::test_result_success)
		snprintf(said, sizeof(said), "%s %llu runs, something reused %llu times",
			 o.is_random ? "random" : "all", o.runs, o.reused);
	else
		describe(said, sizeof(said), o);
	result(ok, title, said);
}

/* @races: NULL where there is one search only. */
static void must_fail(const char *name, const char *broken,
		      const struct outcome *races, struct outcome values)
{
	char title[80], said[400];
	int n = 0;

	snprintf(title, sizeof(title), "%s, %s", name, broken);
	if (races) {
		n = describe(said, sizeof(said), *races);
		n += snprintf(said + n, sizeof(said) - n, "; ");
	}
	describe(said + n, sizeof(said) - n, values);
	result((!races || is_caught(*races)) && is_caught(values), title, said);
}

/* One thing that is broken in a scenario. */
struct broken {
	enum mutant	mutant;
	const char	*name;
};

/* @n: of them. */
template <typename races, typename values>
static void scenario(const char *name, const struct broken *broken, int n)
{
	must_hold(name, "for races", search<races>(NOTHING));
	must_hold(name, "for values", search<values>(NOTHING));
	for (int i = 0; i < n; i++) {
		struct outcome o = search<races>(broken[i].mutant);

		must_fail(name, broken[i].name, &o,
			  search<values>(broken[i].mutant));
	}
}

/* The same where no word is plain, and one search says all. */
template <typename values>
static void scenario(const char *name, const struct broken *broken, int n)
{
	must_hold(name, "for values", search<values>(NOTHING));
	for (int i = 0; i < n; i++)
		must_fail(name, broken[i].name, NULL,
			  search<values>(broken[i].mutant));
}

#define PUBLISH_MUTANTS \
	{ PUBLISH_RELAXED, "publishing store relaxed" }, \
	{ READ_RELAXED, "reader without dependency" }, \
	{ FREE_FIRST, "retired before unpublished" }, \
	{ PUSH_RELAXED, "push relaxed" }, \
	{ TAKE_RELAXED, "take relaxed" }

static const struct broken word_broken[] = {
	PUBLISH_MUTANTS,
	{ NO_GRACE, "no grace period for blobs" },
	{ READ_EARLY, "word loaded before the read section" },
};

static const struct broken view_broken[] = {
	PUBLISH_MUTANTS,
	{ NO_GRACE, "no grace period for views and nodes" },
	{ READ_EARLY, "view taken before the read section" },
	{ READ_TWICE, "view taken twice" },
};

static const struct broken nexthop_broken[] = {
	PUBLISH_MUTANTS,
	{ NO_GRACE, "no grace period for an index" },
	{ READ_EARLY, "leaf loaded before the read section" },
};

static const struct broken shared_broken[] = {
	{ NO_GRACE, "no grace period for a shared blob" },
	{ SHARED_FREED, "retired with its first user" },
	{ SHARED_REVIVED, "handed out again once retired" },
};

static const struct broken batch_broken[] = {
	PUBLISH_MUTANTS,
	{ NO_GRACE, "no grace period for the old root" },
	{ BATCH_IN_PLACE, "word by word into the present root" },
	{ OLD_ROOT, "a later update into the old root" },
};

static const struct broken pressure_broken[] = {
	{ COUNT_FIRST, "counter falls before the push" },
	{ READ_PUSHED, "read after it is pushed" },
	{ PUSH_RELAXED, "push relaxed" },
	{ TAKE_RELAXED, "take relaxed" },
};

static const struct broken whole_broken[] = {
	PUBLISH_MUTANTS,
	{ NO_GRACE, "no grace period" },
};

static const struct broken stack_broken[] = {
	{ PUSH_RELAXED, "push relaxed" },
	{ TAKE_RELAXED, "take relaxed" },
	{ PUSH_STORE, "push by load and store" },
	{ TAKE_STORE, "take by load and store" },
};

#define ALL(broken)	broken, sizeof(broken) / sizeof(broken[0])

static bool run(char letter)
{
	switch (letter) {
	case 'W':
		scenario<word_in_place<false>, word_in_place<true>>(
			"W: word in place", ALL(word_broken));
		return true;
	case 'P':
		scenario<view_swap<false>, view_swap<true>>(
			"P: view swap", ALL(view_broken));
		return true;
	case 'N':
		scenario<nexthop_index<false>, nexthop_index<true>>(
			"N: next-hop index", ALL(nexthop_broken));
		return true;
	case 'S':
		scenario<shared_blob<false>, shared_blob<true>>(
			"S: shared blob", ALL(shared_broken));
		return true;
	case 'B':
		scenario<batch>("B: batch", ALL(batch_broken));
		return true;
	case 'G':
		scenario<back_pressure<false>, back_pressure<true>>(
			"G: back-pressure", ALL(pressure_broken));
		return true;
	case 'T':
		scenario<stack_alone<false>, stack_alone<true>>(
			"T: stack", ALL(stack_broken));
		return true;
	case 'A':
		scenario<whole<false>, whole<true>>(
			"A: all together", ALL(whole_broken));
		return true;
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	const char *letters = "WPNSBGTA";

	if (argc > 1 && !strcmp(argv[1], "-v")) {
		verbose = true;
		argc--;
		argv++;
	}
	if (argc > 1)
		letters = argv[1];
	printf("TAP version 13\n");
	for (; *letters; letters++)
		if (!run(*letters)) {
			fprintf(stderr, "usage: model [-v] [WPNSBGTA]\n");
			return 2;
		}
	printf("1..%d\n", nr);
	return passed != nr;
}
