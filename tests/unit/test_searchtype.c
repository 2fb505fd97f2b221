/* test_searchtype.c: what modifies a search, and how it is told. */
#include "pager/searchtype.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

static void check_described(unsigned type, const char *want)
{
	char text[128];

	tl_searchtype_describe(type, text, sizeof(text));
	assert_string_equal(text, want);
}

static void test_descriptions(void **state)
{
	check_described(0, "");
	check_described(TL_SEARCH_BACKWARD, "");
	check_described(TL_SEARCH_NON_MATCH | TL_SEARCH_WRAP, "Non-match Wrap ");
	check_described(TL_SEARCH_KEEP | TL_SEARCH_FIRST_FILE | TL_SEARCH_PAST_EOF,
			"First-file EOF-ignore Keep-pos ");
	check_described(TL_SEARCH_LITERAL | TL_SEARCH_SUB(5) | TL_SEARCH_SUB(1),
			"Regex-off Sub-1 Sub-5 ");
	check_described(~0U & ~(unsigned)TL_SEARCH_WRAP,
			"Non-match First-file EOF-ignore Keep-pos Regex-off "
			"Sub-1 Sub-2 Sub-3 Sub-4 Sub-5 ");
}

static void test_toggling(void **state)
{
	unsigned type = tl_searchtype_toggle(0, TL_SEARCH_WRAP);

	assert_int_equal(type, TL_SEARCH_WRAP);
	type = tl_searchtype_toggle(type, TL_SEARCH_PAST_EOF);
	assert_int_equal(type, TL_SEARCH_PAST_EOF);
	type = tl_searchtype_toggle(type, TL_SEARCH_WRAP);
	assert_int_equal(type, TL_SEARCH_WRAP);
	assert_int_equal(tl_searchtype_toggle(type, TL_SEARCH_WRAP), 0);
}

static void check_option(const char *text, const char *want)
{
	struct tl_options o;
	struct tl_err err = TL_ERR_INIT;
	char said[64];

	tl_options_init(&o);
	assert_true(tl_searchtype_parse(&o, text, &err));
	tl_searchtype_print(&o, said, sizeof(said));
	assert_string_equal(said, want);
	tl_options_fini(&o);
}

static void test_the_option(void **state)
{
	struct tl_options o;
	struct tl_err err = TL_ERR_INIT;

	check_option("", "search options: -");
	check_option("-", "search options: -");
	check_option("w", "search options: W");
	check_option("EW", "search options: W");
	check_option("51RNKF", "search options: FKNR15");
	tl_options_init(&o);
	assert_int_equal(tl_searchtype_default(&o), 0);
	assert_false(tl_searchtype_parse(&o, "Wq", &err));
	assert_string_equal(err.msg, "invalid search option 'q'");
	assert_int_equal(tl_searchtype_default(&o), 0);
	tl_options_fini(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptions),
		cmocka_unit_test(test_toggling),
		cmocka_unit_test(test_the_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
