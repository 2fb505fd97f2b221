/*
 * pen.h: puts characters into the cells of one row.
 *
 * All that one row needs to know of the rows before it is the attributes SGR and OSC 8
 * have set; so a row may be drawn from any place for which these were kept.
 */
#ifndef TL_PAGER_PEN_H
#define TL_PAGER_PEN_H

#include "pager/layout.h"

struct tl_pen {
	const struct tl_layout_opts *opts; /* borrowed */
	struct tl_row *row;                /* borrowed: cells and offs */
	struct tl_attr attr;               /* of the characters to come */
	uint64_t col;                      /* of the next cell; columns shifted out count */
	uint64_t limit;                    /* columns there is room for, shifted out ones too */

	/* overstrike */
	struct tl_cell under; /* what the last backspace went back over */
	bool over;            /* the next character goes over it */
	unsigned last_width;  /* of the character written last; 0: no backspace over it */
	uint32_t last_off;    /* where it stands */
	uint32_t last_strike; /* bold or underline that overstrike made last in this row */

	/* bytes without a place of their own (-r, -u) go out before the next character */
	char held[16];
	size_t nheld;
	bool held_back; /* `under`, which a backspace (-u) went over, is among them */
};

/* An empty row; attr stays.  Cells are blank only behind tl_pen_finish_row(). */
void tl_pen_start_row(struct tl_pen *pen);
/* Blank what was not written.  Returns the columns used. */
unsigned tl_pen_finish_row(struct tl_pen *pen);

/* Is there room for `width` more columns?  In an empty row there always is. */
static inline bool tl_pen_fits(const struct tl_pen *pen, uint64_t width)
{
	return pen->col + width <= pen->limit || pen->col == 0;
}

/* Columns a tab takes here. */
unsigned tl_pen_tab_width(const struct tl_pen *pen);

/* Below, `off` is where the character stands in the text, counted from the row's anchor. */

/* A character that can be printed, 1 or 2 columns wide. */
void tl_pen_put(struct tl_pen *pen, const uint8_t *p, size_t len, unsigned width, uint32_t off);
/* As many of the n printable ASCII characters as fit; returns how many. */
size_t tl_pen_put_ascii(struct tl_pen *pen, const uint8_t *p, size_t n, uint32_t off);
/* The stand-in for a character that cannot be printed, as much of it as fits. */
void tl_pen_put_shown(struct tl_pen *pen, const char *s, size_t n, uint32_t off);
/* Blanks for a tab, as far as there is room. */
void tl_pen_put_tab(struct tl_pen *pen, uint32_t off);
/* A combining character joins the one before it. */
void tl_pen_join(struct tl_pen *pen, const uint8_t *p, size_t len);
/* Bytes for the terminal that take no column. */
void tl_pen_hold(struct tl_pen *pen, const void *p, size_t len);
/* A backspace for the terminal: the next character takes the last one's place, and goes out
 * behind it and the backspace.  False: there is none to go back over. */
bool tl_pen_hold_back(struct tl_pen *pen);
/* Go back over the character before, so that the next one overstrikes it.  False: there is
 * none that could be. */
bool tl_pen_back(struct tl_pen *pen);
/* Take back all from column col on. */
void tl_pen_cut(struct tl_pen *pen, uint64_t col);

#endif
