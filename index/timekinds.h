/*
 * timekinds.h: the table of the formats that timestamp.h knows.  For timestamp.c and its readers.
 *
 * A format is a row: where in a line its times may stand (`next`), and how one is read there
 * (`at`).  A line's time is at the first place that `next` gives and `at` takes; the place that
 * most lines have is tried before.
 */
#ifndef TL_INDEX_TIMEKINDS_H
#define TL_INDEX_TIMEKINDS_H

#include "index/timestamp.h"

/* A time in a line. */
struct tl_stamp {
	uint64_t ns;
	size_t end;      /* the byte behind it */
	int32_t zone;    /* seconds east of UTC, where it says so */
	unsigned digits; /* behind the point */
};

/* A line, or its beginning, without the newline. */
struct tl_stampline {
	const uint8_t *s;
	size_t len;
};

#define TL_STAMP_NOWHERE SIZE_MAX

/* How a time is printed. */
enum tl_timestyle {
	TL_STYLE_NUMBER,   /* 12345.678 */
	TL_STYLE_EPOCH,    /* of seconds since 1970, in units */
	TL_STYLE_ISO,      /* 2026-11-22 11:39:33 */
	TL_STYLE_YEARLESS, /* Nov 22 11:39:33 */
	TL_STYLE_DAY,      /* 11:39:33 */
};

struct tl_timekind {
	const char *name;
	enum tl_clock clock;
	enum tl_timestyle style;
	uint64_t unit; /* of NUMBER and EPOCH: the ns that 1 is */
	bool deltas;
	uint32_t least; /* lines that must have a time, unless all have; 0: 3 */

	/* The first place at or behind `from` that may be a time's column, or NOWHERE. */
	size_t (*next)(const struct tl_stampline *l, size_t from);
	/* The time at a column.  Anything may stand there. */
	bool (*at)(const struct tl_timeform *f, const struct tl_stampline *l, size_t col,
		   struct tl_stamp *out);
	/* Does a line without a time belong to one of this format?  NULL: as usual. */
	bool (*goes_on)(const struct tl_stampline *l);
};

/* The most specific first. */
extern const struct tl_timekind tl_timekinds[];
extern const size_t tl_ntimekinds;

/* Readers; their words are in the files they are in. */
#define TL_STAMP_READER(name)                                                           \
	bool tl_stamp_##name(const struct tl_timeform *f, const struct tl_stampline *l, \
			     size_t col, struct tl_stamp *out)
/* numberstamps.c */
size_t tl_stamp_next_point(const struct tl_stampline *l, size_t from);
TL_STAMP_READER(trace);
/* datestamps.c */
size_t tl_stamp_next_iso(const struct tl_stampline *l, size_t from);
TL_STAMP_READER(iso);

#endif
