/* sync_avx2.c: PSBs, 128 bytes at a time. */
#include "decoders/pt/sync_impl.h"

#include "base/cpu.h"

#include <immintrin.h>

#define BLOCK 128

static inline bool avx2_has(const uint8_t *p)
{
	const __m256i even = _mm256_set1_epi32((int)PSB_EVEN);
	const __m256i odd = _mm256_set1_epi32((int)PSB_ODD);
	__m256i any = _mm256_setzero_si256();

	for (size_t i = 0; i < BLOCK; i += 32) {
		__m256i v = _mm256_loadu_si256((const __m256i *)(p + i));

		any = _mm256_or_si256(
		    any, _mm256_or_si256(_mm256_cmpeq_epi32(v, even), _mm256_cmpeq_epi32(v, odd)));
	}
	return !_mm256_testz_si256(any, any);
}

static size_t avx2_find(const uint8_t *bytes, size_t len, size_t at)
{
	return find_by_blocks(avx2_has, BLOCK, bytes, len, at);
}

const struct tl_pt_psbscan tl_pt_psbscan_avx2 = {
	.name = "avx2",
	.features = TL_CPU_SSE2 | TL_CPU_AVX2,
	.find = avx2_find,
};
