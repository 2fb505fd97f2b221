/*
 * regex.h: PCRE2 behind the few calls the matcher needs.  A pattern is compiled for bytes,
 * for UTF-8 or for both: text that is ASCII is matched byte by byte where that is the same.
 */
#ifndef TL_SEARCH_REGEX_H
#define TL_SEARCH_REGEX_H

#include "base/err.h"
#include "search/required.h"
#include "text/source.h"

struct tl_regex;         /* const once compiled; any thread */
struct tl_regex_scratch; /* one a thread; of any regex */

enum {
	TL_REGEX_ICASE = 1 << 0,
	TL_REGEX_UTF = 1 << 1,
	TL_REGEX_LITERAL = 1 << 2, /* no metacharacters */
};

/*
 * Compile `pattern`, which `req` was made from (NULL: nothing is known of it).  With
 * req->multiline it can be run over many lines.  Fails with PCRE2's words.
 */
bool tl_regex_new(const char *pattern, size_t len, unsigned flags, const struct tl_required *req,
		  struct tl_regex **out, struct tl_err *err);
void tl_regex_free(struct tl_regex *re);

/* Would it compile? */
bool tl_regex_check(const char *pattern, size_t len, unsigned flags, struct tl_err *err);

bool tl_regex_is_jit(const struct tl_regex *re);
bool tl_regex_is_multiline(const struct tl_regex *re);

bool tl_regex_scratch_new(struct tl_regex_scratch **out, struct tl_err *err);
void tl_regex_scratch_free(struct tl_regex_scratch *s);

enum tl_regex_answer {
	TL_REGEX_NONE,
	TL_REGEX_MATCH,
	TL_REGEX_ERROR, /* it ran into its limit: counts as no match of a line; or, of
	       * many lines, one is not valid UTF-8 */
};

/*
 * The first match in a line, or a piece of one, at or after `from`.  `line_ends`: text.len is
 * the end of the line (else `$` does not match there).  Work is limited: in a line of 100 bytes
 * to about a millisecond.
 */
enum tl_regex_answer tl_regex_search(const struct tl_regex *re, struct tl_regex_scratch *s,
				     struct tl_span text, size_t from, bool line_ends,
				     size_t *start, size_t *end);

/*
 * The same in a text that is searched again from a later place: what was found out about it the first
 * time is kept in *known, all zero at first.
 */
struct tl_regex_known {
	const void *program;
	bool valid; /* UTF-8, from where the first search began */
};
enum tl_regex_answer tl_regex_search_on(const struct tl_regex *re, struct tl_regex_scratch *s,
					struct tl_span text, size_t from, bool line_ends,
					struct tl_regex_known *known, size_t *start, size_t *end);

/* Are there parentheses that catch something? */
bool tl_regex_has_groups(const struct tl_regex *re);

/* Where each of the first `max` groups of the match at or after `from` in a line begins and ends,
 * up to the first one that took no part; returns how many. */
size_t tl_regex_groups(const struct tl_regex *re, struct tl_regex_scratch *s, struct tl_span text,
		       size_t from, size_t *bounds, size_t max);

/* The first match in which each pair of parentheses that has its bit in `groups` (1: the first)
 * has caught at least one character. */
enum tl_regex_answer tl_regex_search_groups(const struct tl_regex *re, struct tl_regex_scratch *s,
					    struct tl_span text, size_t from, bool line_ends,
					    unsigned groups, size_t *start, size_t *end);

/* The first match in a run of whole lines; the regex must be multiline.  A match may hold a
 * newline: then the line that it begins in has to be asked alone, as after an error all lines. */
enum tl_regex_answer tl_regex_search_lines(const struct tl_regex *re, struct tl_regex_scratch *s,
					   struct tl_span lines, size_t *start, size_t *end);

#endif
