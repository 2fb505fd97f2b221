/*
 * pasts.c: see pasts.h.
 *
 * One mutex guards all; slices are gathered and summed up outside of it.  Summaries are kept in a
 * table of places, a slice's place being its number modulo their number, so that those near each
 * other are there together.
 *
 * The front is a past that was followed from the first slice on.  Who gathers the slice it
 * stands before takes it over that slice.  Who comes later waits, if those between are being
 * gathered now; a few that were gathered before the front came there are summed up again.
 */
#include "decoders/pt/pasts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define NPLACES 256
#define NBUSY   64 /* threads whose slices are known to be on their way */

#define KEPT_BYTES ((size_t)64 << 20) /* of what looking back does not find */

struct summed {
	size_t slice;
	unsigned uses; /* the table's is one */
	struct tl_pt_summary sum;
};

struct place {
	bool making; /* somebody sums up `slice` */
	size_t slice;
	struct summed *has; /* NULL: nothing */
};

struct worker {
	struct worker *next;
	struct tl_pt_summer summer;
	struct tl_pt_scratch scratch;
	struct tl_pt_past past; /* to try things with */
};

/* What looking back does not find. */
struct kept {
	size_t n;
	struct tl_pt_late v[];
};

struct tl_pt_pasts {
	struct tl_pt_slicing from;

	pthread_mutex_t lock;  /* of all below */
	pthread_cond_t change; /* of a place, of the front, of who is busy */
	struct place places[NPLACES];
	struct worker *idle;
	size_t busy[NBUSY]; /* slices on their way to the front */
	size_t nbusy;
	struct tl_pt_past front;
	size_t front_at;    /* all slices before this one are in it */
	bool front_lost;    /* it cannot go on */
	struct kept **kept; /* one each slice, mostly NULL */
	size_t kept_bytes;
};

bool tl_pt_pasts_open(const struct tl_pt_slicing *from, struct tl_pt_pasts **out,
		      struct tl_err *err)
{
	struct tl_pt_pasts *h = calloc(1, sizeof(*h));

	*out = NULL;
	if (!h)
		return tl_err_nomem(err);
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->change, NULL);
	h->from = *from;
	h->kept = calloc(from->n + 1, sizeof(struct kept *));
	if (!h->kept) {
		tl_pt_pasts_close(h);
		return tl_err_nomem(err);
	}
	*out = h;
	return true;
}

static void unuse(struct summed *s)
{
	if (!s || --s->uses > 0)
		return;
	tl_pt_summary_fini(&s->sum);
	free(s);
}

static void free_worker(struct worker *w)
{
	tl_pt_summer_fini(&w->summer);
	tl_pt_scratch_fini(&w->scratch);
	tl_pt_past_fini(&w->past);
	free(w);
}

void tl_pt_pasts_close(struct tl_pt_pasts *h)
{
	struct worker *next;

	if (!h)
		return;
	for (size_t i = 0; i < NPLACES; i++)
		unuse(h->places[i].has);
	for (; h->idle; h->idle = next) {
		next = h->idle->next;
		free_worker(h->idle);
	}
	for (size_t i = 0; h->kept && i < h->from.n; i++)
		free(h->kept[i]);
	free(h->kept);
	tl_pt_past_fini(&h->front);
	pthread_cond_destroy(&h->change);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

static struct worker *take_worker(struct tl_pt_pasts *h)
{
	struct worker *w;

	pthread_mutex_lock(&h->lock);
	w = h->idle;
	if (w)
		h->idle = w->next;
	pthread_mutex_unlock(&h->lock);
	return w ? w : calloc(1, sizeof(*w));
}

static void put_worker(struct tl_pt_pasts *h, struct worker *w)
{
	tl_pt_scratch_trim(&w->scratch);
	pthread_mutex_lock(&h->lock);
	w->next = h->idle;
	h->idle = w;
	pthread_mutex_unlock(&h->lock);
}

/* ---- summaries */

/* Sum up events; a use of it is given.  NULL: out of memory. */
static struct summed *sum_up(struct worker *w, size_t slice, const struct tl_pt_scratch *sc)
{
	struct summed *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->slice = slice;
	s->uses = 1;
	if (!tl_pt_summary_make(&w->summer, sc->events, sc->n, &s->sum)) {
		free(s);
		return NULL;
	}
	return s;
}

/* Lock held: what is at a slice's place makes room for its summary; NULL: that could not be made. */
static void store(struct tl_pt_pasts *h, size_t slice, struct summed *s)
{
	struct place *at = &h->places[slice % NPLACES];

	if (at->making && at->slice != slice)
		return;
	at->making = false;
	if (s) {
		unuse(at->has);
		at->has = s;
		s->uses++;
	}
	pthread_cond_broadcast(&h->change);
}

/* Lock held.  Nobody else is to sum up this slice, if there is a place to tell that. */
static void claim(struct tl_pt_pasts *h, size_t slice)
{
	struct place *at = &h->places[slice % NPLACES];

	if (at->making)
		return;
	at->making = true;
	at->slice = slice;
}

/* A use of a slice's summary.  NULL: failed, with or without a message. */
static struct summed *summary_of(struct tl_pt_pasts *h, struct worker *w, size_t slice,
				 struct tl_err *err)
{
	struct place *at = &h->places[slice % NPLACES];
	struct summed *s = NULL;

	pthread_mutex_lock(&h->lock);
	while (at->making && at->slice == slice)
		pthread_cond_wait(&h->change, &h->lock);
	if (at->has && at->has->slice == slice) {
		s = at->has;
		s->uses++;
	} else {
		claim(h, slice);
	}
	pthread_mutex_unlock(&h->lock);
	if (s)
		return s;
	if (h->from.gather_flow(h->from.arg, slice, &w->scratch, err)) {
		s = sum_up(w, slice, &w->scratch);
		if (!s)
			tl_err_nomem(err);
	}
	pthread_mutex_lock(&h->lock);
	store(h, slice, s);
	pthread_mutex_unlock(&h->lock);
	return s;
}

static void give_back(struct tl_pt_pasts *h, struct summed *s)
{
	pthread_mutex_lock(&h->lock);
	unuse(s);
	pthread_mutex_unlock(&h->lock);
}

/* ---- looking back */

/* What is known when n slices before are followed.  *whole: there is no more to look at. */
static bool follow_back(struct summed *const *sums, size_t n, struct tl_pt_past *past)
{
	size_t from = n;

	while (from > 0 && !sums[from - 1]->sum.opaque)
		from--;
	tl_pt_past_clear(past);
	for (size_t i = from; i < n; i++)
		if (!tl_pt_summary_follow(&sums[i]->sum, past))
			return false;
	return true;
}

/* Look at 1, 2, 4, ... slices before until all is known, or enough was looked at. */
static bool look_back(struct tl_pt_pasts *h, struct worker *w, const struct summed *own,
		      size_t most, struct tl_pt_past *past, struct tl_err *err)
{
	size_t slice = own->slice;
	struct summed **sums; /* the last `have` of them, up to the slice */
	size_t have = 0, unknown = 1, n = 0;
	bool ok = true;

	if (most > slice)
		most = slice;
	if (most > h->from.most)
		most = h->from.most;
	sums = calloc(most + 1, sizeof(struct summed *));
	if (!sums)
		return tl_err_nomem(err);
	tl_pt_past_clear(past);
	tl_pt_past_clear(&w->past);
	if (!own->sum.opaque)
		unknown = tl_pt_summary_unknown(&own->sum, &w->past);
	while (ok && unknown > 0 && n < most) {
		n = n == 0 ? 1 : 2 * n < most ? 2 * n : most;
		for (; ok && have < n; have++) {
			struct summed *s = summary_of(h, w, slice - have - 1, err);

			ok = s != NULL;
			if (!ok)
				break;
			sums[most - 1 - have] = s;
		}
		ok = ok && (follow_back(sums + most - n, n, past) &&
				    follow_back(sums + most - n, n, &w->past)
				? true
				: tl_err_nomem(err));
		if (ok && !own->sum.opaque)
			unknown = tl_pt_summary_unknown(&own->sum, &w->past);
	}
	for (size_t i = 0; i < have; i++)
		give_back(h, sums[most - 1 - i]);
	free(sums);
	return ok && (unknown != SIZE_MAX || tl_err_nomem(err));
}

/* ---- the front */

static int by_event(const void *pa, const void *pb)
{
	const struct tl_pt_late *a = pa, *b = pb;

	return (a->event > b->event) - (a->event < b->event);
}

/* Keep what was found; where that is not possible, less is known. */
static void keep(struct tl_pt_pasts *h, size_t slice, const struct tl_pt_past *found)
{
	size_t bytes = sizeof(struct kept) + found->nlate * sizeof(*found->late);
	struct kept *k = NULL;

	if (found->nlate > 0 && bytes <= KEPT_BYTES - h->kept_bytes)
		k = malloc(bytes);
	if (!k)
		return;
	k->n = found->nlate;
	memcpy(k->v, found->late, k->n * sizeof(*k->v));
	qsort(k->v, k->n, sizeof(*k->v), by_event);
	h->kept[slice] = k;
	h->kept_bytes += bytes;
}

/* A thread goes over its part of a slice.  Calls that it returns from are noted, where looking back to
 * `time` does not find them. */
static bool advance_thread(struct tl_pt_thread *t, const struct tl_pt_summary *sum,
			   const struct tl_pt_part *part, uint64_t time, struct tl_pt_past *found)
{
	struct tl_pt_move move;

	for (size_t i = part->first; i < part->first + part->n; i++) {
		if (!tl_pt_thread_follow(t, &sum->events[i], TL_PT_NONE, &move))
			return false;
		if (move.closed && move.closed->known < time &&
		    !tl_pt_past_add_late(found, sum->numbers[i], move.closed->time))
			return false;
	}
	return true;
}

/* Lock held, the front being before this slice: it goes over it. */
static void advance(struct tl_pt_pasts *h, const struct summed *s, struct tl_pt_past *found)
{
	const struct tl_pt_summary *sum = &s->sum;
	bool ok = !sum->opaque;
	uint64_t time =
	    s->slice > TL_PT_LOOK_BACK ? h->from.time(h->from.arg, s->slice - TL_PT_LOOK_BACK) : 0;

	tl_pt_past_clear(found);
	for (size_t i = 0; ok && i < sum->nparts; i++) {
		const struct tl_pt_part *part = &sum->parts[i];

		ok = tl_pt_threads_find(&h->front.threads, part->key) &&
		     advance_thread(&h->front.threads.v[h->front.threads.last], sum, part, time,
				    found);
	}
	if (ok)
		keep(h, s->slice, found);
	h->front_at++;
	h->front_lost = !ok;
	pthread_cond_broadcast(&h->change);
}

/* Is somebody at a slice, of the first n? */
static bool is_busy(const struct tl_pt_pasts *h, size_t n, size_t slice)
{
	for (size_t i = 0; i < n; i++)
		if (h->busy[i] == slice)
			return true;
	return false;
}

/* Lock held.  Slices between the front and this one that nobody is at; two may be at the same one. */
static size_t missing(const struct tl_pt_pasts *h, size_t slice)
{
	size_t n = slice - h->front_at;

	for (size_t i = 0; i < h->nbusy; i++)
		n -= h->busy[i] >= h->front_at && h->busy[i] < slice && !is_busy(h, i, h->busy[i]);
	return n;
}

/* Lock held; dropped meanwhile.  Bring the front to the slice, if that is not far. */
static bool bring_front(struct tl_pt_pasts *h, struct worker *w, size_t slice, struct tl_err *err)
{
	while (!h->front_lost && h->front_at < slice && missing(h, slice) <= h->from.most) {
		struct summed *s;
		size_t at = h->front_at;

		if (is_busy(h, h->nbusy, at)) {
			pthread_cond_wait(&h->change, &h->lock);
			continue;
		}
		pthread_mutex_unlock(&h->lock);
		s = summary_of(h, w, at, err);
		pthread_mutex_lock(&h->lock);
		if (!s)
			return false;
		if (h->front_at == at && !h->front_lost)
			advance(h, s, &w->past);
		unuse(s);
	}
	return true;
}

/* ---- a slice */

static bool take_kept(const struct kept *k, struct tl_pt_past *past)
{
	for (size_t i = 0; k && i < k->n; i++)
		if (!tl_pt_past_add_late(past, k->v[i].event, k->v[i].time))
			return false;
	return true;
}

/* What was before a slice. */
static bool find_past(struct tl_pt_pasts *h, struct worker *w, const struct summed *own,
		      size_t most, struct tl_pt_past *past, struct tl_err *err)
{
	bool ok;

	if (!look_back(h, w, own, most, past, err))
		return false;
	pthread_mutex_lock(&h->lock);
	ok = bring_front(h, w, own->slice, err);
	if (ok && h->front_at == own->slice && !h->front_lost)
		advance(h, own, &w->past);
	ok = ok && (take_kept(h->kept[own->slice], past) || tl_err_nomem(err));
	pthread_mutex_unlock(&h->lock);
	return ok;
}

static void set_busy(struct tl_pt_pasts *h, size_t slice)
{
	pthread_mutex_lock(&h->lock);
	if (h->nbusy < NBUSY)
		h->busy[h->nbusy++] = slice;
	claim(h, slice);
	pthread_mutex_unlock(&h->lock);
}

static void end_busy(struct tl_pt_pasts *h, size_t slice, struct summed *own)
{
	pthread_mutex_lock(&h->lock);
	for (size_t i = 0; i < h->nbusy; i++)
		if (h->busy[i] == slice) {
			h->busy[i] = h->busy[--h->nbusy];
			break;
		}
	unuse(own);
	pthread_cond_broadcast(&h->change);
	pthread_mutex_unlock(&h->lock);
}

bool tl_pt_pasts_gather(struct tl_pt_pasts *h, size_t slice, size_t most, struct tl_pt_scratch *sc,
			struct tl_pt_past *past, struct tl_err *err)
{
	struct worker *w = take_worker(h);
	struct summed *own = NULL;
	bool ok;

	tl_pt_past_clear(past);
	if (!w)
		return tl_err_nomem(err);
	set_busy(h, slice);
	ok = h->from.gather(h->from.arg, slice, sc, err);
	if (ok) {
		own = sum_up(w, slice, sc);
		ok = own != NULL || tl_err_nomem(err);
	}
	pthread_mutex_lock(&h->lock);
	store(h, slice, own);
	pthread_mutex_unlock(&h->lock);
	ok = ok && find_past(h, w, own, most, past, err);
	end_busy(h, slice, own);
	put_worker(h, w);
	return ok;
}
