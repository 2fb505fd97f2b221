/* extras.c: see extras.h.  Packets: Intel SDM vol. 3, "Intel Processor Trace", "Packet Definitions";
 * which of them come together: "Power Event Tracing", "Event Trace". */
#include "decoders/pt/extras.h"

void tl_pt_extras_event(struct tl_pt_runner *run, const struct tl_pt_extra *extra, uint64_t from)
{
	struct tl_pt_event *e;

	if (!(run->want & TL_PT_WANT_EXTRAS))
		return;
	e = tl_pt_runner_event(run, (enum tl_pt_kind)extra->kind);
	if (!e)
		return;
	e->from = from;
	e->to = extra->value;
	e->code = extra->code;
	e->length = extra->length;
}

/* The instruction that comes next; 0: not in the trace. */
static uint64_t here(const struct tl_pt_runner *run)
{
	return run->sync == TL_PT_ON ? run->ip : 0;
}

static void wait(struct tl_pt_extras *x, const struct tl_pt_extra *extra)
{
	if (x->nwaiting < TL_PT_WAITING)
		x->waiting[x->nwaiting++] = *extra;
}

static void wait_or_tell(struct tl_pt_extras *x, struct tl_pt_runner *run, bool waits,
			 const struct tl_pt_extra *extra)
{
	if (waits)
		wait(x, extra);
	else
		tl_pt_extras_event(run, extra, here(run));
}

void tl_pt_extras_found(struct tl_pt_extras *x, struct tl_pt_runner *run, uint64_t ip)
{
	for (unsigned i = 0; i < x->nwaiting; i++)
		tl_pt_extras_event(run, &x->waiting[i], ip ? ip : here(run));
	x->nwaiting = 0;
}

/* Frequencies are told again at each sync point, and when the clock is. */
static void take_cbr(struct tl_pt_extras *x, struct tl_pt_runner *run, unsigned ratio)
{
	const struct tl_pt_extra extra = { .kind = TL_PT_EV_CBR,
					   .code = x->cbr == 0,
					   .value = ratio };

	if (ratio != x->cbr)
		tl_pt_extras_event(run, &extra, here(run));
	x->cbr = ratio;
}

/* An event belongs to an address where the trace is on; without a FUP of its own, to the next. */
static bool take_cfe(struct tl_pt_extras *x, struct tl_pt_runner *run,
		     const struct tl_pt_packet *packet)
{
	bool waits = packet->fup_follows || run->sync != TL_PT_OFF;
	const struct tl_pt_extra cfe = {
		.kind = TL_PT_EV_CFE, .code = waits, .length = packet->extra, .value = packet->value
	};

	wait_or_tell(x, run, waits, &cfe);
	for (unsigned i = 0; i < x->nevds; i++)
		wait_or_tell(x, run, waits, &x->evds[i]);
	x->nevds = 0;
	return packet->fup_follows;
}

bool tl_pt_extras_packet(struct tl_pt_extras *x, struct tl_pt_runner *run,
			 const struct tl_pt_packet *packet)
{
	struct tl_pt_extra extra = { .value = packet->value };

	switch (packet->type) {
	case TL_PT_PKT_PTW:
		extra.kind = TL_PT_EV_PTWRITE;
		wait_or_tell(x, run, packet->fup_follows, &extra);
		return packet->fup_follows;
	case TL_PT_PKT_CBR:
		take_cbr(x, run, (unsigned)packet->value);
		return false;
	case TL_PT_PKT_MWAIT:
		extra.kind = TL_PT_EV_MWAIT;
		wait(x, &extra);
		return true;
	case TL_PT_PKT_PWRE:
		/* Behind MWAIT the same FUP is for both. */
		extra.kind = TL_PT_EV_PWRE;
		wait_or_tell(x, run, x->nwaiting > 0, &extra);
		return x->nwaiting > 0;
	case TL_PT_PKT_PWRX:
		extra.kind = TL_PT_EV_PWRX;
		tl_pt_extras_event(run, &extra, here(run));
		return false;
	case TL_PT_PKT_EXSTOP:
		extra.kind = TL_PT_EV_EXSTOP;
		extra.value = packet->fup_follows;
		wait_or_tell(x, run, packet->fup_follows, &extra);
		return packet->fup_follows;
	case TL_PT_PKT_EVD:
		extra.kind = TL_PT_EV_EVD;
		extra.length = packet->extra;
		if (x->nevds < TL_PT_EVDS)
			x->evds[x->nevds++] = extra;
		return false;
	case TL_PT_PKT_CFE:
		return take_cfe(x, run, packet);
	default:
		return packet->fup_follows;
	}
}

/* ---- what holds from the next address on */

void tl_pt_extras_mode(struct tl_pt_extras *x, struct tl_pt_runner *run,
		       const struct tl_pt_packet *packet, bool in_psb)
{
	if (packet->type == TL_PT_PKT_PIP) {
		x->next_guest = packet->value != 0;
	} else {
		x->changing = true;
		x->next_mode = (unsigned)packet->value;
		x->next_iflag = packet->extra != 0;
	}
	if (!in_psb)
		return;
	tl_pt_extras_arrive(x, run);
	x->mode = run->mode;
	x->iflag = x->next_iflag;
	x->mode_set = x->mode_set || x->changing;
	x->changing = false;
}

void tl_pt_extras_arrive(struct tl_pt_extras *x, struct tl_pt_runner *run)
{
	x->guest = x->next_guest;
	if (x->changing && x->next_mode != run->mode) {
		run->mode = x->next_mode;
		run->block = NULL;
	}
}

void tl_pt_extras_arrived(struct tl_pt_extras *x, struct tl_pt_runner *run, bool branch)
{
	const struct tl_pt_extra mode = { .kind = TL_PT_EV_MODE, .value = x->next_mode }, iflag = {
		.kind = TL_PT_EV_IFLAG, .code = branch, .value = x->next_iflag
	};

	if (!x->changing)
		return;
	x->changing = false;
	if (x->mode_set && x->next_mode != x->mode)
		tl_pt_extras_event(run, &mode, here(run));
	if (x->mode_set && x->next_iflag != x->iflag)
		tl_pt_extras_event(run, &iflag, here(run));
	x->mode = x->next_mode;
	x->iflag = x->next_iflag;
	x->mode_set = true;
}
