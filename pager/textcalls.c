/*
 * textcalls.c: see textcalls.h.  Which form the lines of a text have is found out by the worker that
 * first asks for a chunk's calls.
 */
#include "pager/textcalls.h"

#include "decoders/decoder.h"
#include "index/calltext.h"

#include <pthread.h>
#include <stdlib.h>

#define HEAD_BYTES (64u << 10)

static const char no_calls[] = "The lines of this text tell no calls";

struct tl_textcalls {
	struct tl_source *src;
	const struct tl_decoder_ops *ops; /* NULL: the lines tell */
	void *self;
	struct tl_callcache *cache;
	struct tl_folds folds;
	pthread_mutex_t lock; /* of all below */
	struct tl_callform form;
	bool known;
	size_t looked_at; /* bytes, when nothing was found in them */
};

/* ---- on workers */

/* Another look is taken when more has come. */
static bool find_form(struct tl_textcalls *t, struct tl_err *err)
{
	struct tl_buf head = TL_BUF_INIT;

	if (tl_source_read_part(t->src, 0, 0, HEAD_BYTES, &head, err) == TL_FAILED) {
		tl_buf_fini(&head);
		return false;
	}
	if (head.len != t->looked_at)
		t->known = tl_callform_detect((struct tl_span){ head.data, head.len }, &t->form);
	t->looked_at = head.len;
	tl_buf_fini(&head);
	return t->known || tl_err_set(err, no_calls);
}

static bool get_form(struct tl_textcalls *t, struct tl_callform *out, struct tl_err *err)
{
	bool ok;

	pthread_mutex_lock(&t->lock);
	ok = t->known || find_form(t, err);
	*out = t->form;
	pthread_mutex_unlock(&t->lock);
	return ok;
}

static bool calls_of_lines(void *arg, uint64_t k, struct tl_calls *out, struct tl_err *err)
{
	struct tl_textcalls *t = arg;
	struct tl_callform form;

	return get_form(t, &form, err) && tl_calltext_calls(&form, t->src, k, out, err);
}

static bool calls_of_decoder(void *arg, uint64_t k, struct tl_calls *out, struct tl_err *err)
{
	struct tl_textcalls *t = arg;

	return t->ops->calls(t->self, k, out, err);
}

/* ---- the public side */

bool tl_textcalls_open(struct tl_source *src, struct tl_textcalls **out, struct tl_err *err)
{
	struct tl_textcalls *t = calloc(1, sizeof(*t));
	struct tl_callteller who = { t, calls_of_lines };

	if (!t)
		return tl_err_nomem(err);
	t->src = src;
	pthread_mutex_init(&t->lock, NULL);
	if (tl_decoder_of(src, &t->ops, &t->self) && t->ops->calls)
		who.calls = calls_of_decoder;
	if (!tl_callcache_new(src, &who, &t->cache, err)) {
		tl_textcalls_close(t);
		return false;
	}
	*out = t;
	return true;
}

void tl_textcalls_close(struct tl_textcalls *t)
{
	if (!t)
		return;
	tl_folds_fini(&t->folds);
	tl_callcache_close(t->cache);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

bool tl_textcalls_form(struct tl_textcalls *t, struct tl_callform *out, struct tl_err *err)
{
	const struct tl_decoder_ops *ops;
	void *self;

	if (tl_decoder_of(t->src, &ops, &self))
		return tl_err_set(err, no_calls);
	return get_form(t, out, err);
}

struct tl_callcache *tl_textcalls_cache(struct tl_textcalls *t)
{
	return t->cache;
}

struct tl_folds *tl_textcalls_folds(struct tl_textcalls *t)
{
	return &t->folds;
}
