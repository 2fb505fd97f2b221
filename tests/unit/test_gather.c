/*
 * test_gather.c: the events of all slices in a row are those of all queues, decoded one after
 * another and merged: none lost, none twice.  And a slice is the same whenever and by whom it
 * is gathered.  The flow decoder is a fake whose events are the bytes behind a PSB+.
 */
#include "decoders/pt/gather.h"

#include "decoders/pt/sync.h"
#include "tests/trace/perfout.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_QUEUES 6

#ifdef __SANITIZE_THREAD__
#define ROUNDS 1 /* slow */
#else
#define ROUNDS 3
#endif

static uint32_t seed;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(seed >> 4) * n >> 28);
}

/* ---- merging */

static void test_merge(void **state)
{
	for (seed = 3; seed < 4000000000u; seed += 98765431) {
		struct tl_pt_event events[5][40];
		struct tl_pt_run runs[5];
		struct tl_pt_events out = { NULL, 0, 0 };
		size_t total = 0;

		for (size_t q = 0; q < 5; q++) {
			uint64_t time = rnd(20);

			runs[q] = (struct tl_pt_run){ events[q], rnd(40) };
			total += runs[q].n;
			for (size_t i = 0; i < runs[q].n; i++) {
				events[q][i] = (struct tl_pt_event){ .time = time, .from = i };
				events[q][i].queue = (uint32_t)q;
				time += rnd(4) ? 0 : rnd(30);
			}
		}
		assert_true(tl_pt_merge(runs, 5, &out));
		assert_int_equal(out.n, total);
		for (size_t i = 1; i < out.n; i++) {
			const struct tl_pt_event *a = &out.v[i - 1], *b = &out.v[i];

			assert_true(a->time <= b->time);
			if (a->time == b->time)
				assert_true(a->queue < b->queue ||
					    (a->queue == b->queue && a->from < b->from));
		}
		tl_pt_events_fini(&out);
	}
}

/* ---- a recording */

struct rec {
	char path[64];
	struct tl_perf *perf;
	struct tl_dsos *dsos;
	struct tl_timeline *timeline;
	struct tl_pt_slices *slices;
	struct tl_pt_gaps gaps;
	struct tl_pt_segments *shared;
	struct tl_pt_gatherer gatherer;
	atomic_uint ndecoded;
};

static void put_sync(struct tl_buf *b, uint64_t tsc, bool timed)
{
	uint8_t packet[8] = { 0x19 };

	for (int i = 0; i < 8; i++)
		tl_buf_append(b, "\x02\x82", 2);
	for (int i = 0; i < 7; i++)
		packet[1 + i] = (uint8_t)(tsc >> (8 * i));
	if (timed)
		tl_buf_append(b, packet, sizeof(packet));
	tl_buf_append(b, "\x02\x23", 2);
}

static void put_filler(struct tl_buf *b, uint32_t n)
{
	while (n-- > 0)
		tl_buf_putc(b, (uint8_t)(0x10 + 2 * rnd(50)));
}

enum { HOLES = 1, UNTIMED = 2, LATE = 4 };

/* A queue of about `size` bytes, with pieces that do not follow each other where asked for. */
static void put_queue(struct perfout *out, unsigned q, uint32_t size, unsigned how, uint64_t tsc)
{
	struct tl_buf b = TL_BUF_INIT;
	uint64_t at = 0;

	if (how & LATE)
		put_filler(&b, 100);
	while (b.len < size) {
		put_sync(&b, tsc, !(how & UNTIMED));
		put_filler(&b, rnd(4) ? rnd(3000) : rnd(3) ? rnd(40) : rnd(50000));
		tsc += rnd(5) ? rnd(100000) : 0;
	}
	for (size_t from = 0; from < b.len;) {
		size_t n = 1 + rnd(20000);

		if (n > b.len - from)
			n = b.len - from;
		perfout_auxtrace(out, b.data + from, n, at, 0, q, -1, (int32_t)q);
		from += n;
		at += n;
		if ((how & HOLES) && rnd(3) == 0)
			at += 4096;
	}
	tl_buf_fini(&b);
}

/* Pieces of an odd size are padded in the file; that is perfdata's affair. */
static bool fake_flow(void *arg, const struct tl_pt_segment *seg, unsigned want,
		      struct tl_pt_events *out, uint64_t *tail, struct tl_err *err)
{
	struct rec *r = arg;
	struct tl_pt_psb_plus plus;
	uint64_t time = seg->time;

	atomic_fetch_add(&r->ndecoded, 1);
	assert_int_equal(tl_pt_find_psb(seg->bytes, seg->next, 0), 0);
	if (seg->next_after_gap || seg->next_time == TL_PT_NOTIME)
		assert_true(seg->len == seg->next || seg->time == TL_PT_NOTIME);
	else
		assert_true(seg->len > seg->next &&
			    tl_pt_find_psb(seg->bytes, seg->len, seg->next) == seg->next);
	tl_pt_psb_plus(seg->bytes, seg->next, &plus);
	if (!tl_pt_events_reserve(out, seg->next))
		return tl_err_nomem(err);
	for (size_t i = plus.len; i < seg->next; i++) {
		uint8_t byte = seg->bytes[i];

		if (time != TL_PT_NOTIME)
			time += (byte & 7) * 20;
		if (seg->next_time != TL_PT_NOTIME && time >= seg->next_time)
			time = seg->next_time - (seg->next_time > seg->time);
		out->v[out->n++] = (struct tl_pt_event){
			.time = time,
			.from = seg->offset + i,
			.to = byte,
			.insns = byte,
			.queue = seg->queue->number,
		};
	}
	*tail = seg->offset % 7;
	return true;
}

static void open_rec(struct rec *r, unsigned nqueues, uint32_t size, unsigned how)
{
	struct tl_err err = TL_ERR_INIT;
	struct perfout_usual usual;
	struct perfout_options options;
	struct perfout_pt pt;
	struct perfout *out;
	int fd;

	memset(r, 0, sizeof(*r));
	snprintf(r->path, sizeof(r->path), "/tmp/tless-gather-XXXXXX");
	fd = mkstemp(r->path);
	assert_true(fd >= 0);
	close(fd);
	perfout_usual(&usual,
		      PERFOUT_PT_PT | PERFOUT_PT_BRANCH | (how & UNTIMED ? 0 : PERFOUT_PT_TSC),
		      nqueues, &options);
	assert_true(perfout_open(r->path, &options, &out, &err));
	perfout_pt_usual(&pt, true);
	perfout_auxtrace_info(out, &pt);
	for (unsigned q = 0; q < nqueues; q++)
		put_queue(out, q, q == 1 ? size / 50 : size, how,
			  UINT64_C(1000000000) + rnd(500000));
	assert_true(perfout_close(out, &err));

	assert_true(tl_perf_open(r->path, &r->perf, &err));
	assert_int_equal(tl_perf_nqueues(r->perf), nqueues);
	assert_true(tl_dsos_open(r->perf, NULL, &r->dsos, &err));
	assert_true(tl_timeline_build(r->perf, r->dsos, NULL, &r->timeline, &err));
	assert_true(tl_pt_slices_open(r->perf, NULL, NULL, (struct tl_span){ NULL, 0 }, 1,
				      &r->slices, &err));
	assert_int_equal(tl_pt_slices_timed(r->slices), !(how & UNTIMED));
	assert_true(tl_pt_gaps_make(r->perf, r->timeline, r->slices, &r->gaps, &err));
	assert_true(
	    tl_pt_segments_open(1u << 20, tl_pt_gather_segment, &r->gatherer, &r->shared, &err));
	r->gatherer = (struct tl_pt_gatherer){
		.perf = r->perf,
		.timeline = r->timeline,
		.slices = r->slices,
		.gaps = &r->gaps,
		.shared = r->shared,
		.flow = fake_flow,
		.flow_arg = r,
	};
}

static void close_rec(struct rec *r)
{
	tl_pt_segments_close(r->shared);
	tl_pt_gaps_fini(&r->gaps);
	tl_pt_slices_close(r->slices);
	tl_timeline_close(r->timeline);
	tl_dsos_close(r->dsos);
	tl_perf_close(r->perf);
	unlink(r->path);
}

/* ---- what should come out */

static int by_time(const void *pa, const void *pb)
{
	const struct tl_pt_event *a = pa, *b = pb;
	bool gap_a = a->kind == TL_PT_EV_ERROR, gap_b = b->kind == TL_PT_EV_ERROR;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	if (a->time != TL_PT_NOTIME && gap_a != gap_b)
		return gap_a ? -1 : 1;
	if (a->queue != b->queue)
		return a->queue < b->queue ? -1 : 1;
	if (gap_a && gap_b)
		return a->to < b->to ? -1 : a->to > b->to;
	/* Without time, gaps and events of a queue are by offset. */
	if ((gap_a ? a->to : a->from) != (gap_b ? b->to : b->from))
		return (gap_a ? a->to : a->from) < (gap_b ? b->to : b->from) ? -1 : 1;
	return gap_a ? -1 : gap_b;
}

/* All segments of all queues, each for itself. */
static void decode_all(struct rec *r, struct tl_pt_events *out)
{
	for (size_t q = 0; q < tl_perf_nqueues(r->perf); q++) {
		for (size_t j = 0; j < tl_pt_slices_nsyncs(r->slices, q); j++) {
			uint64_t tail;

			assert_true(tl_pt_gather_segment(&r->gatherer, q, j, out, &tail, NULL));
		}
	}
	for (size_t i = 0; i < r->gaps.n; i++) {
		assert_true(tl_pt_events_reserve(out, 1));
		out->v[out->n++] = r->gaps.v[i].event;
	}
	qsort(out->v, out->n, sizeof(*out->v), by_time);
}

static void append(struct tl_pt_events *out, const struct tl_pt_scratch *sc)
{
	assert_true(tl_pt_events_reserve(out, sc->n));
	if (sc->n > 0)
		memcpy(out->v + out->n, sc->events, sc->n * sizeof(*sc->events));
	out->n += sc->n;
}

static void check_rows(const struct rec *r, const struct tl_pt_events *want,
		       const struct tl_pt_events *got)
{
	assert_int_equal(got->n, want->n);
	for (size_t i = 0; i < want->n; i++) {
		assert_int_equal(got->v[i].time, want->v[i].time);
		assert_int_equal(got->v[i].queue, want->v[i].queue);
		assert_int_equal(got->v[i].from, want->v[i].from);
		assert_int_equal(got->v[i].to, want->v[i].to);
	}
}

/* What several threads do: gather all slices in an order of their own. */
struct reader {
	struct rec *r;
	const struct tl_pt_events *rows; /* each slice as it should be */
	uint32_t seed;
	bool ok;
};

static void *read_all(void *arg)
{
	struct reader *reader = arg;
	struct rec *r = reader->r;
	size_t n = tl_pt_slices_count(r->slices);
	struct tl_pt_scratch sc = { 0 };

	reader->ok = true;
	for (size_t i = 0; i < 2 * n && reader->ok; i++) {
		size_t k = (size_t)rand_r(&reader->seed) % n;

		reader->ok = tl_pt_gather(&r->gatherer, k, &sc, NULL) &&
			     sc.n == reader->rows[k].n &&
			     (sc.n == 0 ||
			      memcmp(sc.events, reader->rows[k].v, sc.n * sizeof(*sc.events)) == 0);
		if (i % 5 == 0)
			tl_pt_scratch_trim(&sc);
	}
	tl_pt_scratch_fini(&sc);
	return NULL;
}

static void check_threads(struct rec *r, const struct tl_pt_events *rows)
{
	struct reader readers[4];
	pthread_t threads[4];

	for (unsigned i = 0; i < 4; i++) {
		readers[i] = (struct reader){ .r = r, .rows = rows, .seed = seed + i };
		assert_int_equal(pthread_create(&threads[i], NULL, read_all, &readers[i]), 0);
	}
	for (unsigned i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_true(readers[i].ok);
	}
}

static void check_all(unsigned nqueues, uint32_t size, unsigned how)
{
	struct tl_pt_events want = { NULL, 0, 0 }, got = { NULL, 0, 0 }, *rows;
	struct tl_pt_scratch sc = { 0 };
	struct rec r;
	size_t n;

	open_rec(&r, nqueues, size, how);
	decode_all(&r, &want);
	n = tl_pt_slices_count(r.slices);
	assert_true(n > 1);
	rows = calloc(n, sizeof(*rows));
	for (size_t k = 0; k < n; k++) {
		assert_true(tl_pt_gather(&r.gatherer, k, &sc, NULL));
		append(&rows[k], &sc);
		append(&got, &sc);
	}
	check_rows(&r, &want, &got);
	check_threads(&r, rows);
	tl_pt_segments_limit(r.shared, 0); /* nothing is remembered */
	check_threads(&r, rows);
	for (size_t k = 0; k < n; k++)
		tl_pt_events_fini(&rows[k]);
	free(rows);
	tl_pt_events_fini(&want);
	tl_pt_events_fini(&got);
	tl_pt_scratch_fini(&sc);
	close_rec(&r);
}

static void test_one_queue(void **state)
{
	for (seed = 1; seed < 1 + ROUNDS; seed++) {
		check_all(1, 300000, 0);
		check_all(1, 300000, HOLES | LATE);
	}
}

static void test_many_queues(void **state)
{
	for (seed = 11; seed < 11 + ROUNDS; seed++) {
		check_all(2, 200000, 0);
		check_all(MAX_QUEUES, 150000, 0);
		check_all(MAX_QUEUES, 150000, HOLES | LATE);
	}
}

static void test_without_time(void **state)
{
	for (seed = 21; seed < 21 + ROUNDS; seed++) {
		check_all(1, 200000, UNTIMED);
		check_all(3, 200000, UNTIMED | HOLES | LATE);
	}
}

/* In one queue nothing is decoded twice, and nothing goes through the cache. */
static void test_decoded_once(void **state)
{
	struct tl_pt_scratch sc = { 0 };
	struct rec r;

	seed = 31;
	open_rec(&r, 1, 300000, 0);
	tl_pt_segments_limit(r.shared, 0);
	for (size_t k = 0; k < tl_pt_slices_count(r.slices); k++) {
		assert_true(tl_pt_gather(&r.gatherer, k, &sc, NULL));
		assert_ptr_equal(sc.events, sc.all.v); /* not copied */
	}
	assert_int_equal(r.ndecoded, tl_pt_slices_nsyncs(r.slices, 0));
	tl_pt_scratch_fini(&sc);
	close_rec(&r);
}

/* In several queues, thanks to the cache. */
static void test_shared_are_decoded_once(void **state)
{
	struct tl_pt_scratch sc = { 0 };
	size_t nsegments = 0;
	struct rec r;

	seed = 32;
	open_rec(&r, 4, 200000, 0);
	tl_pt_segments_limit(r.shared, 64u << 20);
	for (size_t k = 0; k < tl_pt_slices_count(r.slices); k++)
		assert_true(tl_pt_gather(&r.gatherer, k, &sc, NULL));
	for (size_t q = 0; q < 4; q++)
		nsegments += tl_pt_slices_nsyncs(r.slices, q);
	assert_int_equal(r.ndecoded, nsegments);
	tl_pt_scratch_fini(&sc);
	close_rec(&r);
}

/* A queue's part in a slice: what is behind the last event of a segment counts for the first one
 * of the next, if both segments reach into the slice. */
static void check_insns(const struct rec *r, size_t k, size_t q, const struct tl_pt_scratch *sc)
{
	const size_t head = 16 + 8 + 2; /* the PSB+ */
	size_t first, end, i = 0;
	uint64_t tail = 0;

	tl_pt_slices_segments(r->slices, k, q, &first, &end);
	for (size_t j = first; j < end; j++) {
		uint64_t start = tl_pt_slices_sync(r->slices, q, j)->offset;
		uint64_t stop = j + 1 < tl_pt_slices_nsyncs(r->slices, q)
				    ? tl_pt_slices_sync(r->slices, q, j + 1)->offset
				    : tl_perf_queue(r->perf, q)->size;

		for (; i < sc->n; i++) {
			const struct tl_pt_event *e = &sc->events[i];

			if (e->queue != q)
				continue;
			if (e->from >= stop)
				break;
			assert_int_equal(e->insns, e->to + (e->from == start + head ? tail : 0));
		}
		tail = (stop - start > head ? 0 : tail) + start % 7;
	}
}

static void test_instructions_at_borders(void **state)
{
	for (unsigned nqueues = 1; nqueues < 5; nqueues++) {
		struct tl_pt_scratch sc = { 0 };
		struct rec r;

		seed = 41;
		open_rec(&r, nqueues, 200000, 0);
		for (size_t k = 0; k < tl_pt_slices_count(r.slices); k++) {
			assert_true(tl_pt_gather(&r.gatherer, k, &sc, NULL));
			for (size_t q = 0; q < nqueues; q++)
				check_insns(&r, k, q, &sc);
		}
		tl_pt_scratch_fini(&sc);
		close_rec(&r);
	}
}

/* ---- gaps */

static void test_gaps(void **state)
{
	size_t holes = 0;
	struct rec r;

	seed = 51;
	open_rec(&r, 3, 200000, HOLES | LATE);
	for (size_t q = 0; q < 3; q++) {
		const struct tl_perf_queue *queue = tl_perf_queue(r.perf, q);

		holes++; /* before the first PSB */
		for (size_t i = 0; i < queue->npieces; i++) {
			bool found = false;

			if (!queue->pieces[i].after_gap ||
			    queue->pieces[i].at <= tl_pt_slices_sync(r.slices, q, 0)->offset)
				continue;
			holes++;
			for (size_t g = 0; g < r.gaps.n; g++)
				found |= r.gaps.v[g].event.queue == q &&
					 r.gaps.v[g].event.to == queue->pieces[i].at;
			assert_true(found);
		}
	}
	assert_int_equal(r.gaps.n, holes);
	for (size_t g = 0; g < r.gaps.n; g++) {
		assert_int_equal(r.gaps.v[g].event.kind, TL_PT_EV_ERROR);
		assert_int_equal(r.gaps.v[g].event.code, TL_PT_ERR_LOST);
		assert_non_null(r.gaps.v[g].event.ctx);
		assert_int_equal(r.gaps.v[g].slice,
				 tl_pt_slices_at(r.slices, r.gaps.v[g].event.time));
	}
	close_rec(&r);
}

/* Queues that nobody wants to see. */
static void test_skipped_queues(void **state)
{
	static const bool skip[3] = { true, false, true };
	struct tl_pt_scratch sc = { 0 };
	struct rec r;
	size_t n = 0;

	seed = 61;
	open_rec(&r, 3, 200000, LATE);
	r.gatherer.skip = skip;
	for (size_t k = 0; k < tl_pt_slices_count(r.slices); k++) {
		assert_true(tl_pt_gather(&r.gatherer, k, &sc, NULL));
		for (size_t i = 0; i < sc.n; i++)
			assert_int_equal(sc.events[i].queue, 1);
		n += sc.n;
	}
	assert_true(n > 100);
	tl_pt_scratch_fini(&sc);
	close_rec(&r);
}

static bool flood(void *arg, const struct tl_pt_segment *seg, unsigned want,
		  struct tl_pt_events *out, uint64_t *tail, struct tl_err *err)
{
	const size_t n = 600000;

	atomic_fetch_add(&((struct rec *)arg)->ndecoded, 1);
	if (!tl_pt_events_reserve(out, n))
		return tl_err_nomem(err);
	memset(out->v + out->n, 0, n * sizeof(*out->v));
	for (size_t i = 0; i < n; i++)
		out->v[out->n++].time = TL_PT_NOTIME;
	*tail = 0;
	return true;
}

/* Segments that are read in one go are not decoded on when there is far too much of it. */
static void test_too_many_events(void **state)
{
	struct tl_pt_scratch sc = { 0 };
	size_t first, end;
	struct rec r;

	seed = 97;
	open_rec(&r, 1, 60000, UNTIMED);
	tl_pt_slices_segments(r.slices, 0, 0, &first, &end);
	assert_true(end - first > 8);
	r.gatherer.flow = flood;
	assert_true(tl_pt_gather(&r.gatherer, 0, &sc, NULL));
	assert_int_equal(r.ndecoded, 4);
	assert_int_equal(sc.n, 4 * 600000 + 1);
	assert_int_equal(sc.events[sc.n - 1].kind, TL_PT_EV_ERROR);
	assert_int_equal(sc.events[sc.n - 1].code, TL_PT_ERR_LOST);
	assert_int_equal(sc.events[sc.n - 1].to, tl_pt_slices_sync(r.slices, 0, first + 4)->offset);
	tl_pt_scratch_fini(&sc);
	close_rec(&r);
}

/* No PSB at all: the gaps are there to be seen. */
static void test_nothing_to_decode(void **state)
{
	struct tl_pt_scratch sc = { 0 };
	struct rec r;

	seed = 71;
	open_rec(&r, 1, 0, LATE | UNTIMED);
	assert_int_equal(tl_pt_slices_count(r.slices), 0);
	assert_true(tl_pt_gather(&r.gatherer, 0, &sc, NULL));
	assert_int_equal(sc.n, 1);
	assert_int_equal(sc.events[0].code, TL_PT_ERR_LOST);
	tl_pt_scratch_fini(&sc);
	close_rec(&r);
}

/* A TSC packet has 56 bits: after some 400 days they begin anew. */
static void test_long_uptime(void **state)
{
	const uint64_t turn = UINT64_C(1) << 56;
	static const int64_t off[] = { -90000, -10, 20, 100000 };
	struct perfout_id id = { .pid = 1, .tid = 1, .cpu = 0 };
	char path[] = "/tmp/tless-gather-XXXXXX";
	struct tl_err err = TL_ERR_INIT;
	struct tl_buf b = TL_BUF_INIT;
	struct perfout_options options;
	struct perfout_usual usual;
	struct tl_pt_slices *slices;
	struct perfout_pt pt;
	struct perfout *out;
	struct tl_perf *perf;

	close(mkstemp(path));
	for (int before = 0; before < 2; before++) {
		perfout_usual(&usual, PERFOUT_PT_PT | PERFOUT_PT_BRANCH | PERFOUT_PT_TSC, 1,
			      &options);
		assert_true(perfout_open(path, &options, &out, &err));
		perfout_pt_usual(&pt, true);
		perfout_auxtrace_info(out, &pt);
		id.time = perfout_tsc_to_ns(&pt, before ? turn - 95000 : turn + 500);
		perfout_comm(out, 1, 1, "old", false, &id);
		b.len = 0;
		for (size_t i = 0; i < 4; i++)
			put_sync(&b, turn + (uint64_t)off[i], true);
		perfout_auxtrace(out, b.data, b.len, 0, 0, 0, -1, 0);
		assert_true(perfout_close(out, &err));
		assert_true(tl_perf_open(path, &perf, &err));
		assert_true(tl_pt_slices_open(perf, NULL, NULL, (struct tl_span){ NULL, 0 }, 1,
					      &slices, &err));
		for (size_t i = 0; i < 4; i++)
			assert_int_equal(tl_pt_slices_sync(slices, 0, i)->time,
					 perfout_tsc_to_ns(&pt, turn + (uint64_t)off[i]));
		tl_pt_slices_close(slices);
		tl_perf_close(perf);
	}
	tl_buf_fini(&b);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_one_queue),
		cmocka_unit_test(test_many_queues),
		cmocka_unit_test(test_without_time),
		cmocka_unit_test(test_decoded_once),
		cmocka_unit_test(test_shared_are_decoded_once),
		cmocka_unit_test(test_instructions_at_borders),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_skipped_queues),
		cmocka_unit_test(test_too_many_events),
		cmocka_unit_test(test_nothing_to_decode),
		cmocka_unit_test(test_long_uptime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
