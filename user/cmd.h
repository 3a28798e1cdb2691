/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands, and what they share: the parsing of options.  A command parses
 * its arguments, calls what does the work, and says the result to its output;
 * errors go up as -errno, with the words left in the output for main.
 */
#ifndef _USER_CMD_H
#define _USER_CMD_H

#include <getopt.h>
#include <stdint.h>

#include "out.h"

/*
 * What a command returns: 0: done; CMD_NO: done, and the answer is no, which
 * makes an exit code of 1 and no message; -errno: failed.
 */
#define CMD_NO		1

int cmd_route(struct out *out, int argc, char **argv);
int cmd_mirror(struct out *out, int argc, char **argv);
int cmd_gen(struct out *out, int argc, char **argv);
int cmd_bench(struct out *out, int argc, char **argv);
int cmd_doctor(struct out *out, int argc, char **argv);

/* Options that every command has; its own start at CMD_OPTION. */
enum {
	CMD_HELP = 256,
	CMD_JSON,
	CMD_BAD,
	CMD_OPTION,
};

/**
 * cmd_option() - the next option
 * @out: output; set to JSON by --json
 * @argc: as getopt_long()
 * @argv: as getopt_long()
 * @shorts: one-letter options as getopt_long(), ":" first
 * @options: the command's, with CMD_HELP and CMD_JSON
 * Return: the option's value, its argument in optarg; CMD_HELP; -1 at the end;
 * CMD_BAD: a usage error, noted in @out.
 */
int cmd_option(struct out *out, int argc, char **argv, const char *shorts,
	       const struct option *options);

/**
 * cmd_number() - a number of an option or an argument
 * @out: output, for the usage error
 * @what: name of the option
 * @text: its argument
 * @min: least value
 * @max: greatest value
 * @value: out
 * Return: 0, or -EINVAL, a usage error.
 */
int cmd_number(struct out *out, const char *what, const char *text,
	       uint64_t min, uint64_t max, uint64_t *value);

#endif /* _USER_CMD_H */
