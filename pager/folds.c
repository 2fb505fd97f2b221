/* folds.c: see folds.h. */
#include "pager/folds.h"

#include <stdlib.h>
#include <string.h>

/* ---- the list */

void tl_folds_fini(struct tl_folds *f)
{
	free(f->folds);
	free(f->ranges);
	*f = (struct tl_folds){ .n = 0 };
}

/* Where the fold of an entry is, or would be. */
static size_t place_of(const struct tl_folds *f, uint64_t entry)
{
	size_t low = 0, high = f->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (f->folds[mid].entry < entry)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct tl_fold *tl_folds_find(const struct tl_folds *f, uint64_t pos)
{
	size_t i = place_of(f, pos);

	return i < f->n && f->folds[i].entry == pos ? &f->folds[i] : NULL;
}

static bool grow(struct tl_folds *f)
{
	size_t cap = f->cap > 0 ? 2 * f->cap : 16;
	struct tl_fold *folds = realloc(f->folds, cap * sizeof(*folds));
	struct tl_callrange *ranges;

	if (!folds)
		return false;
	f->folds = folds;
	ranges = realloc(f->ranges, cap * sizeof(*ranges));
	if (!ranges)
		return false;
	f->ranges = ranges;
	f->cap = cap;
	return true;
}

bool tl_folds_add(struct tl_folds *f, const struct tl_fold *fold)
{
	size_t i = place_of(f, fold->entry);

	if (tl_folds_find(f, fold->entry))
		return true;
	if (f->n == f->cap && !grow(f))
		return false;
	memmove(f->folds + i + 1, f->folds + i, (f->n - i) * sizeof(*f->folds));
	memmove(f->ranges + i + 1, f->ranges + i, (f->n - i) * sizeof(*f->ranges));
	f->folds[i] = *fold;
	f->ranges[i] = fold->range;
	f->n++;
	return true;
}

void tl_folds_remove(struct tl_folds *f, const struct tl_fold *fold)
{
	size_t i = (size_t)(fold - f->folds);

	f->n--;
	memmove(f->folds + i, f->folds + i + 1, (f->n - i) * sizeof(*f->folds));
	memmove(f->ranges + i, f->ranges + i + 1, (f->n - i) * sizeof(*f->ranges));
}

void tl_folds_clear(struct tl_folds *f)
{
	f->n = 0;
	f->levels = 0;
}

/* ---- what is hidden */

static bool hides(const struct tl_callrange *r, uint64_t thread, uint64_t pos)
{
	return r->thread == thread && pos >= r->start && pos < r->end;
}

/* What levels are counted from: where the text's indentation begins. */
static int64_t floor_of(const struct tl_calls *c, uint64_t thread)
{
	for (size_t i = 0; !c->absolute && i < c->nthreads; i++)
		if (c->threads[i].thread == thread)
			return c->threads[i].lowest;
	return 0;
}

static bool is_too_deep(uint64_t levels, const struct tl_callline *line, int64_t floor)
{
	return levels > 0 && line->kind != TL_CALL_GAP &&
	       line->depth - floor >= (int64_t)(levels < INT32_MAX ? levels : INT32_MAX);
}

uint64_t tl_folds_above(uint64_t levels, const struct tl_calls *calls,
			const struct tl_callline *line)
{
	int64_t floor = floor_of(calls, line->thread);

	return is_too_deep(levels, line, floor) ? (uint64_t)(line->depth - floor) - levels + 1 : 0;
}

bool tl_folds_reveal(struct tl_folds *f, const struct tl_calls *calls,
		     const struct tl_callline *line, uint64_t pos)
{
	bool any = is_too_deep(f->levels, line, floor_of(calls, line->thread));

	if (any)
		f->levels = 0;
	for (size_t i = f->n; i-- > 0;) {
		if (!hides(&f->ranges[i], line->thread, pos))
			continue;
		tl_folds_remove(f, &f->folds[i]);
		any = true;
	}
	return any;
}

uint64_t tl_folds_below(const struct tl_folds *f, const struct tl_calls *calls,
			const struct tl_callline *line, bool *all)
{
	int64_t floor = floor_of(calls, line->thread);
	uint64_t n = 0;

	*all = true;
	if (line->kind != TL_CALL_ENTRY || f->levels == 0)
		return 0;
	for (const struct tl_callline *l = line + 1; l < calls->lines + calls->nlines; l++) {
		if (l->thread != line->thread || l->kind == TL_CALL_BREAK)
			continue;
		if (!is_too_deep(f->levels, l, floor))
			return n;
		n++;
	}
	*all = false;
	return n;
}

/* ---- the same for a filter's workers: as it was when the filter was made */

struct sieve {
	struct tl_source *src;
	struct tl_callcache *cache;
	uint64_t levels;
	size_t n;
	struct tl_callrange ranges[];
};

/* The range that concerns chunk k, of those from i on; n: none. */
static size_t next_range(const struct sieve *s, size_t i, uint64_t first, uint64_t last)
{
	while (i < s->n && (s->ranges[i].start > last || s->ranges[i].end <= first))
		i++;
	return i;
}

static bool is_sieved(const struct sieve *s, size_t from, uint64_t last,
		      const struct tl_callline *line, uint64_t pos)
{
	for (size_t i = from; i < s->n && s->ranges[i].start <= last; i++)
		if (hides(&s->ranges[i], line->thread, pos))
			return true;
	return false;
}

/* The floor of a thread is that of the line before mostly. */
struct floor {
	bool known;
	uint64_t thread;
	int64_t depth;
};

static int64_t floor_for(struct floor *f, const struct tl_calls *c, uint64_t thread)
{
	if (!f->known || f->thread != thread)
		*f = (struct floor){ true, thread, floor_of(c, thread) };
	return f->depth;
}

static bool hidden(void *arg, uint64_t k, struct tl_buf *at)
{
	const struct sieve *s = arg;
	uint64_t first = tl_pos_make(s->src, k, 0), last = tl_pos_make(s->src, k + 1, 0) - 1;
	size_t from = next_range(s, 0, first, last);
	struct floor floor = { .known = false };
	const struct tl_calls *c;
	bool ok = true;

	if (from == s->n && s->levels == 0)
		return true;
	if (tl_callcache_pin(s->cache, k, &c, NULL) != TL_FOUND)
		return false;
	for (size_t i = 0; i < c->nlines && ok; i++) {
		const struct tl_callline *line = &c->lines[i];
		uint32_t byte = (uint32_t)line->byte;

		if (line->kind == TL_CALL_BREAK) /* it is no line */
			continue;
		if (is_sieved(s, from, last, line, first + line->byte) ||
		    (s->levels > 0 &&
		     is_too_deep(s->levels, line, floor_for(&floor, c, line->thread))))
			ok = tl_buf_append(at, &byte, sizeof(byte));
	}
	tl_callcache_unpin(s->cache, c);
	return ok;
}

bool tl_folds_sieve(const struct tl_folds *f, struct tl_source *src, struct tl_callcache *cache,
		    struct tl_sieve *out)
{
	struct sieve *s = malloc(sizeof(*s) + f->n * sizeof(s->ranges[0]));

	if (!s)
		return false;
	*s = (struct sieve){ .src = src, .cache = cache, .levels = f->levels, .n = f->n };
	if (f->n > 0)
		memcpy(s->ranges, f->ranges, f->n * sizeof(s->ranges[0]));
	*out = (struct tl_sieve){ s, hidden, free };
	return true;
}
