/*
 * fake_text.h: a source made of a buffer, cut into small chunks anywhere, also in the middle of
 * lines; it can play a pipe that brings a little more each time somebody wants it.
 */
#ifndef TL_TESTS_FAKE_TEXT_H
#define TL_TESTS_FAKE_TEXT_H

#include "base/jobs.h"
#include "text/source.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct fake_text {
	pthread_mutex_t lock;
	struct tl_jobs *pool; /* woken when the text has grown */
	struct tl_buf bytes;
	size_t *start; /* of chunk k in the bytes; one more at the end */
	size_t nchunks;
	unsigned shift;
	size_t shown;    /* bytes that have come so far */
	bool pipe;       /* not all of it is there from the beginning */
	bool stuck;      /* nothing comes any more */
	size_t broken;   /* this chunk cannot be read */
	unsigned random; /* how much comes at a time */
	size_t nreads;   /* of chunks */
	struct tl_source_ops ops;
};

static inline size_t fake_chunks_shown(const struct fake_text *t)
{
	size_t n = 0;

	while (n < t->nchunks && t->start[n] < t->shown)
		n++;
	return n;
}

static inline void fake_extent(void *self, struct tl_extent *out)
{
	struct fake_text *t = self;
	size_t n;

	pthread_mutex_lock(&t->lock);
	n = fake_chunks_shown(t);
	*out = (struct tl_extent){ .nchunks = n,
				   .last_len = n ? t->shown - t->start[n - 1] : 0,
				   .complete = t->shown == t->bytes.len && !t->stuck };
	pthread_mutex_unlock(&t->lock);
}

static inline enum tl_lookup fake_read(void *self, uint64_t k, struct tl_buf *out,
				       struct tl_err *err)
{
	struct fake_text *t = self;
	enum tl_lookup found = TL_FOUND;
	size_t end;

	pthread_mutex_lock(&t->lock);
	t->nreads++;
	if (k == t->broken) {
		tl_err_set(err, "chunk %zu is broken", t->broken);
		found = TL_FAILED;
	} else if (k >= fake_chunks_shown(t)) {
		found = t->shown == t->bytes.len && !t->stuck ? TL_NONE : TL_PENDING;
	} else {
		end = t->start[k + 1] < t->shown ? t->start[k + 1] : t->shown;
		if (!tl_buf_append(out, t->bytes.data + t->start[k], end - t->start[k]))
			found = TL_FAILED;
	}
	pthread_mutex_unlock(&t->lock);
	return found;
}

static inline void fake_want(void *self, uint64_t n)
{
	struct fake_text *t = self;
	size_t end, more;

	pthread_mutex_lock(&t->lock);
	end = n < t->nchunks ? t->start[n] : t->bytes.len;
	if (t->shown < end && !t->stuck) {
		t->random = t->random * 1103515245u + 12345u;
		more = 1 + (t->random >> 8) % 40;
		t->shown = end - t->shown < more ? end : t->shown + more;
	}
	pthread_mutex_unlock(&t->lock);
	/* In a program somebody hears of it and wakes the workers. */
	tl_jobs_wake(t->pool);
}

static inline void fake_close(void *self)
{
	(void)self;
}

/* Takes the bytes.  Chunks of (1 << shift) bytes; `ragged`: of any length up to that. */
static inline bool fake_open(struct fake_text *t, struct tl_buf *bytes, unsigned shift, bool ragged,
			     bool pipe, struct tl_jobs *pool, struct tl_source **out)
{
	size_t max = (size_t)1 << shift, at = 0;

	*t = (struct fake_text){ .bytes = *bytes, .shift = shift, .pipe = pipe, .pool = pool };
	*bytes = (struct tl_buf)TL_BUF_INIT;
	t->broken = SIZE_MAX;
	t->random = (unsigned)rand();
	t->start = calloc(t->bytes.len + 2, sizeof(size_t));
	pthread_mutex_init(&t->lock, NULL);
	while (at < t->bytes.len) {
		size_t n = ragged ? 1 + (size_t)rand() % max : max;

		t->start[t->nchunks++] = at;
		at = t->bytes.len - at < n ? t->bytes.len : at + n;
	}
	t->start[t->nchunks] = t->bytes.len;
	t->shown = pipe ? 0 : t->bytes.len;
	t->ops = (struct tl_source_ops){ .name = "fake",
					 .shift = shift,
					 .extent = fake_extent,
					 .read = fake_read,
					 .want = fake_want,
					 .close = fake_close };
	return t->start && tl_source_new(&t->ops, t, out, NULL);
}

/* After closing the source. */
static inline void fake_fini(struct fake_text *t)
{
	pthread_mutex_destroy(&t->lock);
	tl_buf_fini(&t->bytes);
	free(t->start);
}

/* The position of a byte. */
static inline uint64_t fake_pos(const struct fake_text *t, size_t byte)
{
	size_t k = 0;

	while (k + 1 < t->nchunks && t->start[k + 1] <= byte)
		k++;
	return t->nchunks ? ((uint64_t)k << t->shift) + (byte - t->start[k]) : 0;
}

#endif
