/*
 * savedtimes.c: see savedtimes.h and FORMAT.md.  The facts are stored as columns of differences, most of which
 * are small or 0: zstd makes about ten bytes a chunk of them.
 */
#include "index/savedtimes.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#define HEAD  8
#define NCOLS 5 /* of 8 bytes; then one of a byte */
#define ROW   (NCOLS * 8 + 1)
#define LEVEL 3 /* zstd's default */

/* What reading a line depends on: as another form, or by other readers, the same lines would tell other times. */
static uint64_t form_key(const struct tl_timeform *form)
{
	uint8_t key[64] = { 0 };

	strncpy((char *)key, tl_timeform_name(form), 31);
	tl_put64(key + 32, form->period);
	tl_put64(key + 40, form->earliest);
	tl_put32(key + 48, (uint32_t)form->zone);
	tl_put16(key + 52, form->year);
	key[54] = form->deltas;
	key[55] = (uint8_t)form->clock;
	key[56] = form->fixed;
	tl_put32(key + 60, TL_TIMEFORM_READERS);
	return XXH3_64bits(key, sizeof(key));
}

static void put_row(uint8_t *rows, size_t n, size_t k, const struct tl_timefacts *f,
		    uint64_t first_before)
{
	const uint64_t cols[NCOLS] = {
		f->first - first_before,    f->last - f->first,   (uint64_t)f->min - f->first,
		(uint64_t)f->max - f->last, (uint64_t)f->advance,
	};

	for (size_t i = 0; i < NCOLS; i++)
		tl_put64(rows + 8 * (i * n + k), cols[i]);
	rows[8 * NCOLS * n + k] = (uint8_t)f->flags;
}

bool tl_savedtimes_encode(const struct tl_timeform *form, const struct tl_timefacts *facts,
			  size_t n, struct tl_buf *out)
{
	size_t room = ZSTD_compressBound(n * ROW), len = 0;
	uint8_t *rows = malloc(n * ROW);
	uint64_t first = 0;

	if (!rows || !tl_buf_reserve(out, HEAD + room)) {
		free(rows);
		return false;
	}
	for (size_t k = 0; k < n; k++) {
		put_row(rows, n, k, &facts[k], first);
		first = facts[k].first;
	}
	tl_put64(out->data + out->len, form_key(form));
	len = ZSTD_compress(out->data + out->len + HEAD, room, rows, n * ROW, LEVEL);
	free(rows);
	if (ZSTD_isError(len))
		return false;
	out->len += HEAD + len;
	return true;
}

static bool get_row(const uint8_t *rows, size_t n, size_t k, uint64_t first_before,
		    struct tl_timefacts *f)
{
	const uint32_t known =
	    TL_TIMES_SOME | TL_TIMES_BACK | TL_TIMES_EXACT | TL_TIMES_SAMPLED | TL_TIMES_OPEN;
	uint64_t cols[NCOLS];

	for (size_t i = 0; i < NCOLS; i++)
		cols[i] = tl_get64(rows + 8 * (i * n + k));
	*f = (struct tl_timefacts){ .flags = rows[8 * NCOLS * n + k] };
	f->first = first_before + cols[0];
	f->last = f->first + cols[1];
	f->min = (int64_t)(f->first + cols[2]);
	f->max = (int64_t)(f->last + cols[3]);
	f->advance = (int64_t)cols[4];
	if ((f->flags & ~known) || f->min > f->max)
		return false;
	if ((f->flags & TL_TIMES_OPEN) && k + 1 < n)
		return false;
	return (f->flags & TL_TIMES_SOME) ||
	       (f->first == 0 && f->last == 0 && f->min == 0 && f->max == 0 && f->advance == 0);
}

struct tl_timefacts *tl_savedtimes_decode(struct tl_span body, const struct tl_timeform *form,
					  size_t n)
{
	struct tl_timefacts *facts;
	uint64_t first = 0;
	uint8_t *rows;
	bool ok;

	if (n > SIZE_MAX / sizeof(*facts) || body.len < HEAD ||
	    tl_get64(body.data) != form_key(form) ||
	    ZSTD_getFrameContentSize(body.data + HEAD, body.len - HEAD) != n * ROW)
		return NULL;
	rows = malloc(n * ROW);
	facts = malloc(n * sizeof(*facts));
	ok = rows && facts &&
	     ZSTD_decompress(rows, n * ROW, body.data + HEAD, body.len - HEAD) == n * ROW;
	for (size_t k = 0; ok && k < n; k++) {
		ok = get_row(rows, n, k, first, &facts[k]);
		first = facts[k].first;
	}
	free(rows);
	if (!ok) {
		free(facts);
		return NULL;
	}
	return facts;
}
