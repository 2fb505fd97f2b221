/*
 * bytescan_avx2.c: 32 bytes at a time.
 *
 * Matches are counted in byte lanes, which fill up in 255 rounds at the earliest and are
 * then added up.  Loads are aligned, because a load across cache lines costs two; the
 * few bytes before the first border and behind the last are the plain table's.
 */
#include "index/bytescan_impl.h"

#include "base/cpu.h"

#include <immintrin.h>

static inline __m256i load(const uint8_t *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

static inline uint64_t sum_lanes(__m256i v)
{
	__m128i half = _mm_add_epi64(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));

	return (uint64_t)_mm_cvtsi128_si64(_mm_add_epi64(half, _mm_unpackhi_epi64(half, half)));
}

static inline unsigned or_lanes(__m256i v)
{
	__m128i half = _mm_or_si128(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));

	half = _mm_or_si128(half, _mm_unpackhi_epi64(half, half));
	return or_bytes((uint64_t)_mm_cvtsi128_si64(half));
}

/* Bytes before the first aligned one. */
static inline size_t unaligned(const uint8_t *p, size_t n)
{
	size_t head = -(uintptr_t)p & 31;

	return head < n ? head : n;
}

static uint64_t avx2_count(const uint8_t *p, size_t n, uint8_t byte)
{
	const __m256i want = _mm256_set1_epi8((char)byte), zero = _mm256_setzero_si256();
	size_t head = unaligned(p, n);
	uint64_t total = tl_bytescan_plain.count(p, head, byte);
	__m256i sum = zero;

	p += head;
	n -= head;
	while (n >= 128) {
		size_t rounds = n / 128 < 63 ? n / 128 : 63; /* each adds up to 4 to a lane */
		__m256i acc = zero;

		n -= rounds * 128;
		for (; rounds > 0; rounds--, p += 128) {
			__m256i a = _mm256_add_epi8(_mm256_cmpeq_epi8(load(p), want),
						    _mm256_cmpeq_epi8(load(p + 32), want));
			__m256i b = _mm256_add_epi8(_mm256_cmpeq_epi8(load(p + 64), want),
						    _mm256_cmpeq_epi8(load(p + 96), want));

			acc = _mm256_sub_epi8(acc, _mm256_add_epi8(a, b));
		}
		sum = _mm256_add_epi64(sum, _mm256_sad_epu8(acc, zero));
	}
	return total + sum_lanes(sum) + tl_bytescan_plain.count(p, n, byte);
}

static inline uint64_t mask64(const uint8_t *p, uint8_t byte)
{
	const __m256i want = _mm256_set1_epi8((char)byte);
	uint32_t low = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(load(p), want));
	uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(load(p + 32), want));

	return (uint64_t)high << 32 | low;
}

static size_t avx2_nth(const uint8_t *p, size_t n, uint8_t byte, uint64_t nth)
{
	return nth_by_mask(avx2_count, mask64, p, n, byte, nth);
}

static inline __m256i twice(const uint8_t table[16])
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
}

/* The shuffle answers 0 for 0x80 and above, so the low half needs no mask. */
static inline __m256i classify(__m256i v, __m256i low, __m256i high)
{
	__m256i upper = _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(15));

	return _mm256_and_si256(_mm256_shuffle_epi8(low, v), _mm256_shuffle_epi8(high, upper));
}

static uint64_t avx2_survey(const uint8_t *p, size_t n, unsigned *has)
{
	const __m256i newline = _mm256_set1_epi8('\n'), zero = _mm256_setzero_si256();
	const __m256i low = twice(class_low), high = twice(class_high);
	__m256i sum = zero, classes = zero, ored = zero;
	size_t head = unaligned(p, n);
	unsigned before, behind;
	uint64_t total = tl_bytescan_plain.survey(p, head, &before);

	p += head;
	n -= head;
	while (n >= 64) {
		size_t rounds = n / 64 < 127 ? n / 64 : 127; /* each adds up to 2 to a lane */
		__m256i acc = zero;

		n -= rounds * 64;
		for (; rounds > 0; rounds--, p += 64) {
			__m256i v = load(p), w = load(p + 32);

			acc = _mm256_sub_epi8(acc, _mm256_add_epi8(_mm256_cmpeq_epi8(v, newline),
								   _mm256_cmpeq_epi8(w, newline)));
			ored = _mm256_or_si256(ored, _mm256_or_si256(v, w));
			classes = _mm256_or_si256(classes, _mm256_or_si256(classify(v, low, high),
									   classify(w, low, high)));
		}
		sum = _mm256_add_epi64(sum, _mm256_sad_epu8(acc, zero));
	}
	total += sum_lanes(sum) + tl_bytescan_plain.survey(p, n, &behind);
	*has = before | behind | has_of(or_lanes(classes), or_lanes(ored));
	return total;
}

const struct tl_bytescan tl_bytescan_avx2 = {
	.name = "avx2",
	.features = TL_CPU_SSE2 | TL_CPU_AVX2,
	.count = avx2_count,
	.nth = avx2_nth,
	.survey = avx2_survey,
};
