// SPDX-License-Identifier: GPL-2.0
/*
 * The list of next hops, searched by either side: a host with a route for
 * each of its containers has as many next hops as routes.
 */
#include "nexthops.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

static int cmp_text(const void *a, const void *b)
{
	return strcmp(((const struct nexthop *)a)->text,
		      ((const struct nexthop *)b)->text);
}

static int cmp_id(const void *a, const void *b)
{
	u32 x = ((const struct nexthop *)a)->id;
	u32 y = ((const struct nexthop *)b)->id;

	return x < y ? -1 : x > y;
}

static void keep(void *entry)
{
	(void)entry;
}

void nexthops_fini(struct nexthops *n)
{
	tdestroy(n->by_text, keep);
	tdestroy(n->by_id, keep);
	while (n->nr)
		free(n->list[--n->nr]);
	free(n->list);
	memset(n, 0, sizeof(*n));
}

static struct nexthop *find(void *const *tree, const struct nexthop *key,
			    int (*cmp)(const void *, const void *))
{
	struct nexthop **found = tfind(key, tree, cmp);

	return found ? *found : NULL;
}

static int insert(struct nexthops *n, const struct nexthop *entry)
{
	struct nexthop **list;
	struct nexthop *copy;

	list = realloc(n->list, (n->nr + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	n->list = list;
	copy = malloc(sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	*copy = *entry;
	copy->index = n->nr;
	list[n->nr] = copy;
	if (!tsearch(copy, &n->by_text, cmp_text))
		goto err_free;
	if (copy->id && !tsearch(copy, &n->by_id, cmp_id))
		goto err_by_text;
	n->nr++;
	if (copy->id > n->last_id)
		n->last_id = copy->id;
	return 0;

err_by_text:
	tdelete(copy, &n->by_text, cmp_text);
err_free:
	free(copy);
	return -ENOMEM;
}

int nexthops_index(struct nexthops *n, const char *text, u32 *index)
{
	const struct nexthop *found;
	struct nexthop key = { 0 };

	strcpy(key.text, text);
	found = find(&n->by_text, &key, cmp_text);
	*index = found ? found->index : n->nr;
	if (found)
		return 0;
	return insert(n, &key);
}

int nexthops_number(struct nexthops *n, u32 above)
{
	size_t i;

	if (n->last_id < above)
		n->last_id = above;
	for (i = 0; i < n->nr; i++) {
		if (n->list[i]->id)
			continue;
		if (n->last_id == ~0U)
			return -ENOSPC;
		n->list[i]->id = ++n->last_id;
	}
	return 0;
}

static int parse_entry(struct nexthops *n, const char *s, const char **reason)
{
	const struct nexthop *by_text, *by_id;
	struct nexthop entry = { 0 };
	unsigned long id;
	char *end;

	errno = 0;
	id = strtoul(s, &end, 10);
	if (*s < '1' || *s > '9' || *end != ' ' || errno || id > ~0U) {
		*reason = "the next hop has no valid id";
		return -EINVAL;
	}
	end += strspn(end, " ");
	if (!*end || strlen(end) >= sizeof(entry.text)) {
		*reason = "the next hop is empty, or too long";
		return -EINVAL;
	}
	entry.id = id;
	strcpy(entry.text, end);
	by_text = find(&n->by_text, &entry, cmp_text);
	by_id = find(&n->by_id, &entry, cmp_id);
	if (by_text != by_id) {
		*reason = by_id ? "the id stands for another next hop already" :
				  "the next hop has another id already";
		return -EINVAL;
	}
	return by_id ? 0 : insert(n, &entry);
}

int nexthops_parse(struct nexthops *n, const char *s, size_t len,
		   const char **reason)
{
	static const char mark[] = "# nexthop ";
	size_t mark_len = sizeof(mark) - 1;
	char text[NEXTHOP_TEXT_MAX + 16];
	int ret;

	if (len < mark_len || memcmp(s, mark, mark_len))
		return 0;
	s += mark_len;
	len -= mark_len;
	while (len && (s[len - 1] == '\r' || s[len - 1] == ' '))
		len--;
	if (len >= sizeof(text) || memchr(s, '\0', len)) {
		*reason = "the next hop is too long, or not text";
		return -EINVAL;
	}
	memcpy(text, s, len);
	text[len] = '\0';
	ret = parse_entry(n, text, reason);
	return ret ? ret : 1;
}

int nexthops_read(struct nexthops *n, const char *path, struct out *out)
{
	struct lines *lines = malloc(sizeof(*lines));
	const char *reason = NULL;
	struct line line;
	int ret;

	if (!lines)
		return -ENOMEM;
	ret = lines_open(lines, path, out);
	if (ret)
		goto out_free;
	while ((ret = lines_next(lines, &line, out)) > 0) {
		ret = nexthops_parse(n, line.s, line.len, &reason);
		if (ret == -EINVAL)
			out_fail(out, ret, "%s:%llu: %s", lines->name,
				 (unsigned long long)lines->nr, reason);
		if (ret < 0)
			break;
	}
	lines_close(lines);
out_free:
	free(lines);
	return ret;
}
