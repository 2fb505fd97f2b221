/*
 * cache.c: see cache.h.  A short list of entries under one mutex, which is never held
 * while a chunk is read: an entry is first put into the list as `loading`, then read.
 * An entry that must not be handed out again (dropped, outgrown, unreadable) is `stale`
 * and goes when its last user lets go of it.
 */
#include "text/cache.h"

#include <pthread.h>
#include <stdlib.h>

/* A buffer larger than this is freed, not used again: one big chunk shall not make
 * all of them big. */
#define POOLED_MAX ((size_t)4 << 20)

struct entry {
	struct entry *next;
	uint64_t k;
	struct tl_buf buf;
	size_t nbytes;  /* of buf that count */
	unsigned users; /* pins, the reading thread, and those who wait for it */
	uint64_t used_at;
	bool loading;
	bool stale;
	bool tail;             /* was the last chunk when read: it may have grown since */
	enum tl_lookup answer; /* of the read */
	struct tl_err err;     /* FAILED */
};

struct tl_cache {
	const struct tl_source_ops *ops; /* borrowed, as is self */
	void *self;
	pthread_mutex_t lock;
	pthread_cond_t loaded; /* some entry is not loading any more */
	struct entry *first;
	unsigned nentries;
	size_t nbytes;  /* in them, as far as they are read */
	uint64_t clock; /* of used_at */
};

bool tl_cache_open(const struct tl_source_ops *ops, void *self, struct tl_cache **out,
		   struct tl_err *err)
{
	struct tl_cache *c = calloc(1, sizeof(*c));

	if (!c)
		return tl_err_nomem(err);
	c->ops = ops;
	c->self = self;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->loaded, NULL);
	*out = c;
	return true;
}

static void free_entry(struct entry *e)
{
	tl_buf_fini(&e->buf);
	free(e);
}

void tl_cache_close(struct tl_cache *c)
{
	if (!c)
		return;
	while (c->first) {
		struct entry *e = c->first;

		c->first = e->next;
		free_entry(e);
	}
	pthread_cond_destroy(&c->loaded);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* The functions below run with the lock held. */

static void take_out(struct tl_cache *c, struct entry *e)
{
	struct entry **at = &c->first;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	c->nentries--;
	c->nbytes -= e->nbytes;
}

/* The entry that nobody uses and nobody has used for longest; NULL: all are in use. */
static struct entry *oldest(const struct tl_cache *c)
{
	struct entry *old = NULL;

	for (struct entry *e = c->first; e; e = e->next)
		if (e->users == 0 && (!old || e->used_at < old->used_at))
			old = e;
	return old;
}

/* Large chunks were read: keep fewer, but at least the last one, however large. */
static void shrink(struct tl_cache *c)
{
	struct entry *old;

	while (c->nbytes > TL_CACHE_BYTES && c->nentries > 1 && (old = oldest(c))) {
		take_out(c, old);
		free_entry(old);
	}
}

static void let_go(struct tl_cache *c, struct entry *e)
{
	if (--e->users > 0)
		return;
	if (e->stale || c->nentries > TL_CACHE_CHUNKS) {
		take_out(c, e);
		free_entry(e);
	} else {
		shrink(c);
	}
}

static void make_stale(struct tl_cache *c, struct entry *e)
{
	e->stale = true;
	e->users++;
	let_go(c, e);
}

/* An entry for chunk k, its buffer taken from the one unused for longest if the cache is
 * full.  When all are pinned the cache is larger than it should be for a while. */
static struct entry *new_entry(struct tl_cache *c, uint64_t k)
{
	struct entry *old = NULL, *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	if (c->nentries >= TL_CACHE_CHUNKS)
		old = oldest(c);
	if (old) {
		take_out(c, old);
		if (old->buf.cap <= POOLED_MAX) {
			e->buf = old->buf;
			e->buf.len = 0;
			old->buf = (struct tl_buf)TL_BUF_INIT;
		}
		free_entry(old);
	}
	e->k = k;
	e->users = 1;
	e->next = c->first;
	c->first = e;
	c->nentries++;
	return e;
}

/* Does the entry hold all of its chunk, and no more than that, now? */
static bool is_current(const struct entry *e, const struct tl_extent *now)
{
	if (e->k + 1 < now->nchunks)
		return !e->tail;
	return e->k + 1 == now->nchunks &&
	       (now->last_len == UINT64_MAX || now->last_len == e->buf.len);
}

static struct entry *find(struct tl_cache *c, uint64_t k, const struct tl_extent *now)
{
	for (struct entry *e = c->first; e; e = e->next) {
		if (e->k != k || e->stale)
			continue;
		if (e->loading || is_current(e, now))
			return e;
		make_stale(c, e);
		return NULL;
	}
	return NULL;
}

/* Lets go of the lock while it reads. */
static void load(struct tl_cache *c, struct entry *e, const struct tl_extent *before)
{
	enum tl_lookup answer = TL_FAILED;

	pthread_mutex_unlock(&c->lock);
	/* Room for one byte, so that an empty chunk has an address too. */
	if (tl_buf_reserve(&e->buf, 1))
		answer = c->ops->read(c->self, e->k, &e->buf, &e->err);
	else
		tl_err_nomem(&e->err);
	pthread_mutex_lock(&c->lock);
	e->answer = answer;
	e->tail = e->k + 1 >= before->nchunks && e->buf.len < (UINT64_C(1) << c->ops->shift);
	e->loading = false;
	e->nbytes = e->buf.cap;
	c->nbytes += e->nbytes;
	if (answer != TL_FOUND)
		e->stale = true;
	shrink(c);
	pthread_cond_broadcast(&c->loaded);
}

/* The entry of chunk k, if it is here or about to be.  What another thread reads may be outgrown when it
 * comes: it was asked for earlier. */
static struct entry *wait_for(struct tl_cache *c, uint64_t k, const struct tl_extent *now)
{
	struct entry *e;

	while ((e = find(c, k, now))) {
		bool waited = e->loading;

		e->users++;
		while (e->loading)
			pthread_cond_wait(&c->loaded, &c->lock);
		if (!waited || e->answer != TL_FOUND || is_current(e, now))
			break;
		e->stale = true;
		let_go(c, e);
	}
	return e;
}

enum tl_lookup tl_cache_pin(struct tl_cache *c, uint64_t k, struct tl_span *out, struct tl_err *err)
{
	struct tl_extent now;
	struct entry *e;
	enum tl_lookup answer;

	c->ops->extent(c->self, &now);
	pthread_mutex_lock(&c->lock);
	e = wait_for(c, k, &now);
	if (!e) {
		e = new_entry(c, k);
		if (!e) {
			pthread_mutex_unlock(&c->lock);
			tl_err_nomem(err);
			return TL_FAILED;
		}
		e->loading = true;
		load(c, e, &now);
	}
	answer = e->answer;
	if (answer == TL_FOUND) {
		e->used_at = ++c->clock;
		*out = (struct tl_span){ e->buf.data, e->buf.len };
	} else {
		if (answer == TL_FAILED && err)
			*err = e->err;
		let_go(c, e);
	}
	pthread_mutex_unlock(&c->lock);
	return answer;
}

void tl_cache_unpin(struct tl_cache *c, uint64_t k, const struct tl_span *span)
{
	pthread_mutex_lock(&c->lock);
	/* By its address, as chunk k may have been read anew since.  An entry being read was not
	 * handed out yet, and its buffer belongs to the reading thread. */
	for (struct entry *e = c->first; e; e = e->next) {
		if (e->k == k && !e->loading && e->buf.data == span->data && e->users > 0) {
			let_go(c, e);
			break;
		}
	}
	pthread_mutex_unlock(&c->lock);
}

void tl_cache_drop(struct tl_cache *c)
{
	struct entry *next;

	pthread_mutex_lock(&c->lock);
	for (struct entry *e = c->first; e; e = next) {
		next = e->next;
		make_stale(c, e);
	}
	pthread_mutex_unlock(&c->lock);
}
