/* timespec.c: see timespec.h. */
#include "base/timespec.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define DIGITS 9 /* behind the point, of a second or of a percent */

static const char not_a_time[] = "is not a time; say it like 12345.678901234 or 1.5ms";
static const char too_fine[] = "is finer than a nanosecond";
static const char too_big[] = "is too big";

static const struct unit {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "\xc2\xb5s", 1000 }, /* MICRO SIGN */
	{ "\xce\xbcs", 1000 }, /* GREEK SMALL LETTER MU */
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "min", 60 * UINT64_C(1000000000) },
	{ "m", 60 * UINT64_C(1000000000) },
	{ "h", 3600 * UINT64_C(1000000000) },
	{ "d", 86400 * UINT64_C(1000000000) },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* A number as it is written, of a unit that follows. */
struct decimal {
	uint64_t whole;
	uint64_t fraction; /* of 10^9 */
	bool rest;         /* there are more digits, not all 0 */
};

static bool read_decimal(const char **s, struct decimal *d, const char **why)
{
	const char *p = *s;
	unsigned digits = 0;
	bool any = false;

	*d = (struct decimal){ 0 };
	for (; is_digit(*p); p++, any = true) {
		unsigned digit = (unsigned)(*p - '0');

		if (d->whole > (UINT64_MAX - digit) / 10) {
			*why = too_big;
			return false;
		}
		d->whole = d->whole * 10 + digit;
	}
	if (*p == '.') {
		for (p++; is_digit(*p); p++, any = true) {
			if (digits++ < DIGITS)
				d->fraction = d->fraction * 10 + (unsigned)(*p - '0');
			else
				d->rest |= *p != '0';
		}
	}
	for (; digits < DIGITS; digits++)
		d->fraction *= 10;
	if (!any) {
		*why = not_a_time;
		return false;
	}
	*s = p;
	return true;
}

bool tl_time_read(const char **s, uint64_t *ns, const char **why)
{
	const uint64_t second = 1000000000;
	const char *p = *s;
	uint64_t unit = second;
	unsigned __int128 behind; /* the point */
	struct decimal d;

	if (!read_decimal(&p, &d, why))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		size_t n = strlen(units[i].name);

		if (strncmp(p, units[i].name, n) == 0) {
			unit = units[i].ns;
			p += n;
			break;
		}
	}
	behind = (unsigned __int128)d.fraction * unit;
	if (d.rest || behind % second != 0) {
		*why = too_fine;
		return false;
	}
	d.fraction = (uint64_t)(behind / second);
	if (d.whole > (UINT64_MAX - 1 - d.fraction) / unit) {
		*why = too_big;
		return false;
	}
	*ns = d.whole * unit + d.fraction;
	*s = p;
	return true;
}

bool tl_time_read_part(const char **s, uint64_t *part, const char **why)
{
	const char *p = *s;
	struct decimal d;

	if (!read_decimal(&p, &d, why))
		return false;
	if (*p != '%') {
		*why = "is not a percentage";
		return false;
	}
	if (d.rest) {
		*why = "has more than 9 digits behind the point";
		return false;
	}
	if (d.whole > 100 || (d.whole == 100 && d.fraction > 0)) {
		*why = "is more than 100%";
		return false;
	}
	*part = d.whole * 1000000000 + d.fraction;
	*s = p + 1;
	return true;
}

uint64_t tl_time_part(uint64_t length, uint64_t part)
{
	unsigned __int128 product = (unsigned __int128)length * part;

	product = (product + TL_TIME_WHOLE / 2) / TL_TIME_WHOLE;
	return product > UINT64_MAX ? UINT64_MAX : (uint64_t)product;
}

static const char *skip_spaces(const char *s)
{
	while (is_space(*s))
		s++;
	return s;
}

/* The error for what the user wrote. */
static bool refuse(struct tl_err *err, const char *s, const char *why)
{
	return tl_err_set(err, "'%s' %s", s, why);
}

static bool is_part(const char *s)
{
	while (is_digit(*s) || *s == '.')
		s++;
	return *s == '%';
}

/* Reads a time, or a part of the range as nanoseconds. */
static bool read_length(const char **s, const struct tl_time_ref *ref, uint64_t *ns,
			const char **why)
{
	uint64_t part;

	if (!is_part(*s))
		return tl_time_read(s, ns, why);
	if (!tl_time_read_part(s, &part, why))
		return false;
	if (ref->first == TL_TIME_NONE || ref->last == TL_TIME_NONE || ref->first > ref->last) {
		*why = "needs a text with times";
		return false;
	}
	*ns = tl_time_part(ref->last - ref->first, part);
	return true;
}

bool tl_time_parse(const char *s, const struct tl_time_ref *ref, uint64_t *ns, struct tl_err *err)
{
	const char *p = skip_spaces(s), *why = not_a_time;
	char sign = *p == '+' || *p == '-' ? *p++ : 0;
	bool part = is_part(p);
	uint64_t length;

	if (!read_length(&p, ref, &length, &why))
		return refuse(err, s, why);
	if (*skip_spaces(p))
		return refuse(err, s, not_a_time);
	if (sign && ref->now == TL_TIME_NONE)
		return refuse(err, s, "needs a line with a time to count from");
	if (sign == '-') {
		*ns = ref->now > length ? ref->now - length : 0;
		return true;
	}
	if (sign || part) {
		uint64_t from = sign ? ref->now : ref->first;

		if (length >= TL_TIME_NONE - from)
			return refuse(err, s, too_big);
		length += from;
	}
	*ns = length;
	return true;
}

bool tl_time_parse_width(const char *s, uint64_t *ns, struct tl_err *err)
{
	const char *p = skip_spaces(s), *why;

	if (!tl_time_read(&p, ns, &why))
		return refuse(err, s, why);
	if (*skip_spaces(p))
		return refuse(err, s, not_a_time);
	if (*ns == 0)
		return refuse(err, s, "is no length of time");
	return true;
}

/* A number of which `digits` are behind the point. */
static void print_decimal(char *out, char sign, uint64_t n, unsigned digits, bool in_full,
			  const char *unit)
{
	char fraction[32] = "";
	uint64_t one = 1;

	for (unsigned i = 0; i < digits; i++)
		one *= 10;
	if (digits > 0 && (!in_full || n % one != 0)) {
		int len = snprintf(fraction, sizeof(fraction), ".%0*" PRIu64, (int)(digits % 10),
				   n % one);

		while (in_full && fraction[len - 1] == '0')
			fraction[--len] = '\0';
	}
	snprintf(out, 32, "%c%" PRIu64 "%s%s", sign, n / one, fraction, unit);
}

const char *tl_time_print_span(int64_t ns, bool in_full, char out[32])
{
	static const struct {
		const char *name;
		uint64_t ns;
		unsigned digits;
	} scale[] = {
		{ "s", 1000000000, 9 }, { "ms", 1000000, 6 }, { "us", 1000, 3 }, { "ns", 1, 0 }
	};
	uint64_t n = ns < 0 ? -(uint64_t)ns : (uint64_t)ns, step;
	char sign = ns < 0 ? '-' : '+';
	bool coarse = n >= 10000 * scale[0].ns - scale[0].ns / 2000; /* what rounds up to it */
	size_t i = 0;

	while (i < 3 && n < scale[i].ns)
		i++;
	if (in_full || i >= 2) {
		print_decimal(out, sign, n, scale[i].digits, in_full, scale[i].name);
		return out;
	}
	step = coarse ? scale[i].ns : scale[i].ns / 1000;
	n = (n + step / 2) / step;
	if (i > 0 && n == 1000000) { /* rounded up to the next unit */
		i--;
		n = 1000;
	}
	print_decimal(out, sign, n, coarse ? 0 : 3, false, scale[i].name);
	return out;
}

static const char not_a_part[] = "is not a part; say it like 10%/2 or 0%-10%";

/* The number N of P%/N, which ends at `end`; small enough not to overflow. */
static bool read_nth(const char *p, const char *end, uint64_t *n)
{
	if (p == end)
		return false;
	for (*n = 0; p < end && is_digit(*p); p++) {
		*n = *n * 10 + (unsigned)(*p - '0');
		if (*n > INT32_MAX)
			return false;
	}
	return p == end;
}

/* As parts of the whole; set_percent_time() and its kin in tools/perf/util/time-utils.c. */
static bool read_slice(const char *p, const char *end, bool only, uint64_t *from, uint64_t *to,
		       const char **why)
{
	uint64_t part, n = 1;

	*why = not_a_part;
	if (!tl_time_read_part(&p, &part, why))
		return false;
	*why = not_a_part;
	if (p < end && *p == '-') {
		p++;
		if (!tl_time_read_part(&p, to, why))
			return false;
		*from = part;
		*why = *to < *from ? "ends before it begins" : not_a_part;
		return *to >= *from && p == end;
	}
	if (p < end ? *p != '/' || !read_nth(p + 1, end, &n) : !only)
		return false;
	*why = n == 0 ? "counts slices from 1" : "is no part";
	if (n == 0 || part == 0)
		return false;
	*why = "is behind the end";
	if (n > TL_TIME_WHOLE / part)
		return false;
	*from = part * (n - 1);
	*to = part * n;
	return true;
}

bool tl_time_parse_slice(const char *s, size_t n, bool only, uint64_t first_ns, uint64_t last_ns,
			 uint64_t *from, uint64_t *to, const char **why)
{
	uint64_t length = last_ns - first_ns;

	if (!read_slice(s, s + n, only, from, to, why))
		return false;
	*from = first_ns + tl_time_part(length, *from);
	*to = first_ns + tl_time_part(length, *to);
	if (*to > *from && *to != last_ns)
		--*to;
	return true;
}
