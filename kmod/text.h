/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text through read() and write(): "cat" gives the main table as lines that
 * write takes back, "echo" changes it.
 *
 * Written: lines as core/text.h has them, and two questions,
 *	lookup ADDRESS		longest match
 *	get PREFIX		exact match
 * A line counts once its newline has come; until then it is the file's tail, so
 * a writer may split lines anywhere.  Lines are applied in order.  At a bad one
 * write returns the count up to the end of the last good line, and if there is
 * none the error; nothing of the bad line was taken, so that the same bytes
 * may be tried again.  Only if the line had begun in an earlier write nobody can
 * tell whether the writer tries again or goes on: such a file repeats the error
 * until it is closed.  The last bad line outlives the file: see the header.
 *
 * Read: "#" lines, then one route a line, as far as they fit, then the end.
 * Once a question was asked on a file, its reads give the answers instead,
 * a line each, then the end, until more is asked.
 */
#ifndef _KMOD_TEXT_H
#define _KMOD_TEXT_H

#include <linux/types.h>

#include <core/route.h>

#include "file.h"

#define TEXT_TAIL_MAX		255	/* bytes of a line without newline */
#define TEXT_ANSWERS_BYTES	4096	/* answers that wait for read() */

struct text_reader;

/* All guarded by the mutex of the file that it hangs from. */
struct kontend_text {
	struct text_reader	*reader;	/* NULL: nothing read so far */
	char			*answers;	/* NULL: nothing asked so far */
	u32			answers_at;	/* the next byte to read */
	u32			answers_len;
	u64			nr_lines;	/* taken since open */
	bool			is_refused;	/* the tail, by the last write */
	int			broken;		/* error of a split line, or 0 */
	u32			tail_len;
	char			tail[TEXT_TAIL_MAX];
};

/**
 * kontend_text_read() - read() of the device
 * @kf: file
 * @buf: the caller's buffer
 * @count: its bytes
 * Context: may sleep.
 * Return: bytes read, 0 at the end, or -errno.
 */
ssize_t kontend_text_read(struct kontend_file *kf, char __user *buf,
			  size_t count);

/**
 * kontend_text_write() - write() to the device
 * @kf: file
 * @buf: the caller's text
 * @count: its bytes
 * Context: may sleep.
 * Return: bytes taken, or -errno.
 */
ssize_t kontend_text_write(struct kontend_file *kf, const char __user *buf,
			   size_t count);

/**
 * kontend_text_destroy() - the end of a file's text; a tail is reported
 * @text: text; NULL is fine
 * Context: may sleep.
 */
void kontend_text_destroy(struct kontend_text *text);

/*
 * The rest is between the files of the text: text.c what both sides need,
 * text_read.c, text_write.c.
 */

/**
 * kontend_text_get() - a file's text, made at first use
 * @kf: file
 * Context: the file's mutex; may sleep.
 * Return: the text, or NULL without memory.
 */
struct kontend_text *kontend_text_get(struct kontend_file *kf);

/**
 * kontend_text_error_set() - record the last bad line of the module
 * @line: its number: from 1 at open, and lines that were refused do not count
 * @text: its text, of any bytes
 * @len: how many
 * @reason: a constant string
 * Context: any process.
 */
void kontend_text_error_set(u64 line, const char *text, size_t len,
			    const char *reason);

/**
 * kontend_text_error_format() - print the last bad line as a "#" line
 * @buf: out
 * @size: its bytes
 * Context: any process.
 * Return: bytes written, the NUL not counted.
 */
int kontend_text_error_format(char *buf, size_t size);

#endif /* _KMOD_TEXT_H */
