/*
 * seek.c: see seek.h.  A job of one step; of a text that is still coming, of one for each time that more has
 * come.  Positions that are found are made those of a byte with
 * a cursor, whose chunk then is in the cache for the screen.
 */
#include "pager/seek.h"

#include "text/cursor.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WANTED 4 /* chunks, of a text that is still coming */

/* So long what goes on in the background leaves the processors and the disk to a look-up, which most often takes a
 * few milliseconds; and so long after it, to who shows what was found. */
#define HUSH_MS  100
#define AFTER_MS 5

struct tl_seek {
	struct tl_seek_request req;
	struct tl_source *src;
	struct tl_jobs *pool;
	uint64_t first, last; /* of the text, ns; of one that is still coming, so far */
	bool coming;
	struct tl_job *job;
	atomic_bool stop;
	atomic_uint users;    /* who asked, and the job */
	pthread_mutex_t lock; /* of what follows */
	bool taken;           /* by a worker */
	struct tl_seek_result result;
};

uint64_t tl_seek_slice(uint64_t first_ns, uint64_t time_ns, uint64_t slice_ns)
{
	return time_ns > first_ns ? (time_ns - first_ns) / slice_ns : 0;
}

uint64_t tl_seek_default_slice(uint64_t first_ns, uint64_t last_ns)
{
	uint64_t all = last_ns > first_ns ? last_ns - first_ns : 0;

	return all / 100 + 1;
}

/* ---- on the worker */

struct work {
	struct tl_seek *seek;
	struct tl_cursor cur;
	struct tl_err *err;
};

/* FOUND: the time of the line that holds pos. */
static enum tl_lookup time_at(struct work *w, uint64_t pos, uint64_t *time)
{
	struct tl_seek *s = w->seek;
	struct tl_place place;
	enum tl_lookup found = tl_texttimes_describe(s->req.times, pos, &s->stop, &place, w->err);

	*time = place.time_ns;
	return found;
}

/* What becomes of it when a look has not found anything. */
static enum tl_seek_state not_found(enum tl_lookup found)
{
	return found == TL_FAILED ? TL_SEEK_FAILED : TL_SEEK_EDGE;
}

/* Over a stretch without lines; it is left as soon as nobody waits for the answer. */
static enum tl_lookup forward(struct work *w, uint64_t pos, struct tl_span *out)
{
	enum tl_lookup found;

	do
		found = tl_cursor_forward(&w->cur, pos, out);
	while (found == TL_PENDING && !atomic_load(&w->seek->stop));
	return found;
}

static enum tl_lookup backward(struct work *w, uint64_t pos, struct tl_span *out, uint64_t *start)
{
	enum tl_lookup found;

	do
		found = tl_cursor_backward(&w->cur, pos, out, start);
	while (found == TL_PENDING && !atomic_load(&w->seek->stop));
	return found;
}

/* The last line of all, from pos at the end backward. */
static enum tl_lookup last_line(struct work *w, uint64_t pos, uint64_t *out)
{
	struct tl_span span;
	uint64_t start;
	enum tl_lookup found = backward(w, pos, &span, &start);

	if (found == TL_FOUND)
		found = tl_cursor_line_start(&w->cur, start + span.len - 1, UINT64_MAX, out);
	return found;
}

/* The first line at or after a time; where there is none, the edge if it has to be `within` the text, or
 * else the last line of all. */
static enum tl_seek_state find_time(struct work *w, uint64_t time, bool within,
				    struct tl_timespot *out)
{
	struct tl_seek *s = w->seek;
	enum tl_lookup found = tl_texttimes_locate(s->req.times, time, &s->stop, out, w->err);
	struct tl_span span;

	if (found == TL_FOUND)
		found = forward(w, out->pos, &span);
	else if (found == TL_NONE) /* so late there is no line */
		out->pos = tl_source_end(s->src);
	else
		return not_found(found);
	if (found == TL_FOUND)
		out->pos = tl_pos_make(s->src, w->cur.k, (uint64_t)(span.data - w->cur.span.data));
	else if (found == TL_NONE && !within)
		found = last_line(w, out->pos, &out->pos);
	if (found == TL_FOUND)
		return TL_SEEK_FOUND;
	if (found == TL_FAILED)
		*w->err = w->cur.err;
	return not_found(found); /* a text without a line */
}

static uint64_t clamp(const struct tl_seek *s, uint64_t time)
{
	return time < s->first ? s->first : time > s->last ? s->last : time;
}

static enum tl_seek_state seek_written(struct work *w, struct tl_timespot *spot)
{
	struct tl_seek *s = w->seek;
	const char *text = s->req.text + strspn(s->req.text, " \t");
	bool relative = *text == '+' || *text == '-';
	struct tl_time_ref ref = { .now = TL_TIME_NONE, .first = s->first, .last = s->last };
	enum tl_lookup found = time_at(w, s->req.base, &ref.now);
	enum tl_seek_state state;
	uint64_t time;

	/* Without a sign it only matters to a time of day: of which day? */
	if (found == TL_FAILED && relative)
		return TL_SEEK_FAILED;
	if (found != TL_FOUND) /* what is before the first line with a time */
		ref.now = s->first;
	if (!tl_texttimes_parse(s->req.times, text, &ref, &time, w->err))
		return TL_SEEK_FAILED;
	if (s->coming && (time > s->last || strchr(text, '%')))
		return TL_SEEK_RUNNING;
	if (relative)
		time = clamp(s, time);
	if (time < s->first) {
		state = find_time(w, s->first, true, spot);
		return state == TL_SEEK_FOUND ? TL_SEEK_EDGE : state;
	}
	state = find_time(w, time, time > s->last, spot);
	if (state == TL_SEEK_EDGE)
		spot->pos = TL_NOPOS;
	return state;
}

static uint64_t slice_start(const struct tl_seek *s, uint64_t i)
{
	return s->first + i * s->req.slice_ns;
}

static enum tl_seek_state slices_forward(struct work *w, uint64_t now, struct tl_timespot *spot)
{
	struct tl_seek *s = w->seek;
	uint64_t last = tl_seek_slice(s->first, s->last, s->req.slice_ns), to = last;
	enum tl_seek_state state;

	if (s->coming && now + (uint64_t)s->req.nslices > last)
		return TL_SEEK_RUNNING;
	if (now >= last)
		return TL_SEEK_EDGE;
	if ((uint64_t)s->req.nslices < last - now)
		to = now + (uint64_t)s->req.nslices;
	state = find_time(w, slice_start(s, to), false, spot);
	/* Nothing but the line at hand is left. */
	return state == TL_SEEK_FOUND && spot->pos <= s->req.base ? TL_SEEK_EDGE : state;
}

/*
 * Backward, the slices before may have no lines: then the first line of this slice is what is
 * found for them too, and the slice to go to is that of the line before it.
 */
static enum tl_seek_state slices_backward(struct work *w, uint64_t now, struct tl_timespot *spot)
{
	struct tl_seek *s = w->seek;
	uint64_t by = (uint64_t)-s->req.nslices, start, time;
	struct tl_timespot here;
	enum tl_seek_state state = find_time(w, slice_start(s, now), false, &here);
	enum tl_lookup found;
	struct tl_span span;

	if (state != TL_SEEK_FOUND)
		return state;
	if (now > 0) {
		state = find_time(w, slice_start(s, by < now ? now - by : 0), false, spot);
		if (state != TL_SEEK_FOUND || spot->pos < here.pos)
			return state;
	}
	found = backward(w, here.pos, &span, &start);
	if (found == TL_FAILED) {
		*w->err = w->cur.err;
		return TL_SEEK_FAILED;
	}
	*spot = here;
	if (found == TL_FOUND)
		found = time_at(w, start + span.len - 1, &time);
	if (found == TL_FAILED)
		return TL_SEEK_FAILED;
	if (found != TL_FOUND) /* in the first slice: to its beginning, if not there already */
		return here.pos < s->req.base ? TL_SEEK_FOUND : TL_SEEK_EDGE;
	return find_time(w,
			 slice_start(s, tl_seek_slice(s->first, clamp(s, time), s->req.slice_ns)),
			 false, spot);
}

static enum tl_seek_state seek_slices(struct work *w, struct tl_timespot *spot)
{
	struct tl_seek *s = w->seek;
	uint64_t time, now;
	enum tl_lookup found = time_at(w, s->req.base, &time);

	if (found == TL_FAILED)
		return TL_SEEK_FAILED;
	if (found != TL_FOUND)
		time = s->first;
	if (s->req.slice_ns == 0)
		s->req.slice_ns = tl_seek_default_slice(s->first, s->last);
	now = tl_seek_slice(s->first, clamp(s, time), s->req.slice_ns);
	return s->req.nslices < 0 ? slices_backward(w, now, spot) : slices_forward(w, now, spot);
}

/* Of a text that is still coming some more is needed each time.  RUNNING: not enough is here. */
static enum tl_seek_state do_it(struct work *w, struct tl_seek_result *out)
{
	struct tl_seek *s = w->seek;
	struct tl_extent ext;

	tl_source_extent(s->src, &ext);
	s->coming = !ext.complete;
	if (s->coming)
		tl_source_want(s->src, ext.nchunks + WANTED);
	switch (tl_texttimes_find_range(s->req.times, &s->stop, &s->first, &s->last, w->err)) {
	case TL_FOUND:
		break;
	case TL_FAILED:
		return TL_SEEK_FAILED;
	default:
		return TL_SEEK_NOTIME;
	}
	out->first = s->first;
	out->last = s->last;
	return s->req.kind == TL_SEEK_WRITTEN ? seek_written(w, &out->spot)
					      : seek_slices(w, &out->spot);
}

static enum tl_step seek_step(void *self, struct tl_worker *worker)
{
	struct tl_seek *s = self;
	struct tl_seek_result result = { .spot.pos = TL_NOPOS };
	struct work w = { .seek = s, .err = &result.err };
	struct tl_msg msg = { TL_MSG_TIME, s };
	bool taken;

	pthread_mutex_lock(&s->lock);
	taken = s->taken;
	s->taken = true;
	pthread_mutex_unlock(&s->lock);
	if (taken)
		return TL_STEP_WAIT;
	tl_cursor_init(&w.cur, s->src);
	w.cur.hasty = true;
	result.state = do_it(&w, &result);
	tl_cursor_fini(&w.cur);
	if (result.state != TL_SEEK_RUNNING)
		tl_jobs_hush(s->pool, AFTER_MS);
	pthread_mutex_lock(&s->lock);
	s->result = result;
	s->taken = result.state != TL_SEEK_RUNNING;
	pthread_mutex_unlock(&s->lock);
	if (result.state == TL_SEEK_RUNNING)
		return TL_STEP_WAIT;
	tl_mailbox_post(s->req.mailbox, &msg);
	return TL_STEP_DONE;
}

/* Who has the answer does not wait for the worker to leave, which may have lost its processor meanwhile. */
static void unuse(struct tl_seek *s)
{
	if (atomic_fetch_sub(&s->users, 1) > 1)
		return;
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static void seek_done(void *self, bool cancelled)
{
	unuse(self);
}

/* ---- the public side */

bool tl_seek_start(const struct tl_seek_request *req, struct tl_jobs *pool, struct tl_seek **out,
		   struct tl_err *err)
{
	static const struct tl_job_ops ops = { .step = seek_step, .done = seek_done };
	struct tl_seek *s = calloc(1, sizeof(*s));

	if (!s)
		return tl_err_nomem(err);
	s->req = *req;
	s->pool = pool;
	pthread_mutex_init(&s->lock, NULL);
	s->src = tl_texttimes_source(req->times);
	atomic_store(&s->users, 2);
	/* First, as a worker that is done says how much longer it is to last. */
	tl_jobs_hush(pool, HUSH_MS);
	s->job = tl_jobs_start(pool, TL_URGENT, &ops, s);
	if (!s->job) {
		atomic_store(&s->users, 1);
		unuse(s);
		return tl_err_nomem(err);
	}
	*out = s;
	return true;
}

void tl_seek_result(struct tl_seek *seek, struct tl_seek_result *out)
{
	pthread_mutex_lock(&seek->lock);
	*out = seek->result;
	pthread_mutex_unlock(&seek->lock);
}

void tl_seek_close(struct tl_seek *seek)
{
	bool running;

	if (!seek)
		return;
	pthread_mutex_lock(&seek->lock);
	running = seek->result.state == TL_SEEK_RUNNING;
	pthread_mutex_unlock(&seek->lock);
	if (running) {
		atomic_store(&seek->stop, true);
		tl_job_cancel(seek->job);
		tl_job_join(seek->job);
	}
	tl_job_release(seek->job);
	unuse(seek);
}
