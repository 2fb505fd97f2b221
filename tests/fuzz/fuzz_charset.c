/*
 * fuzz_charset.c: the first lines of the input are what the environment says of characters, the
 * rest is text, which is decoded and shown with it.
 */
#include "pager/charset.h"
#include "pager/looksbinary.h"
#include "pager/text.h"
#include "pager/unichars.h"

#include "tests/fuzz/fuzz.h"

/* Set the variable to the next line; what is behind it is left. */
static void set_line(const char *name, const uint8_t **data, size_t *n)
{
	char value[256];
	const uint8_t *nl = memchr(*data, '\n', *n);
	size_t len = nl ? (size_t)(nl - *data) : *n, room = sizeof(value) - 1;

	memcpy(value, *data, len < room ? len : room);
	value[len < room ? len : room] = '\0';
	setenv(name, value, 1);
	*data += nl ? len + 1 : len;
	*n -= nl ? len + 1 : len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char shown[TL_BINARY_MAX + 1];
	enum tl_charset cs;

	set_line("LESSCHARSET", &data, &n);
	set_line("LESSCHARDEF", &data, &n);
	set_line("LESSUTFCHARDEF", &data, &n);
	set_line("LESSBINFMT", &data, &n);
	set_line("LESSUTFBINFMT", &data, &n);
	tl_charset_from_env(&cs);
	tl_looks_binary((struct tl_span){ data, n }, cs, n % 2);
	tl_text_width((const char *)data, n, cs);
	for (size_t i = 0; i < n;) {
		struct tl_char c = tl_char_at(data + i, n - i, cs);

		must(c.len >= 1 && c.len <= n - i && c.width <= 2);
		must(tl_char_show(&c, shown) <= TL_BINARY_MAX);
		i += c.len;
	}
	return 0;
}
