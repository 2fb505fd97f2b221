/*
 * timetyped.c: times as people type them; see timestamp.h.
 *
 * A date and a time of day are read piece by piece, in any order that people use; what is missing
 * comes from the text: its zone, the year or the day that is looked at.
 */
#include "index/calendar.h"
#include "index/digits.h"
#include "index/timekinds.h"

#include <string.h>

/* What was typed so far. */
struct typed {
	const char *p;
	struct tl_civil c;
	uint64_t days; /* since the text's first midnight */
	int32_t zone;
	bool has_year, has_date, has_time, has_zone, has_days;
};

static void skip_blanks(struct typed *t)
{
	while (tl_is_blank((uint8_t)*t->p))
		t->p++;
}

/* Digits, `least` to `most` of them; false and nothing taken if there are others. */
static bool take_number(const char **s, unsigned least, unsigned most, unsigned *value)
{
	const char *p = *s;
	unsigned v = 0, n = 0;

	for (; tl_is_digit((uint8_t)*p) && n <= most; p++, n++)
		v = v * 10 + (unsigned)(*p - '0');
	if (n < least || n > most)
		return false;
	*value = v;
	*s = p;
	return true;
}

static bool take_char(const char **s, const char *which)
{
	if (!**s || !strchr(which, **s))
		return false;
	(*s)++;
	return true;
}

/* 2026-11-22, 2026/11/22 */
static bool take_iso_date(struct typed *t)
{
	const char *p = t->p;
	struct tl_civil c = t->c;

	if (!take_number(&p, 4, 4, &c.year) || !take_char(&p, "-/") ||
	    !take_number(&p, 1, 2, &c.month) || !take_char(&p, "-/") ||
	    !take_number(&p, 1, 2, &c.day))
		return false;
	if (*p == 'T')
		p++;
	t->c = c;
	t->p = p;
	return t->has_year = t->has_date = true;
}

static bool take_month(const char **s, unsigned *month)
{
	*month = tl_month_named((const uint8_t *)*s, strlen(*s));
	if (*month == 0)
		return false;
	for (*s += 3; (uint8_t)((**s | 0x20) - 'a') < 26;)
		(*s)++;
	return true;
}

/* 22/Nov/2026, 22-Nov-2026, 22 Nov, Nov 22, and a year behind either */
static bool take_named_date(struct typed *t)
{
	const char *p = t->p, *q;
	struct tl_civil c = t->c;

	if (take_number(&p, 1, 2, &c.day)) {
		if (!take_char(&p, "-/ ") || !take_month(&p, &c.month))
			return false;
	} else {
		if (!take_month(&p, &c.month))
			return false;
		while (*p == ' ')
			p++;
		if (!take_number(&p, 1, 2, &c.day))
			return false;
	}
	t->has_date = true;
	q = p;
	if (take_char(&q, "-/, "))
		q += strspn(q, " ");
	if (q > p && take_number(&q, 4, 4, &c.year)) {
		t->has_year = true;
		p = q;
		if (p[0] == ':' && tl_is_digit((uint8_t)p[1])) /* 22/Nov/2026:11:39:33 */
			p++;
	}
	t->c = c;
	t->p = p;
	return true;
}

/* 11:39, 11:39:33, 11:39:33.123456789 */
static bool take_time(struct typed *t)
{
	const char *p = t->p;
	struct tl_civil c = t->c;
	unsigned digits = 0;

	if (!take_number(&p, 1, 2, &c.hour) || !take_char(&p, ":") ||
	    !take_number(&p, 2, 2, &c.minute))
		return false;
	if (take_char(&p, ":")) {
		if (!take_number(&p, 2, 2, &c.second))
			return false;
		if (take_char(&p, ".,"))
			for (; tl_is_digit((uint8_t)*p) && digits < 9; p++, digits++)
				c.ns = c.ns * 10 + (unsigned)(*p - '0');
		c.ns *= tl_digits_power(9 - digits);
	}
	if (tl_is_digit((uint8_t)*p))
		return false;
	t->c = c;
	t->p = p;
	return t->has_time = true;
}

/* Z, UTC, +01:00, +0100, +01 */
static bool take_zone(struct typed *t)
{
	const char *p = t->p;
	unsigned hours, minutes = 0;
	bool east = *p == '+';

	if (strncmp(p, "UTC", 3) == 0 || strncmp(p, "GMT", 3) == 0) {
		t->p += 3;
		return t->has_zone = true;
	}
	if (take_char(&t->p, "Z"))
		return t->has_zone = true;
	if (!take_char(&p, "+-"))
		return false;
	if (take_number(&p, 4, 4, &hours)) {
		minutes = hours % 100;
		hours /= 100;
	} else if (!take_number(&p, 2, 2, &hours) ||
		   (take_char(&p, ":") && !take_number(&p, 2, 2, &minutes))) {
		return false;
	}
	if (hours > 14 || minutes > 59)
		return false;
	t->zone = (int32_t)(hours * 3600 + minutes * 60) * (east ? 1 : -1);
	t->p = p;
	return t->has_zone = true;
}

/* The year of `Sun Nov 22 11:39:33 2026` */
static bool take_year(struct typed *t)
{
	if (!take_number(&t->p, 4, 4, &t->c.year))
		return false;
	return t->has_year = true;
}

/* `3d ` of a text with times of day. */
static bool take_days(struct typed *t)
{
	const char *p = t->p;
	unsigned days;

	if (!take_number(&p, 1, 6, &days) || !take_char(&p, "d"))
		return false;
	t->days = days;
	t->p = p;
	return t->has_days = true;
}

static bool take_weekday(struct typed *t)
{
	if (!tl_weekday_named((const uint8_t *)t->p, strlen(t->p)))
		return false;
	while ((uint8_t)((*t->p | 0x20) - 'a') < 26)
		t->p++;
	take_char(&t->p, ",");
	return true;
}

static bool take_piece(struct typed *t)
{
	if (!t->has_date && !t->has_time &&
	    (take_weekday(t) || take_iso_date(t) || take_named_date(t) ||
	     (!t->has_days && take_days(t))))
		return true;
	if (!t->has_time && take_time(t))
		return true;
	return t->has_time &&
	       ((!t->has_year && t->has_date && take_year(t)) || (!t->has_zone && take_zone(t)));
}

/* All of `s`; in [brackets] or with a colon behind, as it stands in logs. */
static bool take_all(const char *s, struct typed *t)
{
	bool bracket;

	*t = (struct typed){ .p = s, .c = { .year = 1970, .month = 1, .day = 1 } };
	skip_blanks(t);
	bracket = take_char(&t->p, "[");
	for (skip_blanks(t); *t->p && *t->p != ']' && take_piece(t);)
		skip_blanks(t);
	if ((bracket && !take_char(&t->p, "]")) || *t->p)
		return false;
	return (t->has_date || t->has_time) && !(t->has_days && t->has_date);
}

/* Of the days around that of `now`, the one on which the text has this time of day. */
static uint64_t nearest_day(uint64_t time, uint64_t now, const struct tl_time_ref *ref,
			    int32_t zone)
{
	uint64_t day = now / TL_DAY, first, last;
	static const int order[3] = { 0, 1, -1 };

	if (ref->first == TL_TIME_NONE || ref->last == TL_TIME_NONE)
		return day;
	first = tl_zone_from_utc(ref->first, zone);
	last = tl_zone_from_utc(ref->last, zone);
	for (size_t i = 0; i < 3; i++) {
		uint64_t at;

		if (day == 0 && order[i] < 0)
			continue;
		at = (day + (uint64_t)order[i]) * TL_DAY + time;
		if (at >= first && at <= last)
			return day + (uint64_t)order[i];
	}
	return day;
}

static uint64_t known(const struct tl_time_ref *ref)
{
	return ref->now != TL_TIME_NONE ? ref->now : ref->first != TL_TIME_NONE ? ref->first : 0;
}

/* Fills in what was not typed. */
static bool complete(const struct tl_timeform *f, struct typed *t, const struct tl_time_ref *ref,
		     uint64_t *ns)
{
	int32_t zone = t->has_zone ? t->zone : f->zone;
	uint64_t now = tl_zone_from_utc(known(ref), zone);
	struct tl_civil c;

	if (t->has_date && !t->has_year && f->kind && f->kind->style == TL_STYLE_YEARLESS) {
		tl_stamp_yearless(f, &t->c);
	} else if (t->has_date && !t->has_year) {
		tl_civil_from_ns(now, &c);
		t->c.year = c.year;
	}
	if (!tl_civil_valid(&t->c) || t->days > UINT64_MAX / TL_DAY - 2)
		return false;
	*ns = tl_civil_ns(&t->c);
	if (t->has_days)
		*ns += t->days * TL_DAY;
	else if (!t->has_date)
		*ns += nearest_day(*ns, now, ref, zone) * TL_DAY;
	*ns = tl_zone_to_utc(*ns, zone);
	return true;
}

/* Seconds since 1970, or thousandths and so on of them: that is told by how many digits there are. */
static const char *epoch_unit(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n <= 11 ? "s" : n <= 14 ? "ms" : n <= 17 ? "us" : "ns";
}

/* A number alone, as `12345.678`, `[   12.345]` or `12345.678:`: its length, and where it begins; 0: no. */
static size_t bare_number(const char **s)
{
	const char *p = *s + strspn(*s, "[ ");
	size_t n = strspn(p, "0123456789."), end = n + strspn(p + n, "]: \t");

	*s = p;
	return p[end] == '\0' ? n : 0;
}

/* A number alone with its unit, what else is typed as it is. */
static const char *with_unit(const struct tl_timeform *f, const char *s, char *out, size_t size)
{
	const char *p = s;
	size_t n = bare_number(&p);

	if (n == 0 || n + 3 > size)
		return s;
	memcpy(out, p, n);
	out[n] = '\0';
	strcat(out, f->clock == TL_CLOCK_CALENDAR ? epoch_unit(out) : tl_stamp_unit(f));
	return out;
}

/* What is a length of time, or a part of the whole, whatever the clock. */
static bool is_relative(const char *s)
{
	return *s == '+' || *s == '-' || strchr(s, '%');
}

static bool refuse(const struct tl_timeform *f, const char *s, const struct tl_time_ref *ref,
		   struct tl_err *err)
{
	char example[TL_TIMEFORM_PRINTED];

	return tl_err_set(err, "'%s' is not a time; say it like %s", s,
			  tl_timeform_print(f, known(ref), example));
}

bool tl_timeform_parse(const struct tl_timeform *f, const char *s, const struct tl_time_ref *ref,
		       uint64_t *ns, struct tl_err *err)
{
	char buf[TL_TIMEFORM_PRINTED];
	const char *p;
	struct typed t;

	while (tl_is_blank((uint8_t)*s))
		s++;
	p = s;
	if (is_relative(s))
		return tl_time_parse(s, ref, ns, err);
	if (f->clock != TL_CLOCK_PLAIN) {
		if (take_all(s, &t) && !(t.has_date && f->clock == TL_CLOCK_DAY) &&
		    !(t.has_days && f->clock != TL_CLOCK_DAY) && complete(f, &t, ref, ns))
			return true;
		if (f->clock == TL_CLOCK_DAY || bare_number(&p) == 0)
			return refuse(f, s, ref, err);
	}
	return tl_time_parse(with_unit(f, s, buf, sizeof(buf)), ref, ns, err);
}
