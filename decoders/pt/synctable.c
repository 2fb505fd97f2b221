/*
 * synctable.c: see synctable.h.
 *
 * The scan cuts queues into steps and reads a little more than each, so that a PSB+ that lies
 * across a border is seen whole; a PSB belongs to the step it begins in.  Whether there is a PSB
 * somewhere can be told from TL_PT_PSB_REACH bytes, so that where the borders are does
 * not matter.
 *
 * Saved form, numbers as varints of seven bits a byte, low ones first:
 *   "TLPTSYN" and a byte of version; 1 if timed, else 0; number of queues; for each queue its
 *   size, its number of sync points, and for each of them how far its offset, and if timed
 *   its time, are from those of the one before (the first: from 0); XXH3 of all that, 8 bytes,
 *   little-endian.
 */
#include "decoders/pt/synctable.h"

#include "decoders/pt/slices.h"
#include "decoders/pt/sync.h"

#include <endian.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

void tl_pt_synctable_fini(struct tl_pt_synctable *t)
{
	for (size_t q = 0; q < t->nqueues; q++)
		free(t->queues[q].v);
	free(t->queues);
	*t = (struct tl_pt_synctable){ 0 };
}

static bool make_queues(struct tl_pt_synctable *t, size_t n)
{
	*t = (struct tl_pt_synctable){ 0 };
	t->queues = calloc(n ? n : 1, sizeof(*t->queues));
	if (!t->queues)
		return false;
	t->nqueues = n;
	return true;
}

/* ---- scanning */

struct part {
	size_t queue;
	uint64_t at;
	struct tl_pt_sync *v;
	size_t n, cap;
};

struct scan {
	const struct tl_pt_aux *aux;
	size_t step;
	struct part *parts;
	size_t nparts;
	atomic_size_t next; /* part to scan */
	atomic_bool nomem;
	bool cancelled;
};

static bool add_sync(struct part *p, uint64_t offset, uint64_t time)
{
	if (p->n == p->cap) {
		size_t cap = p->cap ? 2 * p->cap : 64;
		struct tl_pt_sync *v = realloc(p->v, cap * sizeof(*v));

		if (!v)
			return false;
		p->v = v;
		p->cap = cap;
	}
	p->v[p->n++] = (struct tl_pt_sync){ offset, time };
	return true;
}

static bool scan_part(const struct scan *s, struct part *p, struct tl_buf *buf)
{
	const struct tl_pt_aux *aux = s->aux;
	uint64_t left = aux->size(aux->arg, p->queue) - p->at;
	size_t want = s->step + TL_PT_PSB_PLUS_MAX;

	if (want > left)
		want = (size_t)left;
	buf->len = 0;
	if (!aux->read(aux->arg, p->queue, p->at, want, buf))
		return true;
	for (size_t at = 0;; at += TL_PT_PSB_SIZE) {
		struct tl_pt_psb_plus plus;
		uint64_t time = TL_PT_NOTIME;

		at = tl_pt_find_psb(buf->data, buf->len, at);
		if (at >= buf->len || at >= s->step)
			return true;
		tl_pt_psb_plus(buf->data + at, buf->len - at, &plus);
		if (plus.has_tsc && aux->ns)
			time = aux->ns(aux->arg, plus.tsc);
		if (!add_sync(p, p->at + at, time))
			return false;
	}
}

static bool scan_next(struct scan *s, struct tl_buf *buf)
{
	size_t i = atomic_fetch_add(&s->next, 1);

	if (i >= s->nparts)
		return false;
	if (!scan_part(s, &s->parts[i], buf))
		atomic_store(&s->nomem, true);
	return true;
}

static enum tl_step scan_step(void *self, struct tl_worker *w)
{
	return scan_next(self, &w->buf) ? TL_STEP_MORE : TL_STEP_DONE;
}

static void scan_done(void *self, bool cancelled)
{
	struct scan *s = self;

	s->cancelled = cancelled;
}

static const struct tl_job_ops scan_ops = { scan_step, scan_done };

/* With the pool's help, if there is one with threads to be had. */
static bool run_scan(struct scan *s, struct tl_jobs *pool, const struct tl_progress *progress,
		     struct tl_err *err)
{
	struct tl_job *job = NULL;
	struct tl_buf buf = TL_BUF_INIT;
	bool on = true;
	size_t begun;

	if (pool && s->nparts > 1)
		job = tl_jobs_start(pool, TL_URGENT, &scan_ops, s);
	while (on && scan_next(s, &buf)) {
		begun = atomic_load(&s->next);
		on = begun >= s->nparts ||
		     tl_progress_step(progress, (double)begun / (double)s->nparts);
	}
	tl_buf_fini(&buf);
	if (job) {
		if (!on)
			tl_job_cancel(job);
		tl_job_join(job);
		tl_job_release(job);
	}
	if (!on || s->cancelled)
		return tl_err_set(err, "the scan for sync points was stopped");
	return atomic_load(&s->nomem) ? tl_err_nomem(err) : true;
}

static bool make_parts(struct scan *s)
{
	const struct tl_pt_aux *aux = s->aux;
	size_t n = 0;

	for (size_t q = 0; q < aux->nqueues; q++) {
		uint64_t size = aux->size(aux->arg, q);
		uint64_t parts = size / s->step + (size % s->step != 0);

		if (parts > SIZE_MAX / sizeof(*s->parts) - n - 1)
			return false;
		n += (size_t)parts;
	}
	s->parts = calloc(n + 1, sizeof(*s->parts));
	if (!s->parts)
		return false;
	for (size_t q = 0; q < aux->nqueues; q++) {
		uint64_t size = aux->size(aux->arg, q);

		for (uint64_t at = 0; at<size; at = size - at> s->step ? at + s->step : size) {
			s->parts[s->nparts].queue = q;
			s->parts[s->nparts++].at = at;
		}
	}
	return true;
}

/* Put the parts of each queue behind each other. */
static bool join_parts(const struct scan *s, struct tl_pt_synctable *t)
{
	for (size_t i = 0; i < s->nparts; i++)
		t->queues[s->parts[i].queue].n += s->parts[i].n;
	for (size_t q = 0; q < t->nqueues; q++) {
		struct tl_pt_queue_syncs *qs = &t->queues[q];

		qs->size = s->aux->size(s->aux->arg, q);
		qs->v = malloc((qs->n ? qs->n : 1) * sizeof(*qs->v));
		if (!qs->v)
			return false;
		qs->n = 0;
	}
	for (size_t i = 0; i < s->nparts; i++) {
		const struct part *p = &s->parts[i];
		struct tl_pt_queue_syncs *qs = &t->queues[p->queue];

		if (p->n > 0)
			memcpy(qs->v + qs->n, p->v, p->n * sizeof(*p->v));
		qs->n += p->n;
	}
	return true;
}

bool tl_pt_synctable_scan(const struct tl_pt_aux *aux, struct tl_jobs *pool,
			  const struct tl_progress *progress, size_t step,
			  struct tl_pt_synctable *out, struct tl_err *err)
{
	struct scan s = { .aux = aux, .step = step };
	bool ok;

	ok = make_queues(out, aux->nqueues) && make_parts(&s);
	if (!ok)
		tl_err_nomem(err);
	ok = ok && run_scan(&s, pool, progress, err);
	if (ok && !(join_parts(&s, out) && tl_pt_synctable_settle(out)))
		ok = tl_err_nomem(err);
	for (size_t i = 0; i < s.nparts; i++)
		free(s.parts[i].v);
	free(s.parts);
	return ok;
}

/* ---- times */

static bool in_order(const struct tl_pt_queue_syncs *qs)
{
	for (size_t i = 0; i < qs->n; i++)
		if (qs->v[i].time == TL_PT_NOTIME || (i > 0 && qs->v[i].time < qs->v[i - 1].time))
			return false;
	return true;
}

/*
 * Take the time from all that are not in the longest row that does not decrease.  `last[k]` is
 * the sync point that ends the best row of k + 1 found so far, the one with the least time;
 * before[i] is the one before i in its row.
 */
static bool believe_longest_row(struct tl_pt_queue_syncs *qs)
{
	size_t *last = malloc(qs->n * sizeof(*last)), *before = malloc(qs->n * sizeof(*before));
	size_t len = 0, i, k;

	if (!last || !before) {
		free(last);
		free(before);
		return false;
	}
	for (i = 0; i < qs->n; i++) {
		size_t low = 0, high = len;

		if (qs->v[i].time == TL_PT_NOTIME)
			continue;
		while (low < high) {
			size_t mid = low + (high - low) / 2;

			if (qs->v[last[mid]].time <= qs->v[i].time)
				low = mid + 1;
			else
				high = mid;
		}
		before[i] = low > 0 ? last[low - 1] : SIZE_MAX;
		last[low] = i;
		if (low == len)
			len++;
	}
	k = len > 0 ? last[len - 1] : SIZE_MAX;
	for (i = qs->n; i-- > 0;) {
		if (i == k)
			k = before[i];
		else
			qs->v[i].time = TL_PT_NOTIME;
	}
	free(last);
	free(before);
	return true;
}

/* The first time of the queue; TL_PT_NOTIME: it has none. */
static uint64_t first_time(const struct tl_pt_queue_syncs *qs)
{
	for (size_t i = 0; i < qs->n; i++)
		if (qs->v[i].time != TL_PT_NOTIME)
			return qs->v[i].time;
	return TL_PT_NOTIME;
}

bool tl_pt_synctable_settle(struct tl_pt_synctable *t)
{
	uint64_t first = TL_PT_NOTIME;

	for (size_t q = 0; q < t->nqueues; q++) {
		uint64_t own;

		if (!in_order(&t->queues[q]) && !believe_longest_row(&t->queues[q]))
			return false;
		own = first_time(&t->queues[q]);
		if (own < first)
			first = own;
	}
	t->timed = first != TL_PT_NOTIME;
	for (size_t q = 0; t->timed && q < t->nqueues; q++) {
		struct tl_pt_queue_syncs *qs = &t->queues[q];
		uint64_t time = first_time(qs);

		if (time == TL_PT_NOTIME)
			time = first;
		for (size_t i = 0; i < qs->n; i++) {
			if (qs->v[i].time == TL_PT_NOTIME)
				qs->v[i].time = time;
			time = qs->v[i].time;
		}
	}
	return true;
}

/* ---- the saved form */

#define VARINT_MAX 10
#define MAGIC_SIZE 8
#define SUM_SIZE   8

static const uint8_t magic[MAGIC_SIZE] = { 'T', 'L', 'P', 'T', 'S', 'Y', 'N', 1 };

static bool put(struct tl_buf *out, uint64_t v)
{
	if (!tl_buf_reserve(out, VARINT_MAX))
		return false;
	for (; v >= 0x80; v >>= 7)
		out->data[out->len++] = (uint8_t)(v | 0x80);
	out->data[out->len++] = (uint8_t)v;
	return true;
}

static bool put_queue(const struct tl_pt_queue_syncs *qs, bool timed, struct tl_buf *out)
{
	uint64_t offset = 0, time = 0;

	if (!put(out, qs->size) || !put(out, qs->n))
		return false;
	for (size_t i = 0; i < qs->n; i++) {
		if (!put(out, qs->v[i].offset - offset) ||
		    (timed && !put(out, qs->v[i].time - time)))
			return false;
		offset = qs->v[i].offset;
		time = qs->v[i].time;
	}
	return true;
}

bool tl_pt_synctable_encode(const struct tl_pt_synctable *t, struct tl_buf *out)
{
	size_t start = out->len;
	uint64_t sum;
	bool ok;

	ok = tl_buf_append(out, magic, sizeof(magic)) && tl_buf_putc(out, t->timed) &&
	     put(out, t->nqueues);
	for (size_t q = 0; ok && q < t->nqueues; q++)
		ok = put_queue(&t->queues[q], t->timed, out);
	if (ok) {
		sum = htole64(XXH3_64bits(out->data + start, out->len - start));
		ok = tl_buf_append(out, &sum, sizeof(sum));
	}
	if (!ok)
		out->len = start;
	return ok;
}

static bool get(struct tl_span *in, uint64_t *v)
{
	*v = 0;
	for (unsigned shift = 0; in->len > 0; shift += 7) {
		uint8_t byte = *in->data++;

		in->len--;
		if (shift == 63 && byte > 1)
			return false;
		*v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return true;
		if (shift == 63)
			return false;
	}
	return false;
}

static bool get_queue(struct tl_span *in, bool timed, struct tl_pt_queue_syncs *qs)
{
	uint64_t n, offset = 0, time = 0;

	if (!get(in, &qs->size) || !get(in, &n) || n > in->len / (timed ? 2 : 1))
		return false;
	qs->v = malloc((n ? (size_t)n : 1) * sizeof(*qs->v));
	if (!qs->v)
		return false;
	for (; qs->n < n; qs->n++) {
		uint64_t far, later = 0;

		if (!get(in, &far) || (timed && !get(in, &later)))
			return false;
		if (qs->size < TL_PT_PSB_SIZE || far > qs->size - TL_PT_PSB_SIZE - offset ||
		    (qs->n > 0 && far < TL_PT_PSB_SIZE) || later >= TL_PT_NOTIME - time)
			return false;
		offset += far;
		time += later;
		qs->v[qs->n] = (struct tl_pt_sync){ offset, timed ? time : TL_PT_NOTIME };
	}
	return true;
}

bool tl_pt_synctable_decode(struct tl_span bytes, struct tl_pt_synctable *out)
{
	struct tl_span in = bytes;
	uint64_t sum, nqueues;
	bool timed, ok;

	*out = (struct tl_pt_synctable){ 0 };
	if (in.len < MAGIC_SIZE + 1 + SUM_SIZE || memcmp(in.data, magic, MAGIC_SIZE) != 0)
		return false;
	in.len -= SUM_SIZE;
	memcpy(&sum, in.data + in.len, sizeof(sum));
	if (le64toh(sum) != XXH3_64bits(in.data, in.len) || in.data[MAGIC_SIZE] > 1)
		return false;
	timed = in.data[MAGIC_SIZE];
	in.data += MAGIC_SIZE + 1;
	in.len -= MAGIC_SIZE + 1;
	/* A queue takes two bytes at the least. */
	if (!get(&in, &nqueues) || nqueues > in.len / 2 || !make_queues(out, (size_t)nqueues))
		return false;
	out->timed = timed;
	ok = true;
	for (size_t q = 0; ok && q < out->nqueues; q++)
		ok = get_queue(&in, timed, &out->queues[q]);
	if (!ok || in.len > 0) {
		tl_pt_synctable_fini(out);
		return false;
	}
	return true;
}
