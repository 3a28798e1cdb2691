/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands beside every figure: the spread over the repeats, the machine,
 * and whether it was quiet.
 */
#ifndef _USER_BENCH_REPORT_H
#define _USER_BENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mirror.h"
#include "out.h"

/* struct summary - of @nr measured values */
struct summary {
	size_t	nr;
	double	min;
	double	q1;
	double	median;
	double	q3;
	double	max;
};

/* summarize - of no values all are "not a number"; @values are sorted. */
struct summary summarize(double *values, size_t nr);

/* summary_spread - between the quartiles, in percent of the median. */
double summary_spread(const struct summary *s);

/**
 * struct noise - what else the machine did
 * @start_ns: when watching began
 * @start_steal: time stolen by the hypervisor until then, in ticks of all CPUs
 * @involuntary: times that a measured thread lost its CPU to another
 * @cpu_ns: CPU time of the measured threads
 * @wall_ns: time that they took for it
 * @spread: the widest summary_spread() of what is compared, in percent
 * @nr_threads: most threads that ran at once
 */
struct noise {
	uint64_t	start_ns;
	uint64_t	start_steal;
	uint64_t	involuntary;
	uint64_t	cpu_ns;
	uint64_t	wall_ns;
	double		spread;
	unsigned int	nr_threads;
};

/* noise_start - watch from now on. */
void noise_start(struct noise *noise);

/* noise_spread - take a summary's spread into account. */
void noise_spread(struct noise *noise, const struct summary *s);

/* noise_say - the figures, and whether they make the result doubtful. */
void noise_say(const struct noise *noise, struct out *out);

/* machine_say - the machine, and what the core is compiled with. */
void machine_say(const struct mirror_ops *ops, struct out *out);

/* table_say - a table's size and memory. */
void table_say(const char *source, const struct route_stats *stats,
	       struct out *out);

/* thread_involuntary - how often the calling thread lost its CPU to another. */
uint64_t thread_involuntary(void);

/* thread_cpu_ns - CPU time of the calling thread. */
uint64_t thread_cpu_ns(void);

/**
 * thread_pin() - bind the calling thread to one of the CPUs that we may use
 * @index: which of them; beyond the last from the first again
 * Return: the CPU, -errno.
 */
int thread_pin(unsigned int index);

/* cpus_usable - how many there are. */
unsigned int cpus_usable(void);

#endif /* _USER_BENCH_REPORT_H */
