/*
 * slices.c: see slices.h.
 *
 * In a trace with time, the sync points of all queues are gone through by time, and a slice
 * ends at the first one, at a later time than it began, where enough bytes have come together.  A
 * slice is only its first time: it ends where the next one begins, the last never, and which
 * segments it needs is looked up in the queues.
 *
 * The events of a segment have times from its sync point up to, not including, the next one's;
 * or just its own time if that is the next one's, too (flow.h).  In a trace of one queue a
 * segment is therefore in one slice only.
 */
#include "decoders/pt/slices.h"

#include "decoders/pt/clock.h"

#include "decoders/pt/sync.h"

#include <stdlib.h>
#include <string.h>

struct tl_pt_slices {
	struct tl_pt_synctable table;
	struct tl_pt_slice *v;
	size_t n, cap;
};

static uint64_t segment_bytes(const struct tl_pt_queue_syncs *qs, size_t i)
{
	return (i + 1 < qs->n ? qs->v[i + 1].offset : qs->size) - qs->v[i].offset;
}

static bool add_slice(struct tl_pt_slices *s, const struct tl_pt_slice *slice)
{
	if (s->n == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 64;
		struct tl_pt_slice *v = realloc(s->v, cap * sizeof(*v));

		if (!v)
			return false;
		s->v = v;
		s->cap = cap;
	}
	s->v[s->n++] = *slice;
	return true;
}

/* ---- cutting */

/* How many bytes a slice shall have. */
static uint64_t slice_bytes(const struct tl_pt_synctable *t, unsigned fine)
{
	uint64_t side_by_side = 0; /* a segment of average size of each queue */

	for (size_t q = 0; q < t->nqueues; q++)
		if (t->queues[q].n > 0)
			side_by_side += t->queues[q].size / t->queues[q].n;
	side_by_side /= 4;
	if (side_by_side < TL_PT_SLICE_BYTES)
		side_by_side = TL_PT_SLICE_BYTES;
	if (side_by_side > TL_PT_SLICE_BYTES_MAX)
		side_by_side = TL_PT_SLICE_BYTES_MAX;
	return side_by_side / fine;
}

/* A queue on its way through time, in a binary heap: the earliest on top. */
struct passing {
	const struct tl_pt_queue_syncs *qs;
	size_t at;
};

static uint64_t now(const struct passing *r)
{
	return r->qs->v[r->at].time;
}

static void sift_down(struct passing *heap, size_t n, size_t i)
{
	for (;;) {
		size_t least = i, child = 2 * i + 1;
		struct passing r;

		for (size_t c = child; c < child + 2 && c < n; c++)
			if (now(&heap[c]) < now(&heap[least]))
				least = c;
		if (least == i)
			return;
		r = heap[i];
		heap[i] = heap[least];
		heap[least] = r;
		i = least;
	}
}

static bool cut_time(struct tl_pt_slices *s, unsigned fine)
{
	const struct tl_pt_synctable *t = &s->table;
	const uint64_t enough = slice_bytes(t, fine);
	struct passing *heap = malloc((t->nqueues ? t->nqueues : 1) * sizeof(*heap));
	uint64_t bytes = 0;
	size_t n = 0;
	bool ok = heap != NULL;

	for (size_t q = 0; ok && q < t->nqueues; q++)
		if (t->queues[q].n > 0)
			heap[n++] = (struct passing){ &t->queues[q], 0 };
	for (size_t i = n; i-- > 0;)
		sift_down(heap, n, i);
	while (ok && n > 0) {
		uint64_t time = now(&heap[0]);

		if (s->n == 0 || (bytes >= enough && time > s->v[s->n - 1].time)) {
			struct tl_pt_slice slice = { .time = time, .queue = UINT32_MAX };

			ok = add_slice(s, &slice);
			bytes = 0;
		}
		bytes += segment_bytes(heap[0].qs, heap[0].at);
		if (++heap[0].at == heap[0].qs->n)
			heap[0] = heap[--n];
		sift_down(heap, n, 0);
	}
	free(heap);
	return ok;
}

static bool cut_bytes(struct tl_pt_slices *s, size_t queue, unsigned fine)
{
	const struct tl_pt_queue_syncs *qs = &s->table.queues[queue];
	struct tl_pt_slice slice = { .time = TL_PT_NOTIME, .queue = (uint32_t)queue };
	uint64_t bytes = 0;

	for (size_t i = 0; i < qs->n; i++) {
		bytes += segment_bytes(qs, i);
		if (bytes < TL_PT_SLICE_BYTES / fine && i + 1 < qs->n)
			continue;
		slice.end_sync = i + 1;
		if (!add_slice(s, &slice))
			return false;
		slice.first_sync = i + 1;
		bytes = 0;
	}
	return true;
}

bool tl_pt_slices_cut(struct tl_pt_synctable *table, unsigned fine, struct tl_pt_slices **out,
		      struct tl_err *err)
{
	struct tl_pt_slices *s = calloc(1, sizeof(*s));
	bool ok = true;

	if (!s) {
		tl_pt_synctable_fini(table);
		return tl_err_nomem(err);
	}
	s->table = *table;
	*table = (struct tl_pt_synctable){ 0 };
	if (s->table.timed)
		ok = cut_time(s, fine);
	s->table.timed = s->table.timed && s->n > 0;
	for (size_t q = 0; ok && !s->table.timed && q < s->table.nqueues; q++)
		ok = cut_bytes(s, q, fine);
	if (!ok) {
		tl_pt_slices_close(s);
		return tl_err_nomem(err);
	}
	*out = s;
	return true;
}

/* ---- from a recording */

struct recording {
	const struct tl_perf *perf;
	const struct tl_perf_pt_info *info;
	uint64_t about; /* a TSC near those of the trace */
};

static uint64_t aux_size(void *arg, size_t queue)
{
	const struct recording *r = arg;

	return tl_perf_queue(r->perf, queue)->size;
}

static bool aux_read(void *arg, size_t queue, uint64_t at, size_t n, struct tl_buf *out)
{
	const struct recording *r = arg;

	return tl_perf_read_aux(r->perf, tl_perf_queue(r->perf, queue), at, n, out, NULL);
}

static uint64_t aux_ns(void *arg, uint64_t tsc)
{
	const struct recording *r = arg;

	return tl_perf_tsc_to_ns(r->info, tl_pt_clock_extend(tsc, r->about));
}

static bool take_first_time(void *arg, const struct tl_perf_record *record)
{
	uint64_t *first = arg;

	/* What perf makes up at the start of a recording is at time 0. */
	if (record->id.time == UINT64_MAX || record->id.time == 0)
		return true;
	*first = record->id.time;
	return false;
}

/* Is there a PSB at its place? */
static bool is_psb(const struct tl_pt_aux *aux, size_t queue, const struct tl_pt_sync *sync)
{
	struct tl_buf buf = TL_BUF_INIT;
	uint64_t left = aux->size(aux->arg, queue) - sync->offset;
	size_t n = left < TL_PT_PSB_REACH ? (size_t)left : TL_PT_PSB_REACH;
	bool ok = aux->read(aux->arg, queue, sync->offset, n, &buf) &&
		  tl_pt_find_psb(buf.data, buf.len, 0) == 0;

	tl_buf_fini(&buf);
	return ok;
}

/* Saved bytes may be of another state of the file: the first and last PSBs are looked for. */
static bool fits(const struct tl_pt_synctable *t, const struct tl_pt_aux *aux)
{
	if (t->nqueues != aux->nqueues || (t->timed && !aux->ns))
		return false;
	for (size_t q = 0; q < t->nqueues; q++) {
		const struct tl_pt_queue_syncs *qs = &t->queues[q];

		if (qs->size != aux->size(aux->arg, q))
			return false;
		if (qs->n > 0 && (!is_psb(aux, q, &qs->v[0]) || !is_psb(aux, q, &qs->v[qs->n - 1])))
			return false;
	}
	return true;
}

bool tl_pt_slices_open(const struct tl_perf *perf, struct tl_jobs *pool,
		       const struct tl_progress *progress, struct tl_span saved, unsigned fine,
		       struct tl_pt_slices **out, struct tl_err *err)
{
	struct recording r = { .perf = perf, .info = tl_perf_pt_info(perf) };
	struct tl_pt_aux aux = { &r, tl_perf_nqueues(perf), aux_size, aux_read, NULL };
	struct tl_pt_synctable table = { 0 };
	uint64_t first = 0;

	if (r.info && r.info->have_tsc && r.info->time_mult > 0) {
		aux.ns = aux_ns;
		tl_perf_walk(perf, take_first_time, &first, NULL);
		if (first > 0)
			r.about = tl_perf_ns_to_tsc(r.info, first);
	}
	if (saved.len > 0 && tl_pt_synctable_decode(saved, &table) && fits(&table, &aux))
		return tl_pt_slices_cut(&table, fine, out, err);
	tl_pt_synctable_fini(&table);
	if (!tl_pt_synctable_scan(&aux, pool, progress, TL_PT_SCAN_STEP, &table, err)) {
		tl_pt_synctable_fini(&table);
		return false;
	}
	return tl_pt_slices_cut(&table, fine, out, err);
}

void tl_pt_slices_close(struct tl_pt_slices *s)
{
	if (!s)
		return;
	tl_pt_synctable_fini(&s->table);
	free(s->v);
	free(s);
}

bool tl_pt_slices_save(const struct tl_pt_slices *s, struct tl_buf *out)
{
	return tl_pt_synctable_encode(&s->table, out);
}

/* ---- looking up */

bool tl_pt_slices_timed(const struct tl_pt_slices *s)
{
	return s->table.timed;
}

size_t tl_pt_slices_count(const struct tl_pt_slices *s)
{
	return s->n;
}

const struct tl_pt_slice *tl_pt_slices_get(const struct tl_pt_slices *s, size_t i)
{
	return &s->v[i];
}

size_t tl_pt_slices_nsyncs(const struct tl_pt_slices *s, size_t queue)
{
	return s->table.queues[queue].n;
}

const struct tl_pt_sync *tl_pt_slices_sync(const struct tl_pt_slices *s, size_t queue, size_t i)
{
	return &s->table.queues[queue].v[i];
}

/* The last time an event of segment i can have. */
static uint64_t last_time(const struct tl_pt_queue_syncs *qs, size_t i)
{
	if (i + 1 >= qs->n)
		return UINT64_MAX;
	return qs->v[i + 1].time > qs->v[i].time ? qs->v[i + 1].time - 1 : qs->v[i].time;
}

void tl_pt_slices_segments(const struct tl_pt_slices *s, size_t i, size_t queue, size_t *first,
			   size_t *end)
{
	const struct tl_pt_queue_syncs *qs = &s->table.queues[queue];
	size_t low, high;

	if (!s->table.timed) {
		bool own = s->v[i].queue == queue;

		*first = own ? (size_t)s->v[i].first_sync : 0;
		*end = own ? (size_t)s->v[i].end_sync : 0;
		return;
	}
	for (low = 0, high = qs->n; low < high;) {
		size_t mid = low + (high - low) / 2;

		if (last_time(qs, mid) < s->v[i].time)
			low = mid + 1;
		else
			high = mid;
	}
	*first = low;
	for (high = qs->n; low < high;) {
		size_t mid = low + (high - low) / 2;

		if (i + 1 == s->n || qs->v[mid].time < s->v[i + 1].time)
			low = mid + 1;
		else
			high = mid;
	}
	*end = low;
}

size_t tl_pt_slices_at(const struct tl_pt_slices *s, uint64_t time)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->v[mid].time <= time)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 ? low - 1 : 0;
}

size_t tl_pt_slices_sync_before(const struct tl_pt_slices *s, size_t queue, uint64_t offset)
{
	const struct tl_pt_queue_syncs *qs = &s->table.queues[queue];
	size_t low = 0, high = qs->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (qs->v[mid].offset <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 ? low - 1 : SIZE_MAX;
}
