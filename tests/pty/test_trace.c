/*
 * Texts that are decoded.  The pager is the one with a decoder of made-up recordings
 * (tests/unit/fake_decoder.h): each line begins with its time, and what the text is as a whole
 * tells the same program when it writes it to a pipe.
 */
#include "tests/pty/fakerecording.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST 12345.678901234 /* the time of the first line; a chunk is a millisecond */

/* Its text, by lines. */
static char *lines[200000];
static size_t nlines;

static void split(char *text)
{
	nlines = 0;
	for (char *p = strtok(text, "\n"); p; p = strtok(NULL, "\n"))
		lines[nlines++] = p;
}

static int set_up(void **state)
{
	fake_begin();
	split((char *)tl_buf_str(&whole.out));
	assert_true(nlines > 1000);
	return 0;
}

static double time_of(const char *line)
{
	return strtod(line, NULL);
}

/* The first line at that time or later. */
static size_t line_at(double time)
{
	size_t i = 0;

	while (i < nlines && time_of(lines[i]) < time - 1e-10)
		i++;
	assert_true(i < nlines);
	return i;
}

static void check_top(struct term *t, size_t i)
{
	check_row(t, 0, lines[i]);
}

/* ---- opening */

static void a_recording_is_text(void **state)
{
	struct term *t = open_fake(NULL, "a.data");

	for (int y = 0; y < 23; y++)
		check_row(t, y, lines[y]);
	check_last(t, "a.data");
}

static void a_folder_of_one_is_too(void **state)
{
	struct term *t;

	fixture_file(&f, "b.data", "FAKETRACE\nchunks 50\nlines 300\n", -1);
	mkdir(fixture_path(&f, "folder"), 0700);
	rename(fixture_path(&f, "b.data"), fixture_path(&f, "folder/data"));
	t = open_fake(NULL, "folder");
	check_top(t, 0);
	check_last(t, "folder");
}

/* In one raw block of a zstd frame (RFC 8878), as the fake decoder expands nothing. */
static void a_compressed_one_is_too(void **state)
{
	static const char words[] = "FAKETRACE\nchunks 50\nlines 300\n";
	const size_t n = sizeof(words) - 1;
	char bytes[100] = { 0x28,    (char)0xb5,         0x2f,          (char)0xfd, 0x20,
			    (char)n, (char)(1 | n << 3), (char)(n >> 5) };
	struct capture c;

	memcpy(bytes + 9, words, n);
	fixture_file(&f, "a.data.zst", bytes, (long)(9 + n));
	fixture_capture(&f, (const char *const[]){ fake, "a.data.zst", NULL }, NULL, &c);
	assert_int_equal(c.out.len, whole.out.len);
	capture_fini(&c);
}

static void its_bytes_can_be_seen(void **state)
{
	struct term *t = open_fake("--raw-file", "a.data");

	check_row(t, short_row(t, 3, 0), "FAKETRACE");
	check_keys(t, "--raw-file<Enter>");
	check_text(t, "Decode recordings");
	check_keys(t, "<Enter>");
	check_top(t, 0);
}

/* From standard input too, if that is a file and not a pipe. */
static void one_on_standard_input_is_text(void **state)
{
	const char *redirected[] = { "/bin/sh", "-c", NULL, NULL };
	char command[4300];
	struct capture c;
	struct term *t;

	snprintf(command, sizeof(command), "exec %s <a.data", fake);
	redirected[2] = command;
	fixture_capture(&f, redirected, NULL, &c);
	assert_int_equal(c.status, 0);
	assert_int_equal(c.out.len, whole.out.len);
	capture_fini(&c);
	t = fixture_run(&f, "/bin/sh", redirected + 1);
	check_idle(t);
	check_top(t, 0);
	check_keys(t, "@50%<Enter>");
	check_top(t, line_at(FIRST + 0.025));
	check_keys(t, "--trace-view=brief<Enter>G=");
	check_text(t, "(END)");
	check_keys(t, "<Enter>v");
	check_text(t, "Cannot edit standard input");

	snprintf(command, sizeof(command), "cat a.data | %s", fake);
	t = fixture_run(&f, "/bin/sh", redirected + 1);
	check_text(t, "Recordings are read from files, not from a pipe");
	term_keys(t, "<Enter>");
	check_text(t, "FAKETRACE");
}

static void one_is_not_edited(void **state)
{
	struct term *t = open_fake(NULL, "a.data");

	check_keys(t, "v");
	check_text(t, "A recording cannot be edited");
	check_keys(t, "<Enter>");
	check_top(t, 0);
}

static void what_cannot_be_opened_is_said(void **state)
{
	struct capture c;
	struct term *t;

	fixture_file(&f, "bad.data", "FAKETRACE\nrefuse\n", -1);
	t = fixture_run(&f, fake, (const char *const[]){ "bad.data", NULL });
	check_exit(t, 1);
	fixture_capture(&f, (const char *const[]){ fake, "bad.data", NULL }, NULL, &c);
	assert_int_not_equal(c.status, 0);
	assert_non_null(strstr(tl_buf_str(&c.err), "refused"));
	capture_fini(&c);
	t = open_fake(NULL, "a.data");
	check_keys(t, ":e bad.data<Enter>");
	check_text(t, "refused");
	check_keys(t, "<Enter>");
	check_top(t, 0);
}

static void an_opening_that_takes_long_can_be_given_up(void **state)
{
	struct term *t;

	fixture_file(&f, "slow.data", "FAKETRACE\nopening\n", -1);
	t = fixture_run(&f, fake, (const char *const[]){ "slow.data", NULL });
	check_text(t, "Opening slow.data... 50% (interrupt to abort)");
	term_keys(t, "^C");
	check_exit(t, 1);
	check_text(t, "slow.data: interrupted");
	check_no_text(t, "Opening");
	check_that(t, term_modes_restored(t) && !term_alternate(t));
	/* Over the text that is there. */
	t = open_fake(NULL, "a.data");
	check_keys(t, "50j");
	term_keys(t, ":e slow.data<Enter>");
	check_text(t, "Opening slow.data... 50% (interrupt to abort)");
	check_top(t, 50);
	term_keys(t, "^C");
	check_no_text(t, "Opening");
	check_keys(t, "j");
	check_top(t, 51);
	check_quit(t);
}

static void another_view_keeps_the_time(void **state)
{
	struct term *t = open_fake(NULL, "a.data");
	size_t i = line_at(FIRST + 0.02);
	char want[100];

	check_keys(t, "@50%<Enter>");
	i = line_at(time_of(term_row(t, 0)));
	check_keys(t, "ma10j--trace-view=brief<Enter>");
	snprintf(want, sizeof(want), "%.*s",
		 (int)(strstr(lines[i + 10], "some") + 4 - lines[i + 10]), lines[i + 10]);
	check_row(t, 0, want);
	check_keys(t, "'a");
	snprintf(want, sizeof(want), "%.*s", (int)(strstr(lines[i], "some") + 4 - lines[i]),
		 lines[i]);
	check_row(t, 0, want);
	check_keys(t, "--trace-view=nope<Enter>");
	check_text(t, "there is no view 'nope'");
	check_keys(t, "<Enter>");
	check_row(t, 0, want);
	check_keys(t, "__trace-view<Enter>");
	check_text(t, "View: brief");
	check_keys(t, "<Enter>-+-trace-view<Enter>");
	check_text(t, "View: (default)");
	check_keys(t, "<Enter>");
	check_top(t, i);
}

/* The first line of a chunk that has so many. */
static size_t chunk_with(unsigned n)
{
	char last[32];
	size_t i = 0;

	snprintf(last, sizeof(last), " line %u ", n - 1);
	while (i + n <= nlines && !(strstr(lines[i], " line 0 ") && strstr(lines[i + n - 1], last)))
		i++;
	assert_true(i + n <= nlines);
	return i;
}

/* Not every line is there in another view: the nearest one of the same thread is. */
static void another_view_keeps_the_thread(void **state)
{
	struct term *t = open_fake(NULL, "a.data");
	size_t first = chunk_with(40);
	char keys[40];

	/* Lines i, of which each 7th is in that view, are of thread i % 4. */
	static const size_t from[] = { 11, 9, 13, 1, 28, 26 }, to[] = { 7, 21, 21, 21, 28, 14 };

	for (int i = 0; i < 6; i++) {
		snprintf(keys, sizeof(keys), "%zug--trace-view=few<Enter>", first + from[i] + 1);
		check_keys(t, keys);
		check_row(t, 0, lines[first + to[i]]);
		check_keys(t, "-+-trace-view<Enter><Enter>");
		check_top(t, first + to[i]);
	}
}

static void a_new_recording_is_noticed(void **state)
{
	struct term *t;

	fixture_file(&f, "c.data", "FAKETRACE\nchunks 50\nlines 300\n", -1);
	t = open_fake(NULL, "c.data");
	check_keys(t, "R");
	check_top(t, 0);
	check_last(t, ":");
	fixture_file(&f, "c.data", "FAKETRACE\nchunks 3\nlines 300\ntimes 0\n", -1);
	check_keys(t, "R");
	check_text(t, "was replaced");
	check_keys(t, "<Enter>");
	check_that(t, strncmp(term_row(t, 0), "chunk ", 6) == 0);
}

/* ---- everything else works as on a file */

static void moves_work(void **state)
{
	struct term *t = open_fake(NULL, "a.data");
	char keys[64];

	check_keys(t, "G");
	check_row(t, 22, lines[nlines - 1]);
	check_text(t, "(END)");
	check_keys(t, "k");
	check_row(t, 22, lines[nlines - 2]);
	check_keys(t, "g");
	check_top(t, 0);
	for (size_t n = 1000; n < nlines; n += 777) {
		snprintf(keys, sizeof(keys), "%zug", n);
		check_keys(t, keys);
		check_top(t, n - 1);
	}
	check_keys(t, "100%");
	check_top(t, nlines - 1);
	check_keys(t, "g5000j");
	check_row(t, 22, lines[22 + (nlines - 23 < 5000 ? nlines - 23 : 5000)]);
	check_keys(t, "5000k");
	check_top(t, nlines - 23 < 5000 ? 0 : 0);
	check_keys(t, "-N<Enter>G");
	snprintf(keys, sizeof(keys), "%zu %s", nlines, lines[nlines - 1]);
	check_text(t, keys);
	check_keys(t, "P");
	check_text(t, "no byte numbers");
}

/* The numbers of the first n lines with the text, behind the first line. */
static void first_lines_with(const char *text, size_t *at, size_t n)
{
	size_t found = 0;

	for (size_t i = 1; i < nlines && found < n; i++)
		if (strstr(lines[i], text))
			at[found++] = i;
	assert_int_equal(found, n);
}

static void searches_work(void **state)
{
	struct term *t = open_fake(NULL, "a.data");
	size_t hits[2], i;

	first_lines_with("needle", hits, 2);
	check_keys(t, "j/needle<Enter>");
	check_top(t, hits[0]);
	check_keys(t, "n");
	check_top(t, hits[1]);
	check_keys(t, "N");
	check_top(t, hits[0]);
	for (i = nlines; !strstr(lines[--i], "needle");)
		;
	check_keys(t, "G?needle<Enter>");
	check_text(t, lines[i]);
	check_keys(t, "g&needle<Enter>");
	check_top(t, strstr(lines[0], "needle") ? 0 : hits[0]);
	check_keys(t, "&<Enter>");
	check_keys(t, "/no such thing<Enter>");
	check_text(t, "Pattern not found");
}

/* ---- time */

static void at_goes_to_a_time(void **state)
{
	struct term *t = open_fake(NULL, "a.data");
	double here;

	check_keys(t, "@12345.700000000<Enter>");
	check_top(t, line_at(12345.7));
	here = time_of(term_row(t, 0));
	check_keys(t, "@+1.5ms<Enter>");
	check_top(t, line_at(here + 0.0015));
	here = time_of(term_row(t, 0));
	check_keys(t, "@-700us<Enter>");
	check_top(t, line_at(here - 0.0007));
	check_keys(t, "@50%<Enter>");
	check_top(t, line_at(FIRST + 0.025));
	check_keys(t, "@-1s<Enter>"); /* as far as it goes */
	check_top(t, 0);
	check_keys(t, "@+1<Enter>");
	check_top(t, nlines - 1);
	check_keys(t, "@17<Enter>");
	check_text(t, "The text goes from 12345.678901234 to 12345.728901233");
	check_keys(t, "<Enter>@soon<Enter>");
	check_text(t, "'soon' is not a time");
	check_keys(t, "<Enter>@<Enter>");
	check_top(t, 0);
	check_keys(t, "''g''"); /* a jump like others */
	check_top(t, nlines - 1);
}

static void a_time_on_the_command_line(void **state)
{
	struct term *t = open_fake("+@12345.7", "a.data");

	check_top(t, line_at(12345.7));
}

/* The slice, of a millisecond, of a line. */
static long slice_of(const char *line)
{
	return (long)((time_of(line) - FIRST) * 1000 + 1e-6);
}

static size_t first_in_slice(long slice)
{
	size_t i = 0;

	while (i < nlines && slice_of(lines[i]) < slice)
		i++;
	return i;
}

static void slices_are_stepped_over(void **state)
{
	struct term *t = open_fake("--slice=1ms", "a.data");
	size_t at = 0;
	bool hole = false;

	for (int n = 0; n < 20; n++) { /* chunks without a line are among them */
		size_t next = first_in_slice(slice_of(lines[at]) + 1);

		hole = hole || slice_of(lines[next]) > slice_of(lines[at]) + 1;
		at = next;
		check_keys(t, ";");
		check_top(t, at);
	}
	assert_true(hole);
	for (int n = 0; n < 10; n++) {
		at = first_in_slice(slice_of(lines[at - 1]));
		check_keys(t, ",");
		check_top(t, at);
	}
	check_keys(t, "g5;");
	check_top(t, first_in_slice(5));
	check_keys(t, "jjj2,"); /* there is nothing in 5 and 6 */
	check_top(t, first_in_slice(slice_of(lines[first_in_slice(5) - 1])));
	check_keys(t, "9999;");
	check_that(t, slice_of(term_row(t, 0)) >= 48);
	check_keys(t, "9999,");
	check_top(t, 0);
	check_keys(t, ",");
	check_top(t, 0);
	check_keys(t, "j,");
	check_top(t, 0);
	check_keys(t, ":slice 2ms<Enter>;");
	check_top(t, first_in_slice(2));
	check_keys(t, ":slice<Enter>");
	check_text(t, "Time slices are 2ms");
	check_keys(t, "<Enter>:slice x<Enter>");
	check_text(t, "--slice: 'x'");
}

/* With -j, the line it names is the one that moves. */
static void slices_and_the_jump_target(void **state)
{
	struct term *t;
	const char *args[] = { "-j5", "--slice=1ms", "a.data", NULL };

	t = fixture_run(&f, fake, args);
	check_idle(t);
	check_keys(t, "@50%<Enter>");
	check_row(t, 4, lines[line_at(FIRST + 0.025)]);
	check_keys(t, ";");
	check_row(t, 4, lines[first_in_slice(26)]);
	check_keys(t, ";");
	check_row(t, 4, lines[first_in_slice(slice_of(lines[first_in_slice(26)]) + 1)]);
	/* In another view, too, it stays there. */
	check_keys(t, "--trace-view=twice<Enter>");
	check_row(t, 4, lines[first_in_slice(slice_of(lines[first_in_slice(26)]) + 1)]);
}

static void the_time_is_told(void **state)
{
	struct term *t = open_fake("--slice=1ms", "a.data");

	check_keys(t, "@12345.7<Enter>=");
	check_text(t, "time 12345.7");
	check_text(t, "of 50");
	check_text(t, "cpu ");
	check_text(t, "lines ");
	check_no_text(t, "byte");
	check_keys(t, "<Enter>-PsAt %w?q (%q).<Enter><Enter>");
	check_text(t, "At 12345.7");
	check_text(t, "(cpu ");
}

/* From the mark that was set last, else from where '' goes. */
static void the_time_since_a_mark_is_told(void **state)
{
	struct term *t = open_fake("-PsAt ?kmark %k:no mark.", "a.data");

	check_last(t, "At no mark");
	check_keys(t, "@12345.679901234<Enter>"); /* from the first line, a slice before */
	check_last(t, "At mark +1ms");
	check_keys(t, "ma@12345.679901234<Enter>");
	check_last(t, "At mark +0ns");
	check_keys(t, "@12345.678901234<Enter>");
	check_last(t, "At mark -1ms");
	check_keys(t, "j");
	check_that(t, strstr(term_row(t, 23), "At mark -99"));
}

static double delta_in(const char *row, size_t col)
{
	char *unit;
	double n = strtod(row + col, &unit);

	return n * (!strncmp(unit, "ns", 2)   ? 1e-9
		    : !strncmp(unit, "us", 2) ? 1e-6
		    : !strncmp(unit, "ms", 2) ? 1e-3
					      : 1);
}

/* Three digits behind the point of ms are shown. */
static bool close_to(double a, double b)
{
	return a - b < 6e-7 && b - a < 6e-7;
}

/* Does the screen, from line i on, show the times since the line above, and since line `mark`? */
static bool shows_deltas(struct term *t, size_t i, bool above, long mark)
{
	for (int y = 0; y < 23; y++, i++) {
		const char *row = term_row(t, y);
		size_t col = above ? 11 : 0;

		if (above && i > 0 &&
		    !close_to(delta_in(row, 0), time_of(lines[i]) - time_of(lines[i - 1])))
			return false;
		if (mark >= 0 &&
		    !close_to(delta_in(row, col), time_of(lines[i]) - time_of(lines[mark])))
			return false;
		if (strncmp(row + (above + (mark >= 0)) * 11, lines[i], 40) != 0)
			return false;
	}
	return true;
}

static bool has_deltas(struct term *t, void *want)
{
	const long *w = want;

	return shows_deltas(t, (size_t)w[0], w[1], w[2]);
}

static void check_deltas(struct term *t, long first, bool above, long mark)
{
	long want[] = { first, above, mark };

	check_that(t, term_wait(t, has_deltas, want, TIMEOUT_MS));
}

static void a_column_of_times_stands_beside_the_lines(void **state)
{
	struct term *t = open_fake("-S", "a.data");

	check_keys(t, "<Esc>t");
	check_deltas(t, 0, true, -1);
	check_keys(t, "10j"); /* chunks end there, and begin */
	check_deltas(t, 10, true, -1);
	check_keys(t, "<Esc>t3jma1000j");
	check_deltas(t, 1013, false, 13);
	check_keys(t, "<Esc>t");
	check_deltas(t, 1013, true, 13);
	check_keys(t, "990k");
	check_deltas(t, 23, true, 13);
	check_keys(t, "<Esc>t");
	check_row(t, 0, lines[23]);
	check_keys(t, "--time-column=line<Enter>");
	check_deltas(t, 23, true, -1);
	check_keys(t, "__time-column<Enter>");
	check_text(t, "since the line above");
	check_keys(t, "<Enter>--time-column=never<Enter>");
	check_text(t, "--time-column: 'never' is none of off, line, mark, both");
	check_keys(t, "<Enter>");
	check_quit(t);
	fixture_lines(&f, "plain.txt", "line %d\n", 100);
	t = open_fake("--time-column=both", "plain.txt");
	check_row(t, 0, "line 1");
	check_keys(t, "<Esc>t");
	check_text(t, "This text has no times");
}

static void gaps_are_counted_and_found(void **state)
{
	struct term *t = open_fake("-M", "a.data");
	size_t gaps[3];

	first_lines_with("[gap: ", gaps, 3);
	check_keys(t, "<Esc>;");
	check_top(t, gaps[0]);
	check_text(t, " gap");
	check_keys(t, "2<Esc>;");
	check_top(t, gaps[2]);
	check_keys(t, "<Esc>,");
	check_top(t, gaps[1]);
	check_keys(t, "9999<Esc>;");
	check_text(t, "No gap behind here");
	check_keys(t, "<Enter>g<Esc>,");
	check_text(t, "No gap before here");
}

static void other_texts_have_no_times(void **state)
{
	struct term *t;

	fixture_lines(&f, "plain.txt", "line %d\n", 100);
	t = open_fake(NULL, "plain.txt");
	check_keys(t, "@50%<Enter>");
	check_text(t, "This text has no times");
	check_keys(t, "<Enter>;");
	check_text(t, "This text has no times");
	fixture_file(&f, "none.data", "FAKETRACE\nchunks 20\ntimes 0\n", -1);
	t = open_fake(NULL, "none.data");
	check_keys(t, "@50%<Enter>");
	check_text(t, "This text has no times");
	check_keys(t, "<Enter>=");
	check_no_text(t, "time");
	check_no_text(t, "?");
	check_text(t, "none.data lines 1-23");
	fixture_file(&f, "log.txt", "one\n12.5 [gap: a saved text] x\nthree\n", -1);
	t = open_fake(NULL, "log.txt");
	check_keys(t, "<Esc>;");
	check_row(t, 0, "12.5 [gap: a saved text] x");
}

/* ---- slow ones */

static void keys_are_answered_while_it_searches(void **state)
{
	struct term *t;

	fixture_file(&f, "slow.data", "FAKETRACE\nchunks 4000\nlines 300\ndelay 10000\n", -1);
	t = open_fake("-n", "slow.data");
	check_keys(t, "/no such thing<Enter>");
	check_text(t, "Searching");
	check_that(t, term_keys(t, "jjj"));
	check_text(t, "line 25 ");
	check_that(t, term_keys(t, "^C"));
	check_idle(t);
	check_that(t, term_keys(t, "&no such thing<Enter>")); /* an empty screen says why */
	check_text(t, "Filtering");
	check_that(t, term_keys(t, "^C"));
	check_idle(t);
	check_keys(t, "&<Enter>G");
	check_text(t, "(END)");
	check_keys(t, "@50%<Enter>");
	check_text(t, "chunk 2000");
}

static bool file_has_bytes(struct term *t, void *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size > 0;
}

static void a_text_can_be_saved(void **state)
{
	struct term *t = open_fake(NULL, "a.data");
	struct capture c;
	char path[700];

	check_keys(t, "ssaved.txt<Enter>");
	check_text(t, "Saved to");
	fixture_capture(&f, (const char *const[]){ "/bin/cat", "saved.txt", NULL }, NULL, &c);
	assert_int_equal(c.out.len, whole.out.len);
	capture_fini(&c);

	fixture_file(&f, "slow.data", "FAKETRACE\nchunks 4000\nlines 300\ndelay 10000\n", -1);
	t = open_fake("-n", "slow.data");
	check_that(t, term_keys(t, "sslow.txt<Enter>"));
	/* ^C sooner would throw away keys that were not read yet. */
	snprintf(path, sizeof(path), "%s", fixture_path(&f, "slow.txt"));
	check_that(t, term_wait(t, file_has_bytes, path, 20000));
	check_that(t, term_keys(t, "^C"));
	check_idle(t);
	check_keys(t, "G");
	check_text(t, "(END)");
}

/* A long stretch without a line (1000 pieces of 3 ms) is not waited for. */
static void a_hollow_stretch_is_looked_through_in_the_background(void **state)
{
	struct term *t;

	fixture_file(&f, "hollow.data",
		     "FAKETRACE\nchunks 1100\nlines 20\ndelay 3000\nhollow 10 1010\n", -1);
	t = open_fake("-n", "hollow.data");
	check_that(t, term_keys(t, "2000<Space>"));
	check_text(t, "Moving");
	check_text(t, "chunk 9 ");
	check_that(t, term_keys(t, "^C"));
	check_idle(t);
	check_keys(t, "k");
	check_text(t, "chunk 9 ");
	check_keys(t, "2000<Space>");
	check_text(t, "(END)");
	check_text(t, "chunk 1099 ");
	check_keys(t, "g@20%<Enter>"); /* the first line after the stretch */
	check_that(t, strstr(term_row(t, 0), "chunk 1010 "));
	check_keys(t, "k");
	check_that(t, strstr(term_row(t, 0), "chunk 8 ") || strstr(term_row(t, 0), "chunk 9 "));

	fixture_file(&f, "hollow.data",
		     "FAKETRACE\nchunks 1000\nlines 20\ndelay 3000\nhollow 10 1000\n", -1);
	t = open_fake("-n", "hollow.data");
	check_that(t, term_keys(t, "G"));
	check_text(t, "Moving");
	check_that(t, term_keys(t, "^C"));
	check_idle(t);
	check_keys(t, "G");
	check_text(t, "(END)");
	check_text(t, "chunk 9 ");

	fixture_file(&f, "empty.data", "FAKETRACE\nchunks 0\n", -1);
	t = open_fake(NULL, "empty.data");
	check_text(t, "(END)");
	check_keys(t, "-M<Enter>");
	check_text(t, "empty.data (END)"); /* and not "lines 1-?/0" */
	check_keys(t, "G@50%<Enter>");
	check_text(t, "no times");
	check_keys(t, "<Enter>=");
	check_text(t, "empty.data");
}

/* ---- a real one */

#define DEMO "tests/trace/demo"

/* The time of a line of the calls view; 0: it has none. */
static double call_time(const char *line)
{
	const char *cpu = strstr(line, "] ");

	return cpu ? strtod(cpu + 2, NULL) : 0;
}

/* What Intel PT has recorded of a program that lies beside the recording. */
static void intel_pt_is_text(void **state)
{
	char folder[4096], option[4200], data[4200];
	/* Nobody counts lines here, which takes long with sanitizers. */
	const char *args[] = { pager_path(), "-S", "-n", option, data, NULL };
	struct capture c;
	struct term *t;
	double first, last, here;

	if (!realpath(DEMO, folder) || access(DEMO "/perf.data", R_OK) != 0) {
		print_message("skip: %s is not here\n", DEMO);
		skip();
	}
	snprintf(option, sizeof(option), "--symfs=%s", folder);
	snprintf(data, sizeof(data), "%s/perf.data", folder);
	fixture_capture(&f, args, NULL, &c);
	assert_int_equal(c.status, 0);
	split((char *)tl_buf_str(&c.out));
	assert_true(nlines > 100);
	first = call_time(lines[1]);
	last = call_time(lines[nlines - 1]);
	assert_true(first > 0 && last > first);

	f.opts.cols = 132;
	t = fixture_run(&f, pager_path(), args + 1);
	check_idle(t);
	for (int y = 0; y < 23; y++)
		check_that(t, !strncmp(term_row(t, y), lines[y], 60));
	check_keys(t, "@50%<Enter>");
	here = call_time(term_row(t, 0));
	/* The recording begins a little before its first line and ends behind its last. */
	check_that(t, here > first + 0.45 * (last - first) && here < first + 0.55 * (last - first));
	check_keys(t, "=");
	check_text(t, "slice ");
	check_text(t, " of 100");
	check_keys(t, "<Enter>;");
	check_that(t, call_time(term_row(t, 0)) > here);
	check_keys(t, ",");
	here = call_time(term_row(t, 0));
	check_keys(t, "--trace-view=insns<Enter>");
	check_that(t, call_time(term_row(t, 0)) == here);
	check_keys(t, "G");
	check_text(t, "(END)");
	check_keys(t, "-+-trace-view<Enter>G");
	check_that(t, !strncmp(term_row(t, 22), lines[nlines - 1], 60));
	check_keys(t, "--time=0%-30%<Enter>"); /* one is behind all of it */
	check_text(t, "(END)");
	check_that(t, call_time(term_row(t, 22)) > first + 0.25 * (last - first));
	check_that(t, call_time(term_row(t, 22)) < first + 0.35 * (last - first));
	capture_fini(&c);
}

/* ---- no terminal */

static void a_pipe_gets_it_all_in_order(void **state)
{
	const char *head[] = { "/bin/sh", "-c", NULL, NULL };
	char command[4300];
	struct capture c;
	double last = 0;

	for (size_t i = 0; i < nlines; i++) {
		assert_true(time_of(lines[i]) >= last);
		last = time_of(lines[i]);
	}
	snprintf(command, sizeof(command), "%s a.data | head -n 2", fake);
	head[2] = command;
	fixture_capture(&f, head, NULL, &c);
	assert_int_equal(c.status, 0);
	assert_int_equal(c.err.len, 0);
	assert_int_equal(c.out.len, strlen(lines[0]) + strlen(lines[1]) + 2);
	capture_fini(&c);
	fixture_capture(&f, (const char *const[]){ fake, "--trace-view=brief", "a.data", NULL },
			NULL, &c);
	assert_true(c.out.len < whole.out.len);
	capture_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_recording_is_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_folder_of_one_is_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_compressed_one_is_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(its_bytes_can_be_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_on_standard_input_is_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_is_not_edited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_opened_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_opening_that_takes_long_can_be_given_up, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(another_view_keeps_the_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_view_keeps_the_thread, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_new_recording_is_noticed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(moves_work, set_up, tear_down),
		cmocka_unit_test_setup_teardown(searches_work, set_up, tear_down),
		cmocka_unit_test_setup_teardown(at_goes_to_a_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_time_on_the_command_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(slices_are_stepped_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(slices_and_the_jump_target, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_time_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_time_since_a_mark_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_column_of_times_stands_beside_the_lines, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(gaps_are_counted_and_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_texts_have_no_times, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keys_are_answered_while_it_searches, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
		    a_hollow_stretch_is_looked_through_in_the_background, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_text_can_be_saved, set_up, tear_down),
		cmocka_unit_test_setup_teardown(intel_pt_is_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pipe_gets_it_all_in_order, set_up, tear_down),
	};

	if (pager_is_less()) {
		printf("less has no such texts\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
