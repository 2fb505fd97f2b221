/* texttimes.c: see texttimes.h. */
#include "pager/texttimes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct tl_texttimes {
	struct tl_source *src;
	const struct tl_decoder_ops *ops; /* NULL: the text is not decoded */
	void *self;
	struct tl_timeindex *index; /* then */
};

/* ---- life */

bool tl_texttimes_open(struct tl_source *src, struct tl_lineindex *lines, struct tl_jobs *pool,
		       struct tl_mailbox *mailbox, struct tl_texttimes **out, struct tl_err *err)
{
	struct tl_texttimes *t = calloc(1, sizeof(*t));

	if (!t)
		return tl_err_nomem(err);
	t->src = src;
	if (!tl_decoder_of(src, &t->ops, &t->self)) {
		t->ops = NULL;
		if (!tl_timeindex_new(src, lines, pool, mailbox, &t->index, err)) {
			free(t);
			return false;
		}
	}
	*out = t;
	return true;
}

void tl_texttimes_close(struct tl_texttimes *t)
{
	if (!t)
		return;
	tl_timeindex_close(t->index);
	free(t);
}

struct tl_source *tl_texttimes_source(const struct tl_texttimes *t)
{
	return t->src;
}

struct tl_timeindex *tl_texttimes_index(const struct tl_texttimes *t)
{
	return t->index;
}

bool tl_texttimes_grow(struct tl_texttimes *t)
{
	return t->index && tl_timeindex_grow(t->index);
}

void tl_texttimes_reset(struct tl_texttimes *t)
{
	if (t->index)
		tl_timeindex_reset(t->index);
}

void tl_texttimes_stop(struct tl_texttimes *t)
{
	if (t->index)
		tl_timeindex_stop(t->index);
}

double tl_texttimes_progress(struct tl_texttimes *t)
{
	uint64_t done = 0, total = 0;

	if (t->index)
		tl_timeindex_progress(t->index, &done, &total);
	return total > 0 ? (double)done / (double)total : -1;
}

/* ---- what is known at once */

bool tl_texttimes_any(struct tl_texttimes *t)
{
	uint64_t first, last;

	return t->ops ? t->ops->range(t->self, &first, &last) : tl_timeindex_form(t->index) != NULL;
}

enum tl_lookup tl_texttimes_range(struct tl_texttimes *t, uint64_t *first, uint64_t *last)
{
	if (t->ops)
		return t->ops->range(t->self, first, last) ? TL_FOUND : TL_NONE;
	return tl_timeindex_range(t->index, first, last);
}

enum tl_lookup tl_texttimes_line(struct tl_texttimes *t, uint64_t pos, struct tl_span line,
				 uint64_t *time_ns)
{
	return t->ops ? TL_PENDING : tl_timeindex_line(t->index, pos, line, time_ns);
}

/* ---- for workers */

enum tl_lookup tl_texttimes_find_range(struct tl_texttimes *t, const atomic_bool *stop,
				       uint64_t *first, uint64_t *last, struct tl_err *err)
{
	return t->ops ? tl_texttimes_range(t, first, last)
		      : tl_timeindex_measure(t->index, stop, first, last, err);
}

enum tl_lookup tl_texttimes_locate(struct tl_texttimes *t, uint64_t time_ns,
				   const atomic_bool *stop, struct tl_timespot *out,
				   struct tl_err *err)
{
	struct tl_timehit hit = { .pos = TL_NOPOS, .sure = true };
	enum tl_lookup found = TL_FOUND;
	uint64_t k, byte;

	if (!t->ops)
		found = tl_timeindex_locate(t->index, time_ns, stop, &hit, err);
	else if (t->ops->locate(t->self, time_ns, &k, &byte, err))
		hit.pos = tl_pos_make(t->src, k, byte);
	else
		found = TL_FAILED;
	*out = (struct tl_timespot){ hit.pos, .unordered = hit.unordered, .unsure = !hit.sure };
	return found;
}

bool tl_texttimes_unordered(struct tl_texttimes *t)
{
	return !t->ops && tl_timeindex_unordered(t->index);
}

bool tl_texttimes_miscounted(struct tl_texttimes *t)
{
	return !t->ops && tl_timeindex_miscounted(t->index);
}

enum tl_lookup tl_texttimes_describe(struct tl_texttimes *t, uint64_t pos, const atomic_bool *stop,
				     struct tl_place *out, struct tl_err *err)
{
	*out = (struct tl_place){ .time_ns = TL_DECODER_NOTIME,
				  .chunk_ns = TL_DECODER_NOTIME,
				  .pid = -1,
				  .tid = -1,
				  .cpu = -1 };
	if (!t->ops)
		return tl_timeindex_at(t->index, pos, stop, &out->time_ns, err);
	if (!t->ops->describe(t->self, tl_pos_chunk(t->src, pos), tl_pos_byte(t->src, pos), out,
			      err))
		return TL_FAILED;
	if (out->time_ns == TL_DECODER_NOTIME)
		out->time_ns = out->chunk_ns;
	return TL_FOUND;
}

/* ---- as people write them */

/* NULL: as recordings have it. */
static const struct tl_timeform *form_of(const struct tl_texttimes *t)
{
	return t->index ? tl_timeindex_form(t->index) : NULL;
}

const char *tl_texttimes_print(const struct tl_texttimes *t, uint64_t time_ns,
			       char out[TL_TIMETEXT_MAX])
{
	const struct tl_timeform *form = form_of(t);

	if (form)
		return tl_timeform_print(form, time_ns, out);
	snprintf(out, TL_TIMETEXT_MAX, "%" PRIu64 ".%09" PRIu64, time_ns / 1000000000,
		 time_ns % 1000000000);
	return out;
}

bool tl_texttimes_parse(const struct tl_texttimes *t, const char *s, const struct tl_time_ref *ref,
			uint64_t *time_ns, struct tl_err *err)
{
	const struct tl_timeform *form = form_of(t);

	return form ? tl_timeform_parse(form, s, ref, time_ns, err)
		    : tl_time_parse(s, ref, time_ns, err);
}
