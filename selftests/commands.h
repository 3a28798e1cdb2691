/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All commands of the device in one table: what a valid argument looks like,
 * and which of its bytes must be zero, are ignored, or are pointers.  The
 * tests loop over it; a command without a row fails them.
 */
#ifndef _SELFTESTS_COMMANDS_H
#define _SELFTESTS_COMMANDS_H

#include <stdbool.h>

#include <uapi/kontend.h>

#define COMMANDS_NR	8	/* elements of the arrays in valid arguments */

/* Every struct that a command takes. */
union command_arg {
	struct kontend_info		info;
	struct kontend_table		table;
	struct kontend_table_list	list;
	struct kontend_route_op		route;
	struct kontend_lookup		lookup;
	struct kontend_bulk		bulk;
	struct kontend_batch		batch;
	struct kontend_dump		dump;
	struct kontend_flush		flush;
	struct kontend_stats		stats;
	unsigned char			bytes[16384];	/* > _IOC_SIZEMASK */
};

/**
 * struct command_ctx - what valid arguments are made of
 * @fd: a privileged file that prepares the table
 * @on: the file on which the command will be issued: it has the batch
 * @table: a table of the test's own
 * @elems: the array that goes into the command, COMMANDS_NR elements
 * @out: the array that comes out of it, the same number
 */
struct command_ctx {
	int	fd;
	int	on;
	__u32	table;
	union {
		struct kontend_route		routes[COMMANDS_NR];
		struct kontend_addr		addrs[COMMANDS_NR];
		struct kontend_batch_op		ops[COMMANDS_NR];
	} elems;
	union {
		__u32				nexthops[COMMANDS_NR];
		struct kontend_route		routes[COMMANDS_NR];
		struct kontend_table_entry	entries[COMMANDS_NR];
	} out;
};

/* Some bytes of a struct; the last of a list has no length. */
struct command_span {
	unsigned short	offset;
	unsigned short	len;
};

/* A pointer in a struct; no size: there is none. */
struct command_array {
	unsigned short	offset;
	unsigned short	elem;
};

/**
 * struct command - a command
 * @name: its name
 * @cmd: its number
 * @size: the struct's first size
 * @changes: wants a writable file and CAP_NET_ADMIN of opener and caller
 * @in_table: the second member says which table
 * @flags: the bits of the first member that mean something
 * @make: fill in a valid argument, and bring the table into a state in which
 *	the command will succeed; may be called again and again
 * @undo: undo what the command did, or NULL where @make does
 * @zero: bytes of that argument which must be 0
 * @ignored: bytes which are only answered
 * @in: array that is read
 * @in_zero: bytes of its elements, as @make fills them, which must be 0
 * @out: array that is written
 */
struct command {
	const char			*name;
	unsigned int			cmd;
	unsigned int			size;
	bool				changes;
	bool				in_table;
	__u32				flags;
	int (*make)(struct command_ctx *ctx, union command_arg *arg);
	void (*undo)(struct command_ctx *ctx, const union command_arg *arg);
	const struct command_span	*zero;
	const struct command_span	*ignored;
	struct command_array		in;
	const struct command_span	*in_zero;
	struct command_array		out;
};

extern const struct command commands[];
extern const unsigned int nr_commands;

/* command_sized - the command's number for an argument of another size. */
static inline unsigned int command_sized(const struct command *c,
					 unsigned int size)
{
	return _IOC(_IOC_DIR(c->cmd), _IOC_TYPE(c->cmd), _IOC_NR(c->cmd), size);
}

/*
 * command_answer - what a command said: -errno of the ioctl, or the negative
 * error that its struct carries; *@index is then the element that failed.
 */
int command_answer(const struct command *c, int ret,
		   const union command_arg *arg, __u32 *index);

#endif /* _SELFTESTS_COMMANDS_H */
