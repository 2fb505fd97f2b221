/*
 * codec.h: any bytes as a compressed file: its table, its parts, its text to the end or to where it
 * breaks, and the text from points on the way, which has to be the same.
 */
#ifndef TESTS_FUZZ_CODEC_H
#define TESTS_FUZZ_CODEC_H

#include "decoders/packed/codec.h"
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#define FUZZ_TEXT   (1u << 20) /* so much is read, */
#define FUZZ_STEP   (20u << 10)
#define FUZZ_POINTS 8 /* and from so many points */

static void fuzz_table(const struct tl_codec_ops *codec, const struct tl_packed_file *f)
{
	struct tl_buf points = TL_BUF_INIT;
	uint64_t size;

	if (codec->table && codec->table(f, &points, &size) == TL_FOUND) {
		const struct tl_point *p = (const struct tl_point *)points.data;

		for (size_t i = 0; i < points.len / sizeof(*p); i++) {
			must(p[i].file < f->size && p[i].text < size);
			must(i == 0 || (p[i].file > p[i - 1].file && p[i].text > p[i - 1].text));
		}
	}
	tl_buf_fini(&points);
}

static void fuzz_parts(const struct tl_codec_ops *codec, const struct tl_packed_file *f)
{
	uint64_t at = 0, end, len;

	while (codec->part && codec->part(f, at, &end, &len) == TL_FOUND) {
		must(end > at && end <= f->size);
		at = end;
	}
}

/* Append some of the text.  False: no more comes. */
static bool fuzz_next(const struct tl_codec_ops *codec, void *stream, struct tl_buf *text)
{
	struct tl_err err = TL_ERR_INIT;
	enum tl_lookup found;
	size_t got;

	must(tl_buf_reserve(text, FUZZ_STEP));
	found = codec->next(stream, text->data + text->len, FUZZ_STEP, &got, &err);
	must(got <= FUZZ_STEP);
	must(found == TL_FOUND || found == TL_NONE || (found == TL_FAILED && err.msg[0]));
	text->len += got;
	return found == TL_FOUND && text->len < FUZZ_TEXT;
}

static void fuzz_from(const struct tl_codec_ops *codec, const struct tl_packed_file *f,
		      const struct tl_point *from, struct tl_span window, struct tl_buf *text)
{
	struct tl_err err = TL_ERR_INIT;
	void *stream;

	if (!codec->open(f, from, window, &stream, &err)) {
		must(err.msg[0]);
		return;
	}
	while (fuzz_next(codec, stream, text))
		;
	codec->close(stream);
}

struct fuzz_point {
	struct tl_point p;
	size_t at, window; /* in the text */
};

/* From a point one reads what one reads from the beginning, as far as both go. */
static void fuzz_point(const struct tl_codec_ops *codec, const struct tl_packed_file *f,
		       const struct fuzz_point *from, const struct tl_buf *text)
{
	struct tl_buf rest = TL_BUF_INIT;
	size_t n = text->len - from->at;

	must(from->window <= from->at);
	fuzz_from(codec, f, &from->p,
		  (struct tl_span){ text->data + from->at - from->window, from->window }, &rest);
	if (rest.len < n)
		n = rest.len;
	must(n == 0 || !memcmp(rest.data, text->data + from->at, n));
	tl_buf_fini(&rest);
}

static void fuzz_text(const struct tl_codec_ops *codec, const struct tl_packed_file *f)
{
	struct fuzz_point points[FUZZ_POINTS];
	struct tl_buf text = TL_BUF_INIT;
	struct tl_err err = TL_ERR_INIT;
	struct tl_point first = { 0 };
	size_t npoints = 0;
	void *stream;

	must(codec->open(f, &first, (struct tl_span){ NULL, 0 }, &stream, &err));
	while (fuzz_next(codec, stream, &text)) {
		struct fuzz_point *p = &points[npoints];

		must(codec->at(stream) <= f->size);
		if (npoints == FUZZ_POINTS || !codec->point(stream, &p->p, &p->window))
			continue;
		must(p->p.file <= f->size);
		p->at = text.len;
		npoints++;
	}
	codec->close(stream);
	for (size_t i = 0; i < npoints; i++)
		fuzz_point(codec, f, &points[i], &text);
	tl_buf_fini(&text);
}

static int fuzz_codec(const struct tl_codec_ops *codec, const uint8_t *data, size_t n)
{
	struct tl_packed_file f = { memfd_create("fuzz", MFD_CLOEXEC), "fuzz", n };

	must(f.fd >= 0 && write(f.fd, data, n) == (ssize_t)n);
	codec->probe(data, n);
	fuzz_table(codec, &f);
	fuzz_parts(codec, &f);
	fuzz_text(codec, &f);
	close(f.fd);
	return 0;
}

#endif
