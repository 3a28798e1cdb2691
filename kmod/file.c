// SPDX-License-Identifier: GPL-2.0
/*
 * The life of an open file, and the permission check that all changes pass,
 * whether they come by ioctl or as text.
 */
#include "file.h"

#include <linux/capability.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "batch.h"
#include "table.h"
#include "text.h"

struct kontend_file *kontend_file_create(struct file *file)
{
	struct kontend_file *kf = kzalloc(sizeof(*kf), GFP_KERNEL_ACCOUNT);

	if (!kf)
		return NULL;
	kf->file = file;
	mutex_init(&kf->mutex);
	kf->seen_gen = kontend_table_gen(kontend_main);
	return kf;
}

void kontend_file_destroy(struct kontend_file *kf)
{
	kontend_text_destroy(kf->text);
	kontend_staged_destroy(kf->staged);
	mutex_destroy(&kf->mutex);
	kfree(kf);
}

int kontend_file_may_change(const struct kontend_file *kf)
{
	if (!(kf->file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (!file_ns_capable(kf->file, &init_user_ns, CAP_NET_ADMIN) ||
	    !capable(CAP_NET_ADMIN))
		return -EPERM;
	return 0;
}
