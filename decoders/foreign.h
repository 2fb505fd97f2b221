/* foreign.h: names out of files, as lines show them. */
#ifndef TL_DECODERS_FOREIGN_H
#define TL_DECODERS_FOREIGN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* How many of at most n bytes are a character of UTF-8; 0: none begins here. */
static inline size_t tl_foreign_character(const uint8_t *s, size_t n)
{
	/* What the second byte must be at least where less would do, or more than there is. */
	uint8_t low = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : 0x80;
	size_t len = s[0] < 0xc2 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 1;

	if (len == 1 || len > n || s[1] < low)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/*
 * Copy foreign text for people: control characters become `?` (those of eight bits too, alone or in
 * UTF-8), so that it cannot end a line or tell a terminal what to do, and it is cut to `most` bytes.
 * Gives the byte behind it.
 */
static inline uint8_t *tl_foreign_put(uint8_t *p, const char *text, size_t most)
{
	size_t n = strnlen(text, most);

	for (size_t i = 0, len; i < n; i += len) {
		const uint8_t *s = (const uint8_t *)text + i;

		len = s[0] < 0x80 ? 1 : tl_foreign_character(s, n - i);
		if (len > 1 && !(s[0] == 0xc2 && s[1] < 0xa0)) {
			memcpy(p, s, len);
			p += len;
			continue;
		}
		*p++ = len > 1 || s[0] < 0x20 || (s[0] >= 0x7f && s[0] < 0xa0) ? '?' : s[0];
		len = len > 1 ? len : 1;
	}
	return p;
}

#endif
