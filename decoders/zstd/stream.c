/*
 * stream.c: the text of a zstd file from a point on.
 *
 * libzstd decompresses; what stands here is which bytes it gets when.  Those are one header, block
 * or checksum at a time, so that between two blocks it holds nothing back, and a point can be
 * there.
 */
#include "decoders/zstd/entry.h"
#include "decoders/zstd/input.h"
#include "decoders/zstd/zstd.h"

#include <inttypes.h>
#include <stdlib.h>
#include <zstd_errors.h>

#define MOST_INPUT (2 * TL_CODEC_INPUT) /* for a next(): more than a MiB of text takes */

struct stream {
	struct tl_zstd_input in;
	ZSTD_DCtx *dctx;
	enum state { AT_GAP, AT_FRAME, AT_BLOCK, IN_BLOCK, AT_CHECKSUM, AT_END, BROKEN } state;
	struct tl_err broken; /* in that state: why */

	/* The frame it is in. */
	uint64_t frame_at; /* the byte it begins at; 0 where it was entered in its middle */
	struct tl_zstd_frame frame;
	struct tl_zstd_track track;
	uint64_t history; /* bytes of text before the next that matches can reach */
	bool entered;

	/* The block it is in. */
	size_t block_left; /* bytes of it that libzstd has not taken */
	bool block_last;
	bool has_spare; /* a byte of its text that nobody has asked for yet */
	uint8_t spare;
};

/* ---- what can be wrong; each returns false */
static bool broken(struct stream *s)
{
	s->state = BROKEN;
	return false;
}

static bool damaged(struct stream *s, uint64_t at, const char *how)
{
	tl_err_set(&s->broken, "'%s': damaged at byte %" PRIu64 ": %s", s->in.file->path, at, how);
	return broken(s);
}

static bool cut_off(struct stream *s, uint64_t end)
{
	if (s->broken.msg[0] == '\0')
		tl_err_set(&s->broken, "'%s': cut off at byte %" PRIu64, s->in.file->path, end);
	return broken(s);
}

/* Have n bytes of the frame that it is in. */
static bool need(struct stream *s, size_t n)
{
	size_t have = tl_zstd_input_need(&s->in, n, &s->broken);

	return have >= n || cut_off(s, s->in.at + have);
}

static bool refuse_window(struct stream *s)
{
	unsigned log = TL_ZSTD_WINDOW_LOG;

	while (log < 63 && (UINT64_C(1) << log) < s->frame.window)
		log++;
	tl_err_set(&s->broken,
		   "'%s': the frame at byte %" PRIu64 " takes %" PRIu64
		   " MiB of memory to read; decompress it with zstd -d --long=%u",
		   s->in.file->path, s->in.at, s->frame.window >> 20, log);
	return broken(s);
}

static bool refuse_dict(struct stream *s)
{
	tl_err_set(&s->broken,
		   "'%s': the frame at byte %" PRIu64
		   " was made with dictionary %u; decompress it with zstd -d -D",
		   s->in.file->path, s->in.at, s->frame.dict);
	return broken(s);
}

static bool refuse_legacy(struct stream *s)
{
	tl_err_set(&s->broken,
		   "'%s': the frame at byte %" PRIu64
		   " was made by zstd before 0.8, which is not read any more",
		   s->in.file->path, s->in.at);
	return broken(s);
}

static bool refuse_other(struct stream *s)
{
	tl_err_set(&s->broken, "'%s': what follows from byte %" PRIu64 " on is not zstd",
		   s->in.file->path, s->in.at);
	return broken(s);
}

/* ---- steps: true goes on, false is the end or BROKEN */
/* Give libzstd the next n bytes and say how many it took. */
static bool feed(struct stream *s, size_t n, ZSTD_outBuffer *out, size_t *took)
{
	ZSTD_inBuffer in = { tl_zstd_input_bytes(&s->in), n, 0 };
	size_t before = out->pos, rc = ZSTD_decompressStream(s->dctx, out, &in);

	if (ZSTD_getErrorCode(rc) == ZSTD_error_checksum_wrong) {
		tl_err_set(&s->broken,
			   "'%s': damaged at byte %" PRIu64
			   ": not the checksum of the frame from byte %" PRIu64 " on",
			   s->in.file->path, s->in.at, s->frame_at);
		return broken(s);
	}
	if (ZSTD_isError(rc))
		return damaged(s, s->in.at, ZSTD_getErrorName(rc));
	tl_zstd_input_skip(&s->in, in.pos);
	*took = in.pos;
	s->history += out->pos - before;
	if (s->history > s->frame.window)
		s->history = s->frame.window;
	return true;
}

/* Behind a frame, or before the first: up to the next frame that has text. */
static bool pass_gap(struct stream *s)
{
	size_t have = tl_zstd_input_need(&s->in, TL_ZSTD_FRAME_HEAD, &s->broken);
	struct tl_zstd_frame f;

	if (have == 0) {
		s->state = s->broken.msg[0] ? BROKEN : AT_END;
		return false;
	}
	switch (tl_zstd_read_frame(tl_zstd_input_bytes(&s->in), have, &f)) {
	case TL_ZSTD_FRAME:
		s->frame = f;
		s->state = AT_FRAME;
		return true;
	case TL_ZSTD_SKIPPABLE:
		if (s->in.file->size < s->in.at || f.content + f.head > s->in.file->size - s->in.at)
			return cut_off(s, s->in.file->size);
		tl_zstd_input_skip(&s->in, f.head + f.content);
		return true;
	case TL_ZSTD_SHORT:
		return cut_off(s, s->in.at + have);
	case TL_ZSTD_LEGACY:
		return refuse_legacy(s);
	default:
		return refuse_other(s);
	}
}

static bool begin_frame(struct stream *s)
{
	ZSTD_outBuffer none = { NULL, 0, 0 };
	size_t took;

	if (s->frame.window > TL_ZSTD_WINDOW_MAX)
		return refuse_window(s);
	if (s->frame.dict)
		return refuse_dict(s);
	s->frame_at = s->in.at;
	if (!feed(s, s->frame.head, &none, &took))
		return false;
	if (took != s->frame.head)
		return damaged(s, s->frame_at, "its header is not taken");
	tl_zstd_track_begin(&s->track);
	s->history = 0;
	s->state = AT_BLOCK;
	return true;
}

static bool begin_block(struct stream *s)
{
	struct tl_zstd_block b;

	if (!need(s, TL_ZSTD_BLOCK_HEAD))
		return false;
	b = tl_zstd_read_block(tl_zstd_input_bytes(&s->in));
	if (b.type == TL_ZSTD_RESERVED || b.stored > TL_ZSTD_BLOCK_MAX)
		return damaged(s, s->in.at, "no block begins like this");
	if (!need(s, TL_ZSTD_BLOCK_HEAD + b.stored))
		return false;
	tl_zstd_track_block(&s->track, s->in.file, s->in.at, &b,
			    tl_zstd_input_bytes(&s->in) + TL_ZSTD_BLOCK_HEAD);
	s->block_left = TL_ZSTD_BLOCK_HEAD + b.stored;
	s->block_last = b.last;
	s->state = IN_BLOCK;
	return true;
}

/* libzstd does not say that it has given all of a block when that just fills `out`: ask for
 * one byte more. */
static bool look_for_more(struct stream *s)
{
	ZSTD_outBuffer one = { &s->spare, 1, 0 };
	size_t took;

	if (!feed(s, 0, &one, &took))
		return false;
	s->has_spare = one.pos > 0;
	return true;
}

static bool go_on_block(struct stream *s, ZSTD_outBuffer *out)
{
	size_t took;

	if (s->has_spare) {
		((uint8_t *)out->dst)[out->pos++] = s->spare;
		s->has_spare = false;
	}
	if (!feed(s, s->block_left, out, &took))
		return false;
	s->block_left -= took;
	if (out->pos == out->size) {
		if (s->block_left > 0)
			return true;
		if (!look_for_more(s))
			return false;
	}
	if (s->block_left > 0)
		return damaged(s, s->in.at, "the block is not taken");
	if (!s->has_spare)
		s->state = s->block_last ? AT_CHECKSUM : AT_BLOCK;
	return true;
}

static bool end_frame(struct stream *s)
{
	ZSTD_outBuffer none = { NULL, 0, 0 };
	size_t took;

	if (s->frame.checksum) {
		if (!need(s, TL_ZSTD_CHECKSUM))
			return false;
		if (s->entered) /* of all the frame's text, which it has not seen */
			tl_zstd_input_skip(&s->in, TL_ZSTD_CHECKSUM);
		else if (!feed(s, TL_ZSTD_CHECKSUM, &none, &took))
			return false;
	}
	if (s->entered)
		tl_zstd_leave(s->dctx);
	s->entered = false;
	s->state = AT_GAP;
	return true;
}

/*
 * Is it time to give what there is?  At a border, when the next block may not fit: a block in
 * two pieces is a border less.
 */
static bool enough(const struct stream *s, const ZSTD_outBuffer *out)
{
	size_t room = out->size - out->pos;

	switch (s->state) {
	case AT_FRAME:
		return out->pos > 0 && room < TL_ZSTD_BLOCK_MAX;
	case AT_BLOCK:
		return out->pos > 0 && room < s->frame.block_max;
	case IN_BLOCK:
		return room == 0;
	default:
		return false;
	}
}

static bool step(struct stream *s, ZSTD_outBuffer *out)
{
	switch (s->state) {
	case AT_GAP:
		return pass_gap(s);
	case AT_FRAME:
		return begin_frame(s);
	case AT_BLOCK:
		return begin_block(s);
	case IN_BLOCK:
		return go_on_block(s, out);
	case AT_CHECKSUM:
		return end_frame(s);
	default:
		return false;
	}
}

enum tl_lookup tl_zstd_stream_next(void *stream, uint8_t *out, size_t n, size_t *got,
				   struct tl_err *err)
{
	struct stream *s = stream;
	ZSTD_outBuffer o = { out, n, 0 };
	uint64_t began = s->in.at;
	bool on = true;

	while (on && !enough(s, &o) && s->in.at - began < MOST_INPUT)
		on = step(s, &o);
	*got = o.pos;
	if (s->state == BROKEN) {
		if (err)
			*err = s->broken;
		return TL_FAILED;
	}
	return on || o.pos > 0 ? TL_FOUND : TL_NONE;
}

/* ---- points */
static bool point_inside(struct stream *s, struct tl_point *out, size_t *window)
{
	size_t have = tl_zstd_input_need(&s->in, TL_ZSTD_BLOCK_HEAD, NULL);
	const uint8_t *bytes = NULL;
	struct tl_zstd_block next;

	if (have < TL_ZSTD_BLOCK_HEAD)
		return false;
	next = tl_zstd_read_block(tl_zstd_input_bytes(&s->in));
	have = TL_ZSTD_BLOCK_HEAD + next.stored;
	if (next.stored <= TL_ZSTD_BLOCK_MAX && tl_zstd_input_need(&s->in, have, NULL) >= have)
		bytes = tl_zstd_input_bytes(&s->in) + TL_ZSTD_BLOCK_HEAD;
	if (!tl_zstd_track_save(&s->track, s->in.file, s->in.at, &next, bytes, out->state))
		return false;
	/* A dictionary cannot say these; they are of a frame's first few bytes. */
	for (int i = 0; i < 3; i++)
		if (out->state[i] == 0 || out->state[i] > s->history)
			return false;
	out->state[TL_ZSTD_STATE_FRAME] = tl_zstd_window_byte(s->frame.window) | TL_ZSTD_INSIDE |
					  (s->frame.checksum ? TL_ZSTD_CHECKSUM_FOLLOWS : 0);
	*window = (size_t)s->history;
	return true;
}

bool tl_zstd_stream_point(void *stream, struct tl_point *out, size_t *window)
{
	struct stream *s = stream;

	*out = (struct tl_point){ .file = s->in.at };
	*window = 0;
	if (s->state == AT_BLOCK)
		return point_inside(s, out, window);
	return s->state == AT_FRAME || s->state == AT_GAP || s->state == AT_END;
}

uint64_t tl_zstd_stream_at(const void *stream)
{
	const struct stream *s = stream;

	return s->in.at;
}

size_t tl_zstd_stream_weight(const void *stream)
{
	const struct stream *s = stream;

	return sizeof(*s) + TL_ZSTD_INPUT_CAP + ZSTD_sizeof_DCtx(s->dctx);
}

/* ---- beginning and end */
static bool enter(struct stream *s, const struct tl_point *from, struct tl_span window,
		  struct tl_err *err)
{
	uint32_t frame = from->state[TL_ZSTD_STATE_FRAME];

	s->frame.window = tl_zstd_window_of((uint8_t)frame);
	if (s->frame.window > TL_ZSTD_WINDOW_MAX || window.len > s->frame.window ||
	    !tl_zstd_track_restore(&s->track, from->file, from->state))
		return tl_err_set(err, "'%s': no point at byte %" PRIu64, s->in.file->path,
				  from->file);
	s->frame.block_max =
	    s->frame.window < TL_ZSTD_BLOCK_MAX ? (uint32_t)s->frame.window : TL_ZSTD_BLOCK_MAX;
	s->frame.checksum = frame & TL_ZSTD_CHECKSUM_FOLLOWS;
	s->history = window.len;
	s->entered = true;
	s->state = AT_BLOCK;
	return tl_zstd_enter(s->dctx, s->in.file, from, window, err);
}

bool tl_zstd_stream_open(const struct tl_packed_file *file, const struct tl_point *from,
			 struct tl_span window, void **stream, struct tl_err *err)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return tl_err_nomem(err);
	s->dctx = ZSTD_createDCtx();
	if (!tl_zstd_input_init(&s->in, file, from->file) || !s->dctx) {
		tl_err_nomem(err);
		goto fail;
	}
	ZSTD_DCtx_setParameter(s->dctx, ZSTD_d_windowLogMax, TL_ZSTD_WINDOW_LOG);
	if (from->state[TL_ZSTD_STATE_FRAME] & TL_ZSTD_INSIDE && !enter(s, from, window, err))
		goto fail;
	*stream = s;
	return true;
fail:
	tl_zstd_stream_close(s);
	return false;
}

void tl_zstd_stream_close(void *stream)
{
	struct stream *s = stream;

	if (!s)
		return;
	ZSTD_freeDCtx(s->dctx);
	tl_zstd_input_fini(&s->in);
	free(s);
}
