/*
 * callcache.h: the calls of chunks, from whoever can tell them, kept for those looked at last.
 * All of it: any thread, but for new and close.
 */
#ifndef TL_INDEX_CALLCACHE_H
#define TL_INDEX_CALLCACHE_H

#include "text/calls.h"
#include "text/source.h"

/* Who tells the calls of a chunk: a decoder, or the reader of indented text.  Plain data. */
struct tl_callteller {
	void *arg;
	/* Append the lines of chunk k.  False: it cannot.  Any thread, several at once. */
	bool (*calls)(void *arg, uint64_t k, struct tl_calls *out, struct tl_err *err);
};

struct tl_callcache;

/* Borrows src and who->arg. */
bool tl_callcache_new(struct tl_source *src, const struct tl_callteller *who,
		      struct tl_callcache **out, struct tl_err *err);
void tl_callcache_close(struct tl_callcache *c); /* NULL is fine */

/*
 * The calls of chunk k; each FOUND needs one unpin.  NONE: the text ends before it; PENDING: it has
 * not come so far (the source was asked for it); FAILED.  Makes them, or waits for the
 * thread that is making them.
 */
enum tl_lookup tl_callcache_pin(struct tl_callcache *c, uint64_t k, const struct tl_calls **out,
				struct tl_err *err);
/* The same if they are kept; else PENDING, at once. */
enum tl_lookup tl_callcache_try(struct tl_callcache *c, uint64_t k, const struct tl_calls **out);
void tl_callcache_unpin(struct tl_callcache *c, const struct tl_calls *calls);

/* Make them unless they are kept, so that the next pin() is quick. */
void tl_callcache_prepare(struct tl_callcache *c, uint64_t k);

/* The text may be another one now. */
void tl_callcache_drop(struct tl_callcache *c);

/* The line of a chunk that begins at `byte`; NULL: it is nobody's. */
const struct tl_callline *tl_calls_find(const struct tl_calls *c, uint64_t byte);

/* Where a thread of a chunk with relative depths stands at its end. */
int32_t tl_calls_ends(const struct tl_calls *c, uint64_t thread);

#endif
