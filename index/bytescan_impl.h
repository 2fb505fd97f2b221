/*
 * bytescan_impl.h: what the tables of bytescan.h have in common; for bytescan*.c only.
 *
 * Classes: two tables of 16 are looked up with the low and the high half of a byte; the
 * bits that stand in both are its class.  That is one shuffle instruction a half, and
 * the plain loop uses the very same tables.
 *
 * nth(): made of a table's count() and of mask64(), the set of wanted bytes among 64.
 */
#ifndef TL_INDEX_BYTESCAN_IMPL_H
#define TL_INDEX_BYTESCAN_IMPL_H

#include "index/bytescan.h"

#include <stdbool.h>
#ifdef __BMI2__
#include <immintrin.h>
#endif

extern const struct tl_bytescan tl_bytescan_plain;
#if defined(__x86_64__)
extern const struct tl_bytescan tl_bytescan_sse2;
extern const struct tl_bytescan tl_bytescan_avx2;
extern const struct tl_bytescan tl_bytescan_avx512;
#elif defined(__aarch64__)
extern const struct tl_bytescan tl_bytescan_neon;
#endif

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* Class bits: the row (high half) is part of each, as a class never spans two rows. */
enum {
	CLASS_NUL = 1 << 0,       /* 00 */
	CLASS_BACKSPACE = 1 << 1, /* 08 */
	CLASS_TAB = 1 << 2,       /* 09 */
	CLASS_CR = 1 << 3,        /* 0d */
	CLASS_CTRL_0 = 1 << 4,    /* the rest of row 0, but for the newline */
	CLASS_CTRL_1 = 1 << 5,    /* row 1 but for the escape */
	CLASS_ESCAPE = 1 << 6,    /* 1b */
	CLASS_DEL = 1 << 7,       /* 7f */
};

#define CTRLS (CLASS_CTRL_0 | CLASS_CTRL_1)

static const uint8_t class_low[16] = {
	[0x0] = CLASS_NUL | CLASS_CTRL_1,
	[0x1] = CTRLS,
	[0x2] = CTRLS,
	[0x3] = CTRLS,
	[0x4] = CTRLS,
	[0x5] = CTRLS,
	[0x6] = CTRLS,
	[0x7] = CTRLS,
	[0x8] = CLASS_BACKSPACE | CLASS_CTRL_1,
	[0x9] = CLASS_TAB | CLASS_CTRL_1,
	[0xa] = CLASS_CTRL_1,
	[0xb] = CLASS_CTRL_0 | CLASS_ESCAPE,
	[0xc] = CTRLS,
	[0xd] = CLASS_CR | CLASS_CTRL_1,
	[0xe] = CTRLS,
	[0xf] = CTRLS | CLASS_DEL,
};

static const uint8_t class_high[16] = {
	[0x0] = CLASS_NUL | CLASS_BACKSPACE | CLASS_TAB | CLASS_CR | CLASS_CTRL_0,
	[0x1] = CLASS_CTRL_1 | CLASS_ESCAPE,
	[0x7] = CLASS_DEL,
};

/* The bytes of a word, or-ed together. */
static inline unsigned or_bytes(uint64_t word)
{
	word |= word >> 32;
	word |= word >> 16;
	word |= word >> 8;
	return (unsigned)word & 0xff;
}

/* The TL_HAS_ bits for the classes met, and for all bytes or-ed together. */
static inline unsigned has_of(unsigned classes, unsigned ored)
{
	unsigned has = 0;

	if (classes & CLASS_ESCAPE)
		has |= TL_HAS_ESCAPE;
	if (classes & CLASS_BACKSPACE)
		has |= TL_HAS_BACKSPACE;
	if (classes & CLASS_CR)
		has |= TL_HAS_CR;
	if (classes & CLASS_NUL)
		has |= TL_HAS_NUL;
	if (classes & CLASS_TAB)
		has |= TL_HAS_TAB;
	if (classes & (CTRLS | CLASS_DEL))
		has |= TL_HAS_CONTROL;
	if (ored & 0x80)
		has |= TL_HAS_HIGH;
	return has;
}

/* Where the nth bit that is set stands; there must be so many. */
static inline unsigned select64(uint64_t mask, unsigned nth)
{
#ifdef __BMI2__
	return (unsigned)_tzcnt_u64(_pdep_u64(UINT64_C(1) << nth, mask));
#else
	while (nth--)
		mask &= mask - 1;
	return (unsigned)__builtin_ctzll(mask);
#endif
}

/* Small enough for the first-level cache, as the block with the hit is read twice. */
#define NTH_BLOCK 8192

static ALWAYS_INLINE size_t nth_by_mask(uint64_t (*count)(const uint8_t *, size_t, uint8_t),
					uint64_t (*mask64)(const uint8_t *, uint8_t),
					const uint8_t *p, size_t n, uint8_t byte, uint64_t nth)
{
	size_t at = 0;

	for (; n - at >= NTH_BLOCK; at += NTH_BLOCK) {
		uint64_t here = count(p + at, NTH_BLOCK, byte);

		if (here > nth)
			break;
		nth -= here;
	}
	for (; n - at >= 64; at += 64) {
		uint64_t mask = mask64(p + at, byte);
		unsigned here = (unsigned)__builtin_popcountll(mask);

		if (here > nth)
			return at + select64(mask, (unsigned)nth);
		nth -= here;
	}
	for (; at < n; at++)
		if (p[at] == byte && nth-- == 0)
			return at;
	return n;
}

#endif
