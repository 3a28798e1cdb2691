/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An arena: one region of memory cut into blobs, which a tree's nodes live in.
 *
 *	base                                              top          bytes
 *	|blob|blob|free|blob ...                           |   untouched   |
 *
 * A blob is named by a reference, its distance from the base in units of 16
 * bytes, so that a word of 32 bits will do and the region can be replaced: a
 * reference means nothing in any other arena.  Blobs come from a list of freed
 * ones of the same size, else from the untouched rest.  The arena knows nothing
 * of readers: who frees a blob has waited for them.
 *
 * A blob of up to 64 bytes lies in one line of the cache, if the region asks for
 * that: the rest of a line that it does not fit into is a free blob.
 *
 * All of it is guarded by the lock of the table that it belongs to.
 */
#ifndef _CORE_ARENA_H
#define _CORE_ARENA_H

#include "port.h"

#define ARENA_UNIT	16
#define ARENA_LINE	64			/* a line of the cache */
#define ARENA_BLOB_MAX	800			/* bytes of the largest blob */
#define ARENA_CLASSES	(ARENA_BLOB_MAX / ARENA_UNIT + 1)
#define ARENA_MIN_BYTES	((u64)8192)		/* smallest region */
#define ARENA_MAX_BYTES	((u64)ARENA_UNIT << 32)	/* that references reach */

/**
 * struct arena_ref - names a blob
 * @unit: its distance from the base in ARENA_UNIT bytes; 0: none
 */
struct arena_ref {
	u32	unit;
};

#define ARENA_NONE	((struct arena_ref){ 0 })

/**
 * struct region - memory that views refer to; first member of what describes it
 * @base: the memory
 * @bytes: its size
 * @nr_views: views that refer to it, published or waiting for readers
 * @next: link in a list of dead regions
 */
struct region {
	u8		*base;
	u64		bytes;
	unsigned int	nr_views;
	struct region	*next;
};

/**
 * struct arena - a region and what is free in it
 * @region: the region
 * @first: bytes from the base that are not for blobs
 * @top: bytes from the base that have ever been handed out
 * @used: bytes in blobs that are not free
 * @retired: of @used, bytes in blobs that wait for readers
 * @in_lines: blobs that fit into a line of the cache lie in one
 * @free: heads of the lists of free blobs, one a size
 */
struct arena {
	struct region	region;
	u64		first;
	u64		top;
	u64		used;
	u64		retired;
	bool		in_lines;
	struct arena_ref free[ARENA_CLASSES];
};

/* arena_deref - the one way from a reference to memory. */
static inline void *arena_deref(const u8 *base, struct arena_ref ref)
{
	return (u8 *)base + (u64)ref.unit * ARENA_UNIT;
}

/* arena_round - bytes that a blob of @bytes takes. */
static inline u64 arena_round(u64 bytes)
{
	return (bytes + ARENA_UNIT - 1) / ARENA_UNIT * ARENA_UNIT;
}

/* arena_untouched - bytes that arena_alloc() can surely give. */
static inline u64 arena_untouched(const struct arena *a)
{
	return a->region.bytes - a->top;
}

/**
 * region_init() - get the memory of a region
 * @r: region, zeroed
 * @bytes: its size, not 0
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int region_init(struct region *r, u64 bytes);

/**
 * region_destroy() - free a region, in slices, and the struct that begins with it
 * @r: region; NULL is fine
 * Context: may sleep.
 */
void region_destroy(struct region *r);

/* region_destroy_list - region_destroy() all that are linked by @next. */
void region_destroy_list(struct region *r);

/**
 * arena_init() - make an arena
 * @a: arena, zeroed
 * @bytes: size of the region, at least ARENA_MIN_BYTES
 * @first: bytes at its beginning that are not for blobs
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int arena_init(struct arena *a, u64 bytes, u64 first);

/* arena_create - port_zalloc() and arena_init() with nothing set apart, or NULL. */
struct arena *arena_create(u64 bytes);

/* arena_destroy - region_destroy() of an arena that arena_create() made, or NULL. */
static inline void arena_destroy(struct arena *a)
{
	region_destroy(a ? &a->region : NULL);
}

/**
 * arena_alloc() - take a blob
 * @a: arena, with at least as much untouched as asked for
 * @bytes: size, at most ARENA_BLOB_MAX
 * Return: its reference; the memory holds anything.
 */
struct arena_ref arena_alloc(struct arena *a, u64 bytes);

/**
 * arena_free() - give a blob back, which no reader can hold any more
 * @a: arena
 * @ref: blob
 * @bytes: as given to arena_alloc()
 */
void arena_free(struct arena *a, struct arena_ref ref, u64 bytes);

/**
 * arena_check() - are the lists of free blobs sound?
 * @a: arena
 * Return: NULL, or what is wrong.
 */
const char *arena_check(const struct arena *a);

#endif /* _CORE_ARENA_H */
