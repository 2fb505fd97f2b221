/*
 * dateparts.h: what dates and times of day in text are made of, as far as several readers of them need it.  They look at
 * nothing but the line.
 */
#ifndef TL_INDEX_DATEPARTS_H
#define TL_INDEX_DATEPARTS_H

#include "index/calendar.h"
#include "index/digits.h"
#include "index/timekinds.h"

#define TL_DATE_TIME_LENGTH 8 /* 11:39:33 */

/* `.123` or `,123` at `at`, if it is there: returns the byte behind it.  Digits behind the
 * ninth are passed over.  Behind a comma the next column of a table may begin: it has 3, 6 or 9 digits there. */
static inline size_t tl_date_fraction(const struct tl_stampline *l, size_t at, uint32_t *ns,
				      unsigned *digits)
{
	size_t end;
	unsigned n;

	*ns = 0;
	*digits = 0;
	if (at + 1 >= l->len || (l->s[at] != '.' && l->s[at] != ','))
		return at;
	n = tl_digits_fraction(l->s, l->len, at + 1, ns);
	end = at + 1 + n;
	if (n == 0 ||
	    (l->s[at] == ',' &&
	     (n % 3 != 0 || (end < l->len && (l->s[end] == '.' || tl_is_digit(l->s[end])))))) {
		*ns = 0;
		return at;
	}
	*digits = n;
	while (n == 9 && end < l->len && tl_is_digit(l->s[end]))
		end++;
	return end;
}

/* The minutes of a zone, or 60: those that there are are quarters of an hour. */
static inline unsigned tl_date_zone_minutes(const uint8_t *p)
{
	unsigned minutes = tl_digits_two(p);

	return minutes < 60 && minutes % 15 == 0 ? minutes : 60;
}

/* `+0100`, `+01:00`, or where they may be short `+01`, in `n` bytes: its bytes, 0: none.  No longer number is one. */
static inline size_t tl_date_offset(const uint8_t *p, size_t n, bool may_be_short, int32_t *zone)
{
	unsigned hours, minutes = 0;
	size_t end = 3;

	if (n < 3 || (p[0] != '+' && p[0] != '-'))
		return 0;
	hours = tl_digits_two(p + 1);
	if (hours > 14)
		return 0;
	if (n >= 6 && p[3] == ':' && tl_is_digit(p[4]))
		minutes = tl_date_zone_minutes(p + 4), end = 6;
	else if (n >= 5 && tl_is_digit(p[3]))
		minutes = tl_date_zone_minutes(p + 3), end = 5;
	else if (!may_be_short)
		return 0; /* more likely something else, like a difference */
	if (minutes == 60 || (end < n && tl_is_digit(p[end])))
		return 0;
	*zone = (int32_t)(hours * 3600 + minutes * 60);
	if (p[0] == '-')
		*zone = -*zone;
	return end;
}

/* `Z`, ` UTC`, `+0100`, ` +01:00`, `+01` at `at`, if it is there: returns the byte behind it. */
static inline size_t tl_date_zone(const struct tl_stampline *l, size_t at, int32_t *zone)
{
	const uint8_t *p = l->s + at;
	size_t n = l->len - at, blank = n > 0 && p[0] == ' ', offset;

	*zone = 0;
	if (n >= 1 && p[0] == 'Z')
		return at + 1;
	if (n >= 4 && blank && (memcmp(p + 1, "UTC", 3) == 0 || memcmp(p + 1, "GMT", 3) == 0))
		return at + 4;
	offset = tl_date_offset(p + blank, n - blank, !blank, zone);
	return offset > 0 ? at + blank + offset : at;
}

/* Is there a letter or a digit before `col`, or `n` bytes too few behind? */
static inline bool tl_date_is_within(const struct tl_stampline *l, size_t col, size_t n)
{
	return col > l->len || l->len - col < n || (col > 0 && tl_is_alnum(l->s[col - 1]));
}

/* Does a blank or nothing follow? */
static inline bool tl_date_ends(const struct tl_stampline *l, size_t at)
{
	return at >= l->len || tl_is_blank(l->s[at]);
}

/* A blank at `at`, or one of those that a line is not broken at (U+00A0, U+202F): how many bytes it has. */
static inline size_t tl_date_blank(const struct tl_stampline *l, size_t at)
{
	size_t n = l->len - at;

	if (n > 0 && l->s[at] == ' ')
		return 1;
	if (n > 1 && l->s[at] == 0xc2 && l->s[at + 1] == 0xa0)
		return 2;
	return n > 2 && memcmp(l->s + at, "\xe2\x80\xaf", 3) == 0 ? 3 : 0;
}

/* `PM`, `am`, `p.m.` at `at`, a blank before it or not, where no longer word is: the hour is that of half a day. */
static inline size_t tl_date_half(const struct tl_stampline *l, size_t at, struct tl_civil *c)
{
	size_t end = at + tl_date_blank(l, at);
	uint8_t half;

	if (l->len - end < 2 || c->hour - 1 > 11)
		return at;
	half = l->s[end] | 0x20;
	if (half != 'a' && half != 'p')
		return at;
	end++;
	end += l->s[end] == '.';
	if (end >= l->len || (l->s[end] | 0x20) != 'm')
		return at;
	end++;
	end += end < l->len && l->s[end] == '.';
	if (end < l->len && (tl_is_alnum(l->s[end]) || l->s[end] == '_'))
		return at;
	c->hour = c->hour % 12 + (half == 'p' ? 12 : 0);
	return end;
}

/* `11:39:33`, a fraction and a half of the day at `at`; the byte behind it, or 0. */
static inline size_t tl_date_time(const struct tl_stampline *l, size_t at, struct tl_civil *c,
				  unsigned *digits)
{
	size_t end = at + TL_DATE_TIME_LENGTH;
	uint64_t v;

	if (at > l->len || l->len - at < TL_DATE_TIME_LENGTH)
		return 0;
	v = tl_get64(l->s + at);
	if ((tl_digits_others(v) & UINT64_C(0xffff00ffff00ffff)) ||
	    (v & UINT64_C(0x0000ff0000ff0000)) != UINT64_C(0x00003a00003a0000)) /* two colons */
		return 0;
	v = tl_digits_pairs(v);
	c->hour = v & 0xff;
	c->minute = v >> 24 & 0xff;
	c->second = v >> 48 & 0xff;
	if (c->hour > 23 || c->minute > 59 || c->second > 60)
		return 0;
	if (end < l->len &&
	    (tl_is_digit(l->s[end]) || (l->s[end] == ':' && !tl_date_ends(l, end + 1))))
		return 0;
	return tl_date_half(l, tl_date_fraction(l, end, &c->ns, digits), c);
}

/* Two digits, or a blank and one. */
static inline unsigned tl_date_day(const uint8_t *p)
{
	return p[0] == ' ' && tl_is_digit(p[1]) ? (unsigned)(p[1] - '0') : tl_digits_two(p);
}

/* A time of day, whose hour may have one digit. */
static inline size_t tl_date_hours(const struct tl_stampline *l, size_t at, struct tl_civil *c,
				   unsigned *digits)
{
	uint8_t padded[64] = "0";
	struct tl_stampline p = { padded, 0 };
	size_t n, end;

	if (at + 1 >= l->len || l->s[at + 1] != ':')
		return tl_date_time(l, at, c, digits);
	n = l->len - at < sizeof(padded) - 1 ? l->len - at : sizeof(padded) - 1;
	memcpy(padded + 1, l->s + at, n);
	p.len = n + 1;
	end = tl_date_time(&p, 0, c, digits);
	return end > 0 ? at + end - 1 : 0;
}

/* Four digits; 10000 or more: they are none. */
static inline unsigned tl_date_year(const uint8_t *p)
{
	unsigned a = tl_digits_two(p), b = tl_digits_two(p + 2);

	return a < 100 && b < 100 ? 100 * a + b : 10000;
}

static inline bool tl_date_give(const struct tl_civil *c, size_t end, int32_t zone,
				struct tl_stamp *out)
{
	if (!tl_civil_valid(c))
		return false;
	out->end = end;
	out->zone = zone;
	out->ns = tl_zone_to_utc(tl_civil_ns(c), zone);
	return true;
}

#endif
