// SPDX-License-Identifier: GPL-2.0
/*
 * Text that changes the main table, or asks it something.
 *
 * One write() is worked off in slices of a buffer:
 *
 *	buf  |tail|    new bytes of the caller        |
 *	     0         done       at                len
 *
 * Lines before @at are parsed; the changes of those from @done on wait to be
 * applied, some in one transaction; those before @done are through.  What is
 * left at the end of the slice, part of a line, moves to the front.  Nothing of
 * the file changes before the end of write(), when it is known how far @done
 * came: the file's tail is then either what is left, or, after a failure,
 * nothing (some line was done) or as before (none was).
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <core/route.h>
#include <core/text.h>

#include "table.h"
#include "text.h"

#define WRITE_BYTES	4096
#define WRITE_CHANGES	64
#define ANSWER_MAX	192	/* an address, a prefix, two numbers, words */

static_assert(WRITE_CHANGES <= KONTEND_TXN_MAX);
static_assert(WRITE_BYTES > 2 * TEXT_TAIL_MAX);

/* A line of the buffer, without its newline. */
struct write_line {
	u64	number;
	u32	start;
	u32	len;
};

/**
 * struct text_writer - one write()
 * @kf: its file
 * @copied: bytes of the caller that are, or were, in @buf
 * @done: see above
 * @at: see above
 * @len: bytes in @buf
 * @lines_done: lines of the file before @done
 * @lines_at: lines of the file before @at
 * @nr: changes that wait
 * @lines: where they stand
 * @changes: the changes
 * @buf: see above
 */
struct text_writer {
	struct kontend_file	*kf;
	size_t			copied;
	u32			done;
	u32			at;
	u32			len;
	u64			lines_done;
	u64			lines_at;
	u32			nr;
	struct write_line	lines[WRITE_CHANGES];
	struct route_change	changes[WRITE_CHANGES];
	char			buf[WRITE_BYTES];
};

static const char *reason_of(int err)
{
	switch (err) {
	case -EEXIST:
		return "the route exists";
	case -ENOENT:
		return "no such route";
	case -ENOSPC:
		return "a limit of the table is reached";
	case -ENOMEM:
		return "no memory";
	case -EAGAIN:
		return "a stalled reader holds up reclaim";
	default:
		return "interrupted";
	}
}

static int fail(const struct text_writer *w, const struct write_line *line,
		int err, const char *reason)
{
	kontend_text_error_set(line->number, w->buf + line->start, line->len, reason);
	return err;
}

/* Apply what waits; then all lines before @at are done. */
static int apply_changes(struct text_writer *w)
{
	u32 done, nr = w->nr;
	u64 gen;
	int ret;

	w->nr = 0;
	if (nr) {
		ret = kontend_table_apply(kontend_main, w->changes, nr, &done,
					  &gen, NULL);
		if (ret) {
			w->done = w->lines[done].start;
			w->lines_done = w->lines[done].number - 1;
			return fail(w, &w->lines[done], ret, reason_of(ret));
		}
	}
	w->done = w->at;
	w->lines_done = w->lines_at;
	return 0;
}

static int take_change(struct text_writer *w, const struct write_line *line,
		       const struct route_change *change)
{
	int ret = kontend_file_may_change(w->kf);

	if (ret)
		return apply_changes(w) ?: ret;
	w->lines[w->nr] = *line;
	w->changes[w->nr++] = *change;
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/*
 * Is the line [@s, @s + *@len) the question @verb?  Then what is asked for, all
 * behind the word, is *@len bytes from *@s on.
 */
static bool is_question(const char **s, size_t *len, const char *verb)
{
	const char *p = *s, *end = *s + *len;
	size_t n = strlen(verb);

	while (p < end && is_blank(*p))
		p++;
	if ((size_t)(end - p) <= n || memcmp(p, verb, n) ||
	    !is_blank(p[n]))
		return false;
	p += n;
	while (p < end && is_blank(*p))
		p++;
	while (p < end && is_blank(end[-1]))
		end--;
	*s = p;
	*len = end - p;
	return true;
}

/* Return: bytes of the answer, or -EINVAL. */
static int answer_lookup(const char *s, size_t len, char *answer,
			 const char **reason)
{
	char key[ROUTE_TEXT_ADDR_MAX], prefix[ROUTE_TEXT_PREFIX_MAX];
	const struct route_view *v;
	struct route_addr addr;
	unsigned int family;
	struct route match;
	bool is_match;
	u64 gen;

	if (route_text_parse_addr(s, len, &family, &addr)) {
		*reason = "not an address";
		return -EINVAL;
	}
	rcu_read_lock();
	v = route_view(kontend_main->routes);
	is_match = route_match(v, family, &addr, &match);
	gen = route_view_gen(v);
	rcu_read_unlock();

	route_text_format_addr(key, family, &addr);
	if (!is_match)
		return scnprintf(answer, ANSWER_MAX,
				 "%s -> no route gen %llu\n", key, gen);
	route_text_format_prefix(prefix, &match.prefix);
	return scnprintf(answer, ANSWER_MAX, "%s -> %s via %u gen %llu\n", key,
			 prefix, match.nexthop, gen);
}

/* Return: bytes of the answer, or -EINVAL. */
static int answer_get(const char *s, size_t len, char *answer,
		      const char **reason)
{
	char key[ROUTE_TEXT_PREFIX_MAX];
	struct route_prefix prefix;
	const struct route_view *v;
	u32 nexthop;
	u64 gen;

	if (route_text_parse_prefix(s, len, &prefix, reason))
		return -EINVAL;
	rcu_read_lock();
	v = route_view(kontend_main->routes);
	nexthop = route_get(v, &prefix);
	gen = route_view_gen(v);
	rcu_read_unlock();

	route_text_format_prefix(key, &prefix);
	if (!nexthop)
		return scnprintf(answer, ANSWER_MAX,
				 "%s -> no route gen %llu\n", key, gen);
	return scnprintf(answer, ANSWER_MAX, "%s -> %s via %u gen %llu\n", key,
			 key, nexthop, gen);
}

/* Put an answer where read() finds it. */
static int queue_answer(struct text_writer *w, const struct write_line *line,
			const char *answer, u32 len)
{
	struct kontend_text *text = w->kf->text;

	if (!(w->kf->file->f_mode & FMODE_READ))
		return fail(w, line, -EBADF,
			    "a question, and the file is not open for reading");
	if (!text->answers)
		text->answers = kmalloc(TEXT_ANSWERS_BYTES, GFP_KERNEL_ACCOUNT);
	if (!text->answers)
		return fail(w, line, -ENOMEM, reason_of(-ENOMEM));

	text->answers_len -= text->answers_at;
	memmove(text->answers, text->answers + text->answers_at,
		text->answers_len);
	text->answers_at = 0;
	if (len > TEXT_ANSWERS_BYTES - text->answers_len)
		return fail(w, line, -ENOSPC, "answers wait to be read");
	memcpy(text->answers + text->answers_len, answer, len);
	text->answers_len += len;
	return 0;
}

/* Return: 1 if the line is a question, 0 if it is none, or -errno. */
static int take_question(struct text_writer *w, const struct write_line *line)
{
	int (*answer)(const char *s, size_t len, char *answer,
		      const char **reason);
	const char *s = w->buf + line->start, *reason;
	char text[ANSWER_MAX];
	size_t len = line->len;
	int ret;

	if (is_question(&s, &len, "lookup"))
		answer = answer_lookup;
	else if (is_question(&s, &len, "get"))
		answer = answer_get;
	else
		return 0;
	/* What was written before it is seen by it. */
	ret = apply_changes(w);
	if (ret)
		return ret;
	ret = answer(s, len, text, &reason);
	if (ret < 0)
		return fail(w, line, ret, reason);
	return queue_answer(w, line, text, ret) ?: 1;
}

static int take_line(struct text_writer *w, const struct write_line *line)
{
	struct route_change change;
	const char *reason = "line too long";
	int ret = -EINVAL;

	if (line->len <= TEXT_TAIL_MAX) {
		ret = take_question(w, line);
		if (ret)
			return min(ret, 0);
		ret = route_text_parse_line(w->buf + line->start, line->len,
					    &change, &reason);
	}
	if (ret > 0)
		return take_change(w, line, &change);
	if (!ret)
		return 0;
	/* The lines before the bad one come first, and may fail first. */
	return apply_changes(w) ?: fail(w, line, ret, reason);
}

/* All whole lines in the buffer. */
static int take_lines(struct text_writer *w)
{
	int ret;

	for (;;) {
		char *start = w->buf + w->at;
		char *end = memchr(start, '\n', w->len - w->at);
		struct write_line line = {
			.number	= w->lines_at + 1,
			.start	= w->at,
			.len	= end ? end - start : w->len - w->at,
		};

		if (!end && line.len <= TEXT_TAIL_MAX)
			return apply_changes(w);
		ret = take_line(w, &line);
		if (ret)
			return ret;
		w->at += line.len + 1;
		w->lines_at++;
		if (w->nr == WRITE_CHANGES) {
			ret = apply_changes(w);
			if (ret)
				return ret;
		}
	}
}

/* What is left of the slice moves to the front, the next one comes behind. */
static int next_slice(struct text_writer *w, const char __user *buf,
		      size_t count)
{
	size_t n;

	w->len -= w->at;
	memmove(w->buf, w->buf + w->at, w->len);
	w->at = 0;
	w->done = 0;

	n = min_t(size_t, count - w->copied, sizeof(w->buf) - w->len);
	if (copy_from_user(w->buf + w->len, buf + w->copied, n))
		return -EFAULT;
	w->len += n;
	w->copied += n;
	return 0;
}

static int take_slices(struct text_writer *w, const char __user *buf,
		       size_t count)
{
	int ret;

	while (w->copied < count) {
		ret = next_slice(w, buf, count);
		if (!ret)
			ret = take_lines(w);
		if (ret)
			return ret;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/* Is this about the line, and not about the moment? */
static bool is_final(int error)
{
	return error == -EINVAL || error == -EEXIST || error == -ENOENT ||
	       error == -EBADF || error == -EPERM;
}

static ssize_t write_locked(struct kontend_file *kf, struct text_writer *w,
			    const char __user *buf, size_t count)
{
	struct kontend_text *text = kontend_text_get(kf);
	ssize_t through;
	int ret;

	if (!text)
		return -ENOMEM;
	if (text->broken)
		return text->broken;
	w->kf = kf;
	w->lines_done = text->nr_lines;
	w->lines_at = text->nr_lines;
	w->len = text->tail_len;
	memcpy(w->buf, text->tail, text->tail_len);

	ret = take_slices(w, buf, count);
	text->is_refused = ret;
	if (!ret) {
		text->tail_len = w->len - w->at;
		memcpy(text->tail, w->buf + w->at, text->tail_len);
		text->nr_lines = w->lines_done;
		return count;
	}
	/* Of the caller's bytes, those before @done; not more than 0: none. */
	through = (ssize_t)w->copied - (w->len - w->done);
	if (through <= 0) {
		if (text->tail_len && is_final(ret))
			text->broken = ret;
		return ret;
	}
	text->tail_len = 0;
	text->nr_lines = w->lines_done;
	return through;
}

ssize_t kontend_text_write(struct kontend_file *kf, const char __user *buf,
			   size_t count)
{
	struct text_writer *w;
	ssize_t ret;

	if (!count)
		return 0;
	w = kvzalloc(sizeof(*w), GFP_KERNEL);
	if (!w)
		return -ENOMEM;
	ret = -EINTR;
	if (!mutex_lock_killable(&kf->mutex)) {
		ret = write_locked(kf, w, buf, count);
		mutex_unlock(&kf->mutex);
	}
	kvfree(w);
	return ret;
}
