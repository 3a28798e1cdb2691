/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The liburcu half of port.h.  Which flavour is decided by KONTEND_URCU_HEADER
 * on the compiler's command line (<urcu/urcu-memb.h> by default): the core is
 * compiled once for each.
 */
#ifndef _CORE_PORT_USER_H
#define _CORE_PORT_USER_H

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/cdefs.h>
#include <sys/mman.h>

/* Before any urcu header, or every rcu_dereference() is a library call. */
#define _LGPL_SOURCE
#define URCU_API_MAP
#ifdef KONTEND_URCU_HEADER
#include KONTEND_URCU_HEADER
#else
#include <urcu/urcu-memb.h>
#endif
#include <urcu/compiler.h>
#include <urcu/uatomic.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#ifndef __rcu
#define __rcu
#endif
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val)	(*(volatile __typeof__(x) *)&(x) = (val))
/* What pairs with it is said where it is used. */
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#ifndef likely
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#endif
#define min(a, b) ({			\
	__typeof__(a) _a = (a);		\
	__typeof__(b) _b = (b);		\
	_a < _b ? _a : _b;		\
})
#define max(a, b) ({			\
	__typeof__(a) _a = (a);		\
	__typeof__(b) _b = (b);		\
	_a > _b ? _a : _b;		\
})
#ifndef container_of
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#endif
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

#define rcu_dereference_protected(p, held)	({ assert(held); (p); })
#define rcu_dereference_check(p, held)		({ (void)(held); rcu_dereference(p); })
#define RCU_INIT_POINTER(p, v)			WRITE_ONCE(p, v)

#define __must_check		__attribute__((warn_unused_result))

#define noinline		__attribute__((__noinline__))

#define prefetch(p)		__builtin_prefetch(p)

#define hweight64(x)	((unsigned int)__builtin_popcountll(x))

/* As in the kernel: the highest bit set counts from 1, 0 for none. */
static inline unsigned int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline unsigned int __ffs64(u64 x)
{
	return __builtin_ctzll(x);
}

static inline void *port_zalloc(size_t bytes)
{
	return calloc(1, bytes);
}

static inline void port_free(void *p)
{
	free(p);
}

static inline void *port_region_alloc(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static inline void port_poison(const void *p, size_t bytes)
{
#if defined(__SANITIZE_ADDRESS__)
	ASAN_POISON_MEMORY_REGION(p, bytes);
#else
	(void)p;
	(void)bytes;
#endif
}

static inline void port_unpoison(const void *p, size_t bytes)
{
#if defined(__SANITIZE_ADDRESS__)
	ASAN_UNPOISON_MEMORY_REGION(p, bytes);
#else
	(void)p;
	(void)bytes;
#endif
}

/* Unmapping in slices: no other thread waits long for the address space. */
static inline void port_region_free(void *p, size_t bytes)
{
	const size_t slice = 1 << 20;
	char *at = p;

	port_unpoison(p, bytes);
	for (; bytes > slice; bytes -= slice, at += slice)
		munmap(at, slice);
	munmap(at, bytes);
}

static inline void port_resched(void)
{
}

struct port_stack_node {
	struct port_stack_node *next;
};

struct port_stack {
	struct port_stack_node *head;
};

static inline void port_push(struct port_stack *stack,
			     struct port_stack_node *node)
{
	struct port_stack_node *old, *first = uatomic_read(&stack->head);

	do {
		old = first;
		node->next = old;
		first = uatomic_cmpxchg(&stack->head, old, node);
	} while (first != old);
}

static inline struct port_stack_node *port_take(struct port_stack *stack)
{
	return uatomic_xchg(&stack->head, NULL);
}

static inline struct port_stack_node *
port_stack_next(const struct port_stack_node *node)
{
	return node->next;
}

struct port_atomic {
	u64 n;
};

static inline void port_atomic_add(struct port_atomic *p, s64 n)
{
	uatomic_add(&p->n, n);
}

static inline u64 port_atomic_read(const struct port_atomic *p)
{
	return uatomic_read(&p->n);
}

/* A broken invariant in user space ends the program, so that tests see it. */
static inline void port_bug(const char *what)
{
	fprintf(stderr, "kontend: BUG: %s\n", what);
	abort();
}

/* Nothing here knows who holds a pthread mutex: the kernel build checks. */
struct port_lock {
	char unused;
};

#define port_lock_init(l, lock)	((void)(lock), (l)->unused = 0)

static inline bool port_lock_held(const struct port_lock *l)
{
	(void)l;
	return true;
}

static inline bool port_lock_excl(const struct port_lock *l)
{
	(void)l;
	return true;
}

#endif /* _CORE_PORT_USER_H */
