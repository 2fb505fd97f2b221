/*
 * test_unpack.c: recordings made with `perf record -z` whose compressed records are of an unusual
 * shape or size.  Files are in pipe mode, so that bytes can be put behind them.
 */
#include "decoders/perf/samples.h"

#include "base/bytes.h"
#include "tests/trace/perfout.h"
#include "tests/unit/workdir.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

#define TYPE \
	(PERFOUT_IDENTIFIER | PERFOUT_IP | PERFOUT_TID | PERFOUT_TIME | PERFOUT_CPU | PERFOUT_RAW)
#define HEAD 60            /* of a sample, before its raw bytes */
#define FULL (size_t)65519 /* as much as perf puts into one COMPRESSED2 record */

static const struct tl_decoder_ops *ops = &tl_decoder_perf_samples;
static char dir[] = "/tmp/tless-unpack-XXXXXX";
static char path[64];
static char nowhere[64]; /* a folder that is not there */

static int make_dir(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/perf.data", dir);
	snprintf(nowhere, sizeof(nowhere), "%s/nowhere", dir);
	return 0;
}

static int remove_dir(void **state)
{
	return workdir_remove(dir);
}

/* ---- writing */

/* A recording without samples; other bytes go behind it. */
static FILE *begin(void)
{
	static const uint64_t ids[] = { 100 };
	static const struct perfout_attr attr = {
		.name = "cpu-clock",
		.type = 1,
		.sample_period = 250000,
		.sample_type = TYPE,
		.flags = PERFOUT_SAMPLE_ID_ALL,
		.ids = ids,
		.nids = 1,
	};
	struct perfout_options options = { .mode = PERFOUT_PIPE,
					   .attrs = &attr,
					   .nattrs = 1,
					   .version = "6.1.0",
					   .arch = "x86_64" };
	struct perfout *out;
	FILE *f;

	assert_true(perfout_open(path, &options, &out, NULL));
	assert_true(perfout_close(out, NULL));
	f = fopen(path, "ab");
	assert_non_null(f);
	return f;
}

static void put(FILE *f, const void *bytes, size_t n)
{
	assert_int_equal(fwrite(bytes, 1, n, f), n);
}

/* A sample with raw bytes that do not compress, or (seed 0) do. */
static void add_sample(struct tl_buf *b, uint64_t time, uint32_t nraw, uint32_t seed)
{
	uint8_t s[HEAD] = { 0 };
	size_t size = (HEAD + nraw + 7) & ~(size_t)7;

	tl_put32(s, 9);
	tl_put16(s + 4, 2);
	tl_put16(s + 6, (uint16_t)size);
	tl_put64(s + 8, 100);
	tl_put64(s + 16, 0x1000);
	tl_put32(s + 24, 40);
	tl_put32(s + 28, 41);
	tl_put64(s + 32, time);
	tl_put64(s + 40, 0);
	tl_put32(s + 48, (uint32_t)(size - 52));
	assert_true(tl_buf_append(b, s, sizeof(s)) && tl_buf_reserve(b, size - HEAD));
	for (size_t i = HEAD; i < size; i++) {
		seed = seed * 1103515245 + (seed != 0) * 12345;
		b->data[b->len++] = (uint8_t)(seed >> 16);
	}
}

/* Samples at 1 us, 2 us and so on that take more than two pieces when compressed, as a stream. */
static struct tl_buf long_stream(unsigned nsamples)
{
	struct tl_buf plain = TL_BUF_INIT, packed = TL_BUF_INIT;

	for (unsigned i = 0; i < nsamples; i++)
		add_sample(&plain, 1000 * (i + 1), 5000, i + 1);
	assert_true(tl_buf_reserve(&packed, ZSTD_compressBound(plain.len)));
	packed.len = ZSTD_compress(packed.data, packed.cap, plain.data, plain.len, 1);
	assert_false(ZSTD_isError(packed.len));
	assert_true(packed.len > 2 * FULL + 1000);
	tl_buf_fini(&plain);
	return packed;
}

/* A COMPRESSED2 record's start: the sizes as they are to stand there. */
static void put_head(FILE *f, uint16_t size, uint64_t data_size)
{
	uint8_t head[16] = { 0 };

	tl_put32(head, 83);
	tl_put16(head + 6, size);
	tl_put64(head + 8, data_size);
	put(f, head, sizeof(head));
}

/* ---- reading */

static void *open_it(void)
{
	static const struct tl_decoder_options none;
	struct tl_err err = TL_ERR_INIT;
	struct tl_span saved = { NULL, 0 };
	void *self;

	if (!ops->open(path, &none, saved, &self, &err))
		fail_msg("%s", err.msg);
	return self;
}

/* Lines of samples, each 1 us after the one before; the others to `rest`. */
static unsigned count(void *self, struct tl_buf *rest)
{
	struct tl_buf text = TL_BUF_INIT;
	unsigned n = 0;

	for (uint64_t k = 0; k < ops->chunks(self); k++) {
		text.len = 0;
		assert_true(ops->decode(self, k, &text, NULL));
		for (const char *line = tl_buf_str(&text), *next; *line; line = next) {
			char want[32];

			next = strchr(line, '\n') + 1;
			snprintf(want, sizeof(want), " 0.%06u:", n + 1);
			if (memmem(line, (size_t)(next - line), want, strlen(want)))
				n++;
			else
				assert_true(tl_buf_append(rest, line, (size_t)(next - line)));
		}
	}
	tl_buf_fini(&text);
	return n;
}

/* So many samples are in it, and what is said besides has `why` in it ("": nothing is said). */
static void expect(unsigned nsamples, const char *why)
{
	struct tl_buf rest = TL_BUF_INIT;
	void *self = open_it();

	assert_int_equal(count(self, &rest), nsamples);
	if (*why ? !strstr(tl_buf_str(&rest), why) : rest.len > 0)
		fail_msg("'%s' is not in '%s'", why, tl_buf_str(&rest));
	tl_buf_fini(&rest);
	ops->close(self);
}

/* ---- sizes that do not fit into 16 bits */

/* One full piece: padded it would have 65536 bytes, and 0 is told. */
static void test_full_piece(void **state)
{
	struct tl_buf packed = long_stream(30);
	FILE *f = begin();

	put_head(f, 0, FULL);
	put(f, packed.data, FULL);
	put_head(f, 16 + 1000, 1000);
	put(f, packed.data + FULL, 1000);
	put_head(f, 0, FULL);
	put(f, packed.data + FULL + 1000, FULL);
	put_head(f, (uint16_t)(16 + packed.len - 2 * FULL - 1000), packed.len - 2 * FULL - 1000);
	put(f, packed.data + 2 * FULL + 1000, packed.len - 2 * FULL - 1000);
	fclose(f);
	tl_buf_fini(&packed);
	expect(30, "");
}

/* Three pieces in a record, of which the later ones have headers with a true size. */
static void put_pieces(FILE *f, const struct tl_buf *packed, uint32_t third_type)
{
	size_t rest = packed->len - 2 * FULL, all = packed->len + 32;
	uint8_t head[16] = { 0 };

	put_head(f, (uint16_t)((16 + all + 7) & ~(size_t)7), all);
	put(f, packed->data, FULL);
	put_head(f, (uint16_t)(16 + FULL), UINT64_C(0x123456789abcdef0));
	put(f, packed->data + FULL, FULL);
	tl_put32(head, third_type);
	tl_put16(head + 6, (uint16_t)(16 + rest));
	put(f, head, sizeof(head));
	put(f, packed->data + 2 * FULL, rest);
}

static void test_pieces(void **state)
{
	struct tl_buf packed = long_stream(30), last = TL_BUF_INIT;
	FILE *f = begin();

	put_pieces(f, &packed, 83);
	add_sample(&last, 31000, 4, 1); /* behind it is no padding */
	put(f, last.data, last.len);
	fclose(f);
	expect(31, "");
	/* What is there of it is read. */
	assert_int_equal(truncate(path, 100000), 0);
	expect(19, "cut off at byte 100000");
	tl_buf_fini(&packed);
	tl_buf_fini(&last);
}

/* Where pieces break off, what is behind them is still found. */
static void test_broken_pieces(void **state)
{
	struct tl_buf packed = long_stream(30), last = TL_BUF_INIT, rest = TL_BUF_INIT;
	FILE *f = begin();
	unsigned whole;
	void *self;

	put_pieces(f, &packed, 84);
	fclose(f);
	self = open_it();
	whole = count(self, &rest);
	assert_true(whole > 20 && whole < 30);
	assert_non_null(strstr(tl_buf_str(&rest), "no compressed records at byte"));
	ops->close(self);
	f = fopen(path, "ab");
	add_sample(&last, 1000 * (whole + 1), 4, 1);
	put(f, last.data, last.len);
	fclose(f);
	expect(whole + 1, "no compressed records at byte");
	tl_buf_fini(&packed);
	tl_buf_fini(&last);
	tl_buf_fini(&rest);
}

/* ---- more than is kept in memory */

#define BIG 600 /* samples of 64 kB: 39 MB */

/* As COMPRESSED records of one stream. */
static void put_stream(FILE *f, unsigned nsamples, uint32_t nraw)
{
	struct tl_buf plain = TL_BUF_INIT;
	ZSTD_CStream *z = ZSTD_createCStream();
	uint8_t packed[32768];

	ZSTD_initCStream(z, 1);
	for (unsigned i = 0; i < nsamples; i++) {
		ZSTD_outBuffer out = { packed + 8, sizeof(packed) - 8, 0 };
		ZSTD_inBuffer in;

		plain.len = 0;
		add_sample(&plain, 1000 * (i + 1), nraw, 0);
		in = (ZSTD_inBuffer){ plain.data, plain.len, 0 };
		assert_int_equal(ZSTD_compressStream2(z, &out, &in, ZSTD_e_flush), 0);
		memset(packed, 0, 8);
		tl_put32(packed, 81);
		tl_put16(packed + 6, (uint16_t)(8 + out.pos));
		put(f, packed, 8 + out.pos);
	}
	ZSTD_freeCStream(z);
	tl_buf_fini(&plain);
}

static void test_on_disk(void **state)
{
	struct tl_buf one = TL_BUF_INIT, again = TL_BUF_INIT;
	FILE *f = begin();
	uint64_t n;
	void *self;

	put_stream(f, BIG, 65000);
	fclose(f);
	expect(BIG, "");
	/* From the last to the first. */
	self = open_it();
	n = ops->chunks(self);
	assert_true(n > 20);
	for (uint64_t k = n; k-- > 0;) {
		one.len = again.len = 0;
		assert_true(ops->decode(self, k, &one, NULL) && one.len > 0);
		assert_true(ops->decode(self, k / 2, &again, NULL) && again.len > 0);
	}
	ops->close(self);
	tl_buf_fini(&one);
	tl_buf_fini(&again);
}

/* No room on the disk: what is in memory is shown. */
static void test_no_room(void **state)
{
	struct tl_buf rest = TL_BUF_INIT;
	FILE *f = begin();
	unsigned n;
	void *self;

	put_stream(f, BIG, 65000);
	fclose(f);
	setenv("TMPDIR", nowhere, 1);
	self = open_it();
	unsetenv("TMPDIR");
	n = count(self, &rest);
	assert_true(n > BIG / 4 && n < BIG);
	assert_non_null(strstr(tl_buf_str(&rest), "samples are left out: "));
	assert_non_null(strstr(tl_buf_str(&rest), nowhere));
	tl_buf_fini(&rest);
	ops->close(self);
}

/* A small file must not be unpacked for hours. */
static void test_bomb(void **state)
{
	FILE *f = begin();
	struct tl_buf lost = TL_BUF_INIT;
	uint8_t *big = calloc(1, 65528);
	ZSTD_CStream *z = ZSTD_createCStream();
	uint8_t packed[65528];
	ZSTD_outBuffer out = { packed + 8, sizeof(packed) - 8, 0 };

	assert_non_null(big);
	tl_put32(big, 100);
	tl_put16(big + 6, 65528);
	add_sample(&lost, 1000, 4, 0);
	ZSTD_initCStream(z, 1);
	for (unsigned i = 0; i < 5000; i++) {
		ZSTD_inBuffer in = { big, 65528, 0 };

		assert_false(ZSTD_isError(ZSTD_compressStream2(z, &out, &in, ZSTD_e_continue)));
		assert_int_equal(in.pos, in.size);
	}
	memset(packed, 0, 8);
	tl_put32(packed, 81);
	tl_put16(packed + 6, (uint16_t)(8 + out.pos));
	put(f, lost.data, lost.len);
	put(f, packed, 8 + out.pos);
	fclose(f);
	expect(1, "they unpack to more than 1000 times their size");
	ZSTD_freeCStream(z);
	tl_buf_fini(&lost);
	free(big);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_piece),    cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_broken_pieces), cmocka_unit_test(test_on_disk),
		cmocka_unit_test(test_no_room),       cmocka_unit_test(test_bomb),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
