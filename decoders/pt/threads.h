/*
 * threads.h: the threads of a recording in a stretch of it, and the calls of each that are open.
 *
 * follow() takes a thread over one event after the other.  What it knows of the time before is
 * what is in the thread when it begins: nothing, or what an earlier stretch ended with.
 */
#ifndef TL_DECODERS_PT_THREADS_H
#define TL_DECODERS_PT_THREADS_H

#include "decoders/keyindex.h"
#include "decoders/pt/event.h"

#include <stddef.h>

#define TL_PT_NONE UINT32_MAX

struct tl_pt_frame {
	uint64_t back;  /* the address to return to, shifted; bit 0: it was interrupted there */
	uint64_t time;  /* of the call, */
	uint64_t known; /* who looks back to this time knows of it, */
	uint64_t to;    /* where it led, */
	uint32_t call;  /* and its number; TL_PT_NONE: it is of an earlier stretch */
};

struct tl_pt_thread {
	uint64_t key;
	uint64_t since; /* when it was first seen */
	int32_t
	    base; /* the depth that the outermost frame was called at; depth 0 is where it began */
	int32_t lowest; /* its shallowest depth: <= 0 */
	bool left;      /* the trace of it stopped, */
	uint16_t left_flags;
	uint64_t left_at, left_next; /* at this instruction, and the one behind; */
	uint64_t left_time;
	uint32_t nframes, cap;
	struct tl_pt_frame *frames; /* calls that are open */

	/* Of who writes lines: */
	uint32_t last;  /* its event before, while walking; TL_PT_NONE: none */
	uint64_t time;  /* of its last line */
	uint64_t insns; /* since then */
	int32_t level;  /* for views that count in their own way */
	bool seen;      /* it has a line */
	bool gap;       /* and an error behind it: instructions are not all counted */
};

/* What an event did to the calls of its thread. */
struct tl_pt_move {
	int32_t depth; /* relative to where the thread stood at first; a call's is the caller's */
	int8_t moves;  /* 1: it enters a function, -1: it leaves one or more, 0: neither */
	bool open;     /* it leaves one whose call is not known, or leaps to one */
	const struct tl_pt_frame *closed; /* the call it returns from, until the thread's next
					   * event; NULL: none that is known */
};

/* Threads by key; all zero is none.  Those behind n keep their frames. */
struct tl_pt_threads {
	struct tl_pt_thread *v;
	size_t n, cap;
	struct tl_keyindex by_key; /* have the same numbers */
	uint32_t last;             /* the one last looked for */
};

/* When a function began that event number `event` returns from; known from further back. */
struct tl_pt_late {
	uint32_t event;
	uint64_t time;
};

/* Where threads stood when a stretch began. */
struct tl_pt_past {
	struct tl_pt_threads threads;
	uint64_t gap;            /* something may be missing before; 0: nothing is */
	struct tl_pt_late *late; /* by event; of calls that the threads do not have any more */
	size_t nlate, late_cap;
};

/* The number of an event's thread: its tid, for the idle tasks one a CPU. */
static inline uint64_t tl_pt_thread_key(const struct tl_pt_event *ev)
{
	const struct tl_context *ctx = ev->ctx;

	if (ctx && ctx->tid > 0)
		return (uint64_t)ctx->tid;
	if (ctx && ctx->tid == 0)
		return UINT64_C(1) << 32 | (uint32_t)ctx->cpu;
	return UINT64_C(2) << 32 | ev->queue;
}

/* The thread of a key, new where there was none: its number is in threads->last.  False: out of
 * memory.  search() does what find() does when it is not the one last looked for. */
bool tl_pt_threads_search(struct tl_pt_threads *threads, uint64_t key);

static inline bool tl_pt_threads_find(struct tl_pt_threads *threads, uint64_t key)
{
	return (threads->last < threads->n && threads->v[threads->last].key == key) ||
	       tl_pt_threads_search(threads, key);
}

/* NULL: there is none. */
const struct tl_pt_thread *tl_pt_threads_have(const struct tl_pt_threads *threads, uint64_t key);

/* What a thread knows of itself, as another stretch begins with it.  False: out of memory. */
bool tl_pt_thread_begin(struct tl_pt_thread *t, const struct tl_pt_thread *from);

/* Does the trace of it go on where it stopped? */
static inline bool tl_pt_thread_resumes(const struct tl_pt_thread *t, const struct tl_pt_event *ev)
{
	return t->left && (ev->to == t->left_at || ev->to == t->left_next);
}

void tl_pt_threads_clear(struct tl_pt_threads *threads);
/* Clear, and give back what is unusually much. */
void tl_pt_threads_trim(struct tl_pt_threads *threads);
void tl_pt_threads_fini(struct tl_pt_threads *threads);

/* The next event of a thread, number i of the stretch.  False: out of memory. */
bool tl_pt_thread_follow(struct tl_pt_thread *t, const struct tl_pt_event *ev, uint32_t i,
			 struct tl_pt_move *move);

#endif
