/*
 * runner.h: runs through the code as the program did, and notes what happened.
 *
 * A runner stands at an address.  It runs over direct branches by itself, until the code needs
 * what a packet tells (a TNT bit, a TIP's address), or up to an address that a FUP tells.  What it
 * passes becomes events.  It knows no packets: flow.c does, and drives it.
 */
#ifndef TL_DECODERS_PT_RUNNER_H
#define TL_DECODERS_PT_RUNNER_H

#include "decoders/pt/code.h"
#include "decoders/pt/flow.h"

/* The processor remembers as many return addresses for RET compression. */
#define TL_PT_STACK 64

/* So many indirect jumps are remembered, whether they leap. */
#define TL_PT_JUMPS 64

enum tl_pt_sync_state {
	TL_PT_OFF,      /* tracing is off until TIP.PGE */
	TL_PT_ON,       /* at ip */
	TL_PT_LOST,     /* after an error: until the next address */
	TL_PT_OVERFLOW, /* the same after OVF, whose FUP is only an address */
};

/* Plain data; one segment, one thread. */
struct tl_pt_runner {
	/* To be set before init(), borrowed: */
	struct tl_timeline *timeline;
	struct tl_pt_table *table;
	const struct tl_pt_segment *seg;
	struct tl_pt_events *out;
	unsigned want; /* TL_PT_WANT_ */

	/* To be set any time: */
	uint64_t offset; /* in the queue, for errors */
	unsigned mode;   /* bits of the code */
	uint16_t in_tx;  /* TL_PT_IN_TX or 0 */
	enum tl_pt_sync_state sync;

	uint64_t ip;
	struct tl_pt_block *block; /* at ip; NULL: to be looked up */

	const struct tl_map *map; /* of ip, perhaps; map_size 0: none */
	uint64_t map_start, map_size;

	const struct tl_context *ctx;
	uint64_t until; /* ctx holds for times before */
	uint64_t now;   /* ns, of the last timing packet; TL_PT_NOTIME */

	struct {
		uint64_t ip;              /* behind a call */
		struct tl_pt_block *call; /* the block it ends; NULL: not in this space */
	} returns[TL_PT_STACK];
	unsigned top, depth;

	struct {
		uint64_t from, to;
		uint8_t leaps; /* enum tl_pt_leaping */
	} jumps[TL_PT_JUMPS];  /* in this space, by `to` */

	uint64_t insns;       /* since the last event */
	size_t paced;         /* events before this one have their final time */
	uint64_t paced_insns; /* how many of `insns` were before `now` */
	uint16_t mask;        /* of the branches that are wanted */
	size_t max_events;
	bool over;      /* nothing more is to be had from this segment */
	bool no_memory; /* likewise */
};

/* Who runs at the segment's beginning is looked up; false: out of memory. */
bool tl_pt_runner_init(struct tl_pt_runner *r);

/*
 * A timing packet says it is `ns` now.  Events since the one before get times in between, in
 * proportion to the instructions run: never backwards, never past this one.
 */
void tl_pt_runner_time(struct tl_pt_runner *r, uint64_t ns);
/* The segment is over: the last events get their times. */
void tl_pt_runner_end(struct tl_pt_runner *r);

/* An event at the runner's time; what else it holds is up to the caller.  NULL: no more. */
struct tl_pt_event *tl_pt_runner_event(struct tl_pt_runner *r, enum tl_pt_kind kind);

/* A branch event, if branches of this kind are wanted. */
void tl_pt_runner_branch(struct tl_pt_runner *r, uint64_t from, uint64_t to, unsigned flags,
			 unsigned length);

/* An error event; the runner is LOST. */
void tl_pt_runner_fail(struct tl_pt_runner *r, enum tl_pt_errcode code);

/* Tracing begins at an address, or an address is known again. */
void tl_pt_runner_begin(struct tl_pt_runner *r, uint64_t ip);

/* Go on elsewhere, without an event. */
void tl_pt_runner_move(struct tl_pt_runner *r, uint64_t ip);

/*
 * Run over what needs no packet.  The block that does is given back, its last instruction not
 * executed yet; NULL: it failed.  Where `stop` is not 0, also the block whose direct branch leads
 * there.
 */
struct tl_pt_block *tl_pt_runner_to_decision(struct tl_pt_runner *r, uint64_t stop);

/* Run up to an address, before the instruction there.  False: the way does not lead there. */
bool tl_pt_runner_run_to(struct tl_pt_runner *r, uint64_t ip);

/* The block that to_decision() gave ends: a direct or conditional branch is taken, */
void tl_pt_runner_take(struct tl_pt_runner *r, struct tl_pt_block *b);
/* a conditional one is not, */
void tl_pt_runner_pass(struct tl_pt_runner *r, struct tl_pt_block *b);
/* an indirect one, or another that needs a TIP, leads to `ip`, */
void tl_pt_runner_leave(struct tl_pt_runner *r, struct tl_pt_block *b, uint64_t ip);
/* or tracing ends with it, on the way to `to`. */
void tl_pt_runner_stop(struct tl_pt_runner *r, struct tl_pt_block *b, uint64_t to);

/* Where a return with its call in this segment goes; false: that is not known. */
static inline bool tl_pt_runner_return_address(const struct tl_pt_runner *r, uint64_t *ip)
{
	*ip = r->returns[(r->top - 1) % TL_PT_STACK].ip;
	return r->depth > 0;
}

/* The address of a block's last instruction, the block being at r->ip. */
static inline uint64_t tl_pt_runner_last(const struct tl_pt_runner *r, const struct tl_pt_block *b)
{
	return r->ip + b->nbytes - b->last_len;
}

#endif
