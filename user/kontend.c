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
	{ "bench", cmd_bench, "how fast the table is, in user space" },
	{ "doctor", cmd_doctor, "what works on this machine, and what would mend the rest" },
	{ NULL, NULL, NULL },
};

static void print_help(FILE *file)
{
	const struct command *cmd;

	fputs("Usage: kontend [--json] COMMAND ...\n\nCommands:\n", file);
	for (cmd = commands; cmd->name; cmd++)
		fprintf(file, "  %-8s %s\n", cmd->name, cmd->summary);
	fputs("\nEvery command has --help and --json.  With --json, standard output is one\n"
	      "JSON object, on failure too: its member \"error\" is the line on standard error.\n"
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

/* Wherever it stands: what is wrong before it is said as JSON too. */
static bool wants_json(char **argv)
{
	for (; *argv && strcmp(*argv, "--"); argv++)
		if (!strcmp(*argv, "--json"))
			return true;
	return false;
}

static int exit_code(const struct out *out, int ret)
{
	if (out->is_usage)
		return 2;
	return ret ? 1 : 0;
}

int main(int argc, char **argv)
{
	const struct command *cmd = NULL;
	struct out out;
	int ret, err;

	out_init(&out, stdout);
	out.json = wants_json(argv);
	for (argc--, argv++; argc && !strcmp(argv[0], "--json"); argc--)
		argv++;
	if (argc && !strcmp(argv[0], "--help")) {
		print_help(stdout);
		out.json = false;
		return out_finish(&out) ? 1 : 0;
	}
	if (argc)
		cmd = find_command(argv[0]);
	if (cmd)
		ret = cmd->run(&out, argc, argv);
	else if (argc)
		ret = out_usage(&out, "no such command: %s", argv[0]);
	else
		ret = out_usage(&out, "which command?");
	if (ret < 0 && !out.error[0])
		out_fail(&out, ret, "%s", strerror(-ret));
	err = out_finish(&out);
	if (out.error[0])
		fprintf(stderr, "kontend: %s\n", out.error);
	if (!cmd)
		print_help(stderr);
	else if (out.is_usage)
		fprintf(stderr, "Try: kontend %s --help\n", cmd->name);
	if (ret >= 0 && err) {
		fprintf(stderr, "kontend: standard output: %s\n",
			strerror(-err));
		ret = err;
	}
	return exit_code(&out, ret);
}
