/*
 * prompt.h: less's prompt language (less(1), PROMPTS): text, %x for facts, conditionals
 * ?x...:...., which nest, and a backslash before what is to be plain.  The facts come from a
 * table of answers, so that the language is tested without a pager.
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

/*
 * The facts, by the letter that asks for them.  A number that is not known is shown as "?",
 * and so is a text that is NULL; *pending: it will be known later.
 */
struct tl_prompt_facts {
	void *arg;
	/* %x and ?x for b B d D l L p P Q s, %x for c C i m W */
	bool (*number)(void *arg, char what, enum tl_prompt_line line, uint64_t *n, bool *pending);
	/* %x for E f F T x (and for g G y, which are f F x quoted), and k q S v w, which are not less's */
	const char *(*text)(void *arg, char what);
	/* ?x for c e f m n O x and k q S v w; other letters: false */
	bool (*state)(void *arg, char what);
};

/*
 * Append the prompt that `proto` describes.  *pending tells whether a number that is not known
 * yet stands in it as "?".  Any proto will do: conditionals that do not end go to its end.
 */
void tl_prompt_format(const char *proto, const struct tl_prompt_facts *facts, struct tl_buf *out,
		      bool *pending);

/* Which of the prompts stands there in command mode. */
int tl_prompt_kind(const struct tl_options *o);

/* What the prompt is about. */
enum tl_prompt_text {
	TL_PROMPT_OF_TEXT,
	TL_PROMPT_OF_TIMES,     /* a text with times: = tells them, too */
	TL_PROMPT_OF_RECORDING, /* a decoded one: times are told instead of bytes */
};

/* The prompt in force: the user's, or the built-in one. */
const char *tl_prompt_proto(const struct tl_options *o, int kind, enum tl_prompt_text text);

#endif
