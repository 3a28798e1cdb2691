// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the compiled routes with the routes as given, slot by slot.
 */
#include "fib_node.h"
#include "fib_roots.h"

struct check {
	const struct fib		*f;
	const struct fib_roots		*roots;
	const struct fib_source		*source;
	u64				bytes;
};

static bool hop_is_whole(const struct fib *f, u32 nr)
{
	const struct fib_hop *h4 = &fib_hops(f, ROUTE_INET4)[nr];
	const struct fib_hop *h6 = &fib_hops(f, ROUTE_INET6)[nr];

	return h4->ends == FIB_LAST && h6->ends == FIB_LAST &&
	       h4->leaf == nr && h6->word == fib_hop_ref(f, ROUTE_INET6, nr) &&
	       fib_ids(f)[nr] == h6->id && !nr == !h6->id;
}

/* Does a word lead to the hop of @id? */
static bool word_leads_to(const struct check *c, u32 word, u32 id)
{
	unsigned int family = c->source->family;
	u32 nr = (word - c->f->hops) / FIB_HOP_UNITS - family * c->f->max_hops;

	return nr < c->f->nr_hops && word == fib_hop_ref(c->f, family, nr) &&
	       fib_ids(c->f)[nr] == id;
}

/* Does slot @i, which has no kid, lead to the hop of @id? */
static bool slot_leads_to(const struct check *c, const struct fib_node *n,
			  unsigned int i, u32 id)
{
	unsigned int leaf;

	if (c->source->family == ROUTE_INET6)
		return word_leads_to(c, *fib6_entry(n, i), id);
	leaf = fib4_leaf(n, i);
	return leaf < c->f->nr_hops && fib4_hop_id(c->f->arena.region.base, leaf) == id;
}

/* F7, and that an IPv4's kids are numbered as they should. */
static bool kid_is_alone(const struct check *c, const struct fib_node *n,
			 unsigned int i, unsigned int k)
{
	bool alone = n->ends >> i & 1 && (!i || n->ends >> (i - 1) & 1);

	return alone && (c->source->family == ROUTE_INET6 ||
			 fib4_leaf(n, i) == 0xffff - k);
}

static const char *check_tree(struct check *c, struct arena_ref rib, u32 ref,
			      u32 wider)
{
	const struct fib *f = c->f;
	const struct rib_node *r = rib_node(c->source->base, rib);
	struct fib_node *n = fib_node_at(f, ref);
	unsigned int i, nr_kids = 0, family = c->source->family;

	if ((u64)ref * FIB_UNIT < f->arena.first ||
	    (u64)ref * FIB_UNIT >= f->arena.top)
		return "a compiled node is missing";
	if (!(n->ends & FIB_LAST))
		return "a reclaimed node is in the compiled routes";
	for (i = 0; i < RIB_SLOTS; i++) {
		u32 *kid = fib_node_kid(f, n, family, i);
		u32 id = rib_node_best(r, i, wider);
		const char *wrong;

		if (!(r->kids >> i & 1)) {
			if (kid)
				return "a node has a kid too many";
			if (!slot_leads_to(c, n, i, id))
				return "a compiled leaf is wrong";
			continue;
		}
		if (!kid || !kid_is_alone(c, n, i, nr_kids))
			return "a kid is not where it should be";
		wrong = check_tree(c, r->word[nr_kids].kid, *kid, id);
		if (wrong)
			return wrong;
		nr_kids++;
	}
	c->bytes += arena_round(fib_node_bytes(n, family));
	if (c->bytes > f->arena.top)
		return "the compiled routes are larger than their region";
	return NULL;
}

/* The words of all addresses that begin with @value, which the node at @rib decides. */
static const char *check_words(struct check *c, u64 value, unsigned int depth,
			       struct arena_ref rib, u32 wider)
{
	unsigned int family = c->source->family;
	const struct rib_node *n;
	const char *wrong = NULL;
	struct fib_words words;
	u64 i;

	if (depth * RIB_STRIDE >= fib_roots_top_bits(c->roots, family)) {
		words = fib_roots_words(c->roots, family, value, depth);
		if (!rib.unit) {
			for (i = 0; i < words.nr; i++)
				if (!word_leads_to(c, words.word[i], wider))
					return "a word of the root is wrong";
			return NULL;
		}
		if (depth == fib_roots_depth(c->roots, family))
			return check_tree(c, rib, *words.word, wider);
		if (words.nr == 1)
			return "a chunk of the root is missing";
	}
	n = rib.unit ? rib_node(c->source->base, rib) : NULL;
	for (i = 0; i < RIB_SLOTS && !wrong; i++)
		wrong = check_words(c, value << RIB_STRIDE | i, depth + 1,
				    n ? rib_node_kid(n, i) : ARENA_NONE,
				    n ? rib_node_best(n, i, wider) : wider);
	port_resched();
	return wrong;
}

const char *fib_check(const struct fib *f, const struct fib_roots *roots,
		      const struct fib_source *source, u64 *bytes)
{
	struct check c = { .f = f, .roots = roots, .source = source };
	const char *wrong;
	u32 i;

	for (i = 0; i < f->nr_hops; i++)
		if (!hop_is_whole(f, i))
			return "a hop is wrong";
	if (f->ring_tail - f->ring_head > f->ring_mask + 1)
		return "the ring of retired nodes is overrun";
	if (!fib_roots_are_sound(roots))
		return "a chunk of the root is not whose it says";
	wrong = check_words(&c, 0, 0, source->root, 0);
	*bytes = c.bytes;
	if (!wrong && c.bytes != f->bytes[source->family])
		return "bytes of the compiled routes do not add up";
	return wrong;
}
