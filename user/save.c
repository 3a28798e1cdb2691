// SPDX-License-Identifier: GPL-2.0
/*
 * Write, sync, rename, sync the directory: after a crash the old file is there
 * or the new one.
 */
#include "save.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interrupt.h"

#define BUFFER_BYTES	(1 << 18)
#define WRITE_MAX	256	/* of one save_printf() */

static bool has_gz_suffix(const char *path)
{
	size_t len = strlen(path);

	return len > 3 && !strcmp(path + len - 3, ".gz");
}

/*
 * A link is followed: what it points to is replaced, not the link; one that
 * leads nowhere is refused.
 */
static int open_beside(struct save *save, const char *path)
{
	struct stat st;
	int exists, err;

	exists = !stat(path, &st);
	err = errno;
	if (!exists && !lstat(path, &st))
		return -err;
	if (exists && !S_ISREG(st.st_mode)) {
		save->fd = open(path, O_WRONLY | O_CLOEXEC);
		return save->fd < 0 ? -errno : 0;
	}
	save->path = exists ? realpath(path, NULL) : strdup(path);
	if (!save->path)
		return -errno;
	if (asprintf(&save->tmp, "%s.%d.tmp", save->path, (int)getpid()) < 0) {
		save->tmp = NULL;
		return -ENOMEM;
	}
	/* It is not to stay behind. */
	interrupt_catch();
	save->fd = open(save->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			0666);
	if (save->fd < 0)
		return -errno;
	if (exists && fchmod(save->fd, st.st_mode & 07777))
		return -errno;
	return 0;
}

static void forget(struct save *save)
{
	if (save->fd >= 0)
		close(save->fd);
	if (save->tmp)
		interrupt_release();
	free(save->tmp);
	free(save->path);
}

static void drop(struct save *save)
{
	if (save->fd >= 0 && save->tmp)
		unlink(save->tmp);
	forget(save);
}

int save_open(struct save *save, const char *path, struct out *out)
{
	/* "T": as it is, without compression and without a header. */
	const char *mode = has_gz_suffix(path) ? "wb6" : "wbT";
	int ret, fd;

	memset(save, 0, sizeof(*save));
	save->fd = -1;
	if (!strcmp(path, "-")) {
		save->fd = dup(STDOUT_FILENO);
		ret = save->fd < 0 ? -errno : 0;
	} else {
		ret = open_beside(save, path);
	}
	if (ret)
		goto err;
	/* zlib closes its descriptor at the end, and ours is to be synced. */
	fd = dup(save->fd);
	if (fd < 0) {
		ret = -errno;
		goto err;
	}
	save->file = gzdopen(fd, mode);
	if (!save->file) {
		ret = -ENOMEM;
		close(fd);
		goto err;
	}
	gzbuffer(save->file, BUFFER_BYTES);
	return 0;

err:
	drop(save);
	return out_fail(out, ret, "%s: %s", path, strerror(-ret));
}

void save_write(struct save *save, const char *s, size_t len)
{
	errno = 0;
	if (len && !save->error && gzwrite(save->file, s, len) <= 0)
		save->error = errno ? -errno : -EIO;
	if (save->tmp && interrupt_came())
		save->error = -EINTR;
}

void save_printf(struct save *save, const char *fmt, ...)
{
	char buf[WRITE_MAX];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, sizeof(buf), fmt, args);
	va_end(args);
	if (len > 0)
		save_write(save, buf, (size_t)len < sizeof(buf) ? (size_t)len : sizeof(buf) - 1);
}

static int sync_directory(const char *path)
{
	char *copy = strdup(path);
	int fd, ret;

	if (!copy)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (fd < 0)
		return -errno;
	ret = fsync(fd) ? -errno : 0;
	close(fd);
	return ret;
}

static int finish(struct save *save)
{
	int ret;

	errno = 0;
	ret = gzclose(save->file);
	if (save->error)
		return save->error;
	if (ret)
		return ret == Z_ERRNO && errno ? -errno : -EIO;
	if (!save->tmp)
		return 0;
	if (interrupt_came())
		return -EINTR;
	if (fsync(save->fd) || rename(save->tmp, save->path))
		return -errno;
	return sync_directory(save->path);
}

int save_commit(struct save *save, struct out *out)
{
	int ret = finish(save);

	if (ret) {
		out_fail(out, ret, "%s: %s",
			 save->path ? save->path : "output", strerror(-ret));
		drop(save);
		return ret;
	}
	forget(save);
	return 0;
}

void save_abort(struct save *save)
{
	gzclose(save->file);
	drop(save);
}
