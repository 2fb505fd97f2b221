/*
 * calendar.h: dates and times of day of the Gregorian calendar, and the nanoseconds since 1970 that
 * they are.  All days have 86400 seconds; no zone's rules are known, only offsets.
 *
 * All functions: any thread.
 */
#ifndef TL_INDEX_CALENDAR_H
#define TL_INDEX_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_SECOND UINT64_C(1000000000)
#define TL_DAY    (86400 * TL_SECOND)

/* The whole years that 64 bits of nanoseconds can say. */
#define TL_YEAR_FIRST 1970
#define TL_YEAR_LAST  2553

struct tl_civil {
	unsigned year, month, day; /* month and day from 1 */
	unsigned hour, minute, second;
	uint32_t ns;
};

/* Days from 1970-01-01 to a date, which is one. */
static inline uint64_t tl_civil_days(unsigned year, unsigned month, unsigned day)
{
	/* Years begin in March here, so that the leap day is the last of one. */
	uint32_t y = year - (month <= 2), m = (month + 9) % 12;

	return (uint64_t)365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

/* Is it a date and a time of day?  A second of 60 (a leap second) is one. */
bool tl_civil_valid(const struct tl_civil *c);

/* A valid one, read as UTC.  back: ns up to the end of TL_YEAR_LAST and a little more. */
uint64_t tl_civil_ns(const struct tl_civil *c);
void tl_civil_from_ns(uint64_t ns, struct tl_civil *out);

/* ns of a wall clock `seconds` east of UTC, as UTC; and the other way.  Stays within 0 .. 2^64 - 2. */
uint64_t tl_zone_to_utc(uint64_t ns, int32_t seconds);
uint64_t tl_zone_from_utc(uint64_t ns, int32_t seconds);

/* "Jan".."Dec" at the beginning of `n` bytes, in any case: 1..12; 0: none. */
unsigned tl_month_named(const uint8_t *p, size_t n);
extern const char tl_month_names[12][4];

/* Is there "Mon".."Sun" at the beginning of `n` bytes, in any case? */
bool tl_weekday_named(const uint8_t *p, size_t n);

#endif
