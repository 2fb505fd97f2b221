/* tempfile.c: see tempfile.h. */
#include "base/tempfile.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MIB (UINT64_C(1) << 20)

/* What is left to others: the smaller one.  A twentieth of a large disk would be too much to
 * ask for, 512 MiB of a small one too. */
#define SPARE_BYTES (512 * MIB)
#define SPARE_SHARE 20

const char *tl_tempfile_dir(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/tmp";
}

int tl_tempfile_open(const char *dir)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
	struct tl_buf name = TL_BUF_INIT;

	/* A file system that cannot, or a real fault: mkostemp tells. */
	if (fd < 0 && tl_buf_printf(&name, "%s/tless.XXXXXX", dir)) {
		fd = mkostemp((char *)name.data, O_CLOEXEC);
		if (fd >= 0)
			unlink((const char *)name.data);
	}
	tl_buf_fini(&name);
	return fd;
}

bool tl_tempfile_room(int fd, const char *dir, uint64_t *room, struct tl_err *err)
{
	uint64_t all, spare, free_bytes;
	struct statvfs vfs;

	*room = UINT64_MAX;
	if (fstatvfs(fd, &vfs) < 0 || vfs.f_blocks == 0)
		return true; /* then the write will tell */
	all = vfs.f_frsize * (uint64_t)vfs.f_blocks;
	free_bytes = vfs.f_frsize * (uint64_t)vfs.f_bavail;
	spare = all / SPARE_SHARE < SPARE_BYTES ? all / SPARE_SHARE : SPARE_BYTES;
	*room = free_bytes > spare ? free_bytes - spare : 0;
	return *room >= MIB ||
	       tl_err_set(
		   err, "only %" PRIu64 " MiB are left in %s (make room, or set TMPDIR elsewhere)",
		   free_bytes / MIB, dir);
}

bool tl_tempfile_write(int fd, const uint8_t *p, size_t n, uint64_t at)
{
	while (n > 0) {
		ssize_t w = pwrite(fd, p, n, (off_t)at);

		if (w < 0 && errno == EINTR)
			continue;
		if (w == 0)
			errno = ENOSPC;
		if (w <= 0)
			return false;
		p += w;
		n -= (size_t)w;
		at += (uint64_t)w;
	}
	return true;
}
