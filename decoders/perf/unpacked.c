/* unpacked.c: see unpacked.h. */
#include "decoders/perf/unpacked.h"

#include "base/bytes.h"
#include "text/cache.h"
#include "text/spool.h"

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK (UINT64_C(1) << TL_FILE_SHIFT)

struct tl_unpacked {
	struct tl_spool *spool;
	struct tl_cache *cache;
	sem_t woken;   /* by the spool */
	uint8_t *room; /* in the spool, for `left` bytes, of which `used` are; NULL: none yet */
	size_t left, used;
	uint64_t end; /* offset of the next record */
};

static void unpacked_extent(void *self, struct tl_extent *out)
{
	struct tl_unpacked *u = self;

	*out = tl_extent_of_bytes(tl_spool_size(u->spool), true);
}

static enum tl_lookup unpacked_read(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	struct tl_unpacked *u = self;

	return tl_spool_read(u->spool, k, out, err);
}

/* As much of a source as the cache wants. */
static const struct tl_source_ops unpacked_ops = {
	.name = "unpacked",
	.shift = TL_FILE_SHIFT,
	.extent = unpacked_extent,
	.read = unpacked_read,
};

static void wake(void *arg)
{
	struct tl_unpacked *u = arg;

	sem_post(&u->woken);
}

bool tl_unpacked_open(struct tl_unpacked **out, struct tl_err *err)
{
	struct tl_unpacked *u = calloc(1, sizeof(*u));

	if (!u)
		return tl_err_nomem(err);
	sem_init(&u->woken, 0, 0);
	if (!tl_spool_open(wake, u, &u->spool, err) ||
	    !tl_cache_open(&unpacked_ops, u, &u->cache, err)) {
		tl_unpacked_close(u);
		return false;
	}
	tl_spool_always_pack(u->spool); /* they were small in the recording, too */
	*out = u;
	return true;
}

void tl_unpacked_close(struct tl_unpacked *u)
{
	if (!u)
		return;
	tl_cache_close(u->cache);
	tl_spool_close(u->spool);
	sem_destroy(&u->woken);
	free(u);
}

/* ---- keeping */

/* The rest of the chunk stays empty, which its zeros say. */
static void end_chunk(struct tl_unpacked *u)
{
	if (!u->room)
		return;
	memset(u->room + u->used, 0, u->left);
	tl_spool_advance(u->spool, u->used + u->left);
	u->end += u->left;
	u->room = NULL;
}

static bool begin_chunk(struct tl_unpacked *u, struct tl_err *err)
{
	for (;;) {
		enum tl_lookup found = tl_spool_room(u->spool, &u->room, &u->left, err);

		u->used = 0;
		if (found == TL_FOUND)
			return true;
		u->room = NULL;
		if (found == TL_FAILED)
			return false;
		while (sem_wait(&u->woken) < 0 && errno == EINTR)
			;
	}
}

bool tl_unpacked_keep(struct tl_unpacked *u, const struct tl_perf_record *r, uint64_t *offset,
		      struct tl_err *err)
{
	size_t size = TL_PERF_RECORD_HEAD + r->len;
	uint8_t *at;

	if (u->left < size || !u->room) {
		end_chunk(u);
		if (!begin_chunk(u, err))
			return false;
	}
	at = u->room + u->used;
	tl_put32(at, r->type);
	tl_put16(at + 4, r->misc);
	tl_put16(at + 6, (uint16_t)size);
	memcpy(at + TL_PERF_RECORD_HEAD, r->body, r->len);
	*offset = u->end;
	u->used += size;
	u->left -= size;
	u->end += size;
	return true;
}

void tl_unpacked_end(struct tl_unpacked *u)
{
	if (u->room)
		tl_spool_advance(u->spool, u->used);
	u->room = NULL;
}

/* ---- reading */

/* The records in a chunk's bytes.  False: the visitor has enough. */
static bool visit_bytes(const uint8_t *p, size_t n, uint64_t offset, tl_perf_visit *visit,
			void *arg)
{
	size_t size;

	for (; n >= TL_PERF_RECORD_HEAD; p += size, n -= size, offset += size) {
		struct tl_perf_record r = {
			.type = tl_get32(p),
			.misc = tl_get16(p + 4),
			.offset = offset,
			.body = p + TL_PERF_RECORD_HEAD,
			.unpacked = true,
		};

		size = tl_get16(p + 6);
		if (size < TL_PERF_RECORD_HEAD || size > n) /* behind the last one */
			return true;
		r.len = size - TL_PERF_RECORD_HEAD;
		if (!visit(arg, &r))
			return false;
	}
	return true;
}

bool tl_unpacked_visit(struct tl_unpacked *u, uint64_t start, uint64_t end, tl_perf_visit *visit,
		       void *arg, struct tl_err *err)
{
	while (start < end) {
		uint64_t k = start >> TL_FILE_SHIFT, next = (k + 1) << TL_FILE_SHIFT;
		size_t from = (size_t)(start & (CHUNK - 1));
		size_t to = end < next ? (size_t)(end & (CHUNK - 1)) : CHUNK;
		struct tl_span bytes;
		bool more;

		if (tl_cache_pin(u->cache, k, &bytes, err) != TL_FOUND)
			return false;
		if (to > bytes.len)
			to = bytes.len;
		more = from >= to || visit_bytes(bytes.data + from, to - from, start, visit, arg);
		tl_cache_unpin(u->cache, k, &bytes);
		if (!more)
			return true;
		start = next;
	}
	return true;
}
