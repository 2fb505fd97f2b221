/* chunkrun.c: see chunkrun.h. */
#include "search/chunkrun.h"

#include "index/bytescan.h"

#include <stdlib.h>
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

static size_t behind_newline(const uint8_t *nl, const uint8_t *data, size_t otherwise)
{
	return nl ? (size_t)(nl - data) + 1 : otherwise;
}

/* A part's text begins so far before it, for what a pattern looks back at, and for characters and
 * escape sequences that are cut by the chunk's border: the longest ones are no longer. */
#define CONTEXT ((size_t)4 << 10)

/*
 * Append up to n bytes that stand before chunk k.  FOUND, or FAILED; *from_start: they are all there
 * are.
 */
static enum tl_lookup read_before(struct tl_source *src, uint64_t k, size_t n, struct tl_buf *buf,
				  bool *from_start, struct tl_err *err)
{
	size_t at = buf->len, had;
	enum tl_lookup found;

	/* They come backwards, chunk by chunk: in one piece almost always. */
	for (*from_start = k == 0; k > 0 && buf->len - at < n; *from_start = k == 0) {
		k--;
		had = buf->len;
		found = tl_source_read_last(src, k, n - (had - at), buf, err);
		if (found == TL_FAILED)
			return found;
		if (buf->len > had && had > at) { /* rotate: what came last goes in front */
			size_t len = buf->len - had;
			uint8_t *copy = malloc(len);

			if (!copy) {
				tl_err_nomem(err);
				return TL_FAILED;
			}
			memcpy(copy, buf->data + had, len);
			memmove(buf->data + at + len, buf->data + at, had - at);
			memcpy(buf->data + at, copy, len);
			free(copy);
		}
	}
	return TL_FOUND;
}

/* A chunk, with what is around it. */
struct around {
	struct tl_source *src;
	uint64_t k;
	const struct tl_longlines *how;
	const uint8_t *data;
	size_t base, chunk_end, len; /* the chunk is [base, chunk_end) of the bytes */
	bool begins;                 /* a line begins with it */
	bool from_start;             /* there is nothing before the bytes */

	struct ahead *ahead; /* NULL: bytes are looked at in place, as far as `most` */
	size_t most;
	enum tl_lookup more; /* FOUND: there may be more of them; else what came instead */

	/* The line that is open at the chunk's end: where it ends, SIZE_MAX: not seen yet. */
	size_t line_end;
	bool newline; /* it does so with a newline, not because the text ends */
};

/* Look on until the end of the line that is open at the chunk's end, or to byte `until`. */
static void look_on(struct around *x, size_t until)
{
	size_t n = REST_FIRST;

	while (x->line_end == SIZE_MAX && x->more == TL_FOUND && x->len < until) {
		size_t had = x->len;
		const uint8_t *nl;

		if (x->ahead) {
			x->more = read_ahead(x->ahead, n);
			x->data = x->ahead->buf->data;
			x->len = x->ahead->buf->len;
			n = REST_NEXT;
		} else {
			x->more = had < x->most ? TL_FOUND : TL_PENDING;
			x->len = x->most;
		}
		nl = memchr(x->data + had, '\n', x->len - had);
		x->newline = nl != NULL;
		if (nl)
			x->line_end = (size_t)(nl - x->data);
		else if (x->more == TL_NONE)
			x->line_end = x->len;
	}
}

/* The open line, of which there are `before` bytes before byte `from`: FOUND: it is long; NONE: it is
 * not; PENDING, FAILED: its end is not here. */
static enum tl_lookup is_long(struct around *x, size_t before, size_t from)
{
	size_t longest = x->how->longest;

	if (before <= longest)
		look_on(x, from + (longest - before) + 1);
	if (before + (x->line_end < x->len ? x->line_end : x->len) - from > longest)
		return TL_FOUND;
	return x->line_end != SIZE_MAX ? TL_NONE : x->more;
}

/* The length of the UTF-8 character that a byte begins; 0: it begins none of several bytes. */
static size_t char_len(uint8_t lead)
{
	return lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* The bytes before `at` that begin a character which goes on behind it. */
static size_t cut_char(const uint8_t *data, size_t at)
{
	for (size_t back = 1; back <= 3 && back <= at; back++)
		if ((data[at - back] & 0xc0) != 0x80)
			return char_len(data[at - back]) > back ? back : 0;
	return 0;
}

/* `at`, or where the character ends that it is in. */
static size_t char_border(const uint8_t *data, size_t len, size_t at)
{
	size_t back = cut_char(data, at), end;

	if (back == 0)
		return at;
	end = at - back + char_len(data[at - back]);
	for (size_t i = at; i < end; i++)
		if (i >= len || (data[i] & 0xc0) != 0x80)
			return at; /* it is none */
	return end;
}

/* Make the part of bytes [start, end), with what begins in [from, to). */
static struct tl_linepart make_part(const struct around *x, size_t start, size_t from, size_t to,
				    size_t end, bool begins, bool ends)
{
	if (!begins) { /* not with the rest of a character */
		for (int i = 0; i < 3 && start < from && (x->data[start] & 0xc0) == 0x80; i++)
			start++;
		from = char_border(x->data + start, end - start, from - start) + start;
	}
	if (!ends && end - cut_char(x->data, end) >= to)
		end -= cut_char(x->data, end);
	if (to == end && ends) /* in this chunk, or the text ends with it */
		to += x->line_end != end || !x->newline;
	return (struct tl_linepart){
		.text = { x->data + start, end - start },
		.from = from - start,
		.to = to - start,
		.pos = tl_pos_make(x->src, x->k, from - x->base),
		.begins = begins,
		.ends = ends,
	};
}

/* The part of the long line that is open at the chunk's end. */
static struct tl_linepart open_part(struct around *x, size_t start, size_t from, bool begins)
{
	size_t end = x->chunk_end + x->how->overlap;
	struct tl_linepart part;
	bool ends;

	look_on(x,
		x->chunk_end + (x->how->rest > x->how->overlap ? x->how->rest : x->how->overlap));
	ends = x->line_end != SIZE_MAX;
	end = ends ? x->line_end : end < x->len ? end : x->len;
	part = make_part(x, start, from, x->chunk_end, end, begins, ends);
	part.open = !ends && x->len < x->chunk_end + x->how->overlap;
	return part;
}

/* How many bytes of a line there are before the chunk; a number above `most` may be too small. */
static enum tl_lookup count_before(struct around *x, size_t most, size_t *n, struct tl_err *err)
{
	const uint8_t *nl = memrchr(x->data, '\n', x->base);
	struct tl_buf more = TL_BUF_INIT;
	enum tl_lookup found = TL_FOUND;
	bool from_start;

	*n = x->base - behind_newline(nl, x->data, 0);
	if (nl || x->from_start || *n > most)
		return TL_FOUND;
	found = read_before(x->src, x->k, most + 1, &more, &from_start, err);
	if (found == TL_FOUND)
		*n = more.len - behind_newline(memrchr(more.data, '\n', more.len), more.data, 0);
	tl_buf_fini(&more);
	return found;
}

/* The chunk does not begin with a line, but goes on with one to its byte `end`: is that long?  Then
 * *part tells.  FOUND, NONE, PENDING, or FAILED. */
static enum tl_lookup find_head(struct around *x, size_t end, struct tl_linepart *part,
				struct tl_err *err)
{
	size_t longest = x->how->longest, here = end - x->base, before, start;
	bool open = end == x->chunk_end && x->data[end - 1] != '\n', begins;
	enum tl_lookup found;

	found = count_before(x, here <= longest ? longest - here : 0, &before, err);
	if (found != TL_FOUND)
		return found;
	if (before + here <= longest) {
		found = open ? is_long(x, before, x->base) : TL_NONE;
		if (found != TL_FOUND)
			return found;
	}
	start = x->base > CONTEXT ? x->base - CONTEXT : 0;
	begins = before <= x->base - start && (before < x->base || x->from_start);
	if (before < x->base - start)
		start = x->base - before;
	*part = open ? open_part(x, start, x->base, begins)
		     : make_part(x, start, x->base, end, end, begins, true);
	return TL_FOUND;
}

/* Find the lines in the bytes.  FOUND, or FAILED; in place NONE: it takes more than can be seen. */
static enum tl_lookup find_lines(struct around *x, struct tl_chunkrun *out, struct tl_err *err)
{
	size_t first = x->base, end = x->chunk_end, last;
	bool goes_on = end > x->base && x->data[end - 1] != '\n';
	enum tl_lookup found = TL_NONE;

	if (!x->begins)
		first += behind_newline(memchr(x->data + first, '\n', end - first), x->data + first,
					end - first);
	if (first < end && goes_on) {
		last = first + behind_newline(memrchr(x->data + first, '\n', end - first),
					      x->data + first, 0);
		found = is_long(x, 0, last);
		end = last;
		if (found == TL_NONE)
			end = x->line_end + x->newline;
		if (found == TL_FOUND) {
			out->long_pos = tl_pos_make(x->src, x->k, last - x->base);
			if (x->how->parts)
				out->tail = open_part(x, last, last, true);
		}
	}
	if (!x->begins && x->how->parts && x->chunk_end > x->base && found != TL_FAILED) {
		enum tl_lookup head =
		    find_head(x, first > x->base && x->data[first - 1] == '\n' ? first - 1 : first,
			      &out->head, err);

		if (head == TL_PENDING) /* it is not known whether there is one */
			out->head = (struct tl_linepart){
				.pos = tl_pos_make(x->src, x->k, 0),
				.open = true,
			};
		found = head == TL_FAILED || head == TL_PENDING ? head : found;
	}
	if (found == TL_FAILED || x->more == TL_FAILED)
		return TL_FAILED;
	if (found == TL_PENDING && !x->ahead)
		return TL_NONE;
	if (x->line_end != SIZE_MAX && !x->newline)
		out->at_end = true;
	if (found == TL_PENDING || out->tail.open || out->head.open)
		out->pending = out->at_end = true;
	out->chunk = (struct tl_span){ x->data + x->base, x->chunk_end - x->base };
	out->run = (struct tl_span){ x->data + first, end - first };
	out->pos = tl_pos_make(x->src, x->k, first - x->base);
	return TL_FOUND;
}

enum tl_lookup tl_chunkrun_read(struct tl_source *src, uint64_t k, const struct tl_longlines *how,
				struct tl_buf *buf, struct tl_chunkrun *out, struct tl_err *err)
{
	struct ahead a = { .src = src, .buf = buf, .k = k, .err = err };
	struct around x = { .src = src, .k = k, .how = how, .more = TL_FOUND };
	bool whole_lines = tl_source_has_whole_lines(src);
	enum tl_lookup found = TL_FOUND;
	struct tl_extent ex;

	*out = (struct tl_chunkrun){ .long_pos = TL_NOPOS };
	buf->len = 0;
	tl_source_extent(src, &ex); /* before reading: it may grow */
	if (!whole_lines)
		found = read_before(src, k, how->parts ? CONTEXT : 1, buf, &x.from_start, err);
	if (found == TL_FAILED)
		return found;
	x.base = buf->len;
	found = tl_source_read(src, k, buf, err);
	if (found != TL_FOUND)
		return found;
	x.data = buf->data;
	x.chunk_end = x.len = buf->len;
	x.begins = x.base == 0 || x.data[x.base - 1] == '\n';
	x.line_end = SIZE_MAX;
	a.at = x.len - x.base;
	x.ahead = &a;
	out->settled = ex.complete || k + 1 < ex.nchunks;
	out->pending = !out->settled;
	out->at_end = k + 1 >= ex.nchunks;
	return find_lines(&x, out, err);
}

bool tl_chunkrun_map(struct tl_source *src, uint64_t k, const struct tl_longlines *how,
		     struct tl_chunkrun *out)
{
	size_t before = how->parts ? how->longest + 1 : 1, after = REST_NEXT;
	struct around x = { .src = src, .k = k, .how = how, .more = TL_FOUND };
	struct tl_mapped m;

	if (before < CONTEXT && how->parts)
		before = CONTEXT;
	if (how->parts && after < how->overlap)
		after = how->overlap;
	if (how->parts && after < how->rest)
		after = how->rest;
	if (!tl_source_map(src, k, before, after, &m))
		return false;
	*out = (struct tl_chunkrun){ .long_pos = TL_NOPOS, .mapped = m, .settled = true };
	x.data = m.chunk.data - m.before;
	x.base = m.before;
	x.chunk_end = x.len = m.before + m.chunk.len;
	x.most = x.len + m.after;
	x.begins = m.before == 0 || x.data[m.before - 1] == '\n';
	x.from_start = m.before < before;
	x.line_end = SIZE_MAX;
	/* Long lines in parts only; and what the text's end has to do with has to be read. */
	if (find_lines(&x, out, NULL) == TL_FOUND && !out->pending &&
	    (out->long_pos == TL_NOPOS || how->parts))
		return true;
	tl_source_unmap(src, &m);
	return false;
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

/* The first line start at or behind pos, as an offset in the run; or, in a line longer than `longest`,
 * that line's. */
static size_t line_from(const struct tl_chunkrun *run, uint64_t pos, size_t longest)
{
	const uint8_t *data = run->run.data;
	size_t at, start, end;

	if (pos <= run->pos)
		return 0;
	if (pos - run->pos >= run->run.len)
		return run->run.len;
	at = (size_t)(pos - run->pos);
	if (data[at - 1] == '\n')
		return at;
	end = behind_newline(memchr(data + at, '\n', run->run.len - at), data, run->run.len);
	start = behind_newline(memrchr(data, '\n', at), data, 0);
	return end - 1 - start > longest ? start : end;
}

struct tl_span tl_chunkrun_part(const struct tl_chunkrun *run, uint64_t low, uint64_t high,
				size_t longest, uint64_t *pos)
{
	size_t from = line_from(run, low, longest), to = line_from(run, high, SIZE_MAX);

	*pos = run->pos + from;
	return (struct tl_span){ run->run.data + from, to > from ? to - from : 0 };
}

/* How far behind a chunk the end of a line is looked for that a pattern's match may reach to. */
#define REGEX_REST ((size_t)1 << 20)

struct tl_longlines tl_longlines_in_parts(const struct tl_matcher *m, size_t longest)
{
	return (struct tl_longlines){
		.longest = longest,
		.parts = true,
		.overlap = tl_matcher_overlap(m),
		.rest = tl_matcher_is_literal(m) ? 0 : REGEX_REST,
	};
}

/* Does the part match?  FOUND or NONE; *part is left. */
static enum tl_lookup part_matches(const struct tl_linepart *part, const struct tl_matcher *m,
				   struct tl_scratch *s)
{
	size_t start, end;

	if (part->text.data && tl_matcher_open_piece(m, s, part->text, part->begins, part->ends) &&
	    tl_matcher_in_piece(m, s, part->from, true, &start, &end))
		return TL_FOUND;
	return TL_NONE;
}

/* The part that chunk k has of a line: whether it matches, and what part it was; FAILED, PENDING. */
static enum tl_lookup chunk_matches(struct tl_source *src, uint64_t k, bool begins,
				    const struct tl_matcher *m, struct tl_scratch *s,
				    const struct tl_longlines *how, struct tl_buf *buf,
				    struct tl_linepart *part, struct tl_err *err)
{
	struct tl_chunkrun run;
	enum tl_lookup found;

	if (tl_chunkrun_map(src, k, how, &run)) {
		*part = begins ? run.tail : run.head;
		found = part_matches(part, m, s);
		if (tl_source_unmap(src, &run.mapped))
			return found;
	}
	found = tl_chunkrun_read(src, k, how, buf, &run, err);
	*part = begins ? run.tail : run.head;
	if (found == TL_FOUND)
		found = part_matches(part, m, s);
	return found;
}

enum tl_lookup tl_longline_matches(struct tl_source *src, uint64_t pos, size_t longest,
				   const struct tl_matcher *m, struct tl_scratch *s,
				   const atomic_bool *stop, struct tl_buf *buf, struct tl_err *err)
{
	struct tl_longlines how = tl_longlines_in_parts(m, longest);
	bool invert = tl_matcher_flags(m) & TL_MATCH_INVERT;
	uint64_t first = tl_pos_chunk(src, pos);

	tl_scratch_set_clean(s, false);
	for (uint64_t k = first; !atomic_load_explicit(stop, memory_order_relaxed); k++) {
		struct tl_linepart part;
		enum tl_lookup found =
		    chunk_matches(src, k, k == first, m, s, &how, buf, &part, err);

		if (found == TL_FAILED || found == TL_PENDING)
			return found;
		if (found == TL_FOUND)
			return invert ? TL_NONE : TL_FOUND;
		if (part.open)
			return TL_PENDING;
		if (part.ends || !part.text.data)
			return invert ? TL_FOUND : TL_NONE;
	}
	return TL_NONE;
}
