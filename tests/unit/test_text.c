/* test_text.c: characters: what is one, how wide it is, how it is shown when it cannot be. */
#include "pager/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

static struct tl_char at(const char *s, enum tl_charset cs)
{
	return tl_char_at((const uint8_t *)s, strlen(s), cs);
}

static void check(const char *s, enum tl_charset cs, enum tl_char_kind kind, uint32_t code,
		  unsigned len, unsigned width)
{
	struct tl_char c = at(s, cs);

	assert_int_equal(c.kind, kind);
	assert_int_equal(c.code, code);
	assert_int_equal(c.len, len);
	if (kind == TL_CHAR_PRINT || kind == TL_CHAR_COMBINING)
		assert_int_equal(c.width, width);
}

static void characters_have_kinds_and_widths(void **state)
{
	check("a", TL_CHARSET_UTF8, TL_CHAR_PRINT, 'a', 1, 1);
	check("\xc3\xa9!", TL_CHARSET_UTF8, TL_CHAR_PRINT, 0xe9, 2, 1);
	check("\xe4\xb8\xad", TL_CHARSET_UTF8, TL_CHAR_PRINT, 0x4e2d, 3, 2);
	check("\xf0\x9f\x98\x80", TL_CHARSET_UTF8, TL_CHAR_PRINT, 0x1f600, 4, 2);
	check("\xcc\x81", TL_CHARSET_UTF8, TL_CHAR_COMBINING, 0x301, 2, 0);
	check("\x01", TL_CHARSET_UTF8, TL_CHAR_CONTROL, 1, 1, 0);
	check("\x7f", TL_CHARSET_UTF8, TL_CHAR_CONTROL, 0x7f, 1, 0);
	check("\xc2\x85", TL_CHARSET_UTF8, TL_CHAR_BINARY, 0x85, 2, 0);
	check("\xee\x80\x80", TL_CHARSET_UTF8, TL_CHAR_BINARY, 0xe000, 3, 0);
	check("\xe2\x80\xa8", TL_CHARSET_UTF8, TL_CHAR_BINARY, 0x2028, 3, 0);
}

/* Only -U shows those that steer how text is formed. */
static void formatting_characters_take_no_column(void **state)
{
	static const char *const s[] = { "\xe2\x80\x8b", "\xef\xbb\xbf", "\xe2\x80\xae" };

	for (size_t i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		assert_int_equal(at(s[i], TL_CHARSET_UTF8).kind, TL_CHAR_COMBINING);
		assert_true(at(s[i], TL_CHARSET_UTF8).format);
	}
	assert_false(at("\xcc\x81", TL_CHARSET_UTF8).format);
}

static void check_shown(const char *s, size_t n, enum tl_charset cs, const char *want)
{
	struct tl_char c = tl_char_at((const uint8_t *)s, n, cs);
	char out[TL_BINARY_MAX + 1];
	size_t len = tl_char_show(&c, out);

	assert_int_equal(len, strlen(want));
	assert_memory_equal(out, want, len);
}

/* Soft hyphen, joiner, variation selector, skin: the text is as good without. */
static void some_characters_are_dropped(void **state)
{
	static const char *const s[] = { "\xc2\xad", "\xe2\x80\x8d", "\xef\xb8\x8f",
					 "\xf0\x9f\x8f\xbd", "\xf3\xa0\x84\x80" };

	for (size_t i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		assert_int_equal(at(s[i], TL_CHARSET_UTF8).kind, TL_CHAR_DROPPED);
		assert_int_equal(at(s[i], TL_CHARSET_UTF8).width, 0);
		assert_true(at(s[i], TL_CHARSET_UTF8).format);
	}
}

static void what_is_beyond_unicode_is_one_character(void **state)
{
	check("\xed\xa0\x80", TL_CHARSET_UTF8, TL_CHAR_BINARY, 0xd800, 3, 0);
	check("\xf4\x90\x80\x80", TL_CHARSET_UTF8, TL_CHAR_BINARY, 0x110000, 4, 0);
	check_shown("\xf4\x90\x80\x80", 4, TL_CHARSET_UTF8, "<U+110000>");
	check_shown("\xed\xa0\x80", 3, TL_CHARSET_UTF8, "<U+D800>");
	check("\xcd\xb8", TL_CHARSET_UTF8, TL_CHAR_PRINT, 0x378, 2, 1); /* not assigned */
}

static void hangul_vowels_join(void **state)
{
	check("\xe1\x84\x92", TL_CHARSET_UTF8, TL_CHAR_PRINT, 0x1112, 3, 2);
	check("\xe1\x85\xa1", TL_CHARSET_UTF8, TL_CHAR_COMBINING, 0x1161, 3, 0);
	check("\xe1\x86\xab", TL_CHARSET_UTF8, TL_CHAR_COMBINING, 0x11ab, 3, 0);
}

static void invalid_utf8_is_bytes(void **state)
{
	static const char *const s[] = {
		"\xff",                 /* never a byte of UTF-8 */
		"\xc0\x80",             /* too long for NUL */
		"\xe0\x80\x80",         /* too long */
		"\xf8\x88\x80\x80\x80", /* no sequence is so long */
		"\xc3(",                /* the second byte is none */
		"\xe4\xb8(",
		"\x80",
	};

	for (size_t i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		struct tl_char c = at(s[i], TL_CHARSET_UTF8);

		assert_int_equal(c.kind, TL_CHAR_BINARY);
		assert_true(c.invalid);
		assert_int_equal(c.len, 1);
		assert_int_equal(c.code, (uint8_t)s[i][0]);
	}
}

static void a_cut_character_may_go_on(void **state)
{
	check("\xe4\xb8", TL_CHARSET_UTF8, TL_CHAR_CUT, 0xe4, 1, 0);
	check("\xf0\x9f\x98", TL_CHARSET_UTF8, TL_CHAR_CUT, 0xf0, 1, 0);
	check("\xc3", TL_CHARSET_UTF8, TL_CHAR_CUT, 0xc3, 1, 0);
	check("\xc3", TL_CHARSET_LATIN1, TL_CHAR_PRINT, 0xc3, 1, 1);
}

static void other_charsets_have_bytes(void **state)
{
	check("\xe9", TL_CHARSET_LATIN1, TL_CHAR_PRINT, 0xe9, 1, 1);
	check("\x9b", TL_CHARSET_LATIN1, TL_CHAR_BINARY, 0x9b, 1, 0);
	check("\xe9", TL_CHARSET_ASCII, TL_CHAR_BINARY, 0xe9, 1, 0);
	check("z", TL_CHARSET_ASCII, TL_CHAR_PRINT, 'z', 1, 1);
}

static void what_cannot_be_printed_is_shown(void **state)
{
	check_shown("\0", 1, TL_CHARSET_UTF8, "^@");
	check_shown("\x01", 1, TL_CHARSET_UTF8, "^A");
	check_shown("\x1b", 1, TL_CHARSET_UTF8, "ESC");
	check_shown("\x7f", 1, TL_CHARSET_UTF8, "^?");
	check_shown("\xff", 1, TL_CHARSET_UTF8, "<FF>");
	check_shown("\xe4\xb8", 2, TL_CHARSET_UTF8, "<E4>");
	check_shown("\xc2\x85", 2, TL_CHARSET_UTF8, "<U+0085>");
	check_shown("\xf4\x80\x80\x80", 4, TL_CHARSET_UTF8, "<U+100000>");
	check_shown("\x85", 1, TL_CHARSET_LATIN1, "<85>");
}

static void every_code_point_comes_back(void **state)
{
	char s[8];

	for (uint32_t code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 13) {
		size_t n;
		struct tl_char c;

		if (code >= 0xd800 && code < 0xe000)
			continue;
		n = tl_char_encode(code, s);
		c = tl_char_at((uint8_t *)s, n, TL_CHARSET_UTF8);
		assert_int_equal(c.code, code);
		assert_int_equal(c.len, n);
		assert_false(c.invalid);
		assert_int_not_equal(c.kind, TL_CHAR_CUT);
		assert_in_range(c.width, c.kind == TL_CHAR_PRINT ? 1 : 0,
				c.kind == TL_CHAR_COMBINING ? 0 : 2);
	}
	assert_int_equal(tl_char_encode(0xd800, s), 1);
	assert_int_equal(s[0], '?');
}

/* Whatever the bytes: progress, and not beyond them. */
static void any_bytes_are_characters(void **state)
{
	uint8_t b[8];

	srand(1);
	for (int round = 0; round < 200000; round++) {
		size_t n = 1 + (size_t)rand() % sizeof(b);

		for (size_t i = 0; i < n; i++)
			b[i] = (uint8_t)(rand() % 3 ? 0x80 + rand() % 0x80 : rand());
		for (int cs = TL_CHARSET_UTF8; cs <= TL_CHARSET_ASCII; cs++) {
			struct tl_char c = tl_char_at(b, n, (enum tl_charset)cs);
			char shown[TL_BINARY_MAX + 1];

			assert_in_range(c.len, 1, n);
			assert_in_range(tl_char_show(&c, shown), 1, sizeof(shown));
		}
	}
}

static void strings_have_widths(void **state)
{
	assert_int_equal(tl_text_width("abc", 3, TL_CHARSET_UTF8), 3);
	assert_int_equal(tl_text_width("\xe4\xb8\xad"
				       "e\xcc\x81",
				       6, TL_CHARSET_UTF8),
			 3);
	assert_int_equal(tl_text_width("\x01\xff", 2, TL_CHARSET_UTF8), 2 + 4);
	assert_int_equal(tl_text_width("", 0, TL_CHARSET_UTF8), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_have_kinds_and_widths),
		cmocka_unit_test(formatting_characters_take_no_column),
		cmocka_unit_test(some_characters_are_dropped),
		cmocka_unit_test(what_is_beyond_unicode_is_one_character),
		cmocka_unit_test(hangul_vowels_join),
		cmocka_unit_test(invalid_utf8_is_bytes),
		cmocka_unit_test(a_cut_character_may_go_on),
		cmocka_unit_test(other_charsets_have_bytes),
		cmocka_unit_test(what_cannot_be_printed_is_shown),
		cmocka_unit_test(every_code_point_comes_back),
		cmocka_unit_test(any_bytes_are_characters),
		cmocka_unit_test(strings_have_widths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
