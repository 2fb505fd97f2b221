/*
 * extras.h: what packets tell beside the flow of control, on its way to events: PTWRITE,
 * frequency, power, transactions, event tracing, modes.
 *
 * Some of it waits for a FUP, which tells the address it belongs to.  flow.c knows which FUP is whose.
 */
#ifndef TL_DECODERS_PT_EXTRAS_H
#define TL_DECODERS_PT_EXTRAS_H

#include "decoders/pt/packets.h"
#include "decoders/pt/runner.h"

/* A VM exit has up to three EVDs; with a page fault's and more that hostile files have. */
#define TL_PT_EVDS    4
#define TL_PT_WAITING 8

struct tl_pt_extra {
	uint8_t kind; /* enum tl_pt_kind */
	uint8_t code;
	uint32_t length;
	uint64_t value;
};

/* Plain data; all zero at the beginning of a segment. */
struct tl_pt_extras {
	struct tl_pt_extra waiting[TL_PT_WAITING];
	unsigned nwaiting;
	struct tl_pt_extra evds[TL_PT_EVDS]; /* for a CFE that is to come */
	unsigned nevds;

	unsigned cbr;  /* 0: not told yet */
	bool mode_set; /* the two below were told */
	bool iflag;
	unsigned mode;
	bool changing; /* MODE.Exec was read: these hold from the next address on */
	bool next_iflag;
	unsigned next_mode;
	bool guest, next_guest; /* likewise, of PIP */
};

/* A packet with nothing but an extra in it.  True: the next FUP tells its address only. */
bool tl_pt_extras_packet(struct tl_pt_extras *x, struct tl_pt_runner *run,
			 const struct tl_pt_packet *packet);

/* An event of the runner's place, if extras are wanted. */
void tl_pt_extras_event(struct tl_pt_runner *run, const struct tl_pt_extra *extra, uint64_t from);

/* A FUP told where it was; 0: there is none, and what waited is told without. */
void tl_pt_extras_found(struct tl_pt_extras *x, struct tl_pt_runner *run, uint64_t ip);

/* MODE.Exec and PIP: they hold at once in a PSB+, else from the next address on. */
void tl_pt_extras_mode(struct tl_pt_extras *x, struct tl_pt_runner *run,
		       const struct tl_pt_packet *packet, bool in_psb);
/* The next address is known: code there is of the new mode; before the runner looks at it. */
void tl_pt_extras_arrive(struct tl_pt_extras *x, struct tl_pt_runner *run);
/* And when it is there: what has changed becomes events.  `branch`: one led there. */
void tl_pt_extras_arrived(struct tl_pt_extras *x, struct tl_pt_runner *run, bool branch);

#endif
