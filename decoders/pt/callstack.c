/* callstack.c: see callstack.h. */
#include "decoders/pt/callstack.h"

#include <stdlib.h>

/* How many open calls are looked at for the one that a return closes; as in depth.c. */
#define SEARCHED 1024

#define NONE UINT32_MAX

void tl_pt_callstack_fini(struct tl_pt_callstack *s)
{
	free(s->v);
	*s = (struct tl_pt_callstack){ 0 };
}

bool tl_pt_callstack_push(struct tl_pt_callstack *s, const struct tl_pt_stackframe *frame)
{
	if (s->n == s->cap) {
		uint32_t cap = s->cap ? 2 * s->cap : 64;
		struct tl_pt_stackframe *v = realloc(s->v, cap * sizeof(*v));

		if (!v)
			return false;
		s->v = v;
		s->cap = cap;
	}
	s->v[s->n++] = *frame;
	return true;
}

bool tl_pt_callstack_begin(struct tl_pt_callstack *s, struct tl_calltree *t, uint32_t root)
{
	struct tl_pt_stackframe frame = { .first = TL_CALL_NONAME };

	s->root = root;
	s->n = 0;
	frame.node = tl_calltree_child(t, root, TL_CALL_NONAME);
	return frame.node != TL_CALL_NONODE && tl_pt_callstack_push(s, &frame);
}

bool tl_pt_callstack_rename(struct tl_pt_callstack *s, struct tl_calltree *t, uint32_t name,
			    bool counts)
{
	struct tl_pt_stackframe *top = &s->v[s->n - 1];

	if (t->v[top->node].name == name)
		return true;
	top->node = tl_pt_callstack_child(s, t, tl_pt_callstack_caller(s), name);
	if (top->node == TL_CALL_NONODE)
		return false;
	if (top->first == TL_CALL_NONAME && !s->partial)
		top->first = name;
	else if (counts && name != top->first)
		t->v[top->node].calls++;
	return true;
}

/* ---- the frame that a branch leads back to */

static uint64_t to_back(uint64_t address, bool interrupted)
{
	return address << 1 | interrupted;
}

/* The innermost frame that returns to an address; NONE.  Nobody knows where the outermost does. */
static uint32_t find_frame(const struct tl_pt_callstack *s, uint64_t address)
{
	uint32_t end = s->n > SEARCHED ? s->n - SEARCHED : 1;

	if (address == 0)
		return NONE;
	for (uint32_t i = s->n; i > end; i--)
		if ((s->v[i - 1].back | 1) == to_back(address, true))
			return i - 1;
	return NONE;
}

/* The innermost frame that returns to user code, whose addresses have bit 62 clear; else 0. */
static uint32_t find_user_frame(const struct tl_pt_callstack *s)
{
	uint32_t i = s->n - 1;

	while (i > 0 && s->v[i].back >> 63)
		i--;
	return i;
}

/* How many frames are left after a return that fits none; 0: the outermost has returned. */
static uint32_t left_after(const struct tl_pt_callstack *s, uint64_t to, unsigned flags)
{
	if (s->n == 1)
		return 0;
	if (flags & (TL_PT_INTERRUPT | TL_PT_SYSCALLRET))
		return to >> 63 ? s->n - 1 : find_user_frame(s);
	/* A signal's handler returns to code that ends it with a system call. */
	return s->v[s->n - 1].back & 1 ? s->n : s->n - 1;
}

static enum tl_pt_stacked named(struct tl_pt_callstack *s, struct tl_calltree *t, uint32_t name)
{
	if (name != TL_CALL_NONAME && !tl_pt_callstack_rename(s, t, name, false))
		return TL_PT_STACK_NOMEM;
	return TL_PT_STACK_DONE;
}

enum tl_pt_stacked tl_pt_callstack_return(struct tl_pt_callstack *s, struct tl_calltree *t,
					  uint64_t to, unsigned flags, uint32_t name)
{
	uint32_t at = find_frame(s, to);

	if (at == NONE && s->partial)
		return TL_PT_STACK_UNKNOWN;
	if (at == NONE)
		at = left_after(s, to, flags);
	if (at == 0)
		return TL_PT_STACK_EMPTY;
	s->n = at;
	return named(s, t, name);
}

static const char *name_of(const struct tl_pt_callstack *s, const struct tl_calltree *t,
			   struct tl_callnames *names, uint32_t frame)
{
	return tl_callnames_get(names, t->v[s->v[frame].node].name);
}

enum tl_pt_stacked tl_pt_callstack_leap(struct tl_pt_callstack *s, struct tl_calltree *t,
					struct tl_callnames *names, uint32_t name,
					enum tl_pt_leaping how)
{
	uint32_t end = s->n > SEARCHED ? s->n - SEARCHED : 0;
	uint32_t inner = how == TL_PT_LEAPS_RESUMES ? 2 : 1; /* as in depth.c */
	const char *to = tl_callnames_get(names, name);

	for (uint32_t i = s->n > inner ? s->n - inner : 0; i > end; i--)
		if (tl_pt_same_name(name_of(s, t, names, i - 1), to)) {
			s->n = i;
			return TL_PT_STACK_DONE;
		}
	if (s->partial)
		return TL_PT_STACK_UNKNOWN;
	if (how == TL_PT_LEAPS || tl_pt_is_outermost(name_of(s, t, names, 0)))
		return TL_PT_STACK_DONE;
	return TL_PT_STACK_EMPTY;
}

/* Somewhere else than where the kernel was entered: a signal's handler. */
static bool push_handler(struct tl_pt_callstack *s, struct tl_calltree *t, uint32_t name)
{
	const struct tl_pt_leaving *l = &s->leaving;
	struct tl_pt_stackframe frame = {
		.back = to_back(l->flags & (TL_PT_ASYNC | TL_PT_INTERRUPT) ? l->at : l->next, true),
		.node = tl_pt_callstack_child(s, t, tl_pt_callstack_top(s), name),
		.first = name,
	};

	if (frame.node == TL_CALL_NONODE || !tl_pt_callstack_push(s, &frame))
		return false;
	t->v[frame.node].calls++;
	return true;
}

enum tl_pt_stacked tl_pt_callstack_start(struct tl_pt_callstack *s, struct tl_calltree *t,
					 uint64_t to, uint32_t name)
{
	struct tl_pt_leaving *l = &s->leaving;
	bool resumed = l->left && (to == l->at || to == l->next);
	uint32_t at;

	if (s->partial && !l->known)
		return TL_PT_STACK_UNKNOWN;
	at = resumed ? NONE : find_frame(s, to);
	if (s->partial && !resumed && at == NONE)
		return TL_PT_STACK_UNKNOWN;
	if (at != NONE)
		s->n = at;
	else if (l->left && !resumed &&
		 l->flags & (TL_PT_ASYNC | TL_PT_INTERRUPT | TL_PT_SYSCALLRET) &&
		 !push_handler(s, t, name))
		return TL_PT_STACK_NOMEM;
	*l = (struct tl_pt_leaving){ .known = true };
	return named(s, t, name);
}

bool tl_pt_callstack_leave(struct tl_pt_callstack *s, struct tl_calltree *t,
			   const struct tl_pt_event *ev, uint32_t name)
{
	uint64_t next = ev->length > 0 ? ev->from + ev->length : 0;
	bool async = ev->flags & TL_PT_ASYNC;
	struct tl_pt_stackframe frame = {
		.back = to_back(async ? ev->from : next, async),
		.first = name,
	};

	if (ev->flags & TL_PT_TRACE_END) {
		s->leaving = (struct tl_pt_leaving){ true, true, ev->flags, ev->from, next };
		return true;
	}
	if (!(ev->flags & TL_PT_CALL) || ev->flags & (TL_PT_VMENTRY | TL_PT_VMEXIT))
		return true;
	frame.node = tl_pt_callstack_child(s, t, tl_pt_callstack_top(s), name);
	if (frame.node == TL_CALL_NONODE || !tl_pt_callstack_push(s, &frame))
		return false;
	t->v[frame.node].calls++;
	return true;
}
