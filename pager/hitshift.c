/* hitshift.c: where lines are cut off at the edge, shift so that a hit can be seen. */
#include "pager/finding.h"

/* Bytes before a hit that its pattern may look back at. */
#define BEFORE 1024

/* Columns that --match-shift leaves before a hit. */
static uint64_t match_shift(const struct tl_app *app)
{
	if (app->opt.match_shift_fraction >= 0)
		return tl_option_share(app->opt.match_shift_fraction, app->cols);
	return (uint64_t)app->opt.match_shift;
}

/*
 * Where to shift so that columns [left, right) of a line that is `end` wide can be seen: not at all
 * if they are on the first screen of columns, to the line's end if they are on its last, else so that
 * --match-shift's columns stand before them.
 */
static uint64_t shift_for(struct tl_app *app, uint64_t left, uint64_t right, uint64_t end)
{
	const struct tl_layout_opts *lay = &tl_view_layout(app->text.view)->opts;
	uint64_t width = lay->cols - (lay->rscroll && lay->cols > 1), before = match_shift(app);

	if (right < width)
		return 0;
	if (left > app->hshift && right < app->hshift + width)
		return app->hshift;
	if (end <= left + width)
		return end > width ? end - width : 0;
	return left > before ? left - before : 0;
}

void tl_find_shift_to(struct tl_app *app, uint64_t pos, size_t start, size_t end)
{
	struct tl_layout *lay = tl_view_layout(app->text.view);
	uint64_t left, right, end_col, shift;

	if (!(app->opt.chop || tl_view_has_header(app->text.view)) ||
	    tl_layout_column(lay, pos, start, &left) != TL_FOUND ||
	    tl_layout_width(lay, pos, &end_col) != TL_FOUND)
		return;
	if (tl_layout_column(lay, pos, end, &right) != TL_FOUND)
		right = end_col;
	shift = shift_for(app, left, right, end_col);
	if (shift == app->hshift)
		return;
	app->hshift = shift;
	app->jumped = true;
	tl_app_apply_options(app);
}

/* The first match at or behind byte `from` of the row that begins at `row`. */
static bool match_in_row(struct tl_app *app, uint64_t row, size_t from, size_t *start, size_t *end)
{
	struct tl_buf bytes = TL_BUF_INIT;
	struct tl_scratch *scratch;
	struct tl_cursor cur;
	size_t base = from > BEFORE ? from - BEFORE : 0;
	uint64_t next;
	bool found = false;

	if (!tl_scratch_new(&scratch, NULL))
		return false;
	tl_cursor_init(&cur, app->text.src);
	if (tl_cursor_read_line(&cur, row + base, from - base + TL_STRETCH, &bytes, &next) ==
		TL_FOUND &&
	    tl_matcher_open_piece(app->find.matcher, scratch,
				  (struct tl_span){ bytes.data, bytes.len }, base == 0, true))
		found =
		    tl_matcher_in_piece(app->find.matcher, scratch, from - base, true, start, end);
	*start += base;
	*end += base;
	tl_cursor_fini(&cur);
	tl_scratch_free(scratch);
	tl_buf_fini(&bytes);
	return found;
}

void tl_find_shift_to_hit(struct tl_app *app, uint64_t pos)
{
	size_t start = 0, end = 0;
	uint64_t row;

	if (!(app->opt.chop || tl_view_has_header(app->text.view)) ||
	    tl_layout_row_start(tl_view_layout(app->text.view), pos, &row) != TL_FOUND)
		return;
	if (match_in_row(app, row, (size_t)(pos - row), &start, &end))
		tl_find_shift_to(app, row, start, end);
}
