/* escape.c: see escape.h. */
#include "text/escape.h"

#define ESC 0x1b
#define BEL 0x07

static enum tl_escape parse_csi(const uint8_t *p, size_t n, size_t *len)
{
	for (size_t i = 2; i < n && i < TL_ESCAPE_MAX; i++) {
		if (p[i] >= 0x20 && p[i] <= 0x3f)
			continue; /* parameter and intermediate bytes */
		if (p[i] >= 0x40 && p[i] <= 0x7e) {
			*len = i + 1;
			return p[i] == 'm' ? TL_ESCAPE_SGR : TL_ESCAPE_OTHER;
		}
		*len = i; /* broken: what came so far is dropped */
		return TL_ESCAPE_OTHER;
	}
	return n < TL_ESCAPE_MAX ? TL_ESCAPE_CUT : TL_ESCAPE_NONE;
}

/* A string that ST or BEL ends: OSC and its like. */
static enum tl_escape parse_string(const uint8_t *p, size_t n, size_t *len)
{
	size_t i;

	for (i = 2; i < n && i < TL_ESCAPE_MAX; i++) {
		if (p[i] == BEL) {
			*len = i + 1;
			break;
		}
		if (p[i] == ESC) {
			if (i + 1 == n)
				return TL_ESCAPE_CUT;
			*len = p[i + 1] == '\\' ? i + 2 : i;
			break;
		}
		if (p[i] < 0x20)
			return TL_ESCAPE_NONE;
	}
	if (i == n)
		return n < TL_ESCAPE_MAX ? TL_ESCAPE_CUT : TL_ESCAPE_NONE;
	if (i == TL_ESCAPE_MAX)
		return TL_ESCAPE_NONE;
	return n > 3 && p[1] == ']' && p[2] == '8' && p[3] == ';' ? TL_ESCAPE_LINK
								  : TL_ESCAPE_OTHER;
}

/* Other functions: intermediate bytes and a final one (ECMA-35 6th ed., 13.2). */
static enum tl_escape parse_short(const uint8_t *p, size_t n, size_t *len)
{
	size_t i = 1;

	while (i < n && i < TL_ESCAPE_MAX && p[i] >= 0x20 && p[i] <= 0x2f)
		i++;
	if (i == n)
		return n < TL_ESCAPE_MAX ? TL_ESCAPE_CUT : TL_ESCAPE_NONE;
	if (i == TL_ESCAPE_MAX || p[i] < 0x30 || p[i] > 0x7e)
		return TL_ESCAPE_NONE;
	*len = i + 1;
	return TL_ESCAPE_OTHER;
}

enum tl_escape tl_escape_parse(const uint8_t *p, size_t n, size_t *len)
{
	if (n < 2)
		return TL_ESCAPE_CUT;
	switch (p[1]) {
	case '[':
		return parse_csi(p, n, len);
	case ']': /* OSC */
	case 'P': /* DCS */
	case 'X': /* SOS */
	case '^': /* PM */
	case '_': /* APC */
		return parse_string(p, n, len);
	}
	return parse_short(p, n, len);
}
