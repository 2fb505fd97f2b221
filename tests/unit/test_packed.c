/* test_packed.c: compressed files as texts, with a made-up format (fake_codec.h). */
#include "decoders/packed/packed.h"

#include "index/chunkfacts.h"
#include "tests/unit/fake_codec.h"
#include "tests/unit/workdir.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB ((uint64_t)1 << 20)

struct fixture {
	char dir[64], path[96];
	struct tl_jobs *pool;
	struct tl_source *src;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

static int setup(void **state)
{
	struct fixture *fx = calloc(1, sizeof(*fx));
	struct tl_err err;

	strcpy(fx->dir, "/tmp/tless-packed.XXXXXX");
	assert_non_null(mkdtemp(fx->dir));
	snprintf(fx->path, sizeof(fx->path), "%s/file", fx->dir);
	pthread_mutex_init(&fx->lock, NULL);
	pthread_cond_init(&fx->changed, NULL);
	assert_true(tl_jobs_open(3, &fx->pool, &err));
	fake_made = 0;
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	tl_source_close(fx->src);
	tl_jobs_close(fx->pool);
	assert_int_equal(workdir_remove(fx->dir), 0);
	pthread_cond_destroy(&fx->changed);
	pthread_mutex_destroy(&fx->lock);
	tl_buf_fini(&fake_table);
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

/* A file of parts with these lengths, MiB times 4/3, so that nothing falls on chunks' borders. */
static uint64_t make_file(struct fixture *fx, const unsigned *lens, size_t n, unsigned flags,
			  struct tl_buf *points)
{
	struct tl_buf file = TL_BUF_INIT;
	uint64_t at = 0;
	FILE *f;

	for (size_t i = 0; i < n; i++) {
		struct tl_point p = { .text = at, .file = file.len };
		uint64_t len = lens[i] * MIB * 4 / 3 + i;

		if (points)
			tl_buf_append(points, &p, sizeof(p));
		fake_part(&file, at, len, flags);
		at += len;
	}
	f = fopen(fx->path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(file.data, 1, file.len, f), file.len);
	fclose(f);
	tl_buf_fini(&file);
	return at;
}

static void open_it(struct fixture *fx, const char *dir)
{
	struct tl_err err = TL_ERR_INIT;

	if (!tl_packed_open(&fake_codec, fx->path, "file", dir, fx->pool, &fx->src, &err))
		fail_msg("%s", err.msg);
	tl_source_on_change(fx->src, on_change, fx);
}

static void close_it(struct fixture *fx)
{
	tl_source_close(fx->src);
	fx->src = NULL;
}

/* Wait until so many chunks, or all, are there. */
static void await(struct fixture *fx, uint64_t nchunks)
{
	struct tl_extent ex;

	pthread_mutex_lock(&fx->lock);
	for (;;) {
		tl_source_extent(fx->src, &ex);
		if (ex.complete || ex.nchunks >= nchunks)
			break;
		pthread_cond_wait(&fx->changed, &fx->lock);
	}
	pthread_mutex_unlock(&fx->lock);
}

static uint64_t size_of(struct fixture *fx)
{
	return tl_source_end(fx->src);
}

/* The text of all files here, as long as the longest. */
static uint8_t truth[42 * MIB];

static bool is_right(uint64_t k, struct tl_span bytes, uint64_t size)
{
	uint64_t len = size - k * MIB < MIB ? size - k * MIB : MIB;

	return bytes.len == len && memcmp(bytes.data, truth + k * MIB, len) == 0;
}

static void check_chunk(struct fixture *fx, uint64_t k, uint64_t size)
{
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_err err = TL_ERR_INIT;

	if (tl_source_read(fx->src, k, &buf, &err) != TL_FOUND)
		fail_msg("chunk %lu: %s", k, err.msg);
	assert_true(is_right(k, (struct tl_span){ buf.data, buf.len }, size));
	tl_buf_fini(&buf);
}

static uint64_t nchunks(uint64_t size)
{
	return (size + MIB - 1) / MIB;
}

static void check_forward(struct fixture *fx, uint64_t size)
{
	for (uint64_t k = 0; k < nchunks(size); k++)
		check_chunk(fx, k, size);
}

static void check_backward(struct fixture *fx, uint64_t size)
{
	for (uint64_t k = nchunks(size); k-- > 0;)
		check_chunk(fx, k, size);
}

static void check_anywhere(struct fixture *fx, uint64_t size, unsigned n)
{
	uint64_t x = 1;

	while (n-- > 0) {
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
		check_chunk(fx, (x >> 33) % nchunks(size), size);
	}
}

static void check_all(struct fixture *fx, uint64_t size)
{
	assert_int_equal(size_of(fx), size);
	check_forward(fx, size);
	check_backward(fx, size);
	check_anywhere(fx, size, 10);
}

static void read_to_end(struct fixture *fx)
{
	tl_source_want(fx->src, UINT64_MAX);
	await(fx, UINT64_MAX);
}

static const unsigned ONE[] = { 27 };
static const unsigned MANY[] = { 3, 1, 0, 7, 2, 4, 1, 1, 1, 4, 3 };
static const unsigned LARGE[] = { 2, 25, 3 };
#define N(a) (sizeof(a) / sizeof((a)[0]))

/* ---- the front */

static void the_first_screen_needs_only_the_first_bytes(void **state)
{
	struct fixture *fx = *state;
	struct tl_extent ex;
	struct tl_span head;

	make_file(fx, ONE, 1, 0, NULL);
	open_it(fx, NULL);
	tl_source_extent(fx->src, &ex);
	assert_false(ex.complete);
	assert_int_equal(ex.nchunks, 1);
	assert_true(tl_source_progress(fx->src) == 0);
	assert_true(tl_source_head(fx->src, &head));
	assert_int_equal(head.len, TL_HEAD_BYTES);
	assert_int_equal(head.data[1000], fake_byte(1000));
	assert_true(fake_made <= 2 * FAKE_STEP);
}

static void what_is_not_there_yet_is_pending(void **state)
{
	struct fixture *fx = *state;
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_extent ex;
	uint64_t size = make_file(fx, ONE, 1, 0, NULL);

	open_it(fx, NULL);
	assert_int_equal(tl_source_read(fx->src, 20, &buf, NULL), TL_PENDING);
	tl_source_want(fx->src, 5);
	await(fx, 5);
	check_chunk(fx, 4, size);
	tl_source_extent(fx->src, &ex);
	assert_false(ex.complete);
	read_to_end(fx);
	assert_int_equal(tl_source_read(fx->src, nchunks(size), &buf, NULL), TL_NONE);
	tl_buf_fini(&buf);
}

static void one_part_is_read_in_any_order(void **state)
{
	struct fixture *fx = *state;
	uint64_t size = make_file(fx, ONE, 1, 0, NULL);

	open_it(fx, NULL);
	read_to_end(fx);
	fake_made = 0;
	check_forward(fx, size);
	assert_true(fake_made < 2 * size); /* in one go */
	fake_made = 0;
	check_backward(fx, size);
	assert_true(fake_made < 3 * size);
	fake_made = 0;
	check_chunk(fx, 30, size);
	assert_true(fake_made < 14 * MIB); /* from a point before it */
	check_all(fx, size);
}

static void parts_of_unknown_length_are_one_text(void **state)
{
	struct fixture *fx = *state;
	uint64_t size = make_file(fx, MANY, N(MANY), FAKE_ENDS, NULL);

	open_it(fx, NULL);
	read_to_end(fx);
	assert_true(fake_made <= size + MIB);
	check_all(fx, size);
}

static void parts_of_known_length_are_stepped_over(void **state)
{
	struct fixture *fx = *state;
	uint64_t size = make_file(fx, MANY, N(MANY), FAKE_KNOWN, NULL);

	open_it(fx, NULL);
	read_to_end(fx);
	assert_true(fake_made < MIB);
	fake_made = 0;
	check_chunk(fx, nchunks(size) - 1, size);
	assert_true(fake_made < 7 * MIB);
	check_all(fx, size);
}

static void large_parts_get_points_inside(void **state)
{
	struct fixture *fx = *state;
	uint64_t size = make_file(fx, LARGE, N(LARGE), FAKE_KNOWN, NULL);

	open_it(fx, NULL);
	read_to_end(fx);
	fake_made = 0;
	check_chunk(fx, 27, size);
	assert_true(fake_made < 14 * MIB);
	check_all(fx, size);
}

static void facts_are_those_of_the_chunks(void **state)
{
	struct fixture *fx = *state;
	uint64_t size = make_file(fx, ONE, 1, 0, NULL);
	struct tl_chunk_facts facts, counted;
	struct tl_buf buf = TL_BUF_INIT;
	size_t len;

	open_it(fx, NULL);
	read_to_end(fx);
	for (uint64_t k = 0; k < nchunks(size); k++) {
		buf.len = 0;
		assert_int_equal(tl_source_read(fx->src, k, &buf, NULL), TL_FOUND);
		counted = tl_chunk_survey((struct tl_span){ buf.data, buf.len });
		assert_true(tl_source_facts(fx->src, k, &facts, &len));
		assert_int_equal(len, buf.len);
		assert_int_equal(facts.newlines, counted.newlines);
		assert_int_equal(facts.marks, counted.marks);
	}
	assert_false(tl_source_facts(fx->src, nchunks(size), &facts, &len));
	tl_buf_fini(&buf);
}

static void stopping_and_going_on(void **state)
{
	struct fixture *fx = *state;
	uint64_t size = make_file(fx, ONE, 1, 0, NULL);
	struct tl_extent ex;

	open_it(fx, NULL);
	tl_source_want(fx->src, UINT64_MAX);
	await(fx, 2);
	tl_source_stop(fx->src);
	tl_source_extent(fx->src, &ex);
	check_chunk(fx, 0, size);
	if (!ex.complete)
		assert_true(tl_source_progress(fx->src) > 0.02);
	read_to_end(fx);
	assert_true(tl_source_progress(fx->src) == 1);
	check_all(fx, size);
}

static void closing_at_any_time(void **state)
{
	struct fixture *fx = *state;

	make_file(fx, MANY, N(MANY), FAKE_ENDS, NULL);
	for (uint64_t n = 0; n < 30; n++) {
		open_it(fx, NULL);
		tl_source_want(fx->src, UINT64_MAX);
		await(fx, n);
		close_it(fx);
	}
}

static void an_empty_text(void **state)
{
	static const unsigned none[] = { 0 };
	struct fixture *fx = *state;
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_err err;

	make_file(fx, none, 1, 0, NULL);
	open_it(fx, NULL);
	assert_int_equal(size_of(fx), 0);
	assert_int_equal(tl_source_read(fx->src, 0, &buf, NULL), TL_NONE);
	assert_false(tl_source_trouble(fx->src, &err));
}

/* ---- tables */

static void a_table_says_all_at_once(void **state)
{
	struct fixture *fx = *state;

	fake_table_size = make_file(fx, MANY, N(MANY), 0, &fake_table);
	open_it(fx, NULL);
	assert_true(fake_made < MIB);
	check_all(fx, fake_table_size);
}

static void a_table_that_makes_no_sense_is_not_used(void **state)
{
	struct fixture *fx = *state;
	struct tl_point *points;
	uint64_t size = make_file(fx, MANY, N(MANY), 0, &fake_table);

	fake_table_size = size;
	points = (struct tl_point *)fake_table.data;
	points[4].file = points[2].file;
	open_it(fx, NULL);
	read_to_end(fx);
	check_forward(fx, size);
}

static void a_table_that_claims_too_much_is_not_used(void **state)
{
	struct fixture *fx = *state;
	uint64_t size = make_file(fx, MANY, N(MANY), 0, &fake_table);
	struct tl_extent ex;

	fake_table_size = size << 30; /* of which nobody could count the lines */
	open_it(fx, NULL);
	tl_source_extent(fx->src, &ex);
	assert_int_equal(ex.nchunks, 1);
	assert_false(ex.complete);
}

/* ---- threads */

struct readers {
	struct fixture *fx;
	uint64_t size;
	atomic_uint next;
	atomic_bool wrong;
	bool backward;
};

static void *read_in_turn(void *arg)
{
	struct readers *r = arg;
	struct tl_buf buf = TL_BUF_INIT;
	uint64_t k, n = nchunks(r->size);

	while ((k = atomic_fetch_add(&r->next, 1)) < n) {
		if (r->backward)
			k = n - 1 - k;
		buf.len = 0;
		if (tl_source_read(r->fx->src, k, &buf, NULL) != TL_FOUND ||
		    !is_right(k, (struct tl_span){ buf.data, buf.len }, r->size))
			r->wrong = true;
	}
	tl_buf_fini(&buf);
	return NULL;
}

static void check_threads(struct fixture *fx, uint64_t size, bool backward)
{
	struct readers r = { .fx = fx, .size = size, .backward = backward };
	pthread_t threads[6];

	for (size_t i = 0; i < N(threads); i++)
		pthread_create(&threads[i], NULL, read_in_turn, &r);
	for (size_t i = 0; i < N(threads); i++)
		pthread_join(threads[i], NULL);
	assert_false(r.wrong);
}

static void many_threads_share_the_work(void **state)
{
	struct fixture *fx = *state;
	uint64_t size = make_file(fx, MANY, N(MANY), 0, &fake_table);

	fake_table_size = size;
	open_it(fx, NULL);
	fake_made = 0;
	check_threads(fx, size, false);
	assert_true(fake_made < 2 * size); /* alone, each would make a part anew for every chunk */
	check_threads(fx, size, true);
}

static void many_threads_while_the_front_runs(void **state)
{
	struct fixture *fx = *state;
	uint64_t size = make_file(fx, LARGE, N(LARGE), FAKE_ENDS, NULL);

	open_it(fx, NULL);
	tl_source_want(fx->src, UINT64_MAX);
	await(fx, 20);
	check_threads(fx, 20 * MIB, true);
	await(fx, UINT64_MAX);
	check_threads(fx, size, false);
}

/* ---- what is kept */

static unsigned saved_files(struct fixture *fx, char *name)
{
	struct dirent *e;
	unsigned n = 0;
	DIR *d = opendir(fx->dir);

	while ((e = readdir(d))) {
		size_t len = strlen(e->d_name);

		if (len > 4 && !strcmp(e->d_name + len - 4, ".tlp")) {
			n++;
			if (name)
				sprintf(name, "%s/%s", fx->dir, e->d_name);
		}
	}
	closedir(d);
	return n;
}

/* Open and read it all, so that its points are saved; and close it. */
static uint64_t save_points(struct fixture *fx, char *name)
{
	uint64_t size = make_file(fx, LARGE, N(LARGE), 0, NULL);

	open_it(fx, fx->dir);
	read_to_end(fx);
	close_it(fx);
	assert_int_equal(saved_files(fx, name), 1);
	return size;
}

static void the_second_opening_knows_all(void **state)
{
	struct fixture *fx = *state;
	uint64_t size = save_points(fx, NULL);

	fake_made = 0;
	open_it(fx, fx->dir);
	assert_int_equal(size_of(fx), size);
	check_chunk(fx, 30, size);
	assert_true(fake_made < 14 * MIB);
	check_all(fx, size);
}

static void saved_points_of_another_state_are_not_used(void **state)
{
	struct fixture *fx = *state;
	struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
	struct tl_extent ex;

	save_points(fx, NULL);
	assert_int_equal(utimensat(AT_FDCWD, fx->path, times, 0), 0);
	open_it(fx, fx->dir);
	tl_source_extent(fx->src, &ex);
	assert_false(ex.complete);
}

static void damaged_saved_points_do_no_harm(void **state)
{
	struct fixture *fx = *state;
	char name[512];
	uint64_t size = save_points(fx, name);
	struct tl_extent ex;
	unsigned nused = 0;
	struct stat st;
	uint8_t byte;
	int fd;

	assert_int_equal(stat(name, &st), 0);
	for (off_t at = 0; at < st.st_size; at += at < 600 ? 29 : st.st_size / 8) {
		fd = open(name, O_RDWR);
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= 0x10;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		open_it(fx, fx->dir);
		tl_source_extent(fx->src, &ex);
		if (ex.complete) {
			check_anywhere(fx, size, 5);
			nused++;
		} else {
			check_chunk(fx, 0, TL_HEAD_BYTES);
		}
		close_it(fx);
		byte ^= 0x10;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		close(fd);
	}
	assert_in_range(nused, 7, 9); /* but for the windows that are damaged */
}

/* ---- damage */

static void a_text_ends_where_its_file_is_cut_off(void **state)
{
	struct fixture *fx = *state;
	struct tl_err err = TL_ERR_INIT;
	uint64_t size = make_file(fx, LARGE, N(LARGE), 0, NULL), cut = 25 * MIB + 333;

	assert_int_equal(truncate(fx->path, (off_t)cut), 0);
	open_it(fx, fx->dir);
	assert_false(tl_source_trouble(fx->src, &err));
	read_to_end(fx);
	assert_true(tl_source_trouble(fx->src, &err));
	assert_string_equal(err.msg, "'file': cut off at byte 26214733; what came before is shown");
	assert_true(size_of(fx) < size);
	check_all(fx, cut - 2 * FAKE_HEAD);
	assert_int_equal(saved_files(fx, NULL), 0);
}

/* A file with a table, of which part `i` is damaged: all other chunks can be read. */
static void check_damage_of_part(struct fixture *fx, unsigned i)
{
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_err err = TL_ERR_INIT;
	struct tl_point *points;
	uint64_t size;
	int fd;

	tl_buf_fini(&fake_table);
	size = make_file(fx, MANY, N(MANY), 0, &fake_table);
	fake_table_size = size;
	points = (struct tl_point *)fake_table.data;
	fd = open(fx->path, O_WRONLY);
	assert_int_equal(pwrite(fd, "??", 2, (off_t)points[i].file), 2);
	close(fd);
	open_it(fx, NULL);
	assert_int_equal(size_of(fx), size);
	for (uint64_t k = 0; k < nchunks(size); k++) {
		bool hit = (k + 1) * MIB > points[i].text && k * MIB < points[i + 1].text;

		buf.len = 0;
		if (!hit)
			check_chunk(fx, k, size);
		else
			assert_int_equal(tl_source_read(fx->src, k, &buf, &err), TL_FAILED);
	}
	assert_non_null(strstr(err.msg, "'file': damaged at byte"));
	tl_buf_fini(&buf);
	close_it(fx);
}

static void damage_of_one_part_is_of_no_concern_to_others(void **state)
{
	check_damage_of_part(*state, 3);
	check_damage_of_part(*state, 0);
}

/* Others are at the parts behind it when it is found. */
static void a_text_ends_at_the_first_damage(void **state)
{
	struct fixture *fx = *state;
	struct tl_buf points = TL_BUF_INIT;
	struct tl_err err = TL_ERR_INIT;
	uint64_t end;
	int fd;

	make_file(fx, MANY, N(MANY), FAKE_ENDS, &points);
	end = ((struct tl_point *)points.data)[2].text;
	fd = open(fx->path, O_WRONLY);
	assert_int_equal(pwrite(fd, "??", 2, (off_t)((struct tl_point *)points.data)[2].file), 2);
	close(fd);
	for (int i = 0; i < 6; i++) {
		open_it(fx, fx->dir);
		read_to_end(fx);
		assert_true(tl_source_trouble(fx->src, &err));
		assert_int_equal(size_of(fx), end);
		check_forward(fx, end);
		close_it(fx);
	}
	assert_int_equal(saved_files(fx, NULL), 0);
	tl_buf_fini(&points);
}

static void a_file_that_changes_is_noticed(void **state)
{
	struct fixture *fx = *state;
	struct tl_buf buf = TL_BUF_INIT;
	uint64_t size = make_file(fx, ONE, 1, 0, NULL);
	struct tl_err err;

	open_it(fx, NULL);
	read_to_end(fx);
	assert_int_equal(tl_source_refresh(fx->src, false, &err), TL_SAME);
	assert_int_equal(truncate(fx->path, 1000), 0);
	assert_int_equal(tl_source_refresh(fx->src, false, &err), TL_REPLACED);
	assert_int_equal(tl_source_refresh(fx->src, false, &err), TL_SAME);
	assert_int_equal(tl_source_read(fx->src, 3, &buf, &err), TL_FAILED);
	assert_int_equal(size_of(fx), size);
	tl_buf_fini(&buf);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_first_screen_needs_only_the_first_bytes),
		TEST(what_is_not_there_yet_is_pending),
		TEST(one_part_is_read_in_any_order),
		TEST(parts_of_unknown_length_are_one_text),
		TEST(parts_of_known_length_are_stepped_over),
		TEST(large_parts_get_points_inside),
		TEST(facts_are_those_of_the_chunks),
		TEST(stopping_and_going_on),
		TEST(closing_at_any_time),
		TEST(an_empty_text),
		TEST(a_table_says_all_at_once),
		TEST(a_table_that_makes_no_sense_is_not_used),
		TEST(a_table_that_claims_too_much_is_not_used),
		TEST(many_threads_share_the_work),
		TEST(many_threads_while_the_front_runs),
		TEST(the_second_opening_knows_all),
		TEST(saved_points_of_another_state_are_not_used),
		TEST(damaged_saved_points_do_no_harm),
		TEST(a_text_ends_where_its_file_is_cut_off),
		TEST(damage_of_one_part_is_of_no_concern_to_others),
		TEST(a_text_ends_at_the_first_damage),
		TEST(a_file_that_changes_is_noticed),
	};

	for (uint64_t i = 0; i < sizeof(truth); i++)
		truth[i] = fake_byte(i);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
