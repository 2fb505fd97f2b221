/* stretch.c: see stretch.h, and layout.h for what a stretch is. */
#include "pager/stretch.h"

#include "pager/carried.h"
#include "text/escape.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define PIECE   4096                 /* bytes fetched at a time: a few rows */
#define LOOK    (UINT64_C(64) << 20) /* bytes scanned for a newline between looks at ^C, */
#define NEAR_BY (UINT64_C(1) << 20)  /* and before what is known of chunks is asked */
#define ESC     0x1b
#define NEAR    64 /* bytes of a character with what combines with it */

static volatile sig_atomic_t interrupted;

void tl_layout_interrupt(bool on)
{
	interrupted = on;
}

/* ---- where lines begin */

enum tl_lookup tl_stretch_give_up(struct tl_layout *lay)
{
	lay->cur.err.msg[0] = '\0';
	return TL_FAILED;
}

/* Is it known, without reading it, that there is no newline in chunk k? */
static bool has_no_newline(const struct tl_layout *lay, uint64_t k)
{
	uint32_t newlines;
	unsigned has;

	return lay->lines && tl_lineindex_chunk(lay->lines, k, &newlines, &has) == TL_FOUND &&
	       newlines == 0;
}

/* Over whole chunks without a newline, backwards from pos. */
static uint64_t pass_back(const struct tl_layout *lay, uint64_t pos)
{
	const struct tl_source *src = lay->cur.src;
	uint64_t k = tl_pos_chunk(src, pos);

	/* the rest of pos's own chunk has none, too */
	while (k > 0 && has_no_newline(lay, tl_pos_byte(src, pos) > 0 ? k : k - 1)) {
		pos = tl_pos_make(src, tl_pos_byte(src, pos) > 0 ? k : k - 1, 0);
		k = tl_pos_chunk(src, pos);
	}
	return pos;
}

/* The same forwards; not beyond the last chunk, which may grow. */
static uint64_t pass_on(const struct tl_layout *lay, uint64_t pos)
{
	const struct tl_source *src = lay->cur.src;
	struct tl_extent ex;
	uint64_t k = tl_pos_chunk(src, pos);

	tl_source_extent(src, &ex);
	for (; k + 1 < ex.nchunks && has_no_newline(lay, k); k++)
		pos = tl_pos_make(src, k + 1, 0);
	return pos;
}

enum tl_lookup tl_layout_line_start(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	uint64_t limit = NEAR_BY;

	for (;;) {
		enum tl_lookup found = tl_cursor_line_start(&lay->cur, pos, limit, out);

		if (found != TL_NONE)
			return found;
		if (interrupted)
			return tl_stretch_give_up(lay);
		pos = pass_back(lay, *out);
		limit = LOOK;
	}
}

enum tl_lookup tl_layout_next_line(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	uint64_t limit = NEAR_BY;

	for (;;) {
		enum tl_lookup found = tl_cursor_next_line(&lay->cur, pos, limit, out);
		struct tl_span span;

		if (found != TL_NONE)
			return found;
		found = tl_cursor_forward(&lay->cur, *out, &span);
		if (found == TL_NONE)
			return TL_FOUND; /* the end of the text ends its last line */
		if (found != TL_FOUND)
			return found;
		if (interrupted)
			return tl_stretch_give_up(lay);
		pos = pass_on(lay, *out);
		limit = LOOK;
	}
}

/* The byte at pos. */
static enum tl_lookup byte_at(struct tl_layout *lay, uint64_t pos, uint8_t *byte)
{
	struct tl_span span;
	enum tl_lookup found = tl_cursor_forward(&lay->cur, pos, &span);

	if (found == TL_FOUND)
		*byte = span.data[0];
	return found;
}

enum tl_lookup tl_stretch_byte_before(struct tl_layout *lay, uint64_t pos, uint8_t *byte,
				      uint64_t *at)
{
	struct tl_span span;
	uint64_t start;
	enum tl_lookup found = tl_cursor_backward(&lay->cur, pos, &span, &start);

	if (found == TL_FOUND) {
		*byte = span.data[span.len - 1];
		*at = start + span.len - 1;
	}
	return found;
}

bool tl_layout_line_is_long(struct tl_layout *lay, uint64_t pos)
{
	uint64_t start, next;
	enum tl_lookup found = tl_cursor_line_start(&lay->cur, pos, TL_STRETCH + 1, &start);

	if (found != TL_FOUND)
		return found == TL_NONE;
	found = tl_cursor_next_line(&lay->cur, start, TL_STRETCH + 1, &next);
	return found == TL_NONE && next - start > TL_STRETCH;
}

bool tl_layout_is_blank(struct tl_layout *lay, uint64_t pos)
{
	uint8_t byte;

	if (byte_at(lay, pos, &byte) != TL_FOUND)
		return false;
	if (byte == '\r' && byte_at(lay, tl_cursor_after(&lay->cur, pos, 1), &byte) != TL_FOUND)
		return false;
	return byte == '\n';
}

enum tl_lookup tl_layout_blank_end(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	struct tl_span span;
	enum tl_lookup found = TL_FOUND;
	uint64_t looked = 0;

	while (tl_layout_is_blank(lay, pos)) {
		size_t n = 0;

		found = tl_layout_next_line(lay, pos, &pos);
		if (found != TL_FOUND)
			return found;
		/* a long run of newlines goes quickly */
		if (tl_cursor_forward(&lay->cur, pos, &span) == TL_FOUND)
			while (n < span.len && span.data[n] == '\n')
				n++;
		if (n > 0)
			pos = tl_cursor_after(&lay->cur, pos, n);
		looked += n + 1;
		if (interrupted && looked > LOOK)
			return tl_stretch_give_up(lay);
	}
	*out = pos;
	return TL_FOUND;
}

/* Where the line before the line start `pos` starts, if it is blank; NONE: it is not. */
static enum tl_lookup blank_before(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	uint64_t at;
	uint8_t byte;
	enum tl_lookup found = tl_stretch_byte_before(lay, pos, &byte, out);

	if (found != TL_FOUND)
		return found;
	found = tl_stretch_byte_before(lay, *out, &byte, &at);
	if (found == TL_FOUND && byte == '\r') {
		*out = at;
		found = tl_stretch_byte_before(lay, at, &byte, &at);
	}
	if (found == TL_NONE) /* it is the text's first */
		return TL_FOUND;
	return found == TL_FOUND && byte != '\n' ? TL_NONE : found;
}

enum tl_lookup tl_layout_blank_start(struct tl_layout *lay, uint64_t pos, uint64_t *out)
{
	uint64_t looked = 0, start, prev;
	struct tl_span span;
	enum tl_lookup found;

	for (*out = pos;; *out = prev) {
		found = tl_cursor_backward(&lay->cur, *out, &span, &start);
		if (found == TL_FOUND) { /* a long run of newlines goes quickly */
			size_t n = span.len;

			while (n >= 2 && span.data[n - 1] == '\n' && span.data[n - 2] == '\n')
				n--;
			looked += span.len - n + 1;
			*out = n < span.len ? start + n : *out;
			found = blank_before(lay, *out, &prev);
		}
		if (found != TL_FOUND)
			return found == TL_NONE ? TL_FOUND : found;
		if (interrupted && looked > LOOK)
			return tl_stretch_give_up(lay);
	}
}

/* ---- stretches of long lines */

size_t tl_stretch_copy_after(struct tl_layout *lay, uint64_t pos, uint8_t *to, size_t n)
{
	size_t have = 0;
	struct tl_span span;

	while (have < n && tl_cursor_forward(&lay->cur, pos, &span) == TL_FOUND) {
		size_t take = span.len < n - have ? span.len : n - have;

		memcpy(to + have, span.data, take);
		have += take;
		pos = tl_cursor_after(&lay->cur, pos, take);
	}
	return have;
}

size_t tl_stretch_copy_before(struct tl_layout *lay, uint64_t pos, uint8_t *to, size_t n)
{
	size_t have = 0;
	struct tl_span span;
	uint64_t start;

	while (have < n && tl_cursor_backward(&lay->cur, pos, &span, &start) == TL_FOUND) {
		size_t take = span.len < n - have ? span.len : n - have;

		have += take;
		memcpy(to + n - have, span.data + span.len - take, take);
		pos = start + span.len - take;
	}
	memmove(to, to + n - have, have);
	return have;
}

/* How much of `bytes` belongs to an escape sequence that began within the n bytes before. */
static size_t rest_of_escape(const uint8_t *bytes, size_t n, size_t len)
{
	size_t i = 0, used;

	while (i < n) {
		const uint8_t *esc = memchr(bytes + i, ESC, n - i);
		enum tl_escape kind;

		if (!esc)
			break;
		i = (size_t)(esc - bytes);
		kind = tl_escape_parse(esc, n + len - i, &used);
		if (kind == TL_ESCAPE_NONE || kind == TL_ESCAPE_CUT)
			used = 1;
		i += used;
	}
	return i > n ? i - n : 0;
}

/* How much of `bytes` belongs to the character before: the rest of its bytes, what combines with it, and
 * what overstrikes it. */
static size_t rest_of_char(const struct tl_layout *lay, const uint8_t *bytes, size_t len)
{
	size_t n = 0;
	struct tl_char c;

	if (lay->opts.charset == TL_CHARSET_UTF8)
		while (n < 3 && n < len && (bytes[n] & 0xc0) == 0x80)
			n++;
	while (n < NEAR && n < len) {
		c = tl_char_at(bytes + n, len - n, lay->opts.charset);
		if (bytes[n] == '\b' && lay->opts.bs == TL_BS_SPECIAL && n + 1 < len)
			n += 1 + tl_char_at(bytes + n + 1, len - n - 1, lay->opts.charset).len;
		else if (c.kind == TL_CHAR_COMBINING)
			n += c.len;
		else
			break;
	}
	return n;
}

/*
 * The place near the boundary b where a stretch begins: not within a character, nor
 * within an escape sequence that started a little before.
 */
static uint64_t adjust_boundary(struct tl_layout *lay, uint64_t b)
{
	uint8_t around[2 * TL_ESCAPE_MAX];
	size_t n = tl_stretch_copy_before(lay, b, around, TL_ESCAPE_MAX);
	size_t len = tl_stretch_copy_after(lay, b, around + n, TL_ESCAPE_MAX);
	const uint8_t *nl = n > 0 ? memrchr(around, '\n', n) : NULL;
	size_t first = nl ? (size_t)(nl + 1 - around) : 0;
	size_t skip = rest_of_escape(around + first, n - first, len);

	if (skip == 0)
		skip = rest_of_char(lay, around + n, len);
	return memchr(around + n, '\n', skip) ? b : b + skip;
}

/* A stretch begins at pos only where its line goes on. */
static bool line_goes_on(struct tl_layout *lay, uint64_t pos)
{
	uint8_t byte;

	return byte_at(lay, pos, &byte) == TL_FOUND && byte != '\n';
}

/* Does pos begin a line?  At the text's beginning, too. */
static bool begins_line(struct tl_layout *lay, uint64_t pos)
{
	uint64_t at;
	uint8_t byte;

	return tl_stretch_byte_before(lay, pos, &byte, &at) != TL_FOUND || byte == '\n';
}

/*
 * Find the anchor at or before pos, and the boundary of its stretch, which counts if the
 * line goes on so far.  pos must not be the end of the text.
 */
static enum tl_lookup find_anchor(struct tl_layout *lay, uint64_t pos, uint64_t *anchor,
				  uint64_t *boundary, bool *starts_line)
{
	uint64_t beginning = lay->opts.chop ? TL_LONG_ROW : TL_STRETCH, start, b, a, first;
	enum tl_lookup found;

	*starts_line = true;
	found = tl_cursor_line_start(&lay->cur, pos, beginning + 2 * TL_STRETCH, &start);
	if (found == TL_NONE)
		start = 0; /* further back than matters here */
	else if (found != TL_FOUND)
		return found;
	/* A boundary counts when the line began long enough before it. */
	first = (start + beginning + TL_STRETCH - 1) & ~(TL_STRETCH - 1);
	*anchor = start;
	*boundary = first;
	for (b = pos & ~(TL_STRETCH - 1); b >= first && b > 0; b -= TL_STRETCH) {
		a = adjust_boundary(lay, b);
		if (a <= pos && line_goes_on(lay, a)) {
			*starts_line = false;
			*anchor = a;
			*boundary = b + TL_STRETCH;
			break;
		}
	}
	if (lay->opts.chop && pos == lay->origin && pos != *anchor) {
		*anchor = pos;
		*starts_line = begins_line(lay, pos);
	}
	return TL_FOUND;
}

/* ---- the bytes of a stretch */

/* The next piece would reach the boundary: find out where the stretch ends, if it does. */
static void near_boundary(struct tl_layout *lay)
{
	lay->end = adjust_boundary(lay, lay->boundary);
	if (!line_goes_on(lay, lay->end))
		lay->end = lay->boundary = TL_NOPOS;
}

enum tl_lookup tl_stretch_fetch(struct tl_layout *lay, size_t n)
{
	while (!lay->whole && lay->bytes.len < n) {
		struct tl_span span;
		uint64_t pos = lay->line_next;
		enum tl_lookup found;
		const uint8_t *nl;
		size_t take;

		if (lay->boundary != TL_NOPOS && lay->end == TL_NOPOS &&
		    pos + PIECE >= lay->boundary)
			near_boundary(lay);
		if (pos == lay->end) {
			lay->whole = true;
			break;
		}
		found = tl_cursor_forward(&lay->cur, pos, &span);
		if (found == TL_FAILED)
			return found;
		if (found != TL_FOUND) {
			lay->whole = lay->ends_line = true;
			lay->pending = found == TL_PENDING;
			break;
		}
		take = span.len < PIECE ? span.len : PIECE;
		if (take > lay->end - pos)
			take = (size_t)(lay->end - pos);
		nl = memchr(span.data, '\n', take);
		if (nl)
			take = (size_t)(nl - span.data);
		if (!tl_buf_append(&lay->bytes, span.data, take)) {
			tl_err_nomem(&lay->cur.err);
			return TL_FAILED;
		}
		lay->line_next = tl_cursor_after(&lay->cur, pos, nl ? take + 1 : take);
		if (nl)
			lay->whole = lay->ends_line = true;
	}
	return TL_FOUND;
}

enum tl_lookup tl_stretch_next(struct tl_layout *lay, uint64_t *next, bool *ends_line)
{
	uint64_t pos = lay->line_next;
	enum tl_lookup found = TL_NONE;

	*next = pos;
	*ends_line = true;
	if (lay->whole) {
		*ends_line = lay->ends_line;
		return TL_FOUND;
	}
	if (lay->boundary != TL_NOPOS && lay->end == TL_NOPOS) {
		if (lay->boundary > pos)
			found = tl_cursor_next_line(&lay->cur, pos, lay->boundary - pos, next);
		if (found != TL_NONE)
			return found;
		near_boundary(lay);
	}
	if (lay->end == TL_NOPOS)
		return tl_layout_next_line(lay, *next, next);
	*next = lay->end;
	*ends_line = false;
	return TL_FOUND;
}

/* Are the bytes at hand those of the stretch that holds pos? */
static bool is_loaded(const struct tl_layout *lay, uint64_t pos)
{
	if (lay->anchor == TL_NOPOS || lay->pending)
		return false;
	if (lay->opts.chop && (pos == lay->anchor || pos == lay->origin))
		return pos == lay->anchor;
	return pos >= lay->anchor && pos - lay->anchor < lay->bytes.len;
}

bool tl_stretch_add_row(struct tl_layout *lay, uint32_t off, struct tl_attr attr)
{
	if (lay->nrows == lay->maxrows) {
		size_t max = lay->maxrows ? 2 * lay->maxrows : 16;
		struct tl_row_state *rows = realloc(lay->rows, max * sizeof(*rows));

		if (!rows)
			return tl_err_nomem(&lay->cur.err);
		lay->rows = rows;
		lay->maxrows = max;
	}
	lay->rows[lay->nrows++] = (struct tl_row_state){ off, attr };
	return true;
}

enum tl_lookup tl_stretch_load(struct tl_layout *lay, uint64_t pos)
{
	uint64_t anchor, boundary;
	bool starts_line;
	enum tl_lookup found;

	if (is_loaded(lay, pos))
		return TL_FOUND;
	found = find_anchor(lay, pos, &anchor, &boundary, &starts_line);
	if (found != TL_FOUND)
		return found;
	if (lay->anchor == anchor && is_loaded(lay, anchor))
		return TL_FOUND;
	lay->anchor = lay->line_next = anchor;
	lay->boundary = boundary;
	lay->starts_line = starts_line;
	lay->end = TL_NOPOS;
	lay->bytes.len = 0;
	lay->whole = lay->pending = lay->ends_line = false;
	lay->nrows = 0;
	return tl_stretch_add_row(lay, 0, tl_carried_attr(lay, anchor)) ? TL_FOUND : TL_FAILED;
}

size_t tl_stretch_row_holding(const struct tl_layout *lay, size_t off)
{
	size_t lo = 0, hi = lay->nrows;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (lay->rows[mid].off <= off)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}
