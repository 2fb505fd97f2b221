/*
 * convert.c: see convert.h.  The text is put together from pieces: stretches copied
 * as they are, and characters that were made of several (an overstrike).  The pieces are the
 * map back: a few a line, found by bisection.
 */
#include "search/convert.h"

#include "search/matcher.h"
#include "text/escape.h"

#include <string.h>

#define ESC 0x1b

/* Text from `at` on, up to the next piece, comes from the line's [raw, raw_end). */
struct piece {
	size_t at;
	size_t raw, raw_end;
	bool whole; /* one character made of several: not to be cut */
};

struct work {
	struct tl_span line;
	unsigned flags;
	struct tl_converted *out;
};

void tl_converted_fini(struct tl_converted *c)
{
	tl_buf_fini(&c->text);
	tl_buf_fini(&c->pieces);
}

static struct piece *pieces(const struct tl_converted *c)
{
	return (struct piece *)(void *)c->pieces.data;
}

static size_t npieces(const struct tl_converted *c)
{
	return c->pieces.len / sizeof(struct piece);
}

size_t tl_escape_len(struct tl_span line, size_t at)
{
	size_t len = 0;

	if (line.data[at] == ESC)
		tl_escape_parse(line.data + at, line.len - at, &len);
	return len;
}

/* ---- putting the text together */

static bool append(struct work *w, const uint8_t *bytes, size_t n, size_t raw, size_t raw_end,
		   bool whole)
{
	struct tl_converted *out = w->out;
	size_t count = npieces(out);
	struct piece *last = count ? &pieces(out)[count - 1] : NULL;
	struct piece piece = { out->text.len, raw, raw_end, whole };

	if (n == 0)
		return true;
	if (!tl_buf_append(&out->text, bytes, n))
		return false;
	if (last && !last->whole && !whole && last->raw_end == raw) {
		last->raw_end = raw_end;
		return true;
	}
	return tl_buf_append(&out->pieces, &piece, sizeof(piece));
}

static size_t char_len(const struct work *w, size_t at)
{
	const uint8_t *p = w->line.data + at;
	size_t left = w->line.len - at, n = 1, want;

	if (!(w->flags & TL_MATCH_UTF8) || *p < 0xc2 || *p > 0xf4)
		return 1;
	want = *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	while (n < want && n < left && (p[n] & 0xc0) == 0x80)
		n++;
	return n == want ? n : 1;
}

/* The character before the end of the text. */
static size_t last_char_len(const struct work *w)
{
	const struct tl_buf *text = &w->out->text;
	size_t most = text->len - pieces(w->out)[npieces(w->out) - 1].at, n = 1;

	if (!(w->flags & TL_MATCH_UTF8))
		return 1;
	while (n < 4 && n < most && (text->data[text->len - n] & 0xc0) == 0x80)
		n++;
	return (text->data[text->len - n] & 0xc0) == 0xc0 ? n : 1;
}

/* Take back the last character; it was in the line at *raw. */
static void take_back(struct work *w, uint8_t *chr, size_t *len, size_t *raw)
{
	struct tl_converted *out = w->out;
	struct piece *last;

	*len = last_char_len(w);
	out->text.len -= *len;
	memcpy(chr, out->text.data + out->text.len, *len);
	last = &pieces(out)[npieces(out) - 1];
	if (last->at < out->text.len && !last->whole) {
		last->raw_end -= *len;
		*raw = last->raw_end;
		return;
	}
	while (npieces(out) > 0 && pieces(out)[npieces(out) - 1].at >= out->text.len) {
		*raw = pieces(out)[npieces(out) - 1].raw;
		out->pieces.len -= sizeof(struct piece);
	}
}

/*
 * A backspace: what follows is printed over the character before.  Bold (x^Hx) and underlined
 * (_^Hx, x^H_) both leave x; of other pairs the second is what a screen shows.  *at is on the
 * backspace, moved behind what was used.
 */
static bool overstrike(struct work *w, size_t *at)
{
	uint8_t under[4];
	size_t len = 0, raw = 0, over;

	while (*at < w->line.len && w->line.data[*at] == '\b' && w->out->text.len > 0) {
		take_back(w, under, &len, &raw);
		++*at;
	}
	if (*at == w->line.len || w->line.data[*at] == '\b' ||
	    (w->flags & TL_MATCH_STRIP_ESCAPES && tl_escape_len(w->line, *at)))
		return true;
	over = char_len(w, *at);
	*at += over;
	if (w->line.data[*at - over] == '_')
		return append(w, under, len, raw, *at, true);
	return append(w, w->line.data + *at - over, over, raw, *at, true);
}

/* How far the line goes on without anything to convert. */
static size_t plain_end(const struct work *w, size_t at)
{
	const uint8_t *p = w->line.data;
	bool strip = w->flags & TL_MATCH_STRIP_ESCAPES, over = w->flags & TL_MATCH_OVERSTRIKE;

	while (at < w->line.len && !(strip && p[at] == ESC) && !(over && p[at] == '\b'))
		at++;
	return at;
}

bool tl_convert(struct tl_span line, unsigned flags, struct tl_converted *out)
{
	struct work w = { line, flags, out };
	size_t at = 0;

	out->text.len = out->pieces.len = 0;
	if (flags & TL_MATCH_CRLF && line.len > 0 && line.data[line.len - 1] == '\r')
		w.line.len--;
	while (at < w.line.len) {
		size_t end = plain_end(&w, at), skip;

		if (!append(&w, line.data + at, end - at, at, end, false))
			return false;
		at = end;
		if (at == w.line.len)
			break;
		skip = line.data[at] == ESC ? tl_escape_len(w.line, at) : 0;
		if (skip > 0) {
			at += skip;
		} else if (line.data[at] == '\b' && out->text.len > 0) {
			if (!overstrike(&w, &at))
				return false;
		} else {
			if (!append(&w, line.data + at, 1, at, at + 1, false))
				return false;
			at++;
		}
	}
	/* A last piece without text, for what is asked about the end. */
	return tl_buf_append(&out->pieces,
			     &(struct piece){ out->text.len, line.len, line.len, false },
			     sizeof(struct piece));
}

/* ---- the way back */

/* The last piece that begins at `at` or before. */
static const struct piece *piece_of(const struct tl_converted *c, size_t at)
{
	size_t low = 0, high = npieces(c);

	while (high - low > 1) {
		size_t mid = (low + high) / 2;

		if (pieces(c)[mid].at <= at)
			low = mid;
		else
			high = mid;
	}
	return &pieces(c)[low];
}

size_t tl_converted_start(const struct tl_converted *c, size_t at)
{
	const struct piece *p = piece_of(c, at);

	return p->whole ? p->raw : p->raw + (at - p->at);
}

size_t tl_converted_end(const struct tl_converted *c, size_t at)
{
	const struct piece *p;

	if (at == 0)
		return tl_converted_start(c, 0);
	p = piece_of(c, at - 1);
	return p->whole ? p->raw_end : p->raw + (at - p->at);
}

size_t tl_converted_at(const struct tl_converted *c, size_t raw)
{
	size_t low = 0, high = npieces(c);

	while (high > low) { /* the first piece that ends behind raw */
		size_t mid = (low + high) / 2;

		if (pieces(c)[mid].raw_end > raw)
			high = mid;
		else
			low = mid + 1;
	}
	if (low == npieces(c))
		return c->text.len;
	if (pieces(c)[low].raw >= raw)
		return pieces(c)[low].at;
	if (pieces(c)[low].whole)
		return low + 1 < npieces(c) ? pieces(c)[low + 1].at : c->text.len;
	return pieces(c)[low].at + (raw - pieces(c)[low].raw);
}
