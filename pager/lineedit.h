/* lineedit.h: a line of text being typed at the bottom of the screen. */
#ifndef TL_PAGER_LINEEDIT_H
#define TL_PAGER_LINEEDIT_H

#include "base/buf.h"
#include "pager/cell.h"
#include "pager/text.h"

#include <stdbool.h>

/* Lines typed before, newest last; one list for searches, one for each other prompt. */
struct tl_history {
	char **lines;
	size_t n;
};

void tl_history_add(struct tl_history *h, const char *line);
void tl_history_fini(struct tl_history *h);

struct tl_lineedit {
	struct tl_buf text;         /* bytes, UTF-8 where the charset is */
	size_t at;                  /* the cursor's byte */
	char prompt[96];            /* what stands before the text */
	struct tl_history *history; /* borrowed; may be NULL */
	size_t browsing;            /* index in history, n: the line being typed */
	struct tl_buf typed;        /* the line being typed while browsing */
	size_t alike;               /* bytes that the lines of this browsing begin with */
	enum { TL_KEY_EDITS, TL_KEY_RECALLS, TL_KEY_COMPLETES } now, before; /* what keys did */
	bool literal;  /* ^V: the next key is taken as it is */
	char esc[8];   /* bytes of a key sequence so far, as far as they fit */
	unsigned nesc; /* and how many there were */
	enum tl_charset charset;
	bool complete_files; /* TAB completes file names; else it is a character like others */
	char **matches;      /* of the completion under way */
	size_t nmatches, match;
	size_t word; /* where the completed word starts */
};

enum tl_edit {
	TL_EDIT_MORE,   /* the line is still being typed */
	TL_EDIT_DONE,   /* Return: the text is complete */
	TL_EDIT_CANCEL, /* erased past its beginning, or given up with ^G */
	TL_EDIT_BAD,    /* that key does nothing here: ring */
};

void tl_lineedit_start(struct tl_lineedit *le, const char *prompt, struct tl_history *history,
		       enum tl_charset charset);
void tl_lineedit_fini(struct tl_lineedit *le);

/* One key; erase, kill and werase are the terminal's characters for these (or -1). */
enum tl_edit tl_lineedit_key(struct tl_lineedit *le, unsigned key, int erase, int kill, int werase);

const char *tl_lineedit_text(struct tl_lineedit *le);

/* Draw prompt and text into a row of cells; the part around the cursor when it is too long.
 * Returns the cursor's column. */
unsigned tl_lineedit_draw(const struct tl_lineedit *le, struct tl_cell *cells, unsigned cols);

/* Write text into cells from column col on; unprintable characters as shown in the text.
 * Returns the column behind it.  For prompts and messages as well. */
unsigned tl_cells_put(struct tl_cell *cells, unsigned cols, unsigned col, const char *text,
		      size_t n, uint32_t flags, enum tl_charset charset);

#endif
