/*
 * spool.c: see spool.h.  Chunk k lives in slot k % SLOTS of a ring until it is in the file.
 * A thread of its own compresses the oldest chunk whenever more than KEEP are in
 * memory; the writer waits only when it is QUEUE chunks behind.  Chunks go to the file in
 * order and without gaps, so where each ends says all about where it is.
 */
#include "text/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#define CHUNK ((size_t)1 << TL_FILE_SHIFT)
enum { KEEP = 16, QUEUE = 4, SLOTS = KEEP + QUEUE };

struct slot {
	uint8_t *data;    /* a chunk; NULL until first used */
	unsigned readers; /* copying from it just now */
};

struct tl_spool {
	void (*wake)(void *arg);
	void *arg;
	char *dir; /* of the file, for the message too */

	pthread_mutex_t lock; /* of all below; never held while reading, writing, compressing */
	pthread_cond_t work; /* for the thread: more in memory, a slot not read any more, closing */
	uint64_t size;
	struct slot slots[SLOTS];
	uint64_t nfiled; /* chunks 0 .. nfiled-1 are in the file, the rest in slots */
	uint64_t *ends;  /* where each of them ends there */
	size_t ends_cap;
	bool started, closing, failed;
	struct tl_err err; /* failed */
	pthread_t thread;

	/* Of the thread, fd of readers too when nfiled > 0. */
	int fd;
	ZSTD_CCtx *cctx;
	uint8_t *packed;
	size_t packed_cap;
};

bool tl_spool_open(void (*wake)(void *arg), void *arg, struct tl_spool **out, struct tl_err *err)
{
	struct tl_spool *sp = calloc(1, sizeof(*sp));
	const char *dir = getenv("TMPDIR");

	if (!sp)
		return tl_err_nomem(err);
	sp->wake = wake;
	sp->arg = arg;
	sp->fd = -1;
	pthread_mutex_init(&sp->lock, NULL);
	pthread_cond_init(&sp->work, NULL);
	sp->dir = strdup(dir && *dir ? dir : "/tmp");
	if (!sp->dir) {
		tl_spool_close(sp);
		return tl_err_nomem(err);
	}
	*out = sp;
	return true;
}

void tl_spool_close(struct tl_spool *sp)
{
	if (!sp)
		return;
	if (sp->started) {
		pthread_mutex_lock(&sp->lock);
		sp->closing = true;
		pthread_cond_signal(&sp->work);
		pthread_mutex_unlock(&sp->lock);
		pthread_join(sp->thread, NULL);
	}
	if (sp->fd >= 0)
		close(sp->fd);
	for (int i = 0; i < SLOTS; i++)
		free(sp->slots[i].data);
	ZSTD_freeCCtx(sp->cctx);
	free(sp->packed);
	free(sp->ends);
	free(sp->dir);
	pthread_cond_destroy(&sp->work);
	pthread_mutex_destroy(&sp->lock);
	free(sp);
}

/* ---- the thread that writes the file */

static bool make_file(struct tl_spool *sp, struct tl_err *err)
{
	struct tl_buf name = TL_BUF_INIT;

	sp->packed_cap = ZSTD_compressBound(CHUNK);
	sp->packed = malloc(sp->packed_cap);
	sp->cctx = ZSTD_createCCtx();
	if (!sp->packed || !sp->cctx)
		return tl_err_nomem(err);
	sp->fd = open(sp->dir, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
	if (sp->fd < 0) { /* a file system that cannot, or a real fault: mkostemp tells */
		if (!tl_buf_printf(&name, "%s/tless.XXXXXX", sp->dir))
			return tl_err_nomem(err);
		sp->fd = mkostemp((char *)name.data, O_CLOEXEC);
		if (sp->fd >= 0)
			unlink((const char *)name.data);
		tl_buf_fini(&name);
	}
	return sp->fd >= 0 ||
	       tl_err_sys(err, "cannot keep more input in %s (set TMPDIR elsewhere)", sp->dir);
}

static bool write_at(struct tl_spool *sp, const uint8_t *p, size_t n, uint64_t at,
		     struct tl_err *err)
{
	while (n > 0) {
		ssize_t w = pwrite(sp->fd, p, n, (off_t)at);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return tl_err_sys(
			    err,
			    "cannot keep more input in %s (make room, or set TMPDIR elsewhere)",
			    sp->dir);
		p += w;
		n -= (size_t)w;
		at += (uint64_t)w;
	}
	return true;
}

/* Write a chunk at `*end` and move that.  What does not shrink is stored as it is, which its
 * size tells. */
static bool file_chunk(struct tl_spool *sp, const uint8_t *chunk, uint64_t *end, struct tl_err *err)
{
	size_t n;

	if (sp->fd < 0 && !make_file(sp, err))
		return false;
	n = ZSTD_compressCCtx(sp->cctx, sp->packed, sp->packed_cap, chunk, CHUNK, 1);
	if (ZSTD_isError(n) || n >= CHUNK)
		n = CHUNK;
	if (!write_at(sp, n < CHUNK ? sp->packed : chunk, n, *end, err))
		return false;
	*end += n;
	return true;
}

static bool remember_end(struct tl_spool *sp, uint64_t end)
{
	if (sp->nfiled == sp->ends_cap) {
		size_t cap = sp->ends_cap ? 2 * sp->ends_cap : 256;
		uint64_t *ends = realloc(sp->ends, cap * sizeof(*ends));

		if (!ends)
			return false;
		sp->ends = ends;
		sp->ends_cap = cap;
	}
	sp->ends[sp->nfiled] = end;
	return true;
}

static uint64_t full_in_memory(const struct tl_spool *sp)
{
	return (sp->size >> TL_FILE_SHIFT) - sp->nfiled;
}

static void *file_old_chunks(void *arg)
{
	struct tl_spool *sp = arg;
	struct tl_err err = TL_ERR_INIT;
	uint64_t end = 0;
	sigset_t all;
	bool ok = true;

	/* Signals are for the thread that owns the screen. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	pthread_mutex_lock(&sp->lock);
	for (;;) {
		struct slot *slot = &sp->slots[sp->nfiled % SLOTS];

		while (!sp->closing && full_in_memory(sp) <= KEEP)
			pthread_cond_wait(&sp->work, &sp->lock);
		if (sp->closing)
			break;
		pthread_mutex_unlock(&sp->lock);
		ok = file_chunk(sp, slot->data, &end, &err);
		pthread_mutex_lock(&sp->lock);
		while (slot->readers > 0)
			pthread_cond_wait(&sp->work, &sp->lock);
		if (ok && !remember_end(sp, end))
			ok = tl_err_nomem(&err);
		if (!ok)
			break;
		sp->nfiled++;
		pthread_mutex_unlock(&sp->lock);
		sp->wake(sp->arg);
		pthread_mutex_lock(&sp->lock);
	}
	if (!ok) {
		sp->failed = true;
		sp->err = err;
	}
	pthread_mutex_unlock(&sp->lock);
	if (!ok)
		sp->wake(sp->arg);
	return NULL;
}

/* ---- the writer */

enum tl_lookup tl_spool_room(struct tl_spool *sp, uint8_t **at, size_t *n, struct tl_err *err)
{
	enum tl_lookup answer = TL_FOUND;
	struct slot *slot;
	size_t used;

	pthread_mutex_lock(&sp->lock);
	used = sp->size & (CHUNK - 1);
	slot = &sp->slots[(sp->size >> TL_FILE_SHIFT) % SLOTS];
	if (full_in_memory(sp) == SLOTS) {
		answer = sp->failed ? TL_FAILED : TL_PENDING;
		if (sp->failed && err)
			*err = sp->err;
	} else if (!slot->data) {
		slot->data = aligned_alloc(64, CHUNK); /* see base/buf.c */
		if (!slot->data) {
			tl_err_nomem(err);
			answer = TL_FAILED;
		}
	}
	*at = slot->data + used;
	*n = CHUNK - used;
	pthread_mutex_unlock(&sp->lock);
	return answer;
}

void tl_spool_advance(struct tl_spool *sp, size_t n)
{
	pthread_mutex_lock(&sp->lock);
	sp->size += n;
	if (full_in_memory(sp) > KEEP) {
		if (!sp->started && !sp->failed) {
			sp->started = pthread_create(&sp->thread, NULL, file_old_chunks, sp) == 0;
			sp->failed = !sp->started;
			if (sp->failed)
				tl_err_set(&sp->err, "cannot start a thread to keep more input");
		}
		pthread_cond_signal(&sp->work);
	}
	pthread_mutex_unlock(&sp->lock);
}

/* ---- readers */

uint64_t tl_spool_size(struct tl_spool *sp)
{
	uint64_t size;

	pthread_mutex_lock(&sp->lock);
	size = sp->size;
	pthread_mutex_unlock(&sp->lock);
	return size;
}

static bool read_at(struct tl_spool *sp, uint8_t *p, size_t n, uint64_t at, struct tl_err *err)
{
	while (n > 0) {
		ssize_t r = pread(sp->fd, p, n, (off_t)at);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return tl_err_sys(err, "cannot read input back from %s", sp->dir);
		if (r == 0)
			return tl_err_set(err, "input kept in %s was cut off", sp->dir);
		p += r;
		n -= (size_t)r;
		at += (uint64_t)r;
	}
	return true;
}

/* A chunk from the file, which lies at [from, to) there. */
static bool unpack(struct tl_spool *sp, uint64_t from, uint64_t to, struct tl_buf *out,
		   struct tl_err *err)
{
	size_t packed_len = (size_t)(to - from);
	uint8_t *packed;
	bool ok;

	if (!tl_buf_reserve(out, CHUNK))
		return tl_err_nomem(err);
	if (packed_len == CHUNK) {
		ok = read_at(sp, out->data + out->len, CHUNK, from, err);
	} else {
		packed = malloc(packed_len);
		if (!packed)
			return tl_err_nomem(err);
		ok = read_at(sp, packed, packed_len, from, err);
		if (ok && ZSTD_decompress(out->data + out->len, CHUNK, packed, packed_len) != CHUNK)
			ok = tl_err_set(err, "input kept in %s is damaged", sp->dir);
		free(packed);
	}
	if (ok)
		out->len += CHUNK;
	return ok;
}

enum tl_lookup tl_spool_read(struct tl_spool *sp, uint64_t k, struct tl_buf *out,
			     struct tl_err *err)
{
	struct tl_extent ex;
	struct slot *slot;
	bool ok;

	pthread_mutex_lock(&sp->lock);
	ex = tl_extent_of_bytes(sp->size, true);
	if (k >= ex.nchunks) {
		pthread_mutex_unlock(&sp->lock);
		return TL_NONE;
	}
	if (k < sp->nfiled) {
		uint64_t from = k > 0 ? sp->ends[k - 1] : 0, to = sp->ends[k];

		pthread_mutex_unlock(&sp->lock);
		return unpack(sp, from, to, out, err) ? TL_FOUND : TL_FAILED;
	}
	slot = &sp->slots[k % SLOTS];
	slot->readers++;
	pthread_mutex_unlock(&sp->lock);
	/* Bytes once counted in the size do not change: copy without the lock. */
	ok = tl_buf_append(out, slot->data, k + 1 == ex.nchunks ? ex.last_len : CHUNK);
	pthread_mutex_lock(&sp->lock);
	if (--slot->readers == 0)
		pthread_cond_signal(&sp->work);
	pthread_mutex_unlock(&sp->lock);
	if (!ok)
		tl_err_nomem(err);
	return ok ? TL_FOUND : TL_FAILED;
}
