/*
 * timestamp.h: the times in the lines of a text: recognised without configuration, read fast, and
 * typed and printed as the text writes them.
 *
 * A look at the first lines gives a *time form*: which row of the table of formats (timekinds.h)
 * fits, and in which column the times stand.  Everything else is a function of that form and one
 * line, so any chunk of a text can be read alone.  Times are whole nanoseconds.
 *
 * All functions: any thread; they do not block, allocate, or look at the locale.
 */
#ifndef TL_INDEX_TIMESTAMP_H
#define TL_INDEX_TIMESTAMP_H

#include "base/err.h"
#include "base/timespec.h"
#include "text/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct tl_timekind;

/* What times count from. */
enum tl_clock {
	TL_CLOCK_PLAIN,    /* something: boot, the beginning of the trace */
	TL_CLOCK_CALENDAR, /* 1970, UTC; a date and time without a zone is read as if it were UTC */
	TL_CLOCK_DAY,      /* the midnight before the first line */
};

/* To be raised with each change by which a line tells another time, or has one or none: saved times are of one version
 * of the readers. */
#define TL_TIMEFORM_READERS 1

/* How the lines of a text tell their times.  Plain data, to be copied; all zero: they do not. */
struct tl_timeform {
	const struct tl_timekind *kind; /* row of the table of formats; NULL: no times */
	enum tl_clock clock;
	uint64_t
	    period;  /* of TL_CLOCK_DAY: lines tell times below this, which begin anew; who reads
			  * in order adds it.  0: never (a date without its year gets the one that
			  * puts it within a year of the first line) */
	bool deltas; /* lines tell the time since the line before; who reads in order adds up */
	bool sparse; /* many lines have no time and belong to the one before: call chains, calls
		      * without a time of their own */
	unsigned digits; /* behind the second's point: 0, 3, 6 or 9, as printed */

	/* For the readers. */
	uint32_t col;  /* where the times of most lines are: of the point, or of the first byte */
	bool fixed;    /* they are nowhere else */
	int32_t zone;  /* seconds east of UTC, in which times are printed and typed */
	uint16_t year; /* of the first line, where lines do not say it */
	uint64_t earliest; /* and what is taken for that year's and not the next one's, ns */
};

/*
 * Recognise the times of a text by its first lines.  `head`: up to 64 KiB of it (more is not looked
 * at), the last line perhaps cut.  `changed`: when the file was last written, which gives dates
 * without a year theirs.  False: no format fits, and *out is all zero.
 */
bool tl_timeform_detect(struct tl_span head, time_t changed, struct tl_timeform *out);

/* "ftrace", "dmesg", "ISO 8601", ...: for a message.  "none" without times. */
const char *tl_timeform_name(const struct tl_timeform *f);

/*
 * The time of a line, which may be cut, but not before its time; no newline is needed.
 * False: the line has none.  What it costs: 5 to 40 ns where the time is in its usual column.
 */
bool tl_timeform_read(const struct tl_timeform *f, const uint8_t *line, size_t len, uint64_t *ns);

/* The same of a line that may go on behind what is there.  False also where that might be another time then. */
bool tl_timeform_read_begun(const struct tl_timeform *f, const uint8_t *line, size_t len,
			    uint64_t *ns);

/*
 * As the text writes it, in its zone: `12345.678901234`, `2026-11-22 11:39:33.123456`, `11:39:33.5`.
 * Has more digits than the text where they are needed to say it exactly.  Returns `out`.
 */
#define TL_TIMEFORM_PRINTED 48
const char *tl_timeform_print(const struct tl_timeform *f, uint64_t ns,
			      char out[TL_TIMEFORM_PRINTED]);

/*
 * What is typed for a time: as the text writes it; ISO 8601 with `T` or blank, without its date (that
 * of ref->now, or of the day nearest to it that the text has), its seconds or its zone (the text's);
 * `Nov 22 14:03`; seconds since 1970; and `+1.5ms`, `-20us`, `50%`, `+10%` as in base/timespec.h.
 * False: err says what is wrong.
 */
bool tl_timeform_parse(const struct tl_timeform *f, const char *s, const struct tl_time_ref *ref,
		       uint64_t *ns, struct tl_err *err);

#endif
