/* pen.c: see pen.h. */
#include "pager/pen.h"

#include <string.h>

#define NO_OFF UINT32_MAX

void tl_pen_start_row(struct tl_pen *pen)
{
	const struct tl_layout_opts *o = pen->opts;

	pen->col = 0;
	pen->limit = o->chop || o->hshift > 0 ? o->hshift + o->cols : o->cols;
	pen->over = false;
	pen->last_width = 0;
	pen->last_strike = 0;
	pen->nheld = 0;
	pen->held_back = false;
}

/* The index of a column's cell, or cols where it is shifted out or does not fit. */
static unsigned index_of(const struct tl_pen *pen, uint64_t col)
{
	const struct tl_layout_opts *o = pen->opts;

	return col < o->hshift || col - o->hshift >= o->cols ? o->cols
							     : (unsigned)(col - o->hshift);
}

static void blank_cells(struct tl_pen *pen, uint64_t from, uint64_t to)
{
	const struct tl_layout_opts *o = pen->opts;
	unsigned i = from < o->hshift ? 0 : index_of(pen, from);
	unsigned end = to < o->hshift ? 0 : index_of(pen, to);

	for (; i < end; i++) {
		pen->row->cells[i] = tl_cell_blank();
		pen->row->offs[i] = NO_OFF;
	}
}

unsigned tl_pen_tab_width(const struct tl_pen *pen)
{
	const struct tl_layout_opts *o = pen->opts;
	uint64_t last = o->tabs[o->ntabs - 1], step = last;

	if (o->ntabs == 1)
		return (unsigned)(step - pen->col % step);
	for (unsigned i = 0; i < o->ntabs; i++)
		if (o->tabs[i] > pen->col)
			return (unsigned)(o->tabs[i] - pen->col);
	step = last - o->tabs[o->ntabs - 2]; /* the last two set the distance from there on */
	return (unsigned)(step - (pen->col - last) % step);
}

static void write_cell(struct tl_pen *pen, const char *text, size_t len, unsigned width,
		       struct tl_attr attr, uint32_t off)
{
	unsigned none = pen->opts->cols, i = index_of(pen, pen->col);
	unsigned right = width == 2 ? index_of(pen, pen->col + 1) : none;
	struct tl_cell *cells = pen->row->cells;
	uint32_t *offs = pen->row->offs;

	if (i != none && (width == 1 || right != none)) {
		cells[i] = (struct tl_cell){ attr, (uint8_t)width, (uint8_t)(pen->nheld + len),
					     "" }; /* the same bytes each time */
		memcpy(cells[i].text, pen->held, pen->nheld);
		memcpy(cells[i].text + pen->nheld, text, len);
		pen->nheld = 0;
		offs[i] = off;
		if (right != none) {
			cells[right] = (struct tl_cell){ attr, 0, 0, "" };
			offs[right] = off;
		}
	} else if (i != none || right != none) { /* half of a wide one, at an edge */
		unsigned half = i != none ? i : right;

		cells[half] = tl_cell_blank();
		if (half == right) /* its left half is shifted out */
			cells[half].attr =
			    (struct tl_attr){ TL_ROLE(TL_ROLE_RSCROLL) | TL_OWN_STANDOUT, 0, 0 };
		else
			cells[half].attr = attr;
		offs[half] = off;
	}
	pen->col += width;
	pen->last_width = width;
	pen->last_off = off;
}

unsigned tl_pen_finish_row(struct tl_pen *pen)
{
	const struct tl_layout_opts *o = pen->opts;

	if (pen->held_back && pen->nheld > 0) { /* nothing came to take its place */
		pen->nheld = 0;
		write_cell(pen, pen->under.text, pen->under.len, 1, pen->under.attr, NO_OFF);
	}
	blank_cells(pen, pen->col, pen->limit);
	if (pen->col <= o->hshift)
		return 0;
	return pen->col - o->hshift < o->cols ? (unsigned)(pen->col - o->hshift) : o->cols;
}

/* x BS x is bold, _ BS x and x BS _ underlined; anything else takes the place of what was
 * there, and its looks. */
static void strike(struct tl_pen *pen, const uint8_t *p, size_t len, unsigned width)
{
	const uint32_t both = TL_OWN_BOLD | TL_OWN_UNDERLINE;
	const struct tl_cell *under = &pen->under;
	struct tl_attr attr = pen->attr;
	uint32_t made = under->attr.flags & both;
	/* combining characters of the one below may follow again */
	bool same = under->len >= len && memcmp(under->text, p, len) == 0;

	pen->over = false;
	if (same && *p == '_') { /* may mean either */
		made |= made ? both : pen->last_strike ? pen->last_strike : TL_OWN_BOLD;
	} else if (same) {
		made |= TL_OWN_BOLD;
	} else if (under->len > 0 && len == 1 && *p == '_') {
		made |= TL_OWN_UNDERLINE;
		p = (const uint8_t *)under->text;
		len = under->len;
		width = under->width;
	} else if (under->len == 1 && under->text[0] == '_') {
		made |= TL_OWN_UNDERLINE;
	}
	if (made)
		pen->last_strike = made;
	attr.flags |= made;
	write_cell(pen, (const char *)p, len, width, attr, pen->last_off);
}

void tl_pen_put(struct tl_pen *pen, const uint8_t *p, size_t len, unsigned width, uint32_t off)
{
	if (pen->over)
		strike(pen, p, len, width);
	else
		write_cell(pen, (const char *)p, len, width, pen->attr, off);
}

/* Write n characters that fit, looking like `cell`, from the next column on. */
static void write_run(struct tl_pen *pen, struct tl_cell cell, const uint8_t *p, size_t n,
		      uint32_t off)
{
	unsigned first = index_of(pen, pen->col);
	struct tl_cell *cells = pen->row->cells + first;
	uint32_t *offs = pen->row->offs + first;

	for (size_t i = 0; i < n; i++) {
		cells[i] = cell;
		cells[i].text[0] = (char)p[i];
		offs[i] = off + (uint32_t)i;
	}
	pen->col += n;
}

size_t tl_pen_put_ascii(struct tl_pen *pen, const uint8_t *p, size_t n, uint32_t off)
{
	struct tl_cell cell = tl_cell_blank();
	size_t room = pen->col < pen->limit ? (size_t)(pen->limit - pen->col) : 0, i = 0;

	if (n > room)
		n = room;
	if (n == 0)
		return 0;
	if (pen->over || pen->nheld > 0) {
		tl_pen_put(pen, p, 1, 1, off);
		return 1;
	}
	cell.attr = pen->attr;
	pen->last_width = 1;
	pen->last_off = off + (uint32_t)(n - 1);
	if (pen->col < pen->opts->hshift) {
		i = n < pen->opts->hshift - pen->col ? n : (size_t)(pen->opts->hshift - pen->col);
		pen->col += i;
	}
	write_run(pen, cell, p + i, n - i, off + (uint32_t)i);
	return n;
}

void tl_pen_put_shown(struct tl_pen *pen, const char *s, size_t n, uint32_t off)
{
	struct tl_attr attr = pen->attr;

	/* Unicode characters that cannot be shown have no colour in less. */
	attr.flags =
	    tl_with_role(attr.flags, n > 2 && s[1] == 'U' ? TL_ROLE_BINARY : TL_ROLE_CONTROL) |
	    tl_charset_look();
	for (size_t i = 0; i < n && tl_pen_fits(pen, 1); i++)
		write_cell(pen, s + i, 1, 1, attr, off);
	pen->over = false;
	pen->last_width = 0;
}

void tl_pen_put_tab(struct tl_pen *pen, uint32_t off)
{
	for (unsigned n = tl_pen_tab_width(pen); n > 0 && tl_pen_fits(pen, 1); n--)
		write_cell(pen, " ", 1, 1, pen->attr, off);
	pen->over = false;
}

void tl_pen_join(struct tl_pen *pen, const uint8_t *p, size_t len)
{
	unsigned none = pen->opts->cols, i = none;
	struct tl_cell *c;

	if (pen->col == 0) {
		tl_pen_hold(pen, p, len);
		return;
	}
	i = index_of(pen, pen->col - 1);
	if (i != none && pen->row->cells[i].width == 0 && i > 0)
		i--;
	if (i == none)
		return; /* shifted out with its character */
	c = &pen->row->cells[i];
	if (c->len + len <= TL_CELL_BYTES) {
		memcpy(c->text + c->len, p, len);
		c->len = (uint8_t)(c->len + len);
	}
}

void tl_pen_hold(struct tl_pen *pen, const void *p, size_t len)
{
	if (pen->nheld + len <= sizeof(pen->held)) {
		memcpy(pen->held + pen->nheld, p, len);
		pen->nheld += len;
	}
}

/* Is the cell not a character of the text but what is shown for one? */
static bool is_stand_in(const struct tl_cell *c)
{
	enum tl_role role = TL_ROLE_OF(c->attr.flags);

	return role == TL_ROLE_CONTROL || role == TL_ROLE_BINARY || role == TL_ROLE_RSCROLL;
}

bool tl_pen_hold_back(struct tl_pen *pen)
{
	unsigned i = pen->col > 0 ? index_of(pen, pen->col - 1) : pen->opts->cols;
	bool shifted_out = pen->col > 0 && i == pen->opts->cols;
	struct tl_cell *c = pen->col == 0 || shifted_out ? NULL : &pen->row->cells[i];

	if ((pen->col == 0 && pen->nheld == 0) || (c && is_stand_in(c)))
		return false;
	if (pen->col == 0 || (c && c->width != 1)) {
		tl_pen_hold(pen, "\b", 1);
		return true;
	}
	pen->nheld = 0;
	pen->held_back = c != NULL;
	if (c)
		pen->under = *c;
	if (c && c->len < sizeof(pen->held)) {
		tl_pen_hold(pen, c->text, c->len);
		tl_pen_hold(pen, "\b", 1);
	}
	tl_pen_cut(pen, pen->col - 1);
	return true;
}

bool tl_pen_back(struct tl_pen *pen)
{
	unsigned width = pen->last_width, i;

	if (pen->col == 0)
		return false;
	i = index_of(pen, pen->col - 1);
	if (i == pen->opts->cols) { /* shifted out: it matters only how wide it was */
		if (width == 0)
			return false;
		pen->under = tl_cell_blank();
		pen->under.width = (uint8_t)width;
	} else if (i == 0 && width == 2) { /* the right half of one */
		pen->under = pen->row->cells[i];
		pen->under.width = 2;
	} else {
		const struct tl_cell *c = &pen->row->cells[i];

		if (is_stand_in(c))
			return false;
		width = c->width == 0 && i > 0 ? 2 : 1;
		pen->under = width == 2 ? c[-1] : *c;
		pen->last_off = pen->row->offs[i];
	}
	tl_pen_cut(pen, pen->col - (width < pen->col ? width : pen->col));
	pen->last_width = 1;
	pen->over = true;
	return true;
}

void tl_pen_cut(struct tl_pen *pen, uint64_t col)
{
	blank_cells(pen, col, pen->col);
	pen->col = col;
	pen->over = false;
}
