/*
 * bytescan.h: the byte loops that run over whole files, one table a CPU level.
 * All functions: any thread, no allocation, any alignment, n may be 0, never read
 * outside [p, p + n).
 */
#ifndef TL_INDEX_BYTESCAN_H
#define TL_INDEX_BYTESCAN_H

#include <stddef.h>
#include <stdint.h>

/* What a run of bytes holds besides plain text. */
enum {
	TL_HAS_ESCAPE = 1 << 0,
	TL_HAS_BACKSPACE = 1 << 1,
	TL_HAS_CR = 1 << 2,
	TL_HAS_NUL = 1 << 3,
	TL_HAS_HIGH = 1 << 4, /* a byte of 0x80 and above: not ASCII */
	TL_HAS_CONTROL =
	    1 << 5, /* another control character than those above, tab or newline; or DEL */
	TL_HAS_TAB = 1 << 6,
};

struct tl_bytescan {
	const char *name;  /* "avx2" */
	unsigned features; /* TL_CPU_ bits it needs */

	/* How many bytes equal `byte`. */
	uint64_t (*count)(const uint8_t *p, size_t n, uint8_t byte);

	/* Offset of the nth (from 0) byte equal to `byte`; n itself when there are not so many. */
	size_t (*nth)(const uint8_t *p, size_t n, uint8_t byte, uint64_t nth);

	/* count() of newlines and the TL_HAS_ bits of the run, in one pass. */
	uint64_t (*survey)(const uint8_t *p, size_t n, unsigned *has);
};

/* The best table for this CPU. */
const struct tl_bytescan *tl_bytescan(void);

/* All tables this CPU can run, best first, NULL behind the last; for tests. */
const struct tl_bytescan *const *tl_bytescan_all(void);

#endif
