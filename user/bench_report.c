// SPDX-License-Identifier: GPL-2.0
/*
 * The limits beyond which a run counts as noisy are below; the figures are said
 * in any case.
 */
#include "bench_report.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "doctor.h"
#include "progress.h"

#define NS_PER_SEC	1000000000ULL
#define STEAL_MAX	1.0	/* percent of one CPU */
#define OFF_CPU_MAX	3.0	/* percent of the time measured */
#define SPREAD_MAX	8.0	/* percent of the median */

static int cmp_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Between the two values around it. */
static double quantile(const double *sorted, size_t nr, double q)
{
	double at = q * (nr - 1);
	size_t i = at;

	if (i + 1 >= nr)
		return sorted[nr - 1];
	return sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]);
}

struct summary summarize(double *values, size_t nr)
{
	if (!nr)
		return (struct summary){ 0, NAN, NAN, NAN, NAN, NAN };
	qsort(values, nr, sizeof(*values), cmp_double);
	return (struct summary){
		.nr	= nr,
		.min	= values[0],
		.q1	= quantile(values, nr, 0.25),
		.median	= quantile(values, nr, 0.5),
		.q3	= quantile(values, nr, 0.75),
		.max	= values[nr - 1],
	};
}

double summary_spread(const struct summary *s)
{
	return s->nr && s->median > 0 ? 100 * (s->q3 - s->q1) / s->median : 0;
}

/* All CPUs, in ticks; 0 where it is not counted. */
static uint64_t read_steal(void)
{
	unsigned long long user, nice, system, idle, wait, irq, softirq, steal = 0;
	FILE *file = fopen("/proc/stat", "re");

	if (!file)
		return 0;
	if (fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user,
		   &nice, &system, &idle, &wait, &irq, &softirq, &steal) != 8)
		steal = 0;
	fclose(file);
	return steal;
}

void noise_start(struct noise *noise)
{
	memset(noise, 0, sizeof(*noise));
	noise->start_ns = progress_now_ns();
	noise->start_steal = read_steal();
}

void noise_spread(struct noise *noise, const struct summary *s)
{
	noise->spread = max(noise->spread, summary_spread(s));
}

__attribute__((format(printf, 3, 4)))
static void add_reason(char *reasons, size_t size, const char *fmt, ...)
{
	size_t len = strlen(reasons);
	va_list args;

	if (len)
		len += snprintf(reasons + len, size - len, ", ");
	if (len >= size)
		return;
	va_start(args, fmt);
	vsnprintf(reasons + len, size - len, fmt, args);
	va_end(args);
}

static bool is_emulated(void)
{
	struct finding f = { 0 };

	doctor_virtualisation(&f);
	return f.state != FINDING_OK;
}

void noise_say(const struct noise *noise, struct out *out)
{
	uint64_t ns = progress_now_ns() - noise->start_ns;
	double steal, off_cpu = 0;
	char reasons[256] = "";

	steal = 100.0 * (read_steal() - noise->start_steal) /
		sysconf(_SC_CLK_TCK) / ((ns + 1) / (double)NS_PER_SEC);
	if (noise->wall_ns > noise->cpu_ns)
		off_cpu = 100.0 * (noise->wall_ns - noise->cpu_ns) /
			  noise->wall_ns;
	if (is_emulated())
		add_reason(reasons, sizeof(reasons), "the machine is emulated");
	if (noise->nr_threads > cpus_usable())
		add_reason(reasons, sizeof(reasons), "%u threads on %u CPUs",
			   noise->nr_threads, cpus_usable());
	if (steal > STEAL_MAX)
		add_reason(reasons, sizeof(reasons), "steal over %.0f %%",
			   STEAL_MAX);
	if (off_cpu > OFF_CPU_MAX)
		add_reason(reasons, sizeof(reasons), "off CPU over %.0f %%",
			   OFF_CPU_MAX);
	if (noise->spread > SPREAD_MAX)
		add_reason(reasons, sizeof(reasons), "spread over %.0f %%",
			   SPREAD_MAX);
	out_record(out, NULL,
		   "noise: {involuntary} involuntary context switches, {steal_percent} % of a CPU stolen, {off_cpu_percent} % off CPU, spread {spread_percent} %",
		   OUT_U64("involuntary", noise->involuntary),
		   OUT_F64("steal_percent", steal),
		   OUT_F64("off_cpu_percent", off_cpu),
		   OUT_F64("spread_percent", noise->spread));
	out_record(out, NULL,
		   reasons[0] ? "NOISY: these figures decide nothing: {noisy_because}" :
				"quiet: no sign that the machine disturbed the run",
		   OUT_BOOL("noisy", reasons[0] != '\0'),
		   OUT_STR("noisy_because", reasons[0] ? reasons : NULL));
}

/* What follows "model name : ", or the machine's name where there is none. */
static void read_cpu_model(char *model, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256], *colon;

	snprintf(model, size, "unknown CPU");
	while (file && fgets(line, sizeof(line), file)) {
		colon = strchr(line, ':');
		if (strncmp(line, "model name", 10) || !colon)
			continue;
		colon[strcspn(colon, "\n")] = '\0';
		snprintf(model, size, "%s", colon + 2);
		break;
	}
	if (file)
		fclose(file);
}

void machine_say(const struct mirror_ops *ops, struct out *out)
{
	struct finding kernel = { 0 }, virt = { 0 }, clock = { 0 }, preempt = { 0 };
	char model[128], pages[64];

	doctor_kernel(&kernel);
	doctor_virtualisation(&virt);
	doctor_clock(&clock);
	doctor_preemption(&preempt);
	doctor_read("/sys/kernel/mm/transparent_hugepage/enabled", pages,
		    sizeof(pages));
	read_cpu_model(model, sizeof(model));
	out_record(out, NULL,
		   "machine: {cpu}, {cpus} CPUs, virtual machine: {virtualisation}; huge pages: {huge_pages}",
		   OUT_STR("cpu", model), OUT_U64("cpus", cpus_usable()),
		   OUT_STR("virtualisation", virt.detail),
		   OUT_STR("huge_pages", pages[0] ? pages : "not known"));
	out_record(out, NULL,
		   "kernel: Linux {kernel}, preemption {preemption}, clock source {clock}; core compiled with {core_cflags}",
		   OUT_STR("kernel", kernel.detail),
		   OUT_STR("preemption", preempt.detail),
		   OUT_STR("clock", clock.detail),
		   OUT_STR("core_cflags", ops->core_cflags));
}

void table_say(const char *source, const struct route_stats *stats,
	       struct out *out)
{
	u64 nr = stats->nr_routes[ROUTE_INET4] + stats->nr_routes[ROUTE_INET6];

	out_record(out, NULL,
		   "table: {routes_from}, {nr_routes} routes, {bytes} bytes ({bytes_fixed} fixed, {bytes_live} live), {bytes_a_route} a route",
		   OUT_STR("routes_from", source), OUT_U64("nr_routes", nr),
		   OUT_U64("bytes", stats->bytes),
		   OUT_U64("bytes_fixed", stats->bytes_fixed),
		   OUT_U64("bytes_live", stats->bytes_live),
		   OUT_F64("bytes_a_route",
			   nr ? (double)stats->bytes / nr : NAN));
}

uint64_t thread_involuntary(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nivcsw;
}

uint64_t thread_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

/* Of the process, from before any of its threads was bound. */
static bool usable(cpu_set_t *set)
{
	CPU_ZERO(set);
	return !sched_getaffinity(getpid(), sizeof(*set), set) &&
	       CPU_COUNT(set);
}

int thread_pin(unsigned int index)
{
	cpu_set_t all, one;
	int cpu;

	if (!usable(&all))
		return -EINVAL;
	index %= CPU_COUNT(&all);
	for (cpu = 0; ; cpu++)
		if (CPU_ISSET(cpu, &all) && !index--)
			break;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return pthread_setaffinity_np(pthread_self(), sizeof(one), &one) ?
	       -EINVAL : cpu;
}

unsigned int cpus_usable(void)
{
	cpu_set_t set;

	return usable(&set) ? CPU_COUNT(&set) : 1;
}
