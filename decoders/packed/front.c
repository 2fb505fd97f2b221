/*
 * front.c: see front.h.
 *
 * A *lane* is a part that is being decompressed, or the rest of the file where parts cannot be told.
 * Lanes stand in a ring in the order of the file.  What the oldest gives goes into the text at once;
 * the others put it aside, as long as there is room, and then wait until they are the oldest.
 * Whoever has a lane in hand (`busy`) may touch it without the lock.  The text grows at one place
 * only, and that belongs to whoever has the oldest lane in hand, or is planning while there is none.
 */
#include "decoders/packed/front.h"

#include "base/now.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LANES   8
#define ASIDE_MAX   40                      /* chunks that lanes may put aside, in all */
#define STEP_CHUNKS 4                       /* of those that go into the text in a step */
#define HOP_BYTES   ((uint64_t)32 << 20)    /* a part of more text needs points inside */
#define HOP_NS      (4 * UINT64_C(1000000)) /* so long parts are stepped over in a step */

struct lane {
	struct tl_packed_file file; /* ends where the part does */
	uint64_t begin;
	void *stream;
	bool busy;
	bool ended;   /* `err` says whether all is well */
	bool entered; /* its beginning was noted as a point */
	struct tl_err err;
	struct tl_piece *aside[ASIDE_MAX];
	size_t naside, taken;
};

struct tl_front {
	const struct tl_codec_ops *codec; /* this and the next five are the owner's */
	const struct tl_packed_file *file;
	struct tl_points *points;
	struct tl_shelf *shelf;
	struct tl_jobs *pool;
	struct tl_front_events events;

	/* Where the text grows. */
	uint64_t text; /* bytes so far */
	struct tl_piece
	    *piece; /* the chunk that is being filled; NULL: its beginning did not come by */
	struct tl_piece *skipped; /* takes the rest of such a one */
	struct tl_piece **recent; /* chunks just made, for windows: chunk k at k % nrecent */
	size_t nrecent;
	uint64_t next_at; /* planning: where the next part begins */

	pthread_mutex_t lock; /* of all below */
	struct tl_job *job;
	uint64_t wanted; /* chunks */
	uint64_t known;  /* bytes of text that are told */
	uint64_t read;   /* bytes of the file that these come from, about */
	bool complete, broke;
	struct tl_err err;      /* broke */
	bool planning, planned; /* somebody is; the last part is among the lanes */
	bool ending;            /* somebody ends the text: nobody else makes it grow */
	struct lane *lanes[MAX_LANES];
	size_t first, nlanes, max_lanes;
	size_t naside;
	struct tl_chunk_facts *facts;
	size_t nfacts, facts_room;
};

/* Marks of a chunk that did not come by. */
#define NOT_SEEN 0xffff

static struct lane *lane_at(const struct tl_front *f, size_t i)
{
	return f->lanes[(f->first + i) % MAX_LANES];
}

/* ---- the text grows; no lock is held, but for a moment */

static void note_facts(struct tl_front *f, uint64_t k, const struct tl_chunk_facts *facts)
{
	if (k >= f->facts_room) {
		size_t room = (size_t)k * 2 + 64;
		struct tl_chunk_facts *more = realloc(f->facts, room * sizeof(*more));

		if (!more)
			return;
		f->facts = more;
		f->facts_room = room;
	}
	while (f->nfacts <= k)
		f->facts[f->nfacts++] = (struct tl_chunk_facts){ 0, NOT_SEEN };
	f->facts[k] = *facts;
}

/* Tell how far the text goes by now; `facts`: of chunk k, may be NULL. */
static void tell(struct tl_front *f, uint64_t k, const struct tl_chunk_facts *facts)
{
	bool more;

	pthread_mutex_lock(&f->lock);
	if (facts)
		note_facts(f, k, facts);
	more = f->text >> TL_FILE_SHIFT > f->known >> TL_FILE_SHIFT;
	f->known = f->text;
	pthread_mutex_unlock(&f->lock);
	if (more)
		f->events.grown(f->events.arg);
}

/* The chunk being filled is full, or the text ends in it. */
static void shelve(struct tl_front *f)
{
	struct tl_piece *piece = f->piece, **recent;
	uint64_t k = (f->text - 1) >> TL_FILE_SHIFT;
	struct tl_chunk_facts facts;

	f->piece = NULL;
	if (!piece)
		return;
	facts = tl_chunk_survey((struct tl_span){ piece->data, piece->len });
	piece = tl_shelf_put(f->shelf, k, piece);
	if (f->nrecent > 0) {
		recent = &f->recent[k % f->nrecent];
		tl_shelf_unpin(f->shelf, *recent);
		*recent = piece;
	} else {
		tl_shelf_unpin(f->shelf, piece);
	}
	tell(f, k, &facts);
}

/* Where the next bytes of the text belong, *n > 0 of them; NULL: out of memory. */
static uint8_t *room(struct tl_front *f, size_t *n)
{
	size_t fill = (size_t)(f->text & (TL_CHUNK_BYTES - 1));

	*n = TL_CHUNK_BYTES - fill;
	if (fill == 0 && !f->piece)
		f->piece = tl_shelf_blank(f->shelf);
	if (f->piece)
		return f->piece->data + fill;
	if (!f->skipped)
		f->skipped = tl_shelf_blank(f->shelf);
	return f->skipped ? f->skipped->data + fill : NULL;
}

/* n bytes were put there. */
static void grow(struct tl_front *f, size_t n)
{
	f->text += n;
	if (f->piece)
		f->piece->len += n;
	if ((f->text & (TL_CHUNK_BYTES - 1)) != 0)
		return;
	if (f->piece)
		shelve(f);
	else
		tell(f, 0, NULL);
}

/* Text that nobody has seen. */
static void hop_over(struct tl_front *f, uint64_t n)
{
	if (n == 0)
		return;
	tl_shelf_drop(f->shelf, f->piece);
	f->piece = NULL;
	f->text += n;
	tell(f, 0, NULL);
}

/* ---- points */

/* Keep as many chunks at hand as a window reaches back. */
static bool keep_recent(struct tl_front *f, size_t window)
{
	size_t n = window / TL_CHUNK_BYTES + 2;
	struct tl_piece **more;

	if (n <= f->nrecent)
		return true;
	more = calloc(n, sizeof(*more));
	if (!more)
		return false;
	for (size_t i = 0; i < f->nrecent; i++) {
		struct tl_piece *piece = f->recent[i];

		if (piece && more[piece->k % n])
			tl_shelf_unpin(f->shelf, piece);
		else if (piece)
			more[piece->k % n] = piece;
	}
	free(f->recent);
	f->recent = more;
	f->nrecent = n;
	return true;
}

/* The last n bytes of the text.  False: they are not at hand. */
static bool get_window(struct tl_front *f, size_t n, struct tl_buf *out)
{
	uint64_t at = f->text - n;

	while (at < f->text) {
		uint64_t k = at >> TL_FILE_SHIFT;
		size_t b = (size_t)(at & (TL_CHUNK_BYTES - 1));
		size_t len =
		    f->text - at < TL_CHUNK_BYTES - b ? (size_t)(f->text - at) : TL_CHUNK_BYTES - b;
		struct tl_piece *piece = k == f->text >> TL_FILE_SHIFT ? f->piece
					 : f->nrecent > 0              ? f->recent[k % f->nrecent]
								       : NULL;

		if (!piece || (piece != f->piece && piece->k != k) ||
		    !tl_buf_append(out, piece->data + b, len))
			return false;
		at += len;
	}
	return true;
}

/* The stream stands where the text ends: can one begin here another time? */
static void note_point(struct tl_front *f, void *stream)
{
	struct tl_buf bytes = TL_BUF_INIT;
	uint64_t last = tl_points_last(f->points);
	struct tl_point p = { 0 };
	size_t window = 0;

	if (f->text < last + tl_points_gap(f->points, 0) || !f->codec->point(stream, &p, &window) ||
	    window > TL_WINDOW_MAX || window > f->text)
		return;
	keep_recent(f, window);
	if (f->text < last + tl_points_gap(f->points, window))
		return;
	p.text = f->text;
	if (get_window(f, window, &bytes))
		tl_points_add(f->points, &p, (struct tl_span){ bytes.data, bytes.len });
	tl_buf_fini(&bytes);
}

/* A lane has become the oldest: its part begins where the text ends. */
static void enter(struct tl_front *f, struct lane *lane)
{
	struct tl_point p = { .text = f->text, .file = lane->begin };

	if (!lane->entered && lane->begin > 0)
		tl_points_add(f->points, &p, (struct tl_span){ NULL, 0 });
	lane->entered = true;
}

/* ---- lanes */

static struct lane *lane_new(const struct tl_front *f, uint64_t begin, uint64_t end)
{
	struct lane *lane = calloc(1, sizeof(*lane));

	if (lane) {
		lane->file = *f->file;
		lane->file.size = end;
		lane->begin = begin;
	}
	return lane;
}

static void lane_free(struct tl_front *f, struct lane *lane)
{
	if (!lane)
		return;
	if (lane->stream)
		f->codec->close(lane->stream);
	while (lane->taken < lane->naside)
		tl_shelf_drop(f->shelf, lane->aside[lane->taken++]);
	free(lane);
}

static bool lane_open(struct tl_front *f, struct lane *lane)
{
	struct tl_point from = { .file = lane->begin };

	if (!lane->stream && !lane->ended &&
	    !f->codec->open(&lane->file, &from, (struct tl_span){ NULL, 0 }, &lane->stream,
			    &lane->err)) {
		lane->stream = NULL;
		lane->ended = true;
	}
	return lane->stream != NULL;
}

/* Some of a lane's text.  False: it ends here; lane->err says how. */
static bool lane_next(struct tl_front *f, struct lane *lane, uint8_t *to, size_t n, size_t *got)
{
	enum tl_lookup found;

	*got = 0;
	found = f->codec->next(lane->stream, to, n, got, &lane->err);
	if (found == TL_FAILED && !lane->err.msg[0])
		tl_err_set(&lane->err, "'%s': damaged", f->file->path);
	if (found == TL_NONE)
		lane->err.msg[0] = '\0';
	if (found != TL_FOUND) {
		f->codec->close(lane->stream);
		lane->stream = NULL;
		lane->ended = true;
	}
	return found == TL_FOUND;
}

/* There is no memory to go on. */
static void give_up(struct tl_front *f, struct lane *lane)
{
	tl_err_nomem(&lane->err);
	lane->ended = true;
	while (lane->taken < lane->naside) {
		tl_shelf_drop(f->shelf, lane->aside[lane->taken++]);
		pthread_mutex_lock(&f->lock);
		f->naside--;
		pthread_mutex_unlock(&f->lock);
	}
}

/* About a MiB of the oldest lane, from what was put aside or from its stream, into the text. */
static void advance_oldest(struct tl_front *f, struct lane *lane)
{
	size_t n, got, total = 0;
	bool more = true;

	enter(f, lane);
	while (more && total < TL_CHUNK_BYTES && lane_open(f, lane)) {
		uint8_t *to = room(f, &n);

		if (!to) {
			give_up(f, lane);
			break;
		}
		more = lane_next(f, lane, to, n, &got);
		total += got;
		if (got > 0)
			grow(f, got);
		if (more)
			note_point(f, lane->stream);
		if (got == 0)
			break;
	}
}

static bool put(struct tl_front *f, struct tl_span bytes)
{
	while (bytes.len > 0) {
		size_t n;
		uint8_t *to = room(f, &n);

		if (!to)
			return false;
		if (n > bytes.len)
			n = bytes.len;
		memcpy(to, bytes.data, n);
		grow(f, n);
		bytes.data += n;
		bytes.len -= n;
	}
	return true;
}

/* What a lane has put aside goes into the text, a few chunks of it. */
static void take_aside(struct tl_front *f, struct lane *lane)
{
	size_t ntaken = 0;
	bool ok = true;

	enter(f, lane);
	while (ok && lane->taken < lane->naside && ntaken < STEP_CHUNKS) {
		struct tl_piece *piece = lane->aside[lane->taken++];

		ok = put(f, (struct tl_span){ piece->data, piece->len });
		tl_shelf_drop(f->shelf, piece);
		ntaken++;
	}
	pthread_mutex_lock(&f->lock);
	f->naside -= ntaken;
	pthread_mutex_unlock(&f->lock);
	if (!ok)
		give_up(f, lane);
}

/* A chunk of a lane that is not the oldest. */
static void advance_aside(struct tl_front *f, struct lane *lane)
{
	struct tl_piece *piece = tl_shelf_blank(f->shelf);
	bool more = piece != NULL;
	size_t got;

	while (more && piece->len < TL_CHUNK_BYTES && lane_open(f, lane)) {
		more =
		    lane_next(f, lane, piece->data + piece->len, TL_CHUNK_BYTES - piece->len, &got);
		piece->len += got;
		if (got == 0)
			break;
	}
	if (!piece) {
		tl_err_nomem(&lane->err);
		lane->ended = true;
	}
	pthread_mutex_lock(&f->lock);
	if (piece && piece->len > 0)
		lane->aside[lane->naside++] = piece;
	else
		f->naside--;
	pthread_mutex_unlock(&f->lock);
	if (piece && piece->len == 0)
		tl_shelf_drop(f->shelf, piece);
}

/* ---- the end */

/* No more windows are needed: the shelf has better use for these chunks. */
static void forget_recent(struct tl_front *f)
{
	for (size_t i = 0; i < f->nrecent; i++)
		tl_shelf_unpin(f->shelf, f->recent[i]);
	free(f->recent);
	f->recent = NULL;
	f->nrecent = 0;
}

/* The last chunk is what it is. */
static void end(struct tl_front *f, const struct tl_err *err)
{
	bool well = !err->msg[0];

	if (f->piece && f->text & (TL_CHUNK_BYTES - 1))
		shelve(f);
	forget_recent(f);
	pthread_mutex_lock(&f->lock);
	f->known = f->text;
	f->complete = true;
	f->broke = !well;
	f->err = *err;
	pthread_mutex_unlock(&f->lock);
	f->events.grown(f->events.arg);
	if (well)
		f->events.ended(f->events.arg);
}

/* ---- planning: which parts come next; no lock is held */

/* The next part; *len UINT64_MAX: nobody knows how long its text is.  NONE: the file ends. */
static enum tl_lookup next_part(struct tl_front *f, uint64_t *part_end, uint64_t *len)
{
	enum tl_lookup found = TL_FAILED;

	if (f->codec->part)
		found = f->codec->part(f->file, f->next_at, part_end, len);
	else if (f->next_at >= f->file->size)
		found = TL_NONE;
	if (found == TL_FOUND &&
	    (*part_end <= f->next_at || *part_end > f->file->size ||
	     (*len != UINT64_MAX && !tl_points_plausible(*part_end - f->next_at, *len))))
		found = TL_FAILED;
	return found;
}

/*
 * Look at the next parts, and step over them as long as that is possible: `alone`, with no lane
 * under way.  Gives the next lane, or NULL.
 */
static struct lane *plan(struct tl_front *f, bool alone, bool *last)
{
	uint64_t until = tl_now_ns() + HOP_NS, part_end, len, begin;
	struct lane *lane;
	struct tl_point p;

	*last = false;
	do {
		switch (next_part(f, &part_end, &len)) {
		case TL_FOUND:
			break;
		case TL_NONE:
			*last = true;
			return NULL;
		default: /* nothing is known: it may be all of the rest */
			lane = lane_new(f, f->next_at, f->file->size);
			*last = lane != NULL; /* no memory: later */
			return lane;
		}
		begin = f->next_at;
		if (!alone || len > HOP_BYTES) {
			lane = lane_new(f, begin, part_end);
			f->next_at = lane ? part_end : begin;
			return lane;
		}
		f->next_at = part_end;
		p = (struct tl_point){ .text = f->text, .file = begin };
		if (begin > 0)
			tl_points_add(f->points, &p, (struct tl_span){ NULL, 0 });
		hop_over(f, len);
	} while (tl_now_ns() < until);
	return NULL;
}

/* ---- steps */

enum task { NOTHING, PLAN, OLDEST, ASIDE };

/* What to do next; the lock is held. */
static enum task choose(struct tl_front *f, struct lane **lane)
{
	if (f->ending)
		return NOTHING;
	if (f->nlanes > 0 && !lane_at(f, 0)->busy) {
		*lane = lane_at(f, 0);
		return OLDEST;
	}
	for (size_t i = 1; i < f->nlanes && f->naside < ASIDE_MAX; i++) {
		*lane = lane_at(f, i);
		if (!(*lane)->busy && !(*lane)->ended && (*lane)->naside < ASIDE_MAX)
			return ASIDE;
	}
	if (!f->planned && !f->planning && f->nlanes < f->max_lanes && f->naside < ASIDE_MAX)
		return PLAN;
	return NOTHING;
}

/* Plan, with the lock held before and after. */
static void plan_step(struct tl_front *f)
{
	static const struct tl_err well = TL_ERR_INIT;
	bool alone = f->nlanes == 0, last, over;
	struct lane *lane;

	f->planning = true;
	pthread_mutex_unlock(&f->lock);
	lane = plan(f, alone, &last);
	pthread_mutex_lock(&f->lock);
	f->planning = false;
	f->planned |= last;
	if (alone)
		f->read = lane ? lane->begin : f->next_at;
	if (lane)
		f->lanes[(f->first + f->nlanes++) % MAX_LANES] = lane;
	over = last && f->nlanes == 0 && !f->ending;
	f->ending |= over;
	if (over) {
		pthread_mutex_unlock(&f->lock);
		end(f, &well);
		pthread_mutex_lock(&f->lock);
	}
}

/* Some of the oldest lane, likewise. */
static void oldest_step(struct tl_front *f, struct lane *lane)
{
	struct tl_err err;
	uint64_t read;
	bool over;

	lane->busy = true;
	pthread_mutex_unlock(&f->lock);
	if (lane->taken < lane->naside)
		take_aside(f, lane);
	else
		advance_oldest(f, lane);
	read = lane->stream ? f->codec->at(lane->stream) : lane->file.size;
	pthread_mutex_lock(&f->lock);
	lane->busy = false;
	f->read = read;
	if (!lane->ended || lane->taken < lane->naside)
		return;
	err = lane->err;
	f->first = (f->first + 1) % MAX_LANES;
	f->nlanes--;
	over = err.msg[0] || (f->planned && f->nlanes == 0);
	f->planned |= over;
	f->ending |= over;
	pthread_mutex_unlock(&f->lock);
	lane_free(f, lane);
	if (over)
		end(f, &err);
	pthread_mutex_lock(&f->lock);
}

/* Nobody needs the lanes behind damage any more; the lock is held. */
static void drop_lanes(struct tl_front *f)
{
	while (f->nlanes > 0 && !lane_at(f, f->nlanes - 1)->busy)
		lane_free(f, lane_at(f, --f->nlanes));
}

static enum tl_step step(void *self, struct tl_worker *w)
{
	enum tl_step answer = TL_STEP_MORE;
	struct tl_front *f = self;
	struct lane *lane = NULL;

	pthread_mutex_lock(&f->lock);
	if (f->complete) {
		drop_lanes(f);
		answer = f->nlanes > 0 ? TL_STEP_WAIT : TL_STEP_DONE;
	} else if (f->known >> TL_FILE_SHIFT >= f->wanted) {
		answer = TL_STEP_WAIT;
	} else {
		switch (choose(f, &lane)) {
		case NOTHING:
			answer = TL_STEP_WAIT;
			break;
		case PLAN:
			plan_step(f);
			break;
		case OLDEST:
			oldest_step(f, lane);
			break;
		case ASIDE:
			lane->busy = true;
			f->naside++;
			pthread_mutex_unlock(&f->lock);
			advance_aside(f, lane);
			pthread_mutex_lock(&f->lock);
			lane->busy = false;
			break;
		}
	}
	pthread_mutex_unlock(&f->lock);
	return answer;
}

/* ---- outside */

struct tl_front *tl_front_new(const struct tl_codec_ops *codec, const struct tl_packed_file *file,
			      struct tl_points *points, struct tl_shelf *shelf,
			      struct tl_jobs *pool, const struct tl_front_events *events)
{
	struct tl_front *f = calloc(1, sizeof(*f));
	size_t width = tl_jobs_width(pool);

	if (!f)
		return NULL;
	f->codec = codec;
	f->file = file;
	f->points = points;
	f->shelf = shelf;
	f->pool = pool;
	f->events = *events;
	f->max_lanes = width + 1 < MAX_LANES ? width + 1 : MAX_LANES;
	pthread_mutex_init(&f->lock, NULL);
	return f;
}

void tl_front_free(struct tl_front *f)
{
	if (!f)
		return;
	if (f->job) {
		tl_job_cancel(f->job);
		tl_job_join(f->job);
		tl_job_release(f->job);
	}
	for (size_t i = 0; i < f->nlanes; i++)
		lane_free(f, lane_at(f, i));
	forget_recent(f);
	tl_shelf_drop(f->shelf, f->piece);
	tl_shelf_drop(f->shelf, f->skipped);
	pthread_mutex_destroy(&f->lock);
	free(f->facts);
	free(f);
}

void tl_front_want(struct tl_front *f, uint64_t nchunks)
{
	static const struct tl_job_ops ops = { .step = step };
	bool more;

	pthread_mutex_lock(&f->lock);
	more = nchunks > f->wanted && !f->complete;
	if (more)
		f->wanted = nchunks;
	if (more && !f->job)
		f->job = tl_jobs_start(f->pool, TL_BACKGROUND, &ops, f);
	pthread_mutex_unlock(&f->lock);
	if (more)
		tl_jobs_wake(f->pool);
}

void tl_front_stop(struct tl_front *f)
{
	pthread_mutex_lock(&f->lock);
	f->wanted = f->known >> TL_FILE_SHIFT;
	pthread_mutex_unlock(&f->lock);
}

void tl_front_extent(struct tl_front *f, struct tl_extent *out)
{
	uint64_t n;
	bool complete;

	pthread_mutex_lock(&f->lock);
	complete = f->complete;
	n = complete ? f->known : f->known & ~(uint64_t)(TL_CHUNK_BYTES - 1);
	pthread_mutex_unlock(&f->lock);
	*out = tl_extent_of_bytes(n, complete);
}

double tl_front_progress(struct tl_front *f)
{
	uint64_t read;

	pthread_mutex_lock(&f->lock);
	read = f->read;
	pthread_mutex_unlock(&f->lock);
	return f->file->size > 0 ? (double)read / (double)f->file->size : 0;
}

bool tl_front_broke(struct tl_front *f, struct tl_err *err)
{
	bool broke;

	pthread_mutex_lock(&f->lock);
	broke = f->broke;
	if (broke)
		*err = f->err;
	pthread_mutex_unlock(&f->lock);
	return broke;
}

bool tl_front_facts(struct tl_front *f, uint64_t k, struct tl_chunk_facts *out)
{
	bool seen;

	pthread_mutex_lock(&f->lock);
	seen = k < f->nfacts && f->facts[k].marks != NOT_SEEN;
	if (seen)
		*out = f->facts[k];
	pthread_mutex_unlock(&f->lock);
	return seen;
}
