/* test_filehunt.c: which files a search passes over, and what ends that. */
#include "pager/filehunt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NFILES 200

struct fixture {
	char dir[32];
	struct tl_filelist files;
	struct tl_jobs *pool;
	struct tl_mailbox *mailbox;
};

static void write_file(const struct fixture *fx, int i, const char *text, size_t n)
{
	FILE *f = fopen(fx->files.files[i]->name, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

/* File i has i % 3 lines with "hit", and its number. */
static int set_up(void **state)
{
	struct fixture *fx = calloc(1, sizeof(*fx));

	strcpy(fx->dir, "/tmp/tless-hunt-XXXXXX");
	assert_non_null(mkdtemp(fx->dir));
	for (int i = 0; i < NFILES; i++) {
		char name[64], text[64];

		snprintf(name, sizeof(name), "%s/%d", fx->dir, i);
		snprintf(text, sizeof(text), "%sfile %d;\n",
			 i % 3 == 0   ? ""
			 : i % 3 == 1 ? "a hit\n"
				      : "hit\nhit, hit\n",
			 i);
		assert_true(tl_filelist_add(&fx->files, name, fx->files.n));
		write_file(fx, i, text, strlen(text));
	}
	assert_true(tl_jobs_open(4, &fx->pool, NULL));
	assert_true(tl_mailbox_open(&fx->mailbox, NULL));
	*state = fx;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fx = *state;

	for (size_t i = 0; i < fx->files.n; i++)
		unlink(fx->files.files[i]->name);
	rmdir(fx->dir);
	tl_filelist_fini(&fx->files);
	tl_jobs_close(fx->pool);
	tl_mailbox_close(fx->mailbox);
	free(fx);
	return 0;
}

/* Hunt n files for the nth line with a pattern: how many are passed over, with how many hits? */
static void check_hunt(struct fixture *fx, size_t from, size_t n, bool backward,
		       const char *pattern, uint64_t nth, size_t passed, uint64_t hits)
{
	struct tl_filehunt_request req = {
		.files = &fx->files,
		.from = from,
		.n = n,
		.backward = backward,
		.nth = nth,
		.charset = TL_CHARSET_UTF8,
		.mailbox = fx->mailbox,
	};
	struct tl_matcher *m;
	struct tl_filehunt *h;
	struct pollfd fd = { tl_mailbox_fd(fx->mailbox), POLLIN, 0 };
	struct tl_msg msg;
	size_t got_passed = 0;
	uint64_t got_hits = 0;

	assert_true(tl_matcher_new(pattern, strlen(pattern), 0, &m, NULL));
	req.m = m;
	h = tl_filehunt_start(&req, fx->pool);
	assert_non_null(h);
	while (!tl_filehunt_result(h, &got_passed, &got_hits)) {
		assert_int_equal(poll(&fd, 1, 20000), 1);
		while (tl_mailbox_take(fx->mailbox, &msg))
			assert_ptr_equal(msg.from, h);
	}
	tl_filehunt_close(h);
	while (tl_mailbox_take(fx->mailbox, &msg))
		;
	tl_matcher_free(m);
	assert_int_equal(got_passed, passed);
	assert_int_equal(got_hits, hits);
}

static void the_file_with_the_hit(void **state)
{
	struct fixture *fx = *state;

	check_hunt(fx, 0, NFILES, false, "file 177;", 1, 177, 0);
	check_hunt(fx, 0, NFILES, false, "^f.*e 177;", 1, 177, 0);
	check_hunt(fx, 100, 100, false, "file 177;", 1, 77, 0);
	check_hunt(fx, 199, 199, true, "file 177;", 1, 22, 0);
	check_hunt(fx, 0, NFILES, false, "nowhere", 1, NFILES, 0);
	check_hunt(fx, 0, 1, false, "nowhere", 1, 1, 0);
}

/* Each three files have three hits. */
static void the_nth_hit(void **state)
{
	struct fixture *fx = *state;

	check_hunt(fx, 0, NFILES, false, "hit", 1, 1, 0);
	check_hunt(fx, 0, NFILES, false, "hit", 2, 2, 1);
	check_hunt(fx, 0, NFILES, false, "hit", 3, 2, 1);
	check_hunt(fx, 0, NFILES, false, "hit", 4, 4, 3);
	check_hunt(fx, 0, NFILES, false, "hit", 150, 149, 148);
	check_hunt(fx, 0, NFILES, false, "hit", 1000, NFILES, 199);
}

static void what_is_in_the_way(void **state)
{
	struct fixture *fx = *state;
	const char *gzip = "\x1f\x8b\x08 file", *recording = "PERFILE2 file",
		   *zstd = "\x28\xb5\x2f\xfd file";
	size_t large = (size_t)3 << 20;
	char *text = malloc(large);

	assert_non_null(text);
	memset(text, 'a', large);
	write_file(fx, 150, text, large);
	check_hunt(fx, 0, NFILES, false, "nowhere", 1, 150, 0);
	free(text);
	unlink(fx->files.files[140]->name); /* gone */
	check_hunt(fx, 0, NFILES, false, "nowhere", 1, 140, 0);
	write_file(fx, 130, "a\0b", 3);
	check_hunt(fx, 0, NFILES, false, "nowhere", 1, 130, 0);
	write_file(fx, 120, gzip, strlen(gzip));
	check_hunt(fx, 0, NFILES, false, "nowhere", 1, 120, 0);
	write_file(fx, 115, zstd, strlen(zstd));
	check_hunt(fx, 0, NFILES, false, "nowhere", 1, 115, 0);
	write_file(fx, 110, recording, strlen(recording));
	check_hunt(fx, 0, NFILES, false, "nowhere", 1, 110, 0);
	write_file(fx, 105, "", 0); /* is not */
	unlink(fx->files.files[100]->name);
	assert_int_equal(symlink("/proc/self/maps", fx->files.files[100]->name), 0);
	check_hunt(fx, 0, NFILES, false, "nowhere", 1, 100, 0);
	unlink(fx->files.files[90]->name);
	assert_int_equal(symlink("/dev/null", fx->files.files[90]->name), 0);
	check_hunt(fx, 0, NFILES, false, "nowhere", 1, 90, 0);
	free(fx->files.files[80]->name);
	fx->files.files[80]->name = strdup("-");
	check_hunt(fx, 0, NFILES, false, "nowhere", 1, 80, 0);
	check_hunt(fx, 0, NFILES, false, "file 79;", 1, 79, 0);
}

static void given_up(void **state)
{
	struct fixture *fx = *state;
	struct tl_matcher *m;
	struct tl_filehunt_request req = { .files = &fx->files,
					   .n = NFILES,
					   .nth = 1,
					   .charset = TL_CHARSET_UTF8,
					   .mailbox = fx->mailbox };

	assert_true(tl_matcher_new("nowhere", 7, 0, &m, NULL));
	req.m = m;
	for (int i = 0; i < 20; i++)
		tl_filehunt_close(tl_filehunt_start(&req, fx->pool));
	tl_filehunt_close(NULL);
	tl_matcher_free(m);
}

int main(void)
{
#define SETUP_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		SETUP_TEST(the_file_with_the_hit),
		SETUP_TEST(the_nth_hit),
		SETUP_TEST(what_is_in_the_way),
		SETUP_TEST(given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
