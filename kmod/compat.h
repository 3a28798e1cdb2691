/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What 6.1 and 6.12 call differently: each name here is the newer kernel's,
 * with a body for the older one.  Tested for by name, not by version, since
 * distributions backport.
 */
#ifndef _KMOD_COMPAT_H
#define _KMOD_COMPAT_H

#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/rcupdate.h>

/* A kfunc is called by nothing that the compiler sees. */
#ifndef __bpf_kfunc
#define __bpf_kfunc noinline
#endif

#ifndef BTF_KFUNCS_START
#define BTF_KFUNCS_START(name) BTF_SET8_START(name)
#define BTF_KFUNCS_END(name) BTF_SET8_END(name)
#endif

/* Where no callback is lazy there may be one name only. */
#ifndef CONFIG_RCU_LAZY
#define call_rcu_hurry call_rcu
#endif

#endif /* _KMOD_COMPAT_H */
