/*
 * keystamps.c: times that stand anywhere in a line, behind a key that says what they are: `"time":"2026-11-22T...` in
 * JSON, `ts=2026-...` in what is made of words and values.
 */
#include "index/digits.h"
#include "index/timekinds.h"

static bool is_word(uint8_t c)
{
	return tl_is_alnum(c) || c == '_' || c == '@';
}

static size_t word_begin(const struct tl_stampline *l, size_t end)
{
	while (end > 0 && is_word(l->s[end - 1]))
		end--;
	return end;
}

/* Is the word one that says so? */
static bool is_key(const struct tl_stampline *l, size_t begin, size_t end)
{
	static const char keys[][24] = {
		"time",      "ts",         "timestamp",    "@timestamp",
		"t",         "date",       "datetime",     "asctime",
		"eventTime", "time_local", "time_iso8601", "__REALTIME_TIMESTAMP"
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strlen(keys[i]) == end - begin &&
		    memcmp(keys[i], l->s + begin, end - begin) == 0)
			return true;
	return false;
}

static size_t before_blanks(const struct tl_stampline *l, size_t at)
{
	while (at > 0 && l->s[at - 1] == ' ')
		at--;
	return at;
}

static bool has_quote_before(const struct tl_stampline *l, size_t at)
{
	return at > 0 && l->s[at - 1] == '"';
}

/* How far a line was gone through for strings.  Begins with all zero. */
struct strings {
	size_t at;
	bool inside;
};

/* Is a place, not before the one asked for before, in no string? */
static bool is_outside(struct strings *s, const struct tl_stampline *l, size_t place)
{
	const uint8_t *quote;

	while (s->at < place && (quote = memchr(l->s + s->at, '"', place - s->at)) != NULL) {
		bool escaped = false;

		for (const uint8_t *p = quote; s->inside && p > l->s && p[-1] == '\\'; p--)
			escaped = !escaped;
		s->inside ^= !escaped;
		s->at = (size_t)(quote - l->s) + 1;
	}
	if (s->at < place)
		s->at = place;
	return !s->inside;
}

/* In JSON nothing but a key has a quote behind a comma or a brace that has no backslash: where it has one, what is
 * before it need not be gone through. */
static bool begins_member(struct strings *s, const struct tl_stampline *l, size_t begin,
			  bool quoted)
{
	size_t before = before_blanks(l, begin);

	return before > 0 && (l->s[before - 1] == '{' || l->s[before - 1] == ',') &&
	       (quoted || is_outside(s, l, begin));
}

static bool begins_word(struct strings *s, const struct tl_stampline *l, size_t begin)
{
	static const char before[] = " \t,;|([{";

	return (begin == 0 || memchr(before, l->s[begin - 1], sizeof(before) - 1)) &&
	       is_outside(s, l, begin);
}

/* Is a key before `at`, with its `:` or `=`? */
static bool has_key_before(struct strings *s, const struct tl_stampline *l, size_t at)
{
	size_t begin;
	uint8_t sign;
	bool quoted;

	at = before_blanks(l, at - has_quote_before(l, at));
	sign = at > 0 ? l->s[at - 1] : 0;
	if (sign != ':' && sign != '=')
		return false;
	at = before_blanks(l, at - 1);
	quoted = has_quote_before(l, at);
	at -= quoted;
	begin = word_begin(l, at);
	if (!is_key(l, begin, at) || (quoted && !has_quote_before(l, begin)))
		return false;
	begin -= quoted;
	return sign == ':' ? begins_member(s, l, begin, quoted) : begins_word(s, l, begin);
}

static bool is_behind_key(const struct tl_stampline *l, size_t at)
{
	struct strings s = { 0 };

	return at < l->len && has_key_before(&s, l, at);
}

/* The first place behind a key and this.  What is before `from` is not looked through for keys again. */
static size_t next_behind(const struct tl_stampline *l, size_t from, uint8_t sign)
{
	size_t at = from < l->len ? from : l->len;
	struct strings s = { 0 };

	while (at > 0 && (l->s[at - 1] == ' ' || l->s[at - 1] == '"' || l->s[at - 1] == sign))
		at--;
	at += at == 0; /* the key has a byte at least */
	while (at < l->len) {
		const uint8_t *p = memchr(l->s + at, sign, l->len - at);

		if (!p)
			break;
		at = (size_t)(p - l->s) + 1;
		if (!tl_is_alnum(p[-1]) && p[-1] != '"' && p[-1] != ' ')
			continue;
		while (at < l->len && l->s[at] == ' ')
			at++;
		at += at < l->len && l->s[at] == '"';
		if (at >= from && at < l->len && tl_is_digit(l->s[at]) && has_key_before(&s, l, at))
			return at;
	}
	return TL_STAMP_NOWHERE;
}

/* In an object, also one of a stream of events. */
TL_STAMP_NEXT(json)
{
	bool is_one = l->len > 7 && (l->s[0] == '{' || memcmp(l->s, "data: {", 7) == 0);

	return is_one ? next_behind(l, from, ':') : TL_STAMP_NOWHERE;
}

TL_STAMP_NEXT(key)
{
	return next_behind(l, from, '=');
}

TL_STAMP_READER(key_iso)
{
	return is_behind_key(l, col) && tl_stamp_iso(f, l, col, out);
}

TL_STAMP_READER(key_dmy)
{
	return is_behind_key(l, col) && tl_stamp_dmy(f, l, col, out);
}

TL_STAMP_READER(key_epoch)
{
	return is_behind_key(l, col) && tl_stamp_epoch(f, l, col, out);
}

/* `__REALTIME_TIMESTAMP=1795347573123456` of the journal's export, one of many lines. */
TL_STAMP_NEXT(export)
{
	static const char key[] = "__REALTIME_TIMESTAMP=";
	size_t n = sizeof(key) - 1;

	return from <= n && l->len > n && memcmp(l->s, key, n) == 0 ? n : TL_STAMP_NOWHERE;
}

TL_STAMP_READER(export)
{
	struct tl_stampline behind = { l->s, l->len };
	uint8_t line[64];

	if (tl_stamp_next_export(l, col) != col || l->len >= sizeof(line))
		return false;
	/* Nothing is behind it, which elsewhere makes it one of many numbers. */
	memcpy(line, l->s, l->len);
	line[l->len] = ' ';
	behind = (struct tl_stampline){ line, l->len + 1 };
	return tl_stamp_epoch(f, &behind, col, out);
}
