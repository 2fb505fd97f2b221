/*
 * lineindex.c: see lineindex.h.
 *
 * Chunks are counted in any order, by the background job and by searches that have the
 * bytes in hand.  All chunks before the *frontier* are counted, and for these and the
 * frontier itself the number of newlines before them is known: line N is in the chunk
 * found by bisecting those sums, and finding it there is a scan of one chunk.
 *
 * The last chunk of a text may grow.  Having been counted while it was not full it is the
 * *tail*, and as soon as the source says that there is more it counts as not counted.
 *
 * One mutex guards it all; chunks are read and counted outside of it.
 */
#include "index/lineindex.h"

#include "base/now.h"
#include "base/room.h"
#include "index/bytescan.h"
#include "index/cachedir.h"
#include "index/savedindex.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum chunk_state {
	TODO,
	CLAIMED, /* a worker is at it */
	COUNTED,
	BROKEN, /* could not be read; tried again at the next start */
	NSTATES,
};

struct chunk {
	uint64_t before; /* newlines in all chunks before; valid below the frontier */
	uint32_t newlines;
	uint16_t marks;
	uint8_t state;
};

struct tl_lineindex {
	struct tl_source *src;
	struct tl_jobs *pool;
	struct tl_mailbox *mailbox;
	struct tl_job *job; /* main thread; started once, sleeps when there is nothing to do */

	pthread_mutex_t saving; /* before all other locks; held while a file is written */
	pthread_rwlock_t
	    join; /* of the two below; read-locked by who calls them, before the lock */
	const struct tl_companion *companion; /* NULL: none */
	void *companion_self;

	pthread_mutex_t lock; /* of all below */
	struct chunk *chunks;
	size_t room;
	uint64_t nchunks;  /* known */
	uint64_t last_len; /* of the last; UINT64_MAX: known when read */
	bool complete;
	uint64_t frontier;
	uint64_t newlines;          /* before the frontier */
	uint64_t in_state[NSTATES]; /* how many chunks are */
	uint64_t next;              /* chunks below it are not TODO */
	uint64_t settled;           /* chunks below it were full when counting began */
	uint64_t tail;              /* TL_NOPOS: none */
	uint64_t tail_len;
	uint64_t generation; /* of the text: what was read of an older one is not taken */
	uint64_t posted_at;
	char *dir;
	bool loaded;      /* or tried to */
	uint64_t saved;   /* chunks in the saved index */
	uint64_t guessed; /* chunks below it were counted in an earlier run, of a text that depends
			   * on more than the file: a count is checked before it is used */
};

static uint64_t whole_len(const struct tl_lineindex *ix)
{
	return UINT64_C(1) << tl_source_shift(ix->src);
}

/* The functions from here to the next such line run with the lock held. */

static void set_state(struct tl_lineindex *ix, uint64_t k, enum chunk_state state)
{
	ix->in_state[ix->chunks[k].state]--;
	ix->in_state[state]++;
	ix->chunks[k].state = (uint8_t)state;
}

static void uncount(struct tl_lineindex *ix, uint64_t k)
{
	set_state(ix, k, TODO);
	if (ix->tail == k)
		ix->tail = TL_NOPOS;
	if (ix->next > k)
		ix->next = k;
	if (ix->frontier > k) {
		ix->frontier = k;
		ix->newlines = ix->chunks[k].before;
	}
}

/* Forget the chunks from the nth on. */
static void cut(struct tl_lineindex *ix, uint64_t n)
{
	for (uint64_t k = n; k < ix->nchunks; k++)
		uncount(ix, k);
	ix->in_state[TODO] -= ix->nchunks - n;
	ix->nchunks = n;
}

static bool make_room(struct tl_lineindex *ix, uint64_t n)
{
	struct chunk *more = tl_make_room(ix->chunks, &ix->room, n, sizeof(*more));

	if (more)
		ix->chunks = more;
	return more;
}

/* Has the last chunk another length than when it was counted? */
static bool last_has_changed(const struct tl_lineindex *ix)
{
	uint64_t k = ix->nchunks - 1;

	if (ix->nchunks == 0 || ix->last_len == UINT64_MAX || ix->chunks[k].state != COUNTED)
		return false;
	if (k == ix->tail)
		return ix->tail_len != ix->last_len;
	return tl_source_is_flat(ix->src) && ix->last_len != whole_len(ix);
}

/* Look how much text there is by now. */
static void look(struct tl_lineindex *ix)
{
	struct tl_extent ex;

	tl_source_extent(ix->src, &ex);
	ix->complete = ex.complete;
	ix->last_len = ex.last_len;
	if (ex.nchunks > ix->nchunks && make_room(ix, ex.nchunks)) {
		memset(ix->chunks + ix->nchunks, 0,
		       (ex.nchunks - ix->nchunks) * sizeof(*ix->chunks));
		ix->in_state[TODO] += ex.nchunks - ix->nchunks;
		ix->nchunks = ex.nchunks;
	}
	/* Out of memory: the chunks known are not all there are, and the last is full. */
	if (ex.nchunks > ix->nchunks) {
		ix->complete = false;
		ix->last_len = UINT64_MAX;
	}
	/* Cut off under us: a reset will follow, but the answers until then are sane. */
	if (ex.nchunks < ix->nchunks)
		cut(ix, ex.nchunks);
	if (ix->tail != TL_NOPOS && ix->tail + 1 < ix->nchunks)
		uncount(ix, ix->tail);
	if (last_has_changed(ix))
		uncount(ix, ix->nchunks - 1);
}

static bool all_counted(const struct tl_lineindex *ix)
{
	return ix->frontier == ix->nchunks;
}

static void put(struct tl_lineindex *ix, uint64_t k, const struct tl_chunk_facts *facts)
{
	ix->chunks[k].newlines = facts->newlines;
	ix->chunks[k].marks = facts->marks;
	set_state(ix, k, COUNTED);
	while (ix->frontier < ix->nchunks && ix->chunks[ix->frontier].state == COUNTED) {
		struct chunk *c = &ix->chunks[ix->frontier++];

		c->before = ix->newlines;
		ix->newlines += c->newlines;
	}
}

/* Is it time to say that there is news?  In any case when nothing is left to come. */
static bool is_news(struct tl_lineindex *ix)
{
	return tl_is_news(&ix->posted_at, ix->in_state[TODO] + ix->in_state[CLAIMED] == 0);
}

/* Why something behind the frontier is not known. */
static enum tl_lookup unknown(const struct tl_lineindex *ix)
{
	if (all_counted(ix))
		return ix->complete ? TL_NONE : TL_PENDING;
	return ix->chunks[ix->frontier].state == BROKEN ? TL_FAILED : TL_PENDING;
}

/* The position of the first byte in chunk k or behind it. */
static enum tl_lookup first_byte(const struct tl_lineindex *ix, uint64_t k, uint64_t *pos)
{
	while (k < ix->frontier && (ix->chunks[k].marks & TL_CHUNK_EMPTY))
		k++;
	/* A flat text has no empty chunks. */
	if (k >= ix->frontier && (k >= ix->nchunks || !tl_source_is_flat(ix->src)))
		return unknown(ix);
	*pos = tl_pos_make(ix->src, k, 0);
	return TL_FOUND;
}

/* The chunk before the frontier that holds the nth newline of the text. */
static uint64_t chunk_of_newline(const struct tl_lineindex *ix, uint64_t nth)
{
	uint64_t low = 0, high = ix->frontier; /* before[low] <= nth < before[high] */

	while (high - low > 1) {
		uint64_t mid = low + (high - low) / 2;

		if (ix->chunks[mid].before <= nth)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* Up to here with the lock held. */

static void post(struct tl_lineindex *ix)
{
	tl_mailbox_post(ix->mailbox, &(struct tl_msg){ .kind = TL_MSG_INDEX, .from = ix });
}

/* A chunk in the hands of somebody who counts it. */
struct work {
	uint64_t k;
	uint64_t generation;
	uint64_t promised; /* bytes of it, by the extent of then; UINT64_MAX: not said */
	bool settled;      /* it could not grow any more then */
	bool noted;        /* the companion has something to keep */
	_Alignas(max_align_t) uint8_t note[TL_COMPANION_NOTE];
};

/* ---- the companion: nothing happens where there is none */

static void join_lock(struct tl_lineindex *ix)
{
	pthread_rwlock_rdlock(&ix->join);
}

static void join_unlock(struct tl_lineindex *ix)
{
	pthread_rwlock_unlock(&ix->join);
}

/* Show it a chunk that is being counted. */
static void show(struct tl_lineindex *ix, struct work *w, struct tl_span chunk,
		 const struct tl_chunk_facts *facts)
{
	join_lock(ix);
	w->noted =
	    ix->companion && ix->companion->see(ix->companion_self, w->k, chunk, facts, w->note);
	join_unlock(ix);
}

/* Lock held. */
static bool companion_has_news(const struct tl_lineindex *ix)
{
	return ix->companion && ix->companion->unsaved(ix->companion_self);
}

void tl_lineindex_join(struct tl_lineindex *ix, const struct tl_companion *ops, void *self)
{
	pthread_rwlock_wrlock(&ix->join);
	ix->companion = ops;
	ix->companion_self = self;
	pthread_rwlock_unlock(&ix->join);
}

/* Lock held.  True: others should hear of it. */
static bool remember(struct tl_lineindex *ix, const struct work *w,
		     const struct tl_chunk_facts *facts, uint64_t len)
{
	look(ix);
	if (w->generation != ix->generation || w->k >= ix->nchunks ||
	    ix->chunks[w->k].state == COUNTED)
		return false;
	if (w->settled || len == whole_len(ix)) {
		put(ix, w->k, facts);
	} else if (w->k + 1 == ix->nchunks) {
		put(ix, w->k, facts);
		ix->tail = w->k;
		ix->tail_len = len;
		/* A source that does not keep its promise is not asked for ever. */
		if (w->promised != UINT64_MAX && len < w->promised)
			ix->tail_len = w->promised;
		look(ix);
	} else { /* it was the last when it was read, and has grown meanwhile */
		uncount(ix, w->k);
	}
	return is_news(ix);
}

/* False: the chunk has to be read again. */
static bool finish(struct tl_lineindex *ix, const struct work *w,
		   const struct tl_chunk_facts *facts, size_t len)
{
	bool news, counted;

	join_lock(ix);
	pthread_mutex_lock(&ix->lock);
	news = remember(ix, w, facts, len);
	counted = w->k >= ix->nchunks || ix->chunks[w->k].state == COUNTED;
	if (w->noted && ix->companion && w->generation == ix->generation && w->k < ix->nchunks)
		ix->companion->keep(ix->companion_self, w->k, w->note);
	pthread_mutex_unlock(&ix->lock);
	join_unlock(ix);
	if (news)
		post(ix);
	return counted;
}

static void give_up(struct tl_lineindex *ix, const struct work *w)
{
	bool news = false;

	pthread_mutex_lock(&ix->lock);
	look(ix);
	if (w->generation == ix->generation && w->k < ix->nchunks &&
	    ix->chunks[w->k].state == CLAIMED) {
		set_state(ix, w->k, BROKEN);
		news = is_news(ix);
	}
	pthread_mutex_unlock(&ix->lock);
	if (news)
		post(ix);
}

/*
 * Save what is counted without a gap, if that is more than `least` chunks beyond what is
 * saved already.  The counts are copied, as writing can take its time.
 */
static bool save_now(struct tl_lineindex *ix, uint64_t least, struct tl_err *err)
{
	struct tl_chunk_facts *facts = NULL;
	uint64_t n, was, last_len, generation;
	struct tl_buf more = TL_BUF_INIT;
	char *dir = NULL;
	bool ok = true, due;

	join_lock(ix);
	pthread_mutex_lock(&ix->lock);
	look(ix);
	n = ix->frontier;
	was = ix->saved;
	generation = ix->generation;
	last_len = ix->tail != TL_NOPOS && ix->tail + 1 == n ? ix->tail_len : whole_len(ix);
	due = ix->dir && n > 0 &&
	      ((n > was && n - was > least) || (n >= was && companion_has_news(ix)));
	if (due) {
		dir = strdup(ix->dir);
		facts = malloc(n * sizeof(*facts));
		for (uint64_t k = 0; facts && k < n; k++)
			facts[k] =
			    (struct tl_chunk_facts){ ix->chunks[k].newlines, ix->chunks[k].marks };
		ix->saved = n; /* nobody else need save these */
	}
	pthread_mutex_unlock(&ix->lock);
	if (due && ix->companion)
		ix->companion->save(ix->companion_self, n, &more);
	join_unlock(ix);
	if (!due)
		return true;

	if (dir && facts)
		ok = tl_savedindex_save(dir, ix->src, facts, n, last_len,
					(struct tl_span){ more.data, more.len }, err);
	else
		ok = tl_err_nomem(err);
	tl_buf_fini(&more);
	free(dir);
	free(facts);
	if (!ok) {
		pthread_mutex_lock(&ix->lock);
		if (ix->generation == generation && ix->saved == n)
			ix->saved = was;
		pthread_mutex_unlock(&ix->lock);
	}
	return ok;
}

/* One at a time: who has less to save must not be the last to write. */
static bool save(struct tl_lineindex *ix, uint64_t least, struct tl_err *err)
{
	bool ok;

	pthread_mutex_lock(&ix->saving);
	ok = save_now(ix, least, err);
	pthread_mutex_unlock(&ix->saving);
	return ok;
}

/* A file that keeps growing is saved again when it has by an eighth and 64 chunks. */
static void save_when_complete(struct tl_lineindex *ix)
{
	uint64_t least = 0;
	bool due;

	pthread_mutex_lock(&ix->lock);
	due = ix->complete && all_counted(ix);
	if (ix->saved > 0)
		least = ix->saved / 8 + 64;
	pthread_mutex_unlock(&ix->lock);
	if (due)
		save(ix, least, NULL);
}

/* The background job. */

static bool claim(struct tl_lineindex *ix, struct work *w)
{
	bool found = false;

	pthread_mutex_lock(&ix->lock);
	look(ix);
	while (ix->next < ix->nchunks && ix->chunks[ix->next].state != TODO)
		ix->next++;
	if (ix->next < ix->nchunks) {
		w->k = ix->next;
		w->generation = ix->generation;
		w->settled = w->k + 1 < ix->nchunks;
		w->promised = w->settled ? UINT64_MAX : ix->last_len;
		set_state(ix, ix->next++, CLAIMED);
		found = true;
	}
	pthread_mutex_unlock(&ix->lock);
	return found;
}

/* Survey a chunk past the cache: what is on the screen shall stay in it. */
static bool survey(struct tl_lineindex *ix, struct work *w, struct tl_buf *buf,
		   struct tl_chunk_facts *facts, size_t *len)
{
	struct tl_mapped m;
	struct tl_span read;

	if (tl_source_facts(ix->src, w->k, facts, len))
		return true;
	if (tl_source_map(ix->src, w->k, 0, 0, &m)) {
		*facts = tl_chunk_survey(m.chunk);
		*len = m.chunk.len;
		show(ix, w, m.chunk, facts);
		if (tl_source_unmap(ix->src, &m))
			return true;
		w->noted = false;
	}
	buf->len = 0;
	if (tl_source_read(ix->src, w->k, buf, NULL) != TL_FOUND)
		return false;
	read = (struct tl_span){ buf->data, buf->len };
	*facts = tl_chunk_survey(read);
	*len = read.len;
	show(ix, w, read, facts);
	return true;
}

static enum tl_step step(void *self, struct tl_worker *worker)
{
	struct tl_lineindex *ix = self;
	struct tl_chunk_facts facts;
	struct work w = { 0 };
	size_t len;

	if (!claim(ix, &w))
		return TL_STEP_WAIT;
	if (!survey(ix, &w, &worker->buf, &facts, &len))
		give_up(ix, &w);
	else if (!finish(ix, &w, &facts, len))
		tl_jobs_wake(ix->pool); /* the job may sleep, as this chunk was taken */
	save_when_complete(ix);
	return TL_STEP_MORE;
}

static const struct tl_job_ops counting = { .step = step };

void tl_lineindex_start(struct tl_lineindex *ix)
{
	bool idle;

	pthread_mutex_lock(&ix->lock);
	look(ix);
	for (uint64_t k = 0; ix->in_state[BROKEN] > 0; k++)
		if (ix->chunks[k].state == BROKEN)
			uncount(ix, k);
	/* Has it grown?  Nobody can tell without reading it. */
	if (ix->tail != TL_NOPOS && ix->last_len == UINT64_MAX && !ix->complete)
		uncount(ix, ix->tail);
	idle = all_counted(ix);
	pthread_mutex_unlock(&ix->lock);
	if (idle)
		return;
	if (ix->job)
		tl_jobs_wake(ix->pool);
	else
		ix->job = tl_jobs_start(ix->pool, TL_BACKGROUND, &counting, ix);
}

void tl_lineindex_offer(struct tl_lineindex *ix, uint64_t k, struct tl_span span)
{
	struct work w = { .k = k, .promised = UINT64_MAX };
	struct tl_chunk_facts facts;
	bool wanted;

	pthread_mutex_lock(&ix->lock);
	look(ix);
	wanted = k < ix->nchunks && (ix->chunks[k].state == TODO || ix->chunks[k].state == BROKEN);
	/* It may have been read a while ago, when there was less of it: sure is only what
	 * was there when all began. */
	w.settled = k < ix->settled;
	w.generation = ix->generation;
	pthread_mutex_unlock(&ix->lock);
	if (!wanted)
		return;
	facts = tl_chunk_survey(span);
	finish(ix, &w, &facts, span.len);
}

/* From nothing to something and back. */

/* Locked both ways. */
static void forget_all(struct tl_lineindex *ix)
{
	ix->generation++;
	ix->nchunks = ix->frontier = ix->newlines = ix->next = 0;
	memset(ix->in_state, 0, sizeof(ix->in_state));
	ix->tail = TL_NOPOS;
	ix->posted_at = 0;
	ix->saved = ix->guessed = 0;
	if (ix->companion)
		ix->companion->forget(ix->companion_self);
	look(ix);
	ix->settled = ix->nchunks > 0 ? ix->nchunks - 1 : 0;
}

bool tl_lineindex_new(struct tl_source *src, struct tl_jobs *pool, struct tl_mailbox *mailbox,
		      struct tl_lineindex **out, struct tl_err *err)
{
	struct tl_lineindex *ix = calloc(1, sizeof(*ix));

	if (!ix)
		return tl_err_nomem(err);
	ix->src = src;
	ix->pool = pool;
	ix->mailbox = mailbox;
	pthread_mutex_init(&ix->lock, NULL);
	pthread_rwlock_init(&ix->join, NULL);
	pthread_mutex_init(&ix->saving, NULL);
	forget_all(ix);
	*out = ix;
	return true;
}

void tl_lineindex_close(struct tl_lineindex *ix)
{
	if (!ix)
		return;
	if (ix->job) {
		tl_job_cancel(ix->job);
		tl_job_join(ix->job);
		tl_job_release(ix->job);
	}
	pthread_mutex_destroy(&ix->lock);
	pthread_rwlock_destroy(&ix->join);
	pthread_mutex_destroy(&ix->saving);
	free(ix->dir);
	free(ix->chunks);
	free(ix);
}

void tl_lineindex_reset(struct tl_lineindex *ix)
{
	join_lock(ix);
	pthread_mutex_lock(&ix->lock);
	forget_all(ix);
	pthread_mutex_unlock(&ix->lock);
	join_unlock(ix);
}

/* Kept from run to run. */

void tl_lineindex_set_dir(struct tl_lineindex *ix, const char *dir)
{
	char *copy = dir ? strdup(dir) : NULL;

	pthread_mutex_lock(&ix->lock);
	free(ix->dir);
	ix->dir = copy;
	pthread_mutex_unlock(&ix->lock);
}

char *tl_lineindex_default_dir(void)
{
	return tl_cachedir_default();
}

bool tl_lineindex_load(struct tl_lineindex *ix)
{
	struct tl_buf more = TL_BUF_INIT;
	struct tl_chunk_facts *facts;
	uint64_t n, last_len, generation;
	char *dir = NULL;
	bool ok;

	pthread_mutex_lock(&ix->lock);
	if (!ix->loaded && ix->dir)
		dir = strdup(ix->dir);
	ix->loaded = true;
	generation = ix->generation;
	pthread_mutex_unlock(&ix->lock);
	ok = dir && tl_savedindex_load(dir, ix->src, &facts, &n, &last_len, &more);
	free(dir);
	if (!ok) {
		tl_buf_fini(&more);
		return false;
	}

	join_lock(ix);
	pthread_mutex_lock(&ix->lock);
	look(ix);
	if (generation != ix->generation)
		n = 0;
	for (uint64_t k = 0; k < n && k < ix->nchunks; k++) {
		if (ix->chunks[k].state == COUNTED)
			continue;
		put(ix, k, &facts[k]);
		if (k + 1 == n && last_len < whole_len(ix)) {
			ix->tail = k;
			ix->tail_len = last_len;
		}
	}
	ix->saved = n;
	ix->guessed = tl_source_is_flat(ix->src) ? 0 : n;
	look(ix); /* whether the tail has grown since */
	if (n > 0 && ix->companion && more.len > 0)
		ix->companion->load(ix->companion_self, n, last_len,
				    (struct tl_span){ more.data, more.len });
	pthread_mutex_unlock(&ix->lock);
	join_unlock(ix);
	free(facts);
	tl_buf_fini(&more);
	return true;
}

bool tl_lineindex_save(struct tl_lineindex *ix, struct tl_err *err)
{
	return save(ix, 0, err);
}

/* Look-ups. */

/*
 * Chunk k, as somebody looks into it, has these bytes: are its counts from an earlier run still
 * right?  If not, none are to be trusted, and all begins anew.
 */
static bool counts_hold(struct tl_lineindex *ix, uint64_t k, struct tl_span span)
{
	bool hold = true;

	join_lock(ix);
	pthread_mutex_lock(&ix->lock);
	if (k < ix->guessed && k < ix->nchunks && ix->chunks[k].state == COUNTED) {
		uint32_t newlines = (uint32_t)tl_bytescan()->count(span.data, span.len, '\n');

		hold = newlines == ix->chunks[k].newlines;
		if (!hold)
			forget_all(ix);
	}
	pthread_mutex_unlock(&ix->lock);
	join_unlock(ix);
	if (!hold) {
		if (ix->job)
			tl_jobs_wake(ix->pool);
		post(ix);
	}
	return hold;
}

enum tl_lookup tl_lineindex_find(struct tl_lineindex *ix, uint64_t line, uint64_t *pos)
{
	enum tl_lookup found;
	struct tl_span span;
	uint64_t k, rank;
	size_t at, len;

	pthread_mutex_lock(&ix->lock);
	look(ix);
	if (line == 0 || line > ix->newlines) {
		found = line == 0 ? first_byte(ix, 0, pos) : unknown(ix);
		pthread_mutex_unlock(&ix->lock);
		return found;
	}
	/* A line starts behind the newline before it. */
	k = chunk_of_newline(ix, line - 1);
	rank = line - 1 - ix->chunks[k].before;
	pthread_mutex_unlock(&ix->lock);

	found = tl_source_pin(ix->src, k, &span, NULL);
	if (found != TL_FOUND)
		return found == TL_FAILED ? TL_FAILED : TL_PENDING;
	len = span.len;
	at = tl_bytescan()->nth(span.data, len, '\n', rank);
	if (!counts_hold(ix, k, span))
		at = len;
	tl_source_unpin(ix->src, k, &span);
	if (at == len) /* written over meanwhile: a reset will follow */
		return TL_PENDING;
	if (at + 1 < len) {
		*pos = tl_pos_make(ix->src, k, at + 1);
		return TL_FOUND;
	}
	pthread_mutex_lock(&ix->lock);
	found = first_byte(ix, k + 1, pos);
	pthread_mutex_unlock(&ix->lock);
	return found;
}

/* The number of a line is that of the newlines before any byte of it. */
enum tl_lookup tl_lineindex_line_of(struct tl_lineindex *ix, uint64_t pos, uint64_t *line)
{
	uint64_t k = tl_pos_chunk(ix->src, pos), byte = tl_pos_byte(ix->src, pos);
	enum tl_lookup found = TL_FOUND;
	struct tl_span span;

	pthread_mutex_lock(&ix->lock);
	look(ix);
	if (k >= ix->nchunks) { /* the end of the text, and all beyond */
		k = ix->nchunks;
		byte = 0;
	}
	if (k <= ix->frontier)
		*line = k < ix->frontier ? ix->chunks[k].before : ix->newlines;
	else
		found = unknown(ix);
	pthread_mutex_unlock(&ix->lock);
	if (found != TL_FOUND || byte == 0)
		return found;

	found = tl_source_pin(ix->src, k, &span, NULL);
	if (found != TL_FOUND)
		return found == TL_FAILED ? TL_FAILED : TL_PENDING;
	*line += tl_bytescan()->count(span.data, byte < span.len ? byte : span.len, '\n');
	found = counts_hold(ix, k, span) ? TL_FOUND : TL_PENDING;
	tl_source_unpin(ix->src, k, &span);
	return found;
}

enum tl_lookup tl_lineindex_count(struct tl_lineindex *ix, uint64_t *nlines)
{
	enum tl_lookup found = TL_FOUND;
	uint64_t k;

	pthread_mutex_lock(&ix->lock);
	look(ix);
	*nlines = ix->newlines;
	if (all_counted(ix)) {
		for (k = ix->nchunks; k > 0 && (ix->chunks[k - 1].marks & TL_CHUNK_EMPTY); k--)
			;
		if (k > 0 && !(ix->chunks[k - 1].marks & TL_CHUNK_ENDS_LINE))
			++*nlines;
	} else {
		found = unknown(ix);
	}
	pthread_mutex_unlock(&ix->lock);
	return found;
}

void tl_lineindex_progress(struct tl_lineindex *ix, uint64_t *done, uint64_t *total)
{
	pthread_mutex_lock(&ix->lock);
	look(ix);
	*done = ix->in_state[COUNTED];
	*total = ix->nchunks;
	pthread_mutex_unlock(&ix->lock);
}

enum tl_lookup tl_lineindex_chunk(struct tl_lineindex *ix, uint64_t k, uint32_t *newlines,
				  unsigned *has)
{
	enum tl_lookup found = TL_PENDING;

	pthread_mutex_lock(&ix->lock);
	look(ix);
	if (k < ix->nchunks && ix->chunks[k].state == COUNTED) {
		*newlines = ix->chunks[k].newlines;
		*has = ix->chunks[k].marks & 0x7f;
		found = TL_FOUND;
	}
	pthread_mutex_unlock(&ix->lock);
	return found;
}
