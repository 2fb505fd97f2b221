/*
 * jitlines.h: from the code of a jitdump to its source, by the records of the dump itself
 * (JIT_CODE_DEBUG_INFO): file and line of some addresses of a function.
 *
 * The dump is walked once, at the first question; what is told of a function is read when it is asked
 * about, and remembered until another one is.
 */
#ifndef TL_DECODERS_PERF_JITLINES_H
#define TL_DECODERS_PERF_JITLINES_H

#include "decoders/perf/srclines.h"

struct tl_jitlines; /* of one dump */

/* Borrows the descriptor until close.  NULL: it tells of no source, or no memory.  Any thread. */
struct tl_jitlines *tl_jitlines_open(int fd, uint64_t size);
void tl_jitlines_close(struct tl_jitlines *j);

/* Call fn for the place of the code at an offset of the file.  False: it is not known.  One thread. */
bool tl_jitlines_find(struct tl_jitlines *j, uint64_t at, tl_srcline_fn *fn, void *arg);

#endif
