/*
 * test_expand.c: a compressed recording is read like the one in it; and where it is damaged, or
 * there is no room for it, that is said.
 */
#include "decoders/packed/expand.h"
#include "decoders/recording.h"
#include "tests/trace/perfout.h"
#include "text/spool.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

#define NSAMPLES 50000

static const struct tl_decoder_ops *ops = &tl_decoder_recording;
static char dir[] = "/tmp/tless-expand-XXXXXX";
static char plain[64], packed[64];
static char nowhere[64]; /* a name that is not there */

static int make_dir(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	snprintf(plain, sizeof(plain), "%s/perf.data", dir);
	snprintf(packed, sizeof(packed), "%s/perf.data.zst", dir);
	snprintf(nowhere, sizeof(nowhere), "%s/nowhere", dir);
	return 0;
}

static int remove_dir(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	return system(command);
}

/* ---- writing */

static struct tl_buf contents(const char *path)
{
	struct tl_buf b = TL_BUF_INIT;
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	assert_true(tl_buf_reserve(&b, 16 << 20));
	b.len = fread(b.data, 1, b.cap, f);
	assert_true(b.len > 0 && b.len < b.cap);
	fclose(f);
	return b;
}

static void store(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* The recording, and a compressed one without the last `cut` bytes. */
static void make_files(size_t cut)
{
	static const uint64_t ids[] = { 100 };
	static const struct perfout_attr attr = {
		.name = "cpu-clock",
		.type = 1,
		.sample_type = PERFOUT_IDENTIFIER | PERFOUT_IP | PERFOUT_TID | PERFOUT_TIME,
		.flags = PERFOUT_SAMPLE_ID_ALL,
		.ids = ids,
		.nids = 1,
	};
	static const struct perfout_options options = {
		.mode = PERFOUT_FILE, .attrs = &attr, .nattrs = 1, .version = "6.1.0"
	};
	struct perfout *out;
	struct tl_buf from, to = TL_BUF_INIT;

	assert_true(perfout_open(plain, &options, &out, NULL));
	for (uint64_t i = 0; i < NSAMPLES; i++) {
		struct perfout_sample s = { .ip = 1 + i };
		struct perfout_id id = { .pid = 4, .tid = 4, .time = 1000 * (i + 1) };

		perfout_sample(out, &s, &id);
	}
	assert_true(perfout_close(out, NULL));
	from = contents(plain);
	assert_true(tl_buf_reserve(&to, ZSTD_compressBound(from.len)));
	to.len = ZSTD_compress(to.data, to.cap, from.data, from.len, 1);
	assert_false(ZSTD_isError(to.len));
	store(packed, to.data, to.len - cut);
	tl_buf_fini(&from);
	tl_buf_fini(&to);
}

/* ---- reading */

static bool open_it(const char *path, const struct tl_progress *progress, void **self,
		    struct tl_err *err)
{
	struct tl_decoder_options options = { .progress = progress };
	struct tl_span saved = { NULL, 0 };

	return ops->open(path, &options, saved, self, err);
}

static struct tl_buf text_of(const char *path)
{
	struct tl_buf text = TL_BUF_INIT;
	struct tl_err err = TL_ERR_INIT;
	void *self;

	if (!open_it(path, NULL, &self, &err))
		fail_msg("%s", err.msg);
	for (uint64_t k = 0; k < ops->chunks(self); k++)
		assert_true(ops->decode(self, k, &text, NULL));
	ops->close(self);
	return text;
}

static void expect_refused(const struct tl_progress *progress, const char *why)
{
	struct tl_err err = TL_ERR_INIT;
	void *self;

	assert_false(open_it(packed, progress, &self, &err));
	if (!strstr(err.msg, why) || !strstr(err.msg, packed))
		fail_msg("'%s' is not in '%s'", why, err.msg);
}

/* ---- tests */

static void test_same_text(void **state)
{
	struct tl_buf a, b;

	make_files(0);
	a = text_of(plain);
	b = text_of(packed);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	tl_buf_fini(&a);
	tl_buf_fini(&b);
}

/* What is good of it is shown; the first line says where it breaks. */
static void test_cut_off(void **state)
{
	struct tl_buf text;
	unsigned n = 0;

	make_files(1000);
	text = text_of(packed);
	assert_memory_equal(tl_buf_str(&text), "[gap: ", 6);
	assert_non_null(strstr(tl_buf_str(&text), packed));
	for (const char *s = tl_buf_str(&text); (s = strchr(s, '\n')); s++)
		n++; /* its name is in the part that is missing */
	assert_true(n > NSAMPLES / 2 && n < NSAMPLES);
	tl_buf_fini(&text);
}

static void test_head(void **state)
{
	uint8_t head[100], byte;

	make_files(0);
	assert_int_equal(tl_packed_head(&tl_codec_zstd, packed, head, sizeof(head)), 100);
	assert_int_equal(ops->probe(head, sizeof(head)), 100);
	assert_int_equal(tl_packed_head(&tl_codec_zstd, packed, &byte, 1), 1);
	assert_int_equal(byte, 'P');
	assert_int_equal(tl_packed_head(&tl_codec_zstd, plain, head, sizeof(head)), 0);
	assert_int_equal(tl_packed_head(&tl_codec_zstd, nowhere, head, sizeof(head)), 0);
}

/* A text's beginning is not looked for behind very much padding. */
static void test_head_padded(void **state)
{
	static const uint8_t member[] = { 0x1f, 0x8b, 8,    0,    0,    0,    0, 0, 2, 3, 0x4b,
					  4,    0,    0x43, 0xbe, 0xb7, 0xe8, 1, 0, 0, 0 };
	uint8_t head[100];

	store(packed, member, sizeof(member));
	assert_int_equal(truncate(packed, (off_t)1 << 40), 0);
	assert_int_equal(tl_packed_head(&tl_codec_gzip, packed, head, sizeof(head)), 1);
}

static void test_no_room(void **state)
{
	struct rlimit old, small;
	char message[128];

	make_files(0);
	setenv("TMPDIR", nowhere, 1);
	snprintf(message, sizeof(message), "in %s (set TMPDIR elsewhere)", nowhere);
	expect_refused(NULL, message);
	unsetenv("TMPDIR");
	tl_spool_set_limit(1 << 20);
	expect_refused(NULL, "the 1 MiB of --spool-size are full");
	tl_spool_set_limit(0);
	/* As a full disk does. */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){ 1 << 20, old.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	expect_refused(NULL, "make room, or set TMPDIR elsewhere");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
}

static bool refuse(void *arg, double done)
{
	return false;
}

static void test_given_up(void **state)
{
	const struct tl_progress progress = { refuse, NULL };

	make_files(0);
	expect_refused(&progress, "interrupted");
}

/* Next to nothing does not fill the disk. */
static void test_bomb(void **state)
{
	struct tl_buf from, to = TL_BUF_INIT, text;
	ZSTD_CStream *z = ZSTD_createCStream();
	uint8_t *zeros = calloc(1, 1 << 20);
	ZSTD_outBuffer out;
	ZSTD_inBuffer in;

	assert_true(zeros && tl_buf_reserve(&to, 1 << 20));
	make_files(0);
	from = contents(plain);
	ZSTD_initCStream(z, 1);
	out = (ZSTD_outBuffer){ to.data, to.cap, 0 };
	in = (ZSTD_inBuffer){ from.data, 4096, 0 };
	assert_false(ZSTD_isError(ZSTD_compressStream2(z, &out, &in, ZSTD_e_continue)));
	for (int i = 0; i < 600; i++) {
		in = (ZSTD_inBuffer){ zeros, 1 << 20, 0 };
		assert_false(ZSTD_isError(ZSTD_compressStream2(z, &out, &in, ZSTD_e_continue)));
	}
	in.pos = in.size;
	assert_int_equal(ZSTD_compressStream2(z, &out, &in, ZSTD_e_end), 0);
	store(packed, to.data, out.pos);
	text = text_of(packed);
	assert_non_null(strstr(tl_buf_str(&text), "more than 1000 times its size"));
	assert_non_null(strstr(tl_buf_str(&text), " 0.000002: "));
	ZSTD_freeCStream(z);
	free(zeros);
	tl_buf_fini(&from);
	tl_buf_fini(&to);
	tl_buf_fini(&text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_text),   cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_head),        cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_head_padded), cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_bomb),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
