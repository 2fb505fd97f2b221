/* text.h: characters: decoding, width, and how unprintable ones are shown. */
#ifndef TL_PAGER_TEXT_H
#define TL_PAGER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the bytes of the text are to be read. */
enum tl_charset { TL_CHARSET_UTF8, TL_CHARSET_LATIN1, TL_CHARSET_ASCII };

enum tl_char_kind {
	TL_CHAR_PRINT,     /* occupies `width` columns */
	TL_CHAR_COMBINING, /* joins the character before it */
	TL_CHAR_CONTROL,   /* C0, DEL: shown as ^X */
	TL_CHAR_BINARY,    /* not text: shown as <XX> or <U+XXXX> */
	TL_CHAR_CUT,       /* the bytes end within a character that has been right so far */
};

struct tl_char {
	enum tl_char_kind kind;
	uint32_t code; /* code point, or the byte where it is no character */
	uint8_t len;   /* bytes it takes in the text, at least 1 */
	uint8_t width; /* columns: 0, 1 or 2 */
	bool invalid;  /* not a character in this charset: `code` is a byte */
	bool format;   /* combining, but a formatting character (Cf), which -U shows */
};

/* Decode the character at p; n > 0.  Any thread. */
struct tl_char tl_char_at(const uint8_t *p, size_t n, enum tl_charset cs);

/* Write how an unprintable character is shown: "^X", "ESC", "<E9>", "<U+FEFF>".
 * Returns the length; out has room for 16. */
size_t tl_char_show(const struct tl_char *c, char *out);

/* UTF-8 of a code point, "?" where there is none; returns the length, 1 to 4. */
size_t tl_char_encode(uint32_t code, char *out);

/* The charset that LESSCHARSET, or else LC_ALL, LC_CTYPE or LANG asks for.
 * False: LESSCHARSET names one that is not known. */
bool tl_charset_from_env(enum tl_charset *out);

/* Columns a printable UTF-8 string takes; unprintable characters count as shown. */
size_t tl_text_width(const char *s, size_t n, enum tl_charset cs);

#endif
