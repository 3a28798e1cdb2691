// SPDX-License-Identifier: GPL-2.0
/*
 * kontend route save: the kernel's table into a file that "load" takes.
 */
#include "cmd_route.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <core/text.h>

#include "dump.h"
#include "nexthops.h"
#include "save.h"

#define SAVE_TRIES	5

static const char moved_text[] =
	"the table changed while it was read: the routes are of several generations";

static void write_header(struct save *save, const struct dump *dump,
			 const struct nexthops *nexthops, const char *table)
{
	size_t i;

	save_printf(save, "# kontend table %s, gen %" PRIu64 ", %zu routes\n",
		    table, dump->gen, dump->nr);
	if (dump->moved)
		save_printf(save, "# %s\n", moved_text);
	for (i = 0; i < nexthops->nr; i++)
		save_printf(save, "# nexthop %u %s\n", nexthops->list[i]->id,
			    nexthops->list[i]->text);
}

static int write_file(const struct route_args *args, const struct dump *dump,
		      const struct nexthops *nexthops, struct out *out)
{
	char line[ROUTE_TEXT_LINE_MAX];
	struct save save;
	size_t i;
	int ret;

	ret = save_open(&save, args->words[0], out);
	if (ret)
		return ret;
	write_header(&save, dump, nexthops, args->table_name);
	for (i = 0; i < dump->nr; i++)
		save_write(&save, line,
			   route_text_format_line(line, &dump->routes[i]));
	return save_commit(&save, out);
}

int route_save(struct route_args *args, struct out *out)
{
	bool to_stdout = !strcmp(args->words[0], "-");
	struct nexthops nexthops = { 0 };
	struct dump dump = { 0 };
	struct dev dev;
	int ret;

	if (to_stdout && out->json)
		return out_usage(out, "save - and --json both want standard output");
	if (args->nexthops) {
		ret = nexthops_read(&nexthops, args->nexthops, out);
		if (ret)
			goto out_nexthops;
	}
	ret = route_open(args, &dev, false, out);
	if (ret)
		goto out_nexthops;
	ret = dump_table(&dump, &dev, args->table, SAVE_TRIES);
	if (ret)
		out_fail(out, ret, "%s", dev_reason(ret));
	else
		ret = write_file(args, &dump, &nexthops, out);
	if (!ret && !to_stdout)
		out_record(out, NULL,
			   dump.moved ? "saved {nr} routes, gen {gen}; warning: {warning}" :
					"saved {nr} routes, gen {gen}",
			   OUT_U64("nr", dump.nr), OUT_U64("gen", dump.gen),
			   OUT_STR("warning", dump.moved ? moved_text : NULL));
	dev_close(&dev);
	dump_fini(&dump);
out_nexthops:
	nexthops_fini(&nexthops);
	return ret;
}
