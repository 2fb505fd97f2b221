/* view.c: see view.h; the table of rows and how it moves. */
#include "pager/viewstate.h"

#include <stdlib.h>
#include <string.h>

/* ---- life */

bool tl_view_open(struct tl_source *src, struct tl_lineindex *lines, struct tl_view **out,
		  struct tl_err *err)
{
	struct tl_view *v = calloc(1, sizeof(*v));

	if (!v)
		return tl_err_nomem(err);
	v->src = src;
	v->lines = lines;
	tl_layout_init(&v->lay, src);
	v->lay.lines = lines;
	v->opts.text = v->lay.opts;
	v->opts.number_width = 7;
	v->opts.tildes = true;
	v->opts.hilite = TL_HILITE_ALL;
	v->digits = 7;
	v->unread = v->link = v->redo = v->soft_end = TL_NOPOS;
	if (!tl_scratch_new(&v->scratch, err) || !tl_view_resize(v, 1, 80, err)) {
		tl_view_close(v);
		return false;
	}
	*out = v;
	return true;
}

void tl_view_close(struct tl_view *v)
{
	if (!v)
		return;
	tl_layout_fini(&v->lay);
	tl_scratch_free(v->scratch);
	free(v->pos);
	free(v->heads);
	free(v->row.cells);
	free(v->row.offs);
	free(v);
}

unsigned tl_view_prefix_cols(const struct tl_view *v)
{
	unsigned n = v->opts.status_cols;

	if (v->opts.numbers)
		n += v->digits + 1;
	n += v->opts.note_cols;
	return n + 1 > v->cols ? 0 : n; /* a terminal too narrow for it shows text only */
}

void tl_view_apply_opts(struct tl_view *v)
{
	v->lay.opts = v->opts.text;
	v->lay.opts.cols = v->cols - tl_view_prefix_cols(v);
	if (tl_view_has_header(v))
		v->lay.opts.chop = true;
	v->heads_known = false;
	tl_layout_reset(&v->lay);
}

bool tl_view_resize(struct tl_view *v, unsigned rows, unsigned cols, struct tl_err *err)
{
	uint64_t *pos = calloc(rows + 1, sizeof(*pos));
	uint64_t *heads = calloc(rows, sizeof(*heads));
	struct tl_cell *cells = calloc(cols, sizeof(*cells));
	uint32_t *offs = calloc(cols, sizeof(*offs));

	if (!pos || !heads || !cells || !offs) {
		free(pos);
		free(heads);
		free(cells);
		free(offs);
		return tl_err_nomem(err);
	}
	for (unsigned i = 0; i <= rows; i++)
		pos[i] = v->pos && i <= v->rows ? v->pos[i] : TL_NOPOS;
	free(v->pos);
	free(v->heads);
	free(v->row.cells);
	free(v->row.offs);
	v->pos = pos;
	v->heads = heads;
	v->row.cells = cells;
	v->row.offs = offs;
	v->rows = rows;
	v->cols = cols;
	tl_view_apply_opts(v);
	if (v->started)
		tl_view_refresh(v);
	return true;
}

const struct tl_view_opts *tl_view_opts(const struct tl_view *v)
{
	return &v->opts;
}

void tl_view_set_opts_in_place(struct tl_view *v, const struct tl_view_opts *opts)
{
	if (v->opts.number_width != opts->number_width)
		v->digits = opts->number_width; /* compose() widens it where need be */
	v->opts = *opts;
	v->in_place = v->started; /* else there are no rows yet */
	tl_view_apply_opts(v);
}

void tl_view_set_opts(struct tl_view *v, const struct tl_view_opts *opts)
{
	tl_view_set_opts_in_place(v, opts);
	if (v->started)
		tl_view_refresh(v);
}

unsigned tl_view_rows(const struct tl_view *v)
{
	return v->rows;
}

void tl_view_set_filter(struct tl_view *v, struct tl_filter *f)
{
	v->filter = f;
	v->soft_end = TL_NOPOS;
}

void tl_view_set_hilite(struct tl_view *v, const struct tl_matcher *m, uint64_t only)
{
	v->hilite = m;
	v->hilite_only = only;
}

void tl_view_set_target(struct tl_view *v, unsigned row)
{
	v->opts.target = row;
}

void tl_view_hide_target(struct tl_view *v, bool hide)
{
	v->target_hidden = hide;
}

void tl_view_set_link(struct tl_view *v, uint64_t start, uint64_t end)
{
	v->link = start;
	v->link_end = end;
}

void tl_view_set_unread(struct tl_view *v, uint64_t pos)
{
	v->unread = pos;
	if (pos == TL_NOPOS)
		return;
	v->unread_end = pos + 1;
	if (tl_layout_line_is_long(&v->lay, pos)) /* then its row is */
		return;
	if (tl_layout_line_start(&v->lay, pos, &v->unread) != TL_FOUND)
		v->unread = pos;
	if (tl_layout_next_line(&v->lay, pos, &v->unread_end) != TL_FOUND)
		v->unread_end = pos + 1;
}

void tl_view_clip_unread(struct tl_view *v, uint64_t start, uint64_t end)
{
	if (v->unread < start)
		v->unread = start;
	if (v->unread_end > end)
		v->unread_end = end;
}

bool tl_view_has_unread(const struct tl_view *v)
{
	return v->unread != TL_NOPOS;
}

void tl_view_set_tails(struct tl_view *v,
		       size_t (*tail_of)(void *arg, uint64_t pos, char *out, size_t size),
		       void *arg)
{
	v->tail_of = tail_of;
	v->tail_arg = arg;
}

void tl_view_set_status(struct tl_view *v, char (*mark_in)(void *arg, uint64_t pos, uint64_t next),
			void *arg)
{
	v->mark_in = mark_in;
	v->mark_arg = arg;
}

void tl_view_set_note(struct tl_view *v, tl_view_note *note, void *arg)
{
	v->note = note;
	v->note_arg = arg;
}

struct tl_layout *tl_view_layout(struct tl_view *v)
{
	return &v->lay;
}

/* ---- the table of rows */

/* A row that begins where none would is one only while its line is on the screen. */
static void forget_origin(struct tl_view *v)
{
	tl_layout_set_origin(&v->lay, TL_NOPOS);
}

/* Let a row begin at pos.  False: its line is too long for that. */
static bool set_origin(struct tl_view *v, uint64_t pos)
{
	uint64_t at;

	if (tl_cursor_line_start(&v->lay.cur, pos, TL_STRETCH, &v->origin_line) != TL_FOUND ||
	    tl_cursor_next_line(&v->lay.cur, pos, TL_STRETCH, &v->origin_next) == TL_FAILED)
		return false;
	tl_layout_set_origin(&v->lay, pos);
	return tl_layout_row_start(&v->lay, pos, &at) == TL_FOUND && at == pos;
}

static void check_origin(struct tl_view *v)
{
	uint64_t top = TL_NOPOS;

	if (v->lay.origin == TL_NOPOS)
		return;
	for (unsigned i = 0; i < v->rows && top == TL_NOPOS; i++)
		top = v->pos[i];
	if (top == TL_NOPOS || top >= v->origin_next || v->pos[v->rows] <= v->origin_line)
		forget_origin(v);
}

static void push_bottom(struct tl_view *v, uint64_t pos)
{
	memmove(v->pos, v->pos + 1, v->rows * sizeof(*v->pos));
	v->pos[v->rows] = pos;
}

static void push_top(struct tl_view *v, uint64_t pos)
{
	memmove(v->pos + 1, v->pos, v->rows * sizeof(*v->pos));
	v->pos[0] = pos;
}

static void clear_rows(struct tl_view *v)
{
	for (unsigned i = 0; i <= v->rows; i++)
		v->pos[i] = TL_NOPOS;
}

/* Fill the table downwards from `pos` at row `first`; rows past the end stay empty. */
static enum tl_moved fill_from(struct tl_view *v, uint64_t pos, unsigned first)
{
	enum tl_lookup found = TL_FOUND;
	uint64_t at, next;
	unsigned i;

	v->pending = false;
	v->started = true;
	v->redo = TL_NOPOS;
	v->redo = TL_NOPOS;
	for (i = first; i < v->rows; i++) {
		found = tl_view_row_at(v, pos, &at, &next);
		if (found != TL_FOUND)
			break;
		v->pos[i] = at;
		pos = next;
		if (v->row.pending)
			v->pending = true;
	}
	for (unsigned k = i; k <= v->rows; k++)
		v->pos[k] = TL_NOPOS;
	v->pos[i] = pos; /* what follows the last row, though it may be the text's end */
	if (i < v->rows) {
		/* An empty row marks the end of the text; keep where it is for growth. */
		v->pos[v->rows] = pos;
		v->pos[i] = TL_NOPOS;
	}
	if (found == TL_PENDING)
		v->pending = true;
	return found == TL_FAILED ? TL_BROKEN : found == TL_PENDING ? TL_LATER : TL_MOVED;
}

unsigned tl_view_rows_used(const struct tl_view *v)
{
	unsigned n = 0;

	for (unsigned i = 0; i < v->rows; i++)
		if (v->pos[i] != TL_NOPOS)
			n = i + 1;
	return n;
}

/* Would the screen be empty once row i is gone? */
static bool is_last_row(const struct tl_view *v, unsigned i)
{
	for (unsigned k = 0; k < v->rows; k++)
		if (k != i && v->pos[k] != TL_NOPOS)
			return false;
	return true;
}

/* Does the row at pos begin with a form feed? */
static bool is_feed(struct tl_view *v, uint64_t pos)
{
	struct tl_span span;

	return pos != TL_NOPOS && tl_cursor_forward(&v->lay.cur, pos, &span) == TL_FOUND &&
	       span.data[0] == '\f';
}

static void has_scrolled(struct tl_view *v, uint64_t n)
{
	if (n > 0)
		v->squished = false;
	check_origin(v);
}

static enum tl_moved scroll_forward(struct tl_view *v, uint64_t n, bool force, bool feed,
				    uint64_t *left)
{
	enum tl_moved result = TL_MOVED;
	uint64_t end;

	*left = n;
	if (tl_view_empty(v))
		return TL_AT_EDGE;
	end = v->pos[v->rows];
	while (*left > 0) {
		uint64_t at, next;
		unsigned used = tl_view_rows_used(v);
		enum tl_lookup found = tl_view_row_at(v, end, &at, &next);

		if (found == TL_FAILED)
			return TL_BROKEN;
		if (found == TL_PENDING && !force) {
			v->pending = true;
			result = TL_LATER;
			break;
		}
		if (found == TL_FOUND && used < v->rows) {
			/* The screen was not full; the row goes to the first empty one. */
			v->pos[used] = at;
			v->pos[v->rows] = end = next;
		} else if (found == TL_FOUND) {
			v->pos[v->rows] = at;
			push_bottom(v, next);
			end = next;
		} else {
			if (found == TL_NONE)
				v->soft_end = end;
			if (!force || is_last_row(v, 0) || used == 0) {
				if (used == 0)
					v->squished = false;
				result = TL_AT_EDGE;
				break;
			}
			v->pos[v->rows] = TL_NOPOS;
			push_bottom(v, end);
		}
		(*left)--;
		if (feed && found == TL_FOUND && is_feed(v, at)) {
			result = TL_AT_FEED;
			break;
		}
	}
	has_scrolled(v, n - *left);
	return result;
}

enum tl_moved tl_view_forward(struct tl_view *v, uint64_t n, bool force, uint64_t *left)
{
	return scroll_forward(v, n, force, v->opts.form_feed, left);
}

static enum tl_moved scroll_backward(struct tl_view *v, uint64_t n, bool force, bool feed,
				     uint64_t *left)
{
	enum tl_moved result = TL_MOVED;

	*left = n;
	if (tl_view_empty(v))
		return TL_AT_EDGE;
	if (v->pos[0] != TL_NOPOS || tl_view_rows_used(v) == 0)
		v->squished = false; /* even where it cannot move */
	while (*left > 0) {
		uint64_t prev, last = v->pos[v->rows];
		unsigned used;
		enum tl_lookup found = TL_NONE;

		if (v->pos[0] != TL_NOPOS)
			found = tl_view_row_before(v, v->pos[0], &prev);
		if (found == TL_FAILED)
			return TL_BROKEN;
		if (tl_view_heads_text(v) && (found != TL_FOUND || prev < tl_view_first_pos(v))) {
			result = found == TL_PENDING ? TL_LATER : TL_AT_EDGE;
			break;
		}
		if (found == TL_NONE && force && !is_last_row(v, v->rows - 1))
			prev = TL_NOPOS; /* an empty row above the beginning */
		else if (found != TL_FOUND) {
			result = found == TL_PENDING ? TL_LATER : TL_AT_EDGE;
			break;
		}
		used = tl_view_rows_used(v);
		push_top(v, prev);
		if (used < v->rows) /* an empty row went out: the end stays where it was */
			v->pos[v->rows] = last;
		(*left)--;
		if (feed && is_feed(v, prev)) {
			result = TL_AT_FEED;
			break;
		}
	}
	has_scrolled(v, n - *left);
	return result;
}

enum tl_moved tl_view_backward(struct tl_view *v, uint64_t n, bool force, uint64_t *left)
{
	return scroll_backward(v, n, force, v->opts.form_feed, left);
}

uint64_t tl_view_pos(const struct tl_view *v, unsigned i)
{
	return v->pos[i];
}

bool tl_view_starts_line(struct tl_view *v, unsigned i)
{
	return v->pos[i] == TL_NOPOS || tl_view_at_line_start(v, v->pos[i]);
}

bool tl_view_empty(const struct tl_view *v)
{
	return !v->started;
}

bool tl_view_at_end(const struct tl_view *v)
{
	uint64_t at, next;

	if (!v->started || v->pending)
		return false;
	if (v->pos[v->rows - 1] == TL_NOPOS)
		return true;
	/* Whether what follows passes a filter is looked at when one goes there. */
	if (v->filter && v->pos[v->rows] != tl_source_limit(v->src))
		return v->pos[v->rows] == v->soft_end;
	return tl_view_row_at((struct tl_view *)v, v->pos[v->rows], &at, &next) == TL_NONE;
}

bool tl_view_shows_all(const struct tl_view *v)
{
	uint64_t prev;

	if (!tl_view_at_end(v))
		return false;
	return v->pos[0] == TL_NOPOS ||
	       tl_view_row_before((struct tl_view *)v, v->pos[0], &prev) == TL_NONE;
}

bool tl_view_squished(const struct tl_view *v)
{
	return v->squished;
}

bool tl_view_pending(const struct tl_view *v)
{
	return v->pending;
}

const struct tl_err *tl_view_error(const struct tl_view *v)
{
	return &v->err;
}

int tl_view_row_of(const struct tl_view *v, uint64_t pos)
{
	for (unsigned i = 0; i < v->rows; i++) {
		uint64_t next = v->pos[i + 1];

		if (v->pos[i] == TL_NOPOS)
			continue;
		if (next == TL_NOPOS) /* the last row before empty ones */
			next = v->pos[v->rows];
		if (pos >= v->pos[i] && pos < next)
			return (int)i;
	}
	return -1;
}

/* Go up `n` rows from pos, as far as the text goes; *done gets how many. */
static enum tl_lookup rows_up(struct tl_view *v, uint64_t *pos, unsigned n, unsigned *done)
{
	enum tl_lookup found = TL_FOUND;

	for (*done = 0; *done < n; (*done)++) {
		uint64_t prev;

		found = tl_view_row_before(v, *pos, &prev);
		if (found != TL_FOUND)
			break;
		*pos = prev;
	}
	return found;
}

/* The start of the row at which a jump to pos aims: the line's first one, unless that is far away. */
static enum tl_lookup target_row(struct tl_view *v, uint64_t pos, bool exact, uint64_t *out)
{
	enum tl_lookup found = TL_NONE;

	if (!exact)
		found = tl_cursor_line_start(&v->lay.cur, pos, TL_STRETCH, out);
	if (found == TL_NONE)
		found = tl_layout_row_start(&v->lay, pos, out);
	if (found == TL_FAILED)
		return tl_view_failed(v);
	return found == TL_FOUND ? tl_view_to_blank_start(v, out) : found;
}

/* Fill the screen from `top` on, with so many empty rows above it. */
static enum tl_moved fill_below(struct tl_view *v, uint64_t top, unsigned empty)
{
	if (empty == 0 && top < tl_view_first_pos(v))
		top = tl_view_first_pos(v);
	for (unsigned i = 0; i < empty; i++)
		v->pos[i] = TL_NOPOS;
	return fill_from(v, top, empty);
}

enum tl_moved tl_view_jump(struct tl_view *v, uint64_t pos, unsigned row, bool exact)
{
	uint64_t target, top, left;
	enum tl_lookup found;
	unsigned up;
	int on;

	found = target_row(v, pos, exact, &target);
	if (found == TL_NONE)
		target = pos;
	else if (found != TL_FOUND)
		return found == TL_FAILED ? TL_BROKEN : TL_LATER;
	if (row >= v->rows)
		row = v->rows - 1;
	v->squished = false;
	on = v->started ? tl_view_row_of(v, target) : -1;
	if (on >= 0 && v->pos[on] == target) {
		/* Already on the screen: scroll, past the end if need be. */
		if ((unsigned)on > row)
			return scroll_forward(v, (unsigned)on - row, true, false, &left);
		if ((unsigned)on < row)
			return scroll_backward(v, row - (unsigned)on, true, false, &left);
		return TL_MOVED;
	}
	if (v->lay.origin != TL_NOPOS) {
		forget_origin(v);
		if (target_row(v, pos, exact, &target) == TL_FAILED)
			return TL_BROKEN;
	}
	top = target;
	found = rows_up(v, &top, row, &up);
	if (found == TL_FAILED)
		return TL_BROKEN;
	/* What is above is not here yet: rather show the line higher up.  Going back, a header
	 * leaves no empty rows. */
	if (found == TL_PENDING ||
	    (tl_view_heads_text(v) && v->started && v->pos[0] != TL_NOPOS && target < v->pos[0]))
		up = row;
	return fill_below(v, top, row - up);
}

enum tl_moved tl_view_end(struct tl_view *v)
{
	return tl_view_end_at(v, tl_source_limit(v->src));
}

enum tl_moved tl_view_end_at(struct tl_view *v, uint64_t pos)
{
	uint64_t top = pos;
	unsigned up;
	enum tl_lookup found;
	enum tl_moved moved;

	v->squished = false;
	forget_origin(v);
	found = rows_up(v, &top, v->rows, &up);
	if (found == TL_FAILED)
		return TL_BROKEN;
	if (found == TL_PENDING) /* the filter has not looked so far back yet */
		return TL_LATER;
	if (up == 0 && v->filter) /* nothing passes the filter */
		top = 0;
	moved = fill_below(v, top, up == 0 ? 0 : v->rows - up);
	v->soft_end = v->pos[v->rows];
	return moved;
}

enum tl_moved tl_view_start(struct tl_view *v, bool squish)
{
	enum tl_moved moved;

	clear_rows(v);
	forget_origin(v);
	moved = fill_from(v, tl_view_first_pos(v), 0);
	v->squished = squish && !tl_view_has_header(v) && v->pos[v->rows - 1] == TL_NOPOS;
	return moved;
}

/* Where to fill from again: row i, or what was looked for when there is none. */
static uint64_t top_pos(const struct tl_view *v, unsigned i)
{
	if (v->pos[i] != TL_NOPOS)
		return v->pos[i];
	return v->pos[v->rows] != TL_NOPOS ? v->pos[v->rows] : 0;
}

/*
 * A row start in the old layout may lie within a row of the new one: what was at the top stays
 * there.  A line that is cut off is shown from where its row begins.
 */
static enum tl_lookup to_row_start(struct tl_view *v, uint64_t *top)
{
	enum tl_lookup found;
	uint64_t start;

	forget_origin(v);
	if (!v->lay.opts.chop) {
		found = tl_layout_row_start(&v->lay, *top, &start);
		if (found != TL_FOUND || start == *top || !set_origin(v, *top))
			*top = found == TL_FOUND ? start : *top;
		return found;
	}
	found = tl_layout_row_start(&v->lay, *top, &start);
	if (found == TL_FOUND)
		*top = start;
	return found;
}

/* From within a line that does not pass the filter go to the next line. */
static enum tl_lookup leave_hidden_line(struct tl_view *v, uint64_t *pos)
{
	uint64_t start, passes;
	enum tl_lookup found;

	if (!v->filter || tl_view_at_line_start(v, *pos) ||
	    tl_layout_line_start(&v->lay, *pos, &start) != TL_FOUND)
		return TL_FOUND;
	found = tl_filter_next(v->filter, start, &passes);
	if ((found == TL_FOUND && passes != start) || found == TL_NONE)
		return tl_layout_next_line(&v->lay, *pos, pos);
	return found;
}

/* Show what is at pos in this row, below what there is now above it.  Where that waits for the
 * filter, tl_view_grow() does it again. */
static void show_at(struct tl_view *v, uint64_t pos, unsigned row)
{
	uint64_t top = pos;
	unsigned up = row;
	bool pending = leave_hidden_line(v, &top) == TL_PENDING;

	if (pending) {
		clear_rows(v);
	} else {
		pending = rows_up(v, &top, row, &up) == TL_PENDING;
		if (fill_below(v, top, row - up) == TL_LATER)
			pending |= row > 0 && tl_view_rows_used(v) == 0;
	}
	if (pending) {
		v->redo = pos;
		v->redo_row = row;
		v->pending = true;
	}
}

void tl_view_refresh(struct tl_view *v)
{
	uint64_t top;
	unsigned blank = 0;

	if (!v->started)
		return;
	v->in_place = false;
	tl_layout_reset(&v->lay);
	while (blank < v->rows && v->pos[blank] == TL_NOPOS)
		blank++;
	if (blank == v->rows)
		blank = v->redo != TL_NOPOS ? v->redo_row : 0;
	top = v->redo != TL_NOPOS ? v->redo : top_pos(v, blank);
	if (to_row_start(v, &top) == TL_FAILED)
		tl_view_failed(v);
	tl_view_to_blank_start(v, &top);
	v->squished = false;
	show_at(v, top, blank);
}

void tl_view_grow(struct tl_view *v)
{
	unsigned first = 0;
	bool squished = v->squished;

	if (!v->started)
		return;
	tl_layout_reset(&v->lay);
	v->heads_known = false;
	if (v->redo != TL_NOPOS) {
		show_at(v, v->redo, v->redo_row);
		return;
	}
	while (first < v->rows && v->pos[first] == TL_NOPOS)
		first++;
	if (first == v->rows)
		first = 0;
	fill_from(v, top_pos(v, first), first);
	v->squished = squished && v->pos[v->rows - 1] == TL_NOPOS;
}

void tl_view_text_replaced(struct tl_view *v)
{
	uint64_t end = tl_source_end(v->src);

	tl_layout_reset(&v->lay);
	v->heads_known = false;
	for (unsigned i = 0; i <= v->rows; i++)
		if (v->pos[i] != TL_NOPOS && v->pos[i] > end)
			v->pos[i] = TL_NOPOS;
	if (v->started && (v->pos[0] == TL_NOPOS || v->pos[0] == end))
		tl_view_end(v);
	else
		tl_view_refresh(v);
}
