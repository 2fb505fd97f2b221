/*
 * adapter.c: a decoder in the shape of a text source; see decoder.h.
 *
 * The text is known by chunks only: how long one is shows when it is decoded.  Whether a
 * decoded chunk was empty is kept as a bit, so that long stretches without a line
 * (a thread that sleeps, a filter that few lines pass) are stepped over without decoding
 * them a second time.
 *
 * Such a stretch is looked through by all workers when the screen comes upon it: they decode
 * chunk after chunk in the direction asked for, until one has a line.
 *
 * What open() took long to find out is written beside the saved indexes by a background job,
 * as nobody waits for it.
 */
#include "decoders/decoder.h"

#include "index/origin.h"
#include "index/savedbytes.h"
#include "index/savedindex.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

struct decoded {
	const struct tl_decoder_ops *ops;
	void *self;
	char *path;
	char *dir; /* for what is kept; NULL: nothing is */
	uint64_t nchunks;
	struct tl_identity ident; /* of the file that is decoded */
	struct tl_identity seen;  /* of the one that the path named at the last refresh */
	struct tl_origin origin;
	struct tl_origin file;    /* likewise, whatever is chosen: of what save() gave */
	uint64_t state;           /* of what else the text depends on */
	_Atomic(uint64_t) *empty; /* a bit a chunk: decoded, and it has no lines; may be NULL */
	_Atomic(uint64_t) *read;  /* was decoded; NULL: it does not take long */
	atomic_bool abandoned;    /* what is decoded is not to be believed */
	struct tl_job *keeping;

	struct tl_jobs *pool; /* may be NULL */
	void (*changed)(void *arg);
	void *arg;
	pthread_mutex_t lock; /* of all below */
	struct tl_job *looking;
	uint64_t from; /* where looking began */
	uint64_t next; /* to be looked at; one behind it where that is backward */
	bool active, backward;
};

const struct tl_decoder_ops *tl_decoder_probe(const uint8_t *head, size_t len)
{
	const struct tl_decoder_ops *best = NULL;
	int surest = 0;

	for (size_t i = 0; tl_decoders[i]; i++) {
		int sure =
		    tl_decoders[i]->abi == TL_DECODER_ABI ? tl_decoders[i]->probe(head, len) : 0;

		if (sure > surest) {
			surest = sure;
			best = tl_decoders[i];
		}
	}
	return best;
}

/* ---- the source */

static void decoded_extent(void *self, struct tl_extent *out)
{
	const struct decoded *d = self;

	*out = (struct tl_extent){ d->nchunks, UINT64_MAX, true };
}

static bool decoded_known_empty(void *self, uint64_t k)
{
	const struct decoded *d = self;

	return d->empty && k < d->nchunks &&
	       (atomic_load_explicit(&d->empty[k / 64], memory_order_relaxed) >> (k % 64) & 1);
}

/* Debug information is read at the first question about a part of it: once a chunk was decoded, all is
 * in memory that it needs. */
static bool decoded_takes_long(void *self, uint64_t k)
{
	const struct decoded *d = self;

	return d->read && d->pool && k < d->nchunks &&
	       !(atomic_load_explicit(&d->read[k / 64], memory_order_relaxed) >> (k % 64) & 1);
}

static enum tl_lookup decoded_read(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	struct decoded *d = self;
	size_t had = out->len;
	bool ok;

	if (k >= d->nchunks)
		return TL_NONE;
	if (decoded_known_empty(d, k))
		return TL_FOUND;
	ok = d->ops->decode(d->self, k, out, err);
	if (d->read)
		atomic_fetch_or_explicit(&d->read[k / 64], UINT64_C(1) << (k % 64),
					 memory_order_relaxed);
	if (atomic_load(&d->abandoned)) {
		out->len = had;
		return TL_PENDING; /* and never comes */
	}
	if (!ok) {
		out->len = had;
		return TL_FAILED;
	}
	if (out->len - had > UINT32_MAX) {
		out->len = had;
		tl_err_set(err, "'%s': piece %" PRIu64 " makes too long a text", d->path, k);
		return TL_FAILED;
	}
	if (out->len == had && d->empty)
		atomic_fetch_or_explicit(&d->empty[k / 64], UINT64_C(1) << (k % 64),
					 memory_order_relaxed);
	return TL_FOUND;
}

/* ---- looking on for a line */

static void tell(struct decoded *d)
{
	if (d->changed)
		d->changed(d->arg);
}

/* The next chunk to look at.  False: there is none, or nobody asks. */
static bool take_look(struct decoded *d, uint64_t *k)
{
	bool taken = false, ended = false;

	pthread_mutex_lock(&d->lock);
	while (d->active && !taken) {
		if (d->backward ? d->next == 0 : d->next >= d->nchunks) {
			d->active = false;
			ended = true;
			break;
		}
		*k = d->backward ? --d->next : d->next++;
		taken = !decoded_known_empty(d, *k);
	}
	pthread_mutex_unlock(&d->lock);
	if (ended)
		tell(d);
	return taken;
}

static enum tl_step look_step(void *self, struct tl_worker *w)
{
	struct decoded *d = self;
	bool news;
	uint64_t k;

	if (!take_look(d, &k))
		return TL_STEP_WAIT;
	w->buf.len = 0;
	if (decoded_read(d, k, &w->buf, NULL) == TL_FOUND && w->buf.len == 0)
		return TL_STEP_MORE;
	pthread_mutex_lock(&d->lock);
	news = d->active;
	d->active = false;
	pthread_mutex_unlock(&d->lock);
	if (news)
		tell(d);
	return TL_STEP_MORE;
}

static void decoded_look(void *self, uint64_t k, bool backward)
{
	static const struct tl_job_ops ops = { .step = look_step };
	struct decoded *d = self;
	bool begun;

	pthread_mutex_lock(&d->lock);
	/* The same question again: what is taken already need not be taken again. */
	if (!d->active || d->backward != backward ||
	    (backward ? k > d->from || k < d->next : k < d->from || k > d->next))
		d->from = d->next = k;
	d->backward = backward;
	d->active = d->pool != NULL;
	if (d->pool && !d->looking)
		d->looking = tl_jobs_start(d->pool, TL_URGENT, &ops, d);
	begun = d->looking != NULL;
	d->active = begun;
	pthread_mutex_unlock(&d->lock);
	if (begun)
		tl_jobs_wake(d->pool);
	else
		tell(d); /* who asks will read on by itself, a few chunks at a time */
}

static void decoded_stop(void *self)
{
	struct decoded *d = self;

	pthread_mutex_lock(&d->lock);
	d->active = false;
	pthread_mutex_unlock(&d->lock);
}

static void decoded_on_change(void *self, void (*fn)(void *arg), void *arg)
{
	struct decoded *d = self;

	d->changed = fn;
	d->arg = arg;
}

/* ---- what stands behind it */

static bool decoded_identity(void *self, struct tl_identity *out)
{
	const struct decoded *d = self;

	*out = d->ident;
	return true;
}

static bool decoded_origin(void *self, struct tl_origin *out)
{
	const struct decoded *d = self;

	*out = d->origin;
	out->text ^= d->state;
	return true;
}

/* A recording does not grow: whatever has changed makes another file of it.  That is said
 * once; who wants to see it opens it anew. */
static enum tl_change decoded_refresh(void *self, bool by_name, struct tl_err *err)
{
	struct decoded *d = self;
	struct tl_identity now;
	struct stat st;

	if (stat(d->path, &st) < 0) {
		tl_err_sys(err, "cannot look at '%s'", d->path);
		return TL_SAME;
	}
	now = tl_identity_of(&st);
	if (tl_identity_is(&now, &d->seen))
		return TL_SAME;
	d->seen = now;
	return TL_REPLACED;
}

static void end_job(struct tl_job *job)
{
	if (!job)
		return;
	tl_job_cancel(job);
	tl_job_join(job);
	tl_job_release(job);
}

static void decoded_abandon(void *self)
{
	struct decoded *d = self;

	decoded_stop(d);
	atomic_store(&d->abandoned, true);
	if (d->self && d->ops->stop)
		d->ops->stop(d->self);
}

static void decoded_close(void *self)
{
	struct decoded *d = self;

	decoded_abandon(d);
	end_job(d->keeping);
	end_job(d->looking);
	if (d->self)
		d->ops->close(d->self);
	pthread_mutex_destroy(&d->lock);
	free(d->empty);
	free(d->read);
	free(d->path);
	free(d->dir);
	free(d);
}

static const struct tl_source_ops decoded_ops = {
	.name = "decoded",
	.shift = TL_DECODER_SHIFT,
	.whole_lines = true,
	.extent = decoded_extent,
	.read = decoded_read,
	.refresh = decoded_refresh,
	.identity = decoded_identity,
	.origin = decoded_origin,
	.known_empty = decoded_known_empty,
	.look = decoded_look,
	.takes_long = decoded_takes_long,
	.abandon = decoded_abandon,
	.stop = decoded_stop,
	.on_change = decoded_on_change,
	.close = decoded_close,
};

/* ---- what is kept from run to run */

static void keep_now(struct decoded *d)
{
	struct tl_buf bytes = TL_BUF_INIT;

	if (d->ops->save(d->self, &bytes) && bytes.len > 0)
		tl_savedbytes_save(d->dir, &d->ident, &d->file,
				   (struct tl_span){ bytes.data, bytes.len }, NULL);
	tl_buf_fini(&bytes);
}

/* The job has one step, which one worker takes: the second asker is turned away. */
struct keeping {
	struct decoded *d;
	atomic_flag taken;
};

static enum tl_step keep_once(void *self, struct tl_worker *w)
{
	struct keeping *k = self;

	if (!atomic_flag_test_and_set(&k->taken))
		keep_now(k->d);
	return TL_STEP_DONE;
}

static void keep_done(void *self, bool cancelled)
{
	free(self);
}

static void keep_later(struct decoded *d, struct tl_jobs *pool)
{
	static const struct tl_job_ops ops = { .step = keep_once, .done = keep_done };
	struct keeping *k = pool ? malloc(sizeof(*k)) : NULL;

	if (k) {
		k->d = d;
		atomic_flag_clear(&k->taken);
		d->keeping = tl_jobs_start(pool, TL_BACKGROUND, &ops, k);
		if (!d->keeping)
			free(k);
	}
	if (!d->keeping)
		keep_now(d);
}

/* ---- opening */

static void hash_string(XXH3_state_t *h, const char *s)
{
	/* With its NUL; not chosen and chosen to be empty differ. */
	if (s)
		XXH3_64bits_update(h, s, strlen(s) + 1);
	else
		XXH3_64bits_update(h, "\1", 2);
}

/* What the text depends on, beside the file; and what is known of the file, all options aside. */
static bool text_key(const struct tl_decoder_ops *ops, const struct tl_decoder_options *o,
		     uint64_t *key, uint64_t *file_key)
{
	static const char *const sources[] = { NULL, "lines", "text" };
	const char *parts[] = { ops->name,  TL_VERSION,     o->view,
				o->columns, o->disassembly, sources[o->source % 3],
				o->time,    o->cpu,         o->tid,
				o->comm,    o->symfs,       o->kallsyms,
				o->vmlinux };
	XXH3_state_t *h = XXH3_createState();

	if (!h)
		return false;
	XXH3_64bits_reset(h);
	hash_string(h, "file");
	hash_string(h, ops->name);
	hash_string(h, TL_VERSION);
	*file_key = XXH3_64bits_digest(h);
	XXH3_64bits_reset(h);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		hash_string(h, parts[i]);
	*key = XXH3_64bits_digest(h);
	XXH3_freeState(h);
	return true;
}

/* Look at the file itself. */
static bool identify(struct decoded *d, struct tl_err *err)
{
	int fd = open(d->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	bool ok;

	if (fd < 0 || fstat(fd, &st) < 0) {
		tl_err_sys(err, "cannot open '%s'", d->path);
		if (fd >= 0)
			close(fd);
		return false;
	}
	d->ident = d->seen = tl_identity_of(&st);
	ok = tl_origin_hash(fd, d->ident.size, &d->origin);
	if (!ok)
		tl_err_sys(err, "cannot read '%s'", d->path);
	d->file.head = d->origin.head;
	d->file.tail = d->origin.tail;
	close(fd);
	return ok;
}

static bool open_decoder(struct decoded *d, const struct tl_decoder_options *options,
			 struct tl_err *err)
{
	struct tl_buf saved = TL_BUF_INIT;
	/* A small file is looked through in a moment. */
	bool keeps = d->dir && d->ident.size >= TL_SAVEDINDEX_MIN_BYTES, ok;

	if (keeps)
		tl_savedbytes_load(d->dir, &d->ident, &d->file, &saved);
	ok = d->ops->open(d->path, options, (struct tl_span){ saved.data, saved.len }, &d->self,
			  err);
	if (ok) {
		d->nchunks = d->ops->chunks(d->self);
		if (keeps && d->ops->state)
			d->state = d->ops->state(d->self);
		d->empty = calloc((size_t)(d->nchunks / 64 + 1), sizeof(*d->empty));
		if (options->source)
			d->read = calloc((size_t)(d->nchunks / 64 + 1), sizeof(*d->read));
		if (keeps && saved.len == 0)
			keep_later(d, options->pool);
	} else {
		d->self = NULL;
	}
	tl_buf_fini(&saved);
	return ok;
}

bool tl_decoder_open(const struct tl_decoder_ops *ops, const char *path,
		     const struct tl_decoder_options *options, const char *index_dir,
		     struct tl_source **out, struct tl_err *err)
{
	struct decoded *d = calloc(1, sizeof(*d));

	if (!d)
		return tl_err_nomem(err);
	d->ops = ops;
	d->pool = options->pool;
	pthread_mutex_init(&d->lock, NULL);
	d->path = strdup(path);
	d->dir = index_dir ? strdup(index_dir) : NULL;
	if (!d->path || (index_dir && !d->dir) ||
	    !text_key(ops, options, &d->origin.text, &d->file.text)) {
		decoded_close(d);
		return tl_err_nomem(err);
	}
	if (!identify(d, err) || !open_decoder(d, options, err)) {
		decoded_close(d);
		return false;
	}
	return tl_source_new(&decoded_ops, d, out, err);
}

bool tl_decoder_of(struct tl_source *src, const struct tl_decoder_ops **ops, void **self)
{
	struct decoded *d = src ? tl_source_self(src, &decoded_ops) : NULL;

	if (!d)
		return false;
	*ops = d->ops;
	*self = d->self;
	return true;
}
