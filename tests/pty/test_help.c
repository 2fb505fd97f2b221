/* test_help.c: the help screen, and --help on a terminal. */
#include "tests/pty/fixture.h"

#include <string.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d\n", 100);
	fixture_lines(&f, "b.txt", "other %d\n", 100);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

#define PROMPT "HELP -- Press RETURN for more, or q when done"
#define END    "HELP -- END -- Press g to see it again, or q when done"

static void test_it_is_a_text(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", "b.txt", NULL);

	check_keys(t, "5jh");
	check_last(t, PROMPT);
	check_keys(t, "h"); /* again: nothing */
	check_last(t, PROMPT);
	check_keys(t, "=");
	check_last(t, PROMPT);
	check_keys(t, "/LINE EDITING\r");
	check_row(t, 0, "  LINE EDITING   where a pattern, a name or a command is typed");
	check_keys(t, "G");
	check_last(t, END);
	check_keys(t, "q");
	check_row(t, 0, "line 6");
	check_keys(t, "h:n");
	check_row(t, 0, "other 1");
	check_keys(t, "h:p");
	check_row(t, 0, "other 1");
	check_keys(t, "-N\rh");
	check_text(t, "      2   COMMANDS");
}

static void test_of_the_command_line(void **state)
{
	struct term *t = fixture_open(&f, "--help", NULL);

	check_last(t, PROMPT);
	check_keys(t, ":n");
	check_text(t, "No next file");
	check_keys(t, "\r");
	check_last(t, PROMPT);
	check_quit(t);
	t = fixture_open(&f, "--help", "a.txt", NULL);
	check_keys(t, ":n");
	check_row(t, 0, "line 1");
	check_keys(t, "hq");
	check_row(t, 0, "line 1");
	check_quit(t);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_it_is_a_text),
		TEST(test_of_the_command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
