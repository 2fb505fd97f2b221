/* test_charset.c: what the environment says of characters, and what looks binary. */
#include "pager/cell.h"
#include "pager/charset.h"
#include "pager/looksbinary.h"
#include "pager/text.h"
#include "pager/unichars.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const vars[] = { "LESSCHARSET",   "LESSCHARDEF", "LESSUTFCHARDEF", "LESSBINFMT",
				    "LESSUTFBINFMT", "LC_ALL",      "LC_CTYPE",       "LANG" };

/* Read an environment of so many names and values, NULL at the end. */
static const char *env_says(enum tl_charset *cs, const char *const *pairs)
{
	for (size_t i = 0; i < sizeof(vars) / sizeof(vars[0]); i++)
		unsetenv(vars[i]);
	for (; *pairs; pairs += 2)
		setenv(pairs[0], pairs[1], 1);
	return tl_charset_from_env(cs);
}

#define ENV(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void check_env(const char *const *pairs, enum tl_charset want)
{
	enum tl_charset cs;

	assert_null(env_says(&cs, pairs));
	assert_int_equal(cs, want);
}

static void check_wrong(const char *const *pairs, const char *want)
{
	enum tl_charset cs;

	assert_string_equal(env_says(&cs, pairs), want);
}

static void the_environment_names_the_charset(void **state)
{
	check_env((const char *const[]){ NULL }, TL_CHARSET_ASCII);
	check_env(ENV("LANG", "de_DE.UTF-8"), TL_CHARSET_UTF8);
	check_env(ENV("LC_ALL", "C", "LANG", "de_DE.UTF-8"), TL_CHARSET_ASCII);
	check_env(ENV("LC_ALL", "", "LANG", "C.utf8"), TL_CHARSET_UTF8);
	check_env(ENV("LC_CTYPE", "de_DE.utf8", "LANG", "C"), TL_CHARSET_UTF8);
	check_env(ENV("LC_ALL", "de_DE.ISO8859-1"), TL_CHARSET_LATIN1);
	check_env(ENV("LC_ALL", "xx_XX.KOI8-R"), TL_CHARSET_TABLE);
	check_env(ENV("LESSCHARSET", "utf-8", "LC_ALL", "C"), TL_CHARSET_UTF8);
	check_env(ENV("LESSCHARSET", "latin1", "LC_ALL", "C.UTF-8"), TL_CHARSET_LATIN1);
	check_env(ENV("LESSCHARSET", "", "LC_ALL", "C.UTF-8"), TL_CHARSET_UTF8);
	check_wrong(ENV("LESSCHARSET", "klingon"), "invalid charset name");
	check_wrong(ENV("LESSCHARSET", "Utf8"), "invalid charset name");
}

static void check_byte(uint8_t byte, enum tl_byte_kind want)
{
	assert_int_equal(tl_charset_byte(TL_CHARSET_TABLE, byte), want);
}

static void charsets_have_tables(void **state)
{
	check_env(ENV("LESSCHARSET", "koi8-r"), TL_CHARSET_TABLE);
	check_byte(0x80, TL_BYTE_PRINT);
	check_byte(0x1a, TL_BYTE_BINARY);
	check_byte('\t', TL_BYTE_CONTROL);
	check_env(ENV("LESSCHARSET", "windows"), TL_CHARSET_TABLE);
	check_byte(0x1a, TL_BYTE_CONTROL);
	check_byte(0x81, TL_BYTE_BINARY);
	check_byte(0x82, TL_BYTE_PRINT);
	check_env(ENV("LESSCHARSET", "ebcdic"), TL_CHARSET_TABLE);
	check_byte(0x05, TL_BYTE_CONTROL);
	check_byte('A', TL_BYTE_BINARY);
	check_byte(0xc1, TL_BYTE_PRINT);
	check_byte(0xff, TL_BYTE_PRINT);
}

static void a_charset_is_described_byte_by_byte(void **state)
{
	check_env(ENV("LESSCHARDEF", "bccc4b."), TL_CHARSET_TABLE);
	check_byte(0, TL_BYTE_BINARY);
	check_byte(3, TL_BYTE_CONTROL);
	check_byte(7, TL_BYTE_BINARY);
	check_byte(8, TL_BYTE_PRINT);
	check_byte(255, TL_BYTE_PRINT);
	check_env(ENV("LESSCHARDEF", "256."), TL_CHARSET_TABLE);
	check_env(ENV("LESSCHARDEF", "b", "LESSCHARSET", "utf-8"), TL_CHARSET_UTF8);
	check_wrong(ENV("LESSCHARDEF", "257."), "chardef longer than 256");
	check_wrong(ENV("LESSCHARDEF", "99999999999999999999999."), "chardef longer than 256");
	check_wrong(ENV("LESSCHARDEF", "8x"), "invalid chardef");
}

/* A terminal would obey them. */
static void control_characters_are_shown_in_any_charset(void **state)
{
	check_env(ENV("LESSCHARDEF", "."), TL_CHARSET_TABLE);
	assert_int_equal(tl_char_at((const uint8_t *)"\x1b", 1, TL_CHARSET_TABLE).kind,
			 TL_CHAR_CONTROL);
}

static void characters_are_defined(void **state)
{
	check_env(ENV("LESSCHARSET", "utf-8", "LESSUTFCHARDEF",
		      "E000-E001:w,U+e002:p,uFE0F:c,4e00:d,E9:b,E003:z,E004:p"),
		  TL_CHARSET_UTF8);
	assert_int_equal(tl_unichar_of(0xe000), TL_UNICHAR_WIDE);
	assert_int_equal(tl_unichar_of(0xe001), TL_UNICHAR_WIDE);
	assert_int_equal(tl_unichar_of(0xe002), TL_UNICHAR_PRINT);
	assert_int_equal(tl_unichar_of(0xfe0f), TL_UNICHAR_COMPOSING);
	assert_int_equal(tl_unichar_of(0x4e00), TL_UNICHAR_DROPPED);
	assert_int_equal(tl_unichar_of(0xe9), TL_UNICHAR_BINARY);
	assert_int_equal(tl_unichar_of(0xe003), TL_UNICHAR_BINARY);
	assert_int_equal(tl_unichar_of(0xe004), TL_UNICHAR_PRINT);
	assert_false(tl_unichar_is_format(0xfe0f));
	assert_true(tl_unichar_is_format(0x4e00));
	check_wrong(ENV("LESSUTFCHARDEF", "E000"), "missing colon in LESSUTFCHARDEF");
	check_wrong(ENV("LESSUTFCHARDEF", "E000-:p"), "invalid hex number(s) in LESSUTFCHARDEF");
	check_wrong(ENV("LESSUTFCHARDEF", "zz:p"), "invalid hex number(s) in LESSUTFCHARDEF");
	check_wrong(ENV("LESSUTFCHARDEF", "E000:p,,E001:p"),
		    "invalid hex number(s) in LESSUTFCHARDEF");
	assert_null(tl_unichars_define(""));
	assert_int_equal(tl_unichar_of(0xe000), TL_UNICHAR_BINARY);
}

static void check_format(const char *byte_format, const char *code_format, const char *byte,
			 const char *code, uint32_t look)
{
	char out[TL_BINARY_MAX + 1];
	enum tl_charset cs;

	assert_null(env_says(&cs, ENV("LESSBINFMT", byte_format, "LESSUTFBINFMT", code_format)));
	assert_int_equal(tl_charset_format(true, 0x80, out), strlen(byte));
	assert_string_equal(out, byte);
	tl_charset_format(false, 0xe000, out);
	assert_string_equal(out, code);
	assert_int_equal(tl_charset_look(), look);
}

static void formats_are_as_the_user_says(void **state)
{
	check_format("", "", "<80>", "<U+E000>", TL_OWN_STANDOUT);
	check_format("%d", "", "128", "<U+E000>", TL_OWN_STANDOUT);
	check_format("*d%o", "*u[%lx]", "200", "[e000]", TL_OWN_UNDERLINE);
	check_format("*k%5d|", "", "  128|", "<U+E000>", TL_OWN_BLINK);
	check_format("*n%#x%%", "", "0x80%", "<U+E000>", 0);
	check_format("ab", "*", "ab", "<U+E000>", TL_OWN_STANDOUT);
	check_format("*d", "*d", "<80>", "<U+E000>", TL_OWN_STANDOUT);
	check_format("12345678901234567890123456789012345678%x", "%x",
		     "1234567890123456789012345678901", "e000", TL_OWN_STANDOUT);
}

/* printf would read what is not there, or the terminal would obey. */
static void other_formats_are_not_used(void **state)
{
	static const char *const bad[] = { "%s",    "%n",         "%x%x",  "%*d",   "%f",
					   "%",     "%l",         "%ld%",  "%p",    "%lld",
					   "%999x", "%.999x",     "%c",    "*n%lc", "\033[7m%x",
					   "%x\n",  "\302\233%x", "%x\177" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_format(bad[i], bad[i], "<80>", "<U+E000>", TL_OWN_STANDOUT);
}

static bool looks_binary(const char *odd, size_t len, unsigned times, unsigned before,
			 enum tl_charset cs, bool escapes)
{
	uint8_t text[512];
	size_t n = before;

	memset(text, 'a', sizeof(text));
	while (times-- > 0) {
		memcpy(text + n, odd, len);
		n += len;
	}
	return tl_looks_binary((struct tl_span){ text, n + 40 }, cs, escapes);
}

static void binary_files_are_known(void **state)
{
	const enum tl_charset u = TL_CHARSET_UTF8;

	assert_false(looks_binary("\x01", 1, 5, 0, u, false));
	assert_true(looks_binary("\x01", 1, 6, 0, u, false));
	assert_true(looks_binary("\x01", 1, 6, 246, u, false));
	assert_false(looks_binary("\x01", 1, 6, 247, u, false)); /* beyond what is looked at */
	assert_false(looks_binary("\t", 1, 20, 0, u, false));
	assert_true(looks_binary("\x7f", 1, 6, 0, u, false));
	assert_true(looks_binary("\xc2\x85", 2, 6, 0, u, false));
	assert_true(looks_binary("\xe2\x80", 2, 6, 0, u, false));
	assert_false(looks_binary("\xc2\xad", 2, 20, 0, u, false));
	assert_false(looks_binary("\xff", 1, 20, 0, u, false)); /* one run */
	assert_true(looks_binary("\xff ", 2, 6, 0, u, false));
	assert_true(looks_binary("\x85", 1, 6, 0, u, false));
	assert_false(looks_binary("\xa5", 1, 20, 0, u, false));
	assert_true(looks_binary("\x1b[m", 3, 6, 0, u, false));
	assert_false(looks_binary("\x1b[m", 3, 20, 0, u, true));
	assert_false(looks_binary("\x1b]8;;x\x1b\\", 8, 6, 0, u, true));
	assert_false(looks_binary("\x1b\x1b", 2, 20, 0, u, true));
	assert_true(looks_binary("\xe9", 1, 6, 0, TL_CHARSET_ASCII, false));
	assert_false(looks_binary("\xe9", 1, 20, 0, TL_CHARSET_LATIN1, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_environment_names_the_charset),
		cmocka_unit_test(charsets_have_tables),
		cmocka_unit_test(a_charset_is_described_byte_by_byte),
		cmocka_unit_test(control_characters_are_shown_in_any_charset),
		cmocka_unit_test(characters_are_defined),
		cmocka_unit_test(formats_are_as_the_user_says),
		cmocka_unit_test(other_formats_are_not_used),
		cmocka_unit_test(binary_files_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
