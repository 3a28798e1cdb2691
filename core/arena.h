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
 * All of it is guarded by the lock of the table that it belongs to.
 */
#ifndef _CORE_ARENA_H
#define _CORE_ARENA_H

#include "port.h"

#define ARENA_UNIT	16
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
 * struct arena - a region and what is free in it
 * @base: the region
 * @bytes: its size
 * @top: bytes from the base that have ever been handed out
 * @used: bytes in blobs that are not free
 * @retired: of @used, bytes in blobs that wait for readers
 * @nr_views: views that refer to it, published or waiting for readers
 * @next: link in a list of dead arenas
 * @free: heads of the lists of free blobs, one a size
 */
struct arena {
	u8		*base;
	u64		bytes;
	u64		top;
	u64		used;
	u64		retired;
	unsigned int	nr_views;
	struct arena	*next;
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
	return a->bytes - a->top;
}

/**
 * arena_create() - make an arena
 * @bytes: size of the region, at least ARENA_MIN_BYTES
 * Context: may sleep.
 * Return: the arena, or NULL without memory.
 */
struct arena *arena_create(u64 bytes);

/**
 * arena_destroy() - free an arena with all that is in it, in slices
 * @a: arena; NULL is fine
 * Context: may sleep.
 */
void arena_destroy(struct arena *a);

/* arena_destroy_list - arena_destroy() all that are linked by @next. */
void arena_destroy_list(struct arena *a);

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
