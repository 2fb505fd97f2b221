/*
 * paint.h: intervals painted over each other; which one is seen where.
 *
 * All intervals are known beforehand, so that a canvas is a row of cells between their ends:
 * a set bit per cell where a piece begins, and its colour.  Painting takes away the pieces
 * below, each once: n intervals cost O(n log n) time and O(n) memory, whatever they cover.
 */
#ifndef TL_DECODERS_PERF_PAINT_H
#define TL_DECODERS_PERF_PAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_PAINT_NONE UINT32_MAX

struct tl_paint; /* opaque; for one thread at a time */

struct tl_paint_range {
	uint64_t start, end; /* not empty: start < end */
};

/* A canvas for these n intervals, of which none is painted yet.  Borrows nothing.
 * NULL: out of memory, or more than 2^30 of them. */
struct tl_paint *tl_paint_open(const struct tl_paint_range *ranges, size_t n);
void tl_paint_close(struct tl_paint *p);

/* Paint interval i.  Before that, below() hears of each piece that will be hidden, if it is
 * of an interval; below may be NULL. */
void tl_paint_put(struct tl_paint *p, uint32_t i, void (*below)(void *arg, uint32_t hidden),
		  void *arg);

/* How many pieces are seen. */
size_t tl_paint_count(const struct tl_paint *p);

/* What is seen, from low to high: start with *cursor 0; false: no more. */
bool tl_paint_next(const struct tl_paint *p, size_t *cursor, struct tl_paint_range *piece,
		   uint32_t *i);

#endif
