/*
 * jobs.c: see jobs.h.  One mutex guards the list of jobs; steps run outside it.
 * A step takes some 50 us or more, so the mutex is no bottleneck.
 */
#include "base/jobs.h"

#include "base/now.h"
#include "base/threadsignals.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MAX_WORKERS 16

struct tl_job {
	struct tl_job *next;
	struct tl_jobs *pool;
	const struct tl_job_ops *ops;
	void *self;
	enum tl_urgency urgency;
	unsigned running;  /* steps under way */
	unsigned refs;     /* the pool's and the handle's */
	uint64_t news;     /* steps that did something */
	uint64_t slept_at; /* what happened() when a step found nothing to do */
	bool asleep;
	bool drained;  /* no more steps to hand out */
	bool finished; /* done() has returned */
	atomic_bool cancelled;
};

struct thread {
	pthread_t id;
	struct tl_jobs *pool;
	struct tl_worker w;
};

struct tl_jobs {
	pthread_mutex_t lock;
	pthread_cond_t work;  /* something to do for workers */
	pthread_cond_t ended; /* some job finished */
	struct tl_job *first; /* urgent ones before background ones, old before new */
	uint64_t wakes;
	uint64_t hushed_until; /* by tl_now_ns(), background steps do not begin; 0: they do */
	bool closing;
	unsigned width;    /* threads there shall be */
	unsigned nthreads; /* started; they are not before the first job */
	struct thread threads[MAX_WORKERS];
};

/* Counts what may have given the job something to do. */
static uint64_t happened(const struct tl_jobs *pool, const struct tl_job *job)
{
	return pool->wakes + job->news;
}

static void unref(struct tl_job *job) /* with the lock held */
{
	if (--job->refs == 0)
		free(job);
}

static void unlink_job(struct tl_jobs *pool, struct tl_job *job)
{
	struct tl_job **at = &pool->first;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
}

/* Lock held; drops it while done() runs. */
static void finish_if_idle(struct tl_jobs *pool, struct tl_job *job)
{
	bool over = job->drained || atomic_load(&job->cancelled);

	if (!over || job->running > 0)
		return;
	unlink_job(pool, job);
	pthread_mutex_unlock(&pool->lock);
	if (job->ops->done)
		job->ops->done(job->self, atomic_load(&job->cancelled));
	pthread_mutex_lock(&pool->lock);
	job->finished = true;
	pthread_cond_broadcast(&pool->ended);
	unref(job);
}

/* Lock held.  Is the background to be quiet now? */
static bool is_hushed(struct tl_jobs *pool)
{
	if (pool->hushed_until != 0 && tl_now_ns() >= pool->hushed_until)
		pool->hushed_until = 0;
	return pool->hushed_until != 0;
}

/*
 * A cancelled job comes before all others: somebody waits for its end, who must not wait for
 * an older job that has hours of work.
 */
static struct tl_job *next_job(struct tl_jobs *pool, bool hushed)
{
	struct tl_job *best = NULL;

	for (struct tl_job *job = pool->first; job; job = job->next) {
		if (atomic_load(&job->cancelled)) {
			if (job->running == 0)
				return job;
			continue;
		}
		if (best || job->drained)
			continue;
		if (job->asleep && job->slept_at == happened(pool, job))
			continue;
		if (job->urgency == TL_URGENT || !hushed)
			best = job;
	}
	if (best)
		best->asleep = false;
	return best;
}

static void run_step(struct tl_jobs *pool, struct tl_job *job, struct tl_worker *w)
{
	uint64_t seen = happened(pool, job);
	enum tl_step answer;

	if (!atomic_load(&job->cancelled)) {
		job->running++;
		pthread_mutex_unlock(&pool->lock);
		answer = job->ops->step(job->self, w);
		pthread_mutex_lock(&pool->lock);
		job->running--;
		if (answer == TL_STEP_DONE) {
			job->drained = true;
		} else if (answer == TL_STEP_WAIT) {
			job->asleep = true;
			job->slept_at = seen; /* a wake during the step counts */
		} else {
			job->news++; /* so does what another step did meanwhile */
			if (job->asleep)
				pthread_cond_broadcast(&pool->work);
		}
	}
	finish_if_idle(pool, job);
}

/* Lock held: until there may be something to do.  Whoever passed over the background for a hush must be told so, also
 * where that has ended since then: nobody else would wake him for its work. */
static void wait_for_work(struct tl_jobs *pool, bool hushed)
{
	struct timespec until = {
		.tv_sec = (time_t)(pool->hushed_until / 1000000000),
		.tv_nsec = (long)(pool->hushed_until % 1000000000),
	};

	if (hushed)
		pthread_cond_timedwait(&pool->work, &pool->lock, &until);
	else
		pthread_cond_wait(&pool->work, &pool->lock);
}

static void *work(void *arg)
{
	struct thread *self = arg;
	struct tl_jobs *pool = self->pool;

	tl_thread_leave_signals();
	pthread_mutex_lock(&pool->lock);
	while (!pool->closing) {
		bool hushed = is_hushed(pool);
		struct tl_job *job = next_job(pool, hushed);

		if (job)
			run_step(pool, job, &self->w);
		else
			wait_for_work(pool, hushed);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

/* Lock held.  False: there is not even one thread. */
static bool start_threads(struct tl_jobs *pool)
{
	while (pool->nthreads < pool->width) {
		struct thread *t = &pool->threads[pool->nthreads];

		t->pool = pool;
		t->w.id = pool->nthreads;
		if (pthread_create(&t->id, NULL, work, t) != 0)
			break;
		pool->nthreads++;
	}
	return pool->nthreads > 0;
}

bool tl_jobs_open(unsigned nthreads, struct tl_jobs **out, struct tl_err *err)
{
	struct tl_jobs *pool = calloc(1, sizeof(*pool));
	long ncpu = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_condattr_t steady;

	if (!pool)
		return tl_err_nomem(err);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->work, &steady);
	pthread_condattr_destroy(&steady);
	pthread_cond_init(&pool->ended, NULL);
	if (nthreads == 0)
		nthreads = ncpu > 0 ? (unsigned)ncpu : 1;
	pool->width = nthreads > MAX_WORKERS ? MAX_WORKERS : nthreads;
	*out = pool;
	return true;
}

void tl_jobs_close(struct tl_jobs *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->closing = true;
	for (struct tl_job *job = pool->first; job; job = job->next)
		atomic_store(&job->cancelled, true);
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->nthreads; i++) {
		pthread_join(pool->threads[i].id, NULL);
		tl_buf_fini(&pool->threads[i].w.buf);
	}
	pthread_mutex_lock(&pool->lock);
	while (pool->first)
		finish_if_idle(pool, pool->first);
	pthread_mutex_unlock(&pool->lock);
	pthread_cond_destroy(&pool->ended);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

unsigned tl_jobs_width(const struct tl_jobs *pool)
{
	return pool->width;
}

struct tl_job *tl_jobs_start(struct tl_jobs *pool, enum tl_urgency urgency,
			     const struct tl_job_ops *ops, void *self)
{
	struct tl_job *job = calloc(1, sizeof(*job));
	struct tl_job **at;

	if (!job)
		return NULL;
	job->pool = pool;
	job->ops = ops;
	job->self = self;
	job->urgency = urgency;
	job->refs = 2;
	pthread_mutex_lock(&pool->lock);
	if (!pool->closing && !start_threads(pool)) {
		pthread_mutex_unlock(&pool->lock);
		free(job);
		return NULL;
	}
	atomic_store(&job->cancelled, pool->closing); /* started by a done() of tl_jobs_close() */
	for (at = &pool->first; *at && (*at)->urgency <= urgency; at = &(*at)->next)
		;
	job->next = *at;
	*at = job;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	return job;
}

void tl_job_cancel(struct tl_job *job)
{
	struct tl_jobs *pool = job->pool;

	pthread_mutex_lock(&pool->lock);
	atomic_store(&job->cancelled, true);
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
}

bool tl_job_cancelled(const struct tl_job *job)
{
	return atomic_load(&job->cancelled);
}

void tl_job_join(struct tl_job *job)
{
	struct tl_jobs *pool = job->pool;

	pthread_mutex_lock(&pool->lock);
	while (!job->finished)
		pthread_cond_wait(&pool->ended, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
}

void tl_job_release(struct tl_job *job)
{
	struct tl_jobs *pool;

	if (!job)
		return;
	pool = job->pool;
	pthread_mutex_lock(&pool->lock);
	unref(job);
	pthread_mutex_unlock(&pool->lock);
}

void tl_jobs_hush(struct tl_jobs *pool, unsigned ms)
{
	uint64_t until = ms > 0 ? tl_now_ns() + ms * UINT64_C(1000000) : 0;
	bool sooner;

	pthread_mutex_lock(&pool->lock);
	sooner = until < pool->hushed_until;
	pool->hushed_until = until;
	if (sooner)
		pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
}

void tl_jobs_wake(struct tl_jobs *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->wakes++;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
}
