/* packers.h: makes compressed files of each format that is read as a stream. */
#ifndef TESTS_UNIT_PACKERS_H
#define TESTS_UNIT_PACKERS_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

struct packer {
	const char *name; /* the format's */
	/* Append `n` bytes, compressed as one member. */
	void (*pack)(const uint8_t *bytes, size_t n, struct tl_buf *out);
};

/* All of them; ends with name NULL. */
extern const struct packer packers[];

const struct packer *packer_of(const char *name);

#endif
