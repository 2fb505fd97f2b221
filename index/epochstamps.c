/*
 * epochstamps.c: seconds, milli-, micro- or nanoseconds since 1970: which of them, the number of digits
 * tells.  They stand at the beginning of a line, in brackets or behind a process, or behind a word that
 * says what they are.
 */
#include "index/calendar.h"
#include "index/digits.h"
#include "index/timekinds.h"

#define LOOK 64

/* Other numbers have so many digits, too: so only those of 2004-11 .. 2099 will do. */
#define EARLIEST UINT64_C(1100000000)
#define LATEST   UINT64_C(4100000000)

/* Is a word this one, in any case? */
static bool is_same(const char *word, const uint8_t *p, size_t n)
{
	while (n > 0 && *word && (*p | 0x20) == *word)
		word++, p++, n--;
	return n == 0 && !*word;
}

/* Is `ts=`, `"time":`, `audit(` or the like before `at`? */
static bool is_said(const struct tl_stampline *l, size_t at)
{
	static const char words[][10] = {
		"ts", "time", "timestamp", "audit", "epoch", "date", "t"
	};
	size_t end = at, begin;

	while (end > 0 && memchr("\"'=:( ", l->s[end - 1], 6))
		end--;
	for (begin = end; begin > 0 && tl_is_alnum(l->s[begin - 1]);)
		begin--;
	if (begin == end || end == at)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (is_same(words[i], l->s + begin, end - begin))
			return true;
	return false;
}

/* Is `1234@` before `at`, with which qemu's traces begin, or `- ` and `APPREAD `, as logs of clusters have it? */
static bool is_behind_first(const struct tl_stampline *l, size_t at)
{
	size_t i = 0;

	if (at < 2)
		return false;
	if (l->s[at - 1] == '@')
		return tl_digits_end(l->s, l->len, 0) == at - 1;
	while (i < at && ((uint8_t)(l->s[i] - 'A') < 26 || l->s[i] == '-'))
		i++;
	return i > 0 && i + 1 == at && l->s[i] == ' ';
}

static bool is_place(const struct tl_stampline *l, size_t at)
{
	size_t begin = tl_stamp_next_lead(l, 0);

	if (at == begin || at == tl_stamp_next_lead(l, begin + 1))
		return true;
	if (at == begin + 1 && (l->s[begin] == '[' || l->s[begin] == '('))
		return true;
	return is_behind_first(l, at) || is_said(l, at);
}

TL_STAMP_NEXT(epoch)
{
	size_t look = l->len < LOOK ? l->len : LOOK;

	for (size_t at = from; at < look; at++) {
		if (!tl_is_digit(l->s[at]))
			continue;
		if ((at == 0 || !tl_is_alnum(l->s[at - 1])) &&
		    tl_digits_end(l->s, l->len, at) - at >= 10 && is_place(l, at))
			return at;
		at = tl_digits_end(l->s, l->len, at);
	}
	return TL_STAMP_NOWHERE;
}

/* The digits of a number, of which there are `n`, 8 or more. */
static uint64_t read_digits(const uint8_t *p, size_t n)
{
	uint64_t v = tl_digits_value(tl_get64(p));

	for (p += 8, n -= 8; n >= 8; p += 8, n -= 8)
		v = v * 100000000 + tl_digits_value(tl_get64(p));
	for (; n > 0; p++, n--)
		v = v * 10 + (*p - '0');
	return v;
}

/* Does a number of just `want` digits, 10 or more, stand at `col`? */
static bool is_number(const struct tl_stampline *l, size_t col, size_t want)
{
	const uint8_t *s = l->s;
	size_t at = col + 8, end = col + want;

	if (col >= l->len || l->len - col < want ||
	    (col > 0 && (tl_is_alnum(s[col - 1]) || s[col - 1] == '.')) ||
	    tl_digits_count(tl_get64(s + col)) < 8)
		return false;
	while (at < end && tl_is_digit(s[at]))
		at++;
	return at == end && (end >= l->len || !tl_is_digit(s[end]));
}

static unsigned digits_of(uint64_t unit)
{
	return unit == TL_SECOND ? 10 : unit == 1000000 ? 13 : unit == 1000 ? 16 : 19;
}

/* As many digits as the unit of the form's row has, and a fraction. */
TL_STAMP_READER(epoch)
{
	uint64_t unit = f->kind->unit, a_second = TL_SECOND / unit, v;
	unsigned want = digits_of(unit), more = 0;
	size_t end = col + want;
	uint32_t fraction;

	if (!is_number(l, col, want))
		return false;
	v = read_digits(l->s + col, want);
	if (v < EARLIEST * a_second || v > LATEST * a_second)
		return false;
	*out = (struct tl_stamp){ .ns = v * unit, .digits = want - 10 };
	if (end + 1 < l->len && l->s[end] == '.')
		more = tl_digits_fraction(l->s, l->len, end + 1, &fraction);
	if (more > 0) {
		if (out->digits + more > 9)
			return false;
		out->ns += fraction / a_second;
		out->digits += more;
		end += 1 + more;
	} else if (end >= l->len) {
		/* A list of numbers. */
		return false;
	}
	out->end = end;
	return end >= l->len || !(tl_is_alnum(l->s[end]) || l->s[end] == '_' || l->s[end] == '-');
}
