// SPDX-License-Identifier: GPL-2.0
/*
 * The routes as given: the writer's side, exact match and the ordered walk.
 * The idea, the picture and the invariants I1 to I6 are in rib.h.
 */
#include "rib.h"

/* Where a route of @len bits stands: in which node, and which bit of it. */
struct place {
	unsigned int	depth;
	unsigned int	bits;		/* of its length that lie in the node */
	unsigned int	bit;		/* of shorts, or of fulls if bits is 6 */
};

/* Set the six bits from @pos on, which are clear, to @slot. */
static void addr_set_slot(struct route_addr *addr, unsigned int pos, u64 slot)
{
	u64 top = slot << (64 - RIB_STRIDE);

	if (pos >= 64) {
		addr->lo |= top >> (pos - 64);
		return;
	}
	addr->hi |= top >> pos;
	if (pos > 64 - RIB_STRIDE)
		addr->lo |= top << (64 - pos);
}

static struct place place_of(const struct route_addr *addr, unsigned int len)
{
	unsigned int depth = (len - 1) / RIB_STRIDE;
	unsigned int bits = len - depth * RIB_STRIDE;
	unsigned int slot = rib_slot(addr, depth * RIB_STRIDE);

	return (struct place){
		.depth = depth,
		.bits = bits,
		.bit = bits == RIB_STRIDE ? slot :
		       1U << bits | slot >> (RIB_STRIDE - bits),
	};
}

/* A node without its words. */
struct shape {
	u64	shorts;
	u64	fulls;
	u64	kids;
};

static struct shape node_shape(const struct rib_node *n)
{
	return (struct shape){ n->shorts, n->fulls, n->kids };
}

static unsigned int shape_words(struct shape s)
{
	return hweight64(s.kids) + hweight64(s.shorts) + hweight64(s.fulls);
}

static unsigned int node_words(const struct rib_node *n)
{
	return shape_words(node_shape(n));
}

static u64 bytes_of_words(unsigned int words)
{
	return sizeof(struct rib_node) + words * sizeof(union rib_word);
}

static u64 node_bytes(const struct rib_node *n)
{
	return bytes_of_words(node_words(n));
}

static bool node_has_route(const struct rib_node *n, struct place p)
{
	return (p.bits == RIB_STRIDE ? n->fulls : n->shorts) >> p.bit & 1;
}

static unsigned int kid_index(const struct rib_node *n, unsigned int slot)
{
	return hweight64(rib_below(n->kids, slot));
}

static unsigned int route_index(const struct rib_node *n, struct place p)
{
	unsigned int at = hweight64(n->kids);

	if (p.bits < RIB_STRIDE)
		return at + hweight64(rib_below(n->shorts, p.bit));
	return at + hweight64(n->shorts) + hweight64(rib_below(n->fulls, p.bit));
}

u32 rib_match(const u8 *base, struct arena_ref root,
	      const struct route_addr *addr, unsigned int *len)
{
	struct arena_ref ref = root;
	unsigned int pos = 0;
	u32 best = 0;

	for (; ref.unit; pos += RIB_STRIDE) {
		const struct rib_node *n = rib_node(base, ref);
		unsigned int slot = rib_slot(addr, pos);
		u64 shorts = n->shorts & rib_short_mask(slot);

		if (n->fulls >> slot & 1)
			*len = pos + RIB_STRIDE;
		else if (shorts)	/* the n bits of bit 1xx are its length */
			*len = pos + fls64(fls64(shorts) - 1) - 1;
		best = rib_node_best(n, slot, best);
		ref = rib_node_kid(n, slot);
	}
	return best;
}

/* The node in which a route of this place would stand, or NULL. */
static const struct rib_node *find_node(const u8 *base, struct arena_ref root,
					const struct route_addr *addr,
					unsigned int depth)
{
	unsigned int pos = 0;

	while (root.unit) {
		const struct rib_node *n = rib_node(base, root);

		if (!depth--)
			return n;
		root = rib_node_kid(n, rib_slot(addr, pos));
		pos += RIB_STRIDE;
	}
	return NULL;
}

u32 rib_get(const u8 *base, struct arena_ref root,
	    const struct route_addr *addr, unsigned int len)
{
	struct place p = place_of(addr, len);
	const struct rib_node *n = find_node(base, root, addr, p.depth);

	if (!n || !node_has_route(n, p))
		return 0;
	return n->word[route_index(n, p)].nexthop;
}

/*
 * The walk.  A node has eight steps a slot: 1 to 5 the short routes that begin
 * there, 6 the full one, 7 the kid; a step's number is 8 * slot + that, and
 * their order is the order of the walk.
 */
#define STEP_KID	7
#define STEP_END	(8 * RIB_SLOTS)

struct walk_frame {
	const struct rib_node	*node;
	u64			slots;	/* with anything to visit */
	unsigned int		step;	/* next step to look at */
};

static void frame_init(struct walk_frame *f, const struct rib_node *n)
{
	u64 left = n->shorts;

	f->node = n;
	f->step = 0;
	f->slots = n->fulls | n->kids;
	while (left) {
		unsigned int bit = __ffs64(left);
		unsigned int bits = fls64(bit) - 1;

		f->slots |= 1ULL << ((bit << (RIB_STRIDE - bits)) % RIB_SLOTS);
		left &= left - 1;
	}
}

static bool step_is_there(const struct rib_node *n, unsigned int step)
{
	unsigned int slot = step / 8, bits = step % 8;

	if (bits == STEP_KID)
		return n->kids >> slot & 1;
	if (bits == RIB_STRIDE)
		return n->fulls >> slot & 1;
	if (!bits || slot % (1U << (RIB_STRIDE - bits)))
		return false;
	return n->shorts >> (1U << bits | slot >> (RIB_STRIDE - bits)) & 1;
}

/* The first step at or behind f->step that is there, or STEP_END. */
static unsigned int frame_next(const struct walk_frame *f)
{
	unsigned int step = f->step;

	while (step < STEP_END) {
		u64 slots = f->slots & (~0ULL << step / 8);

		if (!slots)
			break;
		step = max(step, 8 * (unsigned int)__ffs64(slots));
		do {
			if (step_is_there(f->node, step))
				return step;
		} while (++step % 8);
	}
	return STEP_END;
}

static struct arena_ref frame_kid(const struct walk_frame *f, unsigned int slot)
{
	return f->node->word[kid_index(f->node, slot)].kid;
}

static u32 frame_route(const struct walk_frame *f, unsigned int step)
{
	unsigned int slot = step / 8, bits = step % 8;
	struct place p = {
		.bits = bits,
		.bit = bits == RIB_STRIDE ? slot :
		       1U << bits | slot >> (RIB_STRIDE - bits),
	};

	return f->node->word[route_index(f->node, p)].nexthop;
}

/*
 * Put the frames where the walk stands behind a prefix: above its node, behind
 * the kid that leads to it; in its node, behind its own step.  Returns the
 * depth of the last frame.
 */
static unsigned int frames_seek(struct walk_frame *frames, const u8 *base,
				const struct route_addr *after,
				unsigned int after_len)
{
	unsigned int last = (after_len - 1) / RIB_STRIDE;
	unsigned int depth = 0;

	for (;;) {
		struct walk_frame *f = &frames[depth];
		unsigned int slot = rib_slot(after, depth * RIB_STRIDE);

		if (depth == last) {
			f->step = 8 * slot + after_len - last * RIB_STRIDE + 1;
			return depth;
		}
		f->step = 8 * (slot + 1);
		if (!(f->node->kids >> slot & 1))
			return depth;
		frame_init(&frames[++depth],
			   rib_node(base, frame_kid(f, slot)));
	}
}

unsigned int rib_walk(const u8 *base, struct arena_ref root,
		      unsigned int family, const struct route_addr *after,
		      unsigned int after_len, struct route *routes,
		      unsigned int n)
{
	struct walk_frame frames[RIB_DEPTH_MAX];
	struct route_addr at = { 0, 0 };
	unsigned int depth = 0, done = 0;

	if (!root.unit)
		return 0;
	frame_init(&frames[0], rib_node(base, root));
	if (after_len) {
		depth = frames_seek(frames, base, after, after_len);
		at = route_addr_mask(*after, depth * RIB_STRIDE);
	}
	while (done < n) {
		struct walk_frame *f = &frames[depth];
		unsigned int step = frame_next(f);
		unsigned int pos = depth * RIB_STRIDE;
		struct route *route = &routes[done];

		if (step == STEP_END) {
			if (!depth--)
				break;
			at = route_addr_mask(at, depth * RIB_STRIDE);
			continue;
		}
		f->step = step + 1;
		if (step % 8 == STEP_KID) {
			addr_set_slot(&at, pos, step / 8);
			frame_init(&frames[++depth],
				   rib_node(base, frame_kid(f, step / 8)));
			continue;
		}
		route->prefix.addr = at;
		addr_set_slot(&route->prefix.addr, pos, step / 8);
		route->prefix.family = family;
		route->prefix.len = pos + step % 8;
		route->nexthop = frame_route(f, step);
		done++;
	}
	return done;
}

u64 rib_need(const u8 *base, struct arena_ref root,
	     const struct route_addr *addr, unsigned int len)
{
	unsigned int depth = (len - 1) / RIB_STRIDE + 1;
	unsigned int pos = 0;
	u64 need = 0;

	/* A node may be copied to be owned, and once more with another size. */
	for (; depth && root.unit; depth--, pos += RIB_STRIDE) {
		const struct rib_node *n = rib_node(base, root);

		need += 2 * arena_round(node_bytes(n) + sizeof(n->word[0]));
		root = rib_node_kid(n, rib_slot(addr, pos));
	}
	/* A new node is made empty, then with its one word. */
	return need + depth * 2 * arena_round(bytes_of_words(1));
}

static struct rib_node *edit_node(const struct rib_edit *edit,
				  struct arena_ref ref)
{
	return arena_deref(edit->arena->region.base, ref);
}

static struct arena_ref node_create(struct rib_edit *edit, unsigned int words)
{
	struct arena_ref ref = arena_alloc(edit->arena, bytes_of_words(words));

	edit_node(edit, ref)->mark = edit->mark;
	return ref;
}

/* Do without a node: free it if this edit made it, else retire it. */
static void node_drop(struct rib_edit *edit, struct arena_ref ref)
{
	struct rib_node *n = edit_node(edit, ref);

	if (n->mark == edit->mark) {
		arena_free(edit->arena, ref, node_bytes(n));
		return;
	}
	/* Readers may hold it: only its mark may be written (I6). */
	n->mark = edit->retired.unit;
	edit->retired = ref;
	edit->retired_bytes += arena_round(node_bytes(n));
}

/* Make the node at *@slot one that this edit may write. */
static struct rib_node *node_own(struct rib_edit *edit, struct arena_ref *slot)
{
	struct rib_node *old = edit_node(edit, *slot), *new;
	unsigned int words = node_words(old);
	struct arena_ref ref;

	if (old->mark == edit->mark)
		return old;
	ref = node_create(edit, words);
	new = edit_node(edit, ref);
	memcpy(new, old, bytes_of_words(words));
	new->mark = edit->mark;
	node_drop(edit, *slot);
	*slot = ref;
	return new;
}

/* Replace the node at *@slot by one of @shape: a word more or less at @at. */
static struct rib_node *node_resize(struct rib_edit *edit,
				    struct arena_ref *slot,
				    struct shape shape, unsigned int at,
				    bool grow)
{
	const struct rib_node *old = edit_node(edit, *slot);
	unsigned int words = shape_words(shape);
	struct arena_ref ref = node_create(edit, words);
	struct rib_node *new = edit_node(edit, ref);

	new->shorts = shape.shorts;
	new->fulls = shape.fulls;
	new->kids = shape.kids;
	memcpy(new->word, old->word, at * sizeof(new->word[0]));
	if (grow) {
		new->word[at].nexthop = 0;
		memcpy(&new->word[at + 1], &old->word[at],
		       (words - at - 1) * sizeof(new->word[0]));
	} else {
		memcpy(&new->word[at], &old->word[at + 1],
		       (words - at) * sizeof(new->word[0]));
	}
	node_drop(edit, *slot);
	*slot = ref;
	return new;
}

static void node_make_empty(struct rib_edit *edit, struct arena_ref *slot)
{
	struct rib_node *n;

	*slot = node_create(edit, 0);
	n = edit_node(edit, *slot);
	n->shorts = 0;
	n->fulls = 0;
	n->kids = 0;
}

static struct shape shape_flip_route(const struct rib_node *n, struct place p)
{
	struct shape shape = node_shape(n);

	if (p.bits == RIB_STRIDE)
		shape.fulls ^= 1ULL << p.bit;
	else
		shape.shorts ^= 1ULL << p.bit;
	return shape;
}

static struct shape shape_flip_kid(const struct rib_node *n, unsigned int slot)
{
	struct shape shape = node_shape(n);

	shape.kids ^= 1ULL << slot;
	return shape;
}

/* The word for the kid in @slot of the node at *@ref, owned and there. */
static struct arena_ref *node_own_kid(struct rib_edit *edit,
				      struct arena_ref *ref, unsigned int slot)
{
	struct rib_node *n;
	unsigned int at;

	if (!ref->unit)
		node_make_empty(edit, ref);
	n = edit_node(edit, *ref);
	at = kid_index(n, slot);
	if (n->kids >> slot & 1)
		n = node_own(edit, ref);
	else
		n = node_resize(edit, ref, shape_flip_kid(n, slot), at, true);
	return &n->word[at].kid;
}

void rib_set(struct rib_edit *edit, struct arena_ref *root,
	     const struct route_addr *addr, unsigned int len, u32 nexthop)
{
	struct place p = place_of(addr, len);
	struct arena_ref *ref = root;
	struct rib_node *n;
	unsigned int depth, at;

	for (depth = 0; depth < p.depth; depth++)
		ref = node_own_kid(edit, ref,
				   rib_slot(addr, depth * RIB_STRIDE));
	if (!ref->unit)
		node_make_empty(edit, ref);
	n = edit_node(edit, *ref);
	at = route_index(n, p);
	if (node_has_route(n, p))
		n = node_own(edit, ref);
	else
		n = node_resize(edit, ref, shape_flip_route(n, p), at, true);
	n->word[at].nexthop = nexthop;
}

void rib_clear(struct rib_edit *edit, struct arena_ref *root,
	       const struct route_addr *addr, unsigned int len)
{
	struct arena_ref *path[RIB_DEPTH_MAX];
	struct place p = place_of(addr, len);
	unsigned int depth = 0;
	struct rib_node *n;

	path[0] = root;
	for (; depth < p.depth; depth++)
		path[depth + 1] = node_own_kid(edit, path[depth],
					       rib_slot(addr, depth * RIB_STRIDE));
	n = edit_node(edit, *path[depth]);
	n = node_resize(edit, path[depth], shape_flip_route(n, p),
			route_index(n, p), false);
	/* Keep I1: an empty node goes, and with it the word that led to it. */
	while (!node_words(n)) {
		unsigned int slot;

		node_drop(edit, *path[depth]);
		*path[depth] = ARENA_NONE;
		if (!depth)
			break;
		depth--;
		slot = rib_slot(addr, depth * RIB_STRIDE);
		n = edit_node(edit, *path[depth]);
		n = node_resize(edit, path[depth], shape_flip_kid(n, slot),
				kid_index(n, slot), false);
	}
}

/* Recursion ends at RIB_DEPTH_MAX by I4; so it does in all that follows. */
struct arena_ref rib_move(struct rib_edit *edit, const u8 *base,
			  struct arena_ref root, bool may_sleep)
{
	const struct rib_node *old;
	struct arena_ref ref;
	struct rib_node *new;
	unsigned int i, nr_kids;

	if (!root.unit)
		return ARENA_NONE;
	old = rib_node(base, root);
	ref = node_create(edit, node_words(old));
	new = edit_node(edit, ref);
	memcpy(new, old, node_bytes(old));
	new->mark = edit->mark;
	nr_kids = hweight64(old->kids);
	for (i = 0; i < nr_kids; i++)
		new->word[i].kid = rib_move(edit, base, old->word[i].kid,
					    may_sleep);
	if (may_sleep && nr_kids)
		port_resched();
	return ref;
}

void rib_undo(struct rib_edit *edit, struct arena_ref root, bool may_sleep)
{
	struct rib_node *n;
	unsigned int i, nr_kids;

	if (!root.unit)
		return;
	n = edit_node(edit, root);
	if (n->mark != edit->mark)
		return;
	nr_kids = hweight64(n->kids);
	for (i = 0; i < nr_kids; i++)
		rib_undo(edit, n->word[i].kid, may_sleep);
	if (may_sleep && nr_kids)
		port_resched();
	arena_free(edit->arena, root, node_bytes(n));
}

void rib_undo_retired(struct rib_edit *edit, bool may_sleep)
{
	unsigned int done = 0;

	while (edit->retired.unit) {
		struct rib_node *n = edit_node(edit, edit->retired);

		edit->retired.unit = n->mark;
		n->mark = 0;
		if (may_sleep && ++done % 1024 == 0)
			port_resched();
	}
}

bool rib_free_retired(struct arena *arena, struct arena_ref *retired,
		      unsigned int *budget)
{
	while (retired->unit && *budget) {
		struct rib_node *n = arena_deref(arena->region.base, *retired);
		struct arena_ref next = { n->mark };
		u64 bytes = node_bytes(n);

		prefetch(arena_deref(arena->region.base, next));
		arena->retired -= arena_round(bytes);
		arena_free(arena, *retired, bytes);
		*retired = next;
		--*budget;
	}
	return !retired->unit;
}

static const char *check_lengths(const struct rib_node *n, unsigned int bits)
{
	if (n->kids && bits <= RIB_STRIDE)
		return "a node lies behind the last bit of the address";
	if (bits >= RIB_STRIDE)
		return NULL;
	if (n->fulls || n->shorts >> (2U << bits))
		return "a route is longer than an address";
	return NULL;
}

static const char *check_node(const struct arena *arena, struct arena_ref ref,
			      unsigned int bits, struct rib_totals *totals)
{
	unsigned int i, words, nr_kids;
	const struct rib_node *n;
	const char *wrong;

	if (!ref.unit || (u64)ref.unit * ARENA_UNIT >= arena->top)
		return "a reference leads out of the arena";
	n = arena_deref(arena->region.base, ref);
	if (n->shorts & 3)
		return "a reclaimed node is in the tree";
	words = node_words(n);
	if (!words)
		return "a node is empty";
	wrong = check_lengths(n, bits);
	if (wrong)
		return wrong;
	nr_kids = hweight64(n->kids);
	totals->routes += words - nr_kids;
	totals->bytes += arena_round(bytes_of_words(words));
	if (totals->bytes > arena->top)
		return "the tree is larger than its arena";
	for (i = nr_kids; i < words; i++)
		if (!n->word[i].nexthop)
			return "a next hop is 0";
	for (i = 0; i < nr_kids; i++) {
		wrong = check_node(arena, n->word[i].kid, bits - RIB_STRIDE,
				   totals);
		if (wrong)
			return wrong;
	}
	if (nr_kids)
		port_resched();
	return NULL;
}

const char *rib_check(const struct arena *arena, struct arena_ref root,
		      unsigned int family, struct rib_totals *totals)
{
	if (!root.unit)
		return NULL;
	return check_node(arena, root, route_addr_max_len(family), totals);
}
