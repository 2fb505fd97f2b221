/*
 * filter.c: see filter.h.
 *
 * One small record a chunk: how many of the lines that begin in it pass.  Two jobs fill them
 * in: the sweep, in the background, goes once over everything; the quest, urgent, goes from
 * where the screen asked in the direction it looks, until it has found a passing line.
 * Both leave lists of line starts in a cache of a fixed size, and what was dropped from it
 * is the quest's business again.
 */
#include "search/filter.h"

#include "search/chunkrun.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORKERS 64
#define LIST_BYTES  ((size_t)4 << 20) /* of all lists together */

/* What is known of a chunk. */
struct fact {
	struct list *list; /* where they begin; NULL: dropped, or there are none */
	uint32_t count;    /* passing lines */
	bool known;
	bool busy;   /* a worker is at it */
	bool at_end; /* known for the text as it ends now: not when it has grown */
};

/* Where the passing lines of a chunk begin: bytes of the chunk, ascending. */
struct list {
	struct list *newer, *older; /* by use */
	uint64_t k;
	size_t n;
	uint32_t at[];
};

struct tl_filter {
	struct tl_source *src;
	struct tl_lineindex *lines;
	struct tl_jobs *pool;
	struct tl_mailbox *mailbox;
	struct tl_matcher **matchers;
	size_t nmatchers;
	struct tl_sieve sieve; /* hidden NULL: there is none */
	size_t longest;
	struct tl_scratch *scratch[MAX_WORKERS];
	struct tl_job *sweep, *quest;
	atomic_bool stop; /* closing */

	pthread_mutex_t lock; /* of all below */
	struct fact *facts;
	uint64_t nfacts, cap;
	uint64_t nknown, passing;
	struct tl_extent extent; /* as of the last look */
	uint64_t generation;     /* of the extent */
	uint64_t end_from;       /* chunks from here on may be at_end */
	struct list *newest, *oldest;
	size_t list_bytes;
	uint64_t swept; /* the sweep is through with chunks before that */
	bool stopped;   /* by ^C, until somebody asks */
	bool asked;     /* the quest is on: */
	bool backward;
	uint64_t ask_k; /* the chunk nearest to the one asked for that may have the answer */
};

/* ---- the lists; the lock is held */

static size_t list_size(size_t n)
{
	return sizeof(struct list) + n * sizeof(uint32_t);
}

static void unlink_list(struct tl_filter *f, struct list *l)
{
	*(l->newer ? &l->newer->older : &f->newest) = l->older;
	*(l->older ? &l->older->newer : &f->oldest) = l->newer;
}

static void link_newest(struct tl_filter *f, struct list *l)
{
	l->newer = NULL;
	l->older = f->newest;
	*(f->newest ? &f->newest->newer : &f->oldest) = l;
	f->newest = l;
}

static void drop_list(struct tl_filter *f, struct list *l)
{
	unlink_list(f, l);
	f->facts[l->k].list = NULL;
	f->list_bytes -= list_size(l->n);
	free(l);
}

static struct list *use_list(struct tl_filter *f, uint64_t k)
{
	struct list *l = f->facts[k].list;

	if (l) {
		unlink_list(f, l);
		link_newest(f, l);
	}
	return l;
}

/* `asked`: it is wanted now, and others may go for it; else it is kept if there is room. */
static void keep_list(struct tl_filter *f, uint64_t k, const struct tl_buf *at, bool asked)
{
	size_t n = at->len / sizeof(uint32_t);
	struct list *l;

	if (n == 0 || (!asked && f->list_bytes + list_size(n) > LIST_BYTES))
		return;
	l = malloc(list_size(n));
	if (!l)
		return; /* it is made again when asked for */
	l->k = k;
	l->n = n;
	memcpy(l->at, at->data, n * sizeof(uint32_t));
	link_newest(f, l);
	f->facts[k].list = l;
	f->list_bytes += list_size(n);
	while (f->list_bytes > LIST_BYTES && f->oldest != l)
		drop_list(f, f->oldest);
}

/* How many starts of the list are below `byte`. */
static size_t list_below(const struct list *l, uint64_t byte)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (l->at[mid] < byte)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* ---- the facts; the lock is held */

static void forget(struct tl_filter *f, struct fact *fact)
{
	if (fact->list)
		drop_list(f, fact->list);
	if (!fact->known)
		return;
	f->passing -= fact->count;
	f->nknown--;
	fact->known = false;
}

static void learn(struct tl_filter *f, uint64_t k, uint32_t count, bool at_end)
{
	forget(f, &f->facts[k]);
	f->facts[k] = (struct fact){ .count = count, .known = true, .at_end = at_end };
	f->passing += count;
	f->nknown++;
	if (at_end && k < f->end_from)
		f->end_from = k;
}

/* What was known of the end is not true any more. */
static void forget_end(struct tl_filter *f)
{
	for (uint64_t k = f->end_from; k < f->nfacts; k++) {
		if (!f->facts[k].known || !f->facts[k].at_end)
			continue;
		forget(f, &f->facts[k]);
		if (k < f->swept)
			f->swept = k;
	}
	f->end_from = UINT64_MAX;
	f->generation++;
}

/* Have a record for every chunk there is now. */
static void look_at_extent(struct tl_filter *f)
{
	struct tl_extent ex;

	tl_source_extent(f->src, &ex);
	if (ex.nchunks == f->extent.nchunks && ex.last_len == f->extent.last_len &&
	    ex.complete == f->extent.complete)
		return;
	if (ex.nchunks > f->cap) {
		uint64_t cap = ex.nchunks + ex.nchunks / 2 + 16;
		struct fact *facts = realloc(f->facts, cap * sizeof(*facts));

		if (!facts)
			return; /* looked at another time */
		f->facts = facts;
		f->cap = cap;
	}
	f->extent = ex;
	forget_end(f);
	if (ex.nchunks > f->nfacts) {
		memset(f->facts + f->nfacts, 0, (ex.nchunks - f->nfacts) * sizeof(*f->facts));
		f->nfacts = ex.nchunks;
	}
}

/* ---- one chunk; no lock is held */

static bool passes(const struct tl_filter *f, struct tl_scratch *s, struct tl_span line,
		   size_t from)
{
	for (size_t i = from; i < f->nmatchers; i++)
		if (!tl_matcher_line(f->matchers[i], s, line))
			return false;
	return true;
}

static enum tl_lookup long_line_passes(struct tl_filter *f, struct tl_scratch *s, uint64_t pos,
				       struct tl_buf *buf)
{
	enum tl_lookup found = TL_FOUND;

	for (size_t i = 0; i < f->nmatchers && found == TL_FOUND; i++)
		found = tl_longline_matches(f->src, pos, TL_LONG_LINE, f->matchers[i], s, &f->stop,
					    buf, NULL);
	return found;
}

static bool add_start(struct tl_buf *starts, uint64_t byte)
{
	uint32_t at = (uint32_t)byte;

	return tl_buf_append(starts, &at, sizeof(at));
}

/* The lines of a chunk that are hidden, from some place on. */
struct hidden {
	const uint32_t *at;
	size_t n;
};

static bool is_hidden(struct hidden *h, uint64_t byte)
{
	while (h->n > 0 && *h->at < byte) {
		h->at++;
		h->n--;
	}
	return h->n > 0 && *h->at == byte;
}

static bool is_hidden_at(const struct tl_buf *hidden, uint64_t byte)
{
	struct hidden h = { (const uint32_t *)(const void *)hidden->data,
			    hidden->len / sizeof(uint32_t) };

	return is_hidden(&h, byte);
}

/* The next line from `at` on that the first matcher lets pass. */
static bool next_line(const struct tl_filter *f, struct tl_scratch *s, struct tl_span run,
		      size_t at, size_t *start, size_t *end)
{
	const uint8_t *nl;

	if (f->nmatchers > 0)
		return tl_matcher_next_line(f->matchers[0], s, run, at, start, end);
	if (at >= run.len)
		return false;
	nl = memchr(run.data + at, '\n', run.len - at);
	*start = at;
	*end = nl ? (size_t)(nl + 1 - run.data) : run.len;
	return true;
}

/* The starts of the lines held that pass. */
static bool list_run(struct tl_filter *f, struct tl_scratch *s, const struct tl_chunkrun *run,
		     const struct tl_buf *hidden, struct tl_buf *starts)
{
	struct hidden h = { (const uint32_t *)(const void *)hidden->data,
			    hidden->len / sizeof(uint32_t) };
	uint64_t base = tl_pos_byte(f->src, run->pos);
	size_t at = 0, start, end;

	while (next_line(f, s, run->run, at, &start, &end)) {
		struct tl_span line = { run->run.data + start, end - start };

		at = end;
		if (line.data[line.len - 1] == '\n')
			line.len--;
		if (!is_hidden(&h, base + start) && passes(f, s, line, 1) &&
		    !add_start(starts, base + start))
			return false;
	}
	return true;
}

/* list_chunk() of a chunk in place; false: that is not possible, and nothing has changed. */
static bool list_in_place(struct tl_filter *f, struct tl_scratch *s, uint64_t k,
			  const struct tl_longlines *how, const struct tl_buf *hidden,
			  struct tl_buf *starts, struct tl_chunkrun *run, enum tl_lookup *found)
{
	if (!tl_chunkrun_map(f->src, k, how, run))
		return false;
	tl_chunkrun_offer(run, k, f->lines, s);
	*found = list_run(f, s, run, hidden, starts) ? TL_FOUND : TL_FAILED;
	if (tl_source_unmap(f->src, &run->mapped))
		return true;
	starts->len = 0;
	return false;
}

/* FOUND: *starts and *run tell; or as tl_source_read(). */
static enum tl_lookup list_lines(struct tl_filter *f, struct tl_worker *w, uint64_t k,
				 const struct tl_buf *hidden, struct tl_buf *starts,
				 struct tl_chunkrun *run)
{
	struct tl_scratch *s = f->scratch[w->id];
	struct tl_longlines how = { .longest = f->longest };
	enum tl_lookup found;

	if (list_in_place(f, s, k, &how, hidden, starts, run, &found))
		return found;
	found = tl_chunkrun_read(f->src, k, &how, &w->buf, run, NULL);
	if (found != TL_FOUND)
		return found;
	tl_chunkrun_offer(run, k, f->lines, s);
	if (!list_run(f, s, run, hidden, starts))
		return TL_FAILED;
	if (run->long_pos == TL_NOPOS || is_hidden_at(hidden, tl_pos_byte(f->src, run->long_pos)))
		return TL_FOUND;
	found = long_line_passes(f, s, run->long_pos, &w->buf);
	if (found == TL_PENDING)
		run->at_end = true;
	if (found == TL_FOUND && !add_start(starts, tl_pos_byte(f->src, run->long_pos)))
		found = TL_FAILED;
	return found == TL_FAILED ? TL_FAILED : TL_FOUND;
}

static enum tl_lookup list_chunk(struct tl_filter *f, struct tl_worker *w, uint64_t k,
				 struct tl_buf *starts, struct tl_chunkrun *run)
{
	struct tl_buf hidden = TL_BUF_INIT;
	enum tl_lookup found;

	if (f->sieve.hidden && !f->sieve.hidden(f->sieve.arg, k, &hidden))
		hidden.len = 0;
	found = list_lines(f, w, k, &hidden, starts, run);
	tl_buf_fini(&hidden);
	return found;
}

/* ---- the jobs */

static void post(struct tl_filter *f)
{
	struct tl_msg msg = { TL_MSG_FILTER, f };

	tl_mailbox_post(f->mailbox, &msg);
}

/* The next chunk in the direction of the quest; behind the last one, or before the first,
 * it is no chunk's number. */
static uint64_t quest_after(const struct tl_filter *f, uint64_t k)
{
	return f->backward ? k - 1 : k + 1;
}

/* End the quest if what was asked for is known by now.  Lock held. */
static void check_quest(struct tl_filter *f)
{
	struct fact *fact = f->facts;

	if (!f->asked)
		return;
	for (; f->ask_k < f->nfacts; f->ask_k = quest_after(f, f->ask_k)) {
		fact = &f->facts[f->ask_k];
		if (!fact->known || fact->count > 0)
			break;
	}
	if (f->ask_k < f->nfacts && (!fact->known || !use_list(f, f->ask_k)))
		return;
	f->asked = false;
	post(f);
}

/* A chunk for the quest that nobody is at, or TL_NOPOS.  Lock held. */
static uint64_t quest_chunk(struct tl_filter *f)
{
	for (uint64_t k = f->ask_k; k < f->nfacts; k = quest_after(f, k)) {
		if (f->facts[k].busy || (f->facts[k].known && f->facts[k].count == 0))
			continue;
		if (f->facts[k].known && k != f->ask_k)
			break; /* no need to look further */
		return k;
	}
	return TL_NOPOS;
}

/* Lock held; dropped while the chunk is looked at. */
static void do_chunk(struct tl_filter *f, struct tl_worker *w, uint64_t k)
{
	struct tl_buf starts = TL_BUF_INIT;
	struct tl_chunkrun run = { 0 };
	uint64_t generation = f->generation;
	enum tl_lookup found;

	f->facts[k].busy = true;
	pthread_mutex_unlock(&f->lock);
	found = list_chunk(f, w, k, &starts, &run);
	pthread_mutex_lock(&f->lock);
	f->facts[k].busy = false;
	if (found != TL_FOUND) { /* what cannot be read has no lines */
		starts.len = 0;
		run.at_end = found != TL_FAILED;
	}
	if (!atomic_load(&f->stop) && (!run.at_end || generation == f->generation)) {
		learn(f, k, (uint32_t)(starts.len / sizeof(uint32_t)), run.at_end);
		keep_list(f, k, &starts, f->asked);
		if (f->nknown == f->nfacts)
			post(f); /* the count is final, for now */
	} else if (k < f->swept) {
		f->swept = k; /* the text has grown meanwhile: once more */
	}
	check_quest(f);
	if (f->asked)
		tl_jobs_wake(f->pool); /* the quest may have waited for this chunk */
	tl_buf_fini(&starts);
	if (w->buf.cap > TL_WORKER_KEEP)
		tl_buf_fini(&w->buf);
}

static bool make_scratch(struct tl_filter *f, unsigned id)
{
	if (!f->scratch[id]) {
		if (!tl_scratch_new(&f->scratch[id], NULL))
			return false;
		tl_scratch_set_stop(f->scratch[id], &f->stop);
	}
	return true;
}

static enum tl_step quest_step(void *self, struct tl_worker *w)
{
	struct tl_filter *f = self;
	enum tl_step answer = TL_STEP_WAIT;
	uint64_t k;

	pthread_mutex_lock(&f->lock);
	look_at_extent(f);
	check_quest(f);
	k = f->asked && make_scratch(f, w->id) ? quest_chunk(f) : TL_NOPOS;
	if (k != TL_NOPOS) {
		do_chunk(f, w, k);
		answer = f->asked ? TL_STEP_MORE : TL_STEP_WAIT;
	}
	pthread_mutex_unlock(&f->lock);
	return answer;
}

static enum tl_step sweep_step(void *self, struct tl_worker *w)
{
	struct tl_filter *f = self;
	enum tl_step answer = TL_STEP_WAIT;

	pthread_mutex_lock(&f->lock);
	look_at_extent(f);
	while (f->swept < f->nfacts && (f->facts[f->swept].known || f->facts[f->swept].busy))
		f->swept++;
	if (!f->stopped && f->swept < f->nfacts && make_scratch(f, w->id)) {
		do_chunk(f, w, f->swept++);
		answer = TL_STEP_MORE;
	}
	pthread_mutex_unlock(&f->lock);
	return answer;
}

static const struct tl_job_ops quest_ops = { .step = quest_step };
static const struct tl_job_ops sweep_ops = { .step = sweep_step };

/* ---- the public side */

bool tl_filter_new(struct tl_source *src, struct tl_matcher **m, size_t n,
		   const struct tl_sieve *sieve, struct tl_lineindex *lines, struct tl_jobs *pool,
		   struct tl_mailbox *mailbox, struct tl_filter **out, struct tl_err *err)
{
	struct tl_filter *f = calloc(1, sizeof(*f));

	if (!f) {
		for (size_t i = 0; i < n; i++)
			tl_matcher_free(m[i]);
		free(m);
		if (sieve)
			sieve->close(sieve->arg);
		return tl_err_nomem(err);
	}
	*f = (struct tl_filter){
		.src = src,
		.matchers = m,
		.nmatchers = n,
		.lines = lines,
		.pool = pool,
		.mailbox = mailbox,
		.stopped = n == 0,
	};
	if (sieve)
		f->sieve = *sieve;
	pthread_mutex_init(&f->lock, NULL);
	f->end_from = UINT64_MAX;
	for (size_t i = 0; i < n; i++)
		if (tl_matcher_piece_max(m[i]) > f->longest)
			f->longest = tl_matcher_piece_max(m[i]);
	f->quest = tl_jobs_start(pool, TL_URGENT, &quest_ops, f);
	f->sweep = tl_jobs_start(pool, TL_BACKGROUND, &sweep_ops, f);
	if (!f->quest || !f->sweep) {
		tl_filter_close(f);
		return tl_err_nomem(err);
	}
	*out = f;
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

void tl_filter_close(struct tl_filter *f)
{
	if (!f)
		return;
	atomic_store(&f->stop, true);
	end_job(f->quest);
	end_job(f->sweep);
	while (f->newest)
		drop_list(f, f->newest);
	for (size_t i = 0; i < MAX_WORKERS; i++)
		tl_scratch_free(f->scratch[i]);
	for (size_t i = 0; i < f->nmatchers; i++)
		tl_matcher_free(f->matchers[i]);
	free(f->matchers);
	if (f->sieve.close)
		f->sieve.close(f->sieve.arg);
	free(f->facts);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

void tl_filter_grow(struct tl_filter *f)
{
	pthread_mutex_lock(&f->lock);
	look_at_extent(f);
	pthread_mutex_unlock(&f->lock);
	tl_jobs_wake(f->pool);
}

struct tl_matcher *const *tl_filter_matchers(const struct tl_filter *f, size_t *n)
{
	*n = f->nmatchers;
	return f->matchers;
}

bool tl_filter_passes(struct tl_filter *f, struct tl_scratch *s, struct tl_span line)
{
	return passes(f, s, line, 0);
}

/* Send the quest for a passing line off, from chunk k on.  Lock held. */
static enum tl_lookup ask(struct tl_filter *f, uint64_t k, bool backward)
{
	f->asked = true;
	f->stopped = f->nmatchers == 0; /* nobody asks how many lines pass */
	f->ask_k = k;
	f->backward = backward;
	return TL_PENDING;
}

/* What is known of passing lines in chunk k: FOUND (*l), NONE, or PENDING.  Lock held. */
static enum tl_lookup list_of(struct tl_filter *f, uint64_t k, struct list **l)
{
	if (!f->facts[k].known)
		return TL_PENDING;
	if (f->facts[k].count == 0)
		return TL_NONE;
	*l = use_list(f, k);
	return *l ? TL_FOUND : TL_PENDING;
}

static enum tl_lookup next_known(struct tl_filter *f, uint64_t pos, uint64_t *out)
{
	uint64_t k = tl_pos_chunk(f->src, pos), byte = tl_pos_byte(f->src, pos);
	struct list *l;

	for (; k < f->nfacts; k++, byte = 0) {
		enum tl_lookup found = list_of(f, k, &l);
		size_t i;

		if (found == TL_PENDING)
			return ask(f, k, false);
		if (found == TL_NONE)
			continue;
		i = list_below(l, byte);
		if (i == l->n)
			continue;
		*out = tl_pos_make(f->src, k, l->at[i]);
		return TL_FOUND;
	}
	if (f->extent.complete)
		return TL_NONE;
	tl_source_want(f->src, f->nfacts + 1);
	return TL_PENDING;
}

/* Is all text before pos there? */
static bool has_come(const struct tl_filter *f, uint64_t pos)
{
	uint64_t k = tl_pos_chunk(f->src, pos), byte = tl_pos_byte(f->src, pos);

	if (pos == 0)
		return true;
	return k < f->extent.nchunks && (k + 1 < f->extent.nchunks || byte <= f->extent.last_len);
}

static enum tl_lookup prev_known(struct tl_filter *f, uint64_t pos, uint64_t *out)
{
	uint64_t k = tl_pos_chunk(f->src, pos), byte = tl_pos_byte(f->src, pos);
	struct list *l;

	if (!f->extent.complete && !has_come(f, pos)) {
		tl_source_want(f->src, pos == TL_NOPOS ? UINT64_MAX : k + 1);
		return TL_PENDING;
	}
	if (k >= f->nfacts) {
		k = f->nfacts;
		byte = 0;
	}
	for (k++; k-- > 0; byte = UINT64_MAX) {
		enum tl_lookup found;
		size_t i;

		if (byte == 0)
			continue;
		found = list_of(f, k, &l);
		if (found == TL_PENDING)
			return ask(f, k, true);
		if (found == TL_NONE)
			continue;
		i = list_below(l, byte);
		if (i == 0)
			continue;
		*out = tl_pos_make(f->src, k, l->at[i - 1]);
		return TL_FOUND;
	}
	return TL_NONE;
}

static enum tl_lookup look_up(struct tl_filter *f, uint64_t pos, uint64_t *out,
			      enum tl_lookup (*known)(struct tl_filter *f, uint64_t pos,
						      uint64_t *out))
{
	enum tl_lookup found;
	bool asked;

	pthread_mutex_lock(&f->lock);
	look_at_extent(f);
	f->asked = false; /* what was asked before is not of interest any more */
	found = known(f, pos, out);
	asked = f->asked;
	pthread_mutex_unlock(&f->lock);
	if (asked)
		tl_jobs_wake(f->pool);
	return found;
}

enum tl_lookup tl_filter_next(struct tl_filter *f, uint64_t pos, uint64_t *out)
{
	return look_up(f, pos, out, next_known);
}

enum tl_lookup tl_filter_prev(struct tl_filter *f, uint64_t pos, uint64_t *out)
{
	return look_up(f, pos, out, prev_known);
}

double tl_filter_progress(struct tl_filter *f, uint64_t *passing)
{
	double done;

	pthread_mutex_lock(&f->lock);
	*passing = f->passing;
	done = f->nfacts > 0 ? (double)f->nknown / (double)f->nfacts : f->extent.complete;
	pthread_mutex_unlock(&f->lock);
	return done;
}

void tl_filter_stop(struct tl_filter *f)
{
	pthread_mutex_lock(&f->lock);
	f->stopped = true;
	f->asked = false;
	pthread_mutex_unlock(&f->lock);
}
