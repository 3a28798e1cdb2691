// SPDX-License-Identifier: GPL-2.0
/*
 * The compiled routes follow the routes as given: all of them into a fresh region,
 * a change in place, or a batch in roots that nobody reads yet.  The idea, the
 * picture, the invariants and the ordering are in fib.h.
 */
#include "fib_node.h"
#include "fib_roots.h"

/* Recursion ends at RIB_DEPTH_MAX; so it does in all that follows. */
static void retire_tree(struct fib *f, unsigned int family, u32 ref)
{
	struct fib_node *n = fib_node_at(f, ref);
	u64 left;

	if (fib_ref_is_hop(f, ref))
		return;
	for (left = n->ends; left; left &= left - 1) {
		u32 *kid = fib_node_kid(f, n, family, __ffs64(left));

		if (kid)
			retire_tree(f, family, *kid);
	}
	fib_node_retire(f, family, ref);
}

static u32 build(struct fib *f, const struct fib_source *s,
		 struct arena_ref rib, u16 wider)
{
	const struct rib_node *n = rib_node(s->base, rib);
	u32 ref = fib_node_make(f, s->family, n, wider);
	struct fib_node *new = fib_node_at(f, ref);
	unsigned int i, k = 0;
	u64 left;

	for (left = n->kids; left; left &= left - 1, k++) {
		i = __ffs64(left);
		*fib_node_word(new, s->family, i) =
			build(f, s, n->word[k].kid, fib_node_best(f, n, i, wider));
	}
	if (s->may_sleep && n->kids)
		port_resched();
	return ref;
}

/*
 * Make a node anew, but for a kid that it does without now.  @changed: slots of which
 * the match of at most @bits bits in this node may have changed; kids elsewhere stay
 * as they are.
 */
static u32 rebuild(struct fib *f, const struct fib_source *s,
		   struct arena_ref rib, u16 wider, u32 old_ref, u64 changed,
		   unsigned int bits)
{
	const struct rib_node *n = rib_node(s->base, rib);
	struct fib_node *old = fib_node_at(f, old_ref);
	u32 ref = fib_node_make(f, s->family, n, wider);
	struct fib_node *new = fib_node_at(f, ref);
	unsigned int i, k = 0;
	u64 left;

	changed &= ~fib_slots_of_longer(n, bits);
	for (left = n->kids; left; left &= left - 1, k++) {
		struct arena_ref kid = n->word[k].kid;
		u32 *word, *had;

		i = __ffs64(left);
		word = fib_node_word(new, s->family, i);
		had = fib_node_kid(f, old, s->family, i);
		if (!had)
			*word = build(f, s, kid, fib_node_best(f, n, i, wider));
		else if (changed >> i & 1)
			*word = rebuild(f, s, kid, fib_node_best(f, n, i, wider),
					*had, ~0ULL, 0);
		else
			*word = *had;
	}
	fib_node_retire(f, s->family, old_ref);
	if (s->may_sleep && n->kids)
		port_resched();
	return ref;
}

/* --- compiling all ------------------------------------------------------ */

struct compile {
	struct fib			*f;
	struct fib_roots		*roots;
	const struct fib_source		*source;
	bool				failed;
};

/* build(), with a look at what is left before each node. */
static u32 compile_node(struct compile *c, struct arena_ref rib, u16 wider)
{
	const struct rib_node *n = rib_node(c->source->base, rib);
	unsigned int i, k = 0, family = c->source->family;
	struct fib *f = c->f;
	struct fib_node *new;
	u64 left;
	u32 ref;

	if (c->failed || f->nr_hops == f->max_hops ||
	    arena_untouched(&f->arena) < fib_node_need(n, family)) {
		c->failed = true;
		return 0;
	}
	ref = fib_node_make(f, family, n, wider);
	new = fib_node_at(f, ref);
	for (left = n->kids; left; left &= left - 1, k++) {
		i = __ffs64(left);
		*fib_node_word(new, family, i) =
			compile_node(c, n->word[k].kid,
				     fib_node_best(f, n, i, wider));
	}
	if (c->source->may_sleep && n->kids)
		port_resched();
	return ref;
}

/*
 * The words of all addresses that begin with @value, which the node at @rib, if there
 * is one, decides.
 */
static void compile_words(struct compile *c, u64 value, unsigned int depth,
			  struct arena_ref rib, u16 wider)
{
	unsigned int family = c->source->family;
	const struct rib_node *n;
	struct fib_words words;
	u64 i;

	if (depth * RIB_STRIDE >= fib_roots_top_bits(c->roots, family)) {
		words = fib_roots_words(c->roots, family, value, depth);
		if (!rib.unit) {
			for (i = 0; i < words.nr; i++)
				words.word[i] = fib_hop_ref(c->f, family, wider);
			return;
		}
		if (depth == fib_roots_depth(c->roots, family)) {
			*words.word = compile_node(c, rib, wider);
			return;
		}
		/* There is room: fib_roots_shape() has counted. */
		if (words.nr == 1 && !fib_roots_add_chunk(c->roots, value)) {
			c->failed = true;
			return;
		}
	}
	n = rib.unit ? rib_node(c->source->base, rib) : NULL;
	for (i = 0; i < RIB_SLOTS; i++)
		compile_words(c, value << RIB_STRIDE | i, depth + 1,
			      n ? rib_node_kid(n, i) : ARENA_NONE,
			      n ? fib_node_best(c->f, n, i, wider) : wider);
	if (c->source->may_sleep)
		port_resched();
}

int fib_compile(struct fib *f, struct fib_roots *roots,
		const struct fib_source *source)
{
	struct compile c = { .f = f, .roots = roots, .source = source };

	compile_words(&c, 0, 0, source->root, 0);
	/* The last one may have been one too many: nobody can tell. */
	if (f->nr_hops == f->max_hops)
		return -ENOSPC;
	return c.failed ? -ENOMEM : 0;
}

/* --- one change, under the eyes of readers ------------------------------- */

struct update {
	struct fib			*f;
	struct fib_roots		*roots;
	const struct fib_source		*source;
};

/* A way down to a word or further, and what is known at its end. */
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

		p.wider = fib_node_best(f, n, slot, p.wider);
		p.rib = rib_node_kid(n, slot);
	}
	return p;
}

static void update_word(const struct update *u, u32 *word, struct arena_ref rib,
			u16 wider, u64 changed, unsigned int bits)
{
	struct fib *f = u->f;
	const struct fib_source *s = u->source;
	u32 old = *word;

	if (!rib.unit) {
		fib_publish_word(word, fib_hop_ref(f, s->family, wider));
		retire_tree(f, s->family, old);
	} else if (fib_ref_is_hop(f, old)) {
		fib_publish_word(word, build(f, s, rib, wider));
	} else {
		fib_publish_word(word, rebuild(f, s, rib, wider, old, changed, bits));
	}
}

/*
 * The words of all addresses that begin with @value; of the next bits those in
 * @changed, as in rebuild().
 */
static void update_words(const struct update *u, u64 value, unsigned int depth,
			 struct arena_ref rib, u16 wider, u64 changed,
			 unsigned int bits)
{
	const struct fib_source *s = u->source;
	const struct rib_node *n;
	struct fib_words words;
	u64 i;

	if (depth * RIB_STRIDE >= fib_roots_top_bits(u->roots, s->family)) {
		words = fib_roots_words(u->roots, s->family, value, depth);
		if (words.nr == 1) {
			update_word(u, words.word, rib, wider, changed, bits);
			return;
		}
	}
	n = rib.unit ? rib_node(s->base, rib) : NULL;
	if (n)
		changed &= ~fib_slots_of_longer(n, bits);
	for (; changed; changed &= changed - 1) {
		i = __ffs64(changed);
		update_words(u, value << RIB_STRIDE | i, depth + 1,
			     n ? rib_node_kid(n, i) : ARENA_NONE,
			     n ? fib_node_best(u->f, n, i, wider) : wider, ~0ULL, 0);
	}
	if (s->may_sleep)
		port_resched();
}

/* A prefix that ends in front of the words. */
static void update_short(const struct update *u, const struct route_prefix *prefix)
{
	const struct route_addr *addr = &prefix->addr;
	unsigned int depth = (prefix->len - 1) / RIB_STRIDE;
	unsigned int bits = prefix->len - depth * RIB_STRIDE;
	struct way p = way_begin(u->f, u->source, addr, depth);

	update_words(u, depth ? addr->hi >> (64 - depth * RIB_STRIDE) : 0, depth,
		     p.rib, p.wider,
		     fib_slots_of(rib_slot(addr, depth * RIB_STRIDE), bits), bits);
}

/* One that ends behind them: what is made anew hangs from one word. */
static void update_long(const struct update *u, const struct route_prefix *prefix)
{
	const struct route_addr *addr = &prefix->addr;
	const struct fib_source *s = u->source;
	struct fib *f = u->f;
	unsigned int depth = (prefix->len - 1) / RIB_STRIDE, slot;
	unsigned int bits = prefix->len - depth * RIB_STRIDE;
	struct way p = way_begin(f, s, addr, fib_roots_depth(u->roots, s->family));
	u64 changed = 0;
	u32 gone = 0;

	p.word = fib_roots_word(u->roots, s->family, addr);
	if (!p.rib.unit || fib_ref_is_hop(f, *p.word)) {
		update_word(u, p.word, p.rib, p.wider, 0, 0);
		return;
	}
	for (;;) {
		const struct rib_node *n = rib_node(s->base, p.rib);
		struct arena_ref kid;
		u32 *word;

		slot = rib_slot(addr, p.depth * RIB_STRIDE);
		if (p.depth == depth) {
			changed = fib_slots_of(slot, bits);
			break;
		}
		/* A kid that is new, or has gone, changes this node. */
		kid = rib_node_kid(n, slot);
		word = fib_node_kid(f, fib_node_at(f, *p.word), s->family, slot);
		if (!kid.unit || !word) {
			gone = word ? *word : 0;
			break;
		}
		p.wider = fib_node_best(f, n, slot, p.wider);
		p.word = word;
		p.rib = kid;
		p.depth++;
	}
	update_word(u, p.word, p.rib, p.wider, changed,
		    p.depth == depth ? bits : 0);
	if (gone)	/* with its last route */
		retire_tree(f, s->family, gone);
}

void fib_update(struct fib *f, struct fib_roots *roots,
		const struct fib_source *source,
		const struct route_prefix *prefix)
{
	struct update u = { .f = f, .roots = roots, .source = source };

	if (prefix->len <= roots->shape.bits[source->family])
		update_short(&u, prefix);
	else
		update_long(&u, prefix);
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
	need->bytes += fib_node_need(n, s->family);
	need->nodes++;
	if (bits)
		changed &= ~fib_slots_of_longer(n, bits);
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

		if (depth >= fib_roots_depth(roots, source->family))
			need_tree(source, rib, 0, 0, &need);
		rib = rib_node_kid(n, rib_slot(addr, depth * RIB_STRIDE));
	}
	bits = prefix->len - last * RIB_STRIDE;
	need_tree(source, rib, fib_slots_of(rib_slot(addr, last * RIB_STRIDE), bits),
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

/* How many nodes a tree has, if they fit into the ring; else more than that. */
static u64 count_tree(const struct fib *f, unsigned int family, u32 ref)
{
	struct fib_node *n = fib_node_at(f, ref);
	u64 left, nr = 1;

	if (fib_ref_is_hop(f, ref))
		return 0;
	for (left = n->ends; left && nr <= f->ring_mask + 1; left &= left - 1) {
		u32 *kid = fib_node_kid(f, n, family, __ffs64(left));

		if (kid)
			nr += count_tree(f, family, *kid);
	}
	return nr;
}

void fib_need_marked(const struct fib *f, const struct fib_roots *roots,
		     const struct fib_roots *marked,
		     const struct fib_source *source, struct fib_need *need)
{
	unsigned int family = source->family;
	u64 at, nr = fib_roots_places(marked, family), retired = need->nodes;

	for (at = fib_roots_next(marked, family, 0); at < nr;
	     at = fib_roots_next(marked, family, at + 1)) {
		struct fib_place place = fib_roots_place(marked, family, at);
		struct arena_ref rib = source->root;
		unsigned int depth;

		for (depth = 0; depth < place.depth && rib.unit; depth++)
			rib = rib_node_kid(rib_node(source->base, rib),
					   rib_slot(&place.addr,
						    depth * RIB_STRIDE));
		need_tree(source, rib, ~0ULL, 0, need);
		retired += count_tree(f, family,
				      *fib_roots_word(roots, family, &place.addr));
		if (source->may_sleep)
			port_resched();
	}
	need->nodes = retired;
}

void fib_compile_marked(struct fib *f, struct fib_roots *roots,
			const struct fib_source *source)
{
	unsigned int family = source->family;
	u64 at, nr = fib_roots_places(roots, family);

	for (at = fib_roots_next(roots, family, 0); at < nr;
	     at = fib_roots_next(roots, family, at + 1)) {
		struct fib_place place = fib_roots_place(roots, family, at);
		struct way p = way_begin(f, source, &place.addr, place.depth);
		u32 *word = &roots->word[family][at];

		retire_tree(f, family, *word);
		*word = p.rib.unit ? build(f, source, p.rib, p.wider) :
				     fib_hop_ref(f, family, p.wider);
		if (source->may_sleep)
			port_resched();
	}
}
