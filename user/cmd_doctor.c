// SPDX-License-Identifier: GPL-2.0
/*
 * kontend doctor: what works on this machine; for what does not, why and the
 * command that mends it.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <core/port.h>

#include "cmd.h"
#include "doctor.h"

static const char help[] =
"Usage: kontend doctor [--json]\n"
"\n"
"Says what works on this machine, and for what does not: why, and the command\n"
"that mends it.  OK: works; --: does not; ??: cannot be told.\n"
"\n"
"Exit code 0 if the module is loaded and its device can be used, else 1.\n"
"\n"
"Options:\n"
"  --json  print JSON\n"
"  --help  print this\n";

/* Under the details. */
#define MARGIN	"                     "

/* struct check - a row; @needed: without it the main job does not work */
struct check {
	const char	*what;
	void		(*run)(struct finding *f);
	bool		needed;
};

static const struct check checks[] = {
	{ "kernel", doctor_kernel, false },
	{ "virtualisation", doctor_virtualisation, false },
	{ "preemption", doctor_preemption, false },
	{ "clock source", doctor_clock, false },
	{ "capabilities", doctor_capabilities, false },
	{ "lockdown", doctor_lockdown, false },
	{ "module signing", doctor_signing, false },
	{ "kernel headers", doctor_headers, false },
	{ "module file", doctor_module_file, false },
	{ "module loaded", doctor_module_loaded, true },
	{ "device", doctor_device, true },
	{ "features", doctor_features, false },
	{ "kernel BTF", doctor_kernel_btf, false },
	{ "module BTF", doctor_module_btf, false },
	{ "tracefs", doctor_tracefs, false },
	{ "lock tracepoints", doctor_contention, false },
	{ "fentry", doctor_fentry, false },
	{ "bpftool", doctor_bpftool, false },
};

void finding_ok(struct finding *f, const char *detail, ...)
{
	va_list args;

	va_start(args, detail);
	vsnprintf(f->detail, sizeof(f->detail), detail, args);
	va_end(args);
	f->state = FINDING_OK;
}

void finding_no(struct finding *f, enum finding_state state, const char *detail,
		const char *why)
{
	snprintf(f->detail, sizeof(f->detail), "%s", detail);
	snprintf(f->why, sizeof(f->why), "%s", why);
	f->state = state;
}

void finding_mend(struct finding *f, const char *mend, ...)
{
	va_list args;

	va_start(args, mend);
	vsnprintf(f->mend, sizeof(f->mend), mend, args);
	va_end(args);
}

bool doctor_read(const char *path, char *buf, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t n = 0;
	bool ok;

	buf[0] = '\0';
	if (!file)
		return false;
	n = fread(buf, 1, size - 1, file);
	ok = !ferror(file);
	fclose(file);
	buf[ok ? n : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return ok;
}

bool doctor_has_modules(void)
{
	return !access("/proc/modules", F_OK);
}

static void say(struct out *out, const struct check *check,
		const struct finding *f)
{
	static const char *const states[] = {
		[FINDING_OK]		= "OK",
		[FINDING_NO]		= "--",
		[FINDING_UNKNOWN]	= "??",
	};
	const char *text = "{state} {what:17} {detail}";

	if (f->why[0] && f->mend[0])
		text = "{state} {what:17} {detail}: {why}\n" MARGIN "mend: {mend}";
	else if (f->why[0])
		text = "{state} {what:17} {detail}: {why}";
	out_record(out, "checks", text, OUT_STR("state", states[f->state]),
		   OUT_STR("what", check->what), OUT_STR("detail", f->detail),
		   OUT_STR("why", f->why[0] ? f->why : NULL),
		   OUT_STR("mend", f->mend[0] ? f->mend : NULL));
}

int cmd_doctor(struct out *out, int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, CMD_HELP },
		{ "json", no_argument, NULL, CMD_JSON },
		{ 0 },
	};
	bool usable = true;
	size_t i;
	int opt;

	while ((opt = cmd_option(out, argc, argv, ":", options)) != -1) {
		if (opt != CMD_HELP)
			return -EINVAL;
		fputs(help, stdout);
		return 0;
	}
	if (optind != argc)
		return out_usage(out, "doctor takes no arguments: %s",
				 argv[optind]);
	for (i = 0; i < ARRAY_SIZE(checks); i++) {
		struct finding f = { .state = FINDING_OK };

		checks[i].run(&f);
		say(out, &checks[i], &f);
		if (checks[i].needed && f.state != FINDING_OK)
			usable = false;
	}
	out_record(out, NULL, usable ? "The route table can be used." :
				       "The route table cannot be used yet.",
		   OUT_BOOL("usable", usable));
	return usable ? 0 : CMD_NO;
}
