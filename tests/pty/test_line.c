/* test_line.c: what is typed on the bottom line: names and patterns, and what becomes of them. */
#include "tests/pty/fixture.h"

#include <string.h>
#include <unistd.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d\n", 100);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static struct term *open_page(void)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_row(t, 0, "line 1");
	return t;
}

/* A name is put there whole as soon as no other can be meant. */
static void test_names_of_options(void **state)
{
	struct term *t = open_page();

	check_keys(t, "--line-n");
	check_last(t, "--line-n");
	check_keys(t, "\t");
	check_last(t, "--line-numbers");
	check_keys(t, "\t");
	check_last(t, "--line-num-width");
	check_keys(t, "\t");
	check_last(t, "--line-n");
	check_keys(t, "\025no-search\t\t\t"); /* in less's order */
	check_last(t, "--no-search-header-columns");
	check_keys(t, "\025--\t");
	check_last(t, "--search-skip-screen");
	check_keys(t, "\025--quit-on");
	check_last(t, "--quit-on-intr");
	check_keys(t, "xyz");
	check_last(t, "--quit-on-intr");
	check_keys(t, "\177");
	check_last(t, ":");
	check_keys(t, "--SIL");
	check_last(t, "--SILENT");
	check_keys(t, "\r");
	check_last(t, "Never ring the bell  (press RETURN)");
	check_keys(t, "\r--wi=");
	check_last(t, "Scroll window size:");
	check_keys(t, "5\r\r__wi");
	check_last(t, "__window");
	check_keys(t, "\r");
	check_last(t, "Scroll window size is 5 lines  (press RETURN)");
	check_keys(t, "\r--nothing\r");
	check_last(t, "There is no --nothing option  (press RETURN)");
}

static void test_names_of_files(void **state)
{
	struct term *t;

	fixture_file(&f, "b c.txt", "one\n", -1);
	fixture_file(&f, "bd.txt", "two\n", -1);
	t = open_page();
	check_keys(t, ":eb\t");
	check_last(t, "Examine: b\\ c.txt");
	check_keys(t, "\t");
	check_last(t, "Examine: bd.txt");
	check_keys(t, "\r");
	check_row(t, 0, "two");
	check_keys(t, ":e\033[A\033[A");
	check_last(t, "Examine: a.txt");
	check_keys(t, "\025b\014");
	check_last(t, "Examine: b\\ c.txt bd.txt");
	check_keys(t, "\007");
	check_last(t, "(END)");
}

static void test_modifiers(void **state)
{
	struct term *t = open_page();

	check_keys(t, "/!*\022");
	check_last(t, "Non-match EOF-ignore Regex-off /");
	check_keys(t, "\027\0233");
	check_last(t, "Non-match Regex-off Wrap Sub-3 /");
	check_keys(t, "\023");
	check_last(t, "Sub-pattern (1-5):");
	check_keys(t, "9\014");
	check_last(t, "Non-match Regex-off Wrap Sub-3 Lit /");
	check_keys(t, "!*");
	check_last(t, "Non-match Regex-off Wrap Sub-3 /!*");
	check_keys(t, "\007");
	check_keys(t, "&*\r");
	check_last(t, "Invalid pattern  (press RETURN)");
}

static void test_wrapping(void **state)
{
	struct term *t = open_page();

	check_keys(t, "G/\027line 3\r");
	check_last(t, "Search hit bottom; continuing at top  (press RETURN)");
	check_row(t, 0, "line 3");
	check_keys(t, "\r");
	for (int i = 0; i < 10; i++) {
		check_keys(t, "n");
		check_last(t, ":");
	}
	check_row(t, 0, "line 39");
	check_keys(t, "n"); /* as before */
	check_last(t, "Search hit bottom; continuing at top  (press RETURN)");
	check_keys(t, "\rN");
	check_last(t, "Search hit top; continuing at bottom  (press RETURN)");
	check_row(t, 0, "line 39");
	check_keys(t, "\r/\027nowhere\r");
	check_last(t, "Pattern not found: nowhere  (press RETURN)");
	check_keys(t, "\r");
	check_last(t, "Search hit bottom; continuing at top  (press RETURN)");
}

/* It is said at the next prompt, even if the message before it was answered with a command. */
static void test_wrapping_is_told_late(void **state)
{
	struct term *t = open_page();

	check_keys(t, "/\027nowhere\r");
	check_last(t, "Pattern not found: nowhere  (press RETURN)");
	check_keys(t, "/line 7\r");
	check_row(t, 0, "line 7");
	check_last(t, "Search hit bottom; continuing at top  (press RETURN)");
}

/* Where empty rows follow the last line, a search backward begins with that line. */
static void test_searching_back_from_the_end(void **state)
{
	struct term *t = open_page();

	check_keys(t, "/line 99\r?line\r");
	check_row(t, 0, "line 100");
	check_row(t, 1, "~");
}

static void test_searching_all_files(void **state)
{
	struct term *t;

	fixture_lines(&f, "b.txt", "other %d\n", 50);
	t = fixture_open(&f, "a.txt", "b.txt", NULL);
	check_keys(t, "/\005other 7\r");
	check_row(t, 0, "other 7");
	check_keys(t, "N"); /* into the file before: there is nothing, so stay */
	check_last(t, "Pattern not found: other 7  (press RETURN)");
	check_keys(t, "\r");
	check_row(t, 0, "other 7");
	check_keys(t, "?line 9\r\r\033n");
	check_row(t, 0, "line 99");
	check_keys(t, "n");
	check_row(t, 0, "line 98");
	check_keys(t, "/@other\r");
	check_last(t, "Pattern not found: other  (press RETURN)");
}

static void test_last_pattern_again(void **state)
{
	struct term *t = open_page();

	check_keys(t, "n");
	check_last(t, "No previous regular expression  (press RETURN)");
	check_keys(t, "\r/line 5\r");
	check_row(t, 0, "line 5");
	check_keys(t, "\033Un"); /* forgotten, but for the history */
	check_row(t, 0, "line 50");
	check_keys(t, "/\022\r");
	check_last(t, "Please re-enter search pattern  (press RETURN)");
	check_keys(t, "\r/(\r");
	check_last(t, "Invalid pattern  (press RETURN)");
	check_keys(t, "\r/(line) 6)\r");
	check_last(t, "Pattern not found: (line) 6)  (press RETURN)");
}

static void test_search_options(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESS", "--search-options=W2");
	t = open_page();
	check_keys(t, "/");
	check_last(t, "Wrap Sub-2 /");
	check_keys(t, "(line 20)|(line 30)\r");
	check_row(t, 0, "line 30");
	check_keys(t, "&");
	check_last(t, "&/");
}

static void test_incremental_search(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESS", "--incsearch");
	t = open_page();
	check_keys(t, "/line 2");
	check_row(t, 0, "line 2");
	check_keys(t, "3");
	check_row(t, 0, "line 23");
	check_keys(t, "\177");
	check_row(t, 0, "line 2");
	check_keys(t, "xyz");
	check_row(t, 0, "line 1");
	check_last(t, "/line 2xyz");
	check_keys(t, "\025line 77");
	check_row(t, 0, "line 77");
	check_keys(t, "\007");
	check_row(t, 0, "line 1");
	check_keys(t, "/e 77\r");
	check_row(t, 0, "line 77");
	check_keys(t, "''");
	check_row(t, 0, "line 1");
}

static void test_marks(void **state)
{
	struct term *t;

	fixture_lines(&f, "b.txt", "other %d\n", 50);
	t = fixture_open(&f, "a.txt", "b.txt", NULL);
	check_keys(t, "20jma:n5jma'a"); /* a letter has one place, in one file */
	check_row(t, 0, "other 6");
	check_keys(t, "''"); /* where one was in the other file */
	check_row(t, 0, "line 21");
	check_keys(t, "Mbg'b");
	check_row(t, 22, "line 43");
	check_keys(t, "3'b");
	check_row(t, 2, "line 43");
	check_keys(t, "70mcG'c");
	check_row(t, 0, "line 70");
	check_keys(t, "500md");
	check_last(t, "Cannot find line number 500  (press RETURN)");
	check_keys(t, "\rm1");
	check_last(t, "Invalid mark letter 1  (press RETURN)");
	check_keys(t, "\rm\030");
	check_last(t, "Invalid mark letter ^X  (press RETURN)");
	check_keys(t, "\r'z");
	check_last(t, "Mark not set  (press RETURN)");
	check_keys(t, "\r\033mc'c");
	check_last(t, "Mark not set  (press RETURN)");
	check_keys(t, "\rm\r"); /* nothing was marked */
	check_last(t, ":");
}

/* A later run knows what was typed in this one, and its marks. */
static void test_history_file(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESSHISTFILE", NULL);
	fixture_setenv(&f, "LESS", "--save-marks");
	t = open_page();
	check_keys(t, "/line 5\r!true\r\r70gma");
	check_quit(t);
	t = open_page();
	check_keys(t, "n");
	check_row(t, 0, "line 5");
	check_keys(t, "/\033[A");
	check_last(t, "/line 5");
	check_keys(t, "\007!\033[A");
	check_last(t, "!true");
	check_keys(t, "\007'a");
	check_row(t, 0, "line 70");
	check_quit(t);
}

/* Nothing to remember: no file is made. */
static void test_no_history_file(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESSHISTFILE", NULL);
	t = open_page();
	check_keys(t, "Ggjjma");
	check_quit(t);
	assert_int_not_equal(access(fixture_path(&f, ".lesshst"), F_OK), 0);
	fixture_setenv(&f, "LESSSECURE", "1");
	t = open_page();
	check_keys(t, "/line 5\r");
	check_quit(t);
	assert_int_not_equal(access(fixture_path(&f, ".lesshst"), F_OK), 0);
}

static void test_autosave(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESSHISTFILE", NULL);
	fixture_setenv(&f, "LESS", "--autosave=/");
	t = open_page();
	check_keys(t, "/line 5\r");
	assert_int_equal(access(fixture_path(&f, ".lesshst"), F_OK), 0);
}

static void test_hits_out_of_sight(void **state)
{
	struct term *t;

	fixture_file(&f, "wide.txt",
		     "x\n"
		     "0123456789012345678901234567890123456789012345678901234567890123456789"
		     "01234567890123456789hit4567890123456789012345678901234567890123456789"
		     "01234567890123456789012345678901234567890123456789012345678901234567890"
		     "012345678901234567890123456789\n",
		     -1);
	fixture_setenv(&f, "LESS", "-S --match-shift=10");
	t = fixture_open(&f, "wide.txt", NULL);
	check_keys(t, "/hit\r");
	check_row(
	    t, 0,
	    "0123456789hit456789012345678901234567890123456789012345678901234567890123456789>");
	check_keys(t, "--match-shift\r.5\r");
	check_last(t, "Search match shift is .5 of screen width  (press RETURN)");
	check_keys(t, "\r--match-shift\rx\r");
	check_last(t, "Number is required after --match-shift  (press RETURN)");
}

#define PASTED(text) "\033[200~" text "\033[201~"

static void test_pasted_text(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESS", "--no-paste");
	t = open_page();
	check_keys(t, PASTED("jjj\njj"));
	check_row(t, 0, "line 1");
	check_keys(t, "/li" PASTED("ne 5\njj"));
	check_last(t, "/line 5");
	check_keys(t, "7\r");
	check_row(t, 0, "line 57");
	check_keys(t, "--no-paste\r\r" PASTED("jj"));
	check_row(t, 0, "line 59");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names_of_options, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_names_of_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_modifiers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wrapping, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wrapping_is_told_late, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_searching_back_from_the_end, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_searching_all_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_last_pattern_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_search_options, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_incremental_search, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_marks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_history_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_history_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_autosave, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hits_out_of_sight, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pasted_text, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
