/*
 * fade.h: what becomes of the text's own colours where the pager's attributes end.  On most
 * terminals the end of bold ends all attributes, and the end of a colour does too; less sends the
 * last few sequences of the text again behind a hit, and else lets the text be plain.
 */
#ifndef TL_PAGER_FADE_H
#define TL_PAGER_FADE_H

#include "pager/colors.h"
#include "pager/layout.h"

/* What the terminal is sent at the end of attributes; all borrowed, NULL: nothing. */
struct tl_endings {
	const struct tl_colors *colors;
	const char *standout, *underline, *all;
};

/* Let the colours in the row laid out last, whose hits are marked, be those that less leaves. */
void tl_fade_row(struct tl_layout *lay, struct tl_row *row, const struct tl_endings *endings);

#endif
