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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_adding_and_removing),
		cmocka_unit_test(test_the_previous_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
