// SPDX-License-Identifier: GPL-2.0
/* Bugs with memory: bounds, lifetimes, counts, allocations that fail. */
#include "seeded.h"

#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timer.h>

#define HEAP_BYTES	100
#define NR_LEAKS	8

struct object {
	struct timer_list	timer;
	u32			field[4];
	u32			behind;
};

/* One byte behind the end; the twin writes the last one. */
static noinline int heap_overrun(bool correct)
{
	size_t at = correct ? HEAP_BYTES - 1 : HEAP_BYTES;
	u8 *p = kmalloc(HEAP_BYTES, GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(p);
	p[at] = 1;
	kfree(p);
	return 0;
}

/* Shifts a word of 32 bits by 40; the twin by 31. */
static noinline int shift_exponent(bool correct)
{
	unsigned int by = correct ? 31 : 40;
	u32 word;

	OPTIMIZER_HIDE_VAR(by);
	word = 1U << by;
	OPTIMIZER_HIDE_VAR(word);
	return 0;
}

/* Out of an array, yet inside of its struct, where KASAN sees nothing. */
static noinline int array_index(bool correct)
{
	unsigned int i = correct ? 3 : 4;
	struct object o = { };

	OPTIMIZER_HIDE_VAR(i);
	/* Not by WRITE_ONCE(): it takes the address, and one behind the end has one. */
	o.field[i] = 1;
	barrier_data(&o);
	return 0;
}

/* Takes an entry off its list twice; the twin's first time allows for it. */
static noinline int list_del_twice(bool correct)
{
	struct list_head entry;
	LIST_HEAD(list);

	list_add(&entry, &list);
	if (correct)
		list_del_init(&entry);
	else
		list_del(&entry);
	list_del(&entry);
	return 0;
}

/* Takes a reference where none is left; the twin asks first. */
static noinline int refcount_revive(bool correct)
{
	refcount_t ref = REFCOUNT_INIT(1);

	if (!refcount_dec_and_test(&ref))
		return -EINVAL;
	if (correct)
		return refcount_inc_not_zero(&ref) ? -EINVAL : 0;
	refcount_inc(&ref);
	return 0;
}

static void nothing_timer(struct timer_list *timer)
{
}

/* Frees a timer that is pending; the twin deletes it before. */
static noinline int timer_free(bool correct)
{
	struct object *o = kzalloc(sizeof(*o), GFP_KERNEL);

	if (!o)
		return -ENOMEM;
	timer_setup(&o->timer, nothing_timer, 0);
	mod_timer(&o->timer, jiffies + 1000 * HZ);
	if (correct)
		timer_delete_sync(&o->timer);
	kfree(o);
	return 0;
}

/* Forgets what it allocated; the twin frees it.  One may look referred to. */
static noinline int leak(bool correct)
{
	unsigned int i;

	for (i = 0; i < NR_LEAKS; i++) {
		struct object *o = kmalloc(sizeof(*o), GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(o);
		if (correct)
			kfree(o);
	}
	return 0;
}

/* Uses what an allocation that fails has returned; the twin looks. */
static noinline int alloc_unchecked(bool correct)
{
	struct object *o;

#ifdef CONFIG_FAULT_INJECTION
	current->fail_nth = 1;	/* the next one fails: /proc/self/fail-nth */
#endif
	o = kmalloc(sizeof(*o), GFP_KERNEL);
	if (correct && !o)
		return 0;
	o->behind = 1;
	kfree(o);
	return -ENODATA;	/* nothing failed */
}

const struct seeded_bug seeded_memory[] = {
	{
		"heap_overrun", "kasan",
		"KASAN: slab-out-of-bounds" SEEDED_IN("heap_overrun"),
		SEEDED_LATE, heap_overrun
	}, {
		"shift_exponent", "kasan",
		"UBSAN: shift-out-of-bounds in .*memory\\.c"
		SEEDED_VIA("shift_exponent"),
		SEEDED_EARLY, shift_exponent
	}, {
		"array_index", "kasan",
		"UBSAN: array-index-out-of-bounds in .*memory\\.c"
		SEEDED_VIA("array_index"),
		SEEDED_EARLY, array_index
	}, {
		"list_del_twice", "kasan",
		"list_del corruption" SEEDED_VIA("list_del_twice"),
		SEEDED_EARLY, list_del_twice
	}, {
		"refcount_revive", "kasan",
		"refcount_t: addition on 0" SEEDED_VIA("refcount_revive"),
		SEEDED_EARLY, refcount_revive
	}, {
		"timer_free", "kasan",
		"ODEBUG: free active .* timer_list" SEEDED_VIA("timer_free"),
		SEEDED_EARLY, timer_free
	}, {
		"leak", "kasan",
		"unreferenced object" SEEDED_VIA("leak"),
		SEEDED_LEAK, leak
	}, {
		"alloc_unchecked", "kasan",
		"KASAN: null-ptr-deref" SEEDED_THEN
		"RIP: [0-9]+:alloc_unchecked" SEEDED_OURS,
		SEEDED_LAST, alloc_unchecked
	}, { }
};
