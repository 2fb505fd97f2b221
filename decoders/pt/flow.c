/*
 * flow.c: the packets of one segment, and the code they ran over, become events.
 *
 * The walker stands at an address.  A packet makes it walk: over direct branches by itself, until
 * the code needs what the packet tells (a TNT bit, a TIP's address), or up to the address that a
 * FUP tells.  Packets and their order: Intel SDM vol. 3, "Intel Processor Trace"; the names of
 * events and what counts as one: perf's intel-pt(1).
 */
#include "decoders/pt/flow.h"

#include "decoders/pt/clock.h"
#include "decoders/pt/code.h"
#include "decoders/pt/packets.h"

#include <stdlib.h>
#include <string.h>

/* The processor remembers as many return addresses for RET compression. */
#define STACK 64

/* So many direct branches in a row without a packet are an endless loop, to perf too. */
#define MAX_DIRECT 100000

/* Hostile packets must not fill the memory; a segment of 16 KiB has some thousand branches, and
 * rarely a million instructions. */
#define MAX_EVENTS (2u << 20)

/* Blocks of code kept: enough for the hot code of several large programs. */
#define CODE_BUDGET (48u << 20)

struct tl_pt_program {
	const struct tl_perf *perf;
	const struct tl_perf_pt_info *info;
	struct tl_timeline *timeline;
	struct tl_pt_code *code;
};

/* What a FUP that comes next belongs to. */
enum fup_owner {
	FUP_ASYNC, /* nothing: an interrupt, or a signal, at its address */
	FUP_OTHER, /* the packet before */
	FUP_PTW,   /* the PTWRITE at its address */
	FUP_TSX,   /* a transaction begins or ends at its address */
	FUP_ABORT, /* a transaction is aborted there; a TIP follows */
};

enum sync {
	OFF,      /* tracing is off until TIP.PGE */
	ON,       /* at w->ip */
	LOST,     /* after an error: until the next address */
	OVERFLOW, /* the same after OVF, whose FUP is only an address */
};

struct walk {
	struct tl_pt_program *prog;
	const struct tl_pt_segment *seg;
	struct tl_pt_table *table;
	struct tl_pt_packets packets;
	struct tl_pt_clock clock;
	unsigned want;
	uint16_t mask; /* of the branches that are wanted */

	enum sync sync;
	uint64_t ip;
	struct tl_pt_block *block; /* at ip; NULL: to be looked up */
	unsigned mode;             /* bits of the code */
	bool compressed_rets;

	const struct tl_map *map; /* of ip, perhaps; map_size 0: none */
	uint64_t map_start, map_size;

	const struct tl_context *ctx;
	uint64_t until; /* ctx holds for times before */
	uint64_t now;   /* ns; TL_PT_NOTIME */

	struct {
		uint64_t ip;              /* behind a call */
		struct tl_pt_block *call; /* the block it ends; NULL: not in this space */
	} returns[STACK];
	unsigned top, depth;

	enum fup_owner owner;
	uint16_t async; /* flags of the TIP to come after a FUP; 0: none */
	uint16_t in_tx; /* TL_PT_IN_TX or 0 */
	uint64_t ptw;   /* what FUP_PTW wrote */

	uint64_t tnt; /* bits left, the oldest topmost */
	unsigned ntnt;

	uint64_t insns; /* since the last event */
	struct tl_pt_events *out;
	size_t max_events;
	bool over; /* nothing more is to be had from this segment */
	bool no_memory;
};

/* ---- events */

static struct tl_pt_event *new_event(struct walk *w, enum tl_pt_kind kind)
{
	struct tl_pt_event *e;

	if (w->out->n >= w->max_events && !w->over) {
		w->over = true;
		kind = TL_PT_EV_ERROR;
	} else if (w->over) {
		return NULL;
	}
	if (w->out->n == w->out->cap && !tl_pt_events_reserve(w->out, 1)) {
		w->no_memory = true;
		return NULL;
	}
	e = &w->out->v[w->out->n++];
	*e = (struct tl_pt_event){
		.time = w->now,
		.ctx = w->ctx,
		.kind = (uint8_t)kind,
		.queue = w->seg->queue->number,
		.insns = (uint32_t)w->insns,
	};
	w->insns = 0;
	if (w->over) {
		e->code = TL_PT_ERR_LOOP;
		e->from = w->ip;
		e->to = w->seg->offset + w->packets.pos;
		return NULL;
	}
	return e;
}

static void branch(struct walk *w, uint64_t from, uint64_t to, unsigned flags, unsigned length)
{
	struct tl_pt_event *e;

	if (!(flags & w->mask))
		return;
	e = new_event(w, TL_PT_EV_BRANCH);
	if (!e)
		return;
	e->from = from;
	e->to = to;
	e->flags = (uint16_t)(flags | w->in_tx);
	e->length = length;
}

/* Told in place; the walker has no address any more. */
static void fail(struct walk *w, enum tl_pt_errcode code)
{
	struct tl_pt_event *e = new_event(w, TL_PT_EV_ERROR);

	if (e) {
		e->from = w->ip;
		e->to = w->seg->offset + w->packets.pos;
		e->code = (uint8_t)code;
	}
	w->sync = LOST;
	w->ntnt = 0;
	w->depth = 0;
	w->async = 0;
	w->owner = FUP_ASYNC;
}

/* ---- time, and who runs */

static void look_around(struct walk *w)
{
	const struct tl_context *ctx =
	    tl_timeline_context(w->prog->timeline, w->seg->queue, w->now, &w->until);

	if (!ctx) {
		w->no_memory = true;
		return;
	}
	if (!w->ctx || ctx->space != w->ctx->space) {
		w->map_size = 0;
		w->block = NULL;
		for (unsigned i = 0; i < STACK; i++)
			w->returns[i].call = NULL;
	}
	w->ctx = ctx;
}

/* Estimates neither run backwards nor past the next sync point: its segment has those times. */
static void set_time(struct walk *w)
{
	uint64_t ns = tl_perf_tsc_to_ns(w->clock.info, w->clock.tsc);

	if (w->seg->next_time != TL_PT_NOTIME && ns >= w->seg->next_time)
		ns = w->seg->next_time - (w->seg->next_time > w->seg->time);
	if (ns <= w->now)
		return;
	w->now = ns;
	if (ns >= w->until)
		look_around(w);
}

static void timing(struct walk *w, const struct tl_pt_packet *packet)
{
	if (tl_pt_clock_packet(&w->clock, packet) && w->now != TL_PT_NOTIME)
		set_time(w);
}

/* ---- walking */

static unsigned branch_flags(enum tl_pt_end end)
{
	switch (end) {
	case TL_PT_END_CALL:
	case TL_PT_END_INDCALL:
		return TL_PT_BRANCH | TL_PT_CALL;
	case TL_PT_END_RET:
	case TL_PT_END_FARRET:
		return TL_PT_BRANCH | TL_PT_RETURN;
	case TL_PT_END_COND:
		return TL_PT_BRANCH | TL_PT_CONDITIONAL;
	case TL_PT_END_INT:
		return TL_PT_BRANCH | TL_PT_CALL | TL_PT_INTERRUPT;
	case TL_PT_END_IRET:
		return TL_PT_BRANCH | TL_PT_RETURN | TL_PT_INTERRUPT;
	case TL_PT_END_SYSCALL:
		return TL_PT_BRANCH | TL_PT_CALL | TL_PT_SYSCALLRET;
	case TL_PT_END_SYSRET:
		return TL_PT_BRANCH | TL_PT_RETURN | TL_PT_SYSCALLRET;
	case TL_PT_END_VMENTRY:
		return TL_PT_BRANCH | TL_PT_CALL | TL_PT_VMENTRY;
	case TL_PT_END_NOCODE:
	case TL_PT_END_FALL:
		return 0;
	default:
		return TL_PT_BRANCH;
	}
}

static void move(struct walk *w, uint64_t ip)
{
	w->ip = ip;
	w->block = NULL;
}

/* The block at w->ip; NULL: no memory, or no mapping. */
static struct tl_pt_block *here(struct walk *w)
{
	if (w->block)
		return w->block;
	if (w->ip - w->map_start >= w->map_size) {
		w->map = tl_space_find(w->ctx->space, w->ip);
		if (!w->map) {
			w->map_size = 0;
			return NULL;
		}
		w->map_start = w->map->start;
		w->map_size = w->map->end - w->map->start;
	}
	w->block =
	    tl_pt_code_block(w->table, w->map->dso, w->ip - w->map_start + w->map->pgoff, w->mode);
	if (!w->block)
		w->no_memory = true;
	return w->block;
}

/* Go to an address by way of a block's link, which holds within the mapping. */
static void follow(struct walk *w, _Atomic(struct tl_pt_block *) *link, uint64_t ip)
{
	w->ip = ip;
	if (ip - w->map_start >= w->map_size) {
		w->block = NULL;
		return;
	}
	w->block = atomic_load_explicit(link, memory_order_acquire);
	if (!w->block) {
		w->block = here(w);
		atomic_store_explicit(link, w->block, memory_order_release);
	}
}

static void push(struct walk *w, struct tl_pt_block *call)
{
	unsigned i = w->top++ % STACK;

	w->returns[i].ip = w->ip + call->nbytes;
	w->returns[i].call = call;
	if (w->depth < STACK)
		w->depth++;
}

/* Every instruction an event, where that is wanted. */
static void show_insns(struct walk *w, const struct tl_pt_block *b, unsigned n)
{
	uint64_t ip = w->ip;

	for (unsigned i = 0; i < n; i++) {
		struct tl_pt_event *e;

		w->insns = 1;
		e = new_event(w, TL_PT_EV_INSN);
		if (!e)
			return;
		e->from = ip;
		e->length = b->lengths[i];
		if (i + 1 == b->ninsns)
			e->flags = (uint16_t)branch_flags(b->end);
		e->flags |= w->in_tx;
		ip += b->lengths[i];
	}
}

/* The first n instructions of the block here are executed. */
static inline void execute(struct walk *w, const struct tl_pt_block *b, unsigned n)
{
	if (w->want & TL_PT_WANT_INSNS)
		show_insns(w, b, n);
	else
		w->insns += n;
}

static inline uint64_t last_insn(const struct walk *w, const struct tl_pt_block *b)
{
	return w->ip + b->nbytes - b->last_len;
}

static inline void direct(struct walk *w, struct tl_pt_block *b)
{
	uint64_t from = last_insn(w, b), to = w->ip + (uint64_t)b->target;

	execute(w, b, b->ninsns);
	if (b->end == TL_PT_END_CALL && b->target != b->nbytes)
		push(w, b); /* a call of the next instruction is not counted */
	branch(w, from, to, branch_flags(b->end), b->last_len);
	follow(w, &b->taken, to);
}

/*
 * Walk over what needs no packet.  The block that does is given back; NULL: it failed, or, where
 * `stop` is not 0, a direct branch led there (and *stopped says so).
 */
static struct tl_pt_block *to_decision(struct walk *w, uint64_t stop, bool *stopped)
{
	for (unsigned i = 0; i < MAX_DIRECT; i++) {
		struct tl_pt_block *b = here(w);

		if (!b || b->end == TL_PT_END_NOCODE) {
			if (!w->no_memory)
				fail(w, TL_PT_ERR_NOINSN);
			return NULL;
		}
		switch (b->end) {
		case TL_PT_END_FALL:
			execute(w, b, b->ninsns);
			follow(w, &b->next, w->ip + b->nbytes);
			break;
		case TL_PT_END_JMP:
		case TL_PT_END_CALL:
			if (stop && w->ip + (uint64_t)b->target == stop) {
				*stopped = true;
				return b;
			}
			direct(w, b);
			break;
		default:
			return b;
		}
	}
	fail(w, TL_PT_ERR_LOOP);
	w->over = true;
	return NULL;
}

/* The number of instructions before the one at `ip` in a block that begins at w->ip; -1: there is
 * none. */
static int insns_before(const struct walk *w, const struct tl_pt_block *b, uint64_t ip)
{
	uint64_t at = w->ip;

	if (ip - at >= b->nbytes)
		return -1;
	for (int i = 0; i < b->ninsns; i++) {
		if (at == ip)
			return i;
		at += b->lengths[i];
	}
	return -1;
}

/* Walk up to an address, before the instruction there.  False: the way does not lead there. */
static bool walk_to(struct walk *w, uint64_t ip)
{
	for (unsigned i = 0; i < MAX_DIRECT && w->ip != ip; i++) {
		struct tl_pt_block *b = here(w);
		int n;

		if (!b || b->end == TL_PT_END_NOCODE) {
			if (!w->no_memory)
				fail(w, TL_PT_ERR_NOINSN);
			return false;
		}
		n = insns_before(w, b, ip);
		if (n >= 0) {
			execute(w, b, (unsigned)n);
			move(w, ip);
		} else if (b->end == TL_PT_END_FALL) {
			execute(w, b, b->ninsns);
			follow(w, &b->next, w->ip + b->nbytes);
		} else if (b->end == TL_PT_END_JMP || b->end == TL_PT_END_CALL) {
			direct(w, b);
		} else {
			break;
		}
	}
	if (w->ip != ip)
		fail(w, TL_PT_ERR_MISMATCH);
	return w->ip == ip && w->sync == ON;
}

/* Tracing begins, or an address is known again. */
static void begin(struct walk *w, uint64_t ip)
{
	branch(w, 0, ip, TL_PT_BRANCH | TL_PT_TRACE_BEGIN, 0);
	move(w, ip);
	w->sync = ON;
}

/* Each return takes its call away, compressed or not. */
static void go_back(struct walk *w, uint64_t ip)
{
	unsigned i = --w->top % STACK;

	w->depth--;
	if (w->returns[i].call && w->returns[i].ip == ip)
		follow(w, &w->returns[i].call->next, ip);
	else
		move(w, ip);
}

/* An indirect branch, or another that ends a block, led to `ip`. */
static void leave(struct walk *w, struct tl_pt_block *b, uint64_t ip)
{
	uint64_t from = last_insn(w, b);

	execute(w, b, b->ninsns);
	if (b->end == TL_PT_END_INDCALL)
		push(w, b);
	branch(w, from, ip, branch_flags(b->end), b->last_len);
	if (b->end == TL_PT_END_RET && w->depth > 0)
		go_back(w, ip);
	else
		move(w, ip);
}

/* ---- packets */

/*
 * The address for an indirect branch that comes while TNT bits are left: the processor may put
 * TIP packets off until a TNT is full ("Deferred TIPs").  False: there is none.
 */
static bool deferred_tip(struct walk *w, uint64_t *ip)
{
	for (;;) {
		struct tl_pt_packet packet;
		size_t before = w->packets.pos;

		tl_pt_packets_next(&w->packets, &packet);
		switch (packet.type) {
		case TL_PT_PKT_TIP:
			*ip = packet.value;
			return packet.has_ip;
		case TL_PT_PKT_CYC:
		case TL_PT_PKT_MTC:
		case TL_PT_PKT_TSC:
		case TL_PT_PKT_TMA:
		case TL_PT_PKT_CBR:
			timing(w, &packet);
			continue;
		default:
			w->packets.pos = before;
			return false;
		}
	}
}

static bool compressed_return(struct walk *w, struct tl_pt_block *b)
{
	bool taken = w->tnt >> 63;

	w->tnt <<= 1;
	w->ntnt--;
	if (!taken || w->depth == 0) {
		w->ip = last_insn(w, b);
		fail(w, TL_PT_ERR_MISMATCH);
		return false;
	}
	leave(w, b, w->returns[(w->top - 1) % STACK].ip);
	return true;
}

static void take_tnt(struct walk *w)
{
	while (w->ntnt > 0 && !w->no_memory && !w->over) {
		struct tl_pt_block *b = to_decision(w, 0, NULL);
		uint64_t ip;

		if (!b)
			return;
		if (b->end == TL_PT_END_COND) {
			bool taken = w->tnt >> 63;

			w->tnt <<= 1;
			w->ntnt--;
			if (taken) {
				direct(w, b);
			} else {
				execute(w, b, b->ninsns);
				follow(w, &b->next, w->ip + b->nbytes);
			}
		} else if (b->end == TL_PT_END_RET && w->compressed_rets) {
			if (!compressed_return(w, b))
				return;
		} else if (deferred_tip(w, &ip)) {
			leave(w, b, ip);
		} else {
			w->ip = last_insn(w, b);
			fail(w, TL_PT_ERR_MISMATCH);
			return;
		}
	}
}

static void take_tip(struct walk *w, const struct tl_pt_packet *packet)
{
	struct tl_pt_block *b;

	w->owner = FUP_ASYNC;
	if (w->sync == ON && w->async) {
		branch(w, w->ip, packet->value, w->async, 0);
		w->async = 0;
		move(w, packet->value);
	} else if (w->sync == ON) {
		b = to_decision(w, 0, NULL);
		if (b && b->end != TL_PT_END_COND) {
			leave(w, b, packet->value);
		} else if (b) {
			w->ip = last_insn(w, b);
			fail(w, TL_PT_ERR_MISMATCH);
		}
	} else if (w->sync == OFF) {
		fail(w, TL_PT_ERR_MISMATCH);
	}
	if (!packet->has_ip)
		w->sync = w->sync == ON ? LOST : w->sync;
	else if (w->sync != ON)
		begin(w, packet->value);
}

/* Tracing ends with a branch out of what is traced: to a known address, or not. */
static void take_pgd(struct walk *w, const struct tl_pt_packet *packet)
{
	uint64_t to = packet->has_ip ? packet->value : 0, from;
	struct tl_pt_block *b;
	bool stopped = false;

	w->owner = FUP_ASYNC;
	if (w->sync == ON && w->async) {
		/* Where nobody knows where to, perf does not call it an interrupt. */
		branch(w, w->ip, to,
		       (to ? w->async : w->async & ~(TL_PT_CALL | TL_PT_INTERRUPT)) |
			   TL_PT_TRACE_END,
		       0);
	} else if (w->sync == ON) {
		b = to_decision(w, to, &stopped);
		if (b && b->end == TL_PT_END_COND && to != w->ip + (uint64_t)b->target &&
		    to != w->ip + b->nbytes) {
			w->ip = last_insn(w, b);
			fail(w, TL_PT_ERR_MISMATCH);
		} else if (b) {
			from = last_insn(w, b);
			execute(w, b, b->ninsns);
			branch(w, from, to, branch_flags(b->end) | TL_PT_TRACE_END, b->last_len);
		}
	}
	w->async = 0;
	w->sync = OFF;
}

static void extra(struct walk *w, enum tl_pt_kind kind, uint64_t value)
{
	struct tl_pt_event *e;

	if (!(w->want & TL_PT_WANT_EXTRAS))
		return;
	e = new_event(w, kind);
	if (!e)
		return;
	e->from = w->sync == ON ? w->ip : 0;
	e->to = value;
}

static void take_fup(struct walk *w, const struct tl_pt_packet *packet)
{
	enum fup_owner owner = w->owner;

	w->owner = FUP_ASYNC;
	if (!packet->has_ip || w->sync == OFF)
		return;
	if (w->sync == ON) {
		if (!walk_to(w, packet->value))
			begin(w, packet->value);
	} else {
		bool overflow = w->sync == OVERFLOW;

		begin(w, packet->value);
		if (overflow)
			return;
	}
	switch (owner) {
	case FUP_OTHER:
		break;
	case FUP_PTW:
		extra(w, TL_PT_EV_PTWRITE, w->ptw);
		break;
	case FUP_TSX:
		w->in_tx = (uint16_t)(w->in_tx ^ TL_PT_IN_TX);
		break;
	case FUP_ABORT:
		w->in_tx = 0;
		w->async = TL_PT_BRANCH | TL_PT_TX_ABORT;
		break;
	case FUP_ASYNC:
		w->async = TL_PT_BRANCH | TL_PT_CALL | TL_PT_ASYNC | TL_PT_INTERRUPT;
		break;
	}
}

static void take_tsx(struct walk *w, unsigned bits)
{
	uint16_t in_tx = bits & 1 ? TL_PT_IN_TX : 0;

	if (w->sync != ON)
		w->in_tx = in_tx;
	else if (bits & 2)
		w->owner = FUP_ABORT;
	else if (in_tx != w->in_tx)
		w->owner = FUP_TSX;
	else
		w->owner = FUP_OTHER;
}

/* False: nothing more to be had from this segment. */
static bool take(struct walk *w, const struct tl_pt_packet *packet)
{
	switch (packet->type) {
	case TL_PT_PKT_END:
		return false;
	case TL_PT_PKT_BAD:
		fail(w, TL_PT_ERR_BADPKT);
		return false;
	case TL_PT_PKT_TNT:
		if (w->sync != ON)
			break;
		w->tnt = packet->value;
		w->ntnt = packet->nbits;
		take_tnt(w);
		break;
	case TL_PT_PKT_TIP:
		take_tip(w, packet);
		break;
	case TL_PT_PKT_PGE:
		w->async = 0;
		w->owner = FUP_ASYNC;
		if (packet->has_ip)
			begin(w, packet->value);
		break;
	case TL_PT_PKT_PGD:
		take_pgd(w, packet);
		break;
	case TL_PT_PKT_FUP:
		take_fup(w, packet);
		break;
	case TL_PT_PKT_MODE_EXEC:
		if (packet->value != w->mode) {
			w->mode = (unsigned)packet->value;
			w->block = NULL;
		}
		break;
	case TL_PT_PKT_MODE_TSX:
		take_tsx(w, (unsigned)packet->value);
		break;
	case TL_PT_PKT_OVF:
		timing(w, packet);
		fail(w, TL_PT_ERR_OVERFLOW);
		w->sync = OVERFLOW;
		break;
	case TL_PT_PKT_PTW:
		w->ptw = packet->value;
		if (packet->fup_follows)
			w->owner = FUP_PTW;
		else
			extra(w, TL_PT_EV_PTWRITE, packet->value);
		break;
	case TL_PT_PKT_CBR:
		timing(w, packet);
		extra(w, TL_PT_EV_CBR, packet->value);
		break;
	case TL_PT_PKT_OTHER:
		if (packet->fup_follows)
			w->owner = FUP_OTHER;
		break;
	default:
		timing(w, packet);
		break;
	}
	return !w->no_memory && !w->over;
}

/*
 * PSB .. PSBEND: the state at a sync point.  Where tracing is on there, *ip is the next
 * instruction.  `w` may be NULL, for a look at the next sync point only.
 */
static bool read_psb(struct tl_pt_packets *packets, struct walk *w, uint64_t *ip)
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
			if (w)
				take(w, &packet);
			break;
		}
	}
}

/* No packet is left before the next sync point: the flow goes on up to its address. */
static void walk_to_next(struct walk *w)
{
	const struct tl_pt_segment *seg = w->seg;
	struct tl_pt_packets packets;
	uint64_t ip;

	if (w->sync != ON || w->over || w->async || seg->next >= seg->len || seg->next_after_gap)
		return;
	tl_pt_packets_init(&packets, seg->bytes + seg->next, seg->len - seg->next);
	if (read_psb(&packets, NULL, &ip)) {
		size_t n = w->out->n;
		uint64_t insns = w->insns;

		if (!walk_to(w, ip) && !w->no_memory && w->out->n > n) {
			/* What was walked on a way that leads elsewhere did not happen. */
			w->out->v[n] = w->out->v[w->out->n - 1];
			w->out->v[n].insns = (uint32_t)insns;
			w->out->n = n + 1;
		}
	}
	tl_pt_packets_fini(&packets);
}

static uint16_t wanted_flags(unsigned want)
{
	unsigned mask = 0;

	if (want & TL_PT_WANT_CALLS)
		mask |= TL_PT_CALL | TL_PT_ASYNC | TL_PT_TRACE_END;
	if (want & TL_PT_WANT_RETURNS)
		mask |= TL_PT_RETURN | TL_PT_TRACE_BEGIN;
	if (want & TL_PT_WANT_BRANCHES)
		mask |= TL_PT_BRANCH;
	return (uint16_t)mask;
}

bool tl_pt_flow_decode(struct tl_pt_program *prog, const struct tl_pt_segment *seg, unsigned want,
		       struct tl_pt_events *out, uint64_t *tail, struct tl_err *err)
{
	struct walk w = {
		.prog = prog,
		.seg = seg,
		.want = want,
		.mask = wanted_flags(want),
		.sync = OFF,
		.mode = 64,
		.compressed_rets = !prog->info->noretcomp,
		.now = seg->time,
		.out = out,
		.max_events = out->n + MAX_EVENTS,
	};
	struct tl_pt_packet packet;

	w.table = tl_pt_code_acquire(prog->code);
	tl_pt_packets_init(&w.packets, seg->bytes, seg->next);
	tl_pt_clock_init(&w.clock, prog->info);
	look_around(&w);
	if (w.ctx) {
		if (read_psb(&w.packets, &w, &w.ip))
			w.sync = ON;
		w.block = NULL;
		do
			tl_pt_packets_next(&w.packets, &packet);
		while (take(&w, &packet));
	}
	if (!w.no_memory)
		walk_to_next(&w);
	*tail = w.insns;
	tl_pt_packets_fini(&w.packets);
	tl_pt_code_release(prog->code, w.table);
	return !w.no_memory || tl_err_nomem(err);
}

/* ---- what the segments share */

bool tl_pt_program_open(const struct tl_perf *perf, struct tl_timeline *timeline,
			struct tl_pt_program **out, struct tl_err *err)
{
	struct tl_pt_program *prog;

	if (!tl_perf_pt_info(perf))
		return tl_err_set(err, "%s: no Intel PT data in it", tl_perf_path(perf));
	prog = calloc(1, sizeof(*prog));
	if (prog)
		prog->code = tl_pt_code_open(CODE_BUDGET);
	if (!prog || !prog->code) {
		free(prog);
		return tl_err_nomem(err);
	}
	prog->perf = perf;
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
