/* spoolfile.c: see spoolfile.h. */
#include "text/spoolfile.h"

#include "base/now.h"
#include "base/tempfile.h"
#include "text/source.h"
#include "text/spool.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#define CHUNK ((size_t)1 << TL_FILE_SHIFT)
#define MIB   (UINT64_C(1) << 20)

/* Others write too: look again after so much. */
#define LOOK_BYTES (64 * MIB)

/* Chunks are written as they are while the file is no more than this share of all the room. */
#define RAW_SHARE 4

#define LEVEL 1 /* of zstd: 4 to 5 times smaller; the faster levels are hardly faster on text */

struct tl_spoolfile {
	char *dir; /* for messages too */

	pthread_mutex_t lock; /* of all below; not held while writing */
	int fd;
	uint64_t end;               /* of what is written, or about to be */
	uint64_t lost;              /* of that, where nothing could be written: no others use it */
	uint64_t left;              /* may be written before one looks for room again */
	uint64_t raw_until;         /* so far there is ample room */
	uint64_t raw_ns, packed_ns; /* what chunks took on average, either way; 0: not known */
};

struct tl_packer {
	ZSTD_CCtx *cctx;
	size_t cap;
	uint8_t buf[];
};

/* Of all spools of the program. */
static _Atomic uint64_t limit = UINT64_MAX, used;

void tl_spool_set_limit(uint64_t bytes)
{
	atomic_store(&limit, bytes > 0 ? bytes : UINT64_MAX);
}

uint64_t tl_spool_limit(void)
{
	return atomic_load(&limit);
}

bool tl_spoolfile_new(const char *dir, struct tl_spoolfile **out, struct tl_err *err)
{
	struct tl_spoolfile *f = calloc(1, sizeof(*f));

	if (!f)
		return tl_err_nomem(err);
	f->fd = -1;
	pthread_mutex_init(&f->lock, NULL);
	f->dir = strdup(dir);
	if (!f->dir) {
		tl_spoolfile_close(f);
		return tl_err_nomem(err);
	}
	*out = f;
	return true;
}

void tl_spoolfile_close(struct tl_spoolfile *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	atomic_fetch_sub(&used, f->end - f->lost);
	pthread_mutex_destroy(&f->lock);
	free(f->dir);
	free(f);
}

bool tl_packer_new(struct tl_packer **out, struct tl_err *err)
{
	size_t cap = ZSTD_compressBound(CHUNK);
	struct tl_packer *p = malloc(sizeof(*p) + cap);

	if (!p)
		return tl_err_nomem(err);
	p->cap = cap;
	p->cctx = ZSTD_createCCtx();
	if (!p->cctx) {
		free(p);
		return tl_err_nomem(err);
	}
	*out = p;
	return true;
}

void tl_packer_free(struct tl_packer *p)
{
	if (!p)
		return;
	ZSTD_freeCCtx(p->cctx);
	free(p);
}

/* ---- room */

/* The lock is held. */
static bool make_file(struct tl_spoolfile *f, struct tl_err *err)
{
	f->fd = tl_tempfile_open(f->dir);
	return f->fd >= 0 ||
	       tl_err_sys(err, "no file can be made in %s (set TMPDIR elsewhere)", f->dir);
}

/* Look how much may be written.  The lock is held: it takes a few microseconds. */
static bool look_for_room(struct tl_spoolfile *f, struct tl_err *err)
{
	uint64_t room;

	f->left = 0;
	if (!tl_tempfile_room(f->fd, f->dir, &room, err))
		return false;
	f->left = room < LOOK_BYTES ? room : LOOK_BYTES;
	f->raw_until = room < UINT64_MAX - f->end ? (f->end + room) / RAW_SHARE : UINT64_MAX;
	return true;
}

static bool check_room(struct tl_spoolfile *f, bool *ample, struct tl_err *err)
{
	uint64_t most = atomic_load(&limit);
	bool ok;

	if (atomic_load(&used) + CHUNK > most)
		return tl_err_set(err, "the %" PRIu64 " MiB of --spool-size are full", most / MIB);
	pthread_mutex_lock(&f->lock);
	ok = (f->fd >= 0 || make_file(f, err)) && (f->left >= CHUNK || look_for_room(f, err));
	*ample = f->end < f->raw_until && atomic_load(&used) < most / RAW_SHARE;
	pthread_mutex_unlock(&f->lock);
	return ok;
}

/* Where n bytes go. */
static uint64_t take_room(struct tl_spoolfile *f, size_t n)
{
	uint64_t at;

	pthread_mutex_lock(&f->lock);
	at = f->end;
	f->end += n;
	f->left -= n < f->left ? n : f->left;
	pthread_mutex_unlock(&f->lock);
	atomic_fetch_add(&used, n);
	return at;
}

/* Nothing could be written there. */
static void give_room_back(struct tl_spoolfile *f, uint64_t at, size_t n)
{
	pthread_mutex_lock(&f->lock);
	if (f->end == at + n)
		f->end = at;
	else
		f->lost += n;
	pthread_mutex_unlock(&f->lock);
	atomic_fetch_sub(&used, n);
}

/* ---- writing */

static bool write_at(struct tl_spoolfile *f, const uint8_t *p, size_t n, uint64_t at,
		     struct tl_err *err)
{
	return tl_tempfile_write(f->fd, p, n, at) ||
	       tl_err_sys(err, "cannot write to a file in %s (make room, or set TMPDIR elsewhere)",
			  f->dir);
}

/* Is a chunk sooner written as it is?  In case of doubt, yes: a disk that keeps up leaves the CPU to
 * others.  What it took is forgotten bit by bit, so that a disk that was busy gets another try. */
static bool raw_is_quicker(struct tl_spoolfile *f)
{
	bool quicker;

	pthread_mutex_lock(&f->lock);
	quicker = f->packed_ns == 0 || f->raw_ns <= 2 * f->packed_ns;
	if (!quicker)
		f->raw_ns -= f->raw_ns / 16;
	pthread_mutex_unlock(&f->lock);
	return quicker;
}

static void note_time(struct tl_spoolfile *f, bool raw, uint64_t ns)
{
	uint64_t *of = raw ? &f->raw_ns : &f->packed_ns;

	pthread_mutex_lock(&f->lock);
	*of = (15 * *of + ns) / 16;
	pthread_mutex_unlock(&f->lock);
}

bool tl_spoolfile_put(struct tl_spoolfile *f, struct tl_packer *p, const uint8_t *chunk, bool hurry,
		      struct tl_spoolplace *place, struct tl_err *err)
{
	uint64_t began = tl_now_ns();
	size_t n = CHUNK;
	bool ample = false, raw;

	if (!check_room(f, &ample, err))
		return false;
	raw = hurry && ample && raw_is_quicker(f);
	if (!raw)
		n = ZSTD_compressCCtx(p->cctx, p->buf, p->cap, chunk, CHUNK, LEVEL);
	if (ZSTD_isError(n) || n > CHUNK) /* it does not shrink */
		n = CHUNK;
	place->at = take_room(f, n);
	place->len = (uint32_t)n;
	if (!write_at(f, n < CHUNK ? p->buf : chunk, n, place->at, err)) {
		give_room_back(f, place->at, n);
		return false;
	}
	note_time(f, raw, tl_now_ns() - began);
	return true;
}

/* ---- reading */

static bool read_at(struct tl_spoolfile *f, uint8_t *p, size_t n, uint64_t at, struct tl_err *err)
{
	while (n > 0) {
		ssize_t r = pread(f->fd, p, n, (off_t)at);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return tl_err_sys(err, "cannot read input back from %s", f->dir);
		if (r == 0)
			return tl_err_set(err, "input kept in %s was cut off", f->dir);
		p += r;
		n -= (size_t)r;
		at += (uint64_t)r;
	}
	return true;
}

bool tl_spoolfile_get(struct tl_spoolfile *f, const struct tl_spoolplace *place, struct tl_buf *out,
		      struct tl_err *err)
{
	uint8_t *packed;
	bool ok;

	if (!tl_buf_reserve(out, CHUNK))
		return tl_err_nomem(err);
	if (place->len == CHUNK) {
		ok = read_at(f, out->data + out->len, CHUNK, place->at, err);
	} else {
		packed = malloc(place->len);
		if (!packed)
			return tl_err_nomem(err);
		ok = read_at(f, packed, place->len, place->at, err);
		if (ok && ZSTD_decompress(out->data + out->len, CHUNK, packed, place->len) != CHUNK)
			ok = tl_err_set(err, "input kept in %s is damaged", f->dir);
		free(packed);
	}
	if (ok)
		out->len += CHUNK;
	return ok;
}
