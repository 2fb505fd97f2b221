/*
 * pour.c: see pour.h.  A ring of buffers: workers claim the next chunk and fill its place, this
 * thread empties the places in order.  The chunk that is next to be taken is always begun,
 * whatever else waits: so a few large chunks cannot bring it to a stop.
 */
#include "pager/pour.h"

#include <pthread.h>
#include <stdlib.h>

#define KEEP_BYTES ((size_t)64 << 20) /* of empty buffers, to be used again */

struct place {
	struct tl_buf buf;
	bool full;
	enum tl_lookup answer;
	struct tl_err err;
};

struct pour {
	struct tl_source *src;
	size_t nplaces;

	pthread_mutex_t lock;  /* of all below */
	pthread_cond_t filled; /* a place, or the text is complete */
	uint64_t nchunks;      /* that have all their bytes */
	bool complete;         /* there will be no more */
	struct place *places;
	uint64_t claimed; /* chunks; those below `taken` are gone */
	uint64_t taken;
	size_t waiting;       /* bytes */
	struct tl_buf *spare; /* empty buffers, to be filled again */
	size_t nspare, kept;  /* how many, and their room */
};

static bool may_claim(const struct pour *p)
{
	if (p->claimed >= p->nchunks || p->claimed - p->taken >= p->nplaces)
		return false;
	return p->claimed == p->taken || p->waiting < TL_POUR_BYTES;
}

/* Look how much text there is by now; the last chunk may still grow. */
static void look(struct pour *p)
{
	struct tl_extent ext;

	if (p->complete)
		return;
	tl_source_extent(p->src, &ext);
	p->complete = ext.complete;
	p->nchunks = ext.complete || ext.nchunks == 0 ? ext.nchunks : ext.nchunks - 1;
	if (p->complete)
		pthread_cond_signal(&p->filled);
}

static enum tl_step pour_step(void *self, struct tl_worker *w)
{
	struct pour *p = self;
	struct place *at;
	uint64_t k;

	pthread_mutex_lock(&p->lock);
	look(p);
	if (!may_claim(p)) {
		bool all = p->complete && p->claimed >= p->nchunks;

		pthread_mutex_unlock(&p->lock);
		return all ? TL_STEP_DONE : TL_STEP_WAIT;
	}
	k = p->claimed++;
	at = &p->places[k % p->nplaces];
	if (p->nspare > 0) {
		at->buf = p->spare[--p->nspare];
		p->kept -= at->buf.cap;
	}
	pthread_mutex_unlock(&p->lock);

	at->buf.len = 0;
	at->answer = tl_source_read(p->src, k, &at->buf, &at->err);

	pthread_mutex_lock(&p->lock);
	at->full = true;
	p->waiting += at->buf.len;
	pthread_cond_signal(&p->filled);
	pthread_mutex_unlock(&p->lock);
	return TL_STEP_MORE;
}

/* Take chunk k.  False: no more are to be taken; *on says whether anybody wants them. */
static bool take_next(struct pour *p, struct tl_jobs *pool,
		      bool (*take)(void *arg, struct tl_span bytes), void *arg, bool *on,
		      struct tl_err *err)
{
	struct place *at = &p->places[p->taken % p->nplaces];

	bool over;

	tl_source_want(p->src, p->taken + 2 * p->nplaces);
	pthread_mutex_lock(&p->lock);
	while (!at->full && !(p->complete && p->taken >= p->nchunks))
		pthread_cond_wait(&p->filled, &p->lock);
	over = !at->full;
	pthread_mutex_unlock(&p->lock);
	if (over)
		return false;
	if (at->answer == TL_FAILED) {
		*err = at->err;
		return false;
	}
	*on = at->buf.len == 0 || take(arg, (struct tl_span){ at->buf.data, at->buf.len });

	pthread_mutex_lock(&p->lock);
	at->full = false;
	p->taken++;
	p->waiting -= at->buf.len;
	if (p->kept + at->buf.cap > KEEP_BYTES) {
		tl_buf_fini(&at->buf);
	} else {
		p->kept += at->buf.cap;
		p->spare[p->nspare++] = at->buf;
		at->buf = (struct tl_buf)TL_BUF_INIT;
	}
	pthread_mutex_unlock(&p->lock);
	tl_jobs_wake(pool);
	return *on;
}

bool tl_pour(struct tl_source *src, struct tl_jobs *pool,
	     bool (*take)(void *arg, struct tl_span bytes), void *arg, struct tl_err *err)
{
	static const struct tl_job_ops ops = { .step = pour_step };
	struct pour p = { .src = src, .nplaces = 4 * (size_t)tl_jobs_width(pool) };
	struct tl_job *job;
	bool on = true;

	look(&p); /* nobody else does yet */
	p.places = calloc(p.nplaces, sizeof(*p.places));
	p.spare = calloc(p.nplaces, sizeof(*p.spare));
	pthread_mutex_init(&p.lock, NULL);
	pthread_cond_init(&p.filled, NULL);
	job = p.places && p.spare ? tl_jobs_start(pool, TL_URGENT, &ops, &p) : NULL;
	if (!job)
		tl_err_nomem(err);
	while (job && take_next(&p, pool, take, arg, &on, err))
		;
	if (job) {
		tl_job_cancel(job);
		tl_job_join(job);
		tl_job_release(job);
	}
	for (size_t i = 0; p.places && i < p.nplaces; i++)
		tl_buf_fini(&p.places[i].buf);
	while (p.nspare > 0)
		tl_buf_fini(&p.spare[--p.nspare]);
	free(p.places);
	free(p.spare);
	pthread_cond_destroy(&p.filled);
	pthread_mutex_destroy(&p.lock);
	return on;
}
