/* The terminal changes its size, or is very small. */
#include "tests/pty/fixture.h"

#include <string.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d\n", 1000);
	fixture_lines(&f, "long",
		      "%d this is a line that is a good deal longer than the terminal is wide, "
		      "so that it is wrapped\n",
		      100);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static void the_position_stays(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "500g");
	term_resize(t, 40, 100);
	check_row(t, 38, "line 538");
	check_row(t, 0, "line 500");
	check_idle(t);
	term_resize(t, 12, 30);
	check_row(t, 10, "line 510");
	check_row(t, 0, "line 500");
	check_idle(t);
	check_keys(t, "<Space>");
	check_row(t, 0, "line 511");
	check_row(t, 10, "line 521");
}

static void lines_wrap_anew(void **state)
{
	struct term *t = fixture_open(&f, "long", NULL);

	check_that(t, strncmp(term_row(t, 2), "2 this", 6) == 0);
	term_resize(t, 24, 120);
	check_that(t, term_wait_text(t, "3 this", TIMEOUT_MS));
	check_idle(t);
	check_that(t, strncmp(term_row(t, 1), "2 this", 6) == 0);
	term_resize(t, 24, 40);
	check_idle(t);
	check_that(t, term_wait_no_text(t, "10 this", TIMEOUT_MS));
	check_that(t, strncmp(term_row(t, 3), "2 this", 6) == 0);
}

static void many_changes_at_once_end_in_the_last_size(void **state)
{
	struct term *t;

	only_tless(); /* less 590 loses some */
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "100g");
	for (int i = 0; i < 30; i++)
		term_resize(t, 5 + i, 20 + 2 * i);
	term_resize(t, 15, 50);
	check_row(t, 13, "line 113");
	check_row(t, 0, "line 100");
	check_idle(t);
	check_keys(t, "j");
	check_row(t, 13, "line 114");
}

static void it_lives_in_the_smallest_terminals(void **state)
{
	static const int sizes[][2] = { { 1, 1 },  { 1, 80 }, { 2, 80 },
					{ 24, 1 }, { 2, 2 },  { 3, 5 } };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct term *t;

		f.opts.rows = sizes[i][0];
		f.opts.cols = sizes[i][1];
		t = fixture_open(&f, "long", NULL);
		check_keys(t, "j<Space>bG");
		check_keys(t, "/this<Enter>");
		check_keys(t, "<Enter>kg=");
		check_keys(t, "<Enter>-N<Enter>");
		check_keys(t, "<Enter>jh");
		check_keys(t, "q");
		term_resize(t, 24, 80);
		check_idle(t);
		check_keys(t, "<Enter>g");
		check_text(t, "1 this is a line");
		check_quit(t);
		fixture_end(&f);
	}
}

static void it_lives_in_a_large_terminal(void **state)
{
	struct term *t;

	f.opts.rows = 400;
	f.opts.cols = 700;
	t = fixture_open(&f, "a.txt", NULL);
	check_row(t, 398, "line 399");
	check_keys(t, "<Space>");
	check_row(t, 0, "line 400");
}

static void the_environment_overrules_the_terminal(void **state)
{
	struct term *t;

	only_tless(); /* less 590 asks the terminal first */
	fixture_setenv(&f, "LESS_LINES", "10");
	t = fixture_open(&f, "a.txt", NULL);
	check_row(t, 8, "line 9");
	check_row(t, 9, "a.txt");
}

static void another_size_while_a_command_runs(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	for (int i = 0; i < 3; i++) {
		static const char *const commands[] = { "!echo be''gun 1; read x<Enter>",
							"!echo be''gun 2; read x<Enter>",
							"!echo be''gun 3; read x<Enter>" };
		static const char *const begun[] = { "begun 1", "begun 2", "begun 3" };

		/* What earlier commands wrote is still on the main screen. */
		term_keys(t, commands[i]);
		check_text(t, begun[i]);
		term_resize(t, i == 1 ? 60 : 7, i == 1 ? 200 : 30);
		term_keys(t, "<Enter>");
		term_wait_idle(t, 10000);
		check_text(t, "done");
		check_keys(t, "<Enter>");
		check_row(t, 5, "line 6");
	}
	check_quit(t);
}

static void options_that_take_columns_leave_none_of_a_small_terminal(void **state)
{
	static const char *const options[] = {
		"--header=5,50",       "-J",           "-N",        "--status-col-width=100",
		"--line-num-width=30", "--rscroll=ab", "--wordwrap"
	};
	static const int sizes[][2] = { { 1, 1 }, { 2, 2 }, { 3, 5 }, { 5, 1000 } };

	only_tless();
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct term *t;

		f.opts.rows = 24;
		f.opts.cols = 80;
		t = fixture_open(&f, "-J", "-w", options[i], "long", NULL);
		for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
			check_keys(t, "/a good");
			term_resize(t, sizes[k][0], sizes[k][1]);
			check_keys(t, "<Enter>");
			check_keys(t, "nN<Right>-S<Enter><Left>G");
			check_keys(t, "g--header");
			term_resize(t, 24, 80);
			check_idle(t);
			check_keys(t, "<Enter>4,20<Enter>j");
		}
		term_keys(t, "^C<Enter><Enter>q");
		check_exit(t, 0);
		fixture_end(&f);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(the_position_stays),
		TEST(lines_wrap_anew),
		TEST(many_changes_at_once_end_in_the_last_size),
		TEST(it_lives_in_the_smallest_terminals),
		TEST(it_lives_in_a_large_terminal),
		TEST(the_environment_overrules_the_terminal),
		TEST(another_size_while_a_command_runs),
		TEST(options_that_take_columns_leave_none_of_a_small_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
