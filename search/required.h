/*
 * required.h: read a pattern before PCRE2 does, to run it faster.
 *
 * One pass over the pattern finds a literal that every match contains (a SIMD search
 * for it finds the candidate lines), whether the pattern may be run over many lines at
 * once, and whether it gives the same answer byte by byte as in UTF-8.  It is
 * conservative: anything it does not know makes it give up, and then the pattern runs line by
 * line, slower and surely right.
 */
#ifndef TL_SEARCH_REQUIRED_H
#define TL_SEARCH_REQUIRED_H

#include "base/buf.h"

struct tl_required {
	/* Every match contains these bytes (in either case, for ASCII letters, with icase).
	 * Empty: none is known. */
	struct tl_buf literal;
	unsigned bits; /* how rare it is: a text of 2^bits bytes has about one, by chance */
	bool exact;    /* the pattern matches the literal and nothing else */

	/* Run over many lines with PCRE2_MULTILINE, `pattern` finds in every line what the
	 * original finds there, or a match with a newline in it that begins in the same line. */
	bool multiline;
	struct tl_buf pattern; /* as given, but no class matches a newline */

	bool bytewise; /* the same lines match without PCRE2_UTF, whatever the text is */
	bool ascii;    /* the pattern is ASCII: without PCRE2_UTF the same in ASCII text */
};

/*
 * Analyse.  utf: pattern and text are UTF-8.  icase: case does not count.  *out is valid also
 * when nothing was found out; false: out of memory.  The pattern need not compile.
 */
bool tl_required_find(const char *pattern, size_t len, bool utf, bool icase,
		      struct tl_required *out);
void tl_required_fini(struct tl_required *req);

#endif
