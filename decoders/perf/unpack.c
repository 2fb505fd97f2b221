/*
 * unpack.c: records out of COMPRESSED records (`perf record -z`).  What these hold, put one
 * behind another, is one zstd stream; what it unpacks to is a row of records that pays no
 * heed to where one COMPRESSED record ends.  A window of fixed size goes over it, so that
 * memory does not depend on what a file claims.  A small file that would be unpacked for hours is
 * stopped: recordings are compressed to a tenth or a hundredth.
 */
#include "base/bytes.h"
#include "decoders/perf/recording.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define WINDOW (256u << 10) /* a few of the longest records */

/* Stop where there are so many bytes, and so many times more than went in. */
#define MANY      (UINT64_C(256) << 20)
#define MANY_FOLD 1000

struct tl_perf_unpack {
	ZSTD_DStream *stream;
	ZSTD_inBuffer in;
	size_t from, to; /* unpacked and not yet given, in: */
	bool broken;     /* until a new stream begins */
	uint64_t fed, unpacked;
	uint8_t window[WINDOW];
};

struct tl_perf_unpack *tl_perf_unpack_open(void)
{
	struct tl_perf_unpack *u = malloc(sizeof(*u));

	if (!u)
		return NULL;
	u->in = (ZSTD_inBuffer){ NULL, 0, 0 };
	u->from = u->to = 0;
	u->broken = false;
	u->fed = u->unpacked = 0;
	u->stream = ZSTD_createDStream();
	if (!u->stream) {
		free(u);
		return NULL;
	}
	return u;
}

void tl_perf_unpack_close(struct tl_perf_unpack *u)
{
	if (!u)
		return;
	ZSTD_freeDStream(u->stream);
	free(u);
}

void tl_perf_unpack_feed(struct tl_perf_unpack *u, const uint8_t *bytes, size_t n)
{
	if (u->broken && n >= 4 && tl_get32(bytes) == ZSTD_MAGICNUMBER) {
		ZSTD_DCtx_reset(u->stream, ZSTD_reset_session_only);
		u->broken = false;
	}
	u->in = (ZSTD_inBuffer){ bytes, u->broken ? 0 : n, 0 };
	u->fed += n;
}

static bool give_up(struct tl_perf_unpack *u, const char **bad, const char *why)
{
	u->broken = true;
	u->in.pos = u->in.size;
	u->from = u->to = 0;
	*bad = why;
	return false;
}

bool tl_perf_unpack_next(struct tl_perf_unpack *u, const uint8_t **record, size_t *n,
			 const char **bad)
{
	*bad = NULL;
	for (;;) {
		size_t have = u->to - u->from, before = u->in.pos, rc;
		ZSTD_outBuffer out;

		if (have >= TL_PERF_RECORD_HEAD) {
			*record = u->window + u->from;
			*n = tl_get16(*record + 6);
			if (*n < TL_PERF_RECORD_HEAD)
				return give_up(u, bad, "a record of less than 8 bytes");
			if (*n <= have) {
				u->from += *n;
				return true;
			}
		}
		memmove(u->window, u->window + u->from, have);
		u->from = 0;
		u->to = have;
		out = (ZSTD_outBuffer){ u->window, WINDOW, have };
		if (u->broken)
			return false;
		/* Also without more to put in: there may be more to come out. */
		rc = ZSTD_decompressStream(u->stream, &out, &u->in);
		if (ZSTD_isError(rc))
			return give_up(u, bad, ZSTD_getErrorName(rc));
		u->to = out.pos;
		u->unpacked += out.pos - have;
		if (u->unpacked > MANY && u->unpacked / MANY_FOLD > u->fed)
			return give_up(u, bad, "they unpack to more than 1000 times their size");
		if (out.pos == have && u->in.pos == u->in.size)
			return false;
		if (out.pos == have && u->in.pos == before)
			return give_up(u, bad, "the stream does not go on");
	}
}

bool tl_perf_unpack_rest(const struct tl_perf_unpack *u)
{
	return u && u->to > u->from;
}
