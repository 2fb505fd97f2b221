/*
 * segments.c: see segments.h.  One mutex guards a hash table and a list by last use; decoding
 * goes on outside of it.  A segment takes some hundred microseconds to decode, so that the mutex
 * is no bottleneck.
 */
#include "decoders/pt/segments.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define NBUCKETS 1024

#define KEEP_EVENTS 65536 /* in a buffer to decode into; 4 MiB */

enum state { DECODING, READY, FAILED };

struct entry {
	size_t queue, index;
	struct entry *next;          /* in its bucket */
	struct entry *newer, *older; /* in the list of those nobody has pinned */
	unsigned pins;
	enum state state;
	struct tl_pt_events events;
	uint64_t tail;
	struct tl_err err; /* of a failed one */
};

/* What a thread decodes into.  Events are then copied to where there is room for just so many: buffers
 * that grow and are cut to size leave holes that nothing fits into. */
struct workspace {
	struct workspace *next;
	struct tl_pt_events events;
};

struct tl_pt_segments {
	tl_pt_segments_decode *decode;
	void *arg;
	size_t budget;

	pthread_mutex_t lock;  /* of all below */
	pthread_cond_t change; /* some entry is not DECODING any more */
	struct entry *buckets[NBUCKETS];
	struct entry *newest, *oldest;
	size_t used;
	struct workspace *idle; /* as many as threads have decoded at a time */
};

static size_t bytes_of(const struct entry *e)
{
	return sizeof(*e) + e->events.cap * sizeof(*e->events.v);
}

static struct entry **bucket(struct tl_pt_segments *s, size_t queue, size_t index)
{
	uint64_t h = (uint64_t)index * UINT64_C(0x9e3779b97f4a7c15) + queue;

	h *= UINT64_C(0xff51afd7ed558ccd);
	return &s->buckets[h >> 32 & (NBUCKETS - 1)];
}

static void unlink_entry(struct tl_pt_segments *s, struct entry *e)
{
	struct entry **at = bucket(s, e->queue, e->index);

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
}

static void free_entry(struct entry *e)
{
	tl_pt_events_fini(&e->events);
	free(e);
}

static void list_add(struct tl_pt_segments *s, struct entry *e)
{
	e->newer = NULL;
	e->older = s->newest;
	if (s->newest)
		s->newest->newer = e;
	else
		s->oldest = e;
	s->newest = e;
}

static void list_remove(struct tl_pt_segments *s, struct entry *e)
{
	if (e->newer)
		e->newer->older = e->older;
	else
		s->newest = e->older;
	if (e->older)
		e->older->newer = e->newer;
	else
		s->oldest = e->newer;
}

static void evict(struct tl_pt_segments *s)
{
	while (s->used > s->budget && s->oldest) {
		struct entry *e = s->oldest;

		list_remove(s, e);
		unlink_entry(s, e);
		s->used -= bytes_of(e);
		free_entry(e);
	}
}

bool tl_pt_segments_open(size_t bytes, tl_pt_segments_decode *decode, void *arg,
			 struct tl_pt_segments **out, struct tl_err *err)
{
	struct tl_pt_segments *s = calloc(1, sizeof(*s));

	if (!s)
		return tl_err_nomem(err);
	s->decode = decode;
	s->arg = arg;
	s->budget = bytes;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->change, NULL);
	*out = s;
	return true;
}

void tl_pt_segments_limit(struct tl_pt_segments *s, size_t bytes)
{
	pthread_mutex_lock(&s->lock);
	s->budget = bytes;
	evict(s);
	pthread_mutex_unlock(&s->lock);
}

static void free_workspace(struct workspace *w)
{
	tl_pt_events_fini(&w->events);
	free(w);
}

void tl_pt_segments_close(struct tl_pt_segments *s)
{
	struct workspace *w, *next;

	if (!s)
		return;
	s->budget = 0;
	evict(s);
	for (w = s->idle; w; w = next) {
		next = w->next;
		free_workspace(w);
	}
	pthread_cond_destroy(&s->change);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Lock held.  Failed ones are out of the table already. */
static void unpin(struct tl_pt_segments *s, struct entry *e)
{
	if (--e->pins > 0)
		return;
	if (e->state == FAILED) {
		free_entry(e);
		return;
	}
	list_add(s, e);
	evict(s);
}

static bool copy_events(struct tl_pt_events *to, const struct tl_pt_events *from)
{
	if (from->n == 0)
		return true;
	to->v = malloc(from->n * sizeof(*to->v));
	if (!to->v)
		return false;
	memcpy(to->v, from->v, from->n * sizeof(*to->v));
	to->n = to->cap = from->n;
	return true;
}

/* Decode into w and copy what comes out.  No lock is held. */
static bool decode_into(struct tl_pt_segments *s, struct workspace *w, struct entry *e)
{
	w->events.n = 0;
	if (!s->decode(s->arg, e->queue, e->index, &w->events, &e->tail, &e->err))
		return false;
	if (!copy_events(&e->events, &w->events))
		return tl_err_nomem(&e->err);
	return true;
}

/* Lock held; dropped meanwhile. */
static void decode(struct tl_pt_segments *s, struct entry *e)
{
	struct workspace *w = s->idle;
	bool ok;

	if (w)
		s->idle = w->next;
	pthread_mutex_unlock(&s->lock);
	if (!w)
		w = calloc(1, sizeof(*w));
	ok = w ? decode_into(s, w, e) : tl_err_nomem(&e->err);
	if (w && w->events.cap > KEEP_EVENTS)
		tl_pt_events_fini(&w->events);
	pthread_mutex_lock(&s->lock);
	if (w) {
		w->next = s->idle;
		s->idle = w;
	}
	e->state = ok ? READY : FAILED;
	if (ok)
		s->used += bytes_of(e);
	else
		unlink_entry(s, e); /* who comes later tries again */
	pthread_cond_broadcast(&s->change);
	evict(s);
}

bool tl_pt_segments_pin(struct tl_pt_segments *s, size_t queue, size_t index,
			struct tl_pt_pinned *out, struct tl_err *err)
{
	struct entry *e, **at;
	bool ok;

	pthread_mutex_lock(&s->lock);
	at = bucket(s, queue, index);
	for (e = *at; e; e = e->next)
		if (e->queue == queue && e->index == index)
			break;
	if (e) {
		if (e->pins++ == 0)
			list_remove(s, e);
		while (e->state == DECODING)
			pthread_cond_wait(&s->change, &s->lock);
	} else {
		e = calloc(1, sizeof(*e));
		if (!e) {
			pthread_mutex_unlock(&s->lock);
			return tl_err_nomem(err);
		}
		e->queue = queue;
		e->index = index;
		e->pins = 1;
		e->next = *at;
		*at = e;
		decode(s, e);
	}
	ok = e->state == READY;
	if (ok) {
		*out = (struct tl_pt_pinned){ e->events.v, e->events.n, e->tail, e };
	} else {
		if (err)
			*err = e->err;
		unpin(s, e);
	}
	pthread_mutex_unlock(&s->lock);
	return ok;
}

void tl_pt_segments_unpin(struct tl_pt_segments *s, const struct tl_pt_pinned *pinned)
{
	pthread_mutex_lock(&s->lock);
	unpin(s, pinned->entry);
	pthread_mutex_unlock(&s->lock);
}
