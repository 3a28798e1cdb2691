// SPDX-License-Identifier: GPL-2.0
/*
 * The module: is it built, loaded, and may its device be used?
 */
#include "doctor.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "dev.h"

#define MODULE_DIR	"/sys/module/kontend"
#define MODULE_BTF	"/sys/kernel/btf/kontend"
#define PATH_BYTES	512

/*
 * Where "make module" and an installation put it: beside the directory of
 * this program, or below /lib/modules.
 */
static bool find_module(const char *release, char *path)
{
	char exe[PATH_BYTES / 2];
	ssize_t len;

	len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (len > 0) {
		exe[len] = '\0';
		snprintf(path, PATH_BYTES, "%s/kmod-%s/kontend.ko",
			 dirname(dirname(exe)), release);
		if (!access(path, R_OK))
			return true;
	}
	snprintf(path, PATH_BYTES, "/lib/modules/%s/updates/kontend.ko",
		 release);
	if (!access(path, R_OK))
		return true;
	snprintf(path, PATH_BYTES, "/lib/modules/%s/extra/kontend.ko", release);
	return !access(path, R_OK);
}

void doctor_module_file(struct finding *f)
{
	char path[PATH_BYTES];
	struct utsname uts;

	uname(&uts);
	if (find_module(uts.release, path)) {
		finding_ok(f, "%.200s", path);
		return;
	}
	finding_no(f, FINDING_NO, "not built for this kernel",
		   "a module belongs to the exact kernel that it was built for");
	finding_mend(f, doctor_has_modules() ? "make module" : "make vm");
}

void doctor_module_loaded(struct finding *f)
{
	char path[PATH_BYTES], text[32];
	struct utsname uts;

	if (doctor_read(MODULE_DIR "/initstate", text, sizeof(text))) {
		finding_ok(f, "%s", text);
		return;
	}
	uname(&uts);
	finding_no(f, FINDING_NO, "no", "there is no table in the kernel");
	if (find_module(uts.release, path))
		finding_mend(f, "insmod %.300s", path);
	else
		finding_mend(f, doctor_has_modules() ? "make module" :
						       "make vm");
}

/* The errors of dev_open() are whole sentences. */
void doctor_device(struct finding *f)
{
	struct out out;
	struct dev dev;

	out_init(&out, stdout);
	if (!dev_open(&dev, true, &out)) {
		dev_close(&dev);
		finding_ok(f, KONTEND_DEVICE ", for reading and writing");
		return;
	}
	if (!access(KONTEND_DEVICE, F_OK)) {
		finding_no(f, FINDING_NO, KONTEND_DEVICE,
			   "it is there, but may not be opened for writing");
		finding_mend(f, "sudo kontend doctor");
		return;
	}
	finding_no(f, FINDING_NO, "no " KONTEND_DEVICE,
		   access(MODULE_DIR, F_OK) ? "the module is not loaded" :
					      "the module is loaded: devtmpfs is not mounted on /dev");
	if (!access(MODULE_DIR, F_OK))
		finding_mend(f, "mount -t devtmpfs nodev /dev");
}

void doctor_features(struct finding *f)
{
	static const struct {
		u64		bit;
		const char	*name;
	} features[] = {
		{ KONTEND_FEATURE_BATCH, "batch" },
		{ KONTEND_FEATURE_TEXT, "text" },
		{ KONTEND_FEATURE_POLL, "poll" },
		{ KONTEND_FEATURE_KFUNC, "kfunc" },
		{ KONTEND_FEATURE_COMPAT, "compat" },
		{ KONTEND_FEATURE_POISON, "poison" },
	};
	struct kontend_info info;
	char text[128] = "";
	struct out out;
	struct dev dev;
	size_t i;
	int ret;

	out_init(&out, stdout);
	ret = dev_open(&dev, false, &out);
	if (!ret) {
		ret = dev_info(&dev, &info);
		dev_close(&dev);
	}
	if (ret) {
		finding_no(f, FINDING_UNKNOWN, "not known",
			   "the device does not say");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(features); i++)
		if (info.features & features[i].bit)
			snprintf(text + strlen(text),
				 sizeof(text) - strlen(text), "%s%s",
				 text[0] ? " " : "", features[i].name);
	finding_ok(f, "%s; %llu routes and %llu MB a table at most", text,
		   (unsigned long long)info.routes_max,
		   (unsigned long long)info.bytes_max >> 20);
}

void doctor_module_btf(struct finding *f)
{
	if (!access(MODULE_BTF, F_OK)) {
		finding_ok(f, MODULE_BTF);
		return;
	}
	if (access(MODULE_DIR, F_OK)) {
		finding_no(f, FINDING_UNKNOWN, "not known",
			   "the module is not loaded");
		return;
	}
	finding_no(f, FINDING_NO, "none",
		   "no lookups from BPF programs, no fentry on the module: it was built without pahole or without the kernel's BTF");
	finding_mend(f, "apt install dwarves && make module");
}
