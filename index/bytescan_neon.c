/*
 * bytescan_neon.c: 16 bytes at a time, for every AArch64.
 *
 * Matches are counted in byte lanes, which fill up in 255 rounds at the earliest and are
 * then added up.
 */
#include "index/bytescan_impl.h"

#include "base/cpu.h"

#include <arm_neon.h>

static uint64_t neon_count(const uint8_t *p, size_t n, uint8_t byte)
{
	const uint8x16_t want = vdupq_n_u8(byte);
	uint64_t total = 0;

	while (n >= 32) {
		size_t rounds = n / 32 < 255 ? n / 32 : 255;
		uint8x16_t a = vdupq_n_u8(0), b = a;

		n -= rounds * 32;
		for (; rounds > 0; rounds--, p += 32) {
			a = vsubq_u8(a, vceqq_u8(vld1q_u8(p), want));
			b = vsubq_u8(b, vceqq_u8(vld1q_u8(p + 16), want));
		}
		total += vaddlvq_u8(a) + vaddlvq_u8(b);
	}
	return total + tl_bytescan_plain.count(p, n, byte);
}

/* A bit for each of 64 bytes: weigh lanes 1, 2, 4 .. 128 and add neighbours three times. */
static inline uint64_t mask64(const uint8_t *p, uint8_t byte)
{
	const uint8x16_t want = vdupq_n_u8(byte);
	const uint8x16_t weight = vreinterpretq_u8_u64(vdupq_n_u64(UINT64_C(0x8040201008040201)));
	uint8x16_t a = vandq_u8(vceqq_u8(vld1q_u8(p), want), weight);
	uint8x16_t b = vandq_u8(vceqq_u8(vld1q_u8(p + 16), want), weight);
	uint8x16_t c = vandq_u8(vceqq_u8(vld1q_u8(p + 32), want), weight);
	uint8x16_t d = vandq_u8(vceqq_u8(vld1q_u8(p + 48), want), weight);
	uint8x16_t sum = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));

	return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

static size_t neon_nth(const uint8_t *p, size_t n, uint8_t byte, uint64_t nth)
{
	return nth_by_mask(neon_count, mask64, p, n, byte, nth);
}

static inline unsigned or_lanes(uint8x16_t v)
{
	uint64x2_t two = vreinterpretq_u64_u8(v);

	return or_bytes(vgetq_lane_u64(two, 0) | vgetq_lane_u64(two, 1));
}

static uint64_t neon_survey(const uint8_t *p, size_t n, unsigned *has)
{
	const uint8x16_t newline = vdupq_n_u8('\n'), fifteen = vdupq_n_u8(15);
	const uint8x16_t low = vld1q_u8(class_low), high = vld1q_u8(class_high);
	uint8x16_t classes = vdupq_n_u8(0), ored = classes;
	unsigned behind;
	uint64_t total = 0;

	while (n >= 16) {
		size_t rounds = n / 16 < 255 ? n / 16 : 255;
		uint8x16_t acc = vdupq_n_u8(0);

		n -= rounds * 16;
		for (; rounds > 0; rounds--, p += 16) {
			uint8x16_t v = vld1q_u8(p);
			uint8x16_t class = vandq_u8(vqtbl1q_u8(low, vandq_u8(v, fifteen)),
						    vqtbl1q_u8(high, vshrq_n_u8(v, 4)));

			acc = vsubq_u8(acc, vceqq_u8(v, newline));
			classes = vorrq_u8(classes, class);
			ored = vorrq_u8(ored, v);
		}
		total += vaddlvq_u8(acc);
	}
	total += tl_bytescan_plain.survey(p, n, &behind);
	*has = behind | has_of(or_lanes(classes), or_lanes(ored));
	return total;
}

const struct tl_bytescan tl_bytescan_neon = {
	.name = "neon",
	.features = TL_CPU_NEON,
	.count = neon_count,
	.nth = neon_nth,
	.survey = neon_survey,
};
