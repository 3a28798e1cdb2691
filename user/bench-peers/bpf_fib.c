// SPDX-License-Identifier: GPL-2.0
/*
 * The running kernel's routing table, in a network namespace of its own, asked
 * by bpf_fib_lookup(): fib_trie for IPv4.  A next hop is the last part of a
 * gateway's address.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <net/if.h>

#include "lpm_run.h"

#define DEVICE		"bench0"
#define LOOKUP_FLAGS	(BPF_FIB_LOOKUP_DIRECT | SKIP_NEIGH)
/* BPF_FIB_LOOKUP_SKIP_NEIGH: newer than the headers; older kernels refuse it. */
#define SKIP_NEIGH	(1U << 2)

static struct lpm_run lpm;

static bool write_sysctl(const char *path)
{
	FILE *file = fopen(path, "we");
	bool ok = file && fputs("1\n", file) >= 0;

	return file && !fclose(file) && ok;
}

static bool make_namespace(struct peer *p)
{
	static const char *const commands[] = {
		"ip link add " DEVICE " type veth peer name bench1 2>/dev/null",
		/* Or there is no table of local addresses, and no gateway fits. */
		"ip link set lo up",
		"ip link set bench1 up",
		"ip link set " DEVICE " up",
		NULL,
	};
	size_t i;

	if (unshare(CLONE_NEWNET))
		return peer_unable(p, "network namespace: %s", strerror(errno));
	for (i = 0; commands[i]; i++)
		if (system(commands[i]))
			return peer_unable(p, "failed: %s", commands[i]);
	if (!write_sysctl("/proc/sys/net/ipv4/conf/all/forwarding") ||
	    (p->family == 6 &&
	     !write_sysctl("/proc/sys/net/ipv6/conf/all/forwarding")))
		return peer_unable(p, "forwarding: %s", strerror(errno));
	return true;
}

static void print_route(FILE *ip, const struct peer *p,
			const struct peer_route *route)
{
	char addr[INET6_ADDRSTRLEN];
	unsigned int hop = route->nexthop & LPM_NEXTHOP_MASK;

	inet_ntop(p->family == 4 ? AF_INET : AF_INET6, route->addr, addr,
		  sizeof(addr));
	if (p->family == 4)
		fprintf(ip, "route add %s/%u via 198.18.%u.%u dev " DEVICE " onlink\n",
			addr, route->len, hop >> 8, hop & 0xff);
	else
		fprintf(ip, "route add %s/%u via fe80::1:%x dev " DEVICE " onlink\n",
			addr, route->len, hop);
}

/* ip says which lines fail, and goes on: they are counted. */
static bool add_routes(struct peer *p)
{
	char command[4200], line[256];
	FILE *ip, *log;
	size_t i;

	snprintf(command, sizeof(command), "ip -%d -force -batch - >'%s/ip.log' 2>&1",
		 p->family, p->dir);
	ip = popen(command, "we");
	if (!ip)
		return peer_unable(p, "ip: %s", strerror(errno));
	for (i = 0; i < p->nr; i++)
		print_route(ip, p, &p->routes[i]);
	pclose(ip);
	snprintf(command, sizeof(command), "%s/ip.log", p->dir);
	log = fopen(command, "re");
	while (log && fgets(line, sizeof(line), log))
		p->refused += !strncmp(line, "Command failed", 14);
	if (log)
		fclose(log);
	return p->refused < p->nr ? true : peer_unable(p, "no route was taken");
}

static bool make(struct peer *p, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (!make_namespace(p) || !lpm_open(&lpm, p) || !add_routes(p))
		return false;
	lpm.skel->bss->fib_ifindex = if_nametoindex(DEVICE);
	lpm.skel->bss->fib_flags = LOOKUP_FLAGS;
	lpm.prog_fd = bpf_program__fd(p->family == 4 ?
				      lpm.skel->progs.run_fib4 :
				      lpm.skel->progs.run_fib6);
	/* A kernel that does not know the flag finds nothing with it. */
	lpm_fill(&lpm, p, p->keys[1]);
	if (!lpm_ask(&lpm, 1024 < p->nr_keys ? 1024 : p->nr_keys, false))
		lpm.skel->bss->fib_flags &= ~SKIP_NEIGH;
	snprintf(p->name, sizeof(p->name), "kernel %s, bpf_fib_lookup",
		 p->family == 4 ? "fib_trie" : "IPv6 FIB");
	return true;
}

static void prepare(struct peer *p, const void *keys)
{
	lpm_fill(&lpm, p, keys);
}

static uint64_t run(struct peer *p, const struct peer_run *run)
{
	(void)p;
	return lpm_ask(&lpm, run->n, run->is_empty);
}

static uint64_t check(struct peer *p, const void *keys, size_t n)
{
	(void)p;
	(void)keys;
	lpm_ask(&lpm, n, false);
	return lpm.skel->bss->weighed;
}

int main(int argc, char **argv)
{
	static const struct peer_ops ops = {
		.make		= make,
		.prepare	= prepare,
		.run		= run,
		.check		= check,
	};

	return peer_main(&ops, argc, argv);
}
