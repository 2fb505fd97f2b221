/*
 * termout.h: what goes to the terminal: capabilities, moves of the cursor and attributes, gathered until
 * they are sent in one piece.  It knows where the cursor is and which attributes are set, so that
 * neither is sent twice.  Main thread.
 */
#ifndef TL_PAGER_TERMOUT_H
#define TL_PAGER_TERMOUT_H

#include "base/buf.h"
#include "pager/cell.h"
#include "pager/colors.h"
#include "pager/terminfo.h"

struct tl_termout {
	int fd; /* borrowed */
	struct tl_terminfo ti;
	struct tl_buf bytes;  /* not sent yet; more may be appended */
	unsigned y, x;        /* the cursor; x is moved on by those who append text */
	struct tl_attr pen;   /* as it was asked for, */
	struct tl_attr shown; /* and without the role */
	struct tl_colors colors;
	bool dead; /* the terminal is gone (EIO, EPIPE) */
};

/* Send what was gathered; waits for the terminal. */
void tl_termout_flush(struct tl_termout *t);

/* Append a capability; nothing, where the terminal lacks it. */
void tl_termout_cap(struct tl_termout *t, enum tl_cap cap);

void tl_termout_move(struct tl_termout *t, unsigned y, unsigned x);
/* Something has moved the cursor: nobody knows where to. */
void tl_termout_lose_cursor(struct tl_termout *t);

/* What is appended from now on looks like this. */
void tl_termout_pen(struct tl_termout *t, const struct tl_attr *attr);

/*
 * Rows and columns now: the window's, else LINES and COLUMNS, else terminfo's, else 24x80, as
 * LESS_LINES and LESS_COLUMNS change them.  Returns whether they leave some of the terminal unused.
 */
bool tl_termout_size(const struct tl_termout *t, unsigned *rows, unsigned *cols);

#endif
