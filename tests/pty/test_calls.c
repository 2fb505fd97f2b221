/* test_calls.c: moving by calls in a text that a tracer has printed, on a terminal. */
#include "tests/pty/fixture.h"

#include <stdlib.h>
#include <string.h>

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

static const char *line_of(const char *text, unsigned n)
{
	static char line[200];

	while (--n > 0)
		text = strchr(text, '\n') + 1;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keys_move_by_calls, set_up, tear_down),
		cmocka_unit_test_setup_teardown(edges_are_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_target_line_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_texts_have_no_calls, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_gap_is_not_crossed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pipe_is_waited_for, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
