/* test_lesskey.c: keys and variables of lesskey files, where they are looked for, and what is said. */
#include "tests/pty/fixture.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d\n", 200);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

/* The file that counts by default. */
static void lesskey(const char *text)
{
	fixture_file(&f, ".lesskey", text, -1);
}

static void test_keys_run_commands_and_type(void **state)
{
	struct term *t;

	lesskey("a forw-line\n"
		"\\kd goto-end\n"
		"B set-mark b/line 15\\n\n"
		"e noaction 5j\n"
		"d invalid\n"
		"gg goto-end\n"
		"X quit Z\n");
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "a");
	check_row(t, 0, "line 2");
	check_keys(t, "3a");
	check_row(t, 0, "line 5");
	check_keys(t, "<Down>");
	check_last(t, "(END)");
	check_keys(t, "<");
	check_keys(t, "B");
	check_row(t, 0, "line 15");
	check_keys(t, "'b");
	check_row(t, 0, "line 1");
	check_keys(t, "e");
	check_row(t, 0, "line 6");
	check_keys(t, "d");
	check_row(t, 0, "line 6");
	check_keys(t, "g");
	check_last(t, " g");
	check_keys(t, "g");
	check_last(t, "(END)");
	term_keys(t, "X");
	check_exit(t, 'Z');
}

static void test_stop_takes_all_other_keys(void **state)
{
	struct term *t;

	lesskey("a forw-line\nQ quit\n#stop\n");
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "jq");
	check_row(t, 0, "line 1");
	check_keys(t, "a");
	check_row(t, 0, "line 2");
	term_keys(t, "Q");
	check_exit(t, 0);
}

static void test_a_message_waits_for_a_typed_key(void **state)
{
	struct term *t;

	lesskey("b toggle-option -LINE-NUMBERS\\nj\n");
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "b");
	check_last(t, "Constantly display line numbers  (press RETURN)");
	check_keys(t, "\r");
	check_row(t, 0, "      2 line 2");
}

static void test_line_editing(void **state)
{
	struct term *t;

	lesskey(
	    "#line-edit\n^T left\n^Y insert xyz\n^W kill-line\n^X^F noaction foo\n^F invalid\n");
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "/abc\024Z");
	check_last(t, "/abZc");
	check_keys(t, "\031\006");
	check_last(t, "/abZxyz^Fc");
	check_keys(t, "\030\006");
	check_last(t, "/abZxyz^Ffooc");
	check_keys(t, "\027Q");
	check_last(t, "/Q");
	check_keys(t, "\026\024");
	check_last(t, "/Q^T");
}

static void test_variables(void **state)
{
	struct term *t;

	fixture_setenv(&f, "NAME", "a/b");
	fixture_setenv(&f, "LESS", "-M");
	lesskey("#env\nLESS = -N -P\nLESS += <${NAME/\\\\//-}>\n");
	t = fixture_open(&f, "a.txt", NULL);
	check_row(t, 0, "      1 line 1");
	check_last(t, "<a-b>");
}

static void test_the_last_file_wins(void **state)
{
	struct term *t;

	lesskey("a goto-end\nb goto-end\nc goto-end\n");
	fixture_file(&f, "system", "a back-line\nd forw-line 2j\n#env\nLESS=-N\n", -1);
	fixture_file(&f, "more", "b forw-line\nc forw-line\n", -1);
	fixture_setenv(&f, "LESSKEYIN_SYSTEM", fixture_path(&f, "system"));
	fixture_setenv(&f, "LESSKEY_CONTENT", "b forw-screen;c forw-screen");
	t = fixture_open(&f, "--lesskey-src=more", "--lesskey-content=c forw-line 2j", "a.txt",
			 NULL);
	check_row(t, 0, "      1 line 1");
	check_keys(t, "d");
	check_row(t, 0, "      4 line 4");
	check_keys(t, "b");
	check_row(t, 0, "      5 line 5");
	check_keys(t, "c");
	check_row(t, 0, "      8 line 8");
	check_keys(t, "a");
	check_last(t, "(END)");
}

static void test_other_places(void **state)
{
	struct term *t;

	lesskey("a forw-line\n");
	mkdir(fixture_path(&f, ".config"), 0777);
	fixture_file(&f, ".config/lesskey", "a goto-end\n", -1);
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "a");
	check_last(t, "(END)");
	fixture_setenv(&f, "LESSNOCONFIG", "HOME,TERMINFO,PATH");
	t = fixture_open(&f, "a.txt", NULL);
	check_keys(t, "a");
	check_last(t, ":");
}

static void test_compiled_files(void **state)
{
	static const char compiled[] = "\0M+Gc\x05\0a\0\x98X\0v\x0b\0LESS\0\x81-MN\0\xff xEnd";
	static const char good[] = "\0M+Gc\x05\0a\0\x98X\0v\x0a\0LESS\0\x81-MN\0xEnd";
	struct term *t;

	fixture_file(&f, ".less", good, sizeof(good) - 1);
	t = fixture_open(&f, "a.txt", NULL);
	check_row(t, 0, "      1 line 1");
	term_keys(t, "a");
	check_exit(t, 'X');
	fixture_file(&f, "bad", compiled, sizeof(compiled) - 1);
	t = fixture_open(&f, "-k", "bad", "a.txt", NULL);
	check_text(t, "Cannot use lesskey file \"bad\"");
}

static void test_errors(void **state)
{
	struct term *t;

	fixture_file(&f, "bad", "a goto-end\nb foo\n", -1);
	t = fixture_open(&f, "--lesskey-src=bad", "a.txt", NULL);
	check_text(t, "bad: line 2: unknown action: \"foo\"");
	check_keys(t, "\r");
	check_row(t, 0, "line 1");
	check_keys(t, "a"); /* nothing of the file counts */
	check_last(t, ":");
	fixture_setenv(&f, "LESSSECURE", "1");
	t = fixture_open(&f, "--lesskey-content=a goto-end", "a.txt", NULL);
	check_text(t, "Error in lesskey content");
}

/* The number before a command is edited like a line. */
static void test_numbers_are_edited(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);
	int y, x;

	check_keys(t, "23\033b");
	check_last(t, ":23");
	term_cursor(t, &y, &x);
	check_that(t, x == 1);
	check_keys(t, "1\033x");
	check_last(t, ":13");
	check_keys(t, "\033$0\b");
	check_last(t, ":13");
	check_keys(t, "j");
	check_row(t, 0, "line 14");
	check_keys(t, "12\007j"); /* given up */
	check_row(t, 0, "line 15");
	check_keys(t, "5\033j");
	check_row(t, 0, "line 20");
}

/* On the main screen what was gone to is left there, however fast one types. */
static void test_a_quit_typed_ahead(void **state)
{
	struct term *t;

	lesskey("X forw-line 3jq\n");
	t = fixture_open(&f, "-X", "a.txt", NULL);
	term_keys(t, "X");
	check_exit(t, 0);
	check_text(t, "line 27");
}

/* SIGUSR1 types keys, also into a message or a line. */
static void test_keys_of_a_signal(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESS_SIGUSR1", "5j");
	t = fixture_open(&f, "a.txt", NULL);
	term_signal(t, SIGUSR1);
	check_text(t, "line 28");
	check_row(t, 0, "line 6");
	check_keys(t, "=");
	term_signal(t, SIGUSR1);
	check_text(t, "line 33");
	check_keys(t, "/x");
	term_signal(t, SIGUSR1);
	check_text(t, "/x5j");
}

static void test_terminal_of_a_variable(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESS_TERMCAP_so", "");
	fixture_setenv(&f, "LESS_TERMINFO_smso", "<SO>");
	t = fixture_open(&f, "a.txt", NULL);
	check_text(t, "<SO>a.txt");
}

/* What begins no command is tried without its first key. */
static void test_keys_that_begin_nothing(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "Zj");
	check_row(t, 0, "line 2");
	check_keys(t, "5:");
	check_last(t, " :");
	check_keys(t, "j");
	check_row(t, 0, "line 7");
	check_keys(t, "::n");
	check_text(t, "No next file");
	check_keys(t, "\r5\033"); /* ESC may edit the number */
	check_last(t, ":5");
	check_keys(t, "j");
	check_row(t, 0, "line 12");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_keys_run_commands_and_type),
		TEST(test_stop_takes_all_other_keys),
		TEST(test_a_message_waits_for_a_typed_key),
		TEST(test_line_editing),
		TEST(test_variables),
		TEST(test_the_last_file_wins),
		TEST(test_other_places),
		TEST(test_compiled_files),
		TEST(test_errors),
		TEST(test_numbers_are_edited),
		TEST(test_a_quit_typed_ahead),
		TEST(test_keys_of_a_signal),
		TEST(test_terminal_of_a_variable),
		TEST(test_keys_that_begin_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
