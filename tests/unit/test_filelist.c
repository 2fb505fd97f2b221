/* test_filelist.c: the list of files and the marks in them. */
#include "pager/filelist.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	struct tl_filelist fl = { NULL, 0, 0, 0 };
	char name[] = "c";

	assert_true(tl_filelist_add(&fl, "a", 0));
	assert_true(tl_filelist_add(&fl, "b", 1));
	assert_true(tl_filelist_add(&fl, name, 1));
	name[0] = 'x'; /* names are copied */
	check_names(&fl, "a c b ");
	assert_true(fl.files[1]->pos == TL_NOPOS && fl.files[1]->last_pos == TL_NOPOS);
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
	struct tl_filelist fl = { NULL, 0, 0, 0 };

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

static void test_marks(void **state)
{
	struct tl_filelist fl = { NULL, 0, 0, 0 };
	struct tl_file *f;

	assert_true(tl_filelist_add(&fl, "a", 0));
	f = fl.files[0];
	assert_null(tl_file_find_mark(f, 'a'));
	for (char c = 'a'; c <= 'z'; c++)
		assert_true(tl_file_mark(f, c, (uint64_t)c * 10, c - 'a'));
	assert_true(tl_file_mark(f, 'q', 5, -1)); /* again, elsewhere */
	assert_int_equal(f->nmarks, 26);
	assert_int_equal(tl_file_find_mark(f, 'q')->pos, 5);
	assert_int_equal(tl_file_find_mark(f, 'q')->row, -1);
	assert_int_equal(tl_file_find_mark(f, 'z')->pos, 'z' * 10);
	assert_int_equal(tl_file_find_mark(f, 'z')->row, 25);
	assert_null(tl_file_find_mark(f, 'Q'));
	assert_true(tl_file_mark(f, 'a', TL_NOPOS, 0)); /* forget it */
	assert_null(tl_file_find_mark(f, 'a'));
	assert_int_equal(f->nmarks, 25);
	for (char c = 'b'; c <= 'z'; c++)
		assert_non_null(tl_file_find_mark(f, c));
	assert_true(tl_file_mark(f, 'a', TL_NOPOS, 0)); /* not there: fine */
	assert_int_equal(f->nmarks, 25);
	tl_filelist_fini(&fl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_adding_and_removing),
		cmocka_unit_test(test_the_previous_file),
		cmocka_unit_test(test_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
