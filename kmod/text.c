// SPDX-License-Identifier: GPL-2.0
/*
 * What reading and writing of text share: the state of a file, and the last bad
 * line, which is the module's and outlives the file.
 */
#include "text.h"

#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#define ERROR_TEXT_MAX	64	/* bytes shown of a bad line */

/* All guarded by error_lock. */
static DEFINE_SPINLOCK(error_lock);
static struct {
	u64		line;		/* 0: none so far */
	const char	*reason;	/* constant */
	char		text[ERROR_TEXT_MAX + sizeof("...")];
} last_error;

void kontend_text_error_set(u64 line, const char *text, size_t len,
			    const char *reason)
{
	size_t i, n = min_t(size_t, len, ERROR_TEXT_MAX);

	spin_lock(&error_lock);
	last_error.line = line;
	last_error.reason = reason;
	/* It goes to a terminal: no control characters, and no second quote. */
	for (i = 0; i < n; i++)
		last_error.text[i] = isascii(text[i]) && isprint(text[i]) &&
				     text[i] != '"' ? text[i] : '?';
	strscpy(last_error.text + n, n < len ? "..." : "",
		sizeof(last_error.text) - n);
	spin_unlock(&error_lock);
}

int kontend_text_error_format(char *buf, size_t size)
{
	int n;

	spin_lock(&error_lock);
	if (last_error.line)
		n = scnprintf(buf, size, "# error line %llu \"%s\": %s\n",
			      last_error.line, last_error.text,
			      last_error.reason);
	else
		n = scnprintf(buf, size, "# error none\n");
	spin_unlock(&error_lock);
	return n;
}

struct kontend_text *kontend_text_get(struct kontend_file *kf)
{
	lockdep_assert_held(&kf->mutex);
	if (!kf->text)
		kf->text = kzalloc(sizeof(*kf->text), GFP_KERNEL_ACCOUNT);
	return kf->text;
}

void kontend_text_destroy(struct kontend_text *text)
{
	if (!text)
		return;
	/* What was refused has its reason already. */
	if (text->tail_len && !text->is_refused)
		kontend_text_error_set(text->nr_lines + 1, text->tail,
				       text->tail_len,
				       "line without newline at close");
	kfree(text->reader);
	kfree(text->answers);
	kfree(text);
}
