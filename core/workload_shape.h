/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The figures of generated route tables: what a 2024 global table looks like.
 * It has 901,899 IPv4 and 160,147 IPv6 prefixes and is public as test data of
 * github.com/gaissmai/bart.  For workload.c alone.
 */
#ifndef _CORE_WORKLOAD_SHAPE_H
#define _CORE_WORKLOAD_SHAPE_H

#include "prefix.h"

#define BLOCKS_MAX	10

/* Of how many prefixes a part is: 2 to 3, 4 to 15, 16 to 127, more. */
#define SIZES		4

/* Prefixes of one length. */
struct length_count {
	u8	len;
	u32	nr_top;
	u32	nr_nested;
};

/* Neighbouring parts of length shape.block_len that hold prefixes. */
struct block_range {
	u32	first;
	u32	last;
	u32	weight;		/* of each of them */
};

/* One-sided halvings of 100, by length and size, up to length @end - 1. */
struct one_sided {
	const u8	(*percent)[SIZES];
	u32		end;
};

/*
 * struct shape - what a table of one family looks like
 * @spill_len: what finds no place may become longer, but not than this
 * @free: halvings of parts that are in no prefix
 * @covered: halvings of parts that are
 * @long_len: above this length, longer prefixes go by a share of their own:
 *	they are more clustered than what they are in
 * @longer: halvings, as to these alone
 */
struct shape {
	const struct length_count	*lengths;
	u32				nr_lengths;
	u32				block_len;
	u32				spill_len;
	struct one_sided		free;
	struct one_sided		covered;
	u32				long_len;
	struct one_sided		longer;
	struct block_range		blocks[BLOCKS_MAX];
};

static const struct length_count lengths4[] = {
	{ 8, 16, 0 }, { 9, 9, 4 }, { 10, 38, 0 }, { 11, 99, 4 },
	{ 12, 268, 31 }, { 13, 485, 96 }, { 14, 1025, 178 }, { 15, 1636, 464 },
	{ 16, 10284, 3206 }, { 17, 4481, 3754 }, { 18, 6923, 6875 },
	{ 19, 15055, 9815 }, { 20, 19405, 23206 }, { 21, 23027, 27723 },
	{ 22, 59396, 49227 }, { 23, 41454, 55056 }, { 24, 261082, 276616 },
	{ 25, 0, 20 }, { 26, 0, 3 }, { 27, 0, 11 }, { 28, 1, 17 },
	{ 29, 0, 17 }, { 30, 0, 3 }, { 31, 0, 3 }, { 32, 6, 880 },
};

static const struct length_count lengths6[] = {
	{ 16, 1, 0 }, { 19, 1, 0 }, { 20, 16, 0 }, { 21, 3, 0 }, { 22, 7, 0 },
	{ 23, 8, 0 }, { 24, 27, 3 }, { 25, 7, 1 }, { 26, 15, 0 },
	{ 27, 18, 2 }, { 28, 108, 85 }, { 29, 4317, 54 }, { 30, 367, 283 },
	{ 31, 154, 130 }, { 32, 16821, 5727 }, { 33, 559, 2367 },
	{ 34, 730, 1873 }, { 35, 394, 649 }, { 36, 2604, 3392 },
	{ 37, 217, 663 }, { 38, 769, 848 }, { 39, 247, 1130 },
	{ 40, 3183, 10235 }, { 41, 423, 480 }, { 42, 469, 1832 },
	{ 43, 567, 434 }, { 44, 4059, 10306 }, { 45, 285, 1268 },
	{ 46, 1421, 1618 }, { 47, 676, 2477 }, { 48, 30575, 44913 },
	{ 49, 0, 11 }, { 50, 0, 3 }, { 52, 0, 1 }, { 55, 0, 1 }, { 56, 1, 23 },
	{ 58, 0, 20 }, { 60, 2, 0 }, { 64, 5, 179 }, { 112, 0, 2 },
	{ 122, 0, 1 }, { 124, 0, 4 }, { 125, 0, 9 }, { 126, 0, 19 },
	{ 127, 0, 42 }, { 128, 0, 6 },
};

/* Lengths that are left out in front are all above the blocks, or do not occur. */
static const u8 free4[][SIZES] = {
	[8] = { 8, 3, 1, 0 }, { 8, 3, 5, 0 }, { 8, 14, 3, 0 }, { 8, 9, 2, 0 },
	{ 12, 5, 1, 0 }, { 13, 4, 2, 1 }, { 12, 4, 3, 0 }, { 4, 12, 6, 1 },
	{ 14, 9, 1, 0 }, { 15, 7, 1, 0 }, { 11, 8, 1, 0 }, { 15, 6, 0, 0 },
	{ 19, 4, 0, 0 }, { 16, 4, 1, 0 }, { 14, 0, 1, 0 }, { 0, 3, 1, 0 },
};

static const u8 covered4[][SIZES] = {
	[10] = { 15, 7, 14, 3 }, { 15, 50, 6, 1 }, { 44, 32, 14, 2 },
	{ 49, 19, 10, 1 }, { 40, 17, 8, 2 }, { 30, 20, 8, 2 },
	{ 37, 16, 4, 0 }, { 36, 16, 3, 0 }, { 39, 14, 2, 1 }, { 31, 12, 1, 1 },
	{ 32, 7, 0, 1 }, { 26, 4, 3, 1 }, { 18, 0, 3, 1 }, { 0, 43, 3, 1 },
	{ 60, 38, 3, 1 }, { 69, 48, 3, 1 }, { 72, 53, 3, 1 }, { 56, 54, 3, 1 },
	{ 64, 26, 3, 1 }, { 60, 5, 3, 1 }, { 31, 0, 3, 1 }, { 0, 7, 3, 1 },
};

static const u8 free6[][SIZES] = {
	[12] = { 47, 41, 37, 26 }, { 47, 41, 37, 26 }, { 47, 41, 37, 26 },
	{ 47, 41, 37, 14 }, { 47, 41, 37, 8 }, { 47, 41, 37, 12 },
	{ 47, 41, 21, 7 }, { 47, 41, 5, 6 }, { 47, 33, 2, 8 },
	{ 46, 3, 1, 10 }, { 34, 3, 2, 12 }, { 32, 9, 10, 14 },
	{ 31, 22, 17, 17 }, { 28, 43, 21, 34 }, { 67, 48, 49, 54 },
	{ 68, 42, 60, 52 }, { 43, 51, 67, 57 }, { 36, 55, 68, 58 },
	{ 74, 60, 75, 63 }, { 47, 78, 70, 63 }, { 68, 57, 51, 31 },
	{ 66, 59, 62, 47 }, { 68, 58, 56, 47 }, { 53, 66, 52, 60 },
	{ 84, 62, 62, 34 }, { 71, 60, 63, 31 }, { 67, 59, 52, 16 },
	{ 54, 67, 43, 16 }, { 77, 59, 38, 26 }, { 73, 50, 30, 26 },
	{ 65, 43, 27, 26 }, { 45, 45, 15, 26 }, { 66, 26, 0, 26 },
	{ 53, 6, 37, 26 }, { 36, 0, 37, 26 }, { 0, 41, 37, 26 },
};

static const u8 covered6[][SIZES] = {
	[24] = { 36, 38, 27, 21 }, { 36, 30, 28, 10 }, { 42, 60, 7, 20 },
	{ 59, 47, 5, 15 }, { 48, 30, 3, 8 }, { 52, 14, 28, 22 },
	{ 58, 7, 37, 47 }, { 5, 46, 30, 47 }, { 46, 47, 45, 20 },
	{ 52, 54, 44, 28 }, { 68, 44, 37, 27 }, { 44, 53, 29, 44 },
	{ 67, 52, 27, 37 }, { 66, 37, 36, 45 }, { 54, 25, 38, 32 },
	{ 27, 55, 38, 22 }, { 81, 49, 39, 0 }, { 60, 39, 38, 0 },
	{ 53, 44, 24, 26 }, { 35, 48, 4, 26 }, { 60, 22, 0, 26 },
	{ 53, 5, 27, 26 }, { 29, 0, 27, 26 }, { 0, 30, 27, 26 },
	{ 68, 30, 27, 26 }, { 36, 30, 27, 26 }, { 36, 30, 27, 26 },
	{ 36, 30, 27, 26 }, { 90, 30, 27, 26 }, { 36, 30, 27, 26 },
	{ 80, 30, 27, 26 }, { 80, 30, 27, 26 }, { 100, 30, 27, 26 },
	{ 65, 30, 27, 26 }, { 85, 30, 27, 26 }, { 95, 30, 27, 26 },
	{ 90, 30, 27, 26 }, { 78, 30, 27, 26 }, { 52, 30, 27, 26 },
	{ 5, 30, 27, 26 },
};

/* The same, of the prefixes alone that are longer than shape.long_len. */
static const u8 long4[][SIZES] = {
	[8] = { 70, 31, 11, 2 }, { 70, 31, 35, 6 }, { 70, 83, 30, 7 },
	{ 78, 75, 29, 11 }, { 82, 51, 28, 10 }, { 73, 52, 26, 10 },
	{ 77, 56, 31, 9 }, { 78, 57, 30, 9 }, { 71, 41, 13, 0 },
	{ 73, 41, 10, 0 }, { 70, 35, 8, 8 }, { 67, 22, 2, 8 },
};

static const u8 long6[][SIZES] = {
	[12] = { 92, 77, 55, 41 }, { 92, 77, 55, 41 }, { 92, 77, 55, 41 },
	{ 92, 77, 55, 20 }, { 92, 77, 55, 10 }, { 92, 77, 55, 16 },
	{ 92, 77, 19, 15 }, { 92, 38, 8, 12 }, { 83, 19, 6, 9 },
	{ 71, 30, 10, 12 }, { 71, 44, 23, 26 }, { 80, 60, 43, 32 },
	{ 84, 73, 47, 40 }, { 91, 80, 45, 48 }, { 96, 77, 55, 58 },
	{ 94, 75, 65, 59 }, { 95, 78, 69, 67 }, { 94, 81, 72, 65 },
	{ 94, 87, 77, 72 }, { 92, 86, 72, 71 },
};

/* By ROUTE_INET4 and ROUTE_INET6. */
static const struct shape shapes[ROUTE_FAMILIES] = {
	{
		.lengths	= lengths4,
		.nr_lengths	= ARRAY_SIZE(lengths4),
		.block_len	= 8,
		.spill_len	= 24,
		.free		= { free4, ARRAY_SIZE(free4) },
		.covered	= { covered4, ARRAY_SIZE(covered4) },
		.long_len	= 20,
		.longer		= { long4, ARRAY_SIZE(long4) },
		/* Unicast, less 10.0.0.0/8 and 127.0.0.0/8. */
		.blocks		= {
			{ 1, 9, 1 },
			{ 11, 126, 1 },
			{ 128, 223, 1 },
		},
	},
	{
		.lengths	= lengths6,
		.nr_lengths	= ARRAY_SIZE(lengths6),
		.block_len	= 12,
		.spill_len	= 48,
		.free		= { free6, ARRAY_SIZE(free6) },
		.covered	= { covered6, ARRAY_SIZE(covered6) },
		.long_len	= 32,
		.longer		= { long6, ARRAY_SIZE(long6) },
		/* The registries' blocks, by what is announced from each. */
		.blocks		= {
			{ 0x200, 0x200, 125 },
			{ 0x240, 0x240, 326 },
			{ 0x260, 0x260, 121 },
			{ 0x261, 0x261, 3 },
			{ 0x262, 0x262, 18 },
			{ 0x280, 0x280, 177 },
			{ 0x2a0, 0x2a0, 201 },
			{ 0x2a1, 0x2a1, 18 },
			{ 0x2c0, 0x2c0, 9 },
		},
	},
};

#endif /* _CORE_WORKLOAD_SHAPE_H */
