/*
 * jobs.h: the worker pool.  A job is long work cut into short steps (a chunk each);
 * workers always take a step of the most urgent job, so a search overtakes line
 * counting at once, and any job can be cancelled between steps.
 */
#ifndef TL_BASE_JOBS_H
#define TL_BASE_JOBS_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/* A worker's buffer that has grown larger than this is freed, not kept: a chunk of a recording's text
 * takes up to 5 MiB, and what is smaller and freed each time leaves holes in the heap. */
#define TL_WORKER_KEEP ((size_t)6 << 20)

/* What a worker brings along: storage that lives as long as the thread. */
struct tl_worker {
	unsigned id;       /* 0 .. tl_jobs_width() - 1 */
	struct tl_buf buf; /* for the bytes of a chunk; kept between steps */
};

enum tl_step {
	TL_STEP_MORE, /* did something; there is more */
	TL_STEP_WAIT, /* nothing to do until tl_jobs_wake(), or until another step has done something */
	TL_STEP_DONE, /* all steps are handed out; others may still be running */
};

enum tl_urgency { TL_URGENT, TL_BACKGROUND };

struct tl_job_ops {
	/* One step, a few milliseconds at the most.  Several workers at once. */
	enum tl_step (*step)(void *self, struct tl_worker *w);
	/*
	 * Called once, when no step runs any more and none will: the last of the
	 * work, and the place to free `self`.  On a worker, or within tl_jobs_close().
	 */
	void (*done)(void *self, bool cancelled);
};

struct tl_jobs;
struct tl_job;

/* A pool of `nthreads` workers, started with the first job; 0: one a CPU, 16 at the most. */
bool tl_jobs_open(unsigned nthreads, struct tl_jobs **out, struct tl_err *err);

/* Cancel all jobs, wait for running steps, call every done().  Handles are to be released
 * before.  NULL is fine. */
void tl_jobs_close(struct tl_jobs *pool);

unsigned tl_jobs_width(const struct tl_jobs *pool);

/*
 * Start a job.  The returned handle stays valid until tl_job_release(), also after
 * the job has ended.  NULL: out of memory or threads, done() was not called.  Any thread.
 */
struct tl_job *tl_jobs_start(struct tl_jobs *pool, enum tl_urgency urgency,
			     const struct tl_job_ops *ops, void *self);

/* No more steps will begin; done(cancelled = true) follows.  Does not wait.  Any thread. */
void tl_job_cancel(struct tl_job *job);

/* Did somebody cancel it?  A long step asks now and then.  Any thread. */
bool tl_job_cancelled(const struct tl_job *job);

/* Wait until done() has returned.  Not from a step. */
void tl_job_join(struct tl_job *job);

/* Give the handle back; the job itself goes on.  NULL is fine. */
void tl_job_release(struct tl_job *job);

/*
 * Somebody waits at the keyboard for an urgent step: for `ms` milliseconds from now on no background step
 * begins.  0: they may begin again.  The last call counts.  Any thread.
 */
void tl_jobs_hush(struct tl_jobs *pool, unsigned ms);

/* Jobs that answered TL_STEP_WAIT are asked again.  Any thread. */
void tl_jobs_wake(struct tl_jobs *pool);

#endif
