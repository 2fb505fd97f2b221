/* bzip2.c: bzip2's streams, with libbz2. */
#include "decoders/stream/format.h"

#include <bzlib.h>
#include <stdlib.h>
#include <string.h>

/* The level, and what a first block, or the end of an empty stream, begins with. */
static bool check(const uint8_t *head)
{
	return head[3] >= '1' && head[3] <= '9' &&
	       (memcmp(head + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
		memcmp(head + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

static void *begin(void)
{
	bz_stream *z = calloc(1, sizeof(*z));

	if (z && BZ2_bzDecompressInit(z, 0, 0) != BZ_OK) {
		free(z);
		return NULL;
	}
	return z;
}

static enum tl_stream_step run(void *member, struct tl_span *in, bool last, uint8_t *out, size_t n,
			       size_t *got, struct tl_err *err)
{
	bz_stream *z = member;
	int rc;

	z->next_in = (char *)(uintptr_t)in->data;
	z->avail_in = (unsigned)in->len;
	z->next_out = (char *)out;
	z->avail_out = (unsigned)n;
	rc = BZ2_bzDecompress(z);
	in->data += in->len - z->avail_in;
	in->len = z->avail_in;
	*got = n - z->avail_out;
	if (rc == BZ_STREAM_END)
		return TL_STREAM_ENDS;
	if (rc == BZ_OK)
		return TL_STREAM_GOES_ON;
	if (rc == BZ_MEM_ERROR) {
		tl_err_nomem(err);
		return TL_STREAM_REFUSES;
	}
	tl_err_set(err, "a wrong checksum or code");
	return TL_STREAM_BREAKS;
}

static void end(void *member)
{
	if (member)
		BZ2_bzDecompressEnd(member);
	free(member);
}

const struct tl_stream_format tl_stream_bzip2 = {
	.name = "bzip2",
	.magic = "BZh",
	.magic_len = 3,
	.check = check,
	.check_len = 10,
	.begin = begin,
	.run = run,
	.end = end,
};
