/* gzip.c: gzip that comes through a pipe, with zlib; files are read at any place (decoders/gzip). */
#include "decoders/stream/format.h"

#include <stdlib.h>
#include <zlib.h>

#define WITH_HEADER (15 + 16) /* windowBits for inflate: a gzip member */

static bool check(const uint8_t *head)
{
	return !(head[3] & 0xe0); /* flags that are reserved, RFC 1952 */
}

static void *begin(void)
{
	z_stream *z = calloc(1, sizeof(*z));

	if (z && inflateInit2(z, WITH_HEADER) != Z_OK) {
		free(z);
		return NULL;
	}
	return z;
}

static enum tl_stream_step run(void *member, struct tl_span *in, bool last, uint8_t *out, size_t n,
			       size_t *got, struct tl_err *err)
{
	z_stream *z = member;
	int rc;

	z->next_in = (uint8_t *)(uintptr_t)in->data;
	z->avail_in = (unsigned)in->len;
	z->next_out = out;
	z->avail_out = (unsigned)n;
	rc = inflate(z, Z_NO_FLUSH);
	in->data += in->len - z->avail_in;
	in->len = z->avail_in;
	*got = n - z->avail_out;
	if (rc == Z_STREAM_END)
		return TL_STREAM_ENDS;
	if (rc == Z_OK || rc == Z_BUF_ERROR)
		return TL_STREAM_GOES_ON;
	if (rc == Z_MEM_ERROR) {
		tl_err_nomem(err);
		return TL_STREAM_REFUSES;
	}
	tl_err_set(err, "%s", z->msg ? z->msg : "not deflate");
	return TL_STREAM_BREAKS;
}

static void end(void *member)
{
	if (member)
		inflateEnd(member);
	free(member);
}

const struct tl_stream_format tl_stream_gzip = {
	.name = "gzip",
	.magic = { 0x1f, 0x8b, 8 },
	.magic_len = 3,
	.check = check,
	.check_len = 4,
	.begin = begin,
	.run = run,
	.end = end,
};
