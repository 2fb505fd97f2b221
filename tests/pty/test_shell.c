/* !, #, |, ||, v and s: other programs, and the log of a pipe. */
#include "tests/pty/fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	f.opts.rows = 6;
	fixture_lines(&f, "a.txt", "line %d\n", 100);
	fixture_lines(&f, "b c", "other %d\n", 100);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static void commands_get_names(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", "b c", NULL);

	check_keys(t, "!echo % %% a## >out<Enter>");
	check_text(t, "!done  (press RETURN)");
	check_file(&f, "out", "a.txt % a#");
	check_keys(t, "<Enter>:n!echo % # >out<Enter>");
	check_file(&f, "out", "b c a.txt");
	check_keys(t, "<Enter>!rm out<Enter><Enter>!!<Enter>");
	check_text(t, "out'"); /* rm: cannot remove 'out' */
	check_keys(t, "<Enter>");
	check_row(t, 0, "other 1");
}

static void a_command_may_be_made_as_a_prompt(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", "b c", NULL);

	check_keys(t, ":n3j#echo %g,%lt,%i >out<Enter>");
	check_text(t, "#done  (press RETURN)");
	check_file(&f, "out", "b c,4,2");
}

static void without_a_notice(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "!^P");
	check_last(t, "!^P");
	check_keys(t, "echo x >out<Enter>");
	check_row(t, 0, "line 1");
	check_file(&f, "out", "x");
}

/* The key that ends the notice is a command. */
static void the_notice_takes_a_command(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "!true<Enter>");
	check_quit(t);
}

static void the_shell_is_chosen(void **state)
{
	struct term *t;

	fixture_file(&f, "mysh", "#!/bin/sh\necho \"$1:$2\" >out\n", -1);
	chmod(fixture_path(&f, "mysh"), 0755);
	fixture_setenv(&f, "SHELL", fixture_path(&f, "mysh"));
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "!a 'b'$c<Enter><Enter>");
	check_file(&f, "out", "-c:a 'b'$c");
	check_quit(t);
	fixture_setenv(&f, "LESS_SHELL_COPTION", "-x");
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "!a<Enter><Enter>");
	check_file(&f, "out", "-x:a");
	check_quit(t);
	fixture_setenv(&f, "LESS_SHELL_COPTION", "-");
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "!echo plain >out<Enter><Enter>");
	check_file(&f, "out", "plain");
}

static void parts_are_piped(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "10j|.cat >out<Enter>");
	check_text(t, "|done  (press RETURN)");
	check_file(&f, "out", "line 11\nline 12\nline 13\nline 14\nline 15");
	check_keys(t, "<Enter>ma4j|acat >out<Enter><Enter>");
	check_file(&f, "out",
		   "line 11\nline 12\nline 13\nline 14\nline 15\nline 16\nline 17\n"
		   "line 18\nline 19");
	check_keys(t, "|^Nx<Enter>");
	check_text(t, "Invalid line number");
	check_keys(t, "<Enter>|^N16<Enter>cat >out<Enter><Enter>");
	check_file(&f, "out", "line 15\nline 16");
	check_keys(t, "|$tail -1 >out<Enter><Enter>");
	check_file(&f, "out", "line 100");
	check_keys(t, "|z");
	check_text(t, "Mark not set");
	check_keys(t, "<Enter>|5");
	check_text(t, "Invalid mark letter 5");
}

static void between_two_marks(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "ma2j||");
	check_last(t, "|first mark:");
	check_keys(t, "^N4<Enter>");
	check_last(t, "|second mark:");
	check_keys(t, "acat >out<Enter><Enter>");
	check_file(&f, "out", "line 1\nline 2\nline 3\nline 4");
	check_keys(t, "||:;cat >out<Enter><Enter>");
	check_file(&f, "out", "line 3\nline 4\nline 5\nline 6\nline 7");
}

static void the_rest_of_a_pipe_is_piped(void **state)
{
	struct term *t;

	f.opts.stdin_cmd = "seq 200000";
	t = fixture_open(&f, NULL);
	check_keys(t, "|$wc -l >out<Enter>");
	check_text(t, "|done");
	check_file(&f, "out", "200000");
}

static void a_pipe_that_brings_nothing_keeps_nobody(void **state)
{
	struct term *t;

	only_tless(); /* less waits for the pipe */
	f.opts.stdin_pipe = true;
	t = fixture_page(&f, NULL);
	check_that(t, term_feed(t, "1\n2\n", 4));
	check_text(t, "2");
	term_keys(t, "|$sed -u s/1/fir''st/<Enter>");
	check_text(t, "first"); /* sed runs, not the shell that begins it */
	term_keys(t, "^C");
	check_text(t, "|done");
	check_keys(t, "<Enter>");
	check_quit(t);
}

static void the_editor_is_chosen(void **state)
{
	struct term *t;

	fixture_setenv(&f, "VISUAL", "echo >out");
	t = fixture_open(&f, "a.txt", "b c", NULL);
	check_keys(t, "10jv");
	check_file(&f, "out", "+13 a.txt");
	check_keys(t, ":nv");
	check_file(&f, "out", "+3 b c");
	check_quit(t);
	fixture_setenv(&f, "LESSEDIT", "echo %F-%i >out");
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "v");
	check_file(&f, "out", "a.txt-1");
}

/* ---- the log */

static void a_pipe_is_logged(void **state)
{
	struct term *t;

	f.opts.stdin_cmd = "seq 5";
	t = fixture_open(&f, NULL);
	check_keys(t, "slog<Enter>");
	check_text(t, "Log file \"log\"  (press RETURN)");
	check_keys(t, "<Enter>-o<Enter>");
	check_text(t, "Log file \"log\"  (press RETURN)");
	check_keys(t, "<Enter>sother<Enter>");
	check_text(t, "Log file is already in use");
	term_keys(t, "<Enter><Enter>q");
	check_exit(t, 0);
	check_file(&f, "log", "1\n2\n3\n4\n5");
}

static void what_was_not_read_is_logged_too(void **state)
{
	struct term *t;
	struct stat st;

	f.opts.stdin_cmd = "seq 300000";
	t = fixture_open(&f, "-Olog", NULL);
	check_quit(t);
	assert_int_equal(stat(fixture_path(&f, "log"), &st), 0);
	assert_int_equal(st.st_size, 1988895);
}

static void an_existing_log_is_asked_about(void **state)
{
	struct term *t;

	fixture_file(&f, "log", "old\n", -1);
	f.opts.stdin_cmd = "seq 3";
	t = fixture_page(&f, "-olog", NULL);
	check_text(t, "Warning: \"log\" exists; Overwrite, Append, Don't log, or Quit?");
	term_keys(t, "z<Enter>");
	check_text(t, "(Type \"O\", \"A\", \"D\" or \"Q\")");
	term_keys(t, "a<Enter>");
	check_text(t, "(END)");
	check_quit(t);
	check_file(&f, "log", "old\n1\n2\n3");
}

static void files_are_not_logged(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "s");
	check_text(t, "Input is not a pipe  (press RETURN)");
	check_keys(t, "<Enter>-o");
	check_text(t, "Input is not a pipe  (press RETURN)");
	check_keys(t, "<Enter>_o");
	check_text(t, "No log file  (press RETURN)");
}

static void a_log_that_cannot_be_written(void **state)
{
	struct term *t;

	f.opts.stdin_cmd = "seq 3";
	t = fixture_open(&f, NULL);
	check_keys(t, "s/nowhere/log<Enter>");
	check_text(t, "Cannot write to \"/nowhere/log\"  (press RETURN)");
	check_keys(t, "<Enter>");
	check_text(t, "No log file  (press RETURN)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(commands_get_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_command_may_be_made_as_a_prompt, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(without_a_notice, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_notice_takes_a_command, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_shell_is_chosen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(parts_are_piped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(between_two_marks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_rest_of_a_pipe_is_piped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pipe_that_brings_nothing_keeps_nobody, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_editor_is_chosen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pipe_is_logged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_not_read_is_logged_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_existing_log_is_asked_about, set_up, tear_down),
		cmocka_unit_test_setup_teardown(files_are_not_logged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_log_that_cannot_be_written, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
