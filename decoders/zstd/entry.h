/*
 * entry.h: how libzstd begins in the middle of a frame.
 *
 * It has no call for that, but a dictionary in its own format (RFC 8878, section 5) brings all a
 * decompressor needs: entropy tables, three repeat offsets, and a text that matches may reach
 * back into.  So the state between two blocks is written as a dictionary, and the blocks that
 * follow become a frame of their own behind a made-up header.
 */
#ifndef TL_DECODERS_ZSTD_ENTRY_H
#define TL_DECODERS_ZSTD_ENTRY_H

#include "decoders/zstd/track.h"

#include <zstd.h>

/* The words of a point's state that track.h leaves. */
#define TL_ZSTD_STATE_FRAME 3
#define TL_ZSTD_INSIDE \
	0x100u /* the point is within a frame; the low byte is its Window_Descriptor */
#define TL_ZSTD_CHECKSUM_FOLLOWS 0x200u

/*
 * Make `dctx` go on at a point within a frame, `window` being the text before it: the next bytes to feed
 * are those of the block there.  The frame it is in then has no checksum.  Any thread.
 */
bool tl_zstd_enter(ZSTD_DCtx *dctx, const struct tl_packed_file *file, const struct tl_point *from,
		   struct tl_span window, struct tl_err *err);

/* That frame has ended: later ones stand alone. */
void tl_zstd_leave(ZSTD_DCtx *dctx);

#endif
