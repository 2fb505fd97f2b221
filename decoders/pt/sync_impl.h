/*
 * sync_impl.h: what the tables of sync*.c share.
 *
 * A PSB is 16 bytes, 02 82 eight times.  Wherever it begins, it covers at least three whole
 * words of 4 bytes that lie at multiples of 4 from where a scan began, and each of them reads
 * 02 82 02 82 or 82 02 82 02.  So a scan compares words only, a block at a time; a block that
 * has such a word is looked at again byte by byte, and in real traces that is next to never
 * in vain.
 */
#ifndef TL_DECODERS_PT_SYNC_IMPL_H
#define TL_DECODERS_PT_SYNC_IMPL_H

#include "decoders/pt/sync.h"

#include <string.h>

#define PSB_EVEN UINT32_C(0x82028202) /* 02 82 02 82, as a little-endian word */
#define PSB_ODD  UINT32_C(0x02820282)

extern const struct tl_pt_psbscan tl_pt_psbscan_plain, tl_pt_psbscan_sse2, tl_pt_psbscan_avx2;

static inline uint64_t load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Is there a PSB at `at`?  Of a longer run of 02 82 it is the last eight. */
static inline bool psb_at(const uint8_t *bytes, size_t len, size_t at)
{
	const uint8_t *p = bytes + at;

	if (len < TL_PT_PSB_SIZE || at > len - TL_PT_PSB_SIZE || p[0] != 0x02 || p[1] != 0x82 ||
	    memcmp(p, p + 2, TL_PT_PSB_SIZE - 2) != 0)
		return false;
	return len - at < TL_PT_PSB_REACH || p[16] != 0x02 || p[17] != 0x82;
}

/* The first PSB that begins in [from, end); len: none does. */
static inline size_t psb_between(const uint8_t *bytes, size_t len, size_t from, size_t end)
{
	for (; from < end; from++)
		if (psb_at(bytes, len, from))
			return from;
	return len;
}

/*
 * The loop around `has`, which says whether one of the words of the `block` bytes at p looks
 * like a PSB's (words of 4 bytes, or of 8).  Then these words are gone through: a PSB begins at the
 * first whole word of 4 bytes in it, or up to 3 bytes before.  That word can be the last one of
 * the block before, if `has` looks at words of 8 bytes.
 */
static inline size_t find_by_blocks(bool (*has)(const uint8_t *p), size_t block,
				    const uint8_t *bytes, size_t len, size_t at)
{
	const size_t start = at;

	for (; at <= len && len - at >= block; at += block) {
		if (__builtin_expect(!has(bytes + at), 1))
			continue;
		for (size_t w = at > start ? at - 4 : at; w < at + block; w += 4) {
			uint32_t word;
			size_t found;

			memcpy(&word, bytes + w, sizeof(word));
			if (word != PSB_EVEN && word != PSB_ODD)
				continue;
			found = psb_between(bytes, len, w - start < 3 ? start : w - 3, w + 1);
			if (found != len)
				return found;
		}
	}
	if (at > len)
		return len;
	return psb_between(bytes, len, at - start < 7 ? start : at - 7, len);
}

#endif
