/* chunkrun.c: see chunkrun.h. */
#include "search/chunkrun.h"

#include "index/bytescan.h"

#include <string.h>

/* A line's rest is mostly short; if not, it is asked for in larger parts. */
#define REST_FIRST ((size_t)4 << 10)
#define REST_NEXT  ((size_t)64 << 10)

/* Reading on, over the end of a chunk. */
struct ahead {
	struct tl_source *src;
	struct tl_buf *buf;
	uint64_t k; /* the chunk read from */
	size_t at;  /* bytes of it that are in buf */
	struct tl_err *err;
};

/*
 * Append some of what follows.  FOUND: at least a byte; NONE: the text ends here; PENDING: it
 * goes on some time, or FAILED.
 */
static enum tl_lookup read_ahead(struct ahead *a, size_t n)
{
	for (;;) {
		size_t had = a->buf->len;
		enum tl_lookup found;
		struct tl_extent ex;

		tl_source_extent(a->src, &ex); /* first: what it promises is there below */
		found = tl_source_read_part(a->src, a->k, a->at, n, a->buf, a->err);
		if (found == TL_FOUND && a->buf->len > had) {
			a->at += a->buf->len - had;
			return TL_FOUND;
		}
		if (found == TL_FAILED || found == TL_PENDING)
			return found;
		if (a->k + 1 >= ex.nchunks)
			return ex.complete ? TL_NONE : TL_PENDING;
		a->k++;
		a->at = 0;
	}
}

/* Does a line begin with chunk k's first byte? */
static enum tl_lookup begins_line(struct tl_source *src, uint64_t k, struct tl_buf *buf,
				  struct tl_err *err)
{
	enum tl_lookup found = TL_FOUND;
	bool newline = true;

	if (tl_source_has_whole_lines(src))
		return TL_FOUND;
	for (size_t n = 0; k > 0 && n == 0 && found != TL_FAILED; buf->len -= n) {
		k--;
		n = buf->len;
		found = tl_source_read_last(src, k, buf, err);
		n = buf->len - n;
		if (n > 0)
			newline = buf->data[buf->len - 1] == '\n';
	}
	if (found == TL_FAILED)
		return TL_FAILED;
	return newline ? TL_FOUND : TL_NONE;
}

/*
 * The last line begins at byte `start` of buf and goes on behind it.  Read its rest: *end is
 * behind its newline, or the text's end.  NONE: too long.
 */
static enum tl_lookup finish_line(struct tl_source *src, uint64_t k, size_t start, size_t longest,
				  struct tl_buf *buf, bool *at_end, size_t *end, struct tl_err *err)
{
	struct ahead a = { src, buf, k, buf->len, err };
	size_t n = REST_FIRST;

	while (buf->len - start <= longest) {
		size_t had = buf->len;
		enum tl_lookup found = read_ahead(&a, n);
		const uint8_t *nl;

		if (found == TL_NONE) {
			*at_end = true;
			*end = buf->len;
			return TL_FOUND;
		}
		if (found != TL_FOUND)
			return found;
		nl = memchr(buf->data + had, '\n', buf->len - had);
		if (nl) {
			*end = (size_t)(nl - buf->data) + 1;
			return TL_FOUND;
		}
		n = REST_NEXT;
	}
	return TL_NONE;
}

static size_t behind_newline(const uint8_t *nl, const uint8_t *data, size_t otherwise)
{
	return nl ? (size_t)(nl - data) + 1 : otherwise;
}

enum tl_lookup tl_chunkrun_read(struct tl_source *src, uint64_t k, size_t longest,
				struct tl_buf *buf, struct tl_chunkrun *out, struct tl_err *err)
{
	size_t len, first = 0, end, last;
	enum tl_lookup found;
	struct tl_extent ex;

	*out = (struct tl_chunkrun){ .long_pos = TL_NOPOS };
	buf->len = 0;
	tl_source_extent(src, &ex); /* before reading: it may grow */
	found = tl_source_read(src, k, buf, err);
	if (found != TL_FOUND)
		return found;
	len = end = buf->len;
	out->settled = ex.complete || k + 1 < ex.nchunks;
	out->pending = !out->settled;
	out->at_end = k + 1 >= ex.nchunks;
	found = begins_line(src, k, buf, err);
	if (found == TL_FAILED)
		return TL_FAILED;
	if (found == TL_NONE)
		first = behind_newline(memchr(buf->data, '\n', len), buf->data, len);
	if (first < len && buf->data[len - 1] != '\n') {
		last =
		    behind_newline(memrchr(buf->data + first, '\n', len - first), buf->data, first);
		found = finish_line(src, k, last, longest, buf, &out->at_end, &end, err);
		if (found == TL_FAILED)
			return TL_FAILED;
		if (found != TL_FOUND)
			end = last;
		if (found == TL_NONE)
			out->long_pos = tl_pos_make(src, k, last);
		if (found == TL_PENDING)
			out->pending = out->at_end = true;
	}
	out->chunk = (struct tl_span){ buf->data, len };
	out->run = (struct tl_span){ buf->data + first, end - first };
	out->pos = tl_pos_make(src, k, first);
	return TL_FOUND;
}

bool tl_chunkrun_map(struct tl_source *src, uint64_t k, struct tl_chunkrun *out)
{
	struct tl_mapped m;
	const uint8_t *data, *nl;
	size_t first = 0, end;

	if (!tl_source_map(src, k, REST_NEXT, &m))
		return false;
	data = m.chunk.data;
	end = m.chunk.len;
	if (m.before > 0 && data[-1] != '\n')
		first = behind_newline(memchr(data, '\n', end), data, end);
	if (first < end && data[end - 1] != '\n') {
		nl = memchr(data + end, '\n', m.after);
		if (!nl) { /* a long line, or the text's last: not for here */
			tl_source_unmap(src, &m);
			return false;
		}
		end = behind_newline(nl, data, end);
	}
	*out = (struct tl_chunkrun){
		.chunk = m.chunk,
		.run = { data + first, end - first },
		.pos = tl_pos_make(src, k, first),
		.long_pos = TL_NOPOS,
		.mapped = m,
		.settled = true,
	};
	return true;
}

void tl_chunkrun_offer(const struct tl_chunkrun *run, uint64_t k, struct tl_lineindex *lines,
		       struct tl_scratch *s)
{
	const uint8_t *chunk_end = run->chunk.data + run->chunk.len;
	const uint8_t *run_end = run->run.data + run->run.len;
	unsigned has = 0, has_rest = 0;
	uint32_t newlines;

	tl_scratch_set_clean(s, false);
	if (!lines || !run->settled)
		return;
	tl_lineindex_offer(lines, k, run->chunk);
	if (tl_lineindex_chunk(lines, k, &newlines, &has) != TL_FOUND)
		return;
	if (run_end > chunk_end)
		tl_bytescan()->survey(chunk_end, (size_t)(run_end - chunk_end), &has_rest);
	tl_scratch_set_clean(s,
			     !((has | has_rest) & (TL_HAS_ESCAPE | TL_HAS_BACKSPACE | TL_HAS_CR)));
}

/* The first line start at or behind pos, as an offset in the run. */
static size_t line_from(const struct tl_chunkrun *run, uint64_t pos)
{
	const uint8_t *data = run->run.data;
	size_t at;

	if (pos <= run->pos)
		return 0;
	if (pos - run->pos >= run->run.len)
		return run->run.len;
	at = (size_t)(pos - run->pos);
	if (data[at - 1] == '\n')
		return at;
	return behind_newline(memchr(data + at, '\n', run->run.len - at), data, run->run.len);
}

struct tl_span tl_chunkrun_part(const struct tl_chunkrun *run, uint64_t low, uint64_t high,
				uint64_t *pos)
{
	size_t from = line_from(run, low), to = line_from(run, high);

	*pos = run->pos + from;
	return (struct tl_span){ run->run.data + from, to > from ? to - from : 0 };
}

enum tl_lookup tl_longline_matches(struct tl_source *src, uint64_t pos, const struct tl_matcher *m,
				   struct tl_scratch *s, const atomic_bool *stop,
				   struct tl_buf *buf, uint64_t *covered, struct tl_err *err)
{
	struct ahead a = { src, buf, tl_pos_chunk(src, pos), (size_t)tl_pos_byte(src, pos), err };
	size_t piece = tl_matcher_piece_max(m), overlap = tl_matcher_overlap(m);
	bool begins = true, ends = false, invert = tl_matcher_flags(m) & TL_MATCH_INVERT;
	const uint8_t *nl;

	buf->len = 0;
	tl_scratch_set_clean(s, false);
	while (!ends && !atomic_load_explicit(stop, memory_order_relaxed)) {
		size_t had = buf->len;
		enum tl_lookup found = read_ahead(&a, (size_t)1 << TL_FILE_SHIFT);

		*covered = a.k;
		if (found == TL_FAILED || found == TL_PENDING)
			return found;
		nl = memchr(buf->data + had, '\n', buf->len - had);
		buf->len = behind_newline(nl, buf->data, buf->len + 1) - 1;
		ends = nl || found == TL_NONE;
		if (!ends && buf->len < piece)
			continue;
		if (tl_matcher_piece(m, s, (struct tl_span){ buf->data, buf->len }, begins, ends))
			return invert ? TL_NONE : TL_FOUND;
		memmove(buf->data, buf->data + buf->len - overlap, overlap);
		buf->len = overlap;
		begins = false;
	}
	return ends && invert ? TL_FOUND : TL_NONE;
}
