/*
 * datestamps.c: times that are dates and times of day.  Their column is that of the first byte.
 */
#include "index/dateparts.h"

/* A date begins within so many bytes; that of a web server's log; a time of day. */
#define LOOK_ISO 64
#define LOOK_CLF 512
#define LOOK_DAY 32

#define ISO_LENGTH    19 /* 2026-11-22T11:39:33 */
#define DMY_LENGTH    20 /* 22/Nov/2026:11:39:33 */
#define CTIME_LENGTH  24 /* Sun Nov 22 11:39:33 2026 */
#define SYSLOG_LENGTH 15 /* Nov 22 11:39:33 */
#define MINUTE_LENGTH 12 /* Nov22 11:39] */
#define MDY_LENGTH    20 /* Nov 2 2026 11:39:33 + 1 */
#define GLOG_LENGTH   15 /* 1122 11:39:33.1 */
#define LOGCAT_LENGTH 16 /* 11-22 11:39:33.1 */

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
	out->end = tl_date_fraction(l, col + ISO_LENGTH, &c.ns, &out->digits);
	out->end = tl_date_half(l, out->end, &c);
	out->end = tl_date_zone(l, out->end, &zone);
	out->zone = zone;
	out->ns = tl_zone_to_utc(tl_civil_ns(&c), zone);
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

	if (tl_date_is_within(l, col, DMY_LENGTH) || p[2] != p[6] || !memchr("/- ", p[2], 3) ||
	    (p[11] != ':' && p[11] != ' '))
		return false;
	c.day = tl_date_day(p);
	c.month = tl_month_named(p + 3, 3);
	c.year = tl_date_year(p + 7);
	end = tl_date_time(l, col + 12 + (p[11] == ':' && p[12] == ':'), &c, &out->digits);
	if (end == 0)
		return false;
	end = tl_date_zone(l, end, &zone);
	return tl_date_give(&c, end, zone, out);
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

	if (tl_date_is_within(l, col, CTIME_LENGTH) || p[3] != ' ' || p[7] != ' ' || p[10] != ' ' ||
	    !tl_weekday_named(p, 3))
		return false;
	c.month = tl_month_named(p + 4, 3);
	c.day = tl_date_day(p + 8);
	end = tl_date_time(l, col + 11, &c, &out->digits);
	if (end == 0)
		return false;
	if (l->len - end > 4 && l->s[end] == ' ' && !tl_is_digit(l->s[end + 1])) {
		for (end++; end < l->len && tl_is_alnum(l->s[end]);)
			end++;
	}
	if (l->len - end < 5 || l->s[end] != ' ')
		return false;
	c.year = tl_date_year(l->s + end + 1);
	return tl_date_give(&c, end + 5, 0, out);
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

/* A month and a day; the 29th of February is one in leap years only. */
static bool give_yearless(const struct tl_timeform *f, struct tl_civil *c, size_t end,
			  struct tl_stamp *out)
{
	if (c->month - 1 > 11 || c->day - 1 > 30)
		return false;
	out->ns = tl_stamp_yearless(f, c);
	out->end = end;
	out->zone = 0;
	return tl_civil_valid(c);
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

	if (tl_date_is_within(l, col, SYSLOG_LENGTH) || p[3] != ' ' || p[6] != ' ')
		return false;
	c.day = tl_date_day(p + 4);
	end = tl_date_time(l, col + 7, &c, &out->digits);
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

	if (tl_date_is_within(l, col, MDY_LENGTH) || p[3] != ' ')
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
	c.year = tl_date_year(l->s + end + 1);
	end += 5;
	end += l->s[end] == ',';
	if (l->s[end] != ' ')
		return false;
	end = tl_date_hours(l, end + 1, &c, &out->digits);
	return end != 0 && tl_date_give(&c, end, 0, out);
}

/* `[Nov22 11:39]` of dmesg -e, once a minute. */
TL_STAMP_READER(minute)
{
	const uint8_t *p = l->s + col;
	struct tl_civil c = { .ns = 0 };

	if (tl_date_is_within(l, col, MINUTE_LENGTH) || col == 0 || p[-1] != '[' || p[5] != ' ' ||
	    p[8] != ':' || p[11] != ']')
		return false;
	c.month = tl_month_named(p, 3);
	c.day = tl_date_day(p + 3);
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
	end = tl_date_time(l, col + year + 5, &c, &out->digits);
	if (end == 0 || out->digits == 0)
		return false;
	if (year == 0)
		return give_yearless(f, &c, end, out);
	c.year = tl_date_year(p);
	return tl_date_give(&c, end, 0, out);
}

/* `11-22 11:39:33.123` of Android's logcat. */
TL_STAMP_READER(logcat)
{
	const uint8_t *p = l->s + col;
	struct tl_civil c;
	size_t end;

	if (tl_date_is_within(l, col, LOGCAT_LENGTH) || p[2] != '-' || p[5] != ' ')
		return false;
	c.month = tl_digits_two(p);
	c.day = tl_digits_two(p + 3);
	end = tl_date_time(l, col + 6, &c, &out->digits);
	return end != 0 && out->digits > 0 && give_yearless(f, &c, end, out);
}

/* `11:39:33.123` at `col`, and nothing that makes something else of it. */
static size_t read_day_time(const struct tl_stampline *l, size_t col, struct tl_stamp *out)
{
	struct tl_civil c = { .year = 1970, .month = 1, .day = 1 };
	size_t end;

	if (tl_date_is_within(l, col, TL_DATE_TIME_LENGTH) ||
	    (col > 0 && memchr(".:,-+", l->s[col - 1], 5)))
		return 0;
	end = tl_date_time(l, col, &c, &out->digits);
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
	for (; from < LOOK_DAY && from + TL_DATE_TIME_LENGTH <= l->len; from++) {
		const uint8_t *p = l->s + from;

		if (p[2] == ':' && p[5] == ':' &&
		    (from == lead ||
		     (from + TL_DATE_TIME_LENGTH < l->len && (p[8] == '.' || p[8] == ','))))
			return from;
	}
	return TL_STAMP_NOWHERE;
}

TL_STAMP_READER(day)
{
	return read_day_time(l, col, out) != 0;
}
