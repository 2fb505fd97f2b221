/*
 * ptparts.h: what the files that make up the Intel PT decoder share: pt.c opens it and is the table of its
 * functions, ptchunks.c makes chunks, ptlook.c answers what is asked of lines and times.
 */
#ifndef TL_DECODERS_PT_PTPARTS_H
#define TL_DECODERS_PT_PTPARTS_H

#include "decoders/pt/pt.h"

#include "decoders/perf/dso.h"
#include "decoders/perf/select.h"
#include "decoders/pt/lines.h"
#include "decoders/pt/pasts.h"

#include <pthread.h>
#include <stdatomic.h>

/* A chunk's events, and its text where it was made with them. */
struct tl_pt_made {
	struct tl_pt_scratch scratch;
	struct tl_pt_past past; /* where that was asked for */
	struct tl_buf text;
	size_t *starts; /* where each event's line begins, and the end */
	size_t cap;
};

struct tl_pt_workspace {
	struct tl_pt_workspace *next;
	struct tl_pt_made made;
};

/* The lines of the chunk that was last asked about: who asks for one asks for its neighbours. */
struct tl_pt_looked {
	bool valid;
	uint64_t k;
	struct tl_pt_made made;
};

struct tl_pt {
	struct tl_perf *perf;
	struct tl_dsos *dsos;
	struct tl_timeline *timeline;
	struct tl_pt_slices *slices;
	struct tl_pt_program *program;
	struct tl_pt_style *style;
	struct tl_pt_gaps gaps;
	struct tl_pt_segments *shared;
	struct tl_pt_gatherer gatherer;
	/* Of nothing but branches: all that is needed of slices that are only looked back to. */
	struct tl_pt_gatherer lean;
	struct tl_pt_segments *lean_shared; /* NULL: what the view shows is as lean */
	struct tl_pt_pasts *pasts;

	struct tl_select select;
	bool selects;     /* something is left out */
	bool *skip;       /* queues of which nothing is selected */
	size_t *chosen;   /* slices of which something is; NULL: all are chunks */
	uint64_t nchunks; /* 1 at the least */
	size_t nslices;   /* chunks that have one */

	_Atomic(uint64_t) *counted; /* a bit a chunk: its errors are in nerrors */
	_Atomic(uint64_t) *broken;  /* likewise: and it has some */
	struct tl_pt_gatherer bare; /* gives errors only */
	struct tl_pt_segments *bare_shared;
	atomic_uint_fast64_t nerrors;

	pthread_mutex_t lock; /* of the list */
	struct tl_pt_workspace *idle;
	pthread_mutex_t looking; /* of what follows */
	struct tl_pt_looked looked;
};

/* The slice that chunk k is of. */
static inline size_t tl_pt_slice_of(const struct tl_pt *pt, uint64_t k)
{
	return pt->chosen ? pt->chosen[k] : (size_t)k;
}

/* Where each instruction is a line, slices are so much smaller. */
#define TL_PT_DENSE 8

/* How many slices there are for one of a view that shows no instructions. */
static inline size_t tl_pt_density(const struct tl_pt *pt)
{
	return tl_pt_style_wants(pt->style) & TL_PT_WANT_INSNS ? TL_PT_DENSE : 1;
}

/* ---- pt.c */

void tl_pt_made_fini(struct tl_pt_made *m);

/* ---- ptchunks.c; any thread */

/* What a thread needs to make a chunk.  NULL: no memory. */
struct tl_pt_workspace *tl_pt_workspace_take(struct tl_pt *pt);
void tl_pt_workspace_put(struct tl_pt *pt, struct tl_pt_workspace *w);

/* How many slices before a chunk its text needs to know, and who asks for its calls. */
size_t tl_pt_past_of_text(const struct tl_pt *pt);
size_t tl_pt_past_of_calls(const struct tl_pt *pt);

/* The events of chunk k with so much of their past, and their lines. */
bool tl_pt_make_lines(struct tl_pt *pt, uint64_t k, size_t past, struct tl_pt_made *m,
		      struct tl_err *err);

/* As decoder.h has them: */
bool tl_pt_decode(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err);
uint64_t tl_pt_gap_count(const void *self);
bool tl_pt_whole(void *self, uint64_t k);

/* ---- ptlook.c; any thread */

/* First and last time of the whole trace, whatever is selected.  False: it has no time. */
bool tl_pt_whole_range(const struct tl_pt *pt, uint64_t *first_ns, uint64_t *last_ns);

/* The last chunk that begins at a time or before it; else the first. */
uint64_t tl_pt_chunk_at(const struct tl_pt *pt, uint64_t time_ns);

/* As decoder.h has them: */
uint64_t tl_pt_time(const void *self, uint64_t k);
bool tl_pt_range(const void *self, uint64_t *first_ns, uint64_t *last_ns);
bool tl_pt_locate(void *self, uint64_t time_ns, uint64_t *k, uint64_t *byte, struct tl_err *err);
bool tl_pt_describe(void *self, uint64_t k, uint64_t byte, struct tl_place *out,
		    struct tl_err *err);
bool tl_pt_calls(void *self, uint64_t k, struct tl_calls *out, struct tl_err *err);

#endif
