/*
 * spool.c: see spool.h.  Chunk k lives in slot k % SLOTS of a ring until that is needed for another.  Threads
 * of their own, the packers, put the oldest chunk there whenever more than KEEP are in memory; the
 * writer waits only when it is QUEUE chunks ahead of them.  When it comes near to that they are told
 * to hurry.
 */
#include "text/spool.h"

#include "base/threadsignals.h"
#include "text/spoolfile.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CHUNK ((size_t)1 << TL_FILE_SHIFT)
enum { KEEP = 12, QUEUE = 8, SLOTS = KEEP + QUEUE };

#define MAX_PACKERS 4 /* 1.7 MiB each; together they compress more than a pipe brings */

/* Chunks that come faster than one packer compresses them are not worth it: the CPU is for those who
 * bring them.  Looked at every RATE_CHUNKS, and true for a while. */
#define PACK_MS     4
#define RATE_CHUNKS 8
#define HURRY_MS    100

struct slot {
	uint8_t *data;    /* a chunk; NULL until first used */
	unsigned readers; /* copying from it just now, or looking at it */
};

struct tl_spool {
	void (*wake)(void *arg);
	void *arg;
	struct tl_spoolfile *file;

	pthread_mutex_t lock; /* of all below; never held while reading, writing, compressing */
	pthread_cond_t work;  /* for the packers: more in memory, another try, closing */
	uint64_t size;
	struct slot slots[SLOTS];
	struct tl_spoolplace *places; /* of chunks in the file; len 0: in its slot */
	size_t nplaces;               /* there is room for so many */
	uint64_t nclaimed;            /* chunks that packers have taken on */
	uint64_t rate_ms;             /* when the last one of RATE_CHUNKS was full */
	uint64_t hurry_until;         /* a time in ms */
	bool always_pack;             /* const */
	bool waiting;                 /* the writer, to be woken */
	bool closing, failed;
	struct tl_err err; /* failed */
	pthread_t packers[MAX_PACKERS];
	unsigned npackers; /* that run */
};

bool tl_spool_open(void (*wake)(void *arg), void *arg, struct tl_spool **out, struct tl_err *err)
{
	struct tl_spool *sp = calloc(1, sizeof(*sp));
	const char *dir = getenv("TMPDIR");

	if (!sp)
		return tl_err_nomem(err);
	sp->wake = wake;
	sp->arg = arg;
	pthread_mutex_init(&sp->lock, NULL);
	pthread_cond_init(&sp->work, NULL);
	if (!tl_spoolfile_new(dir && *dir ? dir : "/tmp", &sp->file, err)) {
		tl_spool_close(sp);
		return false;
	}
	*out = sp;
	return true;
}

void tl_spool_always_pack(struct tl_spool *sp)
{
	sp->always_pack = true;
}

void tl_spool_close(struct tl_spool *sp)
{
	if (!sp)
		return;
	pthread_mutex_lock(&sp->lock);
	sp->closing = true;
	pthread_cond_broadcast(&sp->work);
	pthread_mutex_unlock(&sp->lock);
	for (unsigned i = 0; i < sp->npackers; i++)
		pthread_join(sp->packers[i], NULL);
	tl_spoolfile_close(sp->file);
	for (int i = 0; i < SLOTS; i++)
		free(sp->slots[i].data);
	free(sp->places);
	pthread_cond_destroy(&sp->work);
	pthread_mutex_destroy(&sp->lock);
	free(sp);
}

/* ---- the lock is held */

static struct slot *slot_of(struct tl_spool *sp, uint64_t k)
{
	return &sp->slots[k % SLOTS];
}

static bool is_filed(const struct tl_spool *sp, uint64_t k)
{
	return k < sp->nclaimed && sp->places[k].len > 0;
}

/* Is it in its slot, and may it be looked at there?  Until the writer comes round to the slot. */
static bool in_slot(const struct tl_spool *sp, uint64_t k)
{
	return !is_filed(sp, k) || k + SLOTS > sp->size >> TL_FILE_SHIFT;
}

/* Full chunks that are too many for memory, and no packer is at them. */
static uint64_t queued(const struct tl_spool *sp)
{
	uint64_t full = sp->size >> TL_FILE_SHIFT;

	return full > sp->nclaimed + KEEP ? full - sp->nclaimed - KEEP : 0;
}

/* May the next chunk's slot be written to? */
static bool has_room(struct tl_spool *sp)
{
	uint64_t k = sp->size >> TL_FILE_SHIFT;

	if (k < SLOTS || (sp->size & (CHUNK - 1)) > 0)
		return true;
	return is_filed(sp, k - SLOTS) && slot_of(sp, k)->readers == 0;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static bool make_place(struct tl_spool *sp)
{
	size_t n = sp->nplaces > 0 ? 2 * sp->nplaces : 256;
	struct tl_spoolplace *places;

	if (sp->nclaimed < sp->nplaces)
		return true;
	places = realloc(sp->places, n * sizeof(*places));
	if (!places)
		return false;
	memset(places + sp->nplaces, 0, (n - sp->nplaces) * sizeof(*places));
	sp->places = places;
	sp->nplaces = n;
	return true;
}

static void fail(struct tl_spool *sp, const struct tl_err *err)
{
	if (!sp->failed)
		sp->err = *err;
	sp->failed = true;
}

/* Lets go of the lock to wake the writer if it waits for what is there now. */
static void wake_writer(struct tl_spool *sp)
{
	if (!sp->waiting || !(sp->failed || has_room(sp)))
		return;
	sp->waiting = false;
	pthread_mutex_unlock(&sp->lock);
	sp->wake(sp->arg);
	pthread_mutex_lock(&sp->lock);
}

/* ---- the packers */

/* Until there is a chunk to be filed.  False: there never will be. */
static bool await_work(struct tl_spool *sp)
{
	while (!sp->closing && (sp->failed || queued(sp) == 0))
		pthread_cond_wait(&sp->work, &sp->lock);
	return !sp->closing;
}

/* The lock is held, but not while the chunk is compressed and written. */
static bool file_chunk(struct tl_spool *sp, struct tl_packer *packer, uint64_t k,
		       struct tl_err *err)
{
	const uint8_t *data = slot_of(sp, k)->data;
	struct tl_spoolplace place;
	bool ok;

	if (queued(sp) >= QUEUE / 2)
		sp->hurry_until = now_ms() + HURRY_MS;
	do {
		bool hurry = !sp->always_pack && now_ms() < sp->hurry_until;

		pthread_mutex_unlock(&sp->lock);
		ok = tl_spoolfile_put(sp->file, packer, data, hurry, &place, err);
		pthread_mutex_lock(&sp->lock);
		if (!ok) {
			fail(sp, err);
			wake_writer(sp);
		}
		while (!ok && sp->failed && !sp->closing)
			pthread_cond_wait(&sp->work, &sp->lock);
	} while (!ok && !sp->closing);
	if (ok)
		sp->places[k] = place;
	return ok;
}

static void *pack(void *arg)
{
	struct tl_spool *sp = arg;
	struct tl_packer *packer = NULL;
	struct tl_err err = TL_ERR_INIT;

	tl_thread_leave_signals();
	pthread_mutex_lock(&sp->lock);
	while (await_work(sp)) {
		if ((!packer && !tl_packer_new(&packer, &err)) ||
		    (!make_place(sp) && !tl_err_nomem(&err)))
			fail(sp, &err);
		else
			file_chunk(sp, packer, sp->nclaimed++, &err);
		wake_writer(sp);
	}
	pthread_mutex_unlock(&sp->lock);
	tl_packer_free(packer);
	return NULL;
}

/* The lock is held. */
static void start_packers(struct tl_spool *sp)
{
	long ncpu = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n = ncpu > 2 * MAX_PACKERS ? MAX_PACKERS : ncpu > 3 ? (unsigned)ncpu / 2 : 1;
	struct tl_err err = TL_ERR_INIT;

	while (sp->npackers < n && pthread_create(&sp->packers[sp->npackers], NULL, pack, sp) == 0)
		sp->npackers++;
	if (sp->npackers == 0) {
		tl_err_set(&err, "cannot start a thread to keep more input");
		fail(sp, &err);
	}
}

/* ---- the writer */

enum tl_lookup tl_spool_room(struct tl_spool *sp, uint8_t **at, size_t *n, struct tl_err *err)
{
	enum tl_lookup answer = TL_FOUND;
	struct slot *slot;
	size_t used;

	pthread_mutex_lock(&sp->lock);
	used = sp->size & (CHUNK - 1);
	slot = slot_of(sp, sp->size >> TL_FILE_SHIFT);
	if (!has_room(sp)) {
		answer = sp->failed ? TL_FAILED : TL_PENDING;
		if (sp->failed && err)
			*err = sp->err;
		sp->waiting = answer == TL_PENDING;
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

/* A chunk is full. */
static void note_rate(struct tl_spool *sp)
{
	uint64_t now;

	if ((sp->size >> TL_FILE_SHIFT) % RATE_CHUNKS != 0)
		return;
	now = now_ms();
	if (now - sp->rate_ms <= RATE_CHUNKS * PACK_MS)
		sp->hurry_until = now + HURRY_MS;
	sp->rate_ms = now;
}

void tl_spool_advance(struct tl_spool *sp, size_t n)
{
	uint64_t was;

	pthread_mutex_lock(&sp->lock);
	was = sp->size;
	sp->size += n;
	if (was >> TL_FILE_SHIFT != sp->size >> TL_FILE_SHIFT)
		note_rate(sp);
	if (was >> TL_FILE_SHIFT != sp->size >> TL_FILE_SHIFT && queued(sp) > 0) {
		if (sp->npackers == 0 && !sp->failed)
			start_packers(sp);
		pthread_cond_signal(&sp->work);
	}
	pthread_mutex_unlock(&sp->lock);
}

void tl_spool_retry(struct tl_spool *sp)
{
	pthread_mutex_lock(&sp->lock);
	sp->failed = false;
	if (sp->npackers == 0 && queued(sp) > 0)
		start_packers(sp);
	pthread_cond_broadcast(&sp->work);
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

static void let_go(struct tl_spool *sp, struct slot *slot)
{
	if (--slot->readers == 0)
		wake_writer(sp);
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
	if (!in_slot(sp, k)) {
		struct tl_spoolplace place = sp->places[k];

		pthread_mutex_unlock(&sp->lock);
		return tl_spoolfile_get(sp->file, &place, out, err) ? TL_FOUND : TL_FAILED;
	}
	slot = slot_of(sp, k);
	slot->readers++;
	pthread_mutex_unlock(&sp->lock);
	/* Bytes once counted in the size do not change: copy without the lock. */
	ok = tl_buf_append(out, slot->data, k + 1 == ex.nchunks ? ex.last_len : CHUNK);
	pthread_mutex_lock(&sp->lock);
	let_go(sp, slot);
	pthread_mutex_unlock(&sp->lock);
	if (!ok)
		tl_err_nomem(err);
	return ok ? TL_FOUND : TL_FAILED;
}

bool tl_spool_pin(struct tl_spool *sp, uint64_t k, struct tl_span *out)
{
	struct slot *slot = slot_of(sp, k);
	bool here;

	pthread_mutex_lock(&sp->lock);
	here = k < sp->size >> TL_FILE_SHIFT && in_slot(sp, k);
	if (here) {
		slot->readers++;
		*out = (struct tl_span){ slot->data, CHUNK };
	}
	pthread_mutex_unlock(&sp->lock);
	return here;
}

void tl_spool_unpin(struct tl_spool *sp, uint64_t k)
{
	pthread_mutex_lock(&sp->lock);
	let_go(sp, slot_of(sp, k));
	pthread_mutex_unlock(&sp->lock);
}
