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

#endif
