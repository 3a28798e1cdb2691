// SPDX-License-Identifier: GPL-2.0
/*
 * The caller's arrays, read and written in pieces: the one place where a number
 * out of an argument becomes a user pointer.
 */
#include "copy.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/uaccess.h>

static int element_addr(u64 array, u32 index, size_t size, u64 *addr)
{
	/* An array that wraps around is nowhere. */
	if (check_add_overflow(array, (u64)index * size, addr) ||
	    *addr != (uintptr_t)*addr)
		return -EFAULT;
	return 0;
}

int kontend_array_read(void *to, u64 array, u32 first, u32 nr, size_t size)
{
	u64 addr;

	if (element_addr(array, first, size, &addr) ||
	    copy_from_user(to, u64_to_user_ptr(addr), nr * size))
		return -EFAULT;
	return 0;
}

int kontend_array_write(u64 array, u32 first, const void *from, u32 nr,
			size_t size)
{
	u64 addr;

	if (element_addr(array, first, size, &addr) ||
	    copy_to_user(u64_to_user_ptr(addr), from, nr * size))
		return -EFAULT;
	return 0;
}
