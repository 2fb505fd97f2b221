/*
 * front.h: decompresses a file for the first time, from its beginning to its end, in the background,
 * and notes the points.
 *
 * Parts that say how long their text is are stepped over; others that are known to end somewhere are
 * decompressed by several workers at once, and what they give is put together in order.  What can
 * be seen of a chunk on the way is noted, so that it need not be counted again.
 */
#ifndef TL_DECODERS_PACKED_FRONT_H
#define TL_DECODERS_PACKED_FRONT_H

#include "base/jobs.h"
#include "decoders/packed/points.h"
#include "decoders/packed/shelf.h"
#include "index/chunkfacts.h"

struct tl_front; /* opaque */

/* What the owner is told; on any thread, no lock is held. */
struct tl_front_events {
	void (*grown)(void *arg); /* the extent says more than before */
	void (*ended)(void *arg); /* the end was reached, and all is well */
	void *arg;
};

/* Borrows all of these.  Nothing begins before the first want().  NULL: out of memory. */
struct tl_front *tl_front_new(const struct tl_codec_ops *codec, const struct tl_packed_file *file,
			      struct tl_points *points, struct tl_shelf *shelf,
			      struct tl_jobs *pool, const struct tl_front_events *events);
void tl_front_free(struct tl_front *f); /* waits for the step under way */

/* Go on until there are so many chunks, or all (UINT64_MAX); no further.  Any thread. */
void tl_front_want(struct tl_front *f, uint64_t nchunks);
void tl_front_stop(struct tl_front *f);

/* Whole chunks so far; all of the text when it is complete.  Any thread. */
void tl_front_extent(struct tl_front *f, struct tl_extent *out);

/* How much of the file was read, 0 .. 1.  Any thread. */
double tl_front_progress(struct tl_front *f);

/* Does the text end because the file is damaged?  err says where and how.  Any thread. */
bool tl_front_broke(struct tl_front *f, struct tl_err *err);

/* What was seen of chunk k.  False: it did not come by.  Any thread. */
bool tl_front_facts(struct tl_front *f, uint64_t k, struct tl_chunk_facts *out);

#endif
