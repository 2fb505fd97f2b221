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
#define EARLIEST 1100000000
#define LATEST   4100000000

static size_t skip_digits(const struct tl_stampline *l, size_t at)
{
	while (at < l->len && tl_is_digit(l->s[at]))
		at++;
	return at;
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
		if (strlen(words[i]) == end - begin &&
		    memcmp(words[i], l->s + begin, end - begin) == 0)
			return true;
	return false;
}

static bool is_place(const struct tl_stampline *l, size_t at)
{
	size_t begin = tl_stamp_next_lead(l, 0);

	if (at == begin || at == tl_stamp_next_lead(l, begin + 1))
		return true;
	if (at == begin + 1 && (l->s[begin] == '[' || l->s[begin] == '('))
		return true;
	return is_said(l, at);
}

TL_STAMP_NEXT(epoch)
{
	size_t look = l->len < LOOK ? l->len : LOOK;

	for (size_t at = from; at < look; at++) {
		if (!tl_is_digit(l->s[at]))
			continue;
		if ((at == 0 || !tl_is_alnum(l->s[at - 1])) && skip_digits(l, at) - at >= 10 &&
		    is_place(l, at))
			return at;
		at = skip_digits(l, at);
	}
	return TL_STAMP_NOWHERE;
}

/* The digits of a number, 9 or 10 at once at most. */
static uint64_t read_digits(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	for (; n >= 8; p += 8, n -= 8)
		v = v * 100000000 + tl_digits_value(tl_get64(p));
	return n > 0 ? v * tl_digits_power((unsigned)n) +
			   tl_digits_first(tl_digits_load(p, n), (unsigned)n)
		     : v;
}

/* As many digits as the unit of the form's row has. */
TL_STAMP_READER(epoch)
{
	const uint8_t *s = l->s;
	uint64_t unit = f->kind->unit, v;
	unsigned want = unit == TL_SECOND ? 10 : unit == 1000000 ? 13 : unit == 1000 ? 16 : 19;
	size_t end = col + want, more;

	if (col >= l->len || l->len - col < want ||
	    (col > 0 && (tl_is_alnum(s[col - 1]) || s[col - 1] == '.')))
		return false;
	if (tl_digits_count(tl_get64(s + col)) < 8 || skip_digits(l, col + 8) != end)
		return false;
	v = read_digits(s + col, want);
	if (v / (TL_SECOND / unit) < EARLIEST || v / (TL_SECOND / unit) > LATEST)
		return false;
	*out = (struct tl_stamp){ .ns = v * unit, .digits = want - 10 };
	if (end + 1 < l->len && s[end] == '.' && tl_is_digit(s[end + 1])) {
		more = skip_digits(l, end + 1) - end - 1;
		if (out->digits + more > 9)
			return false;
		out->ns += read_digits(s + end + 1, more) * unit / tl_digits_power((unsigned)more);
		out->digits += (unsigned)more;
		end += 1 + more;
	} else if (end >= l->len) {
		/* A list of numbers. */
		return false;
	}
	out->end = end;
	return end >= l->len || !(tl_is_alnum(s[end]) || s[end] == '_' || s[end] == '-');
}
