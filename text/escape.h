/*
 * escape.h: escape sequences in a text: which bytes they take.  What the screen does not show
 * and what a search does not see is one question, answered here.
 */
#ifndef TL_TEXT_ESCAPE_H
#define TL_TEXT_ESCAPE_H

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
 * Look at the sequence that starts with the ESC at p[0].  *len gets its length when the
 * answer is SGR, LINK or OTHER.  ECMA-48 5th ed., 5.4 (control sequences), 5.6 (strings).
 */
enum tl_escape tl_escape_parse(const uint8_t *p, size_t n, size_t *len);

#endif
