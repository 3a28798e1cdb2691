/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What "kontend doctor" looks at: a check a row, in files by subject.
 */
#ifndef _USER_DOCTOR_H
#define _USER_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

enum finding_state {
	FINDING_OK,
	FINDING_NO,
	FINDING_UNKNOWN,
};

/**
 * struct finding - what a check found; FINDING_OK and empty to begin with
 * @state: does it work
 * @detail: what was seen
 * @why: what is lost, where it does not work
 * @mend: the one command that helps, empty if none does
 */
struct finding {
	enum finding_state	state;
	char			detail[256];
	char			why[256];
	char			mend[320];
};

/* finding_ok - it works. */
__attribute__((format(printf, 2, 3)))
void finding_ok(struct finding *f, const char *detail, ...);

/* finding_no - it does not work, or that is not known; @why, then finding_mend(). */
void finding_no(struct finding *f, enum finding_state state, const char *detail,
		const char *why);

__attribute__((format(printf, 2, 3)))
void finding_mend(struct finding *f, const char *mend, ...);

/**
 * doctor_read() - the start of a small file, without its last newline
 * @path: file
 * @buf: out: NUL-terminated; empty on error
 * @size: its bytes
 * Return: true if it could be read.
 */
bool doctor_read(const char *path, char *buf, size_t size);

/* doctor_has_modules - is the kernel built to load modules at all? */
bool doctor_has_modules(void);

/* doctor_host.c: the kernel and the machine. */
void doctor_kernel(struct finding *f);
void doctor_virtualisation(struct finding *f);
void doctor_clock(struct finding *f);
void doctor_preemption(struct finding *f);
void doctor_headers(struct finding *f);
void doctor_lockdown(struct finding *f);
void doctor_signing(struct finding *f);
void doctor_capabilities(struct finding *f);

/* doctor_module.c: kontend.ko and its device. */
void doctor_module_file(struct finding *f);
void doctor_module_loaded(struct finding *f);
void doctor_device(struct finding *f);
void doctor_features(struct finding *f);
void doctor_module_btf(struct finding *f);

/* doctor_bpf.c: what BPF programs need. */
void doctor_kernel_btf(struct finding *f);
void doctor_tracefs(struct finding *f);
void doctor_contention(struct finding *f);
void doctor_fentry(struct finding *f);
void doctor_bpftool(struct finding *f);

#endif /* _USER_DOCTOR_H */
