/* callduration.c: see callduration.h. */
#include "index/callduration.h"

#include "index/digits.h"

#include <string.h>

#define MOST_BEFORE 15 /* digits in front of the point */

/* ftrace's marks for long ones stand before it. */
static const char marks[] = "+!#*@$ ";

static const struct unit {
	const char *word;
	uint64_t ns;
	uint64_t
	    part_ns; /* uftrace has in place of a fraction the next smaller unit; 0: it is one */
} units[] = {
	{ "ns", 1, 0 },
	{ "us", 1000, 0 },
	{ "ms", 1000000, 0 },
	{ "s", 1000000000, 0 },
	{ "m", UINT64_C(60000000000), 1000000000 },
	{ "h", UINT64_C(3600000000000), UINT64_C(60000000000) },
};

static bool is_word(const uint8_t *p, const uint8_t *end, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(end - p) >= n && memcmp(p, word, n) == 0 &&
	       (p + n == end || p[n] == ' ' || p[n] == '|');
}

static const struct unit *unit_at(const uint8_t *p, const uint8_t *end)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (is_word(p, end, units[i].word))
			return &units[i];
	return NULL;
}

bool tl_callduration_read(const uint8_t *p, const uint8_t *end, uint64_t *ns)
{
	uint64_t whole = 0;
	uint32_t fraction = 0; /* of 10^9 */
	unsigned digits = 0;   /* of it */
	const struct unit *unit;
	const uint8_t *begin;

	while (p < end && *p && strchr(marks, *p))
		p++;
	for (begin = p; p < end && tl_is_digit(*p) && p - begin < MOST_BEFORE; p++)
		whole = whole * 10 + (uint64_t)(*p - '0');
	if (p == begin)
		return false;
	if (p < end && *p == '.') {
		p++;
		digits = tl_digits_fraction(p, (size_t)(end - p), 0, &fraction);
		p += digits;
	}
	while (p < end && *p == ' ')
		p++;
	unit = unit_at(p, end);
	if (!unit || whole > UINT64_MAX / 4 / unit->ns)
		return false;
	/* No unit with a fraction is more than 10^9. */
	if (unit->part_ns)
		*ns = whole * unit->ns + fraction / tl_digits_power(9 - digits) * unit->part_ns;
	else
		*ns = whole * unit->ns + fraction * unit->ns / 1000000000;
	return true;
}
