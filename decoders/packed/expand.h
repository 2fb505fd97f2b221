/*
 * expand.h: all of the text of a compressed file in a file without a name, for what has to be read
 * at many places at any moment: a recording.
 */
#ifndef TL_DECODERS_PACKED_EXPAND_H
#define TL_DECODERS_PACKED_EXPAND_H

#include "base/progress.h"
#include "decoders/packed/codec.h"

/* The first bytes of the text, up to n of them, at `out`; returns how many.  Any thread. */
size_t tl_packed_head(const struct tl_codec_ops *codec, const char *path, uint8_t *out, size_t n);

/*
 * Write the text to a file in $TMPDIR and give its descriptor.  Where the compressed file is damaged, or
 * would fill the disk from next to nothing, there is what came before, and `broken` says so.
 * False: not readable, no room, or given up by `progress`, which may be NULL.  Any thread.
 */
bool tl_packed_expand(const struct tl_codec_ops *codec, const char *path,
		      const struct tl_progress *progress, int *fd, struct tl_err *broken,
		      struct tl_err *err);

#endif
