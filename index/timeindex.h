/*
 * timeindex.h: when the lines of a plain text were; filled in by workers while you read.
 *
 * Of each chunk the first, the earliest and the latest time are kept.  They come cheap while lines are
 * counted, from samples; as soon as somebody looks up a time all lines are read in the background.  Until
 * then answers are found by bisecting the text itself, and are exact where it is in order.
 *
 * A line without a time belongs to the one before it.  Times are nanoseconds, from whatever the text's
 * times count from (enum tl_clock), with days and deltas added up.
 */
#ifndef TL_INDEX_TIMEINDEX_H
#define TL_INDEX_TIMEINDEX_H

#include "base/jobs.h"
#include "base/mailbox.h"
#include "index/lineindex.h"
#include "index/timestamp.h"

#include <stdatomic.h>

struct tl_timeindex; /* opaque; one per source */

/*
 * An empty index of `src`, which it borrows, as it does `pool`, `mailbox` (TL_MSG_TIME, some tens a second at
 * most; may be NULL) and `lines` (may be NULL), with which it shares the work and the saved file.
 * Reads nothing yet.  Main thread.
 */
bool tl_timeindex_new(struct tl_source *src, struct tl_lineindex *lines, struct tl_jobs *pool,
		      struct tl_mailbox *mailbox, struct tl_timeindex **out, struct tl_err *err);

/* Before the line index is closed.  Waits for steps under way.  NULL is fine.  Main thread. */
void tl_timeindex_close(struct tl_timeindex *ti);

/*
 * How the text tells times; NULL: it does not, or (a pipe) has not brought enough yet.  Looks at the first
 * 64 KiB when first asked, and again as long as a text that grows has less.  Valid until the index is closed, also
 * when the text was replaced, or tells another one now.  Any thread.
 */
const struct tl_timeform *tl_timeindex_form(struct tl_timeindex *ti);

/*
 * The earliest and the latest time known.  FOUND: the text's ends have been looked at.  PENDING: a worker does
 * that now, and TL_MSG_TIME follows.  NONE: the text has no times.  Any thread, at once.
 */
enum tl_lookup tl_timeindex_range(struct tl_timeindex *ti, uint64_t *first, uint64_t *last);

/* The same for a worker: reads what is needed.  PENDING: *stop was set (may be NULL); or FAILED. */
enum tl_lookup tl_timeindex_measure(struct tl_timeindex *ti, const atomic_bool *stop,
				    uint64_t *first, uint64_t *last, struct tl_err *err);

struct tl_timehit {
	uint64_t pos;   /* of the line's first byte */
	uint64_t time;  /* its time */
	bool unordered; /* the text is known not to be in order */
	bool
	    sure; /* false: not all lines before it were read; where the text is not in order one of them
			 * may be it */
};

/*
 * The first line at or after a time, in the order of the text.  NONE: no line known is; of the pipe
 * that goes on, more may come.  PENDING: *stop was set (may be NULL).  Milliseconds, where the text is in
 * order; a text that is seen not to be, or whose times add up, may have to be read up to the answer, on all
 * processors.  Begins to read all of the text in the background.  A worker's step.
 */
enum tl_lookup tl_timeindex_locate(struct tl_timeindex *ti, uint64_t ns, const atomic_bool *stop,
				   struct tl_timehit *out, struct tl_err *err);

/* The time of the line that holds pos, or of the nearest one before that has one.  NONE: none has.  As above. */
enum tl_lookup tl_timeindex_at(struct tl_timeindex *ti, uint64_t pos, const atomic_bool *stop,
			       uint64_t *ns, struct tl_err *err);

/*
 * The time of a line at hand, which begins at pos.  NONE: it has none of its own.  PENDING: what is before
 * it is not known, ask tl_timeindex_at().  Any thread, at once.
 */
enum tl_lookup tl_timeindex_line(struct tl_timeindex *ti, uint64_t pos, struct tl_span line,
				 uint64_t *ns);

/* Is the text known not to be in order?  Any thread, at once. */
bool tl_timeindex_unordered(struct tl_timeindex *ti);

/* Of times of day: are there more days before the last look-up's answer, which was not sure, than were known when
 * it was given?  Then the time that was sought is elsewhere.  Any thread, at once. */
bool tl_timeindex_miscounted(struct tl_timeindex *ti);

/* Read all lines in the background, as the first tl_timeindex_locate() does; again what could not be read.
 * stop() is for ^C: it goes on with the next look-up.  Main thread, or a worker. */
void tl_timeindex_start(struct tl_timeindex *ti);
void tl_timeindex_stop(struct tl_timeindex *ti);

/* Chunks read line by line and chunks known, for a progress display.  Any thread. */
void tl_timeindex_progress(struct tl_timeindex *ti, uint64_t *done, uint64_t *total);

/* The text has grown.  True: as what there was did not suffice to tell its form, it has another one now, and lines have
 * other times.  Main thread. */
bool tl_timeindex_grow(struct tl_timeindex *ti);

/* It was replaced or has shrunk (tl_lineindex_reset() of its line index calls that, too).  Main thread. */
void tl_timeindex_reset(struct tl_timeindex *ti);

#endif
