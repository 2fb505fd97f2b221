/* test_timeranges.c: what is typed for --time about a text, and what is not understood. */
#include "pager/timeranges.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define S    UINT64_C(1000000000)
#define LAST (TL_TIME_NONE - 1)
#define OPEN UINT64_MAX /* no limit */

static const char trace[] =
    "a-1 [000] 50.000000: x\na-1 [000] 51.000000: x\na-1 [000] 52.000000: x\n"
    "a-1 [000] 250.000000: x\n";
static const char log_text[] = "2026-11-22 11:00:00 x\n2026-11-22 11:00:01 x\n"
			       "2026-11-22 11:00:02 x\n2026-11-22 12:00:00 x\n";

static struct tl_timeform form;
static uint64_t first, last;

static void read_text(const char *text)
{
	const char *end = text + strlen(text) - 1;

	assert_true(
	    tl_timeform_detect((struct tl_span){ (const uint8_t *)text, strlen(text) }, 0, &form));
	while (end[-1] != '\n')
		end--;
	assert_true(tl_timeform_read(&form, (const uint8_t *)text, strlen(text), &first));
	assert_true(tl_timeform_read(&form, (const uint8_t *)end, strlen(end), &last));
}

/* `want`: pairs of times in ns, with OPEN for ends that are not limited; ends with 0, 0. */
static void check(const char *text, const uint64_t *want)
{
	static struct tl_timerange ranges[TL_MAX_TIMERANGES];
	struct tl_err err = TL_ERR_INIT;
	size_t n;

	if (!tl_timeranges_parse(text, &form, first, last, ranges, &n, &err))
		fail_msg("%s: %s", text, err.msg);
	for (size_t i = 0; i < n; i++, want += 2) {
		assert_true(want[0] || want[1]);
		assert_int_equal(ranges[i].from_start, want[0] == OPEN);
		assert_int_equal(ranges[i].to_end, want[1] == OPEN);
		assert_int_equal(ranges[i].first, want[0] == OPEN ? 0 : want[0]);
		assert_int_equal(ranges[i].last, want[1] == OPEN ? LAST : want[1]);
	}
	assert_true(want[0] == 0 && want[1] == 0);
}

#define CHECK(text, ...) check(text, (const uint64_t[]){ __VA_ARGS__, 0, 0 })

static void check_bad(const char *text, const char *words)
{
	static struct tl_timerange ranges[TL_MAX_TIMERANGES];
	struct tl_err err = TL_ERR_INIT;
	size_t n;

	if (tl_timeranges_parse(text, &form, first, last, ranges, &n, &err))
		fail_msg("'%s' was taken", text);
	if (!strstr(err.msg, words) || strncmp(err.msg, "--time: ", 8) != 0)
		fail_msg("'%s': %s", text, err.msg);
}

static void test_from_to(void **state)
{
	read_text(trace);
	CHECK("60,70.5", 60 * S, 70 * S + S / 2);
	CHECK(" 60 , 70 ", 60 * S, 70 * S);
	CHECK("60,", 60 * S, OPEN);
	CHECK(",70", OPEN, 70 * S);
	CHECK(",", OPEN, OPEN);
	CHECK("70,70", 70 * S, 70 * S);
	CHECK("+10,-10ms", 60 * S, 250 * S - 10000000);
	CHECK("-1000,+500", 0, 550 * S);
	check_bad("", "is not START,STOP");
	check_bad("60", "'60' is not START,STOP");
	check_bad("60,70,80", "'80' is not START,STOP");
	check_bad("70,60", "'70,60' ends before it begins");
	check_bad("60,soon", "'soon'");
	check_bad("60x,70", "'60x'");
}

static void test_several(void **state)
{
	read_text(trace);
	CHECK("60,70,80,90", 60 * S, 70 * S, 80 * S, 90 * S);
	CHECK("60,70 80,90", 60 * S, 70 * S, 80 * S, 90 * S);
	CHECK("80,90 60,70", 60 * S, 70 * S, 80 * S, 90 * S); /* in order */
	CHECK("60,80 70,90", 60 * S, 90 * S);                 /* none twice */
	CHECK(",60 200,", OPEN, 60 * S, 200 * S, OPEN);
	CHECK(",60,55,", OPEN, OPEN);
}

static void test_parts(void **state)
{
	read_text(trace);
	CHECK("10%", 50 * S, 70 * S - 1);
	CHECK("10%/2", 70 * S, 90 * S - 1);
	CHECK("50%/2", 150 * S, 250 * S);
	CHECK("0%-10%", 50 * S, 70 * S - 1);
	CHECK("0%-10%, 20%-30%,90%-100%", 50 * S, 70 * S - 1, 90 * S, 110 * S - 1, 230 * S,
	      250 * S);
	check_bad("10%,20%", "is not a part");
	check_bad("10%/0", "counts slices from 1");
	check_bad("10%/11", "is behind the end");
	check_bad("20%-10%", "ends before it begins");
	check_bad("10%/x", "is not a part");
	check_bad("10%/2x", "is not a part");
}

static void test_calendar(void **state)
{
	uint64_t hour = 3600 * S, noon;

	read_text(log_text);
	noon = last;
	CHECK("11:00,11:30", noon - hour, noon - hour / 2);
	CHECK("2026-11-22 11:00:00,2026-11-22 11:30:00", noon - hour, noon - hour / 2);
	CHECK("2026-11-22T11:00:00,11:30,11:45:00.5,", noon - hour, noon - hour / 2,
	      noon - hour / 4 + S / 2, OPEN);
	CHECK("+10s,", noon - hour + 10 * S, OPEN);
	check_bad("11:30,11:00", "ends before it begins");
	check_bad("noon,", "'noon'");
}

/* As many as there is room for; anything does. */
static void test_many(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	static struct tl_timerange ranges[TL_MAX_TIMERANGES];
	size_t n;

	read_text(trace);
	for (int i = 0; i < TL_MAX_TIMERANGES; i++)
		tl_buf_printf(&text, "%s%d,%d", i ? "," : "", 2 * i, 2 * i + 1);
	assert_true(tl_timeranges_parse(tl_buf_str(&text), &form, first, last, ranges, &n, NULL));
	assert_int_equal(n, TL_MAX_TIMERANGES);
	tl_buf_puts(&text, ",5000,6000");
	check_bad(tl_buf_str(&text), "more than");
	text.len = 0;
	for (int i = 0; i < 5000; i++)
		tl_buf_puts(&text, ", %");
	tl_timeranges_parse(tl_buf_str(&text), &form, first, last, ranges, &n, NULL);
	tl_buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_to), cmocka_unit_test(test_several),
		cmocka_unit_test(test_parts),   cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
