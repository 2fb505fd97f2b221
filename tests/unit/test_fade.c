/* test_fade.c: colours of the text where the pager's own attributes end. */
#include "pager/fade.h"

#include "tests/unit/drawing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define COLS 20

static struct tl_colors colors;
static struct tl_endings endings = { &colors, "\033[27m", "\033[24m", "\033(B\033[m" };

/* Lay `line` out, mark columns [from, to) as a hit, and tell the cells: a digit for the colour, b
 * and i for SGR bold and italic beside it. */
static const char *fade(const char *line, unsigned from, unsigned to)
{
	static char out[COLS * 3 + 1];
	struct tl_source *src = text_source(line, strlen(line));
	struct tl_layout lay;
	struct tl_row row;
	char *q = out;

	tl_layout_init(&lay, src);
	lay.opts.cols = COLS;
	lay.opts.raw = TL_RAW_SGR;
	row_init(&row, COLS);
	assert_int_equal(tl_layout_row(&lay, 0, &row), TL_FOUND);
	for (unsigned i = from; i < to; i++)
		row.cells[i].attr.flags = tl_with_role(row.cells[i].attr.flags, TL_ROLE_SEARCH);
	tl_fade_row(&lay, &row, &endings);
	for (unsigned i = 0; i < row.ncells; i++) {
		const struct tl_attr *a = &row.cells[i].attr;

		*q++ = a->fg ? (char)('0' + (a->fg & 0xffffff) % 10) : '.';
		if (a->flags & TL_SGR_BOLD)
			*q++ = 'b';
		if (a->flags & TL_SGR_ITALIC)
			*q++ = 'i';
	}
	*q = '\0';
	row_fini(&row);
	tl_layout_fini(&lay);
	tl_source_close(src);
	return out;
}

static void the_end_of_bold_ends_colors(void **state)
{
	assert_string_equal(fade("\033[31ma_\bbc\n", 0, 0), "111");
	assert_string_equal(fade("\033[31mab\bbc\n", 0, 0), "11.");
	assert_string_equal(fade("\033[31mab\bbc\033[1md\033[32me\n", 0, 0), "11..b2b");
	assert_string_equal(fade("\033[31ma\n", 0, 0), "1");
}

static void behind_a_hit_colors_come_again(void **state)
{
	assert_string_equal(fade("\033[31mabcd\n", 1, 2), "1111");
	colors.on = 1; /* a colour ends with everything */
	assert_string_equal(fade("\033[31mabcd\n", 1, 2), "1111");
	assert_string_equal(fade("\033[31ma\001b\n", 0, 0), "111.");
	assert_string_equal(fade("\033[1m\033[3m\033[4m\033[31mabc\n", 1, 2), "1bi1bi1i");
	colors.on = 0;
}

static void sequences_within_a_hit_act(void **state)
{
	endings.standout = "\033[m";
	assert_string_equal(fade("a\033[31mb\033[1mc\033[mde\n", 0, 4), ".11b..");
	assert_string_equal(fade("\033[31ma\033[1mb\033[3mcd\n", 0, 2), "11b1bi1bi");
	endings.standout = "\033[27m";
}

static int set_up(void **state)
{
	tl_colors_init(&colors);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_of_bold_ends_colors),
		cmocka_unit_test(behind_a_hit_colors_come_again),
		cmocka_unit_test(sequences_within_a_hit_act),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
