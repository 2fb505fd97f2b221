/*
 * timefacts.c: see timefacts.h.  Samples are taken at places that depend on nothing but the chunk's
 * length, and each costs one or two cache lines of bytes that were counted just now.
 */
#include "index/timefacts.h"

#include <limits.h>
#include <string.h>

#define NSAMPLES   24
#define FIND_LINE  4096        /* bytes that are looked through for the beginning of a line */
#define TRY_LINES  4           /* of a sample, until one has a time */
#define TRY_MORE   64          /* at the chunk's beginning and end */
#define EDGE_BYTES (16u << 10) /* and no farther in than that */

/* ---- chains */

int64_t tl_time_add(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

static int64_t clipped(uint64_t raw)
{
	return raw < INT64_MAX ? (int64_t)raw : INT64_MAX;
}

/*
 * How many ns begin anew between two lines.  Lines come late by less than an hour: a jump back by more is the next
 * day, and one forward to the last hour right from midnight's first the day before.
 */
static int64_t border(uint64_t period, uint64_t prev, uint64_t raw)
{
	uint64_t late = period / 24;

	if (raw < prev && prev - raw > late)
		return (int64_t)period;
	if (raw > prev && raw - prev > period - late)
		return -(int64_t)period;
	return 0;
}

int64_t tl_timechain_line(const struct tl_timeform *f, struct tl_timechain *c, uint64_t raw)
{
	if (f->deltas) {
		c->base = tl_time_add(c->base, clipped(raw));
		return c->base;
	}
	if (f->period > 0 && c->any)
		c->base = tl_time_add(c->base, border(f->period, c->prev, raw));
	c->prev = raw;
	c->any = true;
	return tl_time_add(c->base, clipped(raw));
}

int64_t tl_timechain_chunk(const struct tl_timeform *f, struct tl_timechain *c,
			   const struct tl_timefacts *facts)
{
	int64_t base;

	if (!(facts->flags & TL_TIMES_SOME))
		return c->base;
	if (f->period > 0 && c->any)
		c->base = tl_time_add(c->base, border(f->period, c->prev, facts->first));
	base = c->base;
	c->base = tl_time_add(c->base, facts->advance);
	c->prev = facts->last;
	c->any = true;
	return base;
}

/* ---- lines */

/* Does the line that begins at *at, of which no more is read than is needed, have a time?  *at goes to the next. */
static bool take_line(const struct tl_timeform *f, const struct tl_timebytes *b, size_t *at,
		      uint64_t *raw)
{
	const uint8_t *from = b->chunk.data + *at;
	size_t left = b->chunk.len - *at;
	const uint8_t *newline = memchr(from, '\n', left);
	struct tl_span line = { from, newline ? (size_t)(newline - from) : left };

	*at += newline ? line.len + 1 : left;
	if (!newline && b->last.len > 0)
		line = b->last;
	if (line.len > TL_TIME_LINE)
		line.len = TL_TIME_LINE;
	if (!newline && b->open)
		return tl_timeform_read_begun(f, line.data, line.len, raw);
	return tl_timeform_read(f, line.data, line.len, raw);
}

/* Where the first line at or after a place begins; the chunk's length if none does within n bytes. */
static size_t line_from(const struct tl_timebytes *b, size_t at, size_t n)
{
	const uint8_t *newline;

	if (at == 0 && b->begins)
		return 0;
	if (at > 0) {
		at--;
		n++;
	}
	if (n > b->chunk.len - at)
		n = b->chunk.len - at;
	newline = memchr(b->chunk.data + at, '\n', n);
	return newline ? (size_t)(newline + 1 - b->chunk.data) : b->chunk.len;
}

struct gathering {
	const struct tl_timeform *form;
	struct tl_timechain chain;
	struct tl_timefacts facts;
};

static void note(struct gathering *g, uint64_t raw)
{
	struct tl_timefacts *facts = &g->facts;
	int64_t time = tl_timechain_line(g->form, &g->chain, raw);

	if (!(facts->flags & TL_TIMES_SOME)) {
		facts->first = raw;
		facts->min = facts->max = time;
		facts->flags |= TL_TIMES_SOME;
	} else if (time >= facts->max) {
		facts->max = time;
	} else {
		facts->flags |= TL_TIMES_BACK;
		if (time < facts->min)
			facts->min = time;
	}
	facts->last = raw;
}

static struct tl_timefacts gathered(struct gathering *g, const struct tl_timebytes *b, uint32_t how)
{
	g->facts.advance = g->chain.base;
	g->facts.flags |= how | (b->open ? TL_TIMES_OPEN : 0);
	return g->facts;
}

struct tl_timefacts tl_timefacts_read(const struct tl_timeform *f, const struct tl_timebytes *b)
{
	struct gathering g = { .form = f };
	size_t at = line_from(b, 0, b->chunk.len);
	uint64_t raw;

	while (at < b->chunk.len)
		if (take_line(f, b, &at, &raw))
			note(&g, raw);
	return gathered(&g, b, TL_TIMES_EXACT);
}

/* Read lines from *at on until one has a time; *at goes behind it. */
static bool try_lines(const struct tl_timeform *f, const struct tl_timebytes *b, size_t *at,
		      size_t end, unsigned lines, uint64_t *raw)
{
	while (*at < end && lines-- > 0)
		if (take_line(f, b, at, raw))
			return true;
	return false;
}

/* The last line behind `from` that has a time, unless that is too far from the end. */
static bool find_last(const struct tl_timeform *f, const struct tl_timebytes *b, size_t from,
		      uint64_t *raw)
{
	size_t end = b->chunk.len;

	if (end > from && b->chunk.data[end - 1] == '\n')
		end--;
	if (end > EDGE_BYTES && from < end - EDGE_BYTES)
		from = end - EDGE_BYTES;
	for (unsigned i = 0; i < TRY_MORE && end > from; i++) {
		const uint8_t *newline = memrchr(b->chunk.data + from, '\n', end - from);
		size_t at = newline ? (size_t)(newline + 1 - b->chunk.data) : from;

		if (!newline && !(from == 0 && b->begins))
			return false;
		if (take_line(f, b, &at, raw))
			return true;
		end = newline ? (size_t)(newline - b->chunk.data) : from;
	}
	return false;
}

struct tl_timefacts tl_timefacts_sample(const struct tl_timeform *f, const struct tl_timebytes *b,
					uint32_t newlines)
{
	struct gathering g = { .form = f };
	size_t len = b->chunk.len, at, edge = len < EDGE_BYTES ? len : EDGE_BYTES;
	uint64_t raw;

	if (f->deltas || newlines <= NSAMPLES || len < NSAMPLES * 64)
		return tl_timefacts_read(f, b);
	at = line_from(b, 0, edge);
	if (try_lines(f, b, &at, edge, TRY_MORE, &raw))
		note(&g, raw);
	else
		at = 0;
	for (size_t i = 1; i < NSAMPLES; i++) {
		size_t place = len / NSAMPLES * i;

		if (place < at)
			continue;
		place = line_from(b, place, FIND_LINE);
		if (!try_lines(f, b, &place, len, TRY_LINES, &raw))
			continue;
		note(&g, raw);
		at = place;
	}
	if (at < len && find_last(f, b, at, &raw))
		note(&g, raw);
	return gathered(&g, b, TL_TIMES_SAMPLED);
}

struct tl_timefacts tl_timefacts_first(uint64_t raw)
{
	return (struct tl_timefacts){
		.first = raw,
		.last = raw,
		.min = clipped(raw),
		.max = clipped(raw),
		.flags = TL_TIMES_SOME,
	};
}

/* ---- looking into a chunk */

bool tl_timebytes_first(const struct tl_timeform *f, const struct tl_timebytes *b, uint64_t *raw)
{
	size_t at = line_from(b, 0, b->chunk.len);

	return try_lines(f, b, &at, b->chunk.len, UINT_MAX, raw);
}

bool tl_timebytes_last(const struct tl_timeform *f, const struct tl_timebytes *b, size_t upto,
		       uint64_t *raw)
{
	size_t next = line_from(b, 0, b->chunk.len);
	bool found = false;
	uint64_t this;

	while (next < b->chunk.len && next <= upto) {
		if (!take_line(f, b, &next, &this))
			continue;
		*raw = this;
		found = true;
	}
	return found;
}

bool tl_timefacts_in_order(const struct tl_timeform *f, const struct tl_timefacts *facts)
{
	if (f->deltas || (facts->flags & (TL_TIMES_SOME | TL_TIMES_EXACT | TL_TIMES_BACK)) !=
			     (TL_TIMES_SOME | TL_TIMES_EXACT))
		return false;
	return f->period == 0 || (uint64_t)facts->max - (uint64_t)facts->min < f->period / 2;
}

uint64_t tl_timefacts_line(const struct tl_timeform *f, const struct tl_timefacts *facts,
			   int64_t base, uint64_t raw)
{
	struct tl_timechain chain = { .prev = facts->first, .any = true };

	return tl_time_shown(tl_time_add(base, tl_timechain_line(f, &chain, raw)));
}

/* The first line from *next on that has a time and begins before `end`; *next goes behind it. */
static bool next_timed(const struct tl_timeform *f, const struct tl_timebytes *b, size_t end,
		       size_t *next, size_t *begin, uint64_t *raw)
{
	while (*next < end) {
		*begin = *next;
		if (take_line(f, b, next, raw))
			return true;
	}
	return false;
}

bool tl_timebytes_bisect(const struct tl_timeform *f, const struct tl_timebytes *b,
			 const struct tl_timefacts *facts, int64_t base, uint64_t ns, size_t *at,
			 uint64_t *time)
{
	size_t low = line_from(b, 0, b->chunk.len), high = b->chunk.len;
	bool found = false;

	/* Lines that begin before `low` are too early, or have no time; the first at `high` or behind it that has
	 * one is the answer. */
	while (low < high) {
		size_t mid = low + (high - low) / 2, begin;
		size_t here = line_from(b, mid, high - mid), next = here;
		uint64_t raw, shown;

		if (here >= high) { /* no line begins there */
			high = mid;
			continue;
		}
		if (!next_timed(f, b, high, &next, &begin, &raw)) {
			high = here;
			continue;
		}
		shown = tl_timefacts_line(f, facts, base, raw);
		if (shown < ns) {
			low = next;
			continue;
		}
		high = here;
		*at = begin;
		*time = shown;
		found = true;
	}
	return found;
}

bool tl_timebytes_find(const struct tl_timeform *f, const struct tl_timebytes *b, int64_t base,
		       uint64_t ns, size_t *at, uint64_t *time)
{
	struct tl_timechain chain = { 0 };
	size_t next = line_from(b, 0, b->chunk.len);
	uint64_t raw;

	while (next < b->chunk.len) {
		size_t here = next;

		if (!take_line(f, b, &next, &raw))
			continue;
		*time = tl_time_shown(tl_time_add(base, tl_timechain_line(f, &chain, raw)));
		*at = here;
		if (*time >= ns)
			return true;
	}
	return false;
}

bool tl_timebytes_at(const struct tl_timeform *f, const struct tl_timebytes *b, int64_t base,
		     size_t upto, uint64_t *time)
{
	struct tl_timechain chain = { 0 };
	size_t next = line_from(b, 0, b->chunk.len);
	bool found = false;
	uint64_t raw;

	while (next < b->chunk.len && next <= upto) {
		if (!take_line(f, b, &next, &raw))
			continue;
		*time = tl_time_shown(tl_time_add(base, tl_timechain_line(f, &chain, raw)));
		found = true;
	}
	return found;
}
