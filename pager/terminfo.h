/* terminfo.h: the terminal's capabilities by their termcap names, LESS_TERMCAP_xx and LESS_TERMINFO_xxxx first. */
#ifndef TL_PAGER_TERMINFO_H
#define TL_PAGER_TERMINFO_H

#include "base/buf.h"

#include <stdbool.h>

/* Capabilities that are used; the table in terminfo.c has their names. */
enum tl_cap {
	TL_CAP_CLEAR,         /* cl */
	TL_CAP_CLEAR_EOL,     /* ce */
	TL_CAP_CLEAR_EOS,     /* cd */
	TL_CAP_MOVE,          /* cm */
	TL_CAP_HOME,          /* ho */
	TL_CAP_SCROLL_DOWN,   /* sr */
	TL_CAP_INSERT_LINE,   /* al */
	TL_CAP_ENTER_SCREEN,  /* ti */
	TL_CAP_EXIT_SCREEN,   /* te */
	TL_CAP_ENTER_KEYPAD,  /* ks */
	TL_CAP_EXIT_KEYPAD,   /* ke */
	TL_CAP_STANDOUT,      /* so */
	TL_CAP_END_STANDOUT,  /* se */
	TL_CAP_UNDERLINE,     /* us */
	TL_CAP_END_UNDERLINE, /* ue */
	TL_CAP_BOLD,          /* md */
	TL_CAP_BLINK,         /* mb */
	TL_CAP_END_ALL,       /* me */
	TL_CAP_FLASH,         /* vb */
	TL_NCAPS
};

struct tl_terminfo {
	const char *cap[TL_NCAPS]; /* NULL: the terminal cannot */
	int nrows, ncols;          /* 0: not said */
	bool auto_margin;          /* am: the cursor goes on to the next line by itself */
	bool delayed_margin;       /* xenl: but only with the next character */
	bool known;                /* TERM names a terminal that is described */
	bool generic;              /* a description that says nothing ("dumb" and the like) */
};

/* Reads TERM's description; strings live until it is read again. */
void tl_terminfo_read(struct tl_terminfo *ti);

/* Append capability `cap` (nothing where the terminal lacks it), or the string that moves the
 * cursor, counted from 0, with padding resolved. */
void tl_terminfo_emit(const struct tl_terminfo *ti, enum tl_cap cap, struct tl_buf *out);
void tl_terminfo_move(const struct tl_terminfo *ti, unsigned y, unsigned x, struct tl_buf *out);

/* The string a key sends, by termcap or terminfo name; NULL: none. */
const char *tl_terminfo_key(const char *name);

#endif
