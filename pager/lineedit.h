/*
 * lineedit.h: a line of text being typed at the bottom of the screen: the keys that edit it,
 * lines typed before, completion, and the part of it that is shown.
 */
#ifndef TL_PAGER_LINEEDIT_H
#define TL_PAGER_LINEEDIT_H

#include "base/buf.h"
#include "pager/cell.h"
#include "pager/complete.h"
#include "pager/history.h"
#include "pager/text.h"

#include <stdbool.h>

/* What a key does to the line. */
enum tl_edit_action {
	TL_EDIT_NOTHING, /* the key has no effect */
	TL_EDIT_LEFT,
	TL_EDIT_RIGHT,
	TL_EDIT_WORD_LEFT,
	TL_EDIT_WORD_RIGHT,
	TL_EDIT_HOME,
	TL_EDIT_END,
	TL_EDIT_INSERT, /* kept for its key: always on */
	TL_EDIT_BACKSPACE,
	TL_EDIT_DELETE,
	TL_EDIT_WORD_BACKSPACE,
	TL_EDIT_WORD_DELETE,
	TL_EDIT_KILL,
	TL_EDIT_ABORT,
	TL_EDIT_UP,
	TL_EDIT_DOWN,
	TL_EDIT_COMPLETE,
	TL_EDIT_COMPLETE_BACK,
	TL_EDIT_EXPAND, /* all completions at once */
	TL_EDIT_LITERAL,
};

#define TL_EDIT_KEYS_MAX 16 /* bytes of one key at most; the rest is cut off */

struct tl_edit_binding {
	char keys[TL_EDIT_KEYS_MAX];
	unsigned char n;
	unsigned char action;
};

struct tl_lineedit {
	struct tl_buf text;         /* bytes, UTF-8 where the charset is */
	size_t at;                  /* the cursor's byte */
	size_t first;               /* the first byte shown */
	unsigned cols;              /* of the screen; 0: no limit */
	char prompt[128];           /* what stands before the text */
	struct tl_history *history; /* borrowed; may be NULL */
	size_t browsing;            /* index in history, n: behind the newest */
	bool alike_known;           /* `alike` holds for the UP and DOWN to come */
	size_t alike;               /* bytes that the lines of this browsing begin with */
	bool literal;               /* ^V: the next key is taken as it is */
	uint8_t part[4];            /* a character's first bytes */
	unsigned npart;
	char pending[TL_EDIT_KEYS_MAX]; /* a key's first bytes */
	unsigned npending;
	enum tl_charset charset;
	const struct tl_completer *completer; /* borrowed; NULL: TAB is a character like others */
	struct tl_words words;                /* of the completion under way */
	size_t word;                          /* which one stands there; n: the original */
	size_t word_at;                       /* where it starts */
	struct tl_buf original;               /* what stood there */
	bool completing;
	struct tl_edit_binding *bindings; /* beside the usual ones; the last wins */
	size_t nbindings;
};

enum tl_edit {
	TL_EDIT_MORE,   /* the line is still being typed */
	TL_EDIT_DONE,   /* Return: the text is complete */
	TL_EDIT_CANCEL, /* erased past its beginning, or given up with ^G */
	TL_EDIT_BAD,    /* that key does nothing here: ring */
};

/* Begin an empty line.  A completer is to be set after it. */
void tl_lineedit_start(struct tl_lineedit *le, const char *prompt, struct tl_history *history,
		       enum tl_charset charset);
void tl_lineedit_fini(struct tl_lineedit *le);

/* ---- keys (linekeys.c) */

/* Bind a key, for this and later lines; before the usual keys.  False: out of memory. */
bool tl_lineedit_bind(struct tl_lineedit *le, const char *keys, size_t n,
		      enum tl_edit_action action);

/* One byte of a key; erase and kill are the terminal's characters for these (or -1). */
enum tl_edit tl_lineedit_key(struct tl_lineedit *le, unsigned key, int erase, int kill);

/* The next byte begins a key: nothing waits to be completed. */
bool tl_lineedit_ready(const struct tl_lineedit *le);

/* ---- the line */

/* What a key is bound to. */
enum tl_edit tl_lineedit_do(struct tl_lineedit *le, enum tl_edit_action action);

/* Put a character's n bytes in at the cursor, which goes behind it.  BAD: there is no room. */
enum tl_edit tl_lineedit_insert(struct tl_lineedit *le, const void *bytes, size_t n);

/* Put this text in place of what is there, the cursor behind it. */
void tl_lineedit_set(struct tl_lineedit *le, const char *text);

const char *tl_lineedit_text(struct tl_lineedit *le);

/* Draw prompt and text into a row of cells; the part around the cursor when it is too long.
 * Returns the cursor's column. */
unsigned tl_lineedit_draw(const struct tl_lineedit *le, struct tl_cell *cells, unsigned cols);

#endif
