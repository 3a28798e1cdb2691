/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The oracle in the words of the device: structs of uapi/kontend.h go in and
 * come out, so that answers can be compared as they are.
 */
#ifndef _SELFTESTS_MODEL_H
#define _SELFTESTS_MODEL_H

#include <stdbool.h>

#include <uapi/kontend.h>

#include "rng.h"

struct model;

/* Bits of the families that routes are drawn from. */
#define MODEL_INET4	1
#define MODEL_INET6	2

/*
 * model_new - an empty one, and a pool of @nr prefixes to draw from (pool.h);
 * ends the program without memory
 */
struct model *model_new(unsigned int families, unsigned int nr,
			struct rng *rng);
/* model_free - NULL is fine */
void model_free(struct model *m);
/* model_copy - give @to the routes that @from has */
void model_copy(struct model *to, const struct model *from);

/*
 * model_apply - KONTEND_BATCH_*: 0 or -errno; @old, which may be NULL, is the
 * next hop that the prefix had.
 */
int model_apply(struct model *m, __u32 op, const struct kontend_route *route,
		__u32 *old);
/* model_get - next hop of a prefix, 0: none */
__u32 model_get(const struct model *m, const struct kontend_prefix *prefix);
/* model_match - longest match; all 0 where none */
struct kontend_route model_match(const struct model *m,
				 const struct kontend_addr *addr);
/* model_next - the route behind @after, or the first; false at the end */
bool model_next(const struct model *m, const struct kontend_prefix *after,
		struct kontend_route *next);
/* model_draw_prefix, _addr - of the pool, or in its neighbourhood */
struct kontend_prefix model_draw_prefix(const struct model *m,
					struct rng *rng);
struct kontend_addr model_draw_addr(const struct model *m, struct rng *rng);
/* model_nr - routes of KONTEND_INET4 or KONTEND_INET6 */
unsigned int model_nr(const struct model *m, unsigned int family);

#endif /* _SELFTESTS_MODEL_H */
