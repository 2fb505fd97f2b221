/* cell.h: what stands in one column of the screen; all that view and screen share. */
#ifndef TL_PAGER_CELL_H
#define TL_PAGER_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Attributes of the pager's own making are shown by terminfo's capabilities (and
 * LESS_TERMCAP_xx); those that come from SGR sequences in the text are sent as SGR. */
enum {
	TL_OWN_BOLD = 1 << 0,
	TL_OWN_UNDERLINE = 1 << 1,
	TL_OWN_BLINK = 1 << 2,
	TL_OWN_STANDOUT = 1 << 3,
	TL_SGR_BOLD = 1 << 4,
	TL_SGR_DIM = 1 << 5,
	TL_SGR_ITALIC = 1 << 6,
	TL_SGR_UNDERLINE = 1 << 7,
	TL_SGR_BLINK = 1 << 8,
	TL_SGR_REVERSE = 1 << 9,
	TL_SGR_HIDDEN = 1 << 10,
	TL_SGR_STRIKE = 1 << 11,
};

/*
 * What a cell is for, where the pager says so: a number in the flags.  colors.h has the looks,
 * by default an attribute, with --use-color a colour.
 */
enum tl_role {
	TL_ROLE_NONE,
	TL_ROLE_BINARY,  /* B: bytes that are not text */
	TL_ROLE_CONTROL, /* C: control characters */
	TL_ROLE_ERROR,   /* E: messages */
	TL_ROLE_HEADER,  /* H: lines and columns of --header */
	TL_ROLE_TARGET,  /* J: --hilite-target */
	TL_ROLE_MARK,    /* M: letters in the status column */
	TL_ROLE_NUMBER,  /* N: line numbers */
	TL_ROLE_LINK,    /* O: OSC 8 hyperlinks */
	TL_ROLE_PROMPT,  /* P */
	TL_ROLE_COLON,   /* the same, but plain without colours: the ":" that asks for a command */
	TL_ROLE_RSCROLL, /* R: the mark of lines cut off */
	TL_ROLE_SEARCH,  /* S: search hits */
	TL_ROLE_TILDE,   /* T: ~ behind the end */
	TL_ROLE_UNREAD,  /* W: -w */
	TL_ROLE_SUB1,    /* 1 to 5: what the parentheses of a pattern matched */
	TL_ROLE_SUB5 = TL_ROLE_SUB1 + 4,
	TL_ROLE_HIT_CONTROL, /* a hit on a control character: less has no colour for it */
	TL_NROLES
};

#define TL_ROLE_SHIFT  16
#define TL_ROLE(role)  ((uint32_t)(role) << TL_ROLE_SHIFT)
#define TL_ROLE_MASK   TL_ROLE(31)
#define TL_ROLE_OF(fl) ((enum tl_role)((fl) >> TL_ROLE_SHIFT & 31))

/* `flags` with another role. */
static inline uint32_t tl_with_role(uint32_t flags, enum tl_role role)
{
	return (flags & ~TL_ROLE_MASK) | TL_ROLE(role);
}

/* The number of the hyperlink (linktable.h) that a cell belongs to is in the flags, too. */
#define TL_LINK_SHIFT  21
#define TL_LINK_MAX    2047u
#define TL_LINK_MASK   (TL_LINK_MAX << TL_LINK_SHIFT)
#define TL_LINK_OF(fl) ((fl) >> TL_LINK_SHIFT)

/* A colour: 0 the terminal's default, else a kind in the top byte and a value. */
enum { TL_COLOR_BASIC = 1 << 24, TL_COLOR_INDEX = 2 << 24, TL_COLOR_RGB = 3 << 24 };

struct tl_attr {
	uint32_t flags;
	uint32_t fg, bg;
};

#define TL_CELL_BYTES 26

/*
 * A base character with its combining characters, as UTF-8.  A character two columns
 * wide is followed by a cell with width 0 and len 0.  All zero bytes is not a cell;
 * blank ones hold a space.
 */
struct tl_cell {
	struct tl_attr attr;
	uint8_t width;
	uint8_t len;
	char text[TL_CELL_BYTES];
};

/* Copied from memory: made anew each time, it costs the processor far more. */
extern const struct tl_cell tl_blank;

static inline struct tl_cell tl_cell_blank(void)
{
	return tl_blank;
}

static inline bool tl_cell_same(const struct tl_cell *a, const struct tl_cell *b)
{
	return a->len == b->len && a->width == b->width && a->attr.flags == b->attr.flags &&
	       a->attr.fg == b->attr.fg && a->attr.bg == b->attr.bg &&
	       memcmp(a->text, b->text, a->len) == 0;
}

#endif
