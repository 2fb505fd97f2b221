/* test_names.c: file names quoted, split, expanded. */
#include "pager/names.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void check_quoted(const char *text, const char *expected)
{
	struct tl_buf out = TL_BUF_INIT;

	assert_true(tl_names_quote(&out, text));
	assert_string_equal(tl_buf_str(&out), expected);
	tl_buf_fini(&out);
}

static void test_quoting(void **state)
{
	unsetenv("LESSMETACHARS");
	unsetenv("LESSMETAESCAPE");
	check_quoted("plain-name_1.txt", "plain-name_1.txt");
	check_quoted("a b", "a\\ b");
	check_quoted("it's \"$x\"", "it\\'s\\ \\\"\\$x\\\"");
	check_quoted("a\nb", "a\"\n\"b");
	setenv("LESSMETACHARS", "x", 1);
	setenv("LESSMETAESCAPE", "//", 1);
	check_quoted("a xb", "a //xb");
	unsetenv("LESSMETACHARS");
	unsetenv("LESSMETAESCAPE");
}

static void check_words(const char *list, const char *quotes, const char *expected)
{
	struct tl_buf all = TL_BUF_INIT, word = TL_BUF_INIT;

	while (tl_names_next(&list, quotes, &word)) {
		tl_buf_printf(&all, "[%s]", tl_buf_str(&word));
		word.len = 0;
	}
	assert_string_equal(tl_buf_str(&all), expected);
	tl_buf_fini(&all);
	tl_buf_fini(&word);
}

static void test_lists(void **state)
{
	check_words("", NULL, "");
	check_words("   ", NULL, "");
	check_words("one", NULL, "[one]");
	check_words("  one two  three ", NULL, "[one][two][three]");
	check_words("\"one two\" three", NULL, "[one two][three]");
	check_words("one\\ two three", NULL, "[one two][three]");
	check_words("\"one two", NULL, "[one two]");
	check_words("'one two' \"x y\"", "'", "[one two][\"x][y\"]");
	check_words("<one two> x", "<>", "[one two][x]");
	check_words("x\\", NULL, "[x\\]");
}

static void check_expanded(const char *text, const char *current, const char *previous,
			   const char *expected)
{
	struct tl_buf out = TL_BUF_INIT;

	assert_true(tl_names_expand(&out, text, current, previous, NULL));
	assert_string_equal(tl_buf_str(&out), expected);
	tl_buf_fini(&out);
}

static void test_expanding(void **state)
{
	check_expanded("ls % #", "a", "b", "ls a b");
	check_expanded("ls %% ##", "a", "b", "ls % #");
	check_expanded("% #", "a", NULL, "a #");
	check_expanded("%", NULL, NULL, "%");
	check_expanded("x%y", "a b", NULL, "x\"a b\"y");
	check_expanded("%%%", "a", NULL, "%a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quoting),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_expanding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
