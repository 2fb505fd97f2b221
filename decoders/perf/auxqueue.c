/*
 * auxqueue.c: AUXTRACE records sorted into queues, one a CPU or thread, as rows of pieces that
 * can be read as if they were one run of bytes.
 *
 * AUXTRACE.offset counts the bytes the hardware wrote, without the padding that perf adds, so
 * it tells how pieces fit: the next one's offset says where the padding begins, an offset
 * too far on is lost data, one too near is data saved twice.  In snapshot mode it does not:
 * there each record is a picture of the whole ring buffer and offset is a place in the ring,
 * so the order is that of the file, and what was in the picture before is found by comparing.
 */
#include "base/bytes.h"
#include "decoders/perf/recording.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>

#define PADDING 7 /* bytes at most: perf makes the size a multiple of 8 */
#define BLOCK   16384

/* A queue while it is made; `prev` is the record its last piece is of. */
struct making {
	struct tl_perf *p;
	struct tl_perf_queue *q;
	const struct tl_perf_auxfound *prev;
	uint64_t ring; /* size of the ring buffer, snapshot mode */
};

static int compare(const struct tl_perf_auxfound *x, const struct tl_perf_auxfound *y)
{
	if (x->idx != y->idx)
		return x->idx < y->idx ? -1 : 1;
	if (x->cpu != y->cpu)
		return x->cpu < y->cpu ? -1 : 1;
	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return 0;
}

static int by_order(const void *a, const void *b)
{
	const struct tl_perf_auxfound *x = a, *y = b;
	int c = compare(x, y);

	return c ? c : (x->order > y->order) - (x->order < y->order);
}

static int by_offset(const void *a, const void *b)
{
	const struct tl_perf_auxfound *x = a, *y = b;
	int c = compare(x, y);

	if (c)
		return c;
	if (x->aux_offset != y->aux_offset)
		return x->aux_offset < y->aux_offset ? -1 : 1;
	return by_order(a, b);
}

/* Are n bytes the same in two places of the recording's files? */
static bool same_bytes(const struct tl_perf *p, const struct tl_perf_auxfound *a, uint64_t at_a,
		       const struct tl_perf_auxfound *b, uint64_t at_b, uint64_t n)
{
	uint8_t x[BLOCK], y[BLOCK];

	while (n > 0) {
		size_t k = n < BLOCK ? (size_t)n : BLOCK;

		if (!tl_perf_pread(p->files[a->file].fd, x, k, at_a) ||
		    !tl_perf_pread(p->files[b->file].fd, y, k, at_b) || memcmp(x, y, k) != 0)
			return false;
		at_a += k;
		at_b += k;
		n -= k;
	}
	return true;
}

/* Take padding off the last piece. */
static void trim(struct tl_perf_queue *q, uint64_t n)
{
	q->pieces[q->npieces - 1].size -= n;
	q->size -= n;
}

static void add_piece(struct making *m, const struct tl_perf_auxfound *found, uint64_t skip,
		      bool after_gap)
{
	struct tl_perf_queue *q = m->q;
	uint64_t size = found->size - skip;

	m->prev = found;
	if (size == 0)
		return;
	q->pieces[q->npieces++] = (struct tl_perf_aux_piece){
		.at = q->size,
		.size = size,
		.aux_offset = found->aux_offset + skip,
		.file_offset = found->file_offset + skip,
		.fd = m->p->files[found->file].fd,
		.after_gap = after_gap,
	};
	q->size += size;
}

static void add_by_offset(struct making *m, const struct tl_perf_auxfound *found)
{
	const struct tl_perf_aux_piece *last = &m->q->pieces[m->q->npieces - 1];
	uint64_t end = last->aux_offset + last->size, overlap;

	if (found->aux_offset >= end) {
		add_piece(m, found, 0, found->aux_offset > end);
		return;
	}
	/* What is there twice is taken from the later record: the end of the earlier one may be
	 * padding. */
	overlap = end - found->aux_offset;
	if (found->size <= overlap && overlap > PADDING)
		return; /* all of it is there already */
	if (overlap < last->size) {
		trim(m->q, overlap);
		add_piece(m, found, 0, false);
	} else if (overlap < found->size) {
		add_piece(m, found, overlap, false);
	}
}

/* How much of the record is what the one before ended with, were it so. */
static uint64_t ring_overlap(const struct making *m, const struct tl_perf_auxfound *found)
{
	uint64_t end = (m->prev->aux_offset + m->prev->size) % m->ring;

	return (end + m->ring - found->aux_offset % m->ring) % m->ring;
}

static void add_snapshot(struct making *m, const struct tl_perf_auxfound *found)
{
	static const uint8_t zeros[PADDING];
	const struct tl_perf_auxfound *prev = m->prev;
	uint64_t overlap = ring_overlap(m, found), prev_end = prev->file_offset + prev->size;
	uint64_t last_size = m->q->pieces[m->q->npieces - 1].size;
	uint8_t tail[PADDING];

	if (overlap == 0) {
		/* Either nothing is there twice, or all of a full ring. */
		if (found->size == m->ring && prev->size == m->ring &&
		    same_bytes(m->p, prev, prev->file_offset, found, found->file_offset, m->ring))
			return;
		add_piece(m, found, 0, false);
	} else if (overlap <= PADDING && overlap < last_size &&
		   tl_perf_pread(m->p->files[prev->file].fd, tail, overlap, prev_end - overlap) &&
		   memcmp(tail, zeros, overlap) == 0) {
		trim(m->q, overlap);
		add_piece(m, found, 0, false);
	} else if (overlap <= prev->size && overlap <= found->size &&
		   same_bytes(m->p, prev, prev_end - overlap, found, found->file_offset, overlap)) {
		add_piece(m, found, overlap, false);
	} else {
		add_piece(m, found, 0, true);
	}
}

/*
 * Where perf records a program or some threads CPU by CPU, each CPU's AUXTRACE names the first of
 * these threads, too; who ran on it is told by the records of switches, if there are such.
 */
static bool cpu_tells(const struct tl_perf *p, const struct tl_perf_auxfound *found)
{
	return found->cpu >= 0 && p->is_pt && p->pt.have_sched_switch != 0;
}

/* A queue of the records from `first` on, n of them. */
static bool make_queue(struct tl_perf *p, const struct tl_perf_auxfound *first, size_t n)
{
	struct tl_perf_queue *q = &p->queues[p->nqueues];
	struct making m = { .p = p, .q = q, .ring = 1 };

	*q = (struct tl_perf_queue){
		.number = (unsigned)p->nqueues,
		.cpu = first->cpu,
		.tid = cpu_tells(p, first) ? -1 : first->tid,
		.pieces = calloc(n, sizeof(*q->pieces)),
	};
	if (!q->pieces)
		return false;
	p->nqueues++;
	for (size_t i = 0; i < n; i++)
		if (first[i].size > m.ring)
			m.ring = first[i].size;
	for (size_t i = 0; i < n; i++) {
		if (q->npieces == 0)
			add_piece(&m, &first[i], 0, false);
		else if (p->pt.snapshot_mode)
			add_snapshot(&m, &first[i]);
		else
			add_by_offset(&m, &first[i]);
	}
	return true;
}

bool tl_perf_make_queues(struct tl_perf *p)
{
	size_t n = 0, first = 0;

	if (p->nfound == 0)
		return true;
	qsort(p->found, p->nfound, sizeof(*p->found), p->pt.snapshot_mode ? by_order : by_offset);
	for (size_t i = 0; i < p->nfound; i++)
		n += i == 0 || compare(&p->found[i - 1], &p->found[i]) != 0;
	p->queues = calloc(n, sizeof(*p->queues));
	if (!p->queues)
		return false;
	for (size_t i = 1; i <= p->nfound; i++) {
		if (i < p->nfound && compare(&p->found[first], &p->found[i]) == 0)
			continue;
		if (!make_queue(p, p->found + first, i - first))
			return false;
		first = i;
	}
	free(p->found);
	p->found = NULL;
	p->nfound = 0;
	return true;
}

/* ---- order */

/* When a queue's thread ended. */
struct place {
	int32_t tid;
	uint32_t rank; /* among the EXIT records; UINT32_MAX: it was not seen to end */
	size_t queue;  /* which one it is now */
};

struct places {
	struct place *v;
	size_t n;
	uint32_t next;
};

static int by_tid(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

static int by_rank(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return (x->queue > y->queue) - (x->queue < y->queue);
}

/* EXIT has pid, ppid, tid, ptid, time: perf_event.h, PERF_RECORD_EXIT. */
static bool note_exit(void *arg, const struct tl_perf_record *r)
{
	struct places *places = arg;
	struct place key = { .rank = UINT32_MAX }, *found;

	if (r->type != PERF_RECORD_EXIT || r->len < 12)
		return true;
	key.tid = (int32_t)tl_get32(r->body + 8);
	found = bsearch(&key, places->v, places->n, sizeof(key), by_tid);
	if (found && found->tid >= 0 && found->rank == UINT32_MAX)
		found->rank = places->next++;
	return true;
}

bool tl_perf_order_queues(struct tl_perf *p)
{
	struct tl_perf_queue *ordered;
	struct places places = { .n = p->nqueues };

	if (!p->is_pt || p->pt.have_tsc || p->nqueues < 2)
		return true;
	places.v = malloc(p->nqueues * sizeof(*places.v));
	ordered = malloc(p->nqueues * sizeof(*ordered));
	if (!places.v || !ordered) {
		free(places.v);
		free(ordered);
		return false;
	}
	for (size_t i = 0; i < p->nqueues; i++)
		places.v[i] = (struct place){ p->queues[i].tid, UINT32_MAX, i };
	qsort(places.v, places.n, sizeof(*places.v), by_tid);
	tl_perf_walk(p, note_exit, &places, NULL);
	qsort(places.v, places.n, sizeof(*places.v), by_rank);
	for (size_t i = 0; i < p->nqueues; i++) {
		ordered[i] = p->queues[places.v[i].queue];
		ordered[i].number = (unsigned)i;
	}
	free(p->queues);
	p->queues = ordered;
	free(places.v);
	return true;
}

/* ---- whose they are */

static int by_owner(const void *a, const void *b)
{
	const struct tl_perf_queue *x = *(const struct tl_perf_queue *const *)a;
	const struct tl_perf_queue *y = *(const struct tl_perf_queue *const *)b;
	int32_t ox = x->cpu >= 0 ? x->cpu : x->tid, oy = y->cpu >= 0 ? y->cpu : y->tid;

	if ((x->cpu >= 0) != (y->cpu >= 0))
		return x->cpu >= 0 ? -1 : 1;
	if (ox != oy)
		return ox < oy ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

bool tl_perf_index_queues(struct tl_perf *p)
{
	if (p->nqueues == 0)
		return true;
	p->owned = malloc(p->nqueues * sizeof(*p->owned));
	if (!p->owned)
		return false;
	for (size_t i = 0; i < p->nqueues; i++)
		p->owned[i] = &p->queues[i];
	qsort(p->owned, p->nqueues, sizeof(*p->owned), by_owner);
	return true;
}

/* The first queue of this very owner. */
static const struct tl_perf_queue *owned_by(const struct tl_perf *p, int32_t cpu, int32_t tid)
{
	const struct tl_perf_queue key = { .cpu = cpu, .tid = tid }, *keyp = &key;
	size_t low = 0, high = p->nqueues;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by_owner(&p->owned[mid], &keyp) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == p->nqueues || p->owned[low]->cpu != cpu)
		return NULL;
	return cpu >= 0 || p->owned[low]->tid == tid ? p->owned[low] : NULL;
}

const struct tl_perf_queue *tl_perf_queue_of(const struct tl_perf *p, int32_t cpu, int32_t tid)
{
	const struct tl_perf_queue *q = cpu >= 0 ? owned_by(p, cpu, -1) : NULL;

	return q || tid < 0 ? q : owned_by(p, -1, tid);
}

/* ---- their bytes */

/* The piece that holds byte `at` of a queue. */
static size_t piece_at(const struct tl_perf_queue *q, uint64_t at)
{
	size_t low = 0, high = q->npieces - 1;

	while (low < high) {
		size_t mid = low + (high - low + 1) / 2;

		if (q->pieces[mid].at <= at)
			low = mid;
		else
			high = mid - 1;
	}
	return low;
}

bool tl_perf_read_aux(const struct tl_perf *p, const struct tl_perf_queue *q, uint64_t at, size_t n,
		      struct tl_buf *out, struct tl_err *err)
{
	size_t before = out->len;

	if (at > q->size || n > q->size - at)
		return tl_err_set(err, "%s: no AUX data at %" PRIu64 " of queue %u", p->path, at,
				  q->number);
	if (!tl_buf_reserve(out, n))
		return tl_err_nomem(err);
	for (size_t i = n > 0 ? piece_at(q, at) : 0; n > 0; i++) {
		const struct tl_perf_aux_piece *piece = &q->pieces[i];
		uint64_t skip = at - piece->at, left = piece->size - skip;
		size_t k = n < left ? n : (size_t)left;

		if (!tl_perf_pread(piece->fd, out->data + out->len, k, piece->file_offset + skip)) {
			out->len = before;
			if (errno)
				return tl_err_sys(err, "%s: cannot read AUX data at byte %" PRIu64,
						  p->path, piece->file_offset + skip);
			return tl_err_set(err,
					  "%s: has become shorter: no AUX data at byte %" PRIu64,
					  p->path, piece->file_offset + skip);
		}
		out->len += k;
		at += k;
		n -= k;
	}
	return true;
}
