/*
 * bytescan_avx512.c: 64 bytes at a time.
 *
 * A comparison yields a 64-bit mask at once.  Loads take a mask too and do not touch what
 * it leaves out: the pieces before the first cache line border and behind the last are
 * ordinary rounds with a short mask.
 */
#include "index/bytescan_impl.h"

#include "base/cpu.h"

#include <immintrin.h>

static inline __m512i load(const uint8_t *p)
{
	return _mm512_loadu_si512(p);
}

/* The first n of 64 lanes; n up to 63. */
static inline __mmask64 first(size_t n)
{
	return _bzhi_u64(~UINT64_C(0), (unsigned)n);
}

static inline uint64_t equal_first(const uint8_t *p, size_t n, __m512i want)
{
	return _mm512_mask_cmpeq_epi8_mask(first(n), _mm512_maskz_loadu_epi8(first(n), p), want);
}

static inline uint64_t ones(uint64_t mask)
{
	return (uint64_t)__builtin_popcountll(mask);
}

/* Bytes before the first aligned one. */
static inline size_t unaligned(const uint8_t *p, size_t n)
{
	size_t head = -(uintptr_t)p & 63;

	return head < n ? head : n;
}

static uint64_t avx512_count(const uint8_t *p, size_t n, uint8_t byte)
{
	const __m512i want = _mm512_set1_epi8((char)byte);
	size_t head = unaligned(p, n);
	uint64_t total = ones(equal_first(p, head, want));

	p += head;
	n -= head;
	for (; n >= 256; n -= 256, p += 256)
		total += ones(_mm512_cmpeq_epi8_mask(load(p), want)) +
			 ones(_mm512_cmpeq_epi8_mask(load(p + 64), want)) +
			 ones(_mm512_cmpeq_epi8_mask(load(p + 128), want)) +
			 ones(_mm512_cmpeq_epi8_mask(load(p + 192), want));
	for (; n >= 64; n -= 64, p += 64)
		total += ones(_mm512_cmpeq_epi8_mask(load(p), want));
	return total + ones(equal_first(p, n, want));
}

static inline uint64_t mask64(const uint8_t *p, uint8_t byte)
{
	return _mm512_cmpeq_epi8_mask(load(p), _mm512_set1_epi8((char)byte));
}

static size_t avx512_nth(const uint8_t *p, size_t n, uint8_t byte, uint64_t nth)
{
	return nth_by_mask(avx512_count, mask64, p, n, byte, nth);
}

static inline __m512i four_times(const uint8_t table[16])
{
	return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)table));
}

/* What a run of bytes came to so far. */
struct findings {
	__m512i classes, ored;
	uint64_t newlines;
};

#define A_OR_B_AND_C 0xf8 /* truth table for the three-way logic instruction */

/* The shuffle answers 0 for 0x80 and above, so the low half needs no mask. */
static ALWAYS_INLINE void look_at(struct findings *f, __m512i v, __m512i low, __m512i high)
{
	__m512i upper = _mm512_and_si512(_mm512_srli_epi16(v, 4), _mm512_set1_epi8(15));

	f->newlines += ones(_mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\n')));
	f->ored = _mm512_or_si512(f->ored, v);
	f->classes = _mm512_ternarylogic_epi64(f->classes, _mm512_shuffle_epi8(low, v),
					       _mm512_shuffle_epi8(high, upper), A_OR_B_AND_C);
}

static uint64_t avx512_survey(const uint8_t *p, size_t n, unsigned *has)
{
	const __m512i low = four_times(class_low), high = four_times(class_high);
	const __m512i blank = _mm512_set1_epi8(' '); /* stands where no byte is */
	struct findings f = { _mm512_setzero_si512(), _mm512_setzero_si512(), 0 };
	size_t head = unaligned(p, n);

	look_at(&f, _mm512_mask_loadu_epi8(blank, first(head), p), low, high);
	p += head;
	n -= head;
	for (; n >= 128; n -= 128, p += 128) {
		look_at(&f, load(p), low, high);
		look_at(&f, load(p + 64), low, high);
	}
	for (; n >= 64; n -= 64, p += 64)
		look_at(&f, load(p), low, high);
	look_at(&f, _mm512_mask_loadu_epi8(blank, first(n), p), low, high);

	*has = has_of(or_bytes((uint64_t)_mm512_reduce_or_epi64(f.classes)),
		      or_bytes((uint64_t)_mm512_reduce_or_epi64(f.ored)));
	return f.newlines;
}

const struct tl_bytescan tl_bytescan_avx512 = {
	.name = "avx512",
	.features = TL_CPU_SSE2 | TL_CPU_AVX2 | TL_CPU_AVX512BW,
	.count = avx512_count,
	.nth = avx512_nth,
	.survey = avx512_survey,
};
