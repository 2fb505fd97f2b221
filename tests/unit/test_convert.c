/* test_convert.c: what is taken out of a line, and where what is left came from. */
#include "search/convert.h"
#include "search/matcher.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define ALL (TL_MATCH_STRIP_ESCAPES | TL_MATCH_OVERSTRIKE | TL_MATCH_CRLF | TL_MATCH_UTF8)

static struct tl_span span(const char *s)
{
	return (struct tl_span){ (const uint8_t *)s, strlen(s) };
}

static void test_conversions(void **state)
{
	static const struct {
		const char *line;
		unsigned flags;
		const char *text;
	} cases[] = {
		{ "plain", ALL, "plain" },
		{ "", ALL, "" },
		{ "\033[1mbold\033[0m", ALL, "bold" },
		{ "\033[38;5;1mx\033[m", ALL, "x" },
		{ "\033[1mbold", TL_MATCH_OVERSTRIKE, "\033[1mbold" },
		{ "\033[2Jx", ALL, "x" },
		{ "\033[1", ALL, "" },
		{ "\033", ALL, "" },
		{ "\033]8;;http://a\033\\link\033]8;;\033\\", ALL, "link" },
		{ "\033]8;id=1;http://a\alink\033]8;;\a", ALL, "link" },
		{ "\033]8;;open", ALL, "" },
		{ "\033]0;title\ax", ALL, "x" },
		{ "a\ba", ALL, "a" },
		{ "a\ba\ba\ba", ALL, "a" },
		{ "_\bab", ALL, "ab" },
		{ "a\b_b", ALL, "ab" },
		{ "_\ba\ba", ALL, "a" },
		{ "_\b_", ALL, "_" },
		{ "a\bb", ALL, "b" },
		{ "N\bNA\bAM\bME\bE", ALL, "NAME" },
		{ "ab\b\bab", ALL, "ab" },
		{ "ab\b", ALL, "a" },
		{ "\ba", ALL, "\ba" },
		{ "a\b\033[1mb", ALL, "b" },
		{ "a\ba", TL_MATCH_STRIP_ESCAPES, "a\ba" },
		{ "\xc3\xa9\b\xc3\xa9t", ALL, "\xc3\xa9t" },
		{ "_\b\xe2\x82\xac", ALL, "\xe2\x82\xac" },
		{ "\xe2\x82\xac\b_", ALL, "\xe2\x82\xac" },
		{ "\xc3\b\xa9", ALL, "\xa9" },
		{ "\xc3\xa9\b\xc3\xa9", TL_MATCH_OVERSTRIKE, "\xc3\xc3\xa9" },
		{ "dos\r", ALL, "dos" },
		{ "dos\r\r", ALL, "dos\r" },
		{ "d\ros", ALL, "d\ros" },
		{ "dos\r", TL_MATCH_UTF8, "dos\r" },
	};
	struct tl_converted c = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(tl_convert(span(cases[i].line), cases[i].flags, &c));
		assert_string_equal(tl_buf_str(&c.text), cases[i].text);
	}
	tl_converted_fini(&c);
}

static void test_way_back(void **state)
{
	/*                   0  12345678 9 */
	const char *line = "\033[1mfo\033[0mo_\bbar\033[1m";
	struct tl_converted c = { 0 };

	assert_true(tl_convert(span(line), ALL, &c));
	assert_string_equal(tl_buf_str(&c.text), "foobar");
	assert_int_equal(tl_converted_start(&c, 0), 4);
	assert_int_equal(tl_converted_end(&c, 2), 6);
	assert_int_equal(tl_converted_start(&c, 2), 10);
	assert_int_equal(tl_converted_end(&c, 3), 11);
	assert_int_equal(tl_converted_start(&c, 3), 11); /* _^Hb */
	assert_int_equal(tl_converted_end(&c, 4), 14);
	assert_int_equal(tl_converted_start(&c, 4), 14);
	assert_int_equal(tl_converted_end(&c, 6), 16);
	assert_int_equal(tl_converted_start(&c, 6), strlen(line));
	assert_int_equal(tl_converted_at(&c, 0), 0);
	assert_int_equal(tl_converted_at(&c, 5), 1);
	assert_int_equal(tl_converted_at(&c, 6), 2);
	assert_int_equal(tl_converted_at(&c, 11), 3);
	assert_int_equal(tl_converted_at(&c, 12), 4);
	assert_int_equal(tl_converted_at(&c, 16), 6);
	assert_int_equal(tl_converted_at(&c, strlen(line)), 6);
	tl_converted_fini(&c);
}

/* Whatever comes in: offsets lie in the line, in order, and lead back to themselves. */
static void test_random_lines(void **state)
{
	static const char *const parts[] = { "a",        "\b", "_",  "\033[1m", "\033[",
					     "\xc3\xa9", "\r", "\a", "\xc3",    "\xa9",
					     "\033]8;;", "m",  "" };
	struct tl_converted c = { 0 };
	struct tl_buf line = TL_BUF_INIT;

	for (int round = 0; round < 20000; round++) {
		unsigned flags = (unsigned)rand() & ALL;

		line.len = 0;
		for (int i = rand() % 20; i > 0; i--)
			assert_true(tl_buf_puts(&line, parts[(unsigned)rand() % 13]));
		assert_true(tl_convert((struct tl_span){ line.data, line.len }, flags, &c));
		assert_true(c.text.len <= line.len);
		for (size_t at = 0; at < c.text.len; at++) {
			size_t start = tl_converted_start(&c, at);
			size_t end = tl_converted_end(&c, at + 1);

			assert_true(start < end && end <= line.len);
			assert_true(start <= tl_converted_start(&c, at + 1));
			assert_true(tl_converted_at(&c, start) <= at);
			assert_true(tl_converted_at(&c, end) > at);
		}
		assert_int_equal(tl_converted_at(&c, line.len), c.text.len);
		assert_int_equal(tl_converted_start(&c, c.text.len), line.len);
	}
	tl_buf_fini(&line);
	tl_converted_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conversions),
		cmocka_unit_test(test_way_back),
		cmocka_unit_test(test_random_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
