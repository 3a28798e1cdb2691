// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel and the machine that it runs on.
 */
#include "doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/capability.h>

#include <core/port.h>

#define CLOCK_DIR	"/sys/devices/system/clocksource/clocksource0/"
#define LOCKDOWN	"/sys/kernel/security/lockdown"
#define SIG_ENFORCE	"/sys/module/module/parameters/sig_enforce"

void doctor_kernel(struct finding *f)
{
	struct utsname uts;

	uname(&uts);
	finding_ok(f, "%s %s", uts.release, uts.machine);
}

/* The first line of @path that has @word in it; @line is empty if none has. */
static bool find_line(const char *path, const char *word, char *line, int size)
{
	FILE *file = fopen(path, "re");
	bool found = false;

	while (file && !found && fgets(line, size, file))
		found = strstr(line, word);
	if (file)
		fclose(file);
	if (!found)
		line[0] = '\0';
	return found;
}

/* QEMU's own instruction interpreter names itself in the processor's model. */
void doctor_virtualisation(struct finding *f)
{
	char vendor[64], product[64], type[32], line[4096];
	bool is_guest;

	doctor_read("/sys/class/dmi/id/sys_vendor", vendor, sizeof(vendor));
	doctor_read("/sys/class/dmi/id/product_name", product, sizeof(product));
	doctor_read("/sys/hypervisor/type", type, sizeof(type));
	is_guest = find_line("/proc/cpuinfo", " hypervisor", line,
			     sizeof(line)) || type[0];
	if (find_line("/proc/cpuinfo", "QEMU TCG", line, sizeof(line)))
		finding_no(f, FINDING_UNKNOWN, "an emulated machine",
			   "times mean little here; results do not suffer");
	else
		finding_ok(f, "%s (%s %s%s%s)",
			   is_guest ? "a virtual machine" : "none seen",
			   vendor[0] ? vendor : "no DMI", product,
			   type[0] ? ", " : "", type);
}

void doctor_clock(struct finding *f)
{
	char current[32], available[128];

	if (!doctor_read(CLOCK_DIR "current_clocksource", current,
			 sizeof(current))) {
		finding_no(f, FINDING_UNKNOWN, "no sysfs",
			   "the clock source cannot be read");
		finding_mend(f, "mount -t sysfs nodev /sys");
		return;
	}
	doctor_read(CLOCK_DIR "available_clocksource", available,
		    sizeof(available));
	if (strcmp(current, "hpet") && strcmp(current, "acpi_pm") &&
	    strcmp(current, "jiffies")) {
		finding_ok(f, "%s", current);
		return;
	}
	finding_no(f, FINDING_NO, current,
		   "each reading costs more than what is measured");
	if (strstr(available, "tsc"))
		finding_mend(f, "echo tsc > " CLOCK_DIR "current_clocksource");
}

/* The model in force stands in brackets where it can be chosen. */
void doctor_preemption(struct finding *f)
{
	char chosen[64], *open, *close;
	struct utsname uts;

	uname(&uts);
	if (strstr(uts.version, "PREEMPT_RT")) {
		finding_ok(f, "real time");
		return;
	}
	if (!strstr(uts.version, "PREEMPT_DYNAMIC")) {
		finding_ok(f, strstr(uts.version, "PREEMPT") ? "full" :
							       "none or voluntary");
		return;
	}
	doctor_read("/sys/kernel/debug/sched/preempt", chosen, sizeof(chosen));
	open = strchr(chosen, '(');
	close = open ? strchr(open, ')') : NULL;
	if (close) {
		*close = '\0';
		finding_ok(f, "dynamic, now %s", open + 1);
		return;
	}
	finding_no(f, FINDING_UNKNOWN, "dynamic",
		   "which model is in force stands in debugfs, for root");
	if (access("/sys/kernel/debug/sched", F_OK))
		finding_mend(f, "mount -t debugfs nodev /sys/kernel/debug");
}

void doctor_headers(struct finding *f)
{
	char path[256];
	struct utsname uts;

	uname(&uts);
	snprintf(path, sizeof(path), "/lib/modules/%s/build", uts.release);
	if (!access(path, F_OK)) {
		finding_ok(f, "%s", path);
		return;
	}
	finding_no(f, FINDING_NO, "not installed",
		   "the module cannot be built here for the running kernel");
	if (doctor_has_modules())
		finding_mend(f, "apt install linux-headers-%s", uts.release);
	else
		finding_mend(f, "make vm");
}

void doctor_lockdown(struct finding *f)
{
	char modes[64];

	if (!doctor_read(LOCKDOWN, modes, sizeof(modes)))
		finding_ok(f, "not in use");
	else if (strstr(modes, "[none]"))
		finding_ok(f, "none");
	else
		finding_no(f, FINDING_NO, modes,
			   "the kernel takes signed modules only; turn Secure Boot off in the firmware, or sign the module");
}

void doctor_signing(struct finding *f)
{
	char enforce[8], disabled[8];

	doctor_read("/proc/sys/kernel/modules_disabled", disabled,
		    sizeof(disabled));
	doctor_read(SIG_ENFORCE, enforce, sizeof(enforce));
	if (!doctor_has_modules()) {
		finding_no(f, FINDING_NO, "no modules",
			   "this kernel is built without loadable modules; another one can run in a VM");
		finding_mend(f, "make vm");
	} else if (disabled[0] == '1') {
		finding_no(f, FINDING_NO, "loading is turned off",
			   "kernel.modules_disabled stays set until the next boot");
	} else if (enforce[0] == 'Y') {
		finding_no(f, FINDING_NO, "enforced",
			   "unsigned modules are refused; boot without module.sig_enforce, or sign the module");
	} else {
		finding_ok(f, "not enforced");
	}
}

void doctor_capabilities(struct finding *f)
{
	static const struct {
		int		bit;
		const char	*name;
	} wanted[] = {
		{ CAP_NET_ADMIN, "CAP_NET_ADMIN" },
		{ CAP_BPF, "CAP_BPF" },
		{ CAP_PERFMON, "CAP_PERFMON" },
		{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	};
	char status[256], missing[128] = "";
	u64 effective = 0;
	size_t i;

	if (find_line("/proc/self/status", "CapEff:", status, sizeof(status)))
		effective = strtoull(status + strlen("CapEff:"), NULL, 16);
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		size_t len = strlen(missing);

		if (!(effective >> wanted[i].bit & 1))
			snprintf(missing + len, sizeof(missing) - len, "%s%s",
				 len ? " " : "no ", wanted[i].name);
	}
	if (!missing[0]) {
		finding_ok(f, "CAP_NET_ADMIN CAP_BPF CAP_PERFMON CAP_SYS_ADMIN");
		return;
	}
	finding_no(f, FINDING_NO, missing,
		   "changes need the first, BPF programs the others");
	finding_mend(f, "sudo kontend doctor");
}
