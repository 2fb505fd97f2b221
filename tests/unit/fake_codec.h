/*
 * fake_codec.h: a compressed format for tests, whose text can be told from outside.
 *
 * A file is a row of parts: a head of 16 bytes ("FK", flags, length of the text), and a byte for each
 * of the text, combined with the one FAKE_WINDOW bytes before it in the part: so whoever begins in
 * the middle with a wrong window gets a wrong text.  A point can be anywhere, but not everywhere.
 */
#ifndef TESTS_UNIT_FAKE_CODEC_H
#define TESTS_UNIT_FAKE_CODEC_H

#include "base/bytes.h"
#include "decoders/packed/codec.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	FAKE_KNOWN = 1, /* the part tells how long its text is, and so where it ends */
	FAKE_ENDS = 2,  /* only where it ends */
};

#define FAKE_HEAD   16
#define FAKE_WINDOW 100000
#define FAKE_STEP   50000 /* next() gives so much at the most, and can begin again behind it */

static struct tl_buf fake_table; /* of struct tl_point; empty: there is no table */
static uint64_t fake_table_size;
static _Atomic(uint64_t) fake_made; /* bytes of text that were decompressed */

struct fake {
	const struct tl_packed_file *file;
	uint64_t at;                 /* in the file */
	uint64_t left;               /* of the part's text */
	uint64_t done;               /* of it */
	uint8_t window[FAKE_WINDOW]; /* byte i of the part at i % FAKE_WINDOW */
};

/* Byte i of a text: lines of different lengths. */
static inline uint8_t fake_byte(uint64_t i)
{
	uint64_t x = (i / 7 + 1) * UINT64_C(0x9e3779b97f4a7c15);

	return (x >> 56) % 23 == 0 ? '\n' : (uint8_t)('a' + (x >> (i % 7 * 4) & 15));
}

/* Append a part with n bytes of the text from `at` on. */
static inline void fake_part(struct tl_buf *file, uint64_t at, uint64_t n, unsigned flags)
{
	uint8_t *p;

	if (!tl_buf_reserve(file, FAKE_HEAD + (size_t)n))
		abort();
	p = file->data + file->len;
	memset(p, 0, FAKE_HEAD);
	memcpy(p, "FK", 2);
	p[2] = (uint8_t)flags;
	tl_put64(p + 8, n);
	for (uint64_t i = 0; i < n; i++)
		p[FAKE_HEAD + i] =
		    fake_byte(at + i) ^ (i < FAKE_WINDOW ? 0 : fake_byte(at + i - FAKE_WINDOW));
	file->len += FAKE_HEAD + (size_t)n;
}

static int fake_probe(const uint8_t *head, size_t len)
{
	return len > 2 && !memcmp(head, "FK", 2) ? 100 : 0;
}

static enum tl_lookup fake_table_of(const struct tl_packed_file *file, struct tl_buf *points,
				    uint64_t *text_size)
{
	if (fake_table.len == 0)
		return TL_NONE;
	*text_size = fake_table_size;
	return tl_buf_append(points, fake_table.data, fake_table.len) ? TL_FOUND : TL_NONE;
}

static bool fake_get_head(const struct tl_packed_file *file, uint64_t at, uint8_t head[FAKE_HEAD])
{
	return at + FAKE_HEAD <= file->size &&
	       pread(file->fd, head, FAKE_HEAD, (off_t)at) == FAKE_HEAD && !memcmp(head, "FK", 2);
}

static enum tl_lookup fake_part_at(const struct tl_packed_file *file, uint64_t at, uint64_t *end,
				   uint64_t *text_len)
{
	uint8_t head[FAKE_HEAD];

	if (at >= file->size)
		return TL_NONE;
	if (!fake_get_head(file, at, head) || !(head[2] & (FAKE_KNOWN | FAKE_ENDS)))
		return TL_FAILED;
	*end = at + FAKE_HEAD + tl_get64(head + 8);
	*text_len = head[2] & FAKE_KNOWN ? tl_get64(head + 8) : UINT64_MAX;
	return TL_FOUND;
}

static bool fake_open(const struct tl_packed_file *file, const struct tl_point *from,
		      struct tl_span window, void **stream, struct tl_err *err)
{
	struct fake *f = calloc(1, sizeof(*f));

	if (!f)
		return tl_err_nomem(err);
	f->file = file;
	f->at = from->file;
	if (from->state[0] > 0) {
		f->left = from->state[0];
		f->done = from->state[1];
		for (size_t i = 0; i < window.len; i++)
			f->window[(f->done - window.len + i) % FAKE_WINDOW] = window.data[i];
	}
	*stream = f;
	return true;
}

/* Which part comes?  NONE: no more. */
static enum tl_lookup fake_enter(struct fake *f, struct tl_err *err)
{
	uint8_t head[FAKE_HEAD];

	if (f->at >= f->file->size)
		return TL_NONE;
	if (!fake_get_head(f->file, f->at, head)) {
		tl_err_set(err, "'%s': damaged at byte %lu", f->file->path, f->at);
		return TL_FAILED;
	}
	f->left = tl_get64(head + 8);
	f->done = 0;
	f->at += FAKE_HEAD;
	memset(f->window, 0, sizeof(f->window));
	return TL_FOUND;
}

/* Word by word: a sanitizer looks at each access. */
static void fake_combine(uint8_t *to, const uint8_t *with, size_t n)
{
	uint64_t a, b;

	for (; n >= 8; n -= 8, to += 8, with += 8) {
		memcpy(&a, to, 8);
		memcpy(&b, with, 8);
		a ^= b;
		memcpy(to, &a, 8);
	}
	while (n-- > 0)
		*to++ ^= *with++;
}

static enum tl_lookup fake_next(void *stream, uint8_t *out, size_t n, size_t *got,
				struct tl_err *err)
{
	struct fake *f = stream;
	ssize_t r;

	*got = 0;
	if (f->left == 0)
		return fake_enter(f, err); /* nothing yet */
	if (n > FAKE_STEP)
		n = FAKE_STEP;
	if (n > f->left)
		n = (size_t)f->left;
	r = pread(f->file->fd, out, n, (off_t)f->at);
	if (r <= 0) {
		tl_err_set(err, "'%s': cut off at byte %lu", f->file->path, f->at);
		return TL_FAILED;
	}
	for (size_t i = 0, len; i < (size_t)r; i += len) {
		size_t w = (f->done + i) % FAKE_WINDOW;

		len = (size_t)r - i < FAKE_WINDOW - w ? (size_t)r - i : FAKE_WINDOW - w;
		fake_combine(out + i, f->window + w, len);
		memcpy(f->window + w, out + i, len);
	}
	f->at += (uint64_t)r;
	f->done += (uint64_t)r;
	f->left -= (uint64_t)r;
	*got = (size_t)r;
	atomic_fetch_add(&fake_made, (uint64_t)r);
	return TL_FOUND;
}

static bool fake_point(void *stream, struct tl_point *out, size_t *window)
{
	struct fake *f = stream;

	*out = (struct tl_point){ .file = f->at };
	*window = 0;
	if (f->left == 0)
		return true;
	if (f->done % 3 == 0 || f->done > UINT32_MAX) /* just not here */
		return false;
	out->state[0] = (uint32_t)f->left;
	out->state[1] = (uint32_t)f->done;
	*window = f->done < FAKE_WINDOW ? (size_t)f->done : FAKE_WINDOW;
	return true;
}

static uint64_t fake_at(const void *stream)
{
	return ((const struct fake *)stream)->at;
}

static const struct tl_codec_ops fake_codec = {
	.name = "fake",
	.probe = fake_probe,
	.table = fake_table_of,
	.part = fake_part_at,
	.open = fake_open,
	.next = fake_next,
	.point = fake_point,
	.at = fake_at,
	.close = free,
};

#endif
