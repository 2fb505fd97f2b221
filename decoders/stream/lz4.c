/* lz4.c: lz4's frames, with liblz4. */
#include "decoders/stream/format.h"

#include <lz4frame.h>

static bool check(const uint8_t *head)
{
	return head[4] >> 6 == 1; /* the version */
}

static void *begin(void)
{
	LZ4F_dctx *z;

	return LZ4F_isError(LZ4F_createDecompressionContext(&z, LZ4F_VERSION)) ? NULL : z;
}

static enum tl_stream_step run(void *member, struct tl_span *in, bool last, uint8_t *out, size_t n,
			       size_t *got, struct tl_err *err)
{
	size_t taken = in->len, rc;

	*got = n;
	rc = LZ4F_decompress(member, out, got, in->data, &taken, NULL);
	if (LZ4F_isError(rc)) {
		*got = 0;
		tl_err_set(err, "%s", LZ4F_getErrorName(rc));
		return TL_STREAM_BREAKS;
	}
	in->data += taken;
	in->len -= taken;
	return rc == 0 ? TL_STREAM_ENDS : TL_STREAM_GOES_ON;
}

static void end(void *member)
{
	LZ4F_freeDecompressionContext(member);
}

const struct tl_stream_format tl_stream_lz4 = {
	.name = "lz4",
	.magic = { 0x04, 0x22, 0x4d, 0x18 },
	.magic_len = 4,
	.check = check,
	.check_len = 5,
	.follows = tl_stream_is_skippable,
	.begin = begin,
	.run = run,
	.end = end,
};
