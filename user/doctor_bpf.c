// SPDX-License-Identifier: GPL-2.0
/*
 * What BPF programs find here.  fentry is tried, not guessed: a program that
 * does nothing is attached to a function that the kernel keeps for its tests.
 */
#include "doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <core/port.h>

#define KERNEL_BTF	"/sys/kernel/btf/vmlinux"
#define TRACEFS		"/sys/kernel/tracing"
#define FENTRY_TARGET	"bpf_fentry_test1"

void doctor_kernel_btf(struct finding *f)
{
	if (!access(KERNEL_BTF, R_OK)) {
		finding_ok(f, KERNEL_BTF);
		return;
	}
	finding_no(f, FINDING_NO, "none",
		   "the kernel is built without CONFIG_DEBUG_INFO_BTF: BPF programs cannot adapt to it");
	finding_mend(f, "apt install linux-image-amd64");
}

void doctor_tracefs(struct finding *f)
{
	if (!access(TRACEFS "/events", R_OK | X_OK)) {
		finding_ok(f, TRACEFS);
		return;
	}
	if (errno == EACCES) {
		finding_no(f, FINDING_UNKNOWN, TRACEFS, "for root only");
		finding_mend(f, "sudo kontend doctor");
		return;
	}
	finding_no(f, FINDING_NO, "not mounted",
		   "tracepoints cannot be named or listed");
	finding_mend(f, "mount -t tracefs nodev " TRACEFS);
}

void doctor_contention(struct finding *f)
{
	if (!access(TRACEFS "/events/lock/contention_begin", F_OK)) {
		finding_ok(f, "lock:contention_begin, lock:contention_end");
		return;
	}
	if (access(TRACEFS "/events", X_OK))
		finding_no(f, FINDING_UNKNOWN, "not known",
			   "tracefs cannot be read");
	else
		finding_no(f, FINDING_NO, "none",
			   "this kernel cannot report who waits for a lock; they came with Linux 5.19");
}

/* Load and attach; the program is two instructions: r0 = 0; exit. */
static int try_fentry(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts,
		    .expected_attach_type = BPF_TRACE_FENTRY);
	int prog, link, ret;

	ret = libbpf_find_vmlinux_btf_id(FENTRY_TARGET, BPF_TRACE_FENTRY);
	if (ret < 0)
		return ret;
	opts.attach_btf_id = ret;
	prog = bpf_prog_load(BPF_PROG_TYPE_TRACING, "kontend_doctor", "GPL",
			     insns, ARRAY_SIZE(insns), &opts);
	if (prog < 0)
		return -errno;
	link = bpf_raw_tracepoint_open(NULL, prog);
	ret = link < 0 ? -errno : 0;
	if (link >= 0)
		close(link);
	close(prog);
	return ret;
}

static int print_nothing(enum libbpf_print_level level, const char *format,
			 va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

void doctor_fentry(struct finding *f)
{
	libbpf_print_fn_t old = libbpf_set_print(print_nothing);
	int ret = try_fentry();

	libbpf_set_print(old);
	if (!ret) {
		finding_ok(f, "attached to " FENTRY_TARGET);
	} else if ((ret == -EPERM || ret == -EACCES) && geteuid()) {
		finding_no(f, FINDING_UNKNOWN, "not tried",
			   "it needs CAP_BPF and CAP_PERFMON");
		finding_mend(f, "sudo kontend doctor");
	} else {
		finding_no(f, FINDING_NO, strerror(ret == -524 ? ENOTSUP : -ret),
			   "locks and functions cannot be traced by fentry; tracepoints may still do");
	}
}

/* Does @command print @word? */
static bool prints(const char *command, const char *word, char *line,
		   size_t size)
{
	FILE *pipe = popen(command, "re");
	bool found = false;

	while (pipe && !found && fgets(line, size, pipe))
		found = strstr(line, word);
	if (pipe)
		pclose(pipe);
	return found;
}

void doctor_bpftool(struct finding *f)
{
	static const char path[] = "PATH=$PATH:/usr/sbin:/sbin ";
	char version[128], line[256], command[128];

	snprintf(command, sizeof(command), "%sbpftool version 2>&1", path);
	if (!prints(command, "bpftool v", version, sizeof(version))) {
		finding_no(f, FINDING_NO, "not found",
			   "programs and maps can be seen with this tool only");
		finding_mend(f, "apt install bpftool");
		return;
	}
	version[strcspn(version, "\n")] = '\0';
	snprintf(command, sizeof(command), "%sbpftool prog help 2>&1", path);
	finding_ok(f, "%s, %s autoattach", version,
		   prints(command, "autoattach", line, sizeof(line)) ?
		   "with" : "without");
}
