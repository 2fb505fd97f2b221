/* format.c: frame, block and section headers, RFC 8878, section 3.1. */
#include "decoders/zstd/format.h"

#include "base/bytes.h"

#include <string.h>

#define LEGACY_FIRST 0xFD2FB522u /* v0.2; v0.1 wrote its magic the other way round */
#define LEGACY_V01   0x1EB52FFDu

/* Frame_Header_Descriptor */
#define SINGLE_SEGMENT 0x20
#define RESERVED_BIT   0x08
#define HAS_CHECKSUM   0x04

/* A number of 0, 1, 2, 4 or 8 bytes. */
static uint64_t number(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

uint64_t tl_zstd_window_of(uint8_t descriptor)
{
	uint64_t base = UINT64_C(1) << (10 + (descriptor >> 3));

	return base + base / 8 * (descriptor & 7);
}

uint8_t tl_zstd_window_byte(uint64_t window)
{
	unsigned byte = 0;

	while (byte < 255 && tl_zstd_window_of((uint8_t)byte) < window)
		byte++;
	return (uint8_t)byte;
}

static enum tl_zstd_what read_head(const uint8_t *p, size_t n, struct tl_zstd_frame *out)
{
	static const uint8_t dict_bytes[] = { 0, 1, 2, 4 }, content_bytes[] = { 0, 2, 4, 8 };
	size_t at = 5, ndict, ncontent;
	uint8_t d;

	if (n < at)
		return TL_ZSTD_SHORT;
	d = p[4];
	if (d & RESERVED_BIT)
		return TL_ZSTD_OTHER;
	ndict = dict_bytes[d & 3];
	ncontent = content_bytes[d >> 6];
	if (d & SINGLE_SEGMENT && ncontent == 0)
		ncontent = 1;
	out->head = at + !(d & SINGLE_SEGMENT) + ndict + ncontent;
	if (n < out->head)
		return TL_ZSTD_SHORT;
	if (!(d & SINGLE_SEGMENT))
		out->window = tl_zstd_window_of(p[at++]);
	out->dict = (uint32_t)number(p + at, ndict);
	out->content = ncontent == 0 ? TL_ZSTD_NOT_SAID : number(p + at + ndict, ncontent);
	if (ncontent == 2)
		out->content += 256;
	if (d & SINGLE_SEGMENT)
		out->window = out->content;
	out->block_max =
	    out->window < TL_ZSTD_BLOCK_MAX ? (uint32_t)out->window : TL_ZSTD_BLOCK_MAX;
	out->checksum = d & HAS_CHECKSUM;
	return TL_ZSTD_FRAME;
}

/* Could a magic begin with these? */
static enum tl_zstd_what read_short(const uint8_t *p, size_t n)
{
	static const uint8_t frame[] = { 0x28, 0xB5, 0x2F, 0xFD },
			     skip[] = { 0x50, 0x2A, 0x4D, 0x18 };

	if (n > 0 && (memcmp(p, frame, n) == 0 ||
		      ((p[0] & ~15) == skip[0] && memcmp(p + 1, skip + 1, n - 1) == 0)))
		return TL_ZSTD_SHORT;
	return TL_ZSTD_OTHER;
}

enum tl_zstd_what tl_zstd_read_frame(const uint8_t *p, size_t n, struct tl_zstd_frame *out)
{
	uint32_t magic;

	*out = (struct tl_zstd_frame){ 0 };
	if (n < 4)
		return read_short(p, n);
	magic = tl_get32(p);
	if (magic == TL_ZSTD_MAGIC)
		return read_head(p, n, out);
	if ((magic >= LEGACY_FIRST && magic < TL_ZSTD_MAGIC) || magic == LEGACY_V01)
		return TL_ZSTD_LEGACY;
	if ((magic & ~15u) != TL_ZSTD_SKIP_MAGIC)
		return TL_ZSTD_OTHER;
	if (n < TL_ZSTD_SKIP_HEAD)
		return TL_ZSTD_SHORT;
	out->head = TL_ZSTD_SKIP_HEAD;
	out->content = tl_get32(p + 4);
	return TL_ZSTD_SKIPPABLE;
}

struct tl_zstd_block tl_zstd_read_block(const uint8_t *p)
{
	uint32_t h = (uint32_t)number(p, TL_ZSTD_BLOCK_HEAD);
	struct tl_zstd_block b = {
		.type = (enum tl_zstd_block_type)(h >> 1 & 3),
		.last = h & 1,
		.size = h >> 3,
		.stored = h >> 3,
	};

	if (b.type == TL_ZSTD_RLE)
		b.stored = 1;
	return b;
}

/* Literals_Section_Header */
static bool read_literals(const uint8_t *p, size_t n, struct tl_zstd_sections *out)
{
	unsigned type = p[0] & 3, format = p[0] >> 2 & 3;
	size_t head, length;
	uint64_t h;

	if (type < 2) { /* Raw_, RLE_Literals_Block */
		head = format == 1 ? 2 : format == 3 ? 3 : 1;
		if (n < head)
			return false;
		h = number(p, head);
		length = type == 1 ? 1 : head == 1 ? h >> 3 : h >> 4;
	} else { /* Compressed_, Treeless_Literals_Block */
		unsigned bits = format == 3 ? 18 : format == 2 ? 14 : 10;

		head = format == 3 ? 5 : format == 2 ? 4 : 3;
		if (n < head)
			return false;
		length = number(p, head) >> (4 + bits);
	}
	out->new_tree = type == 2;
	out->old_tree = type == 3;
	out->tree = head;
	out->literals_end = head + length;
	return length <= n - head;
}

/* Sequences_Section_Header */
static bool read_modes(const uint8_t *p, size_t n, size_t at, struct tl_zstd_sections *out)
{
	size_t head;

	if (at >= n)
		return false;
	out->nseq = p[at];
	if (out->nseq == 0)
		return at + 1 == n;
	head = out->nseq == 255 ? 3 : out->nseq > 127 ? 2 : 1;
	if (n - at < head + 1)
		return false;
	if (head == 2)
		out->nseq = ((out->nseq - 128) << 8) + p[at + 1];
	else if (head == 3)
		out->nseq = (uint32_t)number(p + at + 1, 2) + 0x7F00;
	at += head;
	for (int i = 0; i < TL_ZSTD_NCODES; i++)
		out->mode[i] = (enum tl_zstd_mode)(p[at] >> (6 - 2 * i) & 3);
	out->tables = at + 1;
	/* No sequences in two bytes: versions of libzstd differ in whether tables follow. */
	return out->nseq > 0 && (p[at] & 3) == 0;
}

bool tl_zstd_read_sections(const uint8_t *p, size_t n, struct tl_zstd_sections *out)
{
	*out = (struct tl_zstd_sections){ 0 };
	return n > 0 && read_literals(p, n, out) && read_modes(p, n, out->literals_end, out);
}

/* Huffman_Tree_Description: weights compressed with FSE, or four bits each. */
size_t tl_zstd_tree_length(const uint8_t *p, size_t n)
{
	size_t length;

	if (n == 0)
		return 0;
	length = 1 + (p[0] < 128 ? p[0] : (p[0] - 127u + 1) / 2);
	return length <= n ? length : 0;
}
