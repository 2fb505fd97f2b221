/* test_grid.c: rows of cells scroll, and a picture that has scrolled is recognised. */
#include "pager/grid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROWS 8
#define COLS 5

static void put(struct tl_cell *row, const char *text)
{
	for (unsigned x = 0; x < COLS; x++) {
		row[x] = tl_cell_blank();
		if (x < strlen(text))
			row[x].text[0] = text[x];
	}
}

/* Row y says "r" and `first` + y. */
static void set_rows(struct tl_grid *g, unsigned first)
{
	struct tl_cell row[COLS];
	char text[COLS + 1];

	for (unsigned y = 0; y < g->rows; y++) {
		snprintf(text, sizeof(text), "r%u", first + y);
		put(row, text);
		tl_grid_set_row(g, y, row);
	}
}

static void assert_row(const struct tl_grid *g, unsigned y, const char *text)
{
	struct tl_cell row[COLS];

	put(row, text);
	assert_true(tl_cells_look_same(g->row[y], row, COLS));
}

static void scrolls_both_ways(void **state)
{
	struct tl_grid g = { 0 };

	assert_true(tl_grid_init(&g, ROWS, COLS));
	assert_row(&g, 0, "");
	set_rows(&g, 10);
	tl_grid_scroll(&g, 3);
	assert_row(&g, 0, "r13");
	assert_row(&g, 4, "r17");
	assert_row(&g, 5, "");
	assert_row(&g, 7, "");
	tl_grid_scroll(&g, -1);
	assert_row(&g, 0, "");
	assert_row(&g, 1, "r13");
	assert_row(&g, 5, "r17");
	tl_grid_scroll(&g, -7);
	assert_row(&g, 6, "");
	assert_row(&g, 7, "");
	tl_grid_fini(&g);
}

static int shift_between(unsigned old, unsigned new, unsigned then)
{
	struct tl_grid g = { 0 }, to = { 0 };
	int shift;

	assert_true(tl_grid_init(&g, ROWS, COLS) && tl_grid_init(&to, ROWS, COLS));
	set_rows(&g, old);
	set_rows(&to, new);
	shift = tl_grid_find_scroll(&g, (const struct tl_cell *const *)to.row, ROWS);
	if (then != new) { /* once more, with what it has learnt */
		tl_grid_scroll(&g, shift);
		for (unsigned y = 0; y < ROWS; y++)
			tl_grid_set_row(&g, y, to.row[y]);
		set_rows(&to, then);
		shift = tl_grid_find_scroll(&g, (const struct tl_cell *const *)to.row, ROWS);
	}
	tl_grid_fini(&g);
	tl_grid_fini(&to);
	return shift;
}

static void finds_how_far_it_has_scrolled(void **state)
{
	assert_int_equal(shift_between(10, 10, 10), 0);
	assert_int_equal(shift_between(10, 11, 11), 1);
	assert_int_equal(shift_between(10, 9, 9), -1);
	assert_int_equal(shift_between(10, 14, 14), 4);
	assert_int_equal(shift_between(14, 10, 10), -4);
	assert_int_equal(shift_between(10, 50, 50), 0);
	assert_int_equal(shift_between(10, 11, 12), 1);
	assert_int_equal(shift_between(10, 13, 11), -2);
	assert_int_equal(shift_between(10, 50, 51), 1);
}

static void blank_rows_are_as_good_as_others(void **state)
{
	struct tl_grid g = { 0 }, to = { 0 };

	assert_true(tl_grid_init(&g, ROWS, COLS) && tl_grid_init(&to, ROWS, COLS));
	set_rows(&g, 10);
	set_rows(&to, 11);
	tl_grid_blank(&to, 6, ROWS);
	assert_int_equal(tl_grid_find_scroll(&g, (const struct tl_cell *const *)to.row, ROWS), 1);
	to.row[7][2].attr.fg = TL_COLOR_BASIC; /* of nothing */
	assert_true(tl_cell_is_blank(&to.row[7][2]));
	assert_false(tl_grid_has_row(&to, 6, to.row[7]));
	assert_true(tl_cells_look_same(to.row[6], to.row[7], COLS));
	assert_int_equal(tl_cells_length(to.row[7], COLS), 0);
	assert_int_equal(tl_cells_length(to.row[0], COLS), 3);
	tl_grid_fini(&g);
	tl_grid_fini(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scrolls_both_ways),
		cmocka_unit_test(finds_how_far_it_has_scrolled),
		cmocka_unit_test(blank_rows_are_as_good_as_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
