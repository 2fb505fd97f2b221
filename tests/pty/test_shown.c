/* How a text is shown: where rows begin, what is cut off, what bytes become. */
#include "tests/pty/fixture.h"

#include <stdio.h>
#include <string.h>

#define TEN  "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"
#define MANY TEN TEN TEN

static struct fixture f;

static int set_up(void **state)
{
	char lines[4096] = "";
	size_t n = 0;

	fixture_init(&f);
	for (int i = 1; i <= 5; i++) {
		n += (size_t)sprintf(lines + n, "%d:", i);
		for (int k = 0; k < 30; k++) /* four and a half rows of 80 columns */
			n += (size_t)sprintf(lines + n, "-%02d--------", k);
		n += (size_t)sprintf(lines + n, "\n");
	}
	fixture_file(&f, "long.txt", lines, (long)n);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

/* What is at the top left stays there when lines are cut off. */
static void S_shifts_to_what_was_at_the_top(void **state)
{
	struct term *t = fixture_open(&f, "long.txt", NULL);
	char want[81];

	check_keys(t, "jj");
	snprintf(want, 80, "%s", term_row(t, 0));
	check_keys(t, "-S<Enter>");
	check_that(t, strncmp(term_row(t, 0), want, 79) == 0);
	check_that(t, strncmp(term_row(t, 1), want, 79) == 0); /* of the next line */
	check_keys(t, "<Esc>{");
	check_that(t, strncmp(term_row(t, 0), "1:-00", 5) == 0);
	check_keys(t, "-S<Enter>j<Right>"); /* a shift begins with the line */
	check_that(t, strncmp(term_row(t, 1), "--", 2) == 0 || term_row(t, 1)[0] == '-');
	check_keys(t, "<Left>");
	check_that(t, strncmp(term_row(t, 0), "1:-00", 5) == 0);
}

static void a_row_at_the_top_stays_when_options_change(void **state)
{
	struct term *t = fixture_open(&f, "long.txt", NULL);
	char top[81], want[90];

	check_keys(t, "j");
	snprintf(top, 73, "%s", term_row(t, 0));
	check_keys(t, "-N<Enter>");
	snprintf(want, sizeof(want), "      1 %s", top);
	check_row(t, 0, want);
	check_keys(t, "k");
	check_that(t, strncmp(term_row(t, 0), "      1 ", 8) == 0);
	check_that(t, strncmp(term_row(t, 0) + 8, "1:-00", 5) != 0); /* the rest of a row */
	check_row(t, 1, want);
	check_keys(t, "kj");
	check_row(t, 1, want);
	check_keys(t, "GG1G"); /* forgotten once it has left the screen */
	check_that(t, strncmp(term_row(t, 0) + 8, "1:-00", 5) == 0);
}

/* What is above the screen is not looked at, and the rest of the line is a line. */
static void a_search_begins_within_a_line(void **state)
{
	struct term *t = fixture_open(&f, "long.txt", NULL);
	char top[81];

	check_keys(t, "jj");
	snprintf(top, sizeof(top), "%s", term_row(t, 0));
	check_keys(t, "/-29<Enter>"); /* further on in the same line */
	check_row(t, 0, top);
	check_keys(t, "/-00<Enter>"); /* only in lines that follow */
	check_that(t, strncmp(term_row(t, 0), "2:-00", 5) == 0);
}

/* 80 columns, the last one with a mark on its letter, however the row comes onto the screen. */
static void a_mark_in_the_last_column_stays(void **state)
{
	static const char *const ways[] = { "j",
					    "k",
					    "d",
					    "u",
					    "G",
					    "g",
					    "20g",
					    "5j",
					    "3k",
					    "r",
					    "50%",
					    "K",
					    "J",
					    "b",
					    "<Space>",
					    "-N<Enter>-N<Enter>",
					    "-S<Enter>-S<Enter>" };
	char lines[60 * 90];
	size_t n = 0;
	struct term *t;

	for (int i = 10; i < 60; i++)
		n += (size_t)sprintf(lines + n, "%d%077d%s\n", i, 0,
				     i % 2 ? "e\xcc\x81" : "o\xcc\x88");
	fixture_file(&f, "marks.txt", lines, (long)n);
	t = fixture_open(&f, "marks.txt", NULL);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		check_keys(t, ways[i]);
		for (int y = 0; y < 23; y++) {
			const char *row = term_row(t, y);
			size_t len = strlen(row);

			if (len < 80)
				continue;
			if (strcmp(row + len - 3, "e\xcc\x81") != 0 &&
			    strcmp(row + len - 3, "o\xcc\x88") != 0)
				fail_msg("after %s, row %d: %s", ways[i], y, row);
		}
	}
}

static void scrolling_stops_at_form_feeds(void **state)
{
	struct term *t;

	/* 23 rows are shown; the 30th and the 40th line begin with one */
	fixture_file(&f, "pages.txt",
		     TEN TEN "20\n21\n22\n23\n24\n25\n26\n27\n28\n\f29\n" TEN "\f40\n" MANY, -1);
	t = fixture_open(&f, "--form-feed", "pages.txt", NULL);
	check_keys(t, "<Space>");
	check_row(t, 22, "^L29");
	check_keys(t, "<Space>");
	check_row(t, 22, "^L40");
	check_keys(t, "45gb"); /* a jump goes where it goes */
	check_row(t, 0, "^L40");
	check_keys(t, "30k");
	check_row(t, 0, "^L29");
	check_keys(t, "30<Esc>k");
	check_row(t, 0, "0");
}

static void past_eof_is_for_both_ends(void **state)
{
	struct term *t = fixture_open(&f, "--past-eof", "long.txt", NULL);

	check_keys(t, "2k");
	check_row(t, 0, "~");
	check_row(t, 1, "~");
	check_that(t, strncmp(term_row(t, 2), "1:-00", 5) == 0);
	check_keys(t, "Gj");
	check_row(t, 22, "~");
}

static void an_empty_file_has_no_middle(void **state)
{
	struct term *t;

	fixture_file(&f, "empty.txt", "", 0);
	t = fixture_open(&f, "empty.txt", NULL);
	check_keys(t, "50%");
	check_text(t, "Cannot seek to that file position");
}

static void processing_is_chosen(void **state)
{
	struct term *t;

	/* more than a screen: less than that would begin further down */
	fixture_file(&f, "odd.txt", "a\ba\tX\r\n" MANY, -1);
	t = fixture_open(&f, "-U", "odd.txt", NULL);
	check_row(t, 0, "a^Ha^IX^M");
	check_keys(t, "--proc-tab<Enter><Enter>");
	check_row(t, 0, "a^Ha    X^M");
	check_keys(t, "--proc-backspace<Enter><Enter>");
	check_row(t, 0, "a       X^M");
	check_keys(t, "--proc-return<Enter><Enter>");
	check_row(t, 0, "a       X");
	check_keys(t, "-U<Enter>--PROC-TAB<Enter><Enter>");
	check_row(t, 0, "a^IX");
	check_keys(t, "/^a.X$<Enter>"); /* what is searched is what is seen */
	check_no_text(t, "not found");
}

static void characters_are_defined_by_the_environment(void **state)
{
	struct term *t;

	fixture_file(&f, "odd.txt", "\xee\x80\x80\xff|\n" MANY, -1);
	fixture_setenv(&f, "LESSCHARSET", "utf-8");
	fixture_setenv(&f, "LESSUTFCHARDEF", "E000:d");
	fixture_setenv(&f, "LESSBINFMT", "*u[%x]");
	t = fixture_open(&f, "odd.txt", NULL);
	check_row(t, 0, "[ff]|");
	fixture_setenv(&f, "LESSCHARSET", "latin9");
	t = fixture_open(&f, "odd.txt", NULL);
	check_that(t, strstr(term_row(t, 0), "[80][80]") != NULL);
	fixture_setenv(&f, "LESSCHARSET", "klingon");
	t = fixture_page(&f, "odd.txt", NULL);
	check_exit(t, 1);
	check_text(t, "invalid charset name");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(S_shifts_to_what_was_at_the_top),
		TEST(a_row_at_the_top_stays_when_options_change),
		TEST(a_search_begins_within_a_line),
		TEST(a_mark_in_the_last_column_stays),
		TEST(scrolling_stops_at_form_feeds),
		TEST(past_eof_is_for_both_ends),
		TEST(an_empty_file_has_no_middle),
		TEST(processing_is_chosen),
		TEST(characters_are_defined_by_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
