/*
 * scan.c: see scan.h.
 *
 * Chunks have turns, counted in the direction of the search.  A step takes the next turn, finds
 * the hits among the lines that begin in its chunk, and leaves their number in a ring.
 * Whoever fills the oldest open place of the ring adds up from there, in order: so the
 * nth hit is the same however many workers there are, and in which order they finish.
 */
#include "search/scan.h"

#include "search/hunt.h"

#include <pthread.h>
#include <stdlib.h>

#define MAX_WORKERS 64
#define RING        64 /* turns that may be under way at once */
#define AHEAD       4  /* chunks a pipe is asked for in advance */

enum place {
	FREE,
	TAKEN, /* a worker is at it */
	OPEN,  /* a pipe has not brought all of it: to be looked at again from `resume` on */
	DONE,
	BROKEN, /* could not be read */
};

struct turn {
	enum place place;
	uint64_t resume; /* lines before that are in `hits` */
	uint64_t hits;
	uint64_t first; /* the first hit, in the direction of the search */
	struct tl_err err;
};

struct tl_scan {
	struct tl_scan_request req;
	struct tl_jobs *pool;
	struct tl_job *job;
	uint64_t low, high; /* lines that begin in [low, high) are looked at */
	struct tl_hunt hunt;
	struct tl_scratch *scratch[MAX_WORKERS];
	atomic_bool stop;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t ended;
	struct tl_scan_result result;
	bool begun;    /* first_chunk is known */
	bool locating; /* the turn with the nth hit is known; a worker looks for it */
	bool waiting;  /* a worker found no turn to take */
	uint64_t first_chunk;
	uint64_t taken;   /* turns */
	uint64_t summed;  /* turns added up */
	uint64_t nturns;  /* TL_NOPOS: not known yet */
	uint64_t nearest; /* a turn known to have a hit, where one is enough */
	uint64_t hit_pos; /* of the first hit, when counting */
	struct turn ring[RING];
};

static struct turn *turn_at(struct tl_scan *scan, uint64_t turn)
{
	return &scan->ring[turn % RING];
}

static uint64_t chunk_of(const struct tl_scan *scan, uint64_t turn)
{
	return scan->req.backward ? scan->first_chunk - turn : scan->first_chunk + turn;
}

/* ---- adding up; the lock is held */

static void end(struct tl_scan *scan, enum tl_scan_state state)
{
	struct tl_msg msg = { TL_MSG_SCAN, scan };

	if (scan->result.state != TL_SCAN_RUNNING)
		return;
	scan->result.state = state;
	atomic_store(&scan->stop, true);
	pthread_cond_broadcast(&scan->ended);
	tl_mailbox_post(scan->req.mailbox, &msg);
}

static void end_hit(struct tl_scan *scan, uint64_t pos)
{
	if (scan->result.state != TL_SCAN_RUNNING)
		return;
	scan->result.pos = pos;
	end(scan, TL_SCAN_HIT);
}

static void end_failed(struct tl_scan *scan, const struct tl_err *err)
{
	if (scan->result.state != TL_SCAN_RUNNING)
		return;
	scan->result.err = *err;
	end(scan, TL_SCAN_FAILED);
}

/* Turn t has the hit that is asked for. */
static void reached(struct tl_scan *scan, struct turn *t)
{
	if (scan->req.nth - scan->result.hits == 1) {
		scan->result.hits++;
		end_hit(scan, t->first);
	} else {
		scan->locating = true;
	}
}

static void all_summed(struct tl_scan *scan)
{
	if (scan->req.nth == 0 && scan->result.hits > 0)
		end_hit(scan, scan->hit_pos);
	else
		end(scan, TL_SCAN_MISS);
}

/* True: the caller has to locate() the hit. */
static bool sum_up(struct tl_scan *scan)
{
	bool moved = false, located = scan->locating;

	while (scan->result.state == TL_SCAN_RUNNING && !scan->locating &&
	       scan->summed < scan->taken) {
		struct turn *t = turn_at(scan, scan->summed);

		if (t->place == FREE || t->place == TAKEN)
			break;
		if (scan->req.nth > 0 && t->hits >= scan->req.nth - scan->result.hits) {
			reached(scan, t);
			break;
		}
		if (t->place == OPEN)
			break;
		if (t->place == BROKEN) {
			end_failed(scan, &t->err);
			break;
		}
		if (scan->result.hits == 0)
			scan->hit_pos = t->first;
		scan->result.hits += t->hits;
		t->place = FREE;
		scan->summed++;
		moved = true;
	}
	if (scan->summed == scan->nturns)
		all_summed(scan);
	if (moved && scan->waiting) {
		scan->waiting = false;
		tl_jobs_wake(scan->pool);
	}
	return scan->locating && !located;
}

/* ---- turns */

/* Where does the search begin?  Backward it may be that a pipe has to end first. */
static bool begin(struct tl_scan *scan)
{
	struct tl_extent ex;
	uint64_t last;

	if (scan->begun)
		return true;
	if (!scan->req.backward) {
		scan->first_chunk = tl_pos_chunk(scan->req.src, scan->low);
		scan->begun = true;
		return true;
	}
	tl_source_extent(scan->req.src, &ex);
	last =
	    scan->high == TL_NOPOS ? UINT64_MAX - 1 : tl_pos_chunk(scan->req.src, scan->high - 1);
	if (last >= ex.nchunks && !ex.complete) {
		tl_source_want(scan->req.src, last + 1);
		return false;
	}
	scan->begun = true;
	if (ex.nchunks == 0) {
		scan->nturns = 0;
		return true;
	}
	scan->first_chunk = last < ex.nchunks ? last : ex.nchunks - 1;
	last = tl_pos_chunk(scan->req.src, scan->low);
	scan->nturns = scan->first_chunk < last ? 0 : scan->first_chunk - last + 1;
	return true;
}

/* Is there another turn?  *alone: it may be tried only when all before it are through, since the
 * text has not come that far. */
static bool has_next(struct tl_scan *scan, bool *alone)
{
	struct tl_extent ex;
	uint64_t k;

	*alone = false;
	if (scan->nturns != TL_NOPOS || scan->req.backward)
		return scan->taken < scan->nturns;
	k = chunk_of(scan, scan->taken);
	tl_source_extent(scan->req.src, &ex);
	if ((k >= ex.nchunks && ex.complete) || k > tl_pos_chunk(scan->req.src, scan->high - 1)) {
		scan->nturns = scan->taken;
		return false;
	}
	*alone = k >= ex.nchunks;
	return true;
}

static bool take_turn(struct tl_scan *scan, uint64_t *turn)
{
	bool alone;

	if (!begin(scan))
		return false;
	for (uint64_t i = scan->summed; i < scan->taken; i++) {
		if (turn_at(scan, i)->place != OPEN)
			continue;
		turn_at(scan, i)->place = TAKEN;
		*turn = i;
		return true;
	}
	if (scan->locating || scan->taken > scan->nearest || scan->taken - scan->summed == RING)
		return false;
	if (!has_next(scan, &alone)) {
		sum_up(scan); /* that may have been all */
		return false;
	}
	if (alone && scan->taken > scan->summed)
		return false;
	*turn = scan->taken++;
	*turn_at(scan, *turn) = (struct turn){ .place = TAKEN, .resume = scan->low };
	return true;
}

/* The next turn to be added up has the hit: find it again, now that its number is known. */
static void locate(struct tl_scan *scan, struct tl_worker *w)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_hitcount n = { .nth = scan->req.nth - scan->result.hits };
	struct tl_chunklook c = {
		.hunt = &scan->hunt,
		.w = w,
		.s = scan->scratch[w->id],
		.k = chunk_of(scan, scan->summed),
		.low = scan->low,
		.high = scan->high,
		.err = &err,
	};
	enum tl_lookup found;

	pthread_mutex_unlock(&scan->lock);
	found = tl_hunt_look(&c, &n);
	pthread_mutex_lock(&scan->lock);
	if (found == TL_FOUND) {
		scan->result.hits = scan->req.nth;
		end_hit(scan, n.pos);
		return;
	}
	if (found != TL_FAILED)
		tl_err_set(&err, "the text has changed during the search");
	end_failed(scan, &err);
}

/* Read and search the chunk of a turn; the lock is dropped meanwhile. */
static enum tl_step play_turn(struct tl_scan *scan, uint64_t turn, struct tl_worker *w)
{
	struct turn *t = turn_at(scan, turn), now = *t;
	struct tl_hitcount n = { .nth = scan->req.nth == 1 ? 1 : 0 };
	struct tl_chunklook c = {
		.hunt = &scan->hunt,
		.w = w,
		.s = scan->scratch[w->id],
		.k = chunk_of(scan, turn),
		.low = now.resume,
		.high = scan->high,
		.err = &now.err,
	};
	enum tl_lookup found = TL_NONE;
	struct tl_extent ex;

	pthread_mutex_unlock(&scan->lock);
	if (scan->req.backward)
		now.hits = 0; /* only whole chunks count there */
	n.hits = now.hits;
	n.first = now.first;
	found = tl_hunt_look(&c, &n);
	now.hits = n.hits;
	now.first = n.first;
	if (found == TL_PENDING) {
		tl_source_extent(scan->req.src, &ex);
		tl_source_want(scan->req.src, (c.k > ex.nchunks ? c.k : ex.nchunks) + AHEAD);
	}
	pthread_mutex_lock(&scan->lock);
	if (scan->result.state != TL_SCAN_RUNNING)
		return TL_STEP_DONE;
	now.place = found == TL_PENDING ? OPEN : found == TL_FAILED ? BROKEN : DONE;
	if (found == TL_PENDING && c.run.run.len > 0 && !scan->req.backward &&
	    c.run.pos + c.run.run.len > now.resume)
		now.resume = c.run.pos + c.run.run.len;
	if (found == TL_PENDING && n.resume > now.resume)
		now.resume = n.resume;
	if (found == TL_PENDING && scan->req.backward)
		now.hits = 0;
	*t = now;
	if (scan->req.nth == 1 && now.hits > 0 && turn < scan->nearest)
		scan->nearest = turn;
	if (sum_up(scan))
		locate(scan, w);
	return scan->result.state != TL_SCAN_RUNNING ? TL_STEP_DONE
	       : now.place == OPEN                   ? TL_STEP_WAIT
						     : TL_STEP_MORE;
}

static bool make_scratch(struct tl_scan *scan, unsigned id)
{
	struct tl_err err = TL_ERR_INIT;

	if (!scan->scratch[id]) {
		if (!tl_scratch_new(&scan->scratch[id], &err)) {
			end_failed(scan, &err);
			return false;
		}
		tl_scratch_set_stop(scan->scratch[id], &scan->stop);
	}
	return true;
}

static enum tl_step scan_step(void *self, struct tl_worker *w)
{
	struct tl_scan *scan = self;
	enum tl_step answer = TL_STEP_DONE;
	uint64_t turn;

	pthread_mutex_lock(&scan->lock);
	if (scan->result.state == TL_SCAN_RUNNING && make_scratch(scan, w->id)) {
		if (take_turn(scan, &turn)) {
			answer = play_turn(scan, turn, w);
		} else if (scan->result.state == TL_SCAN_RUNNING) {
			scan->waiting = true;
			answer = TL_STEP_WAIT;
		}
	}
	pthread_mutex_unlock(&scan->lock);
	if (w->buf.cap > TL_WORKER_KEEP)
		tl_buf_fini(&w->buf);
	return answer;
}

static void scan_done(void *self, bool cancelled)
{
	struct tl_scan *scan = self;

	(void)cancelled;
	pthread_mutex_lock(&scan->lock);
	end(scan, TL_SCAN_CANCELLED); /* if nobody has ended it, the pool was closed */
	pthread_mutex_unlock(&scan->lock);
}

/* ---- the public side */

static const struct tl_job_ops scan_ops = { .step = scan_step, .done = scan_done };

static void free_scan(struct tl_scan *scan)
{
	for (size_t i = 0; i < MAX_WORKERS; i++)
		tl_scratch_free(scan->scratch[i]);
	pthread_cond_destroy(&scan->ended);
	pthread_mutex_destroy(&scan->lock);
	tl_hunt_fini(&scan->hunt);
	free(scan);
}

bool tl_scan_start(const struct tl_scan_request *req, struct tl_jobs *pool, struct tl_scan **out,
		   struct tl_err *err)
{
	struct tl_scan *scan = calloc(1, sizeof(*scan));

	if (!scan)
		return tl_err_nomem(err);
	scan->req = *req;
	scan->pool = pool;
	scan->low = req->backward ? req->until : req->from;
	scan->high = req->backward ? req->from : req->until;
	tl_hunt_init(&scan->hunt, &scan->req, &scan->stop);
	scan->nturns = scan->nearest = TL_NOPOS;
	pthread_mutex_init(&scan->lock, NULL);
	pthread_cond_init(&scan->ended, NULL);
	if (scan->low >= scan->high) { /* nothing to look at */
		scan->begun = true;
		scan->nturns = 0;
	}
	scan->job = tl_jobs_start(pool, TL_URGENT, &scan_ops, scan);
	if (!scan->job) {
		free_scan(scan);
		return tl_err_nomem(err);
	}
	*out = scan;
	return true;
}

void tl_scan_result(struct tl_scan *scan, struct tl_scan_result *out)
{
	pthread_mutex_lock(&scan->lock);
	*out = scan->result;
	pthread_mutex_unlock(&scan->lock);
}

void tl_scan_wait(struct tl_scan *scan)
{
	pthread_mutex_lock(&scan->lock);
	while (scan->result.state == TL_SCAN_RUNNING)
		pthread_cond_wait(&scan->ended, &scan->lock);
	pthread_mutex_unlock(&scan->lock);
}

double tl_scan_progress(struct tl_scan *scan, uint64_t *hits)
{
	uint64_t summed, nturns;
	struct tl_extent ex;
	bool ended;

	pthread_mutex_lock(&scan->lock);
	*hits = scan->result.hits;
	summed = scan->summed;
	nturns = scan->nturns;
	ended = scan->result.state != TL_SCAN_RUNNING;
	pthread_mutex_unlock(&scan->lock);
	if (nturns == TL_NOPOS) {
		uint64_t last = tl_pos_chunk(scan->req.src, scan->high - 1);
		uint64_t first = tl_pos_chunk(scan->req.src, scan->low);

		tl_source_extent(scan->req.src, &ex);
		last = last < ex.nchunks ? last + 1 : ex.nchunks;
		nturns = last > first ? last - first : 0;
	}
	if (summed >= nturns)
		return ended ? 1.0 : 0.0;
	return (double)summed / (double)nturns;
}

void tl_scan_cancel(struct tl_scan *scan)
{
	pthread_mutex_lock(&scan->lock);
	end(scan, TL_SCAN_CANCELLED);
	pthread_mutex_unlock(&scan->lock);
	tl_job_cancel(scan->job);
}

void tl_scan_close(struct tl_scan *scan)
{
	if (!scan)
		return;
	tl_scan_cancel(scan);
	tl_job_join(scan->job);
	tl_job_release(scan->job);
	free_scan(scan);
}
