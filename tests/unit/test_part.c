/* test_part.c: a part of a text, against the same bytes copied together. */
#include "text/part.h"

#include "text/cursor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define CHUNK ((size_t)1 << TL_FILE_SHIFT)
#define SIZE  (3 * CHUNK + 12345)

static uint8_t text[SIZE];

static void fill(void)
{
	for (size_t i = 0; i < SIZE; i++)
		text[i] = rand() % 60 == 0 ? '\n' : (uint8_t)('a' + rand() % 26);
}

static struct tl_source *part_of_memory(size_t n, const struct tl_stretch *stretches, size_t count)
{
	struct tl_buf copy = TL_BUF_INIT;
	struct tl_source *below, *part;

	assert_true(tl_buf_append(&copy, text, n));
	assert_true(tl_source_open_memory(&copy, &below, NULL));
	assert_true(tl_source_open_part(below, stretches, count, &part, NULL));
	assert_ptr_equal(tl_part_below(part), below);
	return part;
}

/* Every byte by way of a cursor, and some pieces of chunks. */
static void check(struct tl_source *src, const uint8_t *want, size_t n)
{
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_cursor cur;
	struct tl_extent ex;
	struct tl_span run;
	size_t at = 0;

	tl_source_extent(src, &ex);
	assert_int_equal(ex.nchunks, (n + CHUNK - 1) / CHUNK);
	assert_int_equal(tl_source_end(src), n);
	tl_cursor_init(&cur, src);
	for (; at < n; at += run.len) {
		assert_int_equal(tl_cursor_forward(&cur, at, &run), TL_FOUND);
		assert_true(run.len <= n - at);
		assert_memory_equal(run.data, want + at, run.len);
	}
	assert_int_equal(tl_cursor_forward(&cur, at, &run), TL_NONE);
	tl_cursor_fini(&cur);
	for (int i = 0; i < 50 && n > 0; i++) {
		size_t from = (size_t)rand() % n, len = (size_t)rand() % CHUNK, left;

		left = CHUNK - from % CHUNK < n - from ? CHUNK - from % CHUNK : n - from;
		buf.len = 0;
		assert_int_equal(
		    tl_source_read_part(src, from / CHUNK, from % CHUNK, len, &buf, NULL),
		    TL_FOUND);
		assert_int_equal(buf.len, len < left ? len : left);
		assert_memory_equal(buf.data, want + from, buf.len);
	}
	tl_buf_fini(&buf);
}

static void test_random(void **state)
{
	uint8_t *want = malloc(4 * SIZE);

	assert_non_null(want);
	for (int i = 0; i < 12; i++) {
		struct tl_stretch s[3];
		size_t count = 1 + (size_t)rand() % 3, n = 0;
		struct tl_source *part;

		for (size_t j = 0; j < count; j++) {
			s[j].from = (uint64_t)rand() % SIZE;
			s[j].to = s[j].from + (uint64_t)rand() % (SIZE - s[j].from + 1);
			if (rand() % 8 == 0)
				s[j].to = TL_NOPOS;
			if (rand() % 8 == 0)
				s[j].to = s[j].from;
			for (uint64_t at = s[j].from; at < s[j].to && at < SIZE; at++)
				want[n++] = text[at];
		}
		part = part_of_memory(SIZE, s, count);
		check(part, want, n);
		tl_source_close(part);
	}
	free(want);
}

static void test_places(void **state)
{
	static const struct tl_stretch s[] = { { 100, 200 }, { 50, 50 }, { 1000, 1010 } };
	struct tl_source *part = part_of_memory(5000, s, 3);

	assert_int_equal(tl_part_outer(part, 0), 100);
	assert_int_equal(tl_part_outer(part, 99), 199);
	assert_int_equal(tl_part_outer(part, 100), 1000);
	assert_int_equal(tl_part_outer(part, 110), 1010);
	assert_int_equal(tl_part_inner(part, 0), 0);
	assert_int_equal(tl_part_inner(part, 150), 50);
	assert_int_equal(tl_part_inner(part, 200), 100);
	assert_int_equal(tl_part_inner(part, 1009), 109);
	assert_int_equal(tl_part_inner(part, 4000), 110);
	tl_source_close(part);
}

/* Places in parts of some stretches, in order or not, against a walk over them. */
static void check_places(struct tl_source *part, const struct tl_stretch *s, size_t count)
{
	for (uint64_t at = 0; at < 300; at++) {
		uint64_t before = 0, best = TL_NOPOS, want = 0;

		for (size_t i = 0; i < count; before += s[i].to - s[i].from, i++) {
			if (at >= s[i].from && at < s[i].to) {
				best = at;
				want = before + (at - s[i].from);
				break;
			}
			if (s[i].from < s[i].to && s[i].from > at && s[i].from < best) {
				best = s[i].from;
				want = before;
			}
		}
		assert_int_equal(tl_part_inner(part, at), best == TL_NOPOS ? before : want);
		before = 0;
		for (size_t i = 0; i < count; before += s[i].to - s[i].from, i++)
			if (at >= before && at < before + (s[i].to - s[i].from))
				assert_int_equal(tl_part_outer(part, at),
						 s[i].from + (at - before));
	}
}

static void test_random_places(void **state)
{
	for (int i = 0; i < 200; i++) {
		struct tl_stretch s[8];
		size_t count = 1 + (size_t)rand() % 8;
		struct tl_source *part;
		uint64_t from = 0;

		for (size_t j = 0; j < count; j++) {
			from += (uint64_t)rand() % 20;
			if (i % 2)
				from = (uint64_t)rand() % 250;
			s[j].from = from;
			s[j].to = from += (uint64_t)rand() % 3 * 7;
		}
		part = part_of_memory(5000, s, count);
		check_places(part, s, count);
		tl_source_close(part);
	}
}

/* The fifth byte of each ten: places are found, and chunks read, without a walk over all stretches, which would take
 * minutes. */
static void test_many_pieces(void **state)
{
	size_t n = 300000;
	struct tl_stretch *s = calloc(n, sizeof(*s));
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_source *part;

	assert_non_null(s);
	for (size_t i = 0; i < n; i++)
		s[i] = (struct tl_stretch){ 10 * i + 5, 10 * i + 6 };
	part = part_of_memory(SIZE, s, n);
	alarm(60);
	for (size_t i = 0; i < n; i++) {
		struct tl_extent ex;

		tl_source_extent(part, &ex);
		assert_int_equal(ex.last_len, n);
		assert_int_equal(tl_part_outer(part, i), 10 * i + 5);
		assert_int_equal(tl_part_inner(part, 10 * i), i);
	}
	for (size_t i = 1; i < n; i += 3) {
		buf.len = 0;
		assert_int_equal(tl_source_read_part(part, 0, i, 2, &buf, NULL), TL_FOUND);
		assert_int_equal(buf.len, 2);
		assert_int_equal(buf.data[1], text[10 * (i + 1) + 5]);
	}
	alarm(0);
	tl_buf_fini(&buf);
	tl_source_close(part);
	free(s);
}

static void test_nothing_there(void **state)
{
	static const struct tl_stretch s[] = { { 6000, 7000 } };
	struct tl_source *part = part_of_memory(5000, s, 1);

	check(part, text, 0);
	tl_source_close(part);
}

/* What is found out about a part must not be taken for what holds for the file. */
static void test_no_identity(void **state)
{
	char path[] = "/tmp/test_part.XXXXXX";
	int fd = mkstemp(path);
	struct tl_source *below, *part;
	struct tl_identity file;

	assert_int_equal(write(fd, text, SIZE), SIZE);
	assert_true(tl_source_open_fd(fd, "a file", &below, NULL));
	assert_true(tl_source_identity(below, &file));
	assert_true(tl_source_open_part(below, &(struct tl_stretch){ 0, SIZE }, 1, &part, NULL));
	assert_false(tl_source_identity(part, &file));
	check(part, text, SIZE);
	tl_source_close(part);
	unlink(path);
}

static void test_grows(void **state)
{
	static const struct tl_stretch open_end = { 1000, TL_NOPOS }, closed = { 1000, 2000 };
	char path[] = "/tmp/test_part.XXXXXX";
	int fd = mkstemp(path);
	struct tl_source *below, *part;

	assert_int_equal(write(fd, text, 5000), 5000);
	for (int i = 0; i < 2; i++) {
		size_t more = i == 0 ? CHUNK : 10;

		assert_true(tl_source_open_file(path, &below, NULL));
		assert_true(
		    tl_source_open_part(below, i == 0 ? &open_end : &closed, 1, &part, NULL));
		if (i == 0)
			check(part, text + 1000, 4000);
		assert_int_equal(tl_source_refresh(part, false, NULL), TL_SAME);
		assert_int_equal(write(fd, text + 5000, more), more);
		assert_int_equal(tl_source_refresh(part, false, NULL), i == 0 ? TL_GREW : TL_SAME);
		check(part, text + 1000, i == 0 ? 4000 + CHUNK : 1000);
		if (i == 1) {
			assert_int_equal(ftruncate(fd, 1500), 0);
			assert_int_equal(tl_source_refresh(part, false, NULL), TL_SHRANK);
			tl_source_drop_cache(part);
			check(part, text + 1000, 500);
		}
		tl_source_close(part);
	}
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),        cmocka_unit_test(test_places),
		cmocka_unit_test(test_nothing_there), cmocka_unit_test(test_no_identity),
		cmocka_unit_test(test_grows),         cmocka_unit_test(test_random_places),
		cmocka_unit_test(test_many_pieces),
	};

	fill();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
