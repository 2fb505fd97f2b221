/*
 * oracle.h: what a line matches, the slow and plain way: each line alone, converted as
 * tl_convert() does, with PCRE2's interpreter in UTF-8 where asked for.  For the tests that
 * compare the fast ways with it.  One thing it has to know: in a line that is not valid UTF-8
 * a pattern that may run byte by byte sees the bytes, where PCRE2 would not look at them.
 */
#ifndef TL_TESTS_ORACLE_H
#define TL_TESTS_ORACLE_H

#define PCRE2_CODE_UNIT_WIDTH 8

#include "search/convert.h"
#include "search/matcher.h"
#include "search/required.h"

#include <pcre2.h>
#include <string.h>
#include <utf8proc.h>

struct oracle {
	pcre2_code *code, *bytes; /* NULL: not bytewise */
	pcre2_match_data *data;
	pcre2_match_context *context;
	unsigned flags;
	struct tl_converted converted;
	size_t start, end; /* of the last match, in the converted line */
};

/* False: the pattern does not compile. */
static inline bool oracle_init(struct oracle *o, const char *pattern, size_t len, unsigned flags)
{
	uint32_t options = 0;
	int error;
	PCRE2_SIZE offset;
	struct tl_required req;

	if (flags & TL_MATCH_UTF8)
		options |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
	if (flags & TL_MATCH_ICASE)
		options |= PCRE2_CASELESS;
	if (flags & TL_MATCH_LITERAL)
		options |= PCRE2_LITERAL;
	*o = (struct oracle){ .flags = flags };
	o->code = pcre2_compile((PCRE2_SPTR)pattern, len, options, &error, &offset, NULL);
	if (!o->code)
		return false;
	if (tl_required_find(pattern, len, true, flags & TL_MATCH_ICASE, &req) && req.bytewise)
		o->bytes = pcre2_compile((PCRE2_SPTR)pattern, len,
					 options & ~(uint32_t)(PCRE2_UTF | PCRE2_MATCH_INVALID_UTF),
					 &error, &offset, NULL);
	tl_required_fini(&req);
	o->data = pcre2_match_data_create_from_pattern(o->code, NULL);
	o->context = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(o->context, 5000);
	return true;
}

static inline void oracle_fini(struct oracle *o)
{
	pcre2_code_free(o->code);
	pcre2_code_free(o->bytes);
	pcre2_match_data_free(o->data);
	pcre2_match_context_free(o->context);
	tl_converted_fini(&o->converted);
}

static inline bool oracle_is_utf8(const struct tl_buf *text)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t n;

	for (size_t i = 0; i < text->len; i += (size_t)n) {
		n = utf8proc_iterate(text->data + i, (utf8proc_ssize_t)(text->len - i), &c);
		if (n <= 0)
			return false;
	}
	return true;
}

/* 1, 0, or -1: too much work. */
static inline int oracle_search(struct oracle *o, struct tl_span line)
{
	const pcre2_code *code = o->code;
	int rc;

	if (!tl_convert(line, o->flags, &o->converted))
		return -1;
	if (o->bytes && !oracle_is_utf8(&o->converted.text))
		code = o->bytes;
	rc = pcre2_match(code, o->converted.text.data ? o->converted.text.data : (PCRE2_SPTR) "",
			 o->converted.text.len, 0, 0, o->data, o->context);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	if (rc < 0)
		return -1;
	o->start = pcre2_get_ovector_pointer(o->data)[0];
	o->end = pcre2_get_ovector_pointer(o->data)[1];
	if (o->start > o->end)
		o->start = o->end;
	return 1;
}

/* The same with INVERT. */
static inline int oracle_line(struct oracle *o, struct tl_span line)
{
	int found = oracle_search(o, line);

	return found < 0 || !(o->flags & TL_MATCH_INVERT) ? found : !found;
}

#endif
