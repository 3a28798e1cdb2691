// SPDX-License-Identifier: GPL-2.0
/*
 * The parsing of options that all commands share: getopt_long() without its
 * own messages, since main alone prints, and numbers that are checked whole.
 */
#include "cmd.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

int cmd_option(struct out *out, int argc, char **argv, const char *shorts,
	       const struct option *options)
{
	int opt;

	opterr = 0;
	for (;;) {
		opt = getopt_long(argc, argv, shorts, options, NULL);
		if (opt != CMD_JSON)
			break;
		out->json = true;
	}
	if (opt == CMD_HELP)
		out->json = false;	/* help is text */
	if (opt == ':') {
		out_usage(out, "%s needs a value", argv[optind - 1]);
		return CMD_BAD;
	}
	if (opt == '?') {
		out_usage(out, "no such option, or no value belongs to it: %s",
			  argv[optind - 1]);
		return CMD_BAD;
	}
	return opt;
}

int cmd_number(struct out *out, const char *what, const char *text,
	       uint64_t min, uint64_t max, uint64_t *value)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno ||
	    n < min || n > max)
		return out_usage(out, "%s: not a number from %" PRIu64 " to %"
				 PRIu64 ": %s", what, min, max, text);
	*value = n;
	return 0;
}
