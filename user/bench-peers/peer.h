/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A contestant of "make bench": a process that holds one table and looks keys up
 * when it is told to.  The conductor starts it as
 *
 *	PROGRAM FAMILY DIR [ARGUMENT...]
 *
 * with FAMILY 4 or 6, and DIR a directory of these files, which are the same for
 * all contestants:
 *
 *	routes			struct peer_route, in order
 *	keys-a, keys-b, keys-c	addresses, 4 or 16 bytes each, in network order
 *
 * It makes its table and prints one line:
 *
 *	ready REFUSED BYTES KEYS NAME	routes that it cannot hold; memory, 0 if not
 *					known; keys it takes at most; what it is
 *	unable REASON			and is done
 *
 * Then, bound to the last CPU that it may use, it answers each line on standard
 * input, until that ends:
 *
 *	run STREAM MODE N	"ok NS SUM": look the first N keys up; CPU time of
 *				one in ns; sum of the next hops, 0 for no route
 *	check STREAM N		"sum HASH": the same, each next hop times its place
 *
 * MODE is one or bulk, or empty-one and empty-bulk: the same without lookups.
 */
#ifndef _BENCH_PEERS_PEER_H
#define _BENCH_PEERS_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PEER_NO_LIMIT	UINT32_MAX

/**
 * struct peer_route - a route of the file
 * @addr: network order, 0 behind an IPv4 address
 * @len: length of the prefix
 * @pad: 0
 * @nexthop: 1 and up
 */
struct peer_route {
	uint8_t		addr[16];
	uint8_t		len;
	uint8_t		pad[3];
	uint32_t	nexthop;
};

/**
 * struct peer - a contestant
 * @family: 4 or 6
 * @dir: directory
 * @routes: of the file
 * @nr: how many
 * @keys: of each stream, as peer_ops.convert() made them of the file
 * @nr_keys: how many
 * @max_keys: more are not taken
 * @refused: routes that it cannot hold
 * @bytes: memory of the table
 * @name: what it is
 */
struct peer {
	int				family;
	const char			*dir;
	const struct peer_route		*routes;
	size_t				nr;
	void				*keys[3];
	size_t				nr_keys;
	size_t				max_keys;
	size_t				refused;
	size_t				bytes;
	char				name[128];
};

/* What is asked for. */
struct peer_run {
	const void	*keys;
	size_t		n;
	bool		is_bulk;
	bool		is_empty;
};

/**
 * struct peer_ops - what a contestant does
 * @make: make the table, fill in @refused, @bytes, @name; false: unable, and
 *	the reason is in @name
 * @convert: keys as the file has them to such as @run takes, for free() or not
 *	at all; NULL: they are taken as they are
 * @prepare: make the keys of a run ready, outside of the time; may be NULL
 * @run: look up; the sum of the next hops
 * @check: look up; the sum of the next hops, each times 2 * place + 1
 */
struct peer_ops {
	bool (*make)(struct peer *p, int argc, char **argv);
	void *(*convert)(struct peer *p, const void *keys, size_t n);
	void (*prepare)(struct peer *p, const void *keys);
	uint64_t (*run)(struct peer *p, const struct peer_run *run);
	uint64_t (*check)(struct peer *p, const void *keys, size_t n);
};

/* peer_unable - note the reason.  Return: false. */
__attribute__((format(printf, 2, 3)))
bool peer_unable(struct peer *p, const char *fmt, ...);

/* peer_main - all of the protocol. */
int peer_main(const struct peer_ops *ops, int argc, char **argv);

/* peer_keys4 - a convert(): numbers in host order. */
void *peer_keys4(const void *keys, size_t n);

/* peer_addr4 - an IPv4 address in host order. */
static inline uint32_t peer_addr4(const uint8_t *addr)
{
	return (uint32_t)addr[0] << 24 | addr[1] << 16 | addr[2] << 8 | addr[3];
}

/* peer_weigh - what check() adds for the next hop at place @i. */
static inline uint64_t peer_weigh(uint64_t nexthop, size_t i)
{
	return nexthop * (2 * i + 1);
}

#endif /* _BENCH_PEERS_PEER_H */
