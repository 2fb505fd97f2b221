/*
 * costjob.h: counting what calls cost (tl_cost_ops of decoder.h) with all workers:
 * they count chunks, and whoever has the next one in the row adds what has come together.
 */
#ifndef TL_PAGER_COSTJOB_H
#define TL_PAGER_COSTJOB_H

#include "base/jobs.h"
#include "base/mailbox.h"
#include "base/progress.h"
#include "decoders/decoder.h"

struct tl_costjob;

enum tl_cost_state { TL_COST_RUNNING, TL_COST_DONE, TL_COST_FAILED };

/* What is made of the result, by a worker, as part of the job. */
struct tl_cost_use {
	/* The result is valid until it returns.  False: err says why, or progress was told to give up. */
	bool (*make)(void *arg, const struct tl_cost_result *result,
		     const struct tl_progress *progress, struct tl_err *err);
	void (*drop)(void *arg); /* when the job is closed; main thread */
	void *arg;
};

/*
 * Start; takes the count and use->arg, also on failure.  `use` may be NULL: the result is asked for then.
 * `mailbox` gets TL_MSG_COSTS at the end; NULL: nobody asks but by waiting.  Main thread, as all below.
 */
bool tl_costjob_start(const struct tl_cost_count *count, const struct tl_cost_use *use,
		      struct tl_jobs *pool, struct tl_mailbox *mailbox, struct tl_costjob **out,
		      struct tl_err *err);

/* How it stands; *how_far is from 0 to 1, err is set where it failed.  out may be NULL. */
enum tl_cost_state tl_costjob_state(struct tl_costjob *job, double *how_far, struct tl_err *err);

/* Until it has ended. */
void tl_costjob_wait(struct tl_costjob *job);

/* What was counted; only where it is done, and without `use`.  Valid until close. */
bool tl_costjob_result(struct tl_costjob *job, struct tl_cost_result *out, struct tl_err *err);

/* Gives up what is not done, and waits for the chunks that are being counted.  NULL is fine. */
void tl_costjob_close(struct tl_costjob *job);

/*
 * The same without waiting, for a job with `use`: it is put on a list, of which those are closed that are over.
 * Whoever closes what was counted closes all of the list before.  NULL is fine.
 */
void tl_costjob_leave(struct tl_costjob *job, struct tl_costjob **left);
void tl_costjob_close_all(struct tl_costjob **left);

#endif
