/* stampparts.c: what several readers of times are made of. */
#include "index/digits.h"
#include "index/timekinds.h"

static size_t skip_blanks(const struct tl_stampline *l, size_t at)
{
	while (at < l->len && tl_is_blank(l->s[at]))
		at++;
	return at;
}

/* Behind `[pid  123] ` or `123 `, which strace puts before the time; `at` if there is none. */
static size_t skip_pid(const struct tl_stampline *l, size_t at)
{
	bool bracket = l->len - at > 5 && memcmp(l->s + at, "[pid ", 5) == 0;
	size_t digits = bracket ? skip_blanks(l, at + 5) : at,
	       end = tl_digits_end(l->s, l->len, digits);

	if (end == digits || (bracket && (end >= l->len || l->s[end++] != ']')))
		return at;
	if (end >= l->len || l->s[end] != ' ')
		return at;
	return skip_blanks(l, end);
}

/* Where a line begins, at or behind `from`: behind its blanks, and behind the process. */
TL_STAMP_NEXT(lead)
{
	size_t at = skip_blanks(l, 0);

	if (at < from)
		at = skip_pid(l, at);
	return at < l->len && at >= from ? at : TL_STAMP_NOWHERE;
}

size_t tl_stamp_behind_bracket(const struct tl_stampline *l)
{
	size_t at = 0, look = l->len < 32 ? l->len : 32;

	while (at < look && l->s[at] != '[' &&
	       (tl_is_alnum(l->s[at]) || memchr("<>: ", l->s[at], 4)))
		at++;
	if (at >= look || l->s[at] != '[' || (at > 0 && !memchr(">: ", l->s[at - 1], 3)))
		return TL_STAMP_NOWHERE;
	return at + 1;
}

/* What the name of a function, of a system call or of a library is made of. */
static bool is_name(uint8_t c)
{
	static const bool others[256] = {
		['_'] = true, ['.'] = true, ['-'] = true, ['>'] = true, [':'] = true
	};

	return tl_is_alnum(c) || others[c];
}

/* ` execve(`, ` <... read resumed>`, ` +++ exited`, ` --- SIGCHLD`, with ` (+     0.000123)` before: what
 * strace and ltrace write behind the time. */
bool tl_stamp_is_call(const struct tl_stampline *l, size_t at)
{
	size_t begin;

	if (at >= l->len || l->s[at] != ' ')
		return false;
	at = skip_blanks(l, at);
	if (l->len - at > 3 && l->s[at] == '(' && l->s[at + 1] == '+') {
		const uint8_t *close = memchr(l->s + at, ')', l->len - at);

		if (!close)
			return false;
		at = skip_blanks(l, (size_t)(close - l->s) + 1);
	}
	if (l->len - at > 4 &&
	    (memcmp(l->s + at, "<...", 4) == 0 || memcmp(l->s + at, "+++ ", 4) == 0 ||
	     memcmp(l->s + at, "--- ", 4) == 0))
		return true;
	/* An address (-i) or the name of a library (ltrace) may be before the name. */
	if (at < l->len && l->s[at] == '[') {
		while (at < l->len && l->s[at] != ']')
			at++;
		at = skip_blanks(l, at + (at < l->len));
	}
	begin = at;
	while (at < l->len && is_name(l->s[at]))
		at++;
	return at > begin && at < l->len && l->s[at] == '(';
}

/* ` > /lib/libc.so.6(read+0x10)`: a frame of strace -k. */
bool tl_stamp_is_frame(const struct tl_stampline *l)
{
	return l->len > 3 && memcmp(l->s, " > ", 3) == 0;
}

/* What is indented, where times stand at the beginning of lines. */
bool tl_stamp_is_indented(const struct tl_stampline *l)
{
	return l->s[0] == ' ';
}
