/* layout.c: see layout.h. */
#include "pager/layout.h"

#include "pager/glyph.h"
#include "pager/pen.h"
#include "pager/stretch.h"

#include <stdlib.h>
#include <string.h>

#define ESC 0x1b

void tl_layout_init(struct tl_layout *lay, struct tl_source *src)
{
	memset(lay, 0, sizeof(*lay));
	tl_cursor_init(&lay->cur, src);
	lay->cur.hasty = true;
	lay->anchor = lay->origin = TL_NOPOS;
	lay->opts.cols = 80;
	lay->opts.tabs[0] = 8;
	lay->opts.ntabs = 1;
}

void tl_layout_fini(struct tl_layout *lay)
{
	tl_cursor_fini(&lay->cur);
	tl_buf_fini(&lay->bytes);
	free(lay->rows);
}

void tl_layout_reset(struct tl_layout *lay)
{
	lay->anchor = TL_NOPOS;
	lay->bytes.len = 0;
	lay->pending = false;
	tl_cursor_drop(&lay->cur);
}

void tl_layout_set_origin(struct tl_layout *lay, uint64_t pos)
{
	if (lay->origin != pos)
		tl_layout_reset(lay);
	lay->origin = pos;
}

/* ---- rows */

/* A row being filled. */
struct filling {
	struct tl_pen pen;
	size_t start, off; /* of the row, and of the character to come */
	bool blank;        /* the last character was one */
	bool text;         /* there was one that is none */
	bool after_escape; /* a sequence came last */
	/* --wordwrap: the word that may have to go to the next row */
	bool has_word;
	size_t word;
	uint64_t word_col;
	struct tl_attr word_attr;
};

static void write_glyph(struct filling *f, const struct tl_glyph *g, const uint8_t *p)
{
	struct tl_pen *pen = &f->pen;
	uint32_t off = (uint32_t)f->off;
	struct tl_char bs = { .kind = TL_CHAR_CONTROL, .code = '\b', .len = 1 };
	bool raw_backspace = pen->opts->bs == TL_BS_PRINT;
	char shown[TL_BINARY_MAX + 1];

	switch (g->kind) {
	case TL_GLYPH_NOTHING:
		break;
	case TL_GLYPH_PRINT:
		tl_pen_put(pen, p, g->len, g->width, off);
		break;
	case TL_GLYPH_JOIN:
		tl_pen_join(pen, p, g->len);
		break;
	case TL_GLYPH_TAB:
		tl_pen_put_tab(pen, off);
		break;
	case TL_GLYPH_BACKSPACE: /* over an escape sequence there is no way back */
		if (f->after_escape || !(raw_backspace ? tl_pen_hold_back(pen) : tl_pen_back(pen)))
			tl_pen_put_shown(pen, shown, tl_char_show(&bs, shown), off);
		break;
	case TL_GLYPH_SHOWN:
		tl_pen_put_shown(pen, g->shown, g->nshown, off);
		break;
	case TL_GLYPH_RAW:
		tl_pen_hold(pen, p, g->len);
		break;
	}
	f->after_escape = g->kind == TL_GLYPH_NOTHING && *p == ESC;
	if (pen->col < f->word_col) /* backspaces have gone back over its beginning */
		f->has_word = false;
}

static void finish_row(struct tl_layout *lay, struct filling *f, bool line_over)
{
	struct tl_row *row = f->pen.row;

	row->width = f->pen.col;
	row->ncells = tl_pen_finish_row(&f->pen);
	row->anchor = lay->anchor;
	row->pos = lay->anchor + f->start;
	row->starts_line = f->start == 0 && lay->starts_line;
	row->ends_line = line_over && lay->ends_line;
	row->pending = line_over && lay->pending;
	row->next = line_over ? lay->line_next : lay->anchor + f->off;
}

/* The row is full, and the line goes on: drop the rest of the line (-S). */
static enum tl_lookup chop_row(struct tl_layout *lay, struct filling *f, bool find_next)
{
	struct tl_row *row = f->pen.row;
	unsigned last = lay->opts.cols - 1;
	enum tl_lookup found = TL_FOUND;

	finish_row(lay, f, true);
	row->ncells = lay->opts.cols;
	row->ends_line = true;
	if (lay->opts.rscroll && last > 0) {
		if (row->cells[last].width == 0) { /* the right half of a wide character */
			row->cells[last - 1] = tl_cell_blank();
			row->offs[last - 1] = UINT32_MAX;
		}
		row->cells[last] = lay->opts.rscroll_cell;
		row->offs[last] = UINT32_MAX; /* no hit is shown on it */
	}
	if (find_next)
		found = tl_stretch_next(lay, &row->next, &row->ends_line);
	if (found == TL_PENDING) {
		row->pending = true;
		found = TL_FOUND;
	}
	return found;
}

/* The next word does not fit: it goes to the next row.  Blanks that do not fit vanish. */
static enum tl_lookup wrap_at_word(struct tl_layout *lay, struct filling *f, struct tl_glyph *g,
				   struct tl_attr *attr)
{
	if (!g->blank && !f->blank && f->has_word) {
		tl_pen_cut(&f->pen, f->word_col);
		f->off = f->word;
		*attr = f->word_attr;
		return TL_FOUND;
	}
	while (g->blank && !g->end) {
		f->off += g->len;
		*attr = f->pen.attr;
		if (tl_glyph_read(lay, &f->pen.attr, f->off, g) == TL_FAILED)
			return TL_FAILED;
	}
	return TL_FOUND;
}

static void start_row(struct filling *f, size_t off, struct tl_attr attr)
{
	tl_pen_start_row(&f->pen);
	f->pen.attr = attr;
	f->start = f->off = off;
	f->has_word = f->blank = f->text = f->after_escape = false;
	f->word_col = 0;
}

/* Write the printable ASCII characters at hand that fit, and those they overstrike: most texts
 * are little else. */
static void write_plain(struct tl_layout *lay, struct filling *f, size_t end)
{
	const uint8_t *p = lay->bytes.data;
	size_t len = lay->bytes.len < end ? lay->bytes.len : end, i;

	while (f->off < len && f->pen.col < f->pen.limit) {
		uint64_t room = f->pen.limit - f->pen.col;
		size_t n = len - f->off < room ? len - f->off : (size_t)room;

		for (i = 0; i < n && p[f->off + i] >= 0x20 && p[f->off + i] < 0x7f; i++)
			;
		f->off += tl_pen_put_ascii(&f->pen, p + f->off, i, (uint32_t)f->off);
		f->after_escape = f->after_escape && i == 0;
		if (i > 0 && f->off < len && p[f->off] != '\b')
			continue;
		if (f->off == len || p[f->off] != '\b' || lay->opts.bs != TL_BS_SPECIAL ||
		    f->after_escape || !tl_pen_back(&f->pen))
			break;
		f->off++;
	}
}

/* The origin, counted from the anchor, where a row must end; SIZE_MAX: none to come. */
static size_t origin_after(const struct tl_layout *lay, size_t off)
{
	uint64_t origin = lay->origin;

	if (origin == TL_NOPOS || lay->opts.chop || origin <= lay->anchor + off ||
	    origin - lay->anchor > 2 * TL_STRETCH)
		return SIZE_MAX;
	return (size_t)(origin - lay->anchor);
}

/* Note where the last word began, with the attributes before it. */
static void note_word(struct filling *f, const struct tl_glyph *g, struct tl_attr before)
{
	if (g->width == 0)
		return;
	if (f->blank && !g->blank && f->text) { /* blanks alone are not left behind */
		f->has_word = true;
		f->word = f->off;
		f->word_col = f->pen.col;
		f->word_attr = before;
	}
	f->blank = g->blank;
	f->text = f->text || !g->blank;
}

/*
 * Write what stands in the row, up to `break_at` at most.  Then *g is what did not fit, or the end,
 * and *before the attributes in front of it.
 */
static enum tl_lookup fill_row(struct tl_layout *lay, struct filling *f, size_t break_at,
			       struct tl_glyph *g, struct tl_attr *before)
{
	for (;;) {
		if (!lay->opts.wordwrap && f->off < lay->bytes.len)
			write_plain(lay, f, break_at);
		*before = f->pen.attr;
		if (tl_glyph_read(lay, &f->pen.attr, f->off, g) == TL_FAILED)
			return TL_FAILED;
		if (g->kind == TL_GLYPH_TAB)
			g->width = tl_pen_tab_width(&f->pen);
		if (g->end || f->off >= break_at ||
		    (g->width > 0 && !tl_pen_fits(&f->pen, g->width)))
			return TL_FOUND;
		note_word(f, g, *before);
		write_glyph(f, g, lay->bytes.data + f->off);
		f->off += g->len;
	}
}

/* Fill rows until the one that holds `want`, a byte offset in the stretch, is complete. */
static enum tl_lookup fill_until(struct tl_layout *lay, struct tl_row *row, size_t want,
				 bool find_next)
{
	size_t known = tl_stretch_row_holding(lay, want);
	struct filling f = { .pen = { .opts = &lay->opts, .row = row } };

	start_row(&f, lay->rows[known].off, lay->rows[known].attr);
	for (;;) {
		struct tl_attr before;
		struct tl_glyph g;
		size_t break_at = origin_after(lay, f.start);

		if (fill_row(lay, &f, break_at, &g, &before) == TL_FAILED)
			return TL_FAILED;
		if (!g.end && f.off != break_at && g.kind == TL_GLYPH_TAB)
			tl_pen_put_tab(&f.pen, (uint32_t)f.off); /* it starts the next row, too */
		if (!g.end && lay->opts.chop)
			return chop_row(lay, &f, find_next);
		if (!g.end && f.off != break_at && lay->opts.wordwrap &&
		    wrap_at_word(lay, &f, &g, &before) == TL_FAILED)
			return TL_FAILED;
		finish_row(lay, &f, g.end);
		if (g.end)
			return TL_FOUND;
		if (++known == lay->nrows && !tl_stretch_add_row(lay, (uint32_t)f.off, before))
			return TL_FAILED;
		if (f.off > want)
			return TL_FOUND;
		start_row(&f, f.off, before);
	}
}

static enum tl_lookup lay_out(struct tl_layout *lay, uint64_t pos, struct tl_row *row,
			      bool find_next)
{
	struct tl_span span;
	enum tl_lookup found = tl_cursor_forward(&lay->cur, pos, &span);

	if (found == TL_FOUND)
		found = tl_stretch_load(lay, pos);
	if (found == TL_FOUND)
		found = fill_until(lay, row, (size_t)(pos - lay->anchor), find_next);
	return found;
}

enum tl_lookup tl_layout_row(struct tl_layout *lay, uint64_t pos, struct tl_row *row)
{
	return lay_out(lay, pos, row, true);
}

enum tl_lookup tl_layout_draw(struct tl_layout *lay, uint64_t pos, struct tl_row *row)
{
	return lay_out(lay, pos, row, false);
}

/* Lay out, with -S, the row that begins at pos, without any cells, up to byte `to`: *col is the column
 * there. */
static enum tl_lookup measure(struct tl_layout *lay, uint64_t pos, size_t to, uint64_t *col,
			      bool *over)
{
	struct tl_layout_opts saved = lay->opts;
	uint64_t origin = lay->origin;
	struct tl_cell cell;
	uint32_t off;
	struct tl_row row = { .cells = &cell, .offs = &off };
	struct filling f = { .pen = { .opts = &lay->opts, .row = &row } };
	struct tl_attr before;
	struct tl_glyph g = { .end = true };
	struct tl_span span;
	enum tl_lookup found;

	tl_layout_reset(lay);
	lay->origin = pos;
	lay->opts.chop = true;
	lay->opts.hshift = UINT64_MAX / 2; /* everything is shifted out */
	lay->opts.cols = 1;
	found = tl_cursor_forward(&lay->cur, pos, &span);
	if (found == TL_FOUND)
		found = tl_stretch_load(lay, pos);
	if (found == TL_FOUND) {
		start_row(&f, 0, lay->rows[0].attr);
		found = fill_row(lay, &f, to, &g, &before);
	}
	*col = found == TL_FOUND ? f.pen.col : 0;
	*over = g.end;
	lay->opts = saved;
	tl_layout_reset(lay);
	lay->origin = origin;
	return found;
}

enum tl_lookup tl_layout_column(struct tl_layout *lay, uint64_t pos, size_t off, uint64_t *col)
{
	bool over;
	enum tl_lookup found = measure(lay, pos, off, col, &over);

	return found == TL_FOUND && over ? TL_NONE : found;
}

enum tl_lookup tl_layout_width(struct tl_layout *lay, uint64_t pos, uint64_t *cols)
{
	bool over;

	return measure(lay, pos, SIZE_MAX, cols, &over);
}

struct tl_span tl_layout_bytes(struct tl_layout *lay, const struct tl_row *row, size_t extra)
{
	size_t want = (size_t)(row->next - row->anchor) + extra;

	if (row->ends_line) /* next may be far away, behind what -S cut off */
		want = lay->bytes.len + extra;
	tl_stretch_fetch(lay, want);
	return (struct tl_span){ lay->bytes.data, lay->bytes.len };
}

enum tl_lookup tl_layout_chopped_start(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	bool saved = lay->opts.chop;
	enum tl_lookup found;

	if (!saved)
		tl_layout_reset(lay);
	lay->opts.chop = true;
	found = tl_stretch_load(lay, pos);
	*out = lay->anchor;
	lay->opts.chop = saved;
	if (!saved)
		tl_layout_reset(lay);
	return found;
}

enum tl_lookup tl_layout_row_start(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	struct tl_row row = { 0 };
	enum tl_lookup found;

	if (lay->opts.chop)
		return tl_layout_chopped_start(lay, pos, out);
	row.cells = calloc(lay->opts.cols, sizeof(*row.cells));
	row.offs = calloc(lay->opts.cols, sizeof(*row.offs));
	if (!row.cells || !row.offs) {
		tl_err_nomem(&lay->cur.err);
		found = TL_FAILED;
	} else {
		found = tl_layout_row(lay, pos, &row);
	}
	if (found == TL_FOUND)
		*out = row.pos;
	free(row.cells);
	free(row.offs);
	return found;
}

enum tl_lookup tl_layout_prev(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	uint64_t at;
	uint8_t byte;
	enum tl_lookup found = tl_stretch_byte_before(lay, pos, &byte, &at);

	if (found != TL_FOUND)
		return found;
	/* The byte before pos: a newline, which its line's last row holds, or text. */
	return tl_layout_row_start(lay, at, out);
}
