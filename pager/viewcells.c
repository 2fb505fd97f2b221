/*
 * viewcells.c: the cells of the rows that a view shows: text with its hits, links and roles, the
 * status column and line numbers beside it, the header over it.  See viewstate.h.
 */
#include "pager/viewstate.h"

#include "pager/ansi.h"
#include "pager/fade.h"
#include "pager/hits.h"
#include "pager/linktable.h"
#include "text/escape.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How the row above was numbered. */
struct numbering {
	bool known;
	uint64_t line, next;
	bool ends_line;
	uint64_t above; /* the last line that has begun; TL_NOPOS: none */
};

#define NOTED_BYTES 4096 /* of a line are looked at */
#define MAX_NOTE    80

static void put_text(struct tl_cell *cells, unsigned n, const char *s, uint32_t flags)
{
	for (unsigned i = 0; i < n && s[i]; i++) {
		cells[i] = tl_cell_blank();
		cells[i].text[0] = s[i];
		if (s[i] != ' ')
			cells[i].attr.flags = flags;
	}
}

/* ---- what is special about a row: hits, links, roles */

/* The row's search hits: TL_HITS_ bits. */
static unsigned mark_hits(struct tl_view *v)
{
	const struct tl_row *row = &v->row;

	if (!v->hilite || (v->opts.hilite == TL_HILITE_NONE && !v->opts.status_cols))
		return 0;
	if (v->opts.header.plain_lines && tl_view_in_header(v, row->pos))
		return 0;
	if (v->hilite_only != TL_NOPOS &&
	    v->hilite_only != (row->starts_line ? row->pos : row->anchor) &&
	    (v->hilite_only < row->pos || v->hilite_only >= row->next))
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

/* The role of a line on its text, or the first column of an empty one, with --status-line to the
 * edge.  Hits stay, but for those in the unread line where no status column tells of it. */
static void put_line_role(struct tl_view *v, enum tl_role role)
{
	struct tl_row *row = &v->row;
	bool shifted_out = role == TL_ROLE_UNREAD && v->lay.opts.hshift > 0; /* as in less */
	bool empty = row->ncells == 0 && !shifted_out;
	unsigned n = v->opts.status_line ? v->lay.opts.cols : row->ncells + empty;
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

/* ---- beside the text: status column, line numbers */

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
	n->known = found == TL_FOUND && !jumps && !v->in_place;
	n->next = row->next;
	n->ends_line = row->ends_line && (!v->lay.opts.chop || tl_view_at_line_start(v, row->next));
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
	bool column = v->opts.status_cols > 0 && tl_view_prefix_cols(v) > 0;
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

/* What is noted of the line that begins in the row laid out last. */
static void put_note(struct tl_view *v, struct tl_cell *cells, struct numbering *n)
{
	const struct tl_row *row = &v->row;
	struct tl_view_line line = { .pos = row->pos, .above = n->above };
	char text[MAX_NOTE + 1] = "";

	if (!row->starts_line || v->opts.note_cols > MAX_NOTE || !v->note)
		return;
	line.bytes = tl_layout_bytes(&v->lay, row, NOTED_BYTES);
	v->note(v->note_arg, &line, text);
	put_text(cells, v->opts.note_cols, text, TL_ROLE(TL_ROLE_NUMBER));
	n->above = row->pos;
}

/* Status column, line number and note of row i. */
static void put_prefix(struct tl_view *v, struct tl_cell *cells, unsigned i, struct numbering *n,
		       bool *numbers_pending)
{
	unsigned col = v->opts.status_cols, room = tl_view_prefix_cols(v);
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
		col += v->digits + 1;
	}
	if (v->opts.note_cols > 0)
		put_note(v, cells + col, n);
}

/* ---- behind the text */

/* Blank what is left of a wide character of which a tail covers one half. */
static void mend_edges(struct tl_cell *text, unsigned cols, unsigned from, unsigned to)
{
	if (from > 0 && text[from - 1].width == 2)
		text[from - 1] = tl_cell_blank();
	if (to < cols && text[to].width == 0)
		text[to] = tl_cell_blank();
}

/* The tail of the line whose last row was laid out: behind its text, or over its end where there is no
 * room. */
static void put_tail(struct tl_view *v, struct tl_cell *text)
{
	unsigned cols = v->lay.opts.cols, n, at;
	uint64_t line = v->row.pos;
	char tail[64];

	if (!v->tail_of || !(v->lay.opts.chop ? v->row.starts_line : v->row.ends_line))
		return;
	if (!v->row.starts_line && tl_layout_line_start(&v->lay, line, &line) != TL_FOUND)
		return;
	n = (unsigned)v->tail_of(v->tail_arg, line, tail, sizeof(tail));
	if (n >= sizeof(tail))
		n = sizeof(tail) - 1;
	if (n == 0 || n > cols)
		return;
	at = v->row.ncells + n <= cols ? v->row.ncells : cols - n;
	mend_edges(text, cols, at, at + n);
	put_text(text + at, n, tail, TL_ROLE(TL_ROLE_RSCROLL));
}

/* ---- rows */

/* Lay the row at pos out as row i, into `out`, with what stands left of it; v->row.cells is
 * changed. */
static bool draw_row(struct tl_view *v, unsigned i, uint64_t pos, uint64_t next,
		     struct tl_cell *out, struct numbering *n, bool *numbers_pending)
{
	v->row.cells = out + tl_view_prefix_cols(v);
	if (v->in_place)
		tl_layout_set_origin(&v->lay, pos);
	if (pos == TL_NOPOS || tl_layout_draw(&v->lay, pos, &v->row) != TL_FOUND)
		return false;
	if (next != TL_NOPOS)
		v->row.next = next;
	put_prefix(v, out, i, n, numbers_pending);
	put_tail(v, v->row.cells);
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

/* ---- the header */

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

/* How many cells of the row laid out, `cells`, are of whole characters within the header's columns?
 * Half a wide one is none, nor is a part of <FF>; but a tab is blanks. */
static unsigned whole_cells(const struct tl_view *v, const struct tl_cell *cells)
{
	const uint32_t *offs = v->row.offs;
	unsigned n = v->row.ncells, most = v->opts.header.cols;
	uint32_t cut = n > most && cells[most].text[0] != ' ' ? offs[most] : UINT32_MAX;

	if (n > most)
		n = most;
	while (n > 0 && (offs[n - 1] == UINT32_MAX || offs[n - 1] == cut))
		n--;
	return n > 0 && cells[n - 1].width == 2 ? n - 1 : n;
}

/* The header's columns, not shifted, over the beginning of row i, which is `out`.  They bring their
 * own status column: only matches that begin in them are told in it. */
static void overlay_cols(struct tl_view *v, unsigned i, uint64_t pos, struct tl_cell *narrow,
			 struct tl_cell *out)
{
	struct tl_cell *text = out + tl_view_prefix_cols(v);
	unsigned n;

	v->row.cells = narrow;
	if (pos == TL_NOPOS || tl_layout_draw(&v->lay, pos, &v->row) != TL_FOUND)
		return;
	n = whole_cells(v, narrow);
	v->row.ncells = n;
	if (i + 1 >= v->opts.header.lines && n > 0 && v->row.offs[n - 1] != UINT32_MAX)
		v->row.next = v->row.anchor + v->row.offs[n - 1] + 1;
	put_status(v, out, i);
	dress_head(v, i);
	memcpy(text, narrow, n * sizeof(*text));
	/* the right half of a wide character whose left half is gone */
	if (n < v->cols - tl_view_prefix_cols(v) && text[n].width == 0) {
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
	struct numbering n = { .above = TL_NOPOS };
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

/* ---- the screen */

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
		tl_view_apply_opts(v);
		tl_view_refresh(v);
	}
}

unsigned tl_view_compose(struct tl_view *v, struct tl_cell *cells, bool *numbers_pending)
{
	unsigned used = v->squished ? tl_view_rows_used(v) : v->rows;
	struct numbering n = { .above = TL_NOPOS };
	struct tl_cell *laid_out = v->row.cells;
	uint64_t origin = v->lay.origin;

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
	tl_layout_set_origin(&v->lay, origin);
	return used;
}

/* ---- where things are, how wide */

bool tl_view_pos_at(struct tl_view *v, unsigned y, unsigned x, uint64_t *pos)
{
	unsigned prefix = tl_view_prefix_cols(v);

	if (y >= v->rows || v->pos[y] == TL_NOPOS || x < prefix || x >= v->cols ||
	    tl_layout_draw(&v->lay, v->pos[y], &v->row) != TL_FOUND ||
	    x - prefix >= v->row.ncells || v->row.offs[x - prefix] == UINT32_MAX)
		return false;
	*pos = v->row.anchor + v->row.offs[x - prefix];
	return true;
}

bool tl_view_shown_part(struct tl_view *v, unsigned i, uint64_t *start, uint64_t *end)
{
	const struct tl_row *row = &v->row;

	if (v->pos[i] == TL_NOPOS || tl_layout_row(&v->lay, v->pos[i], &v->row) != TL_FOUND)
		return false;
	*start = v->pos[i];
	*end = row->next;
	if (!v->lay.opts.chop)
		return true;
	*start = TL_NOPOS;
	*end = 0;
	for (unsigned x = 0; x < row->ncells; x++) {
		uint64_t pos = row->anchor + row->offs[x];

		if (row->offs[x] == UINT32_MAX)
			continue;
		*start = pos < *start ? pos : *start;
		*end = pos >= *end ? pos + 1 : *end;
	}
	if (*end == 0)
		*start = *end = row->next;
	return true;
}

uint64_t tl_view_widest(struct tl_view *v)
{
	uint64_t widest = 0, width, start;

	for (unsigned i = 0; i < v->rows; i++) {
		if (v->pos[i] == TL_NOPOS)
			continue;
		start = v->pos[i];
		if (tl_layout_chopped_start(&v->lay, start, &start) != TL_FOUND)
			continue;
		if (tl_layout_width(&v->lay, start, &width) == TL_FOUND && width > widest)
			widest = width;
	}
	return widest + tl_view_prefix_cols(v);
}
