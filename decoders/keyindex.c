/* keyindex.c: see keyindex.h. */
#include "decoders/keyindex.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define FEWEST 32

/* Keys come from files: none can be made that meet, as nobody knows where the
 * slots are in memory. */
static size_t hash(const struct tl_keyindex *ix, uint64_t key)
{
	return XXH3_64bits_withSeed(&key, sizeof(key), (uintptr_t)ix->slots);
}

/* The slot that has a key, or would. */
static uint32_t *find_slot(const struct tl_keyindex *ix, uint64_t key)
{
	for (size_t at = hash(ix, key);; at++) {
		uint32_t *slot = &ix->slots[at & (ix->nslots - 1)];

		if (*slot == 0 || ix->keys[*slot - 1] == key)
			return slot;
	}
}

/* Both have room: half of the slots stay empty. */
static bool grow(struct tl_keyindex *ix)
{
	uint32_t cap = ix->cap ? 2 * ix->cap : FEWEST;
	uint64_t *keys = realloc(ix->keys, cap * sizeof(*keys));
	uint32_t *slots;

	if (!keys)
		return false;
	ix->keys = keys;
	slots = calloc(2 * (size_t)cap, sizeof(*slots));
	if (!slots)
		return false;
	free(ix->slots);
	ix->slots = slots;
	ix->nslots = 2 * cap;
	ix->cap = cap;
	for (uint32_t i = 0; i < ix->n; i++)
		*find_slot(ix, ix->keys[i]) = i + 1;
	return true;
}

uint32_t tl_keyindex_number(struct tl_keyindex *ix, uint64_t key)
{
	uint32_t *slot;

	if (ix->n == ix->cap && !grow(ix))
		return TL_KEYINDEX_NONE;
	slot = find_slot(ix, key);
	if (*slot == 0) {
		ix->keys[ix->n++] = key;
		*slot = ix->n;
	}
	return *slot - 1;
}

uint32_t tl_keyindex_have(const struct tl_keyindex *ix, uint64_t key)
{
	return ix->n > 0 ? *find_slot(ix, key) - 1 : TL_KEYINDEX_NONE;
}

void tl_keyindex_clear(struct tl_keyindex *ix)
{
	if (ix->n > 0)
		memset(ix->slots, 0, ix->nslots * sizeof(*ix->slots));
	ix->n = 0;
}

void tl_keyindex_fini(struct tl_keyindex *ix)
{
	free(ix->keys);
	free(ix->slots);
	*ix = (struct tl_keyindex){ 0 };
}
