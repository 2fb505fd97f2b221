/*
 * symbols.c: see symbols.h.
 *
 * The rows hang in a tree as perf's do (symtree.h says why).  finish() walks it once and writes
 * down for each row the addresses at which a walk from the root would stop at it: these ranges do
 * not overlap, so that a binary search over a flat table answers from then on.
 */
#include "decoders/perf/symbols.h"

#include "decoders/perf/demangle.h"
#include "decoders/perf/symtree.h"

#include <elf.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE      TL_SYMTREE_NONE
#define MAX_ROWS  (1u << 28)
#define PAGE_SIZE 4096u
#define LAZY      0x80        /* the name is to be demangled when it is first shown */
#define BLOCK     (32u << 10) /* of names that are not the file's own */

struct row {
	uint64_t start, end;
	const char *name;
	uint8_t bind, type;
	bool final;
};

/* A row after finish(): it answers for [from, to). */
struct entry {
	uint64_t to, start, end;
	const char *name;
};

/* Another name of a function. */
struct alias {
	uint64_t start;
	const char *name;
};

struct block {
	struct block *next;
	size_t used, cap;
	char bytes[];
};

struct tl_symbols {
	/* Until finish(). */
	struct row *rows;
	struct tl_symnode *nodes;
	uint32_t nrows, cap, live;
	struct tl_symtree tree;

	/* From then on. */
	uint64_t *from;
	struct entry *entries;
	uint8_t *types; /* STT_*, and LAZY */
	uint32_t n;
	_Atomic(const char *)
	    *shown; /* of mangled names, when first asked; NULL: none is mangled */

	struct alias *aliases;
	size_t naliases, cap_aliases;

	pthread_mutex_t lock; /* of `blocks` */
	struct block *blocks;
	uint8_t **kept;
	size_t nkept;
};

struct tl_symbols *tl_symbols_new(void)
{
	struct tl_symbols *t = calloc(1, sizeof(*t));

	if (t) {
		t->tree.root = NONE;
		pthread_mutex_init(&t->lock, NULL);
	}
	return t;
}

void tl_symbols_free(struct tl_symbols *t)
{
	if (!t)
		return;
	while (t->blocks) {
		struct block *next = t->blocks->next;

		free(t->blocks);
		t->blocks = next;
	}
	for (size_t i = 0; i < t->nkept; i++)
		free(t->kept[i]);
	free(t->kept);
	free(t->rows);
	free(t->nodes);
	free(t->from);
	free(t->entries);
	free(t->types);
	free(t->shown);
	free(t->aliases);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

/* ---- names */

bool tl_symbols_keep(struct tl_symbols *t, struct tl_buf *names)
{
	uint8_t **kept = realloc(t->kept, (t->nkept + 1) * sizeof(*kept));

	if (!kept) {
		tl_buf_fini(names);
		return false;
	}
	t->kept = kept;
	t->kept[t->nkept++] = names->data;
	*names = (struct tl_buf)TL_BUF_INIT;
	return true;
}

/* The lock is held, or nobody else knows of the table yet. */
static char *room_for(struct tl_symbols *t, size_t n)
{
	struct block *b = t->blocks;

	if (!b || b->cap - b->used < n) {
		size_t cap = n > BLOCK ? n : BLOCK;

		b = malloc(sizeof(*b) + cap);
		if (!b)
			return NULL;
		*b = (struct block){ .next = t->blocks, .cap = cap };
		t->blocks = b;
	}
	b->used += n;
	return b->bytes + b->used - n;
}

static const char *copy_name(struct tl_symbols *t, const char *name)
{
	size_t n = strlen(name) + 1;
	char *to = room_for(t, n);

	return to ? memcpy(to, name, n) : NULL;
}

const char *tl_symbols_printf(struct tl_symbols *t, const char *fmt, ...)
{
	va_list ap;
	char *to;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	to = n < 0 ? NULL : room_for(t, (size_t)n + 1);
	if (to) {
		va_start(ap, fmt);
		vsnprintf(to, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	return to;
}

/* Demangled, where the name is mangled; the name itself when there is no memory. */
static const char *demangled(struct tl_symbols *t, const char *name)
{
	char *plain = tl_demangle(name);
	const char *copy = plain ? copy_name(t, plain) : NULL;

	free(plain);
	return copy ? copy : name;
}

static void make_final(struct tl_symbols *t, struct row *r)
{
	if (!r->final)
		r->name = demangled(t, r->name);
	r->final = true;
}

/* ---- rows */

static bool grow(struct tl_symbols *t)
{
	uint32_t cap = t->cap ? t->cap * 2 : 256;
	struct tl_symnode *nodes;
	struct row *rows;

	if (cap > MAX_ROWS)
		return false;
	rows = realloc(t->rows, cap * sizeof(*rows));
	if (!rows)
		return false;
	t->rows = rows;
	nodes = realloc(t->nodes, cap * sizeof(*nodes));
	if (!nodes)
		return false;
	t->nodes = t->tree.nodes = nodes;
	t->cap = cap;
	return true;
}

bool tl_symbols_add(struct tl_symbols *t, const struct tl_symbol_row *row)
{
	uint32_t at = t->tree.root, parent = NONE;
	uint64_t end = row->start + row->size;
	bool left = false;
	struct row *r;

	if (t->nrows == t->cap && !grow(t))
		return false;
	r = &t->rows[t->nrows];
	*r = (struct row){
		.start = row->start,
		.end = end < row->start ? UINT64_MAX : end,
		.name = row->name,
		.bind = row->bind,
		.type = row->type,
		.final = row->final || !tl_demangle_maybe(row->name),
	};
	while (at != NONE) {
		parent = at;
		left = r->start < t->rows[at].start;
		at = left ? t->nodes[at].left : t->nodes[at].right;
	}
	tl_symtree_insert(&t->tree, t->nrows++, parent, left);
	t->live++;
	return true;
}

size_t tl_symbols_count(const struct tl_symbols *t)
{
	return t->live;
}

static uint64_t page_up(uint64_t v)
{
	return (v + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
}

/* Where the last symbol before `next` ends, if it has no size. */
static uint64_t guess_end(const struct row *r, const struct row *next, enum tl_settle how)
{
	const char *module, *next_module;

	if (how == TL_SETTLE_ELF)
		return next->start;
	/* "name\t[module]" */
	module = strchr(r->name, '[');
	next_module = strchr(next->name, '[');
	if (!module != !next_module || (module && strcmp(module, next_module) != 0))
		return page_up(r->end + PAGE_SIZE);
	return next->start;
}

static void guess_ends(struct tl_symbols *t, enum tl_settle how)
{
	uint32_t i = tl_symtree_first(&t->tree), next;

	for (; i != NONE; i = next) {
		struct row *r = &t->rows[i];

		next = tl_symtree_next(&t->tree, i);
		if (r->start != r->end)
			continue;
		if (next == NONE)
			r->end = page_up(r->start) + PAGE_SIZE;
		else
			r->end = guess_end(r, &t->rows[next], how);
	}
}

static size_t underscores(const char *name)
{
	return strspn(name, "_");
}

static bool starts_with(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/*
 * Which of two names at an address does perf show?  The one with a size; not weak; global; with
 * fewer underscores in front; the longer one; and at last the first.
 */
static bool first_is_better(struct tl_symbols *t, struct row *a, struct row *b)
{
	size_t na, nb;

	if ((a->end == a->start) != (b->end == b->start))
		return b->end == b->start;
	if ((a->bind == STB_WEAK) != (b->bind == STB_WEAK))
		return b->bind == STB_WEAK;
	if ((a->bind == STB_GLOBAL) != (b->bind == STB_GLOBAL))
		return a->bind == STB_GLOBAL;
	make_final(t, a);
	make_final(t, b);
	na = underscores(a->name);
	nb = underscores(b->name);
	if (na != nb)
		return na < nb;
	na = strlen(a->name);
	nb = strlen(b->name);
	if (na != nb)
		return na > nb;
	/* The kernel's system calls have these aliases. */
	return !starts_with(a->name, "SyS") && !starts_with(a->name, "compat_SyS");
}

/* Keep the name of a row that lost, for named().  No memory: it is not found by that one. */
static void remember(struct tl_symbols *t, const struct row *r)
{
	if (r->type != STT_FUNC && r->type != STT_GNU_IFUNC)
		return;
	if (t->naliases == t->cap_aliases) {
		size_t cap = t->cap_aliases ? t->cap_aliases * 2 : 64;
		struct alias *aliases = realloc(t->aliases, cap * sizeof(*aliases));

		if (!aliases)
			return;
		t->aliases = aliases;
		t->cap_aliases = cap;
	}
	t->aliases[t->naliases++] = (struct alias){ r->start, r->name };
}

static void drop(struct tl_symbols *t, uint32_t i)
{
	tl_symtree_erase(&t->tree, i);
	remember(t, &t->rows[i]);
	t->live--;
}

static void choose_aliases(struct tl_symbols *t)
{
	uint32_t i = tl_symtree_first(&t->tree), next;

	while (i != NONE && (next = tl_symtree_next(&t->tree, i)) != NONE) {
		if (t->rows[i].start != t->rows[next].start) {
			i = next;
		} else if (first_is_better(t, &t->rows[i], &t->rows[next])) {
			drop(t, next);
		} else {
			drop(t, i);
			i = next;
		}
	}
}

void tl_symbols_settle(struct tl_symbols *t, enum tl_settle how)
{
	guess_ends(t, how);
	choose_aliases(t);
}

/* ---- the flat table */

/* A row without a size still answers for its start. */
static uint64_t behind(const struct row *r)
{
	return r->end > r->start ? r->end : r->start + 1;
}

static void flatten_row(struct tl_symbols *t, const struct row *r, uint64_t lo, uint64_t hi)
{
	uint64_t from = r->start > lo ? r->start : lo;
	uint64_t to = behind(r) < hi ? behind(r) : hi;

	if (from >= to)
		return;
	t->from[t->n] = from;
	t->types[t->n] = r->final ? r->type : r->type | LAZY;
	t->entries[t->n++] = (struct entry){ to, r->start, r->end, r->name };
}

/* All addresses in [lo, hi) come to row i on their way down; a balanced tree is not deep. */
static void flatten(struct tl_symbols *t, uint32_t i, uint64_t lo, uint64_t hi)
{
	const struct row *r;

	if (i == NONE || lo >= hi)
		return;
	r = &t->rows[i];
	flatten(t, t->nodes[i].left, lo, hi < r->start ? hi : r->start);
	flatten_row(t, r, lo, hi);
	flatten(t, t->nodes[i].right, lo > behind(r) ? lo : behind(r), hi);
}

bool tl_symbols_finish(struct tl_symbols *t)
{
	size_t n = t->live ? t->live : 1;
	bool lazy = false;

	t->from = malloc(n * sizeof(*t->from));
	t->entries = malloc(n * sizeof(*t->entries));
	t->types = malloc(n);
	if (!t->from || !t->entries || !t->types)
		return false;
	flatten(t, t->tree.root, 0, UINT64_MAX);
	for (uint32_t i = 0; i < t->n && !lazy; i++)
		lazy = t->types[i] & LAZY;
	if (lazy) {
		t->shown = calloc(n, sizeof(*t->shown));
		if (!t->shown)
			return false;
	}
	free(t->rows);
	free(t->nodes);
	t->rows = NULL;
	t->nodes = NULL;
	return true;
}

/* The name to show of entry i. */
static const char *shown_name(struct tl_symbols *t, uint32_t i)
{
	const char *name = t->entries[i].name, *shown;

	if (!(t->types[i] & LAZY))
		return name;
	shown = atomic_load_explicit(&t->shown[i], memory_order_acquire);
	if (shown)
		return shown;
	pthread_mutex_lock(&t->lock);
	shown = atomic_load_explicit(&t->shown[i], memory_order_relaxed);
	if (!shown) {
		shown = demangled(t, name);
		atomic_store_explicit(&t->shown[i], shown, memory_order_release);
	}
	pthread_mutex_unlock(&t->lock);
	return shown;
}

/* The entry that holds an offset; NULL: none does. */
static const struct entry *find_entry(const struct tl_symbols *t, uint64_t offset)
{
	uint32_t lo = 0, n = t->n;

	/* The last one from which on is not behind the offset. */
	while (n > 1) {
		uint32_t half = n / 2;

		lo += t->from[lo + half] <= offset ? half : 0;
		n -= half;
	}
	if (t->n == 0 || t->from[lo] > offset || offset >= t->entries[lo].to)
		return NULL;
	return &t->entries[lo];
}

bool tl_symbols_find(struct tl_symbols *t, uint64_t offset, struct tl_symbol *out)
{
	const struct entry *e = find_entry(t, offset);

	if (!e)
		return false;
	*out = (struct tl_symbol){ e->start, e->end, shown_name(t, (uint32_t)(e - t->entries)) };
	return true;
}

static bool is_function(uint8_t type)
{
	type &= (uint8_t)~LAZY;
	return type == STT_FUNC || type == STT_GNU_IFUNC;
}

bool tl_symbols_named(struct tl_symbols *t, const char *name, uint64_t *start)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (is_function(t->types[i]) && strcmp(t->entries[i].name, name) == 0) {
			*start = t->entries[i].start;
			return true;
		}
	for (size_t i = 0; i < t->naliases; i++)
		if (strcmp(t->aliases[i].name, name) == 0) {
			*start = t->aliases[i].start;
			return true;
		}
	for (uint32_t i = 0; t->shown && i < t->n; i++)
		if (is_function(t->types[i]) && strcmp(shown_name(t, i), name) == 0) {
			*start = t->entries[i].start;
			return true;
		}
	return false;
}

bool tl_symbols_linked(struct tl_symbols *t, uint64_t offset, struct tl_symbol *out)
{
	const struct entry *e = find_entry(t, offset);

	if (!e)
		return false;
	*out = (struct tl_symbol){ e->start, e->end, e->name };
	return true;
}
