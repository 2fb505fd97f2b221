/*
 * fuzz_zstd.c: any bytes as a zstd file: its seek table, its frames, its text to the end or to where it
 * breaks, and the text from points on the way.
 */
#include "decoders/packed/codec.h"
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#define TEXT_MAX (1u << 20) /* of which so much is read, */
#define STEP     (20u << 10)
#define POINTS   8 /* and from so many points */

static const struct tl_codec_ops *const codec = &tl_codec_zstd;

static void check_table(const struct tl_packed_file *f)
{
	struct tl_buf points = TL_BUF_INIT;
	uint64_t size;

	if (codec->table(f, &points, &size) == TL_FOUND) {
		const struct tl_point *p = (const struct tl_point *)points.data;

		for (size_t i = 0; i < points.len / sizeof(*p); i++) {
			must(p[i].file < f->size && p[i].text < size);
			must(i == 0 || (p[i].file > p[i - 1].file && p[i].text > p[i - 1].text));
		}
	}
	tl_buf_fini(&points);
}

static void check_parts(const struct tl_packed_file *f)
{
	uint64_t at = 0, end, len;

	while (codec->part(f, at, &end, &len) == TL_FOUND) {
		must(end > at && end <= f->size);
		at = end;
	}
}

/* Append the text from a point on to *text. */
static void read_from(const struct tl_packed_file *f, const struct tl_point *from,
		      struct tl_span window, struct tl_buf *text)
{
	struct tl_err err = TL_ERR_INIT;
	size_t got;
	void *s;

	if (!codec->open(f, from, window, &s, &err)) {
		must(err.msg[0]);
		return;
	}
	do {
		must(tl_buf_reserve(text, STEP));
		if (codec->next(s, text->data + text->len, STEP, &got, &err) != TL_FOUND)
			break;
		must(got > 0 && got <= STEP);
		text->len += got;
	} while (text->len < TEXT_MAX);
	codec->close(s);
}

static void check_text(const struct tl_packed_file *f)
{
	struct tl_buf text = TL_BUF_INIT, rest = TL_BUF_INIT;
	struct tl_point first = { 0 }, p;
	struct tl_err err = TL_ERR_INIT;
	size_t got, window;
	unsigned points = 0;
	void *s;

	must(codec->open(f, &first, (struct tl_span){ NULL, 0 }, &s, &err));
	do {
		must(tl_buf_reserve(&text, STEP));
		if (codec->next(s, text.data + text.len, STEP, &got, &err) != TL_FOUND)
			break;
		text.len += got;
		must(codec->at(s) <= f->size);
		if (!codec->point(s, &p, &window) || points++ >= POINTS)
			continue;
		must(window <= text.len);
		rest.len = 0;
		read_from(f, &p, (struct tl_span){ text.data + text.len - window, window }, &rest);
	} while (text.len < TEXT_MAX);
	codec->close(s);
	tl_buf_fini(&text);
	tl_buf_fini(&rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tl_packed_file f = { memfd_create("fuzz", MFD_CLOEXEC), "fuzz", n };

	must(f.fd >= 0 && write(f.fd, data, n) == (ssize_t)n);
	codec->probe(data, n);
	check_table(&f);
	check_parts(&f);
	check_text(&f);
	close(f.fd);
	return 0;
}
