/*
 * pipe.c: a text that comes through a pipe (FIFO, terminal, socket, /proc), once and in
 * order.  A thread reads it into a spool, only as far as somebody wants: the writer at the
 * other end of `git log | tless` stops when the first screen is full.  The thread sleeps in
 * poll() on the pipe and an eventfd, so that it hears want, stop and close at any time.
 */
#include "text/source.h"
#include "text/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the kernel allows everybody; 64 KiB are used up in 10 us. */
#define PIPE_SIZE (1 << 20)

struct pipe {
	int fd;
	int wake_fd;
	char *what; /* for messages */
	struct tl_spool *spool;
	pthread_t reader;
	bool started;
	bool widened; /* reader only */

	pthread_mutex_t lock; /* of all below */
	uint64_t wanted;      /* chunks */
	bool closing;
	bool complete;     /* the end was seen; the spool grows no more */
	bool failed;       /* nor does it now, but that is not the end */
	struct tl_err err; /* failed */
	void (*changed)(void *arg);
	void *changed_arg;
};

/* Any thread: the reader looks again what is wanted. */
static void wake(void *arg)
{
	struct pipe *p = arg;
	uint64_t one = 1;

	if (write(p->wake_fd, &one, sizeof(one)) < 0) {
		/* The counter is full: it is awake. */
	}
}

static void pipe_extent(void *self, struct tl_extent *out)
{
	struct pipe *p = self;
	bool complete;

	pthread_mutex_lock(&p->lock);
	complete = p->complete; /* first: if so, the size is final */
	pthread_mutex_unlock(&p->lock);
	*out = tl_extent_of_bytes(tl_spool_size(p->spool), complete);
}

static enum tl_lookup pipe_read(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	enum tl_lookup absent = TL_PENDING, found;
	struct tl_err why = TL_ERR_INIT;
	struct pipe *p = self;

	pthread_mutex_lock(&p->lock); /* before reading, for the same reason */
	if (p->complete) {
		absent = TL_NONE;
	} else if (p->failed) {
		absent = TL_FAILED;
		why = p->err;
	}
	pthread_mutex_unlock(&p->lock);
	found = tl_spool_read(p->spool, k, out, err);
	if (found != TL_NONE)
		return found;
	if (absent == TL_FAILED && err)
		*err = why;
	return absent;
}

static void pipe_want(void *self, uint64_t n)
{
	struct pipe *p = self;
	bool more;

	pthread_mutex_lock(&p->lock);
	more = n > p->wanted;
	if (more)
		p->wanted = n;
	pthread_mutex_unlock(&p->lock);
	if (more)
		wake(p);
}

static void pipe_stop(void *self)
{
	struct pipe *p = self;

	pthread_mutex_lock(&p->lock);
	p->wanted = tl_spool_size(p->spool) >> TL_FILE_SHIFT;
	pthread_mutex_unlock(&p->lock);
	wake(p);
}

static void pipe_on_change(void *self, void (*fn)(void *arg), void *arg)
{
	struct pipe *p = self;

	pthread_mutex_lock(&p->lock);
	p->changed = fn;
	p->changed_arg = arg;
	pthread_mutex_unlock(&p->lock);
}

/* ---- the reader thread */

static void tell(struct pipe *p)
{
	void (*fn)(void *arg);
	void *arg;

	pthread_mutex_lock(&p->lock);
	fn = p->changed;
	arg = p->changed_arg;
	pthread_mutex_unlock(&p->lock);
	if (fn)
		fn(arg);
}

static void end(struct pipe *p)
{
	pthread_mutex_lock(&p->lock);
	p->complete = true;
	pthread_mutex_unlock(&p->lock);
	tell(p);
}

static void fail(struct pipe *p, const struct tl_err *err)
{
	pthread_mutex_lock(&p->lock);
	p->failed = true;
	p->err = *err;
	pthread_mutex_unlock(&p->lock);
	tell(p);
}

/* Something can be read, or the other end was closed (`hung_up`). */
static void receive(struct pipe *p, uint8_t *at, size_t n, bool hung_up)
{
	ssize_t r = read(p->fd, at, n);
	struct tl_err err;

	if (r > 0) {
		tl_spool_advance(p->spool, (size_t)r);
		tell(p);
	} else if (r == 0 || (errno == EIO && hung_up)) { /* the latter: a terminal closed */
		end(p);
	} else if (errno != EINTR && errno != EAGAIN) {
		tl_err_sys(&err, "cannot read '%s'", p->what);
		fail(p, &err);
	}
}

/* Let the other end run ahead while we are busy; but not for a text of one screen. */
static void widen(struct pipe *p)
{
	if (p->widened || tl_spool_size(p->spool) < ((uint64_t)1 << TL_FILE_SHIFT))
		return;
	p->widened = true;
	fcntl(p->fd, F_SETPIPE_SZ, PIPE_SIZE); /* fails on what is not a pipe: all the same */
}

static void *read_pipe(void *arg)
{
	struct pipe *p = arg;
	sigset_t all;

	/* Signals are for the thread that owns the screen. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	for (;;) {
		struct pollfd fds[2] = { { p->wake_fd, POLLIN, 0 }, { -1, POLLIN, 0 } };
		bool over, closing, more;
		uint64_t wakes;
		struct tl_err err;
		uint8_t *at;
		size_t n;

		pthread_mutex_lock(&p->lock);
		closing = p->closing;
		over = p->complete || p->failed;
		more = tl_spool_size(p->spool) >> TL_FILE_SHIFT < p->wanted;
		pthread_mutex_unlock(&p->lock);
		if (closing || over)
			return NULL;
		if (more) {
			enum tl_lookup room = tl_spool_room(p->spool, &at, &n, &err);

			if (room == TL_FAILED) {
				fail(p, &err);
				continue;
			}
			widen(p);
			if (room == TL_FOUND)
				fds[1].fd = p->fd;
		}
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents && read(p->wake_fd, &wakes, sizeof(wakes)) < 0) {
			/* Somebody else's wake was counted in: fine. */
		}
		if (!fds[0].revents && fds[1].revents)
			receive(p, at, n, fds[1].revents & POLLHUP);
	}
}

/* ---- open and close */

static void pipe_close(void *self)
{
	struct pipe *p = self;

	if (p->started) {
		pthread_mutex_lock(&p->lock);
		p->closing = true;
		pthread_mutex_unlock(&p->lock);
		wake(p);
		pthread_join(p->reader, NULL);
	}
	close(p->fd); /* first, so that the writer gets its SIGPIPE at once */
	tl_spool_close(p->spool);
	if (p->wake_fd >= 0)
		close(p->wake_fd);
	pthread_mutex_destroy(&p->lock);
	free(p->what);
	free(p);
}

static const struct tl_source_ops pipe_ops = {
	.name = "pipe",
	.shift = TL_FILE_SHIFT,
	.extent = pipe_extent,
	.read = pipe_read,
	.want = pipe_want,
	.stop = pipe_stop,
	.close = pipe_close,
	.on_change = pipe_on_change,
};

static bool pipe_start(struct pipe *p, const char *what, struct tl_err *err)
{
	struct stat st;

	if (fstat(p->fd, &st) < 0)
		return tl_err_sys(err, "cannot read '%s'", what);
	if (S_ISDIR(st.st_mode))
		return tl_err_set(err, "'%s' is a directory", what);
	p->what = strdup(what);
	if (!p->what)
		return tl_err_nomem(err);
	p->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->wake_fd < 0)
		return tl_err_sys(err, "cannot make an eventfd");
	if (!tl_spool_open(wake, p, &p->spool, err))
		return false;
	fcntl(p->fd, F_SETFD, FD_CLOEXEC);
	p->started = pthread_create(&p->reader, NULL, read_pipe, p) == 0;
	return p->started || tl_err_set(err, "cannot start a thread");
}

bool tl_source_open_pipe(int fd, const char *what, struct tl_source **out, struct tl_err *err)
{
	struct pipe *p = calloc(1, sizeof(*p));

	if (!p) {
		close(fd);
		return tl_err_nomem(err);
	}
	p->fd = fd;
	p->wake_fd = -1;
	pthread_mutex_init(&p->lock, NULL);
	if (!pipe_start(p, what, err)) {
		pipe_close(p);
		return false;
	}
	return tl_source_new(&pipe_ops, p, out, err);
}
