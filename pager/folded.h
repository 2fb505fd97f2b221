/* folded.h: --folded: what calls cost in recordings, as folded stacks on standard output. */
#ifndef TL_PAGER_FOLDED_H
#define TL_PAGER_FOLDED_H

#include "pager/option.h"

#include <stddef.h>

/* Write a line `thread;outer;inner N` for each stack of these files; the exit status.  Main thread. */
int tl_folded(const struct tl_options *o, char **names, size_t n);

#endif
