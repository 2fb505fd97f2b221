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

/* Is the word that ends at `end` one that says so? */
static bool is_key(const struct tl_stampline *l, size_t end)
{
	static const char keys[][24] = {
		"time",      "ts",         "timestamp",    "@timestamp",
		"t",         "date",       "datetime",     "asctime",
		"eventTime", "time_local", "time_iso8601", "__REALTIME_TIMESTAMP"
	};
	size_t begin = end;

	while (begin > 0 && is_word(l->s[begin - 1]))
		begin--;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strlen(keys[i]) == end - begin &&
		    memcmp(keys[i], l->s + begin, end - begin) == 0)
			return true;
	return false;
}

/* Is a key before `at`, with its `:` or `=`? */
static bool is_behind_key(const struct tl_stampline *l, size_t at)
{
	while (at > 0 && (l->s[at - 1] == '"' || l->s[at - 1] == ' '))
		at--;
	if (at == 0 || (l->s[at - 1] != ':' && l->s[at - 1] != '='))
		return false;
	for (at--; at > 0 && (l->s[at - 1] == '"' || l->s[at - 1] == ' ');)
		at--;
	return is_key(l, at);
}

/* The first place behind a key and this. */
static size_t next_behind(const struct tl_stampline *l, size_t from, int c)
{
	for (size_t at = 1; at < l->len;) { /* the key has a byte at least */
		const uint8_t *p = memchr(l->s + at, c, l->len - at);

		if (!p)
			break;
		at = (size_t)(p - l->s) + 1;
		if (!tl_is_alnum(p[-1]) && p[-1] != '"' && p[-1] != ' ')
			continue;
		while (at < l->len && (l->s[at] == ' ' || l->s[at] == '"'))
			at++;
		if (at >= from && at < l->len && tl_is_digit(l->s[at]) && is_behind_key(l, at))
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
	return is_behind_key(l, col < l->len ? col : 0) && tl_stamp_iso(f, l, col, out);
}

TL_STAMP_READER(key_dmy)
{
	return is_behind_key(l, col < l->len ? col : 0) && tl_stamp_dmy(f, l, col, out);
}

TL_STAMP_READER(key_epoch)
{
	return is_behind_key(l, col < l->len ? col : 0) && tl_stamp_epoch(f, l, col, out);
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
