/*
 * fuzz_pattern.c: any pattern on any text: the lines the matcher finds, forward and backward,
 * are those that the oracle finds one by one.  The input is three things: a line with flag
 * letters, a line with the pattern, and the text.
 */
#include "tests/unit/oracle.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>

#define MAX_LINES 4096

static unsigned read_flags(const uint8_t *p, size_t n)
{
	static const char letters[] = "ilvusoc"; /* in the order of the TL_MATCH_ bits */
	unsigned flags = 0;

	for (size_t i = 0; i < n; i++) {
		const char *at = memchr(letters, p[i], sizeof(letters) - 1);

		if (at)
			flags |= 1u << (at - letters);
	}
	return flags;
}

static struct tl_span cut_line(const uint8_t **p, size_t *n)
{
	const uint8_t *nl = memchr(*p, '\n', *n);
	struct tl_span line = { *p, nl ? (size_t)(nl - *p) : *n };
	size_t used = line.len + (nl ? 1 : 0);

	*p += used;
	*n -= used;
	return line;
}

/* Letters that PCRE2 takes for the other case of an ASCII letter, as matcher.h says. */
static bool has_odd_case(struct tl_span s)
{
	return memmem(s.data, s.len, "\xe2\x84\xaa", 3) || memmem(s.data, s.len, "\xc5\xbf", 2);
}

static void check(bool ok, const char *what, size_t at)
{
	if (ok)
		return;
	fprintf(stderr, "%s at %zu\n", what, at);
	abort();
}

/* Where matching lines begin, or false: the oracle gives up. */
static bool find_lines(struct oracle *o, struct tl_span text, size_t *starts, size_t *n)
{
	const uint8_t *p = text.data;
	size_t left = text.len;

	*n = 0;
	while (left > 0) {
		size_t at = (size_t)(p - text.data);
		int found = oracle_line(o, cut_line(&p, &left));

		if (found < 0 || *n == MAX_LINES)
			return false;
		if (found)
			starts[(*n)++] = at;
	}
	return true;
}

static void compare(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span text,
		    const size_t *starts, size_t n)
{
	size_t i = 0, start = 0, end = 0;

	for (size_t at = 0; tl_matcher_next_line(m, s, text, at, &start, &end); at = end, i++)
		check(i < n && starts[i] == start && end > start, "forward: no such line", start);
	check(i == n, "forward: a line is missing", i < n ? starts[i] : 0);
	for (size_t at = text.len; tl_matcher_prev_line(m, s, text, at, &start, &end); at = start)
		check(i > 0 && starts[--i] == start, "backward: no such line", start);
	check(i == 0, "backward: a line is missing", i > 0 ? starts[i - 1] : 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static size_t starts[MAX_LINES];
	struct tl_span first = cut_line(&data, &size), pattern = cut_line(&data, &size);
	struct tl_span text = { data, size };
	unsigned flags = read_flags(first.data, first.len);
	const char *words = (const char *)pattern.data;
	struct tl_matcher *m = NULL;
	struct tl_scratch *s = NULL;
	struct oracle o;
	size_t n;

	if (flags & TL_MATCH_ICASE && (has_odd_case(pattern) || has_odd_case(text)))
		return 0;
	if (!oracle_init(&o, words, pattern.len, flags)) {
		/* A literal is not compiled: it may be any bytes. */
		check((flags & TL_MATCH_LITERAL) ||
			  !tl_matcher_new(words, pattern.len, flags, &m, NULL),
		      "compiles", 0);
		return 0;
	}
	check(tl_matcher_new(words, pattern.len, flags, &m, NULL), "does not compile", 0);
	check(tl_scratch_new(&s, NULL), "no scratch", 0);
	if (find_lines(&o, text, starts, &n))
		compare(m, s, text, starts, n);
	tl_scratch_free(s);
	tl_matcher_free(m);
	oracle_fini(&o);
	return 0;
}
