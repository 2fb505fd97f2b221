/* zstd.c: the zstd codec, a row of functions for decoders/packed. */
#include "decoders/zstd/zstd.h"

#include "decoders/zstd/format.h"

/* Frames of old versions too, so that the message says what they are. */
static int probe(const uint8_t *head, size_t len)
{
	struct tl_zstd_frame f;
	enum tl_zstd_what what = tl_zstd_read_frame(head, len, &f);
	bool skipped = false;

	for (; what == TL_ZSTD_SKIPPABLE; what = tl_zstd_read_frame(head, len, &f)) {
		skipped = true;
		if (f.content + f.head > len)
			break;
		head += f.head + f.content;
		len -= f.head + (size_t)f.content;
	}
	if (what == TL_ZSTD_FRAME)
		return 100;
	/* lz4 has skippable frames as well. */
	return skipped || what == TL_ZSTD_LEGACY ? 50 : 0;
}

const struct tl_codec_ops tl_codec_zstd = {
	.name = "zstd",
	.probe = probe,
	.table = tl_zstd_table,
	.part = tl_zstd_part,
	.open = tl_zstd_stream_open,
	.next = tl_zstd_stream_next,
	.point = tl_zstd_stream_point,
	.at = tl_zstd_stream_at,
	.weight = tl_zstd_stream_weight,
	.close = tl_zstd_stream_close,
};
