/*
 * matcher.h: a compiled pattern.  Case-sensitive literals run on a SIMD search for a
 * pair of rare bytes; ASCII literals ignoring case likewise; everything else is
 * PCRE2 with its JIT compiler, behind a search for a literal the pattern requires.
 */
#ifndef TL_SEARCH_MATCHER_H
#define TL_SEARCH_MATCHER_H

#include "base/buf.h"
#include "base/err.h"
#include "text/source.h"

#include <stdatomic.h>

enum {
	TL_MATCH_ICASE = 1 << 0,   /* ignore case */
	TL_MATCH_LITERAL = 1 << 1, /* metacharacters are plain text */
	TL_MATCH_INVERT = 1 << 2,  /* lines that do not match */
	TL_MATCH_UTF8 = 1 << 3,    /* text and pattern are UTF-8; invalid bytes are no characters */
	/* What is taken out of a line before matching: */
	TL_MATCH_STRIP_ESCAPES = 1 << 4, /* escape sequences (less -R) */
	TL_MATCH_OVERSTRIKE = 1 << 5,    /* x^Hx and _^Hx become x (less without -u, -U) */
	TL_MATCH_CRLF = 1 << 6,          /* the CR before a newline */
	TL_MATCH_SHOW_ONE = 1 << 7,      /* for who shows matches: of a line only the first one */
	TL_MATCH_SUB_SHIFT = 8,
};

/* Lines count only where the i-th pair of parentheses (from 1) has matched something. */
#define TL_MATCH_NSUBS  5
#define TL_MATCH_SUB(i) (1U << (TL_MATCH_SUB_SHIFT + (i)-1))
#define TL_MATCH_SUBS   (((1U << TL_MATCH_NSUBS) - 1) << TL_MATCH_SUB_SHIFT)

/*
 * Ignoring case, ASCII letters of the pattern stand for ASCII letters; only where
 * PCRE2 itself runs in UTF-8, k and s may find U+212A and U+017F too.
 */
struct tl_matcher; /* const once compiled; any thread */
struct tl_scratch; /* one a thread */

/* Compile.  The pattern is copied.  Fails with PCRE2's words for a bad pattern. */
bool tl_matcher_new(const char *pattern, size_t len, unsigned flags, struct tl_matcher **out,
		    struct tl_err *err);
void tl_matcher_free(struct tl_matcher *m);

/*
 * Leave out the beginning of every line: as many bytes as `bytes` says for it (any thread; escapes
 * and the like are still in the line).  The rest is a line of its own, for `^` too.
 */
struct tl_skip {
	size_t (*bytes)(const struct tl_skip *skip, struct tl_span line);
	unsigned cols, charset; /* for it */
};
void tl_matcher_set_skip(struct tl_matcher *m, const struct tl_skip *skip);

/* How it will run, for tests and --debug: "literal avx2", "literal-icase avx2", "jit+literal",
 * "jit"; "pcre2" for "jit" where there is none; "all" for the empty pattern, "none" for one with a
 * newline in it. */
const char *tl_matcher_engine(const struct tl_matcher *m);
unsigned tl_matcher_flags(const struct tl_matcher *m);

bool tl_scratch_new(struct tl_scratch **out, struct tl_err *err);
void tl_scratch_free(struct tl_scratch *s);

/* While *stop is true the calls below find nothing and return soon.  Borrowed; NULL: none. */
void tl_scratch_set_stop(struct tl_scratch *s, const atomic_bool *stop);

/* Clean: what is searched from now on holds no escape, backspace or CR, so that nothing is to be
 * converted and nobody has to look for them.  At first it is not. */
void tl_scratch_set_clean(struct tl_scratch *s, bool clean);

/*
 * Find the first match in one line (no newline in it) at or after byte `from`; with
 * what the flags say taken out before, and *start, *end given in bytes of the line as it
 * is.  *end >= *start; an empty match is possible.  INVERT is ignored here.
 */
bool tl_matcher_in_line(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span line,
			size_t from, size_t *start, size_t *end);

/* Does the line match (INVERT counts)? */
bool tl_matcher_line(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span line);

/*
 * Find the first line at or after `from` in a run of whole lines that matches (INVERT
 * counts).  The run starts at a line start and `from` is one; the last line may lack its
 * newline.  *start is the line's first byte, *end is behind its newline.
 */
bool tl_matcher_next_line(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
			  size_t from, size_t *start, size_t *end);

/* The last matching line that starts before `before` (a line start or the run's end). */
bool tl_matcher_prev_line(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span run,
			  size_t before, size_t *start, size_t *end);

/*
 * A piece of a line, for lines too long to hold or with many matches: it is opened, and then
 * searched from one place after another.  `^` does not match at its start unless it `begins` the
 * line, `$` not at its end unless it `ends` it; a match that does not lie within one piece is not
 * found.  Borrowed until s is used for anything else.  False: out of memory.
 */
bool tl_matcher_open_piece(const struct tl_matcher *m, struct tl_scratch *s, struct tl_span piece,
			   bool begins, bool ends);

/* The first match at or after byte `from` of the piece, which never goes back; INVERT is ignored.
 * counting: one for which a line counts (TL_MATCH_SUBS).  Otherwise as tl_matcher_in_line(). */
bool tl_matcher_in_piece(const struct tl_matcher *m, struct tl_scratch *s, size_t from,
			 bool counting, size_t *start, size_t *end);

/*
 * What the first pairs of parentheses matched, in the match that tl_matcher_in_piece() has found at
 * byte `start` of the piece; in bytes of the piece as it is.  Returns how many are told: those up to
 * the first one that took no part.
 */
#define TL_MATCH_GROUPS 5
struct tl_match_group {
	size_t start, end;
};
size_t tl_matcher_groups(const struct tl_matcher *m, struct tl_scratch *s, size_t start,
			 struct tl_match_group groups[TL_MATCH_GROUPS]);

/* How much two pieces must share for a match of a fixed length not to be missed; at least
 * 64 KiB, so that few others are. */
size_t tl_matcher_overlap(const struct tl_matcher *m);

/* Is the pattern a literal, whose matches are all as long? */
bool tl_matcher_is_literal(const struct tl_matcher *m);

/* The longest piece that makes sense: a line up to this length is looked at whole. */
size_t tl_matcher_piece_max(const struct tl_matcher *m);

#endif
