/* tempfile.c: see tempfile.h. */
#include "base/tempfile.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

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

bool tl_tempfile_write(int fd, const uint8_t *p, size_t n, uint64_t at)
{
	while (n > 0) {
		ssize_t w = pwrite(fd, p, n, (off_t)at);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return false;
		p += w;
		n -= (size_t)w;
		at += (uint64_t)w;
	}
	return true;
}
