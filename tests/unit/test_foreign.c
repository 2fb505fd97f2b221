/* test_foreign.c: what foreign text may have in it when it is shown. */
#include "decoders/foreign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void only_what_is_no_control_character(void **state)
{
	static const struct {
		const char *text, *shown;
		size_t most;
	} cases[] = {
		{ "plain", "plain", 99 },
		{ "plain", "pla", 3 },
		{ "a\nb\033[7m\x7f", "a?b?[7m?", 99 },
		{ "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80",
		  "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", 99 },
		{ "\xc5\x9b\xe2\x80\x9b", "\xc5\x9b\xe2\x80\x9b", 99 }, /* 9b is part of them */
		{ "a\x9b"
		  "7m",
		  "a?7m", 99 }, /* CSI */
		{ "a\xc2\x9b"
		  "7m\xc2\xa0",
		  "a?7m\xc2\xa0", 99 },
		{ "\x80\x9f\xa0\xff", "??\xa0\xff", 99 },
		{ "\xc0\x9b", "\xc0?", 99 }, /* longer than it need be */
		{ "\xe0\x80\x9b", "\xe0??", 99 },
		{ "\xf0\x80\x80\x9b", "\xf0???", 99 },
		{ "\xe2\x9b", "\xe2?", 99 }, /* cut off */
		{ "\xe2\x9b\x80", "\xe2?", 2 },
		{ "\xc2", "\xc2", 99 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[100];

		*tl_foreign_put((uint8_t *)out, cases[i].text, cases[i].most) = '\0';
		assert_string_equal(out, cases[i].shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_no_control_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
