/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The caller's arrays, read and written in pieces.  Handlers see kernel memory
 * only: a user pointer is a number to them, and becomes one in copy.c alone.
 */
#ifndef _KMOD_COPY_H
#define _KMOD_COPY_H

#include <linux/types.h>

/**
 * kontend_array_read() - copy elements of the caller's array in
 * @to: out: @nr elements
 * @array: the caller's pointer
 * @first: index of the first one
 * @nr: how many
 * @size: bytes of one
 * Context: may sleep.
 * Return: 0 or -EFAULT.
 */
int kontend_array_read(void *to, u64 array, u32 first, u32 nr, size_t size);

/**
 * kontend_array_write() - copy elements out into the caller's array
 * @array: the caller's pointer
 * @first: index of the first one
 * @from: @nr elements
 * @nr: how many
 * @size: bytes of one
 * Context: may sleep.
 * Return: 0 or -EFAULT.
 */
int kontend_array_write(u64 array, u32 first, const void *from, u32 nr,
			size_t size);

#endif /* _KMOD_COPY_H */
