/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's route table in user space.  The core is compiled once for each
 * liburcu flavour; what a flavour exports is one of these tables of operations,
 * so that the four copies cannot mix.
 *
 * A thread registers before anything else and unregisters as its last act.
 * With qsbr a registered thread is in a read section until it says otherwise: the
 * operations do so themselves, and a thread is offline() before and online()
 * behind everything that may block.  The other flavours take these as nothing.
 */
#ifndef _USER_MIRROR_H
#define _USER_MIRROR_H

#include <core/route.h>

/* Keys of one read section: as much as the kernel does in one. */
#define MIRROR_VIEW_KEYS	256

struct mirror;

/* How lookups are asked for. */
enum mirror_mode {
	MIRROR_ONE,		/* route_lookup(), each for itself */
	MIRROR_BULK,		/* route_lookup_bulk(), MIRROR_VIEW_KEYS at a time */
	MIRROR_DEPENDENT,	/* as one, each key known only with the last answer */
	MIRROR_MODES,
};

/**
 * struct mirror_keys - addresses of one family, packed as packets have them
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @addr4: IPv4's, as numbers
 * @addr6: IPv6's
 * @nr: how many
 */
struct mirror_keys {
	unsigned int			family;
	const u32			*addr4;
	const struct route_addr		*addr6;
	size_t				nr;
};

/**
 * struct mirror_times - when a batch came how far, by progress_now_ns()
 * @begin_ns: before the first change
 * @commit_ns: all are staged, nothing can be seen
 * @done_ns: route_txn_commit() is back
 * @gen: the generation that it made
 */
struct mirror_times {
	u64	begin_ns;
	u64	commit_ns;
	u64	done_ns;
	u64	gen;
};

/**
 * struct mirror_ops - a flavour's table
 * @name: flavour
 * @register_thread: first call of every thread
 * @unregister_thread: last call of every thread
 * @offline: this thread holds no reference until @online
 * @online: end of @offline
 * @create: an empty table, NULL without memory
 * @destroy: free it; nobody uses it any more
 * @apply: changes that become visible at once; on error none of them, and
 *	@failed says at which it ended; @n: when all were to be published
 * @lookup: longest-prefix match; 0 where no route matches
 * @walk: the next routes in order, at most MIRROR_VIEW_KEYS of @n; 0: the end
 * @stats: figures
 * @check: assert every invariant: 0, or -EUCLEAN and the @reason
 * @core_cflags: what the core is compiled with
 * @pass: look all keys up, MIRROR_VIEW_KEYS a view; returns the sum of the next
 *	hops.  @is_empty: all the same but the lookup, for what that costs
 * @gen: the present generation; as a lookup
 * @batch: as @apply, and when what happened
 * @settle: take back all that waits for readers; out: the longest step under
 *	the table's lock
 *
 * Lookups and walks take their own read sections, and announce a quiescent
 * state between them: no caller is inside one.
 */
struct mirror_ops {
	const char	*name;
	void		(*register_thread)(void);
	void		(*unregister_thread)(void);
	void		(*offline)(void);
	void		(*online)(void);
	struct mirror	*(*create)(void);
	void		(*destroy)(struct mirror *m);
	int		(*apply)(struct mirror *m,
				 const struct route_change *changes, size_t n,
				 size_t *failed);
	void		(*lookup)(struct mirror *m, unsigned int family,
				  const struct route_addr *addrs, u32 *nexthops,
				  size_t n);
	size_t		(*walk)(struct mirror *m,
				const struct route_prefix *after,
				struct route *routes, size_t n);
	void		(*stats)(struct mirror *m, struct route_stats *stats);
	int		(*check)(struct mirror *m, const char **reason);

	/* For measuring. */
	const char	*core_cflags;
	u64		(*pass)(struct mirror *m, const struct mirror_keys *keys,
				enum mirror_mode mode, bool is_empty);
	u64		(*gen)(struct mirror *m);
	int		(*batch)(struct mirror *m,
				 const struct route_change *changes, size_t n,
				 struct mirror_times *times);
	void		(*settle)(struct mirror *m, u64 *longest_ns);
};

extern const struct mirror_ops mirror_ops_memb;
extern const struct mirror_ops mirror_ops_mb;
extern const struct mirror_ops mirror_ops_qsbr;
extern const struct mirror_ops mirror_ops_bp;

/* mirror_ops_find - a flavour by its name, NULL if there is none. */
const struct mirror_ops *mirror_ops_find(const char *name);

/**
 * mirror_collect() - all routes of a table that nobody changes meanwhile
 * @ops: its flavour
 * @m: table
 * @nr: out: how many
 * Return: the routes in order, for free(); NULL without memory.
 */
struct route *mirror_collect(const struct mirror_ops *ops, struct mirror *m,
			     size_t *nr);

#endif /* _USER_MIRROR_H */
