/*
 * slices.h: the trace cut into chunks of text.
 *
 * The sync scan finds every PSB of every queue at memory speed; slices cut time across all
 * queues at sync points, so that the chunks in a row read as one merged story.  A slice holds
 * the events with start <= time < end of its neighbour, from all segments that overlap it.
 * A trace without time is cut by bytes, one queue after another.
 */
#ifndef TL_DECODERS_PT_SLICES_H
#define TL_DECODERS_PT_SLICES_H

#include "base/jobs.h"
#include "base/progress.h"
#include "decoders/pt/flow.h"
#include "decoders/pt/synctable.h"
#include "text/source.h"

/*
 * AUX bytes of all queues together in a slice, about.  Where many queues with long segments run
 * side by side, more, up to the second number: a slice decodes what overlaps it, and shall not be
 * small compared with that.
 */
#define TL_PT_SLICE_BYTES     (24u << 10)
#define TL_PT_SLICE_BYTES_MAX (256u << 10)

/* Find the 16 bytes of a PSB from `at` on; len: there is none.  Of more than eight 02 82 in a row
 * the last eight are it.  SIMD.  Any thread. */
size_t tl_pt_find_psb(const uint8_t *bytes, size_t len, size_t at);

struct tl_pt_slice {
	uint64_t time;       /* first, ns; TL_PT_NOTIME */
	uint32_t queue;      /* where time is not known: the only queue; else unused */
	uint64_t first_sync; /* and its segments: first_sync .. end_sync - 1 */
	uint64_t end_sync;
};

struct tl_pt_slices; /* sync points of all queues, and the slices */

/*
 * Scan (or take from `saved`) and cut.  `fine` is 1, or by how much slices are to be smaller, for
 * views that make more text of each byte.  Borrows perf until close.  pool and progress may be NULL.
 */
bool tl_pt_slices_open(const struct tl_perf *perf, struct tl_jobs *pool,
		       const struct tl_progress *progress, struct tl_span saved, unsigned fine,
		       struct tl_pt_slices **out, struct tl_err *err);
void tl_pt_slices_close(struct tl_pt_slices *s);
bool tl_pt_slices_save(const struct tl_pt_slices *s, struct tl_buf *out);

/* The same from a table, which it takes, also on failure. */
bool tl_pt_slices_cut(struct tl_pt_synctable *table, unsigned fine, struct tl_pt_slices **out,
		      struct tl_err *err);

/* Do slices cut time?  Else each is of one queue.  Any thread, as all below. */
bool tl_pt_slices_timed(const struct tl_pt_slices *s);

size_t tl_pt_slices_count(const struct tl_pt_slices *s);
const struct tl_pt_slice *tl_pt_slices_get(const struct tl_pt_slices *s, size_t i);
size_t tl_pt_slices_nsyncs(const struct tl_pt_slices *s, size_t queue);
const struct tl_pt_sync *tl_pt_slices_sync(const struct tl_pt_slices *s, size_t queue, size_t i);

/* Which segments of a queue can have events in slice i: *first .. *end - 1.  Segment j begins
 * with sync point j. */
void tl_pt_slices_segments(const struct tl_pt_slices *s, size_t i, size_t queue, size_t *first,
			   size_t *end);

/* The slice that a time of a timed trace falls in; what is before all of them is in the first.
 * There must be slices. */
size_t tl_pt_slices_at(const struct tl_pt_slices *s, uint64_t time);

/* The last sync point at or before an offset in a queue; SIZE_MAX: none. */
size_t tl_pt_slices_sync_before(const struct tl_pt_slices *s, size_t queue, uint64_t offset);

#endif
