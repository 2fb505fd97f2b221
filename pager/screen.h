/*
 * screen.h: paints rows of cells on a terminal, and knows what stands there already.
 *
 * A frame is handed over whole; what differs from the last one is sent, by scrolling where
 * rows have moved.  Terminals are driven by terminfo (and LESS_TERMCAP_xx, which wins), on
 * the alternate screen or on the main one, where text is printed from the cursor down as
 * `cat` would, so that it stays in the scrollback.  Main thread.
 */
#ifndef TL_PAGER_SCREEN_H
#define TL_PAGER_SCREEN_H

#include "base/err.h"
#include "pager/cell.h"
#include "pager/colors.h"

#include <stdbool.h>

struct tl_screen;

struct tl_screen_opts {
	bool no_init;     /* -X: stay on the main screen */
	bool no_keypad;   /* --no-keypad */
	bool mouse;       /* the terminal reports what the mouse does */
	bool mark_paste;  /* the terminal tells where pasted text begins and ends */
	bool clear_first; /* -c: repaint from the top, not by scrolling */
};

/* What the pager shows: `used` rows of text, and the prompt line below them. */
struct tl_frame {
	const struct tl_cell *text; /* used x cols */
	unsigned used;
	const struct tl_cell *prompt; /* cols cells */
	unsigned cursor_col;
	unsigned scrolled; /* the view went on by exactly this many rows since the last frame */
	bool last;         /* it is left there: nothing is drawn after it */
};

/* Borrows fd.  Reads the terminal's description; sends nothing.  A TERM that is unknown is not
 * an error: tl_screen_dumb() is true then, and frames are printed one below the other. */
bool tl_screen_open(int fd, const struct tl_screen_opts *opts, struct tl_screen **out,
		    struct tl_err *err);
void tl_screen_close(struct tl_screen *s);

bool tl_screen_dumb(const struct tl_screen *s);
/* Rows and columns now: the window's, else LINES and COLUMNS, else terminfo's, else 24x80. */
void tl_screen_size(struct tl_screen *s, unsigned *rows, unsigned *cols);
void tl_screen_set_opts(struct tl_screen *s, const struct tl_screen_opts *opts);
/* How the roles of cells look from now on; what is on the screen already gets it when the options
 * are set next. */
void tl_screen_set_colors(struct tl_screen *s, const struct tl_colors *colors);

/* What is sent at the end of attributes, but for the colours. */
struct tl_endings;
void tl_screen_endings(const struct tl_screen *s, struct tl_endings *out);

/* Take the terminal over, and give it back with the cursor on a clean line.  Both may be
 * called again (^Z, !).  stop() is safe after output errors. */
void tl_screen_start(struct tl_screen *s);
void tl_screen_stop(struct tl_screen *s);
bool tl_screen_started(const struct tl_screen *s);
bool tl_screen_alternate(const struct tl_screen *s); /* on the alternate screen now */

/* What is on the terminal is not known any more: the next frame is painted whole. */
void tl_screen_forget(struct tl_screen *s);

void tl_screen_draw(struct tl_screen *s, const struct tl_frame *f);
/* Ring; or flash, on terminals that can. */
void tl_screen_bell(struct tl_screen *s);
void tl_screen_flash(struct tl_screen *s);
/* Clean the prompt line and leave the cursor at its start, as before running a command. */
void tl_screen_clear_prompt(struct tl_screen *s);
/* Write a notice on the bottom line, whatever stands above it. */
void tl_screen_notice(struct tl_screen *s, const char *text);
/* Send bytes as they are. */
void tl_screen_write(struct tl_screen *s, const char *bytes, size_t n);
/* The string the terminal sends for a key, by its termcap name ("ku"), or NULL. */
const char *tl_screen_key(struct tl_screen *s, const char *name);
/* The terminal is gone (EIO, EPIPE). */
bool tl_screen_dead(const struct tl_screen *s);

#endif
