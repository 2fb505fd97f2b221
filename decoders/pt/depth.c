/*
 * depth.c: how deep in calls each event is.
 *
 * A chunk begins in the midst of things, so that depth is relative to where a thread is first
 * seen, and its lowest is found on the way.  Calls that are open are kept with the address they
 * return to: what comes back there closes them, be it a return, a trace that starts again
 * behind a call out of a filter, or one that goes on where a signal came.  A return to another
 * address closes one call.
 */
#include "decoders/pt/pen.h"

#include "decoders/pt/leaps.h"

#include <stdlib.h>

/* How many open calls are looked at for the one that a return closes. */
#define SEARCHED 1024

#define KEEP_STEPS (1 << 18) /* from one chunk to the next */

#define NONE TL_PT_NONE

/* ---- calls that are open */

static uint64_t to_back(uint64_t address, bool interrupted)
{
	return address << 1 | interrupted;
}

static bool push(struct tl_pt_thread *t, uint64_t back, uint64_t known,
		 const struct tl_pt_event *ev, uint32_t i)
{
	if (t->nframes == t->cap) {
		uint32_t cap = t->cap ? 2 * t->cap : 64;
		struct tl_pt_frame *frames = realloc(t->frames, cap * sizeof(*frames));

		if (!frames)
			return false;
		t->frames = frames;
		t->cap = cap;
	}
	t->frames[t->nframes++] = (struct tl_pt_frame){ back, ev->time, known, ev->to, i };
	return true;
}

/* The innermost open call that returns to an address; NONE. */
static uint32_t find_frame(const struct tl_pt_thread *t, uint64_t address)
{
	uint32_t end = t->nframes > SEARCHED ? t->nframes - SEARCHED : 0;

	if (address == 0)
		return NONE;
	for (uint32_t i = t->nframes; i > end; i--)
		if ((t->frames[i - 1].back | 1) == to_back(address, true))
			return i - 1;
	return NONE;
}

/* The innermost call that returns to user code, whose addresses have bit 62 clear; else 0. */
static uint32_t find_user_frame(const struct tl_pt_thread *t)
{
	uint32_t i = t->nframes;

	while (i > 0 && t->frames[i - 1].back >> 63)
		i--;
	return i > 0 ? i - 1 : 0;
}

/* Frame `at` and those in it are closed. */
static void close_frame(struct tl_pt_thread *t, uint32_t at, struct tl_pt_move *move)
{
	t->nframes = at;
	move->closed = &t->frames[at];
}

static void go_back(struct tl_pt_thread *t, const struct tl_pt_event *ev, struct tl_pt_move *move)
{
	uint32_t at = find_frame(t, ev->to);

	if (at != NONE) {
		close_frame(t, at, move);
	} else if (t->nframes == 0) {
		t->base--;
		move->open = true;
	} else if (ev->flags & (TL_PT_INTERRUPT | TL_PT_SYSCALLRET)) {
		t->nframes = ev->to >> 63 ? t->nframes - 1 : find_user_frame(t);
	} else if (!(t->frames[t->nframes - 1].back & 1)) {
		/* A signal's handler returns to code that ends it with a system call. */
		t->nframes--;
	}
}

/* The function that an open call came from, or that was interrupted. */
static bool caller_of(const struct tl_space *space, const struct tl_pt_frame *frame,
		      struct tl_pt_function *out)
{
	return tl_pt_function_at(space, (frame->back >> 1) - !(frame->back & 1), out);
}

/* Is there no open call but those that are known? */
static bool knows_all(const struct tl_pt_thread *t, const struct tl_space *space)
{
	struct tl_pt_function function;

	return t->nframes > 0 && caller_of(space, &t->frames[0], &function) &&
	       tl_pt_is_outermost(function.name);
}

/*
 * A jump into the midst of a function: back to the innermost that called another one from there, and all
 * since are left.  That is not the one that let an exception go on, as it is left.  Where the function is not
 * found, it has called before what is known; if nothing is before, its calls are told wrong, and stay.
 */
static void leap(struct tl_pt_thread *t, const struct tl_pt_event *ev, struct tl_pt_move *move)
{
	uint32_t end = t->nframes > SEARCHED ? t->nframes - SEARCHED : 0;
	const struct tl_space *space = tl_pt_ctx(ev)->space;
	struct tl_pt_function to, caller;

	if (!tl_pt_function_at(space, ev->to, &to))
		return;
	for (uint32_t i = t->nframes; i > end; i--) {
		if (i == t->nframes && ev->code == TL_PT_LEAPS_RESUMES)
			continue;
		if (caller_of(space, &t->frames[i - 1], &caller) &&
		    tl_pt_same_function(&to, &caller)) {
			close_frame(t, i - 1, move);
			return;
		}
	}
	if (knows_all(t, space))
		return;
	move->open = true;
	if (ev->code != TL_PT_LEAPS && t->nframes <= SEARCHED) {
		t->nframes = 0;
		t->base--;
	}
}

static bool start_again(struct tl_pt_thread *t, const struct tl_pt_event *ev, uint32_t i,
			struct tl_pt_move *move)
{
	const unsigned async = TL_PT_ASYNC | TL_PT_INTERRUPT;
	bool left = t->left, resumed = tl_pt_thread_resumes(t, ev);
	uint32_t at = resumed ? NONE : find_frame(t, ev->to);

	t->left = false;
	if (at != NONE) {
		close_frame(t, at, move);
		return true;
	}
	/* Somewhere else than where the kernel was entered: a signal's handler. */
	if (left && !resumed && t->left_flags & (async | TL_PT_SYSCALLRET))
		return push(t, to_back(t->left_flags & async ? t->left_at : t->left_next, true),
			    t->left_time, ev, i);
	return true;
}

bool tl_pt_thread_follow(struct tl_pt_thread *t, const struct tl_pt_event *ev, uint32_t i,
			 struct tl_pt_move *move)
{
	const unsigned vm = TL_PT_VMENTRY | TL_PT_VMEXIT;
	uint64_t next = ev->length > 0 ? ev->from + ev->length : 0;
	int32_t before = t->base + (int32_t)t->nframes;
	bool ok = true;

	*move = (struct tl_pt_move){ .depth = before };
	if (t->since == TL_PT_NOTIME)
		t->since = ev->time;
	if (ev->kind == TL_PT_EV_ERROR)
		t->left = false;
	if (ev->kind == TL_PT_EV_LEAP)
		leap(t, ev, move);
	else if (ev->kind != TL_PT_EV_BRANCH)
		return true;
	if (ev->flags & TL_PT_TRACE_BEGIN)
		ok = start_again(t, ev, i, move);
	else if (ev->flags & TL_PT_RETURN)
		go_back(t, ev, move);
	move->depth = t->base + (int32_t)t->nframes;
	move->moves = (int8_t)((move->depth > before) - (move->depth < before));
	if (move->depth < t->lowest)
		t->lowest = move->depth;
	if (ev->flags & TL_PT_TRACE_END) {
		t->left = true;
		t->left_flags = ev->flags;
		t->left_at = ev->from;
		t->left_next = next;
		t->left_time = ev->time;
	} else if (ev->flags & TL_PT_CALL && !(ev->flags & vm)) {
		ok = push(t,
			  to_back(ev->flags & TL_PT_ASYNC ? ev->from : next,
				  (ev->flags & TL_PT_ASYNC) != 0),
			  ev->time, ev, i);
		move->moves = 1;
	}
	return ok;
}

/* ---- a chunk */

/* The thread of an event, which begins as the past left it. */
static struct tl_pt_thread *thread_of(struct tl_pt_pen *pen, const struct tl_pt_event *ev,
				      const struct tl_pt_past *past)
{
	uint64_t key = tl_pt_thread_key(ev);
	size_t had = pen->threads.n;
	const struct tl_pt_thread *from;
	struct tl_pt_thread *t;

	if (!tl_pt_threads_find(&pen->threads, key))
		return NULL;
	t = &pen->threads.v[pen->threads.last];
	from = past && pen->threads.n > had ? tl_pt_threads_have(&past->threads, key) : NULL;
	return !from || tl_pt_thread_begin(t, from) ? t : NULL;
}

/* Note when a function began that was called in an earlier chunk; or before what is known. */
static bool note_began(struct tl_pt_pen *pen, const struct tl_pt_move *move, uint64_t since)
{
	struct tl_pt_began *b;

	if (pen->nbegans == pen->begans_cap) {
		size_t cap = pen->begans_cap ? 2 * pen->begans_cap : 64;

		b = realloc(pen->begans, cap * sizeof(*b));
		if (!b)
			return false;
		pen->begans = b;
		pen->begans_cap = cap;
	}
	b = &pen->begans[pen->nbegans++];
	if (move->closed)
		*b = (struct tl_pt_began){ move->closed->time, move->closed->to, false };
	else /* another call than its own is open: nothing is known of that */
		*b = (struct tl_pt_began){ move->open ? since : TL_PT_NOTIME, 0, true };
	return true;
}

/* Event i of the chunk; nothing is missing since `gap`. */
static bool walk_one(struct tl_pt_pen *pen, struct tl_pt_thread *t, const struct tl_pt_event *ev,
		     uint32_t i, uint64_t gap)
{
	struct tl_pt_step *step = &pen->steps[i];
	struct tl_pt_move move;

	if (!tl_pt_thread_follow(t, ev, i, &move))
		return false;
	*step = (struct tl_pt_step){
		.thread = pen->threads.last,
		.depth = move.depth,
		.peer = move.closed ? move.closed->call : NONE,
		.next = NONE,
		.began = NONE,
		.moves = move.moves,
	};
	if (t->last != NONE)
		pen->steps[t->last].next = i;
	t->last = i;
	if (step->peer != NONE)
		pen->steps[step->peer].peer = i;
	if (step->peer != NONE || (!move.closed && move.moves >= 0))
		return true;
	step->began = (uint32_t)pen->nbegans;
	return note_began(pen, &move, t->since > gap ? t->since : gap);
}

/* What was found out later than where the threads stood. */
static void add_late(struct tl_pt_pen *pen, size_t n, const struct tl_pt_past *past)
{
	for (size_t i = 0; i < past->nlate; i++) {
		const struct tl_pt_late *late = &past->late[i];
		uint32_t began = late->event < n ? pen->steps[late->event].began : NONE;

		if (began != NONE && pen->begans[began].before)
			pen->begans[began] = (struct tl_pt_began){ late->time, 0, false };
	}
}

bool tl_pt_pen_walk(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t n,
		    const struct tl_pt_past *past)
{
	uint64_t gap = past ? past->gap : 0;

	if (n >= NONE)
		return false;
	if (n > pen->steps_cap) {
		free(pen->steps);
		pen->steps_cap = 0;
		pen->steps = malloc(n * sizeof(*pen->steps));
		if (!pen->steps)
			return false;
		pen->steps_cap = n;
	}
	tl_pt_threads_clear(&pen->threads);
	pen->nbegans = 0;
	for (size_t i = 0; i < n; i++) {
		struct tl_pt_thread *t = thread_of(pen, &events[i], past);

		if (!t || !walk_one(pen, t, &events[i], (uint32_t)i, gap))
			return false;
		if (events[i].kind == TL_PT_EV_ERROR)
			gap = events[i].time;
	}
	if (past)
		add_late(pen, n, past);
	return true;
}

void tl_pt_pen_trim(struct tl_pt_pen *pen)
{
	if (pen->steps_cap > KEEP_STEPS) {
		free(pen->steps);
		pen->steps = NULL;
		pen->steps_cap = 0;
	}
	tl_pt_threads_trim(&pen->threads);
}
