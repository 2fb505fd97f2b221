/* sourcetext.h: what a line shows of the source that an instruction was compiled from. */
#ifndef TL_DECODERS_PT_SOURCETEXT_H
#define TL_DECODERS_PT_SOURCETEXT_H

#include "decoders/perf/dso.h"
#include "decoders/perf/srctext.h"

#define TL_PT_SOURCE_LONGEST 2048

/*
 * Write the place of the code at a file offset: "main.c:12"; where it was inlined, all the way out:
 * "list.h:7 first (inlined) < main.c:12 main".  With `text` (NULL: without) the line itself is behind
 * it: "main.c:12 | x = first(y);".  Nothing where nobody knows.  TL_PT_SOURCE_LONGEST bytes at the
 * most; gives the byte behind it.  Any thread.
 */
uint8_t *tl_pt_put_source(uint8_t *p, struct tl_dso *dso, uint64_t offset, struct tl_srctext *text);

#endif
