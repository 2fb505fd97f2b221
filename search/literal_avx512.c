/* literal_avx512.c: the literal search, 64 places a step; comparing gives the bits at once. */
#include <immintrin.h>
#include <stdint.h>

#define WIDTH      64
#define PLACE_BITS 0
#define TABLE      tl_literal_avx512
#define NAME       "avx512"
#define FEATURES   (TL_CPU_SSE2 | TL_CPU_AVX2 | TL_CPU_AVX512BW)

typedef __m512i vec;
typedef __mmask64 places;

static inline vec vec_load(const uint8_t *p)
{
	return _mm512_loadu_si512(p);
}

static inline vec vec_splat(uint8_t byte)
{
	return _mm512_set1_epi8((char)byte);
}

static inline vec vec_or(vec a, vec b)
{
	return _mm512_or_si512(a, b);
}

static inline places places_eq2(vec a, vec b, vec c, vec d)
{
	return _mm512_mask_cmpeq_epi8_mask(_mm512_cmpeq_epi8_mask(a, b), c, d);
}

static inline places places_or(places a, places b)
{
	return a | b;
}

static inline uint64_t places_bits(places x)
{
	return x;
}

static inline int places_any(places x)
{
	return x != 0;
}

#include "search/literal_vec.h"
