/* Texts whose lines tell times: going there, what is told and shown of them, showing a part. */
#include "tests/pty/fixture.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NLINES 3000
#define FIRST  UINT64_C(12345678901000) /* ns */
#define SEC    UINT64_C(1000000000)

static struct fixture f;

/* A trace, of which one line in seven belongs to the one before, and a log. */
static uint64_t times[NLINES];
static char *lines[NLINES];
static char trace[NLINES * 100], whole_log[NLINES * 60];

static bool goes_on(int i)
{
	return i % 7 == 3;
}

static void make_trace(void)
{
	uint64_t random = 1, t = FIRST;
	size_t at = 0;

	for (int i = 0; i < NLINES; i++) {
		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		t += goes_on(i) ? 0 : 1000 * (random >> 40 & 1023);
		if (i % 500 == 499 && !goes_on(i)) /* a pause of some slices */
			t += SEC / 10;
		times[i] = t;
		lines[i] = trace + at;
		at +=
		    (size_t)(goes_on(i)
				 ? sprintf(lines[i], "       ffffffff810 some_frame (line %d)\n", i)
				 : sprintf(lines[i],
					   "tool  %5d [%03d] %5" PRIu64 ".%06" PRIu64
					   ": cycles: line %d\n",
					   400 + i % 3, i % 4, t / SEC, t % SEC / 1000, i));
	}
	fixture_file(&f, "trace.txt", trace, -1);
	for (int i = 1; i < NLINES; i++)
		lines[i][-1] = '\0';
	lines[NLINES - 1][strlen(lines[NLINES - 1]) - 1] = '\0';
}

/* Each line 0.7 s behind the one before, from 11:00 on. */
static void log_time(int i, char out[40])
{
	long ms = 700L * i;

	snprintf(out, 40, "2026-11-22 %02ld:%02ld:%02ld.%03ld", 11 + ms / 3600000, ms / 60000 % 60,
		 ms / 1000 % 60, ms % 1000);
}

static void make_log(void)
{
	size_t at = 0;
	char time[40];

	for (int i = 0; i < NLINES; i++) {
		log_time(i, time);
		at += (size_t)sprintf(whole_log + at, "%s info line %d\n", time, i);
	}
	fixture_file(&f, "a.log", whole_log, -1);
}

static int set_up(void **state)
{
	fixture_init(&f);
	make_trace();
	make_log();
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

/* The first line at that time or later. */
static int line_at(uint64_t time)
{
	int i = 0;

	while (i < NLINES - 1 && times[i] < time)
		i++;
	return i;
}

static void check_top(struct term *t, int i)
{
	check_row(t, 0, lines[i]);
}

static void check_log_top(struct term *t, int i)
{
	char time[40], line[100];

	log_time(i, time);
	snprintf(line, sizeof(line), "%s info line %d", time, i);
	check_row(t, 0, line);
}

static uint64_t share(unsigned percent)
{
	return times[0] + (times[NLINES - 1] - times[0]) * percent / 100;
}

/* ---- going there */

static void at_goes_to_a_time(void **state)
{
	struct term *t = fixture_open(&f, "trace.txt", NULL);
	int here;

	check_keys(t, "@12345.8<Enter>");
	here = line_at(12345 * SEC + 800000000);
	check_top(t, here);
	check_keys(t, "@+1.5ms<Enter>");
	here = line_at(times[here] + 1500000);
	check_top(t, here);
	check_keys(t, "@-700us<Enter>");
	here = line_at(times[here] - 700000);
	check_top(t, here);
	check_keys(t, "3j@+0<Enter>"); /* from a line that belongs to another */
	while (!goes_on(here + 3))
		check_keys(t, "j"), here++;
	check_keys(t, "@50%<Enter>");
	check_top(t, line_at(share(50)));
	check_keys(t, "@-1s<Enter>"); /* as far as it goes */
	check_top(t, 0);
	check_keys(t, "@+100<Enter>");
	check_top(t, line_at(times[NLINES - 1]));
	check_keys(t, "@17<Enter>");
	check_text(t, "The text goes from 12345.67");
	check_keys(t, "<Enter>@soon<Enter>");
	check_text(t, "'soon'");
	check_keys(t, "<Enter>");
	check_quit(t);
}

static void a_time_on_the_command_line(void **state)
{
	struct term *t = fixture_open(&f, "+@12345.8", "trace.txt", NULL);

	check_top(t, line_at(12345 * SEC + 800000000));
	check_quit(t);
	t = fixture_open(&f, "+@50%", "trace.txt", NULL);
	check_top(t, line_at(share(50)));
	check_quit(t);
	t = fixture_open(&f, "+@11:20", "a.log", NULL);
	check_log_top(t, (20 * 60000 + 699) / 700);
}

static void times_are_typed_as_the_text_has_them(void **state)
{
	struct term *t = fixture_open(&f, "a.log", NULL);

	check_keys(t, "@2026-11-22 11:10:00<Enter>");
	check_log_top(t, (10 * 60000 + 699) / 700);
	check_keys(t, "@11:05:00.5<Enter>");
	check_log_top(t, (5 * 60000 + 500 + 699) / 700);
	check_keys(t, "@2026-11-22T11:30:00Z<Enter>");
	check_log_top(t, (30 * 60000 + 699) / 700);
	check_keys(t, "@+90s<Enter>");
	check_log_top(t, ((30 * 60000 + 699) / 700 * 700 + 90000 + 699) / 700);
	check_keys(t, "@2027-01-01<Enter>");
	check_text(t, "The text goes from 2026-11-22 11:00:00.000 to 2026-11-22 11:34:59.300");
}

static int slice_of(int i, uint64_t width)
{
	return (int)((times[i] - times[0]) / width);
}

static void slices_are_stepped_over(void **state)
{
	struct term *t = fixture_open(&f, "--slice=30ms", "trace.txt", NULL);
	const uint64_t width = 30000000;
	int at = 0;
	bool hole = false;

	for (int n = 0; n < 12; n++) { /* slices without a line are among them */
		int next = line_at(times[0] + (uint64_t)(slice_of(at, width) + 1) * width);

		hole |= slice_of(next, width) > slice_of(at, width) + 1;
		at = next;
		check_keys(t, ";");
		check_top(t, at);
	}
	assert_true(hole);
	for (int n = 0; n < 12; n++) {
		at = line_at(times[0] + (uint64_t)slice_of(at - 1, width) * width);
		check_keys(t, ",");
		check_top(t, at);
	}
	assert_int_equal(at, 0);
	check_keys(t, ":slice 50ms<Enter>2;");
	check_top(t, line_at(times[0] + 2 * 50000000));
}

static void a_pipe_has_times_too(void **state)
{
	struct term *t;

	f.opts.stdin_cmd = "cat trace.txt";
	t = fixture_open(&f, NULL);
	check_keys(t, "@12345.8<Enter>");
	check_top(t, line_at(12345 * SEC + 800000000));
}

static void a_text_out_of_order_says_so(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	struct term *t;

	for (int i = 0; i < 100; i++) /* 100 120 101 121 ... */
		tl_buf_printf(&text, "[%5d.%06d] line %d\n", 100 + i / 2 + i % 2 * 20, i, i);
	fixture_file(&f, "mixed.txt", tl_buf_str(&text), -1);
	tl_buf_fini(&text);
	t = fixture_open(&f, "mixed.txt", NULL);
	check_keys(t, "@122<Enter>");
	check_text(t, "The times are not in order; this is the first line at that time or later");
	check_keys(t, "<Enter>");
	check_row(t, 0, "[  122.000005] line 5");
}

/* ---- what is told */

static void prompts_tell_the_time(void **state)
{
	struct term *t =
	    fixture_open(&f, "--slice=10ms", "-Ps%w slice %S?k, mark %k.", "trace.txt", NULL);
	char want[100];
	int i = line_at(share(30));

	check_keys(t, "@30%<Enter>");
	snprintf(want, sizeof(want), "%" PRIu64 ".%06" PRIu64 " slice %d of %d, mark +",
		 times[i] / SEC, times[i] % SEC / 1000, slice_of(i, 10000000) + 1,
		 slice_of(NLINES - 1, 10000000) + 1);
	check_text(t, want);
	check_keys(t, "ma");
	check_text(t, ", mark +0ns");
	check_keys(t, "=");
	check_text(t, "trace.txt lines ");
	check_text(t, "byte ");
	snprintf(want, sizeof(want), "%% time %" PRIu64 ".%06" PRIu64 " mark +0ns", times[i] / SEC,
		 times[i] % SEC / 1000);
	check_text(t, want);
}

/* Called by its name, it says what less says. */
static void called_less_nothing_more_is_told(void **state)
{
	struct term *t;

	assert_int_equal(symlink(pager_path(), fixture_path(&f, "less")), 0);
	t = fixture_run(&f, fixture_path(&f, "less"), (const char *const[]){ "a.log", NULL });
	check_idle(t);
	check_keys(t, "=");
	check_text(t, "%  (press RETURN)");
	check_no_text(t, "time");
}

static void a_column_of_times_stands_beside_the_lines(void **state)
{
	struct term *t = fixture_open(&f, "--time-column=line", "a.log", NULL);

	check_row(t, 0, "           2026-11-22 11:00:00.000 info line 0");
	check_row(t, 1, "+700.000ms 2026-11-22 11:00:00.700 info line 1");
	check_keys(t, "100jmb--time-column=both<Enter>3j");
	check_row(t, 0, "+700.000ms    +2.100s 2026-11-22 11:01:12.100 info line 103");
	check_keys(t, "&line .*0$<Enter>"); /* since the line that is shown above */
	check_row(t, 0, "   +7.000s    +7.000s 2026-11-22 11:01:17.000 info line 110");
	check_keys(t, "&<Enter>-N<Enter>10k");
	check_text(t, "101 +700.000ms       +0ns 2026");
	check_keys(t, ":e trace.txt<Enter>"); /* a mark is of its file */
	check_row(t, 3, "      4                              ffffffff810 some_frame (line 3)");
}

static void other_texts_have_no_times(void **state)
{
	struct term *t;

	fixture_lines(&f, "plain.txt", "line %d\n", 100);
	t = fixture_open(&f, "--time-column=line", "plain.txt", NULL);
	check_row(t, 0, "line 1");
	check_keys(t, "@");
	check_text(t, "This text has no times");
	check_keys(t, "<Enter>;");
	check_text(t, "This text has no times");
	check_keys(t, "<Enter>=");
	check_no_text(t, "time");
	check_text(t, "plain.txt lines 1-23/100");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(at_goes_to_a_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_time_on_the_command_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(times_are_typed_as_the_text_has_them, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(slices_are_stepped_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pipe_has_times_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_text_out_of_order_says_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(prompts_tell_the_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(called_less_nothing_more_is_told, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_column_of_times_stands_beside_the_lines, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(other_texts_have_no_times, set_up, tear_down),
	};

	if (pager_is_less()) {
		printf("less knows nothing of times\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
