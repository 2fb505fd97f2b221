/* test_lineedit.c: a line being typed: keys in, text and cursor out. */
#include "pager/lineedit.h"

#include "pager/celltext.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
		answer = tl_lineedit_key(&le, (unsigned char)keys[i], 0x7f, -1);
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
	check("a\007", TL_EDIT_CANCEL, "", 0);
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
	check(LEFT, TL_EDIT_MORE, "", 0);
	check("a" RIGHT, TL_EDIT_MORE, "a", 1);
	check(HOME, TL_EDIT_MORE, "a", 0);
	check(LEFT, TL_EDIT_MORE, "a", 0);
	check_typed("one two\033\033[Dx\033\033[Cy", "one xtwoy", 9);
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
	check_typed("one two\033\177\033\177", "one", 3); /* blanks are erased as a word is */
	check_typed("one two\033\b\033\b\033\b\033\b", "", 0);
	check_typed("one two\033\177", "one ", 4);
	check_typed("one two\033\b", "one ", 4);
	check_typed("one two" HOME "\033X", " two", 0);
	check_typed("one   two" HOME "\033X\033X", "two", 0);
	check_typed("one two" HOME "\033[3;5~", " two", 0);
	check_typed("one two" LEFT "\033\b", "one o", 4);
	check_typed("one\027", "one\027", 4);
}

/* The characters that the user's terminal has for these. */
static void test_the_terminals_characters(void **state)
{
	start(NULL);
	type("one two");
	tl_lineedit_key(&le, '#', '#', '@');
	assert_string_equal(tl_lineedit_text(&le), "one tw");
	tl_lineedit_key(&le, '@', '#', '@');
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
	/* Characters that are none are not put in; nor is one whose end never comes. */
	start(NULL);
	check("a\x80", TL_EDIT_BAD, "a", 1);
	check("\xff", TL_EDIT_BAD, "a", 1);
	check("\xe4\xb8", TL_EDIT_MORE, "a", 1);
	check("b", TL_EDIT_BAD, "ab", 2);
	check("\xe4\xb8\x8a", TL_EDIT_MORE, "ab上", 5);
	/* With its combining characters a character is one. */
	check_typed("xe\xcc\x81\xcc\xa3" LEFT, "xe\xcc\x81\xcc\xa3", 1);
	check_typed("xe\xcc\x81\xcc\xa3\177", "x", 1);
	check_typed("xe\xcc\x81y" HOME RIGHT RIGHT, "xe\xcc\x81y", 4);
}

static void test_quoting(void **state)
{
	check_typed("a\026\033b", "a\033b", 3);
	start(NULL);
	check("\026\r", TL_EDIT_DONE, "", 0); /* Return ends the line, whatever was before it */
	check_typed("\026ä\026\025", "ä\025", 3);
	check_typed("\001\177", "\177", 1);
	check_typed("\026\026", "\026", 1);
	check_typed("a\tb", "a\tb", 3); /* no files to complete here */
}

static void test_what_is_no_key_is_text(void **state)
{
	check_typed("a\033qb", "a\033qb", 4);
	check_typed("\033\033", "", 0);            /* may go on */
	check_typed("ab\033\033hc", "abc\033", 3); /* the second ESC begins a key */
	check_typed("\033[5~x", "\033[5~x", 5);
	check_typed("a\033[20", "a\033[20", 5);
	start(NULL);
	check("a\033\r", TL_EDIT_DONE, "a\033", 2);
	check_typed("a\tb\014\017", "a\tb\014\017", 5); /* nothing to complete */
	check_typed("a\033k", "a\033k", 3);             /* no history */
}

static void test_other_keys(void **state)
{
	start(NULL);
	assert_true(tl_lineedit_bind(&le, "\033OX", 3, TL_EDIT_HOME));
	assert_true(tl_lineedit_bind(&le, "\002", 1, TL_EDIT_LEFT));
	assert_true(tl_lineedit_bind(&le, "\177", 1, TL_EDIT_DELETE));
	type("ab\033OXc");
	assert_string_equal(tl_lineedit_text(&le), "cab");
	type("\002");
	assert_int_equal(le.at, 0);
	tl_lineedit_key(&le, 0x7f, '\b', -1); /* where it is not the erase character */
	assert_string_equal(tl_lineedit_text(&le), "ab");
	tl_lineedit_fini(&le);
}

static void test_history(void **state)
{
	struct tl_history h = { NULL, 0, false };

	tl_history_add(&h, "one");
	tl_history_add(&h, "two");
	tl_history_add(&h, "two"); /* once is enough, */
	tl_history_add(&h, "");    /* and nothing is not worth it */
	assert_int_equal(h.n, 2);
	assert_string_equal(tl_history_last(&h), "two");
	start(&h);
	check(UP, TL_EDIT_MORE, "two", 3);
	check(UP, TL_EDIT_MORE, "one", 3);
	check(UP, TL_EDIT_BAD, "one", 3);
	check("\033j", TL_EDIT_MORE, "two", 3);
	check(DOWN, TL_EDIT_BAD, "two", 3); /* the newest stays */
	check("x" HOME UP, TL_EDIT_MORE, "one", 3);
	check("\033k", TL_EDIT_BAD, "one", 3);
	start(&h);
	check("half" HOME UP, TL_EDIT_MORE, "two", 3);
	tl_history_fini(&h);
	assert_int_equal(h.n, 0);
	assert_null(tl_history_last(&h));
}

static void test_history_without_repetition(void **state)
{
	struct tl_history h = { NULL, 0, false };

	tl_history_add(&h, "one");
	tl_history_add_old(&h, "two");
	tl_history_add(&h, "one");
	assert_int_equal(h.n, 3);
	assert_true(h.lines[0].fresh);
	assert_false(h.lines[1].fresh);
	h.unique = true;
	tl_history_add(&h, "one");
	assert_int_equal(h.n, 2);
	assert_string_equal(h.lines[0].text, "two");
	assert_string_equal(h.lines[1].text, "one");
	tl_history_fini(&h);
}

/* What stands before the cursor chooses among the lines. */
static void test_history_that_begins_alike(void **state)
{
	struct tl_history h = { NULL, 0, false };

	tl_history_add(&h, "error 1");
	tl_history_add(&h, "warning");
	tl_history_add(&h, "error 2");
	tl_history_add(&h, "note");
	start(&h);
	check("err" UP, TL_EDIT_MORE, "error 2", 7);
	check(UP, TL_EDIT_MORE, "error 1", 7);
	check(UP, TL_EDIT_BAD, "error 1", 7);
	check(DOWN, TL_EDIT_MORE, "error 2", 7);
	check(DOWN, TL_EDIT_BAD, "error 2", 7);
	check("x" UP, TL_EDIT_BAD, "error 2x", 8);
	check("\025w" UP, TL_EDIT_MORE, "warning", 7);
	check(HOME UP, TL_EDIT_BAD, "warning", 0); /* it is still about those with a w */
	start(&h);
	check("w" HOME UP, TL_EDIT_MORE, "note", 4); /* nothing before the cursor: any */
	tl_history_fini(&h);
}

/* Words that a completer of the test has. */
static void find_test_words(const char *word, size_t n, struct tl_words *out)
{
	static const char *const all[] = { "apple", "apricot", "bean", "b\\ x" };

	for (size_t i = 0; i < 4; i++)
		if (!strncmp(all[i], word, n))
			tl_words_add(out, all[i]);
}

static const char *test_ending(const char *word)
{
	return strcmp(word, "bean") == 0 ? "/" : "";
}

static const struct tl_completer words = { find_test_words, test_ending, false };
static const struct tl_completer whole = { find_test_words, NULL, true };

static void start_completing(const struct tl_completer *completer)
{
	start(NULL);
	le.completer = completer;
}

static void test_completing(void **state)
{
	start_completing(&words);
	check("a\t", TL_EDIT_MORE, "apple", 5);
	check("\t", TL_EDIT_MORE, "apricot", 7);
	check("\t", TL_EDIT_MORE, "a", 1); /* what was typed comes last */
	check("\033\t", TL_EDIT_MORE, "apricot", 7);
	check("\017", TL_EDIT_MORE, "apple", 5);
	check("\033[Z", TL_EDIT_MORE, "a", 1);
	check("x\t", TL_EDIT_BAD, "ax", 2);
	check("\177\t\177\177\177\177\t", TL_EDIT_MORE, "apple", 5); /* anew */
	check(" be\t", TL_EDIT_MORE, "apple bean/", 11);
	check("\025\t", TL_EDIT_BAD, "", 0);
	/* Within a word, all of it counts. */
	check("be x" LEFT LEFT LEFT "\t", TL_EDIT_MORE, "bean/ x", 5);
	start_completing(&words);
	check("b\\ \t", TL_EDIT_MORE, "b\\ x", 4); /* an escaped blank ends no word */
	start_completing(&whole);
	check("apple a\t", TL_EDIT_BAD, "apple a", 7);
	check("\025ap" LEFT "\t", TL_EDIT_MORE, "applep", 5);
}

static void test_expanding(void **state)
{
	start_completing(&words);
	check("x a\014", TL_EDIT_MORE, "x apple apricot", 15);
	check("\025z\014", TL_EDIT_BAD, "z", 1);
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

	if (le.cols == 0)
		le.cols = cols;
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

/* Of a line longer than the screen a part is shown, that moves by half of the room. */
static void test_drawing_a_long_line(void **state)
{
	le.cols = 10;
	start(NULL);
	type("0123456");
	check_drawn(10, "/0123456", 8);
	type("7");
	check_drawn(10, "/01234567", 9);
	type("8");
	check_drawn(10, "/45678", 6);
	type("9a");
	check_drawn(10, "/456789a", 8);
	type(LEFT LEFT LEFT LEFT LEFT LEFT LEFT);
	check_drawn(10, "/456789a", 1);
	type(LEFT);
	check_drawn(10, "/01234567", 4);
	type(HOME END);
	check_drawn(10, "/456789a", 8);
	type("\025");
	check_drawn(10, "/", 1);
	type("日本語日");
	check_drawn(10, "/語日", 5);
	type("本");
	check_drawn(10, "/語日本", 7);
	le.cols = 0;
}

static void test_drawing_any_width(void **state)
{
	struct tl_cell cells[80];
	static const char *const lines[] = { "日本語日本語日本語",
					     "a\026\001\026\002\026\003\026\004x", "0123456789",
					     "\xc3\xa9x\xcc\x81y\xcc\x81" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		for (unsigned cols = 1; cols < 40; cols++) {
			start(NULL);
			le.cols = cols;
			type(lines[i]);
			for (int left = 0; left < 6; left++) {
				assert_in_range(tl_lineedit_draw(&le, cells, cols), 0,
						cols > 1 ? cols - 1 : 1);
				type(LEFT);
			}
		}
		le.cols = 0;
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
	le.cols = 80;
	press((char *)pasted.data, pasted.len);
	assert_int_equal(le.text.len, 2047);
	assert_int_equal(type("x"), TL_EDIT_BAD);
	assert_in_range(tl_lineedit_draw(&le, cells, 80), 1, 79);
	type("\025");
	check_drawn(20, "/", 1);
	le.cols = 0;
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

/* What is no text may be shown as long as LESSBINFMT likes. */
static void test_long_formats(void **state)
{
	static const char shown[] = "what is no text: a byte like <ff>";
	struct tl_cell cells[80];
	enum tl_charset cs;
	char drawn[80];

	setenv("LESSBINFMT", "what is no text: a byte like <%x>", 1);
	tl_charset_from_env(&cs);
	tl_lineedit_start(&le, "/", NULL, TL_CHARSET_ASCII);
	snprintf(drawn, sizeof(drawn), "/%.*s", TL_BINARY_MAX, shown);
	check("\026\377", TL_EDIT_MORE, "\377", 1);
	assert_int_equal(tl_lineedit_draw(&le, cells, 80), 1 + TL_BINARY_MAX);
	assert_string_equal(row_text(cells, 80), drawn);
	unsetenv("LESSBINFMT");
	tl_charset_from_env(&cs);
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
		cmocka_unit_test(test_what_is_no_key_is_text),
		cmocka_unit_test(test_other_keys),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_history_that_begins_alike),
		cmocka_unit_test(test_history_without_repetition),
		cmocka_unit_test(test_completing),
		cmocka_unit_test(test_expanding),
		cmocka_unit_test(test_drawing),
		cmocka_unit_test(test_drawing_a_long_line),
		cmocka_unit_test(test_drawing_any_width),
		cmocka_unit_test(test_a_very_long_line),
		cmocka_unit_test(test_cells_stay_within_the_row),
		cmocka_unit_test_teardown(test_long_formats, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
