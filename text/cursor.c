/*
 * cursor.c: see cursor.h.  One position may be written in two ways, "behind chunk k" and
 * "at the start of the next chunk that is not empty"; the functions take both and give the
 * latter, so that positions can be compared.  Only the end of the text is behind a chunk.
 */
#include "text/cursor.h"

#include <string.h>

/* Chunks without a byte that a hasty cursor puts up with, a few milliseconds each. */
#define HASTE 4

void tl_cursor_init(struct tl_cursor *cur, struct tl_source *src)
{
	*cur = (struct tl_cursor){ .src = src, .k = TL_NOPOS };
}

void tl_cursor_fini(struct tl_cursor *cur)
{
	tl_cursor_drop(cur);
}

void tl_cursor_drop(struct tl_cursor *cur)
{
	if (cur->k != TL_NOPOS && !cur->head)
		tl_source_unpin(cur->src, cur->k, &cur->span);
	cur->k = TL_NOPOS;
	cur->head = false;
}

/* Is byte b of chunk k in the pinned span? */
static bool holds(const struct tl_cursor *cur, uint64_t k, uint64_t b)
{
	return k == cur->k && b < cur->span.len;
}

/* Pin chunk k, in a state that has byte b, if there is one. */
static enum tl_lookup hold(struct tl_cursor *cur, uint64_t k, uint64_t b)
{
	enum tl_lookup found;

	if (holds(cur, k, b))
		return TL_FOUND;
	tl_cursor_drop(cur); /* pinned too, perhaps, but it has grown since */
	if (k == 0 && b < TL_HEAD_BYTES && tl_source_head(cur->src, &cur->span) &&
	    b < cur->span.len) {
		cur->head = true;
		cur->k = 0;
		return TL_FOUND;
	}
	if (cur->hasty && tl_source_takes_long(cur->src, k) && tl_source_look(cur->src, k, false))
		return TL_PENDING;
	found = tl_source_pin(cur->src, k, &cur->span, &cur->err);
	if (found == TL_FOUND)
		cur->k = k;
	return found;
}

/* Has chunk k, which was not there a moment ago, come? */
static enum tl_lookup ask(struct tl_cursor *cur, uint64_t k)
{
	struct tl_buf bytes = TL_BUF_INIT;
	enum tl_lookup found = tl_source_read(cur->src, k, &bytes, &cur->err);

	tl_buf_fini(&bytes);
	return found;
}

/* Chunk k was read, and is empty: is it enough for now?  Then the source looks on from `next`. */
static bool gives_up(struct tl_cursor *cur, unsigned *empties, uint64_t next, bool backward)
{
	return cur->hasty && cur->span.len == 0 && ++*empties >= HASTE &&
	       tl_source_look(cur->src, next, backward);
}

enum tl_lookup tl_cursor_forward(struct tl_cursor *cur, uint64_t pos, struct tl_span *out)
{
	uint64_t k = tl_pos_chunk(cur->src, pos), b = tl_pos_byte(cur->src, pos);
	enum tl_lookup found = TL_FOUND;
	struct tl_extent ex;
	bool ended = false;
	unsigned empties = 0;

	while (!holds(cur, k, b)) {
		tl_source_extent(cur->src, &ex); /* first: what it promises is there below */
		if (k + 1 < ex.nchunks && tl_source_known_empty(cur->src, k)) {
			k++;
			b = 0;
			continue;
		}
		found = hold(cur, k, b);
		if (found != TL_FOUND || b < cur->span.len)
			break;
		if (k + 1 >= ex.nchunks) {
			found = ex.complete ? TL_NONE : ask(cur, k + 1);
			if (found == TL_NONE && !ex.complete && !ended) {
				ended = true; /* just now: chunk k may have got its last bytes */
				continue;
			}
			if (found != TL_FOUND)
				break;
		}
		if (gives_up(cur, &empties, k + 1, false)) {
			found = TL_PENDING;
			break;
		}
		k++;
		b = 0;
	}
	if (found == TL_FOUND)
		*out = (struct tl_span){ cur->span.data + b, cur->span.len - b };
	else if (found == TL_PENDING) /* the rest of chunk k; in a text with holes the next one */
		tl_source_want(cur->src,
			       cur->k == k && !tl_source_is_flat(cur->src) ? k + 2 : k + 1);
	return found;
}

enum tl_lookup tl_cursor_backward(struct tl_cursor *cur, uint64_t pos, struct tl_span *out,
				  uint64_t *start)
{
	uint64_t k = tl_pos_chunk(cur->src, pos), b = tl_pos_byte(cur->src, pos);
	struct tl_extent ex;
	unsigned empties = 0;

	for (;;) {
		enum tl_lookup found;
		size_t n;

		if (b == 0 || !holds(cur, k, b - 1)) {
			tl_source_extent(cur->src, &ex);
			if (k >= ex.nchunks) { /* behind the end, or it was cut off under us */
				k = ex.nchunks;
				b = 0;
			}
		}
		if (b == 0) {
			if (k == 0)
				return TL_NONE;
			k--;
			if (tl_source_known_empty(cur->src, k))
				continue;
			b = UINT64_MAX;
		}
		found = hold(cur, k, b - 1);
		if (found == TL_PENDING)
			tl_source_want(cur->src, k + 1);
		if (found == TL_PENDING || found == TL_FAILED)
			return found;
		n = found == TL_NONE ? 0 : b < cur->span.len ? (size_t)b : cur->span.len;
		if (n > 0) {
			*out = (struct tl_span){ cur->span.data, n };
			*start = tl_pos_make(cur->src, k, 0);
			return TL_FOUND;
		}
		if (found == TL_FOUND && gives_up(cur, &empties, k, true))
			return TL_PENDING;
		b = 0;
	}
}

/* The position of byte b of the pinned chunk, which may be the one behind its last. */
static uint64_t settle(struct tl_cursor *cur, uint64_t b)
{
	uint64_t here = tl_pos_make(cur->src, cur->k, b);
	struct tl_extent ex;
	struct tl_span span;
	unsigned empties = 0;

	if (b < cur->span.len || tl_source_is_flat(cur->src))
		return here;
	tl_source_extent(cur->src, &ex);
	for (uint64_t k = cur->k + 1; k < ex.nchunks; k++) {
		bool empty = false;

		if (tl_source_known_empty(cur->src, k))
			continue;
		if (cur->hasty && (++empties > HASTE || tl_source_takes_long(cur->src, k)))
			return here; /* the same place in other words */
		if (tl_source_pin(cur->src, k, &span, NULL) == TL_FOUND) {
			empty = span.len == 0;
			tl_source_unpin(cur->src, k, &span);
		}
		if (!empty)
			return tl_pos_make(cur->src, k, 0);
	}
	return here;
}

uint64_t tl_cursor_after(struct tl_cursor *cur, uint64_t pos, size_t n)
{
	uint64_t b = tl_pos_chunk(cur->src, pos) == cur->k ? tl_pos_byte(cur->src, pos) : 0;

	return settle(cur, b + n);
}

/* In a text of whole lines a chunk begins with a line: nobody has to look at the one before. */
static bool begins_line(struct tl_cursor *cur, uint64_t pos)
{
	return tl_source_has_whole_lines(cur->src) && tl_pos_byte(cur->src, pos) == 0 &&
	       hold(cur, tl_pos_chunk(cur->src, pos), 0) == TL_FOUND && cur->span.len > 0;
}

/* The position of the first byte there is. */
static uint64_t beginning(struct tl_cursor *cur)
{
	struct tl_span run;

	return tl_cursor_forward(cur, 0, &run) == TL_FOUND ? tl_pos_make(cur->src, cur->k, 0) : 0;
}

enum tl_lookup tl_cursor_line_start(struct tl_cursor *cur, uint64_t pos, uint64_t limit,
				    uint64_t *out)
{
	enum tl_lookup found;
	struct tl_span run;
	uint64_t start;

	for (*out = pos;;) {
		const uint8_t *newline;
		size_t n;

		if (begins_line(cur, *out))
			return TL_FOUND;
		found = tl_cursor_backward(cur, *out, &run, &start);
		if (found == TL_NONE) {
			*out = beginning(cur);
			return TL_FOUND;
		}
		if (limit == 0)
			return TL_NONE;
		if (found != TL_FOUND)
			return found;
		n = run.len < limit ? run.len : (size_t)limit;
		newline = memrchr(run.data + run.len - n, '\n', n);
		if (newline) {
			*out = settle(cur, (uint64_t)(newline + 1 - run.data));
			return TL_FOUND;
		}
		*out = start + (run.len - n);
		limit -= n;
	}
}

enum tl_lookup tl_cursor_next_line(struct tl_cursor *cur, uint64_t pos, uint64_t limit,
				   uint64_t *out)
{
	enum tl_lookup found;
	struct tl_span run;

	for (*out = pos; limit > 0;) {
		const uint8_t *newline;
		size_t n;

		found = tl_cursor_forward(cur, *out, &run);
		if (found != TL_FOUND)
			return found;
		n = run.len < limit ? run.len : (size_t)limit;
		newline = memchr(run.data, '\n', n);
		if (newline) {
			*out = tl_cursor_after(cur, *out, (size_t)(newline + 1 - run.data));
			return TL_FOUND;
		}
		*out = tl_cursor_after(cur, *out, n);
		limit -= n;
	}
	return TL_NONE;
}

enum tl_lookup tl_cursor_read_line(struct tl_cursor *cur, uint64_t pos, uint64_t limit,
				   struct tl_buf *buf, uint64_t *next)
{
	uint64_t taken = 0;
	struct tl_span run;

	for (*next = pos;;) {
		enum tl_lookup found = tl_cursor_forward(cur, *next, &run);
		uint64_t left = limit - taken;
		const uint8_t *newline;
		size_t n;

		if (found == TL_NONE && *next != pos)
			return TL_FOUND; /* a last line without newline */
		if (found != TL_FOUND)
			return left == 0 && taken > 0 ? TL_FOUND : found;
		/* The newline itself may stand just behind the limit. */
		newline = memchr(run.data, '\n', run.len <= left ? run.len : (size_t)left + 1);
		n = newline ? (size_t)(newline - run.data) : run.len < left ? run.len : left;
		if (!tl_buf_append(buf, run.data, n)) {
			tl_err_nomem(&cur->err);
			return TL_FAILED;
		}
		taken += n;
		*next = tl_cursor_after(cur, *next, newline ? n + 1 : n);
		if (newline || run.len > left)
			return TL_FOUND;
	}
}
