/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core may use from outside, and the one place that knows in which
 * world it is compiled.  Names are the kernel's; where user space has no such
 * name, port_user.h gives it an honest body or the core does without.
 *
 * The whole list:
 *	u8 u16 u32 u64 s32 s64 bool size_t, errno values
 *	READ_ONCE WRITE_ONCE smp_store_release likely unlikely __always_inline
 *	noinline min max
 *	container_of ARRAY_SIZE
 *	static_assert offsetof memcpy memmove memset memcmp
 *	rcu_read_lock rcu_read_unlock rcu_dereference_check
 *	rcu_dereference_protected rcu_assign_pointer RCU_INIT_POINTER
 *	rcu_access_pointer struct rcu_head __rcu
 *	hweight64 fls64 __ffs64 prefetch
 * and the verbs below.
 *
 * port_zalloc(bytes), port_free(p)	small memory; may sleep
 * port_region_alloc(bytes)		big memory, not zeroed, 64-byte aligned;
 *					may sleep, NULL without memory
 * port_region_free(p, bytes)		in slices with a chance to reschedule
 * port_resched()			a chance to reschedule; may sleep
 * port_push(head, node)		lock-free push onto a shared stack; full
 *					order before what the taker then does
 * port_take(head)			take the whole stack; pairs with push
 * port_atomic_add(p, n), port_atomic_read(p)	u64 counter, no order implied
 * port_poison(p, bytes), port_unpoison(p, bytes)
 *					tell the memory checker, if there is one
 * port_bug(what)			an invariant is broken: report it
 * struct port_lock, port_lock_init(l, lock), port_lock_held(l),
 * port_lock_excl(l)			which lock guards a table, for lockdep
 */
#ifndef _CORE_PORT_H
#define _CORE_PORT_H

#ifdef __KERNEL__
#include "port_kernel.h"
#else
#include "port_user.h"
#endif

#endif /* _CORE_PORT_H */
