/* text.c: see text.h. */
#include "pager/text.h"

#include "pager/unichars.h"

#include <stdio.h>
#include <string.h>

/* How many bytes the sequence that starts with b should have; 0: b starts none.  UTF-8 proper ends
 * at U+10FFFF; what four bytes can say beyond that is one odd character rather than four. */
static unsigned sequence_length(uint8_t b)
{
	if (b < 0x80)
		return 1;
	if (b >= 0xc2 && b <= 0xdf)
		return 2;
	if (b >= 0xe0 && b <= 0xef)
		return 3;
	if (b >= 0xf0 && b <= 0xf7)
		return 4;
	return 0;
}

/* Decode what is well formed at p[0..n) and as short as can be; 0: nothing is, -1: it is cut
 * short. */
static int decode(const uint8_t *p, size_t n, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned len = sequence_length(p[0]);

	if (len == 0)
		return 0;
	*code = len == 1 ? p[0] : p[0] & (0x7fu >> len);
	for (unsigned i = 1; i < len; i++) {
		if (i == n)
			return -1;
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3f);
	}
	return *code >= least[len] ? (int)len : 0;
}

static void classify(struct tl_char *c)
{
	switch (tl_unichar_of(c->code)) {
	case TL_UNICHAR_PRINT:
		return;
	case TL_UNICHAR_WIDE:
		c->width = 2;
		return;
	case TL_UNICHAR_COMPOSING:
		c->kind = TL_CHAR_COMBINING;
		break;
	case TL_UNICHAR_BINARY:
		c->kind = TL_CHAR_BINARY;
		return;
	case TL_UNICHAR_DROPPED:
		c->kind = TL_CHAR_DROPPED;
		break;
	}
	c->width = 0;
	c->format = tl_unichar_is_format(c->code);
}

struct tl_char tl_char_at(const uint8_t *p, size_t n, enum tl_charset cs)
{
	struct tl_char c = { .kind = TL_CHAR_PRINT, .code = p[0], .len = 1, .width = 1 };
	int len;

	/* Whatever the charset, the terminal takes these for commands. */
	if (p[0] < 0x20 || p[0] == 0x7f) {
		c.kind = TL_CHAR_CONTROL;
		return c;
	}
	if (p[0] < 0x80 && cs != TL_CHARSET_TABLE)
		return c;
	if (cs != TL_CHARSET_UTF8) {
		c.invalid = tl_charset_byte(cs, p[0]) != TL_BYTE_PRINT;
		c.kind = c.invalid ? TL_CHAR_BINARY : TL_CHAR_PRINT;
		return c;
	}
	len = decode(p, n, &c.code);
	if (len > 0) {
		c.len = (uint8_t)len;
		classify(&c);
		return c;
	}
	c.code = p[0];
	c.kind = len < 0 ? TL_CHAR_CUT : TL_CHAR_BINARY;
	c.invalid = len == 0;
	return c;
}

size_t tl_char_show(const struct tl_char *c, char *out)
{
	if (c->kind == TL_CHAR_CONTROL && c->code == 0x1b)
		return (size_t)sprintf(out, "ESC");
	if (c->kind == TL_CHAR_CONTROL)
		return (size_t)sprintf(out, "^%c", (int)(c->code ^ 0x40));
	return tl_charset_format(c->invalid || c->kind == TL_CHAR_CUT, c->code, out);
}

size_t tl_char_encode(uint32_t code, char *out)
{
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
		out[0] = '?';
		return 1;
	}
	for (size_t i = len - 1; i > 0; i--, code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(len == 1 ? code : (0xf00u >> len & 0xf0) | code);
	return len;
}

size_t tl_text_width(const char *s, size_t n, enum tl_charset cs)
{
	size_t cols = 0;
	char shown[TL_BINARY_MAX + 1];

	for (size_t i = 0; i < n;) {
		struct tl_char c = tl_char_at((const uint8_t *)s + i, n - i, cs);

		if (c.kind == TL_CHAR_PRINT)
			cols += c.width;
		else if (c.kind != TL_CHAR_COMBINING && c.kind != TL_CHAR_DROPPED)
			cols += tl_char_show(&c, shown);
		i += c.len;
	}
	return cols;
}
