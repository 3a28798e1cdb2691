/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lookups in the main table for BPF programs: XDP, tc and syscall programs
 * call them as kfuncs.  Arguments and answers are scalars, which the verifiers
 * of 6.1 and 6.12 take from all of these.
 */
#ifndef _KMOD_KFUNC_H
#define _KMOD_KFUNC_H

#include <linux/types.h>

/**
 * kontend_lookup4() - longest-prefix match of an IPv4 address
 * @daddr: address in network order, as it is loaded from a packet
 * Context: any BPF program; takes the read section itself.
 * Return: the next hop, 0 if no route matches.
 */
u32 kontend_lookup4(__be32 daddr);

/**
 * kontend_lookup6() - longest-prefix match of an IPv6 address
 * @hi: its first eight bytes in network order, as loaded from a packet
 * @lo: its last eight bytes
 * Context: as kontend_lookup4().
 * Return: the next hop, 0 if no route matches.
 */
u32 kontend_lookup6(__be64 hi, __be64 lo);

/**
 * kontend_kfunc_init() - offer the above to BPF programs
 * Context: module init, with the main table up.  Where the kernel or this
 * build cannot offer them it says so once; that is no error.
 */
void kontend_kfunc_init(void);

/* kontend_kfunc_is_on - are they offered? */
bool kontend_kfunc_is_on(void);

#endif /* _KMOD_KFUNC_H */
