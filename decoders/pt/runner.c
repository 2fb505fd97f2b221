/* runner.c: runs through the code as the program did, and notes what happened. */
#include "decoders/pt/runner.h"

#include "decoders/pt/leaps.h"

#include <string.h>

/* So many direct branches in a row without a packet are an endless loop, to perf too. */
#define MAX_DIRECT 100000

/* Hostile packets must not fill the memory; a segment of 16 KiB has some thousand branches, and
 * rarely some million instructions. */
#define MAX_EVENTS (2u << 20)

/* ---- events */

struct tl_pt_event *tl_pt_runner_event(struct tl_pt_runner *r, enum tl_pt_kind kind)
{
	struct tl_pt_event *e;

	if (r->out->n >= r->max_events && !r->over) {
		r->over = true;
		kind = TL_PT_EV_ERROR;
	} else if (r->over) {
		return NULL;
	}
	if (r->out->n == r->out->cap && !tl_pt_events_reserve(r->out, 1)) {
		r->no_memory = true;
		return NULL;
	}
	e = &r->out->v[r->out->n++];
	*e = (struct tl_pt_event){
		.time = r->now,
		.ctx = r->ctx,
		.kind = (uint8_t)kind,
		.queue = r->seg->queue->number,
		.insns = (uint32_t)r->insns,
	};
	r->insns = 0;
	if (r->over) {
		e->code = TL_PT_ERR_LOOP;
		e->from = r->ip;
		e->to = r->offset;
		return NULL;
	}
	return e;
}

void tl_pt_runner_branch(struct tl_pt_runner *r, uint64_t from, uint64_t to, unsigned flags,
			 unsigned length)
{
	struct tl_pt_event *e;

	if (!(flags & r->mask))
		return;
	e = tl_pt_runner_event(r, TL_PT_EV_BRANCH);
	if (!e)
		return;
	e->from = from;
	e->to = to;
	e->flags = (uint16_t)(flags | r->in_tx);
	e->length = length;
}

/* Told in place; the runner has no address any more. */
void tl_pt_runner_fail(struct tl_pt_runner *r, enum tl_pt_errcode code)
{
	struct tl_pt_event *e = tl_pt_runner_event(r, TL_PT_EV_ERROR);

	if (e) {
		e->from = r->ip;
		e->to = r->offset;
		e->code = (uint8_t)code;
	}
	r->sync = TL_PT_LOST;
	r->depth = 0;
}

/* ---- time, and who runs */

static void look_around(struct tl_pt_runner *r)
{
	const struct tl_context *ctx =
	    tl_timeline_context(r->timeline, r->seg->queue, r->now, &r->until);

	if (!ctx) {
		r->no_memory = true;
		return;
	}
	if (!r->ctx || ctx->space != r->ctx->space) {
		r->map_size = 0;
		r->block = NULL;
		for (unsigned i = 0; i < TL_PT_STACK; i++)
			r->returns[i].call = NULL;
		memset(r->jumps, 0, sizeof(r->jumps));
	}
	r->ctx = ctx;
}

/*
 * Times between two timing packets: in proportion to the instructions run.  The thread that ran
 * left before `until`, and so did its events.  Where the trace has gone off they are not spread
 * over the time in which nothing ran, which may be long: the thread waits in a system call.
 */
static void pace(struct tl_pt_runner *r, uint64_t end)
{
	uint64_t begin = r->now, span = (end < r->until ? end : r->until) - begin, total, each,
		 at = 0;
	struct tl_pt_event *v = r->out->v;

	total = r->insns - r->paced_insns;
	for (size_t i = r->paced; i < r->out->n; i++)
		total += v[i].insns;
	if (total > 0 && end > begin && r->until > begin && span < UINT64_C(1) << 40 &&
	    r->sync != TL_PT_OFF) {
		each = (span << 20) / total; /* ns an instruction, 20 fractional bits */
		for (size_t i = r->paced; i < r->out->n; i++) {
			at += v[i].insns - (i == r->paced ? r->paced_insns : 0);
			v[i].time = begin + (at * each >> 20);
		}
	}
	r->paced = r->out->n;
	r->paced_insns = r->insns;
}

void tl_pt_runner_time(struct tl_pt_runner *r, uint64_t ns)
{
	const struct tl_pt_segment *seg = r->seg;

	/* Neither backwards nor past the next sync point: its segment has those times. */
	if (seg->next_time != TL_PT_NOTIME && ns >= seg->next_time)
		ns = seg->next_time - (seg->next_time > seg->time);
	if (r->now == TL_PT_NOTIME || ns <= r->now)
		return;
	pace(r, ns);
	r->now = ns;
	if (ns >= r->until)
		look_around(r);
}

void tl_pt_runner_end(struct tl_pt_runner *r)
{
	const struct tl_pt_segment *seg = r->seg;

	if (r->now != TL_PT_NOTIME && seg->next_time != TL_PT_NOTIME && seg->next_time > r->now &&
	    !seg->next_after_gap)
		pace(r, seg->next_time - 1);
}

/* ---- running */

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

void tl_pt_runner_move(struct tl_pt_runner *r, uint64_t ip)
{
	r->ip = ip;
	r->block = NULL;
}

/* The block at r->ip; NULL: no memory, or no mapping. */
static struct tl_pt_block *here(struct tl_pt_runner *r)
{
	if (r->block)
		return r->block;
	if (r->ip - r->map_start >= r->map_size) {
		r->map = tl_space_find(r->ctx->space, r->ip);
		if (!r->map) {
			r->map_size = 0;
			return NULL;
		}
		r->map_start = r->map->start;
		r->map_size = r->map->end - r->map->start;
	}
	r->block =
	    tl_pt_code_block(r->table, r->map->dso, r->ip - r->map_start + r->map->pgoff, r->mode);
	if (!r->block)
		r->no_memory = true;
	return r->block;
}

/* Go to an address by way of a block's link, which holds within the mapping. */
static void follow(struct tl_pt_runner *r, _Atomic(struct tl_pt_block *) *link, uint64_t ip)
{
	r->ip = ip;
	if (ip - r->map_start >= r->map_size) {
		r->block = NULL;
		return;
	}
	r->block = atomic_load_explicit(link, memory_order_acquire);
	if (!r->block) {
		r->block = here(r);
		atomic_store_explicit(link, r->block, memory_order_release);
	}
}

static void push(struct tl_pt_runner *r, struct tl_pt_block *call)
{
	unsigned i = r->top++ % TL_PT_STACK;

	r->returns[i].ip = r->ip + call->nbytes;
	r->returns[i].call = call;
	if (r->depth < TL_PT_STACK)
		r->depth++;
}

/* Every instruction an event, where that is wanted. */
static void show_insns(struct tl_pt_runner *r, const struct tl_pt_block *b, unsigned n)
{
	uint64_t ip = r->ip;

	for (unsigned i = 0; i < n; i++) {
		struct tl_pt_event *e;

		r->insns = 1;
		e = tl_pt_runner_event(r, TL_PT_EV_INSN);
		if (!e)
			return;
		e->from = ip;
		e->to = tl_pt_block_mode(b); /* the new one may be known already */
		e->length = b->lengths[i];
		if (i + 1 == b->ninsns)
			e->flags = (uint16_t)branch_flags(b->end);
		e->flags |= r->in_tx;
		ip += b->lengths[i];
	}
}

/* The first n instructions of the block here are executed. */
static inline void execute(struct tl_pt_runner *r, const struct tl_pt_block *b, unsigned n)
{
	if (r->want & TL_PT_WANT_INSNS)
		show_insns(r, b, n);
	else
		r->insns += n;
}

void tl_pt_runner_pass(struct tl_pt_runner *r, struct tl_pt_block *b)
{
	execute(r, b, b->ninsns);
	follow(r, &b->next, r->ip + b->nbytes);
}

void tl_pt_runner_take(struct tl_pt_runner *r, struct tl_pt_block *b)
{
	uint64_t from = tl_pt_runner_last(r, b), to = r->ip + (uint64_t)b->target;

	execute(r, b, b->ninsns);
	if (b->end == TL_PT_END_CALL && b->target != b->nbytes)
		push(r, b); /* a call of the next instruction is not counted */
	tl_pt_runner_branch(r, from, to, branch_flags(b->end), b->last_len);
	follow(r, &b->taken, to);
}

struct tl_pt_block *tl_pt_runner_to_decision(struct tl_pt_runner *r, uint64_t stop)
{
	for (unsigned i = 0; i < MAX_DIRECT; i++) {
		struct tl_pt_block *b = here(r);

		if (!b || b->end == TL_PT_END_NOCODE) {
			if (!r->no_memory)
				tl_pt_runner_fail(r, TL_PT_ERR_NOINSN);
			return NULL;
		}
		switch (b->end) {
		case TL_PT_END_FALL:
			tl_pt_runner_pass(r, b);
			break;
		case TL_PT_END_JMP:
		case TL_PT_END_CALL:
			if (stop && r->ip + (uint64_t)b->target == stop)
				return b;
			tl_pt_runner_take(r, b);
			break;
		default:
			return b;
		}
	}
	tl_pt_runner_fail(r, TL_PT_ERR_LOOP);
	r->over = true;
	return NULL;
}

/* The number of instructions before the one at `ip` in a block that begins at r->ip; -1: there is
 * none. */
static int insns_before(const struct tl_pt_runner *r, const struct tl_pt_block *b, uint64_t ip)
{
	uint64_t at = r->ip;

	if (ip - at >= b->nbytes)
		return -1;
	for (int i = 0; i < b->ninsns; i++) {
		if (at == ip)
			return i;
		at += b->lengths[i];
	}
	return -1;
}

bool tl_pt_runner_run_to(struct tl_pt_runner *r, uint64_t ip)
{
	unsigned steps;

	for (steps = 0; steps < MAX_DIRECT && r->ip != ip; steps++) {
		struct tl_pt_block *b = here(r);
		int n;

		if (!b || b->end == TL_PT_END_NOCODE) {
			if (!r->no_memory)
				tl_pt_runner_fail(r, TL_PT_ERR_NOINSN);
			return false;
		}
		n = insns_before(r, b, ip);
		if (n >= 0) {
			execute(r, b, (unsigned)n);
			tl_pt_runner_move(r, ip);
		} else if (b->end == TL_PT_END_FALL) {
			tl_pt_runner_pass(r, b);
		} else if (b->end == TL_PT_END_JMP || b->end == TL_PT_END_CALL) {
			tl_pt_runner_take(r, b);
		} else {
			break;
		}
	}
	if (r->ip == ip)
		return r->sync == TL_PT_ON;
	/* Once is enough: each time takes as long as many thousand packets. */
	if (steps == MAX_DIRECT) {
		tl_pt_runner_fail(r, TL_PT_ERR_LOOP);
		r->over = true;
	} else {
		tl_pt_runner_fail(r, TL_PT_ERR_MISMATCH);
	}
	return false;
}

void tl_pt_runner_begin(struct tl_pt_runner *r, uint64_t ip)
{
	tl_pt_runner_branch(r, 0, ip, TL_PT_BRANCH | TL_PT_TRACE_BEGIN, 0);
	tl_pt_runner_move(r, ip);
	r->sync = TL_PT_ON;
}

/*
 * Is `ip` what is behind a call also in the binary?  Not so where a mapping ends behind the call,
 * and where processes or modes changed since it was found: then its link tells of other code.
 */
static bool is_behind(const struct tl_pt_runner *r, const struct tl_pt_block *call, uint64_t ip)
{
	return ip - r->map_start < r->map_size &&
	       call->owner == tl_pt_code_owner(r->map->dso, r->mode) &&
	       call->offset + call->nbytes == ip - r->map_start + r->map->pgoff;
}

/* Each return takes its call away, compressed or not. */
static void go_back(struct tl_pt_runner *r, uint64_t ip)
{
	unsigned i = --r->top % TL_PT_STACK;
	struct tl_pt_block *call = r->returns[i].call;

	r->depth--;
	if (call && r->returns[i].ip == ip && is_behind(r, call, ip))
		follow(r, &call->next, ip);
	else
		tl_pt_runner_move(r, ip);
}

/* An indirect jump: an event if it leaps.  The same jumps lead to the same places over and over. */
static void note_leap(struct tl_pt_runner *r, uint64_t from, uint64_t to)
{
	unsigned i = (unsigned)(to ^ to >> 6 ^ from >> 2) % TL_PT_JUMPS;
	struct tl_pt_event *e;

	if (r->jumps[i].to != to || r->jumps[i].from != from) {
		r->jumps[i].from = from;
		r->jumps[i].to = to;
		r->jumps[i].leaps = (uint8_t)tl_pt_leaps(r->ctx->space, from, to);
	}
	if (r->jumps[i].leaps == TL_PT_LEAPS_NOT)
		return;
	e = tl_pt_runner_event(r, TL_PT_EV_LEAP);
	if (!e)
		return;
	e->from = from;
	e->to = to;
	e->code = r->jumps[i].leaps;
}

void tl_pt_runner_leave(struct tl_pt_runner *r, struct tl_pt_block *b, uint64_t ip)
{
	uint64_t from = tl_pt_runner_last(r, b);

	execute(r, b, b->ninsns);
	if (b->end == TL_PT_END_INDCALL)
		push(r, b);
	else if (b->end == TL_PT_END_INDIRECT && r->want & TL_PT_WANT_LEAPS)
		note_leap(r, from, ip);
	tl_pt_runner_branch(r, from, ip, branch_flags(b->end), b->last_len);
	if (b->end == TL_PT_END_RET && r->depth > 0)
		go_back(r, ip);
	else
		tl_pt_runner_move(r, ip);
}

void tl_pt_runner_stop(struct tl_pt_runner *r, struct tl_pt_block *b, uint64_t to)
{
	uint64_t from = tl_pt_runner_last(r, b);

	execute(r, b, b->ninsns);
	tl_pt_runner_branch(r, from, to, branch_flags(b->end) | TL_PT_TRACE_END, b->last_len);
}

/* ---- beginning */

static uint16_t wanted_flags(unsigned want)
{
	unsigned mask = 0;

	if (want & TL_PT_WANT_CALLS)
		mask |= TL_PT_CALL | TL_PT_ASYNC | TL_PT_TRACE_END;
	if (want & TL_PT_WANT_RETURNS)
		mask |= TL_PT_RETURN | TL_PT_TRACE_BEGIN;
	if (want & TL_PT_WANT_EXTRAS)
		mask |= TL_PT_TX_ABORT;
	if (want & TL_PT_WANT_BRANCHES)
		mask |= TL_PT_BRANCH;
	return (uint16_t)mask;
}

bool tl_pt_runner_init(struct tl_pt_runner *r)
{
	r->mask = wanted_flags(r->want);
	r->max_events = r->out->n + MAX_EVENTS;
	r->paced = r->out->n;
	r->now = r->seg->time;
	r->mode = 64;
	look_around(r);
	return !r->no_memory;
}
