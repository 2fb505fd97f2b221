/* test_watch.c: what is told of a file that changes, and what is not. */
#include "text/watch.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64], path[128], other[128];
static int fd;

static void append(const char *to, const char *text)
{
	FILE *f = fopen(to, "a");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int set_up(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/watchXXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/log", dir);
	snprintf(other, sizeof(other), "%s/other", dir);
	append(path, "one\n");
	fd = open(path, O_RDONLY);
	return fd < 0;
}

static int tear_down(void **state)
{
	close(fd);
	unlink(path);
	unlink(other);
	rmdir(dir);
	return 0;
}

/* Is something there to be taken?  Events stand in the queue when the call that made them ends. */
static bool told(struct tl_watch *w)
{
	struct pollfd p = { tl_watch_fd(w), POLLIN, 0 };

	return poll(&p, 1, 0) > 0 && tl_watch_take(w);
}

static struct tl_watch *watch(const char *name)
{
	struct tl_watch *w = tl_watch_open(fd, name);

	assert_non_null(w);
	if (!tl_watch_works(w)) { /* no watches left, or a strange file system */
		tl_watch_close(w);
		skip();
	}
	return w;
}

static void growth_is_told(void **state)
{
	struct tl_watch *w = watch(NULL);

	assert_false(told(w));
	append(path, "two\n");
	assert_true(told(w));
	assert_false(told(w));
	assert_int_equal(truncate(path, 0), 0);
	assert_true(told(w));
	tl_watch_close(w);
}

static void a_file_is_watched_whatever_its_name_is(void **state)
{
	struct tl_watch *w;

	assert_int_equal(rename(path, other), 0);
	w = watch(NULL);
	append(other, "two\n");
	assert_true(told(w));
	append(path, "another file\n");
	assert_false(told(w));
	tl_watch_close(w);
}

static void who_gets_the_name_is_told(void **state)
{
	struct tl_watch *w = watch(path);

	append(other, "another file\n");
	assert_false(told(w));
	assert_int_equal(rename(other, path), 0);
	assert_true(told(w));
	tl_watch_close(w);
	w = watch(path);
	assert_int_equal(unlink(path), 0);
	told(w);
	append(path, "anew\n");
	assert_true(told(w));
	tl_watch_close(w);
}

static void a_folder_that_goes_away_ends_it(void **state)
{
	struct tl_watch *w = watch(path);
	char moved[80];

	snprintf(moved, sizeof(moved), "%s.moved", dir);
	assert_int_equal(rename(dir, moved), 0);
	assert_true(told(w));
	assert_false(tl_watch_works(w));
	assert_int_equal(tl_watch_fd(w), -1);
	assert_false(tl_watch_take(w));
	assert_int_equal(rename(moved, dir), 0);
	tl_watch_close(w);
}

/* What others than this kernel change, and what is no file, has to be looked at. */
static void some_files_cannot_be_watched(void **state)
{
	int proc = open("/proc/self/status", O_RDONLY), link;
	struct tl_watch *w = tl_watch_open(proc, NULL);

	assert_false(tl_watch_works(w));
	tl_watch_close(w);
	close(proc);
	w = tl_watch_open(-1, NULL);
	assert_false(tl_watch_works(w));
	tl_watch_close(w);
	assert_false(tl_watch_works(NULL));
	tl_watch_close(NULL);
	/* A link's file may be replaced in a folder that is not watched. */
	assert_int_equal(symlink("log", other), 0);
	link = open(other, O_RDONLY);
	w = tl_watch_open(link, other);
	assert_false(tl_watch_works(w));
	tl_watch_close(w);
	close(link);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(growth_is_told),
		TEST(a_file_is_watched_whatever_its_name_is),
		TEST(who_gets_the_name_is_told),
		TEST(a_folder_that_goes_away_ends_it),
		TEST(some_files_cannot_be_watched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
