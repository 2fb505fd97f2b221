/* celltext.h: text that is no line of a file, written into cells: prompts, messages, what is typed. */
#ifndef TL_PAGER_CELLTEXT_H
#define TL_PAGER_CELLTEXT_H

#include "pager/cell.h"
#include "pager/text.h"

/* Write text into cells from column col on; unprintable characters as shown in the text.
 * Returns the column behind it. */
unsigned tl_cells_put(struct tl_cell *cells, unsigned cols, unsigned col, const char *text,
		      size_t n, uint32_t flags, enum tl_charset charset);

#endif
