/* text.c: see text.h.  Unicode's properties come from utf8proc. */
#include "pager/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

/* How many bytes the sequence that starts with b should have; 0: b starts none. */
static unsigned sequence_length(uint8_t b)
{
	if (b < 0x80)
		return 1;
	if (b >= 0xc2 && b <= 0xdf)
		return 2;
	if (b >= 0xe0 && b <= 0xef)
		return 3;
	if (b >= 0xf0 && b <= 0xf4)
		return 4;
	return 0;
}

/* Could p[0..n) become a valid sequence with more bytes? */
static bool cut_short(const uint8_t *p, size_t n)
{
	unsigned want = sequence_length(p[0]);

	if (want <= n)
		return false;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return false;
	return true;
}

static void classify(struct tl_char *c)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c->code);

	switch (category) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_ME:
	case UTF8PROC_CATEGORY_CF:
		c->format = category == UTF8PROC_CATEGORY_CF;
		c->kind = TL_CHAR_COMBINING;
		c->width = 0;
		return;
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		c->kind = TL_CHAR_BINARY;
		return;
	default:
		c->kind = TL_CHAR_PRINT;
		c->width = utf8proc_charwidth((utf8proc_int32_t)c->code) == 2 ? 2 : 1;
	}
}

struct tl_char tl_char_at(const uint8_t *p, size_t n, enum tl_charset cs)
{
	struct tl_char c = { .kind = TL_CHAR_PRINT, .code = p[0], .len = 1, .width = 1 };
	utf8proc_int32_t code;
	utf8proc_ssize_t len;

	if (p[0] < 0x80) {
		if (p[0] < 0x20 || p[0] == 0x7f)
			c.kind = TL_CHAR_CONTROL;
		return c;
	}
	if (cs == TL_CHARSET_LATIN1) {
		if (p[0] < 0xa0)
			c.kind = TL_CHAR_BINARY, c.invalid = true;
		return c;
	}
	if (cs == TL_CHARSET_UTF8) {
		if (cut_short(p, n)) {
			c.kind = TL_CHAR_CUT;
			return c;
		}
		len = utf8proc_iterate(p, n > 4 ? 4 : (utf8proc_ssize_t)n, &code);
		if (len > 0) {
			c.code = (uint32_t)code;
			c.len = (uint8_t)len;
			classify(&c);
			return c;
		}
	}
	c.kind = TL_CHAR_BINARY;
	c.invalid = true;
	return c;
}

size_t tl_char_show(const struct tl_char *c, char *out)
{
	if (c->kind == TL_CHAR_CONTROL && c->code == 0x1b)
		return (size_t)sprintf(out, "ESC");
	if (c->kind == TL_CHAR_CONTROL)
		return (size_t)sprintf(out, "^%c", (int)(c->code ^ 0x40));
	if (c->invalid || c->kind == TL_CHAR_CUT)
		return (size_t)sprintf(out, "<%02X>", c->code & 0xff);
	return (size_t)sprintf(out, "<U+%04X>", c->code & 0x1fffff);
}

size_t tl_char_encode(uint32_t code, char *out)
{
	if (!utf8proc_codepoint_valid((utf8proc_int32_t)code)) {
		out[0] = '?';
		return 1;
	}
	return (size_t)utf8proc_encode_char((utf8proc_int32_t)code, (utf8proc_uint8_t *)out);
}

static bool says_utf8(const char *s)
{
	return strcasestr(s, "utf-8") || strcasestr(s, "utf8");
}

bool tl_charset_from_env(enum tl_charset *out)
{
	static const struct {
		const char *name;
		enum tl_charset cs;
	} names[] = {
		{ "utf-8", TL_CHARSET_UTF8 },     { "utf8", TL_CHARSET_UTF8 },
		{ "iso8859", TL_CHARSET_LATIN1 }, { "latin1", TL_CHARSET_LATIN1 },
		{ "latin9", TL_CHARSET_LATIN1 },  { "latin3", TL_CHARSET_LATIN1 },
		{ "ascii", TL_CHARSET_ASCII },    { "US-ASCII", TL_CHARSET_ASCII },
	};
	static const char *const vars[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *s = getenv("LESSCHARSET");

	*out = TL_CHARSET_ASCII;
	if (s && *s) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (!strcasecmp(s, names[i].name)) {
				*out = names[i].cs;
				return true;
			}
		return false;
	}
	for (size_t i = 0; i < sizeof(vars) / sizeof(vars[0]); i++) {
		s = getenv(vars[i]);
		if (s && *s) {
			if (says_utf8(s))
				*out = TL_CHARSET_UTF8;
			else if (strcasestr(s, "8859"))
				*out = TL_CHARSET_LATIN1;
			return true;
		}
	}
	return true;
}

size_t tl_text_width(const char *s, size_t n, enum tl_charset cs)
{
	size_t cols = 0;
	char shown[16];

	for (size_t i = 0; i < n;) {
		struct tl_char c = tl_char_at((const uint8_t *)s + i, n - i, cs);

		if (c.kind == TL_CHAR_PRINT)
			cols += c.width;
		else if (c.kind != TL_CHAR_COMBINING)
			cols += tl_char_show(&c, shown);
		i += c.len;
	}
	return cols;
}
