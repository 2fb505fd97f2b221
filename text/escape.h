/*
 * escape.h: escape sequences in a text: which bytes they take.  What the screen does not show
 * and what a search does not see is one question, answered here.
 */
#ifndef TL_TEXT_ESCAPE_H
#define TL_TEXT_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tl_escape {
	TL_ESCAPE_NONE,  /* not an escape sequence */
	TL_ESCAPE_SGR,   /* ESC [ ... m: changes attributes */
	TL_ESCAPE_LINK,  /* OSC 8 hyperlink */
	TL_ESCAPE_OTHER, /* another sequence, or the beginning of a broken one: dropped under -R */
	TL_ESCAPE_CUT,   /* the bytes end within a sequence */
};

/* No sequence longer than this is taken for one. */
#define TL_ESCAPE_MAX 4096

/*
 * Look at the sequence that starts with the ESC at p[0].  *len gets its length, 0 where the answer
 * is NONE, and n where it is CUT: at the end of a line that is dropped, too.  A character that may
 * not stand in a sequence is taken with it, but an ESC begins another one.  Any thread.
 */
enum tl_escape tl_escape_parse(const uint8_t *p, size_t n, size_t *len);

/*
 * Which characters may stand within a sequence, end one, or begin a string like OSC (LESSANSI-
 * MIDCHARS, LESSANSIENDCHARS, LESSANSIOSCCHARS); NULL or "": as they are.  Before any thread.
 */
void tl_escape_configure(const char *middle, const char *end, const char *strings);

#endif
