/*
 * datestamps.c: times that are dates and times of day.  Their column is that of the first byte.
 */
#include "index/calendar.h"
#include "index/digits.h"
#include "index/timekinds.h"

/* A date begins within so many bytes; that of a web server's log; a time of day. */
#define LOOK_ISO 64
#define LOOK_CLF 512
#define LOOK_DAY 32

#define LOOK_COMPACT 128

#define ISO_LENGTH     19 /* 2026-11-22T11:39:33 */
#define TIME_LENGTH    8  /* 11:39:33 */
#define DMY_LENGTH     20 /* 22/Nov/2026:11:39:33 */
#define CTIME_LENGTH   24 /* Sun Nov 22 11:39:33 2026 */
#define SYSLOG_LENGTH  15 /* Nov 22 11:39:33 */
#define MINUTE_LENGTH  12 /* Nov22 11:39] */
#define MDY_LENGTH     20 /* Nov 2 2026 11:39:33 + 1 */
#define COMPACT_LENGTH 15 /* 20261122T113933 */
#define SHORT_LENGTH   15 /* 261122 11:39:33 */
#define GLOG_LENGTH    15 /* 1122 11:39:33.1 */
#define LOGCAT_LENGTH  16 /* 11-22 11:39:33.1 */

/* `.123` or `,123` at `at`, if it is there: returns the byte behind it.  Digits behind the
 * ninth are passed over. */
static size_t read_fraction(const struct tl_stampline *l, size_t at, uint32_t *ns, unsigned *digits)
{
	unsigned n;

	*ns = 0;
	*digits = 0;
	if (at + 1 >= l->len || (l->s[at] != '.' && l->s[at] != ','))
		return at;
	n = tl_digits_fraction(l->s, l->len, at + 1, ns);
	if (n == 0)
		return at;
	*digits = n;
	at += 1 + n;
	while (n == 9 && at < l->len && tl_is_digit(l->s[at]))
		at++;
	return at;
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
	hours = tl_digits_two(p);
	if (hours > 14)
		return at;
	if (n >= 5 && p[2] == ':' && tl_digits_two(p + 3) < 60)
		minutes = tl_digits_two(p + 3), at += 3;
	else if (n >= 4 && tl_digits_two(p + 2) < 60)
		minutes = tl_digits_two(p + 2), at += 2;
	else if (blank)
		return at; /* more likely something else, like a difference */
	*zone = (int32_t)(hours * 3600 + minutes * 60);
	if (p[-1] == '-')
		*zone = -*zone;
	return at + blank + 3;
}

TL_STAMP_NEXT(iso)
{
	for (; from < LOOK_ISO && from + ISO_LENGTH <= l->len; from++) {
		const uint8_t *p = l->s + from;

		if ((p[4] == '-' || p[4] == '/') && p[7] == p[4])
			return from;
	}
	return TL_STAMP_NOWHERE;
}

/* What stands between a date and a time. */
static bool is_between(uint8_t c)
{
	return c == 'T' || c == ' ' || c == '_' || c == '\t';
}

/* `2026-11-22 11:39:33`, with `/`, with `T`, `_` or a tab, a fraction, a zone. */
TL_STAMP_READER(iso)
{
	const uint8_t *p = l->s + col;
	struct tl_civil c;
	uint64_t date, time;
	int32_t zone;

	if (col > l->len || l->len - col < ISO_LENGTH || (col > 0 && tl_is_alnum(p[-1])))
		return false;
	date = tl_get64(p);     /* 2026-11- */
	time = tl_get64(p + 8); /* 22T11:39 */
	if ((tl_digits_others(date) & UINT64_C(0x00ffff00ffffffff)) |
	    (tl_digits_others(time) & UINT64_C(0xffff00ffff00ffff)))
		return false;
	if (p[4] != p[7] || (p[4] != '-' && p[4] != '/') || !is_between(p[10]) || p[13] != ':' ||
	    p[16] != ':')
		return false;
	date = tl_digits_pairs(date);
	time = tl_digits_pairs(time);
	c.year = (unsigned)(date & 0xff) * 100 + (unsigned)(date >> 16 & 0xff);
	c.month = (unsigned)(date >> 40 & 0xff);
	c.day = (unsigned)(time & 0xff);
	c.hour = (unsigned)(time >> 24 & 0xff);
	c.minute = (unsigned)(time >> 48 & 0xff);
	c.second = tl_digits_two(p + 17);
	if (!tl_civil_valid(&c))
		return false;
	out->end = read_fraction(l, col + ISO_LENGTH, &c.ns, &out->digits);
	out->end = read_zone(l, out->end, &zone);
	out->zone = zone;
	out->ns = tl_zone_to_utc(tl_civil_ns(&c), zone);
	return true;
}

/* Is there a letter or a digit before `col`, or `n` bytes too few behind? */
static bool is_within(const struct tl_stampline *l, size_t col, size_t n)
{
	return col > l->len || l->len - col < n || (col > 0 && tl_is_alnum(l->s[col - 1]));
}

/* Does a blank or nothing follow? */
static bool ends_so(const struct tl_stampline *l, size_t at)
{
	return at >= l->len || tl_is_blank(l->s[at]);
}

/* `11:39:33` and a fraction at `at`; the byte behind it, or 0. */
static size_t read_time(const struct tl_stampline *l, size_t at, struct tl_civil *c,
			unsigned *digits)
{
	size_t end = at + TIME_LENGTH;
	uint64_t v;

	if (at > l->len || l->len - at < TIME_LENGTH)
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
	if (end < l->len && (tl_is_digit(l->s[end]) || (l->s[end] == ':' && !ends_so(l, end + 1))))
		return 0;
	return read_fraction(l, end, &c->ns, digits);
}

/* ` AM` or ` PM` at `at`, where nothing else begins with it: the hour is that of half a day. */
static size_t read_half(const struct tl_stampline *l, size_t at, struct tl_civil *c)
{
	const uint8_t *p = l->s + at;

	if (at >= l->len || l->len - at < 3 || p[0] != ' ' || (p[1] != 'A' && p[1] != 'P') ||
	    p[2] != 'M' || c->hour - 1 > 11)
		return at;
	if (l->len - at > 3 && !memchr(" \t\r,])", p[3], 6))
		return at;
	c->hour = c->hour % 12 + (p[1] == 'P' ? 12 : 0);
	return at + 3;
}

/* Two digits, or a blank and one. */
static unsigned read_day(const uint8_t *p)
{
	return p[0] == ' ' && tl_is_digit(p[1]) ? (unsigned)(p[1] - '0') : tl_digits_two(p);
}

/* The same, of an hour that may have one digit. */
static size_t read_hours(const struct tl_stampline *l, size_t at, struct tl_civil *c,
			 unsigned *digits)
{
	uint8_t padded[64] = "0";
	struct tl_stampline p = { padded, 0 };
	size_t n, end;

	if (at + 1 >= l->len || l->s[at + 1] != ':')
		return read_time(l, at, c, digits);
	n = l->len - at < sizeof(padded) - 1 ? l->len - at : sizeof(padded) - 1;
	memcpy(padded + 1, l->s + at, n);
	p.len = n + 1;
	end = read_time(&p, 0, c, digits);
	return end > 0 ? at + end - 1 : 0;
}

/* Four digits; 10000 or more: they are none. */
static unsigned read_year(const uint8_t *p)
{
	unsigned a = tl_digits_two(p), b = tl_digits_two(p + 2);

	return a < 100 && b < 100 ? 100 * a + b : 10000;
}

static bool give(const struct tl_civil *c, size_t end, int32_t zone, struct tl_stamp *out)
{
	if (!tl_civil_valid(c))
		return false;
	out->end = end;
	out->zone = zone;
	out->ns = tl_zone_to_utc(tl_civil_ns(c), zone);
	return true;
}

/* In the first bracket that begins with a date, anywhere in what may be long before it (a user's name,
 * addresses). */
TL_STAMP_NEXT(clf)
{
	size_t look = l->len < LOOK_CLF ? l->len : LOOK_CLF;

	while (from < look) {
		const uint8_t *p = memchr(l->s + from, '[', look - from);
		size_t at = p ? (size_t)(p - l->s) + 1 : look;

		if (at + DMY_LENGTH <= l->len && at > from && l->s[at + 2] == '/' &&
		    l->s[at + 6] == '/')
			return at;
		from = at;
	}
	return TL_STAMP_NOWHERE;
}

TL_STAMP_NEXT(dmy)
{
	for (; from < LOOK_ISO && from + DMY_LENGTH <= l->len; from++) {
		const uint8_t *p = l->s + from;

		if ((p[2] == '-' || p[2] == ' ') && p[6] == p[2])
			return from;
	}
	return TL_STAMP_NOWHERE;
}

/* `22/Nov/2026:11:39:33 +0000`, with `-` or blanks, a blank or two colons before the time, a fraction. */
TL_STAMP_READER(dmy)
{
	const uint8_t *p = l->s + col;
	struct tl_civil c;
	int32_t zone;
	size_t end;

	if (is_within(l, col, DMY_LENGTH) || p[2] != p[6] || !memchr("/- ", p[2], 3) ||
	    (p[11] != ':' && p[11] != ' '))
		return false;
	c.day = read_day(p);
	c.month = tl_month_named(p + 3, 3);
	c.year = read_year(p + 7);
	end = read_time(l, col + 12 + (p[11] == ':' && p[12] == ':'), &c, &out->digits);
	if (end == 0)
		return false;
	end = read_zone(l, read_half(l, end, &c), &zone);
	return give(&c, end, zone, out);
}

/* At the beginning, or in the first bracket. */
TL_STAMP_NEXT(ctime)
{
	size_t at = from == 0 && l->len > 0 && l->s[0] != '[' ? 0 : tl_stamp_behind_bracket(l);

	return at >= from && at < l->len ? at : TL_STAMP_NOWHERE;
}

/* `Sun Nov 22 11:39:33 2026`, with a fraction, `UTC` before the year. */
TL_STAMP_READER(ctime)
{
	const uint8_t *p = l->s + col;
	struct tl_civil c;
	size_t end;

	if (is_within(l, col, CTIME_LENGTH) || p[3] != ' ' || p[7] != ' ' || p[10] != ' ' ||
	    !tl_weekday_named(p, 3))
		return false;
	c.month = tl_month_named(p + 4, 3);
	c.day = read_day(p + 8);
	end = read_time(l, col + 11, &c, &out->digits);
	if (end == 0)
		return false;
	end = read_half(l, end, &c);
	if (l->len - end > 4 && l->s[end] == ' ' && !tl_is_digit(l->s[end + 1])) {
		for (end++; end < l->len && tl_is_alnum(l->s[end]);)
			end++;
	}
	if (l->len - end < 5 || l->s[end] != ' ')
		return false;
	c.year = read_year(l->s + end + 1);
	return give(&c, end + 5, 0, out);
}

uint64_t tl_stamp_yearless(const struct tl_timeform *f, struct tl_civil *c)
{
	uint64_t ns;

	c->year = f->year;
	ns = tl_civil_ns(c);
	if (ns < f->earliest) {
		c->year++;
		ns = tl_civil_ns(c);
	}
	return ns;
}

/* A month and a day in some year, which may be a leap year. */
static bool give_yearless(const struct tl_timeform *f, struct tl_civil *c, size_t end,
			  struct tl_stamp *out)
{
	if (c->month - 1 > 11 || c->day - 1 > 30)
		return false;
	out->ns = tl_stamp_yearless(f, c);
	out->end = end;
	out->zone = 0;
	return true;
}

/* At the beginning, or behind `<34>` there. */
TL_STAMP_NEXT(syslog)
{
	size_t at = 0;

	if (l->len > 5 && l->s[0] == '<')
		for (at = 1; at < 5 && l->s[at - 1] != '>';)
			at++;
	return at >= from && at < l->len ? at : TL_STAMP_NOWHERE;
}

/* `Nov 22 11:39:33`, with a fraction. */
TL_STAMP_READER(syslog)
{
	const uint8_t *p = l->s + col;
	struct tl_civil c;
	size_t end;

	if (is_within(l, col, SYSLOG_LENGTH) || p[3] != ' ' || p[6] != ' ')
		return false;
	c.day = read_day(p + 4);
	end = read_time(l, col + 7, &c, &out->digits);
	if (end == 0)
		return false;
	c.month = tl_month_named(p, 3);
	return give_yearless(f, &c, end, out);
}

/* `Nov 22, 2026 11:39:33 AM` of Java, `Nov 22 2026 11:39:33:` of network devices. */
TL_STAMP_READER(mdy)
{
	const uint8_t *p = l->s + col;
	struct tl_civil c;
	size_t at, end;

	if (is_within(l, col, MDY_LENGTH) || p[3] != ' ')
		return false;
	c.month = tl_month_named(p, 3);
	at = col + 4 + (p[4] == ' ');
	end = tl_digits_end(l->s, l->len, at);
	if (end == at || end > at + 2 || l->len - end < 14)
		return false;
	c.day = end == at + 2 ? tl_digits_two(l->s + at) : (unsigned)(l->s[at] - '0');
	end += l->s[end] == ',';
	if (l->s[end] != ' ')
		return false;
	c.year = read_year(l->s + end + 1);
	end += 5;
	end += l->s[end] == ',';
	if (l->s[end] != ' ')
		return false;
	end = read_hours(l, end + 1, &c, &out->digits);
	return end != 0 && give(&c, read_half(l, end, &c), 0, out);
}

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

/* `113933`; the byte behind it and its fraction, or 0. */
static size_t read_plain_time(const struct tl_stampline *l, size_t at, struct tl_civil *c,
			      unsigned *digits)
{
	if (tl_digits_end(l->s, l->len, at) != at + 6)
		return 0;
	c->hour = tl_digits_two(l->s + at);
	c->minute = tl_digits_two(l->s + at + 2);
	c->second = tl_digits_two(l->s + at + 4);
	return read_fraction(l, at + 6, &c->ns, digits);
}

/* `20261122 11:39:33.123`, `20261122-11:39:33`, `20261122T113933Z`. */
TL_STAMP_READER(compact)
{
	const uint8_t *p = l->s + col;
	struct tl_civil c;
	int32_t zone;
	size_t end;

	if (is_within(l, col, COMPACT_LENGTH) || tl_digits_count(tl_get64(p)) != 8 ||
	    !memchr("T -_", p[8], 4))
		return false;
	c.year = read_year(p);
	c.month = tl_digits_two(p + 4);
	c.day = tl_digits_two(p + 6);
	end = read_time(l, col + 9, &c, &out->digits);
	if (end == 0 && p[8] == 'T')
		end = read_plain_time(l, col + 9, &c, &out->digits);
	if (end == 0 || c.year < 1990)
		return false;
	end = read_zone(l, end, &zone);
	return give(&c, end, zone, out);
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

	if (is_within(l, col, SHORT_LENGTH))
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
		end = read_time(l, end + 1, &c, &out->digits);
		if (end == 0 || (step == 3 && !is_level(l, end)))
			return false;
	}
	return c.year < 2070 && give(&c, end, 0, out);
}

/* `22.11.2026 11:39:33` */
TL_STAMP_NEXT(dotted)
{
	for (; from < LOOK_ISO && from + ISO_LENGTH <= l->len; from++) {
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

	if (is_within(l, col, ISO_LENGTH) || p[2] != '.' || p[5] != '.' || p[10] != ' ')
		return false;
	c.day = tl_digits_two(p);
	c.month = tl_digits_two(p + 3);
	c.year = read_year(p + 6);
	end = read_time(l, col + 11, &c, &out->digits);
	return end != 0 && give(&c, end, 0, out);
}

/* `[Nov22 11:39]` of dmesg -e, once a minute. */
TL_STAMP_READER(minute)
{
	const uint8_t *p = l->s + col;
	struct tl_civil c = { .ns = 0 };

	if (is_within(l, col, MINUTE_LENGTH) || col == 0 || p[-1] != '[' || p[5] != ' ' ||
	    p[8] != ':' || p[11] != ']')
		return false;
	c.month = tl_month_named(p, 3);
	c.day = read_day(p + 3);
	c.hour = tl_digits_two(p + 6);
	c.minute = tl_digits_two(p + 9);
	out->digits = 0;
	return c.hour < 24 && c.minute < 60 && give_yearless(f, &c, col + 11, out);
}

/* `[  +0.000123] `, between them. */
bool tl_stamp_goes_on_minute(const struct tl_stampline *l)
{
	return l->s[0] == '[' || l->s[0] == ' ';
}

/* At the beginning: the level, a letter, is before the time. */
TL_STAMP_NEXT(glog)
{
	return from <= 1 && l->len > 1 && memchr("IWEFVD", l->s[0], 6) ? 1 : TL_STAMP_NOWHERE;
}

/* `I1122 11:39:33.123456`, or with the year: `I20261122 11:39:33.123456`. */
TL_STAMP_READER(glog)
{
	const uint8_t *p = l->s + col;
	size_t year = 0, end;
	struct tl_civil c;

	if (col != 1 || l->len < col + GLOG_LENGTH + 4 || !memchr("IWEFVD", l->s[0], 6))
		return false;
	if (p[4] != ' ') {
		year = 4;
		if (p[8] != ' ')
			return false;
	}
	c.month = tl_digits_two(p + year);
	c.day = tl_digits_two(p + year + 2);
	end = read_time(l, col + year + 5, &c, &out->digits);
	if (end == 0 || out->digits == 0)
		return false;
	if (year == 0)
		return give_yearless(f, &c, end, out);
	c.year = read_year(p);
	return give(&c, end, 0, out);
}

/* `11-22 11:39:33.123` of Android's logcat. */
TL_STAMP_READER(logcat)
{
	const uint8_t *p = l->s + col;
	struct tl_civil c;
	size_t end;

	if (is_within(l, col, LOGCAT_LENGTH) || p[2] != '-' || p[5] != ' ')
		return false;
	c.month = tl_digits_two(p);
	c.day = tl_digits_two(p + 3);
	end = read_time(l, col + 6, &c, &out->digits);
	return end != 0 && out->digits > 0 && give_yearless(f, &c, end, out);
}

/* `11:39:33.123` at `col`, and nothing that makes something else of it. */
static size_t read_day_time(const struct tl_stampline *l, size_t col, struct tl_stamp *out)
{
	struct tl_civil c = { .year = 1970, .month = 1, .day = 1 };
	size_t end;

	if (is_within(l, col, TIME_LENGTH) || (col > 0 && memchr(".:,-+", l->s[col - 1], 5)))
		return 0;
	end = read_time(l, col, &c, &out->digits);
	if (end > 0)
		end = read_half(l, end, &c);
	out->end = end;
	out->zone = 0;
	out->ns = tl_civil_ns(&c);
	return end;
}

TL_STAMP_READER(strace)
{
	size_t end = read_day_time(l, col, out);

	return end != 0 && tl_stamp_is_call(l, end);
}

/*
 * At the beginning, in a bracket there, and with a fraction anywhere near it: tables have durations
 * like this further behind.
 */
TL_STAMP_NEXT(day)
{
	size_t lead = 0;

	while (lead < l->len && (tl_is_blank(l->s[lead]) || l->s[lead] == '[' || l->s[lead] == '('))
		lead++;
	for (; from < LOOK_DAY && from + TIME_LENGTH <= l->len; from++) {
		const uint8_t *p = l->s + from;

		if (p[2] == ':' && p[5] == ':' &&
		    (from == lead || (from + TIME_LENGTH < l->len && (p[8] == '.' || p[8] == ','))))
			return from;
	}
	return TL_STAMP_NOWHERE;
}

TL_STAMP_READER(day)
{
	return read_day_time(l, col, out) != 0;
}
