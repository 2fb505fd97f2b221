/*
 * print.h: numbers and names written straight into memory, for lines made by the million.
 *
 * Each put_*() writes at p, where there is room, and gives the byte behind what it wrote.
 * put_text() copies in blocks of 16: what it reads and writes has SLACK bytes to spare behind.
 */
#ifndef TL_DECODERS_PT_PRINT_H
#define TL_DECODERS_PT_PRINT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TL_PRINT_SLACK 16
#define TL_PRINT_U64   20 /* digits of the largest number */

extern const char tl_print_pairs[200]; /* "00" "01" ... "99" */
extern const char tl_print_bytes[512]; /* "00" "01" ... "ff" */

static inline uint8_t *put_text(uint8_t *p, const void *text, size_t len)
{
	const uint8_t *from = text;
	uint8_t *to = p;

	do {
		memcpy(to, from, 16);
		to += 16;
		from += 16;
	} while (to < p + len);
	return p + len;
}

static inline uint8_t *put_blanks(uint8_t *p, size_t len)
{
	uint8_t *to = p;

	do {
		memset(to, ' ', 16);
		to += 16;
	} while (to < p + len);
	return p + len;
}

static inline uint8_t *put_pair(uint8_t *p, unsigned below_100)
{
	memcpy(p, tl_print_pairs + 2 * below_100, 2);
	return p + 2;
}

static inline uint8_t *put_4_digits(uint8_t *p, unsigned below_10000)
{
	return put_pair(put_pair(p, below_10000 / 100), below_10000 % 100);
}

static inline uint8_t *put_9_digits(uint8_t *p, uint32_t below_1e9)
{
	uint32_t high = below_1e9 / 10000;

	*p = (uint8_t)('0' + high / 10000);
	return put_4_digits(put_4_digits(p + 1, high % 10000), below_1e9 % 10000);
}

/* Decimal; the digits end at `end`, and where they begin is returned. */
static inline uint8_t *put_dec_before(uint8_t *end, uint64_t n)
{
	while (n >= 100) {
		end -= 2;
		memcpy(end, tl_print_pairs + 2 * (n % 100), 2);
		n /= 100;
	}
	if (n >= 10) {
		end -= 2;
		memcpy(end, tl_print_pairs + 2 * n, 2);
	} else {
		*--end = (uint8_t)('0' + n);
	}
	return end;
}

/* Decimal, at least `width` wide with blanks before.  Room: width or 20 bytes, and the slack. */
static inline uint8_t *put_dec(uint8_t *p, uint64_t n, size_t width)
{
	uint8_t digits[TL_PRINT_U64 + TL_PRINT_SLACK], *end = digits + TL_PRINT_U64;
	uint8_t *from = put_dec_before(end, n);
	size_t len = (size_t)(end - from);

	if (len < width)
		p = put_blanks(p, width - len);
	memcpy(p, from, 8);
	if (len > 8)
		memcpy(p + 8, from + 8, len - 8);
	return p + len;
}

static inline uint8_t *put_hex(uint8_t *p, uint64_t n)
{
	unsigned ndigits = n ? (67 - (unsigned)__builtin_clzll(n)) / 4 : 1, i;
	uint8_t *end = p + ndigits;

	for (i = ndigits; i >= 2; i -= 2) {
		memcpy(p + i - 2, tl_print_bytes + 2 * (n & 0xff), 2);
		n >>= 8;
	}
	if (i == 1)
		*p = (uint8_t)tl_print_bytes[2 * (n & 0xf) + 1];
	return end;
}

/* Hexadecimal, 16 wide with blanks before. */
static inline uint8_t *put_hex_16(uint8_t *p, uint64_t n)
{
	unsigned ndigits = n ? (67 - (unsigned)__builtin_clzll(n)) / 4 : 1;

	memset(p, ' ', 16);
	return put_hex(p + 16 - ndigits, n);
}

#define PUT_LITERAL(p, s) ((uint8_t *)memcpy((p), (s), sizeof(s) - 1) + sizeof(s) - 1)

#endif
