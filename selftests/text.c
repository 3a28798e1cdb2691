// SPDX-License-Identifier: GPL-2.0
/*
 * The text interface of the device: every kind of line, good and bad, lines
 * that arrive in pieces, questions, what is read written back, and poll.  It
 * works on the main table, which is empty before and after.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>

#include "kselftest_harness.h"

#include "dev.h"
#include "rng.h"

#define TEXT_ROOM	(1 << 20)
#define LINE_MAX_BYTES	255	/* of a line without its newline */

FIXTURE(text) {
	char *text;
	int ctl;	/* ioctls */
	int fd;		/* the file under test */
};

FIXTURE_SETUP(text)
{
	DEV_OPEN_OR_SKIP(self->ctl, O_RDWR);
	ASSERT_EQ(0, dev_flush(self->ctl, KONTEND_TABLE_MAIN, NULL));
	self->fd = dev_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->text = malloc(TEXT_ROOM);
	ASSERT_NE(NULL, self->text);
}

FIXTURE_TEARDOWN(text)
{
	EXPECT_EQ(0, dev_flush(self->ctl, KONTEND_TABLE_MAIN, NULL));
	close(self->fd);
	close(self->ctl);
	free(self->text);
}

static int put(int fd, const char *text)
{
	ssize_t n = write(fd, text, strlen(text));

	return n < 0 ? -errno : (int)n;
}

/* Read up to the end, at most @piece bytes at a time. */
static int get(int fd, char *text, size_t piece)
{
	size_t len = 0;
	ssize_t n;

	do {
		if (len + piece >= TEXT_ROOM)
			return -ENOBUFS;
		n = read(fd, text + len, piece);
		if (n < 0)
			return -errno;
		len += n;
	} while (n);
	text[len] = 0;
	return len;
}

/* All that a new reader gets. */
static int cat(char *text, size_t piece)
{
	int fd = dev_open(O_RDONLY), ret;

	if (fd < 0)
		return fd;
	ret = get(fd, text, piece);
	close(fd);
	return ret;
}

/* What waits for readers changes the header by itself: until none does. */
static bool settle(char *text)
{
	unsigned int tries;

	for (tries = 0; tries < 1000; tries++) {
		if (cat(text, 4096) < 0)
			return false;
		if (strstr(text, "pending 0)"))
			return true;
		usleep(20000);
	}
	return false;
}

/* Drop the "#" lines, in place. */
static void drop_comments(char *lines)
{
	char *from = lines, *end;

	for (; *from; from = end) {
		end = strchrnul(from, '\n');
		end += *end == '\n';
		if (*from == '#')
			continue;
		memmove(lines, from, end - from);
		lines += end - from;
	}
	*lines = 0;
}

/* The routes that a new reader gets, without the "#" lines. */
static const char *routes(char *text)
{
	int ret = cat(text, 65536);

	if (ret < 0)
		return strerror(-ret);
	drop_comments(text);
	return text;
}

TEST_F(text, lines)
{
	static const struct {
		const char *line, *routes;
	} lines[] = {
		{ "add 10.0.0.0/8 via 1\n", "add 10.0.0.0/8 via 1\n" },
		{ "replace 10.0.0.0/8 via 4294967295\n",
		  "add 10.0.0.0/8 via 4294967295\n" },
		{ "del 10.0.0.0/8\n", "" },
		{ "replace 0.0.0.0/0 via 2\n", "add 0.0.0.0/0 via 2\n" },
		{ "flush\n", "" },
		{ "default via 3\n", "add 0.0.0.0/0 via 3\n" },
		{ "del default\n", "" },
		{ "::/0 via 4\n", "add ::/0 via 4\n" },
		{ "del ::/0\n", "" },
		{ "192.0.2.0/24\n", "add 192.0.2.0/24 via 1\n" },
		{ "del 192.0.2.0/24\n", "" },
		{ "192.0.2.1\n", "add 192.0.2.1/32 via 1\n" },
		{ "del 192.0.2.1\n", "" },
		{ "2001:DB8:0:0::/32 via 7\n", "add 2001:db8::/32 via 7\n" },
		{ "del 2001:db8::/32\n", "" },
		{ "add 2001:db8::1 via 7\n", "add 2001:db8::1/128 via 7\n" },
		{ "flush\n", "" },
		{ "# add 10.0.0.0/8 via 1\n", "" },
		{ "#\n", "" },
		{ "\n", "" },
		{ "  \t  \t\n", "" },
		{ "  add\t10.0.0.0/8   via 5\t\n", "add 10.0.0.0/8 via 5\n" },
		{ "flush\n\n# two\nadd 10.0.0.0/9 via 6\n",
		  "add 10.0.0.0/9 via 6\n" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		ASSERT_EQ((int)strlen(lines[i].line),
			  put(self->fd, lines[i].line))
			TH_LOG("%s", lines[i].line);
		ASSERT_STREQ(lines[i].routes, routes(self->text))
			TH_LOG("after %s", lines[i].line);
	}
}

TEST_F(text, bad_lines)
{
	static const struct {
		const char *line;
		int error;
	} lines[] = {
		{ "frob", EINVAL },
		{ "add", EINVAL },
		{ "add 10.0.0.0/8", EINVAL },
		{ "add 10.0.0.0/8 via", EINVAL },
		{ "add 10.0.0.0/8 via 0", EINVAL },
		{ "add 10.0.0.0/8 via -1", EINVAL },
		{ "add 10.0.0.0/8 via 4294967296", EINVAL },
		{ "add 10.0.0.0/8 via 18446744073709551617", EINVAL },
		{ "add 10.0.0.0/8 via 1x", EINVAL },
		{ "add 10.0.0.0/8 via 1 2", EINVAL },
		{ "add 10.0.0.0/8 by 1", EINVAL },
		{ "add 10.0.0.0/33 via 1", EINVAL },
		{ "add 10.0.0.0/ via 1", EINVAL },
		{ "add 10.0.0.0/-1 via 1", EINVAL },
		{ "add 10.0.0.1/8 via 1", EINVAL },
		{ "add 10.0.0/8 via 1", EINVAL },
		{ "add 010.0.0.0/8 via 1", EINVAL },
		{ "add 256.0.0.0/8 via 1", EINVAL },
		{ "add 10.0.0.0.0/8 via 1", EINVAL },
		{ "add 2001:db8::1/64 via 1", EINVAL },
		{ "add 2001:db8::/129 via 1", EINVAL },
		{ "add 2001:db8::1::/48 via 1", EINVAL },
		{ "add :::/0 via 1", EINVAL },
		{ "add 12345::/16 via 1", EINVAL },
		{ "add 1:2:3:4:5:6:7:8:9 via 1", EINVAL },
		{ "ADD 10.0.0.0/8 via 1", EINVAL },
		{ "del 10.0.0.0/8 via 1", EINVAL },
		{ "del", EINVAL },
		{ "flush all", EINVAL },
		{ "lookup", EINVAL },
		{ "lookup 10.0.0.0/8", EINVAL },
		{ "get 10.0.0.1/8", EINVAL },
		{ "add 203.0.113.0/24 via 1", EEXIST },
		{ "del 203.0.112.0/24", ENOENT },
	};
	static const char good[] = "replace 203.0.113.0/24 via 1\n";
	char text[256], want[256];
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		/* Good, bad, good: the second good one is not reached. */
		fd = dev_open(O_RDWR);
		ASSERT_LE(0, fd);
		snprintf(text, sizeof(text), "%s%s\nadd 10.0.0.0/8 via 9\n",
			 good, lines[i].line);
		ASSERT_EQ((int)strlen(good), put(fd, text))
			TH_LOG("%s", lines[i].line);
		ASSERT_EQ(-lines[i].error, put(fd, text + strlen(good)))
			TH_LOG("%s", lines[i].line);
		ASSERT_STREQ("add 203.0.113.0/24 via 1\n", routes(self->text))
			TH_LOG("%s", lines[i].line);

		/* The error says which, and outlives the file. */
		close(fd);
		ASSERT_LT(0, cat(self->text, 4096));
		snprintf(want, sizeof(want), "\n# error line 2 \"%s\": ",
			 lines[i].line);
		ASSERT_NE(NULL, strstr(self->text, want))
			TH_LOG("no %s in %s", want + 1, self->text);
	}
}

/*
 * A bad line that began in an earlier write: whether the writer tries again or
 * goes on cannot be told, so nothing more is taken from this file.  Once the
 * half that was kept and the next line made a route that nobody had asked for.
 */
TEST_F(text, bad_line_split)
{
	static const char good[] = "add 10.0.0.0/8 via 1\n";
	int fd;

	ASSERT_EQ((int)strlen(good), put(self->fd, good));
	fd = dev_open(O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(5, put(fd, "add 1"));
	ASSERT_EQ(-EEXIST, put(fd, "0.0.0.0/8 via 5\n"));
	EXPECT_EQ(-EEXIST, put(fd, "0.0.0.0/8 via 5\n"));
	EXPECT_EQ(-EEXIST, put(fd, "92.168.0.0/16 via 2\n"));
	close(fd);
	EXPECT_STREQ(good, routes(self->text));
}

TEST_F(text, bytes_that_are_no_text)
{
	static const char nul[] = "add 10.0.0.0/8\0 via 1\n";
	static const char binary[] = "\377\376\1\33[31m\"\n";
	char *p;

	EXPECT_EQ(-1, write(self->fd, nul, sizeof(nul) - 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-EINVAL, put(self->fd, binary));
	EXPECT_STREQ("", routes(self->text));
	/* The header shows them without harm to a terminal. */
	ASSERT_LT(0, cat(self->text, 4096));
	for (p = self->text; *p; p++)
		ASSERT_TRUE(*p == '\n' || isprint(*p));
}

TEST_F(text, tail_is_kept_and_reported)
{
	int fd = dev_open(O_RDWR);

	EXPECT_EQ(0, put(fd, ""));
	EXPECT_EQ(15, put(fd, "add 10.0.0.0/8 "));
	EXPECT_EQ(3, put(fd, "via"));
	EXPECT_STREQ("", routes(self->text));
	EXPECT_EQ(3, put(fd, " 1\n"));
	EXPECT_STREQ("add 10.0.0.0/8 via 1\n", routes(self->text));
	/* Each file has its own. */
	EXPECT_EQ(4, put(fd, "add "));
	EXPECT_EQ(6, put(self->fd, "flush\n"));
	EXPECT_EQ(20, put(fd, "11.0.0.0/8 via 2\nadd"));
	EXPECT_STREQ("add 11.0.0.0/8 via 2\n", routes(self->text));
	close(fd);
	ASSERT_LT(0, cat(self->text, 4096));
	EXPECT_NE(NULL, strstr(self->text, "\n# error line 3 \"add\": "))
		TH_LOG("%s", self->text);
	EXPECT_NE(NULL, strstr(self->text, "add 11.0.0.0/8 via 2\n"));
}

TEST_F(text, line_too_long)
{
	char line[2 * LINE_MAX_BYTES];
	int fd;

	/* As long as may be, in any number of pieces. */
	memset(line, ' ', sizeof(line));
	memcpy(line, "add 10.0.0.0/8 via 1", 20);
	line[LINE_MAX_BYTES] = '\n';
	EXPECT_EQ(LINE_MAX_BYTES + 1, write(self->fd, line,
					    LINE_MAX_BYTES + 1));
	EXPECT_STREQ("add 10.0.0.0/8 via 1\n", routes(self->text));
	EXPECT_EQ(6, put(self->fd, "flush\n"));

	line[LINE_MAX_BYTES] = ' ';
	line[LINE_MAX_BYTES + 1] = '\n';
	EXPECT_EQ(-1, write(self->fd, line, LINE_MAX_BYTES + 2));
	EXPECT_EQ(EINVAL, errno);

	/* Without a newline it is known as soon as it is too long. */
	fd = dev_open(O_RDWR);
	EXPECT_EQ(200, write(fd, line, 200));
	EXPECT_EQ(-1, write(fd, line + 200, 56));
	EXPECT_EQ(EINVAL, errno);
	ASSERT_LT(0, cat(self->text, 4096));
	EXPECT_NE(NULL, strstr(self->text, "line too long"))
		TH_LOG("%s", self->text);
	close(fd);
	EXPECT_STREQ("", routes(self->text));
}

static const char script[] =
	"# a comment that is longer than all other lines of the script\n"
	"add 10.0.0.0/8 via 1\n"
	"replace 10.0.0.0/8 via 2\n"
	"\n"
	"10.1.0.0/16 via 3\n"
	"add 2001:db8::/32 via 4294967295\n"
	"2001:db8:0:1::1\n"
	"del 10.1.0.0/16\n"
	"add default via 9\n";
static const char script_routes[] =
	"add 0.0.0.0/0 via 9\n"
	"add 10.0.0.0/8 via 2\n"
	"add 2001:db8::/32 via 4294967295\n"
	"add 2001:db8:0:1::1/128 via 1\n";

TEST_F_TIMEOUT(text, split_at_every_byte, 120)
{
	const ssize_t len = sizeof(script) - 1;
	ssize_t at;
	int fd;

	for (at = 0; at <= len; at++) {
		fd = dev_open(O_WRONLY);
		ASSERT_LE(0, fd);
		ASSERT_EQ(at, write(fd, script, at));
		ASSERT_EQ(len - at, write(fd, script + at, len - at));
		close(fd);
		ASSERT_STREQ(script_routes, routes(self->text))
			TH_LOG("split at %zd", at);
		ASSERT_EQ(6, put(self->fd, "flush\n"));
	}
	/* And byte by byte. */
	for (at = 0; at < len; at++)
		ASSERT_EQ(1, write(self->fd, script + at, 1));
	ASSERT_STREQ(script_routes, routes(self->text));
}

/* More than the module can hold at once, so that slices end within lines. */
TEST_F_TIMEOUT(text, many_lines_in_one_write, 120)
{
	char *text = self->text + TEXT_ROOM / 2, *p;
	unsigned int i, pad;

	for (pad = 0; pad < 3; pad++) {
		p = text;
		for (i = 0; i < 5000; i++)
			p += sprintf(p, "%*sadd 10.%u.%u.0/24 via %u\n",
				     i ? 0 : pad, "", i >> 8, i & 255, 1 + i);
		ASSERT_EQ(p - text, put(self->fd, text));
		ASSERT_EQ(0, strcmp(text + pad, routes(self->text)));
		ASSERT_EQ(6, put(self->fd, "flush\n"));
	}
}

/* What cat shows can be written back, by readers of any appetite. */
TEST_F_TIMEOUT(text, round_trip, 120)
{
	static const size_t pieces[] = { 1, 7, 71, 72, 4095, 4096, 65536 };
	char *copy = self->text + TEXT_ROOM / 2, *want;
	struct rng rng = { 7 };
	unsigned int i;

	for (i = 0; i < 700; i++) {
		struct kontend_route r = {
			.prefix.family = i & 1 ? KONTEND_INET4 : KONTEND_INET6,
			.nexthop = 1 + rng_next(&rng) % 0xffffffff,
		};
		unsigned int max = i & 1 ? 32 : 128, bit;

		r.prefix.len = rng_below(&rng, max + 1);
		/* Runs of zeros are what makes IPv6 text hard. */
		for (bit = 0; bit < r.prefix.len; bit++)
			if (rng_one_in(&rng, 2 + i % 16))
				r.prefix.addr[bit / 8] |= 0x80 >> bit % 8;
		ASSERT_EQ(0, dev_route_op(self->ctl, KONTEND_ROUTE_REPLACE,
					  KONTEND_TABLE_MAIN, &r));
	}
	ASSERT_LT(0, cat(copy, 65536));
	ASSERT_EQ('#', *copy);
	want = strdup(copy);
	ASSERT_NE(NULL, want);
	drop_comments(want);
	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		ASSERT_LT(0, cat(self->text, pieces[i]));
		drop_comments(self->text);
		/* Not ASSERT_STREQ: it would print them. */
		ASSERT_EQ(0, strcmp(want, self->text))
			TH_LOG("%zu bytes a read", pieces[i]);
	}
	ASSERT_EQ(0, dev_flush(self->ctl, KONTEND_TABLE_MAIN, NULL));
	/* As it is, "#" lines and all. */
	ASSERT_EQ((int)strlen(copy), put(self->fd, copy));
	ASSERT_EQ(0, strcmp(want, routes(self->text)));
	free(want);
}

TEST_F(text, header)
{
	char want[64];
	__u64 gen;

	ASSERT_LT(0, put(self->fd, "10.0.0.0/8\n10.0.0.0/9\n2001:db8::/32\n"));
	ASSERT_EQ(0, dev_gen(self->ctl, KONTEND_TABLE_MAIN, &gen));
	ASSERT_LT(0, cat(self->text, 65536));
	snprintf(want, sizeof(want), " gen %llu\n", (unsigned long long)gen);
	EXPECT_NE(NULL, strstr(self->text, want)) TH_LOG("%s", self->text);
	EXPECT_NE(NULL, strstr(self->text, "\n# routes 3 (IPv4 2, IPv6 1)\n"))
		TH_LOG("%s", self->text);
	EXPECT_NE(NULL, strstr(self->text, "\n# memory "));
	EXPECT_NE(NULL, strstr(self->text, "\n# error "));
}

static void expect_answer(struct __test_metadata *_metadata, int fd,
			  const char *question, const char *answer)
{
	char text[256];
	ssize_t n;

	ASSERT_EQ((int)strlen(question), put(fd, question));
	n = read(fd, text, sizeof(text) - 1);
	ASSERT_LT(0, n);
	text[n] = 0;
	ASSERT_EQ(0, strncmp(text, answer, strlen(answer)))
		TH_LOG("%s: %s", question, text);
	ASSERT_EQ('\n', text[n - 1]);
	ASSERT_EQ(0, read(fd, text, sizeof(text)));
}

TEST_F(text, questions)
{
	ASSERT_LT(0, put(self->fd, "10.0.0.0/8 via 5\n10.1.0.0/16 via 6\n"));
	ASSERT_LT(0, put(self->fd, "2001:db8::/32 via 7\n"));
	expect_answer(_metadata, self->fd, "lookup 10.1.2.3\n",
		      "10.1.2.3 -> 10.1.0.0/16 via 6 gen ");
	expect_answer(_metadata, self->fd, "lookup 10.2.2.3\n",
		      "10.2.2.3 -> 10.0.0.0/8 via 5 gen ");
	expect_answer(_metadata, self->fd, "lookup 11.0.0.0\n",
		      "11.0.0.0 -> no route");
	expect_answer(_metadata, self->fd, "lookup 2001:db8:0::1\n",
		      "2001:db8::1 -> 2001:db8::/32 via 7 gen ");
	expect_answer(_metadata, self->fd, "get 10.0.0.0/8\n",
		      "10.0.0.0/8 -> 10.0.0.0/8 via 5 gen ");
	expect_answer(_metadata, self->fd, "get 10.0.0.0/9\n",
		      "10.0.0.0/9 -> no route");
	/* A question sees what was written before it, in the same write. */
	expect_answer(_metadata, self->fd,
		      "del 10.1.0.0/16\nlookup 10.1.2.3\n",
		      "10.1.2.3 -> 10.0.0.0/8 via 5 gen ");
	/* Several are answered in order. */
	ASSERT_LT(0, put(self->fd, "lookup 10.0.0.1\nlookup 12.0.0.1\n"));
	ASSERT_LT(0, get(self->fd, self->text, 5));
	EXPECT_EQ(0, strncmp(self->text, "10.0.0.1 -> 10.0.0.0/8 via 5", 28));
	EXPECT_NE(NULL, strstr(self->text, "\n12.0.0.1 -> no route"));
	/* Asking needs no more than an open file, and is of that file. */
	EXPECT_LT(0, cat(self->text, 4096));
	EXPECT_EQ('#', *self->text);
}

/* As the README says it. */
TEST_F(text, shell)
{
	ASSERT_EQ(0, system("echo 'add 10.0.0.0/8 via 1' >" KONTEND_DEVICE));
	ASSERT_EQ(0, system("printf '10.1.0.0/16\\ndefault\\n' >"
			    KONTEND_DEVICE));
	EXPECT_EQ(0, system("test $(grep -c ^add " KONTEND_DEVICE ") = 3"));
	EXPECT_NE(0, system("echo 'add 10.0.0.0/8 via 1' 2>/dev/null >"
			    KONTEND_DEVICE));
	EXPECT_STREQ("add 0.0.0.0/0 via 1\n"
		     "add 10.0.0.0/8 via 1\n"
		     "add 10.1.0.0/16 via 1\n", routes(self->text));
}

TEST_F(text, bad_buffers)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	static const char line[] = "add 10.0.0.0/8 via 1\n";
	char *edge, *at;
	ssize_t n;

	edge = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_TRUE(edge != MAP_FAILED);
	edge += page;
	ASSERT_EQ(0, mprotect(edge, page, PROT_NONE));

	/* A read that fails has made the header that the next one goes on with. */
	ASSERT_TRUE(settle(self->text));
	EXPECT_EQ(-1, write(self->fd, edge, 8));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, read(self->fd, edge, 8));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_STREQ("", routes(self->text));

	/* A line, and then nothing: it counts once or not at all. */
	at = edge - (sizeof(line) - 1);
	memcpy(at, line, sizeof(line) - 1);
	n = write(self->fd, at, 2 * sizeof(line));
	EXPECT_TRUE(n < 0 ? errno == EFAULT : n == sizeof(line) - 1);
	EXPECT_STREQ(n < 0 ? "" : line, routes(self->text));

	/* Bytes up to the edge are read, and not lost by it. */
	ASSERT_TRUE(settle(self->text));
	n = read(self->fd, edge - 10, 100);
	ASSERT_EQ(10, n);
	memcpy(self->text, edge - 10, 10);
	ASSERT_LT(0, get(self->fd, self->text + 10, 4096));
	ASSERT_LT(0, cat(self->text + TEXT_ROOM / 2, 4096));
	EXPECT_STREQ(self->text + TEXT_ROOM / 2, self->text);
}

static short polled(int fd, int timeout_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLPRI };
	int ret = poll(&pfd, 1, timeout_ms);

	return ret < 0 ? -1 : pfd.revents;
}

/* A change of the main table, once seen, is not news any more. */
TEST_F(text, poll)
{
	struct kontend_route route = dev_route("10.0.0.0/8", 1), dump[2];
	__u32 table;

	EXPECT_EQ(0, polled(self->fd, 200));
	ASSERT_EQ(0, dev_route_op(self->ctl, KONTEND_ROUTE_ADD,
				  KONTEND_TABLE_MAIN, &route));
	EXPECT_EQ(POLLPRI, polled(self->fd, 0));
	/* Reading makes it old, by text or by a dump. */
	ASSERT_LT(0, get(self->fd, self->text, 4096));
	EXPECT_EQ(0, polled(self->fd, 200));
	EXPECT_EQ(POLLPRI, polled(self->ctl, 0));
	ASSERT_EQ(1, dev_dump(self->ctl, KONTEND_TABLE_MAIN, dump, 2, 2, NULL));
	EXPECT_EQ(0, polled(self->ctl, 0));

	/* What changes nothing is no change. */
	ASSERT_EQ(-EEXIST, dev_route_op(self->ctl, KONTEND_ROUTE_ADD,
					KONTEND_TABLE_MAIN, &route));
	ASSERT_EQ(0, dev_route_op(self->ctl, KONTEND_ROUTE_REPLACE,
				  KONTEND_TABLE_MAIN, &route));
	ASSERT_EQ(0, dev_table_create(self->ctl, "poll", 0, 0, &table));
	ASSERT_EQ(0, dev_add(self->ctl, table, "10.0.0.0/8", 1));
	ASSERT_EQ(0, dev_table_destroy(self->ctl, table));
	EXPECT_EQ(0, polled(self->fd, 200));
}

struct waiter {
	pthread_t	thread;
	int		fd;
	short		revents;
	__u64		waited_ms;
};

static void *wait_for_change(void *arg)
{
	struct waiter *w = arg;
	__u64 start = dev_now_ms();

	w->revents = polled(w->fd, 20000);
	w->waited_ms = dev_now_ms() - start;
	return NULL;
}

/* All who sleep are woken, by every kind of change, and not before it. */
TEST_F_TIMEOUT(text, poll_wakes, 120)
{
	struct kontend_batch_op op = {
		.route = dev_route("10.2.0.0/16", 1), .op = KONTEND_BATCH_ADD,
	};
	struct kontend_route route = dev_route("10.1.0.0/16", 1);
	struct waiter w[3];
	unsigned int how, i;

	for (how = 0; how < 4; how++) {
		for (i = 0; i < ARRAY_SIZE(w); i++) {
			w[i] = (struct waiter){ .fd = dev_open(O_RDONLY) };
			ASSERT_LE(0, w[i].fd);
			ASSERT_EQ(0, pthread_create(&w[i].thread, NULL,
						    wait_for_change, &w[i]));
		}
		usleep(300000);
		switch (how) {
		case 0:
			ASSERT_LT(0, put(self->fd, "10.0.0.0/8\n"));
			break;
		case 1:
			ASSERT_EQ(0, dev_bulk(self->ctl, KONTEND_BULK_ADD,
					      KONTEND_TABLE_MAIN, &route, NULL,
					      1, NULL));
			break;
		case 2:
			ASSERT_EQ(0, dev_batch_begin(self->ctl,
						     KONTEND_TABLE_MAIN));
			ASSERT_EQ(0, dev_batch_stage(self->ctl, &op, 1));
			ASSERT_EQ(0, dev_batch_commit(self->ctl, NULL));
			break;
		case 3:
			ASSERT_EQ(0, dev_flush(self->ctl, KONTEND_TABLE_MAIN,
					       NULL));
			break;
		}
		for (i = 0; i < ARRAY_SIZE(w); i++) {
			pthread_join(w[i].thread, NULL);
			EXPECT_EQ(POLLPRI, w[i].revents) TH_LOG("how %u", how);
			EXPECT_LE(200ULL, w[i].waited_ms);
			EXPECT_GT(15000ULL, w[i].waited_ms);
			close(w[i].fd);
		}
	}
}

TEST_HARNESS_MAIN
