/*
 * flow.h: the packets of one segment of a queue, and the code they ran over, become events.
 *
 * A segment runs from one sync point (PSB) to the next and is always decoded from its own PSB
 * with fresh state: its events are a pure function of the recording.  It ends where the flow
 * reaches the address that the next PSB+ tells, with no packet left before it.
 */
#ifndef TL_DECODERS_PT_FLOW_H
#define TL_DECODERS_PT_FLOW_H

#include "decoders/pt/event.h"

/* A sync point of a queue. */
struct tl_pt_sync {
	uint64_t offset; /* of the PSB in the queue's joined bytes */
	uint64_t time;   /* ns, of the TSC in its PSB+; TL_PT_NOTIME; never decreases in a queue */
};

/* What a segment is decoded from; everything is borrowed. */
struct tl_pt_segment {
	const struct tl_perf_queue *queue;
	const uint8_t *bytes; /* from its PSB to behind the next PSB+, or to the queue's end */
	size_t len;
	size_t next;         /* where the next PSB begins in `bytes`; len: there is none */
	uint64_t offset;     /* of bytes[0] in the queue */
	uint64_t time;       /* of its sync point */
	uint64_t next_time;  /* of the next one, TL_PT_NOTIME if none: events are earlier */
	bool next_after_gap; /* bytes are missing before the next PSB */
};

/* Which events are wanted: TL_PT_CALL etc. of the branches, TL_PT_WANT_ bits for more.
 * Errors always come. */
enum {
	TL_PT_WANT_CALLS = 1 << 0,    /* calls, interrupts and `tr end`, as perf's --itrace=c */
	TL_PT_WANT_RETURNS = 1 << 1,  /* returns and `tr strt`, as --itrace=r */
	TL_PT_WANT_BRANCHES = 1 << 2, /* all branches taken, as --itrace=b */
	TL_PT_WANT_INSNS = 1 << 3,    /* every instruction */
	TL_PT_WANT_EXTRAS = 1 << 4,   /* PTWRITE .. MODE of event.h, and transactions' aborts */
	TL_PT_WANT_TAILS = 1 << 5,    /* no instruction is without an event behind it */
	TL_PT_WANT_LEAPS = 1 << 6,    /* jumps that leave functions: without them depths drift */
	/* All that depths are made of, where not all branches are wanted. */
	TL_PT_WANT_DEPTHS = TL_PT_WANT_CALLS | TL_PT_WANT_RETURNS | TL_PT_WANT_LEAPS,
};

/*
 * What all workers share of a recording: its parameters and the flow of its code as far as it
 * was walked.  Borrows both until close.  Any thread.
 */
struct tl_pt_program;
bool tl_pt_program_open(const struct tl_perf *perf, struct tl_timeline *timeline,
			struct tl_pt_program **out, struct tl_err *err);
void tl_pt_program_close(struct tl_pt_program *prog);

/*
 * Decode a segment: append its events, in order.  *tail is the number of instructions behind
 * the last event.  False: out of memory.  Any thread, several at once.
 */
bool tl_pt_flow_decode(struct tl_pt_program *prog, const struct tl_pt_segment *seg, unsigned want,
		       struct tl_pt_events *out, uint64_t *tail, struct tl_err *err);

#endif
