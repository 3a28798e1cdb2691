// SPDX-License-Identifier: GPL-2.0
/*
 * The main table as text.  The cursor is the last route that was printed; lines
 * are made a page at a time, so that a read of any size gets what fits and the
 * next one goes on, in the middle of a line if need be.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <core/route.h>
#include <core/text.h>

#include "table.h"
#include "text.h"

#define READER_ROUTES	32	/* per read section */
#define READER_BYTES	(READER_ROUTES * ROUTE_TEXT_LINE_MAX)

enum reader_state {
	READER_START,		/* no header yet */
	READER_FIRST,		/* no route yet */
	READER_GO_ON,		/* behind @last */
	READER_END,
};

/* Guarded by the file's mutex. */
struct text_reader {
	enum reader_state	state;
	u64			gen;		/* of the header */
	struct route_prefix	last;
	u32			at;		/* the next byte of @text */
	u32			len;
	struct route		routes[READER_ROUTES];
	char			text[READER_BYTES];
};

static_assert(sizeof(struct text_reader) <= PAGE_SIZE);

static int make_header(struct kontend_file *kf, struct text_reader *r)
{
	struct route_stats s;
	int ret;

	ret = kontend_table_stats(kontend_main, &s);
	if (ret)
		return ret;
	r->len = scnprintf(r->text, sizeof(r->text),
			   "# kontend table %s gen %llu\n"
			   "# routes %llu (IPv4 %llu, IPv6 %llu)\n"
			   "# memory %llu bytes (fixed %llu, live %llu, pending %llu)\n",
			   kontend_main->name, s.gen,
			   s.nr_routes[ROUTE_INET4] + s.nr_routes[ROUTE_INET6],
			   s.nr_routes[ROUTE_INET4], s.nr_routes[ROUTE_INET6],
			   s.bytes, s.bytes_fixed, s.bytes_live,
			   s.bytes_pending);
	r->len += kontend_text_error_format(r->text + r->len,
				    sizeof(r->text) - r->len);
	r->gen = s.gen;
	r->state = READER_FIRST;
	/* What follows is newer: see kontend_poll(). */
	WRITE_ONCE(kf->seen_gen, s.gen);
	return 0;
}

/* The next routes; at the end a line tells if the table changed meanwhile. */
static void make_routes(struct text_reader *r)
{
	const struct route_view *v;
	unsigned int i, n;
	u64 gen;

	rcu_read_lock();
	v = route_view(kontend_main->routes);
	n = route_walk(v, r->state == READER_GO_ON ? &r->last : NULL,
		       r->routes, READER_ROUTES);
	gen = route_view_gen(v);
	rcu_read_unlock();

	for (i = 0; i < n; i++)
		r->len += route_text_format_line(r->text + r->len,
						 &r->routes[i]);
	if (n == READER_ROUTES) {
		r->last = r->routes[n - 1].prefix;
		r->state = READER_GO_ON;
		return;
	}
	r->state = READER_END;
	/* There is room: one line less than the buffer holds was printed. */
	if (gen != r->gen)
		r->len += scnprintf(r->text + r->len, sizeof(r->text) - r->len,
				    "# changed meanwhile, gen %llu\n", gen);
}

/* All of @text was read: make more; none is the end. */
static int refill(struct kontend_file *kf, struct text_reader *r)
{
	r->at = 0;
	r->len = 0;
	if (r->state == READER_START)
		return make_header(kf, r);
	if (r->state != READER_END)
		make_routes(r);
	return 0;
}

/* Hand out what fits of [*@at, @len) of @from.  Return: bytes or -EFAULT. */
static ssize_t hand_out(char __user *buf, size_t count, const char *from,
			u32 *at, u32 len)
{
	size_t n = min_t(size_t, count, len - *at);

	n -= copy_to_user(buf, from + *at, n);
	*at += n;
	return n ?: -EFAULT;
}

static ssize_t read_routes(struct kontend_file *kf, struct text_reader *r,
			   char __user *buf, size_t count)
{
	size_t done = 0;
	ssize_t ret = 0;

	while (done < count) {
		if (r->at == r->len) {
			ret = refill(kf, r);
			if (ret || !r->len)
				break;
		}
		ret = hand_out(buf + done, count - done, r->text, &r->at,
			       r->len);
		if (ret < 0)
			break;
		done += ret;
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		cond_resched();
	}
	return done ?: ret;
}

static ssize_t read_answers(struct kontend_text *text, char __user *buf,
			    size_t count)
{
	if (text->answers_at == text->answers_len)
		return 0;
	return hand_out(buf, count, text->answers, &text->answers_at,
			text->answers_len);
}

static ssize_t read_locked(struct kontend_file *kf, char __user *buf,
			   size_t count)
{
	struct kontend_text *text = kontend_text_get(kf);

	if (!text)
		return -ENOMEM;
	if (text->answers)
		return read_answers(text, buf, count);
	if (!text->reader)
		text->reader = kzalloc(sizeof(*text->reader),
				       GFP_KERNEL_ACCOUNT);
	if (!text->reader)
		return -ENOMEM;
	return read_routes(kf, text->reader, buf, count);
}

ssize_t kontend_text_read(struct kontend_file *kf, char __user *buf,
			  size_t count)
{
	ssize_t ret;

	if (!count)
		return 0;
	if (mutex_lock_killable(&kf->mutex))
		return -EINTR;
	ret = read_locked(kf, buf, count);
	mutex_unlock(&kf->mutex);
	return ret;
}
