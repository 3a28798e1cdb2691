// SPDX-License-Identifier: GPL-2.0
/*
 * Lookups for BPF programs.  The kernel finds kfuncs by the module's BTF: a
 * module that was built without it loads, and only lacks these.
 */
#include "kfunc.h"

#include <linux/bpf.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>

#include <core/route.h>

#include "compat.h"
#include "table.h"

static bool is_on __ro_after_init;

static u32 lookup_main(unsigned int family, const struct route_addr *addr)
{
	u32 nexthop;

	/* A syscall program sleeps, hence runs in no read section. */
	rcu_read_lock();
	nexthop = route_lookup(route_view(kontend_main->routes), family, addr);
	rcu_read_unlock();
	return nexthop;
}

__bpf_kfunc u32 kontend_lookup4(__be32 daddr)
{
	struct route_addr addr = route_addr4(be32_to_cpu(daddr));

	return lookup_main(ROUTE_INET4, &addr);
}

__bpf_kfunc u32 kontend_lookup6(__be64 hi, __be64 lo)
{
	struct route_addr addr = {
		.hi = be64_to_cpu(hi),
		.lo = be64_to_cpu(lo),
	};

	return lookup_main(ROUTE_INET6, &addr);
}

BTF_KFUNCS_START(kontend_kfunc_ids)
BTF_ID_FLAGS(func, kontend_lookup4)
BTF_ID_FLAGS(func, kontend_lookup6)
BTF_KFUNCS_END(kontend_kfunc_ids)

static const struct btf_kfunc_id_set kontend_kfunc_set = {
	.owner	= THIS_MODULE,
	.set	= &kontend_kfunc_ids,
};

/* Newer kernels answer 0 to a module without BTF, and register nothing. */
static bool has_btf(void)
{
#ifdef CONFIG_DEBUG_INFO_BTF_MODULES
	return THIS_MODULE->btf_data_size > 0;
#else
	return false;
#endif
}

void __init kontend_kfunc_init(void)
{
	static const enum bpf_prog_type types[] __initconst = {
		BPF_PROG_TYPE_XDP,
		BPF_PROG_TYPE_SCHED_CLS,
		BPF_PROG_TYPE_SYSCALL,
	};
	int ret = has_btf() ? 0 : -ENOENT;
	unsigned int i;

	for (i = 0; !ret && i < ARRAY_SIZE(types); i++)
		ret = register_btf_kfunc_id_set(types[i], &kontend_kfunc_set);
	if (ret)
		pr_info("kontend: no module BTF, no lookups from BPF programs (%d)\n",
			ret);
	is_on = !ret;
}

bool kontend_kfunc_is_on(void)
{
	return is_on;
}
