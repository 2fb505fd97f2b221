/*
 * drawing.h: texts for the tests of layout and view, and a picture of a row of cells.
 */
#ifndef TL_TESTS_DRAWING_H
#define TL_TESTS_DRAWING_H

#include "pager/layout.h"

#include <stdlib.h>
#include <string.h>

/* Borrows nothing: the bytes are copied. */
static inline struct tl_source *text_source(const void *bytes, size_t n)
{
	struct tl_buf b = TL_BUF_INIT;
	struct tl_source *src = NULL;

	tl_buf_append(&b, bytes, n);
	tl_source_open_memory(&b, &src, NULL);
	return src;
}

static inline void row_init(struct tl_row *row, unsigned cols)
{
	memset(row, 0, sizeof(*row));
	row->cells = calloc(cols, sizeof(*row->cells));
	row->offs = calloc(cols, sizeof(*row->offs));
}

static inline void row_fini(struct tl_row *row)
{
	free(row->cells);
	free(row->offs);
}

/* One letter for a cell's looks: b(old) u(nderline) both B, r(everse, own standout), s(gr),
 * space plain. */
static inline char looks(const struct tl_cell *c)
{
	uint32_t f = c->attr.flags;
	enum tl_role role = TL_ROLE_OF(f);

	if (role == TL_ROLE_LINK)
		return 'u';
	if (role == TL_ROLE_NUMBER || role == TL_ROLE_TILDE)
		return 'b';
	if (role != TL_ROLE_NONE || (f & TL_OWN_STANDOUT))
		return 'r';
	if ((f & TL_OWN_BOLD) && (f & TL_OWN_UNDERLINE))
		return 'B';
	if (f & TL_OWN_BOLD)
		return 'b';
	if (f & TL_OWN_UNDERLINE)
		return 'u';
	return f || c->attr.fg || c->attr.bg ? 's' : ' ';
}

/* The cells' text, and a letter for the looks of each column; blanks at the end are left out. */
static inline void picture(const struct tl_cell *cells, unsigned cols, char *text, char *attrs)
{
	char *end = text, *aend = attrs;

	for (unsigned i = 0; i < cols; i++) {
		memcpy(text, cells[i].text, cells[i].len);
		text += cells[i].len;
		*attrs++ = looks(&cells[i]);
		if (attrs[-1] != ' ')
			aend = attrs;
		if (attrs[-1] != ' ' || cells[i].len != 1 || cells[i].text[0] != ' ')
			end = text;
	}
	*end = *aend = '\0';
}

/* ---- random texts */

enum { TEXT_ASCII, TEXT_UTF8, TEXT_ESCAPES, TEXT_STRIKES, TEXT_NOISE, TEXT_MIXED, NTEXTS };

static inline void put_random(struct tl_buf *b, int kind)
{
	static const char *const chars[] = { "\xc3\xa9",  "\xe4\xb8\xad",     "\xe6\x96\x87",
					     "e\xcc\x81", "\xf0\x9f\x98\x80", "\xe2\x80\x8b" };
	static const char *const escapes[] = { "\033[1m",      "\033[m",      "\033[38;5;9m",
					       "\033[2K",      "\033]8;;u\a", "\033]8;;\a",
					       "\033[4:0;31m", "\033[",       "\033",
					       "\033[1\033[3m" };
	static const char *const strikes[] = {
		"x\bx", "_\bx", "x\b_", "\b", "_\b_", "ab\b\bab", "\xe4\xb8\xad\b\xe4\xb8\xad", "\r"
	};

	switch (kind == TEXT_MIXED ? rand() % TEXT_MIXED : kind) {
	case TEXT_UTF8:
		tl_buf_puts(b, chars[rand() % 6]);
		break;
	case TEXT_ESCAPES:
		tl_buf_puts(b, escapes[rand() % 10]);
		break;
	case TEXT_STRIKES:
		tl_buf_puts(b, strikes[rand() % 8]);
		break;
	case TEXT_NOISE:
		tl_buf_putc(b, (uint8_t)rand());
		break;
	default:
		tl_buf_putc(b, (uint8_t)(rand() % 8 ? 'a' + rand() % 26 : rand() % 4 ? ' ' : '\t'));
	}
}

/* Lines of up to `longest` pieces; the last one perhaps without newline. */
static inline void random_text(struct tl_buf *b, int kind, unsigned nlines, unsigned longest)
{
	for (unsigned i = 0; i < nlines; i++) {
		unsigned n = rand() % 4 == 0 ? 0 : (unsigned)rand() % (longest + 1);

		while (n-- > 0)
			put_random(b, rand() % 3 ? TEXT_ASCII : kind);
		if (rand() % 8 == 0)
			tl_buf_putc(b, '\r');
		if (i + 1 < nlines || rand() % 2)
			tl_buf_putc(b, '\n');
	}
}

static inline void random_layout_opts(struct tl_layout_opts *o)
{
	memset(o, 0, sizeof(*o));
	o->cols = rand() % 3 ? 1 + (unsigned)rand() % 90 : 1 + (unsigned)rand() % 9;
	o->wordwrap = rand() % 3 == 0;
	o->bs = (enum tl_backspace)(rand() % 3);
	o->tab = (enum tl_backspace)(rand() % 3);
	o->cr = (enum tl_backspace)(rand() % 3);
	o->formats = rand() % 2;
	o->raw = (enum tl_rawmode)(rand() % 3);
	o->charset = rand() % 4 ? TL_CHARSET_UTF8 : (enum tl_charset)(rand() % 3);
	o->rscroll = rand() % 2;
	o->rscroll_cell = tl_cell_blank();
	o->rscroll_cell.text[0] = '>';
	o->rscroll_cell.attr.flags = TL_OWN_STANDOUT;
	o->ntabs = 1 + (unsigned)rand() % 3;
	for (unsigned i = 0; i < o->ntabs; i++)
		o->tabs[i] = (i ? o->tabs[i - 1] : 0) + 1 + (unsigned)rand() % 12;
}

#endif
