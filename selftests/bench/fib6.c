// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's IPv6 table, a table of its own in the first network namespace.
 * Lookups are fib6_table_lookup(), as bpf_fib_lookup() calls it: the tree's
 * search and the choice among a node's routes, without a cached route's making
 * or counting, which ip6_route_lookup() has on top.  Updates are ip6_route_add()
 * and ip6_route_del(), with all they do beside the tree.  As in fib4.c, routes
 * that are looked up have gateways, those that are added have nexthop objects.
 */
#include "bench.h"

#include <linux/errno.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>

#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6_stubs.h>
#include <net/net_namespace.h>

static typeof(ip6_route_add) *insert;
static int (*delete)(struct fib6_config *cfg, struct netlink_ext_ack *extack);
static struct fib6_table *table;

static int fib6_setup(void)
{
	insert = bench_symbol("ip6_route_add");
	delete = bench_symbol("ip6_route_del");
	if (!insert || !delete)
		return -ENOENT;
	table = fib6_new_table(&init_net, BENCH_TABLE_ID);
	return table ? 0 : -ENOMEM;
}

/* The route without a next hop, as in "ip route del PREFIX". */
static struct fib6_config to_config(const struct bench_data_route *route)
{
	struct fib6_config cfg = {
		.fc_table	= BENCH_TABLE_ID,
		.fc_metric	= IP6_RT_PRIO_USER,
		.fc_dst_len	= route->len,
		.fc_flags	= RTF_UP,
		.fc_protocol	= RTPROT_STATIC,
		.fc_type	= RTN_UNICAST,
		.fc_nlinfo.nl_net = &init_net,
	};
	struct bench_lpm_key key;

	bench_to_lpm(&key, ROUTE_INET6, &route->addr, route->len);
	memcpy(&cfg.fc_dst, key.addr, sizeof(cfg.fc_dst));
	return cfg;
}

static int ready(void)
{
	return table ? 0 : -ENOENT;
}

/* The gateway of next hop n is fe80::n, which is asked nothing. */
static void set_gateway(struct fib6_config *cfg, u32 nexthop)
{
	cfg->fc_ifindex = bench_ifindex;
	cfg->fc_flags |= RTF_GATEWAY;
	cfg->fc_gateway.s6_addr32[0] = cpu_to_be32(0xfe800000);
	cfg->fc_gateway.s6_addr32[3] = cpu_to_be32(nexthop);
}

static int load(u32 from, u32 nr)
{
	const struct bench_data_route *routes = bench_routes[ROUTE_INET6] + from;
	int ret = 0;
	u32 i;

	rtnl_lock();
	for (i = 0; i < nr && !ret; i++) {
		struct fib6_config cfg = to_config(&routes[i]);

		set_gateway(&cfg, routes[i].nexthop);
		ret = insert(&cfg, GFP_KERNEL, NULL);
	}
	rtnl_unlock();
	return ret;
}

static int add(u32 from, u32 nr)
{
	const struct bench_data_route *routes = bench_sample[ROUTE_INET6] + from;
	int ret = 0;
	u32 i;

	rtnl_lock();
	for (i = 0; i < nr && !ret; i++) {
		struct fib6_config cfg = to_config(&routes[i]);

		cfg.fc_nh_id = BENCH_NEXTHOP6 + routes[i].nexthop;
		ret = insert(&cfg, GFP_KERNEL, NULL);
	}
	rtnl_unlock();
	return ret;
}

static int remove(u32 from, u32 nr)
{
	const struct bench_data_route *routes = bench_sample[ROUTE_INET6] + from;
	int ret = ready();
	u32 i;

	rtnl_lock();
	for (i = 0; i < nr && !ret; i++) {
		struct fib6_config cfg = to_config(&routes[i]);

		ret = delete(&cfg, NULL);
	}
	rtnl_unlock();
	return ret;
}

static int without(void)
{
	return remove(0, bench_nr_sample[ROUTE_INET6]);
}

static void with(void)
{
	add(0, bench_nr_sample[ROUTE_INET6]);
}

static int lookup(u32 from, u32 nr)
{
	const struct bench_lpm_key *keys = bench_keys->lpm + from;
	struct flowi6 flow = { };
	struct fib6_result res;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < nr; i++) {
		memcpy(&flow.daddr, keys[i].addr, sizeof(flow.daddr));
		sum += ipv6_stub->fib6_table_lookup(&init_net, table, 0, &flow,
						    &res, 0);
	}
	bench_sink += sum;
	return 0;
}

static u32 answer(u32 i)
{
	struct flowi6 flow = { };
	struct fib6_result res = { };
	u32 nexthop = 0;

	memcpy(&flow.daddr, bench_keys->lpm[i].addr, sizeof(flow.daddr));
	rcu_read_lock();
	if (!ipv6_stub->fib6_table_lookup(&init_net, table, 0, &flow, &res, 0) &&
	    res.f6i != init_net.ipv6.fib6_null_entry)
		nexthop = be32_to_cpu(res.nh->fib_nh_gw6.s6_addr32[3]);
	rcu_read_unlock();
	return nexthop;
}

const struct bench bench_fib6[] = {
	{
		.name = "fib.6.load", .over = BENCH_ROUTES,
		.family = ROUTE_INET6, .is_once = true, .chunk = 64,
		.setup = fib6_setup, .loop = load,
	}, {
		.name = "fib.6.lookup", .over = BENCH_KEYS,
		.family = ROUTE_INET6, .is_atomic = true,
		.setup = ready, .loop = lookup, .answer = answer,
	}, {
		.name = "fib.6.add", .over = BENCH_SAMPLE,
		.family = ROUTE_INET6, .chunk = 64,
		.setup = without, .loop = add,
	}, {
		.name = "fib.6.delete", .over = BENCH_SAMPLE,
		.family = ROUTE_INET6, .chunk = 64,
		.setup = ready, .loop = remove, .teardown = with,
	},
	{ }
};
