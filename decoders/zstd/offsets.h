/*
 * offsets.h: what a compressed block does to the three repeat offsets.
 *
 * A match may go back as far as one of the last three before it did.  libzstd does not tell those,
 * and decoding a text from its middle needs them: they are found by reading the sequences of the
 * block before that place.  What stood before the block is not known then, so an offset is
 * either a number, or one of the three from before, perhaps less a few.  Any thread.
 */
#ifndef TL_DECODERS_ZSTD_OFFSETS_H
#define TL_DECODERS_ZSTD_OFFSETS_H

#include "decoders/zstd/fse.h"

struct tl_zstd_offset {
	int8_t
	    from; /* -1: `value` is it; 0..2: that offset of before, less `value`, but at least 1 */
	uint32_t value;
};

struct tl_zstd_offsets {
	struct tl_zstd_offset v[3];
};

/* Those before the block: nothing is known. */
extern const struct tl_zstd_offsets tl_zstd_offsets_same;

/* Those at the beginning of a frame (RFC 8878, section 3.1.1.5). */
extern const struct tl_zstd_offsets tl_zstd_offsets_first;

bool tl_zstd_offsets_known(const struct tl_zstd_offsets *o);

/* What `later` makes of `before`. */
struct tl_zstd_offsets tl_zstd_offsets_after(const struct tl_zstd_offsets *before,
					     const struct tl_zstd_offsets *later);

/*
 * Read `nseq` sequences from the n bytes of their bit stream with these tables, LITLENS to MATCHLENS.
 * False: damaged.
 */
bool tl_zstd_offsets_read(const uint8_t *p, size_t n, uint32_t nseq,
			  const struct tl_fse_table *const table[TL_ZSTD_NCODES],
			  struct tl_zstd_offsets *out);

#endif
