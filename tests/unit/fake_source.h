/*
 * fake_source.h: a text source for tests: a byte array cut into chunks anywhere, with
 * positions that have holes, and the extent and answers the test chooses.
 */
#ifndef TL_TESTS_FAKE_SOURCE_H
#define TL_TESTS_FAKE_SOURCE_H

#include "text/source.h"

#include <stdatomic.h>
#include <string.h>

#define FAKE_SHIFT  32
#define FAKE_CHUNKS 64

struct fake {
	const uint8_t *text;
	size_t ends[FAKE_CHUNKS]; /* where each chunk ends in the text */
	uint64_t nchunks;         /* that are there */
	bool complete;
	uint64_t failing; /* this chunk cannot be read */
	uint64_t cut;     /* this one is not there, whatever the extent says */
	bool tell_last;   /* the extent knows the length of the last chunk */
	atomic_uint nreads;
	uint64_t wanted;
	void (*in_read)(void *arg); /* called within read; may be NULL */
	void *arg;
};

static inline size_t fake_start(const struct fake *f, uint64_t k)
{
	return k > 0 ? f->ends[k - 1] : 0;
}

static inline size_t fake_len(const struct fake *f, uint64_t k)
{
	return f->ends[k] - fake_start(f, k);
}

static inline void fake_extent(void *self, struct tl_extent *out)
{
	const struct fake *f = self;

	*out = (struct tl_extent){
		.nchunks = f->nchunks,
		.last_len =
		    f->tell_last && f->nchunks > 0 ? fake_len(f, f->nchunks - 1) : UINT64_MAX,
		.complete = f->complete,
	};
}

static inline enum tl_lookup fake_read(void *self, uint64_t k, struct tl_buf *out,
				       struct tl_err *err)
{
	struct fake *f = self;

	atomic_fetch_add(&f->nreads, 1);
	if (f->in_read)
		f->in_read(f->arg);
	if (k >= f->nchunks || k == f->cut)
		return f->complete ? TL_NONE : TL_PENDING;
	if (k == f->failing) {
		tl_err_set(err, "chunk %u is broken", (unsigned)k);
		return TL_FAILED;
	}
	tl_buf_append(out, f->text + fake_start(f, k), fake_len(f, k));
	return TL_FOUND;
}

static inline void fake_want(void *self, uint64_t n)
{
	struct fake *f = self;

	f->wanted = n;
}

static inline void fake_close(void *self)
{
	(void)self;
}

static const struct tl_source_ops fake_ops = {
	.name = "fake",
	.shift = FAKE_SHIFT,
	.extent = fake_extent,
	.read = fake_read,
	.want = fake_want,
	.close = fake_close,
};

static inline void fake_init(struct fake *f, const uint8_t *text)
{
	memset(f, 0, sizeof(*f));
	f->text = text;
	f->complete = true;
	f->failing = f->cut = UINT64_MAX;
}

/* The position of byte i, or of the end, behind the last byte. */
static inline uint64_t fake_pos(const struct fake *f, size_t i)
{
	uint64_t last = 0;

	for (uint64_t k = 0; k < f->nchunks; k++) {
		if (i < f->ends[k])
			return (k << FAKE_SHIFT) + (i - fake_start(f, k));
		if (fake_len(f, k) > 0)
			last = k;
	}
	return f->nchunks == 0 ? 0 : (last << FAKE_SHIFT) + fake_len(f, last);
}

#endif
