/* test_calls.c: moving by calls, and folding them, in a text that a tracer has printed, on a terminal. */
#include "tests/pty/fixture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct fixture f;

/* Two threads; lines of the second are between those of the first. */
static const char trace[] = "# DURATION     TID     FUNCTION\n"
			    "            [    17] | main() {\n"
			    "            [    17] |   first() {\n"
			    "            [    18] | thread() {\n"
			    "   0.050 us [    17] |     leaf();\n"
			    "   0.050 us [    18] |   leaf();\n"
			    "            [    17] |     deep() {\n"
			    "   0.050 us [    17] |       leaf();\n"
			    "   0.150 us [    17] |     } /* deep */\n"
			    "   0.500 us [    17] |   } /* first */\n"
			    "            [    17] |   second() {\n"
			    "   0.050 us [    17] |     leaf();\n"
			    "   0.500 us [    17] |   } /* second */\n"
			    "   1.000 us [    18] | } /* thread */\n"
			    "   2.000 us [    17] | } /* main */\n";

static const char *line_at(const char *text, unsigned n)
{
	while (--n > 0)
		text = strchr(text, '\n') + 1;
	return text;
}

static const char *line_of(const char *text, unsigned n)
{
	static char line[200];

	text = line_at(text, n);
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
	return line;
}

static int set_up(void **state)
{
	fixture_init(&f);
	fixture_file(&f, "trace.txt", trace, -1);
	f.opts.rows = 10;
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static void check_go(struct term *t, const char *keys, unsigned line)
{
	check_keys(t, keys);
	check_row(t, 0, line_of(trace, line));
}

static void keys_move_by_calls(void **state)
{
	struct term *t = fixture_open(&f, "trace.txt", NULL);

	check_go(t, "8g", 8);
	check_go(t, "o", 7); /* deep */
	check_go(t, "o", 3); /* first */
	check_go(t, "''", 7);
	check_go(t, "l", 9); /* over deep */
	check_go(t, "l", 10);
	check_go(t, "2L", 2);
	check_go(t, "8gO", 9); /* where deep returns */
	check_go(t, "O", 10);
	check_go(t, "8g3o", 2);
	check_go(t, "8gx", 12); /* leaf, but not that of the other thread */
	check_go(t, "2X", 5);
	check_go(t, "6gO", 14);
}

static void edges_are_told(void **state)
{
	struct term *t = fixture_open(&f, "trace.txt", NULL);

	check_keys(t, "2go");
	check_text(t, "No caller in this trace before this line");
	check_row(t, 0, line_of(trace, 2));
	check_keys(t, "<Enter>3g9o"); /* as far as there are callers */
	check_text(t, "No caller in this trace before this line");
	check_row(t, 0, line_of(trace, 2));
	check_keys(t, "<Enter>O");
	check_text(t, "No return in this trace behind this line");
	check_keys(t, "<Enter>15gl");
	check_text(t, "No line of this thread behind this one");
	check_keys(t, "<Enter>2gL");
	check_text(t, "No line of this thread before this one");
	check_keys(t, "<Enter>4gx");
	check_text(t, "No entry of this function behind this line");
	check_keys(t, "<Enter>X");
	check_text(t, "No entry of this function before this line");
	check_keys(t, "<Enter>1go");
	check_text(t, "This line belongs to no thread of a trace");
	check_keys(t, "<Enter>");
	check_quit(t);
}

static void the_target_line_counts(void **state)
{
	struct term *t = fixture_open(&f, "-j3", "trace.txt", NULL);

	check_keys(t, "8go");
	check_row(t, 2, line_of(trace, 7));
	check_keys(t, "O");
	check_row(t, 2, line_of(trace, 10));
}

static void other_texts_have_no_calls(void **state)
{
	struct term *t;

	fixture_lines(&f, "plain.txt", "line %d\n", 50);
	t = fixture_open(&f, "plain.txt", NULL);
	check_keys(t, "o");
	check_text(t, "The lines of this text tell no calls");
	check_keys(t, "<Enter>");
	check_row(t, 0, "line 1");
	check_quit(t);
}

static void a_gap_is_not_crossed(void **state)
{
	static const char lost[] = "a 17 [000] 1.000000001:   call     (/bin/a)\tmain\n"
				   "a 17 [000] 1.000000002:   call     (/bin/a)\t    first\n"
				   " instruction trace error type 1 time 1.000000003 cpu 0 pid 17 "
				   "tid 17 ip 0 code 8: Lost\n"
				   "a 17 [000] 1.000000004:   call     (/bin/a)\t        leaf\n"
				   "a 17 [000] 1.000000004:   return   (/bin/a)\t        leaf\n"
				   "a 17 [000] 1.000000005:   call     (/bin/a)\t    first\n";
	struct term *t;

	f.opts.rows = 5;
	fixture_file(&f, "lost.txt", lost, -1);
	t = fixture_open(&f, "-S", "lost.txt", NULL);
	check_keys(t, "4go");
	check_text(t, "Something is missing here");
	check_keys(t, "<Enter>");
	check_that(t, strstr(term_row(t, 0), "instruction trace error"));
	check_keys(t, "6gX"); /* names are known across it */
	check_that(t, strstr(term_row(t, 0), "1.000000002"));
	check_quit(t);
}

/* What a pipe has not brought yet is waited for, and ^C ends that. */
static void a_pipe_is_waited_for(void **state)
{
	struct term *t;

	f.opts.stdin_pipe = true;
	fixture_setenv(&f, "LESS_DATA_DELAY", "1");
	t = fixture_page(&f, "-", NULL);
	term_feed(t, trace, sizeof(trace) / 2);
	check_text(t, "deep");
	check_keys(t, "3g");
	check_row(t, 0, line_of(trace, 3));
	term_keys(t, "O");
	check_text(t, "Waiting for data");
	term_keys(t, "^C");
	check_idle(t);
	check_row(t, 0, line_of(trace, 3));
	term_keys(t, "O");
	term_feed(t, trace + sizeof(trace) / 2, sizeof(trace) - 1 - sizeof(trace) / 2);
	term_feed_end(t);
	check_idle(t);
	check_row(t, 0, line_of(trace, 15));
	check_quit(t);
}

/* The rows of the screen from the first on; lines of the trace by number, but folded where negative. */
static void check_lines(struct term *t, const int *want, int n)
{
	for (int y = 0; y < n; y++) {
		const char *line = line_of(trace, (unsigned)abs(want[y])), *row = term_row(t, y);
		size_t len = strlen(line);

		check_that(t, !strncmp(row, line, len));
		check_that(t, want[y] < 0 ? row[len + 1] == '+' : row[len] == '\0');
	}
}

#define CHECK_LINES(t, ...)                          \
	check_lines(t, (const int[]){ __VA_ARGS__ }, \
		    (int)(sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int)))

static void calls_are_folded(void **state)
{
	struct term *t = fixture_open(&f, "trace.txt", NULL);

	check_keys(t, "3gc");
	check_that(t, strstr(term_row(t, 0), "first() { +5 lines"));
	CHECK_LINES(t, -3, 4, 6, 11, 12, 13, 14, 15);
	check_keys(t, "G3k"); /* the same, the other way */
	CHECK_LINES(t, 1, 2, -3, 4, 6, 11, 12);
	check_keys(t, "3g");
	CHECK_LINES(t, -3, 4, 6, 11, 12, 13, 14, 15);
	check_keys(t, "l"); /* no deeper, and to be seen */
	CHECK_LINES(t, 11, 12, 13, 14, 15);
	check_keys(t, "L");
	CHECK_LINES(t, -3, 4, 6);
	check_keys(t, "c"); /* unfolded */
	CHECK_LINES(t, 3, 4, 5, 6, 7, 8, 9, 10, 11);
	check_keys(t, "8gc"); /* the call that the line is in */
	CHECK_LINES(t, -7, 10, 11, 12, 13, 14, 15);
	check_keys(t, "2gc");
	CHECK_LINES(t, -2, 4, 6, 14);
	check_keys(t, "c"); /* the inner one still is */
	CHECK_LINES(t, 2, 3, 4, 5, 6, -7, 10, 11, 12);
	check_keys(t, "C");
	CHECK_LINES(t, 2, 3, 4, 5, 6, 7, 8, 9, 10);
	check_keys(t, "C");
	check_text(t, "Nothing is folded");
	check_keys(t, "<Enter>");
	check_quit(t);
}

static void levels_are_hidden(void **state)
{
	struct term *t = fixture_open(&f, "trace.txt", NULL);

	check_keys(t, "2c");
	CHECK_LINES(t, 1, 2, -3, 4, 6, 10, -11, 13, 14);
	check_that(t, strstr(term_row(t, 2), "first() { +4 lines"));
	check_keys(t, "1c");
	CHECK_LINES(t, 1, -2, -4, 14, 15);
	check_keys(t, "0c");
	CHECK_LINES(t, 1, 2, 3, 4, 5, 6, 7, 8, 9);
	check_quit(t);
}

/* Where the line at hand is hidden, what hides it stands in its place. */
static void levels_keep_the_place(void **state)
{
	struct term *t;

	f.opts.rows = 5;
	t = fixture_open(&f, "trace.txt", NULL);
	check_keys(t, "9g2c"); /* a return, two levels deep */
	CHECK_LINES(t, -3, 4, 6, 10);
	check_keys(t, "0c8g1c"); /* in two calls, and all of them in main */
	CHECK_LINES(t, -2, -4, 14);
	check_keys(t, "0c6g1c"); /* of the other thread */
	CHECK_LINES(t, -4, 14, 15);
	check_quit(t);
}

/* & and folds together; line numbers are the text's. */
static void folds_and_patterns_go_together(void **state)
{
	struct term *t = fixture_open(&f, "-N", "trace.txt", NULL);

	check_keys(t, "3gc&leaf<Enter>");
	check_that(t, strstr(term_row(t, 0), " 6 ") && strstr(term_row(t, 0), "18"));
	check_that(t, strstr(term_row(t, 1), "12 ") && strstr(term_row(t, 1), "17"));
	check_keys(t, "&<Enter>gj");
	check_that(t, strstr(term_row(t, 0), " 2 "));
	check_that(t, strstr(term_row(t, 3), " 6 "));
	check_that(t, strstr(term_row(t, 4), "11 "));
	check_quit(t);
}

/* What a search, or x, finds in a folded call is shown. */
static void a_search_unfolds(void **state)
{
	struct term *t = fixture_open(&f, "trace.txt", NULL);

	check_keys(t, "2gc/deep<Enter>");
	CHECK_LINES(t, 7, 8, 9, 10);
	check_keys(t, "7gc8g"); /* another jump goes to what is shown */
	CHECK_LINES(t, 10, 11);
	check_keys(t, "5gx");
	CHECK_LINES(t, 8, 9, 10);
	check_keys(t, "2c/leaf<Enter>"); /* from first(), which hides that line */
	CHECK_LINES(t, 5, 6);
	check_quit(t);
}

/* Folds stay while the help is read, and tell how many lines they hide where lines are cut off. */
static void folds_stay(void **state)
{
	struct term *t;

	f.opts.cols = 34;
	t = fixture_open(&f, "-S", "trace.txt", NULL);
	check_keys(t, "3gc");
	check_row(t, 0, "            [    17] |    +5 lines");
	check_keys(t, "h");
	check_text(t, "COMMANDS");
	check_keys(t, "q");
	check_row(t, 0, "            [    17] |    +5 lines");
	check_keys(t, "c");
	check_no_text(t, "+5 lines");
	check_quit(t);
}

/* The text ended within the call, and what comes when it grows is not hidden. */
static void a_fold_at_the_end_stays_as_it_is(void **state)
{
	long some = line_at(trace, 9) - trace;
	struct term *t;
	FILE *file;

	fixture_file(&f, "grows.txt", trace, some);
	t = fixture_open(&f, "grows.txt", NULL);
	check_keys(t, "3gc");
	CHECK_LINES(t, -3, 4, 6);
	file = fopen(fixture_path(&f, "grows.txt"), "a");
	assert_true(file && fputs(trace + some, file) >= 0 && fclose(file) == 0);
	check_keys(t, "GG3g");
	CHECK_LINES(t, -3, 4, 6, 9, 10, 11, 12, 13, 14);
	check_quit(t);
}

static void a_fold_tells_how_long_it_took(void **state)
{
	struct term *t;

	fixture_file(&f, "timed.txt",
		     "a 17 [000] 1.000001000:   call     (/bin/a)\tmain\n"
		     "a 17 [000] 1.000002000:   call     (/bin/a)\t    first\n"
		     "a 18 [001] 1.000002500:   call     (/bin/a)\tmain\n"
		     "a 17 [000] 1.000003000:   call     (/bin/a)\t        leaf\n"
		     "a 17 [000] 1.000003000:   return   (/bin/a)\t        leaf\n"
		     "a 17 [000] 1.000003500:   return   (/bin/a)\t    first\n"
		     "a 17 [000] 1.000004000:   call     (/bin/a)\t    second\n",
		     -1);
	f.opts.cols = 100;
	t = fixture_open(&f, "timed.txt", NULL);
	check_keys(t, "4gc");
	check_text(t, "leaf +1 line");
	check_keys(t, "2gc");
	check_text(t, "first +3 lines, 1.500us");
	check_keys(t, "1gc"); /* nobody knows when that returned */
	check_text(t, "main +5 lines");
	check_no_text(t, "+5 lines,");
	check_quit(t);
}

/* A call of a hundred thousand lines. */
static void a_huge_fold_is_passed_both_ways(void **state)
{
	struct tl_buf text = TL_BUF_INIT;
	struct term *t;

	assert_true(tl_buf_puts(&text, "            [    17] | before() {\n"
				       "   1.000 us [    17] | } /* before */\n"
				       "            [    17] | main() {\n"));
	for (int i = 0; i < 100000; i++)
		assert_true(tl_buf_printf(&text, "   0.050 us [    17] |   leaf%d();\n", i));
	assert_true(tl_buf_puts(&text, "   2.000 us [    17] | } /* main */\n"
				       "   1.000 us [    17] | after();\n"));
	fixture_file(&f, "huge.txt", (const char *)text.data, (long)text.len);
	tl_buf_fini(&text);
	t = fixture_open(&f, "huge.txt", NULL);
	check_keys(t, "3gc");
	check_that(t, strstr(term_row(t, 0), "main() { +100001 lines"));
	check_row(t, 1, "   1.000 us [    17] | after();");
	check_keys(t, "G");
	check_text(t, "after();");
	check_text(t, "main() { +100001 lines");
	check_keys(t, "g");
	check_row(t, 0, "            [    17] | before() {");
	check_that(t, strstr(term_row(t, 2), "main() { +100001 lines"));
	check_row(t, 3, "   1.000 us [    17] | after();");
	check_keys(t, "/leaf99999\\(<Enter>");
	check_row(t, 0, "   0.050 us [    17] |   leaf99999();");
	check_quit(t);
}

/* ---- a recording of Intel PT, whose decoder tells the calls */

#define DEMO "tests/trace/demo"

static void check_in_row(struct term *t, int y, const char *what)
{
	check_that(t, strstr(term_row(t, y), what));
}

static void calls_of_a_recording(void **state)
{
	char folder[4096], option[4200], data[4200];
	const char *args[] = { "-S", "-n", "--trace-view=graph", option, data, NULL };
	struct term *t;

	if (!realpath(DEMO, folder) || access(DEMO "/perf.data", R_OK) != 0) {
		print_message("skip: %s is not here\n", DEMO);
		skip();
	}
	snprintf(option, sizeof(option), "--symfs=%s", folder);
	snprintf(data, sizeof(data), "%s/perf.data", folder);
	f.opts.cols = 120;
	t = fixture_run(&f, pager_path(), args);
	check_idle(t);
	check_keys(t, "/__set_thread_area\\(<Enter>");
	check_keys(t, "o");
	check_in_row(t, 0, "|     static_init_tls() {");
	check_keys(t, "l");
	check_in_row(t, 0, "|     } /* static_init_tls */");
	check_keys(t, "O");
	check_in_row(t, 0, "2.067 us |   } /* __init_libc */");
	check_keys(t, "c"); /* the call that ends here */
	check_in_row(t, 0, "|   __init_libc() { +13 lines, 2.067us");
	check_in_row(t, 1, "|   libc_start_init() {");
	check_keys(t, "l"); /* not into the fold */
	check_in_row(t, 0, "|   libc_start_init() {");
	check_keys(t, "Lc");
	check_in_row(t, 1, "|     static_init_tls() {");
	check_keys(t, "x");
	check_text(t, "No entry of this function behind this line");
	check_keys(t, "<Enter>2c");
	check_in_row(t, 0, "|   __init_libc() { +12 lines");
	check_in_row(t, 1, "2.067 us |   } /* __init_libc */");
	check_quit(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keys_move_by_calls, set_up, tear_down),
		cmocka_unit_test_setup_teardown(edges_are_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_target_line_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_texts_have_no_calls, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_gap_is_not_crossed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pipe_is_waited_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(calls_are_folded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(levels_are_hidden, set_up, tear_down),
		cmocka_unit_test_setup_teardown(levels_keep_the_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(folds_and_patterns_go_together, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_search_unfolds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_fold_at_the_end_stays_as_it_is, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(folds_stay, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_fold_tells_how_long_it_took, set_up, tear_down),
		cmocka_unit_test_setup_teardown(calls_of_a_recording, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_huge_fold_is_passed_both_ways, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
