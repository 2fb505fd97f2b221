/* paint.c: see paint.h. */
#include "decoders/perf/paint.h"

#include <stdlib.h>
#include <string.h>

#define MAX_RANGES ((size_t)1 << 30)
#define MAX_LEVELS 6 /* of 64 bits a word each: more than 2^31 cells */
#define NOWHERE    SIZE_MAX

/*
 * A set of numbers below n, as bits with a tree above: bit i of a level says that word i of
 * the level below is not zero.  The neighbours of a number are found in a few steps.
 */
struct bits {
	uint64_t *level[MAX_LEVELS];
	size_t nwords[MAX_LEVELS];
	unsigned nlevels;
};

struct tl_paint {
	uint64_t *points; /* the ends of all intervals, sorted; cell c is [c], [c + 1] */
	size_t npoints;
	struct slots {
		uint32_t lo, hi; /* cells [lo, hi) */
	} * slots;               /* of each interval */
	uint32_t *colour;        /* of the piece that begins in a cell */
	struct bits starts;      /* cells in which a piece begins */
	size_t count;            /* of pieces that are not nothing */
};

static bool bits_init(struct bits *b, size_t n)
{
	do {
		n = (n + 63) / 64;
		b->nwords[b->nlevels] = n;
		b->level[b->nlevels] = calloc(n, sizeof(uint64_t));
		if (!b->level[b->nlevels++])
			return false;
	} while (n > 1 && b->nlevels < MAX_LEVELS);
	return true;
}

static void bits_fini(struct bits *b)
{
	for (unsigned l = 0; l < b->nlevels; l++)
		free(b->level[l]);
}

static bool bits_get(const struct bits *b, size_t i)
{
	return b->level[0][i / 64] >> (i % 64) & 1;
}

static void bits_set(struct bits *b, size_t i)
{
	for (unsigned l = 0; l < b->nlevels; l++, i /= 64)
		b->level[l][i / 64] |= UINT64_C(1) << (i % 64);
}

static void bits_clear(struct bits *b, size_t i)
{
	for (unsigned l = 0; l < b->nlevels; l++, i /= 64) {
		b->level[l][i / 64] &= ~(UINT64_C(1) << (i % 64));
		if (b->level[l][i / 64])
			return;
	}
}

/* The lowest (highest) member below `word` of a level, on the lowest level. */
static size_t lowest(const struct bits *b, unsigned l, size_t i)
{
	while (l-- > 0)
		i = i * 64 + (size_t)__builtin_ctzll(b->level[l][i]);
	return i;
}

static size_t highest(const struct bits *b, unsigned l, size_t i)
{
	while (l-- > 0)
		i = i * 64 + 63 - (size_t)__builtin_clzll(b->level[l][i]);
	return i;
}

/* The first member from i on. */
static size_t bits_next(const struct bits *b, size_t i)
{
	for (unsigned l = 0; l < b->nlevels; l++) {
		uint64_t word;

		if (i / 64 >= b->nwords[l])
			return NOWHERE;
		word = b->level[l][i / 64] >> (i % 64);
		if (word)
			return lowest(b, l, i + (size_t)__builtin_ctzll(word));
		i = i / 64 + 1;
	}
	return NOWHERE;
}

/* The last member before i. */
static size_t bits_before(const struct bits *b, size_t i)
{
	for (unsigned l = 0; l < b->nlevels && i > 0; l++) {
		uint64_t word;

		i--;
		word = b->level[l][i / 64] << (63 - i % 64);
		if (word)
			return highest(b, l, i - (size_t)__builtin_clzll(word));
		i /= 64;
	}
	return NOWHERE;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint32_t cell_of(const struct tl_paint *p, uint64_t point)
{
	size_t lo = 0, hi = p->npoints;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->points[mid] < point)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (uint32_t)lo;
}

static bool set_points(struct tl_paint *p, const struct tl_paint_range *ranges, size_t n)
{
	size_t npoints = 0;

	p->points = malloc(2 * n * sizeof(*p->points));
	if (!p->points)
		return false;
	for (size_t i = 0; i < n; i++) {
		p->points[npoints++] = ranges[i].start;
		p->points[npoints++] = ranges[i].end;
	}
	qsort(p->points, npoints, sizeof(*p->points), by_value);
	for (size_t i = 0; i < npoints; i++) {
		if (i == 0 || p->points[i] != p->points[p->npoints - 1])
			p->points[p->npoints++] = p->points[i];
	}
	return true;
}

struct tl_paint *tl_paint_open(const struct tl_paint_range *ranges, size_t n)
{
	struct tl_paint *p = n <= MAX_RANGES ? calloc(1, sizeof(*p)) : NULL;

	if (!p || n == 0)
		return p;
	if (!set_points(p, ranges, n))
		goto fail;
	p->slots = malloc(n * sizeof(*p->slots));
	p->colour = malloc(p->npoints * sizeof(*p->colour));
	if (!p->slots || !p->colour || !bits_init(&p->starts, p->npoints))
		goto fail;
	for (size_t i = 0; i < n; i++) {
		p->slots[i].lo = cell_of(p, ranges[i].start);
		p->slots[i].hi = cell_of(p, ranges[i].end);
	}
	/* One piece of nothing; the last point begins another, so that all pieces end. */
	bits_set(&p->starts, 0);
	bits_set(&p->starts, p->npoints - 1);
	p->colour[0] = p->colour[p->npoints - 1] = TL_PAINT_NONE;
	return p;
fail:
	tl_paint_close(p);
	return NULL;
}

void tl_paint_close(struct tl_paint *p)
{
	if (!p)
		return;
	bits_fini(&p->starts);
	free(p->points);
	free(p->slots);
	free(p->colour);
	free(p);
}

/* Let a piece begin at this cell. */
static void cut(struct tl_paint *p, size_t cell)
{
	if (bits_get(&p->starts, cell))
		return;
	p->colour[cell] = p->colour[bits_before(&p->starts, cell)];
	bits_set(&p->starts, cell);
	p->count += p->colour[cell] != TL_PAINT_NONE;
}

void tl_paint_put(struct tl_paint *p, uint32_t i, void (*below)(void *arg, uint32_t hidden),
		  void *arg)
{
	size_t lo = p->slots[i].lo, hi = p->slots[i].hi;

	cut(p, lo);
	cut(p, hi);
	for (size_t c = lo; c < hi; c = bits_next(&p->starts, c + 1)) {
		if (below && p->colour[c] != TL_PAINT_NONE)
			below(arg, p->colour[c]);
		p->count -= p->colour[c] != TL_PAINT_NONE;
		if (c != lo)
			bits_clear(&p->starts, c);
	}
	p->colour[lo] = i;
	p->count++;
}

size_t tl_paint_count(const struct tl_paint *p)
{
	return p->count;
}

bool tl_paint_next(const struct tl_paint *p, size_t *cursor, struct tl_paint_range *piece,
		   uint32_t *i)
{
	while (p->npoints > 0) {
		size_t c = bits_next(&p->starts, *cursor), end;

		if (c == NOWHERE || c + 1 >= p->npoints)
			return false;
		end = bits_next(&p->starts, c + 1);
		*cursor = end;
		if (p->colour[c] == TL_PAINT_NONE)
			continue;
		piece->start = p->points[c];
		piece->end = p->points[end];
		*i = p->colour[c];
		return true;
	}
	return false;
}
