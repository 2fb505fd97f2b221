/* calltree.c: see calltree.h. */
#include "decoders/calltree.h"

#include "decoders/foreign.h"

#include <inttypes.h>
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
	if (t->n > 0)
		memset(t->slots, 0, t->nslots * sizeof(*t->slots));
	t->n = 0;
}

static uint32_t hash_child(uint32_t parent, uint32_t name)
{
	uint64_t h = ((uint64_t)parent << 32 | name) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)(h >> 32);
}

static void put_slot(struct tl_calltree *t, uint32_t node)
{
	uint32_t at = hash_child(t->v[node].parent, t->v[node].name);

	while (t->slots[at & (t->nslots - 1)])
		at++;
	t->slots[at & (t->nslots - 1)] = node + 1;
}

static bool grow_tree(struct tl_calltree *t)
{
	uint32_t cap = t->cap ? 2 * t->cap : FEWEST / 2;
	struct tl_callnode *v;
	uint32_t *slots;

	if (cap > UINT32_MAX / 4)
		return false;
	v = realloc(t->v, cap * sizeof(*v));
	if (!v)
		return false;
	t->v = v;
	slots = calloc(2 * cap, sizeof(*slots));
	if (!slots)
		return false;
	free(t->slots);
	t->slots = slots;
	t->nslots = 2 * cap;
	t->cap = cap;
	for (uint32_t i = 0; i < t->n; i++)
		if (v[i].parent != TL_CALL_NONODE)
			put_slot(t, i);
	return true;
}

uint32_t tl_calltree_root(struct tl_calltree *t, uint32_t name)
{
	if (t->n == t->cap && !grow_tree(t))
		return TL_CALL_NONODE;
	t->v[t->n] = (struct tl_callnode){
		.parent = TL_CALL_NONODE,
		.name = name,
		.latest = TL_CALL_NONODE,
	};
	return t->n++;
}

uint32_t tl_calltree_find(struct tl_calltree *t, uint32_t parent, uint32_t name)
{
	uint32_t node;

	for (uint32_t at = hash_child(parent, name); t->nslots > 0; at++) {
		uint32_t slot = t->slots[at & (t->nslots - 1)];

		if (slot == 0)
			break;
		if (t->v[slot - 1].parent == parent && t->v[slot - 1].name == name)
			return t->v[parent].latest = slot - 1;
	}
	if (t->most && t->n >= t->most)
		return parent;
	node = tl_calltree_root(t, name);
	if (node == TL_CALL_NONODE)
		return node;
	t->v[node].parent = parent;
	t->v[node].level = t->v[parent].level + 1;
	put_slot(t, node);
	return t->v[parent].latest = node;
}

uint32_t tl_calltree_lift(struct tl_calltree *t, uint32_t root, uint32_t name)
{
	uint32_t above = tl_calltree_root(t, TL_CALL_NONAME);

	if (above == TL_CALL_NONODE)
		return above;
	t->v[above].level = t->v[root].level - 1;
	t->v[above].latest = root;
	t->v[root].parent = above;
	t->v[root].name = name;
	put_slot(t, root);
	return above;
}

/* Where a node's path is in the other tree, its root being at `to`; what was found is in `map`.  */
static uint32_t make_path(const struct tl_calltree *from, uint32_t node, struct tl_calltree *tree,
			  uint32_t to, uint32_t *map, uint32_t *path)
{
	uint32_t n = 0;

	for (; map[node] == TL_CALL_NONODE && from->v[node].parent != TL_CALL_NONODE;
	     node = from->v[node].parent)
		path[n++] = node;
	if (map[node] == TL_CALL_NONODE)
		map[node] = to;
	to = map[node];
	while (n > 0 && to != TL_CALL_NONODE) {
		to = tl_calltree_child(tree, to, from->v[path[--n]].name);
		map[path[n]] = to;
	}
	return to;
}

bool tl_calltree_move(struct tl_calltree *from, struct tl_calltree *to_tree, uint32_t to)
{
	uint32_t *map = malloc((from->n + 1) * 2 * sizeof(*map)), *path = map + from->n;
	bool ok = map != NULL;

	if (ok)
		memset(map, 0xff, from->n * sizeof(*map));
	for (uint32_t i = 0; ok && i < from->n; i++) {
		struct tl_callnode *f = &from->v[i];
		uint32_t node;

		if (!f->calls && !f->insns && !f->ns)
			continue;
		node = make_path(from, i, to_tree, to, map, path);
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
	const char **names;
};

static int by_name(const void *pa, const void *pb, void *arg)
{
	const struct family *f = arg;
	uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;

	return strcmp(f->names[a], f->names[b]);
}

static bool gather_family(const struct tl_calltree *t, struct tl_callnames *names, struct family *f)
{
	*f = (struct family){ .t = t };
	f->first = calloc((size_t)t->n + 2, sizeof(*f->first));
	f->order = calloc((size_t)t->n + 1, sizeof(*f->order));
	f->names = calloc((size_t)t->n + 1, sizeof(*f->names));
	if (!f->first || !f->order || !f->names)
		return false;
	/* Counted one place behind, so that after filling in `first` is where each begins. */
	for (uint32_t i = 0; i < t->n; i++) {
		f->names[i] = tl_callnames_get(names, t->v[i].name);
		if (t->v[i].parent != TL_CALL_NONODE)
			f->first[t->v[i].parent + 2]++;
	}
	for (uint32_t i = 2; i <= t->n + 1; i++)
		f->first[i] += f->first[i - 1];
	for (uint32_t i = 0; i < t->n; i++)
		if (t->v[i].parent != TL_CALL_NONODE)
			f->order[f->first[t->v[i].parent + 1]++] = i;
	for (uint32_t i = 0; i < t->n; i++)
		qsort_r(f->order + f->first[i], f->first[i + 1] - f->first[i], sizeof(*f->order),
			by_name, f);
	return true;
}

static void free_family(struct family *f)
{
	free(f->first);
	free(f->order);
	free(f->names);
}

static uint64_t cost_of(const struct tl_callnode *node, enum tl_cost_unit unit)
{
	return unit == TL_COST_NS ? node->ns : node->insns;
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
	    (f->n > 0 && !tl_buf_puts(&f->path, f->family.names[node])))
		return false;
	f->levels[f->n++] = (struct level){ node, f->family.first[node], f->path.len };
	return cost == 0 || f->n < 2 ||
	       (tl_buf_append(&f->out, f->path.data, f->path.len) &&
		tl_buf_printf(&f->out, " %" PRIu64 "\n", cost));
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
