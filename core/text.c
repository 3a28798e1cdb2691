// SPDX-License-Identifier: GPL-2.0
/*
 * The text of addresses, prefixes and route lines, parsed and printed by hand:
 * the same bytes in the kernel and in user space, whatever the locale, and an
 * input of any bytes is answered, never trusted to end with a NUL.
 */
#include "text.h"

#define INET6_WORDS	8

/* A piece of the input: [s, end). */
struct span {
	const char	*s;
	const char	*end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool span_equal(struct span span, const char *word, size_t len)
{
	return (size_t)(span.end - span.s) == len && !memcmp(span.s, word, len);
}

#define span_is(span, literal) span_equal(span, literal, sizeof(literal) - 1)

/* Where @c first stands in @span, or its end. */
static const char *span_find(struct span span, char c)
{
	while (span.s < span.end && *span.s != c)
		span.s++;
	return span.s;
}

/* Cut the next word off the front of @line; empty at the end of the line. */
static struct span next_word(struct span *line)
{
	struct span word;

	while (line->s < line->end && is_blank(*line->s))
		line->s++;
	word.s = line->s;
	while (line->s < line->end && !is_blank(*line->s))
		line->s++;
	word.end = line->s;
	return word;
}

static bool span_is_empty(struct span span)
{
	return span.s == span.end;
}

/* Decimal digits only, no leading zero, at most @max (which is below 2^33). */
static int parse_dec(struct span span, u64 max, u32 *value)
{
	const char *s = span.s;
	u64 n = 0;

	if (span_is_empty(span) || (*s == '0' && span.end - s > 1))
		return -EINVAL;
	for (; s < span.end; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		n = n * 10 + (*s - '0');
		if (n > max)
			return -EINVAL;
	}
	*value = n;
	return 0;
}

/* One to four hexadecimal digits of either case. */
static int parse_hex(struct span span, u16 *value)
{
	const char *s = span.s;
	u16 n = 0;

	if (span_is_empty(span) || span.end - s > 4)
		return -EINVAL;
	for (; s < span.end; s++) {
		char lower = *s | 0x20;

		if (*s >= '0' && *s <= '9')
			n = n << 4 | (*s - '0');
		else if (lower >= 'a' && lower <= 'f')
			n = n << 4 | (lower - 'a' + 10);
		else
			return -EINVAL;
	}
	*value = n;
	return 0;
}

static int parse_addr4(struct span span, u32 *addr)
{
	u32 octet, n = 0;
	int i;

	for (i = 0; i < 4; i++) {
		struct span part = { span.s, span_find(span, '.') };

		if (parse_dec(part, 255, &octet))
			return -EINVAL;
		n = n << 8 | octet;
		/* A dot behind each of the first three, the end behind the last. */
		if (part.end == span.end)
			break;
		span.s = part.end + 1;
	}
	if (i != 3)
		return -EINVAL;
	*addr = n;
	return 0;
}

/* The last 32 bits may be written as an IPv4 address. */
static int parse_tail4(struct span span, u16 *words)
{
	u32 addr;

	if (parse_addr4(span, &addr))
		return -EINVAL;
	words[0] = addr >> 16;
	words[1] = addr;
	return 0;
}

/*
 * The groups of an IPv6 address as they stand in the text.
 * Return: how many; @gap: how many stand before "::", -1 if there is none.
 */
static int parse_groups(struct span span, u16 *words, int *gap)
{
	int nr = 0;

	*gap = -1;
	if (span.end - span.s >= 2 && span.s[0] == ':' && span.s[1] == ':') {
		*gap = 0;
		span.s += 2;
	}
	while (span.s < span.end) {
		struct span group = { span.s, span_find(span, ':') };
		bool is_last = group.end == span.end;

		if (is_last && span_find(group, '.') < group.end) {
			if (nr > INET6_WORDS - 2 ||
			    parse_tail4(group, &words[nr]))
				return -EINVAL;
			return nr + 2;
		}
		if (nr == INET6_WORDS || parse_hex(group, &words[nr]))
			return -EINVAL;
		nr++;
		if (is_last)
			return nr;
		span.s = group.end + 1;
		if (span_is_empty(span))
			return -EINVAL;		/* a colon at the end */
		if (*span.s == ':') {
			if (*gap >= 0)
				return -EINVAL;
			*gap = nr;
			span.s++;
		}
	}
	return nr;
}

static int parse_addr6(struct span span, struct route_addr *addr)
{
	struct route_addr a = { 0, 0 };
	u16 words[INET6_WORDS];
	int gap, nr, i, at;

	nr = parse_groups(span, words, &gap);
	if (nr < 0)
		return nr;
	/* "::" stands for one group of zeros at least. */
	if (gap < 0 ? nr != INET6_WORDS : nr >= INET6_WORDS)
		return -EINVAL;

	for (i = 0; i < nr; i++) {
		u64 *half;

		at = gap < 0 || i < gap ? i : INET6_WORDS - nr + i;
		half = at < 4 ? &a.hi : &a.lo;
		*half |= (u64)words[i] << (48 - 16 * (at % 4));
	}
	*addr = a;
	return 0;
}

static int parse_addr(struct span span, unsigned int *family,
		      struct route_addr *addr)
{
	u32 addr4;

	if (span_find(span, ':') < span.end) {
		if (parse_addr6(span, addr))
			return -EINVAL;
		*family = ROUTE_INET6;
		return 0;
	}
	if (parse_addr4(span, &addr4))
		return -EINVAL;
	*addr = route_addr4(addr4);
	*family = ROUTE_INET4;
	return 0;
}

static int parse_prefix(struct span span, struct route_prefix *prefix,
			const char **reason)
{
	struct span text = { span.s, span_find(span, '/') };
	struct route_prefix p = { .family = ROUTE_INET4 };
	unsigned int family;
	u32 len;

	if (span_is(span, "default")) {
		*prefix = p;
		return 0;
	}
	if (parse_addr(text, &family, &p.addr)) {
		*reason = "not an address";
		return -EINVAL;
	}
	p.family = family;
	len = route_addr_max_len(family);
	if (text.end < span.end) {
		text.s = text.end + 1;
		text.end = span.end;
		if (parse_dec(text, len, &len)) {
			*reason = "not a prefix length";
			return -EINVAL;
		}
	}
	p.len = len;
	if (!route_prefix_is_valid(&p)) {
		*reason = "bits set behind the prefix length";
		return -EINVAL;
	}
	*prefix = p;
	return 0;
}

/* What may stand behind the prefix of add and replace; *@nexthop 0: nothing. */
static int parse_via(struct span *line, u32 *nexthop, const char **reason)
{
	struct span word = next_word(line);

	*nexthop = 0;
	if (span_is_empty(word))
		return 0;
	if (!span_is(word, "via")) {
		*reason = "only \"via\" may follow the prefix";
		return -EINVAL;
	}
	if (parse_dec(next_word(line), ~(u32)0, nexthop) || !*nexthop) {
		*reason = "next hop is not a number from 1 to 4294967295";
		return -EINVAL;
	}
	return 0;
}

/* All behind the first word @verb, which is a command or a bare prefix. */
static int parse_change(struct span verb, struct span *line,
			struct route_change *change, const char **reason)
{
	struct span word = verb;
	u32 *nexthop = &change->route.nexthop;
	bool is_bare = false;
	int ret;

	if (span_is(verb, "flush")) {
		change->op = ROUTE_FLUSH;
		return 0;
	}
	change->op = ROUTE_ADD;
	if (span_is(verb, "replace"))
		change->op = ROUTE_REPLACE;
	else if (span_is(verb, "del"))
		change->op = ROUTE_DELETE;
	else if (!span_is(verb, "add"))
		is_bare = true;

	if (!is_bare) {
		word = next_word(line);
		if (span_is_empty(word)) {
			*reason = "no prefix";
			return -EINVAL;
		}
	}
	ret = parse_prefix(word, &change->route.prefix, reason);
	if (ret || change->op == ROUTE_DELETE)
		return ret;
	ret = parse_via(line, nexthop, reason);
	if (ret || *nexthop)
		return ret;
	if (!is_bare) {
		*reason = "no \"via\" and next hop";
		return -EINVAL;
	}
	*nexthop = ROUTE_TEXT_NEXTHOP;
	return 0;
}

/* A prefix has a dot, a colon or a slash, or is "default". */
static bool looks_like_prefix(struct span word)
{
	return span_find(word, '.') < word.end ||
	       span_find(word, ':') < word.end ||
	       span_find(word, '/') < word.end ||
	       span_is(word, "default");
}

static bool is_command(struct span word)
{
	return span_is(word, "add") || span_is(word, "replace") ||
	       span_is(word, "del") || span_is(word, "flush");
}

static char *put_dec(char *buf, u32 value)
{
	char digits[10];
	int n = 0;

	do {
		digits[n++] = '0' + value % 10;
		value /= 10;
	} while (value);
	while (n)
		*buf++ = digits[--n];
	return buf;
}

static char *put_hex(char *buf, u16 value)
{
	int shift = 12;

	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*buf++ = "0123456789abcdef"[value >> shift & 0xf];
	return buf;
}

static char *put_addr4(char *buf, u32 addr)
{
	int shift;

	for (shift = 24; shift >= 0; shift -= 8) {
		buf = put_dec(buf, addr >> shift & 0xff);
		if (shift)
			*buf++ = '.';
	}
	return buf;
}

/* The first of the longest runs of zero words, of two words at least. */
static int find_gap(const u16 *words, int *len)
{
	int at = -1, run = 0, i;

	*len = 1;
	for (i = 0; i < INET6_WORDS; i++) {
		run = words[i] ? 0 : run + 1;
		if (run > *len) {
			*len = run;
			at = i + 1 - run;
		}
	}
	return at;
}

/*
 * ::ffff:0:0/96 and ::/96 end with an IPv4 address (RFC 5952 section 5), just
 * as they do from inet_ntop() and hence from ip(8): the texts can be compared.
 */
static bool ends_with_addr4(const u16 *words, int gap, int gap_len)
{
	return !gap && (gap_len == 6 || (gap_len == 5 && words[5] == 0xffff));
}

static char *put_addr6(char *buf, const struct route_addr *addr)
{
	u16 words[INET6_WORDS];
	int gap, gap_len, i;

	for (i = 0; i < INET6_WORDS; i++)
		words[i] = (i < 4 ? addr->hi : addr->lo) >> (48 - 16 * (i % 4));
	gap = find_gap(words, &gap_len);

	for (i = 0; i < INET6_WORDS; i++) {
		if (i == gap) {
			*buf++ = ':';
			i += gap_len - 1;
			if (i == INET6_WORDS - 1)
				*buf++ = ':';
			continue;
		}
		if (i)
			*buf++ = ':';
		if (i == 6 && ends_with_addr4(words, gap, gap_len))
			return put_addr4(buf, addr->lo);
		buf = put_hex(buf, words[i]);
	}
	return buf;
}

static char *put_addr(char *buf, unsigned int family,
		      const struct route_addr *addr)
{
	if (family == ROUTE_INET4)
		return put_addr4(buf, route_addr_to4(addr));
	return put_addr6(buf, addr);
}

static char *put_prefix(char *buf, const struct route_prefix *prefix)
{
	buf = put_addr(buf, prefix->family, &prefix->addr);
	*buf++ = '/';
	return put_dec(buf, prefix->len);
}

int route_text_parse_addr(const char *s, size_t len, unsigned int *family,
			  struct route_addr *addr)
{
	return parse_addr((struct span){ s, s + len }, family, addr);
}

int route_text_parse_prefix(const char *s, size_t len,
			    struct route_prefix *prefix, const char **reason)
{
	return parse_prefix((struct span){ s, s + len }, prefix, reason);
}

int route_text_parse_line(const char *s, size_t len,
			  struct route_change *change, const char **reason)
{
	struct span line = { s, s + len };
	struct span verb = next_word(&line);
	struct route_change c = { .op = ROUTE_ADD };
	int ret;

	if (span_is_empty(verb) || *verb.s == '#')
		return 0;
	if (!is_command(verb) && !looks_like_prefix(verb)) {
		*reason = "neither a command nor a prefix";
		return -EINVAL;
	}
	ret = parse_change(verb, &line, &c, reason);
	if (ret)
		return ret;
	if (!span_is_empty(next_word(&line))) {
		*reason = "words behind the end of the command";
		return -EINVAL;
	}
	*change = c;
	return 1;
}

unsigned int route_text_format_addr(char *buf, unsigned int family,
				    const struct route_addr *addr)
{
	char *end = put_addr(buf, family, addr);

	*end = '\0';
	return end - buf;
}

unsigned int route_text_format_prefix(char *buf,
				      const struct route_prefix *prefix)
{
	char *end = put_prefix(buf, prefix);

	*end = '\0';
	return end - buf;
}

unsigned int route_text_format_line(char *buf, const struct route *route)
{
	char *end = buf;

	memcpy(end, "add ", 4);
	end = put_prefix(end + 4, &route->prefix);
	memcpy(end, " via ", 5);
	end = put_dec(end + 5, route->nexthop);
	*end++ = '\n';
	*end = '\0';
	return end - buf;
}
