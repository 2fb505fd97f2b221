/*
 * callnav.h: moving by calls, over any text whose chunks tell their calls (text/calls.h): to the one
 * who called, to where a function returns, over calls, from entry to entry.
 *
 * All of it is about the thread of the line that one moves from; lines of others are passed over.  A
 * line's depth says what encloses it: the caller is the nearest entry before it that stands less deep, the
 * return the first line behind it that does.  Where something is missing from a trace (TL_CALL_GAP) it
 * is not known any more who called whom, and a move by depth ends there.
 */
#ifndef TL_INDEX_CALLNAV_H
#define TL_INDEX_CALLNAV_H

#include "base/jobs.h"
#include "base/mailbox.h"
#include "index/callcache.h"

enum tl_callmove {
	/* Back to the entry of the function that the line is in. */
	TL_TO_CALLER,
	/* On to where that returns; where a trace shows no returns, to the first line that is not in it
	 * any more. */
	TL_TO_RETURN,
	/* The next line, the previous line, that is no deeper. */
	TL_STEP_OVER,
	TL_STEP_BACK,
	/* Where the line's function is entered next, or was before. */
	TL_NEXT_ENTRY,
	TL_PREVIOUS_ENTRY,
	/* Behind the call that the line enters, or else is in: behind the line that leaves it, or at the
	 * first one that is no deeper and no part of it. */
	TL_CALL_END,
};

/* Lines of a thread that a move by depth does not see: those that begin in [start, end). */
struct tl_callrange {
	uint64_t thread, start, end;
};

struct tl_callnav_request {
	struct tl_source *src;
	struct tl_callcache *cache;
	struct tl_mailbox *mailbox;
	enum tl_callmove move;
	uint64_t pos; /* where the line starts */
	uint64_t nth;
	const struct tl_callrange *unseen; /* by start; copied */
	size_t nunseen;
};

enum tl_callnav_state {
	TL_CALLNAV_RUNNING,
	TL_CALLNAV_FOUND,
	TL_CALLNAV_EDGE,   /* the text ends first; `done` of nth were there */
	TL_CALLNAV_GAP,    /* a gap comes first; likewise */
	TL_CALLNAV_NOCALL, /* the line is no thread's */
	TL_CALLNAV_NONAME, /* it is not known which function it is in, or where that was entered */
	TL_CALLNAV_FAILED, /* err */
};

struct tl_callnav_result {
	enum tl_callnav_state state;
	/* FOUND: of the line; EDGE: of the last one there was, where done > 0; GAP: of the gap.  Of
	 * CALL_END: the end, TL_NOPOS for that of the text. */
	uint64_t pos;
	uint64_t done;   /* moves made */
	uint64_t thread; /* of the line at hand */
	/* Of CALL_END: of the line that enters, how many lines of the thread are between, and where the
	 * last of them starts, if there is one. */
	uint64_t begin;
	uint64_t passed;
	uint64_t last;
	struct tl_err err;
};

struct tl_callnav;

/* Start; returns at once.  TL_MSG_TIME when there is a result.  Borrows what req points to until close.
 * False: out of memory.  Main thread. */
bool tl_callnav_start(const struct tl_callnav_request *req, struct tl_jobs *pool,
		      struct tl_callnav **out, struct tl_err *err);

/* What is known now.  Any thread. */
void tl_callnav_result(struct tl_callnav *nav, struct tl_callnav_result *out);

/* How much of what might have to be looked at was, 0 .. 1.  Any thread. */
double tl_callnav_progress(struct tl_callnav *nav);

/* Give up, wait for the chunks that are being looked at, free.  NULL is fine.  Main thread. */
void tl_callnav_close(struct tl_callnav *nav);

#endif
