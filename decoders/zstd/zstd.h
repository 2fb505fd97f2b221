/* zstd.h: the parts of the zstd codec (decoders/packed/codec.h), each in a file of its own. */
#ifndef TL_DECODERS_ZSTD_ZSTD_H
#define TL_DECODERS_ZSTD_ZSTD_H

#include "decoders/packed/codec.h"

/* seektable.c: the seekable format, if the file is in it. */
enum tl_lookup tl_zstd_table(const struct tl_packed_file *file, struct tl_buf *points,
			     uint64_t *text_size);

/* parts.c: where a frame ends. */
enum tl_lookup tl_zstd_part(const struct tl_packed_file *file, uint64_t at, uint64_t *end,
			    uint64_t *text_len);

/* stream.c */
bool tl_zstd_stream_open(const struct tl_packed_file *file, const struct tl_point *from,
			 struct tl_span window, void **stream, struct tl_err *err);
enum tl_lookup tl_zstd_stream_next(void *stream, uint8_t *out, size_t n, size_t *got,
				   struct tl_err *err);
bool tl_zstd_stream_point(void *stream, struct tl_point *out, size_t *window);
uint64_t tl_zstd_stream_at(const void *stream);
size_t tl_zstd_stream_weight(const void *stream);
void tl_zstd_stream_close(void *stream);

#endif
