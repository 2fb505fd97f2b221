/* layout.c: see layout.h. */
#include "pager/layout.h"

#include "pager/ansi.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 4096                 /* bytes fetched at a time: a few rows */
#define LOOK  (UINT64_C(64) << 20) /* bytes scanned for a newline between looks at ^C */
#define ESC   0x1b

static volatile sig_atomic_t interrupted;

void tl_layout_interrupt(bool on)
{
	interrupted = on;
}

void tl_layout_init(struct tl_layout *lay, struct tl_source *src)
{
	memset(lay, 0, sizeof(*lay));
	tl_cursor_init(&lay->cur, src);
	lay->anchor = TL_NOPOS;
	lay->opts.cols = 80;
	lay->opts.tabs[0] = 8;
	lay->opts.ntabs = 1;
}

void tl_layout_fini(struct tl_layout *lay)
{
	tl_cursor_fini(&lay->cur);
	tl_buf_fini(&lay->bytes);
}

void tl_layout_reset(struct tl_layout *lay)
{
	lay->anchor = TL_NOPOS;
	lay->bytes.len = 0;
	tl_cursor_drop(&lay->cur);
}

/* ---- where lines begin */

enum tl_lookup tl_layout_line_start(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	for (;;) {
		enum tl_lookup found = tl_cursor_line_start(&lay->cur, pos, LOOK, out);

		if (found != TL_NONE)
			return found;
		if (interrupted) {
			lay->cur.err.msg[0] = '\0';
			return TL_FAILED;
		}
		pos = *out;
	}
}

enum tl_lookup tl_layout_next_line(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	for (;;) {
		enum tl_lookup found = tl_cursor_next_line(&lay->cur, pos, LOOK, out);
		struct tl_span span;

		if (found != TL_NONE)
			return found;
		found = tl_cursor_forward(&lay->cur, *out, &span);
		if (found == TL_NONE)
			return TL_FOUND; /* the end of the text ends its last line */
		if (found != TL_FOUND)
			return found;
		if (interrupted) {
			lay->cur.err.msg[0] = '\0';
			return TL_FAILED;
		}
		pos = *out;
	}
}

/* ---- stretches of long lines */

/*
 * The place near the boundary b where a stretch begins: not within a character, nor
 * within an escape sequence that started a little before.
 */
static uint64_t adjust_boundary(struct tl_layout *lay, uint64_t b)
{
	struct tl_span before, after;
	uint64_t start;
	size_t len, n, skip = 0;
	uint8_t around[64 + 64];

	if (tl_cursor_backward(&lay->cur, b, &before, &start) != TL_FOUND)
		return b;
	n = before.len < 64 ? before.len : 64;
	memcpy(around, before.data + before.len - n, n);
	if (tl_cursor_forward(&lay->cur, b, &after) != TL_FOUND)
		return b;
	len = after.len < 64 ? after.len : 64;
	memcpy(around + n, after.data, len);
	for (size_t i = 0; i < n; i++) {
		size_t used;
		enum tl_ansi_kind kind;

		if (around[i] != ESC)
			continue;
		kind = tl_ansi_parse(around + i, n + len - i, &used);
		if (kind != TL_ANSI_NONE && kind != TL_ANSI_CUT && i + used > n)
			skip = i + used - n;
	}
	if (skip == 0 && lay->opts.charset == TL_CHARSET_UTF8)
		while (skip < 3 && skip < len && (around[n + skip] & 0xc0) == 0x80)
			skip++;
	for (size_t i = 0; i < skip; i++)
		if (around[n + i] == '\n')
			return b;
	return b + skip;
}

static bool newline_at(struct tl_layout *lay, uint64_t pos)
{
	struct tl_span span;

	return tl_cursor_forward(&lay->cur, pos, &span) == TL_FOUND && span.data[0] == '\n';
}

/*
 * The anchor at or before pos, and the end of its stretch (the next anchor if the line
 * goes on so far).  pos must not be the end of the text.
 */
static enum tl_lookup find_anchor(struct tl_layout *lay, uint64_t pos, uint64_t *anchor,
				  uint64_t *stretch_end)
{
	uint64_t start, b, a, first;
	enum tl_lookup found;

	lay->anchor_starts_line = true;
	if (lay->opts.chop) { /* a row begins where it is asked to, usually a line's start */
		*stretch_end = TL_NOPOS;
		*anchor = pos;
		return TL_FOUND;
	}
	found = tl_cursor_line_start(&lay->cur, pos, 3 * TL_STRETCH, &start);
	if (found == TL_NONE)
		start = 0; /* further back than matters here */
	else if (found != TL_FOUND)
		return found;
	/* A boundary counts when the line began at least a stretch before it. */
	first = (start + 2 * TL_STRETCH - 1) & ~(TL_STRETCH - 1);
	for (b = pos & ~(TL_STRETCH - 1); b >= first && b > 0; b -= TL_STRETCH) {
		a = adjust_boundary(lay, b);
		if (a <= pos && !newline_at(lay, a)) {
			lay->anchor_starts_line = false;
			*anchor = a;
			*stretch_end = b + TL_STRETCH;
			return TL_FOUND;
		}
	}
	*anchor = start;
	*stretch_end = first;
	return TL_FOUND;
}

/* ---- the bytes of a stretch */

/* Have at least `n` bytes of the stretch at hand, if it has so many. */
static enum tl_lookup fetch(struct tl_layout *lay, size_t n)
{
	while (!lay->whole && lay->bytes.len < n) {
		struct tl_span span;
		uint64_t pos = lay->line_next;
		enum tl_lookup found = tl_cursor_forward(&lay->cur, pos, &span);
		const uint8_t *nl;
		size_t take;

		if (found == TL_FAILED)
			return found;
		if (found != TL_FOUND) {
			lay->whole = true;
			lay->ends_line = true;
			lay->pending = found == TL_PENDING;
			break;
		}
		take = span.len < PIECE ? span.len : PIECE;
		nl = memchr(span.data, '\n', take);
		if (nl)
			take = (size_t)(nl - span.data);
		if (!tl_buf_append(&lay->bytes, span.data, take)) {
			tl_err_nomem(&lay->cur.err);
			return TL_FAILED;
		}
		lay->line_next = tl_cursor_after(&lay->cur, pos, nl ? take + 1 : take);
		if (nl)
			lay->whole = lay->ends_line = true;
	}
	return TL_FOUND;
}

/* Cut what was fetched where the next stretch begins. */
static void limit_stretch(struct tl_layout *lay, uint64_t stretch_end)
{
	uint64_t end;

	if (stretch_end == TL_NOPOS || lay->anchor + lay->bytes.len < stretch_end)
		return;
	end = adjust_boundary(lay, stretch_end);
	if (lay->bytes.len > end - lay->anchor) {
		lay->bytes.len = (size_t)(end - lay->anchor);
		lay->whole = true;
		lay->ends_line = false;
		lay->pending = false;
		lay->line_next = end;
	} else if (!lay->whole && lay->bytes.len == end - lay->anchor) {
		lay->whole = true;
		lay->ends_line = false;
		lay->line_next = end;
	}
}

/* Make `bytes` hold the stretch that pos is in. */
static enum tl_lookup load(struct tl_layout *lay, uint64_t pos, uint64_t *stretch_end)
{
	uint64_t anchor;
	enum tl_lookup found = find_anchor(lay, pos, &anchor, stretch_end);

	if (found != TL_FOUND)
		return found;
	if (lay->anchor == anchor && lay->bytes.len > 0 && !lay->pending)
		return TL_FOUND;
	lay->anchor = anchor;
	lay->bytes.len = 0;
	lay->whole = lay->pending = lay->ends_line = false;
	lay->line_next = anchor;
	return TL_FOUND;
}

/* ---- cells */

/* The pen that fills rows one after another from an anchor on. */
struct pen {
	struct tl_layout *lay;
	struct tl_row *row; /* cells are written only when it is the one asked for */
	struct tl_attr attr;
	uint64_t col;    /* of the next cell, before hshift is taken off */
	size_t row_off;  /* where the current row starts */
	size_t last_off; /* start of the last character written */
	bool overstrike; /* a backspace asks the next character to go over the last one */
	char held[8];    /* raw bytes (-r, -u) that go out before the next character */
	size_t nheld;
};

static unsigned visible(const struct pen *pen, uint64_t col)
{
	return (unsigned)(col - pen->lay->opts.hshift);
}

static struct tl_cell *cell_at(const struct pen *pen, uint64_t col)
{
	if (col < pen->lay->opts.hshift || visible(pen, col) >= pen->lay->opts.cols)
		return NULL;
	return &pen->row->cells[visible(pen, col)];
}

static void put_cell(struct pen *pen, const char *text, size_t len, unsigned width,
		     struct tl_attr attr, size_t off)
{
	struct tl_cell *c = cell_at(pen, pen->col);
	struct tl_cell *right = width == 2 ? cell_at(pen, pen->col + 1) : NULL;

	if (c && (width == 1 || right)) {
		c->attr = attr;
		c->width = (uint8_t)width;
		c->len = (uint8_t)(pen->nheld + len);
		memcpy(c->text, pen->held, pen->nheld);
		memcpy(c->text + pen->nheld, text, len);
		pen->nheld = 0;
		pen->row->offs[visible(pen, pen->col)] = (uint32_t)off;
		if (right) {
			*right = (struct tl_cell){ attr, 0, 0, "" };
			pen->row->offs[visible(pen, pen->col + 1)] = (uint32_t)off;
		}
	} else if (c || right) { /* half a wide character at the left edge or the right one */
		struct tl_cell *half = c ? c : right;
		uint64_t col = c ? pen->col : pen->col + 1;

		*half = tl_cell_blank();
		half->attr = attr;
		if (right) /* its left half is shifted out */
			half->attr.flags |= TL_OWN_STANDOUT;
		pen->row->offs[visible(pen, col)] = (uint32_t)off;
	}
	pen->col += width;
	pen->last_off = off;
}

/* The width the row has for text; a shifted row has more columns on its left. */
static uint64_t row_limit(const struct pen *pen)
{
	const struct tl_layout_opts *o = &pen->lay->opts;

	return o->chop || o->hshift > 0 ? o->hshift + o->cols : o->cols;
}

/* Is there room for `width` more columns in this row? */
static bool fits(const struct pen *pen, uint64_t width)
{
	return pen->col + width <= row_limit(pen) || pen->col == 0;
}

static unsigned tab_width(const struct tl_layout_opts *o, uint64_t col)
{
	uint64_t last = o->tabs[o->ntabs - 1], step;

	for (unsigned i = 0; i < o->ntabs; i++)
		if (o->ntabs > 1 && o->tabs[i] > col)
			return (unsigned)(o->tabs[i] - col);
	step = o->ntabs > 1 ? last - o->tabs[o->ntabs - 2] : last;
	if (o->ntabs > 1)
		return (unsigned)(step - (col - last) % step);
	return (unsigned)(step - col % step);
}

/* What stands in the text at one place: a character, or a sequence without width. */
struct glyph {
	size_t len;     /* bytes */
	unsigned width; /* columns, 0 for what only changes state */
	struct tl_char ch;
	bool tab;
	bool end; /* nothing more */
	bool backspace;
	char shown[16];
	size_t nshown; /* > 0: an unprintable character as shown */
	char raw[4];
	size_t nraw; /* bytes for the terminal (-r, -u) */
};

static void show_unprintable(struct glyph *g)
{
	g->nshown = tl_char_show(&g->ch, g->shown);
	g->width = (unsigned)g->nshown;
}

static void make_raw(struct glyph *g, const uint8_t *p)
{
	g->nraw = g->len < sizeof(g->raw) ? g->len : sizeof(g->raw);
	memcpy(g->raw, p, g->nraw);
	g->width = 0;
}

/* OSC 8 ; parameters ; URI begins a hyperlink, shown underlined; an empty URI ends it. */
static void follow_link(struct pen *pen, const uint8_t *p, size_t len)
{
	const uint8_t *uri = memchr(p + 4, ';', len - 4);
	bool open = uri && uri + 1 < p + len && uri[1] != ESC && uri[1] != '\a';

	if (open)
		pen->attr.flags |= TL_OWN_UNDERLINE;
	else
		pen->attr.flags &= ~(uint32_t)TL_OWN_UNDERLINE;
}

static void read_control(struct pen *pen, const uint8_t *p, size_t n, struct glyph *g)
{
	const struct tl_layout_opts *o = &pen->lay->opts;

	switch (p[0]) {
	case '\t':
		if (o->bs == TL_BS_CONTROL)
			break;
		g->tab = true;
		return;
	case '\b':
		if (o->bs == TL_BS_CONTROL)
			break;
		if (o->bs == TL_BS_PRINT || o->raw == TL_RAW_ALL) {
			make_raw(g, p);
			return;
		}
		g->backspace = true;
		return;
	case '\r':
		if (o->bs == TL_BS_SPECIAL && n == 1 && pen->lay->whole && pen->lay->ends_line) {
			g->width = 0; /* CR before a newline is not shown */
			return;
		}
		if (o->bs == TL_BS_PRINT) {
			make_raw(g, p);
			return;
		}
		break;
	case ESC:
		if (o->raw != TL_RAW_NONE) {
			enum tl_ansi_kind kind = tl_ansi_parse(p, n, &g->len);

			if (kind == TL_ANSI_SGR)
				tl_ansi_apply(&pen->attr, p, g->len);
			if (kind == TL_ANSI_LINK)
				follow_link(pen, p, g->len);
			if (kind == TL_ANSI_SGR ||
			    (o->raw == TL_RAW_SGR && kind != TL_ANSI_NONE && kind != TL_ANSI_CUT)) {
				g->width = 0;
				return;
			}
			g->len = 1;
		}
		break;
	}
	if (o->raw == TL_RAW_ALL)
		make_raw(g, p);
	else
		show_unprintable(g);
}

/* Read what stands at `off`; FAILED when the text cannot be read. */
static enum tl_lookup read_glyph(struct pen *pen, size_t off, struct glyph *g)
{
	struct tl_layout *lay = pen->lay;
	const uint8_t *p;
	size_t n;

	if (off + 64 > lay->bytes.len && fetch(lay, off + 64) == TL_FAILED)
		return TL_FAILED;
	memset(g, 0, sizeof(*g));
	if (off >= lay->bytes.len) {
		g->end = true;
		return TL_FOUND;
	}
	p = lay->bytes.data + off;
	n = lay->bytes.len - off;
	if (*p == ESC && n < TL_ANSI_MAX && !lay->whole) {
		if (fetch(lay, off + TL_ANSI_MAX) == TL_FAILED)
			return TL_FAILED;
		p = lay->bytes.data + off;
		n = lay->bytes.len - off;
	}
	g->ch = tl_char_at(p, n, lay->opts.charset);
	g->len = g->ch.len;
	switch (g->ch.kind) {
	case TL_CHAR_PRINT:
		g->width = g->ch.width;
		break;
	case TL_CHAR_COMBINING:
		break;
	case TL_CHAR_CONTROL:
		read_control(pen, p, n, g);
		break;
	case TL_CHAR_BINARY:
	case TL_CHAR_CUT:
		if (lay->opts.raw == TL_RAW_ALL)
			make_raw(g, p), g->width = 1;
		else
			show_unprintable(g);
		break;
	}
	return TL_FOUND;
}

/* Raw bytes have no place of their own: they go out with the next character. */
static void hold(struct pen *pen, const char *p, size_t len)
{
	if (pen->nheld + len <= sizeof(pen->held)) {
		memcpy(pen->held + pen->nheld, p, len);
		pen->nheld += len;
	}
}

/* Add a combining character to the one written last. */
static void join_last(struct pen *pen, const uint8_t *p, size_t len, size_t off)
{
	struct tl_cell *c = NULL;

	for (uint64_t back = 1; back <= 2 && back <= pen->col && !c; back++) {
		c = cell_at(pen, pen->col - back);
		if (c && c->width == 0)
			c = NULL;
	}
	if (!c) {
		if (pen->col == 0)
			put_cell(pen, " ", 1, 1, pen->attr, off);
		c = pen->col > 0 ? cell_at(pen, pen->col - 1) : NULL;
	}
	if (c && c->len + len <= TL_CELL_BYTES) {
		memcpy(c->text + c->len, p, len);
		c->len = (uint8_t)(c->len + len);
	}
}

/* x BS x is bold, _ BS x and x BS _ underlined; a different x just replaces. */
static void overstrike(struct pen *pen, const struct glyph *g, const uint8_t *p, size_t off)
{
	struct tl_cell *old = NULL;
	uint64_t back = 1;
	struct tl_attr attr = pen->attr;

	pen->overstrike = false;
	old = pen->col >= 1 ? cell_at(pen, pen->col - 1) : NULL;
	if (old && old->width == 0 && pen->col >= 2) {
		old = cell_at(pen, pen->col - 2);
		back = 2;
	}
	if (!old) {
		if (pen->col == 0)
			put_cell(pen, (const char *)p, g->len, g->width, attr, off);
		return; /* shifted out on the left */
	}
	attr.flags |= old->attr.flags & (TL_OWN_BOLD | TL_OWN_UNDERLINE);
	off = pen->last_off;
	if (old->len == g->len && memcmp(old->text, p, g->len) == 0) {
		/* _ BS _ : what the row was before, else bold */
		if (*p == '_' && (old->attr.flags & TL_OWN_UNDERLINE))
			attr.flags |= TL_OWN_UNDERLINE;
		else
			attr.flags |= TL_OWN_BOLD;
	} else if (old->len == 1 && old->text[0] == '_') {
		attr.flags |= TL_OWN_UNDERLINE;
	} else if (g->len == 1 && *p == '_') {
		old->attr.flags |= TL_OWN_UNDERLINE;
		return;
	} else {
		attr = pen->attr;
	}
	pen->col -= back;
	put_cell(pen, (const char *)p, g->len, g->width, attr, off);
}

static void write_glyph(struct pen *pen, const struct glyph *g, size_t off)
{
	const uint8_t *p = pen->lay->bytes.data + off;

	if (g->tab) {
		for (unsigned n = tab_width(&pen->lay->opts, pen->col); n > 0 && fits(pen, 1); n--)
			put_cell(pen, " ", 1, 1, pen->attr, off);
	} else if (g->nshown > 0) {
		struct tl_attr attr = pen->attr;

		attr.flags |= TL_OWN_STANDOUT;
		for (size_t i = 0; i < g->nshown; i++)
			put_cell(pen, g->shown + i, 1, 1, attr, off);
	} else if (g->nraw > 0 && g->width == 0) {
		hold(pen, g->raw, g->nraw);
	} else if (g->nraw > 0) {
		put_cell(pen, g->raw, g->nraw, 1, pen->attr, off);
	} else if (g->backspace) {
		pen->overstrike = pen->col > 0;
	} else if (g->ch.kind == TL_CHAR_COMBINING) {
		join_last(pen, p, g->len, off);
	} else if (g->width > 0 && pen->overstrike) {
		overstrike(pen, g, p, off);
	} else if (g->width > 0) {
		put_cell(pen, (const char *)p, g->len, g->width, pen->attr, off);
	}
}

static void clear_cells(struct pen *pen)
{
	struct tl_row *row = pen->row;

	for (unsigned i = 0; i < pen->lay->opts.cols; i++) {
		row->cells[i] = tl_cell_blank();
		row->offs[i] = UINT32_MAX;
	}
	pen->col = 0;
	pen->nheld = 0;
	pen->overstrike = false;
}

static void finish_row(struct pen *pen, size_t end_off, bool line_over)
{
	struct tl_layout *lay = pen->lay;
	struct tl_row *row = pen->row;
	uint64_t used = pen->col > lay->opts.hshift ? pen->col - lay->opts.hshift : 0;

	row->anchor = lay->anchor;
	row->pos = lay->anchor + pen->row_off;
	row->ncells = used > lay->opts.cols ? lay->opts.cols : (unsigned)used;
	row->ends_line = line_over && lay->ends_line;
	row->pending = line_over && lay->pending;
	row->next = line_over ? lay->line_next : lay->anchor + end_off;
}

/* The row is full, and the line goes on: drop the rest of the line (-S). */
static enum tl_lookup chop_row(struct pen *pen, size_t off)
{
	struct tl_layout *lay = pen->lay;
	struct tl_row *row = pen->row;
	enum tl_lookup found = TL_FOUND;

	finish_row(pen, off, false);
	row->ncells = lay->opts.cols;
	row->ends_line = true;
	if (lay->opts.rscroll && lay->opts.cols > 1) {
		unsigned last = lay->opts.cols - 1;

		if (row->cells[last].width == 0) /* the right half of a wide character */
			row->cells[last - 1] = tl_cell_blank();
		row->cells[last] = lay->opts.rscroll_cell;
	}
	if (lay->whole) {
		row->next = lay->line_next;
		row->pending = lay->pending;
		return TL_FOUND;
	}
	found = tl_layout_next_line(lay, lay->line_next, &row->next);
	if (found == TL_PENDING) {
		row->pending = true;
		found = TL_FOUND;
	}
	return found;
}

/* A place to break the row before the word that does not fit: off of the word's start. */
struct wrap_point {
	size_t off;
	uint64_t col;
	struct tl_attr attr;
	bool there;
};

static void cut_cells(struct pen *pen, uint64_t col)
{
	for (uint64_t c = col; c < pen->col; c++) {
		struct tl_cell *cell = cell_at(pen, c);

		if (cell) {
			*cell = tl_cell_blank();
			pen->row->offs[visible(pen, c)] = UINT32_MAX;
		}
	}
	pen->col = col;
}

/*
 * Fill rows from the anchor until the one that holds `want` (the byte offset in the
 * stretch) is complete.  A row that starts exactly at `want` is the usual case.
 */
static enum tl_lookup fill_until(struct pen *pen, size_t want, uint64_t stretch_end)
{
	struct tl_layout *lay = pen->lay;
	size_t off = 0;
	struct wrap_point wrap = { 0, 0, { 0, 0, 0 }, false };
	bool was_blank = false;

	clear_cells(pen);
	pen->row_off = 0;
	for (;;) {
		struct glyph g;
		struct tl_attr before = pen->attr;

		if (read_glyph(pen, off, &g) == TL_FAILED)
			return TL_FAILED;
		limit_stretch(lay, stretch_end);
		if (off >= lay->bytes.len)
			g.end = true;
		if (g.end) {
			finish_row(pen, off, true);
			return TL_FOUND;
		}
		if (g.tab) { /* a tab that does not fit fills this row, and starts the next one */
			g.width = tab_width(&lay->opts, pen->col);
			if (!fits(pen, g.width))
				write_glyph(pen, &g, off);
		}
		if (!g.backspace && g.width > 0 && !pen->overstrike && !fits(pen, g.width)) {
			if (lay->opts.chop)
				return chop_row(pen, off);
			if (lay->opts.wordwrap && wrap.there && g.ch.code != ' ') {
				cut_cells(pen, wrap.col);
				off = wrap.off;
				before = wrap.attr;
			}
			if (off > want) {
				finish_row(pen, off, false);
				return TL_FOUND;
			}
			clear_cells(pen);
			pen->row_off = off;
			pen->attr = before;
			wrap.there = was_blank = false;
			continue;
		}
		if (g.ch.code == ' ' || g.tab) {
			was_blank = true;
		} else if (was_blank && g.width > 0) {
			wrap = (struct wrap_point){ off, pen->col, before, true };
			was_blank = false;
		}
		write_glyph(pen, &g, off);
		off += g.len;
	}
}

enum tl_lookup tl_layout_row(struct tl_layout *lay, uint64_t pos, struct tl_row *row)
{
	struct pen pen = { .lay = lay, .row = row };
	struct tl_span span;
	uint64_t stretch_end = TL_NOPOS;
	enum tl_lookup found = tl_cursor_forward(&lay->cur, pos, &span);

	if (found != TL_FOUND)
		return found;
	found = load(lay, pos, &stretch_end);
	if (found != TL_FOUND)
		return found;
	found = fill_until(&pen, (size_t)(pos - lay->anchor), stretch_end);
	row->starts_line = row->pos == lay->anchor && lay->anchor_starts_line;
	return found;
}

struct tl_span tl_layout_bytes(struct tl_layout *lay, const struct tl_row *row, size_t extra)
{
	size_t want = (size_t)(row->next - row->anchor) + extra;

	if (row->ends_line) /* next may be far away, behind what -S cut off */
		want = lay->bytes.len + extra;
	fetch(lay, want);
	return (struct tl_span){ lay->bytes.data, lay->bytes.len };
}

enum tl_lookup tl_layout_row_start(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	struct tl_row row;
	enum tl_lookup found;

	if (lay->opts.chop)
		return tl_layout_line_start(lay, pos, out);
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
	struct tl_span span;
	uint64_t start;
	enum tl_lookup found = tl_cursor_backward(&lay->cur, pos, &span, &start);

	if (found != TL_FOUND)
		return found;
	/* The byte before pos: a newline, which its line's last row holds, or text. */
	return tl_layout_row_start(lay, start + span.len - 1, out);
}
