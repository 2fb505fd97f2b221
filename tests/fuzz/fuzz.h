/* fuzz.h: what the targets share. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What each target defines: any bytes, as one input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static inline void must(bool condition)
{
	if (!condition)
		abort();
}

/* A copy of an input to be changed; free() it. */
static inline uint8_t *fuzz_copy(const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);

	must(copy != NULL);
	return n > 0 ? memcpy(copy, data, n) : copy;
}

#endif
