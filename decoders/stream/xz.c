/* xz.c: xz, lzip and the older lzma, with liblzma.  By one thread: several need memory for whole
 * blocks. */
#include "decoders/stream/format.h"

#include <inttypes.h>
#include <lzma.h>
#include <stdlib.h>

/* Of a dictionary of 128 MiB and a bit; xz -9 makes one of 64 MiB. */
#define MEMORY (UINT64_C(136) << 20)

static void *begin_with(lzma_ret (*init)(lzma_stream *z))
{
	lzma_stream *z = malloc(sizeof(*z));

	if (!z)
		return NULL;
	*z = (lzma_stream)LZMA_STREAM_INIT;
	if (init(z) != LZMA_OK) {
		free(z);
		return NULL;
	}
	return z;
}

static lzma_ret init_xz(lzma_stream *z)
{
	return lzma_stream_decoder(z, MEMORY, 0);
}

static lzma_ret init_lzip(lzma_stream *z)
{
	return lzma_lzip_decoder(z, MEMORY, 0);
}

static lzma_ret init_lzma(lzma_stream *z)
{
	return lzma_alone_decoder(z, MEMORY);
}

static void *begin_xz(void)
{
	return begin_with(init_xz);
}

static void *begin_lzip(void)
{
	return begin_with(init_lzip);
}

static void *begin_lzma(void)
{
	return begin_with(init_lzma);
}

static enum tl_stream_step fail(lzma_ret rc, const lzma_stream *z, struct tl_err *err)
{
	switch (rc) {
	case LZMA_MEM_ERROR:
		tl_err_nomem(err);
		return TL_STREAM_REFUSES;
	case LZMA_MEMLIMIT_ERROR:
		tl_err_set(err, "it takes %" PRIu64 " MiB of memory to read",
			   lzma_memusage(z) >> 20);
		return TL_STREAM_REFUSES;
	case LZMA_OPTIONS_ERROR:
		tl_err_set(err, "made in a way that is not known here");
		return TL_STREAM_REFUSES;
	default:
		tl_err_set(err, "a wrong checksum or code");
		return TL_STREAM_BREAKS;
	}
}

static enum tl_stream_step run(void *member, struct tl_span *in, bool last, uint8_t *out, size_t n,
			       size_t *got, struct tl_err *err)
{
	lzma_stream *z = member;
	lzma_ret rc;

	z->next_in = in->data;
	z->avail_in = in->len;
	z->next_out = out;
	z->avail_out = n;
	rc = lzma_code(z, last ? LZMA_FINISH : LZMA_RUN);
	in->data += in->len - z->avail_in;
	in->len = z->avail_in;
	*got = n - z->avail_out;
	if (rc == LZMA_STREAM_END)
		return TL_STREAM_ENDS;
	if (rc == LZMA_OK || rc == LZMA_BUF_ERROR)
		return TL_STREAM_GOES_ON;
	return fail(rc, z, err);
}

static void end(void *member)
{
	if (member)
		lzma_end(member);
	free(member);
}

static bool check_lzip(const uint8_t *head)
{
	return head[4] <= 1; /* the version */
}

/* There is no magic: as lzma makes it, a dictionary of 2^n or 2^n + 2^(n-1) bytes, and a size that is
 * not known, or below 256 GiB. */
static bool check_lzma(const uint8_t *head)
{
	uint32_t dict = 0;
	uint64_t size = 0;

	for (int i = 4; i > 0; i--)
		dict = dict << 8 | head[i];
	for (int i = 12; i > 4; i--)
		size = size << 8 | head[i];
	while (dict > 3 && !(dict & 1))
		dict >>= 1;
	return (dict == 1 || dict == 2 || dict == 3) &&
	       (size == UINT64_MAX || size < UINT64_C(1) << 38);
}

const struct tl_stream_format tl_stream_xz = {
	.name = "xz",
	.magic = { 0xfd, '7', 'z', 'X', 'Z', 0 },
	.magic_len = 6,
	.begin = begin_xz,
	.run = run,
	.end = end,
};

const struct tl_stream_format tl_stream_lzip = {
	.name = "lzip",
	.magic = "LZIP",
	.magic_len = 4,
	.check = check_lzip,
	.check_len = 5,
	.begin = begin_lzip,
	.run = run,
	.end = end,
};

const struct tl_stream_format tl_stream_lzma = {
	.name = "lzma",
	.magic = { 0x5d, 0, 0 },
	.magic_len = 3,
	.check = check_lzma,
	.check_len = 13,
	.begin = begin_lzma,
	.run = run,
	.end = end,
};
