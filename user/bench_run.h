/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rounds: readers, each bound to a CPU, look keys up at the same time, with or
 * without a writer beside them.
 */
#ifndef _USER_BENCH_RUN_H
#define _USER_BENCH_RUN_H

#include "bench_churn.h"
#include "bench_report.h"
#include "mirror.h"

#define BENCH_READERS_MAX	64

/* struct bench_writes - how many updates; both 0: no writer */
struct bench_writes {
	u64	per_second;
	u64	percent;	/* of lookups and updates together, below 100 */
};

/**
 * struct bench_run - what is run
 * @ops: flavour
 * @mirror: table
 * @keys: addresses
 * @mode: how they are asked for
 * @nr_readers: threads, 1 to BENCH_READERS_MAX
 * @writes: how many updates, in rounds with a writer
 * @churn: which updates
 */
struct bench_run {
	const struct mirror_ops		*ops;
	struct mirror			*mirror;
	const struct mirror_keys	*keys;
	enum mirror_mode		mode;
	unsigned int			nr_readers;
	struct bench_writes		writes;
	struct churn			*churn;
};

enum bench_kind {
	BENCH_EMPTY,		/* all but the lookups */
	BENCH_LOOKUP,
	BENCH_WRITES,		/* lookups beside the writer */
	BENCH_KINDS,
};

/**
 * struct bench_round - what came of a round
 * @lookups: lookups done by all readers
 * @updates: transactions done
 * @ns: CPU time of a lookup
 * @per_second: lookups a second, of all readers by their clocks
 * @updates_per_second: transactions a second
 * @sum: of the next hops; of all keys if one reader did them all
 * @is_cut: ended before the first reader was through
 */
struct bench_round {
	u64	lookups;
	u64	updates;
	double	ns;
	double	per_second;
	double	updates_per_second;
	u64	sum;
	bool	is_cut;
};

/**
 * bench_round_run() - one round: until the first reader is through, or a signal
 * @run: what is run
 * @kind: kind
 * @round: out
 * @noise: added to
 * Return: 0, or -errno if there were no threads, or of an update.
 */
int bench_round_run(struct bench_run *run, enum bench_kind kind,
		    struct bench_round *round, struct noise *noise);

#endif /* _USER_BENCH_RUN_H */
