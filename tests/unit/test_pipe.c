/* test_pipe.c: texts that come through a pipe: how far they are read, and kept. */
#include "text/cursor.h"
#include "text/source.h"
#include "text/spool.h"
#include "text/spoolfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB ((size_t)1 << TL_FILE_SHIFT)

/* A pipe: the test holds the end to write, and a copy of the end to read to see what is left. */
struct fixture {
	int to, from;
	struct tl_source *src;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned nchanges;
};

static void on_change(void *arg)
{
	struct fixture *fx = arg;

	pthread_mutex_lock(&fx->lock);
	fx->nchanges++;
	pthread_cond_broadcast(&fx->changed);
	pthread_mutex_unlock(&fx->lock);
}

static void listen_to(struct fixture *fx, struct tl_source *src)
{
	fx->src = src;
	tl_source_on_change(src, on_change, fx);
}

static int setup(void **state)
{
	struct fixture *fx = calloc(1, sizeof(*fx));
	struct tl_source *src;
	int fds[2];

	pthread_mutex_init(&fx->lock, NULL);
	pthread_cond_init(&fx->changed, NULL);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	fx->from = dup(fds[0]);
	fx->to = fds[1];
	if (!tl_source_open_pipe(fds[0], "a pipe", &src, NULL))
		return -1;
	listen_to(fx, src);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	tl_source_close(fx->src);
	close(fx->from);
	if (fx->to >= 0)
		close(fx->to);
	free(fx);
	return 0;
}

static void close_writer(struct fixture *fx)
{
	close(fx->to);
	fx->to = -1;
}

/* Wait until there are that many bytes, or it is complete. */
static void await(struct fixture *fx, uint64_t nbytes, bool complete)
{
	struct timespec until;
	struct tl_extent ex;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	pthread_mutex_lock(&fx->lock);
	for (;;) {
		tl_source_extent(fx->src, &ex);
		if (complete ? ex.complete : tl_source_end(fx->src) >= nbytes)
			break;
		if (pthread_cond_timedwait(&fx->changed, &fx->lock, &until) != 0)
			fail_msg("nothing comes");
	}
	pthread_mutex_unlock(&fx->lock);
	assert_int_equal(tl_source_end(fx->src), nbytes);
}

/* It ends too early, and says why. */
static void await_failure(struct fixture *fx, struct tl_err *err)
{
	struct timespec until;
	struct tl_extent ex;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	pthread_mutex_lock(&fx->lock);
	while (!tl_source_trouble(fx->src, err)) {
		if (pthread_cond_timedwait(&fx->changed, &fx->lock, &until) != 0)
			fail_msg("nothing comes");
	}
	pthread_mutex_unlock(&fx->lock);
	tl_source_extent(fx->src, &ex);
	assert_true(ex.complete);
	assert_int_equal(tl_source_read(fx->src, ex.nchunks, &(struct tl_buf){ 0 }, NULL), TL_NONE);
}

/* Byte i of every text here: every other MiB can be compressed. */
static uint8_t byte_at(size_t i)
{
	uint32_t x = (uint32_t)(i / 4) * 2654435761u;

	x ^= x >> 15;
	x *= 2246822519u;
	return i / MIB % 2 ? (uint8_t)("lorem ipsum\n"[i % 12]) : (uint8_t)(x >> (i % 4 * 8));
}

/* A static array of the text from byte 0; grows as needed.  One thread at a time. */
static const uint8_t *text(size_t len)
{
	static uint8_t *bytes;
	static size_t have;

	if (len > have) {
		bytes = realloc(bytes, len);
		assert_non_null(bytes);
		for (; have < len; have++)
			bytes[have] = byte_at(have);
	}
	return bytes;
}

static void put(struct fixture *fx, size_t from, size_t to)
{
	const uint8_t *bytes = text(to);

	while (from < to) {
		ssize_t n = write(fx->to, bytes + from, to - from);

		assert_true(n > 0);
		from += (size_t)n;
	}
}

/* The same on a thread, which closes the pipe behind it; until the pipe is closed to it. */
struct writer {
	pthread_t thread;
	struct fixture *fx;
	size_t len;
	int gone; /* errno of the write that failed */
};

static void *write_all(void *arg)
{
	struct writer *w = arg;
	const uint8_t *bytes = text(0);
	size_t at = 0;

	while (at < w->len && !w->gone) {
		ssize_t n = write(w->fx->to, bytes + at, w->len - at);

		if (n < 0)
			w->gone = errno;
		else
			at += (size_t)n;
	}
	close_writer(w->fx);
	return NULL;
}

static void start_writer(struct writer *w, struct fixture *fx, size_t len)
{
	*w = (struct writer){ .fx = fx, .len = len };
	text(len);
	assert_int_equal(pthread_create(&w->thread, NULL, write_all, w), 0);
}

static void check_chunk(struct fixture *fx, uint64_t k, size_t len)
{
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_err err = TL_ERR_INIT;

	if (tl_source_read(fx->src, k, &buf, &err) != TL_FOUND)
		fail_msg("chunk %u: %s", (unsigned)k, err.msg);
	assert_int_equal(buf.len, len);
	assert_memory_equal(buf.data, text((k + 1) * MIB) + k * MIB, len);
	tl_buf_fini(&buf);
}

/* How many bytes the reader has left in the pipe; ends it. */
static int left_over(struct fixture *fx)
{
	int n = -1;

	tl_source_close(fx->src);
	fx->src = NULL;
	assert_int_equal(ioctl(fx->from, FIONREAD, &n), 0);
	return n;
}

static void reads_nothing_unasked(void **state)
{
	struct fixture *fx = *state;
	struct tl_buf buf = TL_BUF_INIT;

	put(fx, 0, 1000);
	assert_int_equal(tl_source_read(fx->src, 0, &buf, NULL), TL_PENDING);
	assert_int_equal(left_over(fx), 1000);
}

static void shows_what_is_here_at_once(void **state)
{
	struct fixture *fx = *state;
	struct tl_cursor cur;
	struct tl_span run;

	tl_cursor_init(&cur, fx->src);
	assert_int_equal(tl_cursor_forward(&cur, 0, &run), TL_PENDING); /* and asks */
	put(fx, 0, 10);
	await(fx, 10, false);
	assert_int_equal(tl_cursor_forward(&cur, 0, &run), TL_FOUND);
	assert_int_equal(run.len, 10);
	assert_int_equal(tl_cursor_forward(&cur, 10, &run), TL_PENDING);
	put(fx, 10, 5000);
	await(fx, 5000, false);
	assert_int_equal(tl_cursor_forward(&cur, 10, &run), TL_FOUND);
	assert_int_equal(run.len, 4990);
	assert_memory_equal(run.data, text(5000) + 10, 4990);
	close_writer(fx);
	await(fx, 5000, true);
	assert_int_equal(tl_cursor_forward(&cur, 5000, &run), TL_NONE);
	assert_true(fx->nchanges >= 3);
	tl_cursor_fini(&cur);
}

static void reads_as_far_as_asked(void **state)
{
	struct fixture *fx = *state;
	int room = fcntl(fx->to, F_GETPIPE_SZ);

	tl_source_want(fx->src, 1);
	put(fx, 0, MIB + (size_t)room); /* would block if it stopped before */
	await(fx, MIB, false);
	check_chunk(fx, 0, MIB);
	assert_int_equal(left_over(fx), room);
}

static void reads_on_when_asked_for_more(void **state)
{
	struct fixture *fx = *state;

	tl_source_want(fx->src, 1);
	put(fx, 0, MIB + 100);
	await(fx, MIB, false);
	tl_source_want(fx->src, 2);
	await(fx, MIB + 100, false);
	check_chunk(fx, 1, 100);
	tl_source_want(fx->src, 1); /* less than before: no matter */
	put(fx, MIB + 100, MIB + 200);
	await(fx, MIB + 200, false);
}

static void stops_when_told(void **state)
{
	struct fixture *fx = *state;

	tl_source_want(fx->src, UINT64_MAX);
	put(fx, 0, MIB + 500);
	await(fx, MIB + 500, false);
	tl_source_stop(fx->src);
	put(fx, MIB + 500, MIB + 600);
	assert_int_equal(left_over(fx), 100);
}

static void ends_at_a_chunk_border(void **state)
{
	struct fixture *fx = *state;
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_extent ex;
	struct writer w;

	tl_source_want(fx->src, UINT64_MAX);
	start_writer(&w, fx, 2 * MIB);
	pthread_join(w.thread, NULL);
	await(fx, 2 * MIB, true);
	tl_source_extent(fx->src, &ex);
	assert_int_equal(ex.nchunks, 2);
	assert_int_equal(ex.last_len, MIB);
	assert_int_equal(tl_source_read(fx->src, 2, &buf, NULL), TL_NONE);
	assert_int_equal(tl_source_refresh(fx->src, true, NULL), TL_SAME);
}

/* A FIFO's end without a byte. */
static void may_be_empty(void **state)
{
	struct fixture *fx = *state;
	struct tl_cursor cur;
	struct tl_span run;

	tl_cursor_init(&cur, fx->src);
	assert_int_equal(tl_cursor_forward(&cur, 0, &run), TL_PENDING);
	close_writer(fx);
	await(fx, 0, true);
	assert_int_equal(tl_cursor_forward(&cur, 0, &run), TL_NONE);
	tl_cursor_fini(&cur);
}

static void breaks_the_pipe_when_closed(void **state)
{
	struct fixture *fx = *state;
	struct writer w;

	close(fx->from);
	tl_source_want(fx->src, 3);
	start_writer(&w, fx, 30 * MIB);
	tl_source_close(fx->src); /* reading, or waiting for the writer */
	pthread_join(w.thread, NULL);
	assert_int_equal(w.gone, EPIPE);
	fx->src = NULL;
	fx->from = dup(0);
}

/* Descriptors of ours whose file lies in `dir`, and names there. */
static int files_in(const char *dir)
{
	char link[256], name[300];
	struct dirent *entry;
	int n = 0;
	DIR *d;

	d = opendir(dir);
	assert_non_null(d);
	while ((entry = readdir(d)) != NULL)
		n += 100 * (entry->d_name[0] != '.');
	closedir(d);
	d = opendir("/proc/self/fd");
	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		ssize_t len;

		snprintf(name, sizeof(name), "/proc/self/fd/%s", entry->d_name);
		len = readlink(name, link, sizeof(link) - 1);
		if (len < 0)
			continue;
		link[len] = '\0';
		n += strncmp(link, dir, strlen(dir)) == 0;
	}
	closedir(d);
	return n;
}

static int setup_tmpdir(void **state)
{
	static char dir[64];

	strcpy(dir, "/tmp/tless-spool-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	setenv("TMPDIR", dir, 1);
	return setup(state);
}

static int teardown_tmpdir(void **state)
{
	int rc = teardown(state);

	rmdir(getenv("TMPDIR"));
	unsetenv("TMPDIR");
	return rc;
}

static void keeps_little_in_memory_only(void **state)
{
	struct fixture *fx = *state;
	struct writer w;

	tl_source_want(fx->src, UINT64_MAX);
	start_writer(&w, fx, 12 * MIB + 5);
	pthread_join(w.thread, NULL);
	await(fx, 12 * MIB + 5, true);
	assert_int_equal(files_in(getenv("TMPDIR")), 0);
	for (uint64_t k = 0; k < 12; k++)
		check_chunk(fx, k, MIB);
}

static void keeps_much_in_a_nameless_file(void **state)
{
	struct fixture *fx = *state;
	const uint64_t n = 45;
	struct writer w;

	tl_source_want(fx->src, UINT64_MAX);
	start_writer(&w, fx, n * MIB + 123);
	/* Old chunks while new ones come, from memory or file. */
	for (uint64_t k = 0; k < n; k++) {
		struct tl_buf buf = TL_BUF_INIT;

		tl_source_read(fx->src, k * 7 % n, &buf, NULL);
		if (buf.len > 0)
			assert_memory_equal(buf.data, text(0) + k * 7 % n * MIB, buf.len);
		tl_buf_fini(&buf);
	}
	pthread_join(w.thread, NULL);
	await(fx, n * MIB + 123, true);
	for (uint64_t k = 0; k < n; k++)
		check_chunk(fx, k * 7 % n, MIB);
	check_chunk(fx, n, 123);
	assert_int_equal(files_in(getenv("TMPDIR")), 1);
}

static void *read_all_over(void *arg)
{
	struct fixture *fx = arg;
	unsigned seed = (unsigned)(uintptr_t)&seed;
	struct tl_span span;

	for (int i = 0; i < 300; i++) {
		uint64_t k = (uint64_t)rand_r(&seed) % 40;

		if (tl_source_pin(fx->src, k, &span, NULL) != TL_FOUND)
			continue;
		if (memcmp(span.data, text(0) + k * MIB, span.len) != 0)
			fail_msg("wrong bytes");
		tl_source_unpin(fx->src, k, &span);
	}
	return NULL;
}

static void may_be_read_while_it_comes(void **state)
{
	struct fixture *fx = *state;
	pthread_t threads[2];
	struct writer w;

	tl_source_want(fx->src, UINT64_MAX);
	start_writer(&w, fx, 40 * MIB);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_all_over, fx), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	pthread_join(w.thread, NULL);
	await(fx, 40 * MIB, true);
}

/* All that was taken from the pipe before can still be read; the rest stays in it. */
static void check_full(struct fixture *fx, const char *message)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_extent ex;

	await_failure(fx, &err);
	assert_non_null(strstr(err.msg, "a pipe: stopped reading at "));
	assert_non_null(strstr(err.msg, message));
	if (!strstr(message, "--spool-size")) {
		assert_non_null(strstr(err.msg, "TMPDIR"));
		assert_non_null(strstr(err.msg, getenv("TMPDIR")));
	}
	tl_source_extent(fx->src, &ex);
	assert_true(ex.nchunks >= 20);
	assert_int_equal(ex.last_len, MIB);
	for (uint64_t k = 0; k < ex.nchunks; k++)
		check_chunk(fx, k, MIB);
}

static int setup_bad_tmpdir(void **state)
{
	setenv("TMPDIR", "/nowhere", 1);
	return setup(state);
}

static void says_that_it_cannot_keep_more(void **state)
{
	struct fixture *fx = *state;
	struct writer w;

	tl_source_want(fx->src, UINT64_MAX);
	start_writer(&w, fx, 30 * MIB);
	check_full(fx, "No such file or directory");
	tl_source_close(fx->src);
	fx->src = NULL;
	close(fx->from);
	pthread_join(w.thread, NULL);
	assert_int_equal(w.gone, EPIPE);
	fx->from = dup(0);
}

static void stops_at_its_limit(void **state)
{
	struct fixture *fx = *state;
	struct writer w;

	tl_spool_set_limit(5 * MIB);
	tl_source_want(fx->src, UINT64_MAX);
	start_writer(&w, fx, 60 * MIB);
	check_full(fx, "the 5 MiB of --spool-size are full");
	tl_spool_set_limit(0);
	assert_int_equal(tl_source_refresh(fx->src, false, NULL), TL_GREW);
	pthread_join(w.thread, NULL);
	await(fx, 60 * MIB, true);
	for (uint64_t k = 0; k < 60; k++)
		check_chunk(fx, k, MIB);
}

/* A limit on the size of files stands in for a full disk. */
static void survives_a_full_disk(void **state)
{
	struct fixture *fx = *state;
	struct rlimit old, low;
	struct writer w;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	low = old;
	low.rlim_cur = 3 * MIB + 7;
	tl_source_want(fx->src, UINT64_MAX);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	start_writer(&w, fx, 40 * MIB);
	check_full(fx, "File too large");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	/* Now there is room. */
	assert_int_equal(tl_source_refresh(fx->src, false, NULL), TL_GREW);
	await(fx, 40 * MIB, true);
	assert_false(tl_source_trouble(fx->src, NULL));
	for (uint64_t k = 0; k < 40; k++)
		check_chunk(fx, k, MIB);
	tl_source_close(fx->src);
	fx->src = NULL;
	close(fx->from);
	pthread_join(w.thread, NULL);
	fx->from = dup(0);
}

static void what_cannot_be_written_takes_no_room(void **state)
{
	struct tl_spoolplace place;
	struct tl_err err = TL_ERR_INIT;
	struct tl_spoolfile *f;
	struct tl_packer *p;
	struct rlimit old, low;
	uint8_t *chunk = malloc(MIB);

	assert_non_null(chunk);
	for (size_t i = 0; i < MIB; i++)
		chunk[i] = (uint8_t)rand();
	assert_true(tl_spoolfile_new("/tmp", &f, NULL));
	assert_true(tl_packer_new(&p, NULL));
	tl_spool_set_limit(2 * MIB);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	low = (struct rlimit){ MIB / 2, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	for (int i = 0; i < 4; i++) {
		assert_false(tl_spoolfile_put(f, p, chunk, false, &place, &err));
		assert_non_null(strstr(err.msg, "File too large"));
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_true(tl_spoolfile_put(f, p, chunk, false, &place, &err));
	assert_int_equal(place.at, 0);
	tl_spool_set_limit(0);
	tl_packer_free(p);
	tl_spoolfile_close(f);
	free(chunk);
}

/* ---- what is no pipe, but read like one */

/* Replace the fixture's pipe by something else. */
static void reopen(struct fixture *fx, int fd)
{
	struct tl_source *src;

	tl_source_close(fx->src);
	fx->src = NULL;
	assert_true(fd >= 0);
	assert_true(tl_source_open_fd(fd, "it", &src, NULL));
	assert_string_equal(tl_source_kind(src), "pipe");
	listen_to(fx, src);
	tl_source_want(src, UINT64_MAX);
}

static void reads_files_in_proc(void **state)
{
	struct tl_buf buf = TL_BUF_INIT;
	struct fixture *fx = *state;
	struct tl_source *src;
	struct timespec until;
	struct tl_extent ex;

	tl_source_close(fx->src);
	fx->src = NULL;
	assert_true(tl_source_open_file("/proc/self/status", &src, NULL));
	assert_string_equal(tl_source_kind(src), "pipe");
	listen_to(fx, src);
	tl_source_want(src, UINT64_MAX);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	pthread_mutex_lock(&fx->lock);
	for (tl_source_extent(src, &ex); !ex.complete; tl_source_extent(src, &ex))
		assert_int_equal(pthread_cond_timedwait(&fx->changed, &fx->lock, &until), 0);
	pthread_mutex_unlock(&fx->lock);
	assert_int_equal(tl_source_read(src, 0, &buf, NULL), TL_FOUND);
	assert_memory_equal(buf.data, "Name:\ttest_pipe\n", 16);
	tl_buf_fini(&buf);
}

/* It opens while nobody writes, and closes while still nobody does. */
static void reads_fifos(void **state)
{
	struct fixture *fx = *state;
	struct tl_source *src;
	char path[64];

	snprintf(path, sizeof(path), "%s/fifo", getenv("TMPDIR"));
	assert_int_equal(mkfifo(path, 0600), 0);
	tl_source_close(fx->src);
	fx->src = NULL;
	assert_true(tl_source_open_file(path, &src, NULL));
	tl_source_want(src, 1);
	tl_source_close(src);

	assert_true(tl_source_open_file(path, &src, NULL));
	assert_string_equal(tl_source_kind(src), "pipe");
	listen_to(fx, src);
	tl_source_want(src, 1);
	close(fx->to);
	fx->to = open(path, O_WRONLY);
	put(fx, 0, 300);
	await(fx, 300, false);
	close_writer(fx);
	await(fx, 300, true);
	assert_int_equal(unlink(path), 0);
}

static void reads_sockets(void **state)
{
	struct fixture *fx = *state;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	reopen(fx, fds[0]);
	close(fx->to);
	fx->to = fds[1];
	put(fx, 0, 2 * MIB + 9);
	close_writer(fx);
	await(fx, 2 * MIB + 9, true);
	check_chunk(fx, 1, MIB);
}

/* The end of a terminal is an I/O error to read(). */
static void takes_a_hangup_for_the_end(void **state)
{
	struct fixture *fx = *state;
	int master, slave;

	if (openpty(&master, &slave, NULL, NULL, NULL) < 0)
		skip();
	reopen(fx, master);
	assert_int_equal(write(slave, "hello", 5), 5);
	await(fx, 5, false);
	close(slave);
	await(fx, 5, true);
}

/* Like trace_pipe: a file, of no size, that cannot be read at a place. */
static void does_not_take_an_error_for_an_empty_file(void **state)
{
	struct fixture *fx = *state;
	struct tl_err err = TL_ERR_INIT;
	char path[64];

	snprintf(path, sizeof(path), "%s/empty", getenv("TMPDIR"));
	reopen(fx, open(path, O_WRONLY | O_CREAT, 0600));
	await_failure(fx, &err);
	assert_string_equal(err.msg, "cannot read 'it': Bad file descriptor");
	assert_int_equal(unlink(path), 0);
}

/* The first page of a process is not there: EIO. */
static void says_why_it_cannot_read(void **state)
{
	struct tl_err err = TL_ERR_INIT;
	struct fixture *fx = *state;
	struct tl_source *src;

	tl_source_close(fx->src);
	fx->src = NULL;
	assert_true(tl_source_open_pipe(open("/proc/self/mem", O_RDONLY), "it", &src, NULL));
	listen_to(fx, src);
	tl_source_want(src, 1);
	await_failure(fx, &err);
	assert_string_equal(err.msg, "cannot read 'it': Input/output error");
	assert_int_equal(tl_source_refresh(src, false, NULL), TL_SAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_nothing_unasked, setup, teardown),
		cmocka_unit_test_setup_teardown(shows_what_is_here_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_as_far_as_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_on_when_asked_for_more, setup, teardown),
		cmocka_unit_test_setup_teardown(stops_when_told, setup, teardown),
		cmocka_unit_test_setup_teardown(ends_at_a_chunk_border, setup, teardown),
		cmocka_unit_test_setup_teardown(may_be_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(breaks_the_pipe_when_closed, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_little_in_memory_only, setup_tmpdir,
						teardown_tmpdir),
		cmocka_unit_test_setup_teardown(keeps_much_in_a_nameless_file, setup_tmpdir,
						teardown_tmpdir),
		cmocka_unit_test_setup_teardown(may_be_read_while_it_comes, setup_tmpdir,
						teardown_tmpdir),
		cmocka_unit_test_setup_teardown(says_that_it_cannot_keep_more, setup_bad_tmpdir,
						teardown_tmpdir),
		cmocka_unit_test_setup_teardown(stops_at_its_limit, setup_tmpdir, teardown_tmpdir),
		cmocka_unit_test_setup_teardown(survives_a_full_disk, setup_tmpdir,
						teardown_tmpdir),
		cmocka_unit_test(what_cannot_be_written_takes_no_room),
		cmocka_unit_test_setup_teardown(reads_files_in_proc, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_fifos, setup_tmpdir, teardown_tmpdir),
		cmocka_unit_test_setup_teardown(reads_sockets, setup, teardown),
		cmocka_unit_test_setup_teardown(takes_a_hangup_for_the_end, setup, teardown),
		cmocka_unit_test_setup_teardown(does_not_take_an_error_for_an_empty_file,
						setup_tmpdir, teardown_tmpdir),
		cmocka_unit_test_setup_teardown(says_why_it_cannot_read, setup, teardown),
	};

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
