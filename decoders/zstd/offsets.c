/* offsets.c: sequences, as far as repeat offsets go; RFC 8878, sections 3.1.1.3.2.1 and 3.1.1.5. */
#include "decoders/zstd/offsets.h"

#include <endian.h>
#include <string.h>

const struct tl_zstd_offsets tl_zstd_offsets_same = { { { 0, 0 }, { 1, 0 }, { 2, 0 } } };
const struct tl_zstd_offsets tl_zstd_offsets_first = { { { -1, 1 }, { -1, 4 }, { -1, 8 } } };

bool tl_zstd_offsets_known(const struct tl_zstd_offsets *o)
{
	return o->v[0].from < 0 && o->v[1].from < 0 && o->v[2].from < 0;
}

static struct tl_zstd_offset less(struct tl_zstd_offset o, uint32_t by)
{
	if (o.from >= 0)
		o.value += by;
	else
		o.value = o.value > by ? o.value - by : 1;
	return o;
}

struct tl_zstd_offsets tl_zstd_offsets_after(const struct tl_zstd_offsets *before,
					     const struct tl_zstd_offsets *later)
{
	struct tl_zstd_offsets o = *later;

	for (int i = 0; i < 3; i++)
		if (o.v[i].from >= 0)
			o.v[i] = less(before->v[o.v[i].from], o.v[i].value);
	return o;
}

/* Bits that are read from the end of the bytes to their beginning. */
struct backbits {
	const uint8_t *p;
	size_t n;
	int64_t left; /* below 0: read too many */
};

static bool backbits_init(struct backbits *b, const uint8_t *p, size_t n)
{
	if (n == 0 || p[n - 1] == 0)
		return false;
	/* The highest bit that is set says where they end. */
	*b = (struct backbits){ p, n,
				(int64_t)n * 8 - 8 + (31 - __builtin_clz((unsigned)p[n - 1])) };
	return true;
}

/* The next n bits, up to 32. */
static inline uint32_t take(struct backbits *b, unsigned n)
{
	size_t byte, have;
	uint64_t v = 0;

	b->left -= n;
	if (b->left < 0)
		return 0;
	byte = (size_t)b->left / 8;
	have = b->n - byte;
	memcpy(&v, b->p + byte, have < sizeof(v) ? have : sizeof(v));
	return (uint32_t)(le64toh(v) >> (b->left & 7) & ((UINT64_C(1) << n) - 1));
}

/* How many bits follow a code: tables of section 3.1.1.3.2.1.1. */
static const uint8_t litlen_bits[] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0,  0,  0,  0,  1,  1,
	1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
};
static const uint8_t matchlen_bits[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0,  0,  0,  0,  0,  0, 0,
					 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0,  0,  0,  1,  1,  1, 1,
					 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

static void push(struct tl_zstd_offsets *o, struct tl_zstd_offset first, int replaced)
{
	for (int i = replaced; i > 0; i--)
		o->v[i] = o->v[i - 1];
	o->v[0] = first;
}

/* Offset_Value: one of the last three, or a new one.  A match right behind another (no literals)
 * cannot mean the last one, so the numbers are one further there. */
static void use(struct tl_zstd_offsets *o, uint32_t value, bool no_literals)
{
	uint32_t which = value - 1 + no_literals;

	if (value > 3)
		push(o, (struct tl_zstd_offset){ -1, value - 3 }, 2);
	else if (which == 3)
		push(o, less(o->v[0], 1), 2);
	else
		push(o, o->v[which], (int)which);
}

bool tl_zstd_offsets_read(const uint8_t *p, size_t n, uint32_t nseq,
			  const struct tl_fse_table *const table[TL_ZSTD_NCODES],
			  struct tl_zstd_offsets *out)
{
	const struct tl_fse_table *ll = table[TL_ZSTD_LITLENS], *of = table[TL_ZSTD_OFFSETS],
				  *ml = table[TL_ZSTD_MATCHLENS];
	uint32_t lstate, ostate, mstate;
	struct backbits b;

	*out = tl_zstd_offsets_same;
	if (!backbits_init(&b, p, n))
		return false;
	lstate = take(&b, ll->log);
	ostate = take(&b, of->log);
	mstate = take(&b, ml->log);
	for (uint32_t i = 0; i < nseq && b.left >= 0; i++) {
		const struct tl_fse_cell *l = &ll->cell[lstate], *o = &of->cell[ostate],
					 *m = &ml->cell[mstate];

		use(out, (UINT32_C(1) << o->symbol) + take(&b, o->symbol), l->symbol == 0);
		b.left -= matchlen_bits[m->symbol] + litlen_bits[l->symbol];
		if (i + 1 == nseq)
			break;
		lstate = l->base + take(&b, l->bits);
		mstate = m->base + take(&b, m->bits);
		ostate = o->base + take(&b, o->bits);
	}
	return b.left == 0;
}
