/*
 * timefacts.h: what is kept of the times in a chunk, and how the chunks of a text make one time.
 *
 * A chunk's facts are found as if it were a text of its own, so that chunks can be read in any order.
 * Where times begin anew every day or add up, a *chain* goes over the chunks in order and gives each
 * its base, which is to be added.  A line belongs to the chunk that it begins in.
 *
 * Times within a chunk may be below its first line's midnight: they are signed.  All functions: any
 * thread, at once.
 */
#ifndef TL_INDEX_TIMEFACTS_H
#define TL_INDEX_TIMEFACTS_H

#include "index/timestamp.h"

#define TL_TIME_LINE 4096 /* a line's time is within its first bytes, of which no more are needed */

enum {
	TL_TIMES_SOME =
	    1 << 0, /* a line with a time begins in the chunk; without this the rest is 0 */
	TL_TIMES_BACK = 1 << 1,  /* a line is earlier than one before it */
	TL_TIMES_EXACT = 1 << 2, /* every line was read */
	TL_TIMES_SAMPLED =
	    1 << 3, /* some were: `first` and `last` are those found, not always the chunk's own */
	TL_TIMES_OPEN = 1 << 4, /* the last line may go on behind what was there */
};

struct tl_timefacts {
	uint64_t first, last; /* as they stand in the lines */
	int64_t min, max;     /* in a text that begins with the chunk */
	int64_t advance;      /* what lines behind the chunk have to add */
	uint32_t
	    flags; /* TL_TIMES_; neither EXACT nor SAMPLED: only `first` is known, of a line not far from
			       * the chunk's beginning */
};

/* The bytes that are needed to read the lines that begin in a chunk. */
struct tl_timebytes {
	struct tl_span chunk;
	bool begins; /* with a line */
	bool open;   /* the last line may go on */
	struct tl_span
	    last; /* a last line that goes on in the next chunk: its first TL_TIME_LINE bytes, whole
			      * if it is shorter; len 0: there is none */
};

/* Read every line; or some tens of them, which are the same for the same bytes.  Forms with `deltas` are always
 * read line by line.  `newlines` in the chunk: UINT32_MAX where not known. */
struct tl_timefacts tl_timefacts_read(const struct tl_timeform *f, const struct tl_timebytes *b);
struct tl_timefacts tl_timefacts_sample(const struct tl_timeform *f, const struct tl_timebytes *b,
					uint32_t newlines);

/* A chunk of which only a line near its beginning is known. */
struct tl_timefacts tl_timefacts_first(uint64_t raw);

/* Going over lines, or over chunks, in the order of the text.  Begin with all zero. */
struct tl_timechain {
	int64_t base;
	uint64_t prev;
	bool any;
};

/* The next line's time, in a text that begins where the chain does. */
int64_t tl_timechain_line(const struct tl_timeform *f, struct tl_timechain *c, uint64_t raw);

/* The next chunk: gives what is to be added to its times.  One that is not known counts as empty. */
int64_t tl_timechain_chunk(const struct tl_timeform *f, struct tl_timechain *c,
			   const struct tl_timefacts *facts);

/* Times of hostile texts may come to anything: the sum, or the nearest there is. */
int64_t tl_time_add(int64_t a, int64_t b);

/* What is told to others: no time is before 0. */
static inline uint64_t tl_time_shown(int64_t time)
{
	return time > 0 ? (uint64_t)time : 0;
}

/* The first time in it, as it stands there.  False: there is none. */
bool tl_timebytes_first(const struct tl_timeform *f, const struct tl_timebytes *b, uint64_t *raw);

/* Likewise the last time in a line that begins at or before byte `upto`. */
bool tl_timebytes_last(const struct tl_timeform *f, const struct tl_timebytes *b, size_t upto,
		       uint64_t *raw);

/* The first line of the chunk whose time, with its base added, is `ns` or later.  False: none is. */
bool tl_timebytes_find(const struct tl_timeform *f, const struct tl_timebytes *b, int64_t base,
		       uint64_t ns, size_t *at, uint64_t *time);

/*
 * Do the times of a chunk with these facts never decrease from line to line, and does one line tell its own, with
 * the chunk's first line at hand?  Then tl_timebytes_bisect() finds there what tl_timebytes_find() does, by looking
 * at a few lines; and the time of a line that reads `raw` is:
 */
bool tl_timefacts_in_order(const struct tl_timeform *f, const struct tl_timefacts *facts);
uint64_t tl_timefacts_line(const struct tl_timeform *f, const struct tl_timefacts *facts,
			   int64_t base, uint64_t raw);
bool tl_timebytes_bisect(const struct tl_timeform *f, const struct tl_timebytes *b,
			 const struct tl_timefacts *facts, int64_t base, uint64_t ns, size_t *at,
			 uint64_t *time);

/* The time of the last line with one that begins at or before byte `upto` of the chunk.  False: none does. */
bool tl_timebytes_at(const struct tl_timeform *f, const struct tl_timebytes *b, int64_t base,
		     size_t upto, uint64_t *time);

#endif
