/* test_marks.c: places by letter, and the lines that keep them. */
#include "pager/marks.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct tl_marks marks;

static int tear_down(void **state)
{
	tl_marks_fini(&marks);
	return 0;
}

static void check_written(const char *want)
{
	struct tl_buf out = TL_BUF_INIT;

	tl_marks_write(&marks, &out);
	assert_string_equal(tl_buf_str(&out), want);
	tl_buf_fini(&out);
}

static void test_letters(void **state)
{
	assert_non_null(tl_marks_of(&marks, 'a'));
	assert_non_null(tl_marks_of(&marks, 'Z'));
	assert_non_null(tl_marks_of(&marks, TL_MARK_LAST));
	assert_non_null(tl_marks_of(&marks, TL_MARK_MOUSE));
	assert_null(tl_marks_of(&marks, '1'));
	assert_null(tl_marks_of(&marks, 0));
	assert_null(tl_marks_of(&marks, 'a' + 0x100));
	assert_int_equal(tl_marks_letter(0), 'a');
	assert_int_equal(tl_marks_letter(TL_NMARKS - 1), TL_MARK_LAST);
}

static void test_setting(void **state)
{
	const struct tl_mark *a = tl_marks_of(&marks, 'a');

	tl_marks_set(&marks, 'a', "one", 5, 2);
	tl_marks_set(&marks, 'a', "two", 7, 3); /* a letter is in one place */
	tl_marks_set(&marks, '1', "two", 7, 3); /* no letter */
	assert_true(tl_mark_is_in(a, "two"));
	assert_false(tl_mark_is_in(a, "one"));
	assert_int_equal(a->pos, 7);
	assert_true(marks.changed);
	tl_marks_set(&marks, 'b', "one", 5, 2);
	tl_marks_forget_file(&marks, "two");
	assert_false(tl_mark_is_in(a, "two"));
	tl_marks_set(&marks, 'b', "", TL_NOPOS, 0);
	check_written("");
}

static void test_reading(void **state)
{
	static const char *const bad[] = { "",
					   "m",
					   "m ",
					   "m 1 1 5 /x",
					   "m a",
					   "m a x 5 /x",
					   "m a 1 /x",
					   "m a 1 5",
					   "m a 1 5 ",
					   "m a -1 5 /x",
					   "m a 1 -5 /x",
					   "x a 1 5 /x",
					   "m a 1 99999999999999999999 /x" };

	marks.changed = false;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		tl_marks_read(&marks, bad[i]);
	check_written("");
	tl_marks_read(&marks, "m a 3 100 /a b/c");
	tl_marks_read(&marks, "m ' 0 7 x");
	tl_marks_read(&marks, "mZ 99999999999 0 y");
	check_written("m a 3 100 /a b/c\nm Z 1 0 y\nm ' 1 7 x\n");
	assert_false(marks.changed);
	assert_false(tl_mark_is_in(tl_marks_of(&marks, 'a'), "/a b/c"));
}

/* A mark that was read is in a file however that is called now. */
static void test_names(void **state)
{
	char dir[] = "/tmp/tless-marks-XXXXXX", line[128], *full;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	full = realpath(".", NULL);
	close(open("f", O_CREAT | O_WRONLY, 0600));
	snprintf(line, sizeof(line), "m b 2 9 %s/f", full);
	tl_marks_read(&marks, line);
	tl_marks_adopt(&marks, "no-such-file");
	assert_false(tl_mark_is_in(tl_marks_of(&marks, 'b'), "f"));
	tl_marks_adopt(&marks, "./f");
	assert_true(tl_mark_is_in(tl_marks_of(&marks, 'b'), "./f"));
	strcat(line, "\n");
	check_written(line);
	tl_marks_set(&marks, 'c', "-", 5, 0); /* standard input cannot be found again */
	check_written(line);
	free(full);
	unlink("f");
	assert_int_equal(chdir("/"), 0);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_letters, tear_down),
		cmocka_unit_test_teardown(test_setting, tear_down),
		cmocka_unit_test_teardown(test_reading, tear_down),
		cmocka_unit_test_teardown(test_names, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
