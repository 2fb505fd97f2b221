/*
 * seektable.c: the seekable format, "Zstandard Seekable Format", version 0.1.0: frames, and a
 * table of their sizes in a skippable frame at the end.
 */
#include "base/bytes.h"
#include "base/readat.h"
#include "decoders/zstd/format.h"
#include "decoders/zstd/track.h"
#include "decoders/zstd/zstd.h"

#include <stdlib.h>

#define TABLE_MAGIC   0x184D2A5Eu
#define FOOTER_MAGIC  0x8F92EAB1u
#define FOOTER        9
#define HAS_CHECKSUMS 0x80
#define RESERVED_BITS 0x7C

/* A smaller frame than 8 bytes does not exist, and 4 bytes (a block of one byte repeated) hold no more
 * text than a block may: what a table claims is bounded by the file's own length. */
#define FRAME_MIN 8
#define RATIO_MAX (TL_ZSTD_BLOCK_MAX / 4)

/* Points are no nearer to each other than that, and no more than so many. */
#define APART      (UINT64_C(256) << 10)
#define POINTS_LOG 18

struct table {
	const struct tl_packed_file *file;
	uint64_t at;    /* of its entries in the file */
	uint64_t begin; /* of its frame: where the other frames end */
	uint32_t nframes;
	size_t entry; /* bytes of one */
	uint8_t buf[48 << 10];
	size_t from, to; /* entries read and not yet taken lie there in buf */
};

static bool find_table(const struct tl_packed_file *file, struct table *t)
{
	uint8_t foot[FOOTER], head[TL_ZSTD_SKIP_HEAD];
	uint64_t length;

	if (file->size < FOOTER + TL_ZSTD_SKIP_HEAD ||
	    !tl_read_at(file->fd, foot, FOOTER, file->size - FOOTER) ||
	    tl_get32(foot + 5) != FOOTER_MAGIC || foot[4] & RESERVED_BITS)
		return false;
	t->file = file;
	t->nframes = tl_get32(foot);
	t->entry = foot[4] & HAS_CHECKSUMS ? 12 : 8;
	length = t->nframes * (uint64_t)t->entry;
	if (length > file->size - FOOTER - TL_ZSTD_SKIP_HEAD)
		return false;
	t->at = file->size - FOOTER - length;
	t->begin = t->at - TL_ZSTD_SKIP_HEAD;
	return tl_read_at(file->fd, head, sizeof(head), t->begin) &&
	       tl_get32(head) == TABLE_MAGIC && tl_get32(head + 4) == length + FOOTER;
}

/* Entry i; they are taken in order, from 0. */
static bool take_entry(struct table *t, uint32_t i, uint32_t *stored, uint32_t *text)
{
	size_t whole = sizeof(t->buf) / t->entry;

	if (i == 0)
		t->from = t->to = 0;
	if (t->from == t->to) {
		size_t n = t->nframes - i < whole ? t->nframes - i : whole;

		if (!tl_read_at(t->file->fd, t->buf, n * t->entry, t->at + i * (uint64_t)t->entry))
			return false;
		t->from = 0;
		t->to = n * t->entry;
	}
	*stored = tl_get32(t->buf + t->from);
	*text = tl_get32(t->buf + t->from + 4);
	t->from += t->entry;
	return true;
}

/* Do the sizes make up the file?  *text_size: what they say of the text. */
static bool check_sizes(struct table *t, uint64_t *text_size)
{
	uint64_t file = 0, all = 0;
	uint32_t stored, text;

	for (uint32_t i = 0; i < t->nframes; i++) {
		if (!take_entry(t, i, &stored, &text) || stored < FRAME_MIN ||
		    text > stored * (uint64_t)RATIO_MAX)
			return false;
		file += stored;
		all += text;
	}
	*text_size = all;
	return file == t->begin;
}

static bool give_points(struct table *t, uint64_t text_size, struct tl_buf *points)
{
	uint64_t apart = text_size >> POINTS_LOG > APART ? text_size >> POINTS_LOG : APART;
	uint64_t next = 0;
	struct tl_point p = { 0 };
	uint32_t stored, text;

	for (uint32_t i = 0; i < t->nframes; i++) {
		if (!take_entry(t, i, &stored, &text))
			return false;
		if (text > 0 && p.text >= next) {
			if (!tl_buf_append(points, &p, sizeof(p)))
				return false;
			next = p.text + apart;
		}
		p.file += stored;
		p.text += text;
	}
	return true;
}

enum tl_lookup tl_zstd_table(const struct tl_packed_file *file, struct tl_buf *points,
			     uint64_t *text_size)
{
	struct table *t = malloc(sizeof(*t));
	size_t before = points->len;
	bool ok = t && find_table(file, t) && check_sizes(t, text_size) && *text_size > 0 &&
		  give_points(t, *text_size, points);

	free(t);
	if (!ok)
		points->len = before;
	return ok ? TL_FOUND : TL_NONE;
}
