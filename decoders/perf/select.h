/*
 * select.h: what of a recording the reader wants to see: --time, --cpu, --tid, --comm.
 *
 * All are lists; something is selected if it is in each list that was given.  The syntax is that
 * of perf script, and what it selects is the same to the nanosecond.
 */
#ifndef TL_DECODERS_PERF_SELECT_H
#define TL_DECODERS_PERF_SELECT_H

#include "decoders/decoder.h"
#include "decoders/perf/timeline.h"

struct tl_select_range {
	uint64_t first, last; /* both included */
};

/* Storage that the caller holds; all zero selects everything.  Lists of ranges are sorted and do
 * not overlap. */
struct tl_select {
	struct tl_select_range *times, *cpus, *tids;
	size_t ntimes, ncpus, ntids; /* 0: all */
	char **comms;
	size_t ncomms;
};

/*
 * Take the options' time, cpu, tid and comm apart:
 *
 *   --time START,STOP    from START to STOP, both included.  Each is a time as timespec.h has it,
 *                        `+T` (after the recording's first time), `-T` (before its last), or
 *                        nothing: no limit.  Several, with spaces between.
 *   --time P%            the first P percent of the recording
 *   --time P%/N          the N-th slice of P percent, from 1
 *   --time P%-Q%         the one from P to Q percent; these two also as a list with commas
 *   --cpu 0,2-4          CPUs
 *   --tid 17,18          threads
 *   --comm a,b           threads with these names
 *
 * first_ns and last_ns are the recording's range, TL_TIME_NONE if it has no times; then --time
 * is refused.  False: err has one line for the user; `s` is to be ended with fini all the same.
 */
bool tl_select_parse(struct tl_select *s, const struct tl_decoder_options *options,
		     uint64_t first_ns, uint64_t last_ns, struct tl_err *err);
void tl_select_fini(struct tl_select *s);

/* Is anything left out? */
bool tl_select_any(const struct tl_select *s);

/* Is this time selected; is any time of [first, last]?  TL_TIME_NONE always is. */
bool tl_select_time(const struct tl_select *s, uint64_t time);
bool tl_select_overlaps(const struct tl_select *s, uint64_t first, uint64_t last);

/* Is anybody left out? */
static inline bool tl_select_any_context(const struct tl_select *s)
{
	return s->ncpus > 0 || s->ntids > 0 || s->ncomms > 0;
}

/* What is not known (-1) is in no list. */
bool tl_select_cpu(const struct tl_select *s, int32_t cpu);
bool tl_select_tid(const struct tl_select *s, int32_t tid);
bool tl_select_context(const struct tl_select *s, const struct tl_context *c);

#endif
