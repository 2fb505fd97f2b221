/*
 * literal.h: find a fixed string, one table a CPU level.
 *
 * The search looks for a *pair* of the string's bytes, the two that are rarest in logs,
 * traces and source text, at their distance from each other: a vector of places at a time,
 * and the whole string is compared only where both are.  Ignoring case means ASCII case:
 * where the string has a letter, text bytes are compared with bit 0x20 set.
 */
#ifndef TL_SEARCH_LITERAL_H
#define TL_SEARCH_LITERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TL_LITERAL_NONE SIZE_MAX

/* The string to find, prepared; const while searched for. */
struct tl_needle {
	uint8_t *bytes; /* small letters where case does not count */
	uint8_t *fold;  /* per byte 0x20 where either case will do, else 0 */
	size_t len;     /* at least 1 */
	size_t at[2];   /* where the two bytes are to look for, the rarest first; equal for len 1 */
	bool icase;
};

/* Copies the bytes.  False: out of memory, nd is empty. */
bool tl_needle_init(struct tl_needle *nd, const void *bytes, size_t len, bool icase);
void tl_needle_fini(struct tl_needle *nd);

/* How common the byte is in text, 0 (hardly ever) .. 255 (space); in steps of a power of two. */
unsigned tl_literal_rank(uint8_t byte);

/* All functions: any thread, any alignment, n may be 0, never read outside [p, p + n). */
struct tl_literal {
	const char *name;  /* "avx2" */
	unsigned features; /* TL_CPU_ bits it needs */

	/* Offset of the first, the last place where the whole needle is; or TL_LITERAL_NONE. */
	size_t (*first)(const struct tl_needle *nd, const uint8_t *p, size_t n);
	size_t (*last)(const struct tl_needle *nd, const uint8_t *p, size_t n);
};

/* The best table for this CPU. */
const struct tl_literal *tl_literal(void);

/* All tables this CPU can run, best first, NULL behind the last; for tests. */
const struct tl_literal *const *tl_literal_all(void);

/* The tables; those of another architecture do not exist. */
extern const struct tl_literal tl_literal_plain, tl_literal_sse2, tl_literal_avx2,
    tl_literal_avx512, tl_literal_neon;

/* Is the needle at p?  nd->len bytes must be there. */
static inline bool tl_needle_at(const struct tl_needle *nd, const uint8_t *p)
{
	size_t i = 0;

	if ((p[0] | nd->fold[0]) != nd->bytes[0]) /* mostly so: saves a call */
		return false;
	if (!nd->icase)
		return memcmp(p, nd->bytes, nd->len) == 0;
	for (; i + 8 <= nd->len; i += 8) {
		uint64_t text, fold, want;

		memcpy(&text, p + i, 8);
		memcpy(&fold, nd->fold + i, 8);
		memcpy(&want, nd->bytes + i, 8);
		if ((text | fold) != want)
			return false;
	}
	for (; i < nd->len; i++)
		if ((p[i] | nd->fold[i]) != nd->bytes[i])
			return false;
	return true;
}

#endif
