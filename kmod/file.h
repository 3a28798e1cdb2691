/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What belongs to one open file of /dev/kontend, and what that file may do.
 * Its release is the whole cleanup of a user.
 */
#ifndef _KMOD_FILE_H
#define _KMOD_FILE_H

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct kontend_staged;
struct kontend_text;

/*
 * How each field is protected:
 *   I   set before publication, then never changed
 *   M   @mutex
 *   A   READ_ONCE and WRITE_ONCE; no order implied with the rest
 * Lock order: kontend_file.mutex -> kontend_ktable.mutex -> nothing.
 */
struct kontend_file {
	struct file		*file;		/* I; outlives this struct */
	struct mutex		mutex;
	struct kontend_staged	*staged;	/* M; NULL: no batch */
	struct kontend_text	*text;		/* M; NULL: no text so far */
	u64			seen_gen;	/* A; main's, see kontend_poll() */
};

/**
 * kontend_file_create() - what a newly opened file needs
 * @file: the file
 * Context: may sleep.
 * Return: the object, or NULL without memory.
 */
struct kontend_file *kontend_file_create(struct file *file);

/**
 * kontend_file_destroy() - end a file: its batch, its text, itself
 * @kf: file
 * Context: may sleep; nobody else uses @kf.
 */
void kontend_file_destroy(struct kontend_file *kf);

/**
 * kontend_file_may_change() - may the caller change tables through this file
 * @kf: file
 * Context: any process.
 *
 * Both the opener and the caller need the capability: a descriptor that was
 * inherited or passed must lend its rights to nobody, in either direction.
 *
 * Return: 0, -EBADF if the file is not open for writing, -EPERM.
 */
int kontend_file_may_change(const struct kontend_file *kf);

#endif /* _KMOD_FILE_H */
