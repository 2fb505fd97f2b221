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

#include <stdlib.h>

/* How many open calls are looked at for the one that a return closes. */
#define SEARCHED 1024

/* Kept from one chunk to the next. */
#define KEEP_THREADS 256
#define KEEP_FRAMES  4096
#define KEEP_STEPS   (1 << 18)

#define NONE UINT32_MAX

/* ---- the threads of a chunk */

static uint64_t key_of(const struct tl_pt_event *ev)
{
	const struct tl_context *ctx = tl_pt_ctx(ev);

	if (ctx->tid > 0)
		return (uint64_t)ctx->tid;
	if (ctx->tid == 0) /* each CPU has its own idle task */
		return UINT64_C(1) << 32 | (uint32_t)ctx->cpu;
	return UINT64_C(2) << 32 | ev->queue;
}

static size_t hash(uint64_t key)
{
	return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

static bool grow_index(struct tl_pt_pen *pen)
{
	size_t n = pen->nindex ? 2 * pen->nindex : 64, at;
	uint32_t *index = calloc(n, sizeof(*index));

	if (!index)
		return false;
	for (size_t i = 0; i < pen->nthreads; i++) {
		for (at = hash(pen->threads[i].key); index[at & (n - 1)]; at++)
			;
		index[at & (n - 1)] = (uint32_t)i + 1;
	}
	free(pen->index);
	pen->index = index;
	pen->nindex = n;
	return true;
}

static bool add_thread(struct tl_pt_pen *pen, uint64_t key)
{
	struct tl_pt_thread *t;

	if (pen->nthreads == pen->threads_cap) {
		size_t cap = pen->threads_cap ? 2 * pen->threads_cap : 16;

		t = realloc(pen->threads, cap * sizeof(*t));
		if (!t)
			return false;
		memset(t + pen->threads_cap, 0, (cap - pen->threads_cap) * sizeof(*t));
		pen->threads = t;
		pen->threads_cap = cap;
	}
	t = &pen->threads[pen->nthreads++];
	*t = (struct tl_pt_thread){ .key = key, .last = NONE, .frames = t->frames, .cap = t->cap };
	return true;
}

/* Its number is in pen->last_thread then. */
static bool find_thread(struct tl_pt_pen *pen, uint64_t key)
{
	size_t at;

	if (pen->last_thread < pen->nthreads && pen->threads[pen->last_thread].key == key)
		return true;
	if (pen->nthreads * 2 >= pen->nindex && !grow_index(pen))
		return false;
	for (at = hash(key);; at++) {
		uint32_t *entry = &pen->index[at & (pen->nindex - 1)];

		if (*entry == 0) {
			if (!add_thread(pen, key))
				return false;
			*entry = (uint32_t)pen->nthreads;
		}
		if (pen->threads[*entry - 1].key == key) {
			pen->last_thread = *entry - 1;
			return true;
		}
	}
}

/* ---- calls that are open */

static uint64_t to_back(uint64_t address, bool interrupted)
{
	return address << 1 | interrupted;
}

static bool push(struct tl_pt_thread *t, uint64_t back, uint32_t call)
{
	if (t->nframes == t->cap) {
		uint32_t cap = t->cap ? 2 * t->cap : 64;
		struct tl_pt_frame *frames = realloc(t->frames, cap * sizeof(*frames));

		if (!frames)
			return false;
		t->frames = frames;
		t->cap = cap;
	}
	t->frames[t->nframes++] = (struct tl_pt_frame){ back, call };
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

/* The event that opened what was closed; NONE. */
static uint32_t go_back(struct tl_pt_thread *t, const struct tl_pt_event *ev)
{
	uint32_t at = find_frame(t, ev->to);

	if (at == NONE && t->nframes == 0) {
		t->lowest--;
		return NONE;
	}
	if (at != NONE) {
		t->nframes = at;
		return t->frames[at].call;
	}
	if (ev->flags & (TL_PT_INTERRUPT | TL_PT_SYSCALLRET)) {
		t->nframes = ev->to >> 63 ? t->nframes - 1 : find_user_frame(t);
		return NONE;
	}
	/* A signal's handler returns to code that ends it with a system call. */
	if (!(t->frames[t->nframes - 1].back & 1))
		t->nframes--;
	return NONE;
}

static bool start_again(struct tl_pt_thread *t, const struct tl_pt_event *ev, uint32_t i,
			uint32_t *closed)
{
	const unsigned async = TL_PT_ASYNC | TL_PT_INTERRUPT;
	bool left = t->left, resumed = left && (ev->to == t->left_at || ev->to == t->left_next);
	uint32_t at = resumed ? NONE : find_frame(t, ev->to);

	t->left = false;
	if (at != NONE) {
		t->nframes = at;
		*closed = t->frames[at].call;
		return true;
	}
	/* Somewhere else than where the kernel was entered: a signal's handler. */
	if (left && !resumed && t->left_flags & (async | TL_PT_SYSCALLRET))
		return push(t, to_back(t->left_flags & async ? t->left_at : t->left_next, true), i);
	return true;
}

static bool follow(struct tl_pt_thread *t, const struct tl_pt_event *ev, uint32_t i,
		   struct tl_pt_step *step)
{
	const unsigned vm = TL_PT_VMENTRY | TL_PT_VMEXIT;
	uint64_t next = ev->length > 0 ? ev->from + ev->length : 0;
	int32_t before = t->lowest + (int32_t)t->nframes;
	bool ok = true;

	step->peer = NONE;
	step->moves = 0;
	if (ev->kind == TL_PT_EV_ERROR)
		t->left = false;
	if (ev->kind != TL_PT_EV_BRANCH) {
		step->depth = t->lowest + (int32_t)t->nframes;
		return true;
	}
	if (ev->flags & TL_PT_TRACE_BEGIN)
		ok = start_again(t, ev, i, &step->peer);
	else if (ev->flags & TL_PT_RETURN)
		step->peer = go_back(t, ev);
	step->depth = t->lowest + (int32_t)t->nframes;
	step->moves = (int8_t)((step->depth > before) - (step->depth < before));
	if (ev->flags & TL_PT_TRACE_END) {
		t->left = true;
		t->left_flags = ev->flags;
		t->left_at = ev->from;
		t->left_next = next;
	} else if (ev->flags & TL_PT_CALL && !(ev->flags & vm)) {
		ok = push(t,
			  to_back(ev->flags & TL_PT_ASYNC ? ev->from : next,
				  (ev->flags & TL_PT_ASYNC) != 0),
			  i);
		step->moves = 1;
	}
	return ok;
}

bool tl_pt_pen_walk(struct tl_pt_pen *pen, const struct tl_pt_event *events, size_t n)
{
	struct tl_pt_step *steps = pen->steps;

	if (n >= NONE)
		return false;
	if (n > pen->steps_cap) {
		free(pen->steps);
		pen->steps_cap = 0;
		pen->steps = steps = malloc(n * sizeof(*steps));
		if (!steps)
			return false;
		pen->steps_cap = n;
	}
	pen->nthreads = 0;
	if (pen->nindex > 0)
		memset(pen->index, 0, pen->nindex * sizeof(*pen->index));
	for (size_t i = 0; i < n; i++) {
		struct tl_pt_thread *t;

		if (!find_thread(pen, key_of(&events[i])))
			return false;
		t = &pen->threads[pen->last_thread];
		steps[i].thread = pen->last_thread;
		steps[i].next = NONE;
		if (t->last != NONE)
			steps[t->last].next = (uint32_t)i;
		t->last = (uint32_t)i;
		if (!follow(t, &events[i], (uint32_t)i, &steps[i]))
			return false;
		if (steps[i].peer != NONE)
			steps[steps[i].peer].peer = (uint32_t)i;
	}
	return true;
}

void tl_pt_pen_trim(struct tl_pt_pen *pen)
{
	if (pen->steps_cap > KEEP_STEPS) {
		free(pen->steps);
		pen->steps = NULL;
		pen->steps_cap = 0;
	}
	for (size_t i = 0; i < pen->threads_cap; i++) {
		struct tl_pt_thread *t = &pen->threads[i];

		if (t->cap > KEEP_FRAMES || pen->threads_cap > KEEP_THREADS) {
			free(t->frames);
			t->frames = NULL;
			t->cap = 0;
		}
	}
	pen->nthreads = 0;
	if (pen->threads_cap > KEEP_THREADS) {
		free(pen->threads);
		free(pen->index);
		pen->threads = NULL;
		pen->index = NULL;
		pen->threads_cap = pen->nindex = 0;
	}
}
