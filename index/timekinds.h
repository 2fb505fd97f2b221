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
	bool
	    doubtful; /* it, and the row before or behind it: if no line decides between them it is neither */
	bool rising; /* where times go back they are something else */
	bool yearless;
	bool
	    anywhere; /* `next` looks behind a line's beginning; where all of the first lines begin with
			* a time, what it would find in others is something that they say */
	unsigned others; /* so many lines without a time for each with one are fewer than too many;
			  * 0: 2 */
	unsigned tries;  /* places of a line that are looked at, at most; 0: all */

	/* The first place at or behind `from` that may be a time's column, or NOWHERE. */
	size_t (*next)(const struct tl_stampline *l, size_t from);
	/* The time at a column.  Anything may stand there. */
	bool (*at)(const struct tl_timeform *f, const struct tl_stampline *l, size_t col,
		   struct tl_stamp *out);
	/* Does a line without a time belong to the one before?  NULL: as usual. */
	bool (*goes_on)(const struct tl_stampline *l);
	/* Is there what these times need in the head of the text?  Gives the column.  NULL: nothing */
	bool (*prepare)(struct tl_span head, struct tl_timeform *f);
};

/* The most specific first. */
extern const struct tl_timekind tl_timekinds[];
extern const size_t tl_ntimekinds;

/* Readers; what they read is said where they are. */
#define TL_STAMP_READER(name)                                                           \
	bool tl_stamp_##name(const struct tl_timeform *f, const struct tl_stampline *l, \
			     size_t col, struct tl_stamp *out)
#define TL_STAMP_NEXT(name) size_t tl_stamp_next_##name(const struct tl_stampline *l, size_t from)

/* stampparts.c: what several of them are made of */
TL_STAMP_NEXT(lead);
/* Behind the line's first bracket, if nothing is before it, or the `<6>` and `kern  :info  : ` of dmesg; NOWHERE: there is
 * none. */
size_t tl_stamp_behind_bracket(const struct tl_stampline *l);
bool tl_stamp_is_call(const struct tl_stampline *l, size_t at);
bool tl_stamp_is_frame(const struct tl_stampline *l);
bool tl_stamp_is_indented(const struct tl_stampline *l);

/* numberstamps.c */
TL_STAMP_NEXT(point);
TL_STAMP_NEXT(bracket);
TL_STAMP_NEXT(lead_point);
TL_STAMP_NEXT(first_point);
TL_STAMP_NEXT(nowhere);
TL_STAMP_READER(trace);
TL_STAMP_READER(graph);
TL_STAMP_READER(bracket);
TL_STAMP_NEXT(angle);
TL_STAMP_READER(angle);
TL_STAMP_READER(gc);
TL_STAMP_NEXT(lead_seconds);
TL_STAMP_READER(seconds);
TL_STAMP_READER(delta);
TL_STAMP_READER(spt);
TL_STAMP_READER(perf_trace);
TL_STAMP_NEXT(latency);
TL_STAMP_READER(latency);
TL_STAMP_READER(elapsed);
bool tl_stamp_goes_on_spt(const struct tl_stampline *l);
bool tl_stamp_prepare_elapsed(struct tl_span head, struct tl_timeform *f);

/* epochstamps.c */
TL_STAMP_NEXT(epoch);
TL_STAMP_READER(epoch);

/* keystamps.c */
TL_STAMP_NEXT(json);
TL_STAMP_NEXT(key);
TL_STAMP_READER(key_iso);
TL_STAMP_READER(key_dmy);
TL_STAMP_READER(key_epoch);
TL_STAMP_NEXT(export);
TL_STAMP_READER(export);

/* datestamps.c */
TL_STAMP_NEXT(iso);
TL_STAMP_NEXT(clf);
TL_STAMP_NEXT(dmy);
TL_STAMP_NEXT(ctime);
TL_STAMP_NEXT(syslog);
TL_STAMP_NEXT(glog);
TL_STAMP_NEXT(day);
TL_STAMP_READER(iso);
TL_STAMP_READER(dmy);
TL_STAMP_READER(ctime);
TL_STAMP_READER(mdy);
TL_STAMP_READER(syslog);
TL_STAMP_READER(minute);
bool tl_stamp_goes_on_minute(const struct tl_stampline *l);
TL_STAMP_READER(glog);
TL_STAMP_READER(logcat);
TL_STAMP_READER(strace);
TL_STAMP_READER(day);

/* numericstamps.c */
TL_STAMP_NEXT(compact);
TL_STAMP_READER(compact);
TL_STAMP_NEXT(two_digits);
TL_STAMP_READER(two_digits);
TL_STAMP_NEXT(dotted);
TL_STAMP_READER(dotted);
TL_STAMP_NEXT(slashed);
TL_STAMP_READER(month_first);
TL_STAMP_READER(day_first);

/* timeprint.c: "us" or "ms", where a text's plain numbers are not seconds, else "". */
const char *tl_stamp_unit(const struct tl_timeform *f);

/* A date and a time of day without a year, as ns: in the year that puts it within one of the first
 * line. */
struct tl_civil;
uint64_t tl_stamp_yearless(const struct tl_timeform *f, struct tl_civil *c);

#endif
