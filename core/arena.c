// SPDX-License-Identifier: GPL-2.0
/*
 * An arena: one region, size classes, no knowledge of readers (arena.h).
 *
 * A free blob is a struct free_blob.  With ROUTE_POISON all of it but the link is
 * overwritten with what no live node can hold, so that a reader which comes after
 * its grace period is caught (rib.h, fib.h): the arena hides reuse from any
 * checker that watches allocations.
 */
#include "arena.h"

/* Bit 1 is set, for nodes of rib.h, bit 7 is clear, for those of fib.h. */
#define POISON_BYTE	0x5a

/**
 * struct free_blob - a blob in a list of free ones
 * @poison: with ROUTE_POISON all POISON_BYTE
 * @next: link, not in the lower half of any word that a node may begin with; its
 *	topmost bit is clear, as references go no further
 */
struct free_blob {
	u32			poison[3];
	struct arena_ref	next;
};

static_assert(sizeof(struct free_blob) <= ARENA_UNIT, "fits the least blob");

int region_init(struct region *r, u64 bytes)
{
	r->base = port_region_alloc(bytes);
	if (!r->base)
		return -ENOMEM;
	r->bytes = bytes;
	return 0;
}

void region_destroy(struct region *r)
{
	if (!r)
		return;
	port_region_free(r->base, r->bytes);
	port_free(r);
}

void region_destroy_list(struct region *r)
{
	while (r) {
		struct region *next = r->next;

		region_destroy(r);
		r = next;
	}
}

int arena_init(struct arena *a, u64 bytes, u64 first)
{
	int ret = region_init(&a->region, bytes);

	if (ret)
		return ret;
	/* Reference 0 names no blob. */
	a->first = first ? arena_round(first) : ARENA_UNIT;
	a->top = a->first;
	port_poison(a->region.base + a->top, bytes - a->top);
	return 0;
}

struct arena *arena_create(u64 bytes)
{
	struct arena *a = port_zalloc(sizeof(*a));

	if (!a)
		return NULL;
	if (arena_init(a, bytes, 0)) {
		port_free(a);
		return NULL;
	}
	return a;
}

void arena_free(struct arena *a, struct arena_ref ref, u64 bytes)
{
	struct free_blob *blob = arena_deref(a->region.base, ref);
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

/* Give the rest of a line away when a blob would reach over its end. */
static void begin_line(struct arena *a, u64 bytes)
{
	u64 left = -a->top % ARENA_LINE;
	struct arena_ref ref = { a->top / ARENA_UNIT };

	if (bytes > ARENA_LINE || bytes <= left || !left)
		return;
	a->top += left;
	a->used += left;
	port_unpoison(arena_deref(a->region.base, ref), left);
	arena_free(a, ref, left);
}

struct arena_ref arena_alloc(struct arena *a, u64 bytes)
{
	struct arena_ref *head, ref;

	bytes = arena_round(bytes);
	head = &a->free[bytes / ARENA_UNIT];
	ref = *head;
	if (ref.unit) {
		struct free_blob *blob = arena_deref(a->region.base, ref);

		port_unpoison(blob, bytes);
		*head = blob->next;
		/* The next one has long left the cache, and will be asked for soon. */
		prefetch(arena_deref(a->region.base, *head));
	} else {
		if (a->in_lines)
			begin_line(a, bytes);
		ref.unit = a->top / ARENA_UNIT;
		a->top += bytes;
		port_unpoison(arena_deref(a->region.base, ref), bytes);
	}
	a->used += bytes;
	return ref;
}

const char *arena_check(const struct arena *a)
{
	u64 free_bytes = 0;
	unsigned int i;

	for (i = 0; i < ARENA_CLASSES; i++) {
		struct arena_ref ref = a->free[i];

		while (ref.unit) {
			struct free_blob *blob = arena_deref(a->region.base, ref);

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
	if (free_bytes + a->used + a->first != a->top)
		return "free and used blobs do not add up";
	return NULL;
}
