/*
 * synctable.h: the sync points of all queues: found by many workers, put in order of time,
 * kept in a few bytes each between runs.  What slices.h is made from; knows no files.
 */
#ifndef TL_DECODERS_PT_SYNCTABLE_H
#define TL_DECODERS_PT_SYNCTABLE_H

#include "base/buf.h"
#include "base/jobs.h"
#include "base/progress.h"
#include "decoders/pt/flow.h"
#include "text/source.h"

struct tl_pt_queue_syncs {
	uint64_t size;        /* AUX bytes of the queue */
	struct tl_pt_sync *v; /* by offset */
	size_t n;
};

/* Plain data; all zero is empty. */
struct tl_pt_synctable {
	struct tl_pt_queue_syncs *queues;
	size_t nqueues;
	bool timed; /* every sync point has a time */
};

void tl_pt_synctable_fini(struct tl_pt_synctable *t);

/* Where the bytes come from; the functions are called by any thread. */
struct tl_pt_aux {
	void *arg;
	size_t nqueues;
	uint64_t (*size)(void *arg, size_t queue);
	/* Append n bytes; false: they cannot be read. */
	bool (*read)(void *arg, size_t queue, uint64_t at, size_t n, struct tl_buf *out);
	/* The time in ns for the 56 bits of a TSC packet; NULL: there is no time. */
	uint64_t (*ns)(void *arg, uint64_t tsc);
};

#define TL_PT_SCAN_STEP (2u << 20) /* bytes in a step of the scan: about a millisecond */

/*
 * Find all sync points, `step` bytes at a time, on this thread, which tells `progress` (may be NULL),
 * and the workers of `pool` (may be NULL), and settle their times.  Bytes that cannot be read hold
 * none.  Fills *out, to be released with fini also after failure.  False: out of memory, given up,
 * or the pool was closed.
 */
bool tl_pt_synctable_scan(const struct tl_pt_aux *aux, struct tl_jobs *pool,
			  const struct tl_progress *progress, size_t step,
			  struct tl_pt_synctable *out, struct tl_err *err);

/*
 * Make times never decrease in a queue.  A TSC with a flipped bit is off by anything, so of the
 * sync points of a queue those are believed that agree with each other: the longest row
 * of times that does not decrease (of several such rows, the one whose times are least, looked at
 * from its end).  The others, and those without a time, get the time of the believed one
 * before them, or the first one's.  A queue without any time gets the first time of all
 * queues; where there is none at all, the table is not timed.  False: out of memory.
 */
bool tl_pt_synctable_settle(struct tl_pt_synctable *t);

/*
 * As bytes and back.  Decoding takes bytes from anywhere; false: they are not what encode()
 * gave, or out of memory; *out is empty then.
 */
bool tl_pt_synctable_encode(const struct tl_pt_synctable *t, struct tl_buf *out);
bool tl_pt_synctable_decode(struct tl_span bytes, struct tl_pt_synctable *out);

#endif
