/*
 * glyph.h: what stands in the text at one place, as options have it: a character, a stand-in for one,
 * or a sequence that acts.  Main thread.
 */
#ifndef TL_PAGER_GLYPH_H
#define TL_PAGER_GLYPH_H

#include "pager/layout.h"
#include "text/escape.h"

/* What stands in the text at one place: a character, or a sequence without width. */
struct tl_glyph {
	enum {
		TL_GLYPH_NOTHING, /* the end, or what only changes state */
		TL_GLYPH_PRINT,
		TL_GLYPH_JOIN,
		TL_GLYPH_TAB,
		TL_GLYPH_BACKSPACE,
		TL_GLYPH_SHOWN, /* a stand-in for what cannot be printed */
		TL_GLYPH_RAW,   /* bytes for the terminal (-r) */
	} kind;
	bool end;       /* nothing more */
	bool blank;     /* a space or tab, where words may be parted */
	size_t len;     /* bytes in the text */
	unsigned width; /* columns, 0 for what only changes state */
	size_t nshown;
	char shown[TL_BINARY_MAX + 1];
};

/* Read what stands at byte `off` of the stretch that is loaded; sequences act on attr.  FAILED: the
 * text cannot be read. */
enum tl_lookup tl_glyph_read(struct tl_layout *lay, struct tl_attr *attr, size_t off,
			     struct tl_glyph *g);

/* What an SGR or OSC 8 sequence does to the attributes of the characters behind it. */
void tl_glyph_act(struct tl_attr *attr, enum tl_escape kind, const uint8_t *p, size_t len);

#endif
