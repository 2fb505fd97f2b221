/*
 * charset.h: how the bytes of the text are to be read, and how those that are no text are shown:
 * what LESSCHARSET, LESSCHARDEF, LESSUTFCHARDEF, LESSBINFMT, LESSUTFBINFMT and the locale say.
 */
#ifndef TL_PAGER_CHARSET_H
#define TL_PAGER_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tl_charset {
	TL_CHARSET_UTF8,
	TL_CHARSET_LATIN1, /* ISO 8859: those from 0xa0 on are printable */
	TL_CHARSET_ASCII,
	TL_CHARSET_TABLE, /* one that the environment describes, byte by byte */
};

/*
 * Read the environment.  NULL: done, and *out is the charset; else what is wrong with it, for the
 * user.  Once, before there are threads.
 */
const char *tl_charset_from_env(enum tl_charset *out);

/* What a byte is in a charset that is not UTF-8.  Any thread. */
enum tl_byte_kind { TL_BYTE_PRINT, TL_BYTE_CONTROL, TL_BYTE_BINARY };
enum tl_byte_kind tl_charset_byte(enum tl_charset cs, uint8_t byte);

/* A format of LESSBINFMT can be no longer than this, its number included. */
#define TL_BINARY_MAX 31

/* Write how a byte (LESSBINFMT), or else a Unicode character (LESSUTFBINFMT), that cannot be
 * printed is shown; out has room for TL_BINARY_MAX + 1.  Returns the length.  Any thread. */
size_t tl_charset_format(bool is_byte, uint32_t code, char *out);

/* TL_OWN_ flags (cell.h) of all such stand-ins: what the `*` of the formats chooses. */
uint32_t tl_charset_look(void);

#endif
