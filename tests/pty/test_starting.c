/* What is said and asked before the screen is up, how it ends, and what more(1) does differently. */
#include "tests/pty/fixture.h"

#include <string.h>
#include <unistd.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d\n", 100);
	fixture_lines(&f, "short", "short %d\n", 3);
	f.opts.rows = 10;
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

/* The pager under another name. */
static const char *called(const char *name)
{
	char cwd[512], target[1024];
	const char *link = fixture_path(&f, name);

	if (pager_path()[0] == '/' || !getcwd(cwd, sizeof(cwd)))
		snprintf(target, sizeof(target), "%s", pager_path());
	else
		snprintf(target, sizeof(target), "%s/%s", cwd, pager_path());
	unlink(link);
	assert_int_equal(symlink(target, link), 0);
	return link;
}

static struct term *run_as(const char *name, const char *a, const char *b)
{
	const char *const args[] = { a, b, NULL };

	return fixture_run(&f, called(name), args);
}

static void bad_options_are_told_where_the_shell_is(void **state)
{
	struct term *t;

	only_tless();
	t = fixture_page(&f, "-@N", "--no", "a.txt", "-S", NULL);
	check_text(t, "Press RETURN to continue");
	check_row(t, 0, "There is no -@ option (\"tless --help\" for help)");
	check_row(t, 1, "--no is an ambiguous abbreviation (\"tless --help\" for help)");
	check_that(t, !term_alternate(t));
	term_keys(t, "<Enter>");
	check_text(t, "line 9");
	check_row(t, 0, "line 1");
	term_keys(t, "_S");
	check_text(t, "Chop long lines"); /* options may follow a name */
}

static void what_is_typed_instead_of_return_is_a_command(void **state)
{
	struct term *t;

	only_tless();
	t = fixture_page(&f, "-@", "a.txt", NULL);
	check_text(t, "Press RETURN to continue");
	term_keys(t, "G<Enter>");
	check_text(t, "line 100");
	t = fixture_page(&f, "-@", "a.txt", NULL);
	check_text(t, "Press RETURN to continue");
	term_keys(t, "^C"); /* this goes on, too */
	check_text(t, "line 9");
	t = fixture_page(&f, "-@", "-F", "short", NULL);
	check_text(t, "Press RETURN to continue");
	term_keys(t, "<Enter>");
	check_exit(t, 0);
	check_row(t, 3, "short 1");
}

static void an_option_without_its_value_ends_it(void **state)
{
	struct term *t;

	only_tless();
	t = fixture_page(&f, "a.txt", "-z", NULL);
	check_exit(t, 1);
	check_row(t, 0, "Value is required after -z (--window)");
	t = fixture_page(&f, "-", NULL);
	check_exit(t, 1);
	check_row(t, 0, "- is a terminal (use -f to open it)");
}

static void the_end_of_a_file_is_seen_before_E_quits(void **state)
{
	struct term *t;

	only_tless();
	t = fixture_open(&f, "-EX", "a.txt", NULL);
	term_keys(t, "G");
	check_exit(t, 0);
	check_that(t, term_find(t, "line 100") >= 0);
	t = fixture_page(&f, "-E", "short", NULL);
	check_exit(t, 0);
	check_row(t, 2, "short 3");
	check_that(t, !term_alternate(t));
}

static void F_leaves_lines_for_the_shell(void **state)
{
	struct term *t;

	only_tless();
	fixture_setenv(&f, "LESS_SHELL_LINES", "7");
	t = fixture_page(&f, "-F", "short", NULL);
	check_exit(t, 0);
	fixture_setenv(&f, "LESS_SHELL_LINES", "8");
	t = fixture_open(&f, "-F", "short", NULL);
	check_text(t, "(END)");
	fixture_setenv(&f, "LESS_SHELL_LINES", NULL);
	t = fixture_open(&f, "-F", "a.txt", NULL); /* nothing to decide after the first prompt */
	check_keys(t, "_F");
	check_last(t, "Don't quit if end-of-file on first screen  (press RETURN)");
}

static void F_stays_where_lines_are_cut_off(void **state)
{
	struct term *t;
	char text[128];

	only_tless();
	snprintf(text, sizeof(text), "1\n%0120d\n3\n", 2);
	fixture_file(&f, "wide", text, -1);
	t = fixture_page(&f, "-F", "wide", NULL);
	check_exit(t, 0);
	t = fixture_open(&f, "-FS", "wide", NULL);
	check_text(t, "(END)");
}

static void F_turned_on_later_quits_when_all_is_shown(void **state)
{
	struct term *t;

	only_tless();
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "-F<Enter>");
	check_last(t, ":");
	t = fixture_open(&f, "short", NULL);
	check_keys(t, "-F");
	term_keys(t, "<Enter>");
	check_exit(t, 0);
}

static void first_commands_come_before_the_screen(void **state)
{
	struct term *t;

	only_tless();
	t = fixture_open(&f, "-pnothing", "a.txt", NULL);
	check_text(t, "Pattern not found");
	check_row(t, 0, "");
	check_keys(t, "<Enter>");
	check_row(t, 0, "line 1");
	t = fixture_open(&f, "--cmd=G", "+5", "a.txt", NULL);
	check_row(t, 8, "line 100");
	t = fixture_page(&f, "-F", "--cmd=G", "short", NULL);
	check_exit(t, 0);
}

static void it_can_use_a_part_of_the_screen(void **state)
{
	struct term *t;

	only_tless();
	fixture_setenv(&f, "LESS_LINES", "5");
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "<Space>");
	check_row(t, 0, "line 5");
	check_row(t, 3, "line 8");
	check_row(t, 4, ":");
	check_row(t, 5, "");
	check_keys(t, "k");
	check_row(t, 0, "line 4");
}

static void a_pipe_has_no_size_before_its_end(void **state)
{
	struct term *t;

	only_tless();
	f.opts.stdin_cmd = "seq 100";
	t = fixture_open(&f, "-M", NULL);
	check_last(t, "lines 1-9");
	check_keys(t, "G");
	check_last(t, "lines 92-100/100 (END)");
	check_keys(t, "g");
	check_last(t, "lines 1-9/100 6%");
	t = fixture_open(&f, "-M", "--file-size", NULL);
	check_text(t, "lines 1-9/100 6%");
}

static void e_and_E_wait_for_the_end_to_be_known(void **state)
{
	struct term *t;

	only_tless();
	f.opts.stdin_cmd = "seq 9";
	t = fixture_open(&f, "-E", NULL);
	check_last(t, ":");
	term_keys(t, "j");
	check_exit(t, 0);
	t = fixture_open(&f, "-e", NULL);
	check_keys(t, "j");
	check_last(t, "(END)");
	term_keys(t, "j");
	check_exit(t, 0);
	f.opts.stdin_cmd = "printf '1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9'";
	t = fixture_open(&f, NULL);
	check_last(t, "(END)"); /* there can be no more: the last line would go on */
}

static void prompts_tell_of_columns(void **state)
{
	struct term *t;

	only_tless();
	t = fixture_open(&f, "-Ps%c %C %W %Q%% ?QY:N. %y", "a.txt", "short", NULL);
	check_last(t, "1 80 6 1333% N short");
	check_keys(t, "<Right>");
	check_last(t, "41 120 6 2000% N short");
	t = fixture_open(&f, "-M", "a.txt", NULL);
	check_keys(t, "<Right>");
	check_last(t, "a.txt lines 1-9/100 8% (column 41)");
}

static void prompts_may_have_colours(void **state)
{
	struct term *t;
	struct term_cell c;

	only_tless();
	t = fixture_open(&f, "-Ps\033[31mred\033[m %lt\033]0;title\a!", "a.txt", NULL);
	check_last(t, "red 1!");
	c = term_cell(t, 9, 0);
	assert_int_equal(c.fg, 1);
	assert_false(c.reverse);
	c = term_cell(t, 9, 4);
	assert_int_equal(c.fg, TERM_DEFAULT_COLOR);
	assert_false(c.reverse);
	t = fixture_open(&f, "-Ps%f", "a.txt", NULL);
	assert_true(term_cell(t, 9, 0).reverse);
}

static void names_are_completed(void **state)
{
	struct term *t;

	only_tless();
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "--wo");
	check_last(t, "--wordwrap");
	check_keys(t, "x<Enter>"); /* nothing more is taken */
	check_last(t, "Wrap lines at spaces  (press RETURN)");
	check_keys(t, "<Enter>--+!wo<Enter>");
	check_last(t, "Wrap lines at spaces  (press RETURN)");
	check_keys(t, "<Enter>--tim"); /* tless's own --time, though --ti is less's --tilde */
	check_last(t, "--tim");
	check_keys(t, "^U^U--zz<Enter>");
	check_last(t, "There is no --zz option  (press RETURN)");
	check_keys(t, "<Enter>-jx<Enter>");
	check_last(t, "Number is required after -j  (press RETURN)");
	check_keys(t, "<Enter>"); /* and how it is */
	check_last(t, "Position target at screen line 0  (press RETURN)");
	check_keys(t, "<Enter>_<Enter>");
	check_last(t, "There is no -^J option  (press RETURN)");
}

static void the_last_page_can_stay(void **state)
{
	struct term *t;

	only_tless();
	fixture_setenv(&f, "TERM", "xterm-256color");
	t = fixture_open(&f, "--redraw-on-quit", "a.txt", NULL);
	check_that(t, term_alternate(t));
	check_keys(t, "20g");
	check_quit(t);
	check_that(t, !term_alternate(t));
	check_that(t, term_find(t, "line 20") >= 0 && term_find(t, "line 28") >= 0);
}

static void a_file_is_listed_once(void **state)
{
	struct term *t;

	only_tless();
	t = fixture_open(&f, "a.txt", "short", "./a.txt", "short", NULL);
	check_last(t, "a.txt (file 1 of 2)");
	t = fixture_page(&f, "-F", "short", "./short", NULL);
	check_exit(t, 0);
}

static void called_less_it_says_so(void **state)
{
	const char *argv[] = { NULL, "--version", NULL };
	struct capture c;
	struct term *t;

	only_tless();
	argv[0] = called("less");
	fixture_capture(&f, argv, NULL, &c);
	assert_int_equal(c.status, 0);
	assert_int_equal(strncmp(tl_buf_str(&c.out), "less 710 (", 10), 0);
	capture_fini(&c);
	t = run_as("less", "a.txt", NULL);
	check_text(t, "line 9");
	term_keys(t, "V");
	check_text(t, "less 710  (press RETURN)");
}

static void called_more_it_is_more(void **state)
{
	struct term *t;

	only_tless();
	fixture_setenv(&f, "LESS", "-N");
	fixture_setenv(&f, "MORE", "-n5");
	t = run_as("more", "a.txt", NULL);
	check_text(t, "--More--(8%)");
	check_row(t, 0, "line 1");
	check_keys(t, "<Space>");
	check_row(t, 8, "line 14");
	check_keys(t, "G");
	check_last(t, "--More--(END)");
	term_keys(t, "<Space>");
	check_exit(t, 0);
	t = run_as("more", "-e", "short");
	check_exit(t, 0);
	t = run_as("more", "-pG", "a.txt");
	check_text(t, "--More--(END)");
}

static void a_variable_says_whether_it_is_more(void **state)
{
	struct term *t;

	only_tless();
	fixture_setenv(&f, "LESS", "-N");
	fixture_setenv(&f, "LESS_IS_MORE", "0");
	t = run_as("more", "a.txt", NULL);
	check_text(t, "      1 line 1");
	fixture_setenv(&f, "LESS_IS_MORE", "1");
	t = fixture_open(&f, "-m", "a.txt", NULL);
	check_last(t, "a.txt");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(bad_options_are_told_where_the_shell_is),
		TEST(what_is_typed_instead_of_return_is_a_command),
		TEST(an_option_without_its_value_ends_it),
		TEST(the_end_of_a_file_is_seen_before_E_quits),
		TEST(F_leaves_lines_for_the_shell),
		TEST(F_stays_where_lines_are_cut_off),
		TEST(F_turned_on_later_quits_when_all_is_shown),
		TEST(first_commands_come_before_the_screen),
		TEST(it_can_use_a_part_of_the_screen),
		TEST(a_pipe_has_no_size_before_its_end),
		TEST(e_and_E_wait_for_the_end_to_be_known),
		TEST(prompts_tell_of_columns),
		TEST(prompts_may_have_colours),
		TEST(names_are_completed),
		TEST(the_last_page_can_stay),
		TEST(a_file_is_listed_once),
		TEST(called_less_it_says_so),
		TEST(called_more_it_is_more),
		TEST(a_variable_says_whether_it_is_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
