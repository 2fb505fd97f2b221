/* toptable.h: what functions cost, as the text that :top shows; made by a worker. */
#ifndef TL_PAGER_TOPTABLE_H
#define TL_PAGER_TOPTABLE_H

#include "base/buf.h"
#include "base/progress.h"
#include "decoders/decoder.h"

/* Append a table of the functions that were counted to `out`.  False: no memory, or given up. */
bool tl_toptable_put(struct tl_buf *out, const struct tl_cost_result *result,
		     const struct tl_progress *progress, struct tl_err *err);

#endif
