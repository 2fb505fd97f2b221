/* test_mouse.c: what the mouse does, and what is sent to the terminal for it. */
#include "tests/pty/fixture.h"

#include <string.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d\n", 200);
	fixture_lines(&f, "wide.txt",
		      "%03d abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		      "abcdefghijklmnopqrstuvwxyz\n",
		      50);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

#define ON  "\033[?1000h\033[?1002h\033[?1006h"
#define OFF "\033[?1006l\033[?1002l\033[?1000l"

static bool sent(struct term *t, const char *what)
{
	const struct tl_buf *raw = term_raw(t);

	return memmem(raw->data, raw->len, what, strlen(what)) != NULL;
}

static void test_nothing_is_sent_without_it(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "G");
	check_quit(t);
	check_that(t, !sent(t, "\033[?100"));
}

static void test_it_is_switched_on_and_off(void **state)
{
	struct term *t = fixture_open(&f, "--mouse", "a.txt", NULL);

	check_that(t, sent(t, ON) && !sent(t, OFF));
	check_keys(t, "--mouse\r");
	check_last(t, "Ignore mouse input  (press RETURN)");
	check_keys(t, "\r");
	check_that(t, sent(t, OFF));
	check_keys(t, "--emouse=click,vs\r");
	check_last(t, "Mouse features enabled: click,vscroll  (press RETURN)");
	check_keys(t, "\r__mouse\r");
	check_last(t, "Mouse features enabled: click,vscroll  (press RETURN)");
	check_keys(t, "\r--MOUSE\r");
	check_last(t, "Use the mouse for scrolling vertically (reverse)  (press RETURN)");
	check_keys(t, "\r__rmouse\r");
	check_last(t, "Reverse mouse scroll direction  (press RETURN)");
}

static void test_the_wheel_scrolls(void **state)
{
	struct term *t = fixture_open(&f, "--mouse", "--wheel-lines=3", "a.txt", NULL);

	check_keys(t, "\033[<65;1;1M");
	check_row(t, 0, "line 4");
	check_keys(t, "\033[Ma!!"); /* X10: the bytes are 32 and more */
	check_row(t, 0, "line 7");
	check_keys(t, "\033[<64;1;1M");
	check_row(t, 0, "line 4");
	check_keys(t, "--rmouse\r\r\033[<64;1;1M");
	check_row(t, 0, "line 7");
	check_keys(t, "=\033[<65;1;1M"); /* dismisses the message, too */
	check_row(t, 0, "line 4");
}

static void test_clicks_mark_and_return(void **state)
{
	struct term *t = fixture_open(&f, "--mouse", "a.txt", NULL);

	check_keys(t, "\033[<2;1;1M\033[<2;1;1m");
	check_last(t, "Mark not set  (press RETURN)");
	check_keys(t, "\r9j\033[<0;4;4M\033[<0;4;4m");
	check_keys(t, "G\033[<2;1;1M\033[<2;1;1m");
	check_row(t, 3, "line 13");
	check_keys(t, "\033[<0;1;1M\033[<0;1;3m"); /* let go elsewhere: not marked */
	check_keys(t, "G'#");
	check_row(t, 3, "line 13");
}

static void test_a_link_is_clicked(void **state)
{
	struct term *t;

	fixture_file(&f, "link.txt", "one\nsee \033]8;;http://a.b/c\033\\this\033]8;;\033\\ link\n",
		     -1);
	t = fixture_open(&f, "-R", "--mouse", "link.txt", NULL);
	check_keys(t, "\033[<0;6;2M\033[<0;6;2m");
	check_text(t, "http://a.b/c");
}

static void test_the_text_is_dragged(void **state)
{
	struct term *t = fixture_open(&f, "--emouse=drag", "-S", "wide.txt", NULL);

	check_keys(t, "\033[<0;30;10M\033[<32;28;5M");
	check_that(t, strncmp(term_row(t, 0), "6 abc", 5) == 0);
	check_keys(t, "\033[<32;26;5M\033[<0;26;5m");
	check_that(t, strncmp(term_row(t, 0), "abcde", 5) == 0);
	check_keys(t, "\033[<32;1;1M"); /* no button is down */
	check_that(t, strncmp(term_row(t, 0), "abcde", 5) == 0);
}

static void test_lines_being_typed_ignore_it(void **state)
{
	struct term *t = fixture_open(&f, "--mouse", "a.txt", NULL);

	check_keys(t, "/ab\033[<65;1;1Mc\033[Ma!!\033hX");
	check_last(t, "/abXc");
	check_row(t, 0, "line 1");
}

static void test_bad_features(void **state)
{
	struct term *t = fixture_open(&f, "--emouse=foo", "a.txt", NULL);

	check_text(t, "--emouse: invalid name \"foo\"");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_nothing_is_sent_without_it),  TEST(test_it_is_switched_on_and_off),
		TEST(test_the_wheel_scrolls),           TEST(test_clicks_mark_and_return),
		TEST(test_a_link_is_clicked),           TEST(test_the_text_is_dragged),
		TEST(test_lines_being_typed_ignore_it), TEST(test_bad_features),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
