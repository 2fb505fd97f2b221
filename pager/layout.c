/* layout.c: see layout.h. */
#include "pager/layout.h"

#include "pager/ansi.h"
#include "pager/linktable.h"
#include "pager/pen.h"
#include "pager/unichars.h"
#include "text/escape.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define COLUMN_STEP 256                  /* columns looked at together for one that is asked for */
#define PIECE       4096                 /* bytes fetched at a time: a few rows */
#define LOOK        (UINT64_C(64) << 20) /* bytes scanned for a newline between looks at ^C */
#define ESC         0x1b
#define NEAR        64 /* bytes looked at around a boundary, and had at hand for a character */

#define DROP (UINT64_C(1) << 20) /* of a line cut off by -S, at most so much is kept */

/* All a row needs to know of those before it in its stretch. */
struct tl_row_state {
	uint32_t off; /* of its first byte, from the anchor */
	struct tl_attr attr;
};

static volatile sig_atomic_t interrupted;

void tl_layout_interrupt(bool on)
{
	interrupted = on;
}

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

/* ---- where lines begin */

static enum tl_lookup give_up(struct tl_layout *lay)
{
	lay->cur.err.msg[0] = '\0';
	return TL_FAILED;
}

enum tl_lookup tl_layout_line_start(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	for (;;) {
		enum tl_lookup found = tl_cursor_line_start(&lay->cur, pos, LOOK, out);

		if (found != TL_NONE)
			return found;
		if (interrupted)
			return give_up(lay);
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
		if (interrupted)
			return give_up(lay);
		pos = *out;
	}
}

/* The byte at pos, or before it: FOUND with where it stands. */
static enum tl_lookup byte_at(struct tl_layout *lay, uint64_t pos, uint8_t *byte)
{
	struct tl_span span;
	enum tl_lookup found = tl_cursor_forward(&lay->cur, pos, &span);

	if (found == TL_FOUND)
		*byte = span.data[0];
	return found;
}

static enum tl_lookup byte_before(struct tl_layout *lay, uint64_t pos, uint8_t *byte, uint64_t *at)
{
	struct tl_span span;
	uint64_t start;
	enum tl_lookup found = tl_cursor_backward(&lay->cur, pos, &span, &start);

	if (found == TL_FOUND) {
		*byte = span.data[span.len - 1];
		*at = start + span.len - 1;
	}
	return found;
}

bool tl_layout_is_blank(struct tl_layout *lay, uint64_t pos)
{
	uint8_t byte;

	if (byte_at(lay, pos, &byte) != TL_FOUND)
		return false;
	if (byte == '\r' && byte_at(lay, tl_cursor_after(&lay->cur, pos, 1), &byte) != TL_FOUND)
		return false;
	return byte == '\n';
}

enum tl_lookup tl_layout_blank_end(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	struct tl_span span;
	enum tl_lookup found = TL_FOUND;
	uint64_t looked = 0;

	while (tl_layout_is_blank(lay, pos)) {
		size_t n = 0;

		found = tl_layout_next_line(lay, pos, &pos);
		if (found != TL_FOUND)
			return found;
		/* a long run of newlines goes quickly */
		if (tl_cursor_forward(&lay->cur, pos, &span) == TL_FOUND)
			while (n < span.len && span.data[n] == '\n')
				n++;
		if (n > 0)
			pos = tl_cursor_after(&lay->cur, pos, n);
		looked += n + 1;
		if (interrupted && looked > LOOK)
			return give_up(lay);
	}
	*out = pos;
	return TL_FOUND;
}

/* Where the line before the line start `pos` starts, if it is blank; NONE: it is not. */
static enum tl_lookup blank_before(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	uint64_t at;
	uint8_t byte;
	enum tl_lookup found = byte_before(lay, pos, &byte, out);

	if (found != TL_FOUND)
		return found;
	found = byte_before(lay, *out, &byte, &at);
	if (found == TL_FOUND && byte == '\r') {
		*out = at;
		found = byte_before(lay, at, &byte, &at);
	}
	if (found == TL_NONE) /* it is the text's first */
		return TL_FOUND;
	return found == TL_FOUND && byte != '\n' ? TL_NONE : found;
}

enum tl_lookup tl_layout_blank_start(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	uint64_t looked = 0, start, prev;
	struct tl_span span;
	enum tl_lookup found;

	for (*out = pos;; *out = prev) {
		found = tl_cursor_backward(&lay->cur, *out, &span, &start);
		if (found == TL_FOUND) { /* a long run of newlines goes quickly */
			size_t n = span.len;

			while (n >= 2 && span.data[n - 1] == '\n' && span.data[n - 2] == '\n')
				n--;
			looked += span.len - n + 1;
			*out = n < span.len ? start + n : *out;
			found = blank_before(lay, *out, &prev);
		}
		if (found != TL_FOUND)
			return found == TL_NONE ? TL_FOUND : found;
		if (interrupted && looked > LOOK)
			return give_up(lay);
	}
}

/* ---- stretches of long lines */

/* Copy up to n bytes that begin at pos, or that end before it, wherever chunks are cut. */
static size_t copy_after(struct tl_layout *lay, uint64_t pos, uint8_t *to, size_t n)
{
	size_t have = 0;
	struct tl_span span;

	while (have < n && tl_cursor_forward(&lay->cur, pos, &span) == TL_FOUND) {
		size_t take = span.len < n - have ? span.len : n - have;

		memcpy(to + have, span.data, take);
		have += take;
		pos = tl_cursor_after(&lay->cur, pos, take);
	}
	return have;
}

static size_t copy_before(struct tl_layout *lay, uint64_t pos, uint8_t *to, size_t n)
{
	size_t have = 0;
	struct tl_span span;
	uint64_t start;

	while (have < n && tl_cursor_backward(&lay->cur, pos, &span, &start) == TL_FOUND) {
		size_t take = span.len < n - have ? span.len : n - have;

		have += take;
		memcpy(to + n - have, span.data + span.len - take, take);
		pos = start + span.len - take;
	}
	memmove(to, to + n - have, have);
	return have;
}

/*
 * The place near the boundary b where a stretch begins: not within a character, nor
 * within an escape sequence that started a little before.
 */
static uint64_t adjust_boundary(struct tl_layout *lay, uint64_t b)
{
	uint8_t around[NEAR + NEAR];
	size_t n = copy_before(lay, b, around, NEAR);
	size_t len = copy_after(lay, b, around + n, NEAR), used, skip = 0;

	for (size_t i = 0; i < n; i++) {
		enum tl_escape kind;

		if (around[i] != ESC)
			continue;
		kind = tl_escape_parse(around + i, n + len - i, &used);
		if (kind != TL_ESCAPE_NONE && kind != TL_ESCAPE_CUT && i + used > n)
			skip = i + used - n;
	}
	if (skip == 0 && lay->opts.charset == TL_CHARSET_UTF8)
		while (skip < 3 && skip < len && (around[n + skip] & 0xc0) == 0x80)
			skip++;
	return memchr(around + n, '\n', skip) ? b : b + skip;
}

/* A stretch begins at pos only where its line goes on. */
static bool line_goes_on(struct tl_layout *lay, uint64_t pos)
{
	uint8_t byte;

	return byte_at(lay, pos, &byte) == TL_FOUND && byte != '\n';
}

/*
 * Find the anchor at or before pos, and the boundary of its stretch, which counts if the
 * line goes on so far.  pos must not be the end of the text.
 */
static enum tl_lookup find_anchor(struct tl_layout *lay, uint64_t pos, uint64_t *anchor,
				  uint64_t *boundary, bool *starts_line)
{
	uint64_t start, b, a, first;
	enum tl_lookup found;

	*starts_line = true;
	*boundary = TL_NOPOS;
	*anchor = pos;
	if (lay->opts.chop) /* a row begins where it is asked to, usually a line's start */
		return TL_FOUND;
	found = tl_cursor_line_start(&lay->cur, pos, 3 * TL_STRETCH, &start);
	if (found == TL_NONE)
		start = 0; /* further back than matters here */
	else if (found != TL_FOUND)
		return found;
	/* A boundary counts when the line began at least a stretch before it. */
	first = (start + 2 * TL_STRETCH - 1) & ~(TL_STRETCH - 1);
	for (b = pos & ~(TL_STRETCH - 1); b >= first && b > 0; b -= TL_STRETCH) {
		a = adjust_boundary(lay, b);
		if (a <= pos && line_goes_on(lay, a)) {
			*starts_line = false;
			*anchor = a;
			*boundary = b + TL_STRETCH;
			return TL_FOUND;
		}
	}
	*anchor = start;
	*boundary = first;
	return TL_FOUND;
}

/* ---- the bytes of a stretch */

/* The next piece would reach the boundary: find out where the stretch ends, if it does. */
static void near_boundary(struct tl_layout *lay)
{
	lay->end = adjust_boundary(lay, lay->boundary);
	if (!line_goes_on(lay, lay->end))
		lay->end = lay->boundary = TL_NOPOS;
}

/* Have at least `n` bytes of the stretch at hand, if it has so many. */
static enum tl_lookup fetch(struct tl_layout *lay, size_t n)
{
	while (!lay->whole && lay->bytes.len < n) {
		struct tl_span span;
		uint64_t pos = lay->line_next;
		enum tl_lookup found;
		const uint8_t *nl;
		size_t take;

		if (lay->boundary != TL_NOPOS && lay->end == TL_NOPOS &&
		    pos + PIECE >= lay->boundary)
			near_boundary(lay);
		if (pos == lay->end) {
			lay->whole = true;
			break;
		}
		found = tl_cursor_forward(&lay->cur, pos, &span);
		if (found == TL_FAILED)
			return found;
		if (found != TL_FOUND) {
			lay->whole = lay->ends_line = true;
			lay->pending = found == TL_PENDING;
			break;
		}
		take = span.len < PIECE ? span.len : PIECE;
		if (take > lay->end - pos)
			take = (size_t)(lay->end - pos);
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

/* Are the bytes at hand those of the stretch that holds pos? */
static bool is_loaded(const struct tl_layout *lay, uint64_t pos)
{
	if (lay->anchor == TL_NOPOS || lay->pending)
		return false;
	if (lay->opts.chop)
		return pos == lay->anchor;
	return pos >= lay->anchor && pos - lay->anchor < lay->bytes.len;
}

static bool add_row(struct tl_layout *lay, uint32_t off, struct tl_attr attr)
{
	if (lay->nrows == lay->maxrows) {
		size_t max = lay->maxrows ? 2 * lay->maxrows : 16;
		struct tl_row_state *rows = realloc(lay->rows, max * sizeof(*rows));

		if (!rows)
			return tl_err_nomem(&lay->cur.err);
		lay->rows = rows;
		lay->maxrows = max;
	}
	lay->rows[lay->nrows++] = (struct tl_row_state){ off, attr };
	return true;
}

/* Make `bytes` hold the stretch that pos is in, or its beginning. */
static enum tl_lookup load(struct tl_layout *lay, uint64_t pos)
{
	uint64_t anchor, boundary;
	bool starts_line;
	enum tl_lookup found;

	if (is_loaded(lay, pos))
		return TL_FOUND;
	found = find_anchor(lay, pos, &anchor, &boundary, &starts_line);
	if (found != TL_FOUND)
		return found;
	if (lay->anchor == anchor && is_loaded(lay, anchor))
		return TL_FOUND;
	lay->anchor = lay->line_next = anchor;
	lay->boundary = boundary;
	lay->starts_line = starts_line;
	lay->end = TL_NOPOS;
	lay->bytes.len = 0;
	lay->whole = lay->pending = lay->ends_line = false;
	lay->nrows = 0;
	return add_row(lay, 0, (struct tl_attr){ 0, 0, 0 }) ? TL_FOUND : TL_FAILED;
}

/* The row of the stretch that holds byte `off`, or the last one known before it. */
static size_t row_holding(const struct tl_layout *lay, size_t off)
{
	size_t lo = 0, hi = lay->nrows;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (lay->rows[mid].off <= off)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* ---- characters */

/* What stands in the text at one place: a character, or a sequence without width. */
struct glyph {
	enum {
		NOTHING, /* the end, or what only changes state */
		PRINT,
		JOIN,
		TAB,
		BACKSPACE,
		SHOWN, /* a stand-in for what cannot be printed */
		RAW,   /* bytes for the terminal (-r) */
	} kind;
	bool end;       /* nothing more */
	bool blank;     /* a space or tab, where words may be parted */
	size_t len;     /* bytes in the text */
	unsigned width; /* columns, 0 for what only changes state */
	size_t nshown;
	char shown[TL_BINARY_MAX + 1];
};

static void show(struct glyph *g, const struct tl_char *c)
{
	g->kind = SHOWN;
	g->nshown = tl_char_show(c, g->shown);
	g->width = (unsigned)g->nshown;
}

/* OSC 8 ; parameters ; URI begins a hyperlink; an empty URI ends it. */
static void follow_link(struct tl_attr *attr, const uint8_t *p, size_t len)
{
	const uint8_t *body = p + 2, *end = p + len - (p[len - 1] == '\\' ? 2 : 1);
	const uint8_t *uri = memchr(p + 4, ';', (size_t)(end - (p + 4)));

	attr->flags &= ~(TL_LINK_MASK | TL_ROLE_MASK);
	if (uri && uri + 1 < end)
		attr->flags |= TL_ROLE(TL_ROLE_LINK) |
			       tl_linktable_number(body, (size_t)(end - body)) << TL_LINK_SHIFT;
}

/* An escape sequence that acts, or is dropped; false: the ESC is a character like others. */
static bool read_escape(struct tl_layout *lay, struct tl_attr *attr, const uint8_t *p, size_t n,
			struct glyph *g)
{
	size_t len;
	enum tl_escape kind = tl_escape_parse(p, n, &len);

	if (kind == TL_ESCAPE_NONE || (kind == TL_ESCAPE_CUT && lay->pending))
		return false;
	if (lay->opts.raw == TL_RAW_ALL && kind != TL_ESCAPE_SGR)
		return false;
	if (kind == TL_ESCAPE_SGR)
		tl_ansi_apply(attr, p, len);
	if (kind == TL_ESCAPE_LINK)
		follow_link(attr, p, len);
	g->kind = NOTHING;
	g->len = len;
	return true;
}

/* A CR before a newline is not shown, and of several in a row only the last one. */
static bool is_idle_return(const struct tl_layout *lay, const uint8_t *p, size_t n)
{
	return n > 1 ? p[1] == '\r' : lay->whole && lay->ends_line;
}

static void read_control(struct tl_layout *lay, struct tl_attr *attr, const uint8_t *p, size_t n,
			 const struct tl_char *c, struct glyph *g)
{
	enum tl_backspace bs = lay->opts.bs;

	if (*p == '\t' && lay->opts.tab != TL_BS_CONTROL) {
		g->kind = TAB;
		g->blank = true;
	} else if (*p == '\b' && bs != TL_BS_CONTROL) {
		g->kind = BACKSPACE;
	} else if (*p == '\r' && lay->opts.cr == TL_BS_SPECIAL && is_idle_return(lay, p, n)) {
		g->kind = NOTHING;
	} else if (*p == ESC && lay->opts.raw != TL_RAW_NONE && read_escape(lay, attr, p, n, g)) {
		return;
	} else if (lay->opts.raw == TL_RAW_ALL) {
		g->kind = RAW;
	} else {
		show(g, c);
	}
}

/* Is this letter one with the letter before it?  Arabic has such: two bytes each. */
static bool joins_before(const uint8_t *p, size_t off, const struct tl_char *c)
{
	return c->len == 2 && off >= 2 && p[-2] >= 0xc2 && p[-2] <= 0xdf &&
	       tl_unichar_is_ligature((p[-2] & 0x1fu) << 6 | (p[-1] & 0x3fu), c->code);
}

/* Read what stands at `off`; sequences act on attr.  FAILED when the text cannot be read. */
static enum tl_lookup read_glyph(struct tl_layout *lay, struct tl_attr *attr, size_t off,
				 struct glyph *g)
{
	const uint8_t *p;
	struct tl_char c;
	size_t n;

	g->end = g->blank = false;
	g->width = 0;
	if (fetch(lay, off + NEAR) == TL_FAILED)
		return TL_FAILED;
	if (off < lay->bytes.len && lay->bytes.data[off] == ESC &&
	    fetch(lay, off + TL_ESCAPE_MAX) == TL_FAILED)
		return TL_FAILED;
	if (off >= lay->bytes.len) {
		g->kind = NOTHING;
		g->end = true;
		return TL_FOUND;
	}
	p = lay->bytes.data + off;
	n = lay->bytes.len - off;
	c = tl_char_at(p, n, lay->opts.charset);
	g->len = c.len;
	switch (c.kind) {
	case TL_CHAR_PRINT:
		g->kind = joins_before(p, off, &c) ? JOIN : PRINT;
		g->width = g->kind == JOIN ? 0 : c.width;
		g->blank = *p == ' ';
		break;
	case TL_CHAR_COMBINING:
	case TL_CHAR_DROPPED:
		g->kind = c.kind == TL_CHAR_DROPPED ? NOTHING : JOIN;
		if (c.format && lay->opts.formats)
			show(g, &c);
		break;
	case TL_CHAR_CONTROL:
		read_control(lay, attr, p, n, &c, g);
		break;
	case TL_CHAR_BINARY:
	case TL_CHAR_CUT:
		/* less sends bytes that are no UTF-8 not even with -r */
		if (lay->opts.raw == TL_RAW_ALL &&
		    (!c.invalid || lay->opts.charset != TL_CHARSET_UTF8))
			g->kind = PRINT, g->width = 1;
		else
			show(g, &c);
		break;
	}
	return TL_FOUND;
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

static void write_glyph(struct filling *f, const struct glyph *g, const uint8_t *p)
{
	struct tl_pen *pen = &f->pen;
	uint32_t off = (uint32_t)f->off;
	struct tl_char bs = { .kind = TL_CHAR_CONTROL, .code = '\b', .len = 1 };
	bool raw_backspace = pen->opts->bs == TL_BS_PRINT;
	char shown[TL_BINARY_MAX + 1];

	switch (g->kind) {
	case NOTHING:
		break;
	case PRINT:
		tl_pen_put(pen, p, g->len, g->width, off);
		break;
	case JOIN:
		tl_pen_join(pen, p, g->len);
		break;
	case TAB:
		tl_pen_put_tab(pen, off);
		break;
	case BACKSPACE: /* over an escape sequence there is no way back */
		if (f->after_escape || !(raw_backspace ? tl_pen_hold_back(pen) : tl_pen_back(pen)))
			tl_pen_put_shown(pen, shown, tl_char_show(&bs, shown), off);
		break;
	case SHOWN:
		tl_pen_put_shown(pen, g->shown, g->nshown, off);
		break;
	case RAW:
		tl_pen_hold(pen, p, g->len);
		break;
	}
	f->after_escape = g->kind == NOTHING && *p == ESC;
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
	if (!lay->whole && find_next)
		found = tl_layout_next_line(lay, lay->line_next, &row->next);
	if (found == TL_PENDING) {
		row->pending = true;
		found = TL_FOUND;
	}
	return found;
}

/* The next word does not fit: it goes to the next row.  Blanks that do not fit vanish. */
static enum tl_lookup wrap_at_word(struct tl_layout *lay, struct filling *f, struct glyph *g,
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
		if (read_glyph(lay, &f->pen.attr, f->off, g) == TL_FAILED)
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

/* Let go of the bytes read so far: most of them are shifted out on the left. */
static enum tl_lookup drop_bytes(struct tl_layout *lay, struct filling *f)
{
	if (interrupted)
		return give_up(lay);
	tl_pen_forget_offs(&f->pen);
	lay->bytes.len -= f->off;
	memmove(lay->bytes.data, lay->bytes.data + f->off, lay->bytes.len);
	lay->anchor += f->off;
	f->off = 0;
	return TL_FOUND;
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
static void note_word(struct filling *f, const struct glyph *g, struct tl_attr before)
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
			       struct glyph *g, struct tl_attr *before)
{
	for (;;) {
		if (!lay->opts.wordwrap && f->off < lay->bytes.len)
			write_plain(lay, f, break_at);
		if (lay->opts.chop && f->off >= DROP && drop_bytes(lay, f) == TL_FAILED)
			return TL_FAILED;
		*before = f->pen.attr;
		if (read_glyph(lay, &f->pen.attr, f->off, g) == TL_FAILED)
			return TL_FAILED;
		if (g->kind == TAB)
			g->width = tl_pen_tab_width(&f->pen);
		if (g->end || f->off == break_at ||
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
	size_t known = row_holding(lay, want);
	struct filling f = { .pen = { .opts = &lay->opts, .row = row } };

	start_row(&f, lay->rows[known].off, lay->rows[known].attr);
	for (;;) {
		struct tl_attr before;
		struct glyph g;
		size_t break_at = origin_after(lay, f.start);

		if (fill_row(lay, &f, break_at, &g, &before) == TL_FAILED)
			return TL_FAILED;
		if (!g.end && f.off != break_at && g.kind == TAB)
			tl_pen_put_tab(&f.pen, (uint32_t)f.off); /* it starts the next row, too */
		if (!g.end && lay->opts.chop)
			return chop_row(lay, &f, find_next);
		if (!g.end && f.off != break_at && lay->opts.wordwrap &&
		    wrap_at_word(lay, &f, &g, &before) == TL_FAILED)
			return TL_FAILED;
		finish_row(lay, &f, g.end);
		if (g.end)
			return TL_FOUND;
		if (++known == lay->nrows && !add_row(lay, (uint32_t)f.off, before))
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
		found = load(lay, pos);
	if (found == TL_FOUND)
		found = fill_until(lay, row, (size_t)(pos - lay->anchor), find_next);
	if (found == TL_FOUND && lay->opts.chop)
		row->pos = pos;
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

enum tl_lookup tl_layout_column(struct tl_layout *lay, uint64_t pos, size_t off, uint64_t *col)
{
	struct tl_layout_opts saved = lay->opts;
	struct tl_cell cells[COLUMN_STEP];
	uint32_t offs[COLUMN_STEP];
	struct tl_row row = { .cells = cells, .offs = offs };
	enum tl_lookup found = off < TL_STRETCH ? TL_FOUND : TL_NONE;
	uint64_t shift;

	tl_layout_reset(lay);
	lay->opts.chop = true;
	lay->opts.rscroll = false;
	lay->opts.cols = COLUMN_STEP;
	for (shift = 0; found == TL_FOUND; shift += COLUMN_STEP) {
		unsigned i = 0;

		lay->opts.hshift = shift;
		found = lay_out(lay, pos, &row, false);
		if (found != TL_FOUND)
			break;
		while (i < row.ncells && (offs[i] == UINT32_MAX || offs[i] < off))
			i++;
		if (i < row.ncells) {
			*col = shift + i;
			break;
		}
		if (row.ncells < COLUMN_STEP)
			found = TL_NONE;
	}
	lay->opts = saved;
	tl_layout_reset(lay);
	return found;
}

enum tl_lookup tl_layout_width(struct tl_layout *lay, uint64_t pos, uint64_t *cols)
{
	struct tl_layout_opts saved = lay->opts;
	struct tl_cell cell;
	uint32_t off;
	struct tl_row row = { .cells = &cell, .offs = &off };
	enum tl_lookup found;

	*cols = 0;
	tl_layout_reset(lay);
	lay->opts.chop = true;
	lay->opts.hshift = UINT64_MAX / 2; /* everything is shifted out */
	lay->opts.cols = 1;
	found = lay_out(lay, pos, &row, false);
	if (found == TL_FOUND)
		*cols = row.width;
	lay->opts = saved;
	tl_layout_reset(lay);
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
	struct tl_row row = { 0 };
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
	uint64_t at;
	uint8_t byte;
	enum tl_lookup found = byte_before(lay, pos, &byte, &at);

	if (found != TL_FOUND)
		return found;
	/* The byte before pos: a newline, which its line's last row holds, or text. */
	return tl_layout_row_start(lay, at, out);
}
