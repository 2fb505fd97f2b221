/* cache.h: the chunks of one source that were looked at last, held in memory. */
#ifndef TL_TEXT_CACHE_H
#define TL_TEXT_CACHE_H

#include "text/source.h"

struct tl_cache; /* opaque; one per source */

/* Borrows `ops` and `self`: chunks are read with ops->read(self, ...). */
bool tl_cache_open(const struct tl_source_ops *ops, void *self, struct tl_cache **out,
		   struct tl_err *err);

/* Nothing may be pinned any more. */
void tl_cache_close(struct tl_cache *c);

/*
 * The bytes of chunk k as they are now; they stay put until unpinned.  The answers are
 * those of ops->read; only FOUND pins.  A thread that wants a chunk another one is reading
 * waits for it.  Any thread.
 */
enum tl_lookup tl_cache_pin(struct tl_cache *c, uint64_t k, struct tl_span *out,
			    struct tl_err *err);
void tl_cache_unpin(struct tl_cache *c, uint64_t k, const struct tl_span *span);

/* Forget every chunk; pinned ones live on for those who pinned them.  Any thread. */
void tl_cache_drop(struct tl_cache *c);

#endif
