/* The harness itself, and the least a pager does; also passes with TLESS=/usr/bin/less. */
#include "tests/pty/fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void shows_a_file_and_quits(void **state)
{
	struct fixture f;
	struct term *t;

	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d\n", 100);
	t = fixture_open(&f, "a.txt", NULL);
	check_row(t, 0, "line 1");
	check_row(t, 22, "line 23");
	check_last(t, "a.txt");
	check_that(t, term_alternate(t));
	check_keys(t, "<Space>");
	check_row(t, 0, "line 24");
	check_keys(t, "G");
	check_row(t, 22, "line 100");
	check_last(t, "(END)");
	check_keys(t, "g");
	check_row(t, 0, "line 1");
	check_quit(t);
	check_that(t, !term_alternate(t));
	check_that(t, term_modes_restored(t));
	fixture_fini(&f);
}

static void many_keys_typed_at_once_are_all_done(void **state)
{
	struct fixture f;
	struct term *t;

	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d\n", 2000);
	t = fixture_open(&f, "a.txt", NULL);
	for (int i = 0; i < 10; i++)
		term_keys(t, "jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj");
	check_idle(t);
	check_row(t, 0, "line 501");
	fixture_fini(&f);
}

static void cells_have_their_attributes(void **state)
{
	struct term_cell cell;
	struct fixture f;
	struct term *t;
	int y;

	fixture_init(&f);
	fixture_file(&f, "a.txt", "b\bbo\bol\bld\bd _\bu \033[31mred\033[m \xe4\xb8\xad!\n", -1);
	t = fixture_open(&f, "-R", "a.txt", NULL);
	y = short_row(t, 1, 0);
	check_row(t, y, "bold u red \xe4\xb8\xad!");
	cell = term_cell(t, y, 0);
	assert_true(cell.bold && !cell.underline);
	cell = term_cell(t, y, 5);
	assert_true(cell.underline && !cell.bold);
	cell = term_cell(t, y, 7);
	assert_int_equal(cell.fg, 1);
	cell = term_cell(t, y, 11);
	assert_string_equal(cell.text, "\xe4\xb8\xad");
	assert_int_equal(cell.width, 2);
	assert_string_equal(term_cell(t, y, 12).text, "");
	assert_string_equal(term_cell(t, y, 13).text, "!");
	fixture_fini(&f);
}

static void a_pipe_is_read_and_keys_come_from_the_terminal(void **state)
{
	struct fixture f;
	struct term *t;

	fixture_init(&f);
	f.opts.stdin_cmd = "seq 1 1000";
	t = fixture_page(&f, NULL);
	check_row(t, 0, "1");
	check_row(t, 22, "23");
	term_keys(t, "G");
	check_text(t, "1000");
	check_text(t, "(END)");
	check_quit(t);
	fixture_fini(&f);
}

static void arrow_keys_are_sent_in_the_terminals_mode(void **state)
{
	struct fixture f;
	struct term *t;

	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d\n", 100);
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "<Down><Down>");
	check_row(t, 0, "line 3");
	check_keys(t, "<Up>");
	check_row(t, 0, "line 2");
	check_keys(t, "<PageDown>");
	check_row(t, 0, "line 25");
	fixture_fini(&f);
}

static void the_harness_tells_the_end_of_a_program(void **state)
{
	static const char *const die[] = { "-c", "kill -9 $$", NULL };
	static const char *const leave[] = { "-c", "printf bye; exit 7", NULL };
	struct fixture f;
	struct term *t;

	fixture_init(&f);
	t = fixture_run(&f, "/bin/sh", leave);
	check_exit(t, 7);
	check_row(t, 0, "bye");
	t = fixture_run(&f, "/bin/sh", die);
	check_that(t, term_wait_exit(t, TIMEOUT_MS));
	check_that(t, WIFSIGNALED(term_exit_status(t)) && WTERMSIG(term_exit_status(t)) == SIGKILL);
	check_that(t, !term_wait_idle(t, TIMEOUT_MS));
	fixture_fini(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_a_file_and_quits),
		cmocka_unit_test(many_keys_typed_at_once_are_all_done),
		cmocka_unit_test(cells_have_their_attributes),
		cmocka_unit_test(a_pipe_is_read_and_keys_come_from_the_terminal),
		cmocka_unit_test(arrow_keys_are_sent_in_the_terminals_mode),
		cmocka_unit_test(the_harness_tells_the_end_of_a_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
