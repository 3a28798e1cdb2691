// SPDX-License-Identifier: GPL-2.0
/*
 * Bring-up in the order of dependency, the door last; take-down in exactly the
 * reverse, the door first.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "chardev.h"
#include "kfunc.h"
#include "table.h"

static int __init kontend_init(void)
{
	int ret;

	ret = kontend_tables_init();
	if (ret)
		return ret;
	kontend_kfunc_init();
	ret = kontend_chardev_init();
	if (ret)
		goto err_tables_exit;
	return 0;

err_tables_exit:
	kontend_tables_exit();
	rcu_barrier();
	return ret;
}

static void __exit kontend_exit(void)
{
	/* No new opens; .owner kept us while any file was open. */
	kontend_chardev_exit();
	/* kfuncs need no exit: a program that calls one holds the module. */
	kontend_tables_exit();
	/* Callbacks run our text: wait before it goes away. */
	rcu_barrier();
}

module_init(kontend_init);
module_exit(kontend_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("kontend authors");
MODULE_DESCRIPTION("Longest-prefix-match route tables read under RCU");
MODULE_VERSION("0.1.0");
