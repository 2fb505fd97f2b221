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
 * like a PSB's.  A PSB that covers whole words of two blocks may begin up to 15 bytes before
 * the first block in which it is noticed; *done* is how far all positions were tried.
 */
static inline size_t find_by_blocks(bool (*has)(const uint8_t *p), size_t block,
				    const uint8_t *bytes, size_t len, size_t at)
{
	size_t done = at;

	for (; at <= len && len - at >= block; at += block) {
		size_t from, found;

		if (__builtin_expect(!has(bytes + at), 1))
			continue;
		from = at - done < TL_PT_PSB_SIZE ? done : at - (TL_PT_PSB_SIZE - 1);
		found = psb_between(bytes, len, from, at + block);
		if (found != len)
			return found;
		done = at + block;
	}
	if (at > len)
		return len;
	return psb_between(bytes, len, at - done < TL_PT_PSB_SIZE ? done : at - TL_PT_PSB_SIZE + 1,
			   len);
}

#endif
