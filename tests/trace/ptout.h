/*
 * ptout.h: Intel PT packets of one queue, written from the branches a program took.
 *
 * The caller tells what the processor did (a conditional branch was taken, a function returned
 * to an address, a system call left user space, time went on) and gets the bytes a processor
 * would have written: TNT bits collected, addresses compressed against the last one, returns
 * compressed against the calls seen since the last PSB, and a PSB+ every so many bytes.
 *
 * Source: Intel SDM vol. 3, chapter "Intel Processor Trace", sections "Packet Definitions" and
 * "Packet Generation Scenarios"; libipt's packet encoder knows how each packet looks.
 *
 * One thread each.  A failure (out of memory) is kept and told by ptout_failed(): nothing more
 * is written then.
 */
#ifndef TESTS_TRACE_PTOUT_H
#define TESTS_TRACE_PTOUT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define PTOUT_NOIP UINT64_MAX /* an address that is not in the trace: the packet has none */

/* How tracing is set up; all zero: branches only, no time, no RET compression, one PSB. */
struct ptout_config {
	bool tsc, mtc, cyc;            /* which timing packets; mtc needs tsc for its TMA */
	unsigned mtc_freq;             /* an MTC each 2^mtc_freq ticks of the crystal clock */
	uint32_t tsc_ctc_n, tsc_ctc_d; /* TSC = CTC * n / d; 0: 100 / 1 */
	uint8_t cbr;                   /* core to bus ratio; 0: as max_nonturbo */
	uint8_t max_nonturbo;          /* the ratio at which a cycle is a TSC tick; 0: 25 */

	bool retcomp;       /* returns to where their call came from are a TNT bit */
	bool deferred_tips; /* TIPs of jumps and calls wait for the TNT to fill; not with retcomp */
	bool long_tnt;      /* collect up to 47 bits, not 6 */
	uint64_t psb_bytes; /* a PSB+ each time so many bytes were written; 0: never by itself */
};

struct ptout;

/* NULL: out of memory.  The time counts as 0 until ptout_time() is called. */
struct ptout *ptout_open(const struct ptout_config *config);
void ptout_close(struct ptout *p);
bool ptout_failed(const struct ptout *p);

/*
 * The bytes written and not yet taken; the caller takes them by setting len = 0.  Bits that
 * wait for their TNT packet are not in it, ptout_flush() writes them.  Valid until the next call.
 */
struct tl_buf *ptout_bytes(struct ptout *p);
void ptout_flush(struct ptout *p);
uint64_t ptout_size(const struct ptout *p); /* all bytes ever written: the offset in the queue */
uint64_t ptout_last_psb(const struct ptout *p); /* where the last PSB began */

/* Is tracing on (the trace knows an address)? */
bool ptout_on(const struct ptout *p);

/* The clock goes on to `tsc` (never back): MTC packets, or TSC and TMA over a long gap. */
void ptout_time(struct ptout *p, uint64_t tsc);
/* The core runs at another speed. */
void ptout_cbr(struct ptout *p, uint8_t ratio);

/* Write a PSB+ now.  `next` is the address of the next instruction; unused while off. */
void ptout_psb(struct ptout *p, uint64_t next);
/* The next instruction is at `next`: a PSB+ comes here if it is time for one. */
void ptout_at(struct ptout *p, uint64_t next);

/* Tracing begins at ip: MODE.Exec where it has to be, TIP.PGE. */
void ptout_enable(struct ptout *p, uint64_t ip);
/* It ends by an instruction (a system call has PTOUT_NOIP): TIP.PGD. */
void ptout_disable(struct ptout *p, uint64_t ip);
/* An interrupt or signal before the instruction at `from`: FUP and TIP, or with `to` being
 * PTOUT_NOIP, FUP and TIP.PGD. */
void ptout_async(struct ptout *p, uint64_t from, uint64_t to);

void ptout_cond(struct ptout *p, bool taken);
/* An indirect jump; also the far branches that stay in the trace. */
void ptout_indirect(struct ptout *p, uint64_t to);
/* `back` is the address behind the call.  A direct call to `back` itself is not to be told. */
void ptout_call_direct(struct ptout *p, uint64_t back);
void ptout_call_indirect(struct ptout *p, uint64_t to, uint64_t back);
void ptout_ret(struct ptout *p, uint64_t to);

/* PTWRITE of 4 or 8 bytes; `ip` is its address for the FUP, or PTOUT_NOIP for none. */
void ptout_ptwrite(struct ptout *p, uint64_t payload, unsigned size, uint64_t ip);

/* Bytes of packets as they are; with them, the FUP of an address, or PTOUT_NOIP for none. */
void ptout_raw(struct ptout *p, const uint8_t *bytes, size_t n, uint64_t ip);

/* A transaction begins or is committed at `ip`. */
void ptout_tx(struct ptout *p, bool in_tx, uint64_t ip);

/* The interrupt flag is another from now on, as tracing of events has it: by the instruction at
 * `ip`, or with PTOUT_NOIP, by the branch that is told next. */
void ptout_iflag(struct ptout *p, bool iflag, uint64_t ip);

/* The processor's buffer is full: all that is told from now on is lost, bits that wait too ... */
void ptout_overflow(struct ptout *p);
/* ... until it resolves: OVF, and while on, the FUP of the next instruction. */
void ptout_resolve(struct ptout *p, uint64_t next);

/* Or it was not an overflow: nobody fetched the bytes, and tracing begins anew, off, with a PSB+. */
void ptout_restart(struct ptout *p);

/* n bytes of padding. */
void ptout_pad(struct ptout *p, unsigned n);

#endif
