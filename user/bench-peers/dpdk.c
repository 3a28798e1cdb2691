// SPDX-License-Identifier: GPL-2.0
/*
 * It is not started on a set of CPUs of our choice, for that its start-up does
 * not stand: peer_main() binds it afterwards.
 */
#include "dpdk.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_version.h>

#define NO_HUGE_MB	"3072"
#define ARGS_MAX	16

bool dpdk_start(struct peer *p, int argc, char **argv)
{
	bool is_huge = argc && !strcmp(argv[0], "huge");
	static const char *const huge_args[] = {
		"peer", "--in-memory", "--no-pci", "--no-telemetry",
		"--log-level=critical", "--force-max-simd-bitwidth=512",
		"--lcores=0", NULL,
	};
	static const char *const small_args[] = {
		"peer", "--no-huge", "-m", NO_HUGE_MB, "--no-shconf",
		"--no-pci", "--no-telemetry", "--log-level=critical",
		"--force-max-simd-bitwidth=512", "--lcores=0", NULL,
	};
	const char *const *given = is_huge ? huge_args : small_args;
	/* It puts them into another order. */
	char *args[ARGS_MAX] = { NULL };
	int n;

	for (n = 0; given[n]; n++)
		args[n] = (char *)given[n];
	if (rte_eal_init(n, args) < 0)
		return peer_unable(p, "rte_eal_init: %s", rte_strerror(rte_errno));
	return true;
}

size_t dpdk_heap_bytes(void)
{
	struct rte_malloc_socket_stats stats;
	size_t bytes = 0;
	int socket;

	for (socket = 0; socket < RTE_MAX_NUMA_NODES; socket++)
		if (!rte_malloc_get_socket_stats(socket, &stats))
			bytes += stats.heap_allocsz_bytes;
	return bytes;
}

void dpdk_describe(struct peer *p, const char *what)
{
	snprintf(p->name, sizeof(p->name), "%s, %s, %s", what, rte_version(),
		 rte_eal_has_hugepages() ? "huge pages" : "4 KB pages");
}
