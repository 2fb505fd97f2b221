/* gaps.c: see gaps.h. */
#include "decoders/pt/gaps.h"

#include "decoders/pt/sync.h"

#include <stdlib.h>
#include <string.h>

struct maker {
	const struct tl_perf *perf;
	struct tl_timeline *timeline;
	const struct tl_pt_slices *slices;
	struct tl_pt_gaps *out;
};

/* The slice of a trace without time that has segment j of a queue, or the nearest one. */
static size_t slice_of_segment(const struct tl_pt_slices *s, size_t queue, size_t j)
{
	size_t low = 0, high = tl_pt_slices_count(s);

	while (low < high) { /* the first that begins behind it */
		size_t mid = low + (high - low) / 2;
		const struct tl_pt_slice *slice = tl_pt_slices_get(s, mid);

		if (slice->queue < queue || (slice->queue == queue && slice->first_sync <= j))
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 ? low - 1 : 0;
}

static bool add(struct maker *m, const struct tl_pt_missing *gap)
{
	struct tl_pt_gaps *g = m->out;

	if (g->n == g->cap) {
		size_t cap = g->cap ? 2 * g->cap : 16;
		struct tl_pt_missing *v = realloc(g->v, cap * sizeof(*v));

		if (!v)
			return false;
		g->v = v;
		g->cap = cap;
	}
	g->v[g->n++] = *gap;
	return true;
}

/* Where in the text: at its time, or before the segment that follows it. */
static void place(const struct maker *m, size_t queue, struct tl_pt_missing *gap)
{
	const struct tl_pt_slices *s = m->slices;
	size_t before = tl_pt_slices_sync_before(s, queue, gap->event.to);

	gap->segment = before + 1; /* SIZE_MAX + 1 is 0 */
	if (!tl_pt_slices_timed(s)) {
		gap->event.time = TL_PT_NOTIME;
		gap->slice = slice_of_segment(s, queue, gap->segment);
		return;
	}
	if (tl_pt_slices_count(s) == 0)
		return;
	if (gap->event.time < tl_pt_slices_get(s, 0)->time)
		gap->event.time = tl_pt_slices_get(s, 0)->time;
	gap->slice = tl_pt_slices_at(s, gap->event.time);
}

/* At an offset of a queue.  time TL_PT_NOTIME: when decoding goes on behind it. */
static bool add_at(struct maker *m, size_t queue, uint64_t time, uint64_t offset)
{
	const struct tl_perf_queue *q = tl_perf_queue(m->perf, queue);
	size_t nsyncs = tl_pt_slices_nsyncs(m->slices, queue);
	struct tl_pt_missing gap = { 0 };
	uint64_t until;

	if (time == TL_PT_NOTIME && nsyncs > 0) {
		size_t next =
		    offset > 0 ? tl_pt_slices_sync_before(m->slices, queue, offset - 1) + 1 : 0;

		time = tl_pt_slices_sync(m->slices, queue, next < nsyncs ? next : nsyncs - 1)->time;
	} else if (time == TL_PT_NOTIME && tl_pt_slices_timed(m->slices)) {
		time = tl_pt_slices_get(m->slices, 0)->time;
	}
	gap.event = (struct tl_pt_event){
		.time = time,
		.to = offset,
		.kind = TL_PT_EV_ERROR,
		.code = TL_PT_ERR_LOST,
		.queue = (uint32_t)queue,
	};
	place(m, queue, &gap);
	gap.event.ctx = tl_timeline_context(m->timeline, q, gap.event.time, &until);
	return gap.event.ctx && add(m, &gap);
}

/* The queue a gap tells of, by what it knows; where it knows none, the first.  There is one. */
static size_t queue_of(const struct maker *m, const struct tl_gap *gap)
{
	const struct tl_perf_queue *q;

	if (gap->queue < tl_perf_nqueues(m->perf))
		return gap->queue;
	q = tl_perf_queue_of(m->perf, gap->cpu, gap->tid);
	return q ? q->number : 0;
}

/* The offset where a queue was at a time, about. */
static uint64_t offset_at(const struct maker *m, size_t queue, uint64_t time)
{
	size_t low = 0, high = tl_pt_slices_nsyncs(m->slices, queue);

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (tl_pt_slices_sync(m->slices, queue, mid)->time <= time)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 ? tl_pt_slices_sync(m->slices, queue, low - 1)->offset : 0;
}

static bool add_told(struct maker *m)
{
	if (tl_perf_nqueues(m->perf) == 0)
		return true; /* there is no text they could be in */
	for (size_t i = 0; i < tl_timeline_ngaps(m->timeline); i++) {
		const struct tl_gap *gap = tl_timeline_gap(m->timeline, i);
		size_t queue = queue_of(m, gap);
		uint64_t time = gap->time == TL_TIMELINE_NOTIME ? TL_PT_NOTIME : gap->time;
		uint64_t offset = gap->offset;

		if (offset == UINT64_MAX)
			offset = offset_at(m, queue, time);
		if (!add_at(m, queue, time, offset))
			return false;
	}
	return true;
}

/* Is something of the flow in a queue's bytes before its first PSB? */
static bool begins_late(const struct maker *m, size_t queue, uint64_t first)
{
	struct tl_buf buf = TL_BUF_INIT;
	bool late = true;

	if (first <= TL_PT_PSB_PLUS_MAX &&
	    tl_perf_read_aux(m->perf, tl_perf_queue(m->perf, queue), 0, (size_t)first, &buf, NULL))
		late = !tl_pt_is_preamble(buf.data, buf.len);
	tl_buf_fini(&buf);
	return late;
}

/* What the shape of a queue tells. */
static bool add_seen(struct maker *m, size_t queue)
{
	const struct tl_perf_queue *q = tl_perf_queue(m->perf, queue);
	size_t n = tl_pt_slices_nsyncs(m->slices, queue);
	uint64_t first = n > 0 ? tl_pt_slices_sync(m->slices, queue, 0)->offset : q->size;

	if (first > 0 && begins_late(m, queue, first) && !add_at(m, queue, TL_PT_NOTIME, 0))
		return false;
	for (size_t i = 1; i < q->npieces; i++)
		if (q->pieces[i].after_gap && q->pieces[i].at > first &&
		    !add_at(m, queue, TL_PT_NOTIME, q->pieces[i].at))
			return false;
	for (size_t j = 0; j < n; j++) {
		uint64_t from = tl_pt_slices_sync(m->slices, queue, j)->offset;
		uint64_t to =
		    j + 1 < n ? tl_pt_slices_sync(m->slices, queue, j + 1)->offset : q->size;

		if (to - from > TL_PT_SEGMENT_MAX &&
		    !add_at(m, queue, TL_PT_NOTIME, from + TL_PT_SEGMENT_MAX))
			return false;
	}
	return true;
}

static int by_place(const void *pa, const void *pb)
{
	const struct tl_pt_missing *a = pa, *b = pb;

	if (a->slice != b->slice)
		return a->slice < b->slice ? -1 : 1;
	if (a->event.time != b->event.time)
		return a->event.time < b->event.time ? -1 : 1;
	if (a->event.queue != b->event.queue)
		return a->event.queue < b->event.queue ? -1 : 1;
	if (a->event.to != b->event.to)
		return a->event.to < b->event.to ? -1 : 1;
	return 0;
}

/* The same hole told twice, by a record and by the queue, is one. */
static void drop_doubles(struct tl_pt_gaps *g)
{
	size_t kept = 0;

	for (size_t i = 0; i < g->n; i++)
		if (kept == 0 || by_place(&g->v[kept - 1], &g->v[i]) != 0)
			g->v[kept++] = g->v[i];
	g->n = kept;
}

bool tl_pt_gaps_make(const struct tl_perf *perf, struct tl_timeline *timeline,
		     const struct tl_pt_slices *slices, struct tl_pt_gaps *out, struct tl_err *err)
{
	struct maker m = { perf, timeline, slices, out };
	bool ok;

	*out = (struct tl_pt_gaps){ 0 };
	ok = add_told(&m);
	for (size_t q = 0; ok && q < tl_perf_nqueues(perf); q++)
		ok = add_seen(&m, q);
	if (!ok) {
		tl_pt_gaps_fini(out);
		return tl_err_nomem(err);
	}
	if (out->n > 0)
		qsort(out->v, out->n, sizeof(*out->v), by_place);
	drop_doubles(out);
	return true;
}

void tl_pt_gaps_fini(struct tl_pt_gaps *g)
{
	free(g->v);
	*g = (struct tl_pt_gaps){ 0 };
}

static size_t first_from(const struct tl_pt_gaps *g, size_t slice)
{
	size_t low = 0, high = g->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (g->v[mid].slice < slice)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void tl_pt_gaps_of(const struct tl_pt_gaps *g, size_t slice, size_t *first, size_t *end)
{
	*first = first_from(g, slice);
	*end = first_from(g, slice + 1);
}

uint64_t tl_pt_gaps_whole(const struct tl_perf_queue *q, uint64_t from, uint64_t to, bool *hole)
{
	size_t low = 0, high = q->npieces;

	*hole = false;
	while (low < high) { /* the first piece that begins behind `from` */
		size_t mid = low + (high - low) / 2;

		if (q->pieces[mid].at <= from)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < q->npieces && q->pieces[low].at <= to; low++) {
		if (!q->pieces[low].after_gap)
			continue;
		*hole = true;
		return q->pieces[low].at;
	}
	return to;
}
