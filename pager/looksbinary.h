/* looksbinary.h: does a file look as if it were no text? */
#ifndef TL_PAGER_LOOKSBINARY_H
#define TL_PAGER_LOOKSBINARY_H

#include "pager/charset.h"
#include "text/source.h"

/* `head` is how the text begins.  `escapes`: sequences are expected in it (-R).  Any thread. */
bool tl_looks_binary(struct tl_span head, enum tl_charset cs, bool escapes);

#endif
