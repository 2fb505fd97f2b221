/*
 * calls.h: the calls in a chunk of a trace: which line enters a function and which leaves one, whose
 * line it is, and how deep.  What moves by calls and folds them (index/callnav.h) knows no more of a
 * trace than this.
 *
 * Depths belong to a thread.  An entry stands at the depth of the function that calls, and what is
 * called is one deeper; an exit stands where its entry stands.
 */
#ifndef TL_TEXT_CALLS_H
#define TL_TEXT_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tl_callkind {
	TL_CALL_OTHER, /* something within a function */
	TL_CALL_ENTRY,
	TL_CALL_EXIT,
	TL_CALL_LEAF, /* entry and exit, both on this line */
	TL_CALL_GAP,  /* something is missing here */
	/* No line, and of no thread or of one: what was between the line that begins at the same byte, which is the
	 * next one, and those before is left out of the text; or it is not known how their depths compare. */
	TL_CALL_BREAK,
};

#define TL_CALL_NOTHREAD UINT64_MAX

struct tl_callline {
	uint64_t byte;     /* where the line begins in its chunk */
	uint64_t thread;   /* whose line it is, the same number in all chunks; NOTHREAD: nobody's */
	uint64_t function; /* entered or left: a hash of its name; 0: not known */
	int32_t depth;     /* see tl_calls.absolute */
	uint8_t kind;      /* enum tl_callkind */
};

/* What is known of a thread in a chunk, where depths are relative. */
struct tl_callthread {
	uint64_t thread;
	int32_t begins; /* at its first line or before: 0, as that is what depths are relative to */
	int32_t lowest; /* where it has returned to at the least, <= 0 */
	int32_t ends;   /* behind its last line: what the next chunk's 0 is */
};

/* Plain data; all zero is empty. */
struct tl_calls {
	bool absolute; /* depths mean the same in all chunks; else they are relative to where the
			* thread stood when the chunk began, and `threads` tells */
	struct tl_callline
	    *lines; /* in the order of the text; lines of no thread may be left out */
	size_t nlines, lines_cap;
	struct tl_callthread *threads; /* in any order; none where absolute */
	size_t nthreads, threads_cap;
};

/* Forget the lines, keep the memory; free it.  add() gives a place for one more, NULL: no memory. */
void tl_calls_clear(struct tl_calls *c);
void tl_calls_fini(struct tl_calls *c);
struct tl_callline *tl_calls_add(struct tl_calls *c);
struct tl_callthread *tl_calls_add_thread(struct tl_calls *c);

#endif
