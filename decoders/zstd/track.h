/*
 * track.h: what a decompressor holds between two blocks of a frame, beside the text before them:
 * three repeat offsets, and the tables of earlier blocks that later ones may use again.
 *
 * Of the tables it is enough to remember which block defines each: whoever begins in the middle
 * reads them there.  The offsets are worked out only when they are asked for, from the last few blocks
 * with sequences; so following a stream costs a look at two headers a block.  One thread at a time.
 */
#ifndef TL_DECODERS_ZSTD_TRACK_H
#define TL_DECODERS_ZSTD_TRACK_H

#include "decoders/packed/codec.h"
#include "decoders/zstd/offsets.h"

#define TL_ZSTD_TRACK_BLOCKS 16

/* The block that defines a table; `at` is the byte of its header in the file, 0: none has yet. */
struct tl_zstd_place {
	uint64_t at;
	bool single; /* it is one symbol for all sequences, which a dictionary cannot say */
};

struct tl_zstd_track {
	bool lost; /* no points in the rest of this frame */
	struct tl_zstd_place table[TL_ZSTD_NTABLES];
	/* The offsets before the first of these blocks, as far as known, and the blocks since. */
	struct tl_zstd_offsets before;
	unsigned nblocks;
	uint32_t nseq; /* of all these blocks */
	struct tl_zstd_since {
		uint64_t at;
		uint32_t nseq;
		uint64_t table[TL_ZSTD_NCODES]; /* the blocks that define the tables it uses */
	} block[TL_ZSTD_TRACK_BLOCKS];
};

/* A frame begins. */
void tl_zstd_track_begin(struct tl_zstd_track *t);

/* The block whose header stands at byte `at` of the file, with its bytes behind the header. */
void tl_zstd_track_block(struct tl_zstd_track *t, const struct tl_packed_file *file, uint64_t at,
			 const struct tl_zstd_block *head, const uint8_t *bytes);

/*
 * Can the next block be decompressed from nothing but `state`, which is written, and the text
 * before?  The next block's header stands at byte `at`; `bytes` behind it, or NULL: not read
 * yet.  Words 0 to 2 are the repeat offsets, TL_ZSTD_STATE_TABLES the distances to the blocks that
 * define tables; the others are not touched.  Reads a few blocks before `at` again.
 */
#define TL_ZSTD_STATE_TABLES 4
bool tl_zstd_track_save(struct tl_zstd_track *t, const struct tl_packed_file *file, uint64_t at,
			const struct tl_zstd_block *next, const uint8_t *bytes,
			uint32_t state[TL_POINT_STATE]);

/* Go on from what was saved. */
bool tl_zstd_track_restore(struct tl_zstd_track *t, uint64_t at,
			   const uint32_t state[TL_POINT_STATE]);

/*
 * Append the description of a table, with the block that defines it read from the file; a
 * single symbol's as one byte, *mode tells which it is.  False: there is none that can be read.
 */
bool tl_zstd_describe(const struct tl_packed_file *file, uint64_t at, enum tl_zstd_table which,
		      struct tl_buf *out, enum tl_zstd_mode *mode);

#endif
