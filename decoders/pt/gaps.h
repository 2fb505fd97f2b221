/*
 * gaps.h: where trace data is missing, as the sideband and the shape of the queues tell it, each
 * an error event in the slice it belongs to.
 */
#ifndef TL_DECODERS_PT_GAPS_H
#define TL_DECODERS_PT_GAPS_H

#include "decoders/pt/slices.h"

/* No segment is decoded further than this; without a single PSB for so long, something is wrong:
 * processors write one every 64 MiB at the least. */
#define TL_PT_SEGMENT_MAX (64u << 20)

struct tl_pt_missing {
	struct tl_pt_event event; /* TL_PT_EV_ERROR; `to` is the offset in the queue */
	size_t slice;
	size_t segment; /* of its queue, before which it stands where there is no time */
};

/* Plain data, const after make(): by slice, then time, queue, offset. */
struct tl_pt_gaps {
	struct tl_pt_missing *v;
	size_t n, cap;
};

/*
 * Gather: AUX records that tell of lost data and LOST records (timeline.h); pieces of a queue that
 * do not follow each other; what is before a queue's first PSB or so far behind a PSB that it is
 * not decoded.  False: out of memory.
 */
bool tl_pt_gaps_make(const struct tl_perf *perf, struct tl_timeline *timeline,
		     const struct tl_pt_slices *slices, struct tl_pt_gaps *out, struct tl_err *err);
void tl_pt_gaps_fini(struct tl_pt_gaps *g);

/* Those of a slice: *first .. *end - 1.  Where there are no slices, all are in slice 0. */
void tl_pt_gaps_of(const struct tl_pt_gaps *g, size_t slice, size_t *first, size_t *end);

/* How far bytes of a queue go on without a hole from `from` on: to where, at most `to`; *hole:
 * bytes are missing there. */
uint64_t tl_pt_gaps_whole(const struct tl_perf_queue *q, uint64_t from, uint64_t to, bool *hole);

#endif
