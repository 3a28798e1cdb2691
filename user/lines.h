/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lines of a file, of standard input ("-"), plain or compressed by gzip.
 */
#ifndef _USER_LINES_H
#define _USER_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"
#include "unzip.h"

#define LINES_MAX	4096	/* bytes of a line */

/**
 * struct lines - a file that is read; opened by lines_open()
 * @file: its bytes
 * @name: what to call it in messages
 * @nr: number of the line that was read last, from 1
 * @pos: where the rest begins in @buf
 * @end: how far @buf is filled
 * @buf: text
 */
struct lines {
	struct unzip	file;
	const char	*name;
	uint64_t	nr;
	size_t		pos;
	size_t		end;
	char		buf[1 << 16];
};

/* struct line - a line without its newline; not ended by a NUL */
struct line {
	const char	*s;
	size_t		len;
	bool		is_too_long;	/* more than LINES_MAX: @len is 0 */
};

int lines_open(struct lines *lines, const char *path, struct out *out);

/**
 * lines_next() - the next line; the last one may lack its newline
 * @lines: file
 * @line: out: valid until the next call
 * @out: output, for the error
 * Return: 1, 0 at the end, -errno if the rest cannot be read.
 */
int lines_next(struct lines *lines, struct line *line, struct out *out);

void lines_close(struct lines *lines);

#endif /* _USER_LINES_H */
