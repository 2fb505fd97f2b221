/*
 * escape.c: see escape.h.  What is a sequence is less's idea: a string (OSC) goes on to its
 * terminator, and all others are an ESC, characters that may stand in the middle, and one that
 * may end them; one that may not breaks the sequence, and goes with it.
 */
#include "text/escape.h"

#include <string.h>

#define ESC 0x1b
#define BEL 0x07

/* What a byte may do behind an ESC; const after start. */
enum { MIDDLE = 1, END = 2, STRING = 4 };
static uint8_t may[128] = {
	['m'] = END,    ['0'] = MIDDLE, ['1'] = MIDDLE,  ['2'] = MIDDLE, ['3'] = MIDDLE,
	['4'] = MIDDLE, ['5'] = MIDDLE, ['6'] = MIDDLE,  ['7'] = MIDDLE, ['8'] = MIDDLE,
	['9'] = MIDDLE, [':'] = MIDDLE, [';'] = MIDDLE,  ['['] = MIDDLE, ['?'] = MIDDLE,
	['!'] = MIDDLE, ['"'] = MIDDLE, ['\''] = MIDDLE, ['#'] = MIDDLE, ['%'] = MIDDLE,
	['('] = MIDDLE, [')'] = MIDDLE, ['*'] = MIDDLE,  ['+'] = MIDDLE, [' '] = MIDDLE,
	[']'] = STRING
};

static void set(const char *bytes, uint8_t what)
{
	if (!bytes || !*bytes)
		return;
	for (size_t i = 0; i < sizeof(may); i++)
		may[i] &= (uint8_t)~what;
	for (; *bytes; bytes++)
		if ((uint8_t)*bytes < sizeof(may))
			may[(uint8_t)*bytes] |= what;
}

void tl_escape_configure(const char *middle, const char *end, const char *strings)
{
	set(middle, MIDDLE);
	set(end, END);
	set(strings, STRING);
	may['*'] &= (uint8_t)~STRING; /* it says something of the one before it */
}

static bool is(uint8_t byte, uint8_t what)
{
	return byte < sizeof(may) && (may[byte] & what);
}

/* A string that ST or BEL ends: OSC and its like. */
static enum tl_escape parse_string(const uint8_t *p, size_t n, size_t *len)
{
	for (size_t i = 2; i < n && i < TL_ESCAPE_MAX && p[i] != '\n'; i++) {
		if (p[i] == BEL)
			*len = i + 1;
		else if (p[i] == ESC && i + 1 < n && p[i + 1] == '\\')
			*len = i + 2;
		else
			continue;
		return n > 3 && memcmp(p + 1, "]8;", 3) == 0 ? TL_ESCAPE_LINK : TL_ESCAPE_OTHER;
	}
	if (n >= TL_ESCAPE_MAX)
		return TL_ESCAPE_NONE;
	*len = n;
	return TL_ESCAPE_CUT;
}

/* The bytes of the character at p[at]. */
static size_t character_len(const uint8_t *p, size_t at, size_t n)
{
	size_t i = at + 1;

	while (p[at] >= 0xc0 && i < n && i < at + 4 && (p[i] & 0xc0) == 0x80)
		i++;
	return i - at;
}

enum tl_escape tl_escape_parse(const uint8_t *p, size_t n, size_t *len)
{
	*len = 0;
	if (n > 1 && is(p[1], STRING))
		return parse_string(p, n, len);
	for (size_t i = 1; i < n && i < TL_ESCAPE_MAX; i++) {
		if (is(p[i], END)) {
			*len = i + 1;
			return p[1] == '[' && p[i] == 'm' ? TL_ESCAPE_SGR : TL_ESCAPE_OTHER;
		}
		if (is(p[i], MIDDLE))
			continue;
		*len = p[i] == ESC || p[i] == '\n' ? i : i + character_len(p, i, n);
		return TL_ESCAPE_OTHER;
	}
	if (n >= TL_ESCAPE_MAX)
		return TL_ESCAPE_NONE;
	*len = n;
	return TL_ESCAPE_CUT;
}
