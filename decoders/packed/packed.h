/*
 * packed.h: a compressed file as a text that can be read anywhere.
 *
 * The text is cut into full chunks, so positions and line numbers are those of the plain file.
 * It is decompressed once, in the background, by a *front* that notes a point every so often;
 * from then on a chunk is made from the nearest point before it.  Nothing of the text is kept on disk: only
 * points, with the windows that they need.  They are saved beside the line index when all are
 * known, and the next run can go anywhere at once.
 */
#ifndef TL_DECODERS_PACKED_PACKED_H
#define TL_DECODERS_PACKED_PACKED_H

#include "base/jobs.h"
#include "decoders/packed/codec.h"

/*
 * Open a file with a codec as a source; `what` names it in messages.  `index_dir` (may be NULL: none)
 * is where points are kept between runs; `pool` does the work.  Both the pool and the codec are
 * borrowed.  Main thread.
 */
bool tl_packed_open(const struct tl_codec_ops *codec, const char *path, const char *what,
		    const char *index_dir, struct tl_jobs *pool, struct tl_source **out,
		    struct tl_err *err);

/* Is it such a source?  NULL is none.  Any thread. */
bool tl_packed_is(const struct tl_source *src);

#endif
