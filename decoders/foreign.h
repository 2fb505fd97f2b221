/* foreign.h: names out of files, as lines show them. */
#ifndef TL_DECODERS_FOREIGN_H
#define TL_DECODERS_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

/*
 * Copy foreign text for people: control characters become `?`, so that it cannot end a line or
 * tell a terminal what to do, and it is cut to `most` bytes.  Gives the byte behind it.
 */
static inline uint8_t *tl_foreign_put(uint8_t *p, const char *text, size_t most)
{
	for (size_t i = 0; i < most && text[i]; i++) {
		uint8_t c = (uint8_t)text[i];

		*p++ = c < 0x20 || c == 0x7f ? '?' : c;
	}
	return p;
}

#endif
