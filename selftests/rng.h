/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random numbers from a seed that a test prints and takes back: splitmix64
 * (Steele, Lea, Flood: "Fast splittable pseudorandom number generators",
 * OOPSLA 2014), one state a thread.
 */
#ifndef _SELFTESTS_RNG_H
#define _SELFTESTS_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* 0 to @n - 1; @n is small, and so is the bias. */
static inline uint32_t rng_below(struct rng *rng, uint32_t n)
{
	return (rng_next(rng) >> 32) % n;
}

/* True once in @n times. */
static inline bool rng_one_in(struct rng *rng, uint32_t n)
{
	return !rng_below(rng, n);
}

#endif /* _SELFTESTS_RNG_H */
