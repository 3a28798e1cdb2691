// SPDX-License-Identifier: GPL-2.0
/*
 * Lookups from BPF programs: the answers of bpf/route_xdp.bpf.c, on packets
 * from BPF_PROG_TEST_RUN and from a veth pair, against those of ioctls.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "kselftest_harness.h"

#include <bpf/route_xdp.h>
#include <route_xdp.skel.h>

#include "dev.h"
#include "model.h"

#define PACKET_BYTES	(ETH_HLEN + 60)
#define NR_RANDOM	3000	/* addresses */
#define NR_PREFIXES	300
#define NR_NEXTHOPS	50
#define NR_SENT		40	/* packets of a kind through veth */
#define MAX_CPUS	1024

/* Only what libbpf thinks worth a warning, as TAP comments. */
static int print_libbpf(enum libbpf_print_level level, const char *fmt,
			va_list args)
{
	if (level == LIBBPF_DEBUG)
		return 0;
	printf("# ");
	return vprintf(fmt, args);
}

static struct route_xdp *load(bool drop_unrouted)
{
	struct route_xdp *skel;

	libbpf_set_print(print_libbpf);
	skel = route_xdp__open();
	if (!skel)
		return NULL;
	skel->rodata->drop_unrouted = drop_unrouted;
	if (route_xdp__load(skel)) {
		route_xdp__destroy(skel);
		return NULL;
	}
	return skel;
}

/* A per-CPU value of a map, summed up; 0 where there is no such key. */
static __u64 sum(struct bpf_map *map, __u32 key)
{
	__u64 values[MAX_CPUS], total = 0;
	int i, nr = libbpf_num_possible_cpus();

	if (nr > MAX_CPUS ||
	    bpf_map_lookup_elem(bpf_map__fd(map), &key, values))
		return 0;
	for (i = 0; i < nr; i++)
		total += values[i];
	return total;
}

FIXTURE(bpf) {
	struct route_xdp *skel;
	struct rng rng;
	int fd;
};

FIXTURE_SETUP(bpf)
{
	struct kontend_info info = { 0 };

	DEV_OPEN_OR_SKIP(self->fd, O_RDWR);
	ASSERT_EQ(0, dev_ioctl(self->fd, KONTEND_INFO, &info));
	if (!(info.features & KONTEND_FEATURE_KFUNC))
		SKIP(return, "the module was built without BTF");
	self->skel = load(true);
	ASSERT_NE(NULL, self->skel);
	self->rng.state = 1;
	ASSERT_EQ(0, dev_flush(self->fd, KONTEND_TABLE_MAIN, NULL));
}

FIXTURE_TEARDOWN(bpf)
{
	route_xdp__destroy(self->skel);
	EXPECT_EQ(0, dev_flush(self->fd, KONTEND_TABLE_MAIN, NULL));
	close(self->fd);
}

static void make_packet(unsigned char *packet, const struct kontend_addr *addr)
{
	struct ethhdr *eth = (struct ethhdr *)packet;
	struct ipv6hdr *ip6 = (struct ipv6hdr *)(eth + 1);
	struct iphdr *ip = (struct iphdr *)(eth + 1);

	memset(packet, 0, PACKET_BYTES);
	if (addr->family == KONTEND_INET4) {
		eth->h_proto = htons(ETH_P_IP);
		ip->version = 4;
		ip->ihl = 5;
		ip->ttl = 64;
		ip->tot_len = htons(PACKET_BYTES - ETH_HLEN);
		memcpy(&ip->daddr, addr->addr, 4);
	} else {
		eth->h_proto = htons(ETH_P_IPV6);
		ip6->version = 6;
		ip6->hop_limit = 64;
		ip6->payload_len = htons(PACKET_BYTES - ETH_HLEN -
					 sizeof(*ip6));
		memcpy(&ip6->daddr, addr->addr, 16);
	}
}

/* A program's verdict on the first @len bytes of a packet, or -errno. */
static int verdict(struct bpf_program *prog, unsigned char *packet,
		   unsigned int len)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet,
		    .data_size_in = len, .repeat = 1);
	int ret = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);

	return ret < 0 ? ret : (int)opts.retval;
}

/* What the syscall program says to an address, or -errno. */
static long ask(struct route_xdp *skel, const struct kontend_addr *addr)
{
	struct route_xdp_query q = {
		.is_inet6 = addr->family == KONTEND_INET6,
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &q,
		    .ctx_size_in = sizeof(q));
	int ret;

	if (q.is_inet6) {
		memcpy(&q.hi, addr->addr, 8);
		memcpy(&q.lo, addr->addr + 8, 8);
	} else {
		memcpy(&q.daddr, addr->addr, 4);
	}
	ret = bpf_prog_test_run_opts(bpf_program__fd(skel->progs.route_syscall),
				     &opts);
	return ret < 0 ? ret : (long)q.nexthop;
}

/*
 * One address by all three programs: verdict, counter and next hop must be
 * those of the route that the ioctl finds.
 */
static void check_addr(struct __test_metadata *_metadata, int fd,
		       struct route_xdp *skel, const struct kontend_addr *addr)
{
	struct bpf_map *counters = skel->maps.counters;
	struct bpf_map *nexthops = skel->maps.nexthops;
	bool is_inet4 = addr->family == KONTEND_INET4;
	unsigned char packet[PACKET_BYTES];
	struct kontend_route match;
	__u64 before, hops;
	__u32 counter;
	bool hit;

	ASSERT_EQ(0, dev_lookup(fd, KONTEND_TABLE_MAIN, addr, &match));
	hit = match.nexthop;
	counter = is_inet4 ? hit ? ROUTE_XDP_HIT4 : ROUTE_XDP_MISS4 :
			     hit ? ROUTE_XDP_HIT6 : ROUTE_XDP_MISS6;
	before = sum(counters, counter);
	hops = sum(nexthops, match.nexthop);

	make_packet(packet, addr);
	ASSERT_EQ(hit ? XDP_PASS : XDP_DROP,
		  verdict(skel->progs.route_xdp, packet, sizeof(packet)));
	ASSERT_EQ(before + 1, sum(counters, counter));
	ASSERT_EQ(hops + hit, sum(nexthops, match.nexthop));
	ASSERT_EQ(hit ? TC_ACT_OK : TC_ACT_SHOT,
		  verdict(skel->progs.route_tc, packet, sizeof(packet)));
	ASSERT_EQ(before + 2, sum(counters, counter));
	ASSERT_EQ(hops + 2 * hit, sum(nexthops, match.nexthop));
	ASSERT_EQ((long)match.nexthop, ask(skel, addr));
}

static void set(struct __test_metadata *_metadata, int fd, const char *prefix,
		__u32 nexthop)
{
	struct kontend_route route = dev_route(prefix, nexthop);

	ASSERT_EQ(0, dev_route_op(fd, nexthop ? KONTEND_ROUTE_REPLACE :
				  KONTEND_ROUTE_DELETE, KONTEND_TABLE_MAIN,
				  &route));
}

/* A route absent, present, changed, shadowed, gone; and a default. */
static void check_life(struct __test_metadata *_metadata, int fd,
		       struct route_xdp *skel, const char *addr_text,
		       const char *wide, const char *narrow,
		       const char *defaults)
{
	struct kontend_addr addr = dev_addr(addr_text);

	ASSERT_EQ(0L, ask(skel, &addr));
	check_addr(_metadata, fd, skel, &addr);
	set(_metadata, fd, wide, 5);
	ASSERT_EQ(5L, ask(skel, &addr));
	check_addr(_metadata, fd, skel, &addr);
	set(_metadata, fd, wide, ~0U);
	ASSERT_EQ((long)~0U, ask(skel, &addr));
	check_addr(_metadata, fd, skel, &addr);
	set(_metadata, fd, narrow, 6);
	ASSERT_EQ(6L, ask(skel, &addr));
	check_addr(_metadata, fd, skel, &addr);
	set(_metadata, fd, defaults, 7);
	check_addr(_metadata, fd, skel, &addr);
	set(_metadata, fd, narrow, 0);
	set(_metadata, fd, wide, 0);
	ASSERT_EQ(7L, ask(skel, &addr));
	check_addr(_metadata, fd, skel, &addr);
	set(_metadata, fd, defaults, 0);
	ASSERT_EQ(0L, ask(skel, &addr));
	check_addr(_metadata, fd, skel, &addr);
}

TEST_F(bpf, life_of_a_route)
{
	check_life(_metadata, self->fd, self->skel, "10.1.2.3", "10.0.0.0/8",
		   "10.1.2.3/32", "0.0.0.0/0");
	check_life(_metadata, self->fd, self->skel, "2001:db8::1:2",
		   "2001:db8::/32", "2001:db8::1:0/112", "::/0");
}

TEST_F_TIMEOUT(bpf, random_addresses, 180)
{
	struct model *pool = model_new(MODEL_INET4 | MODEL_INET6, NR_PREFIXES,
				       &self->rng);
	struct kontend_addr addr;
	unsigned int i;

	for (i = 0; i < NR_PREFIXES; i++) {
		struct kontend_route route = {
			.prefix = model_draw_prefix(pool, &self->rng),
			.nexthop = 1 + rng_below(&self->rng, NR_NEXTHOPS),
		};

		ASSERT_EQ(0, dev_route_op(self->fd, KONTEND_ROUTE_REPLACE,
					  KONTEND_TABLE_MAIN, &route));
	}
	/* Half of them with default routes in the way. */
	for (i = 0; i < NR_RANDOM; i++) {
		if (i == NR_RANDOM / 2) {
			struct kontend_route d4 = dev_route("0.0.0.0/0", 0);
			struct kontend_route d6 = dev_route("::/0", 0);

			dev_route_op(self->fd, KONTEND_ROUTE_DELETE,
				     KONTEND_TABLE_MAIN, &d4);
			dev_route_op(self->fd, KONTEND_ROUTE_DELETE,
				     KONTEND_TABLE_MAIN, &d6);
		} else if (!i) {
			set(_metadata, self->fd, "0.0.0.0/0", 60);
			set(_metadata, self->fd, "::/0", 61);
		}
		addr = model_draw_addr(pool, &self->rng);
		check_addr(_metadata, self->fd, self->skel, &addr);
	}
	model_free(pool);
}

/* Packets that end too soon, and packets of other kinds. */
TEST_F(bpf, odd_packets)
{
	struct bpf_program *xdp = self->skel->progs.route_xdp;
	struct bpf_map *counters = self->skel->maps.counters;
	struct kontend_addr addr4 = dev_addr("10.0.0.1");
	struct kontend_addr addr6 = dev_addr("2001:db8::1");
	unsigned char packet[PACKET_BYTES];

	set(_metadata, self->fd, "0.0.0.0/0", 1);
	set(_metadata, self->fd, "::/0", 1);
	make_packet(packet, &addr4);
	EXPECT_EQ(XDP_PASS, verdict(xdp, packet, ETH_HLEN + 20));
	EXPECT_EQ(0ULL, sum(counters, ROUTE_XDP_SHORT));
	EXPECT_EQ(XDP_DROP, verdict(xdp, packet, ETH_HLEN + 19));
	EXPECT_EQ(1ULL, sum(counters, ROUTE_XDP_SHORT));
	make_packet(packet, &addr6);
	EXPECT_EQ(XDP_PASS, verdict(xdp, packet, ETH_HLEN + 40));
	EXPECT_EQ(XDP_DROP, verdict(xdp, packet, ETH_HLEN + 39));
	EXPECT_EQ(XDP_DROP, verdict(xdp, packet, ETH_HLEN));
	EXPECT_EQ(3ULL, sum(counters, ROUTE_XDP_SHORT));
	((struct ethhdr *)packet)->h_proto = htons(ETH_P_ARP);
	EXPECT_EQ(XDP_PASS, verdict(xdp, packet, sizeof(packet)));
	EXPECT_EQ(1ULL, sum(counters, ROUTE_XDP_OTHER));
	EXPECT_EQ(1ULL, sum(counters, ROUTE_XDP_HIT4));
	EXPECT_EQ(1ULL, sum(counters, ROUTE_XDP_HIT6));
}

/* Told not to drop, the program only counts. */
TEST_F(bpf, count_only)
{
	struct kontend_addr addr = dev_addr("10.0.0.1");
	struct route_xdp *skel = load(false);
	unsigned char packet[PACKET_BYTES];

	ASSERT_NE(NULL, skel);
	make_packet(packet, &addr);
	EXPECT_EQ(XDP_PASS, verdict(skel->progs.route_xdp, packet,
				    sizeof(packet)));
	EXPECT_EQ(1ULL, sum(skel->maps.counters, ROUTE_XDP_MISS4));
	route_xdp__destroy(skel);
}

/* More next hops than the map holds: packets pass, and are hits as well. */
TEST_F_TIMEOUT(bpf, more_nexthops_than_room, 120)
{
	struct kontend_addr addr = dev_addr("10.0.0.1");
	unsigned char packet[PACKET_BYTES];
	unsigned int i;

	make_packet(packet, &addr);
	for (i = 1; i <= ROUTE_XDP_NEXTHOPS + 10; i++) {
		set(_metadata, self->fd, "10.0.0.0/8", i);
		ASSERT_EQ(XDP_PASS, verdict(self->skel->progs.route_xdp,
					    packet, sizeof(packet)));
	}
	EXPECT_EQ((__u64)ROUTE_XDP_NEXTHOPS + 10,
		  sum(self->skel->maps.counters, ROUTE_XDP_HIT4));
}

/* A program that calls into the module holds it, with no file open. */
TEST_F(bpf, program_holds_module)
{
	close(self->fd);
	EXPECT_EQ(-1, syscall(SYS_delete_module, "kontend", O_NONBLOCK));
	EXPECT_EQ(EAGAIN, errno);
	self->fd = dev_open(O_RDWR);
	ASSERT_LE(0, self->fd);
}

/*
 * A veth pair: "ka" here, in a namespace of this test, and "kb" in one of a
 * child's, where the program is attached.
 */
FIXTURE(veth) {
	struct route_xdp *skel;
	pid_t peer;
	int fd;
	int here;		/* our namespace */
	int there;		/* the child's */
	int receiver[2];	/* sockets over there, by family */
	unsigned int ifindex;	/* of kb */
};

FIXTURE_VARIANT(veth)
{
	__u32 flags;
};

FIXTURE_VARIANT_ADD(veth, native)
{
	.flags = XDP_FLAGS_DRV_MODE,
};

FIXTURE_VARIANT_ADD(veth, generic)
{
	.flags = XDP_FLAGS_SKB_MODE,
};

static int open_netns(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* A child with a namespace of its own, which lives as long as we do. */
static pid_t spawn_peer(void)
{
	int ready[2];
	pid_t pid;
	char c;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) || write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		pid = -1;
	close(ready[0]);
	return pid;
}

static int bind_receiver(int family)
{
	struct timeval timeout = { .tv_usec = 300000 };
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(5353),
	};
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons(5353),
	};
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;

	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (fd < 0 || (family == AF_INET ?
		       bind(fd, (void *)&sin, sizeof(sin)) :
		       bind(fd, (void *)&sin6, sizeof(sin6))) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)))
		return -1;
	return fd;
}

static const char * const setup_here[] = {
	"ip link set lo up",
	"ip link add ka address 02:00:00:00:00:0a type veth peer name kb",
	"ip addr add 10.255.0.1/24 dev ka",
	"ip addr add fd00:255::1/64 dev ka nodad",
	"ip link set ka up",
	/* What asks for neighbours is IPv6 too: there shall be no question. */
	"ip neigh add 10.255.0.2 lladdr 02:00:00:00:00:0b dev ka",
	"ip neigh add fd00:255::2 lladdr 02:00:00:00:00:0b dev ka",
};

static const char * const setup_there[] = {
	"ip link set lo up",
	"ip link set kb address 02:00:00:00:00:0b",
	"ip addr add 10.255.0.2/24 dev kb",
	"ip addr add fd00:255::2/64 dev kb nodad",
	"ip link set kb up",
};

static int run_all(const char * const *cmds, unsigned int nr)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < nr && !ret; i++)
		ret = system(cmds[i]);
	return ret;
}

FIXTURE_SETUP(veth)
{
	struct kontend_info info = { 0 };
	char cmd[64];
	int prog;

	DEV_OPEN_OR_SKIP(self->fd, O_RDWR);
	ASSERT_EQ(0, dev_ioctl(self->fd, KONTEND_INFO, &info));
	if (!(info.features & KONTEND_FEATURE_KFUNC))
		SKIP(return, "the module was built without BTF");
	ASSERT_EQ(0, dev_flush(self->fd, KONTEND_TABLE_MAIN, NULL));
	self->skel = load(true);
	ASSERT_NE(NULL, self->skel);

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	self->peer = spawn_peer();
	ASSERT_LT(0, self->peer);
	self->here = open_netns(getpid());
	self->there = open_netns(self->peer);
	ASSERT_LE(0, self->here);
	ASSERT_LE(0, self->there);
	if (system("ip link add kc type veth peer name kd"))
		SKIP(return, "no veth in this kernel");
	ASSERT_EQ(0, system("ip link del kc"));
	ASSERT_EQ(0, run_all(setup_here, ARRAY_SIZE(setup_here)));
	snprintf(cmd, sizeof(cmd), "ip link set kb netns %d", self->peer);
	ASSERT_EQ(0, system(cmd));

	ASSERT_EQ(0, setns(self->there, CLONE_NEWNET));
	ASSERT_EQ(0, run_all(setup_there, ARRAY_SIZE(setup_there)));
	self->receiver[0] = bind_receiver(AF_INET);
	self->receiver[1] = bind_receiver(AF_INET6);
	ASSERT_LE(0, self->receiver[0]);
	ASSERT_LE(0, self->receiver[1]);
	self->ifindex = if_nametoindex("kb");
	prog = bpf_program__fd(self->skel->progs.route_xdp);
	ASSERT_EQ(0, bpf_xdp_attach(self->ifindex, prog, variant->flags, NULL));
	ASSERT_EQ(0, setns(self->here, CLONE_NEWNET));
}

FIXTURE_TEARDOWN(veth)
{
	EXPECT_EQ(0, setns(self->there, CLONE_NEWNET));
	EXPECT_EQ(0, bpf_xdp_detach(self->ifindex, variant->flags, NULL));
	kill(self->peer, SIGKILL);
	waitpid(self->peer, NULL, 0);
	route_xdp__destroy(self->skel);
	EXPECT_EQ(0, dev_flush(self->fd, KONTEND_TABLE_MAIN, NULL));
	close(self->fd);
}

/* Send datagrams to the other end; how many of them are received there. */
static int send_through(int receiver, int family)
{
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(5353),
	};
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons(5353),
	};
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), i, nr = 0;
	ssize_t n;
	char c;

	inet_pton(AF_INET, "10.255.0.2", &sin.sin_addr);
	inet_pton(AF_INET6, "fd00:255::2", &sin6.sin6_addr);
	for (i = 0; i < NR_SENT; i++) {
		n = family == AF_INET ?
		    sendto(fd, "x", 1, 0, (void *)&sin, sizeof(sin)) :
		    sendto(fd, "x", 1, 0, (void *)&sin6, sizeof(sin6));
		if (n != 1)
			return -errno;
	}
	close(fd);
	while (nr < NR_SENT && recv(receiver, &c, 1, 0) == 1)
		nr++;
	return nr;
}

/* Counters follow a little later than the datagram does. */
static __u64 sum_settled(struct bpf_map *map, __u32 key, __u64 want)
{
	int i;

	for (i = 0; i < 50 && sum(map, key) < want; i++)
		usleep(20000);
	return sum(map, key);
}

TEST_F_TIMEOUT(veth, datagrams, 120)
{
	struct bpf_map *counters = self->skel->maps.counters;
	struct bpf_map *nexthops = self->skel->maps.nexthops;

	EXPECT_EQ(0, send_through(self->receiver[0], AF_INET));
	EXPECT_EQ((__u64)NR_SENT, sum_settled(counters, ROUTE_XDP_MISS4,
					      NR_SENT));
	EXPECT_EQ(0ULL, sum(counters, ROUTE_XDP_HIT4));
	set(_metadata, self->fd, "10.255.0.0/16", 44);
	EXPECT_EQ(NR_SENT, send_through(self->receiver[0], AF_INET));
	EXPECT_EQ((__u64)NR_SENT, sum(counters, ROUTE_XDP_HIT4));
	EXPECT_EQ((__u64)NR_SENT, sum(nexthops, 44));
	EXPECT_EQ((__u64)NR_SENT, sum(counters, ROUTE_XDP_MISS4));

	/* The kernel's own multicast has no route either: at least ours. */
	EXPECT_EQ(0, send_through(self->receiver[1], AF_INET6));
	EXPECT_LE((__u64)NR_SENT, sum_settled(counters, ROUTE_XDP_MISS6,
					      NR_SENT));
	EXPECT_EQ(0ULL, sum(counters, ROUTE_XDP_HIT6));
	set(_metadata, self->fd, "fd00:255::/32", 66);
	EXPECT_EQ(NR_SENT, send_through(self->receiver[1], AF_INET6));
	EXPECT_EQ((__u64)NR_SENT, sum(counters, ROUTE_XDP_HIT6));
	EXPECT_EQ((__u64)NR_SENT, sum(nexthops, 66));

	/* The table changes under the attached program. */
	set(_metadata, self->fd, "10.255.0.0/16", 45);
	EXPECT_EQ(NR_SENT, send_through(self->receiver[0], AF_INET));
	EXPECT_EQ((__u64)NR_SENT, sum(nexthops, 44));
	EXPECT_EQ((__u64)NR_SENT, sum(nexthops, 45));
	ASSERT_EQ(0, dev_flush(self->fd, KONTEND_TABLE_MAIN, NULL));
	EXPECT_EQ(0, send_through(self->receiver[0], AF_INET));
	EXPECT_EQ((__u64)NR_SENT, sum(nexthops, 45));
}

TEST_HARNESS_MAIN
