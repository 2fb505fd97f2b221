/*
 * samples.c: see samples.h.  A chunk is a stretch of time, gathered (sampleset.h) and printed
 * (sampleline.h); before the first line of the first one stands what is wrong with the file.
 */
#include "decoders/perf/samples.h"

#include "base/timespec.h"
#include "decoders/perf/samplecosts.h"
#include "decoders/perf/sampleline.h"
#include "decoders/perf/sampleset.h"
#include "decoders/perf/select.h"

#include <stdlib.h>
#include <string.h>

#define TOLD_EVERY 1024 /* records */

struct samples {
	struct tl_perf *perf;
	struct tl_dsos *dsos;
	struct tl_timeline *timeline;
	struct tl_sampleset *set;
	struct tl_select select;
	struct tl_sampleline line;
};

static void samples_close(void *self)
{
	struct samples *sm = self;

	if (!sm)
		return;
	tl_select_fini(&sm->select);
	tl_sampleset_close(sm->set);
	tl_timeline_close(sm->timeline);
	tl_dsos_close(sm->dsos);
	tl_perf_close(sm->perf);
	free(sm);
}

static int samples_probe(const uint8_t *head, size_t len)
{
	return tl_perf_probe(head, len);
}

/* The walk over all records, as the samples take part in it. */
struct hearing {
	struct samples *sm;
	const struct tl_progress *progress;
	uint64_t nrecords;
	bool full, given_up;
};

static bool hear(void *arg, const struct tl_perf_record *r)
{
	struct hearing *h = arg;

	if (++h->nrecords % TOLD_EVERY == 0 &&
	    !tl_progress_step(h->progress, tl_perf_fraction(h->sm->perf, r))) {
		h->given_up = true;
		return false;
	}
	/* The rest still tells who ran. */
	h->full = h->full || !tl_sampleset_add(h->sm->set, r);
	return true;
}

static bool read_records(struct samples *sm, const struct tl_decoder_options *options,
			 struct tl_err *err)
{
	struct hearing h = { .sm = sm, .progress = options->progress };
	struct tl_perf_listener also = { .fn = hear, .arg = &h };

	if (!tl_timeline_build(sm->perf, sm->dsos, &also, &sm->timeline, err))
		return false;
	if (h.given_up)
		return tl_err_set(err, "%s: interrupted", tl_perf_path(sm->perf));
	return tl_sampleset_end(sm->set, also.broken.msg, err);
}

bool tl_perf_samples_open(struct tl_perf *perf, const struct tl_decoder_options *options,
			  void **self, struct tl_err *err)
{
	struct samples *sm = calloc(1, sizeof(*sm));
	uint64_t first = TL_TIME_NONE, last = TL_TIME_NONE;

	*self = NULL;
	if (!sm) {
		tl_perf_close(perf);
		return tl_err_nomem(err);
	}
	sm->perf = perf;
	if (tl_perf_pt_info(perf)) {
		tl_err_set(err, "'%s' has Intel PT data", tl_perf_path(perf));
		goto fail;
	}
	if (!tl_dsos_open(sm->perf, options->symfs, &sm->dsos, err) ||
	    !tl_dsos_use_kernel(sm->dsos, options->kallsyms, options->vmlinux, err) ||
	    !tl_sampleset_open(sm->perf, &sm->set, err) || !read_records(sm, options, err))
		goto fail;
	tl_sampleset_range(sm->set, &first, &last);
	if (!tl_select_parse(&sm->select, options, first, last, err))
		goto fail;
	tl_sampleline_init(&sm->line, sm->perf, sm->timeline, &sm->select);
	*self = sm;
	return true;
fail:
	samples_close(sm);
	return false;
}

static bool samples_open(const char *path, const struct tl_decoder_options *options,
			 struct tl_span saved, void **self, struct tl_err *err)
{
	struct tl_perf *perf;

	*self = NULL;
	return tl_perf_open(path, &perf, err) && tl_perf_samples_open(perf, options, self, err);
}

/* One for what there is to say about there being none. */
static uint64_t samples_chunks(const void *self)
{
	const struct samples *sm = self;
	size_t n = tl_sampleset_nchunks(sm->set);

	return n > 0 ? n : 1;
}

static bool put_gap(struct tl_buf *out, const char *why)
{
	return !why[0] || tl_buf_printf(out, "[gap: %s]\n", why);
}

static bool put_damage(const struct samples *sm, struct tl_buf *out)
{
	const char *why = tl_sampleset_why(sm->set);

	for (size_t i = 0; i < tl_perf_ndamage(sm->perf); i++) {
		if (!put_gap(out, tl_perf_damage(sm->perf, i)))
			return false;
		if (strcmp(tl_perf_damage(sm->perf, i), why) == 0)
			why = "";
	}
	if (!put_gap(out, why))
		return false;
	return tl_sampleset_nchunks(sm->set) > 0 || put_gap(out, "the recording has no samples");
}

/* The text of chunk k; marks (may be NULL) get where in it each sample begins. */
static bool put_chunk(const struct samples *sm, uint64_t k, struct tl_gathered *g,
		      struct tl_buf *out, size_t *marks, struct tl_err *err)
{
	struct tl_sampleline_who who = { 0 };

	if (k == 0 && !put_damage(sm, out))
		return tl_err_nomem(err);
	if (tl_sampleset_nchunks(sm->set) == 0)
		return true;
	if (!put_gap(out, g->why))
		return tl_err_nomem(err);
	for (size_t i = 0; i < g->n; i++) {
		const struct tl_sample *s = &g->v[i];

		if (marks)
			marks[i] = out->len;
		if (!tl_sampleline_put(&sm->line, s, g->bytes.data + s->at, &who, out))
			return tl_err_nomem(err);
	}
	return true;
}

static bool gather(const struct samples *sm, uint64_t k, struct tl_gathered *g, struct tl_err *err)
{
	size_t n = tl_sampleset_nchunks(sm->set);
	uint64_t last = TL_TIME_NONE;

	/* What is not selected does not have to be read. */
	if (n == 0)
		return true;
	if (k + 1 < n)
		last = tl_sampleset_time(sm->set, (size_t)k + 1);
	if (!tl_select_overlaps(&sm->select, tl_sampleset_time(sm->set, (size_t)k), last))
		return true;
	return tl_sampleset_gather(sm->set, (size_t)k, g, err);
}

static bool samples_decode(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	struct samples *sm = self;
	struct tl_gathered g = { 0 };
	bool ok = gather(sm, k, &g, err) && put_chunk(sm, k, &g, out, NULL, err);

	tl_gathered_fini(&g);
	return ok;
}

static bool samples_range(const void *self, uint64_t *first_ns, uint64_t *last_ns)
{
	const struct samples *sm = self;

	return tl_sampleset_range(sm->set, first_ns, last_ns);
}

static uint64_t samples_time(const void *self, uint64_t k)
{
	const struct samples *sm = self;
	uint64_t first, last;

	if (!tl_sampleset_range(sm->set, &first, &last))
		return TL_DECODER_NOTIME;
	return tl_sampleset_time(sm->set, (size_t)k);
}

/* ---- lines */

/* A chunk with its text and where its samples begin in that. */
struct looked {
	struct tl_gathered g;
	struct tl_buf text;
	size_t *marks;
};

static bool look_at(const struct samples *sm, uint64_t k, struct looked *l, struct tl_err *err)
{
	if (!gather(sm, k, &l->g, err))
		return false;
	l->marks = calloc(l->g.n + 1, sizeof(*l->marks));
	return l->marks ? put_chunk(sm, k, &l->g, &l->text, l->marks, err) : tl_err_nomem(err);
}

static void looked_fini(struct looked *l)
{
	tl_gathered_fini(&l->g);
	tl_buf_fini(&l->text);
	free(l->marks);
}

static bool samples_locate(void *self, uint64_t time_ns, uint64_t *k, uint64_t *byte,
			   struct tl_err *err)
{
	struct samples *sm = self;
	struct looked l = { 0 };
	uint64_t first, last;
	bool ok;

	if (!tl_sampleset_range(sm->set, &first, &last))
		return tl_err_set(err, "the recording has no time");
	*k = tl_sampleset_at(sm->set, time_ns);
	ok = look_at(sm, *k, &l, err);
	if (ok) {
		size_t i = 0;

		while (i < l.g.n && l.g.v[i].time < time_ns)
			i++;
		*byte = i < l.g.n ? l.marks[i] : l.text.len;
	}
	looked_fini(&l);
	return ok;
}

static bool samples_describe(void *self, uint64_t k, uint64_t byte, struct tl_place *out,
			     struct tl_err *err)
{
	struct samples *sm = self;
	struct looked l = { 0 };
	bool ok = look_at(sm, k, &l, err);

	*out = (struct tl_place){ .pid = -1, .tid = -1, .cpu = -1 };
	out->time_ns = out->chunk_ns = samples_time(sm, k);
	if (ok && l.g.n > 0 && byte >= l.marks[0]) {
		size_t i = 0;

		while (i + 1 < l.g.n && l.marks[i + 1] <= byte)
			i++;
		if (out->time_ns != TL_DECODER_NOTIME)
			out->time_ns = l.g.v[i].time;
		out->pid = l.g.v[i].id.pid;
		out->tid = l.g.v[i].id.tid;
		out->cpu = l.g.v[i].id.cpu;
	}
	looked_fini(&l);
	return ok;
}

/* ---- counting */

static bool gather_for_costs(const void *arg, uint64_t k, struct tl_gathered *g, struct tl_err *err)
{
	return gather(arg, k, g, err);
}

static bool samples_count(void *self, struct tl_cost_count *out, struct tl_err *err)
{
	const struct samples *sm = self;
	uint64_t ndamage = tl_perf_ndamage(sm->perf);
	struct tl_samplecosts_of of = {
		.line = &sm->line,
		.nchunks = tl_sampleset_nchunks(sm->set),
		.ndamage = ndamage == 0 && tl_sampleset_why(sm->set)[0] ? 1 : ndamage,
		.gather = gather_for_costs,
		.arg = sm,
	};

	return tl_samplecosts_open(&of, out, err);
}

/* Only what open() found: lines of samples are whole. */
static uint64_t samples_gaps(const void *self)
{
	const struct samples *sm = self;

	return tl_perf_ndamage(sm->perf);
}

/* Opening is a walk over the file, which is done at the speed of reading it. */
static bool samples_save(const void *self, struct tl_buf *out)
{
	return true;
}

const struct tl_decoder_ops tl_decoder_perf_samples = {
	.abi = TL_DECODER_ABI,
	.name = "perf samples",
	.probe = samples_probe,
	.open = samples_open,
	.chunks = samples_chunks,
	.decode = samples_decode,
	.time = samples_time,
	.range = samples_range,
	.locate = samples_locate,
	.describe = samples_describe,
	.gaps = samples_gaps,
	.samples = samples_count,
	.save = samples_save,
	.close = samples_close,
};
