/*
 * prompt.h: less's prompt language (less(1), PROMPTS): text, %x escapes, and
 * ?x...:...  .  conditionals, which nest.  The facts come from a table of answers,
 * so that the language is tested without a pager.
 */
#ifndef TL_PAGER_PROMPT_H
#define TL_PAGER_PROMPT_H

#include "base/buf.h"
#include "pager/option.h"

#include <stdbool.h>

/* Where on the screen a fact about a line is asked: the letter behind %b, %d, %l, %p. */
enum tl_prompt_line {
	TL_LINE_TOP,    /* t */
	TL_LINE_MIDDLE, /* m */
	TL_LINE_BOTTOM, /* b */
	TL_LINE_AFTER,  /* B: just after the bottom line */
	TL_LINE_TARGET, /* j */
};

/* What is asked, by its letter: a number, some text, or a yes or no. */
struct tl_prompt_facts {
	void *arg;
	/* %x with a number: b B d D i l L m s p P T c; false: not known.  *pending: not yet. */
	bool (*number)(void *arg, char what, enum tl_prompt_line line, uint64_t *n, bool *pending);
	/* %x with text: f F E x g o; NULL: none */
	const char *(*text)(void *arg, char what);
	/* ?x that asks for a state: a e n m x c f */
	bool (*state)(void *arg, char what);
};

/*
 * Write the prompt that `proto` describes.  *pending is set when a number that is not known
 * yet stands in it as "?".
 */
void tl_prompt_format(const char *proto, const struct tl_prompt_facts *facts, struct tl_buf *out,
		      bool *pending);

/* The prompt in force: the user's, or the built-in one. */
const char *tl_prompt_proto(const struct tl_options *o, int kind);

#endif
