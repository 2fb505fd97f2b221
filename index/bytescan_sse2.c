/*
 * bytescan_sse2.c: 16 bytes at a time, for every x86-64.
 *
 * SSE2 cannot look up classes.  Instead survey() counts all bytes that are not printable
 * ASCII; in most blocks those are just the newlines, and the others are looked at again
 * by the plain table.
 */
#include "index/bytescan_impl.h"

#include "base/cpu.h"

#include <emmintrin.h>

static inline __m128i load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)p);
}

static inline uint64_t sum_lanes(__m128i v)
{
	return (uint64_t)_mm_cvtsi128_si64(_mm_add_epi64(v, _mm_unpackhi_epi64(v, v)));
}

static uint64_t sse2_count(const uint8_t *p, size_t n, uint8_t byte)
{
	const __m128i want = _mm_set1_epi8((char)byte), zero = _mm_setzero_si128();
	__m128i sum = zero;

	while (n >= 16) {
		size_t rounds = n / 16 < 255 ? n / 16 : 255;
		__m128i acc = zero; /* a counter a byte: full after 255 rounds */

		n -= rounds * 16;
		for (; rounds > 0; rounds--, p += 16)
			acc = _mm_sub_epi8(acc, _mm_cmpeq_epi8(load(p), want));
		sum = _mm_add_epi64(sum, _mm_sad_epu8(acc, zero));
	}
	return sum_lanes(sum) + tl_bytescan_plain.count(p, n, byte);
}

static inline uint64_t mask64(const uint8_t *p, uint8_t byte)
{
	const __m128i want = _mm_set1_epi8((char)byte);
	uint64_t mask = 0;

	for (int i = 0; i < 4; i++)
		mask |=
		    (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(load(p + 16 * i), want))
		    << (16 * i);
	return mask;
}

static size_t sse2_nth(const uint8_t *p, size_t n, uint8_t byte, uint64_t nth)
{
	return nth_by_mask(sse2_count, mask64, p, n, byte, nth);
}

static uint64_t sse2_survey(const uint8_t *p, size_t n, unsigned *has)
{
	const __m128i newline = _mm_set1_epi8('\n'), zero = _mm_setzero_si128();
	const __m128i one = _mm_set1_epi8(1), printable = _mm_set1_epi8(0x21);
	unsigned all = 0, some;
	uint64_t total = 0;

	while (n >= 16) {
		size_t rounds = n / 16 < 255 ? n / 16 : 255, len = rounds * 16;
		__m128i lines = zero, special = zero;
		uint64_t nlines;

		for (size_t i = 0; i < len; i += 16) {
			__m128i v = load(p + i);

			/* Plus one, as a signed byte: 0x20 to 0x7e become 0x21 to 0x7f, and
			 * all others are less. */
			lines = _mm_sub_epi8(lines, _mm_cmpeq_epi8(v, newline));
			special =
			    _mm_sub_epi8(special, _mm_cmplt_epi8(_mm_add_epi8(v, one), printable));
		}
		nlines = sum_lanes(_mm_sad_epu8(lines, zero));
		if (sum_lanes(_mm_sad_epu8(special, zero)) != nlines) {
			tl_bytescan_plain.survey(p, len, &some);
			all |= some;
		}
		total += nlines;
		p += len;
		n -= len;
	}
	total += tl_bytescan_plain.survey(p, n, &some);
	*has = all | some;
	return total;
}

const struct tl_bytescan tl_bytescan_sse2 = {
	.name = "sse2",
	.features = TL_CPU_SSE2,
	.count = sse2_count,
	.nth = sse2_nth,
	.survey = sse2_survey,
};
