/* searchtype.h: what modifies a search: typed before the pattern, or set by --search-options. */
#ifndef TL_PAGER_SEARCHTYPE_H
#define TL_PAGER_SEARCHTYPE_H

#include "pager/option.h"

enum {
	TL_SEARCH_BACKWARD = 1 << 0,
	TL_SEARCH_NON_MATCH = 1 << 1,  /* ^N, !: lines that do not match */
	TL_SEARCH_FIRST_FILE = 1 << 2, /* ^F, @: begin with the first file of the list */
	TL_SEARCH_PAST_EOF = 1 << 3,   /* ^E, *: go on in the next file */
	TL_SEARCH_KEEP = 1 << 4,       /* ^K: highlight, do not move */
	TL_SEARCH_LITERAL = 1 << 5,    /* ^R: no metacharacters */
	TL_SEARCH_WRAP = 1 << 6,       /* ^W: go on from the other end of the file */
	TL_SEARCH_SHOW_ONE = 1 << 7,   /* of a line's matches only the first is highlighted */
	TL_SEARCH_SUB_SHIFT = 8,       /* ^S and a digit: that sub-pattern must match something */
};

#define TL_SEARCH_NSUBS   5
#define TL_SEARCH_SUB(i)  (1U << (TL_SEARCH_SUB_SHIFT + (i)-1)) /* i from 1 */
#define TL_SEARCH_ALLSUBS (((1U << TL_SEARCH_NSUBS) - 1) << TL_SEARCH_SUB_SHIFT)

/* A search type with a modifier turned on or off: none goes past the end and wraps too. */
unsigned tl_searchtype_toggle(unsigned type, unsigned modifier);

/* "Non-match Wrap " and so on, as the prompt of a search begins. */
void tl_searchtype_describe(unsigned type, char *out, size_t size);

/* The modifiers that --search-options asks for. */
unsigned tl_searchtype_default(const struct tl_options *o);

/* For the table of options. */
bool tl_searchtype_parse(struct tl_options *o, const char *text, struct tl_err *err);
void tl_searchtype_print(const struct tl_options *o, char *out, size_t size);

#endif
