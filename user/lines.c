// SPDX-License-Identifier: GPL-2.0
/*
 * Lines out of a buffer.  A compressed file that ends too early, whose check sum is
 * wrong or that something else follows is an error and never just a shorter file.
 */
#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int lines_open(struct lines *lines, const char *path, struct out *out)
{
	bool is_stdin = !strcmp(path, "-");
	int fd, err;

	lines->name = is_stdin ? "standard input" : path;
	lines->nr = 0;
	lines->pos = 0;
	lines->end = 0;
	fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		return out_fail(out, err, "%s: %s", lines->name, strerror(-err));
	}
	err = unzip_open(&lines->file, fd);
	if (err)
		close(fd);
	return err;
}

/* Move the rest to the front, fill up.  Return: 1, 0 at the end, -errno. */
static int fill(struct lines *lines, struct out *out)
{
	const char *reason;
	ssize_t n;

	memmove(lines->buf, lines->buf + lines->pos, lines->end - lines->pos);
	lines->end -= lines->pos;
	lines->pos = 0;
	n = unzip_read(&lines->file, lines->buf + lines->end,
		       sizeof(lines->buf) - lines->end, &reason);
	if (n < 0)
		return out_fail(out, n, "%s: behind line %llu: %s", lines->name,
				(unsigned long long)lines->nr, reason);
	lines->end += n;
	return n > 0;
}

/* Hand out the next @len bytes, and go on behind them and @skip more. */
static int take(struct lines *lines, struct line *line, size_t len, size_t skip)
{
	line->s = lines->buf + lines->pos;
	line->len = line->is_too_long || len > LINES_MAX ? 0 : len;
	line->is_too_long |= len > LINES_MAX;
	lines->pos += len + skip;
	lines->nr++;
	return 1;
}

int lines_next(struct lines *lines, struct line *line, struct out *out)
{
	int ret;

	line->is_too_long = false;
	for (;;) {
		const char *s = lines->buf + lines->pos;
		size_t len = lines->end - lines->pos;
		const char *newline = memchr(s, '\n', len);

		if (newline)
			return take(lines, line, newline - s, 1);
		if (len > LINES_MAX) {
			/* It can only be refused: forget what was read of it. */
			line->is_too_long = true;
			lines->pos = lines->end;
			len = 0;
		}
		ret = fill(lines, out);
		if (ret < 0)
			return ret;
		if (!ret && (len || line->is_too_long))
			return take(lines, line, len, 0);
		if (!ret)
			return 0;
	}
}

void lines_close(struct lines *lines)
{
	unzip_close(&lines->file);
}
