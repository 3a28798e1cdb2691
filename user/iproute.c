// SPDX-License-Identifier: GPL-2.0
/*
 * A line of ip route is a type (none for unicast), a prefix, and attributes:
 * flags and pairs of name and value.  What would change the meaning of the
 * route and cannot be kept is refused, as is a word that is not known.
 */
#include "iproute.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <core/text.h>

#define WORDS_MAX	64
#define WORD_MAX	64

/* The words of a line, each ended by a NUL. */
struct words {
	unsigned int	nr;
	char		word[WORDS_MAX][WORD_MAX];
};

/* What the attributes said. */
struct attributes {
	const char	*gateway;
	const char	*gateway_family;	/* "via inet6 ..." */
	const char	*dev;
	const char	*metric;
	bool		has_nhid;
	bool		is_inet6;		/* said so without an address */
};

static const char *const types[] = {
	"unicast", "local", "broadcast", "anycast", "multicast", "blackhole",
	"unreachable", "prohibit", "throw", NULL,
};

static const char *const flags[] = {
	"onlink", "linkdown", "pervasive", "offload", "trap", "rt_offload",
	"rt_trap", "offload_failed", "rt_offload_failed", "notify", NULL,
};

/* Attributes with a value that does not matter here. */
static const char *const pairs[] = {
	"proto", "scope", "src", "mtu", "advmss", "window", "rtt", "rttvar",
	"reordering", "ssthresh", "cwnd", "initcwnd", "initrwnd", "rto_min",
	"hoplimit", "features", "quickack", "congctl", "expires", "error",
	"realm", "realms", "ttl-propagate", "fastopen_no_cookie", "age", NULL,
};

static const struct {
	const char	*word;
	const char	*reason;
} refused[] = {
	{ "nexthop", "a multipath route" },
	{ "\\", "a multipath route" },
	{ "table", "a route of another table: show one table at a time" },
	{ "from", "a route by source address" },
	{ "tos", "a route by type of service" },
	{ "dsfield", "a route by type of service" },
	{ "encap", "a route with an encapsulation" },
	{ "dead", "a dead route" },
	{ "cache", "a cached route" },
};

static bool is_in(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (!strcmp(*list, word))
			return true;
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* -EINVAL: too many words, or one is too long or has a NUL in it. */
static int split_words(const char *s, size_t len, struct words *words)
{
	const char *end = s + len;

	words->nr = 0;
	for (;;) {
		const char *start;

		while (s < end && is_blank(*s))
			s++;
		if (s == end)
			return 0;
		start = s;
		while (s < end && !is_blank(*s))
			s++;
		if (words->nr == WORDS_MAX || s - start >= WORD_MAX ||
		    memchr(start, '\0', s - start))
			return -EINVAL;
		memcpy(words->word[words->nr], start, s - start);
		words->word[words->nr++][s - start] = '\0';
	}
}

static bool is_number(const char *word)
{
	return *word && !word[strspn(word, "0123456789")];
}

/*
 * Ours begin with an operation, or are a prefix with nothing or "via NUMBER"
 * behind it; a comment is ours too.
 */
static enum iproute_kind find_kind(const struct words *words)
{
	const char *first = words->word[0];

	if (!words->nr || *first == '#')
		return IPROUTE_NONE;
	if (!strcmp(first, "nexthop"))
		return IPROUTE_NEXTHOP;
	if (is_in(types, first))
		return IPROUTE_ROUTE;
	if (words->nr == 1 || !strcmp(first, "add") ||
	    !strcmp(first, "replace") || !strcmp(first, "del") ||
	    !strcmp(first, "flush"))
		return IPROUTE_NONE;
	if (!strcmp(words->word[1], "via") &&
	    (words->nr == 2 || is_number(words->word[2])))
		return IPROUTE_NONE;
	return IPROUTE_ROUTE;
}

static const char *refusal(const char *word)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refused); i++)
		if (!strcmp(refused[i].word, word))
			return refused[i].reason;
	return NULL;
}

static const char *word_at(const struct words *words, unsigned int i)
{
	return i < words->nr ? words->word[i] : NULL;
}

/*
 * The attribute at word @i.
 * Return: how many words it takes; 0 if it cannot be: @reason says why.
 */
static unsigned int parse_attribute(const struct words *words, unsigned int i,
				    struct attributes *a, const char **reason)
{
	const char *word = words->word[i];
	const char *value = word_at(words, i + 1);
	unsigned int n;

	*reason = refusal(word);
	if (*reason)
		return 0;
	if (is_in(flags, word))
		return 1;
	*reason = "an attribute without its value";
	if (!value)
		return 0;
	if (!strcmp(word, "via")) {
		n = !strcmp(value, "inet") || !strcmp(value, "inet6");
		a->gateway_family = n ? value : NULL;
		a->gateway = word_at(words, i + 1 + n);
		return a->gateway ? 2 + n : 0;
	}
	if (!strcmp(word, "dev")) {
		a->dev = value;
	} else if (!strcmp(word, "metric")) {
		a->metric = value;
	} else if (!strcmp(word, "nhid")) {
		a->has_nhid = true;
	} else if (!strcmp(word, "pref")) {
		a->is_inet6 = true;	/* router preference: IPv6 only */
	} else if (!is_in(pairs, word)) {
		*reason = "a word that is not known";
		return 0;
	}
	/* "mtu lock 1500" */
	return !strcmp(value, "lock") && word_at(words, i + 2) ? 3 : 2;
}

/*
 * "default" may be of either family: the gateway tells, or an attribute.  Only
 * a route of IPv4 names its gateway's family.
 */
static int parse_prefix(const char *word, const struct attributes *a,
			unsigned int gateway_family,
			struct route_prefix *prefix, const char **reason)
{
	bool is_inet6 = a->is_inet6;

	if (strcmp(word, "default"))
		return route_text_parse_prefix(word, strlen(word), prefix,
					       reason);
	if (a->gateway)
		is_inet6 = gateway_family == ROUTE_INET6 && !a->gateway_family;
	memset(prefix, 0, sizeof(*prefix));
	prefix->family = is_inet6 ? ROUTE_INET6 : ROUTE_INET4;
	return 0;
}

/* The route's family, or for IPv4 the other one if "via inet6" says so. */
static bool gateway_fits(const struct attributes *a,
			 unsigned int gateway_family,
			 const struct route_prefix *prefix)
{
	const char *name = gateway_family == ROUTE_INET6 ? "inet6" : "inet";

	if (!a->gateway)
		return true;
	if (a->gateway_family && strcmp(a->gateway_family, name))
		return false;
	return gateway_family == prefix->family ||
	       (a->gateway_family && prefix->family == ROUTE_INET4);
}

static int parse_metric(const char *word, u32 *metric)
{
	unsigned long n;

	errno = 0;
	n = word ? strtoul(word, NULL, 10) : 0;
	if (word && (!is_number(word) || errno || n > ~0U))
		return -EINVAL;
	*metric = n;
	return 0;
}

/* The words of ip route for the next hop, with the gateway in one form only. */
static void format_nexthop(char *buf, const char *type, const char *gateway,
			   const char *dev)
{
	snprintf(buf, NEXTHOP_TEXT_MAX, "%s%s%s%s%s%s%s", type,
		 *type && (gateway || dev) ? " " : "",
		 gateway ? "via " : "", gateway ? gateway : "",
		 gateway && dev ? " " : "", dev ? "dev " : "",
		 dev ? dev : "");
}

static int parse_route(const struct words *words, struct iproute *route,
		       const char **reason)
{
	bool has_type = is_in(types, words->word[0]);
	const char *type = has_type ? words->word[0] : "";
	const char *prefix = word_at(words, has_type);
	char gateway_text[ROUTE_TEXT_ADDR_MAX];
	struct attributes a = { 0 };
	unsigned int family = ROUTE_INET4;
	struct route_addr gateway;
	unsigned int i, n;

	*reason = "a type without a prefix";
	if (!prefix)
		return -EINVAL;
	if (!strcmp(type, "unicast"))
		type = "";
	for (i = has_type + 1; i < words->nr; i += n) {
		n = parse_attribute(words, i, &a, reason);
		if (!n)
			return -EINVAL;
	}
	*reason = a.has_nhid ? "a group of next hops" :
			       "neither gateway nor device: a multipath route";
	if (!*type && !a.gateway && !a.dev)
		return -EINVAL;
	*reason = "the gateway is no address";
	if (a.gateway) {
		if (route_text_parse_addr(a.gateway, strlen(a.gateway),
					  &family, &gateway))
			return -EINVAL;
		route_text_format_addr(gateway_text, family, &gateway);
	}
	*reason = "the metric is no number";
	if (parse_metric(a.metric, &route->metric))
		return -EINVAL;
	format_nexthop(route->nexthop, type, a.gateway ? gateway_text : NULL,
		       a.dev);
	if (parse_prefix(prefix, &a, family, &route->prefix, reason))
		return -EINVAL;
	*reason = "the gateway is of the wrong family";
	return gateway_fits(&a, family, &route->prefix) ? 0 : -EINVAL;
}

int iproute_parse(const char *s, size_t len, enum iproute_kind *kind,
		  struct iproute *route, const char **reason)
{
	struct words words;

	*kind = IPROUTE_NONE;
	/* A comment may have any words.  Other such lines are nobody's. */
	if (split_words(s, len, &words))
		return 0;
	*kind = find_kind(&words);
	return *kind == IPROUTE_ROUTE ? parse_route(&words, route, reason) : 0;
}
