/* test_filelist.c: the list of files and the marks in them. */
#include "pager/filelist.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The names, a blank behind each. */
static void check_names(const struct tl_filelist *fl, const char *expected)
{
	char names[256] = "";

	for (size_t i = 0; i < fl->n; i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s ",
			 fl->files[i]->name);
	assert_string_equal(names, expected);
}

static void test_adding_and_removing(void **state)
{
	struct tl_filelist fl = { .n = 0 };
	char name[] = "c";

	assert_true(tl_filelist_add(&fl, "a", 0));
	assert_true(tl_filelist_add(&fl, "b", 1));
	assert_true(tl_filelist_add(&fl, name, 1));
	name[0] = 'x'; /* names are copied */
	check_names(&fl, "a c b ");
	assert_true(fl.files[1]->pos == TL_NOPOS);
	tl_filelist_remove(&fl, 0);
	check_names(&fl, "c b ");
	tl_filelist_remove(&fl, 1);
	check_names(&fl, "c ");
	tl_filelist_remove(&fl, 0);
	check_names(&fl, "");
	tl_filelist_fini(&fl);
	tl_filelist_fini(&fl);
}

/* The file that # names stays the same one, wherever it moves to. */
static void test_the_previous_file(void **state)
{
	struct tl_filelist fl = { .n = 0 };

	for (int i = 0; i < 4; i++) {
		char name[2] = { (char)('a' + i), '\0' };

		assert_true(tl_filelist_add(&fl, name, fl.n));
	}
	assert_int_equal(fl.previous, fl.n); /* none yet */
	fl.previous = 2;
	assert_true(tl_filelist_add(&fl, "new", 1));
	assert_string_equal(fl.files[fl.previous]->name, "c");
	tl_filelist_remove(&fl, 0);
	assert_string_equal(fl.files[fl.previous]->name, "c");
	tl_filelist_remove(&fl, 3);
	assert_string_equal(fl.files[fl.previous]->name, "c");
	tl_filelist_remove(&fl, fl.previous); /* gone itself: there is none */
	assert_true(fl.previous >= fl.n);
	check_names(&fl, "new b ");
	tl_filelist_remove(&fl, 0);
	assert_true(fl.previous >= fl.n);
	tl_filelist_fini(&fl);
}

/* By its name, or by another one that leads there. */
static void test_finding(void **state)
{
	struct tl_filelist fl = { .n = 0 };
	char dir[] = "/tmp/tless-list-XXXXXX", name[64], other[64];

	assert_int_equal(tl_filelist_find(&fl, "a"), 0); /* none */
	assert_non_null(mkdtemp(dir));
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "%s/%d", dir, i);
		fclose(fopen(name, "w"));
		assert_true(tl_filelist_add(&fl, name, fl.n / 2));
	}
	snprintf(other, sizeof(other), "%s/link", dir);
	assert_int_equal(symlink("70", other), 0);
	assert_string_equal(fl.files[tl_filelist_find(&fl, other)]->name + strlen(dir), "/70");
	unlink(other);
	assert_int_equal(tl_filelist_find(&fl, other), 100);
	for (int i = 99; i >= 0; i--) {
		size_t at;

		snprintf(name, sizeof(name), "%s/%d", dir, i);
		at = tl_filelist_find(&fl, name);
		assert_true(at < fl.n);
		assert_string_equal(fl.files[at]->name, name);
		snprintf(other, sizeof(other), "%s/./%d", dir, i);
		assert_int_equal(tl_filelist_find(&fl, other), at);
		tl_filelist_remove(&fl, at);
		assert_int_equal(tl_filelist_find(&fl, name), fl.n);
		assert_int_equal(tl_filelist_find(&fl, other), fl.n);
		unlink(name);
	}
	rmdir(dir);
	tl_filelist_fini(&fl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_adding_and_removing),
		cmocka_unit_test(test_the_previous_file),
		cmocka_unit_test(test_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
