/* F, ESC-F and ESC-f: the end of a file or pipe that grows, and how one leaves it. */
#include "tests/pty/fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAITING "Waiting for data... (^X or interrupt to abort)"

static struct fixture f;

static int set_up(void **state)
{
	only_tless(); /* less 590 has another prompt, and does some of this otherwise */
	fixture_init(&f);
	f.opts.rows = 10;
	f.opts.cols = 60;
	fixture_lines(&f, "log", "line %d\n", 30);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static void write_to(const char *name, const char *mode, const char *text)
{
	FILE *to = fopen(fixture_path(&f, name), mode);

	assert_non_null(to);
	fputs(text, to);
	fclose(to);
}

static void append(const char *text)
{
	write_to("log", "a", text);
}

static struct term *follow(const char *option)
{
	struct term *t = fixture_page(&f, "+F", option ? option : "-n", "log", NULL);

	check_last(t, WAITING);
	check_row(t, 8, "line 30");
	return t;
}

static void new_lines_scroll_in(void **state)
{
	struct term *t = follow(NULL);

	append("line 31\n");
	check_row(t, 8, "line 31");
	check_last(t, WAITING);
	append("line 32\nline 33\n");
	check_row(t, 8, "line 33");
	check_row(t, 7, "line 32");
	assert_int_equal(term_bells(t), 0);
	term_keys(t, "^C");
	check_last(t, "log (END)");
	assert_int_equal(term_bells(t), 1);
	check_keys(t, "k");
	check_row(t, 8, "line 32");
}

static void a_line_is_shown_when_it_is_whole(void **state)
{
	struct term *t = follow(NULL);

	append("line");
	append(" 31");
	append("\nline 32\nhalf");
	check_row(t, 8, "line 32");
	check_row(t, 7, "line 31");
	append(" done\n");
	check_row(t, 8, "half done");
}

static void it_stops_where_the_pattern_turns_up(void **state)
{
	struct term *t = fixture_open(&f, "log", NULL);

	check_keys(t, "/needle<Enter>");
	term_keys(t, "<Esc>F");
	check_last(t, WAITING);
	append("line 31\n");
	check_row(t, 8, "line 31");
	append("a needle\nline 33\n");
	check_row(t, 8, "a needle");
	check_idle(t);
	assert_true(term_cell(t, 8, 2).reverse);
	assert_int_equal(term_bells(t), 1);
	check_keys(t, "j");
	check_row(t, 8, "line 33");
}

static bool rang_twice(struct term *t, void *arg)
{
	return term_bells(t) >= 2;
}

static void it_rings_where_the_pattern_turns_up(void **state)
{
	struct term *t = fixture_open(&f, "log", NULL);

	check_keys(t, "/needle<Enter>");
	term_keys(t, "<Esc>f");
	check_last(t, WAITING);
	append("a needle\nline 32\nmore needles\nline 34\n");
	check_row(t, 8, "line 34");
	check_that(t, term_wait(t, rang_twice, NULL, TIMEOUT_MS));
	check_last(t, WAITING);
}

static void keys_do_nothing_but_end_it(void **state)
{
	struct term *t = follow(NULL);

	term_keys(t, "gqj");
	append("line 31\n");
	check_row(t, 8, "line 31");
	term_keys(t, "^X");
	check_last(t, "log (END)");
	check_idle(t);
	check_row(t, 8, "line 31");
	assert_int_equal(term_bells(t), 0);
}

static void the_key_that_ends_it_can_be_chosen(void **state)
{
	struct term *t = fixture_page(&f, "--intr=%", "log", NULL);

	check_text(t, "line 9");
	term_keys(t, "F");
	check_last(t, "Waiting for data... (% or interrupt to abort)");
	term_keys(t, "^X%");
	check_last(t, "(END)");
	check_keys(t, "__intr<Enter>");
	check_last(t, "interrupt character is %  (press RETURN)");
}

static void the_open_file_is_followed(void **state)
{
	struct term *t = follow(NULL);

	assert_int_equal(rename(fixture_path(&f, "log"), fixture_path(&f, "log.1")), 0);
	append("another file\n");
	write_to("log.1", "a", "line 31\n");
	check_row(t, 8, "line 31");
}

static void or_the_name_is(void **state)
{
	struct term *t = follow("--follow-name");

	assert_int_equal(rename(fixture_path(&f, "log"), fixture_path(&f, "log.1")), 0);
	write_to("log.1", "a", "line 31\n");
	check_row(t, 8, "line 31");
	append("a second file\n");
	check_row(t, 8, "a second file");
	check_row(t, 7, "~");
	assert_int_equal(unlink(fixture_path(&f, "log")), 0);
	append("a third file\n");
	check_row(t, 8, "a third file");
	append("grows\n");
	check_row(t, 8, "grows");
	check_row(t, 7, "a third file");
	check_last(t, WAITING);
}

static void a_file_that_is_cut_off_begins_anew(void **state)
{
	struct term *t = follow(NULL);

	write_to("log", "w", "a first line\n");
	check_row(t, 8, "a first line");
	check_row(t, 7, "~");
	append("a second\n");
	check_row(t, 8, "a second");
	check_row(t, 7, "a first line");
	term_keys(t, "^C");
	check_last(t, "log (END)");
}

static void a_new_size_keeps_the_end(void **state)
{
	struct term *t = follow(NULL);

	term_resize(t, 6, 30);
	check_row(t, 3, "line 30"); /* the prompt takes two rows */
	check_last(t, "errupt to abort)");
	term_resize(t, 12, 60);
	check_row(t, 10, "line 30");
	append("line 31\n");
	check_row(t, 10, "line 31");
}

static void stopping_ends_it(void **state)
{
	struct term *t = follow(NULL);

	term_keys(t, "^Z");
	check_stop(t);
	check_that(t, term_modes_restored(t));
	append("line 31\n");
	term_foreground(t);
	check_last(t, "log (END)");
	check_idle(t);
	check_row(t, 8, "line 30");
	check_keys(t, "j");
	check_row(t, 8, "line 31");
}

static void a_filter_holds(void **state)
{
	struct term *t = fixture_open(&f, "log", NULL);

	check_keys(t, "&2<Enter>");
	term_keys(t, "F");
	check_row(t, 8, "line 29");
	append("line 31\nline 32\n");
	check_row(t, 8, "line 32");
	check_row(t, 7, "line 29");
}

static void the_next_file_is_there_afterwards(void **state)
{
	struct term *t;

	fixture_lines(&f, "second", "other %d\n", 5);
	t = fixture_open(&f, "log", "second", NULL);
	term_keys(t, "F");
	check_last(t, WAITING);
	term_keys(t, "^X");
	check_text(t, "(END) - Next: second");
	check_keys(t, ":n");
	check_text(t, "other 5");
}

static void help_is_not_followed(void **state)
{
	struct term *t = fixture_open(&f, "log", NULL);

	check_keys(t, "h");
	check_keys(t, "F");
	check_no_text(t, "Waiting");
	assert_int_equal(term_bells(t), 0);
}

static void with_K_an_interrupt_quits(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESS", "FRSXMK +F");
	t = fixture_page(&f, "log", NULL);
	check_last(t, WAITING);
	term_keys(t, "^C");
	check_that(t, term_wait_exit(t, TIMEOUT_MS));
	check_that(t, term_modes_restored(t));
}

static void a_pipe_is_waited_for(void **state)
{
	struct term *t;

	f.opts.stdin_pipe = true;
	t = fixture_page(&f, NULL);
	check_that(t, term_feed(t, "one\ntwo\n", 8));
	check_text(t, "two");
	term_keys(t, "F");
	check_last(t, WAITING);
	check_that(t, term_feed(t, "three\n", 6));
	check_row(t, 8, "three");
	term_feed_end(t);
	term_keys(t, "^X");
	check_no_text(t, "Waiting");
	term_keys(t, "G");
	check_last(t, "(END)");
}

static void with_exit_follow_on_close_its_end_ends_it(void **state)
{
	struct term *t;

	f.opts.stdin_pipe = true;
	t = fixture_page(&f, "--exit-follow-on-close", "+F", NULL);
	check_that(t, term_feed(t, "one\ntwo\n", 8));
	check_last(t, WAITING);
	term_feed_end(t);
	check_text(t, "(END)");
	check_no_text(t, "Waiting");
	check_row(t, 8, "two");
}

static void a_pipe_that_brings_nothing_is_told(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESS_DATA_DELAY", "1");
	f.opts.stdin_pipe = true;
	t = fixture_page(&f, NULL);
	check_that(t, term_feed(t, "one\ntwo\n", 8));
	check_text(t, "two");
	term_keys(t, "100g");
	check_text(t, WAITING);
	term_keys(t, "j^X"); /* keys before it are dropped */
	check_no_text(t, "Waiting");
	check_row(t, 7, "one");
}

/* However fast it grows, keys are heard and memory stays bounded. */
static void a_flood_can_be_left(void **state)
{
	struct term *t = follow(NULL);
	pid_t writer = fork();

	if (writer == 0) {
		char block[4096];
		FILE *to = fopen(fixture_path(&f, "log"), "a");

		for (size_t i = 0; i < sizeof(block); i++)
			block[i] = i % 16 == 15 ? '\n' : 'x';
		for (int i = 0; i < 25000 && to; i++) /* 100 MB */
			fwrite(block, 1, sizeof(block), to);
		_exit(0);
	}
	check_text(t, "xxxxxxxxxxxxxxx");
	term_keys(t, "^C");
	check_text(t, "log");
	check_no_text(t, "Waiting");
	check_keys(t, "g");
	check_row(t, 0, "line 1");
	kill(writer, SIGKILL);
	waitpid(writer, NULL, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(new_lines_scroll_in),
		TEST(a_line_is_shown_when_it_is_whole),
		TEST(it_stops_where_the_pattern_turns_up),
		TEST(it_rings_where_the_pattern_turns_up),
		TEST(keys_do_nothing_but_end_it),
		TEST(the_key_that_ends_it_can_be_chosen),
		TEST(the_open_file_is_followed),
		TEST(or_the_name_is),
		TEST(a_file_that_is_cut_off_begins_anew),
		TEST(a_new_size_keeps_the_end),
		TEST(stopping_ends_it),
		TEST(a_filter_holds),
		TEST(the_next_file_is_there_afterwards),
		TEST(help_is_not_followed),
		TEST(with_K_an_interrupt_quits),
		TEST(a_pipe_is_waited_for),
		TEST(with_exit_follow_on_close_its_end_ends_it),
		TEST(a_pipe_that_brings_nothing_is_told),
		TEST(a_flood_can_be_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
