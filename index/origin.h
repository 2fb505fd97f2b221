/* origin.h: what tells a file, and a state of it, apart from others: keys of all that is saved. */
#ifndef TL_INDEX_ORIGIN_H
#define TL_INDEX_ORIGIN_H

#include "text/source.h"

#include <sys/stat.h>

struct tl_identity tl_identity_of(const struct stat *st);

/* The same file, unchanged? */
bool tl_identity_is(const struct tl_identity *a, const struct tl_identity *b);

/* Hash the first and the last 64 KiB of a file of that size: out->head and out->tail.  False: it
 * cannot be read; errno says why.  Any thread. */
bool tl_origin_hash(int fd, uint64_t size, struct tl_origin *out);

/*
 * What a file in the index directory that is kept with a text begins with: eight bytes of magic, a
 * version, which text of which state of which file (FORMAT.md).  It is used only if all of it is as
 * expected.
 */
#define TL_ORIGIN_KEY 80
void tl_origin_put_key(uint8_t key[TL_ORIGIN_KEY], const char *magic, uint64_t version,
		       const struct tl_identity *file, const struct tl_origin *origin);

#endif
