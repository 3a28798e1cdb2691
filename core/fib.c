// SPDX-License-Identifier: GPL-2.0
/*
 * The compiled routes: the writer's side.  The idea, the picture, the invariants
 * F1 to F6 and the ordering are in fib.h.
 *
 * A node is made from the node of the routes as given that stands for the same
 * bits, and from what its slots lead to where that has no route: the longest
 * match of fewer bits, "wider" below.
 */
#include "fib.h"

#define MAX_WORDS	64			/* leaves, or kids, of a node */

static_assert(sizeof(struct fib_node) + MAX_WORDS * (sizeof(u16) + sizeof(u32)) <=
	      ARENA_BLOB_MAX, "all of a node's leaves and kids");

/* --- hops --------------------------------------------------------------- */

static struct fib_hop *hops(const struct fib *f)
{
	return (struct fib_hop *)f->arena.region.base;
}

/* Hash sizes are powers of two, at least twice the hops. */
static u32 hash_size(u32 max_hops)
{
	return 2U << fls64(max_hops - 1);
}

/* Knuth's multiplicative hash. */
static u32 hash_of(u32 id, u32 mask)
{
	return id * 0x9e3779b1U >> (32 - fls64(mask));
}

static void hop_init(struct fib *f, u32 nr, u32 id)
{
	hops(f)[nr] = (struct fib_hop){ .ends = FIB_LAST, .leaf = nr, .id = id };
}

/* The number of @id's hop, made if need be; 0, "none", when there is no room. */
static u16 hop_of(struct fib *f, u32 id)
{
	u32 mask = hash_size(f->max_hops) - 1;
	u32 at = hash_of(id, mask);
	u16 nr;

	for (;; at++) {
		nr = f->hash[at & mask];
		if (!nr)
			break;
		if (hops(f)[nr].id == id)
			return nr;
	}
	if (f->nr_hops == f->max_hops)
		return 0;
	nr = f->nr_hops++;
	hop_init(f, nr, id);
	f->hash[at & mask] = nr;
	return nr;
}

bool fib_knows(const struct fib *f, u32 id)
{
	u32 mask = hash_size(f->max_hops) - 1;
	u32 at = hash_of(id, mask);

	for (; f->hash[at & mask]; at++)
		if (hops(f)[f->hash[at & mask]].id == id)
			return true;
	return false;
}

static u32 hop_ref(u32 nr)
{
	return nr * FIB_HOP_UNITS;
}

static bool ref_is_hop(const struct fib *f, u32 ref)
{
	return ref < hop_ref(f->max_hops);
}

/* --- nodes -------------------------------------------------------------- */

/* Bytes of @nr kid words, in front of a node. */
static u64 kids_bytes(unsigned int nr)
{
	return (nr * sizeof(u32) + FIB_UNIT - 1) / FIB_UNIT * FIB_UNIT;
}

static u64 node_bytes(unsigned int nr_leaves, unsigned int nr_kids)
{
	return kids_bytes(nr_kids) + sizeof(struct fib_node) +
	       nr_leaves * sizeof(u16);
}

static struct fib_node *node_at(const struct fib *f, u32 ref)
{
	return (struct fib_node *)(f->arena.region.base + (u64)ref * FIB_UNIT);
}

static u32 *kid_word(struct fib_node *n, unsigned int k)
{
	return (u32 *)n - 1 - k;
}

static unsigned int node_leaves(const struct fib_node *n)
{
	return hweight64(n->ends);
}

/* Kids are numbered by slots: the last has the highest number, and comes first. */
static unsigned int node_kids(const struct fib_node *n)
{
	unsigned int i, nr = node_leaves(n);

	for (i = 0; i < nr; i++)
		if (n->leaf[i] >= FIB_KID)
			return 0x10000 - n->leaf[i];
	return 0;
}

/* The kid in slot @i, or 0. */
static u32 node_kid(const struct fib_node *n, unsigned int i)
{
	unsigned int leaf = fib_node_leaf(n, i);

	return leaf < FIB_KID ? 0 : *fib_node_kid(n, leaf);
}

static struct arena_ref node_blob(const struct fib_node *n, u32 ref)
{
	u64 at = (u64)ref * FIB_UNIT - kids_bytes(node_kids(n));

	return (struct arena_ref){ at / ARENA_UNIT };
}

static u32 node_alloc(struct fib *f, unsigned int family,
		      unsigned int nr_leaves, unsigned int nr_kids)
{
	u64 bytes = node_bytes(nr_leaves, nr_kids);
	struct arena_ref blob = arena_alloc(&f->arena, bytes);

	f->bytes[family] += arena_round(bytes);
	return ((u64)blob.unit * ARENA_UNIT + kids_bytes(nr_kids)) / FIB_UNIT;
}

/* Readers are led elsewhere; its memory waits for those that are on the way. */
static void retire(struct fib *f, unsigned int family, u32 ref)
{
	const struct fib_node *n = node_at(f, ref);
	u64 bytes = arena_round(node_bytes(node_leaves(n), node_kids(n)));

	f->ring[f->ring_tail++ & f->ring_mask] = ref;
	f->arena.retired += bytes;
	f->bytes[family] -= bytes;
}

static void retire_tree(struct fib *f, unsigned int family, u32 ref)
{
	struct fib_node *n = node_at(f, ref);
	unsigned int k;

	if (ref_is_hop(f, ref))
		return;
	for (k = node_kids(n); k--;)
		retire_tree(f, family, *kid_word(n, k));
	retire(f, family, ref);
}

bool fib_free(struct fib *f, u64 tail, unsigned int *budget)
{
	while (f->ring_head < tail && *budget) {
		u32 ref = f->ring[f->ring_head++ & f->ring_mask];
		const struct fib_node *n = node_at(f, ref);
		u64 bytes = node_bytes(node_leaves(n), node_kids(n));

		f->arena.retired -= arena_round(bytes);
		arena_free(&f->arena, node_blob(n, ref), bytes);
		--*budget;
	}
	return f->ring_head >= tail;
}

static void publish_word(u32 *word, u32 ref)
{
	/*
	 * (W) Publish what @ref leads to, whole, before the word that leads there:
	 * pairs with the load in fib_word(), on which what a reader does next depends
	 * by address.  Without it a reader may meet a node that is not filled.
	 */
	smp_store_release(word, ref);
}

/* --- from a node of the routes as given to one of ours ------------------- */

/* The slots that the bits of a short route, bit @bit of shorts, cover. */
static u64 short_slots(unsigned int bit)
{
	unsigned int bits = fls64(bit) - 1;
	unsigned int width = RIB_SLOTS >> bits;

	return ((1ULL << width) - 1) << ((bit - (1U << bits)) * width);
}

/* The slots that routes of more than @bits bits in the node cover. */
static u64 slots_of_longer(const struct rib_node *n, unsigned int bits)
{
	u64 slots = n->fulls, left;

	if (bits >= RIB_STRIDE)
		return 0;
	for (left = n->shorts & (~1ULL << ((2ULL << bits) - 1)); left;
	     left &= left - 1)
		slots |= short_slots(__ffs64(left));
	return slots;
}

/* The slots of a place: @bits bits in a node, of which @slot is one. */
static u64 slots_of(unsigned int slot, unsigned int bits)
{
	if (bits == RIB_STRIDE)
		return 1ULL << slot;
	return short_slots(1U << bits | slot >> (RIB_STRIDE - bits));
}

/* What the slots of a node lead to, kids left aside. */
static void expand(struct fib *f, const struct rib_node *n, u16 wider,
		   u16 leaf[RIB_SLOTS])
{
	const union rib_word *word = &n->word[hweight64(n->kids)];
	unsigned int i;
	u64 left;

	for (i = 0; i < RIB_SLOTS; i++)
		leaf[i] = wider;
	/* In order of their lengths. */
	for (left = n->shorts; left; left &= left - 1) {
		u64 slots = short_slots(__ffs64(left));
		u16 hop = hop_of(f, word++->nexthop);

		for (i = __ffs64(slots); i < fls64(slots); i++)
			leaf[i] = hop;
	}
	for (left = n->fulls; left; left &= left - 1)
		leaf[__ffs64(left)] = hop_of(f, word++->nexthop);
}

/* Make the node for @n.  Its kid words are still to be written. */
static u32 make_node(struct fib *f, unsigned int family,
		     const struct rib_node *n, u16 wider)
{
	unsigned int i, kid = 0xffff;
	u16 leaf[RIB_SLOTS];
	struct fib_node *new;
	u64 ends = FIB_LAST, left;
	u32 ref;

	expand(f, n, wider, leaf);
	for (left = n->kids; left; left &= left - 1)
		leaf[__ffs64(left)] = kid--;
	for (i = 0; i < RIB_SLOTS - 1; i++)
		ends |= (u64)(leaf[i] != leaf[i + 1]) << i;
	i = hweight64(ends);
	ref = node_alloc(f, family, i, hweight64(n->kids));
	new = node_at(f, ref);
	new->ends = ends;
	for (left = ends; left; left &= left - 1)
		new->leaf[--i] = leaf[__ffs64(left)];
	return ref;
}

/* What slot @i leads to, its kid left aside. */
static u16 best(struct fib *f, const struct rib_node *n, unsigned int i,
		u16 wider)
{
	u32 id = rib_node_best(n, i, 0);

	return id ? hop_of(f, id) : wider;
}

/* Recursion ends at RIB_DEPTH_MAX; so it does in all that follows. */
static u32 build(struct fib *f, const struct fib_source *s,
		 struct arena_ref rib, u16 wider)
{
	const struct rib_node *n = rib_node(s->base, rib);
	u32 ref = make_node(f, s->family, n, wider);
	unsigned int k = 0;
	u64 left;

	for (left = n->kids; left; left &= left - 1, k++)
		*kid_word(node_at(f, ref), k) =
			build(f, s, n->word[k].kid,
			      best(f, n, __ffs64(left), wider));
	if (s->may_sleep && n->kids)
		port_resched();
	return ref;
}

/*
 * Make a node anew.  @changed: slots of which the match of at most @bits bits in
 * this node may have changed; kids elsewhere stay as they are.
 */
static u32 rebuild(struct fib *f, const struct fib_source *s,
		   struct arena_ref rib, u16 wider, u32 old_ref, u64 changed,
		   unsigned int bits)
{
	const struct rib_node *n = rib_node(s->base, rib);
	struct fib_node *old = node_at(f, old_ref);
	u32 ref = make_node(f, s->family, n, wider);
	unsigned int i, k = 0;
	u64 left;

	changed &= ~slots_of_longer(n, bits);
	for (left = n->kids; left; left &= left - 1, k++) {
		u32 *word = kid_word(node_at(f, ref), k);

		i = __ffs64(left);
		*word = node_kid(old, i);
		if (!*word)
			*word = build(f, s, n->word[k].kid,
				      best(f, n, i, wider));
		else if (changed >> i & 1)
			*word = rebuild(f, s, n->word[k].kid,
					best(f, n, i, wider), *word, ~0ULL, 0);
	}
	/* Kids that went with their last route. */
	for (left = old->ends, k = node_leaves(old); left; left &= left - 1)
		if (old->leaf[--k] >= FIB_KID && !(n->kids >> __ffs64(left) & 1))
			retire_tree(f, s->family,
				    *fib_node_kid(old, old->leaf[k]));
	retire(f, s->family, old_ref);
	if (s->may_sleep && n->kids)
		port_resched();
	return ref;
}

/* --- roots -------------------------------------------------------------- */

static u64 root_words(const struct fib_roots *roots, unsigned int family)
{
	return 1ULL << roots->bits[family];
}

static u64 mark_words(const struct fib_roots *roots, unsigned int family)
{
	return (root_words(roots, family) + 63) / 64;
}

/* The depth, in nodes of the routes as given, at which the root's words lead on. */
static unsigned int root_depth(const struct fib_roots *roots,
			       unsigned int family)
{
	return roots->bits[family] / RIB_STRIDE;
}

static u64 root_index(const struct fib_roots *roots, unsigned int family,
		      const struct route_addr *addr)
{
	return addr->hi >> (64 - roots->bits[family]);
}

struct fib_roots *fib_roots_create(const u8 bits[ROUTE_FAMILIES])
{
	struct fib_roots *roots = port_zalloc(sizeof(*roots));
	unsigned int family;
	u64 bytes = 0;
	u8 *at;

	if (!roots)
		return NULL;
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		roots->bits[family] = bits[family];
		bytes += mark_words(roots, family) * sizeof(u64) +
			 root_words(roots, family) * sizeof(u32);
	}
	if (region_init(&roots->region, bytes)) {
		port_free(roots);
		return NULL;
	}
	at = roots->region.base;
	memset(at, 0, bytes);
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		roots->word[family] = (u32 *)at;
		at += root_words(roots, family) * sizeof(u32);
	}
	for (family = 0; family < ROUTE_FAMILIES; family++) {
		roots->marked[family] = (u64 *)at;
		at += mark_words(roots, family) * sizeof(u64);
	}
	return roots;
}

/*
 * From a size on that makes the root a small part of the whole.  Down again only
 * far below, so that no table goes to and fro.
 */
unsigned int fib_roots_bits(u64 nr_routes, unsigned int now)
{
	static const struct { u64 from; u8 bits; } sizes[] = {
		{ 4096, 18 }, { 96, 12 }, { 0, 6 },
	};
	unsigned int i;

	for (i = 0; nr_routes < sizes[i].from; i++)
		if (sizes[i].bits == now && nr_routes >= sizes[i].from / 4)
			break;
	return sizes[i].bits;
}

/* --- regions ------------------------------------------------------------ */

struct fib *fib_create(u64 bytes, u32 max_hops)
{
	u64 hops_bytes = max_hops * sizeof(struct fib_hop);
	u64 hash_bytes = hash_size(max_hops) * sizeof(u16);
	u64 ring = max(1ULL << fls64(bytes / 128), FIB_RING_MIN);
	u64 first = hops_bytes + hash_bytes + ring * sizeof(u32);
	struct fib *f = port_zalloc(sizeof(*f));

	if (!f)
		return NULL;
	f->arena.in_lines = true;
	if (arena_init(&f->arena, first + bytes, first)) {
		port_free(f);
		return NULL;
	}
	f->max_hops = max_hops;
	f->hash = (u16 *)(f->arena.region.base + hops_bytes);
	f->ring = (u32 *)(f->arena.region.base + hops_bytes + hash_bytes);
	f->ring_mask = ring - 1;
	memset(f->hash, 0, hash_bytes);
	hop_init(f, 0, 0);
	f->nr_hops = 1;
	return f;
}

/* Most bytes that the node for @n can take. */
static u64 need_node(const struct rib_node *n)
{
	unsigned int nr_kids = hweight64(n->kids);
	unsigned int nr = nr_kids + hweight64(n->shorts) + hweight64(n->fulls);

	return arena_round(node_bytes(min(2 * nr + 1, (unsigned int)MAX_WORDS),
				      nr_kids)) + ARENA_LINE - ARENA_UNIT;
}

/* --- compiling all ------------------------------------------------------ */

struct compile {
	struct fib			*f;
	const struct fib_source		*source;
	bool				failed;
};

/* build(), with a look at what is left before each node. */
static u32 compile_node(struct compile *c, struct arena_ref rib, u16 wider)
{
	const struct rib_node *n = rib_node(c->source->base, rib);
	struct fib *f = c->f;
	unsigned int k = 0;
	u64 left;
	u32 ref;

	if (c->failed || f->nr_hops == f->max_hops ||
	    arena_untouched(&f->arena) < need_node(n)) {
		c->failed = true;
		return 0;
	}
	ref = make_node(f, c->source->family, n, wider);
	for (left = n->kids; left; left &= left - 1, k++)
		*kid_word(node_at(f, ref), k) =
			compile_node(c, n->word[k].kid,
				     best(f, n, __ffs64(left), wider));
	if (c->source->may_sleep && n->kids)
		port_resched();
	return ref;
}

/* The words from @word on, which the node at @rib, @depth above them, decides. */
static void compile_words(struct compile *c, u32 *word, unsigned int depth,
			  struct arena_ref rib, u16 wider)
{
	u64 i, nr = 1ULL << (depth * RIB_STRIDE);
	const struct rib_node *n;

	if (!rib.unit) {
		for (i = 0; i < nr; i++)
			word[i] = hop_ref(wider);
		return;
	}
	if (!depth) {
		*word = compile_node(c, rib, wider);
		return;
	}
	n = rib_node(c->source->base, rib);
	nr /= RIB_SLOTS;
	for (i = 0; i < RIB_SLOTS; i++)
		compile_words(c, word + i * nr, depth - 1, rib_node_kid(n, i),
			      best(c->f, n, i, wider));
	if (c->source->may_sleep)
		port_resched();
}

int fib_compile(struct fib *f, struct fib_roots *roots,
		const struct fib_source *source)
{
	struct compile c = { .f = f, .source = source };

	compile_words(&c, roots->word[source->family],
		      root_depth(roots, source->family), source->root, 0);
	/* The last one may have been one too many: nobody can tell. */
	if (f->nr_hops == f->max_hops)
		return -ENOSPC;
	return c.failed ? -ENOMEM : 0;
}

/* --- one change, under the eyes of readers ------------------------------- */

/* A way down to a root's word or further, and what is known at its end. */
struct way {
	struct arena_ref	rib;	/* node of the routes as given, or none */
	unsigned int		depth;	/* its depth */
	u16			wider;
	u32			*word;	/* that leads to the node made from it */
};

/* From the top to the node at @depth; where there is none, the way has no node. */
static struct way way_begin(struct fib *f, const struct fib_source *s,
			    const struct route_addr *addr, unsigned int depth)
{
	struct way p = { .rib = s->root };

	for (; p.depth < depth && p.rib.unit; p.depth++) {
		const struct rib_node *n = rib_node(s->base, p.rib);
		unsigned int slot = rib_slot(addr, p.depth * RIB_STRIDE);

		p.wider = best(f, n, slot, p.wider);
		p.rib = rib_node_kid(n, slot);
	}
	return p;
}

/* The words of the root from @word on, which the node at @rib, @depth above, decides. */
static void update_words(struct fib *f, const struct fib_source *s, u32 *word,
			 unsigned int depth, struct arena_ref rib, u16 wider,
			 u64 changed, unsigned int bits)
{
	u64 i, nr = 1ULL << (depth * RIB_STRIDE);
	const struct rib_node *n;

	if (!depth) {
		u32 old = *word;

		publish_word(word, !rib.unit ? hop_ref(wider) :
			     ref_is_hop(f, old) ? build(f, s, rib, wider) :
			     rebuild(f, s, rib, wider, old, changed, bits));
		if (!rib.unit)
			retire_tree(f, s->family, old);
		return;
	}
	n = rib.unit ? rib_node(s->base, rib) : NULL;
	if (n)
		changed &= ~slots_of_longer(n, bits);
	nr /= RIB_SLOTS;
	for (; changed; changed &= changed - 1) {
		i = __ffs64(changed);
		update_words(f, s, word + i * nr, depth - 1,
			     n ? rib_node_kid(n, i) : ARENA_NONE,
			     n ? best(f, n, i, wider) : wider, ~0ULL, 0);
	}
	if (s->may_sleep)
		port_resched();
}

/* A prefix that ends in front of the root's words. */
static void update_short(struct fib *f, struct fib_roots *roots,
			 const struct fib_source *s,
			 const struct route_addr *addr, unsigned int len)
{
	unsigned int depth = (len - 1) / RIB_STRIDE;
	unsigned int below = root_depth(roots, s->family) - depth;
	struct way p = way_begin(f, s, addr, depth);
	u64 at = root_index(roots, s->family, addr) >> (below * RIB_STRIDE)
						    << (below * RIB_STRIDE);
	unsigned int bits = len - depth * RIB_STRIDE;

	update_words(f, s, &roots->word[s->family][at], below,
		     p.rib, p.wider,
		     slots_of(rib_slot(addr, depth * RIB_STRIDE), bits), bits);
}

/* One that ends behind them: what is made anew hangs from one word. */
static void update_long(struct fib *f, struct fib_roots *roots,
			const struct fib_source *s,
			const struct route_addr *addr, unsigned int len)
{
	unsigned int root = root_depth(roots, s->family);
	unsigned int depth = (len - 1) / RIB_STRIDE, slot;
	struct way p = way_begin(f, s, addr, root);
	unsigned int bits = len - depth * RIB_STRIDE;
	u64 changed = 0;

	p.word = &roots->word[s->family][root_index(roots, s->family, addr)];
	if (!p.rib.unit || ref_is_hop(f, *p.word)) {
		update_words(f, s, p.word, 0, p.rib, p.wider, 0, 0);
		return;
	}
	for (;;) {
		const struct rib_node *n = rib_node(s->base, p.rib);
		struct fib_node *old = node_at(f, *p.word);
		struct arena_ref kid;

		slot = rib_slot(addr, p.depth * RIB_STRIDE);
		if (p.depth == depth) {
			changed = slots_of(slot, bits);
			break;
		}
		/* A kid that is new, or has gone, changes this node. */
		kid = rib_node_kid(n, slot);
		if (!kid.unit || !node_kid(old, slot))
			break;
		p.wider = best(f, n, slot, p.wider);
		p.word = (u32 *)fib_node_kid(old, fib_node_leaf(old, slot));
		p.rib = kid;
		p.depth++;
	}
	publish_word(p.word, rebuild(f, s, p.rib, p.wider, *p.word, changed,
				     p.depth == depth ? bits : 0));
}

void fib_update(struct fib *f, struct fib_roots *roots,
		const struct fib_source *source,
		const struct route_prefix *prefix)
{
	if (prefix->len <= roots->bits[source->family])
		update_short(f, roots, source, &prefix->addr, prefix->len);
	else
		update_long(f, roots, source, &prefix->addr, prefix->len);
}

/* Adds what rebuild() takes, or build() with all slots changed. */
static void need_tree(const struct fib_source *s, struct arena_ref rib,
		      u64 changed, unsigned int bits, struct fib_need *need)
{
	const struct rib_node *n;
	unsigned int k = 0;
	u64 left;

	if (!rib.unit)
		return;
	n = rib_node(s->base, rib);
	need->bytes += need_node(n);
	need->nodes++;
	if (bits)
		changed &= ~slots_of_longer(n, bits);
	for (left = n->kids; left; left &= left - 1, k++)
		if (changed >> __ffs64(left) & 1)
			need_tree(s, n->word[k].kid, ~0ULL, 0, need);
	if (s->may_sleep && changed)
		port_resched();
}

struct fib_need fib_need(const struct fib_roots *roots,
			 const struct fib_source *source,
			 const struct route_prefix *prefix)
{
	const struct route_addr *addr = &prefix->addr;
	unsigned int depth, bits, last = (prefix->len - 1) / RIB_STRIDE;
	/* As many nodes may go as a way has. */
	struct fib_need need = { .nodes = RIB_DEPTH_MAX, .hops = 1 };
	struct arena_ref rib = source->root;

	/* Each node on the way may be the one that is made anew. */
	for (depth = 0; depth < last && rib.unit; depth++) {
		const struct rib_node *n = rib_node(source->base, rib);

		if (depth >= root_depth(roots, source->family))
			need_tree(source, rib, 0, 0, &need);
		rib = rib_node_kid(n, rib_slot(addr, depth * RIB_STRIDE));
	}
	bits = prefix->len - last * RIB_STRIDE;
	need_tree(source, rib, slots_of(rib_slot(addr, last * RIB_STRIDE), bits),
		  bits, &need);
	return need;
}

bool fib_has(const struct fib *f, const struct fib_need *need)
{
	return need->bytes <= arena_untouched(&f->arena) &&
	       need->nodes <= f->ring_mask + 1 - (f->ring_tail - f->ring_head) &&
	       need->hops <= f->max_hops - f->nr_hops;
}

/* --- many changes, in roots that nobody reads yet ------------------------- */

void fib_clear_marks(struct fib_roots *roots)
{
	unsigned int family;

	for (family = 0; family < ROUTE_FAMILIES; family++)
		memset(roots->marked[family], 0,
		       mark_words(roots, family) * sizeof(u64));
}

void fib_mark(struct fib_roots *roots, const struct route_prefix *prefix)
{
	unsigned int family = prefix->family;
	u64 at = root_index(roots, family, &prefix->addr), nr;
	u64 *marked = roots->marked[family];

	if (prefix->len >= roots->bits[family]) {
		marked[at / 64] |= 1ULL << at % 64;
		return;
	}
	nr = 1ULL << (roots->bits[family] - prefix->len);
	if (nr < 64)
		marked[at / 64] |= ((1ULL << nr) - 1) << at % 64;
	else
		memset(&marked[at / 64], 0xff, nr / 8);
}

/* The next marked slot from @at on, or the number of slots. */
static u64 next_marked(const struct fib_roots *roots, unsigned int family,
		       u64 at)
{
	u64 word = at / 64, nr = mark_words(roots, family), left;

	if (word == nr)
		return root_words(roots, family);
	left = roots->marked[family][word] & (~0ULL << at % 64);
	while (!left) {
		if (++word == nr)
			return root_words(roots, family);
		left = roots->marked[family][word];
	}
	return word * 64 + __ffs64(left);
}

static struct route_addr slot_addr(const struct fib_roots *roots,
				   unsigned int family, u64 slot)
{
	return (struct route_addr){ .hi = slot << (64 - roots->bits[family]) };
}

/* How many nodes a tree has, if they fit into the ring; else more than that. */
static u64 count_tree(const struct fib *f, u32 ref)
{
	struct fib_node *n = node_at(f, ref);
	unsigned int k;
	u64 nr = 1;

	if (ref_is_hop(f, ref))
		return 0;
	for (k = node_kids(n); k-- && nr <= f->ring_mask + 1;)
		nr += count_tree(f, *kid_word(n, k));
	return nr;
}

void fib_need_marked(const struct fib *f, const struct fib_roots *roots,
		     const struct fib_roots *marked,
		     const struct fib_source *source, struct fib_need *need)
{
	unsigned int family = source->family;
	u64 at, nr = root_words(roots, family), retired = need->nodes;

	for (at = next_marked(marked, family, 0); at < nr;
	     at = next_marked(marked, family, at + 1)) {
		struct route_addr addr = slot_addr(roots, family, at);
		struct arena_ref rib = source->root;
		unsigned int pos;

		for (pos = 0; pos < roots->bits[family] && rib.unit;
		     pos += RIB_STRIDE)
			rib = rib_node_kid(rib_node(source->base, rib),
					   rib_slot(&addr, pos));
		need_tree(source, rib, ~0ULL, 0, need);
		retired += count_tree(f, roots->word[family][at]);
		if (source->may_sleep)
			port_resched();
	}
	need->nodes = retired;
}

void fib_roots_copy(struct fib_roots *to, const struct fib_roots *from)
{
	unsigned int family;

	for (family = 0; family < ROUTE_FAMILIES; family++)
		memcpy(to->word[family], from->word[family],
		       root_words(from, family) * sizeof(u32));
}

void fib_compile_marked(struct fib *f, struct fib_roots *roots,
			const struct fib_source *source)
{
	unsigned int family = source->family;
	u64 at;

	for (at = next_marked(roots, family, 0); at < root_words(roots, family);
	     at = next_marked(roots, family, at + 1)) {
		struct route_addr addr = slot_addr(roots, family, at);
		struct way p = way_begin(f, source, &addr,
					   root_depth(roots, family));
		u32 *word = &roots->word[family][at];

		retire_tree(f, family, *word);
		*word = p.rib.unit ? build(f, source, p.rib, p.wider) :
				     hop_ref(p.wider);
		if (source->may_sleep)
			port_resched();
	}
}

/* --- the check ------------------------------------------------------------ */

struct check {
	const struct fib		*f;
	const struct fib_source		*source;
	u64				bytes;
};

/* Is @leaf the hop of @id? */
static bool leads_to(const struct fib *f, unsigned int leaf, u32 id)
{
	return leaf < f->nr_hops && hops(f)[leaf].id == id;
}

static const char *check_tree(struct check *c, struct arena_ref rib, u32 ref,
			      u32 wider)
{
	const struct fib *f = c->f;
	const struct rib_node *r = rib_node(c->source->base, rib);
	struct fib_node *n = node_at(f, ref);
	unsigned int i, nr_kids = 0;

	if (ref_is_hop(f, ref) || (u64)ref * FIB_UNIT < f->arena.first ||
	    (u64)ref * FIB_UNIT >= f->arena.top)
		return "a compiled node is missing";
	if (!(n->ends & FIB_LAST))
		return "a reclaimed node is in the compiled routes";
	for (i = 0; i < RIB_SLOTS; i++) {
		unsigned int leaf = fib_node_leaf(n, i);
		u32 id = rib_node_best(r, i, wider);
		const char *wrong;

		if (r->kids >> i & 1) {
			if (leaf != 0xffff - nr_kids)
				return "a kid is not where it should be";
			wrong = check_tree(c, r->word[nr_kids].kid,
					   *kid_word(n, nr_kids), id);
			if (wrong)
				return wrong;
			nr_kids++;
		} else if (!leads_to(f, leaf, id)) {
			return "a compiled leaf is wrong";
		}
	}
	if (nr_kids != node_kids(n))
		return "a compiled node has a kid too many";
	c->bytes += arena_round(node_bytes(node_leaves(n), nr_kids));
	if (c->bytes > f->arena.top)
		return "the compiled routes are larger than their region";
	return NULL;
}

static const char *check_words(struct check *c, const u32 *word,
			       unsigned int depth, struct arena_ref rib,
			       u32 wider)
{
	u64 i, nr = 1ULL << (depth * RIB_STRIDE);
	const struct rib_node *n;
	const char *wrong = NULL;

	if (!rib.unit) {
		for (i = 0; i < nr; i++)
			if (!ref_is_hop(c->f, word[i]) || word[i] % hop_ref(1) ||
			    !leads_to(c->f, word[i] / hop_ref(1), wider))
				return "a word of the root is wrong";
		return NULL;
	}
	if (!depth)
		return check_tree(c, rib, *word, wider);
	n = rib_node(c->source->base, rib);
	nr /= RIB_SLOTS;
	for (i = 0; i < RIB_SLOTS && !wrong; i++)
		wrong = check_words(c, word + i * nr, depth - 1,
				    rib_node_kid(n, i),
				    rib_node_best(n, i, wider));
	port_resched();
	return wrong;
}

const char *fib_check(const struct fib *f, const struct fib_roots *roots,
		      const struct fib_source *source, u64 *bytes)
{
	struct check c = { .f = f, .source = source };
	const char *wrong;
	u32 i;

	for (i = 0; i < f->nr_hops; i++)
		if (hops(f)[i].ends != FIB_LAST || hops(f)[i].leaf != i ||
		    !i != !hops(f)[i].id)
			return "a hop is wrong";
	if (f->ring_tail - f->ring_head > f->ring_mask + 1)
		return "the ring of retired nodes is overrun";
	wrong = check_words(&c, roots->word[source->family],
			    root_depth(roots, source->family), source->root, 0);
	*bytes = c.bytes;
	if (!wrong && c.bytes != f->bytes[source->family])
		return "bytes of the compiled routes do not add up";
	return wrong;
}
