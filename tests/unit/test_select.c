/* test_select.c: selections as perf script has them, and clear words for what is none. */
#include "decoders/perf/select.h"

#include "base/timespec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The range of a real recording, whose slices perf 6.1 printed with -vv. */
#define FIRST UINT64_C(13689877683247)
#define LAST  UINT64_C(13691681685005)

static struct tl_select parsed;

static const struct tl_select *parse(struct tl_decoder_options options)
{
	struct tl_err err = TL_ERR_INIT;

	tl_select_fini(&parsed);
	if (!tl_select_parse(&parsed, &options, FIRST, LAST, &err))
		fail_msg("%s", err.msg);
	return &parsed;
}

static void check_bad(struct tl_decoder_options options, const char *words)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_select s;

	if (tl_select_parse(&s, &options, FIRST, LAST, &err))
		fail_msg("taken; wanted: %s", words);
	tl_select_fini(&s);
	if (!strstr(err.msg, words))
		fail_msg("%s; wanted: %s", err.msg, words);
}

/* The ranges selected are these. */
static void check_times(const char *time, size_t n, const uint64_t *want)
{
	const struct tl_select *s = parse((struct tl_decoder_options){ .time = time });

	assert_int_equal(s->ntimes, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(s->times[i].first, want[2 * i]);
		assert_int_equal(s->times[i].last, want[2 * i + 1]);
	}
}

#define TIMES(time, ...)                                                                \
	check_times(time, sizeof((uint64_t[]){ __VA_ARGS__ }) / (2 * sizeof(uint64_t)), \
		    (uint64_t[]){ __VA_ARGS__ })

static void test_none(void **state)
{
	const struct tl_select *s = parse((struct tl_decoder_options){ 0 });
	const struct tl_context c = { .pid = -1, .tid = -1, .cpu = -1, .comm = ":-1" };

	assert_false(tl_select_any(s));
	assert_true(tl_select_time(s, 0));
	assert_true(tl_select_time(s, TL_TIME_NONE));
	assert_true(tl_select_overlaps(s, 5, 6));
	assert_true(tl_select_context(s, &c));
}

static void test_start_stop(void **state)
{
	const struct tl_select *s;
	const uint64_t no_end = TL_TIME_NONE - 1;

	TIMES("13690.5,13690.600000001", UINT64_C(13690500000000), UINT64_C(13690600000001));
	TIMES(",13690", 0, UINT64_C(13690000000000));
	TIMES("13690,", UINT64_C(13690000000000), no_end);
	TIMES(",", 0, no_end);
	TIMES("1,2 3,4", UINT64_C(1000000000), UINT64_C(2000000000), UINT64_C(3000000000),
	      UINT64_C(4000000000));
	TIMES("  3,4   1,3.5  ", UINT64_C(1000000000), UINT64_C(4000000000));
	TIMES("+1ms,+1.5ms", FIRST + 1000000, FIRST + 1500000);
	TIMES("-20us,", LAST - 20000, no_end);
	TIMES("-20us,-0", LAST - 20000, LAST);
	TIMES("-99999,5ns", 0, 5);
	TIMES("7,7", UINT64_C(7000000000), UINT64_C(7000000000));

	s = parse((struct tl_decoder_options){ .time = "1,2 3,4" });
	assert_true(tl_select_any(s));
	assert_false(tl_select_time(s, 999999999));
	assert_true(tl_select_time(s, 1000000000));
	assert_true(tl_select_time(s, 2000000000));
	assert_false(tl_select_time(s, 2000000001));
	assert_true(tl_select_time(s, UINT64_C(4000000000)));
	assert_false(tl_select_time(s, UINT64_C(4000000001)));
	assert_true(tl_select_time(s, TL_TIME_NONE));
	assert_false(tl_select_overlaps(s, 0, 999999999));
	assert_true(tl_select_overlaps(s, 0, 1000000000));
	assert_false(tl_select_overlaps(s, 2000000001, 2999999999));
	assert_true(tl_select_overlaps(s, 0, UINT64_MAX - 1));
	assert_true(tl_select_overlaps(s, UINT64_C(3500000000), UINT64_C(3500000001)));
}

static void test_slices(void **state)
{
	TIMES("10%/2", UINT64_C(13690058083423), UINT64_C(13690238483598));
	TIMES("10%", FIRST, UINT64_C(13690058083422));
	TIMES("10%/1", FIRST, UINT64_C(13690058083422));
	TIMES("50%/2", FIRST + UINT64_C(902000879), LAST);
	TIMES("100%", FIRST, LAST);
	TIMES("0%-10%", FIRST, UINT64_C(13690058083422));
	TIMES("90%-100%", FIRST + UINT64_C(1623601582), LAST);
	TIMES("10%/1,10%/3", FIRST, UINT64_C(13690058083422), UINT64_C(13690238483599),
	      UINT64_C(13690418883773));
	TIMES("30%-40%,0%-10%", FIRST, UINT64_C(13690058083422), UINT64_C(13690418883774),
	      UINT64_C(13690599283949));
	TIMES("5%-5%", FIRST + 90200088, FIRST + 90200088);
}

static void test_numbers(void **state)
{
	const struct tl_select *s = parse((struct tl_decoder_options){ .cpu = "4,0,2-3,3-5,9" });

	assert_int_equal(s->ncpus, 3);
	for (int32_t cpu = 0; cpu < 12; cpu++)
		assert_int_equal(tl_select_cpu(s, cpu),
				 cpu == 0 || cpu == 9 || (cpu >= 2 && cpu <= 5));
	assert_false(tl_select_cpu(s, -1));
	assert_true(tl_select_tid(s, -1));
	s = parse((struct tl_decoder_options){ .tid = "17,18,2147483647" });
	assert_true(tl_select_tid(s, 17));
	assert_true(tl_select_tid(s, 18));
	assert_true(tl_select_tid(s, INT32_MAX));
	assert_false(tl_select_tid(s, 19));
	assert_false(tl_select_tid(s, -1));
}

static void test_context(void **state)
{
	const struct tl_select *s =
	    parse((struct tl_decoder_options){ .cpu = "1", .tid = "17,18", .comm = "ls,my prog" });
	struct tl_context c = { .pid = 17, .tid = 17, .cpu = 1, .comm = "my prog" };

	assert_true(tl_select_context(s, &c));
	c.comm = "ls";
	assert_true(tl_select_context(s, &c));
	c.comm = "lsof";
	assert_false(tl_select_context(s, &c));
	c.comm = "ls";
	c.cpu = 2;
	assert_false(tl_select_context(s, &c));
	c.cpu = 1;
	c.tid = 19;
	assert_false(tl_select_context(s, &c));
}

static void test_bad_times(void **state)
{
	static const struct {
		const char *time, *words;
	} bad[] = {
		{ "", "--time: '' is not START,STOP" },
		{ "  ", "is not START,STOP" },
		{ "13690", "'13690' is not START,STOP" },
		{ "2,1", "'2,1' ends before it begins" },
		{ "1,2,3", "'1,2,3' is not START,STOP; ranges have spaces" },
		{ "1,x", "'x' is not a time" },
		{ "x,1", "'x' is not a time" },
		{ "1x,2", "'1x' is not a time" },
		{ "1.0000000001,", "finer than a nanosecond" },
		{ "99999999999999,", "too big" },
		{ "+,2", "is not a time" },
		{ "1,2 3", "'3' is not START,STOP" },
		{ "10%/0", "'10%/0' counts slices from 1" },
		{ "0%", "'0%' is no part" },
		{ "0%/3", "is no part" },
		{ "10%/11", "'10%/11' is behind the end" },
		{ "34%/3", "is behind the end" },
		{ "10%/99999999999", "is not a part" },
		{ "10%/x", "is not a part" },
		{ "10%/2x", "is not a part" },
		{ "10%-5%", "ends before it begins" },
		{ "10%-", "not a time" },
		{ "10%-20", "not a percentage" },
		{ "10%,20%", "'10%' is not a part" },
		{ "10%/1,", "not a time" },
		{ "101%", "more than 100%" },
		{ "0%-101%", "more than 100%" },
		{ "%", "not a time" },
		{ "1,2%", "'1' is not a percentage" },
	};
	struct tl_err err = TL_ERR_INIT;
	struct tl_decoder_options options = { .time = "1,2" };
	struct tl_select s;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		check_bad((struct tl_decoder_options){ .time = bad[i].time }, bad[i].words);
	assert_false(tl_select_parse(&s, &options, TL_TIME_NONE, TL_TIME_NONE, &err));
	assert_non_null(strstr(err.msg, "no times"));
	tl_select_fini(&s);
}

static void test_bad_lists(void **state)
{
	static const char *const bad[] = { "",    ",",  "x",   "1,",         "1,,2", "1-", "-1",
					   "1-x", "1x", "1 2", "2147483648", "1--2", "0x1" };
	char *many = malloc(30000);
	struct tl_decoder_options options = { .tid = many };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		check_bad((struct tl_decoder_options){ .cpu = bad[i] }, "is no CPU");
		check_bad((struct tl_decoder_options){ .tid = bad[i] }, "is no thread");
	}
	check_bad((struct tl_decoder_options){ .cpu = "4-2" }, "'4-2' ends before it begins");
	check_bad((struct tl_decoder_options){ .comm = "" }, "--comm: '' is no name");
	check_bad((struct tl_decoder_options){ .comm = "a,,b" }, "is no name");
	while (n < 29998) {
		many[n++] = '1';
		many[n++] = ',';
	}
	many[n++] = '1';
	many[n] = '\0';
	check_bad(options, "more than 10000");
	options = (struct tl_decoder_options){ .comm = many };
	check_bad(options, "more than 10000");
	free(many);
}

static int clean_up(void **state)
{
	tl_select_fini(&parsed);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),      cmocka_unit_test(test_start_stop),
		cmocka_unit_test(test_slices),    cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_context),   cmocka_unit_test(test_bad_times),
		cmocka_unit_test(test_bad_lists),
	};

	return cmocka_run_group_tests(tests, NULL, clean_up);
}
