/* literal_sse2.c: the literal search, 16 places a step; every x86-64 CPU. */
#include <emmintrin.h>
#include <stdint.h>

#define WIDTH      16
#define PLACE_BITS 0
#define TABLE      tl_literal_sse2
#define NAME       "sse2"
#define FEATURES   TL_CPU_SSE2

typedef __m128i vec, places;

static inline vec vec_load(const uint8_t *p)
{
	return _mm_loadu_si128((const void *)p);
}

static inline vec vec_splat(uint8_t byte)
{
	return _mm_set1_epi8((char)byte);
}

static inline vec vec_or(vec a, vec b)
{
	return _mm_or_si128(a, b);
}

static inline places places_eq2(vec a, vec b, vec c, vec d)
{
	return _mm_and_si128(_mm_cmpeq_epi8(a, b), _mm_cmpeq_epi8(c, d));
}

static inline places places_or(places a, places b)
{
	return _mm_or_si128(a, b);
}

static inline uint64_t places_bits(places x)
{
	return (uint32_t)_mm_movemask_epi8(x);
}

static inline int places_any(places x)
{
	return _mm_movemask_epi8(x) != 0;
}

#include "search/literal_vec.h"
