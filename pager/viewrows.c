/*
 * viewrows.c: which row or line of the text comes next, or before: over lines that do not pass the
 * filter, squeezed blank lines, and the header's.  See viewstate.h.
 */
#include "pager/viewstate.h"

#include <string.h>

/* ---- one row forward, one row back */

enum tl_lookup tl_view_failed(struct tl_view *v)
{
	v->err = v->lay.cur.err;
	return TL_FAILED;
}

bool tl_view_in_header(struct tl_view *v, uint64_t pos)
{
	uint64_t end = tl_view_header_end(v);

	return end != TL_NOPOS && pos >= v->opts.header.pos && pos < end;
}

/* The filter lets the header's lines through. */
static enum tl_lookup line_passing(struct tl_view *v, uint64_t pos, uint64_t *out)
{
	*out = pos;
	if (!v->filter || tl_view_in_header(v, pos))
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

bool tl_view_at_line_start(struct tl_view *v, uint64_t pos)
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

enum tl_lookup tl_view_row_at(struct tl_view *v, uint64_t pos, uint64_t *at, uint64_t *next)
{
	bool at_line = (v->filter || v->opts.squeeze) && tl_view_at_line_start(v, pos);
	enum tl_lookup found;

	*at = pos;
	if (v->opts.squeeze && at_line) {
		found = skip_blank_rest(v, at);
		if (found != TL_FOUND)
			return found == TL_FAILED ? tl_view_failed(v) : found;
	}
	if (v->filter && at_line) {
		found = line_passing(v, *at, at);
		if (found != TL_FOUND)
			return found;
	}
	found = tl_layout_row(&v->lay, *at, &v->row);
	if (found == TL_FAILED)
		return tl_view_failed(v);
	if (found != TL_FOUND)
		return found;
	*next = v->row.next;
	if (v->opts.squeeze && at_line && tl_layout_is_blank(&v->lay, *at) &&
	    tl_layout_blank_end(&v->lay, *at, next) == TL_FAILED)
		return tl_view_failed(v);
	return TL_FOUND;
}

enum tl_lookup tl_view_to_blank_start(struct tl_view *v, uint64_t *pos)
{
	enum tl_lookup found = TL_FOUND;

	if (v->opts.squeeze && tl_layout_is_blank(&v->lay, *pos) && tl_view_at_line_start(v, *pos))
		found = tl_layout_blank_start(&v->lay, *pos, pos);
	return found == TL_FAILED ? tl_view_failed(v) : found;
}

enum tl_lookup tl_view_row_before(struct tl_view *v, uint64_t pos, uint64_t *out)
{
	struct tl_span span;
	uint64_t start, line, next;
	enum tl_lookup found = tl_cursor_backward(&v->lay.cur, pos, &span, &start);
	bool at_line;

	if (found == TL_FAILED)
		return tl_view_failed(v);
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
			return tl_view_failed(v);
		pos = next;
	}
	found = tl_layout_prev(&v->lay, pos, out);
	if (found == TL_FAILED)
		return tl_view_failed(v);
	return found == TL_FOUND ? tl_view_to_blank_start(v, out) : found;
}

/* ---- the header */

bool tl_view_has_header(const struct tl_view *v)
{
	return v->opts.header.lines > 0 || v->opts.header.cols > 0;
}

bool tl_view_heads_text(const struct tl_view *v)
{
	return v->opts.header.lines > 0 && v->opts.header.pos != TL_NOPOS;
}

uint64_t tl_view_first_pos(const struct tl_view *v)
{
	return tl_view_heads_text(v) ? v->opts.header.pos : 0;
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
		enum tl_lookup found = tl_view_row_at(v, pos, &at, &next);

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

/* ---- lines, for commands */

enum tl_lookup tl_view_next_line(struct tl_view *v, uint64_t pos, uint64_t *out)
{
	uint64_t next;
	enum tl_lookup found = tl_layout_next_line(&v->lay, pos, &next);

	if (found != TL_FOUND)
		return found == TL_FAILED ? tl_view_failed(v) : found;
	return line_passing(v, next, out);
}

enum tl_lookup tl_view_prev_line(struct tl_view *v, uint64_t pos, uint64_t *out)
{
	uint64_t start, byte;
	struct tl_span span;
	enum tl_lookup found = tl_layout_line_start(&v->lay, pos, &start);

	if (found != TL_FOUND)
		return found == TL_FAILED ? tl_view_failed(v) : found;
	if (v->filter)
		return passing_before(v, start, out);
	found = tl_cursor_backward(&v->lay.cur, start, &span, &byte);
	if (found != TL_FOUND)
		return found == TL_FAILED ? tl_view_failed(v) : found;
	return tl_layout_line_start(&v->lay, byte + span.len - 1, out);
}
