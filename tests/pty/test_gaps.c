/*
 * Gaps and errors: going to them, and :gaps, which lists them.  The recordings are made up
 * (tests/unit/fake_decoder.h); other texts have what programs write where events were lost.
 */
#include "tests/pty/fakerecording.h"

#include <stdlib.h>
#include <string.h>

/* The lines of a.data that tell of gaps. */
static char *gaps[1000];
static size_t ngaps;

static int set_up(void **state)
{
	fake_begin();
	ngaps = 0;
	for (char *p = strtok((char *)tl_buf_str(&whole.out), "\n"); p; p = strtok(NULL, "\n"))
		if (strstr(p, "[gap: "))
			gaps[ngaps++] = p;
	assert_true(ngaps > 4 && ngaps < 20);
	return 0;
}

static void check_listed(struct term *t, int row, size_t i)
{
	char line[200];

	snprintf(line, sizeof(line), "%6zu  %s", i + 1, gaps[i]);
	check_row(t, row, line);
}

static void all_are_listed(void **state)
{
	struct term *t = open_fake(NULL, "a.data");
	char heading[80];

	snprintf(heading, sizeof(heading), "%zu gaps or errors in a.data", ngaps);
	check_keys(t, "ff:gaps<Enter>");
	check_row(t, 0, heading);
	for (size_t i = 0; i < ngaps; i++)
		check_listed(t, (int)i + 1, i);
	check_last(t, "(END) N RETURN goes to gap N, RETURN to the top one, q back");
	/* It is a text as any other. */
	check_keys(t, "/queue<Enter>");
	check_listed(t, 0, 0);
	check_keys(t, "J");
	check_listed(t, 0, 1);
	check_keys(t, "q");
	check_text(t, "chunk ");
	check_no_text(t, "gaps or errors");
}

static void return_goes_to_one(void **state)
{
	struct term *t = open_fake(NULL, "a.data");

	check_keys(t, ":g<Enter><Enter>");
	check_row(t, 0, gaps[0]);
	check_keys(t, ":gap<Enter>JJJ<Enter>");
	check_row(t, 0, gaps[2]);
	check_keys(t, ":gaps<Enter>5<Enter>");
	check_row(t, 0, gaps[4]);
	check_keys(t, ":gaps<Enter>999<Enter>"); /* there is none */
	check_text(t, "gaps or errors");
	check_keys(t, ":gaps<Enter>");
	check_row(t, 0, gaps[4]);
	check_keys(t, "''"); /* back to where it was before */
	check_no_text(t, "gaps or errors");
	check_keys(t, ":grep<Enter>");
	check_text(t, "There is no command :grep");
	check_keys(t, "<Enter><Enter>"); /* a line forward, as ever */
	check_quit(t);
}

static void a_filter_hides_none(void **state)
{
	struct term *t = open_fake(NULL, "a.data");

	check_keys(t, "&chunk 1<Enter>:gaps<Enter>");
	check_listed(t, 1, 0);
	check_keys(t, "q");
	check_text(t, "chunk 1 line 0 ");
	check_keys(t, "<Esc>;");
	check_text(t, "No gap behind here");
}

/* At least 1 %, which is behind the first gap. */
static bool has_come_far(struct term *t, void *arg)
{
	const char *percent = strchr(term_row(t, term_rows(t) - 1), '%');

	return percent && (percent[-1] != '0' || percent[-2] != ' ');
}

static void a_search_can_be_stopped(void **state)
{
	struct term *t;

	fixture_file(&f, "slow.data", "FAKETRACE\nchunks 4000\nlines 300\ndelay 50000\n", -1);
	t = open_fake("-n", "slow.data");
	check_that(t, term_keys(t, ":gaps<Enter>"));
	check_text(t, "Seeking");
	check_that(t, term_wait(t, has_come_far, NULL, TIMEOUT_MS));
	check_that(t, term_keys(t, "^C"));
	check_text(t, " so far");
	check_keys(t, "q<Esc>;");
	check_text(t, "[gap: ");
}

static void other_programs_tell_of_them(void **state)
{
	static const char *const told[] = {
		"CPU:3 [LOST 17 EVENTS]",
		"CPU:1 [12 EVENTS DROPPED]",
		"CPU:3 [LOST EVENTS]",
		"CPU:1 [EVENTS DROPPED]",
		" instruction trace error type 1 time 12.5 cpu 0 pid 1 tid 1 ip 0 code 7: Overflow "
		"packet",
		"            [  4711] |   /* LOST 7 records!! */",
		"perf  17 [003]  5.000: PERF_RECORD_LOST lost 9",
		"12.5 [gap: a saved text]",
	};
	struct tl_buf text = TL_BUF_INIT;
	struct term *t;
	char line[300];

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		for (int k = 0; k < 50; k++)
			tl_buf_printf(&text, "an event with [brackets], LOST and an error\n");
		tl_buf_printf(&text, "%s\n", told[i]);
	}
	fixture_file(&f, "log.txt", (const char *)text.data, (long)text.len);
	tl_buf_fini(&text);
	t = open_fake(NULL, "log.txt");
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		check_keys(t, "<Esc>;");
		snprintf(line, 60, "%s", told[i]);
		check_text(t, line);
	}
	check_keys(t, "<Esc>,:gaps<Enter>");
	check_row(t, 0, "8 gaps or errors in log.txt");
	snprintf(line, sizeof(line), "     1  %s", told[0]);
	check_row(t, 1, line);
	check_keys(t, "2<Enter>");
	check_row(t, 0, told[1]);
	fixture_lines(&f, "plain.txt", "line %d\n", 100);
	t = open_fake(NULL, "plain.txt");
	check_keys(t, ":gaps<Enter>");
	check_text(t, "No gap or error in this text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_are_listed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(return_goes_to_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_filter_hides_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_search_can_be_stopped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_programs_tell_of_them, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
