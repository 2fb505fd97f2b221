/* ptchunks.c: a chunk is gathered, what is not selected is left out, and the rest is written as lines. */
#include "decoders/pt/ptparts.h"

#include <stdlib.h>

/* What a workspace keeps of the text. */
#define KEEP_TEXT   ((size_t)4 << 20)
#define KEEP_STARTS ((size_t)1 << 16)

struct tl_pt_workspace *tl_pt_workspace_take(struct tl_pt *pt)
{
	struct tl_pt_workspace *w;

	pthread_mutex_lock(&pt->lock);
	w = pt->idle;
	if (w)
		pt->idle = w->next;
	pthread_mutex_unlock(&pt->lock);
	return w ? w : calloc(1, sizeof(*w));
}

void tl_pt_workspace_put(struct tl_pt *pt, struct tl_pt_workspace *w)
{
	tl_pt_scratch_trim(&w->made.scratch);
	if (w->made.text.cap > KEEP_TEXT)
		tl_buf_fini(&w->made.text);
	if (w->made.cap > KEEP_STARTS) {
		free(w->made.starts);
		w->made.starts = NULL;
		w->made.cap = 0;
	}
	pthread_mutex_lock(&pt->lock);
	w->next = pt->idle;
	pt->idle = w;
	pthread_mutex_unlock(&pt->lock);
}

/* Each chunk's errors once, however often it is decoded; the damage is in the first. */
static void count_errors(struct tl_pt *pt, uint64_t k, const struct tl_pt_scratch *sc)
{
	const uint64_t bit = UINT64_C(1) << (k % 64);
	uint64_t n = k == 0 ? tl_perf_ndamage(pt->perf) : 0;

	if (atomic_load_explicit(&pt->counted[k / 64], memory_order_relaxed) & bit)
		return;
	for (size_t i = 0; i < sc->n; i++)
		n += sc->events[i].kind == TL_PT_EV_ERROR;
	if (n > 0)
		atomic_fetch_or(&pt->broken[k / 64], bit);
	if (!(atomic_fetch_or(&pt->counted[k / 64], bit) & bit))
		atomic_fetch_add(&pt->nerrors, n);
}

/* What the first chunk begins with. */
static bool put_head(const struct tl_pt *pt, struct tl_buf *out)
{
	if (!tl_pt_lines_head(pt->style, out))
		return false;
	for (size_t i = 0; i < tl_perf_ndamage(pt->perf); i++)
		if (!tl_pt_lines_damage(out, tl_perf_damage(pt->perf, i)))
			return false;
	return true;
}

/* Event i becomes number `to`, and with it what `past` has for it, of which *from was gone through, and
 * *n stay. */
static void renumber(struct tl_pt_past *past, size_t i, size_t to, size_t *from, size_t *n)
{
	while (*from < past->nlate && past->late[*from].event < i)
		++*from;
	if (*from < past->nlate && past->late[*from].event == i)
		past->late[(*n)++] =
		    (struct tl_pt_late){ (uint32_t)to, past->late[(*from)++].time };
}

/* Drop the events that are not selected; those before a selected time are past then.  False: out of
 * memory. */
static bool sift(const struct tl_pt *pt, struct tl_pt_scratch *sc, struct tl_pt_past *past)
{
	const struct tl_context *ctx = NULL;
	bool wanted = true; /* those of ctx */
	size_t kept = 0, from = 0, n = 0;

	for (size_t i = 0; i < sc->n; i++) {
		const struct tl_pt_event *e = &sc->events[i];

		if (e->ctx && e->ctx != ctx) {
			ctx = e->ctx;
			wanted = tl_select_context(&pt->select, ctx);
		}
		if (e->ctx && !wanted)
			continue;
		if (tl_select_time(&pt->select, e->time)) {
			if (past)
				renumber(past, i, kept, &from, &n);
			sc->events[kept++] = *e;
		} else if (kept == 0 && past && !tl_pt_past_follow(past, e)) {
			return false;
		}
	}
	sc->n = kept;
	if (past)
		past->nlate = n;
	return true;
}

/* The events of chunk k, those that are selected, without their past. */
static bool gather_by(struct tl_pt *pt, const struct tl_pt_gatherer *g, uint64_t k,
		      struct tl_pt_scratch *sc, struct tl_err *err)
{
	if (pt->chosen && k >= pt->nslices)
		sc->n = 0;
	else if (!tl_pt_gather(g, tl_pt_slice_of(pt, k), sc, err))
		return false;
	if (pt->selects && !sift(pt, sc, NULL))
		return tl_err_nomem(err);
	count_errors(pt, k, sc);
	return true;
}

/* The events of chunk k, those that are selected; and their past, if it is asked for, of so many
 * slices. */
static bool gather(struct tl_pt *pt, uint64_t k, size_t past, struct tl_pt_made *m,
		   struct tl_err *err)
{
	struct tl_pt_scratch *sc = &m->scratch;
	bool ok = true;

	if (pt->chosen && k >= pt->nslices)
		sc->n = 0;
	else if (past > 0 && pt->nslices > 0)
		ok = tl_pt_pasts_gather(pt->pasts, tl_pt_slice_of(pt, k), past, sc, &m->past, err);
	else
		ok = tl_pt_gather(&pt->gatherer, tl_pt_slice_of(pt, k), sc, err);
	if (!ok)
		return false;
	if (pt->selects && !sift(pt, sc, past > 0 ? &m->past : NULL))
		return tl_err_nomem(err);
	count_errors(pt, k, sc);
	return true;
}

/* Where the text tells how long calls took, it is worth more to know when they began. */
#define LOOK_BACK_FOR_CALLS 4

size_t tl_pt_past_of_text(const struct tl_pt *pt)
{
	/* Without time slices are one queue after the other, and none is another's past. */
	return tl_pt_slices_timed(pt->slices) && tl_pt_style_looks_back(pt->style) ? TL_PT_LOOK_BACK
										   : 0;
}

size_t tl_pt_past_of_calls(const struct tl_pt *pt)
{
	if (tl_pt_past_of_text(pt) > 0)
		return tl_pt_past_of_text(pt);
	return tl_pt_slices_timed(pt->slices) ? LOOK_BACK_FOR_CALLS * tl_pt_density(pt) : 0;
}

static bool put_chunk(struct tl_pt *pt, uint64_t k, struct tl_pt_made *m, struct tl_buf *out,
		      size_t *starts, struct tl_err *err)
{
	const struct tl_pt_scratch *sc = &m->scratch;

	if (k == 0 && !put_head(pt, out))
		return tl_err_nomem(err);
	return tl_pt_lines_format(pt->style, sc->events, sc->n,
				  tl_pt_past_of_text(pt) > 0 ? &m->past : NULL, out, starts, err);
}

bool tl_pt_decode(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	struct tl_pt *pt = self;
	struct tl_pt_workspace *w = tl_pt_workspace_take(pt);
	bool ok;

	if (!w)
		return tl_err_nomem(err);
	ok = gather(pt, k, tl_pt_past_of_text(pt), &w->made, err) &&
	     put_chunk(pt, k, &w->made, out, NULL, err);
	tl_pt_workspace_put(pt, w);
	return ok;
}

uint64_t tl_pt_gap_count(const void *self)
{
	const struct tl_pt *pt = self;

	return atomic_load(&pt->nerrors);
}

/* Errors are events whatever else is wanted, and with nothing else it is done in half the time. */
bool tl_pt_whole(void *self, uint64_t k)
{
	const uint64_t bit = UINT64_C(1) << (k % 64);
	struct tl_pt *pt = self;
	struct tl_pt_workspace *w;
	bool ok;

	if (!(atomic_load(&pt->counted[k / 64]) & bit)) {
		w = tl_pt_workspace_take(pt);
		ok = w && gather_by(pt, &pt->bare, k, &w->made.scratch, NULL);
		if (w)
			tl_pt_workspace_put(pt, w);
		if (!ok)
			return false;
	}
	return !(atomic_load(&pt->broken[k / 64]) & bit);
}

bool tl_pt_make_lines(struct tl_pt *pt, uint64_t k, size_t past, struct tl_pt_made *m,
		      struct tl_err *err)
{
	m->text.len = 0;
	if (!gather(pt, k, past, m, err))
		return false;
	if (m->scratch.n >= m->cap) {
		size_t cap = m->scratch.n + 1;
		size_t *starts = realloc(m->starts, cap * sizeof(*starts));

		if (!starts)
			return tl_err_nomem(err);
		m->starts = starts;
		m->cap = cap;
	}
	return put_chunk(pt, k, m, &m->text, m->starts, err);
}
