/* readat.c: see readat.h. */
#include "base/readat.h"

#include <errno.h>
#include <unistd.h>

bool tl_read_at(int fd, void *to, size_t n, uint64_t at)
{
	uint8_t *p = to;

	while (n > 0) {
		ssize_t r = pread(fd, p, n, (off_t)at);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return false;
		p += r;
		n -= (size_t)r;
		at += (uint64_t)r;
	}
	return true;
}
