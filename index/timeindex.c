/*
 * timeindex.c: see timeindex.h.  Here facts are gathered and kept; timelocate.c answers from them.
 *
 * A chunk's row may be empty, hold its first time (a look-up was here), samples (it was counted), or
 * what all of its lines say.  Better facts replace worse ones.  A last chunk that is not full, and those before
 * it whose last line goes on to the end of the text, are *open*: when the text ends elsewhere they count as not
 * known.
 *
 * One mutex guards it all; chunks are read outside of it.  The line index calls with its own mutex held:
 * never call it with this one held.
 */
#include "index/timerows.h"

#include "base/now.h"
#include "base/room.h"
#include "text/part.h"

#include <stdlib.h>
#include <string.h>

#define SAVE_AT_ONCE 64 /* so many new chunks, and an eighth, are worth it */

static bool is_exact(const struct tl_timerow *row)
{
	return row->facts.flags & TL_TIMES_EXACT;
}

/* ---- with the lock held */

static void forget_row(struct tl_timeindex *ti, uint64_t k)
{
	if (is_exact(&ti->rows[k]))
		ti->nexact--;
	memset(&ti->rows[k], 0, sizeof(ti->rows[k]));
	if (ti->next > k)
		ti->next = k;
	if (ti->passed > k)
		ti->passed = k;
	ti->fresh = ti->given_up = false;
	ti->based = TL_NOPOS;
	ti->changes++;
}

static bool make_room(struct tl_timeindex *ti, uint64_t n)
{
	struct tl_timerow *more = tl_make_room(ti->rows, &ti->room, n, sizeof(*more));

	if (more)
		ti->rows = more;
	return more;
}

static bool same_end(const struct tl_timeend *a, const struct tl_timeend *b)
{
	return a->nchunks == b->nchunks && a->last_len == b->last_len;
}

static void forget_open(struct tl_timeindex *ti)
{
	for (uint64_t k = ti->tail; k < ti->n; k++)
		if (ti->rows[k].facts.flags & TL_TIMES_OPEN)
			forget_row(ti, k);
	ti->tail = TL_NOPOS;
}

static void forget_all(struct tl_timeindex *ti)
{
	ti->generation++;
	ti->n = ti->next = ti->passed = ti->nexact = ti->saved = 0;
	ti->tail = ti->based = ti->told = TL_NOPOS;
	ti->looked = 0;
	ti->measured = ti->fresh = ti->given_up = false;
	ti->changes++;
	ti->posted_at = 0;
	atomic_store(&ti->form, NULL);
	atomic_store(&ti->none, false);
	atomic_store(&ti->unordered, false);
	atomic_store(&ti->miscounted, false);
	pthread_cond_broadcast(&ti->changed);
}

void tl_timerows_look(struct tl_timeindex *ti)
{
	struct tl_extent ex;

	tl_source_extent(ti->src, &ex);
	ti->complete = ex.complete;
	ti->end = (struct tl_timeend){ ex.nchunks, ex.last_len };
	while (ex.nchunks < ti->n)
		forget_row(ti, --ti->n);
	if (ti->tail != TL_NOPOS && !same_end(&ti->tail_end, &ti->end))
		forget_open(ti);
	if (ex.nchunks > ti->n && make_room(ti, ex.nchunks)) {
		memset(ti->rows + ti->n, 0, (ex.nchunks - ti->n) * sizeof(*ti->rows));
		ti->n = ex.nchunks;
		ti->fresh = ti->given_up = false;
	}
}

/* Are these facts better than those there are? */
static bool is_better(const struct tl_timefacts *facts, const struct tl_timefacts *had)
{
	const uint32_t how = TL_TIMES_EXACT | TL_TIMES_SAMPLED;

	if (facts->flags & TL_TIMES_EXACT)
		return true;
	return !(had->flags & TL_TIMES_EXACT) && (facts->flags & how) >= (had->flags & how);
}

void tl_timerows_keep(struct tl_timeindex *ti, uint64_t k, const struct tl_timefacts *facts,
		      const struct tl_timeend *end)
{
	struct tl_timerow *row = &ti->rows[k];

	if (((facts->flags & TL_TIMES_OPEN) && !same_end(end, &ti->end)) ||
	    !is_better(facts, &row->facts))
		return;
	if (facts->flags & TL_TIMES_OPEN) {
		ti->tail = k < ti->tail ? k : ti->tail;
		ti->tail_end = *end;
	}
	if (!is_exact(row) && (facts->flags & TL_TIMES_EXACT))
		ti->nexact++;
	row->facts = *facts;
	row->broken = false;
	ti->changes++;
	ti->based = TL_NOPOS;
	if (facts->flags & TL_TIMES_BACK)
		atomic_store(&ti->unordered, true);
}

int64_t tl_timerows_base(struct tl_timeindex *ti, const struct tl_timeform *f, uint64_t k,
			 const struct tl_timefacts *facts)
{
	struct tl_timechain chain = { .base = ti->origin };

	for (uint64_t i = 0; i < k && i < ti->n; i++)
		tl_timechain_chunk(f, &chain, &ti->rows[i].facts);
	return tl_timechain_chunk(f, &chain, facts);
}

/* All is known by now that an answer depended on: was it right? */
static void check_told(struct tl_timeindex *ti)
{
	const struct tl_timeform *f = atomic_load(&ti->form);
	uint64_t k = ti->told;

	ti->told = TL_NOPOS;
	if (f && k < ti->n && tl_timerows_base(ti, f, k, &ti->rows[k].facts) != ti->told_base)
		atomic_store(&ti->miscounted, true);
}

void tl_timerows_pass(struct tl_timeindex *ti)
{
	while (ti->passed < ti->n &&
	       (is_exact(&ti->rows[ti->passed]) || ti->rows[ti->passed].broken))
		ti->passed++;
	if (ti->told < ti->passed)
		check_told(ti);
}

/* Is it time to say that there is news?  In any case when nothing is left to come. */
static bool is_news(struct tl_timeindex *ti)
{
	return tl_is_news(&ti->posted_at, ti->passed >= ti->n);
}

static void post(struct tl_timeindex *ti)
{
	tl_mailbox_post(ti->mailbox, &(struct tl_msg){ .kind = TL_MSG_TIME, .from = ti });
}

/* ---- forms */

/* What tells how the text tells times: the whole, where it is a part of one. */
static struct tl_source *whole(struct tl_source *src)
{
	struct tl_source *below = tl_part_below(src);

	return below ? below : src;
}

/* When the text was last written, as far as anybody knows. */
static time_t written(struct tl_source *src)
{
	struct tl_identity file;

	return tl_source_identity(src, &file) ? file.mtime.tv_sec : time(NULL);
}

/* The first bytes; `buf` may have to hold them. */
static struct tl_span first_bytes(struct tl_source *src, struct tl_buf *buf)
{
	struct tl_extent ex;
	struct tl_span head;

	tl_source_extent(src, &ex);
	if (tl_source_head(src, &head) &&
	    (head.len >= TL_HEAD_BYTES || (ex.nchunks == 1 && head.len == ex.last_len)))
		return head;
	for (uint64_t k = 0; k < ex.nchunks && buf->len < TL_HEAD_BYTES; k++)
		if (tl_source_read_part(src, k, 0, TL_HEAD_BYTES - buf->len, buf, NULL) != TL_FOUND)
			break;
	return (struct tl_span){ buf->data, buf->len };
}

/* Lock held: this is how it tells times from now on. */
static void use_form(struct tl_timeindex *ti, struct tl_timeform_kept *kept)
{
	kept->older = ti->forms;
	ti->forms = kept;
	atomic_store(&ti->form, &kept->form);
}

/* A form that the text's first bytes have, if they are `least` at least; NULL: none.  *looked: how many were
 * looked at, 0: too few. */
static struct tl_timeform_kept *look_at_head(struct tl_timeindex *ti, size_t least, size_t *looked)
{
	struct tl_source *src = whole(ti->src);
	struct tl_timeform_kept *kept = NULL;
	struct tl_buf buf = TL_BUF_INIT;
	struct tl_timeform form;
	struct tl_span head = first_bytes(src, &buf);

	*looked = head.len >= least ? head.len : 0;
	if (head.len >= least && tl_timeform_detect(head, written(src), &form)) {
		kept = malloc(sizeof(*kept));
		if (kept)
			kept->form = form;
	}
	tl_buf_fini(&buf);
	return kept;
}

static const struct tl_timeform *detect(struct tl_timeindex *ti)
{
	const struct tl_timeform *known;
	struct tl_timeform_kept *kept;
	uint64_t generation;
	size_t looked;

	pthread_mutex_lock(&ti->lock);
	generation = ti->generation;
	looked = ti->looked;
	pthread_mutex_unlock(&ti->lock);

	kept = look_at_head(ti, looked + 1, &looked);

	pthread_mutex_lock(&ti->lock);
	known = atomic_load(&ti->form);
	if (generation == ti->generation && !known) {
		ti->looked = looked > ti->looked ? looked : ti->looked;
		atomic_store(&ti->none, !kept && ti->looked >= TL_HEAD_BYTES);
		if (kept) {
			use_form(ti, kept);
			known = &kept->form;
			kept = NULL;
		}
	}
	pthread_mutex_unlock(&ti->lock);
	free(kept);
	return known;
}

static bool is_same_form(const struct tl_timeform *a, const struct tl_timeform *b)
{
	return a->kind == b->kind && a->period == b->period && a->deltas == b->deltas &&
	       a->sparse == b->sparse && a->digits == b->digits && a->col == b->col &&
	       a->fixed == b->fixed && a->zone == b->zone && a->year == b->year &&
	       a->earliest == b->earliest;
}

/*
 * So few lines may have told the form that those that have come since tell another one: look again when there
 * are twice as many bytes, up to the whole head, and begin anew.  True: it has another one.  What others do
 * meanwhile in the form that it had counts for nothing, as after a reset.
 */
static bool detect_again(struct tl_timeindex *ti)
{
	const struct tl_timeform *was;
	struct tl_timeform_kept *kept;
	size_t looked, least;
	bool changes;

	pthread_mutex_lock(&ti->lock);
	was = atomic_load(&ti->form);
	looked = ti->looked;
	pthread_mutex_unlock(&ti->lock);
	if (!was || looked >= TL_HEAD_BYTES)
		return false;

	least = 2 * looked < TL_HEAD_BYTES ? 2 * looked : TL_HEAD_BYTES;
	kept = look_at_head(ti, least, &looked);

	pthread_mutex_lock(&ti->lock);
	changes = kept && atomic_load(&ti->form) == was && !is_same_form(was, &kept->form);
	if (changes) {
		forget_all(ti);
		use_form(ti, kept);
		kept = NULL;
	}
	if (looked > 0 && (changes || atomic_load(&ti->form) == was))
		ti->looked = looked;
	pthread_mutex_unlock(&ti->lock);
	free(kept);
	return changes;
}

const struct tl_timeform *tl_timeindex_form(struct tl_timeindex *ti)
{
	const struct tl_timeform *form = atomic_load(&ti->form);

	return form || atomic_load(&ti->none) ? form : detect(ti);
}

/* ---- the bytes of a chunk */

/* Does a line begin with the first byte of chunk k? */
static bool begins_line(struct tl_source *src, uint64_t k, struct tl_buf *buf)
{
	if (tl_source_has_whole_lines(src))
		return true;
	while (k-- > 0) {
		buf->len = 0;
		if (tl_source_read_last(src, k, 1, buf, NULL) != TL_FOUND)
			return false;
		if (buf->len > 0)
			return buf->data[0] == '\n';
	}
	return true;
}

/* The chunk's last line is cut at its end: append what follows, as far as it matters.  False: more of it
 * may come. */
static bool read_on(struct tl_source *src, uint64_t k, const struct tl_timeend *end,
		    struct tl_buf *line)
{
	while (line->len < TL_TIME_LINE) {
		size_t had = line->len;
		const uint8_t *newline;

		if (++k >= end->nchunks ||
		    tl_source_read_part(src, k, 0, TL_TIME_LINE - had, line, NULL) != TL_FOUND)
			return false;
		newline = line->len > had ? memchr(line->data + had, '\n', line->len - had) : NULL;
		if (newline) {
			line->len = (size_t)(newline - line->data);
			return true;
		}
	}
	return true;
}

bool tl_timework_look_around(struct tl_timeindex *ti, struct tl_timework *w)
{
	struct tl_timebytes *b = &w->bytes;
	const uint8_t *newline;
	size_t from;

	b->begins = begins_line(ti->src, w->k, &w->last);
	b->last = (struct tl_span){ NULL, 0 };
	b->open = false;
	w->last.len = 0;
	if (!tl_source_is_flat(ti->src)) {
		b->open = w->k + 1 >= w->end.nchunks;
	} else if (b->chunk.len < (size_t)1 << TL_FILE_SHIFT) {
		b->open = true;
	}
	if (b->open || b->chunk.len == 0 || b->chunk.data[b->chunk.len - 1] == '\n' ||
	    tl_source_has_whole_lines(ti->src))
		return true;
	newline = memrchr(b->chunk.data, '\n', b->chunk.len);
	from = newline ? (size_t)(newline + 1 - b->chunk.data) : 0;
	if ((from == 0 && !b->begins) || b->chunk.len - from >= TL_TIME_LINE)
		return true;
	if (!tl_buf_append(&w->last, b->chunk.data + from, b->chunk.len - from))
		return false;
	b->open = !read_on(ti->src, w->k, &w->end, &w->last);
	b->last = (struct tl_span){ w->last.data, w->last.len };
	return true;
}

/* Nobody has claimed it: see how far the text goes. */
static void note_end(struct tl_timeindex *ti, struct tl_timework *w)
{
	struct tl_extent ex;

	if (w->end.nchunks > 0)
		return;
	tl_source_extent(ti->src, &ex);
	w->end = (struct tl_timeend){ ex.nchunks, ex.last_len };
}

static enum tl_lookup fetched(struct tl_timeindex *ti, struct tl_timework *w, enum tl_lookup found,
			      struct tl_err *err)
{
	if (found != TL_FOUND || tl_timework_look_around(ti, w))
		return found;
	tl_timework_release(ti, w);
	tl_err_nomem(err);
	return TL_FAILED;
}

enum tl_lookup tl_timework_fetch(struct tl_timeindex *ti, struct tl_timework *w, bool may_map,
				 struct tl_buf *buf, struct tl_err *err)
{
	enum tl_lookup found = TL_FOUND;

	note_end(ti, w);
	w->mapped = may_map && tl_source_map(ti->src, w->k, 0, 0, &w->map);
	if (w->mapped) {
		w->bytes.chunk = w->map.chunk;
	} else {
		buf->len = 0;
		found = tl_source_read(ti->src, w->k, buf, err);
		w->bytes.chunk = (struct tl_span){ buf->data, buf->len };
	}
	return fetched(ti, w, found, err);
}

enum tl_lookup tl_timework_pin(struct tl_timeindex *ti, struct tl_timework *w, struct tl_err *err)
{
	enum tl_lookup found;

	note_end(ti, w);
	found = tl_source_pin(ti->src, w->k, &w->bytes.chunk, err);
	w->pinned = found == TL_FOUND;
	return fetched(ti, w, found, err);
}

bool tl_timework_release(struct tl_timeindex *ti, struct tl_timework *w)
{
	bool ok = !w->mapped || tl_source_unmap(ti->src, &w->map);

	if (w->pinned)
		tl_source_unpin(ti->src, w->k, &w->bytes.chunk);
	w->mapped = w->pinned = false;
	tl_buf_fini(&w->last);
	return ok;
}

/* ---- work */

static void begin_work(struct tl_timeindex *ti, uint64_t k, struct tl_timework *w)
{
	*w = (struct tl_timework){
		.k = k,
		.generation = ti->generation,
		.end = ti->end,
		.last = TL_BUF_INIT,
	};
	ti->rows[k].claimed = true;
}

bool tl_timerows_claim(struct tl_timeindex *ti, const struct tl_timeform *f, uint64_t end,
		       struct tl_timework *w)
{
	bool found;

	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti);
	while (ti->next < ti->n && !tl_timerow_is_free(&ti->rows[ti->next]))
		ti->next++;
	found = tl_timerows_have(ti, f) && ti->next < ti->n && ti->next < end;
	if (found)
		begin_work(ti, ti->next, w);
	pthread_mutex_unlock(&ti->lock);
	return found;
}

bool tl_timerows_work(struct tl_timeindex *ti, const struct tl_timeform *f, uint64_t k,
		      struct tl_timework *w)
{
	bool there;

	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti);
	there = tl_timerows_have(ti, f) && k < ti->n;
	if (there)
		begin_work(ti, k, w);
	pthread_mutex_unlock(&ti->lock);
	return there;
}

bool tl_timerows_put(struct tl_timeindex *ti, const struct tl_timework *w,
		     const struct tl_timefacts *facts)
{
	bool same, news = false;

	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti);
	same = w->generation == ti->generation && w->k < ti->n;
	if (same) {
		ti->rows[w->k].claimed = false;
		if (facts)
			tl_timerows_keep(ti, w->k, facts, &w->end);
		else if (!is_exact(&ti->rows[w->k]))
			ti->rows[w->k].broken = true;
		if (tl_timerow_is_free(&ti->rows[w->k]) && ti->next > w->k)
			ti->next = w->k;
		tl_timerows_pass(ti);
		news = is_news(ti);
	}
	pthread_cond_broadcast(&ti->changed);
	pthread_mutex_unlock(&ti->lock);
	if (news)
		post(ti);
	return same;
}

enum tl_lookup tl_timerows_read(struct tl_timeindex *ti, const struct tl_timeform *f,
				struct tl_timework *w, struct tl_buf *buf,
				struct tl_timefacts *facts, struct tl_err *err)
{
	bool may_map = true;

	for (;;) {
		enum tl_lookup found = tl_timework_fetch(ti, w, may_map, buf, err);

		if (found != TL_FOUND) {
			tl_timerows_put(ti, w, NULL);
			return found;
		}
		*facts = tl_timefacts_read(f, &w->bytes);
		if (ti->lines)
			tl_lineindex_offer(ti->lines, w->k, w->bytes.chunk);
		if (tl_timework_release(ti, w))
			break;
		may_map = false;
	}
	tl_timerows_put(ti, w, facts);
	return TL_FOUND;
}

/* All that was new is in the saved index from now on.  What a growing text gets is saved when it has become much;
 * the rest at the end. */
static void save_when_all_read(struct tl_timeindex *ti)
{
	uint64_t first, last, new;
	bool due;

	pthread_mutex_lock(&ti->lock);
	new = ti->nexact > ti->saved ? ti->nexact - ti->saved : 0;
	due = ti->complete && ti->passed == ti->n && new > 0 &&
	      (ti->saved == 0 || new > ti->saved / 8 + SAVE_AT_ONCE);
	pthread_mutex_unlock(&ti->lock);
	if (due)
		tl_timeindex_range(ti, &first, &last); /* finds out whether all is in order */
	if (due && ti->lines)
		tl_lineindex_save(ti->lines, NULL);
}

static enum tl_step step(void *self, struct tl_worker *worker)
{
	struct tl_timeindex *ti = self;
	const struct tl_timeform *f = atomic_load(&ti->form);
	struct tl_timefacts facts;
	struct tl_timework w;
	bool going;

	pthread_mutex_lock(&ti->lock);
	going = ti->going;
	pthread_mutex_unlock(&ti->lock);
	if (!going || !f || !tl_timerows_claim(ti, f, UINT64_MAX, &w))
		return TL_STEP_WAIT;
	tl_timerows_read(ti, f, &w, &worker->buf, &facts, NULL);
	save_when_all_read(ti);
	return TL_STEP_MORE;
}

static const struct tl_job_ops reading = { .step = step };

void tl_timeindex_start(struct tl_timeindex *ti)
{
	bool due;

	if (!tl_timeindex_form(ti))
		return;
	if (ti->lines)
		tl_lineindex_load(ti->lines);
	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti);
	for (uint64_t k = 0; k < ti->n; k++)
		if (ti->rows[k].broken) {
			ti->rows[k].broken = false;
			ti->next = ti->next < k ? ti->next : k;
			ti->passed = ti->passed < k ? ti->passed : k;
		}
	tl_timerows_pass(ti);
	due = ti->passed < ti->n && ti->pool;
	ti->going = true;
	if (due && !ti->job)
		ti->job = tl_jobs_start(ti->pool, TL_BACKGROUND, &reading, ti);
	pthread_mutex_unlock(&ti->lock);
	if (due)
		tl_jobs_wake(ti->pool);
}

void tl_timeindex_stop(struct tl_timeindex *ti)
{
	pthread_mutex_lock(&ti->lock);
	ti->going = false;
	pthread_mutex_unlock(&ti->lock);
}

bool tl_timeindex_grow(struct tl_timeindex *ti)
{
	bool anew = detect_again(ti), wake;

	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti);
	/* Has it grown?  Nobody can tell without reading it. */
	if (ti->tail != TL_NOPOS && ti->end.last_len == UINT64_MAX && !ti->complete)
		forget_open(ti);
	wake = ti->job && ti->going;
	pthread_mutex_unlock(&ti->lock);
	if (wake)
		tl_jobs_wake(ti->pool);
	return anew;
}

void tl_timeindex_progress(struct tl_timeindex *ti, uint64_t *done, uint64_t *total)
{
	pthread_mutex_lock(&ti->lock);
	tl_timerows_look(ti);
	*done = ti->nexact;
	*total = ti->n;
	pthread_mutex_unlock(&ti->lock);
}

bool tl_timeindex_unordered(struct tl_timeindex *ti)
{
	return atomic_load(&ti->unordered);
}

bool tl_timeindex_miscounted(struct tl_timeindex *ti)
{
	return atomic_load(&ti->miscounted);
}

/* ---- beginning and end */

bool tl_timeindex_new(struct tl_source *src, struct tl_lineindex *lines, struct tl_jobs *pool,
		      struct tl_mailbox *mailbox, struct tl_timeindex **out, struct tl_err *err)
{
	struct tl_timeindex *ti = calloc(1, sizeof(*ti));

	if (!ti)
		return tl_err_nomem(err);
	ti->src = src;
	ti->origin = tl_part_origin(src);
	ti->lines = lines;
	ti->pool = pool;
	ti->mailbox = mailbox;
	pthread_mutex_init(&ti->lock, NULL);
	pthread_cond_init(&ti->changed, NULL);
	forget_all(ti);
	if (lines)
		tl_lineindex_join(lines, &tl_timeindex_companion, ti);
	*out = ti;
	return true;
}

static void end_job(struct tl_job *job)
{
	if (!job)
		return;
	tl_job_cancel(job);
	tl_job_join(job);
	tl_job_release(job);
}

void tl_timeindex_close(struct tl_timeindex *ti)
{
	if (!ti)
		return;
	atomic_store(&ti->closing, true);
	end_job(ti->job);
	end_job(ti->ends);
	if (ti->lines)
		tl_lineindex_join(ti->lines, NULL, NULL);
	while (ti->forms) {
		struct tl_timeform_kept *older = ti->forms->older;

		free(ti->forms);
		ti->forms = older;
	}
	pthread_cond_destroy(&ti->changed);
	pthread_mutex_destroy(&ti->lock);
	free(ti->rows);
	free(ti);
}

void tl_timeindex_reset(struct tl_timeindex *ti)
{
	pthread_mutex_lock(&ti->lock);
	forget_all(ti);
	pthread_mutex_unlock(&ti->lock);
}
