/* glyph.c: see glyph.h. */
#include "pager/glyph.h"

#include "pager/ansi.h"
#include "pager/linktable.h"
#include "pager/stretch.h"
#include "pager/unichars.h"
#include "text/escape.h"

#include <string.h>

#define ESC  0x1b
#define NEAR 64 /* bytes had at hand for a character */

static void show(struct tl_glyph *g, const struct tl_char *c)
{
	g->kind = TL_GLYPH_SHOWN;
	g->nshown = tl_char_show(c, g->shown);
	g->width = (unsigned)g->nshown;
}

/* OSC 8 ; parameters ; URI begins a hyperlink; an empty URI ends it. */
static void follow_link(struct tl_attr *attr, const uint8_t *p, size_t len)
{
	const uint8_t *body = p + 2, *end = p + len - (p[len - 1] == '\\' ? 2 : 1);
	const uint8_t *uri = memchr(p + 4, ';', (size_t)(end - (p + 4)));

	attr->flags &= ~(TL_LINK_MASK | TL_ROLE_MASK);
	if (uri && uri + 1 < end)
		attr->flags |= TL_ROLE(TL_ROLE_LINK) |
			       tl_linktable_number(body, (size_t)(end - body)) << TL_LINK_SHIFT;
}

void tl_glyph_act(struct tl_attr *attr, enum tl_escape kind, const uint8_t *p, size_t len)
{
	if (kind == TL_ESCAPE_SGR)
		tl_ansi_apply(attr, p, len);
	if (kind == TL_ESCAPE_LINK)
		follow_link(attr, p, len);
}

/* An escape sequence that acts, or is dropped; false: the ESC is a character like others. */
static bool read_escape(struct tl_layout *lay, struct tl_attr *attr, const uint8_t *p, size_t n,
			struct tl_glyph *g)
{
	size_t len;
	enum tl_escape kind = tl_escape_parse(p, n, &len);

	if (kind == TL_ESCAPE_NONE || (kind == TL_ESCAPE_CUT && lay->pending))
		return false;
	if (lay->opts.raw == TL_RAW_ALL && kind != TL_ESCAPE_SGR)
		return false;
	tl_glyph_act(attr, kind, p, len);
	g->kind = TL_GLYPH_NOTHING;
	g->len = len;
	return true;
}

/* A CR before a newline is not shown, and of several in a row only the last one. */
static bool is_idle_return(const struct tl_layout *lay, const uint8_t *p, size_t n)
{
	return n > 1 ? p[1] == '\r' : lay->whole && lay->ends_line;
}

static void read_control(struct tl_layout *lay, struct tl_attr *attr, const uint8_t *p, size_t n,
			 const struct tl_char *c, struct tl_glyph *g)
{
	enum tl_backspace bs = lay->opts.bs;

	if (*p == '\t' && lay->opts.tab != TL_BS_CONTROL) {
		g->kind = TL_GLYPH_TAB;
		g->blank = true;
	} else if (*p == '\b' && bs != TL_BS_CONTROL) {
		g->kind = TL_GLYPH_BACKSPACE;
	} else if (*p == '\r' && lay->opts.cr == TL_BS_SPECIAL && is_idle_return(lay, p, n)) {
		g->kind = TL_GLYPH_NOTHING;
	} else if (*p == ESC && lay->opts.raw != TL_RAW_NONE && read_escape(lay, attr, p, n, g)) {
		return;
	} else if (lay->opts.raw == TL_RAW_ALL) {
		g->kind = TL_GLYPH_RAW;
	} else {
		show(g, c);
	}
}

/* Is this letter one with the letter before it?  Arabic has such: two bytes each. */
static bool joins_before(const uint8_t *p, size_t off, const struct tl_char *c)
{
	return c->len == 2 && off >= 2 && p[-2] >= 0xc2 && p[-2] <= 0xdf &&
	       tl_unichar_is_ligature((p[-2] & 0x1fu) << 6 | (p[-1] & 0x3fu), c->code);
}

enum tl_lookup tl_glyph_read(struct tl_layout *lay, struct tl_attr *attr, size_t off,
			     struct tl_glyph *g)
{
	const uint8_t *p;
	struct tl_char c;
	size_t n;

	g->end = g->blank = false;
	g->width = 0;
	if (tl_stretch_fetch(lay, off + NEAR) == TL_FAILED)
		return TL_FAILED;
	if (off < lay->bytes.len && lay->bytes.data[off] == ESC &&
	    tl_stretch_fetch(lay, off + TL_ESCAPE_MAX) == TL_FAILED)
		return TL_FAILED;
	if (off >= lay->bytes.len) {
		g->kind = TL_GLYPH_NOTHING;
		g->end = true;
		return TL_FOUND;
	}
	p = lay->bytes.data + off;
	n = lay->bytes.len - off;
	c = tl_char_at(p, n, lay->opts.charset);
	g->len = c.len;
	switch (c.kind) {
	case TL_CHAR_PRINT:
		g->kind = joins_before(p, off, &c) ? TL_GLYPH_JOIN : TL_GLYPH_PRINT;
		g->width = g->kind == TL_GLYPH_JOIN ? 0 : c.width;
		g->blank = *p == ' ';
		break;
	case TL_CHAR_COMBINING:
	case TL_CHAR_DROPPED:
		g->kind = c.kind == TL_CHAR_DROPPED ? TL_GLYPH_NOTHING : TL_GLYPH_JOIN;
		if (c.format && lay->opts.formats)
			show(g, &c);
		break;
	case TL_CHAR_CONTROL:
		read_control(lay, attr, p, n, &c, g);
		break;
	case TL_CHAR_BINARY:
	case TL_CHAR_CUT:
		/* less sends bytes that are no UTF-8 not even with -r */
		if (lay->opts.raw == TL_RAW_ALL &&
		    (!c.invalid || lay->opts.charset != TL_CHARSET_UTF8))
			g->kind = TL_GLYPH_PRINT, g->width = 1;
		else
			show(g, &c);
		break;
	}
	return TL_FOUND;
}
