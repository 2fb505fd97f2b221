/* sum.h: the checksum of a saved file, made right: a fuzzer does not guess it. */
#ifndef TESTS_FUZZ_SUM_H
#define TESTS_FUZZ_SUM_H

#include <stddef.h>
#include <stdint.h>
#include <xxhash.h>

#define SUM_BYTES sizeof(uint64_t)

/* The last of n bytes, of which there are SUM_BYTES at least, become the checksum of those before. */
static inline void fuzz_mend_sum(uint8_t *bytes, size_t n)
{
	uint64_t sum = XXH3_64bits(bytes, n - SUM_BYTES);

	for (size_t i = 0; i < SUM_BYTES; i++)
		bytes[n - SUM_BYTES + i] = (uint8_t)(sum >> (8 * i));
}

#endif
