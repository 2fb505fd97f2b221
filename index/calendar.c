/* calendar.c: see calendar.h. */
#include "index/calendar.h"

#include <string.h>

const char tl_month_names[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
				     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

static bool is_leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned days_of_month(unsigned year, unsigned month)
{
	static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

bool tl_civil_valid(const struct tl_civil *c)
{
	/* The 29th comes every month but one, mostly: look at the month's length seldom. */
	return c->year >= TL_YEAR_FIRST && c->year <= TL_YEAR_LAST && c->month - 1 < 12 &&
	       c->day >= 1 && (c->day <= 28 || c->day <= days_of_month(c->year, c->month)) &&
	       c->hour < 24 && c->minute < 60 && c->second <= 60;
}

uint64_t tl_civil_ns(const struct tl_civil *c)
{
	uint64_t s = tl_civil_days(c->year, c->month, c->day) * 86400 + c->hour * 3600 +
		     c->minute * 60 + c->second;

	return s * TL_SECOND + c->ns;
}

void tl_civil_from_ns(uint64_t ns, struct tl_civil *out)
{
	uint64_t s = ns / TL_SECOND;
	/* Days since 0000-03-01, cut into spans of 400 years, of years, of months from March. */
	uint32_t days = (uint32_t)(s / 86400) + 719468, rest = (uint32_t)(s % 86400);
	uint32_t era = days / 146097, doe = days % 146097;
	uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), m = (5 * doy + 2) / 153;

	*out = (struct tl_civil){
		.year = yoe + era * 400 + (m >= 10),
		.month = m < 10 ? m + 3 : m - 9,
		.day = doy - (153 * m + 2) / 5 + 1,
		.hour = rest / 3600,
		.minute = rest / 60 % 60,
		.second = rest % 60,
		.ns = (uint32_t)(ns % TL_SECOND),
	};
}

static uint64_t shift(uint64_t ns, int64_t seconds)
{
	uint64_t by = (uint64_t)(seconds < 0 ? -seconds : seconds) * TL_SECOND;

	if (seconds < 0)
		return ns > by ? ns - by : 0;
	return ns < UINT64_MAX - 1 - by ? ns + by : UINT64_MAX - 1;
}

uint64_t tl_zone_to_utc(uint64_t ns, int32_t seconds)
{
	return shift(ns, -(int64_t)seconds);
}

uint64_t tl_zone_from_utc(uint64_t ns, int32_t seconds)
{
	return shift(ns, seconds);
}

/* Three letters, in any case, as a number. */
#define NAME(a, b, c) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16)

static uint32_t name_at(const uint8_t *p)
{
	return NAME(p[0], p[1], p[2]) | NAME(0x20, 0x20, 0x20);
}

unsigned tl_month_named(const uint8_t *p, size_t n)
{
	switch (n < 3 ? 0 : name_at(p)) {
	case NAME('j', 'a', 'n'):
		return 1;
	case NAME('f', 'e', 'b'):
		return 2;
	case NAME('m', 'a', 'r'):
		return 3;
	case NAME('a', 'p', 'r'):
		return 4;
	case NAME('m', 'a', 'y'):
		return 5;
	case NAME('j', 'u', 'n'):
		return 6;
	case NAME('j', 'u', 'l'):
		return 7;
	case NAME('a', 'u', 'g'):
		return 8;
	case NAME('s', 'e', 'p'):
		return 9;
	case NAME('o', 'c', 't'):
		return 10;
	case NAME('n', 'o', 'v'):
		return 11;
	case NAME('d', 'e', 'c'):
		return 12;
	default:
		return 0;
	}
}

bool tl_weekday_named(const uint8_t *p, size_t n)
{
	switch (n < 3 ? 0 : name_at(p)) {
	case NAME('m', 'o', 'n'):
	case NAME('t', 'u', 'e'):
	case NAME('w', 'e', 'd'):
	case NAME('t', 'h', 'u'):
	case NAME('f', 'r', 'i'):
	case NAME('s', 'a', 't'):
	case NAME('s', 'u', 'n'):
		return true;
	default:
		return false;
	}
}
