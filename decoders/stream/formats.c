/* formats.c: the compressed formats that are read as a stream.  A new one is a row here. */
#include "decoders/stream/format.h"

const struct tl_stream_format *const tl_stream_formats[] = {
	&tl_stream_gzip,     &tl_stream_zstd, &tl_stream_xz,
	&tl_stream_bzip2,    &tl_stream_lz4,  &tl_stream_lzip,
	&tl_stream_compress, &tl_stream_lzma, NULL,
};
