/*
 * names.h: file names among other words: quoted for the shell, split from a list, and put where
 * a command or a list says % or #.
 */
#ifndef TL_PAGER_NAMES_H
#define TL_PAGER_NAMES_H

#include "base/buf.h"

/*
 * Append `text` as one word of a shell: LESSMETAESCAPE before each of LESSMETACHARS.  Where
 * there is no escape, between quotes.  False: it cannot be quoted, or out of memory.  Main thread.
 */
bool tl_names_quote(struct tl_buf *out, const char *text);

/*
 * Append the next word of a list, *list goes behind it.  Words are separated by blanks; the
 * escape, and quotes around a word, are taken away.  `quotes` holds the opening and the closing
 * quote, or one character for both, or NULL for ".  False: there is none, or out of memory.
 */
bool tl_names_next(const char **list, const char *quotes, struct tl_buf *out);

/*
 * Append text with % as `current` and # as `previous`, each quoted if it has a blank in it; %%
 * and ## are % and #.  A name that is NULL leaves its character as it is.
 */
bool tl_names_expand(struct tl_buf *out, const char *text, const char *current,
		     const char *previous, const char *quotes);

/*
 * Call each(arg, name) for what a word stands for: wildcards, ~, and {a,b} are seen to, and what a
 * shell makes of $ and of backquotes.  A word that stands for no file is given as it is.  Main
 * thread.
 */
void tl_names_glob(const char *word, void (*each)(void *arg, const char *name), void *arg);

#endif
