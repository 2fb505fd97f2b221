/* hits.h: search hits in a row that was laid out: the cells that show them, and those beyond its
 * edges. */
#ifndef TL_PAGER_HITS_H
#define TL_PAGER_HITS_H

#include "pager/layout.h"
#include "search/matcher.h"

/* Where a row has hits: left of what is shown of its line, in it, right of it. */
enum { TL_HITS_LEFT = 1, TL_HITS_IN = 2, TL_HITS_RIGHT = 4 };

/*
 * Find the hits of m in the row laid out last, and with `show` give their cells the roles of hits
 * and of what the pattern's parentheses matched.  far: in a line cut off or shifted, look for
 * hits beyond the edges too, though not without end.  Returns TL_HITS_ bits.  Main thread.
 */
unsigned tl_hits_mark(struct tl_layout *lay, struct tl_row *row, const struct tl_matcher *m,
		      struct tl_scratch *scratch, bool show, bool far);

#endif
