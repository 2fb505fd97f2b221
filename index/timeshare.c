/*
 * timeshare.c: the time index's part in the work of the line index: it samples chunks that are counted, and its
 * facts are saved with the counts.
 */
#include "index/savedtimes.h"
#include "index/timerows.h"

#include "index/chunkfacts.h"

#include <stdlib.h>

struct note {
	uint64_t generation;
	struct tl_timeend end;
	bool complete;
	struct tl_timefacts facts;
};

_Static_assert(sizeof(struct note) <= TL_COMPANION_NOTE, "notes of companions are too short");

/* Is there nothing to be found out in chunk k, by this form? */
static bool is_known(struct tl_timeindex *ti, const struct tl_timeform *f, uint64_t k,
		     struct note *n)
{
	bool known;

	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti);
	n->generation = ti->generation;
	n->end = ti->end;
	n->complete = ti->complete;
	known = !tl_timerows_have(ti, f) ||
		(k < ti->n && (ti->rows[k].claimed || (ti->rows[k].facts.flags & TL_TIMES_EXACT)));
	pthread_mutex_unlock(&ti->lock);
	return known;
}

/*
 * Chunk k was read before anybody looked where the text ends: were these all of its bytes?  Where chunks have
 * any length that is so when the text does not grow.
 */
static bool was_whole(struct tl_timeindex *ti, uint64_t k, size_t len, const struct note *n)
{
	if (!tl_source_is_flat(ti->src))
		return k + 1 < n->end.nchunks && n->complete;
	return len == (k + 1 < n->end.nchunks ? (size_t)1 << TL_FILE_SHIFT : n->end.last_len);
}

static bool see(void *self, uint64_t k, struct tl_span chunk, const struct tl_chunk_facts *facts,
		void *note)
{
	struct tl_timeindex *ti = self;
	const struct tl_timeform *form = tl_timeindex_form(ti);
	struct tl_timework w = { .k = k, .bytes.chunk = chunk, .last = TL_BUF_INIT };
	struct note *n = note;
	bool ok;

	/* Of times that add up samples tell nothing: all lines are read as soon as somebody asks. */
	if (!form || form->deltas || is_known(ti, form, k, n))
		return false;
	w.end = n->end;
	ok = was_whole(ti, k, chunk.len, n) && tl_timework_look_around(ti, &w);
	if (ok)
		n->facts = tl_timefacts_sample(form, &w.bytes, facts->newlines);
	tl_buf_fini(&w.last);
	return ok;
}

static void keep(void *self, uint64_t k, const void *note)
{
	struct tl_timeindex *ti = self;
	const struct note *n = note;

	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti);
	if (n->generation == ti->generation && k < ti->n)
		tl_timerows_keep(ti, k, &n->facts, &n->end);
	pthread_mutex_unlock(&ti->lock);
}

static void forget(void *self)
{
	tl_timeindex_reset(self);
}

/* An eighth of the text is worth a file. */
static bool unsaved(void *self)
{
	struct tl_timeindex *ti = self;
	bool worth;

	pthread_mutex_lock(&ti->lock);
	worth = ti->nexact > ti->saved && (ti->nexact - ti->saved) >= ti->n / 8;
	pthread_mutex_unlock(&ti->lock);
	return worth;
}

static void save(void *self, uint64_t n, struct tl_buf *out)
{
	struct tl_timeindex *ti = self;
	const struct tl_timeform *form = atomic_load(&ti->form);
	struct tl_timefacts *facts = form && n > 0 ? malloc(n * sizeof(*facts)) : NULL;
	bool any = false;

	if (!facts)
		return;
	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti); /* forgets what was open in a text that goes on */
	for (uint64_t k = 0; k < n && tl_timerows_have(ti, form); k++) {
		facts[k] = k < ti->n ? ti->rows[k].facts : (struct tl_timefacts){ 0 };
		if ((facts[k].flags & TL_TIMES_OPEN) && k + 1 < n)
			facts[k] = (struct tl_timefacts){ 0 };
		any = any || facts[k].flags != 0;
	}
	ti->saved = ti->nexact;
	pthread_mutex_unlock(&ti->lock);
	if (any)
		tl_savedtimes_encode(form, facts, n, out);
	free(facts);
}

static void load(void *self, uint64_t n, uint64_t last_len, struct tl_span saved)
{
	struct tl_timeindex *ti = self;
	const struct tl_timeform *form = tl_timeindex_form(ti);
	struct tl_timefacts *facts = form ? tl_savedtimes_decode(saved, form, n) : NULL;
	struct tl_timeend end;

	if (!facts)
		return;
	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti);
	end = (struct tl_timeend){ n, last_len };
	/* To a chunk that was not full more may have come. */
	if (tl_source_is_flat(ti->src) && last_len < UINT64_C(1) << TL_FILE_SHIFT)
		facts[n - 1].flags |= TL_TIMES_OPEN;
	for (uint64_t k = 0; k < n && k < ti->n && tl_timerows_have(ti, form); k++)
		if (facts[k].flags & ~(uint32_t)TL_TIMES_OPEN)
			tl_timerows_keep(ti, k, &facts[k], &end);
	tl_timerows_pass(ti);
	ti->saved = ti->nexact;
	pthread_mutex_unlock(&ti->lock);
	free(facts);
}

const struct tl_companion tl_timeindex_companion = {
	.see = see,
	.keep = keep,
	.forget = forget,
	.unsaved = unsaved,
	.save = save,
	.load = load,
};
