/*
 * event.h: what the decoded flow of control consists of, before it is text.
 *
 * The names and flags are perf's (PERF_IP_FLAG_*), as every view is compared with it.
 */
#ifndef TL_DECODERS_PT_EVENT_H
#define TL_DECODERS_PT_EVENT_H

#include "decoders/perf/timeline.h"

#include <stdbool.h>
#include <stdint.h>

#define TL_PT_NOTIME UINT64_MAX

/* What a branch is.  perf prints the combinations as `call`, `return`, `jcc`, `jmp`, `int`,
 * `iret`, `syscall`, `sysret`, `async`, `hw int`, `tx abrt`, `tr strt`, `tr end`, ... */
enum {
	TL_PT_BRANCH = 1 << 0,
	TL_PT_CALL = 1 << 1,
	TL_PT_RETURN = 1 << 2,
	TL_PT_CONDITIONAL = 1 << 3,
	TL_PT_SYSCALLRET = 1 << 4,
	TL_PT_ASYNC = 1 << 5,
	TL_PT_INTERRUPT = 1 << 6,
	TL_PT_TX_ABORT = 1 << 7,
	TL_PT_TRACE_BEGIN = 1 << 8,
	TL_PT_TRACE_END = 1 << 9,
	TL_PT_IN_TX = 1 << 10,
	TL_PT_VMENTRY = 1 << 11,
	TL_PT_VMEXIT = 1 << 12,
};

enum tl_pt_kind {
	TL_PT_EV_BRANCH, /* flags say which; from and to */
	/* An instruction at `from` (only where all are asked for); flags: its kind; `to`: bits of code
	 * there, as for the mode below. */
	TL_PT_EV_INSN,
	TL_PT_EV_ERROR, /* code is one of TL_PT_ERR_; `from` is the address, `to` the queue offset */
	/* An indirect jump into the midst of another function, as of longjmp or to who catches an exception;
	 * `code` is an enum tl_pt_leaping.  The jump itself is a branch, which follows. */
	TL_PT_EV_LEAP,
	/* What is not flow, and never more than a line; `from` is the address where known. */
	TL_PT_EV_PTWRITE, /* `to` is the payload */
	TL_PT_EV_CBR,     /* `to` is the core to bus ratio; code 1: it was so before */
	TL_PT_EV_TX,      /* a transaction, `to`: 1 begins, 0 is committed; aborts are branches */
	TL_PT_EV_MWAIT,   /* `to` is the packet's payload, here and in the next two */
	TL_PT_EV_PWRE,
	TL_PT_EV_PWRX,
	TL_PT_EV_EXSTOP, /* `to`: 1 the address is the one where it stopped */
	TL_PT_EV_CFE,    /* `to` is the type, `length` the vector, code 1: it belongs to `from` */
	TL_PT_EV_EVD,    /* data of the CFE before it: `length` says which, `to` is it */
	TL_PT_EV_IFLAG,  /* `to` is the interrupt flag from now on; code 1: by a branch */
	TL_PT_EV_MODE,   /* `to`: bits of the code that runs from now on */
	TL_PT_EV_TAIL,   /* a segment ends: what ran behind its last event, up to `from` */
};

/* Errors, numbered as perf numbers them (intel-pt-decoder.h). */
enum tl_pt_errcode {
	TL_PT_ERR_BADPKT = 3,   /* Bad packet */
	TL_PT_ERR_NODATA = 4,   /* No more data */
	TL_PT_ERR_NOINSN = 5,   /* Failed to get instruction */
	TL_PT_ERR_MISMATCH = 6, /* Trace doesn't match instruction */
	TL_PT_ERR_OVERFLOW = 7, /* Overflow packet */
	TL_PT_ERR_LOST = 8,     /* Lost trace data */
	TL_PT_ERR_LOOP = 10,    /* Never-ending loop (refer perf config intel-pt.max-loops) */
};

struct tl_pt_event {
	uint64_t time;     /* ns of perf's clock, never decreasing in a queue; TL_PT_NOTIME */
	uint64_t from, to; /* addresses; 0: not in the trace (before `tr strt`, after `tr end`) */
	const struct tl_context *ctx; /* who and where; what is mapped */
	uint32_t insns; /* instructions since the event before in this segment, this one included */
	uint16_t flags; /* TL_PT_* */
	uint8_t kind;   /* enum tl_pt_kind */
	uint8_t code;   /* of an error; of extras: see there */
	uint32_t length; /* bytes of the instruction at `from`; 0: not known; extras: see there */
	uint32_t queue;  /* whose trace */
};

/* A growing array; all zero is empty. */
struct tl_pt_events {
	struct tl_pt_event *v;
	size_t n, cap;
};

void tl_pt_events_fini(struct tl_pt_events *evs);

/* Make room for at least `extra` events behind `n`.  False: out of memory, evs unchanged. */
bool tl_pt_events_reserve(struct tl_pt_events *evs, size_t extra);

#endif
