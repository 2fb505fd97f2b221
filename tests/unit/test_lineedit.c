/* test_lineedit.c: a line being typed: keys in, text and cursor out. */
#include "pager/lineedit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEFT  "\033[D"
#define RIGHT "\033[C"
#define UP    "\033[A"
#define DOWN  "\033[B"
#define HOME  "\033[H"
#define END   "\033[F"

static struct tl_lineedit le;

static enum tl_edit press(const char *keys, size_t n)
{
	enum tl_edit answer = TL_EDIT_MORE;

	for (size_t i = 0; i < n; i++)
		answer = tl_lineedit_key(&le, (unsigned char)keys[i], 0x7f, -1, -1);
	return answer;
}

static enum tl_edit type(const char *keys)
{
	return press(keys, strlen(keys));
}

static void start(struct tl_history *history)
{
	tl_lineedit_start(&le, "/", history, TL_CHARSET_UTF8);
}

static void check(const char *keys, enum tl_edit answer, const char *text, size_t at)
{
	assert_int_equal(type(keys), answer);
	assert_string_equal(tl_lineedit_text(&le), text);
	assert_int_equal(le.at, at);
}

static void check_typed(const char *keys, const char *text, size_t at)
{
	start(NULL);
	check(keys, TL_EDIT_MORE, text, at);
}

static int tear_down(void **state)
{
	tl_lineedit_fini(&le);
	return 0;
}

static void test_typing(void **state)
{
	start(NULL);
	check("abc", TL_EDIT_MORE, "abc", 3);
	check("\r", TL_EDIT_DONE, "abc", 3);
	start(NULL); /* a new line begins empty */
	check("\n", TL_EDIT_DONE, "", 0);
	start(NULL);
	check("a\007", TL_EDIT_CANCEL, "a", 1);
}

static void test_moving(void **state)
{
	check_typed("abc" LEFT LEFT "x", "axbc", 2);
	check_typed("abc" LEFT RIGHT "x", "abcx", 4);
	check_typed("abc" HOME "x", "xabc", 1);
	check_typed("abc" HOME END "x", "abcx", 4);
	check_typed("abc\033h\033hx", "axbc", 2);
	check_typed("abc\0330x\033$y\0330\033lz", "xzabcy", 2);
	check_typed("abc\033OD\033OHx", "xabc", 1);
	check_typed("abc\033[1~x\033[4~y", "xabcy", 5);
	start(NULL);
	check(LEFT, TL_EDIT_BAD, "", 0);
	check("a" RIGHT, TL_EDIT_BAD, "a", 1);
	check(HOME, TL_EDIT_MORE, "a", 0);
	check(LEFT, TL_EDIT_BAD, "a", 0);
}

static void test_moving_by_words(void **state)
{
	check_typed("one  two three\033b", "one  two three", 9);
	check_typed("one  two three\033b\033b", "one  two three", 5);
	check_typed("one  two three\033[1;5D\033[1;5D\033[1;5D\033[1;5D", "one  two three", 0);
	check_typed("one  two" HOME "\033w", "one  two", 5);
	check_typed("one  two" HOME "\033[1;5C\033[1;5C\033[1;5C", "one  two", 8);
}

static void test_erasing(void **state)
{
	check_typed("abc\177", "ab", 2);
	check_typed("abc\b\b", "a", 1);
	check_typed("abc" LEFT "\177", "ac", 1);
	check_typed("abc" HOME "\033[3~", "bc", 0);
	check_typed("abc" HOME "\033x\033x", "c", 0);
	check_typed("abc\033x", "abc", 3); /* nothing under the cursor */
	check_typed("abc\025", "", 0);
	start(NULL);
	check("a\177", TL_EDIT_MORE, "", 0);
	check("\177", TL_EDIT_CANCEL, "", 0);
	start(NULL);
	check("abc" HOME "\177", TL_EDIT_CANCEL, "abc", 0);
	start(NULL);
	check("\025", TL_EDIT_CANCEL, "", 0);
}

static void test_erasing_words(void **state)
{
	check_typed("one two\027", "one ", 4);
	check_typed("one two\027\027", "one", 3); /* blanks are erased as a word is */
	check_typed("one two\027\027\027\027", "", 0);
	check_typed("one two\033\177", "one ", 4);
	check_typed("one two\033\b", "one ", 4);
	check_typed("one two" HOME "\033X", " two", 0);
	check_typed("one   two" HOME "\033X\033X", "two", 0);
	check_typed("one two" HOME "\033[3;5~", " two", 0);
	check_typed("one two" LEFT "\027", "one o", 4);
}

/* The characters that the user's terminal has for these. */
static void test_the_terminals_characters(void **state)
{
	start(NULL);
	type("one two");
	tl_lineedit_key(&le, '#', '#', '@', '%');
	assert_string_equal(tl_lineedit_text(&le), "one tw");
	tl_lineedit_key(&le, '%', '#', '@', '%');
	assert_string_equal(tl_lineedit_text(&le), "one ");
	tl_lineedit_key(&le, '@', '#', '@', '%');
	assert_string_equal(tl_lineedit_text(&le), "");
}

static void test_utf8(void **state)
{
	check_typed("aäö\177", "aä", 3);
	check_typed("aä€" LEFT LEFT "x", "axä€", 2);
	check_typed("ä€" HOME "\033x", "€", 0);
	check_typed("ä€" HOME RIGHT, "ä€", 2);
	tl_lineedit_start(&le, "/", NULL, TL_CHARSET_LATIN1);
	check("\xe4\xf6\177", TL_EDIT_MORE, "\xe4", 1);
	check_typed("\x80\x80\x80\177", "", 0); /* stray bytes hang together, and go */
}

static void test_quoting(void **state)
{
	check_typed("a\026\033b", "a\033b", 3);
	check_typed("\026\r", "\r", 1);
	check_typed("\001\177", "\177", 1);
	check_typed("\026\026", "\026", 1);
	check_typed("a\tb", "a\tb", 3); /* no files to complete here */
}

static void test_unknown_keys_leave_nothing_behind(void **state)
{
	static const char *const keys[] = {
		"\033[5~", "\033[15;2~", "\033OP", "\033[200000000000000000~", "\033q", "\033\033",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		start(NULL);
		check("a", TL_EDIT_MORE, "a", 1);
		check(keys[i], TL_EDIT_BAD, "a", 1);
		check("b", TL_EDIT_MORE, "ab", 2);
	}
}

static void test_history(void **state)
{
	struct tl_history h = { NULL, 0 };

	tl_history_add(&h, "one");
	tl_history_add(&h, "two");
	tl_history_add(&h, "two"); /* once is enough, */
	tl_history_add(&h, "");    /* and nothing is not worth it */
	assert_int_equal(h.n, 2);
	start(&h);
	check(UP, TL_EDIT_MORE, "two", 3);
	check(UP, TL_EDIT_MORE, "one", 3);
	check(UP, TL_EDIT_BAD, "one", 3);
	check("\033j", TL_EDIT_MORE, "two", 3);
	check(DOWN, TL_EDIT_MORE, "", 0);
	check(DOWN, TL_EDIT_BAD, "", 0);
	check("\020", TL_EDIT_MORE, "two", 3);
	check("x" HOME UP, TL_EDIT_MORE, "one", 3); /* what was changed is gone */
	check("\033k", TL_EDIT_BAD, "one", 3);
	start(&h);
	check("half" HOME UP, TL_EDIT_MORE, "two", 3);
	check(DOWN, TL_EDIT_MORE, "half", 4); /* what was being typed comes back */
	start(NULL);
	check(UP, TL_EDIT_BAD, "", 0);
	tl_history_fini(&h);
	assert_int_equal(h.n, 0);
}

/* What stands before the cursor chooses among the lines. */
static void test_history_that_begins_alike(void **state)
{
	struct tl_history h = { NULL, 0 };

	tl_history_add(&h, "error 1");
	tl_history_add(&h, "warning");
	tl_history_add(&h, "error 2");
	tl_history_add(&h, "note");
	start(&h);
	check("err" UP, TL_EDIT_MORE, "error 2", 7);
	check(UP, TL_EDIT_MORE, "error 1", 7);
	check(UP, TL_EDIT_BAD, "error 1", 7);
	check(DOWN, TL_EDIT_MORE, "error 2", 7);
	check(DOWN, TL_EDIT_MORE, "err", 3);
	check("x" UP, TL_EDIT_BAD, "errx", 4);
	check("\025w" UP, TL_EDIT_MORE, "warning", 7);
	check(HOME UP, TL_EDIT_MORE, "error 1", 7); /* nothing before the cursor: any */
	tl_history_fini(&h);
}

static void test_completing_names(void **state)
{
	char dir[] = "/tmp/tless-lineedit-XXXXXX", path[64], expected[64];
	static const char *const names[] = { "abc", "abd", "x y" };

	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		close(open(path, O_CREAT | O_WRONLY, 0600));
	}
	start(NULL);
	le.complete_files = true;
	snprintf(path, sizeof(path), "%s/a", dir);
	type(path);
	assert_int_equal(type("\t"), TL_EDIT_MORE);
	snprintf(expected, sizeof(expected), "%s/abc", dir);
	assert_string_equal(tl_lineedit_text(&le), expected);
	type("\t");
	snprintf(expected, sizeof(expected), "%s/abd", dir);
	assert_string_equal(tl_lineedit_text(&le), expected);
	type("\t\033[Z"); /* round and back again */
	assert_string_equal(tl_lineedit_text(&le), expected);
	type("\177\177"); /* another key: the next TAB begins anew */
	assert_int_equal(type("\t\t"), TL_EDIT_MORE);
	assert_string_equal(tl_lineedit_text(&le), expected);
	type("\025");
	type("no-such-name");
	assert_int_equal(type("\t"), TL_EDIT_BAD);
	assert_string_equal(tl_lineedit_text(&le), "no-such-name");
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

/* The row as text, a blank where a wide character goes on. */
static const char *row_text(const struct tl_cell *cells, unsigned cols)
{
	static char out[256];
	size_t n = 0;

	for (unsigned i = 0; i < cols; i++) {
		memcpy(out + n, cells[i].text, cells[i].len);
		n += cells[i].len;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return out;
}

static void check_drawn(unsigned cols, const char *row, unsigned cursor)
{
	struct tl_cell cells[80];

	assert_int_equal(tl_lineedit_draw(&le, cells, cols), cursor);
	assert_string_equal(row_text(cells, cols), row);
}

static void test_drawing(void **state)
{
	start(NULL);
	check_drawn(20, "/", 1);
	type("abc");
	check_drawn(20, "/abc", 4);
	type(LEFT);
	check_drawn(20, "/abc", 3);
	check_typed("a\026\001b", "a\001b", 3);
	check_drawn(20, "/a^Ab", 5);
	check_typed("日本", "日本", 6);
	check_drawn(20, "/日本", 5);
	check_typed("e\xcc\x81x", "e\xcc\x81x", 4);
	check_drawn(20, "/e\xcc\x81x", 3);
}

/* A line longer than the screen: the part around the cursor, which never leaves the screen. */
static void test_drawing_a_long_line(void **state)
{
	check_typed("0123456789abcdef", "0123456789abcdef", 16);
	check_drawn(10, "/9abcdef", 8);
	type(LEFT LEFT);
	check_drawn(10, "/789abcde", 8);
}

static void test_drawing_any_width(void **state)
{
	struct tl_cell cells[80];
	static const char *const lines[] = { "日本語日本語日本語",
					     "a\026\001\026\002\026\003\026\004x", "0123456789",
					     "\xc3\xa9x\xcc\x81y\xcc\x81" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		start(NULL);
		type(lines[i]);
		for (int left = 0; left < 6; left++) {
			for (unsigned cols = 1; cols < 40; cols++)
				assert_in_range(tl_lineedit_draw(&le, cells, cols), 0,
						cols > 1 ? cols - 1 : 1);
			type(LEFT);
		}
	}
}

/* Something pasted by mistake. */
static void test_a_very_long_line(void **state)
{
	struct tl_cell cells[80];
	struct tl_buf pasted = TL_BUF_INIT;

	for (int i = 0; i < 100000; i++)
		tl_buf_puts(&pasted, "ab ");
	start(NULL);
	press((char *)pasted.data, pasted.len);
	assert_int_equal(le.text.len, pasted.len);
	for (int i = 0; i < 100; i++)
		assert_int_equal(tl_lineedit_draw(&le, cells, 80), 78);
	type("\025");
	check_drawn(20, "/", 1);
	tl_buf_fini(&pasted);
}

static void test_cells_stay_within_the_row(void **state)
{
	struct tl_cell cells[8];

	for (unsigned i = 0; i < 8; i++)
		cells[i] = tl_cell_blank();
	assert_int_equal(tl_cells_put(cells, 5, 0, "日本語", 9, 0, TL_CHARSET_UTF8), 4);
	assert_string_equal(row_text(cells, 8), "日本");
	assert_int_equal(tl_cells_put(cells, 5, 4, "\001", 1, 0, TL_CHARSET_UTF8), 5);
	assert_string_equal(row_text(cells, 8), "日本^");
	assert_int_equal(tl_cells_put(cells, 5, 5, "x", 1, 0, TL_CHARSET_UTF8), 5);
	assert_string_equal(row_text(cells, 8), "日本^");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_typing),
		cmocka_unit_test(test_moving),
		cmocka_unit_test(test_moving_by_words),
		cmocka_unit_test(test_erasing),
		cmocka_unit_test(test_erasing_words),
		cmocka_unit_test(test_the_terminals_characters),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_quoting),
		cmocka_unit_test(test_unknown_keys_leave_nothing_behind),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_history_that_begins_alike),
		cmocka_unit_test(test_completing_names),
		cmocka_unit_test(test_drawing),
		cmocka_unit_test(test_drawing_a_long_line),
		cmocka_unit_test(test_drawing_any_width),
		cmocka_unit_test(test_a_very_long_line),
		cmocka_unit_test(test_cells_stay_within_the_row),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
