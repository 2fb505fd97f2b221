/* sync_sse2.c: PSBs, 64 bytes at a time, for every x86-64. */
#include "decoders/pt/sync_impl.h"

#include "base/cpu.h"

#include <emmintrin.h>

#define BLOCK 64

static inline bool sse2_has(const uint8_t *p)
{
	const __m128i even = _mm_set1_epi32((int)PSB_EVEN), odd = _mm_set1_epi32((int)PSB_ODD);
	__m128i any = _mm_setzero_si128();

	for (size_t i = 0; i < BLOCK; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + i));

		any = _mm_or_si128(any,
				   _mm_or_si128(_mm_cmpeq_epi32(v, even), _mm_cmpeq_epi32(v, odd)));
	}
	return _mm_movemask_epi8(any) != 0;
}

static size_t sse2_find(const uint8_t *bytes, size_t len, size_t at)
{
	return find_by_blocks(sse2_has, BLOCK, bytes, len, at);
}

const struct tl_pt_psbscan tl_pt_psbscan_sse2 = {
	.name = "sse2",
	.features = TL_CPU_SSE2,
	.find = sse2_find,
};
