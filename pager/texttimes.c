/* texttimes.c: see texttimes.h. */
#include "pager/texttimes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct tl_texttimes {
	struct tl_source *src;
	const struct tl_decoder_ops *ops; /* NULL: the text is not decoded */
	void *self;
};

bool tl_texttimes_open(struct tl_source *src, struct tl_lineindex *lines, struct tl_jobs *pool,
		       struct tl_mailbox *mailbox, struct tl_texttimes **out, struct tl_err *err)
{
	struct tl_texttimes *t = calloc(1, sizeof(*t));

	if (!t)
		return tl_err_nomem(err);
	t->src = src;
	if (!tl_decoder_of(src, &t->ops, &t->self))
		t->ops = NULL;
	*out = t;
	return true;
}

void tl_texttimes_close(struct tl_texttimes *t)
{
	free(t);
}

struct tl_source *tl_texttimes_source(const struct tl_texttimes *t)
{
	return t->src;
}

bool tl_texttimes_any(struct tl_texttimes *t)
{
	uint64_t first, last;

	return t->ops && t->ops->range(t->self, &first, &last);
}

enum tl_lookup tl_texttimes_range(struct tl_texttimes *t, uint64_t *first, uint64_t *last)
{
	return t->ops && t->ops->range(t->self, first, last) ? TL_FOUND : TL_NONE;
}

enum tl_lookup tl_texttimes_find_range(struct tl_texttimes *t, const atomic_bool *stop,
				       uint64_t *first, uint64_t *last, struct tl_err *err)
{
	return tl_texttimes_range(t, first, last);
}

enum tl_lookup tl_texttimes_locate(struct tl_texttimes *t, uint64_t time_ns,
				   const atomic_bool *stop, struct tl_timespot *out,
				   struct tl_err *err)
{
	uint64_t k, byte;

	*out = (struct tl_timespot){ .pos = TL_NOPOS };
	if (!t->ops)
		return TL_NONE;
	if (!t->ops->locate(t->self, time_ns, &k, &byte, err))
		return TL_FAILED;
	out->pos = tl_pos_make(t->src, k, byte);
	return TL_FOUND;
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
		return TL_NONE;
	if (!t->ops->describe(t->self, tl_pos_chunk(t->src, pos), tl_pos_byte(t->src, pos), out,
			      err))
		return TL_FAILED;
	if (out->time_ns == TL_DECODER_NOTIME)
		out->time_ns = out->chunk_ns;
	return TL_FOUND;
}

enum tl_lookup tl_texttimes_line(struct tl_texttimes *t, uint64_t pos, struct tl_span line,
				 uint64_t *time_ns)
{
	return t->ops ? TL_PENDING : TL_NONE;
}

const char *tl_texttimes_print(const struct tl_texttimes *t, uint64_t time_ns,
			       char out[TL_TIMETEXT_MAX])
{
	snprintf(out, TL_TIMETEXT_MAX, "%" PRIu64 ".%09" PRIu64, time_ns / 1000000000,
		 time_ns % 1000000000);
	return out;
}

bool tl_texttimes_parse(const struct tl_texttimes *t, const char *s, const struct tl_time_ref *ref,
			uint64_t *time_ns, struct tl_err *err)
{
	return tl_time_parse(s, ref, time_ns, err);
}
