/*
 * test_keystamps.c: the times behind keys: which keys are a line's own, and that lines which are full of them cost
 * no more than others.
 */
#include "index/timefacts.h"
#include "index/timekinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define CHANGED ((time_t)1795392000) /* 2026-11-23 */

#define OWN "2026-11-22T11:39:03"

static bool detect(const char *text, struct tl_timeform *f)
{
	return tl_timeform_detect((struct tl_span){ (const uint8_t *)text, strlen(text) }, CHANGED,
				  f);
}

/* The time of a line of this format, printed; "": it has none. */
static const char *time_of(const char *line, const char *name)
{
	static char out[TL_TIMEFORM_PRINTED];
	struct tl_timeform f = { .clock = TL_CLOCK_CALENDAR };
	uint64_t ns;

	for (size_t i = 0; i < tl_ntimekinds; i++)
		if (strcmp(tl_timekinds[i].name, name) == 0)
			f.kind = &tl_timekinds[i];
	assert_non_null(f.kind);
	if (!tl_timeform_read(&f, (const uint8_t *)line, strlen(line), &ns))
		return "";
	return tl_timeform_print(&f, ns, out);
}

static void test_whose(void **state)
{
	static const char *const lines[] = {
		"{\"msg\":\"retry, start time: 2020-01-01 00:00:03\",\"ts\":\"" OWN "\"}",
		"{\"msg\":\"retry, time: 2020-01-01 00:00:03\",\"ts\":\"" OWN "\"}",
		"{\"msg\":\"{\\\"ts\\\":\\\"2020-01-01T00:00:03\\\"}\",\"ts\":\"" OWN "\"}",
		"{\"msg\":\"{\\\"a\\\":1,\\\"t\\\":\\\"2020-01-01T00:00:03\\\"}\",\"ts\":\"" OWN
		"\"}",
		"{\"msg\":\"C:\\\\\", \"ts\" : \"" OWN "\"}",
		"{msg:\"retry, time: 2020-01-01 00:00:03\", ts: \"" OWN "\"}",
		"{\"a\":{\"b\":[1,2]}, \"time\":\"" OWN "\"}",
		"msg=\"retry start time=2020-01-01T00:00:03\" ts=" OWN " a=1",
		"msg=\"a \\\" time=2020-01-01T00:00:03\" ts=\"" OWN "\" a=1",
		"msg=up starttime=2020-01-01T00:00:03 from=?t=2020-01-01T00:00:03 time=" OWN " a=1",
		"a=1,ts=" OWN ",b=2",
		"ts=\"" OWN "\" msg=\"time=2020-01-01T00:00:03\"",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		const char *name = lines[i][0] == '{' ? "JSON, ISO 8601" : "key, ISO 8601";

		if (strncmp(time_of(lines[i], name), "2026-11-22 11:39:03", 19) != 0)
			fail_msg("%s: %s", lines[i], time_of(lines[i], name));
	}
}

static char *repeated(const char *part, size_t len, const char *then)
{
	size_t n = strlen(part), at = 0;
	char *out = malloc(len + n + strlen(then) + 1);

	assert_non_null(out);
	for (; at < len; at += n)
		memcpy(out + at, part, n);
	strcpy(out + at, then);
	return out;
}

/* What is behind a line's first bytes is never looked at, so it makes no form either. */
static void test_far(void **state)
{
	static const char *const starts[] = { "{\"msg\":\"", "msg=\"" };
	static const char *const ends[] = { "\",\"ts\":\"" OWN "\"}\n", "\" ts=" OWN " a=1\n" };

	for (size_t i = 0; i < 2; i++) {
		for (size_t far = 0; far < 2; far++) {
			char *filler =
			    repeated("x", far ? TL_TIME_LINE : TL_TIME_LINE / 2, ends[i]);
			char *text = malloc(3 * (strlen(starts[i]) + strlen(filler)) + 1);
			struct tl_timeform f;

			assert_non_null(text);
			sprintf(text, "%s%s%s%s%s%s", starts[i], filler, starts[i], filler,
				starts[i], filler);
			assert_int_equal(detect(text, &f), !far);
			free(filler);
			free(text);
		}
	}
}

/* Of a line's keys the first ones count. */
static void test_many(void **state)
{
	char *few = repeated("t=1 ", 4 * 7, "ts=" OWN " a=1");
	char *many = repeated("t=1 ", 4 * 8, "ts=" OWN " a=1");

	assert_string_not_equal(time_of(few, "key, ISO 8601"), "");
	assert_string_equal(time_of(many, "key, ISO 8601"), "");
	free(few);
	free(many);
}

/* The least of some tries to go over all places of a line's times, in seconds of this thread. */
static double cost(const struct tl_timekind *k, const struct tl_stampline *l, size_t places)
{
	double least = 1e9;

	for (int i = 0; i < 5; i++) {
		struct timespec a, b;
		size_t n = 0;
		double s;

		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
		for (size_t at = k->next(l, 0); at != TL_STAMP_NOWHERE; at = k->next(l, at + 1))
			n++;
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
		assert_int_equal(n, places);
		s = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
		least = s < least ? s : least;
	}
	return least;
}

/* Sixteen times the keys cost some sixteen times as much, not 256 times: the next one is looked for from the one before,
 * and those in a string do not have the line gone through for each. */
static void test_linear(void **state)
{
	static const struct {
		const char *begin, *part;
		size_t places; /* of each part */
	} cases[] = { { "{t:1, ", "\"t\":1,", 1 },
		      { "\"____ ", "t=  1 ", 0 },
		      { "{\":, ", "{t:1, ", 0 } };

	for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
		char *line = repeated(cases[c].part, 48000, "");
		struct tl_stampline small = { (uint8_t *)line, 3000 },
				    big = { (uint8_t *)line, 48000 };

		memcpy(line, cases[c].begin, strlen(cases[c].begin));
		for (size_t i = 0; i < tl_ntimekinds; i++) {
			const struct tl_timekind *k = &tl_timekinds[i];

			if (strcmp(k->name, c == 1 ? "key, seconds" : "JSON, seconds") == 0)
				assert_true(cost(k, &big, 8000 * cases[c].places) <
					    80 * cost(k, &small, 500 * cases[c].places));
		}
		free(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whose),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_linear),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
