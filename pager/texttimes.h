/*
 * texttimes.h: the times of a text, whoever knows them: the decoder that makes it
 * (decoders/decoder.h), or the time index of a plain text (index/timeindex.h).  What moves by time, tells
 * or shows times asks here.
 */
#ifndef TL_PAGER_TEXTTIMES_H
#define TL_PAGER_TEXTTIMES_H

#include "base/jobs.h"
#include "base/mailbox.h"
#include "base/timespec.h"
#include "decoders/decoder.h"
#include "index/timeindex.h"

struct tl_texttimes; /* one for each text that is shown */

/* Borrows all, nothing is read yet; a text without times is fine.  To be closed before `lines`, which may be
 * NULL.  Main thread. */
bool tl_texttimes_open(struct tl_source *src, struct tl_lineindex *lines, struct tl_jobs *pool,
		       struct tl_mailbox *mailbox, struct tl_texttimes **out, struct tl_err *err);
/* No worker may ask any more.  NULL is fine. */
void tl_texttimes_close(struct tl_texttimes *t);
struct tl_source *tl_texttimes_source(const struct tl_texttimes *t);

/* The index of a text that is not decoded; NULL: it is. */
struct tl_timeindex *tl_texttimes_index(const struct tl_texttimes *t);

/* Does the text tell times?  A plain text's first lines are looked at when this is first asked.  Main
 * thread. */
bool tl_texttimes_any(struct tl_texttimes *t);

/* The text has grown: true if its lines have other times now (see timeindex.h).  It was replaced or has shrunk (and its
 * line index was reset).  ^C: leave what is done in the background until somebody asks again.  Main thread. */
bool tl_texttimes_grow(struct tl_texttimes *t);
void tl_texttimes_reset(struct tl_texttimes *t);
void tl_texttimes_stop(struct tl_texttimes *t);

/* How much of the text was read for its times, 0 .. 1; negative: it need not be.  Main thread. */
double tl_texttimes_progress(struct tl_texttimes *t);

/* First and last time.  FOUND; NONE: it has no times; PENDING: nobody has looked yet.  Any thread, at
 * once. */
enum tl_lookup tl_texttimes_range(struct tl_texttimes *t, uint64_t *first, uint64_t *last);

/*
 * For workers, who may read and decode: *stop ends it, and the answer is PENDING then; FAILED: err
 * says why; NONE: there are no times, or no such line.
 *
 * The same range;
 */
enum tl_lookup tl_texttimes_find_range(struct tl_texttimes *t, const atomic_bool *stop,
				       uint64_t *first, uint64_t *last, struct tl_err *err);

/* the first line at or after a time, in the order of the text; */
struct tl_timespot {
	uint64_t pos;   /* of a line, or where a chunk ends that has none so late */
	bool unordered; /* the times of the text are not in order */
	bool unsure;    /* it was not looked at as a whole: a line before may have that time */
};
enum tl_lookup tl_texttimes_locate(struct tl_texttimes *t, uint64_t time_ns,
				   const atomic_bool *stop, struct tl_timespot *out,
				   struct tl_err *err);

/* Is the text known not to be in order?  Any thread, at once. */
bool tl_texttimes_unordered(struct tl_texttimes *t);

/* Were there more days before the line that was found last, unsure, than were known then?  Any thread, at once. */
bool tl_texttimes_miscounted(struct tl_texttimes *t);

/* What is known of the line that holds pos: place->time_ns is its time, or that of the nearest one
 * before it that has one. */
enum tl_lookup tl_texttimes_describe(struct tl_texttimes *t, uint64_t pos, const atomic_bool *stop,
				     struct tl_place *out, struct tl_err *err);

/*
 * The time of a line at hand, which begins at pos.  FOUND; NONE: it has none of its own; PENDING: only a
 * worker can tell.  Any thread, at once.
 */
enum tl_lookup tl_texttimes_line(struct tl_texttimes *t, uint64_t pos, struct tl_span line,
				 uint64_t *time_ns);

/* A time as the text has it, in `out`.  Any thread. */
#define TL_TIMETEXT_MAX TL_TIMEFORM_PRINTED
const char *tl_texttimes_print(const struct tl_texttimes *t, uint64_t time_ns,
			       char out[TL_TIMETEXT_MAX]);

/* What is typed for a time, as timestamp.h reads it, or timespec.h for recordings.  Any thread. */
bool tl_texttimes_parse(const struct tl_texttimes *t, const char *s, const struct tl_time_ref *ref,
			uint64_t *time_ns, struct tl_err *err);

#endif
