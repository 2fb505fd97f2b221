/* input.h: the bytes of a file one after another, a buffer's fill at a time.  One thread at a time. */
#ifndef TL_DECODERS_ZSTD_INPUT_H
#define TL_DECODERS_ZSTD_INPUT_H

#include "decoders/packed/codec.h"

#define TL_ZSTD_INPUT_MOST (160u << 10) /* the longest block with its header and the next one's */

/* Read 64 KiB and more at a time: larger pieces were no faster. */
#define TL_ZSTD_INPUT_CAP ((64u << 10) + TL_ZSTD_INPUT_MOST)

struct tl_zstd_input {
	const struct tl_packed_file *file;
	uint8_t *buf;
	uint64_t at;     /* byte of the file of the next one */
	size_t from, to; /* where those read and not yet taken lie in buf */
};

bool tl_zstd_input_init(struct tl_zstd_input *in, const struct tl_packed_file *file, uint64_t at);
void tl_zstd_input_fini(struct tl_zstd_input *in);

/*
 * Try to have n bytes, up to TL_ZSTD_INPUT_MOST, at tl_zstd_input_bytes(); how many there are, fewer only at
 * the file's end.  A failure to read counts as the end, and *err says so.
 */
size_t tl_zstd_input_need(struct tl_zstd_input *in, size_t n, struct tl_err *err);

static inline const uint8_t *tl_zstd_input_bytes(const struct tl_zstd_input *in)
{
	return in->buf + in->from;
}

/* Go n bytes on, which need not have been read. */
void tl_zstd_input_skip(struct tl_zstd_input *in, uint64_t n);

#endif
