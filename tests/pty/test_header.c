/* --header: lines and columns that stay on the screen. */
#include "tests/pty/fixture.h"

#include <string.h>

static struct fixture f;

static int set_up(void **state)
{
	struct tl_buf table = TL_BUF_INIT;

	fixture_init(&f);
	f.opts.rows = 8;
	f.opts.cols = 30;
	fixture_lines(&f, "lines", "line %d\n", 200);
	fixture_lines(&f, "short", "short %d\n", 4);
	tl_buf_puts(&table, "name  value comment\n");
	for (int i = 1; i <= 100; i++)
		tl_buf_printf(&table, "n%03d  v\xe5\xad\x97%02d name and more of it to shift %d\n",
			      i, i % 10, i);
	fixture_file(&f, "table", (const char *)table.data, (long)table.len);
	tl_buf_fini(&table);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static void lines_stay_and_are_underlined(void **state)
{
	struct term *t = fixture_open(&f, "--header=2", "lines", NULL);

	check_row(t, 1, "line 2");
	check_that(t, !term_cell(t, 1, 0).underline);
	check_keys(t, "j");
	check_row(t, 0, "line 1");
	check_row(t, 1, "line 2");
	check_row(t, 2, "line 4");
	check_that(t, !term_cell(t, 0, 0).underline);
	check_that(t, term_cell(t, 1, 5).underline);
	check_that(t, !term_cell(t, 1, 6).underline);
	check_keys(t, "f"); /* as much as is below the header */
	check_row(t, 2, "line 9");
	check_keys(t, "50g");
	check_row(t, 2, "line 50");
	check_keys(t, "G");
	check_row(t, 1, "line 2");
	check_row(t, 6, "line 200");
	check_keys(t, "g");
	check_row(t, 2, "line 3");
	check_that(t, !term_cell(t, 1, 0).underline);
	check_keys(t, "K"); /* nothing is above */
	check_row(t, 0, "line 1");
	check_row(t, 2, "line 3");
}

static void the_header_can_begin_further_down(void **state)
{
	struct term *t = fixture_open(&f, "--header=2,0,20", "-N", "lines", NULL);

	check_row(t, 0, "     20 line 20");
	check_keys(t, "g"); /* what is before it is out of reach */
	check_row(t, 0, "     20 line 20");
	check_keys(t, "40g");
	check_row(t, 1, "     21 line 21");
	check_row(t, 2, "     40 line 40");
	t = fixture_open(&f, "--header=2,0,20", "-N", "--no-number-headers", "lines", NULL);
	check_row(t, 0, "        line 20");
	check_row(t, 2, "      1 line 22");
}

static void columns_stay_when_the_rest_shifts(void **state)
{
	struct term *t = fixture_open(&f, "--header=1,7", "-#4", "table", NULL);

	check_that(t, strncmp(term_row(t, 1), "n001  v\xe5\xad\x97", 9) == 0);
	check_keys(t, "<Right>");
	check_row(t, 0, "name  v comment");
	check_that(t, strncmp(term_row(t, 1), "n001  v name and", 16) == 0);
	check_keys(t, "4<Right>");
	check_that(t, strncmp(term_row(t, 0), "name  v", 7) == 0);
	check_keys(t, "j");
	check_that(t, strncmp(term_row(t, 1), "n002  v", 7) == 0);
	check_that(t, term_cell(t, 0, 0).underline);
	check_that(t, !term_cell(t, 1, 0).underline);
}

static void a_wide_character_at_the_border_stays_whole(void **state)
{
	struct term *t;

	fixture_file(&f, "wide",
		     "\xe5\xad\x97"
		     "bc\nab\xe5\xad\x97"
		     "d\n",
		     -1);
	t = fixture_open(&f, "--header=0,1", "wide", NULL);
	check_row(t, 0,
		  "\xe5\xad\x97"
		  "bc");
	t = fixture_open(&f, "--header=0,3", "wide", NULL);
	check_row(t, 1,
		  "ab\xe5\xad\x97"
		  "d");
}

static void half_a_wide_character_is_blank(void **state)
{
	struct term *t = fixture_open(&f, "--header=0,8", "-#1", "table", NULL);

	/* The header's columns end within the wide character: it is not part of them. */
	check_keys(t, "<Right>");
	check_that(t, strncmp(term_row(t, 1), "n001  v ", 8) == 0);
}

static void a_short_text_leaves_empty_rows_behind_the_header(void **state)
{
	struct term *t = fixture_open(&f, "--header=2", "short", NULL);

	check_row(t, 4, "~");
	check_keys(t, "G");
	check_row(t, 0, "short 1");
	check_row(t, 1, "short 2");
	check_row(t, 2, "~");
	check_row(t, 3, "short 1");
	check_row(t, 6, "short 4");
}

static void more_lines_than_rows(void **state)
{
	struct term *t = fixture_open(&f, "--header=12", "lines", NULL);

	check_row(t, 0, "line 6");
	check_row(t, 6, "line 12");
	check_keys(t, "G");
	check_row(t, 6, "line 12");
	t = fixture_open(&f, "--header=100000,100000", "lines", NULL);
	check_row(t, 6, "~");
	t = fixture_open(&f, "--header=2,0,300", "lines", NULL);
	check_row(t, 1, "~");
	check_row(t, 2, "line 3");
}

static void it_is_set_and_told_while_paging(void **state)
{
	struct term *t;

	f.opts.cols = 80;
	t = fixture_open(&f, "lines", NULL);
	check_keys(t, "10g--header=2<Enter>");
	check_last(t, "Header (lines,columns,line-number) is 2,0,10  (press RETURN)");
	check_keys(t, "<Enter>50g");
	check_row(t, 0, "line 10");
	check_row(t, 2, "line 50");
	check_keys(t, "__header<Enter>");
	check_last(t, "Header (lines,columns,line-number) is 2,0,10  (press RETURN)");
	check_keys(t, "<Enter>--header=2,x<Enter>");
	check_last(t, "Number is required after --header  (press RETURN)");
	check_keys(t, "<Enter>");
	check_last(t, "Header (lines,columns,line-number) is 2,0,10  (press RETURN)");
	check_keys(t, "<Enter>--header<Enter>");
	check_last(t, "Header lines:");
	check_keys(t, ",3<Enter>");
	check_last(t, "Header (lines,columns,line-number) is 2,3,48  (press RETURN)");
	check_keys(t, "<Enter>--header=-<Enter>");
	check_last(t, "Header (lines,columns,line-number) is 0,0,0  (press RETURN)");
	check_keys(t, "<Enter>g");
	check_row(t, 0, "line 1");
}

static void the_next_file_has_its_first_lines(void **state)
{
	struct term *t = fixture_open(&f, "--header=1,0,30", "lines", "table", NULL);

	check_row(t, 0, "line 30");
	check_keys(t, "50g:n");
	check_that(t, strncmp(term_row(t, 0), "name  value", 11) == 0);
	check_keys(t, "3j");
	check_that(t, strncmp(term_row(t, 0), "name  value", 11) == 0);
	check_that(t, strncmp(term_row(t, 1), "n004", 4) == 0);
	check_keys(t, ":p");
	check_row(t, 0, "line 1");
	check_row(t, 1, "line 50");
}

static void searches_can_pass_over_it(void **state)
{
	struct term *t = fixture_open(&f, "--header=1", "table", NULL);

	check_keys(t, "/name<Enter>");
	check_that(t, term_cell(t, 0, 0).reverse);
	check_that(t, strncmp(term_row(t, 1), "n001", 4) == 0);
	t = fixture_open(&f, "--header=1", "--no-search-header-lines", "table", NULL);
	check_keys(t, "/comment<Enter>");
	check_text(t, "Pattern not found");
	check_keys(t, "<Enter>?name<Enter>");
	check_that(t, !term_cell(t, 0, 0).reverse);
	t = fixture_open(&f, "--header=1,6", "--no-search-header-columns", "table", NULL);
	check_keys(t, "/^n0<Enter>");
	check_text(t, "Pattern not found");
	check_keys(t, "<Enter>/05<Enter>");
	check_that(t, strncmp(term_row(t, 1), "n005", 4) == 0);
	check_that(t, !term_cell(t, 1, 2).reverse); /* of n005 */
	check_that(t, term_cell(t, 1, 9).reverse);
	check_keys(t, "/^v<Enter>"); /* a line begins behind the columns */
	check_that(t, term_cell(t, 1, 6).reverse);
}

static void the_filter_lets_it_through(void **state)
{
	struct term *t = fixture_open(&f, "--header=2", "lines", NULL);

	check_keys(t, "&9<Enter>");
	check_row(t, 0, "line 1");
	check_row(t, 1, "line 2");
	check_row(t, 2, "line 9");
	check_row(t, 3, "line 19");
}

static void marks_and_lines_of_the_text(void **state)
{
	struct term *t = fixture_open(&f, "--header=2", "-j2", "lines", NULL);

	check_keys(t, "50g");
	check_row(t, 2, "line 50"); /* not behind the header */
	check_keys(t, "maG'a");
	check_row(t, 2, "line 50");
	check_keys(t, "3<Esc>j");
	check_row(t, 2, "line 53");
	check_keys(t, "<Esc>k");
	check_row(t, 2, "line 52");
}

static void the_help_has_one_and_then_the_text_again(void **state)
{
	struct term *t = fixture_open(&f, "--header=1,0,150", "lines", NULL);

	check_row(t, 0, "line 150");
	check_keys(t, "170gh");
	check_no_text(t, "line 150");
	check_keys(t, "20jq");
	check_row(t, 0, "line 1");
	check_row(t, 1, "line 170");
}

static void the_size_changes(void **state)
{
	struct term *t = fixture_open(&f, "--header=3,7", "table", NULL);

	check_keys(t, "20j");
	term_resize(t, 5, 20);
	check_idle(t);
	check_that(t, strncmp(term_row(t, 2), "n002", 4) == 0);
	check_that(t, strncmp(term_row(t, 3), "n023", 4) == 0);
	term_resize(t, 2, 3);
	check_idle(t);
	check_that(t, strncmp(term_row(t, 0), "n00", 3) == 0);
	term_resize(t, 8, 30);
	check_keys(t, "g");
	check_that(t, strncmp(term_row(t, 0), "name", 4) == 0);
}

static void it_comes_through_a_pipe(void **state)
{
	static const char rest[] = "3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n";
	struct term *t;

	f.opts.stdin_pipe = true;
	t = fixture_page(&f, "--header=2,0,3", NULL);
	check_that(t, term_feed(t, "1\n2\n", 4));
	check_that(t, term_feed(t, rest, strlen(rest)));
	check_text(t, "9");
	check_row(t, 0, "3");
	check_keys(t, "j");
	check_row(t, 1, "4");
	check_row(t, 2, "6");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(lines_stay_and_are_underlined),
		T(the_header_can_begin_further_down),
		T(columns_stay_when_the_rest_shifts),
		T(a_wide_character_at_the_border_stays_whole),
		T(half_a_wide_character_is_blank),
		T(a_short_text_leaves_empty_rows_behind_the_header),
		T(more_lines_than_rows),
		T(it_is_set_and_told_while_paging),
		T(the_next_file_has_its_first_lines),
		T(searches_can_pass_over_it),
		T(the_filter_lets_it_through),
		T(marks_and_lines_of_the_text),
		T(the_help_has_one_and_then_the_text_again),
		T(the_size_changes),
		T(it_comes_through_a_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
