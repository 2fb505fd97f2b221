/* ansi.h: escape sequences in the text: which bytes they take, and what SGR says. */
#ifndef TL_PAGER_ANSI_H
#define TL_PAGER_ANSI_H

#include "pager/cell.h"

enum tl_ansi_kind {
	TL_ANSI_NONE,  /* not an escape sequence */
	TL_ANSI_SGR,   /* ESC [ ... m: changes attributes */
	TL_ANSI_LINK,  /* OSC 8 hyperlink */
	TL_ANSI_OTHER, /* another sequence, or the beginning of a broken one: dropped under -R */
	TL_ANSI_CUT,   /* the bytes end within a sequence */
};

/* No sequence longer than this is taken for one. */
#define TL_ANSI_MAX 4096

/*
 * Look at the sequence that starts with the ESC at p[0].  *len gets its length when the
 * answer is SGR, LINK or OTHER.  ECMA-48 5th ed., 5.4 (control sequences), 5.6 (strings).
 */
enum tl_ansi_kind tl_ansi_parse(const uint8_t *p, size_t n, size_t *len);

/* Apply the SGR sequence p[0..len) to attr; unknown parameters are passed over.
 * ECMA-48 5th ed., 8.3.117; 38/48 in both forms, with ; and with :. */
void tl_ansi_apply(struct tl_attr *attr, const uint8_t *p, size_t len);

/* Write the SGR sequence that turns plain into the TL_SGR_ attributes and colours of attr.
 * Returns its length, 0 where there is nothing to say; out has room for 80. */
size_t tl_ansi_encode(const struct tl_attr *attr, char *out);

#endif
