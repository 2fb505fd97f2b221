/* unichars.h: what a Unicode character does on a screen, and what the user says it does. */
#ifndef TL_PAGER_UNICHARS_H
#define TL_PAGER_UNICHARS_H

#include <stdbool.h>
#include <stdint.h>

enum tl_unichar {
	TL_UNICHAR_PRINT,     /* one column */
	TL_UNICHAR_WIDE,      /* two */
	TL_UNICHAR_COMPOSING, /* joins the character before it */
	TL_UNICHAR_BINARY,    /* not text */
	TL_UNICHAR_DROPPED,   /* not shown at all */
};

/* What the character is, by LESSUTFCHARDEF or else by Unicode.  Any thread. */
enum tl_unichar tl_unichar_of(uint32_t code);

/* Does it, invisible, say how others are to be formatted, or is it one that is dropped?  -U shows
 * such characters.  Any thread. */
bool tl_unichar_is_format(uint32_t code);

/* Do the two letters make one, as lam and alef do?  Any thread. */
bool tl_unichar_is_ligature(uint32_t before, uint32_t code);

/*
 * Take what LESSUTFCHARDEF says, in place of what it said before: "E000-F8FF:p,U+FE0F:c"; ""
 * says nothing.  NULL: done; else what is wrong with it.
 * Once, before there are threads.
 */
const char *tl_unichars_define(const char *text);

#endif
