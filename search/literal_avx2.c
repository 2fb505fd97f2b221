/* literal_avx2.c: the literal search, 32 places a step. */
#include <immintrin.h>
#include <stdint.h>

#define WIDTH      32
#define PLACE_BITS 0
#define TABLE      tl_literal_avx2
#define NAME       "avx2"
#define FEATURES   (TL_CPU_SSE2 | TL_CPU_AVX2)

typedef __m256i vec, places;

static inline vec vec_load(const uint8_t *p)
{
	return _mm256_loadu_si256((const void *)p);
}

static inline vec vec_splat(uint8_t byte)
{
	return _mm256_set1_epi8((char)byte);
}

static inline vec vec_or(vec a, vec b)
{
	return _mm256_or_si256(a, b);
}

static inline places places_eq2(vec a, vec b, vec c, vec d)
{
	return _mm256_and_si256(_mm256_cmpeq_epi8(a, b), _mm256_cmpeq_epi8(c, d));
}

static inline places places_or(places a, places b)
{
	return _mm256_or_si256(a, b);
}

static inline uint64_t places_bits(places x)
{
	return (uint32_t)_mm256_movemask_epi8(x);
}

static inline int places_any(places x)
{
	return !_mm256_testz_si256(x, x);
}

#include "search/literal_vec.h"
