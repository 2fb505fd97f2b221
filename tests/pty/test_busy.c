/*
 * While something goes on, keys are answered: a search, a wait for a pipe, a count, F.
 * A pipe that brings nothing more makes any of them last as long as the test needs.
 */
#include "tests/pty/fixture.h"

#include <stdio.h>
#include <string.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static void feed(struct term *t, const char *text)
{
	check_that(t, term_feed(t, text, strlen(text)));
}

/* A pipe with 100 lines and more to come. */
static struct term *open_pipe(void)
{
	struct term *t;
	char line[32];

	only_tless(); /* less answers keys when the work is over */
	f.opts.stdin_pipe = true;
	t = fixture_page(&f, NULL);
	for (int i = 1; i <= 100; i++) {
		snprintf(line, sizeof(line), "line %d\n", i);
		feed(t, line);
	}
	check_last(t, ":");
	return t;
}

static void moving_leaves_a_search_running(void **state)
{
	struct term *t = open_pipe();

	term_keys(t, "/zzz<Enter>");
	check_text(t, "Searching");
	term_keys(t, "j");
	check_row(t, 0, "line 2");
	term_keys(t, "<Space>");
	check_row(t, 0, "line 25");
	check_text(t, "Searching");
	feed(t, "zzz here\n");
	check_text(t, "(n goes there)");
	check_row(t, 0, "line 25");
	term_keys(t, "n");
	check_row(t, 0, "zzz here");
}

static void one_that_begins_anew_leaves_the_page(void **state)
{
	struct term *t = open_pipe();

	check_keys(t, "50g");
	check_row(t, 0, "line 50");
	term_keys(t, "/^Wline 3$<Enter>");
	check_text(t, "Searching");
	term_keys(t, "j");
	check_row(t, 0, "line 51");
	term_feed_end(t);
	check_text(t, "(n goes there)");
	check_row(t, 0, "line 51");
	term_keys(t, "n");
	check_row(t, 0, "line 3");
}

static void another_command_ends_a_search(void **state)
{
	struct term *t = open_pipe();

	term_keys(t, "/zzz<Enter>");
	check_text(t, "Searching");
	term_keys(t, "=");
	check_text(t, "(press RETURN)");
	term_keys(t, "<Enter>");
	check_last(t, ":");
	check_idle(t);
	feed(t, "zzz here\n");
	check_keys(t, "j");
	check_row(t, 0, "line 2");
	check_last(t, ":");
}

static void an_interrupt_ends_a_search(void **state)
{
	struct term *t = open_pipe();

	term_keys(t, "/zzz<Enter>");
	check_text(t, "Searching");
	term_keys(t, "^C");
	check_last(t, ":");
	check_row(t, 0, "line 1");
}

static void n_waits_for_the_hit_before_it(void **state)
{
	struct term *t = open_pipe();

	term_keys(t, "/zz<Enter>");
	check_text(t, "Searching");
	term_keys(t, "n");
	feed(t, "zz one\nzz two\n");
	check_row(t, 0, "zz two");
}

static void keys_typed_ahead_wait(void **state)
{
	struct term *t = open_pipe();
	char text[256];

	check_idle(t);
	term_keys(t, "/zz<Enter>j");
	check_text(t, "Searching");
	check_row(t, 0, "line 1");
	strcpy(text, "zz one\nafter\n");
	for (int i = 0; i < 30; i++)
		strcat(text, "more\n");
	feed(t, text); /* in one go: on a screen that is not full yet, j only fills it */
	check_row(t, 0, "after");
}

static void the_end_of_a_pipe_is_shown_so_far(void **state)
{
	struct term *t = open_pipe();

	term_keys(t, "G");
	check_text(t, "Waiting for data");
	check_row(t, 22, "line 100");
	feed(t, "line 101\n");
	check_row(t, 22, "line 101");
	term_keys(t, "k"); /* enough */
	check_row(t, 22, "line 100");
	check_last(t, ":");
}

static void a_line_to_come_is_waited_for(void **state)
{
	struct term *t = open_pipe();

	term_keys(t, "102g");
	check_text(t, "Calculating line numbers");
	feed(t, "line 101\nline 102\nline 103\n");
	check_row(t, 0, "line 102");
}

static void hits_are_counted(void **state)
{
	struct term *t;

	only_tless();
	fixture_file(&f, "text", "x 1\nno\nx 2\nno\nx 3\nno\n", -1);
	t = fixture_open(&f, "--hit-count", "text", NULL);
	term_keys(t, "/x<Enter>");
	check_text(t, "hit 1 of 3");
	term_keys(t, "n");
	check_text(t, "hit 2 of 3");
	term_keys(t, "N");
	check_text(t, "hit 1 of 3");
}

static void append(const char *text)
{
	FILE *file = fopen(fixture_path(&f, "log"), "a");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void following_stops_at_the_pattern(void **state)
{
	struct term *t;

	fixture_lines(&f, "log", "line %d\n", 100);
	t = fixture_open(&f, "log", NULL);
	check_keys(t, "/zzz<Enter>");
	check_text(t, "Pattern not found");
	check_keys(t, "<Enter>");
	term_keys(t, "<Esc>F");
	check_text(t, "Waiting for data");
	append("line 101\n");
	check_row(t, 22, "line 101");
	append("zzz now\nmore\n");
	check_text(t, "zzz now");
	check_no_text(t, "Waiting for data");
}

static void a_command_can_be_given_for_every_file(void **state)
{
	struct term *t;

	fixture_lines(&f, "a", "a %d\n", 100);
	fixture_lines(&f, "b", "b %d\n", 100);
	t = fixture_open(&f, "a", "b", NULL);
	check_keys(t, "+G<Enter>");
	check_keys(t, ":n");
	check_row(t, 22, "b 100");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(moving_leaves_a_search_running),
		TEST(one_that_begins_anew_leaves_the_page),
		TEST(another_command_ends_a_search),
		TEST(an_interrupt_ends_a_search),
		TEST(n_waits_for_the_hit_before_it),
		TEST(keys_typed_ahead_wait),
		TEST(the_end_of_a_pipe_is_shown_so_far),
		TEST(a_line_to_come_is_waited_for),
		TEST(hits_are_counted),
		TEST(following_stops_at_the_pattern),
		TEST(a_command_can_be_given_for_every_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
