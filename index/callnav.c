/*
 * callnav.c: see callnav.h.
 *
 * One worker walks, a chunk a step, in the order of the text, as what a line means depends on those
 * between.  Once it has passed a chunk, the others make the calls of the chunks it will
 * come to; the cache hands them on.
 */
#include "index/callnav.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Chunks made ahead of the walk. */
#define AHEAD 16

/* Deeper than anything. */
#define DEEPEST INT64_MAX

struct walk {
	enum tl_callmove move;
	bool backward;
	bool whole; /* all of chunk k is to be looked at, else lines before or behind `at` */
	uint64_t k;
	size_t at;
	uint64_t thread;
	uint64_t function; /* of NEXT_ENTRY and PREVIOUS_ENTRY; 0: looking for it */
	int64_t depth;     /* as chunk k counts */
	bool relative;     /* it counts on its own */
	uint64_t left;     /* moves to go */
};

struct tl_callnav {
	struct tl_callnav_request req;
	struct tl_callrange *unseen;
	struct tl_jobs *pool;
	struct tl_job *job;
	pthread_mutex_t lock; /* of all up to the answer */
	bool walking;         /* somebody is at it */
	bool relative;        /* depths are: chunks without lines count */
	uint64_t from, to;    /* chunks: where it began, where it is */
	uint64_t ahead;       /* the last one made ahead */
	uint64_t nchunks;
	struct tl_callnav_result answer;

	/* Of who walks. */
	bool begun;
	uint64_t set_out; /* where the line starts that the walk begins at */
	struct walk walk;
	struct tl_callnav_result found;
};

/* ---- one line */

static bool is_backward(enum tl_callmove move)
{
	return move == TL_TO_CALLER || move == TL_STEP_BACK || move == TL_PREVIOUS_ENTRY;
}

static bool seeks_entry(enum tl_callmove move)
{
	return move == TL_NEXT_ENTRY || move == TL_PREVIOUS_ENTRY;
}

static bool enters(const struct tl_callline *line)
{
	return line->kind == TL_CALL_ENTRY || line->kind == TL_CALL_LEAF;
}

static bool is_unseen(const struct tl_callnav *nav, uint64_t pos, uint64_t thread)
{
	for (size_t i = 0; i < nav->req.nunseen; i++)
		if (nav->unseen[i].thread == thread && pos >= nav->unseen[i].start &&
		    pos < nav->unseen[i].end)
			return true;
	return false;
}

/* Is this where the walk goes?  The depth is brought up to date. */
static bool arrives(struct walk *w, const struct tl_callline *line)
{
	bool entry = line->kind == TL_CALL_ENTRY;

	switch (w->move) {
	case TL_TO_CALLER:
		/* What is less deep and no entry: it is not in the trace how one came from there. */
		if (line->depth >= w->depth)
			return false;
		w->depth = line->depth;
		return entry;
	case TL_TO_RETURN:
		if (line->depth >= w->depth)
			return false;
		w->depth = line->depth;
		return true;
	case TL_STEP_OVER:
	case TL_STEP_BACK:
		if (line->depth > w->depth)
			return false;
		w->depth = line->depth;
		return true;
	case TL_CALL_END:
		return line->depth <= w->depth;
	case TL_NEXT_ENTRY:
	case TL_PREVIOUS_ENTRY:
		return enters(line) && line->function == w->function;
	}
	return false;
}

/* Is the line still looked for that tells which function or call it is about? */
static bool is_finding(const struct tl_callnav *nav)
{
	return nav->walk.move != nav->req.move;
}

/* ---- the walk */

static void end(struct tl_callnav *nav, enum tl_callnav_state state, uint64_t pos)
{
	nav->found.state = state;
	if (pos != TL_NOPOS)
		nav->found.pos = pos;
}

static void pass(struct tl_callnav *nav, uint64_t pos)
{
	nav->found.passed++;
	nav->found.last = pos;
}

/* The end of a call.  The line that leaves it belongs to it. */
static void end_call(struct tl_callnav *nav, const struct tl_callline *line, uint64_t pos)
{
	bool own = line->kind == TL_CALL_EXIT && line->depth == nav->walk.depth;

	if (own)
		pass(nav, pos);
	nav->found.done = 1;
	end(nav, TL_CALLNAV_FOUND, pos + own);
}

/* A line of the thread.  True: the walk is over. */
static bool meet(struct tl_callnav *nav, const struct tl_callline *line, uint64_t pos)
{
	struct walk *w = &nav->walk;
	bool steps = w->move == TL_STEP_OVER || w->move == TL_STEP_BACK;

	if (line->kind == TL_CALL_BREAK && (steps || seeks_entry(w->move))) {
		w->depth = DEEPEST; /* a step leads to the next line, however deep */
		return false;
	}
	if ((line->kind == TL_CALL_GAP || line->kind == TL_CALL_BREAK) && !seeks_entry(w->move)) {
		nav->found.done += steps;
		end(nav, steps && w->left == 1 ? TL_CALLNAV_FOUND : TL_CALLNAV_GAP, pos);
		return true;
	}
	if (!seeks_entry(w->move) && is_unseen(nav, pos, w->thread))
		return false;
	if (!arrives(w, line)) {
		pass(nav, pos);
		return false;
	}
	if (w->move == TL_CALL_END) {
		end_call(nav, line, pos);
		return true;
	}
	pass(nav, pos);
	nav->found.done++;
	nav->found.pos = pos;
	if (--w->left > 0)
		return false;
	end(nav, TL_CALLNAV_FOUND, pos);
	return true;
}

static bool concerns(const struct walk *w, const struct tl_callline *line)
{
	return line->thread == w->thread ||
	       (line->thread == TL_CALL_NOTHREAD &&
		(line->kind == TL_CALL_GAP || line->kind == TL_CALL_BREAK));
}

/* The lines of chunk k that were not looked at yet.  True: the walk is over. */
static bool walk_chunk(struct tl_callnav *nav, const struct tl_calls *c)
{
	struct walk *w = &nav->walk;
	size_t first = w->backward || w->whole ? 0 : w->at + 1;
	size_t last = w->backward && !w->whole ? w->at : c->nlines;

	for (size_t i = first; i < last; i++) {
		const struct tl_callline *line =
		    &c->lines[w->backward ? last - 1 - (i - first) : i];

		if (concerns(w, line) &&
		    meet(nav, line, tl_pos_make(nav->req.src, w->k, line->byte)))
			return true;
	}
	return false;
}

/* To the next chunk.  False: there is none. */
static bool walk_on(struct tl_callnav *nav, const struct tl_calls *c)
{
	struct walk *w = &nav->walk;

	if (!w->backward && w->depth != DEEPEST)
		w->depth -= tl_calls_ends(c, w->thread);
	w->whole = true;
	do {
		if (w->backward && w->k == 0)
			return false;
		w->k = w->backward ? w->k - 1 : w->k + 1;
		/* Functions may be entered and left where nothing is written. */
	} while (c->absolute && tl_source_known_empty(nav->req.src, w->k));
	return true;
}

/* ---- where it begins */

/* Look for the entry of the function that the line is in, or that it leaves. */
static void seek_own_entry(struct walk *w, const struct tl_callline *line)
{
	w->move = TL_TO_CALLER;
	w->backward = true;
	w->left = 1;
	w->depth = line->kind == TL_CALL_EXIT ? (int64_t)line->depth + 1 : line->depth;
}

/* Set out from the line.  False: that cannot be. */
static bool set_out(struct tl_callnav *nav, const struct tl_calls *c, uint64_t function)
{
	struct walk *w = &nav->walk;
	const struct tl_callline *line = tl_calls_find(c, tl_pos_byte(nav->req.src, nav->set_out));

	nav->found =
	    (struct tl_callnav_result){ .pos = TL_NOPOS, .begin = nav->set_out, .last = TL_NOPOS };
	if (!line || line->thread == TL_CALL_NOTHREAD) {
		end(nav, TL_CALLNAV_NOCALL, TL_NOPOS);
		return false;
	}
	*w = (struct walk){
		.move = nav->req.move,
		.backward = is_backward(nav->req.move),
		.k = tl_pos_chunk(nav->req.src, nav->set_out),
		.at = (size_t)(line - c->lines),
		.thread = nav->found.thread = line->thread,
		.function = function ? function : line->function,
		.depth = line->kind == TL_CALL_GAP ? DEEPEST : line->depth,
		.left = nav->req.nth,
	};
	if (line->kind == TL_CALL_GAP && w->move != TL_STEP_OVER && w->move != TL_STEP_BACK) {
		bool moves = w->move == TL_TO_CALLER || w->move == TL_TO_RETURN;

		end(nav, moves ? TL_CALLNAV_GAP : TL_CALLNAV_NONAME, nav->set_out);
		return false;
	}
	if (seeks_entry(w->move) && w->function == 0 && enters(line)) {
		end(nav, TL_CALLNAV_NONAME, TL_NOPOS);
		return false;
	}
	if ((seeks_entry(w->move) && w->function == 0) ||
	    (w->move == TL_CALL_END && line->kind != TL_CALL_ENTRY))
		seek_own_entry(w, line);
	return true;
}

/* The entry was looked for that tells which function, or call, it is about.  False: it is not known. */
static bool take_entry(struct tl_callnav *nav, const struct tl_calls *c)
{
	const struct tl_callline *line = NULL;

	if (nav->found.state == TL_CALLNAV_FOUND)
		line = tl_calls_find(c, tl_pos_byte(nav->req.src, nav->found.pos));
	if (!line || (seeks_entry(nav->req.move) && line->function == 0)) {
		end(nav, TL_CALLNAV_NONAME, TL_NOPOS);
		return false;
	}
	nav->walk.function = line->function;
	if (nav->req.move == TL_CALL_END)
		nav->set_out = nav->found.pos;
	nav->begun = false;
	/* It goes on from elsewhere, or the other way. */
	pthread_mutex_lock(&nav->lock);
	nav->from = nav->to = nav->ahead = tl_pos_chunk(nav->req.src, nav->set_out);
	pthread_mutex_unlock(&nav->lock);
	return true;
}

/* ---- steps */

/* The text ends, or cannot be read. */
static void end_walk(struct tl_callnav *nav, enum tl_lookup found)
{
	if (found == TL_FAILED)
		end(nav, TL_CALLNAV_FAILED, TL_NOPOS);
	else if (is_finding(nav))
		end(nav, TL_CALLNAV_NONAME, TL_NOPOS);
	else
		end(nav, TL_CALLNAV_EDGE, TL_NOPOS);
}

/* Look at a chunk whose calls are at hand; `stays`: and at what comes of it, next time.  True: there
 * is a result. */
static bool look_at(struct tl_callnav *nav, const struct tl_calls *c, bool stays)
{
	struct walk *w = &nav->walk;

	if (!nav->begun) {
		nav->begun = true;
		if (!set_out(nav, c, w->function))
			return true;
		w->relative = !c->absolute;
	} else if (w->backward && w->depth != DEEPEST) {
		w->depth += tl_calls_ends(c, w->thread);
	}
	if (walk_chunk(nav, c)) {
		if (!is_finding(nav))
			return true;
		return !take_entry(nav, c);
	}
	if (stays && !w->backward) { /* more may come of it */
		w->whole = c->nlines == 0;
		w->at = c->nlines - 1;
		return false;
	}
	if (walk_on(nav, c))
		return false;
	end_walk(nav, TL_NONE);
	return true;
}

static bool same_extent(const struct tl_extent *a, const struct tl_extent *b)
{
	return a->nchunks == b->nchunks && a->last_len == b->last_len && a->complete == b->complete;
}

/* PENDING: it has not come yet; NONE: there is a result; else FOUND. */
static enum tl_lookup walk_step(struct tl_callnav *nav)
{
	uint64_t k = nav->begun ? nav->walk.k : tl_pos_chunk(nav->req.src, nav->set_out);
	const struct tl_calls *c;
	struct tl_extent before, now;
	enum tl_lookup found;
	bool ended, open;

	tl_source_extent(nav->req.src, &before);
	found = tl_callcache_pin(nav->req.cache, k, &c, &nav->found.err);
	open = !before.complete && k + 1 >= before.nchunks;
	if (found == TL_FOUND) {
		ended = look_at(nav, c, open);
		tl_callcache_unpin(nav->req.cache, c);
		if (ended || nav->walk.k != k || !open || nav->walk.backward)
			return ended ? TL_NONE : TL_FOUND;
		tl_source_want(nav->req.src, k + 2);
		tl_source_extent(nav->req.src, &now);
		return same_extent(&before, &now) ? TL_PENDING : TL_FOUND;
	}
	if (found == TL_PENDING)
		return found;
	end_walk(nav, found);
	return TL_NONE;
}

/* Lock held.  The next chunk that the walk may come to; false: enough of them are made. */
static bool take_ahead(struct tl_callnav *nav, uint64_t *k)
{
	bool back = nav->to < nav->from;

	if (nav->to == nav->from) /* it has not left the first chunk */
		return false;
	if (back ? nav->ahead > nav->to : nav->ahead < nav->to)
		nav->ahead = nav->to;
	if (back ? nav->ahead == 0 || nav->to - nav->ahead >= AHEAD
		 : nav->ahead - nav->to >= AHEAD || nav->ahead + 1 >= nav->nchunks)
		return false;
	*k = back ? --nav->ahead : ++nav->ahead;
	return true;
}

static enum tl_step step_ahead(struct tl_callnav *nav)
{
	uint64_t k;
	bool taken = take_ahead(nav, &k), relative = nav->relative;

	pthread_mutex_unlock(&nav->lock);
	if (taken && (relative || !tl_source_known_empty(nav->req.src, k)))
		tl_callcache_prepare(nav->req.cache, k);
	return taken ? TL_STEP_MORE : TL_STEP_WAIT;
}

static enum tl_step nav_step(void *self, struct tl_worker *worker)
{
	struct tl_callnav *nav = self;
	struct tl_msg msg = { TL_MSG_TIME, nav };
	struct tl_extent ex;
	enum tl_lookup found;

	pthread_mutex_lock(&nav->lock);
	if (nav->answer.state != TL_CALLNAV_RUNNING) {
		pthread_mutex_unlock(&nav->lock);
		return TL_STEP_DONE;
	}
	if (nav->walking)
		return step_ahead(nav);
	nav->walking = true;
	pthread_mutex_unlock(&nav->lock);
	found = walk_step(nav);
	tl_source_extent(nav->req.src, &ex);
	pthread_mutex_lock(&nav->lock);
	nav->walking = false;
	if (nav->begun) {
		nav->to = nav->walk.k;
		nav->relative = nav->walk.relative;
	}
	nav->nchunks = ex.nchunks;
	if (found == TL_NONE)
		nav->answer = nav->found;
	pthread_mutex_unlock(&nav->lock);
	if (found == TL_NONE)
		tl_mailbox_post(nav->req.mailbox, &msg);
	return found == TL_NONE ? TL_STEP_DONE : found == TL_PENDING ? TL_STEP_WAIT : TL_STEP_MORE;
}

/* ---- the public side */

bool tl_callnav_start(const struct tl_callnav_request *req, struct tl_jobs *pool,
		      struct tl_callnav **out, struct tl_err *err)
{
	static const struct tl_job_ops ops = { .step = nav_step };
	struct tl_callnav *nav = calloc(1, sizeof(*nav));
	size_t bytes = req->nunseen * sizeof(*req->unseen);

	if (!nav)
		return tl_err_nomem(err);
	nav->req = *req;
	nav->set_out = req->pos;
	nav->from = nav->to = nav->ahead = tl_pos_chunk(req->src, req->pos);
	pthread_mutex_init(&nav->lock, NULL);
	nav->unseen = malloc(bytes + 1);
	if (nav->unseen) {
		if (bytes > 0)
			memcpy(nav->unseen, req->unseen, bytes);
		nav->job = tl_jobs_start(pool, TL_URGENT, &ops, nav);
	}
	if (!nav->job) {
		tl_callnav_close(nav);
		return tl_err_nomem(err);
	}
	*out = nav;
	return true;
}

void tl_callnav_result(struct tl_callnav *nav, struct tl_callnav_result *out)
{
	pthread_mutex_lock(&nav->lock);
	*out = nav->answer;
	pthread_mutex_unlock(&nav->lock);
}

double tl_callnav_progress(struct tl_callnav *nav)
{
	uint64_t from, to, n;

	pthread_mutex_lock(&nav->lock);
	from = nav->from;
	to = nav->to;
	n = nav->nchunks;
	pthread_mutex_unlock(&nav->lock);
	if (to < from)
		return (double)(from - to) / (double)from;
	return n > from ? (double)(to - from) / (double)(n - from) : 0;
}

void tl_callnav_close(struct tl_callnav *nav)
{
	if (!nav)
		return;
	if (nav->job) {
		tl_job_cancel(nav->job);
		tl_job_join(nav->job);
		tl_job_release(nav->job);
	}
	pthread_mutex_destroy(&nav->lock);
	free(nav->unseen);
	free(nav);
}
