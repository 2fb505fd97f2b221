/* packers.c: see packers.h. */
#include "tests/unit/packers.h"

#include "base/bytes.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

static void need(bool ok)
{
	if (!ok)
		abort();
}

/* Where n more bytes go. */
static uint8_t *room(struct tl_buf *out, size_t n)
{
	need(tl_buf_reserve(out, n));
	return out->data + out->len;
}

static size_t most(size_t n)
{
	return n + n / 4 + 4096;
}

static void pack_bzip2(const uint8_t *bytes, size_t n, struct tl_buf *out)
{
	unsigned len = (unsigned)most(n);
	uint8_t *to = room(out, len);

	need(BZ2_bzBuffToBuffCompress((char *)to, &len, (char *)(uintptr_t)bytes, (unsigned)n, 1, 0,
				      0) == BZ_OK);
	out->len += len;
}

static void pack_gzip(const uint8_t *bytes, size_t n, struct tl_buf *out)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)bytes, .avail_in = (unsigned)n };

	z.next_out = room(out, most(n));
	z.avail_out = (unsigned)most(n);
	need(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	need(deflate(&z, Z_FINISH) == Z_STREAM_END);
	out->len += z.total_out;
	deflateEnd(&z);
}

static void pack_zstd(const uint8_t *bytes, size_t n, struct tl_buf *out)
{
	uint8_t *to = room(out, most(n));
	ZSTD_CCtx *z = ZSTD_createCCtx();
	size_t len;

	ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
	len = ZSTD_compress2(z, to, most(n), bytes, n);
	ZSTD_freeCCtx(z);
	need(!ZSTD_isError(len));
	out->len += len;
}

static void pack_lz4(const uint8_t *bytes, size_t n, struct tl_buf *out)
{
	LZ4F_preferences_t p = { .frameInfo = { .contentChecksumFlag =
						    LZ4F_contentChecksumEnabled } };
	uint8_t *to = room(out, most(n));
	size_t len = LZ4F_compressFrame(to, most(n), bytes, n, &p);

	need(!LZ4F_isError(len));
	out->len += len;
}

static void run_lzma(lzma_stream *z, const uint8_t *bytes, size_t n, struct tl_buf *out)
{
	z->next_in = bytes;
	z->avail_in = n;
	z->next_out = room(out, most(n));
	z->avail_out = most(n);
	need(lzma_code(z, LZMA_FINISH) == LZMA_STREAM_END);
	out->len += z->total_out;
	lzma_end(z);
}

static void pack_xz(const uint8_t *bytes, size_t n, struct tl_buf *out)
{
	lzma_stream z = LZMA_STREAM_INIT;

	need(lzma_easy_encoder(&z, 0, LZMA_CHECK_CRC32) == LZMA_OK);
	run_lzma(&z, bytes, n, out);
}

static void pack_lzma(const uint8_t *bytes, size_t n, struct tl_buf *out)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_options_lzma o;

	need(!lzma_lzma_preset(&o, 1) && lzma_alone_encoder(&z, &o) == LZMA_OK);
	run_lzma(&z, bytes, n, out);
}

/* A header, bare LZMA with its end marked, and what is checked. */
static void pack_lzip(const uint8_t *bytes, size_t n, struct tl_buf *out)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_options_lzma o;
	lzma_filter filters[2] = { { LZMA_FILTER_LZMA1, &o }, { LZMA_VLI_UNKNOWN, NULL } };
	size_t from = out->len;
	uint8_t tail[20];

	need(!lzma_lzma_preset(&o, 1) && lzma_raw_encoder(&z, filters) == LZMA_OK);
	need(o.dict_size == 1 << 20);
	need(tl_buf_append(out, "LZIP\1\x14", 6));
	run_lzma(&z, bytes, n, out);
	tl_put32(tail, lzma_crc32(bytes, n, 0));
	tl_put64(tail + 4, n);
	tl_put64(tail + 12, out->len - from + sizeof(tail));
	need(tl_buf_append(out, tail, sizeof(tail)));
}

/* ---- compress: codes up to 12 bits; when they are used up the table is cleared */

enum { LZW_BITS = 12, LZW_CLEAR = 256 };

struct lzw {
	uint16_t child[1 << LZW_BITS][256]; /* 0: none */
	unsigned next, bits, count;         /* codes written with so many bits */
	uint32_t acc, nacc;
	struct tl_buf *out;
};

static void put_code(struct lzw *z, unsigned code)
{
	z->acc |= code << z->nacc;
	z->nacc += z->bits;
	z->count++;
	for (; z->nacc >= 8; z->nacc -= 8, z->acc >>= 8)
		need(tl_buf_putc(z->out, (uint8_t)z->acc));
}

/* Fill the group of eight codes. */
static void end_group(struct lzw *z, unsigned bits)
{
	while (z->count % 8 != 0)
		put_code(z, 0);
	z->bits = bits;
	z->count = 0;
}

static void clear_table(struct lzw *z)
{
	memset(z->child, 0, sizeof(z->child));
	z->next = LZW_CLEAR + 1;
}

static void pack_compress(const uint8_t *bytes, size_t n, struct tl_buf *out)
{
	struct lzw *z = calloc(1, sizeof(*z));
	unsigned code;

	need(z && tl_buf_append(out, "\x1f\x9d\x8c", 3));
	z->out = out;
	z->bits = 9;
	clear_table(z);
	for (size_t i = 0; i < n;) {
		for (code = bytes[i++]; i < n && z->child[code][bytes[i]]; i++)
			code = z->child[code][bytes[i]];
		put_code(z, code);
		if (i < n && z->next < 1 << LZW_BITS) {
			z->child[code][bytes[i]] = (uint16_t)z->next++;
			/* The reader makes an entry one code later. */
			if (z->next - 1 > (1u << z->bits) - 1 && z->bits < LZW_BITS)
				end_group(z, z->bits + 1);
		} else if (i < n) {
			put_code(z, LZW_CLEAR);
			end_group(z, 9);
			clear_table(z);
		}
	}
	for (; z->nacc > 0; z->nacc -= z->nacc < 8 ? z->nacc : 8, z->acc >>= 8)
		need(tl_buf_putc(out, (uint8_t)z->acc));
	free(z);
}

const struct packer packers[] = {
	{ "bzip2", pack_bzip2 }, { "compress", pack_compress }, { "gzip", pack_gzip },
	{ "lz4", pack_lz4 },     { "lzip", pack_lzip },         { "lzma", pack_lzma },
	{ "xz", pack_xz },       { "zstd", pack_zstd },         { NULL, NULL },
};

const struct packer *packer_of(const char *name)
{
	const struct packer *p = packers;

	while (strcmp(p->name, name) != 0)
		p++;
	return p;
}
