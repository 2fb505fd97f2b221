/* view.c: see view.h. */
#include "pager/view.h"

#include "pager/ansi.h"
#include "pager/fade.h"
#include "pager/hits.h"
#include "pager/linktable.h"
#include "text/escape.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEAR_START (UINT64_C(1) << 20) /* looked back for a line's start when it is cut off */

/* How the row above was numbered. */
struct numbering {
	bool known;
	uint64_t line, next;
	bool ends_line;
};

struct tl_view {
	struct tl_layout lay;
	struct tl_source *src;
	struct tl_lineindex *lines;
	struct tl_filter *filter;
	const struct tl_matcher *hilite;
	uint64_t hilite_only; /* start of the one line to highlight in; TL_NOPOS: all */
	struct tl_scratch *scratch;
	bool target_hidden;
	uint64_t link, link_end;     /* text of the selected link; TL_NOPOS: none */
	uint64_t unread, unread_end; /* the line to show as the first unread one; TL_NOPOS: none */
	char (*mark_in)(void *arg, uint64_t pos, uint64_t next);
	void *mark_arg;
	struct tl_view_opts opts;
	unsigned rows, cols;
	uint64_t *pos;     /* rows + 1: of each row, and of what follows the last */
	uint64_t *heads;   /* rows: of the header lines that are shown */
	uint64_t head_end; /* where they end; TL_NOPOS: not known */
	bool heads_known, heads_pending;
	struct tl_row row;                 /* for laying out */
	uint64_t origin_line, origin_next; /* the line with the layout's origin, and the next */
	unsigned digits;                   /* of the line number column now */
	bool squished;
	bool pending;
	bool started;
	struct tl_err err;
};

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
	v->opts.text = v->lay.opts;
	v->opts.number_width = 7;
	v->opts.tildes = true;
	v->opts.hilite = TL_HILITE_ALL;
	v->digits = 7;
	v->unread = v->link = TL_NOPOS;
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

static unsigned prefix_cols(const struct tl_view *v)
{
	unsigned n = v->opts.status_cols;

	if (v->opts.numbers)
		n += v->digits + 1;
	return n + 1 > v->cols ? 0 : n; /* a terminal too narrow for it shows text only */
}

static void apply_opts(struct tl_view *v)
{
	v->lay.opts = v->opts.text;
	v->lay.opts.cols = v->cols - prefix_cols(v);
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
	apply_opts(v);
	if (v->started)
		tl_view_refresh(v);
	return true;
}

const struct tl_view_opts *tl_view_opts(const struct tl_view *v)
{
	return &v->opts;
}

void tl_view_set_opts(struct tl_view *v, const struct tl_view_opts *opts)
{
	if (v->opts.number_width != opts->number_width)
		v->digits = opts->number_width; /* compose() widens it where need be */
	v->opts = *opts;
	apply_opts(v);
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
}

void tl_view_set_hilite(struct tl_view *v, const struct tl_matcher *m, uint64_t only)
{
	v->hilite = m;
	v->hilite_only = only;
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
	if (tl_layout_line_start(&v->lay, pos, &v->unread) != TL_FOUND)
		v->unread = pos;
	if (tl_layout_next_line(&v->lay, pos, &v->unread_end) != TL_FOUND)
		v->unread_end = pos + 1;
}

bool tl_view_has_unread(const struct tl_view *v)
{
	return v->unread != TL_NOPOS;
}

void tl_view_set_status(struct tl_view *v, char (*mark_in)(void *arg, uint64_t pos, uint64_t next),
			void *arg)
{
	v->mark_in = mark_in;
	v->mark_arg = arg;
}

struct tl_layout *tl_view_layout(struct tl_view *v)
{
	return &v->lay;
}

/* ---- one row forward, one row back */

static enum tl_lookup failed(struct tl_view *v)
{
	v->err = v->lay.cur.err;
	return TL_FAILED;
}

/* Is the line at pos one of the header's? */
static bool in_header(struct tl_view *v, uint64_t pos)
{
	uint64_t end = tl_view_header_end(v);

	return end != TL_NOPOS && pos >= v->opts.header.pos && pos < end;
}

/* The filter lets the header's lines through. */
static enum tl_lookup line_passing(struct tl_view *v, uint64_t pos, uint64_t *out)
{
	*out = pos;
	if (!v->filter || in_header(v, pos))
		return TL_FOUND;
	return tl_filter_next(v->filter, pos, out);
}

static enum tl_lookup passing_before(struct tl_view *v, uint64_t pos, uint64_t *out)
{
	enum tl_lookup found = tl_filter_prev(v->filter, pos, out);
	bool nothing = found == TL_NONE;

	if (tl_view_header_end(v) == TL_NOPOS || (found != TL_FOUND && !nothing))
		return found;
	for (unsigned i = 0; i < v->rows && i < v->opts.header.lines; i++)
		if (v->heads[i] < pos && (nothing || v->heads[i] > *out)) {
			*out = v->heads[i];
			nothing = false;
		}
	return nothing ? TL_NONE : TL_FOUND;
}

/* Does a line start at pos? */
static bool at_line_start(struct tl_view *v, uint64_t pos)
{
	struct tl_span span;
	uint64_t start;

	return tl_cursor_backward(&v->lay.cur, pos, &span, &start) != TL_FOUND ||
	       span.data[span.len - 1] == '\n';
}

/*
 * With -s a run of blank lines is shown as its first one, wherever one comes from: within a run
 * (a part of it came later through a pipe) its end is what to go on with.
 */
static enum tl_lookup skip_blank_rest(struct tl_view *v, uint64_t *pos)
{
	uint64_t start;
	enum tl_lookup found;

	if (!tl_layout_is_blank(&v->lay, *pos))
		return TL_FOUND;
	found = tl_layout_blank_start(&v->lay, *pos, &start);
	if (found == TL_FOUND && start < *pos)
		found = tl_layout_blank_end(&v->lay, *pos, pos);
	return found;
}

/*
 * Lay out the row at pos into v->row; *at gets where it really starts (lines that do not
 * pass the filter are passed over), *next what follows it.
 */
static enum tl_lookup row_at(struct tl_view *v, uint64_t pos, uint64_t *at, uint64_t *next)
{
	bool at_line = (v->filter || v->opts.squeeze) && at_line_start(v, pos);
	enum tl_lookup found;

	*at = pos;
	if (v->opts.squeeze && at_line) {
		found = skip_blank_rest(v, at);
		if (found != TL_FOUND)
			return found == TL_FAILED ? failed(v) : found;
	}
	if (v->filter && at_line) {
		found = line_passing(v, *at, at);
		if (found != TL_FOUND)
			return found;
	}
	found = tl_layout_row(&v->lay, *at, &v->row);
	if (found == TL_FAILED)
		return failed(v);
	if (found != TL_FOUND)
		return found;
	*next = v->row.next;
	if (v->opts.squeeze && at_line && tl_layout_is_blank(&v->lay, *at) &&
	    tl_layout_blank_end(&v->lay, *at, next) == TL_FAILED)
		return failed(v);
	return TL_FOUND;
}

/* The first blank line of the run that *pos is in, with -s. */
static enum tl_lookup to_blank_start(struct tl_view *v, uint64_t *pos)
{
	enum tl_lookup found = TL_FOUND;

	if (v->opts.squeeze && tl_layout_is_blank(&v->lay, *pos) && at_line_start(v, *pos))
		found = tl_layout_blank_start(&v->lay, *pos, pos);
	return found == TL_FAILED ? failed(v) : found;
}

static enum tl_lookup row_before(struct tl_view *v, uint64_t pos, uint64_t *out)
{
	struct tl_span span;
	uint64_t start, line, next;
	enum tl_lookup found = tl_cursor_backward(&v->lay.cur, pos, &span, &start);
	bool at_line;

	if (found == TL_FAILED)
		return failed(v);
	if (found != TL_FOUND)
		return found;
	at_line = span.data[span.len - 1] == '\n' ||
		  tl_cursor_forward(&v->lay.cur, pos, &span) == TL_NONE;
	if (v->filter && at_line) {
		found = passing_before(v, pos, &line);
		if (found != TL_FOUND)
			return found;
		found = tl_layout_next_line(&v->lay, line, &next);
		if (found == TL_FAILED)
			return failed(v);
		pos = next;
	}
	found = tl_layout_prev(&v->lay, pos, out);
	if (found == TL_FAILED)
		return failed(v);
	return found == TL_FOUND ? to_blank_start(v, out) : found;
}

/* ---- the header */

bool tl_view_has_header(const struct tl_view *v)
{
	return v->opts.header.lines > 0 || v->opts.header.cols > 0;
}

/* Are there header lines, before which nothing is shown? */
static bool heads_text(const struct tl_view *v)
{
	return v->opts.header.lines > 0 && v->opts.header.pos != TL_NOPOS;
}

static uint64_t first_pos(const struct tl_view *v)
{
	return heads_text(v) ? v->opts.header.pos : 0;
}

static void push_head(struct tl_view *v, unsigned n, uint64_t pos)
{
	if (n >= v->rows)
		memmove(v->heads, v->heads + 1, (v->rows - 1) * sizeof(*v->heads));
	v->heads[n < v->rows ? n : v->rows - 1] = pos;
}

/* The next line's start; NONE at the text's end. */
static enum tl_lookup next_of(struct tl_view *v, uint64_t *pos)
{
	struct tl_span span;
	enum tl_lookup found = tl_cursor_forward(&v->lay.cur, *pos, &span);

	return found == TL_FOUND ? tl_layout_next_line(&v->lay, *pos, pos) : found;
}

/* Where `lines` lines from the header's start end; false: that is not known yet. */
static bool find_head_end(struct tl_view *v)
{
	const struct tl_view_header *h = &v->opts.header;
	enum tl_lookup found = TL_FOUND;

	v->head_end = h->lines > 0 ? h->pos : TL_NOPOS;
	for (unsigned i = 0; i < h->lines && v->head_end != TL_NOPOS && found == TL_FOUND; i++)
		found = next_of(v, &v->head_end);
	if (found != TL_FOUND)
		v->head_end = TL_NOPOS;
	return found != TL_PENDING;
}

/* Find what the header's rows show.  Of more than there is room for the last ones are shown. */
static void find_heads(struct tl_view *v)
{
	const struct tl_view_header *h = &v->opts.header;
	uint64_t pos = h->pos, at, next;
	bool all = find_head_end(v);
	unsigned n = 0;

	for (unsigned i = 0; i < v->rows; i++)
		v->heads[i] = TL_NOPOS;
	v->heads_known = true;
	while (n < h->lines && pos != TL_NOPOS) {
		enum tl_lookup found = row_at(v, pos, &at, &next);

		all = all && found != TL_PENDING && !v->row.pending;
		if (found != TL_FOUND)
			break;
		push_head(v, n++, at);
		pos = next;
	}
	for (unsigned i = 0; n < h->lines && i < v->rows; i++) /* behind the text's end */
		push_head(v, n++, TL_NOPOS);
	v->heads_pending = !all;
	v->pending = v->pending || !all;
}

uint64_t tl_view_header_end(struct tl_view *v)
{
	if (!v->heads_known)
		find_heads(v);
	return v->head_end;
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
	for (i = first; i < v->rows; i++) {
		found = row_at(v, pos, &at, &next);
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

static unsigned rows_used(const struct tl_view *v)
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
		unsigned used = rows_used(v);
		enum tl_lookup found = row_at(v, end, &at, &next);

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
	if (*left < n)
		v->squished = false;
	check_origin(v);
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
	if (v->pos[0] != TL_NOPOS || rows_used(v) == 0)
		v->squished = false; /* even where it cannot move */
	while (*left > 0) {
		uint64_t prev, last = v->pos[v->rows];
		unsigned used;
		enum tl_lookup found = TL_NONE;

		if (v->pos[0] != TL_NOPOS)
			found = row_before(v, v->pos[0], &prev);
		if (found == TL_FAILED)
			return TL_BROKEN;
		if (heads_text(v) && (found != TL_FOUND || prev < first_pos(v))) {
			result = found == TL_PENDING ? TL_LATER : TL_AT_EDGE;
			break;
		}
		if (found == TL_NONE && force && !is_last_row(v, v->rows - 1))
			prev = TL_NOPOS; /* an empty row above the beginning */
		else if (found != TL_FOUND) {
			result = found == TL_PENDING ? TL_LATER : TL_AT_EDGE;
			break;
		}
		used = rows_used(v);
		push_top(v, prev);
		if (used < v->rows) /* an empty row went out: the end stays where it was */
			v->pos[v->rows] = last;
		(*left)--;
		if (feed && is_feed(v, prev)) {
			result = TL_AT_FEED;
			break;
		}
	}
	if (*left < n)
		v->squished = false;
	check_origin(v);
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
	return v->pos[i] == TL_NOPOS || v->lay.opts.chop || at_line_start(v, v->pos[i]);
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
	return row_at((struct tl_view *)v, v->pos[v->rows], &at, &next) == TL_NONE;
}

bool tl_view_shows_all(const struct tl_view *v)
{
	uint64_t prev;

	if (!tl_view_at_end(v))
		return false;
	return v->pos[0] == TL_NOPOS ||
	       row_before((struct tl_view *)v, v->pos[0], &prev) == TL_NONE;
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

		found = row_before(v, *pos, &prev);
		if (found != TL_FOUND)
			break;
		*pos = prev;
	}
	return found;
}

/* The start of the row at which a jump to pos aims. */
static enum tl_lookup target_row(struct tl_view *v, uint64_t pos, bool exact, uint64_t *out)
{
	enum tl_lookup found = exact ? tl_layout_row_start(&v->lay, pos, out)
				     : tl_layout_line_start(&v->lay, pos, out);

	if (found == TL_FAILED)
		return failed(v);
	return found == TL_FOUND ? to_blank_start(v, out) : found;
}

/* Fill the screen from `top` on, with so many empty rows above it. */
static enum tl_moved fill_below(struct tl_view *v, uint64_t top, unsigned empty)
{
	if (empty == 0 && top < first_pos(v))
		top = first_pos(v);
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
	    (heads_text(v) && v->started && v->pos[0] != TL_NOPOS && target < v->pos[0]))
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

	v->squished = false;
	forget_origin(v);
	found = rows_up(v, &top, v->rows, &up);
	if (found == TL_FAILED)
		return TL_BROKEN;
	if (found == TL_PENDING) /* the filter has not looked so far back yet */
		return TL_LATER;
	if (up == 0 && v->filter) /* nothing passes the filter */
		top = 0;
	return fill_below(v, top, up == 0 ? 0 : v->rows - up);
}

enum tl_moved tl_view_start(struct tl_view *v, bool squish)
{
	enum tl_moved moved;

	clear_rows(v);
	forget_origin(v);
	moved = fill_from(v, first_pos(v), 0);
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
 * there.  A line that is cut off is shown from its start; one that began very long ago, from what
 * was at the top.
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
	found = tl_cursor_line_start(&v->lay.cur, *top, NEAR_START, &start);
	if (found == TL_FOUND)
		*top = start;
	return found;
}

void tl_view_refresh(struct tl_view *v)
{
	uint64_t top;
	unsigned blank = 0;

	if (!v->started)
		return;
	tl_layout_reset(&v->lay);
	while (blank < v->rows && v->pos[blank] == TL_NOPOS)
		blank++;
	if (blank == v->rows)
		blank = 0;
	top = top_pos(v, blank);
	if (to_row_start(v, &top) == TL_FAILED)
		failed(v);
	to_blank_start(v, &top);
	v->squished = false;
	fill_below(v, top, blank);
}

void tl_view_grow(struct tl_view *v)
{
	unsigned first = 0;
	bool squished = v->squished;

	if (!v->started)
		return;
	tl_layout_reset(&v->lay);
	v->heads_known = false;
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

/* ---- lines, for commands */

enum tl_lookup tl_view_next_line(struct tl_view *v, uint64_t pos, uint64_t *out)
{
	uint64_t next;
	enum tl_lookup found = tl_layout_next_line(&v->lay, pos, &next);

	if (found != TL_FOUND)
		return found == TL_FAILED ? failed(v) : found;
	return line_passing(v, next, out);
}

enum tl_lookup tl_view_prev_line(struct tl_view *v, uint64_t pos, uint64_t *out)
{
	uint64_t start, byte;
	struct tl_span span;
	enum tl_lookup found = tl_layout_line_start(&v->lay, pos, &start);

	if (found != TL_FOUND)
		return found == TL_FAILED ? failed(v) : found;
	if (v->filter)
		return passing_before(v, start, out);
	found = tl_cursor_backward(&v->lay.cur, start, &span, &byte);
	if (found != TL_FOUND)
		return found == TL_FAILED ? failed(v) : found;
	return tl_layout_line_start(&v->lay, byte + span.len - 1, out);
}

/* ---- cells */

static void put_text(struct tl_cell *cells, unsigned n, const char *s, uint32_t flags)
{
	for (unsigned i = 0; i < n && s[i]; i++) {
		cells[i] = tl_cell_blank();
		cells[i].text[0] = s[i];
		if (s[i] != ' ')
			cells[i].attr.flags = flags;
	}
}

/* The row's search hits: TL_HITS_ bits. */
static unsigned mark_hits(struct tl_view *v)
{
	const struct tl_row *row = &v->row;

	if (!v->hilite || (v->opts.hilite == TL_HILITE_NONE && !v->opts.status_cols))
		return 0;
	if (v->opts.header.plain_lines && in_header(v, row->pos))
		return 0;
	if (v->hilite_only != TL_NOPOS &&
	    v->hilite_only != (row->starts_line ? row->pos : row->anchor))
		return 0;
	return tl_hits_mark(&v->lay, &v->row, v->hilite, v->scratch,
			    v->opts.hilite == TL_HILITE_ALL,
			    v->opts.status_cols > 0 && v->opts.status_edges);
}

/* The text of the selected link.  True: some of it is in the row. */
static bool mark_link(struct tl_view *v)
{
	struct tl_row *row = &v->row;
	bool any = false;

	if (v->link == TL_NOPOS || row->next <= v->link || row->pos >= v->link_end)
		return false;
	for (unsigned i = 0; i < row->ncells; i++) {
		uint32_t *flags = &row->cells[i].attr.flags;

		if (row->offs[i] == UINT32_MAX || row->anchor + row->offs[i] < v->link ||
		    row->anchor + row->offs[i] >= v->link_end)
			continue;
		*flags = tl_with_role(*flags, TL_ROLE_SEARCH) | TL_OWN_UNDERLINE;
		any = true;
	}
	return any;
}

static bool is_unread(const struct tl_view *v, const struct tl_row *row)
{
	return v->unread != TL_NOPOS && row->next > v->unread && row->pos < v->unread_end;
}

/* Row i as a whole is marked, unread or the target of jumps: its role. */
static enum tl_role line_role(const struct tl_view *v, unsigned i, char mark)
{
	if (mark)
		return TL_ROLE_MARK;
	if (is_unread(v, &v->row))
		return TL_ROLE_UNREAD;
	return v->opts.target == i + 1 && !v->target_hidden ? TL_ROLE_TARGET : TL_ROLE_NONE;
}

/* The role of a line on its text: as far as there is some, with --status-line to the edge.  Hits
 * stay, but for those in the unread line where no status column tells of it. */
static void put_line_role(struct tl_view *v, enum tl_role role)
{
	struct tl_row *row = &v->row;
	unsigned cols = v->lay.opts.cols, n = v->opts.status_line ? cols : row->ncells;
	bool over_hits = role == TL_ROLE_UNREAD && v->opts.status_cols == 0;

	if (role == TL_ROLE_NONE || (!v->opts.status_line && v->opts.status_cols > 0) ||
	    (role == TL_ROLE_MARK && !v->opts.status_line))
		return;
	for (unsigned c = 0; c < n; c++) {
		uint32_t *flags = &row->cells[c].attr.flags;
		enum tl_role has = TL_ROLE_OF(*flags);

		if (has == TL_ROLE_NONE || has == TL_ROLE_LINK ||
		    (over_hits && has != TL_ROLE_RSCROLL))
			*flags = tl_with_role(*flags, role);
	}
}

/*
 * The line number of the row laid out last.  The row above gives it away, where no lines are
 * left out between them: asking the index means counting in half a chunk.
 */
static enum tl_lookup number_of(struct tl_view *v, struct numbering *n)
{
	const struct tl_row *row = &v->row;
	bool jumps = v->filter || (v->opts.squeeze && tl_layout_is_blank(&v->lay, row->pos));
	enum tl_lookup found = TL_FOUND;

	if (!v->lines)
		return TL_PENDING;
	if (n->known && n->next == row->pos)
		n->line += n->ends_line;
	else
		found = tl_lineindex_line_of(v->lines, row->pos, &n->line);
	n->known = found == TL_FOUND && !jumps;
	n->next = row->next;
	n->ends_line = row->ends_line;
	return found;
}

enum tl_lookup tl_view_shown_number(struct tl_view *v, uint64_t *line)
{
	const struct tl_view_header *h = &v->opts.header;
	uint64_t before = 0;
	enum tl_lookup found = TL_FOUND;

	if (!h->unnumbered || h->lines == 0 || h->pos == TL_NOPOS)
		return TL_FOUND;
	if (h->pos > 0)
		found = tl_lineindex_line_of(v->lines, h->pos, &before);
	before += h->lines;
	*line = *line > before ? *line - before : 0;
	return found;
}

/* What the status column says of hits; 0: nothing. */
static char hits_letter(unsigned hits)
{
	if ((hits & TL_HITS_LEFT) && (hits & TL_HITS_RIGHT))
		return '=';
	return hits & TL_HITS_LEFT ? '<' : hits & TL_HITS_RIGHT ? '>' : hits ? '*' : 0;
}

/* The status column of row i, and how what it tells shows on the text laid out last. */
static void put_status(struct tl_view *v, struct tl_cell *cells, unsigned i)
{
	unsigned found = mark_hits(v);
	bool link = mark_link(v);
	char hits = link && !found ? '*' : hits_letter(found), mark = 0;
	bool column = v->opts.status_cols > 0 && prefix_cols(v) > 0;
	enum tl_role role;

	if (v->mark_in && (v->opts.status_cols > 0 || v->opts.status_line))
		mark = v->mark_in(v->mark_arg, v->row.pos, v->row.next);
	role = line_role(v, i, mark);
	put_line_role(v, role);
	if (column) {
		cells[0] = tl_cell_blank();
		cells[0].text[0] = hits ? hits : mark ? mark : ' ';
		cells[0].attr.flags = TL_ROLE(hits ? TL_ROLE_SEARCH : role);
		if (link)
			cells[0].attr.flags |= TL_OWN_UNDERLINE;
	}
}

/* Status column and line number of row i. */
static void put_prefix(struct tl_view *v, struct tl_cell *cells, unsigned i, struct numbering *n,
		       bool *numbers_pending)
{
	unsigned col = v->opts.status_cols, room = prefix_cols(v);
	char number[32];

	for (unsigned c = 0; c < room; c++)
		cells[c] = tl_cell_blank();
	put_status(v, cells, i);
	if (room == 0)
		return;
	if (v->opts.numbers) {
		enum tl_lookup found = number_of(v, n);
		uint64_t line = n->line + 1;

		if (found == TL_FOUND)
			found = tl_view_shown_number(v, &line);
		if (found == TL_FOUND && line > 0) {
			snprintf(number, sizeof(number), "%*" PRIu64, (int)v->digits, line);
			put_text(cells + col, v->digits, number, TL_ROLE(TL_ROLE_NUMBER));
		} else if (found != TL_FOUND) {
			*numbers_pending = true;
		}
	}
}

bool tl_view_pos_at(struct tl_view *v, unsigned y, unsigned x, uint64_t *pos)
{
	unsigned prefix = prefix_cols(v);

	if (y >= v->rows || v->pos[y] == TL_NOPOS || x < prefix || x >= v->cols ||
	    tl_layout_draw(&v->lay, v->pos[y], &v->row) != TL_FOUND ||
	    x - prefix >= v->row.ncells || v->row.offs[x - prefix] == UINT32_MAX)
		return false;
	*pos = v->row.anchor + v->row.offs[x - prefix];
	return true;
}

uint64_t tl_view_widest(struct tl_view *v)
{
	uint64_t widest = 0, width, start;

	for (unsigned i = 0; i < v->rows; i++) {
		if (v->pos[i] == TL_NOPOS)
			continue;
		start = v->pos[i];
		if (!v->lay.opts.chop && tl_layout_line_start(&v->lay, start, &start) != TL_FOUND)
			continue;
		if (tl_layout_width(&v->lay, start, &width) == TL_FOUND && width > widest)
			widest = width;
	}
	return widest + prefix_cols(v);
}

/* More than 10 million lines need a wider column; asked once the number is known. */
static void widen_numbers(struct tl_view *v)
{
	uint64_t n;
	unsigned digits = v->opts.number_width;
	char text[32];

	if (!v->opts.numbers || !v->lines || tl_lineindex_count(v->lines, &n) == TL_FAILED)
		return;
	snprintf(text, sizeof(text), "%" PRIu64, n);
	if (strlen(text) > digits)
		digits = (unsigned)strlen(text);
	if (digits > v->digits) {
		v->digits = digits;
		apply_opts(v);
		tl_view_refresh(v);
	}
}

/* Lay the row at pos out as row i, into `out`, with what stands left of it; v->row.cells is
 * changed. */
static bool draw_row(struct tl_view *v, unsigned i, uint64_t pos, uint64_t next,
		     struct tl_cell *out, struct numbering *n, bool *numbers_pending)
{
	v->row.cells = out + prefix_cols(v);
	if (pos == TL_NOPOS || tl_layout_draw(&v->lay, pos, &v->row) != TL_FOUND)
		return false;
	if (next != TL_NOPOS)
		v->row.next = next;
	put_prefix(v, out, i, n, numbers_pending);
	if (v->opts.endings && v->lay.opts.raw == TL_RAW_SGR)
		tl_fade_row(&v->lay, &v->row, v->opts.endings);
	return true;
}

static void draw_tilde(struct tl_view *v, struct tl_cell *out, bool tilde)
{
	for (unsigned c = 0; c < v->cols; c++)
		out[c] = tl_cell_blank();
	if (tilde && v->opts.tildes)
		put_text(out, v->cols, "~", TL_ROLE(TL_ROLE_TILDE));
}

/* Where the first SGR sequence ends that resets all attributes, in bytes of the row laid out. */
static size_t first_reset(struct tl_view *v)
{
	struct tl_span line = tl_layout_bytes(&v->lay, &v->row, 0);
	size_t len;

	for (size_t i = 0; v->lay.opts.raw == TL_RAW_SGR && i < line.len; i += len) {
		const uint8_t *esc = memchr(line.data + i, '\033', line.len - i);

		if (!esc)
			break;
		i = (size_t)(esc - line.data);
		if (tl_escape_parse(esc, line.len - i, &len) == TL_ESCAPE_SGR &&
		    tl_ansi_resets(esc, len))
			return i + len;
		len = len > 0 ? len : 1;
	}
	return SIZE_MAX;
}

/*
 * The row laid out is part of the header: as far as the text itself does not turn attributes off,
 * it has the header's colour, and the last row is underlined, unless what comes next in the text
 * follows it.
 */
static void dress_head(struct tl_view *v, unsigned i)
{
	const struct tl_view_header *h = &v->opts.header;
	unsigned lines = h->lines < v->rows ? h->lines : v->rows;
	bool underlined = i + 1 == lines && v->pos[0] != h->pos;
	size_t reset = first_reset(v);

	for (unsigned c = 0; c < v->row.ncells; c++) {
		uint32_t *flags = &v->row.cells[c].attr.flags;

		bool own = *flags & TL_ROLE_MASK, padding = v->row.offs[c] == UINT32_MAX;

		/* With -R attributes end with the text, before what pads a cut line. */
		if (!own && (padding ? v->lay.opts.raw == TL_RAW_SGR
				     : v->row.offs[c] >= reset && reset != SIZE_MAX))
			continue;
		if (!own)
			*flags |= TL_ROLE(TL_ROLE_HEADER);
		if (underlined)
			*flags |= TL_OWN_UNDERLINE;
	}
}

/* The header's columns, not shifted, over the beginning of row i, which is `out`.  They bring their
 * own status column: only matches that begin in them are told in it. */
static void overlay_cols(struct tl_view *v, unsigned i, uint64_t pos, struct tl_cell *narrow,
			 struct tl_cell *out)
{
	struct tl_cell *text = out + prefix_cols(v);
	unsigned n;

	v->row.cells = narrow;
	if (pos == TL_NOPOS || tl_layout_draw(&v->lay, pos, &v->row) != TL_FOUND)
		return;
	/* Half a wide character is none. */
	n = v->row.ncells < v->opts.header.cols ? v->row.ncells : v->opts.header.cols;
	if (n > 0 && narrow[n - 1].width == 2)
		n--;
	v->row.ncells = n;
	if (i + 1 >= v->opts.header.lines && n > 0 && v->row.offs[n - 1] != UINT32_MAX)
		v->row.next = v->row.anchor + v->row.offs[n - 1] + 1;
	put_status(v, out, i);
	dress_head(v, i);
	memcpy(text, narrow, n * sizeof(*text));
	/* the right half of a wide character whose left half is gone */
	if (n < v->cols - prefix_cols(v) && text[n].width == 0) {
		struct tl_attr attr = text[n].attr;

		text[n] = tl_cell_blank();
		text[n].attr = attr;
	}
}

static void overlay_header(struct tl_view *v, struct tl_cell *cells, struct tl_cell *narrow,
			   bool *numbers_pending)
{
	const struct tl_view_header *h = &v->opts.header;
	unsigned lines = h->lines < v->rows ? h->lines : v->rows, width = v->lay.opts.cols;
	struct numbering n = { .known = false };
	struct tl_layout_opts saved = v->lay.opts;

	for (unsigned i = 0; i < lines; i++) {
		struct tl_cell *out = cells + (size_t)i * v->cols;
		uint64_t next = i + 1 < lines ? v->heads[i + 1] : v->head_end;

		if (!draw_row(v, i, v->heads[i], next, out, &n, numbers_pending))
			draw_tilde(v, out, !v->heads_pending);
		else
			dress_head(v, i);
	}
	if (h->cols == 0)
		return;
	v->lay.opts.hshift = 0;
	v->lay.opts.rscroll = false;
	tl_layout_reset(&v->lay);
	for (unsigned i = 0; i < v->rows; i++) {
		/* --wordwrap may end them at a blank, but for lines that another header line
		 * follows, as in less.  A column more than needed tells whether the last
		 * character is a whole one. */
		bool chop = !v->lay.opts.wordwrap || i + 1 < lines;

		if (chop != v->lay.opts.chop)
			tl_layout_reset(&v->lay);
		v->lay.opts.chop = chop;
		v->lay.opts.cols = h->cols < width ? h->cols + chop : width;
		overlay_cols(v, i, i < lines ? v->heads[i] : v->pos[i], narrow,
			     cells + (size_t)i * v->cols);
	}
	v->lay.opts = saved;
	tl_layout_reset(&v->lay);
}

unsigned tl_view_compose(struct tl_view *v, struct tl_cell *cells, bool *numbers_pending)
{
	unsigned used = v->squished ? rows_used(v) : v->rows;
	struct numbering n = { .known = false };
	struct tl_cell *laid_out = v->row.cells;

	*numbers_pending = false;
	if (tl_linktable_renew())
		tl_layout_reset(&v->lay);
	widen_numbers(v);
	if (tl_view_has_header(v))
		tl_view_header_end(v); /* find it while v->row has cells of its own */
	for (unsigned i = 0; i < v->rows; i++) {
		struct tl_cell *out = cells + (size_t)i * v->cols;
		uint64_t next = v->pos[i + 1] != TL_NOPOS ? v->pos[i + 1] : v->pos[v->rows];

		if (!draw_row(v, i, v->pos[i], next, out, &n, numbers_pending))
			draw_tilde(v, out, v->pos[i] == TL_NOPOS && i < used && !v->pending);
	}
	if (tl_view_has_header(v))
		overlay_header(v, cells, laid_out, numbers_pending);
	v->row.cells = laid_out;
	return used;
}
