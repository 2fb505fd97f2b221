/* test_stream.c: compressed texts that are read from their beginning: files, and what pipes bring. */
#include "decoders/stream/stream.h"

#include "decoders/stream/format.h"
#include "tests/unit/packers.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB ((size_t)1 << 20)

/* Lines that shrink, but not to nothing. */
static void make_text(struct tl_buf *text, size_t nlines)
{
	uint32_t x = 1;

	for (size_t i = 0; i < nlines; i++) {
		x = x * 1664525 + 1013904223;
		assert_true(tl_buf_printf(text, "line %zu: %x\n", i, x));
	}
}

static int file_of(const struct tl_buf *bytes)
{
	int fd = memfd_create("packed", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes->data, bytes->len), bytes->len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* Read a feed to its end, which is returned. */
static enum tl_lookup read_feed(void *feed, size_t piece, struct tl_buf *text, struct tl_err *err)
{
	enum tl_lookup found;
	size_t got = 0;

	do {
		assert_true(tl_buf_reserve(text, piece));
		found = tl_stream_feed.read(feed, text->data + text->len, piece, &got, err);
		assert_true(got <= piece);
		text->len += got;
	} while (found == TL_FOUND || found == TL_PENDING);
	return found;
}

/* The text of a file. */
static enum tl_lookup unpack(const struct tl_buf *packed, size_t piece, struct tl_buf *text,
			     struct tl_err *err)
{
	const struct tl_stream_format *f = tl_stream_probe(packed->data, packed->len);
	enum tl_lookup end;
	void *feed;

	assert_non_null(f);
	assert_true(tl_stream_new(f, file_of(packed), "it", &feed, err));
	end = read_feed(feed, piece, text, err);
	if (end == TL_NONE)
		assert_true(tl_stream_feed.progress(feed) == 1);
	tl_stream_feed.close(feed);
	return end;
}

static void check_unpacked(const struct tl_buf *packed, size_t piece, const struct tl_buf *text)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_buf out = TL_BUF_INIT;

	if (unpack(packed, piece, &out, &err) != TL_NONE)
		fail_msg("%s", err.msg);
	assert_int_equal(out.len, text->len);
	if (text->len > 0)
		assert_memory_equal(out.data, text->data, text->len);
	tl_buf_fini(&out);
}

static void each_format_is_told_by_its_first_bytes(void **state)
{
	static const char *const texts[] = { "",
					     "B",
					     "BZ",
					     "BZh9 is a level",
					     "LZIP",
					     "L",
					     "(\xb5",
					     "\x1f",
					     "\x1f\x9d\x08",
					     "]",
					     "]",
					     "\xfd"
					     "7zX",
					     "\4\"M\x18" };

	for (const struct packer *p = packers; p->name; p++) {
		struct tl_buf packed = TL_BUF_INIT;

		p->pack((const uint8_t *)"hello\n", 6, &packed);
		assert_non_null(tl_stream_probe(packed.data, packed.len));
		assert_string_equal(tl_stream_probe(packed.data, packed.len)->name, p->name);
		assert_null(tl_stream_probe(packed.data, 2));
		tl_buf_fini(&packed);
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_null(tl_stream_probe((const uint8_t *)texts[i], strlen(texts[i])));
}

static void each_format_is_read(void **state)
{
	struct tl_buf text = TL_BUF_INIT;

	make_text(&text, 20000);
	for (const struct packer *p = packers; p->name; p++) {
		struct tl_buf packed = TL_BUF_INIT;
		struct tl_buf none = TL_BUF_INIT;

		p->pack(text.data, text.len, &packed);
		check_unpacked(&packed, 100000, &text);
		check_unpacked(&packed, 777, &text);
		packed.len = 0;
		p->pack((const uint8_t *)"", 0, &packed);
		check_unpacked(&packed, 10, &none);
		tl_buf_fini(&packed);
	}
	tl_buf_fini(&text);
}

/* Those of compress and lzma have no end of their own. */
static bool has_members(const struct packer *p)
{
	return strcmp(p->name, "compress") != 0 && strcmp(p->name, "lzma") != 0;
}

static void members_are_one_text(void **state)
{
	struct tl_buf text = TL_BUF_INIT, twice = TL_BUF_INIT;

	make_text(&text, 1000);
	tl_buf_append(&twice, text.data, text.len);
	tl_buf_append(&twice, text.data, text.len);
	for (const struct packer *p = packers; p->name; p++) {
		struct tl_buf packed = TL_BUF_INIT;

		if (!has_members(p))
			continue;
		p->pack(text.data, text.len, &packed);
		tl_buf_append(&packed, "\0\0\0\0", 4); /* as tapes have it */
		p->pack(text.data, text.len, &packed);
		tl_buf_append(&packed, "\0\0\0\0\0\0\0\0", 8);
		check_unpacked(&packed, 5000, &twice);
		tl_buf_fini(&packed);
	}
	tl_buf_fini(&text);
	tl_buf_fini(&twice);
}

/* A seek table behind the frames, for one. */
static void frames_without_text_are_passed_over(void **state)
{
	static const char *const names[] = { "zstd", "lz4" };
	struct tl_buf text = TL_BUF_INIT;

	make_text(&text, 100);
	for (int i = 0; i < 2; i++) {
		struct tl_buf packed = TL_BUF_INIT;

		packer_of(names[i])->pack(text.data, text.len, &packed);
		tl_buf_append(&packed, "\x5e\x2a\x4d\x18\5\0\0\0hello", 13);
		check_unpacked(&packed, 5000, &text);
		tl_buf_fini(&packed);
	}
	tl_buf_fini(&text);
}

static void what_follows_the_last_member_is_told(void **state)
{
	struct tl_buf text = TL_BUF_INIT;

	make_text(&text, 1000);
	for (const struct packer *p = packers; p->name; p++) {
		struct tl_buf packed = TL_BUF_INIT, out = TL_BUF_INIT;
		struct tl_err err = TL_ERR_INIT;
		char expected[100];

		if (!strcmp(p->name, "compress"))
			continue;
		p->pack(text.data, text.len, &packed);
		snprintf(expected, sizeof(expected),
			 "'it': what follows from byte %zu on is not %s; what came before is shown",
			 packed.len, p->name);
		tl_buf_append(&packed, "\0\0garbage", 9);
		assert_int_equal(unpack(&packed, 5000, &out, &err), TL_FAILED);
		assert_string_equal(err.msg, expected);
		assert_int_equal(out.len, text.len);
		assert_memory_equal(out.data, text.data, text.len);
		tl_buf_fini(&packed);
		tl_buf_fini(&out);
	}
	tl_buf_fini(&text);
}

static void nothing_keeps_a_read_long(void **state)
{
	struct tl_buf zeros = TL_BUF_INIT, empty = TL_BUF_INIT, text = TL_BUF_INIT;
	struct tl_err err = TL_ERR_INIT;
	char want[100];
	uint8_t c;
	size_t got, n;
	void *feed;

	packer_of("bzip2")->pack((const uint8_t *)"a", 1, &zeros);
	n = zeros.len;
	assert_true(tl_buf_reserve(&zeros, 20 * MIB + 1));
	memset(zeros.data + n, 0, 20 * MIB);
	zeros.data[n + 20 * MIB] = 'x';
	zeros.len = n + 20 * MIB + 1;
	assert_true(tl_stream_new(&tl_stream_bzip2, file_of(&zeros), "it", &feed, &err));
	assert_int_equal(tl_stream_feed.read(feed, &c, 1, &got, &err), TL_FOUND);
	for (int i = 0; i < 3; i++)
		assert_int_equal(tl_stream_feed.read(feed, &c, 1, &got, &err), TL_PENDING);
	assert_int_equal(read_feed(feed, 10, &text, &err), TL_FAILED);
	snprintf(want, sizeof(want), "from byte %zu on is not bzip2", n);
	assert_non_null(strstr(err.msg, want));
	tl_stream_feed.close(feed);

	for (int i = 0; i < 100; i++)
		packer_of("bzip2")->pack((const uint8_t *)"", 0, &empty);
	assert_true(tl_stream_new(&tl_stream_bzip2, file_of(&empty), "it", &feed, &err));
	assert_int_equal(tl_stream_feed.read(feed, &c, 1, &got, &err), TL_PENDING);
	assert_true(tl_stream_feed.progress(feed) < 0.1);
	assert_int_equal(read_feed(feed, 10, &text, &err), TL_NONE);
	tl_stream_feed.close(feed);
	tl_buf_fini(&zeros);
	tl_buf_fini(&empty);
	tl_buf_fini(&text);
}

static void what_zstd_cannot_read_here_is_not_damage(void **state)
{
	static const struct {
		uint8_t bytes[20];
		const char *message;
	} files[] = {
		{ { 0x28, 0xb5, 0x2f, 0xfd, 0, 0x90, 1 }, "--long=31" },
		{ { 0x28, 0xb5, 0x2f, 0xfd, 1, 0x38, 5, 1 }, "zstd -d -D" },
		{ { 0x28, 0xb5, 0x2f, 0xfd, 8, 0x38, 1 }, "nsupported" },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct tl_buf packed = TL_BUF_INIT, text = TL_BUF_INIT;
		struct tl_err err = TL_ERR_INIT;

		assert_true(tl_buf_append(&packed, files[i].bytes, sizeof(files[i].bytes)));
		assert_int_equal(unpack(&packed, 10, &text, &err), TL_FAILED);
		assert_non_null(strstr(err.msg, "cannot be read at byte"));
		assert_non_null(strstr(err.msg, files[i].message));
		tl_buf_fini(&packed);
		tl_buf_fini(&text);
	}
}

static void a_file_that_is_cut_off_is_shown_so_far(void **state)
{
	struct tl_buf text = TL_BUF_INIT;

	make_text(&text, 40000); /* several blocks of bzip2 and lz4 */
	for (const struct packer *p = packers; p->name; p++) {
		struct tl_buf packed = TL_BUF_INIT, out = TL_BUF_INIT;
		struct tl_err err = TL_ERR_INIT;
		char expected[100];

		p->pack(text.data, text.len, &packed);
		packed.len = packed.len / 4 * 3;
		snprintf(expected, sizeof(expected),
			 "'it': cut off at byte %zu; what came before is shown", packed.len);
		if (!strcmp(p->name, "compress")) { /* nobody can tell */
			assert_int_equal(unpack(&packed, 5000, &out, &err), TL_NONE);
		} else {
			assert_int_equal(unpack(&packed, 5000, &out, &err), TL_FAILED);
			assert_string_equal(err.msg, expected);
		}
		assert_true(out.len > text.len / 2);
		assert_memory_equal(out.data, text.data, out.len);
		tl_buf_fini(&packed);
		tl_buf_fini(&out);
	}
	tl_buf_fini(&text);
}

static void damage_is_told_and_what_is_good_is_shown(void **state)
{
	struct tl_buf text = TL_BUF_INIT;

	make_text(&text, 40000);
	for (const struct packer *p = packers; p->name; p++) {
		struct tl_buf packed = TL_BUF_INIT, out = TL_BUF_INIT;
		struct tl_err err = TL_ERR_INIT;
		unsigned long at = 0;

		if (!has_members(p)) /* nor has it a sum */
			continue;
		p->pack(text.data, text.len, &packed);
		for (size_t i = 0; i < 64; i++)
			packed.data[packed.len / 2 + i] ^= 0xa5;
		assert_int_equal(unpack(&packed, 5000, &out, &err), TL_FAILED);
		if (sscanf(err.msg, "'it': damaged at byte %lu: ", &at) != 1)
			fail_msg("%s: %s", p->name, err.msg);
		/* Some take whole blocks. */
		if (at + (64 << 10) < packed.len / 2 || at > packed.len)
			fail_msg("%s: %lu of %zu", p->name, at, packed.len);
		assert_true(out.len > text.len / 4);
		assert_memory_equal(out.data, text.data, text.len / 4);
		tl_buf_fini(&packed);
		tl_buf_fini(&out);
	}
	tl_buf_fini(&text);
}

/* ---- pipes */

/* A pipe's feed, and the end to write. */
static void *open_pipe(int *to)
{
	int fds[2];
	void *feed;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_true(tl_stream_new(NULL, fds[0], "a pipe", &feed, NULL));
	*to = fds[1];
	return feed;
}

/* As the reader's thread does: read while poll() says so. */
static enum tl_lookup read_what_is_there(void *feed, struct tl_buf *text, struct tl_err *err)
{
	for (;;) {
		struct pollfd p = { tl_stream_feed.descriptor(feed), POLLIN, 0 };
		enum tl_lookup found;
		size_t got = 0;

		if (p.fd >= 0 && poll(&p, 1, 0) == 0)
			return TL_PENDING;
		assert_true(tl_buf_reserve(text, MIB));
		found = tl_stream_feed.read(feed, text->data + text->len, MIB, &got, err);
		text->len += got;
		if (found == TL_NONE || found == TL_FAILED)
			return found;
	}
}

static void a_pipe_is_unpacked_however_it_comes(void **state)
{
	struct tl_buf text = TL_BUF_INIT;

	make_text(&text, 60);
	for (const struct packer *p = packers; p->name; p++) {
		struct tl_buf packed = TL_BUF_INIT, out = TL_BUF_INIT;
		struct tl_err err = TL_ERR_INIT;
		size_t at = 0;
		void *feed;
		int to;

		feed = open_pipe(&to);
		p->pack(text.data, text.len, &packed);
		p->pack(text.data, has_members(p) ? text.len : 0, &packed);
		if (!has_members(p))
			packed.len = 0, p->pack(text.data, text.len, &packed);
		/* Enough to know what it is, then byte by byte. */
		assert_int_equal(write(to, packed.data, TL_STREAM_MAGIC_MAX), TL_STREAM_MAGIC_MAX);
		for (at = TL_STREAM_MAGIC_MAX; at < packed.len; at++) {
			assert_int_equal(read_what_is_there(feed, &out, &err), TL_PENDING);
			assert_int_equal(write(to, packed.data + at, 1), 1);
		}
		close(to);
		assert_int_equal(read_what_is_there(feed, &out, &err), TL_NONE);
		assert_int_equal(out.len, text.len * (has_members(p) ? 2 : 1));
		assert_memory_equal(out.data, text.data, text.len);
		assert_memory_equal(out.data + out.len - text.len, text.data, text.len);
		assert_true(tl_stream_feed.progress(feed) < 0);
		tl_stream_feed.close(feed);
		tl_buf_fini(&packed);
		tl_buf_fini(&out);
	}
	tl_buf_fini(&text);
}

/* A line that waits to be ended is on the screen, whatever it begins with. */
static void plain_text_is_handed_on_at_once(void **state)
{
	static const char *const texts[] = { "hello", "B", "BZh", "LZI", "]", "\x1f", "(" };
	struct tl_err err = TL_ERR_INIT;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct tl_buf out = TL_BUF_INIT;
		void *feed;
		int to;

		feed = open_pipe(&to);
		assert_int_equal(read_what_is_there(feed, &out, &err), TL_PENDING);
		assert_int_equal(write(to, texts[i], strlen(texts[i])), strlen(texts[i]));
		assert_int_equal(read_what_is_there(feed, &out, &err), TL_PENDING);
		assert_int_equal(out.len, strlen(texts[i]));
		assert_int_equal(write(to, " and more", 9), 9);
		close(to);
		assert_int_equal(read_what_is_there(feed, &out, &err), TL_NONE);
		assert_int_equal(out.len, strlen(texts[i]) + 9);
		assert_memory_equal(out.data, texts[i], strlen(texts[i]));
		tl_stream_feed.close(feed);
		tl_buf_fini(&out);
	}
}

/* 60 ms between two bytes: in doubt for the first two. */
static void *trickle(void *arg)
{
	static const char magic[] = { '\xfd', '7', 'z', 'X', 'Z' };

	for (size_t i = 0; i < sizeof(magic); i++) {
		if (write(*(int *)arg, magic + i, 1) != 1)
			break;
		poll(NULL, 0, 60);
	}
	return NULL;
}

static void doubt_ends_in_time(void **state)
{
	struct tl_err err = TL_ERR_INIT;
	pthread_t writer;
	uint8_t text[100];
	size_t got = 0;
	void *feed;
	int to;

	feed = open_pipe(&to);
	assert_int_equal(pthread_create(&writer, NULL, trickle, &to), 0);
	poll(&(struct pollfd){ tl_stream_feed.descriptor(feed), POLLIN, 0 }, 1, 10000);
	assert_int_equal(tl_stream_feed.read(feed, text, sizeof(text), &got, &err), TL_FOUND);
	assert_true(got >= 1 && got < 4); /* 2, where nothing keeps us waiting */
	pthread_join(writer, NULL);
	close(to);
	tl_stream_feed.close(feed);
}

/* ---- sources */

static void await_size(struct tl_source *src, uint64_t nbytes)
{
	for (int i = 0; tl_source_end(src) < nbytes; i++) {
		assert_true(i < 60000);
		poll(NULL, 0, 1);
	}
}

static void is_read_as_far_as_asked(void **state)
{
	struct tl_buf text = TL_BUF_INIT, packed = TL_BUF_INIT, chunk = TL_BUF_INIT;
	struct tl_source *src;
	char path[64];
	double progress;
	int fd;

	make_text(&text, 500000);
	assert_true(text.len > 8 * MIB);
	packer_of("lz4")->pack(text.data, text.len, &packed);
	fd = file_of(&packed);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_true(tl_stream_open_file(&tl_stream_lz4, path, "it", &src, NULL));
	assert_string_equal(tl_source_kind(src), "stream");
	tl_source_want(src, 1);
	await_size(src, MIB);
	progress = tl_source_progress(src);
	assert_true(progress > 0 && progress < 0.5);
	tl_source_want(src, UINT64_MAX);
	await_size(src, text.len);
	for (uint64_t k = 0; k <= text.len / MIB; k++) {
		chunk.len = 0;
		assert_int_equal(tl_source_read(src, k, &chunk, NULL), TL_FOUND);
		assert_memory_equal(chunk.data, text.data + k * MIB, chunk.len);
	}
	tl_source_close(src);
	close(fd);
	tl_buf_fini(&text);
	tl_buf_fini(&packed);
	tl_buf_fini(&chunk);
}

static void what_breaks_is_the_trouble_of_the_text(void **state)
{
	struct tl_buf text = TL_BUF_INIT, packed = TL_BUF_INIT;
	struct tl_source *src;
	struct tl_extent ex;
	struct tl_err err;
	char path[64];
	int fd;

	make_text(&text, 20000);
	packer_of("xz")->pack(text.data, text.len, &packed);
	packed.len -= 100;
	fd = file_of(&packed);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_true(tl_stream_open_file(&tl_stream_xz, path, "log.xz", &src, NULL));
	tl_source_want(src, UINT64_MAX);
	for (int i = 0; !tl_source_trouble(src, &err); i++) {
		assert_true(i < 60000);
		poll(NULL, 0, 1);
	}
	assert_non_null(strstr(err.msg, "'log.xz': cut off at byte "));
	tl_source_extent(src, &ex);
	assert_true(ex.complete);
	assert_true(tl_source_end(src) > text.len - 10000);
	tl_source_close(src);
	close(fd);
	tl_buf_fini(&text);
	tl_buf_fini(&packed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_format_is_told_by_its_first_bytes),
		cmocka_unit_test(each_format_is_read),
		cmocka_unit_test(members_are_one_text),
		cmocka_unit_test(frames_without_text_are_passed_over),
		cmocka_unit_test(what_follows_the_last_member_is_told),
		cmocka_unit_test(nothing_keeps_a_read_long),
		cmocka_unit_test(what_zstd_cannot_read_here_is_not_damage),
		cmocka_unit_test(a_file_that_is_cut_off_is_shown_so_far),
		cmocka_unit_test(damage_is_told_and_what_is_good_is_shown),
		cmocka_unit_test(a_pipe_is_unpacked_however_it_comes),
		cmocka_unit_test(plain_text_is_handed_on_at_once),
		cmocka_unit_test(doubt_ends_in_time),
		cmocka_unit_test(is_read_as_far_as_asked),
		cmocka_unit_test(what_breaks_is_the_trouble_of_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
