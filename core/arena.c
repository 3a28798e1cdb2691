// SPDX-License-Identifier: GPL-2.0
/*
 * An arena: one region, size classes, no knowledge of readers (arena.h).
 *
 * A free blob is a struct free_blob.  With ROUTE_POISON the rest of it, and
 * the word that no live node can hold, are overwritten, so that a reader which
 * comes after its grace period is caught (rib.h): the arena hides reuse from
 * any checker that watches allocations.
 */
#include "arena.h"

#define POISON_BYTE	0x5b

/**
 * struct free_blob - a blob in a list of free ones
 * @poison: with ROUTE_POISON all POISON_BYTE
 * @next: link
 */
struct free_blob {
	u64			poison;
	struct arena_ref	next;
};

static_assert(sizeof(struct free_blob) <= ARENA_UNIT, "fits the least blob");

struct arena *arena_create(u64 bytes)
{
	struct arena *a = port_zalloc(sizeof(*a));

	if (!a)
		return NULL;
	a->base = port_region_alloc(bytes);
	if (!a->base) {
		port_free(a);
		return NULL;
	}
	a->bytes = bytes;
	a->top = ARENA_UNIT;		/* reference 0 names no blob */
	port_poison(a->base, bytes);
	return a;
}

void arena_destroy(struct arena *a)
{
	if (!a)
		return;
	port_region_free(a->base, a->bytes);
	port_free(a);
}

void arena_destroy_list(struct arena *a)
{
	while (a) {
		struct arena *next = a->next;

		arena_destroy(a);
		a = next;
	}
}

struct arena_ref arena_alloc(struct arena *a, u64 bytes)
{
	struct arena_ref *head, ref;

	bytes = arena_round(bytes);
	head = &a->free[bytes / ARENA_UNIT];
	ref = *head;
	if (ref.unit) {
		struct free_blob *blob = arena_deref(a->base, ref);

		port_unpoison(blob, bytes);
		*head = blob->next;
	} else {
		ref.unit = a->top / ARENA_UNIT;
		a->top += bytes;
		port_unpoison(arena_deref(a->base, ref), bytes);
	}
	a->used += bytes;
	return ref;
}

void arena_free(struct arena *a, struct arena_ref ref, u64 bytes)
{
	struct free_blob *blob = arena_deref(a->base, ref);
	struct arena_ref *head;

	bytes = arena_round(bytes);
	head = &a->free[bytes / ARENA_UNIT];
#ifdef ROUTE_POISON
	memset(blob, POISON_BYTE, bytes);
#endif
	blob->next = *head;
	*head = ref;
	a->used -= bytes;
	port_poison(blob, bytes);
}

const char *arena_check(const struct arena *a)
{
	u64 free_bytes = 0;
	unsigned int i;

	for (i = 0; i < ARENA_CLASSES; i++) {
		struct arena_ref ref = a->free[i];

		while (ref.unit) {
			struct free_blob *blob = arena_deref(a->base, ref);

			free_bytes += (u64)i * ARENA_UNIT;
			if ((u64)(ref.unit + i) * ARENA_UNIT > a->top)
				return "a free blob lies outside the arena";
			if (free_bytes > a->top)
				return "a list of free blobs has a cycle";
			port_unpoison(blob, sizeof(*blob));
			ref = blob->next;
			port_poison(blob, sizeof(*blob));
		}
	}
	if (free_bytes + a->used + ARENA_UNIT != a->top)
		return "free and used blobs do not add up";
	return NULL;
}
