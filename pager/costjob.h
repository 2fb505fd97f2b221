/*
 * costjob.h: counting what calls cost in a recording (tl_cost_ops of decoder.h) with all workers:
 * they count chunks, and whoever has the next one in the row adds what has come together.
 */
#ifndef TL_PAGER_COSTJOB_H
#define TL_PAGER_COSTJOB_H

#include "base/jobs.h"
#include "base/mailbox.h"
#include "decoders/decoder.h"

struct tl_costjob;

enum tl_cost_state { TL_COST_RUNNING, TL_COST_DONE, TL_COST_FAILED };

/*
 * Start; takes the count, also on failure.  `mailbox` gets TL_MSG_COSTS at the end; NULL: nobody
 * asks but by waiting.  Main thread, as all below.
 */
bool tl_costjob_start(const struct tl_cost_count *count, struct tl_jobs *pool,
		      struct tl_mailbox *mailbox, struct tl_costjob **out, struct tl_err *err);

/* How it stands; *how_far is from 0 to 1, err is set where it failed.  out may be NULL. */
enum tl_cost_state tl_costjob_state(struct tl_costjob *job, double *how_far, struct tl_err *err);

/* Until it has ended. */
void tl_costjob_wait(struct tl_costjob *job);

/* What was counted; only where it is done.  Valid until close. */
bool tl_costjob_result(struct tl_costjob *job, struct tl_cost_result *out, struct tl_err *err);

/* Gives up what is not done, and waits for the chunks that are being counted.  NULL is fine. */
void tl_costjob_close(struct tl_costjob *job);

#endif
