/*
 * test_zstd.c: text from any point of a zstd file is the text that was compressed; what is wrong
 * with a file is told, and what comes before it is given.
 */
#include "zstdmake.h"

#include "command.h"
#include "decoders/zstd/fse.h"
#include "decoders/zstd/offsets.h"

#include <stdio.h>

#define STEP (256u << 10)

/* ---- points */
/* Go through the file and enter it at every point there is; how many were inside frames. */
static unsigned check_points(const struct tl_buf *packed, const struct tl_buf *text)
{
	struct tl_packed_file f = file_of(packed);
	void *s = open_first(&f);
	uint8_t *out = malloc(STEP);
	size_t at = 0, got, window;
	unsigned inside = 0;
	struct tl_point p;

	while (tl_codec_zstd.next(s, out, STEP, &got, NULL) == TL_FOUND) {
		assert_memory_equal(out, text->data + at, got);
		at += got;
		if (!tl_codec_zstd.point(s, &p, &window))
			continue;
		assert_true(window <= at);
		inside += window > 0;
		void *from = open_at(&f, &p, (struct tl_span){ text->data + at - window, window });
		check_rest(from, text, at, STEP);
		tl_codec_zstd.close(from);
	}
	assert_int_equal(at, text->len);
	assert_int_equal(tl_codec_zstd.at(s), packed->len);
	tl_codec_zstd.close(s);
	free(out);
	close(f.fd);
	return inside;
}

static void test_points(void **state)
{
	static void (*const kinds[])(struct tl_buf * b, size_t n) = {
		text_lines, text_rows, text_period, text_random, text_one_byte, text_mixed,
	};
	static const int levels[] = { -5, 1, 3, 6, 13, 19 };

	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		struct tl_buf text = TL_BUF_INIT, packed = TL_BUF_INIT;

		kinds[k](&text, 1200000);
		for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
			packed.len = 0;
			put_frame(&packed, part_of(&text, 0, text.len), ZSTD_c_compressionLevel,
				  levels[i], ZSTD_c_checksumFlag, (int)(i & 1), ZSTD_c_windowLog,
				  i & 2 ? 17 : 0, 0);
			assert_in_range(check_points(&packed, &text), 4, 12);
		}
		tl_buf_fini(&packed);
		tl_buf_fini(&text);
	}
}

/* Other ways to write a frame: long distances, jobs in parallel, no checksum, small windows. */
static void test_parameters(void **state)
{
	struct tl_buf text = TL_BUF_INIT, packed = TL_BUF_INIT;
	struct tl_span all;

	text_mixed(&text, 3 << 20);
	all = part_of(&text, 0, text.len);
	put_frame(&packed, all, ZSTD_c_enableLongDistanceMatching, 1, ZSTD_c_windowLog, 21, 0);
	assert_in_range(check_points(&packed, &text), 8, 24);
	packed.len = 0;
	put_frame(&packed, all, ZSTD_c_nbWorkers, 2, ZSTD_c_jobSize, 512 << 10, 0);
	assert_in_range(check_points(&packed, &text), 8, 24);
	packed.len = 0;
	put_frame(&packed, all, ZSTD_c_windowLog, 10, ZSTD_c_contentSizeFlag, 0, 0);
	assert_in_range(check_points(&packed, &text), 8, 24);
	packed.len = 0;
	put_frame(&packed, all, ZSTD_c_compressionLevel, 22, ZSTD_c_windowLog, 27, 0);
	assert_in_range(check_points(&packed, &text), 8, 24);
	tl_buf_fini(&packed);
	tl_buf_fini(&text);
}

/* A point in one frame, and the frames behind it, with skippable ones between. */
static void test_many_frames(void **state)
{
	struct tl_buf text = TL_BUF_INIT, packed = TL_BUF_INIT;

	text_mixed(&text, 2 << 20);
	for (size_t at = 0, n = 1; at < text.len; at += n, n = n * 7 + 1) {
		put32(&packed, 0x184D2A53);
		put32(&packed, 5);
		assert_true(tl_buf_puts(&packed, "hello"));
		put_frame(&packed, part_of(&text, at, n), ZSTD_c_checksumFlag, (int)(n & 1), 0);
		put_frame(&packed, part_of(&text, 0, 0), 0);
	}
	assert_in_range(check_points(&packed, &text), 4, 16);
	tl_buf_fini(&packed);
	tl_buf_fini(&text);
}

/* Any number of bytes may be asked for; points are there between blocks only. */
static void test_small_steps(void **state)
{
	struct tl_buf text = TL_BUF_INIT, packed = TL_BUF_INIT;
	static const size_t steps[] = { 1, 7, 4096, 131072, 131073 };
	struct tl_packed_file f;

	text_mixed(&text, 400000);
	put_frame(&packed, part_of(&text, 0, 262144), ZSTD_c_checksumFlag, 1, 0);
	put_frame(&packed, part_of(&text, 262144, text.len), ZSTD_c_checksumFlag, 1, 0);
	f = file_of(&packed);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		void *s = open_first(&f);

		check_rest(s, &text, 0, steps[i]);
		tl_codec_zstd.close(s);
	}
	close(f.fd);
	tl_buf_fini(&packed);
	tl_buf_fini(&text);
}

/* When all text of a frame was given, just filling what was asked for, it stands behind the frame. */
static void test_at_the_end_of_a_frame(void **state)
{
	struct tl_buf text = TL_BUF_INIT, packed = TL_BUF_INIT;
	struct tl_packed_file f;
	struct tl_point p;
	uint8_t *out = malloc(200000);
	size_t got, window, first;
	void *s;

	text_lines(&text, 400000);
	put_frame(&packed, part_of(&text, 0, 200000), ZSTD_c_checksumFlag, 1, 0);
	first = packed.len;
	put_frame(&packed, part_of(&text, 200000, 200000), 0);
	f = file_of(&packed);
	s = open_first(&f);
	for (size_t n = 0; n < 200000; n += got)
		assert_int_equal(tl_codec_zstd.next(s, out, 200000 - n, &got, NULL), TL_FOUND);
	assert_int_equal(tl_codec_zstd.at(s), first);
	assert_true(tl_codec_zstd.point(s, &p, &window));
	assert_int_equal(p.file, first);
	assert_int_equal(window, 0);
	tl_codec_zstd.close(s);
	close(f.fd);
	free(out);
	tl_buf_fini(&packed);
	tl_buf_fini(&text);
}

static void test_nothing(void **state)
{
	struct tl_buf text = TL_BUF_INIT, packed = TL_BUF_INIT;

	assert_true(tl_buf_reserve(&text, 1));
	put_frame(&packed, part_of(&text, 0, 0), 0);
	assert_int_equal(check_points(&packed, &text), 0);
	tl_buf_fini(&packed);
	tl_buf_fini(&text);
}

/* What the programs write from a pipe: no length of the text, workers, many frames. */
static void test_programs(void **state)
{
	static const char *const commands[] = { "zstd -T2 -19 -B512K", "zstd --fast=3",
						"zstd -12 --rsyncable --long=20", "pzstd -p 2 -1" };
	struct tl_buf text = TL_BUF_INIT, packed = TL_BUF_INIT;
	char name[] = "/tmp/tless-zstd-XXXXXX";
	unsigned tried = 0;
	int fd = mkstemp(name);

	text_mixed(&text, 3 << 20);
	assert_int_equal(write(fd, text.data, text.len), (ssize_t)text.len);
	close(fd);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (!run(&packed, "cat %s | %s -q -c", name, commands[i]))
			continue;
		assert_in_range(check_points(&packed, &text), 3, 24);
		tried++;
	}
	unlink(name);
	tl_buf_fini(&packed);
	tl_buf_fini(&text);
	if (tried == 0)
		skip();
}

/* Frames without text are not all passed over at once. */
static void test_no_text_for_long(void **state)
{
	static const uint8_t empty[] = { 0x28, 0xb5, 0x2f, 0xfd, 0, 0x38, 1, 0, 0 };
	struct tl_buf packed = TL_BUF_INIT;
	struct tl_packed_file f;
	size_t got = 1;
	uint64_t half;
	uint8_t c;
	void *s;

	while (packed.len < 8 * TL_CODEC_INPUT)
		assert_true(tl_buf_append(&packed, empty, sizeof(empty)));
	half = packed.len / 2;
	put_frame(&packed, (struct tl_span){ (const uint8_t *)"a", 1 }, 0);
	f = file_of(&packed);
	s = open_first(&f);
	assert_int_equal(tl_codec_zstd.next(s, &c, 1, &got, NULL), TL_FOUND);
	assert_int_equal(got, 0);
	assert_true(tl_codec_zstd.at(s) < half);
	while (got == 0)
		assert_int_equal(tl_codec_zstd.next(s, &c, 1, &got, NULL), TL_FOUND);
	assert_int_equal(c, 'a');
	assert_int_equal(tl_codec_zstd.next(s, &c, 1, &got, NULL), TL_NONE);
	tl_codec_zstd.close(s);
	close(f.fd);
	tl_buf_fini(&packed);
}

/* ---- damage */
/* Read to where it breaks: how much text came, which must be the beginning of `text`. */
static size_t read_broken(const struct tl_packed_file *f, const struct tl_buf *text,
			  struct tl_err *err)
{
	void *s = open_first(f);
	uint8_t *out = malloc(STEP);
	size_t at = 0, got;
	enum tl_lookup rc;

	do {
		rc = tl_codec_zstd.next(s, out, STEP, &got, err);
		assert_true(got <= text->len - at);
		assert_memory_equal(out, text->data + at, got);
		at += got;
	} while (rc == TL_FOUND);
	assert_int_equal(rc, TL_FAILED);
	assert_int_equal(tl_codec_zstd.next(s, out, STEP, &got, NULL), TL_FAILED);
	assert_int_equal(got, 0);
	tl_codec_zstd.close(s);
	free(out);
	return at;
}

static void check_broken(const struct tl_buf *packed, const struct tl_buf *text, size_t good,
			 const char *message)
{
	struct tl_packed_file f = file_of(packed);
	struct tl_err err = TL_ERR_INIT;

	assert_int_equal(read_broken(&f, text, &err), good);
	assert_string_equal(err.msg, message);
	close(f.fd);
}

static void test_cut_off(void **state)
{
	struct tl_buf text = TL_BUF_INIT, packed = TL_BUF_INIT;
	size_t before = 0;
	struct tl_packed_file f;

	text_lines(&text, 300000);
	put_frame(&packed, part_of(&text, 0, text.len), ZSTD_c_checksumFlag, 1, 0);
	f = file_of(&packed);
	for (size_t n = 1; n < packed.len; n += n < 20 || n + 1000 > packed.len ? 1 : 997) {
		struct tl_err err = TL_ERR_INIT;
		char want[64];
		size_t good;

		f.size = n; /* what stands behind that is not read */
		good = read_broken(&f, &text, &err);
		snprintf(want, sizeof(want), "'trace.zst': cut off at byte %zu", n);
		assert_string_equal(err.msg, want);
		assert_true(good >= before &&
			    good % (128 << 10) == (good < text.len ? 0 : text.len % (128 << 10)));
		before = good;
	}
	assert_int_equal(before, text.len); /* all but the checksum */
	close(f.fd);
	tl_buf_fini(&packed);
	tl_buf_fini(&text);
}

/* Any byte changed: a checksum finds it, at the latest, but for bits without a meaning. */
static void test_changed_bytes(void **state)
{
	struct tl_buf text = TL_BUF_INIT, packed = TL_BUF_INIT;
	uint8_t *out = malloc(STEP);
	unsigned found = 0, tried = 0;

	text_lines(&text, 20000);
	put_frame(&packed, part_of(&text, 0, text.len), ZSTD_c_checksumFlag, 1, 0);
	for (size_t i = 0; i < packed.len; i += 1 + packed.len / 500) {
		struct tl_packed_file f;
		size_t got;
		void *s;

		packed.data[i] ^= 4;
		f = file_of(&packed);
		s = open_first(&f);
		if (tl_codec_zstd.next(s, out, STEP, &got, NULL) == TL_FOUND) {
			assert_int_equal(got, text.len);
			assert_memory_equal(out, text.data, got);
		} else {
			found++;
		}
		tried++;
		tl_codec_zstd.close(s);
		close(f.fd);
		packed.data[i] ^= 4;
	}
	assert_in_range(found, tried - 5, tried);
	free(out);
	tl_buf_fini(&packed);
	tl_buf_fini(&text);
}

static void test_messages(void **state)
{
	struct tl_buf text = TL_BUF_INIT, packed = TL_BUF_INIT, bad = TL_BUF_INIT;
	char want[128];
	size_t n;

	text_lines(&text, 1000);
	put_frame(&packed, part_of(&text, 0, text.len), ZSTD_c_checksumFlag, 1, 0);
	n = packed.len;

	packed.data[n - 1] ^= 1;
	snprintf(want, sizeof(want),
		 "'trace.zst': damaged at byte %zu: not the checksum of the frame from byte 0 on",
		 n - 4);
	check_broken(&packed, &text, text.len, want);
	packed.data[n - 1] ^= 1;

	assert_true(tl_buf_puts(&packed, "garbage"));
	snprintf(want, sizeof(want), "'trace.zst': what follows from byte %zu on is not zstd", n);
	check_broken(&packed, &text, text.len, want);

	packed.len = n;
	put32(&packed, 0xFD2FB526);
	snprintf(want, sizeof(want),
		 "'trace.zst': the frame at byte %zu was made by zstd before 0.8, which is not read"
		 " any more",
		 n);
	check_broken(&packed, &text, text.len, want);

	/* A header and one block, of more bytes than there may be. */
	put32(&bad, 0xFD2FB528);
	assert_true(tl_buf_append(&bad, "\0\x58\xff\xff\xff", 5));
	check_broken(&bad, &text, 0, "'trace.zst': damaged at byte 6: no block begins like this");
	tl_buf_fini(&packed);
	tl_buf_fini(&bad);
	tl_buf_fini(&text);
}

static void test_what_is_too_much(void **state)
{
	struct tl_buf none = TL_BUF_INIT, packed = TL_BUF_INIT;

	assert_true(tl_buf_reserve(&none, 1));
	put32(&packed, 0xFD2FB528);
	assert_true(tl_buf_append(&packed, "\0\xa8\1\0\0", 5)); /* 1 << (10 + 21) */
	check_broken(
	    &packed, &none, 0,
	    "'trace.zst': the frame at byte 0 takes 2048 MiB of memory to read; decompress "
	    "it with zstd -d --long=31");
	packed.len = 4;
	assert_true(tl_buf_append(&packed, "\1\x58\x4d\1\0\0", 6));
	check_broken(&packed, &none, 0,
		     "'trace.zst': the frame at byte 0 was made with dictionary 77; decompress it "
		     "with zstd -d -D");
	tl_buf_fini(&packed);
	tl_buf_fini(&none);
}

/* A saved point may be anything. */
static void test_wrong_points(void **state)
{
	struct tl_buf text = TL_BUF_INIT, packed = TL_BUF_INIT;
	uint8_t *out = malloc(STEP);
	struct tl_packed_file f;
	uint32_t seed = 4;
	struct tl_point p;
	size_t got, window;
	void *s;

	text_lines(&text, 600000);
	put_frame(&packed, part_of(&text, 0, text.len), 0);
	f = file_of(&packed);
	s = open_first(&f);
	assert_int_equal(tl_codec_zstd.next(s, out, STEP, &got, NULL), TL_FOUND);
	assert_true(tl_codec_zstd.point(s, &p, &window));
	tl_codec_zstd.close(s);
	for (int i = 0; i < 300; i++) {
		struct tl_point wrong = p;

		wrong.state[i % TL_POINT_STATE] ^= 1u << next_random(&seed) % 32;
		if (i % 16 == 15)
			wrong.file += next_random(&seed) % 70000;
		if (!tl_codec_zstd.open(&f, &wrong, part_of(&text, 0, window), &s, NULL))
			continue;
		while (tl_codec_zstd.next(s, out, STEP, &got, NULL) == TL_FOUND)
			;
		tl_codec_zstd.close(s);
	}
	free(out);
	close(f.fd);
	tl_buf_fini(&packed);
	tl_buf_fini(&text);
}

static void test_probe(void **state)
{
	static const uint8_t frame[] = { 0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x58, 0, 0 };
	static const uint8_t skip[] = { 0x50, 0x2A, 0x4D, 0x18, 4, 0,    0, 0, 9, 9, 9, 9,
					0x28, 0xB5, 0x2F, 0xFD, 0, 0x58, 0, 0, 0, 0, 0, 0 };

	assert_int_equal(tl_codec_zstd.probe(frame, sizeof(frame)), 100);
	assert_int_equal(tl_codec_zstd.probe(frame, 3), 0);
	assert_int_equal(tl_codec_zstd.probe(skip, sizeof(skip)), 100);
	assert_int_equal(tl_codec_zstd.probe(skip, 9), 50); /* could be lz4 */
	assert_int_equal(tl_codec_zstd.probe(skip + 4, 8), 0);
	assert_int_equal(tl_codec_zstd.probe((const uint8_t *)"text\n", 5), 0);
	assert_int_equal(tl_codec_zstd.probe(NULL, 0), 0);
}

/* ---- the parts that read sequences */
/* RFC 8878, section 3.1.1.3.2.2. */
static void test_predefined(void **state)
{
	/* How many cells each symbol has, one being the least. */
	static const uint8_t litlens[] = { 4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2,
					   2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	static const uint8_t offsets[] = { 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1,
					   1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	static const uint8_t matchlens[53] = { 1, 4, 3, 2, 2, 2, 2, 2, 2 };
	static const uint8_t *const want[] = { litlens, offsets, matchlens };
	static const uint8_t log[] = { 6, 5, 6 };

	for (int i = 0; i < TL_ZSTD_NCODES; i++) {
		struct tl_span d = tl_fse_predefined((enum tl_zstd_table)i);
		struct tl_fse_table t;
		uint8_t cells[64] = { 0 };

		assert_int_equal(tl_fse_read(d.data, d.len, (enum tl_zstd_table)i, &t), d.len);
		assert_int_equal(tl_fse_read(d.data, d.len - 2, (enum tl_zstd_table)i, &t), 0);
		assert_int_equal(tl_fse_read(d.data, d.len, (enum tl_zstd_table)i, &t), d.len);
		assert_int_equal(t.log, log[i]);
		for (int c = 0; c < 1 << t.log; c++)
			cells[t.cell[c].symbol]++;
		for (int s = 0; s < (i == 0 ? 36 : i == 1 ? 29 : 53); s++)
			assert_int_equal(cells[s], want[i][s] ? want[i][s] : 1);
	}
}

static void test_offsets(void **state)
{
	/* What a block did: a new one, the second less 1, the first of before. */
	struct tl_zstd_offsets block = { { { -1, 70 }, { 1, 1 }, { 0, 0 } } }, o;

	assert_false(tl_zstd_offsets_known(&block));
	o = tl_zstd_offsets_after(&tl_zstd_offsets_first, &block);
	assert_true(tl_zstd_offsets_known(&o));
	assert_int_equal(o.v[0].value, 70);
	assert_int_equal(o.v[1].value, 3);
	assert_int_equal(o.v[2].value, 1);
	o = tl_zstd_offsets_after(&block, &block); /* twice */
	assert_int_equal(o.v[1].from, 1);
	assert_int_equal(o.v[1].value, 2);
	assert_int_equal(o.v[2].value, 70);
	o = tl_zstd_offsets_after(&o, &block);
	o = tl_zstd_offsets_after(&o, &block);
	o = tl_zstd_offsets_after(&o, &block);
	o = tl_zstd_offsets_after(&tl_zstd_offsets_first, &o);
	assert_int_equal(o.v[1].value, 1); /* not below */
	o = tl_zstd_offsets_after(&block, &tl_zstd_offsets_same);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(o.v[i].from, block.v[i].from);
		assert_int_equal(o.v[i].value, block.v[i].value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_many_frames),
		cmocka_unit_test(test_small_steps),
		cmocka_unit_test(test_at_the_end_of_a_frame),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_no_text_for_long),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_changed_bytes),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_what_is_too_much),
		cmocka_unit_test(test_wrong_points),
		cmocka_unit_test(test_probe),
		cmocka_unit_test(test_predefined),
		cmocka_unit_test(test_offsets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
