/*
 * savedbytes.h: what was found out about a file, in whatever form, kept from one run to the
 * next.  FORMAT.md describes the file it lies in.
 *
 * As with the saved index, what is read is foreign, and any doubt means to do without.
 */
#ifndef TL_INDEX_SAVEDBYTES_H
#define TL_INDEX_SAVEDBYTES_H

#include "base/buf.h"
#include "text/source.h"

#define TL_SAVEDBYTES_SUFFIX ".tlb"

/* Save bytes that belong to a file as it is now, and to one of the texts made from it.  Any
 * thread. */
bool tl_savedbytes_save(const char *dir, const struct tl_identity *file,
			const struct tl_origin *origin, struct tl_span bytes, struct tl_err *err);

/*
 * Append what was saved for this file and this text to `out`.  False: there is nothing, or
 * it is of another state of the file, damaged, or larger than the file could make it; `out` is
 * as it was.  Any thread.
 */
bool tl_savedbytes_load(const char *dir, const struct tl_identity *file,
			const struct tl_origin *origin, struct tl_buf *out);

/* The layer below: append the whole file to `out`, or take one apart. */
bool tl_savedbytes_encode(const struct tl_identity *file, const struct tl_origin *origin,
			  struct tl_span bytes, struct tl_buf *out);
bool tl_savedbytes_decode(struct tl_span all, const struct tl_identity *file,
			  const struct tl_origin *origin, struct tl_buf *out);

#endif
