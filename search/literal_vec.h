/*
 * literal_vec.h: the vector search for a pair of bytes, written once for all CPU levels.
 * A literal_<level>.c defines, before it includes this:
 *
 *   WIDTH           places looked at in one step
 *   vec             a vector of WIDTH bytes;  vec_load(p), vec_splat(byte), vec_or(a, b)
 *   places          a set of places;  places_eq2(a, b, c, d): where a == b and c == d
 *   places_or(a, b), places_any(x)
 *   places_bits(x)  the set as bits of a uint64_t, the lowest place lowest
 *   PLACE_BITS      log2 of the number of bits a place has there (one of them set at most)
 *   TABLE, NAME, FEATURES
 *
 * Four steps go into one branch, which is hardly ever taken.  The end of the text is looked at
 * with one step that overlaps what was seen before; a text shorter than a step goes to
 * the plain table.
 */
#include "base/cpu.h"
#include "search/literal.h"

struct probe {
	vec byte[2], fold[2];
	size_t at[2];
};

static inline struct probe make_probe(const struct tl_needle *nd)
{
	struct probe pr;

	for (int i = 0; i < 2; i++) {
		pr.at[i] = nd->at[i];
		pr.byte[i] = vec_splat(nd->bytes[nd->at[i]]);
		pr.fold[i] = vec_splat(nd->fold[nd->at[i]]);
	}
	return pr;
}

/* Among the WIDTH places from p on, those where both bytes are. */
static inline places look(const struct probe *pr, const uint8_t *p, bool icase)
{
	vec a = vec_load(p + pr->at[0]), b = vec_load(p + pr->at[1]);

	if (icase) {
		a = vec_or(a, pr->fold[0]);
		b = vec_or(b, pr->fold[1]);
	}
	return places_eq2(a, pr->byte[0], b, pr->byte[1]);
}

static inline size_t first_of(const struct tl_needle *nd, const uint8_t *p, places set)
{
	for (uint64_t bits = places_bits(set); bits; bits &= bits - 1) {
		size_t i = (size_t)__builtin_ctzll(bits) >> PLACE_BITS;

		if (tl_needle_at(nd, p + i))
			return i;
	}
	return TL_LITERAL_NONE;
}

static inline size_t last_of(const struct tl_needle *nd, const uint8_t *p, places set)
{
	uint64_t bits = places_bits(set);

	while (bits) {
		unsigned top = 63 - (unsigned)__builtin_clzll(bits);

		if (tl_needle_at(nd, p + (top >> PLACE_BITS)))
			return top >> PLACE_BITS;
		bits ^= UINT64_C(1) << top;
	}
	return TL_LITERAL_NONE;
}

static inline __attribute__((always_inline)) size_t first(const struct tl_needle *nd,
							  const uint8_t *p, size_t n, bool icase)
{
	struct probe pr = make_probe(nd);
	size_t nplaces = n - nd->len + 1, i = 0, got;

	for (; i + 4 * WIDTH <= nplaces; i += 4 * WIDTH) {
		places set[4];

		for (int j = 0; j < 4; j++)
			set[j] = look(&pr, p + i + j * WIDTH, icase);
		if (__builtin_expect(!places_any(places_or(places_or(set[0], set[1]),
							   places_or(set[2], set[3]))),
				     1))
			continue;
		for (int j = 0; j < 4; j++) {
			got = first_of(nd, p + i + j * WIDTH, set[j]);
			if (got != TL_LITERAL_NONE)
				return i + j * WIDTH + got;
		}
	}
	while (i < nplaces) {
		if (i > nplaces - WIDTH)
			i = nplaces - WIDTH;
		got = first_of(nd, p + i, look(&pr, p + i, icase));
		if (got != TL_LITERAL_NONE)
			return i + got;
		i += WIDTH;
	}
	return TL_LITERAL_NONE;
}

static inline __attribute__((always_inline)) size_t last(const struct tl_needle *nd,
							 const uint8_t *p, size_t n, bool icase)
{
	struct probe pr = make_probe(nd);
	size_t left = n - nd->len + 1, got;

	for (; left >= 4 * WIDTH; left -= 4 * WIDTH) {
		const uint8_t *at = p + left - 4 * WIDTH;
		places set[4];

		for (int j = 0; j < 4; j++)
			set[j] = look(&pr, at + j * WIDTH, icase);
		if (__builtin_expect(!places_any(places_or(places_or(set[0], set[1]),
							   places_or(set[2], set[3]))),
				     1))
			continue;
		for (int j = 3; j >= 0; j--) {
			got = last_of(nd, at + j * WIDTH, set[j]);
			if (got != TL_LITERAL_NONE)
				return (size_t)(at - p) + j * WIDTH + got;
		}
	}
	while (left > 0) {
		size_t i = left > WIDTH ? left - WIDTH : 0;

		got = last_of(nd, p + i, look(&pr, p + i, icase));
		if (got != TL_LITERAL_NONE)
			return i + got;
		left = i;
	}
	return TL_LITERAL_NONE;
}

static bool too_short(const struct tl_needle *nd, size_t n)
{
	return n < nd->len || n - nd->len + 1 < WIDTH;
}

static size_t table_first(const struct tl_needle *nd, const uint8_t *p, size_t n)
{
	if (too_short(nd, n))
		return tl_literal_plain.first(nd, p, n);
	return nd->icase ? first(nd, p, n, true) : first(nd, p, n, false);
}

static size_t table_last(const struct tl_needle *nd, const uint8_t *p, size_t n)
{
	if (too_short(nd, n))
		return tl_literal_plain.last(nd, p, n);
	return nd->icase ? last(nd, p, n, true) : last(nd, p, n, false);
}

const struct tl_literal TABLE = {
	.name = NAME,
	.features = FEATURES,
	.first = table_first,
	.last = table_last,
};
