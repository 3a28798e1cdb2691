// SPDX-License-Identifier: GPL-2.0
/*
 * Compressed data may follow each other, as by "cat a.gz b.gz"; what begins with
 * none is plain.
 */
#include "unzip.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MAGIC		"\x1f\x8b"
#define MAGIC_BYTES	2
#define WINDOW_BITS	(MAX_WBITS + 16)	/* a header of gzip, and its check sum */

int unzip_open(struct unzip *u, int fd)
{
	memset(&u->z, 0, sizeof(u->z));
	if (inflateInit2(&u->z, WINDOW_BITS) != Z_OK)
		return -ENOMEM;
	u->fd = fd;
	u->is_plain = false;
	u->is_inside = false;
	u->has_data = false;
	return 0;
}

/* Have @min bytes at least, fewer only at the end.  Return: 0 or -errno. */
static int look_ahead(struct unzip *u, size_t min, const char **reason)
{
	ssize_t n = 1;

	if (u->z.avail_in >= min)
		return 0;
	if (u->z.avail_in)
		memmove(u->in, u->z.next_in, u->z.avail_in);
	u->z.next_in = u->in;
	while (n && u->z.avail_in < min) {
		n = read(u->fd, u->in + u->z.avail_in,
			 sizeof(u->in) - u->z.avail_in);
		if (n < 0) {
			n = -errno;
			*reason = strerror(-n);
			return n;
		}
		u->z.avail_in += n;
	}
	return 0;
}

static ssize_t copy(struct unzip *u, void *buf, size_t len, const char **reason)
{
	int ret = look_ahead(u, 1, reason);

	if (ret)
		return ret;
	if (len > u->z.avail_in)
		len = u->z.avail_in;
	memcpy(buf, u->z.next_in, len);
	u->z.next_in += len;
	u->z.avail_in -= len;
	return len;
}

/* Between compressed data, or before the first.  Return: 1, 0 at the end, -errno. */
static int enter(struct unzip *u, const char **reason)
{
	int ret = look_ahead(u, MAGIC_BYTES, reason);

	if (ret)
		return ret;
	if (u->z.avail_in >= MAGIC_BYTES &&
	    !memcmp(u->z.next_in, MAGIC, MAGIC_BYTES)) {
		inflateReset(&u->z);
		u->has_data = true;
		u->is_inside = true;
		return 1;
	}
	if (u->has_data && u->z.avail_in) {
		*reason = "something else follows the compressed data";
		return -EIO;
	}
	u->is_plain = !u->has_data;
	return u->is_plain;
}

/* Return: how many bytes, which may be 0 before the end; -errno. */
static ssize_t decompress(struct unzip *u, void *buf, size_t len,
			  const char **reason)
{
	int ret = look_ahead(u, 1, reason);

	if (ret)
		return ret;
	*reason = "the compressed data end too early";
	if (!u->z.avail_in)
		return -EIO;
	u->z.next_out = buf;
	u->z.avail_out = len;
	ret = inflate(&u->z, Z_NO_FLUSH);
	if (ret != Z_OK && ret != Z_STREAM_END) {
		*reason = u->z.msg ? u->z.msg : "the compressed data are damaged";
		return -EIO;
	}
	u->is_inside = ret == Z_OK;
	return len - u->z.avail_out;
}

ssize_t unzip_read(struct unzip *u, void *buf, size_t len, const char **reason)
{
	ssize_t n;
	int ret;

	if (u->is_plain)
		return copy(u, buf, len, reason);
	do {
		if (!u->is_inside) {
			ret = enter(u, reason);
			if (ret <= 0)
				return ret;
			if (u->is_plain)
				return copy(u, buf, len, reason);
		}
		n = decompress(u, buf, len, reason);
	} while (!n);
	return n;
}

void unzip_close(struct unzip *u)
{
	inflateEnd(&u->z);
	close(u->fd);
}
