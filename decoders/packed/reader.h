/*
 * reader.h: makes any chunk of a packed text whose points are known, on any thread.
 *
 * A few streams stand somewhere in the text.  Who wants a chunk takes one that stands before it and
 * behind the last point, or opens one at that point, and puts what it passes on the shelf.  Who wants
 * a chunk that somebody is about to make does not make it a second time, but reads ahead behind the
 * next point meanwhile, or waits.
 */
#ifndef TL_DECODERS_PACKED_READER_H
#define TL_DECODERS_PACKED_READER_H

#include "decoders/packed/points.h"
#include "decoders/packed/shelf.h"

struct tl_reader; /* opaque */

/* Borrows all of these; `nthreads` will be reading at once.  NULL: out of memory. */
struct tl_reader *tl_reader_new(const struct tl_codec_ops *codec, const struct tl_packed_file *file,
				struct tl_points *points, struct tl_shelf *shelf,
				unsigned nthreads);
void tl_reader_free(struct tl_reader *r);

/* Chunk k, which the extent has, whole: FOUND, pinned on the shelf; or FAILED.  Any thread, several
 * at once; waits for others that are on their way to it. */
enum tl_lookup tl_reader_pin(struct tl_reader *r, uint64_t k, const struct tl_extent *ex,
			     struct tl_piece **out, struct tl_err *err);

#endif
