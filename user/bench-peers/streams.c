// SPDX-License-Identifier: GPL-2.0
/*
 * streams 4|6 DIR ROUTES NEXTHOPS SEED N: write the files that all contestants
 * read, see peer.h.  ROUTES is a file or gen:N.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <user/bench_input.h>
#include <user/cmd.h>

#include "peer.h"

static int fail_file(struct out *out, const char *path)
{
	return out_fail(out, -errno, "%s: %s", path, strerror(errno));
}

static FILE *create(char *path, size_t size, const char *dir, const char *name)
{
	snprintf(path, size, "%s/%s", dir, name);
	return fopen(path, "we");
}

static int write_routes(const struct bench_routes *r, const char *dir,
			struct out *out)
{
	char path[4096];
	FILE *file = create(path, sizeof(path), dir, "routes");
	size_t i;

	for (i = 0; file && i < r->nr; i++) {
		const struct route *route = &r->routes[i];
		struct peer_route to = {
			.len		= route->prefix.len,
			.nexthop	= route->nexthop,
		};

		route_addr_to_bytes(&route->prefix.addr, to.addr);
		fwrite(&to, sizeof(to), 1, file);
	}
	return file && !fclose(file) ? 0 : fail_file(out, path);
}

static int write_keys(const struct mirror_keys *keys, const char *stream,
		      const char *dir, struct out *out)
{
	char path[4096], name[] = "keys-?";
	struct route_addr addr;
	unsigned char bytes[16];
	FILE *file;
	size_t i;

	name[5] = stream[0];
	file = create(path, sizeof(path), dir, name);
	for (i = 0; file && i < keys->nr; i++) {
		addr = keys->family == ROUTE_INET4 ?
		       route_addr4(keys->addr4[i]) : keys->addr6[i];
		route_addr_to_bytes(&addr, bytes);
		fwrite(bytes, keys->family == ROUTE_INET4 ? 4 : 16, 1, file);
	}
	return file && !fclose(file) ? 0 : fail_file(out, path);
}

static int write_all(char **argv, struct out *out)
{
	static const char *const streams[] = { "a", "b", "c" };
	unsigned int family = strcmp(argv[1], "4") ? ROUTE_INET6 : ROUTE_INET4;
	u64 nexthops, seed, nr;
	struct bench_routes r;
	struct bench_keys k;
	size_t i;
	int ret;

	ret = cmd_number(out, "NEXTHOPS", argv[4], 1, UINT32_MAX, &nexthops);
	if (!ret)
		ret = cmd_number(out, "SEED", argv[5], 0, UINT64_MAX, &seed);
	if (!ret)
		ret = cmd_number(out, "N", argv[6], 1, 1U << 30, &nr);
	if (!ret)
		ret = bench_routes_make(&r, argv[3], family, nexthops, seed,
					out);
	if (ret)
		return ret;
	ret = write_routes(&r, argv[2], out);
	for (i = 0; i < 3 && !ret; i++) {
		ret = bench_keys_make(&k, streams[i], &r, nr, seed, out);
		if (ret)
			break;
		ret = write_keys(&k.keys, streams[i], argv[2], out);
		bench_keys_fini(&k);
	}
	if (!ret)
		printf("%zu\n", r.nr);
	bench_routes_fini(&r);
	return ret;
}

int main(int argc, char **argv)
{
	struct out out;
	int ret;

	out_init(&out, stderr);
	if (argc != 7) {
		fprintf(stderr, "usage: streams 4|6 DIR ROUTES NEXTHOPS SEED N\n");
		return 2;
	}
	ret = write_all(argv, &out);
	if (ret)
		fprintf(stderr, "streams: %s\n",
			out.error[0] ? out.error : strerror(-ret));
	return ret ? 1 : 0;
}
