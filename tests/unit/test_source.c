/* test_source.c: files and memory as rows of chunks, and positions in them. */
#include "fake_source.h"
#include "text/source.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB ((size_t)1 << TL_FILE_SHIFT)

static char dir[] = "/tmp/tless-test-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* The byte at an offset of every test file. */
static uint8_t byte_at(size_t i)
{
	return (uint8_t)(i * 7 + i / 1000);
}

static void append(const char *name, size_t from, size_t to)
{
	FILE *f = fopen(path_of(name), from ? "ab" : "wb");

	assert_non_null(f);
	for (size_t i = from; i < to; i++)
		putc(byte_at(i), f);
	assert_int_equal(fclose(f), 0);
}

static struct tl_source *open_file(const char *name)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_source *src = NULL;

	if (!tl_source_open_file(path_of(name), &src, &err))
		fail_msg("%s", err.msg);
	return src;
}

static void check_bytes(struct tl_source *src, size_t len)
{
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_extent ex;

	tl_source_extent(src, &ex);
	assert_true(ex.complete);
	for (uint64_t k = 0; k < ex.nchunks; k++) {
		assert_int_equal(buf.len, k * MIB);
		assert_int_equal(tl_source_read(src, k, &buf, NULL), TL_FOUND);
	}
	assert_int_equal(tl_source_read(src, ex.nchunks, &buf, NULL), TL_NONE);
	assert_int_equal(buf.len, len);
	for (size_t i = 0; i < len; i++)
		if (buf.data[i] != byte_at(i))
			fail_msg("wrong byte at %zu", i);
	assert_int_equal(tl_source_end(src), len);
	tl_buf_fini(&buf);
}

static void reads_a_file_in_chunks(void **state)
{
	const size_t lens[] = { 0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 17 };

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		struct tl_source *src;
		struct tl_identity ident;

		append("plain", 0, lens[i]);
		src = open_file("plain");
		assert_string_equal(tl_source_kind(src), "file");
		check_bytes(src, lens[i]);
		assert_true(tl_source_identity(src, &ident));
		assert_int_equal(ident.size, lens[i]);
		assert_int_equal(tl_source_refresh(src, true, NULL), TL_SAME);
		tl_source_close(src);
	}
}

static void reads_memory_in_chunks(void **state)
{
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_identity ident;
	struct tl_source *src;

	(void)state;
	for (size_t i = 0; i < 2 * MIB + 3; i++)
		tl_buf_putc(&buf, byte_at(i));
	assert_true(tl_source_open_memory(&buf, &src, NULL));
	assert_null(buf.data);
	check_bytes(src, 2 * MIB + 3);
	assert_false(tl_source_identity(src, &ident));
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_SAME);
	tl_source_close(src);
	assert_true(tl_source_open_memory(&buf, &src, NULL));
	check_bytes(src, 0);
	tl_source_close(src);
}

static void sees_a_file_grow(void **state)
{
	struct tl_source *src;
	struct tl_span span;

	(void)state;
	append("grow", 0, 100);
	src = open_file("grow");
	assert_int_equal(tl_source_pin(src, 0, &span, NULL), TL_FOUND);
	append("grow", 100, MIB + 10);
	check_bytes(src, 100); /* as it was at the last look */
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_GREW);
	check_bytes(src, MIB + 10);
	assert_int_equal(span.len, 100);
	tl_source_unpin(src, 0, &span);
	assert_int_equal(tl_source_pin(src, 0, &span, NULL), TL_FOUND);
	assert_int_equal(span.len, MIB);
	tl_source_unpin(src, 0, &span);
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_SAME);
	tl_source_close(src);
}

static void sees_a_file_shrink(void **state)
{
	struct tl_source *src;

	(void)state;
	append("shrink", 0, 3 * MIB);
	src = open_file("shrink");
	assert_int_equal(truncate(path_of("shrink"), (off_t)MIB + 7), 0);
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_SHRANK);
	check_bytes(src, MIB + 7);
	tl_source_close(src);
}

/* Nobody looked, but a read comes upon it. */
static void survives_a_file_cut_off(void **state)
{
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_source *src;

	(void)state;
	append("cut", 0, 4 * MIB);
	src = open_file("cut");
	assert_int_equal(truncate(path_of("cut"), (off_t)MIB + 7), 0);
	assert_int_equal(tl_source_read(src, 3, &buf, NULL), TL_NONE);
	check_bytes(src, MIB + 7);
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_SHRANK);
	check_bytes(src, MIB + 7);
	assert_int_equal(truncate(path_of("cut"), 9), 0);
	assert_int_equal(tl_source_read(src, 0, &buf, NULL), TL_FOUND);
	assert_int_equal(buf.len, 9);
	check_bytes(src, 9);
	tl_buf_fini(&buf);
	tl_source_close(src);
}

static void follows_a_replaced_file(void **state)
{
	struct tl_identity old, new;
	struct tl_source *src;
	char successor[128];

	(void)state;
	append("log", 0, 2 * MIB);
	src = open_file("log");
	assert_true(tl_source_identity(src, &old));
	append("log.new", 0, 500);
	snprintf(successor, sizeof(successor), "%s", path_of("log.new"));
	assert_int_equal(rename(successor, path_of("log")), 0);
	check_bytes(src, 2 * MIB);
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_REPLACED);
	check_bytes(src, 500);
	assert_true(tl_source_identity(src, &new));
	assert_true(old.ino != new.ino);
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_SAME);
	/* Gone: the old one is better than nothing, and may grow still. */
	assert_int_equal(unlink(path_of("log")), 0);
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_SAME);
	check_bytes(src, 500);
	/* Something that cannot take its place. */
	assert_int_equal(mkdir(path_of("log"), 0700), 0);
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_SAME);
	check_bytes(src, 500);
	tl_source_close(src);
}

static void sees_a_file_written_in_place(void **state)
{
	struct timespec times[2] = { { 1000, 0 }, { 1000, 5 } };
	struct tl_source *src;

	(void)state;
	append("place", 0, 50);
	src = open_file("place");
	assert_int_equal(utimensat(AT_FDCWD, path_of("place"), times, 0), 0);
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_REPLACED);
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_SAME);
	tl_source_close(src);
}

static void *read_all_the_time(void *arg)
{
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_source *src = arg;

	for (int i = 0; i < 3000; i++) {
		buf.len = 0;
		tl_source_read(src, (uint64_t)i % 3, &buf, NULL);
		for (size_t b = 0; b < buf.len; b += 1000)
			if (buf.data[b] != byte_at((size_t)i % 3 * MIB + b))
				fail_msg("wrong byte");
	}
	tl_buf_fini(&buf);
	return NULL;
}

static void may_be_read_while_it_changes(void **state)
{
	struct tl_source *src;
	pthread_t threads[2];
	char successor[128];

	(void)state;
	append("busy", 0, 3 * MIB);
	src = open_file("busy");
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_all_the_time, src), 0);
	for (size_t i = 0; i < 30; i++) {
		append("busy.new", 0, i * 9999);
		snprintf(successor, sizeof(successor), "%s", path_of("busy.new"));
		assert_int_equal(rename(successor, path_of("busy")), 0);
		assert_int_equal(tl_source_refresh(src, true, NULL), TL_REPLACED);
		append("busy", i * 9999, i * 9999 + 10);
		assert_int_equal(tl_source_refresh(src, true, NULL), TL_GREW);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	check_bytes(src, 29 * 9999 + 10);
	tl_source_close(src);
}

static void check_refused(const char *path, const char *message)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_source *src;

	assert_false(tl_source_open_file(path, &src, &err));
	assert_string_equal(err.msg, message);
}

static void says_why_it_cannot_open(void **state)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_source *src;

	(void)state;
	check_refused("/nowhere/a\nb", "cannot open '/nowhere/a?b': No such file or directory");
	check_refused("/tmp", "'/tmp' is a directory");
	assert_false(tl_source_open_fd(open("/tmp", O_RDONLY), "-", &src, &err));
	assert_string_equal(err.msg, "'-' is a directory");
	assert_false(tl_source_open_fd(-1, "-", &src, &err));
	assert_string_equal(err.msg, "cannot read '-': Bad file descriptor");
}

static void says_that_a_file_is_forbidden(void **state)
{
	char message[256];

	(void)state;
	if (geteuid() == 0)
		skip(); /* nothing is forbidden to root */
	append("secret", 0, 10);
	assert_int_equal(chmod(path_of("secret"), 0), 0);
	snprintf(message, sizeof(message), "cannot open '%s': Permission denied",
		 path_of("secret"));
	check_refused(path_of("secret"), message);
}

/* A descriptor that cannot be read, though it can be looked at. */
static void says_where_it_cannot_read(void **state)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_source *src;
	int fd;

	(void)state;
	append("unreadable", 0, 10);
	fd = open(path_of("unreadable"), O_WRONLY);
	assert_true(tl_source_open_fd(fd, "standard input", &src, &err));
	assert_int_equal(tl_source_read(src, 0, &buf, &err), TL_FAILED);
	assert_string_equal(err.msg, "cannot read 'standard input' at byte 0: Bad file descriptor");
	assert_int_equal(buf.len, 0);
	tl_buf_fini(&buf);
	tl_source_close(src);
}

static void opens_a_redirected_file_as_a_file(void **state)
{
	struct tl_source *src;

	(void)state;
	append("stdin", 0, MIB + 1);
	assert_true(
	    tl_source_open_fd(open(path_of("stdin"), O_RDONLY), "standard input", &src, NULL));
	assert_string_equal(tl_source_kind(src), "file");
	check_bytes(src, MIB + 1);
	append("stdin", MIB + 1, MIB + 5);
	assert_int_equal(tl_source_refresh(src, true, NULL), TL_GREW);
	check_bytes(src, MIB + 5);
	tl_source_close(src);
}

static void tells_how_far_in(void **state)
{
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_source *src;
	struct fake f;

	(void)state;
	tl_buf_reserve(&buf, 4000);
	memset(buf.data, 'x', buf.len = 4000);
	assert_true(tl_source_open_memory(&buf, &src, NULL));
	assert_true(tl_source_fraction(src, 0) == 0.0);
	assert_true(tl_source_fraction(src, 1000) == 0.25);
	assert_true(tl_source_fraction(src, 9999) == 1.0);
	assert_int_equal(tl_source_at(src, -1.0), 0);
	assert_int_equal(tl_source_at(src, 0.0 / 0.0), 0);
	assert_int_equal(tl_source_at(src, 0.5), 2000);
	assert_int_equal(tl_source_at(src, 7.0), 4000);
	tl_source_close(src);

	/* With holes: chunks count alike, and bytes within. */
	fake_init(&f, (const uint8_t *)"aa\nbbbb\n");
	f.nchunks = 2;
	f.ends[0] = 3;
	f.ends[1] = 8;
	assert_true(tl_source_new(&fake_ops, &f, &src, NULL));
	assert_true(tl_source_fraction(src, fake_pos(&f, 3)) == 0.5);
	assert_true(tl_source_fraction(src, fake_pos(&f, 8)) == 1.0);
	assert_true(tl_source_fraction(src, UINT64_C(7) << FAKE_SHIFT) == 1.0);
	for (size_t i = 0; i <= 8; i++)
		assert_int_equal(tl_source_at(src, tl_source_fraction(src, fake_pos(&f, i)) + 1e-9),
				 fake_pos(&f, i));
	tl_source_close(src);

	/* No text at all. */
	assert_true(tl_source_open_memory(&buf, &src, NULL));
	assert_true(tl_source_fraction(src, 0) == 1.0);
	assert_int_equal(tl_source_at(src, 0.5), 0);
	tl_source_close(src);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char cmd[64];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	return system(cmd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_file_in_chunks),
		cmocka_unit_test(reads_memory_in_chunks),
		cmocka_unit_test(sees_a_file_grow),
		cmocka_unit_test(sees_a_file_shrink),
		cmocka_unit_test(survives_a_file_cut_off),
		cmocka_unit_test(follows_a_replaced_file),
		cmocka_unit_test(sees_a_file_written_in_place),
		cmocka_unit_test(may_be_read_while_it_changes),
		cmocka_unit_test(says_why_it_cannot_open),
		cmocka_unit_test(says_that_a_file_is_forbidden),
		cmocka_unit_test(says_where_it_cannot_read),
		cmocka_unit_test(opens_a_redirected_file_as_a_file),
		cmocka_unit_test(tells_how_far_in),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
