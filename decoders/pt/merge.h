/* merge.h: rows of events that are in order, one a queue, become one in order. */
#ifndef TL_DECODERS_PT_MERGE_H
#define TL_DECODERS_PT_MERGE_H

#include "decoders/pt/event.h"

/* Events in order of time; borrowed. */
struct tl_pt_run {
	const struct tl_pt_event *v;
	size_t n;
};

/*
 * Append all events of all runs: by time, at equal times in the order of the runs, within a run
 * as they are.  False: out of memory.  Any thread.
 */
bool tl_pt_merge(const struct tl_pt_run *runs, size_t nruns, struct tl_pt_events *out);

#endif
