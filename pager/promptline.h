/* promptline.h: a prompt as cells. */
#ifndef TL_PAGER_PROMPTLINE_H
#define TL_PAGER_PROMPTLINE_H

#include "pager/cell.h"
#include "pager/text.h"

/*
 * Write a prompt into a row of `cols` cells from column `col` on, and return the column behind it,
 * which is not the last one.  Of a prompt that is too long the end is shown.  It has the look of
 * prompts, or, if there are sequences in it, that which its SGR sequences say; others are left out.
 */
unsigned tl_promptline_put(struct tl_cell *row, unsigned cols, unsigned col, const char *text,
			   enum tl_charset charset);

#endif
