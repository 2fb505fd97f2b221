/*
 * Searching: /, ?, n, N, modifiers, what is lit up, what is said when nothing is found.  The
 * first search begins at the top line shown (backwards: at the last), the next ones behind
 * the line found.
 */
#include "tests/pty/fixture.h"

#include <string.h>

static struct fixture f;

static int set_up(void **state)
{
	fixture_init(&f);
	fixture_lines(&f, "a.txt", "line %d of Text\n", 1000);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static const struct {
	const char *keys, *top;
} searches[] = {
	{ "/line 500<Enter>", "line 500 of Text" },
	{ "/00 of<Enter>", "line 100 of Text" },
	{ "/00 of<Enter>n", "line 200 of Text" },
	{ "/00 of<Enter>3n", "line 400 of Text" },
	{ "/00 of<Enter>nnN", "line 200 of Text" },
	{ "4/00 of<Enter>", "line 400 of Text" },
	{ "/00 of<Enter>/<Enter>", "line 200 of Text" },
	{ "500g?00 of<Enter>", "line 500 of Text" },
	{ "500g2?00 of<Enter>", "line 400 of Text" },
	{ "500g?00 of<Enter>n", "line 400 of Text" },
	{ "500g?00 of<Enter>N", "line 600 of Text" },
	{ "/^line [78]5<Enter>n", "line 85 of Text" },
	{ "/e (33|44) o<Enter>n", "line 44 of Text" },
	{ "/9{3}<Enter>", "line 999 of Text" },
	{ "/12.*x<Enter>", "line 12 of Text" },
	{ "3g/!line [1-9] <Enter>", "line 10 of Text" },
	{ "/^Rof T<Enter>", "line 1 of Text" },
	{ "-i<Enter>/text<Enter>n", "line 2 of Text" },
	{ "/line 5<BS>70<Enter>", "line 70 of Text" },
	{ "/^Ano^U70<Enter>", "line 70 of Text" },
	{ "/line 500<Enter>g/<Up><Enter>", "line 500 of Text" },
};

static void keys_find_their_line(void **state)
{
	int wrong = 0;

	for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
		struct term *t = fixture_open(&f, "a.txt", NULL);

		check_keys(t, searches[i].keys);
		if (term_find(t, "press RETURN") >= 0)
			check_keys(t, "<Enter>");
		if (strcmp(term_row(t, 0), searches[i].top) != 0) {
			print_error("%s: \"%s\", not \"%s\"\n", searches[i].keys, term_row(t, 0),
				    searches[i].top);
			wrong++;
		}
		fixture_end(&f);
	}
	assert_int_equal(wrong, 0);
}

static void nothing_found_is_said_and_nothing_moves(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "50g");
	check_keys(t, "/nowhere<Enter>");
	check_text(t, "Pattern not found");
	check_keys(t, "<Enter>");
	check_row(t, 0, "line 50 of Text");
	check_keys(t, "?line 90 of<Enter>");
	check_text(t, "Pattern not found");
}

static void case_counts_unless_told_otherwise(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "/TEXT<Enter>");
	check_text(t, "Pattern not found");
	t = fixture_open(&f, "-I", "a.txt", NULL);
	check_keys(t, "/LINE 50<Enter>");
	check_row(t, 0, "line 50 of Text");
	t = fixture_open(&f, "-i", "a.txt", NULL);
	check_keys(t, "/TEXT<Enter>"); /* a capital letter: case counts */
	check_text(t, "Pattern not found");
}

static void hits_are_lit_up(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "/Text<Enter>");
	check_that(t, term_cell(t, 0, 10).reverse && term_cell(t, 0, 13).reverse);
	check_that(t, !term_cell(t, 0, 9).reverse && !term_cell(t, 0, 0).reverse);
	check_that(t, term_cell(t, 5, 10).reverse);
	check_keys(t, "<Esc>u");
	check_that(t, !term_cell(t, 0, 10).reverse);
	check_keys(t, "<Esc>u");
	check_that(t, term_cell(t, 0, 10).reverse);
}

static void options_of_searches_bring_hits_back(void **state)
{
	struct term *t;

	only_tless();
	t = fixture_open(&f, "--header=1", "a.txt", NULL);
	check_keys(t, "/Text<Enter><Esc>u-i");
	check_that(t, term_cell(t, 1, 10).reverse);
	check_keys(t, "<Enter>");
	check_that(t, term_cell(t, 1, 10).reverse);
	check_keys(t, "--no-search-headers<Enter>"); /* once that has been read */
	check_that(t, !term_cell(t, 1, 10).reverse);
	check_keys(t, "<Enter>");
	check_that(t, term_cell(t, 1, 10).reverse);
}

static void a_bad_pattern_is_refused(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "/(<Enter>");
	check_text(t, "(press RETURN)");
	check_keys(t, "<Enter>");
	check_row(t, 0, "line 1 of Text");
	check_keys(t, "/line 7<Enter>");
	check_row(t, 0, "line 7 of Text");
}

static void the_command_line_searches(void **state)
{
	struct term *t = fixture_open(&f, "+/line 300", "a.txt", NULL);

	check_row(t, 0, "line 300 of Text");
	t = fixture_open(&f, "-pline 400", "a.txt", NULL);
	check_row(t, 0, "line 400 of Text");
	t = fixture_open(&f, "+/nowhere", "a.txt", NULL);
	check_text(t, "Pattern not found");
}

static void a_search_goes_over_files(void **state)
{
	struct term *t;

	fixture_lines(&f, "b.txt", "second %d\n", 50);
	t = fixture_open(&f, "a.txt", "b.txt", NULL);
	check_keys(t, "/*second 3<Enter>");
	check_row(t, 0, "second 3");
}

static void filters_show_only_what_matches(void **state)
{
	struct term *t = fixture_open(&f, "a.txt", NULL);

	check_keys(t, "&00 of<Enter>");
	check_row(t, 0, "line 100 of Text");
	check_row(t, 9, "line 1000 of Text");
	check_keys(t, "&<Enter>");
	check_row(t, 1, "line 101 of Text");
	check_keys(t, "g&!1<Enter>");
	check_row(t, 0, "line 2 of Text");
	check_row(t, 8, "line 20 of Text");
	check_keys(t, "hq"); /* back from the help, it is still there */
	check_row(t, 0, "line 2 of Text");
	check_row(t, 8, "line 20 of Text");
}

static void hits_are_found_in_what_is_seen_not_in_what_is_stored(void **state)
{
	struct term *t;

	fixture_file(&f, "over", "first\nplain\nN\bNA\bAM\bME\bE _\bu_\bn_\bd\nlast\n", -1);
	t = fixture_open(&f, "over", NULL);
	check_keys(t, "/NAME und<Enter>");
	check_no_text(t, "Pattern not found");
	check_that(t, term_cell(t, term_find(t, "NAME"), 0).reverse);
}

static void a_line_far_behind_is_found(void **state)
{
	struct term *t;

	fixture_lines(&f, "big", "an ordinary line, number %d, of a file of some megabytes\n",
		      200000);
	t = fixture_open(&f, "big", NULL);
	check_keys(t, "/number 199990,<Enter>");
	check_row(t, 0, "an ordinary line, number 199990, of a file of some megabytes");
	check_keys(t, "?number 3,<Enter>");
	check_row(t, 0, "an ordinary line, number 3, of a file of some megabytes");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(keys_find_their_line),
		TEST(nothing_found_is_said_and_nothing_moves),
		TEST(case_counts_unless_told_otherwise),
		TEST(hits_are_lit_up),
		TEST(options_of_searches_bring_hits_back),
		TEST(a_bad_pattern_is_refused),
		TEST(the_command_line_searches),
		TEST(a_search_goes_over_files),
		TEST(filters_show_only_what_matches),
		TEST(hits_are_found_in_what_is_seen_not_in_what_is_stored),
		TEST(a_line_far_behind_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
