/* clock.c: the time of a point in a segment, estimated from its timing packets. */
#include "decoders/pt/clock.h"

#include <string.h>

#define FRACTION 16

/* Fewer cycles than this tell nothing about their length. */
#define ENOUGH_CYCLES 64

uint64_t tl_pt_clock_extend(uint64_t tsc, uint64_t about)
{
	const uint64_t turn = UINT64_C(1) << 56;
	uint64_t v = (about & ~(turn - 1)) | tsc;

	if (v > about && v - about > turn / 2 && v >= turn)
		v -= turn;
	else if (v < about && about - v > turn / 2 && v <= UINT64_MAX - turn)
		v += turn;
	return v;
}

void tl_pt_clock_init(struct tl_pt_clock *c, const struct tl_perf_pt_info *info, uint64_t about)
{
	memset(c, 0, sizeof(*c));
	c->info = info;
	c->about = about;
}

static uint64_t crystal_to_tsc(const struct tl_pt_clock *c, uint64_t ticks)
{
	const struct tl_perf_pt_info *i = c->info;

	return (uint64_t)((unsigned __int128)ticks * i->tsc_ctc_n / i->tsc_ctc_d);
}

/* From here on cycles count anew; those before tell how long one is. */
static void set_anchor(struct tl_pt_clock *c, uint64_t tsc, bool measured)
{
	if (measured && !c->torn && c->cycles >= ENOUGH_CYCLES && tsc > c->anchor &&
	    tsc - c->anchor < UINT64_C(1) << 40)
		c->ratio = ((tsc - c->anchor) << FRACTION) / c->cycles;
	c->anchor = tsc;
	c->cycles = 0;
	c->torn = false;
	c->tsc = tsc;
}

static bool take_mtc(struct tl_pt_clock *c, unsigned bits)
{
	uint64_t ticks;

	if (!c->crystal)
		return false;
	ticks = (bits - c->last_ticks) & 0xff;
	c->last_ticks = bits;
	c->ticks += ticks << c->info->mtc_freq;
	set_anchor(c, c->crystal_tsc + crystal_to_tsc(c, c->ticks), true);
	return true;
}

/* The crystal clock's value is told when it was `fast` TSC ticks past a tick; MTC packets come
 * when its low bits are zero. */
static void take_tma(struct tl_pt_clock *c, unsigned ctc, unsigned fast)
{
	unsigned freq = c->info->mtc_freq;
	uint64_t below = crystal_to_tsc(c, ctc & ((1u << freq) - 1));

	c->crystal_tsc = c->tsc - fast - below;
	c->ticks = 0;
	c->last_ticks = (ctc >> freq) & 0xff;
	c->crystal = true;
}

bool tl_pt_clock_packet(struct tl_pt_clock *c, const struct tl_pt_packet *packet)
{
	switch (packet->type) {
	case TL_PT_PKT_TSC:
		/* Told where the clocks or their packets had stopped: no measure of cycles. */
		set_anchor(c, tl_pt_clock_extend(packet->value, c->about), false);
		c->running = true;
		c->crystal = false; /* until its TMA comes */
		return true;
	case TL_PT_PKT_TMA:
		/* With a period of more than 2^8 ticks TMA's 16 bits do not hold MTC's 8. */
		if (c->running && c->info->tsc_ctc_n && c->info->tsc_ctc_d &&
		    c->info->mtc_freq <= 8)
			take_tma(c, (unsigned)packet->value, packet->extra);
		return false;
	case TL_PT_PKT_MTC:
		return take_mtc(c, (unsigned)packet->value);
	case TL_PT_PKT_CBR:
		if (packet->value > 0 && c->info->max_nonturbo_ratio > 0)
			c->ratio =
			    ((uint64_t)c->info->max_nonturbo_ratio << FRACTION) / packet->value;
		return false;
	case TL_PT_PKT_CYC:
		if (!c->running || c->ratio == 0 || packet->value > UINT64_C(1) << 40 ||
		    c->cycles > UINT64_C(1) << 40)
			return false;
		c->cycles += packet->value;
		c->tsc =
		    c->anchor + (uint64_t)(((unsigned __int128)c->cycles * c->ratio) >> FRACTION);
		return true;
	case TL_PT_PKT_OVF:
		c->torn = true;
		return false;
	default:
		return false;
	}
}
