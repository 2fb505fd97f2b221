/* test_timestamp.c: the times of texts are recognised, read to the nanosecond, printed and typed. */
#include "index/timestamp.h"

#include "index/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct tl_time_ref ref = { TL_TIME_NONE, TL_TIME_NONE, TL_TIME_NONE };

static struct tl_timeform form_of(const char *text)
{
	struct tl_timeform f;

	tl_timeform_detect((struct tl_span){ (const uint8_t *)text, strlen(text) }, 0, &f);
	return f;
}

static uint64_t read_line(const struct tl_timeform *f, const char *line)
{
	uint64_t ns;

	return tl_timeform_read(f, (const uint8_t *)line, strlen(line), &ns) ? ns : TL_TIME_NONE;
}

static void test_ftrace(void **state)
{
	struct tl_timeform f = form_of(
	    "# tracer: nop\n#\n"
	    "         python3-31073  [003] d.h1.  1000.000011: block_rq_issue: 259,0 WS [sshd]\n"
	    "            bash-15869  [000] d..2.  1000.000021: sched_switch: prev_comm=cc1\n");

	assert_string_equal(tl_timeform_name(&f), "ftrace or perf");
	assert_int_equal(f.digits, 6);
	assert_int_equal(read_line(&f, " a-1 [003] d.h1. 99999.000011: x"),
			 UINT64_C(99999000011000));
	assert_int_equal(read_line(&f, "nothing"), TL_TIME_NONE);
}

static void test_iso(void **state)
{
	struct tl_timeform f = form_of("2026-11-22T11:39:33.123+01:00 a\n"
				       "2026-11-22T11:39:34,123456789+0100 b\n"
				       "INFO 2026/11/22 11:39:35 c\n");
	char out[TL_TIMEFORM_PRINTED];
	struct tl_err err;
	uint64_t ns;

	assert_string_equal(tl_timeform_name(&f), "ISO 8601");
	ns = read_line(&f, "2026-11-22T11:39:34,123456789+0100 b");
	assert_int_equal(ns, UINT64_C(1795343974123456789));
	assert_string_equal(tl_timeform_print(&f, ns, out), "2026-11-22 11:39:34.123456789");
	assert_true(tl_timeform_parse(&f, "2026-11-22T11:39:34.5+01:00", &ref, &ns, &err));
	assert_int_equal(ns, UINT64_C(1795343974500000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ftrace),
		cmocka_unit_test(test_iso),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
