/* callrows.c: see callrows.h. */
#include "decoders/callrows.h"

#include <stdlib.h>
#include <string.h>

/* What a node and all below it cost. */
struct sums {
	uint64_t insns, ns;
};

/* Of calls of a function within itself the outermost has all that it costs. */
static bool is_outermost(const struct tl_calltree *tree, uint32_t node)
{
	uint32_t name = tree->v[node].name;

	for (uint32_t i = tree->v[node].parent; tree->v[i].level > 1; i = tree->v[i].parent)
		if (tree->v[i].name == name)
			return false;
	return true;
}

struct sorting {
	struct tl_callnames *names;
	enum tl_cost_unit by;
};

static int by_cost(const void *pa, const void *pb, void *arg)
{
	const struct tl_callrow *a = pa, *b = pb;
	const struct sorting *s = arg;
	uint64_t x = s->by == TL_COST_NS ? a->ns : a->insns;
	uint64_t y = s->by == TL_COST_NS ? b->ns : b->insns;

	if (x != y)
		return x > y ? -1 : 1;
	return strcmp(tl_callnames_get(s->names, a->name), tl_callnames_get(s->names, b->name));
}

static void add_node(const struct tl_calltree *tree, uint32_t i, const struct sums *sums,
		     struct tl_callrow *row)
{
	const struct tl_callnode *node = &tree->v[i];

	row->name = node->name;
	row->calls += node->calls;
	row->insns += node->insns;
	row->ns += node->ns;
	if (is_outermost(tree, i)) {
		row->total_insns += sums->insns;
		row->total_ns += sums->ns;
	}
}

bool tl_callrows_make(const struct tl_calltree *tree, struct tl_callnames *names,
		      enum tl_cost_unit by, struct tl_callrow **out, size_t *n)
{
	struct sums *sums = calloc((size_t)tree->n + 1, sizeof(*sums));
	struct sorting sorting = { names, by };
	struct tl_callrow *rows;
	uint32_t most = 0;

	for (uint32_t i = 0; i < tree->n; i++)
		most = tree->v[i].name > most ? tree->v[i].name : most;
	rows = calloc((size_t)most + 1, sizeof(*rows));
	if (!sums || !rows) {
		free(sums);
		free(rows);
		return false;
	}
	for (uint32_t i = tree->n; i-- > 1;) {
		sums[i].insns += tree->v[i].insns;
		sums[i].ns += tree->v[i].ns;
		sums[tree->v[i].parent].insns += sums[i].insns;
		sums[tree->v[i].parent].ns += sums[i].ns;
	}
	for (uint32_t i = 1; i < tree->n; i++)
		if (tree->v[i].level > 1)
			add_node(tree, i, &sums[i], &rows[tree->v[i].name]);
	free(sums);
	*n = 0;
	for (uint32_t i = 0; i <= most; i++)
		if (rows[i].calls || rows[i].total_insns || rows[i].total_ns)
			rows[(*n)++] = rows[i];
	if (*n > 0)
		qsort_r(rows, *n, sizeof(*rows), by_cost, &sorting);
	*out = rows;
	return true;
}
