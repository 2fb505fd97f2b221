/*
 * keyindex.h: numbers 0, 1, 2, ... for keys of 64 bits (threads, mostly), in the order in which they come;
 * what belongs to a key is in an array of its owner.
 */
#ifndef TL_DECODERS_KEYINDEX_H
#define TL_DECODERS_KEYINDEX_H

#include <stdint.h>

#define TL_KEYINDEX_NONE UINT32_MAX

/* All zero is empty.  One thread at a time. */
struct tl_keyindex {
	uint64_t *keys; /* by number */
	uint32_t n, cap;
	uint32_t *slots; /* hash: number + 1 */
	uint32_t nslots; /* 0, or a power of two */
};

/* The number of a key; a new one's is what n was.  TL_KEYINDEX_NONE: no memory. */
uint32_t tl_keyindex_number(struct tl_keyindex *ix, uint64_t key);

/* Likewise, TL_KEYINDEX_NONE: it has none. */
uint32_t tl_keyindex_have(const struct tl_keyindex *ix, uint64_t key);

void tl_keyindex_clear(struct tl_keyindex *ix); /* keeps the memory */
void tl_keyindex_fini(struct tl_keyindex *ix);

#endif
