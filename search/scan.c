/*
 * scan.c: see scan.h.
 *
 * Chunks have turns, counted in the direction of the search.  A step takes the next turn, finds
 * the hits among the lines that begin in its chunk, and leaves their number in a ring.
 * Whoever fills the oldest open place of the ring adds up from there, in order: so the
 * nth hit is the same however many workers there are, and in which order they finish.
 */
#include "search/scan.h"

#include "search/chunkrun.h"
#include "search/filter.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

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

/* Does the filter let a long line through that begins in chunk `from` and goes on, as far as is known, to
 * chunk `to`? */
struct judged {
	pthread_mutex_t lock;
	bool any, passes;
	uint64_t from, to;
};

struct tl_scan {
	struct tl_scan_request req;
	struct tl_jobs *pool;
	struct tl_job *job;
	uint64_t low, high; /* lines that begin in [low, high) are looked at */
	struct tl_longlines how;
	struct tl_scratch *scratch[MAX_WORKERS];
	atomic_bool stop;
	struct judged judged;

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

/* ---- hits in one chunk; no lock is held */

struct chunk {
	struct tl_scan *scan;
	struct tl_worker *w;
	struct tl_scratch *s;
	uint64_t k;
	uint64_t low, high; /* lines that begin there */
	struct tl_err *err;
	struct tl_chunkrun run;
};

static bool passes(const struct chunk *c, struct tl_span line)
{
	if (!c->scan->req.filter)
		return true;
	if (line.len > 0 && line.data[line.len - 1] == '\n')
		line.len--;
	return tl_filter_passes(c->scan->req.filter, c->s, line);
}

/* The next hit in lines; *at is where to go on from, *pos and *len are the line's, without its newline. */
static bool next_hit(const struct chunk *c, struct tl_span lines, uint64_t base, size_t *at,
		     uint64_t *pos, size_t *len)
{
	bool backward = c->scan->req.backward;
	size_t start, end;

	while (backward ? tl_matcher_prev_line(c->scan->req.m, c->s, lines, *at, &start, &end)
			: tl_matcher_next_line(c->scan->req.m, c->s, lines, *at, &start, &end)) {
		*at = backward ? start : end;
		if (!passes(c, (struct tl_span){ lines.data + start, end - start }))
			continue;
		*pos = base + start;
		*len = end - start - (lines.data[end - 1] == '\n');
		return true;
	}
	return false;
}

/* A place that the hits of a chunk are counted up to. */
struct count {
	uint64_t nth;    /* 0: all of them */
	uint64_t hits;   /* up to there, or all */
	uint64_t first;  /* the first, in the direction of the search, if there is one */
	uint64_t pos;    /* the nth */
	uint64_t resume; /* behind the last match in a part of a long line, forward */
};

/* True: it is the one that is asked for. */
static bool add_hit(struct count *n, uint64_t pos)
{
	if (++n->hits == 1)
		n->first = pos;
	n->pos = pos;
	return n->hits == n->nth;
}

/*
 * Go through the matches in a part of a long line, in the order of the text, up to the `most`th that
 * counts (0: all).  Returns how many; *last is the last one.
 */
static uint64_t matches_in_part(const struct chunk *c, const struct tl_linepart *part,
				uint64_t most, uint64_t *last)
{
	const struct tl_matcher *m = c->scan->req.m;
	size_t at = part->from, start, end;
	uint64_t n = 0, pos;

	if (part->open && !tl_matcher_is_literal(m))
		return 0; /* what is still to come may make a match longer */
	if (!tl_matcher_open_piece(m, c->s, part->text, part->begins, part->ends))
		return 0;
	while (at < part->to && tl_matcher_in_piece(m, c->s, at, true, &start, &end)) {
		if (start >= part->to)
			break;
		at = end > start ? end : start + c->scan->how.longest;
		pos = part->pos + (start - part->from);
		if (start < part->from || pos < c->low)
			continue;
		if (pos >= c->high)
			break;
		*last = pos;
		if (++n == most)
			break;
	}
	return n;
}

/* The nth hit among the matches in a part. */
static bool hits_in_part(const struct chunk *c, const struct tl_linepart *part, struct count *n)
{
	uint64_t want = n->nth > n->hits ? n->nth - n->hits : 0, found, last = 0, first = 0;

	if (!c->scan->req.backward) {
		if (n->hits == 0 && want != 1 && matches_in_part(c, part, 1, &first) == 0)
			return false;
		found = matches_in_part(c, part, want, &last);
		n->resume = found > 0 ? last + 1 : n->resume;
	} else {
		found = matches_in_part(c, part, 0, &first);
		last = first;
		if (want > 0 && found >= want) {
			matches_in_part(c, part, found - want + 1, &last);
			found = want;
		}
	}
	if (found == 0)
		return false;
	if (n->hits == 0)
		n->first = want == 1 ? last : first;
	n->hits += found;
	n->pos = last;
	return found == want;
}

/* The nth hit of the lines held. */
static bool hits_in_run(const struct chunk *c, struct count *n)
{
	size_t longest = c->scan->how.parts ? c->scan->how.longest : SIZE_MAX;
	uint64_t base, pos;
	struct tl_span lines = tl_chunkrun_part(&c->run, c->low, c->high, longest, &base);
	size_t at = c->scan->req.backward ? lines.len : 0, len;

	while (next_hit(c, lines, base, &at, &pos, &len)) {
		struct tl_linepart part = {
			.text = { lines.data + (pos - base), len },
			.to = len + 1,
			.pos = pos,
			.begins = true,
			.ends = true,
		};

		if (len > longest ? hits_in_part(c, &part, n) : add_hit(n, pos))
			return true;
	}
	return false;
}

static enum tl_lookup long_line_is_hit(const struct chunk *c, uint64_t pos)
{
	return tl_longline_matches(c->scan->req.src, pos, c->scan->how.longest, c->scan->req.m,
				   c->s, &c->scan->stop, &c->w->buf, c->err);
}

static enum tl_lookup read_run(struct chunk *c)
{
	return tl_chunkrun_read(c->scan->req.src, c->k, &c->scan->how, &c->w->buf, &c->run, c->err);
}

/* Does the line that begins at pos pass the filter? */
static enum tl_lookup long_line_passes(const struct chunk *c, uint64_t pos)
{
	struct tl_matcher *const *more = NULL;
	enum tl_lookup found = TL_FOUND;
	struct tl_buf buf = TL_BUF_INIT;
	size_t n = 0;

	if (c->scan->req.filter)
		more = tl_filter_matchers(c->scan->req.filter, &n);
	for (size_t i = 0; i < n && found == TL_FOUND; i++)
		found = tl_longline_matches(c->scan->req.src, pos, c->scan->how.longest, more[i],
					    c->s, &c->scan->stop, &buf, c->err);
	tl_buf_fini(&buf);
	return found;
}

/*
 * Where the line that chunk k is in the middle of begins.  NONE: where the line does that was judged
 * before.
 */
static enum tl_lookup head_start(const struct chunk *c, const struct judged *j, uint64_t *pos)
{
	struct tl_source *src = c->scan->req.src;
	struct tl_buf buf = TL_BUF_INIT;
	enum tl_lookup found = TL_FOUND;
	uint64_t behind = c->k; /* the chunk with the bytes behind those of chunk k */

	*pos = 0;
	for (uint64_t k = c->k; k-- > 0;) {
		const uint8_t *nl;

		buf.len = 0;
		found = tl_source_read(src, k, &buf, c->err);
		if (found != TL_FOUND)
			break;
		nl = buf.len > 0 ? memrchr(buf.data, '\n', buf.len) : NULL;
		if (nl) {
			size_t at = (size_t)(nl - buf.data) + 1;

			*pos = tl_pos_make(src, at < buf.len ? k : behind, at % buf.len);
			break;
		}
		behind = buf.len > 0 ? k : behind;
		if (j->any && k > j->from && k <= j->to) {
			found = TL_NONE;
			break;
		}
		*pos = tl_pos_make(src, behind, 0); /* the text begins with the line */
	}
	tl_buf_fini(&buf);
	return found;
}

/* Does the line pass the filter whose part heads the chunk? */
static enum tl_lookup head_passes(const struct chunk *c)
{
	struct judged *j = &c->scan->judged;
	enum tl_lookup found;
	uint64_t pos;

	if (!c->scan->req.filter)
		return TL_FOUND;
	pthread_mutex_lock(&j->lock);
	found = head_start(c, j, &pos);
	if (found == TL_NONE) {
		j->to = c->k > j->to ? c->k : j->to;
		found = j->passes ? TL_FOUND : TL_NONE;
	} else if (found == TL_FOUND) {
		found = long_line_passes(c, pos);
		if (found == TL_FOUND || found == TL_NONE) {
			j->any = true;
			j->passes = found == TL_FOUND;
			j->from = tl_pos_chunk(c->scan->req.src, pos);
			j->to = c->k;
		}
	}
	pthread_mutex_unlock(&j->lock);
	return found;
}

/* Hits in the part of a long line that heads the chunk, or that ends it; answers as look(). */
static enum tl_lookup look_at_head(struct chunk *c, struct count *n)
{
	enum tl_lookup found;

	if (!c->run.head.text.data || (c->run.head.pos >= c->high))
		return TL_NONE;
	found = head_passes(c);
	if (found != TL_FOUND)
		return found;
	tl_scratch_set_clean(c->s, false);
	return hits_in_part(c, &c->run.head, n) ? TL_FOUND : TL_NONE;
}

static enum tl_lookup look_at_tail(struct chunk *c, struct count *n)
{
	enum tl_lookup found;

	if (c->run.long_pos >= c->high || (!c->scan->how.parts && c->run.long_pos < c->low))
		return TL_NONE;
	found = long_line_passes(c, c->run.long_pos);
	if (found != TL_FOUND)
		return found;
	tl_scratch_set_clean(c->s, false);
	if (c->scan->how.parts)
		return hits_in_part(c, &c->run.tail, n) ? TL_FOUND : TL_NONE;
	found = long_line_is_hit(c, c->run.long_pos);
	if (found == TL_FOUND)
		found = add_hit(n, c->run.long_pos) ? TL_FOUND : TL_NONE;
	return found;
}

static enum tl_lookup look_at_run(struct chunk *c, struct count *n)
{
	return hits_in_run(c, n) ? TL_FOUND : TL_NONE;
}

/*
 * look() in what was read, or mapped.  *offered: the run is still at hand, and s knows what to expect
 * in it.
 */
static enum tl_lookup look_at_all(struct chunk *c, struct count *n, bool in_place)
{
	typedef enum tl_lookup look_fn(struct chunk *, struct count *);
	static look_fn *const order[2][3] = { { look_at_head, look_at_run, look_at_tail },
					      { look_at_tail, look_at_run, look_at_head } };
	bool by_line = !c->scan->how.parts && c->run.long_pos != TL_NOPOS;
	enum tl_lookup found = TL_NONE;

	for (int i = 0; i < 3 && found == TL_NONE; i++) {
		look_fn *look = order[c->scan->req.backward][i];

		/* To look at a long line by itself needs the buffer. */
		if (!in_place && by_line && look == look_at_run && c->scan->req.backward &&
		    (found = read_run(c)) != TL_FOUND)
			return found;
		if (look == look_at_run)
			tl_chunkrun_offer(&c->run, c->k, c->scan->req.lines, c->s);
		found = look(c, n);
	}
	return found;
}

/* look() at a chunk in place; false: that is not possible, and nothing has changed. */
static bool look_in_place(struct chunk *c, struct count *n, enum tl_lookup *found)
{
	struct count before = *n;

	if (!tl_chunkrun_map(c->scan->req.src, c->k, &c->scan->how, &c->run))
		return false;
	*found = look_at_all(c, n, true);
	if (tl_source_unmap(c->scan->req.src, &c->run.mapped))
		return true;
	*n = before;
	return false;
}

/*
 * Look for the nth hit of the chunk in the direction of the search.  FOUND; NONE: there are fewer;
 * PENDING: those so far, the chunk goes on; FAILED.
 */
static enum tl_lookup look(struct chunk *c, struct count *n)
{
	enum tl_lookup found;
	bool open;

	if (look_in_place(c, n, &found))
		return found;
	found = read_run(c);
	if (found != TL_FOUND)
		return found;
	open = c->run.pending && (c->high > c->run.pos + c->run.run.len ||
				  (c->run.head.open && c->high > c->run.head.pos));
	if (open && c->scan->req.backward)
		return TL_PENDING; /* the hit may be in what is still to come */
	found = look_at_all(c, n, false);
	return found == TL_NONE && open ? TL_PENDING : found;
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
	struct count n = { .nth = scan->req.nth - scan->result.hits };
	struct chunk c = {
		.scan = scan,
		.w = w,
		.s = scan->scratch[w->id],
		.k = chunk_of(scan, scan->summed),
		.low = scan->low,
		.high = scan->high,
		.err = &err,
	};
	enum tl_lookup found;

	pthread_mutex_unlock(&scan->lock);
	found = look(&c, &n);
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
	struct count n = { .nth = scan->req.nth == 1 ? 1 : 0 };
	struct chunk c = {
		.scan = scan,
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
	found = look(&c, &n);
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
	pthread_mutex_destroy(&scan->judged.lock);
	free(scan);
}

/* Lines are hits as a whole with INVERT; then those up to a piece's size are held. */
static struct tl_longlines long_lines(const struct tl_scan_request *req)
{
	struct tl_longlines how = { .longest = tl_matcher_piece_max(req->m) };
	struct tl_matcher *const *more = NULL;
	size_t n = 0;

	if (!(tl_matcher_flags(req->m) & TL_MATCH_INVERT))
		return tl_longlines_in_parts(req->m,
					     req->long_line ? req->long_line : TL_LONG_LINE);
	if (req->filter)
		more = tl_filter_matchers(req->filter, &n);
	for (size_t i = 0; i < n; i++)
		if (tl_matcher_piece_max(more[i]) > how.longest)
			how.longest = tl_matcher_piece_max(more[i]);
	return how;
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
	scan->how = long_lines(req);
	scan->nturns = scan->nearest = TL_NOPOS;
	pthread_mutex_init(&scan->lock, NULL);
	pthread_mutex_init(&scan->judged.lock, NULL);
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
