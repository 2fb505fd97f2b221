/*
 * sync.h: PSB packets, where decoding can begin: found in raw bytes, and what the PSB+ group
 * behind one tells.  All functions: any thread, no allocation, any alignment.
 */
#ifndef TL_DECODERS_PT_SYNC_H
#define TL_DECODERS_PT_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_PT_PSB_SIZE 16

/*
 * Bytes behind the start of a PSB that decide whether it is one: itself, and what must not
 * follow it (see sync.c).
 */
#define TL_PT_PSB_REACH (TL_PT_PSB_SIZE + 2)

/* A PSB+ is read this far at the most, its PSB included.  Real ones have about 80 bytes;
 * this leaves room for padding. */
#define TL_PT_PSB_PLUS_MAX 512

/* A way to find PSBs, one a CPU level. */
struct tl_pt_psbscan {
	const char *name;  /* "avx2" */
	unsigned features; /* TL_CPU_ bits it needs */

	/* The first PSB at or behind `at` in bytes[0 .. len); len: there is none. */
	size_t (*find)(const uint8_t *bytes, size_t len, size_t at);
};

/* All this CPU can run, best first, NULL behind the last; for tests. */
const struct tl_pt_psbscan *const *tl_pt_psbscan_all(void);

struct tl_pt_psb_plus {
	size_t len;   /* from the PSB to behind the PSBEND, or to where it is no PSB+ any more */
	bool has_tsc; /* it has a TSC packet */
	uint64_t tsc; /* its 56 bits */
};

/*
 * Take the PSB+ apart whose PSB is at bytes[0]; it may be cut off at len.
 * Packets: Intel SDM volume 3, chapter "Intel Processor Trace", packet definitions.
 */
void tl_pt_psb_plus(const uint8_t *bytes, size_t len, struct tl_pt_psb_plus *out);

/* Are there only packets in these bytes that do not tell of any flow: padding, time, state?  What
 * stands before the first PSB of a trace from its beginning is of that kind. */
bool tl_pt_is_preamble(const uint8_t *bytes, size_t len);

#endif
