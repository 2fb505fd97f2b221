/* textstack.c: see textstack.h. */
#include "decoders/textstack.h"

#include <stdlib.h>

#define FEWEST 16 /* frames that there is memory for */

void tl_textstack_fini(struct tl_textstack *s)
{
	free(s->v);
	free(s->ended);
	*s = (struct tl_textstack){ .tree = NULL };
}

void tl_textstack_trim(struct tl_textstack *s)
{
	uint32_t cap = s->n + FEWEST;
	struct tl_textframe *v = s->cap / 2 > cap ? realloc(s->v, cap * sizeof(*v)) : NULL;

	if (v) {
		s->v = v;
		s->cap = cap;
	}
}

bool tl_textstack_push(struct tl_textstack *s, const struct tl_textframe *frame)
{
	if (s->n == s->cap) {
		uint32_t cap = s->cap ? 2 * s->cap : FEWEST;
		struct tl_textframe *v = realloc(s->v, cap * sizeof(*v));

		if (!v)
			return false;
		s->v = v;
		s->cap = cap;
	}
	s->v[s->n++] = *frame;
	return true;
}

bool tl_textstack_begin(struct tl_textstack *s, uint32_t root)
{
	s->n = s->nended = 0;
	s->partial = false;
	return tl_textstack_push(s, &(struct tl_textframe){ .index = -1, .node = root });
}

bool tl_textstack_begin_partial(struct tl_textstack *s, int32_t index)
{
	uint32_t root = tl_calltree_root(s->tree, TL_CALL_NONAME);

	index = index < TL_TEXT_LEVELS ? index : TL_TEXT_LEVELS - 1;
	s->n = s->nended = 0;
	s->partial = true;
	return root != TL_CALL_NONODE &&
	       tl_textstack_push(s, &(struct tl_textframe){ .index = index, .node = root });
}

uint32_t tl_textstack_unknown(struct tl_calltree *tree, uint32_t parent)
{
	uint32_t node = tl_calltree_root(tree, TL_CALL_NONAME);

	if (node != TL_CALL_NONODE)
		tree->v[node].parent = parent;
	return node;
}

/* A level of which nothing was seen; `inner`, a node, is in it if it has no name either. */
static bool push_unknown(struct tl_textstack *s, int32_t index, uint32_t inner)
{
	uint32_t outer = tl_textstack_top(s)->node, node = tl_textstack_unknown(s->tree, outer);

	if (node == TL_CALL_NONODE)
		return false;
	if (inner != TL_CALL_NONODE && s->tree->v[inner].parent == outer &&
	    s->tree->v[inner].name == TL_CALL_NONAME)
		s->tree->v[inner].parent = node;
	return tl_textstack_push(s, &(struct tl_textframe){ .index = index, .node = node });
}

/* What the partial stack began with has ended; what is around it is not known either. */
static bool end_base(struct tl_textstack *s, int32_t around, const struct tl_textexit *how)
{
	uint32_t inner = s->v[0].node, node = tl_calltree_root(s->tree, TL_CALL_NONAME);

	if (node == TL_CALL_NONODE)
		return false;
	if (s->nended == s->ended_cap) {
		uint32_t cap = s->ended_cap ? 2 * s->ended_cap : 16;
		struct tl_textended *ended = realloc(s->ended, cap * sizeof(*ended));

		if (!ended)
			return false;
		s->ended = ended;
		s->ended_cap = cap;
	}
	s->ended[s->nended++] =
	    (struct tl_textended){ s->v[0], how != NULL, how ? *how : (struct tl_textexit){ 0 } };
	s->tree->v[inner].parent = node;
	s->v[0] = (struct tl_textframe){ .index = around, .node = node };
	return true;
}

/* The call on top has ended, as `how` says (NULL: not at a line of its own); around it is a frame with
 * an index of at least `around`. */
static bool end_top(struct tl_textstack *s, int32_t around, const struct tl_textexit *how)
{
	struct tl_textframe f = *tl_textstack_top(s), *outer;
	uint64_t seen = f.self + f.below, total = seen;

	if (s->n == 1)
		return end_base(s, around, how);
	if (how && how->has_duration && (f.entered || !s->timed))
		total = how->duration_ns;
	s->tree->v[f.node].ns += total - f.below;
	s->n--;
	if (tl_textstack_top(s)->index < around && !push_unknown(s, around, f.node))
		return false;
	outer = tl_textstack_top(s);
	outer->below += total;
	if (s->timed)
		outer->self += seen - total;
	return true;
}

bool tl_textstack_to(struct tl_textstack *s, int32_t depth)
{
	depth = depth < TL_TEXT_LEVELS ? depth : TL_TEXT_LEVELS;
	while (tl_textstack_top(s)->index >= depth)
		if (!end_top(s, depth - 1, NULL))
			return false;
	return tl_textstack_top(s)->index == depth - 1 ||
	       push_unknown(s, depth - 1, TL_CALL_NONODE);
}

/* A call that is too deep has ended.  What it took is in the times of lines, or it is told here; calls by calls
 * that are too deep are a part of them. */
static bool end_deep(struct tl_textstack *s, int32_t depth, const struct tl_textexit *how)
{
	if (!tl_textstack_to(s, depth))
		return false;
	if (!s->timed && how->has_duration && depth == TL_TEXT_LEVELS)
		tl_textstack_top(s)->self += how->duration_ns;
	return true;
}

bool tl_textstack_enter(struct tl_textstack *s, int32_t depth, uint32_t name)
{
	struct tl_textframe frame = { .index = depth, .entered = true };

	if (!tl_textstack_to(s, depth))
		return false;
	if (depth >= TL_TEXT_LEVELS)
		return true;
	frame.node = tl_calltree_child(s->tree, tl_textstack_top(s)->node, name);
	if (frame.node == TL_CALL_NONODE)
		return false;
	s->tree->v[frame.node].calls++;
	return tl_textstack_push(s, &frame);
}

/* Names may be told with more or less of what belongs to them. */
static bool is_same(struct tl_textstack *s, uint32_t a, uint32_t b)
{
	const char *x, *y;

	if (a == b || a == TL_CALL_NONAME || b == TL_CALL_NONAME)
		return true;
	for (x = tl_callnames_get(s->names, a), y = tl_callnames_get(s->names, b); *x && *x == *y;)
		x++, y++;
	return !*x || !*y;
}

bool tl_textstack_exit(struct tl_textstack *s, int32_t depth, const struct tl_textexit *how)
{
	struct tl_callnode *node;

	if (depth >= TL_TEXT_LEVELS)
		return end_deep(s, depth, how);
	if (!tl_textstack_to(s, depth + 1))
		return false;
	node = &s->tree->v[tl_textstack_top(s)->node];
	if (!is_same(s, node->name, how->name) &&
	    (!tl_textstack_to(s, 0) || !tl_textstack_to(s, depth + 1)))
		return false;
	node = &s->tree->v[tl_textstack_top(s)->node];
	if (node->name == TL_CALL_NONAME && s->n > 1)
		node->name = how->name;
	return end_top(s, depth - 1, how);
}

bool tl_textstack_leaf(struct tl_textstack *s, int32_t depth, const struct tl_textexit *how)
{
	struct tl_textframe *top;
	uint32_t node;

	if (depth >= TL_TEXT_LEVELS)
		return end_deep(s, depth, how);
	if (!how->has_duration)
		return tl_textstack_enter(s, depth, how->name);
	if (!tl_textstack_to(s, depth))
		return false;
	top = tl_textstack_top(s);
	node = tl_calltree_child(s->tree, top->node, how->name);
	if (node == TL_CALL_NONODE)
		return false;
	s->tree->v[node].calls++;
	s->tree->v[node].ns += how->duration_ns;
	top->below += how->duration_ns;
	if (s->timed)
		top->self -= how->duration_ns;
	return true;
}
