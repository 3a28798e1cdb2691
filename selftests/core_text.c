// SPDX-License-Identifier: GPL-2.0
/*
 * core/text.h against glibc's inet_pton() and inet_ntop(), on random and on
 * mutated text.  Every buffer ends, or begins, at a page that must not be
 * touched: a read or write outside it ends the test in any build.
 *
 *	core_text [-s SEED] [-n ADDRESSES]
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <time.h>

#include <core/text.h>

#include "pool.h"
#include "tap.h"

#define SENTINEL	0xa5

static u64 seed;
static unsigned int nr_addrs = 100000;

/* One page to use between two that must not be touched. */
static char *page, *page_end;

static void page_init(void)
{
	size_t bytes = sysconf(_SC_PAGESIZE);

	page = mmap(NULL, 3 * bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
		    -1, 0);
	tap_true(page != MAP_FAILED);
	page += bytes;
	page_end = page + bytes;
	tap_true(!mprotect(page, bytes, PROT_READ | PROT_WRITE));
}

static bool is_filled(const void *p, size_t bytes)
{
	const u8 *byte = p;

	while (bytes--)
		if (*byte++ != SENTINEL)
			return false;
	return true;
}

struct addr_out {
	unsigned int		family;
	struct route_addr	addr;
};

static int call_addr(const char *s, size_t len, void *out)
{
	struct addr_out *o = out;

	return route_text_parse_addr(s, len, &o->family, &o->addr);
}

static const char *reason;

static int call_prefix(const char *s, size_t len, void *out)
{
	return route_text_parse_prefix(s, len, out, &reason);
}

static int call_line(const char *s, size_t len, void *out)
{
	return route_text_parse_line(s, len, out, &reason);
}

/*
 * Parse at either end of the page, and expect the same; what stands beside the
 * text must not matter, and on an error nothing may have been written.
 */
static int parse(int (*call)(const char *s, size_t len, void *out),
		 const char *s, size_t len, void *out, size_t bytes)
{
	int at_end, at_start;

	tap_true(len < 1000 && bytes < 100);
	memset(page, '1', page_end - page);
	memcpy(page_end - len, s, len);
	memset(out, SENTINEL, bytes);
	reason = NULL;
	at_end = call(page_end - len, len, out);
	tap_true(at_end == 1 || at_end == 0 || at_end == -EINVAL);
	if (at_end < 0) {
		tap_true(is_filled(out, bytes));
		tap_true(call == call_addr || (reason && *reason));
		tap_true(!reason || !strchr(reason, '\n'));
	}
	memcpy(page, s, len);
	memset(out, SENTINEL, bytes);
	at_start = call(page, len, out);
	tap_expect(at_start == at_end, "%.*s: %d, %d", (int)len, s, at_end,
		   at_start);
	return at_start;
}

static int parse_addr(const char *s, size_t len, struct addr_out *out)
{
	return parse(call_addr, s, len, out, sizeof(*out));
}

/* What inet_pton() makes of @s, in either family; false if it refuses. */
static bool oracle_addr(const char *s, struct addr_out *out)
{
	u8 bytes[16] = { 0 };

	*out = (struct addr_out){ .family = ROUTE_INET4 };
	if (inet_pton(AF_INET, s, bytes) != 1) {
		out->family = ROUTE_INET6;
		if (inet_pton(AF_INET6, s, bytes) != 1)
			return false;
	}
	out->addr = route_addr_from_bytes(out->family, bytes);
	return true;
}

static void oracle_format(char *buf, unsigned int family,
			  const struct route_addr *addr)
{
	u8 bytes[16];

	route_addr_to_bytes(addr, bytes);
	tap_true(inet_ntop(family == ROUTE_INET4 ? AF_INET : AF_INET6, bytes,
			   buf, INET6_ADDRSTRLEN));
}

static void expect_same_addr(const char *s, size_t len)
{
	struct addr_out want, got;
	bool ok;

	/* inet_pton() would stop at a NUL: no text with one is an address. */
	ok = strlen(s) == len && oracle_addr(s, &want);
	tap_expect(parse_addr(s, len, &got) == (ok ? 0 : -EINVAL),
		   "\"%s\": should be %s", s, ok ? "accepted" : "refused");
	if (ok)
		tap_expect(got.family == want.family &&
			   !route_addr_cmp(&got.addr, &want.addr),
			   "\"%s\": %016" PRIx64 "%016" PRIx64, s, got.addr.hi,
			   got.addr.lo);
}

/* Addresses as tables have them, with runs of zeros, embedded IPv4. */
static struct route_addr draw_addr(struct rng *rng, unsigned int family)
{
	struct route_addr addr = addr_random(family, rng);
	unsigned int i;

	if (family == ROUTE_INET4) {
		for (i = 0; i < 4; i++)
			if (rng_one_in(rng, 4))
				addr.hi &= ~(0xffULL << (56 - 8 * i));
		return addr;
	}
	for (i = 0; i < 4; i++) {
		if (rng_one_in(rng, 2))
			addr.hi &= ~(0xffffULL << 16 * i);
		if (rng_one_in(rng, 2))
			addr.lo &= ~(0xffffULL << 16 * i);
		if (rng_one_in(rng, 4))
			addr.lo &= ~(0xff00ULL << 16 * i);
	}
	if (rng_one_in(rng, 8)) {
		addr.hi = 0;
		addr.lo &= 0xffffffff;
		if (rng_one_in(rng, 2))
			addr.lo |= 0xffffULL << 32;
		if (rng_one_in(rng, 4))
			addr.lo &= ~0xffff0000ULL;
	}
	return addr;
}

static void test_round_trip(void)
{
	struct rng rng = { seed };
	unsigned int i;

	page_init();
	tap_diag("seed %" PRIu64, seed);
	for (i = 0; i < nr_addrs; i++) {
		unsigned int family = i % ROUTE_FAMILIES, len;
		struct route_addr addr = draw_addr(&rng, family);
		char *buf = page_end - ROUTE_TEXT_ADDR_MAX;
		char want[INET6_ADDRSTRLEN];
		struct addr_out out;

		oracle_format(want, family, &addr);
		len = route_text_format_addr(buf, family, &addr);
		tap_expect(len == strlen(buf) && !strcmp(buf, want),
			   "\"%s\", not \"%s\"", buf, want);
		tap_true(len < ROUTE_TEXT_ADDR_MAX);
		tap_true(!parse_addr(want, len, &out));
		tap_true(out.family == family &&
			 !route_addr_cmp(&out.addr, &addr));
	}
}

/* Every way to set the eight groups to zero or not: all the gaps there are. */
static void test_gaps(void)
{
	static const u16 group[] = { 1, 0xffff, 0xabc, 0x12, 0xffff, 0xffff,
				     0x102, 0x304 };
	unsigned int mask, i;

	page_init();
	for (mask = 0; mask < 256; mask++) {
		struct route_addr addr = { 0, 0 };
		char buf[ROUTE_TEXT_ADDR_MAX], want[INET6_ADDRSTRLEN];

		for (i = 0; i < 8; i++)
			if (mask >> i & 1)
				*(i < 4 ? &addr.hi : &addr.lo) |=
					(u64)group[i] << (48 - 16 * (i % 4));
		oracle_format(want, ROUTE_INET6, &addr);
		route_text_format_addr(buf, ROUTE_INET6, &addr);
		tap_expect(!strcmp(buf, want), "\"%s\", not \"%s\"", buf, want);
		expect_same_addr(want, strlen(want));
	}
}

static void test_handpicked(void)
{
	static const char * const texts[] = {
		"", ".", ":", "::", ":::", "::1", "1::", "1::1::1", "0", "1.2.3",
		"1.2.3.4", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "01.2.3.4",
		"1.2.3.04", "1.2.3.00", "0.0.0.0", "255.255.255.255",
		"256.1.1.1", "1.1.1.256", "1.1.1.999999999999", "1.2.3.4 ",
		" 1.2.3.4", "+1.2.3.4", "-1.2.3.4", "0x1.2.3.4", "1.2.3.a",
		"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8",
		"1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:",
		":1:2:3:4:5:6:7", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:",
		"12345::", "::12345", "00001::", "0001::", "g::", "::g", "::%lo",
		"ABCD:EF01::", "AbCd::eF", "::1.2.3.4", "::ffff:1.2.3.4",
		"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4",
		"1:2:3:4:5:1.2.3.4", "1:2:3:4:5::1.2.3.4", "::1.2.3", "::01.2.3.4",
		"::1.2.3.4.5", "::1.2.3.256", "::1.2.3.4:5", "1.2.3.4::",
		"::ffff:1.2.3.4:", ":1.2.3.4", "1::1.2.3.4", "1:2:3:4:5:6::1.2.3.4",
		"::1:2:3:4:5:6:1.2.3.4", "::.1.2.3", "::1.2.3.4/8", "[::1]",
		"1.2.3.4/32", "1.2.3.4\n", "1:2", "1:2:", "fe80::1%eth0",
	};
	static const char with_nul[] = "1.2.3.4\0", inside[] = "::\0001";
	unsigned int i;

	page_init();
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		expect_same_addr(texts[i], strlen(texts[i]));
	expect_same_addr(with_nul, sizeof(with_nul) - 1);
	expect_same_addr(inside, sizeof(inside) - 1);
}

/* Change, drop, double or put in a few characters. */
static size_t mutate(struct rng *rng, char *s, size_t len, size_t room)
{
	static const char chars[] = "0123456789abcfgFX:.:./ \t-+%";
	unsigned int n = rng_below(rng, 4);

	while (n--) {
		size_t at = rng_below(rng, len + 1);
		char c = chars[rng_below(rng, sizeof(chars) - 1)];

		switch (rng_below(rng, 4)) {
		case 0:
			if (at < len)
				s[at] = c;
			break;
		case 1:
			if (at < len) {
				memmove(s + at, s + at + 1, len - at - 1);
				len--;
			}
			break;
		default:
			if (len + 1 >= room)
				break;
			if (at && rng_one_in(rng, 2))
				c = s[at - 1];
			memmove(s + at + 1, s + at, len - at);
			s[at] = c;
			len++;
			break;
		}
	}
	s[len] = '\0';
	return len;
}

static void test_mutated(void)
{
	struct rng rng = { seed + 1 };
	unsigned int i;

	page_init();
	tap_diag("seed %" PRIu64, seed);
	for (i = 0; i < nr_addrs; i++) {
		unsigned int family = rng_below(&rng, ROUTE_FAMILIES);
		struct route_addr addr = draw_addr(&rng, family);
		char s[80];
		size_t len;

		oracle_format(s, family, &addr);
		len = mutate(&rng, s, strlen(s), sizeof(s));
		expect_same_addr(s, len);
	}
}

/* By strtoul() and inet_pton(): is @s, NUL-terminated, a prefix? */
static bool oracle_prefix(const char *s, struct route_prefix *p)
{
	const char *slash = strchr(s, '/');
	struct addr_out out;
	char addr[80] = "", digits[8];
	unsigned int max, bit;

	*p = (struct route_prefix){ .family = ROUTE_INET4 };
	if (!strcmp(s, "default"))
		return true;
	memcpy(addr, s, slash ? (size_t)(slash - s) : strlen(s));
	if (!oracle_addr(addr, &out))
		return false;
	max = out.family == ROUTE_INET4 ? 32 : 128;
	p->family = out.family;
	p->addr = out.addr;
	p->len = max;
	if (slash) {
		unsigned long len = strtoul(slash + 1, NULL, 10);

		/* Nothing but the number's own digits. */
		snprintf(digits, sizeof(digits), "%lu", len % 1000);
		if (len > max || strcmp(digits, slash + 1))
			return false;
		p->len = len;
	}
	for (bit = p->len; bit < max; bit++) {
		struct route_addr flipped = addr_flip(p->addr, bit);

		if (route_addr_cmp(&flipped, &p->addr) < 0)
			return false;
	}
	return true;
}

static bool same_prefix(const struct route_prefix *a,
			const struct route_prefix *b)
{
	return !route_prefix_cmp(a, b);
}

static void expect_same_prefix(const char *s)
{
	struct route_prefix want, got;
	bool ok = oracle_prefix(s, &want);
	int ret = parse(call_prefix, s, strlen(s), &got, sizeof(got));

	tap_expect(ret == (ok ? 0 : -EINVAL), "\"%s\": should be %s", s,
		   ok ? "accepted" : "refused");
	tap_expect(!ok || same_prefix(&want, &got), "\"%s\": /%u", s, got.len);
}

static void test_prefixes(void)
{
	static const char * const texts[] = {
		"default", "defaul", "default/0", "0.0.0.0/0", "::/0", "::",
		"0.0.0.0", "1.2.3.4", "1.2.3.4/", "1.2.3.4/32", "1.2.3.4/33",
		"1.2.3.4/031", "1.2.3.0/24", "1.2.3.0/024", "1.2.3.1/24",
		"1.2.3.0/ 24", "1.2.3.0/24 ", "1.2.3.0/24/24", "1.2.3.0/+24",
		"1.2.3.0/-1", "1.2.3.0/4294967320", "1.2.3.0/18446744073709551640",
		"128.0.0.0/1", "64.0.0.0/1", "::1/128", "::1/127", "::1/129",
		"::/00", "2001:db8::/32", "2001:db8::/28", "2001:db8::/29",
		"0:0:0:0:8000::/65", "0:0:0:0:8000::/64", "/24", "/", "",
	};
	struct rng rng = { seed + 2 };
	unsigned int i;

	page_init();
	tap_diag("seed %" PRIu64, seed);
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		expect_same_prefix(texts[i]);
	for (i = 0; i < nr_addrs; i++) {
		unsigned int family = rng_below(&rng, ROUTE_FAMILIES);
		unsigned int max = route_addr_max_len(family), len;
		struct route_addr addr = draw_addr(&rng, family);
		struct route_prefix p = prefix_of(family, addr,
						  rng_below(&rng, max + 1));
		char *buf = page_end - ROUTE_TEXT_PREFIX_MAX, s[80];
		char want[80];

		len = route_text_format_prefix(buf, &p);
		tap_true(len == strlen(buf) && len < ROUTE_TEXT_PREFIX_MAX);
		oracle_format(want, family, &p.addr);
		sprintf(want + strlen(want), "/%u", p.len);
		tap_expect(!strcmp(buf, want), "\"%s\", not \"%s\"", buf, want);
		strcpy(s, want);
		expect_same_prefix(s);
		mutate(&rng, s, len, sizeof(s));
		expect_same_prefix(s);
	}
}

/* Blanks between the words of a line: one at least. */
static char *put_blanks(struct rng *rng, char *s, unsigned int least)
{
	unsigned int n = rng_one_in(rng, 2) ? least : least + rng_below(rng, 3);

	while (n--)
		*s++ = rng_one_in(rng, 3) ? '\t' : ' ';
	return s;
}

/* A line that means @change, in one of the ways it can be written. */
static size_t write_line(struct rng *rng, char *line,
			 struct route_change *change)
{
	static const char * const verbs[] = {
		[ROUTE_ADD] = "add", [ROUTE_REPLACE] = "replace",
		[ROUTE_DELETE] = "del", [ROUTE_FLUSH] = "flush",
	};
	const struct route_prefix *p = &change->route.prefix;
	bool bare = change->op == ROUTE_ADD && rng_one_in(rng, 2);
	char *s = put_blanks(rng, line, 0);

	if (!bare)
		s = put_blanks(rng, stpcpy(s, verbs[change->op]),
			       change->op != ROUTE_FLUSH);
	if (change->op != ROUTE_FLUSH) {
		if (!p->len && p->family == ROUTE_INET4 && rng_one_in(rng, 2)) {
			s = stpcpy(s, "default");
		} else {
			s += route_text_format_prefix(s, p);
			/* A host's length need not be written. */
			if (p->len == route_addr_max_len(p->family) &&
			    rng_one_in(rng, 2))
				while (*--s != '/')
					;
		}
	}
	if (bare && rng_one_in(rng, 3)) {
		change->route.nexthop = ROUTE_TEXT_NEXTHOP;
	} else if (change->op == ROUTE_ADD || change->op == ROUTE_REPLACE) {
		s = put_blanks(rng, s, 1);
		s = put_blanks(rng, stpcpy(s, "via"), 1);
		s += sprintf(s, "%u", change->route.nexthop);
	}
	s = put_blanks(rng, s, 0);
	return s - line;
}

static bool same_change(const struct route_change *a,
			const struct route_change *b)
{
	if (a->op != b->op)
		return false;
	if (a->op == ROUTE_FLUSH)
		return true;
	return same_prefix(&a->route.prefix, &b->route.prefix) &&
	       (a->op == ROUTE_DELETE || a->route.nexthop == b->route.nexthop);
}

static struct route_change draw_change(struct rng *rng)
{
	unsigned int family = rng_below(rng, ROUTE_FAMILIES);
	unsigned int len = rng_below(rng, route_addr_max_len(family) + 1);

	if (rng_one_in(rng, 8))
		len = rng_one_in(rng, 2) ? 0 : route_addr_max_len(family);
	return (struct route_change){
		.op = rng_below(rng, 4),
		.route.prefix = prefix_of(family, draw_addr(rng, family), len),
		.route.nexthop = rng_one_in(rng, 8) ? ~0U :
				 1 + rng_below(rng, 1000),
	};
}

static void test_lines(void)
{
	struct rng rng = { seed + 3 };
	unsigned int i, nr_accepted = 0;

	page_init();
	tap_diag("seed %" PRIu64, seed);
	for (i = 0; i < nr_addrs; i++) {
		struct route_change want = draw_change(&rng), got;
		char line[200], *buf = page_end - ROUTE_TEXT_LINE_MAX;
		size_t len = write_line(&rng, line, &want);
		struct route_change again;
		int ret;

		ret = parse(call_line, line, len, &got, sizeof(got));
		tap_expect(ret == 1, "\"%.*s\": %s", (int)len, line,
			   reason ? reason : "nothing");
		tap_expect(same_change(&want, &got), "\"%.*s\"", (int)len, line);

		if (want.op == ROUTE_ADD) {
			len = route_text_format_line(buf, &want.route);
			tap_true(len == strlen(buf) &&
				 len < ROUTE_TEXT_LINE_MAX);
			tap_true(buf[len - 1] == '\n' &&
				 !strncmp(buf, "add ", 4));
			memcpy(line, buf, --len);
			tap_true(parse(call_line, line, len, &got,
				       sizeof(got)) == 1);
			tap_true(same_change(&want, &got));
		}

		/* What is accepted of a spoilt line means what it says. */
		len = mutate(&rng, line, len, 120);
		if (parse(call_line, line, len, &got, sizeof(got)) != 1)
			continue;
		nr_accepted++;
		tap_true(got.op <= ROUTE_FLUSH);
		if (got.op == ROUTE_FLUSH)
			continue;
		tap_true(route_prefix_is_valid(&got.route.prefix));
		if (got.op == ROUTE_DELETE)
			continue;
		tap_true(got.route.nexthop);
		len = route_text_format_line(line, &got.route) - 1;
		again = got;
		again.op = ROUTE_ADD;
		tap_true(parse(call_line, line, len, &got, sizeof(got)) == 1);
		tap_true(same_change(&got, &again));
	}
	tap_diag("%u spoilt lines accepted", nr_accepted);
}

static void test_reasons(void)
{
	static const struct { const char *line, *reason; } bad[] = {
		{ "hello", "neither a command nor a prefix" },
		{ "ADD 1.2.3.4 via 1", "neither a command nor a prefix" },
		{ "24", "neither a command nor a prefix" },
		{ "add", "no prefix" },
		{ "replace  ", "no prefix" },
		{ "del", "no prefix" },
		{ "add hello via 1", "not an address" },
		{ "1.2.3.256", "not an address" },
		{ "del 1.2.3", "not an address" },
		{ "add # via 1", "not an address" },
		{ "1.2.3.0/33", "not a prefix length" },
		{ "del 1.2.3.0/", "not a prefix length" },
		{ "add ::/129 via 1", "not a prefix length" },
		{ "1.2.3.4/24", "bits set behind the prefix length" },
		{ "del ::1/64", "bits set behind the prefix length" },
		{ "add 1.2.3.4", "no \"via\" and next hop" },
		{ "replace ::/0", "no \"via\" and next hop" },
		{ "1.2.3.4 1", "only \"via\" may follow the prefix" },
		{ "add 1.2.3.4 VIA 1", "only \"via\" may follow the prefix" },
		{ "add 1.2.3.4 # x", "only \"via\" may follow the prefix" },
		{ "1.2.3.4 via", "next hop is not a number from 1 to 4294967295" },
		{ "1.2.3.4 via 0", "next hop is not a number from 1 to 4294967295" },
		{ "1.2.3.4 via 01", "next hop is not a number from 1 to 4294967295" },
		{ "1.2.3.4 via -1", "next hop is not a number from 1 to 4294967295" },
		{ "1.2.3.4 via 4294967296",
		  "next hop is not a number from 1 to 4294967295" },
		{ "1.2.3.4 via 18446744073709551617",
		  "next hop is not a number from 1 to 4294967295" },
		{ "1.2.3.4 via 1x", "next hop is not a number from 1 to 4294967295" },
		{ "1.2.3.4 via 1 2", "words behind the end of the command" },
		{ "del 1.2.3.4 via 1", "words behind the end of the command" },
		{ "flush all", "words behind the end of the command" },
	};
	static const char * const nothing[] = {
		"", " ", "\t \t", "#", "# add 1.2.3.4 via 1", "  #x", "#x y",
	};
	struct route_change change;
	unsigned int i;

	page_init();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *line = bad[i].line;
		int ret = parse(call_line, line, strlen(line), &change,
				sizeof(change));

		tap_expect(ret == -EINVAL, "\"%s\": %d", line, ret);
		tap_expect(!strcmp(reason, bad[i].reason), "\"%s\": %s", line,
			   reason);
	}
	for (i = 0; i < ARRAY_SIZE(nothing); i++) {
		tap_true(!parse(call_line, nothing[i], strlen(nothing[i]),
				&change, sizeof(change)));
		tap_true(is_filled(&change, sizeof(change)));
	}
}

int main(int argc, char **argv)
{
	static const struct tap_test tests[] = {
		{ "addresses there and back", test_round_trip },
		{ "runs of zeros", test_gaps },
		{ "handpicked addresses", test_handpicked },
		{ "mutated addresses", test_mutated },
		{ "prefixes", test_prefixes },
		{ "lines", test_lines },
		{ "reasons", test_reasons },
	};
	int opt;

	seed = time(NULL);
	while ((opt = getopt(argc, argv, "s:n:")) != -1) {
		if (opt == 's') {
			seed = strtoull(optarg, NULL, 0);
		} else if (opt == 'n') {
			nr_addrs = strtoul(optarg, NULL, 0);
		} else {
			fprintf(stderr, "usage: %s [-s SEED] [-n ADDRESSES]\n",
				argv[0]);
			return 2;
		}
	}
	return tap_run(tests, ARRAY_SIZE(tests));
}
