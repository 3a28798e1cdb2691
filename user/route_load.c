// SPDX-License-Identifier: GPL-2.0
/*
 * kontend route load: the changes of a file into the kernel's table, as one
 * batch or piece by piece.  The file is known to be good before the first.
 */
#include "cmd_route.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "interrupt.h"
#include "load.h"
#include "progress.h"
#include "save.h"

/* struct applied - how far it came */
struct applied {
	size_t	done;
	u64	gen;
};

static int fail_change(const struct load *load, size_t index, int err,
		       struct out *out)
{
	return out_fail(out, err, "%s:%u: %s", load->name,
			load->origins[index].line, dev_reason(err));
}

static int stage_all(const struct dev *dev, const struct load *load,
		     const struct route_args *args, struct out *out)
{
	struct route_change flush = { .op = ROUTE_FLUSH };
	struct progress progress;
	size_t done, n;
	int ret = 0;

	if (args->flush)
		ret = dev_batch_stage(dev, &flush, 1);
	progress_start(&progress, "routes staged:", load->nr);
	for (done = 0; !ret && done < load->nr; done += n) {
		n = min(load->nr - done, (size_t)KONTEND_BULK_MAX);
		progress_update(&progress, done);
		ret = interrupt_came() ? -EINTR :
		      dev_batch_stage(dev, load->changes + done, n);
	}
	progress_stop(&progress);
	return ret ? out_fail(out, ret, "%s", dev_reason(ret)) : 0;
}

/* The last moment at which a signal can still stop it is before the commit. */
static int commit(const struct dev *dev, const struct load *load,
		  const struct route_args *args, u64 *gen, struct out *out)
{
	u32 failed;
	int ret;

	ret = interrupt_came() ? -EINTR : dev_batch_commit(dev, &failed, gen);
	if (!ret)
		return 0;
	/* Only an operation that failed by itself has a line. */
	if ((ret == -ENOENT || ret == -EEXIST || ret == -ENOSPC) &&
	    failed >= args->flush && failed - args->flush < load->nr)
		return fail_change(load, failed - args->flush, ret, out);
	return out_fail(out, ret, "%s", dev_reason(ret));
}

static int load_atomic(const struct dev *dev, const struct load *load,
		       const struct route_args *args, struct applied *applied,
		       struct out *out)
{
	size_t len;
	int ret;

	ret = dev_batch_begin(dev, args->table);
	if (ret)
		return out_fail(out, ret, "%s", dev_reason(ret));
	ret = stage_all(dev, load, args, out);
	if (!ret)
		ret = commit(dev, load, args, &applied->gen, out);
	if (!ret) {
		applied->done = load->nr;
		return 0;
	}
	/* Closing the device would do as well; the words shall be true now. */
	dev_batch_abort(dev);
	len = strlen(out->error);
	snprintf(out->error + len, sizeof(out->error) - len,
		 "; nothing was changed");
	return ret;
}

/* How many changes from @start on are of one kind: one command does them. */
static size_t run_of_op(const struct load *load, size_t start)
{
	size_t n = 0;

	while (start + n < load->nr && n < KONTEND_BULK_MAX &&
	       load->changes[start + n].op == load->changes[start].op)
		n++;
	return n;
}

static int apply_run(const struct dev *dev, const struct load *load, u32 table,
		     size_t n, struct applied *applied)
{
	const struct route_change *changes = load->changes + applied->done;
	struct dev_bulk bulk;
	u64 nr;
	int ret;

	if (changes[0].op == ROUTE_FLUSH) {
		ret = dev_flush(dev, table, &nr, &applied->gen);
		applied->done += ret ? 0 : n;
		return ret;
	}
	ret = dev_bulk_change(dev, table, changes, n, &bulk);
	if (ret)
		return ret;
	applied->done += bulk.done;
	if (bulk.done)
		applied->gen = bulk.gen;
	return bulk.error;
}

static int load_in_pieces(const struct dev *dev, const struct load *load,
			  const struct route_args *args,
			  struct applied *applied, struct out *out)
{
	struct progress progress;
	size_t len;
	u64 nr;
	int ret = 0;

	if (args->flush)
		ret = dev_flush(dev, args->table, &nr, &applied->gen);
	if (ret)
		return out_fail(out, ret, "flush: %s; nothing was changed",
				dev_reason(ret));
	progress_start(&progress, "routes loaded:", load->nr);
	while (!ret && applied->done < load->nr) {
		progress_update(&progress, applied->done);
		ret = interrupt_came() ? -EINTR :
		      apply_run(dev, load, args->table,
				run_of_op(load, applied->done), applied);
	}
	progress_stop(&progress);
	if (!ret)
		return 0;
	fail_change(load, applied->done, ret, out);
	len = strlen(out->error);
	snprintf(out->error + len, sizeof(out->error) - len,
		 "; %zu of %zu changes were made%s", applied->done, load->nr,
		 args->flush ? ", after the table was emptied" : "");
	return ret;
}

/* Keep the ids, for the next file and for "save". */
static int save_nexthops(const struct load *load, const char *path,
			 struct out *out)
{
	struct save save;
	size_t i;
	int ret;

	ret = save_open(&save, path, out);
	if (ret)
		return ret;
	for (i = 0; i < load->nexthops.nr; i++)
		save_printf(&save, "# nexthop %u %s\n",
			    load->nexthops.list[i]->id,
			    load->nexthops.list[i]->text);
	return save_commit(&save, out);
}

static int apply(const struct dev *dev, const struct load *load,
		 const struct route_args *args, struct out *out)
{
	struct applied applied = { 0 };
	struct kontend_stats stats;
	u64 start_ns;
	int ret;

	ret = dev_stats(dev, args->table, &stats);
	if (ret)
		return out_fail(out, ret, "%s", dev_reason(ret));
	applied.gen = stats.gen;
	start_ns = progress_now_ns();
	interrupt_catch();
	ret = (args->atomic ? load_atomic : load_in_pieces)(dev, load, args,
							    &applied, out);
	interrupt_release();
	out_record(out, NULL,
		   ret ? NULL : args->atomic ?
		   "committed {nr} changes, gen {gen_before} -> {gen}, {per_second} a second" :
		   "loaded {nr} changes, gen {gen_before} -> {gen}, {per_second} a second",
		   OUT_U64("nr", applied.done),
		   OUT_U64("gen_before", stats.gen),
		   OUT_U64("gen", applied.gen),
		   OUT_U64("per_second",
			   progress_rate(applied.done, start_ns)));
	return ret;
}

int route_load(struct route_args *args, struct out *out)
{
	struct load load = { 0 };
	struct dev dev;
	int ret;

	if (args->nexthops && !access(args->nexthops, F_OK)) {
		ret = nexthops_read(&load.nexthops, args->nexthops, out);
		if (ret)
			goto out_load;
	}
	/* Before a long file is read: can it be loaded at all? */
	ret = route_open(args, &dev, true, out);
	if (ret)
		goto out_load;
	ret = load_file(&load, args->words[0], args->skip_bad, out);
	/* On disk before the ids are in the table: none is ever unknown. */
	if (!ret && args->nexthops)
		ret = save_nexthops(&load, args->nexthops, out);
	if (!ret)
		ret = apply(&dev, &load, args, out);
	dev_close(&dev);
out_load:
	load_fini(&load);
	return ret;
}
