/* fse.c: descriptions of FSE tables, and the tables, RFC 8878, section 4.1. */
#include "decoders/zstd/fse.h"

#include <string.h>

#define MAX_SYMBOLS 53

/* What the format allows. */
static const struct limits {
	uint8_t symbols, log;
} limits[TL_ZSTD_NCODES] = {
	[TL_ZSTD_LITLENS] = { 36, 9 },
	[TL_ZSTD_OFFSETS] = { 32, 8 },
	[TL_ZSTD_MATCHLENS] = { 53, 9 },
};

/* Section 3.1.1.3.2.2, "Default Distributions", as descriptions: one form for all tables. */
static const uint8_t litlens[] = { 0x51, 0x10, 0x63, 0x8c, 0x31, 0xc6, 0x18, 0x63, 0x0c, 0x21,
				   0xc4, 0x18, 0x63, 0x66, 0x66, 0x86, 0x46, 0x92, 0x04, 0x00 };
static const uint8_t offsets[] = { 0x20, 0x84, 0x10, 0x42, 0x66, 0x46, 0x44,
				   0x44, 0x44, 0x44, 0x24, 0x49, 0x02, 0x00 };
static const uint8_t matchlens[] = { 0x21, 0x14, 0xc4, 0x18, 0x63, 0x8c, 0x21, 0x84, 0x10, 0x42,
				     0x08, 0x21, 0x84, 0x10, 0x42, 0x08, 0x21, 0x44, 0x44, 0x44,
				     0x44, 0x44, 0x44, 0x44, 0x44, 0x24, 0x09, 0x00, 0x00 };

struct tl_span tl_fse_predefined(enum tl_zstd_table which)
{
	switch (which) {
	case TL_ZSTD_LITLENS:
		return (struct tl_span){ litlens, sizeof(litlens) };
	case TL_ZSTD_OFFSETS:
		return (struct tl_span){ offsets, sizeof(offsets) };
	default:
		return (struct tl_span){ matchlens, sizeof(matchlens) };
	}
}

struct bits {
	const uint8_t *p;
	size_t n, at; /* in bits */
};

/* Up to 16 bits from the front, without going on; zeros behind the end. */
static unsigned peek(const struct bits *b, unsigned n)
{
	uint32_t v = 0;

	for (size_t i = 0; i < 3 && b->at / 8 + i < b->n; i++)
		v |= (uint32_t)b->p[b->at / 8 + i] << (8 * i);
	return v >> b->at % 8 & ((1u << n) - 1);
}

static unsigned take(struct bits *b, unsigned n)
{
	unsigned v = peek(b, n);

	b->at += n;
	return v;
}

/* A value of 0 .. max, the lowest of which take one bit less. */
static unsigned take_value(struct bits *b, unsigned max)
{
	unsigned n = 32 - (unsigned)__builtin_clz(max), half = 1u << (n - 1);
	unsigned lows = (1u << n) - 1 - max, v = peek(b, n);

	if ((v & (half - 1)) < lows) {
		b->at += n - 1;
		return v & (half - 1);
	}
	b->at += n;
	return v < half ? v : v - lows;
}

/* Probabilities, -1 meaning "less than 1"; how many symbols, or 0. */
static unsigned read_counts(struct bits *b, unsigned log, unsigned symbols, int16_t *count)
{
	int left = 1 << log;
	unsigned s = 0;

	while (left > 0 && s < symbols) {
		int p = (int)take_value(b, (unsigned)left + 1) - 1;
		unsigned zeros = 0;

		count[s++] = (int16_t)p;
		left -= p < 0 ? 1 : p;
		if (p != 0)
			continue;
		do {
			zeros = take(b, 2);
			for (unsigned i = 0; i < zeros && s < symbols; i++)
				count[s++] = 0;
		} while (zeros == 3 && s < symbols);
	}
	return left == 0 ? s : 0;
}

static void spread(const int16_t *count, unsigned symbols, struct tl_fse_table *t)
{
	unsigned size = 1u << t->log, mask = size - 1, step = (size >> 1) + (size >> 3) + 3;
	unsigned high = size, at = 0;

	for (unsigned s = 0; s < symbols; s++)
		if (count[s] < 0)
			t->cell[--high].symbol = (uint8_t)s;
	for (unsigned s = 0; s < symbols; s++) {
		for (int i = 0; i < count[s]; i++) {
			t->cell[at].symbol = (uint8_t)s;
			do
				at = (at + step) & mask;
			while (at >= high);
		}
	}
}

static void build(const int16_t *count, unsigned symbols, struct tl_fse_table *t)
{
	uint16_t next[MAX_SYMBOLS];
	unsigned size = 1u << t->log;

	spread(count, symbols, t);
	for (unsigned s = 0; s < symbols; s++)
		next[s] = (uint16_t)(count[s] < 0 ? 1 : count[s]);
	for (unsigned i = 0; i < size; i++) {
		struct tl_fse_cell *c = &t->cell[i];
		unsigned x = next[c->symbol]++;

		c->bits = (uint8_t)(t->log - (31 - (unsigned)__builtin_clz(x)));
		c->base = (uint16_t)((x << c->bits) - size);
	}
}

size_t tl_fse_read(const uint8_t *p, size_t n, enum tl_zstd_table which, struct tl_fse_table *out)
{
	const struct limits *limit = &limits[which];
	struct bits b = { p, n, 0 };
	int16_t count[MAX_SYMBOLS];
	unsigned symbols;

	out->log = (uint8_t)(5 + take(&b, 4));
	if (out->log > limit->log)
		return 0;
	symbols = read_counts(&b, out->log, limit->symbols, count);
	if (symbols == 0 || (b.at + 7) / 8 > n)
		return 0;
	build(count, symbols, out);
	return (b.at + 7) / 8;
}

bool tl_fse_single(uint8_t symbol, enum tl_zstd_table which, struct tl_fse_table *out)
{
	out->log = 0;
	out->cell[0] = (struct tl_fse_cell){ .symbol = symbol };
	return symbol < limits[which].symbols;
}
