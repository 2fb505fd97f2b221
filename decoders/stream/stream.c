/*
 * stream.c: see stream.h.  Input comes through the feed of a descriptor, and waits for the format in a
 * buffer.  A pipe begins in doubt: its first bytes go where the text belongs, and if they are text they
 * stay there.
 */
#include "decoders/stream/stream.h"

#include "decoders/stream/format.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define IN_BYTES ((size_t)128 << 10)
#define PIECE    IN_BYTES /* of text, made at a time: slow formats take some 5 ms for it */

/* Bytes that begin like something compressed, and may be text: so long one waits for more. */
#define DOUBT_MS 100

/* Between two looks at whether anybody wants it: damage can make much input out of nothing. */
#define MOST_INPUT ((size_t)4 << 20)

enum place {
	DOUBT,   /* a pipe's first bytes are still to come */
	PLAIN,   /* it is text */
	BETWEEN, /* a member, padding or the end comes */
	WITHIN,  /* a member */
	OVER,
};

struct stream {
	const struct tl_stream_format *format;
	enum place place;
	void *from; /* a tl_fd_feed */
	char *what;
	void *member;
	bool begun;              /* some member was begun: what follows may be something else */
	bool starved;            /* the member needs more input */
	bool ended;              /* there is no more */
	uint64_t size;           /* of the file; 0: of a pipe */
	uint64_t taken;          /* bytes of input, with those in `in` */
	uint64_t behind;         /* the offset behind the last member */
	_Atomic uint64_t offset; /* of the next byte for the member, for others to ask */
	size_t in_at, in_len;
	uint8_t *in; /* NULL until it is known to be compressed */
};

/* ---- which format */

enum guess { NO, PERHAPS, YES };

/* PERHAPS: there are too few bytes to tell. */
static enum guess guess(const struct tl_stream_format *f, const uint8_t *head, size_t len)
{
	size_t n = len < f->magic_len ? len : f->magic_len;

	if (memcmp(head, f->magic, n) != 0)
		return NO;
	if (len < f->magic_len || len < f->check_len)
		return PERHAPS;
	return !f->check || f->check(head) ? YES : NO;
}

static enum guess guess_any(const uint8_t *head, size_t len, const struct tl_stream_format **out)
{
	enum guess best = NO;

	for (size_t i = 0; tl_stream_formats[i]; i++) {
		enum guess g = guess(tl_stream_formats[i], head, len);

		if (g > best) {
			best = g;
			*out = tl_stream_formats[i];
		}
	}
	return best;
}

const struct tl_stream_format *tl_stream_probe(const uint8_t *head, size_t len)
{
	const struct tl_stream_format *f = NULL;

	return guess_any(head, len, &f) == YES ? f : NULL;
}

/* ---- input */

static uint64_t offset(const struct stream *s)
{
	return s->taken - s->in_len;
}

/* Get more: FOUND; PENDING: it comes later; NONE: that was all; FAILED. */
static enum tl_lookup fill(struct stream *s, struct tl_err *err)
{
	struct pollfd more = { tl_fd_feed.descriptor(s->from), POLLIN, 0 };
	enum tl_lookup found;
	size_t got = 0;

	if (s->ended)
		return TL_NONE;
	if (s->size == 0 && poll(&more, 1, 0) <= 0)
		return TL_PENDING;
	memmove(s->in, s->in + s->in_at, s->in_len);
	s->in_at = 0;
	found = tl_fd_feed.read(s->from, s->in + s->in_len, IN_BYTES - s->in_len, &got, err);
	s->in_len += got;
	s->taken += got;
	s->ended = found == TL_NONE;
	return found;
}

/* At least n bytes of it, fewer where it ends: FOUND; or as fill(). */
static enum tl_lookup look_ahead(struct stream *s, size_t n, struct tl_err *err)
{
	while (s->in_len < n && !s->ended) {
		enum tl_lookup found = fill(s, err);

		if (found == TL_PENDING || found == TL_FAILED)
			return found;
	}
	return TL_FOUND;
}

static void skip(struct stream *s, size_t n)
{
	s->in_at += n;
	s->in_len -= n;
	atomic_store_explicit(&s->offset, offset(s), memory_order_relaxed);
}

/* ---- members */

static bool member_begins(const struct stream *s)
{
	const uint8_t *head = s->in + s->in_at;

	if (guess(s->format, head, s->in_len) == YES)
		return true;
	return s->begun && s->in_len >= 4 && s->format->follows && s->format->follows(head);
}

/* Padding of zeros, as tapes and xz have it.  FOUND: something else follows. */
static enum tl_lookup skip_zeros(struct stream *s, struct tl_err *err)
{
	uint64_t began = s->taken;

	while (s->taken - began < MOST_INPUT) {
		enum tl_lookup found = look_ahead(s, 1, err);
		size_t n = 0;

		if (found != TL_FOUND)
			return found;
		if (s->in_len == 0)
			return TL_NONE;
		while (n < s->in_len && s->in[s->in_at + n] == 0)
			n++;
		if (n == 0)
			return TL_FOUND;
		skip(s, n);
	}
	return TL_PENDING;
}

/* FOUND: a member was begun.  NONE: it is the end, which is all right. */
static enum tl_lookup begin_member(struct stream *s, struct tl_err *err)
{
	enum tl_lookup found;

	if (s->begun && (found = skip_zeros(s, err)) != TL_FOUND)
		return found;
	if ((found = look_ahead(s, TL_STREAM_MAGIC_MAX, err)) != TL_FOUND)
		return found;
	if (!member_begins(s)) {
		tl_err_set(err,
			   "'%s': what follows from byte %" PRIu64
			   " on is not %s; what came before is shown",
			   s->what, s->behind, s->format->name);
		return TL_FAILED;
	}
	s->format->end(s->member);
	s->member = s->format->begin();
	if (!s->member) {
		tl_err_nomem(err);
		return TL_FAILED;
	}
	s->begun = true;
	s->starved = false;
	s->place = WITHIN;
	return TL_FOUND;
}

static enum tl_lookup cut_off(struct stream *s, struct tl_err *err)
{
	tl_err_set(err, "'%s': cut off at byte %" PRIu64 "; what came before is shown", s->what,
		   offset(s));
	return TL_FAILED;
}

static enum tl_lookup broken(struct stream *s, bool damaged, struct tl_err *err)
{
	tl_err_prefix(err, "'%s': %s at byte %" PRIu64 ": ", s->what,
		      damaged ? "damaged" : "cannot be read", offset(s));
	return TL_FAILED;
}

/* Text of the member, *got > 0 then; or PENDING: go on, FAILED. */
static enum tl_lookup run_member(struct stream *s, uint8_t *buf, size_t n, size_t *got,
				 struct tl_err *err)
{
	struct tl_span in = { s->in + s->in_at, s->in_len };
	enum tl_stream_step step = s->format->run(s->member, &in, s->ended, buf, n, got, err);
	bool stuck = in.len == s->in_len && *got == 0;

	skip(s, s->in_len - in.len);
	s->starved = s->in_len == 0 && *got < n;
	switch (step) {
	case TL_STREAM_ENDS:
		s->place = BETWEEN;
		s->behind = offset(s);
		break;
	case TL_STREAM_GOES_ON:
		if (stuck && s->ended)
			return cut_off(s, err);
		if (stuck && s->in_len > 0) /* it wants more at once */
			s->starved = true;
		break;
	case TL_STREAM_BREAKS:
	case TL_STREAM_REFUSES:
		return broken(s, step == TL_STREAM_BREAKS, err);
	}
	return *got > 0 ? TL_FOUND : TL_PENDING;
}

static enum tl_lookup unpack(struct stream *s, uint8_t *buf, size_t n, size_t *got,
			     struct tl_err *err)
{
	uint64_t began = s->taken;
	enum tl_lookup found;

	while (s->taken - began < MOST_INPUT) {
		if (s->place == BETWEEN) {
			found = begin_member(s, err);
		} else if (s->starved && !s->ended) {
			if (s->in_len == IN_BYTES) {
				tl_err_set(err, "it has no end");
				return broken(s, true, err);
			}
			found = fill(s, err);
			s->starved = found == TL_PENDING;
			found = found == TL_NONE ? TL_FOUND : found;
		} else {
			found = run_member(s, buf, n, got, err);
			/* Members without text are very many in no time: one after another. */
			if (found == TL_PENDING && s->place == WITHIN)
				continue;
			return found;
		}
		if (found != TL_FOUND)
			return found;
	}
	return TL_PENDING;
}

/* ---- the beginning of a pipe */

static enum tl_lookup begin_plain(struct stream *s)
{
	s->place = PLAIN;
	return TL_FOUND;
}

/* `head` is compressed: from now on it is input. */
static enum tl_lookup begin_compressed(struct stream *s, const uint8_t *head, size_t len,
				       struct tl_err *err)
{
	s->in = malloc(len > IN_BYTES ? len : IN_BYTES);
	if (!s->in) {
		tl_err_nomem(err);
		return TL_FAILED;
	}
	memcpy(s->in, head, len);
	s->in_len = s->taken = len;
	s->place = BETWEEN;
	return TL_PENDING;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Read as much as it takes to know.  FOUND: it is text, *got bytes of it. */
static enum tl_lookup resolve(struct stream *s, uint8_t *buf, size_t n, size_t *got,
			      struct tl_err *err)
{
	struct pollfd more = { tl_fd_feed.descriptor(s->from), POLLIN, 0 };
	int64_t until = 0, left;
	size_t len = 0;

	for (;;) {
		enum tl_lookup found = tl_fd_feed.read(s->from, buf + *got, n - *got, &len, err);
		enum guess g;

		if (found == TL_FAILED || (found == TL_PENDING && *got == 0))
			return found;
		*got += found == TL_FOUND ? len : 0;
		if (*got == 0)
			return found;
		g = guess_any(buf, *got, &s->format);
		if (g == YES)
			return begin_compressed(s, buf, *got, err);
		if (g == NO || found == TL_NONE)
			return begin_plain(s);
		until = until ? until : now_ms() + DOUBT_MS;
		left = until - now_ms();
		if (poll(&more, 1, left > 0 ? (int)left : 0) <= 0)
			return begin_plain(s);
	}
}

/* ---- the feed */

static enum tl_lookup stream_read(void *self, uint8_t *buf, size_t n, size_t *got,
				  struct tl_err *err)
{
	struct stream *s = self;
	enum tl_lookup found = TL_PENDING;

	*got = 0;
	if (s->place == OVER)
		return TL_NONE;
	if (s->place == PLAIN)
		return tl_fd_feed.read(s->from, buf, n, got, err);
	n = n < PIECE ? n : PIECE;
	if (s->place == DOUBT) {
		found = resolve(s, buf, n, got, err);
		if (s->place != BETWEEN || found == TL_FAILED)
			return found;
		*got = 0;
	}
	found = unpack(s, buf, n, got, err);
	if (found == TL_FAILED || found == TL_NONE)
		s->place = OVER;
	return found;
}

static int stream_descriptor(void *self)
{
	struct stream *s = self;
	bool idle = (s->place == BETWEEN && s->in_len < TL_STREAM_MAGIC_MAX) ||
		    (s->place == WITHIN && s->starved);

	if (s->place == DOUBT || s->place == PLAIN || (idle && !s->ended))
		return tl_fd_feed.descriptor(s->from);
	return -1;
}

static double stream_progress(void *self)
{
	struct stream *s = self;

	if (s->size == 0)
		return -1;
	return (double)atomic_load_explicit(&s->offset, memory_order_relaxed) / (double)s->size;
}

static bool pipe_again(void *self)
{
	struct stream *s = self;

	return s->place == PLAIN && tl_fd_feed.again(s->from);
}

static void stream_close(void *self)
{
	struct stream *s = self;

	if (s->format)
		s->format->end(s->member);
	tl_fd_feed.close(s->from);
	free(s->what);
	free(s->in);
	free(s);
}

const struct tl_feed_ops tl_stream_feed = {
	.name = "stream",
	.read = stream_read,
	.descriptor = stream_descriptor,
	.progress = stream_progress,
	.close = stream_close,
};

/* What comes through a pipe is a pipe's, compressed or not. */
static const struct tl_feed_ops pipe_feed = {
	.name = "pipe",
	.read = stream_read,
	.descriptor = stream_descriptor,
	.again = pipe_again,
	.close = stream_close,
};

bool tl_stream_new(const struct tl_stream_format *format, int fd, const char *what, void **self,
		   struct tl_err *err)
{
	struct stream *s;
	void *from;
	struct stat st;

	if (!tl_fd_feed_new(fd, what, &from, err))
		return false;
	s = calloc(1, sizeof(*s));
	if (!s) {
		tl_fd_feed.close(from);
		return tl_err_nomem(err);
	}
	s->from = from;
	s->format = format;
	s->place = format ? BETWEEN : DOUBT;
	s->what = strdup(what);
	s->in = format ? malloc(IN_BYTES) : NULL;
	if (!s->what || (format && !s->in)) {
		stream_close(s);
		return tl_err_nomem(err);
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		s->size = (uint64_t)st.st_size;
	*self = s;
	return true;
}

bool tl_stream_open_file(const struct tl_stream_format *format, const char *path, const char *what,
			 struct tl_source **out, struct tl_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	void *self;

	if (fd < 0)
		return tl_err_sys(err, "cannot open '%s'", what);
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return tl_stream_new(format, fd, what, &self, err) &&
	       tl_source_open_feed(&tl_stream_feed, self, what, out, err);
}

bool tl_stream_open_pipe(int fd, const char *what, struct tl_source **out, struct tl_err *err)
{
	void *self;

	return tl_stream_new(NULL, fd, what, &self, err) &&
	       tl_source_open_feed(&pipe_feed, self, what, out, err);
}
