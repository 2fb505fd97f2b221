/*
 * numericstamps.c: dates of digits alone, in the ways that are not ISO 8601's.
 */
#include "index/dateparts.h"

#include <string.h>

/* They begin within so many bytes. */
#define LOOK_COMPACT   128
#define LOOK_DOTTED    64
#define DOTTED_LENGTH  19 /* 22.11.2026 11:39:33 */
#define COMPACT_LENGTH 15 /* 20261122T113933 */
#define SHORT_LENGTH   15 /* 261122 11:39:33 */
#define SLASHED_LENGTH 16 /* 1/2/2026 1:39:33 */

/* Eight digits, or six, of a date, in the first bytes. */
TL_STAMP_NEXT(compact)
{
	size_t look = l->len < LOOK_COMPACT ? l->len : LOOK_COMPACT;

	for (size_t at = from; at < look; at++) {
		size_t n = tl_digits_end(l->s, l->len, at) - at;

		if ((n == 8 || n == 6) && (at == 0 || !tl_is_alnum(l->s[at - 1])))
			return at;
		at += n;
	}
	return TL_STAMP_NOWHERE;
}

/* `113933`; the byte behind it, its fraction and the half of the day, or 0. */
static size_t read_plain_time(const struct tl_stampline *l, size_t at, struct tl_civil *c,
			      unsigned *digits)
{
	if (tl_digits_end(l->s, l->len, at) != at + 6)
		return 0;
	c->hour = tl_digits_two(l->s + at);
	c->minute = tl_digits_two(l->s + at + 2);
	c->second = tl_digits_two(l->s + at + 4);
	return tl_date_half(l, tl_date_fraction(l, at + 6, &c->ns, digits), c);
}

/* `20261122 11:39:33.123`, `20261122-11:39:33`, `20261122T113933Z`. */
TL_STAMP_READER(compact)
{
	const uint8_t *p = l->s + col;
	struct tl_civil c;
	int32_t zone;
	size_t end;

	if (tl_date_is_within(l, col, COMPACT_LENGTH) || tl_digits_count(tl_get64(p)) != 8 ||
	    !memchr("T -_", p[8], 4))
		return false;
	c.year = tl_date_year(p);
	c.month = tl_digits_two(p + 4);
	c.day = tl_digits_two(p + 6);
	end = tl_date_time(l, col + 9, &c, &out->digits);
	if (end == 0 && p[8] == 'T')
		end = read_plain_time(l, col + 9, &c, &out->digits);
	if (end == 0 || c.year < 1990)
		return false;
	end = tl_date_zone(l, end, &zone);
	return tl_date_give(&c, end, zone, out);
}

/* Is the name of a level at `at`, as logs of Java have it? */
static bool is_level(const struct tl_stampline *l, size_t at)
{
	static const char levels[][7] = { " INFO ",  " WARN ",  " ERROR ",
					  " DEBUG ", " TRACE ", " FATAL " };

	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		size_t n = strnlen(levels[i], sizeof(levels[i]));

		if (at < l->len && l->len - at >= n && memcmp(l->s + at, levels[i], n) == 0)
			return true;
	}
	return false;
}

/* At the beginning, or behind `[I `. */
TL_STAMP_NEXT(two_digits)
{
	size_t at = l->len > 3 && l->s[0] == '[' && l->s[2] == ' ' ? 3 : 0;

	return at >= from && at < l->len ? at : TL_STAMP_NOWHERE;
}

/* Years of two digits, where they are known to come first: `26/11/22 11:39:33 INFO ` of Spark, `261122 11:39:33 `
 * of MySQL and others, `261122 113933 148 INFO ` of Hadoop. */
TL_STAMP_READER(two_digits)
{
	const uint8_t *p = l->s + col;
	struct tl_civil c;
	size_t end, step;

	if (tl_date_is_within(l, col, SHORT_LENGTH))
		return false;
	step = p[2] == '/' && p[5] == '/' ? 3 : 2;
	c.year = 2000 + tl_digits_two(p);
	c.month = tl_digits_two(p + step);
	c.day = tl_digits_two(p + 2 * step);
	end = col + 2 * step + 2;
	if (l->s[end] != ' ')
		return false;
	if (tl_digits_end(l->s, l->len, end + 1) == end + 7) {
		end = read_plain_time(l, end + 1, &c, &out->digits);
		if (step != 2 || end >= l->len || l->s[end] != ' ' ||
		    !is_level(l, tl_digits_end(l->s, l->len, end + 1)))
			return false;
	} else {
		end = tl_date_time(l, end + 1, &c, &out->digits);
		if (end == 0 || (step == 3 && !is_level(l, end)))
			return false;
	}
	return c.year < 2070 && tl_date_give(&c, end, 0, out);
}

/* `22.11.2026 11:39:33` */
TL_STAMP_NEXT(dotted)
{
	for (; from < LOOK_DOTTED && from + DOTTED_LENGTH <= l->len; from++) {
		const uint8_t *p = l->s + from;

		if (p[2] == '.' && p[5] == '.' && p[10] == ' ')
			return from;
	}
	return TL_STAMP_NOWHERE;
}

TL_STAMP_READER(dotted)
{
	const uint8_t *p = l->s + col;
	struct tl_civil c;
	size_t end;

	if (tl_date_is_within(l, col, DOTTED_LENGTH) || p[2] != '.' || p[5] != '.' || p[10] != ' ')
		return false;
	c.day = tl_digits_two(p);
	c.month = tl_digits_two(p + 3);
	c.year = tl_date_year(p + 6);
	end = tl_date_time(l, col + 11, &c, &out->digits);
	return end != 0 && tl_date_give(&c, end, 0, out);
}

/* At the beginning, or in a bracket there. */
TL_STAMP_NEXT(slashed)
{
	size_t at = l->len > 0 && l->s[0] == '[';

	return at >= from && at < l->len && tl_is_digit(l->s[at]) ? at : TL_STAMP_NOWHERE;
}

/* One digit or two at *at, which goes behind them. */
static unsigned read_one_or_two(const struct tl_stampline *l, size_t *at)
{
	size_t begin = *at, end = tl_digits_end(l->s, l->len, begin);

	*at = end;
	if (end == begin + 1)
		return (unsigned)(l->s[begin] - '0');
	return end == begin + 2 ? tl_digits_two(l->s + begin) : 100;
}

/* `11/22/2026 11:39:33`, `1/2/2026, 1:39:33 PM`, `11/22/2026-11:39:33.123`. */
static bool read_slashed(const struct tl_stampline *l, size_t col, bool day_first,
			 struct tl_stamp *out)
{
	struct tl_civil c;
	unsigned first, second;
	size_t at = col, end;

	if (tl_date_is_within(l, col, SLASHED_LENGTH))
		return false;
	first = read_one_or_two(l, &at);
	if (at >= l->len || l->s[at++] != '/')
		return false;
	second = read_one_or_two(l, &at);
	if (at >= l->len || l->s[at++] != '/' || tl_digits_end(l->s, l->len, at) != at + 4)
		return false;
	c.year = tl_date_year(l->s + at);
	c.month = day_first ? second : first;
	c.day = day_first ? first : second;
	at += 4;
	at += at < l->len && l->s[at] == ',';
	if (at >= l->len || (l->s[at] != ' ' && l->s[at] != '-'))
		return false;
	end = tl_date_hours(l, at + 1, &c, &out->digits);
	return end != 0 && tl_date_give(&c, end, 0, out);
}

TL_STAMP_READER(month_first)
{
	return read_slashed(l, col, false, out);
}

TL_STAMP_READER(day_first)
{
	return read_slashed(l, col, true, out);
}
