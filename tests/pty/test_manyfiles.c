/* Hundreds of files: going from one to another, and searching all of them. */
#include "tests/pty/fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NFILES 300

static struct fixture f;
static char names[NFILES][8];
static const char *args[NFILES + 4];
static int nargs;

static void add_arg(const char *arg)
{
	args[nargs++] = arg;
	args[nargs] = NULL;
}

/* Files f1 .. f300 of ten lines; some have words of their own. */
static int set_up(void **state)
{
	fixture_init(&f);
	f.opts.rows = 6;
	nargs = 0;
	for (int i = 0; i < NFILES; i++) {
		char fmt[32];

		snprintf(names[i], sizeof(names[i]), "f%d", i + 1);
		snprintf(fmt, sizeof(fmt), "file %d line %%d\n", i + 1);
		fixture_lines(&f, names[i], fmt, 10);
		add_arg(names[i]);
	}
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static struct term *open_all(void)
{
	struct term *t = fixture_run(&f, pager_path(), args);

	check_idle(t);
	return t;
}

static void by_number(void **state)
{
	struct term *t = open_all();

	check_last(t, "f1 (file 1 of 300)");
	check_keys(t, "250:x");
	check_row(t, 0, "file 250 line 1");
	check_last(t, "f250 (file 250 of 300)");
	check_keys(t, "50:n");
	check_last(t, "f300 (file 300 of 300)");
	check_keys(t, ":n");
	check_last(t, "No next file  (press RETURN)");
	check_keys(t, "<Enter>299:p");
	check_last(t, "f1 (file 1 of 300)");
	check_keys(t, "100:x:d:d");
	check_last(t, "f98 (file 98 of 298)");
}

/* Those that are gone or cannot be read are told of, and left out. */
static void some_are_gone(void **state)
{
	struct term *t;

	assert_int_equal(unlink(fixture_path(&f, "f2")), 0);
	assert_int_equal(unlink(fixture_path(&f, "f3")), 0);
	assert_int_equal(mkdir(fixture_path(&f, "f3"), 0755), 0);
	t = open_all();
	check_keys(t, ":n");
	check_last(t, "f2: No such file or directory  (press RETURN)");
	check_keys(t, "<Enter>");
	check_last(t, "f3 is a directory  (press RETURN)");
	check_keys(t, "<Enter>");
	check_last(t, "f4 (file 2 of 298)");
}

static void search_goes_on_in_other_files(void **state)
{
	struct term *t = open_all();

	check_keys(t, "/*e 260 line 4<Enter>");
	check_row(t, 0, "file 260 line 4");
	check_text(t, "f260 (file 260 of 300)");
	check_keys(t, ":e#<Enter>"); /* as if all on the way had been opened */
	check_last(t, "f259 (file 259 of 300)");
	check_keys(t, "?^Ee 7 line 3<Enter>");
	check_row(t, 0, "file 7 line 3");
	check_keys(t, "/*line 10$<Enter>");
	check_row(t, 0, "file 7 line 10");
	check_keys(t, "<Esc>n");
	check_row(t, 0, "file 8 line 10");
	check_keys(t, "100<Esc>n");
	check_row(t, 0, "file 108 line 10");
	check_keys(t, "50<Esc>N");
	check_row(t, 0, "file 58 line 10");
	check_keys(t, "/@*e 20 line 2<Enter>");
	check_row(t, 0, "file 20 line 2");
}

static void nothing_found_anywhere(void **state)
{
	struct term *t = open_all();

	check_keys(t, "150:xjj/*nowhere<Enter>");
	check_last(t, "Pattern not found: nowhere  (press RETURN)");
	check_keys(t, "<Enter>");
	check_row(t, 0, "file 150 line 3");
	check_text(t, "f150 (file 150 of 300)");
	check_keys(t, "?*nowhere<Enter><Enter>");
	check_row(t, 0, "file 150 line 3");
}

/* What is met on the way and is no plain text is opened, as it is without a search. */
static void a_binary_file_on_the_way(void **state)
{
	struct term *t;

	fixture_file(&f, "f120", "\1\2\3\4\5\6\1\2\3\4\5\6\1\2\3\4\5\6", 18);
	assert_int_equal(unlink(fixture_path(&f, "f140")), 0);
	t = open_all();
	check_keys(t, "/*e 200 line 4<Enter>");
	check_last(t, "\"f120\" may be a binary file.  See it anyway?");
	check_keys(t, "n");
	check_last(t, "f121 (file 120 of 299)");
	check_keys(t, "<Esc>n");
	check_last(t, "f140: No such file or directory  (press RETURN)");
	check_keys(t, "<Enter><Esc>n");
	check_row(t, 0, "file 200 line 4");
	check_text(t, "f200 (file 198 of 298)");
}

static void a_filter_holds_in_all_files(void **state)
{
	struct term *t = open_all();

	check_keys(t, "&line 2<Enter>/*file 77<Enter>");
	check_row(t, 0, "file 77 line 2");
	check_row(t, 1, "~");
}

static void history_of_names(void **state)
{
	struct term *t = open_all();

	check_keys(t, "/*e 260 line 4<Enter>:e<Up><Up>");
	check_last(t, "Examine: f259");
}

/* ^C while another file is searched: back to where the search began. */
static void a_search_is_given_up(void **state)
{
	struct term *t;

	nargs = 0;
	add_arg("f1");
	add_arg("-");
	f.opts.stdin_pipe = true;
	t = fixture_run(&f, pager_path(), args);
	check_idle(t);
	check_that(t, term_feed(t, "a pipe\n", 7));
	term_keys(t, "jj/*nowhere<Enter>");
	check_text(t, "Searching");
	check_keys(t, "^C");
	check_row(t, 0, "file 1 line 3");
	check_last(t, "f1 (file 1 of 2)");
	check_keys(t, ":n");
	check_text(t, "a pipe");
	f.opts.stdin_pipe = false;
}

/* A file is listed once, whatever leads to it. */
static void one_file_by_several_names(void **state)
{
	struct term *t;

	assert_int_equal(symlink("f1", fixture_path(&f, "soft")), 0);
	assert_int_equal(link(fixture_path(&f, "f1"), fixture_path(&f, "hard")), 0);
	nargs = 0;
	add_arg("f1");
	add_arg("./f1");
	add_arg("f1");
	add_arg("soft");
	add_arg("hard");
	t = open_all();
	check_last(t, "f1 (file 1 of 2)");
	check_keys(t, ":n");
	check_last(t, "hard (file 2 of 2)");
	check_keys(t, ":esoft<Enter>");
	check_last(t, "f1 (file 1 of 2)");
}

int main(void)
{
#define SETUP_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		SETUP_TEST(by_number),
		SETUP_TEST(some_are_gone),
		SETUP_TEST(search_goes_on_in_other_files),
		SETUP_TEST(nothing_found_anywhere),
		SETUP_TEST(a_binary_file_on_the_way),
		SETUP_TEST(a_filter_holds_in_all_files),
		SETUP_TEST(history_of_names),
		SETUP_TEST(a_search_is_given_up),
		SETUP_TEST(one_file_by_several_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
