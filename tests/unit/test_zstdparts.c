/*
 * test_zstdparts.c: where frames end and what a seek table says; numbers that cannot be true are
 * not believed.
 */
#include "zstdmake.h"

#include <stdio.h>

#define FRAMES 9

struct fixture {
	struct tl_buf text, packed;
	size_t stored[FRAMES], len[FRAMES]; /* of each frame, and of its text */
};

static void fini(struct fixture *x)
{
	tl_buf_fini(&x->text);
	tl_buf_fini(&x->packed);
}

/* A few frames, the text of the last one being empty. */
static void make(struct fixture *x, bool pzstd)
{
	memset(x, 0, sizeof(*x));
	text_mixed(&x->text, 4000000);
	for (size_t i = 0, at = 0; i < FRAMES; i++) {
		size_t before = x->packed.len;

		x->len[i] = i == FRAMES - 1 ? 0 : 500000;
		if (pzstd) {
			put32(&x->packed, 0x184D2A50);
			put32(&x->packed, 4);
			put32(&x->packed, 0);
		}
		put_frame(&x->packed, part_of(&x->text, at, x->len[i]), ZSTD_c_contentSizeFlag,
			  !pzstd, ZSTD_c_checksumFlag, (int)(i & 1), 0);
		x->stored[i] = x->packed.len - before;
		at += x->len[i];
		if (pzstd)
			tl_put32(x->packed.data + before + 8, (uint32_t)x->stored[i] - 12);
	}
}

static void put_table(struct fixture *x, bool checksums)
{
	put32(&x->packed, 0x184D2A5E);
	put32(&x->packed, FRAMES * (checksums ? 12 : 8) + 9);
	for (size_t i = 0; i < FRAMES; i++) {
		put32(&x->packed, (uint32_t)x->stored[i]);
		put32(&x->packed, (uint32_t)x->len[i]);
		if (checksums)
			put32(&x->packed, 0x12345678);
	}
	put32(&x->packed, FRAMES);
	assert_true(tl_buf_putc(&x->packed, checksums ? 0x80 : 0));
	put32(&x->packed, 0x8F92EAB1);
}

/* ---- parts */
static void check_parts(const struct fixture *x, bool pzstd)
{
	struct tl_packed_file f = file_of(&x->packed);
	uint64_t at = 0, end, len;

	for (size_t i = 0; i < FRAMES; i++, at = end) {
		assert_int_equal(tl_codec_zstd.part(&f, at, &end, &len), TL_FOUND);
		assert_int_equal(end, at + x->stored[i]);
		assert_true(len == (pzstd ? UINT64_MAX : x->len[i]));
	}
	assert_int_equal(tl_codec_zstd.part(&f, at, &end, &len), TL_NONE);
	close(f.fd);
}

static void test_parts(void **state)
{
	struct fixture x;

	make(&x, false);
	check_parts(&x, false);
	fini(&x);
	make(&x, true);
	check_parts(&x, true);
	fini(&x);
}

static enum tl_lookup part_at(const struct tl_buf *packed, uint64_t at, uint64_t *end)
{
	struct tl_packed_file f = file_of(packed);
	uint64_t len;
	enum tl_lookup rc = tl_codec_zstd.part(&f, at, end, &len);

	close(f.fd);
	return rc;
}

static void test_parts_cut_off(void **state)
{
	struct fixture x;
	uint64_t end;
	size_t whole, all;

	make(&x, false);
	whole = x.stored[0] + x.stored[1];
	all = x.packed.len;
	for (size_t n = x.stored[0] + 1; n < whole; n += n + 20 < whole ? 9973 : 1) {
		x.packed.len = n;
		assert_int_equal(part_at(&x.packed, x.stored[0], &end), TL_FAILED);
	}
	x.packed.len = whole;
	assert_int_equal(part_at(&x.packed, x.stored[0], &end), TL_FOUND);
	assert_int_equal(part_at(&x.packed, whole, &end), TL_NONE);
	assert_int_equal(part_at(&x.packed, 1, &end), TL_FAILED);
	assert_int_equal(part_at(&x.packed, UINT64_MAX - 3, &end), TL_FAILED);
	x.packed.len = all;
	fini(&x);
}

/* pzstd's sizes are believed only where a frame follows, or nothing. */
static void test_wrong_size_of_pzstd(void **state)
{
	static const uint32_t wrong[] = { 0, 1, 100, 0x7fffffff, 0xffffffff };
	struct fixture x;
	uint64_t end;

	make(&x, true);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		tl_put32(x.packed.data + 8, wrong[i]);
		assert_int_equal(part_at(&x.packed, 0, &end), TL_FOUND);
		assert_int_equal(end, 12); /* a skippable frame, as any other */
		assert_int_equal(part_at(&x.packed, 12, &end), TL_FOUND);
		assert_int_equal(end, x.stored[0]);
	}
	fini(&x);
}

/* ---- the seek table */
static enum tl_lookup table_of(const struct tl_buf *packed, struct tl_buf *points, uint64_t *size)
{
	struct tl_packed_file f = file_of(packed);
	enum tl_lookup rc = tl_codec_zstd.table(&f, points, size);

	close(f.fd);
	return rc;
}

static void test_table(void **state)
{
	for (int checksums = 0; checksums < 2; checksums++) {
		struct tl_buf points = TL_BUF_INIT;
		const struct tl_point *p;
		size_t file = 0, text = 0;
		struct fixture x;
		uint64_t size;

		make(&x, false);
		put_table(&x, checksums);
		assert_int_equal(table_of(&x.packed, &points, &size), TL_FOUND);
		assert_int_equal(size, x.text.len);
		assert_int_equal(points.len, (FRAMES - 1) * sizeof(*p)); /* not of the empty one */
		p = (const struct tl_point *)points.data;
		for (size_t i = 0; i < FRAMES - 1; i++) {
			assert_int_equal(p[i].file, file);
			assert_int_equal(p[i].text, text);
			for (int k = 0; k < TL_POINT_STATE; k++)
				assert_int_equal(p[i].state[k], 0);
			file += x.stored[i];
			text += x.len[i];
		}
		tl_buf_fini(&points);
		fini(&x);
	}
}

static void check_no_table(const struct tl_buf *packed)
{
	struct tl_buf points = TL_BUF_INIT;
	uint64_t size;

	assert_int_equal(table_of(packed, &points, &size), TL_NONE);
	assert_int_equal(points.len, 0);
	tl_buf_fini(&points);
}

static void test_wrong_tables(void **state)
{
	struct fixture x;
	size_t frames, n;

	make(&x, false);
	frames = x.packed.len;
	check_no_table(&x.packed);
	put_table(&x, false);
	n = x.packed.len;
	/* Each byte of it matters, but for the low bits of a text's length and the unused ones of
	 * the descriptor. */
	for (size_t i = frames; i < n; i++) {
		size_t in_entry = (i - frames - 8) % 8;

		if ((i < frames + 8 || i >= n - 9 || in_entry < 4) && i != n - 5) {
			x.packed.data[i] ^= 0x40;
			check_no_table(&x.packed);
			x.packed.data[i] ^= 0x40;
		}
	}
	x.packed.data[n - 5] = 0x04; /* reserved */
	check_no_table(&x.packed);
	x.packed.data[n - 5] = 0;
	/* A text that so few bytes cannot hold. */
	tl_put32(x.packed.data + frames + 8 + 8 * (FRAMES - 1) + 4, 0xffffffff);
	check_no_table(&x.packed);
	/* Only the end of it. */
	for (size_t cut = frames; cut < n; cut += 7) {
		struct tl_buf tail = { x.packed.data + cut, n - cut, 0 };

		check_no_table(&tail);
	}
	fini(&x);
}

/* Entries are many: points are not, and lie apart. */
static void test_many_entries(void **state)
{
	enum { N = 30000 };
	struct tl_buf packed = TL_BUF_INIT, points = TL_BUF_INIT;
	const struct tl_point *p;
	uint64_t size;

	for (int i = 0; i < N; i++)
		assert_true(tl_buf_append(&packed, "\x28\xb5\x2f\xfd\x20\x01\x0b\0\0x", 10));
	put32(&packed, 0x184D2A5E);
	put32(&packed, N * 8 + 9);
	for (int i = 0; i < N; i++) {
		put32(&packed, 10);
		put32(&packed, 100000);
	}
	put32(&packed, N);
	assert_true(tl_buf_putc(&packed, 0));
	put32(&packed, 0x8F92EAB1);
	assert_int_equal(table_of(&packed, &points, &size), TL_FOUND);
	assert_int_equal(size, N * UINT64_C(100000));
	assert_int_equal(points.len / sizeof(*p), N / 3);
	p = (const struct tl_point *)points.data;
	assert_int_equal(p[1].text, 300000);
	assert_int_equal(p[1].file, 30);
	tl_buf_fini(&points);
	tl_buf_fini(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_parts_cut_off),
		cmocka_unit_test(test_wrong_size_of_pzstd),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_wrong_tables),
		cmocka_unit_test(test_many_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
