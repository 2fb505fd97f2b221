/* Texts whose lines tell times: going there, what is told and shown of them, showing a part. */
#include "tests/pty/fixture.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
	check_top(t, 0);
	check_keys(t, "<Enter>5j@99999<Enter>");
	check_text(t, "The text goes from 12345.67");
	check_top(t, 5);
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

static void feed(struct term *t, const char *text)
{
	check_that(t, term_feed(t, text, strlen(text)));
}

static void a_pipe_has_times_too(void **state)
{
	struct term *t;

	f.opts.stdin_cmd = "cat trace.txt";
	t = fixture_open(&f, NULL);
	check_keys(t, "@12345.8<Enter>");
	check_top(t, line_at(12345 * SEC + 800000000));
	check_keys(t, "@50%<Enter>"); /* of what comes, not of what is here */
	check_top(t, line_at(share(50)));
	check_quit(t);
	/* One is waited for, and may be given up. */
	f.opts.stdin_cmd = NULL;
	f.opts.stdin_pipe = true;
	t = fixture_page(&f, NULL);
	feed(t, "2026-11-22 11:00:00 one\n2026-11-22 11:00:01 two\n"
		"2026-11-22 11:00:02 three\n");
	check_text(t, "three");
	term_keys(t, "@11:30<Enter>");
	check_text(t, "Seeking");
	feed(t, "2026-11-22 11:10:00 four\n");
	term_keys(t, "^C");
	check_idle(t);
	term_keys(t, "@11:30<Enter>");
	check_text(t, "Seeking");
	feed(t, "2026-11-22 11:40:00 five\n");
	check_no_text(t, "Seeking");
	check_row(t, 0, "2026-11-22 11:40:00 five");
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

/* A large text, whose line N has the time of that number of milliseconds; the answer is there before it
 * was looked at as a whole. */
static void make_large(int odd_line, const char *odd_time)
{
	char script[400];
	const char *make[] = { "/bin/sh", "-c", script, NULL };
	struct capture c;

	snprintf(script, sizeof(script),
		 "awk 'BEGIN { for (i = 0; i < 300000; i++) printf(\"[%%5d.%%06d] "
		 "a line of a log, one of several hundred thousand\\n\", "
		 "i == %d ? %s : 100 + i / 1000, i %% 1000) }' >large.txt",
		 odd_line, odd_time);
	fixture_capture(&f, make, NULL, &c);
	assert_int_equal(c.status, 0);
	capture_fini(&c);
}

static void a_large_text_in_order_is_not_talked_about(void **state)
{
	struct term *t;

	make_large(-1, "0");
	t = fixture_open(&f, "+@300", "large.txt", NULL);
	check_row(t, 0, "[  300.000000] a line of a log, one of several hundred thousand");
	check_keys(t, "@200<Enter>");
	check_row(t, 0, "[  200.000000] a line of a log, one of several hundred thousand");
	check_no_text(t, "RETURN");
}

static void an_answer_that_was_not_the_first_line_is_taken_back(void **state)
{
	struct term *t;

	make_large(77777, "350");
	t = fixture_open(&f, "+@300", "large.txt", NULL);
	check_text(t, "not in order");
	check_keys(t, "<Enter>");
	check_keys(t, "@300<Enter>");
	check_text(t, "The times are not in order; this is the first line at that time or later");
	check_keys(t, "<Enter>");
	check_row(t, 0, "[  350.000777] a line of a log, one of several hundred thousand");
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
	check_keys(t, "@50%<Enter>"); /* all of it is taken */
	check_text(t, "This text has no times");
	check_row(t, 0, "line 1");
	check_keys(t, "<Enter>;");
	check_text(t, "This text has no times");
	check_keys(t, "<Enter>=");
	check_no_text(t, "time");
	check_text(t, "plain.txt lines 1-23/100");
}

/* ---- a part of it */

/* What it writes where there is no terminal; `in`: standard input, NULL: none. */
static struct capture written(const char *option, const char *name, const char *in)
{
	const char *args[] = { pager_path(), option, name, NULL };
	struct capture c;

	fixture_capture(&f, args, in, &c);
	return c;
}

/* Is it lines [from, to) of the trace? */
static void check_written(const char *option, const char *name, int from, int to)
{
	struct tl_buf want = TL_BUF_INIT;
	struct capture c = written(option, name, NULL);

	for (int i = from; i < to; i++)
		tl_buf_printf(&want, "%s\n", lines[i]);
	assert_int_equal(c.status, 0);
	assert_int_equal(c.err.len, 0);
	assert_string_equal(tl_buf_str(&c.out), tl_buf_str(&want));
	tl_buf_fini(&want);
	capture_fini(&c);
}

/* The first line behind a time. */
static int line_behind(uint64_t time)
{
	int i = 0;

	while (i < NLINES && times[i] <= time)
		i++;
	return i;
}

static void a_part_can_be_written(void **state)
{
	const uint64_t a = 12345 * SEC + 700000000, b = a + 300000000;
	struct tl_buf both = TL_BUF_INIT;
	struct capture c;

	check_written("--time=12345.7,12346", "trace.txt", line_at(a), line_behind(b));
	check_written("--time=12345.7,", "trace.txt", line_at(a), NLINES);
	check_written("--time=,12346", "trace.txt", 0, line_behind(b));
	check_written("--time=,", "trace.txt", 0, NLINES);
	check_written("--time=0%-50%", "trace.txt", 0, line_at(share(50)));
	check_written("--time=50%/2", "trace.txt", line_at(share(50)), NLINES);
	check_written("--time=99999,", "trace.txt", 0, 0);
	c = written("--time=12345.7,12345.7,12346,12346.1", "trace.txt", NULL);
	for (int i = line_at(a); i < line_behind(a); i++)
		tl_buf_printf(&both, "%s\n", lines[i]);
	for (int i = line_at(b); i < line_behind(b + SEC / 10); i++)
		tl_buf_printf(&both, "%s\n", lines[i]);
	assert_string_equal(tl_buf_str(&c.out), tl_buf_str(&both));
	capture_fini(&c);
	tl_buf_fini(&both);
}

static void compressed_texts_have_parts(void **state)
{
	const char *zip[] = { "/bin/gzip", "-k", "trace.txt", NULL };
	struct capture c;

	fixture_capture(&f, zip, NULL, &c);
	assert_int_equal(c.status, 0);
	capture_fini(&c);
	check_written("--time=12345.7,12346", "trace.txt.gz", line_at(12345 * SEC + 700000000),
		      line_behind(12346 * SEC));
}

static void what_has_no_parts_says_so(void **state)
{
	struct capture c = written("--time=10%", "-", NULL);

	assert_int_not_equal(c.status, 0);
	capture_fini(&c);
	fixture_lines(&f, "plain.txt", "line %d\n", 100);
	c = written("--time=1,2", "plain.txt", NULL);
	assert_int_not_equal(c.status, 0);
	assert_string_equal(tl_buf_str(&c.err), "plain.txt: --time: this text has no times\n");
	assert_int_equal(c.out.len, 0);
	capture_fini(&c);
	/* Others are written all the same. */
	fixture_capture(
	    &f, (const char *const[]){ pager_path(), "--time=,", "plain.txt", "trace.txt", NULL },
	    NULL, &c);
	assert_int_not_equal(c.status, 0);
	assert_int_equal(strncmp(tl_buf_str(&c.out), "tool  ", 6), 0);
	capture_fini(&c);
	c = written("--time=5", "trace.txt", NULL);
	assert_string_equal(tl_buf_str(&c.err), "trace.txt: --time: '5' is not START,STOP\n");
	capture_fini(&c);
	c = written("--time=12345.7,12345.71", "-", fixture_path(&f, "trace.txt"));
	assert_int_equal(c.status, 0);
	assert_int_equal(strncmp(tl_buf_str(&c.out), "tool  ", 6), 0);
	capture_fini(&c);
}

static void a_part_is_the_text(void **state)
{
	int from = line_at(12345 * SEC + 700000000), to = line_behind(12346 * SEC);
	struct term *t = fixture_open(&f, "--time=12345.7,12346", "trace.txt", NULL);
	char want[100];

	check_top(t, from);
	check_keys(t, "=");
	snprintf(want, sizeof(want), "lines 1-23/%d ", to - from);
	check_text(t, want);
	check_keys(t, "<Enter>G");
	check_row(t, 22, lines[to - 1]);
	check_text(t, "(END)");
	check_keys(t, "@50%<Enter>");
	check_top(t, line_at((times[from] + times[to - 1]) / 2));
	check_quit(t);
	/* The numbers of its lines are none of the file's. */
	fixture_setenv(&f, "VISUAL", "sh -c 'echo \"$@\" >args' sh");
	t = fixture_open(&f, "--time=12345.7,12346", "trace.txt", NULL);
	check_keys(t, "v");
	check_file(&f, "args", "trace.txt");
	check_quit(t);
	t = fixture_open(&f, "--time=12345.7,12346", "+@12345.8", "trace.txt", NULL);
	check_top(t, line_at(12345 * SEC + 800000000));
}

static void a_part_without_lines_is_told(void **state)
{
	struct term *t = fixture_open(&f, "--time=5,6", "trace.txt", NULL);

	check_text(t, "trace.txt: --time: no line has such a time; the text goes from 12345.67");
	check_keys(t, "<Enter>--time=12345.7,12346<Enter>");
	check_top(t, line_at(12345 * SEC + 700000000));
}

/* Dates without a year have that of the file, in a part of it, too. */
static void a_part_has_the_year_of_the_file(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	struct timespec when[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } }; /* 2001 */
	struct term *t;

	for (int i = 0; i < 100; i++)
		tl_buf_printf(&text, "Sep  8 11:%02d:00 host prog[1]: line %d\n", i % 60, i % 60);
	text.len -= text.len * 40 / 100;
	fixture_file(&f, "syslog", (char *)text.data, (long)text.len);
	tl_buf_fini(&text);
	utimensat(AT_FDCWD, fixture_path(&f, "syslog"), when, 0);
	t = fixture_open(&f, "-Ps%w", "--time=11:10,11:50", "syslog", NULL);
	check_row(t, 0, "Sep  8 11:10:00 host prog[1]: line 10");
	check_keys(t, "@2001-09-08 11:20<Enter>");
	check_row(t, 0, "Sep  8 11:20:00 host prog[1]: line 20");
}

/* Times since the line before add up from the file's beginning, not from the part's; days do, too. */
static void a_part_goes_on_with_the_times_of_the_file(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	struct term *t;

	for (int i = 0; i < 200; i++)
		tl_buf_printf(&text, "     0.%d00000 write(1, \"%d\", 1) = 1\n", i > 0, i);
	fixture_file(&f, "deltas", (char *)text.data, (long)text.len);
	t = fixture_open(&f, "-Ps%w", "--time=10,15", "deltas", NULL);
	check_row(t, 0, "     0.100000 write(1, \"100\", 1) = 1");
	check_keys(t, "@12.5<Enter>");
	check_row(t, 0, "     0.100000 write(1, \"125\", 1) = 1");
	text.len = 0;
	for (int i = 0; i < 200; i++)
		tl_buf_printf(&text, "%02d:30:00.5 line %d\n", i % 24, i);
	fixture_file(&f, "days", (char *)text.data, (long)text.len);
	tl_buf_fini(&text);
	t = fixture_open(&f, "-Ps%w", "--time=2d 01:00,4d 00:00", "days", NULL);
	check_row(t, 0, "01:30:00.5 line 49");
	check_keys(t, "@3d 02:00<Enter>");
	check_row(t, 0, "02:30:00.5 line 74");
}

/* What is at the top stays there, and marks stay where they are. */
static void the_part_can_be_changed(void **state)
{
	struct term *t = fixture_open(&f, "trace.txt", NULL);
	int from = line_at(12345 * SEC + 700000000), to = line_behind(12346 * SEC);

	check_keys(t, "@12345.7<Enter>40jma10j");
	check_top(t, from + 50);
	check_keys(t, "--time=12345.7,12346<Enter>");
	check_top(t, from + 50);
	check_keys(t, "'a");
	check_top(t, from + 40);
	check_keys(t, "1g");
	check_top(t, from);
	check_keys(t, "G");
	check_row(t, 22, lines[to - 1]);
	check_keys(t, "'a--time=nothing<Enter>");
	check_text(t, "'nothing' is not START,STOP");
	check_keys(t, "<Enter>");
	check_top(t, from + 40);
	check_keys(t, "__time<Enter>");
	check_text(t, "Time: 12345.7,12346");
	check_keys(t, "<Enter>-+-time<Enter><Enter>");
	check_top(t, from + 40);
	check_keys(t, "'a");
	check_top(t, from + 40);
	check_keys(t, "G");
	check_row(t, 22, lines[NLINES - 1]);
}

static void a_part_follows_its_file(void **state)
{
	struct term *t = fixture_open(&f, "--time=11:30,", "a.log", NULL);
	FILE *log = fopen(fixture_path(&f, "a.log"), "a");

	check_log_top(t, (30 * 60000 + 699) / 700);
	term_keys(t, "F");
	check_text(t, "Waiting for data");
	fputs("2026-11-22 11:59:00.000 info appended\n", log);
	fclose(log);
	check_text(t, "info appended");
	check_keys(t, "^Cg");
	log = fopen(fixture_path(&f, "a.log"), "a");
	fputs("2026-11-22 11:59:01.000 info appended too\n", log);
	fclose(log);
	check_keys(t, "G");
	check_text(t, "appended too");
	/* Of another file that has got its name, it is another part. */
	fixture_file(&f, "b.log",
		     "2026-11-22 11:00:00.000 old\n2026-11-22 11:20:00.000 old\n"
		     "2026-11-22 11:40:00.000 new\n2026-11-22 11:50:00.000 new\n",
		     -1);
	assert_int_equal(rename(fixture_path(&f, "b.log"), fixture_path(&f, "a.log")), 0);
	check_keys(t, "R");
	check_text(t, "a.log was replaced while it was open");
	check_keys(t, "<Enter>g");
	check_text(t, "2026-11-22 11:40:00.000 new");
	check_no_text(t, "old");
}

/* Nobody has looked yet whether there is more. */
static void what_is_new_in_a_file_can_be_gone_to(void **state)
{
	struct term *t = fixture_open(&f, "a.log", NULL);
	FILE *log = fopen(fixture_path(&f, "a.log"), "a");

	fputs("2026-11-22 11:59:00.000 info appended\n", log);
	fclose(log);
	check_keys(t, "@11:58<Enter>");
	check_row(t, 0, "2026-11-22 11:59:00.000 info appended");
	log = fopen(fixture_path(&f, "a.log"), "a");
	fputs("2026-11-22 12:59:00.000 info appended too\n", log);
	fclose(log);
	check_keys(t, ";");
	check_row(t, 0, "2026-11-22 12:59:00.000 info appended too");
}

static void the_part_of_a_pipe_is_the_whole(void **state)
{
	struct term *t;

	f.opts.stdin_cmd = "cat trace.txt";
	t = fixture_page(&f, "--time=12345.9,12346", NULL);
	check_text(t, "--time is for files that can be read at any place");
	check_keys(t, "<Enter>");
	check_top(t, 0);
	check_keys(t, "--time=12346,<Enter>");
	check_text(t, "--time cannot be changed for standard input");
}

static void out_of_order_it_is_the_lines_with_such_times(void **state)
{
	struct tl_buf text = TL_BUF_INIT, want = TL_BUF_INIT;
	struct capture c;

	for (int i = 0; i < 2000; i++) { /* 100 120 101 121 ... */
		int time = 100 + i / 2 + i % 2 * 20;

		for (int also = 0; also < 2; also++)
			tl_buf_printf(&text, also ? "  line %d goes on\n" : "[%5d.%06d] line\n",
				      also ? i : time, i);
		if (time >= 300 && time <= 400)
			tl_buf_printf(&want, "[%5d.%06d] line\n  line %d goes on\n", time, i, i);
	}
	fixture_file(&f, "mixed.txt", tl_buf_str(&text), -1);
	c = written("--time=300,400.5", "mixed.txt", NULL);
	assert_string_equal(tl_buf_str(&c.out), tl_buf_str(&want));
	capture_fini(&c);
	tl_buf_fini(&text);
	tl_buf_fini(&want);
}

/* In a large text, of two CPUs whose lines do not come in order, each line is looked at near the ends. */
static void in_a_large_text_neighbours_may_be_mixed_up(void **state)
{
	const char *make[] = { "/bin/sh", "-c",
			       "awk 'BEGIN { for (i = 0; i < 300000; i++) { "
			       "t = 100000 + i + i % 2 * 50; s = sprintf(\"[%5d.%03d000] a line "
			       "of a log, one of several hundred thousand\", t / 1000, t % 1000); "
			       "print s; if (t >= 200000 && t <= 210000 || t >= 310000 && t <= "
			       "310020) print s >\"want.txt\" } }' >large.txt",
			       NULL };
	const char *compare[] = { "/bin/sh", "-c", NULL, NULL };
	char command[4400];
	struct capture c;

	fixture_capture(&f, make, NULL, &c);
	assert_int_equal(c.status, 0);
	capture_fini(&c);
	snprintf(command, sizeof(command),
		 "%s --time=200,210,310,310.02 large.txt | cmp - want.txt", pager_path());
	compare[2] = command;
	fixture_capture(&f, compare, NULL, &c);
	assert_string_equal(tl_buf_str(&c.out), "");
	assert_int_equal(c.status, 0);
	capture_fini(&c);
}

static void a_file_that_was_emptied_has_no_times(void **state)
{
	struct term *t = fixture_open(&f, "trace.txt", NULL);

	fixture_file(&f, "trace.txt", "", 0);
	check_keys(t, "@12345.8<Enter>");
	check_last(t, "This text is empty  (press RETURN)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(at_goes_to_a_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_time_on_the_command_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_was_emptied_has_no_times, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(times_are_typed_as_the_text_has_them, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(slices_are_stepped_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_new_in_a_file_can_be_gone_to, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_pipe_has_times_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_text_out_of_order_says_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_large_text_in_order_is_not_talked_about, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(an_answer_that_was_not_the_first_line_is_taken_back,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(prompts_tell_the_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(called_less_nothing_more_is_told, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_column_of_times_stands_beside_the_lines, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(other_texts_have_no_times, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_part_can_be_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(compressed_texts_have_parts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_has_no_parts_says_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_part_is_the_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_part_without_lines_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_part_has_the_year_of_the_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_part_goes_on_with_the_times_of_the_file, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_part_can_be_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_part_follows_its_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_part_of_a_pipe_is_the_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(out_of_order_it_is_the_lines_with_such_times,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(in_a_large_text_neighbours_may_be_mixed_up, set_up,
						tear_down),
	};

	if (pager_is_less()) {
		printf("less knows nothing of times\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
