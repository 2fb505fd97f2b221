/*
 * pour.h: all of a text, chunk by chunk in order, while workers make the chunks that follow.
 */
#ifndef TL_PAGER_POUR_H
#define TL_PAGER_POUR_H

#include "base/jobs.h"
#include "text/source.h"

/* Bytes that wait to be taken, about: besides, each worker is at one chunk. */
#define TL_POUR_BYTES ((size_t)64 << 20)

/*
 * Give every chunk's bytes to take(), on this thread and in order, until it says false; that
 * is what is returned then.  A chunk that cannot be read ends it: true, and err says why.  What is
 * called when the text grows has to wake the pool.
 */
bool tl_pour(struct tl_source *src, struct tl_jobs *pool,
	     bool (*take)(void *arg, struct tl_span bytes), void *arg, struct tl_err *err);

#endif
