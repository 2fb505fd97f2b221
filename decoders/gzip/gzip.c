/*
 * gzip.c: gzip files (RFC 1952), read with zlib from any deflate block on.
 *
 * A member's beginning is a point that needs nothing, a block's beginning inside of it one that needs
 * the 32 KiB before it, and how many bits of the byte before are its own.  Members follow one another
 * and are one text.  A stream that began inside of a member cannot check that one's sum; the first
 * reading, from the file's beginning, does.
 */
#include "base/bytes.h"
#include "decoders/packed/codec.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define IN_BYTES     ((size_t)64 << 10)
#define WINDOW       ((size_t)32 << 10)
#define FLAG_EXTRA   4
#define BGZF_HEAD    18
#define BGZF_TEXT    65536
#define TRAILER_SIZE 8         /* sum and length */
#define WITH_HEADER  (15 + 16) /* windowBits for inflate: a gzip member, or bare deflate blocks */
#define BARE         (-15)

/* state[0] of a point: IN_MEMBER and the number of bits, or 0. */
#define IN_MEMBER 8
#define BITS_MASK 7

enum place {
	BETWEEN, /* a member, padding or the end comes */
	WITHIN,  /* a member */
	TRAILER, /* of a member that was begun in its middle */
};

struct gzip {
	const struct tl_packed_file *file;
	z_stream z;
	enum place place;
	bool bare;       /* began inside of this member */
	bool begun;      /* some member was good: what follows may be garbage */
	size_t trailer;  /* bytes of it still to be skipped */
	uint64_t member; /* text of this member so far; or at least a window */
	bool at_block;   /* a block has just ended, and another one of the member follows */
	unsigned nbits;  /* of the byte before belong to that one */
	uint64_t in_end; /* offset in the file of what follows `in` */
	uint8_t in[IN_BYTES];
};

static int gzip_probe(const uint8_t *head, size_t len)
{
	/* The flags' upper bits are reserved. */
	return len >= 4 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8 && !(head[3] & 0xe0)
		   ? 100
		   : 0;
}

/*
 * Members of at most 64 KiB, as bgzip writes them (SAM/BAM format specification, 4.1), say how long
 * they are in an extra field, and at their end, as all do, how long their text is.
 */
static enum tl_lookup gzip_part(const struct tl_packed_file *file, uint64_t at, uint64_t *end,
				uint64_t *text_len)
{
	static const uint8_t extra[] = { 6, 0, 'B', 'C', 2, 0 };
	uint8_t head[BGZF_HEAD], size[4];

	if (at >= file->size)
		return TL_NONE;
	if (pread(file->fd, head, BGZF_HEAD, (off_t)at) != BGZF_HEAD ||
	    !gzip_probe(head, BGZF_HEAD) || head[3] != FLAG_EXTRA ||
	    memcmp(head + 10, extra, sizeof(extra)) != 0)
		return TL_FAILED;
	*end = at + tl_get16(head + 16) + 1;
	if (*end > file->size || *end < at + BGZF_HEAD + TRAILER_SIZE ||
	    pread(file->fd, size, sizeof(size), (off_t)(*end - sizeof(size))) != sizeof(size))
		return TL_FAILED;
	*text_len = tl_get32(size);
	return *text_len <= BGZF_TEXT ? TL_FOUND : TL_FAILED;
}

static uint64_t offset(const struct gzip *g)
{
	return g->in_end - g->z.avail_in;
}

/* Have at least n bytes to look at, few of them.  FOUND; NONE: the file ends before; FAILED. */
static enum tl_lookup need(struct gzip *g, size_t n, struct tl_err *err)
{
	size_t most = IN_BYTES;
	ssize_t r;

	if (g->z.avail_in >= n)
		return TL_FOUND;
	memmove(g->in, g->z.next_in, g->z.avail_in);
	g->z.next_in = g->in;
	while (g->z.avail_in < n) {
		most = IN_BYTES - g->z.avail_in;
		if (g->in_end >= g->file->size)
			return TL_NONE;
		if (most > g->file->size - g->in_end)
			most = (size_t)(g->file->size - g->in_end);
		r = pread(g->file->fd, g->in + g->z.avail_in, most, (off_t)g->in_end);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0) {
			tl_err_sys(err, "cannot read '%s' at byte %" PRIu64, g->file->path,
				   g->in_end);
			return TL_FAILED;
		}
		if (r == 0)
			return TL_NONE;
		g->in_end += (uint64_t)r;
		g->z.avail_in += (unsigned)r;
	}
	return TL_FOUND;
}

static enum tl_lookup cut_off(const struct gzip *g, struct tl_err *err)
{
	tl_err_set(err, "'%s': cut off at byte %" PRIu64, g->file->path, offset(g));
	return TL_FAILED;
}

static enum tl_lookup damaged(const struct gzip *g, struct tl_err *err)
{
	tl_err_set(err, "'%s': damaged at byte %" PRIu64 ": %s", g->file->path, offset(g),
		   g->z.msg ? g->z.msg : "not deflate");
	return TL_FAILED;
}

static void skip(struct gzip *g, size_t n)
{
	g->z.next_in += n;
	g->z.avail_in -= (unsigned)n;
}

/* Behind a member: zeros are padding, as on tapes.  FOUND: a member begins here, or zeros were skipped
 * and it is to be asked again. */
static enum tl_lookup begin_member(struct gzip *g, struct tl_err *err)
{
	enum tl_lookup found = need(g, 1, err);

	if (found != TL_FOUND)
		return found;
	if (g->begun && *g->z.next_in == 0) {
		while (g->z.avail_in > 0 && *g->z.next_in == 0)
			skip(g, 1);
		return TL_FOUND;
	}
	found = need(g, 4, err);
	if (found == TL_FAILED)
		return found;
	if (gzip_probe(g->z.next_in, g->z.avail_in) == 0) {
		tl_err_set(err, "'%s': what follows at byte %" PRIu64 " is not gzip", g->file->path,
			   offset(g));
		return TL_FAILED;
	}
	if (inflateReset2(&g->z, WITH_HEADER) != Z_OK) {
		tl_err_nomem(err);
		return TL_FAILED;
	}
	g->place = WITHIN;
	g->bare = false;
	g->member = 0;
	return TL_FOUND;
}

static enum tl_lookup skip_trailer(struct gzip *g, struct tl_err *err)
{
	enum tl_lookup found = need(g, TRAILER_SIZE, err);

	if (found == TL_NONE)
		return cut_off(g, err);
	if (found == TL_FOUND) {
		skip(g, TRAILER_SIZE);
		g->place = BETWEEN;
	}
	return found;
}

/* Some of a member, up to a block's end: FOUND, with *got > 0 or another place. */
static enum tl_lookup inflate_some(struct gzip *g, uint8_t *out, size_t n, size_t *got,
				   struct tl_err *err)
{
	enum tl_lookup found = need(g, 1, err);
	int answer;

	if (found == TL_FAILED)
		return found;
	g->z.next_out = out;
	g->z.avail_out = (unsigned)n;
	answer = inflate(&g->z, Z_BLOCK); /* without input, too: some output may be left in it */
	*got = n - g->z.avail_out;
	g->member += *got;
	g->at_block = answer == Z_OK && (g->z.data_type & 128) && !(g->z.data_type & 64);
	g->nbits = g->z.data_type & BITS_MASK;
	switch (answer) {
	case Z_OK:
		return TL_FOUND;
	case Z_STREAM_END:
		g->place = g->bare ? TRAILER : BETWEEN;
		g->begun = true;
		return TL_FOUND;
	case Z_BUF_ERROR: /* it wants more input than there is */
		return *got > 0 ? TL_FOUND : cut_off(g, err);
	case Z_MEM_ERROR:
		tl_err_nomem(err);
		return TL_FAILED;
	default:
		return damaged(g, err);
	}
}

static enum tl_lookup gzip_next(void *stream, uint8_t *out, size_t n, size_t *got,
				struct tl_err *err)
{
	enum tl_lookup found = TL_FOUND;
	struct gzip *g = stream;
	uint64_t began = offset(g);

	*got = 0;
	if (n > UINT32_MAX)
		n = UINT32_MAX;
	g->at_block = false;
	while (found == TL_FOUND && *got == 0 && offset(g) - began < TL_CODEC_INPUT) {
		switch (g->place) {
		case BETWEEN:
			found = begin_member(g, err);
			break;
		case WITHIN:
			found = inflate_some(g, out, n, got, err);
			break;
		case TRAILER:
			found = skip_trailer(g, err);
			break;
		}
	}
	return found;
}

static bool gzip_point(void *stream, struct tl_point *out, size_t *window)
{
	struct gzip *g = stream;

	*out = (struct tl_point){ .file = offset(g) };
	*window = 0;
	if (g->place == BETWEEN)
		return true;
	if (g->place != WITHIN || !g->at_block)
		return false;
	/* Bits that are left belong to the byte before. */
	out->file -= g->nbits > 0;
	out->state[0] = IN_MEMBER | g->nbits;
	*window = g->member < WINDOW ? (size_t)g->member : WINDOW;
	return true;
}

static uint64_t gzip_at(const void *stream)
{
	return offset(stream);
}

static void gzip_close(void *stream)
{
	struct gzip *g = stream;

	inflateEnd(&g->z);
	free(g);
}

/* Stand inside of a member. */
static bool enter_member(struct gzip *g, unsigned nbits, struct tl_span window, struct tl_err *err)
{
	enum tl_lookup found = nbits > 0 ? need(g, 1, err) : TL_FOUND;

	if (found == TL_NONE)
		cut_off(g, err);
	if (found != TL_FOUND)
		return false;
	if (nbits > 0) {
		inflatePrime(&g->z, (int)nbits, *g->z.next_in >> (8 - nbits));
		skip(g, 1);
	}
	if (window.len > 0 &&
	    inflateSetDictionary(&g->z, window.data, (unsigned)window.len) != Z_OK)
		return tl_err_nomem(err);
	g->place = WITHIN;
	g->bare = true;
	g->member = WINDOW; /* before the point, at least as good */
	return true;
}

static bool gzip_open(const struct tl_packed_file *file, const struct tl_point *from,
		      struct tl_span window, void **stream, struct tl_err *err)
{
	struct gzip *g = calloc(1, sizeof(*g));
	bool inside = from->state[0] & IN_MEMBER;

	if (!g)
		return tl_err_nomem(err);
	g->file = file;
	g->in_end = from->file;
	g->begun = from->file > 0;
	g->z.next_in = g->in;
	if (inflateInit2(&g->z, inside ? BARE : WITH_HEADER) != Z_OK) {
		free(g);
		return tl_err_nomem(err);
	}
	if (inside && !enter_member(g, from->state[0] & BITS_MASK, window, err)) {
		gzip_close(g);
		return false;
	}
	*stream = g;
	return true;
}

const struct tl_codec_ops tl_codec_gzip = {
	.name = "gzip",
	.probe = gzip_probe,
	.part = gzip_part,
	.open = gzip_open,
	.next = gzip_next,
	.point = gzip_point,
	.at = gzip_at,
	.close = gzip_close,
};
