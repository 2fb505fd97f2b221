/* Options: from the command line, from the environment, changed while paging. */
#include "tests/pty/fixture.h"

#include <string.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d\n", 1000);
	fixture_lines(&f, "short", "short %d\n", 3);
	fixture_lines(&f, "long",
		      "%d this is a line that is a good deal longer than the terminal is wide, "
		      "so that it is chopped or wrapped\n",
		      100);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static void the_environment_gives_options(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESS", "-N -S");
	t = fixture_open(&f, "long", NULL);
	check_that(t, strstr(term_row(t, 0), "      1 1 this"));
	check_that(t, strstr(term_row(t, 1), "      2 2 this"));
	fixture_setenv(&f, "LESS", "NS"); /* without a hyphen */
	t = fixture_open(&f, "long", NULL);
	check_that(t, strstr(term_row(t, 1), "      2 2 this"));
	t = fixture_open(&f, "-+S", "-+N", "long", NULL);
	check_that(t, strncmp(term_row(t, 0), "1 this", 6) == 0);
	check_that(t, strncmp(term_row(t, 2), "2 this", 6) == 0);
}

static void an_own_variable_wins(void **state)
{
	struct term *t;

	only_tless();
	fixture_setenv(&f, "LESS", "-N");
	fixture_setenv(&f, "TLESS", "-n");
	t = fixture_open(&f, "a.txt", NULL);
	check_row(t, 0, "line 1");
}

static void a_bad_option_in_the_environment_does_not_stop_it(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESS", "--no-such-option$-N");
	t = fixture_page(&f, "a.txt", NULL);
	check_text(t, "no-such-option");
	check_keys(t, "<Enter>");
	check_text(t, "line 1");
}

static void a_bad_option_on_the_command_line_does(void **state)
{
	struct term *t = fixture_page(&f, "--no-such-option", "a.txt", NULL);

	check_text(t, "no-such-option option");
	/* less waits for RETURN here, or goes on with the rest; either way it can be left. */
	term_keys(t, "<Enter>q");
	check_that(t, term_wait_exit(t, TIMEOUT_MS));
}

static void one_screen_is_printed_and_left_with_F(void **state)
{
	struct term *t = fixture_page(&f, "-F", "short", NULL);

	check_exit(t, 0);
	check_that(t, term_find(t, "short 1") >= 0 && term_find(t, "short 3") >= 0);
	check_that(t, !term_alternate(t));
	t = fixture_open(&f, "-F", "a.txt", NULL);
	check_row(t, 0, "line 1");
	t = fixture_page(&f, "-FX", "short", NULL);
	check_exit(t, 0);
	check_row(t, 0, "short 1");
}

static void the_git_defaults_work(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESS", "FRX");
	f.opts.stdin_cmd = "seq 1 5";
	t = fixture_page(&f, NULL);
	check_exit(t, 0);
	check_row(t, 4, "5");
	f.opts.stdin_cmd = "seq 1 500";
	t = fixture_page(&f, NULL);
	check_text(t, ":");
	check_row(t, 0, "1");
	check_that(t, !term_alternate(t));
	check_quit(t);
}

static void X_leaves_the_text_on_the_screen(void **state)
{
	struct term *t = fixture_open(&f, "-X", "a.txt", NULL);

	check_that(t, !term_alternate(t));
	check_quit(t);
	check_that(t, term_find(t, "line 5") >= 0);
}

static void e_and_E_leave_at_the_end(void **state)
{
	struct term *t = fixture_open(&f, "-e", "a.txt", NULL);

	check_keys(t, "G");
	term_keys(t, "<Space><Space>");
	check_exit(t, 0);
	t = fixture_page(&f, "-E", "a.txt", NULL);
	term_keys(t, "G");
	check_exit(t, 0);
}

static void options_change_while_paging(void **state)
{
	struct term *t = fixture_open(&f, "long", NULL);

	check_keys(t, "-S");
	check_text(t, "(press RETURN)");
	check_keys(t, "<Enter>");
	check_that(t, strncmp(term_row(t, 1), "2 this", 6) == 0);
	check_keys(t, "-N<Enter>");
	check_that(t, strncmp(term_row(t, 1), "      2 2 this", 14) == 0);
	check_keys(t, "_S");
	check_text(t, "Chop long lines");
	check_keys(t, "<Enter>");
	check_keys(t, "--chop-long-lines<Enter>");
	check_text(t, "(press RETURN)");
	check_keys(t, "<Enter>");
	check_that(t, strncmp(term_row(t, 1), "      1", 7) == 0);
	check_keys(t, "-j4<Enter>");
	check_keys(t, "50g");
	check_that(t, strncmp(term_row(t, 3), "     50", 7) == 0 ||
			  strncmp(term_row(t, 3), "     49", 7) == 0);
}

static void starting_commands_are_done(void **state)
{
	static const struct {
		const char *arg, *top;
	} starts[] = {
		{ "+500", "line 500" },
		{ "+500g", "line 500" },
		{ "+G", "line 978" },
		{ "+/line 77", "line 77" },
	};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct term *t = fixture_open(&f, starts[i].arg, "a.txt", NULL);

		check_row(t, 0, starts[i].top);
		fixture_end(&f);
	}
}

static void the_prompt_can_be_written_by_hand(void **state)
{
	struct term *t = fixture_open(&f, "-Ps%f at %lt?L of %L.", "a.txt", NULL);

	check_last(t, "a.txt at 1 of 1000");
	check_keys(t, "<Space>");
	check_last(t, "a.txt at 24 of 1000");
	t = fixture_open(&f, "-M", "a.txt", NULL);
	check_that(t, strncmp(term_row(t, 23), "a.txt lines 1-23/1000", 21) == 0);
	t = fixture_open(&f, "-m", "a.txt", NULL);
	check_keys(t, "500g");
	check_last(t, "52%");
}

/* As man-db sets it. */
static void a_manual_page_is_prompted_for(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESS",
		       "-ix8RmPm Manual page ls(1) ?ltline %lt?L/%L.:byte %bB?s/%s..?e (END):?pB "
		       "%pB\\%.. (press h for help or q to quit)$PM Manual page ls(1) ?ltline "
		       "%lt?L/%L.:byte %bB?s/%s..?e (END):?pB %pB\\%.. (press h for help or q to "
		       "quit)$");
	f.opts.stdin_path = fixture_path(&f, "a.txt");
	t = fixture_open(&f, NULL);
	check_keys(t, "G");
	check_text(t, "Manual page ls(1) line 978/1000 (END) (press h for help or q to quit)");
}

static void the_version_and_the_help_are_printed(void **state)
{
	const char *argv[] = { pager_path(), "--version", NULL };
	struct capture c;

	fixture_capture(&f, argv, NULL, &c);
	assert_int_equal(c.status, 0);
	assert_non_null(strstr(tl_buf_str(&c.out), "less "));
	capture_fini(&c);
	argv[1] = "--help";
	fixture_capture(&f, argv, NULL, &c);
	assert_int_equal(c.status, 0);
	assert_non_null(strstr(tl_buf_str(&c.out), "Display this help"));
	capture_fini(&c);
}

static void secure_mode_forbids_the_shell(void **state)
{
	static const char *const forbidden[] = { "!", ":e", "v", "|", NULL };
	struct term *t;

	fixture_setenv(&f, "LESSSECURE", "1");
	t = fixture_open(&f, "a.txt", NULL);
	for (const char *const *keys = forbidden; *keys; keys++) {
		check_keys(t, *keys);
		check_text(t, "not available");
		check_keys(t, "<Enter>");
	}
	check_row(t, 0, "line 1");
}

static void a_log_is_for_pipes(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	only_tless();
	check_keys(t, "-o");
	check_last(t, "Input is not a pipe  (press RETURN)");
	check_keys(t, "<Enter>-+o");
	check_last(t, "Cannot use \"-+\" or \"-!\" for a string option  (press RETURN)");
	check_keys(t, "<Enter>--log-file<Enter>"); /* by its name it asks first */
	check_last(t, "log file:");
	check_keys(t, "x<Enter>");
	check_last(t, "Input is not a pipe  (press RETURN)");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(the_environment_gives_options),
		TEST(an_own_variable_wins),
		TEST(a_bad_option_in_the_environment_does_not_stop_it),
		TEST(a_bad_option_on_the_command_line_does),
		TEST(one_screen_is_printed_and_left_with_F),
		TEST(the_git_defaults_work),
		TEST(X_leaves_the_text_on_the_screen),
		TEST(e_and_E_leave_at_the_end),
		TEST(options_change_while_paging),
		TEST(starting_commands_are_done),
		TEST(the_prompt_can_be_written_by_hand),
		TEST(a_manual_page_is_prompted_for),
		TEST(the_version_and_the_help_are_printed),
		TEST(secure_mode_forbids_the_shell),
		TEST(a_log_is_for_pipes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
