/*
 * literal_neon.c: the literal search, 16 places a step, on ARM.  NEON has no "bits of a
 * comparison"; narrowing by four leaves a nibble a place, and one bit of each is kept.
 */
#include <arm_neon.h>
#include <stdint.h>

#define WIDTH      16
#define PLACE_BITS 2
#define TABLE      tl_literal_neon
#define NAME       "neon"
#define FEATURES   TL_CPU_NEON

typedef uint8x16_t vec, places;

static inline vec vec_load(const uint8_t *p)
{
	return vld1q_u8(p);
}

static inline vec vec_splat(uint8_t byte)
{
	return vdupq_n_u8(byte);
}

static inline vec vec_or(vec a, vec b)
{
	return vorrq_u8(a, b);
}

static inline places places_eq2(vec a, vec b, vec c, vec d)
{
	return vandq_u8(vceqq_u8(a, b), vceqq_u8(c, d));
}

static inline places places_or(places a, places b)
{
	return vorrq_u8(a, b);
}

static inline uint64_t places_bits(places x)
{
	uint8x8_t nibbles = vshrn_n_u16(vreinterpretq_u16_u8(x), 4);

	return vget_lane_u64(vreinterpret_u64_u8(nibbles), 0) & UINT64_C(0x8888888888888888);
}

static inline int places_any(places x)
{
	return vmaxvq_u8(x) != 0;
}

#include "search/literal_vec.h"
