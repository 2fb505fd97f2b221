/*
 * costjob.c: see costjob.h.  Chunks are counted in any order and added in theirs: a ring holds what
 * waits for one before it.
 */
#include "pager/costjob.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct place {
	bool full;
	void *part;
};

/* What is made of the result is so much of the whole work, as far as one is told. */
#define USE_SHARE 0.1

struct tl_costjob {
	struct tl_cost_count count;
	struct tl_cost_use use;  /* make: NULL, or the count is closed when the job ends */
	struct tl_costjob *next; /* of those that were left */
	struct tl_mailbox *mailbox;
	struct tl_job *job;
	size_t nplaces;

	atomic_bool stop;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t ended;
	struct place *places;    /* of chunk k: k % nplaces */
	uint64_t claimed, added; /* chunks before these */
	bool adding;             /* somebody is, or makes something of the sum */
	double used;             /* how far that is, 0 .. 1 */
	bool begins, begun;      /* somebody finds out which chunks there are; it is known */
	bool over;               /* no worker has to do with it any more */
	enum tl_cost_state state;
	struct tl_err err;
};

/* With the lock held. */
static void end(struct tl_costjob *j, enum tl_cost_state state)
{
	const struct tl_msg msg = { TL_MSG_COSTS, j };

	if (j->state != TL_COST_RUNNING)
		return;
	j->state = state;
	pthread_cond_broadcast(&j->ended);
	tl_mailbox_post(j->mailbox, &msg);
}

static bool go_on(void *arg, double done)
{
	struct tl_costjob *j = arg;

	pthread_mutex_lock(&j->lock);
	j->used = done;
	pthread_mutex_unlock(&j->lock);
	return !atomic_load(&j->stop) && !tl_job_cancelled(j->job);
}

/* With the lock held, which is given back meanwhile. */
static void use_sum(struct tl_costjob *j)
{
	const struct tl_progress progress = { go_on, j };
	struct tl_cost_result result;
	struct tl_err err = TL_ERR_INIT;
	bool ok;

	pthread_mutex_unlock(&j->lock);
	ok = !j->use.make || (j->count.ops->result(j->count.count, &result, &err) && go_on(j, 0) &&
			      j->use.make(j->use.arg, &result, &progress, &err));
	pthread_mutex_lock(&j->lock);
	if (!ok)
		j->err = err;
	end(j, ok ? TL_COST_DONE : TL_COST_FAILED);
}

/* With the lock held.  Does anybody still want what comes of it? */
static bool is_wanted(const struct tl_costjob *j)
{
	return j->state == TL_COST_RUNNING && !atomic_load(&j->stop);
}

/* With the lock held, which is given back while a part is added. */
static void add_all(struct tl_costjob *j)
{
	struct place *at = &j->places[j->added % j->nplaces];

	if (j->adding)
		return; /* who does will see it */
	j->adding = true;
	for (; at->full && is_wanted(j); at = &j->places[j->added % j->nplaces]) {
		void *part = at->part;
		struct tl_err err = TL_ERR_INIT;
		bool ok;

		*at = (struct place){ 0 };
		pthread_mutex_unlock(&j->lock);
		ok = j->count.ops->add(j->count.count, part, &err);
		pthread_mutex_lock(&j->lock);
		j->added++;
		if (!ok) {
			j->err = err;
			end(j, TL_COST_FAILED);
		}
	}
	if (j->added == j->count.end && is_wanted(j))
		use_sum(j);
	j->adding = false;
}

/* With the lock held, which is given back meanwhile. */
static void begin(struct tl_costjob *j)
{
	uint64_t first, last;
	struct tl_err err = TL_ERR_INIT;
	bool ok;

	j->begins = true;
	pthread_mutex_unlock(&j->lock);
	ok = j->count.ops->begin(j->count.count, &j->stop, &first, &last, &err);
	pthread_mutex_lock(&j->lock);
	if (ok) {
		j->count.first = j->claimed = j->added = first;
		j->count.end = last;
		j->begun = true;
	} else {
		j->err = err;
		end(j, TL_COST_FAILED);
	}
}

static enum tl_step cost_step(void *self, struct tl_worker *w)
{
	struct tl_costjob *j = self;
	struct tl_err err = TL_ERR_INIT;
	void *part = NULL;
	uint64_t k;
	bool ok;

	pthread_mutex_lock(&j->lock);
	if (!j->begun && j->begins && j->state == TL_COST_RUNNING) {
		pthread_mutex_unlock(&j->lock);
		return TL_STEP_WAIT;
	}
	if (!j->begun && !j->begins)
		begin(j);
	if (j->count.first >= j->count.end && j->state == TL_COST_RUNNING)
		add_all(j); /* nothing is the sum, too */
	if (j->claimed >= j->count.end || j->state != TL_COST_RUNNING) {
		pthread_mutex_unlock(&j->lock);
		return TL_STEP_DONE;
	}
	if (j->claimed - j->added >= j->nplaces) {
		pthread_mutex_unlock(&j->lock);
		return TL_STEP_WAIT;
	}
	k = j->claimed++;
	pthread_mutex_unlock(&j->lock);
	ok = j->count.ops->chunk(j->count.count, k, &part, &err);
	pthread_mutex_lock(&j->lock);
	if (ok) {
		j->places[k % j->nplaces] = (struct place){ true, part };
		add_all(j);
	} else {
		j->err = err;
		end(j, TL_COST_FAILED);
	}
	pthread_mutex_unlock(&j->lock);
	return TL_STEP_MORE;
}

static void drop_parts(struct tl_costjob *j)
{
	for (size_t i = 0; j->places && i < j->nplaces; i++)
		if (j->places[i].full)
			j->count.ops->drop(j->places[i].part);
	free(j->places);
	j->places = NULL;
	j->count.ops->close(j->count.count);
	j->count.ops = NULL;
}

/* To give back the memory of a large count takes a while, too. */
static void cost_done(void *self, bool cancelled)
{
	struct tl_costjob *j = self;

	if (j->use.make)
		drop_parts(j);
	pthread_mutex_lock(&j->lock);
	j->over = true;
	pthread_mutex_unlock(&j->lock);
}

/* The job's step asks for it as j->job. */
static bool start_job(struct tl_costjob *j, struct tl_jobs *pool)
{
	static const struct tl_job_ops ops = { .step = cost_step, .done = cost_done };

	pthread_mutex_lock(&j->lock);
	j->job = tl_jobs_start(pool, TL_URGENT, &ops, j);
	pthread_mutex_unlock(&j->lock);
	return j->job != NULL;
}

bool tl_costjob_start(const struct tl_cost_count *count, const struct tl_cost_use *use,
		      struct tl_jobs *pool, struct tl_mailbox *mailbox, struct tl_costjob **out,
		      struct tl_err *err)
{
	struct tl_costjob *j = calloc(1, sizeof(*j));

	if (!j) {
		count->ops->close(count->count);
		if (use)
			use->drop(use->arg);
		return tl_err_nomem(err);
	}
	j->count = *count;
	if (use)
		j->use = *use;
	j->begun = !count->ops->begin;
	j->mailbox = mailbox;
	j->nplaces = 16 * (size_t)tl_jobs_width(pool);
	j->claimed = j->added = count->first;
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->ended, NULL);
	j->places = calloc(j->nplaces, sizeof(*j->places));
	if (!j->places || !start_job(j, pool)) {
		tl_costjob_close(j);
		return tl_err_nomem(err);
	}
	*out = j;
	return true;
}

enum tl_cost_state tl_costjob_state(struct tl_costjob *j, double *how_far, struct tl_err *err)
{
	enum tl_cost_state state;
	uint64_t n;

	pthread_mutex_lock(&j->lock);
	n = j->count.end - j->count.first;
	state = j->state;
	if (how_far)
		*how_far = !j->begun ? 0
			   : n > 0   ? (double)(j->added - j->count.first) / (double)n
				     : 1;
	if (how_far && j->use.make)
		*how_far = *how_far * (1 - USE_SHARE) + j->used * USE_SHARE;
	if (state == TL_COST_FAILED && err)
		*err = j->err;
	pthread_mutex_unlock(&j->lock);
	return state;
}

void tl_costjob_wait(struct tl_costjob *j)
{
	pthread_mutex_lock(&j->lock);
	while (j->state == TL_COST_RUNNING)
		pthread_cond_wait(&j->ended, &j->lock);
	pthread_mutex_unlock(&j->lock);
}

bool tl_costjob_result(struct tl_costjob *j, struct tl_cost_result *out, struct tl_err *err)
{
	return j->count.ops->result(j->count.count, out, err);
}

void tl_costjob_close(struct tl_costjob *j)
{
	if (!j)
		return;
	atomic_store(&j->stop, true);
	if (j->job) {
		tl_job_cancel(j->job);
		tl_job_join(j->job);
		tl_job_release(j->job);
	}
	if (j->count.ops)
		drop_parts(j);
	if (j->use.drop)
		j->use.drop(j->use.arg);
	pthread_cond_destroy(&j->ended);
	pthread_mutex_destroy(&j->lock);
	free(j);
}

static bool is_over(struct tl_costjob *j)
{
	bool over;

	pthread_mutex_lock(&j->lock);
	over = j->over;
	pthread_mutex_unlock(&j->lock);
	return over;
}

void tl_costjob_leave(struct tl_costjob *job, struct tl_costjob **left)
{
	struct tl_costjob **at = left;

	if (job) {
		atomic_store(&job->stop, true);
		tl_job_cancel(job->job);
		job->next = *left;
		*left = job;
	}
	while (*at) {
		struct tl_costjob *j = *at;

		if (!is_over(j)) {
			at = &j->next;
			continue;
		}
		*at = j->next;
		tl_costjob_close(j);
	}
}

void tl_costjob_close_all(struct tl_costjob **left)
{
	while (*left) {
		struct tl_costjob *j = *left;

		*left = j->next;
		tl_costjob_close(j);
	}
}
