/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The door: /dev/kontend.  Whatever comes in is found, copied in, checked and
 * permitted here, and nowhere else.
 */
#ifndef _KMOD_CHARDEV_H
#define _KMOD_CHARDEV_H

/* kontend_chardev_init - open the door; all else is up. Return: 0 or -errno. */
int kontend_chardev_init(void);

/* kontend_chardev_exit - shut it; no file is open any more. */
void kontend_chardev_exit(void);

#endif /* _KMOD_CHARDEV_H */
