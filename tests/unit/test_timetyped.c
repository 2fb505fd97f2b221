/* test_timetyped.c: times as they are typed and printed, in the form of a text. */
#include "index/timestamp.h"

#include "index/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define S    TL_SECOND
#define NOON (1795347573 * S) /* 2026-11-22 11:39:33 UTC */

static const struct tl_time_ref none = { TL_TIME_NONE, TL_TIME_NONE, TL_TIME_NONE };

static struct tl_timeform form_of(const char *line)
{
	struct tl_timeform f;

	if (!tl_timeform_detect((struct tl_span){ (const uint8_t *)line, strlen(line) }, 1795392000,
				&f))
		fail_msg("%s has no time", line);
	return f;
}

static void check(const struct tl_timeform *f, const struct tl_time_ref *ref, const char *s,
		  uint64_t want)
{
	struct tl_err err = TL_ERR_INIT;
	uint64_t ns;

	if (!tl_timeform_parse(f, s, ref, &ns, &err))
		fail_msg("%s: %s", s, err.msg);
	if (ns != want)
		fail_msg("%s is %llu, not %llu", s, (unsigned long long)ns,
			 (unsigned long long)want);
}

static void check_bad(const struct tl_timeform *f, const struct tl_time_ref *ref, const char *s,
		      const char *words)
{
	struct tl_err err = TL_ERR_INIT;
	uint64_t ns;

	if (tl_timeform_parse(f, s, ref, &ns, &err))
		fail_msg("'%s' was taken, as %llu", s, (unsigned long long)ns);
	if (!strstr(err.msg, words))
		fail_msg("'%s': %s", s, err.msg);
}

static void check_printed(const struct tl_timeform *f, uint64_t ns, const char *want)
{
	char out[TL_TIMEFORM_PRINTED];

	assert_string_equal(tl_timeform_print(f, ns, out), want);
	check(f, &none, want, ns);
}

static void test_plain(void **state)
{
	struct tl_timeform f = form_of("a-1 [000] 17919.123457: b");
	struct tl_time_ref ref = { 100 * S, 50 * S, 250 * S };

	check(&f, &ref, "17919.123457", UINT64_C(17919123457000));
	check(&f, &ref, "17919.123457:", UINT64_C(17919123457000));
	check(&f, &ref, "[   12.345678]", UINT64_C(12345678000));
	check(&f, &ref, "1.5ms", 1500000);
	check(&f, &ref, "+1.5ms", 100 * S + 1500000);
	check(&f, &ref, "-20us", 100 * S - 20000);
	check(&f, &ref, "50%", 150 * S);
	check(&f, &ref, "+10%", 120 * S);
	check_bad(&f, &ref, "11:39", "is not a time");
	check_bad(&f, &ref, "", "is not a time");
	check_printed(&f, UINT64_C(17919123457000), "17919.123457");
	check_printed(&f, 0, "0.000000");
	check_printed(&f, UINT64_C(17919123457001), "17919.123457001");
	check_printed(&f, TL_TIME_NONE - 1, "18446744073.709551614");
}

static void test_units(void **state)
{
	struct tl_timeform spt = form_of("1.402     [+1.402]      [+   4] f1+9 -> f2");
	struct tl_timeform trace = form_of("     0.043 ( 0.014 ms): ls/28964 brk() = 0");

	check_printed(&spt, 1402, "1.402us");
	check(&spt, &none, "1.402", 1402);
	check(&spt, &none, "1.402ms", 1402000);
	check_bad(&spt, &none, "1.4021", "finer");
	check_printed(&trace, 43000, "0.043ms");
	check_printed(&trace, 43001, "0.043001ms");
	check(&trace, &none, "0.043", 43000);
}

static void test_calendar(void **state)
{
	struct tl_timeform f = form_of("2026-11-22T12:39:33.123456+01:00 a");
	struct tl_time_ref ref = { NOON, NOON - 3600 * S, NOON + 90000 * S };
	static const char *const same[] = {
		"2026-11-22 12:39:33",
		"2026-11-22T12:39:33",
		"2026/11/22 12:39:33",
		"2026-11-22T11:39:33Z",
		"2026-11-22 11:39:33 UTC",
		"2026-11-22 13:39:33+02:00",
		"2026-11-22 06:39:33-0500",
		"2026-11-22 06:39:33 -05",
		"[2026-11-22 12:39:33]",
		"12:39:33",
		"12:39:33.000",
		"  12:39:33  ",
		"11:39:33Z",
		"Nov 22 12:39:33",
		"nov 22 12:39:33",
		"November 22, 2026 12:39:33",
		"22 Nov 12:39:33",
		"22/Nov/2026:12:39:33",
		"22/Nov/2026:11:39:33 +0000",
		"22-Nov-2026 12:39:33",
		"Sun Nov 22 12:39:33 2026",
		"Sun Nov 22 11:39:33 UTC 2026",
		"Sun, 22 Nov 2026 11:39:33 +0000",
		"Sun 2026-11-22 11:39:33 UTC",
		"1795347573",
		"1795347573.0",
		"1795347573000",
		"1795347573000000",
		"1795347573000000000",
		"+0",
		"2026-11-22T12:39:33,000",
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
		check(&f, &ref, same[i], NOON);
	check(&f, &ref, "12:39", NOON - 33 * S);
	check(&f, &ref, "2026-11-22 12:39", NOON - 33 * S);
	check(&f, &ref, "Nov 22 12:39", NOON - 33 * S);
	check(&f, &ref, "2026-11-22", 1795302000 * S);
	check(&f, &ref, "Nov 23", (1795302000 + 86400) * S);
	check(&f, &ref, "12:39:33.000000001", NOON + 1);
	/* Tomorrow the text goes on at this time of day, but not today. */
	check(&f, &ref, "01:00", (1795302000 + 90000) * S);
	check(&f, &ref, "-1.5", NOON - S - S / 2);
	check_printed(&f, NOON, "2026-11-22 12:39:33.000000");
	check_printed(&f, NOON + 1, "2026-11-22 12:39:33.000000001");
	check_printed(&f, 0, "1970-01-01 01:00:00.000000");
}

static void test_bad_dates(void **state)
{
	struct tl_timeform f = form_of("2026-11-22T12:39:33 a");
	struct tl_time_ref ref = { NOON, NOON, NOON };
	static const char *const bad[] = { "2026-13-01",
					   "2026-02-29",
					   "2026-11-22 24:00",
					   "2026-11-22 12:60",
					   "12:39:61",
					   "12",
					   "1969-12-31 23:00",
					   "3000-01-01",
					   "Foo 22 12:39",
					   "2026-11-22 12:39x",
					   "x",
					   "",
					   "12:39:33 12:39:33",
					   "2026-11-22 2026-11-22",
					   "[12:39",
					   "12:39:33 +15:00",
					   "1d 12:39",
					   "Nov 31",
					   "2026-11-22 12:39:33 Z Z",
					   "T",
					   "12:3" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		/* Small numbers are seconds since 1970. */
		if (strcmp(bad[i], "12") != 0)
			check_bad(&f, &ref, bad[i],
				  "is not a time; say it like 2026-11-22 11:39:33");
	}
	check_bad(&f, &none, "+1", "to count from");
	check_bad(&f, &none, "50%", "needs a text with times");
	check_bad(&f, &ref, "1795347573.1234567891", "finer");
}

static void test_day(void **state)
{
	struct tl_timeform f = form_of("23:59:59.5 execve(\"/bin/true\"");
	/* The first line's day and the two behind it. */
	struct tl_time_ref ref = { 86000 * S, 85000 * S, (2 * 86400 + 1000) * S };

	check(&f, &ref, "23:59:59.5", 86399 * S + S / 2);
	check(&f, &ref, "23:59", 86340 * S);
	check(&f, &ref, "00:10", (86400 + 600) * S);
	check(&f, &ref, "1d 00:10", (86400 + 600) * S);
	check(&f, &ref, "2d 00:10", (2 * 86400 + 600) * S);
	ref.now = (2 * 86400 + 500) * S;
	check(&f, &ref, "00:10", (2 * 86400 + 600) * S);
	check(&f, &ref, "23:59", (86400 + 86340) * S);
	check(&f, &none, "00:10", 600 * S);
	check_bad(&f, &ref, "2026-11-22 00:10", "is not a time; say it like 2d 00:08:20");
	check_bad(&f, &ref, "12345", "is not a time; say it like 2d 00:08:20");
	check_printed(&f, 86399 * S + S / 2, "23:59:59.500");
	check_printed(&f, (86400 + 1) * S, "1d 00:00:01.000");
}

static void test_yearless(void **state)
{
	struct tl_timeform f = form_of("Nov 22 11:39:33 box a: b");
	struct tl_time_ref ref = { NOON, NOON, NOON + 40 * 86400 * S };

	check_printed(&f, NOON, "Nov 22 11:39:33");
	check_printed(&f, NOON + S / 1000, "Nov 22 11:39:33.001");
	/* The next year. */
	check(&f, &ref, "Jan 1 00:00:01", 1798761601 * S);
	check_printed(&f, 1798761601 * S, "Jan 1 00:00:01");
	/* What has no short form is still said. */
	check_printed(&f, 0, "1970-01-01 00:00:00");
	check_printed(&f, 1900000000 * S, "2030-03-17 17:46:40");
}

static void test_epoch(void **state)
{
	struct tl_timeform s = form_of("1795347573.123456 a");
	struct tl_timeform ms = form_of("1795347573123 a");
	struct tl_timeform ns = form_of("1795347573123456789 a");

	check_printed(&s, NOON, "1795347573.000000");
	check(&s, &none, "2026-11-22 11:39:33", NOON);
	check_printed(&ms, NOON + 1000000, "1795347573001");
	check_printed(&ms, NOON + 1, "1795347573000.000001");
	check_printed(&ns, NOON + 1, "1795347573000000001");
}

/* Every day of the calendar there and back, beside timegm(). */
static void test_days(void **state)
{
	struct tl_civil c, last = { .year = 1969 };

	for (uint64_t day = 0; day < 213000; day++) {
		uint64_t ns = day * TL_DAY + (day * 7919) % TL_DAY;
		struct tm tm;
		time_t t = (time_t)(ns / S);

		tl_civil_from_ns(ns, &c);
		gmtime_r(&t, &tm);
		assert_true(c.year == (unsigned)tm.tm_year + 1900 &&
			    c.month == (unsigned)tm.tm_mon + 1 && c.day == (unsigned)tm.tm_mday &&
			    c.hour == (unsigned)tm.tm_hour && c.minute == (unsigned)tm.tm_min &&
			    c.second == (unsigned)tm.tm_sec);
		assert_true(tl_civil_valid(&c));
		assert_int_equal(tl_civil_ns(&c), ns);
		assert_true(c.year >= last.year);
		last = c;
	}
	assert_int_equal(last.year, 2553);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),    cmocka_unit_test(test_units),
		cmocka_unit_test(test_calendar), cmocka_unit_test(test_bad_dates),
		cmocka_unit_test(test_day),      cmocka_unit_test(test_yearless),
		cmocka_unit_test(test_epoch),    cmocka_unit_test(test_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
