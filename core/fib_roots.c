// SPDX-License-Identifier: GPL-2.0
/*
 * The roots of the compiled routes: the picture is in fib_roots.h.
 */
#include "fib_node.h"
#include "fib_roots.h"

/* Positions of words have to fit into what the mask leaves of a top's word. */
#define CHUNKS_MAX	((1U << (32 - 2 * ROOTS_MASK_BITS)) - 2)

/*
 * A chunk of 2^12 words has to be paid for by so many routes; room for values that
 * come, at most for ROOM, by four times as many.
 */
#define CHUNK_ROUTES	256
#define ROOM_ROUTES	(4 * CHUNK_ROUTES)
#define ROOM		64U

/* --- shapes --------------------------------------------------------------- */

/* What only the number of routes decides: IPv6 may have more than that. */
static unsigned int bits_for(u64 nr_routes, unsigned int now)
{
	static const struct { u64 from; u8 bits; } sizes[] = {
		{ 4096, ROOTS_BITS_DENSE }, { 96, 12 }, { 0, 6 },
	};
	unsigned int i;

	/*
	 * From a size on that makes the root a small part of the whole.  Down again
	 * only far below, so that no table goes to and fro.
	 */
	for (i = 0; nr_routes < sizes[i].from; i++)
		if (sizes[i].bits == now && nr_routes >= sizes[i].from / 4)
			break;
	return sizes[i].bits;
}

static unsigned int bits_dense(const struct fib_roots *roots, unsigned int family)
{
	unsigned int bits = roots ? roots->shape.bits[family] : 0;

	return min(bits, ROOTS_BITS_DENSE);
}

bool fib_roots_suit(const struct fib_roots *roots, const u64 nr[ROUTE_FAMILIES])
{
	unsigned int family;

	for (family = 0; family < ROUTE_FAMILIES; family++) {
		unsigned int now = bits_dense(roots, family);

		if (bits_for(nr[family], now) != now)
			return false;
	}
	return true;
}

/* How many values of the first 12 bits have nodes behind them. */
static u32 count_chunks(const struct fib_source *s)
{
	const struct rib_node *n;
	unsigned int i, nr_kids;
	u32 nr = 0;

	if (!s->root.unit)
		return 0;
	n = rib_node(s->base, s->root);
	nr_kids = hweight64(n->kids);
	for (i = 0; i < nr_kids; i++)
		nr += hweight64(rib_node(s->base, n->word[i].kid)->kids);
	return nr;
}

struct fib_shape fib_roots_shape(const struct fib_roots *now,
				 const struct fib_source source[ROUTE_FAMILIES],
				 const u64 nr[ROUTE_FAMILIES])
{
	struct fib_shape shape = { .max_chunks = 0 };
	unsigned int family;
	u32 chunks, room;

	for (family = 0; family < ROUTE_FAMILIES; family++)
		shape.bits[family] = bits_for(nr[family], bits_dense(now, family));
	if (shape.bits[ROUTE_INET6] <= ROOTS_TOP_BITS)
		return shape;
	chunks = count_chunks(&source[ROUTE_INET6]);
	room = min(nr[ROUTE_INET6] / ROOM_ROUTES, (u64)ROOM);
	shape.max_chunks = chunks + chunks / 4 + max(room, 4U);
	if (shape.max_chunks <= CHUNKS_MAX &&
	    chunks <= nr[ROUTE_INET6] / CHUNK_ROUTES)
		shape.bits[ROUTE_INET6] = ROOTS_BITS_MAX;
	else	/* small ones: all that there can be */
		shape.max_chunks = 1U << ROOTS_TOP_BITS;
	return shape;
}

/* --- words ---------------------------------------------------------------- */

static u64 chunk_words(const struct fib_roots *roots)
{
	unsigned int bits = roots->shape.bits[ROUTE_INET6];

	return bits > ROOTS_TOP_BITS ? 1ULL << (bits - ROOTS_TOP_BITS) : 0;
}

static u64 singles(const struct fib_roots *roots)
{
	return 1ULL << fib_roots_top_bits(roots, ROUTE_INET6);
}

/* Where a chunk begins. */
static u64 chunk_at(const struct fib_roots *roots, u32 chunk)
{
	return singles(roots) + chunk * chunk_words(roots);
}

static u64 top_at(u32 top)
{
	return top >> ROOTS_MASK_BITS;
}

static bool is_single(u32 top)
{
	return !(top & ((1U << ROOTS_MASK_BITS) - 1));
}

/* Places, those of chunks that are not in use yet included. */
static u64 max_places(const struct fib_roots *roots, unsigned int family)
{
	if (family == ROUTE_INET4)
		return 1ULL << roots->shape.bits[family];
	return chunk_at(roots, roots->shape.max_chunks);
}

u64 fib_roots_places(const struct fib_roots *roots, unsigned int family)
{
	if (family == ROUTE_INET4)
		return 1ULL << roots->shape.bits[family];
	return chunk_at(roots, roots->nr_chunks);
}

static u64 mark_words(u64 places)
{
	return (places + 63) / 64;
}

struct fib_roots *fib_roots_create(const struct fib_shape *shape)
{
	struct fib_roots *roots = port_zalloc(sizeof(*roots));
	u64 nr_top, bytes;
	unsigned int family;
	u8 *at;

	if (!roots)
		return NULL;
	roots->shape = *shape;
	nr_top = singles(roots);
	bytes = nr_top * sizeof(u32) + shape->max_chunks * sizeof(u16);
	bytes = (bytes + sizeof(u64) - 1) / sizeof(u64) * sizeof(u64);
	for (family = 0; family < ROUTE_FAMILIES; family++)
		bytes += max_places(roots, family) * sizeof(u32) +
			 mark_words(max_places(roots, family)) * sizeof(u64);
	if (region_init(&roots->region, bytes)) {
		port_free(roots);
		return NULL;
	}
	at = roots->region.base;
	memset(at, 0, bytes);
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		roots->marked[family] = (u64 *)at;
		at += mark_words(max_places(roots, family)) * sizeof(u64);
	}
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		roots->word[family] = (u32 *)at;
		at += max_places(roots, family) * sizeof(u32);
	}
	roots->top = (u32 *)at;
	roots->value = (u16 *)(roots->top + nr_top);
	fib_roots_reset(roots);
	return roots;
}

void fib_roots_reset(struct fib_roots *roots)
{
	u64 i;

	roots->nr_chunks = 0;
	for (i = 0; i < singles(roots); i++)
		roots->top[i] = i << ROOTS_MASK_BITS;
}

struct fib_words fib_roots_words(const struct fib_roots *roots,
				 unsigned int family, u64 value,
				 unsigned int depth)
{
	unsigned int bits = roots->shape.bits[family];
	unsigned int below = bits - depth * RIB_STRIDE;
	struct fib_words words = { roots->word[family], 1ULL << below };
	u32 top;

	value <<= below;
	if (family == ROUTE_INET4) {
		words.word += value;
		return words;
	}
	top = roots->top[value >> (bits - fib_roots_top_bits(roots, family))];
	words.word += top_at(top);
	if (is_single(top))
		words.nr = 1;
	else
		words.word += value & (chunk_words(roots) - 1);
	return words;
}

/* The value of IPv6's first bits for an address. */
static u64 top_value(const struct fib_roots *roots, const struct route_addr *addr)
{
	return addr->hi >> (64 - fib_roots_top_bits(roots, ROUTE_INET6));
}

/* Does @prefix need a chunk that is not there? */
static bool lacks_chunk(const struct fib_roots *roots,
			const struct route_prefix *prefix)
{
	return prefix->family == ROUTE_INET6 && prefix->len > ROOTS_TOP_BITS &&
	       chunk_words(roots) &&
	       is_single(roots->top[top_value(roots, &prefix->addr)]);
}

static void fill_chunk(struct fib_roots *roots, u32 chunk, u32 ref)
{
	u32 *word = roots->word[ROUTE_INET6] + chunk_at(roots, chunk);
	u64 i;

	for (i = 0; i < chunk_words(roots); i++)
		word[i] = ref;
}

bool fib_roots_add_chunk(struct fib_roots *roots, u64 value)
{
	u32 chunk = roots->nr_chunks;

	if (chunk == roots->shape.max_chunks)
		return false;
	roots->nr_chunks++;
	roots->value[chunk] = value;
	fill_chunk(roots, chunk, roots->word[ROUTE_INET6][value]);
	fib_publish_word(&roots->top[value],
			 chunk_at(roots, chunk) << ROOTS_MASK_BITS |
			 (chunk_words(roots) - 1));
	return true;
}

bool fib_roots_make_room(struct fib_roots *roots,
			 const struct route_prefix *prefix)
{
	return !lacks_chunk(roots, prefix) ||
	       fib_roots_add_chunk(roots, top_value(roots, &prefix->addr));
}

struct fib_place fib_roots_place(const struct fib_roots *roots,
				 unsigned int family, u64 at)
{
	unsigned int bits = roots->shape.bits[family];
	unsigned int top_bits = fib_roots_top_bits(roots, family);
	u64 value = at;

	if (family == ROUTE_INET6 && at < singles(roots)) {
		bits = top_bits;
	} else if (family == ROUTE_INET6) {
		at -= singles(roots);
		value = (u64)roots->value[at / chunk_words(roots)]
				<< (bits - top_bits) |
			(at & (chunk_words(roots) - 1));
	}
	return (struct fib_place){
		.addr.hi = value << (64 - bits), .depth = bits / RIB_STRIDE,
	};
}

u64 fib_roots_bytes(const struct fib_roots *roots, unsigned int family)
{
	u64 words = fib_roots_places(roots, family);

	if (family == ROUTE_INET6)
		words += singles(roots);
	return words * sizeof(u32);
}

bool fib_roots_are_sound(const struct fib_roots *roots)
{
	u64 mask = chunk_words(roots) - 1;
	u32 chunk;

	for (chunk = 0; chunk < roots->nr_chunks; chunk++) {
		u16 value = roots->value[chunk];

		if (value >= singles(roots) ||
		    roots->top[value] != (chunk_at(roots, chunk) << ROOTS_MASK_BITS |
					  mask))
			return false;
	}
	return roots->nr_chunks <= roots->shape.max_chunks;
}

/* --- marks ---------------------------------------------------------------- */

void fib_roots_begin(struct fib_roots *roots, const struct fib_roots *from)
{
	unsigned int family;

	memcpy(roots->top, from->top, singles(from) * sizeof(u32));
	memcpy(roots->value, from->value, from->nr_chunks * sizeof(u16));
	roots->nr_chunks = from->nr_chunks;
	for (family = 0; family < ROUTE_FAMILIES; family++)
		memset(roots->marked[family], 0,
		       mark_words(max_places(roots, family)) * sizeof(u64));
}

static bool is_marked(const u64 *marked, u64 at)
{
	return marked[at / 64] >> at % 64 & 1;
}

/* @nr places from @at on: a power of two, and a multiple of it. */
static void mark(u64 *marked, u64 at, u64 nr)
{
	if (nr < 64)
		marked[at / 64] |= ((1ULL << nr) - 1) << at % 64;
	else
		memset(&marked[at / 64], 0xff, nr / 8);
}

/* All places of a value of IPv6's first bits. */
static void mark_value(struct fib_roots *roots, u64 value)
{
	u32 top = roots->top[value];

	mark(roots->marked[ROUTE_INET6], top_at(top),
	     is_single(top) ? 1 : chunk_words(roots));
}

/* A prefix gets a chunk; what was marked as a whole is so still. */
static bool mark_chunk(struct fib_roots *roots, u64 value)
{
	u64 *marked = roots->marked[ROUTE_INET6];

	if (!fib_roots_add_chunk(roots, value))
		return false;
	if (is_marked(marked, value)) {
		marked[value / 64] &= ~(1ULL << value % 64);
		mark_value(roots, value);
	}
	return true;
}

bool fib_roots_mark(struct fib_roots *roots, const struct route_prefix *prefix)
{
	unsigned int family = prefix->family, bits = roots->shape.bits[family];
	unsigned int top_bits = fib_roots_top_bits(roots, family);
	unsigned int len = prefix->len;
	u64 value, nr;

	len = min(len, bits);
	if (len < top_bits) {
		nr = 1ULL << (top_bits - len);
		for (value = top_value(roots, &prefix->addr); nr--; value++)
			mark_value(roots, value);
		return true;
	}
	if (lacks_chunk(roots, prefix) &&
	    !mark_chunk(roots, top_value(roots, &prefix->addr)))
		return false;
	nr = 1ULL << (bits - len);
	if (family == ROUTE_INET6 &&
	    is_single(roots->top[top_value(roots, &prefix->addr)]))
		nr = 1;
	mark(roots->marked[family],
	     fib_roots_word(roots, family, &prefix->addr) - roots->word[family],
	     nr);
	return true;
}

u64 fib_roots_next(const struct fib_roots *roots, unsigned int family, u64 at)
{
	u64 places = fib_roots_places(roots, family);
	u64 word = at / 64, nr = mark_words(places), left;

	if (word == nr)
		return places;
	left = roots->marked[family][word] & (~0ULL << at % 64);
	while (!left) {
		if (++word == nr)
			return places;
		left = roots->marked[family][word];
	}
	return word * 64 + __ffs64(left);
}

void fib_roots_copy(struct fib_roots *to, const struct fib_roots *from)
{
	const u32 *single = from->word[ROUTE_INET6];
	unsigned int family;
	u32 chunk;

	for (family = 0; family < ROUTE_FAMILIES; family++)
		memcpy(to->word[family], from->word[family],
		       fib_roots_places(from, family) * sizeof(u32));
	for (chunk = from->nr_chunks; chunk < to->nr_chunks; chunk++)
		fill_chunk(to, chunk, single[to->value[chunk]]);
}
