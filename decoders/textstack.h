/*
 * textstack.h: the calls that are open in a thread of a trace that was printed: each line tells how deep it
 * stands, some how long a call took.
 *
 * Whatever stands at a depth has left all that is deeper.  A level that nobody saw entered (before the
 * beginning of the trace, or where lines are missing) has a frame only while something is known of it.
 * Where another function returns than the one that was called there, all that was open is given up.
 *
 * What a call took is what is printed at its end; where nothing is, or not all of the call is in
 * sight, it is the time between lines: that belongs to the function which the first of two lines leaves
 * running.  Costs are sums modulo 2^64: what a call took without those it made may be negative for
 * a while, and is, where what was printed was rounded.
 */
#ifndef TL_DECODERS_TEXTSTACK_H
#define TL_DECODERS_TEXTSTACK_H

#include "decoders/calltree.h"

/* Deeper calls have no frames: what they take is the innermost one's own that has. */
#define TL_TEXT_LEVELS 1024

struct tl_textframe {
	int32_t index;  /* the depth that its entry stands at */
	uint32_t node;  /* of the tree */
	bool entered;   /* its beginning was seen */
	uint64_t self;  /* ns between lines that were its own */
	uint64_t below; /* ns of the calls it made */
};

/* How a call ends, as far as the line tells. */
struct tl_textexit {
	uint32_t name; /* TL_CALL_NONAME: not told */
	bool has_duration;
	uint64_t duration_ns;
};

/* A call that was open when the part of a trace began that is looked at; now it has ended. */
struct tl_textended {
	struct tl_textframe frame;
	bool told; /* by a line of its own: */
	struct tl_textexit how;
};

/* Plain data; all zero, then begun. */
struct tl_textstack {
	struct tl_calltree *tree;   /* borrowed, as these */
	struct tl_callnames *names; /* of its nodes */
	bool timed;                 /* lines tell times */
	bool partial; /* what is open at the beginning is not known, but somebody does */

	/* The outermost first, indices rise.  The first is no call, but what is around all of them; in a
	 * partial stack the innermost call that was open at the beginning and still is. */
	struct tl_textframe *v;
	uint32_t n, cap;
	struct tl_textended *ended; /* of a partial stack, the innermost first */
	uint32_t nended, ended_cap;
};

void tl_textstack_fini(struct tl_textstack *s);

/* Give back most of the memory that is not in use now. */
void tl_textstack_trim(struct tl_textstack *s);

/* Begin with nothing open below node `root`, which has no costs.  False: no memory, as from all below. */
bool tl_textstack_begin(struct tl_textstack *s, uint32_t root);

/* Begin a partial stack, with a call at this index (-1: none) or the deepest there may be, of which nothing is
 * known. */
bool tl_textstack_begin_partial(struct tl_textstack *s, int32_t index);

/* A line stands at a depth: what is deeper has ended, and the top is what is around it. */
bool tl_textstack_to(struct tl_textstack *s, int32_t depth);

/* A line at that depth (any, as above) enters a function, leaves it, or does both. */
bool tl_textstack_enter(struct tl_textstack *s, int32_t depth, uint32_t name);
bool tl_textstack_exit(struct tl_textstack *s, int32_t depth, const struct tl_textexit *how);
bool tl_textstack_leaf(struct tl_textstack *s, int32_t depth, const struct tl_textexit *how);

/* One more frame, as it is. */
bool tl_textstack_push(struct tl_textstack *s, const struct tl_textframe *frame);

static inline struct tl_textframe *tl_textstack_top(struct tl_textstack *s)
{
	return &s->v[s->n - 1];
}

/* A node without a name below another one, a new one each time. */
uint32_t tl_textstack_unknown(struct tl_calltree *tree, uint32_t parent);

#endif
