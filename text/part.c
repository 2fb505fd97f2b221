/*
 * part.c: see part.h.  Chunks are put together from what the text below has at those places; nothing is
 * kept, and no chunk of it can be mapped, as its bytes do not begin where chunks below do.
 *
 * Where each stretch begins in the part is added up once, and again when the text below has got another end
 * that matters: a part may have hundreds of thousands of them.
 */
#include "text/part.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK ((size_t)1 << TL_FILE_SHIFT)

struct part {
	struct tl_source *below;
	struct tl_stretch *stretches;
	size_t n;
	bool in_order; /* none begins before the one before it has ended */
	uint64_t most; /* the end of the one that goes farthest */
	int64_t origin_ns;
	struct tl_part_span *times; /* ntimes */
	size_t ntimes;

	pthread_mutex_t lock; /* of what follows */
	uint64_t end;         /* of the text below, for which was added up; */
	uint64_t *starts;     /* n, and the end of the part */
};

static uint64_t end_below(struct tl_source *below, bool *complete)
{
	struct tl_extent ex;

	tl_source_extent(below, &ex);
	*complete = ex.complete;
	if (ex.nchunks > 0 && ex.last_len != UINT64_MAX)
		return ((ex.nchunks - 1) << TL_FILE_SHIFT) + ex.last_len;
	return ex.nchunks > 0 ? tl_source_end(below) : 0;
}

/* Bytes of a stretch that are there, when the text below has `end`. */
static uint64_t length(const struct tl_stretch *s, uint64_t end)
{
	uint64_t to = s->to < end ? s->to : end;

	return to > s->from ? to - s->from : 0;
}

/* Lock held. */
static void add_up(struct part *p, uint64_t end)
{
	p->end = end;
	p->starts[0] = 0;
	for (size_t i = 0; i < p->n; i++)
		p->starts[i + 1] = p->starts[i] + length(&p->stretches[i], end);
}

/* Until unlock(), p->starts are those of a text below that has `end`. */
static void lock(struct part *p, uint64_t end)
{
	pthread_mutex_lock(&p->lock);
	if (end != p->end && (end < p->most || p->end < p->most))
		add_up(p, end);
}

static void unlock(struct part *p)
{
	pthread_mutex_unlock(&p->lock);
}

/* Lock held: the stretch that has byte `pos` of the part; n: it ends before. */
static size_t stretch_of(const struct part *p, uint64_t pos)
{
	size_t low = 0,
	       high =
		   p->n; /* starts[low] <= pos; it is before starts[high + 1] or behind the end */

	if (pos >= p->starts[p->n])
		return p->n;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (p->starts[mid] <= pos)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static void part_extent(void *self, struct tl_extent *out)
{
	struct part *p = self;
	bool complete;
	uint64_t end = end_below(p->below, &complete), nbytes;

	lock(p, end);
	nbytes = p->starts[p->n];
	unlock(p);
	*out = tl_extent_of_bytes(nbytes, complete || p->most <= end);
}

/* Append bytes [from, from + n) of the text below. */
static enum tl_lookup read_below(struct part *p, uint64_t from, size_t n, struct tl_buf *out,
				 struct tl_err *err)
{
	while (n > 0) {
		size_t at = from & (CHUNK - 1), had = out->len;
		size_t most = n < CHUNK - at ? n : CHUNK - at;
		enum tl_lookup found =
		    tl_source_read_part(p->below, from >> TL_FILE_SHIFT, at, most, out, err);

		if (found != TL_FOUND)
			return found;
		if (out->len - had < most) /* cut off under us */
			return TL_NONE;
		from += most;
		n -= most;
	}
	return TL_FOUND;
}

static enum tl_lookup part_read_part(void *self, uint64_t k, size_t at, size_t n,
				     struct tl_buf *out, struct tl_err *err)
{
	struct part *p = self;
	size_t had = out->len, i;
	struct tl_extent ex;
	uint64_t end, skip = 0;
	bool complete;

	part_extent(p, &ex);
	if (k >= ex.nchunks)
		return ex.complete ? TL_NONE : TL_PENDING;
	if (at >= CHUNK)
		return TL_FOUND;
	if (n > CHUNK - at)
		n = CHUNK - at;
	end = end_below(p->below, &complete);
	lock(p, end);
	i = stretch_of(p, (k << TL_FILE_SHIFT) + at);
	if (i < p->n)
		skip = (k << TL_FILE_SHIFT) + at - p->starts[i];
	unlock(p);
	for (; i < p->n && n > 0; i++) {
		uint64_t len = length(&p->stretches[i], end), take;
		enum tl_lookup found;

		take = len - skip < n ? len - skip : n;
		found = read_below(p, p->stretches[i].from + skip, (size_t)take, out, err);
		if (found != TL_FOUND)
			return out->len > had && found == TL_NONE ? TL_FOUND : found;
		n -= (size_t)take;
		skip = 0;
	}
	return TL_FOUND;
}

static enum tl_lookup part_read(void *self, uint64_t k, struct tl_buf *out, struct tl_err *err)
{
	return part_read_part(self, k, 0, CHUNK, out, err);
}

/* Where byte `pos` of the part is below; behind the last: the end of the last stretch. */
static uint64_t outer(struct part *p, uint64_t pos)
{
	const struct tl_stretch *last = &p->stretches[p->n - 1];
	bool complete;
	uint64_t end = end_below(p->below, &complete), at;
	size_t i;

	lock(p, end);
	i = stretch_of(p, pos);
	if (i < p->n)
		at = p->stretches[i].from + (pos - p->starts[i]);
	else
		at = last->to < end ? last->to : end;
	unlock(p);
	return at;
}

static void part_want(void *self, uint64_t nchunks)
{
	struct part *p = self;
	uint64_t want;

	/* What is not there yet is behind everything that is: ask for some more of it, up to the end. */
	want = p->most == TL_NOPOS ? UINT64_MAX : (p->most + CHUNK - 1) >> TL_FILE_SHIFT;
	if (nchunks != UINT64_MAX && p->n == 1) {
		uint64_t end = p->stretches[0].from + (nchunks << TL_FILE_SHIFT);

		end = (end + CHUNK - 1) >> TL_FILE_SHIFT;
		want = end < want ? end : want;
	}
	tl_source_want(p->below, want);
}

static void part_stop(void *self)
{
	struct part *p = self;

	tl_source_stop(p->below);
}

static double part_progress(void *self)
{
	struct part *p = self;

	return tl_source_progress(p->below);
}

static enum tl_change part_refresh(void *self, bool by_name, struct tl_err *err)
{
	struct part *p = self;
	struct tl_extent was, is;
	enum tl_change change;

	part_extent(p, &was);
	change = tl_source_refresh(p->below, by_name, err);
	part_extent(p, &is);
	if (change == TL_GREW && was.nchunks == is.nchunks && was.last_len == is.last_len)
		return TL_SAME;
	return change;
}

static int part_descriptor(void *self)
{
	struct part *p = self;

	return tl_source_descriptor(p->below);
}

static bool part_trouble(void *self, struct tl_err *out)
{
	struct part *p = self;

	return tl_source_trouble(p->below, out);
}

static void part_on_change(void *self, void (*fn)(void *arg), void *arg)
{
	struct part *p = self;

	tl_source_on_change(p->below, fn, arg);
}

static void part_close(void *self)
{
	struct part *p = self;

	tl_source_close(p->below);
	pthread_mutex_destroy(&p->lock);
	free(p->stretches);
	free(p->starts);
	free(p->times);
	free(p);
}

static const struct tl_source_ops part_ops = {
	.name = "part",
	.shift = TL_FILE_SHIFT,
	.extent = part_extent,
	.read = part_read,
	.read_part = part_read_part,
	.want = part_want,
	.stop = part_stop,
	.progress = part_progress,
	.refresh = part_refresh,
	.descriptor = part_descriptor,
	.trouble = part_trouble,
	.on_change = part_on_change,
	.close = part_close,
};

/* What does not change. */
static void look_over(struct part *p)
{
	p->in_order = true;
	for (size_t i = 0; i < p->n; i++) {
		const struct tl_stretch *s = &p->stretches[i];

		if (s->to < s->from || (i > 0 && s->from < s[-1].to))
			p->in_order = false;
		if (s->to > p->most)
			p->most = s->to;
	}
}

bool tl_source_open_part(struct tl_source *below, const struct tl_stretch *stretches, size_t n,
			 struct tl_source **out, struct tl_err *err)
{
	struct part *p = calloc(1, sizeof(*p));
	bool complete;

	if (p) {
		p->stretches = malloc(n * sizeof(*stretches));
		p->starts = malloc((n + 1) * sizeof(*p->starts));
	}
	if (!p || !p->stretches || !p->starts) {
		if (p) {
			free(p->stretches);
			free(p->starts);
		}
		free(p);
		tl_source_close(below);
		return tl_err_nomem(err);
	}
	memcpy(p->stretches, stretches, n * sizeof(*stretches));
	p->below = below;
	p->n = n;
	pthread_mutex_init(&p->lock, NULL);
	look_over(p);
	add_up(p, end_below(below, &complete));
	return tl_source_new(&part_ops, p, out, err);
}

struct tl_source *tl_part_below(struct tl_source *src)
{
	struct part *p = tl_source_self(src, &part_ops);

	return p ? p->below : NULL;
}

void tl_part_set_origin(struct tl_source *part, int64_t origin_ns)
{
	struct part *p = tl_source_self(part, &part_ops);

	p->origin_ns = origin_ns;
}

int64_t tl_part_origin(struct tl_source *src)
{
	const struct part *p = tl_source_self(src, &part_ops);

	return p ? p->origin_ns : 0;
}

bool tl_part_set_times(struct tl_source *part, const struct tl_part_span *times, size_t n)
{
	struct part *p = tl_source_self(part, &part_ops);

	p->times = calloc(n, sizeof(*p->times));
	if (!p->times)
		return false;
	memcpy(p->times, times, n * sizeof(*p->times));
	p->ntimes = n;
	return true;
}

const struct tl_part_span *tl_part_times(struct tl_source *src, size_t *n)
{
	const struct part *p = tl_source_self(src, &part_ops);

	*n = p ? p->ntimes : 0;
	return p ? p->times : NULL;
}

uint64_t tl_part_outer(struct tl_source *src, uint64_t pos)
{
	return outer(tl_source_self(src, &part_ops), pos);
}

/* Lock held: likewise where stretches are in no order. */
static uint64_t inner_of_any(const struct part *p, uint64_t at)
{
	uint64_t best = TL_NOPOS, nearest = p->starts[p->n];

	for (size_t i = 0; i < p->n; i++) {
		const struct tl_stretch *s = &p->stretches[i];
		uint64_t len = p->starts[i + 1] - p->starts[i];

		if (len > 0 && at >= s->from && at < s->from + len)
			return p->starts[i] + (at - s->from);
		if (len > 0 && at < s->from && s->from < best) {
			best = s->from;
			nearest = p->starts[i];
		}
	}
	return nearest;
}

/* Lock held.  In the last one that begins at or before `at`, or where the next begins. */
static uint64_t inner_in_order(const struct part *p, uint64_t at)
{
	size_t low = 0, high = p->n;
	uint64_t into;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->stretches[mid].from <= at)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return 0;
	into = at - p->stretches[low - 1].from;
	return into < p->starts[low] - p->starts[low - 1] ? p->starts[low - 1] + into
							  : p->starts[low];
}

uint64_t tl_part_inner(struct tl_source *src, uint64_t at)
{
	struct part *p = tl_source_self(src, &part_ops);
	bool complete;
	uint64_t end = end_below(p->below, &complete), pos;

	lock(p, end);
	pos = p->in_order ? inner_in_order(p, at) : inner_of_any(p, at);
	unlock(p);
	return pos;
}
