/* ptlook.c: when lines were, whose they are, and what calls are in them. */
#include "decoders/pt/ptparts.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- times */

bool tl_pt_whole_range(const struct tl_pt *pt, uint64_t *first_ns, uint64_t *last_ns)
{
	uint64_t first, last;

	if (!tl_pt_slices_timed(pt->slices))
		return false;
	*first_ns = *last_ns = tl_pt_slices_get(pt->slices, 0)->time;
	for (size_t q = 0; q < tl_perf_nqueues(pt->perf); q++) {
		size_t n = tl_pt_slices_nsyncs(pt->slices, q);

		last = n > 0 ? tl_pt_slices_sync(pt->slices, q, n - 1)->time : 0;
		if (last > *last_ns)
			*last_ns = last;
	}
	/* The trace goes on behind the last sync points; the records tell for how long. */
	if (tl_timeline_range(pt->timeline, &first, &last) && last > *last_ns)
		*last_ns = last;
	return true;
}

uint64_t tl_pt_time(const void *self, uint64_t k)
{
	const struct tl_pt *pt = self;
	uint64_t time;

	if (!tl_pt_slices_timed(pt->slices) || k >= pt->nslices)
		return TL_DECODER_NOTIME;
	time = tl_pt_slices_get(pt->slices, tl_pt_slice_of(pt, k))->time;
	if (pt->select.ntimes > 0 && time < pt->select.times[0].first)
		return pt->select.times[0].first;
	return time;
}

bool tl_pt_range(const void *self, uint64_t *first_ns, uint64_t *last_ns)
{
	const struct tl_pt *pt = self;
	const struct tl_select *s = &pt->select;

	if (pt->nslices == 0 || !tl_pt_whole_range(pt, first_ns, last_ns))
		return false;
	if (s->ntimes > 0 && *first_ns < s->times[0].first)
		*first_ns = s->times[0].first;
	if (s->ntimes > 0 && *last_ns > s->times[s->ntimes - 1].last)
		*last_ns = s->times[s->ntimes - 1].last;
	return true;
}

uint64_t tl_pt_chunk_at(const struct tl_pt *pt, uint64_t time_ns)
{
	uint64_t low = 0, high = pt->nslices;

	while (low < high) {
		uint64_t mid = low + (high - low) / 2;

		if (tl_pt_time(pt, mid) <= time_ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 ? low - 1 : 0;
}

/* ---- lines */

/* With the lock of `looking` held. */
static bool look_at(struct tl_pt *pt, uint64_t k, struct tl_err *err)
{
	struct tl_pt_looked *l = &pt->looked;

	if (l->valid && l->k == k)
		return true;
	l->k = k;
	l->valid = tl_pt_make_lines(pt, k, tl_pt_past_of_text(pt), &l->made, err);
	return l->valid;
}

/* The first of n + 1 ascending numbers that is more than x; n + 1: none is. */
static size_t first_above(const size_t *v, size_t n, uint64_t x)
{
	size_t low = 0, high = n + 1;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (v[mid] <= x)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool tl_pt_locate(void *self, uint64_t time_ns, uint64_t *k, uint64_t *byte, struct tl_err *err)
{
	struct tl_pt *pt = self;
	const struct tl_pt_made *l = &pt->looked.made;
	size_t low = 0, high;
	uint64_t chunk;
	bool ok;

	if (!tl_pt_slices_timed(pt->slices))
		return tl_err_set(err, "the trace has no time");
	chunk = tl_pt_chunk_at(pt, time_ns);
	pthread_mutex_lock(&pt->looking);
	ok = look_at(pt, chunk, err);
	if (ok) {
		for (high = l->scratch.n; low < high;) {
			size_t mid = low + (high - low) / 2;

			if (l->scratch.events[mid].time < time_ns)
				low = mid + 1;
			else
				high = mid;
		}
		*k = chunk;
		*byte = l->starts[low];
	}
	pthread_mutex_unlock(&pt->looking);
	return ok;
}

static void name_queue(const struct tl_pt *pt, uint32_t number, struct tl_place *out)
{
	const struct tl_perf_queue *q;

	if (number >= tl_perf_nqueues(pt->perf))
		return;
	q = tl_perf_queue(pt->perf, number);
	if (q->cpu >= 0)
		snprintf(out->queue, sizeof(out->queue), "cpu %" PRId32, q->cpu);
	else if (q->tid >= 0)
		snprintf(out->queue, sizeof(out->queue), "thread %" PRId32, q->tid);
	else
		snprintf(out->queue, sizeof(out->queue), "queue %" PRIu32, number);
}

bool tl_pt_describe(void *self, uint64_t k, uint64_t byte, struct tl_place *out, struct tl_err *err)
{
	struct tl_pt *pt = self;
	const struct tl_pt_made *l = &pt->looked.made;
	const struct tl_pt_event *e;
	size_t above;
	bool ok;

	*out = (struct tl_place){ .pid = -1, .tid = -1, .cpu = -1 };
	out->time_ns = out->chunk_ns = tl_pt_time(pt, k);
	pthread_mutex_lock(&pt->looking);
	ok = look_at(pt, k, err);
	above = ok ? first_above(l->starts, l->scratch.n, byte) : 0;
	/* Before the first start are the head and the damage, behind the last one is nothing. */
	if (ok && above > 0 && l->scratch.n > 0) {
		e = &l->scratch.events[above <= l->scratch.n ? above - 1 : l->scratch.n - 1];
		out->time_ns = e->time;
		if (e->ctx) {
			out->pid = e->ctx->pid;
			out->tid = e->ctx->tid;
			out->cpu = e->ctx->cpu;
		}
		name_queue(pt, e->queue, out);
	}
	pthread_mutex_unlock(&pt->looking);
	return ok;
}

/* ---- calls, and where a selection leaves something out between them */

static bool has_line(const struct tl_pt_made *m, size_t i)
{
	return m->starts[i] < m->starts[i + 1];
}

/* Put a break before the line that begins at `byte`, or behind them all. */
static bool add_break(struct tl_calls *out, uint64_t byte)
{
	size_t i = out->nlines;

	if (!tl_calls_add(out))
		return false;
	for (; i > 0 && out->lines[i - 1].byte >= byte; i--)
		out->lines[i] = out->lines[i - 1];
	out->lines[i] =
	    (struct tl_callline){ .byte = byte, .thread = TL_CALL_NOTHREAD, .kind = TL_CALL_BREAK };
	return true;
}

/* Where the lines from a time on begin. */
static uint64_t byte_at(const struct tl_pt_made *m, uint64_t time)
{
	size_t i = 0;

	while (i < m->scratch.n && (m->scratch.events[i].time < time || !has_line(m, i)))
		i++;
	return i < m->scratch.n ? m->starts[i] : m->text.len;
}

/* Does what is left out before a selected range end in chunk k? */
static bool begins_in(const struct tl_pt *pt, uint64_t k, size_t range)
{
	const struct tl_select *s = &pt->select;
	uint64_t first = s->times[range].first;

	return first - 1 > s->times[range - 1].last &&
	       first > tl_pt_slices_get(pt->slices, 0)->time &&
	       tl_pt_slices_at(pt->slices, first) == tl_pt_slice_of(pt, k);
}

/* Where stretches of selected time begin, but for the first one; there may be no line of them here. */
static bool add_breaks(struct tl_pt *pt, uint64_t k, const struct tl_pt_made *m,
		       struct tl_calls *out)
{
	for (size_t r = 1; r < pt->select.ntimes; r++)
		if (begins_in(pt, k, r) && !add_break(out, byte_at(m, pt->select.times[r].first)))
			return false;
	return true;
}

bool tl_pt_calls(void *self, uint64_t k, struct tl_calls *out, struct tl_err *err)
{
	struct tl_pt *pt = self;
	struct tl_pt_workspace *w = tl_pt_workspace_take(pt);
	bool ok;

	if (!w)
		return tl_err_nomem(err);
	ok = tl_pt_make_lines(pt, k, tl_pt_past_of_calls(pt), &w->made, err) &&
	     tl_pt_lines_calls(pt->style, w->made.scratch.events, w->made.scratch.n,
			       tl_pt_past_of_calls(pt) > 0 ? &w->made.past : NULL,
			       w->made.text.data, w->made.starts, out, err);
	if (ok && pt->select.ntimes > 1 && tl_pt_slices_timed(pt->slices))
		ok = add_breaks(pt, k, &w->made, out) || tl_err_nomem(err);
	tl_pt_workspace_put(pt, w);
	return ok;
}
