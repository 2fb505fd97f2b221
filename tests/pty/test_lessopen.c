/* LESSOPEN and LESSCLOSE: what is shown instead of a file. */
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
	fixture_file(&f, "a.txt", "plain text\n", -1);
	fixture_file(&f, "b c.up", "upper\n", -1);
	fixture_file(&f, "d.none", "none\n", -1);
	fixture_file(&f, "e.bad", "bad\n", -1);
	fixture_file(&f, "filter",
		     "#!/bin/sh\n"
		     "case \"$1\" in\n"
		     "*.up) tr a-z A-Z <\"$1\";;\n"
		     "*.bad) echo so far; exit 3;;\n"
		     "*.none) exit 0;;\n"
		     "*.big) seq 400000;;\n"
		     "-) sed 's/^/< /';;\n"
		     "*) exit 1;;\n"
		     "esac\n",
		     -1);
	chmod(fixture_path(&f, "filter"), 0755);
	fixture_file(&f, "copy",
		     "#!/bin/sh\n"
		     "case \"$1\" in *.up) tr a-z A-Z <\"$1\" >copied; echo copied;; esac\n",
		     -1);
	chmod(fixture_path(&f, "copy"), 0755);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static void a_pipe_replaces_the_text(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESSOPEN", "|./filter %s");
	fixture_setenv(&f, "LESSCLOSE", "echo %s,%s%% >>closed");
	t = fixture_open(&f, "b c.up", "a.txt", "d.none", NULL);
	check_text(t, "UPPER");
	check_text(t, "b c.up (file 1 of 3)");
	check_keys(t, ":n");
	check_text(t, "plain text");
	check_file(&f, "closed", "b c.up,-%");
	check_keys(t, ":n");
	check_text(t, "none"); /* nothing was printed */
	check_keys(t, "5:p");
	check_keys(t, "<Enter>:x");
	check_text(t, "UPPER");
	check_quit(t);
	check_file(&f, "closed", "b c.up,-%\nb c.up,-%");
}

static void another_file_replaces_the_text(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESSOPEN", "./copy %s");
	fixture_setenv(&f, "LESSCLOSE", "rm %s-gone %s; echo x >closed");
	t = fixture_open(&f, "b c.up", "a.txt", NULL);
	check_text(t, "UPPER");
	check_text(t, "b c.up (file 1 of 2)");
	check_keys(t, ":n");
	check_text(t, "plain text");
	check_file(&f, "copied", "(no such file)");
	check_file(&f, "closed", "x");
}

static void an_empty_text_may_be_meant(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESSOPEN", "||./filter %s");
	t = fixture_open(&f, "d.none", "a.txt", NULL);
	check_text(t, "d.none (file 1 of 2)");
	check_no_text(t, "none\n");
	assert_true(term_find(t, "none") == term_rows(t) - 1 || term_find(t, "none") == 0);
	check_keys(t, "=");
	check_text(t, "byte 0/0");
	check_keys(t, "<Enter>:n");
	check_text(t, "plain text"); /* it failed */
}

static void standard_input_is_left_alone(void **state)
{
	struct term *t;

	f.opts.stdin_cmd = "echo one; echo two";
	fixture_setenv(&f, "LESSOPEN", "|./filter %s");
	t = fixture_open(&f, NULL);
	check_text(t, "one");
	check_quit(t);
	fixture_setenv(&f, "LESSOPEN", "|-./filter %s");
	t = fixture_open(&f, "-", "a.txt", NULL);
	check_text(t, "< one");
	check_text(t, "< two");
	check_keys(t, ":n:p");
	check_text(t, "< two");
}

static void it_can_be_left_out(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESSOPEN", "|./filter %s");
	t = fixture_open(&f, "-L", "b c.up", NULL);
	check_text(t, "upper");
	check_quit(t);
	fixture_setenv(&f, "LESSSECURE", "1");
	t = fixture_open(&f, "b c.up", NULL);
	check_text(t, "upper");
}

static void a_bad_command_is_said(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESSOPEN", "|./filter %s %s");
	t = fixture_page(&f, "b c.up", NULL);
	check_text(t, "LESSOPEN ignored: must contain exactly one %s");
	check_keys(t, "<Enter>");
	check_text(t, "upper");
}

static void errors_are_said_if_wanted(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESSOPEN", "|./filter %s");
	t = fixture_open(&f, "e.bad", NULL);
	check_text(t, "so far");
	check_text(t, "e.bad (END)");
	check_quit(t);
	t = fixture_open(&f, "--show-preproc-errors", "e.bad", NULL);
	check_text(t, "Input preprocessor failed (status 3)  (press RETURN)");
}

static void editing_warns(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESSOPEN", "|./filter %s");
	fixture_setenv(&f, "VISUAL", "echo >edited");
	t = fixture_open(&f, "b c.up", NULL);
	check_keys(t, "v");
	check_text(t, "WARNING: This file was viewed via LESSOPEN  (press RETURN)");
	check_file(&f, "edited", "(no such file)");
	check_keys(t, "<Enter>");
	check_file(&f, "edited", "+1 b c.up");
	unlink(fixture_path(&f, "edited"));
	check_keys(t, "--no-edit-warn<Enter><Enter>v");
	check_file(&f, "edited", "+1 b c.up");
}

/* A long text is read as far as it is wanted, and its writer is not waited for. */
static void a_long_pipe(void **state)
{
	struct term *t;

	fixture_file(&f, "x.big", "", 0);
	fixture_setenv(&f, "LESSOPEN", "|./filter %s");
	t = fixture_open(&f, "x.big", "a.txt", NULL);
	check_text(t, "1");
	check_keys(t, ":n:p");
	check_text(t, "1");
	term_keys(t, "G");
	check_text(t, "400000");
}

static void without_a_terminal(void **state)
{
	const char *argv[] = { pager_path(), "b c.up", "a.txt", NULL };
	struct capture c;

	fixture_setenv(&f, "LESSOPEN", "|./filter %s");
	fixture_capture(&f, argv, NULL, &c);
	assert_string_equal(tl_buf_str(&c.out), "UPPER\nplain text\n");
	capture_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_pipe_replaces_the_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_file_replaces_the_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_empty_text_may_be_meant, set_up, tear_down),
		cmocka_unit_test_setup_teardown(standard_input_is_left_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_can_be_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_bad_command_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(errors_are_said_if_wanted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(editing_warns, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_long_pipe, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_a_terminal, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
