/*
 * bytescan.c: the table for any CPU, and the choice among all of them.
 *
 * The plain table takes 8 bytes at a time in a register: a byte of x is zero exactly where
 * neither its low seven bits plus 0x7f nor the byte itself have the top bit.
 */
#include "index/bytescan.h"

#include "base/cpu.h"
#include "index/bytescan_impl.h"

#include <stdatomic.h>
#include <string.h>

#define ONES UINT64_C(0x0101010101010101)

/* The top bit of each of the 8 bytes at p that equals the byte repeated in `want`. */
static inline uint64_t equal8(const uint8_t *p, uint64_t want)
{
	uint64_t x;

	memcpy(&x, p, 8);
	x ^= want;
	return ~(((x & 0x7f * ONES) + 0x7f * ONES) | x) & 0x80 * ONES;
}

static uint64_t plain_count(const uint8_t *p, size_t n, uint8_t byte)
{
	uint64_t total = 0;

	while (n >= 8) {
		size_t rounds = n / 8 < 255 ? n / 8 : 255;
		uint64_t acc = 0; /* 8 counters of a byte each */

		n -= rounds * 8;
		for (; rounds > 0; rounds--, p += 8)
			acc += equal8(p, byte * ONES) >> 7;
		acc = (acc & UINT64_C(0x00ff00ff00ff00ff)) + (acc >> 8 & 0x00ff00ff00ff00ff);
		total += acc * UINT64_C(0x0001000100010001) >> 48;
	}
	for (; n > 0; n--, p++)
		total += *p == byte;
	return total;
}

static size_t plain_nth(const uint8_t *p, size_t n, uint8_t byte, uint64_t nth)
{
	size_t at = 0;

	for (; n - at >= 8; at += 8) {
		unsigned here = (unsigned)__builtin_popcountll(equal8(p + at, byte * ONES));

		if (here > nth)
			break;
		nth -= here;
	}
	for (; at < n; at++)
		if (p[at] == byte && nth-- == 0)
			return at;
	return n;
}

/* Are all 8 bytes at p from 0x20 to 0x7e?  (A borrow or carry only makes it say no.) */
static inline bool printable8(const uint8_t *p)
{
	uint64_t x;

	memcpy(&x, p, 8);
	return !(((x - 0x20 * ONES) | (x + ONES) | x) & 0x80 * ONES);
}

static uint64_t plain_survey(const uint8_t *p, size_t n, unsigned *has)
{
	unsigned classes = 0, ored = 0;

	for (size_t i = 0; i < n;) {
		size_t end = n - i > 8 ? i + 8 : n;

		if (n - i >= 8 && printable8(p + i)) {
			i += 8;
			continue;
		}
		for (; i < end; i++) {
			classes |= class_low[p[i] & 15] & class_high[p[i] >> 4];
			ored |= p[i];
		}
	}
	*has = has_of(classes, ored);
	return plain_count(p, n, '\n');
}

const struct tl_bytescan tl_bytescan_plain = {
	.name = "plain",
	.features = 0,
	.count = plain_count,
	.nth = plain_nth,
	.survey = plain_survey,
};

/* Best first.  Each needs what the next one needs and more, so those that can run are the
 * end of this row. */
static const struct tl_bytescan *const known[] = {
#if defined(__x86_64__)
	&tl_bytescan_avx512, &tl_bytescan_avx2,
	&tl_bytescan_sse2,
#elif defined(__aarch64__)
	&tl_bytescan_neon,
#endif
	&tl_bytescan_plain,  NULL,
};

const struct tl_bytescan *const *tl_bytescan_all(void)
{
	const struct tl_bytescan *const *s = known;

	while (((*s)->features & tl_cpu_features()) != (*s)->features)
		s++;
	return s;
}

const struct tl_bytescan *tl_bytescan(void)
{
	static _Atomic(const struct tl_bytescan *) chosen;
	const struct tl_bytescan *s = atomic_load_explicit(&chosen, memory_order_relaxed);

	if (!s) { /* racing threads choose the same one */
		s = tl_bytescan_all()[0];
		atomic_store_explicit(&chosen, s, memory_order_relaxed);
	}
	return s;
}
