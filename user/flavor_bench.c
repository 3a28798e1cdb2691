// SPDX-License-Identifier: GPL-2.0
/*
 * What "kontend bench" measures, compiled with the core for each flavour, so
 * that read sections and lookups are inlined as in a program of its own.
 */
#include "flavor.h"

#include <core/lookup.h>

#include "progress.h"

/* The compiler does not know what is in memory from here on. */
static __always_inline void forget_memory(void)
{
	__asm__ __volatile__("" : : : "memory");
}

/* Nor what @x is. */
static __always_inline u64 forget(u64 x)
{
	__asm__ __volatile__("" : "+r"(x));
	return x;
}

static __always_inline struct route_addr
key_at(const struct mirror_keys *keys, unsigned int family, size_t i)
{
	return family == ROUTE_INET4 ? route_addr4(keys->addr4[i]) :
				       keys->addr6[i];
}

static __always_inline u32 answer(const struct route_view *v, unsigned int family,
				  struct route_addr addr, bool is_empty)
{
	if (is_empty)
		return addr.hi >> 32;
	if (family == ROUTE_INET4)
		return route_lookup4(v, route_addr_to4(&addr));
	return route_lookup6(v, &addr);
}

/* The last answer is an u32: its upper half is 0, which the compiler forgets. */
static __always_inline u64 one_by_one(const struct route_view *v,
				      const struct mirror_keys *keys,
				      unsigned int family, size_t at,
				      unsigned int n, bool depend, bool is_empty)
{
	u64 last = 0, sum = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct route_addr addr = key_at(keys, family, at + i);

		if (depend) {
			last = forget(last);
			addr.hi ^= last >> 32 << 32;
		}
		last = answer(v, family, addr, is_empty);
		sum += last;
	}
	return sum;
}

static __always_inline u64 in_bulk(const struct route_view *v,
				   const struct mirror_keys *keys,
				   unsigned int family, size_t at,
				   unsigned int n, bool is_empty)
{
	u32 nexthops[MIRROR_VIEW_KEYS];
	u64 sum = 0;
	unsigned int i;

	if (is_empty)
		for (i = 0; i < n; i++)
			nexthops[i] = key_at(keys, family, at + i).hi >> 32;
	else if (family == ROUTE_INET4)
		route_lookup4_bulk(v, keys->addr4 + at, nexthops, n);
	else
		route_lookup_bulk(v, family, keys->addr6 + at, nexthops, n);
	forget_memory();
	for (i = 0; i < n; i++)
		sum += nexthops[i];
	return sum;
}

/* All but @m and @keys are constants, so that there is a loop for each case. */
static __always_inline u64 pass(struct mirror *m, const struct mirror_keys *keys,
				unsigned int family, enum mirror_mode mode,
				bool is_empty)
{
	const struct route_view *v;
	size_t done, now;
	u64 sum = 0;

	for (done = 0; done < keys->nr; done += now) {
		now = min(keys->nr - done, (size_t)MIRROR_VIEW_KEYS);
		rcu_read_lock();
		v = route_view(m->table);
		if (mode == MIRROR_BULK)
			sum += in_bulk(v, keys, family, done, now, is_empty);
		else
			sum += one_by_one(v, keys, family, done, now,
					  mode == MIRROR_DEPENDENT, is_empty);
		rcu_read_unlock();
		rcu_quiescent_state();
	}
	return sum;
}

static __always_inline u64 pass_mode(struct mirror *m,
				     const struct mirror_keys *keys,
				     enum mirror_mode mode, bool is_empty)
{
	if (keys->family == ROUTE_INET4)
		return is_empty ? pass(m, keys, ROUTE_INET4, mode, true) :
				  pass(m, keys, ROUTE_INET4, mode, false);
	return is_empty ? pass(m, keys, ROUTE_INET6, mode, true) :
			  pass(m, keys, ROUTE_INET6, mode, false);
}

u64 flavor_pass(struct mirror *m, const struct mirror_keys *keys,
		enum mirror_mode mode, bool is_empty)
{
	switch (mode) {
	case MIRROR_ONE:
		return pass_mode(m, keys, MIRROR_ONE, is_empty);
	case MIRROR_BULK:
		return pass_mode(m, keys, MIRROR_BULK, is_empty);
	default:
		return pass_mode(m, keys, MIRROR_DEPENDENT, is_empty);
	}
}

u64 flavor_gen(struct mirror *m)
{
	u64 gen;

	rcu_read_lock();
	gen = route_view_gen(route_view(m->table));
	rcu_read_unlock();
	rcu_quiescent_state();
	return gen;
}

void flavor_settle(struct mirror *m, u64 *longest_ns)
{
	struct route_stats stats;
	u64 start_ns, tries = 0;

	*longest_ns = 0;
	do {
		grace_barrier(&m->grace);
		flavor_lock(m);
		start_ns = progress_now_ns();
		route_reclaim(m->table);
		*longest_ns = max(*longest_ns, progress_now_ns() - start_ns);
		route_table_stats(m->table, &stats);
		flavor_unlock(m);
	} while (stats.bytes_pending && ++tries < 100);
}
