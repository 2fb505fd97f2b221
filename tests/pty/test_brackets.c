/* { } ( ) [ ], ESC-^F and ESC-^B: from a bracket to the one that belongs to it. */
#include "tests/pty/fixture.h"

#include <stdlib.h>
#include <string.h>

static struct fixture f;

static int set_up(void **state)
{
	struct tl_buf text = TL_BUF_INIT;

	fixture_init(&f);
	f.opts.rows = 6;
	tl_buf_puts(&text, "first {\n  inner { (a) [b] }\n  (c, (d), {e}) (f\n");
	for (int i = 0; i < 30; i++)
		tl_buf_printf(&text, "line %d\n", i);
	tl_buf_puts(&text, "<a <b> c>\n)} last\nbehind\n");
	fixture_file(&f, "code", (const char *)text.data, (long)text.len);
	tl_buf_fini(&text);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

/* The matching one is at the bottom, or going backward at the top; brackets between count. */
static void brackets_nest(void **state)
{
	struct term *t = fixture_open(&f, "code", NULL);

	check_keys(t, "{");
	check_row(t, 4, ")} last");
	check_keys(t, "}");
	check_row(t, 0, "first {");
	check_keys(t, "jj2(");
	check_row(t, 4, "  (c, (d), {e}) (f"); /* (d) ends in its own line */
	check_keys(t, "jjjj3(");
	check_row(t, 4, ")} last");
	check_keys(t, ")");
	check_row(t, 0, "  (c, (d), {e}) (f");
}

static void typed_brackets(void **state)
{
	struct term *t = fixture_open(&f, "code", NULL);

	check_keys(t, "34g<Esc>^F");
	check_last(t, "Brackets:");
	check_keys(t, "<lt>");
	check_last(t, "Brackets: <");
	check_keys(t, ">");
	check_row(t, 4, "<a <b> c>");
	check_keys(t, "<Esc>^B<lt>>");
	check_row(t, 0, "<a <b> c>");
}

static void what_is_missing_is_said(void **state)
{
	struct term *t = fixture_open(&f, "code", NULL);

	check_keys(t, "[");
	check_last(t, "No bracket in top line  (press RETURN)");
	check_keys(t, "<Enter>]");
	check_last(t, "No bracket in bottom line  (press RETURN)");
	check_keys(t, "<Enter><Esc>^F{[");
	check_last(t, "No matching bracket  (press RETURN)");
	check_keys(t, "<Enter>2{");
	check_last(t, "No bracket in top line  (press RETURN)");
}

static void far_away(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	struct term *t;

	tl_buf_puts(&text, "({\n");
	for (int i = 0; i < 400000; i++)
		tl_buf_puts(&text, "nothing [of] the {kind}\n");
	tl_buf_puts(&text, "}\n");
	for (int i = 0; i < 10; i++)
		tl_buf_puts(&text, "behind\n");
	fixture_file(&f, "long", (const char *)text.data, (long)text.len);
	tl_buf_fini(&text);
	t = fixture_open(&f, "long", NULL);
	check_keys(t, "{");
	check_row(t, 4, "}");
	check_keys(t, "}");
	check_row(t, 0, "({");
	term_keys(t, "(");
	check_text(t, "No matching bracket");
}

/* The rest of a pipe is read as far as needed. */
static void in_a_pipe(void **state)
{
	struct term *t;

	f.opts.stdin_cmd = "echo '{'; seq 50000; echo '}'; seq 50000";
	t = fixture_open(&f, NULL);
	term_keys(t, "{");
	check_text(t, "50000");
	check_row(t, 4, "}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(brackets_nest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(typed_brackets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_missing_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(far_away, set_up, tear_down),
		cmocka_unit_test_setup_teardown(in_a_pipe, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
