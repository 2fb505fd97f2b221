/*
 * pt.c: a perf.data with Intel PT as a decoder (decoder.h): slices are chunks, and a chunk is
 * gathered, filtered, and written as lines.
 *
 * All that is shared is const after open(), or guards itself.  What a thread needs to make a
 * chunk it takes from a list and puts back, so that memory is used again.
 */
#include "decoders/pt/ptparts.h"

#include "decoders/pt/costs.h"

#include <stdlib.h>

static int pt_probe(const uint8_t *head, size_t len)
{
	return tl_perf_probe(head, len);
}

/* ---- opening */

void tl_pt_made_fini(struct tl_pt_made *m)
{
	tl_pt_scratch_fini(&m->scratch);
	tl_pt_past_fini(&m->past);
	tl_buf_fini(&m->text);
	free(m->starts);
}

static void pt_stop(void *self)
{
	struct tl_pt *pt = self;

	tl_dsos_stop(pt->dsos);
}

static void pt_close(void *self)
{
	struct tl_pt *pt = self;
	struct tl_pt_workspace *w, *next;

	if (!pt)
		return;
	for (w = pt->idle; w; w = next) {
		next = w->next;
		tl_pt_made_fini(&w->made);
		free(w);
	}
	tl_pt_made_fini(&pt->looked.made);
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
	const struct tl_pt *pt = self;

	return pt->nchunks;
}

/* Take the options apart, and see which queues and slices are not needed for them. */
static bool choose(struct tl_pt *pt, const struct tl_decoder_options *options, struct tl_err *err)
{
	const struct tl_perf_features *told = tl_perf_features(pt->perf);
	uint64_t first = UINT64_MAX, last = UINT64_MAX;
	size_t nqueues = tl_perf_nqueues(pt->perf);
	size_t n = tl_pt_slices_count(pt->slices);

	pt->nslices = n;
	pt->nchunks = n > 0 ? n : 1; /* for what there is to say about there being none */
	/* Parts of a recording are parts of what perf says is its time. */
	if (tl_pt_whole_range(pt, &first, &last) && told->time_first > 0 &&
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

static bool flow(void *arg, const struct tl_pt_segment *seg, unsigned want,
		 struct tl_pt_events *out, uint64_t *tail, struct tl_err *err)
{
	struct tl_pt *pt = arg;

	return tl_pt_flow_decode(pt->program, seg, want, out, tail, err);
}

static unsigned finer = 1;

void tl_pt_cut_finer(unsigned times)
{
	finer = times;
}

/* The timeline, built beside the sync scan: neither needs the other, and both take long. */
struct building {
	struct tl_pt *pt;
	bool ok;
	struct tl_err err;
};

static void *build_timeline(void *arg)
{
	struct building *b = arg;

	b->ok = tl_timeline_build(b->pt->perf, b->pt->dsos, NULL, &b->pt->timeline, &b->err);
	return NULL;
}

static bool build_and_scan(struct tl_pt *pt, const struct tl_decoder_options *options,
			   struct tl_span saved, struct tl_err *err)
{
	struct building b = { .pt = pt };
	pthread_t thread;
	bool beside = pthread_create(&thread, NULL, build_timeline, &b) == 0, ok;

	ok = tl_pt_slices_open(pt->perf, options->pool, options->progress, saved,
			       finer * (tl_pt_view_is_dense(options->view) ? TL_PT_DENSE : 1),
			       &pt->slices, err);
	if (beside)
		pthread_join(thread, NULL);
	else
		build_timeline(&b);
	if (ok && !b.ok && err)
		*err = b.err;
	return ok && b.ok;
}

static uint64_t slice_time(void *arg, size_t slice)
{
	const struct tl_pt *pt = arg;

	return tl_pt_slices_get(pt->slices, slice)->time;
}

static bool gather_slice(void *arg, size_t slice, struct tl_pt_scratch *sc, struct tl_err *err)
{
	const struct tl_pt *pt = arg;

	return tl_pt_gather(&pt->gatherer, slice, sc, err);
}

static bool gather_flow(void *arg, size_t slice, struct tl_pt_scratch *sc, struct tl_err *err)
{
	const struct tl_pt *pt = arg;

	return tl_pt_gather(&pt->lean, slice, sc, err);
}

static bool open_pasts(struct tl_pt *pt, struct tl_err *err)
{
	const struct tl_pt_slicing from = { pt,
					    tl_pt_slices_count(pt->slices),
					    TL_PT_LOOK_BACK * tl_pt_density(pt),
					    slice_time,
					    gather_slice,
					    gather_flow };

	return (!(tl_pt_style_wants(pt->style) & TL_PT_WANT_INSNS) ||
		tl_pt_segments_open(TL_PT_SHARED_BYTES / 4, tl_pt_gather_segment, &pt->lean,
				    &pt->lean_shared, err)) &&
	       tl_pt_pasts_open(&from, &pt->pasts, err);
}

static bool open_parts(struct tl_pt *pt, const struct tl_decoder_options *options,
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
	struct tl_pt *pt = calloc(1, sizeof(*pt));

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
		pt->lean.want = TL_PT_WANT_DEPTHS;
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
	struct tl_pt *pt = self;

	tl_pt_segments_limit(pt->shared, bytes);
	if (pt->lean_shared)
		tl_pt_segments_limit(pt->lean_shared, bytes);
}

static bool pt_save(const void *self, struct tl_buf *out)
{
	const struct tl_pt *pt = self;

	return tl_pt_slices_save(pt->slices, out);
}

/* ---- costs */

/* Chunks *first .. *end - 1 have all of a time. */
static void chunks_of(const struct tl_pt *pt, uint64_t first_ns, uint64_t last_ns, uint64_t *first,
		      uint64_t *end)
{
	bool timed = tl_pt_slices_timed(pt->slices) && pt->nslices > 0;

	*first = timed ? tl_pt_chunk_at(pt, first_ns) : 0;
	*end = timed && last_ns != UINT64_MAX ? tl_pt_chunk_at(pt, last_ns) + 1 : pt->nchunks;
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
	struct tl_pt *pt = self;
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
	const struct tl_pt *pt = self;

	return tl_dsos_state(pt->dsos);
}

const struct tl_decoder_ops tl_decoder_pt_ops = {
	.abi = TL_DECODER_ABI,
	.name = "pt",
	.probe = pt_probe,
	.open = pt_open,
	.chunks = pt_chunks,
	.decode = tl_pt_decode,
	.time = tl_pt_time,
	.range = tl_pt_range,
	.locate = tl_pt_locate,
	.describe = tl_pt_describe,
	.calls = tl_pt_calls,
	.gaps = tl_pt_gap_count,
	.whole = tl_pt_whole,
	.costs = pt_costs,
	.state = pt_state,
	.save = pt_save,
	.stop = pt_stop,
	.close = pt_close,
};
