/* text.h: characters: decoding, width, and how unprintable ones are shown. */
#ifndef TL_PAGER_TEXT_H
#define TL_PAGER_TEXT_H

#include "pager/charset.h"

enum tl_char_kind {
	TL_CHAR_PRINT,     /* occupies `width` columns */
	TL_CHAR_COMBINING, /* joins the character before it */
	TL_CHAR_CONTROL,   /* C0, DEL: shown as ^X */
	TL_CHAR_BINARY,    /* not text: shown as <XX> or <U+XXXX> */
	TL_CHAR_CUT,       /* the bytes end within a character that has been right so far */
	TL_CHAR_DROPPED,   /* not shown at all */
};

struct tl_char {
	enum tl_char_kind kind;
	uint32_t code; /* code point, or the byte where it is no character */
	uint8_t len;   /* bytes it takes in the text, at least 1 */
	uint8_t width; /* columns: 0, 1 or 2 */
	bool invalid;  /* not a character in this charset: `code` is a byte */
	bool format;   /* not to be seen, but -U shows it: a formatting character, or dropped */
};

/* Decode the character at p; n > 0.  Any thread. */
struct tl_char tl_char_at(const uint8_t *p, size_t n, enum tl_charset cs);

/* Write how an unprintable character is shown: "^X", "ESC", "<E9>", "<U+FEFF>".
 * Returns the length; out has room for TL_BINARY_MAX + 1. */
size_t tl_char_show(const struct tl_char *c, char *out);

/* UTF-8 of a code point, "?" where there is none; returns the length, 1 to 4. */
size_t tl_char_encode(uint32_t code, char *out);

/* Columns a printable UTF-8 string takes; unprintable characters count as shown. */
size_t tl_text_width(const char *s, size_t n, enum tl_charset cs);

#endif
