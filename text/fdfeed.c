/* fdfeed.c: a feed that hands on what a descriptor brings: a pipe, FIFO, terminal, socket, /proc. */
#include "text/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the kernel allows everybody; 64 KiB are used up in 10 us. */
#define PIPE_SIZE (1 << 20)

struct fdfeed {
	int fd;
	char *what; /* for messages */
	size_t got; /* until it was widened */
	bool widened;
};

/* Let the other end run ahead while we are busy; but not for a text of one screen. */
static void widen(struct fdfeed *f, size_t got)
{
	f->got += got;
	if (f->widened || f->got < ((size_t)1 << TL_FILE_SHIFT))
		return;
	f->widened = true;
	fcntl(f->fd, F_SETPIPE_SZ, PIPE_SIZE); /* fails on what is not a pipe: all the same */
}

static bool has_hung_up(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return poll(&p, 1, 0) > 0 && (p.revents & POLLHUP);
}

static enum tl_lookup fd_read(void *self, uint8_t *buf, size_t n, size_t *got, struct tl_err *err)
{
	struct fdfeed *f = self;
	ssize_t r = read(f->fd, buf, n);

	if (r > 0) {
		*got = (size_t)r;
		widen(f, *got);
		return TL_FOUND;
	}
	if (r == 0)
		return TL_NONE;
	if (errno == EINTR || errno == EAGAIN)
		return TL_PENDING;
	if (errno == EIO && has_hung_up(f->fd)) /* a terminal closed */
		return TL_NONE;
	tl_err_sys(err, "cannot read '%s'", f->what);
	return TL_FAILED;
}

static int fd_descriptor(void *self)
{
	struct fdfeed *f = self;

	return f->fd;
}

/* A FIFO has ended when nobody writes; when somebody does again, it goes on. */
static bool fd_again(void *self)
{
	struct fdfeed *f = self;
	struct pollfd p = { f->fd, POLLIN, 0 };
	struct stat st;

	if (fstat(f->fd, &st) < 0 || !S_ISFIFO(st.st_mode))
		return false;
	return poll(&p, 1, 0) >= 0 && (p.revents & POLLIN || !(p.revents & POLLHUP));
}

static void fd_close(void *self)
{
	struct fdfeed *f = self;

	close(f->fd);
	free(f->what);
	free(f);
}

const struct tl_feed_ops tl_fd_feed = {
	.name = "pipe",
	.read = fd_read,
	.descriptor = fd_descriptor,
	.again = fd_again,
	.close = fd_close,
};

bool tl_fd_feed_new(int fd, const char *what, void **self, struct tl_err *err)
{
	struct fdfeed *f = calloc(1, sizeof(*f));
	struct stat st;

	if (!f) {
		close(fd);
		return tl_err_nomem(err);
	}
	f->fd = fd;
	f->what = strdup(what);
	if (!f->what) {
		tl_err_nomem(err);
	} else if (fstat(fd, &st) < 0) {
		tl_err_sys(err, "cannot read '%s'", what);
	} else if (S_ISDIR(st.st_mode)) {
		tl_err_set(err, "'%s' is a directory", what);
	} else {
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		*self = f;
		return true;
	}
	fd_close(f);
	return false;
}

bool tl_source_open_pipe(int fd, const char *what, struct tl_source **out, struct tl_err *err)
{
	void *self;

	return tl_fd_feed_new(fd, what, &self, err) &&
	       tl_source_open_feed(&tl_fd_feed, self, what, out, err);
}
