// SPDX-License-Identifier: GPL-2.0
/*
 * The door: open, release, read, write, poll, and the one dispatcher of ioctls.
 * A command is a row of the table: find it, copy its struct in, check the form,
 * check the permission, run it, copy the struct out.
 */
#include "chardev.h"

#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/uaccess.h>

#include <uapi/kontend.h>

#include "file.h"
#include "ops.h"
#include "table.h"
#include "text.h"

/**
 * struct kontend_op - a command
 * @cmd: its number, with the size of its struct today
 * @min: the size of its struct in the first version
 * @changes: it changes a table: the caller needs permission
 * @check: is the argument well-formed
 * @run: carry it out
 */
struct kontend_op {
	unsigned int	cmd;
	unsigned int	min;
	bool		changes;
	int		(*check)(const union kontend_arg *arg);
	int		(*run)(struct kontend_file *kf, union kontend_arg *arg);
};

/* Row n is command n: a row in another place would not be found. */
static const struct kontend_op ops[] = {
	{ KONTEND_INFO, KONTEND_INFO_SIZE_V0, false,
	  kontend_check_info, kontend_run_info },
	{ KONTEND_TABLE_CREATE, KONTEND_TABLE_SIZE_V0, true,
	  kontend_check_table_create, kontend_run_table_create },
	{ KONTEND_TABLE_DESTROY, KONTEND_TABLE_SIZE_V0, true,
	  kontend_check_table_destroy, kontend_run_table_destroy },
	{ KONTEND_TABLE_LIST, KONTEND_TABLE_LIST_SIZE_V0, false,
	  kontend_check_table_list, kontend_run_table_list },
	{ KONTEND_ROUTE_ADD, KONTEND_ROUTE_OP_SIZE_V0, true,
	  kontend_check_route, kontend_run_route_add },
	{ KONTEND_ROUTE_REPLACE, KONTEND_ROUTE_OP_SIZE_V0, true,
	  kontend_check_route, kontend_run_route_replace },
	{ KONTEND_ROUTE_DELETE, KONTEND_ROUTE_OP_SIZE_V0, true,
	  kontend_check_route_keyed, kontend_run_route_delete },
	{ KONTEND_ROUTE_GET, KONTEND_ROUTE_OP_SIZE_V0, false,
	  kontend_check_route_keyed, kontend_run_route_get },
	{ KONTEND_LOOKUP, KONTEND_LOOKUP_SIZE_V0, false,
	  kontend_check_lookup, kontend_run_lookup },
	{ KONTEND_BULK_ADD, KONTEND_BULK_SIZE_V0, true,
	  kontend_check_bulk_change, kontend_run_bulk_add },
	{ KONTEND_BULK_REPLACE, KONTEND_BULK_SIZE_V0, true,
	  kontend_check_bulk_change, kontend_run_bulk_replace },
	{ KONTEND_BULK_DELETE, KONTEND_BULK_SIZE_V0, true,
	  kontend_check_bulk_change, kontend_run_bulk_delete },
	{ KONTEND_BULK_GET, KONTEND_BULK_SIZE_V0, false,
	  kontend_check_bulk_read, kontend_run_bulk_get },
	{ KONTEND_BULK_LOOKUP, KONTEND_BULK_SIZE_V0, false,
	  kontend_check_bulk_read, kontend_run_bulk_lookup },
	{ KONTEND_BATCH_BEGIN, KONTEND_BATCH_SIZE_V0, true,
	  kontend_check_batch_begin, kontend_run_batch_begin },
	{ KONTEND_BATCH_STAGE, KONTEND_BATCH_SIZE_V0, true,
	  kontend_check_batch_stage, kontend_run_batch_stage },
	{ KONTEND_BATCH_COMMIT, KONTEND_BATCH_SIZE_V0, true,
	  kontend_check_batch_end, kontend_run_batch_commit },
	{ KONTEND_BATCH_ABORT, KONTEND_BATCH_SIZE_V0, true,
	  kontend_check_batch_end, kontend_run_batch_abort },
	{ KONTEND_DUMP, KONTEND_DUMP_SIZE_V0, false,
	  kontend_check_dump, kontend_run_dump },
	{ KONTEND_FLUSH, KONTEND_FLUSH_SIZE_V0, true,
	  kontend_check_flush, kontend_run_flush },
	{ KONTEND_STATS, KONTEND_STATS_SIZE_V0, false,
	  kontend_check_stats, kontend_run_stats },
};

/* The same command at any size is the same command. */
#define SANS_SIZE(cmd)	((cmd) & ~(_IOC_SIZEMASK << _IOC_SIZESHIFT))

static const struct kontend_op *find_op(unsigned int cmd)
{
	unsigned int nr = _IOC_NR(cmd);

	if (nr >= ARRAY_SIZE(ops))
		return NULL;
	nr = array_index_nospec(nr, ARRAY_SIZE(ops));
	return SANS_SIZE(ops[nr].cmd) == SANS_SIZE(cmd) ? &ops[nr] : NULL;
}

static long kontend_ioctl(struct file *file, unsigned int cmd,
			  unsigned long uarg)
{
	const struct kontend_op *op = find_op(cmd);
	void __user *uptr = (void __user *)uarg;
	size_t usize = _IOC_SIZE(cmd);
	union kontend_arg arg;
	size_t size;
	int ret;

	if (!op)
		return -ENOTTY;
	if (usize < op->min)
		return -EINVAL;
	size = _IOC_SIZE(op->cmd);
	ret = copy_struct_from_user(&arg, size, uptr, usize);
	if (ret)
		return ret;

	ret = op->check(&arg);
	if (!ret && op->changes)
		ret = kontend_file_may_change(file->private_data);
	if (!ret)
		ret = op->run(file->private_data, &arg);
	if (ret || !(_IOC_DIR(cmd) & _IOC_READ))
		return ret;
	return copy_to_user(uptr, &arg, min(usize, size)) ? -EFAULT : 0;
}

static ssize_t kontend_read(struct file *file, char __user *buf, size_t count,
			    loff_t *pos)
{
	return kontend_text_read(file->private_data, buf, count);
}

static ssize_t kontend_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *pos)
{
	return kontend_text_write(file->private_data, buf, count);
}

/*
 * EPOLLPRI: the main table has another generation than this file has seen,
 * which is that at open, then that of the last header that read() made, then
 * that of the last KONTEND_DUMP of the main table.  It stays until one of these
 * happens: poll itself acknowledges nothing, or what epoll found when a file
 * was added to it would be gone when it looks again to report it.
 *
 * read and write wait for no event, so the rest is always there.
 */
static __poll_t kontend_poll(struct file *file, struct poll_table_struct *wait)
{
	struct kontend_file *kf = file->private_data;
	__poll_t mask = EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM;

	/* On the queue first, then look: a commit wakes after it published. */
	poll_wait(file, &kontend_main->gen_wait, wait);
	if (kontend_table_gen(kontend_main) != READ_ONCE(kf->seen_gen))
		mask |= EPOLLPRI;
	return mask;
}

static int kontend_open(struct inode *inode, struct file *file)
{
	struct kontend_file *kf = kontend_file_create(file);

	if (!kf)
		return -ENOMEM;
	file->private_data = kf;
	return stream_open(inode, file);
}

static int kontend_release(struct inode *inode, struct file *file)
{
	kontend_file_destroy(file->private_data);
	return 0;
}

static const struct file_operations kontend_fops = {
	.owner		= THIS_MODULE,
	.open		= kontend_open,
	.release	= kontend_release,
	.read		= kontend_read,
	.write		= kontend_write,
	.poll		= kontend_poll,
	.unlocked_ioctl	= kontend_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

static struct miscdevice kontend_misc = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "kontend",
	.fops	= &kontend_fops,
	.mode	= 0600,
};

int kontend_chardev_init(void)
{
	return misc_register(&kontend_misc);
}

void kontend_chardev_exit(void)
{
	misc_deregister(&kontend_misc);
}
