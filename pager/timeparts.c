/*
 * timeparts.c: see timeparts.h.  A part is found by its ends, which the time index looks up; where the text
 * is small, or is not in order, by a walk over its lines.
 */
#include "pager/timeparts.h"

#include "decoders/packed/packed.h"
#include "index/timefacts.h"
#include "index/timeindex.h"
#include "pager/timeranges.h"
#include "text/cursor.h"
#include "text/part.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SMALL      (UINT64_C(16) << 20) /* such a text is walked through in less time than is seen */
#define BORDER     (UINT64_C(1) << 20)  /* of what is farther apart the order is right */
#define MAX_PIECES 1000000              /* of a text that is not in order */
#define ROUND_MS   20                   /* how often progress is told */
#define HUSH_MS \
	1000 /* so long nothing else is read in the background, unless the search needs it */

/* ---- on a worker: where they are */

struct search {
	struct tl_source *src;
	struct tl_lineindex *lines;
	struct tl_timeindex *times;
	const char *text;
	uint64_t first, last; /* times of the whole, ns */
	struct tl_timerange ranges[TL_MAX_TIMERANGES];
	size_t nranges;
	struct tl_stretch *pieces;
	size_t npieces, room;
	bool unordered;
	bool lines_tell; /* each line its time, without those before it */
	int64_t origin;  /* what is to be added to the times of the first piece's lines, ns */
	atomic_bool stop;
	atomic_flag taken;
	_Atomic uint64_t walked; /* bytes */
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool over; /* of the lock */
	enum tl_lookup found;
	struct tl_err err;
};

/* [from, to) is one of the pieces. */
static bool add_piece(struct search *s, uint64_t from, uint64_t to)
{
	if (from >= to)
		return true;
	if (s->npieces == MAX_PIECES)
		return tl_err_set(&s->err, "--time: the times of this text are in no order");
	if (s->npieces == s->room) {
		size_t room = s->room ? 2 * s->room : 16;
		struct tl_stretch *more = realloc(s->pieces, room * sizeof(*more));

		if (!more)
			return tl_err_nomem(&s->err);
		s->pieces = more;
		s->room = room;
	}
	s->pieces[s->npieces++] = (struct tl_stretch){ from, to };
	return true;
}

/* Where the first line of a time or a later one is; behind the last one it is the end, which may move. */
static enum tl_lookup look_up(struct search *s, uint64_t ns, uint64_t *pos)
{
	struct tl_timehit hit = { .pos = TL_NOPOS };
	enum tl_lookup found = tl_timeindex_locate(s->times, ns, &s->stop, &hit, &s->err);

	s->unordered |= hit.unordered;
	*pos = found == TL_FOUND ? hit.pos : TL_NOPOS;
	return found == TL_NONE ? TL_FOUND : found;
}

/* A walk over lines. */
struct walk {
	const struct tl_timeform *form;
	const struct tl_timerange *range; /* whose lines are shown; NULL: those of all ranges */
	struct tl_cursor cur;
	struct tl_buf buf;
	struct tl_timechain chain;
	bool in;       /* the line before is shown */
	uint64_t from; /* then: where its piece began */
};

static void walk_init(struct walk *w, struct search *s, const struct tl_timerange *range)
{
	*w = (struct walk){ .form = tl_timeindex_form(s->times), .range = range };
	tl_cursor_init(&w->cur, s->src);
}

static void walk_fini(struct walk *w)
{
	tl_cursor_fini(&w->cur);
	tl_buf_fini(&w->buf);
}

static bool is_within(const struct tl_timerange *r, uint64_t ns)
{
	return ns >= r->first && ns <= r->last;
}

static bool is_shown(const struct search *s, const struct walk *w, uint64_t ns)
{
	if (w->range)
		return is_within(w->range, ns);
	for (size_t i = 0; i < s->nranges; i++)
		if (is_within(&s->ranges[i], ns))
			return true;
	return false;
}

/* The line at pos. */
static bool pass_line(struct search *s, struct walk *w, uint64_t pos, const uint8_t *line,
		      size_t len)
{
	bool in = w->in;
	uint64_t raw;

	if (tl_timeform_read(w->form, line, len, &raw))
		in = is_shown(s, w, tl_time_shown(tl_timechain_line(w->form, &w->chain, raw)));
	if (in && !w->in)
		w->from = pos;
	if (w->in && !in && !add_piece(s, w->from, pos))
		return false;
	w->in = in;
	return true;
}

/* One that may go on in the next chunk. */
static enum tl_lookup pass_cut_line(struct search *s, struct walk *w, uint64_t *pos)
{
	enum tl_lookup found;
	uint64_t next;

	w->buf.len = 0;
	found = tl_cursor_read_line(&w->cur, *pos, TL_TIME_LINE, &w->buf, &next);
	if (found != TL_FOUND)
		return found;
	if (!pass_line(s, w, *pos, w->buf.data, w->buf.len))
		return TL_FAILED;
	return tl_cursor_next_line(&w->cur, *pos, UINT64_MAX, pos);
}

/* From the line at *pos to the first that begins at `until` or behind it: FOUND.  NONE: the text ends before. */
static enum tl_lookup walk_lines(struct search *s, struct walk *w, uint64_t *pos, uint64_t until)
{
	enum tl_lookup found = TL_FOUND;
	struct tl_span span;

	while (found == TL_FOUND && *pos < until) {
		const uint8_t *line, *end;

		if (atomic_load(&s->stop))
			return TL_PENDING;
		found = tl_cursor_forward(&w->cur, *pos, &span);
		if (found != TL_FOUND)
			break;
		for (line = span.data; *pos < until && (end = memchr(line, '\n', span.len));
		     line = end + 1) {
			size_t len = (size_t)(end - line);

			if (!pass_line(s, w, *pos, line, len < TL_TIME_LINE ? len : TL_TIME_LINE))
				return TL_FAILED;
			*pos += len + 1;
			span.len -= len + 1;
		}
		atomic_store(&s->walked, *pos);
		if (span.len > 0 && *pos < until)
			found = pass_cut_line(s, w, pos);
	}
	if (found == TL_FAILED && !s->err.msg[0])
		s->err = w->cur.err;
	return found;
}

/* The walk is over at pos, or (NONE) at the end of the text, which may move. */
static enum tl_lookup end_walk(struct search *s, struct walk *w, enum tl_lookup found, uint64_t pos)
{
	if (found != TL_FOUND && found != TL_NONE)
		return found;
	if (w->in && !add_piece(s, w->from, found == TL_NONE ? TL_NOPOS : pos))
		return TL_FAILED;
	return TL_FOUND;
}

static enum tl_lookup find_by_lines(struct search *s)
{
	enum tl_lookup found;
	uint64_t pos = 0;
	struct walk w;

	s->npieces = 0;
	walk_init(&w, s, NULL);
	w.in = s->ranges[0].from_start;
	found = end_walk(s, &w, walk_lines(s, &w, &pos, TL_NOPOS), TL_NOPOS);
	walk_fini(&w);
	return found;
}

/*
 * What is between the ends of a range.  Near them lines of several CPUs may be mixed up: there it is line by
 * line.
 */
static enum tl_lookup between(struct search *s, const struct tl_timerange *r, uint64_t from,
			      uint64_t to)
{
	bool open = to == TL_NOPOS, far = open || to - from > 2 * BORDER;
	enum tl_lookup found = TL_FOUND;
	uint64_t pos = from;
	struct walk w;

	walk_init(&w, s, r);
	if (r->from_start)
		w.in = true;
	else if (far)
		found = walk_lines(s, &w, &pos, from + BORDER);
	if (found == TL_FOUND && far && !w.in) {
		w.from = pos;
		w.in = true;
	}
	if (found == TL_FOUND && open)
		found = TL_NONE;
	else if (found == TL_FOUND && far)
		found = tl_cursor_next_line(&w.cur, to - BORDER, UINT64_MAX, &pos);
	if (found == TL_FOUND)
		found = walk_lines(s, &w, &pos, to + BORDER);
	found = end_walk(s, &w, found, pos);
	walk_fini(&w);
	return found;
}

static int by_place(const void *a, const void *b)
{
	const struct tl_stretch *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

static enum tl_lookup find_by_ends(struct search *s)
{
	const struct tl_timeform *form = tl_timeindex_form(s->times);
	bool as_is = form->period || form->deltas; /* lines do not tell their times alone */

	for (size_t i = 0; i < s->nranges && !s->unordered; i++) {
		const struct tl_timerange *r = &s->ranges[i];
		uint64_t from = 0, to = TL_NOPOS;
		enum tl_lookup found = TL_FOUND;

		if (!r->from_start)
			found = look_up(s, r->first, &from);
		if (found == TL_FOUND && !r->to_end)
			found = look_up(s, r->last + 1, &to);
		if (found == TL_FOUND && from != TL_NOPOS && !as_is)
			found = between(s, r, from, to > from ? to : from);
		else if (found == TL_FOUND && !add_piece(s, from, to))
			found = TL_FAILED;
		if (found != TL_FOUND)
			return found;
	}
	if (s->npieces > 0)
		qsort(s->pieces, s->npieces, sizeof(*s->pieces), by_place);
	return TL_FOUND;
}

/* Where lines tell their times by those before them, the first ones of the parts have lost theirs. */
static enum tl_lookup find_origin(struct search *s)
{
	const struct tl_timeform *form = tl_timeindex_form(s->times);
	struct tl_buf line = TL_BUF_INIT;
	struct tl_cursor cur;
	enum tl_lookup found;
	uint64_t ns, raw, next, pos = s->npieces > 0 ? s->pieces[0].from : 0;

	if (pos == 0 || (!form->period && !form->deltas))
		return TL_FOUND;
	found = tl_timeindex_at(s->times, pos, &s->stop, &ns, &s->err);
	if (found != TL_FOUND)
		return found == TL_NONE ? TL_FOUND : found;
	tl_cursor_init(&cur, s->src);
	found = tl_cursor_read_line(&cur, pos, TL_TIME_LINE, &line, &next);
	if (found != TL_FOUND || !tl_timeform_read(form, line.data, line.len, &raw))
		raw = form->period ? ns % form->period : 0;
	s->origin = (int64_t)ns - (int64_t)raw;
	tl_cursor_fini(&cur);
	tl_buf_fini(&line);
	return TL_FOUND;
}

static enum tl_lookup find_pieces(struct search *s)
{
	const struct tl_timeform *form = tl_timeindex_form(s->times);
	enum tl_lookup found =
	    tl_timeindex_measure(s->times, &s->stop, &s->first, &s->last, &s->err);

	if (found != TL_FOUND)
		return found;
	if (!tl_timeranges_parse(s->text, form, s->first, s->last, s->ranges, &s->nranges, &s->err))
		return TL_FAILED;
	s->lines_tell = form->period == 0 && !form->deltas;
	if (tl_source_end(s->src) > SMALL) {
		found = find_by_ends(s);
		if (found != TL_FOUND || !s->unordered)
			return found;
	}
	return find_by_lines(s);
}

static enum tl_lookup find_parts(struct search *s)
{
	enum tl_lookup found = find_pieces(s);

	return found == TL_FOUND ? find_origin(s) : found;
}

static enum tl_step search_step(void *self, struct tl_worker *worker)
{
	struct search *s = self;

	if (atomic_flag_test_and_set(&s->taken))
		return TL_STEP_DONE;
	s->found = find_parts(s);
	pthread_mutex_lock(&s->lock);
	s->over = true;
	pthread_cond_signal(&s->ended);
	pthread_mutex_unlock(&s->lock);
	return TL_STEP_DONE;
}

/* ---- waiting for it */

static void nap(void)
{
	struct timespec t = { 0, ROUND_MS * 1000000 };

	nanosleep(&t, NULL);
}

/* A text that is being decompressed is waited for.  False: given up. */
static bool wait_for_text(struct tl_source *src, const struct tl_progress *progress)
{
	struct tl_extent ext;
	double made;

	tl_source_want(src, UINT64_MAX);
	for (;;) {
		tl_source_extent(src, &ext);
		if (ext.complete)
			return true;
		made = tl_source_progress(src);
		if (!tl_progress_step(progress, made > 0 ? made : 0))
			return false;
		nap();
	}
}

static double how_far(struct search *s)
{
	uint64_t end = tl_source_limit(s->src);

	return end > 0 ? (double)atomic_load(&s->walked) / (double)end : 0;
}

static void wait_for_worker(struct search *s, const struct tl_progress *progress)
{
	struct timespec until;

	pthread_mutex_lock(&s->lock);
	while (!s->over) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += ROUND_MS * 1000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&s->ended, &s->lock, &until);
		pthread_mutex_unlock(&s->lock);
		if (!tl_progress_step(progress, how_far(s)))
			atomic_store(&s->stop, true);
		pthread_mutex_lock(&s->lock);
	}
	pthread_mutex_unlock(&s->lock);
}

static void run_search(struct search *s, struct tl_jobs *pool, const struct tl_progress *progress)
{
	static const struct tl_job_ops ops = { .step = search_step };
	struct tl_job *job;

	tl_jobs_hush(pool, HUSH_MS);
	atomic_flag_clear(&s->taken);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->ended, NULL);
	job = tl_jobs_start(pool, TL_URGENT, &ops, s);
	if (job) {
		wait_for_worker(s, progress);
		tl_job_join(job);
		tl_job_release(job);
	}
	pthread_cond_destroy(&s->ended);
	pthread_mutex_destroy(&s->lock);
	if (!job)
		tl_err_nomem(&s->err);
}

static void say_empty(const struct search *s, struct tl_err *err)
{
	const struct tl_timeform *form = tl_timeindex_form(s->times);
	char from[TL_TIMEFORM_PRINTED], to[TL_TIMEFORM_PRINTED];

	tl_err_set(err, "--time: no line has such a time; the text goes from %s to %s",
		   tl_timeform_print(form, s->first, from), tl_timeform_print(form, s->last, to));
}

/* What counts time is not to count what is left out between two ranges. */
static bool tell_times(const struct search *s, struct tl_source *part)
{
	struct tl_part_span *times;
	bool ok;

	if (!s->lines_tell)
		return true;
	times = calloc(s->nranges, sizeof(*times));
	for (size_t i = 0; times && i < s->nranges; i++)
		times[i] = (struct tl_part_span){
			s->ranges[i].from_start ? 0 : s->ranges[i].first,
			s->ranges[i].to_end ? UINT64_MAX : s->ranges[i].last,
		};
	ok = times && tl_part_set_times(part, times, s->nranges);
	free(times);
	return ok;
}

/* The parts become the text.  Takes *src. */
static enum tl_timeparts take_parts(struct search *s, struct tl_source **src, struct tl_err *err)
{
	static const struct tl_stretch nothing = { 0, 0 };
	struct tl_source *below = *src;
	bool any = s->npieces > 0;

	*src = NULL;
	if (!tl_source_open_part(below, any ? s->pieces : &nothing, any ? s->npieces : 1, src, err))
		return TL_TIMEPARTS_FAILED;
	tl_part_set_origin(*src, s->origin);
	if (!tell_times(s, *src)) {
		tl_err_nomem(err);
		tl_source_close(*src);
		*src = NULL;
		return TL_TIMEPARTS_FAILED;
	}
	return any ? TL_TIMEPARTS_DONE : TL_TIMEPARTS_EMPTY;
}

/* The indexes of the whole text, which are needed for that long only. */
static struct search *search_new(struct tl_source *src, const char *index_dir, struct tl_jobs *pool)
{
	struct search *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	if (tl_lineindex_new(src, pool, NULL, &s->lines, NULL) &&
	    tl_timeindex_new(src, s->lines, pool, NULL, &s->times, NULL)) {
		tl_lineindex_set_dir(s->lines, index_dir);
		return s;
	}
	tl_lineindex_close(s->lines);
	free(s);
	return NULL;
}

static enum tl_timeparts search_parts(struct tl_source **src, const char *text,
				      const char *index_dir, struct tl_jobs *pool,
				      const struct tl_progress *progress, struct tl_err *err)
{
	struct search *s = search_new(*src, index_dir, pool);
	enum tl_timeparts answer = TL_TIMEPARTS_FAILED;

	if (!s) {
		tl_err_nomem(err);
		return TL_TIMEPARTS_FAILED;
	}
	s->src = *src;
	s->text = text;
	s->found = TL_FAILED;
	if (!tl_timeindex_form(s->times))
		s->found = TL_NONE;
	else
		run_search(s, pool, progress);
	if (s->found == TL_FOUND && s->npieces == 0)
		say_empty(s, &s->err);
	tl_timeindex_close(s->times);
	tl_lineindex_close(s->lines);
	tl_jobs_hush(pool, 0);
	*err = s->err;
	if (s->found == TL_FOUND) {
		answer = take_parts(s, src, err);
	} else if (s->found == TL_NONE) {
		tl_err_set(err, "--time: this text has no times");
		answer = TL_TIMEPARTS_WHOLE;
	} else if (s->found == TL_PENDING) {
		tl_err_set(err, "interrupted");
	}
	free(s->pieces);
	free(s);
	return answer;
}

enum tl_timeparts tl_timeparts_open(struct tl_source **src, const char *text, const char *index_dir,
				    struct tl_jobs *pool, const struct tl_progress *progress,
				    struct tl_err *err)
{
	bool is_file = strcmp(tl_source_kind(*src), "file") == 0 || tl_packed_is(*src);

	if (!is_file || !tl_source_is_flat(*src)) {
		tl_err_set(err, "--time is for files that can be read at any place");
		return TL_TIMEPARTS_WHOLE;
	}
	if (!wait_for_text(*src, progress)) {
		tl_err_set(err, "interrupted");
		return TL_TIMEPARTS_FAILED;
	}
	return search_parts(src, text, index_dir, pool, progress, err);
}
