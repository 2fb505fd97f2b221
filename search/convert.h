/*
 * convert.h: a line as it is read, out of a line as it is stored: without escape
 * sequences, with overstrikes reduced, without the CR of a DOS line end; and the way back,
 * so that a match can be shown where it stands in the stored line.
 */
#ifndef TL_SEARCH_CONVERT_H
#define TL_SEARCH_CONVERT_H

#include "base/buf.h"
#include "text/source.h"

/* All zero is a valid empty one; fini it.  Kept between lines, so that nothing is allocated. */
struct tl_converted {
	struct tl_buf text;
	struct tl_buf pieces; /* of struct piece, see convert.c */
};

void tl_converted_fini(struct tl_converted *c);

/*
 * Convert one line (no newline in it); `flags` are TL_MATCH_STRIP_ESCAPES, TL_MATCH_OVERSTRIKE,
 * TL_MATCH_CRLF; others are ignored.  UTF-8 characters are units where TL_MATCH_UTF8 is set,
 * else bytes.  False: out of memory.
 */
bool tl_convert(struct tl_span line, unsigned flags, struct tl_converted *out);

/* Where byte `at` of the text begins in the line; at == text.len: the line's end. */
size_t tl_converted_start(const struct tl_converted *c, size_t at);

/* Behind byte at - 1 of the text in the line: where a match that ends at `at` ends. */
size_t tl_converted_end(const struct tl_converted *c, size_t at);

/* The first byte of the text that begins at `raw` in the line or later; or text.len. */
size_t tl_converted_at(const struct tl_converted *c, size_t raw);

/* The length of the escape sequence that line[at] begins, 0: none of those taken out. */
size_t tl_escape_len(struct tl_span line, size_t at);

#endif
