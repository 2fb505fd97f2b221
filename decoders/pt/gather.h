/*
 * gather.h: the events of a slice, from all segments that reach into it.
 *
 * A segment that lies in one slice only is decoded straight into the slice's events; one that
 * several slices share goes through the cache (segments.h).
 */
#ifndef TL_DECODERS_PT_GATHER_H
#define TL_DECODERS_PT_GATHER_H

#include "decoders/keyindex.h"
#include "decoders/pt/gaps.h"
#include "decoders/pt/merge.h"
#include "decoders/pt/segments.h"
#include "decoders/pt/slices.h"

/* Turns a segment into events; tl_pt_flow_decode() but in tests. */
typedef bool tl_pt_flow(void *arg, const struct tl_pt_segment *seg, unsigned want,
			struct tl_pt_events *out, uint64_t *tail, struct tl_err *err);

/* What it is done with; plain data, everything borrowed. */
struct tl_pt_gatherer {
	const struct tl_perf *perf;
	struct tl_timeline *timeline;
	const struct tl_pt_slices *slices;
	const struct tl_pt_gaps *gaps;
	struct tl_pt_segments *shared; /* decodes with tl_pt_gather_segment() */
	tl_pt_flow *flow;
	void *flow_arg;
	unsigned want;
	const bool *skip; /* queues nobody wants to see, one each; NULL: all are wanted */
};

/* What a thread needs for it, kept from slice to slice; all zero is empty. */
struct tl_pt_scratch {
	struct tl_buf aux;
	struct tl_pt_events all, merged;
	struct tl_pt_run *runs;
	size_t nruns, run_cap;
	struct tl_keyindex keys;    /* of threads */
	struct tl_pt_event *events; /* the result: in `all` or `merged` */
	size_t n;
};

void tl_pt_scratch_fini(struct tl_pt_scratch *sc);

/* Give back what only an unusually large slice needed. */
void tl_pt_scratch_trim(struct tl_pt_scratch *sc);

/* Fills sc->events: by time, then queue, then order; in the scratch, to be changed at will.  A pure
 * function of the slice.  Any thread, each its own scratch. */
bool tl_pt_gather(const struct tl_pt_gatherer *g, size_t slice, struct tl_pt_scratch *sc,
		  struct tl_err *err);

/* The same, but that events are in the order of time for each thread and each queue only, if that is less
 * work. */
bool tl_pt_gather_threads(const struct tl_pt_gatherer *g, size_t slice, struct tl_pt_scratch *sc,
			  struct tl_err *err);

/* One segment for the cache: a tl_pt_segments_decode, arg being the gatherer. */
bool tl_pt_gather_segment(void *arg, size_t queue, size_t index, struct tl_pt_events *out,
			  uint64_t *tail, struct tl_err *err);

#endif
