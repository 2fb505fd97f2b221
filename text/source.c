/*
 * source.c: see source.h.  Hands every question on to the kind of text it is, through
 * its table, and answers what follows from that for all kinds alike.
 */
#include "text/source.h"

#include "text/cache.h"

#include <pthread.h>
#include <stdlib.h>

struct tl_source {
	const struct tl_source_ops *ops;
	void *self;
	struct tl_cache *cache;
	pthread_mutex_t head_lock;
	struct tl_buf head; /* the first bytes of chunk 0; never freed while somebody may look */
	bool head_read;
};

bool tl_source_new(const struct tl_source_ops *ops, void *self, struct tl_source **out,
		   struct tl_err *err)
{
	struct tl_source *src = calloc(1, sizeof(*src));

	if (!src) {
		ops->close(self);
		return tl_err_nomem(err);
	}
	src->ops = ops;
	src->self = self;
	pthread_mutex_init(&src->head_lock, NULL);
	if (!tl_cache_open(ops, self, &src->cache, err)) {
		tl_source_close(src);
		return false;
	}
	*out = src;
	return true;
}

void tl_source_close(struct tl_source *src)
{
	if (!src)
		return;
	tl_cache_close(src->cache);
	src->ops->close(src->self);
	pthread_mutex_destroy(&src->head_lock);
	tl_buf_fini(&src->head);
	free(src);
}

void tl_source_extent(const struct tl_source *src, struct tl_extent *out)
{
	src->ops->extent(src->self, out);
}

enum tl_lookup tl_source_read(struct tl_source *src, uint64_t k, struct tl_buf *out,
			      struct tl_err *err)
{
	return src->ops->read(src->self, k, out, err);
}

bool tl_source_map(struct tl_source *src, uint64_t k, size_t before, size_t after,
		   struct tl_mapped *out)
{
	return src->ops->map && src->ops->map(src->self, k, before, after, out);
}

bool tl_source_unmap(struct tl_source *src, const struct tl_mapped *m)
{
	return src->ops->unmap(src->self, m);
}

/* Through the cache: the neighbour that needs the rest of it may be read next. */
static enum tl_lookup read_pinned(struct tl_source *src, uint64_t k, size_t at, size_t n,
				  bool from_end, struct tl_buf *out, struct tl_err *err)
{
	struct tl_span span;
	enum tl_lookup found = tl_source_pin(src, k, &span, err);

	if (found != TL_FOUND)
		return found;
	if (from_end)
		at = span.len > n ? span.len - n : 0;
	if (at > span.len)
		at = span.len;
	if (n > span.len - at)
		n = span.len - at;
	if (!tl_buf_append(out, span.data + at, n)) {
		tl_err_nomem(err);
		found = TL_FAILED;
	}
	tl_source_unpin(src, k, &span);
	return found;
}

enum tl_lookup tl_source_read_part(struct tl_source *src, uint64_t k, size_t at, size_t n,
				   struct tl_buf *out, struct tl_err *err)
{
	if (src->ops->read_part)
		return src->ops->read_part(src->self, k, at, n, out, err);
	return read_pinned(src, k, at, n, false, out, err);
}

enum tl_lookup tl_source_read_last(struct tl_source *src, uint64_t k, size_t n, struct tl_buf *out,
				   struct tl_err *err)
{
	size_t whole = (size_t)1 << TL_FILE_SHIFT;

	if (src->ops->read_part && tl_source_is_flat(src))
		return tl_source_read_part(src, k, n < whole ? whole - n : 0, n, out, err);
	return read_pinned(src, k, 0, n, true, out, err);
}

bool tl_source_has_whole_lines(const struct tl_source *src)
{
	return src->ops->whole_lines;
}

void tl_source_want(struct tl_source *src, uint64_t nchunks)
{
	if (src->ops->want)
		src->ops->want(src->self, nchunks);
}

void tl_source_stop(struct tl_source *src)
{
	if (src->ops->stop)
		src->ops->stop(src->self);
}

double tl_source_progress(struct tl_source *src)
{
	return src->ops->progress ? src->ops->progress(src->self) : -1;
}

enum tl_change tl_source_refresh(struct tl_source *src, bool by_name, struct tl_err *err)
{
	return src->ops->refresh ? src->ops->refresh(src->self, by_name, err) : TL_SAME;
}

int tl_source_descriptor(struct tl_source *src)
{
	return src->ops->descriptor ? src->ops->descriptor(src->self) : -1;
}

bool tl_source_identity(struct tl_source *src, struct tl_identity *out)
{
	return src->ops->identity && src->ops->identity(src->self, out);
}

bool tl_source_origin(struct tl_source *src, struct tl_origin *out)
{
	return src->ops->origin && src->ops->origin(src->self, out);
}

bool tl_source_facts(struct tl_source *src, uint64_t k, struct tl_chunk_facts *out, size_t *len)
{
	return src->ops->facts && src->ops->facts(src->self, k, out, len);
}

bool tl_source_trouble(struct tl_source *src, struct tl_err *out)
{
	struct tl_err any;

	return src->ops->trouble && src->ops->trouble(src->self, out ? out : &any);
}

bool tl_source_known_empty(const struct tl_source *src, uint64_t k)
{
	return src->ops->known_empty && src->ops->known_empty(src->self, k);
}

void tl_source_abandon(struct tl_source *src)
{
	if (src->ops->abandon)
		src->ops->abandon(src->self);
}

bool tl_source_takes_long(const struct tl_source *src, uint64_t k)
{
	return src->ops->takes_long && src->ops->takes_long(src->self, k);
}

bool tl_source_look(struct tl_source *src, uint64_t k, bool backward)
{
	if (!src->ops->look)
		return false;
	src->ops->look(src->self, k, backward);
	return true;
}

void *tl_source_self(const struct tl_source *src, const struct tl_source_ops *ops)
{
	return src->ops == ops ? src->self : NULL;
}

void tl_source_on_change(struct tl_source *src, void (*fn)(void *arg), void *arg)
{
	if (src->ops->on_change)
		src->ops->on_change(src->self, fn, arg);
}

const char *tl_source_kind(const struct tl_source *src)
{
	return src->ops->name;
}

unsigned tl_source_shift(const struct tl_source *src)
{
	return src->ops->shift;
}

enum tl_lookup tl_source_pin(struct tl_source *src, uint64_t k, struct tl_span *out,
			     struct tl_err *err)
{
	return tl_cache_pin(src->cache, k, out, err);
}

void tl_source_unpin(struct tl_source *src, uint64_t k, const struct tl_span *span)
{
	tl_cache_unpin(src->cache, k, span);
}

void tl_source_drop_cache(struct tl_source *src)
{
	tl_cache_drop(src->cache);
	pthread_mutex_lock(&src->head_lock);
	src->head.len = 0; /* its bytes stay put for cursors of other threads */
	pthread_mutex_unlock(&src->head_lock);
}

bool tl_source_head(struct tl_source *src, struct tl_span *out)
{
	pthread_mutex_lock(&src->head_lock);
	if (!src->head_read && src->ops->read_part) {
		src->head_read = true;
		if (src->ops->read_part(src->self, 0, 0, TL_HEAD_BYTES, &src->head, NULL) !=
		    TL_FOUND)
			src->head.len = 0;
	}
	*out = (struct tl_span){ src->head.data, src->head.len };
	pthread_mutex_unlock(&src->head_lock);
	return out->len > 0;
}

static enum tl_lookup chunk_len(struct tl_source *src, uint64_t k, uint64_t *len)
{
	struct tl_span span;
	enum tl_lookup found = tl_source_pin(src, k, &span, NULL);

	*len = 0;
	if (found == TL_FOUND) {
		*len = span.len;
		tl_source_unpin(src, k, &span);
	}
	return found;
}

uint64_t tl_source_end(struct tl_source *src)
{
	struct tl_extent ex;
	uint64_t len;

	tl_source_extent(src, &ex);
	len = ex.last_len;
	/* The end is behind the last byte, not in an empty chunk after it. */
	for (uint64_t k = ex.nchunks; k-- > 0; len = UINT64_MAX)
		if (tl_source_known_empty(src, k))
			continue;
		else if ((len == UINT64_MAX && chunk_len(src, k, &len) != TL_FOUND) || len > 0)
			return tl_pos_make(src, k, len);
	return 0;
}

uint64_t tl_source_limit(struct tl_source *src)
{
	struct tl_extent ex;

	if (tl_source_is_flat(src))
		return tl_source_end(src);
	tl_source_extent(src, &ex);
	return tl_pos_make(src, ex.nchunks, 0);
}

double tl_source_fraction(struct tl_source *src, uint64_t pos)
{
	uint64_t k = tl_pos_chunk(src, pos), byte = tl_pos_byte(src, pos), end, len;
	double within = 0.0; /* its chunk */
	struct tl_extent ex;

	if (tl_source_is_flat(src)) {
		end = tl_source_end(src);
		return pos < end ? (double)pos / (double)end : 1.0;
	}
	tl_source_extent(src, &ex);
	if (k >= ex.nchunks)
		return 1.0;
	if (byte > 0 && chunk_len(src, k, &len) == TL_FOUND)
		within = byte < len ? (double)byte / (double)len : 1.0;
	return ((double)k + within) / (double)ex.nchunks;
}

uint64_t tl_source_at(struct tl_source *src, double fraction)
{
	uint64_t end, pos, k, len;
	struct tl_extent ex;
	double chunks;

	if (!(fraction > 0.0)) /* NaN too */
		return 0;
	if (fraction >= 1.0)
		return tl_source_end(src);
	if (tl_source_is_flat(src)) {
		end = tl_source_end(src);
		pos = (uint64_t)(fraction * (double)end + 0.5); /* the nearest, as in less */
		return pos < end ? pos : end;
	}
	tl_source_extent(src, &ex);
	chunks = fraction * (double)ex.nchunks;
	k = (uint64_t)chunks;
	if (k >= ex.nchunks)
		return tl_source_end(src);
	chunk_len(src, k, &len);
	return tl_pos_make(src, k, (uint64_t)((chunks - (double)k) * (double)len));
}
