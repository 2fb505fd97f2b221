/*
 * pt.c: a perf.data with Intel PT as a decoder (decoder.h): slices are chunks, and a chunk is
 * gathered, filtered, and written as lines.
 *
 * All that is shared is const after open(), or guards itself.  What a thread needs to make a
 * chunk it takes from a list and puts back, so that memory is used again.
 */
#include "decoders/pt/pt.h"

#include "decoders/perf/dso.h"
#include "decoders/perf/select.h"
#include "decoders/pt/costs.h"
#include "decoders/pt/lines.h"
#include "decoders/pt/pasts.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A chunk's events, and its text where it was made with them. */
struct made {
	struct tl_pt_scratch scratch;
	struct tl_pt_past past; /* where that was asked for */
	struct tl_buf text;
	size_t *starts; /* where each event's line begins, and the end */
	size_t cap;
};

struct workspace {
	struct workspace *next;
	struct made made;
};

/* The lines of the chunk that was last asked about: who asks for one asks for its neighbours. */
struct looked {
	bool valid;
	uint64_t k;
	struct made made;
};

/* What a workspace keeps of the text. */
#define KEEP_TEXT   ((size_t)4 << 20)
#define KEEP_STARTS ((size_t)1 << 16)

struct pt {
	struct tl_perf *perf;
	struct tl_dsos *dsos;
	struct tl_timeline *timeline;
	struct tl_pt_slices *slices;
	struct tl_pt_program *program;
	struct tl_pt_style *style;
	struct tl_pt_gaps gaps;
	struct tl_pt_segments *shared;
	struct tl_pt_gatherer gatherer;
	/* Of nothing but branches: all that is needed of slices that are only looked back to. */
	struct tl_pt_gatherer lean;
	struct tl_pt_segments *lean_shared; /* NULL: what the view shows is as lean */
	struct tl_pt_pasts *pasts;

	struct tl_select select;
	bool selects;     /* something is left out */
	bool *skip;       /* queues of which nothing is selected */
	size_t *chosen;   /* slices of which something is; NULL: all are chunks */
	uint64_t nchunks; /* 1 at the least */
	size_t nslices;   /* chunks that have one */

	_Atomic(uint64_t) *counted; /* a bit a chunk: its errors are in nerrors */
	_Atomic(uint64_t) *broken;  /* likewise: and it has some */
	struct tl_pt_gatherer bare; /* gives errors only */
	struct tl_pt_segments *bare_shared;
	atomic_uint_fast64_t nerrors;

	pthread_mutex_t lock; /* of the list */
	struct workspace *idle;
	pthread_mutex_t looking; /* of what follows */
	struct looked looked;
};

static int pt_probe(const uint8_t *head, size_t len)
{
	return tl_perf_probe(head, len);
}

/* ---- opening */

static void free_made(struct made *m)
{
	tl_pt_scratch_fini(&m->scratch);
	tl_pt_past_fini(&m->past);
	tl_buf_fini(&m->text);
	free(m->starts);
}

static void pt_close(void *self)
{
	struct pt *pt = self;
	struct workspace *w, *next;

	if (!pt)
		return;
	for (w = pt->idle; w; w = next) {
		next = w->next;
		free_made(&w->made);
		free(w);
	}
	free_made(&pt->looked.made);
	free(pt->counted);
	free(pt->broken);
	tl_pt_segments_close(pt->bare_shared);
	free(pt->chosen);
	free(pt->skip);
	tl_select_fini(&pt->select);
	tl_pt_pasts_close(pt->pasts);
	tl_pt_segments_close(pt->lean_shared);
	tl_pt_segments_close(pt->shared);
	tl_pt_gaps_fini(&pt->gaps);
	tl_pt_style_close(pt->style);
	tl_pt_program_close(pt->program);
	tl_pt_slices_close(pt->slices);
	tl_timeline_close(pt->timeline);
	tl_dsos_close(pt->dsos);
	tl_perf_close(pt->perf);
	pthread_mutex_destroy(&pt->looking);
	pthread_mutex_destroy(&pt->lock);
	free(pt);
}

static uint64_t pt_chunks(const void *self)
{
	const struct pt *pt = self;

	return pt->nchunks;
}

/* First and last time of the whole trace.  False: it has no time. */
static bool whole_range(const struct pt *pt, uint64_t *first_ns, uint64_t *last_ns)
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

/* Take the options apart, and see which queues and slices are not needed for them. */
static bool choose(struct pt *pt, const struct tl_decoder_options *options, struct tl_err *err)
{
	const struct tl_perf_features *told = tl_perf_features(pt->perf);
	uint64_t first = UINT64_MAX, last = UINT64_MAX;
	size_t nqueues = tl_perf_nqueues(pt->perf);
	size_t n = tl_pt_slices_count(pt->slices);

	pt->nslices = n;
	pt->nchunks = n > 0 ? n : 1; /* for what there is to say about there being none */
	/* Parts of a recording are parts of what perf says is its time. */
	if (whole_range(pt, &first, &last) && told->time_first > 0 &&
	    told->time_last > told->time_first) {
		first = told->time_first;
		last = told->time_last;
	}
	if (!tl_select_parse(&pt->select, options, first, last, err))
		return false;
	pt->selects = tl_select_any(&pt->select);
	if (!pt->selects)
		return true;
	pt->skip = calloc(nqueues + 1, sizeof(*pt->skip));
	pt->chosen = calloc(n + 1, sizeof(*pt->chosen));
	if (!pt->skip || !pt->chosen)
		return tl_err_nomem(err);
	for (size_t q = 0; q < nqueues; q++) {
		const struct tl_perf_queue *queue = tl_perf_queue(pt->perf, q);

		pt->skip[q] =
		    (queue->cpu >= 0 && !tl_select_cpu(&pt->select, queue->cpu)) ||
		    (queue->cpu < 0 && queue->tid >= 0 && !tl_select_tid(&pt->select, queue->tid));
	}
	pt->nslices = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t from = tl_pt_slices_get(pt->slices, i)->time;
		uint64_t to =
		    i + 1 < n ? tl_pt_slices_get(pt->slices, i + 1)->time - 1 : UINT64_MAX - 1;

		if (from == TL_PT_NOTIME || tl_select_overlaps(&pt->select, from, to))
			pt->chosen[pt->nslices++] = i;
	}
	pt->nchunks = pt->nslices > 0 ? pt->nslices : 1;
	return true;
}

static size_t slice_of(const struct pt *pt, uint64_t k)
{
	return pt->chosen ? pt->chosen[k] : (size_t)k;
}

static bool flow(void *arg, const struct tl_pt_segment *seg, unsigned want,
		 struct tl_pt_events *out, uint64_t *tail, struct tl_err *err)
{
	struct pt *pt = arg;

	return tl_pt_flow_decode(pt->program, seg, want, out, tail, err);
}

/* Where each instruction is a line, slices are so much smaller. */
#define DENSE 8

static unsigned finer = 1;

void tl_pt_cut_finer(unsigned times)
{
	finer = times;
}

/* The timeline, built beside the sync scan: neither needs the other, and both take long. */
struct building {
	struct pt *pt;
	bool ok;
	struct tl_err err;
};

static void *build_timeline(void *arg)
{
	struct building *b = arg;

	b->ok = tl_timeline_build(b->pt->perf, b->pt->dsos, NULL, &b->pt->timeline, &b->err);
	return NULL;
}

static bool build_and_scan(struct pt *pt, const struct tl_decoder_options *options,
			   struct tl_span saved, struct tl_err *err)
{
	struct building b = { .pt = pt };
	pthread_t thread;
	bool beside = pthread_create(&thread, NULL, build_timeline, &b) == 0, ok;

	ok = tl_pt_slices_open(pt->perf, options->pool, options->progress, saved,
			       finer * (tl_pt_view_is_dense(options->view) ? DENSE : 1),
			       &pt->slices, err);
	if (beside)
		pthread_join(thread, NULL);
	else
		build_timeline(&b);
	if (ok && !b.ok && err)
		*err = b.err;
	return ok && b.ok;
}

static size_t density(const struct pt *pt)
{
	return tl_pt_style_wants(pt->style) & TL_PT_WANT_INSNS ? DENSE : 1;
}

static uint64_t slice_time(void *arg, size_t slice)
{
	const struct pt *pt = arg;

	return tl_pt_slices_get(pt->slices, slice)->time;
}

static bool gather_slice(void *arg, size_t slice, struct tl_pt_scratch *sc, struct tl_err *err)
{
	const struct pt *pt = arg;

	return tl_pt_gather(&pt->gatherer, slice, sc, err);
}

static bool gather_flow(void *arg, size_t slice, struct tl_pt_scratch *sc, struct tl_err *err)
{
	const struct pt *pt = arg;

	return tl_pt_gather(&pt->lean, slice, sc, err);
}

static bool open_pasts(struct pt *pt, struct tl_err *err)
{
	const struct tl_pt_slicing from = { pt,
					    tl_pt_slices_count(pt->slices),
					    TL_PT_LOOK_BACK * density(pt),
					    slice_time,
					    gather_slice,
					    gather_flow };

	return (!(tl_pt_style_wants(pt->style) & TL_PT_WANT_INSNS) ||
		tl_pt_segments_open(TL_PT_SHARED_BYTES / 4, tl_pt_gather_segment, &pt->lean,
				    &pt->lean_shared, err)) &&
	       tl_pt_pasts_open(&from, &pt->pasts, err);
}

static bool open_parts(struct pt *pt, const struct tl_decoder_options *options,
		       struct tl_span saved, struct tl_err *err)
{
	if (!tl_perf_pt_info(pt->perf))
		return tl_err_set(err, "'%s' has no Intel PT data", tl_perf_path(pt->perf));
	return tl_dsos_open(pt->perf, options->symfs, &pt->dsos, err) &&
	       tl_dsos_use_kernel(pt->dsos, options->kallsyms, options->vmlinux, err) &&
	       build_and_scan(pt, options, saved, err) &&
	       tl_pt_program_open(pt->perf, pt->timeline, &pt->program, err) &&
	       tl_pt_style_open(options->view, options->columns, pt->perf,
				tl_pt_slices_timed(pt->slices), &pt->style, err) &&
	       (!options->disassembly ||
		tl_pt_style_disassembly(pt->style, options->disassembly, err)) &&
	       (!options->source || tl_pt_style_source(pt->style, options->source > 1, err)) &&
	       choose(pt, options, err) &&
	       tl_pt_gaps_make(pt->perf, pt->timeline, pt->slices, &pt->gaps, err) &&
	       tl_pt_segments_open(TL_PT_SHARED_BYTES, tl_pt_gather_segment, &pt->gatherer,
				   &pt->shared, err) &&
	       open_pasts(pt, err);
}

bool tl_pt_open(struct tl_perf *perf, const struct tl_decoder_options *options,
		struct tl_span saved, void **self, struct tl_err *err)
{
	struct pt *pt = calloc(1, sizeof(*pt));

	*self = NULL;
	if (!pt) {
		tl_perf_close(perf);
		return tl_err_nomem(err);
	}
	pthread_mutex_init(&pt->lock, NULL);
	pthread_mutex_init(&pt->looking, NULL);
	pt->perf = perf;
	if (!open_parts(pt, options, saved, err))
		goto fail;
	pt->gatherer = (struct tl_pt_gatherer){
		.perf = pt->perf,
		.timeline = pt->timeline,
		.slices = pt->slices,
		.gaps = &pt->gaps,
		.shared = pt->shared,
		.flow = flow,
		.flow_arg = pt,
		.want = tl_pt_style_wants(pt->style),
		.skip = pt->skip,
	};
	pt->lean = pt->gatherer;
	if (pt->lean_shared) {
		pt->lean.shared = pt->lean_shared;
		pt->lean.want = TL_PT_WANT_CALLS | TL_PT_WANT_RETURNS;
	}
	pt->bare = pt->gatherer;
	pt->bare.want = 0;
	pt->counted = calloc((size_t)(pt_chunks(pt) / 64 + 1), sizeof(*pt->counted));
	pt->broken = calloc((size_t)(pt_chunks(pt) / 64 + 1), sizeof(*pt->broken));
	if (!pt->counted || !pt->broken) {
		tl_err_nomem(err);
		goto fail;
	}
	if (!tl_pt_segments_open(TL_PT_SHARED_BYTES / 8, tl_pt_gather_segment, &pt->bare,
				 &pt->bare_shared, err))
		goto fail;
	pt->bare.shared = pt->bare_shared;
	*self = pt;
	return true;
fail:
	pt_close(pt);
	return false;
}

static bool pt_open(const char *path, const struct tl_decoder_options *options,
		    struct tl_span saved, void **self, struct tl_err *err)
{
	struct tl_perf *perf;

	*self = NULL;
	return tl_perf_open(path, &perf, err) && tl_pt_open(perf, options, saved, self, err);
}

void tl_pt_limit_shared(void *self, size_t bytes)
{
	struct pt *pt = self;

	tl_pt_segments_limit(pt->shared, bytes);
	if (pt->lean_shared)
		tl_pt_segments_limit(pt->lean_shared, bytes);
}

static bool pt_save(const void *self, struct tl_buf *out)
{
	const struct pt *pt = self;

	return tl_pt_slices_save(pt->slices, out);
}

/* ---- chunks */

/* NULL: no memory. */
static struct workspace *take_workspace(struct pt *pt)
{
	struct workspace *w;

	pthread_mutex_lock(&pt->lock);
	w = pt->idle;
	if (w)
		pt->idle = w->next;
	pthread_mutex_unlock(&pt->lock);
	return w ? w : calloc(1, sizeof(*w));
}

static void put_workspace(struct pt *pt, struct workspace *w)
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
static void count_errors(struct pt *pt, uint64_t k, const struct tl_pt_scratch *sc)
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
static bool put_head(const struct pt *pt, struct tl_buf *out)
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
static bool sift(const struct pt *pt, struct tl_pt_scratch *sc, struct tl_pt_past *past)
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
static bool gather_by(struct pt *pt, const struct tl_pt_gatherer *g, uint64_t k,
		      struct tl_pt_scratch *sc, struct tl_err *err)
{
	if (pt->chosen && k >= pt->nslices)
		sc->n = 0;
	else if (!tl_pt_gather(g, slice_of(pt, k), sc, err))
		return false;
	if (pt->selects && !sift(pt, sc, NULL))
		return tl_err_nomem(err);
	count_errors(pt, k, sc);
	return true;
}

/* The events of chunk k, those that are selected; and their past, if it is asked for, of so many
 * slices. */
static bool gather(struct pt *pt, uint64_t k, size_t past, struct made *m, struct tl_err *err)
{
	struct tl_pt_scratch *sc = &m->scratch;
	bool ok = true;

	if (pt->chosen && k >= pt->nslices)
		sc->n = 0;
	else if (past > 0 && pt->nslices > 0)
		ok = tl_pt_pasts_gather(pt->pasts, slice_of(pt, k), past, sc, &m->past, err);
	else
		ok = tl_pt_gather(&pt->gatherer, slice_of(pt, k), sc, err);
	if (!ok)
		return false;
	if (pt->selects && !sift(pt, sc, past > 0 ? &m->past : NULL))
		return tl_err_nomem(err);
	count_errors(pt, k, sc);
	return true;
}

/* Where the text tells how long calls took, it is worth more to know when they began. */
#define LOOK_BACK_FOR_CALLS 4

/* How many slices before a chunk its text needs to know, */
static size_t past_of_text(const struct pt *pt)
{
	/* Without time slices are one queue after the other, and none is another's past. */
	return tl_pt_slices_timed(pt->slices) && tl_pt_style_looks_back(pt->style) ? TL_PT_LOOK_BACK
										   : 0;
}

/* and who asks for its calls. */
static size_t past_of_calls(const struct pt *pt)
{
	if (past_of_text(pt) > 0)
		return past_of_text(pt);
	return tl_pt_slices_timed(pt->slices) ? LOOK_BACK_FOR_CALLS * density(pt) : 0;
}

static bool put_chunk(struct pt *pt, uint64_t k, struct made *m, struct tl_buf *out, size_t *starts,
		      struct tl_err *err)
{
	const struct tl_pt_scratch *sc = &m->scratch;

	if (k == 0 && !put_head(pt, out))
		return tl_err_nomem(err);
	return tl_pt_lines_format(pt->style, sc->events, sc->n,
				  past_of_text(pt) > 0 ? &m->past : NULL, out, starts, err);
}

static bool pt_decode(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	struct pt *pt = self;
	struct workspace *w = take_workspace(pt);
	bool ok;

	if (!w)
		return tl_err_nomem(err);
	ok = gather(pt, k, past_of_text(pt), &w->made, err) &&
	     put_chunk(pt, k, &w->made, out, NULL, err);
	put_workspace(pt, w);
	return ok;
}

static uint64_t pt_gaps(const void *self)
{
	const struct pt *pt = self;

	return atomic_load(&pt->nerrors);
}

/* Errors are events whatever else is wanted, and with nothing else it is done in half the time. */
static bool pt_whole(void *self, uint64_t k)
{
	const uint64_t bit = UINT64_C(1) << (k % 64);
	struct pt *pt = self;
	struct workspace *w;
	bool ok;

	if (!(atomic_load(&pt->counted[k / 64]) & bit)) {
		w = take_workspace(pt);
		ok = w && gather_by(pt, &pt->bare, k, &w->made.scratch, NULL);
		if (w)
			put_workspace(pt, w);
		if (!ok)
			return false;
	}
	return !(atomic_load(&pt->broken[k / 64]) & bit);
}

/* ---- times */

static uint64_t pt_time(const void *self, uint64_t k)
{
	const struct pt *pt = self;
	uint64_t time;

	if (!tl_pt_slices_timed(pt->slices) || k >= pt->nslices)
		return TL_DECODER_NOTIME;
	time = tl_pt_slices_get(pt->slices, slice_of(pt, k))->time;
	if (pt->select.ntimes > 0 && time < pt->select.times[0].first)
		return pt->select.times[0].first;
	return time;
}

static bool pt_range(const void *self, uint64_t *first_ns, uint64_t *last_ns)
{
	const struct pt *pt = self;
	const struct tl_select *s = &pt->select;

	if (pt->nslices == 0 || !whole_range(pt, first_ns, last_ns))
		return false;
	if (s->ntimes > 0 && *first_ns < s->times[0].first)
		*first_ns = s->times[0].first;
	if (s->ntimes > 0 && *last_ns > s->times[s->ntimes - 1].last)
		*last_ns = s->times[s->ntimes - 1].last;
	return true;
}

/* The last chunk that begins at a time or before it; else the first. */
static uint64_t chunk_at(const struct pt *pt, uint64_t time_ns)
{
	uint64_t low = 0, high = pt->nslices;

	while (low < high) {
		uint64_t mid = low + (high - low) / 2;

		if (pt_time(pt, mid) <= time_ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 ? low - 1 : 0;
}

/* ---- lines */

/* The chunk's events and lines. */
static bool make_lines(struct pt *pt, uint64_t k, size_t past, struct made *m, struct tl_err *err)
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

/* With the lock of `looking` held. */
static bool look_at(struct pt *pt, uint64_t k, struct tl_err *err)
{
	struct looked *l = &pt->looked;

	if (l->valid && l->k == k)
		return true;
	l->k = k;
	l->valid = make_lines(pt, k, past_of_text(pt), &l->made, err);
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

static bool pt_locate(void *self, uint64_t time_ns, uint64_t *k, uint64_t *byte, struct tl_err *err)
{
	struct pt *pt = self;
	const struct made *l = &pt->looked.made;
	size_t low = 0, high;
	uint64_t chunk;
	bool ok;

	if (!tl_pt_slices_timed(pt->slices))
		return tl_err_set(err, "the trace has no time");
	chunk = chunk_at(pt, time_ns);
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

static void name_queue(const struct pt *pt, uint32_t number, struct tl_place *out)
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

static bool pt_describe(void *self, uint64_t k, uint64_t byte, struct tl_place *out,
			struct tl_err *err)
{
	struct pt *pt = self;
	const struct made *l = &pt->looked.made;
	const struct tl_pt_event *e;
	size_t above;
	bool ok;

	*out = (struct tl_place){ .pid = -1, .tid = -1, .cpu = -1 };
	out->time_ns = out->chunk_ns = pt_time(pt, k);
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

static bool pt_calls(void *self, uint64_t k, struct tl_calls *out, struct tl_err *err)
{
	struct pt *pt = self;
	struct workspace *w = take_workspace(pt);
	bool ok;

	if (!w)
		return tl_err_nomem(err);
	ok = make_lines(pt, k, past_of_calls(pt), &w->made, err) &&
	     tl_pt_lines_calls(pt->style, w->made.scratch.events, w->made.scratch.n,
			       past_of_calls(pt) > 0 ? &w->made.past : NULL, w->made.text.data,
			       w->made.starts, out, err);
	put_workspace(pt, w);
	return ok;
}

/* ---- costs */

/* Chunks *first .. *end - 1 have all of a time. */
static void chunks_of(const struct pt *pt, uint64_t first_ns, uint64_t last_ns, uint64_t *first,
		      uint64_t *end)
{
	bool timed = tl_pt_slices_timed(pt->slices) && pt->nslices > 0;

	*first = timed ? chunk_at(pt, first_ns) : 0;
	*end = timed && last_ns != UINT64_MAX ? chunk_at(pt, last_ns) + 1 : pt->nchunks;
}

static bool pt_costs(void *self, uint64_t first_ns, uint64_t last_ns, struct tl_cost_count *out,
		     struct tl_err *err)
{
	static const struct tl_cost_ops ops = {
		.chunk = tl_pt_costs_chunk,
		.add = tl_pt_costs_add,
		.drop = tl_pt_costs_drop,
		.result = tl_pt_costs_result,
		.close = tl_pt_costs_close,
	};
	struct pt *pt = self;
	const struct tl_pt_costs_of of = {
		.gatherer = pt->gatherer,
		.select = pt->selects ? &pt->select : NULL,
		.chosen = pt->chosen,
		.nchosen = pt->nslices,
		.first_ns = first_ns,
		.last_ns = last_ns,
		.ndamage = tl_perf_ndamage(pt->perf),
	};

	out->ops = &ops;
	chunks_of(pt, first_ns, last_ns, &out->first, &out->end);
	return tl_pt_costs_open(&of, &out->count, err);
}

/* Where code is missing there is a line that says so, and others are not there. */
static uint64_t pt_state(void *self)
{
	const struct pt *pt = self;

	return tl_dsos_state(pt->dsos);
}

const struct tl_decoder_ops tl_decoder_pt_ops = {
	.abi = TL_DECODER_ABI,
	.name = "pt",
	.probe = pt_probe,
	.open = pt_open,
	.chunks = pt_chunks,
	.decode = pt_decode,
	.time = pt_time,
	.range = pt_range,
	.locate = pt_locate,
	.describe = pt_describe,
	.calls = pt_calls,
	.gaps = pt_gaps,
	.whole = pt_whole,
	.costs = pt_costs,
	.state = pt_state,
	.save = pt_save,
	.close = pt_close,
};
