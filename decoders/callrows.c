/* callrows.c: see callrows.h. */
#include "decoders/callrows.h"

#include <stdlib.h>
#include <string.h>

#define COMPARED_A_TELL (1u << 16) /* rows, between two looks whether somebody still waits */

struct sorting {
	const char **text; /* by name */
	enum tl_cost_unit by;
	const struct tl_progress *progress;
	uint32_t compared;
	bool given_up;
};

/* When nobody waits any more all rows are alike, and sorting ends soon. */
static bool is_given_up(struct sorting *s)
{
	if (!s->given_up && ++s->compared % COMPARED_A_TELL == 0)
		s->given_up = !tl_progress_step(s->progress, 1);
	return s->given_up;
}

static int by_cost(const void *pa, const void *pb, void *arg)
{
	const struct tl_callrow *a = pa, *b = pb;
	struct sorting *s = arg;
	uint64_t x = s->by == TL_COST_NS ? a->ns : a->insns;
	uint64_t y = s->by == TL_COST_NS ? b->ns : b->insns;

	if (is_given_up(s))
		return 0;
	if (x != y)
		return x > y ? -1 : 1;
	if (a->calls != b->calls)
		return a->calls > b->calls ? -1 : 1;
	return strcmp(s->text[a->name], s->text[b->name]);
}

/* The rows' names are looked up once, not each time two of them are compared. */
static enum tl_callrows sort_rows(struct sorting *s, struct tl_callnames *names, uint32_t nnames,
				  struct tl_callrow *rows, size_t n)
{
	s->text = calloc(nnames, sizeof(*s->text));
	if (!s->text)
		return TL_CALLROWS_NOMEM;
	for (size_t i = 0; i < n; i++)
		s->text[rows[i].name] = tl_callnames_get(names, rows[i].name);
	if (n > 0)
		qsort_r(rows, n, sizeof(*rows), by_cost, s);
	free(s->text);
	return s->given_up ? TL_CALLROWS_GIVEN_UP : TL_CALLROWS_MADE;
}

/* ---- a walk over the tree, that knows at each node which functions are open above it */

#define NONE         UINT32_MAX
#define NODES_A_TELL (1u << 14) /* between two looks whether somebody still waits */

/* A node of the path, and what it and all below it cost so far. */
struct level {
	uint32_t node, next_child;
	uint64_t insns, ns;
};

struct walk {
	const struct tl_calltree *tree;
	uint32_t *first, *next;  /* child of node i, and its sister; NONE: there is no other */
	uint32_t *open;          /* calls of a name that are open */
	struct tl_callrow *rows; /* by name */
	struct level *levels;
	size_t nlevels, cap;
};

static void fini(struct walk *w)
{
	free(w->first);
	free(w->next);
	free(w->open);
	free(w->levels);
}

static bool init(struct walk *w, const struct tl_calltree *tree, uint32_t nnames)
{
	*w = (struct walk){ .tree = tree };
	w->first = malloc(((size_t)tree->n + 1) * sizeof(*w->first));
	w->next = malloc(((size_t)tree->n + 1) * sizeof(*w->next));
	w->open = calloc(nnames, sizeof(*w->open));
	w->rows = calloc(nnames, sizeof(*w->rows));
	if (!w->first || !w->next || !w->open || !w->rows)
		return false;
	memset(w->first, 0xff, tree->n * sizeof(*w->first));
	for (uint32_t i = tree->n; i-- > 1;) {
		w->next[i] = w->first[tree->v[i].parent];
		w->first[tree->v[i].parent] = i;
	}
	return true;
}

static bool enter(struct walk *w, uint32_t node)
{
	const struct tl_callnode *n = &w->tree->v[node];

	if (w->nlevels == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 64;
		struct level *levels = realloc(w->levels, cap * sizeof(*levels));

		if (!levels)
			return false;
		w->levels = levels;
		w->cap = cap;
	}
	w->levels[w->nlevels++] = (struct level){ node, w->first[node], n->insns, n->ns };
	if (n->level > 1)
		w->open[n->name]++;
	return true;
}

/* All below the node was seen. */
static void leave(struct walk *w)
{
	struct level *l = &w->levels[--w->nlevels];
	const struct tl_callnode *node = &w->tree->v[l->node];
	struct tl_callrow *row = &w->rows[node->name];

	if (w->nlevels > 0) {
		l[-1].insns += l->insns;
		l[-1].ns += l->ns;
	}
	if (node->level <= 1)
		return;
	row->name = node->name;
	row->calls += node->calls;
	row->insns += node->insns;
	row->ns += node->ns;
	/* Of calls of a function within itself the outermost has all that it costs. */
	if (--w->open[node->name] == 0) {
		row->total_insns += l->insns;
		row->total_ns += l->ns;
	}
}

static enum tl_callrows walk_all(struct walk *w, const struct tl_progress *progress)
{
	uint32_t seen = 0;

	if (w->tree->n > 0 && !enter(w, 0))
		return TL_CALLROWS_NOMEM;
	while (w->nlevels > 0) {
		struct level *l = &w->levels[w->nlevels - 1];
		uint32_t child = l->next_child;

		if (child == NONE) {
			leave(w);
			continue;
		}
		l->next_child = w->next[child];
		if (!enter(w, child))
			return TL_CALLROWS_NOMEM;
		if (++seen % NODES_A_TELL == 0 &&
		    !tl_progress_step(progress, (double)seen / w->tree->n))
			return TL_CALLROWS_GIVEN_UP;
	}
	return TL_CALLROWS_MADE;
}

enum tl_callrows tl_callrows_make(const struct tl_calltree *tree, struct tl_callnames *names,
				  enum tl_cost_unit by, const struct tl_progress *progress,
				  struct tl_callrow **out, size_t *n)
{
	enum tl_callrows answer = TL_CALLROWS_NOMEM;
	struct sorting sorting = { .by = by, .progress = progress };
	struct walk w;
	uint32_t most = 0;
	size_t nrows = 0;

	*out = NULL;
	*n = 0;
	for (uint32_t i = 0; i < tree->n; i++)
		most = tree->v[i].name > most ? tree->v[i].name : most;
	if (init(&w, tree, most + 1))
		answer = walk_all(&w, progress);
	fini(&w);
	if (answer == TL_CALLROWS_MADE) {
		for (uint32_t i = 0; i <= most; i++)
			if (w.rows[i].calls || w.rows[i].total_insns || w.rows[i].total_ns)
				w.rows[nrows++] = w.rows[i];
		answer = sort_rows(&sorting, names, most + 1, w.rows, nrows);
	}
	if (answer != TL_CALLROWS_MADE) {
		free(w.rows);
		return answer;
	}
	*out = w.rows;
	*n = nrows;
	return answer;
}
