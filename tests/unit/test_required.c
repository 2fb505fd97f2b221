/* test_required.c: what is read out of patterns, and what makes the reader give up. */
#include "search/required.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

static void check_literal(const char *pattern, const char *literal)
{
	struct tl_required req;

	assert_true(tl_required_find(pattern, strlen(pattern), true, false, &req));
	assert_string_equal(tl_buf_str(&req.literal), literal);
	tl_required_fini(&req);
}

static void test_literals(void **state)
{
	static const struct {
		const char *pattern, *literal;
	} cases[] = {
		{ "needle", "needle" },
		{ "needle_[0-9]+x", "needle_" },
		{ "[a-z]+_[0-9]+x_l.te", "x_l" },
		{ "foo\\.bar", "foo.bar" },
		{ "fo+bar", "obar" }, /* fo and obar: the longer */
		{ "foo*bar", "bar" }, /* fo, not foo */
		{ "abc?d", "ab" },
		{ "abx{0,3}", "ab" },
		{ "abx{0}", "ab" },
		{ "abx{2,3}", "abx" },
		{ "(zqj)?ab", "ab" },
		{ "(zqj)+ab", "zqj" },
		{ "(zqj|ab)e", "e" },
		{ "(?:zqj)ab", "zqj" },
		{ "zqj|ab", "" },
		{ "(?=zqj)ab", "ab" },
		{ "(?<!zqj)ab", "ab" },
		{ "(?<name>zqj)", "zqj" },
		{ "(?i)zqj", "" },
		{ "(?x)z q j", "" },
		{ "(?#zqj)ab", "" },
		{ "\\Qz*\\E", "" },
		{ "a\\1", "a" },
		{ "[z][q][j]", "zqj" },
		{ "[^z]ab", "ab" },
		{ "[]z]ab", "ab" },
		{ "[^]z]ab", "ab" },
		{ "[z\\]]ab", "ab" },
		{ "[[:alpha:]z]ab", "ab" },
		{ "\\x7aqj", "zqj" },
		{ "\\x{7a}qj", "zqj" },
		{ "\\p{Lu}ab", "ab" },
		{ "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9" },
		{ "ab\xc3\xa9?c", "ab" },
		{ "a{,3}b", "" }, /* versions of PCRE2 differ */
		{ "(unclosed", "" },
		{ "unopened)", "" },
		{ "[unclosed", "" },
		{ "back\\", "" },
		{ "*a", "" },
		{ "", "" },
		{ ".*", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_literal(cases[i].pattern, cases[i].literal);
}

static void test_exact(void **state)
{
	static const struct {
		const char *pattern;
		bool exact;
	} cases[] = {
		{ "abc", true },    { "a\\.c", true }, { "a\\tc", true },   { "[a]bc", true },
		{ "abc$", false },  { "^abc", false }, { "ab+c", false },   { "a(b)c", false },
		{ "a|a", false },   { "ab.", false },  { "abc\\b", false }, { "a[bc]", false },
		{ "(abc)", false }, { "a{1}", false },
	};
	struct tl_required req;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *p = cases[i].pattern;

		assert_true(tl_required_find(p, strlen(p), true, false, &req));
		assert_int_equal(req.exact, cases[i].exact);
		tl_required_fini(&req);
	}
}

static void test_ignoring_case_only_ascii_is_required(void **state)
{
	struct tl_required req;

	assert_true(tl_required_find("ab\xc3\xa9", 4, true, true, &req));
	assert_string_equal(tl_buf_str(&req.literal), "ab");
	assert_false(req.exact);
	tl_required_fini(&req);
}

static void check_multiline(const char *pattern, const char *rewritten)
{
	struct tl_required req;

	assert_true(tl_required_find(pattern, strlen(pattern), true, false, &req));
	if (rewritten) {
		assert_true(req.multiline);
		assert_string_equal(tl_buf_str(&req.pattern), rewritten);
	} else {
		assert_false(req.multiline);
	}
	tl_required_fini(&req);
}

static void test_many_lines_at_once(void **state)
{
	check_multiline("a(b|c)*?d{2,}$", "a(b|c)*?d{2,}$");
	check_multiline("[^a]", "[^\\na]");
	check_multiline("[^]a]", "[^\\n\\]a]");
	check_multiline("[]a]", "[\\]a]");
	check_multiline("\\s\\D\\W\\H", "[^\\S\\n][^\\d\\n][^\\w\\n][^\\h\\n]");
	check_multiline("(?<n>a)\\b\\S", "(?<n>a)\\b\\S");

	static const char *const unsafe[] = {
		"a\\Ab",        "a\\z",  "a\\Z",        "\\Ga",  "a\\Kb",  "a\\R",    "\\X",
		"(?=a)",        "(?!a)", "(?>a)",       "a++",   "(a)\\1", "(?i)a",   "(?s:.)",
		"(*SKIP)",      "(?R)",  "[\\s]",       "a\\nb", "a\nb",   "[\\n]",   "[\t-\r]",
		"[^a]\\v",      "\\x0a", "[[:space:]]", "(?|a)", "\\QaE",  "(?(1)a)", "[\\D]",
		"[[:^alpha:]]", "\\pL",  "a?+",         "(?C)",
	};
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		check_multiline(unsafe[i], NULL);
}

static void test_bytes_instead_of_utf8(void **state)
{
	static const struct {
		const char *pattern;
		bool bytewise, ascii;
	} cases[] = {
		{ "a[b-d]+\\d\\w\\s$", true, true },
		{ "a.b", false, true },
		{ "[^a]", false, true },
		{ "\\W", false, true },
		{ "\\B", false, true },
		{ "\\h", false, true },
		{ "a\\x{e9}", false, true },
		{ "[\\x{e9}]", false, true },
		{ "\xc3\xa9", false, false },
		{ "[\xc3\xa9]", false, false },
		{ "(?s).", false, false },
	};
	struct tl_required req;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *p = cases[i].pattern;

		assert_true(tl_required_find(p, strlen(p), true, false, &req));
		assert_int_equal(req.bytewise, cases[i].bytewise);
		assert_int_equal(req.ascii, cases[i].ascii);
		tl_required_fini(&req);
	}
}

static void test_deep_and_long_patterns(void **state)
{
	struct tl_buf b = TL_BUF_INIT;
	struct tl_required req;

	for (int i = 0; i < 100000; i++)
		assert_true(tl_buf_putc(&b, '('));
	assert_true(tl_required_find((char *)b.data, b.len, true, false, &req));
	assert_false(req.multiline);
	tl_required_fini(&req);
	b.len = 0;
	for (int i = 0; i < 1000; i++)
		assert_true(tl_buf_puts(&b, "zq."));
	assert_true(tl_required_find((char *)b.data, b.len, true, false, &req));
	assert_string_equal(tl_buf_str(&req.literal), "zq");
	tl_required_fini(&req);
	tl_buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_literals),
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_ignoring_case_only_ascii_is_required),
		cmocka_unit_test(test_many_lines_at_once),
		cmocka_unit_test(test_bytes_instead_of_utf8),
		cmocka_unit_test(test_deep_and_long_patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
