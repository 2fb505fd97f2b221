/* parts.c: where a frame ends, without decompressing it: its blocks say how long they are. */
#include "base/bytes.h"
#include "base/readat.h"
#include "decoders/zstd/format.h"
#include "decoders/zstd/track.h"
#include "decoders/zstd/zstd.h"

/* A frame longer than that is not followed to its end: to one who seeks many frames it says that
 * there are few, and it would take long where the file is not in memory. */
#define FAR (UINT64_C(32) << 20)

/* Block headers are looked at through this: many small blocks lie within, large ones cost one
 * read of it each. */
struct peephole {
	const struct tl_packed_file *file;
	uint64_t at;
	size_t n;
	uint8_t bytes[4096];
};

/* The n bytes at `at`, up to a few; NULL: they are not there. */
static const uint8_t *look(struct peephole *p, uint64_t at, size_t n)
{
	uint64_t size = p->file->size;

	if (at > size || n > size - at)
		return NULL;
	if (at < p->at || at + n > p->at + p->n) {
		p->at = at;
		p->n = size - at < sizeof(p->bytes) ? (size_t)(size - at) : sizeof(p->bytes);
		if (!tl_read_at(p->file->fd, p->bytes, p->n, at)) {
			p->n = 0;
			return NULL;
		}
	}
	return p->bytes + (at - p->at);
}

static enum tl_zstd_what what_at(struct peephole *p, uint64_t at, struct tl_zstd_frame *out)
{
	uint64_t left = at < p->file->size ? p->file->size - at : 0;
	size_t n = left < TL_ZSTD_FRAME_HEAD ? (size_t)left : TL_ZSTD_FRAME_HEAD;
	const uint8_t *bytes = look(p, at, n);

	return bytes ? tl_zstd_read_frame(bytes, n, out) : TL_ZSTD_OTHER;
}

/* From block to block, the first one's header standing at `at`. */
static bool hop(struct peephole *p, uint64_t at, bool checksum, uint64_t *end)
{
	uint64_t far = at + FAR;
	struct tl_zstd_block b;

	do {
		const uint8_t *head = look(p, at, TL_ZSTD_BLOCK_HEAD);

		if (!head)
			return false;
		b = tl_zstd_read_block(head);
		if (b.type == TL_ZSTD_RESERVED || b.stored > TL_ZSTD_BLOCK_MAX)
			return false;
		at += TL_ZSTD_BLOCK_HEAD + b.stored;
	} while (!b.last && at < far);
	*end = at + (checksum ? TL_ZSTD_CHECKSUM : 0);
	return b.last && *end <= p->file->size;
}

/* pzstd writes the size of each frame in a skippable one before it; it is believed where another
 * one follows, or nothing. */
static bool hop_pzstd(struct peephole *p, uint64_t at, uint64_t *end, uint64_t *text_len)
{
	const uint8_t *bytes = look(p, at, TL_ZSTD_SKIP_HEAD + 4);
	struct tl_zstd_frame f, next;
	enum tl_zstd_what what;

	if (!bytes || tl_get32(bytes) != TL_ZSTD_SKIP_MAGIC || tl_get32(bytes + 4) != 4)
		return false;
	at += TL_ZSTD_SKIP_HEAD + 4;
	*end = at + tl_get32(bytes + TL_ZSTD_SKIP_HEAD);
	if (what_at(p, at, &f) != TL_ZSTD_FRAME || *end < at + f.head + TL_ZSTD_BLOCK_HEAD ||
	    *end > p->file->size)
		return false;
	*text_len = f.content;
	what = what_at(p, *end, &next);
	return *end == p->file->size || what == TL_ZSTD_FRAME || what == TL_ZSTD_SKIPPABLE;
}

enum tl_lookup tl_zstd_part(const struct tl_packed_file *file, uint64_t at, uint64_t *end,
			    uint64_t *text_len)
{
	struct peephole p = { .file = file };
	struct tl_zstd_frame f;

	if (at == file->size)
		return TL_NONE;
	switch (what_at(&p, at, &f)) {
	case TL_ZSTD_FRAME:
		*text_len = f.content;
		return hop(&p, at + f.head, f.checksum, end) ? TL_FOUND : TL_FAILED;
	case TL_ZSTD_SKIPPABLE:
		if (hop_pzstd(&p, at, end, text_len))
			return TL_FOUND;
		*text_len = 0;
		*end = at + f.head + f.content;
		return *end <= file->size ? TL_FOUND : TL_FAILED;
	default:
		return TL_FAILED;
	}
}
