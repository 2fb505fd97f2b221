/* reader.c: see reader.h.  One mutex guards where streams stand; it is not held while they run. */
#include "decoders/packed/reader.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#define MAX_STREAMS 8
#define WEIGHT      ((size_t)24 << 20) /* of all together; one there may be in any case */
#define AHEAD       16 /* chunks that are read ahead, at the most: the shelf has to hold them */
#define DAMAGES     16 /* stretches known to be damaged */
#define TREND       4  /* so many steps in the other direction turn the reading ahead; */
#define NEAR        2  /* but not those to the neighbours, where lines begin and end */

struct stream {
	bool busy;     /* then only `at` and `goal` are for others to see */
	void *self;    /* the codec's; NULL: not open */
	uint64_t at;   /* the byte of the text that comes next */
	uint64_t goal; /* busy: the last chunk to be made */
	uint64_t used_at;
};

/* Chunks from .. to - 1 cannot be made. */
struct damage {
	uint64_t from, to;
	struct tl_err err;
};

struct tl_reader {
	const struct tl_codec_ops *codec;
	const struct tl_packed_file *file;
	struct tl_points *points;
	struct tl_shelf *shelf;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t moved; /* a stream has, or is not busy any more */
	size_t nstreams;      /* may be open */
	uint64_t last;        /* chunk that somebody wanted */
	int trend;            /* < 0: they want those before, > 0: those behind */
	struct stream streams[MAX_STREAMS];
	struct damage damages[DAMAGES];
	size_t ndamages;
	uint64_t clock; /* of used_at */
};

struct tl_reader *tl_reader_new(const struct tl_codec_ops *codec, const struct tl_packed_file *file,
				struct tl_points *points, struct tl_shelf *shelf, unsigned nthreads)
{
	struct tl_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->codec = codec;
	r->file = file;
	r->points = points;
	r->shelf = shelf;
	r->nstreams = nthreads + 1 < MAX_STREAMS ? nthreads + 1 : MAX_STREAMS;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->moved, NULL);
	return r;
}

void tl_reader_free(struct tl_reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < MAX_STREAMS; i++)
		if (r->streams[i].self)
			r->codec->close(r->streams[i].self);
	pthread_cond_destroy(&r->moved);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static size_t len_of(const struct tl_extent *ex, uint64_t k)
{
	return k + 1 < ex->nchunks ? TL_CHUNK_BYTES : (size_t)ex->last_len;
}

/* ---- running a stream; no lock is held, but for a moment */

/* Read n bytes.  False: err says why there are fewer. */
static bool fill(struct tl_reader *r, struct stream *s, uint8_t *to, size_t n, struct tl_err *err)
{
	size_t got = 0;

	while (got < n) {
		size_t more = 0;
		enum tl_lookup found = r->codec->next(s->self, to + got, n - got, &more, err);

		got += more;
		if (found == TL_NONE && got < n)
			tl_err_set(err, "'%s': its text ends too early", r->file->path);
		if (found != TL_FOUND && got < n)
			return false;
	}
	return true;
}

static void move(struct tl_reader *r, struct stream *s, size_t n)
{
	pthread_mutex_lock(&r->lock);
	s->at += n;
	pthread_cond_broadcast(&r->moved);
	pthread_mutex_unlock(&r->lock);
}

/* Make chunks up to the goal.  True: *last is that one, pinned. */
static bool run(struct tl_reader *r, struct stream *s, const struct tl_extent *ex,
		struct tl_piece **last, struct tl_err *err)
{
	for (;;) {
		uint64_t k = s->at >> TL_FILE_SHIFT, begin = s->at & (TL_CHUNK_BYTES - 1);
		size_t n = len_of(ex, k) - (size_t)begin;
		struct tl_piece *piece = tl_shelf_blank(r->shelf);

		if (!piece)
			return tl_err_nomem(err);
		if (!fill(r, s, piece->data, n, err)) {
			tl_shelf_drop(r->shelf, piece);
			return false;
		}
		if (begin > 0) { /* the end of a chunk, nobody asked for it */
			tl_shelf_drop(r->shelf, piece);
			move(r, s, n);
			continue;
		}
		piece->len = n;
		piece = tl_shelf_put(r->shelf, k, piece);
		move(r, s, n);
		if (k == s->goal) {
			*last = piece;
			return true;
		}
		tl_shelf_unpin(r->shelf, piece);
	}
}

/* Open it at a point.  False with *useless: the point is not what it was. */
static bool open_at(struct tl_reader *r, struct stream *s, const struct tl_spot *spot,
		    bool *useless, struct tl_err *err)
{
	struct tl_buf window = TL_BUF_INIT;
	bool ok;

	*useless = !tl_points_window(r->points, spot, &window);
	ok =
	    !*useless && r->codec->open(r->file, &spot->point,
					(struct tl_span){ window.data, window.len }, &s->self, err);
	tl_buf_fini(&window);
	return ok;
}

/* ---- choosing; the lock is held */

static bool is_between(const struct stream *s, uint64_t from, uint64_t to)
{
	return s->at >= from && s->at <= to;
}

/* A stream that is on its way to a chunk, or to one shortly before it, behind the same point. */
static bool is_coming(const struct tl_reader *r, uint64_t k, uint64_t point)
{
	uint64_t begin = k << TL_FILE_SHIFT;

	for (size_t i = 0; i < MAX_STREAMS; i++) {
		const struct stream *s = &r->streams[i];

		if (s->busy && s->at <= begin && (s->goal >= k || s->at >= point))
			return true;
	}
	return false;
}

/* The idle stream that stands closest before a chunk; NULL: none behind the point. */
static struct stream *closest(struct tl_reader *r, uint64_t k, uint64_t point)
{
	struct stream *best = NULL;

	for (size_t i = 0; i < MAX_STREAMS; i++) {
		struct stream *s = &r->streams[i];

		if (!s->busy && s->self && is_between(s, point, k << TL_FILE_SHIFT) &&
		    (!best || s->at > best->at))
			best = s;
	}
	return best;
}

/* A stream that is not open, or else the one that was not used for longest, but not more than there
 * may be open.  NULL: all are busy. */
static struct stream *vacant(struct tl_reader *r)
{
	struct stream *closed = NULL, *idle = NULL;
	size_t nopen = 0;

	for (size_t i = 0; i < MAX_STREAMS; i++) {
		struct stream *s = &r->streams[i];

		nopen += s->busy || s->self;
		if (!s->busy && !s->self)
			closed = s;
		else if (!s->busy && (!idle || s->used_at < idle->used_at))
			idle = s;
	}
	return closed && nopen < r->nstreams ? closed : idle;
}

/* Streams turned out to need much: there may be fewer. */
static void weigh(struct tl_reader *r, const struct stream *s)
{
	size_t weight = r->codec->weight ? r->codec->weight(s->self) : 0;

	while (r->nstreams > 1 && r->nstreams * weight > WEIGHT)
		r->nstreams--;
	for (size_t i = 0, nopen = 0; i < MAX_STREAMS; i++) {
		struct stream *other = &r->streams[i];

		if (!other->busy && other->self && other != s && ++nopen >= r->nstreams) {
			r->codec->close(other->self);
			other->self = NULL;
		}
	}
}

static const struct damage *damage_at(const struct tl_reader *r, uint64_t k)
{
	size_t n = r->ndamages < DAMAGES ? r->ndamages : DAMAGES;

	for (size_t i = 0; i < n; i++)
		if (k >= r->damages[i].from && k < r->damages[i].to)
			return &r->damages[i];
	return NULL;
}

/* A stream broke in the chunk that it stands in: so will all others, up to the next point. */
static void note_damage(struct tl_reader *r, const struct stream *s, const struct tl_err *err)
{
	struct damage *d = &r->damages[r->ndamages % DAMAGES];
	struct tl_spot spot;
	uint64_t next;

	if (err->sys) /* that may pass */
		return;
	tl_points_find(r->points, s->at, &spot, &next);
	d->from = s->at >> TL_FILE_SHIFT;
	d->to = next == UINT64_MAX ? UINT64_MAX : (next + TL_CHUNK_BYTES - 1) >> TL_FILE_SHIFT;
	if (d->to <= d->from)
		d->to = d->from + 1;
	d->err = *err;
	r->ndamages++;
}

/* ---- making chunks; the lock is held, and dropped meanwhile */

/*
 * Make chunk k with a stream; `spot`: open it there first.  FOUND: *out is pinned; FAILED; PENDING:
 * the point was of no use, look for another one.
 */
static enum tl_lookup make(struct tl_reader *r, struct stream *s, const struct tl_spot *spot,
			   uint64_t k, const struct tl_extent *ex, struct tl_piece **out,
			   struct tl_err *err)
{
	void *old = spot ? s->self : NULL;
	struct tl_err why = TL_ERR_INIT;
	bool useless = false, ok = true;

	s->busy = true;
	s->goal = k;
	s->used_at = ++r->clock;
	if (spot) {
		s->self = NULL;
		s->at = spot->point.text;
	}
	pthread_mutex_unlock(&r->lock);
	if (old)
		r->codec->close(old);
	if (spot)
		ok = open_at(r, s, spot, &useless, &why);
	ok = ok && run(r, s, ex, out, &why);
	if (useless)
		tl_points_forget(r->points, spot);
	pthread_mutex_lock(&r->lock);
	s->busy = false;
	if (ok) {
		weigh(r, s);
	} else if (s->self) {
		r->codec->close(s->self);
		s->self = NULL;
	}
	if (!ok && !useless)
		note_damage(r, s, &why);
	pthread_cond_broadcast(&r->moved);
	if (!ok && !useless && err)
		*err = why;
	return ok ? TL_FOUND : useless && spot->point.text > 0 ? TL_PENDING : TL_FAILED;
}

/* Somebody else makes what is wanted: make chunk k, unless that is of no use now. */
static bool make_ahead(struct tl_reader *r, uint64_t k, uint64_t reach, const struct tl_extent *ex)
{
	uint64_t begin = k << TL_FILE_SHIFT, next;
	struct tl_piece *piece;
	struct tl_spot spot;
	struct stream *s;

	if (tl_shelf_has(r->shelf, k) || damage_at(r, k))
		return false;
	tl_points_find(r->points, begin, &spot, &next);
	if (is_coming(r, k, spot.point.text))
		return false;
	s = closest(r, k, spot.point.text);
	if (!s && begin - spot.point.text >= reach)
		return false;
	if (make(r, s ? s : vacant(r), s ? NULL : &spot, k, ex, &piece, NULL) == TL_FOUND)
		tl_shelf_unpin(r->shelf, piece);
	return true;
}

/* Somebody else makes chunk k: read ahead behind the next points, or before this one.  False: there is
 * nothing to do. */
static bool help(struct tl_reader *r, uint64_t k, const struct tl_extent *ex)
{
	/* A stream that has to be opened begins with the first chunk behind the point, and all that
	 * is made in the other direction has to stay on the shelf. */
	for (uint64_t i = 1; i <= AHEAD && r->trend >= 0 && k + i < ex->nchunks; i++)
		if (make_ahead(r, k + i, TL_CHUNK_BYTES, ex))
			return true;
	for (uint64_t i = 1; i <= AHEAD && r->trend < 0 && i <= k; i++)
		if (make_ahead(r, k - i, AHEAD / 2 * TL_CHUNK_BYTES, ex))
			return true;
	return false;
}

static void note_trend(struct tl_reader *r, uint64_t k)
{
	if (k <= r->last + NEAR && k + NEAR >= r->last)
		return;
	if (k > r->last && r->trend < TREND)
		r->trend++;
	if (k < r->last && r->trend > -TREND)
		r->trend--;
	r->last = k;
}

enum tl_lookup tl_reader_pin(struct tl_reader *r, uint64_t k, const struct tl_extent *ex,
			     struct tl_piece **out, struct tl_err *err)
{
	enum tl_lookup found = TL_PENDING;
	const struct damage *bad;
	struct tl_piece *made;
	struct tl_spot spot;
	uint64_t next;

	pthread_mutex_lock(&r->lock);
	note_trend(r, k);
	while (found == TL_PENDING) {
		struct stream *s;

		*out = tl_shelf_pin(r->shelf, k);
		if (*out) {
			found = TL_FOUND;
			break;
		}
		bad = damage_at(r, k);
		if (bad) {
			if (err)
				*err = bad->err;
			found = TL_FAILED;
			break;
		}
		tl_points_find(r->points, k << TL_FILE_SHIFT, &spot, &next);
		if (is_coming(r, k, spot.point.text)) {
			if (!vacant(r) || !help(r, k, ex))
				pthread_cond_wait(&r->moved, &r->lock);
			continue;
		}
		s = closest(r, k, spot.point.text);
		if (s)
			found = make(r, s, NULL, k, ex, &made, err);
		else if ((s = vacant(r)))
			found = make(r, s, &spot, k, ex, &made, err);
		else
			pthread_cond_wait(&r->moved, &r->lock);
		if (found == TL_FOUND) { /* and somebody wants it */
			*out = tl_shelf_pin(r->shelf, k);
			tl_shelf_unpin(r->shelf, made);
		}
	}
	pthread_mutex_unlock(&r->lock);
	return found;
}
