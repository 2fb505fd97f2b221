/*
 * zstdmake.h: texts, zstd files made of them, and reading those with the codec.
 */
#ifndef TESTS_UNIT_ZSTDMAKE_H
#define TESTS_UNIT_ZSTDMAKE_H

#include "base/buf.h"
#include "base/bytes.h"
#include "decoders/packed/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

/* ---- texts: kinds of data that make libzstd use all that its format has */
static inline uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static inline void put_random(struct tl_buf *b, size_t n, unsigned symbols, uint32_t *seed)
{
	for (size_t i = 0; i < n; i++)
		assert_true(tl_buf_putc(b, (uint8_t)(next_random(seed) % symbols)));
}

static inline void text_lines(struct tl_buf *b, size_t n)
{
	static const char *const words[] = { "sched_switch", "irq", "prev_comm=", "next", "0x" };
	uint32_t seed = 1;

	for (unsigned t = 0; b->len < n; t += next_random(&seed) % 900)
		assert_true(tl_buf_printf(b, "%6u.%06u: %s %u %s\n", t / 1000000, t % 1000000,
					  words[next_random(&seed) % 5], next_random(&seed) % 70000,
					  words[next_random(&seed) % 3]));
	b->len = n;
}

static inline void text_rows(struct tl_buf *b, size_t n) /* all matches alike */
{
	for (unsigned i = 0; b->len < n; i++)
		assert_true(tl_buf_printf(b, "%08u abcdefghijklmnopqrstuvwxyz\n", i / 3));
	b->len = n;
}

static inline void text_period(struct tl_buf *b, size_t n) /* one offset throughout */
{
	while (b->len < n)
		assert_true(tl_buf_puts(b, "0123456789abcdefghijklmnopqrstuvwxyz\n"));
	b->len = n;
}

static inline void text_random(struct tl_buf *b, size_t n) /* raw blocks */
{
	uint32_t seed = 2;

	put_random(b, n, 256, &seed);
}

static inline void text_one_byte(struct tl_buf *b, size_t n) /* RLE blocks */
{
	while (b->len < n)
		assert_true(tl_buf_putc(b, 'x'));
}

static inline void text_mixed(struct tl_buf *b, size_t n)
{
	uint32_t seed = 3;

	while (b->len < n) {
		size_t len = 1 + next_random(&seed) % 60000, from;

		switch (next_random(&seed) % 5) {
		case 0:
			put_random(b, len, 256, &seed);
			break;
		case 1:
			put_random(b, len, 3, &seed);
			break;
		case 2:
			put_random(b, len, 1, &seed);
			break;
		case 3: /* once more what was long ago */
			from = b->len > 0 ? next_random(&seed) % b->len : 0;
			assert_true(tl_buf_reserve(b, len));
			for (size_t i = 0; i < len && b->len > 0; i++)
				b->data[b->len++] = b->data[from + i];
			break;
		default:
			text_lines(b, b->len + len);
		}
	}
	b->len = n;
}

/* ---- files */
static inline struct tl_packed_file file_of(const struct tl_buf *bytes)
{
	struct tl_packed_file f = { memfd_create("zstd", MFD_CLOEXEC), "trace.zst", bytes->len };

	assert_true(f.fd >= 0);
	assert_int_equal(write(f.fd, bytes->data, bytes->len), (ssize_t)bytes->len);
	return f;
}

/* Append a frame; parameters in pairs, ended by 0. */
static inline void put_frame(struct tl_buf *out, struct tl_span text, ...)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t room = ZSTD_compressBound(text.len), n;
	va_list ap;

	va_start(ap, text);
	for (int name; (name = va_arg(ap, int)) != 0;)
		ZSTD_CCtx_setParameter(c, (ZSTD_cParameter)name, va_arg(ap, int));
	va_end(ap);
	assert_true(tl_buf_reserve(out, room));
	n = ZSTD_compress2(c, out->data + out->len, room, text.data, text.len);
	assert_false(ZSTD_isError(n));
	out->len += n;
	ZSTD_freeCCtx(c);
}

static inline void put32(struct tl_buf *b, uint32_t v)
{
	uint8_t bytes[4];

	tl_put32(bytes, v);
	assert_true(tl_buf_append(b, bytes, sizeof(bytes)));
}

static inline struct tl_span part_of(const struct tl_buf *b, size_t at, size_t n)
{
	return (struct tl_span){ b->data + at, n < b->len - at ? n : b->len - at };
}

/* ---- reading */
static inline void *open_at(const struct tl_packed_file *f, const struct tl_point *from,
			    struct tl_span window)
{
	struct tl_err err = TL_ERR_INIT;
	void *s = NULL;

	if (!tl_codec_zstd.open(f, from, window, &s, &err))
		fail_msg("%s", err.msg);
	return s;
}

static inline void *open_first(const struct tl_packed_file *f)
{
	struct tl_point first = { 0 };

	return open_at(f, &first, (struct tl_span){ NULL, 0 });
}

/* Read on to the end, n bytes at a time; the rest of `text`, from `at` on, must come. */
static inline void check_rest(void *stream, const struct tl_buf *text, size_t at, size_t n)
{
	uint8_t *out = malloc(n);
	struct tl_err err = TL_ERR_INIT;
	enum tl_lookup rc;
	size_t got;

	assert_non_null(out);
	while ((rc = tl_codec_zstd.next(stream, out, n, &got, &err)) == TL_FOUND) {
		assert_in_range(got, 1, n);
		assert_true(got <= text->len - at);
		assert_memory_equal(out, text->data + at, got);
		at += got;
	}
	if (rc == TL_FAILED)
		fail_msg("%s", err.msg);
	assert_int_equal(rc, TL_NONE);
	assert_int_equal(got, 0);
	assert_int_equal(at, text->len);
	free(out);
}

#endif
