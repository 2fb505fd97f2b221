/* :e: names, lists, wildcards, % and #. */
#include "tests/pty/fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	f.opts.rows = 6;
	fixture_lines(&f, "a1", "one %d\n", 50);
	fixture_lines(&f, "a2", "two %d\n", 50);
	fixture_lines(&f, "b c", "blank %d\n", 50);
	fixture_lines(&f, "d", "dee %d\n", 50);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static void several_names(void **state)
{
	struct term *t = fixture_open(&f, "d", NULL);

	check_keys(t, ":ea1 a2<Enter>");
	check_row(t, 0, "one 1");
	check_last(t, "a1 (file 2 of 3)");
	check_keys(t, ":n");
	check_last(t, "a2 (file 3 of 3)");
	check_keys(t, ":e#<Enter>");
	check_last(t, "a1 (file 2 of 3)");
	check_keys(t, ":e% d<Enter>:e#<Enter>");
	check_last(t, "d (file 1 of 3)");
}

static void quotes_and_escapes(void **state)
{
	struct term *t = fixture_open(&f, "d", NULL);

	check_keys(t, ":e\"b c\"<Enter>");
	check_row(t, 0, "blank 1");
	check_keys(t, ":x:eb\\ c<Enter>");
	check_row(t, 0, "blank 1");
	check_keys(t, "-\"[]<Enter>:x:e[b c]<Enter>");
	check_row(t, 0, "blank 1");
	check_last(t, "b c (file 2 of 2)");
}

static void wildcards(void **state)
{
	struct term *t = fixture_open(&f, "d", NULL);

	check_keys(t, ":ea?<Enter>");
	check_last(t, "a1 (file 2 of 3)");
	check_keys(t, ":e~/d<Enter>");
	check_last(t, "d (file 1 of 3)"); /* the same file by another name */
	check_keys(t, ":ezz*<Enter>");
	check_last(t, "zz*: No such file or directory  (press RETURN)");
	check_keys(t, "<Enter>");
	check_row(t, 0, "dee 1");
}

static void what_cannot_be_opened_is_not_listed(void **state)
{
	struct term *t = fixture_open(&f, "d", NULL);

	assert_int_equal(mkdir(fixture_path(&f, "dir"), 0755), 0);
	check_keys(t, ":edir none a1<Enter>");
	check_last(t, "dir is a directory  (press RETURN)");
	check_keys(t, "<Enter>");
	check_last(t, "none: No such file or directory  (press RETURN)");
	check_keys(t, "<Enter>");
	check_row(t, 0, "one 1");
	check_last(t, "a1 (file 2 of 2)");
}

static void a_file_is_listed_once(void **state)
{
	struct term *t = fixture_open(&f, "d", "a1", "d", NULL);

	check_last(t, "d (file 1 of 2)");
	check_keys(t, ":n:n");
	check_last(t, "No next file  (press RETURN)");
}

/* A binary file is asked about when it is first seen. */
static void a_binary_file_is_asked_about_once(void **state)
{
	struct term *t;

	fixture_file(&f, "bin", "\1\2\3\4\5\6\16\17 text\n", -1);
	t = fixture_open(&f, "d", "bin", NULL);
	check_keys(t, ":n");
	check_last(t, "\"bin\" may be a binary file.  See it anyway?");
	check_keys(t, "y");
	check_text(t, "text");
	check_keys(t, ":p:n");
	check_text(t, "text");
	fixture_file(&f, "bin2", "\1\2\3\4\5\6\16\17 more\n", -1);
	check_keys(t, ":p:ebin2<Enter>");
	check_row(t, 0, "dee 1"); /* what was shown stays */
	check_keys(t, "n");
	check_last(t, "d (file 1 of 2)");
}

/* --modelines: tab stops as the text says; they stay for the next one. */
static void modelines(void **state)
{
	struct term *t;

	fixture_file(&f, "tabs", "#!/bin/sh\n# vim: set ts=3:\n\tx\n", -1);
	t = fixture_open(&f, "--modelines=1", "tabs", NULL);
	check_text(t, "        x");
	check_quit(t);
	t = fixture_open(&f, "--modelines=2", "tabs", NULL);
	check_text(t, "x");
	check_no_text(t, "    x");
	check_keys(t, "_x");
	check_text(t, "Tab stops every 3 spaces");
	term_keys(t, "<Enter>q");
	check_exit(t, 0);
	f.opts.stdin_cmd = "cat tabs";
	t = fixture_open(&f, "--modelines=9", NULL);
	check_text(t, "x");
	check_no_text(t, "    x");
}

static void one_is_taken_out_while_others_cannot_be_opened(void **state)
{
	struct term *t = fixture_open(&f, "a1", "a2", "b c", "d", NULL);

	check_keys(t, ":n");
	check_row(t, 0, "two 1");
	unlink(fixture_path(&f, "a1"));
	check_keys(t, ":d");
	check_text(t, "a1: No such file or directory");
	check_keys(t, "<Enter>");
	check_row(t, 0, "blank 1");
	check_last(t, "b c (file 1 of 2)");
	check_keys(t, ":n:d");
	check_row(t, 0, "blank 1");
	check_quit(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(several_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(quotes_and_escapes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(wildcards, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_opened_is_not_listed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_file_is_listed_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_binary_file_is_asked_about_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(modelines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_is_taken_out_while_others_cannot_be_opened,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
