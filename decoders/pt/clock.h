/*
 * clock.h: the time of a point in a segment, estimated from its timing packets.
 *
 * TSC packets tell the time outright; TMA ties the core crystal clock to it, MTC packets then
 * tell that clock's eight bits every so often, and CYC packets count core cycles in between.
 * Cycles become time by the ratio seen between the timing packets before, or, until there were
 * any, by the core to bus ratio (CBR).  Intel SDM vol. 3, "Intel Processor Trace", "TSC, TMA,
 * MTC, CYC packets".
 */
#ifndef TL_DECODERS_PT_CLOCK_H
#define TL_DECODERS_PT_CLOCK_H

#include "decoders/perf/perfdata.h"
#include "decoders/pt/packets.h"

/*
 * The TSC that a TSC packet's 56 bits mean: at 3 GHz they come round every 278 days, and of the
 * values they can stand for the one nearest to `about` is it.
 */
uint64_t tl_pt_clock_extend(uint64_t tsc, uint64_t about);

/* Plain data. */
struct tl_pt_clock {
	const struct tl_perf_pt_info *info; /* borrowed */
	bool running;                       /* a TSC packet was seen */
	bool crystal;                       /* TMA was, too: MTC packets can be used */
	bool torn;                          /* cycles were lost since the anchor: no measure */
	uint64_t about;                     /* a TSC near what is told, with all its bits */
	uint64_t tsc;                       /* the estimate now */
	uint64_t anchor;                    /* TSC at the last TSC or MTC packet */
	uint64_t cycles;                    /* since then */
	uint64_t crystal_tsc;               /* TSC at the crystal tick that `ticks` counts from */
	uint64_t ticks;
	uint64_t last_ticks; /* MTC's eight bits */
	uint64_t ratio;      /* TSC ticks a cycle, 16 fractional bits; 0: not known */
};

/* `about` is a TSC of about that time. */
void tl_pt_clock_init(struct tl_pt_clock *c, const struct tl_perf_pt_info *info, uint64_t about);

/* Take a packet into account.  True: c->tsc is another now. */
bool tl_pt_clock_packet(struct tl_pt_clock *c, const struct tl_pt_packet *packet);

#endif
