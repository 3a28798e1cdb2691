// SPDX-License-Identifier: GPL-2.0
/*
 * Who may change routes: the opener and the caller must both have
 * CAP_NET_ADMIN over the whole machine, and the file must be open for writing.
 * Reading the table needs no more than an open file.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "kselftest_harness.h"

#include "commands.h"
#include "dev.h"

#define NOBODY	65534

static int set_caps(__u64 caps)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{ caps, caps, 0 }, { caps >> 32, caps >> 32, 0 },
	};

	return syscall(SYS_capset, &header, data);
}

static int get_caps(__u64 *caps)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -1;
	*caps = data[0].permitted | (__u64)data[1].permitted << 32;
	return 0;
}

/* The ways to be less than root, each in a child. */
static int drop_net_admin(void)
{
	__u64 caps;

	return get_caps(&caps) || set_caps(caps & ~(1ULL << CAP_NET_ADMIN));
}

static int become_nobody(void)
{
	return setgid(NOBODY) || setuid(NOBODY);
}

/* All capabilities, but not over this machine. */
static int enter_user_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static int keep_net_admin_only(void)
{
	return set_caps(1ULL << CAP_NET_ADMIN);
}

FIXTURE(perm) {
	struct command_ctx ctx;
	union command_arg *arg;
	char node[64];
};

FIXTURE_VARIANT(perm)
{
	int (*become)(void);
	int expected;
};

FIXTURE_VARIANT_ADD(perm, without_net_admin)
{
	.become = drop_net_admin,
	.expected = EPERM,
};

FIXTURE_VARIANT_ADD(perm, nobody)
{
	.become = become_nobody,
	.expected = EPERM,
};

FIXTURE_VARIANT_ADD(perm, root_of_a_user_namespace)
{
	.become = enter_user_namespace,
	.expected = EPERM,
};

/* And no other capability is asked for. */
FIXTURE_VARIANT_ADD(perm, net_admin_only)
{
	.become = keep_net_admin_only,
	.expected = 0,
};

FIXTURE_SETUP(perm)
{
	struct stat st;
	int fd;

	if (geteuid())
		SKIP(return, "root is needed to open the device");
	DEV_OPEN_OR_SKIP(fd, O_RDWR);
	self->ctx.fd = fd;
	self->ctx.on = fd;
	ASSERT_EQ(0, dev_table_fresh(fd, "perm", &self->ctx.table));
	self->arg = calloc(1, sizeof(*self->arg));
	ASSERT_NE(NULL, self->arg);

	/* A second door, open to all, in a place that has device nodes. */
	ASSERT_EQ(0, fstat(fd, &st));
	snprintf(self->node, sizeof(self->node), "/dev/kontend-perm-%d",
		 getpid());
	ASSERT_EQ(0, mknod(self->node, S_IFCHR | 0600, st.st_rdev));
	ASSERT_EQ(0, chmod(self->node, 0666));
}

FIXTURE_TEARDOWN(perm)
{
	EXPECT_EQ(0, unlink(self->node));
	EXPECT_EQ(0, dev_table_destroy(self->ctx.fd, self->ctx.table));
	close(self->ctx.fd);
	free(self->arg);
}

/*
 * Issue all commands on @ctx->on: those that change something must say
 * @expected, the others succeed.  Returns how many did not.  Arguments are made
 * by @ctx->fd, in the parent's name: see call_as().
 */
static int try_commands(struct command_ctx *ctx, union command_arg *arg,
			int expected)
{
	const struct command *c;
	int bad = 0, ret, want;
	__u32 index;

	for (c = commands; c < commands + nr_commands; c++) {
		want = c->changes ? expected : 0;
		ret = c->make(ctx, arg);
		if (!ret)
			ret = command_answer(c, dev_ioctl(ctx->on, c->cmd, arg),
					     arg, &index);
		if (ret != want) {
			ksft_print_msg("%s: %d, not %d\n", c->name, ret, want);
			bad++;
		}
	}
	return bad;
}

/*
 * Arguments need a privileged preparation and the command an unprivileged
 * caller: a child that has become less asks for each command.  The parent,
 * still root, prepares it and passes the turn through pipes.
 */
static int call_as(struct command_ctx *ctx, union command_arg *shared,
		   int (*become)(void), int expected)
{
	int to_child[2], to_parent[2], status, bad = 0, ret;
	const struct command *c;
	__u32 index;
	pid_t pid;

	if (pipe(to_child) || pipe(to_parent))
		return -1;
	pid = fork();
	if (!pid) {
		close(to_child[1]);
		close(to_parent[0]);
		if (become())
			_exit(1);
		for (c = commands; read(to_child[0], &ret, sizeof(ret)); c++) {
			ret = dev_ioctl(ctx->on, c->cmd, shared);
			if (write(to_parent[1], &ret, sizeof(ret)) < 0)
				_exit(1);
		}
		_exit(0);
	}
	close(to_child[0]);
	close(to_parent[1]);
	for (c = commands; c < commands + nr_commands; c++) {
		int want = c->changes ? expected : 0;

		ret = c->make(ctx, shared);
		if (ret || write(to_child[1], &ret, sizeof(ret)) < 0 ||
		    read(to_parent[0], &ret, sizeof(ret)) != sizeof(ret)) {
			bad = -1;
			break;
		}
		ret = command_answer(c, ret, shared, &index);
		if (ret != want) {
			ksft_print_msg("%s: %d, not %d\n", c->name, ret, want);
			bad++;
		}
	}
	close(to_child[1]);
	close(to_parent[0]);
	if (waitpid(pid, &status, 0) != pid || status)
		return -1;
	return bad;
}

/* Text that is written is a change as well. */
static int write_as(int fd, int (*become)(void))
{
	static const char line[] = "add 192.0.2.0/24 via 1\n";
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		if (become && become())
			_exit(255);
		_exit(write(fd, line, strlen(line)) < 0 ? errno : 0);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* Opened by somebody who may, but then is not root any more. */
static int open_as(const char *node, int (*become)(void))
{
	int status, fd = -1, pidfd, ready[2];
	pid_t pid;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		if (become())
			_exit(1);
		fd = open(node, O_RDWR);
		if (write(ready[1], &fd, sizeof(fd)) < 0)
			_exit(1);
		pause();
	}
	close(ready[1]);
	if (read(ready[0], &fd, sizeof(fd)) != sizeof(fd))
		fd = -1;
	close(ready[0]);
	if (fd >= 0) {
		pidfd = syscall(SYS_pidfd_open, pid, 0);
		fd = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
		close(pidfd);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return fd;
}

static __u64 main_gen(int fd)
{
	__u64 gen = 0;

	dev_gen(fd, KONTEND_TABLE_MAIN, &gen);
	return gen;
}

/* A descriptor that root opened lends no rights. */
TEST_F(perm, caller)
{
	struct { struct command_ctx ctx; union command_arg arg; } *shared;
	__u64 gen = main_gen(self->ctx.fd);

	/* Both processes must see the arguments. */
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, shared);
	shared->ctx = self->ctx;
	EXPECT_EQ(0, call_as(&shared->ctx, &shared->arg, variant->become,
			     -variant->expected));
	if (!variant->expected)
		return;
	EXPECT_EQ(variant->expected, write_as(self->ctx.fd, variant->become));
	EXPECT_EQ(gen, main_gen(self->ctx.fd));
}

/* Nor does root lend its own to whoever opened the descriptor. */
TEST_F(perm, opener)
{
	__u64 gen = main_gen(self->ctx.fd);

	self->ctx.on = open_as(self->node, variant->become);
	ASSERT_LE(0, self->ctx.on);
	EXPECT_EQ(0, try_commands(&self->ctx, self->arg, -variant->expected));
	if (!variant->expected)
		return;
	EXPECT_EQ(variant->expected, write_as(self->ctx.on, NULL));
	EXPECT_EQ(gen, main_gen(self->ctx.fd));
	close(self->ctx.on);
}

FIXTURE(file) {
	struct command_ctx ctx;
};

FIXTURE_SETUP(file)
{
	DEV_OPEN_OR_SKIP(self->ctx.fd, O_RDWR);
	ASSERT_EQ(0, dev_table_fresh(self->ctx.fd, "perm", &self->ctx.table));
}

FIXTURE_TEARDOWN(file)
{
	EXPECT_EQ(0, dev_table_destroy(self->ctx.fd, self->ctx.table));
	close(self->ctx.fd);
}

TEST_F(file, read_only)
{
	__u64 gen = main_gen(self->ctx.fd);
	union command_arg arg;

	self->ctx.on = open(KONTEND_DEVICE, O_RDONLY);
	ASSERT_LE(0, self->ctx.on);
	EXPECT_EQ(0, try_commands(&self->ctx, &arg, -EBADF));
	EXPECT_EQ(EBADF, write_as(self->ctx.on, NULL));
	EXPECT_EQ(gen, main_gen(self->ctx.fd));
	close(self->ctx.on);
}

/* The door itself is root's. */
TEST_F(file, mode)
{
	struct stat st;

	ASSERT_EQ(0, stat(KONTEND_DEVICE, &st));
	EXPECT_EQ(0600U, st.st_mode & 07777);
	EXPECT_EQ(0U, st.st_uid);
}

TEST_HARNESS_MAIN
