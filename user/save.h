/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file that is there whole or not at all: written beside its name, then
 * renamed; compressed by gzip if the name ends so.
 */
#ifndef _USER_SAVE_H
#define _USER_SAVE_H

#include <zlib.h>

#include "out.h"

/**
 * struct save - a file that is being written; opened by save_open()
 * @file: zlib's stream
 * @fd: of our own, to sync it
 * @path: what the file shall be called; NULL: written in place
 * @tmp: what it is called until then
 * @error: 0, or -errno of the first write that failed
 */
struct save {
	gzFile	file;
	int	fd;
	char	*path;
	char	*tmp;
	int	error;
};

/**
 * save_open() - begin a file
 * @save: out
 * @path: name; "-" for standard output, which is written in place, as is all
 *	that is not a regular file
 * @out: output, for the error
 * Return: 0 or -errno.
 */
int save_open(struct save *save, const char *path, struct out *out);

/* save_write - append; an error is kept for save_commit(). */
void save_write(struct save *save, const char *s, size_t len);

__attribute__((format(printf, 2, 3)))
void save_printf(struct save *save, const char *fmt, ...);

/* save_commit - sync, and give it its name.  Return: 0 or -errno. */
int save_commit(struct save *save, struct out *out);

/* save_abort - as if it had never been. */
void save_abort(struct save *save);

#endif /* _USER_SAVE_H */
