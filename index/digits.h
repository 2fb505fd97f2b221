/*
 * digits.h: decimal numbers in text, eight digits at a time in one register.
 *
 * Eight bytes are loaded as a little-endian number, so the first is the lowest.  All functions look at
 * nothing but the bytes they are given.
 */
#ifndef TL_INDEX_DIGITS_H
#define TL_INDEX_DIGITS_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TL_DIGITS_ZEROS UINT64_C(0x3030303030303030)

static inline bool tl_is_digit(uint8_t c)
{
	return (uint8_t)(c - '0') < 10;
}

/* The first 8 of `n` bytes; 0 behind the last. */
static inline uint64_t tl_digits_load(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	if (n >= 8)
		return tl_get64(p);
	memcpy(&v, p, n);
	return le64toh(v);
}

/* Behind the digits at s[at]. */
static inline size_t tl_digits_end(const uint8_t *s, size_t len, size_t at)
{
	while (at < len && tl_is_digit(s[at]))
		at++;
	return at;
}

/* Has a bit set in each byte that is no digit, and nowhere else. */
static inline uint64_t tl_digits_others(uint64_t v)
{
	uint64_t x = v ^ TL_DIGITS_ZEROS, low = x & UINT64_C(0x0f0f0f0f0f0f0f0f);

	return (x | (low + UINT64_C(0x0606060606060606))) & UINT64_C(0xf0f0f0f0f0f0f0f0);
}

/* How many of the first bytes are digits; of the last. */
static inline unsigned tl_digits_count(uint64_t v)
{
	uint64_t others = tl_digits_others(v);

	return others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
}

static inline unsigned tl_digits_count_last(uint64_t v)
{
	uint64_t others = tl_digits_others(v);

	return others ? (unsigned)__builtin_clzll(others) / 8 : 8;
}

/* The number that 8 digits are; bytes of 0 count as the digit 0. */
static inline uint32_t tl_digits_value(uint64_t v)
{
	v &= UINT64_C(0x0f0f0f0f0f0f0f0f);
	v = v * 10 + (v >> 8); /* pairs, in bytes 0, 2, 4, 6 */
	v = ((v & UINT64_C(0x000000ff000000ff)) * (100 + (UINT64_C(1000000) << 32)) +
	     ((v >> 16) & UINT64_C(0x000000ff000000ff)) * (1 + (UINT64_C(10000) << 32))) >>
	    32;
	return (uint32_t)v;
}

/* The number that the first `n` digits are, 1 to 8 of them. */
static inline uint32_t tl_digits_first(uint64_t v, unsigned n)
{
	return tl_digits_value(v << (64 - 8 * n));
}

/* 10^n for n of 0 to 9. */
static inline uint32_t tl_digits_power(unsigned n)
{
	static const uint32_t powers[10] = { 1,      10,      100,      1000,      10000,
					     100000, 1000000, 10000000, 100000000, 1000000000 };

	return powers[n];
}

/* The digits at s[at] as those behind a point, of 10^9; how many there are, 0 to 9.  More than nine: the
 * first nine. */
static inline unsigned tl_digits_fraction(const uint8_t *s, size_t len, size_t at, uint32_t *value)
{
	uint64_t v = tl_digits_load(s + at, len - at);
	unsigned n = tl_digits_count(v);

	*value = 0;
	if (n == 0)
		return 0;
	*value = tl_digits_first(v, n);
	if (n == 8 && at + 8 < len && tl_is_digit(s[at + 8])) {
		*value = *value * 10 + (s[at + 8] - '0');
		return 9;
	}
	*value *= tl_digits_power(9 - n);
	return n;
}

/* Two digits and two digits as numbers: each in the byte of its first digit. */
static inline uint64_t tl_digits_pairs(uint64_t v)
{
	v &= UINT64_C(0x0f0f0f0f0f0f0f0f);
	return v * 10 + (v >> 8);
}

/* Two digits; 100 or more: they are none. */
static inline unsigned tl_digits_two(const uint8_t *p)
{
	unsigned a = (uint8_t)(p[0] - '0'), b = (uint8_t)(p[1] - '0');

	return a < 10 && b < 10 ? 10 * a + b : 100;
}

static inline bool tl_is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static inline bool tl_is_alnum(uint8_t c)
{
	return tl_is_digit(c) || (uint8_t)((c | 0x20) - 'a') < 26;
}

#endif
