/*
 * packed.c: see packed.h.
 *
 * The first 64 KiB are decompressed on opening, and are all that the first screen needs.  If neither
 * the codec nor an earlier run can tell where points are, the front (front.h) finds them, and how long the
 * text is.  Chunks come from the shelf, or are made by the reader (reader.h).
 */
#include "decoders/packed/packed.h"

#include "decoders/packed/front.h"
#include "decoders/packed/reader.h"
#include "decoders/packed/savedpoints.h"
#include "index/origin.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#define SAVED_TEXT (UINT64_C(16) << 20) /* less than that is decompressed in a moment */

struct packed {
	const struct tl_codec_ops *codec;
	struct tl_packed_file file;
	char *path;
	char *what; /* for messages */
	char *dir;  /* for what is kept; NULL: nothing is */
	struct tl_identity ident;
	struct tl_identity seen; /* what the path named at the last refresh */
	struct tl_origin origin;
	struct tl_points *points;
	struct tl_shelf *shelf;
	struct tl_reader *reader;
	struct tl_front *front; /* NULL: the size is known */
	uint64_t size;          /* of the text */
	struct tl_buf head;     /* the text's first bytes */
	struct tl_err trouble;  /* in there, if that is all of it */
	atomic_bool closing;
	void (*changed)(void *arg);
	void *arg;
};

/* ---- reading */

static void packed_extent(void *self, struct tl_extent *out)
{
	struct packed *p = self;

	if (!p->front) {
		*out = tl_extent_of_bytes(p->size, true);
		return;
	}
	tl_front_extent(p->front, out);
	if (out->nchunks == 0 || (out->nchunks == 1 && out->last_len < p->head.len))
		*out = tl_extent_of_bytes(p->head.len, out->complete);
}

static enum tl_lookup append(struct tl_span from, size_t at, size_t n, struct tl_buf *out,
			     struct tl_err *err)
{
	if (at > from.len)
		at = from.len;
	if (n > from.len - at)
		n = from.len - at;
	if (tl_buf_append(out, from.data + at, n))
		return TL_FOUND;
	tl_err_nomem(err);
	return TL_FAILED;
}

static enum tl_lookup packed_read_part(void *self, uint64_t k, size_t at, size_t n,
				       struct tl_buf *out, struct tl_err *err)
{
	struct packed *p = self;
	struct tl_piece *piece;
	struct tl_extent ex;
	enum tl_lookup found;

	packed_extent(p, &ex);
	if (k >= ex.nchunks)
		return ex.complete ? TL_NONE : TL_PENDING;
	if (k == 0 && ((at < p->head.len && n <= p->head.len - at) ||
		       (ex.nchunks == 1 && ex.last_len <= p->head.len)))
		return append((struct tl_span){ p->head.data, p->head.len }, at, n, out, err);
	found = tl_reader_pin(p->reader, k, &ex, &piece, err);
	if (found != TL_FOUND)
		return found;
	found = append((struct tl_span){ piece->data, piece->len }, at, n, out, err);
	tl_shelf_unpin(p->shelf, piece);
	return found;
}

static enum tl_lookup packed_read(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	return packed_read_part(self, k, 0, TL_CHUNK_BYTES, out, err);
}

static void packed_want(void *self, uint64_t n)
{
	struct packed *p = self;

	if (p->front)
		tl_front_want(p->front, n);
}

static void packed_stop(void *self)
{
	struct packed *p = self;

	if (p->front)
		tl_front_stop(p->front);
}

static double packed_progress(void *self)
{
	struct packed *p = self;

	return p->front ? tl_front_progress(p->front) : 1;
}

static bool packed_facts(void *self, uint64_t k, struct tl_chunk_facts *out, size_t *len)
{
	struct packed *p = self;
	struct tl_extent ex;

	if (!p->front || !tl_front_facts(p->front, k, out))
		return false;
	packed_extent(p, &ex);
	*len = k + 1 < ex.nchunks ? TL_CHUNK_BYTES : (size_t)ex.last_len;
	/* The last chunk may be through, while the extent does not tell it yet. */
	return k < ex.nchunks && (ex.complete || *len == TL_CHUNK_BYTES);
}

static bool packed_trouble(void *self, struct tl_err *out)
{
	struct packed *p = self;
	struct tl_extent ex;
	bool any = p->trouble.msg[0];

	if (any)
		*out = p->trouble;
	else
		any = p->front && tl_front_broke(p->front, out);
	packed_extent(p, &ex);
	if (any && ex.nchunks > 0)
		strncat(out->msg, "; what came before is shown",
			sizeof(out->msg) - strlen(out->msg) - 1);
	return any;
}

static void packed_on_change(void *self, void (*fn)(void *arg), void *arg)
{
	struct packed *p = self;

	p->changed = fn;
	p->arg = arg;
}

/* ---- what stands behind it */

static bool packed_identity(void *self, struct tl_identity *out)
{
	const struct packed *p = self;

	*out = p->ident;
	return true;
}

static bool packed_origin(void *self, struct tl_origin *out)
{
	const struct packed *p = self;

	*out = p->origin;
	return true;
}

/* Whatever has changed makes another text of it.  That is said once. */
static enum tl_change packed_refresh(void *self, bool by_name, struct tl_err *err)
{
	struct packed *p = self;
	struct tl_identity now;
	struct stat st;

	if (stat(p->path, &st) < 0) {
		tl_err_sys(err, "cannot look at '%s'", p->what);
		return TL_SAME;
	}
	now = tl_identity_of(&st);
	if (tl_identity_is(&now, &p->seen))
		return TL_SAME;
	p->seen = now;
	return TL_REPLACED;
}

static void packed_close(void *self)
{
	struct packed *p = self;

	atomic_store(&p->closing, true);
	tl_front_free(p->front);
	tl_reader_free(p->reader);
	tl_shelf_free(p->shelf);
	tl_points_free(p->points);
	tl_buf_fini(&p->head);
	if (p->file.fd >= 0)
		close(p->file.fd);
	free(p->path);
	free(p->what);
	free(p->dir);
	free(p);
}

static const struct tl_source_ops packed_ops = {
	.name = "packed",
	.shift = TL_FILE_SHIFT,
	.extent = packed_extent,
	.read = packed_read,
	.read_part = packed_read_part,
	.want = packed_want,
	.stop = packed_stop,
	.progress = packed_progress,
	.refresh = packed_refresh,
	.identity = packed_identity,
	.origin = packed_origin,
	.facts = packed_facts,
	.trouble = packed_trouble,
	.on_change = packed_on_change,
	.close = packed_close,
};

/* ---- the front's events */

static void grown(void *arg)
{
	struct packed *p = arg;

	if (p->changed)
		p->changed(p->arg);
}

/* All points are known: nobody waits for this, it is done on the front's thread. */
static void ended(void *arg)
{
	struct packed *p = arg;
	struct tl_extent ex;

	packed_extent(p, &ex);
	if (p->dir && ex.nchunks > SAVED_TEXT >> TL_FILE_SHIFT)
		tl_savedpoints_save(p->dir, &p->ident, &p->origin, p->points,
				    ((ex.nchunks - 1) << TL_FILE_SHIFT) + ex.last_len, &p->closing);
}

/* ---- opening */

/* What the text depends on, beside the file. */
static uint64_t text_key(const struct tl_codec_ops *codec)
{
	struct tl_buf key = TL_BUF_INIT;
	uint64_t hash;

	tl_buf_printf(&key, "packed %s " TL_VERSION, codec->name);
	hash = XXH3_64bits(key.data, key.len);
	tl_buf_fini(&key);
	return hash;
}

static bool open_file(struct packed *p, struct tl_err *err)
{
	struct stat st;

	/* Not to wait for the other end should it be a FIFO by now. */
	p->file.fd = open(p->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (p->file.fd < 0 || fstat(p->file.fd, &st) < 0)
		return tl_err_sys(err, "cannot open '%s'", p->what);
	p->ident = p->seen = tl_identity_of(&st);
	p->file.size = p->ident.size;
	p->origin.text = text_key(p->codec);
	return tl_origin_hash(p->file.fd, p->ident.size, &p->origin) ||
	       tl_err_sys(err, "cannot read '%s'", p->what);
}

/* The points of an earlier run, or those of the codec; *known: these are all. */
static bool get_points(struct packed *p, bool *known, struct tl_err *err)
{
	struct tl_buf all = TL_BUF_INIT;

	*known = p->dir && tl_savedpoints_load(p->dir, &p->ident, &p->origin, &p->points, &p->size);
	if (*known)
		return true;
	if (!tl_points_new(p->dir, &p->points, err))
		return false;
	if (p->codec->table)
		*known = p->codec->table(&p->file, &all, &p->size) == TL_FOUND &&
			 tl_points_set(p->points, (const struct tl_point *)all.data,
				       all.len / sizeof(struct tl_point), &p->file, p->size);
	tl_buf_fini(&all);
	return true;
}

/* The first bytes of the text, if they are near the file's beginning.  True: that is all of it. */
static bool read_head(struct packed *p)
{
	enum tl_lookup found = TL_FOUND;
	struct tl_spot spot;
	uint64_t next;
	void *stream;
	size_t got;

	tl_points_find(p->points, 0, &spot, &next);
	if (!tl_buf_reserve(&p->head, TL_HEAD_BYTES) ||
	    !p->codec->open(&p->file, &spot.point, (struct tl_span){ NULL, 0 }, &stream,
			    &p->trouble))
		return true;
	while (found == TL_FOUND && p->head.len < TL_HEAD_BYTES &&
	       p->codec->at(stream) - spot.point.file < TL_HEAD_INPUT) {
		got = 0;
		found = p->codec->next(stream, p->head.data + p->head.len,
				       TL_HEAD_BYTES - p->head.len, &got, &p->trouble);
		p->head.len += got;
	}
	p->codec->close(stream);
	if (found != TL_FAILED)
		p->trouble.msg[0] = '\0';
	return found != TL_FOUND;
}

static bool start(struct packed *p, struct tl_jobs *pool, struct tl_err *err)
{
	const struct tl_front_events events = { grown, ended, p };
	bool known, all;

	if (!get_points(p, &known, err))
		return false;
	all = read_head(p);
	if (known && p->size > TL_HEAD_BYTES && p->trouble.msg[0]) {
		/* Damage at the beginning: what else there is can be read. */
		p->trouble.msg[0] = '\0';
		p->head.len = 0;
	} else if (all) {
		p->size = p->head.len;
		known = true;
	} else if (known && p->head.len > p->size) { /* a wrong table */
		p->head.len = p->size;
	}
	p->shelf = tl_shelf_new();
	if (p->shelf)
		p->reader =
		    tl_reader_new(p->codec, &p->file, p->points, p->shelf, tl_jobs_width(pool));
	if (p->reader && !known)
		p->front = tl_front_new(p->codec, &p->file, p->points, p->shelf, pool, &events);
	return (p->reader && (known || p->front)) || tl_err_nomem(err);
}

bool tl_packed_open(const struct tl_codec_ops *codec, const char *path, const char *what,
		    const char *index_dir, struct tl_jobs *pool, struct tl_source **out,
		    struct tl_err *err)
{
	struct packed *p = calloc(1, sizeof(*p));

	if (!p)
		return tl_err_nomem(err);
	p->codec = codec;
	p->file.fd = -1;
	p->path = strdup(path);
	p->what = strdup(what);
	p->file.path = p->what;
	p->dir = index_dir ? strdup(index_dir) : NULL;
	if (!p->path || !p->what || (index_dir && !p->dir)) {
		packed_close(p);
		return tl_err_nomem(err);
	}
	if (!open_file(p, err) || !start(p, pool, err)) {
		packed_close(p);
		return false;
	}
	return tl_source_new(&packed_ops, p, out, err);
}

bool tl_packed_is(const struct tl_source *src)
{
	return src && tl_source_self(src, &packed_ops);
}
