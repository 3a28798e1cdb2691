// SPDX-License-Identifier: GPL-2.0
/*
 * main: find the command in the table, run it, print what went wrong, exit.
 * Exit code 0: done; 1: failed, or the answer is no; 2: wrong usage.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

struct command {
	const char	*name;
	int		(*run)(struct out *out, int argc, char **argv);
	const char	*summary;
};

static const struct command commands[] = {
	{ "route", cmd_route, "change and ask the kernel's route table" },
	{ "mirror", cmd_mirror, "the same table in user space, and are they equal" },
	{ "gen", cmd_gen, "generate a route table of the internet's shape" },
	{ "doctor", cmd_doctor, "what works on this machine, and what would mend the rest" },
	{ NULL, NULL, NULL },
};

static void print_help(FILE *file)
{
	const struct command *cmd;

	fputs("Usage: kontend [--json] COMMAND ...\n\nCommands:\n", file);
	for (cmd = commands; cmd->name; cmd++)
		fprintf(file, "  %-8s %s\n", cmd->name, cmd->summary);
	fputs("\nEvery command has --help and --json.\n"
	      "Exit code: 0 done, 1 failed, 2 wrong usage.\n", file);
}

static const struct command *find_command(const char *name)
{
	const struct command *cmd;

	for (cmd = commands; cmd->name; cmd++)
		if (!strcmp(cmd->name, name))
			return cmd;
	return NULL;
}

static int exit_code(const struct out *out, int ret)
{
	if (out->is_usage)
		return 2;
	return ret ? 1 : 0;
}

int main(int argc, char **argv)
{
	const struct command *cmd;
	struct out out;
	int ret, err;

	out_init(&out, stdout);
	for (argc--, argv++; argc && argv[0][0] == '-'; argc--, argv++) {
		if (!strcmp(argv[0], "--help")) {
			print_help(stdout);
			return out_finish(&out) ? 1 : 0;
		}
		if (strcmp(argv[0], "--json"))
			break;
		out.json = true;
	}
	cmd = argc ? find_command(argv[0]) : NULL;
	if (!cmd) {
		if (argc)
			fprintf(stderr, "kontend: no such command: %s\n",
				argv[0]);
		print_help(stderr);
		return 2;
	}

	ret = cmd->run(&out, argc, argv);
	if (ret < 0 && !out.error[0])
		out_fail(&out, ret, "%s", strerror(-ret));
	err = out_finish(&out);
	if (out.error[0])
		fprintf(stderr, "kontend: %s\n", out.error);
	if (out.is_usage)
		fprintf(stderr, "Try: kontend %s --help\n", cmd->name);
	if (ret >= 0 && err) {
		fprintf(stderr, "kontend: standard output: %s\n",
			strerror(-err));
		ret = err;
	}
	return exit_code(&out, ret);
}
