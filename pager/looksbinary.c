/* looksbinary.c: see looksbinary.h.  What is asked about, and what is not, is as in less. */
#include "pager/looksbinary.h"

#include "pager/text.h"
#include "pager/unichars.h"
#include "text/escape.h"

#define HEAD   256 /* bytes looked at */
#define UNSEEN 4   /* so many at the end are not: a character might be cut */
#define MOST   5   /* odd ones that a text may have */

static bool is_odd_byte(enum tl_charset cs, uint8_t byte)
{
	return tl_charset_byte(cs, byte) == TL_BYTE_BINARY;
}

/* The sequence that an ESC begins, or what is broken of it, is of no concern. */
static size_t escape_len(const uint8_t *p, size_t n)
{
	size_t len = 0;

	if (n > 1 && p[1] == ']')
		tl_escape_parse(p, n, &len);
	if (len > 0)
		return len;
	for (len = 1; len < n && ((p[len] >= 0x20 && p[len] <= 0x3f) || p[len] == '[');)
		len++;
	return len + 1;
}

/* Is what stands at p odd?  *len gets how many bytes it has. */
static bool is_odd(const uint8_t *p, size_t n, size_t *len)
{
	struct tl_char c = tl_char_at(p, n, TL_CHARSET_UTF8);

	*len = c.len;
	if (!c.invalid && c.kind != TL_CHAR_CUT)
		return tl_unichar_of(c.code) == TL_UNICHAR_BINARY;
	/* a byte that goes on what has not begun counts for what it is in Latin-1 */
	if ((p[0] & 0xc0) == 0x80)
		return tl_unichar_of(p[0]) == TL_UNICHAR_BINARY;
	while (*len < n && p[*len] >= 0x80 && (p[*len] < 0xc0 || p[*len] > 0xfd))
		++*len;
	return true;
}

bool tl_looks_binary(struct tl_span head, enum tl_charset cs, bool escapes)
{
	size_t n = head.len < HEAD ? head.len : HEAD, odd = 0, len;

	for (size_t i = 0; i + UNSEEN < n; i += len) {
		const uint8_t *p = head.data + i;

		len = 1;
		if (*p == 0x1b && escapes)
			len = escape_len(p, n - i);
		else if (cs == TL_CHARSET_UTF8 ? is_odd(p, n - i, &len) : is_odd_byte(cs, *p))
			odd++;
	}
	return odd > MOST;
}
