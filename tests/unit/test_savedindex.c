/*
 * test_savedindex.c: the saved index is used where it fits, and nothing else ever is.
 * Real files, in a directory made for each test.
 */
#include "index/savedindex.h"

#include "index/cachedir.h"
#include "index/lineindex.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cmocka.h>

#define CHUNK ((size_t)1 << TL_FILE_SHIFT)
#define SIZE  (9 * CHUNK + 5000) /* a file worth saving */

/* ---- the bytes */

static const struct tl_chunk_facts some_facts[] = {
	{ 10000, TL_HAS_TAB | TL_CHUNK_ENDS_LINE },
	{ 0, TL_HAS_HIGH },
	{ 0, TL_CHUNK_EMPTY },
	{ 77, 0 },
};
#define NFACTS (sizeof(some_facts) / sizeof(*some_facts))

static const struct tl_saved_head some_head = {
	.file = { 0x801, UINT64_C(0x123456789a), 3145800, { 1700000000, 987654321 } },
	.text = 42,
	.shift = 20,
	.nchunks = NFACTS,
	.last_len = 72,
	.first_hash = UINT64_C(0xfedcba9876543210),
	.last_hash = 7,
};

static void encode(struct tl_buf *out)
{
	memset(out, 0, sizeof(*out));
	assert_true(tl_savedindex_encode(&some_head, some_facts, (struct tl_span){ NULL, 0 }, out));
}

/* Make the checksum right again after a change. */
static void seal(struct tl_buf *file)
{
	uint64_t sum = XXH3_64bits(file->data, file->len - 8);

	for (int i = 0; i < 8; i++)
		file->data[file->len - 8 + i] = (uint8_t)(sum >> (8 * i));
}

static bool decodes(const uint8_t *data, size_t n, uint64_t max_chunks)
{
	struct tl_chunk_facts *facts = NULL;
	struct tl_saved_head head;
	struct tl_span times;
	bool ok =
	    tl_savedindex_decode((struct tl_span){ data, n }, max_chunks, &head, &facts, &times);

	if (ok)
		free(facts);
	return ok;
}

static void test_round_trip(void **state)
{
	struct tl_chunk_facts *facts;
	struct tl_saved_head head;
	struct tl_span times;
	struct tl_buf file;

	encode(&file);
	assert_true(tl_savedindex_decode((struct tl_span){ file.data, file.len }, NFACTS, &head,
					 &facts, &times));
	assert_int_equal(head.file.dev, some_head.file.dev);
	assert_int_equal(head.file.ino, some_head.file.ino);
	assert_int_equal(head.file.size, some_head.file.size);
	assert_int_equal(head.file.mtime.tv_sec, some_head.file.mtime.tv_sec);
	assert_int_equal(head.file.mtime.tv_nsec, some_head.file.mtime.tv_nsec);
	assert_int_equal(head.text, some_head.text);
	assert_int_equal(head.shift, some_head.shift);
	assert_int_equal(head.nchunks, NFACTS);
	assert_int_equal(head.last_len, some_head.last_len);
	assert_int_equal(head.first_hash, some_head.first_hash);
	assert_int_equal(head.last_hash, some_head.last_hash);
	for (size_t k = 0; k < NFACTS; k++) {
		assert_int_equal(facts[k].newlines, some_facts[k].newlines);
		assert_int_equal(facts[k].marks, some_facts[k].marks);
	}
	free(facts);
	tl_buf_fini(&file);
}

/* The places FORMAT.md names. */
static void test_layout(void **state)
{
	static const uint8_t start[] = { 'T', 'L', 'I', 'N', 'D', 'E', 'X', '\n',
					 1,   0,   0,   0,   20,  0,   0,   0 };
	struct tl_buf file;

	encode(&file);
	assert_memory_equal(file.data, start, sizeof(start));
	assert_int_equal(file.data[24], 0x01); /* dev */
	assert_int_equal(file.data[25], 0x08);
	assert_int_equal(file.data[32], 0x9a);          /* ino */
	assert_int_equal(file.data[64], NFACTS);        /* chunks */
	assert_int_equal(file.data[80], 0x10);          /* first hash */
	assert_memory_equal(file.data + 96, "LINE", 4); /* the first section */
	assert_int_equal(96 + 16 + file.data[104] + 8, file.len);
	tl_buf_fini(&file);
}

static void test_damage(void **state)
{
	struct tl_buf file;

	encode(&file);
	assert_true(decodes(file.data, file.len, NFACTS));
	for (size_t n = 0; n < file.len; n++)
		assert_false(decodes(file.data, n, NFACTS));
	for (size_t i = 0; i < file.len * 8; i++) {
		file.data[i / 8] ^= 1 << i % 8;
		assert_false(decodes(file.data, file.len, NFACTS));
		file.data[i / 8] ^= 1 << i % 8;
	}
	tl_buf_fini(&file);
}

/* Wrong, but with the right checksum: somebody meant it. */
static void test_malice(void **state)
{
	static const struct {
		size_t at;
		uint8_t byte;
	} changes[] = {
		{ 0, 'X' },         /* magic */
		{ 8, 2 },           /* version */
		{ 12, 41 },         /* shift */
		{ 59, 0xff },       /* nanoseconds */
		{ 64, 0 },          /* no chunks */
		{ 64, NFACTS - 1 }, /* fewer than in the section */
		{ 64, NFACTS + 1 }, /* more */
		{ 70, 1 },          /* very many */
		{ 79, 1 },          /* a longer last chunk than there can be */
		{ 96, 'X' },        /* no section of lines */
		{ 111, 0x80 },      /* a section longer than memory */
		{ 104, 1 },         /* one that is too short */
		{ 96 + 16, 0 },     /* not a zstd frame */
	};
	struct tl_buf file;

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		encode(&file);
		file.data[changes[i].at] = changes[i].byte;
		seal(&file);
		assert_false(decodes(file.data, file.len, 1000));
		tl_buf_fini(&file);
	}
	encode(&file);
	assert_false(decodes(file.data, file.len, NFACTS - 1)); /* more than the text has */
	tl_buf_fini(&file);
}

static void test_senseless_facts(void **state)
{
	static const struct tl_chunk_facts senseless[] = {
		{ 1u << 31, 0 },                    /* more newlines than bytes */
		{ 1, TL_CHUNK_EMPTY },              /* a newline in no bytes */
		{ 0, TL_CHUNK_EMPTY | TL_HAS_TAB }, /* a tab */
		{ 0, TL_CHUNK_ENDS_LINE },          /* ends with what it has not */
		{ 1, 1 << 15 },                     /* a mark we do not know */
	};
	struct tl_saved_head head = some_head;
	struct tl_buf file = TL_BUF_INIT;

	head.nchunks = 1;
	for (size_t i = 0; i < sizeof(senseless) / sizeof(*senseless); i++) {
		file.len = 0;
		assert_true(
		    tl_savedindex_encode(&head, &senseless[i], (struct tl_span){ NULL, 0 }, &file));
		assert_false(decodes(file.data, file.len, 1));
	}
	tl_buf_fini(&file);
}

/* A section of a later version stands before or behind the one we know. */
static void test_unknown_sections(void **state)
{
	static const uint8_t section[] = { 'T', 'I', 'M', 'E', 0, 0, 0, 0, 3, 0,
					   0,   0,   0,   0,   0, 0, 1, 2, 3 };
	struct tl_buf file;

	for (int behind = 0; behind < 2; behind++) {
		size_t at;

		encode(&file);
		at = behind ? file.len - 8 : 96;
		assert_true(tl_buf_reserve(&file, sizeof(section)));
		memmove(file.data + at + sizeof(section), file.data + at, file.len - at);
		memcpy(file.data + at, section, sizeof(section));
		file.len += sizeof(section);
		seal(&file);
		assert_true(decodes(file.data, file.len, NFACTS));
		tl_buf_fini(&file);
	}
}

/* ---- the directory */

struct scene {
	char top[64];    /* all is below it */
	char dir[96];    /* of saved indexes; not made yet */
	char text[96];   /* a file of SIZE bytes */
	char index[160]; /* where its index is saved */
	struct tl_jobs *pool;
	struct tl_mailbox *mailbox;
};

/* Not in the present: no two writes can leave the same time. */
static void set_mtime(const char *path, time_t sec)
{
	struct timespec times[2] = { { sec, 5 }, { sec, 5 } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void write_at(const char *path, size_t at, const void *bytes, size_t n, time_t mtime)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, (off_t)at), n);
	close(fd);
	set_mtime(path, mtime);
}

static void make_text(const char *path, size_t n)
{
	char *text = malloc(n);

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		text[i] = i % 61 == 60 ? '\n' : (char)('a' + i % 26);
	write_at(path, 0, text, n, 1000);
	free(text);
}

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct tl_identity file = { 0 };
	char name[TL_SAVEDINDEX_NAME];
	struct stat st;

	if (!s)
		return -1;
	snprintf(s->top, sizeof(s->top), "/tmp/test_savedindex.XXXXXX");
	if (!mkdtemp(s->top))
		return -1;
	snprintf(s->dir, sizeof(s->dir), "%s/cache/tless", s->top);
	snprintf(s->text, sizeof(s->text), "%s/text", s->top);
	make_text(s->text, SIZE);
	assert_int_equal(stat(s->text, &st), 0);
	file.dev = st.st_dev;
	file.ino = st.st_ino;
	tl_savedindex_name(&file, NULL, TL_SAVEDINDEX_SUFFIX, name);
	snprintf(s->index, sizeof(s->index), "%s/%s", s->dir, name);
	assert_true(tl_jobs_open(2, &s->pool, NULL));
	assert_true(tl_mailbox_open(&s->mailbox, NULL));
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;
	char command[128];

	tl_jobs_close(s->pool);
	tl_mailbox_close(s->mailbox);
	snprintf(command, sizeof(command), "rm -rf '%s'", s->top);
	free(s);
	return system(command);
}

static uint64_t lines_of_file(const char *path)
{
	struct tl_buf buf = TL_BUF_INIT;
	uint64_t lines;
	struct stat st;
	int fd = open(path, O_RDONLY);

	assert_int_equal(fstat(fd, &st), 0);
	assert_true(tl_buf_reserve(&buf, (size_t)st.st_size));
	assert_int_equal(read(fd, buf.data, (size_t)st.st_size), st.st_size);
	close(fd);
	lines = tl_bytescan()->count(buf.data, (size_t)st.st_size, '\n');
	lines += buf.data[st.st_size - 1] != '\n';
	tl_buf_fini(&buf);
	return lines;
}

/* Open the text and look what of its index is there.  Gives how many chunks are known
 * without counting; then counts the rest, which must come to the truth. */
static uint64_t chunks_loaded(struct scene *s, const char *path, const char *dir)
{
	uint64_t done, total, nlines;
	struct tl_lineindex *ix;
	struct tl_source *src;
	bool loaded;

	assert_true(tl_source_open_file(path, &src, NULL));
	assert_true(tl_lineindex_new(src, s->pool, s->mailbox, &ix, NULL));
	tl_lineindex_set_dir(ix, dir);
	loaded = tl_lineindex_load(ix);
	tl_lineindex_progress(ix, &done, &total);
	assert_int_equal(loaded, done > 0);
	tl_lineindex_set_dir(ix, NULL); /* the look shall not change what is there */
	tl_lineindex_start(ix);
	while (tl_lineindex_count(ix, &nlines) == TL_PENDING) {
		struct pollfd p = { .fd = tl_mailbox_fd(s->mailbox), .events = POLLIN };
		struct tl_msg msg;

		assert_int_equal(poll(&p, 1, 60000), 1);
		while (tl_mailbox_take(s->mailbox, &msg))
			;
	}
	assert_int_equal(nlines, lines_of_file(path));
	tl_lineindex_close(ix);
	tl_source_close(src);
	return done;
}

/* Count a text and save its index; err may be NULL. */
static bool count_and_save(struct scene *s, const char *path, const char *dir, struct tl_err *err)
{
	struct tl_lineindex *ix;
	struct tl_source *src;
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_extent ex;
	bool ok;

	assert_true(tl_source_open_file(path, &src, NULL));
	assert_true(tl_lineindex_new(src, s->pool, s->mailbox, &ix, NULL));
	tl_lineindex_set_dir(ix, dir);
	tl_source_extent(src, &ex);
	for (uint64_t k = 0; k < ex.nchunks; k++) {
		buf.len = 0;
		assert_int_equal(tl_source_read(src, k, &buf, NULL), TL_FOUND);
		tl_lineindex_offer(ix, k, (struct tl_span){ buf.data, buf.len });
	}
	ok = tl_lineindex_save(ix, err);
	tl_buf_fini(&buf);
	tl_lineindex_close(ix);
	tl_source_close(src);
	return ok;
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static void test_same_file(void **state)
{
	struct scene *s = *state;

	assert_int_equal(chunks_loaded(s, s->text, s->dir), 0);
	assert_true(count_and_save(s, s->text, s->dir, NULL));
	assert_true(exists(s->index));
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 10);
	assert_int_equal(chunks_loaded(s, s->text, NULL), 0);
}

static void test_saved_when_complete(void **state)
{
	struct scene *s = *state;
	struct tl_lineindex *ix;
	struct tl_source *src;

	assert_true(tl_source_open_file(s->text, &src, NULL));
	assert_true(tl_lineindex_new(src, s->pool, s->mailbox, &ix, NULL));
	tl_lineindex_set_dir(ix, s->dir);
	tl_lineindex_start(ix);
	for (uint64_t n; tl_lineindex_count(ix, &n) == TL_PENDING;) {
		struct pollfd p = { .fd = tl_mailbox_fd(s->mailbox), .events = POLLIN };
		struct tl_msg msg;

		assert_int_equal(poll(&p, 1, 60000), 1);
		while (tl_mailbox_take(s->mailbox, &msg))
			;
	}
	tl_lineindex_close(ix); /* waits for the step that saves */
	tl_source_close(src);
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 10);
}

/* Only part of it was counted when the user left. */
static void test_part(void **state)
{
	struct scene *s = *state;
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_lineindex *ix;
	struct tl_source *src;

	assert_true(tl_source_open_file(s->text, &src, NULL));
	assert_true(tl_lineindex_new(src, s->pool, NULL, &ix, NULL));
	tl_lineindex_set_dir(ix, s->dir);
	for (uint64_t k = 0; k < 9; k++) {
		buf.len = 0;
		assert_int_equal(tl_source_read(src, k, &buf, NULL), TL_FOUND);
		if (k != 8)
			tl_lineindex_offer(ix, k, (struct tl_span){ buf.data, buf.len });
	}
	assert_true(tl_lineindex_save(ix, NULL));
	tl_lineindex_close(ix);
	tl_source_close(src);
	tl_buf_fini(&buf);
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 8);
}

/* Whoever has saved or loaded all there is does not write it again. */
static void test_saves_once(void **state)
{
	struct scene *s = *state;
	struct tl_lineindex *ix;
	struct tl_source *src;

	assert_true(count_and_save(s, s->text, s->dir, NULL));
	assert_true(tl_source_open_file(s->text, &src, NULL));
	assert_true(tl_lineindex_new(src, s->pool, NULL, &ix, NULL));
	tl_lineindex_set_dir(ix, s->dir);
	assert_true(tl_lineindex_load(ix));
	assert_int_equal(unlink(s->index), 0);
	assert_true(tl_lineindex_save(ix, NULL));
	assert_false(exists(s->index));
	tl_lineindex_close(ix);
	tl_source_close(src);
}

/* All whole chunks are kept; the last, which grew, and what is behind it are counted. */
static void test_appended(void **state)
{
	struct scene *s = *state;

	assert_true(count_and_save(s, s->text, s->dir, NULL));
	write_at(s->text, SIZE, "x\ny\n", 4, 2000);
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 9);
	make_text(s->text, SIZE + 3 * CHUNK);
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 9);
}

static void test_appended_to_full_chunks(void **state)
{
	struct scene *s = *state;

	assert_int_equal(truncate(s->text, 9 * CHUNK), 0);
	assert_true(count_and_save(s, s->text, s->dir, NULL));
	write_at(s->text, 9 * CHUNK, "x\ny\n", 4, 2000);
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 9);
}

static void test_written_over(void **state)
{
	struct scene *s = *state;

	assert_true(count_and_save(s, s->text, s->dir, NULL));
	write_at(s->text, 4 * CHUNK, "\n\n\n", 3, 2000); /* the same size */
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 0);
	set_mtime(s->text, 1000); /* the same time, and other bytes in the last chunk */
	write_at(s->text, SIZE - 9, "\n\n\n", 3, 1000);
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 0);
}

static void test_grown_and_changed(void **state)
{
	struct scene *s = *state;

	assert_true(count_and_save(s, s->text, s->dir, NULL));
	write_at(s->text, SIZE, "more\n", 5, 2000);
	write_at(s->text, 7, "X", 1, 2000); /* in the first chunk */
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 0);
	make_text(s->text, SIZE);
	write_at(s->text, SIZE, "more\n", 5, 2000);
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 9);
	write_at(s->text, SIZE - 7, "X", 1, 2000); /* in what was the last */
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 0);
}

static void test_shrunk(void **state)
{
	struct scene *s = *state;

	assert_true(count_and_save(s, s->text, s->dir, NULL));
	assert_int_equal(truncate(s->text, SIZE - 1), 0);
	set_mtime(s->text, 1000);
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 0);
}

/* The index of another file under this one's name. */
static void test_other_file(void **state)
{
	struct scene *s = *state;
	struct tl_identity file = { 0 };
	char other[128], name[TL_SAVEDINDEX_NAME], other_index[192];
	struct stat st;

	snprintf(other, sizeof(other), "%s/other", s->top);
	make_text(other, SIZE);
	assert_true(count_and_save(s, s->text, s->dir, NULL));
	assert_int_equal(stat(other, &st), 0);
	file.dev = st.st_dev;
	file.ino = st.st_ino;
	tl_savedindex_name(&file, NULL, TL_SAVEDINDEX_SUFFIX, name);
	snprintf(other_index, sizeof(other_index), "%s/%s", s->dir, name);
	assert_int_equal(rename(s->index, other_index), 0);
	assert_int_equal(chunks_loaded(s, other, s->dir), 0);
}

static void test_not_worth_it(void **state)
{
	struct scene *s = *state;
	struct tl_buf bytes = TL_BUF_INIT;
	struct tl_chunk_facts facts[9] = { { 0, 0 } };
	struct tl_source *src;

	assert_int_equal(truncate(s->text, 8 * CHUNK - 1), 0);
	assert_true(count_and_save(s, s->text, s->dir, NULL));
	assert_true(tl_buf_reserve(&bytes, 9 * CHUNK));
	memset(bytes.data, 'x', 9 * CHUNK);
	bytes.len = 9 * CHUNK;
	assert_true(tl_source_open_memory(&bytes, &src, NULL)); /* no file at all */
	assert_true(
	    tl_savedindex_save(s->dir, src, facts, 9, CHUNK, (struct tl_span){ NULL, 0 }, NULL));
	tl_source_close(src);
	assert_false(exists(s->dir));
}

static void test_modes(void **state)
{
	struct scene *s = *state;
	mode_t old = umask(0);
	struct stat st;

	assert_true(count_and_save(s, s->text, s->dir, NULL));
	umask(old);
	assert_int_equal(stat(s->index, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(s->dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	*strrchr(s->dir, '/') = '\0';
	assert_int_equal(stat(s->dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void test_not_ours_to_read(void **state)
{
	struct scene *s = *state;
	char aside[192];
	struct tl_buf big = TL_BUF_INIT;

	assert_true(count_and_save(s, s->text, s->dir, NULL));
	snprintf(aside, sizeof(aside), "%s/aside", s->top);

	assert_int_equal(rename(s->index, aside), 0);
	assert_int_equal(symlink(aside, s->index), 0);
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 0);

	assert_int_equal(unlink(s->index), 0);
	assert_int_equal(mkfifo(s->index, 0600), 0);
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 0);

	assert_int_equal(unlink(s->index), 0);
	assert_int_equal(mkdir(s->index, 0700), 0);
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 0);

	assert_int_equal(rmdir(s->index), 0);
	assert_int_equal(rename(aside, s->index), 0);
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 10);
	if (geteuid() == 0) { /* only root can give files away */
		assert_int_equal(chown(s->index, 65534, 0), 0);
		assert_int_equal(chunks_loaded(s, s->text, s->dir), 0);
	}
	write_at(s->index, 0, "long", 4, 1000);
	assert_int_equal(truncate(s->index, 1 << 30), 0);
	assert_false(tl_cachedir_read(s->dir, strrchr(s->index, '/') + 1, 1 << 20, &big));
	assert_null(big.data); /* nothing was allocated for it */
}

static void test_cannot_write(void **state)
{
	struct scene *s = *state;
	char below[128];
	struct tl_err err = TL_ERR_INIT;

	snprintf(below, sizeof(below), "%s/not/a/directory", s->text);
	assert_false(count_and_save(s, s->text, below, &err));
	assert_non_null(strstr(err.msg, s->text));
	assert_int_equal(err.sys, ENOTDIR);
}

/* The disk is full half-way: the old index stays, and nothing is left lying about. */
static void test_disk_full(void **state)
{
	struct scene *s = *state;
	struct rlimit was, tiny;
	struct tl_err err = TL_ERR_INIT;
	char listing[192];
	char line[256];
	int n = 0;
	FILE *f;

	assert_true(count_and_save(s, s->text, s->dir, NULL));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	tiny = was;
	tiny.rlim_cur = 50;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tiny), 0);
	assert_false(count_and_save(s, s->text, s->dir, &err));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_true(strlen(err.msg) > 0);
	assert_int_equal(chunks_loaded(s, s->text, s->dir), 10);
	snprintf(listing, sizeof(listing), "ls -A '%s'", s->dir);
	f = popen(listing, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		n++;
	pclose(f);
	assert_int_equal(n, 1);
}

static void test_few_are_kept(void **state)
{
	struct scene *s = *state;
	char path[192];

	assert_true(count_and_save(s, s->text, s->dir, NULL));
	for (int i = 0; i < 520; i++) {
		snprintf(path, sizeof(path), "%s/%04d.tli", s->dir, i);
		write_at(path, 0, "x", 1, 10000 + i);
	}
	snprintf(path, sizeof(path), "%s/foreign.txt", s->dir);
	write_at(path, 0, "x", 1, 1);
	snprintf(path, sizeof(path), "%s/.0000.tli.tmp0123456789abcdef", s->dir);
	write_at(path, 0, "x", 1, 1);
	assert_true(count_and_save(s, s->text, s->dir, NULL));

	assert_true(exists(s->index)); /* the one just saved */
	for (int i = 0; i < 520; i++) {
		snprintf(path, sizeof(path), "%s/%04d.tli", s->dir, i);
		assert_int_equal(exists(path), i >= 9);
	}
	snprintf(path, sizeof(path), "%s/foreign.txt", s->dir);
	assert_true(exists(path));
	snprintf(path, sizeof(path), "%s/.0000.tli.tmp0123456789abcdef", s->dir);
	assert_false(exists(path)); /* whoever wrote it is long gone */
}

static void check_default_dir(const char *cache, const char *home, const char *want)
{
	char *dir;

	cache ? setenv("XDG_CACHE_HOME", cache, 1) : unsetenv("XDG_CACHE_HOME");
	home ? setenv("HOME", home, 1) : unsetenv("HOME");
	dir = tl_lineindex_default_dir();
	if (want)
		assert_string_equal(dir, want);
	else
		assert_null(dir);
	free(dir);
}

static void test_default_dir(void **state)
{
	check_default_dir("/c", "/", "/c/tless");
	check_default_dir(NULL, "/usr", "/usr/.cache/tless");
	check_default_dir("", "/usr", "/usr/.cache/tless");
	check_default_dir("relative", "/usr", "/usr/.cache/tless");
	check_default_dir(NULL, NULL, NULL);
	check_default_dir("/c", "/not/there", "/c/tless");
	check_default_dir(NULL, "/not/there", NULL);
	check_default_dir(NULL, "/dev/null", NULL);
}

#define in_scene(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_malice),
		cmocka_unit_test(test_senseless_facts),
		cmocka_unit_test(test_unknown_sections),
		in_scene(test_same_file),
		in_scene(test_saved_when_complete),
		in_scene(test_part),
		in_scene(test_saves_once),
		in_scene(test_appended),
		in_scene(test_appended_to_full_chunks),
		in_scene(test_written_over),
		in_scene(test_grown_and_changed),
		in_scene(test_shrunk),
		in_scene(test_other_file),
		in_scene(test_not_worth_it),
		in_scene(test_modes),
		in_scene(test_not_ours_to_read),
		in_scene(test_cannot_write),
		in_scene(test_disk_full),
		in_scene(test_few_are_kept),
		cmocka_unit_test(test_default_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
