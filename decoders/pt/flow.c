/*
 * flow.c: the packets of one segment, and the code they ran over, become events.
 *
 * The runner (runner.h) knows the code, this file the packets: what each makes the runner do.
 * Packets and their order: Intel SDM vol. 3, "Intel Processor Trace"; the names of events and what
 * counts as one: perf's intel-pt(1).
 */
#include "decoders/pt/flow.h"

#include "decoders/pt/clock.h"
#include "decoders/pt/code.h"
#include "decoders/pt/extras.h"
#include "decoders/pt/libraries.h"
#include "decoders/pt/packets.h"
#include "decoders/pt/runner.h"

#include <stdlib.h>
#include <string.h>

/* Blocks of code kept: enough for the hot code of several large programs. */
#define CODE_BUDGET (48u << 20)

struct tl_pt_program {
	const struct tl_perf_pt_info *info;
	struct tl_timeline *timeline;
	struct tl_pt_code *code;
};

/* What a FUP that comes next belongs to. */
enum fup_owner {
	FUP_ASYNC, /* nothing: an interrupt, or a signal, at its address */
	FUP_OTHER, /* the packet before; extras.h keeps what it tells */
	FUP_MODE,  /* the interrupt flag, or the mode, is another behind it */
	FUP_TSX,   /* a transaction begins or ends at its address */
	FUP_ABORT, /* a transaction is aborted there; a TIP follows */
};

struct flow {
	struct tl_pt_runner run;
	struct tl_pt_packets packets;
	struct tl_pt_clock clock;
	bool compressed_rets;

	enum fup_owner owner;
	uint16_t async; /* flags of the TIP to come after a FUP; 0: none */
	struct tl_pt_extras extras;
	bool in_psb;

	uint64_t tnt; /* bits left, the oldest topmost */
	unsigned ntnt;

	bool unsettled; /* the clock has gone on, the runner does not know yet */
};

/* What the clock says is the time. */
static void settle(struct flow *f)
{
	if (f->unsettled)
		tl_pt_runner_time(&f->run, tl_perf_tsc_to_ns(f->clock.info, f->clock.tsc));
	f->unsettled = false;
}

static void timing(struct flow *f, const struct tl_pt_packet *packet)
{
	settle(f);
	f->unsettled = tl_pt_clock_packet(&f->clock, packet);
	/* A CYC packet tells the time of the packet behind it, which is about what ran before. */
	if (packet->type != TL_PT_PKT_CYC)
		settle(f);
}

/* ---- packets */

/*
 * The address for an indirect branch that comes while TNT bits are left: the processor may put
 * TIP packets off until a TNT is full ("Deferred TIPs").  False: there is none.
 */
static bool deferred_tip(struct flow *f, uint64_t *ip)
{
	for (;;) {
		struct tl_pt_packet packet;
		size_t before = f->packets.pos;

		tl_pt_packets_next(&f->packets, &packet);
		switch (packet.type) {
		case TL_PT_PKT_TIP:
			*ip = packet.value;
			return packet.has_ip;
		case TL_PT_PKT_CYC:
		case TL_PT_PKT_MTC:
		case TL_PT_PKT_TSC:
		case TL_PT_PKT_TMA:
		case TL_PT_PKT_CBR:
			timing(f, &packet);
			continue;
		default:
			f->packets.pos = before;
			return false;
		}
	}
}

static bool compressed_return(struct flow *f, struct tl_pt_block *b)
{
	bool taken = f->tnt >> 63;
	uint64_t ip;

	f->tnt <<= 1;
	f->ntnt--;
	if (!taken || !tl_pt_runner_return_address(&f->run, &ip)) {
		f->run.ip = tl_pt_runner_last(&f->run, b);
		tl_pt_runner_fail(&f->run, TL_PT_ERR_MISMATCH);
		return false;
	}
	tl_pt_runner_leave(&f->run, b, ip);
	return true;
}

static void take_tnt(struct flow *f)
{
	while (f->ntnt > 0 && !f->run.no_memory && !f->run.over) {
		struct tl_pt_block *b = tl_pt_runner_to_decision(&f->run, 0);
		uint64_t ip;

		if (!b)
			return;
		if (b->end == TL_PT_END_COND) {
			bool taken = f->tnt >> 63;

			f->tnt <<= 1;
			f->ntnt--;
			if (taken) {
				tl_pt_runner_take(&f->run, b);
			} else {
				tl_pt_runner_pass(&f->run, b);
			}
		} else if (b->end == TL_PT_END_RET && f->compressed_rets) {
			if (!compressed_return(f, b))
				return;
		} else if (deferred_tip(f, &ip)) {
			tl_pt_runner_leave(&f->run, b, ip);
		} else {
			f->run.ip = tl_pt_runner_last(&f->run, b);
			tl_pt_runner_fail(&f->run, TL_PT_ERR_MISMATCH);
			return;
		}
	}
}

/* What the TIP behind a FUP is. */
static unsigned async_flags(const struct flow *f)
{
	if (f->async & TL_PT_INTERRUPT && f->extras.guest && !f->extras.next_guest)
		return TL_PT_BRANCH | TL_PT_CALL | TL_PT_VMEXIT;
	return f->async;
}

static void begin(struct flow *f, uint64_t ip)
{
	tl_pt_extras_arrive(&f->extras, &f->run);
	tl_pt_runner_begin(&f->run, ip);
}

static void take_tip(struct flow *f, const struct tl_pt_packet *packet)
{
	struct tl_pt_block *b;

	f->owner = FUP_ASYNC;
	if (f->run.sync == TL_PT_ON && f->async) {
		tl_pt_runner_branch(&f->run, f->run.ip, packet->value, async_flags(f), 0);
		f->async = 0;
		tl_pt_extras_arrive(&f->extras, &f->run);
		tl_pt_runner_move(&f->run, packet->value);
	} else if (f->run.sync == TL_PT_ON) {
		b = tl_pt_runner_to_decision(&f->run, 0);
		tl_pt_extras_arrive(&f->extras, &f->run);
		if (b && b->end != TL_PT_END_COND) {
			tl_pt_runner_leave(&f->run, b, packet->value);
		} else if (b) {
			f->run.ip = tl_pt_runner_last(&f->run, b);
			tl_pt_runner_fail(&f->run, TL_PT_ERR_MISMATCH);
		}
	} else if (f->run.sync == TL_PT_OFF) {
		tl_pt_runner_fail(&f->run, TL_PT_ERR_MISMATCH);
	}
	if (!packet->has_ip)
		f->run.sync = f->run.sync == TL_PT_ON ? TL_PT_LOST : f->run.sync;
	else if (f->run.sync != TL_PT_ON)
		begin(f, packet->value);
	tl_pt_extras_arrived(&f->extras, &f->run, true);
}

/* Tracing ends with a branch out of what is traced: to a known address, or not. */
static void take_pgd(struct flow *f, const struct tl_pt_packet *packet)
{
	uint64_t to = packet->has_ip ? packet->value : 0;
	struct tl_pt_block *b;

	f->owner = FUP_ASYNC;
	if (f->run.sync == TL_PT_ON && f->async) {
		/* Where nobody knows where to, perf does not call it an interrupt. */
		tl_pt_runner_branch(
		    &f->run, f->run.ip, to,
		    (to ? async_flags(f) : f->async & ~(TL_PT_CALL | TL_PT_INTERRUPT)) |
			TL_PT_TRACE_END,
		    0);
	} else if (f->run.sync == TL_PT_ON) {
		b = tl_pt_runner_to_decision(&f->run, to);
		if (b && b->end == TL_PT_END_COND && to != f->run.ip + (uint64_t)b->target &&
		    to != f->run.ip + b->nbytes) {
			f->run.ip = tl_pt_runner_last(&f->run, b);
			tl_pt_runner_fail(&f->run, TL_PT_ERR_MISMATCH);
		} else if (b) {
			tl_pt_runner_stop(&f->run, b, to);
		}
	}
	f->async = 0;
	f->run.sync = TL_PT_OFF;
	f->extras.guest = f->extras.next_guest;
}

static void take_fup(struct flow *f, const struct tl_pt_packet *packet)
{
	enum fup_owner owner = f->owner;

	f->owner = FUP_ASYNC;
	if (!packet->has_ip)
		return;
	if (f->run.sync == TL_PT_OFF) {
		tl_pt_extras_found(&f->extras, &f->run, packet->value);
		return;
	}
	if (f->run.sync == TL_PT_ON) {
		if (!tl_pt_runner_run_to(&f->run, packet->value))
			begin(f, packet->value);
	} else {
		bool overflow = f->run.sync == TL_PT_OVERFLOW;

		begin(f, packet->value);
		if (overflow) {
			tl_pt_extras_arrived(&f->extras, &f->run, false);
			return;
		}
	}
	tl_pt_extras_found(&f->extras, &f->run, packet->value);
	switch (owner) {
	case FUP_OTHER:
		break;
	case FUP_MODE:
		tl_pt_extras_arrive(&f->extras, &f->run);
		tl_pt_extras_arrived(&f->extras, &f->run, false);
		break;
	case FUP_TSX:
		f->run.in_tx = (uint16_t)(f->run.in_tx ^ TL_PT_IN_TX);
		tl_pt_extras_event(
		    &f->run,
		    &(struct tl_pt_extra){ .kind = TL_PT_EV_TX, .value = f->run.in_tx != 0 },
		    f->run.ip);
		break;
	case FUP_ABORT:
		f->run.in_tx = 0;
		f->async = TL_PT_BRANCH | TL_PT_TX_ABORT;
		break;
	case FUP_ASYNC:
		f->async = TL_PT_BRANCH | TL_PT_CALL | TL_PT_ASYNC | TL_PT_INTERRUPT;
		break;
	}
}

static void take_tsx(struct flow *f, unsigned bits)
{
	uint16_t in_tx = bits & 1 ? TL_PT_IN_TX : 0;

	if (f->run.sync != TL_PT_ON)
		f->run.in_tx = in_tx;
	else if (bits & 2)
		f->owner = FUP_ABORT;
	else if (in_tx != f->run.in_tx)
		f->owner = FUP_TSX;
	else
		f->owner = FUP_OTHER;
}

/* False: nothing more to be had from this segment. */
static bool take_packet(struct flow *f, const struct tl_pt_packet *packet)
{
	switch (packet->type) {
	case TL_PT_PKT_END:
		return false;
	case TL_PT_PKT_BAD:
		tl_pt_runner_fail(&f->run, TL_PT_ERR_BADPKT);
		return false;
	case TL_PT_PKT_TNT:
		if (f->run.sync != TL_PT_ON)
			break;
		f->tnt = packet->value;
		f->ntnt = packet->nbits;
		take_tnt(f);
		break;
	case TL_PT_PKT_TIP:
		take_tip(f, packet);
		break;
	case TL_PT_PKT_PGE:
		f->async = 0;
		f->owner = FUP_ASYNC;
		if (packet->has_ip)
			begin(f, packet->value);
		tl_pt_extras_arrived(&f->extras, &f->run, true);
		break;
	case TL_PT_PKT_PGD:
		take_pgd(f, packet);
		break;
	case TL_PT_PKT_FUP:
		take_fup(f, packet);
		break;
	case TL_PT_PKT_MODE_EXEC:
		tl_pt_extras_mode(&f->extras, &f->run, packet, f->in_psb);
		/* Behind a FUP it is of the branch; before one, of an instruction that is none. */
		if (!f->in_psb && f->run.sync == TL_PT_ON && !f->async)
			f->owner = FUP_MODE;
		break;
	case TL_PT_PKT_PIP:
		tl_pt_extras_mode(&f->extras, &f->run, packet, f->in_psb);
		break;
	case TL_PT_PKT_MODE_TSX:
		take_tsx(f, (unsigned)packet->value);
		break;
	case TL_PT_PKT_OVF:
		/* What waits is of before; the FUP it waits for may be lost. */
		tl_pt_extras_found(&f->extras, &f->run, 0);
		f->extras.nevds = 0;
		timing(f, packet);
		tl_pt_runner_fail(&f->run, TL_PT_ERR_OVERFLOW);
		f->async = 0;
		f->owner = FUP_ASYNC;
		f->run.sync = TL_PT_OVERFLOW;
		break;
	case TL_PT_PKT_CBR:
		timing(f, packet);
		tl_pt_extras_packet(&f->extras, &f->run, packet);
		break;
	case TL_PT_PKT_PTW:
	case TL_PT_PKT_MWAIT:
	case TL_PT_PKT_PWRE:
	case TL_PT_PKT_PWRX:
	case TL_PT_PKT_EXSTOP:
	case TL_PT_PKT_CFE:
	case TL_PT_PKT_EVD:
	case TL_PT_PKT_OTHER:
		if (tl_pt_extras_packet(&f->extras, &f->run, packet))
			f->owner = FUP_OTHER;
		break;
	default:
		timing(f, packet);
		break;
	}
	return !f->run.no_memory && !f->run.over;
}

/* Does it say where the program went until now? */
static bool is_past(const struct flow *f, const struct tl_pt_packet *packet)
{
	if (f->run.sync != TL_PT_ON)
		return false;
	return packet->type == TL_PT_PKT_TNT || packet->type == TL_PT_PKT_FUP ||
	       ((packet->type == TL_PT_PKT_TIP || packet->type == TL_PT_PKT_PGD) && !f->async);
}

static bool take(struct flow *f, const struct tl_pt_packet *packet)
{
	bool past = is_past(f, packet), more;

	if (!past && packet->type != TL_PT_PKT_CYC)
		settle(f);
	more = take_packet(f, packet);
	/* Flow goes on, and no FUP has come. */
	if (f->extras.nwaiting > 0 && packet->type <= TL_PT_PKT_PGD)
		tl_pt_extras_found(&f->extras, &f->run, 0);
	if (past)
		settle(f);
	return more;
}

/*
 * PSB .. PSBEND: the state at a sync point.  Where tracing is on there, *ip is the next
 * instruction.  `f` may be NULL, for a look at the next sync point only.
 */
static bool read_psb(struct tl_pt_packets *packets, struct flow *f, uint64_t *ip)
{
	struct tl_pt_packet packet;
	bool on = false;

	for (;;) {
		size_t before = packets->pos;

		tl_pt_packets_next(packets, &packet);
		switch (packet.type) {
		case TL_PT_PKT_PSBEND:
			return on;
		case TL_PT_PKT_FUP:
			on = packet.has_ip;
			*ip = packet.value;
			break;
		case TL_PT_PKT_PSB:
		case TL_PT_PKT_OTHER:
			break;
		case TL_PT_PKT_END:
		case TL_PT_PKT_BAD:
		case TL_PT_PKT_TNT:
		case TL_PT_PKT_TIP:
		case TL_PT_PKT_PGE:
		case TL_PT_PKT_PGD:
		case TL_PT_PKT_OVF: /* it ends PSB+, too */
			packets->pos = before;
			return on;
		default:
			if (!f)
				break;
			f->in_psb = true;
			take(f, &packet);
			f->in_psb = false;
			break;
		}
	}
}

/* No packet is left before the next sync point: the flow goes on up to its address. */
static void run_to_next(struct flow *f)
{
	const struct tl_pt_segment *seg = f->run.seg;
	struct tl_pt_packets packets;
	uint64_t ip;

	if (f->run.sync != TL_PT_ON || f->run.over || f->async || seg->next >= seg->len ||
	    seg->next_after_gap)
		return;
	tl_pt_packets_init(&packets, seg->bytes + seg->next, seg->len - seg->next);
	if (read_psb(&packets, NULL, &ip)) {
		size_t n = f->run.out->n;
		uint64_t insns = f->run.insns;

		if (!tl_pt_runner_run_to(&f->run, ip) && !f->run.no_memory && f->run.out->n > n) {
			/* What was walked on a way that leads elsewhere did not happen. */
			f->run.out->v[n] = f->run.out->v[f->run.out->n - 1];
			f->run.out->v[n].insns = (uint32_t)insns;
			f->run.out->n = n + 1;
		}
	}
	tl_pt_packets_fini(&packets);
}

/* For who counts: the instructions behind the last event. */
static void tail_event(struct flow *f)
{
	struct tl_pt_event *e = tl_pt_runner_event(&f->run, TL_PT_EV_TAIL);

	if (e && f->run.sync == TL_PT_ON)
		e->from = f->run.ip;
}

bool tl_pt_flow_decode(struct tl_pt_program *prog, const struct tl_pt_segment *seg, unsigned want,
		       struct tl_pt_events *out, uint64_t *tail, struct tl_err *err)
{
	struct flow f = {
		.run = { .timeline = prog->timeline, .seg = seg, .want = want, .out = out },
		.compressed_rets = !prog->info->noretcomp,
	};
	struct tl_pt_packet packet;

	f.run.table = tl_pt_code_acquire(prog->code);
	tl_pt_packets_init(&f.packets, seg->bytes, seg->next);
	tl_pt_clock_init(&f.clock, prog->info,
			 seg->time == TL_PT_NOTIME ? 0 : tl_perf_ns_to_tsc(prog->info, seg->time));
	if (tl_pt_runner_init(&f.run)) {
		uint64_t ip;

		if (read_psb(&f.packets, &f, &ip)) {
			tl_pt_runner_move(&f.run, ip);
			f.run.sync = TL_PT_ON;
		}
		do {
			tl_pt_packets_next(&f.packets, &packet);
			f.run.offset = seg->offset + packet.at;
		} while (take(&f, &packet));
	}
	settle(&f);
	if (!f.run.no_memory)
		run_to_next(&f);
	if (want & TL_PT_WANT_TAILS && f.run.insns > 0)
		tail_event(&f);
	tl_pt_runner_end(&f.run);
	*tail = f.run.insns;
	tl_pt_packets_fini(&f.packets);
	tl_pt_code_release(prog->code, f.run.table);
	return !f.run.no_memory || tl_err_nomem(err);
}

/* ---- what the segments share */

bool tl_pt_program_open(const struct tl_perf *perf, struct tl_timeline *timeline,
			struct tl_pt_program **out, struct tl_err *err)
{
	struct tl_pt_program *prog;

	if (!tl_perf_pt_info(perf))
		return tl_err_set(err, "%s: no Intel PT data in it", tl_perf_path(perf));
	if (!tl_pt_libraries_load(err))
		return false;
	prog = calloc(1, sizeof(*prog));
	if (prog)
		prog->code = tl_pt_code_open(CODE_BUDGET);
	if (!prog || !prog->code) {
		free(prog);
		return tl_err_nomem(err);
	}
	prog->info = tl_perf_pt_info(perf);
	prog->timeline = timeline;
	*out = prog;
	return true;
}

void tl_pt_program_close(struct tl_pt_program *prog)
{
	if (!prog)
		return;
	tl_pt_code_close(prog->code);
	free(prog);
}
