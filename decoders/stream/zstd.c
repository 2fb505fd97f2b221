/* zstd.c: zstd that comes through a pipe; files are read at any place (decoders/zstd). */
#include "decoders/stream/format.h"

#include <zstd.h>
#include <zstd_errors.h>

#define WINDOW_LOG 27 /* 128 MiB, as --long makes it: what memory there may be */

static void *begin(void)
{
	ZSTD_DCtx *z = ZSTD_createDCtx();

	if (z)
		ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, WINDOW_LOG);
	return z;
}

static enum tl_stream_step fault(size_t rc, struct tl_err *err)
{
	switch (ZSTD_getErrorCode(rc)) {
	case ZSTD_error_frameParameter_windowTooLarge:
		tl_err_set(err,
			   "it takes more than %u MiB of memory to read; decompress it with "
			   "zstd -d --long=31",
			   1u << (WINDOW_LOG - 20));
		return TL_STREAM_REFUSES;
	case ZSTD_error_dictionary_wrong:
		tl_err_set(err, "it was made with a dictionary; decompress it with zstd -d -D");
		return TL_STREAM_REFUSES;
	case ZSTD_error_memory_allocation:
		tl_err_nomem(err);
		return TL_STREAM_REFUSES;
	case ZSTD_error_frameParameter_unsupported:
		tl_err_set(err, "%s", ZSTD_getErrorName(rc));
		return TL_STREAM_REFUSES;
	default:
		tl_err_set(err, "%s", ZSTD_getErrorName(rc));
		return TL_STREAM_BREAKS;
	}
}

static enum tl_stream_step run(void *member, struct tl_span *in, bool last, uint8_t *out, size_t n,
			       size_t *got, struct tl_err *err)
{
	ZSTD_inBuffer from = { in->data, in->len, 0 };
	ZSTD_outBuffer to = { out, n, 0 };
	size_t rc = ZSTD_decompressStream(member, &to, &from);

	in->data += from.pos;
	in->len -= from.pos;
	*got = to.pos;
	if (ZSTD_isError(rc))
		return fault(rc, err);
	return rc == 0 ? TL_STREAM_ENDS : TL_STREAM_GOES_ON;
}

static void end(void *member)
{
	ZSTD_freeDCtx(member);
}

const struct tl_stream_format tl_stream_zstd = {
	.name = "zstd",
	.magic = { 0x28, 0xb5, 0x2f, 0xfd },
	.magic_len = 4,
	.follows = tl_stream_is_skippable,
	.begin = begin,
	.run = run,
	.end = end,
};
