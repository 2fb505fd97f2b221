/* test_line.c: what is typed on the bottom line: names and patterns, and what becomes of them. */
#include "tests/pty/fixture.h"

#include <string.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d\n", 100);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static struct term *open_page(void)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_row(t, 0, "line 1");
	return t;
}

/* A name is put there whole as soon as no other can be meant. */
static void test_names_of_options(void **state)
{
	struct term *t = open_page();

	check_keys(t, "--line-n");
	check_last(t, "--line-n");
	check_keys(t, "\t");
	check_last(t, "--line-numbers");
	check_keys(t, "\t");
	check_last(t, "--line-num-width");
	check_keys(t, "\t");
	check_last(t, "--line-n");
	check_keys(t, "\025quit-on");
	check_last(t, "--quit-on-intr");
	check_keys(t, "xyz");
	check_last(t, "--quit-on-intr");
	check_keys(t, "\177");
	check_last(t, ":");
	check_keys(t, "--SIL");
	check_last(t, "--SILENT");
	check_keys(t, "\r");
	check_last(t, "Never ring the bell  (press RETURN)");
	check_keys(t, "\r--wi=");
	check_last(t, "Scroll window size:");
	check_keys(t, "5\r\r__wi");
	check_last(t, "__window");
	check_keys(t, "\r");
	check_last(t, "Scroll window size is 5 lines  (press RETURN)");
	check_keys(t, "\r--nothing\r");
	check_last(t, "There is no --nothing option  (press RETURN)");
}

static void test_names_of_files(void **state)
{
	struct term *t;

	fixture_file(&f, "b c.txt", "one\n", -1);
	fixture_file(&f, "bd.txt", "two\n", -1);
	t = open_page();
	check_keys(t, ":eb\t");
	check_last(t, "Examine: b\\ c.txt");
	check_keys(t, "\t");
	check_last(t, "Examine: bd.txt");
	check_keys(t, "\r");
	check_row(t, 0, "two");
	check_keys(t, ":e\033[A\033[A");
	check_last(t, "Examine: a.txt");
	check_keys(t, "\025b\014");
	check_last(t, "Examine: b\\ c.txt bd.txt");
	check_keys(t, "\007");
	check_last(t, "(END)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names_of_options, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_names_of_files, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
