/*
 * savedtimes.h: the section of times in a saved index, see FORMAT.md.  What is read is foreign: any doubt, and
 * there are none.
 */
#ifndef TL_INDEX_SAVEDTIMES_H
#define TL_INDEX_SAVEDTIMES_H

#include "base/buf.h"
#include "index/timefacts.h"

/* Append the body of the section: the facts of n > 0 chunks.  False: out of memory.  Any thread. */
bool tl_savedtimes_encode(const struct tl_timeform *form, const struct tl_timefacts *facts,
			  size_t n, struct tl_buf *out);

/* Gives the facts of n > 0 chunks, to free(), if the body has as many and they are of such a form; or NULL.
 * Any thread. */
struct tl_timefacts *tl_savedtimes_decode(struct tl_span body, const struct tl_timeform *form,
					  size_t n);

#endif
