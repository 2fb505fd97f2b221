/*
 * seek.c: see seek.h.  A job of one step.  Positions that are found are made those of a byte with
 * a cursor, whose chunk then is in the cache for the screen.
 */
#include "pager/seek.h"

#include "base/timespec.h"
#include "text/cursor.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct tl_seek {
	struct tl_seek_request req;
	const struct tl_decoder_ops *ops;
	void *self;
	uint64_t first, last; /* of the text, ns */
	struct tl_job *job;
	atomic_flag taken; /* by a worker */
	atomic_bool stop;
	pthread_mutex_t lock;
	struct tl_seek_result result; /* of the lock */
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

/* The time of the line that holds pos; false: FAILED, or NOTIME where *time says so. */
static bool time_at(struct work *w, uint64_t pos, uint64_t *time, struct tl_place *place)
{
	struct tl_seek *s = w->seek;

	if (!s->ops->describe(s->self, tl_pos_chunk(s->req.src, pos), tl_pos_byte(s->req.src, pos),
			      place, w->err))
		return false;
	*time = place->time_ns != TL_DECODER_NOTIME ? place->time_ns : place->chunk_ns;
	return true;
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

/* The first line at or after a time; where there is none, the last one of all. */
static enum tl_seek_state find_time(struct work *w, uint64_t time, uint64_t *pos)
{
	struct tl_seek *s = w->seek;
	uint64_t k, byte, start;
	enum tl_lookup found;
	struct tl_span span;

	if (!s->ops->locate(s->self, time, &k, &byte, w->err))
		return TL_SEEK_FAILED;
	*pos = tl_pos_make(s->req.src, k, byte);
	found = forward(w, *pos, &span);
	if (found == TL_FOUND) {
		*pos = tl_pos_make(s->req.src, w->cur.k, (uint64_t)(span.data - w->cur.span.data));
		return TL_SEEK_FOUND;
	}
	if (found == TL_NONE)
		found = backward(w, *pos, &span, &start);
	if (found == TL_FOUND)
		found = tl_cursor_line_start(&w->cur, start + span.len - 1, UINT64_MAX, pos);
	if (found == TL_FOUND)
		return TL_SEEK_FOUND;
	if (found == TL_FAILED)
		*w->err = w->cur.err;
	return found == TL_FAILED ? TL_SEEK_FAILED : TL_SEEK_EDGE; /* a text without a line */
}

static uint64_t clamp(const struct tl_seek *s, uint64_t time)
{
	return time < s->first ? s->first : time > s->last ? s->last : time;
}

static enum tl_seek_state seek_written(struct work *w, uint64_t *pos)
{
	struct tl_seek *s = w->seek;
	const char *text = s->req.text + strspn(s->req.text, " \t");
	bool relative = *text == '+' || *text == '-';
	struct tl_time_ref ref = { .now = TL_TIME_NONE, .first = s->first, .last = s->last };
	struct tl_place place;
	uint64_t time;

	if (relative && !time_at(w, s->req.base, &ref.now, &place))
		return TL_SEEK_FAILED;
	if (!tl_time_parse(text, &ref, &time, w->err))
		return TL_SEEK_FAILED;
	if (relative)
		time = clamp(s, time);
	return time < s->first || time > s->last ? TL_SEEK_EDGE : find_time(w, time, pos);
}

static uint64_t slice_start(const struct tl_seek *s, uint64_t i)
{
	return s->first + i * s->req.slice_ns;
}

static enum tl_seek_state slices_forward(struct work *w, uint64_t now, uint64_t *pos)
{
	struct tl_seek *s = w->seek;
	uint64_t last = tl_seek_slice(s->first, s->last, s->req.slice_ns), to = last;
	enum tl_seek_state state;

	if (now >= last)
		return TL_SEEK_EDGE;
	if ((uint64_t)s->req.nslices < last - now)
		to = now + (uint64_t)s->req.nslices;
	state = find_time(w, slice_start(s, to), pos);
	/* Nothing but the line at hand is left. */
	return state == TL_SEEK_FOUND && *pos <= s->req.base ? TL_SEEK_EDGE : state;
}

/*
 * Backward, the slices before may have no lines: then the first line of this slice is what is
 * found for them too, and the slice to go to is that of the line before it.
 */
static enum tl_seek_state slices_backward(struct work *w, uint64_t now, uint64_t *pos)
{
	struct tl_seek *s = w->seek;
	uint64_t by = (uint64_t)-s->req.nslices, here, before, start, time;
	enum tl_seek_state state = find_time(w, slice_start(s, now), &here);
	struct tl_place place;
	enum tl_lookup found;
	struct tl_span span;

	if (state != TL_SEEK_FOUND)
		return state;
	if (now > 0) {
		state = find_time(w, slice_start(s, by < now ? now - by : 0), pos);
		if (state != TL_SEEK_FOUND || *pos < here)
			return state;
	}
	found = backward(w, here, &span, &start);
	if (found == TL_FAILED) {
		*w->err = w->cur.err;
		return TL_SEEK_FAILED;
	}
	if (found != TL_FOUND) /* in the first slice: to its beginning, if not there already */
		return (*pos = here) < s->req.base ? TL_SEEK_FOUND : TL_SEEK_EDGE;
	before = start + span.len - 1;
	if (!time_at(w, before, &time, &place))
		return TL_SEEK_FAILED;
	return find_time(w, slice_start(s, tl_seek_slice(s->first, time, s->req.slice_ns)), pos);
}

static enum tl_seek_state seek_slices(struct work *w, uint64_t *pos)
{
	struct tl_seek *s = w->seek;
	struct tl_place place;
	uint64_t time, now;

	if (!time_at(w, s->req.base, &time, &place))
		return TL_SEEK_FAILED;
	now = tl_seek_slice(s->first, clamp(s, time), s->req.slice_ns);
	return s->req.nslices < 0 ? slices_backward(w, now, pos) : slices_forward(w, now, pos);
}

static enum tl_seek_state do_it(struct work *w, struct tl_seek_result *out)
{
	struct tl_seek *s = w->seek;
	uint64_t time;

	if (s->req.kind == TL_SEEK_DESCRIBE) {
		out->pos = s->req.base;
		return time_at(w, s->req.base, &time, &out->place) ? TL_SEEK_FOUND : TL_SEEK_FAILED;
	}
	if (!s->ops->range(s->self, &s->first, &s->last))
		return TL_SEEK_NOTIME;
	return s->req.kind == TL_SEEK_WRITTEN ? seek_written(w, &out->pos)
					      : seek_slices(w, &out->pos);
}

static enum tl_step seek_step(void *self, struct tl_worker *worker)
{
	struct tl_seek *s = self;
	struct tl_seek_result result = { .pos = TL_NOPOS };
	struct work w = { .seek = s, .err = &result.err };
	struct tl_msg msg = { TL_MSG_TIME, s };

	if (atomic_flag_test_and_set(&s->taken))
		return TL_STEP_DONE;
	tl_cursor_init(&w.cur, s->req.src);
	w.cur.hasty = true;
	result.state = do_it(&w, &result);
	tl_cursor_fini(&w.cur);
	pthread_mutex_lock(&s->lock);
	s->result = result;
	pthread_mutex_unlock(&s->lock);
	tl_mailbox_post(s->req.mailbox, &msg);
	return TL_STEP_DONE;
}

/* ---- the public side */

bool tl_seek_start(const struct tl_seek_request *req, struct tl_jobs *pool, struct tl_seek **out,
		   struct tl_err *err)
{
	static const struct tl_job_ops ops = { .step = seek_step };
	struct tl_seek *s = calloc(1, sizeof(*s));

	if (!s)
		return tl_err_nomem(err);
	s->req = *req;
	atomic_flag_clear(&s->taken);
	pthread_mutex_init(&s->lock, NULL);
	if (!tl_decoder_of(req->src, &s->ops, &s->self)) {
		tl_seek_close(s);
		return tl_err_set(err, "this text has no times");
	}
	s->job = tl_jobs_start(pool, TL_URGENT, &ops, s);
	if (!s->job) {
		tl_seek_close(s);
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
	if (!seek)
		return;
	if (seek->job) {
		atomic_store(&seek->stop, true);
		tl_job_cancel(seek->job);
		tl_job_join(seek->job);
		tl_job_release(seek->job);
	}
	pthread_mutex_destroy(&seek->lock);
	free(seek);
}
