/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bytes of a file, plain or compressed by gzip.  zlib's own gzread() takes
 * what is behind the compressed data for nothing; here it is an error.
 */
#ifndef _USER_UNZIP_H
#define _USER_UNZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <zlib.h>

/**
 * struct unzip - a file that is read; opened by unzip_open()
 * @fd: descriptor
 * @is_plain: the bytes are handed out as they are
 * @is_inside: within compressed data, not before or behind them
 * @has_data: compressed data were met
 * @z: zlib's state; what it has not taken yet is of @in
 * @in: as read
 */
struct unzip {
	int		fd;
	bool		is_plain;
	bool		is_inside;
	bool		has_data;
	z_stream	z;
	unsigned char	in[1 << 16];
};

/* unzip_open - @fd is closed by unzip_close().  Return: 0 or -ENOMEM. */
int unzip_open(struct unzip *u, int fd);

/**
 * unzip_read() - the next bytes
 * @u: file
 * @buf: out
 * @len: how many at most, not 0
 * @reason: out, on error: what is wrong, good until unzip_close()
 * Return: how many; 0 at the end; -errno.
 */
ssize_t unzip_read(struct unzip *u, void *buf, size_t len, const char **reason);

void unzip_close(struct unzip *u);

#endif /* _USER_UNZIP_H */
