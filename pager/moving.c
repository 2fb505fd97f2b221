/* moving.c: the commands that move: by rows, by jumping, sideways; and moves that take long. */
#include "pager/commands.h"
#include "text/part.h"

#include <inttypes.h>
#include <string.h>

/* ---- moving by rows */

static void moved_rows(struct tl_app *app, uint64_t n)
{
	if (n > app->rows)
		app->jumped = true;
	app->scrolled += (unsigned)(n > app->rows ? app->rows : n);
	tl_app_dirty(app);
}

static void broken(struct tl_app *app)
{
	const struct tl_err *err = tl_view_error(app->text.view);

	if (err->msg[0]) /* empty: the user said ^C */
		tl_app_message(app, "%s", err->msg);
}

/* -e, -E: going on at the end means the next file, or out. */
static bool leave_at_end(struct tl_app *app)
{
	if (tl_options_quit_at_eof(&app->opt) == 0 || app->text.help || !tl_app_at_end(app))
		return false;
	if (!tl_app_open_near(app, app->files.current + 1, 1))
		tl_app_quit(app, TL_EXIT_OK);
	return true;
}

static void edge(struct tl_app *app)
{
	tl_app_edge_bell(app);
}

/* Rows moved at a time: between such steps keys and ^C are seen to. */
#define STRIDE 2000

/* Move by at most a stride.  *left counts down; TL_MOVED with *left > 0: there is more. */
static enum tl_moved stride(struct tl_app *app, bool back, bool force, uint64_t *left)
{
	uint64_t n = *left < STRIDE ? *left : STRIDE, rest;
	enum tl_moved moved = back ? tl_view_backward(app->text.view, n, force, &rest)
				   : tl_view_forward(app->text.view, n, force, &rest);

	*left -= n - rest;
	if (back) {
		app->jumped = true;
		tl_app_dirty(app);
	} else {
		moved_rows(app, n - rest);
	}
	if (moved == TL_BROKEN)
		broken(app);
	if (moved == TL_AT_EDGE && !back)
		app->text.end_seen = true;
	return moved;
}

static void move_rows(struct tl_app *app, bool back, uint64_t n, bool force)
{
	uint64_t left = n;
	enum tl_moved moved = app->undrawn ? TL_AT_EDGE : stride(app, back, force, &left);

	/* A file may have grown meanwhile. */
	if (moved == TL_AT_EDGE && !back && tl_app_refresh_text(app, false) == TL_GREW)
		moved = stride(app, back, force, &left);
	if (moved == TL_AT_EDGE && left == n)
		edge(app);
	if ((moved == TL_MOVED && left > 0) || moved == TL_LATER) {
		tl_app_begin(app, back ? TL_OP_BACKWARD : TL_OP_FORWARD, left, force);
		app->op.busy = moved == TL_MOVED;
	}
}

static void go_forward(struct tl_app *app, uint64_t n, bool force)
{
	if (!leave_at_end(app))
		move_rows(app, false, n, force || app->opt.past_eof);
}

static void go_backward(struct tl_app *app, uint64_t n, bool force)
{
	move_rows(app, true, n, force || app->opt.past_eof);
}

static uint64_t window(const struct tl_app *app)
{
	int w = app->opt.window;

	if (w <= 0)
		w += (int)app->rows - (int)app->opt.header.lines;
	if (w <= 0 && app->opt.header.lines > 0)
		return 0; /* the header leaves no room */
	return w > 0 ? (uint64_t)w : 1;
}

void tl_move_forward_line(struct tl_app *app, const struct tl_number *n)
{
	if (tl_number_or(n, 1) > 1)
		tl_unread_below(app, false);
	go_forward(app, tl_number_or(n, 1), false);
}

void tl_move_backward_line(struct tl_app *app, const struct tl_number *n)
{
	if (tl_number_or(n, 1) > 1)
		tl_unread_above(app, false);
	go_backward(app, tl_number_or(n, 1), false);
}

void tl_move_forward_line_force(struct tl_app *app, const struct tl_number *n)
{
	if (tl_number_or(n, 1) > 1)
		tl_unread_below(app, false);
	go_forward(app, tl_number_or(n, 1), true);
}

void tl_move_backward_line_force(struct tl_app *app, const struct tl_number *n)
{
	if (tl_number_or(n, 1) > 1)
		tl_unread_above(app, false);
	go_backward(app, tl_number_or(n, 1), true);
}

void tl_move_forward_window(struct tl_app *app, const struct tl_number *n)
{
	tl_unread_below(app, true);
	go_forward(app, tl_number_or(n, window(app)), false);
}

void tl_move_backward_window(struct tl_app *app, const struct tl_number *n)
{
	tl_unread_above(app, true);
	go_backward(app, tl_number_or(n, window(app)), false);
}

void tl_move_forward_window_force(struct tl_app *app, const struct tl_number *n)
{
	tl_unread_below(app, false);
	go_forward(app, tl_number_or(n, window(app)), true);
}

void tl_move_backward_window_force(struct tl_app *app, const struct tl_number *n)
{
	tl_unread_above(app, false);
	go_backward(app, tl_number_or(n, window(app)), true);
}

void tl_move_forward_window_set(struct tl_app *app, const struct tl_number *n)
{
	if (n->given && n->n > 0 && n->n < 1000000)
		app->opt.window = (int)n->n;
	tl_move_forward_window(app, n);
}

void tl_move_backward_window_set(struct tl_app *app, const struct tl_number *n)
{
	if (n->given && n->n > 0 && n->n < 1000000)
		app->opt.window = (int)n->n;
	tl_move_backward_window(app, n);
}

static uint64_t half(struct tl_app *app, const struct tl_number *n)
{
	if (n->given && n->n > 0 && n->n < 1000000)
		app->half_window = (unsigned)n->n;
	if (app->half_window)
		return app->half_window;
	return (app->rows + 1) / 2;
}

void tl_move_forward_half(struct tl_app *app, const struct tl_number *n)
{
	tl_unread_below(app, false);
	go_forward(app, half(app, n), false);
}

void tl_move_backward_half(struct tl_app *app, const struct tl_number *n)
{
	tl_unread_above(app, false);
	go_backward(app, half(app, n), false);
}

/* The rest of a long line is not scrolled over row by row.  False: it is none. */
static bool pass_long_line(struct tl_app *app, bool back)
{
	struct tl_view *v = app->text.view;
	struct tl_layout *lay = tl_view_layout(v);
	uint64_t pos = tl_view_pos(v, back ? 0 : tl_view_rows(v)), to;
	enum tl_moved moved;

	if (pos == TL_NOPOS || app->text.filter || (back && pos == 0) ||
	    !tl_layout_line_is_long(lay, back ? pos - 1 : pos) ||
	    (back ? tl_layout_line_start(lay, pos - 1, &to) : tl_layout_next_line(lay, pos, &to)) !=
		TL_FOUND)
		return false;
	moved = back ? tl_view_jump(v, to, 0, true) : tl_view_end_at(v, to);
	if (moved == TL_BROKEN)
		broken(app);
	return moved == TL_MOVED && tl_view_pos(v, back ? 0 : tl_view_rows(v)) != pos;
}

/* ESC-j, ESC-k: by lines of the text, however many rows they take: a line counts when all its rows
 * have come onto the screen. */
static void move_file_lines(struct tl_app *app, bool back, uint64_t n)
{
	struct tl_view *v = app->text.view;
	bool force = app->opt.past_eof, any = false;
	uint64_t left = 0;

	while (n > 0 && !app->undrawn && !tl_app_interrupted()) {
		enum tl_moved moved;

		if (pass_long_line(app, back)) {
			any = true;
			n--;
			continue;
		}
		moved = back ? tl_view_backward(v, 1, force, &left)
			     : tl_view_forward(v, 1, force, &left);

		if (moved == TL_BROKEN)
			broken(app);
		if (left > 0)
			break;
		any = true;
		if (moved == TL_AT_FEED)
			break;
		/* an empty row beyond the text is a line */
		n -= tl_view_starts_line(v, back ? 0 : tl_view_rows(v)) ||
		     tl_view_pos(v, back ? 0 : tl_view_rows(v) - 1) == TL_NOPOS;
	}
	if (!any)
		edge(app);
	app->jumped = true;
	tl_app_dirty(app);
}

void tl_move_forward_file_line(struct tl_app *app, const struct tl_number *n)
{
	if (tl_number_or(n, 1) > 1)
		tl_unread_below(app, false);
	if (!leave_at_end(app))
		move_file_lines(app, false, tl_number_or(n, 1));
}

void tl_move_backward_file_line(struct tl_app *app, const struct tl_number *n)
{
	if (tl_number_or(n, 1) > 1)
		tl_unread_above(app, false);
	move_file_lines(app, true, tl_number_or(n, 1));
}

/* ---- jumping */

unsigned tl_move_jump_row(const struct tl_app *app)
{
	const struct tl_where *w = &app->opt.jump;
	int row = w->is_fraction ? (int)tl_option_share(w->fraction, app->rows) : w->row;

	if (row < 0)
		row += (int)app->rows;
	row = row > 0 ? row - 1 : 0;
	if (row < (int)app->opt.header.lines) /* not behind the header */
		row = (int)app->opt.header.lines;
	return (unsigned)row > app->rows - 2 ? app->rows - 2 : (unsigned)row;
}

uint64_t tl_move_base(struct tl_app *app)
{
	struct tl_view *v = app->text.view;
	unsigned row = tl_move_jump_row(app), rows = tl_view_rows(v);

	for (unsigned i = row; i < rows; i++)
		if (tl_view_pos(v, i) != TL_NOPOS)
			return tl_view_pos(v, i);
	while (row-- > 0)
		if (tl_view_pos(v, row) != TL_NOPOS)
			return tl_view_pos(v, row);
	return TL_NOPOS;
}

/* Where one was before a jump. */
struct before {
	uint64_t top, bottom; /* first and last row with text; TL_NOPOS: none */
	unsigned row;         /* of the first one */
};

static struct before before_jump(struct tl_app *app)
{
	struct tl_view *v = app->text.view;
	struct before b = { .bottom = TL_NOPOS };

	b.top = tl_app_first_row(app, &b.row);
	for (unsigned i = tl_view_rows(v); i > 0 && b.bottom == TL_NOPOS; i--)
		b.bottom = tl_view_pos(v, i - 1);
	return b;
}

/* Could it have been scrolled?  Then some of what was seen still can be. */
static bool only_scrolled(struct tl_app *app, const struct before *b)
{
	struct tl_view *v = app->text.view;

	return b->top == TL_NOPOS || tl_view_row_of(v, b->top) >= 0 ||
	       tl_view_row_of(v, b->bottom) >= 0;
}

static void keep_place(struct tl_app *app, const struct before *b)
{
	struct tl_file *f = tl_app_file(app);

	if (f && b->top != TL_NOPOS)
		tl_marks_set(&app->marks, TL_MARK_LAST, f->name, b->top, b->row);
}

void tl_move_jump(struct tl_app *app, uint64_t pos, unsigned row, bool exact)
{
	struct tl_view *v = app->text.view;
	struct before b = before_jump(app);
	bool near = tl_view_row_of(v, pos) >= 0;

	if (tl_view_jump(v, pos, row, exact) == TL_BROKEN)
		broken(app);
	/* Where a jump only scrolls, '' still goes where it went. */
	if (!near && !only_scrolled(app, &b))
		keep_place(app, &b);
	app->jumped = true;
	tl_app_dirty(app);
}

void tl_move_jump_line(struct tl_app *app, uint64_t pos)
{
	tl_move_jump(app, pos, tl_move_jump_row(app), false);
}

void tl_move_to_line(struct tl_app *app, uint64_t line)
{
	if (line == 0) {
		tl_unread_line(app, 0);
		tl_move_jump(app, 0, tl_move_jump_row(app), false);
		return;
	}
	tl_app_count_lines(app, true);
	tl_app_begin(app, TL_OP_LINE, line, false);
}

/* Show the end.  For '' the place is kept, unless one is there; after '$ (as_mark) as after jumps. */
static enum tl_moved show_end(struct tl_app *app, bool as_mark)
{
	struct tl_view *v = app->text.view;
	struct before b = before_jump(app);
	enum tl_moved moved = tl_view_end(v);
	bool stays = as_mark ? only_scrolled(app, &b) : tl_view_pos(v, b.row) == b.top;

	if (moved == TL_BROKEN)
		broken(app);
	if (moved != TL_LATER && !stays)
		keep_place(app, &b);
	app->jumped = true;
	tl_app_dirty(app);
	return moved;
}

/* The place is kept the first time only: then one was there. */
static enum tl_moved show_end_again(struct tl_app *app)
{
	enum tl_moved moved;

	if (!app->op.so_far)
		return show_end(app, app->op.n);
	moved = tl_view_end(app->text.view);
	if (moved == TL_BROKEN)
		broken(app);
	app->jumped = true;
	tl_app_dirty(app);
	return moved;
}

void tl_move_end_so_far(struct tl_app *app)
{
	struct tl_extent ext;

	tl_source_extent(app->text.src, &ext);
	if (ext.complete || ext.nchunks == 0)
		return;
	tl_source_drop_cache(app->text.src); /* of other ends */
	if (show_end_again(app) != TL_LATER)
		app->op.so_far = true;
}

void tl_move_to_end(struct tl_app *app, bool as_mark)
{
	struct tl_extent ext;

	if (strcmp(tl_source_kind(app->text.src), "file") == 0 || tl_part_below(app->text.src) ||
	    tl_source_trouble(app->text.src, NULL)) /* perhaps it goes on now */
		tl_app_refresh_text(app, false);
	tl_source_want(app->text.src, UINT64_MAX);
	tl_source_extent(app->text.src, &ext);
	app->text.end_seen = true;
	if (ext.complete && !app->text.filter && !tl_app_decoder(app, NULL))
		show_end(app, as_mark);
	else
		tl_app_begin(app, TL_OP_END, as_mark, false);
}

void tl_move_goto_line(struct tl_app *app, const struct tl_number *n)
{
	if (n->given && n->n > 0)
		tl_move_to_line(app, n->n - 1);
	else { /* whatever -j says: nothing is above the first line */
		tl_unread_line(app, 0);
		tl_move_jump(app, 0, 0, false);
	}
}

void tl_move_goto_end(struct tl_app *app, const struct tl_number *n)
{
	if (n->given && n->n > 0)
		tl_move_to_line(app, n->n - 1);
	else
		tl_move_to_end(app, false);
}

/* ESC-G: the end of what a pipe has brought so far. */
void tl_move_goto_end_buffered(struct tl_app *app, const struct tl_number *n)
{
	if (n->given && n->n > 0)
		tl_move_to_line(app, n->n - 1);
	else
		show_end(app, false);
}

void tl_move_goto_percent(struct tl_app *app, const struct tl_number *n)
{
	struct tl_extent ext;
	double f = ((double)n->n + n->fraction) / 100;
	uint64_t pos, end;

	tl_source_extent(app->text.src, &ext);
	if (!ext.complete) {
		tl_app_message(app, "Don't know length of file");
		return;
	}
	app->text.end_seen = true;
	if (tl_source_limit(app->text.src) == 0) {
		tl_app_message(app, "Cannot seek to that file position");
		return;
	}
	/* In a decoded text the end itself is known only when the last chunk is. */
	end = f < 1 ? tl_source_limit(app->text.src) : tl_source_end(app->text.src);
	pos = f < 1 ? tl_source_at(app->text.src, f) : end;
	if (pos >= end && end > 0)
		pos = end - 1;
	tl_unread_line(app, pos);
	tl_move_jump_line(app, pos);
}

void tl_move_goto_offset(struct tl_app *app, const struct tl_number *n)
{
	uint64_t end = tl_source_end(app->text.src);

	if (tl_app_decoder(app, NULL)) {
		tl_app_message(app, "This text has no byte numbers");
		return;
	}
	if (n->n > end) {
		tl_app_message(app, "Cannot seek to that file position");
		return;
	}
	tl_unread_line(app, n->n);
	tl_move_jump_line(app, n->n);
}

/* ---- shifting */

/* A shift begins with whole lines, also where it ends with wrapped ones; with very long ones, where a
 * row of them will begin. */
static void rehead(struct tl_app *app)
{
	struct tl_view *v = app->text.view;
	uint64_t top = tl_view_pos(v, 0), start;

	if (top != TL_NOPOS && !tl_view_starts_line(v, 0) &&
	    tl_layout_chopped_start(tl_view_layout(v), top, &start) == TL_FOUND)
		tl_view_jump(v, start, 0, true);
}

void tl_move_shift_by(struct tl_app *app, int64_t cols)
{
	uint64_t left = (uint64_t)-cols;

	rehead(app);
	if (cols >= 0)
		app->hshift += (uint64_t)cols;
	else
		app->hshift = app->hshift > left ? app->hshift - left : 0;
	app->jumped = true;
	tl_app_apply_options(app);
}

/* How far -#, or the number that is then remembered for it, says. */
static uint64_t shift_width(struct tl_app *app, const struct tl_number *n)
{
	uint64_t by = app->cols / 2;

	if (n->given && n->n > 0 && n->n < 1000000)
		app->opt.shift = (int)n->n, app->opt.shift_fraction = 0;
	if (app->opt.shift > 0)
		by = (uint64_t)app->opt.shift;
	else if (app->opt.shift_fraction > 0)
		by = tl_option_share(app->opt.shift_fraction, app->cols);
	return by;
}

void tl_move_keep_column(struct tl_app *app)
{
	struct tl_layout *lay = tl_view_layout(app->text.view);
	uint64_t top = tl_view_pos(app->text.view, 0), start, col;

	if (top == TL_NOPOS || tl_layout_chopped_start(lay, top, &start) != TL_FOUND ||
	    start == top)
		return;
	if (tl_layout_column(lay, start, (size_t)(top - start), &col) == TL_FOUND)
		app->hshift = col;
}

void tl_move_shift_right(struct tl_app *app, const struct tl_number *n)
{
	tl_move_shift_by(app, (int64_t)shift_width(app, n));
}

void tl_move_shift_left(struct tl_app *app, const struct tl_number *n)
{
	tl_move_shift_by(app, -(int64_t)shift_width(app, n));
}

void tl_move_shift_home(struct tl_app *app, const struct tl_number *n)
{
	rehead(app);
	app->hshift = 0;
	app->jumped = true;
	tl_app_apply_options(app);
}

/* The shift at which the longest line on the screen ends in the last column. */
static uint64_t end_shift(struct tl_app *app)
{
	uint64_t width;

	if (app->hshift == 0 && !app->opt.chop) /* a shift cuts lines: those that are shown then */
		tl_move_shift_by(app, 1);
	width = tl_view_widest(app->text.view);
	return width > app->cols ? width - app->cols : 0;
}

void tl_move_shift_right_limited(struct tl_app *app, const struct tl_number *n)
{
	uint64_t to = app->hshift + shift_width(app, n), limit = end_shift(app);

	tl_move_shift_by(app, (int64_t)(to < limit ? to : limit) - (int64_t)app->hshift);
}

void tl_move_shift_end(struct tl_app *app, const struct tl_number *n)
{
	app->hshift = end_shift(app);
	app->jumped = true;
	tl_app_apply_options(app);
}

/* ---- operations */

static bool step_line(struct tl_app *app)
{
	uint64_t pos;
	struct tl_extent ext;

	switch (tl_lineindex_find(app->text.lines, app->op.n, &pos)) {
	case TL_FOUND:
		app->op.kind = TL_OP_NONE;
		tl_unread_line(app, pos);
		tl_move_jump_line(app, pos);
		return true;
	case TL_PENDING:
		tl_source_extent(app->text.src, &ext);
		if (!ext.complete)
			tl_source_want(app->text.src, ext.nchunks + 8);
		return false;
	case TL_NONE:
		app->text.end_seen = true;
		tl_app_message(app, "Cannot seek to line number %" PRIu64, app->op.n + 1);
		return true;
	case TL_FAILED:
		tl_app_message(app, "Cannot read that line");
		return true;
	}
	return true;
}

static bool step_end(struct tl_app *app)
{
	struct tl_extent ext;

	tl_source_extent(app->text.src, &ext);
	return ext.complete && show_end_again(app) != TL_LATER;
}

bool tl_move_step(struct tl_app *app)
{
	enum tl_moved moved;

	switch (app->op.kind) {
	case TL_OP_NONE:
		return true;
	case TL_OP_SEARCH:
		tl_find_progress(app);
		return app->op.kind == TL_OP_NONE;
	case TL_OP_GAP:
		tl_gap_progress(app);
		return app->op.kind == TL_OP_NONE;
	case TL_OP_TOP:
		tl_top_progress(app);
		return app->op.kind == TL_OP_NONE;
	case TL_OP_TIME:
		tl_time_progress(app);
		return app->op.kind == TL_OP_NONE;
	case TL_OP_CALL:
		tl_call_progress(app);
		return app->op.kind == TL_OP_NONE;
	case TL_OP_LINK:
		tl_links_progress(app);
		return app->op.kind == TL_OP_NONE;
	case TL_OP_LINE:
		return step_line(app);
	case TL_OP_FILTER:
		return tl_find_show_filtered(app);
	case TL_OP_REOPEN: /* tl_reopening_step() */
		return false;
	case TL_OP_BRACKET:
		return tl_bracket_step(app);
	case TL_OP_TAG:
		return tl_tag_step(app);
	case TL_OP_END:
		return step_end(app);
	case TL_OP_FORWARD:
	case TL_OP_BACKWARD:
		moved = stride(app, app->op.kind == TL_OP_BACKWARD, app->op.force, &app->op.n);
		app->op.busy = moved == TL_MOVED && app->op.n > 0;
		return !app->op.busy && moved != TL_LATER;
	}
	return true;
}
