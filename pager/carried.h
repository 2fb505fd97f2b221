/*
 * carried.h: the attributes with which a stretch of a long line begins.  Main thread.
 */
#ifndef TL_PAGER_CARRIED_H
#define TL_PAGER_CARRIED_H

#include "pager/layout.h"

/* So much before a stretch is looked at. */
#define TL_CARRIED_FROM ((size_t)1 << 20)

/*
 * The attributes and the hyperlink that sequences in the line of pos have set before it, as far as they
 * stand in the TL_CARRIED_FROM bytes before; of hyperlinks, where all attributes were turned off since, in
 * the last 8 KiB.  So it depends on the text and on pos alone.  None where sequences do not act, or pos begins a line.
 */
struct tl_attr tl_carried_attr(struct tl_layout *lay, uint64_t pos);

#endif
