/* test_timespec.c: times as people write them come out to the nanosecond, or are refused. */
#include "base/timespec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define S UINT64_C(1000000000)

static const struct tl_time_ref ref = { .now = 100 * S, .first = 50 * S, .last = 250 * S };
static const struct tl_time_ref none = { TL_TIME_NONE, TL_TIME_NONE, TL_TIME_NONE };

static void check(const char *s, uint64_t want)
{
	struct tl_err err = TL_ERR_INIT;
	uint64_t ns = 1;

	if (!tl_time_parse(s, &ref, &ns, &err))
		fail_msg("%s", err.msg);
	if (ns != want)
		fail_msg("%s is %llu", s, (unsigned long long)ns);
}

static void check_bad(const char *s, const struct tl_time_ref *r, const char *words)
{
	struct tl_err err = TL_ERR_INIT;
	uint64_t ns;

	if (tl_time_parse(s, r, &ns, &err))
		fail_msg("'%s' was taken", s);
	if (!strstr(err.msg, words) || !strstr(err.msg, s))
		fail_msg("'%s': %s", s, err.msg);
}

static void test_absolute(void **state)
{
	check("0", 0);
	check("12345.678901234", UINT64_C(12345678901234));
	check("12345.6789", UINT64_C(12345678900000));
	check("12345.", 12345 * S);
	check(".5", S / 2);
	check("  7  ", 7 * S);
	check("1.5ms", 1500000);
	check("1.000001ms", 1000001);
	check("20us", 20000);
	check("20\xc2\xb5s", 20000);
	check("20\xce\xbcs", 20000);
	check("3ns", 3);
	check("3.0ns", 3);
	check("3s", 3 * S);
	check("0.1234567890000", 123456789);
	/* No double has these digits. */
	check("18446744072.123456789", UINT64_C(18446744072123456789));
	check("18446744073.709551614", UINT64_MAX - 1);
	check("18446744073709551614ns", UINT64_MAX - 1);
	check("9007199254.740993", UINT64_C(9007199254740993000));
}

static void test_relative(void **state)
{
	check("+1.5ms", 100 * S + 1500000);
	check("+2m", 220 * S);
	check("+1.5min", 190 * S);
	check("+1.000000001h", 3700 * S + 3600);
	check("+0.25d", 21700 * S);
	check("-20us", 100 * S - 20000);
	check("-100", 0);
	check("-101", 0);
	check("+0", 100 * S);
	check("+10%", 120 * S);
	check("-10%", 80 * S);
	check_bad("+1ms", &none, "count from");
	check_bad("-1ms", &none, "count from");
	check_bad("+18446744073.7", &ref, "too big");
}

static void test_part(void **state)
{
	const struct tl_time_ref odd = { 0, 0, 3 }, backwards = { 0, 5, 3 };
	struct tl_err err = TL_ERR_INIT;
	uint64_t ns;

	check("0%", 50 * S);
	check("50%", 150 * S);
	check("100%", 250 * S);
	check("100.0%", 250 * S);
	check("12.5%", 75 * S);
	check("0.000000001%", 50 * S + 2);
	assert_true(tl_time_parse("50%", &odd, &ns, &err));
	assert_int_equal(ns, 2); /* halves up */
	assert_true(tl_time_parse("33.3%", &odd, &ns, &err));
	assert_int_equal(ns, 1);
	check_bad("50%", &none, "text with times");
	check_bad("50%", &backwards, "text with times");
	check_bad("100.1%", &ref, "more than 100%");
	check_bad("200%", &ref, "more than 100%");
	check_bad("0.0000000001%", &ref, "9 digits");
	assert_int_equal(tl_time_part(UINT64_MAX, TL_TIME_WHOLE), UINT64_MAX);
	assert_int_equal(tl_time_part(UINT64_MAX, TL_TIME_WHOLE * 2), UINT64_MAX);
}

static void test_bad(void **state)
{
	static const char *const bad[] = { "",    " ",     "x",    "1x",   "1.2.3",  "1 2",
					   "--1", "+",     ".",    "1ms2", "ms",     "0x10",
					   "1e3", "1,5",   "1 ms", "%",    "5%%",    "nan",
					   "inf", "1msec", "1mi",  "1day", "\x01\n", "+-1" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct tl_err err = TL_ERR_INIT;
		uint64_t ns;

		if (tl_time_parse(bad[i], &ref, &ns, &err))
			fail_msg("'%s' was taken", bad[i]);
		if (!strstr(err.msg, "not a time"))
			fail_msg("'%s': %s", bad[i], err.msg);
	}
	check_bad("1.5ns", &ref, "finer");
	check_bad("1.0000000001", &ref, "finer");
	check_bad("0.0001us", &ref, "finer");
	check_bad("18446744073.709551615", &ref, "too big");
	check_bad("99999999999999999999999", &ref, "too big");
}

static void test_width(void **state)
{
	struct tl_err err = TL_ERR_INIT;
	uint64_t ns;

	assert_true(tl_time_parse_width("1ms", &ns, &err));
	assert_int_equal(ns, 1000000);
	assert_true(tl_time_parse_width(" 0.5 ", &ns, &err));
	assert_int_equal(ns, S / 2);
	assert_false(tl_time_parse_width("0", &ns, &err));
	assert_non_null(strstr(err.msg, "no length"));
	assert_false(tl_time_parse_width("+1ms", &ns, &err));
	assert_false(tl_time_parse_width("1ms,", &ns, &err));
	assert_false(tl_time_parse_width("10%", &ns, &err));
	assert_false(tl_time_parse_width("", &ns, &err));
}

static void check_span(int64_t ns, const char *full, const char *in_short)
{
	char text[32];

	assert_string_equal(tl_time_print_span(ns, true, text), full);
	assert_string_equal(tl_time_print_span(ns, false, text), in_short);
}

static void test_span(void **state)
{
	check_span(0, "+0ns", "+0ns");
	check_span(999, "+999ns", "+999ns");
	check_span(1000, "+1us", "+1.000us");
	check_span(1500, "+1.5us", "+1.500us");
	check_span(-20001, "-20.001us", "-20.001us");
	check_span(999999, "+999.999us", "+999.999us");
	check_span(1234567, "+1.234567ms", "+1.235ms");
	check_span(999999499, "+999.999499ms", "+999.999ms");
	check_span(999999500, "+999.9995ms", "+1.000s");
	check_span(-(int64_t)(S + 1), "-1.000000001s", "-1.000s");
	check_span((int64_t)(9999 * S + 999499999), "+9999.999499999s", "+9999.999s");
	check_span((int64_t)(9999 * S + 999500000), "+9999.9995s", "+10000s");
	check_span((int64_t)(86400 * S + 500000000), "+86400.5s", "+86401s");
	check_span(INT64_MAX, "+9223372036.854775807s", "+9223372037s");
	check_span(INT64_MIN, "-9223372036.854775808s", "-9223372037s");
	for (uint64_t n = 1; n < 90000000 * S; n = n * 3 + n / 7) {
		char text[32];
		uint64_t back;

		tl_time_print_span((int64_t)n, true, text);
		assert_true(tl_time_parse(text, &(struct tl_time_ref){ 0, 0, 0 }, &back, NULL));
		assert_int_equal(back, n);
		assert_true(strlen(tl_time_print_span((int64_t)n, false, text)) <= TL_TIME_SHORT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_absolute), cmocka_unit_test(test_relative),
		cmocka_unit_test(test_part),     cmocka_unit_test(test_bad),
		cmocka_unit_test(test_width),    cmocka_unit_test(test_span),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
