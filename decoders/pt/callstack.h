/*
 * callstack.h: the calls that are open in a thread, each a node of a call tree (calltree.h).
 *
 * The rules by which branches open and close calls are those of the views' depths (depth.c), with
 * one difference: of a stack whose lower part is not known here, it can be said that the rules need
 * that part.  Then nothing is done, and who knows it does it.
 *
 * The innermost frame is the function that runs.  The outermost one was called when nobody looked.
 */
#ifndef TL_DECODERS_PT_CALLSTACK_H
#define TL_DECODERS_PT_CALLSTACK_H

#include "decoders/calltree.h"
#include "decoders/pt/event.h"
#include "decoders/pt/leaps.h"

struct tl_pt_stackframe {
	uint64_t back;  /* the address it returns to, shifted; bit 0: it was interrupted there */
	uint32_t node;  /* of the function it is in now; a jump can lead from one to another */
	uint32_t first; /* name of the one it was called as; TL_CALL_NONAME: not known */
};

/* Where the trace of a thread stopped. */
struct tl_pt_leaving {
	bool known; /* whether it has */
	bool left;
	uint16_t flags;
	uint64_t at, next; /* at this instruction, and the one behind */
};

/* Plain data; all zero is empty. */
struct tl_pt_callstack {
	struct tl_pt_stackframe *v; /* the outermost one first; at least that one */
	uint32_t n, cap;
	bool partial;  /* v[0] is the innermost of frames that are known elsewhere */
	uint32_t root; /* node above v[0]'s */
	int32_t most;  /* nodes have no higher level: what is deeper counts for those there */
	struct tl_pt_leaving leaving;
};

enum tl_pt_stacked {
	TL_PT_STACK_DONE,
	TL_PT_STACK_UNKNOWN, /* the part that is not known is needed */
	TL_PT_STACK_EMPTY,   /* it was a return from the outermost frame; nothing was done */
	TL_PT_STACK_NOMEM,
};

void tl_pt_callstack_fini(struct tl_pt_callstack *s);

/* One frame, of a function without a name yet, below node `root`.  What is known of leaving stays.
 * False: no memory. */
bool tl_pt_callstack_begin(struct tl_pt_callstack *s, struct tl_calltree *t, uint32_t root);

/* The function that runs now is this one; true: a node for it there is.  `counts`: as the frame was
 * called as another one, it has been entered now. */
bool tl_pt_callstack_rename(struct tl_pt_callstack *s, struct tl_calltree *t, uint32_t name,
			    bool counts);

/* A frame on top.  False: no memory. */
bool tl_pt_callstack_push(struct tl_pt_callstack *s, const struct tl_pt_stackframe *frame);

/* A branch that returns, or with which the trace begins; `name` is that of the function it leads to. */
enum tl_pt_stacked tl_pt_callstack_return(struct tl_pt_callstack *s, struct tl_calltree *t,
					  uint64_t to, unsigned flags, uint32_t name);
enum tl_pt_stacked tl_pt_callstack_start(struct tl_pt_callstack *s, struct tl_calltree *t,
					 uint64_t to, uint32_t name);

/* A jump into the midst of a function (TL_PT_EV_LEAP) with this name, one of `names`.  EMPTY: it left all of
 * them. */
enum tl_pt_stacked tl_pt_callstack_leap(struct tl_pt_callstack *s, struct tl_calltree *t,
					struct tl_callnames *names, uint32_t name,
					enum tl_pt_leaping how);

/* A call, or that the trace ends.  False: no memory. */
bool tl_pt_callstack_leave(struct tl_pt_callstack *s, struct tl_calltree *t,
			   const struct tl_pt_event *ev, uint32_t name);

static inline uint32_t tl_pt_callstack_top(const struct tl_pt_callstack *s)
{
	return s->v[s->n - 1].node;
}

/* The node of whom the innermost frame returns to. */
static inline uint32_t tl_pt_callstack_caller(const struct tl_pt_callstack *s)
{
	return s->n > 1 ? s->v[s->n - 2].node : s->root;
}

/* A child of a node, or where that is too deep the node. */
static inline uint32_t tl_pt_callstack_child(const struct tl_pt_callstack *s, struct tl_calltree *t,
					     uint32_t parent, uint32_t name)
{
	return t->v[parent].level >= s->most ? parent : tl_calltree_child(t, parent, name);
}

#endif
