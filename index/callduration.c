/* callduration.c: see callduration.h. */
#include "index/callduration.h"

#include <string.h>

#define MOST_DIGITS 9 /* of a second, and of what is in front of the point some more: */
#define MOST_BEFORE 15

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

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

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

/* Digits behind the point, and what 1 is in them. */
static uint64_t take_fraction(const uint8_t **p, const uint8_t *end, uint64_t *scale)
{
	uint64_t n = 0;
	unsigned digits = 0;

	*scale = 1;
	for (; *p < end && is_digit(**p); ++*p) {
		if (digits++ == MOST_DIGITS)
			break;
		n = n * 10 + (uint64_t)(**p - '0');
		*scale *= 10;
	}
	return n;
}

bool tl_callduration_read(const uint8_t *p, const uint8_t *end, uint64_t *ns)
{
	uint64_t whole = 0, part = 0, scale = 1;
	const struct unit *unit;
	const uint8_t *begin;

	while (p < end && *p && strchr(marks, *p))
		p++;
	for (begin = p; p < end && is_digit(*p) && p - begin < MOST_BEFORE; p++)
		whole = whole * 10 + (uint64_t)(*p - '0');
	if (p == begin)
		return false;
	if (p < end && *p == '.') {
		p++;
		part = take_fraction(&p, end, &scale);
	}
	while (p < end && *p == ' ')
		p++;
	unit = unit_at(p, end);
	if (!unit || whole > UINT64_MAX / 4 / unit->ns)
		return false;
	/* part < 10^9, and no unit with a fraction is more than 10^9. */
	*ns = whole * unit->ns + (unit->part_ns ? part * unit->part_ns : part * unit->ns / scale);
	return true;
}
