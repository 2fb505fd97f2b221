/* test_gzip.c: gzip files of all kinds, good and bad, made with zlib. */
#include "decoders/packed/packed.h"

#include "base/bytes.h"
#include "tests/unit/workdir.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#define MIB ((size_t)1 << 20)

struct fixture {
	char dir[64], path[96];
	struct tl_jobs *pool;
	struct tl_source *src;
	struct tl_buf text, file, got;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

static int setup(void **state)
{
	struct fixture *fx = calloc(1, sizeof(*fx));
	struct tl_err err;

	strcpy(fx->dir, "/tmp/tless-gzip.XXXXXX");
	assert_non_null(mkdtemp(fx->dir));
	snprintf(fx->path, sizeof(fx->path), "%s/file", fx->dir);
	pthread_mutex_init(&fx->lock, NULL);
	pthread_cond_init(&fx->changed, NULL);
	assert_true(tl_jobs_open(2, &fx->pool, &err));
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	tl_source_close(fx->src);
	tl_jobs_close(fx->pool);
	assert_int_equal(workdir_remove(fx->dir), 0);
	tl_buf_fini(&fx->text);
	tl_buf_fini(&fx->file);
	tl_buf_fini(&fx->got);
	pthread_cond_destroy(&fx->changed);
	pthread_mutex_destroy(&fx->lock);
	free(fx);
	return 0;
}

static void on_change(void *arg)
{
	struct fixture *fx = arg;

	tl_jobs_wake(fx->pool);
	pthread_mutex_lock(&fx->lock);
	pthread_cond_broadcast(&fx->changed);
	pthread_mutex_unlock(&fx->lock);
}

/* ---- making files */

static void add_lines(struct tl_buf *text, size_t n)
{
	static uint64_t x;
	size_t until = text->len + n;

	while (text->len < until) {
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
		tl_buf_printf(text, "%zu: the %lu of %lx\n", text->len, x >> 60, x >> 40);
	}
	text->len = until;
}

/* Append a member with this text; head may be NULL. */
static void add_member_with(struct fixture *fx, struct tl_span text, int level, gz_header *head)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	if (head)
		deflateSetHeader(&z, head);
	assert_true(tl_buf_reserve(&fx->file, deflateBound(&z, text.len) + 1000));
	z.next_in = (uint8_t *)text.data;
	z.avail_in = (unsigned)text.len;
	z.next_out = fx->file.data + fx->file.len;
	z.avail_out = (unsigned)(fx->file.cap - fx->file.len);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	fx->file.len = (size_t)(z.next_out - fx->file.data);
	deflateEnd(&z);
}

/* The next n bytes of text as a member. */
static void add_member(struct fixture *fx, size_t n, int level)
{
	size_t at = fx->text.len;

	add_lines(&fx->text, n);
	add_member_with(fx, (struct tl_span){ fx->text.data + at, n }, level, NULL);
}

/* As bgzip does it. */
static void add_block(struct fixture *fx, size_t n)
{
	uint8_t extra[] = { 'B', 'C', 2, 0, 0, 0 };
	gz_header head = { .extra = extra, .extra_len = sizeof(extra), .os = 255 };
	size_t begin = fx->file.len, at = fx->text.len;

	add_lines(&fx->text, n);
	add_member_with(fx, (struct tl_span){ fx->text.data + at, n }, 6, &head);
	tl_put16(fx->file.data + begin + 16, (uint16_t)(fx->file.len - begin - 1));
}

static void write_file(struct fixture *fx)
{
	FILE *f = fopen(fx->path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(fx->file.data, 1, fx->file.len, f), fx->file.len);
	fclose(f);
}

/* ---- reading them */

static void open_it(struct fixture *fx, const char *dir)
{
	struct tl_err err = TL_ERR_INIT;

	assert_ptr_equal(tl_codec_probe(fx->file.data, fx->file.len), &tl_codec_gzip);
	if (!tl_packed_open(&tl_codec_gzip, fx->path, "file", dir, fx->pool, &fx->src, &err))
		fail_msg("%s", err.msg);
	tl_source_on_change(fx->src, on_change, fx);
}

static void read_to_end(struct fixture *fx)
{
	struct tl_extent ex;

	tl_source_want(fx->src, UINT64_MAX);
	pthread_mutex_lock(&fx->lock);
	for (;;) {
		tl_source_extent(fx->src, &ex);
		if (ex.complete)
			break;
		pthread_cond_wait(&fx->changed, &fx->lock);
	}
	pthread_mutex_unlock(&fx->lock);
}

/* Is the text the first n bytes of what it should be, read in either direction? */
static void check_text(struct fixture *fx, size_t n)
{
	size_t nchunks = (n + MIB - 1) / MIB;

	assert_int_equal(tl_source_end(fx->src), n);
	for (size_t i = 0; i < 2 * nchunks; i++) {
		size_t k = i < nchunks ? i : 2 * nchunks - 1 - i;
		size_t len = n - k * MIB < MIB ? n - k * MIB : MIB;

		fx->got.len = 0;
		assert_int_equal(tl_source_read(fx->src, k, &fx->got, NULL), TL_FOUND);
		assert_int_equal(fx->got.len, len);
		assert_memory_equal(fx->got.data, fx->text.data + k * MIB, len);
	}
}

static void check_good(struct fixture *fx)
{
	struct tl_err err = TL_ERR_INIT;

	write_file(fx);
	open_it(fx, NULL);
	read_to_end(fx);
	if (tl_source_trouble(fx->src, &err))
		fail_msg("%s", err.msg);
	check_text(fx, fx->text.len);
}

/* A text that ends where its file is damaged; returns its length. */
static size_t check_bad(struct fixture *fx, const char *says)
{
	struct tl_err err = TL_ERR_INIT;
	size_t n;

	write_file(fx);
	open_it(fx, NULL);
	read_to_end(fx);
	assert_true(tl_source_trouble(fx->src, &err));
	if (!strstr(err.msg, says))
		fail_msg("%s, not %s", err.msg, says);
	n = (size_t)tl_source_end(fx->src);
	check_text(fx, n);
	tl_source_close(fx->src);
	fx->src = NULL;
	return n;
}

/* ---- good ones */

static void one_member(void **state)
{
	add_member(*state, 10 * MIB + 5, 6);
	check_good(*state);
}

static void a_long_member_is_read_from_its_middle(void **state)
{
	struct fixture *fx = *state;

	add_member(fx, 30 * MIB, 1);
	write_file(fx);
	open_it(fx, fx->dir);
	read_to_end(fx);
	check_text(fx, fx->text.len);
	tl_source_close(fx->src);
	open_it(fx, fx->dir); /* with the points of the first time */
	check_text(fx, fx->text.len);
}

static void members_are_one_text(void **state)
{
	for (int i = 0; i < 12; i++)
		add_member(*state, (size_t)i * 300000, 1 + i % 9);
	check_good(*state);
}

static void stored_blocks(void **state)
{
	add_member(*state, 18 * MIB, 0);
	check_good(*state);
}

static void an_empty_member(void **state)
{
	add_member(*state, 0, 6);
	check_good(*state);
}

static void all_that_a_head_can_hold(void **state)
{
	struct fixture *fx = *state;
	gz_header head = { .extra = (uint8_t *)"xy\1\0z",
			   .extra_len = 5,
			   .name = (uint8_t *)"a name",
			   .comment = (uint8_t *)"a comment",
			   .hcrc = 1,
			   .text = 1 };

	add_lines(&fx->text, 100000);
	add_member_with(fx, (struct tl_span){ fx->text.data, fx->text.len }, 6, &head);
	check_good(fx);
}

static void blocks_of_bgzip_are_stepped_over(void **state)
{
	struct fixture *fx = *state;
	uint64_t end, len;
	struct tl_packed_file file = { .path = "file" };

	for (int i = 0; i < 100; i++)
		add_block(fx, i % 10 == 9 ? 0 : 65280);
	write_file(fx);
	file.size = fx->file.len;
	file.fd = fileno(fopen(fx->path, "r"));
	assert_int_equal(tl_codec_gzip.part(&file, 0, &end, &len), TL_FOUND);
	assert_int_equal(len, 65280);
	assert_int_equal(tl_codec_gzip.part(&file, end, &end, &len), TL_FOUND);
	assert_int_equal(tl_codec_gzip.part(&file, 7, &end, &len), TL_FAILED);
	assert_int_equal(tl_codec_gzip.part(&file, file.size, &end, &len), TL_NONE);
	close(file.fd);
	check_good(fx);
}

static void zeros_behind_the_end_are_padding(void **state)
{
	struct fixture *fx = *state;
	uint8_t zeros[1000] = { 0 };

	add_member(fx, 2 * MIB, 6);
	tl_buf_append(&fx->file, zeros, sizeof(zeros));
	check_good(fx);
}

static void padding_keeps_nobody_waiting(void **state)
{
	struct tl_packed_file file = { .path = "file", .size = UINT64_C(1) << 40 };
	static const struct tl_point start;
	struct fixture *fx = *state;
	struct tl_err err = TL_ERR_INIT;
	uint8_t c[8];
	void *stream;
	size_t got;

	add_member_with(fx, (struct tl_span){ (const uint8_t *)"a", 1 }, 6, NULL);
	write_file(fx);
	assert_int_equal(truncate(fx->path, (off_t)file.size), 0);
	file.fd = open(fx->path, O_RDONLY);
	assert_true(tl_codec_gzip.open(&file, &start, (struct tl_span){ NULL, 0 }, &stream, &err));
	assert_int_equal(tl_codec_gzip.next(stream, c, sizeof(c), &got, &err), TL_FOUND);
	assert_int_equal(got, 1);
	assert_int_equal(tl_codec_gzip.next(stream, c, sizeof(c), &got, &err), TL_FOUND);
	assert_int_equal(got, 0);
	assert_true(tl_codec_gzip.at(stream) < 2 * TL_CODEC_INPUT);
	tl_codec_gzip.close(stream);
	close(file.fd);
	assert_true(
	    tl_packed_open(&tl_codec_gzip, fx->path, "file", NULL, fx->pool, &fx->src, &err));
	tl_source_want(fx->src, 2); /* and teardown() closes it */
}

/* ---- bad ones */

static void garbage_behind_the_end(void **state)
{
	struct fixture *fx = *state;
	size_t n;

	add_member(fx, 2 * MIB, 6);
	n = fx->file.len;
	tl_buf_puts(&fx->file, "what is this?");
	tl_buf_printf(&fx->got, "'file': what follows at byte %zu is not gzip", n);
	assert_int_equal(check_bad(fx, tl_buf_str(&fx->got)), 2 * MIB);
}

/* The file has only its first bytes; there was this much text with fewer of them. */
static void cut_off_at(struct fixture *fx, size_t cut, size_t *len)
{
	char says[64];
	size_t n;

	fx->file.len = cut;
	snprintf(says, sizeof(says), "'file': cut off at byte %zu", cut);
	n = check_bad(fx, says);
	assert_true(n >= *len);
	*len = n;
}

static void a_file_can_end_anywhere(void **state)
{
	struct fixture *fx = *state;
	size_t first, n, len = 0;

	add_member(fx, 3 * MIB, 6);
	first = fx->file.len;
	add_member(fx, 100, 6);
	n = fx->file.len;
	for (size_t cut = 5; cut < 25; cut++)
		cut_off_at(fx, cut, &len);
	for (size_t i = 1; i < 5; i++)
		cut_off_at(fx, first * i / 5, &len);
	for (size_t cut = first - 20; cut < first; cut++)
		cut_off_at(fx, cut, &len);
	assert_int_equal(len, 3 * MIB);
	for (size_t cut = n - 12; cut < n; cut++)
		cut_off_at(fx, cut, &len);
	assert_int_equal(len, 3 * MIB + 100);
}

/* Some of what follows looks like deflate and is not what it was. */
static void damage_ends_the_text(void **state)
{
	struct fixture *fx = *state;
	struct tl_err err;
	uint64_t n;

	add_member(fx, 20 * MIB, 6);
	memset(fx->file.data + fx->file.len / 2, 0xff, 100);
	write_file(fx);
	open_it(fx, NULL);
	read_to_end(fx);
	assert_true(tl_source_trouble(fx->src, &err));
	assert_non_null(strstr(err.msg, "'file': damaged at byte"));
	n = tl_source_end(fx->src);
	assert_in_range(n, 9 * MIB, 11 * MIB);
	for (size_t k = 0; k < 9; k++) {
		fx->got.len = 0;
		assert_int_equal(tl_source_read(fx->src, k, &fx->got, NULL), TL_FOUND);
		assert_memory_equal(fx->got.data, fx->text.data + k * MIB, MIB);
	}
}

static void a_wrong_sum_is_told(void **state)
{
	struct fixture *fx = *state;

	add_member(fx, 3 * MIB, 6);
	fx->file.data[fx->file.len - 8] ^= 1;
	assert_int_equal(check_bad(fx, "incorrect data check"), 3 * MIB);
}

static void only_a_head(void **state)
{
	struct fixture *fx = *state;

	tl_buf_append(&fx->file, "\x1f\x8b\x08\0", 4);
	assert_int_equal(check_bad(fx, "'file': cut off at byte 4"), 0);
}

static void what_is_not_gzip_is_not_taken_for_it(void **state)
{
	assert_null(tl_codec_probe((const uint8_t *)"\x1f\x8b\x07\0", 4));
	assert_null(tl_codec_probe((const uint8_t *)"\x1f\x8b\x08\xe0", 4));
	assert_null(tl_codec_probe((const uint8_t *)"\x1f\x8b", 2));
	assert_null(tl_codec_probe((const uint8_t *)"plain", 5));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(one_member),
		TEST(a_long_member_is_read_from_its_middle),
		TEST(members_are_one_text),
		TEST(stored_blocks),
		TEST(an_empty_member),
		TEST(all_that_a_head_can_hold),
		TEST(blocks_of_bgzip_are_stepped_over),
		TEST(zeros_behind_the_end_are_padding),
		TEST(padding_keeps_nobody_waiting),
		TEST(garbage_behind_the_end),
		TEST(a_file_can_end_anywhere),
		TEST(damage_ends_the_text),
		TEST(a_wrong_sum_is_told),
		TEST(only_a_head),
		TEST(what_is_not_gzip_is_not_taken_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
