/*
 * filehunt.c: see filehunt.h.  A step takes the next few files of the list; whoever fills the
 * oldest open place adds up from there, so that the answer does not depend on who was first.
 */
#include "pager/filehunt.h"

#include "decoders/decoder.h"
#include "decoders/packed/codec.h"
#include "pager/looksbinary.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_WORKERS 64
#define STEP_FILES  8    /* a step of small files takes a tenth of a millisecond */
#define HEAD        4096 /* of a file, to see whether it is plain text */

/* A larger file is searched by all workers together once it is open. */
#define MAX_BYTES ((size_t)1 << 20)

enum place { OPEN, COUNTED, IN_THE_WAY };

struct tl_filehunt {
	struct tl_filehunt_request req;
	struct tl_job *job;
	struct tl_buf names; /* one behind the other, each with its 0 */
	size_t longest;      /* file that is read here */
	struct tl_scratch *scratch[MAX_WORKERS];
	atomic_bool stop;

	pthread_mutex_t lock; /* of all below */
	size_t taken, summed;
	uint64_t hits; /* in the files summed */
	bool over;
	size_t name_at[TL_FILEHUNT_FILES];
	enum place places[TL_FILEHUNT_FILES];
	uint64_t counts[TL_FILEHUNT_FILES];
};

/* ---- one file; no lock is held */

/* Read all of a small regular file; false: it is none, or cannot be read. */
static bool read_file(const char *name, size_t longest, struct tl_buf *out)
{
	struct stat st;
	int fd;
	ssize_t r = 1;

	out->len = 0;
	if (strcmp(name, "-") == 0 || stat(name, &st) != 0 || !S_ISREG(st.st_mode) ||
	    (uint64_t)st.st_size > longest)
		return false;
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return false;
	while (r > 0 && out->len <= (size_t)st.st_size && tl_buf_reserve(out, HEAD)) {
		r = read(fd, out->data + out->len, out->cap - out->len);
		if (r > 0)
			out->len += (size_t)r;
		else if (r < 0 && errno == EINTR)
			r = 1;
	}
	close(fd);
	/* Files in /proc have more than they say; others may grow just now. */
	return r == 0 && out->len == (size_t)st.st_size;
}

/* Recordings and compressed files have such bytes in their first lines; so may text, which is opened
 * then, to see. */
static bool is_unusual(uint8_t c)
{
	return c < 0x20 && (c < '\b' || c > '\r') && c != 0x1b;
}

static bool is_plain(const struct tl_filehunt_request *req, struct tl_span text)
{
	struct tl_span head = { text.data, text.len < HEAD ? text.len : HEAD };

	for (size_t i = 0; i < head.len; i++)
		if (is_unusual(head.data[i]))
			return false;
	return !tl_looks_binary(text, req->charset, req->escapes) &&
	       !tl_decoder_probe(head.data, head.len) && !tl_codec_probe(head.data, head.len);
}

/* Its hits, up to nth. */
static uint64_t count_hits(struct tl_filehunt *h, struct tl_scratch *s, struct tl_span text)
{
	uint64_t hits = 0;
	size_t at = 0, start, end;

	while (hits < h->req.nth && tl_matcher_next_line(h->req.m, s, text, at, &start, &end)) {
		at = end;
		hits++;
	}
	return hits;
}

static enum place look(struct tl_filehunt *h, struct tl_worker *w, size_t i, uint64_t *hits)
{
	const char *name = (const char *)h->names.data + h->name_at[i];
	struct tl_scratch *s = h->scratch[w->id];
	struct tl_span text;

	if (!read_file(name, h->longest, &w->buf))
		return IN_THE_WAY;
	text = (struct tl_span){ w->buf.data, w->buf.len };
	if (!is_plain(&h->req, text))
		return IN_THE_WAY;
	tl_scratch_set_clean(s, false);
	*hits = count_hits(h, s, text);
	return COUNTED;
}

/* ---- the job */

/* Lock held. */
static void sum_up(struct tl_filehunt *h)
{
	struct tl_msg msg = { TL_MSG_SCAN, h };

	while (!h->over && h->summed < h->req.n && h->places[h->summed] != OPEN) {
		uint64_t hits = h->counts[h->summed];

		if (h->places[h->summed] == IN_THE_WAY || hits >= h->req.nth - h->hits) {
			h->over = true;
			break;
		}
		h->hits += hits;
		h->summed++;
	}
	if (!h->over && h->summed < h->req.n)
		return;
	h->over = true;
	atomic_store(&h->stop, true);
	tl_mailbox_post(h->req.mailbox, &msg);
}

static bool make_scratch(struct tl_filehunt *h, unsigned id)
{
	if (!h->scratch[id]) {
		if (!tl_scratch_new(&h->scratch[id], NULL))
			return false;
		tl_scratch_set_stop(h->scratch[id], &h->stop);
	}
	return true;
}

static enum tl_step hunt_step(void *self, struct tl_worker *w)
{
	struct tl_filehunt *h = self;
	size_t first, end;

	pthread_mutex_lock(&h->lock);
	first = h->taken;
	end = h->req.n - first < STEP_FILES ? h->req.n : first + STEP_FILES;
	h->taken = h->over ? h->req.n : end;
	pthread_mutex_unlock(&h->lock);
	for (size_t i = first; i < end && !atomic_load(&h->stop); i++) {
		enum place place = IN_THE_WAY;
		uint64_t hits = 0;

		if (make_scratch(h, w->id))
			place = look(h, w, i, &hits);
		pthread_mutex_lock(&h->lock);
		if (!atomic_load(&h->stop)) { /* else it may have been given up halfway */
			h->counts[i] = hits;
			h->places[i] = place;
			sum_up(h);
		}
		pthread_mutex_unlock(&h->lock);
	}
	return end < h->req.n && !atomic_load(&h->stop) ? TL_STEP_MORE : TL_STEP_DONE;
}

static const struct tl_job_ops hunt_ops = { .step = hunt_step };

/* ---- the public side */

static bool copy_names(struct tl_filehunt *h)
{
	const struct tl_filehunt_request *req = &h->req;

	for (size_t i = 0; i < req->n; i++) {
		size_t at = req->backward ? req->from - i : req->from + i;
		const char *name = req->files->files[at]->name;

		h->name_at[i] = h->names.len;
		if (!tl_buf_append(&h->names, name, strlen(name) + 1))
			return false;
	}
	return true;
}

struct tl_filehunt *tl_filehunt_start(const struct tl_filehunt_request *req, struct tl_jobs *pool)
{
	struct tl_filehunt *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->req = *req;
	h->longest =
	    tl_matcher_piece_max(req->m) < MAX_BYTES ? tl_matcher_piece_max(req->m) : MAX_BYTES;
	pthread_mutex_init(&h->lock, NULL);
	if (copy_names(h))
		h->job = tl_jobs_start(pool, TL_URGENT, &hunt_ops, h);
	if (!h->job) {
		tl_filehunt_close(h);
		return NULL;
	}
	return h;
}

bool tl_filehunt_result(struct tl_filehunt *h, size_t *nfiles, uint64_t *hits)
{
	bool over;

	pthread_mutex_lock(&h->lock);
	over = h->over;
	*nfiles = h->summed;
	*hits = h->hits;
	pthread_mutex_unlock(&h->lock);
	return over;
}

void tl_filehunt_close(struct tl_filehunt *h)
{
	if (!h)
		return;
	atomic_store(&h->stop, true);
	if (h->job) {
		tl_job_cancel(h->job);
		tl_job_join(h->job);
		tl_job_release(h->job);
	}
	for (size_t i = 0; i < MAX_WORKERS; i++)
		tl_scratch_free(h->scratch[i]);
	tl_buf_fini(&h->names);
	pthread_mutex_destroy(&h->lock);
	free(h);
}
