/* callcache.c: see callcache.h.  A list, by use; who wants what is being made waits for it. */
#include "index/callcache.h"

#include <pthread.h>
#include <stdlib.h>

#define KEPT_BYTES ((size_t)32 << 20)

struct entry {
	struct entry *newer, *older; /* by use */
	uint64_t k;
	struct tl_calls calls;
	unsigned pins;
	bool making;
	bool failed;  /* goes when nobody looks any more */
	bool broken;  /* they cannot be told: err */
	bool at_tail; /* may be different when the text has grown */
	struct tl_err err;
};

struct tl_callcache {
	struct tl_source *src;
	struct tl_callteller who;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t made;
	struct entry *newest, *oldest;
	size_t bytes;
	struct tl_extent extent; /* as of the last look */
};

bool tl_callcache_new(struct tl_source *src, const struct tl_callteller *who,
		      struct tl_callcache **out, struct tl_err *err)
{
	struct tl_callcache *c = calloc(1, sizeof(*c));

	if (!c)
		return tl_err_nomem(err);
	c->src = src;
	c->who = *who;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->made, NULL);
	*out = c;
	return true;
}

/* ---- the list; the lock is held */

static size_t size_of(const struct entry *e)
{
	return sizeof(*e) + e->calls.lines_cap * sizeof(*e->calls.lines) +
	       e->calls.threads_cap * sizeof(*e->calls.threads);
}

static void unlink_entry(struct tl_callcache *c, struct entry *e)
{
	*(e->newer ? &e->newer->older : &c->newest) = e->older;
	*(e->older ? &e->older->newer : &c->oldest) = e->newer;
}

static void link_newest(struct tl_callcache *c, struct entry *e)
{
	e->newer = NULL;
	e->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
}

static void drop(struct tl_callcache *c, struct entry *e)
{
	unlink_entry(c, e);
	c->bytes -= size_of(e);
	tl_calls_fini(&e->calls);
	free(e);
}

static void make_room(struct tl_callcache *c)
{
	struct entry *e = c->oldest, *newer;

	for (; e && c->bytes > KEPT_BYTES; e = newer) {
		newer = e->newer;
		if (e->pins == 0)
			drop(c, e);
	}
}

static struct entry *find(struct tl_callcache *c, uint64_t k)
{
	struct entry *e = c->newest;

	while (e && (e->k != k || e->failed))
		e = e->older;
	return e;
}

/* Those that nobody looks at, of all or of those at the text's end. */
static void drop_some(struct tl_callcache *c, bool tail_only)
{
	for (struct entry *e = c->newest, *older; e; e = older) {
		older = e->older;
		if (tail_only && !e->at_tail)
			continue;
		if (e->pins == 0)
			drop(c, e);
		else
			e->failed = true; /* is not found any more */
	}
}

void tl_callcache_drop(struct tl_callcache *c)
{
	pthread_mutex_lock(&c->lock);
	drop_some(c, false);
	pthread_mutex_unlock(&c->lock);
}

void tl_callcache_close(struct tl_callcache *c)
{
	if (!c)
		return;
	while (c->newest)
		drop(c, c->newest);
	pthread_cond_destroy(&c->made);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* ---- getting them */

static void look_at_extent(struct tl_callcache *c)
{
	struct tl_extent ex;

	tl_source_extent(c->src, &ex);
	if (ex.nchunks != c->extent.nchunks || ex.last_len != c->extent.last_len)
		drop_some(c, true);
	c->extent = ex;
}

static struct entry *add(struct tl_callcache *c, uint64_t k)
{
	struct entry *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->k = k;
	e->making = true;
	e->at_tail = k + 2 >= c->extent.nchunks; /* its last line may go on in the last chunk */
	c->bytes += size_of(e);
	link_newest(c, e);
	return e;
}

/* The lock is held, but not meanwhile. */
static void make(struct tl_callcache *c, struct entry *e)
{
	struct tl_calls calls = { .absolute = false };
	bool ok;

	pthread_mutex_unlock(&c->lock);
	ok = c->who.calls(c->who.arg, e->k, &calls, &e->err);
	pthread_mutex_lock(&c->lock);
	c->bytes -= size_of(e);
	e->calls = calls;
	c->bytes += size_of(e);
	e->making = false;
	e->broken = !ok;
	e->failed = e->failed || !ok;
	pthread_cond_broadcast(&c->made);
	make_room(c);
}

static void unpin(struct tl_callcache *c, struct entry *e)
{
	if (--e->pins == 0 && e->failed)
		drop(c, e);
}

/* The lock is held. */
static enum tl_lookup pin(struct tl_callcache *c, uint64_t k, const struct tl_calls **out,
			  struct tl_err *err)
{
	struct entry *e = find(c, k);

	if (e) {
		unlink_entry(c, e);
		link_newest(c, e);
		e->pins++;
		while (e->making)
			pthread_cond_wait(&c->made, &c->lock);
	} else {
		e = add(c, k);
		if (!e) {
			tl_err_nomem(err);
			return TL_FAILED;
		}
		e->pins++;
		make(c, e);
	}
	if (e->broken) {
		if (err)
			*err = e->err;
		unpin(c, e);
		return TL_FAILED;
	}
	*out = &e->calls;
	return TL_FOUND;
}

enum tl_lookup tl_callcache_pin(struct tl_callcache *c, uint64_t k, const struct tl_calls **out,
				struct tl_err *err)
{
	enum tl_lookup found;

	pthread_mutex_lock(&c->lock);
	look_at_extent(c);
	if (k < c->extent.nchunks) {
		found = pin(c, k, out, err);
	} else {
		found = c->extent.complete ? TL_NONE : TL_PENDING;
		if (found == TL_PENDING)
			tl_source_want(c->src, k + 1);
	}
	pthread_mutex_unlock(&c->lock);
	return found;
}

enum tl_lookup tl_callcache_try(struct tl_callcache *c, uint64_t k, const struct tl_calls **out)
{
	enum tl_lookup found = TL_PENDING;
	struct entry *e;

	pthread_mutex_lock(&c->lock);
	look_at_extent(c);
	e = find(c, k);
	if (e && !e->making) {
		e->pins++;
		*out = &e->calls;
		found = TL_FOUND;
	}
	pthread_mutex_unlock(&c->lock);
	return found;
}

void tl_callcache_unpin(struct tl_callcache *c, const struct tl_calls *calls)
{
	struct entry *e;

	pthread_mutex_lock(&c->lock);
	for (e = c->newest; &e->calls != calls; e = e->older)
		;
	unpin(c, e);
	pthread_mutex_unlock(&c->lock);
}

void tl_callcache_prepare(struct tl_callcache *c, uint64_t k)
{
	const struct tl_calls *calls;
	bool has;

	pthread_mutex_lock(&c->lock);
	has = find(c, k) || k >= c->extent.nchunks;
	pthread_mutex_unlock(&c->lock);
	if (!has && tl_callcache_pin(c, k, &calls, NULL) == TL_FOUND)
		tl_callcache_unpin(c, calls);
}

/* ---- lines */

const struct tl_callline *tl_calls_find(const struct tl_calls *c, uint64_t byte)
{
	size_t low = 0, high = c->nlines;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (c->lines[mid].byte <= byte)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 && c->lines[low - 1].byte == byte ? &c->lines[low - 1] : NULL;
}

int32_t tl_calls_ends(const struct tl_calls *c, uint64_t thread)
{
	for (size_t i = 0; !c->absolute && i < c->nthreads; i++)
		if (c->threads[i].thread == thread)
			return c->threads[i].ends;
	return 0;
}
