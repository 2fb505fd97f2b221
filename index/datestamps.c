/*
 * datestamps.c: times that are dates and times of day.  Their column is that of the first byte.
 */
#include "index/calendar.h"
#include "index/digits.h"
#include "index/timekinds.h"

/* An ISO date begins within so many bytes. */
#define LOOK_ISO 64

#define ISO_LENGTH 19 /* 2026-11-22T11:39:33 */

static const uint32_t pow10[10] = { 1,      10,      100,      1000,      10000,
				    100000, 1000000, 10000000, 100000000, 1000000000 };

static bool is_alnum(uint8_t c)
{
	return tl_is_digit(c) || (uint8_t)((c | 0x20) - 'a') < 26;
}

/* `.123` or `,123` at `at`, if it is there: returns the byte behind it.  Digits behind the
 * ninth are passed over. */
static size_t read_fraction(const struct tl_stampline *l, size_t at, uint32_t *ns, unsigned *digits)
{
	uint64_t v;
	unsigned n;

	*ns = 0;
	*digits = 0;
	if (at + 1 >= l->len || (l->s[at] != '.' && l->s[at] != ','))
		return at;
	v = tl_digits_load(l->s + at + 1, l->len - at - 1);
	n = tl_digits_count(v);
	if (n == 0)
		return at;
	*ns = tl_digits_first(v, n);
	at += 1 + n;
	if (n == 8 && at < l->len && tl_is_digit(l->s[at])) {
		*ns = *ns * 10 + (l->s[at++] - '0');
		n++;
	}
	*ns *= pow10[9 - n];
	*digits = n;
	while (at < l->len && tl_is_digit(l->s[at]))
		at++;
	return at;
}

/* Two digits; 100 or more: they are none. */
static unsigned two(const uint8_t *p)
{
	unsigned a = (uint8_t)(p[0] - '0'), b = (uint8_t)(p[1] - '0');

	return a < 10 && b < 10 ? 10 * a + b : 100;
}

/* `Z`, ` UTC`, `+0100`, ` +01:00`, `+01` at `at`, if it is there: returns the byte behind it. */
static size_t read_zone(const struct tl_stampline *l, size_t at, int32_t *zone)
{
	const uint8_t *p = l->s + at;
	size_t n = l->len - at, blank = n > 0 && p[0] == ' ';
	unsigned hours, minutes = 0;

	*zone = 0;
	if (n >= 1 && p[0] == 'Z')
		return at + 1;
	if (n >= 4 && blank && (memcmp(p + 1, "UTC", 3) == 0 || memcmp(p + 1, "GMT", 3) == 0))
		return at + 4;
	if (n < 3 + blank || (p[blank] != '+' && p[blank] != '-'))
		return at;
	p += blank + 1;
	n -= blank + 1;
	hours = two(p);
	if (hours > 14)
		return at;
	if (n >= 5 && p[2] == ':' && two(p + 3) < 60)
		minutes = two(p + 3), at += 3;
	else if (n >= 4 && two(p + 2) < 60)
		minutes = two(p + 2), at += 2;
	else if (blank)
		return at; /* more likely something else, like a difference */
	*zone = (int32_t)(hours * 3600 + minutes * 60);
	if (p[-1] == '-')
		*zone = -*zone;
	return at + blank + 3;
}

size_t tl_stamp_next_iso(const struct tl_stampline *l, size_t from)
{
	for (; from < LOOK_ISO && from + ISO_LENGTH <= l->len; from++) {
		const uint8_t *p = l->s + from;

		if ((p[4] == '-' || p[4] == '/') && p[7] == p[4])
			return from;
	}
	return TL_STAMP_NOWHERE;
}

/* Two digits and two digits as numbers: each in the byte of its first digit. */
static uint64_t pairs(uint64_t v)
{
	v &= UINT64_C(0x0f0f0f0f0f0f0f0f);
	return v * 10 + (v >> 8);
}

/* `2026-11-22 11:39:33`, with `/`, `T`, a fraction, a zone. */
TL_STAMP_READER(iso)
{
	const uint8_t *p = l->s + col;
	struct tl_civil c;
	uint64_t date, time;
	int32_t zone;

	if (col > l->len || l->len - col < ISO_LENGTH || (col > 0 && is_alnum(p[-1])))
		return false;
	date = tl_get64(p);     /* 2026-11- */
	time = tl_get64(p + 8); /* 22T11:39 */
	if ((tl_digits_others(date) & UINT64_C(0x00ffff00ffffffff)) |
	    (tl_digits_others(time) & UINT64_C(0xffff00ffff00ffff)))
		return false;
	if (p[4] != p[7] || (p[4] != '-' && p[4] != '/') || (p[10] != 'T' && p[10] != ' ') ||
	    p[13] != ':' || p[16] != ':')
		return false;
	date = pairs(date);
	time = pairs(time);
	c.year = (unsigned)(date & 0xff) * 100 + (unsigned)(date >> 16 & 0xff);
	c.month = (unsigned)(date >> 40 & 0xff);
	c.day = (unsigned)(time & 0xff);
	c.hour = (unsigned)(time >> 24 & 0xff);
	c.minute = (unsigned)(time >> 48 & 0xff);
	c.second = two(p + 17);
	if (!tl_civil_valid(&c))
		return false;
	out->end = read_fraction(l, col + ISO_LENGTH, &c.ns, &out->digits);
	out->end = read_zone(l, out->end, &zone);
	out->zone = zone;
	out->ns = tl_zone_to_utc(tl_civil_ns(&c), zone);
	return true;
}
