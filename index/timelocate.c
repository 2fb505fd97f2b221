/*
 * timelocate.c: see timeindex.h.  Three ways lead to the first line at or after a time.
 *
 * *By what is known*: the first chunk whose latest time is not before it.  Samples do not see the latest time of
 * chunks that are not in order, so chunks before it are read, back to one that is read and earlier.
 *
 * *By bisection*, where too little is known: the first times of chunks, some KiB read for each.  First those of
 * chunks that stand in equal distances, which shows whether the text is in order on the large scale; what was
 * read is kept.
 *
 * *In order*, chunk by chunk, on all processors, where the text is seen not to be in order or its times add up,
 * and in short texts, where it takes no time.
 */
#include "index/timerows.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SHORT_TEXT 16           /* chunks */
#define NPROBES    32           /* over the whole text */
#define PROBE      (4u << 10)   /* bytes at the beginning of a chunk, and if no time is in them */
#define PROBE_MORE (128u << 10) /* so many, at the most */
#define NEAR       (8u << 10) /* bytes before a line that are looked through for a time, if it has none */
#define WAIT_NS    10000000 /* between two looks at *stop */

struct quest {
	struct tl_timeindex *ti;
	const struct tl_timeform *form;
	uint64_t ns;
	const atomic_bool *stop;
	struct tl_err *err;
	struct tl_buf buf;
	uint64_t pos, time; /* of the answer */
	int64_t base;       /* of its chunk */
};

static bool is_stopped(const struct quest *q)
{
	return q->stop && atomic_load(q->stop);
}

static uint64_t nchunks(struct tl_timeindex *ti)
{
	uint64_t n;

	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti);
	n = ti->n;
	pthread_mutex_unlock(&ti->lock);
	return n;
}

/* ---- bases */

/* Does the base of a chunk depend on those before it? */
static bool is_chained(const struct tl_timeform *f)
{
	return f->deltas || f->period > 0;
}

/* What is to be added to the times of chunk k, which has these facts, by all that is known of those before. */
static int64_t base_of(struct tl_timeindex *ti, const struct tl_timeform *f, uint64_t k,
		       const struct tl_timefacts *facts)
{
	int64_t base;

	if (!is_chained(f))
		return 0;
	pthread_mutex_lock(&ti->lock);
	base = tl_timerows_base(ti, f, k, facts);
	pthread_mutex_unlock(&ti->lock);
	return base;
}

static uint64_t latest(const struct tl_timefacts *facts, int64_t base)
{
	return tl_time_shown(tl_time_add(base, facts->max));
}

/* ---- one chunk */

/* Was chunk k read line by line? */
static bool is_read(struct tl_timeindex *ti, uint64_t k, struct tl_timefacts *facts)
{
	*facts = (struct tl_timefacts){ 0 };
	pthread_mutex_lock(&ti->lock);
	if (k < ti->n)
		*facts = ti->rows[k].facts;
	pthread_mutex_unlock(&ti->lock);
	return facts->flags & TL_TIMES_EXACT;
}

/* By these facts, is a line of chunk k at the time or later? */
static bool reaches(const struct quest *q, uint64_t k, const struct tl_timefacts *facts,
		    int64_t *base)
{
	if (!(facts->flags & TL_TIMES_SOME))
		return false;
	*base = base_of(q->ti, q->form, k, facts);
	return latest(facts, *base) >= q->ns;
}

static bool find_line(const struct quest *q, const struct tl_timework *w,
		      const struct tl_timefacts *facts, int64_t base, size_t *at, uint64_t *time)
{
	if (tl_timefacts_in_order(q->form, facts))
		return tl_timebytes_bisect(q->form, &w->bytes, facts, base, q->ns, at, time);
	return tl_timebytes_find(q->form, &w->bytes, base, q->ns, at, time);
}

/*
 * Look for the answer in chunk k, all of whose lines are read if they were not.  Its facts, too.  A chunk that is
 * `likely` to have it is read by way of the cache, as what is found is shown next.
 */
static enum tl_lookup look_in(struct quest *q, uint64_t k, bool likely, struct tl_timefacts *facts)
{
	struct tl_timeindex *ti = q->ti;
	struct tl_timework w = { .k = k, .last = TL_BUF_INIT };
	bool known, there = false;
	enum tl_lookup found;
	int64_t base;
	size_t at;

	known = is_read(ti, k, facts);
	if (known && !reaches(q, k, facts, &base))
		return TL_NONE;
	if (!known && !tl_timerows_work(ti, q->form, k, &w))
		return TL_NONE;
	found = known || likely ? tl_timework_pin(ti, &w, q->err)
				: tl_timework_fetch(ti, &w, false, &q->buf, q->err);
	if (found == TL_FOUND) {
		if (!known)
			*facts = tl_timefacts_read(q->form, &w.bytes);
		if (known || reaches(q, k, facts, &base))
			there = find_line(q, &w, facts, base, &at, &q->time);
		tl_timework_release(ti, &w);
	}
	if (!known)
		tl_timerows_put(ti, &w, found == TL_FOUND ? facts : NULL);
	if (there) {
		q->pos = tl_pos_make(ti->src, k, at);
		q->base = base;
	}
	return there ? TL_FOUND : found == TL_FAILED ? TL_FAILED : TL_NONE;
}

/* Look in the chunks from k on. */
static enum tl_lookup look_from(struct quest *q, uint64_t k)
{
	struct tl_timefacts facts;

	for (uint64_t from = k; k < nchunks(q->ti); k++) {
		enum tl_lookup found;

		if (is_stopped(q))
			return TL_PENDING;
		found = look_in(q, k, k == from, &facts);
		if (found != TL_NONE)
			return found;
	}
	return TL_NONE;
}

/*
 * The answer is in chunk k, or (TL_NONE) not known to be in any before it: but chunks before may have an
 * earlier one that was not seen.
 */
static enum tl_lookup look_back(struct quest *q, uint64_t k, enum tl_lookup answer)
{
	struct tl_timefacts facts;

	while (k-- > 0) {
		enum tl_lookup found;

		if (is_stopped(q))
			return TL_PENDING;
		found = look_in(q, k, false, &facts);
		if (found == TL_FAILED)
			return found;
		if (found == TL_FOUND)
			answer = found;
		else if (facts.flags & TL_TIMES_SOME)
			break;
	}
	return answer;
}

/* ---- by what is known */

/* The first chunk known to reach the time; false: what is known does not say.  *unknown gets the first chunk of
 * which too little is known. */
static bool first_reaching(struct quest *q, uint64_t *k, uint64_t *unknown)
{
	struct tl_timeindex *ti = q->ti;
	struct tl_timechain chain = { .base = ti->origin };
	uint64_t reached = 0;
	bool found = false;

	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti);
	for (*unknown = 0; *unknown < ti->n; ++*unknown) {
		const struct tl_timefacts *facts = &ti->rows[*unknown].facts;
		int64_t base;

		if (!(facts->flags & (TL_TIMES_EXACT | TL_TIMES_SAMPLED)))
			break;
		if (!(facts->flags & TL_TIMES_SOME))
			continue;
		base = tl_timechain_chunk(q->form, &chain, facts);
		if (tl_time_shown(tl_time_add(base, facts->min)) < reached)
			atomic_store(&ti->unordered, true);
		if (latest(facts, base) > reached)
			reached = latest(facts, base);
		if (!found && reached >= q->ns) {
			*k = *unknown;
			found = true;
		}
	}
	found = found || *unknown == ti->n;
	if (reached < q->ns)
		*k = ti->n;
	pthread_mutex_unlock(&ti->lock);
	return found;
}

static enum tl_lookup by_known(struct quest *q, uint64_t k)
{
	enum tl_lookup answer = look_from(q, k);

	if (answer == TL_PENDING || answer == TL_FAILED)
		return answer;
	return look_back(q, k, answer);
}

/* ---- by bisection */

/* The first time in some KiB of a chunk. */
static bool first_in(struct quest *q, uint64_t k, size_t n, uint64_t *raw)
{
	struct tl_timebytes b = { .begins = k == 0 };

	q->buf.len = 0;
	if (tl_source_read_part(q->ti->src, k, 0, n, &q->buf, NULL) != TL_FOUND)
		return false;
	b.chunk = (struct tl_span){ q->buf.data, q->buf.len };
	/* The last line may be cut. */
	while (b.chunk.len > 0 && b.chunk.data[b.chunk.len - 1] != '\n')
		b.chunk.len--;
	return tl_timebytes_first(q->form, &b, raw);
}

/* The time that chunk k begins with, as far as it is known there; false: none is found near its beginning. */
static bool probe(struct quest *q, uint64_t k, uint64_t *time)
{
	struct tl_timeindex *ti = q->ti;
	struct tl_timefacts facts = { 0 };
	uint64_t raw;

	pthread_mutex_lock(&ti->lock);
	if (k < ti->n)
		facts = ti->rows[k].facts;
	pthread_mutex_unlock(&ti->lock);
	if (!(facts.flags & TL_TIMES_SOME)) {
		if ((facts.flags & TL_TIMES_EXACT) ||
		    (!first_in(q, k, PROBE, &raw) && !first_in(q, k, PROBE_MORE, &raw)))
			return false;
		facts = tl_timefacts_first(raw);
		pthread_mutex_lock(&ti->lock);
		if (tl_timerows_have(ti, q->form) && k < ti->n && ti->rows[k].facts.flags == 0)
			ti->rows[k].facts = facts;
		pthread_mutex_unlock(&ti->lock);
	}
	*time = tl_time_shown(tl_time_add(base_of(ti, q->form, k, &facts), facts.min));
	return true;
}

/* How long chunk k lasts, all of whose lines are read if they were not. */
static uint64_t duration(struct quest *q, uint64_t k)
{
	struct tl_timefacts facts;
	struct tl_timework w;

	if (!is_read(q->ti, k, &facts) && tl_timerows_work(q->ti, q->form, k, &w))
		tl_timerows_read(q->ti, q->form, &w, &q->buf, &facts, NULL);
	return (uint64_t)facts.max - (uint64_t)facts.min;
}

/* Times of day of two chunks, between which others are not known, tell their days only if those last less than
 * half a day in all. */
static bool is_near(const struct quest *q, uint64_t nbetween, uint64_t each)
{
	return q->form->period == 0 || nbetween == 0 || each < q->form->period / 2 / nbetween;
}

/*
 * Look at chunks in equal distances from the chunk `low` on: *low is the last one before the time, and *high the
 * first one behind it that is not.  False: the text is not in order, or its days cannot be told so.
 */
static bool survey(struct quest *q, uint64_t *low, uint64_t *high)
{
	uint64_t from = *low, n = nchunks(q->ti), before = 0, time, longest = 0, prev = from;
	bool in_order = true;

	*high = n;
	for (uint64_t i = 0; i <= NPROBES && n > from; i++) {
		uint64_t k = from + (n - 1 - from) * i / NPROBES;

		/* Of a chunk looked at twice others may have found out meanwhile that it begins earlier. */
		if (i > 0 && k == from + (n - 1 - from) * (i - 1) / NPROBES)
			continue;
		if (is_stopped(q))
			break;
		if (q->form->period > 0) {
			uint64_t lasts = duration(q, k);

			longest = lasts > longest ? lasts : longest;
		}
		if (!probe(q, k, &time))
			continue;
		if (time < before || !is_near(q, k > prev ? k - prev - 1 : 0, longest))
			in_order = false;
		prev = k;
		before = time;
		if (time < q->ns)
			*low = k;
		else if (*high == n)
			*high = k;
	}
	/* A day that was missed looks like times that go back. */
	if (!in_order && q->form->period == 0)
		atomic_store(&q->ti->unordered, true);
	return in_order;
}

/* The next chunk at or behind `k`, before `end`, with a time near its beginning; steps grow. */
static bool probe_near(struct quest *q, uint64_t k, uint64_t end, uint64_t *at, uint64_t *time)
{
	for (uint64_t step = 1; k < end && !is_stopped(q); k += step, step *= 2) {
		*at = k;
		if (probe(q, k, time))
			return true;
	}
	return false;
}

/* The last chunk that begins before the time, in an ordered text. */
static uint64_t bisect(struct quest *q, uint64_t low, uint64_t high)
{
	while (high - low > 1 && !is_stopped(q)) {
		uint64_t mid = low + (high - low) / 2, at, time;

		if (probe_near(q, mid, high, &at, &time) && time < q->ns)
			low = at;
		else
			high = mid;
	}
	return low;
}

/* ---- in order */

/* Read what nobody reads yet, or wait for those who do. */
static void help(struct quest *q)
{
	struct tl_timeindex *ti = q->ti;
	struct tl_timefacts facts;
	struct timespec until;
	struct tl_timework w;
	uint64_t n = nchunks(ti);

	if (ti->pool)
		tl_jobs_hush(ti->pool, 0); /* it is the background's work that is waited for */
	if (tl_timerows_claim(ti, q->form, n, &w)) {
		tl_timerows_read(ti, q->form, &w, &q->buf, &facts, NULL);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += WAIT_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti);
	if (ti->passed < ti->n)
		pthread_cond_timedwait(&ti->changed, &ti->lock, &until);
	pthread_mutex_unlock(&ti->lock);
}

/* False: the text was replaced since the question. */
static bool is_current(const struct quest *q)
{
	return tl_timerows_have(q->ti, q->form);
}

/* How far in order all is read. */
static uint64_t passed(struct tl_timeindex *ti)
{
	uint64_t n;

	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti);
	n = ti->passed;
	pthread_mutex_unlock(&ti->lock);
	return n;
}

static enum tl_lookup in_order(struct quest *q)
{
	struct tl_timeindex *ti = q->ti;
	struct tl_timechain chain = { .base = ti->origin };
	struct tl_timefacts facts;
	uint64_t k = 0;

	tl_timeindex_start(ti);
	while (is_current(q)) {
		uint64_t end = passed(ti);

		for (; k < end; k++) {
			int64_t base;
			bool same, read;

			pthread_mutex_lock(&ti->lock);
			same = tl_timerows_have(ti, q->form) && k < ti->n;
			read = same && ti->passed > k;
			if (same)
				facts = ti->rows[k].facts;
			pthread_mutex_unlock(&ti->lock);
			if (!same)
				return TL_NONE;
			if (!read) { /* it has grown meanwhile */
				end = k;
				break;
			}
			if (!(facts.flags & TL_TIMES_SOME))
				continue;
			base = tl_timechain_chunk(q->form, &chain, &facts);
			if (latest(&facts, base) >= q->ns)
				return look_from(q, k);
		}
		if (end == nchunks(ti))
			return TL_NONE;
		if (is_stopped(q))
			return TL_PENDING;
		help(q);
	}
	return TL_NONE;
}

/* ---- the answers */

static enum tl_lookup search(struct quest *q)
{
	uint64_t k = 0, low, high;

	if (is_stopped(q))
		return TL_PENDING;
	if (q->form->deltas || nchunks(q->ti) <= SHORT_TEXT)
		return in_order(q);
	if (first_reaching(q, &k, &low))
		return by_known(q, k);
	if (low > 0)
		low--;
	if (!survey(q, &low, &high))
		return in_order(q);
	return is_stopped(q) ? TL_PENDING : by_known(q, bisect(q, low, high));
}

/* Is an answer sure if all was read up to `read`? */
static bool is_sure(const struct quest *q, enum tl_lookup found, uint64_t read)
{
	if (found == TL_FOUND)
		return read > tl_pos_chunk(q->ti->src, q->pos);
	return found == TL_NONE && read == nchunks(q->ti);
}

/* An answer that is not sure depends on how many days were known: when all before it is read it is looked at
 * again. */
static void remember(const struct quest *q, enum tl_lookup found, bool sure)
{
	struct tl_timeindex *ti = q->ti;

	pthread_mutex_lock(&ti->lock);
	atomic_store(&ti->miscounted, false);
	ti->told = TL_NOPOS;
	if (!sure && q->form->period > 0 && tl_timerows_have(ti, q->form) && ti->n > 0) {
		uint64_t k = found == TL_FOUND ? tl_pos_chunk(ti->src, q->pos) : ti->n - 1;

		if (k < ti->n) {
			ti->told = k;
			ti->told_base = found == TL_FOUND
					    ? q->base
					    : tl_timerows_base(ti, q->form, k, &ti->rows[k].facts);
			tl_timerows_pass(ti);
		}
	}
	pthread_mutex_unlock(&ti->lock);
}

enum tl_lookup tl_timeindex_locate(struct tl_timeindex *ti, uint64_t ns, const atomic_bool *stop,
				   struct tl_timehit *out, struct tl_err *err)
{
	struct quest q = { .ti = ti, .ns = ns, .stop = stop, .err = err, .buf = TL_BUF_INIT };
	enum tl_lookup found;
	uint64_t read;
	bool sure;

	q.form = tl_timeindex_form(ti);
	if (!q.form)
		return TL_NONE;
	if (ti->lines)
		tl_lineindex_load(ti->lines);
	read = passed(ti);
	found = search(&q);
	/* What others have read since was not looked at everywhere. */
	sure = is_sure(&q, found, read);
	if (!sure && is_sure(&q, found, passed(ti))) {
		found = in_order(&q);
		sure = is_sure(&q, found, passed(ti));
	}
	tl_buf_fini(&q.buf);
	if (found == TL_FOUND || found == TL_NONE)
		remember(&q, found, sure);
	tl_timeindex_start(ti);
	*out = (struct tl_timehit){
		.pos = q.pos,
		.time = q.time,
		.unordered = tl_timeindex_unordered(ti),
		.sure = sure,
	};
	return found;
}

/* Read all there is up to chunk k where its base cannot be had otherwise. */
static enum tl_lookup make_base(struct quest *q, uint64_t k)
{
	uint64_t low = 0, high;
	bool all = q->form->deltas;

	if (q->form->period > 0 && passed(q->ti) < k)
		all = !survey(q, &low, &high);
	while (all && passed(q->ti) < k && passed(q->ti) < nchunks(q->ti) && is_current(q)) {
		if (is_stopped(q))
			return TL_PENDING;
		help(q);
	}
	return TL_FOUND;
}

/* The time of the line that holds a byte of chunk k, from some KiB around it.  PENDING: they do not tell it, or the
 * line is near the end of the chunk. */
static enum tl_lookup look_near(struct quest *q, uint64_t k, uint64_t byte, uint64_t *ns)
{
	uint64_t from = byte > NEAR ? byte - NEAR : 0;
	size_t upto = (size_t)(byte - from);
	struct tl_timebytes b = { .begins = k == 0 && from == 0 };
	struct tl_timefacts facts = { 0 };
	int64_t base = 0;
	uint64_t raw;

	if (is_chained(q->form)) {
		if (!is_read(q->ti, k, &facts) || !tl_timefacts_in_order(q->form, &facts))
			return TL_PENDING;
		base = base_of(q->ti, q->form, k, &facts);
	}
	q->buf.len = 0;
	if (tl_source_read_part(q->ti->src, k, from, upto + TL_TIME_LINE + 1, &q->buf, NULL) !=
		TL_FOUND ||
	    q->buf.len <= upto + TL_TIME_LINE)
		return TL_PENDING;
	b.chunk = (struct tl_span){ q->buf.data, q->buf.len };
	if (tl_timebytes_last(q->form, &b, upto, &raw)) {
		*ns = tl_timefacts_line(q->form, &facts, base, raw);
		return TL_FOUND;
	}
	return b.begins ? TL_NONE : TL_PENDING; /* all of the text up to there was seen */
}

static enum tl_lookup look_at(struct quest *q, uint64_t pos, uint64_t *ns)
{
	struct tl_timeindex *ti = q->ti;
	uint64_t k = tl_pos_chunk(ti->src, pos), byte = tl_pos_byte(ti->src, pos);
	enum tl_lookup found = make_base(q, k), near = TL_PENDING;

	if (found == TL_FOUND)
		near = look_near(q, k, byte, ns);
	if (near != TL_PENDING)
		return near;

	for (; found == TL_FOUND; byte = UINT64_MAX) {
		struct tl_timefacts facts;
		struct tl_timework w = { .k = k, .last = TL_BUF_INIT };
		bool there;

		if (is_stopped(q))
			return TL_PENDING;
		found = tl_timework_fetch(ti, &w, false, &q->buf, q->err);
		if (found == TL_FAILED)
			break;
		if (found == TL_FOUND) {
			facts = tl_timefacts_read(q->form, &w.bytes);
			there = tl_timebytes_at(q->form, &w.bytes, base_of(ti, q->form, k, &facts),
						byte < SIZE_MAX ? (size_t)byte : SIZE_MAX, ns);
			tl_timework_release(ti, &w);
			if (there)
				return TL_FOUND;
		}
		found = k-- > 0 ? TL_FOUND : TL_NONE;
	}
	return found;
}

enum tl_lookup tl_timeindex_at(struct tl_timeindex *ti, uint64_t pos, const atomic_bool *stop,
			       uint64_t *ns, struct tl_err *err)
{
	struct quest q = { .ti = ti, .stop = stop, .err = err, .buf = TL_BUF_INIT };
	enum tl_lookup found = TL_NONE;

	q.form = tl_timeindex_form(ti);
	if (q.form)
		found = look_at(&q, pos, ns);
	tl_buf_fini(&q.buf);
	return found;
}

/* Does the text end with this line, and without a newline, so that it may go on? */
static bool is_begun(struct tl_timeindex *ti, uint64_t pos, size_t len)
{
	struct tl_extent ex;

	tl_source_extent(ti->src, &ex);
	return ex.nchunks > 0 && ex.last_len != UINT64_MAX &&
	       pos + len >= tl_pos_make(ti->src, ex.nchunks - 1, ex.last_len);
}

/* Does the time of day alone tell the day of any line of the chunk? */
static bool is_of_a_day(const struct tl_timeform *form, const struct tl_timefacts *facts)
{
	return (facts->flags & (TL_TIMES_EXACT | TL_TIMES_SAMPLED)) &&
	       (uint64_t)facts->max - (uint64_t)facts->min < form->period - form->period / 24;
}

enum tl_lookup tl_timeindex_line(struct tl_timeindex *ti, uint64_t pos, struct tl_span line,
				 uint64_t *ns)
{
	const struct tl_timeform *form = tl_timeindex_form(ti);
	uint64_t k = tl_pos_chunk(ti->src, pos), raw;
	struct tl_timechain chain = { .base = ti->origin };
	bool known;

	if (!form ||
	    !(is_begun(ti, pos, line.len) ? tl_timeform_read_begun(form, line.data, line.len, &raw)
					  : tl_timeform_read(form, line.data, line.len, &raw)))
		return TL_NONE;
	*ns = raw;
	if (!is_chained(form))
		return TL_FOUND;
	if (form->deltas)
		return TL_PENDING;
	pthread_mutex_lock(&ti->lock);
	known = k < ti->n && (ti->rows[k].facts.flags & TL_TIMES_SOME) &&
		is_of_a_day(form, &ti->rows[k].facts);
	for (uint64_t i = 0; known && ti->based != k && i <= k; i++)
		ti->base = tl_timechain_chunk(form, &chain, &ti->rows[i].facts);
	if (known)
		ti->based = k;
	chain = (struct tl_timechain){ .base = ti->base,
				       .prev = known ? ti->rows[k].facts.first : 0,
				       .any = true };
	pthread_mutex_unlock(&ti->lock);
	if (known)
		*ns = tl_time_shown(tl_timechain_line(form, &chain, raw));
	return known ? TL_FOUND : TL_PENDING;
}

/* ---- the range */

/* Lock held: go over all that is known. */
static void make_range(struct tl_timeindex *ti, const struct tl_timeform *form)
{
	struct tl_timechain chain = { .base = ti->origin };
	bool days_known = true;

	if (ti->ranged == ti->changes)
		return;
	/* By a form that it had before it is not to be kept. */
	ti->ranged = ti->changes - !tl_timerows_have(ti, form);
	ti->has_range = false;
	for (uint64_t k = 0; k < ti->n; k++) {
		const struct tl_timefacts *facts = &ti->rows[k].facts;
		uint64_t first, last;
		int64_t base;

		days_known = days_known && (facts->flags & (TL_TIMES_EXACT | TL_TIMES_SAMPLED));
		if (!(facts->flags & TL_TIMES_SOME))
			continue;
		base = tl_timechain_chunk(form, &chain, facts);
		first = tl_time_shown(tl_time_add(base, facts->min));
		last = latest(facts, base);
		if (ti->has_range && first < ti->last_time && (days_known || form->period == 0))
			atomic_store(&ti->unordered, true);
		if (!ti->has_range || first < ti->first_time)
			ti->first_time = first;
		if (!ti->has_range || last > ti->last_time)
			ti->last_time = last;
		ti->has_range = true;
	}
}

/* True: *answer is what to say. */
static bool known_range(struct tl_timeindex *ti, const struct tl_timeform *form, bool must_be_fresh,
			enum tl_lookup *answer, uint64_t *first, uint64_t *last)
{
	bool known;

	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti);
	if (ti->passed == ti->n)
		ti->measured = ti->fresh = true;
	known = must_be_fresh ? ti->fresh : ti->measured;
	if (known) {
		make_range(ti, form);
		*answer = ti->has_range ? TL_FOUND : TL_NONE;
		*first = ti->first_time;
		*last = ti->last_time;
	}
	pthread_mutex_unlock(&ti->lock);
	return known;
}

/* Read the first chunks up to one with a time, and the last ones back to one; where that is not enough, all, if
 * there is time to wait for it. */
static enum tl_lookup look_at_ends(struct quest *q, bool may_wait)
{
	struct tl_timefacts facts = { 0 };
	enum tl_lookup found = TL_NONE;
	uint64_t n = nchunks(q->ti);

	if (q->form->deltas)
		return in_order(q);
	for (uint64_t k = 0; found == TL_NONE && k < n; k++) {
		found = is_stopped(q) ? TL_PENDING : look_in(q, k, false, &facts);
		if (facts.flags & TL_TIMES_SOME)
			break;
	}
	for (uint64_t k = n; found == TL_NONE && k-- > 0;) {
		found = is_stopped(q) ? TL_PENDING : look_in(q, k, false, &facts);
		if (facts.flags & TL_TIMES_SOME)
			break;
	}
	if (found == TL_NONE && q->form->period > 0 &&
	    !survey(q, &(uint64_t){ 0 }, &(uint64_t){ 0 })) {
		if (may_wait)
			return in_order(q);
		tl_timeindex_start(q->ti);
		return TL_PENDING;
	}
	return found == TL_NONE && is_stopped(q) ? TL_PENDING : found;
}

static void note_measured(struct tl_timeindex *ti, const struct tl_timeform *form, bool measured)
{
	pthread_mutex_lock(&ti->lock);
	if (tl_timerows_have(ti, form) && measured)
		ti->measured = ti->fresh = true;
	else if (tl_timerows_have(ti, form))
		ti->given_up = true;
	pthread_mutex_unlock(&ti->lock);
}

static enum tl_lookup measure(struct tl_timeindex *ti, bool may_wait, const atomic_bool *stop,
			      uint64_t *first, uint64_t *last, struct tl_err *err)
{
	struct quest q = { .ti = ti, .stop = stop, .err = err, .ns = UINT64_MAX };
	enum tl_lookup found;

	q.form = tl_timeindex_form(ti);
	if (!q.form)
		return TL_NONE;
	if (ti->lines)
		tl_lineindex_load(ti->lines);
	if (known_range(ti, q.form, true, &found, first, last))
		return found;
	found = look_at_ends(&q, may_wait);
	tl_buf_fini(&q.buf);
	if (found == TL_PENDING || found == TL_FAILED)
		return found;
	note_measured(ti, q.form, true);
	known_range(ti, q.form, false, &found, first, last);
	return found;
}

enum tl_lookup tl_timeindex_measure(struct tl_timeindex *ti, const atomic_bool *stop,
				    uint64_t *first, uint64_t *last, struct tl_err *err)
{
	return measure(ti, true, stop, first, last, err);
}

static enum tl_step measure_step(void *self, struct tl_worker *worker)
{
	struct tl_timeindex *ti = self;
	const struct tl_timeform *form = tl_timeindex_form(ti);
	uint64_t first, last;
	enum tl_lookup found = measure(ti, false, &ti->closing, &first, &last, NULL);

	/* Not to try for ever.  PENDING: when all is read it is known. */
	if (found == TL_FAILED || found == TL_PENDING)
		note_measured(ti, form, false);
	return TL_STEP_DONE;
}

static void measure_done(void *self, bool cancelled)
{
	struct tl_timeindex *ti = self;

	pthread_mutex_lock(&ti->lock);
	ti->measuring = false;
	pthread_mutex_unlock(&ti->lock);
	tl_mailbox_post(ti->mailbox, &(struct tl_msg){ .kind = TL_MSG_TIME, .from = ti });
}

static const struct tl_job_ops measuring = { .step = measure_step, .done = measure_done };

enum tl_lookup tl_timeindex_range(struct tl_timeindex *ti, uint64_t *first, uint64_t *last)
{
	const struct tl_timeform *form = tl_timeindex_form(ti);
	enum tl_lookup answer = TL_PENDING;

	if (!form)
		return TL_NONE;
	known_range(ti, form, false, &answer, first, last);
	if (form->deltas && answer == TL_PENDING)
		tl_timeindex_start(ti);
	pthread_mutex_lock(&ti->lock);
	if (!form->deltas && !ti->fresh && !ti->given_up && !ti->measuring && ti->pool) {
		if (ti->ends)
			tl_job_join(ti->ends); /* its done() may still have to post */
		tl_job_release(ti->ends);
		ti->measuring = true;
		ti->ends = tl_jobs_start(ti->pool, TL_URGENT, &measuring, ti);
		if (!ti->ends)
			ti->measuring = false;
	}
	pthread_mutex_unlock(&ti->lock);
	return answer;
}
