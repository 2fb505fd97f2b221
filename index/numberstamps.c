/*
 * numberstamps.c: times that are numbers of seconds, with a point.  Their column is that of the
 * point, which stays where it is while the seconds get more digits, as they are right-aligned.
 */
#include "index/calendar.h"
#include "index/digits.h"
#include "index/timekinds.h"

/* A time stands within so many bytes, or it is looked for in vain. */
#define LOOK 256

/* Seconds that fit into 64 bits as ns, with room for sums. */
#define SECOND_DIGITS 10

struct number {
	size_t begin, end;
	uint64_t whole, fraction; /* of 10^9 */
	unsigned digits;          /* behind the point */
};

static const uint32_t pow10[10] = { 1,      10,      100,      1000,      10000,
				    100000, 1000000, 10000000, 100000000, 1000000000 };

/* The digits before s[end]; false: none, or too many. */
static bool read_whole(const uint8_t *s, size_t end, struct number *n)
{
	uint64_t v = 0;
	unsigned count;

	if (end >= 8)
		v = tl_get64(s + end - 8);
	else
		for (size_t i = 0; i < end; i++)
			v |= (uint64_t)s[i] << (8 * (8 - end + i));
	count = tl_digits_count_last(v);
	if (count == 0)
		return false;
	if (count < 8)
		v &= ~UINT64_C(0) << (64 - 8 * count);
	n->whole = tl_digits_value(v);
	n->begin = end - count;
	for (uint64_t scale = 100000000; count >= 8 && n->begin > 0; count++, scale *= 10) {
		uint8_t c = s[n->begin - 1];

		if (!tl_is_digit(c))
			break;
		if (count >= SECOND_DIGITS)
			return false;
		n->whole += (c - '0') * scale;
		n->begin--;
	}
	return true;
}

/* The digits from s[begin] on as a fraction; false: none, or finer than a nanosecond. */
static bool read_fraction(const struct tl_stampline *l, size_t begin, struct number *n)
{
	uint64_t v = tl_digits_load(l->s + begin, l->len - begin);
	unsigned count = tl_digits_count(v);

	if (count == 0)
		return false;
	n->fraction = tl_digits_first(v, count);
	n->end = begin + count;
	if (count == 8 && n->end < l->len && tl_is_digit(l->s[n->end])) {
		n->fraction = n->fraction * 10 + (l->s[n->end++] - '0');
		count++;
		if (n->end < l->len && tl_is_digit(l->s[n->end]))
			return false;
	}
	n->digits = count;
	n->fraction *= pow10[9 - count];
	return true;
}

/* The number around the point at `col`. */
static bool read_number(const struct tl_stampline *l, size_t col, struct number *n)
{
	return col < l->len && l->s[col] == '.' && read_fraction(l, col + 1, n) &&
	       read_whole(l->s, col, n);
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static bool blank_before(const struct tl_stampline *l, size_t at)
{
	return at == 0 || is_blank(l->s[at - 1]);
}

static void give(const struct number *n, struct tl_stamp *out)
{
	*out = (struct tl_stamp){
		.ns = n->whole * TL_SECOND + n->fraction,
		.end = n->end,
		.digits = n->digits,
	};
}

size_t tl_stamp_next_point(const struct tl_stampline *l, size_t from)
{
	size_t look = l->len < LOOK ? l->len : LOOK;

	while (from + 1 < look) {
		const uint8_t *p = memchr(l->s + from, '.', look - 1 - from);

		if (!p)
			break;
		from = (size_t)(p - l->s);
		if (from > 0 && tl_is_digit(p[-1]) && tl_is_digit(p[1]))
			return from;
		from++;
	}
	return TL_STAMP_NOWHERE;
}

/* `[000] 12345.678901: `, of ftrace, trace-cmd, perf script and our own views. */
TL_STAMP_READER(trace)
{
	struct number n;

	if (!read_number(l, col, &n) || n.digits < 6 || !blank_before(l, n.begin) ||
	    n.end >= l->len || l->s[n.end] != ':' ||
	    (n.end + 1 < l->len && !is_blank(l->s[n.end + 1])))
		return false;
	give(&n, out);
	return true;
}
