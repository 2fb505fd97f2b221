/*
 * gather.c: see gather.h.
 *
 * Segments of a queue that are decoded here are read in one go, as they lie one after another.
 * The instructions behind a segment's last event are counted with the next segment's first
 * event, if both are in the slice: which segments are is known before anything is decoded, so
 * that the count does not depend on the way here.
 */
#include "decoders/pt/gather.h"

#include "decoders/pt/sync.h"
#include "decoders/pt/threads.h"

#include <stdlib.h>
#include <string.h>

/* When a slice has so many, what is left of it is told to be lost.  A slice has so much only if its
 * sync points have no times of their own to cut by; real ones have some thousand events. */
#define MAX_EVENTS (2u << 20)

#define ROW_BYTES (4u << 20) /* that are read in one go, if segments are no longer */

#define KEEP_EVENTS 65536 /* in a scratch; 4 MiB */
#define KEEP_BYTES  (4u << 20)

#define MOST_APART 1000 /* threads in a slice; more are seldom in one queue each */

void tl_pt_scratch_fini(struct tl_pt_scratch *sc)
{
	tl_buf_fini(&sc->aux);
	tl_pt_events_fini(&sc->all);
	tl_pt_events_fini(&sc->merged);
	free(sc->runs);
	tl_keyindex_fini(&sc->keys);
	*sc = (struct tl_pt_scratch){ 0 };
}

void tl_pt_scratch_trim(struct tl_pt_scratch *sc)
{
	if (sc->all.cap > KEEP_EVENTS)
		tl_pt_events_fini(&sc->all);
	if (sc->merged.cap > KEEP_EVENTS)
		tl_pt_events_fini(&sc->merged);
	if (sc->aux.cap > KEEP_BYTES)
		tl_buf_fini(&sc->aux);
	sc->events = NULL;
	sc->n = 0;
}

/* ---- decoding */

static uint64_t segment_end(const struct tl_pt_gatherer *g, size_t queue, size_t j)
{
	if (j + 1 < tl_pt_slices_nsyncs(g->slices, queue))
		return tl_pt_slices_sync(g->slices, queue, j + 1)->offset;
	return tl_perf_queue(g->perf, queue)->size;
}

/* Segment j, in `aux`, which has the queue's bytes from offset `base` on. */
static void make_segment(const struct tl_pt_gatherer *g, size_t queue, size_t j,
			 const struct tl_buf *aux, uint64_t base, struct tl_pt_segment *seg)
{
	const struct tl_perf_queue *q = tl_perf_queue(g->perf, queue);
	const struct tl_pt_sync *sync = tl_pt_slices_sync(g->slices, queue, j);
	bool last = j + 1 == tl_pt_slices_nsyncs(g->slices, queue), hole;
	uint64_t next = segment_end(g, queue, j);
	uint64_t end = tl_pt_gaps_whole(q, sync->offset, next, &hole);

	if (end - sync->offset > TL_PT_SEGMENT_MAX) {
		end = sync->offset + TL_PT_SEGMENT_MAX;
		hole = true;
	}
	*seg = (struct tl_pt_segment){
		.queue = q,
		.bytes = aux->data + (sync->offset - base),
		.next = (size_t)(end - sync->offset),
		.offset = sync->offset,
		.time = sync->time,
		.next_time = last ? TL_PT_NOTIME : sync[1].time,
		.next_after_gap = hole,
	};
	seg->len = seg->next;
	if (!last && !hole) {
		struct tl_pt_psb_plus plus;

		tl_pt_psb_plus(seg->bytes + seg->next, aux->len - (size_t)(next - base), &plus);
		seg->len += plus.len;
	}
}

/* An error instead of the events of segment j and perhaps more. */
static bool add_error(const struct tl_pt_gatherer *g, size_t queue, size_t j, uint64_t time,
		      enum tl_pt_errcode code, struct tl_pt_events *out)
{
	const struct tl_perf_queue *q = tl_perf_queue(g->perf, queue);
	uint64_t until;

	if (!tl_pt_events_reserve(out, 1))
		return false;
	out->v[out->n] = (struct tl_pt_event){
		.time = time,
		.to = tl_pt_slices_sync(g->slices, queue, j)->offset,
		.ctx = tl_timeline_context(g->timeline, q, time, &until),
		.kind = TL_PT_EV_ERROR,
		.code = (uint8_t)code,
		.queue = (uint32_t)queue,
	};
	return out->v[out->n++].ctx != NULL;
}

static void add_insns(struct tl_pt_event *e, uint64_t more)
{
	e->insns = more > UINT32_MAX - e->insns ? UINT32_MAX : e->insns + (uint32_t)more;
}

/* The first gap, in [low, high) of those of one slice without time, that is not before this
 * segment: they are by queue and offset there. */
static size_t first_gap(const struct tl_pt_gaps *gaps, size_t low, size_t high, size_t queue,
			size_t segment)
{
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct tl_pt_missing *gap = &gaps->v[mid];

		if (gap->event.queue < queue ||
		    (gap->event.queue == queue && gap->segment < segment))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Where there is no time, gaps stand before the segment that follows them: here those before
 * segments from .. to. */
static bool add_gaps_before(const struct tl_pt_gatherer *g, size_t slice, size_t queue, size_t from,
			    size_t to, struct tl_pt_events *out)
{
	size_t at, end;

	tl_pt_gaps_of(g->gaps, slice, &at, &end);
	at = first_gap(g->gaps, at, end, queue, from);
	for (; at < end && g->gaps->v[at].event.queue == queue && g->gaps->v[at].segment <= to;
	     at++) {
		if (!tl_pt_events_reserve(out, 1))
			return false;
		out->v[out->n++] = g->gaps->v[at].event;
	}
	return true;
}

/* Segments first .. *end - 1 of a queue, *tail being what is left of the one before them; when
 * there are too many events *end is lowered.  slice SIZE_MAX: without the gaps. */
static bool decode_row(const struct tl_pt_gatherer *g, size_t slice, size_t queue, size_t first,
		       size_t *end, struct tl_buf *aux, struct tl_pt_events *out, uint64_t *tail,
		       struct tl_err *err)
{
	const struct tl_perf_queue *q = tl_perf_queue(g->perf, queue);
	uint64_t from = tl_pt_slices_sync(g->slices, queue, first)->offset;
	uint64_t to = segment_end(g, queue, *end - 1);
	bool timed = tl_pt_slices_timed(g->slices);

	to = q->size - to > TL_PT_PSB_PLUS_MAX ? to + TL_PT_PSB_PLUS_MAX : q->size;
	if (*end - first == 1 && to - from > TL_PT_SEGMENT_MAX)
		to = from + TL_PT_SEGMENT_MAX;
	aux->len = 0;
	if (to - from > SIZE_MAX ||
	    !tl_perf_read_aux(g->perf, q, from, (size_t)(to - from), aux, NULL))
		return add_error(g, queue, first, tl_pt_slices_sync(g->slices, queue, first)->time,
				 TL_PT_ERR_NODATA, out) ||
		       tl_err_nomem(err); /* it could be read when it was opened */
	for (size_t j = first; j < *end; j++) {
		struct tl_pt_segment seg;
		uint64_t left = 0;
		size_t n;

		if (j > first && out->n > MAX_EVENTS) {
			*end = j;
			break;
		}
		if (!timed && slice != SIZE_MAX && !add_gaps_before(g, slice, queue, j, j, out))
			return tl_err_nomem(err);
		n = out->n;
		make_segment(g, queue, j, aux, from, &seg);
		if (!g->flow(g->flow_arg, &seg, g->want, out, &left, err))
			return false;
		if (out->n > n) {
			add_insns(&out->v[n], *tail);
			*tail = left;
		} else {
			*tail += left;
		}
	}
	return true;
}

bool tl_pt_gather_segment(void *arg, size_t queue, size_t index, struct tl_pt_events *out,
			  uint64_t *tail, struct tl_err *err)
{
	struct tl_buf aux = TL_BUF_INIT;
	size_t end = index + 1;
	bool ok;

	*tail = 0;
	ok = decode_row(arg, SIZE_MAX, queue, index, &end, &aux, out, tail, err);
	tl_buf_fini(&aux);
	return ok;
}

/* ---- a slice */

/* Its times: from *start up to, not including, *end. */
static void times_of(const struct tl_pt_gatherer *g, size_t slice, uint64_t *start, uint64_t *end)
{
	*start = tl_pt_slices_get(g->slices, slice)->time;
	*end = slice + 1 < tl_pt_slices_count(g->slices)
		   ? tl_pt_slices_get(g->slices, slice + 1)->time
		   : TL_PT_NOTIME;
}

/* Is all of segment j in that time?  It reaches up to the next one's sync point. */
static bool is_inside(const struct tl_pt_gatherer *g, size_t queue, size_t j, uint64_t start,
		      uint64_t end)
{
	const struct tl_pt_sync *sync = tl_pt_slices_sync(g->slices, queue, j);

	if (sync->time < start)
		return false;
	if (end == TL_PT_NOTIME)
		return true;
	return j + 1 < tl_pt_slices_nsyncs(g->slices, queue) && sync[1].time <= end &&
	       sync->time < end;
}

/* The first event of a time or later. */
static size_t first_at(const struct tl_pt_pinned *p, uint64_t time)
{
	size_t low = 0, high = p->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->v[mid].time < time)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* What of a shared segment falls in a time. */
static bool take_part(const struct tl_pt_gatherer *g, size_t queue, size_t j, uint64_t start,
		      uint64_t end, struct tl_pt_events *out, uint64_t *tail, struct tl_err *err)
{
	struct tl_pt_pinned p;
	size_t from, to;
	bool ok;

	if (!tl_pt_segments_pin(g->shared, queue, j, &p, err))
		return false;
	from = first_at(&p, start);
	to = end == TL_PT_NOTIME ? p.n : first_at(&p, end);
	ok = tl_pt_events_reserve(out, to - from) || tl_err_nomem(err);
	if (ok && to > from) {
		memcpy(out->v + out->n, p.v + from, (to - from) * sizeof(*p.v));
		if (from == 0)
			add_insns(&out->v[out->n], *tail);
		out->n += to - from;
	}
	*tail = p.n > 0 ? p.tail : *tail + p.tail;
	tl_pt_segments_unpin(g->shared, &p);
	return ok;
}

static bool gather_queue(const struct tl_pt_gatherer *g, size_t slice, size_t queue,
			 struct tl_pt_scratch *sc, struct tl_err *err)
{
	bool timed = tl_pt_slices_timed(g->slices);
	uint64_t start, end, tail = 0;
	size_t j, first, last;

	tl_pt_slices_segments(g->slices, slice, queue, &first, &last);
	times_of(g, slice, &start, &end);
	for (j = first; j < last;) {
		uint64_t most = tl_pt_slices_sync(g->slices, queue, j)->offset + ROW_BYTES;
		uint64_t time = tl_pt_slices_sync(g->slices, queue, j)->time;
		size_t row = j;

		if (sc->all.n > MAX_EVENTS)
			return add_error(g, queue, j, time > start ? time : start, TL_PT_ERR_LOST,
					 &sc->all) ||
			       tl_err_nomem(err);
		while (row < last && (!timed || is_inside(g, queue, row, start, end)) &&
		       (row == j || segment_end(g, queue, row) <= most))
			row++;
		if (row > j) {
			if (!decode_row(g, slice, queue, j, &row, &sc->aux, &sc->all, &tail, err))
				return false;
			j = row;
		} else if (!take_part(g, queue, j++, start, end, &sc->all, &tail, err)) {
			return false;
		}
	}
	if (!timed && !add_gaps_before(g, slice, queue, last, SIZE_MAX, &sc->all))
		return tl_err_nomem(err);
	return true;
}

static bool add_run(struct tl_pt_scratch *sc, size_t from)
{
	if (sc->nruns == sc->run_cap) {
		size_t cap = sc->run_cap ? 2 * sc->run_cap : 16;
		struct tl_pt_run *runs = realloc(sc->runs, cap * sizeof(*runs));

		if (!runs)
			return false;
		sc->runs = runs;
		sc->run_cap = cap;
	}
	/* Where `all` will be in the end is not known yet. */
	sc->runs[sc->nruns++] = (struct tl_pt_run){ NULL, sc->all.n - from };
	return true;
}

/* The gaps of a slice of a trace with time; in one without, those of queues without slices, and
 * gather_queue() knows the others. */
static bool gather_gaps(const struct tl_pt_gatherer *g, size_t slice, struct tl_pt_scratch *sc)
{
	bool timed = tl_pt_slices_timed(g->slices);
	bool some = slice < tl_pt_slices_count(g->slices);
	size_t at, end;

	tl_pt_gaps_of(g->gaps, slice, &at, &end);
	if (!tl_pt_events_reserve(&sc->all, end - at))
		return false;
	for (; at < end; at++) {
		const struct tl_pt_event *e = &g->gaps->v[at].event;

		if (g->skip && g->skip[e->queue])
			continue;
		if (timed || !some || e->queue != tl_pt_slices_get(g->slices, slice)->queue)
			sc->all.v[sc->all.n++] = *e;
	}
	return true;
}

/* The events of all queues, one queue after the other: a run each, and a first one of gaps. */
static bool gather_runs(const struct tl_pt_gatherer *g, size_t slice, struct tl_pt_scratch *sc,
			struct tl_err *err)
{
	size_t nqueues = tl_perf_nqueues(g->perf), from = 0;
	bool some = slice < tl_pt_slices_count(g->slices);

	sc->all.n = sc->merged.n = sc->nruns = 0;
	/* At equal times a gap is told first: it is before what follows it. */
	if (!gather_gaps(g, slice, sc) || !add_run(sc, 0))
		return tl_err_nomem(err);
	for (size_t q = 0; some && q < nqueues; q++) {
		from = sc->all.n;
		if (g->skip && g->skip[q])
			continue;
		if (!gather_queue(g, slice, q, sc, err))
			return false;
		if (sc->all.n > from && !add_run(sc, from))
			return tl_err_nomem(err);
	}
	from = 0;
	for (size_t i = 0; i < sc->nruns && sc->all.n > 0; i++) {
		sc->runs[i].v = sc->all.v + from;
		from += sc->runs[i].n;
	}
	sc->events = sc->all.v;
	sc->n = sc->all.n;
	return true;
}

static bool merge_runs(struct tl_pt_scratch *sc, struct tl_err *err)
{
	size_t busy = 0;

	for (size_t i = 0; i < sc->nruns; i++)
		busy += sc->runs[i].n > 0;
	if (busy <= 1)
		return true;
	if (!tl_pt_merge(sc->runs, sc->nruns, &sc->merged))
		return tl_err_nomem(err);
	sc->events = sc->merged.v;
	sc->n = sc->merged.n;
	return true;
}

bool tl_pt_gather(const struct tl_pt_gatherer *g, size_t slice, struct tl_pt_scratch *sc,
		  struct tl_err *err)
{
	return gather_runs(g, slice, sc, err) && merge_runs(sc, err);
}

/* Is no thread in two of the runs?  False also: no memory to find out. */
static bool are_apart(struct tl_pt_scratch *sc)
{
	struct tl_keyindex *keys = &sc->keys;

	tl_keyindex_clear(keys);
	for (size_t i = 0; i < sc->nruns; i++) {
		const struct tl_pt_run *run = &sc->runs[i];
		uint32_t before = keys->n; /* were in the runs before this one */

		for (size_t k = 0; k < run->n; k++) {
			uint32_t number;

			if (k > 0 && run->v[k].ctx == run->v[k - 1].ctx)
				continue;
			number = tl_keyindex_number(keys, tl_pt_thread_key(&run->v[k]));
			/* Gaps are in none of the queues' runs. */
			if (i == 0 || number < before || number > MOST_APART)
				return false;
		}
	}
	return true;
}

bool tl_pt_gather_threads(const struct tl_pt_gatherer *g, size_t slice, struct tl_pt_scratch *sc,
			  struct tl_err *err)
{
	return gather_runs(g, slice, sc, err) && (are_apart(sc) || merge_runs(sc, err));
}
