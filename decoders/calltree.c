/* calltree.c: see calltree.h. */
#include "decoders/calltree.h"

#include "decoders/foreign.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define FEWEST       256 /* slots */
#define NAME_LONGEST 4096
#define NAMES_MOST   (1u << 20) /* all others have one together: */
#define OTHER_NAMES  "[other names]"

/* ---- names */

struct tl_callnames {
	pthread_mutex_t lock;
	char **v; /* v[i] has number i + 1 */
	uint32_t n, cap;
	uint32_t *slots; /* hash: numbers */
	uint32_t nslots;
};

struct tl_callnames *tl_callnames_new(void)
{
	struct tl_callnames *names = calloc(1, sizeof(*names));

	if (names)
		pthread_mutex_init(&names->lock, NULL);
	return names;
}

void tl_callnames_free(struct tl_callnames *names)
{
	if (!names)
		return;
	for (uint32_t i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
	free(names->slots);
	pthread_mutex_destroy(&names->lock);
	free(names);
}

/* FNV-1a */
static uint32_t hash_text(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * UINT64_C(0x100000001b3);
	return (uint32_t)(h ^ (h >> 32));
}

static bool grow_names(struct tl_callnames *names)
{
	uint32_t cap = names->cap ? 2 * names->cap : FEWEST, nslots = 2 * cap;
	uint32_t *slots = calloc(nslots, sizeof(*slots));
	char **v = realloc(names->v, cap * sizeof(*v));

	if (v)
		names->v = v;
	if (!v || !slots) {
		free(slots);
		return false;
	}
	for (uint32_t i = 0; i < names->n; i++) {
		uint32_t at = hash_text(v[i]);

		while (slots[at & (nslots - 1)])
			at++;
		slots[at & (nslots - 1)] = i + 1;
	}
	free(names->slots);
	names->slots = slots;
	names->nslots = nslots;
	names->cap = cap;
	return true;
}

/* With the lock held. */
static uint32_t add_clean(struct tl_callnames *names, const char *name)
{
	uint32_t at;

	if (names->n == names->cap && !grow_names(names))
		return TL_CALL_NONAME;
	for (at = hash_text(name);; at++) {
		uint32_t *slot = &names->slots[at & (names->nslots - 1)];

		if (*slot && strcmp(names->v[*slot - 1], name) == 0)
			return *slot;
		if (*slot)
			continue;
		if (names->n + 1 >= NAMES_MOST && strcmp(name, OTHER_NAMES) != 0)
			return add_clean(names, OTHER_NAMES);
		names->v[names->n] = strdup(name);
		if (!names->v[names->n])
			return TL_CALL_NONAME;
		*slot = ++names->n;
		return *slot;
	}
}

uint32_t tl_callnames_add(struct tl_callnames *names, const char *name)
{
	char clean[NAME_LONGEST + 1];
	uint32_t number;

	*tl_foreign_put((uint8_t *)clean, name, NAME_LONGEST) = '\0';
	for (char *s = clean; *s; s++)
		if (*s == ';')
			*s = ':';
	pthread_mutex_lock(&names->lock);
	number = add_clean(names, *clean ? clean : "?");
	pthread_mutex_unlock(&names->lock);
	return number;
}

const char *tl_callnames_get(struct tl_callnames *names, uint32_t number)
{
	const char *name = "[unknown]";

	pthread_mutex_lock(&names->lock);
	if (number > 0 && number <= names->n)
		name = names->v[number - 1];
	pthread_mutex_unlock(&names->lock);
	return name;
}

/* ---- the tree */

void tl_calltree_fini(struct tl_calltree *t)
{
	free(t->v);
	free(t->slots);
	*t = (struct tl_calltree){ 0 };
}

void tl_calltree_clear(struct tl_calltree *t)
{
	uint32_t most = t->most;

	if (t->nslots > FEWEST && t->nslots / 16 > t->n) {
		/* It was larger once: to clear all that each time is more work than to grow again. */
		tl_calltree_fini(t);
		t->most = most;
		return;
	}
	if (t->nindexed > 0)
		memset(t->slots, 0, t->nslots * sizeof(*t->slots));
	t->n = t->nindexed = 0;
}

static void put_slot(struct tl_calltree *t, uint32_t node)
{
	uint32_t at = t->v[node].key;

	while (t->slots[at & (t->nslots - 1)])
		at++;
	t->slots[at & (t->nslots - 1)] = node + 1;
}

static bool grow_slots(struct tl_calltree *t)
{
	uint32_t nslots = t->nslots ? t->nslots : FEWEST;
	uint32_t *slots;

	while (nslots < 2 * t->n)
		nslots *= 2;
	slots = calloc(nslots, sizeof(*slots));
	if (!slots)
		return false;
	free(t->slots);
	t->slots = slots;
	t->nslots = nslots;
	t->nindexed = 0;
	return true;
}

/* Nodes that are only added, and never looked for, are not put into slots. */
static bool index_nodes(struct tl_calltree *t)
{
	if (t->nslots < 2 * t->n && !grow_slots(t))
		return false;
	for (; t->nindexed < t->n; t->nindexed++)
		if (t->v[t->nindexed].parent != TL_CALL_NONODE)
			put_slot(t, t->nindexed);
	return true;
}

static bool grow_nodes(struct tl_calltree *t)
{
	uint32_t cap = t->cap ? 2 * t->cap : FEWEST / 2;
	struct tl_callnode *v;

	if (cap > UINT32_MAX / 4)
		return false;
	v = realloc(t->v, cap * sizeof(*v));
	if (!v)
		return false;
	t->v = v;
	t->cap = cap;
	return true;
}

uint32_t tl_calltree_root(struct tl_calltree *t, uint32_t name)
{
	if (t->n == t->cap && !grow_nodes(t))
		return TL_CALL_NONODE;
	t->v[t->n] = (struct tl_callnode){
		.parent = TL_CALL_NONODE,
		.name = name,
		.latest = TL_CALL_NONODE,
		.key = tl_calltree_key(t->n, name),
	};
	return t->n++;
}

/* A child that there is not yet. */
static uint32_t add_child(struct tl_calltree *t, uint32_t parent, uint32_t name)
{
	uint32_t node;

	if (t->most && t->n >= t->most)
		return parent;
	node = tl_calltree_root(t, name);
	if (node == TL_CALL_NONODE)
		return node;
	t->v[node].parent = parent;
	t->v[node].level = t->v[parent].level + 1;
	t->v[node].key = tl_calltree_key(t->v[parent].key, name);
	return t->v[parent].latest = node;
}

uint32_t tl_calltree_find(struct tl_calltree *t, uint32_t parent, uint32_t name)
{
	if (t->nindexed < t->n && !index_nodes(t))
		return TL_CALL_NONODE;
	for (uint32_t at = tl_calltree_key(t->v[parent].key, name);; at++) {
		uint32_t slot = t->slots[at & (t->nslots - 1)];

		if (slot == 0)
			return add_child(t, parent, name);
		if (t->v[slot - 1].parent == parent && t->v[slot - 1].name == name)
			return t->v[parent].latest = slot - 1;
	}
}

/* The key whose child of this name has this one. */
static uint32_t key_above(uint32_t key, uint32_t name)
{
	/* 0x9937733d times the lower half of the factor in tl_calltree_key() is 1. */
	return (key - tl_calltree_key(0, name)) * 0x9937733du;
}

uint32_t tl_calltree_lift(struct tl_calltree *t, uint32_t root, uint32_t name)
{
	uint32_t above = tl_calltree_root(t, TL_CALL_NONAME);

	if (above == TL_CALL_NONODE)
		return above;
	t->v[above].level = t->v[root].level - 1;
	t->v[above].latest = root;
	t->v[above].key = key_above(t->v[root].key, name);
	t->v[root].parent = above;
	t->v[root].name = name;
	if (root < t->nindexed)
		put_slot(t, root);
	return above;
}

/* A tree that is added to another one. */
struct moving {
	const struct tl_calltree *from;
	struct tl_calltree *tree;
	uint32_t to;    /* the root's place */
	bool fresh;     /* there was nothing below that: what is not in `map` is new */
	uint32_t *map;  /* where nodes are in the other tree, as far as known */
	uint32_t *path; /* to the node at hand, from below */
};

/* Where a node's path is in the other tree. */
static uint32_t make_path(const struct moving *m, uint32_t node)
{
	const struct tl_callnode *v = m->from->v;
	uint32_t n = 0, to;

	for (; m->map[node] == TL_CALL_NONODE && v[node].parent != TL_CALL_NONODE;
	     node = v[node].parent)
		m->path[n++] = node;
	if (m->map[node] == TL_CALL_NONODE)
		m->map[node] = m->to;
	to = m->map[node];
	while (n > 0 && to != TL_CALL_NONODE) {
		uint32_t name = v[m->path[--n]].name;

		to = m->fresh ? add_child(m->tree, to, name) : tl_calltree_child(m->tree, to, name);
		m->map[m->path[n]] = to;
	}
	return to;
}

/* Can no two nodes of a tree come to the same place below `to`? */
static bool all_are_new(const struct tl_calltree *from, const struct tl_calltree *tree, uint32_t to)
{
	uint32_t nroots = 0;

	if (tree->v[to].latest != TL_CALL_NONODE || (tree->most && tree->most - tree->n < from->n))
		return false;
	for (uint32_t i = 0; i < from->n; i++)
		nroots += from->v[i].parent == TL_CALL_NONODE;
	return nroots <= 1;
}

bool tl_calltree_move(struct tl_calltree *from, struct tl_calltree *to_tree, uint32_t to)
{
	uint32_t *map = malloc((from->n + 1) * 2 * sizeof(*map));
	struct moving m = { .from = from, .tree = to_tree, .to = to, .map = map };
	bool ok = map != NULL;

	if (ok) {
		memset(map, 0xff, from->n * sizeof(*map));
		m.path = map + from->n;
		m.fresh = all_are_new(from, to_tree, to);
	}
	for (uint32_t i = 0; ok && i < from->n; i++) {
		struct tl_callnode *f = &from->v[i];
		uint32_t node;

		if (!f->calls && !f->insns && !f->ns)
			continue;
		node = make_path(&m, i);
		ok = node != TL_CALL_NONODE;
		if (!ok)
			break;
		to_tree->v[node].calls += f->calls;
		to_tree->v[node].insns += f->insns;
		to_tree->v[node].ns += f->ns;
		f->calls = f->insns = f->ns = 0;
	}
	free(map);
	return ok;
}

/* ---- folded stacks */

#define SOME_LINES (64u << 10)

/* The children of all nodes, sorted: those of node i are order[first[i]] .. order[first[i + 1] - 1]. */
struct family {
	const struct tl_calltree *t;
	uint32_t *first, *order;
	const char **text; /* of names */
};

static int by_text(const void *pa, const void *pb, void *arg)
{
	const char *const *text = arg;

	return strcmp(text[*(const uint32_t *)pa], text[*(const uint32_t *)pb]);
}

/* Names 0 .. n, sorted: number i is rank[i]-th.  NULL: no memory. */
static uint32_t *rank_names(const char **text, uint32_t n)
{
	uint32_t *rank = calloc((size_t)n + 1, sizeof(*rank));
	uint32_t *sorted = calloc((size_t)n + 1, sizeof(*sorted));

	for (uint32_t i = 0; sorted && i <= n; i++)
		sorted[i] = i;
	if (sorted && rank)
		qsort_r(sorted, (size_t)n + 1, sizeof(*sorted), by_text, text);
	for (uint32_t i = 0; sorted && rank && i <= n; i++)
		rank[sorted[i]] = i;
	free(sorted);
	return rank;
}

/* All nodes, sorted by their names' ranks, which are at most `most`.  NULL: no memory. */
static uint32_t *sort_by_rank(const struct tl_calltree *t, const uint32_t *rank, uint32_t most)
{
	uint32_t *first = calloc((size_t)most + 2, sizeof(*first));
	uint32_t *sorted = calloc((size_t)t->n + 1, sizeof(*sorted));

	for (uint32_t i = 0; first && i < t->n; i++)
		first[rank[t->v[i].name] + 1]++;
	for (uint32_t i = 0; first && i <= most; i++)
		first[i + 1] += first[i];
	for (uint32_t i = 0; first && sorted && i < t->n; i++)
		sorted[first[rank[t->v[i].name]]++] = i;
	free(first);
	return sorted;
}
static bool gather_text(struct tl_callnames *names, struct family *f, uint32_t *n)
{
	pthread_mutex_lock(&names->lock);
	*n = names->n;
	pthread_mutex_unlock(&names->lock);
	f->text = calloc((size_t)*n + 1, sizeof(*f->text));
	for (uint32_t i = 0; f->text && i <= *n; i++)
		f->text[i] = tl_callnames_get(names, i);
	return f->text != NULL;
}

static bool gather_family(const struct tl_calltree *t, struct tl_callnames *names, struct family *f)
{
	uint32_t *rank = NULL, *sorted = NULL, nnames;

	*f = (struct family){ .t = t };
	f->first = calloc((size_t)t->n + 2, sizeof(*f->first));
	f->order = calloc((size_t)t->n + 1, sizeof(*f->order));
	if (gather_text(names, f, &nnames))
		rank = rank_names(f->text, nnames);
	if (rank)
		sorted = sort_by_rank(t, rank, nnames);
	free(rank);
	if (!f->first || !f->order || !sorted) {
		free(sorted);
		return false;
	}
	/* Counted one place behind, so that after filling in `first` is where each begins. */
	for (uint32_t i = 0; i < t->n; i++)
		if (t->v[i].parent != TL_CALL_NONODE)
			f->first[t->v[i].parent + 2]++;
	for (uint32_t i = 2; i <= t->n + 1; i++)
		f->first[i] += f->first[i - 1];
	for (uint32_t i = 0; i < t->n; i++)
		if (t->v[sorted[i]].parent != TL_CALL_NONODE)
			f->order[f->first[t->v[sorted[i]].parent + 1]++] = sorted[i];
	free(sorted);
	return true;
}

static void free_family(struct family *f)
{
	free(f->first);
	free(f->order);
	free(f->text);
}

static uint64_t cost_of(const struct tl_callnode *node, enum tl_cost_unit unit)
{
	return unit == TL_COST_NS ? node->ns : unit == TL_COST_SAMPLES ? node->calls : node->insns;
}

/* Where the walk over the tree is: a node of the path, and which of its children is next. */
struct level {
	uint32_t node, next;
	size_t len; /* of the path up to the node */
};

struct folding {
	struct family family;
	struct tl_buf path, out;
	struct level *levels;
	size_t n, cap;
};

/* The path, a blank, and the cost. */
static bool put_stack(struct folding *f, uint64_t cost)
{
	uint8_t digits[24], *d = digits + sizeof(digits);

	*--d = '\n';
	for (; cost > 0; cost /= 10)
		*--d = (uint8_t)('0' + cost % 10);
	*--d = ' ';
	return tl_buf_append(&f->out, f->path.data, f->path.len) &&
	       tl_buf_append(&f->out, d, (size_t)(digits + sizeof(digits) - d));
}

static bool enter(struct folding *f, uint32_t node, enum tl_cost_unit unit)
{
	uint64_t cost = cost_of(&f->family.t->v[node], unit);

	if (f->n == f->cap) {
		size_t cap = f->cap ? 2 * f->cap : 64;
		struct level *levels = realloc(f->levels, cap * sizeof(*levels));

		if (!levels)
			return false;
		f->levels = levels;
		f->cap = cap;
	}
	if ((f->n > 1 && !tl_buf_putc(&f->path, ';')) ||
	    (f->n > 0 && !tl_buf_puts(&f->path, f->family.text[f->family.t->v[node].name])))
		return false;
	f->levels[f->n++] = (struct level){ node, f->family.first[node], f->path.len };
	return cost == 0 || f->n < 2 || put_stack(f, cost);
}

bool tl_calltree_fold(const struct tl_calltree *t, uint32_t root, struct tl_callnames *names,
		      enum tl_cost_unit unit, bool (*take)(void *arg, struct tl_span lines),
		      void *arg, bool *nomem)
{
	struct folding f = { .path = TL_BUF_INIT, .out = TL_BUF_INIT };
	bool ok = gather_family(t, names, &f.family) && enter(&f, root, unit), on = true;

	while (ok && on && f.n > 0) {
		struct level *l = &f.levels[f.n - 1];

		f.path.len = l->len;
		if (l->next < f.family.first[l->node + 1])
			ok = enter(&f, f.family.order[l->next++], unit);
		else
			f.n--;
		if (ok && f.out.len > 0 && (f.out.len >= SOME_LINES || f.n == 0)) {
			on = take(arg, (struct tl_span){ f.out.data, f.out.len });
			f.out.len = 0;
		}
	}
	*nomem = !ok;
	free_family(&f.family);
	tl_buf_fini(&f.path);
	tl_buf_fini(&f.out);
	free(f.levels);
	return ok && on;
}
