/*
 * pipe.c: a text that comes once and in order (feed.h): through a pipe, FIFO, terminal or socket,
 * or made from something else on the way.  A thread reads it into a spool, only as far as somebody
 * wants: the writer at the other end of `git log | tless` stops when the first screen is full.  The
 * thread sleeps in poll() on the pipe and an eventfd, so that it hears want, stop and close at any
 * time.
 */
#include "base/threadsignals.h"
#include "text/feed.h"
#include "text/spool.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* While it comes fast, others hear of it so often. */
#define TELL_MS 3

struct pipe {
	struct tl_source_ops ops; /* with the feed's name */
	const struct tl_feed_ops *feed;
	void *from;
	int wake_fd;
	char *what; /* for messages */
	struct tl_spool *spool;
	pthread_t reader;
	bool started;

	/* Of the reader. */
	bool untold;      /* there is more than was told */
	uint64_t told_ms; /* when something was told */

	pthread_mutex_t lock; /* of all below */
	uint64_t wanted;      /* chunks */
	bool closing;
	bool complete;     /* the end was seen, or failed; the spool grows no more */
	bool failed;       /* it is not the proper end */
	bool no_room;      /* and the fault is the spool's */
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
	enum tl_lookup absent, found;
	struct pipe *p = self;

	pthread_mutex_lock(&p->lock); /* before reading, for the same reason */
	absent = p->complete ? TL_NONE : TL_PENDING;
	pthread_mutex_unlock(&p->lock);
	found = tl_spool_read(p->spool, k, out, err);
	return found == TL_NONE ? absent : found;
}

/* Only chunks that are in memory, without their neighbours. */
static bool pipe_map(void *self, uint64_t k, size_t before, size_t after, struct tl_mapped *out)
{
	struct pipe *p = self;

	if ((before > 0 && k > 0) || after > 0 || !tl_spool_pin(p->spool, k, &out->chunk))
		return false;
	out->before = out->after = 0;
	out->end = (k + 1) << TL_FILE_SHIFT;
	out->window = NULL;
	return true;
}

static bool pipe_unmap(void *self, const struct tl_mapped *m)
{
	struct pipe *p = self;

	tl_spool_unpin(p->spool, (m->end >> TL_FILE_SHIFT) - 1);
	return true;
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

/* It goes on where it had to stop. */
static enum tl_change pipe_refresh(void *self, bool by_name, struct tl_err *err)
{
	enum tl_change change = TL_SAME;
	struct pipe *p = self;

	pthread_mutex_lock(&p->lock);
	if (p->complete && (p->no_room || (p->feed->again && p->feed->again(p->from)))) {
		if (p->no_room)
			tl_spool_retry(p->spool);
		p->complete = p->failed = p->no_room = false;
		change = TL_GREW;
	}
	pthread_mutex_unlock(&p->lock);
	if (change == TL_GREW)
		wake(p);
	return change;
}

static bool pipe_trouble(void *self, struct tl_err *err)
{
	struct pipe *p = self;
	bool failed;

	pthread_mutex_lock(&p->lock);
	failed = p->failed;
	if (failed)
		*err = p->err;
	pthread_mutex_unlock(&p->lock);
	return failed;
}

static double pipe_progress(void *self)
{
	struct pipe *p = self;

	return p->feed->progress ? p->feed->progress(p->from) : -1;
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

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void tell(struct pipe *p)
{
	void (*fn)(void *arg);
	void *arg;

	pthread_mutex_lock(&p->lock);
	fn = p->changed;
	arg = p->changed_arg;
	pthread_mutex_unlock(&p->lock);
	p->untold = false;
	p->told_ms = now_ms();
	if (fn)
		fn(arg);
}

/* Everybody who hears of it costs time: a first screen is told at once, much that comes fast
 * now and then. */
static void tell_soon(struct pipe *p)
{
	p->untold = true;
	if (tl_spool_size(p->spool) < ((uint64_t)1 << TL_FILE_SHIFT) ||
	    now_ms() >= p->told_ms + TELL_MS)
		tell(p);
}

static void end(struct pipe *p)
{
	pthread_mutex_lock(&p->lock);
	p->complete = true;
	pthread_mutex_unlock(&p->lock);
	tell(p);
}

static void fail(struct pipe *p, const struct tl_err *err, bool no_room)
{
	pthread_mutex_lock(&p->lock);
	p->complete = p->failed = true;
	p->no_room = no_room;
	p->err = *err;
	pthread_mutex_unlock(&p->lock);
	tell(p);
}

static void fail_to_keep(struct pipe *p, struct tl_err *err)
{
	tl_err_prefix(err, "%s: stopped reading at %" PRIu64 " MiB: ", p->what,
		      tl_spool_size(p->spool) >> 20);
	fail(p, err, true);
}

/* The feed has something, or its end. */
static void receive(struct pipe *p, uint8_t *at, size_t n)
{
	struct tl_err err = TL_ERR_INIT;
	size_t got = 0;
	enum tl_lookup found = p->feed->read(p->from, at, n, &got, &err);

	if (got > 0) {
		tl_spool_advance(p->spool, got);
		tell_soon(p);
	}
	if (found == TL_NONE)
		end(p);
	else if (found == TL_FAILED)
		fail(p, &err, false);
}

/* Is more to be read?  False in *on: never any more. */
static bool wants_more(struct pipe *p, bool *on)
{
	bool more;

	pthread_mutex_lock(&p->lock);
	*on = !p->closing;
	more = !p->complete && tl_spool_size(p->spool) >> TL_FILE_SHIFT < p->wanted;
	pthread_mutex_unlock(&p->lock);
	return more;
}

static void *read_pipe(void *arg)
{
	struct pipe *p = arg;
	bool on;

	tl_thread_leave_signals();
	for (;;) {
		struct pollfd fds[2] = { { p->wake_fd, POLLIN, 0 }, { -1, POLLIN, 0 } };
		bool more = wants_more(p, &on), ready = false;
		int patience = p->untold ? TELL_MS : -1, n;
		uint64_t wakes;
		struct tl_err err;
		uint8_t *at;
		size_t room;

		if (!on)
			return NULL;
		if (more) {
			enum tl_lookup found = tl_spool_room(p->spool, &at, &room, &err);

			if (found == TL_FAILED) {
				fail_to_keep(p, &err);
				continue;
			}
			more = found == TL_FOUND;
		}
		if (more)
			fds[1].fd = p->feed->descriptor(p->from);
		if (more && fds[1].fd < 0) {
			ready = true;
			patience = 0;
		}
		n = poll(fds, 2, patience);
		if (n < 0)
			continue;
		if (fds[0].revents && read(p->wake_fd, &wakes, sizeof(wakes)) < 0) {
			/* Somebody else's wake was counted in: fine. */
		}
		if (!fds[0].revents && (ready || fds[1].revents))
			receive(p, at, room);
		else if (n == 0 && p->untold)
			tell(p);
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
		if (p->feed->cancel)
			p->feed->cancel(p->from);
		wake(p);
		pthread_join(p->reader, NULL);
	}
	p->feed->close(p->from); /* first, so that the writer gets its SIGPIPE at once */
	tl_spool_close(p->spool);
	if (p->wake_fd >= 0)
		close(p->wake_fd);
	pthread_mutex_destroy(&p->lock);
	free(p->what);
	free(p);
}

static const struct tl_source_ops pipe_ops = {
	.shift = TL_FILE_SHIFT,
	.extent = pipe_extent,
	.read = pipe_read,
	.map = pipe_map,
	.unmap = pipe_unmap,
	.want = pipe_want,
	.stop = pipe_stop,
	.refresh = pipe_refresh,
	.trouble = pipe_trouble,
	.progress = pipe_progress,
	.close = pipe_close,
	.on_change = pipe_on_change,
};

static bool pipe_start(struct pipe *p, const char *what, struct tl_err *err)
{
	p->what = strdup(what);
	if (!p->what)
		return tl_err_nomem(err);
	p->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->wake_fd < 0)
		return tl_err_sys(err, "cannot make an eventfd");
	if (!tl_spool_open(wake, p, &p->spool, err))
		return false;
	p->started = pthread_create(&p->reader, NULL, read_pipe, p) == 0;
	return p->started || tl_err_set(err, "cannot start a thread");
}

bool tl_source_open_feed(const struct tl_feed_ops *ops, void *self, const char *what,
			 struct tl_source **out, struct tl_err *err)
{
	struct pipe *p = calloc(1, sizeof(*p));

	if (!p) {
		ops->close(self);
		return tl_err_nomem(err);
	}
	p->ops = pipe_ops;
	p->ops.name = ops->name;
	p->feed = ops;
	p->from = self;
	p->wake_fd = -1;
	pthread_mutex_init(&p->lock, NULL);
	if (!pipe_start(p, what, err)) {
		pipe_close(p);
		return false;
	}
	return tl_source_new(&p->ops, p, out, err);
}
