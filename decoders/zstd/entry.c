/* entry.c: dictionaries that begin in the middle of a frame. */
#include "decoders/zstd/entry.h"

#include "base/bytes.h"

#include <inttypes.h>

#define DICT_MAGIC 0xEC30A437u
#define DICT_ID    1 /* any but 0 */

/* A Huffman tree of two symbols, in the place of one that no block has defined yet: the first one's
 * weight is 1, four bits of a byte. */
static const uint8_t no_tree[] = { 128, 0x10 };

static bool append32(struct tl_buf *b, uint32_t v)
{
	uint8_t bytes[4];

	tl_put32(bytes, v);
	return tl_buf_append(b, bytes, sizeof(bytes));
}

static bool append_table(struct tl_buf *dict, const struct tl_packed_file *file,
			 const struct tl_point *from, enum tl_zstd_table which)
{
	uint32_t distance = from->state[TL_ZSTD_STATE_TABLES + which];
	enum tl_zstd_mode mode;

	if (distance == 0) {
		struct tl_span d = which == TL_ZSTD_TREE
				       ? (struct tl_span){ no_tree, sizeof(no_tree) }
				       : tl_fse_predefined(which);

		return tl_buf_append(dict, d.data, d.len);
	}
	return distance <= from->file &&
	       tl_zstd_describe(file, from->file - distance, which, dict, &mode) &&
	       mode != TL_ZSTD_SAME;
}

static bool build(struct tl_buf *dict, const struct tl_packed_file *file,
		  const struct tl_point *from, struct tl_span window)
{
	static const enum tl_zstd_table order[] = { TL_ZSTD_TREE, TL_ZSTD_OFFSETS,
						    TL_ZSTD_MATCHLENS, TL_ZSTD_LITLENS };
	bool ok = tl_buf_reserve(dict, window.len + 1024) && append32(dict, DICT_MAGIC) &&
		  append32(dict, DICT_ID);

	for (size_t i = 0; ok && i < TL_ZSTD_NTABLES; i++)
		ok = append_table(dict, file, from, order[i]);
	for (int i = 0; ok && i < 3; i++)
		ok = append32(dict, from->state[i]);
	return ok && tl_buf_append(dict, window.data, window.len);
}

/* Magic, no flags, and a window. */
static bool feed_head(ZSTD_DCtx *dctx, uint32_t frame)
{
	uint8_t head[6] = { 0, 0, 0, 0, 0, (uint8_t)frame };
	ZSTD_inBuffer in = { head, sizeof(head), 0 };
	ZSTD_outBuffer out = { NULL, 0, 0 };

	tl_put32(head, TL_ZSTD_MAGIC);
	return !ZSTD_isError(ZSTD_decompressStream(dctx, &out, &in)) && in.pos == in.size;
}

bool tl_zstd_enter(ZSTD_DCtx *dctx, const struct tl_packed_file *file, const struct tl_point *from,
		   struct tl_span window, struct tl_err *err)
{
	struct tl_buf dict = TL_BUF_INIT;
	bool ok = build(&dict, file, from, window) &&
		  !ZSTD_isError(ZSTD_DCtx_loadDictionary(dctx, dict.data, dict.len)) &&
		  feed_head(dctx, from->state[TL_ZSTD_STATE_FRAME]);

	tl_buf_fini(&dict);
	return ok || tl_err_set(err, "'%s': cannot go on in the frame at byte %" PRIu64, file->path,
				from->file);
}

void tl_zstd_leave(ZSTD_DCtx *dctx)
{
	ZSTD_DCtx_reset(dctx, ZSTD_reset_session_only);
	ZSTD_DCtx_loadDictionary(dctx, NULL, 0);
}
