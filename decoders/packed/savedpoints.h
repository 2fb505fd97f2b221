/*
 * savedpoints.h: the points of a packed file, kept from one run to the next.  index/FORMAT.md
 * describes the file they lie in.  What is read is foreign, and any doubt means to do without.
 */
#ifndef TL_DECODERS_PACKED_SAVEDPOINTS_H
#define TL_DECODERS_PACKED_SAVEDPOINTS_H

#include "decoders/packed/points.h"

#include <stdatomic.h>

#define TL_SAVEDPOINTS_SUFFIX ".tlp"

/* Save the points of a file as it is now; fewer of them where they would be too large.  Ends early,
 * with nothing saved, when *stop is set and there is much to write.  Any thread. */
bool tl_savedpoints_save(const char *dir, const struct tl_identity *file,
			 const struct tl_origin *origin, struct tl_points *points,
			 uint64_t text_size, const atomic_bool *stop);

/* The points saved of this very file; gives *points.  Their windows are read when they are needed.
 * False: there are none, or they are of no use.  Any thread. */
bool tl_savedpoints_load(const char *dir, const struct tl_identity *file,
			 const struct tl_origin *origin, struct tl_points **points,
			 uint64_t *text_size);

/* The layer below: the same from an open file of that size.  Takes fd, on failure too. */
bool tl_savedpoints_read(int fd, uint64_t size, const struct tl_identity *file,
			 const struct tl_origin *origin, struct tl_points **points,
			 uint64_t *text_size);

#endif
