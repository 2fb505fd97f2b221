/* modelines.h: lines of a text that say how far apart its tab stops are, as vim(1) has them. */
#ifndef TL_PAGER_MODELINES_H
#define TL_PAGER_MODELINES_H

#include "text/source.h"

/* What a line says of tab stops: the value of its last ts or tabstop setting, cut to size.  False:
 * nothing. */
bool tl_modeline_tabs(struct tl_span line, char *out, size_t size);

#endif
